/* A plan may let things go wrong. What it names has to be there, and to be in time;
 * and since faults strike both arms unless told otherwise, a network that fails
 * without N as well must not be called N's doing. */
#include "model_run.h"

#include <string.h>

#define PLAN                                                                                       \
    "{\"doppel\":1,\"snapshot\":\"fixtures/paseo-1001002-e20-100val-20paras.json.zst\","           \
    "\"upgrade\":{\"to\":\"fixtures/paseo-1002000-e20.wasm\",\"at\":\"boundary-8\"},"              \
    "\"claims\":{\"default\":false,\"finality-lag\":{},\"topology-present\":{},\"no-shows\":{},"   \
    "\"availability\":{}},"                                                                        \
    "\"network\":{\"classes\":[{\"class\":\"SD_V12_OK\",\"with\":[\"provisioner-mode\"],"          \
    "\"share\":1}],\"faults\":[%s]}}"

static dg_code run_with(json_t **outcome, const char *faults, dg_error *err)
{
    dg_run_options options = { .cache_dir = dg_engine_cache_dir(), .compiler = DG_COMPILER_SPEED };
    char text[2048];
    dg_plan *plan;
    dg_code rc;
    snprintf(text, sizeof text, PLAN, faults);
    if (dg_plan_parse(&plan, dg_text(text), "p.json", NULL, err) < 0)
        ck_abort_msg("%s", err->text);
    if ((rc = dg_plan_check(plan, err)) >= 0)
        rc = dg_run(outcome, plan, &options, err);
    dg_plan_free(plan);
    return rc;
}

static const struct {
    const char *fault, *says;
} refused[] = {
    { "{\"kind\":\"crash\",\"nodes\":[3,100]}",
      "network.faults[0]: nodes: there is no node 100: the network has 100" },
    { "{\"kind\":\"pause\",\"who\":\"all\"},{\"kind\":\"pause\",\"who\":\"all\",\"from\":\"U+5\","
      "\"until\":\"U+5\"}",
      "network.faults[1]: until is slot" },
    { "{\"kind\":\"pause\",\"who\":\"all\",\"from\":\"boundary@3\",\"until\":\"U+5\"}",
      "not after from" },
    { "{\"kind\":\"pause\",\"who\":\"all\",\"from\":\"U-1000\"}",
      "from is \"U-1000\", which lies before the fork" },
    { "{\"kind\":\"pause\",\"who\":\"all\",\"until\":\"#0\"}", "until: position is slot" },
    { "{\"kind\":\"pause\",\"who\":\"all\",\"from\":\"boundary@9\"}", "the run ends with slot" },
    { "{\"kind\":\"pause\",\"who\":\"all\",\"from\":\"U-1\",\"arm\":\"treatment\"}",
      "from lies before U" },
    { "{\"kind\":\"silent-backer\",\"group\":3}",
      "network.faults[0]: group: at slot 0 of the run there are no groups yet, they begin with the "
      "second session; "
      "let it begin later, as \"from\": \"boundary@1+1\"" },
    { "{\"kind\":\"silent-backer\",\"group\":3,\"from\":\"boundary@1\"}",
      "group: at slot 20 of the run there are no groups yet" },
    { "{\"kind\":\"silent-backer\",\"group\":20,\"from\":\"boundary@1+1\"}",
      "there is no group 20 in slot 286000021: there are 20 (the first is 0)" },
    { "{\"kind\":\"offline-collators\",\"paras\":[2000,4000]}",
      "network.faults[0]: paras: there is no parachain 4000" },
};
START_TEST(what_is_not_there_cannot_fail)
{
    json_t *outcome = NULL;
    dg_error err = { .text = "" };
    dg_code rc = run_with(&outcome, refused[_i].fault, &err);
    ck_assert_msg(dg_exit_of(rc) == DG_EXIT_USAGE && rc < 0, "%s gave %d: %s", refused[_i].fault,
                  rc, err.text);
    ck_assert_msg(strstr(err.text, refused[_i].says) != NULL, "%s: %s", refused[_i].fault,
                  err.text);
    ck_assert_ptr_null(outcome);
}
END_TEST

#define PAUSED "\"kind\":\"pause\",\"share\":0.5,\"from\":\"U+2\""
static const struct {
    const char *fault;
    int exit;
    const char *note;
} strikes[] = {
    { "", DG_EXIT_HELD, NULL },
    { "{" PAUSED ",\"arm\":\"treatment\"}", DG_EXIT_BROKE, "in treatment alone: pause" },
    { "{\"kind\":\"loss\",\"loss_per_million\":1000,\"share\":0.1,\"from\":\"U+2\"}", -1,
      "only blocks and finality are lost on the way" },
    /* as in control: held against it, or control itself failed */
    { "{" PAUSED "}", -1,
      "in both arms: pause (the process stands still), share 0.5, from slot 34 of the run to the "
      "end" },
};
static bool noted(const json_t *outcome, const char *part)
{
    const json_t *line;
    size_t i;
    json_array_foreach(json_object_get(outcome, "notes"), i,
                       line) if (strstr(json_string_value(line), part)) return true;
    return false;
}

START_TEST(a_fault_of_both_arms_is_not_the_upgrades)
{
    json_t *o = NULL;
    dg_error err = { .text = "" };
    ck_assert_msg(run_with(&o, strikes[_i].fault, &err) == DG_OK, "%s", err.text);
    ck_assert_msg(strikes[_i].exit < 0 ? dg_outcome_exit(o) != DG_EXIT_BROKE
                                       : dg_outcome_exit(o) == strikes[_i].exit,
                  "%s: %s", strikes[_i].fault, verdicts(o));
    ck_assert(noted(o, "a fault was planned") == (strikes[_i].note != NULL));
    ck_assert(!strikes[_i].note || noted(o, strikes[_i].note));
    json_decref(o);
}
END_TEST

static json_int_t missing_in(const json_t *o, const char *arm)
{
    const json_t *row,
        *rows = json_object_get(json_object_get(json_object_get(o, "series"), "network"), arm);
    json_int_t sum = 0;
    size_t i;
    json_array_foreach(rows, i, row) sum += json_integer_value(json_object_get(row, "no_shows"));
    return sum;
}

/* Validators that stop approving are missing, and are missed; a few are in control too. */
static const struct {
    const char *fault;
    const char *status;
} silent[] = {
    { "", "held" },
    { "{\"kind\":\"no-approvals\",\"share\":0.2,\"from\":\"U+2\",\"arm\":\"treatment\"}", "broke" },
    { "{\"kind\":\"no-approvals\",\"share\":0.1}", "held" },
};
START_TEST(who_does_not_approve_is_missed)
{
    json_t *o = NULL;
    dg_error err = { .text = "" };
    ck_assert_msg(run_with(&o, silent[_i].fault, &err) == DG_OK, "%s", err.text);
    ck_assert_msg(strcmp(claim_status(o, "no-shows"), silent[_i].status) == 0, "%s: %s, %s",
                  silent[_i].fault, verdicts(o), claim_text(o, "no-shows"));
    ck_assert_int_eq(missing_in(o, "treatment") > 0, silent[_i].fault[0] != 0);
    ck_assert_int_eq(missing_in(o, "control") > 0,
                     silent[_i].fault[0] && !strstr(silent[_i].fault, "arm"));
    json_decref(o);
}
END_TEST

/* Four in ten that give no chunk and sign nothing leave less than two thirds; a tenth does not
 * matter. */
static const struct {
    const char *share, *status;
} withheld[] = { { "0.45", "broke" }, { "0.1", "held" } };
START_TEST(what_is_withheld_does_not_become_available)
{
    json_t *o = NULL;
    dg_error err = { .text = "" };
    char fault[160];
    snprintf(
        fault, sizeof fault,
        "{\"kind\":\"withhold-availability\",\"share\":%s,\"from\":\"U+2\",\"arm\":\"treatment\"}",
        withheld[_i].share);
    ck_assert_msg(run_with(&o, fault, &err) == DG_OK, "%s", err.text);
    ck_assert_msg(strcmp(claim_status(o, "availability"), withheld[_i].status) == 0, "%s: %s",
                  fault, verdicts(o));
    json_decref(o);
}
END_TEST

/* ---- faults of both arms ---- */

#define THIRD                                                                                      \
    "[0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31,32,"   \
    "33]"
#define HALF                                                                                       \
    "[0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31,32,"   \
    "33,34,35,36,37,38,39,40,41,42,43,44,45,46,47,48,49]"
#define ALL_CLAIMS                                                                                 \
    "{\"doppel\":1,\"snapshot\":\"fixtures/paseo-1001002-e20-100val-20paras.json.zst\","           \
    "\"upgrade\":{\"to\":\"fixtures/paseo-1002000-e20.wasm\",\"at\":\"boundary-8\"},"              \
    "\"network\":{\"classes\":[{\"class\":\"SD_V12_OK\",\"with\":[\"provisioner-mode\"],"          \
    "\"share\":1}],\"faults\":[{%s}]}}"
/* What control itself does not stand is no measure of N, and never a pass; `failed` names
 * the claim that has to say so, NULL: none, the fault is harmless. */
static const struct {
    const char *fault;
    int exit;
    const char *failed;
} both[] = {
    /* 66 of 100 are no supermajority */
    { "\"kind\":\"crash\",\"nodes\":" THIRD, DG_EXIT_INCONCLUSIVE, "finality-lag" },
    /* 95 are, and no group loses more than it has to spare */
    { "\"kind\":\"crash\",\"nodes\":[0,1,2,3,4]", DG_EXIT_HELD, NULL },
    /* neither side is one */
    { "\"kind\":\"partition\",\"nodes\":" HALF, DG_EXIT_INCONCLUSIVE, "finality-lag" },
    { "\"kind\":\"silent-backer\",\"who\":\"all\"", DG_EXIT_INCONCLUSIVE, "groups-able" },
    /* groups are of five, and a few have fewer than two that speak */
    { "\"kind\":\"silent-backer\",\"share\":0.5", DG_EXIT_INCONCLUSIVE, "para-interval" },
    { "\"kind\":\"no-approvals\",\"who\":\"all\"", DG_EXIT_INCONCLUSIVE, "no-shows" },
    { "\"kind\":\"no-approvals\",\"share\":0.3", DG_EXIT_INCONCLUSIVE, "finality-lag" },
    { "\"kind\":\"offline-collators\",\"who\":\"all\"", DG_EXIT_INCONCLUSIVE, "inclusion-rate" },
    { "\"kind\":\"withhold-availability\",\"share\":0.45", DG_EXIT_INCONCLUSIVE, "availability" },
    /* more than two thirds hold their chunk */
    { "\"kind\":\"withhold-availability\",\"share\":0.1", DG_EXIT_HELD, NULL },
    { "\"kind\":\"loss\",\"who\":\"all\",\"loss_per_million\":500000", DG_EXIT_INCONCLUSIVE,
      "availability" },
    /* what is lost comes another way */
    { "\"kind\":\"loss\",\"who\":\"all\",\"loss_per_million\":50000", DG_EXIT_HELD, NULL },
    { "\"kind\":\"pause\",\"share\":0.5,\"from\":\"U+2\",\"until\":\"U+22\"", DG_EXIT_INCONCLUSIVE,
      "finality-lag" },
    /* two minutes: nobody is called before three */
    { "\"kind\":\"pause\",\"who\":\"all\",\"from\":\"U+2\",\"until\":\"U+22\"", DG_EXIT_HELD,
      NULL },
    { "\"kind\":\"clock\",\"who\":\"all\",\"offset_ms\":-3600000", DG_EXIT_INCONCLUSIVE,
      "block-cadence" },
    { "\"kind\":\"clock\",\"who\":\"all\",\"warp\":6,\"from\":\"U+2\",\"until\":\"U+6\"",
      DG_EXIT_INCONCLUSIVE, "para-interval" },
    /* blocks of the next slot are taken, and control loses nothing; but with asynchronous backing
       an author that builds so early has a part of the candidates, and two or three of fifteen
       blocks of each parachain are lost: that is of N */
    { "\"kind\":\"clock\",\"nodes\":" THIRD ",\"offset_ms\":4000", DG_EXIT_BROKE, NULL },
    /* a third is on a chain of its own an hour ahead */
    { "\"kind\":\"clock\",\"nodes\":" THIRD ",\"offset_ms\":3600000", DG_EXIT_INCONCLUSIVE,
      "finality-lag" },
};
START_TEST(what_control_does_not_stand_is_never_a_pass)
{
    static char text[4096];
    dg_run_options options = { .cache_dir = dg_engine_cache_dir(), .compiler = DG_COMPILER_SPEED };
    json_t *o = NULL;
    dg_error err;
    dg_plan *plan;
    snprintf(text, sizeof text, ALL_CLAIMS, both[_i].fault);
    if (dg_plan_parse(&plan, dg_text(text), "p.json", NULL, &err) < 0
        || dg_plan_check(plan, &err) < 0 || dg_run(&o, plan, &options, &err) < 0)
        ck_abort_msg("%s: %s", both[_i].fault, err.text);
    ck_assert_msg(dg_outcome_exit(o) == both[_i].exit, "%s: exit %d, %s", both[_i].fault,
                  dg_outcome_exit(o), verdicts(o));
    if (both[_i].failed) {
        ck_assert_msg(json_is_true(json_object_get(claim_of(o, both[_i].failed), "control_failed")),
                      "%s: %s", both[_i].fault, verdicts(o));
        ck_assert_msg(strstr(claim_text(o, both[_i].failed), "N-1 alone") != NULL, "%s",
                      claim_text(o, both[_i].failed));
    }
    if (both[_i].exit == DG_EXIT_INCONCLUSIVE) { /* and the reason is control */
        const char *reason = json_string_value(json_object_get(o, "reason"));
        ck_assert_msg(strstr(reason, "already fails on N-1 alone")
                          || strstr(reason, "even without the upgrade"),
                      "%s: %s", both[_i].fault, reason);
    }
    dg_plan_free(plan);
    json_decref(o);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("faults");
    TCase *tc = tcase_create("faults");
    tcase_set_timeout(tc, 0);
    tcase_add_loop_test(tc, what_is_not_there_cannot_fail, 0,
                        (int)(sizeof refused / sizeof *refused));
    tcase_add_loop_test(tc, what_is_withheld_does_not_become_available, 0, REDUCED ? 1 : 2);
    tcase_add_loop_test(tc, a_fault_of_both_arms_is_not_the_upgrades, 0,
                        REDUCED ? 1 : (int)(sizeof strikes / sizeof *strikes));
    tcase_add_loop_test(tc, who_does_not_approve_is_missed, 0,
                        REDUCED ? 1 : (int)(sizeof silent / sizeof *silent));
    tcase_add_loop_test(tc, what_control_does_not_stand_is_never_a_pass, 0,
                        REDUCED ? 1 : (int)(sizeof both / sizeof *both));
    suite_add_tcase(s, tc);
    return suite_run(s);
}
