/* judge.c - what was found, held against what was expected and what is known. */
#include "gate/gate_impl.h"

#include <assert.h>
#include <fnmatch.h>
#include <string.h>

typedef struct judging {
    const dg_gate *gate;
    const json_t *ledger; /* `known` of the gate; NULL: none */
    dg_gate_day today;
} judging;

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

/* ---- one claim of an outcome ---- */

/* What a plan calls advice does not break a run: it warned. */
static const char *status_of(const json_t *claim)
{
    const char *status = text_of(claim, "status");
    bool advice = strcmp(text_of(claim, "severity"), "advice") == 0;
    return advice && strcmp(status, "broke") == 0 ? "warned" : status;
}

/* Where N-1 alone fails, or nothing was shown, the run says nothing of N, whatever broke in it. */
static bool broke(const json_t *outcome, const json_t *claim)
{
    return strcmp(status_of(claim), "broke") == 0
           && dg_outcome_exit(outcome) != DG_EXIT_INCONCLUSIVE;
}

static const json_t *claim_of(const json_t *outcome, const char *name)
{
    const json_t *claim;
    size_t i;
    json_array_foreach(json_object_get(outcome, "claims"), i, claim)
    {
        if (strcmp(text_of(claim, "name"), name) == 0)
            return claim;
    }
    return NULL;
}

/* ---- what was expected ---- */

static bool wants_a_break(const json_t *entry)
{
    const json_t *claims = json_object_get(json_object_get(entry, "expect"), "claims");
    const char *name;
    json_t *status;
    json_object_foreach((json_t *)claims, name, status)
    {
        if (strcmp(json_string_value(status), "broke") == 0)
            return true;
    }
    return false;
}

int dg_gate_expected_exit(const json_t *entry)
{
    const json_t *given = json_object_get(json_object_get(entry, "expect"), "exit");
    if (given)
        return (int)json_integer_value(given);
    return wants_a_break(entry) ? DG_EXIT_BROKE : DG_EXIT_HELD;
}

/* The word that is expected of a claim; NULL: it is not named, and may not break; "": not named,
 * and it may, since some break is expected and none is named. */
static const char *expected_of(const json_t *entry, const char *claim)
{
    const json_t *claims = json_object_get(json_object_get(entry, "expect"), "claims");
    const char *word = json_string_value(json_object_get(claims, claim));
    if (word)
        return word;
    return dg_gate_expected_exit(entry) == DG_EXIT_BROKE && !wants_a_break(entry) ? "" : NULL;
}

/* ---- the ledger ---- */

/* What the plan says under a dotted key, or what holds without it; owned, NULL: nothing does. */
static json_t *value_in(const dg_plan *plan, const char *path)
{
    const dg_keys_row *row = dg_keys_find(dg_plan_keys(), path, strlen(path));
    const json_t *at = dg_plan_json(plan);
    const char *dot;
    char part[DG_KEYS_PATH_MAX];
    for (const char *from = path; at; from = dot + 1) {
        dot = strchr(from, '.');
        snprintf(part, sizeof part, "%.*s", dot ? (int)(dot - from) : (int)strlen(from), from);
        at = json_object_get(at, part);
        if (!dot)
            break;
    }
    if (at)
        return json_incref((json_t *)at);
    return row && row->fallback ? json_loads(row->fallback, JSON_DECODE_ANY, NULL) : NULL;
}

static bool names_case(const json_t *known, const dg_gate_case *one)
{
    const char *key;
    json_t *wanted;
    const char *glob = text_of(known, "plan");
    bool same = fnmatch(glob, one->name, 0) == 0 || fnmatch(glob, one->base, 0) == 0;
    json_object_foreach(json_object_get(known, "values"), key, wanted)
    {
        json_t *is = same ? value_in(one->plan, key) : NULL;
        same = same && is && json_equal(is, wanted);
        json_decref(is);
    }
    return same;
}

static int64_t days_left(const judging *j, const json_t *known)
{
    dg_gate_day last = { 0 };
    dg_code rc = dg_gate_day_read(&last, text_of(known, "expires"), NULL);
    assert(rc == DG_OK); /* it was checked */
    (void)rc;
    return last.v - j->today.v;
}

/* The entry that excuses a break of this claim, one that is not expired before one that is; -1:
 * none. */
static int entry_for(const judging *j, const dg_gate_case *one, const char *claim, bool *live)
{
    const json_t *known;
    int found = -1;
    size_t i;
    *live = false;
    json_array_foreach(j->ledger, i, known)
    {
        if (*live || strcmp(text_of(known, "claim"), claim) != 0 || !names_case(known, one))
            continue;
        *live = days_left(j, known) >= 0;
        found = *live || found < 0 ? (int)i : found;
    }
    return found;
}

/* ---- one case ---- */

typedef struct findings {
    json_t *list;                /* what is not as expected; owned by the case's document */
    bool excused, wrong, unseen; /* some are excused; some are not; some were not seen */
    bool broke;                  /* a break stays that the ledger does not excuse */
    int bad;                     /* no memory */
} findings;

static void add(findings *f, const char *claim, const char *expected, const char *found,
                const char *text, int known, bool excused)
{
    json_t *one = json_pack("{s:s, s:s, s:s, s:o, s:b}", "claim", claim, "expected", expected,
                            "found", found, "text", dg_event_text(text), "excused", excused);
    bool unseen = strcmp(found, "unexercised") == 0 || strcmp(found, "not judged") == 0;
    f->bad |= !one;
    if (known >= 0)
        f->bad |= json_object_set_new(one, "known", json_integer(known));
    f->bad |= json_array_append_new(f->list, one);
    f->excused |= excused;
    f->wrong |= !excused && !unseen;
    f->unseen |= !excused && unseen;
}

static void look_at(findings *f, const judging *j, const dg_gate_case *one, const json_t *claim)
{
    const char *name = text_of(claim, "name"), *found = status_of(claim),
               *expected = expected_of(one->entry, name);
    bool breaks = broke(one->outcome, claim), live = false;
    int known = breaks ? entry_for(j, one, name, &live) : -1;
    bool named = expected && expected[0];
    f->broke |= breaks && !live;
    if (named ? strcmp(expected, found) != 0 : breaks && !expected)
        add(f, name, named ? expected : "not to break", found, text_of(claim, "text"), known, live);
}

/* Those that are expected, and which the run does not judge at all. */
static void look_for_lost(findings *f, const dg_gate_case *one)
{
    const char *name;
    json_t *word;
    json_object_foreach(json_object_get(json_object_get(one->entry, "expect"), "claims"), name,
                        word)
    {
        if (!claim_of(one->outcome, name))
            add(f, name, json_string_value(word), "not judged",
                "this plan has no such claim judged", -1, false);
    }
}

/* Would the run be conclusive without the breaks that are excused? Exit 1 hides that it is not. */
static bool says_nothing(const json_t *outcome)
{
    const json_t *plan = json_object_get(outcome, "plan"),
                 *upgrade = json_object_get(outcome, "upgrade"), *claim;
    int64_t wanted =
        dg_keys_whole(dg_plan_keys(), json_object_get(plan, "horizon"), "horizon.boundaries_after");
    size_t i;
    json_array_foreach(json_object_get(outcome, "claims"), i, claim)
    {
        bool gates = strcmp(text_of(claim, "severity"), "advice") != 0;
        if (gates
            && (strcmp(text_of(claim, "status"), "unexercised") == 0
                || json_is_true(json_object_get(claim, "control_failed"))))
            return true;
    }
    return !json_is_true(json_object_get(upgrade, "enacted"))
           || json_integer_value(
                  json_object_get(json_object_get(outcome, "treatment"), "boundaries_after"))
                  < wanted;
}

/* The exit code once known failures are excused. */
static int exit_left(const json_t *outcome, const findings *f)
{
    int code = dg_outcome_exit(outcome);
    if (code != DG_EXIT_BROKE || f->broke || !f->excused)
        return code;
    return says_nothing(outcome) ? DG_EXIT_INCONCLUSIVE : DG_EXIT_HELD;
}

/* What the case adds to the exit code of the gate. */
static int exit_of(const dg_gate_case *one, const findings *f, int left)
{
    int expected = dg_gate_expected_exit(one->entry);
    if (!one->outcome)
        return one->failed[0] ? one->exit : DG_EXIT_INCONCLUSIVE;
    if (left == DG_EXIT_INTERNAL)
        return left;
    if (f->wrong)
        return DG_EXIT_BROKE;
    if (left != expected)
        return left == DG_EXIT_INCONCLUSIVE ? left : DG_EXIT_BROKE;
    return f->unseen ? DG_EXIT_INCONCLUSIVE : DG_EXIT_HELD;
}

static int put_found(json_t *out, const dg_gate_case *one, int left)
{
    const json_t *answer = json_object_get(one->outcome, "answer");
    json_t *found = json_pack("{s:i, s:i, s:O*, s:O*}", "exit", dg_outcome_exit(one->outcome),
                              "left", left, "answer", json_object_get(answer, "word"), "reason",
                              json_object_get(one->outcome, "reason"));
    json_t *copy = json_copy(one->outcome);
    return !copy || json_object_set_new(copy, "environment", json_object())
           || json_object_set_new(out, "outcome", copy) || json_object_set_new(out, "found", found);
}

static json_t *judge_case(const judging *j, const dg_gate_case *one)
{
    const char *state = one->outcome ? "done" : one->failed[0] ? "failed" : "undone";
    json_t *expected = json_pack("{s:i}", "exit", dg_gate_expected_exit(one->entry));
    const json_t *claims = json_object_get(json_object_get(one->entry, "expect"), "claims"), *claim;
    findings f = { .list = json_array() };
    int left = 0, code;
    json_t *out;
    size_t i;
    if (claims)
        f.bad |= json_object_set(expected, "claims", (json_t *)claims);
    json_array_foreach(json_object_get(one->outcome, "claims"), i, claim)
        look_at(&f, j, one, claim);
    if (one->outcome) {
        look_for_lost(&f, one);
        left = exit_left(one->outcome, &f);
    }
    code = exit_of(one, &f, left);
    out = json_pack("{s:s, s:s, s:s, s:o, s:o, s:s, s:i}", "name", one->name, "plan",
                    text_of(one->entry, "plan"), "state", state, "expected", expected,
                    "differences", f.list, "result",
                    code        ? "red"
                    : f.excused ? "known"
                                : "green",
                    "exit", code);
    f.bad |= !out;
    if (one->runtime)
        f.bad |= json_object_set_new(out, "runtime", json_string(one->runtime));
    if (one->failed[0])
        f.bad |= json_object_set_new(out, "why", dg_event_text(one->failed));
    if (one->retried)
        f.bad |= json_object_set_new(out, "retried", json_true());
    if (one->outcome)
        f.bad |= put_found(out, one, left);
    if (!f.bad)
        return out;
    json_decref(out);
    return NULL;
}

/* ---- one entry of the ledger ---- */

static int note(json_t *list, const dg_gate_case *one)
{
    return json_array_append_new(list, json_string(one->name));
}

/* An expired one first; then one that is not needed: each of both has to go. One that excuses
 * nothing waits for the next failure of that name, and would hide it. */
static const char *status_word(const json_t *out, int64_t left, bool unknown)
{
    if (left < 0)
        return "expired";
    if (json_array_size(json_object_get(out, "held")))
        return "passed";
    if (json_array_size(json_object_get(out, "excused")))
        return "used";
    return unknown ? "unknown" : "stale";
}

static json_t *judge_entry(const judging *j, const json_t *known)
{
    int64_t left = days_left(j, known);
    json_t *out = json_copy((json_t *)known), *excused = json_array(), *held = json_array();
    bool unknown = false, breaks, bad = !out;
    bad |= json_object_set_new(out, "excused", excused) | json_object_set_new(out, "held", held)
           | json_object_set_new(out, "days_left", json_integer(left));
    for (size_t i = 0; i < j->gate->count && !bad; i++) {
        const dg_gate_case *one = &j->gate->cases[i];
        const json_t *claim = claim_of(one->outcome, text_of(known, "claim"));
        if (!names_case(known, one))
            continue;
        breaks = claim && strcmp(status_of(claim), "broke") == 0;
        unknown |= !one->outcome || (breaks && !broke(one->outcome, claim));
        if (breaks && broke(one->outcome, claim))
            bad |= note(excused, one);
        else if (claim && !breaks && strcmp(status_of(claim), "unexercised") != 0)
            bad |= note(held, one);
    }
    bad |= json_object_set_new(out, "status", json_string(status_word(out, left, unknown)));
    if (!bad)
        return out;
    json_decref(out);
    return NULL;
}

dg_code dg_gate_judge(json_t **cases, json_t **known, const dg_gate *gate, dg_gate_day today,
                      dg_error *err)
{
    judging j = { .gate = gate, .ledger = json_object_get(gate->json, "known"), .today = today };
    const json_t *entry;
    size_t i;
    int bad = !(*cases = json_array());
    bad |= !(*known = json_array());
    for (i = 0; i < gate->count && !bad; i++)
        bad |= json_array_append_new(*cases, judge_case(&j, &gate->cases[i]));
    json_array_foreach(j.ledger, i, entry)
    {
        bad |= json_array_append_new(*known, judge_entry(&j, entry));
    }
    if (!bad)
        return DG_OK;
    json_decref(*cases);
    json_decref(*known);
    *cases = *known = NULL;
    return dg_fail(err, DG_NOMEM, "no memory for the verdict of a gate");
}
