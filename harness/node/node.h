/* node.h - validators and collators around a forked chain.
 *
 *   classes   dg_class_at, dg_class_read      what nodes run, and its faults
 *             dg_class_without                .. and what they are without a repair
 *   new       dg_network_new(chain)           one node per validator of the chain
 *   plan      dg_network_enact, _fault        N over N-1, from a slot on; what goes wrong
 *             dg_network_rollout              nodes that restart or change their release
 *   run       dg_network_run(until)           slot by slot, as often as wanted
 *   look      events (event.h) through a callback, dg_network_best, dg_world_stats
 *   settle    blocks that stay, oldest first, through another; dg_network_settle the rest
 *   free      dg_network_free                 the chain stays the caller's
 *
 * Every claim of a slot makes its author build a block, by the real runtime, on
 * what that author saw: bitfields and candidates that had reached it by then.
 * Blocks and finality travel over the links of `sim`; each node has its own
 * active leaves, topologies and best block.
 *
 * Statements of these validators carry marked signatures: the chain has to be
 * opened with `simulated_validators`.
 *
 * Invariant: what happens is a function of (chain, options, calls made) alone. */
#ifndef DG_NODE_H
#define DG_NODE_H

#include "backing/backing.h"
#include "consensus/consensus.h"
#include "world/world.h"

typedef struct dg_network dg_network; /* used by one thread at a time */

/* How many nodes a network around the chain, as it stands at its root, would have.
 * Codes as of dg_network_new. */
dg_code dg_network_nodes(uint32_t *count, dg_chain *chain, dg_error *err);

/* Around the chain as it stands at its root. Nodes are the accounts of
 * Session.Validators there, in that order, then those queued for the next session,
 * then all others with session keys, in the order of accounts. DG_USAGE: shares that do not add up,
 * no share, no validators; DG_ABSENT: the runtime has no sessions. `chain` outlives it. */
dg_code dg_network_new(dg_network **out, dg_chain *chain, const dg_network_options *options,
                       dg_error *err);
/* With all nodes and what they keep; before the chain. NULL is fine. */
void dg_network_free(dg_network *net);

/* From `slot` on every block on a parent without it enacts `code` (borrowed until
 * the network is freed). Before the run has come there. */
dg_code dg_network_enact(dg_network *net, uint64_t slot, dg_how how, dg_bytes code, dg_error *err);
/* .. or changes the host configuration (see dg_transition; borrowed likewise), alone or with new
 * code of the same slot. */
dg_code dg_network_configure(dg_network *net, uint64_t slot, const json_t *fields, dg_error *err);

/* What governance does once N is in: from `slot` on each block whose parent has N, and is without
 * it, changes the configuration or parachains' session (no code; its fields borrowed likewise).
 * Once, after dg_network_enact. DG_USAGE: not behind U, or a second time. */
dg_code dg_network_later(dg_network *net, uint64_t slot, const dg_transition *what, dg_error *err);

/* ---- faults ---- */

/* What goes wrong by plan. Those of the world happen to a machine, its clock or its links, whatever
 * runs there; those of a node are what its software, or its collators, leave undone. */
typedef enum dg_fault_kind {
    /* of the world */
    DG_FAULT_CRASH,
    DG_FAULT_PAUSE,
    DG_FAULT_PARTITION,
    DG_FAULT_CLOCK,
    DG_FAULT_LOSS,
    /* of a node */
    DG_FAULT_SILENT_BACKER,
    DG_FAULT_WITHHOLD_AVAILABILITY,
    DG_FAULT_NO_APPROVALS,
    DG_FAULT_OFFLINE_COLLATORS,
    DG_FAULT_COUNT
} dg_fault_kind;
/* What plans call the fault, "silent-backer"; NULL past the end. Static. */
const char *dg_node_fault_name(dg_fault_kind kind);
/* What the fault does, in words for the report; NULL past the end. */
const char *dg_node_fault_says(dg_fault_kind kind);

typedef enum dg_fault_who {
    DG_WHO_LIST,    /* nodes by index; of offline-collators: parachains by id */
    DG_WHO_SHARE,   /* drawn, each for itself */
    DG_WHO_GROUP,   /* a backing group of the best leaf when the fault begins */
    DG_WHO_AUTHORS, /* who may author in the slot in which it begins */
    DG_WHO_ALL
} dg_fault_who;

typedef struct dg_fault {
    dg_fault_kind kind;
    dg_fault_who who;
    const uint32_t *list; /* copied */
    uint32_t count, share_ppm, group;
    uint64_t from, until; /* slots: from <= slot < until; UINT64_MAX: to the end */
    dg_sim_clock clock;   /* clock */
    uint32_t loss_ppm;    /* loss */
} dg_fault;

/* Before the run has come to its first slot. DG_USAGE: nodes that are not there, an
 * end before the beginning, a beginning that is not ahead; DG_LIMIT; DG_NOMEM. A
 * group that is not there when the fault begins ends the run with DG_USAGE. */
dg_code dg_network_fault(dg_network *net, const dg_fault *fault, dg_error *err);

/* ---- rollouts ---- */

/* Nodes that restart, and may come back as another release. */
typedef struct dg_rollout {
    dg_fault_who who;     /* DG_WHO_LIST, DG_WHO_SHARE or DG_WHO_ALL */
    const uint32_t *list; /* copied */
    uint32_t count, share_ppm;
    /* only those of one of these classes when their turn comes; count 0: of any. Borrowed until the
     * network is freed, as is: */
    const dg_node_class *const *of;
    size_t of_count;
    const dg_node_class *to; /* what the new process runs; NULL: what the old one did */
    uint64_t from;           /* slot in which it begins, */
    uint32_t over;           /* .. and how many it takes: each node in one of them, drawn */
    /* nobody restarts for it: the new release begins when something else ends the process */
    bool waits;
    dg_ns down_ns_min, down_ns_max; /* until the new process is up, drawn for each node */
} dg_rollout;

/* Before the run has come to its first slot. A node that restarts forgets what a process forgets
 * and compiles again, as after a crash; its class changes with the new process. DG_USAGE: nodes
 * that are not there, nothing that changes, a class that no node has and that is not joining, a
 * beginning that is not ahead; DG_LIMIT; DG_NOMEM. */
dg_code dg_network_rollout(dg_network *net, const dg_rollout *rollout, dg_error *err);

/* Up to the end of slot `until`. May be called again. A block that a runtime refuses
 * to build is an event, not a failure; below zero is a broken chain, no memory, a way
 * of enactment that the chain does not offer (DG_USAGE), or the caller's own code. */
dg_code dg_network_run(dg_network *net, uint64_t until, dg_error *err);

/* The end: what lies between the last settled block and dg_network_best is settled
 * as well, whether finality came so far or not. Nothing runs after it (DG_USAGE). */
dg_code dg_network_settle(dg_network *net, dg_error *err);
/* The same blocks to `listener` alone, as if the end were here: the network may go on, and settles
 * them, or others in their place, when it comes to that. Codes of `listener`; DG_NOMEM. */
dg_code dg_network_unsettled(const dg_network *net, dg_world_settled listener, void *user,
                             dg_error *err);

/* The slot in which the network's time begins. */
uint64_t dg_network_first_slot(const dg_network *net);
/* How many nodes there are: they are numbered 0 to count - 1. */
uint32_t dg_network_node_count(const dg_network *net);
/* The release family of a node, as it is now. */
const dg_node_class *dg_network_class(const dg_network *net, dg_node_ix node);
/* The block that most nodes take for the best, of those that are up and do not stand
 * still while there are any; of equals the newest. */
dg_block *dg_network_best(const dg_network *net);
/* The simulation inside, for faults of the world: nodes have the same indices there. Borrowed. */
dg_sim *dg_network_sim(dg_network *net);

/* All counts since the network began. */
void dg_network_stats_get(const dg_network *net, dg_world_stats *stats);
/* Asserts what must hold of the whole network between two slots: see the function of this name of
 * the simulation, of the world and of each room above it. It looks at each node's knowledge of each
 * block: for tests. */
void dg_network_verify(const dg_network *net);

#endif
