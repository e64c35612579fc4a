/* notes.c - what a reader has to know beside the verdicts: what is not as on the live
 * chain, what rests on a model, what the inputs say of themselves. */
#include "outcome/outcome_impl.h"

#include <assert.h>
#include <stdarg.h>
#include <string.h>

static int add(json_t *out, const char *format, ...) __attribute__((format(printf, 2, 3)));
static int add(json_t *out, const char *format, ...)
{
    char line[600];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    return json_array_append_new(out, dg_event_text(line));
}

/* ---- the network ---- */

/* "topology-present, backing-rate and finality-lag" */
static void names_of(char *out, size_t size, const json_t *claims, const char *basis)
{
    assert(size > 0);
    size_t i, left = 0, used = 0;
    const json_t *claim;
    json_array_foreach(claims, i, claim) left +=
        strcmp(json_string_value(json_object_get(claim, "basis")), basis) == 0;
    out[0] = 0;
    json_array_foreach(claims, i, claim)
    {
        if (strcmp(json_string_value(json_object_get(claim, "basis")), basis) != 0 || used >= size)
            continue;
        used += (size_t)snprintf(out + used, size - used, "%s%s",
                                 json_string_value(json_object_get(claim, "name")),
                                 left == 1   ? ""
                                 : left == 2 ? " and "
                                             : ", ");
        left--;
    }
}

/* Links that lose messages, of a network that sends only some. */
static bool loses_unsent(const json_t *plan)
{
    const json_t *network = json_object_get(plan, "network"), *fault;
    const char *exchange = json_string_value(json_object_get(network, "exchange")), *kind;
    bool loses =
        json_integer_value(json_object_get(json_object_get(network, "links"), "loss_per_million"))
        > 0;
    size_t i;
    json_array_foreach(json_object_get(network, "faults"), i, fault) loses |=
        (kind = json_string_value(json_object_get(fault, "kind"))) && strcmp(kind, "loss") == 0;
    return loses && !(exchange && strcmp(exchange, "messages") == 0);
}

/* Nobody named the nodes: who they are is the program's guess, and has to be said. */
static int assumed_note(json_t *out, const dg_release_span *span)
{
    char releases[60];
    if (!span->oldest)
        return 0;
    dg_outcome_releases(releases, sizeof releases, span);
    return add(out,
               "the plan names no nodes, so they run %s%s, since %s; --nodes names others, "
               "--no-network leaves them out",
               releases, span->oldest == span->newest ? "" : ", with an equal share each",
               span->why);
}

/* Without nodes: what a reader may not take the verdict for. */
static int chain_only_notes(json_t *out, const dg_outcome_facts *run)
{
    return add(out,
               "chain only: no network was simulated, since %s; nothing is said of backing, "
               "availability, approval or finality",
               run->chain_only)
           | add(out, "blocks carry no parachain candidates and no transactions; seals and "
                      "VRFs are drawn, not signed by the real keys");
}

static int network_notes(json_t *out, const json_t *plan, const json_t *claims)
{
    char names[500];
    int bad = 0;
    names_of(names, sizeof names, claims, "node model");
    if (loses_unsent(plan))
        bad = add(out, "only blocks and finality are lost on the way: statements, chunks and "
                       "bitfields are computed as if none were lost; network.exchange: messages "
                       "sends them, and loses some");
    return bad
           | add(out, "the real runtime built every block of both arms, for authors of a simulated "
                      "network, and the blocks judged are those that it agreed on; signatures of "
                      "validators and collators are marked as ours, seals and VRFs are drawn, and "
                      "there are no transactions")
           | add(out, "behind %s stands a model of nodes (class table " DG_CLASS_TABLE_VERSION ")",
                 names[0] ? names : "no claim")
           | add(out, "all other claims rest on the real runtime over these blocks, though when a "
                      "block came, and which of two won, is the model's");
}

/* ---- faults ---- */

static int faults_notes(json_t *out, const dg_outcome_facts *run)
{
    int bad = 0;
    assert(run->faults || !run->fault_count);
    for (size_t i = 0; i < run->fault_count; i++) {
        const dg_plan_fault *wish = &run->faults[i];
        uint64_t first = run->span.clock.next_slot;
        char line[400], who[140] = "", until[60] = "to the end";
        dg_plan_fault_who(who, sizeof who, run->plan, i);
        if (wish->fault.until != UINT64_MAX)
            snprintf(until, sizeof until, "to slot %llu",
                     (unsigned long long)(wish->fault.until - first));
        snprintf(line, sizeof line,
                 "a fault was planned, in %s: %s (%s), %s, from slot %llu of the run %s",
                 wish->treatment_only ? "treatment alone" : "both arms",
                 dg_node_fault_name(wish->fault.kind), dg_node_fault_says(wish->fault.kind), who,
                 (unsigned long long)(wish->fault.from - first), until);
        bad |= json_array_append_new(out, dg_event_text(line));
    }
    return bad;
}

/* ---- the state of the fork ---- */

static int fork_notes(json_t *out, const dg_outcome_facts *run)
{
    const char *key;
    json_t *value;
    char line[300];
    int bad = 0;
    if (run->grown[0]) {
        bad |= json_array_append_new(out, json_string(run->grown));
        if (dg_plan_grow_by(run->plan) == DG_GROWTH_WRITES)
            bad |= json_array_append_new(
                out, json_string("in a grown state eras stand still (Staking.ForceEra is "
                                 "ForceNone) and nobody is slashed "
                                 "(Staking.Invulnerables), where the runtime has that: no election "
                                 "knows the new validators"));
    }
    json_object_foreach((json_t *)dg_plan_storage(run->plan), key, value)
    {
        char was[120];
        dg_event_short(was, sizeof was, value);
        snprintf(line, sizeof line, "the state of the fork was changed by the plan: %.120s = %s",
                 key, was);
        bad |= json_array_append_new(out, dg_event_text(line));
    }
    return bad;
}

/* ---- all of them ---- */

/* What stands beside the files of data. */
static int source_notes(json_t *out, const dg_outcome_facts *run)
{
    return dg_source_notes(out, run->asked->snapshot)
           | (run->asked->to[0] ? dg_source_notes(out, run->asked->to) : 0);
}

/* What the plan itself has to say of its inputs: a derived runtime, keys of a test. */
static int plan_notes(json_t *out, const dg_outcome_facts *run)
{
    const json_t *note;
    size_t i;
    int bad = 0;
    json_array_foreach(json_object_get(dg_plan_json(run->plan), "notes"), i, note) bad |=
        add(out, "%.500s", json_string_value(note));
    return bad;
}

json_t *dg_outcome_notes(const dg_outcome_facts *run, const json_t *claims)
{
    json_t *out = json_array();
    int bad =
        dg_plan_wants_network(run->plan)
            ? assumed_note(out, &run->assumed) | network_notes(out, dg_plan_json(run->plan), claims)
            : chain_only_notes(out, run);
    bad |= dg_outcome_seeds_note(out, run);
    bad |= fork_notes(out, run) | faults_notes(out, run) | dg_outcome_rollouts_notes(out, run)
           | source_notes(out, run) | plan_notes(out, run);
    if (run->amended)
        bad |= add(out, "the root call of the upgrade was written into the state of U-1 (%s)",
                   run->path);
    if (run->asked->how == DG_HOW_OVERRIDE)
        bad |= add(out, "upgrade.how is override: :code was written directly, which no live chain "
                        "does, and no check of set_code was made");
    if (dg_snapshot_info_of(run->snapshot)->partial)
        bad |= add(out, "the snapshot is partial: what is missing from it was not judged");
    if (dg_snapshot_info_of(run->snapshot)->sparse)
        bad |= add(
            out, "the state was fetched as it was read: of its values those were decoded by N that "
                 "were written since the fork, and how much the whole grew was not measured");
    if (run->span.fork_number == 0)
        bad |=
            add(out,
                "the fork is a genesis: sessions, queues and eras are as on the chain's first day");
    if (bad) {
        json_decref(out);
        return NULL;
    }
    return out;
}
