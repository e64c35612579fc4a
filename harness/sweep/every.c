/* every.c - "every" on the axis of positions: the slots of one session, once the chain has said how
 * many they are. */
#include "sweep/sweep_impl.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* As axes.c writes it: what reads otherwise is a position that the plan refuses. */
static bool is_every(const char *value)
{
    const char *behind = value + strlen(DG_AXIS_EVERY);
    return strncmp(value, DG_AXIS_EVERY, strlen(DG_AXIS_EVERY)) == 0
           && (!*behind || (behind[0] == ' ' && behind[1 + strspn(behind + 1, "0123456789")] == 0));
}

/* How many slots lie between two of them. */
static uint64_t step_of(const char *value)
{
    const char *step = value + strlen(DG_AXIS_EVERY);
    return *step ? strtoull(step, NULL, 10) : 1;
}

/* Counted back from the boundary, which is one of them and the first slot of the session behind it:
 * so each place of a session stands there once. */
static dg_code put_slots(dg_axis *axis, uint64_t slots, uint64_t step, dg_error *err)
{
    dg_code rc = DG_OK;
    assert(slots && step);
    if ((slots - 1) / step >= DG_AXIS_VALUES_MAX)
        return dg_fail(err, DG_USAGE,
                       "a session has %llu slots: take only some of them, as in "
                       "every 600",
                       (unsigned long long)slots);
    for (uint64_t back = (slots - 1) / step * step; rc >= 0; back -= step) {
        char text[40];
        int len = back ? snprintf(text, sizeof text, "boundary-%llu", (unsigned long long)back)
                       : snprintf(text, sizeof text, "boundary");
        rc = dg_axis_put(axis, text, (size_t)len, err);
        if (!back)
            break;
    }
    return rc;
}

static dg_code rewrite(dg_axis *axis, uint64_t slots, dg_error *err)
{
    dg_axis settled = { 0 }, old = *axis;
    dg_code rc = DG_OK;
    for (size_t i = 0; i < old.count && rc >= 0; i++)
        rc = is_every(old.values[i])
                 ? put_slots(&settled, slots, step_of(old.values[i]), err)
                 : dg_axis_put(&settled, old.values[i], strlen(old.values[i]), err);
    for (size_t i = 0; i < old.count; i++)
        dg_free(old.values[i]);
    dg_free(old.values);
    *axis = settled;
    return rc;
}

/* The snapshot is the same whatever the axes say; a plan is checked as a whole, though. */
static dg_code slots_of_session(uint64_t *out, const dg_axes *axes, const dg_plan *plan,
                                const dg_run_options *how, dg_error *err)
{
    dg_plan *one;
    dg_clock clock;
    dg_code rc = dg_plan_copy(&one, plan, err);
    for (size_t k = 0; k < DG_AXES_MAX && rc >= 0; k++)
        if (k == DG_AXIS_AT || axes->of[k].count)
            rc = dg_plan_set(one, dg_axis_key((dg_axis_kind)k),
                             k == DG_AXIS_AT ? "next" : axes->of[k].values[0], err);
    if (rc >= 0 && (rc = dg_plan_check(one, err)) >= 0
        && (rc = dg_run_clock(&clock, one, how, err)) >= 0)
        *out = clock.epoch_slots;
    dg_plan_free(one);
    return rc;
}

dg_code dg_axes_settle(dg_axes *axes, const dg_plan *plan, const dg_run_options *how, dg_error *err)
{
    dg_axis *at = &axes->of[DG_AXIS_AT];
    uint64_t slots = 0;
    bool any = false;
    dg_code rc;
    for (size_t i = 0; i < at->count; i++)
        any |= is_every(at->values[i]);
    if (!any)
        return DG_OK;
    if ((rc = slots_of_session(&slots, axes, plan, how, err)) < 0)
        return rc;
    rc = rewrite(at, slots, err);
    return rc < 0 ? dg_fail_within(err, rc, "--%s", dg_axis_flag(DG_AXIS_AT)) : DG_OK;
}
