/* What a gate makes of outcomes: green only where everything is as expected, or known and not yet
 * expired. Each row is one plan called "p", judged on 2026-12-01. */
#include "../support/suite.h"

#include "gate/gate_impl.h"

#include <string.h>

#define KNOWN(plan, claim, expires) KNOWN_AT(plan, claim, expires, "")
#define KNOWN_AT(plan, claim, expires, more)                                                       \
    "{\"plan\": \"" plan "\", \"claim\": \"" claim "\", \"reason\": \"why\", \"link\": "           \
    "\"https://x/1\", \"expires\": \"" expires "\"" more "}"

/* Claims by letters, as rows name them. */
static const struct {
    char letter;
    const char *name, *severity;
} claims[] = { { 'b', "backing-rate", "gate" },
               { 't', "topology-present", "gate" },
               { 'n', "no-shows", "gate" },
               { 'a', "state-growth", "advice" } };

static const char *status_of(char sign)
{
    return sign == '.'   ? "held"
           : sign == 'B' ? "broke"
           : sign == 'C' ? "broke" /* in control too */
           : sign == 'w' ? "warned"
                         : "unexercised";
}

/* "b.tB": a letter and a sign for each claim that is judged. */
static json_t *outcome_of(int exit, const char *found, bool enacted)
{
    json_t *list = json_array();
    for (; *found; found += 2)
        for (size_t i = 0; i < sizeof claims / sizeof *claims; i++)
            if (claims[i].letter == found[0]) {
                json_t *claim =
                    json_pack("{s:s, s:s, s:s, s:s}", "name", claims[i].name, "severity",
                              claims[i].severity, "status", status_of(found[1]), "text", "words");
                if (found[1] == 'C')
                    json_object_set_new(claim, "control_failed", json_true());
                json_array_append_new(list, claim);
            }
    return json_pack("{s:i, s:o, s:{s:b}, s:{s:i}, s:{}}", "exit", exit, "claims", list, "upgrade",
                     "enacted", enacted, "treatment", "boundaries_after", 2, "plan");
}

static void add_case(dg_gate *gate, const char *name, json_t *outcome)
{
    static const char plan[] = "{\"doppel\": 1, \"upgrade\": {\"at\": \"boundary-8\"}}";
    dg_gate_case *one = &gate->cases[gate->count++];
    dg_error err;
    *one = (dg_gate_case){ .name = dg_strdup(name), .base = dg_strdup(name), .outcome = outcome };
    one->entry = json_array_get(json_object_get(gate->json, "plans"), 0);
    ck_assert_int_eq(dg_plan_parse(&one->plan, dg_text(plan), "p", NULL, &err), DG_OK);
}

static dg_gate *gate_of(const char *expect, const char *known)
{
    dg_gate *gate;
    char text[4000];
    dg_error err = { .text = "" };
    snprintf(text, sizeof text,
             "{\"doppel\": 1, \"plans\": [{\"name\": \"p\", \"plan\": \"p.json\"%s%s}], \"known\": "
             "[%s]}",
             expect[0] ? ", \"expect\": " : "", expect, known);
    ck_assert_msg(dg_gate_parse(&gate, dg_text(text), "g", "", &err) == DG_OK, "%s", err.text);
    gate->cases = dg_calloc(4, sizeof *gate->cases);
    return gate;
}

static json_t *judged_on(const dg_gate *gate, const char *today)
{
    dg_gate_day day;
    json_t *document;
    dg_error err;
    ck_assert_int_eq(dg_gate_day_read(&day, today, &err), DG_OK);
    ck_assert_int_eq(dg_gate_document(&document, gate, day, &err), DG_OK);
    return document;
}

static const char *word(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

/* "backing-rate:broke", those that the ledger excuses in brackets. */
static void differences_of(char *out, size_t size, const json_t *one)
{
    const json_t *it;
    size_t i;
    out[0] = 0;
    json_array_foreach(json_object_get(one, "differences"), i, it)
    {
        bool excused = json_is_true(json_object_get(it, "excused"));
        snprintf(out + strlen(out), size - strlen(out), "%s%s%s:%s%s", i ? " " : "",
                 excused ? "(" : "", word(it, "claim"), word(it, "found"), excused ? ")" : "");
    }
}

static const struct {
    const char *expect; /* "": none */
    const char *known;
    int exit;
    const char *found;
    int wants;                                 /* exit code of the gate */
    const char *result, *differences, *status; /* of the case, of the first entry */
} rows[] = {
    { "", "", 0, "b.t.", 0, "green", "", "" },
    { "", "", 1, "bBt.", 1, "red", "backing-rate:broke", "" },
    { "", "", 3, "b?t.", 3, "red", "", "" },
    { "", "", 0, "b.aB", 0, "green", "", "" }, /* advice warns */
    { "", "", 0, "b.tw", 0, "green", "", "" },

    /* expected breaks: those that are named, or any where none is */
    { "{\"exit\": 1}", "", 1, "bBtB", 0, "green", "", "" },
    { "{\"exit\": 1}", "", 0, "b.t.", 1, "red", "", "" },
    { "{\"claims\": {\"backing-rate\": \"broke\"}}", "", 1, "bBt.", 0, "green", "", "" },
    { "{\"claims\": {\"backing-rate\": \"broke\"}}", "", 1, "bBtB", 1, "red",
      "topology-present:broke", "" },
    { "{\"claims\": {\"backing-rate\": \"broke\"}}", "", 0, "b.t.", 1, "red", "backing-rate:held",
      "" },
    { "{\"claims\": {\"backing-rate\": \"held\"}}", "", 0, "bw", 1, "red", "backing-rate:warned",
      "" },
    { "{\"claims\": {\"backing-rate\": \"held\"}}", "", 0, "t.", 3, "red",
      "backing-rate:not judged", "" },
    { "{\"exit\": 3}", "", 3, "b?", 0, "green", "", "" },
    { "{\"exit\": 3}", "", 3, "b?tC", 0, "green", "", "" }, /* N-1 fails alone */
    { "{\"exit\": 3, \"claims\": {\"no-shows\": \"unexercised\"}}", "", 3, "n?", 0, "green", "",
      "" },

    /* the ledger */
    { "", KNOWN("p", "backing-rate", "2026-12-01"), 1, "bBt.", 0, "known", "(backing-rate:broke)",
      "used" },
    { "", KNOWN("p", "backing-rate", "2026-11-30"), 1, "bBt.", 1, "red", "backing-rate:broke",
      "expired" },
    { "", KNOWN("p", "backing-rate", "2027-01-01"), 1, "bBtB", 1, "red",
      "(backing-rate:broke) topology-present:broke", "used" },
    { "", KNOWN("p", "backing-rate", "2027-01-01"), 0, "b.t.", 1, "green", "", "passed" },
    { "", KNOWN("p", "backing-rate", "2027-01-01"), 0, "bwt.", 1, "green", "", "passed" },
    { "", KNOWN("p", "backing-rate", "2026-11-30"), 0, "b.t.", 1, "green", "", "expired" },
    { "", KNOWN("q", "backing-rate", "2027-01-01"), 1, "bB", 1, "red", "backing-rate:broke",
      "stale" },
    { "", KNOWN("*", "backing-rate", "2027-01-01"), 1, "bB", 0, "known", "(backing-rate:broke)",
      "used" },
    { "", KNOWN("p", "no-shows", "2027-01-01"), 0, "b.", 1, "green", "", "stale" },
    { "{\"exit\": 3}", KNOWN("p", "no-shows", "2027-01-01"), 3, "n?", 1, "green", "", "stale" },
    { "",
      KNOWN_AT("p", "backing-rate", "2027-01-01", ", \"values\": {\"upgrade.at\": \"boundary-8\"}"),
      1, "bB", 0, "known", "(backing-rate:broke)", "used" },
    { "",
      KNOWN_AT("p", "backing-rate", "2027-01-01", ", \"values\": {\"upgrade.at\": \"boundary\"}"),
      1, "bB", 1, "red", "backing-rate:broke", "stale" },
    { "", KNOWN_AT("p", "backing-rate", "2027-01-01", ", \"values\": {\"seed\": 1}"), 1, "bB", 0,
      "known", "(backing-rate:broke)", "used" }, /* what holds without the key */
    /* a run that says nothing of N says nothing of what is known of it */
    { "", KNOWN("p", "backing-rate", "2027-01-01"), 3, "bC", 3, "red", "", "unknown" },
    /* of two entries the one that is not expired counts */
    { "", KNOWN("p*", "backing-rate", "2026-11-30") ", " KNOWN("p", "backing-rate", "2027-01-01"),
      1, "bB", 1, "known", "(backing-rate:broke)", "expired" },
    { "", KNOWN("p", "backing-rate", "2027-01-01") ", " KNOWN("p*", "backing-rate", "2026-11-30"),
      1, "bB", 1, "known", "(backing-rate:broke)", "used" },
    /* what is excused must not hide that the run says nothing else */
    { "", KNOWN("p", "backing-rate", "2027-01-01"), 1, "bBn?", 3, "red", "(backing-rate:broke)",
      "used" },
    { "", KNOWN("p", "backing-rate", "2027-01-01"), 1, "bBnC", 1, "red",
      "(backing-rate:broke) no-shows:broke", "used" },
    /* neither is anything else that the ledger could excuse */
    { "", KNOWN("p", "backing-rate", "2027-01-01"), 5, "bB", 5, "red", "(backing-rate:broke)",
      "used" },
};

START_TEST(only_what_is_expected_or_known_passes)
{
    dg_gate *gate = gate_of(rows[_i].expect, rows[_i].known);
    char differences[400];
    json_t *document;
    const json_t *one;
    dg_error err = { .text = "" };
    add_case(gate, "p", outcome_of(rows[_i].exit, rows[_i].found, true));
    document = judged_on(gate, "2026-12-01");
    one = json_array_get(json_object_get(document, "cases"), 0);
    differences_of(differences, sizeof differences, one);
    ck_assert_str_eq(differences, rows[_i].differences);
    ck_assert_str_eq(word(one, "result"), rows[_i].result);
    ck_assert_str_eq(word(json_array_get(json_object_get(document, "known"), 0), "status"),
                     rows[_i].status);
    ck_assert_int_eq(dg_gate_exit(document), rows[_i].wants);
    ck_assert_str_eq(word(document, "result"), rows[_i].wants ? "red" : "green");
    ck_assert_msg(dg_keys_check(dg_gate_document_keys(), document, true, &err) == DG_OK, "%s",
                  err.text);
    json_decref(document);
    dg_gate_free(gate);
}
END_TEST

/* An upgrade that did not happen shows nothing, whatever is excused. */
START_TEST(a_run_without_the_upgrade_is_not_excused)
{
    dg_gate *gate = gate_of("", KNOWN("p", "backing-rate", "2027-01-01"));
    json_t *document;
    add_case(gate, "p", outcome_of(1, "bB", false));
    document = judged_on(gate, "2026-12-01");
    ck_assert_int_eq(dg_gate_exit(document), DG_EXIT_INCONCLUSIVE);
    json_decref(document);
    dg_gate_free(gate);
}
END_TEST

/* Every plan that an entry names has to fail: else it would excuse the next failure of those that
 * do not. */
START_TEST(an_entry_is_red_where_one_of_its_plans_passes)
{
    dg_gate *gate = gate_of("", KNOWN("p*", "backing-rate", "2027-01-01"));
    json_t *document, *entry;
    add_case(gate, "p1", outcome_of(1, "bB", true));
    add_case(gate, "p2", outcome_of(0, "b.", true));
    add_case(gate, "q", outcome_of(0, "b.", true));
    document = judged_on(gate, "2026-12-01");
    entry = json_array_get(json_object_get(document, "known"), 0);
    ck_assert_str_eq(word(entry, "status"), "passed");
    ck_assert_int_eq(json_integer_value(json_object_get(entry, "days_left")), 31);
    ck_assert_uint_eq(json_array_size(json_object_get(entry, "held")), 1);
    ck_assert_str_eq(json_string_value(json_array_get(json_object_get(entry, "held"), 0)), "p2");
    ck_assert_str_eq(json_string_value(json_array_get(json_object_get(entry, "excused"), 0)), "p1");
    ck_assert_int_eq(dg_gate_exit(document), DG_EXIT_BROKE);
    json_decref(document);
    dg_gate_free(gate);
}
END_TEST

static const struct {
    const char *failed; /* "": undone */
    int exit, wants;
    const char *status;
} unrun[] = {
    { "no such file", 4, 4, "unknown" },
    { "it went down", 5, 5, "unknown" },
    { "", 0, 3, "unknown" },
};

START_TEST(what_could_not_be_run_is_red_and_no_fault_of_the_ledger)
{
    dg_gate *gate = gate_of("", KNOWN("p", "backing-rate", "2027-01-01"));
    json_t *document, *one;
    add_case(gate, "p", NULL);
    snprintf(gate->cases[0].failed, sizeof gate->cases[0].failed, "%s", unrun[_i].failed);
    gate->cases[0].exit = unrun[_i].exit;
    document = judged_on(gate, "2026-12-01");
    one = json_array_get(json_object_get(document, "cases"), 0);
    ck_assert_str_eq(word(one, "result"), "red");
    ck_assert_str_eq(word(one, "why"), unrun[_i].failed);
    ck_assert_int_eq(dg_gate_exit(document), unrun[_i].wants);
    ck_assert_str_eq(word(json_array_get(json_object_get(document, "known"), 0), "status"),
                     unrun[_i].status);
    json_decref(document);
    dg_gate_free(gate);
}
END_TEST

START_TEST(the_day_changes_nothing_but_what_hangs_on_it)
{
    dg_gate *gate = gate_of("", KNOWN("p", "backing-rate", "2027-01-01"));
    json_t *today, *same, *other;
    add_case(gate, "p", outcome_of(1, "bB", true));
    today = judged_on(gate, "2026-12-01");
    same = judged_on(gate, "2026-12-01");
    other = judged_on(gate, "2026-12-02");
    ck_assert(json_equal(today, same));
    ck_assert(json_equal(json_object_get(today, "cases"), json_object_get(other, "cases")));
    ck_assert(
        !json_equal(json_object_get(today, "environment"), json_object_get(other, "environment")));
    json_decref(today);
    json_decref(same);
    json_decref(other);
    dg_gate_free(gate);
}
END_TEST

#define COUNT(array) (int)(sizeof array / sizeof *array)

int main(void)
{
    Suite *s = suite_create("gate/judge");
    TCase *tc = tcase_create("judge");
    tcase_add_loop_test(tc, only_what_is_expected_or_known_passes, 0, COUNT(rows));
    tcase_add_test(tc, a_run_without_the_upgrade_is_not_excused);
    tcase_add_test(tc, an_entry_is_red_where_one_of_its_plans_passes);
    tcase_add_loop_test(tc, what_could_not_be_run_is_red_and_no_fault_of_the_ledger, 0,
                        COUNT(unrun));
    tcase_add_test(tc, the_day_changes_nothing_but_what_hangs_on_it);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
