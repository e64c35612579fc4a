/* Why: node models are written against these sentences. Each example is one of
 * them, small enough to be checked by hand. */
#include <string.h>

#include "world.h"

START_TEST(events_run_by_time_then_node_then_sequence)
{
    world *w = world_open(1, NULL, 0, 0, 0);
    world_timer(w, 2, 5 * MS, 31);
    world_timer(w, 1, 5 * MS, 21);
    world_timer(w, 2, 5 * MS, 32);
    world_timer(w, 1, 5 * MS, 22);
    world_timer(w, 7, 4 * MS, 10);
    world_timer(w, 0, 6000 * MS, 40); /* beyond the wheel */
    ok(dg_sim_run(w->sim, 10000 * MS, NULL));
    assert_heard(w, (uint64_t[]){ 10, 21, 22, 31, 32, 40 }, 6);
    ck_assert_uint_eq(dg_sim_now(w->sim), 10000 * MS);
    ck_assert_int_eq(dg_sim_step(w->sim, NULL), DG_END);
    world_close(w);
}
END_TEST

START_TEST(a_run_ends_with_the_events_of_its_last_instant)
{
    world *w = world_open(1, NULL, 0, 0, 0);
    world_timer(w, 0, 10, 1);
    world_timer(w, 0, 11, 2);
    ok(dg_sim_run(w->sim, 10, NULL));
    assert_heard(w, (uint64_t[]){ 1 }, 1);
    ok(dg_sim_run(w->sim, 11, NULL));
    assert_heard(w, (uint64_t[]){ 1, 2 }, 2);
    ok(dg_sim_run(w->sim, 5, NULL)); /* time does not go back */
    ck_assert_uint_eq(dg_sim_now(w->sim), 11);
    world_timer(w, 0, 3, 3); /* the past is now */
    ok(dg_sim_run(w->sim, 11, NULL));
    assert_heard(w, (uint64_t[]){ 1, 2, 3 }, 3);
    ck_assert_uint_eq(w->notes[2].at, 11);
    world_close(w);
}
END_TEST

static dg_code again_and_stop(world *w, const dg_sim_event *event)
{
    if (event->a < 3)
        world_timer(w, 0, 0, event->a + 1); /* at this very instant */
    else
        dg_sim_stop(w->sim);
    return DG_OK;
}

START_TEST(a_handler_can_stop_the_run)
{
    world *w = world_open(1, NULL, 0, 0, 0);
    w->react = again_and_stop;
    world_timer(w, 0, 7, 0);
    world_timer(w, 0, 8, 9);
    ck_assert_int_eq(dg_sim_run(w->sim, 100, NULL), DG_END);
    assert_heard(w, (uint64_t[]){ 0, 1, 2, 3 }, 4);
    ck_assert_uint_eq(dg_sim_now(w->sim), 7);
    ck_assert_int_eq(dg_sim_run(w->sim, 100, NULL), DG_END); /* goes on, and stops at 9 */
    ck_assert_uint_eq(w->notes[4].event.a, 9);
    world_close(w);
}
END_TEST

static dg_code refuse(world *w, const dg_sim_event *event)
{
    (void)w;
    return event->a == 2 ? DG_TRAP : DG_OK;
}

START_TEST(the_code_of_a_handler_ends_the_run)
{
    world *w = world_open(1, NULL, 0, 0, 0);
    w->react = refuse;
    for (uint64_t i = 1; i <= 3; i++)
        world_timer(w, 0, i, i);
    ck_assert_int_eq(dg_sim_run(w->sim, 100, NULL), DG_TRAP);
    assert_heard(w, (uint64_t[]){ 1, 2 }, 2);
    ok(dg_sim_run(w->sim, 100, NULL));
    assert_heard(w, (uint64_t[]){ 1, 2, 3 }, 3);
    world_close(w);
}
END_TEST

START_TEST(a_cancelled_timer_does_not_run_and_its_id_is_void)
{
    world *w = world_open(1, NULL, 0, 0, 0);
    dg_timer_id one = world_timer(w, 0, 10, 1), two = world_timer(w, 0, 20, 2);
    ck_assert(dg_sim_cancel(w->sim, one));
    ck_assert(!dg_sim_cancel(w->sim, one));
    ck_assert(!dg_sim_cancel(w->sim, (dg_timer_id){ 0 }));
    ok(dg_sim_run(w->sim, 15, NULL));
    dg_timer_id three = world_timer(w, 0, 20, 3); /* where the first was */
    ck_assert(!dg_sim_cancel(w->sim, one));
    ck_assert_uint_ne(three.v, one.v);
    ok(dg_sim_run(w->sim, 30, NULL));
    assert_heard(w, (uint64_t[]){ 2, 3 }, 2);
    ck_assert(!dg_sim_cancel(w->sim, two));
    ck_assert_uint_eq(world_stats(w).timers_cancelled, 1);
    ck_assert_uint_eq(world_stats(w).timers_set, 3);
    world_close(w);
}
END_TEST

/* A notification stream: what is sent later does not arrive sooner, however
 * long the first one takes; requests overtake each other. */
START_TEST(an_ordered_channel_is_first_in_first_out)
{
    static const dg_ns wide[] = { 1 * MS, 100 * MS };
    world *w = world_open(3, wide, 2, 0, 0);
    bool overtaken = false;
    for (uint64_t i = 0; i < 200; i++)
        world_send(w, 0, 1, w->ordered, i, 0);
    for (uint64_t i = 0; i < 200; i++)
        world_send(w, 0, 2, w->loose, 1000 + i, 0);
    ok(dg_sim_run(w->sim, 1000 * MS, NULL));
    ck_assert_uint_eq(w->count, 400);
    uint64_t next = 0, last = 0;
    for (size_t i = 0; i < w->count; i++) {
        if (w->notes[i].event.a < 1000) {
            ck_assert_uint_eq(w->notes[i].event.a, next++);
        } else {
            overtaken = overtaken || w->notes[i].event.a < last;
            last = w->notes[i].event.a;
        }
    }
    ck_assert(overtaken);
    world_close(w);
}
END_TEST

START_TEST(size_takes_time_and_an_ordered_channel_is_a_pipe)
{
    static const dg_ns latency[] = { 10 * MS };
    world *w = world_open(1, latency, 1, 1000000, 0); /* 1 byte a microsecond */
    world_send(w, 0, 1, w->ordered, 1, 5000);
    world_send(w, 0, 1, w->ordered, 2, 5000);
    world_send(w, 0, 2, w->loose, 3, 5000);
    world_send(w, 0, 2, w->loose, 4, 5000);
    world_send(w, 0, 0, w->ordered, 5, 5000); /* to itself: now */
    ok(dg_sim_run(w->sim, 100 * MS, NULL));
    static const struct {
        uint64_t a;
        dg_ns at;
    } want[] = {
        { 5, 0 }, { 1, 15 * MS }, { 3, 15 * MS }, { 4, 15 * MS }, { 2, 20 * MS },
    };
    ck_assert_uint_eq(w->count, 5);
    for (size_t i = 0; i < 5; i++) {
        ck_assert_uint_eq(w->notes[i].event.a, want[i].a);
        ck_assert_uint_eq(w->notes[i].at, want[i].at);
    }
    world_close(w);
}
END_TEST

START_TEST(a_pair_can_have_a_link_of_its_own_in_one_direction)
{
    static const dg_ns latency[] = { 10 * MS }, slow[] = { 20 * MS, 30 * MS, 80 * MS };
    world *w = world_open(1, latency, 1, 0, 0);
    dg_link_ix ix;
    ok(dg_sim_link_add(w->sim, &ix, &(dg_sim_link){ slow, 3, 0, 0 }, NULL));
    ok(dg_sim_link_set(w->sim, w->nodes[0], w->nodes[1], ix, NULL));
    ck_assert_uint_eq(dg_sim_link_quantile(w->sim, w->nodes[1], w->nodes[0], 990000), 10 * MS);
    ck_assert_uint_eq(dg_sim_link_quantile(w->sim, w->nodes[0], w->nodes[2], 0), 10 * MS);
    ck_assert_uint_eq(dg_sim_link_quantile(w->sim, w->nodes[0], w->nodes[1], 0), 20 * MS);
    ck_assert_uint_eq(dg_sim_link_quantile(w->sim, w->nodes[0], w->nodes[1], 250000), 25 * MS);
    ck_assert_uint_eq(dg_sim_link_quantile(w->sim, w->nodes[0], w->nodes[1], 500000), 30 * MS);
    ck_assert_uint_eq(dg_sim_link_quantile(w->sim, w->nodes[0], w->nodes[1], 1000000), 80 * MS);
    world_send(w, 0, 1, w->loose, 1, 0);
    world_send(w, 1, 0, w->loose, 2, 0);
    ok(dg_sim_run(w->sim, 100 * MS, NULL));
    assert_heard(w, (uint64_t[]){ 2, 1 }, 2);
    ck_assert_uint_ge(w->notes[1].at, 20 * MS);
    world_close(w);
}
END_TEST

/* ---- messages ---- */

static int cleared;
static void note_clear(void *data)
{
    cleared += *(int *)data;
}

START_TEST(a_broadcast_shares_one_message_and_lets_it_go_after_the_last)
{
    static const dg_ns latency[] = { 1 * MS, 9 * MS };
    world *w = world_open(1, latency, 2, 0, 0);
    dg_sim_msg *msg;
    cleared = 0;
    ok(dg_sim_msg_new(w->sim, &msg, 64, note_clear, NULL));
    ck_assert_uint_eq((uintptr_t)dg_sim_msg_data(msg) % 16, 0);
    ck_assert_uint_eq(dg_sim_msg_size(msg), 64);
    *(int *)dg_sim_msg_room(msg) = 1;
    dg_sim_parcel parcel = { .channel = w->ordered, .msg = msg, .wire_bytes = 64 };
    ok(dg_sim_broadcast(w->sim, w->nodes[3], w->nodes, WORLD_NODES, &parcel, NULL));
    dg_sim_msg_drop(w->sim, msg);
    ck_assert_uint_eq(world_stats(w).msgs, 1);
    ck_assert_uint_eq(world_stats(w).sent, WORLD_NODES - 1);
    ck_assert_uint_eq(world_stats(w).sent_bytes, 64 * (WORLD_NODES - 1));
    while (dg_sim_step(w->sim, NULL) == DG_OK)
        ck_assert_int_eq(cleared, w->count == WORLD_NODES - 1);
    ck_assert_uint_eq(w->count, WORLD_NODES - 1);
    ck_assert_uint_eq(world_stats(w).msgs + world_stats(w).msg_bytes, 0);
    dg_sim_channel_stats c = dg_sim_channel_stats_of(w->sim, w->ordered);
    ck_assert_uint_eq(c.delivered, WORLD_NODES - 1);
    world_close(w);
}
END_TEST

START_TEST(messages_that_are_still_held_go_with_the_sim)
{
    world *w = world_open(1, NULL, 0, 0, 0);
    dg_sim_msg *msg;
    cleared = 0;
    for (int i = 0; i < 3; i++) {
        ok(dg_sim_msg_new(w->sim, &msg, 16, note_clear, NULL));
        *(int *)dg_sim_msg_room(msg) = 1;
    }
    dg_sim_timer timer = { .msg = msg };
    dg_timer_id id;
    ok(dg_sim_timer_at(w->sim, NULL, w->nodes[0], 50, &timer, NULL));
    ok(dg_sim_timer_at(w->sim, &id, w->nodes[0], 60, &timer, NULL));
    dg_sim_msg_drop(w->sim, msg);
    ck_assert(dg_sim_cancel(w->sim, id));
    ck_assert_int_eq(cleared, 0);
    world_close(w);
    ck_assert_int_eq(cleared, 3);
}
END_TEST

/* ---- what was asked for wrongly ---- */

static const struct {
    uint32_t count;
    dg_ns at[3];
    uint32_t loss;
    dg_code code;
} tables[] = {
    { 0, { 0 }, 0, DG_USAGE },       { 1, { (dg_ns)1 << 40 }, 0, DG_USAGE },
    { 3, { 5, 6, 5 }, 0, DG_USAGE }, { 2, { 5, 6 }, 1000001, DG_USAGE },
    { 2, { 5, 5 }, 1000000, DG_OK },
};
START_TEST(a_link_that_cannot_be_is_refused)
{
    world *w = world_open(1, NULL, 0, 0, 0);
    dg_error err = { .code = DG_OK };
    dg_link_ix ix;
    dg_sim_link spec = { tables[_i].at, tables[_i].count, 0, tables[_i].loss };
    ck_assert_int_eq(dg_sim_link_add(w->sim, &ix, &spec, &err), tables[_i].code);
    ck_assert_int_eq(err.text[0] != 0, tables[_i].code != DG_OK);
    world_close(w);
}
END_TEST

static dg_code hear_nothing(void *user, dg_sim *sim, const dg_sim_event *event, dg_error *err)
{
    (void)user, (void)sim, (void)event, (void)err;
    return DG_OK;
}

START_TEST(limits_are_refused_and_leave_the_world_whole)
{
    dg_sim *sim;
    dg_node_ix ix;
    dg_sim_msg *msg;
    dg_sim_timer timer = { .tag = 1 };
    dg_sim_node spec = { .handler = hear_nothing };
    dg_sim_options wide = { .nodes_max = DG_SIM_NODES_MAX + 1 };
    dg_sim_options deep = { .events_max = DG_SIM_EVENTS_MAX + 1 };
    dg_sim_options options = { .nodes_max = 2, .events_max = 3, .msg_bytes_max = 100 };
    ck_assert_int_eq(dg_sim_new(&sim, &wide, NULL), DG_USAGE);
    ck_assert_int_eq(dg_sim_new(&sim, &deep, NULL), DG_USAGE);
    ok(dg_sim_new(&sim, &options, NULL));
    ok(dg_sim_node_add(sim, &ix, &spec, NULL));
    ok(dg_sim_node_add(sim, &ix, &spec, NULL));
    ck_assert_int_eq(dg_sim_node_add(sim, &ix, &spec, NULL), DG_LIMIT);
    for (int i = 0; i < 3; i++)
        ok(dg_sim_timer_at(sim, NULL, ix, 5, &timer, NULL));
    ck_assert_int_eq(dg_sim_timer_at(sim, NULL, ix, 5, &timer, NULL), DG_LIMIT);
    ck_assert_int_eq(dg_sim_crash(sim, ix, (dg_sim_span){ 5, 6 }, NULL), DG_LIMIT);
    ok(dg_sim_run(sim, 5, NULL));
    ck_assert_int_eq(dg_sim_timer_at(sim, NULL, ix, DG_SIM_TIME_MAX + 1, &timer, NULL), DG_USAGE);
    ck_assert_int_eq(dg_sim_timer_after(sim, NULL, ix, UINT64_MAX, &timer, NULL), DG_USAGE);
    ck_assert_int_eq(dg_sim_run(sim, DG_SIM_TIME_MAX + 1, NULL), DG_USAGE);
    ck_assert_int_eq(dg_sim_msg_new(sim, &msg, DG_SIM_MSG_MAX + 1, NULL, NULL), DG_LIMIT);
    ok(dg_sim_msg_new(sim, &msg, 60, NULL, NULL));
    ck_assert_int_eq(dg_sim_msg_new(sim, &msg, 41, NULL, NULL), DG_LIMIT);
    dg_channel_ix channel;
    for (uint32_t i = 0; i < DG_SIM_CHANNELS_MAX; i++)
        ok(dg_sim_channel_add(sim, &channel, &(dg_sim_channel){ "c", true }, NULL));
    ck_assert_int_eq(dg_sim_channel_add(sim, &channel, &(dg_sim_channel){ "c", true }, NULL),
                     DG_LIMIT);
    dg_sim_verify(sim);
    dg_sim_free(sim);
}
END_TEST

static void see(void *user, const dg_sim *sim, const dg_sim_event *event)
{
    const world *w = user;
    ck_assert_uint_eq(w->count, event->a - 1); /* before the handler */
    ck_assert_uint_eq(dg_sim_now(sim), event->a);
}

START_TEST(a_watcher_sees_every_event_before_its_handler)
{
    world *w = world_open(1, NULL, 0, 0, 0);
    dg_sim_watch(w->sim, see, w);
    world_timer(w, 4, 1, 1);
    world_timer(w, 3, 2, 2);
    ok(dg_sim_run(w->sim, 9, NULL));
    ck_assert_uint_eq(w->count, 2);
    world_close(w);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("sim");
    TCase *tc = tcase_create("sim");
    tcase_add_test(tc, events_run_by_time_then_node_then_sequence);
    tcase_add_test(tc, a_run_ends_with_the_events_of_its_last_instant);
    tcase_add_test(tc, a_handler_can_stop_the_run);
    tcase_add_test(tc, the_code_of_a_handler_ends_the_run);
    tcase_add_test(tc, a_cancelled_timer_does_not_run_and_its_id_is_void);
    tcase_add_test(tc, an_ordered_channel_is_first_in_first_out);
    tcase_add_test(tc, size_takes_time_and_an_ordered_channel_is_a_pipe);
    tcase_add_test(tc, a_pair_can_have_a_link_of_its_own_in_one_direction);
    tcase_add_test(tc, a_broadcast_shares_one_message_and_lets_it_go_after_the_last);
    tcase_add_test(tc, messages_that_are_still_held_go_with_the_sim);
    tcase_add_loop_test(tc, a_link_that_cannot_be_is_refused, 0, 5);
    tcase_add_test(tc, limits_are_refused_and_leave_the_world_whole);
    tcase_add_test(tc, a_watcher_sees_every_event_before_its_handler);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
