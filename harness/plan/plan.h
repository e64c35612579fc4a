/* plan.h - what was asked for: a plan, read, amended by flags, checked.
 *
 *   plan      dg_plan_load | dg_plan_new, then dg_plan_set for each flag
 *   check     dg_plan_check            every key, value, claim and position
 *   asked     dg_plan_asked_of         what it comes to, each value in the place that uses it
 *   placed    dg_plan_network_place, dg_plan_fault_place: once it is known where U is
 *   keys      dg_keys_check, dg_keys_schema: documents by table, an outcome too
 *
 * Invariant: what dg_plan_asked_of gives was checked whole; nothing of it is looked at
 * once more by those who use it, but for what only a chain can tell.
 *
 *   dg_plan_load(&plan, "plan.json", err);              what is there is checked
 *   dg_plan_set(plan, "seed", "7", err);                a flag wins over the file
 *   dg_plan_check(plan, err);                           whole now
 *   asked = dg_plan_asked_of(plan);                     NULL after another dg_plan_set
 *   if (dg_plan_leaves_nodes_open(plan))
 *       dg_plan_settle(&settled, plan, &releases, err); who runs what, by the age of N
 *   ..  the fork is opened, so that a clock is known: `span`
 *   dg_plan_network_read(&network, settled);
 *   dg_plan_network_place(&network, settled, &span, err);
 *
 * A plan is used by one thread at a time; one that nobody sets is not written. */
#ifndef DG_PLAN_H
#define DG_PLAN_H

#include <jansson.h>

#include "base/base.h"
#include "bft/bft.h"
#include "chain/chain.h"
#include "event/event.h"
#include "node/node.h"
#include "population/population.h"

/* ---- documents by table ----
 *
 * The rows that a document may have, the check against them, and the JSON schema made
 * from them. One table, so that the schema that is shipped and the check that is run
 * cannot disagree. */

/* What a value has to be in JSON. WHOLE is an integer as JSON writes one, so 1.0 is none; NUMBER is
 * either; TEXT has no NUL inside; ANY is not looked at. */
typedef enum dg_keys_kind {
    DG_KEYS_OBJECT,
    DG_KEYS_LIST,
    DG_KEYS_TEXT,
    DG_KEYS_WHOLE,
    DG_KEYS_NUMBER,
    DG_KEYS_BOOL,
    DG_KEYS_ANY
} dg_keys_kind;

enum { DG_KEYS_PATH_MAX = 128 }; /* bytes of a path, its NUL included */

/* One key. A key that has no row is an error, so an object has a row of its own, and one for each
 * key in it. Limits are inclusive. All texts are static. */
typedef struct dg_keys_row {
    const char *path; /* "upgrade.at"; the items of a list are "claims[]" */
    dg_keys_kind kind;
    bool required;            /* in an object that is there */
    bool open;                /* object: other keys are fine */
    bool or_false;            /* object: false in its place says that there is none */
    int64_t min, max;         /* of numbers; both 0: any whole one, any other from 0 on */
    const char *const *words; /* texts allowed, NULL-terminated; NULL: any */
    const char *fallback;     /* what holds without the key, as JSON; NULL: as `without` says */
    const char *without;      /* .. in words; NULL: nothing, or the row is no plan's to leave out */
    const char *says;
} dg_keys_row;

typedef struct dg_keys_table {
    const dg_keys_row *rows;
    size_t count;
    const char *title, *id; /* of the schema */
} dg_keys_table;

/* The row of a path of `path_len` bytes, as rows have it, with "[]" for items of a list; NULL:
 * there is none. Borrowed from the table, which is static. */
const dg_keys_row *dg_keys_find(const dg_keys_table *table, const char *path, size_t path_len);
/* Every key known, every value of its kind and range. `complete`: required keys
 * are there. DG_USAGE with the path, and the nearest key for an unknown one. Of several faults the
 * first in the document is told. What two keys say of each other is not for a table: see
 * dg_plan_check. */
dg_code dg_keys_check(const dg_keys_table *table, const json_t *document, bool complete,
                      dg_error *err);
/* JSON schema, draft 2020-12, that lets pass what dg_keys_check does; owned by the caller; NULL: no
 * memory. */
json_t *dg_keys_schema(const dg_keys_table *table);
/* The number at the last part of `path` in `holder`, the object that has it; the row's fallback
 * where it is not there. The row is one of whole numbers with a fallback. */
int64_t dg_keys_whole(const dg_keys_table *table, const json_t *holder, const char *path);
/* What help says of a row, appended: its words, and in brackets its values, range and default. */
void dg_keys_describe(dg_buf *out, const dg_keys_row *row);
/* The value that a flag's text means for a row; `*out` is owned by the caller. A row of texts takes
 * it as it is, without quotes, every other one reads it as JSON. DG_USAGE: it is not of the row's
 * kind, words or range. */
dg_code dg_keys_value_of(json_t **out, const dg_keys_row *row, const char *text, dg_error *err);
/* The row for a dotted path that a user typed; else DG_USAGE with the nearest. */
dg_code dg_keys_wanted(const dg_keys_row **out, const dg_keys_table *table, const char *path,
                       dg_error *err);

/* ---- a plan ---- */

enum { DG_PLAN_MAX = 1 << 20 /* bytes of a plan file */ };

typedef struct dg_plan dg_plan;

/* An empty plan, to be filled by dg_plan_set. DG_NOMEM. */
dg_code dg_plan_new(dg_plan **out, dg_error *err);
/* Reads JSON (duplicate keys refused) and checks what is there, not whether it is complete: flags
 * may add to it. "-" is stdin; "git:REPO@REV:PATH" is read as git.h has it, and its relative paths
 * may start where it lies in its commit. DG_IO; DG_USAGE with file, line or key path, and the
 * nearest key for an unknown one; DG_LIMIT: more than DG_PLAN_MAX bytes; DG_NOMEM. `*out` is the
 * caller's, to be given back with dg_plan_free, and NULL after a failure. */
dg_code dg_plan_load(dg_plan **out, const char *path, dg_error *err);
/* As load, from text; `name` is what messages call it, `folder` where its relative
 * paths may also start (NULL: nowhere else). */
dg_code dg_plan_parse(dg_plan **out, dg_bytes text, const char *name, const char *folder,
                      dg_error *err);
/* Sets one value from a flag: key "upgrade.at", "seed", "claims.block-cadence.severity";
 * `value` is read as the table says (text, number, true/false; lists and objects as JSON). Wins
 * over the file; of two flags for one key the later one counts. The plan has to be checked again.
 * DG_USAGE: no such key (nearest suggested), value of the wrong kind; DG_NOMEM. A failure changes
 * nothing. */
dg_code dg_plan_set(dg_plan *plan, const char *key, const char *value, dg_error *err);
/* Complete and consistent: snapshot, upgrade.to and upgrade.at are there, the
 * files exist, the position parses, nothing asks for what this version lacks. From then on
 * dg_plan_asked_of has an answer. DG_USAGE, with the path of the key at fault; DG_IO: a file that
 * it names is not there. Paths that are not absolute are looked for in the folder that the program
 * runs in, then beside the plan. */
dg_code dg_plan_check(dg_plan *plan, dg_error *err);
/* A copy that is changed and checked by itself; it is not checked yet, though the plan was.
 * DG_NOMEM. */
dg_code dg_plan_copy(dg_plan **out, const dg_plan *plan, dg_error *err);
/* Gives back the plan and all that was borrowed from it. Fine on NULL. */
void dg_plan_free(dg_plan *plan);

/* The plan as it stands (borrowed); keys as the user wrote them. */
const json_t *dg_plan_json(const dg_plan *plan);
/* The JSON schema that is shipped as plan/plan.schema.json, made from the table that the
 * check uses; owned by the caller. */
json_t *dg_plan_schema(void);
/* The keys of a plan: fixed rows, and some for each claim. Made by the first call, which is not to
 * be in two threads at once; static from then on. */
const dg_keys_table *dg_plan_keys(void);

/* ---- what it asks for ---- */

/* What the plan comes to, but for its network. Files are named as they were found. Of the counts,
 * boundaries_after are session boundaries after U that the run has to pass (2 or more), slots_max
 * the most slots that a run may have, seeds_max how many seeds may be run in all. */
typedef struct dg_plan_asked {
    char snapshot[1024], to[1024]; /* to: "" when the code stays */
    const json_t *config;          /* upgrade.config; NULL: it stays */
    dg_position at;
    dg_how how;
    uint32_t boundaries_after, slots_max, seeds_max;
    uint64_t seed;
} dg_plan_asked;
/* Of a checked plan, borrowed until it is changed; NULL: it was not checked. */
const dg_plan_asked *dg_plan_asked_of(const dg_plan *plan);
/* Does it ask for a network around the chain: name its nodes, or say something of them? */
bool dg_plan_wants_network(const dg_plan *plan);
/* Are nodes neither named nor refused? Then dg_plan_settle has to be asked before the plan is run:
 * who they are, and, where it says nothing of them, whether there are any. */
bool dg_plan_leaves_nodes_open(const dg_plan *plan);
/* Does it have any claim about the network judged, given that there is one? */
bool dg_plan_judges_network(const dg_plan *plan);
/* A copy of such a plan that says it: nodes of these releases, each with an equal share, or, of
 * NULL, none (network: false; not of one that wants them). DG_USAGE: it names a claim for which it
 * then lacks a network. */
dg_code dg_plan_settle(dg_plan **out, const dg_plan *plan, const dg_release_span *nodes,
                       dg_error *err);
/* network.size as written; NULL: the state is not grown. */
const char *dg_plan_size(const dg_plan *plan);
/* By what it is grown to that. */
dg_growth_by dg_plan_grow_by(const dg_plan *plan);
/* fork.storage: values that are put into the state first; borrowed, NULL: none. */
const json_t *dg_plan_storage(const dg_plan *plan);

/* ---- what nodes are called ---- */

/* Most classes that a plan may share its nodes among, rollouts that it may have, and both. */
enum {
    DG_PLAN_SHARES_MAX = 64,
    DG_PLAN_ROLLOUTS_MAX = 32,
    DG_PLAN_CLASSES_MAX = DG_PLAN_SHARES_MAX + DG_PLAN_ROLLOUTS_MAX
};

/* Releases that a name means, from the oldest to the newest; both NULL: another implementation. */
typedef struct dg_plan_range {
    const dg_release *from, *to;
} dg_plan_range;
/* Of "v1.10", "v1.7..v1.11", a row's name, or what a node says of itself. DG_USAGE, with what is
 * known. */
dg_code dg_plan_range_read(dg_plan_range *out, const char *text, dg_error *err);
/* Part i of it: the nodes of one row of the table that are in it; false past the last row. */
bool dg_plan_range_part(dg_node_class *out, const dg_plan_range *range, size_t i);

/* Who runs what, as `--nodes` says it: each class once, with its parts of a million. */
typedef struct dg_plan_nodes {
    size_t count;
    dg_node_class of[DG_PLAN_SHARES_MAX];
    uint32_t ppm[DG_PLAN_SHARES_MAX];
} dg_plan_nodes;
/* Of "v1.10=0.9,v1.7..v1.8=0.1", "@FILE" or an object of counts. `out` is written whole. DG_USAGE;
 * DG_IO of a file. */
dg_code dg_plan_nodes_read(dg_plan_nodes *out, const char *text, dg_error *err);

/* ---- placed in slots ---- */

/* The slots of a run: where it begins, where U is, where it ends. Slots are BABE's, as the chain
 * counts them; fork_number is the number of the forked block. The first slot is clock.next_slot,
 * the last one end_slot, which is part of the run; U lies between. A migration may need blocks
 * after the last one. */
typedef struct dg_plan_span {
    dg_clock clock; /* at the fork */
    uint32_t fork_number;
    uint64_t upgrade_slot, end_slot;
    uint64_t first_boundary; /* the first one after U */
} dg_plan_span;
/* When a slot begins, in ns since the first one of the run; 0 for those before it. */
dg_ns dg_plan_slot_at(const dg_plan_span *span, uint64_t slot);

/* What a plan says of the network: who its nodes and collators are, in parts of a million,
 * how long things take, and in which of the ways of the model it works. The parts of all shares are
 * a million together, and so are those of collators, if there are any. What is 0 or false was not
 * said, and the model's own number holds. */
typedef struct dg_plan_network {
    /* as a network takes them: what the plan says is set, and what a run alone knows (seed,
     * listener) is not. Counts of the lists below are its own */
    dg_network_options options;
    bool compile_given; /* else the times to compile N hang on its size */
    /* what the options point at: one share for each class, of 0 parts where nodes come to have it
     * later, .. */
    dg_share shares[DG_PLAN_CLASSES_MAX];
    dg_node_class own[DG_PLAN_CLASSES_MAX];             /* each once, in the order of the shares */
    const dg_node_class *joining[DG_PLAN_ROLLOUTS_MAX]; /* classes that rollouts change nodes to */
    dg_collators collators[DG_PLAN_SHARES_MAX];
    dg_sim_link link;
    dg_ns latency[2]; /* .. and what the link points at */
} dg_plan_network;
/* Of a checked plan that names its nodes. `out` is written whole, owns nothing, and stays where it
 * is: some of it points at the rest. From when collators have new code is not known yet. */
void dg_plan_network_read(dg_plan_network *out, const dg_plan *plan);
/* The slots of it, once U and the end are known: from when collators have new code. After
 * dg_plan_network_read. DG_USAGE, with the item: a slot outside of the run. */
dg_code dg_plan_network_place(dg_plan_network *out, const dg_plan *plan, const dg_plan_span *span,
                              dg_error *err);

/* One of network.rollout; it points at its own `list` and `of`, so it stays where it is, and at the
 * classes of a network. */
typedef struct dg_plan_rollout {
    dg_rollout rollout;
    bool treatment_only;
    uint32_t *list;
    const dg_node_class *of[DG_PLAN_CLASSES_MAX];
} dg_plan_rollout;
/* How many rollouts the plan names. */
size_t dg_plan_rollout_count(const dg_plan *plan);
/* Rollout `i` of a checked plan, its slots in `span`, its classes in `net`, which outlives it; give
 * it back with dg_plan_rollout_clear, after a failure too. DG_USAGE, with the rollout; DG_NOMEM. */
dg_code dg_plan_rollout_place(dg_plan_rollout *out, const dg_plan *plan, size_t i,
                              const dg_plan_span *span, const dg_plan_network *net, dg_error *err);
/* Gives its list back. */
void dg_plan_rollout_clear(dg_plan_rollout *rollout);
/* The rollout as the plan has it; NULL past the last. Borrowed. */
const json_t *dg_plan_rollout_json(const dg_plan *plan, size_t i);
/* "all nodes that run v1.10": which nodes rollout i of the plan means, cut to `size` bytes. */
void dg_plan_rollout_who(char *out, size_t size, const dg_plan *plan, size_t i);

/* One of network.faults; `list` holds the one that `fault` names, owned. Its slots are from
 * fault.from, up to and without fault.until; `treatment_only` ones begin at U at the earliest,
 * since up to there both arms are one run. */
typedef struct dg_plan_fault {
    dg_fault fault;
    bool treatment_only;
    uint32_t *list;
} dg_plan_fault;
/* How many faults the plan names. */
size_t dg_plan_fault_count(const dg_plan *plan);
/* Fault `i` of a checked plan, its slots in `span`; give it back with dg_plan_fault_clear,
 * after a failure too. Whether those it names are there is for others to say. DG_USAGE,
 * DG_NOMEM. */
dg_code dg_plan_fault_place(dg_plan_fault *out, const dg_plan *plan, size_t i,
                            const dg_plan_span *span, dg_error *err);
/* Gives its list back. */
void dg_plan_fault_clear(dg_plan_fault *fault);
/* "share 0.7": with whom fault i of the plan is, in its own words, cut to `size` bytes; "" if it
 * has none such, or the plan has no fault i. */
void dg_plan_fault_who(char *out, size_t size, const dg_plan *plan, size_t i);

/* ---- consensus bft ---- */

/* Is the plan about a network of consensus bft? Then it has neither snapshot nor runtimes, and of
 * dg_plan_asked_of only the seeds are said. */
bool dg_plan_is_bft(const dg_plan *plan);

/* `bft` of such a plan; the network points at the rest. */
typedef struct dg_plan_bft {
    dg_bft_network network;
    dg_bft_committee committees[DG_BFT_COMMITTEES_MAX + 1];
    dg_bft_parameters parameters[DG_BFT_COMMITTEES_MAX + 1];
    dg_bft_share shares[DG_BFT_SHARES_MAX];
    dg_bft_rollout rollouts[DG_BFT_ROLLOUTS_MAX];
    uint64_t bakers[DG_BFT_ROLLOUTS_MAX][DG_BFT_BAKERS_MAX];
} dg_plan_bft;
/* Checked as well (dg_bft_check). `*out` is given back with dg_plan_bft_free, and NULL after a
 * failure. DG_USAGE, with the key at fault; DG_NOMEM. */
dg_code dg_plan_bft_read(dg_plan_bft **out, const dg_plan *plan, dg_error *err);
/* Fine on NULL. */
void dg_plan_bft_free(dg_plan_bft *read);

/* `bft.odds`: how many seeds, how long after the first epoch's nominal end each run ends, and how
 * many costs of a payday block are tried; 0: the plan's own. */
typedef struct dg_plan_odds {
    uint32_t seeds;
    dg_ns after;
    size_t rows;
} dg_plan_odds;
/* False: the plan asks for none; `out` is zeroes then. */
bool dg_plan_bft_odds(dg_plan_odds *out, const dg_plan *plan);
/* The cost of row `row`, which is below dg_plan_odds.rows. */
dg_bft_range dg_plan_bft_odds_cost(const dg_plan *plan, size_t row);

#endif
