/* The search, against a twin that knows the culprit. If it named another commit, people would
 * revert the wrong change; if it asked too many, a bisect of builds would take days. */
#include "bisect/bisect.h"

#include <string.h>

#include "../support/suite.h"

enum { COMMITS_MAX = 200, PARENTS_MAX = 2 };

/* A history that merges, as a table. */
typedef struct history {
    size_t count, parent_count[COMMITS_MAX];
    uint32_t parents[COMMITS_MAX][PARENTS_MAX];
} history;

static size_t parents_of(const uint32_t **out, const void *user, size_t commit)
{
    const history *h = user;
    *out = h->parents[commit];
    return h->parent_count[commit];
}

static dg_bisect_search *search_of(const history *h)
{
    dg_bisect_graph graph = { h->count, parents_of, h };
    dg_bisect_search *s;
    dg_error err;
    ck_assert_int_eq(dg_bisect_search_new(&s, &graph, &err), DG_OK);
    return s;
}

static history line_of(size_t count)
{
    history h = { .count = count };
    for (size_t i = 1; i < count; i++) {
        h.parent_count[i] = 1;
        h.parents[i][0] = (uint32_t)i - 1;
    }
    return h;
}

/* Some merges, some roots beside good; the last one reaches most. */
static history random_history(uint64_t seed)
{
    dg_rng rng = dg_rng_fork(seed, "history", 0, 0);
    history h = { .count = 2 + dg_rng_below(&rng, COMMITS_MAX - 2) };
    for (size_t i = 1; i < h.count; i++) {
        uint64_t near = i < 6 ? i : 6;
        h.parent_count[i] = dg_rng_below(&rng, 12) ? 1 : 0;
        if (h.parent_count[i] && !dg_rng_below(&rng, 4))
            h.parent_count[i] = 2;
        for (size_t k = 0; k < h.parent_count[i]; k++)
            h.parents[i][k] = (uint32_t)(i - 1 - dg_rng_below(&rng, near));
    }
    h.parent_count[h.count - 1] = 1;
    h.parents[h.count - 1][0] = (uint32_t)h.count - 2;
    return h;
}

static void reach(bool *out, const history *h, size_t commit)
{
    out[commit] = true;
    for (size_t k = 0; k < h->parent_count[commit]; k++)
        if (!out[h->parents[commit][k]])
            reach(out, h, h->parents[commit][k]);
}

static bool reaches(const history *h, size_t from, size_t to)
{
    bool reached[COMMITS_MAX] = { false };
    reach(reached, h, from);
    return reached[to];
}

/* Asks until it is over; the commits that are bad are those that have the culprit. */
static dg_bisect_step searched(const history *h, size_t culprit, const bool *skipped,
                               dg_bisect_search *s, unsigned *asked)
{
    for (*asked = 0;; (*asked)++) {
        dg_bisect_step step = dg_bisect_search_next(s);
        dg_bisect_mark mark;
        ck_assert(dg_bisect_search_is_open(s, culprit));
        if (step.state != DG_BISECT_ASK)
            return step;
        ck_assert_uint_lt(*asked, h->count);
        mark = skipped[step.commit]               ? DG_BISECT_SKIP
               : reaches(h, step.commit, culprit) ? DG_BISECT_BAD
                                                  : DG_BISECT_GOOD;
        ck_assert(dg_bisect_search_mark(s, step.commit, mark));
        ck_assert(!dg_bisect_search_mark(s, step.commit, mark)); /* once */
    }
}

START_TEST(a_line_is_halved)
{
    const bool skipped[COMMITS_MAX] = { false };
    history h = line_of(129); /* 128 could be it */
    for (size_t culprit = 1; culprit < h.count; culprit++) {
        dg_bisect_search *s = search_of(&h);
        unsigned asked;
        dg_bisect_step step = searched(&h, culprit, skipped, s, &asked);
        ck_assert_int_eq(step.state, DG_BISECT_FOUND);
        ck_assert_uint_eq(step.commit, culprit);
        ck_assert_msg(asked == 7, "%u were asked for %zu", asked, culprit);
        dg_bisect_search_free(s);
    }
}
END_TEST

START_TEST(the_first_step_has_half_behind_it)
{
    history h = random_history((uint64_t)_i);
    dg_bisect_search *s = search_of(&h);
    dg_bisect_step step = dg_bisect_search_next(s);
    bool reached[COMMITS_MAX] = { false };
    size_t best = 0, mine = 0, open = 0;
    for (size_t i = 1; i < h.count; i++)
        open += dg_bisect_search_is_open(s, i);
    ck_assert_uint_eq(open, step.open);
    for (size_t i = 1; i + 1 < h.count; i++) {
        size_t behind = 0, half;
        if (!dg_bisect_search_is_open(s, i))
            continue;
        memset(reached, 0, sizeof reached);
        reach(reached, &h, i);
        for (size_t k = 1; k < h.count; k++)
            behind += reached[k] && dg_bisect_search_is_open(s, k);
        half = behind < open - behind ? behind : open - behind;
        best = half > best ? half : best;
        mine = i == step.commit ? half : mine;
    }
    ck_assert_uint_eq(mine, step.state == DG_BISECT_ASK ? best : 0);
    dg_bisect_search_free(s);
}
END_TEST

START_TEST(every_culprit_of_a_history_is_found)
{
    const bool skipped[COMMITS_MAX] = { false };
    history h = random_history((uint64_t)_i);
    for (size_t culprit = 1; culprit < h.count; culprit++) {
        dg_bisect_search *s = search_of(&h);
        unsigned asked;
        ck_assert(dg_bisect_search_is_open(s, culprit) == reaches(&h, h.count - 1, culprit));
        if (dg_bisect_search_is_open(s, culprit)) {
            dg_bisect_step step = searched(&h, culprit, skipped, s, &asked);
            ck_assert_int_eq(step.state, DG_BISECT_FOUND);
            ck_assert_uint_eq(step.commit, culprit);
        }
        dg_bisect_search_free(s);
    }
}
END_TEST

START_TEST(a_range_has_the_culprit_and_what_was_skipped)
{
    dg_rng rng = dg_rng_fork((uint64_t)_i, "skips", 0, 0);
    history h = random_history((uint64_t)_i);
    bool skipped[COMMITS_MAX];
    for (size_t i = 0; i < COMMITS_MAX; i++)
        skipped[i] = !dg_rng_below(&rng, 3);
    for (size_t culprit = 1; culprit < h.count; culprit++) {
        dg_bisect_search *s = search_of(&h);
        unsigned asked;
        dg_bisect_step step = { .state = DG_BISECT_FOUND, .commit = culprit };
        if (dg_bisect_search_is_open(s, culprit))
            step = searched(&h, culprit, skipped, s, &asked);
        ck_assert(step.state == DG_BISECT_RANGE || step.commit == culprit);
        for (size_t i = 1; step.state == DG_BISECT_RANGE && i < h.count; i++)
            ck_assert(!dg_bisect_search_is_open(s, i) || skipped[i] || i == step.commit);
        dg_bisect_search_free(s);
    }
}
END_TEST

START_TEST(what_is_closed_is_not_marked)
{
    history h = line_of(10);
    dg_bisect_search *s = search_of(&h);
    ck_assert(!dg_bisect_search_is_open(s, 0) && dg_bisect_search_is_open(s, 9));
    ck_assert(dg_bisect_search_mark(s, 4, DG_BISECT_GOOD));
    ck_assert(!dg_bisect_search_mark(s, 2, DG_BISECT_BAD));
    ck_assert(dg_bisect_search_mark(s, 6, DG_BISECT_BAD));
    ck_assert(!dg_bisect_search_mark(s, 8, DG_BISECT_GOOD));
    ck_assert(!dg_bisect_search_mark(s, 99, DG_BISECT_GOOD));
    dg_bisect_search_free(s);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("bisect-search");
    TCase *tc = tcase_create("search");
    tcase_set_timeout(tc, 0);
    tcase_add_test(tc, a_line_is_halved);
    tcase_add_loop_test(tc, the_first_step_has_half_behind_it, 0, 40);
    tcase_add_loop_test(tc, every_culprit_of_a_history_is_found, 0, 20);
    tcase_add_loop_test(tc, a_range_has_the_culprit_and_what_was_skipped, 0, 20);
    tcase_add_test(tc, what_is_closed_is_not_marked);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
