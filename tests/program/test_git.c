/* Files of a repository, wherever a command takes a file: what comes of them is what comes of the
 * same bytes in a file, and what is none of them gets one line. */
#include "program.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../support/repo.h"

static const char plan_text[] = "{\"doppel\":1,\"snapshot\":\"../mini.json\",\"network\":false,"
                                "\"upgrade\":{\"to\":\"../rt/n.wasm\",\"at\":\"boundary-1\"}}";
static const char pointer[] =
    "version https://git-lfs.github.com/spec/v1\n"
    "oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n";

static void put_file(const char *own, const char *path, const char *from)
{
    dg_buf content = slurp(from);
    repo_put(own, path, dg_buf_bytes(&content));
    dg_buf_clear(&content);
}

/* A state, a runtime at v1 and another at v2, a plan that names both beside it. */
static const char *repo(void)
{
    static char path[300];
    if (path[0])
        return path;
    snprintf(path, sizeof path, "%s", repo_new("repo"));
    put_file(path, "mini.json", runtime_path("mini.json"));
    put_file(path, "rt/n.wasm", runtime_path("mini-2.wasm"));
    repo_put(path, "plans/plan.json", dg_text(plan_text));
    repo_put(path, "lfs.wasm", dg_text(pointer));
    repo_commit(path, "one");
    repo_git(path, "tag v1");
    put_file(path, "rt/n.wasm", runtime_path("mini-2-init-traps.wasm"));
    repo_commit(path, "two");
    repo_git(path, "tag v2");
    return path;
}

/* What a run with these arguments comes to, but for where it was made. */
static json_t *outcome_of(const char *args, int exit)
{
    char out[300];
    json_t *outcome;
    ran r;
    snprintf(out, sizeof out, "%s", scratch_path("outcome.json"));
    r = doppel("run -q --explain none %s -o %s", args, out);
    ck_assert_msg(r.exit == exit, "%s: exit %d, said: %s", args, r.exit, dg_buf_text(&r.err));
    ran_clear(&r);
    outcome = json_load_file(out, 0, NULL);
    ck_assert_ptr_nonnull(outcome);
    json_object_set_new(outcome, "environment", json_object());
    json_object_set_new(outcome, "plan", json_object());
    return outcome;
}

START_TEST(a_run_of_files_in_a_repository_is_that_of_the_same_files)
{
    char args[2000], own[600];
    json_t *want, *got;
    snprintf(args, sizeof args, "--no-network --snapshot %s --to %s --at boundary-1",
             runtime_path("mini.json"), runtime_path("mini-2.wasm"));
    want = outcome_of(args, 0);
    snprintf(own, sizeof own, "git:%s@v1:", repo());
    snprintf(args, sizeof args,
             "--no-network --snapshot %smini.json --to %srt/n.wasm --at boundary-1", own, own);
    got = outcome_of(args, 0);
    ck_assert(json_equal(got, want));
    json_decref(got);
    snprintf(args, sizeof args, "%splans/plan.json", own); /* its paths begin where it lies */
    got = outcome_of(args, 0);
    ck_assert(json_equal(got, want));
    json_decref(got);
    json_decref(want);
    refused(doppel("run git:%s@v1:plans/plan.json --to ../rt/m.wasm", repo()), "beside it",
            "did you mean rt/n.wasm?", 2);
    snprintf(args, sizeof args, "git:%s@v2:plans/plan.json", repo());
    json_decref(outcome_of(args, 1));
}
END_TEST

START_TEST(every_command_that_reads_files_takes_them)
{
    char own[600];
    json_t *answer;
    ran r;
    snprintf(own, sizeof own, "git:%s@v1:", repo());
    answer = answered(doppel("inspect --json %srt/n.wasm", own), "inspect");
    ck_assert_int_eq(json_integer_value(json_object_get(answer, "spec_version")), 2);
    json_decref(answer);
    json_decref(answered(doppel("call --json %smini.json Core_version", own), "call"));
    json_decref(answered(doppel("preflight --json --from %smini.json --to %srt/n.wasm", own, own),
                         "preflight"));
    json_decref(answered(doppel("when --json --snapshot %smini.json", own), "when"));
    r = doppel("snapshot create -q --from %smini.json %s", own, scratch_path("created"));
    ck_assert_msg(r.exit == 0, "%s", dg_buf_text(&r.err));
    ran_clear(&r);
    r = doppel("sweep -q --snapshot %smini.json --to %srt/n.wasm,git:%s@v2:rt/n.wasm --at "
               "boundary-1 --no-network -o %s",
               own, own, repo(), scratch_path("sweep.json"));
    ck_assert_msg(r.exit == 1, "exit %d: %s", r.exit, dg_buf_text(&r.err));
    ran_clear(&r);
}
END_TEST

/* What is known of the commits is of the moment, so it is in `environment`; reports say it. */
START_TEST(an_outcome_carries_the_commits_of_its_inputs)
{
    static const char *const forms[] = { "show --width 400", "markdown", "html", "junit" };
    char out[300], want[200];
    json_t *outcome, *sources;
    ran r;
    snprintf(out, sizeof out, "%s", scratch_path("with-commits.json"));
    repo_put(repo(), "plans/plan.json", dg_text("{}"));
    r = doppel("run -q --no-network --snapshot %s --to git:%s@v1:rt/n.wasm --at boundary-1 -o %s",
               runtime_path("mini.json"), repo(), out);
    repo_git(repo(), "checkout -q plans/plan.json");
    ck_assert_msg(r.exit == 0, "%s", dg_buf_text(&r.err));
    ran_clear(&r);
    outcome = json_load_file(out, 0, NULL);
    sources = json_object_get(json_object_get(outcome, "environment"), "sources");
    sources = json_array_get(sources, json_array_size(sources) - 1);
    ck_assert_str_eq(json_string_value(json_object_get(sources, "input")), "to");
    ck_assert_str_eq(json_string_value(json_object_get(sources, "from")), "repository");
    ck_assert_str_eq(json_string_value(json_object_get(sources, "tag")), "v1");
    ck_assert_str_eq(json_string_value(json_object_get(sources, "commit")),
                     repo_hash(repo(), "v1"));
    ck_assert(json_is_true(json_object_get(sources, "dirty")));
    ck_assert_ptr_nonnull(strstr(json_string_value(json_object_get(sources, "name")),
                                 repo_hash(repo(), "v1"))); /* pinned before anything was read */
    json_decref(outcome);
    snprintf(want, sizeof want, "commit %s (v1); the working tree beside it had changes",
             repo_hash(repo(), "v1"));
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        r = doppel("report %s %s", forms[i], out);
        ck_assert_msg(strstr(dg_buf_text(&r.out), want) != NULL, "%s: %s", forms[i],
                      dg_buf_text(&r.out));
        ran_clear(&r);
    }
}
END_TEST

/* Each cell those of its own N. */
START_TEST(cells_of_a_sweep_carry_them_too)
{
    static const char *const tags[] = { "v1", "v2" };
    json_t *sweep, *sources;
    ran r = doppel("sweep -q --snapshot %s --to git:%s@v1:rt/n.wasm,git:%s@v2:rt/n.wasm --at "
                   "boundary-1 --no-network -o %s",
                   runtime_path("mini.json"), repo(), repo(), scratch_path("commits.json"));
    ck_assert_msg(r.exit == 1, "exit %d: %s", r.exit, dg_buf_text(&r.err));
    ran_clear(&r);
    sweep = json_load_file(scratch_path("commits.json"), 0, NULL);
    for (size_t i = 0; i < 2; i++) {
        const json_t *cell = json_array_get(json_object_get(sweep, "cells"), i),
                     *environment =
                         json_object_get(json_object_get(cell, "outcome"), "environment");
        ck_assert_uint_eq(json_object_size(environment), 1);
        sources = json_object_get(environment, "sources");
        sources = json_array_get(sources, json_array_size(sources) - 1);
        ck_assert_str_eq(json_string_value(json_object_get(sources, "tag")), tags[i]);
        ck_assert_str_eq(json_string_value(json_object_get(sources, "commit")),
                         repo_hash(repo(), tags[i]));
    }
    json_decref(sweep);
}
END_TEST

/* A runtime that was built in a working tree is of what is checked out there. */
START_TEST(a_file_of_a_working_tree_has_its_commit_in_the_outcome)
{
    char out[300], built[400];
    json_t *outcome, *source;
    ran r;
    snprintf(out, sizeof out, "%s", scratch_path("of-a-tree.json"));
    snprintf(built, sizeof built, "%s/target/n.wasm", repo());
    put_file(repo(), "target/n.wasm", runtime_path("mini-2.wasm"));
    r = doppel("run -q --no-network --snapshot git:%s@v1:mini.json --to %s --at boundary-1 -o %s",
               repo(), built, out);
    ck_assert_msg(r.exit == 0, "%s", dg_buf_text(&r.err));
    ran_clear(&r);
    outcome = json_load_file(out, 0, NULL);
    source = json_array_get(json_object_get(json_object_get(outcome, "environment"), "sources"), 1);
    ck_assert_str_eq(json_string_value(json_object_get(source, "from")), "working tree");
    ck_assert_str_eq(json_string_value(json_object_get(source, "commit")), repo_hash(repo(), "v2"));
    ck_assert(json_is_false(json_object_get(source, "dirty")));
    json_decref(outcome);
}
END_TEST

START_TEST(nothing_is_left_of_what_was_taken_out)
{
    char folder[300];
    ran r;
    snprintf(folder, sizeof folder, "%s", scratch_path("tmp"));
    ck_assert_int_eq(dg_dir_make(folder, NULL), DG_OK);
    setenv("TMPDIR", folder, 1);
    json_decref(answered(doppel("call --json git:%s@v1:mini.json Core_version", repo()), "call"));
    refused(doppel("call git:%s@v1:plans/plan.json Core_version", repo()), "no state",
            "@v1:plans/plan.json: ", 2);
    unsetenv("TMPDIR");
    r = (ran){ .exit = rmdir(folder) }; /* only an empty one goes */
    ck_assert_int_eq(r.exit, 0);
}
END_TEST

/* ---- wrong ---- */

static const struct {
    const char *rest, *says;
    int exit;
} wrong[] = {
    { "@v3:rt/n.wasm", "no revision v3; did you mean v", 2 },
    { "@v1:rt/m.wasm", "has no rt/m.wasm; did you mean rt/n.wasm?", 2 },
    { "@v1:rt", "is a folder", 2 },
    { "@v1:lfs.wasm", "it is a Git LFS pointer to sha256:4d7a2146", 2 },
    { "/rt@v1:n.wasm", "is no git repository; the one around it", 2 },
    { "-is-none@v1:rt/n.wasm", "does not exist", 4 },
    { "", "a file in a repository is git:REPO@REV:PATH", 2 },
};

START_TEST(what_is_wrong_gets_one_line)
{
    char name[600];
    snprintf(name, sizeof name, "git:%s%s", repo(), wrong[_i].rest);
    refused(doppel("inspect %s", name), name, wrong[_i].says, wrong[_i].exit);
    refused(doppel("preflight --from %s --to %s", small_snapshot(), name), name, wrong[_i].says,
            wrong[_i].exit);
    refused(doppel("run --snapshot %s --to %s --at boundary-4 -o %s", small_snapshot(), name,
                   scratch_path("none.json")),
            name, wrong[_i].says, wrong[_i].exit);
    refused(doppel("run --snapshot %s --to %s --at boundary-4 -o %s", name,
                   runtime_path("mini-2.wasm"), scratch_path("none.json")),
            name, wrong[_i].says, wrong[_i].exit);
    refused(doppel("run %s", name), name, wrong[_i].says, wrong[_i].exit);
    ck_assert(!dg_file_exists(scratch_path("none.json")));
}
END_TEST

START_TEST(a_pointer_in_a_working_tree_is_named_too)
{
    char path[400];
    snprintf(path, sizeof path, "%s/lfs.wasm", repo());
    refused(doppel("inspect %s", path), path, "it is a Git LFS pointer to sha256:4d7a2146", 2);
    refused(doppel("call %s Core_version", path), path, "it is a Git LFS pointer to sha256:", 2);
}
END_TEST

START_TEST(a_blob_over_50_mib_is_refused)
{
    enum { SIZE = (50 << 20) + 1 };
    uint8_t *large = dg_calloc(1, SIZE);
    const char *own = repo_new("large");
    memcpy(large, "\0asm\1\0\0\0", 8);
    repo_put(own, "large.wasm", dg_bytes_of(large, SIZE));
    repo_commit(own, "large");
    dg_free(large);
    refused(doppel("inspect git:%s@main:large.wasm", own), "large", "52428800 bytes", 3);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("git");
    TCase *tc = tcase_create("git");
    tcase_set_timeout(tc, 0);
    tcase_add_test(tc, a_run_of_files_in_a_repository_is_that_of_the_same_files);
    tcase_add_test(tc, every_command_that_reads_files_takes_them);
    tcase_add_test(tc, an_outcome_carries_the_commits_of_its_inputs);
    tcase_add_test(tc, cells_of_a_sweep_carry_them_too);
    tcase_add_test(tc, a_file_of_a_working_tree_has_its_commit_in_the_outcome);
    tcase_add_test(tc, nothing_is_left_of_what_was_taken_out);
    tcase_add_loop_test(tc, what_is_wrong_gets_one_line, 0, sizeof wrong / sizeof *wrong);
    tcase_add_test(tc, a_pointer_in_a_working_tree_is_named_too);
    tcase_add_test(tc, a_blob_over_50_mib_is_refused);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
