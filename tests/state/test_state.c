/* The host API promises a runtime exact answers about its storage: how many keys
 * went, where to go on, which root. Examples for each promise, the tables of
 * others, and real state through a snapshot and back. */
#include "../support/suite.h"
#include "../trie/inputs.h"
#include "state/state.h"

#include <string.h>

#include "crypto/crypto.h"

static const dg_bytes TOP = { NULL, 0 }, START = { NULL, 0 };
enum { NO_LIMIT = UINT32_MAX };

static void put(dg_state *s, dg_bytes child, const char *key, const char *value)
{
    ck_assert_int_eq(dg_state_put(s, child, dg_text(key), dg_text(value), NULL), DG_OK);
}

static void assert_value(dg_state *s, dg_bytes child, dg_bytes key, dg_bytes want)
{
    dg_bytes got;
    ck_assert_int_eq(dg_state_get(s, &got, child, key, NULL), DG_OK);
    assert_bytes(got, want, "value");
}

static void assert_absent(dg_state *s, dg_bytes child, const char *key)
{
    dg_bytes got;
    ck_assert_int_eq(dg_state_get(s, &got, child, dg_text(key), NULL), DG_ABSENT);
}

static void nothing_left(void)
{
    ck_assert_uint_eq(dg_trie_stats_get().nodes_live, 0);
    ck_assert_uint_eq(dg_trie_stats_get().bytes_live, 0);
}

/* ---- removal ---- */

static void assert_removed(dg_removal *r, bool all, uint32_t backend, uint32_t unique, uint32_t loops,
                           const char *cursor)
{
    ck_assert_int_eq(r->all, all);
    ck_assert_uint_eq(r->backend, backend);
    ck_assert_uint_eq(r->unique, unique);
    ck_assert_uint_eq(r->loops, loops);
    assert_bytes(dg_buf_bytes(&r->cursor), cursor ? dg_text(cursor) : START, "cursor");
    dg_buf_clear(&r->cursor);
}

/* Five keys from before the block, of which it deletes one and writes another,
 * and two of its own. */
static dg_state *block_of_keys(dg_bytes child)
{
    dg_state *s = dg_state_empty();
    const char *const keys[] = { "p1", "p2", "p3", "p4", "p5", "q" };
    for (size_t i = 0; i < 6; i++)
        put(s, child, keys[i], "old");
    dg_state_begin_block(s);
    put(s, child, "p2", "old"); /* the same value: a write all the same */
    ck_assert_int_eq(dg_state_delete(s, child, dg_text("p4"), NULL), DG_OK);
    put(s, child, "p15", "new");
    put(s, child, "p0", "new");
    return s;
}

static const char *const children[] = { "", "kid" };

START_TEST(removal_counts_what_the_reference_counts)
{
    dg_bytes child = dg_text(children[_i]);
    dg_state *s = block_of_keys(child);
    dg_removal r;
    ck_assert_int_eq(dg_state_clear_prefix(s, &r, child, dg_text("p"), 3, START, NULL), DG_OK);
    /* p0, p15 and p2 were written; p1, p2, p3 are visited, of which p2 is gone. */
    assert_removed(&r, false, 2, 5, 3, "p4");
    assert_absent(s, child, "p0");
    assert_absent(s, child, "p15");
    assert_absent(s, child, "p3");
    assert_value(s, child, dg_text("p5"), dg_text("old"));
    assert_value(s, child, dg_text("q"), dg_text("old"));
    dg_state_free(s);
    nothing_left();
}
END_TEST

START_TEST(removal_without_a_cursor_makes_no_progress)
{
    dg_bytes child = dg_text(children[_i]);
    dg_state *s = block_of_keys(child);
    dg_removal r;
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(dg_state_clear_prefix(s, &r, child, dg_text("p"), 2, START, NULL), DG_OK);
        assert_removed(&r, false, i ? 0 : 1, i ? 0 : 4, 2, "p3");
    }
    ck_assert_int_eq(dg_state_clear_prefix(s, &r, child, dg_text("p"), 2, dg_text("p3"), NULL), DG_OK);
    assert_removed(&r, false, 1, 1, 2, "p5");
    ck_assert_int_eq(dg_state_clear_prefix(s, &r, child, dg_text("p"), 2, dg_text("p5"), NULL), DG_OK);
    assert_removed(&r, true, 1, 1, 1, NULL);
    dg_state_free(s);
    nothing_left();
}
END_TEST

START_TEST(removal_with_limit_zero_takes_the_blocks_own_keys)
{
    dg_bytes child = dg_text(children[_i]);
    dg_state *s = block_of_keys(child);
    dg_removal r;
    ck_assert_int_eq(dg_state_clear_prefix(s, &r, child, dg_text("p"), 0, START, NULL), DG_OK);
    assert_removed(&r, false, 0, 3, 0, "p1");
    ck_assert_int_eq(dg_state_clear_prefix(s, &r, child, dg_text("p1"), NO_LIMIT, START, NULL), DG_OK);
    assert_removed(&r, true, 1, 1, 1, NULL);
    ck_assert_int_eq(dg_state_clear_prefix(s, &r, child, dg_text("absent"), 0, START, NULL), DG_OK);
    assert_removed(&r, true, 0, 0, 0, NULL);
    dg_state_free(s);
    nothing_left();
}
END_TEST

START_TEST(removal_of_a_whole_child_takes_its_root_away)
{
    dg_bytes child = dg_text("kid"), key = dg_text(":child_storage:default:kid"), got;
    dg_state *s = block_of_keys(child);
    dg_removal r;
    dg_hash root;
    ck_assert_int_eq(dg_state_root(s, &root, NULL), DG_OK);
    ck_assert(!dg_hash_equal(&root, &DG_TRIE_EMPTY_ROOT));
    ck_assert_int_eq(dg_state_clear_prefix(s, &r, child, START, NO_LIMIT, START, NULL), DG_OK);
    assert_removed(&r, true, 4, 7, 6, NULL);
    ck_assert_int_eq(dg_state_root(s, &root, NULL), DG_OK);
    assert_bytes(dg_hash_bytes(&root), dg_hash_bytes(&DG_TRIE_EMPTY_ROOT), "root");
    ck_assert_int_eq(dg_state_child_root(s, &root, child, NULL), DG_OK);
    assert_bytes(dg_hash_bytes(&root), dg_hash_bytes(&DG_TRIE_EMPTY_ROOT), "child root");
    ck_assert_int_eq(dg_state_get(s, &got, TOP, key, NULL), DG_ABSENT);
    dg_state_free(s);
    nothing_left();
}
END_TEST

static const char *const refused[] = { "", ":", ":child", ":child_storage:", ":child_storage:default:kid" };

START_TEST(removal_that_could_reach_child_roots_is_refused)
{
    dg_state *s = dg_state_empty();
    dg_removal r;
    put(s, TOP, ":code", "x");
    put(s, TOP, ":child_storage:default:kid", "x");
    ck_assert_int_eq(dg_state_clear_prefix(s, &r, TOP, dg_text(refused[_i]), NO_LIMIT, START, NULL), DG_OK);
    assert_removed(&r, true, 0, 0, 0, NULL);
    assert_value(s, TOP, dg_text(":code"), dg_text("x"));
    ck_assert_int_eq(dg_state_clear_prefix(s, &r, TOP, dg_text(":co"), NO_LIMIT, START, NULL), DG_OK);
    assert_removed(&r, true, 0, 1, 0, NULL);
    dg_state_free(s);
}
END_TEST

START_TEST(keys_of_child_roots_are_known)
{
    ck_assert(dg_state_is_child_key(dg_text(":child_storage:default:kid")));
    ck_assert(dg_state_is_child_key(dg_text(":child_storage:")));
    ck_assert(!dg_state_is_child_key(dg_text(":child_storage")));
    ck_assert(!dg_state_is_child_key(dg_text(":code")));
}
END_TEST

/* ---- append ---- */

static const struct { const char *before, *after; } appends[] = { /* hex; NULL: absent */
    { NULL, "04aabb" },
    { "", "04aabb" },
    { "00", "04aabb" },
    { "0411", "0811aabb" },
    { "08112233", "0c112233aabb" },      /* what follows the count is not looked at */
    { "fc11", "010111aabb" },            /* 63 -> 64: the count takes two bytes */
    { "fdff", "02000100aabb" },          /* 16383 -> 16384 */
    { "feffffff77", "030000004077aabb" }, /* 2^30 - 1 -> 2^30 */
    { "03ffffffff", "04aabb" },          /* full */
    { "0100", "04aabb" },                /* 0 in two bytes: no count */
    { "07ffffffff01", "04aabb" },        /* more than 32 bits */
    { "01", "04aabb" },                  /* cut off */
};
enum { APPENDS = sizeof appends / sizeof appends[0] };

START_TEST(append_bumps_the_count_or_begins_a_list)
{
    dg_state *s = dg_state_empty();
    dg_bytes key = dg_text("list");
    if (appends[_i].before)
        ck_assert_int_eq(dg_state_put(s, TOP, key, hex(appends[_i].before), NULL), DG_OK);
    ck_assert_int_eq(dg_state_append(s, key, hex("aabb"), NULL), DG_OK);
    assert_value(s, TOP, key, hex(appends[_i].after));
    dg_state_free(s);
    nothing_left();
}
END_TEST

START_TEST(an_append_is_rolled_back)
{
    dg_state *s = dg_state_empty();
    dg_bytes key = dg_text("list");
    ck_assert_int_eq(dg_state_append(s, key, hex("aa"), NULL), DG_OK);
    ck_assert_int_eq(dg_state_begin(s, NULL), DG_OK);
    ck_assert_int_eq(dg_state_append(s, key, hex("bb"), NULL), DG_OK);
    assert_value(s, TOP, key, hex("08aabb"));
    ck_assert_int_eq(dg_state_rollback(s, NULL), DG_OK);
    assert_value(s, TOP, key, hex("04aa"));
    dg_state_free(s);
    nothing_left();
}
END_TEST

/* ---- transactions, roots ---- */

START_TEST(transactions_nest_and_unwind)
{
    dg_state *s = dg_state_empty();
    ck_assert_int_eq(dg_state_commit(s, NULL), DG_ABSENT);
    ck_assert_int_eq(dg_state_rollback(s, NULL), DG_ABSENT);
    put(s, TOP, "a", "0");
    for (int i = 1; i <= 5; i++) {
        ck_assert_int_eq(dg_state_begin(s, NULL), DG_OK);
        put(s, TOP, "a", &"12345"[i - 1]);
        put(s, dg_text("kid"), "a", &"12345"[i - 1]);
    }
    ck_assert_int_eq(dg_state_commit(s, NULL), DG_OK);
    ck_assert_uint_eq(dg_state_depth(s), 4);
    assert_value(s, TOP, dg_text("a"), dg_text("5"));
    dg_state_unwind(s, 1);
    assert_value(s, TOP, dg_text("a"), dg_text("12345"));
    assert_value(s, dg_text("kid"), dg_text("a"), dg_text("12345"));
    dg_state_unwind(s, 0);
    assert_value(s, TOP, dg_text("a"), dg_text("0"));
    assert_absent(s, dg_text("kid"), "a");
    dg_state_free(s);
    nothing_left();
}
END_TEST

START_TEST(transactions_have_a_stated_maximum)
{
    dg_state *s = dg_state_empty();
    dg_error err;
    dg_code rc;
    unsigned depth = 0;
    while ((rc = dg_state_begin(s, &err)) == DG_OK)
        depth++;
    ck_assert_int_eq(rc, DG_LIMIT);
    ck_assert_uint_ge(depth, 1000);
    ck_assert_ptr_nonnull(strstr(err.text, "4096"));
    dg_state_free(s);
    nothing_left();
}
END_TEST

START_TEST(a_root_in_the_middle_of_a_block_changes_nothing_seen)
{
    dg_state *s = dg_state_empty(), *next;
    dg_bytes key = dg_text(":child_storage:default:kid"), got;
    dg_hash root, child_root;
    put(s, dg_text("kid"), "a", "1");
    ck_assert_int_eq(dg_state_begin(s, NULL), DG_OK);
    ck_assert_int_eq(dg_state_root(s, &root, NULL), DG_OK);
    ck_assert_int_eq(dg_state_get(s, &got, TOP, key, NULL), DG_ABSENT);
    ck_assert_int_eq(dg_state_commit(s, NULL), DG_OK);
    next = dg_state_fork(s); /* but the next block finds it in its backend */
    ck_assert_int_eq(dg_state_child_root(s, &child_root, dg_text("kid"), NULL), DG_OK);
    assert_value(next, TOP, key, dg_hash_bytes(&child_root));
    assert_value(s, TOP, key, dg_hash_bytes(&child_root)); /* asked for: seen */
    dg_state_free(s);
    dg_state_free(next);
    nothing_left();
}
END_TEST

START_TEST(forks_do_not_see_each_other)
{
    dg_state *s = dg_state_empty(), *a, *b;
    dg_hash root, again;
    put(s, TOP, "x", "parent");
    put(s, dg_text("kid"), "x", "parent");
    ck_assert_int_eq(dg_state_root(s, &root, NULL), DG_OK);
    a = dg_state_fork(s);
    b = dg_state_fork(s);
    put(a, TOP, "x", "a");
    put(a, dg_text("kid"), "x", "a");
    put(b, dg_text("other"), "x", "b");
    assert_value(b, TOP, dg_text("x"), dg_text("parent"));
    assert_value(b, dg_text("kid"), dg_text("x"), dg_text("parent"));
    assert_absent(a, dg_text("other"), "x");
    dg_state_free(a);
    dg_state_free(b);
    ck_assert_int_eq(dg_state_root(s, &again, NULL), DG_OK);
    assert_bytes(dg_hash_bytes(&again), dg_hash_bytes(&root), "root");
    dg_state_free(s);
    nothing_left();
}
END_TEST

START_TEST(a_child_root_that_is_no_hash_is_refused)
{
    dg_state *s = dg_state_empty();
    dg_bytes got;
    dg_error err;
    put(s, TOP, ":child_storage:default:kid", "short");
    dg_state_begin_block(s);
    ck_assert_int_eq(dg_state_get(s, &got, dg_text("kid"), dg_text("a"), &err), DG_MALFORMED);
    dg_state_free(s);
}
END_TEST

static dg_code note_key(void *user, dg_bytes key, dg_bytes before, dg_bytes after, dg_error *err)
{
    (void)err;
    dg_buf_put_bytes(user, key);
    dg_buf_printf(user, "%s%s ", before.at ? "-" : "", after.at ? "+" : "");
    return DG_OK;
}

START_TEST(a_difference_names_what_changed)
{
    dg_state *s = dg_state_empty(), *next;
    dg_buf seen;
    dg_buf_init(&seen, 1000);
    put(s, TOP, "changed", "1");
    put(s, TOP, "gone", "1");
    put(s, TOP, "same", "1");
    next = dg_state_fork(s);
    put(next, TOP, "changed", "2");
    put(next, TOP, "same", "1");
    put(next, TOP, "new", "1");
    put(next, dg_text("kid"), "a", "1");
    ck_assert_int_eq(dg_state_delete(next, TOP, dg_text("gone"), NULL), DG_OK);
    ck_assert_int_eq(dg_state_diff(s, next, note_key, &seen, NULL), DG_OK);
    ck_assert_str_eq(dg_buf_text(&seen), ":child_storage:default:kid+ changed-+ gone- new+ ");
    dg_buf_clear(&seen);
    dg_state_free(s);
    dg_state_free(next);
    nothing_left();
}
END_TEST

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
    dg_removal r;
    dg_buf out;
    dg_buf_init(&out, 1000);
    put(s, child, cell(all, t, row, 1), cell(all, t, row, 2));
    put(s, child, cell(all, t, row, 3), cell(all, t, row, 4));
    ck_assert_int_eq(
        dg_state_clear_prefix(s, &r, child, dg_text(cell(all, t, row, 0)), NO_LIMIT, START, NULL), DG_OK);
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
    const char *first = cell(all, "key_value_1", row, 0), *second = cell(all, "key_value_2", row, 0);
    const char *smaller = strcmp(first, second) < 0 ? first : second;
    dg_hash root;
    dg_buf out, next;
    dg_buf_init(&out, 1000);
    dg_buf_init(&next, 1000);
    put(s, child, first, cell(all, "key_value_1", row, 1));
    print_value(&out, s, child, first);
    ck_assert_str_eq(dg_buf_text(&out), result(all, "child_key_value", "ext_default_child_storage_get_version_1", row));
    put(s, child, second, cell(all, "key_value_2", row, 1));
    ck_assert_int_eq(dg_state_child_root(s, &root, child, NULL), DG_OK);
    dg_buf_reset(&out);
    dg_buf_printf(&out, "%s\n", dg_hash_text(&root).text + 2);
    ck_assert_str_eq(dg_buf_text(&out),
                     result(all, "child_key_value_key_value", "ext_default_child_storage_root_version_1", row));
    ck_assert_int_eq(dg_state_next(s, &next, child, dg_text(smaller), NULL), DG_OK);
    dg_buf_put_text(&next, "\n");
    ck_assert_str_eq(dg_buf_text(&next),
                     result(all, "child_key_value_key_value", "ext_default_child_storage_next_key_version", row));
    ck_assert_int_eq(dg_state_next(s, &next, child, dg_text(smaller == first ? second : first), NULL), DG_END);
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
    const char *a = cell(all, "prefix_key_value_key_value", row, 2), *b = cell(all, "prefix_key_value_key_value", row, 4);
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
    ck_assert_str_eq(dg_buf_text(&out), result(all, "key_value_key_value", "ext_storage_append_version_1", row));
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

/* ---- memory runs out ---- */

static dg_code scenario(dg_state *s, dg_error *err)
{
    static const char *const steps[] = { "a", "ab", "b", "ac", "ad" };
    dg_bytes kid = dg_text("kid"), key = dg_text("a"), value;
    dg_state *fork = NULL;
    dg_removal r = { 0 };
    dg_hash root;
    dg_buf buf;
    dg_code rc = DG_OK;
    dg_buf_init(&buf, 1 << 16);
    for (size_t i = 0; i < 5 && rc >= 0; i++) {
        if ((rc = dg_state_begin(s, err)) < 0
            || (rc = dg_state_put(s, i % 2 ? kid : TOP, dg_text(steps[i]), dg_text("v"), err)) < 0)
            break;
        rc = i == 3 ? dg_state_rollback(s, err) : dg_state_commit(s, err);
    }
    if (rc < 0 || (rc = dg_state_append(s, key, dg_text("x"), err)) < 0
        || (rc = dg_state_root(s, &root, err)) < 0)
        goto out;
    if (!(fork = dg_state_fork(s))) {
        rc = DG_NOMEM;
        goto out;
    }
    if ((rc = dg_state_put(fork, kid, key, dg_text("w"), err)) < 0
        || (rc = dg_state_clear_prefix(fork, &r, kid, key, 1, START, err)) < 0
        || (rc = dg_state_next(fork, &buf, TOP, key, err)) < 0
        || (rc = dg_state_child_root(fork, &root, kid, err)) < 0
        || (rc = dg_state_prove(fork, &buf, &key, 1, err)) < 0
        || (rc = dg_state_get(fork, &value, kid, key, err)) < 0)
        goto out;
    rc = DG_OK;
out:
    dg_buf_clear(&r.cursor);
    dg_buf_clear(&buf);
    dg_state_free(fork);
    return rc;
}

START_TEST(a_state_without_memory_says_so_and_leaks_nothing)
{
    dg_error err;
    dg_code rc = DG_NOMEM;
    uint64_t nth = 0;
    while (rc != DG_OK) {
        dg_state *s = dg_state_empty();
        ck_assert_ptr_nonnull(s);
        dg_alloc_fail_from(++nth);
        rc = scenario(s, &err);
        dg_alloc_fail_from(0);
        ck_assert_msg(rc == DG_OK || rc == DG_NOMEM, "request %d: %d %s", (int)nth, (int)rc, err.text);
        dg_state_verify(s);
        dg_state_free(s);
        nothing_left();
    }
    ck_assert_uint_gt(nth, 50);
}
END_TEST

/* ---- snapshots ---- */

static dg_snapshot *saved(dg_state *s, const char *name)
{
    dg_snapshot_info info = { .chain = "test", .name = "Test", .source_kind = "state" };
    dg_snapshot *snapshot = NULL;
    dg_error err;
    if (dg_state_save(s, scratch_path(name), &info, &err) < 0
        || dg_snapshot_open(&snapshot, scratch_path(name), &err) < 0)
        ck_abort_msg("%s", err.text);
    return snapshot;
}

START_TEST(a_state_goes_to_disk_and_comes_back_whole)
{
    const char *path = corpus_path("specs/kusama-genesis-1020.json.zst");
    dg_state *s = dg_state_empty(), *first, *second;
    dg_snapshot *snapshots[2];
    dg_hash roots[3];
    pairs p;
    if (!path) {
        dg_state_free(s);
        return;
    }
    p = pairs_from_json(path);
    dg_state_set_version(s, 1);
    for (size_t i = 0; i < p.len; i++)
        ck_assert_int_eq(dg_state_put(s, TOP, p.at[i][0], p.at[i][1], NULL), DG_OK);
    put(s, dg_text("kid"), "a", "a value of more than thirty-two bytes");
    put(s, dg_text("kid"), "b", "2");
    ck_assert_int_eq(dg_state_root(s, &roots[0], NULL), DG_OK);
    snapshots[0] = saved(s, "first");
    dg_state_free(s);
    ck_assert_uint_eq(dg_snapshot_info_of(snapshots[0])->keys, p.len + 3); /* entries of the child, and its root */

    ck_assert_int_eq(dg_state_open(&first, snapshots[0], NULL), DG_OK);
    ck_assert_uint_eq(dg_state_version(first), 1);
    assert_value(first, dg_text("kid"), dg_text("a"), dg_text("a value of more than thirty-two bytes"));
    put(first, dg_text("kid"), "c", "3");
    put(first, TOP, "z", "26");
    ck_assert_int_eq(dg_state_root(first, &roots[1], NULL), DG_OK);
    ck_assert(!dg_hash_equal(&roots[0], &roots[1]));
    snapshots[1] = saved(first, "second"); /* most of it lies in the first */
    dg_state_free(first);
    dg_snapshot_close(snapshots[0]);

    ck_assert_int_eq(dg_state_open(&second, snapshots[1], NULL), DG_OK);
    for (size_t i = 0; i < p.len; i++)
        assert_value(second, TOP, p.at[i][0], p.at[i][1]);
    assert_value(second, dg_text("kid"), dg_text("b"), dg_text("2"));
    assert_value(second, dg_text("kid"), dg_text("c"), dg_text("3"));
    ck_assert_int_eq(dg_state_root(second, &roots[2], NULL), DG_OK);
    assert_bytes(dg_hash_bytes(&roots[2]), dg_hash_bytes(&roots[1]), "root");
    dg_state_verify(second);
    dg_state_free(second);
    dg_snapshot_close(snapshots[1]);
    pairs_clear(&p);
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
    json_object_foreach(list, key, value) {
        dg_buf_reset(&raw[0]);
        dg_buf_reset(&raw[1]);
        ck_assert_int_eq(dg_hex_get(&raw[0], key, strlen(key), NULL), DG_OK);
        ck_assert_int_eq(dg_hex_get(&raw[1], json_string_value(value), json_string_length(value), NULL), DG_OK);
        ck_assert_int_eq(dg_state_put(s, child, dg_buf_bytes(&raw[0]), dg_buf_bytes(&raw[1]), NULL), DG_OK);
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
    json_t *all = path ? json_loadb((const char *)text.at, text.len, 0, NULL) : NULL, *parent, *entries;
    dg_state *s = dg_state_empty();
    dg_hash again;
    size_t count = 0;
    parent = json_object_get(all, "parentStorage");
    put_entries(s, TOP, json_object_get(parent, "mainTrie"));
    json_object_foreach(json_object_get(parent, "childTries"), name, entries) {
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
    Suite *s = suite_create("state");
    TCase *tc = tcase_create("state");
    tcase_set_timeout(tc, 0);
    tcase_add_loop_test(tc, removal_counts_what_the_reference_counts, 0, 2);
    tcase_add_loop_test(tc, removal_without_a_cursor_makes_no_progress, 0, 2);
    tcase_add_loop_test(tc, removal_with_limit_zero_takes_the_blocks_own_keys, 0, 2);
    tcase_add_test(tc, removal_of_a_whole_child_takes_its_root_away);
    tcase_add_loop_test(tc, removal_that_could_reach_child_roots_is_refused, 0, 5);
    tcase_add_test(tc, keys_of_child_roots_are_known);
    tcase_add_loop_test(tc, append_bumps_the_count_or_begins_a_list, 0, APPENDS);
    tcase_add_test(tc, an_append_is_rolled_back);
    tcase_add_test(tc, transactions_nest_and_unwind);
    tcase_add_test(tc, transactions_have_a_stated_maximum);
    tcase_add_test(tc, a_root_in_the_middle_of_a_block_changes_nothing_seen);
    tcase_add_test(tc, forks_do_not_see_each_other);
    tcase_add_test(tc, a_child_root_that_is_no_hash_is_refused);
    tcase_add_test(tc, a_difference_names_what_changed);
    tcase_add_test(tc, host_api_tables_agree);
    tcase_add_test(tc, a_state_without_memory_says_so_and_leaks_nothing);
    tcase_add_test(tc, a_state_goes_to_disk_and_comes_back_whole);
    tcase_add_loop_test(tc, child_tries_of_a_real_chain_have_their_roots, 0, 2);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
