/* doppel bisect as users run it, over a repository with runtimes of the small chain: the commit
 * that broke it is found through merges, gaps and interruptions, and what is asked for wrongly gets
 * one line. */
#include "program.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../support/repo.h"

#define GOOD "mini-2.wasm"
#define BROKEN "mini-2-init-traps.wasm"

static void put_runtime(const char *own, const char *name)
{
    dg_buf content = slurp(runtime_path(name));
    repo_put(own, "rt.wasm", dg_buf_bytes(&content));
    dg_buf_clear(&content);
}

static void commits(const char *own, const char *what, int count)
{
    for (int i = 1; i <= count; i++) {
        char path[40], subject[60];
        snprintf(path, sizeof path, "%s-%d", what, i);
        snprintf(subject, sizeof subject, "%s %d", what, i);
        repo_put(own, path, dg_text(what));
        repo_commit(own, subject);
    }
}

/* 18 commits: main has 4 before a branch of 5, 4 beside it, and 5 from its merge on; the third of
 * the branch breaks it. */
static const char *repo(void)
{
    static char path[300];
    if (path[0])
        return path;
    snprintf(path, sizeof path, "%s", repo_new("merging"));
    put_runtime(path, GOOD);
    repo_commit(path, "base");
    repo_git(path, "tag base");
    commits(path, "early", 3);
    repo_git(path, "checkout -q -b side");
    commits(path, "side", 2);
    put_runtime(path, BROKEN);
    repo_commit(path, "side breaks it");
    repo_git(path, "tag culprit");
    commits(path, "later", 2);
    repo_git(path, "checkout -q main");
    commits(path, "main", 4);
    repo_git(path, "merge -q --no-ff -m merge side");
    repo_git(path, "tag merge");
    commits(path, "late", 4);
    return path;
}

static ran bisect(const char *own, const char *log, const char *more)
{
    return doppel("bisect --repo %s --path rt.wasm --snapshot %s --no-network --at boundary-1 "
                  "--log %s %s",
                  own, small_snapshot(), log, more);
}

/* Static storage of four. */
static const char *fresh_log(const char *name)
{
    static char paths[4][300];
    static unsigned turn;
    char *path = paths[turn++ % 4];
    snprintf(path, sizeof paths[0], "%s", scratch_path(name));
    unlink(path);
    return path;
}

/* Its document, which says that state; owned by the caller. */
static json_t *told(ran r, const char *state, int exit)
{
    json_t *document, *body;
    ck_assert_msg(r.exit == exit, "exit %d, said: %s", r.exit, dg_buf_text(&r.err));
    document = json_loadb((const char *)r.out.at, r.out.len, 0, NULL);
    ck_assert_msg(document != NULL, "%s", dg_buf_text(&r.out));
    body = json_object_get(document, "bisect");
    ck_assert_str_eq(json_string_value(json_object_get(body, "state")), state);
    ran_clear(&r);
    return document;
}

static const char *text_of(const json_t *document, const char *object, const char *key)
{
    const json_t *body = json_object_get(document, "bisect");
    const json_t *at = object ? json_object_get(body, object) : body;
    return json_string_value(json_object_get(at, key));
}

static json_int_t whole_of(const json_t *document, const char *key)
{
    return json_integer_value(json_object_get(json_object_get(document, "bisect"), key));
}

/* ---- found ---- */

START_TEST(the_commit_of_a_branch_is_found_behind_its_merge)
{
    json_t *d = told(bisect(repo(), fresh_log("found.log"), "-q --json --good base"), "found", 0);
    ck_assert_str_eq(text_of(d, "first_bad", "commit"), repo_hash(repo(), "culprit"));
    ck_assert_str_eq(text_of(d, "first_bad", "subject"), "side breaks it");
    ck_assert_str_eq(json_string_value(
                         json_array_get(json_object_get(json_object_get(d, "bisect"), "broke"), 0)),
                     "upgrade-enacted");
    ck_assert_int_eq(whole_of(d, "commits"), 17);
    ck_assert_int_eq(whole_of(d, "runs"), 2); /* there are two runtimes, in however many commits */
    json_decref(d);
}
END_TEST

START_TEST(along_first_parents_it_is_the_merge)
{
    json_t *d = told(bisect(repo(), fresh_log("first.log"), "-q --json --good base --first-parent"),
                     "found", 0);
    ck_assert_str_eq(text_of(d, "first_bad", "commit"), repo_hash(repo(), "merge"));
    json_decref(d);
}
END_TEST

START_TEST(git_replays_the_log_to_the_same_commit)
{
    char own[300];
    const char *log = fresh_log("replay.log");
    dg_buf said;
    snprintf(own, sizeof own, "%s", scratch_path("replayed"));
    json_decref(told(bisect(repo(), log, "-q --json --good base"), "found", 0));
    repo_git(repo(), "clone -q . '%s'", own);
    repo_git(own, "bisect replay '%s' >'%s' 2>&1", log, scratch_path("replay.said"));
    said = slurp(scratch_path("replay.said"));
    ck_assert_msg(strstr(dg_buf_text(&said), "is the first bad commit") != NULL
                      && strstr(dg_buf_text(&said), repo_hash(repo(), "culprit")) != NULL,
                  "%s", dg_buf_text(&said));
    dg_buf_clear(&said);
}
END_TEST

START_TEST(people_are_told_which_and_why)
{
    ran r = bisect(repo(), fresh_log("text.log"), "--good base --bad main");
    const char *text = dg_buf_text(&r.out);
    ck_assert_int_eq(r.exit, 0);
    ck_assert_msg(strncmp(text, "first bad: ", 11) == 0
                      && strncmp(text + 11, repo_hash(repo(), "culprit"), 40) == 0
                      && strstr(text, "side breaks it") && strstr(text, "upgrade-enacted"),
                  "%s", text);
    ck_assert_msg(strstr(dg_buf_text(&r.err), "good  ") && strstr(dg_buf_text(&r.err), "bad   "),
                  "%s", dg_buf_text(&r.err));
    ran_clear(&r);
}
END_TEST

/* One claim, whatever else breaks: this runtime breaks others. */
START_TEST(a_claim_is_followed_alone)
{
    const char *own = repo_new("claims");
    json_t *d;
    put_runtime(own, GOOD);
    repo_commit(own, "base");
    put_runtime(own, "mini-2-config-lost.wasm");
    repo_commit(own, "another claim");
    put_runtime(own, BROKEN);
    repo_commit(own, "this claim");
    d = told(bisect(own, fresh_log("claim.log"), "-q --json --good main~2 --claim upgrade-enacted"),
             "found", 0);
    ck_assert_str_eq(text_of(d, "first_bad", "subject"), "this claim");
    json_decref(d);
}
END_TEST

/* What broke without gating is no reason for the exit code. */
START_TEST(only_gates_are_said_to_have_broken)
{
    json_t *d = told(bisect(repo(), fresh_log("gates.log"),
                            "-q --json --good base --set claims.upgrade-enacted.severity=advice"),
                     "found", 0),
           *broke = json_object_get(json_object_get(d, "bisect"), "broke");
    ck_assert_uint_eq(json_array_size(broke), 2);
    ck_assert_str_eq(json_string_value(json_array_get(broke, 0)), "block-cadence");
    json_decref(d);
}
END_TEST

/* Nobody upgrades to what runs; but it is where many a range begins. */
START_TEST(the_runtime_that_runs_already_breaks_nothing)
{
    const char *own = repo_new("running");
    json_t *d, *mark;
    put_runtime(own, "mini-1.wasm");
    repo_commit(own, "base");
    put_runtime(own, BROKEN);
    repo_commit(own, "broken");
    d = told(bisect(own, fresh_log("running.log"), "-q --json --good main~1"), "found", 0);
    ck_assert_str_eq(text_of(d, "first_bad", "subject"), "broken");
    mark = json_array_get(json_object_get(json_object_get(d, "bisect"), "marks"), 0);
    ck_assert_str_eq(json_string_value(json_object_get(mark, "why")),
                     "it is the runtime that the snapshot runs already");
    json_decref(d);
}
END_TEST

/* ---- skipped ---- */

/* Behind base: no runtime, a text in its place, a pointer, then the break. */
static const char *gaps(void)
{
    const char *own = repo_new("gaps");
    put_runtime(own, GOOD);
    repo_commit(own, "base");
    repo_git(own, "rm -q rt.wasm");
    repo_commit(own, "gone");
    repo_put(own, "rt.wasm", dg_text("not a runtime"));
    repo_commit(own, "no runtime");
    repo_put(own, "rt.wasm",
             dg_text("version https://git-lfs.github.com/spec/v1\n"
                     "oid sha256:77\nsize 5\n"));
    repo_commit(own, "a pointer");
    put_runtime(own, BROKEN);
    repo_commit(own, "broken");
    return own;
}

START_TEST(what_cannot_be_judged_leaves_a_range)
{
    json_t *d = told(bisect(gaps(), fresh_log("gaps.log"), "-q --json --good main~4"), "range", 3),
           *list = json_object_get(json_object_get(d, "bisect"), "candidates"), *one;
    static const char *const want[] = { "gone", "no runtime", "a pointer", "broken" };
    size_t i;
    ck_assert_uint_eq(json_array_size(list), 4);
    json_array_foreach(list, i, one)
        ck_assert_str_eq(json_string_value(json_object_get(one, "subject")), want[i]);
    json_array_foreach(json_object_get(json_object_get(d, "bisect"), "marks"), i, one)
        ck_assert_str_eq(json_string_value(json_object_get(one, "mark")), i == 0   ? "good"
                                                                          : i == 1 ? "bad"
                                                                                   : "skip");
    json_decref(d);
}
END_TEST

START_TEST(a_gap_that_is_not_at_the_break_is_passed)
{
    const char *own = repo_new("passed");
    json_t *d;
    put_runtime(own, GOOD);
    repo_commit(own, "base");
    for (int i = 0; i < 6; i++) { /* where the search looks first */
        repo_put(own, "rt.wasm", dg_text(i % 2 ? "not a runtime" : "nor this"));
        repo_commit(own, "gap");
    }
    put_runtime(own, GOOD);
    repo_commit(own, "mended");
    put_runtime(own, BROKEN);
    repo_commit(own, "broken");
    commits(own, "after", 2);
    d = told(bisect(own, fresh_log("passed.log"), "-q --json --good main~10"), "found", 0);
    ck_assert_str_eq(text_of(d, "first_bad", "subject"), "broken");
    json_decref(d);
}
END_TEST

/* ---- stopped, and gone on with ---- */

static const char *program(void)
{
    const char *binary = getenv("DOPPEL");
    return binary ? binary : "build/release/doppel";
}

/* Ends it when the third commit is asked, so that two answers are kept. */
static int stop_at_third(const char *log, int signal_number)
{
    int ends[2], status, seen = 0;
    char line[400];
    FILE *said;
    pid_t pid;
    ck_assert_int_eq(pipe(ends), 0);
    if ((pid = fork()) == 0) {
        dup2(ends[1], 2);
        close(ends[0]);
        setenv("TMPDIR", scratch_dir(), 1); /* what SIGKILL leaves goes with the test */
        dup2(open("/dev/null", 1), 1);
        execl(program(), "doppel", "bisect", "--repo", repo(), "--path", "rt.wasm", "--snapshot",
              small_snapshot(), "--no-network", "--at", "boundary-1", "--log", log, "--good",
              "base", "--build", "sleep 0", "-v", (char *)NULL);
        _exit(99);
    }
    close(ends[1]);
    said = fdopen(ends[0], "r");
    while (seen < 3 && fgets(line, sizeof line, said))
        seen += strstr(line, "build of ") != NULL;
    ck_assert_int_eq(seen, 3);
    ck_assert_int_eq(kill(pid, signal_number), 0);
    while (fgets(line, sizeof line, said))
        ;
    fclose(said);
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    return status;
}

static const int endings[] = { SIGINT, SIGTERM, SIGKILL };

START_TEST(the_same_command_goes_on)
{
    char log[300];
    json_t *d;
    int status;
    dg_buf kept;
    snprintf(log, sizeof log, "%s", fresh_log("stopped.log"));
    status = stop_at_third(log, endings[_i]);
    if (endings[_i] != SIGKILL)
        ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 3, "%d", status);
    kept = slurp(log);
    ck_assert_ptr_nonnull(strstr(dg_buf_text(&kept), "git bisect bad "));
    ck_assert_ptr_null(strstr(dg_buf_text(&kept), "first bad commit"));
    dg_buf_clear(&kept);
    d = told(bisect(repo(), log, "-q --json --good base --build 'sleep 0'"), "found", 0);
    ck_assert_str_eq(text_of(d, "first_bad", "commit"), repo_hash(repo(), "culprit"));
    ck_assert_int_eq(whole_of(d, "runs"), 0); /* both runtimes were run before */
    json_decref(d);
}
END_TEST

START_TEST(what_was_found_is_told_again_without_a_run)
{
    char log[300];
    json_t *first, *again;
    snprintf(log, sizeof log, "%s", fresh_log("again.log"));
    first = told(bisect(repo(), log, "-q --json --good base"), "found", 0);
    again = told(bisect(repo(), log, "-q --json --good base"), "found", 0);
    ck_assert_int_eq(whole_of(again, "runs"), 0);
    json_object_del(json_object_get(first, "bisect"), "runs");
    json_object_del(json_object_get(again, "bisect"), "runs");
    ck_assert(json_equal(first, again));
    json_decref(first);
    json_decref(again);
}
END_TEST

/* ---- builds ---- */

/* Two commits that build, a good runtime and a broken one, and one between them that does not. */
static const char *sources(const char *name, const char *between)
{
    const char *own = repo_new(name);
    dg_buf good = slurp(runtime_path(GOOD)), bad = slurp(runtime_path(BROKEN));
    repo_put(own, "part", dg_buf_bytes(&good));
    repo_put(own, "dropped", dg_text("of the first commit"));
    repo_put(own, "build.sh", dg_text("echo building; cat part > rt.wasm"));
    repo_commit(own, "makes it");
    repo_put(own, "build.sh", dg_text(between));
    repo_commit(own, "between");
    repo_git(own, "rm -q dropped");
    repo_put(own, "part", dg_buf_bytes(&bad));
    repo_put(own, "build.sh",
             dg_text("test ! -e dropped && test $(cat seen) = "
                     "$DOPPEL_COMMIT && cat part > rt.wasm"));
    repo_commit(own, "broken");
    dg_buf_clear(&good);
    dg_buf_clear(&bad);
    return own;
}

/* What makes nothing is not judged by what the build before it made. */
static const struct {
    const char *name, *script, *why;
} builds[] = {
    { "fails", "exit 7", "the build failed with exit 7" },
    { "hangs", "sh -c 'while :; do :; done'", "the build took more than 1 s" },
    { "is-killed", "kill -9 $$", "the build failed with exit 137" },
    { "makes-nothing", "true", "the build made no rt.wasm" },
    { "makes-a-text", "echo text > rt.wasm", "a state that holds it: rt.wasm: is neither JSON" },
};

START_TEST(a_build_that_makes_no_runtime_is_skipped)
{
    const char *own = sources(builds[_i].name, builds[_i].script);
    char log[300], folder[300], built[400];
    json_t *d, *mark;
    dg_buf said;
    snprintf(log, sizeof log, "%s", fresh_log("build.log"));
    snprintf(built, sizeof built, "%s.build", log);
    snprintf(folder, sizeof folder, "%s", scratch_path("yards"));
    ck_assert_int_eq(dg_dir_make(folder, NULL), DG_OK);
    setenv("TMPDIR", folder, 1);
    d = told(bisect(own, log,
                    "-q --json --good main~2 --build-timeout 1s --build "
                    "'echo $DOPPEL_COMMIT > seen; sh build.sh'"),
             "range", 3);
    unsetenv("TMPDIR");
    mark = json_array_get(json_object_get(json_object_get(d, "bisect"), "marks"), 2);
    ck_assert_str_eq(json_string_value(json_object_get(mark, "mark")), "skip");
    ck_assert_msg(strstr(json_string_value(json_object_get(mark, "why")), builds[_i].why) != NULL,
                  "%s", json_string_value(json_object_get(mark, "why")));
    ck_assert_uint_eq(json_array_size(json_object_get(json_object_get(d, "bisect"), "candidates")),
                      2);
    json_decref(d);
    said = slurp(built); /* what the commands said */
    ck_assert_ptr_nonnull(strstr(dg_buf_text(&said), repo_hash(own, "main")));
    ck_assert_ptr_nonnull(strstr(dg_buf_text(&said), "building\n"));
    dg_buf_clear(&said);
    ck_assert_int_eq(rmdir(folder), 0); /* nothing is left of the folder that it built in */
}
END_TEST

/* ---- wrong ---- */

static const struct {
    const char *args, *says;
    int exit;
} wrong[] = {
    { "", "--good REV is missing", 2 },
    { "--good nothing", "no revision nothing", 2 },
    { "--good base --repo /no/such/place", "the repository /no/such/place does not exist", 4 },
    { "--good base --bad base", "are one commit", 2 },
    { "--good main --bad base", "cannot look for what mended", 2 },
    { "--good main~5 --bad culprit", "does not come before bad (culprit); their merge base does",
      2 },
    { "--good culprit", "is bad already: upgrade-enacted", 2 },
    { "--good base --bad base~0^{}~0", "are one commit", 2 },
    { "--good base --bad main~7", "breaks nothing", 2 },
    { "--good base --claim upgrade-enacte", "did you mean upgrade-enacted?", 2 },
    { "--good base --path none.wasm", "good (base,", 2 },
    { "--good base --path ../rt.wasm", "leads out of the repository", 2 },
    { "--good base --build-timeout 5s", "--build must name one", 2 },
    { "--good base --build true --build-timeout 5", "write 90s, 10m or 2h", 2 },
    { "--good base --at elsewhere", "elsewhere", 2 },
    { "--good base --snapshot /no/such/state", "/no/such/state", 4 },
    { "--good base --log /dev/full", "/dev/full", 4 },
    { "--good base --log /dev/null/log", "/dev/null", 4 },
};

START_TEST(what_is_wrong_gets_one_line)
{
    char log[300], args[300];
    snprintf(log, sizeof log, "%s", fresh_log("wrong.log"));
    snprintf(args, sizeof args, "-q %s", wrong[_i].args);
    refused(bisect(repo(), log, args), wrong[_i].args, wrong[_i].says, wrong[_i].exit);
}
END_TEST

START_TEST(the_log_of_another_bisect_is_left_alone)
{
    char log[300];
    dg_buf before, after;
    snprintf(log, sizeof log, "%s", fresh_log("other.log"));
    json_decref(told(bisect(repo(), log, "-q --json --good base"), "found", 0));
    before = slurp(log);
    refused(bisect(repo(), log, "--good base --set seed=9"), "seed", "another plan, path, claim",
            2);
    refused(bisect(repo(), log, "--good base --bad main~1"), "bad", "another bad commit", 2);
    refused(bisect(repo(), log, "--good base~0 --first-parent"), "way", "another --first-parent",
            2);
    after = slurp(log);
    ck_assert(dg_bytes_equal(dg_buf_bytes(&before), dg_buf_bytes(&after)));
    dg_buf_put_text(&after, "git bisect good 1111111111111111111111111111111111111111\n");
    file_of("other.log", dg_buf_bytes(&after));
    refused(bisect(repo(), log, "--good base"), "not of it", "contradicts the marks before it", 2);
    file_of("other.log", dg_text("hello\n"));
    refused(bisect(repo(), log, "--good base"), "no log", "it is no log of doppel bisect", 2);
    dg_buf_clear(&before);
    dg_buf_clear(&after);
}
END_TEST

START_TEST(a_shallow_repository_says_so)
{
    char own[300];
    snprintf(own, sizeof own, "%s", scratch_path("shallow"));
    repo_git(repo(), "clone -q --depth 3 'file://%s' '%s'", repo(), own);
    refused(bisect(own, fresh_log("shallow.log"), "--good base"), "shallow",
            "git fetch --unshallow", 2);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("bisect");
    TCase *tc = tcase_create("bisect");
    tcase_set_timeout(tc, 0);
    tcase_add_test(tc, the_commit_of_a_branch_is_found_behind_its_merge);
    tcase_add_test(tc, along_first_parents_it_is_the_merge);
    tcase_add_test(tc, git_replays_the_log_to_the_same_commit);
    tcase_add_test(tc, people_are_told_which_and_why);
    tcase_add_test(tc, a_claim_is_followed_alone);
    tcase_add_test(tc, only_gates_are_said_to_have_broken);
    tcase_add_test(tc, the_runtime_that_runs_already_breaks_nothing);
    tcase_add_test(tc, what_cannot_be_judged_leaves_a_range);
    tcase_add_test(tc, a_gap_that_is_not_at_the_break_is_passed);
    tcase_add_loop_test(tc, the_same_command_goes_on, 0, sizeof endings / sizeof *endings);
    tcase_add_test(tc, what_was_found_is_told_again_without_a_run);
    tcase_add_loop_test(tc, a_build_that_makes_no_runtime_is_skipped, 0,
                        sizeof builds / sizeof *builds);
    tcase_add_loop_test(tc, what_is_wrong_gets_one_line, 0, sizeof wrong / sizeof *wrong);
    tcase_add_test(tc, the_log_of_another_bisect_is_left_alone);
    tcase_add_test(tc, a_shallow_repository_says_so);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
