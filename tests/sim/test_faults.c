/* Why: outages, stalls and splits are what a plan injects; a fault that did a
 * little more or less than it says would be read as the upgrade's doing. */
#include "world.h"

static const dg_ns ten_ms[] = { 10 * MS };

START_TEST(a_crash_takes_timers_and_what_is_under_way)
{
    world *w = world_open(1, ten_ms, 1, 0, 0);
    ok(dg_sim_crash(w->sim, w->nodes[1], (dg_sim_span){ 5 * MS, 30 * MS }, NULL));
    dg_timer_id id = world_timer(w, 1, 40 * MS, 1); /* gone, though after the restart */
    world_timer(w, 1, 4 * MS, 2);                   /* before the crash */
    world_send(w, 0, 1, w->ordered, 3, 0);          /* arrives at 10: down */
    world_send(w, 1, 0, w->ordered, 4, 0);          /* it was sent: it arrives */
    ok(dg_sim_run(w->sim, 25 * MS, NULL));
    ck_assert(!dg_sim_node_up(w->sim, w->nodes[1]));
    ck_assert(!dg_sim_reachable(w->sim, w->nodes[0], w->nodes[1]));
    ck_assert(!dg_sim_cancel(w->sim, id));
    world_send(w, 0, 1, w->ordered, 5, 0); /* arrives at 35, was sent while down */
    world_send(w, 1, 0, w->ordered, 6, 0); /* the dead do not send */
    ck_assert_uint_eq(world_timer(w, 1, 60 * MS, 7).v, 0);
    ok(dg_sim_run(w->sim, 100 * MS, NULL));
    assert_heard(w, (uint64_t[]){ 2, 4, 5 * MS }, 3);
    ck_assert_int_eq(w->notes[2].event.kind, DG_SIM_RESTART);
    ck_assert_uint_eq(w->notes[2].at, 30 * MS);
    ck_assert_uint_eq(w->notes[2].event.node.v, 1);
    ck_assert_uint_eq(world_stats(w).timers_dropped, 2);
    ck_assert_uint_eq(world_stats(w).lost_down, 2);
    ck_assert_uint_eq(world_stats(w).restarts, 1);
    ck_assert_uint_eq(dg_sim_channel_stats_of(w->sim, w->ordered).lost, 2);
    world_close(w);
}
END_TEST

/* A message that is under way while its receiver goes down and comes back was
 * on a connection that no longer is. */
START_TEST(a_quick_restart_still_loses_what_was_under_way)
{
    world *w = world_open(1, ten_ms, 1, 0, 0);
    world_send(w, 0, 1, w->ordered, 1, 0);
    ok(dg_sim_crash(w->sim, w->nodes[1], (dg_sim_span){ 3 * MS, 4 * MS }, NULL));
    ok(dg_sim_run(w->sim, 20 * MS, NULL));
    ck_assert_uint_eq(w->count, 1);
    ck_assert_int_eq(w->notes[0].event.kind, DG_SIM_RESTART);
    world_close(w);
}
END_TEST

START_TEST(crashed_twice_it_is_back_at_the_later)
{
    world *w = world_open(1, NULL, 0, 0, 0);
    ok(dg_sim_crash(w->sim, w->nodes[1], (dg_sim_span){ 5, 30 }, NULL));
    ok(dg_sim_crash(w->sim, w->nodes[1], (dg_sim_span){ 10, 50 }, NULL));
    ok(dg_sim_crash(w->sim, w->nodes[2], (dg_sim_span){ 5, DG_NEVER }, NULL));
    ok(dg_sim_run(w->sim, 1000 * MS, NULL));
    ck_assert_uint_eq(w->count, 1);
    ck_assert_uint_eq(w->notes[0].at, 50);
    ck_assert_uint_eq(w->notes[0].event.a, 5);
    ck_assert(!dg_sim_node_up(w->sim, w->nodes[2]));
    /* whoever looks back sees when it was down */
    ck_assert(!dg_sim_was_down(w->sim, w->nodes[1], (dg_sim_span){ 0, 4 })
              && dg_sim_was_down(w->sim, w->nodes[1], (dg_sim_span){ 0, 5 }));
    ck_assert(dg_sim_was_down(w->sim, w->nodes[1], (dg_sim_span){ 49, 60 })
              && !dg_sim_was_down(w->sim, w->nodes[1], (dg_sim_span){ 50, 60 }));
    ck_assert(dg_sim_was_down(w->sim, w->nodes[2], (dg_sim_span){ 900, 901 })
              && !dg_sim_was_down(w->sim, w->nodes[0], (dg_sim_span){ 0, 1000 }));
    world_close(w);
}
END_TEST

/* A crash that is reported late is not followed by a time that goes back. */
START_TEST(a_crash_that_is_over_restarts_now)
{
    world *w = world_open(1, NULL, 0, 0, 0);
    ok(dg_sim_run(w->sim, 50, NULL));
    ok(dg_sim_crash(w->sim, w->nodes[1], (dg_sim_span){ 10, 20 }, NULL));
    ck_assert(!dg_sim_node_up(w->sim, w->nodes[1]));
    ok(dg_sim_step(w->sim, NULL));
    ck_assert_uint_eq(dg_sim_now(w->sim), 50);
    ck_assert_uint_eq(w->notes[0].at, 50);
    world_close(w);
}
END_TEST

static dg_code die(world *w, const dg_sim_event *event)
{
    if (event->kind == DG_SIM_TIMER && event->a == 1) {
        ok(dg_sim_crash(w->sim, event->node, (dg_sim_span){ 0, dg_sim_now(w->sim) + 5 }, NULL));
        ck_assert_uint_eq(world_timer(w, event->node.v, 100, 9).v, 0);
    }
    return DG_OK;
}

START_TEST(a_handler_can_crash_its_own_node_at_once)
{
    world *w = world_open(1, NULL, 0, 0, 0);
    dg_error err;
    w->react = die;
    world_timer(w, 0, 10, 1);
    world_timer(w, 0, 10, 2);
    ck_assert_int_eq(dg_sim_crash(w->sim, w->nodes[0], (dg_sim_span){ 10, 9 }, &err), DG_USAGE);
    ok(dg_sim_run(w->sim, 1000, &err));
    assert_heard(w, (uint64_t[]){ 1, 10 }, 2);
    ck_assert_uint_eq(w->notes[1].at, 15);
    world_close(w);
}
END_TEST

/* A stalled process finds its events waiting, in their order, and only then
 * what comes at the moment it wakes. */
START_TEST(a_pause_postpones_in_order)
{
    world *w = world_open(1, NULL, 0, 0, 0);
    world_timer(w, 1, 50 * MS, 5); /* at the end itself, asked for first */
    world_timer(w, 1, 12 * MS, 3);
    world_timer(w, 1, 11 * MS, 2);
    world_timer(w, 1, 12 * MS, 4);
    world_timer(w, 1, 9 * MS, 1);
    world_timer(w, 2, 20 * MS, 9); /* another node goes on */
    ok(dg_sim_pause(w->sim, w->nodes[1], (dg_sim_span){ 10 * MS, 30 * MS }, NULL));
    ok(dg_sim_pause(w->sim, w->nodes[1], (dg_sim_span){ 20 * MS, 50 * MS }, NULL));
    ok(dg_sim_run(w->sim, 15 * MS, NULL));
    ck_assert(dg_sim_node_paused(w->sim, w->nodes[1]));
    ok(dg_sim_run(w->sim, 60 * MS, NULL));
    ck_assert(!dg_sim_node_paused(w->sim, w->nodes[1]));
    assert_heard(w, (uint64_t[]){ 1, 9, 2, 3, 4, 5 }, 6);
    for (size_t i = 2; i < 6; i++)
        ck_assert_uint_eq(w->notes[i].at, 50 * MS);
    world_close(w);
}
END_TEST

START_TEST(a_postponed_timer_can_be_cancelled_and_a_crash_ends_the_pause)
{
    world *w = world_open(1, NULL, 0, 0, 0);
    dg_timer_id id = world_timer(w, 1, 12, 1);
    world_timer(w, 1, 12, 2);
    world_timer(w, 2, 12, 3);
    ok(dg_sim_pause(w->sim, w->nodes[1], (dg_sim_span){ 10, 50 }, NULL));
    ok(dg_sim_pause(w->sim, w->nodes[2], (dg_sim_span){ 10, 50 }, NULL));
    ok(dg_sim_crash(w->sim, w->nodes[2], (dg_sim_span){ 20, 25 }, NULL));
    ok(dg_sim_run(w->sim, 30, NULL));
    ck_assert(dg_sim_cancel(w->sim, id));
    ck_assert(!dg_sim_node_paused(w->sim, w->nodes[2]));
    ok(dg_sim_run(w->sim, 100, NULL));
    assert_heard(w, (uint64_t[]){ 20, 2 }, 2);
    world_close(w);
}
END_TEST

/* Rows: sent at, arrives or not. The cut stands from 20 ms up to 40 ms. */
static const struct {
    dg_ns sent;
    bool arrives;
} cut[] = {
    { 9 * MS, true },   { 10 * MS, false }, { 15 * MS, false },
    { 29 * MS, false }, { 39 * MS, false }, { 40 * MS, true },
};
START_TEST(a_partition_cuts_at_sending_and_at_arrival)
{
    world *w = world_open(1, ten_ms, 1, 0, 0);
    dg_node_ix left[] = { w->nodes[0], w->nodes[1], w->nodes[1] };
    ok(dg_sim_partition(w->sim, left, 3, (dg_sim_span){ 20 * MS, 40 * MS }, NULL));
    ok(dg_sim_run(w->sim, cut[_i].sent, NULL));
    world_send(w, 0, 2, w->ordered, 1, 0); /* across */
    world_send(w, 3, 1, w->ordered, 1, 0); /* across, the other way */
    world_send(w, 0, 1, w->ordered, 2, 0); /* inside */
    world_send(w, 2, 3, w->ordered, 2, 0); /* outside */
    ok(dg_sim_run(w->sim, 100 * MS, NULL));
    ck_assert_uint_eq(w->count, cut[_i].arrives ? 4 : 2);
    ck_assert_uint_eq(world_stats(w).lost_partition, cut[_i].arrives ? 0 : 2);
    world_close(w);
}
END_TEST

START_TEST(partitions_overlap_each_with_its_own_end)
{
    world *w = world_open(1, NULL, 0, 0, 0);
    ok(dg_sim_partition(w->sim, &w->nodes[0], 1, (dg_sim_span){ 0, 20 }, NULL));
    ok(dg_sim_partition(w->sim, w->nodes, 2, (dg_sim_span){ 10, 30 }, NULL));
    static const struct {
        dg_ns at;
        bool zero_one, zero_two, one_two;
    } rows[] = {
        { 5, false, false, true },
        { 10, false, false, false },
        { 20, true, false, false },
        { 30, true, true, true },
    };
    for (size_t i = 0; i < 4; i++) {
        ok(dg_sim_run(w->sim, rows[i].at, NULL));
        ck_assert_int_eq(dg_sim_reachable(w->sim, w->nodes[0], w->nodes[1]), rows[i].zero_one);
        ck_assert_int_eq(dg_sim_reachable(w->sim, w->nodes[0], w->nodes[2]), rows[i].zero_two);
        ck_assert_int_eq(dg_sim_reachable(w->sim, w->nodes[1], w->nodes[2]), rows[i].one_two);
    }
    for (uint32_t i = 0; i < DG_SIM_PARTITIONS_MAX; i++) /* places come back */
        ok(dg_sim_partition(w->sim, w->nodes, 1, (dg_sim_span){ 50, 60 }, NULL));
    ck_assert_int_eq(dg_sim_partition(w->sim, w->nodes, 1, (dg_sim_span){ 50, 60 }, NULL),
                     DG_LIMIT);
    world_close(w);
}
END_TEST

/* All within a second, so in the wheel: what is cancelled is swept out from between the living. */
START_TEST(what_is_alive_stays_when_the_void_around_it_is_swept)
{
    enum { ALL = 20000, EACH = 3 }; /* of thirteen in a bucket four live on */
    world *w = world_open(1, NULL, 0, 0, 0);
    for (uint64_t i = 0; i < ALL; i++) {
        dg_timer_id id = world_timer(w, i % 4, 10 * MS + i * 10000, i);
        ck_assert(i % EACH == 0 || dg_sim_cancel(w->sim, id));
    }
    dg_sim_verify(w->sim);
    ok(dg_sim_run(w->sim, 1000 * MS, NULL));
    dg_sim_verify(w->sim);
    ck_assert_uint_eq(w->count, ALL / EACH + 1);
    world_close(w);
}
END_TEST

/* A thousand crashes among many timers: what is void is thrown away. */
START_TEST(crashed_and_cancelled_events_do_not_pile_up)
{
    world *w = world_open(1, NULL, 0, 0, 0);
    dg_alloc_fail_from(40); /* a page is 4096 events: all of them would need 240 */
    for (uint64_t round = 0; round < 200; round++) {
        for (uint64_t i = 0; i < 5000; i++) {
            dg_timer_id id = world_timer(w, i % 4, (round + 1) * 1000000 * MS + i, i);
            ck_assert(i % 4 != 0 || dg_sim_cancel(w->sim, id));
        }
        for (size_t i = 1; i < 4; i++)
            ok(dg_sim_crash(w->sim, w->nodes[i], (dg_sim_span){ 0, dg_sim_now(w->sim) + 1 }, NULL));
        ok(dg_sim_run(w->sim, dg_sim_now(w->sim) + 2, NULL));
        dg_sim_verify(w->sim);
    }
    dg_alloc_fail_from(0);
    ck_assert_uint_eq(w->count, 600); /* restarts alone */
    ck_assert_uint_eq(world_stats(w).pending, 0);
    world_close(w);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("sim faults");
    TCase *tc = tcase_create("faults");
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, a_crash_takes_timers_and_what_is_under_way);
    tcase_add_test(tc, a_quick_restart_still_loses_what_was_under_way);
    tcase_add_test(tc, crashed_twice_it_is_back_at_the_later);
    tcase_add_test(tc, a_crash_that_is_over_restarts_now);
    tcase_add_test(tc, a_handler_can_crash_its_own_node_at_once);
    tcase_add_test(tc, a_pause_postpones_in_order);
    tcase_add_test(tc, a_postponed_timer_can_be_cancelled_and_a_crash_ends_the_pause);
    tcase_add_loop_test(tc, a_partition_cuts_at_sending_and_at_arrival, 0, 6);
    tcase_add_test(tc, partitions_overlap_each_with_its_own_end);
    tcase_add_test(tc, crashed_and_cancelled_events_do_not_pile_up);
    tcase_add_test(tc, what_is_alive_stays_when_the_void_around_it_is_swept);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
