/* Why: an arm is what every verdict on this consensus rests on. It must be the same each time, end
 * its epochs, go on without those that are down, stop where too few are left, and go on after that.
 */
#include "../support/suite.h"

#include "bft/bft.h"

enum { BAKERS = 10 };
#define S ((dg_ns)1000000000)

static dg_bft_member members[2][BAKERS];
static const dg_bft_committee committees[] = { { 5, members[0], BAKERS, false },
                                               { 6, members[1], BAKERS - 1, false } };
static const dg_bft_parameters parameters = { .from_epoch = 5,
                                              .block = { S / 10, S / 5 },
                                              .payday = { S, S },
                                              .timeout = 10 * S,
                                              .min_block = 2 * S,
                                              .grow = { 5, 4 },
                                              .shrink = { 4, 5 },
                                              .threshold = { 2, 3 } };
static dg_bft_share shares[] = { { NULL, 1000000 } };

static dg_bft_network network(void)
{
    shares[0].class = dg_bft_class_of("6.3.0");
    for (uint64_t i = 0; i < BAKERS; i++) {
        members[0][i] = (dg_bft_member){ 10 * i, 1 };
        members[1][i] = (dg_bft_member){ 10 * i + 10, 1 };
    }
    return (dg_bft_network){ .seed = 3,
                             .first_epoch = 5,
                             .first_round = 100,
                             .payday_epochs = 24,
                             .epoch = 60 * S,
                             .before = 30 * S,
                             .length = 180 * S,
                             .latency = { S / 50, S / 5 },
                             .committees = committees,
                             .committee_count = 2,
                             .parameters = &parameters,
                             .parameter_count = 1,
                             .shares = shares,
                             .share_count = 1 };
}

static dg_bft_outcome run(dg_event_log *log, const dg_bft_network *net)
{
    dg_bft_outcome out;
    dg_error err = { .text = "" };
    ck_assert_msg(dg_bft_check(net, &err) == DG_OK
                      && dg_bft_run(&out, log, net, DG_ARM_TREATMENT, NULL, &err) == DG_OK,
                  "%s", err.text);
    return out;
}

START_TEST(an_arm_is_the_same_each_time_and_another_by_another_seed)
{
    dg_event_log logs[3] = { { .at = NULL } };
    dg_bft_network net = network();
    dg_hash hash[3];
    for (int i = 0; i < 3; i++) {
        net.seed = i == 2 ? 4 : 3;
        run(&logs[i], &net);
        ck_assert_int_eq(dg_event_log_hash(&logs[i], &hash[i], NULL), DG_OK);
        dg_event_log_clear(&logs[i]);
    }
    ck_assert(dg_hash_equal(&hash[0], &hash[1]) && !dg_hash_equal(&hash[0], &hash[2]));
}
END_TEST

/* Nominal ends are at 30, 90 and 150 s; each epoch begins within a few blocks of that, with its own
 * committee, and none is a payday. A block takes two seconds and a bit. */
START_TEST(epochs_end_in_their_time)
{
    dg_event_log log = { .at = NULL };
    dg_bft_network net = network();
    dg_bft_outcome o = run(&log, &net);
    unsigned begun = 0;
    ck_assert_uint_gt(o.blocks, 75);
    ck_assert_uint_lt(o.blocks, 91);
    for (size_t i = 0; i < log.count; i++) {
        const dg_event *e = &log.at[i];
        dg_ns end = (30 + 60 * (dg_ns)begun) * S;
        if (e->kind != DG_EVENT_BFT_EPOCH)
            continue;
        ck_assert_int_eq(e->bft_epoch.epoch, 6 + (int64_t)begun++);
        ck_assert(e->at > end && e->at < end + 10 * S);
        ck_assert_int_eq(e->bft_epoch.finalizers, BAKERS - 1);
        ck_assert_int_eq(e->bft_epoch.payday, 0);
    }
    ck_assert_uint_eq(begun, 3);
    dg_event_log_clear(&log);
}
END_TEST

/* Three of ten may be down, four may not; once they are back, all goes on. */
START_TEST(as_many_have_to_be_up_as_the_threshold_says)
{
    static const uint64_t down[] = { 10, 20, 30, 40 };
    dg_bft_rollout away = {
        .to = dg_bft_class_of("6.3.0"), .bakers = down, .count = 3, .at = 40 * S, .down = 100 * S
    };
    dg_bft_network net = network();
    dg_bft_outcome three, four, back;
    net.committee_count = 1;
    net.rollouts = &away;
    net.rollout_count = 1;
    net.length = 130 * S;
    three = run(NULL, &net);
    ck_assert_uint_gt(three.last_final, 100 * S);
    away.count = 4;
    four = run(NULL, &net);
    ck_assert_uint_lt(four.last_final, 45 * S);
    ck_assert_uint_eq(four.stuck_round, 0); /* the weight was not there */
    net.length = 400 * S;
    back = run(NULL, &net);
    ck_assert_uint_gt(back.last_final, 390 * S);
    ck_assert_uint_gt(back.blocks, 3 * four.blocks);
}
END_TEST

/* Odds count seeds, and a payday block that costs nothing harms none of them. */
START_TEST(odds_are_of_so_many_seeds)
{
    const dg_bft_range free_of_cost = { 0, 0 }, slow = { 5 * S, 15 * S };
    dg_bft_odds_options how = { .seeds = 12, .payday = &free_of_cost, .after = 60 * S };
    dg_bft_network net = network();
    dg_bft_odds odds;
    net.payday_epochs = 6; /* epoch 6 begins with one */
    ck_assert_int_eq(dg_bft_odds_of(&odds, &net, &how, NULL), DG_OK);
    ck_assert_uint_eq(odds.seeds, 12);
    ck_assert_uint_eq(odds.split + odds.waited + odds.stuck, 0);
    how.payday = &slow;
    ck_assert_int_eq(dg_bft_odds_of(&odds, &net, &how, NULL), DG_OK);
    ck_assert_uint_gt(odds.split, 0);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("an arm");
    TCase *tc = tcase_create("arm");
    tcase_set_timeout(tc, 0);
    tcase_add_test(tc, an_arm_is_the_same_each_time_and_another_by_another_seed);
    tcase_add_test(tc, epochs_end_in_their_time);
    tcase_add_test(tc, as_many_have_to_be_up_as_the_threshold_says);
    tcase_add_test(tc, odds_are_of_so_many_seeds);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
