/* Two values are compared by what their fields are called, two answers by what the code
 * that gave them can be blamed for. */
#include "survey/survey.h"

#include <string.h>

#include "../support/suite.h"

static json_t *parsed(const char *text)
{
    json_t *out = json_loads(text, JSON_DECODE_ANY, NULL);
    ck_assert_msg(out != NULL, "%s", text);
    return out;
}

/* ---- configuration ---- */

static const struct {
    const char *was, *is, *wanted;
    bool end;
    size_t fields, changed, gone;
    const char *says;
} configs[] = {
    { "{\"value\":{\"a\":1,\"b\":2}}", "{\"value\":{\"a\":1,\"b\":2}}", NULL, false, 2, 0, 0, "" },
    { "{\"value\":{\"a\":1,\"b\":2}}", "{\"value\":{\"a\":5,\"b\":2}}", NULL, false, 2, 1, 0,
      "a 1 -> 5" },
    /* into a group: the same field */
    { "{\"value\":{\"a\":1,\"b\":2}}", "{\"value\":{\"g\":{\"a\":1},\"b\":2}}", NULL, false, 2, 0,
      0, "" },
    { "{\"value\":{\"a\":1,\"b\":2}}", "{\"value\":{\"b\":2}}", NULL, false, 1, 0, 1, "" },
    { "{\"value\":{\"a\":1}}", "{\"reason\":\"too short\"}", NULL, false, 0, 0, 0, "too short" },
    { "{\"value\":{\"a\":1}}", "{\"value\":{\"a\":5}}", "{\"a\":5}", false, 1, 0, 0, "" },
    { "{\"value\":{\"a\":1}}", "{\"value\":{\"a\":1}}", "{\"a\":5}", true, 1, 1, 0,
      "a is 1, not 5 as planned" },
    /* what waits for session 3, in another layout, with another value, for another session */
    { "{\"value\":[[3,{\"a\":1,\"b\":2}]]}", "{\"value\":[[3,{\"b\":2,\"g\":{\"a\":1},\"c\":0}]]}",
      NULL, false, 3, 0, 0, "" },
    { "{\"value\":[[3,{\"a\":1,\"b\":2}]]}", "{\"value\":[[3,{\"a\":1,\"b\":5}]]}", NULL, false, 3,
      1, 0, "b 2 -> 5" },
    { "{\"value\":[[3,{\"a\":1}]]}", "{\"value\":[[4,{\"a\":1}]]}", NULL, false, 2, 1, 0,
      "[0][0] 3 -> 4" },
    { "{\"value\":[[3,{\"a\":1}]]}", "{\"value\":[]}", NULL, false, 0, 1, 0, "entries 1 -> 0" },
    { "{\"value\":[]}", "{\"value\":[[3,{\"a\":1}]]}", NULL, false, 0, 1, 0, "entries 0 -> 1" },
    /* a list without fields is one value */
    { "{\"value\":{\"c\":[1,4]}}", "{\"value\":{\"c\":[1,2]}}", NULL, false, 1, 1, 0,
      "c [1,4] -> [1,2]" },
};

START_TEST(fields_are_compared_by_name)
{
    json_t *was = parsed(configs[_i].was), *is = parsed(configs[_i].is),
           *wanted = configs[_i].wanted ? parsed(configs[_i].wanted) : NULL;
    dg_survey_config_change change;
    ck_assert_int_eq(dg_survey_config_compare(&change, was, is, wanted, configs[_i].end, NULL),
                     DG_OK);
    ck_assert_uint_eq(change.fields, configs[_i].fields);
    ck_assert_uint_eq(change.changed, configs[_i].changed);
    ck_assert_uint_eq(change.gone, configs[_i].gone);
    ck_assert_str_eq(change.changed_text, configs[_i].says);
    json_decref(was);
    json_decref(is);
    json_decref(wanted);
}
END_TEST

START_TEST(a_place_may_lie_deeper)
{
    json_t *v = parsed("{\"a\":{\"b\":7}}");
    ck_assert_int_eq(json_integer_value(dg_survey_field(v, "a.b")), 7);
    ck_assert_int_eq(json_integer_value(dg_survey_field_named(v, "b")), 7);
    ck_assert_ptr_null(dg_survey_field(v, "b"));
    ck_assert_ptr_null(dg_survey_field_named(v, "c"));
    json_decref(v);
}
END_TEST

START_TEST(a_number_may_stand_as_digits)
{
    json_t *whole = json_integer(12), *text = json_string("2000000000000");
    ck_assert_int_eq(dg_survey_whole(whole), 12);
    ck_assert_int_eq(dg_survey_whole(text), 2000000000000);
    ck_assert_int_eq(dg_survey_whole(NULL), 0);
    json_decref(whole);
    json_decref(text);
}
END_TEST

/* ---- layouts ---- */

/* In whose layout the value of an item is, at two moments. */
static const struct {
    const char *was, *is;
    bool rewritten;
} layouts[] = {
    { "{\"old\":true,\"new\":false}", "{\"old\":false,\"new\":true}", true },
    /* of both layouts before, as an empty list is */
    { "{\"old\":true,\"new\":true}", "{\"old\":false,\"new\":true}", true },
    { "{\"old\":true,\"new\":true}", "{\"old\":true,\"new\":true}", false },
    { "{\"old\":true,\"new\":false}", "{\"old\":true,\"new\":false}", false },
    { "{\"old\":true,\"new\":false}", "{\"old\":false,\"new\":false}", false },
};

START_TEST(a_value_is_rewritten_where_its_layout_is_the_newer)
{
    json_t *was = json_pack("{s:o}", "A.B", parsed(layouts[_i].was)),
           *is = json_pack("{s:o}", "A.B", parsed(layouts[_i].is));
    ck_assert(dg_survey_retyped_rewritten(was, is, "A.B") == layouts[_i].rewritten);
    ck_assert(!dg_survey_retyped_rewritten(was, is, "A.C"));
    json_decref(was);
    json_decref(is);
}
END_TEST

/* ---- answers ---- */

/* Answers 0: at U, without N, one block later; a session each. */
static const struct {
    uint8_t now, without, later; /* 0: not asked */
    uint32_t session_now, session_later;
    bool contradicts;
} asked[] = {
    { 1, 1, 1, 5, 5, false }, { 2, 1, 1, 5, 5, true },
    { 1, 1, 2, 5, 5, false }, /* as without N: it comes with the next block */
    { 2, 1, 2, 5, 5, false }, /* N's own answer from now on */
    { 2, 0, 1, 5, 5, true },  { 2, 0, 1, 5, 6, false }, /* the session changed between them */
};

static dg_survey_answer answer(uint8_t essence)
{
    dg_survey_answer out = { .asked = essence != 0, .rc = DG_OK };
    out.essence.at[0] = essence;
    return out;
}

START_TEST(an_answer_contradicts_what_is_said_before_and_after)
{
    dg_survey_answer at[] = { answer(asked[_i].now), answer(asked[_i].without),
                              answer(asked[_i].later) };
    dg_survey_sample now = { .taken = true, .session = asked[_i].session_now, .answers = &at[0] },
                     without = { .taken = true, .answers = &at[1] },
                     later = { .taken = true,
                               .session = asked[_i].session_later,
                               .answers = &at[2] };
    ck_assert(dg_survey_contradicts(&now, &without, &later, 0) == asked[_i].contradicts);
}
END_TEST

START_TEST(the_first_place_where_answers_part_is_named)
{
    json_t *now = parsed("{\"a\":1,\"b\":{\"c\":[1,2]}}"),
           *later = parsed("{\"a\":1,\"b\":{\"c\":[1,3]}}"),
           *more = parsed("{\"a\":1,\"b\":{\"c\":[1]}}");
    char words[100] = "";
    ck_assert(dg_survey_difference(words, sizeof words, " instead of ", now, later));
    ck_assert_str_eq(words, "c 2 instead of 3");
    ck_assert(dg_survey_difference(words, sizeof words, ", then ", now, more));
    ck_assert_str_eq(words, "c 2 items, then 1");
    ck_assert(!dg_survey_difference(words, sizeof words, "", now, now));
    json_decref(now);
    json_decref(later);
    json_decref(more);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("compare");
    TCase *tc = tcase_create("compare");
    tcase_add_loop_test(tc, fields_are_compared_by_name, 0, sizeof configs / sizeof *configs);
    tcase_add_test(tc, a_place_may_lie_deeper);
    tcase_add_test(tc, a_number_may_stand_as_digits);
    tcase_add_loop_test(tc, a_value_is_rewritten_where_its_layout_is_the_newer, 0,
                        sizeof layouts / sizeof *layouts);
    tcase_add_loop_test(tc, an_answer_contradicts_what_is_said_before_and_after, 0,
                        sizeof asked / sizeof *asked);
    tcase_add_test(tc, the_first_place_where_answers_part_is_named);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
