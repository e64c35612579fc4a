/* An outcome is a document with a schema: what is shipped is what is checked, and what is
 * none is refused with its name. */
#include "outcome/outcome_impl.h"

#include <stdlib.h>
#include <string.h>

#include "../support/schema.h"
#include "../support/suite.h"

/* The schema people's editors use is the table the check uses. */
START_TEST(the_shipped_schema_is_the_table)
{
    same_as_shipped(dg_outcome_schema(), "harness/outcome/outcome.schema.json");
    same_as_shipped(dg_keys_schema(dg_outcome_bft_keys()),
                    "harness/outcome/outcome-bft.schema.json");
}
END_TEST

static const struct {
    const char *text;
    dg_code rc;
    const char *says;
} bad_files[] = {
    { "", DG_MALFORMED, "line 1" },
    { "[]", DG_MALFORMED, "not a JSON object" },
    { "{}", DG_MALFORMED, "doppel is missing" },
    { "{\"doppel\":2}", DG_UNSUPPORTED, "format 2" },
    { "{\"doppel\":1,\"exit\":9}", DG_MALFORMED, "exit is 9" },
    { "{\"doppel\":1,\"results\":1}", DG_MALFORMED, "did you mean \"result\"" },
};

START_TEST(what_is_no_outcome_is_refused)
{
    const char *path = scratch_path("bad.json");
    json_t *outcome = NULL;
    dg_error err = { .text = "" };
    dg_file_write(path, dg_text(bad_files[_i].text), NULL);
    ck_assert_int_eq(dg_outcome_load(&outcome, path, &err), bad_files[_i].rc);
    ck_assert_msg(strstr(err.text, bad_files[_i].says) && strstr(err.text, "bad.json"), "%s",
                  err.text);
    ck_assert_ptr_null(outcome);
}
END_TEST

/* What is no outcome must not pass for one that held. */
START_TEST(an_exit_code_is_read_from_the_document_alone)
{
    static const struct {
        const char *text;
        int exit;
    } rows[] = { { "{\"exit\":0}", DG_EXIT_HELD },         { "{\"exit\":3}", DG_EXIT_INCONCLUSIVE },
                 { "{\"exit\":-1}", DG_EXIT_INTERNAL },    { "{\"exit\":6}", DG_EXIT_INTERNAL },
                 { "{\"exit\":\"0\"}", DG_EXIT_INTERNAL }, { "{}", DG_EXIT_INTERNAL } };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        json_t *document = json_loads(rows[i].text, 0, NULL);
        ck_assert_msg(dg_outcome_exit(document) == rows[i].exit, "%s", rows[i].text);
        json_decref(document);
    }
    ck_assert_int_eq(dg_outcome_exit(NULL), DG_EXIT_INTERNAL);
}
END_TEST

/* ---- a sweep without its series ---- */

static const struct {
    const char *whole, *skimmed;
} texts[] = {
    { "{\"cells\":[{\"outcome\":{\"series\":{\"control\":[{\"slot\":1}],\"n\":{\"t\":[[1],[2]]}},"
      "\"claims\":[1,2],\"chains\":[{\"steps\":[3]}],\"z\":[4]}}]}",
      "{\"cells\":[{\"outcome\":{\"series\":{\"control\":[],\"n\":{\"t\":[]}},"
      "\"claims\":[1,2],\"chains\":[],\"z\":[4]}}]}" },
    { "{\"cells\":[{\"outcome\":{\"series\" : [\"]\",\"a\\\"]\"],\"z\":[1]}}]}",
      "{\"cells\":[{\"outcome\":{\"series\" : [],\"z\":[1]}}]}" },
    { "{\"cells\":[{\"outcome\":{\"a\":\"series\",\"z\":[1]}}]}",
      "{\"cells\":[{\"outcome\":{\"a\":\"series\",\"z\":[1]}}]}" },
    { "{\"cells\":[{\"outcome\":{\"series\":7,\"z\":[1]},\"y\":[2]}],\"series\":[3]}",
      "{\"cells\":[{\"outcome\":{\"series\":7,\"z\":[1]},\"y\":[2]}],\"series\":[3]}" },
    { "{\"cells\":[{\"outcome\":{\"claims\":[{\"evidence\":[{\"e\":[1]}],\"y\":[2]},{\"evidence\":"
      "[]}],\"evidence\":[3],\"z\":[{\"evidence\":{},\"series\":[4]}]}}]}",
      "{\"cells\":[{\"outcome\":{\"claims\":[{\"evidence\":[],\"y\":[2]},{\"evidence\":"
      "[]}],\"evidence\":[3],\"z\":[{\"evidence\":{},\"series\":[4]}]}}]}" },
    { "{\n  \"cells\": [\n    1\n,  2,\n    \"\n  \"\n  ]\n}\n",
      "{\n\"cells\": [\n1\n,  2,\n\"\n  \"\n]\n}\n" },
    { "{\"series\":{\"control\":[{\"slot\":1}]}}", "{\"series\":{\"control\":[{\"slot\":1}]}}" },
    { "{\"cells\":[{\"outcome\":{\"series\":[1,[2", "{\"cells\":[{\"outcome\":{\"series\":[]" },
    { "]]}}\"\\", "]]}}\"\\" },
    { "", "" },
};
START_TEST(lists_of_series_are_emptied_and_nothing_else)
{
    char text[300];
    size_t len = (size_t)snprintf(text, sizeof text, "%s", texts[_i].whole);
    len = dg_outcome_skim(text, len);
    text[len] = 0;
    ck_assert_str_eq(text, texts[_i].skimmed);
}
END_TEST

/* An outcome of consensus bft is one by its own table: neither a chain's keys nor fewer than its
 * own pass, and no chain's outcome passes for one. */
START_TEST(an_outcome_of_bft_has_keys_of_its_own)
{
    static const char text[] = "{\"doppel\":1,\"consensus\":\"bft\",\"name\":\"n\",\"program\":{"
                               "\"name\":\"doppel\",\"version\":\"0\","
                               "\"engine\":\"none\"},\"seed\":1,\"nodes\":4,\"classes\":{\"6.3.1\":"
                               "4},\"control\":{\"blocks\":1,"
                               "\"rounds\":1,\"final_ms\":1,\"length_ms\":2},\"treatment\":{"
                               "\"blocks\":1,\"rounds\":1,\"final_ms\":1,"
                               "\"length_ms\":2},\"result\":\"held\",\"reason\":\"r\",\"exit\":0,"
                               "\"claims\":[],\"chains\":[],\"odds\":[],"
                               "\"notes\":[],\"plan\":{},\"environment\":{}}";
    json_t *o = json_loads(text, 0, NULL);
    dg_error err = { .text = "" };
    ck_assert_ptr_nonnull(o);
    ck_assert_msg(dg_outcome_check(o, &err) == DG_OK, "%s", err.text);
    json_object_set_new(o, "parachains", json_integer(3));
    ck_assert_int_eq(dg_outcome_check(o, &err), DG_MALFORMED);
    ck_assert_msg(strstr(err.text, "parachains") != NULL, "%s", err.text);
    json_object_del(o, "parachains");
    json_object_del(json_object_get(o, "treatment"), "final_ms");
    ck_assert_int_eq(dg_outcome_check(o, &err), DG_MALFORMED);
    ck_assert_msg(strstr(err.text, "treatment.final_ms is missing") != NULL, "%s", err.text);
    json_object_del(o, "consensus");
    ck_assert_int_eq(dg_outcome_check(o, &err), DG_MALFORMED);
    json_decref(o);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("keys of an outcome");
    TCase *tc = tcase_create("keys");
    tcase_add_test(tc, the_shipped_schema_is_the_table);
    tcase_add_test(tc, an_outcome_of_bft_has_keys_of_its_own);
    tcase_add_loop_test(tc, what_is_no_outcome_is_refused, 0, sizeof bad_files / sizeof *bad_files);
    tcase_add_test(tc, an_exit_code_is_read_from_the_document_alone);
    tcase_add_loop_test(tc, lists_of_series_are_emptied_and_nothing_else, 0,
                        sizeof texts / sizeof *texts);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
