/* The log of a bisect. It is edited by hand, cut off by full disks and mixed up with others; what
 * is read wrongly would send the search into the wrong half. */
#include "bisect/bisect.h"

#include <string.h>

#include "../support/suite.h"

#define GOOD "1111111111111111111111111111111111111111"
#define BAD "2222222222222222222222222222222222222222"
#define ASKED "# asked: 0x0101010101010101010101010101010101010101010101010101010101010101\n"
#define HEAD "# doppel bisect log 1\n" ASKED
#define START "git bisect start '" BAD "' '" GOOD "'\n"

START_TEST(what_is_written_is_read)
{
    dg_bisect_log log = { .good = GOOD, .bad = BAD, .first_parent = true }, again;
    dg_bisect_entry e = { .mark = DG_BISECT_BAD,
                          .commit = BAD,
                          .blob = "77",
                          .subject = "it [is] a 'subject'",
                          .why = "2 of 16 claims broke",
                          .broke = "memory, reimport" };
    dg_buf text;
    dg_error err;
    dg_buf_init(&text, 10000);
    ck_assert_int_eq(dg_bisect_log_add(&log, &e, &err), DG_OK);
    dg_bisect_log_text(&text, &log, "first bad commit: [" BAD "] it");
    ck_assert_int_eq(dg_bisect_log_parse(&again, dg_buf_bytes(&text), &err), DG_OK);
    ck_assert_uint_eq(again.count, 1);
    ck_assert(again.first_parent);
    ck_assert_str_eq(again.good, GOOD);
    ck_assert_str_eq(again.bad, BAD);
    ck_assert_int_eq(again.at[0].mark, DG_BISECT_BAD);
    ck_assert_str_eq(again.at[0].commit, BAD);
    ck_assert_str_eq(again.at[0].blob, "77");
    ck_assert_str_eq(again.at[0].subject, "it [is] a 'subject'");
    ck_assert_str_eq(again.at[0].why, "2 of 16 claims broke");
    ck_assert_str_eq(again.at[0].broke, "memory, reimport");
    dg_bisect_log_clear(&log);
    dg_bisect_log_clear(&again);
    dg_buf_clear(&text);
}
END_TEST

static const struct {
    const char *text, *says;
    dg_code code;
} wrong[] = {
    { "", "it is no log of doppel bisect", DG_MALFORMED },
    { "git bisect start\n", "it is no log of doppel bisect", DG_MALFORMED },
    { "# doppel bisect log 12\n" ASKED START, "a later format", DG_UNSUPPORTED },
    { HEAD, "does not say what was asked for", DG_MALFORMED },
    { "# doppel bisect log 1\n" START, "does not say what was asked for", DG_MALFORMED },
    { HEAD START "git bisect good " GOOD, "the last line is not whole", DG_MALFORMED },
    { HEAD START "git bisect good 1111\n", "line 4 is none of a bisect log", DG_MALFORMED },
    { HEAD START "git bisect worse " GOOD "\n", "line 4", DG_MALFORMED },
    { HEAD "git bisect good " GOOD "\n" START, "line 3", DG_MALFORMED },
    { HEAD START START, "line 4", DG_MALFORMED },
    { HEAD ASKED START, "line 3", DG_MALFORMED },
    { HEAD "git bisect start '" BAD "' '" GOOD "\n", "line 3", DG_MALFORMED },
    { HEAD START "rm -r /\n", "line 4", DG_MALFORMED },
    { HEAD START "# why: \033[2J\n", "line 4", DG_MALFORMED },
};

START_TEST(what_is_no_log_is_named_by_its_line)
{
    dg_bisect_log log;
    dg_error err;
    ck_assert_msg(dg_bisect_log_parse(&log, dg_text(wrong[_i].text), &err) == wrong[_i].code, "%s",
                  wrong[_i].text);
    ck_assert_msg(strstr(err.text, wrong[_i].says) != NULL, "%s said: %s", wrong[_i].text,
                  err.text);
    dg_bisect_log_clear(&log);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("bisect-log");
    TCase *tc = tcase_create("log");
    tcase_add_test(tc, what_is_written_is_read);
    tcase_add_loop_test(tc, what_is_no_log_is_named_by_its_line, 0, sizeof wrong / sizeof *wrong);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
