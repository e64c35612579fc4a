/* A root is what a chain signs: one wrong nibble and no block of ours is anybody
 * else's. Roots and genesis hashes computed by others, and printed vectors. */
#include "inputs.h"

#include <string.h>

#include "crypto/crypto.h"

static json_t *roots;

static void load_roots(void)
{
    const char *path = corpus_path("vectors/trie/roots.json");
    roots = path ? json_load_file(path, 0, NULL) : NULL;
}

static void free_roots(void)
{
    json_decref(roots);
}

static void assert_root(const pairs *p, unsigned version, const char *want, const char *what)
{
    dg_hash root;
    dg_error err;
    if (dg_trie_root_of(&root, (const dg_bytes(*)[2])p->at, p->len, version, &err) < 0)
        ck_abort_msg("%s", err.text);
    assert_bytes(dg_hash_bytes(&root), hex(want), what);
}

static void assert_both(const pairs *p, const json_t *row, const char *what)
{
    assert_root(p, 0, json_string_value(json_object_get(row, "root_v0")), what);
    assert_root(p, 1, json_string_value(json_object_get(row, "root_v1")), what);
}

START_TEST(lists_of_others_have_their_roots)
{
    const char *name;
    json_t *row;
    json_object_foreach(json_object_get(roots, "yaml"), name, row)
    {
        char path[256];
        pairs p;
        snprintf(path, sizeof path, "vectors/trie/%s", name);
        p = pairs_from_yaml(corpus_path(path), json_is_true(json_object_get(row, "keys_in_hex")));
        ck_assert_uint_eq(p.len, (size_t)json_integer_value(json_object_get(row, "pairs")));
        assert_both(&p, row, name);
        pairs_clear(&p);
    }
}
END_TEST

/* Header of block 0: zero parent, number 0, state root, empty list, no digest. */
static dg_hash genesis_hash(const dg_hash *root)
{
    uint8_t header[32 + 1 + 32 + 32 + 1] = { 0 };
    memcpy(header + 33, root->at, 32);
    memcpy(header + 65, DG_TRIE_EMPTY_ROOT.at, 32);
    return dg_blake2_256(DG_BYTES_OF(header));
}

START_TEST(states_of_real_chains_have_their_roots_and_hashes)
{
    const char *name;
    json_t *row, *want;
    json_object_foreach(json_object_get(roots, "state"), name, row)
    {
        json_int_t version = json_integer_value(json_object_get(row, "state_version_of_runtime"));
        pairs p = pairs_from_json(corpus_path(name));
        dg_hash root, hash;
        ck_assert_uint_eq(p.len, (size_t)json_integer_value(json_object_get(row, "keys")));
        assert_both(&p, row, name);
        root = hash_of_text(json_object_get(row, version ? "root_v1" : "root_v0"));
        hash = genesis_hash(&root);
        if ((want = json_object_get(row, "genesis_block_hash")))
            assert_bytes(dg_hash_bytes(&hash), hex(json_string_value(want)), name);
        pairs_clear(&p);
    }
}
END_TEST

#define ONES "11111111111111111111111111111111"
static const struct {
    const char *pairs[3][2]; /* text, or 0x.. */
    int version;             /* 2: both */
    const char *root;
} printed[] = {
    { { { 0 } }, 2, "03170a2e7597b7b7e3d84c05391d139a62b157e78786d8c082f29dcf4c111314" },
    { { { "foo", "bar" }, { "foobar", "baz" } },
      2,
      "a61820b5fba9b01aee10b5bbd84aea80b8230318c5e8ca14b9a4940c76e09815" },
    { { { "bar", "foo" }, { "barfoo", "hello" }, { "anotheritem", "anothervalue" } },
      1,
      "441807c345ca7adf88bd21ab1b3cbadb15616abb89167eb9fe285dd5cecd04c8" },
    { { { "k", "0x" ONES ONES } },
      2,
      "11ee88cd570ec154eb2431f35b6f5aedfeaf12f102f49cd0487e56bbc9c0cead" },
    { { { "k", "0x" ONES ONES "11" } },
      0,
      "7b2c22d732b3e4d7a8657d14b20e762ae738500b55b4ddcb36c2b7fcb5cd4e29" },
    { { { "k", "0x" ONES ONES "11" } },
      1,
      "48b87dbd3efd903f3bc5946a0ff49d2de3d91490044039f5d2fc326bd058f1a6" },
};
enum { PRINTED = sizeof printed / sizeof printed[0] };

static dg_bytes literal(const char *text)
{
    return strncmp(text, "0x", 2) == 0 ? hex(text) : dg_text(text);
}

START_TEST(printed_pairs_have_their_root)
{
    dg_bytes list[3][2];
    size_t count = 0;
    for (; count < 3 && printed[_i].pairs[count][0]; count++) {
        list[count][0] = literal(printed[_i].pairs[count][0]);
        list[count][1] = literal(printed[_i].pairs[count][1]);
    }
    for (int version = 0; version < 2; version++) {
        dg_hash root;
        if (printed[_i].version != 2 && printed[_i].version != version)
            continue;
        ck_assert_int_eq(
            dg_trie_root_of(&root, (const dg_bytes(*)[2])list, count, (unsigned)version, NULL),
            DG_OK);
        assert_bytes(dg_hash_bytes(&root), hex(printed[_i].root), "root");
    }
}
END_TEST

START_TEST(another_hash_gives_another_root)
{
    const dg_bytes list[2][2] = { { dg_text("foo"), dg_text("bar") },
                                  { dg_text("foobar"), dg_text("baz") } };
    dg_hash root;
    ck_assert_int_eq(dg_trie_keccak_root_of(&root, list, 2, 0, NULL), DG_OK);
    assert_bytes(dg_hash_bytes(&root),
                 hex("6d0d2e042cc02579d5e6f8226c245617a434a2a5f86fec418e4776c42ccd8b91"),
                 "keccak root");
}
END_TEST

/* Item i is byte i, repeated i mod 50 times: two are empty, some are hashed. */
START_TEST(ordered_lists_have_their_root)
{
    static uint8_t bytes[70][50];
    dg_bytes items[70];
    const dg_bytes two[2] = { DG_BYTES_OF("\0"), DG_BYTES_OF("\1\2") };
    const dg_bytes short_two[2] = { { two[0].at, 1 }, { two[1].at, 2 } };
    dg_hash root;
    for (size_t i = 0; i < 70; i++) {
        memset(bytes[i], (int)i, 50);
        items[i] = dg_bytes_of(bytes[i], i % 50);
    }
    ck_assert_int_eq(dg_trie_ordered_root(&root, short_two, 2, 0, NULL), DG_OK);
    assert_bytes(dg_hash_bytes(&root),
                 hex("a94c26b6eb8f373d06db52a6cbafc6c70de3e5167cbbeb2951f6689f8a96e7bb"),
                 "two items");
    ck_assert_int_eq(dg_trie_ordered_root(&root, items, 70, 0, NULL), DG_OK);
    assert_bytes(dg_hash_bytes(&root),
                 hex("d8aed5677a2a9857a50db8d4beda4639799bea21042802521a751d35ae02e68e"),
                 "70 items, form 0");
    ck_assert_int_eq(dg_trie_ordered_root(&root, items, 70, 1, NULL), DG_OK);
    assert_bytes(dg_hash_bytes(&root),
                 hex("b49561bbf20c316b8efeacc4f1faec2648af6f0aa6104702ea5a7a6ba7a95674"),
                 "70 items, form 1");
}
END_TEST

/* The rows of the host API tables that are roots and nothing else. */
START_TEST(host_api_lists_have_their_roots)
{
    const char *path = corpus_path("vectors/host-api/host-api.json");
    json_t *all = path ? json_load_file(path, 0, NULL) : NULL, *in, *out;
    if (!all)
        return;
    in = json_object_get(all, "inputs");
    out = json_object_get(all, "expected");
    for (size_t row = 0; row < 10; row++) {
        static const char *const names[3][2] = { { "key_value_1", "value_1" },
                                                 { "key_value_2", "value_2" },
                                                 { "key_value_3", "value_3" } };
        dg_bytes list[3][2], items[3];
        dg_hash root;
        for (size_t i = 0; i < 3; i++) {
            json_t *pair = json_array_get(json_object_get(in, names[i][0]), row);
            json_t *item = json_array_get(json_object_get(in, names[i][1]), row);
            list[i][0] = dg_text(json_string_value(json_array_get(pair, 0)));
            list[i][1] = dg_text(json_string_value(json_array_get(pair, 1)));
            items[i] = dg_text(json_string_value(json_array_get(item, 0)));
        }
        ck_assert_int_eq(dg_trie_root_of(&root, (const dg_bytes(*)[2])list, 3, 0, NULL), DG_OK);
        assert_bytes(
            dg_hash_bytes(&root),
            hex(json_string_value(json_array_get(
                json_object_get(json_object_get(out, "key_value_key_value_key_value"), ""), row))),
            "blake2_256_root");
        ck_assert_int_eq(dg_trie_ordered_root(&root, items, 3, 0, NULL), DG_OK);
        assert_bytes(dg_hash_bytes(&root),
                     hex(json_string_value(json_array_get(
                         json_object_get(json_object_get(out, "value_value_value"), ""), row))),
                     "blake2_256_ordered_root");
    }
    json_decref(all);
}
END_TEST

START_TEST(nothing_is_left_behind)
{
    dg_trie_stats stats = dg_trie_stats_get();
    ck_assert_uint_eq(stats.nodes_live, 0);
    ck_assert_uint_eq(stats.bytes_live, 0);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("roots");
    TCase *tc = tcase_create("roots");
    tcase_set_timeout(tc, 0);
    tcase_add_unchecked_fixture(tc, load_roots, free_roots);
    tcase_add_test(tc, lists_of_others_have_their_roots);
    tcase_add_test(tc, states_of_real_chains_have_their_roots_and_hashes);
    tcase_add_loop_test(tc, printed_pairs_have_their_root, 0, PRINTED);
    tcase_add_test(tc, another_hash_gives_another_root);
    tcase_add_test(tc, ordered_lists_have_their_root);
    tcase_add_test(tc, host_api_lists_have_their_roots);
    tcase_add_test(tc, nothing_is_left_behind);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
