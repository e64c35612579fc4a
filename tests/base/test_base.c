/* The small things that everything leans on. A wrong hex digit or a shifted
 * stream of chance would show up far away, as a wrong verdict. */
#include "../support/suite.h"

#include <string.h>

static const struct {
    const char *text;
    size_t good;
} hexes[] = {
    { "0x", 0 },
    { "", 0 },
    { "0x00ff", 2 },
    { "DEADbeef", 4 },
};
static const char *const bad_hexes[] = { "0x0", "0xzz", "0 ", "0x0g" };

START_TEST(hex_reads_with_and_without_prefix)
{
    dg_buf b;
    dg_buf_init(&b, 16);
    ck_assert_int_eq(dg_hex_get(&b, hexes[_i].text, strlen(hexes[_i].text), NULL), DG_OK);
    ck_assert_uint_eq(b.len, hexes[_i].good);
    dg_buf_clear(&b);
}
END_TEST

START_TEST(hex_refuses_odd_and_foreign_digits)
{
    dg_buf b;
    dg_error err;
    dg_buf_init(&b, 16);
    ck_assert_int_eq(dg_hex_get(&b, bad_hexes[_i], strlen(bad_hexes[_i]), &err), DG_MALFORMED);
    ck_assert_uint_eq(b.len, 0);
    ck_assert(strlen(err.text) > 0);
    dg_buf_clear(&b);
}
END_TEST

START_TEST(a_buffer_keeps_its_first_failure_and_its_bytes)
{
    dg_buf b;
    dg_buf_init(&b, 4);
    dg_buf_put(&b, "abc", 3);
    dg_buf_put(&b, "de", 2);
    dg_buf_put(&b, "f", 1);
    ck_assert_int_eq(b.rc, DG_LIMIT);
    ck_assert_uint_eq(b.len, 3);
    ck_assert(memcmp(b.at, "abc", 3) == 0);
    dg_buf_clear(&b);
}
END_TEST

START_TEST(a_buffer_without_memory_says_so)
{
    dg_buf b;
    dg_buf_init(&b, 4096);
    dg_alloc_fail_from(1);
    dg_buf_put(&b, "abc", 3);
    dg_alloc_fail_from(0);
    ck_assert_int_eq(b.rc, DG_NOMEM);
    dg_buf_clear(&b);
}
END_TEST

/* Two streams share no luck, and a stream is the same in every run. */
START_TEST(streams_are_named_and_stable)
{
    dg_rng a = dg_rng_fork(7, "link", 1, 2), b = dg_rng_fork(7, "link", 2, 1);
    dg_rng again = dg_rng_fork(7, "link", 1, 2), other = dg_rng_fork(7, "vrf", 1, 2);
    uint64_t first = dg_rng_u64(&a);
    ck_assert_uint_eq(first, dg_rng_u64(&again));
    ck_assert_uint_ne(first, dg_rng_u64(&b));
    ck_assert_uint_ne(first, dg_rng_u64(&other));
}
END_TEST

START_TEST(chance_is_spread_evenly)
{
    dg_rng r = dg_rng_fork(1, "even", 0, 0);
    unsigned seen[6] = { 0 };
    for (int i = 0; i < 60000; i++)
        seen[dg_rng_below(&r, 6)]++;
    for (int i = 0; i < 6; i++)
        ck_assert(seen[i] > 9500 && seen[i] < 10500); /* 10000 +- 5 sigma */
}
END_TEST

START_TEST(the_nearest_word_is_a_suggestion_not_a_guess)
{
    static const char *const names[] = { "horizon", "snapshot", "upgrade", NULL };
    ck_assert_str_eq(dg_nearest("snapshto", names), "snapshot");
    ck_assert_ptr_null(dg_nearest("banana", names));
    /* swapped letters are one slip */
    ck_assert_str_eq(dg_nearest("hwo", (const char *const[]){ "to", "how", NULL }), "how");
}
END_TEST

START_TEST(a_failure_is_one_line)
{
    dg_error err;
    ck_assert_int_eq(dg_fail(&err, DG_IO, "a\nb"), DG_IO);
    ck_assert_str_eq(err.text, "a?b");
    dg_fail_within(&err, DG_MALFORMED, "file %d", 3);
    ck_assert_str_eq(err.text, "file 3: a?b");
}
END_TEST

START_TEST(no_failure_ends_with_the_exit_code_of_success)
{
    ck_assert_int_eq(dg_exit_of(DG_OK), DG_EXIT_HELD);
    for (int rc = DG_MISMATCH; rc < 0; rc++)
        ck_assert_int_gt(dg_exit_of((dg_code)rc), DG_EXIT_BROKE);
    ck_assert_int_eq(dg_exit_of(DG_ABSENT), DG_EXIT_USAGE);
}
END_TEST

START_TEST(the_worse_of_two_exits_stands_for_both)
{
    static const int best_first[] = { 0, 3, 1, 2, 4, 5 };
    for (int a = 0; a < 6; a++)
        for (int b = 0; b < 6; b++)
            ck_assert_int_eq(dg_exit_worst(best_first[a], best_first[b]),
                             best_first[a > b ? a : b]);
}
END_TEST

START_TEST(a_folder_is_told_from_a_file)
{
    const char *path = scratch_path("plain");
    ck_assert_int_eq(dg_file_write(path, dg_text("x"), NULL), DG_OK);
    ck_assert(dg_file_exists(path) && !dg_dir_exists(path));
    ck_assert(dg_dir_exists("/") && !dg_dir_exists(scratch_path("nothing")));
}
END_TEST

START_TEST(an_arena_hands_out_zeroed_aligned_room)
{
    dg_arena a;
    dg_arena_init(&a, 1 << 20);
    for (size_t n = 1; n < 70000; n = n * 3 + 1) {
        uint8_t *p = dg_arena_take(&a, n);
        ck_assert_ptr_nonnull(p);
        ck_assert_uint_eq((uintptr_t)p % 16, 0);
        for (size_t i = 0; i < n; i++)
            ck_assert_uint_eq(p[i], 0);
        memset(p, 0xee, n);
    }
    ck_assert_ptr_null(dg_arena_take(&a, 1 << 20));
    dg_arena_reset(&a);
    ck_assert_uint_eq(*(uint8_t *)dg_arena_take(&a, 1), 0);
    dg_arena_clear(&a);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("base");
    TCase *tc = tcase_create("base");
    tcase_add_loop_test(tc, hex_reads_with_and_without_prefix, 0, 4);
    tcase_add_loop_test(tc, hex_refuses_odd_and_foreign_digits, 0, 4);
    tcase_add_test(tc, a_buffer_keeps_its_first_failure_and_its_bytes);
    tcase_add_test(tc, a_buffer_without_memory_says_so);
    tcase_add_test(tc, streams_are_named_and_stable);
    tcase_add_test(tc, chance_is_spread_evenly);
    tcase_add_test(tc, the_nearest_word_is_a_suggestion_not_a_guess);
    tcase_add_test(tc, a_failure_is_one_line);
    tcase_add_test(tc, no_failure_ends_with_the_exit_code_of_success);
    tcase_add_test(tc, the_worse_of_two_exits_stands_for_both);
    tcase_add_test(tc, a_folder_is_told_from_a_file);
    tcase_add_test(tc, an_arena_hands_out_zeroed_aligned_room);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
