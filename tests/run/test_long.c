/* Sessions of live chains are long, and the stall lasts as long as what is left of one:
 * minutes in a test net, hours on Polkadot. Rococo keeps its epoch in storage, so one
 * real pair can be given the 600 slots of Kusama. Its HostConfiguration is lost on the
 * way (releases were skipped), so candidates are judged in control alone. */
#include "model_run.h"

#include <string.h>

#define EPOCH_KEY "0x39e295d143ed41353167609a3d816584" /* twox128(":EpochDurationInBlocks:") */
#define PLAN                                                                                       \
    "{\"doppel\":1,\"snapshot\":\"%s\",\"upgrade\":{\"to\":\"%s\",\"at\":\"boundary-%d\"},"        \
    "\"fork\":{\"storage\":{\"" EPOCH_KEY "\":\"0x58020000\"}},"                                   \
    "\"claims\":{\"default\":false,\"topology-present\":{},\"block-cadence\":{},\"session-"        \
    "cadence\":{},\"finality-lag\":{}},"                                                           \
    "\"network\":{\"size\":\"12x3\",\"classes\":[{\"class\":\"%s\",\"share\":1}]}}"

static json_t *run_long(const char *class, int before)
{
    dg_run_options options = { .cache_dir = dg_engine_cache_dir(), .compiler = DG_COMPILER_SPEED };
    char text[2048], snapshot[512], to[512];
    dg_plan *plan;
    json_t *outcome = NULL;
    dg_error err;
    snprintf(snapshot, sizeof snapshot, "%s",
             corpus_path("specs/rococo-v2_2-genesis-9190.json.zst"));
    snprintf(to, sizeof to, "%s", corpus_path("specs/rococo-local-103000-e10.json.zst"));
    snprintf(text, sizeof text, PLAN, snapshot, to, before, class);
    if (dg_plan_parse(&plan, dg_text(text), "p.json", NULL, &err) < 0
        || dg_plan_check(plan, &err) < 0 || dg_run(&outcome, plan, &options, &err) < 0)
        ck_abort_msg("%s", err.text);
    dg_plan_free(plan);
    return outcome;
}

static bool any_note(const json_t *outcome, const char *part)
{
    const json_t *line;
    size_t i;
    json_array_foreach(json_object_get(outcome, "notes"), i,
                       line) if (strstr(json_string_value(line), part)) return true;
    return false;
}

static const struct {
    const char *class;
    int before, exit;
} rows[] = {
    { "SD_V12_PURGE", 400, DG_EXIT_BROKE }, /* eighteen hundred slots an arm: one row has to do */
};
START_TEST(the_stall_is_the_rest_of_a_long_session)
{
    const json_t *claim;
    json_t *o;
    if (!corpus_path("specs/rococo-v2_2-genesis-9190.json.zst"))
        return;
    o = run_long(rows[_i].class, rows[_i].before);
    ck_assert_msg(dg_outcome_exit(o) == rows[_i].exit, "%s", verdicts(o));
    ck_assert_str_eq(claim_status(o, "block-cadence"), "held");
    ck_assert_str_eq(claim_status(o, "session-cadence"), "held");
    ck_assert_str_eq(claim_status(o, "finality-lag"), "held");
    ck_assert_int_eq(json_integer_value(json_object_get(o, "epoch_slots")), 600);
    ck_assert(any_note(o, "grown before the fork, from 8x0 to 12x3")
              && any_note(o, EPOCH_KEY " = \"0x58020000\""));
    claim = claim_of(o, "topology-present");
    if (rows[_i].exit == DG_EXIT_BROKE) {
        ck_assert_int_eq(json_integer_value(json_object_get(claim, "count")), rows[_i].before);
        ck_assert_str_eq(json_string_value(json_object_get(claim, "healed")), "session change");
    }
    json_decref(o);
}
END_TEST

/* A third of the nodes is gone for good: nothing becomes final for forty sessions, and all
 * that a node remembers of them stays. */
#define STALL                                                                                      \
    "{\"doppel\":1,\"snapshot\":\"fixtures/paseo-1001002-e20-100val-20paras.json.zst\","           \
    "\"upgrade\":{\"to\":\"fixtures/"                                                              \
    "paseo-1002000-e20.wasm\",\"at\":\"boundary-8\"},\"horizon\":{\"boundaries_after\":40},"       \
    "\"claims\":{\"default\":false,\"finality-lag\":{},\"session-cadence\":{}},"                   \
    "\"network\":{\"classes\":[{\"class\":\"SD_V12_OK\",\"with\":[\"provisioner-mode\"],"          \
    "\"share\":1}],\"faults\":[{\"kind\":"                                                         \
    "\"crash\",\"nodes\":["                                                                        \
    "0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31,32,33]" \
    "}]}}"
static json_t *run_text(const char *text)
{
    dg_run_options options = { .cache_dir = dg_engine_cache_dir(), .compiler = DG_COMPILER_SPEED };
    dg_plan *plan;
    json_t *outcome = NULL;
    dg_error err;
    if (dg_plan_parse(&plan, dg_text(text), "p.json", NULL, &err) < 0
        || dg_plan_check(plan, &err) < 0 || dg_run(&outcome, plan, &options, &err) < 0)
        ck_abort_msg("%s", err.text);
    dg_plan_free(plan);
    return outcome;
}

START_TEST(forty_sessions_without_finality)
{
    json_t *o = run_text(STALL);
    ck_assert_int_eq(dg_outcome_exit(o), DG_EXIT_INCONCLUSIVE);
    ck_assert_msg(strstr(claim_text(o, "finality-lag"), "N-1 alone finalized nothing in 790 slots")
                      != NULL,
                  "%s", claim_text(o, "finality-lag"));
    ck_assert_str_eq(claim_status(o, "session-cadence"), "held");
    json_decref(o);
}
END_TEST

/* N elects on chain where N-1 waits for a solution that nobody mines here: its eras go
 * on, and what each leaves is not what the claim is about. */
#define ERAS                                                                                       \
    "{\"doppel\":1,\"snapshot\":\"fixtures/paseo-1001002-e20-100val-20paras.json.zst\","           \
    "\"upgrade\":{\"to\":\"fixtures/"                                                              \
    "paseo-1002000-e20.wasm\",\"at\":\"boundary-8\"},\"horizon\":{\"boundaries_after\":10},"       \
    "\"claims\":{\"default\":false,\"state-growth\":{}},\"network\":{\"classes\":[{\"class\":"     \
    "\"SD_V12_OK\",\"share\":1}]}}"
START_TEST(eras_of_treatment_alone_are_no_growth)
{
    json_t *o = run_text(ERAS);
    ck_assert_str_eq(claim_status(o, "state-growth"), "unexercised");
    ck_assert_msg(strstr(claim_text(o, "state-growth"), "but era 9 against 0") != NULL, "%s",
                  claim_text(o, "state-growth"));
    json_decref(o);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("long sessions");
    TCase *tc = tcase_create("long");
    tcase_set_timeout(tc, 0);
    if (REDUCED)
        printf("not run: sessions of 600 slots, and forty without finality, under sanitizers\n");
    else {
        tcase_add_test(tc, forty_sessions_without_finality);
        tcase_add_test(tc, eras_of_treatment_alone_are_no_growth);
        tcase_add_loop_test(tc, the_stall_is_the_rest_of_a_long_session, 0,
                            (int)(sizeof rows / sizeof *rows));
    }
    suite_add_tcase(s, tc);
    return suite_run(s);
}
