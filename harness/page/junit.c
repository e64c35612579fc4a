/* junit.c - a document as JUnit XML: a suite for each cell, a case for each claim. */
#include "page/page_impl.h"

#include <assert.h>

/* What the cases of a suite came to. */
typedef struct counts {
    size_t tests, failures, errors, skipped;
} counts;

void dg_page_xml_attribute(dg_buf *out, const char *name, const char *value)
{
    dg_buf_printf(out, " %s=\"", name);
    dg_escape_put(out, DG_ESCAPE_XML, value);
    dg_buf_put_u8(out, '"');
}

/* A run that says neither that N breaks nor that it does not must not be green. */
static bool lacks_answer(const json_t *outcome)
{
    const json_t *claim;
    size_t i;
    if (dg_report_whole_at(outcome, "exit") == 0)
        return false;
    json_array_foreach(json_object_get(outcome, "claims"), i, claim)
    {
        if (dg_report_claim_shown(claim) == DG_REPORT_BROKE)
            return dg_report_whole_at(outcome, "exit") != 1;
    }
    return true;
}

static counts counts_of(const dg_page_cell *cell)
{
    const json_t *claim;
    counts n = { .tests = 0 };
    size_t i;
    if (!cell->outcome) {
        bool failed = strcmp(cell->state, "failed") == 0;
        return (counts){ .tests = 1, .errors = failed, .skipped = !failed };
    }
    json_array_foreach(json_object_get(cell->outcome, "claims"), i, claim)
    {
        dg_report_shown as = dg_report_claim_shown(claim);
        n.tests++;
        n.failures += as == DG_REPORT_BROKE;
        n.skipped += as == DG_REPORT_UNSEEN;
    }
    if (lacks_answer(cell->outcome)) {
        n.tests++;
        n.errors++;
    }
    return n;
}

/* No clock is in a document, so no case has taken any time. */
void dg_page_junit_case(dg_buf *out, const char *of, const char *name)
{
    dg_buf_put_text(out, "    <testcase");
    dg_page_xml_attribute(out, "classname", of);
    dg_page_xml_attribute(out, "name", name);
    dg_buf_put_text(out, " time=\"0\"");
}

static void open_case(dg_buf *out, const dg_page_cell *cell, const char *name)
{
    dg_page_junit_case(out, cell->name[0] ? cell->name : "doppel", name);
}

void dg_page_junit_result(dg_buf *out, const char *element, const char *type, const char *message)
{
    dg_buf_printf(out, ">\n      <%s", element);
    dg_page_xml_attribute(out, "type", type);
    dg_page_xml_attribute(out, "message", message);
    dg_buf_put_text(out, "/>\n    </testcase>\n");
}

static void put_claim(dg_buf *out, const dg_page_cell *cell, const json_t *claim)
{
    const char *text = dg_report_text_at(claim, "text");
    open_case(out, cell, dg_report_text_at(claim, "name"));
    switch (dg_report_claim_shown(claim)) {
    case DG_REPORT_BROKE:
        dg_page_junit_result(out, "failure", "broke", text);
        return;
    case DG_REPORT_UNSEEN:
        dg_page_junit_result(out, "skipped", "unseen", text);
        return;
    case DG_REPORT_WARN:
        dg_buf_put_text(out, ">\n      <system-out>warned: ");
        dg_escape_put(out, DG_ESCAPE_XML, text);
        dg_buf_put_text(out, "</system-out>\n    </testcase>\n");
        return;
    case DG_REPORT_HELD:
    case DG_REPORT_SHOWN_COUNT:
        break;
    }
    dg_buf_put_text(out, "/>\n");
}

static void put_cases(dg_buf *out, const dg_page_cell *cell)
{
    const json_t *claim;
    size_t i;
    if (!cell->outcome) {
        bool failed = strcmp(cell->state, "failed") == 0;
        open_case(out, cell, "run");
        dg_page_junit_result(out, failed ? "error" : "skipped", failed ? "failed" : "undone",
                             cell->why);
        return;
    }
    if (lacks_answer(cell->outcome)) {
        open_case(out, cell, "answer");
        dg_page_junit_result(out, "error", dg_page_word(cell),
                             dg_report_text_at(cell->outcome, "reason"));
    }
    json_array_foreach(json_object_get(cell->outcome, "claims"), i, claim)
        put_claim(out, cell, claim);
}

void dg_page_junit_property(void *user, const char *name, const char *value, bool is_hash)
{
    dg_buf *out = user;
    (void)is_hash;
    dg_buf_put_text(out, "      <property");
    dg_page_xml_attribute(out, "name", name);
    dg_page_xml_attribute(out, "value", value);
    dg_buf_put_text(out, "/>\n");
}

static void put_counts(dg_buf *out, const counts *n)
{
    dg_buf_printf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\"", n->tests, n->failures,
                  n->errors);
}

static void put_suite(dg_buf *out, const dg_page_cell *cell, const char *title)
{
    counts n = counts_of(cell);
    dg_buf_put_text(out, "  <testsuite");
    dg_page_xml_attribute(out, "name", cell->name[0] ? cell->name : title);
    put_counts(out, &n);
    dg_buf_printf(out, " skipped=\"%zu\" time=\"0\">\n    <properties>\n", n.skipped);
    dg_page_junit_property(out, "answer", dg_page_word(cell), false);
    if (cell->outcome)
        dg_page_inputs(cell->outcome, dg_page_junit_property, out);
    dg_buf_put_text(out, "    </properties>\n");
    put_cases(out, cell);
    dg_buf_put_text(out, "  </testsuite>\n");
}

dg_code dg_page_junit(dg_buf *out, const json_t *document, dg_error *err)
{
    const char *title = dg_page_title(document);
    counts sum = { .tests = 0 };
    dg_code rc;
    if (dg_page_is_gate(document))
        return dg_page_gate_junit(out, document, err);
    if ((rc = dg_page_check(document, err)) < 0)
        return rc;
    for (size_t i = 0; i < dg_page_cell_count(document); i++) {
        dg_page_cell cell = dg_page_cell_at(document, i);
        counts n = counts_of(&cell);
        sum.tests += n.tests;
        sum.failures += n.failures;
        sum.errors += n.errors;
    }
    dg_buf_put_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites");
    dg_page_xml_attribute(out, "name", title);
    put_counts(out, &sum);
    dg_buf_put_text(out, ">\n");
    for (size_t i = 0; i < dg_page_cell_count(document); i++) {
        dg_page_cell cell = dg_page_cell_at(document, i);
        put_suite(out, &cell, title[0] ? title : "doppel");
    }
    dg_buf_put_text(out, "</testsuites>\n");
    return dg_buf_check(out, err, "the page");
}
