/* Incidents of processes: red on the fault, green on the repair, red when it is undone. Beside the
 * rows of fixtures/incidents, what memory follows from. */
#include "../support/suite.h"

#include "observe/observe.h"
#include "stream/stream.h"

#include <stdlib.h>
#include <string.h>

#define FOLDER "fixtures/incidents/calamari-2022-07/"

static json_t *read_json(const char *name)
{
    char path[300];
    json_t *json;
    snprintf(path, sizeof path, FOLDER "%s", name);
    json = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
    ck_assert_msg(json != NULL, "%s", path);
    return json;
}

static void merge(json_t *into, json_t *patch)
{
    const char *key;
    json_t *value;
    json_object_foreach(patch, key, value)
    {
        json_t *old = json_object_get(into, key);
        if (json_is_object(old) && json_is_object(value))
            merge(old, value);
        else
            json_object_set(into, key, value);
    }
}

static json_t *outcome_of(json_t *plan)
{
    const char *path = scratch_path("plan.json");
    dg_observe_watched watched;
    json_t *document;
    dg_error err;
    ck_assert_int_eq(json_dump_file(plan, path, 0), 0);
    ck_assert_msg(dg_observe_model(&watched, path, &err) == DG_OK, "%s", err.text);
    ck_assert_int_eq(dg_observe_document(&document, &watched, &err), DG_OK);
    ck_assert_msg(dg_observe_check(document, &err) == DG_OK, "%s", err.text);
    dg_observe_clear(&watched);
    return document;
}

static const char *of_claim(const json_t *document, const char *name, const char *key)
{
    const json_t *claim;
    size_t i;
    json_array_foreach(json_object_get(document, "claims"), i, claim)
    {
        if (strcmp(json_string_value(json_object_get(claim, "name")), name) == 0)
            return json_string_value(json_object_get(claim, key));
    }
    return "none";
}

enum { ROWS = 8 };

START_TEST(a_row_comes_out_as_expected)
{
    json_t *expect = read_json("expect.json"), *plan = read_json("plan.json"), *document,
           *row = json_array_get(json_object_get(expect, "rows"), (size_t)_i), *value;
    const char *name = json_string_value(json_object_get(row, "name")), *claim;
    ck_assert_uint_eq(json_array_size(json_object_get(expect, "rows")), ROWS);
    merge(plan, json_object_get(row, "patch"));
    document = outcome_of(plan);
    json_object_foreach(json_object_get(row, "claims"), claim, value)
        ck_assert_msg(strcmp(of_claim(document, claim, "status"), json_string_value(value)) == 0,
                      "%s: %s", name, of_claim(document, claim, "text"));
    json_object_foreach(json_object_get(row, "texts"), claim, value)
        ck_assert_msg(strstr(of_claim(document, claim, "text"), json_string_value(value)) != NULL,
                      "%s: %s", name, of_claim(document, claim, "text"));
    ck_assert_int_eq(dg_observe_exit(document), json_integer_value(json_object_get(row, "exit")));
    ck_assert_int_eq(
        json_integer_value(json_object_get(json_object_get(document, "observe"), "kills")),
        json_integer_value(json_object_get(row, "kills")));
    json_decref(document);
    json_decref(plan);
    json_decref(expect);
}
END_TEST

START_TEST(the_same_plan_has_the_same_outcome)
{
    json_t *plan = read_json("plan.json"), *one = outcome_of(plan), *other = outcome_of(plan);
    ck_assert(json_equal(one, other));
    json_decref(plan);
    json_decref(one);
    json_decref(other);
}
END_TEST

static dg_stream_options options(const char *release)
{
    return (dg_stream_options){ .of = dg_stream_class_of(release),
                                .nodes = 1,
                                .hours = 1,
                                .slot_ms = 6000,
                                .sample_ms = 60000,
                                .poll_ms = 100,
                                .network_events = 10,
                                .event_bytes = { 1000, 1000, 1000 },
                                .base_bytes = 10000000,
                                .limit_bytes = 100000000,
                                .warm_bytes = 0,
                                .warm_ms = 1000 };
}

/* 600 slots of ten events of a thousand bytes, and 598 of finality. */
START_TEST(memory_is_what_lies_unread)
{
    dg_stream_options o = options("v0.9.22");
    dg_stream_came came;
    dg_event_log log = { .at = NULL };
    int64_t last = 0;
    ck_assert_int_eq(dg_stream_run(&came, &log, DG_ARM_TREATMENT, &o, NULL), DG_OK);
    for (size_t i = 0; i < log.count; i++)
        if (log.at[i].kind == DG_EVENT_PROCESS)
            last = log.at[i].process.rss_kib;
    ck_assert_int_eq(came.kills, 0);
    ck_assert_int_eq(last, (10000000 + 6000 * 1000 + 598 * 1000) / 1024);
    dg_event_log_clear(&log);
}
END_TEST

/* At 4 MB above its base: in slot n 11 n - 2 events lie unread, and a dozen are about to be read.
 */
START_TEST(a_kill_loses_what_it_held_and_takes_its_time)
{
    dg_stream_options o = options("v0.9.22");
    dg_stream_came came;
    dg_event_log log = { .at = NULL };
    bool killed = false, again = false;
    dg_ns up = 0;
    o.limit_bytes = 14000000;
    o.restart_ms = 20000;
    o.compile_ms = 15000;
    ck_assert_int_eq(dg_stream_run(&came, &log, DG_ARM_TREATMENT, &o, NULL), DG_OK);
    for (size_t i = 0; i < log.count; i++) {
        const dg_event *e = &log.at[i];
        if (e->kind == DG_EVENT_PROCESS_KILLED && !killed) {
            killed = true;
            ck_assert_int_eq(e->process_killed.down_ms, 35000);
            ck_assert_int_eq(e->block, 363);
            up = e->at + 35 * UINT64_C(1000000000);
        } else if (killed && e->kind == DG_EVENT_PROCESS && !again) {
            again = true;
            ck_assert_uint_ge(e->at, up); /* nothing is heard of it until then */
            ck_assert(e->process.rss_kib < (10000000 + 12 * 11 * 1000) / 1024);
        }
    }
    ck_assert(killed && again);
    ck_assert_uint_eq(came.down_ms, came.kills * 35000);
    dg_event_log_clear(&log);
}
END_TEST

START_TEST(releases_fall_in_rows)
{
    static const struct {
        const char *release, *row;
    } rows[] = { { "v0.9.21", "v0.9.21" }, { "v0.9.9", "v0.9.21" },  { "v0.9.22", "v0.9.22" },
                 { "v0.9.25", "v0.9.22" }, { "v0.9.26", "v0.9.26" }, { "v0.9.43", "v0.9.26" } };
    static const char *const none[] = { "v1.0.0", "0.9.22", "v0.9.", "v0.9.22x", "v0.9.44", "" };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        ck_assert_str_eq(dg_stream_class_of(rows[i].release)->name, rows[i].row);
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        ck_assert_ptr_null(dg_stream_class_of(none[i]));
}
END_TEST

static const struct {
    const char *patch, *says;
} wrong[] = {
    { "{\"nodes\": {\"N\": \"v1.10\"}}", "nodes.N: v1.10 is none of the releases" },
    { "{\"limit_mb\": 100}", "limit_mb is no more than" },
    { "{\"hours\": 0}", "hours" },
    { "{\"hour\": 1}", "hours" },
    { "{\"claims\": {\"memory-slope\": {\"at_mots\": 1}}}", "at_most" },
};

START_TEST(a_plan_that_cannot_be_run)
{
    json_t *plan = read_json("plan.json"), *patch = json_loads(wrong[_i].patch, 0, NULL);
    const char *path = scratch_path("plan.json");
    dg_observe_watched watched;
    dg_error err;
    merge(plan, patch);
    ck_assert_int_eq(json_dump_file(plan, path, 0), 0);
    ck_assert_int_eq(dg_observe_model(&watched, path, &err), DG_USAGE);
    ck_assert_msg(strstr(err.text, wrong[_i].says) != NULL, "%s", err.text);
    dg_observe_clear(&watched);
    json_decref(plan);
    json_decref(patch);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("incident");
    TCase *tc = tcase_create("incident");
    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, a_row_comes_out_as_expected, 0, ROWS);
    tcase_add_test(tc, the_same_plan_has_the_same_outcome);
    tcase_add_test(tc, memory_is_what_lies_unread);
    tcase_add_test(tc, a_kill_loses_what_it_held_and_takes_its_time);
    tcase_add_test(tc, releases_fall_in_rows);
    tcase_add_loop_test(tc, a_plan_that_cannot_be_run, 0, sizeof wrong / sizeof *wrong);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
