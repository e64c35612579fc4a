/* Removal by prefix promises exact answers: how many keys went, how many were
 * looked at, where to go on. Chains of one kind charge fees by them. */
#include "steps.h"

static void assert_removed(dg_state_removal *r, bool all, uint32_t backend, uint32_t unique,
                           uint32_t loops, const char *cursor)
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
    dg_state_removal r;
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
    dg_state_removal r;
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(dg_state_clear_prefix(s, &r, child, dg_text("p"), 2, START, NULL), DG_OK);
        assert_removed(&r, false, i ? 0 : 1, i ? 0 : 4, 2, "p3");
    }
    ck_assert_int_eq(dg_state_clear_prefix(s, &r, child, dg_text("p"), 2, dg_text("p3"), NULL),
                     DG_OK);
    assert_removed(&r, false, 1, 1, 2, "p5");
    ck_assert_int_eq(dg_state_clear_prefix(s, &r, child, dg_text("p"), 2, dg_text("p5"), NULL),
                     DG_OK);
    assert_removed(&r, true, 1, 1, 1, NULL);
    dg_state_free(s);
    nothing_left();
}
END_TEST

START_TEST(removal_with_limit_zero_takes_the_blocks_own_keys)
{
    dg_bytes child = dg_text(children[_i]);
    dg_state *s = block_of_keys(child);
    dg_state_removal r;
    ck_assert_int_eq(dg_state_clear_prefix(s, &r, child, dg_text("p"), 0, START, NULL), DG_OK);
    assert_removed(&r, false, 0, 3, 0, "p1");
    ck_assert_int_eq(dg_state_clear_prefix(s, &r, child, dg_text("p1"), NO_LIMIT, START, NULL),
                     DG_OK);
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
    dg_state_removal r;
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

static const char *const refused[] = { "", ":", ":child",
                                       ":child_storage:", ":child_storage:default:kid" };

START_TEST(removal_that_could_reach_child_roots_is_refused)
{
    dg_state *s = dg_state_empty();
    dg_state_removal r;
    put(s, TOP, ":code", "x");
    put(s, TOP, ":child_storage:default:kid", "x");
    ck_assert_int_eq(dg_state_clear_prefix(s, &r, TOP, dg_text(refused[_i]), NO_LIMIT, START, NULL),
                     DG_OK);
    assert_removed(&r, true, 0, 0, 0, NULL);
    assert_value(s, TOP, dg_text(":code"), dg_text("x"));
    ck_assert_int_eq(dg_state_clear_prefix(s, &r, TOP, dg_text(":co"), NO_LIMIT, START, NULL),
                     DG_OK);
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

int main(void)
{
    Suite *s = suite_create("removal");
    TCase *tc = tcase_create("removal");
    tcase_set_timeout(tc, 0);
    tcase_add_loop_test(tc, removal_counts_what_the_reference_counts, 0, 2);
    tcase_add_loop_test(tc, removal_without_a_cursor_makes_no_progress, 0, 2);
    tcase_add_loop_test(tc, removal_with_limit_zero_takes_the_blocks_own_keys, 0, 2);
    tcase_add_test(tc, removal_of_a_whole_child_takes_its_root_away);
    tcase_add_loop_test(tc, removal_that_could_reach_child_roots_is_refused, 0, 5);
    tcase_add_test(tc, keys_of_child_roots_are_known);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
