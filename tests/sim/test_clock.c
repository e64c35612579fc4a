/* Why: slots are counted by each node's own clock; an error of one nanosecond in
 * a conversion puts a block into the wrong slot once in a few million. */
#include "world.h"

static const struct {
    int64_t offset;
    int32_t drift;
    uint32_t num, den;
    dg_ns at;
    int64_t shows;
} rates[] = {
    { 0, 0, 0, 0, 12345, 12345 },
    { -500, 0, 1, 1, 12345, 11845 },
    { 0, 100, 0, 0, 10000000000, 10000001000 }, /* 100 ppb fast for 10 s: 1 us */
    { 0, -1, 0, 0, 1, 0 },                      /* floor */
    { 7, -1, 1, 1, 1000000000, 1000000006 },
    { 0, 0, 6, 1, 1000, 6000 }, /* the clocks of 2020-01-07 */
    { -244800000000000, 0, 6, 1, 10, -244799999999940 },
    { 0, 0, 1, 3, 5, 1 },
    { INT64_MAX, 0, 1, 1, 5, INT64_MAX }, /* saturates */
};
START_TEST(a_clock_shows_offset_and_the_floor_of_elapsed_times_rate)
{
    world *w = world_open(1, NULL, 0, 0, 0);
    dg_sim_clock clock = { rates[_i].offset, rates[_i].drift, rates[_i].num, rates[_i].den, false };
    ok(dg_sim_clock_set(w->sim, w->nodes[0], 0, &clock, NULL));
    ck_assert_int_eq(dg_sim_local_at(w->sim, w->nodes[0], rates[_i].at), rates[_i].shows);
    ok(dg_sim_run(w->sim, rates[_i].at, NULL));
    ck_assert_int_eq(dg_sim_local_now(w->sim, w->nodes[0]), rates[_i].shows);
    world_close(w);
}
END_TEST

/* A sleep of `span` by the node's clock ends when that clock has counted it, and no sooner. */
START_TEST(a_span_is_counted_by_the_nodes_clock)
{
    world *w = world_open(1, NULL, 0, 0, 0);
    static const struct {
        int32_t drift;
        uint32_t num, den;
        dg_ns span, takes;
    } spans[] = {
        { 0, 0, 0, 5, 5 },  { 0, 6, 1, 2000, 334 },    { 0, 1, 3, 5, 15 },
        { -1, 1, 1, 1, 2 }, { 500000000, 2, 1, 9, 3 }, { 0, 1, 1000000, (dg_ns)1 << 61, DG_NEVER },
    };
    for (size_t i = 0; i < sizeof spans / sizeof *spans; i++) {
        dg_sim_clock clock = { 77, spans[i].drift, spans[i].num, spans[i].den, false };
        ok(dg_sim_clock_set(w->sim, w->nodes[0], 0, &clock, NULL));
        ck_assert_uint_eq(dg_sim_true_span(w->sim, w->nodes[0], spans[i].span), spans[i].takes);
        if (spans[i].takes != DG_NEVER)
            ck_assert_int_ge(dg_sim_local_at(w->sim, w->nodes[0], spans[i].takes),
                             (dg_sim_local)spans[i].span + 77);
        ck_assert_int_eq(dg_sim_clock_shows(&clock, 0, 1000),
                         dg_sim_local_at(w->sim, w->nodes[0], 1000));
    }
    world_close(w);
}
END_TEST

/* true_at is the first instant at which the clock shows a time: so there it
 * shows that much, one nanosecond before it does not, and a time that the clock
 * did show leads back to the first instant of that reading. */
START_TEST(conversions_go_there_and_back)
{
    world *w = world_open(1, NULL, 0, 0, 0);
    dg_rng rng = dg_rng_fork(5, "clock", (uint64_t)_i, 0);
    for (int round = 0; round < 3000; round++) {
        dg_node_ix n = w->nodes[round % WORLD_NODES];
        dg_ns set = dg_rng_below(&rng, (uint64_t)1 << (1 + round % 50));
        dg_sim_clock clock = {
            .offset_ns = (int64_t)dg_rng_below(&rng, (uint64_t)1 << 50) - ((int64_t)1 << 49),
            .drift_ppb = (int32_t)dg_rng_below(&rng, 1000000001) - 500000000,
            .warp_num = 1 + (uint32_t)dg_rng_below(&rng, round % 2 ? 10 : 1000000),
            .warp_den = 1 + (uint32_t)dg_rng_below(&rng, round % 3 ? 10 : 1000000),
        };
        set = dg_sim_now(w->sim) + set % 1000;
        ok(dg_sim_clock_set(w->sim, n, set, &clock, NULL));
        ok(dg_sim_run(w->sim, set, NULL));
        ck_assert_int_eq(dg_sim_local_now(w->sim, n), (int64_t)set + clock.offset_ns);
        /* far from saturation */
        dg_ns at = set + 1 + dg_rng_below(&rng, (uint64_t)1 << (10 + round % 30));
        dg_sim_local shows = dg_sim_local_at(w->sim, n, at);
        dg_ns first = dg_sim_true_at(w->sim, n, shows);
        ck_assert_uint_le(first, at);
        ck_assert_int_eq(dg_sim_local_at(w->sim, n, first), shows);
        ck_assert(first == set || dg_sim_local_at(w->sim, n, first - 1) < shows);
        dg_ns next = dg_sim_true_at(w->sim, n, shows + 1);
        ck_assert_uint_gt(next, at);
        ck_assert_int_gt(dg_sim_local_at(w->sim, n, next), shows);
        ck_assert_int_le(dg_sim_local_at(w->sim, n, next - 1), shows);
        ck_assert_int_le(dg_sim_local_at(w->sim, n, set / 2), dg_sim_local_now(w->sim, n));
        ck_assert_uint_eq(dg_sim_true_at(w->sim, n, INT64_MIN), set); /* shown before: then */
    }
    world_close(w);
}
END_TEST

START_TEST(timers_run_by_the_nodes_own_clock)
{
    world *w = world_open(1, NULL, 0, 0, 0);
    dg_sim_timer timer = { .a = 1 };
    dg_sim_clock fast = { .offset_ns = 1000, .warp_num = 4, .warp_den = 1 };
    dg_sim_clock slow = { .drift_ppb = -500000000 };
    ok(dg_sim_clock_set(w->sim, w->nodes[1], 0, &fast, NULL));
    ok(dg_sim_clock_set(w->sim, w->nodes[2], 0, &slow, NULL));
    ok(dg_sim_timer_local_at(w->sim, NULL, w->nodes[0], 5000, &timer, NULL));
    ok(dg_sim_timer_local_at(w->sim, NULL, w->nodes[1], 5000, &timer, NULL));
    ok(dg_sim_timer_local_after(w->sim, NULL, w->nodes[2], 5000, &timer, NULL));
    ok(dg_sim_timer_local_at(w->sim, NULL, w->nodes[1], 500, &timer, NULL)); /* past: now */
    ok(dg_sim_timer_local_after(w->sim, NULL, w->nodes[1], 4001, &timer, NULL));
    ck_assert_int_eq(dg_sim_timer_local_after(w->sim, NULL, w->nodes[2], UINT64_MAX, &timer, NULL),
                     DG_USAGE);
    ok(dg_sim_run(w->sim, 20000, NULL));
    static const struct {
        uint32_t node;
        dg_ns at;
    } want[] = {
        { 1, 0 }, { 1, 1000 }, { 1, 1001 }, { 0, 5000 }, { 2, 10000 },
    };
    ck_assert_uint_eq(w->count, 5);
    for (size_t i = 0; i < 5; i++) {
        ck_assert_uint_eq(w->notes[i].event.node.v, want[i].node);
        ck_assert_uint_eq(w->notes[i].at, want[i].at);
    }
    world_close(w);
}
END_TEST

/* A clock that jumps does not move a sleep; one that goes on has no jump. */
START_TEST(a_clock_can_be_set_in_mid_run)
{
    world *w = world_open(1, NULL, 0, 0, 0);
    dg_sim_timer timer = { .a = 1 };
    dg_sim_clock jump = { .offset_ns = -700, .warp_num = 6, .warp_den = 1 };
    dg_sim_clock on = { .warp_num = 1, .warp_den = 2, .goes_on = true };
    dg_sim_clock late = { .drift_ppb = -1 };
    ok(dg_sim_clock_set(w->sim, w->nodes[1], 0, &late, NULL));
    ok(dg_sim_timer_local_at(w->sim, NULL, w->nodes[0], 1500, &timer, NULL));
    ok(dg_sim_clock_set(w->sim, w->nodes[0], 1000, &jump, NULL));
    ok(dg_sim_clock_set(w->sim, w->nodes[0], 2000, &on, NULL));
    static const struct {
        dg_ns at;
        int64_t shows;
    } want[] = {
        { 999, 999 }, { 1000, 300 }, { 1100, 900 }, { 2000, 6300 }, { 2100, 6350 },
    };
    for (size_t i = 0; i < 5; i++) {
        ok(dg_sim_run(w->sim, want[i].at, NULL));
        ck_assert_int_eq(dg_sim_local_now(w->sim, w->nodes[0]), want[i].shows);
    }
    ck_assert_uint_eq(w->notes[0].at, 1500);
    late.goes_on = true; /* it shows 2099 now, and showed less before */
    ok(dg_sim_clock_set(w->sim, w->nodes[1], 0, &late, NULL));
    ck_assert_int_eq(dg_sim_local_at(w->sim, w->nodes[1], 2100), 2099);
    ck_assert_int_eq(dg_sim_local_at(w->sim, w->nodes[1], 2099), 2098);
    world_close(w);
}
END_TEST

static const struct {
    int32_t drift;
    uint32_t num, den;
} wrong[] = {
    { 500000001, 1, 1 }, { -500000001, 1, 1 }, { 0, 0, 1 },
    { 0, 1, 0 },         { 0, 1000001, 1 },    { 0, 1, 1000001 },
};
START_TEST(a_clock_that_cannot_be_is_refused)
{
    world *w = world_open(1, NULL, 0, 0, 0);
    dg_error err = { .code = DG_OK };
    dg_node_ix ix;
    dg_sim_clock clock = { 0, wrong[_i].drift, wrong[_i].num, wrong[_i].den, false };
    dg_sim_node spec = { .handler = world_note, .clock = clock };
    ck_assert_int_eq(dg_sim_clock_set(w->sim, w->nodes[0], 5, &clock, &err), DG_USAGE);
    ck_assert_int_eq(dg_sim_node_add(w->sim, &ix, &spec, &err), DG_USAGE);
    ck_assert_uint_gt(err.text[0], 0);
    world_close(w);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("sim clock");
    TCase *tc = tcase_create("clock");
    tcase_add_loop_test(tc, a_clock_shows_offset_and_the_floor_of_elapsed_times_rate, 0, 9);
    tcase_add_test(tc, a_span_is_counted_by_the_nodes_clock);
    tcase_add_loop_test(tc, conversions_go_there_and_back, 0, 4);
    tcase_add_test(tc, timers_run_by_the_nodes_own_clock);
    tcase_add_test(tc, a_clock_can_be_set_in_mid_run);
    tcase_add_loop_test(tc, a_clock_that_cannot_be_is_refused, 0, 6);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
