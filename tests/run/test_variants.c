/* Small runtimes with one fault each: the fault turns the claim that is about it
 * red, and the sound ones leave every claim green. Without this a claim could
 * stay green because the run never feeds it. */
#include "model_run.h"

#include <stdlib.h>
#include <string.h>

#include "claim/claim.h"

static json_t *rows;

static const char *runtimes(void)
{
    const char *at = getenv("DOPPEL_RUNTIMES");
    return at ? at : "build/runtimes";
}

static const char *text_of(const json_t *row, const char *key)
{
    return json_string_value(json_object_get(row, key));
}

/* The same four validators as nodes around the chain: its blocks are theirs, and of the
 * claims about the chain all has to come out as without them. Collators are away, since
 * these runtimes back nothing. */
static json_t *run_row_by_nodes(const json_t *row)
{
    dg_run_options options = { .cache_dir = dg_engine_cache_dir(),
                               .compiler = DG_COMPILER_SPEED,
                               .fuel_block = SMALL_FUEL,
                               .fuel_query = SMALL_FUEL };
    json_t *claims = json_object(), *outcome = NULL;
    json_t *json =
        json_pack("{s:i, s:{s:s}, s:{s:[{s:s, s:i}], s:[{s:s, s:s}]}, s:o}", "doppel", 1, "upgrade",
                  "at", "boundary@2-3", "network", "classes", "class", "SD_V12_OK", "share", 1,
                  "faults", "kind", "offline-collators", "who", "all", "claims", claims);
    char *text;
    dg_plan *plan;
    dg_error err;
    for (size_t i = 0; dg_claim_at(i); i++)
        if (dg_claim_at(i)->network)
            json_object_set_new(claims, dg_claim_name(dg_claim_at(i)->id),
                                json_pack("{s:b}", "off", 1));
    json_object_set_new(json, "snapshot",
                        json_sprintf("%s/%s.json", runtimes(), text_of(row, "spec")));
    json_object_set_new(json_object_get(json, "upgrade"), "to",
                        json_sprintf("%s/%s.wasm", runtimes(), text_of(row, "to")));
    text = json_dumps(json, 0);
    if (dg_plan_parse(&plan, dg_text(text), "test", NULL, &err) < 0 || dg_plan_check(plan, &err) < 0
        || dg_run(&outcome, plan, &options, &err) < 0)
        ck_abort_msg("%s: %s", text_of(row, "name"), err.text);
    dg_plan_free(plan);
    json_decref(json);
    free(text);
    return outcome;
}

static json_t *run_row(const json_t *row)
{
    char spec[512], blob[512];
    snprintf(spec, sizeof spec, "%s/%s.json", runtimes(), text_of(row, "spec"));
    snprintf(blob, sizeof blob, "%s/%s.wasm", runtimes(), text_of(row, "to"));
    return run_small_pair(spec, blob, "boundary@2-3", NULL);
}

/* All of them cross ParachainHost 7 within a session, sound or not, and that is told of each. */
static void nothing_broke(const json_t *row, const json_t *outcome)
{
    const json_t *claim;
    size_t i;
    json_array_foreach(json_object_get(outcome, "claims"), i, claim)
    {
        const char *status = text_of(claim, "status"), *of = text_of(claim, "name");
        ck_assert_msg(strcmp(status, "broke") != 0 || strcmp(of, "session-values") == 0,
                      "%s: %s\n%s", text_of(row, "name"), of, verdicts(outcome));
    }
    ck_assert_msg(dg_outcome_exit(outcome) == DG_EXIT_HELD, "%s: %s", text_of(row, "name"),
                  verdicts(outcome));
}

static void as_expected(const json_t *row, json_t *outcome)
{
    const char *expect = text_of(row, "expect"), *claim = text_of(row, "claim"),
               *name = text_of(row, "name");
    if (strcmp(expect, "hold") == 0)
        nothing_broke(row, outcome);
    else if (strcmp(expect, "break") == 0)
        ck_assert_msg(strcmp(claim_status(outcome, claim), "broke") == 0, "%s: %s\n%s", name, claim,
                      verdicts(outcome));
    else if (strcmp(expect, "warn") == 0)
        ck_assert_msg(strcmp(claim_status(outcome, claim), "warned") == 0
                          && dg_outcome_exit(outcome) == DG_EXIT_HELD,
                      "%s: %s\n%s", name, claim, verdicts(outcome));
    else
        ck_assert_msg(
            dg_outcome_exit(outcome) == DG_EXIT_INCONCLUSIVE
                && json_is_true(json_object_get(claim_of(outcome, claim), "control_failed")),
            "%s: %s\n%s", name, claim, verdicts(outcome));
    json_decref(outcome);
}

START_TEST(a_fault_turns_its_claim_red)
{
    const json_t *row = json_array_get(rows, (size_t)_i);
    if (text_of(row, "expect")) /* else a live runtime: it is the N-1 of others */
        as_expected(row, run_row(row));
}
END_TEST

START_TEST(a_fault_turns_its_claim_red_over_the_blocks_of_a_network)
{
    const json_t *row = json_array_get(rows, (size_t)_i);
    if (text_of(row, "expect"))
        as_expected(row, run_row_by_nodes(row));
}
END_TEST

/* What a client expects of epochs it expects of its own blocks too: a network stands at the
 * first that it refuses, and no number of authors helps. */
static const struct {
    const char *name, *says;
} halting[] = {
    /* N reckons the epoch to begin later than it did, so it is not over when clients want the next
     */
    { "mini-2-epoch-length", "epoch digests: 0 unexpected, 1 missing" },
    { "mini-2-epoch-digest-forgotten", "epoch digests: 0 unexpected, 1 missing" },
    { "mini-2-sessions-stop", "epoch digests: 0 unexpected, 1 missing" },
};
START_TEST(a_network_halts_where_a_client_does)
{
    const json_t *row = NULL;
    json_t *outcome;
    size_t i;
    json_array_foreach(rows, i, row) if (strcmp(text_of(row, "name"), halting[_i].name) == 0) break;
    if (i == json_array_size(rows))
        return; /* runtimes are not here; main says so */
    outcome = run_row_by_nodes(row);
    ck_assert_msg(strcmp(claim_status(outcome, "session-cadence"), "broke") == 0, "%s",
                  verdicts(outcome));
    ck_assert_msg(strstr(claim_text(outcome, "session-cadence"), halting[_i].says) != NULL, "%s",
                  claim_text(outcome, "session-cadence"));
    ck_assert_msg(strcmp(claim_status(outcome, "block-cadence"), "broke") == 0, "%s",
                  verdicts(outcome));
    /* each block is built */
    ck_assert_msg(strcmp(claim_status(outcome, "authorable"), "broke") != 0, "%s",
                  verdicts(outcome));
    json_decref(outcome);
}
END_TEST

/* Every claim that can be turned red on a chain has a runtime that does it. */
START_TEST(no_claim_is_without_a_fault)
{
    static const char *const names[] = {
        "identity",   "upgrade-enacted",     "block-cadence",   "session-cadence",
        "authorable", "authorities-survive", "config-survives", "inherent-accepted",
        "api-window", "api-compatible",      "migration",       "queued-calls",
        "reimport",   "state-growth"
    };
    const json_t *row;
    for (size_t n = 0; n < sizeof names / sizeof *names; n++) {
        bool found = false;
        size_t i;
        json_array_foreach(rows, i, row)
        {
            const char *claim = text_of(row, "claim"), *expect = text_of(row, "expect");
            found |=
                claim && expect && strcmp(claim, names[n]) == 0 && strcmp(expect, "break") == 0;
        }
        ck_assert_msg(found, "%s", names[n]);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("variants");
    TCase *tc = tcase_create("variants");
    char probe[512];
    int failed;
    rows = json_load_file("runtimes/variants.json", 0, NULL);
    snprintf(probe, sizeof probe, "%s/mini.json", runtimes());
    if (!rows || !dg_file_exists(probe)) {
        printf("not run: %s is not here\n", probe);
        json_decref(rows);
        rows = json_array();
    } else {
        tcase_add_test(tc, no_claim_is_without_a_fault);
    }
    tcase_add_loop_test(tc, a_fault_turns_its_claim_red, 0, (int)json_array_size(rows));
    tcase_add_loop_test(tc, a_fault_turns_its_claim_red_over_the_blocks_of_a_network, 0,
                        (int)json_array_size(rows));
    tcase_add_loop_test(tc, a_network_halts_where_a_client_does, 0,
                        (int)(sizeof halting / sizeof *halting));
    suite_add_tcase(s, tc);
    failed = suite_run(s);
    json_decref(rows);
    return failed;
}
