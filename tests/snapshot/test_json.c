/* A chain spec of gigabytes is read through a window, so a token may be cut at
 * any byte. If the reader were lenient, two tools could read one spec two ways;
 * if it depended on the windows, one tool could. */
#include "../support/suite.h"
#include "snapshot/json_pull.h"

#include <string.h>

typedef struct feed {
    dg_bytes rest;
    size_t step;
} feed;

static dg_code fill(void *user, dg_bytes *chunk, dg_error *err)
{
    feed *f = user;
    size_t len = f->rest.len < f->step ? f->rest.len : f->step;
    (void)err;
    if (!len)
        return DG_END;
    *chunk = dg_bytes_of(f->rest.at, len);
    f->rest = dg_bytes_of(f->rest.at + len, f->rest.len - len);
    return DG_OK;
}

/* The events in letters, with the text of each. */
static dg_code events(dg_buf *out, const char *text, size_t len, size_t step, dg_error *err)
{
    static const char letters[] = "{}[]ksntfz.";
    feed f = { dg_bytes_of(text, len), step };
    dg_snapshot_json json;
    dg_snapshot_json_event event;
    dg_code rc;
    dg_snapshot_json_init(&json, fill, &f, 64, 64);
    do {
        rc = dg_snapshot_json_next(&json, &event, err);
        if (rc < 0)
            break;
        dg_buf_put_u8(out, (uint8_t)letters[event]);
        if (event == DG_JSON_KEY || event == DG_JSON_STRING || event == DG_JSON_NUMBER)
            dg_buf_put_bytes(out, dg_buf_bytes(event == DG_JSON_KEY ? &json.key : &json.text));
    } while (event != DG_JSON_END);
    dg_snapshot_json_clear(&json);
    return rc;
}

static const struct {
    const char *text, *events;
} good[] = {
    { "{}", "{}." },
    { " \t\r\n[ ] \n", "[]." },
    { "{\"a\":1,\"b\":[true,false,null]}", "{kan1kb[tfz]}." },
    { "\"\"", "s." },
    { "-0.5e+10", "n-0.5e+10." },
    { "[0,10,-1,2E3]", "[n0n10n-1n2E3]." },
    { "\"\\\"\\\\\\/\\b\\n\"", "s\"\\/\b\n." },
    { "\"\\u0041\\u00e9\\u20ac\\ud83d\\ude00\"", "sA\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80." },
    { "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"", "s\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80." },
    { "{\"a\":{\"a\":{\"a\":[[[]]]}}}", "{ka{ka{ka[[[]]]}}}." },
};

START_TEST(documents_give_their_events_however_they_are_cut)
{
    size_t len = strlen(good[_i].text);
    for (size_t step = 1; step <= len; step++) {
        dg_buf got;
        dg_error err = { 0 };
        dg_buf_init(&got, 4096);
        if (events(&got, good[_i].text, len, step, &err) != DG_OK)
            ck_abort_msg("step %zu: %s", step, err.text);
        assert_bytes(dg_buf_bytes(&got), dg_text(good[_i].events), good[_i].text);
        dg_buf_clear(&got);
    }
}
END_TEST

static const struct {
    const char *text;
    const char *at;
} bad[] = {
    { "", "byte 0" },
    { "   ", "byte 3" },
    { "{", "byte 1" },
    { "[1", "byte 2" },
    { "{} {}", "byte 3" },
    { "[1,]", "byte 3" },
    { "{\"a\":1,}", "byte 7" },
    { "[,1]", "byte 1" },
    { "{a:1}", "byte 1" },
    { "{'a':1}", "byte 1" },
    { "{\"a\"}", "byte 4" },
    { "{\"a\":}", "byte 5" },
    { "[1 2]", "byte 3" },
    { "{\"a\":1 \"b\":2}", "byte 7" },
    { "[1}", "byte 2" },
    { "{]", "byte 1" },
    { "tru", "byte 3" },
    { "trux", "byte 3" },
    { "nul1", "byte 3" },
    { "NaN", "byte 0" },
    { "01", "byte 1" },
    { "-", "byte 1" },
    { "1.", "byte 2" },
    { "1.e5", "byte 2" },
    { ".5", "byte 0" },
    { "1e", "byte 2" },
    { "+1", "byte 0" },
    { "0x10", "byte 1" },
    { "\"", "byte 1" },
    { "\"a", "byte 2" },
    { "\"a\nb\"", "byte 2" },
    { "\"\\x\"", "byte 2" },
    { "\"\\u12g4\"", "byte 5" },
    { "\"\\ud800\"", "byte 7" },
    { "\"\\ud800\\u0041\"", "byte 13" },
    { "\"\\udc00\"", "byte 7" },
    { "\"\\u00", "byte 5" },
    { "\"\xff\"", "byte 1" },
    { "\"\xc0\x80\"", "byte 1" },
    { "\"\xe0\x80\x80\"", "byte 2" },
    { "\"\xed\xa0\x80\"", "byte 2" },
    { "\"\xf4\x90\x80\x80\"", "byte 2" },
    { "\"\xc3\"", "byte 2" },
    { "\xef\xbb\xbf{}", "byte 0" },
    { "// x\n{}", "byte 0" },
    { "[]\x01", "byte 2" },
};

START_TEST(what_is_not_json_is_refused_at_its_byte)
{
    for (size_t step = 1; step < 8; step++) {
        dg_buf got;
        dg_error err = { 0 };
        dg_buf_init(&got, 4096);
        ck_assert_int_eq(events(&got, bad[_i].text, strlen(bad[_i].text), step, &err),
                         DG_MALFORMED);
        ck_assert_msg(strstr(err.text, bad[_i].at) != NULL, "'%s': %s, not %s", bad[_i].text,
                      err.text, bad[_i].at);
        dg_buf_clear(&got);
    }
}
END_TEST

START_TEST(nesting_and_lengths_have_maxima)
{
    char text[256];
    dg_buf got;
    dg_error err;
    dg_buf_init(&got, 4096);
    memset(text, '[', DG_JSON_DEPTH_MAX + 1);
    ck_assert_int_eq(events(&got, text, DG_JSON_DEPTH_MAX + 1, 16, &err), DG_MALFORMED);
    ck_assert_ptr_nonnull(strstr(err.text, "deeper than 64"));
    memset(text + DG_JSON_DEPTH_MAX, ']', DG_JSON_DEPTH_MAX);
    ck_assert_int_eq(events(&got, text, 2 * DG_JSON_DEPTH_MAX, 16, &err), DG_OK);
    memset(text, 'x', sizeof text);
    text[0] = text[65] = '"';
    ck_assert_int_eq(events(&got, text, 66, 16, &err), DG_OK);
    text[65] = 'x';
    text[66] = '"';
    ck_assert_int_eq(events(&got, text, 67, 16, &err), DG_LIMIT);
    ck_assert_ptr_nonnull(strstr(err.text, "longer than 64"));
    dg_buf_clear(&got);
}
END_TEST

/* A member that nobody asked for may be longer than memory. */
START_TEST(stepping_over_keeps_nothing)
{
    static char text[100000];
    dg_snapshot_json json;
    dg_snapshot_json_event event;
    feed f = { dg_bytes_of(text, sizeof text), 4096 };
    memset(text, 'x', sizeof text);
    memcpy(text, "{\"a\":[{\"b\":\"", 12);
    memcpy(text + sizeof text - 12, "\"}, 1],\"c\":2", 12);
    dg_snapshot_json_init(&json, fill, &f, 64, 64);
    ck_assert_int_eq(dg_snapshot_json_next(&json, &event, NULL), DG_OK);
    ck_assert_int_eq(dg_snapshot_json_next(&json, &event, NULL), DG_OK);
    ck_assert_int_eq(dg_snapshot_json_skip(&json, NULL), DG_OK);
    ck_assert_int_eq(dg_snapshot_json_next(&json, &event, NULL), DG_OK);
    ck_assert_int_eq(event, DG_JSON_KEY);
    assert_bytes(dg_buf_bytes(&json.key), dg_text("c"), "key after the skip");
    ck_assert_uint_le(json.text.cap, 64);
    dg_snapshot_json_clear(&json);
}
END_TEST

START_TEST(a_failure_of_the_input_is_passed_on_and_stays)
{
    dg_snapshot_json json;
    dg_snapshot_json_event event;
    dg_buf got;
    dg_buf_init(&got, 64);
    dg_alloc_fail_from(1);
    ck_assert_int_eq(events(&got, "\"abc\"", 5, 2, NULL), DG_NOMEM);
    dg_alloc_fail_from(0);
    feed f = { dg_text("[x"), 1 };
    dg_snapshot_json_init(&json, fill, &f, 64, 64);
    ck_assert_int_eq(dg_snapshot_json_next(&json, &event, NULL), DG_OK);
    ck_assert_int_eq(dg_snapshot_json_next(&json, &event, NULL), DG_MALFORMED);
    ck_assert_int_eq(dg_snapshot_json_next(&json, &event, NULL), DG_MALFORMED);
    dg_snapshot_json_clear(&json);
    dg_buf_clear(&got);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("json_pull");
    TCase *tc = tcase_create("json_pull");
    tcase_add_loop_test(tc, documents_give_their_events_however_they_are_cut, 0,
                        sizeof good / sizeof good[0]);
    tcase_add_loop_test(tc, what_is_not_json_is_refused_at_its_byte, 0, sizeof bad / sizeof bad[0]);
    tcase_add_test(tc, nesting_and_lengths_have_maxima);
    tcase_add_test(tc, stepping_over_keeps_nothing);
    tcase_add_test(tc, a_failure_of_the_input_is_passed_on_and_stays);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
