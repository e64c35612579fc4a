/* Every node compiles N at its first call at U. Real nodes left four slots empty over it;
 * what validators of today need stays below a slot, and must not turn a run red. */
#include "model_run.h"

#include <string.h>

#include "claim/claim.h"
#include "node/node.h"

static json_t *run_with(const char *min, const char *max, const char *faults)
{
    dg_run_options options = { .cache_dir = dg_engine_cache_dir(),
                               .compiler = DG_COMPILER_SPEED,
                               .explain = DG_RUN_EXPLAIN_PROVED };
    dg_plan *plan;
    json_t *outcome = NULL;
    dg_error err = { .text = "" };
    if (dg_plan_load(&plan, "fixtures/incidents/polkadot-2024-04-21/plan.json", &err) < 0)
        ck_abort_msg("%s", err.text);
    if (min) {
        ck_assert_int_eq(dg_plan_set(plan, "network.compile_ms.min", min, &err), DG_OK);
        ck_assert_int_eq(dg_plan_set(plan, "network.compile_ms.max", max, &err), DG_OK);
    }
    if (faults)
        ck_assert_int_eq(dg_plan_set(plan, "network.faults", faults, &err), DG_OK);
    if (dg_plan_check(plan, &err) < 0 || dg_run(&outcome, plan, &options, &err) < 0)
        ck_abort_msg("%s", err.text);
    dg_plan_free(plan);
    return outcome;
}

#define PAUSED_AT_U                                                                                \
    "[{\"kind\":\"pause\",\"who\":\"authors\",\"from\":\"U\",\"until\":\"U+1\",\"arm\":"           \
    "\"treatment\"}]"
static const struct {
    const char *min, *max, *faults, *status, *cadence, *says;
} rows[] = {
    { NULL, NULL, NULL, "held", "held",
      "0 slots empty right after U, 0 in control; compiling N took " },
    { "1000", "2000", NULL, "held", "held", "compiling N took 1.9 s at most" },
    /* U's slot is empty: N is enacted in the next, and that one is block-cadence's to count */
    { "30000", "33000", PAUSED_AT_U, "broke", "broke",
      "4 slots empty right after U, 0 in control" },
    { "30000", "33000", NULL, "broke", "held",
      "4 slots empty right after U, 0 in control; 100 of 100 nodes compiled N in 30.0 to 32.9 s, 0 "
      "stalled" },
};
START_TEST(a_network_that_compiles_for_too_long_stands_still)
{
    json_t *o = run_with(rows[_i].min, rows[_i].max, rows[_i].faults);
    bool bad = strcmp(rows[_i].status, "broke") == 0;
    ck_assert_msg(strcmp(claim_status(o, "upgrade-stall"), rows[_i].status) == 0, "%s",
                  verdicts(o));
    ck_assert_msg(strstr(claim_text(o, "upgrade-stall"), rows[_i].says) != NULL, "%s",
                  claim_text(o, "upgrade-stall"));
    ck_assert_msg(any_cause(o, "nodes stand still while they compile N, for 30.0 to 32.9 s") == bad,
                  "%s", causes_of(o));
    ck_assert_int_eq(any_advice(o, "make N smaller"), bad);
    /* the four are upgrade-stall's alone */
    ck_assert_str_eq(claim_status(o, "block-cadence"), rows[_i].cadence);
    ck_assert_str_eq(claim_status(o, "finality-lag"), "held");
    json_decref(o);
}
END_TEST

/* What is said of a blob of this pair's size: for eight cores, and for four. */
START_TEST(the_usual_time_is_below_a_slot)
{
    dg_ns range[2];
    dg_world_compile_range(range, 8934114);
    ck_assert_uint_eq(range[0] / 1000000, 2856);
    ck_assert_uint_eq(range[1] / 1000000, 5713);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("stall");
    TCase *tc = tcase_create("stall");
    tcase_set_timeout(tc, 0);
    tcase_add_loop_test(tc, a_network_that_compiles_for_too_long_stands_still, REDUCED ? 3 : 0,
                        (int)(sizeof rows / sizeof *rows));
    tcase_add_test(tc, the_usual_time_is_below_a_slot);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
