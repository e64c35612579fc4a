/* plan_keys.c - the keys of a plan: fixed rows, and three or more for each claim. */
#include "plan/plan_impl.h"

#include <assert.h>

#include "claim/claim.h"
#include "node/node.h"

static const char *const consensuses[] = { "relay", "bft", NULL };
static const char *const hows[] = { "authorize", "set-code", "unchecked", "override", NULL };
static const char *const from_snapshot[] = { "snapshot", NULL };
static const char *const exchanges[] = { "messages", "computed", NULL };
static const char *const severities[] = { "gate", "advice", NULL };

static const char *const growers[] = { "writes", "genesis-builder", NULL };
static const char *const fault_arms[] = { "both", "treatment", NULL };
static const char *const fault_whos[] = { "all", "authors", NULL };
static const char *faults[DG_FAULT_COUNT + 1]; /* of the table in room node, in its order */

static const char *const runtimes[] = { "sync", "async", NULL };

enum { AUTHORS_MAX = 8 };
static const char *authors[AUTHORS_MAX + 1]; /* of the table in room node */

enum { REPAIRS_MAX = 16 };
static const char *repairs[REPAIRS_MAX + 1];

static const dg_keys_row fixed[] = {
    { "$schema", DG_KEYS_TEXT, .without = "nothing",
      .says = "for editors; doppel does not read it" },
    { "doppel", DG_KEYS_WHOLE, true, .min = 1, .max = 1, .says = "version of this format" },
    { "name", DG_KEYS_TEXT, .without = "the step of runtimes",
      .says = "what the report calls this run" },
    { "notes", DG_KEYS_LIST, .without = "none",
      .says = "what a reader of the report must know about the inputs" },
    { "notes[]", DG_KEYS_TEXT, .says = "one line of the report" },
    { "consensus", DG_KEYS_TEXT, .words = consensuses, .fallback = "\"relay\"",
      .says = "relay: a relay chain, forked from a snapshot; bft: a network of finalizers, which "
              "`bft` describes, without a snapshot" },
    { "snapshot", DG_KEYS_TEXT, .without = "needed, but with consensus bft",
      .says = "snapshot folder, raw chain spec or .snap file; from the current folder, else the "
              "plan's" },
    { "upgrade", DG_KEYS_OBJECT, .without = "needed, but with consensus bft",
      .says = "what is enacted, when and how" },
    { "upgrade.to", DG_KEYS_TEXT, .without = "the code stays",
      .says = "runtime N: a blob as on chain, plain wasm, .zst or hex of either, or a state that "
              "holds it" },
    { "upgrade.config", DG_KEYS_OBJECT, .open = true, .without = "the configuration stays",
      .says = "fields of HostConfiguration by path, such as \"executor_params\" or \"a.b\", "
              "each with the value to which a change scheduled in U sets it; with upgrade.to or "
              "alone" },
    { "upgrade.at", DG_KEYS_TEXT, true,
      .says =
          "position of U: boundary-20 or boundary-20s (20 slots before the session changes), "
          "boundary-20b (20 blocks of control before it), boundary+5, boundary@2-8 (of the second "
          "boundary), 50% (of a session's slots), #12345 (that block of control), next" },
    { "upgrade.how", DG_KEYS_TEXT, .words = hows, .fallback = "\"set-code\"",
      .says =
          "way of enactment; unchecked is set_code_without_checks, which takes another spec_name "
          "and any version; override writes :code itself, which is not the production path" },
    { "horizon", DG_KEYS_OBJECT, .without = "as of its keys", .says = "how far the run goes" },
    { "horizon.boundaries_after", DG_KEYS_WHOLE, .min = 2, .max = 100, .fallback = "2",
      .says = "session boundaries after U: sets and configuration act two sessions later" },
    { "horizon.slots_max", DG_KEYS_WHOLE, .min = 1, .max = 1000000, .fallback = "28800",
      .says = "a run of more slots than this is refused before it begins; the default is two "
              "days of 6 s slots" },
    { "fork", DG_KEYS_OBJECT, .without = "the snapshot's state as it is",
      .says = "the state from which both arms begin" },
    { "fork.storage", DG_KEYS_OBJECT, .open = true, .without = "none",
      .says = "values written into the state first: \"0x..\" or \"Pallet.Item\": \"0x..\", a "
              "value by its type, or null" },
    { "network", DG_KEYS_OBJECT, .or_false = true,
      .without = "nodes of N's time, where the state has validators and parachains",
      .says = "the network around the chain; false: no network, so the outcome speaks of the "
              "chain only" },
    { "network.validators", DG_KEYS_TEXT, .words = from_snapshot, .fallback = "\"snapshot\"",
      .says = "the validators" },
    { "network.parachains", DG_KEYS_TEXT, .words = from_snapshot, .fallback = "\"snapshot\"",
      .says = "the parachains" },
    { "network.size", DG_KEYS_TEXT, .without = "the state is not grown",
      .says = "validators x parachains, such as 300x50: the state is grown to this size before "
              "the fork" },
    { "network.grow_by", DG_KEYS_TEXT, .words = growers, .fallback = "\"writes\"",
      .says = "writes: added to the state; genesis-builder: a genesis made by the runtime's own "
              "builder" },
    { "network.nodes", DG_KEYS_ANY,
      .without = "network.classes, or the releases that were current when N came",
      .says = "what nodes run, in short: RELEASE=SHARE,RELEASE=SHARE, with shares that add up to 1 "
              "or whole numbers of nodes; a range such as v1.7..v1.11 is spread evenly over its "
              "releases; an object of counts by version; @FILE with such counts, as JSON or as "
              "lines version,count" },
    { "network.classes", DG_KEYS_LIST, .without = "the releases that were current when N came",
      .says = "what nodes run and their shares, which add up to 1; in short form "
              "v1.10=0.92,v1.6=0.08" },
    { "network.classes[]", DG_KEYS_OBJECT, .says = "a class of nodes" },
    { "network.classes[].class", DG_KEYS_TEXT, true,
      .says = "release that its nodes run, such as v1.10, or releases alike, such as v1.10..v1.11 "
              "(doppel help nodes)" },
    { "network.classes[].share", DG_KEYS_NUMBER, true, .max = 1,
      .says = "share of the validators, drawn by lot" },
    { "network.classes[].without", DG_KEYS_LIST, .without = "none",
      .says = "repairs that are removed from this class, by the number of their pull request" },
    { "network.classes[].without[]", DG_KEYS_TEXT, .words = repairs, .says = "a repair" },
    { "network.classes[].with", DG_KEYS_LIST, .without = "none",
      .says = "repairs that are added to this class, which lacks them" },
    { "network.classes[].with[]", DG_KEYS_TEXT, .words = repairs, .says = "a repair" },
    { "network.collators", DG_KEYS_LIST, .without = "all lookahead, protocol 2, runtime sync",
      .says = "collators of the parachains and their shares, which add up to 1" },
    { "network.collators[]", DG_KEYS_OBJECT, .says = "collators of one kind" },
    { "network.collators[].kind", DG_KEYS_TEXT, true, .words = authors,
      .says = "how these collators author" },
    { "network.collators[].protocol", DG_KEYS_WHOLE, .min = 1, .max = 2, .fallback = "2",
      .says = "newest version of the collation protocol that they speak" },
    { "network.collators[].runtime", DG_KEYS_TEXT, .words = runtimes, .fallback = "\"sync\"",
      .says = "sync: 12 s slots, and no new block while one waits for availability; async: 6 s "
              "slots, and room for three" },
    { "network.collators[].share", DG_KEYS_NUMBER, true, .max = 1,
      .says = "share of the parachains, drawn by lot" },
    { "network.collators[].upgrades_code", DG_KEYS_OBJECT, .without = "none",
      .says = "each of these parachains publishes new code once, and no validator votes on it" },
    { "network.collators[].upgrades_code.bytes", DG_KEYS_WHOLE, true, .min = 9, .max = 3 << 20,
      .says = "size of the code" },
    { "network.collators[].upgrades_code.at", DG_KEYS_TEXT, .without = "the first of the run",
      .says = "first slot: a position as in upgrade.at, or U, U-5, U+3" },
    { "network.pvf", DG_KEYS_OBJECT, .without = "as of its keys",
      .says = "how long a node takes to prepare a parachain's code, and to execute its blocks, "
              "drawn for each between these bounds" },
    { "network.pvf.prepare_ms_min", DG_KEYS_WHOLE, .min = 1, .max = 3600000, .fallback = "6000",
      .says = "milliseconds, lowest" },
    { "network.pvf.prepare_ms_max", DG_KEYS_WHOLE, .min = 1, .max = 3600000, .fallback = "18000",
      .says = "milliseconds, highest" },
    { "network.pvf.execute_ms_min", DG_KEYS_WHOLE, .min = 1, .max = 3600000, .fallback = "300",
      .says = "milliseconds to execute one of its blocks, lowest" },
    { "network.pvf.execute_ms_max", DG_KEYS_WHOLE, .min = 1, .max = 3600000, .fallback = "300",
      .says = ".. and highest; two blocks are executed at a time" },
    { "network.links", DG_KEYS_OBJECT, .without = "as of its keys",
      .says = "links between any two nodes" },
    { "network.links.latency_ms", DG_KEYS_LIST, .fallback = "[20, 200]",
      .says = "lowest and highest latency in milliseconds" },
    { "network.links.latency_ms[]", DG_KEYS_WHOLE, .min = 0, .max = 600000,
      .says = "milliseconds" },
    { "network.links.loss_per_million", DG_KEYS_WHOLE, .min = 0, .max = 1000000, .fallback = "0",
      .says = "messages lost" },
    { "network.exchange", DG_KEYS_TEXT, .words = exchanges, .fallback = "\"computed\"",
      .says = "how statements and bitfields travel from node to node: computed, or each sent as "
              "a message, which costs more time and counts the messages" },
    { "network.forks", DG_KEYS_BOOL, .fallback = "true",
      .says = "false: only the first author of a slot builds, unlike any real network" },
    { "network.backs_off", DG_KEYS_BOOL, .fallback = "false",
      .says = "true: authors skip slots while finality lags by more than fifty blocks, as on "
              "test networks" },
    { "network.compile_ms", DG_KEYS_OBJECT,
      .without = "from the size of its wasm, for 8 to 4 cores",
      .says = "how long a node stands still to compile N" },
    { "network.compile_ms.min", DG_KEYS_WHOLE, true, .min = 0, .max = 3600000,
      .says = "milliseconds, the fastest node" },
    { "network.compile_ms.max", DG_KEYS_WHOLE, true, .min = 0, .max = 3600000,
      .says = "milliseconds, the slowest node" },
    { "network.faults", DG_KEYS_LIST, .without = "none",
      .says = "what goes wrong, when, and which nodes it strikes" },
    { "network.faults[]", DG_KEYS_OBJECT, .says = "one fault" },
    { "network.faults[].kind", DG_KEYS_TEXT, true, .words = faults, .says = "what goes wrong" },
    { "network.faults[].from", DG_KEYS_TEXT,
      .without = "the first slot of the run; U for a fault of treatment alone",
      .says = "first slot: a position as in upgrade.at, or U, U-5, U+3" },
    { "network.faults[].until", DG_KEYS_TEXT, .without = "the end of the run",
      .says = "first slot after the fault, written as `from`" },
    { "network.faults[].arm", DG_KEYS_TEXT, .words = fault_arms, .fallback = "\"both\"",
      .says = "both, or treatment alone: then from U on" },
    { "network.faults[].nodes", DG_KEYS_LIST,
      .without = "one of nodes, paras, share, group and who is needed",
      .says = "the nodes it strikes: validators by index, the first is 0" },
    { "network.faults[].nodes[]", DG_KEYS_WHOLE, .min = 0, .max = UINT32_MAX,
      .says = "index of a node" },
    { "network.faults[].paras", DG_KEYS_LIST,
      .without = "one of nodes, paras, share, group and who is needed",
      .says = "the parachains it strikes, by id: offline-collators only" },
    { "network.faults[].paras[]", DG_KEYS_WHOLE, .min = 0, .max = UINT32_MAX,
      .says = "id of a parachain" },
    { "network.faults[].share", DG_KEYS_NUMBER, .max = 1,
      .without = "one of nodes, paras, share, group and who is needed",
      .says = "the share of the nodes (offline-collators: of the parachains) that it strikes, "
              "drawn by lot" },
    { "network.faults[].group", DG_KEYS_WHOLE, .min = 0, .max = UINT32_MAX,
      .without = "one of nodes, paras, share, group and who is needed",
      .says = "the nodes it strikes: the members of this backing group when it begins" },
    { "network.faults[].who", DG_KEYS_TEXT, .words = fault_whos,
      .without = "one of nodes, paras, share, group and who is needed",
      .says = "the nodes it strikes: all, or the authors of the slot in which it begins" },
    { "network.faults[].offset_ms", DG_KEYS_WHOLE, .min = -86400000, .max = 86400000,
      .fallback = "0", .says = "clock: how far it is ahead of true time, in milliseconds" },
    { "network.faults[].drift_ppm", DG_KEYS_WHOLE, .min = -500000, .max = 500000, .fallback = "0",
      .says = "clock: how much too fast it runs, in parts per million" },
    { "network.faults[].warp", DG_KEYS_WHOLE, .min = 1, .max = 1000000, .fallback = "1",
      .says = "clock: how many times as fast as true time it runs" },
    { "network.faults[].loss_per_million", DG_KEYS_WHOLE, .min = 0, .max = 1000000,
      .without = "needed for a loss", .says = "loss: messages lost, per million" },
    { "network.rollout", DG_KEYS_LIST, .without = "none",
      .says = "nodes that restart, or change their release, while the run goes on" },
    { "network.rollout[]", DG_KEYS_OBJECT, .says = "one restart or update" },
    { "network.rollout[].at", DG_KEYS_TEXT, true,
      .says = "slot in which it begins: a position as in upgrade.at, or U, U-5, U+3" },
    { "network.rollout[].over", DG_KEYS_WHOLE, .min = 1, .max = 100000, .fallback = "1",
      .says = "slots that it takes: each node has its turn in one of them, drawn by lot" },
    { "network.rollout[].to", DG_KEYS_TEXT, .without = "they restart as what they are",
      .says = "release that these nodes run after it, such as v1.12" },
    { "network.rollout[].class", DG_KEYS_TEXT, .without = "whatever they run",
      .says = "only nodes that run this release, or one of this range, when their turn comes" },
    { "network.rollout[].nodes", DG_KEYS_LIST, .without = "all nodes",
      .says = "only these nodes: validators by index, the first is 0" },
    { "network.rollout[].nodes[]", DG_KEYS_WHOLE, .min = 0, .max = UINT32_MAX,
      .says = "index of a node" },
    { "network.rollout[].share", DG_KEYS_NUMBER, .max = 1, .without = "all nodes",
      .says = "only this share of the nodes, drawn by lot" },
    { "network.rollout[].restart", DG_KEYS_BOOL, .fallback = "true",
      .says = "false: the new release is only installed, and begins when something else ends a "
              "node's process" },
    { "network.rollout[].down_ms", DG_KEYS_LIST, .fallback = "[20000, 60000]",
      .says = "lowest and highest time in milliseconds that a node is down to restart; compiling "
              "N again comes on top" },
    { "network.rollout[].down_ms[]", DG_KEYS_WHOLE, .min = 0, .max = 86400000,
      .says = "milliseconds" },
    { "network.rollout[].arm", DG_KEYS_TEXT, .words = fault_arms, .fallback = "\"both\"",
      .says = "both, or treatment alone: then from U on" },
    { "claims", DG_KEYS_OBJECT, .without = "all are judged",
      .says = "which claims are judged, and how" },
    { "claims.default", DG_KEYS_BOOL, .fallback = "true",
      .says = "judge every claim that is not switched off; false: only those named here" },
    { "claims.strict", DG_KEYS_BOOL, .fallback = "false",
      .says = "true: every claim is a gate, and breaks where it would only warn" },
    { "seed", DG_KEYS_WHOLE, .min = 0, .max = INT64_C(1) << 53, .fallback = "1",
      .says = "seed of all chance in the run" },
    { "seeds_max", DG_KEYS_WHOLE, .min = 1, .max = 256, .fallback = "16",
      .says = "how many seeds may be run in all where one seed leaves the verdict to chance: a "
              "hazard that did not occur, a claim that broke narrowly; 1: one seed only" },
};
enum { FIXED = sizeof fixed / sizeof *fixed, ROWS_MAX = 512 };

static dg_keys_row rows[ROWS_MAX];
static char paths[ROWS_MAX][DG_KEYS_PATH_MAX];
static dg_keys_table table = { rows, 0, "A plan of doppel", "plan.schema.json" };

static void add(const dg_keys_row *row, const char *format, const char *claim, const char *key)
{
    assert(table.count < ROWS_MAX);
    rows[table.count] = *row;
    if (format) {
        snprintf(paths[table.count], DG_KEYS_PATH_MAX, format, claim, key);
        rows[table.count].path = paths[table.count];
    }
    table.count++;
}

static void add_allow(const dg_claim *claim)
{
    static char says[DG_CLAIM_COUNT][80];
    snprintf(says[claim->id], sizeof says[claim->id],
             "%s: up to this much harm is acceptable, and the claim holds", claim->allows);
    add(&(dg_keys_row){ .kind = DG_KEYS_NUMBER, .fallback = "0", .says = says[claim->id] },
        "claims.%s.%s", dg_claim_name(claim->id), "allow");
}

static void add_claim(const dg_claim *claim)
{
    add(&(dg_keys_row){ .kind = DG_KEYS_OBJECT, .says = claim->says }, "claims.%s%s",
        dg_claim_name(claim->id), "");
    add(
        &(dg_keys_row){
            .kind = DG_KEYS_TEXT,
            .words = severities,
            .fallback = claim->severity == DG_CLAIM_GATE ? NULL : "\"advice\"",
            .without = claim->severity == DG_CLAIM_GATE
                           ? "the run fails when the claim breaks, not when it warns"
                           : NULL,
            .says = "gate: the run fails when the claim breaks, and when it warns; advice: the "
                    "claim only warns" },
        "claims.%s.%s", dg_claim_name(claim->id), "severity");
    add(&(dg_keys_row){ .kind = DG_KEYS_BOOL,
                        .fallback = "false",
                        .says = "true: the claim is not judged" },
        "claims.%s.%s", dg_claim_name(claim->id), "off");
    if (claim->allows)
        add_allow(claim);
    for (const dg_claim_option *o = claim->options; o && o->name; o++)
        add(&(dg_keys_row){ .kind = o->whole ? DG_KEYS_WHOLE : DG_KEYS_NUMBER,
                            .max = o->max,
                            .fallback = o->fallback,
                            .without = o->without,
                            .says = o->says },
            "claims.%s.%s", dg_claim_name(claim->id), o->name);
}

const dg_keys_table *dg_plan_keys(void)
{
    const dg_claim *claim;
    if (table.count)
        return &table;
    for (size_t i = 0; i < AUTHORS_MAX && dg_backing_author_at(i); i++)
        authors[i] = dg_backing_author_at(i)->name;
    for (int i = 0; i < DG_FAULT_COUNT; i++)
        faults[i] = dg_node_fault_name((dg_fault_kind)i);
    for (size_t i = 0; i < REPAIRS_MAX && dg_repair_at(i); i++)
        repairs[i] = dg_repair_at(i)->name;
    for (size_t i = 0; i < FIXED; i++)
        add(&fixed[i], NULL, NULL, NULL);
    for (size_t i = 0; dg_plan_bft_row(i); i++)
        add(dg_plan_bft_row(i), NULL, NULL, NULL);
    for (size_t i = 0; (claim = dg_claim_at(i)); i++)
        add_claim(claim);
    return &table;
}
