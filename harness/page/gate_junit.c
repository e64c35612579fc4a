/* gate_junit.c - a gate as JUnit XML: a suite for each plan, and one for the ledger. */
#include "page/page_impl.h"

#include <assert.h>

enum { WORDS_MAX = 1 << 20 };

/* The cases of a suite are put aside first: their numbers stand in front of them. */
typedef struct suite {
    dg_buf cases, words;
    size_t tests, failures, errors, skipped;
} suite;

static void open_case(suite *s, const char *of, const char *name)
{
    dg_page_junit_case(&s->cases, of, name);
    s->tests++;
}

/* The words are the message, and are used up. */
static void close_case(suite *s, const char *element, const char *type)
{
    if (!element)
        dg_buf_put_text(&s->cases, "/>\n");
    else
        dg_page_junit_result(&s->cases, element, type, dg_buf_text(&s->words));
    s->failures += element && strcmp(element, "failure") == 0;
    s->errors += element && strcmp(element, "error") == 0;
    s->skipped += element && strcmp(element, "skipped") == 0;
    dg_buf_reset(&s->words);
}

static const json_t *difference_of(const json_t *one, const char *claim)
{
    const json_t *difference;
    size_t i;
    json_array_foreach(json_object_get(one, "differences"), i, difference)
    {
        if (strcmp(dg_report_text_at(difference, "claim"), claim) == 0)
            return difference;
    }
    return NULL;
}

static void put_difference(suite *s, const json_t *document, const json_t *difference)
{
    const json_t *known = dg_report_gate_known(document, difference);
    bool excused = json_is_true(json_object_get(difference, "excused"));
    dg_report_gate_difference(&s->words, difference);
    if (known) {
        dg_buf_printf(&s->words, "; known: %s %s, ", dg_report_text_at(known, "reason"),
                      dg_report_text_at(known, "link"));
        dg_report_gate_days(&s->words, known);
    }
    close_case(s, excused ? "skipped" : "failure", excused ? "known" : "unexpected");
}

/* A claim that is as expected has passed, though it broke; one that saw nothing was skipped. */
static void put_claims(suite *s, const json_t *document, const json_t *one)
{
    const json_t *claim, *outcome = json_object_get(one, "outcome"), *difference;
    const char *of = dg_report_text_at(one, "name");
    size_t i;
    json_array_foreach(json_object_get(outcome, "claims"), i, claim)
    {
        const char *name = dg_report_text_at(claim, "name");
        open_case(s, of, name);
        if ((difference = difference_of(one, name))) {
            put_difference(s, document, difference);
        } else if (dg_report_claim_shown(claim) == DG_REPORT_UNSEEN) {
            dg_buf_put_text(&s->words, dg_report_text_at(claim, "text"));
            close_case(s, "skipped", "unseen");
        } else {
            close_case(s, NULL, NULL);
        }
    }
    json_array_foreach(json_object_get(one, "differences"), i, difference)
    {
        if (strcmp(dg_report_text_at(difference, "found"), "not judged") != 0)
            continue;
        open_case(s, of, dg_report_text_at(difference, "claim"));
        put_difference(s, document, difference);
    }
}

/* The exit code is a case too: a plan may be red though each claim is as expected. */
static void put_exit(suite *s, const json_t *one)
{
    bool red = strcmp(dg_report_text_at(one, "result"), "red") == 0;
    const json_t *found = json_object_get(one, "found");
    bool as_expected = found
                       && dg_report_whole_at(found, "left")
                              == dg_report_whole_at(json_object_get(one, "expected"), "exit");
    open_case(s, dg_report_text_at(one, "name"), "exit");
    dg_report_gate_case(&s->words, one);
    if (!red || as_expected)
        close_case(s, NULL, NULL);
    else
        close_case(s, found ? "failure" : "error", found ? "unexpected" : "failed");
}

static void put_ledger(suite *s, const json_t *document)
{
    const json_t *known;
    size_t i;
    json_array_foreach(json_object_get(document, "known"), i, known)
    {
        char name[200];
        snprintf(name, sizeof name, "%zu: %.60s in %.80s", i + 1, dg_report_text_at(known, "claim"),
                 dg_report_text_at(known, "plan"));
        open_case(s, "ledger", name);
        close_case(s, dg_report_gate_fault(&s->words, document, i) ? "failure" : NULL,
                   dg_report_text_at(known, "status"));
    }
}

/* Puts the suite behind its numbers, and begins the next one. */
static void put_suite(dg_buf *out, suite *s, const char *name, const char *result,
                      const json_t *outcome)
{
    dg_buf_put_text(out, "  <testsuite");
    dg_page_xml_attribute(out, "name", name);
    dg_buf_printf(out,
                  " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\" time=\"0\">\n"
                  "    <properties>\n",
                  s->tests, s->failures, s->errors, s->skipped);
    dg_page_junit_property(out, "result", result, false);
    if (outcome)
        dg_page_inputs(outcome, dg_page_junit_property, out);
    dg_buf_put_text(out, "    </properties>\n");
    dg_buf_put_bytes(out, dg_buf_bytes(&s->cases));
    dg_buf_put_text(out, "  </testsuite>\n");
    dg_buf_reset(&s->cases);
}

dg_code dg_page_gate_junit(dg_buf *out, const json_t *document, dg_error *err)
{
    suite s = { .tests = 0 }, sum = { .tests = 0 };
    const json_t *one;
    dg_buf suites;
    size_t i;
    dg_code rc;
    assert(dg_page_is_gate(document));
    dg_buf_init(&suites, out->max);
    dg_buf_init(&s.cases, out->max);
    dg_buf_init(&s.words, WORDS_MAX);
    for (i = 0; i <= json_array_size(json_object_get(document, "cases")); i++) {
        one = json_array_get(json_object_get(document, "cases"), i);
        s.tests = s.failures = s.errors = s.skipped = 0;
        if (one) {
            put_exit(&s, one);
            put_claims(&s, document, one);
        } else {
            put_ledger(&s, document);
        }
        if (s.tests)
            put_suite(&suites, &s, one ? dg_report_text_at(one, "name") : "ledger",
                      one          ? dg_report_text_at(one, "result")
                      : s.failures ? "red"
                                   : "green",
                      json_object_get(one, "outcome"));
        sum.tests += s.tests;
        sum.failures += s.failures;
        sum.errors += s.errors;
    }
    dg_buf_put_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites");
    dg_page_xml_attribute(out, "name",
                          dg_report_text_at(json_object_get(document, "gate"), "name"));
    dg_buf_printf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\">\n", sum.tests, sum.failures,
                  sum.errors);
    rc = dg_buf_check(&suites, err, "the page");
    dg_buf_put_bytes(out, dg_buf_bytes(&suites));
    dg_buf_put_text(out, "</testsuites>\n");
    dg_buf_clear(&suites);
    dg_buf_clear(&s.cases);
    dg_buf_clear(&s.words);
    return rc < 0 ? rc : dg_buf_check(out, err, "the page");
}
