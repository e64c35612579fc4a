/* Operators restart nodes and update them while the chain goes on, and after the stall of 2024
 * a restart was the quickest cure. So a node has to be of its old release until its process ends,
 * of the new one from then on, and must have forgotten what a process forgets. If a release could
 * change under a process, or a restart kept what it must not, the advice to restart would be
 * proved by a world that does not exist. */
#include "../support/model_net.h"

#include <string.h>

enum {
    SESSION = 2 * EPOCH,
    BOUNDARY = 3 * EPOCH,
    AT = SESSION + 5, /* U, in mid-session */
    VALIDATORS = 100
};

static void plan(world *w, dg_rollout rollout, uint32_t from)
{
    dg_error err;
    rollout.from = dg_network_first_slot(w->net) + from;
    rollout.over = rollout.over ? rollout.over : 1;
    if (dg_network_rollout(w->net, &rollout, &err) < 0)
        ck_abort_msg("%s", err.text);
}

static uint32_t of_class(const world *w, const char *name)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < dg_network_node_count(w->net); i++)
        count += dg_network_class(w->net, (dg_node_ix){ i }) == dg_class_named(name);
    return count;
}

static int64_t holders(const world *w, uint32_t slot)
{
    return world_holders(w, slot)->net_holders.holders;
}

/* A session's topology is told once; a process that begins after U asks for it again. */
START_TEST(a_restart_after_the_upgrade_brings_the_topology_back)
{
    world w;
    world_open(&w, &(world_options){
                       .of = "SD_V12_PURGE", .seed = 1, .enact = AT, .how = DG_HOW_OVERRIDE });
    plan(&w,
         (dg_rollout){ .who = DG_WHO_ALL,
                       .over = 4,
                       .down_ns_min = 1000 * DG_MS,
                       .down_ns_max = 2000 * DG_MS },
         AT + 3);
    world_run(&w, BOUNDARY - 1);
    ck_assert_int_eq(holders(&w, AT + 2), 0);
    ck_assert_int_eq(holders(&w, BOUNDARY - 5), VALIDATORS);
    ck_assert_uint_eq(world_times(&w, DG_EVENT_NET_ROLLOUT, AT + 3, AT + 3), 1);
    ck_assert_uint_eq(world_times(&w, DG_EVENT_NET_RENEWED, AT + 3, AT + 6), VALIDATORS);
    for (uint32_t slot = AT + 3; slot < AT + 7; slot++)
        ck_assert_uint_ge(world_times(&w, DG_EVENT_NET_RENEWED, slot, slot), 5);
    ck_assert_uint_ge(world_sum(&w, DG_EVENT_NET_PARAS, "backed", AT + 9, BOUNDARY - 1), 20);
    world_close(&w);
}
END_TEST

/* Who was updated in time is what it was updated to. */
START_TEST(a_release_that_was_left_before_the_upgrade_does_not_stall)
{
    const dg_node_class *ok = dg_class_named("SD_V12_OK");
    world w;
    world_open(&w, &(world_options){ .of = "SD_V12_PURGE",
                                     .joining = &ok,
                                     .joining_count = 1,
                                     .seed = 1,
                                     .enact = AT,
                                     .how = DG_HOW_OVERRIDE });
    plan(&w,
         (dg_rollout){
             .who = DG_WHO_ALL, .to = ok, .down_ns_min = 20 * DG_MS, .down_ns_max = 7000 * DG_MS },
         SESSION - 6);
    world_run(&w, SESSION - 7);
    ck_assert_uint_eq(of_class(&w, "SD_V12_PURGE"), VALIDATORS);
    world_run(&w, BOUNDARY - 1);
    ck_assert_uint_eq(of_class(&w, "SD_V12_OK"), VALIDATORS);
    for (uint32_t slot = AT + 1; slot < BOUNDARY; slot++)
        ck_assert_int_eq(holders(&w, slot), VALIDATORS);
    world_close(&w);
}
END_TEST

/* A new binary under a process that goes on changes nothing; what ends the process does. */
START_TEST(what_waits_begins_with_the_next_process)
{
    const dg_node_class *ok = dg_class_named("SD_V12_OK");
    static const uint32_t seven[] = { 0, 1, 2, 3, 4, 5, 6 };
    dg_fault crash = { .kind = DG_FAULT_CRASH, .who = DG_WHO_LIST, .list = seven, .count = 7 };
    dg_error err;
    world w;
    world_open(&w, &(world_options){
                       .of = "SD_V12_PURGE", .joining = &ok, .joining_count = 1, .seed = 1 });
    plan(&w, (dg_rollout){ .who = DG_WHO_ALL, .to = ok, .waits = true }, 5);
    crash.from = dg_network_first_slot(w.net) + 8;
    crash.until = crash.from + 2;
    ck_assert_int_eq(dg_network_fault(w.net, &crash, &err), DG_OK);
    world_run(&w, 9);
    ck_assert_uint_eq(of_class(&w, "SD_V12_OK"), 0);
    world_run(&w, 12);
    ck_assert_uint_eq(of_class(&w, "SD_V12_OK"), 7);
    ck_assert_uint_eq(world_times(&w, DG_EVENT_NET_RENEWED, 0, 12), 7);
    world_close(&w);
}
END_TEST

/* A list, a share, and only those that are of a class when their turn comes. */
START_TEST(only_those_who_are_meant_change)
{
    const dg_node_class *purge = dg_class_named("SD_V12_PURGE"), *ok = dg_class_named("SD_V12_OK"),
                        *drop = dg_class_named("SD_V12_DROP");
    const dg_share shares[] = { { purge, 600000 }, { drop, 400000 } };
    static const uint32_t five[] = { 0, 11, 22, 33, 99 };
    uint32_t purges, drops;
    world w;
    world_open(
        &w,
        &(world_options){
            .shares = shares, .share_count = 2, .joining = &ok, .joining_count = 1, .seed = 3 });
    purges = of_class(&w, "SD_V12_PURGE");
    drops = of_class(&w, "SD_V12_DROP");
    plan(&w, (dg_rollout){ .who = DG_WHO_LIST, .list = five, .count = 5, .to = ok }, 2);
    plan(&w,
         (dg_rollout){
             .who = DG_WHO_SHARE, .share_ppm = 500000, .of = &drop, .of_count = 1, .to = purge },
         4);
    world_run(&w, 3);
    ck_assert_uint_eq(of_class(&w, "SD_V12_OK"), 5);
    for (size_t i = 0; i < 5; i++)
        ck_assert_ptr_eq(dg_network_class(w.net, (dg_node_ix){ five[i] }), ok);
    ck_assert_uint_ge(of_class(&w, "SD_V12_PURGE"), purges - 5);
    world_run(&w, 6);
    ck_assert_uint_eq(of_class(&w, "SD_V12_OK"), 5);
    ck_assert_uint_lt(of_class(&w, "SD_V12_DROP"), drops - 8); /* of about 40 coins */
    ck_assert_uint_gt(of_class(&w, "SD_V12_DROP"), 5);
    world_close(&w);
}
END_TEST

/* Releases with no protocol in common hear nothing of each other; when the old ones have gone,
 * everything is approved again, and what was in flight does no harm. */
START_TEST(links_follow_the_release)
{
    const dg_node_class *old = dg_class_named("SD_V1"), *new = dg_class_named("SD_V2_ONLY");
    const dg_share shares[] = { { old, 500000 }, { new, 500000 } };
    world w;
    world_open(&w, &(world_options){ .shares = shares, .share_count = 2, .seed = 5 });
    plan(&w, (dg_rollout){ .who = DG_WHO_ALL, .of = &old, .of_count = 1, .to = new, .over = 3 },
         10);
    world_run(&w, 9);
    ck_assert_uint_eq(w.world->approval->reach.count[0], 2);
    world_run(&w, 45);
    ck_assert_uint_eq(of_class(&w, "SD_V2_ONLY"), VALIDATORS);
    ck_assert_uint_eq(w.world->approval->reach.count[0], 1);
    for (size_t i = 0; i < w.count; i++)
        ck_assert(w.log[i].kind != DG_EVENT_NET_FINALIZED || world_slot(&w, &w.log[i]) < 40
                  || w.log[i].net_finalized.lag <= 5);
    world_close(&w);
}
END_TEST

START_TEST(the_same_rollouts_give_the_same_run)
{
    const dg_node_class *ok = dg_class_named("SD_V12_OK");
    world w[2];
    for (int i = 0; i < 2; i++) {
        world_open(&w[i], &(world_options){
                              .of = "SD_V12_DROP", .joining = &ok, .joining_count = 1, .seed = 9 });
        plan(&w[i],
             (dg_rollout){ .who = DG_WHO_SHARE,
                           .share_ppm = 300000,
                           .to = ok,
                           .over = 5,
                           .down_ns_max = 9000 * DG_MS },
             3);
        world_run(&w[i], 12);
    }
    ck_assert_uint_eq(dg_sim_fingerprint(dg_network_sim(w[0].net)),
                      dg_sim_fingerprint(dg_network_sim(w[1].net)));
    ck_assert_uint_eq(w[0].count, w[1].count);
    world_close(&w[0]);
    world_close(&w[1]);
}
END_TEST

static const struct {
    dg_rollout rollout;
    const char *to; /* class */
    uint64_t from;
    const char *says;
} refused[] = {
    { { .who = DG_WHO_LIST, .list = (const uint32_t[]){ 100 }, .count = 1, .over = 1 },
      NULL,
      1,
      "no node 100: the network has 100" },
    { { .who = DG_WHO_SHARE, .share_ppm = 1000001, .over = 1 }, NULL, 1, "1000001" },
    { { .who = DG_WHO_GROUP, .over = 1 }, NULL, 1, "a list, a share or all" },
    { { .who = DG_WHO_ALL, .over = 1, .waits = true }, NULL, 1, "neither restart nor change" },
    { { .who = DG_WHO_ALL, .over = 0 }, NULL, 1, "it takes 0 slots" },
    { { .who = DG_WHO_ALL, .over = 1, .down_ns_min = 2, .down_ns_max = 1 }, NULL, 1, "a range" },
    { { .who = DG_WHO_ALL, .over = 1 }, "SD_V1", 1, "no class that nodes of this network" },
    { { .who = DG_WHO_ALL, .over = 1 }, NULL, 0, "not ahead of the network" },
};
START_TEST(a_rollout_that_cannot_be_is_refused)
{
    dg_rollout r = refused[_i].rollout;
    dg_error err = { .text = "" };
    world w;
    world_open(&w, &(world_options){ .seed = 1 });
    r.to = refused[_i].to ? dg_class_named(refused[_i].to) : NULL;
    r.from = dg_network_first_slot(w.net) - 1 + refused[_i].from;
    ck_assert_int_eq(dg_network_rollout(w.net, &r, &err), DG_USAGE);
    ck_assert_msg(strstr(err.text, refused[_i].says) != NULL, "%s", err.text);
    world_close(&w);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("rollouts");
    TCase *tc = tcase_create("rollouts");
    int failed;
    tcase_set_timeout(tc, 0);
    tcase_add_test(tc, a_restart_after_the_upgrade_brings_the_topology_back);
    tcase_add_test(tc, a_release_that_was_left_before_the_upgrade_does_not_stall);
    tcase_add_test(tc, what_waits_begins_with_the_next_process);
    tcase_add_test(tc, only_those_who_are_meant_change);
    tcase_add_test(tc, links_follow_the_release);
    tcase_add_test(tc, the_same_rollouts_give_the_same_run);
    tcase_add_loop_test(tc, a_rollout_that_cannot_be_is_refused, 0,
                        (int)(sizeof refused / sizeof *refused));
    suite_add_tcase(s, tc);
    failed = suite_run(s);
    world_engine_free();
    return failed;
}
