/* statements.h - statements, bitfields and chunks on their way from node to node: what each has
 * heard by now.
 *
 *   leaf      dg_statements_taken_up, _chunks_taken_up      a node begins with a leaf
 *   event     dg_statements_event                           a message or timer of a node
 *   ask       dg_statements_votes, _bitfield_is_here, _recovery_ns, _able, _backable
 *   forget    dg_statements_forget                          a process began anew
 *
 * Two ways give the same answers: computed from the states of all ends, or sent message by
 * message. Which of them a network has is chosen when it is made (`distribution` of its options),
 * in distribution.c; no other code asks. */
#ifndef DG_STATEMENTS_H
#define DG_STATEMENTS_H

#include "backing/backing.h"

/* What was sent of a leaf, and of the chunks of what it put on cores. */
typedef struct dg_sent_leaf dg_sent_leaf;
typedef struct dg_sent_chunks dg_sent_chunks;

/* Once the world has its nodes, before its first block; what is kept goes with clear, also after an
 * init that failed. DG_NOMEM. */
dg_code dg_statements_init(dg_world *world, dg_error *err);
/* Gives back what init took; fine after an init that failed. */
void dg_statements_clear(dg_world *world);
/* What was sent in the slot that ends; what is computed is not counted. */
dg_code dg_statements_messages_tell(dg_world *world, dg_error *err);

/* Which votes of a candidate a node has by now; 0 where too few to include it.
 * `voted` of DG_GROUP_MAX, by member of the group. Computed, or as the messages say. */
dg_code dg_statements_votes(dg_world *world, uint8_t *voted, uint32_t *votes, dg_leaf_id leaf,
                            dg_place_ix core, dg_node_ix listener, dg_error *err);
/* Members of a group that are up and exchange statements of this leaf. */
uint32_t dg_statements_able(const dg_world *world, dg_leaf_id leaf, dg_group_ix group);
/* Could its group collect enough votes among themselves, ever? */
bool dg_statements_backable(const dg_world *world, dg_leaf_id leaf, dg_place_ix core);
/* Has `listener` by now what `from` signed of availability at this leaf? `from` DG_NO: nobody, no.
 */
bool dg_statements_bitfield_is_here(const dg_world *world, dg_leaf_id leaf, dg_node_ix from,
                                    dg_node_ix listener);
/* What that says: `held` of as many cores as the view of the leaf has. */
void dg_statements_bitfield_read(const dg_world *world, bool *held, dg_leaf_id leaf,
                                 dg_node_ix node);

/* ns that a node takes to put a proof together alone. */
dg_ns dg_statements_recovery_ns(const dg_world *world, const dg_session *session);
/* Counts what `times` such recoveries send. */
void dg_statements_recovery_count(dg_world *world, const dg_session *session, uint64_t times);

/* ---- a leaf from its beginning to its end ---- */

/* The node's statement distribution has sorted a leaf, with `way` and `taken` of it: work on it
 * begins. DG_NOMEM, DG_LIMIT; or as dg_backing_collate. */
dg_code dg_statements_taken_up(dg_world *world, dg_node_ix node, dg_leaf_id leaf, dg_error *err);
/* The node asks for its chunks of what occupies cores at a leaf, and at blocks below it that are as
 * new to the node. DG_NOMEM; as the simulation's sending. */
dg_code dg_statements_chunks_taken_up(dg_world *world, dg_node_ix node, dg_leaf_id leaf,
                                      dg_error *err);
/* One more candidate stands at a leaf, which nodes may have taken up already. DG_NOMEM, DG_LIMIT.
 */
dg_code dg_statements_offered(dg_world *world, dg_leaf_id leaf, dg_place_ix core, dg_error *err);
/* A message or a timer of statements, bitfields or chunks, at a node. DG_NOMEM; DG_LIMIT of the
 * simulation. */
dg_code dg_statements_event(dg_world *world, dg_node_ix node, const dg_sim_event *event,
                            dg_error *err);
void dg_statements_forget(dg_world *world, dg_node_ix node); /* a process began anew */
/* What was sent at one leaf. NULL is fine. */
void dg_statements_sent_free(dg_sent_leaf *sent);
/* What was sent of chunks at one leaf. NULL is fine. */
void dg_statements_chunks_free(dg_sent_chunks *chunks);

/* ---- what a node holds against its peers ---- */

dg_code dg_statements_reputation_step(dg_world *world, dg_error *err); /* with every tick */
dg_code dg_statements_reputation_tell(dg_world *world, dg_error *err); /* at the end of a slot */

/* Asserts what must hold of statements on their way between two slots. For tests. */
void dg_statements_verify(const dg_world *world);

#endif
