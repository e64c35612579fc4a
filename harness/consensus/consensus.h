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

/* Once the world has its nodes, before its first block; what is kept goes with clear, also after an
 * init that failed. DG_NOMEM. */
dg_code dg_consensus_init(dg_world *world, dg_error *err);
/* Gives back what init took; fine after an init that failed. */
void dg_consensus_clear(dg_world *world);
/* Before the first block is added: the fork may lie within a session. Codes as of dg_chain_epoch.
 */
dg_code dg_consensus_start(dg_world *world, const dg_clock *clock, dg_error *err);
/* The first block, which is known to all, finalized, and the first leaf of each. Codes as of
 * dg_world_view and dg_client_view_new, or of the signals that follow. */
dg_code dg_consensus_root(dg_world *world, uint32_t root, dg_error *err);
/* `*what`, whose parts the caller sets, is enacted from `slot` on. DG_USAGE: the slot is not ahead,
 * or another was named before. */
dg_code dg_consensus_enact(dg_world *world, dg_transition **what, uint64_t slot, dg_error *err);
/* From `slot` on each block whose parent has N and is without it brings this about: a configuration
 * or a change of session, borrowed until the end. DG_USAGE: not behind U, or a second one. */
dg_code dg_consensus_later(dg_world *world, uint64_t slot, const dg_transition *what,
                           dg_error *err);

/* Why a runtime left a candidate out, as far as it shows from outside. */
typedef enum dg_rejection {
    DG_REJECTION_SILENT,
    DG_REJECTION_MIGRATION,
    DG_REJECTION_HEAD,
    DG_REJECTION_LIMITS,
    DG_REJECTION_CODE,
    DG_REJECTION_ROOM,
    DG_REJECTION_FROZEN,
    DG_REJECTION_COUNT
} dg_rejection;
/* The reason in words, for the report; NULL past the end. Static. */
const char *dg_consensus_rejection_says(dg_rejection why);

/* Hands out what lies above the last settled block, up to `last`, oldest first, each once. Codes of
 * who listens (`settled` of the options); DG_NOMEM. */
dg_code dg_consensus_settle(dg_world *world, dg_leaf_id last, dg_error *err);
/* The same to somebody else, and nothing is settled by it: they may yet be told, or lose. Codes of
 * `listener`; DG_NOMEM. */
dg_code dg_consensus_unsettled(const dg_world *world, dg_leaf_id last, dg_world_settled listener,
                               void *user, dg_error *err);

/* A block reaches a node, which imports it, and with it what waited for it; or holds it until its
 * slot has come near, or asks for its parents. DG_NOMEM; codes of the chain, and of who listens. */
dg_code dg_consensus_block_arrived(dg_world *world, dg_node_ix node, dg_leaf_id id, dg_error *err);
/* A block became final, and the node hears of it now. Codes as of dg_consensus_block_arrived. */
dg_code dg_consensus_finality_arrived(dg_world *world, dg_node_ix node, dg_leaf_id id,
                                      dg_error *err);
/* The node's process begins anew: what it had in memory is forgotten, and what it missed is
 * taken up. */
dg_code dg_consensus_restart(dg_world *world, dg_node_ix node, dg_error *err);

/* The overseer of a node has the answers that it waited for: its signal goes on to the
 * subsystems. */
dg_code dg_consensus_answered(dg_world *world, dg_node_ix node, const dg_sim_event *event,
                              dg_error *err);

/* All code is compiled anew after a restart, unless it is kept on disk. */
dg_code dg_consensus_recompile(dg_world *world, dg_node_ix node, dg_error *err);

/* ---- slots ---- */

/* Sets `authors` of those nodes that may author in the slot of now, on the block that most take for
 * the best. */
dg_code dg_consensus_slot_authors(dg_world *world, bool *authors, dg_error *err);
/* A slot begins for the world and for all nodes with a right clock: who may author in it claims it,
 * and slots of wrong clocks that begin before the next one are planned. Codes of the chain, of the
 * simulation. */
dg_code dg_consensus_slot_begin(dg_world *world, uint64_t slot, dg_error *err);
/* A slot begins for those nodes whose wrong clock shows it just now. As dg_consensus_slot_begin. */
dg_code dg_consensus_slot_own(dg_world *world, uint64_t slot, dg_error *err);

/* What came of the slot that ends: claims, blocks, and heads that some node holds for active. */
dg_code dg_consensus_slot_tell(dg_world *world, dg_error *err);

/* A claim of the slot comes due at a node: the inherent is waited for, and what does not fit
 * into the budget of the slot is not built. */
dg_code dg_consensus_propose(dg_world *world, dg_node_ix node, const dg_sim_event *event,
                             dg_error *err);
/* The proposal is ready: the block is built on its parent, unless that is gone. A block that
 * cannot be built is a record and no failure. */
dg_code dg_consensus_build(dg_world *world, dg_node_ix node, const dg_sim_event *event,
                           dg_error *err);

/* ---- finality ---- */

/* A round begins: every voter that is awake votes, for what lies at or below its best block and is
 * approved; the highest block with enough weight on or above it is what the round prevotes.
 * DG_NOMEM. */
dg_code dg_consensus_grandpa_prevote(dg_world *world, dg_error *err);
/* The round ends: what enough voters have prevoted for and have imported becomes final. */
dg_code dg_consensus_grandpa_precommit(dg_world *world, dg_error *err);

/* Asserts what must hold of authors, voters and clients between two slots. For tests. */
void dg_consensus_verify(const dg_world *world);

#endif
