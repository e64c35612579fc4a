/* A run needs a few thousand nodes of a state that has millions. What is fetched as it is read must
 * give the same answers as the whole, whoever lies; what is frozen must say what it lacks. */
#include "model_state.h"

#include "scale/scale.h"
#include "snapshot/lazy_impl.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char pack[600], frozen[600];
static const dg_bytes top = { NULL, 0 };

/* The top trie, or a child's. */
static dg_code trie_of(dg_trie **out, dg_snapshot *s, dg_bytes child, dg_error *err)
{
    dg_hash root;
    dg_bytes value;
    dg_buf key;
    dg_code rc;
    *out = dg_trie_open(&dg_snapshot_info_of(s)->state_root, dg_snapshot_loader(s));
    if (!child.len)
        return DG_OK;
    dg_buf_init(&key, 1 << 16);
    dg_buf_put_text(&key, ":child_storage:default:");
    dg_buf_put_bytes(&key, child);
    if ((rc = dg_trie_get(*out, &value, dg_buf_bytes(&key), err)) == DG_OK) {
        ck_assert_uint_eq(value.len, 32);
        memcpy(root.at, value.at, 32);
    }
    dg_buf_clear(&key);
    dg_trie_free(*out);
    *out = rc == DG_OK ? dg_trie_open(&root, dg_snapshot_loader(s)) : NULL;
    return rc;
}

/* ---- somebody who has it all ---- */

typedef struct node {
    dg_snapshot *whole;
    unsigned calls, fail_at; /* the nth call fails; 0: none */
    bool lies;               /* a bit of each node is another */
    bool leaves_out;         /* the last node of each proof is not there */
} node;

static dg_code hand_out(const node *n, dg_bytes proof,
                        dg_code (*item)(void *to, dg_bytes bytes, dg_error *err), void *to,
                        dg_error *err)
{
    dg_scale in = dg_scale_from(proof);
    uint32_t count = dg_scale_count(&in, 1);
    dg_code rc = DG_OK;
    for (uint32_t i = 0; rc == DG_OK && i < count; i++) {
        dg_bytes one = dg_scale_bytes(&in);
        uint8_t *copy = dg_malloc(one.len + 1);
        memcpy(copy, one.at, one.len);
        copy[one.len / 2] ^= n->lies ? 1 : 0;
        if (!n->leaves_out || count == 1)
            rc = item(to, dg_bytes_of(copy, one.len), err);
        dg_free(copy);
    }
    return rc;
}

static dg_code prove(void *user, dg_bytes child, const dg_snapshot_wanted *wanted, size_t count,
                     dg_code (*item)(void *to, dg_bytes bytes, dg_error *err), void *to,
                     dg_error *err)
{
    node *n = user;
    dg_trie *trie;
    dg_buf proof;
    dg_bytes *keys = dg_calloc(count, sizeof *keys);
    ck_assert_uint_gt(count, 0);
    if (++n->calls == n->fail_at) {
        dg_free(keys);
        return dg_fail(err, DG_IO, "the connection was lost");
    }
    for (size_t i = 0; i < count; i++)
        keys[i] = wanted[i].key;
    ck_assert_int_eq(trie_of(&trie, n->whole, child, err), DG_OK);
    dg_buf_init(&proof, 1 << 28);
    ck_assert_int_eq(dg_trie_prove(trie, &proof, keys, count, err), DG_OK);
    ck_assert_int_eq(hand_out(n, dg_buf_bytes(&proof), item, to, err), DG_OK);
    dg_buf_clear(&proof);
    dg_trie_free(trie);
    dg_free(keys);
    return DG_OK;
}

/* ---- a state with children, and somebody who asks for it ---- */

static node server;

enum { LONG = 1000 };

/* Of three maps, by turns: 32 bytes that all keys of a map share, and 32 of its own. */
static dg_bytes long_key(uint8_t room[64], size_t nth)
{
    uint8_t number[8];
    dg_hash hash = dg_blake2_256(dg_text(nth % 3 == 0 ? "a" : nth % 3 == 1 ? "b" : "c"));
    dg_le64_put(number, nth);
    memcpy(room, hash.at, 32);
    hash = dg_blake2_256(DG_BYTES_OF(number));
    memcpy(room + 32, hash.at, 32);
    return dg_bytes_of(room, 64);
}

static void add_maps(twin *t)
{
    static const uint8_t value[50] = "some inline, some by their hash";
    for (size_t i = 0; i < LONG; i++) {
        uint8_t room[64];
        dg_bytes key = dg_arena_copy(&t->arena, long_key(room, i));
        twin_add(t, (dg_bytes){ NULL, 0 }, key, dg_bytes_of(value, 1 + i % 50));
    }
}

static void setup(void)
{
    dg_rng rng = dg_rng_fork(7, "lazy", 0, 0);
    twin *t = twin_random(&rng, 100, 3);
    add_maps(t);
    dg_buf spec = twin_spec(t, &rng);
    char path[600], whole[600];
    dg_error err;
    snprintf(path, sizeof path, "%s", scratch_path("lazy.json"));
    snprintf(whole, sizeof whole, "%s", scratch_path("lazy-whole"));
    snprintf(pack, sizeof pack, "%s", scratch_path("lazy.pack"));
    snprintf(frozen, sizeof frozen, "%s", scratch_path("lazy-frozen"));
    unlink(pack);
    dg_dir_remove(frozen, NULL);
    dg_dir_remove(whole, NULL);
    put_file(path, dg_buf_bytes(&spec));
    import_well(path, whole, 1);
    server = (node){ .whole = NULL };
    ck_assert_int_eq(dg_snapshot_open(&server.whole, whole, &err), DG_OK);
    dg_buf_clear(&spec);
    twin_free(t);
    dg_snapshot_forget_lost();
}

static void teardown(void)
{
    dg_snapshot_close(server.whole);
}

static dg_snapshot *lazily(bool asks, dg_error *err)
{
    dg_snapshot_lazy_options options = { .pack = pack };
    dg_snapshot *s;
    if (asks)
        options.prover = (dg_snapshot_prover){ prove, &server };
    if (dg_snapshot_open_lazy(&s, dg_snapshot_info_of(server.whole),
                              dg_snapshot_header(server.whole), &options, err)
        != DG_OK)
        return NULL;
    return s;
}

/* Hash of all keys and values of one trie; DG_OK, or what the walk met. */
static dg_code digest(dg_hash *out, dg_snapshot *s, dg_bytes child, dg_error *err)
{
    dg_trie *t = NULL;
    dg_trie_iter *it = NULL;
    dg_bytes key, value;
    dg_buf all;
    dg_code rc;
    dg_buf_init(&all, 1 << 28);
    if ((rc = trie_of(&t, s, child, err)) == DG_OK
        && (rc = dg_trie_iter_new(&it, t, top, err)) == DG_OK)
        while ((rc = dg_trie_iter_next(it, &key, &value, err)) == DG_OK) {
            dg_scale_put_bytes(&all, key);
            dg_scale_put_bytes(&all, value);
        }
    if (rc == DG_END)
        dg_trie_iter_free(it);
    *out = dg_blake2_256(dg_buf_bytes(&all));
    dg_buf_clear(&all);
    dg_trie_free(t);
    return rc == DG_END ? DG_OK : rc;
}

static dg_code read_key(dg_snapshot *s, size_t nth, dg_error *err)
{
    uint8_t room[64];
    dg_trie *t = dg_trie_open(&dg_snapshot_info_of(s)->state_root, dg_snapshot_loader(s));
    dg_bytes value;
    dg_code rc = dg_trie_get(t, &value, long_key(room, nth), err);
    ck_assert(rc != DG_OK || value.len == 1 + nth % 50);
    dg_trie_free(t);
    return rc;
}

/* ---- */

START_TEST(what_is_read_as_it_comes_is_the_same)
{
    dg_snapshot *s;
    dg_trie *t;
    dg_trie_iter *it;
    dg_bytes key, value;
    dg_hash lazy, whole;
    dg_error err = { .text = "" };
    unsigned children = 0;
    s = lazily(true, &err);
    ck_assert_msg(s != NULL, "%s", err.text);
    ck_assert(dg_snapshot_info_of(s)->sparse);
    ck_assert_msg(digest(&lazy, s, top, &err) == DG_OK, "%s", err.text);
    ck_assert_int_eq(digest(&whole, server.whole, top, &err), DG_OK);
    ck_assert(dg_hash_equal(&lazy, &whole));
    ck_assert_int_eq(trie_of(&t, server.whole, top, &err), DG_OK);
    ck_assert_int_eq(dg_trie_iter_new(&it, t, dg_text(":child_storage:default:"), &err), DG_OK);
    for (; dg_trie_iter_next(it, &key, &value, &err) == DG_OK; children++) {
        dg_bytes child = dg_bytes_of(key.at + 23, key.len - 23);
        ck_assert_msg(digest(&lazy, s, child, &err) == DG_OK, "%s", err.text);
        ck_assert_int_eq(digest(&whole, server.whole, child, &err), DG_OK);
        ck_assert(dg_hash_equal(&lazy, &whole));
    }
    ck_assert_uint_eq(children, 3);
    dg_trie_iter_free(it);
    dg_trie_free(t);
    /* read on, it comes in large pieces */
    ck_assert_uint_lt(server.calls, 200);
    dg_snapshot_close(s);
}
END_TEST

/* One key is one question, whatever stands above it. */
START_TEST(one_key_costs_one_question_and_none_the_second_time)
{
    dg_snapshot *s;
    dg_error err = { .text = "" };
    uint64_t bytes;
    unsigned calls;
    s = lazily(true, &err);
    ck_assert_ptr_nonnull(s);
    calls = server.calls;
    for (size_t nth = 100; nth < 900; nth += 100)
        ck_assert_msg(read_key(s, nth, &err) == DG_OK, "%s", err.text);
    ck_assert_uint_le(server.calls - calls, 8);
    bytes = dg_snapshot_lazy_stats_of(s).kept_bytes;
    ck_assert_uint_lt(bytes, dg_snapshot_info_of(server.whole)->value_bytes);
    dg_snapshot_close(s);
    /* nobody is there any more */
    ck_assert_ptr_nonnull(s = lazily(false, &err));
    for (size_t nth = 100; nth < 900; nth += 100)
        ck_assert_msg(read_key(s, nth, &err) == DG_OK, "%s", err.text);
    dg_snapshot_close(s);
}
END_TEST

/* A cache that is cleared while a run is at work takes what comes later under its name again. */
START_TEST(what_comes_after_the_pack_was_removed_is_kept)
{
    dg_snapshot *s;
    dg_error err = { .text = "" };
    pid_t child;
    int status;
    ck_assert_ptr_nonnull(s = lazily(true, &err));
    ck_assert_int_eq(read_key(s, 100, &err), DG_OK);
    ck_assert_int_eq(unlink(pack), 0);
    ck_assert_int_eq(read_key(s, 800, &err), DG_OK);
    ck_assert(dg_file_exists(pack));
    ck_assert_int_eq(unlink(pack), 0);
    if ((child = fork()) == 0)
        _exit(read_key(s, 500, &err) == DG_OK ? 0 : 1);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    ck_assert(dg_file_exists(pack));
    ck_assert_int_eq(read_key(s, 300, &err), DG_OK);
    dg_snapshot_close(s);
    /* and is no less whole for it: all of it is read from the beginning */
    ck_assert_ptr_nonnull(s = lazily(true, &err));
    for (size_t nth = 100; nth < 900; nth += 100)
        ck_assert_msg(read_key(s, nth, &err) == DG_OK, "%s", err.text);
    dg_snapshot_close(s);
    ck_assert_ptr_nonnull(s = lazily(false, &err));
    for (size_t nth = 100; nth < 900; nth += 100)
        ck_assert_msg(read_key(s, nth, &err) == DG_OK, "%s", err.text);
    dg_snapshot_close(s);
}
END_TEST

/* What a forked process fetched, its parent need not. */
START_TEST(what_one_process_fetched_others_have)
{
    dg_snapshot *s;
    dg_error err = { .text = "" };
    unsigned calls;
    pid_t child;
    int status;
    ck_assert_ptr_nonnull(s = lazily(true, &err));
    if ((child = fork()) == 0)
        _exit(read_key(s, 400, &err) == DG_OK && server.calls > 0 ? 0 : 1);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    calls = server.calls;
    ck_assert_int_eq(read_key(s, 400, &err), DG_OK);
    ck_assert_uint_eq(server.calls, calls);
    dg_snapshot_close(s);
}
END_TEST

START_TEST(what_is_frozen_asks_nobody_and_names_what_it_lacks)
{
    dg_snapshot *s;
    dg_error err = { .text = "" };
    dg_hash root = dg_snapshot_info_of(server.whole)->state_root;
    uint64_t nodes;
    uint8_t room[64];
    ck_assert_ptr_nonnull(s = lazily(true, &err));
    ck_assert_int_eq(read_key(s, 400, &err), DG_OK);
    ck_assert_msg(dg_snapshot_freeze(s, frozen, false, &err) == DG_OK, "%s", err.text);
    dg_snapshot_close(s);
    ck_assert_msg(dg_snapshot_open(&s, frozen, &err) == DG_OK, "%s", err.text);
    ck_assert(dg_snapshot_info_of(s)->sparse);
    ck_assert(dg_hash_equal(&dg_snapshot_info_of(s)->state_root, &root));
    ck_assert_msg(dg_snapshot_verify(s, &nodes, &err) == DG_OK, "%s", err.text);
    ck_assert_msg(read_key(s, 400, &err) == DG_OK, "%s", err.text);
    ck_assert_int_eq(dg_snapshot_lost(&err), DG_OK);
    /* a key that nobody read */
    ck_assert_int_eq(read_key(s, 500, &err), DG_IO);
    ck_assert(dg_snapshot_is_lacking(&err));
    dg_buf hex;
    dg_buf_init(&hex, 1 << 16);
    dg_hex_put(&hex, long_key(room, 500));
    ck_assert_msg(strstr(err.text, dg_buf_text(&hex)) != NULL, "%s", err.text);
    /* and from then on nothing is said */
    err.text[0] = 0;
    ck_assert_int_eq(dg_snapshot_lost(&err), DG_IO);
    ck_assert(dg_snapshot_is_lacking(&err));
    dg_snapshot_close(s);
    dg_buf_clear(&hex);
}
END_TEST

START_TEST(a_lie_or_a_gap_in_a_proof_is_an_error_and_is_not_kept)
{
    dg_snapshot *s;
    dg_error err = { .text = "" };
    server.lies = _i == 0;
    server.leaves_out = _i == 1;
    ck_assert_ptr_null(lazily(true, &err));
    ck_assert_int_eq(err.code, DG_IO);
    dg_snapshot_forget_lost();
    server.lies = server.leaves_out = false;
    ck_assert_ptr_nonnull(s = lazily(true, &err));
    server.lies = _i == 0;
    server.leaves_out = _i == 1;
    ck_assert_int_eq(read_key(s, 300, &err), DG_IO);
    ck_assert_int_eq(read_key(s, 600, &err), DG_IO); /* nor anything else */
    server.lies = server.leaves_out = false;
    ck_assert_int_eq(read_key(s, 600, &err), DG_IO);
    ck_assert(!dg_snapshot_is_lacking(&err));
    ck_assert_int_eq(dg_snapshot_freeze(s, frozen, false, &err), DG_IO);
    ck_assert(!dg_file_exists(frozen));
    dg_snapshot_close(s);
    dg_snapshot_forget_lost();
    ck_assert_ptr_nonnull(s = lazily(true, &err));
    ck_assert_msg(read_key(s, 300, &err) == DG_OK, "%s", err.text);
    dg_snapshot_close(s);
}
END_TEST

START_TEST(a_connection_that_is_lost_ends_it)
{
    dg_snapshot *s;
    dg_error err = { .text = "" };
    ck_assert_ptr_nonnull(s = lazily(true, &err));
    server.fail_at = server.calls + 2;
    ck_assert_int_eq(read_key(s, 300, &err), DG_OK);
    ck_assert_int_eq(read_key(s, 601, &err), DG_IO);
    ck_assert_str_eq(err.text, "the connection was lost");
    ck_assert_int_eq(read_key(s, 300, &err), DG_OK); /* it is here */
    ck_assert_int_eq(dg_snapshot_lost(&err), DG_IO);
    dg_snapshot_close(s);
}
END_TEST

/* Any byte of the file that keeps it: what is damaged comes once more. */
START_TEST(a_damaged_pack_costs_a_question_and_changes_nothing)
{
    dg_snapshot *s;
    dg_error err = { .text = "" };
    dg_buf raw;
    dg_hash whole, lazy;
    ck_assert_int_eq(digest(&whole, server.whole, top, &err), DG_OK);
    ck_assert_ptr_nonnull(s = lazily(true, &err));
    ck_assert_int_eq(digest(&lazy, s, top, &err), DG_OK);
    dg_snapshot_close(s);
    dg_buf_init(&raw, 1 << 28);
    ck_assert_int_eq(dg_file_read(&raw, pack, &err), DG_OK);
    for (size_t n = 0; n < 40; n++) {
        size_t at = n < 10 ? n * 5 : raw.len / 40 * n;
        raw.at[at] ^= (uint8_t)(1 << n % 8);
        put_file(pack, dg_buf_bytes(&raw));
        raw.at[at] ^= (uint8_t)(1 << n % 8);
        ck_assert_msg((s = lazily(true, &err)) != NULL, "%s", err.text);
        ck_assert_msg(digest(&lazy, s, top, &err) == DG_OK, "%s", err.text);
        ck_assert(dg_hash_equal(&lazy, &whole));
        dg_snapshot_close(s);
        /* and is whole again */
        ck_assert_ptr_nonnull(s = lazily(false, &err));
        ck_assert_msg(digest(&lazy, s, top, &err) == DG_OK, "%s", err.text);
        dg_snapshot_close(s);
    }
    put_file(pack, dg_bytes_of(raw.at, raw.len - 7));
    ck_assert_ptr_nonnull(s = lazily(true, &err));
    ck_assert_int_eq(digest(&lazy, s, top, &err), DG_OK);
    ck_assert(dg_hash_equal(&lazy, &whole));
    dg_snapshot_close(s);
    dg_buf_clear(&raw);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("lazy");
    TCase *tc = tcase_create("lazy");
    tcase_set_timeout(tc, 600);
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, what_is_read_as_it_comes_is_the_same);
    tcase_add_test(tc, one_key_costs_one_question_and_none_the_second_time);
    tcase_add_test(tc, what_one_process_fetched_others_have);
    tcase_add_test(tc, what_comes_after_the_pack_was_removed_is_kept);
    tcase_add_test(tc, what_is_frozen_asks_nobody_and_names_what_it_lacks);
    tcase_add_loop_test(tc, a_lie_or_a_gap_in_a_proof_is_an_error_and_is_not_kept, 0, 2);
    tcase_add_test(tc, a_connection_that_is_lost_ends_it);
    tcase_add_test(tc, a_damaged_pack_costs_a_question_and_changes_nothing);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
