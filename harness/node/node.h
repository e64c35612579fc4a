/* node.h - validators and collators around a forked chain.
 *
 *   classes   dg_class_at, dg_class_named     release families and their faults
 *             dg_class_without                .. and what they are without a repair
 *   new       dg_network_new(chain)           one node per validator of the chain
 *   plan      dg_network_enact, _fault        N over N-1, from a slot on; what goes wrong
 *   run       dg_network_run(until)           slot by slot, as often as wanted
 *   look      records through a callback, dg_network_best, dg_network_stats
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

#include "base/base.h"
#include "chain/chain.h"
#include "protocol/protocol.h"
#include "sim/sim.h"

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

/* The collators of a share of the parachains, by lot. */
typedef struct dg_collators {
    const dg_author *of;
    unsigned protocol; /* newest version of the collation protocol they speak: 1 or 2 */
    /* the parachain's runtime has room for blocks that wait for availability */
    bool async;
    /* of new code that each of these parachains publishes, once; 0: none */
    uint32_t code_bytes;
    uint64_t code_from; /* .. at leaves of this slot or a later one */
    uint32_t ppm;
} dg_collators;

/* Numbers that a model needs and no runtime tells; every one with its source. */
typedef enum dg_constant {
    DG_CONST_SLOT_BUDGET,    /* of a slot, for proposing: parts in 1000 */
    DG_CONST_FUTURE_SLOTS,   /* slots that a block may be ahead of the clock of who imports it */
    DG_CONST_PROPOSE_WAIT,   /* ns from a fresh leaf to an inherent */
    DG_CONST_INHERENT_LIMIT, /* ns after which an author goes on without its subsystems */
    DG_CONST_BITFIELD_WAIT,  /* ns from a fresh leaf to signing availability */
    DG_CONST_COLLATION,      /* ns from a leaf to a collation at a backer */
    /* ns from a slot's begin to the tick of a collator with a clock of its own */
    DG_CONST_SLOT_DRIFT,
    DG_CONST_PREPARE_MIN, /* ns a node takes to prepare a parachain's code, at least */
    DG_CONST_PREPARE_MAX, /* .. and at most */
    DG_CONST_VALIDATION,  /* ns a backer takes to execute it */
    DG_CONST_EXECUTORS,   /* that run at one time */
    DG_CONST_TICK,        /* ns of approval voting's clock */
    /* ticks from the last assignment that counts to an approval that counts */
    DG_CONST_APPROVAL_DELAY,
    /* ns an approval checker takes to put the proof together, where messages are computed */
    DG_CONST_RECOVERY,
    DG_CONST_RECOVERY_PARALLEL, /* chunks that it asks for at a time */
    DG_CONST_AGGRESSION_1,      /* blocks that the oldest one not final is behind, for level 1, */
    DG_CONST_AGGRESSION_2,      /* .. and for level 2 */
    DG_CONST_RESEND,            /* blocks between sending approvals again */
    DG_CONST_PARTICIPATIONS,    /* disputes that a node works at at one time */
    DG_CONST_LAG_MAX,           /* blocks that finality may be held back by what is not approved */
    /* ns, GRANDPA's gossip duration T: prevote at 2 T, precommit at 4 T */
    DG_CONST_GOSSIP,
    DG_CONST_BEFORE_BEST,       /* blocks below the best that GRANDPA votes for */
    DG_CONST_REQUEST_TIMEOUT,   /* ns for a candidate that was asked for */
    DG_CONST_REQUEST_RETRY,     /* ns until it is asked for again */
    DG_CONST_REQUEST_PARALLEL,  /* candidates of other groups asked for at a time */
    DG_CONST_STATEMENT_TIMEOUT, /* ns for the whole of a large statement of the old way */
    DG_CONST_POV_TIMEOUT,       /* ns for a proof that was asked for */
    DG_CONST_CHUNK_TIMEOUT,     /* ns for a chunk that was asked for */
    DG_CONST_GOSSIP_PEERS,      /* peers that gossip of the old way goes to at least */
    DG_CONST_RANDOM_PEERS,      /* .. and bitfields and approvals, beside those of the grid */
    DG_CONST_FUEL_PER_US,       /* fuel of the guest that costs a node one microsecond */
    DG_CONST_CALLS_AT_ONCE,     /* runtime calls of one node that run beside each other */
    DG_CONST_HARDWARE,          /* a node's calls take this to 1000 parts of 1000, by lot */
    DG_CONST_STALL_LIMIT,       /* ns that a part of a node may leave a signal waiting */
    DG_CONST_SHUTDOWN,          /* ns from the overseer's end to that of the process */
    DG_CONST_RESTART_MIN,
    DG_CONST_RESTART_MAX, /* ns until it is up again, by lot */
    DG_CONST_COMPILE,     /* ps of one core for one byte of wasm */
    DG_CONST_COMPILE_CORES_MIN,
    DG_CONST_COMPILE_CORES_MAX,
    DG_CONST_REPUTATION_BATCH, /* ns between batches of what is held against peers */
    DG_CONST_BAN_PERMILLE,     /* of INT32_MIN: below it a peer is not talked to, */
    /* parts of a score, of which one goes each second; what is below the threshold parts until it
       is above */
    DG_CONST_FORGIVEN,
    DG_CONST_COUNT
} dg_constant;
uint64_t dg_world_constant(dg_constant which);
const char *dg_world_constant_source(
    dg_constant which); /* "name: where it is from", for the report */
/* Least and most time, in ns, that validators need to compile a runtime of so many
 * bytes (as wasm, not as packed on chain): with the most cores, and with the fewest. */
void dg_world_compile_range(dg_ns out[2], uint64_t wasm_len);

/* ---- messages ---- */

typedef enum dg_message_kind {
    DG_MSG_STATEMENT, /* compact, inside a group */
    DG_MSG_LEGACY,    /* full statement of the old way */
    DG_MSG_MANIFEST,  /* BackedCandidateManifest */
    DG_MSG_KNOWN,     /* BackedCandidateKnown: its acknowledgement */
    DG_MSG_VOTE,      /* compact, over the grid, after a manifest */
    /* AttestedCandidate request; of the old way StatementFetching, for a large one, */
    DG_MSG_ASK,
    DG_MSG_ANSWER,  /* .. response */
    DG_MSG_POV_ASK, /* proof of validity: request, */
    DG_MSG_POV,     /* .. response */
    DG_MSG_BITFIELD,
    DG_MSG_CHUNK_ASK,    /* own chunk of available data: request, */
    DG_MSG_CHUNK,        /* .. response, with it or without */
    DG_MSG_RECOVERY_ASK, /* anybody's chunk, to check a candidate: request, */
    DG_MSG_RECOVERY,     /* .. response; these two are counted and do not travel */
    DG_MSG_COUNT
} dg_message_kind;
const char *dg_world_message_name(dg_message_kind kind);

/* How statements, bitfields and chunks get from node to node. */
typedef enum dg_exchange_mode {
    /* when each is where follows from the states of both ends and of those between */
    DG_EXCHANGE_COMPUTED,
    DG_EXCHANGE_MESSAGES /* each is sent; dear: the old way floods */
} dg_exchange_mode;

/* ---- records: what happened, in numbers ---- */

/* One row per kind in record.c: name, and the names of n[0..5]. */
typedef enum dg_record_kind {
    /* a slot is over: slot, claims, primary, built, failed, heads (leaves that all nodes together
       have) */
    DG_REC_SLOT,
    /* its author built it: slot, primary, parent_slot, offered (candidates), bitfields, session */
    DG_REC_BLOCK,
    /* an author could not build, or nobody imports what it built: slot, step, offered, bitfields;
       text: why */
    DG_REC_FAILED,
    /* the runtime's own events: slot, backed, included, timed_out, offered, backable (some node
       could) */
    DG_REC_PARAS,
    /* sampled at the end of a slot, over up nodes that are para validators of their best leaf's
       session: slot, validators, enabled (work with asynchronous backing there: not those who still
       wait for answers, nor those who never will), entries (have a session entry), holders (and its
       grid), session */
    DG_REC_HOLDERS,
    /* a node lost a topology: session, how (0 dropped, 1 purged), topology_block */
    DG_REC_LOST,
    /* first node to get a signal that only deactivates: slot, deactivated (block number; 0: before
       the fork), by_finality */
    DG_REC_SIGNAL,
    /* first leaf of a session: session, validators, groups, cores, discovery, slot (it began in) */
    DG_REC_SESSION,
    /* agreed: slot (of now), lag (best - finalized), pruned (blocks off the chain), round */
    DG_REC_FINALIZED,
    DG_REC_UPGRADE, /* a block was to enact N: slot, enacted, pending; text: why not */
    /* at the end of a slot, over the backing groups of the best leaf: slot, groups, able (enough
       members that are up and work on that leaf), wanted (votes), least (members that work, in the
       group with the fewest), session */
    DG_REC_GROUPS,
    /* `node` calls a candidate of `block` invalid, or that is settled: slot (of now), session,
       para, outcome (0 begun, 1 valid, 2 invalid), against (validators that call it invalid),
       after_ms (of the beginning) */
    DG_REC_DISPUTE,
    /* of a block with disputes: slot, sets and votes that its author offered; and in the runtime's
       own events begun, valid, invalid (concluded) */
    DG_REC_STATEMENTS,
    /* all candidates that a block includes are approved: slot (of the block), candidates, assigned
       (validators that told they check one), no_shows, tranche (highest that told), after_ms (since
       the slot began) */
    DG_REC_APPROVED,
    /* approval voting cannot take a block in, as no runtime tells the rules of its session, or
       could at last: slot (of the block), session, candidates, known (0 not, 1 at last), after_ms
     */
    DG_REC_UNKNOWN,
    /* at the end of a slot: slot, waiting (candidates of blocks that are not final, not approved),
       no_shows (found in this slot), level (of aggression), assignments, approvals (messages sent
       in this slot) */
    DG_REC_APPROVAL,
    /* in a slot, at the leaves that were built on: slot, attempts (to author), collations (made),
       panics (of the parachain's runtime), refused (collations that no backer takes) */
    DG_REC_COLLATORS,
    /* one candidate that a block includes, by the runtime's event: slot, para, core */
    DG_REC_INCLUDED,
    /* at the end of a slot, over up nodes that are para validators of the best leaf's session:
       slot, session, pairs (validator and parachain), ready (pairs with the artifact prepared),
       deepest (queue), waiting (validators that lack some) */
    DG_REC_PVF,
    /* of each block, what its author put in of the parent's occupied cores: slot, cores, bits
       (set), possible, enough (cores with bits for more than two thirds), slow (occupied for longer
       than a block) */
    DG_REC_AVAILABLE,
    /* sent in a slot, where they are sent: slot, cluster (statements inside groups), legacy, grid
       (manifests, acknowledgements and votes), requests (and responses, of candidates and proofs),
       bitfields */
    DG_REC_MESSAGES,
    /* .. likewise: slot, chunks (own ones asked for), given (answers to that), recoveries (chunks
       asked for to check a candidate), recovered (answers), kib (of all messages of the slot) */
    DG_REC_DATA,
    /* of each block that backs any, by the runtime's events: slot, candidates, older (on a relay
       parent older than the block's parent), waited (blocks from its relay parent to this one, of
       all together), longest (of them), several (beyond the first of their parachain in this block)
     */
    DG_REC_BACKED,
    /* a candidate that its author offered and its block does not back: slot, para, core, reason
       (dg_drop), bitfields (offered), kept (of them); text: the reason in words */
    DG_REC_DROPPED,
    /* bitfields that its author offered and its block does not hold: slot, offered, kept, sized
       (bits each had: cores as listed at the parent), cores (of the block), waiting (of them,
       occupied since before it) */
    DG_REC_BITFIELDS,
    DG_REC_ABSENT, /* keys of a session that belong to no node: session, babe, para */
    /* a planned fault begins or ends: slot, kind (dg_fault_kind), begins, nodes, fault (in the
       order of planning); text: its kind's name */
    DG_REC_FAULT,
    DG_REC_COMPILED, /* a node stood still for new code: slot, ms, again (a restart lost it) */
    /* answers at a leaf took too long, and the node goes down: slot, waited_ms (they would have),
       down_ms, host_version; text: the slowest question */
    DG_REC_STALLED,
    /* at the end of a slot in which any of it changed, where messages are sent: slot, reports
       (costs noted), minor and major (of them), banned (pairs that are parted now), refused
       (requests that found a queue full) */
    DG_REC_REPUTATION,
    DG_REC_COUNT
} dg_record_kind;

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

#define DG_NO_NODE UINT32_MAX
typedef struct dg_record {
    dg_ns at; /* since the first slot of the run began */
    dg_record_kind kind;
    uint32_t node;  /* DG_NO_NODE: the network as a whole */
    uint32_t block; /* number it is about; 0: none */
    uint64_t n[6];
    dg_hash hash;     /* of that block; zero: none */
    const char *text; /* words to a failure, or NULL; borrowed for the call */
} dg_record;
const char *dg_record_name(dg_record_kind kind);
const char *dg_record_field(dg_record_kind kind, size_t i); /* NULL: unused */

/* ---- the network ---- */

typedef struct dg_share {
    const dg_node_class *of;
    uint32_t ppm;
} dg_share;

/* A block as its author made it, or could not. All of it is borrowed for the call. */
typedef struct dg_made {
    dg_block *block; /* NULL: the runtime refused to build it, or clients to import it */
    uint64_t slot;
    uint32_t number, author; /* author: node */
    const dg_build_report *report;
    /* the way N was to come in (see dg_enactment); NULL: not by this block */
    const char *path;
    uint32_t config_session; /* from which a new configuration acts; 0: none */
    bool amended;            /* for which the state of its parent was written to */
    const char *why;         /* refused: in words */
    /* refused by every client, for what its digest says, or does not say, of epochs; NULL: not for
     * that */
    const dg_client_note *epoch;
} dg_made;

typedef struct dg_network_options {
    uint64_t seed;
    const dg_share *shares; /* of the validators, by lot; add up to 1 000 000 */
    size_t share_count;
    const dg_sim_link *link; /* between any two nodes; NULL: 20 to 200 ms, no loss */
    /* How long a node stands still at the first block with new code, which it has to
     * compile; each node somewhere in between, by its class's pace. 0: no time. See
     * dg_world_compile_range. */
    dg_ns compile_ns_min, compile_ns_max;
    /* to prepare a parachain's code, each somewhere in between; 0 both: the constants */
    dg_ns prepare_ns_min, prepare_ns_max;
    /* to execute one of its blocks, likewise; two at a time. 0 both: the constant, however many */
    dg_ns execute_ns_min, execute_ns_max;
    /* shares add up to 1 000 000; NULL: all look ahead, speak version 2, and */
    const dg_collators *collators;
    /* .. find no room beside a block that waits for availability; borrowed until the end */
    size_t collator_count;
    dg_exchange_mode exchange;
    /* authors leave slots out while finality lags; real nodes do so on test networks, on Polkadot
     * and Kusama it is off (from memory of node/service: unverified) */
    bool backs_off;
    /* who joins later has the artifacts as well: a network that was grown is not new in its world
     */
    bool all_prepared;
    /* only the first claim of a slot is used: a world that does not exist */
    bool no_forks;
    /* Below zero ends the run with that code. NULL: nobody listens. */
    dg_code (*each)(void *user, const dg_record *record, dg_error *err);
    /* The chain that the nodes agree on, block by block: each exactly once, its parent
     * before it, and its parent's state still there. What competes with it is lost. */
    dg_code (*settled)(void *user, const dg_made *made, dg_error *err);
    /* A build that failed, on whatever parent, when it failed. */
    dg_code (*refused)(void *user, const dg_made *made, dg_error *err);
    void *user;
} dg_network_options;

typedef struct dg_network dg_network;

/* How many nodes a network around the chain, as it stands at its root, would have.
 * Codes as of dg_network_new. */
dg_code dg_network_nodes(uint32_t *count, dg_chain *chain, dg_error *err);

/* Around the chain as it stands at its root. Nodes are the accounts of
 * Session.Validators there, in that order, then those queued for the next session,
 * then all others with session keys, in the order of accounts. DG_USAGE: shares that do not add up,
 * no share, no validators; DG_ABSENT: the runtime has no sessions. `chain` outlives it. */
dg_code dg_network_new(dg_network **out, dg_chain *chain, const dg_network_options *options,
                       dg_error *err);
void dg_network_free(dg_network *net);

/* From `slot` on every block on a parent without it enacts `code` (borrowed until
 * the network is freed). Before the run has come there. */
dg_code dg_network_enact(dg_network *net, uint64_t slot, dg_how how, dg_bytes code, dg_error *err);
/* .. or changes the host configuration (see dg_transition; borrowed likewise), alone or with new
 * code of the same slot. */
dg_code dg_network_configure(dg_network *net, uint64_t slot, const json_t *fields, dg_error *err);

/* ---- faults ---- */

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
const char *dg_node_fault_name(dg_fault_kind kind); /* "silent-backer"; NULL past the end */
const char *dg_node_fault_says(dg_fault_kind kind);

/* What a node keeps to itself: bits. */
enum { DG_WITHHOLD_STATEMENTS = 1, DG_WITHHOLD_AVAILABILITY = 2, DG_WITHHOLD_APPROVALS = 4 };

typedef enum dg_fault_who {
    DG_WHO_LIST,    /* nodes by index; of offline-collators: parachains by id */
    DG_WHO_SHARE,   /* by lot, each for itself */
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

/* Up to the end of slot `until`. May be called again. A block that a runtime refuses
 * to build is a record, not a failure; below zero is a broken chain, no memory, a way
 * of enactment that the chain does not offer (DG_USAGE), or the caller's own code. */
dg_code dg_network_run(dg_network *net, uint64_t until, dg_error *err);

/* The end: what lies between the last settled block and dg_network_best is settled
 * as well, whether finality came so far or not. Nothing runs after it (DG_USAGE). */
dg_code dg_network_settle(dg_network *net, dg_error *err);

uint64_t dg_network_first_slot(const dg_network *net);
uint32_t dg_network_node_count(const dg_network *net);
const dg_node_class *dg_network_class(const dg_network *net, uint32_t node);
/* The block that most nodes take for the best, of those that are up and do not stand
 * still while there are any; of equals the newest. */
dg_block *dg_network_best(const dg_network *net);
dg_sim *dg_network_sim(dg_network *net); /* for faults of the world: nodes have the same indices */

typedef struct dg_network_stats {
    uint64_t slots, empty_slots, claims, blocks, failed_blocks;
    uint64_t backed, included, timed_out; /* over all blocks, losing ones too */
    uint64_t disputes;
    uint64_t finalized;                             /* number */
    uint64_t pruned;                                /* blocks that lost */
    uint64_t deactivations_only;                    /* signals, over all nodes */
    uint64_t topologies_dropped, topologies_purged; /* over all nodes */
    uint64_t stalled; /* times that a node went down over a slow runtime */
    /* costs that nodes noted of peers; of them so grave. 0 where messages are computed, as: */
    uint64_t reports, reports_minor, reports_major;
    /* times that a node would not have a peer any more */
    uint64_t parted;
    uint64_t refused;                /* requests that found a queue full */
    uint64_t messages[DG_MSG_COUNT]; /* sent; 0 where they are computed, as: */
    uint64_t message_bytes;          /* .. all of these */
} dg_network_stats;
void dg_network_stats_get(const dg_network *net, dg_network_stats *stats);

#endif
