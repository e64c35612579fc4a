/* What a migration did is read off two states: a key that is left out, or put to the wrong side,
 * would hide it. */
#include "survey/survey.h"

#include <string.h>

#include "../support/suite.h"

static const dg_bytes top = { NULL, 0 };

static void put(dg_state *s, const char *key, dg_bytes value)
{
    dg_error err;
    ck_assert_msg(dg_state_put(s, top, dg_text(key), value, &err) == DG_OK, "%s", err.text);
}

static const char *long_key = "0123456789abcdef0123456789abcdefgh";

static void make(dg_state **a, dg_state **b)
{
    static const uint8_t large[2000] = { 1 };
    *a = dg_state_empty();
    put(*a, ":code", dg_bytes_of(large, sizeof large));
    put(*a, "same", dg_text("same"));
    put(*a, "gone", dg_text("x"));
    put(*a, long_key, dg_text("1"));
    put(*a, "empty", dg_text("x"));
    *b = dg_state_fork(*a);
    put(*b, ":code", dg_text("n"));
    put(*b, "new", dg_text("y"));
    put(*b, long_key, dg_text("2"));
    put(*b, "0123456789abcdef0123456789abcdefzz", dg_text("3"));
    put(*b, "empty", dg_bytes_of((const uint8_t *)"", 0));
    ck_assert_int_eq(dg_state_delete(*b, top, dg_text("gone"), NULL), DG_OK);
}

static void is(const json_t *items, const char *name, int added, int removed, int changed)
{
    const json_t *row = json_object_get(items, name);
    ck_assert_msg(row != NULL, "%s", name);
    ck_assert_int_eq(json_integer_value(json_object_get(row, "added")), added);
    ck_assert_int_eq(json_integer_value(json_object_get(row, "removed")), removed);
    ck_assert_int_eq(json_integer_value(json_object_get(row, "changed")), changed);
}

static const json_t *entry(const json_t *items, const char *name, const char *key)
{
    return json_object_get(
        json_array_get(json_object_get(json_object_get(items, name), "entries"), 0), key);
}

START_TEST(each_key_is_on_its_side)
{
    dg_state *a, *b;
    const char *item = "0x3031323334353637383961626364656630313233343536373839616263646566";
    dg_error err;
    json_t *d;
    make(&a, &b);
    ck_assert_msg(dg_survey_state_diff(&d, &(dg_survey_side){ a, NULL },
                                       &(dg_survey_side){ b, NULL }, 1, &err)
                      == DG_OK,
                  "%s", err.text);
    ck_assert_uint_eq(json_object_size(d), 5);
    is(d, ":code", 0, 0, 1);
    is(d, "0x676f6e65", 0, 1, 0);
    is(d, "0x6e6577", 1, 0, 0);
    is(d, "0x656d707479", 0, 0, 1);
    is(d, item, 1, 0, 1); /* both keys begin with it; one entry is shown */
    ck_assert_uint_eq(json_array_size(json_object_get(json_object_get(d, item), "entries")), 1);
    ck_assert_str_eq(json_string_value(entry(d, item, "before")), "0x31");
    ck_assert_str_eq(json_string_value(entry(d, item, "after")), "0x32");
    ck_assert(json_is_null(entry(d, "0x676f6e65", "after")));
    ck_assert(json_is_null(entry(d, "0x6e6577", "before")));
    ck_assert_str_eq(json_string_value(entry(d, "0x656d707479", "after")), "0x"); /* there, empty */
    ck_assert_int_eq(json_integer_value(json_object_get(entry(d, ":code", "before"), "bytes")),
                     2000);
    json_decref(d);
    dg_state_free(b);
    dg_state_free(a);
}
END_TEST

START_TEST(without_memory_there_is_no_difference_told)
{
    dg_state *a, *b;
    dg_code rc = DG_NOMEM;
    unsigned failed = 0;
    json_t *d;
    make(&a, &b);
    json_set_alloc_funcs(dg_malloc, dg_free);
    for (uint64_t nth = 1; rc == DG_NOMEM; nth++) {
        ck_assert_uint_lt(nth, 2000);
        dg_alloc_fail_from(nth);
        rc = dg_survey_state_diff(&d, &(dg_survey_side){ a, NULL }, &(dg_survey_side){ b, NULL },
                                  10, NULL);
        dg_alloc_fail_from(0);
        failed += rc == DG_NOMEM;
        ck_assert(rc < 0 ? d == NULL : d != NULL);
    }
    ck_assert_int_eq(rc, DG_OK);
    ck_assert_uint_gt(failed, 5);
    json_decref(d);
    dg_state_free(b);
    dg_state_free(a);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("state diff");
    TCase *tc = tcase_create("state diff");
    tcase_add_test(tc, each_key_is_on_its_side);
    tcase_add_test(tc, without_memory_there_is_no_difference_told);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
