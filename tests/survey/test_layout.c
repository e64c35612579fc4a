/* Answers of runtime APIs are read by a layout of ours where the runtime does not
 * describe them. */
#include "survey/survey.h"

#include <string.h>

#include "../support/suite.h"

static const struct {
    const char *layout, *bytes, *json;
} good[] = {
    { "u", "07000000", "7" },
    { "U", "ffffffffffffffff", "\"18446744073709551615\"" },
    { "(bf)", "0501", "[5,true]" },
    { "[u]", "080100000002000000", "[1,2]" },
    { "?u", "00", "null" },
    { "?u", "0103000000", "3" },
    { "?[(us)]", "010401000000040a", "[[1,\"0x0a\"]]" },
    { "<u|->", "0009000000", "{\"value\":9,\"variant\":0}" },
    { "<u|->", "01", "{\"value\":null,\"variant\":1}" },
    { "<(u?H)|b>", "0105", "{\"value\":5,\"variant\":1}" },
    { "B", "2403ff", "\"0x03ff\"" },
    { "x4.", "01020304", "\"0x01020304\"" },
    { "(u*)", "01000000aabb", "[1,\"0xaabb\"]" },
    { "[[u]]", "0800080100000002000000", "[[],[1,2]]" },
    { "c", "0284", "" },
};

START_TEST(a_layout_reads_what_it_says)
{
    dg_bytes raw = hex(good[_i].bytes);
    dg_scale s = dg_scale_from(raw);
    json_t *got = dg_survey_layout_decode(good[_i].layout, &s),
           *want = json_loads(good[_i].json, JSON_DECODE_ANY, NULL);
    if (!good[_i].json[0]) {
        ck_assert_ptr_null(got);
        ck_assert_int_eq(s.rc, DG_MALFORMED);
        return;
    }
    ck_assert_msg(dg_scale_finish(&s, NULL, "") == DG_OK, "%s", good[_i].layout);
    ck_assert_msg(json_equal(got, want), "%s of %s", good[_i].layout, good[_i].bytes);
    json_decref(got);
    json_decref(want);
}
END_TEST

/* Every shorter answer, and one byte more, is refused. */
START_TEST(a_layout_refuses_what_is_cut_off)
{
    dg_bytes raw = hex(good[_i].bytes);
    if (!good[_i].json[0] || strchr(good[_i].layout, '*'))
        return;
    for (size_t len = 0; len < raw.len; len++) {
        dg_scale s = dg_scale_from(dg_bytes_of(raw.at, len));
        json_t *got = dg_survey_layout_decode(good[_i].layout, &s);
        ck_assert_msg(!got && s.rc == DG_MALFORMED, "%s at %zu", good[_i].layout, len);
    }
}
END_TEST

static const struct {
    const char *layout, *bytes;
} bad[] = {
    { "f", "02" }, { "?u", "02" }, { "<u|->", "02" }, { "[u]", "fcffffff" }, { "B", "28ff" },
};

START_TEST(a_layout_refuses_what_cannot_be)
{
    dg_scale s = dg_scale_from(hex(bad[_i].bytes));
    ck_assert_ptr_null(dg_survey_layout_decode(bad[_i].layout, &s));
    ck_assert_int_eq(s.rc, DG_MALFORMED);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("layout");
    TCase *tc = tcase_create("layout");
    tcase_add_loop_test(tc, a_layout_reads_what_it_says, 0, sizeof good / sizeof *good);
    tcase_add_loop_test(tc, a_layout_refuses_what_is_cut_off, 0, sizeof good / sizeof *good);
    tcase_add_loop_test(tc, a_layout_refuses_what_cannot_be, 0, sizeof bad / sizeof *bad);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
