/* What others measured: the host API tables, and child tries of a real chain. */
#include "../trie/inputs.h"
#include "steps.h"

/* ---- tables of others ---- */

static const char *cell(const json_t *all, const char *table, size_t row, size_t column)
{
    json_t *rows = json_object_get(json_object_get(all, "inputs"), table);
    return json_string_value(json_array_get(json_array_get(rows, row), column));
}

static const char *result(const json_t *all, const char *group, const char *name, size_t row)
{
    json_t *of = json_object_get(json_object_get(json_object_get(all, "expected"), group), name);
    const char *text = json_string_value(json_array_get(of, row));
    ck_assert_ptr_nonnull(text);
    return text;
}

/* The value as the tables print it: with a line end, nothing when absent. */
static void print_value(dg_buf *out, dg_state *s, dg_bytes child, const char *key)
{
    dg_bytes value;
    if (dg_state_get(s, &value, child, dg_text(key), NULL) == DG_OK) {
        dg_buf_put_bytes(out, value);
        dg_buf_put_text(out, "\n");
    }
}

static void check_removal(const json_t *all, size_t row, dg_bytes child)
{
    const char *t = "prefix_key_value_key_value";
    dg_state *s = dg_state_empty();
    dg_state_removal r;
    dg_buf out;
    dg_buf_init(&out, 1000);
    put(s, child, cell(all, t, row, 1), cell(all, t, row, 2));
    put(s, child, cell(all, t, row, 3), cell(all, t, row, 4));
    ck_assert_int_eq(
        dg_state_clear_prefix(s, &r, child, dg_text(cell(all, t, row, 0)), NO_LIMIT, START, NULL),
        DG_OK);
    dg_buf_clear(&r.cursor);
    print_value(&out, s, child, cell(all, t, row, 1));
    print_value(&out, s, child, cell(all, t, row, 3));
    ck_assert_str_eq(dg_buf_text(&out), result(all, "child_prefix_key_value_key_value", "", row));
    dg_buf_clear(&out);
    dg_state_free(s);
}

static void check_child(const json_t *all, size_t row)
{
    dg_bytes child = dg_text(cell(all, "child_child", row, 0));
    dg_state *s = dg_state_empty();
    const char *first = cell(all, "key_value_1", row, 0),
               *second = cell(all, "key_value_2", row, 0);
    const char *smaller = strcmp(first, second) < 0 ? first : second;
    dg_hash root;
    dg_buf out, next;
    dg_buf_init(&out, 1000);
    dg_buf_init(&next, 1000);
    put(s, child, first, cell(all, "key_value_1", row, 1));
    print_value(&out, s, child, first);
    ck_assert_str_eq(dg_buf_text(&out), result(all, "child_key_value",
                                               "ext_default_child_storage_get_version_1", row));
    put(s, child, second, cell(all, "key_value_2", row, 1));
    ck_assert_int_eq(dg_state_child_root(s, &root, child, NULL), DG_OK);
    dg_buf_reset(&out);
    dg_buf_printf(&out, "%s\n", dg_hash_text(&root).text + 2);
    ck_assert_str_eq(dg_buf_text(&out), result(all, "child_key_value_key_value",
                                               "ext_default_child_storage_root_version_1", row));
    ck_assert_int_eq(dg_state_next(s, &next, child, dg_text(smaller), NULL), DG_OK);
    dg_buf_put_text(&next, "\n");
    ck_assert_str_eq(dg_buf_text(&next), result(all, "child_key_value_key_value",
                                                "ext_default_child_storage_next_key_version", row));
    ck_assert_int_eq(
        dg_state_next(s, &next, child, dg_text(smaller == first ? second : first), NULL), DG_END);
    dg_buf_clear(&out);
    dg_buf_clear(&next);
    dg_state_free(s);
}

static void append_text(dg_state *s, const char *key, const char *text)
{
    uint8_t room[128];
    dg_buf item = dg_buf_on(room, sizeof room);
    dg_buf_put_u8(&item, (uint8_t)(strlen(text) << 2));
    dg_buf_put_text(&item, text);
    ck_assert_int_eq(dg_state_append(s, dg_text(key), dg_buf_bytes(&item), NULL), DG_OK);
}

/* A SCALE list of short texts, as the tables print it. */
static void print_list(dg_buf *out, dg_state *s, const char *key)
{
    dg_bytes value;
    size_t at = 1;
    ck_assert_int_eq(dg_state_get(s, &value, TOP, dg_text(key), NULL), DG_OK);
    for (int i = 0; i < value.at[0] >> 2; i++) {
        size_t len = value.at[at] >> 2;
        dg_buf_put_text(out, i ? ";" : "");
        dg_buf_put(out, value.at + at + 1, len);
        at += 1 + len;
    }
    ck_assert_uint_eq(at, value.len);
}

static void check_append(const json_t *all, size_t row)
{
    const char *a = cell(all, "prefix_key_value_key_value", row, 2),
               *b = cell(all, "prefix_key_value_key_value", row, 4);
    dg_state *s = dg_state_empty();
    dg_buf out;
    dg_buf_init(&out, 1000);
    append_text(s, "one", a);
    append_text(s, "one", b);
    for (int i = 0; i < 2; i++) {
        append_text(s, "two", b);
        append_text(s, "two", a);
    }
    print_list(&out, s, "one");
    dg_buf_put_text(&out, "\n");
    print_list(&out, s, "two");
    ck_assert_str_eq(dg_buf_text(&out),
                     result(all, "key_value_key_value", "ext_storage_append_version_1", row));
    dg_buf_clear(&out);
    dg_state_free(s);
}

START_TEST(host_api_tables_agree)
{
    const char *path = corpus_path("vectors/host-api/host-api.json");
    json_t *all = path ? json_load_file(path, 0, NULL) : NULL;
    for (size_t row = 0; all && row < 10; row++) {
        check_removal(all, row, TOP);
        check_removal(all, row, dg_text(cell(all, "child_child", row, 0)));
        check_child(all, row);
        check_append(all, row);
    }
    json_decref(all);
    nothing_left();
}
END_TEST

/* Entries of a JSON object, into `child`. */
static void put_entries(dg_state *s, dg_bytes child, const json_t *entries)
{
    json_t *list = (json_t *)(uintptr_t)entries, *value;
    const char *key;
    dg_buf raw[2];
    dg_buf_init(&raw[0], 1 << 24);
    dg_buf_init(&raw[1], 1 << 24);
    json_object_foreach(list, key, value)
    {
        dg_buf_reset(&raw[0]);
        dg_buf_reset(&raw[1]);
        ck_assert_int_eq(dg_hex_get(&raw[0], key, strlen(key), NULL), DG_OK);
        ck_assert_int_eq(
            dg_hex_get(&raw[1], json_string_value(value), json_string_length(value), NULL), DG_OK);
        ck_assert_int_eq(dg_state_put(s, child, dg_buf_bytes(&raw[0]), dg_buf_bytes(&raw[1]), NULL),
                         DG_OK);
    }
    dg_buf_clear(&raw[0]);
    dg_buf_clear(&raw[1]);
}

static const char *const child_states[] = { "state/smoldot-child-trie-create-multiple.json.zst",
                                            "state/smoldot-child-trie-read-basic.json.zst" };

/* States of a real chain, complete: the roots of their child tries stand in them. */
START_TEST(child_tries_of_a_real_chain_have_their_roots)
{
    const char *path = corpus_path(child_states[_i]), *name;
    dg_buf text = path ? inflated(path) : (dg_buf){ 0 };
    json_t *all = path ? json_loadb((const char *)text.at, text.len, 0, NULL) : NULL, *parent,
           *entries;
    dg_state *s = dg_state_empty();
    dg_hash again;
    size_t count = 0;
    parent = json_object_get(all, "parentStorage");
    put_entries(s, TOP, json_object_get(parent, "mainTrie"));
    json_object_foreach(json_object_get(parent, "childTries"), name, entries)
    {
        dg_bytes child = hex(name), want;
        dg_buf key;
        dg_state *alone = dg_state_empty();
        put_entries(alone, child, entries);
        ck_assert_int_eq(dg_state_child_root(alone, &again, child, NULL), DG_OK);
        dg_buf_init(&key, 200);
        dg_buf_put_text(&key, ":child_storage:default:");
        dg_buf_put_bytes(&key, child);
        ck_assert_int_eq(dg_state_get(s, &want, TOP, dg_buf_bytes(&key), NULL), DG_OK);
        assert_bytes(dg_hash_bytes(&again), want, "root of a child");
        dg_buf_clear(&key);
        dg_state_free(alone);
        count++;
    }
    ck_assert(!all || count > 0);
    dg_buf_clear(&text);
    json_decref(all);
    dg_state_free(s);
    nothing_left();
}
END_TEST

int main(void)
{
    Suite *s = suite_create("tables");
    TCase *tc = tcase_create("tables");
    tcase_set_timeout(tc, 0);
    tcase_add_test(tc, host_api_tables_agree);
    tcase_add_loop_test(tc, child_tries_of_a_real_chain_have_their_roots, 0, 2);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
