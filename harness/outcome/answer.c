/* answer.c - the answer of a run in facts: one of four words, what breaks and for how long,
 * which parachains it harms, why, and what to do. Room report makes sentences of it. */
#include "outcome/outcome_impl.h"

#include <assert.h>
#include <string.h>

/* ---- the word ---- */

/* Other seeds say that a break of the claim came of luck. */
static bool is_luck(const json_t *claims, dg_claim_id id)
{
    const json_t *seeds = json_object_get(dg_outcome_claim(claims, id), "seeds");
    const char *decided = json_string_value(json_object_get(seeds, "decided"));
    return decided && strcmp(decided, "luck") == 0;
}

/* What luck took of one seed is told, but N is not to blame. */
static bool harmful(const json_t *harm, const json_t *claims)
{
    bool relay = is_luck(claims, DG_CLAIM_BLOCK_CADENCE) || is_luck(claims, DG_CLAIM_UPGRADE_STALL),
         paras = is_luck(claims, DG_CLAIM_BACKING_RATE) || is_luck(claims, DG_CLAIM_INCLUSION_RATE)
                 || is_luck(claims, DG_CLAIM_PARA_INTERVAL);
    return (!paras && json_integer_value(json_object_get(harm, "parachain_lost_ms")) > 0)
           || (!relay && json_integer_value(json_object_get(harm, "relay_lost_ms")) > 0);
}

static const char *word_of(int exit_code, const json_t *harm, const json_t *granted,
                           const json_t *claims)
{
    if (exit_code == DG_EXIT_BROKE)
        return "NO-GO";
    if (exit_code != DG_EXIT_HELD)
        return "CANNOT SAY";
    return harmful(harm, claims) || json_array_size(granted) ? "GO WITH HARM" : "GO";
}

/* ---- what breaks ---- */

static bool gate_broke(const json_t *claim)
{
    return strcmp(json_string_value(json_object_get(claim, "status")), "broke") == 0
           && strcmp(json_string_value(json_object_get(claim, "severity")), "gate") == 0;
}

/* Slot of treatment's settled block of that number; -1: there is none. */
static int64_t slot_of(const dg_outcome_facts *run, int64_t block)
{
    for (size_t i = 0; i < run->log->count; i++) {
        const dg_event *e = &run->log->at[i];
        if (e->kind == DG_EVENT_BLOCK && e->arm == DG_ARM_TREATMENT && e->block == block)
            return e->new_block.slot;
    }
    return -1;
}

static int64_t newest_of(const dg_outcome_facts *run)
{
    int64_t newest = 0;
    for (size_t i = 0; i < run->log->count; i++) {
        const dg_event *e = &run->log->at[i];
        if (e->kind == DG_EVENT_BLOCK && e->arm == DG_ARM_TREATMENT && e->block > newest)
            newest = e->block;
    }
    return newest;
}

/* From the first block at which it broke to the last one; nothing where a claim names none. */
static int put_span(json_t *out, const dg_outcome_facts *run, const json_t *claim)
{
    assert(gate_broke(claim));
    int64_t first = json_integer_value(json_object_get(claim, "first_block")),
            last = json_integer_value(json_object_get(claim, "last_block")),
            newest = newest_of(run), from = slot_of(run, first),
            to = slot_of(run, last < newest ? last : newest);
    if (!first || !dg_outcome_slots_between(from, to))
        return 0;
    return dg_outcome_put(out, "first_block", json_integer(first))
           | dg_outcome_put(out, "last_block", json_integer(last))
           | dg_outcome_put(out, "ms",
                            json_integer(dg_outcome_ms_of(run, dg_outcome_slots_between(from, to))))
           | dg_outcome_put(out, "to_the_end", json_boolean(last >= newest));
}

/* As the claim has it, if it does. */
static int keep(json_t *row, const json_t *claim, const char *key)
{
    json_t *value = json_object_get(claim, key);
    return value ? json_object_set(row, key, value) : 0;
}

/* U enacts, N's first block takes over, and the chain grows: what broke is a warning made a gate.
 */
static bool goes_on(const dg_outcome_facts *run)
{
    for (size_t i = 0; i < run->log->count; i++) {
        const dg_event *e = &run->log->at[i];
        if (e->kind == DG_EVENT_UPGRADE && e->arm == DG_ARM_TREATMENT && e->upgrade.migrated
            && e->upgrade.enacted)
            return newest_of(run) >= e->block;
    }
    return false;
}

/* What U says of that key, of treatment; "": nothing. */
static const char *upgrade_says(const dg_outcome_facts *run, const char *key)
{
    for (size_t i = 0; i < run->log->count; i++) {
        const dg_event *e = &run->log->at[i];
        const char *text = json_string_value(json_object_get(e->detail, key));
        if (e->kind == DG_EVENT_UPGRADE && e->arm == DG_ARM_TREATMENT && !e->upgrade.migrated
            && text)
            return text;
    }
    return "";
}

/* N itself could come in. */
static bool refuses_config(const dg_outcome_facts *run)
{
    return strcmp(upgrade_says(run, "part"), "config") == 0;
}

/* What happens where it breaks, as a clause. */
static const char *fails_of(const dg_outcome_facts *run, dg_claim_id id)
{
    if (id != DG_CLAIM_UPGRADE_ENACTED)
        return dg_claim_at(id)->fails;
    if (!dg_outcome_not_enacted(run))
        return goes_on(run) ? "U is enacted by a way that the chain itself does not take"
                            : "the chain does not go on with what U enacts";
    if (refuses_config(run))
        return "the chain refuses the change of the configuration that comes with N";
    return run->new_code ? dg_claim_at(id)->fails : "the change is not enacted";
}

static json_t *breaks_json(const dg_outcome_facts *run, const json_t *claims)
{
    json_t *out = json_array();
    const json_t *claim;
    size_t i;
    json_array_foreach(claims, i, claim)
    {
        dg_claim_id id = dg_outcome_claim_id(claim);
        json_t *row;
        if (!gate_broke(claim))
            continue;
        row = json_pack("{s:s, s:s}", "claim", dg_claim_name(id), "says", fails_of(run, id));
        if (keep(row, claim, "seeds") | keep(row, claim, "healed") | put_span(row, run, claim)
            | json_array_append_new(out, row)) {
            json_decref(out);
            return NULL;
        }
    }
    return out;
}

/* ---- what would break, had the plan not allowed it ---- */

/* On the wrong side of its threshold. */
static bool beyond(const json_t *figures)
{
    const char *holds = json_string_value(json_object_get(figures, "holds"));
    double measured = json_number_value(json_object_get(figures, "measured")),
           threshold = json_number_value(json_object_get(figures, "threshold"));
    return holds && (strcmp(holds, "at-least") == 0 ? measured < threshold : measured > threshold);
}

static json_t *granted_json(const json_t *claims)
{
    json_t *out = json_array();
    const json_t *claim;
    size_t i;
    json_array_foreach(claims, i, claim)
    {
        const json_t *f = json_object_get(claim, "figures"), *lost = json_object_get(f, "lost"),
                     *allowed = json_object_get(f, "allowed");
        json_t *row;
        if (gate_broke(claim) || !(json_number_value(lost) > 0) || !json_is_number(allowed)
            || !beyond(f))
            continue;
        row = json_pack("{s:O, s:s, s:O, s:O, s:O}", "claim", json_object_get(claim, "name"),
                        "says", dg_claim_at(dg_outcome_claim_id(claim))->fails, "lost", lost,
                        "allowed", allowed, "unit", json_object_get(f, "lost_unit"));
        if (json_array_append_new(out, row)) {
            json_decref(out);
            return NULL;
        }
    }
    return out;
}

/* ---- how much was asked ---- */

static json_t *tally_json(const json_t *claims)
{
    static const dg_verdict_status each[] = { DG_VERDICT_HELD, DG_VERDICT_BROKE, DG_VERDICT_WARNED,
                                              DG_VERDICT_UNEXERCISED };
    json_t *out = json_pack("{s:I}", "judged", (json_int_t)json_array_size(claims));
    int bad = 0;
    for (size_t k = 0; k < sizeof each / sizeof *each; k++) {
        const char *name = dg_verdict_status_name(each[k]);
        const json_t *claim;
        json_int_t sum = 0;
        size_t i;
        json_array_foreach(claims, i, claim) sum +=
            strcmp(json_string_value(json_object_get(claim, "status")), name) == 0;
        bad |= dg_outcome_put(out, name, json_integer(sum));
    }
    if (bad) {
        json_decref(out);
        return NULL;
    }
    return out;
}

/* Claims about a network that nobody asked. */
static json_int_t not_judged(const json_t *outcome)
{
    return (json_int_t)json_array_size(
        json_object_get(json_object_get(outcome, "chain_only"), "claims"));
}

/* ---- what is missing, where nothing can be said ---- */

static const char *missing_of(const dg_claim_setup *setup, const dg_outcome_tally *t)
{
    if (setup->diverged)
        return "not-deterministic";
    if (t->control_failed && setup->control_block)
        return "control-fails";
    if (!setup->control_block)
        return "no-block-at-u";
    if (!setup->ran)
        return "n-never-ran";
    if (setup->boundaries < setup->boundaries_wanted)
        return "too-short";
    return t->missed_kind ? t->missed_kind : "unexercised";
}

static int put_missing(json_t *out, const dg_claim_setup *setup, const dg_outcome_tally *t)
{
    const char *missing = missing_of(setup, t), *claim = NULL;
    if (strcmp(missing, "control-fails") == 0)
        claim = t->first_failed;
    if (t->missed_kind && strcmp(missing, t->missed_kind) == 0)
        claim = t->first_missed;
    return dg_outcome_put(out, "missing", json_string(missing))
           | (claim ? dg_outcome_put(out, "missing_claim", json_string(claim)) : 0);
}

/* ---- why ---- */

enum { WHY_MAX = 3 };

/* Only what was proved, and what explains most. */
static json_t *why_json(const json_t *causes)
{
    json_t *out = json_array();
    const json_t *cause;
    size_t i;
    int bad = 0;
    json_array_foreach(causes, i, cause)
    {
        const char *kind = json_string_value(json_object_get(cause, "kind"));
        if (json_array_size(out) < WHY_MAX
            && (strcmp(kind, "cause") == 0 || strcmp(kind, "together") == 0))
            bad |= json_array_append(out, json_object_get(cause, "says"));
    }
    if (bad) {
        json_decref(out);
        return NULL;
    }
    return out;
}

/* ---- what to do ---- */

/* The executor parameters that the chain's own call does not take come first. */
static json_t *do_json(const dg_outcome_facts *run, const json_t *advice)
{
    const char *objected = upgrade_says(run, "objected");
    json_t *out = json_array(), *own;
    int bad = 0;
    if (objected[0]) {
        own = json_sprintf("choose executor_params that the chain's own call set_executor_params "
                           "takes: it refuses these (%.80s), and they were written all the same",
                           objected);
        bad |= json_array_append_new(out, own);
    }
    if (bad | (advice ? json_array_extend(out, (json_t *)advice) : 0)) {
        json_decref(out);
        return NULL;
    }
    return out;
}

/* ---- all of it ---- */

int dg_outcome_answer(json_t *outcome, const dg_outcome_facts *run, const dg_claim_setup *setup,
                      const dg_outcome_tally *t, const json_t *claims)
{
    int exit_code = dg_outcome_exit(outcome), bad;
    const json_t *advice = json_object_get(outcome, "advice");
    json_t *harm = dg_outcome_harm(run, setup->network), *granted = granted_json(claims),
           *out = json_object();
    assert(json_is_integer(json_object_get(outcome, "exit")));
    bad = dg_outcome_put(out, "word", json_string(word_of(exit_code, harm, granted, claims)))
          | dg_outcome_put(out, "granted", granted)
          | dg_outcome_put(out, "chain_only", json_boolean(!setup->network))
          | dg_outcome_put(out, "not_judged", json_integer(not_judged(outcome)))
          | dg_outcome_put(out, "claims", tally_json(claims))
          | dg_outcome_put(out, "breaks", breaks_json(run, claims))
          | dg_outcome_put(out, "harm", harm)
          | dg_outcome_put(out, "why", why_json(json_object_get(outcome, "causes")))
          | dg_outcome_put(out, "do", do_json(run, advice));
    if (upgrade_says(run, "objected")[0])
        bad |= dg_outcome_put(out, "objected", json_true());
    if (run->positions)
        bad |= dg_outcome_put(out, "positions", json_deep_copy(run->positions));
    if (exit_code != DG_EXIT_HELD && exit_code != DG_EXIT_BROKE)
        bad |= put_missing(out, setup, t);
    return bad | dg_outcome_put(outcome, "answer", out);
}

dg_code dg_outcome_differs(json_t *outcome, dg_error *err)
{
    json_t *answer = json_object_get(outcome, "answer");
    if (dg_outcome_put(outcome, "result", json_string("non-deterministic"))
        | dg_outcome_put(outcome, "exit", json_integer(DG_EXIT_INTERNAL))
        | dg_outcome_put(outcome, "reason",
                         json_string("two runs of the same plan and seed had different events"))
        | dg_outcome_put(answer, "word", json_string(word_of(DG_EXIT_INTERNAL, NULL, NULL, NULL)))
        | dg_outcome_put(answer, "missing", json_string("not-deterministic")))
        return dg_fail(err, DG_NOMEM, "no memory for the outcome");
    return DG_OK;
}
