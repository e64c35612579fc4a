/* Why: a world of a thousand nodes may run out of memory at any request; it must
 * say so, lose nothing that it had accepted, and go on when there is memory. */
#include "world.h"

static uint64_t heard, last_at, last_node;

/* Whatever failed meanwhile, the order is by time and then by node. */
static dg_code count_heard(void *user, dg_sim *sim, const dg_sim_event *event, dg_error *err)
{
    (void)user, (void)err;
    dg_ns now = dg_sim_now(sim);
    ck_assert(heard == 0 || now > last_at || (now == last_at && event->node.v >= last_node));
    last_at = now;
    last_node = event->node.v;
    heard++;
    return DG_OK;
}

/* More nodes, pages and heap places than one allocation holds. */
static dg_code scenario(dg_sim **sim, uint64_t *accepted, dg_error *err)
{
    static const dg_ns table[] = { 1 * MS, 2 * MS };
    dg_code rc;
    dg_sim_options options = { .seed = 1 };
    dg_sim_link link = { table, 2, 0, 0 };
    dg_sim_node spec = { .handler = count_heard };
    dg_node_ix nodes[20];
    dg_link_ix ix;
    dg_channel_ix channel;
    dg_sim_msg *msg = NULL;
    *accepted = 0;
    if ((rc = dg_sim_new(sim, &options, err)) < 0
        || (rc = dg_sim_channel_add(*sim, &channel, &(dg_sim_channel){ "c", true }, err)) < 0)
        return rc;
    for (size_t i = 0; i < 20; i++)
        if ((rc = dg_sim_node_add(*sim, &nodes[i], &spec, err)) < 0)
            return rc;
    if ((rc = dg_sim_link_add(*sim, &ix, &link, err)) < 0
        || (rc = dg_sim_link_set(*sim, nodes[1], nodes[2], ix, err)) < 0
        || (rc = dg_sim_crash(*sim, nodes[19], (dg_sim_span){ 5 * MS, 6 * MS }, err)) < 0
        || (rc = dg_sim_pause(*sim, nodes[18], (dg_sim_span){ 1 * MS, 90000 * MS }, err)) < 0
        || (rc = dg_sim_partition(*sim, nodes, 3, (dg_sim_span){ 1000 * MS, 2000 * MS }, err)) < 0)
        return rc;
    for (uint64_t i = 0; i < 6000; i++) {
        dg_sim_timer timer = { .a = i };
        dg_ns at = (i % 3 == 0 ? 4 : i % 3 == 1 ? 100 : 50000) * MS; /* wheel and far heap */
        if ((rc = dg_sim_timer_at(*sim, NULL, nodes[i % 19], at, &timer, err)) < 0)
            return rc;
        ++*accepted;
    }
    if ((rc = dg_sim_msg_new(*sim, &msg, 100, NULL, err)) < 0)
        return rc;
    dg_sim_parcel parcel = { .channel = channel, .msg = msg };
    if ((rc = dg_sim_broadcast(*sim, nodes[0], nodes, 19, &parcel, err)) == DG_OK)
        *accepted += 18;
    dg_sim_msg_drop(*sim, msg);
    return rc;
}

static dg_code run_and_free(dg_sim *sim, uint64_t *expected, dg_error *err)
{
    dg_code rc = dg_sim_run(sim, 100000 * MS, err);
    dg_alloc_fail_from(0);
    dg_sim_verify(sim);
    dg_sim_stats stats;
    dg_sim_stats_get(sim, &stats);
    *expected = heard + stats.pending;
    ck_assert_int_eq(dg_sim_run(sim, 100000 * MS, NULL), DG_OK); /* with memory: the rest */
    dg_sim_free(sim);
    return rc;
}

START_TEST(every_allocation_can_fail)
{
    uint64_t nth = 0, accepted, expected, failures = 0, late = 0;
    dg_code rc;
    do {
        dg_sim *sim = NULL;
        dg_error err = { .code = DG_OK };
        heard = 0;
        dg_alloc_fail_from(++nth);
        rc = scenario(&sim, &accepted, &err);
        if (rc == DG_OK) {
            rc = run_and_free(sim, &expected, &err);
            late += rc == DG_NOMEM;
            ck_assert_uint_eq(heard, accepted + 1); /* and one restart */
        } else {
            dg_alloc_fail_from(0);
            if (sim)
                dg_sim_verify(sim);
            dg_sim_free(sim);
        }
        ck_assert(rc == DG_OK || rc == DG_NOMEM);
        ck_assert_int_eq(err.code, rc);
        failures += rc == DG_NOMEM;
    } while (rc != DG_OK);
    ck_assert_uint_gt(failures, 20);
    ck_assert_uint_gt(late, 3); /* while running, too */
}
END_TEST

/* One broadcast to a thousand: one message object and an event each, no more
 * requests than pages of events need. */
START_TEST(a_broadcast_allocates_nothing_per_receiver)
{
    static dg_node_ix nodes[1000];
    dg_sim *sim;
    dg_sim_msg *msg;
    dg_channel_ix channel;
    dg_sim_options options = { .seed = 1 };
    dg_sim_node spec = { .handler = count_heard };
    static const dg_ns table[] = { 100 * MS, 200 * MS };
    dg_link_ix ix;
    ok(dg_sim_new(&sim, &options, NULL));
    ok(dg_sim_link_add(sim, &ix, &(dg_sim_link){ table, 2, 0, 0 }, NULL));
    ok(dg_sim_channel_add(sim, &channel, &(dg_sim_channel){ "c", true }, NULL));
    for (size_t i = 0; i < 1000; i++)
        ok(dg_sim_node_add(sim, &nodes[i], &spec, NULL));
    dg_alloc_fail_from(9); /* the message, the sender's row, heaps, one page and its list */
    ok(dg_sim_msg_new(sim, &msg, 100000, NULL, NULL));
    dg_sim_parcel parcel = { .channel = channel, .msg = msg };
    ok(dg_sim_broadcast(sim, nodes[0], nodes, 1000, &parcel, NULL));
    dg_alloc_fail_from(2); /* by now there is room for a thousand more */
    ok(dg_sim_broadcast(sim, nodes[0], nodes, 1000, &parcel, NULL));
    dg_alloc_fail_from(0);
    dg_sim_msg_drop(sim, msg);
    heard = 0;
    ok(dg_sim_run(sim, 1000 * MS, NULL));
    ck_assert_uint_eq(heard, 1998);
    dg_sim_free(sim);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("sim memory");
    TCase *tc = tcase_create("memory");
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, every_allocation_can_fail);
    tcase_add_test(tc, a_broadcast_allocates_nothing_per_receiver);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
