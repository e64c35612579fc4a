/* trials.c - the candidates are run, two at a time where there are two cores, and judged one after
 * the other.
 *
 * While one is run, the next one is too, as it will be if the first is refused. If it is kept the
 * other's outcome is thrown away: so what is tried, told and kept hangs on no core. */
#include "shrink/shrink_impl.h"

#include <assert.h>
#include <string.h>
#include <unistd.h>

#include "outcome/outcome.h"

enum { AHEAD = 2, WHAT_MAX = 240 };

/* A candidate on its way. */
typedef struct candidate {
    json_t *json; /* NULL: none */
    char what[WHAT_MAX];
    dg_plan *plan; /* NULL: it is no plan, and `err` says why */
    bool ran;
    json_t *outcome; /* NULL: it could not be run, and `err` says why */
    dg_error err;
    dg_shrink_walk walk; /* having named it */
} candidate;

typedef struct trying {
    dg_shrink *out;
    const dg_shrink_options *options;
    dg_shrink_target target;
    dg_shrink_walk walk;
    json_t *refused; /* plans as text, each once: they come again */
    candidate ahead; /* run before its turn */
    uint64_t until;  /* wall time; 0: no end */
    unsigned at_once;
} trying;

static void clear_candidate(candidate *c)
{
    json_decref(c->json);
    json_decref(c->outcome);
    dg_plan_free(c->plan);
    *c = (candidate){ .json = NULL };
}

/* ---- by room run ---- */

typedef struct cell_runs {
    json_t **outcomes;
    dg_error *why;
    const trying *t;
} cell_runs;

static dg_code ended(void *user, size_t cell, json_t *outcome, bool crashed, const dg_error *why,
                     dg_error *err)
{
    cell_runs *runs = user;
    if (!outcome && dg_code_is_of_machine(why->code))
        return dg_fail(err, why->code, "%s", why->text);
    runs->outcomes[cell] = outcome;
    if (!outcome)
        dg_fail(&runs->why[cell], why->code, "%s%s", crashed ? "its process went down: " : "",
                why->text);
    return DG_OK;
}

static bool is_over(const trying *t)
{
    return (t->options->halts && t->options->halts(t->options->user))
           || (t->until && dg_wall_ns() >= t->until);
}

static bool cells_halt(void *user)
{
    const cell_runs *runs = user;
    return runs->t->options->halts && runs->t->options->halts(runs->t->options->user);
}

static dg_code run_plans(trying *t, json_t **outcomes, dg_error *why, const dg_plan *const *plans,
                         size_t count, dg_error *err)
{
    dg_run_options how;
    cell_runs runs = { outcomes, why, t };
    dg_run_cells_options cells = {
        .at_once = t->at_once, .ended = ended, .halts = cells_halt, .user = &runs
    };
    if (t->options->try)
        return t->options->try(t->options->user, outcomes, why, plans, count, err);
    how = *t->options->run;
    how.explain = DG_RUN_EXPLAIN_PROVED;
    how.positions = DG_RUN_POSITIONS_NONE;
    return dg_run_cells(plans, count, &how, &cells, err);
}

/* What one of two lacks keeps the other from nothing: each is run by itself then, and one that
 * cannot be run is no failure of ours. */
static dg_code run_or_say(trying *t, json_t **outcomes, dg_error *why, const dg_plan *const *plans,
                          size_t count, dg_error *err)
{
    dg_code rc = run_plans(t, outcomes, why, plans, count, err);
    if (rc >= 0 || dg_code_is_of_machine(rc))
        return rc;
    for (size_t i = 0; i < count; i++) {
        json_decref(outcomes[i]);
        outcomes[i] = NULL;
    }
    if (count == 1)
        dg_fail(&why[0], rc, "%s", err ? err->text : "");
    for (size_t i = 0; count > 1 && i < count; i++)
        if ((rc = run_or_say(t, &outcomes[i], &why[i], &plans[i], 1, err)) != DG_OK)
            return rc;
    return DG_OK;
}

/* ---- candidates ---- */

/* A plan like the one that was given, with other JSON. */
static dg_code plan_of(dg_plan **out, const dg_plan *like, const json_t *json, dg_error *err)
{
    static const char *const parts[] = { "horizon", "network" };
    const char *at = json_string_value(json_object_get(json_object_get(json, "upgrade"), "at"));
    dg_code rc = dg_plan_copy(out, like, err);
    if (rc >= 0)
        rc = dg_plan_set(*out, "upgrade.at", at, err);
    for (size_t i = 0; i < sizeof parts / sizeof *parts && rc >= 0; i++) {
        const json_t *part = json_object_get(json, parts[i]);
        char *text = part ? json_dumps(part, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;
        if (text)
            rc = dg_plan_set(*out, parts[i], text, err);
        dg_free(text);
    }
    return rc < 0 ? rc : dg_plan_check(*out, err);
}

static bool was_refused(const trying *t, const json_t *json)
{
    char *text = json_dumps(json, JSON_SORT_KEYS | JSON_COMPACT);
    bool found = text && json_object_get(t->refused, text);
    dg_free(text);
    return found;
}

static void remember_refused(trying *t, const json_t *json)
{
    char *text = json_dumps(json, JSON_SORT_KEYS | JSON_COMPACT);
    if (text)
        json_object_set_new(t->refused, text, json_true());
    dg_free(text);
}

/* The next one that was not tried yet. */
static void find_next(const trying *t, dg_shrink_walk *walk, candidate *c)
{
    clear_candidate(c);
    while ((c->json = dg_shrink_next(walk, dg_plan_json(t->out->plan), t->out->outcome, c->what,
                                     sizeof c->what))
           && was_refused(t, c->json)) {
        dg_shrink_tried(walk, c->json, NULL, false);
        json_decref(c->json);
    }
    c->walk = *walk;
    if (!c->json)
        return;
    if (plan_of(&c->plan, t->out->plan, c->json, &c->err) < 0) {
        dg_plan_free(c->plan);
        c->plan = NULL;
    }
}

/* Runs those of the two that are plans. */
static dg_code run_both(trying *t, candidate *first, candidate *second, dg_error *err)
{
    candidate *of[AHEAD];
    const dg_plan *plans[AHEAD];
    json_t *outcomes[AHEAD] = { NULL, NULL };
    dg_error why[AHEAD] = { { .text = "it was not begun" }, { .text = "it was not begun" } };
    size_t count = 0;
    dg_code rc;
    if (first->plan)
        of[count++] = first;
    if (second && second->plan)
        of[count++] = second;
    for (size_t i = 0; i < count; i++)
        plans[i] = of[i]->plan;
    rc = count ? run_or_say(t, outcomes, why, plans, count, err) : DG_OK;
    for (size_t i = 0; i < count; i++) {
        of[i]->ran = true;
        of[i]->outcome = outcomes[i];
        of[i]->err = why[i];
    }
    return rc;
}

/* ---- one trial ---- */

static void keep(trying *t, candidate *c)
{
    dg_plan_free(t->out->plan);
    json_decref(t->out->outcome);
    t->out->plan = c->plan;
    t->out->outcome = c->outcome;
    c->plan = NULL; /* moved */
    c->outcome = NULL;
    t->out->kept++;
}

/* Judges one that was run, or could not be. True: it was kept. */
static bool judge(trying *t, candidate *c)
{
    char why[480] = "";
    bool kept = false;
    dg_shrink_trial told = { .kind = (dg_shrink_kind)c->walk.kind, .what = c->what, .why = why };
    if (c->outcome)
        kept = dg_shrink_target_met(&t->target, c->outcome, why, sizeof why);
    else
        snprintf(why, sizeof why, "it cannot be run: %.440s", c->err.text);
    t->walk = c->walk;
    dg_shrink_tried(&t->walk, c->json, c->outcome, kept);
    told.number = ++t->out->trials;
    told.kept = kept;
    if (kept)
        keep(t, c);
    else
        remember_refused(t, c->json);
    if (t->options->told)
        t->options->told(t->options->user, &told);
    return kept;
}

/* The one whose turn it is, and what was run ahead of the next. */
static dg_code one_trial(trying *t, candidate *c, dg_error *err)
{
    candidate next = { .json = NULL };
    dg_code rc = DG_OK;
    if (!c->ran) {
        dg_shrink_walk walk = c->walk;
        dg_shrink_tried(&walk, c->json, NULL, false);
        if (t->at_once > 1)
            find_next(t, &walk, &next);
        rc = run_both(t, c, next.json ? &next : NULL, err);
    }
    if (rc != DG_OK) {
        clear_candidate(&next);
        return rc;
    }
    clear_candidate(&t->ahead);
    if (judge(t, c))
        clear_candidate(&next);
    else
        t->ahead = next; /* moved */
    return DG_OK;
}

/* Takes what was run ahead, if it is the one that comes next. */
static void choose(trying *t, candidate *c)
{
    dg_shrink_walk walk = t->walk;
    find_next(t, &walk, c);
    if (c->json && t->ahead.json && json_equal(c->json, t->ahead.json)) {
        dg_shrink_walk after = c->walk;
        clear_candidate(c);
        *c = t->ahead;
        c->walk = after;
        t->ahead = (candidate){ .json = NULL };
    }
}

static dg_code try_all(trying *t, dg_error *err)
{
    candidate c = { .json = NULL };
    dg_code rc = DG_OK;
    for (choose(t, &c); rc == DG_OK && c.json; choose(t, &c)) {
        if (t->options->trials_max && t->out->trials >= t->options->trials_max) {
            t->out->end = DG_SHRINK_TRIALS;
            break;
        }
        if (is_over(t)) {
            rc = DG_END;
            break;
        }
        rc = one_trial(t, &c, err);
    }
    if (rc == DG_END)
        t->out->end = t->until && dg_wall_ns() >= t->until ? DG_SHRINK_TIME : DG_SHRINK_HALTED;
    clear_candidate(&c);
    clear_candidate(&t->ahead);
    return rc == DG_END ? DG_OK : rc;
}

/* ---- all of it ---- */

/* What the plan itself comes to, here and now. */
static dg_code run_first(trying *t, const dg_plan *plan, dg_error *err)
{
    dg_error why = { .text = "" };
    dg_code rc = run_or_say(t, &t->out->outcome, &why, &plan, 1, err);
    if (rc == DG_END)
        return dg_fail(err, DG_ABSENT, "it was stopped before the plan itself had been run");
    if (rc >= 0 && !t->out->outcome)
        rc = dg_fail(err, why.code < 0 ? why.code : DG_LIMIT, "the plan itself: %s", why.text);
    return rc;
}

static void say_floor(dg_shrink *out)
{
    if (!json_object_get(json_object_get(dg_plan_json(out->plan), "network"), "size"))
        snprintf(
            out->floor, sizeof out->floor,
            "the network has the state's own %lld validators and %lld parachains, and no state "
            "is made smaller",
            (long long)json_integer_value(json_object_get(out->outcome, "validators")),
            (long long)json_integer_value(json_object_get(out->outcome, "parachains")));
}

static dg_code begin(trying *t, const dg_plan *plan, const json_t *outcome, dg_error *err)
{
    dg_code rc = dg_plan_copy(&t->out->plan, plan, err);
    if (rc < 0 || (rc = dg_plan_check(t->out->plan, err)) < 0)
        return rc;
    if (outcome)
        t->out->outcome = json_deep_copy(outcome);
    else if ((rc = run_first(t, t->out->plan, err)) < 0)
        return rc;
    if ((rc = dg_shrink_target_of(&t->target, t->out->outcome, t->options->claim, err)) < 0)
        return rc;
    snprintf(t->out->claim, sizeof t->out->claim, "%s", t->target.claim);
    dg_shrink_causes_text(t->out->causes, sizeof t->out->causes, t->target.causes);
    return DG_OK;
}

dg_code dg_shrink_plan(dg_shrink *out, const dg_plan *plan, const json_t *outcome,
                       const dg_shrink_options *options, dg_error *err)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    trying t = { .out = out,
                 .options = options,
                 .refused = json_object(),
                 .until = options->budget_ns ? dg_wall_ns() + options->budget_ns : 0,
                 .at_once = options->at_once ? options->at_once
                            : cores > 1      ? AHEAD
                                             : 1 };
    dg_code rc;
    assert(dg_plan_asked_of(plan) && !out->plan);
    assert(t.at_once <= AHEAD && (options->run || options->try));
    if ((rc = begin(&t, plan, outcome, err)) >= 0 && (rc = try_all(&t, err)) >= 0)
        say_floor(out);
    dg_shrink_target_clear(&t.target);
    json_decref(t.refused);
    return rc;
}

void dg_shrink_clear(dg_shrink *shrink)
{
    dg_plan_free(shrink->plan);
    json_decref(shrink->outcome);
    *shrink = (dg_shrink){ .plan = NULL };
}
