/* doppel report diff as a release is gated on it: the exit code, and one line for what cannot be
 * compared. */
#include "program.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#define STALLED "tests/report/outcomes/stalled.json"
#define HEALTHY "tests/report/outcomes/healthy.json"

static const struct {
    const char *args;
    int exit;
    bool prints;
} asked[] = {
    { STALLED " " STALLED, 0, false },
    { "--exit-code " STALLED " " STALLED, 0, false },
    { STALLED " " HEALTHY, 0, true },
    { "--exit-code " STALLED " " HEALTHY, 1, true },
    { "-q --exit-code " HEALTHY " " STALLED, 1, true },
    { "--html --exit-code " STALLED " " STALLED, 0, false },
    { "--html --exit-code " STALLED " " HEALTHY, 1, true },
};

START_TEST(what_differs_is_printed_and_the_exit_code_says_so_where_asked)
{
    ran r = doppel("report diff %s", asked[_i].args);
    ck_assert_msg(r.exit == asked[_i].exit && (r.out.len > 0) == asked[_i].prints && !r.err.len,
                  "%s: exit %d, said: %s%s", asked[_i].args, r.exit, dg_buf_text(&r.out),
                  dg_buf_text(&r.err));
    ran_clear(&r);
}
END_TEST

START_TEST(one_of_them_may_come_through_a_pipe)
{
    static const struct {
        const char *older, *newer;
        int exit;
    } rows[] = { { "-", STALLED, 0 }, { "-", HEALTHY, 1 }, { HEALTHY, "-", 1 } };
    const char *binary = getenv("DOPPEL");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char command[600];
        int status;
        snprintf(command, sizeof command, "%s report diff --exit-code %s %s <%s >/dev/null",
                 binary ? binary : "build/release/doppel", rows[i].older, rows[i].newer, STALLED);
        status = system(command);
        ck_assert_int_eq(WIFEXITED(status) ? WEXITSTATUS(status) : -1, rows[i].exit);
    }
}
END_TEST

/* A document is one, also where nothing differs. */
START_TEST(json_says_whether_they_differ)
{
    static const char *const newer[] = { STALLED, HEALTHY };
    for (int i = 0; i < 2; i++) {
        ran r = doppel("report diff --json --exit-code %s %s", STALLED, newer[i]);
        json_t *got = json_loads(dg_buf_text(&r.out), 0, NULL);
        ck_assert_int_eq(r.exit, i);
        ck_assert_msg(json_is_boolean(json_object_get(got, "differs"))
                          && json_is_true(json_object_get(got, "differs")) == i,
                      "%s", dg_buf_text(&r.out));
        ck_assert_int_eq(json_object_get(got, "claims") != NULL, i);
        json_decref(got);
        ran_clear(&r);
    }
}
END_TEST

static const char *sweep_file(void)
{
    return file_of("sweep.json",
                   dg_text("{\"doppel\":1,\"program\":{\"name\":\"doppel\",\"version\":\"1\","
                           "\"engine\":\"x\"},\"sweep\":{\"axes\":[],\"cells\":0},\"plan\":{},"
                           "\"cells\":[]}"));
}

START_TEST(a_run_is_not_compared_with_a_sweep)
{
    char sweep[300];
    ran r;
    snprintf(sweep, sizeof sweep, "%s", sweep_file()); /* the storage is another's soon */
    r = doppel("report diff --exit-code %s %s", sweep, sweep);
    ck_assert_msg(r.exit == 0 && !r.out.len, "%s%s", dg_buf_text(&r.out), dg_buf_text(&r.err));
    ran_clear(&r);
    refused(doppel("report diff %s %s", STALLED, sweep), "run, sweep", STALLED " is one run and ",
            2);
    refused(doppel("report diff %s %s", sweep, STALLED), "sweep, run",
            "sweep.json is a sweep and " STALLED " one run: a sweep can only be", 2);
}
END_TEST

#define PAIR "--from " EMBEDDED_SPEC " --to " EMBEDDED_BLOB

/* The preflight of the real pair: beside itself, beside one that found less, beside the stall. */
START_TEST(preflights_are_compared_with_each_other_and_with_a_run)
{
    char one[300], less[300];
    json_t *document, *findings;
    ran r = doppel("preflight --json " PAIR);
    ck_assert_msg(r.out.len > 0, "%s", dg_buf_text(&r.err));
    snprintf(one, sizeof one, "%s", file_of("preflight.json", dg_buf_bytes(&r.out)));
    document = json_loads(dg_buf_text(&r.out), 0, NULL);
    ran_clear(&r);
    findings = json_object_get(document, "findings");
    json_array_remove(findings, 0);
    snprintf(less, sizeof less, "%s", scratch_path("less.json"));
    ck_assert_int_eq(json_dump_file(document, less, 0), 0);
    json_decref(document);
    r = doppel("report diff --exit-code %s %s", one, one);
    ck_assert_msg(r.exit == 0 && !r.out.len, "%s", dg_buf_text(&r.out));
    ran_clear(&r);
    r = doppel("report diff --exit-code %s %s", one, less);
    ck_assert_int_eq(r.exit, 1);
    ck_assert_msg(strncmp(dg_buf_text(&r.out), "The answer is as before", 23) == 0
                      && strstr(dg_buf_text(&r.out), "  gone   ") != NULL,
                  "%s", dg_buf_text(&r.out));
    ran_clear(&r);
    r = doppel("report diff %s " STALLED, one);
    ck_assert_int_eq(r.exit, 0);
    ck_assert_msg(
        strstr(dg_buf_text(&r.out), "backing-rate: preflight says nothing, the run broke:") != NULL,
        "%s", dg_buf_text(&r.out));
    ran_clear(&r);
}
END_TEST

static const struct {
    const char *args, *says;
    int exit;
} wrong[] = {
    { STALLED " build/nothing", "build/nothing", 4 },
    { "build/nothing " STALLED, "build/nothing", 4 },
    { STALLED " README.md", "README.md", 2 },
    { "README.md " STALLED, "README.md", 2 },
    { STALLED " " EMBEDDED_PLAN, EMBEDDED_PLAN, 2 },
    { STALLED, "NEW", 2 },
    { "--html --json " STALLED " " HEALTHY, "--json and --html", 2 },
    { "- -", "cannot both come from stdin", 2 },
};

START_TEST(what_cannot_be_compared_is_one_line)
{
    refused(doppel("report diff --exit-code %s", wrong[_i].args), wrong[_i].args, wrong[_i].says,
            wrong[_i].exit);
}
END_TEST

START_TEST(a_later_format_is_named)
{
    const char *later = file_of("later.json", dg_text("{\"doppel\":2}"));
    refused(doppel("report diff %s %s", STALLED, later), "a later outcome",
            "later.json: outcome of format 2", 2);
    later = file_of("later.json", dg_text("{\"doppel\":2,\"sweep\":{}}"));
    refused(doppel("report diff %s %s", sweep_file(), later), "a later sweep",
            "later.json: sweep of format 2", 2);
}
END_TEST

/* What run itself wrote: of one plan twice the same, of another seed that seed. */
START_TEST(two_runs_differ_by_what_was_asked_for)
{
    char one[300], two[300];
    ran r;
    snprintf(one, sizeof one, "%s", scratch_path("one.json"));
    snprintf(two, sizeof two, "%s", scratch_path("two.json"));
    for (int seed = 1; seed <= 2; seed++) {
        r = doppel("run --no-network --at boundary-1 --snapshot %s --to %s --seed 1 -o %s",
                   small_snapshot(), runtime_path("mini-2.wasm"), one);
        ran_clear(&r);
        r = doppel("run --no-network --at boundary-1 --snapshot %s --to %s --seed %d -o %s",
                   small_snapshot(), runtime_path("mini-2.wasm"), seed, two);
        ran_clear(&r);
        r = doppel("report diff --exit-code %s %s", one, two);
        ck_assert_msg(r.exit == (seed == 2)
                          && (strstr(dg_buf_text(&r.out), "  seed   2, 1 before\n") != NULL)
                                 == (seed == 2),
                      "exit %d: %s%s", r.exit, dg_buf_text(&r.out), dg_buf_text(&r.err));
        ran_clear(&r);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("diff");
    TCase *tc = tcase_create("diff");
    tcase_set_timeout(tc, 300);
    tcase_add_loop_test(tc, what_differs_is_printed_and_the_exit_code_says_so_where_asked, 0,
                        sizeof asked / sizeof *asked);
    tcase_add_test(tc, preflights_are_compared_with_each_other_and_with_a_run);
    tcase_add_test(tc, one_of_them_may_come_through_a_pipe);
    tcase_add_test(tc, json_says_whether_they_differ);
    tcase_add_test(tc, a_run_is_not_compared_with_a_sweep);
    tcase_add_loop_test(tc, what_cannot_be_compared_is_one_line, 0, sizeof wrong / sizeof *wrong);
    tcase_add_test(tc, a_later_format_is_named);
    tcase_add_test(tc, two_runs_differ_by_what_was_asked_for);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
