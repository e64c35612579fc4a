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
const dg_author *dg_backing_author_at(size_t i);            /* NULL past the end */
const dg_author *dg_backing_author_named(const char *name); /* NULL: none */

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

bool dg_backing_collators_tick(const dg_world *world); /* has any a clock of its own? */
/* Are the shares of collators ones that a network can have? DG_USAGE, with the share at fault. */
dg_code dg_backing_collators_check(const dg_network_options *options, dg_error *err);
dg_code dg_backing_collators_tell(dg_world *world, dg_error *err); /* of the slot that ends */

/* ---- collations ---- */

/* The candidates that collators make with a leaf as relay parent */
dg_code dg_backing_collate(dg_world *world, dg_leaf_id leaf, dg_error *err);
/* of the clocks of those collators that have one */
dg_code dg_backing_collate_tick(dg_world *world, dg_error *err);
/* Drops all candidates of a leaf; it has none then. */
void dg_backing_candidates_clear(dg_world_block *leaf);

/* When the collation of a core is at a backer, which has the leaf; DG_NEVER: there is none, or it
 * refuses it. */
dg_ns dg_backing_collation_at(const dg_world *world, dg_leaf_id leaf, dg_place_ix core,
                              dg_node_ix node);

/* ---- prepared code ---- */

typedef enum dg_pvf_use { DG_PVF_BACKING, DG_PVF_APPROVAL } dg_pvf_use;
/* A node needs a parachain's artifact for a relay parent of that session, from now on. */
dg_code dg_backing_pvf_want(dg_world *world, dg_node_ix node, const dg_session *session,
                            dg_para_id para, dg_pvf_use use, dg_error *err);
/* When it was prepared; DG_NEVER: it is not, by now. */
dg_ns dg_backing_pvf_ready_at(const dg_world *world, dg_node_ix node, const dg_session *session,
                              dg_para_id para);
/* artifacts that it has prepared since the run began */
uint32_t dg_backing_pvf_ready_count(const dg_world *world, dg_node_ix node);
/* the node has activated it */
dg_code dg_backing_pvf_leaf(dg_world *world, dg_node_ix node, const dg_world_block *leaf,
                            dg_error *err);
void dg_backing_pvf_step(dg_world *world); /* with every tick */
/* a node's process ended then */
void dg_backing_pvf_restart(dg_world *world, dg_node_ix node, dg_ns down);
/* a process began anew: of classes that keep nothing all is gone */
void dg_backing_pvf_clean(dg_world *world, dg_node_ix node, dg_ns down);
/* one of its blocks; too long: see dg_executor */
dg_ns dg_backing_pvf_execute_ns(const dg_world *world, dg_para_id para);
/* The end of an execution that could begin at `from`, once an executor is free. */
dg_ns dg_backing_pvf_execute(dg_world *world, dg_node_ix node, dg_para_id para, dg_ns from);
dg_code dg_backing_pvf_tell(dg_world *world, dg_error *err); /* at the end of a slot */

/* ---- availability ---- */

/* To put a proof together alone: the ns that its messages take over the links. */
dg_ns dg_backing_recovery_over_links(const dg_world *world, const dg_session *session);
/* Counts the messages of `times` such recoveries, as the mean over random orders. */
void dg_backing_recovery_count(dg_world *world, const dg_session *session, uint64_t times);
/* When a node has its chunk of what occupies a core of the leaf; DG_NEVER */
dg_ns dg_backing_chunk_at(const dg_world *world, dg_leaf_id leaf, dg_core_ix core, dg_node_ix node);
uint64_t dg_backing_chunk_bytes(uint32_t validators); /* of one, with its proof */
/* The block that put it on its core, at or below the leaf; the leaf if that one is forgotten. */
uint32_t dg_backing_chunk_home(const dg_world *world, dg_leaf_id leaf, dg_core_ix core);
/* of its group: took the relay parent up, and speaks */
bool dg_backing_chunk_has_all(const dg_world *world, dg_leaf_id parent, dg_node_ix node, dg_ns at);
/* the relay parent of what occupies the core */
uint32_t dg_backing_chunk_parent(const dg_world *world, dg_leaf_id home, const dg_core *core);
/* member it asks first */
uint32_t dg_backing_chunk_first(const dg_world *world, dg_leaf_id home, dg_core_ix core,
                                dg_node_ix node, uint32_t members);

/* Asserts what must hold of collations and PVF hosts between two slots. For tests. */
void dg_backing_verify(const dg_world *world);

#endif
