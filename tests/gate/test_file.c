/* What people write into a gate: read as it was meant, or refused with one line that says where
 * and what. A ledger that takes anything would excuse anything. */
#include "../support/schema.h"
#include "../support/suite.h"

#include "gate/gate_impl.h"

#include <string.h>

#define PLAN "{\"name\": \"a\", \"plan\": \"p.json\"}"
#define ENTRY(members)                                                                             \
    "{\"doppel\": 1, \"plans\": [" PLAN "], \"known\": [{\"plan\": \"a\", \"claim\": "             \
    "\"backing-rate\"" members "}]}"
#define REST ", \"reason\": \"why\", \"link\": \"https://x/1\""
#define WITH(members) "{\"doppel\": 1, \"plans\": [{\"name\": \"a\", \"plan\": \"p\"" members "}]}"

static dg_code parse(dg_gate **out, const char *text, dg_error *err)
{
    return dg_gate_parse(out, dg_text(text), "gate.json", "dir/", err);
}

static const char *const good[] = {
    "{\"doppel\": 1, \"plans\": [" PLAN "]}",
    ENTRY(REST ", \"expires\": \"2028-02-29\""),
    ENTRY(REST ", \"expires\": \"2026-12-31\", \"values\": {\"upgrade.at\": \"boundary-8\"}"),
    WITH(
        ", \"at\": \"boundary\", \"to\": \"n.wasm\", \"nodes\": \"v1.12\", \"set\": {\"seed\": 7}"),
    WITH(", \"expect\": {\"exit\": 3, \"claims\": {\"no-shows\": \"unexercised\"}}"),
};

START_TEST(what_is_meant_is_read)
{
    dg_gate *gate = NULL;
    dg_error err = { .text = "" };
    ck_assert_msg(parse(&gate, good[_i], &err) == DG_OK, "%s: %s", good[_i], err.text);
    ck_assert_uint_eq(dg_gate_count(gate), 0); /* not opened yet */
    dg_gate_free(gate);
}
END_TEST

static const struct {
    const char *text, *says;
} bad[] = {
    { "{", "line 1" },
    { "[]", "is not a JSON object" },
    { "{\"doppel\": 1}", "plans is missing" },
    { "{\"doppel\": 2, \"plans\": [" PLAN "]}", "doppel is 2" },
    { "{\"doppel\": 1, \"plans\": []}", "plans is empty" },
    { "{\"doppel\": 1, \"plans\": [" PLAN ", " PLAN "]}",
      "plans[0] and plans[1] are both called \"a\"" },
    { "{\"doppel\": 1, \"plans\": [" PLAN "], \"plans\": []}", "duplicate" },
    { "{\"doppel\": 1, \"plan\": [" PLAN "]}",
      "there is no key \"plan\"; did you mean \"plans\"?" },
    { WITH(", \"exepct\": {}"), "did you mean \"expect\"?" },
    { WITH(", \"expect\": {\"claim\": {}}"), "did you mean \"claims\"?" },
    { WITH(", \"expect\": {\"exit\": 4}"), "must be from 0 to 3" },
    { WITH(", \"expect\": {\"claims\": {\"backing-rat\": \"held\"}}"),
      "plans[0] (a): there is no claim \"backing-rat\"; did you mean \"backing-rate\"?" },
    { WITH(", \"expect\": {\"claims\": {\"no-shows\": \"broken\"}}"), "did you mean broke?" },
    { WITH(", \"expect\": {\"claims\": {\"no-shows\": 1}}"), "not \"(no text)\"" },
    { WITH(", \"runtimes\": [\"*\"]"), "names no list of them" },
    { "{\"doppel\": 1, \"plans\": [{\"name\": \"\", \"plan\": \"p\"}]}", "plans[0].name is empty" },
    { ENTRY(REST), "known[0] (backing-rate in \"a\") has no expires" },
    { ENTRY(REST ", \"expires\": 20261231"), "known[].expires must be a text" },
    { ENTRY(REST ", \"expires\": \"31.12.2026\""), "known[0]: expires: \"31.12.2026\" is no day" },
    { ENTRY(REST ", \"expires\": \"2026-02-29\""), "a day that no calendar has" },
    { ENTRY(REST ", \"expires\": \"2026-13-01\""), "a day that no calendar has" },
    { ENTRY(REST ", \"expires\": \"2026-04-31\""), "a day that no calendar has" },
    { ENTRY(REST ", \"expires\": \"2026-12-31 \""), "is no day" },
    { ENTRY(REST ", \"expires\": \"2026-1--01\""), "is no day" },
    { ENTRY(REST ", \"expires\": \"never\""), "is no day" },
    { ENTRY(", \"link\": \"https://x\", \"expires\": \"2026-12-31\""),
      "known[].reason is missing" },
    { ENTRY(", \"reason\": \"\", \"link\": \"https://x\", \"expires\": \"2026-12-31\""),
      "known[0]: reason is empty" },
    { ENTRY(", \"reason\": \"r\", \"link\": \"todo\", \"expires\": \"2026-12-31\""),
      "link \"todo\" is none" },
    { ENTRY(", \"reason\": \"r\", \"link\": \"https://\", \"expires\": \"2026-12-31\""),
      "link \"https://\" is none" },
    { ENTRY(REST ", \"expires\": \"2026-12-31\", \"values\": {\"upgrade.att\": \"b\"}"),
      "known[0]: values: there is no key \"upgrade.att\"; did you mean \"at\"?" },
    { "{\"doppel\": 1, \"plans\": [" PLAN "], \"known\": [{\"plan\": \"a\", \"claim\": "
      "\"no-show\"" REST ", \"expires\": \"2026-12-31\"}]}",
      "did you mean \"no-shows\"?" },
    { "{\"doppel\": 1, \"plans\": [" PLAN "], \"known\": ["
      "{\"plan\": \"a\", \"claim\": \"no-shows\"" REST ", \"expires\": \"2026-12-31\"}, "
      "{\"plan\": \"a\", \"claim\": \"no-shows\"" REST ", \"expires\": \"2027-12-31\"}]}",
      "known[0] and known[1] both excuse no-shows" },
};

START_TEST(what_is_wrong_gets_one_line)
{
    dg_gate *gate = NULL;
    dg_error err = { .text = "" };
    ck_assert_int_eq(parse(&gate, bad[_i].text, &err), DG_USAGE);
    ck_assert_ptr_null(gate);
    ck_assert_msg(strstr(err.text, bad[_i].says) != NULL, "%s: %s", bad[_i].text, err.text);
    ck_assert_msg(strncmp(err.text, "gate.json: ", 11) == 0, "%s", err.text);
    ck_assert_ptr_null(strchr(err.text, '\n'));
}
END_TEST

/* ---- days ---- */

/* Known by other means: `date -u -d 2026-12-31 +%s` by 86400. */
static const struct {
    const char *text;
    int64_t days;
} days[] = { { "1970-01-01", 0 },      { "1970-12-31", 364 },   { "1972-02-29", 789 },
             { "2000-02-29", 11016 },  { "2026-12-31", 20818 }, { "2100-03-01", 47541 },
             { "9999-12-31", 2932896 } };

START_TEST(days_are_counted_as_calendars_do)
{
    dg_gate_day day, clock = dg_gate_day_of(days[_i].days * 86400 + 86399);
    char text[16];
    dg_error err;
    ck_assert_int_eq(dg_gate_day_read(&day, days[_i].text, &err), DG_OK);
    ck_assert_int_eq(day.v, days[_i].days);
    ck_assert_int_eq(clock.v, days[_i].days);
    dg_gate_day_text(text, day);
    ck_assert_str_eq(text, days[_i].text);
}
END_TEST

START_TEST(no_century_has_a_leap_day_but_each_fourth)
{
    dg_gate_day day;
    dg_error err;
    ck_assert_int_eq(dg_gate_day_read(&day, "2100-02-29", &err), DG_USAGE);
    ck_assert_int_eq(dg_gate_day_read(&day, "1969-12-31", &err), DG_USAGE);
}
END_TEST

/* ---- lists of runtimes ---- */

/* As the fellowship's is, shortened; polkadot-sdk has uri null and keys of its own. */
static const char matrix[] =
    "[{\"name\": \"polkadot\", \"package\": \"polkadot-runtime\", \"path\": \"relay/polkadot\","
    " \"uri\": \"wss://a:443\", \"is_relay\": true},"
    " {\"name\": \"kusama\", \"package\": \"staging-kusama-runtime\", \"path\": \"relay/kusama\","
    " \"uri\": null, \"is_relay\": true, \"bench_flags\": \"\"},"
    " {\"name\": \"people-kusama\", \"package\": \"people-kusama-runtime\", \"path\": \"p/k\","
    " \"is_relay\": false}]";

static const struct {
    const char *globs, *taken;
} asked[] = {
    { "[\"*\"]", "polkadot kusama " },
    { "[\"*kusama\"]", "kusama " },
    { "[\"people-kusama\"]", "people-kusama " }, /* by its whole name */
    { "[\"pol?adot\", \"people-*\"]", "polkadot " },
    { "[\"westend\"]", "" },
};

START_TEST(patterns_take_relay_chains_alone)
{
    json_t *list, *globs = json_loads(asked[_i].globs, 0, NULL), *one;
    char taken[200] = "";
    dg_error err = { .text = "" };
    size_t i;
    ck_assert_msg(dg_gate_runtimes_parse(&list, dg_text(matrix), "m", &err) == DG_OK, "%s",
                  err.text);
    json_array_foreach(list, i, one)
    {
        if (dg_gate_runtimes_takes(globs, one))
            snprintf(taken + strlen(taken), sizeof taken - strlen(taken), "%s ",
                     json_string_value(json_object_get(one, "name")));
    }
    ck_assert_str_eq(taken, asked[_i].taken);
    json_decref(list);
    json_decref(globs);
}
END_TEST

START_TEST(places_of_a_runtime_are_filled_in)
{
    json_t *list;
    dg_buf out;
    dg_error err;
    dg_buf_init(&out, 1000);
    ck_assert_int_eq(dg_gate_runtimes_parse(&list, dg_text(matrix), "m", &err), DG_OK);
    dg_gate_runtimes_fill(&out, "t/{package}/{crate}.wasm {path} {runtime} {run} {crate",
                          json_array_get(list, 1));
    ck_assert_str_eq(dg_buf_text(&out),
                     "t/staging-kusama-runtime/staging_kusama_runtime.wasm relay/kusama kusama "
                     "{run} {crate");
    dg_buf_clear(&out);
    json_decref(list);
}
END_TEST

static const struct {
    const char *text, *says;
} no_list[] = {
    { "{}", "m: it is no list of runtimes" },
    { "[]", "the list of runtimes is empty" },
    { "[1]", "runtimes[] must be an object" },
    { "[{\"name\": \"a\", \"path\": \"p\"}]", "runtimes[].package is missing" },
    { "[{\"name\": \"a\", \"package\": \"b\", \"path\": \"p\", \"is_relay\": 1}]",
      "is_relay must be true or false" },
    { "[{\"name\": \"a\", \"package\": \"b\", \"path\": \"p\"},"
      " {\"name\": \"a\", \"package\": \"b\", \"path\": \"p\"}]",
      "two runtimes are called \"a\"" },
};

START_TEST(what_is_no_list_of_runtimes_is_refused)
{
    json_t *list;
    dg_error err = { .text = "" };
    ck_assert_int_eq(dg_gate_runtimes_parse(&list, dg_text(no_list[_i].text), "m", &err), DG_USAGE);
    ck_assert_ptr_null(list);
    ck_assert_msg(strstr(err.text, no_list[_i].says) != NULL, "%s", err.text);
}
END_TEST

/* ---- schemas ---- */

/* What editors are told is what is checked. */
START_TEST(the_shipped_schemas_are_the_tables)
{
    same_as_shipped(dg_keys_schema(dg_gate_keys()), "harness/gate/gate.schema.json");
    same_as_shipped(dg_keys_schema(dg_gate_document_keys()),
                    "harness/gate/gate-verdict.schema.json");
}
END_TEST

#define COUNT(array) (int)(sizeof array / sizeof *array)

int main(void)
{
    Suite *s = suite_create("gate/file");
    TCase *tc = tcase_create("file");
    tcase_add_loop_test(tc, what_is_meant_is_read, 0, COUNT(good));
    tcase_add_loop_test(tc, what_is_wrong_gets_one_line, 0, COUNT(bad));
    tcase_add_loop_test(tc, days_are_counted_as_calendars_do, 0, COUNT(days));
    tcase_add_test(tc, no_century_has_a_leap_day_but_each_fourth);
    tcase_add_loop_test(tc, patterns_take_relay_chains_alone, 0, COUNT(asked));
    tcase_add_test(tc, places_of_a_runtime_are_filled_in);
    tcase_add_loop_test(tc, what_is_no_list_of_runtimes_is_refused, 0, COUNT(no_list));
    tcase_add_test(tc, the_shipped_schemas_are_the_tables);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
