/* The host API promises a runtime that its storage behaves as if it were alone:
 * lists grow, transactions nest, forks and roots are not seen. */
#include "steps.h"

/* ---- append ---- */

static const struct {
    const char *before, *after;
} appends[] = {
    /* hex; NULL: absent */
    { NULL, "04aabb" },
    { "", "04aabb" },
    { "00", "04aabb" },
    { "0411", "0811aabb" },
    { "08112233", "0c112233aabb" },       /* what follows the count is not looked at */
    { "fc11", "010111aabb" },             /* 63 -> 64: the count takes two bytes */
    { "fdff", "02000100aabb" },           /* 16383 -> 16384 */
    { "feffffff77", "030000004077aabb" }, /* 2^30 - 1 -> 2^30 */
    { "03ffffffff", "04aabb" },           /* full */
    { "0100", "04aabb" },                 /* 0 in two bytes: no count */
    { "07ffffffff01", "04aabb" },         /* more than 32 bits */
    { "01", "04aabb" },                   /* cut off */
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
    ck_assert_uint_eq(depth, 4096);
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

/* ---- memory runs out ---- */

static dg_code scenario(dg_state *s, dg_error *err)
{
    static const char *const steps[] = { "a", "ab", "b", "ac", "ad" };
    dg_bytes kid = dg_text("kid"), key = dg_text("a"), value;
    dg_state *fork = NULL;
    dg_state_removal r = { 0 };
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
        ck_assert_msg(rc == DG_OK || rc == DG_NOMEM, "request %d: %d %s", (int)nth, (int)rc,
                      err.text);
        dg_state_verify(s);
        dg_state_free(s);
        nothing_left();
    }
    ck_assert_uint_gt(nth, 50);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("state");
    TCase *tc = tcase_create("state");
    tcase_set_timeout(tc, 0);
    tcase_add_loop_test(tc, append_bumps_the_count_or_begins_a_list, 0, APPENDS);
    tcase_add_test(tc, an_append_is_rolled_back);
    tcase_add_test(tc, transactions_nest_and_unwind);
    tcase_add_test(tc, transactions_have_a_stated_maximum);
    tcase_add_test(tc, a_root_in_the_middle_of_a_block_changes_nothing_seen);
    tcase_add_test(tc, forks_do_not_see_each_other);
    tcase_add_test(tc, a_child_root_that_is_no_hash_is_refused);
    tcase_add_test(tc, a_difference_names_what_changed);
    tcase_add_test(tc, a_state_without_memory_says_so_and_leaks_nothing);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
