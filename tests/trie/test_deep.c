/* Who chooses the keys can make a trie as deep as a key has half bytes: 131072
 * nodes on one path. Everything must get through without a C stack that deep. */
#include "inputs.h"

#include <string.h>

#include "crypto/crypto.h"
#include "scale/scale.h"

/* A proof whose keys are all of "00", "0000", ... up to `len` zero bytes, and
 * beside each a key that ends in 01: a node at every half byte. */
static dg_buf chain(dg_hash *root, size_t len)
{
    dg_buf proof, items, node;
    uint8_t merkle[32] = { 0x40, 0x04, 0xee }; /* the leaf at the end */
    size_t merkle_len = 3, count = 0;
    dg_buf_init(&proof, (size_t)1 << 28);
    dg_buf_init(&items, (size_t)1 << 28);
    dg_buf_init(&node, 256);
    for (size_t depth = 2 * len; depth-- > 0;) {
        dg_buf_reset(&node);
        if (depth % 2 == 0)
            dg_buf_put(&node, "\xc0\x01\x00\x04\xdd", 5); /* a value and child 0 */
        else
            dg_buf_put(&node, "\x80\x03\x00", 3); /* children 0 and 1 */
        dg_scale_put_bytes(&node, dg_bytes_of(merkle, merkle_len));
        if (depth % 2)
            dg_scale_put_bytes(&node, dg_bytes_of("\x40\x04\xcc", 3));
        merkle_len = node.len < 32 ? node.len : 32;
        if (node.len < 32) {
            memcpy(merkle, node.at, node.len);
            continue;
        }
        dg_blake2b(merkle, 32, dg_buf_bytes(&node));
        dg_scale_put_bytes(&items, dg_buf_bytes(&node));
        count++;
    }
    memcpy(root->at, merkle, 32);
    dg_scale_put_compact(&proof, count);
    dg_buf_put_bytes(&proof, dg_buf_bytes(&items));
    dg_buf_clear(&items);
    dg_buf_clear(&node);
    return proof;
}

static dg_trie *deep(dg_hash *root, size_t len)
{
    dg_buf proof = chain(root, len);
    dg_trie *t = NULL;
    dg_error err;
    if (dg_trie_from_proof(&t, root, dg_buf_bytes(&proof), false, &err) < 0)
        ck_abort_msg("%s", err.text);
    dg_buf_clear(&proof);
    return t;
}

static uint8_t zeros[DG_TRIE_KEY_MAX + 1];

static size_t key_count(const dg_trie *t, dg_code *end)
{
    dg_trie_iter *it;
    dg_bytes key;
    dg_code rc;
    size_t count = 0;
    ck_assert_int_eq(dg_trie_iter_new(&it, t, (dg_bytes){ NULL, 0 }, NULL), DG_OK);
    while ((rc = dg_trie_iter_next(it, &key, NULL, NULL)) == DG_OK)
        count++;
    *end = rc;
    dg_trie_iter_free(it);
    return count;
}

START_TEST(the_longest_chain_is_read_written_hashed_and_freed)
{
    dg_hash root, again;
    dg_trie *t = deep(&root, DG_TRIE_KEY_MAX), *fork;
    dg_bytes key = dg_bytes_of(zeros, DG_TRIE_KEY_MAX), value;
    dg_code end;
    bool was;
    ck_assert_int_eq(dg_trie_get(t, &value, key, NULL), DG_OK);
    assert_bytes(value, hex("ee"), "deepest value");
    fork = dg_trie_fork(t);
    ck_assert_int_eq(dg_trie_delete(fork, &was, key, NULL), DG_OK);
    ck_assert(was);
    ck_assert_int_eq(dg_trie_root(fork, &again, NULL), DG_OK);
    ck_assert(!dg_hash_equal(&root, &again));
    ck_assert_int_eq(dg_trie_get(t, &value, key, NULL), DG_OK);
    ck_assert_int_eq(dg_trie_put(fork, key, hex("ee"), 0, 1, NULL), DG_OK);
    ck_assert_int_eq(dg_trie_root(fork, &again, NULL), DG_OK);
    assert_bytes(dg_hash_bytes(&again), dg_hash_bytes(&root), "root after it was put back");
    ck_assert_uint_eq(key_count(fork, &end), 2 * DG_TRIE_KEY_MAX + 1);
    ck_assert_int_eq(end, DG_END);
    dg_trie_verify(fork);
    dg_trie_free(t);
    dg_trie_free(fork);
    ck_assert_uint_eq(dg_trie_stats_get().nodes_live, 0);
}
END_TEST

/* A trie from outside may be deeper than any key of ours. */
START_TEST(a_chain_that_is_too_long_ends_in_one_line)
{
    dg_hash root;
    dg_trie *t = deep(&root, DG_TRIE_KEY_MAX + 8);
    dg_bytes value, key = dg_bytes_of(zeros, DG_TRIE_KEY_MAX + 1);
    dg_error err = { 0 };
    dg_buf next;
    dg_code end;
    dg_buf_init(&next, (size_t)1 << 20);
    ck_assert_uint_gt(key_count(t, &end), DG_TRIE_KEY_MAX);
    ck_assert_int_eq(end, DG_MALFORMED);
    ck_assert_int_eq(dg_trie_next(t, &next, &value, key, false, &err), DG_MALFORMED);
    ck_assert_ptr_nonnull(strstr(err.text, "65536"));
    ck_assert_int_eq(dg_trie_put(t, key, value, 0, 0, &err), DG_LIMIT);
    dg_buf_clear(&next);
    dg_trie_free(t);
    ck_assert_uint_eq(dg_trie_stats_get().nodes_live, 0);
}
END_TEST

static dg_code count_delta(void *user, dg_bytes key, dg_bytes before, dg_bytes after, dg_error *err)
{
    (void)key;
    (void)before;
    (void)after;
    (void)err;
    ++*(size_t *)user;
    return DG_OK;
}

START_TEST(a_long_chain_is_proved_and_compared)
{
    enum { LEN = 3000 };
    dg_hash root;
    dg_trie *t = deep(&root, LEN), *fork = dg_trie_fork(t), *proved = NULL;
    dg_bytes key = dg_bytes_of(zeros, LEN), value;
    size_t count = 0;
    dg_buf proof;
    dg_buf_init(&proof, (size_t)1 << 28);
    ck_assert_int_eq(dg_trie_put(fork, key, hex("11"), 1, 1, NULL), DG_OK);
    ck_assert_int_eq(dg_trie_diff(t, fork, count_delta, &count, NULL), DG_OK);
    ck_assert_uint_eq(count, 1);
    ck_assert_int_eq(dg_trie_root(fork, &root, NULL), DG_OK);
    ck_assert_int_eq(dg_trie_prove(fork, &proof, &key, 1, NULL), DG_OK);
    ck_assert_int_eq(dg_trie_from_proof(&proved, &root, dg_buf_bytes(&proof), false, NULL), DG_OK);
    ck_assert_int_eq(dg_trie_get(proved, &value, key, NULL), DG_OK);
    assert_bytes(value, hex("11"), "proved value");
    ck_assert_int_eq(dg_trie_clear_prefix(fork, dg_bytes_of(zeros, 1), NULL), DG_OK);
    count = 0;
    ck_assert_int_eq(dg_trie_diff(t, fork, count_delta, &count, NULL), DG_OK);
    ck_assert_uint_eq(count, 2 * LEN - 1);
    dg_trie_free(proved);
    dg_trie_free(fork);
    dg_trie_free(t);
    dg_buf_clear(&proof);
    ck_assert_uint_eq(dg_trie_stats_get().nodes_live, 0);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("deep");
    TCase *tc = tcase_create("deep");
    tcase_set_timeout(tc, 0);
    tcase_add_test(tc, the_longest_chain_is_read_written_hashed_and_freed);
    tcase_add_test(tc, a_chain_that_is_too_long_ends_in_one_line);
    tcase_add_test(tc, a_long_chain_is_proved_and_compared);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
