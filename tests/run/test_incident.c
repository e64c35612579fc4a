/* The incident that a network is simulated for, from its plan to the exit code: the
 * wrong repair breaks what it broke in 2024, the right one holds, and a world
 * without forks, in which both look alike, proves nothing and must say so. */
#include "claim/claim.h"
#include "model_run.h"

#include <string.h>

static json_t *run_shares(json_t *classes, bool forks, dg_run_explain explain)
{
    dg_run_options options = { .cache_dir = dg_engine_cache_dir(),
                               .compiler = DG_COMPILER_SPEED,
                               .explain = explain };
    dg_plan *plan;
    json_t *outcome = NULL;
    dg_error err = { .text = "" };
    if (dg_plan_load(&plan, "fixtures/incidents/polkadot-2024-04-21/plan.json", &err) < 0)
        ck_abort_msg("%s", err.text);
    json_object_set_new(json_object_get(dg_plan_json(plan), "network"), "classes", classes);
    ck_assert_int_eq(dg_plan_set(plan, "network.forks", forks ? "true" : "false", &err), DG_OK);
    if (dg_plan_check(plan, &err) < 0 || dg_run(&outcome, plan, &options, &err) < 0)
        ck_abort_msg("%s", err.text);
    dg_plan_free(plan);
    return outcome;
}

/* "v1.12+provisioner-mode": with a repair that it lacks. */
static json_t *run_plan(const char *class, bool forks, dg_run_explain explain)
{
    const char *with = strchr(class, '+');
    json_t *item = json_pack("{s:s%, s:i}", "class", class,
                             with ? (int)(with - class) : (int)strlen(class), "share", 1);
    if (with)
        json_object_set_new(item, "with", json_pack("[s]", with + 1));
    return run_shares(json_pack("[o]", item), forks, explain);
}

#define MODE "they keep, in their provisioner, the mode"
static const struct {
    const char *class;
    bool forks;
    int exit;
    const char *topology, *backing, *cause, *and; /* and: likewise a cause; NULL: that is none */
} rows[] = {
    { "v1.10", true, DG_EXIT_BROKE, "broke", "broke",
      "they lose the grid topology that they kept for later", MODE },
    { "v1.12", true, DG_EXIT_BROKE, "held", "broke", MODE, MODE },
    { "v1.12+provisioner-mode", true, DG_EXIT_HELD, "held", "held", NULL, NULL },
    { "v1.10", false, DG_EXIT_BROKE, "unexercised", "broke", MODE, MODE },
    { "v1.8", true, DG_EXIT_BROKE, "broke", "broke",
      "they lose the grid topology that they kept for later", NULL },
    { "v1.8", false, DG_EXIT_INCONCLUSIVE, "unexercised", "held", NULL, NULL },
    { "SD_V12_DROP", false, DG_EXIT_BROKE, "broke", "broke", "they forget a grid topology", NULL },
    { "SD_V12_DROP", true, DG_EXIT_BROKE, "broke", "broke",
      "they lose the grid topology that they kept for later", NULL },
    { "KAGOME", true, DG_EXIT_HELD, "held", "held", NULL, NULL },
};

START_TEST(the_stall_comes_out_as_it_was)
{
    json_t *o = run_plan(rows[_i].class, rows[_i].forks,
                         rows[_i].cause ? DG_RUN_EXPLAIN_PROVED : DG_RUN_EXPLAIN_NONE);
    ck_assert_msg(dg_outcome_exit(o) == rows[_i].exit, "%s: %s", rows[_i].class, verdicts(o));
    ck_assert_msg(strcmp(claim_status(o, "topology-present"), rows[_i].topology) == 0, "%s: %s",
                  rows[_i].class, verdicts(o));
    ck_assert_msg(strcmp(claim_status(o, "backing-rate"), rows[_i].backing) == 0, "%s: %s",
                  rows[_i].class, verdicts(o));
    ck_assert_str_eq(claim_status(o, "finality-lag"), "held"); /* no alarm rang */
    ck_assert_str_eq(claim_status(o, "block-cadence"), "held");
    /* inside the groups all votes were cast */
    ck_assert_str_eq(claim_status(o, "groups-able"), "held");
    ck_assert(!rows[_i].cause || any_cause(o, rows[_i].cause));
    ck_assert(any_cause(o, MODE) == (rows[_i].and != NULL));
    ck_assert(any_cause(o, "topology") == (strcmp(rows[_i].topology, "broke") == 0));
    ck_assert(any_line(json_object_get(o, "notes"), "class table " DG_CLASS_TABLE_VERSION));
    if (strcmp(rows[_i].topology, "broke") == 0) {
        const json_t *claim = claim_of(o, "topology-present");
        /* U itself */
        ck_assert_int_eq(json_integer_value(json_object_get(claim, "first_block")), 33);
        /* up to the boundary */
        ck_assert_int_eq(json_integer_value(json_object_get(claim, "count")), 8);
        ck_assert_str_eq(json_string_value(json_object_get(claim, "healed")), "session change");
        ck_assert_str_eq(claim_text(o, "topology-present"),
                         "0 of 100 validators hold a grid topology from #33 to #40");
    }
    json_decref(o);
}
END_TEST

/* Nodes of before asynchronous backing cannot vote after U. With six in ten of them
 * a group of five has fewer than two others with probability 0.337: of twenty groups
 * all are able in three runs of ten thousand. */
START_TEST(groups_of_old_nodes_are_unable)
{
    json_t *o = run_shares(json_pack("[{s:s, s:f}, {s:s, s:f}]", "class", "SD_V1", "share", 0.6,
                                     "class", "SD_V12_OK", "share", 0.4),
                           true, DG_RUN_EXPLAIN_NONE);
    const json_t *claim = claim_of(o, "groups-able");
    ck_assert_int_eq(dg_outcome_exit(o), DG_EXIT_BROKE);
    ck_assert_msg(strcmp(claim_status(o, "groups-able"), "broke") == 0, "%s", verdicts(o));
    ck_assert_int_eq(json_integer_value(json_object_get(claim, "first_block")), 33); /* U itself */
    ck_assert_msg(strstr(claim_text(o, "groups-able"),
                         "of 20 groups cannot reach 2 votes, at most 0 in control")
                      != NULL,
                  "%s", claim_text(o, "groups-able"));
    json_decref(o);
}
END_TEST

/* Without a network nothing is said of one. */
START_TEST(a_plan_without_a_network_has_no_claims_about_it)
{
    const json_t *claim, *only;
    size_t i;
    json_t *o = run_pair(fixture_path("paseo-1001002-e20-100val-20paras.json.zst"),
                         fixture_path("paseo-1002000-e20.wasm"), "boundary-1", NULL);
    json_array_foreach(json_object_get(o, "claims"), i, claim)
        ck_assert_str_ne(json_string_value(json_object_get(claim, "basis")), "node model");
    ck_assert(!any_line(json_object_get(o, "notes"), "class table"));
    ck_assert(any_line(json_object_get(o, "notes"), "chain only: no network was simulated"));
    only = json_object_get(o, "chain_only");
    ck_assert_str_eq(json_string_value(json_object_get(only, "reason")),
                     "the plan says so (network: false)");
    ck_assert_uint_eq(json_array_size(json_object_get(only, "claims")), 12);
    json_array_foreach(json_object_get(only, "claims"), i, claim)
        ck_assert(dg_claim_named(json_string_value(claim))->network);
    json_decref(o);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("incident");
    TCase *tc = tcase_create("incident");
    tcase_set_timeout(tc, 0);
    tcase_add_loop_test(tc, the_stall_comes_out_as_it_was, 0,
                        REDUCED ? 1 : (int)(sizeof rows / sizeof *rows));
    tcase_add_test(tc, groups_of_old_nodes_are_unable);
    tcase_add_test(tc, a_plan_without_a_network_has_no_claims_about_it);
    suite_add_tcase(s, tc);
    if (REDUCED)
        printf("not run: all but one class, under sanitizers\n");
    return suite_run(s);
}
