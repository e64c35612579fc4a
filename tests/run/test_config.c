/* Not every transition is new code: executor parameters, node features, scheduling
 * change by a configuration that acts two sessions after it was scheduled. A plan
 * says which fields; the runtime's own metadata says how they are laid out. */
#include "model_run.h"

#include <string.h>

#define EMBEDDED "paseo-1001002-e20-100val-20paras.json.zst"

static json_t *try(dg_code *rc, const char *upgrade, dg_error *err)
{
    dg_run_options options = { .cache_dir = dg_engine_cache_dir(), .compiler = DG_COMPILER_SPEED };
    json_t *outcome = NULL;
    dg_plan *plan = NULL;
    char text[1500];
    snprintf(text, sizeof text,
             "{\"doppel\":1,\"snapshot\":\"%s\",\"network\":false,\"upgrade\":%s}",
             fixture_path(EMBEDDED), upgrade);
    if ((*rc = dg_plan_parse(&plan, dg_text(text), "p", NULL, err)) >= 0
        && (*rc = dg_plan_check(plan, err)) >= 0)
        *rc = dg_run(&outcome, plan, &options, err);
    dg_plan_free(plan);
    return outcome;
}

/* U in session 1: scheduled for session 3. */
static const struct {
    const char *upgrade;
    const char *enacted;
    int exit;
} good[] = {
    { "{\"at\":\"boundary-1\",\"config\":{\"executor_params\":[{\"PvfExecTimeout\":[\"Backing\","
      "2500]}],\"no_show_slots\":3}}",
      "Configuration.PendingConfigs written, configuration in force from session 3", DG_EXIT_HELD },
    { "{\"at\":\"boundary-1\",\"config\":{\"async_backing_params.max_candidate_depth\":5}}",
      "configuration in force from session 3", DG_EXIT_HELD },
    { "{\"at\":\"boundary+0\",\"config\":{\"async_backing_params.max_candidate_depth\":5}}",
      "configuration in force from session 3", DG_EXIT_HELD },
};

START_TEST(a_configuration_is_in_force_two_sessions_later)
{
    dg_error err = { .text = "" };
    dg_code rc;
    json_t *o = try(&rc, good[_i].upgrade, &err);
    const json_t *claim;
    size_t i;
    ck_assert_msg(rc >= 0, "%s", err.text);
    ck_assert_msg(dg_outcome_exit(o) == good[_i].exit, "%s", verdicts(o));
    ck_assert_msg(strstr(claim_text(o, "upgrade-enacted"), good[_i].enacted) != NULL, "%s",
                  verdicts(o));
    ck_assert_msg(strcmp(claim_status(o, "config-survives"), "held") == 0, "%s", verdicts(o));
    ck_assert_str_eq(json_string_value(json_object_get(json_object_get(o, "upgrade"), "how")),
                     "config");
    json_array_foreach(json_object_get(o, "claims"), i, claim) /* nothing is said of new code */
        ck_assert_str_ne(json_string_value(json_object_get(claim, "name")), "identity");
    json_decref(o);
}
END_TEST

/* With new code the change is laid out as N-1 has it, and N's migration takes it along. */
START_TEST(code_and_configuration_change_in_one_block)
{
    char upgrade[600];
    dg_error err = { .text = "" };
    dg_code rc;
    json_t *o;
    snprintf(upgrade, sizeof upgrade,
             "{\"to\":\"%s\",\"at\":\"boundary-1\",\"config\":{\"no_show_slots\":7}}",
             fixture_path("paseo-1002000-e20.wasm"));
    o = try(&rc, upgrade, &err);
    ck_assert_msg(rc >= 0, "%s", err.text);
    ck_assert_msg(dg_outcome_exit(o) == DG_EXIT_HELD, "%s", verdicts(o));
    ck_assert_str_eq(
        claim_text(o, "upgrade-enacted"),
        "enacted at #40 by scheduler agenda, preimage, configuration in force from session 3");
    ck_assert_msg(!strstr(claim_text(o, "config-survives"), "no_show_slots"), "%s", verdicts(o));
    json_decref(o);
}
END_TEST

/* A value that the call of governance refuses was written into storage, and came out as a sound
 * change: fields alone, one among good ones, and beside new code. */
static const char *const forbidden[] = {
    "{\"at\":\"boundary-1\",\"config\":{\"max_code_size\":10485760}}",
    "{\"at\":\"boundary-1\",\"config\":{\"no_show_slots\":3,\"max_pov_size\":4294967295}}",
    "{\"at\":\"boundary-1\",\"config\":{\"minimum_backing_votes\":0}}",
    "{\"at\":\"boundary-1\",\"config\":{\"group_rotation_frequency\":0},\"to\":\"%s\"}",
};

START_TEST(a_configuration_that_its_own_calls_refuse_is_not_enacted)
{
    char upgrade[600];
    const char *says;
    dg_error err = { .text = "" };
    dg_code rc;
    json_t *o;
    snprintf(upgrade, sizeof upgrade, forbidden[_i], fixture_path("paseo-1002000-e20.wasm"));
    o = try(&rc, upgrade, &err);
    ck_assert_msg(rc >= 0, "%s", err.text);
    ck_assert_msg(dg_outcome_exit(o) == DG_EXIT_BROKE, "%s", verdicts(o));
    ck_assert_msg(strcmp(claim_status(o, "upgrade-enacted"), "broke") == 0
                      && strstr(claim_text(o, "upgrade-enacted"), "refuse this change")
                      && strstr(claim_text(o, "upgrade-enacted"), "InvalidNewValue")
                      && strstr(claim_text(o, "upgrade-enacted"), "the configuration was not"),
                  "%s", verdicts(o));
    says = json_string_value(json_object_get(
        json_array_get(json_object_get(json_object_get(o, "answer"), "breaks"), 0), "says"));
    ck_assert_str_eq(says, strstr(upgrade, "\"to\"")
                               ? "the chain refuses the change of the configuration that comes "
                                 "with N"
                               : "the change is not enacted");
    json_decref(o);
}
END_TEST

/* Executor parameters are rehearsed whatever the call says: alone, and beside a field that it
 * takes; beside one that it refuses nothing is. */
#define EXECUTOR "\"executor_params\":[{\"PvfExecTimeout\":[\"Approval\",1000]}]"
static const struct {
    const char *upgrade, *status, *says;
} executor[] = {
    { "{\"at\":\"boundary-1\",\"config\":{" EXECUTOR "}}", "warned", "written all the same" },
    { "{\"at\":\"boundary-1\",\"config\":{" EXECUTOR ",\"no_show_slots\":3}}", "warned",
      "written all the same" },
    { "{\"at\":\"boundary-1\",\"config\":{" EXECUTOR ",\"max_code_size\":10485760}}", "broke",
      "refuse this change" },
};

START_TEST(executor_parameters_that_their_call_refuses_are_a_warning)
{
    dg_error err = { .text = "" };
    const char *advice;
    dg_code rc;
    json_t *o = try(&rc, executor[_i].upgrade, &err);
    bool written = strcmp(executor[_i].status, "warned") == 0;
    ck_assert_msg(rc >= 0, "%s", err.text);
    ck_assert_msg(dg_outcome_exit(o) == (written ? DG_EXIT_HELD : DG_EXIT_BROKE), "%s",
                  verdicts(o));
    ck_assert_msg(strcmp(claim_status(o, "upgrade-enacted"), executor[_i].status) == 0
                      && strstr(claim_text(o, "upgrade-enacted"), executor[_i].says)
                      && strstr(claim_text(o, "upgrade-enacted"), "InvalidNewValue"),
                  "%s", verdicts(o));
    advice =
        json_string_value(json_array_get(json_object_get(json_object_get(o, "answer"), "do"), 0));
    ck_assert_msg(written == (advice && strstr(advice, "choose executor_params that the chain's")),
                  "%s", advice);
    if (written)
        ck_assert_msg(strcmp(claim_status(o, "config-survives"), "held") == 0, "%s", verdicts(o));
    json_decref(o);
}
END_TEST

static const struct {
    const char *upgrade, *says;
} bad[] = {
    { "{\"at\":\"next\",\"config\":{\"executor_param\":[]}}",
      "upgrade.config: the host configuration has no field \"executor_param\"; did you mean "
      "\"executor_params\"?" },
    { "{\"at\":\"next\",\"config\":{\"no_show_slots.x\":1}}", "no field \"no_show_slots.x\"" },
    { "{\"at\":\"next\",\"config\":{\"no_show_slots\":[1]}}",
      "upgrade.config: value[0][1].no_show_slots: wants u32" },
    { "{\"at\":\"next\",\"config\":{\"executor_params\":[{\"Pvf\":1}]}}",
      "upgrade.config: value[0][1].executor_params" },
    { "{\"at\":\"next\",\"config\":{}}", "upgrade.config names no field" },
    { "{\"at\":\"next\",\"config\":3}", "upgrade.config must be an object" },
};

START_TEST(what_no_configuration_can_be_is_refused)
{
    dg_error err = { .text = "" };
    dg_code rc;
    json_t *o = try(&rc, bad[_i].upgrade, &err);
    ck_assert_msg(rc == DG_USAGE && !o, "%s gave %d", bad[_i].upgrade, rc);
    ck_assert_msg(strstr(err.text, bad[_i].says) != NULL, "%s: %s", bad[_i].upgrade, err.text);
    ck_assert_ptr_null(strchr(err.text, '\n'));
}
END_TEST

int main(void)
{
    Suite *s = suite_create("config");
    TCase *tc = tcase_create("config");
    tcase_set_timeout(tc, 0);
    tcase_add_loop_test(tc, a_configuration_is_in_force_two_sessions_later, 0,
                        REDUCED ? 1 : (int)(sizeof good / sizeof *good));
    tcase_add_loop_test(tc, a_configuration_that_its_own_calls_refuse_is_not_enacted, 0,
                        sizeof forbidden / sizeof *forbidden);
    tcase_add_loop_test(tc, executor_parameters_that_their_call_refuses_are_a_warning, 0,
                        sizeof executor / sizeof *executor);
    tcase_add_test(tc, code_and_configuration_change_in_one_block);
    tcase_add_loop_test(tc, what_no_configuration_can_be_is_refused, 0,
                        (int)(sizeof bad / sizeof *bad));
    suite_add_tcase(s, tc);
    return suite_run(s);
}
