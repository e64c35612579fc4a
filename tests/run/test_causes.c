/* A false trail costs more than none: in 2024 half an hour went into a storage migration that had
 * nothing to do with it. So each cause is shown where it is one, and where its symptom has another
 * cause, and there it must not be named. */
#include "model_run.h"

#include <stdlib.h>
#include <string.h>

#define SPEC "fixtures/paseo-1001002-e20-100val-20paras.json.zst"
#define STALL "fixtures/paseo-1002000-e20.wasm"

/* A plan by its parts. */
static json_t *explain(const char *snapshot, const char *upgrade, const char *horizon,
                       const char *network, const char *claims, dg_run_explain how)
{
    dg_run_options options = { .cache_dir = dg_engine_cache_dir(),
                               .compiler = DG_COMPILER_SPEED,
                               .explain = how };
    char text[2048];
    json_t *outcome = NULL;
    dg_error err = { .text = "" };
    dg_plan *plan;
    snprintf(
        text, sizeof text,
        "{\"doppel\":1,\"snapshot\":\"%s\",\"upgrade\":%s,\"horizon\":{\"boundaries_after\":%s},"
        "\"network\":%s,\"claims\":%s,\"seed\":1}",
        snapshot, upgrade, horizon, network, claims);
    if (dg_plan_parse(&plan, dg_text(text), "p.json", NULL, &err) < 0
        || dg_plan_check(plan, &err) < 0 || dg_run(&outcome, plan, &options, &err) < 0)
        ck_abort_msg("%s: %s", text, err.text);
    dg_plan_free(plan);
    return outcome;
}

#define CONFIG(change) "{\"at\":\"boundary-4\",\"config\":{" change "}}"
#define NODES(class, more) "{\"classes\":[{\"class\":\"" class "\",\"share\":1}]" more "}"
#define TO_N(at) "{\"to\":\"" STALL "\",\"at\":\"" at "\"}"
#define SLOW ",\"pvf\":{\"execute_ms_min\":1200,\"execute_ms_max\":1500}"
#define TIMEOUT(whose, ms) "\"executor_params\":[{\"PvfExecTimeout\":[\"" whose "\"," ms "]}]"
#define CRASH                                                                                      \
    ",\"faults\":[{\"kind\":\"crash\",\"from\":\"U+2\",\"until\":\"U+4\",\"arm\":\"treatment\","   \
    "\"share\":0.9}]"

#define TWICE                                                                                      \
    ",\"faults\":[{\"kind\":\"no-approvals\",\"from\":\"U+2\",\"arm\":\"treatment\",\"share\":0."  \
    "6},"                                                                                          \
    "{\"kind\":\"no-approvals\",\"from\":\"U+3\",\"arm\":\"treatment\",\"share\":0.6}]"

/* `is` and `not`: parts of causes, each ended by '|'. */
static const struct {
    const char *upgrade, *horizon, *network, *broke, *is, *not, *advice;
} rows[] = {
    /* disputes and no-shows for want of time, not for receipts that nobody can read */
    { CONFIG(TIMEOUT("Approval", "1000")), "4", NODES("SD_V12_OK", SLOW), "disputes",
      "sets executor_params to|", "receipts|prepare every|",
      "raise the timeout of approvals (PvfExecTimeout) from 1.0 s to more than the 1.5 s" },
    /* the same change where blocks are quick: nothing breaks, nothing is explained */
    { CONFIG(TIMEOUT("Approval", "1000")), "4", NODES("SD_V12_OK", ""), NULL, "", "executor|",
      NULL },
    /* nodes that crash lose what was prepared: no parameter has changed */
    { TO_N("boundary+0"), "2", NODES("SD_V12_DROP", CRASH), "pvf-ready",
      "network.faults[0], crash at share 0.9|lose the parachains' prepared code when they restart|",
      "executor|prepare every|migrates only in|grid topology|",
      "run without network.faults[0], or with it in both arms" },
    /* .. and those that keep it over a restart lose nothing by that */
    { TO_N("boundary+0"), "2", NODES("SD_V12_PURGE", CRASH), "groups-able",
      "network.faults[0], crash at share 0.9|", "prepared code|executor|migrates only in|",
      "run without network.faults[0]" },
    /* two faults, each of which is enough: neither alone is the cause */
    { TO_N("boundary+0"), "2", NODES("SD_V12_OK", TWICE), "finality-lag",
      "only together: the planned fault network.faults[0]|network.faults[1]|", "migrates only in|",
      "run without network.faults[1]" },
};

/* Nodes that go down over a call that does not end, and lose what was prepared: no parameter has
 * changed. What explains most is told first. */
START_TEST(nodes_that_restart_lose_artifacts_by_that)
{
    const char *folder = getenv("DOPPEL_RUNTIMES") ? getenv("DOPPEL_RUNTIMES") : "build/runtimes";
    char snapshot[300], upgrade[400];
    json_t *o;
    snprintf(snapshot, sizeof snapshot, "%s/mini.json", folder);
    snprintf(upgrade, sizeof upgrade, "{\"to\":\"%s/mini-2-api-loops.wasm\",\"at\":\"boundary-5\"}",
             folder);
    o = explain(snapshot, upgrade, "12",
                "{\"size\":\"24x2\",\"classes\":[{\"class\":\"SD_V12_DROP\",\"share\":1}]}",
                "{\"default\":true}", DG_RUN_EXPLAIN_PROVED);
    ck_assert_msg(strcmp(claim_status(o, "pvf-ready"), "broke") == 0, "%s", verdicts(o));
    ck_assert_msg(any_cause(o, "lose the parachains' prepared code when they restart")
                      && any_cause(o, "N does not answer before they go down (24 times)")
                      && !any_cause(o, "executor") && !any_cause(o, "ParachainHost 5 ->"),
                  "%s", causes_of(o));
    ck_assert_msg(strstr(json_string_value(json_object_get(
                             json_array_get(json_object_get(o, "causes"), 0), "says")),
                         "migrates only in #17: ParachainHost_availability_cores")
                      != NULL,
                  "%s", causes_of(o));
    json_decref(o);
}
END_TEST

/* Two that build no block: one that no node can start, one that traps. */
static const struct {
    const char *to, *broke, *says, *advice; /* NULL: neither is said */
} starts[] = {
    { "mini-2-host-function", "authorable",
      "N imports ext_pairing_bls12_377_add_version_1, which no release of the node up to v1.25 "
      "provides",
      "build N without ext_pairing_bls12_377_add_version_1" },
    { "mini-2-host-type", "upgrade-enacted",
      "N imports ext_benchmarking_current_time_version_1 as () -> nothing, but nodes provide it as "
      "() -> i32: they cannot ask its code for the version, which no section tells, so set_code "
      "refuses N",
      "build N with the host functions of a published sp-io or frame-benchmarking, where "
      "ext_benchmarking_current_time_version_1 is () -> i32" },
    { "mini-2-init-traps", "authorable", NULL, NULL },
};

START_TEST(a_function_that_no_node_has_is_the_cause_where_n_imports_one)
{
    bool lacked = starts[_i].says != NULL;
    const char *folder = getenv("DOPPEL_RUNTIMES") ? getenv("DOPPEL_RUNTIMES") : "build/runtimes";
    char snapshot[300], upgrade[400];
    json_t *o;
    snprintf(snapshot, sizeof snapshot, "%s/mini.json", folder);
    snprintf(upgrade, sizeof upgrade, "{\"to\":\"%s/%s.wasm\",\"at\":\"boundary-5\"}", folder,
             starts[_i].to);
    o = explain(snapshot, upgrade, "2",
                "{\"size\":\"24x2\",\"classes\":[{\"class\":\"v1.10\",\"share\":0.7},{\"class\":"
                "\"kagome\",\"share\":0.3}]}",
                "{\"default\":true}", DG_RUN_EXPLAIN_PROVED);
    ck_assert_int_eq(dg_outcome_exit(o), DG_EXIT_BROKE);
    ck_assert_msg(strcmp(claim_status(o, starts[_i].broke), "broke") == 0, "%s", verdicts(o));
    ck_assert_msg(any_cause(o, lacked ? starts[_i].says : "N imports") == lacked, "%s",
                  causes_of(o));
    ck_assert_msg(any_cause(o, "what Kagome provides is not known") == lacked, "%s", causes_of(o));
    ck_assert_msg(any_advice(o, lacked ? starts[_i].advice : "build N with") == lacked, "%s",
                  causes_of(o));
    json_decref(o);
}
END_TEST

/* A page more than nodes give, and the chain stands; a page less, and there is a warning. */
static const struct {
    const char *variant, *network, *broke, *is, *advice; /* broke: NULL: it warns */
} hungry[] = {
    { "mini-2-migration-appetite", "false", "authorable",
      "Core_initialize_block at #16 runs out of memory: N asks for 2066 pages of 64 KiB and more, "
      "nodes give 2065, and calls of N-1 take at most 21",
      "System.set_heap_pages" },
    { "mini-2-session-appetite", "false", "authorable",
      "Core_initialize_block at #21 runs out of memory: N asks for 2066 pages",
      "System.set_heap_pages" },
    { "mini-2-query-appetite", "false", "api-window",
      "ParachainHost_availability_cores at #15 runs out of memory: N asks for 2066 pages",
      "nothing on chain raises the limit of a query" },
    { "mini-2-session-appetite", NODES("SD_V12_OK", ""), "authorable", "Core_initialize_block at #",
      "System.set_heap_pages" },
    { "mini-2-migration-nearly", "false", NULL, NULL, NULL },
    { "mini-2-session-nearly", "false", NULL, NULL, NULL },
    { "mini-2-query-nearly", "false", NULL, NULL, NULL },
    { "mini-2-session-nearly", NODES("SD_V12_OK", ""), NULL, NULL, NULL },
};
START_TEST(what_asks_for_more_memory_than_nodes_give_is_the_cause)
{
    const char *folder = getenv("DOPPEL_RUNTIMES") ? getenv("DOPPEL_RUNTIMES") : "build/runtimes";
    char snapshot[300], upgrade[400];
    json_t *o;
    snprintf(snapshot, sizeof snapshot, "%s/mini.json", folder);
    snprintf(upgrade, sizeof upgrade, "{\"to\":\"%s/%s.wasm\",\"at\":\"boundary@2-6\"}", folder,
             hungry[_i].variant);
    o = explain(snapshot, upgrade, "2", hungry[_i].network, "{\"default\":true}",
                DG_RUN_EXPLAIN_PROVED);
    ck_assert_msg(strcmp(claim_status(o, "memory"), hungry[_i].broke ? "broke" : "warned") == 0,
                  "%s", verdicts(o));
    ck_assert_msg(!hungry[_i].broke || strcmp(claim_status(o, hungry[_i].broke), "broke") == 0,
                  "%s", verdicts(o));
    ck_assert_msg(!hungry[_i].broke || any_cause(o, hungry[_i].is), "%s", causes_of(o));
    ck_assert_msg(!hungry[_i].broke || any_advice(o, hungry[_i].advice), "%s", causes_of(o));
    ck_assert_msg(hungry[_i].broke || !any_cause(o, "runs out of memory"), "%s", causes_of(o));
    json_decref(o);
}
END_TEST

static void check(const json_t *o, const char *parts, bool there)
{
    char part[200];
    for (const char *at = parts; *at; at += strcspn(at, "|") + 1) {
        snprintf(part, sizeof part, "%.*s", (int)strcspn(at, "|"), at);
        ck_assert_msg(any_cause(o, part) == there, "%s \"%s\": %s", there ? "lacks" : "has", part,
                      causes_of(o));
    }
}

START_TEST(a_cause_is_named_where_it_is_one_and_nowhere_else)
{
    json_t *o = explain(SPEC, rows[_i].upgrade, rows[_i].horizon, rows[_i].network,
                        "{\"default\":true}", DG_RUN_EXPLAIN_PROVED);
    ck_assert_msg((dg_outcome_exit(o) == DG_EXIT_BROKE) == (rows[_i].broke != NULL), "%s",
                  verdicts(o));
    if (rows[_i].broke)
        ck_assert_msg(strcmp(claim_status(o, rows[_i].broke), "broke") == 0, "%s", verdicts(o));
    check(o, rows[_i].is, true);
    check(o, rows[_i].not, false);
    ck_assert_msg(rows[_i].advice ? any_advice(o, rows[_i].advice)
                                  : !json_array_size(json_object_get(o, "advice")),
                  "%s", causes_of(o));
    json_decref(o);
}
END_TEST

/* ---- how far it goes ---- */

static const struct {
    dg_run_explain how;
    size_t causes; /* at least */
    bool proved;
} hows[] = {
    { DG_RUN_EXPLAIN_NONE, 0, false },
    { DG_RUN_EXPLAIN_RECORDED, 3, false },
    { DG_RUN_EXPLAIN_PROVED, 2, true },
};
START_TEST(what_was_only_recorded_is_worded_as_that)
{
    json_t *o = explain(SPEC, TO_N("boundary-8"), "2", NODES("SD_V12_PURGE", ""),
                        "{\"default\":true}", hows[_i].how);
    const json_t *causes = json_object_get(o, "causes"), *cause;
    size_t i;
    ck_assert_int_eq(dg_outcome_exit(o), DG_EXIT_BROKE);
    ck_assert_uint_ge(json_array_size(causes), hows[_i].causes);
    ck_assert(hows[_i].how != DG_RUN_EXPLAIN_NONE || !json_array_size(causes));
    json_array_foreach(causes, i, cause)
        ck_assert_int_eq(strcmp(json_string_value(json_object_get(cause, "kind")), "recorded") != 0,
                         hows[_i].proved);
    ck_assert_int_eq(json_array_size(json_object_get(o, "advice")) != 0, hows[_i].proved);
    ck_assert_int_eq(json_object_get(o, "looked_at") != NULL, hows[_i].proved);
    json_decref(o);
}
END_TEST

/* Without a suspect that heals it a break is told as unexplained, with where the arms part. */
START_TEST(what_nothing_explains_is_told_as_that)
{
    json_t *o = explain(SPEC, TO_N("boundary-8"), "2", NODES("SD_V12_OK", ""),
                        "{\"default\":false,\"topology-present\":{},\"api-window\":{\"severity\":"
                        "\"gate\"},\"authorities-survive\":{\"severity\":\"gate\"}}",
                        DG_RUN_EXPLAIN_PROVED);
    const json_t *un = json_object_get(o, "unexplained");
    ck_assert_msg(dg_outcome_exit(o) == DG_EXIT_BROKE, "%s", verdicts(o));
    ck_assert_msg(any_cause(o, "migrates only in #34"), "%s", causes_of(o)); /* of api-window */
    ck_assert_msg(any_line(json_object_get(un, "claims"), "authorities-survive")
                      && !any_line(json_object_get(un, "claims"), "api-window"),
                  "%s", causes_of(o));
    ck_assert_msg(any_line(json_object_get(un, "differences"), "GrandpaApi_grandpa_authorities"),
                  "%s", causes_of(o));
    json_decref(o);
}
END_TEST

/* A fault that control has as well began before U: treatment without it is another network from
 * there on, and against control it proves nothing. */
START_TEST(what_control_has_too_is_not_proved_by_treatment_without_it)
{
    json_t *o =
        explain(SPEC, TO_N("boundary-8"), "2",
                NODES("SD_V12_PURGE", ",\"faults\":[{\"kind\":\"pause\",\"nodes\":[1,2,3,4],"
                                      "\"from\":\"U-12\",\"until\":\"U+9\"}]"),
                "{\"default\":true}", DG_RUN_EXPLAIN_PROVED);
    const json_t *looked, *fault = NULL;
    const char *why;
    size_t i;
    ck_assert_msg(any_cause(o, "they lose the grid topology"), "%s", causes_of(o));
    ck_assert_msg(!any_cause(o, "network.faults[0]"), "%s", causes_of(o));
    json_array_foreach(
        json_object_get(o, "looked_at"), i,
        looked) if (strcmp(json_string_value(json_object_get(looked, "suspect")), "fault") == 0)
        fault = looked;
    why = json_string_value(json_object_get(fault, "failed"));
    ck_assert_msg(why && strstr(why, "the blocks before U are not those of control"), "%s",
                  causes_of(o));
    json_decref(o);
}
END_TEST

/* One process or many, the outcome is the same: trials are told in the order of the suspects. */
START_TEST(the_number_of_processes_changes_nothing)
{
    char *texts[2];
    for (unsigned i = 0; i < 2; i++) {
        dg_run_options options = { .cache_dir = dg_engine_cache_dir(),
                                   .compiler = DG_COMPILER_SPEED,
                                   .explain = DG_RUN_EXPLAIN_PROVED,
                                   .workers = i ? 3 : 1 };
        json_t *outcome = NULL;
        dg_error err;
        dg_plan *plan;
        ck_assert_int_eq(
            dg_plan_load(&plan, "fixtures/incidents/polkadot-2024-04-21/plan.json", &err), DG_OK);
        ck_assert_int_eq(dg_plan_check(plan, &err), DG_OK);
        if (dg_run(&outcome, plan, &options, &err) < 0)
            ck_abort_msg("%s", err.text);
        json_object_del(outcome, "environment");
        texts[i] = json_dumps(outcome, JSON_SORT_KEYS);
        json_decref(outcome);
        dg_plan_free(plan);
    }
    ck_assert_str_eq(texts[0], texts[1]);
    free(texts[0]);
    free(texts[1]);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("causes");
    TCase *tc = tcase_create("causes");
    tcase_set_timeout(tc, 0);
    tcase_add_loop_test(tc, a_cause_is_named_where_it_is_one_and_nowhere_else, 0,
                        REDUCED ? 1 : (int)(sizeof rows / sizeof *rows));
    tcase_add_loop_test(tc, what_was_only_recorded_is_worded_as_that, 0,
                        REDUCED ? 0 : (int)(sizeof hows / sizeof *hows));
    tcase_add_loop_test(tc, a_function_that_no_node_has_is_the_cause_where_n_imports_one, 0,
                        sizeof starts / sizeof *starts);
    if (!REDUCED) {
        tcase_add_test(tc, nodes_that_restart_lose_artifacts_by_that);
        tcase_add_loop_test(tc, what_asks_for_more_memory_than_nodes_give_is_the_cause, 0,
                            (int)(sizeof hungry / sizeof *hungry));
        tcase_add_test(tc, what_control_has_too_is_not_proved_by_treatment_without_it);
        tcase_add_test(tc, what_nothing_explains_is_told_as_that);
        tcase_add_test(tc, the_number_of_processes_changes_nothing);
    }
    suite_add_tcase(s, tc);
    return suite_run(s);
}
