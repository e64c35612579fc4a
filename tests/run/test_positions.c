/* Where in a session U is safe follows from what was run there, and from nothing else: which
 * positions hold differs from pair to pair, and what was not tried is not promised. */
#include "model_run.h"

#include <string.h>

#define CLASS(name) "[{\"class\":\"" name "\",\"share\":1}]"

static const struct {
    const char *at, *classes, *faults; /* classes NULL: no network */
    dg_run_positions when;
    int exit;
    const char *tried; /* "at:standing" */
} rows[] = {
    /* what is kept for a session is lost wherever one goes on under the old rules */
    { "boundary-8", CLASS("SD_V12_PURGE"), NULL, DG_RUN_POSITIONS_BROKE, DG_EXIT_BROKE,
      "boundary-1:broke boundary:held boundary+1:broke boundary+10:broke" },
    /* a session that has begun has positions of its own, and U's is none of them */
    { "boundary", CLASS("SD_V12_PURGE"), NULL, DG_RUN_POSITIONS_ALWAYS, DG_EXIT_HELD,
      "boundary@3-1:broke boundary@3-19:broke boundary@3-10:broke" },
    /* no position helps where most nodes are gone from U on */
    { "boundary-8", CLASS("SD_V12_OK"),
      "[{\"kind\":\"crash\",\"share\":0.7,\"arm\":\"treatment\",\"from\":\"U\"}]",
      DG_RUN_POSITIONS_BROKE, DG_EXIT_BROKE,
      "boundary-1:broke boundary:broke boundary+1:broke boundary+10:broke" },
    /* nothing broke: only where it is asked for */
    { "boundary-8", NULL, NULL, DG_RUN_POSITIONS_BROKE, DG_EXIT_HELD, NULL },
    { "boundary-8", NULL, NULL, DG_RUN_POSITIONS_ALWAYS, DG_EXIT_HELD,
      "boundary-1:held boundary:held boundary+1:held boundary+10:held" },
};

static void set(dg_plan *plan, const char *key, const char *value)
{
    dg_error err;
    if (value && dg_plan_set(plan, key, value, &err) < 0)
        ck_abort_msg("%s", err.text);
}

static json_t *run_row(const char *at, const char *classes, const char *faults,
                       dg_run_positions when)
{
    dg_run_options options = { .cache_dir = dg_engine_cache_dir(),
                               .compiler = DG_COMPILER_SPEED,
                               .explain = DG_RUN_EXPLAIN_RECORDED,
                               .positions = when };
    dg_plan *plan;
    json_t *outcome = NULL;
    dg_error err = { .text = "" };
    if (dg_plan_load(&plan, "fixtures/incidents/polkadot-2024-04-21/plan.json", &err) < 0)
        ck_abort_msg("%s", err.text);
    set(plan, "upgrade.at", at);
    set(plan, classes ? "network.classes" : "network", classes ? classes : "false");
    if (!classes)
        set(plan, "claims", "{\"default\":true}");
    set(plan, "network.faults", faults);
    if (dg_plan_check(plan, &err) < 0 || dg_run(&outcome, plan, &options, &err) < 0)
        ck_abort_msg("%s", err.text);
    dg_plan_free(plan);
    return outcome;
}

static const json_t *positions_of(const json_t *outcome)
{
    return json_object_get(json_object_get(outcome, "answer"), "positions");
}

static const char *text_of(const json_t *row, const char *key)
{
    const char *text = json_string_value(json_object_get(row, key));
    return text ? text : "";
}

static const char *tried(const json_t *outcome)
{
    static char text[600];
    const json_t *row;
    size_t i;
    text[0] = 0;
    json_array_foreach(positions_of(outcome), i, row)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s:%s", i ? " " : "",
                 text_of(row, "at"), text_of(row, "standing"));
    return text;
}

START_TEST(a_position_is_judged_by_a_run_with_u_there)
{
    json_t *o = run_row(rows[_i].at, rows[_i].classes, rows[_i].faults, rows[_i].when);
    ck_assert_msg(dg_outcome_exit(o) == rows[_i].exit, "%s", verdicts(o));
    ck_assert_str_eq(tried(o), rows[_i].tried ? rows[_i].tried : "");
    ck_assert((positions_of(o) != NULL) == (rows[_i].tried != NULL));
    json_decref(o);
}
END_TEST

/* What is told of a position is what a run of the plan with U there tells. */
START_TEST(a_position_comes_to_what_its_own_run_does)
{
    json_t *o = run_row("boundary-8", CLASS("SD_V12_PURGE"), NULL, DG_RUN_POSITIONS_BROKE),
           *alone = run_row("boundary+10", CLASS("SD_V12_PURGE"), NULL, DG_RUN_POSITIONS_NONE);
    const json_t *row = json_array_get(positions_of(o), 3),
                 *harm = json_object_get(json_object_get(alone, "answer"), "harm");
    ck_assert_str_eq(text_of(row, "at"), "boundary+10");
    ck_assert(json_integer_value(json_object_get(harm, "parachain_lost_ms")) > 0);
    ck_assert(json_equal(json_object_get(row, "parachain_lost_ms"),
                         json_object_get(harm, "parachain_lost_ms")));
    ck_assert(json_equal(json_object_get(json_object_get(row, "upgrade"), "block"),
                         json_object_get(json_object_get(alone, "upgrade"), "block")));
    ck_assert_uint_eq(json_array_size(json_object_get(row, "broke")),
                      json_array_size(json_object_get(json_object_get(alone, "answer"), "breaks")));
    json_decref(o);
    json_decref(alone);
}
END_TEST

/* N's backing stays away, wherever U is. */
START_TEST(a_loss_for_good_has_no_safe_position)
{
    dg_run_options options = { .cache_dir = dg_engine_cache_dir(),
                               .compiler = DG_COMPILER_SPEED,
                               .explain = DG_RUN_EXPLAIN_RECORDED,
                               .positions = DG_RUN_POSITIONS_BROKE };
    const char *path = corpus_path("specs/paseo-local-1003000-e10.json.zst");
    json_t *o = NULL;
    dg_error err = { .text = "" };
    dg_plan *plan;
    if (!path)
        return;
    ck_assert_int_eq(dg_plan_new(&plan, NULL), DG_OK);
    set(plan, "snapshot", path);
    set(plan, "upgrade.to", code_file("specs/paseo-local-1009001-e10.json.zst"));
    set(plan, "upgrade.at", "boundary-4");
    set(plan, "network.size", "10x3");
    /* v1.18 and later give the core's index, which N-1 refuses over this state: control has no
     * block then */
    set(plan, "network.classes", CLASS("v1.17"));
    if (dg_plan_check(plan, &err) < 0 || dg_run(&o, plan, &options, &err) < 0)
        ck_abort_msg("%s", err.text);
    ck_assert_msg(dg_outcome_exit(o) == DG_EXIT_BROKE, "%s", verdicts(o));
    ck_assert_str_eq(tried(o), "boundary-1:broke boundary:broke boundary+1:broke boundary+5:broke");
    dg_plan_free(plan);
    json_decref(o);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("positions");
    TCase *tc = tcase_create("positions");
    tcase_set_timeout(tc, 600);
    tcase_add_loop_test(tc, a_position_is_judged_by_a_run_with_u_there, 0,
                        (int)(sizeof rows / sizeof *rows));
    tcase_add_test(tc, a_position_comes_to_what_its_own_run_does);
    tcase_add_test(tc, a_loss_for_good_has_no_safe_position);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
