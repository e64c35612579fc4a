/* What goes wrong by plan has to go wrong with those who are meant, for as long as
 * it was meant to, and heal afterwards as far as it can: a fault that reaches nobody
 * would let every claim about the network hold. */
#include "../support/model_net.h"

#include <string.h>

enum { FROM = 24, UNTIL = 32, END = 36 };

static void plan(world *w, dg_fault fault)
{
    dg_error err;
    fault.from = dg_network_first_slot(w->net) + FROM;
    fault.until = dg_network_first_slot(w->net) + UNTIL;
    if (dg_network_fault(w->net, &fault, &err) < 0)
        ck_abort_msg("%s", err.text);
}

static void open_with(world *w, const dg_fault *fault)
{
    world_open(w, &(world_options){ .seed = 11 });
    if (fault)
        plan(w, *fault);
    world_run(w, END);
}

static const dg_event *told(const world *w, bool begins)
{
    for (size_t i = 0; i < w->count; i++)
        if (w->log[i].kind == DG_EVENT_NET_FAULT && w->log[i].net_fault.begins == begins)
            return &w->log[i];
    ck_abort_msg("no fault %s", begins ? "began" : "ended");
    return NULL;
}

/* Slots of the window that have their whole backing or inclusion: a block made in
 * its first slot still shows what was before. */
static uint64_t in_window(const world *w, dg_event_kind kind, const char *field)
{
    return world_sum(w, kind, field, FROM + 2, UNTIL - 1);
}

static const uint32_t third[34] = { 0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11,
                                    12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23,
                                    24, 25, 26, 27, 28, 29, 30, 31, 32, 33 };

START_TEST(a_fault_is_told_when_it_begins_and_ends)
{
    dg_fault f = { .kind = DG_FAULT_PAUSE, .who = DG_WHO_LIST, .list = third, .count = 7 };
    world w;
    open_with(&w, &f);
    ck_assert_uint_eq(world_slot(&w, told(&w, true)), FROM);
    ck_assert_uint_eq(world_slot(&w, told(&w, false)), UNTIL);
    ck_assert_uint_eq(told(&w, true)->net_fault.nodes, 7);
    ck_assert_uint_eq(told(&w, true)->net_fault.fault_kind, DG_FAULT_PAUSE);
    world_close(&w);
}
END_TEST

/* All of one group: its core is not served, whichever it is. */
START_TEST(a_silent_group_backs_nothing)
{
    dg_fault f = { .kind = DG_FAULT_SILENT_BACKER, .who = DG_WHO_GROUP, .group = 3 };
    world w, well;
    open_with(&well, NULL);
    open_with(&w, &f);
    ck_assert_uint_eq(told(&w, true)->net_fault.nodes, 5);
    for (size_t i = 0; i < w.count; i++)
        if (w.log[i].kind == DG_EVENT_NET_GROUPS && world_slot(&w, &w.log[i]) >= FROM + 1
            && world_slot(&w, &w.log[i]) < UNTIL) {
            ck_assert_uint_eq(w.log[i].net_groups.able, 19);
            ck_assert_uint_eq(w.log[i].net_groups.least, 0);
        }
    ck_assert_uint_lt(in_window(&w, DG_EVENT_NET_PARAS, "backed"),
                      in_window(&well, DG_EVENT_NET_PARAS, "backed"));
    ck_assert_uint_eq(world_sum(&w, DG_EVENT_NET_PARAS, "backed", 0, FROM - 1),
                      world_sum(&well, DG_EVENT_NET_PARAS, "backed", 0, FROM - 1));
    world_close(&w);
    world_close(&well);
}
END_TEST

/* 67 of 100 have to hold a candidate: with 34 that sign nothing, none is included. */
START_TEST(nothing_is_included_without_two_thirds)
{
    for (uint32_t count = 33; count <= 34; count++) {
        dg_fault f = { .kind = DG_FAULT_WITHHOLD_AVAILABILITY,
                       .who = DG_WHO_LIST,
                       .list = third,
                       .count = count };
        world w;
        open_with(&w, &f);
        if (count == 34)
            ck_assert_uint_eq(in_window(&w, DG_EVENT_NET_PARAS, "included"), 0);
        else
            ck_assert_uint_gt(in_window(&w, DG_EVENT_NET_PARAS, "included"), 0);
        ck_assert_uint_gt(world_sum(&w, DG_EVENT_NET_PARAS, "included", UNTIL, END), 0);
        world_close(&w);
    }
}
END_TEST

START_TEST(a_parachain_without_collators_has_no_blocks)
{
    dg_fault all = { .kind = DG_FAULT_OFFLINE_COLLATORS, .who = DG_WHO_ALL };
    uint32_t one = 2000;
    dg_fault some = {
        .kind = DG_FAULT_OFFLINE_COLLATORS, .who = DG_WHO_LIST, .list = &one, .count = 1
    };
    world w;
    open_with(&w, &all);
    ck_assert_uint_eq(in_window(&w, DG_EVENT_NET_PARAS, "offered"), 0);
    ck_assert_uint_gt(world_sum(&w, DG_EVENT_NET_PARAS, "offered", UNTIL + 1, END), 0);
    world_close(&w);
    open_with(&w, &some);
    for (size_t i = 0; i < w.count; i++)
        if (w.log[i].kind == DG_EVENT_NET_PARAS && world_slot(&w, &w.log[i]) >= FROM + 1
            && world_slot(&w, &w.log[i]) < UNTIL)
            ck_assert_uint_le(w.log[i].net_paras.offered, 19);
    ck_assert_uint_gt(in_window(&w, DG_EVENT_NET_PARAS, "offered"), 0);
    world_close(&w);
}
END_TEST

/* A minority that is cut off finalizes nothing more and comes back; named by its
 * other side it is the same. */
START_TEST(a_partition_is_the_same_from_both_sides)
{
    uint32_t rest[66];
    dg_fault f[2] = {
        { .kind = DG_FAULT_PARTITION, .who = DG_WHO_LIST, .list = third, .count = 34 },
        { .kind = DG_FAULT_PARTITION, .who = DG_WHO_LIST, .list = rest, .count = 66 }
    };
    uint64_t finalized[2];
    for (uint32_t i = 0; i < 66; i++)
        rest[i] = 34 + i;
    for (int i = 0; i < 2; i++) {
        world w;
        open_with(&w, &f[i]);
        finalized[i] = world_times(&w, DG_EVENT_NET_FINALIZED, FROM + 2, UNTIL - 1);
        ck_assert_uint_eq(finalized[i], 0); /* 66 of 100 are not enough */
        ck_assert_uint_gt(world_times(&w, DG_EVENT_NET_FINALIZED, UNTIL, END), 0);
        world_close(&w);
    }
}
END_TEST

START_TEST(authors_that_crash_leave_their_slot_empty)
{
    dg_fault f = { .kind = DG_FAULT_CRASH, .who = DG_WHO_AUTHORS };
    world w;
    open_with(&w, &f);
    ck_assert_uint_ge(told(&w, true)->net_fault.nodes, 1);
    ck_assert_uint_eq(world_times(&w, DG_EVENT_NET_BUILT, FROM, FROM), 0);
    ck_assert_uint_ge(world_times(&w, DG_EVENT_NET_BUILT, FROM - 1, FROM - 1), 1);
    ck_assert_uint_eq(world_holders(&w, END)->net_built.primary, 100); /* back again */
    ck_assert_uint_lt(world_holders(&w, FROM)->net_built.primary, 100);
    world_close(&w);
}
END_TEST

/* All at an hour late: nobody's next slot comes while that lasts. */
START_TEST(clocks_that_are_wrong_are_set_right_again)
{
    dg_fault f = { .kind = DG_FAULT_CLOCK,
                   .who = DG_WHO_ALL,
                   .clock = { .offset_ns = -(int64_t)3600 * 1000 * 1000000 } };
    world w;
    open_with(&w, &f);
    ck_assert_uint_eq(world_times(&w, DG_EVENT_NET_BUILT, FROM, UNTIL - 1), 0);
    ck_assert_uint_ge(world_times(&w, DG_EVENT_NET_BUILT, UNTIL, END), END - UNTIL);
    world_close(&w);
}
END_TEST

START_TEST(links_that_lose_all_part_the_world)
{
    dg_fault f = {
        .kind = DG_FAULT_LOSS, .who = DG_WHO_SHARE, .share_ppm = 500000, .loss_ppm = 1000000
    };
    world w;
    open_with(&w, &f);
    ck_assert_uint_ge(told(&w, true)->net_fault.nodes,
                      30); /* a hundred coins: 50, with a deviation of 5 */
    ck_assert_uint_le(told(&w, true)->net_fault.nodes, 70);
    ck_assert_uint_eq(world_times(&w, DG_EVENT_NET_FINALIZED, FROM + 2, UNTIL - 1), 0);
    ck_assert_uint_gt(world_times(&w, DG_EVENT_NET_FINALIZED, UNTIL, END), 0);
    world_close(&w);
}
END_TEST

START_TEST(the_same_faults_give_the_same_run)
{
    dg_fault f = {
        .kind = DG_FAULT_LOSS, .who = DG_WHO_SHARE, .share_ppm = 300000, .loss_ppm = 400000
    };
    world a, b;
    open_with(&a, &f);
    open_with(&b, &f);
    ck_assert_uint_eq(a.count, b.count);
    for (size_t i = 0; i < a.count; i++) {
        ck_assert_int_eq(a.log[i].kind, b.log[i].kind);
        ck_assert_uint_eq(a.log[i].at, b.log[i].at);
        ck_assert(world_same_numbers(&a.log[i], &b.log[i]));
        ck_assert(dg_hash_equal(&a.hashes[i], &b.hashes[i]));
    }
    ck_assert_uint_eq(dg_sim_fingerprint(dg_network_sim(a.net)),
                      dg_sim_fingerprint(dg_network_sim(b.net)));
    world_close(&a);
    world_close(&b);
}
END_TEST

static const struct {
    dg_fault fault;
    uint64_t from, until;
    const char *says;
} refused[] = {
    { { .kind = DG_FAULT_CRASH, .who = DG_WHO_LIST, .list = (const uint32_t[]){ 100 }, .count = 1 },
      1,
      2,
      "no node 100: the network has 100" },
    { { .kind = DG_FAULT_CRASH, .who = DG_WHO_ALL }, 5, 5, "before it begins" },
    { { .kind = DG_FAULT_CRASH, .who = DG_WHO_ALL }, 5, 3, "before it begins" },
    { { .kind = DG_FAULT_COUNT, .who = DG_WHO_ALL }, 1, 2, "no fault of kind" },
    { { .kind = DG_FAULT_OFFLINE_COLLATORS, .who = DG_WHO_GROUP },
      1,
      2,
      "named by their parachains" },
    { { .kind = DG_FAULT_LOSS, .who = DG_WHO_ALL, .loss_ppm = 1000001 }, 1, 2, "1000001" },
    { { .kind = DG_FAULT_PAUSE, .who = DG_WHO_SHARE, .share_ppm = 1000001 }, 1, 2, "1000001" },
};
START_TEST(a_fault_that_cannot_be_is_refused)
{
    dg_fault f = refused[_i].fault;
    dg_error err = { .text = "" };
    world w;
    world_open(&w, &(world_options){ .seed = 1 });
    f.from = dg_network_first_slot(w.net) + refused[_i].from;
    f.until = dg_network_first_slot(w.net) + refused[_i].until;
    ck_assert_int_eq(dg_network_fault(w.net, &f, &err), DG_USAGE);
    ck_assert_msg(strstr(err.text, refused[_i].says) != NULL, "%s", err.text);
    world_close(&w);
}
END_TEST

/* Groups are known when a session is. */
START_TEST(a_group_that_is_not_there_ends_the_run)
{
    dg_fault f = { .kind = DG_FAULT_PAUSE, .who = DG_WHO_GROUP, .group = 20 };
    dg_error err = { .text = "" };
    world w;
    world_open(&w, &(world_options){ .seed = 1 });
    plan(&w, f);
    ck_assert_int_eq(dg_network_run(w.net, dg_network_first_slot(w.net) + END, &err), DG_USAGE);
    ck_assert_msg(strstr(err.text, "fault 1 (pause): there is no group 20") != NULL, "%s",
                  err.text);
    world_close(&w);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("faults");
    TCase *tc = tcase_create("faults");
    int failed;
    tcase_set_timeout(tc, 0);
    tcase_add_test(tc, a_fault_is_told_when_it_begins_and_ends);
    tcase_add_test(tc, a_silent_group_backs_nothing);
    tcase_add_test(tc, nothing_is_included_without_two_thirds);
    tcase_add_test(tc, a_parachain_without_collators_has_no_blocks);
    tcase_add_test(tc, a_partition_is_the_same_from_both_sides);
    tcase_add_test(tc, authors_that_crash_leave_their_slot_empty);
    tcase_add_test(tc, clocks_that_are_wrong_are_set_right_again);
    tcase_add_test(tc, links_that_lose_all_part_the_world);
    tcase_add_test(tc, the_same_faults_give_the_same_run);
    tcase_add_loop_test(tc, a_fault_that_cannot_be_is_refused, 0,
                        (int)(sizeof refused / sizeof *refused));
    tcase_add_test(tc, a_group_that_is_not_there_ends_the_run);
    suite_add_tcase(s, tc);
    failed = suite_run(s);
    world_engine_free();
    return failed;
}
