/* Why: nodes of 6.3.0 and before lose timeout messages where a round's are of two epochs. What they
 * count has to come out to the digit, or the model proves nothing of them. */
#include <string.h>

#include "../support/suite.h"

#include "bft/bft.h"

/* The two committees of the repair's own test (network-model 2.3.2). */
static const dg_bft_member one[] = { { 0, 10 }, { 1, 1 }, { 3, 10 }, { 7, 10 } },
                           two[] = { { 0, 10 }, { 2, 2 }, { 3, 10 }, { 7, 9 } };
static const dg_bft_voters first = { one, 4 }, second = { two, 4 };

static dg_bft_timeouts worked_example(void)
{
    dg_bft_timeouts heard = { .any = false };
    for (uint32_t i = 1; i <= 3; i++)
        ck_assert(dg_bft_timeouts_add(&heard, 5, i));
    for (uint32_t i = 0; i <= 1; i++)
        ck_assert(dg_bft_timeouts_add(&heard, 6, i));
    ck_assert_uint_eq(heard.first_epoch, 5);
    return heard;
}

START_TEST(the_worked_example_comes_out)
{
    dg_bft_timeouts heard = worked_example();
    ck_assert_uint_eq(dg_bft_voters_weight(&first), 31);
    ck_assert_uint_eq(dg_bft_voters_weight(&second), 31);
    ck_assert_uint_eq(dg_bft_timeouts_weight(DG_BFT_MERGE, &heard, &first, &second, &first), 21);
    ck_assert_uint_eq(dg_bft_timeouts_weight(DG_BFT_MERGE, &heard, &first, &second, &second), 0);
    ck_assert_uint_eq(dg_bft_timeouts_weight(DG_BFT_SET, &heard, &first, &second, &first), 31);
    ck_assert_uint_eq(dg_bft_timeouts_weight(DG_BFT_SET, &heard, &first, &second, &second), 31);
    ck_assert(dg_bft_enough(21, 31, (dg_bft_ratio){ 2, 3 }));
    ck_assert(!dg_bft_enough(20, 31, (dg_bft_ratio){ 2, 3 }));
}
END_TEST

/* Ten of equal weight: evens in the first epoch, odds in the second; then the lower half in the
 * first, where ids rise along the whole list and the pass is right. */
START_TEST(ten_of_equal_weight)
{
    dg_bft_member ten[10];
    const dg_bft_voters all = { ten, 10 };
    dg_bft_timeouts split = { .any = false }, halves = { .any = false };
    for (uint32_t i = 0; i < 10; i++) {
        ten[i] = (dg_bft_member){ i, 1 };
        dg_bft_timeouts_add(&split, i % 2 ? 9 : 8, i);
        dg_bft_timeouts_add(&halves, i < 5 ? 8 : 9, i);
    }
    ck_assert_uint_eq(dg_bft_timeouts_weight(DG_BFT_MERGE, &split, &all, &all, &all), 5);
    ck_assert_uint_eq(dg_bft_timeouts_weight(DG_BFT_SET, &split, &all, &all, &all), 10);
    ck_assert_uint_eq(dg_bft_timeouts_weight(DG_BFT_MERGE, &halves, &all, &all, &all), 10);
}
END_TEST

/* Two adjacent epochs at most: what becomes of an older and of newer ones. */
START_TEST(messages_of_two_epochs_are_kept)
{
    dg_bft_timeouts heard = { .any = false };
    ck_assert(dg_bft_timeouts_add(&heard, 10, 0));
    ck_assert(dg_bft_timeouts_add(&heard, 9, 1)); /* older, below: nothing was above */
    ck_assert_uint_eq(heard.first_epoch, 9);
    ck_assert_uint_eq(heard.first[0], 2);
    ck_assert_uint_eq(heard.second[0], 1);
    ck_assert(!dg_bft_timeouts_add(&heard, 8, 2)); /* older, and there are two */
    ck_assert(dg_bft_timeouts_add(&heard, 11, 3)); /* newer by two: the first gives way */
    ck_assert_uint_eq(heard.first_epoch, 10);
    ck_assert_uint_eq(heard.first[0], 1);
    ck_assert_uint_eq(heard.second[0], 8);
    ck_assert(dg_bft_timeouts_add(&heard, 13, 4)); /* newer by three: all do */
    ck_assert_uint_eq(heard.first_epoch, 13);
    ck_assert_uint_eq(heard.first[0], 16);
    ck_assert_uint_eq(heard.second[0], 0);
    ck_assert(dg_bft_timeouts_add(&heard, 15, 5)); /* newer by two, and nothing above the first */
    ck_assert_uint_eq(heard.first_epoch, 15);
    ck_assert_uint_eq(heard.first[0], 32);
}
END_TEST

START_TEST(releases_fall_in_their_rows)
{
    static const struct {
        const char *release, *row;
    } rows[] = { { "6.0.4", "6.3.0" }, { "6.3.0", "6.3.0" }, { "6.3.1", "6.3.1" },
                 { "7.0.0", "6.3.1" }, { "5.4.1", NULL },    { "6.3", NULL },
                 { "6.3.1x", NULL },   { "", NULL } };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const dg_bft_class *found = dg_bft_class_of(rows[i].release);
        ck_assert_msg(rows[i].row ? found && strcmp(found->name, rows[i].row) == 0 : !found,
                      "%s is %s", rows[i].release, found ? found->name : "none");
    }
    ck_assert_int_eq(dg_bft_class_of("6.3.0")->tally, DG_BFT_MERGE);
    ck_assert_int_eq(dg_bft_class_of("6.3.1")->tally, DG_BFT_SET);
}
END_TEST

/* All splits of up to six voters over two epochs: the repaired tally is what the messages weigh in
 * each, the older one is not in three of five counts of six. The numbers were counted by
 * another program, too, from the words of network-model 2.3.2. */
START_TEST(all_splits_of_up_to_six)
{
    static const uint64_t merged[] = { 0, 0, 14, 255, 3145, 32829, 313137 };
    uint64_t counts = 2;
    for (unsigned bakers = 1; bakers <= 6; bakers++) {
        dg_bft_splits set, merge;
        dg_bft_splits_try(&set, DG_BFT_SET, bakers);
        dg_bft_splits_try(&merge, DG_BFT_MERGE, bakers);
        counts *= 8;
        ck_assert_uint_eq(set.counts, counts);
        ck_assert_uint_eq(merge.counts, counts);
        ck_assert_uint_eq(set.differ, 0);
        ck_assert_msg(merge.differ == merged[bakers], "%u bakers: %llu of %llu", bakers,
                      (unsigned long long)merge.differ, (unsigned long long)merge.counts);
    }
}
END_TEST

/* Committees of any size up to a hundred, ids and weights at random: the repaired tally is right,
 * and so is the older one where all that is in the second epoch has ids above the first's. */
START_TEST(splits_of_many_at_random)
{
    static dg_bft_member members[2][100];
    dg_rng rng = dg_rng_fork(7, "splits", (uint64_t)_i, 0);
    for (int n = 0; n < 200; n++) {
        dg_bft_voters voters[2] = { { members[0], 0 }, { members[1], 0 } };
        dg_bft_timeouts heard = { .any = true, .first_epoch = 3 };
        uint64_t bakers = 1 + dg_rng_below(&rng, 100), cut = dg_rng_below(&rng, bakers + 1),
                 sum[2] = { 0 };
        bool apart = n % 2 == 0; /* the first epoch's messages are of lower ids than the second's */
        for (uint64_t b = 0; b < bakers; b++) {
            uint64_t in = apart ? 3 : 1 + dg_rng_below(&rng, 3),
                     weight = 1 + dg_rng_below(&rng, 1000);
            bool said[2] = { false };
            for (int e = 0; e < 2; e++) {
                uint32_t index = (uint32_t)voters[e].count;
                if (!(in >> e & 1))
                    continue;
                members[e][voters[e].count++] = (dg_bft_member){ 5 * b, weight + (uint64_t)e };
                said[e] = apart ? (b < cut) == (e == 0) : dg_rng_below(&rng, 2) == 0;
                if (said[e])
                    (e ? heard.second : heard.first)[index / 64] |= (uint64_t)1 << index % 64;
            }
            for (int e = 0; e < 2; e++)
                sum[e] += in >> e & 1 && (said[0] || said[1]) ? weight + (uint64_t)e : 0;
        }
        for (int e = 0; e < 2; e++) {
            ck_assert_uint_eq(
                dg_bft_timeouts_weight(DG_BFT_SET, &heard, &voters[0], &voters[1], &voters[e]),
                sum[e]);
            if (apart)
                ck_assert_uint_eq(dg_bft_timeouts_weight(DG_BFT_MERGE, &heard, &voters[0],
                                                         &voters[1], &voters[e]),
                                  sum[e]);
        }
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("tally");
    TCase *tc = tcase_create("tally");
    tcase_add_test(tc, the_worked_example_comes_out);
    tcase_add_test(tc, ten_of_equal_weight);
    tcase_add_test(tc, messages_of_two_epochs_are_kept);
    tcase_add_test(tc, releases_fall_in_their_rows);
    tcase_add_test(tc, all_splits_of_up_to_six);
    tcase_add_loop_test(tc, splits_of_many_at_random, 0, 5);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
