/* world.h - what every subsystem of a node sees of the simulated network: blocks and nodes, links
 * and clocks, the questions that a runtime was asked, and what is kept of each leaf.
 *
 *   find      dg_world_view, _descends, _has, _favourite, _scope_of
 *   time      dg_world_link_delay, _link_arrival, _own_wait, _runtime_latency
 *   change    dg_world_block_add, _prune       the room node alone makes and frees a world
 *   tell      dg_world_emit                    to the listener
 *
 * What a subsystem alone needs to know of a block or a node it keeps for itself; here stands a
 * pointer to it at most. What the world needs of a subsystem it asks through its hooks.
 *
 * Invariant: ids of blocks rise from parent to child, and are never used again.
 *
 *   How a subsystem above looks at a leaf, and tells of what it saw:
 *
 *     const dg_world_block *b = &world->blocks[leaf.v];
 *     if (dg_world_has(world, node, leaf) && b->way[node.v] == DG_WAY_V2)
 *         rc = dg_world_emit(world, b, &event, err);        event.node = node.v
 *
 * A pointer into `blocks` lives until the next dg_world_block_add, so rooms pass ids on. Everything
 * that a node learns comes to it at a time of the sim: what stands here of a block is what the
 * world knows, and whoever lets a node act on it asks dg_world_has and the times by node first. No
 * chance is drawn but from streams that are named by who draws. */
#ifndef DG_WORLD_H
#define DG_WORLD_H

#include "base/base.h"
#include "chain/chain.h"
#include "event/event.h"
#include "protocol/protocol.h"
#include "sim/sim.h"

/* Of dg_ns, as all times of this header are true time in ns since the first slot began. */
#define DG_MS ((uint64_t)1000000)

/* ---- indices ---- */

/* Types of their own, since a slot, a node and a place are numbers too. DG_NO (room protocol) is
 * the index of nothing in each of them. */
typedef struct {
    uint32_t v;
} dg_leaf_id; /* of a block in the world; the first is the one of the fork, v DG_NO: none */
/* Where a candidate of a relay parent stands among those made at it: turn * cores + core. A core
 * has one for each block that it may take in the chain of its parachain. */
typedef struct {
    uint32_t v;
} dg_place_ix;
typedef struct {
    uint32_t v;
} dg_member_ix; /* of one backing group, in the order of its validators */

/* ---- constants ---- */

/* Numbers that a model needs and no runtime tells; every one with its source. Where a plan or a
 * node's class says otherwise, that counts. A source that says `ours` is a choice, and one that
 * says `unverified` was not found in the code of a release. Values and sources are rows of
 * constants.c. Times of a node by its own clock are true time here: see dg_world_own_wait. */
typedef enum dg_constant {
    /* authors and their importers */
    DG_CONST_SLOT_BUDGET,    /* of a slot, for proposing: parts in 1000 */
    DG_CONST_FUTURE_SLOTS,   /* slots that a block may be ahead of its importer's clock */
    DG_CONST_PROPOSE_WAIT,   /* ns from a fresh leaf to an inherent */
    DG_CONST_INHERENT_LIMIT, /* ns after which an author goes on without its subsystems */
    DG_CONST_BITFIELD_WAIT,  /* ns from a fresh leaf to signing availability */
    /* collators, and those who check what they make, while backing and while approving */
    DG_CONST_COLLATION, /* ns from a leaf to a collation at a backer */
    /* ns from a slot's begin to the tick of a collator with a clock of its own */
    DG_CONST_SLOT_DRIFT,
    DG_CONST_PREPARE_MIN, /* ns a node takes to prepare a parachain's code, at least */
    DG_CONST_PREPARE_MAX, /* .. and at most */
    DG_CONST_VALIDATION,  /* ns a backer takes to execute it */
    DG_CONST_EXECUTORS,   /* that run at one time */
    /* approvals and disputes: what they are held up by, and what they do to finality */
    DG_CONST_TICK, /* ns of approval voting's clock */
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
    DG_CONST_BEFORE_BEST, /* blocks below the best that GRANDPA votes for */
    /* requests and gossip, where statements are sent; the timeouts also where they are computed */
    DG_CONST_REQUEST_TIMEOUT,   /* ns for a candidate that was asked for */
    DG_CONST_REQUEST_RETRY,     /* ns until it is asked for again */
    DG_CONST_REQUEST_PARALLEL,  /* candidates of other groups asked for at a time */
    DG_CONST_STATEMENT_TIMEOUT, /* ns for the whole of a large statement of the old way */
    DG_CONST_POV_TIMEOUT,       /* ns for a proof that was asked for */
    DG_CONST_CHUNK_TIMEOUT,     /* ns for a chunk that was asked for */
    DG_CONST_GOSSIP_PEERS,      /* peers that gossip of the old way goes to at least */
    DG_CONST_RANDOM_PEERS,      /* .. and bitfields and approvals, beside those of the grid */
    /* a node's machine and process; fuel is what wasmtime counts, about one for an instruction */
    DG_CONST_FUEL_PER_US,   /* fuel of the guest that costs a node one microsecond */
    DG_CONST_CALLS_AT_ONCE, /* runtime calls of one node that run beside each other */
    DG_CONST_HARDWARE,      /* a node's calls take this to 1000 parts of 1000, at random */
    DG_CONST_STALL_LIMIT,   /* ns that a part of a node may leave a signal waiting */
    DG_CONST_SHUTDOWN,      /* ns from the overseer's end to that of the process */
    DG_CONST_RESTART_MIN,
    DG_CONST_RESTART_MAX, /* ns until it is up again, at random */
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
/* The value of a constant, in the unit that its row says; `which` is below DG_CONST_COUNT. */
uint64_t dg_world_constant(dg_constant which);
const char *dg_world_constant_source(
    dg_constant which); /* "name: where it is from", for the report */
/* Least (out[0]) and most (out[1]) time, in ns, that validators need to compile a runtime of so
 * many bytes (as wasm, not as packed on chain): with the most cores, and with the fewest. */
void dg_world_compile_range(dg_ns out[2], uint64_t wasm_len);

/* ---- messages ---- */

/* What is said between nodes, by its name in polkadot-node-network-protocol where it has one. A
 * channel carries each as DG_TAG_SAID + its kind. */
typedef enum dg_message_kind {
    /* compact, inside a group: relay parent, index, statement and signature, 140 bytes */
    DG_MSG_STATEMENT,
    /* full statement of the old way, with the whole receipt: 600 bytes */
    DG_MSG_LEGACY,
    DG_MSG_MANIFEST, /* BackedCandidateManifest */
    DG_MSG_KNOWN,    /* BackedCandidateKnown: its acknowledgement */
    DG_MSG_VOTE,     /* compact, over the grid, after a manifest */
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
/* "statement", as reports name the kind; static text. */
const char *dg_world_message_name(dg_message_kind kind);

/* How statements, bitfields and chunks get from node to node. Both obey the same links, faults and
 * classes; what only shows where each message is sent (queues that are full, peers that are
 * disliked, bandwidth of many at once) is not there when computed. */
typedef enum dg_distribution_mode {
    /* when each is where follows from the states of both ends and of those between */
    DG_DISTRIBUTION_COMPUTED,
    DG_DISTRIBUTION_SENT /* each is sent; dear: the old way floods */
} dg_distribution_mode;

/* ---- what a network is made with, and what it counts ---- */

/* So many of the validators, in parts of a million, run this class; borrowed until the network
 * ends. */
typedef struct dg_share {
    const dg_node_class *of;
    uint32_t ppm; /* each node draws by it, so a share is met about, not to the node */
} dg_share;

/* A block as its author made it, or could not. All of it is borrowed for the call. The hook
 * `refused` of a network gets those without a block, `settled` the others. */
typedef struct dg_authored {
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
} dg_authored;

/* What a world does without of all that N brings, to see what comes of it. All 0: nothing. */
typedef struct dg_spared {
    uint32_t host_most;    /* nodes see ParachainHost as at most this version; 0: as it is */
    uint64_t features_off; /* node features that nodes take for not set from U on: a bit each */
    bool migrated;         /* at U they are answered over storage that N has migrated */
    bool work;             /* N's blocks and calls take no longer than N-1's longest did */
    uint32_t kept;         /* bit for each dg_session_value: nodes go by what each leaf says */
} dg_spared;

/* Hears of a block that stays; its parts are borrowed for the call. Below zero ends the run. */
typedef dg_code (*dg_world_settled)(void *user, const dg_authored *block, dg_error *err);

/* What a network is made with. Copied; what it points at has to live as long as the network. Zeroes
 * are a network with the constants, without new code, and with a link of 20 to 200 ms; only shares
 * have to be given. Each pair of times is the least and the most: each node or piece of work takes
 * something in between. */
typedef struct dg_network_options {
    uint64_t seed;
    const dg_share *shares; /* of the validators, at random; add up to 1 000 000 */
    size_t share_count;
    /* classes that nodes may come to have later, beside those of the shares; borrowed until the
     * end. What they ask is asked from the beginning on */
    const dg_node_class *const *joining;
    size_t joining_count;
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
    const struct dg_collators *collators;
    /* .. find no room beside a block that waits for availability; borrowed until the end */
    size_t collator_count;
    dg_distribution_mode distribution;
    /* authors leave slots out while finality lags; real nodes do so on test networks, on Polkadot
     * and Kusama it is off (from memory of node/service: unverified) */
    bool backs_off;
    /* who joins later has the artifacts as well: a network that was grown is not new in its world
     */
    bool all_prepared;
    /* only the first claim of a slot is used: a world that does not exist */
    bool no_forks;
    dg_spared spared;
    /* put into the state of every block that is N's first on its branch, a .at of NULL: taken out;
     * borrowed until the end */
    const dg_bytes (*first_writes)[2];
    size_t first_write_count;
    /* Hears of every event. Below zero ends the run with that code; NULL: there is no listener.
     * `at`, `block` and `node` are set, arm and place in a log are not; takes the detail. `about`:
     * hash of the block it is about, NULL: of none */
    dg_code (*each)(void *user, const dg_event *event, const dg_hash *about, dg_error *err);
    /* The chain that the nodes agree on, block by block: each exactly once, its parent
     * before it, and its parent's state still there. What competes with it is lost. */
    dg_world_settled settled;
    /* A build that failed, on whatever parent, when it failed. */
    dg_code (*refused)(void *user, const dg_authored *block, dg_error *err);
    void *user;
} dg_network_options;

/* Counts since the network began, of all nodes and all branches, losing ones too. They only grow,
 * so that a span of time is the difference of two copies. */
typedef struct dg_world_stats {
    uint64_t slots;         /* that began, by right clocks */
    uint64_t empty_slots;   /* .. for which nobody built a block */
    uint64_t claims;        /* of all authors, primary and secondary: several may claim one slot */
    uint64_t blocks;        /* that were built, */
    uint64_t failed_blocks; /* .. and those that could not be */
    uint64_t backed, included, timed_out; /* candidates, over all blocks, losing ones too */
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
} dg_world_stats;

/* ---- what timers and messages say: the `tag` of an event of the sim ---- */

/* Timers of the world itself are handled by the node behind the last, node_count; the others by the
 * node that they are of. What `a` and `b` of each mean is known to the file that sends it. */
enum {
    /* Of the world. A slot begins, `a` of it; the last ns of it: what nobody needs is forgotten, */
    DG_TAG_SLOT = 1,
    DG_TAG_SLOT_END,
    /* .. approval voting's clock, every DG_CONST_TICK; */
    DG_TAG_TICK,
    /* .. GRANDPA's rounds, which have nothing to do with slots; */
    DG_TAG_PREVOTE,
    DG_TAG_PRECOMMIT,
    /* .. slot `a`, when it begins by the clocks of some nodes; */
    DG_TAG_OWN_SLOT,
    /* .. and collators with a clock of their own, DG_CONST_SLOT_DRIFT after a slot began. */
    DG_TAG_COLLATE,
    /* Of a node: as an author it puts together, builds, and lets go of block `a`; */
    DG_TAG_PROPOSE,
    DG_TAG_BUILD,
    DG_TAG_SEALED,
    /* .. it is done with importing block `a`, */
    DG_TAG_ARRIVED,
    /* .. and has its runtime's answers at a leaf. */
    DG_TAG_ANSWERED,
    /* of statements that are sent */
    DG_TAG_SENT_READY,
    DG_TAG_SENT_EXECUTED,
    DG_TAG_SENT_TIMEOUT,
    DG_TAG_SENT_RETRY,
    DG_TAG_SENT_VIEW,
    DG_TAG_SENT_SIGN,
    DG_TAG_SENT_CHUNK,
    /* messages of a node: it has block `a`, whole; block `a` is final */
    DG_TAG_BLOCK,
    DG_TAG_FINAL,
    /* + dg_message_kind */
    DG_TAG_SAID = 64
};

/* ---- blocks ---- */

/* In `imported`: the node has the block, and not yet its parent. */
#define DG_WORLD_WAITING (DG_NEVER - 1)

typedef struct dg_world dg_world;

/* Which of its two state machines a node's statement distribution works a leaf with. */
typedef enum dg_way { DG_WAY_NONE, DG_WAY_LEGACY, DG_WAY_V2 } dg_way;

/* One block as the network knows it. What a room above keeps of it is that room's own struct: only
 * it knows what is in there. dg_world_block_add sets hash, parent, author, number, slot, weight,
 * `began` and `primary`, and takes `enacted` over from the parent; dg_world_view sets what comes
 * from the runtime. Once it is `gone`, its view, candidates and times of import are so too; for 32
 * blocks more it has `taken`, `way` and `chunks`. */
typedef struct dg_world_block {
    dg_block *block; /* owned by the chain; NULL: off the tree */
    dg_hash hash;
    uint32_t parent; /* id; DG_NO: the root */
    uint32_t author; /* node; DG_NO: it came with the snapshot */
    uint32_t number;
    uint32_t weight; /* primary blocks below it, as far as the root, and itself: see _is_better */
    uint64_t slot;
    uint64_t fuel;       /* that executing it takes; see dg_world_work_of */
    dg_client_at epochs; /* as its clients have them */
    /* when its slot began by right clocks, or by its author's where most clocks are wrong; never
     * later than when it was added */
    dg_ns began;
    bool primary;     /* its slot was claimed by lot, not by turn: BABE's primary claim */
    bool enacted;     /* N came in with it or before it, also if it waits (`pending`) */
    bool later;       /* what governance does after N is done with it or before it */
    bool pending;     /* N waits in `:pending_code`: queries here are N-1's still */
    bool sealed;      /* it left its author */
    bool gone;        /* lost, or older than what all have finalized */
    bool signal_seen; /* a signal that only deactivated it was recorded */
    bool viewed;      /* dg_world_view was here: `view` and `session` are to be read */
    bool worked;      /* its collators were asked: `candidates` is to be read, if not NULL */
    bool enabled;     /* of its view, for when that is gone: asynchronous backing, */
    /* .. and cores that the runtime listed: none of new code over old storage */
    uint32_t listed;
    dg_view view;
    const dg_session *session; /* of its children; NULL: the runtime tells of none */
    /* with this relay parent, of each core of the view and, where they form chains, of a second
     * turn of each: at turn * core_count + core; para DG_NO: none */
    dg_candidate *candidates;
    uint32_t candidate_count; /* made so far */
    /* places for them; what is called `core` in statements and messages is one of these */
    uint32_t place_count;
    /* of the candidates it includes; NULL: nothing to approve, or nothing holds votes back here */
    struct dg_approval_block *approval;
    struct dg_kept *kept; /* NULL: not wanted */
    /* by each node; DG_NEVER: not yet; DG_WORLD_WAITING: its parent is missing */
    dg_ns *imported;
    /* when each node's subsystems took the leaf up; DG_NEVER: they did not, or have forgotten */
    dg_ns *taken;
    uint8_t *way;              /* dg_way of each node */
    struct dg_sent_leaf *sent; /* what was said of it, where messages are sent; NULL: nothing yet */
    /* of what it put on cores, where messages are sent; NULL: nothing asked yet. With `taken` and
     * `way` it outlives the rest for a while */
    struct dg_sent_chunks *chunks;
} dg_world_block;

/* ---- what subsystems keep of the network as a whole, and of each node ---- */

/* Of this room: for each block how many nodes take it, or what descends from it, for the best.
 * Counted anew by each dg_world_favourite. */
typedef struct dg_support dg_support;

/* ---- nodes ---- */

/* What a node keeps to itself, by a fault of the plan: bits. */
enum { DG_WITHHOLD_STATEMENTS = 1, DG_WITHHOLD_AVAILABILITY = 2, DG_WITHHOLD_APPROVALS = 4 };

/* One validator's node. What its process holds in memory is gone after a restart; hardware, and
 * what its database has of the chain, stay. */
typedef struct dg_world_node {
    const dg_node_class *of; /* what its process is; its `sd` has the same */
    /* time of its calls, parts of 1000 of the fastest machine's: 1000 to DG_CONST_HARDWARE */
    uint32_t hardware;
    dg_answers answers;   /* of the two newest sessions, that it keeps */
    dg_leaves leaves;     /* overseer */
    dg_statement sd;      /* statement distribution */
    dg_topologies gossip; /* its old form, and bitfields */
    /* client; ids. Blocks that it has, the best one descends from what is final for it, and that is
     * never above what the network has finalized */
    uint32_t best, finalized;
    uint32_t clock; /* the fault that has set it, the first is 1; 0: it is right */
    /* what its next process runs; NULL: the same. And the change by which, the first is 1; 0: none
     * is under way */
    const dg_node_class *installed;
    uint32_t rollout;
    uint32_t withholds; /* DG_WITHHOLD_ bits: what it keeps to itself now, */
    /* .. and when it last did so, by bit; until 0: never; DG_NEVER: it still does */
    struct {
        dg_ns from, until;
    } withheld[3];
} dg_world_node;

/* ---- the world ---- */

/* What the world asks of the parts above it; each is set before the first block. */
typedef struct dg_world_hooks {
    /* A block leaves the tree: what parts keep at it goes. The block may have been added in half.
     */
    void (*forget)(dg_world_block *b);
    /* .. and what outlives it for a while: see `chunks`. */
    void (*let_go)(dg_world_block *b);
    /* All nodes have finalized a block: it and what lies below it is not taken back any more.
     * Codes as of the listener. */
    dg_code (*settle)(dg_world *world, dg_leaf_id last, dg_error *err);
    /* One more candidate stands at a place of a leaf, which nodes may have taken up already. */
    dg_code (*offered)(dg_world *world, dg_leaf_id leaf, dg_place_ix core, dg_error *err);
    /* Does a fault keep a parachain's collators away now? */
    bool (*collators_away)(const dg_world *world, dg_para_id para);
} dg_world_hooks;

/* The room node makes one, with a sim and a chain below it, and frees it; all other rooms are given
 * it. One thread works on it. */
struct dg_world {
    dg_world_hooks hooks;
    /* what each room above keeps for itself */
    struct dg_backing *backing;
    struct dg_statements *statements;
    struct dg_approval *approval;
    struct dg_consensus *consensus;
    struct dg_faults *faults;
    dg_chain *chain;
    dg_network_options options;
    dg_sim *sim;
    dg_rng latency;       /* where the streams of links begin */
    dg_people people;     /* whose numbers the nodes have */
    dg_session *sessions; /* all that any leaf ever told of, the newest first */
    dg_world_node *nodes; /* by dg_node_ix */
    /* as many as people, which is all who may ever validate; the world is the node after the last
     */
    uint32_t node_count;
    /* bit v: some node's class has host_known v, now or, by `joining`, later */
    uint32_t asked_by;
    dg_world_block *blocks; /* by id */
    uint32_t block_count, block_cap;
    uint32_t first_kept;  /* ids below it are gone, */
    uint32_t first_known; /* .. and below this one with `taken`, `way` and chunks */
    dg_support *support;  /* as long as `blocks` */
    uint32_t finalized;   /* id; what a round of finality agreed on last */
    uint64_t first_slot;  /* the number of the slot that begins at 0 of the sim's time */
    uint64_t slot_ns;     /* how long one is */
    uint64_t slot;        /* the number of the one that is now, by right clocks */
    struct {
        bool known;
        dg_executor of;
    } first_executor; /* parameters in force when the run begins */
    /* the most fuel that a block took, and each kind of call, while N-1 ran: what N's may take at
     * most in a world without N's work (`spared`). 0: none was seen */
    struct {
        uint64_t block, call[DG_ASK_COUNT];
    } longest;
    struct {
        dg_channel_ix blocks, finality, statements;
    } channels;
    dg_world_stats stats;
};

/* links.c: a node and itself are always linked, without latency or loss */
/* What any two nodes are linked by, but for faults: the plan's, or 20 to 200 ms and 50 MiB a second
 * without loss. Borrowed from the options or static. */
const dg_sim_link *dg_world_link(const dg_world *world);
/* Begins the streams of links, of the seed in its options. */
void dg_world_begin_streams(dg_world *world);
/* The draw that a delay hangs on, for what one node says to another about `what` (a leaf's id, or a
 * message's own number): 64 bits, the same whenever it is asked. All that one node says to another
 * of one leaf has one draw, so nothing overtakes. */
uint64_t dg_world_link_draw(const dg_world *world, dg_node_ix from, dg_node_ix to, uint64_t what);
/* ns that one thing said of a leaf is under way, by that draw and by its size on the wire. */
dg_ns dg_world_link_delay(const dg_world *world, dg_node_ix from, dg_node_ix to, dg_leaf_id leaf,
                          dg_message_kind kind);
/* ns that something of no size is under way: latency alone, by the draw of `what`. */
dg_ns dg_world_link_latency(const dg_world *world, dg_node_ix from, dg_node_ix to, uint64_t what);
/* Is the link of the two fit for what is said in this way? */
bool dg_world_linked(const dg_world *world, dg_node_ix a, dg_node_ix b, dg_way way);
/* When a thing said at `sent` is there, which is `delay` ns under way; DG_NEVER: a partition stands
 * between the two when it leaves or when it would come, or it was never said. */
dg_ns dg_world_link_arrival(const dg_world *world, dg_node_ix from, dg_node_ix to, dg_ns sent,
                            dg_ns delay);
/* Is the node up, not standing still, and not parted from most? Only such a node votes, approves or
 * tells: what it would say reaches nobody else. */
bool dg_world_is_awake(const dg_world *world, dg_node_ix node);

/* node_clock.c */
/* What a node's clock shows when a slot begins, whichever clock: ns since the first slot. */
dg_sim_local dg_world_slot_local(const dg_world *world, uint64_t slot);
/* ns of true time that a node sleeps which means to sleep for `wait`, by the clock it has now.
 * Work takes true time, whatever the clock shows. */
dg_ns dg_world_own_wait(const dg_world *world, dg_node_ix node, dg_ns wait);

/* messages.c */
/* Bytes of one message on the wire, what real ones come to when encoded. DG_MSG_ANSWER,
 * DG_MSG_CHUNK and DG_MSG_RECOVERY depend on what they carry: see dg_world_answer_bytes,
 * dg_backing_chunk_bytes. */
uint64_t dg_world_message_bytes(dg_message_kind kind);
/* Bytes of the answer to a request for this candidate: its receipt, with new code if it has some.
 */
uint64_t dg_world_answer_bytes(const dg_world *world, dg_leaf_id leaf, dg_place_ix core);
/* Counts messages of a kind that were sent: so many more, each of so many bytes. */
void dg_world_count_sent(dg_world *world, dg_message_kind kind, uint64_t count, uint64_t bytes);

/* spared.c: for trials of what N costs; without `spared.work` no cost changes */
/* The fuel that a block on `parent` counts for: its own, or less where N's work is spared.
 * Remembers the longest of N-1's. */
uint64_t dg_world_work_of(dg_world *world, dg_leaf_id parent, uint64_t fuel);
/* The same for what was asked at a block that was just looked at: changes the costs in its view. */
void dg_world_work_of_calls(dg_world *world, dg_world_block *b);

/* withheld.c */
/* To be called whenever a node begins or ends to withhold something (its `withholds`): remembers of
 * each kind from when to when. */
void dg_world_withheld_note(dg_world_node *node, dg_ns now);
/* Did the node withhold anything of `bits` (DG_WITHHOLD_) at that time? Of each kind only the last
 * stretch is remembered. */
bool dg_world_withheld_at(const dg_world_node *node, uint32_t bits, dg_ns at);

/* emit.c: without a listener nothing is told, and the detail is given back */
/* Tells whoever listens: of `about` (NULL: of no block, or of the one that the event names), now.
 * Takes the event's detail. Below zero: the listener's code. */
dg_code dg_world_emit(dg_world *world, const dg_world_block *about, const dg_event *event,
                      dg_error *err);
/* As dg_world_emit, with `text` under `key` as its detail; NULL: none. DG_NOMEM. */
dg_code dg_world_emit_why(dg_world *world, const dg_world_block *about, const dg_event *event,
                          const char *key, const char *text, dg_error *err);
/* Tells of each topology that a node lost, about block `id`, and counts it. As dg_world_emit. */
dg_code dg_world_emit_losses(dg_world *world, dg_node_ix node, dg_leaf_id id, const dg_losses *lost,
                             dg_error *err);

/* block_tree.c: ids, ancestors, fork choice, pruning */
/* A block joins the tree, with the next id, and no node has it yet. Fields of the room that makes
 * it (epochs, fuel, enacted) are for that room to fill.
 *
 *   id      out: its id; pointers into `blocks` from before are no longer valid
 *   block   kept, owned by the chain
 *   parent  in the tree; v DG_NO: this is the root
 *   author  v DG_NO: it came with the snapshot
 *
 * DG_NOMEM. */
dg_code dg_world_block_add(dg_world *world, uint32_t *id, dg_block *block, dg_leaf_id parent,
                           dg_node_ix author, bool primary, dg_error *err);
/* Asks the runtime at a block all that nodes ask there, once: `view` and `session` of the block are
 * there afterwards. What the runtime does not answer is missing in them; below zero the chain
 * failed, as of dg_view_init. */
dg_code dg_world_view(dg_world *world, dg_world_block *b, dg_error *err);
/* Is `id` the block `from`, or a descendant of it? Takes as many steps as blocks lie between. */
bool dg_world_descends(const dg_world *world, dg_leaf_id id, dg_leaf_id from);
/* Does fork choice prefer block `a`? The heavier chain, of equals the longer one; false for
 * equals, so that a node stays with the one that it saw first. The weight of a chain is the number
 * of its primary blocks. Mirrors: sc-consensus-babe, aux_schema block weight. */
bool dg_world_is_better(const dg_world *world, dg_leaf_id a, dg_leaf_id than);
/* The id of the block that most nodes build on, of those that are awake; where none is, of those
 * that are up, or of all. Of equals the newest. */
uint32_t dg_world_favourite(const dg_world *world);
/* Has the node imported the block, with its parent, and is that still in the tree? */
bool dg_world_has(const dg_world *world, dg_node_ix node, dg_leaf_id id);
/* The id of a node's best block by fork choice, anew over all that it has imported above what is
 * final for it. Its `best` stays as it is. */
uint32_t dg_world_best_of(const dg_world *world, dg_node_ix node);
/* Blocks that cannot win any more leave the tree, those that all nodes have finalized are settled;
 * `*pruned` counts those that lost. Codes as of the hook `settle`, or of the
 * chain. */
dg_code dg_world_prune(dg_world *world, uint32_t *pruned, dg_error *err);
/* Gives back the whole tree. */
void dg_world_blocks_free(dg_world *world);

/* runtime_latency.c */
/* ns that the answers a node asks for at a block take it, some beside each other, by their fuel,
 * its hardware and its class; `*slowest`: the one that takes longest. Who keeps a session's answers
 * does not ask for those again. */
dg_ns dg_world_runtime_latency(const dg_world *world, dg_node_ix node, dg_leaf_id id,
                               dg_request *slowest);
/* ns that a node works at so much fuel, by its hardware and its class's pace. */
dg_ns dg_world_fuel_ns(const dg_world_node *n, uint64_t fuel);
/* How slow a node's machine is, in parts of 1000 of the fastest: drawn from the seed, the same
 * in every run. */
uint32_t dg_world_hardware_of(const dg_network_options *options, dg_node_ix node);

/* session_values.c: what a node goes by at a leaf, by what it keeps of the session */
/* How many of a group have to vote for a candidate of the leaf before this node calls it backed. */
uint32_t dg_world_votes_needed(const dg_world *world, dg_node_ix node, dg_leaf_id leaf,
                               dg_group_ix group);
/* Node features, a bit each, that hold for this node. */
uint64_t dg_world_features(const dg_world *world, dg_node_ix node, dg_leaf_id leaf);
/* Do votes that this node puts into a block name their core? By the feature ElasticScalingMVP,
 * which releases before v1.7 do not ask for; from v1.18 on always. Mirrors: backing 9.0.0
 * lib.rs:1128 (inject_core_index), 22.0.0 table_attested_to_backed. */
bool dg_world_core_bits(const dg_world *world, dg_node_ix node, dg_leaf_id leaf);
/* Does it take part where a descriptor is of version 2? v1.17 to v1.21 refuse such, although they
 * can read it, where the feature that they keep for the session is not set. */
bool dg_world_reads_receipts_v2(const dg_world *world, dg_node_ix node, dg_leaf_id leaf);

/* Does this node ask collators of the parachain for a block, as a member of the backing group?
 * Where it keeps the rotation of groups, those of the core that its group serves by that. */
bool dg_world_collates(const dg_world *world, dg_node_ix node, dg_leaf_id leaf, dg_group_ix group,
                       dg_para_id para);
/* How many blocks below the leaf a candidate may name as its relay parent, as this node has it: the
 * scheduling lookahead from v1.18 on, before it the parameters of asynchronous backing. */
uint32_t dg_world_ancestry(const dg_world *world, dg_node_ix node, dg_leaf_id leaf);
/* What one node keeps of a session, and what a leaf of the session says. */
typedef struct dg_kept_told {
    uint32_t asked_at; /* number of the leaf that it is from */
    int64_t kept, told;
} dg_kept_told;
/* Does the node go by an answer that it keeps where the leaf says otherwise? Only of values that
 * its release goes by, and of features only the bits. `out` is written where it does. */
bool dg_world_kept_differs(const dg_world *world, dg_kept_told *out, dg_node_ix node,
                           dg_leaf_id leaf, dg_session_value value);

/* relay_parents.c: candidates that follow one another, over the relay parents that a leaf allows */
/* May a core take other candidates than the leaf's own? With asynchronous backing and a depth above
 * none, or a scheduling lookahead, which counts in its place from ParachainHost 13 on. */
bool dg_world_has_chains(const dg_view *view);
enum { DG_SCOPE_MAX = 17 };
/* Blocks below the leaf, the nearest first, whose children are of its session: at most so many.
 * `out` may be NULL. */
uint32_t dg_world_ancestors(const dg_world *world, dg_parent *out, const dg_world_block *leaf,
                            uint32_t most);
/* Relay parents that a candidate in a child of the leaf may name, the oldest first; the last is the
 * leaf. */
typedef struct dg_scope {
    uint32_t of[DG_SCOPE_MAX], count;
} dg_scope;
/* The relay parents that candidates may have at a leaf, the oldest first, as the runtime says: one
 * less than its lookahead, else as its parameters of asynchronous backing allow. Of one session,
 * and of those alone where backing is asynchronous. Without that the leaf stands by itself. */
dg_scope dg_world_scope_of(const dg_world *world, dg_leaf_id leaf);
/* .. as a node has it, by what it keeps of the session: what its author takes is of these. Mirrors:
 * prospective-parachains 21.0.0 lib.rs:238 (fetch_scheduling_lookahead), 20.0.0 :221. */
dg_scope dg_world_scope_for(const dg_world *world, dg_node_ix node, dg_leaf_id leaf);
/* What a parachain's next block at a leaf would stand on, as the runtime says. */
typedef struct dg_footing {
    bool known;
    dg_bytes data;    /* PersistedValidationData, encoded; borrowed from the answer */
    dg_hash head;     /* .. hash of the parent head in it */
    uint32_t pov_max; /* .. max_pov_size */
    uint8_t code_hash[32];
} dg_footing;
/* Asks the runtime for it, under an assumption about the core. `known` is false where it does
 * not tell. Below zero as dg_view_ask. */
dg_code dg_world_footing_ask(dg_view *view, dg_footing *out, dg_para_id para,
                             dg_assumption assumption, dg_error *err);
/* Whose block each core of a leaf takes next, as one node sees it: para ids; DG_NO: none. */
typedef struct dg_core_turns {
    uint32_t count, of[DG_CORES_MAX];
} dg_core_turns;
/* How many cores take a block of this parachain next. */
uint32_t dg_world_turns_count(const dg_core_turns *turns, dg_para_id para);
/* Is this the first core that takes a block of its parachain? False too where it takes none. */
bool dg_world_turns_begin(const dg_core_turns *turns, dg_place_ix core);
/* One candidate of the network: its relay parent's id, and its place there, so that it is
 * blocks[leaf].candidates[at]. The candidate that a leaf backs may be of another block than it. */
typedef struct dg_offer {
    uint32_t leaf, at;
} dg_offer;
/* The next one that follows a head and was made under what stands, those of older relay parents
 * first; NULL: no more. `*from` begins as zeroes. */
typedef struct dg_search {
    uint32_t scope, at;
} dg_search;
/* The next candidate of the parachain that follows the head `follows`, in the order described
 * above; `found` says where it is. NULL: no more. It says what exists, not what a node has heard
 * of. A whole chain is walked by asking anew for what follows each one's own head:
 *
 *     dg_search from = { 0, 0 };
 *     c = dg_world_candidate_next(world, &from, &found, &scope, para, &under.head, &under); */
const dg_candidate *dg_world_candidate_next(const dg_world *world, dg_search *from, dg_offer *found,
                                            const dg_scope *scope, dg_para_id para,
                                            const dg_hash *follows, const dg_footing *under);

/* para_events.c: what the runtime says happened */
/* A candidate that an event names: its core, the group that backed it, its parachain, and what it
 * was built on. Core and group are DG_NO where the event has none below DG_CORES_MAX. */
typedef struct dg_included {
    uint32_t core, group, para;
    dg_hash relay_parent;
} dg_included;
/* How many of each kind; disputes that began, and how those that ended came out. Events of the
 * pallets ParaInclusion (CandidateBacked, CandidateIncluded, CandidateTimedOut) and ParasDisputes
 * (DisputeInitiated, DisputeConcluded), found by those names. */
typedef struct dg_para_events {
    uint64_t backed, included, timed_out, disputed, valid, invalid;
    dg_included *of, *backed_of; /* those included, those backed; owned */
} dg_para_events;
/* What the events of a block say of parachains; nothing, where they cannot be read. To be
 * cleared. DG_NOMEM, DG_IO. */
dg_code dg_world_para_events_read(dg_world *world, dg_para_events *out, dg_block *block,
                                  dg_error *err);
/* Events of zeros are fine. */
void dg_world_para_events_clear(dg_para_events *paras);
/* Tells which relay parents the candidates have that block `id` backed, and how many blocks below
 * it those are. As dg_world_emit. */
dg_code dg_world_para_events_tell(dg_world *world, dg_node_ix node, dg_leaf_id id,
                                  const dg_para_events *paras, dg_error *err);

/* Asserts what must hold between two slots: ids that rise, weights and numbers that follow from
 * the parent, what each node has of each block, leaves that are active once. For tests. */
void dg_world_verify(const dg_world *world);

#endif
