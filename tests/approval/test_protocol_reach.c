/* Assignments and approvals go over links, and links speak versions: releases that have none in
 * common do not hear each other, and what only the newest carries is lost on the others. A
 * network that is half renewed may then approve late, or not at all. */
#include "../support/model_net.h"

enum { FIRST = EPOCH + 1, LAST = EPOCH + 16 };

typedef struct heard {
    uint64_t included, approved, no_shows, lag;
} heard;

/* `coalesce` is what the session says from here on. */
static void play(heard *out, const char *older, const char *newer, uint32_t share_ppm,
                 uint32_t coalesce)
{
    dg_share mixed[2] = { { dg_class_named(older), share_ppm },
                          { world_class(newer), 1000000 - share_ppm } };
    world_options o = { .shares = mixed,
                        .share_count = 2,
                        .seed = 12,
                        .no_forks = true,
                        .how = DG_HOW_OVERRIDE,
                        .enact = 2 };
    world w;
    world_open(&w, &o);
    for (uint32_t slot = 0; slot <= LAST; slot++) {
        for (dg_session *s = w.world->sessions; s; s = s->next)
            s->coalesce = coalesce;
        world_run(&w, slot);
    }
    *out = (heard){ .included = world_sum(&w, DG_EVENT_NET_PARAS, "included", FIRST, LAST),
                    .approved = world_times(&w, DG_EVENT_NET_APPROVED, FIRST, LAST),
                    .no_shows = world_sum(&w, DG_EVENT_NET_APPROVAL, "no_shows", FIRST, LAST),
                    .lag = w.world->blocks[dg_world_favourite(w.world)].number
                           - w.world->stats.finalized };
    world_close(&w);
}

/* Both speak with each other: nothing differs, as long as nothing needs the newest protocol. */
START_TEST(approvals_of_several_candidates_are_lost_on_older_links)
{
    heard single, several;
    play(&single, "SD_V12_DROP", "SD_V12_OK", 500000, 1);
    play(&several, "SD_V12_DROP", "SD_V12_OK", 500000, 6);
    ck_assert_uint_eq(single.no_shows, 0);
    ck_assert_uint_gt(single.approved, 5);
    ck_assert_uint_gt(several.no_shows, 20);
    ck_assert_uint_gt(several.lag, single.lag);
}
END_TEST

/* Half and half: no author has bits for two thirds, so candidates wait until one of each
 * side has written down its own. */
START_TEST(releases_without_a_link_do_not_hear_each_other)
{
    heard linked, parted;
    play(&linked, "SD_V12_OK", "new alone", 500000, 1);
    play(&parted, "SD_V12_DROP", "new alone", 500000, 1);
    /* nobody waits for whom it never heard of */
    ck_assert_uint_eq(linked.no_shows + parted.no_shows, 0);
    ck_assert_uint_gt(linked.approved, 5);
    ck_assert_uint_gt(linked.included, 60);
    ck_assert_uint_lt(2 * parted.included, linked.included);
}
END_TEST

/* A few who are cut off never get thirty of their own; two thirds go on without them. */
START_TEST(those_cut_off_are_too_few_to_approve)
{
    heard few;
    play(&few, "SD_V12_DROP", "new alone", 150000, 1);
    ck_assert_uint_gt(few.included, 80);
    ck_assert_uint_eq(few.approved, 0); /* not by all of the network */
    ck_assert_uint_le(few.lag, 6);
}
END_TEST

/* One class in between links all. */
START_TEST(who_speaks_with_both_passes_it_on)
{
    dg_share mixed[3] = { { dg_class_named("SD_V12_DROP"), 450000 },
                          { dg_class_named("SD_V2_ONLY"), 450000 },
                          { dg_class_named("SD_V12_OK"), 100000 } };
    world_options o = { .shares = mixed, .share_count = 3, .seed = 12, .no_forks = true };
    world w;
    world_open(&w, &o);
    ck_assert_uint_eq(w.world->approval->reach.count[0], 1);
    ck_assert_uint_eq(w.world->approval->reach.count[1], 2);
    world_close(&w);
    o.share_count = 2;
    mixed[1].ppm = 550000;
    world_open(&w, &o);
    ck_assert_uint_eq(w.world->approval->reach.count[0], 2);
    ck_assert_uint_eq(w.world->approval->reach.count[1], 2);
    world_close(&w);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("protocol_reach");
    TCase *tc = tcase_create("protocol_reach");
    int failed;
    tcase_set_timeout(tc, 0);
    tcase_add_test(tc, approvals_of_several_candidates_are_lost_on_older_links);
    tcase_add_test(tc, releases_without_a_link_do_not_hear_each_other);
    tcase_add_test(tc, those_cut_off_are_too_few_to_approve);
    tcase_add_test(tc, who_speaks_with_both_passes_it_on);
    suite_add_tcase(s, tc);
    failed = suite_run(s);
    world_engine_free();
    return failed;
}
