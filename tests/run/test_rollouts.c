/* "Restart your validators" was the cure of 2024, and "update before the referendum" what would
 * have spared it: both are rehearsed here on the real pair, and what is said of them has to be
 * true. A release that was left before U must not be blamed, and a restart that healed must be
 * named. */
#include "model_run.h"

#include <string.h>

#define SPEC "fixtures/paseo-1001002-e20-100val-20paras.json.zst"
#define STALL "fixtures/paseo-1002000-e20.wasm"

static json_t *rehearse(const char *network, dg_run_explain how)
{
    dg_run_options options = { .cache_dir = dg_engine_cache_dir(),
                               .compiler = DG_COMPILER_SPEED,
                               .explain = how };
    char text[1200];
    json_t *outcome = NULL;
    dg_error err = { .text = "" };
    dg_plan *plan;
    snprintf(text, sizeof text,
             "{\"doppel\":1,\"snapshot\":\"%s\",\"upgrade\":{\"to\":\"%s\",\"at\":\"boundary-8\"},"
             "\"network\":%s,\"seeds_max\":1}",
             SPEC, STALL, network);
    if (dg_plan_parse(&plan, dg_text(text), "p.json", NULL, &err) < 0
        || dg_plan_check(plan, &err) < 0 || dg_run(&outcome, plan, &options, &err) < 0)
        ck_abort_msg("%s: %s", text, err.text);
    dg_plan_free(plan);
    return outcome;
}

static const json_t *rollout_of(const json_t *o)
{
    const json_t *list = json_object_get(json_object_get(o, "network"), "rollout");
    ck_assert_uint_eq(json_array_size(list), 1);
    return json_array_get(list, 0);
}

static long long whole(const json_t *o, const char *key)
{
    return (long long)json_integer_value(json_object_get(o, key));
}

#define FAST ",\"down_ms\":[1000,3000]"

START_TEST(a_restart_after_the_upgrade_heals_and_is_named)
{
    json_t *o = rehearse("{\"nodes\":\"v1.7\",\"rollout\":[{\"at\":\"U+2\",\"over\":2" FAST "}]}",
                         DG_RUN_EXPLAIN_NONE);
    const json_t *r = rollout_of(o), *claim = claim_of(o, "topology-present");
    ck_assert_int_eq(whole(r, "nodes"), 100);
    ck_assert_int_eq(whole(r, "slot"), 34); /* of the run: 40 are two sessions */
    ck_assert_uint_eq(json_object_size(json_object_get(r, "from")), 0);
    ck_assert_ptr_null(json_object_get(r, "to"));
    ck_assert_str_eq(json_string_value(json_object_get(r, "who")), "all nodes");
    ck_assert_msg(strcmp(claim_status(o, "topology-present"), "broke") == 0, "%s", verdicts(o));
    ck_assert_str_eq(json_string_value(json_object_get(claim, "healed")),
                     "a restart of validators");
    ck_assert_msg(strcmp(claim_status(o, "backing-rate"), "held") == 0, "%s", verdicts(o));
    ck_assert(
        any_line(json_object_get(o, "notes"), "by plan all nodes restart, at U+2, in both arms"));
    json_decref(o);
}
END_TEST

/* The same in treatment alone: control does not restart, and is not said to. */
START_TEST(a_rollout_of_treatment_alone_is_not_in_control)
{
    static const char *const arms[] = { "both", "treatment" };
    for (size_t i = 0; i < 2; i++) {
        char network[200];
        json_t *o;
        snprintf(network, sizeof network,
                 "{\"nodes\":\"v1.18\",\"rollout\":[{\"at\":\"U+2\",\"arm\":\"%s\","
                 "\"down_ms\":[60000,60000]}]}",
                 arms[i]);
        o = rehearse(network, DG_RUN_EXPLAIN_RECORDED);
        ck_assert_int_eq(whole(rollout_of(o), "nodes"), 100);
        ck_assert_int_eq(
            whole(json_object_get(json_object_get(o, "network"), "control"), "empty") >= 9, !i);
        ck_assert_int_ge(
            whole(json_object_get(json_object_get(o, "network"), "treatment"), "empty"), 9);
        ck_assert(any_line(json_object_get(o, "notes"), i ? "in treatment alone" : "in both arms"));
        json_decref(o);
    }
}
END_TEST

/* And without it nothing of this is said. */
START_TEST(without_a_rollout_nothing_is_said_of_one)
{
    json_t *o = rehearse("{\"nodes\":\"v1.7\"}", DG_RUN_EXPLAIN_NONE);
    ck_assert_ptr_null(json_object_get(json_object_get(o, "network"), "rollout"));
    ck_assert_str_eq(json_string_value(json_object_get(claim_of(o, "topology-present"), "healed")),
                     "session change");
    ck_assert(!any_line(json_object_get(o, "notes"), "by plan"));
    json_decref(o);
}
END_TEST

START_TEST(a_release_that_all_left_before_the_upgrade_is_not_blamed)
{
    json_t *o = rehearse("{\"nodes\":\"v1.7\",\"rollout\":[{\"at\":\"U-12\",\"class\":\"v1.7\","
                         "\"to\":\"v1.12\"" FAST "}]}",
                         DG_RUN_EXPLAIN_RECORDED);
    const json_t *r = rollout_of(o);
    ck_assert_int_eq(whole(r, "nodes"), 100);
    ck_assert_int_eq(whole(json_object_get(r, "from"), "v1.7"), 100);
    ck_assert_str_eq(json_string_value(json_object_get(r, "to")), "v1.12");
    ck_assert_msg(strcmp(claim_status(o, "topology-present"), "broke") != 0, "%s", verdicts(o));
    ck_assert_msg(!any_line(json_object_get(o, "causes"), "v1.7"), "%s", causes_of(o));
    json_decref(o);
}
END_TEST

START_TEST(those_who_stayed_are_counted)
{
    json_t *o = rehearse("{\"nodes\":\"v1.7\",\"rollout\":[{\"at\":\"U-12\",\"share\":0.5,"
                         "\"to\":\"v1.12\"" FAST "}]}",
                         DG_RUN_EXPLAIN_PROVED);
    long long nodes = whole(rollout_of(o), "nodes");
    char says[80];
    snprintf(says, sizeof says, "%lld of 100 validators run v1.7", 100 - nodes);
    ck_assert(nodes > 20 && nodes < 80);
    ck_assert_msg(strcmp(claim_status(o, "topology-present"), "broke") == 0, "%s", verdicts(o));
    ck_assert_msg(any_line(json_object_get(o, "causes"), says), "%s", causes_of(o));
    json_decref(o);
}
END_TEST

static const struct {
    const char *rollout, *says;
} refused[] = {
    { "{\"at\":\"U\",\"nodes\":[100]}",
      "network.rollout[0]: nodes: there is no node 100: the network has 100 (the first is 0)" },
    { "{\"at\":\"U+4000\"}", "but the run ends with slot" },
};
START_TEST(a_rollout_that_cannot_be_is_refused_before_the_run)
{
    char set[200];
    const char *more[] = { "network.classes=v1.12", set, NULL };
    dg_error err = { .text = "" };
    snprintf(set, sizeof set, "network.rollout=[%s]", refused[_i].rollout);
    ck_assert_int_eq(run_refused(SPEC, STALL, "boundary-8", more, &err), DG_USAGE);
    ck_assert_msg(strstr(err.text, refused[_i].says) != NULL, "%s", err.text);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("rollouts");
    TCase *tc = tcase_create("rollouts");
    tcase_set_timeout(tc, 0);
    tcase_add_test(tc, a_restart_after_the_upgrade_heals_and_is_named);
    tcase_add_test(tc, a_rollout_of_treatment_alone_is_not_in_control);
    tcase_add_test(tc, without_a_rollout_nothing_is_said_of_one);
    tcase_add_test(tc, a_release_that_all_left_before_the_upgrade_is_not_blamed);
    tcase_add_test(tc, those_who_stayed_are_counted);
    tcase_add_loop_test(tc, a_rollout_that_cannot_be_is_refused_before_the_run, 0,
                        (int)(sizeof refused / sizeof *refused));
    suite_add_tcase(s, tc);
    return suite_run(s);
}
