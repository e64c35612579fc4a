/* A state that a run ends with is kept, and another run begins with it: what comes
 * back must be what went. */
#include "../trie/inputs.h"
#include "steps.h"

static dg_snapshot *saved(dg_state *s, const char *name)
{
    dg_snapshot_info info = { .chain = "test", .name = "Test", .source_kind = "state" };
    dg_snapshot *snapshot = NULL;
    dg_error err;
    if (dg_state_save(s, scratch_path(name), &info, dg_bytes_of(NULL, 0), &err) < 0
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
    /* entries of the child, and its root */
    ck_assert_uint_eq(dg_snapshot_info_of(snapshots[0])->keys, p.len + 3);

    ck_assert_int_eq(dg_state_open(&first, snapshots[0], NULL), DG_OK);
    ck_assert_uint_eq(dg_state_version(first), 1);
    assert_value(first, dg_text("kid"), dg_text("a"),
                 dg_text("a value of more than thirty-two bytes"));
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

int main(void)
{
    Suite *s = suite_create("disk");
    TCase *tc = tcase_create("disk");
    tcase_set_timeout(tc, 0);
    tcase_add_test(tc, a_state_goes_to_disk_and_comes_back_whole);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
