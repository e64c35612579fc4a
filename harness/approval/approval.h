/* approval.h - candidates that a block includes are checked: assignments, approval votes, disputes.
 *
 *   block     dg_approval_begin                          from its making on
 *   tick      dg_approval_step, _disputes_step
 *   ask       dg_approval_given, _unknown, _dispute_holds    may finality vote for it?
 *   put       dg_approval_disputes_put                   votes that an author gives to the chain
 *
 * Invariant: what is said is counted once for all that hear the same. */
#ifndef DG_APPROVAL_H
#define DG_APPROVAL_H

#include "statements/statements.h"

/* What is kept of a block whose candidates are checked. */
typedef struct dg_approval_block dg_approval_block;

/* Once the world has its nodes, before its first block; what is kept goes with clear, also after an
 * init that failed. DG_NOMEM. */
dg_code dg_approval_init(dg_world *world, dg_error *err);
/* Gives back what init took; fine after an init that failed. */
void dg_approval_clear(dg_world *world);
/* At the first block: finality waits for approval where its runtime tells of sessions. */
void dg_approval_start(dg_world *world, const dg_view *root);
/* A node's process began anew, perhaps of another class: it works at no dispute. */
void dg_approval_forget(dg_world *world, dg_node_ix node);
/* At the end of a slot, what was sent and what waits. As dg_world_emit. */
dg_code dg_approval_tell(dg_world *world, dg_error *err);

/* A block was made: who may check the candidates that it includes is drawn. `included` are `count`
 * of them, not kept. A block is emitted as unknown if no runtime gives its session. DG_NOMEM; codes
 * of dg_world_view and of dg_world_emit. */
dg_code dg_approval_begin(dg_world *world, dg_leaf_id id, const dg_included *included,
                          uint32_t count, dg_error *err);
/* With every tick: assignments whose tranche has come are told, approvals sent, and what is
 * approved by then is told, for all blocks above the final one. DG_NOMEM; codes of dg_world_emit.
 */
dg_code dg_approval_step(dg_world *world, dg_error *err);
/* Are all candidates of a block approved, as far as the node has received what was sent? True where
 * there is nothing to approve. */
bool dg_approval_given(const dg_world *world, dg_node_ix node, const dg_world_block *b);
/* Is the block unknown to approval voting, since no runtime gave the rules of its session? Then
 * finality goes no further than the base. */
bool dg_approval_unknown(const dg_world_block *b);
/* What approval voting keeps of one block. NULL is fine. */
void dg_approval_block_free(dg_approval_block *approval);

/* With every tick: those who have not yet spoken in a dispute do, and what a supermajority says is
 * its end. What none calls valid holds finality back. DG_NOMEM; codes of dg_world_emit. */
dg_code dg_approval_disputes_step(dg_world *world, dg_error *err);
/* Does a dispute over one of its candidates keep the block from being final, as of now? */
bool dg_approval_dispute_holds(const dg_world *world, const dg_world_block *b);
/* Puts the list of dispute statement sets into the inherent of a child of `parent`: of each dispute
 * the votes that the runtime there does not have yet. `*sets`, `*votes`: how many of each.
 * DG_LIMIT, DG_NOMEM; codes of dg_view_ask. */
dg_code dg_approval_disputes_put(dg_world *world, dg_buf *out, uint32_t *sets, uint32_t *votes,
                                 dg_world_block *parent, dg_error *err);

/* Asserts what must hold of approvals and disputes between two slots. For tests. */
void dg_approval_verify(const dg_world *world);

#endif
