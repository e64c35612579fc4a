/* A leak that is called warming up kills a network, and a warm-up that is called a leak stops a
 * release. Rates here are known, since the samples are made of them. */
#include "../support/suite.h"

#include "trend/trend.h"

#include <math.h>

enum { MOST = 4000 };
static dg_trend_point at[MOST];
static const dg_trend_question fine = { .limit = 20, .least_ms = 20000 };

/* From -1 to 1, a triangle around 0. */
static double noise(dg_rng *rng)
{
    return ((double)dg_rng_below(rng, 2001) + (double)dg_rng_below(rng, 2001)) / 2000 - 1;
}

typedef struct shape {
    double per_hour, warm, warm_s, jitter,
        carry; /* MB an hour; MB, in s; MB; of each to the next */
} shape;
/* A sample each second. */
static void samples(const shape *s, size_t count, uint64_t seed)
{
    dg_rng rng = dg_rng_fork(seed, "test trend", 0, 0);
    double left = 0;
    for (size_t i = 0; i < count; i++) {
        double t = (double)i;
        left = left * s->carry + s->jitter * noise(&rng);
        at[i] = (dg_trend_point){ (int64_t)i * 1000,
                                  200 + s->per_hour * t / 3600
                                      + s->warm * (1 - exp(-t / (s->warm_s > 0 ? s->warm_s : 1)))
                                      + left };
    }
}

START_TEST(a_straight_line_has_its_slope_and_no_doubt)
{
    dg_trend_fit fit;
    samples(&(shape){ .per_hour = 310 }, 60, 1);
    dg_trend_fit_of(&fit, at, 60, 0.05);
    ck_assert(fit.known && fit.bounded);
    ck_assert(fabs(fit.per_hour - 310) < 0.01 && fabs(fit.low - 310) < 0.01);
    ck_assert(fabs(fit.high - 310) < 0.01);
}
END_TEST

/* One point in ten is far off, which moves a line of least squares by hundreds. */
START_TEST(a_few_wild_samples_do_not_move_it)
{
    dg_trend_fit fit;
    samples(&(shape){ .per_hour = 50, .jitter = 0.01 }, 100, 1);
    for (size_t i = 5; i < 100; i += 10)
        at[i].value += 500;
    dg_trend_fit_of(&fit, at, 100, 0.05);
    ck_assert_msg(fabs(fit.per_hour - 50) < 5, "%f", fit.per_hour);
}
END_TEST

/* By hand: of 0 1 5 2 at equal distances the six slopes are 1, 2.5, 2/3, 4, 1/2, -3 a step. */
START_TEST(four_points_by_hand)
{
    static const dg_trend_point four[] = {
        { 0, 0 }, { 3600000, 1 }, { 7200000, 5 }, { 10800000, 2 }
    };
    dg_trend_fit fit;
    dg_trend_fit_of(&fit, four, 4, 0.05);
    ck_assert(fit.known && fit.low <= -3 - 14 && fit.high >= 4);
    ck_assert(fabs(fit.per_hour - (2.0 / 3 + 1) / 2) < 1e-12);
    dg_trend_fit_of(&fit, four, 3, 0.05);
    ck_assert(!fit.known);
}
END_TEST

static const struct {
    const char *what;
    shape s;
    size_t count;
    dg_trend_is is;
    int64_t least_ms;
} rows[] = {
    { "a leak", { 310, 0, 0, 0.5, 0 }, 600, DG_TREND_ABOVE, 0 },
    { "a leak in noise that drifts", { 310, 0, 0, 0.5, 0.8 }, 1200, DG_TREND_ABOVE, 0 },
    { "a leak behind a warm-up", { 310, 300, 60, 0.2, 0 }, 2000, DG_TREND_ABOVE, 0 },
    { "flat", { 0, 0, 0, 0.5, 0 }, 2000, DG_TREND_BELOW, 0 },
    { "a warm-up", { 0, 300, 60, 0.05, 0 }, 2000, DG_TREND_BELOW, 0 },
    { "a slow warm-up, seen too early", { 0, 300, 600, 0.2, 0 }, 800, DG_TREND_SLOWING, 400000 },
    { "at the limit", { 20, 0, 0, 1, 0.5 }, 400, DG_TREND_OPEN, 0 },
    { "shrinking", { -100, 0, 0, 0.2, 0 }, 400, DG_TREND_BELOW, 0 },
    { "too few", { 310, 0, 0, 0, 0 }, 6, DG_TREND_OPEN, 0 },
};

START_TEST(shapes_are_told_apart)
{
    dg_trend_says says;
    samples(&rows[_i].s, rows[_i].count, 7);
    dg_trend_judge(&says, at, rows[_i].count, &(dg_trend_question){ 20, rows[_i].least_ms });
    ck_assert_msg(says.is == rows[_i].is, "%s: %d after %zu points, %f in %f to %f (early %f)",
                  rows[_i].what, (int)says.is, says.count, says.late.per_hour, says.late.low,
                  says.late.high, says.early.per_hour);
}
END_TEST

/* Asked at each sample or once at the end: one verdict, by the same points. */
START_TEST(who_asks_when_does_not_matter)
{
    dg_trend_says live = { .is = DG_TREND_OPEN }, end;
    size_t stopped = 0;
    samples(&(shape){ .per_hour = 120, .jitter = 0.2, .carry = 0.3 }, 1500, 3);
    for (size_t n = 1; n <= 1500 && !stopped; n++) {
        if (!dg_trend_is_look(n))
            continue;
        dg_trend_judge(&live, at, n, &fine);
        if (live.is == DG_TREND_ABOVE || live.is == DG_TREND_BELOW)
            stopped = n;
    }
    ck_assert(stopped > 32 && stopped < 1500);
    dg_trend_judge(&end, at, 1500, &fine);
    ck_assert_int_eq(end.is, live.is);
    ck_assert_uint_eq(end.count, stopped);
    ck_assert(end.late.low == live.late.low && end.looks == live.looks);
}
END_TEST

/* Of quantities that grow just so much as is fine, no more than one in twenty may be called either
 * way, however often they are looked at, and with noise that drifts. */
START_TEST(looking_often_does_not_make_it_wrong)
{
    static const double carries[] = { 0, 0.6, 0.95 };
    unsigned decided = 0;
    for (uint64_t seed = 0; seed < 60; seed++) {
        dg_trend_says says;
        samples(&(shape){ .per_hour = 20, .jitter = 0.3, .carry = carries[_i] }, 400, seed);
        dg_trend_judge(&says, at, 400, &fine);
        decided += says.is == DG_TREND_ABOVE || says.is == DG_TREND_BELOW;
    }
    ck_assert_msg(decided <= 5, "%u of 60", decided);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("trend");
    TCase *tc = tcase_create("trend");
    tcase_add_test(tc, a_straight_line_has_its_slope_and_no_doubt);
    tcase_add_test(tc, a_few_wild_samples_do_not_move_it);
    tcase_add_test(tc, four_points_by_hand);
    tcase_add_loop_test(tc, shapes_are_told_apart, 0, sizeof rows / sizeof *rows);
    tcase_add_test(tc, who_asks_when_does_not_matter);
    tcase_add_loop_test(tc, looking_often_does_not_make_it_wrong, 0, 3);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
