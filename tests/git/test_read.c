/* Files that lie in a repository. What is read must be what the commit has, whatever the working
 * tree shows; and a name that leads to no file must say why, since nobody sees a tree from outside.
 */
#include "git/git.h"

#include <git2.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../support/repo.h"

static const char pointer[] =
    "version https://git-lfs.github.com/spec/v1\n"
    "oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n";

/* main: "one", then "two" with tag v2; branch side@1 from the first. */
static const char *repo(void)
{
    static char path[300];
    if (path[0])
        return path;
    snprintf(path, sizeof path, "%s", repo_new("re@po"));
    repo_put(path, "a/file.txt", dg_text("one"));
    repo_put(path, "at@colon:x", dg_text("odd"));
    repo_put(path, "pointer.wasm", dg_text(pointer));
    repo_git(path, "update-index --add --cacheinfo "
                   "160000,1234567890123456789012345678901234567890,sub");
    ck_assert_int_eq(symlink("a/file.txt", scratch_path("re@po/link")), 0);
    repo_git(path, "add a at@colon:x pointer.wasm link");
    repo_git(path, "commit -q -m one");
    repo_git(path, "tag light");
    repo_git(path, "branch side@1");
    repo_put(path, "a/file.txt", dg_text("two"));
    repo_git(path, "commit -q -m two a/file.txt");
    repo_git(path, "tag -a v2 -m second");
    repo_put(path, "a/file.txt", dg_text("not committed"));
    return path;
}

static void reads(const char *name, const char *want)
{
    dg_buf got;
    dg_error err;
    dg_buf_init(&got, 1000);
    if (dg_git_read(&got, name, &err) < 0)
        ck_abort_msg("%s", err.text);
    ck_assert_str_eq(dg_buf_text(&got), want);
    dg_buf_clear(&got);
}

static void is_refused(const char *name, const char *says, dg_code code)
{
    char pinned[DG_GIT_NAME_MAX];
    dg_buf got;
    dg_error err;
    dg_buf_init(&got, 1000);
    ck_assert_msg(dg_git_read(&got, name, &err) == code, "%s", name);
    ck_assert_msg(strstr(err.text, says) != NULL, "%s said: %s", name, err.text);
    ck_assert_msg(!strchr(err.text, '\n') && got.len == 0, "%s", err.text);
    ck_assert_int_eq(dg_git_pin(pinned, sizeof pinned, name, "", &err), code);
    ck_assert_msg(strstr(err.text, says) != NULL, "pinned, %s said: %s", name, err.text);
    dg_buf_clear(&got);
}

/* ---- what is there ---- */

static const struct {
    const char *rest, *want;
} there[] = {
    { "main:a/file.txt", "two" },
    { "HEAD:a/file.txt", "two" },
    { "@:a/file.txt", "two" },
    { "HEAD~1:a/file.txt", "one" },
    { "v2:a/file.txt", "two" },
    { "v2^:a/file.txt", "one" },
    { "light:a/file.txt", "one" },
    { "side@1:a/file.txt", "one" },
    { "main@{0}:a/file.txt", "two" },
    { "refs/heads/main:a/file.txt", "two" },
    { "main:./a/../a//file.txt", "two" },
    { "main:at@colon:x", "odd" },
    { "side@1:at@colon:x", "odd" },
};

START_TEST(a_file_is_as_its_commit_has_it)
{
    char name[600];
    snprintf(name, sizeof name, "git:%s@%s", repo(), there[_i].rest);
    reads(name, there[_i].want);
    snprintf(name, sizeof name, "git:%s/.git@%s", repo(), there[_i].rest);
    reads(name, there[_i].want);
}
END_TEST

START_TEST(hashes_name_commits_whole_or_in_short)
{
    char name[600];
    for (int len = 8; len <= 40; len += 32) {
        snprintf(name, sizeof name, "git:%s@%.*s:a/file.txt", repo(), len,
                 repo_hash(repo(), "main"));
        reads(name, "two");
    }
}
END_TEST

START_TEST(bare_and_shallow_repositories_are_read)
{
    char name[600];
    repo_git(repo(), "clone -q --bare . '%s'", scratch_path("bare.git"));
    snprintf(name, sizeof name, "git:%s@v2:a/file.txt", scratch_path("bare.git"));
    reads(name, "two");
    repo_git(repo(), "clone -q --depth 1 'file://%s' '%s'", repo(), scratch_path("shallow"));
    snprintf(name, sizeof name, "git:%s@HEAD:a/file.txt", scratch_path("shallow"));
    reads(name, "two");
    snprintf(name, sizeof name, "git:%s@HEAD~1:a/file.txt", scratch_path("shallow"));
    is_refused(name, "it is shallow: git fetch --unshallow", DG_USAGE);
}
END_TEST

START_TEST(a_pinned_name_stays_when_its_branch_moves)
{
    char name[600], pinned[DG_GIT_NAME_MAX];
    const char *own = repo_new("moves");
    dg_error err;
    repo_put(own, "f", dg_text("before"));
    repo_commit(own, "before");
    snprintf(name, sizeof name, "git:%s@main:f", own);
    ck_assert_int_eq(dg_git_pin(pinned, sizeof pinned, name, "", &err), DG_OK);
    repo_put(own, "f", dg_text("after"));
    repo_commit(own, "after");
    reads(name, "after");
    reads(pinned, "before");
    ck_assert_ptr_nonnull(strstr(pinned, repo_hash(own, "main~1")));
}
END_TEST

START_TEST(a_repository_is_looked_for_beside_a_plan_too)
{
    char pinned[DG_GIT_NAME_MAX], folder[300];
    const char *own = repo_new("beside");
    dg_error err;
    repo_put(own, "f", dg_text("x"));
    repo_commit(own, "one");
    snprintf(folder, sizeof folder, "%s/", scratch_dir());
    ck_assert_int_eq(dg_git_pin(pinned, sizeof pinned, "git:beside@main:f", folder, &err), DG_OK);
    reads(pinned, "x");
    ck_assert_int_eq(dg_git_pin(pinned, sizeof pinned, "git:beside@main:f", "", &err), DG_IO);
}
END_TEST

/* Nothing that a repository or a user names may be run or asked: a filter would change the file. */
START_TEST(no_configuration_is_followed)
{
    char name[600];
    const char *own = repo_new("filtered");
    repo_put(own, "f", dg_text("a\n"));
    repo_put(own, ".gitattributes", dg_text("f text eol=crlf filter=evil\n"));
    repo_commit(own, "one");
    repo_git(own, "config filter.evil.smudge 'touch %s; cat'", scratch_path("was-run"));
    repo_git(own, "config core.fsmonitor 'touch %s'", scratch_path("was-run"));
    snprintf(name, sizeof name, "git:%s@main:f", own);
    reads(name, "a\n");
    ck_assert(!dg_file_exists(scratch_path("was-run")));
}
END_TEST

/* ---- what is not ---- */

static const struct {
    const char *rest, *says;
    dg_code code;
} absent[] = {
    { "mian:a/file.txt", "no revision mian; did you mean main?", DG_USAGE },
    { "v9.9.9:a/file.txt", "no revision v9.9.9", DG_USAGE },
    { "0123456789:a/file.txt", "no revision 0123456789", DG_USAGE },
    { "HEAD~7:a/file.txt", "no revision HEAD~7", DG_USAGE },
    { "HEAD^{tree}:a/file.txt", "HEAD^{tree} is a tree, not a commit", DG_USAGE },
    { "main:a/fiel.txt", "has no a/fiel.txt; did you mean a/file.txt?", DG_USAGE },
    { "main:b/file.txt", "has no b/file.txt", DG_USAGE },
    { "main:a/file.txt/x", "has no a/file.txt/x: a/file.txt is a file there", DG_USAGE },
    { "main:a", "a is a folder, and a file is needed", DG_USAGE },
    { "main:sub", "sub is a submodule", DG_USAGE },
    { "main:sub/x", "has no sub/x", DG_USAGE },
    { "main:link", "link is a symbolic link; name what it leads to: a/file.txt", DG_USAGE },
    { "main:../a", "the path leads out of the repository", DG_USAGE },
    { "main:", "no PATH", DG_USAGE },
    { ":a", "no REV", DG_USAGE },
    { "main", "is git:REPO@REV:PATH", DG_USAGE },
    { "main:pointer.wasm", "it is a Git LFS pointer to sha256:4d7a2146", DG_UNSUPPORTED },
    { "main:pointer.wasm", "2393 of 12345 bytes, not the file: fetch it with", DG_UNSUPPORTED },
};

START_TEST(what_is_not_there_is_said_in_one_line)
{
    char name[600];
    snprintf(name, sizeof name, "git:%s@%s", repo(), absent[_i].rest);
    is_refused(name, absent[_i].says, absent[_i].code);
    ck_assert(absent[_i].code == DG_UNSUPPORTED || !dg_git_has(name));
}
END_TEST

START_TEST(what_is_no_repository_is_said)
{
    char name[600], empty[300];
    dg_error err;
    snprintf(empty, sizeof empty, "%s", scratch_path("empty"));
    ck_assert_int_eq(dg_dir_make(empty, &err), DG_OK);
    is_refused("git:/no/such/place@main:f", "the repository /no/such/place does not exist", DG_IO);
    snprintf(name, sizeof name, "git:%s@main:f", empty);
    is_refused(name, "empty is no git repository", DG_USAGE);
    snprintf(name, sizeof name, "git:%s/a@main:f", repo());
    is_refused(name, "is no git repository; the one around it is", DG_USAGE);
    snprintf(name, sizeof name, "git:%s@main:f", repo_new("unborn"));
    is_refused(name, "no revision main", DG_USAGE);
}
END_TEST

/* Two contents whose hashes begin with the same four digits, found by counting. */
START_TEST(a_short_hash_of_two_objects_is_ambiguous)
{
    static uint32_t first[1 << 16]; /* by the first two bytes: the content, plus one */
    const char *own = repo_new("ambiguous");
    char name[600];
    repo_put(own, "f", dg_text("x"));
    repo_commit(own, "one");
    git_libgit2_init();
    for (uint32_t i = 0;; i++) {
        char content[20], path[20];
        git_oid id;
        unsigned at;
        snprintf(content, sizeof content, "content %u", i);
        ck_assert_int_eq(git_odb_hash(&id, content, strlen(content), GIT_OBJECT_BLOB), 0);
        at = (unsigned)id.id[0] << 8 | id.id[1];
        if (!first[at]) {
            first[at] = i + 1;
            continue;
        }
        repo_put(own, "a", dg_text(content));
        snprintf(path, sizeof path, "content %u", first[at] - 1);
        repo_put(own, "b", dg_text(path));
        snprintf(name, sizeof name, "git:%s@%04x:f", own, at);
        break;
    }
    git_libgit2_shutdown();
    repo_commit(own, "two");
    is_refused(name, "is ambiguous: several objects begin with it", DG_USAGE);
}
END_TEST

START_TEST(a_file_that_is_too_large_is_not_read)
{
    char name[600];
    dg_buf got;
    dg_error err;
    snprintf(name, sizeof name, "git:%s@v2:a/file.txt", repo());
    dg_buf_init(&got, 2);
    ck_assert_int_eq(dg_git_read(&got, name, &err), DG_LIMIT);
    ck_assert_ptr_nonnull(strstr(err.text, "the file has 3 bytes; at most 2 are allowed"));
    ck_assert_uint_eq(got.len, 0);
    dg_buf_clear(&got);
}
END_TEST

/* ---- where it comes from ---- */

static dg_git_about about(const char *path)
{
    dg_git_about out;
    dg_error err;
    if (dg_git_about_of(&out, path, &err) < 0)
        ck_abort_msg("%s", err.text);
    return out;
}

START_TEST(commit_tag_and_changes_are_told)
{
    char name[600];
    dg_git_about a;
    snprintf(name, sizeof name, "git:%s@v2:a/file.txt", repo());
    a = about(name);
    ck_assert_str_eq(a.commit, repo_hash(repo(), "v2"));
    ck_assert_str_eq(a.tag, "v2");
    ck_assert(a.has_tree && a.dirty && !a.tree_unknown);
    snprintf(name, sizeof name, "git:%s@v2^:a/file.txt", repo());
    ck_assert_str_eq(about(name).tag, "light");
    snprintf(name, sizeof name, "%s/a/file.txt", repo()); /* a file, in the working tree */
    ck_assert_str_eq(about(name).commit, repo_hash(repo(), "HEAD"));
}
END_TEST

START_TEST(a_tree_that_nobody_changed_is_not_dirty)
{
    char name[600];
    dg_git_about a;
    const char *own = repo_new("clean");
    repo_put(own, "f", dg_text("x"));
    repo_commit(own, "one");
    repo_put(own, "not tracked", dg_text("y"));
    snprintf(name, sizeof name, "%s/not tracked", own);
    a = about(name);
    ck_assert(a.has_tree && !a.dirty && !a.tree_unknown);
    ck_assert_str_eq(a.tag, "");
    repo_git(own, "clone -q --bare . '%s'", scratch_path("clean.git"));
    snprintf(name, sizeof name, "git:%s@main:f", scratch_path("clean.git"));
    ck_assert(!about(name).has_tree);
}
END_TEST

START_TEST(a_file_in_no_repository_comes_from_none)
{
    dg_git_about out;
    dg_error err;
    ck_assert_int_eq(dg_git_about_of(&out, "/proc/version", &err), DG_ABSENT);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("git-read");
    TCase *tc = tcase_create("read");
    tcase_set_timeout(tc, 0);
    tcase_add_loop_test(tc, a_file_is_as_its_commit_has_it, 0, sizeof there / sizeof *there);
    tcase_add_test(tc, hashes_name_commits_whole_or_in_short);
    tcase_add_test(tc, bare_and_shallow_repositories_are_read);
    tcase_add_test(tc, a_pinned_name_stays_when_its_branch_moves);
    tcase_add_test(tc, a_repository_is_looked_for_beside_a_plan_too);
    tcase_add_test(tc, no_configuration_is_followed);
    tcase_add_loop_test(tc, what_is_not_there_is_said_in_one_line, 0,
                        sizeof absent / sizeof *absent);
    tcase_add_test(tc, what_is_no_repository_is_said);
    tcase_add_test(tc, a_short_hash_of_two_objects_is_ambiguous);
    tcase_add_test(tc, a_file_that_is_too_large_is_not_read);
    tcase_add_test(tc, commit_tag_and_changes_are_told);
    tcase_add_test(tc, a_tree_that_nobody_changed_is_not_dirty);
    tcase_add_test(tc, a_file_in_no_repository_comes_from_none);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
