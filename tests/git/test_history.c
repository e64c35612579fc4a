/* The commits between two revisions, and the files of each. A parent that is lost would hide the
 * commit that broke something; a file that stays from another commit would be built into the next.
 */
#include "git/git.h"

#include <stdlib.h>
#include <string.h>

#include "../support/repo.h"

/* base, a, (side: b, c), d, merge, e; with a file of each subject's name, and a folder. */
static const char *repo(void)
{
    static const char *path;
    if (path)
        return path;
    path = repo_new("history");
    repo_put(path, "f", dg_text("base"));
    repo_put(path, "folder/old", dg_text("old"));
    repo_commit(path, "base");
    repo_put(path, "a", dg_text("a"));
    repo_commit(path, "a");
    repo_git(path, "checkout -q -b side");
    repo_put(path, "b", dg_text("b"));
    repo_commit(path, "b");
    repo_git(path, "rm -q -r folder");
    repo_put(path, "f", dg_text("changed"));
    repo_commit(path, "c");
    repo_git(path, "checkout -q main");
    repo_put(path, "d", dg_text("d"));
    repo_commit(path, "d");
    repo_git(path, "merge -q --no-ff -m merge side");
    repo_put(path, "e", dg_text("e"));
    repo_commit(path, "e");
    return path;
}

static dg_git_history *between(const char *good, const char *bad, bool first_parent)
{
    dg_git_range range = { repo(), good, bad, first_parent };
    dg_git_history *h;
    dg_error err;
    if (dg_git_history_new(&h, &range, &err) < 0)
        ck_abort_msg("%s", err.text);
    return h;
}

static size_t named(const dg_git_history *h, const char *subject)
{
    char text[100];
    for (size_t i = 0; i < dg_git_history_count(h); i++) {
        dg_git_history_subject(text, sizeof text, h, i);
        if (strcmp(text, subject) == 0)
            return i;
    }
    return SIZE_MAX;
}

static bool has_parent(const dg_git_history *h, const char *child, const char *parent)
{
    const uint32_t *parents;
    size_t count = dg_git_history_parents(&parents, h, named(h, child));
    for (size_t k = 0; k < count; k++)
        if (parents[k] == named(h, parent))
            return true;
    return false;
}

START_TEST(a_merge_has_both_parents)
{
    dg_git_history *h = between("main~3", "main", false); /* a */
    char hash[DG_GIT_HASH_TEXT];
    ck_assert_uint_eq(dg_git_history_count(h), 6);
    ck_assert_uint_eq(named(h, "a"), 0);
    ck_assert_uint_eq(named(h, "e"), 5);
    ck_assert_uint_eq(named(h, "base"), SIZE_MAX);
    ck_assert(has_parent(h, "merge", "d") && has_parent(h, "merge", "c"));
    ck_assert(has_parent(h, "c", "b") && has_parent(h, "b", "a") && has_parent(h, "d", "a"));
    dg_git_history_hash(hash, h, named(h, "c"));
    ck_assert_str_eq(hash, repo_hash(repo(), "side"));
    ck_assert_uint_eq(dg_git_history_find(h, hash), named(h, "c"));
    ck_assert_uint_eq(dg_git_history_find(h, repo_hash(repo(), "main~4")), SIZE_MAX);
    ck_assert_uint_eq(dg_git_history_find(h, "no hash"), SIZE_MAX);
    dg_git_history_free(h);
}
END_TEST

START_TEST(along_first_parents_a_branch_is_not_seen)
{
    dg_git_history *h = between("main~3", "main", true);
    ck_assert_uint_eq(dg_git_history_count(h), 4);
    ck_assert_uint_eq(named(h, "c"), SIZE_MAX);
    ck_assert(has_parent(h, "merge", "d") && has_parent(h, "e", "merge"));
    dg_git_history_free(h);
    h = between("side", "main", true); /* good is on the branch: merge and e, and d beside it */
    ck_assert_uint_eq(dg_git_history_count(h), 4);
    ck_assert_uint_eq(named(h, "e"), 3);
    dg_git_history_free(h);
}
END_TEST

START_TEST(a_file_is_known_by_its_hash)
{
    dg_git_history *h = between("main~4", "main", false);
    char base[DG_GIT_HASH_TEXT], hash[DG_GIT_HASH_TEXT];
    dg_error err;
    ck_assert_int_eq(dg_git_history_file(base, h, named(h, "base"), "f", &err), DG_OK);
    ck_assert_int_eq(dg_git_history_file(hash, h, named(h, "d"), "f", &err), DG_OK);
    ck_assert_str_eq(base, hash);
    ck_assert_int_eq(dg_git_history_file(hash, h, named(h, "c"), "f", &err), DG_OK);
    ck_assert_str_ne(base, hash);
    ck_assert_int_eq(dg_git_history_file(hash, h, named(h, "d"), "b", &err), DG_ABSENT);
    ck_assert_ptr_nonnull(strstr(err.text, "has no b"));
    ck_assert_int_eq(dg_git_history_file(hash, h, named(h, "d"), "folder", &err), DG_USAGE);
    dg_git_history_free(h);
}
END_TEST

static void is_there(const char *folder, const char *name, const char *content)
{
    char path[500];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    ck_assert_msg(dg_file_exists(path) == (content != NULL), "%s", name);
    if (content) {
        dg_buf got = slurp(path);
        ck_assert_str_eq(dg_buf_text(&got), content);
        dg_buf_clear(&got);
    }
}

/* From a bare repository as well, whose own index and HEAD stay as they are. */
START_TEST(a_folder_becomes_what_a_commit_has)
{
    char folder[300], bare[300];
    dg_git_history *h;
    dg_error err;
    snprintf(folder, sizeof folder, "%s", scratch_path(_i ? "out-of-bare" : "out"));
    snprintf(bare, sizeof bare, "%s", scratch_path("history.git"));
    if (_i)
        repo_git(repo(), "clone -q --bare . '%s'", bare);
    dg_git_range range = { _i ? bare : repo(), "main~4", "main", false };
    ck_assert_int_eq(dg_dir_make(folder, &err), DG_OK);
    if (dg_git_history_new(&h, &range, &err) < 0)
        ck_abort_msg("%s", err.text);
    ck_assert_msg(dg_git_history_check_out(h, folder, named(h, "d"), SIZE_MAX, &err) == DG_OK, "%s",
                  err.text);
    is_there(folder, "f", "base");
    is_there(folder, "folder/old", "old");
    is_there(folder, "b", NULL);
    repo_put(folder, "made", dg_text("by a build"));
    repo_put(folder, "f", dg_text("written over"));
    ck_assert_int_eq(dg_git_history_check_out(h, folder, named(h, "c"), named(h, "d"), &err),
                     DG_OK);
    is_there(folder, "f", "changed");
    is_there(folder, "folder/old", NULL);
    is_there(folder, "d", NULL);
    is_there(folder, "b", "b");
    is_there(folder, "made", "by a build");
    ck_assert_int_eq(dg_git_history_check_out(h, folder, named(h, "d"), named(h, "c"), &err),
                     DG_OK);
    is_there(folder, "f", "base");
    is_there(folder, "folder/old", "old");
    dg_git_history_free(h);
    repo_git(repo(), "diff --quiet HEAD");
}
END_TEST

/* A build may have removed what it was given. */
START_TEST(what_was_removed_comes_back)
{
    dg_git_history *h = between("main~4", "main", false);
    char folder[300], path[400];
    dg_error err;
    snprintf(folder, sizeof folder, "%s", scratch_path("removed"));
    snprintf(path, sizeof path, "%s/f", folder);
    ck_assert_int_eq(dg_dir_make(folder, &err), DG_OK);
    ck_assert_int_eq(dg_git_history_check_out(h, folder, named(h, "d"), SIZE_MAX, &err), DG_OK);
    ck_assert_int_eq(remove(path), 0);
    ck_assert_int_eq(dg_git_history_check_out(h, folder, named(h, "d"), named(h, "d"), &err),
                     DG_OK);
    is_there(folder, "f", "base");
    dg_git_history_free(h);
}
END_TEST

START_TEST(no_filter_is_run_on_the_way)
{
    const char *own = repo_new("evil");
    char folder[300], was_run[300];
    dg_git_range range = { own, "main~1", "main", false };
    dg_git_history *h;
    dg_error err;
    snprintf(was_run, sizeof was_run, "%s", scratch_path("was-run"));
    snprintf(folder, sizeof folder, "%s", scratch_path("out-of-evil"));
    repo_put(own, ".gitattributes", dg_text("f filter=evil\n"));
    repo_put(own, "f", dg_text("one"));
    repo_commit(own, "one");
    repo_put(own, "f", dg_text("two"));
    repo_commit(own, "two");
    repo_git(own, "config filter.evil.smudge 'touch %s; cat'", was_run);
    repo_put(own, ".git/hooks/post-checkout", dg_text("#!/bin/sh\ntouch \"$WAS_RUN\"\n"));
    repo_git(own, "config core.hooksPath .git/hooks");
    setenv("WAS_RUN", was_run, 1);
    ck_assert_int_eq(system("chmod +x \"$(dirname \"$WAS_RUN\")\"/evil/.git/hooks/*"), 0);
    ck_assert_int_eq(dg_dir_make(folder, &err), DG_OK);
    ck_assert_int_eq(dg_git_history_new(&h, &range, &err), DG_OK);
    ck_assert_int_eq(dg_git_history_check_out(h, folder, 1, SIZE_MAX, &err), DG_OK);
    is_there(folder, "f", "two");
    ck_assert(!dg_file_exists(was_run));
    dg_git_history_free(h);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("git-history");
    TCase *tc = tcase_create("history");
    tcase_set_timeout(tc, 0);
    tcase_add_test(tc, a_merge_has_both_parents);
    tcase_add_test(tc, along_first_parents_a_branch_is_not_seen);
    tcase_add_test(tc, a_file_is_known_by_its_hash);
    tcase_add_loop_test(tc, a_folder_becomes_what_a_commit_has, 0, 2);
    tcase_add_test(tc, what_was_removed_comes_back);
    tcase_add_test(tc, no_filter_is_run_on_the_way);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
