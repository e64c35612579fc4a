/* seeds.c - other seeds of a plan, where one leaves something open: a hazard that luck kept
 * away, or a break so narrow that luck may have made it.
 *
 * Seeds are taken in their order, from the plan's own on, each a run by itself in a child
 * process. Several run at once, but what is made of them hangs on their order alone: those that
 * come after the deciding one are forgotten. */
#include "run/run_impl.h"
#include "run/workers_impl.h"

#include <assert.h>
#include <string.h>

#include "claim/claim.h"
#include "outcome/outcome.h"

/* ---- what one seed came to ---- */

static bool is(const json_t *claim, const char *key, const char *word)
{
    const char *text = json_string_value(json_object_get(claim, key));
    return text && strcmp(text, word) == 0;
}

/* Of gates: all that did not hold broke narrowly, or saw nothing for want of luck. */
static bool each_gate(const json_t *claims, const char *status, bool (*fits)(const json_t *claim))
{
    const json_t *claim;
    size_t i;
    json_array_foreach(claims, i, claim) if (is(claim, "severity", "gate")
                                             && is(claim, "status", status)
                                             && !fits(claim)) return false;
    return true;
}

static bool is_narrow(const json_t *claim)
{
    return json_is_true(json_object_get(claim, "narrow"));
}

static bool is_not_reached(const json_t *claim)
{
    return is(claim, "reach", "not-reached");
}

dg_run_standing dg_run_standing_of(const json_t *outcome)
{
    const json_t *claims = json_object_get(outcome, "claims"),
                 *answer = json_object_get(outcome, "answer");
    switch (dg_outcome_exit(outcome)) {
    case DG_EXIT_HELD:
        return DG_RUN_STANDING_HELD;
    case DG_EXIT_BROKE:
        return each_gate(claims, "broke", is_narrow) ? DG_RUN_STANDING_NARROW
                                                     : DG_RUN_STANDING_BROKE;
    case DG_EXIT_INCONCLUSIVE:
        return is(answer, "missing", "not-reached")
                       && each_gate(claims, "unexercised", is_not_reached)
                   ? DG_RUN_STANDING_NOT_REACHED
                   : DG_RUN_STANDING_OPEN;
    default:
        return DG_RUN_STANDING_OPEN;
    }
}

/* What the log will tell of a seed: claims that broke or saw nothing; and which gates broke
 * narrowly, which clearly. */
static json_t *summary(const json_t *outcome)
{
    json_t *statuses = json_object(), *narrow = json_array(), *clear = json_array();
    const json_t *claim;
    size_t i;
    int bad = 0;
    json_array_foreach(json_object_get(outcome, "claims"), i, claim)
    {
        const char *name = json_string_value(json_object_get(claim, "name"));
        if (is(claim, "status", "broke") || is(claim, "status", "unexercised"))
            bad |= json_object_set(statuses, name, json_object_get(claim, "status"));
        if (is(claim, "severity", "gate") && is(claim, "status", "broke"))
            bad |= json_array_append(is_narrow(claim) ? narrow : clear,
                                     json_object_get(claim, "name"));
    }
    if (bad) {
        json_decref(statuses);
        json_decref(narrow);
        json_decref(clear);
        return NULL;
    }
    return json_pack("{s:i, s:i, s:o, s:o, s:o}", "exit", dg_outcome_exit(outcome), "standing",
                     (int)dg_run_standing_of(outcome), "claims", statuses, "narrow", narrow,
                     "clear", clear);
}

/* ---- all of them ---- */

/* Whether that one tells more than the one on which the verdict rests: it reached what luck kept
 * away, or a claim broke that luck has no part in. */
static bool tells_more(const dg_run_seed *one, const dg_run_seed *than)
{
    const json_t *clear;
    size_t i;
    if (than->standing == DG_RUN_STANDING_NOT_REACHED)
        return one->standing < DG_RUN_STANDING_NOT_REACHED;
    json_array_foreach(json_object_get(one->told, "clear"), i,
                       clear) if (!dg_claim_named(json_string_value(clear))->chance) return true;
    return false;
}

static dg_code add(dg_run_seeds *s, uint64_t seed, json_t *told, dg_error *err)
{
    dg_run_seed *one = &s->at[s->count];
    if (!told)
        return dg_fail(err, DG_NOMEM, "no memory for what seed %llu came to",
                       (unsigned long long)seed);
    assert(s->count < DG_RUN_SEEDS_MAX);
    *one = (dg_run_seed){ .seed = seed,
                          .exit = (int)json_integer_value(json_object_get(told, "exit")),
                          .standing = (dg_run_standing)json_integer_value(
                              json_object_get(told, "standing")),
                          .told = told };
    if (tells_more(one, &s->at[s->rests]))
        s->rests = s->count;
    s->count++;
    return DG_OK;
}

static dg_claim_luck luck_of(const dg_run_seeds *s, const char *claim)
{
    dg_claim_trial trial = { 0 };
    for (size_t i = 0; i < s->count; i++) {
        const json_t *all = json_object_get(s->at[i].told, "claims");
        if (!is(all, claim, "unexercised"))
            dg_claim_trial_add(&trial, is(all, claim, "broke"));
    }
    return dg_claim_trial_says(&trial);
}

/* One claim that breaks as a rule decides the run; else each has to be luck. */
static bool narrow_is_open(const dg_run_seeds *s)
{
    const json_t *claim;
    bool open = false;
    size_t i;
    json_array_foreach(json_object_get(s->at[s->rests].told, "narrow"), i, claim)
    {
        dg_claim_luck luck = luck_of(s, json_string_value(claim));
        if (luck == DG_CLAIM_LUCK_RULE)
            return false;
        open |= luck != DG_CLAIM_LUCK_MERE;
    }
    return open;
}

static bool is_open(const dg_run_seeds *s)
{
    dg_run_standing now = s->at[s->rests].standing;
    if (s->stopped)
        return false;
    return now == DG_RUN_STANDING_NOT_REACHED
           || (now == DG_RUN_STANDING_NARROW && narrow_is_open(s));
}

/* ---- in child processes ---- */

typedef struct batch {
    const dg_plan *plan;
    const dg_run_options *options;
    uint64_t first;
} batch;

static dg_code job(void *user, size_t i, json_t **document, dg_error *err)
{
    const batch *b = user;
    json_t *outcome = NULL;
    dg_code rc = dg_run_alone(&outcome, b->plan, b->options, b->first + i, err);
    if (rc < 0)
        return rc;
    *document = summary(outcome);
    json_decref(outcome);
    return *document ? DG_OK : dg_fail(err, DG_NOMEM, "no memory for what a seed came to");
}

/* A seed that could not be run ends the search: what is known by then has to do. */
static dg_code take(dg_run_seeds *s, uint64_t seed, dg_run_answer *answer, dg_error *err)
{
    json_t *told = answer->document;
    answer->document = NULL;
    if (answer->rc >= 0)
        return add(s, seed, told, err);
    s->stopped = true;
    return add(s, seed,
               json_pack("{s:i, s:i, s:{}, s:[], s:o}", "exit", dg_exit_of(answer->rc), "standing",
                         (int)DG_RUN_STANDING_OPEN, "claims", "narrow", "why",
                         dg_event_text(answer->err.text)),
               err);
}

static dg_code next_batch(dg_run_seeds *s, const dg_plan *plan, const dg_run_options *options,
                          size_t most, dg_error *err)
{
    dg_run_answer answers[DG_RUN_WORKERS_MAX];
    dg_run_workers_options how = { .at_once = options->workers };
    batch b = { plan, options, s->at[0].seed + s->count };
    size_t count = dg_run_workers_at_once(&how);
    dg_code rc;
    count = count < most - s->count ? count : most - s->count;
    if ((rc = dg_run_workers(answers, count, job, &b, &how, err)) < 0)
        return rc;
    rc = dg_run_answers_whole(answers, count, err);
    for (size_t i = 0; i < count && rc >= 0 && is_open(s); i++)
        rc = take(s, b.first + i, &answers[i], err);
    dg_run_answers_clear(answers, count);
    return rc;
}

dg_code dg_run_seeds_try(dg_run_seeds *s, const json_t *outcome, const dg_plan *plan,
                         const dg_run_state *run, dg_error *err)
{
    size_t most = run->asked->seeds_max;
    dg_code rc = add(s, run->asked->seed, summary(outcome), err);
    assert(most >= 1 && most <= DG_RUN_SEEDS_MAX);
    while (rc >= 0 && s->count < most && is_open(s)) {
        dg_run_tell_progress(run, "seeds", s->count, most);
        rc = next_batch(s, plan, run->options, most, err);
    }
    return rc;
}

void dg_run_seeds_log(const dg_run_seeds *s, dg_run_state *run)
{
    dg_run_arm *a = &run->treatment;
    for (size_t i = 0; i < s->count; i++) {
        const dg_run_seed *one = &s->at[i];
        json_t *why = json_object_get(one->told, "why"),
               *detail = json_pack("{s:O}", "claims", json_object_get(one->told, "claims"));
        if (!detail || (why && json_object_set(detail, "why", why) != 0))
            run->log.rc = DG_NOMEM;
        dg_run_arm_log(
            a, run->span.end_slot, dg_block_number(a->tip),
            &(dg_event){
                .kind = DG_EVENT_SEED,
                .seed = { .seed = (int64_t)one->seed, .exit = one->exit, .rests = i == s->rests },
                .detail = detail });
    }
}

void dg_run_seeds_clear(dg_run_seeds *s)
{
    for (size_t i = 0; i < s->count; i++)
        json_decref(s->at[i].told);
    s->count = 0;
}
