/* node_impl.h - shared inside the room only. */
#ifndef DG_NODE_IMPL_H
#define DG_NODE_IMPL_H

#include "node/node.h"
#include "approval/approval.h"
#include "backing/backing.h"
#include "consensus/consensus.h"
#include "statements/statements.h"
#include "world/world.h"

/* What stands behind the door. */
struct dg_network {
    dg_world world;
    bool over; /* what was left over is settled: nothing runs any more */
};

/* ---- faults.c: what goes wrong by plan ---- */

enum { DG_FAULTS_MAX = 256 };
typedef struct dg_planned_fault {
    dg_fault of;
    uint32_t *list;  /* of `of`; owned */
    dg_link_ix link; /* loss */
    bool stands;
    dg_ns began;
    dg_node_ix *nodes; /* that are meant, from its beginning on; owned */
    uint32_t node_count;
} dg_planned_fault;

typedef struct dg_faults {
    dg_planned_fault *of; /* in the order of planning */
    uint32_t count;
    struct dg_planned_rollout *rollouts; /* likewise; rollouts.c */
    uint32_t rollout_count;
} dg_faults;

/* those that begin and end with it */
dg_code dg_node_faults_slot(dg_world *world, uint64_t slot, dg_error *err);
/* has this parachain lost its collators? */
bool dg_node_faults_collators_away(const dg_world *world, dg_para_id para);
dg_code dg_node_faults_init(dg_world *world, dg_error *err);
void dg_node_faults_clear(dg_world *world);
/* Asserts what must hold of faults between two slots. For tests. */
void dg_node_faults_verify(const dg_world *world);

/* ---- rollouts.c: nodes that restart or change their release by plan ---- */

enum { DG_ROLLOUTS_MAX = 64 };
typedef struct dg_planned_rollout {
    dg_rollout of;
    uint32_t *list; /* of `of`; owned */
} dg_planned_rollout;

/* those whose turn comes with it */
dg_code dg_node_rollouts_slot(dg_world *world, uint64_t slot, dg_error *err);
/* A node's process begins anew, which was down since: it is of what was installed. */
void dg_node_rollouts_begin(dg_world *world, dg_node_ix node);
/* .. and is up: told where it was planned. */
dg_code dg_node_rollouts_tell(dg_world *world, dg_node_ix node, const dg_node_class *was,
                              dg_ns down_since, dg_error *err);
void dg_node_rollouts_clear(dg_world *world);
/* Asserts what must hold of rollouts between two slots. For tests. */
void dg_node_rollouts_verify(const dg_world *world);

/* sample.c */
dg_code dg_node_sample_slot(dg_world *world, dg_error *err);

#endif
