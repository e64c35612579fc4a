/* chance.c - a break that luck may have made: whether it came so close that one seed tells
 * nothing, and what several seeds say together.
 *
 * A run is one draw: who authors, which link is slow, whom a lot falls on. A claim that measures
 * such things breaks by luck now and then, in a healthy release too. Where one broke narrowly the
 * plan is run with other seeds, and Wald's sequential test decides between luck (a break in one
 * seed of five at most) and a rule (in one of two at least), wrong in one case of twenty either
 * way. It takes the seeds in their order and stops at the first that decides: 4 breaks of 4 are a
 * rule, 1 of 10, 2 of 13 and 3 of 16 are luck. */
#include "claim/claim_impl.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* Thousandths of ln(0.5 / 0.2), ln(0.5 / 0.8) and ln(0.95 / 0.05). */
enum { WEIGHT_BROKE = 916, WEIGHT_HELD = -470, WEIGHT_DECIDES = 2944 };
/* Near is within one of the unit; or within a quarter of what was let pass, and no more than twice
 * as far as a count of so many varies by chance, which is its root. */
enum { NEAR_ONE = 1000, NEAR_PART = 4, NEAR_ROOTS = 2 };

/* ---- the test ---- */

dg_claim_luck dg_claim_trial_says(const dg_claim_trial *t)
{
    assert(t->broke <= t->of);
    if (t->of < 2)
        return DG_CLAIM_LUCK_UNTRIED;
    return t->weight >= WEIGHT_DECIDES    ? DG_CLAIM_LUCK_RULE
           : t->weight <= -WEIGHT_DECIDES ? DG_CLAIM_LUCK_MERE
                                          : DG_CLAIM_LUCK_OPEN;
}

void dg_claim_trial_add(dg_claim_trial *t, bool broke)
{
    dg_claim_luck now = dg_claim_trial_says(t);
    if (now == DG_CLAIM_LUCK_RULE || now == DG_CLAIM_LUCK_MERE)
        return;
    t->of++;
    t->broke += broke;
    t->weight += broke ? WEIGHT_BROKE : WEIGHT_HELD;
}

const char *dg_claim_luck_name(dg_claim_luck luck)
{
    static const char *const names[] = { NULL, "open", "luck", "rule" };
    assert((size_t)luck < sizeof names / sizeof *names);
    return names[luck];
}

/* ---- near ---- */

static bool is_near(int64_t over, int64_t limit)
{
    double roots = (double)over / NEAR_ROOTS;
    return over > 0
           && (over <= NEAR_ONE
               || (over <= limit / NEAR_PART && roots * roots <= (double)limit * 1000));
}

/* What a plan allows of the loss is the limit then, and not what holds by itself. */
static bool is_narrow(const dg_figures *f)
{
    int64_t over;
    if (f->allowed.known && f->lost.known)
        return is_near(f->lost.milli - f->allowed.milli, f->allowed.milli);
    if (!f->measured.known || !f->threshold.known)
        return false;
    over = f->at_least ? f->threshold.milli - f->measured.milli
                       : f->measured.milli - f->threshold.milli;
    return is_near(over, f->threshold.milli);
}

/* ---- a verdict over seeds ---- */

/* How it came out on that seed: NULL where the claim held. */
static const char *came_to(const dg_event *seed, const dg_claim *claim)
{
    return json_string_value(
        json_object_get(json_object_get(seed->detail, "claims"), dg_claim_name(claim->id)));
}

static bool is(const char *status, dg_verdict_status wanted)
{
    return status && strcmp(status, dg_verdict_status_name(wanted)) == 0;
}

static void say_before(dg_verdict *v, dg_verdict_status status, const char *why)
{
    char old[sizeof v->text];
    memcpy(old, v->text, sizeof old);
    dg_verdict_say(v, status, "in %u of %u seeds%s: %.250s", v->trial.broke, v->trial.of, why, old);
}

static void judge_trial(dg_verdict *v)
{
    size_t used = strlen(v->text);
    switch (dg_claim_trial_says(&v->trial)) {
    case DG_CLAIM_LUCK_UNTRIED:
        break;
    case DG_CLAIM_LUCK_RULE:
        snprintf(v->text + used, sizeof v->text - used, "; in %u of %u seeds", v->trial.broke,
                 v->trial.of);
        break;
    case DG_CLAIM_LUCK_MERE:
        say_before(v, DG_VERDICT_WARNED, ", which is luck");
        break;
    case DG_CLAIM_LUCK_OPEN:
        say_before(v, DG_VERDICT_UNEXERCISED, ", which decides nothing");
        v->figures.unit = NULL; /* no number is the verdict's */
        break;
    }
}

void dg_claim_weigh(dg_verdict *v, const dg_claim *claim, const dg_event *events, size_t count)
{
    uint32_t missed = 0;
    v->narrow =
        claim->chance && v->status == DG_VERDICT_BROKE && (v->narrow || is_narrow(&v->figures));
    for (size_t i = 0; i < count; i++) {
        const char *status;
        if (events[i].kind != DG_EVENT_SEED)
            continue;
        status = came_to(&events[i], claim);
        missed += is(status, DG_VERDICT_UNEXERCISED);
        if (v->narrow && !is(status, DG_VERDICT_UNEXERCISED))
            dg_claim_trial_add(&v->trial, is(status, DG_VERDICT_BROKE));
    }
    judge_trial(v);
    if (v->reach == DG_VERDICT_NOT_REACHED && missed > 1) {
        size_t used = strlen(v->text);
        snprintf(v->text + used, sizeof v->text - used, "; so in each of %u seeds", missed);
    }
}
