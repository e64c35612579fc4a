/* Claims, causes and reports hang on what a line of the log says. A number that lands in
 * another field, or a line that is half an event, would be judged without a word. */
#include "../support/suite.h"

#include "event/event.h"

#include <stdlib.h>
#include <string.h>

/* ---- every kind ---- */

/* A line of the kind with its numbers 100, 101, ..; owned by the caller. */
static json_t *line_of(dg_event_kind kind)
{
    json_t *line = json_pack("{s:s, s:i, s:I, s:i, s:s, s:i, s:{s:s}}", "arm", "treatment", "seq",
                             7, "at_ns", (json_int_t)6000000000, "block", 12, "kind",
                             dg_event_name(kind), "node", 3, "detail", "what", "x");
    for (size_t i = 0; dg_event_field(kind, i); i++)
        json_object_set_new(line, dg_event_field(kind, i), json_integer(100 + (int)i));
    return line;
}

START_TEST(every_kind_is_read_back_as_it_was_written)
{
    json_t *line = line_of((dg_event_kind)_i), *again;
    dg_event e;
    dg_error err = { .text = "" };
    ck_assert_msg(dg_event_parse(&e, line, &err) == DG_OK, "%s", err.text);
    ck_assert_uint_eq(e.kind, (dg_event_kind)_i);
    ck_assert_uint_eq(e.seq, 7);
    ck_assert_uint_eq(e.block, 12);
    ck_assert_uint_eq(e.node, 3);
    again = dg_event_json(&e);
    ck_assert_msg(json_equal(line, again), "%s", dg_event_name(e.kind));
    json_decref(again);
    json_decref(line);
    json_decref(e.detail);
}
END_TEST

/* Two kinds of one name, or two fields, would be told apart by nobody. */
START_TEST(names_are_unique)
{
    dg_event_kind kind = (dg_event_kind)_i;
    ck_assert_ptr_nonnull(dg_event_name(kind));
    ck_assert_ptr_nonnull(dg_event_field(kind, 0));
    for (unsigned k = 0; k < DG_EVENT_KIND_COUNT; k++)
        ck_assert(k == kind || strcmp(dg_event_name((dg_event_kind)k), dg_event_name(kind)) != 0);
    for (size_t i = 0; dg_event_field(kind, i); i++)
        for (size_t k = 0; k < i; k++)
            ck_assert_str_ne(dg_event_field(kind, i), dg_event_field(kind, k));
}
END_TEST

START_TEST(numbers_have_the_names_of_the_list)
{
    const dg_event holders = { .kind = DG_EVENT_NET_HOLDERS,
                               .node = DG_EVENT_NO_NODE,
                               .net_holders = { .slot = 1,
                                                .validators = 2,
                                                .enabled = 3,
                                                .entries = 4,
                                                .holders = -5,
                                                .session = INT64_MAX } };
    json_t *line = dg_event_json(&holders);
    char *text = json_dumps(line, JSON_COMPACT | JSON_SORT_KEYS);
    ck_assert_str_eq(text, "{\"arm\":\"control\",\"at_ns\":0,\"block\":0,\"enabled\":3,\"entries\":"
                           "4,\"holders\":-5,\"kind\":\"net-holders\",\"seq\":0,\"session\":"
                           "9223372036854775807,\"slot\":1,\"validators\":2}");
    ck_assert_ptr_null(dg_event_field(DG_EVENT_NET_HOLDERS, 6));
    ck_assert_ptr_null(dg_event_field(DG_EVENT_KIND_COUNT, 0));
    ck_assert_ptr_null(dg_event_name(DG_EVENT_KIND_COUNT));
    free(text);
    json_decref(line);
}
END_TEST

/* ---- what is no event ---- */

#define SLOT "\"kind\":\"slot\",\"seq\":1,\"at_ns\":0"
static const struct {
    const char *line, *says;
} bad[] = {
    { "", "not an event" },
    { "{", "not an event" },
    { "[]", "`arm`" },
    { "{}", "`arm`" },
    { "{\"arm\":\"both\",\"kind\":\"slot\"}", "both" },
    { "{\"arm\":7,\"kind\":\"slot\"}", "`arm`" },
    { "{\"arm\":\"control\",\"kind\":\"slit\"}", "slit" },
    { "{\"arm\":\"control\"}", "`kind`" },
    { "{\"arm\":\"control\"," SLOT ",\"block\":-1,\"slot\":1,\"built\":1,\"claims\":1}",
      "`block` is out of its range: -1" },
    { "{\"arm\":\"control\"," SLOT ",\"block\":4294967296,\"slot\":1,\"built\":1,\"claims\":1}",
      "`block` is out of its range" },
    { "{\"arm\":\"control\"," SLOT ",\"block\":1,\"node\":4294967295,\"slot\":1,\"built\":1,"
      "\"claims\":1}",
      "`node` is out of its range" },
    { "{\"arm\":\"control\"," SLOT ",\"block\":1,\"slot\":1,\"built\":1}", "`claims`" },
    { "{\"arm\":\"control\"," SLOT ",\"block\":1,\"slot\":1.5,\"built\":1,\"claims\":1}",
      "`slot`" },
    { "{\"arm\":\"control\"," SLOT ",\"block\":1,\"slot\":\"1\",\"built\":1,\"claims\":1}",
      "`slot`" },
    { "{\"arm\":\"control\"," SLOT ",\"block\":1,\"slot\":1,\"built\":1,\"claims\":1,\"more\":1}",
      "kind slot has no field `more`" },
    { "{\"arm\":\"control\"," SLOT ",\"block\":1,\"slot\":1,\"slot\":1,\"built\":1,\"claims\":1}",
      "duplicate" },
    { "{\"arm\":\"control\"," SLOT ",\"block\":1,\"slot\":1,\"built\":1,\"claims\":1,"
      "\"detail\":\"x\"}",
      "`detail`" },
};

START_TEST(a_line_that_is_no_event_is_refused)
{
    dg_event e;
    dg_error err = { .text = "" };
    ck_assert_int_eq(dg_event_parse_line(&e, dg_text(bad[_i].line), &err), DG_MALFORMED);
    ck_assert_msg(strstr(err.text, bad[_i].says) != NULL, "%s: %s", bad[_i].line, err.text);
    ck_assert_ptr_null(e.detail);
}
END_TEST

START_TEST(text_of_a_guest_is_made_harmless)
{
    char text[1000];
    json_t *json = dg_event_text("a\nb\x80\x1b");
    ck_assert_str_eq(json_string_value(json), "a?b??");
    json_decref(json);
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = 0;
    json = dg_event_text(text);
    ck_assert_uint_eq(json_string_length(json), 639);
    json_decref(json);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("event");
    TCase *tc = tcase_create("event");
    tcase_add_loop_test(tc, every_kind_is_read_back_as_it_was_written, 0, DG_EVENT_KIND_COUNT);
    tcase_add_loop_test(tc, names_are_unique, 0, DG_EVENT_KIND_COUNT);
    tcase_add_test(tc, numbers_have_the_names_of_the_list);
    tcase_add_loop_test(tc, a_line_that_is_no_event_is_refused, 0, sizeof bad / sizeof *bad);
    tcase_add_test(tc, text_of_a_guest_is_made_harmless);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
