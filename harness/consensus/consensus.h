/* consensus.h - BABE, GRANDPA, the proposer and the overseer of each node.
 *
 *   slot      dg_consensus_slot_begin, _slot_own     claims of a slot
 *   build     dg_consensus_propose, _build           what comes of a claim
 *   import    dg_consensus_block_arrived             and the overseer's signals that follow
 *   final     dg_consensus_grandpa_prevote, _precommit; dg_consensus_finality_arrived
 *   settle    dg_consensus_settle                    blocks that stay
 *
 * Invariant: what has been settled is never taken back. */
#ifndef DG_CONSENSUS_H
#define DG_CONSENSUS_H

#include "approval/approval.h"

enum { DG_CLAIMS_MAX = 256 }; /* of one slot */

/* Why a runtime left a candidate out, as far as can be told from outside. */
typedef enum dg_drop {
    DG_DROP_SILENT,
    DG_DROP_MIGRATION,
    DG_DROP_HEAD,
    DG_DROP_LIMITS,
    DG_DROP_CODE,
    DG_DROP_ROOM,
    DG_DROP_COUNT
} dg_drop;
const char *dg_consensus_rejection_says(dg_drop why); /* NULL past the end */

/* Hands out what lies above the last settled block, up to `last`. */
dg_code dg_consensus_settle(dg_world *world, uint32_t last, dg_error *err);

/* A block, or finality, reaches a node. */
dg_code dg_consensus_block_arrived(dg_world *world, uint32_t node, uint32_t id, dg_error *err);
dg_code dg_consensus_finality_arrived(dg_world *world, uint32_t node, uint32_t id, dg_error *err);
dg_code dg_consensus_restart(dg_world *world, uint32_t node, dg_error *err);

/* The fork block may lie within a session. */
dg_code dg_consensus_mid_session_init(dg_world *world, const dg_clock *clock, dg_error *err);

dg_code dg_consensus_answered(dg_world *world, uint32_t node, const dg_sim_event *event,
                              dg_error *err);

/* All code is compiled anew after a restart, unless it is kept on disk. */
dg_code dg_consensus_recompile(dg_world *world, uint32_t node, dg_error *err);

/* ---- slots ---- */

/* The node that holds a key of an epoch; DG_NO. */
dg_code dg_consensus_slot_owner(dg_world *world, uint32_t *node, uint32_t head,
                                const uint8_t key[32], dg_error *err);
/* the world's, and all right clocks' */
dg_code dg_consensus_slot_begin(dg_world *world, uint64_t slot, dg_error *err);
/* of wrong clocks that show it now */
dg_code dg_consensus_slot_own(dg_world *world, uint64_t slot, dg_error *err);

dg_code dg_consensus_propose(dg_world *world, uint32_t node, const dg_sim_event *event,
                             dg_error *err);
dg_code dg_consensus_build(dg_world *world, uint32_t node, const dg_sim_event *event,
                           dg_error *err);

/* ---- finality ---- */

dg_code dg_consensus_grandpa_init(dg_world *world, dg_error *err);
void dg_consensus_grandpa_clear(dg_grandpa *finality);
dg_code dg_consensus_grandpa_prevote(dg_world *world, dg_error *err);
dg_code dg_consensus_grandpa_precommit(dg_world *world, dg_error *err);

#endif
