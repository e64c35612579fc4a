/* Why a claim broke is told where treatment without the thing holds it: a planned fault, N's
 * compile time, a release of the node; and every step of the way there in words. */
#include "model_run.h"

#include <stdlib.h>
#include <string.h>

#define PLAN                                                                                       \
    "{\"doppel\":1,\"snapshot\":\"fixtures/paseo-1001002-e20-100val-20paras.json.zst\","           \
    "\"upgrade\":{\"to\":\"fixtures/paseo-1002000-e20.wasm\",\"at\":\"boundary-8\"},\"seed\":1,"   \
    "\"network\":{\"classes\":[{\"class\":\"SD_V12_OK\",\"with\":[\"provisioner-mode\"],"          \
    "\"share\":1}],\"faults\":[%s]}}"

static dg_plan *planned(const char *faults)
{
    char text[1024];
    dg_error err = { .text = "" };
    dg_plan *plan;
    snprintf(text, sizeof text, PLAN, faults);
    if (dg_plan_parse(&plan, dg_text(text), "p.json", NULL, &err) < 0
        || dg_plan_check(plan, &err) < 0)
        ck_abort_msg("%s", err.text);
    return plan;
}

/* ---- faults ---- */

static json_t *run_with(const char *fault)
{
    dg_run_options options = { .cache_dir = dg_engine_cache_dir(),
                               .compiler = DG_COMPILER_SPEED,
                               .explain = DG_RUN_EXPLAIN_PROVED };
    dg_plan *plan = planned(fault);
    json_t *outcome = NULL;
    dg_error err = { .text = "" };
    if (dg_run(&outcome, plan, &options, &err) < 0)
        ck_abort_msg("%s", err.text);
    dg_plan_free(plan);
    return outcome;
}

static const json_t *chain_of(const json_t *outcome, const char *claim)
{
    const json_t *chain;
    size_t i;
    json_array_foreach(json_object_get(outcome, "chains"), i,
                       chain) if (strcmp(json_string_value(json_object_get(chain, "claim")), claim)
                                  == 0) return json_object_get(chain, "steps");
    return NULL;
}

static const json_t *step_of(const json_t *steps, const char *kind)
{
    const json_t *step;
    size_t i;
    json_array_foreach(steps, i,
                       step) if (strcmp(json_string_value(json_object_get(step, "kind")), kind)
                                 == 0) return step;
    return NULL;
}

/* What a fault breaks holds without it. */
static const struct {
    const char *fault, *claim, *cause, *also;
} struck[] = {
    { "{\"kind\":\"crash\",\"share\":0.7,\"arm\":\"treatment\",\"from\":\"U\"}", "groups-able",
      "crash at share 0.7 from #32 on: the process is down, and starts again when the fault "
      "ends",
      "upgrade-stall" },
    { "{\"kind\":\"pause\",\"share\":0.7,\"arm\":\"treatment\",\"from\":\"U\"}", "finality-lag",
      "pause at share 0.7 from #32 on: the process stands still", "upgrade-stall" },
    { "{\"kind\":\"silent-backer\",\"share\":0.5,\"arm\":\"treatment\",\"from\":\"U+2\"}",
      "groups-able", "silent-backer at share 0.5 from", "backing-rate" },
    { "{\"kind\":\"no-approvals\",\"share\":0.5,\"arm\":\"treatment\",\"from\":\"U+2\"}",
      "no-shows", "no-approvals at share 0.5 from", "finality-lag" },
    { "{\"kind\":\"withhold-availability\",\"share\":0.5,\"arm\":\"treatment\",\"from\":\"U+2\"}",
      "availability", "withhold-availability at share 0.5", "inclusion-rate" },
    { "{\"kind\":\"offline-collators\",\"share\":0.5,\"arm\":\"treatment\",\"from\":\"U+2\"}",
      "backing-rate", "offline-collators at share 0.5", "inclusion-rate" },
    { "{\"kind\":\"partition\",\"share\":0.5,\"arm\":\"treatment\",\"from\":\"U+2\"}",
      "availability", "partition at share 0.5 from", "block-cadence" },
};

/* The claims that a cause was proved to break. */
static bool breaks(const json_t *outcome, const char *says, const char *claim)
{
    const json_t *cause, *one;
    size_t i, k;
    json_array_foreach(json_object_get(outcome, "causes"), i, cause)
    {
        if (!strstr(json_string_value(json_object_get(cause, "says")), says))
            continue;
        json_array_foreach(
            json_object_get(cause, "claims"), k,
            one) if (strcmp(json_string_value(json_object_get(one, "claim")), claim) == 0
                     && strcmp(json_string_value(json_object_get(one, "status")), "broke")
                            != 0) return true;
    }
    return false;
}

START_TEST(a_planned_fault_is_the_cause_of_what_it_breaks)
{
    json_t *o = run_with(struck[_i].fault);
    const json_t *steps = chain_of(o, struck[_i].claim), *fault;
    ck_assert_msg(strcmp(claim_status(o, struck[_i].claim), "broke") == 0, "%s: %s",
                  struck[_i].fault, verdicts(o));
    ck_assert_msg(breaks(o, struck[_i].cause, struck[_i].claim)
                      && breaks(o, struck[_i].cause, struck[_i].also),
                  "%s", causes_of(o));
    ck_assert_msg(!any_cause(o, "ParachainHost 5 -> 10") && !any_cause(o, "compile N"), "%s",
                  causes_of(o));
    ck_assert(any_advice(o, "run without network.faults[0]") && !any_advice(o, "make N smaller"));
    ck_assert_msg((fault = step_of(steps, "net-fault")) != NULL, "%s has no fault in its chain",
                  struck[_i].claim);
    ck_assert_ptr_nonnull(strstr(json_string_value(json_object_get(fault, "says")),
                                 "the planned fault network.faults[0] begins"));
    ck_assert(step_of(steps, "net-upgrade") == NULL);
    json_decref(o);
}
END_TEST

/* One node of a hundred does not stop four slots: N does, which all of them compile. And
 * of what was over long before, or comes after, nothing is said. */
START_TEST(a_fault_beside_the_cause_does_not_hide_it)
{
    dg_run_options options = { .cache_dir = dg_engine_cache_dir(),
                               .compiler = DG_COMPILER_SPEED,
                               .explain = DG_RUN_EXPLAIN_PROVED };
    dg_plan *plan =
        planned("{\"kind\":\"pause\",\"nodes\":[3],\"arm\":\"treatment\",\"from\":\"U\"},"
                "{\"kind\":\"crash\",\"nodes\":[4],\"arm\":\"treatment\",\"from\":\"U+20\"}");
    json_t *o = NULL;
    const json_t *steps;
    dg_error err = { .text = "" };
    ck_assert_int_eq(dg_plan_set(plan, "network.compile_ms", "{\"min\":30000,\"max\":33000}", &err),
                     DG_OK);
    if (dg_plan_check(plan, &err) < 0 || dg_run(&o, plan, &options, &err) < 0)
        ck_abort_msg("%s", err.text);
    steps = chain_of(o, "upgrade-stall");
    ck_assert_msg(any_cause(o, "nodes stand still while they compile N"), "%s", causes_of(o));
    ck_assert(any_advice(o, "make N smaller"));
    ck_assert_msg(!any_cause(o, "network.faults"), "%s", causes_of(o));
    ck_assert(step_of(steps, "net-upgrade") && step_of(steps, "net-compiled")
              && step_of(steps, "net-fault"));
    for (size_t i = 0; i < json_array_size(steps); i++)
        ck_assert(!strstr(json_string_value(json_object_get(json_array_get(steps, i), "says")),
                          "network.faults[1]"));
    dg_plan_free(plan);
    json_decref(o);
}
END_TEST

/* ---- advice ---- */

/* What holds has nothing to be advised against, wherever U is; and what breaks has the same advice
 * one slot further on. */
static const struct {
    const char *class, *at;
    int exit;
} sent[] = {
    { "SD_V12_DROP", "boundary-8", DG_EXIT_BROKE }, { "SD_V12_DROP", "boundary-7", DG_EXIT_BROKE },
    { "SD_V12_DROP", "boundary", DG_EXIT_HELD },    { "SD_V12_PURGE", "boundary", DG_EXIT_HELD },
    { "SD_V12_OK", "boundary-8", DG_EXIT_BROKE },   { "SD_V12_OK", "boundary", DG_EXIT_HELD },
};
START_TEST(neighbours_are_advised_alike)
{
    const char *more[] = { "network.classes=", NULL };
    char classes[60];
    bool bad = sent[_i].exit == DG_EXIT_BROKE;
    json_t *o;
    snprintf(classes, sizeof classes, "network.classes=%s", sent[_i].class);
    more[0] = classes;
    o = explain_pair("fixtures/paseo-1001002-e20-100val-20paras.json.zst",
                     "fixtures/paseo-1002000-e20.wasm", sent[_i].at, more);
    ck_assert_msg(dg_outcome_exit(o) == sent[_i].exit, "%s", verdicts(o));
    /* of the spec, whoever names it */
    ck_assert(any_line(json_object_get(o, "notes"), "N-1 is a derived runtime"));
    ck_assert_msg(json_array_size(json_object_get(o, "advice")) == (bad ? 2 : 0), "%s",
                  causes_of(o));
    ck_assert(!any_advice(o, "or newer")); /* no release backs on both sides of it */
    ck_assert_int_eq(any_advice(o, "after U: no release of the node without a fault here backs"),
                     bad);
    ck_assert_int_eq(any_advice(o, "keep ParachainHost at 5 in N"), bad);
    json_decref(o);
}
END_TEST

/* ---- the dip at U ---- */

/* Cores that are occupied at U are listed as none by code over storage that is not migrated:
 * one block without bitfields. Where none is occupied there is none to miss. */
static const struct {
    const char *at, *status, *says;
} dips[] = {
    { "boundary-7", "warned",
      "0 of 20 occupied cores became available in #35: availability_cores at its parent listed 0 "
      "of 20, so " },
    { "boundary-8", "held", "100 % of candidates available in one block" },
};
START_TEST(bitfields_of_the_wrong_length_are_told)
{
    /* whose provisioners go by the leaf, so that nothing else is missing */
    const char *more[] = {
        "network.classes=[{\"class\":\"v1.12\",\"share\":1,\"with\":[\"provisioner-mode\"]}]", NULL
    };
    json_t *o = run_pair("fixtures/paseo-1001002-e20-100val-20paras.json.zst",
                         "fixtures/paseo-1002000-e20.wasm", dips[_i].at, more);
    const json_t *step = step_of(chain_of(o, "availability"), "net-bitfields");
    ck_assert_int_eq(dg_outcome_exit(o), DG_EXIT_HELD);
    ck_assert_str_eq(claim_status(o, "availability"), dips[_i].status);
    ck_assert_msg(strstr(claim_text(o, "availability"), dips[_i].says) != NULL, "%s",
                  claim_text(o, "availability"));
    ck_assert_int_eq(step != NULL, _i == 0);
    ck_assert(!step
              || strstr(json_string_value(json_object_get(step, "says")),
                        "bitfields out: each had 0 bits, by the cores listed at its parent, and "
                        "the runtime has 20 cores; 20 of them stay occupied"));
    json_decref(o);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("explain");
    TCase *tc = tcase_create("explain"), *advice = tcase_create("advice"),
          *dip = tcase_create("dip");
    tcase_set_timeout(tc, 0);
    tcase_add_loop_test(tc, a_planned_fault_is_the_cause_of_what_it_breaks, 0,
                        REDUCED ? 1 : (int)(sizeof struck / sizeof *struck));
    tcase_set_timeout(advice, 0);
    tcase_add_loop_test(advice, neighbours_are_advised_alike, 0,
                        REDUCED ? 1 : (int)(sizeof sent / sizeof *sent));
    tcase_set_timeout(dip, 0);
    tcase_add_loop_test(dip, bitfields_of_the_wrong_length_are_told, 0, REDUCED ? 1 : 2);
    if (!REDUCED)
        tcase_add_test(tc, a_fault_beside_the_cause_does_not_hide_it);
    suite_add_tcase(s, tc);
    suite_add_tcase(s, advice);
    suite_add_tcase(s, dip);
    return suite_run(s);
}
