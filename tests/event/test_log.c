/* The log is what a verdict is checked against later, on another machine. It has to be whole,
 * in order, and the same when it is read back. */
#include "../support/suite.h"

#include "event/event.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void add_slot(dg_event_log *log, dg_arm arm, int64_t slot, json_t *detail)
{
    const dg_event e = { .at = (dg_ns)slot * 6000000000,
                         .arm = arm,
                         .node = DG_EVENT_NO_NODE,
                         .block = (uint32_t)slot + 1,
                         .kind = DG_EVENT_SLOT,
                         .slot = { .slot = slot, .built = 1, .claims = 2 },
                         .detail = detail };
    dg_event_log_add(log, &e);
}

static void write_text(const char *path, const char *text)
{
    dg_error err;
    ck_assert_int_eq(dg_file_write(path, dg_text(text), &err), DG_OK);
}

START_TEST(a_log_is_read_back_byte_by_byte)
{
    const char *path = scratch_path("log.ndjson"), *copy = scratch_path("copy.ndjson");
    dg_event_log log = { 0 }, again = { 0 };
    dg_error err = { .text = "" };
    dg_hash one, two;
    dg_buf a, b;
    for (int64_t i = 0; i < 600; i++)
        add_slot(&log, i < 300 ? DG_ARM_CONTROL : DG_ARM_TREATMENT, i % 300,
                 i % 7 ? NULL : json_pack("{s:s}", "what", "x"));
    ck_assert_int_eq(dg_event_log_check(&log, &err), DG_OK);
    ck_assert_int_eq(dg_event_log_write(&log, path, &err), DG_OK);
    ck_assert_msg(dg_event_log_read(&again, path, &err) == DG_OK, "%s", err.text);
    ck_assert_uint_eq(again.count, 600);
    ck_assert_int_eq(again.at[599].slot.slot, 299);
    ck_assert_int_eq(dg_event_log_write(&again, copy, &err), DG_OK);
    a = slurp(path);
    b = slurp(copy);
    assert_bytes(dg_buf_bytes(&a), dg_buf_bytes(&b), "the log");
    dg_event_log_hash(&log, &one, &err);
    dg_event_log_hash(&again, &two, &err);
    ck_assert(dg_hash_equal(&one, &two));
    again.at[3].slot.built = 0;
    dg_event_log_hash(&again, &two, &err);
    ck_assert(!dg_hash_equal(&one, &two));
    dg_buf_clear(&a);
    dg_buf_clear(&b);
    dg_event_log_clear(&log);
    dg_event_log_clear(&again);
}
END_TEST

#define LINE(seq)                                                                                  \
    "{\"arm\":\"control\",\"at_ns\":0,\"block\":1,\"built\":1,\"claims\":1,\"kind\":\"slot\","     \
    "\"seq\":" seq ",\"slot\":1}"
static const struct {
    const char *text, *says;
} broken[] = {
    { LINE("0") "\n" LINE("2") "\n",
      "line 2: event's `seq` is 2 where 1 is expected" }, /* one is gone */
    { LINE("0") "\n" LINE("0") "\n", "line 2: event's `seq` is 0 where 1 is expected" },
    { LINE("0") "\n" LINE("1"), "line 2: line has no end" },
    { LINE("0") "\n\n", "line 2: not an event" },
    { LINE("0") "\nhello\n", "line 2: not an event" },
    { "{\"arm\":\"control\",\"at_ns\":0,\"block\":1,\"kind\":\"slot\",\"seq\":0,\"slot\":1}\n",
      "line 1: event has no whole number `built`" },
};

START_TEST(a_log_that_is_not_whole_is_refused_with_its_place)
{
    const char *path = scratch_path("broken.ndjson");
    dg_event_log log = { 0 };
    dg_error err = { .text = "" };
    write_text(path, broken[_i].text);
    ck_assert_int_eq(dg_event_log_read(&log, path, &err), DG_MALFORMED);
    ck_assert_msg(strstr(err.text, broken[_i].says) && strstr(err.text, "broken.ndjson"), "%s",
                  err.text);
    dg_event_log_clear(&log);
}
END_TEST

START_TEST(a_log_that_is_not_there_is_an_error_of_the_disk)
{
    dg_event_log log = { 0 };
    dg_error err = { .text = "" };
    ck_assert_int_eq(dg_event_log_read(&log, scratch_path("nowhere"), &err), DG_IO);
    add_slot(&log, DG_ARM_CONTROL, 1, NULL);
    ck_assert_int_eq(dg_event_log_write(&log, scratch_path("no/where"), &err), DG_IO);
    dg_event_log_clear(&log);
}
END_TEST

START_TEST(a_line_may_be_long_and_not_longer)
{
    const char *path = scratch_path("long.ndjson");
    char *text = calloc(1, DG_EVENT_LINE_MAX + 16);
    dg_event_log log = { 0 };
    dg_error err = { .text = "" };
    memset(text, ' ', DG_EVENT_LINE_MAX);
    memcpy(text, LINE("0"), strlen(LINE("0")));
    text[DG_EVENT_LINE_MAX] = '\n';
    write_text(path, text);
    ck_assert_msg(dg_event_log_read(&log, path, &err) == DG_OK, "%s", err.text);
    dg_event_log_clear(&log);
    text[DG_EVENT_LINE_MAX] = ' ';
    text[DG_EVENT_LINE_MAX + 1] = '\n';
    write_text(path, text);
    ck_assert_int_eq(dg_event_log_read(&log, path, &err), DG_LIMIT);
    ck_assert_msg(strstr(err.text, "line 1: line has more than 1048576 bytes"), "%s", err.text);
    dg_event_log_clear(&log);
    free(text);
}
END_TEST

/* What is full stays full, and says so: a shorter log would be judged as if it were whole. */
START_TEST(a_full_log_fails_and_never_ends_early)
{
    dg_event_log log = { 0 };
    dg_error err = { .text = "" };
    for (int64_t i = 0; i < DG_EVENT_LOG_MAX; i++)
        add_slot(&log, DG_ARM_CONTROL, i, NULL);
    ck_assert_int_eq(dg_event_log_check(&log, &err), DG_OK);
    add_slot(&log, DG_ARM_CONTROL, 1, json_object());
    ck_assert_int_eq(dg_event_log_check(&log, &err), DG_LIMIT);
    ck_assert_msg(strstr(err.text, "more than 4194304 events"), "%s", err.text);
    ck_assert_uint_eq(log.count, DG_EVENT_LOG_MAX);
    dg_event_log_clear(&log);
}
END_TEST

/* Memory that ends anywhere ends in a code, never in a shorter log. Some of it the JSON library
 * takes for a fault of the text. */
START_TEST(a_log_without_memory_says_so)
{
    const char *path = scratch_path("memory.ndjson");
    dg_event_log log = { 0 };
    dg_error err = { .text = "" };
    bool done = false;
    for (int64_t i = 0; i < 4; i++)
        add_slot(&log, DG_ARM_CONTROL, i, json_pack("{s:s}", "what", "x"));
    ck_assert_int_eq(dg_event_log_write(&log, path, &err), DG_OK);
    dg_event_log_clear(&log);
    json_set_alloc_funcs(dg_malloc, dg_free);
    for (uint64_t nth = 1; !done && nth < 2000; nth++) {
        dg_event_log again = { 0 };
        dg_code rc;
        dg_alloc_fail_from(nth);
        rc = dg_event_log_read(&again, path, &err);
        dg_alloc_fail_from(0);
        ck_assert_msg(rc == DG_OK || rc == DG_NOMEM || rc == DG_MALFORMED, "%s", err.text);
        done = rc == DG_OK;
        ck_assert(!done || again.count == 4);
        dg_event_log_clear(&again);
    }
    ck_assert(done);
    json_set_alloc_funcs(malloc, free);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("log");
    TCase *tc = tcase_create("log");
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, a_log_is_read_back_byte_by_byte);
    tcase_add_loop_test(tc, a_log_that_is_not_whole_is_refused_with_its_place, 0,
                        sizeof broken / sizeof *broken);
    tcase_add_test(tc, a_log_that_is_not_there_is_an_error_of_the_disk);
    tcase_add_test(tc, a_line_may_be_long_and_not_longer);
    tcase_add_test(tc, a_full_log_fails_and_never_ends_early);
    tcase_add_test(tc, a_log_without_memory_says_so);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
