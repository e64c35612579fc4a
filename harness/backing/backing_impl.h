/* backing_impl.h - shared inside the room only. */
#ifndef DG_BACKING_IMPL_H
#define DG_BACKING_IMPL_H

#include "backing/backing.h"

/* ---- pvf_host.c: artifacts, and each node's one worker that prepares them ---- */

struct dg_pvf_code {
    uint32_t para;
    dg_hash hash;
};
struct dg_artifact {
    dg_hash code, params;
    dg_ns prepare_ns;
};
struct dg_pvf_job {
    uint32_t artifact;
    bool critical;
    dg_ns asked;
};
/* The code that candidates of a parachain name; the first one stays. */
dg_code dg_backing_pvf_note_code(dg_world *world, uint32_t para, const uint8_t hash[32],
                                 dg_error *err);

/* A candidate that carries new code; or `over`: in block `number` that of the parachain was
 * included by then. */
struct dg_code_upgrade {
    uint32_t para, number;
    bool over;
    dg_hash candidate;
};

/* code_upgrade.c: does a parachain's candidate at `leaf`, on none that does, carry new code, and of
 * how many bytes; noted once it is made */
dg_code dg_backing_code_upgrade_due(dg_world *world, uint32_t *bytes, dg_world_block *leaf,
                                    uint32_t para, dg_error *err);
dg_code dg_backing_code_upgrade_made(dg_world *world, const dg_candidate *made, dg_error *err);

/* collator.c: who makes a parachain's blocks, and which backers take them */
typedef enum dg_attempt_kind {
    DG_ATTEMPT_NONE,
    DG_ATTEMPT_BUILDS,
    DG_ATTEMPT_PANICS
} dg_attempt_kind;
const dg_collators *dg_backing_collators_of(const dg_world *world, uint32_t para);
/* With so many blocks of its parachain that the relay chain has not included, built or waiting, and
 * so many cores. */
dg_attempt_kind dg_backing_collator_tries(const dg_collators *by, uint32_t unincluded,
                                          uint32_t cores);
bool dg_backing_collation_taken(const dg_world *world, const dg_world_block *leaf, uint32_t core,
                                uint32_t node);
/* core: what was made */
void dg_backing_collators_count(dg_world *world, const dg_world_block *leaf, uint32_t core,
                                dg_attempt_kind what);

#endif
