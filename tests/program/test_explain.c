/* A verdict that only the program which ran can repeat has to be believed. `report explain` comes
 * to it again from the event log alone: the same claims, the same words, the same exit code; and
 * a log that somebody changed gives another one, or is refused. */
#include "program.h"

#include <stdlib.h>
#include <string.h>

/* Of this plan the topology is lost: red for a claim on the network. */
#define NETWORK_PLAN                                                                               \
    "{\"doppel\":1,\"snapshot\":\"" EMBEDDED_SPEC "\",\"upgrade\":{\"to\":\"" EMBEDDED_BLOB        \
    "\",\"at\":\"boundary-8\"},\"seed\":1,\"network\":{\"classes\":[{\"class\":\"SD_V12_PURGE\","  \
    "\"share\":1}]}}"
#define SMALL                                                                                      \
    "--no-network --snapshot build/runtimes/mini.json --at boundary-4 --to build/runtimes/"

static const struct {
    const char *plan; /* NULL: the one with a network */
    int exit;
    bool chains; /* there is a way back to a cause */
} rows[] = {
    { SMALL "mini-2.wasm", 0, false },
    { SMALL "mini-2-init-traps.wasm", 1, false },
    /* a severity of the plan, and a claim that it leaves out */
    { SMALL "mini-2-init-traps.wasm --set claims.authorable.severity=advice "
            "--set claims.block-cadence.off=true",
      1, false },
    { NULL, 1, true },
};

static const char *events_of(const char *plan, json_t **outcome, int exit)
{
    static char events[300];
    char outcome_path[300], plan_path[300];
    ran r;
    snprintf(events, sizeof events, "%s", scratch_path("events.ndjson"));
    snprintf(outcome_path, sizeof outcome_path, "%s", scratch_path("outcome.json"));
    snprintf(plan_path, sizeof plan_path, "%s", file_of("plan.json", dg_text(NETWORK_PLAN)));
    r = doppel("run -q --explain none %s -o %s --events %s", plan ? plan : plan_path, outcome_path,
               events);
    if (r.exit != exit)
        ck_abort_msg("exit %d, said: %s%s", r.exit, dg_buf_text(&r.out), dg_buf_text(&r.err));
    ran_clear(&r);
    ck_assert_ptr_nonnull(*outcome = json_load_file(outcome_path, 0, NULL));
    return events;
}

static json_t *explained(const char *events, int exit)
{
    ran r = doppel("report explain --json %s", events);
    json_t *out = json_loads(dg_buf_text(&r.out), 0, NULL);
    if (r.exit != exit || !out)
        ck_abort_msg("exit %d, said: %s", r.exit, dg_buf_text(&r.err));
    ran_clear(&r);
    return out;
}

static void same_part(const json_t *outcome, const json_t *document, const char *key)
{
    ck_assert_ptr_nonnull(json_object_get(outcome, key));
    ck_assert_msg(json_equal(json_object_get(outcome, key), json_object_get(document, key)), "%s",
                  key);
}

START_TEST(a_log_gives_the_verdicts_of_its_run)
{
    json_t *outcome, *document;
    const char *events = events_of(rows[_i].plan, &outcome, rows[_i].exit);
    ran text;
    document = explained(events, rows[_i].exit);
    same_part(outcome, document, "claims");
    same_part(outcome, document, "result");
    same_part(outcome, document, "exit");
    same_part(outcome, document, "reason");
    ck_assert_uint_eq(json_array_size(json_object_get(document, "chains")),
                      json_array_size(json_object_get(outcome, "chains")));
    ck_assert((json_array_size(json_object_get(document, "chains")) > 0) == rows[_i].chains);
    text = doppel("report explain %s", events);
    ck_assert_int_eq(text.exit, rows[_i].exit);
    ck_assert_ptr_nonnull(
        strstr(dg_buf_text(&text.out), json_string_value(json_object_get(outcome, "reason"))));
    ck_assert((strstr(dg_buf_text(&text.out), "seconds from U's slot") != NULL) == rows[_i].chains);
    ran_clear(&text);
    json_decref(outcome);
    json_decref(document);
}
END_TEST

/* ---- a log that somebody changed ---- */

/* Writes the log of a run that passes, without the nth line from 1 on (0: all of them) and, where
 * `built` is false, with no block in treatment's slots. */
static const char *changed_log(const char *events, size_t without, bool built)
{
    static const char from[] = "\"built\":1", of[] = "\"arm\":\"treatment\"";
    dg_buf text = slurp(events), out;
    const char *path;
    size_t nth = 1;
    dg_buf_init(&out, text.len + 1);
    for (char *line = strtok((char *)(uintptr_t)dg_buf_text(&text), "\n"); line;
         line = strtok(NULL, "\n"), nth++) {
        char *at = strstr(line, from);
        if (nth == without)
            continue;
        if (!built && at && strstr(line, of) && strstr(line, "\"kind\":\"slot\""))
            at[sizeof from - 2] = '0';
        dg_buf_printf(&out, "%s\n", line);
    }
    path = file_of("changed.ndjson", dg_buf_bytes(&out));
    dg_buf_clear(&out);
    dg_buf_clear(&text);
    return path;
}

START_TEST(a_log_that_was_changed_is_judged_as_it_stands_or_refused)
{
    json_t *outcome, *document;
    const char *events = events_of(SMALL "mini-2.wasm", &outcome, 0), *reason;
    ran r;
    document = explained(changed_log(events, 0, false), 1);
    reason = json_string_value(json_object_get(document, "reason"));
    ck_assert_msg(strstr(reason, "block-cadence") != NULL, "%s", reason);
    json_decref(document);
    refused(doppel("report explain %s", changed_log(events, 7, true)), "a line is gone",
            "line 7: event's `seq` is 7 where 6 is expected", 2);
    r = doppel("report explain %s", changed_log(events, 0, true));
    ck_assert_int_eq(r.exit, 0);
    ran_clear(&r);
    json_decref(outcome);
}
END_TEST

static const struct {
    const char *text, *says;
} bad[] = {
    { "", "the log has no run-start" },
    { "{}\n", "line 1: event has no known `arm`" },
    { "{\"arm\":\"control\",\"at_ns\":0,\"block\":1,\"kind\":\"slot\",\"seq\":0,\"slot\":1}\n",
      "line 1: event has no whole number `built`" },
    { "{\"arm\":\"control\",\"at_ns\":0,\"block\":1,\"equal\":1,\"kind\":\"reimport\",\"seq\":0}\n",
      "the log has no run-start" },
    /* no time passes in it */
    { "{\"arm\":\"control\",\"at_ns\":0,\"block\":0,\"boundaries_wanted\":1,\"code\":1,\"epoch_"
      "slots\":"
      "20,\"fork_block\":0,\"kind\":\"run-start\",\"seq\":0,\"session\":0,\"slot_ms\":0,\"system_"
      "version\":1,\"upgrade_slot\":9}\n",
      "the log's run-start has slots of 0 ms, 20 in an epoch" },
};

START_TEST(what_is_no_log_is_refused_in_one_line)
{
    const char *path = file_of("bad.ndjson", dg_text(bad[_i].text));
    refused(doppel("report explain %s", path), bad[_i].text, bad[_i].says, 2);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("explain");
    TCase *tc = tcase_create("explain");
    tcase_set_timeout(tc, 300);
    tcase_add_loop_test(tc, a_log_gives_the_verdicts_of_its_run, 0, sizeof rows / sizeof *rows);
    tcase_add_test(tc, a_log_that_was_changed_is_judged_as_it_stands_or_refused);
    tcase_add_loop_test(tc, what_is_no_log_is_refused_in_one_line, 0, sizeof bad / sizeof *bad);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
