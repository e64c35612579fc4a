/* Answers of host functions as another implementation's conformance suite knows
 * them, asked through a guest. */
#include "model_corpus.h"
#include "model_guest.h"

#include <string.h>

static json_t *vectors; /* NULL: no corpus */

static void open_vectors(void)
{
    dg_buf file;
    if (corpus_file(&file, "vectors/host-api/host-api.json"))
        vectors = json_loadb((const char *)file.at, file.len, 0, NULL);
    dg_buf_clear(&file);
}

static void close_vectors(void)
{
    json_decref(vectors);
}

static const char *given(const char *group, size_t row, size_t column)
{
    json_t *rows = json_object_get(json_object_get(vectors, "inputs"), group);
    const char *text = json_string_value(json_array_get(json_array_get(rows, row), column));
    ck_assert_msg(text != NULL, "no input %s[%zu][%zu]", group, row, column);
    return text;
}

static size_t number(const char *group, size_t row)
{
    json_t *rows = json_object_get(json_object_get(vectors, "inputs"), group);
    return (size_t)json_integer_value(json_array_get(json_array_get(rows, row), 0));
}

static const char *expected(const char *group, const char *function, size_t row)
{
    json_t *rows =
        json_object_get(json_object_get(json_object_get(vectors, "expected"), group), function);
    const char *text = json_string_value(json_array_get(rows, row));
    ck_assert_msg(text != NULL, "no expectation %s/%s[%zu]", group, function, row);
    return text;
}

/* Expected text without its line break. */
static void check_text(dg_bytes got, const char *want)
{
    assert_bytes(got, dg_bytes_of(want, strcspn(want, "\n")), "text");
}

static void check_hex(dg_bytes got, const char *want)
{
    char digits[256];
    snprintf(digits, sizeof digits, "%.*s", (int)strcspn(want, "\n"), want);
    assert_bytes(got, hex(digits), "hex");
}

/* Some(text) as SCALE. */
static void check_some(dg_bytes got, const char *want)
{
    dg_scale s = dg_scale_from(got);
    ck_assert(dg_scale_option(&s));
    check_text(dg_scale_bytes(&s), want);
    ck_assert_int_eq(dg_scale_finish(&s, NULL, ""), DG_OK);
}

static void check_none(dg_bytes got)
{
    assert_bytes(got, hex("00"), "none");
}

static guest_arg in_fixed(dg_buf *b)
{
    return in_bytes(dg_buf_bytes(b));
}

/* ---- hashes ---- */

static const struct {
    const char *name;
    size_t len;
} hashes[] = {
    { "ext_hashing_keccak_256_version_1", 32 }, { "ext_hashing_sha2_256_version_1", 32 },
    { "ext_hashing_blake2_128_version_1", 16 }, { "ext_hashing_blake2_256_version_1", 32 },
    { "ext_hashing_twox_256_version_1", 32 },   { "ext_hashing_twox_128_version_1", 16 },
    { "ext_hashing_twox_64_version_1", 8 },
};

START_TEST(hashes_agree)
{
    dg_state *state = dg_state_empty();
    for (size_t row = 0; vectors && row < 10; row++) {
        asker *g = guest_begin();
        unsigned step = guest_ask(g, hashes[_i].name, "P:p", ARGS(in(given("value_1", row, 0))));
        guest_do(g, state);
        check_hex(guest_bytes_at(g, step, hashes[_i].len), expected("value", hashes[_i].name, row));
        guest_end(g);
    }
    dg_state_free(state);
}
END_TEST

/* ---- storage ---- */

#define SET "ext_storage_set_version_1", "PP:"
#define GET "ext_storage_get_version_1", "P:P"
#define NEXT "ext_storage_next_key_version_1", "P:P"
#define CHILD(name) "ext_default_child_storage_" name

START_TEST(what_is_set_is_got_and_what_is_cleared_is_gone)
{
    for (size_t row = 0; vectors && row < 10; row++) {
        const char *key = given("key_value_1", row, 0), *value = given("key_value_1", row, 1);
        dg_state *state = dg_state_empty();
        asker *g = guest_begin();
        unsigned absent = guest_ask(g, GET, ARGS(in(key))),
                 set = guest_ask(g, SET, ARGS(in(key), in(value)));
        unsigned got = guest_ask(g, GET, ARGS(in(key)));
        unsigned exists = guest_ask(g, "ext_storage_exists_version_1", "P:i", ARGS(in(key)));
        unsigned clear = guest_ask(g, "ext_storage_clear_version_1", "P:", ARGS(in(key)));
        unsigned gone = guest_ask(g, "ext_storage_exists_version_1", "P:i", ARGS(in(key)));
        (void)set, (void)clear;
        guest_do(g, state);
        check_none(guest_bytes(g, absent));
        check_some(guest_bytes(g, got), expected("key_value", "test_get_storage", row));
        ck_assert_uint_eq(guest_number(g, exists), 1);
        ck_assert_uint_eq(guest_number(g, gone), 0);
        guest_end(g);
        dg_state_free(state);
    }
}
END_TEST

START_TEST(reading_from_an_offset_fills_the_buffer_and_counts_what_is_left)
{
    for (size_t row = 0; vectors && row < 10; row++) {
        const char *key = given("key_value_1", row, 0), *value = given("key_value_1", row, 1);
        const char *want = expected("key_value_offset_buffer_size", "", row);
        size_t offset = number("offset", row), size = number("buffer_size", row),
               len = strlen(value);
        size_t left = len > offset ? len - offset : 0;
        dg_state *state = dg_state_empty();
        asker *g = guest_begin();
        guest_ask(g, SET, ARGS(in(key), in(value)));
        unsigned step = guest_ask(g, "ext_storage_read_version_1", "PPi:P",
                                  ARGS(in(key), room(size), num(offset)));
        guest_do(g, state);
        check_text(guest_room(g, step, 1, strlen(want)), want);
        ck_assert_uint_eq(guest_bytes(g, step).len, 5);
        ck_assert_uint_eq(dg_le32(guest_bytes(g, step).at + 1), left);
        guest_end(g);
        dg_state_free(state);
    }
}
END_TEST

static dg_buf encoded(const char *text)
{
    dg_buf b;
    dg_buf_init(&b, 1024);
    dg_scale_put_bytes(&b, dg_text(text));
    return b;
}

/* "a;b" of the expectation as Vec<Vec<u8>>. */
static dg_buf encoded_list(const char *text, size_t len)
{
    size_t count = 1;
    dg_buf b;
    dg_buf_init(&b, 1024);
    for (size_t i = 0; i < len; i++)
        count += text[i] == ';';
    dg_scale_put_compact(&b, count);
    for (; count; count--) {
        size_t part = strcspn(text, ";\n");
        dg_scale_put_bytes(&b, dg_bytes_of(text, part));
        text += part + 1;
    }
    return b;
}

START_TEST(appended_items_become_a_list)
{
#define APPEND(key, item)                                                                          \
    guest_ask(g, "ext_storage_append_version_1", "PP:", ARGS(in(key), in_fixed(&(item))))
    for (size_t row = 0; vectors && row < 10; row++) {
        const char *k1 = given("key_value_1", row, 0), *k2 = given("key_value_2", row, 0);
        const char *want = expected("key_value_key_value", "ext_storage_append_version_1", row);
        size_t first = strcspn(want, "\n");
        dg_buf v1 = encoded(given("key_value_1", row, 1)),
               v2 = encoded(given("key_value_2", row, 1));
        dg_buf want1 = encoded_list(want, first),
               want2 = encoded_list(want + first + 1, strlen(want) - first - 1);
        dg_bytes got;
        dg_state *state = dg_state_empty();
        asker *g = guest_begin();
        APPEND(k1, v1), APPEND(k2, v2), APPEND(k1, v2), APPEND(k2, v1), APPEND(k2, v2),
            APPEND(k2, v1);
        guest_do(g, state);
        ck_assert_int_eq(dg_state_get(state, &got, (dg_bytes){ 0 }, dg_text(k1), NULL), DG_OK);
        assert_bytes(got, dg_buf_bytes(&want1), "first list");
        ck_assert_int_eq(dg_state_get(state, &got, (dg_bytes){ 0 }, dg_text(k2), NULL), DG_OK);
        assert_bytes(got, dg_buf_bytes(&want2), "second list");
        guest_end(g);
        dg_buf_clear(&v1);
        dg_buf_clear(&v2);
        dg_buf_clear(&want1);
        dg_buf_clear(&want2);
        dg_state_free(state);
    }
}
END_TEST

START_TEST(roots_and_next_keys_of_two_pairs)
{
    for (size_t row = 0; vectors && row < 10; row++) {
        const char *k1 = given("key_value_1", row, 0), *k2 = given("key_value_2", row, 0);
        bool order = dg_bytes_compare(dg_text(k1), dg_text(k2)) < 0;
        dg_state *state = dg_state_empty();
        asker *g = guest_begin();
        guest_ask(g, SET, ARGS(in(k1), in(given("key_value_1", row, 1))));
        guest_ask(g, SET, ARGS(in(k2), in(given("key_value_2", row, 1))));
        unsigned root = guest_ask(g, "ext_storage_root_version_1", ":P", NO_ARGS);
        unsigned again = guest_ask(g, "ext_storage_root_version_2", "i:P", ARGS(num(0)));
        unsigned next = guest_ask(g, NEXT, ARGS(in(order ? k1 : k2)));
        unsigned last = guest_ask(g, NEXT, ARGS(in(order ? k2 : k1)));
        guest_do(g, state);
        /* The suite's own roots of the top trie stand on a state that it does not
         * tell; the same pairs in a child trie have the same root. */
        check_hex(guest_bytes(g, root), expected("child_key_value_key_value",
                                                 "ext_default_child_storage_root_version_1", row));
        assert_bytes(guest_bytes(g, again), guest_bytes(g, root), "root");
        check_some(guest_bytes(g, next),
                   expected("key_value_key_value", "ext_storage_next_key_version_1", row));
        check_none(guest_bytes(g, last));
        guest_end(g);
        dg_state_free(state);
    }
}
END_TEST

/* ---- child storage ---- */

START_TEST(child_tries_keep_to_themselves)
{
    for (size_t row = 0; vectors && row < 10; row++) {
        const char *c1 = given("child_child", row, 0), *c2 = given("child_child", row, 1);
        const char *key = given("key_value_1", row, 0), *value = given("key_value_1", row, 1);
        dg_state *state = dg_state_empty();
        asker *g = guest_begin();
        guest_ask(g, CHILD("set_version_1"), "PPP:", ARGS(in(c1), in(key), in(value)));
        unsigned got = guest_ask(g, CHILD("get_version_1"), "PP:P", ARGS(in(c1), in(key)));
        unsigned other = guest_ask(g, CHILD("get_version_1"), "PP:P", ARGS(in(c2), in(key)));
        unsigned top = guest_ask(g, GET, ARGS(in(key)));
        unsigned exists = guest_ask(g, CHILD("exists_version_1"), "PP:i", ARGS(in(c1), in(key)));
        guest_ask(g, CHILD("clear_version_1"), "PP:", ARGS(in(c1), in(key)));
        unsigned gone = guest_ask(g, CHILD("exists_version_1"), "PP:i", ARGS(in(c1), in(key)));
        guest_do(g, state);
        check_some(guest_bytes(g, got),
                   expected("child_key_value", "ext_default_child_storage_get_version_1", row));
        check_none(guest_bytes(g, other));
        check_none(guest_bytes(g, top));
        ck_assert_uint_eq(guest_number(g, exists), 1);
        ck_assert_uint_eq(guest_number(g, gone), 0);
        guest_end(g);
        dg_state_free(state);
    }
}
END_TEST

START_TEST(child_roots_and_next_keys_of_two_pairs)
{
    for (size_t row = 0; vectors && row < 10; row++) {
        const char *c = given("child_child", row, 0), *k1 = given("key_value_1", row, 0);
        const char *k2 = given("key_value_2", row, 0);
        bool order = dg_bytes_compare(dg_text(k1), dg_text(k2)) < 0;
        dg_state *state = dg_state_empty();
        asker *g = guest_begin();
        guest_ask(g, CHILD("set_version_1"),
                  "PPP:", ARGS(in(c), in(k1), in(given("key_value_1", row, 1))));
        guest_ask(g, CHILD("set_version_1"),
                  "PPP:", ARGS(in(c), in(k2), in(given("key_value_2", row, 1))));
        unsigned root = guest_ask(g, CHILD("root_version_1"), "P:P", ARGS(in(c)));
        unsigned next =
            guest_ask(g, CHILD("next_key_version_1"), "PP:P", ARGS(in(c), in(order ? k1 : k2)));
        guest_ask(g, CHILD("storage_kill_version_1"), "P:", ARGS(in(c)));
        unsigned empty = guest_ask(g, CHILD("root_version_2"), "Pi:P", ARGS(in(c), num(1)));
        guest_do(g, state);
        check_hex(guest_bytes(g, root), expected("child_key_value_key_value",
                                                 "ext_default_child_storage_root_version_1", row));
        check_some(guest_bytes(g, next),
                   expected("child_key_value_key_value",
                            "ext_default_child_storage_next_key_version", row));
        assert_bytes(guest_bytes(g, empty), dg_hash_bytes(&DG_TRIE_EMPTY_ROOT), "empty child trie");
        guest_end(g);
        dg_state_free(state);
    }
}
END_TEST

/* What is left after a prefix was cleared, one line each. */
START_TEST(a_cleared_prefix_takes_what_begins_with_it)
{
    for (size_t row = 0; vectors && row < 10; row++) {
        const char *group = "prefix_key_value_key_value", *c = given("child_child", row, 0);
        const char *want = expected("child_prefix_key_value_key_value", "", row);
        char left[512] = "";
        dg_state *state = dg_state_empty();
        asker *g = guest_begin();
        for (size_t k = 1; k <= 3; k += 2)
            guest_ask(g, CHILD("set_version_1"),
                      "PPP:", ARGS(in(c), in(given(group, row, k)), in(given(group, row, k + 1))));
        guest_ask(g, CHILD("clear_prefix_version_1"), "PP:", ARGS(in(c), in(given(group, row, 0))));
        guest_do(g, state);
        for (size_t k = 1; k <= 3; k += 2) {
            dg_bytes value;
            size_t used = strlen(left);
            if (dg_state_get(state, &value, dg_text(c), dg_text(given(group, row, k)), NULL)
                == DG_OK)
                snprintf(left + used, sizeof left - used, "%.*s\n", (int)value.len,
                         (const char *)value.at);
        }
        ck_assert_str_eq(left, want);
        guest_end(g);
        dg_state_free(state);
    }
}
END_TEST

/* ---- roots of lists ---- */

START_TEST(trie_roots_of_lists_agree)
{
    for (size_t row = 0; vectors && row < 10; row++) {
        dg_state *state = dg_state_empty();
        asker *g = guest_begin();
        dg_buf pairs, items;
        dg_buf_init(&pairs, 1024);
        dg_buf_init(&items, 1024);
        dg_scale_put_compact(&pairs, 3);
        dg_scale_put_compact(&items, 3);
        for (int i = 0; i < 3; i++) {
            static const char *const groups[] = { "key_value_1", "key_value_2", "key_value_3" };
            static const char *const values[] = { "value_1", "value_2", "value_3" };
            dg_scale_put_bytes(&pairs, dg_text(given(groups[i], row, 0)));
            dg_scale_put_bytes(&pairs, dg_text(given(groups[i], row, 1)));
            dg_scale_put_bytes(&items, dg_text(given(values[i], row, 0)));
        }
        unsigned root =
            guest_ask(g, "ext_trie_blake2_256_root_version_1", "P:p", ARGS(in_fixed(&pairs)));
        unsigned ordered = guest_ask(g, "ext_trie_blake2_256_ordered_root_version_1", "P:p",
                                     ARGS(in_fixed(&items)));
        guest_do(g, state);
        check_hex(guest_bytes_at(g, root, 32), expected("key_value_key_value_key_value", "", row));
        check_hex(guest_bytes_at(g, ordered, 32), expected("value_value_value", "", row));
        guest_end(g);
        dg_buf_clear(&pairs);
        dg_buf_clear(&items);
        dg_state_free(state);
    }
}
END_TEST

/* ---- offchain ---- */

START_TEST(local_storage_lasts_for_the_call)
{
    for (size_t row = 0; vectors && row < 10; row++) {
        const char *key = given("key_value_1", row, 0), *value = given("key_value_1", row, 1);
        guest_arg kind = num(given("kind", row, 0)[0] == '1');
        dg_state *state = dg_state_empty();
        asker *g = guest_begin();
        g->options.context = DG_HOST_CONTEXT_OFFCHAIN;
        guest_ask(g, "ext_offchain_local_storage_set_version_1",
                  "iPP:", ARGS(kind, in(key), in(value)));
        unsigned got =
            guest_ask(g, "ext_offchain_local_storage_get_version_1", "iP:P", ARGS(kind, in(key)));
        unsigned other = guest_ask(g, "ext_offchain_local_storage_get_version_1", "iP:P",
                                   ARGS(num(!kind.number), in(key)));
        guest_ask(g, "ext_offchain_local_storage_clear_version_1", "iP:", ARGS(kind, in(key)));
        unsigned gone =
            guest_ask(g, "ext_offchain_local_storage_get_version_1", "iP:P", ARGS(kind, in(key)));
        guest_do(g, state);
        check_some(guest_bytes(g, got),
                   expected("kind_key_value", "ext_offchain_local_storage_get_version_1", row));
        check_none(guest_bytes(g, other));
        check_none(guest_bytes(g, gone));
        guest_end(g);
        dg_state_free(state);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("vectors");
    TCase *tc = tcase_create("vectors");
    tcase_set_timeout(tc, 0);
    tcase_add_unchecked_fixture(tc, open_vectors, close_vectors);
    tcase_add_loop_test(tc, hashes_agree, 0, sizeof hashes / sizeof hashes[0]);
    tcase_add_test(tc, what_is_set_is_got_and_what_is_cleared_is_gone);
    tcase_add_test(tc, reading_from_an_offset_fills_the_buffer_and_counts_what_is_left);
    tcase_add_test(tc, appended_items_become_a_list);
    tcase_add_test(tc, roots_and_next_keys_of_two_pairs);
    tcase_add_test(tc, child_tries_keep_to_themselves);
    tcase_add_test(tc, child_roots_and_next_keys_of_two_pairs);
    tcase_add_test(tc, a_cleared_prefix_takes_what_begins_with_it);
    tcase_add_test(tc, trie_roots_of_lists_agree);
    tcase_add_test(tc, local_storage_lasts_for_the_call);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
