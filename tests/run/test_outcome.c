/* An outcome is a contract with whoever gates releases on it: the same plan gives
 * the same bytes, every byte has a key in the schema, and every exit code is the
 * one that the verdict deserves. */
#include "model_run.h"

#include <stdlib.h>
#include <string.h>

#include "claim/claim.h"

static const char *runtimes(void)
{
    const char *at = getenv("DOPPEL_RUNTIMES");
    return at ? at : "build/runtimes";
}

static const char *runtime_file(const char *name)
{
    static char room[4][512];
    static int next;
    char *path = room[next++ % 4];
    snprintf(path, 512, "%s/%s", runtimes(), name);
    return path;
}

static bool runtimes_here(void)
{
    if (dg_file_exists(runtime_file("mini.json")))
        return true;
    printf("not run: %s is not here\n", runtime_file("mini.json"));
    return false;
}

static json_t *mini(const char *to, const char *const *more)
{
    return run_pair(runtime_file("mini.json"), runtime_file(to), "boundary@2-3", more);
}

/* ---- the same bytes ---- */

static char *printed(json_t *outcome)
{
    json_object_del(outcome, "environment");
    return json_dumps(outcome, JSON_SORT_KEYS | JSON_INDENT(1));
}

START_TEST(the_same_plan_gives_the_same_bytes)
{
    const char *spec = fixture_path("paseo-1001002-e20-100val-20paras.json.zst"),
               *to = fixture_path("paseo-1002000-e20.wasm");
    json_t *a = run_pair(spec, to, "boundary-8", NULL), *b = run_pair(spec, to, "boundary-8", NULL);
    char *first = printed(a), *second = printed(b);
    ck_assert_str_eq(first, second);
    ck_assert(strstr(first, "\"exit\": 0"));
    free(first);
    free(second);
    json_decref(a);
    json_decref(b);
}
END_TEST

/* Another seed is other luck: other authors, so other blocks. */
START_TEST(another_seed_gives_other_blocks_and_the_same_verdict)
{
    static const char *const other[] = { "seed=2", NULL };
    json_t *a, *b;
    if (!runtimes_here())
        return;
    a = mini("mini-2.wasm", NULL);
    b = mini("mini-2.wasm", other);
    ck_assert(!json_equal(a, b));
    ck_assert_int_eq(dg_outcome_exit(a), DG_EXIT_HELD);
    ck_assert_int_eq(dg_outcome_exit(b), DG_EXIT_HELD);
    json_decref(a);
    json_decref(b);
}
END_TEST

/* ---- every key is in the schema ---- */

START_TEST(an_outcome_is_what_its_schema_says)
{
    static const char *const blobs[] = { "mini-2.wasm", "mini-2-init-traps.wasm",
                                         "mini-2-other-name.wasm", "mini-2-api-defaults.wasm",
                                         "mini-2-keys-shorter.wasm" };
    for (size_t i = 0; runtimes_here() && i < sizeof blobs / sizeof *blobs; i++) {
        json_t *outcome = mini(blobs[i], NULL), *again = NULL;
        const char *path = scratch_path("outcome.json");
        dg_error err = { .text = "" };
        ck_assert_msg(dg_keys_check(dg_outcome_keys(), outcome, true, &err) == DG_OK, "%s: %s",
                      blobs[i], err.text);
        ck_assert_int_eq(json_dump_file(outcome, path, 0), 0);
        ck_assert_msg(dg_outcome_load(&again, path, &err) == DG_OK, "%s", err.text);
        ck_assert(json_equal(outcome, again));
        json_decref(again);
        json_decref(outcome);
    }
}
END_TEST

/* ---- exit codes ---- */

static const struct {
    const char *to, *more;
    int exit;
    const char *reason;
} verdict_rows[] = {
    { "mini-2.wasm", NULL, DG_EXIT_HELD, "none broke" },
    { "mini-2-config-lost.wasm", NULL, DG_EXIT_BROKE, "config-survives" },
    /* an advice claim that breaks only warns */
    { "mini-2-state-grows.wasm", NULL, DG_EXIT_HELD, "2 warned" },
    { "mini-2-state-grows.wasm", "claims.state-growth.severity=gate", DG_EXIT_BROKE,
      "state-growth" },
    { "mini-2-state-grows.wasm", "claims.state-growth.off=true", DG_EXIT_HELD,
      "none broke, 1 warned" },
    { "mini-2-init-traps.wasm", "claims.default=false", DG_EXIT_BROKE, "authorable" },
};

START_TEST(an_exit_code_is_what_the_verdict_deserves)
{
    const char *more[] = { verdict_rows[_i].more, NULL, NULL };
    json_t *outcome;
    if (!runtimes_here())
        return;
    if (more[0] && strcmp(more[0], "claims.default=false") == 0)
        more[1] = "claims.authorable.severity=gate";
    outcome = mini(verdict_rows[_i].to, more);
    ck_assert_msg(dg_outcome_exit(outcome) == verdict_rows[_i].exit, "%s", verdicts(outcome));
    ck_assert_msg(
        strstr(json_string_value(json_object_get(outcome, "reason")), verdict_rows[_i].reason)
            != NULL,
        "%s", verdicts(outcome));
    json_decref(outcome);
}
END_TEST

/* With the gate that would tell switched off, a run in which N never ran still
 * must not pass: nothing was proven. */
START_TEST(a_run_that_did_not_see_the_hazard_is_inconclusive)
{
    static const char *const more[] = { "claims.default=false", "claims.identity.severity=gate",
                                        NULL };
    json_t *outcome;
    if (!runtimes_here())
        return;
    outcome = mini("mini-2-init-traps.wasm", more);
    ck_assert_msg(dg_outcome_exit(outcome) == DG_EXIT_INCONCLUSIVE, "%s", verdicts(outcome));
    ck_assert_str_eq(json_string_value(json_object_get(outcome, "reason")), "N never ran");
    json_decref(outcome);
}
END_TEST

static const struct {
    dg_code rc;
    int exit;
} code_rows[] = {
    { DG_USAGE, 2 },    { DG_MALFORMED, 2 }, { DG_UNSUPPORTED, 2 },
    { DG_MISMATCH, 2 }, { DG_ABSENT, 2 },    { DG_TRAP, 3 },
    { DG_LIMIT, 3 },    { DG_IO, 4 },        { DG_NOMEM, 4 },
};

START_TEST(a_failure_never_exits_with_zero)
{
    ck_assert_int_eq(dg_exit_of(code_rows[_i].rc), code_rows[_i].exit);
    ck_assert_int_eq(dg_outcome_exit(NULL), DG_EXIT_INTERNAL);
}
END_TEST

/* ---- what is refused ---- */

START_TEST(n_that_is_n_minus_one_is_refused)
{
    dg_error err = { .text = "" };
    if (!runtimes_here())
        return;
    ck_assert_int_eq(run_refused(runtime_file("mini.json"), runtime_file("mini-1.wasm"),
                                 "boundary@2-3", NULL, &err),
                     DG_USAGE);
    ck_assert_msg(strstr(err.text, "the runtime that the snapshot runs already") != NULL, "%s",
                  err.text);
}
END_TEST

static const struct {
    const char *at, *says;
} bad_places[] = {
    { "#0", "upgrade.at" },
    { "boundary@1-9999", "upgrade.at" },
    { "boundary@900000", "horizon.slots_max" },
};

/* From a genesis the second boundary begins session 2: the block there belongs to it. */
static const struct {
    const char *at;
    json_int_t session;
    bool begins;
} places[] = { { "boundary@2-1", 1, false },
               { "boundary@2", 2, true },
               { "boundary@2+1", 2, false } };
START_TEST(a_block_counts_to_the_session_that_it_begins)
{
    json_t *o;
    const json_t *upgrade;
    if (!runtimes_here())
        return;
    o = run_pair(runtime_file("mini.json"), runtime_file("mini-2.wasm"), places[_i].at, NULL);
    upgrade = json_object_get(o, "upgrade");
    ck_assert_int_eq(json_integer_value(json_object_get(upgrade, "session")), places[_i].session);
    ck_assert_int_eq(json_integer_value(json_object_get(upgrade, "slot_of_session")) == 0,
                     places[_i].begins);
    json_decref(o);
}
END_TEST

static unsigned lines_with(const json_t *outcome, const char *part)
{
    const json_t *line;
    unsigned found = 0;
    size_t i;
    json_array_foreach(json_object_get(outcome, "notes"), i, line) found +=
        strstr(json_string_value(line), part) != NULL;
    return found;
}

/* A spec, the snapshot made of it, and a blob: what stands beside each is shown. */
START_TEST(what_stands_beside_a_file_is_shown_wherever_it_is_used)
{
    char spec[300], code[300], folder[300];
    dg_snapshot_import_options options = { .replace = true };
    dg_engine *engine = NULL;
    dg_error err = { .text = "" };
    dg_buf bytes;
    json_t *o;
    if (!runtimes_here())
        return;
    snprintf(spec, sizeof spec, "%s", scratch_path("noted.json"));
    snprintf(code, sizeof code, "%s", scratch_path("noted.wasm"));
    snprintf(folder, sizeof folder, "%s", scratch_path("noted"));
    bytes = slurp(runtime_file("mini.json"));
    dg_file_write(spec, dg_buf_bytes(&bytes), NULL);
    dg_buf_clear(&bytes);
    bytes = slurp(runtime_file("mini-2.wasm"));
    dg_file_write(code, dg_buf_bytes(&bytes), NULL);
    dg_buf_clear(&bytes);
    dg_file_write(scratch_path("noted.json.note"), dg_text("made by hand\nkeys of a test\n"), NULL);
    dg_file_write(scratch_path("noted.wasm.note"), dg_text("built by hand"), NULL);
    o = run_pair(spec, code, "boundary@2-3", NULL);
    ck_assert_uint_eq(lines_with(o, "made by hand") + lines_with(o, "keys of a test")
                          + lines_with(o, "built by hand"),
                      3);
    json_decref(o);
    options.path_out = folder;
    ck_assert_int_eq(dg_engine_new(&engine, NULL, &err), DG_OK);
    ck_assert_msg(dg_source_import(NULL, spec, &options, engine, &err) == DG_OK, "%s", err.text);
    dg_engine_free(engine);
    o = run_pair(folder, runtime_file("mini-2.wasm"), "boundary@2-3", NULL);
    ck_assert_uint_eq(lines_with(o, "made by hand"), 1);
    ck_assert_uint_eq(lines_with(o, "built by hand"), 0);
    json_decref(o);
}
END_TEST

START_TEST(a_position_outside_the_chain_is_refused)
{
    dg_error err = { .text = "" };
    if (!runtimes_here())
        return;
    ck_assert_int_eq(run_refused(runtime_file("mini.json"), runtime_file("mini-2.wasm"),
                                 bad_places[_i].at, NULL, &err),
                     DG_USAGE);
    ck_assert_msg(strstr(err.text, bad_places[_i].says) != NULL, "%s: %s", bad_places[_i].at,
                  err.text);
}
END_TEST

START_TEST(a_blob_that_is_none_is_refused)
{
    dg_error err = { .text = "" };
    if (!runtimes_here())
        return;
    dg_file_write(scratch_path("none.wasm"), dg_text("not wasm at all"), NULL);
    ck_assert_int_eq(run_refused(runtime_file("mini.json"), scratch_path("none.wasm"),
                                 "boundary@2-3", NULL, &err),
                     DG_MALFORMED);
    ck_assert_msg(strstr(err.text, "none.wasm") != NULL, "%s", err.text);
    ck_assert_int_eq(
        run_refused("VERSION", runtime_file("mini-2.wasm"), "boundary@2-3", NULL, &err),
        DG_MALFORMED);
}
END_TEST

/* ---- events and determinism ---- */

/* The event log alone is enough to come to every verdict again. */
START_TEST(the_log_of_a_run_gives_its_verdicts)
{
    dg_run_options options = { .cache_dir = dg_engine_cache_dir(),
                               .events_path = scratch_path("events.ndjson"),
                               .verify_determinism = true };
    json_t *outcome;
    const json_t *claim;
    dg_plan *plan;
    dg_claim_setup setup;
    dg_event_log log = { 0 };
    dg_error err = { .text = "" };
    size_t i;
    if (!runtimes_here())
        return;
    dg_plan_new(&plan, NULL);
    dg_plan_set(plan, "snapshot", runtime_file("mini.json"), NULL);
    dg_plan_set(plan, "upgrade.to", runtime_file("mini-2-api-defaults.wasm"), NULL);
    dg_plan_set(plan, "upgrade.at", "boundary@2-3", NULL);
    dg_plan_set(plan, "network", "false", NULL);
    ck_assert_int_eq(dg_plan_check(plan, NULL), DG_OK);
    ck_assert_int_eq(dg_run(&outcome, plan, &options, NULL), DG_OK);
    ck_assert_int_eq(dg_outcome_exit(outcome), DG_EXIT_HELD);
    ck_assert_msg(dg_event_log_read(&log, options.events_path, &err) == DG_OK, "%s", err.text);
    dg_claim_setup_read(&setup, log.at, log.count);
    ck_assert_uint_eq(setup.upgrade_block, (uint32_t)json_integer_value(json_object_get(
                                               json_object_get(outcome, "upgrade"), "block")));
    ck_assert_uint_gt(log.count, 100);
    json_array_foreach(json_object_get(outcome, "claims"), i, claim)
    {
        const dg_claim *judge = dg_claim_named(json_string_value(json_object_get(claim, "name")));
        dg_verdict v;
        ck_assert_int_eq(dg_claim_judge(judge, &v, &setup, log.at, log.count, NULL), DG_OK);
        ck_assert_str_eq(dg_verdict_status_name(v.status),
                         json_string_value(json_object_get(claim, "status")));
        ck_assert_str_eq(v.text, json_string_value(json_object_get(claim, "text")));
        dg_verdict_clear(&v);
    }
    dg_event_log_clear(&log);
    json_decref(outcome);
    dg_plan_free(plan);
}
END_TEST

/* Memory that ends anywhere in a run ends it with a code: no verdict, no crash. The
 * places are spread over the whole run, closer at its start. */
START_TEST(a_run_without_memory_judges_nothing)
{
    unsigned refused = 0;
    bool done = false;
    if (!runtimes_here())
        return;
    json_decref(mini("mini-2.wasm", NULL)); /* compiled and imported before */
    json_set_alloc_funcs(dg_malloc, dg_free);
    for (uint64_t nth = 1; !done && nth < (uint64_t)1 << 40; nth += nth / 3 + 1) {
        dg_run_options options = { .cache_dir = dg_engine_cache_dir() };
        json_t *outcome = NULL;
        dg_plan *plan = NULL;
        dg_error err = { .text = "" };
        dg_code rc;
        dg_plan_new(&plan, NULL);
        dg_plan_set(plan, "snapshot", runtime_file("mini.json"), NULL);
        dg_plan_set(plan, "upgrade.to", runtime_file("mini-2.wasm"), NULL);
        dg_plan_set(plan, "upgrade.at", "boundary@2-3", NULL);
        dg_plan_set(plan, "network", "false", NULL);
        ck_assert_int_eq(dg_plan_check(plan, NULL), DG_OK);
        dg_alloc_fail_from(nth);
        rc = dg_run(&outcome, plan, &options, &err);
        dg_alloc_fail_from(0);
        done = rc == DG_OK;
        refused += rc < 0;
        ck_assert_msg(rc == DG_OK || rc == DG_NOMEM, "request %llu: %d %s", (unsigned long long)nth,
                      rc, err.text);
        ck_assert_msg(!done || dg_outcome_exit(outcome) == DG_EXIT_HELD, "request %llu: %s",
                      (unsigned long long)nth, verdicts(outcome));
        json_decref(outcome);
        dg_plan_free(plan);
    }
    ck_assert(done);
    ck_assert_uint_gt(refused, 20);
    json_set_alloc_funcs(malloc, free);
}
END_TEST

/* Every way in: the runtime takes the upgrade by its own calls, or it is written. */
static const struct {
    const char *how, *path;
} ways[] = { { "set-code", "scheduler" },
             { "override", ":code written" },
             { "authorize", "authoriz" } };

START_TEST(each_way_of_enactment_is_named)
{
    char how[64];
    const char *more[] = { how, NULL };
    json_t *outcome;
    const char *path;
    if (!corpus_path("specs/paseo-local-1002005-e10.json.zst") || REDUCED)
        return;
    snprintf(how, sizeof how, "upgrade.how=%s", ways[_i].how);
    outcome = run_pair(corpus_path("specs/paseo-local-1002005-e10.json.zst"),
                       code_file("specs/paseo-local-1003000-e10.json.zst"), "boundary-3", more);
    path = json_string_value(json_object_get(json_object_get(outcome, "upgrade"), "path"));
    ck_assert_msg(dg_outcome_exit(outcome) == DG_EXIT_HELD, "%s: %s", how, verdicts(outcome));
    ck_assert_msg(strstr(path, ways[_i].path) != NULL, "%s went by %s", how, path);
    json_decref(outcome);
}
END_TEST

/* A snapshot of a few pallets: what the runtime panics for is not in it, and the reader of a panic
 * would look for the fault in the runtime. */
START_TEST(a_partial_snapshot_is_called_so)
{
    dg_engine_options how = { .cache_dir = dg_engine_cache_dir() };
    uint8_t key[32];
    char place[512];
    dg_snapshot_info info;
    dg_engine *engine;
    dg_source source;
    dg_state *state;
    dg_error err = { .text = "" };
    snprintf(place, sizeof place, "%s", scratch_path("part"));
    dg_storage_prefix(key, "Babe", "EpochConfig");
    if (dg_engine_new(&engine, &how, &err) < 0
        || dg_source_open(&source, fixture_path("paseo-1001002-e20-100val-20paras.json.zst"),
                          &(dg_source_options){ .engine = engine, .cache_dir = how.cache_dir },
                          &err)
               < 0
        || dg_state_open(&state, source.snapshot, &err) < 0
        || dg_state_delete(state, dg_bytes_of(NULL, 0), DG_BYTES_OF(key), &err) < 0)
        ck_abort_msg("%s", err.text);
    info = *dg_snapshot_info_of(source.snapshot);
    info.header_known = false;
    info.partial = true;
    ck_assert_msg(dg_state_save(state, place, &info, dg_bytes_of(NULL, 0), &err) == DG_OK, "%s",
                  err.text);
    dg_state_free(state);
    dg_source_close(&source);
    dg_engine_free(engine);
    ck_assert_int_eq(
        run_refused(place, fixture_path("paseo-1002000-e20.wasm"), "boundary-8", NULL, &err),
        DG_TRAP);
    ck_assert_int_eq(dg_exit_of(DG_TRAP), DG_EXIT_INCONCLUSIVE);
    ck_assert_str_eq(err.text, "the state is a partial snapshot of 2051 keys and lacks what "
                               "BabeApi_current_epoch reads: no run can begin from it");
}
END_TEST

int main(void)
{
    Suite *s = suite_create("outcome");
    TCase *tc = tcase_create("outcome");
    tcase_add_test(tc, the_same_plan_gives_the_same_bytes);
    tcase_add_test(tc, another_seed_gives_other_blocks_and_the_same_verdict);
    tcase_add_test(tc, an_outcome_is_what_its_schema_says);
    tcase_add_loop_test(tc, an_exit_code_is_what_the_verdict_deserves, 0,
                        sizeof verdict_rows / sizeof *verdict_rows);
    tcase_add_test(tc, a_run_that_did_not_see_the_hazard_is_inconclusive);
    tcase_add_loop_test(tc, a_failure_never_exits_with_zero, 0,
                        sizeof code_rows / sizeof *code_rows);
    tcase_add_test(tc, n_that_is_n_minus_one_is_refused);
    tcase_add_test(tc, what_stands_beside_a_file_is_shown_wherever_it_is_used);
    tcase_add_loop_test(tc, a_block_counts_to_the_session_that_it_begins, 0,
                        sizeof places / sizeof *places);
    tcase_add_loop_test(tc, a_position_outside_the_chain_is_refused, 0,
                        sizeof bad_places / sizeof *bad_places);
    tcase_add_test(tc, a_blob_that_is_none_is_refused);
    tcase_add_test(tc, the_log_of_a_run_gives_its_verdicts);
    tcase_add_test(tc, a_run_without_memory_judges_nothing);
    tcase_add_loop_test(tc, each_way_of_enactment_is_named, 0, sizeof ways / sizeof *ways);
    tcase_add_test(tc, a_partial_snapshot_is_called_so);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
