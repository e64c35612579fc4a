/* Counted by hand where that can be done, and held against every outcome of a few slots. */
#include "../support/suite.h"

#include "forecast/forecast.h"

#include <math.h>

static void close_to(double got, double want)
{
    ck_assert_msg(fabs(got - want) < 1e-9, "%.12f instead of %.12f", got, want);
}

/* All 2^n ways in which n slots can come out. */
static double by_hand(const dg_forecast *f, bool (*counts)(uint32_t blocks, uint32_t of),
                      uint32_t of)
{
    double sum = 0;
    for (uint32_t way = 0; way < 1u << f->slots; way++) {
        uint32_t blocks = (uint32_t)__builtin_popcount(way);
        if (counts(blocks, of))
            sum += pow(1 - f->miss, blocks) * pow(f->miss, f->slots - blocks);
    }
    return sum;
}

static bool is(uint32_t blocks, uint32_t of)
{
    return blocks == of;
}
static bool reaches(uint32_t blocks, uint32_t of)
{
    return blocks >= of;
}

static const dg_forecast rows[] = { { 1, 0.5 }, { 4, 0.25 }, { 10, 0.02 }, { 12, 0.6 }, { 7, 0 } };

START_TEST(chances_are_those_of_all_ways)
{
    const dg_forecast *f = &rows[_i];
    double all = 0;
    for (uint32_t k = 0; k <= f->slots + 1; k++) {
        close_to(dg_forecast_exactly(f, k), by_hand(f, is, k));
        close_to(dg_forecast_at_least(f, k), by_hand(f, reaches, k));
        all += dg_forecast_exactly(f, k);
    }
    close_to(all, 1);
}
END_TEST

/* A call's block is placed by the number of blocks that come before the boundary. */
START_TEST(a_call_lands_where_its_number_does)
{
    const dg_forecast *f = &rows[_i];
    for (uint32_t blocks = 1; blocks <= f->slots + 3; blocks++)
        for (uint32_t last = 0; last < 4; last++) {
            dg_forecast_place got;
            double early = 0, late = 0, first = 0, behind = 0;
            for (uint32_t k = 0; k <= f->slots; k++) {
                double chance = dg_forecast_exactly(f, k);
                if (k + 1 == blocks)
                    first += chance;
                else if (k < blocks)
                    behind += chance;
                else if (k - blocks < last)
                    late += chance;
                else
                    early += chance;
            }
            dg_forecast_call(&got, f, blocks, last);
            close_to(got.before, early);
            close_to(got.at_last, late);
            close_to(got.first, first);
            close_to(got.behind, behind);
        }
}
END_TEST

START_TEST(a_range_has_what_it_says_and_no_more)
{
    static const dg_forecast far = { 14400, 0.015 };
    dg_forecast_span span;
    double inside = 0;
    dg_forecast_range(&span, &far, 0.95);
    ck_assert_uint_eq(span.likely, 14184);
    for (uint32_t k = span.least; k <= span.most; k++)
        inside += dg_forecast_exactly(&far, k);
    ck_assert(inside >= 0.95 && inside < 0.96);
    ck_assert(1 - dg_forecast_at_least(&far, span.least) <= 0.025);
    ck_assert(dg_forecast_at_least(&far, span.most + 1) <= 0.025);
    dg_forecast_range(&span, &rows[4], 0.95);
    ck_assert(span.least == 7 && span.likely == 7 && span.most == 7);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("forecast");
    TCase *tc = tcase_create("forecast");
    tcase_add_loop_test(tc, chances_are_those_of_all_ways, 0, sizeof rows / sizeof *rows);
    tcase_add_loop_test(tc, a_call_lands_where_its_number_does, 0, sizeof rows / sizeof *rows);
    tcase_add_test(tc, a_range_has_what_it_says_and_no_more);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
