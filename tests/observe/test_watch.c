/* Real processes that leak at a known rate, and ones that only warm up, watched for a moment; and
 * recorded ones of hours, which no time passes for. */
#include "../support/schema.h"
#include "../support/suite.h"

#include "model_server.h"
#include "observe/observe.h"

#include <math.h>
#include <signal.h>
#include <string.h>

/* Growth is judged at once, and memory in steps of pages is no noise. */
static json_t *quick(double at_most)
{
    json_t *claims = json_pack("{s:{s:f, s:i}, s:{s:i}}", "memory-slope", "at_most", at_most,
                               "least_s", 0, "channel-bounded", "least_s", 0);
    ck_assert_ptr_nonnull(claims);
    return claims;
}

static const json_t *claim_of(const json_t *document, const char *name)
{
    const json_t *claim;
    size_t i;
    json_array_foreach(json_object_get(document, "claims"), i,
                       claim) if (strcmp(json_string_value(json_object_get(claim, "name")), name)
                                  == 0) return claim;
    return NULL;
}
static const char *status_of(const json_t *document, const char *name)
{
    const char *text = json_string_value(json_object_get(claim_of(document, name), "status"));
    return text ? text : "none";
}
static const char *text_of(const json_t *document, const char *name)
{
    const char *text = json_string_value(json_object_get(claim_of(document, name), "text"));
    return text ? text : "none";
}
static double measured(const json_t *document, const char *name)
{
    return json_number_value(
        json_object_get(json_object_get(claim_of(document, name), "figures"), "measured"));
}

static json_t *judged(dg_observe_source *source, const dg_observe_options *how)
{
    dg_observe_watched watched;
    json_t *document;
    dg_error err;
    dg_code rc = dg_observe_watch(&watched, source, how, &err);
    ck_assert_msg(rc == DG_OK, "%s", err.text);
    ck_assert_int_eq(dg_observe_document(&document, &watched, &err), DG_OK);
    ck_assert_int_eq(dg_observe_check(document, &err), DG_OK);
    dg_observe_clear(&watched);
    dg_observe_close(source);
    return document;
}

/* ---- live ---- */

enum { EVERY_MS = 8, MOST_MS = 4000 };

static const struct {
    server_kind kind;
    double mb;
    int exit;
    const char *memory, *channel;
} rows[] = {
    { SERVER_LEAKS, 36000, 1, "broke", "broke" },
    { SERVER_WARMS, 40, 0, "held", "held" },
    { SERVER_FLAT, 0, 0, "held", "held" },
};

/* What was kept of a live run is judged to the same, without a process. */
START_TEST(a_real_process_is_judged_by_what_it_takes)
{
    server s = server_start(rows[_i].kind, rows[_i].mb);
    json_t *claims = quick(1000), *live, *again;
    const char *kept = scratch_path("live.samples");
    dg_observe_pace pace = { .every_ms = EVERY_MS };
    dg_observe_options how = { .most_ms = MOST_MS, .claims = claims, .keep = kept };
    dg_observe_source *source;
    dg_error err;
    dg_code rc = dg_observe_metrics(&source, s.url, s.pid, &pace, &err);
    ck_assert_msg(rc == DG_OK, "%s", err.text);
    live = judged(source, &how);
    server_stop(&s);
    ck_assert_msg(strcmp(status_of(live, "memory-slope"), rows[_i].memory) == 0, "%s",
                  text_of(live, "memory-slope"));
    ck_assert_msg(strcmp(status_of(live, "channel-bounded"), rows[_i].channel) == 0
                      || rows[_i].exit,
                  "%s", text_of(live, "channel-bounded"));
    ck_assert_int_eq(dg_observe_exit(live), rows[_i].exit);
    if (rows[_i].kind == SERVER_LEAKS) {
        ck_assert(fabs(measured(live, "memory-slope") - rows[_i].mb) < rows[_i].mb / 4);
        ck_assert_ptr_nonnull(
            strstr(text_of(live, "channel-bounded"), "mpsc_network_event_stream"));
    }
    how.keep = NULL;
    ck_assert_int_eq(dg_observe_file(&source, kept, &err), DG_OK);
    again = judged(source, &how);
    ck_assert(json_equal(json_object_get(live, "claims"), json_object_get(again, "claims")));
    json_decref(live);
    json_decref(again);
    json_decref(claims);
}
END_TEST

START_TEST(a_process_that_goes_is_judged_by_what_was_seen)
{
    server s = server_start(SERVER_DIES, 0);
    json_t *claims = quick(1000), *document;
    dg_observe_pace pace = { .every_ms = EVERY_MS };
    dg_observe_options how = { .most_ms = MOST_MS, .claims = claims };
    dg_observe_source *source;
    dg_error err;
    ck_assert_int_eq(dg_observe_metrics(&source, s.url, s.pid, &pace, &err), DG_OK);
    document = judged(source, &how);
    ck_assert_int_eq(dg_observe_exit(document), 3);
    ck_assert_ptr_nonnull(strstr(
        json_string_value(json_object_get(json_object_get(document, "observe"), "ended")), "dead"));
    json_decref(document);
    json_decref(claims);
    server_stop(&s);
}
END_TEST

static const struct {
    server_kind kind;
    dg_code rc;
    const char *says;
} wrong[] = {
    { SERVER_HTML, DG_MALFORMED, "line 1 is none of a page of metrics" },
    { SERVER_ENDLESS, DG_MALFORMED, "does not end: more than 8 MiB came" },
    { SERVER_MISSING, DG_MALFORMED, "HTTP status 404" },
};

START_TEST(what_is_no_page_of_metrics_is_told_before_anything_is_watched)
{
    server s = server_start(wrong[_i].kind, 0);
    dg_observe_pace pace = { .every_ms = EVERY_MS };
    dg_observe_source *source;
    dg_error err;
    ck_assert_int_eq(dg_observe_metrics(&source, s.url, 0, &pace, &err), wrong[_i].rc);
    ck_assert_msg(strstr(err.text, wrong[_i].says) && strstr(err.text, s.url), "%s", err.text);
    ck_assert_ptr_null(source);
    server_stop(&s);
}
END_TEST

START_TEST(who_is_not_there_is_told)
{
    server s = server_start(SERVER_FLAT, 0), gone = s;
    dg_observe_pace pace = { .every_ms = EVERY_MS };
    dg_observe_source *source;
    dg_error err;
    server_stop(&s);
    ck_assert_int_eq(dg_observe_pid(&source, gone.pid, &pace, &err), DG_USAGE);
    ck_assert_ptr_nonnull(strstr(err.text, "no process has the id"));
    ck_assert_int_eq(dg_observe_metrics(&source, gone.url, 0, &pace, &err), DG_IO);
    ck_assert_ptr_nonnull(strstr(err.text, "did not answer"));
    ck_assert_int_eq(dg_observe_metrics(&source, "file:///etc/passwd", 0, &pace, &err), DG_USAGE);
}
END_TEST

/* ---- recorded ---- */

/* Samples a minute apart: memory of `base` MB and so much more each hour, and a channel. */
static const char *recorded(const char *name, double per_hour, double unread_per_hour, int minutes)
{
    const char *path = scratch_path(name);
    dg_buf text;
    dg_error err;
    dg_buf_init(&text, 1 << 20);
    dg_buf_put_text(&text, "{\"doppel_samples\":1,\"of\":\"a collator\"}\n");
    for (int i = 0; i < minutes; i++)
        dg_buf_printf(&text,
                      "{\"at_ms\":%d,\"rss_kib\":%.0f,\"channels\":{\"mpsc_network_event_stream\":"
                      "%.0f}}\n",
                      i * 60000, (1000e6 + per_hour * 1e6 * i / 60) / 1024,
                      unread_per_hour * i / 60);
    ck_assert_int_eq(dg_file_write(path, dg_buf_bytes(&text), &err), DG_OK);
    dg_buf_clear(&text);
    return path;
}

static json_t *judge_file(const char *path, const char *against, bool to_the_end)
{
    dg_observe_options how = { .to_the_end = to_the_end };
    dg_observe_source *source, *control = NULL;
    json_t *document;
    dg_error err;
    ck_assert_int_eq(dg_observe_file(&source, path, &err), DG_OK);
    if (against)
        ck_assert_int_eq(dg_observe_file(&control, against, &err), DG_OK);
    how.against = control;
    document = judged(source, &how);
    dg_observe_close(control);
    return document;
}

/* The words of the report on Calamari: 310 MB an hour where 20 are fine, 48,211 unread. */
START_TEST(a_leak_of_310_mb_an_hour_and_48211_unread)
{
    json_t *document = judge_file(recorded("leak", 310, 48211.0 / 5, 301), NULL, true);
    ck_assert_int_eq(dg_observe_exit(document), 1);
    ck_assert_msg(fabs(measured(document, "memory-slope") - 310) < 0.1, "%s",
                  text_of(document, "memory-slope"));
    ck_assert_ptr_nonnull(strstr(text_of(document, "memory-slope"), "memory grows by 310 MB/h"));
    ck_assert_ptr_nonnull(strstr(text_of(document, "memory-slope"), "the limit is 20"));
    ck_assert_str_eq(status_of(document, "channel-bounded"), "broke");
    ck_assert_ptr_nonnull(
        strstr(text_of(document, "channel-bounded"), "mpsc_network_event_stream: 48211 unread"));
    ck_assert_ptr_nonnull(strstr(text_of(document, "channel-bounded"), "the limit is 15000"));
    json_decref(document);
}
END_TEST

/* Sure long before the end of five hours, and it says by how many samples. */
START_TEST(it_ends_when_it_is_sure)
{
    json_t *document = judge_file(recorded("early", 310, 0, 301), NULL, false);
    json_int_t samples =
        json_integer_value(json_object_get(json_object_get(document, "observe"), "samples"));
    ck_assert_int_eq(dg_observe_exit(document), 1);
    ck_assert(samples >= 32 && samples <= 50);
    json_decref(document);
}
END_TEST

static const struct {
    double control, per_hour;
    int exit;
    const char *says;
} against[] = {
    { 0, 310, 1, "0.0 MB/h in control" },
    { 300, 310, 3, "N-1 alone" },        /* ten more an hour are fine, but 300 are not N's fault */
    { 100, 310, 1, "the limit is 120" }, /* so much above control is N's */
    { 15, 30, 0, "the limit is 35" },
};

START_TEST(what_grows_in_control_too_is_no_fault_of_n)
{
    char control[300];
    json_t *document;
    snprintf(control, sizeof control, "%s", recorded("control", against[_i].control, 0, 120));
    document = judge_file(recorded("n", against[_i].per_hour, 0, 120), control, true);
    ck_assert_msg(dg_observe_exit(document) == against[_i].exit
                      && strstr(text_of(document, "memory-slope"), against[_i].says),
                  "%d: %s", dg_observe_exit(document), text_of(document, "memory-slope"));
    json_decref(document);
}
END_TEST

/* 200 unread for five minutes is an alert; 199 are none, and two who are read in between neither.
 */
START_TEST(what_waits_for_five_minutes_is_an_alert)
{
    static const struct {
        int unread, low_at, exit;
    } lasting[] = { { 200, -1, 1 }, { 199, -1, 0 }, { 250, 4, 0 } };
    for (size_t i = 0; i < sizeof lasting / sizeof *lasting; i++) {
        const char *path = scratch_path("lasting");
        json_t *document;
        dg_buf text;
        dg_error err;
        dg_buf_init(&text, 1 << 16);
        dg_buf_put_text(&text, "{\"doppel_samples\":1}\n");
        for (int k = 0; k < 60; k++)
            dg_buf_printf(
                &text, "{\"at_ms\":%d,\"rss_kib\":1000,\"channels\":{\"a\":%d}}\n", k * 60000,
                lasting[i].low_at > 0 && k % lasting[i].low_at == 0 ? 0 : lasting[i].unread);
        ck_assert_int_eq(dg_file_write(path, dg_buf_bytes(&text), &err), DG_OK);
        dg_buf_clear(&text);
        document = judge_file(path, NULL, true);
        ck_assert_msg(dg_observe_exit(document) == lasting[i].exit, "%d: %s", lasting[i].unread,
                      text_of(document, "channel-bounded"));
        json_decref(document);
    }
}
END_TEST

static const struct {
    const char *content, *says;
} files[] = {
    { "", "holds no samples of doppel observe" },
    { "{\"doppel_samples\":2}\n", "holds no samples of doppel observe" },
    { "{\"doppel\":1}\n", "holds no samples of doppel observe" },
    { "{\"doppel_samples\":1}", "line 1 is cut off" },
};
static const struct {
    const char *content, *says;
} lines[] = {
    { "{\"doppel_samples\":1}\n{\"at_ms\":1}\n{\"at_ms\":0}\n", "line 3: a sample is older" },
    { "{\"doppel_samples\":1}\n{\"at_ms\":1}\n{\"at_m", "line 3 is cut off" },
    { "{\"doppel_samples\":1}\n{}\n", "line 2: a sample has no `at_ms`" },
};

START_TEST(a_file_that_holds_no_samples)
{
    const char *path = scratch_path("wrong");
    dg_observe_source *source;
    dg_error err;
    ck_assert_int_eq(dg_file_write(path, dg_text(files[_i].content), &err), DG_OK);
    ck_assert_int_eq(dg_observe_file(&source, path, &err), DG_MALFORMED);
    ck_assert_msg(strstr(err.text, files[_i].says) != NULL, "%s", err.text);
}
END_TEST

START_TEST(a_file_that_goes_wrong_later)
{
    const char *path = scratch_path("wrong");
    dg_observe_watched watched;
    dg_observe_options how = { .claims = NULL };
    dg_observe_source *source;
    dg_error err;
    ck_assert_int_eq(dg_file_write(path, dg_text(lines[_i].content), &err), DG_OK);
    ck_assert_int_eq(dg_observe_file(&source, path, &err), DG_OK);
    ck_assert_int_eq(dg_observe_watch(&watched, source, &how, &err), DG_MALFORMED);
    ck_assert_msg(strstr(err.text, lines[_i].says) != NULL, "%s", err.text);
    dg_observe_clear(&watched);
    dg_observe_close(source);
}
END_TEST

/* The schemas that are shipped are the tables. */
START_TEST(the_shipped_schemas_are_the_tables)
{
    same_as_shipped(dg_keys_schema(dg_observe_keys()), "harness/observe/observe.schema.json");
    same_as_shipped(dg_keys_schema(dg_observe_outcome_keys()),
                    "harness/observe/observe-outcome.schema.json");
}
END_TEST

/* What is no such document is refused with its key. */
static const struct {
    const char *text, *says;
} no_documents[] = {
    { "{\"doppel\":2,\"observe\":{}}", "no outcome of doppel observe" },
    { "{\"doppel\":1,\"observe\":{}}", "observe.of is missing" },
    { "{\"doppel\":1,\"observe\":{\"of\":\"p\",\"rss_kb\":[1,2]}}", "did you mean \"rss_kib\"" },
    { "{\"doppel\":1,\"observe\":{\"of\":\"p\",\"samples\":1,\"missed\":0,\"over_ms\":1,"
      "\"settle_ms\":0,\"ended\":\"e\"},\"claims\":[{\"name\":\"memory-slope\",\"status\":\"fine\"}"
      "]}",
      "is not known" },
};

START_TEST(what_is_no_document_is_refused_by_its_key)
{
    json_t *document = json_loads(no_documents[_i].text, 0, NULL);
    dg_error err = { .text = "" };
    ck_assert_ptr_nonnull(document);
    ck_assert_int_eq(dg_observe_check(document, &err), DG_MALFORMED);
    ck_assert_msg(strstr(err.text, no_documents[_i].says) != NULL, "%s", err.text);
    json_decref(document);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("watch");
    TCase *tc = tcase_create("watch");
    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, a_real_process_is_judged_by_what_it_takes, 0,
                        sizeof rows / sizeof *rows);
    tcase_add_test(tc, a_process_that_goes_is_judged_by_what_was_seen);
    tcase_add_loop_test(tc, what_is_no_page_of_metrics_is_told_before_anything_is_watched, 0,
                        sizeof wrong / sizeof *wrong);
    tcase_add_test(tc, who_is_not_there_is_told);
    tcase_add_test(tc, a_leak_of_310_mb_an_hour_and_48211_unread);
    tcase_add_test(tc, it_ends_when_it_is_sure);
    tcase_add_loop_test(tc, what_grows_in_control_too_is_no_fault_of_n, 0,
                        sizeof against / sizeof *against);
    tcase_add_test(tc, what_waits_for_five_minutes_is_an_alert);
    tcase_add_loop_test(tc, a_file_that_holds_no_samples, 0, sizeof files / sizeof *files);
    tcase_add_loop_test(tc, a_file_that_goes_wrong_later, 0, sizeof lines / sizeof *lines);
    tcase_add_test(tc, the_shipped_schemas_are_the_tables);
    tcase_add_loop_test(tc, what_is_no_document_is_refused_by_its_key, 0,
                        sizeof no_documents / sizeof *no_documents);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
