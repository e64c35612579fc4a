/* A validator that is silent for a session is reported as offline, and so would all of
 * a simulated network be, at every boundary. The runtime's own events say who was. */
#include "../support/model_net.h"

#include <string.h>

typedef struct heard {
    uint32_t received, all_good, some_offline, offline;
} heard;

static void count(heard *h, const json_t *event)
{
    const json_t *of = json_object_get(event, "ImOnline"), *fields;
    if (!of)
        return;
    h->all_good += json_is_string(of) && strcmp(json_string_value(of), "AllGood") == 0;
    h->received += json_object_get(of, "HeartbeatReceived") != NULL;
    if ((fields = json_object_get(of, "SomeOffline"))) {
        h->some_offline++;
        if (json_is_object(fields))
            fields = json_object_get(fields, "offline");
        h->offline += (uint32_t)json_array_size(fields);
    }
}

/* Events of the best block at the end of each slot of `from` .. `to`. */
static heard hear_from(world *w, uint32_t from, uint32_t to)
{
    heard h = { 0 };
    for (uint32_t slot = from; slot <= to; slot++) {
        json_t *events = NULL, *record;
        size_t i;
        dg_error err;
        world_run(w, slot);
        if (dg_chain_events(w->chain, dg_network_best(w->net), &events, &err) < 0)
            ck_abort_msg("%s", err.text);
        json_array_foreach(events, i, record) count(&h, json_object_get(record, "event"));
        json_decref(events);
    }
    return h;
}

START_TEST(nobody_that_is_up_is_reported)
{
    world w;
    heard h;
    world_open(&w, &(world_options){ .seed = 21 });
    h = hear_from(&w, 0, 2 * EPOCH + 2);
    ck_assert_uint_eq(h.some_offline, 0);
    ck_assert_uint_eq(h.all_good, 2);   /* at both boundaries */
    ck_assert_uint_gt(h.received, 100); /* but for those that had authored by then */
    ck_assert_uint_le(h.received, 200);
    world_close(&w);
}
END_TEST

/* Three that are down for a whole session, and stand still for the next: reported. */
START_TEST(who_is_down_for_a_session_is_reported)
{
    static const uint32_t three[] = { 7, 8, 60 };
    dg_fault f = { .kind = DG_FAULT_CRASH, .who = DG_WHO_LIST, .list = three, .count = 3 };
    world w;
    heard h;
    world_open(&w, &(world_options){ .seed = 21 });
    f.from = dg_network_first_slot(w.net) + EPOCH - 1;
    f.until = dg_network_first_slot(w.net) + 2 * EPOCH + 1;
    ck_assert_int_eq(dg_network_fault(w.net, &f, NULL), DG_OK);
    h = hear_from(&w, 0, EPOCH + 2);
    ck_assert_uint_eq(h.some_offline, 0);
    h = hear_from(&w, EPOCH + 3, 2 * EPOCH + 2);
    ck_assert_uint_eq(h.some_offline, 1);
    ck_assert_uint_eq(h.offline, 3);
    world_close(&w);
}
END_TEST

/* Blocks hold the two inherents of the runtime and heartbeats, nothing else. */
START_TEST(all_that_are_put_in_are_taken)
{
    uint32_t extrinsics = 0;
    heard h = { 0 };
    world w;
    world_open(&w, &(world_options){ .seed = 21, .no_forks = true });
    for (uint32_t slot = 0; slot <= EPOCH; slot++) {
        heard one = hear_from(&w, slot, slot);
        h.received += one.received;
        extrinsics += (uint32_t)dg_block_extrinsic_count(dg_network_best(w.net)) - 2;
    }
    ck_assert_uint_eq(h.received, extrinsics);
    ck_assert_uint_gt(extrinsics, 50);
    world_close(&w);
}
END_TEST

/* N has no im-online: nothing is sent after U, and nothing fails. */
START_TEST(a_runtime_that_does_not_ask_gets_none)
{
    world w;
    heard h;
    world_open(&w, &(world_options){ .seed = 21, .how = DG_HOW_OVERRIDE, .enact = EPOCH + 4 });
    hear_from(&w, 0, EPOCH + 4);
    h = hear_from(&w, EPOCH + 5, 2 * EPOCH + 2);
    ck_assert_uint_eq(h.received + h.some_offline + h.all_good, 0);
    ck_assert_uint_eq(world_times(&w, DG_EVENT_NET_FAILED, 0, 2 * EPOCH + 2), 0);
    world_close(&w);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("im_online");
    TCase *tc = tcase_create("im_online");
    int failed;
    tcase_set_timeout(tc, 0);
    tcase_add_test(tc, nobody_that_is_up_is_reported);
    tcase_add_test(tc, who_is_down_for_a_session_is_reported);
    tcase_add_test(tc, all_that_are_put_in_are_taken);
    tcase_add_test(tc, a_runtime_that_does_not_ask_gets_none);
    suite_add_tcase(s, tc);
    failed = suite_run(s);
    world_engine_free();
    return failed;
}
