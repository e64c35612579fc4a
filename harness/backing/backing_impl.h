/* backing_impl.h - shared inside the room only. */
#ifndef DG_BACKING_IMPL_H
#define DG_BACKING_IMPL_H

#include "backing/backing.h"

/* ---- pvf_host.c: artifacts, and each node's one worker that prepares them ---- */

typedef struct dg_pvf_code {
    uint32_t para;
    dg_hash hash;
} dg_pvf_code;
typedef struct dg_artifact {
    dg_hash code, params;
    dg_ns prepare_ns;
} dg_artifact;
typedef struct dg_pvf_job {
    uint32_t artifact;
    bool critical;
    dg_ns asked;
} dg_pvf_job;
enum { DG_EXECUTORS_MAX = 8 };
typedef struct dg_pvf_host {
    dg_ns busy_until;
    /* until when each of its executors is at a block that approval checks */
    dg_ns executing[DG_EXECUTORS_MAX];
    bool cold;         /* has nothing that was there when the run began */
    dg_pvf_job *queue; /* in the order they were asked for */
    uint32_t count, ready_cap;
    /* by artifact: when it was or will be; DG_WORLD_WAITING: queued; DG_NEVER: absent */
    dg_ns *ready;
} dg_pvf_host;
/* The code that candidates of a parachain name; the first one stays. */
dg_code dg_backing_pvf_note_code(dg_world *world, dg_para_id para, const uint8_t hash[32],
                                 dg_error *err);

/* A candidate that carries new code; or `over`: in block `number` that of the parachain was
 * included by then. */
typedef struct dg_code_upgrade {
    uint32_t para, number;
    bool over;
    dg_hash candidate;
} dg_code_upgrade;

/* code_upgrade.c: does a parachain's candidate at `leaf`, on none that does, carry new code, and of
 * how many bytes; noted once it is made */
dg_code dg_backing_code_upgrade_due(dg_world *world, uint32_t *bytes, dg_world_block *leaf,
                                    dg_para_id para, dg_error *err);
dg_code dg_backing_code_upgrade_made(dg_world *world, const dg_candidate *candidate, dg_error *err);

/* ---- what the room keeps of a network ---- */

typedef struct dg_backing {
    dg_pvf_code *codes; /* of parachains, by the order in which they were seen */
    dg_artifact *artifacts;
    uint32_t code_count, artifact_count;
    dg_pvf_host *hosts; /* of each node */
    dg_code_upgrade *upgrades;
    uint32_t upgrade_count, upgrade_cap;
    struct {
        uint64_t attempts, built, panics, refused;
    } collations;  /* of this slot */
    dg_rng chunks; /* where the streams of chunk requests begin */
} dg_backing;

/* collator.c: who makes a parachain's blocks, and which backers take them */
typedef enum dg_attempt_kind {
    DG_ATTEMPT_NONE,
    DG_ATTEMPT_BUILDS,
    DG_ATTEMPT_PANICS
} dg_attempt_kind;
const dg_collators *dg_backing_collators_of(const dg_world *world, dg_para_id para);
/* With so many blocks of its parachain that the relay chain has not included, built or waiting, and
 * so many cores. */
dg_attempt_kind dg_backing_collator_tries(const dg_collators *by, uint32_t unincluded,
                                          uint32_t cores);
bool dg_backing_collation_taken(const dg_world *world, const dg_world_block *leaf, dg_place_ix core,
                                dg_node_ix node);
/* core: what was made */
void dg_backing_collators_count(dg_world *world, const dg_world_block *leaf, dg_place_ix core,
                                dg_attempt_kind what);

#endif
