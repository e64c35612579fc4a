/* doppel advise as a release manager uses it: a sweep, then the block to schedule; the exit code,
 * and one line for what is no outcome. */
#include "program.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define OUTCOMES "tests/report/outcomes/"
#define INCIDENT "fixtures/incidents/polkadot-2024-04-21/plan.json"

static json_int_t whole(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

static const json_t *schedule_of(const json_t *advice)
{
    return json_object_get(json_array_get(json_object_get(advice, "cases"), 0), "schedule");
}

static void leave_first_cell(const char *path)
{
    json_t *sweep = json_load_file(path, 0, NULL);
    ck_assert(json_array_remove(json_object_get(sweep, "cells"), 1) == 0);
    ck_assert(json_dump_file(sweep, path, 0) == 0);
    json_decref(sweep);
}

/* The stall of 2024-04-21: eight blocks before a session ends it breaks, in the first block of one
 * it holds, and of the others nothing is known. */
START_TEST(a_sweep_of_the_real_pair_becomes_a_block_number)
{
    char path[200];
    ran r;
    json_t *advice;
    snprintf(path, sizeof path, "%s", file_of("sweep.json", dg_text("")));
    unlink(path);
    r = doppel("sweep " INCIDENT " -q --explain none --at boundary-8,boundary --out %s", path);
    ck_assert_msg(r.exit == 1, "%s", dg_buf_text(&r.err));
    ran_clear(&r);
    r = doppel("advise --json %s", path);
    ck_assert_msg(r.exit == 0, "%s", dg_buf_text(&r.err));
    advice = json_loads(dg_buf_text(&r.out), 0, NULL);
    ck_assert_int_eq(whole(schedule_of(advice), "block"), 41);
    ck_assert_int_eq(whole(schedule_of(advice), "stall_ms"), 0);
    json_decref(advice);
    ran_clear(&r);
    r = doppel("advise %s", path);
    ck_assert_msg(strstr(dg_buf_text(&r.out), "2024-05-18 02:44:00 UTC")
                      && strstr(dg_buf_text(&r.out), "slots 1 to 11 and slots 13 to 19"),
                  "%s%s", dg_buf_text(&r.out), dg_buf_text(&r.err));
    ran_clear(&r);
    leave_first_cell(path);
    r = doppel("advise %s", path);
    ck_assert_msg(r.exit == 1 && strstr(dg_buf_text(&r.out), "no place that was run held"), "%s%s",
                  dg_buf_text(&r.out), dg_buf_text(&r.err));
    ran_clear(&r);
}
END_TEST

static const struct {
    const char *args;
    int exit;
    const char *says;
} asked[] = {
    { OUTCOMES "stalled.json", 0, "slot 0, which has the first block" },
    { OUTCOMES "healthy.json", 0, "Of 1 run 1 held and 0 broke" },
    { OUTCOMES "chain-only.json", 3, "No network was simulated" },
    { OUTCOMES "unsure.json", 3, "cannot say" },
    { "--miss-rate 0.5 " OUTCOMES "stalled.json", 0, "50.00 % of slots stay empty, as given" },
    { "--snapshot " EMBEDDED_SPEC " --boundary 3 " OUTCOMES "stalled.json", 0, "60 slots ahead" },
    { "--snapshot " EMBEDDED_SPEC " --block 20 " OUTCOMES "stalled.json", 0,
      "A call for #20, 20 blocks ahead, lands" },
    { "-q " OUTCOMES "stalled.json", 0, "safe" },
};

START_TEST(the_exit_code_says_whether_there_is_a_place)
{
    ran r = doppel("advise %s", asked[_i].args);
    ck_assert_msg(r.exit == asked[_i].exit && strstr(dg_buf_text(&r.out), asked[_i].says)
                      && !r.err.len,
                  "%s: exit %d, said: %s%s", asked[_i].args, r.exit, dg_buf_text(&r.out),
                  dg_buf_text(&r.err));
    ran_clear(&r);
}
END_TEST

static const struct {
    const char *args, *says;
} bad[] = {
    { "README.md", "README.md" },
    { "fixtures/plans/paseo-1001002-to-1002000.json", "must be an object" },
    { "--miss-rate 1 " OUTCOMES "stalled.json", "--miss-rate" },
    { "--miss-rate x " OUTCOMES "stalled.json", "--miss-rate" },
    { "--last 0 " OUTCOMES "stalled.json", "--last is from 1" },
    { "--last 5000 " OUTCOMES "stalled.json", "--last is from 1" },
    { "--block 0 " OUTCOMES "stalled.json", "--block is from 1" },
    { "--miss-rate 0 --block 41 " OUTCOMES "stalled.json", "from where to count" },
    { "--boundary 2 " OUTCOMES "stalled.json", "--snapshot" },
    { "--boundary 0 --snapshot " EMBEDDED_SPEC " " OUTCOMES "stalled.json", "--boundary is" },
    { "--snapshot " EMBEDDED_SPEC " " OUTCOMES "drained.json", "chains is missing" },
};

START_TEST(what_cannot_be_advised_on_is_refused_in_one_line)
{
    refused(doppel("advise %s", bad[_i].args), bad[_i].args, bad[_i].says, DG_EXIT_USAGE);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("advise");
    TCase *tc = tcase_create("advise");
    tcase_set_timeout(tc, 300);
    tcase_add_test(tc, a_sweep_of_the_real_pair_becomes_a_block_number);
    tcase_add_loop_test(tc, the_exit_code_says_whether_there_is_a_place, 0,
                        sizeof asked / sizeof *asked);
    tcase_add_loop_test(tc, what_cannot_be_advised_on_is_refused_in_one_line, 0,
                        sizeof bad / sizeof *bad);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
