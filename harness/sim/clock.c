/* clock.c - true time and what a node's clock shows, exactly, in integers. */
#include "sim/sim_impl.h"

#define BILLION 1000000000
#define DRIFT_MAX 500000000
#define WARP_MAX 1000000u

dg_code dg_sim_clock_check(const dg_sim_clock *clock, dg_error *err)
{
    if (clock->drift_ppb < -DRIFT_MAX || clock->drift_ppb > DRIFT_MAX)
        return dg_fail(err, DG_USAGE, "a clock's drift was %d parts per billion, the most is %d",
                       (int)clock->drift_ppb, DRIFT_MAX);
    if (clock->warp_num == 0 && clock->warp_den == 0)
        return DG_OK;
    if (clock->warp_num - 1 >= WARP_MAX || clock->warp_den - 1 >= WARP_MAX)
        return dg_fail(err, DG_USAGE, "a clock's warp was %u/%u, each must be 1 to %u",
                       (unsigned)clock->warp_num, (unsigned)clock->warp_den, WARP_MAX);
    return DG_OK;
}

static uint64_t common_divisor(uint64_t a, uint64_t b)
{
    while (b > 0) {
        uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

static dg_sim_local local_from(dg_sim_local base, sim_u128 steps, bool back)
{
    sim_u128 room = back ? (sim_u128)((uint64_t)base - (uint64_t)INT64_MIN)
                         : (sim_u128)((uint64_t)INT64_MAX - (uint64_t)base);
    if (steps > room)
        return back ? INT64_MIN : INT64_MAX;
    return (dg_sim_local)(back ? (uint64_t)base - (uint64_t)steps
                               : (uint64_t)base + (uint64_t)steps);
}

dg_sim_local dg_sim_local_plus(dg_sim_local x, dg_sim_local y)
{
    uint64_t size = y < 0 ? 0 - (uint64_t)y : (uint64_t)y;
    return local_from(x, size, y < 0);
}

/* floor(elapsed * rate), also for the time before the clock was set. */
dg_sim_local dg_sim_clock_local(const clock_state *c, dg_ns at)
{
    assert(c->den > 0); /* dg_sim_clock_check refuses others */
    if (at >= c->since)
        return local_from(c->base, (sim_u128)(at - c->since) * c->num / c->den, false);
    return local_from(c->base, ((sim_u128)(c->since - at) * c->num + c->den - 1) / c->den, true);
}

dg_ns dg_sim_clock_true(const clock_state *c, dg_sim_local local)
{
    if (local <= c->base)
        return c->since;
    uint64_t ahead = (uint64_t)local - (uint64_t)c->base;
    sim_u128 at = c->since + ((sim_u128)ahead * c->den + c->num - 1) / c->num;
    return at > DG_SIM_TIME_MAX ? DG_NEVER : (dg_ns)at;
}

void dg_sim_clock_apply(clock_state *c, dg_ns at, const dg_sim_clock *clock)
{
    bool plain = clock->warp_num == 0;
    dg_sim_local from = clock->goes_on ? dg_sim_clock_local(c, at) : (dg_sim_local)at;
    uint64_t num = (plain ? 1 : clock->warp_num) * (uint64_t)(BILLION + clock->drift_ppb);
    uint64_t den = (plain ? 1 : clock->warp_den) * (uint64_t)BILLION;
    uint64_t common = common_divisor(num, den);
    *c = (clock_state){ .since = at,
                        .base = dg_sim_local_plus(from, clock->offset_ns),
                        .num = num / common,
                        .den = den / common };
}

dg_sim_local dg_sim_local_now(const dg_sim *sim, dg_node_ix ix)
{
    return dg_sim_clock_local(&node_of(sim, ix)->clock, sim->now);
}

dg_sim_local dg_sim_local_at(const dg_sim *sim, dg_node_ix ix, dg_ns at)
{
    return dg_sim_clock_local(&node_of(sim, ix)->clock, at);
}

dg_ns dg_sim_true_span(const dg_sim *sim, dg_node_ix ix, dg_ns span)
{
    const clock_state *c = &node_of(sim, ix)->clock;
    sim_u128 takes = ((sim_u128)span * c->den + c->num - 1) / c->num;
    return takes > DG_SIM_TIME_MAX ? DG_NEVER : (dg_ns)takes;
}

dg_sim_local dg_sim_clock_shows(const dg_sim_clock *clock, dg_ns since, dg_ns at)
{
    dg_sim_clock from_true = *clock;
    clock_state c;
    from_true.goes_on = false;
    dg_sim_clock_apply(&c, since, &from_true);
    return dg_sim_clock_local(&c, at);
}

dg_ns dg_sim_true_at(const dg_sim *sim, dg_node_ix ix, dg_sim_local local)
{
    return dg_sim_clock_true(&node_of(sim, ix)->clock, local);
}
