/* Who runs what is known from telemetry and crawlers, in their words and by count. A version that
 * is read as another one, or a count that is lost, would rehearse a network that nobody has; so
 * what is not known is refused, in one line that says what is. */
#include "../support/suite.h"

#include <math.h>
#include <string.h>

#include "plan/plan_impl.h"

/* "v1.10=0.92,v0.9=0.08" of a list of classes, which a plan can have; it is given back. */
static void in_words(char *out, size_t size, json_t *list)
{
    const json_t *item;
    size_t i, used = 0;
    dg_error err = { .text = "" };
    ck_assert_msg(dg_plan_classes_check(list, &err) == DG_OK, "%s", err.text);
    json_array_foreach(list, i, item) used +=
        (size_t)snprintf(out + used, size - used, "%s%s=%.4g", i ? "," : "",
                         json_string_value(json_object_get(item, "class")),
                         json_number_value(json_object_get(item, "share")));
    json_decref(list);
}

static const struct {
    const char *text, *list;
} short_forms[] = {
    { "v1.10", "v1.10=1" },
    { "v1.10=1", "v1.10=1" },
    { "v1.10=0.92,v0.9.43=0.08", "v1.10=0.92,v0.9=0.08" },
    { ".5=x", NULL },
    { "v1.10=.5,v1.12=0.5", "v1.10=0.5,v1.12=0.5" },
    /* patches are as their release, and add up */
    { "v1.10.0=0.25,v1.10.1=0.25,v1.12=0.5", "v1.10=0.5,v1.12=0.5" },
    /* evenly over the releases of a range, row by row of the table */
    { "v1.7..v1.11", "v1.7..v1.8=0.4,v1.9=0.2,v1.10..v1.11=0.4" },
    { "v1.7..v1.11=0.5,v1.12=0.5", "v1.7..v1.8=0.2,v1.9=0.1,v1.10..v1.11=0.2,v1.12=0.5" },
    { "v1.8..v1.10=0.3,v1.12=0.7", "v1.8=0.1,v1.9=0.1,v1.10=0.1,v1.12=0.7" },
    { "stable2407..stable2412-3", "v1.15=0.3333,v1.16=0.3333,v1.17=0.3333" },
    { "v1.10..v1.10", "v1.10=1" },
    { "SD_V12_PURGE", "v1.10..v1.11=1" },
    { "v1.10..v1.11", "v1.10..v1.11=1" },
    /* numbers of nodes */
    { "v1.10=276,v0.9.43=24", "v1.10=0.92,v0.9=0.08" },
    { "v1.10=1,v1.12=1", "v1.10=0.5,v1.12=0.5" },
    { "v1.7..v1.11=10,kagome=10", "v1.7..v1.8=0.2,v1.9=0.1,v1.10..v1.11=0.2,kagome=0.5" },
    { "v1.10=2", "v1.10=1" },
    { "kagome-0.9.3=0.5,kagome=0.5", "kagome=1" },
};
START_TEST(nodes_are_named_in_few_words)
{
    char words[400] = "";
    json_t *list = NULL;
    dg_error err = { .text = "" };
    dg_code rc = dg_plan_nodes_of(&list, short_forms[_i].text, "", &err);
    if (!short_forms[_i].list) {
        ck_assert_int_eq(rc, DG_USAGE);
        return;
    }
    ck_assert_msg(rc == DG_OK, "%s: %s", short_forms[_i].text, err.text);
    in_words(words, sizeof words, list);
    ck_assert_str_eq(words, short_forms[_i].list);
}
END_TEST

#define KNOWN                                                                                      \
    "known are v0.7, v0.9..v1.0, v1.1, v1.2, v1.3, v1.4, v1.5, v1.6, v1.7..v1.8, v1.9, "           \
    "v1.10..v1.11, "                                                                               \
    "v1.12..v1.13, v1.14..v1.15, v1.16, v1.17, v1.18..v1.19, v1.20..v1.21, v1.22, v1.24..v1.25, "  \
    "kagome"

static const struct {
    const char *text, *says;
} bad_forms[] = {
    { "v1.99", "node release \"v1.99\" is not known; " KNOWN },
    { "v2.0", "node release \"v2.0\" is not known; " KNOWN },
    { "gossamer", "\"gossamer\" is not known; " KNOWN },
    { "SD_V12_PURG", KNOWN "; did you mean \"SD_V12_PURGE\"?" },
    { "kagome-5.0", "\"kagome-5.0\" is not known; " KNOWN },
    { "v1.11..v1.7", "the range v1.11..v1.7 is upside down: write v1.7..v1.11" },
    { "v1.7..v1.99", "\"v1.99\" is not known; " KNOWN },
    { "v1.7..", "\"\" is not known; " KNOWN },
    { "kagome..v1.10", "a range begins and ends with a release such as v1.10, not kagome" },
    { "v1.10=0.5,v1.9=0.4", "the shares add up to 0.9, not to 1" },
    { "v1.10=0.5,v1.9=1", "the shares add up to 1.5, not to 1" },
    { "v1.10=0,v1.9=1", "v1.10 has none of the nodes: leave it out" },
    { "v1.10=0.0,v1.9=1", "v1.10 has none of the nodes: leave it out" },
    { "v1.10=-1", "the share of v1.10 is a decimal from 0 to 1, or its nodes a whole number" },
    { "v1.10=nan", "not \"nan\"" },
    { "v1.10=1e3", "not \"1e3\"" },
    { "v1.10=0x1", "not \"0x1\"" },
    { "v1.10=,x", "not \"\"" },
    { "v1.10=99999999999", "v1.10 has 99999999999 nodes" },
    { "v1.10=0.5,v1.10=0.5", "v1.10 is given twice" },
    { "", "write RELEASE, or RELEASE=SHARE,RELEASE=SHARE" },
    { ",", "write RELEASE" },
    { "=1", "write RELEASE" },
    { "v1.10,v1.9", "write RELEASE" },
    { "v1.10=1,", "write RELEASE" },
    { "VERSION", "\"VERSION\" is no release but a file: write @VERSION" },
    { "@", "a file's name must follow @" },
};
START_TEST(a_slip_in_few_words_is_one_line)
{
    json_t *list = NULL;
    dg_error err = { .text = "" };
    ck_assert_int_eq(dg_plan_nodes_of(&list, bad_forms[_i].text, "", &err), DG_USAGE);
    ck_assert_ptr_null(list);
    ck_assert_msg(strstr(err.text, bad_forms[_i].says) != NULL, "%s: %s", bad_forms[_i].text,
                  err.text);
    ck_assert_ptr_null(strchr(err.text, '\n'));
}
END_TEST

START_TEST(a_name_of_nodes_has_an_end)
{
    char text[600];
    json_t *list = NULL;
    dg_error err = { .text = "" };
    memset(text, 'v', sizeof text - 1);
    text[sizeof text - 1] = 0;
    ck_assert_int_eq(dg_plan_nodes_of(&list, text, "", &err), DG_USAGE);
    ck_assert_ptr_nonnull(strstr(err.text, "has 599 bytes; at most 159 are allowed"));
}
END_TEST

/* ---- files ---- */

static const struct {
    const char *text, *list;
} files[] = {
    { "{\"1.10.0-7049c3c9883\": 276, \"v0.9.43\": 24}", "v1.10=0.92,v0.9=0.08" },
    { "{\"1.10.0\": 0.92, \"v0.9.43\": 0.08}", "v1.10=0.92,v0.9=0.08" },
    { "[{\"version\": \"1.10.0\", \"count\": 3}, {\"client\": \"Kagome Node/0.9.3 (x)\", "
      "\"count\": 1, \"other\": []}]",
      "v1.10=0.75,kagome=0.25" },
    { " [[\"1.10.0\", 3], [\"1.12.0\", 1]]", "v1.10=0.75,v1.12=0.25" },
    { "[\"1.10.0\", \"1.10.0\", \"1.12.0\", \"1.10.0\"]", "v1.10=0.75,v1.12=0.25" },
    { "version,count\n1.10.0,3\n\n# a comment\n1.12.0,1\n", "v1.10=0.75,v1.12=0.25" },
    { "\xef\xbb\xbf\"version\",\"count\"\r\n\"1.10.0\",3\r\n1.12.0;1", "v1.10=0.75,v1.12=0.25" },
    { "1.10.0\t3\n1.12.0 = 1\n", "v1.10=0.75,v1.12=0.25" },
    { "      3 v1.10.0\n      1 v1.12.0\n", "v1.10=0.75,v1.12=0.25" },
    { "      3 Parity Polkadot/v1.10.0-7049c3c9883 (a, b)\n      1 v1.12.0\n",
      "v1.10=0.75,v1.12=0.25" },
    { "Parity Polkadot/v1.10.0-7049c3c9883 (a=b) (litep2p)\nstable2412-3\n",
      "v1.10=0.5,v1.17=0.5" },
    { "Parity Polkadot/v1.10.0-7049c3c9883 (a, b),7\n1.12.0,1", "v1.10=0.875,v1.12=0.125" },
    { "v1.7..v1.11,5", "v1.7..v1.8=0.4,v1.9=0.2,v1.10..v1.11=0.4" },
};
START_TEST(counts_are_read_as_they_are_written_down)
{
    char words[400] = "";
    dg_plan_counts counts = { .of = NULL };
    json_t *list = NULL;
    dg_error err = { .text = "" };
    dg_code rc = dg_plan_counts_parse(&counts, dg_text(files[_i].text), &err);
    if (rc >= 0)
        rc = dg_plan_counts_list(&list, &counts, &err);
    ck_assert_msg(rc == DG_OK, "%s: %s", files[_i].text, err.text);
    in_words(words, sizeof words, list);
    ck_assert_str_eq(words, files[_i].list);
    dg_plan_counts_clear(&counts);
}
END_TEST

static const struct {
    const char *text, *says;
} bad_files[] = {
    { "", "it is empty" },
    { " \n\t\r\n", "it is empty" },
    { "version,count\n", "it names no nodes" },
    { "# v1.10,3\n", "it names no nodes" },
    { "{}", "it names no nodes" },
    { "[]", "it names no nodes" },
    { "v1.10,3\ngossamer/0.7,4\n", "line 2: node release \"gossamer/0.7\" is not known; " KNOWN },
    { "v1.10,3\ngossamer/0.7,x\n", "line 2: node release \"gossamer/0.7,x\" is not known" },
    { "v1.10,3\n      4 gossamer/0.7\n",
      "line 2: node release \"gossamer/0.7\" is not known; " KNOWN },
    { "v1.10,3\nv1.10,4\n", "line 2: v1.10 is given twice" },
    { "v1.10,3\nv1.10\n", "line 2: v1.10 is given twice" },
    { "v1.10,-3\n", "line 1: the count of v1.10 must be a whole number, not \"-3\"" },
    { "v1.10,nan\n", "not \"nan\"" },
    { "v1.10,\n", "line 1: the count of v1.10 must be a whole number, not \"\"" },
    { "v1.10,0\n", "line 1: v1.10 has none of the nodes" },
    { "v1.10,0.5\n", "the shares add up to 0.5, not to 1" },
    { "\x01\x02", "line 1: byte 0x01 at column 1 is no text" },
    { "v1.10,3\nv1.12\x7f,3", "line 2: byte 0x7f at column 6 is no text" },
    { "{\"1.10.0\": 3, \"1.10.0\": 4}", "duplicate" },
    { "{\"1.10.0\": -3}", "1.10.0 has -3 nodes" },
    { "{\"1.10.0\": 0}", "1.10.0 has none of the nodes" },
    { "{\"1.10.0\": \"3\"}", "the count of 1.10.0 must be a number" },
    { "{\"1.10.0\": 1e999}", "overflow" },
    { "{\"9.9\": 3}", "node release \"9.9\" is not known; " KNOWN },
    { "{", "line 1, column 1" },
    { "[{\"count\": 3}]", "[0]: a version is missing" },
    { "[{\"version\": \"1.10.0\"}]", "[0]: a count is missing" },
    { "[{\"version\": 1, \"count\": 3}]", "[0]: a version is missing" },
    { "[\"1.10.0\", 3]", "[1]: it must be an object with version and count" },
    { "[[\"1.10.0\"]]", "[0]: it must be an object with version and count" },
};
START_TEST(a_file_that_is_none_of_counts_is_refused)
{
    dg_plan_counts counts = { .of = NULL };
    json_t *list = NULL;
    dg_error err = { .text = "" };
    dg_code rc = dg_plan_counts_parse(&counts, dg_text(bad_files[_i].text), &err);
    if (rc >= 0)
        rc = dg_plan_counts_list(&list, &counts, &err);
    ck_assert_int_eq(rc, DG_USAGE);
    ck_assert_msg(strstr(err.text, bad_files[_i].says) != NULL, "%s: %s", bad_files[_i].text,
                  err.text);
    ck_assert_ptr_null(strchr(err.text, '\n'));
    dg_plan_counts_clear(&counts);
}
END_TEST

START_TEST(a_line_and_a_file_have_an_end)
{
    dg_plan_counts counts = { .of = NULL };
    dg_error err = { .text = "" };
    dg_buf text;
    dg_buf_init(&text, 1 << 20);
    dg_buf_put_text(&text, "v1.10,3\nv1.12");
    for (int i = 0; i < 1000; i++)
        dg_buf_put_text(&text, " ");
    dg_buf_put_text(&text, ",3");
    ck_assert_int_eq(dg_plan_counts_parse(&counts, dg_buf_bytes(&text), &err), DG_USAGE);
    ck_assert_ptr_nonnull(strstr(err.text, "line 2: the line has 1007 bytes; at most 1000"));
    dg_plan_counts_clear(&counts);
    text.len = 0;
    for (int i = 0; i <= DG_PLAN_COUNTS_MAX; i++)
        dg_buf_printf(&text, "v1.10.%d,1\n", i);
    ck_assert_int_eq(dg_plan_counts_parse(&counts, dg_buf_bytes(&text), &err), DG_USAGE);
    ck_assert_msg(strstr(err.text, "line 4097: more than 4096 different names") != NULL, "%s",
                  err.text);
    dg_plan_counts_clear(&counts);
    dg_buf_clear(&text);
}
END_TEST

/* ---- in a plan ---- */

static void assert_classes(const dg_plan *plan, const char *list)
{
    char words[400] = "";
    const json_t *network = json_object_get(dg_plan_json(plan), "network");
    ck_assert_ptr_null(json_object_get(network, "nodes"));
    in_words(words, sizeof words, json_incref(json_object_get(network, "classes")));
    ck_assert_str_eq(words, list);
}

static dg_plan *parsed(const char *text)
{
    dg_plan *plan = NULL;
    dg_error err;
    if (dg_plan_parse(&plan, dg_text(text), "p.json", "tests/plan/", &err) < 0)
        ck_abort_msg("%s", err.text);
    return plan;
}

/* Said once, whatever it was said in; a flag replaces it. */
START_TEST(a_plan_says_it_in_each_form)
{
    static const struct {
        const char *text, *list;
    } plans[] = {
        { "{\"network\":{\"nodes\":\"v1.10=0.92,v0.9.43=0.08\"}}", "v1.10=0.92,v0.9=0.08" },
        { "{\"network\":{\"nodes\":{\"1.10.0\":276,\"0.9.43\":24}}}", "v1.10=0.92,v0.9=0.08" },
        { "{\"network\":{\"nodes\":[[\"1.10.0\",276],[\"0.9.43\",24]]}}", "v1.10=0.92,v0.9=0.08" },
        { "{\"network\":{\"nodes\":\"@corpus/nodes/counts.csv\"}}", "v1.10=0.75,kagome=0.25" },
        { "{\"network\":{\"classes\":[{\"class\":\"v1.7..v1.11\",\"share\":1}]}}",
          "v1.7..v1.8=0.4,v1.9=0.2,v1.10..v1.11=0.4" },
    };
    for (size_t i = 0; i < sizeof plans / sizeof *plans; i++) {
        dg_plan *plan = parsed(plans[i].text);
        dg_error err;
        assert_classes(plan, plans[i].list);
        ck_assert_int_eq(dg_plan_set(plan, "network.nodes", "v1.12=1,v1.13=3", &err), DG_OK);
        assert_classes(plan, "v1.12=0.25,v1.13=0.75");
        ck_assert_int_eq(dg_plan_set(plan, "network.nodes", "{\"1.10.0\":2}", &err), DG_OK);
        assert_classes(plan, "v1.10=1");
        ck_assert_int_eq(dg_plan_set(plan, "network.classes", "v1.8..v1.9", &err), DG_OK);
        assert_classes(plan, "v1.8=0.5,v1.9=0.5");
        ck_assert_int_eq(dg_plan_set(plan, "network.nodes", "v1.99", &err), DG_USAGE);
        assert_classes(plan, "v1.8=0.5,v1.9=0.5");
        dg_plan_free(plan);
    }
}
END_TEST

static const struct {
    const char *text, *says;
} bad_plans[] = {
    { "{\"network\":{\"nodes\":\"v1.10\",\"classes\":[{\"class\":\"v1.10\",\"share\":1}]}}",
      "network.nodes and network.classes both say what nodes run" },
    { "{\"network\":{\"nodes\":3}}", "network.nodes: it must be an object of counts by version" },
    { "{\"network\":{\"nodes\":{}}}", "network.nodes: it names no nodes" },
    { "{\"network\":{\"nodes\":\"v1.99\"}}", "network.nodes: node release \"v1.99\"" },
    { "{\"network\":{\"nodes\":{\"v1.99\":3}}}", "network.nodes: node release \"v1.99\"" },
    { "{\"network\":{\"classes\":[{\"class\":\"v1.11..v1.7\",\"share\":1}]}}",
      "network.classes[0]: the range v1.11..v1.7 is upside down" },
};
START_TEST(a_slip_in_a_plan_is_named_with_its_key)
{
    dg_plan *plan = NULL;
    dg_error err = { .text = "" };
    ck_assert_int_eq(dg_plan_parse(&plan, dg_text(bad_plans[_i].text), "p.json", NULL, &err),
                     DG_USAGE);
    ck_assert_ptr_null(plan);
    ck_assert_msg(strstr(err.text, bad_plans[_i].says) != NULL, "%s", err.text);
}
END_TEST

START_TEST(a_file_that_is_not_there_is_named)
{
    dg_plan *plan = NULL;
    dg_error err = { .text = "" };
    ck_assert_int_eq(dg_plan_parse(&plan, dg_text("{\"network\":{\"nodes\":\"@none.json\"}}"),
                                   "p.json", "tests/plan/", &err),
                     DG_IO);
    ck_assert_ptr_nonnull(strstr(err.text, "neither none.json nor tests/plan/none.json exists"));
}
END_TEST

#define LOOP(test, rows) tcase_add_loop_test(tc, test, 0, (int)(sizeof rows / sizeof *rows))

int main(void)
{
    Suite *s = suite_create("nodes");
    TCase *tc = tcase_create("nodes");
    LOOP(nodes_are_named_in_few_words, short_forms);
    LOOP(a_slip_in_few_words_is_one_line, bad_forms);
    tcase_add_test(tc, a_name_of_nodes_has_an_end);
    LOOP(counts_are_read_as_they_are_written_down, files);
    LOOP(a_file_that_is_none_of_counts_is_refused, bad_files);
    tcase_add_test(tc, a_line_and_a_file_have_an_end);
    tcase_add_test(tc, a_plan_says_it_in_each_form);
    LOOP(a_slip_in_a_plan_is_named_with_its_key, bad_plans);
    tcase_add_test(tc, a_file_that_is_not_there_is_named);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
