/* The trie is fast because it shares, writes in place and loads late. Each of
 * these can show one handle what another did. A sorted array cannot: so both do
 * the same random things, and must look the same after each. */
#include "../support/suite.h"
#include "model_trie.h"

#include <string.h>

enum { ROUNDS = 24, OPERATIONS = 12000 };

START_TEST(random_operations_look_the_same_on_the_twin)
{
    static uint8_t bytes[OPERATIONS];
    dg_rng rng = dg_rng_fork(20240421, "trie model", (uint64_t)_i, 0);
    dg_rng_bytes(&rng, bytes, sizeof bytes);
    ck_assert_uint_gt(twin_play(bytes, sizeof bytes), OPERATIONS / 20);
}
END_TEST

/* ---- memory runs out ---- */

static dg_code scenario(dg_trie *t, dg_error *err)
{
    static const char *const keys[] = { "a", "ab", "abc", "b", "abd", "", "x", "abcdef" };
    static const uint8_t long_value[40];
    dg_hash root;
    dg_trie *fork = NULL;
    dg_trie_iter *it = NULL;
    dg_bytes key, probe[2] = { dg_text("ab"), dg_text("zz") };
    dg_buf buf;
    dg_code rc = DG_OK;
    dg_buf_init(&buf, 1 << 16);
    for (size_t i = 0; i < 8 && rc == DG_OK; i++)
        rc = dg_trie_put(t, dg_text(keys[i]), DG_BYTES_OF(long_value), i % 2, i, err);
    if (rc == DG_OK && !(fork = dg_trie_fork(t)))
        rc = DG_NOMEM;
    if (rc == DG_OK)
        rc = dg_trie_splice(t, dg_text("ab"), 1, dg_text("z"), DG_BYTES_OF(long_value), 1, 9, err);
    if (rc == DG_OK)
        rc = dg_trie_delete(t, NULL, dg_text("abd"), err);
    if (rc == DG_OK)
        rc = dg_trie_clear_prefix(t, dg_text("x"), err);
    if (rc == DG_OK)
        rc = dg_trie_root(t, &root, err);
    if (rc == DG_OK)
        rc = dg_trie_next(t, &buf, NULL, dg_text("ab"), false, err);
    if (rc == DG_OK)
        rc = dg_trie_iter_new(&it, t, dg_text("a"), err);
    if (rc == DG_OK)
        rc = dg_trie_iter_next(it, &key, NULL, err);
    dg_buf_reset(&buf);
    if (rc == DG_OK)
        rc = dg_trie_prove(t, &buf, probe, 2, err);
    dg_trie_iter_free(it);
    dg_trie_free(fork);
    if (rc == DG_OK) {
        fork = NULL;
        rc = dg_trie_from_proof(&fork, &root, dg_buf_bytes(&buf), false, err);
        if (rc == DG_OK)
            rc = dg_trie_get(fork, &key, probe[0], err);
        dg_trie_free(fork);
    }
    dg_buf_clear(&buf);
    return rc;
}

START_TEST(a_trie_without_memory_says_so_and_loses_nothing)
{
    dg_error err;
    dg_code rc = DG_NOMEM;
    uint64_t nth = 0;
    while (rc != DG_OK) {
        dg_trie *t = dg_trie_empty();
        ck_assert_ptr_nonnull(t);
        dg_alloc_fail_from(++nth);
        rc = scenario(t, &err);
        dg_alloc_fail_from(0);
        ck_assert_msg(rc == DG_OK || rc == DG_NOMEM, "request %d: %d %s", (int)nth, (int)rc,
                      err.text);
        dg_trie_verify(t);
        dg_trie_free(t);
        ck_assert_uint_eq(dg_trie_stats_get().bytes_live, 0);
    }
    ck_assert_uint_gt(nth, 50);
}
END_TEST

/* What a failed write leaves is what was there before it. */
START_TEST(a_write_that_fails_changes_nothing)
{
    for (uint64_t nth = 1; nth < 12; nth++) {
        uint8_t value[3] = { 1, 2, 3 };
        twin want = { 0 };
        dg_trie *t = dg_trie_empty(), *fork;
        dg_code rc[3];
        for (uint8_t i = 0; i < 40; i++) {
            uint8_t key[2] = { (uint8_t)(i * 7), (uint8_t)(i * 91) };
            ck_assert_int_eq(dg_trie_put(t, DG_BYTES_OF(key), DG_BYTES_OF(value), 0, 1, NULL),
                             DG_OK);
            twin_put(&want, DG_BYTES_OF(key), DG_BYTES_OF(value), 0, 1);
        }
        fork = dg_trie_fork(t);
        dg_alloc_fail_from(nth);
        rc[0] = dg_trie_put(fork, hex("0001"), hex("99"), 0, 2, NULL);
        dg_alloc_fail_from(nth);
        rc[1] = dg_trie_delete(fork, NULL, hex("075b"), NULL);
        dg_alloc_fail_from(nth);
        rc[2] = dg_trie_splice(fork, hex("0eb6"), 0, hex("77"), hex("88"), 0, 2, NULL);
        dg_alloc_fail_from(0);
        if (rc[0] == DG_OK)
            twin_put(&want, hex("0001"), hex("99"), 0, 2);
        if (rc[1] == DG_OK)
            twin_delete(&want, hex("075b"));
        if (rc[2] == DG_OK)
            twin_put(&want, hex("0eb6"), hex("7701020388"), 0, 2);
        dg_trie_verify(fork);
        twin_compare(&want, fork);
        dg_trie_free(fork);
        dg_trie_free(t);
        twin_clear(&want);
    }
    ck_assert_uint_eq(dg_trie_stats_get().nodes_live, 0);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("model");
    TCase *tc = tcase_create("model");
    tcase_set_timeout(tc, 0);
    tcase_add_loop_test(tc, random_operations_look_the_same_on_the_twin, 0, ROUNDS);
    tcase_add_test(tc, a_trie_without_memory_says_so_and_loses_nothing);
    tcase_add_test(tc, a_write_that_fails_changes_nothing);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
