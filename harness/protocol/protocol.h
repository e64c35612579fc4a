/* protocol.h - what one node asks, works out, writes and remembers at a leaf, without
 * a network around it. Rooms above make many nodes of it.
 *
 *   class     dg_class_read, _without         what nodes run, and its faults
 *   release   dg_release_named                releases of the node, and which ran when
 *   functions dg_release_provides             which host functions it has for a runtime
 *   grid      dg_grid_init, dg_grid_route     which member sends to which
 *   groups    dg_rotation_core                which group serves which core
 *   leaves    dg_leaves_import, _finalize     the overseer's active leaves and its signals
 *   view      dg_view_ask                     the runtime at a block, through the version gate
 *   session   dg_session_of                   what is the same for all nodes of a session
 *   candidate dg_candidate_init, _put         receipts, votes and bitfields, byte by byte
 *   statement dg_statement_signal             what statement distribution keeps and forgets
 *
 * Invariant: nothing here knows how many nodes there are, or what time it is. What a
 * node remembers of leaves and sessions has no end but memory, as on a real one: both
 * pile up while nothing becomes final.
 *
 *   A leaf as nodes of one class see it, whose answers of the session are kept in `answers`:
 *
 *     dg_view_init(&view, chain, block, &by, err);       asked once for all nodes
 *     mode = dg_view_mode_for(&view, of, dg_answers_kept(&answers, &view));
 *     if (mode == DG_MODE_ENABLED && view.cores_known && view.core_count)
 *         para = dg_core_turn(dg_view_core(&view, 0, of));
 *     dg_view_clear(&view);
 *
 * A runtime that lacks a method, traps or answers rubbish is no failure here: what was asked stays
 * empty, and a class is asked what its nodes make of that. */
#ifndef DG_PROTOCOL_H
#define DG_PROTOCOL_H

#include "base/base.h"
#include "chain/chain.h"
#include "sim/sim.h"

enum {
    DG_NONE = -1, /* as uint32_t: no such thing */
    DG_VALIDATORS_MAX = 65536,
    DG_CORES_MAX = 4096,
    DG_GROUP_MAX = 256,         /* members of one backing group */
    DG_CANDIDATE_MAX = 16 << 20 /* bytes of one candidate */
};
#define DG_NO ((uint32_t)DG_NONE)

/* ---- indices ---- */

/* Numbers of one kind each, so that none can stand where another is meant. */
typedef struct {
    uint32_t v;
} dg_para_id; /* of a parachain, as the relay chain registers it */
typedef struct {
    uint32_t v;
} dg_validator_ix; /* into the para validators of a session */
typedef struct {
    uint32_t v;
} dg_discovery_ix; /* into its discovery keys, whose first are those of the para validators: a place
                    * in the grid */
typedef struct {
    uint32_t v;
} dg_group_ix; /* backing group of a session; which core it works at rotates */
typedef struct {
    uint32_t v;
} dg_core_ix; /* availability core of the relay chain */

/* ---- node classes ---- */

/* What becomes of a session's topology that comes before any leaf of that session
 * was activated with asynchronous backing. */
typedef enum dg_early_topology {
    /* no second state machine, so nothing to keep it in: v0.9 to v1.1 */
    DG_EARLY_NONE,
    /* forgotten at once: v1.2 to v1.6. Statement-distribution 3.0.0 to 7.0.0 has no
     * `unused_topologies` */
    DG_EARLY_DROP,
    /* put aside until the session's entry is made: v1.7 and later, statement-distribution 8.0.0
     * v2/mod.rs:465. How long, say `forgets_unused` and `keeps_newest` of the class */
    DG_EARLY_KEEP,
    /* not needed: the entry computes its grid itself, in Kagome alone */
    DG_EARLY_DERIVE
} dg_early_topology;

/* A release of the node: the first column of what users know of theirs. The table of them is in
 * order, so that of two the older one has the lower address. A patch has no row of its own, all
 * that came before v1.0 has one, and there is no v1.23. */
typedef struct dg_release {
    uint32_t major, minor; /* as in the name, 1 and 15 */
    const char *name;      /* "v1.15" */
    const char *also;      /* "stable2407"; "": it has no other name */
    const char *published; /* year and month */
} dg_release;
const dg_release *dg_release_at(size_t i); /* oldest first; NULL past the end */
/* Of "v1.10", "1.10.3" or "stable2407-2": a patch is as its release. NULL: none is known. */
const dg_release *dg_release_named(const char *text, size_t len);

enum { DG_CLASS_NAME_MAX = 128 };
/* Nodes that behave alike: a row of the table in class.c, or a copy that stands for fewer of its
 * releases or is without some of its repairs. */
typedef struct dg_node_class {
    /* "v1.10..v1.11", "v1.10", "v1.12 without 4269", "kagome" */
    char name[DG_CLASS_NAME_MAX];
    const char *also; /* older name of the row, "SD_V12_DROP"; "": none */
    const char *says; /* what its nodes do, for the report */
    /* the oldest and the newest release that it stands for; both NULL: another implementation */
    const dg_release *from, *to;
    /* statement distribution of before asynchronous backing, last in v1.17: `legacy_v1/` is in
     * statement-distribution 21.1.0, not in 22.0.0 */
    bool legacy;
    /* the one after, from ParachainHost 7 on: v1.2 and later, node-subsystem-types 3.0.0
     * messages.rs:728 */
    bool v2;
    dg_early_topology early;
    /* topologies put aside go when a leaf is deactivated, unless a relay parent of that session is
     * still in view; read only where `early` is DG_EARLY_KEEP */
    bool forgets_unused;
    /* .. except that of the highest session: pull request 4269, statement-distribution 13.0.0
     * v2/mod.rs:833 */
    bool keeps_newest;
    /* provisioner: asks for the mode of asynchronous backing at a session's first leaf and works
     * by that answer until the session ends; else at each leaf, or it knows one mode only. v1.9 to
     * v1.17, node-core-provisioner 10.0.0 lib.rs:218 */
    bool mode_by_session;
    /* bit v: speaks /validation/v, of 1 to 3; see dg_class_link */
    uint8_t validation;
    /* bit v: speaks /collation/v, of 1 to 3; node-network-protocol, peer_set.rs, has both */
    uint8_t collation;
    /* what was prepared outlives the process: v1.5 and Kagome, node-core-pvf 6.0.0
     * artifacts.rs:204; all others delete it when they start */
    bool keeps_artifacts;
    /* .. and is prepared before the session in which it becomes a validator: v1.16 and later,
     * candidate-validation 18.0.0 lib.rs:267 */
    bool prepares_ahead;
    /* artifacts are known by all executor parameters, not only those that change them: up to
     * v1.11, before pull request 4211. Says which hash of dg_executor counts */
    bool artifact_full;
    /* can judge candidates whose descriptor is of version 2; others call them invalid. v1.17 and
     * later, statement-distribution 20.0.0 v2/mod.rs:648, and Kagome */
    bool receipts_v2;
    /* .. takes part in those alone for which the node feature is set, by what it keeps of the
     * session */
    bool receipts_by_feature;
    /* puts the core's index behind votes where the node feature is set, by what it keeps of the
     * session; always; neither: never */
    bool bits_by_feature, bits_always;
    /* asks for collations by the rotation of groups that it keeps of the session: the experimental
     * collator protocol, which a node of v1.22 or later runs or does not (Kusama's do) */
    bool keeps_rotation;
    /* takes a collation of version 1 for an active leaf with asynchronous backing too: pull
     * request 1920, collator-protocol 4.0.0 validator_side/mod.rs:273. Not set where there is
     * no asynchronous backing, and without effect there */
    bool keeps_v1_collations;
    /* least version of ParachainHost with which they back at all: 11 from v1.18 on, 13 from v1.24
     * on; 0: any */
    uint16_t host_needed;
    /* newest version of ParachainHost that it has questions for, from 5 (v1.0) to 16; RELEASES.md
     * has it by release, of node-subsystem-types messages.rs. Below 32, as dg_askers has a bit for
     * each */
    uint16_t host_known;
    /* time of its runtime calls and compiles, parts of 1000 of the constants'; 1000 in every row
     * of the table */
    uint16_t pace;
    bool caches_compiled; /* compiled code outlives the process */
    /* authors on a block only if its runtime has the spec_name and the authoring_version of the
     * node's native runtime, which is N-1's: 2019-11 to about 2022, polkadot 6eb9c71fdb
     * (CanAuthorWithNativeVersion), sp-version NativeVersion::can_author_with */
    bool native_authoring;
    /* GRANDPA votes so many blocks behind the best one; 0: as DG_CONST_BEFORE_BEST has it. One in
     * 2020 (BeforeBestBlock), by which Kusama had its halted head's parent final */
    uint8_t votes_behind;
    /* takes no block behind an epoch that had none, and makes none: before substrate pull request
     * 11727 */
    bool needs_every_epoch;
    /* starts on code that waits in `:pending_code`; of no release known: unverified */
    bool compiles_pending;
} dg_node_class;

/* Changes with every row that changes: reports name it. */
#define DG_CLASS_TABLE_VERSION "10"
/* The table of classes, row by row, the oldest first; NULL past the end. Static. */
const dg_node_class *dg_class_at(size_t i);
/* The row of this name, "v1.10..v1.11", or of this older one, "SD_V12_PURGE", letter by letter;
 * NULL: there is none. Static. */
const dg_node_class *dg_class_named(const char *name);
/* The row that a release of the table stands in: each does in one. Static. */
const dg_node_class *dg_class_of_release(const dg_release *release);
/* The class that a user means: a row, by either of its names, or a release, by any name that
 * dg_release_named takes or a node gives itself, which is its row with that release alone; likewise
 * a range of releases of one row. False: `text` of `len` bytes names none of these. */
bool dg_class_read(dg_node_class *out, const char *text, size_t len);
/* Makes it a class of these releases alone, which it stands for, and names it by them: of a class
 * that is without a repair the name would forget that, so narrow first. */
void dg_class_narrow(dg_node_class *of, const dg_release *from, const dg_release *to);
/* What the nodes run, for a sentence: "v1.10 to v1.11", "v1.12 without 4269", "Kagome". It has
 * at most 2 bytes more than the name, and is cut off where `size` does not hold them. */
void dg_class_words(char *out, size_t size, const dg_node_class *of);
/* "v0.9..v1.0, v1.1, .., kagome": the names of all rows in one line. */
void dg_class_list(char *out, size_t size);
/* What nodes of the class do with a topology that comes before they work with asynchronous
 * backing, in a word that is static: "drops"; "forgets", once a fork is pruned; "keeps";
 * "derives" its own; "none": there is nothing that needs one. */
const char *dg_class_early_name(const dg_node_class *of);
/* Are all releases that a class stands for of v1.`first` to v1.`last`? False for another
 * implementation. */
bool dg_class_within(const dg_node_class *of, uint32_t first, uint32_t last);
/* Can its nodes back candidates where ParachainHost is `host_version`? With asynchronous backing,
 * from version 7 on, as far as their questions are answered; before, in the old way. */
bool dg_class_backs(const dg_node_class *of, uint32_t host_version);
/* The validation protocol that a link between the two speaks: the newest that both
 * know; 0: none. Mirrors: polkadot node network protocol, peer_set.rs. */
unsigned dg_class_link(const dg_node_class *a, const dg_node_class *b);

/* The newest release that is known. Static. */
const dg_release *dg_release_newest(void);

/* ---- release_facts.c ---- */

/* Something that nodes of these releases do, and where that was read. */
typedef struct dg_release_fact {
    const dg_release *from, *to;
    const char *what;
    const char *source; /* crate (without polkadot-), version, file and line */
} dg_release_fact;
/* The table of facts, row by row; NULL past the end. Static. */
const dg_release_fact *dg_release_fact_at(size_t i);
/* Its releases: "v1.5", "v1.2 to v1.6", "v1.18 and later". */
void dg_release_fact_words(char *out, size_t size, const dg_release_fact *fact);

/* ---- host_functions.c ---- */

/* Has the node of a release this host function? One that lacks a single import of a runtime makes
 * no instance of it: it does not start on such code, and does not get beyond the block that brings
 * it. Mirrors: sc-executor-wasmtime imports.rs (prepare_imports). */
bool dg_release_provides(const dg_release *of, const char *import);
/* Is import `i` of a runtime one that no node of today has, or has as another type, by the newest
 * release? Chains that are no relay chain have nodes of their own: there a function of a crate
 * beside (dg_release_crate) does not count. */
bool dg_release_none_has(const dg_runtime *runtime, size_t i);
/* The published crate that brings a function which the node of the relay chain has not; NULL: none
 * is known. Static. */
const char *dg_release_crate(const char *import);
/* The last major version of sp-io with a function that is gone; 0: it is not gone, or never was. */
unsigned dg_release_dropped(const char *import);
/* Is a runtime that of a relay chain, whose nodes are releases of the table? */
bool dg_release_is_relay(const dg_version *of);

/* Releases that were current at one time: rows of the table from oldest to newest. */
typedef struct dg_release_span {
    const dg_release *oldest, *newest;
    char why[160]; /* in words, to follow "since" */
} dg_release_span;
/* What validators ran when a runtime of this name and version came into force; of a chain that
 * is not known, by the version of its ParachainHost (0: it has none). False: it is not known. */
bool dg_release_of_runtime(dg_release_span *out, const char *spec_name, uint32_t spec_version,
                           uint32_t parachain_host);

/* ---- memory.c ---- */

/* What nodes of a release give a runtime call; NULL: another implementation, which is Kagome.
 * Mirrors: sc-executor by version, see RELEASES.md. */
dg_chain_memory dg_release_memory(const dg_release *release);
/* .. nodes of a class: as its oldest release, which gives least. */
dg_chain_memory dg_class_memory(const dg_node_class *of);

/* A repair that some families have, named by the number of its pull request, or by what came
 * with many of them. A family neither has nor lacks what it has no use for. To see what a repair
 * is good for, a class is asked with it and without:
 *
 *     dg_node_class old;
 *     if (dg_class_read(&old, "v1.10", 5) && dg_class_with(&old, "4269", err) == DG_OK)
 *         ..   nodes of v1.10 that keep the newest early topology */
typedef struct dg_repair {
    const char *name;  /* "4269", "receipts-v2" */
    const char *says;  /* what it brings, as a clause of its own */
    const char *lack;  /* what nodes that lack it do, after "they" */
    const char *first; /* the oldest row that has it and what it stands on */
    /* what to do, where newer rows than the first have it no more; NULL: update to those */
    const char *instead;
    bool (*has)(const dg_node_class *of);
    void (*undo)(dg_node_class *of); /* of a class that has it: afterwards it lacks it */
    bool (*lacks)(const dg_node_class *of);
    void (*add)(dg_node_class *of); /* with what it stands on in every release that has it */
    bool by_restart;                /* a node that was restarted after U does not need it there */
} dg_repair;
/* The table of repairs, row by row; NULL past the end. Static. */
const dg_repair *dg_repair_at(size_t i);
/* Takes a repair away from a copy of a class. DG_USAGE: no such repair (the text lists
 * them), or the family does not have it. */
dg_code dg_class_without(dg_node_class *of, const char *repair, dg_error *err);
/* Adds a repair to a copy of a class. DG_USAGE: no such repair, or the family does not lack it. */
dg_code dg_class_with(dg_node_class *of, const char *repair, dg_error *err);

/* ---- chacha.c ---- */

/* One stream; a copy of it goes on by itself. It counts its blocks of 64 bytes with 64 bits. */
typedef struct dg_chacha {
    uint32_t input[16]; /* constant, key, counter and nonce of the next block */
    uint32_t words[16]; /* the block at hand */
    unsigned used;      /* words of it that were taken; 16: the next one makes another block */
} dg_chacha;
/* The stream of a 32-byte key, from its beginning: ChaCha20 with a nonce of zeros. Mirrors:
 * rand_chacha ChaCha20Rng::from_seed. */
void dg_chacha_init(dg_chacha *c, const uint8_t key[32]);
/* The next word of the stream. */
uint32_t dg_chacha_u32(dg_chacha *c);
/* One of 0 .. bound - 1, each equally likely, for a bound of 1 at least; takes as many words of the
 * stream as that needs. Mirrors: rand UniformInt::sample_single. */
uint32_t dg_chacha_below(dg_chacha *c, uint32_t bound);
/* Puts `items` in an order drawn from the stream, each order equally likely. Mirrors: rand
 * SliceRandom::shuffle, word for word. */
void dg_chacha_shuffle(dg_chacha *c, uint32_t *items, uint32_t count);

/* ---- grid.c ---- */

/* A square as near as can be, filled row by row in the order of the shuffling: `width` members a
 * row, the last row perhaps shorter. Of seven members, shuffled to 4 0 6 2 5 1 3:
 *
 *     4 0      `width` is the whole root of `count`
 *     6 2      0 is in one row with 4 and in one column with 2 and 1
 *     5 1      3 stands alone in its row
 *     3        from 3 to 0 it goes over 4 alone: the other crossing is empty
 *
 * Positions and members are both below `count`, and each array is the other one's inverse. */
typedef struct dg_grid {
    uint32_t count, width;
    uint32_t *at;       /* member at a position: the canonical shuffling; owned */
    uint32_t *position; /* of a member, in `at`: row * width + column; owned */
} dg_grid;
/* What the grid of an epoch is shuffled by: BLAKE2b-256 of "gossipsu" and the epoch's randomness.
 * It is the key of the stream that dg_chacha_shuffle draws from. */
dg_hash dg_grid_seed(const uint8_t randomness[32]);
/* The grid of `count` members, at most DG_VALIDATORS_MAX, in the epoch with this randomness. To
 * be cleared. DG_NOMEM. Mirrors: gossip-support. */
dg_code dg_grid_init(dg_grid *grid, uint32_t count, const uint8_t randomness[32], dg_error *err);
/* A grid of zeros is fine. */
void dg_grid_clear(dg_grid *grid);
/* Are they two, in one row (X neighbours)? Members of a grid are below its count, here and
 * below. */
bool dg_grid_same_row(const dg_grid *grid, uint32_t a, uint32_t b);
/* Are they two, in one column (Y neighbours)? */
bool dg_grid_same_column(const dg_grid *grid, uint32_t a, uint32_t b);
/* How many numbers neighbours have: by column those of the row, then by row those of the column.
 * The member itself has a number in each, and no neighbour stands there. */
uint32_t dg_grid_slots(const dg_grid *grid);
/* The number of `neighbour` among the neighbours of `member`; DG_NO: it is none. */
uint32_t dg_grid_slot(const dg_grid *grid, dg_discovery_ix member, dg_discovery_ix neighbour);
/* The neighbour of `member` with that number, below dg_grid_slots; DG_NO: there is none. */
uint32_t dg_grid_neighbour(const dg_grid *grid, dg_discovery_ix member, uint32_t slot);
/* The members over which two that are not neighbours reach each other: 0 to 2. */
unsigned dg_grid_between(const dg_grid *grid, uint32_t between[2], uint32_t a, uint32_t b);

/* ---- thresholds.c ---- */

/* The least of `all` (votes, or their weight) that is more than two thirds: all but those that may
 * be faulty, (all - 1) / 3 rounded down. 1 of none, so that nothing agrees. Mirrors:
 * polkadot-primitives supermajority_threshold, GRANDPA's VoterSet::threshold. */
uint64_t dg_supermajority(uint64_t all);
/* How many of `all` chunks give the data back: one more than may be faulty. Mirrors: erasure-coding
 * recovery_threshold. */
uint64_t dg_chunks_needed(uint64_t all);

/* ---- groups.c ---- */

/* Block numbers: where the session began, the block at hand; groups move on by one core every
 * `frequency` blocks. Of n groups core c is served by group (c + steps) % n, where steps is
 * (now - session_start) / frequency, rounded down; with a frequency of 0 they stand still.
 * Mirrors: primitives GroupRotationInfo (group_for_core, core_for_group). */
typedef struct dg_rotation {
    uint32_t session_start, frequency, now;
} dg_rotation;
/* Sizes of `groups` groups (at least one) of all validators: as even as can be, the larger ones
 * first. */
void dg_groups_split(uint32_t *sizes, uint32_t groups, uint32_t validators);
/* How often the groups have moved on since the session began; 0 where they do not rotate. */
uint32_t dg_rotation_count(const dg_rotation *rotation);
/* The group that serves a core; 0 when there are no groups. */
uint32_t dg_rotation_group(const dg_rotation *rotation, dg_core_ix core, uint32_t groups);
/* The core that a group serves, of as many cores as groups; the inverse of the above. */
uint32_t dg_rotation_core(const dg_rotation *rotation, dg_group_ix group, uint32_t groups);

/* ---- leaves.c ---- */

/* Blocks of a network are numbered (`id`) in the order of their making; `number` is the height. */
typedef struct dg_leaf {
    uint32_t id, number;
} dg_leaf;
/* What the overseer tells its subsystems of leaves; `by_finality`: since a block became final.
 * Mirrors: ActiveLeavesUpdate. */
typedef struct dg_signal {
    bool activates;
    bool stale; /* .. a head that was active before, and was deactivated since */
    bool by_finality;
    dg_leaf activated;           /* zeroes, unless it activates */
    const uint32_t *deactivated; /* ids; borrowed from the leaves, until they change again */
    /* a signal that activates nothing can have some too: that is when early topologies got lost */
    uint32_t deactivated_count;
} dg_signal;
/* The active leaves of one node; zeroes are a node that starts. All arrays are owned. */
typedef struct dg_leaves {
    dg_leaf *active;     /* in the order of their import */
    uint32_t *gone;      /* ids, with the newest signal: what a signal lends out */
    uint32_t count, cap; /* cap: of both */
    uint8_t *seen;       /* one bit for each id that was ever active, so that `stale` is known */
    size_t seen_len;     /* bytes of it; ids beyond were never seen */
} dg_leaves;
/* A node that starts anew: no leaf is active, and none was ever seen. */
void dg_leaves_clear(dg_leaves *leaves);
/* A node has imported a block: the signal that follows, in which the block is activated and its
 * parent (DG_NO: none) deactivated; empty (see dg_signal_any) for a head that is active.
 *
 *   signal         out; its list is borrowed until the leaves change again
 *   parachain_host has the runtime there such an API? A leaf without is not told of
 *
 * DG_NOMEM. Mirrors: overseer, block_imported. */
dg_code dg_leaves_import(dg_leaves *leaves, dg_signal *signal, const dg_leaf *block,
                         uint32_t parent, bool parachain_host, dg_error *err);
/* The signal after `block` became final: every other leaf that is not above it is deactivated, by
 * its number alone. Its list is borrowed until the leaves change again. Mirrors: overseer,
 * block_finalized. */
void dg_leaves_finalize(dg_leaves *leaves, dg_signal *signal, const dg_leaf *block);
/* Does the signal activate or deactivate anything? */
bool dg_signal_any(const dg_signal *signal);

/* ---- questions.c: what nodes ask of a runtime, and which of them ---- */

/* What is asked of a runtime; all but the last are methods of ParachainHost, and each needs a
 * version of that API (`since` in the table of questions.c). */
typedef enum dg_request {
    DG_ASK_SESSION,
    DG_ASK_VALIDATORS,
    DG_ASK_GROUPS,
    DG_ASK_CORES,
    DG_ASK_VALIDATION_DATA,
    DG_ASK_SESSION_INFO,
    DG_ASK_CODE_HASH,
    DG_ASK_BACKING_VOTES,
    DG_ASK_ASYNC_BACKING,
    DG_ASK_FEATURES,
    DG_ASK_EXECUTOR,
    DG_ASK_DISPUTES,
    DG_ASK_CLAIM_QUEUE,
    DG_ASK_EVENTS, /* candidate_events: what approval voting and disputes follow */
    /* of each parachain on a core: prospective parachains' candidates come from it, */
    DG_ASK_BACKING_STATE,
    DG_ASK_CONSTRAINTS,
    DG_ASK_PENDING, /* .. and since version 13 from these two */
    DG_ASK_DISABLED,
    DG_ASK_APPROVAL_PARAMS,
    DG_ASK_LOOKAHEAD,
    DG_ASK_EPOCH, /* BABE's, of the session begun: for the grid */
    DG_ASK_COUNT
} dg_request;
/* Arguments, encoded: session_info and session_executor_params take the session's index (4 bytes),
 * para_backing_state, backing_constraints and candidates_pending_availability the parachain's (4),
 * persisted_validation_data and validation_code_hash the parachain's and a dg_assumption (5); no
 * other has any. */

/* Fuel that no call comes to, which stands for one that does not end: at 1000 a microsecond
 * (DG_CONST_FUEL_PER_US of room world) thirteen days. */
#define DG_ENDLESS ((uint64_t)1 << 50)

/* How long a validator keeps the answer; elsewhere: its subsystems do not wait for it
 * at a leaf, collators ask it, or an author when its turn comes. */
typedef enum dg_lasts { DG_LASTS_LEAF, DG_LASTS_SESSION, DG_LASTS_ELSEWHERE } dg_lasts;
typedef struct dg_request_row {
    const char *method;
    uint32_t since; /* version of ParachainHost */
    dg_lasts lasts;
    /* without a usable answer, statement distribution and backing of release v1.`skips` and of
     * later ones pass the leaf over, and so does another implementation; 0: of none */
    uint16_t skips;
    uint16_t from; /* asked at a leaf by releases that know this version; 0: `since` */
    /* .. and by those that know this one no more, where the runtime has it; 0: for ever */
    uint16_t until;
    uint16_t gone; /* .. and by those that know this one no more, whatever the runtime has */
} dg_request_row;
/* The row of a request: its method, since which version, how long its answer lasts. */
const dg_request_row *dg_request_at(dg_request request);
/* Does a node of the class ever ask a method of ParachainHost, "ParachainHost_claim_queue", that
 * came with version `since`, of a runtime whose ParachainHost is `host_version`? It does not know
 * what came later, and has newer questions in place of some. */
bool dg_class_asks(const dg_node_class *by, const char *method, uint32_t since,
                   uint32_t host_version);
/* .. some node of the releases that were current when the runtime `met` came; of a chain that is
 * not known, one that knows its ParachainHost and no newer. */
bool dg_release_asks(const dg_version *met, const char *method, uint32_t since,
                     uint32_t host_version);

/* ---- view.c, ask.c: what a node learns of a leaf, through the version gate ---- */

typedef struct dg_view dg_view;
/* How candidates are backed at a leaf: DISABLED is one candidate a core, on the leaf itself, where
 * ParachainHost is below 7; ENABLED is asynchronous backing, within `depth` and `ancestry` of the
 * view; ERROR: it was not told. Mirrors: ProspectiveParachainsMode. */
typedef enum dg_mode { DG_MODE_ERROR, DG_MODE_DISABLED, DG_MODE_ENABLED } dg_mode;
/* Mirrors: CoreState of polkadot-primitives, with the same numbers as in an answer; what is known
 * of a core is in dg_core. */
typedef enum dg_core_kind { DG_CORE_OCCUPIED, DG_CORE_SCHEDULED, DG_CORE_FREE } dg_core_kind;
/* Of a core that is not occupied only `kind` and `para` say something: there the other indices are
 * DG_NO, and numbers and hashes zeroes. Where a claim queue is known, the first claim on a core is
 * its turn: `para` of one that is not occupied, `next` and `next_late` both of one that is. */
typedef struct dg_core {
    dg_core_kind kind;
    uint32_t para;      /* that occupies it or is scheduled on it; DG_NO: it is free */
    uint32_t next;      /* next_up_on_available of an occupied core; DG_NO: nobody's */
    uint32_t next_late; /* next_up_on_time_out; DG_NO as well */
    uint32_t times_out; /* number of the block in which it is free again, available or not */
    uint32_t group;     /* that backed what occupies it */
    dg_hash candidate, relay_parent; /* .. its hash, and what it was built on */
    bool receipt_v2;                 /* .. and whether its descriptor is of version 2 */
    uint32_t since;                  /* number of the block that occupied it */
} dg_core;

/* The nodes whose questions are asked: a question that no node has costs nothing. */
typedef struct dg_askers {
    uint32_t known; /* bit v: some class has host_known v */
    /* the code here is new: parachains are asked of one by one, as in a session */
    bool all;
    uint32_t session; /* .. other than this one */
    /* a world without something that N brings: ParachainHost is seen as at most this version (0:
     * as it is), these features are taken for not set, and where the code is new answers are
     * those over storage that it has migrated */
    uint32_t host_most;
    uint64_t features_off;
    bool migrated;
} dg_askers;

/* Answers of the runtime at one block: the same for every node that asks there. dg_view_init sets
 * all of it but `rules_told`; what is asked later adds to `failed`, `fuel` and `cost`. Arrays are
 * owned by the view. Where an answer is missing, its count is 0 and its flag false, and what stands
 * beside those is not to be read. A default that nodes fall back on stands at the function that
 * works by it. */
struct dg_view {
    dg_chain *chain; /* both borrowed */
    /* where it is asked: the block that was given, or of a world that is `migrated` one that has
     * begun on it */
    dg_block *block;
    /* of ParachainHost, no more than `by.host_most`; 0: no parachain host, and nothing was asked */
    uint32_t host_version;
    dg_mode mode;
    /* max_candidate_depth, allowed_ancestry_len, in blocks; to be read where `mode` is ENABLED */
    uint32_t depth, ancestry;
    /* scheduling_lookahead, in blocks, the leaf among them; 0: not told */
    uint32_t lookahead;
    bool session_known;
    uint32_t session; /* of a child, where it is known */
    /* of approval in that session, whether or not a node takes part in it; set by dg_session_of */
    bool rules_told;
    uint32_t votes_min; /* minimum_backing_votes; 0: not told, then dg_view_votes_needed takes 2 */
    dg_rotation rotation; /* at `block`; to be read where there are groups */
    uint32_t group_count; /* 0: not told, or a member is none of `validators` */
    uint32_t *group_from; /* group g: members[group_from[g]] .. [group_from[g + 1] - 1] */
    uint32_t *members;    /* para validators, each below validator_count */
    bool cores_known;
    /* as the runtime lists them: 0 where it cannot read its own storage */
    uint32_t core_count;
    dg_core *cores; /* with the claim queue's turns, where it is known */
    /* as availability_cores says, where the queue is known; NULL: the same */
    dg_core *cores_told;
    uint32_t validator_count;
    uint8_t (*validators)[32]; /* `para` keys */
    bool core_bits;            /* votes name their core (ElasticScalingMVP) */
    uint64_t features;         /* the first 64 node features, one bit each */
    bool queue_known;          /* the cores' turns are those of a claim queue */
    /* what the block did to candidates can be told: else approval voting takes up neither it nor
     * its children */
    bool events_known;
    uint32_t events_included;           /* candidates that became available, as told */
    uint32_t *disabled, disabled_count; /* validators, sorted */
    /* bit for each request: there is such a method by version, and no usable answer */
    uint32_t failed;
    dg_askers by;
    /* of all that was asked here, dg_view_ask from later on included; a node's share of it is
     * `cost`, by what it asks */
    uint64_t fuel;
    /* fuel of each kind of question, the last one's; DG_ENDLESS: it did not end, and a real node,
     * which has no such limit, would wait on */
    uint64_t cost[DG_ASK_COUNT];
};

/* Asks the runtime at a block all that nodes ask of every leaf, for those whose questions `by`
 * names. A runtime that traps or answers rubbish leaves what was asked empty, and notes it in
 * `failed`.
 *
 *   view   out; to be cleared, also after a failure; keeps `chain` and `block`
 *
 * Below zero is this program's own failure: DG_NOMEM, DG_IO, or another code of the chain. */
dg_code dg_view_init(dg_view *view, dg_chain *chain, dg_block *block, const dg_askers *by,
                     dg_error *err);
/* Does a release ask this at a leaf? What it would, whether the runtime knows it or not. */
bool dg_view_is_asked(const dg_view *view, dg_request request, const dg_node_class *by);
/* Does any of those who ask at this view ask it, and has the runtime such a method by its version?
 */
bool dg_view_is_asked_by_any(const dg_view *view, dg_request request);
/* The mode a release works the leaf in: in none at all if one of its questions got no usable
 * answer, or the runtime's ParachainHost is older than what it cannot do without. Mirrors:
 * statement-distribution 20.0.0 v2/mod.rs:692; prospective-parachains 29.0.0 lib.rs. `kept`: a bit
 * for each request whose answer it has of the session from before. */
dg_mode dg_view_mode_for(const dg_view *view, const dg_node_class *of, uint32_t kept);
/* The mode that a release is told of a leaf, whatever else it asks there: none, if it asks for it
 * and gets no usable answer. From v1.18 on nodes do not ask. */
dg_mode dg_view_mode_told(const dg_view *view, const dg_node_class *of);
/* What statement distribution makes of a leaf with asynchronous backing. */
typedef enum dg_leaf_fate {
    DG_LEAF_TAKEN,  /* it works there */
    DG_LEAF_PASSED, /* a question got no usable answer: it is in view, and nothing is done there */
    DG_LEAF_UNSEEN  /* not even in view; the leaves before it are deactivated all the same */
} dg_leaf_fate;
/* Of a leaf of that mode, by a release and what it keeps, as of dg_view_mode_for. Mirrors:
 * statement-distribution 8.0.0 lib.rs (what is deactivated goes before an error is looked at);
 * subsystem-util 29.0.0 backing_implicit_view.rs (fetch_ancestors asks two questions of its own).
 */
dg_leaf_fate dg_view_fate_for(const dg_view *view, const dg_node_class *of, uint32_t kept);
/* Is this validator among the disabled ones, by the runtime's answer? */
bool dg_view_is_disabled(const dg_view *view, uint32_t validator);
/* Gives back all answers; a view of zeros is fine. */
void dg_view_clear(dg_view *view);
/* One answer, as bytes from outside, into a view that does not have it yet. What does not decode
 * leaves the view without it. Groups need the validators first. DG_NOMEM alone. */
dg_code dg_view_take(dg_view *view, dg_request request, dg_bytes answer, dg_error *err);
/* One request at the view's block, whose cost counts.
 *
 *   answer  out, borrowed: the chain keeps it with the block; empty without one
 *   input   the encoded arguments
 *
 * DG_OK, or DG_ABSENT: not supported at this version, or no usable answer. Below zero as of
 * dg_view_init. */
dg_code dg_view_ask(dg_view *view, dg_bytes *answer, dg_request request, dg_bytes input,
                    dg_error *err);
/* OccupiedCoreAssumption: of a core's candidate, for what is asked of its parachain. */
typedef enum dg_assumption {
    DG_ASSUME_INCLUDED,
    DG_ASSUME_TIMED_OUT,
    DG_ASSUME_FREE
} dg_assumption;
/* As dg_view_ask, of one parachain: the whole of what is in the Option; .len 0: nothing. */
dg_code dg_view_ask_option(dg_view *view, dg_bytes *value, dg_request request, uint32_t para,
                           dg_assumption assumption, dg_error *err);
/* Has the runtime this request, by the version of its ParachainHost? */
bool dg_view_supports(const dg_view *view, dg_request request);
/* The parachain whose block a core takes next; DG_NO: none. */
uint32_t dg_core_turn(const dg_core *core);
/* How many blocks of a parachain wait for availability, on all cores. */
uint32_t dg_waiting_of(const dg_view *view, uint32_t para);
/* A core as a release sees it: by the claim queue if it knows of such. */
const dg_core *dg_view_core(const dg_view *view, uint32_t core, const dg_node_class *of);
/* Is it another parachain's turn by the claim queue than by availability_cores? */
bool dg_view_differs(const dg_view *view, uint32_t core);
/* Is it this parachain's turn on a core, as a release sees it? True where both ways say the same.
 */
bool dg_view_assigns(const dg_view *view, dg_core_ix core, dg_para_id para,
                     const dg_node_class *of);
/* Node features that nodes of the model work by: votes name their core (ElasticScalingMVP); .. */
#define DG_VIEW_FEATURE_CORE_BITS ((uint64_t)1 << 1)
/* .. descriptors may be of version 2 (CandidateReceiptV2). */
#define DG_VIEW_FEATURE_RECEIPTS_V2 ((uint64_t)1 << 3)
/* Notes that what a request answered could not be used. */
void dg_view_fail(dg_view *view, dg_request request);
/* May blocks of one parachain wait for availability on several cores at this leaf? By the version
 * of ParachainHost. */
bool dg_view_waits_many(const dg_view *view);
/* Do collators write descriptors of version 2 at this leaf? From v1.17 on they go by the node
 * feature alone; older ones, which a runtime before ParachainHost 12 is taken to have, know of
 * none. Mirrors: collation-generation 20.0.0 lib.rs:445, 22.0.0 :512. */
bool dg_view_receipts_v2(const dg_view *view);
/* The backing group of a validator; DG_NO: it is in none. */
uint32_t dg_view_group_of(const dg_view *view, uint32_t validator);
/* How many of a group have to vote for a candidate: `votes_min`, as in a view, at most the group's
 * size. */
uint32_t dg_view_votes_needed(const dg_view *view, dg_group_ix group, uint32_t votes_min);

/* ---- backing_state.c: answers that prospective parachains and approval voting live on ---- */

/* Candidates included, of a list of events; false: it does not decode. */
bool dg_events_take(dg_bytes answer, uint32_t *included);
/* Does the answer about one parachain decode, and is there anything in it? Of para_backing_state,
 * backing_constraints or candidates_pending_availability, at this version of ParachainHost. */
bool dg_view_take_backing_state(dg_bytes answer, bool *some, dg_request request,
                                uint32_t host_version);
/* Asks at `view` about each parachain on a core. As dg_view_init. */
dg_code dg_view_ask_backing_states(dg_view *view, dg_request request, dg_error *err);

/* ---- people.c: which node a session key belongs to ---- */

/* An account that Session.Validators, Session.QueuedKeys or Session.NextKeys names, and the node
 * that it is here. Nodes are numbered from 0: the validators in the order of Session.Validators,
 * then those of the queue that were not there yet, in its order, then the rest by account. An
 * election may seat those while a network runs, which is why they have nodes from the start. */
typedef struct dg_person {
    uint8_t account[32];
    uint32_t node;
} dg_person;
/* All of them: at most DG_VALIDATORS_MAX. */
typedef struct dg_people {
    uint32_t count;    /* of nodes */
    uint32_t seated;   /* the first so many of them validate at the fork */
    dg_person *sorted; /* by account; owned */
} dg_people;
/* Which account is which node: those that validate at `block` (`seated` of them), then those
 * that are queued, then others that could be. To be cleared, also after a failure. DG_USAGE: no
 * validator, or more than DG_VALIDATORS_MAX; DG_UNSUPPORTED: accounts that are not of 32 bytes;
 * DG_NOMEM; codes of the chain. A queue that cannot be read is taken for an empty one. */
dg_code dg_people_init(dg_people *people, dg_chain *chain, dg_block *block, dg_error *err);
/* People of zeros are fine. */
void dg_people_clear(dg_people *people);
/* The node of an account; DG_NO: not a node of ours. */
uint32_t dg_people_node(const dg_people *people, const uint8_t account[32]);
/* The node that a session key belongs to, by Session.KeyOwner at a block; `kind` as "babe", "audi".
 * DG_NO in `node`: nobody known. Below zero: codes of the chain. */
dg_code dg_people_owner(const dg_people *people, uint32_t *node, dg_chain *chain, dg_block *block,
                        const char *kind, const uint8_t key[32], dg_error *err);

/* ---- session.c: what is the same for all nodes of a session ---- */

/* How many validators have to approve a candidate, and which by when. Mirrors: SessionInfo, whose
 * last six fields these are, in this order. A tranche is 500 ms long (DG_CONST_TICK of room world).
 */
typedef struct dg_approval_rules {
    uint32_t cores;         /* n_cores: that assignments are drawn over, at most DG_CORES_MAX */
    uint32_t zeroth_width;  /* zeroth_delay_tranche_width: draws that count as the first, too */
    uint32_t samples;       /* relay_vrf_modulo_samples: cores that each draws in the first */
    uint32_t tranches;      /* n_delay_tranches: that are drawn from for all other cores */
    uint32_t no_show_slots; /* slots after which one that was assigned and is silent is replaced */
    uint32_t needed;        /* needed_approvals, of a candidate, beyond those for no-shows */
} dg_approval_rules;

/* ---- executor.c: parameters of a session that artifacts hang on ---- */

/* The two hashes are what an artifact is known by, beside its code: where one of them differs in a
 * new session, nodes that go by it prepare every parachain's code again. Nothing is owned. */
typedef struct dg_executor {
    /* the runtime has none for the session: nobody executes anything in it */
    bool none;
    dg_hash full; /* BLAKE2b-256 of all parameters, encoded: for classes with `artifact_full` */
    /* .. of "prep" and those that change what is prepared (StackLogicalMax, PvfPrepTimeout,
     * WasmExtBulkMemory), for all other classes: since pull request 4211 */
    dg_hash prepares;
    /* ms that executing a block may take: PvfExecTimeout, else 2 000 and 12 000 */
    uint64_t backing_ms, approval_ms;
} dg_executor;
/* Executor parameters out of an answer, which is an Option of them: none (`none` is set then), or
 * no bytes at all (the runtime has no such method), are the defaults (2 s of execution for backing,
 * 12 s for approval); what does not decode counts whole in both digests. DG_NOMEM. Mirrors:
 * ExecutorParams::hash, prep_hash. */
dg_code dg_executor_take(dg_executor *out, dg_bytes answer, dg_error *err);

/* One session, shared by all nodes and never written once it was made; owned by its list. */
typedef struct dg_session {
    struct dg_session *next; /* the one that was made before it */
    uint32_t index;          /* as the runtime counts sessions */
    /* para validators: the first of the discovery keys, so that a validator's index is a place in
     * the grid too */
    uint32_t validators;
    uint32_t count;      /* discovery keys, at least as many, at most DG_VALIDATORS_MAX */
    uint32_t *node;      /* of each discovery key; DG_NO: not a node of ours */
    uint32_t *member;    /* discovery key of each node of dg_people; DG_NO: none */
    uint8_t (*keys)[32]; /* `para` keys of the validators */
    dg_grid grid;        /* of all discovery keys */
    bool has_grid;       /* false: the epoch could not be asked at its first leaf */
    bool rules_told;     /* else `rules` are zeroes */
    dg_approval_rules rules;
    /* asked when the session is made, and again where the runtime has no such method then and gets
     * one within the session; `coalesce` likewise, whenever ParachainHost gets newer */
    dg_executor executor;
    /* candidates that one approval may name: max_approval_coalesce_count, from ParachainHost 10
     * on; else 1 */
    uint32_t coalesce;
    uint32_t asked_version; /* of ParachainHost, when it was asked last */
    /* BLAKE2b-256 of the SessionInfo as it was answered, and of the epoch's randomness where that
     * is known: two forks may disagree on a session */
    dg_hash content;
} dg_session;
/* SessionInfo. False: not told, not as expected, or nobody takes part (a genesis). The rules of
 * approval stand last: where they do not decode the rest still counts. */
typedef struct dg_session_told {
    dg_bytes keys, para_keys; /* discovery keys, and `para` keys of the validators */
    uint32_t count, validators;
    bool rules_told;
    dg_approval_rules rules;
} dg_session_told;
/* SessionInfo out of an answer; `out` borrows from it. False: not told, not as expected, or
 * nobody takes part (a genesis). */
bool dg_session_take(dg_session_told *out, dg_bytes answer, uint32_t host_version);
/* The session of the children of `view`, found in or added to `*all`, and made once for each
 * content: two forks that disagree have two of one index.
 *
 *   all   the list; owns what is added, until dg_sessions_free
 *   out   borrowed from it; NULL unless DG_OK
 *
 * DG_ABSENT: the runtime tells nothing of it, or nothing that decodes. Below zero as dg_view_init.
 */
dg_code dg_session_of(dg_session **all, const dg_session **out, dg_view *view,
                      const dg_people *people, dg_error *err);
/* The node of a validator, by its index into the active set; DG_NO: nobody we know, or one that the
 * session has no discovery key of, which a runtime may put into a group all the same: its answers
 * are not held against each other. Mirrors: SessionInfo::discovery_keys.get. */
uint32_t dg_session_node(const dg_session *session, uint32_t validator);
/* Gives back a whole list that dg_session_of made. NULL is fine. */
void dg_sessions_free(dg_session *all);

/* ---- session_answers.c: what a node keeps of a runtime's answers until a session ends ---- */

/* Values that the runtime tells of a block and a node keeps for a session: the first usable answer
 * wins, whatever the runtime says at later leaves. */
typedef enum dg_session_value {
    DG_SESSION_VOTES,
    DG_SESSION_FEATURES,
    DG_SESSION_ROTATION, /* of the backing groups */
    DG_SESSION_LOOKAHEAD,
    DG_SESSION_VALUE_COUNT,
    /* no answer, and lost rather than kept: the grid, which moves into what statement distribution
     * has of a session while a relay parent of it is in view */
    DG_SESSION_GRID = DG_SESSION_VALUE_COUNT
} dg_session_value;
/* Of one session. A value is there where its `asked_at` is not 0, and is as dg_view has it. */
typedef struct dg_session_answers {
    uint32_t session;
    /* bit for each request whose answer is kept, of DG_LASTS_SESSION alone; the rotation has none,
     * as its groups are asked for at every leaf all the same */
    uint32_t have;
    uint32_t votes_min; /* minimum_backing_votes */
    uint64_t features;  /* without those that `features_off` of the askers names */
    uint32_t rotation_start, rotation_frequency; /* as in dg_rotation */
    uint32_t lookahead;                          /* scheduling_lookahead */
    /* number of the leaf that each value is from; 0: not asked */
    uint32_t asked_at[DG_SESSION_VALUE_COUNT];
} dg_session_answers;
/* Of the two newest sessions, the newest first: leaves are of no other. Zeroes: a process that
 * begins anew. */
enum { DG_ANSWERS_SESSIONS = 2 };
typedef struct dg_answers {
    dg_session_answers of[DG_ANSWERS_SESSIONS];
    uint32_t count;
} dg_answers;
/* A node of the class was answered at a leaf of that number: what it did not have of the session it
 * has now. Nothing of what failed, or of what the runtime has no method for. Mirrors:
 * node/core/runtime-api cache.rs. */
void dg_answers_take(dg_answers *answers, const dg_node_class *of, const dg_view *view,
                     uint32_t number);
/* What is kept of a session; NULL: nothing. Borrowed, until the next is taken. */
const dg_session_answers *dg_answers_of(const dg_answers *answers, uint32_t session);
/* A bit for each request that a node does not ask at the leaf, as it has the session's answer. */
uint32_t dg_answers_kept(const dg_answers *answers, const dg_view *view);
/* As the node has it, else as the leaf says: votes that back a candidate, as dg_view.votes_min; */
uint32_t dg_answers_votes(const dg_answers *answers, const dg_view *view);
/* .. node features; */
uint64_t dg_answers_features(const dg_answers *answers, const dg_view *view);
/* .. how many blocks below the leaf a candidate may name as its relay parent, for a node of the
 * class: one less than the scheduling lookahead where it goes by that, else as the parameters of
 * asynchronous backing say. Mirrors: node-subsystem-util 22.0.0 runtime/mod.rs
 * (fetch_scheduling_lookahead), prospective-parachains 21.0.0 lib.rs:238; */
uint32_t dg_answers_ancestry(const dg_answers *answers, const dg_view *view,
                             const dg_node_class *of);
/* .. and the rotation of groups, at the leaf's own number. Mirrors: collator-protocol 29.0.0
 * validator_side_experimental (group_rotation_info). */
dg_rotation dg_answers_rotation(const dg_answers *answers, const dg_view *view);
/* Asserts what must hold between two leaves. For tests, and for the rooms above. */
void dg_answers_verify(const dg_answers *answers);

/* ---- candidate.c: what authors put into an inherent, byte by byte ---- */

/* Signs `message` for the public key `pk`, in whatever way the caller chooses: dg_marked_sign of
 * room crypto makes marks that the host of every runtime here takes for signatures. */
typedef void (*dg_signer)(uint8_t sig[64], dg_bytes message, const uint8_t pk[32]);

/* One that a collator has made. dg_candidate_init sets what stands in the receipt: `para`,
 * `relay_parent`, `receipt_v2`, `new_code`, `committed` and `hash`; all else is zero until its
 * maker fills it in. */
typedef struct dg_candidate {
    uint32_t para;        /* DG_NO: an empty place in a list of candidates */
    uint32_t core, group; /* indices: where it goes, and who backs it */
    uint32_t session;     /* of the children of its relay parent: votes are signed for it */
    bool receipt_v2;      /* its descriptor is of version 2 */
    dg_hash relay_parent; /* the relay chain's block that it is built in the context of */
    dg_hash hash;         /* BLAKE2b-256 of descriptor and hash of the commitments */
    dg_buf committed;     /* CommittedCandidateReceipt; owned */
    uint32_t new_code;    /* bytes of it that its commitments carry; 0: none */
    const struct dg_collators *by; /* who made it */
    /* hashes of two heads of its parachain: it is built on, and it makes */
    dg_hash follows, head;
    uint32_t nth;  /* of those its collator made on the relay parent, from 0, */
    uint32_t rank; /* .. and of those it made in one go */
    /* when that began, where its collator has a clock of its own; else 0 */
    dg_ns collated_at;
    uint32_t pov_max;      /* and what it was made under: max_pov_size, */
    uint8_t code_hash[32]; /* .. code */
} dg_candidate;
/* What a candidate is made of; all borrowed for the call. */
typedef struct dg_candidate_parts {
    uint32_t para, number;  /* of the relay parent */
    uint32_t core, session; /* that a descriptor of version 2 names */
    /* .. with which of the parachain's cores that is, if it has several: 1 for the first; else 0 */
    uint32_t selector;
    bool receipt_v2;
    dg_hash relay_parent;
    dg_bytes validation_data, head; /* PersistedValidationData, encoded; new head, raw */
    uint8_t code_hash[32];
    uint32_t new_code; /* bytes of new_validation_code, of our making; 0: none */
} dg_candidate_parts;
/* Bytes of a descriptor, of either version. What stands at which byte:
 *
 *     0    para id, 4              68   hash of PersistedValidationData
 *     4    relay parent, 32       100   hash of the proof of validity
 *     36   collator's key, 32     132   erasure root
 *          or, in version 2:      164   collator's signature, 64, or zeroes
 *     36   0, the version         228   hash of the new head
 *     37   core, 2                260   hash of the code, 32
 *     39   session, 4
 *     43   zeroes
 *
 * Numbers are little-endian. Mirrors: primitives CandidateDescriptor; RFC-103. */
enum { DG_DESCRIPTOR_LEN = 292 };
/* Where a collator's key and signature stood, zeroes and a version. `descriptor` of
 * DG_DESCRIPTOR_LEN. */
bool dg_descriptor_is_v2(dg_bytes descriptor);
/* Makes a candidate with empty messages: its CommittedCandidateReceipt, byte by byte, its hash, and
 * the numbers that go into them. What collators know of it (`by`, `nth`, `rank` ..) is theirs to
 * fill. Clear with dg_candidate_clear. DG_LIMIT: above DG_CANDIDATE_MAX; DG_NOMEM. Mirrors:
 * primitives CommittedCandidateReceipt, of the old descriptor or of version 2. */
dg_code dg_candidate_init(dg_candidate *out, const dg_candidate_parts *parts, dg_signer sign,
                          dg_error *err);
/* A candidate of zeros is fine. */
void dg_candidate_clear(dg_candidate *candidate);
/* Too large for a notification: who seconds it in the old way tells of it, and it is asked
 * for. Mirrors: statement-distribution legacy_v1 (is_statement_large). */
bool dg_candidate_is_large(const dg_candidate *candidate);

/* With the numbers of ValidityAttestation: the vote of who seconds is implicit, 1, any other is
 * explicit, 2. What is signed are 73 bytes: "BKNG", the number, the candidate's hash, the session
 * and the relay parent. Mirrors: primitives CompactStatement, SigningContext. */
typedef enum dg_vote { DG_VOTE_SECONDED = 1, DG_VOTE_VALID = 2 } dg_vote;
/* Puts a BackedCandidate as an inherent has it: the receipt, the votes signed, and which members
 * they are of.
 *
 *   voted      of each group member the kind of its vote (dg_vote), or 0
 *   keys       `para` keys of the members, for the signatures
 *   core_bits  the core's index stands behind the members' bits
 *
 * Failures stay in `out`. Mirrors: primitives BackedCandidate. */
void dg_candidate_put(dg_buf *out, const dg_candidate *candidate, const uint8_t *voted,
                      const uint8_t (*keys)[32], uint32_t members, bool core_bits, dg_signer sign);
/* Puts a SignedAvailabilityBitfield: what of `cores` cores a validator holds, signed for a child of
 * `parent` in `session`. `held` has `cores` values, at most DG_CORES_MAX.
 * Failures stay in `out`. Mirrors: primitives SignedAvailabilityBitfield. */
void dg_bitfield_put(dg_buf *out, dg_validator_ix validator, const bool *held, uint32_t cores,
                     const dg_hash *parent, uint32_t session, const uint8_t key[32],
                     dg_signer sign);

/* ---- disputes.c ---- */

/* One dispute as a runtime tells of it: borrowed from the answer. When it began is read over.
 * Mirrors: primitives DisputeState. */
typedef struct dg_dispute_told {
    uint32_t session;      /* of the candidate */
    dg_hash candidate;     /* its hash */
    dg_bytes bits[2];      /* for, against: a bit for each validator, the lowest bit first */
    uint32_t bit_count[2]; /* how many of them, as each of the two lists says itself */
    bool concluded;        /* the runtime says in which block it was */
} dg_dispute_told;
/* Next of `*left` in the answer of ParachainHost_disputes; false at its end or where it does not
 * decode. */
bool dg_dispute_told_next(dg_dispute_told *out, dg_scale *s, uint32_t *left);

/* ---- statement.c: what a node remembers of statements ---- */

/* Of a session whose relay parents are in view: made at the first leaf of it that is taken up, gone
 * with the last relay parent of it, and the grid with it. Mirrors: PerSessionState. */
typedef struct dg_entry {
    uint32_t session;
    const dg_session *info; /* borrowed, as the grid */
    /* grid_view; NULL: nothing is told to the grid, nothing taken from it */
    const dg_session *grid;
    uint32_t block; /* that the grid came with: the number of its leaf */
    bool stamped;   /* `grid_at` is set: dg_statement_stamp was called since */
    dg_ns grid_at;  /* since when; what was backed before is not announced any more */
} dg_entry;
/* A relay parent in view, which candidates may be built on. */
typedef struct dg_parent {
    uint32_t id;      /* of the block, in the network */
    uint32_t number;  /* its height: what is forgotten goes by it */
    uint32_t session; /* of its children: an entry of that session stays as long as it is there */
} dg_parent;
/* A topology that was put aside until a leaf of its session needs it. */
typedef struct dg_unused {
    const dg_session *topology;
    uint32_t block; /* that it came with */
} dg_unused;

/* A topology that a node lost. Neither `purged` nor `moved`: it was dropped as it came
 * (DG_EARLY_DROP). */
typedef struct dg_loss {
    uint32_t session, block; /* that it is of; number of the leaf that it came with */
    bool purged;             /* while it was put aside */
    bool moved;              /* with the session's entry, into which it had moved */
} dg_loss;

/* All that statement distribution of one node holds between two signals. Zeroes with `of` set are a
 * process that begins. Clear with dg_statement_clear. */
typedef struct dg_statement {
    const dg_node_class *of; /* borrowed */
    bool copies;             /* a world in which a grid that an entry has is kept beside it too */
    /* state machine of before asynchronous backing */
    uint32_t *legacy, legacy_count, legacy_cap; /* active heads */
    /* the one after: implicit view, per_relay_parent, per_session, unused_topologies */
    struct {
        uint32_t id, retain; /* relay parents below this number may be forgotten, by this leaf */
    } * leaves;
    uint32_t leaf_count, leaf_cap;
    dg_parent *parents; /* by id */
    uint32_t parent_count, parent_cap;
    dg_entry *entries;
    uint32_t entry_count, entry_cap;
    dg_unused *unused;
    uint32_t unused_count, unused_cap;
    dg_loss *lost; /* by the newest step */
    uint32_t lost_cap;
} dg_statement;

/* The activated leaf as statement distribution sees it. */
typedef struct dg_new_leaf {
    uint32_t id, number;
    dg_mode mode;
    dg_leaf_fate fate;          /* where the mode is that of asynchronous backing */
    const dg_session *info;     /* session of its children; NULL: the runtime has none */
    const dg_parent *ancestors; /* that candidates may name beside it, same session */
    uint32_t ancestor_count;
} dg_new_leaf;

/* Topologies that a step lost: borrowed until the next step. */
typedef struct dg_losses {
    const dg_loss *of;
    uint32_t count;
} dg_losses;

/* A process that begins anew: all but `of` and `copies` is forgotten. */
void dg_statement_clear(dg_statement *sd);
/* One signal of the overseer, taken as the node's class takes it.
 *
 *   lost  out: topologies that went with it; borrowed until the next step
 *   leaf  what the node knows of the activated leaf; read only when the signal activates, and
 *         `info` is kept
 *
 * DG_NOMEM. Mirrors: statement-distribution v2/mod.rs (handle_active_leaves_update,
 * handle_deactivate_leaves). */
dg_code dg_statement_signal(dg_statement *sd, dg_losses *lost, const dg_signal *signal,
                            const dg_new_leaf *leaf, dg_error *err);
/* NewGossipTopology, made at the leaf of number `block`: it goes to the session's entry, is put
 * aside or is dropped, by the node's class. `topology` is kept; `lost` as above. DG_NOMEM. */
dg_code dg_statement_topology(dg_statement *sd, dg_losses *lost, const dg_session *topology,
                              uint32_t block, dg_error *err);
/* Is this leaf in the state machine of before asynchronous backing? */
bool dg_statement_legacy_at(const dg_statement *sd, uint32_t id);
/* Is it a relay parent in the state machine after it? */
bool dg_statement_v2_at(const dg_statement *sd, uint32_t id);
/* What is kept of a session; NULL: nothing, since no relay parent of it is in view. */
const dg_entry *dg_statement_entry(const dg_statement *sd, uint32_t session);
/* To be called after a step: grids that came with it are there since now. What was backed before is
 * not announced any more, so the time counts. */
void dg_statement_stamp(dg_statement *sd, dg_ns now);

/* ---- topology.c: what other users of gossip keep of topologies ---- */

/* Of the current session and the one before; for any other session the current one
 * stands in. Bitfields and statements of the old way go by it.
 * Mirrors: grid_topology.rs (SessionBoundGridTopologyStorage). */
typedef struct dg_topologies {
    const dg_session *current, *previous;
} dg_topologies;
/* A topology came: it is current, and the one of another session before it becomes the previous
 * one. Borrowed. */
void dg_topologies_add(dg_topologies *t, const dg_session *topology);
/* The topology that a message of `session` goes by: the previous one for its session, otherwise
 * the current; NULL: none ever came. */
const dg_session *dg_topologies_for(const dg_topologies *t, uint32_t session);
/* Which neighbours a message goes to: those of the row, those of the column. */
typedef struct dg_route {
    bool row, column;
} dg_route;
/* To whom a message that began at member `origin` has to go on from `member`: own ones to row
 * and column, those of the row to the column, those of the column to the row. */
dg_route dg_grid_route(const dg_grid *grid, dg_discovery_ix member, dg_discovery_ix origin);
/* To whom a member announces a group's candidate: if of the group to row and column, if in a row
 * with one of it to its column, if in a column with one to its row. */
dg_route dg_grid_sends(const dg_grid *grid, const dg_view *view, dg_group_ix group,
                       dg_discovery_ix member);

#endif
