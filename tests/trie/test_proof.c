/* A proof is somebody else's word about a state. What it proves must be found,
 * what it does not contain must never be taken for absent, and whatever bytes it
 * is made of, one line comes back and not a crash. */
#include "inputs.h"
#include "model_trie.h"

#include <string.h>

#include "crypto/crypto.h"
#include "scale/scale.h"

static dg_hash hash_of_hex(const char *text)
{
    dg_hash hash;
    memcpy(hash.at, hex(text).at, 32);
    return hash;
}

static dg_trie *opened(const dg_hash *root, dg_bytes proof, bool compact)
{
    dg_trie *t = NULL;
    dg_error err;
    if (dg_trie_from_proof(&t, root, proof, compact, &err) < 0)
        ck_abort_msg("%s", err.text);
    return t;
}

/* ---- real proofs ---- */

typedef struct visit {
    const dg_trie_loader *from;
    size_t seen;
} visit;

static dg_code follow(void *user, const dg_hash *hash, bool is_value, dg_error *err)
{
    visit *v = user;
    dg_bytes bytes;
    dg_code rc = v->from->load(v->from->source, &bytes, hash, err);
    if (rc != DG_OK)
        return DG_OK; /* not part of the proof */
    v->seen++;
    return is_value ? DG_OK : dg_trie_node_links(bytes, follow, v, err);
}

/* A proof of 70 items that another decoder once refused: all hang together. */
START_TEST(every_item_of_a_real_proof_is_reached_from_its_root)
{
    const char *path = corpus_path("vectors/trie/issue_2035_bis_proof");
    dg_hash root = hash_of_hex("f119f9b4d26ca952df2698c929da6b8877a53e9f649f2c3fd3dcc391771dfb62");
    dg_buf proof;
    dg_trie *t;
    visit v;
    if (!path)
        return;
    proof = slurp(path);
    t = opened(&root, dg_buf_bytes(&proof), false);
    v = (visit){ dg_trie_loader_of(t), 0 };
    ck_assert_int_eq(follow(&v, &root, false, NULL), DG_OK);
    ck_assert_uint_eq(v.seen, 70);
    dg_trie_free(t);
    root.at[0] ^= 1;
    ck_assert_int_eq(dg_trie_from_proof(&t, &root, dg_buf_bytes(&proof), false, NULL), DG_MISMATCH);
    dg_buf_clear(&proof);
}
END_TEST

static void add_items(dg_buf *items, uint32_t *count, const char *proof_hex)
{
    dg_buf raw;
    dg_scale s;
    uint32_t more;
    dg_buf_init(&raw, 1 << 20);
    ck_assert_int_eq(dg_hex_get(&raw, proof_hex, strlen(proof_hex), NULL), DG_OK);
    s = dg_scale_from(dg_buf_bytes(&raw));
    more = dg_scale_count(&s, 1);
    *count += more;
    dg_buf_put_bytes(items, dg_scale_rest(&s));
    dg_buf_clear(&raw);
}

static bool named(const json_t *list, dg_bytes key)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        if (dg_bytes_equal(hex(json_string_value(json_array_get(list, i))), key))
            return true;
    return false;
}

/* Six proofs that a light client was given for one prefix; its 922 keys. */
START_TEST(a_real_prefix_proof_lists_the_keys_it_was_made_for)
{
    const char *path = corpus_path("vectors/trie/prefix_proof.json");
    json_t *all = path ? json_load_file(path, 0, NULL) : NULL, *text, *want;
    dg_buf items, proof;
    dg_trie_iter *it;
    dg_bytes key, value;
    dg_hash root;
    uint32_t count = 0;
    size_t i;
    dg_trie *t;
    if (!all)
        return;
    dg_buf_init(&items, 1 << 24);
    dg_buf_init(&proof, 1 << 24);
    json_array_foreach(json_object_get(all, "proofs"), i, text)
        add_items(&items, &count, json_string_value(text));
    dg_scale_put_compact(&proof, count);
    dg_buf_put_bytes(&proof, dg_buf_bytes(&items));
    root = hash_of_text(json_object_get(all, "trie_root_hash"));
    want = json_object_get(all, "expected_entries");
    t = opened(&root, dg_buf_bytes(&proof), false);
    ck_assert_int_eq(
        dg_trie_iter_new(&it, t, hex(json_string_value(json_object_get(all, "prefix"))), NULL),
        DG_OK);
    for (i = 0; dg_trie_iter_next(it, &key, NULL, NULL) == DG_OK; i++)
        ck_assert(named(want, key));
    ck_assert_uint_eq(i, json_array_size(want));
    ck_assert_int_eq(dg_trie_get(t, &value, dg_text("elsewhere"), NULL), DG_IO);
    dg_trie_iter_free(it);
    dg_trie_verify(t);
    dg_trie_free(t);
    dg_buf_clear(&items);
    dg_buf_clear(&proof);
    json_decref(all);
}
END_TEST

/* ---- proofs of our own ---- */

static void fill(dg_trie *t, twin *w, uint64_t seed, size_t count)
{
    dg_rng rng = dg_rng_fork(seed, "proof", 0, 0);
    for (size_t i = 0; i < count; i++) {
        uint8_t key[4], value[60];
        size_t key_len = 1 + dg_rng_below(&rng, 4), value_len = dg_rng_below(&rng, 60);
        unsigned version = (unsigned)dg_rng_below(&rng, 2);
        dg_rng_bytes(&rng, key, sizeof key);
        dg_rng_bytes(&rng, value, sizeof value);
        ck_assert_int_eq(dg_trie_put(t, dg_bytes_of(key, key_len), dg_bytes_of(value, value_len),
                                     version, 1, NULL),
                         DG_OK);
        twin_put(w, dg_bytes_of(key, key_len), dg_bytes_of(value, value_len), version, 1);
    }
}

START_TEST(a_proof_holds_presence_and_absence_and_nothing_else)
{
    dg_trie *t = dg_trie_empty(), *proved;
    twin w = { 0 };
    dg_bytes keys[2], value;
    dg_hash root;
    dg_buf proof;
    size_t outside = 0;
    dg_buf_init(&proof, 1 << 20);
    fill(t, &w, 7, 300);
    keys[0] = twin_key(&w.at[40]);
    keys[1] = hex("0011223344");
    ck_assert_int_eq(dg_trie_root(t, &root, NULL), DG_OK);
    ck_assert_int_eq(dg_trie_prove(t, &proof, keys, 2, NULL), DG_OK);
    proved = opened(&root, dg_buf_bytes(&proof), false);
    ck_assert_int_eq(dg_trie_get(proved, &value, keys[0], NULL), DG_OK);
    assert_bytes(value, twin_value(&w.at[40]), "proved value");
    ck_assert_int_eq(dg_trie_get(proved, &value, keys[1], NULL), DG_ABSENT);
    for (size_t i = 0; i < w.len; i++) {
        dg_code rc = dg_trie_get(proved, &value, twin_key(&w.at[i]), NULL);
        ck_assert_msg(rc == DG_OK || rc == DG_IO, "a key that is there was said to be absent");
        outside += rc == DG_IO;
    }
    ck_assert_uint_gt(outside, 200);
    dg_trie_verify(proved);
    dg_trie_free(proved);
    dg_trie_free(t);
    twin_clear(&w);
    dg_buf_clear(&proof);
}
END_TEST

START_TEST(the_empty_trie_is_proved_by_its_one_byte)
{
    dg_trie *t = dg_trie_empty(), *proved;
    dg_bytes key = dg_text("x"), value;
    dg_buf proof;
    dg_buf_init(&proof, 64);
    ck_assert_int_eq(dg_trie_prove(t, &proof, &key, 1, NULL), DG_OK);
    assert_bytes(dg_buf_bytes(&proof), hex("040400"), "proof");
    for (int compact = 0; compact < 2; compact++) {
        proved = opened(&DG_TRIE_EMPTY_ROOT, dg_buf_bytes(&proof), compact);
        ck_assert_int_eq(dg_trie_get(proved, &value, key, NULL), DG_ABSENT);
        dg_trie_free(proved);
    }
    dg_trie_free(t);
    dg_buf_clear(&proof);
}
END_TEST

/* ---- compact proofs ---- */

static bool every(void *user, const twin_entry *first, size_t depth)
{
    (void)user;
    (void)first;
    (void)depth;
    return true;
}

static bool some(void *user, const twin_entry *first, size_t depth)
{
    return (first->key[0] + depth + *(unsigned *)user) % 3 != 0;
}

START_TEST(a_compact_proof_of_all_is_the_whole_trie)
{
    dg_trie *t = dg_trie_empty(), *proved;
    twin w = { 0 };
    dg_hash root;
    dg_buf proof;
    dg_buf_init(&proof, 1 << 20);
    fill(t, &w, (uint64_t)_i, (size_t)_i * 40);
    ck_assert_int_eq(dg_trie_root(t, &root, NULL), DG_OK);
    twin_compact_proof(&w, &proof, every, NULL);
    proved = opened(&root, dg_buf_bytes(&proof), true);
    twin_compare(&w, proved);
    dg_trie_verify(proved);
    root.at[5] ^= 1;
    dg_trie_free(proved);
    ck_assert_int_eq(dg_trie_from_proof(&proved, &root, dg_buf_bytes(&proof), true, NULL),
                     DG_MISMATCH);
    dg_trie_free(t);
    twin_clear(&w);
    dg_buf_clear(&proof);
}
END_TEST

START_TEST(a_compact_proof_of_some_knows_what_it_left_out)
{
    dg_trie *t = dg_trie_empty(), *proved;
    twin w = { 0 };
    unsigned salt = (unsigned)_i;
    size_t found = 0, outside = 0;
    dg_hash root;
    dg_buf proof;
    dg_buf_init(&proof, 1 << 20);
    fill(t, &w, 99, 400);
    ck_assert_int_eq(dg_trie_root(t, &root, NULL), DG_OK);
    twin_compact_proof(&w, &proof, some, &salt);
    proved = opened(&root, dg_buf_bytes(&proof), true);
    for (size_t i = 0; i < w.len; i++) {
        dg_bytes value;
        dg_code rc = dg_trie_get(proved, &value, twin_key(&w.at[i]), NULL);
        if (rc == DG_OK)
            assert_bytes(value, twin_value(&w.at[i]), "value");
        else
            ck_assert_int_eq(rc, DG_IO);
        found += rc == DG_OK;
        outside += rc != DG_OK;
    }
    ck_assert_uint_gt(found, 20);
    ck_assert_uint_gt(outside, 20);
    dg_trie_free(proved);
    dg_trie_free(t);
    twin_clear(&w);
    dg_buf_clear(&proof);
}
END_TEST

/* ---- proofs that are none ---- */

static const struct {
    const char *proof; /* hex */
    bool compact;
    dg_code rc; /* of opening it at the root of its first item, or of walking it */
} bad[] = {
    { "", false, DG_MALFORMED },
    { "04", false, DG_MALFORMED },
    { "0408", false, DG_MALFORMED },                 /* the item is cut off */
    { "04044000", false, DG_MALFORMED },             /* bytes behind the last item */
    { "feffffff", false, DG_MALFORMED },             /* more items than bytes */
    { "040405", false, DG_MALFORMED },               /* first byte says no kind */
    { "040442", false, DG_MALFORMED },               /* partial key is cut off */
    { "040c41f000", false, DG_MALFORMED },           /* padding is not zero */
    { "0410400401ff", false, DG_MALFORMED },         /* bytes behind the value */
    { "0414c001000000", false, DG_MALFORMED },       /* a child of length 0 */
    { "040c800000", false, DG_MALFORMED },           /* a branch without children */
    { "0418800100084000", false, DG_MALFORMED },     /* a valueless branch with one child */
    { "04087f04", false, DG_MALFORMED },             /* 67 nibbles announced */
    { "041c8003000440084000", false, DG_MALFORMED }, /* a child is cut off */
    { "04a0c0010000"
      "8c4084"
      "333333333333333333333333333333333333333333333333333333333333333333",
      false, DG_MALFORMED },                    /* a node of 35 bytes lies inside its parent */
    { "040c014000", true, DG_MALFORMED },       /* escape without a value item */
    { "080801400400", true, DG_MALFORMED },     /* the escaped node is cut off */
    { "08100140041104aa", true, DG_MALFORMED }, /* escaped, but the value is there */
    { "0414c001000000", true, DG_MALFORMED },   /* child announced, list ended */
    { "08200110400000", true, DG_MALFORMED },   /* the list is shorter than it says */
};
enum { BAD = sizeof bad / sizeof bad[0] };

static dg_hash first_item_hash(dg_bytes proof)
{
    dg_scale s = dg_scale_from(proof);
    dg_scale_compact_u32(&s);
    return dg_blake2_256(dg_scale_bytes(&s));
}

START_TEST(bytes_that_are_no_proof_are_refused_in_one_line)
{
    dg_bytes proof = hex(bad[_i].proof), value;
    dg_hash root = first_item_hash(proof);
    dg_error err = { 0 };
    dg_trie *t = NULL;
    dg_code rc = dg_trie_from_proof(&t, &root, proof, bad[_i].compact, &err);
    if (rc == DG_OK)
        rc = dg_trie_get(t, &value, dg_text("key"), &err);
    ck_assert_msg(rc == bad[_i].rc, "%s: %d %s", bad[_i].proof, (int)rc, err.text);
    ck_assert_uint_gt(strlen(err.text), 0);
    dg_trie_free(t);
}
END_TEST

/* The main trie comes first: another one's root does not make a proof its own. */
START_TEST(a_compact_proof_begins_with_its_own_trie)
{
    const uint8_t first[3] = { 0x40, 0x04, 0xaa }, second[3] = { 0x40, 0x04, 0xbb };
    dg_hash root = dg_blake2_256(DG_BYTES_OF(first));
    dg_trie *t = opened(&root, hex("080c4004aa0c4004bb"), true);
    dg_trie_free(t);
    root = dg_blake2_256(DG_BYTES_OF(second));
    ck_assert_int_eq(dg_trie_from_proof(&t, &root, hex("080c4004aa0c4004bb"), true, NULL),
                     DG_MISMATCH);
}
END_TEST

/* Below 32 bytes a node lies inside its parent: the same content would otherwise
 * have two roots. */
START_TEST(a_small_node_that_is_stored_by_hash_is_refused)
{
    const uint8_t leaf[3] = { 0x40, 0x04, 0xaa };
    dg_hash child = dg_blake2_256(DG_BYTES_OF(leaf)), root;
    dg_buf proof, branch;
    dg_bytes value;
    dg_trie *t;
    dg_buf_init(&proof, 256);
    dg_buf_init(&branch, 256);
    dg_buf_put_bytes(&branch, hex("c00100"));
    dg_buf_put_bytes(&branch, hex("04bb"));
    dg_scale_put_bytes(&branch, dg_hash_bytes(&child));
    dg_scale_put_compact(&proof, 2);
    dg_scale_put_bytes(&proof, DG_BYTES_OF(leaf));
    dg_scale_put_bytes(&proof, dg_buf_bytes(&branch));
    root = dg_blake2_256(dg_buf_bytes(&branch));
    t = opened(&root, dg_buf_bytes(&proof), false);
    ck_assert_int_eq(dg_trie_get(t, &value, (dg_bytes){ NULL, 0 }, NULL), DG_OK);
    ck_assert_int_eq(dg_trie_get(t, &value, hex("00"), NULL), DG_MALFORMED);
    dg_trie_free(t);
    dg_buf_clear(&proof);
    dg_buf_clear(&branch);
}
END_TEST

START_TEST(a_proof_without_memory_says_so)
{
    dg_trie *t = dg_trie_empty(), *proved = NULL;
    twin w = { 0 };
    dg_hash root;
    dg_buf proof;
    dg_code rc = DG_NOMEM;
    uint64_t nth = 0, live;
    dg_buf_init(&proof, 1 << 20);
    fill(t, &w, 3, 60);
    ck_assert_int_eq(dg_trie_root(t, &root, NULL), DG_OK);
    twin_compact_proof(&w, &proof, every, NULL);
    live = dg_trie_stats_get().bytes_live;
    while (rc != DG_OK) {
        dg_alloc_fail_from(++nth);
        rc = dg_trie_from_proof(&proved, &root, dg_buf_bytes(&proof), true, NULL);
        dg_alloc_fail_from(0);
        ck_assert(rc == DG_OK || rc == DG_NOMEM);
        ck_assert(rc == DG_OK || dg_trie_stats_get().bytes_live == live);
    }
    ck_assert_uint_gt(nth, 5);
    dg_trie_free(proved);
    dg_trie_free(t);
    twin_clear(&w);
    dg_buf_clear(&proof);
    ck_assert_uint_eq(dg_trie_stats_get().bytes_live, 0);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("proof");
    TCase *tc = tcase_create("proof");
    tcase_set_timeout(tc, 0);
    tcase_add_test(tc, every_item_of_a_real_proof_is_reached_from_its_root);
    tcase_add_test(tc, a_real_prefix_proof_lists_the_keys_it_was_made_for);
    tcase_add_test(tc, a_proof_holds_presence_and_absence_and_nothing_else);
    tcase_add_test(tc, the_empty_trie_is_proved_by_its_one_byte);
    tcase_add_loop_test(tc, a_compact_proof_of_all_is_the_whole_trie, 0, 8);
    tcase_add_loop_test(tc, a_compact_proof_of_some_knows_what_it_left_out, 0, 3);
    tcase_add_loop_test(tc, bytes_that_are_no_proof_are_refused_in_one_line, 0, BAD);
    tcase_add_test(tc, a_compact_proof_begins_with_its_own_trie);
    tcase_add_test(tc, a_small_node_that_is_stored_by_hash_is_refused);
    tcase_add_test(tc, a_proof_without_memory_says_so);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
