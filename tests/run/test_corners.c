/* What goes wrong in a corner of a run, where a verdict that looks at the middle would not
 * see it: late, at one parachain alone, before anything was seen of it. */
#include "model_run.h"

#include <stdlib.h>
#include <string.h>

static const char *const plan_text =
    "{\"doppel\":1,\"snapshot\":\"fixtures/paseo-1001002-e20-100val-20paras.json.zst\","
    "\"upgrade\":{\"to\":\"fixtures/"
    "paseo-1002000-e20.wasm\",\"at\":\"%s\"},\"horizon\":{\"boundaries_after\":%d},"
    "\"claims\":{\"default\":false,%s},\"network\":{\"classes\":[{\"class\":\"SD_V12_OK\",\"with\":"
    "[\"provisioner-mode\"],"
    "\"share\":1}],"
    "\"faults\":[{%s,\"arm\":\"treatment\"}]}}";

static json_t *run_row(const char *at, int boundaries, const char *claims, const char *fault)
{
    dg_run_options options = { .cache_dir = dg_engine_cache_dir(), .compiler = DG_COMPILER_SPEED };
    char text[1024];
    dg_plan *plan;
    json_t *outcome = NULL;
    dg_error err = { .text = "" };
    snprintf(text, sizeof text, plan_text, at, boundaries, claims, fault);
    if (dg_plan_parse(&plan, dg_text(text), "test", NULL, &err) < 0 || dg_plan_check(plan, &err) < 0
        || dg_run(&outcome, plan, &options, &err) < 0)
        ck_abort_msg("%s: %s", text, err.text);
    dg_plan_free(plan);
    return outcome;
}

static const struct {
    const char *at;
    int boundaries;
    const char *claims, *fault, *claim, *says;
} rows[] = {
    /* the eighth session after U's */
    { "boundary-4", 9, "\"backing-rate\":{},\"inclusion-rate\":{}",
      "\"kind\":\"offline-collators\",\"who\":\"all\",\"from\":\"boundary@9+2\",\"until\":"
      "\"boundary@9+18\"",
      "inclusion-rate",
      "0.0 candidates included a block against 10.6 in control (0 %) over 15 blocks: 160 lost" },
    /* included in control, in treatment neither before U nor after it */
    { "#22", 2, "\"para-interval\":{}",
      "\"kind\":\"offline-collators\",\"paras\":[2003],\"from\":\"U\"", "para-interval",
      "parachain 2003 had no block included in " },
};
START_TEST(what_goes_wrong_in_a_corner_is_seen)
{
    json_t *o = run_row(rows[_i].at, rows[_i].boundaries, rows[_i].claims, rows[_i].fault);
    ck_assert_msg(strcmp(claim_status(o, rows[_i].claim), "broke") == 0, "%s", verdicts(o));
    ck_assert_msg(strstr(claim_text(o, rows[_i].claim), rows[_i].says) != NULL, "%s", verdicts(o));
    json_decref(o);
}
END_TEST

/* ---- a halt of minutes in a run of hours: on a small runtime, which is quick ---- */

static const char *const long_text =
    "{\"doppel\":1,\"snapshot\":\"%s/mini.json\",\"upgrade\":{\"to\":\"%s/"
    "mini-2.wasm\",\"at\":\"boundary@2-3\"},"
    "\"horizon\":{\"boundaries_after\":100},\"claims\":{\"default\":false,\"block-cadence\":{%s}},"
    "\"network\":{"
    "\"classes\":[{\"class\":\"SD_V12_OK\",\"with\":[\"provisioner-mode\"],\"share\":1}],"
    "\"faults\":[{\"kind\":\"offline-"
    "collators\",\"who\":\"all\"},"
    "{\"kind\":\"pause\",\"who\":\"all\",\"from\":\"boundary@50+2\",\"until\":\"boundary@51+6\","
    "\"arm\":\"treatment\"}]}}";

static const struct {
    const char *options, *status;
} halts[] = { { "", "warned" }, { "\"halt_s\":80", "broke" }, { "\"halt_warn_s\":90", "held" } };
START_TEST(a_halt_of_minutes_is_seen_in_hours)
{
    dg_run_options options = { .cache_dir = dg_engine_cache_dir(), .compiler = DG_COMPILER_SPEED };
    const char *at = getenv("DOPPEL_RUNTIMES") ? getenv("DOPPEL_RUNTIMES") : "build/runtimes";
    char text[2048], probe[512];
    json_t *o = NULL;
    dg_plan *plan;
    dg_error err;
    snprintf(probe, sizeof probe, "%s/mini-2.wasm", at);
    if (!dg_file_exists(probe))
        return;
    snprintf(text, sizeof text, long_text, at, at, halts[_i].options);
    if (dg_plan_parse(&plan, dg_text(text), "test", NULL, &err) < 0 || dg_plan_check(plan, &err) < 0
        || dg_run(&o, plan, &options, &err) < 0)
        ck_abort_msg("%s", err.text);
    ck_assert_msg(strcmp(claim_status(o, "block-cadence"), halts[_i].status) == 0, "%s",
                  verdicts(o));
    ck_assert(halts[_i].status[0] == 'h'
              || strstr(claim_text(o, "block-cadence"), "14 slots in a row (84 s)"));
    dg_plan_free(plan);
    json_decref(o);
}
END_TEST

/* ---- a fork within a session, U right after it: nodes are older than the run ---- */

static const char *const within_text =
    "{\"doppel\":1,\"snapshot\":\"%s\",\"upgrade\":{\"to\":\"fixtures/"
    "paseo-1002000-e20.wasm\",\"at\":\"#%u\"},"
    "\"claims\":{\"default\":false,\"topology-present\":{}},\"network\":{\"classes\":[{\"class\":"
    "\"%s\",\"share\":1}],\"forks\":%s},\"seed\":%d}";

/* With a quarter of the slots, thirteen leave a fork but for 2 in 100 lots; two leave none in 56.
 */
static const struct {
    uint32_t slots;
    const char *class, *forks;
    int seed;
    const char *status, *cause;
} withins[] = {
    { 33, "SD_V12_PURGE", "true", 1, "broke",
      "they lose the grid topology that they kept for later" },
    { 33, "SD_V12_OK", "true", 1, "held", NULL },
    { 33, "SD_V12_PURGE", "false", 1, "unexercised", NULL },
    { 33, "SD_V12_DROP", "true", 1, "broke",
      "they lose the grid topology that they kept for later" },
    { 22, "SD_V12_PURGE", "true", 1, "unexercised", NULL },
};
START_TEST(nodes_have_lived_before_the_fork)
{
    dg_run_options options = { .cache_dir = dg_engine_cache_dir(),
                               .compiler = DG_COMPILER_SPEED,
                               .explain = DG_RUN_EXPLAIN_PROVED };
    char name[32];
    const char *path;
    char text[2048];
    json_t *o = NULL;
    dg_plan *plan;
    dg_clock clock;
    dg_error err;
    snprintf(name, sizeof name, "within-%d", _i);
    path = scratch_path(name);
    snapshot_after(path, fixture_path("paseo-1001002-e20-100val-20paras.json.zst"),
                   withins[_i].slots, &clock);
    ck_assert_uint_eq(clock.session, 1);
    snprintf(text, sizeof text, within_text, path, withins[_i].slots + 3, withins[_i].class,
             withins[_i].forks, withins[_i].seed);
    if (dg_plan_parse(&plan, dg_text(text), "test", NULL, &err) < 0 || dg_plan_check(plan, &err) < 0
        || dg_run(&o, plan, &options, &err) < 0)
        ck_abort_msg("%s", err.text);
    ck_assert_msg(strcmp(claim_status(o, "topology-present"), withins[_i].status) == 0, "%u %s: %s",
                  withins[_i].slots, withins[_i].class, verdicts(o));
    ck_assert_msg(any_cause(o, withins[_i].cause ? withins[_i].cause : "grid topology")
                      == (withins[_i].cause != NULL),
                  "%s", causes_of(o));
    dg_plan_free(plan);
    json_decref(o);
}
END_TEST

/* Of a public report: the scheduler of this N-1 never serves a call by its preimage, so
 * governance's upgrade would wait for ever. The run goes by sudo, and has to say so. */
START_TEST(a_scheduler_that_does_not_dispatch_is_a_warning)
{
    const char *spec = corpus_path("../cases/field/scheduler-overweight/n-1.json.zst");
    json_t *o;
    if (!spec)
        return;
    o = run_small_pair(spec, "build/runtimes/mini-2.wasm", "boundary@2-3", NULL);
    ck_assert_msg(strcmp(claim_status(o, "upgrade-enacted"), "warned") == 0, "%s", verdicts(o));
    ck_assert_msg(strcmp(claim_status(o, "api-window"), "broke") != 0, "%s", verdicts(o));
    json_decref(o);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("corners");
    TCase *tc = tcase_create("corners");
    int count = sizeof rows / sizeof *rows;
    tcase_set_timeout(tc, 0);
    /* the last is the shortest */
    tcase_add_test(tc, a_scheduler_that_does_not_dispatch_is_a_warning);
    tcase_add_loop_test(tc, what_goes_wrong_in_a_corner_is_seen, REDUCED ? count - 1 : 0, count);
    tcase_add_loop_test(tc, a_halt_of_minutes_is_seen_in_hours, 0,
                        REDUCED ? 1 : (int)(sizeof halts / sizeof *halts));
    tcase_add_loop_test(tc, nodes_have_lived_before_the_fork, 0,
                        REDUCED ? 1 : (int)(sizeof withins / sizeof *withins));
    suite_add_tcase(s, tc);
    return suite_run(s);
}
