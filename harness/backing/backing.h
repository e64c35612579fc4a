/* backing.h - what is made and executed before a candidate can be backed: collators and their
 * collations, prepared code, chunks of available data and how they are put together again.
 *
 *   collate   dg_backing_collate, _collate_tick      the candidates of a relay parent
 *   ask       dg_backing_collation_at, _chunk_at, _pvf_ready_at, _recovery_over_links
 *   execute   dg_backing_pvf_want, _pvf_step, _pvf_execute
 *
 * Invariant: what exists is the same for all nodes; who has it, and when, is computed from the
 * states of both ends. */
#ifndef DG_BACKING_H
#define DG_BACKING_H

#include "world/world.h"

/* Once the world has its nodes, before its first block; what is kept goes with clear, also after an
 * init that failed. DG_NOMEM. */
dg_code dg_backing_init(dg_world *world, dg_error *err);
/* Gives back what init took; fine after an init that failed. */
void dg_backing_clear(dg_world *world);

/* ---- collators ---- */

/* How a collator's node authors: a row of the table in collator.c. */
typedef struct dg_author {
    const char *name; /* "lookahead" */
    const char *says;
    bool checks;    /* asks the parachain's runtime for room first */
    bool own_clock; /* builds when its clock ticks; else when a relay block comes */
} dg_author;
/* The table of authors, row by row; NULL past the end. Static. */
const dg_author *dg_backing_author_at(size_t i);
/* The author of this name, "lookahead"; NULL: there is none. Static. */
const dg_author *dg_backing_author_named(const char *name);

typedef struct dg_collators dg_collators;
/* The collators of a share of the parachains, at random. */
struct dg_collators {
    const dg_author *of;
    unsigned protocol; /* newest version of the collation protocol they speak: 1 or 2 */
    /* the parachain's runtime has room for blocks that wait for availability */
    bool async;
    /* of new code that each of these parachains publishes, once; 0: none */
    uint32_t code_bytes;
    uint64_t code_from; /* .. at leaves of this slot or a later one */
    uint32_t ppm;
};

/* Has any collator of this network a clock of its own? Then dg_backing_collate_tick is wanted. */
bool dg_backing_collators_tick(const dg_world *world);
/* Are the shares of collators ones that a network can have? DG_USAGE, with the share at fault. */
dg_code dg_backing_collators_check(const dg_network_options *options, dg_error *err);
/* Tells what collators did in the slot that ends, and begins to count anew. As dg_world_emit. */
dg_code dg_backing_collators_tell(dg_world *world, dg_error *err);

/* ---- collations ---- */

/* The candidates that collators make with a leaf as relay parent, once: `candidates` of the block
 * are there afterwards, unless it has no cores, no groups or no session. What was built before it
 * in its scope is built first. Its view has to be there. DG_NOMEM; codes of dg_view_ask. */
dg_code dg_backing_collate(dg_world *world, dg_leaf_id leaf, dg_error *err);
/* A tick of the clocks of those collators that have one: they build on the block that they take for
 * the best now, and tell the hook `offered`. Codes as of dg_backing_collate and of the hook. */
dg_code dg_backing_collate_tick(dg_world *world, dg_error *err);
/* Drops all candidates of a leaf; it has none then. */
void dg_backing_candidates_clear(dg_world_block *leaf);

/* When the collation of a core is at a backer, which has the leaf; DG_NEVER: there is none, or it
 * refuses it. */
dg_ns dg_backing_collation_at(const dg_world *world, dg_leaf_id leaf, dg_place_ix core,
                              dg_node_ix node);

/* ---- prepared code ---- */

typedef enum dg_pvf_use { DG_PVF_BACKING, DG_PVF_APPROVAL } dg_pvf_use;
/* A node needs a parachain's artifact for a relay parent of that session, from now on: it stands in
 * the queue of its one worker, before all that waits for approval if backing wants it. Nothing
 * happens where it is there, or is asked for already. DG_NOMEM; DG_LIMIT: too many artifacts. */
dg_code dg_backing_pvf_want(dg_world *world, dg_node_ix node, const dg_session *session,
                            dg_para_id para, dg_pvf_use use, dg_error *err);
/* When the artifact was prepared at the node, 0: before the run began; DG_NEVER: it is not, by now.
 */
dg_ns dg_backing_pvf_ready_at(const dg_world *world, dg_node_ix node, const dg_session *session,
                              dg_para_id para);
/* How many artifacts the node has prepared since the run began. */
uint32_t dg_backing_pvf_ready_count(const dg_world *world, dg_node_ix node);
/* The node has activated a leaf: it wants the code of the parachain that its group is assigned to
 * there. Codes as of dg_backing_pvf_want. */
dg_code dg_backing_pvf_leaf(dg_world *world, dg_node_ix node, const dg_world_block *leaf,
                            dg_error *err);
/* To be called with every tick: workers go on, and those of nodes that are down have stopped. */
void dg_backing_pvf_step(dg_world *world);
/* A node's process ended at `down`: what was prepared by then stays on disk, what was asked for is
 * forgotten. */
void dg_backing_pvf_restart(dg_world *world, dg_node_ix node, dg_ns down);
/* A process began anew, after it had ended at `down`: of classes that keep nothing on disk all is
 * gone. */
void dg_backing_pvf_clean(dg_world *world, dg_node_ix node, dg_ns down);
/* ns that executing one block of a parachain takes, the same everywhere. What is more than the
 * session allows (dg_executor) is a timeout. */
dg_ns dg_backing_pvf_execute_ns(const dg_world *world, dg_para_id para);
/* The end of an execution that could begin at `from`, once an executor is free. */
dg_ns dg_backing_pvf_execute(dg_world *world, dg_node_ix node, dg_para_id para, dg_ns from);
/* At the end of a slot, how many of the codes the validators of the best leaf's session have ready.
 * As dg_world_emit. */
dg_code dg_backing_pvf_tell(dg_world *world, dg_error *err);

/* ---- availability ---- */

/* To put a proof together alone: the ns that its messages take over the links. */
dg_ns dg_backing_recovery_over_links(const dg_world *world, const dg_session *session);
/* Counts the messages of `times` such recoveries, as the mean over random orders. */
void dg_backing_recovery_count(dg_world *world, const dg_session *session, uint64_t times);
/* When a node has its chunk of what occupies a core of the leaf, as far as is known by now;
 * DG_NEVER: it does not get it. Where messages are computed. */
dg_ns dg_backing_chunk_at(const dg_world *world, dg_leaf_id leaf, dg_core_ix core, dg_node_ix node);
/* Bytes of one chunk among so many validators, with its proof. */
uint64_t dg_backing_chunk_bytes(uint32_t validators);
/* The block that put it on its core, at or below the leaf; the leaf if that one is forgotten. */
uint32_t dg_backing_chunk_home(const dg_world *world, dg_leaf_id leaf, dg_core_ix core);
/* Can a member of the group that backed a candidate give chunks of it at `at`? If it had taken the
 * relay parent up by then in the way of that leaf, and withholds nothing. `parent` v DG_NO, or
 * forgotten: it is taken to have. */
bool dg_backing_chunk_has_all(const dg_world *world, dg_leaf_id parent, dg_node_ix node, dg_ns at);
/* The id of the relay parent of what occupies a core, which block `home` put there; the parent of
 * `home` where that is out of reach. */
uint32_t dg_backing_chunk_parent(const dg_world *world, dg_leaf_id home, const dg_core *core);
/* Which of so many members of the group a node asks first for its chunk, drawn from the seed; it
 * goes on with the next ones. */
uint32_t dg_backing_chunk_first(const dg_world *world, dg_leaf_id home, dg_core_ix core,
                                dg_node_ix node, uint32_t members);

/* Asserts what must hold of collations and PVF hosts between two slots. For tests. */
void dg_backing_verify(const dg_world *world);

#endif
