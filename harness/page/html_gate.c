/* html_gate.c - a gate as one page for a browser: the result, a row for each plan, what is not as
 * expected, and what the ledger says. */
#include "page/page_impl.h"

#include <assert.h>

enum { WORDS_MAX = 1 << 20 };

/* The words that were put together, escaped. */
static void put_words(dg_buf *out, dg_buf *words)
{
    dg_escape_put(out, DG_ESCAPE_XML, dg_buf_text(words));
    dg_buf_reset(words);
}

static void put_text(dg_buf *out, const json_t *from, const char *key)
{
    dg_escape_put(out, DG_ESCAPE_XML, dg_report_text_at(from, key));
}

static const char *class_of(const char *result)
{
    return dg_page_html_class(strcmp(result, "red") == 0     ? DG_REPORT_BROKE
                              : strcmp(result, "known") == 0 ? DG_REPORT_WARN
                                                             : DG_REPORT_HELD);
}

/* Why this difference does not count: the ledger's entry, its link as text (an address that a
 * file gave is not made one to press). */
static void put_known(dg_buf *out, const json_t *known, dg_buf *words)
{
    dg_buf_put_text(out, "<br>\nKnown: ");
    put_text(out, known, "reason");
    dg_buf_put_text(out, " (");
    put_text(out, known, "link");
    dg_buf_put_text(out, "), ");
    dg_report_gate_days(words, known);
    put_words(out, words);
}

static void put_case(dg_buf *out, const json_t *document, const json_t *one, dg_buf *words)
{
    const char *result = dg_report_text_at(one, "result");
    const json_t *difference, *known;
    size_t i;
    dg_buf_printf(out, "<tr><td class=\"%s\">", class_of(result));
    dg_escape_put(out, DG_ESCAPE_XML, result);
    dg_buf_put_text(out, "</td><th scope=\"row\">");
    put_text(out, one, "name");
    dg_buf_put_text(out, "</th><td class=\"t\">");
    dg_report_gate_case(words, one);
    put_words(out, words);
    json_array_foreach(json_object_get(one, "differences"), i, difference)
    {
        dg_buf_put_text(out, "<br>\n<code>");
        put_text(out, difference, "claim");
        dg_buf_put_text(out, "</code>: ");
        dg_report_gate_difference(words, difference);
        put_words(out, words);
        if ((known = dg_report_gate_known(document, difference)))
            put_known(out, known, words);
    }
    dg_buf_put_text(out, "</td></tr>\n");
}

static void put_plans(dg_buf *out, const json_t *document, dg_buf *words)
{
    const json_t *one;
    size_t i;
    dg_buf_put_text(out, "<h2>Plans</h2>\n<div class=\"scroll\"><table><thead><tr><th "
                         "scope=\"col\">Result</th><th scope=\"col\">Plan</th><th "
                         "scope=\"col\">Expected, and found</th></tr></thead><tbody>\n");
    json_array_foreach(json_object_get(document, "cases"), i, one)
        put_case(out, document, one, words);
    dg_buf_put_text(out, "</tbody></table></div>\n");
}

/* Entries that are at fault themselves; nothing where none is. */
static void put_ledger(dg_buf *out, const json_t *document, dg_buf *words)
{
    bool begun = false;
    for (size_t i = 0; i < json_array_size(json_object_get(document, "known")); i++) {
        if (!dg_report_gate_fault(words, document, i))
            continue;
        dg_buf_put_text(out, begun ? "<li>" : "<h2>Known failures</h2>\n<ul>\n<li>");
        put_words(out, words);
        dg_buf_put_text(out, "</li>\n");
        begun = true;
    }
    dg_buf_put_text(out, begun ? "</ul>\n" : "");
    if (dg_report_gate_without(words, document)) {
        dg_buf_put_text(out, "<p>");
        put_words(out, words);
        dg_buf_put_text(out, "</p>\n");
    }
}

dg_code dg_page_gate_html(dg_buf *out, const json_t *document, dg_error *err)
{
    const char *result = dg_report_text_at(document, "result");
    const char *name = dg_report_text_at(json_object_get(document, "gate"), "name");
    dg_buf words;
    assert(dg_page_is_gate(document));
    dg_buf_init(&words, WORDS_MAX);
    dg_page_html_begin(out, name[0] ? name : "A gate");
    dg_buf_printf(out, "<p class=\"word %s\">%s</p>\n<p>", class_of(result),
                  strcmp(result, "red") == 0 ? "RED" : "GREEN");
    dg_report_gate_sum(&words, document);
    put_words(out, &words);
    dg_buf_put_text(out, "</p>\n<p class=\"dim\">Judged for ");
    put_text(out, json_object_get(document, "environment"), "today");
    dg_buf_put_text(out, ".</p>\n");
    put_plans(out, document, &words);
    put_ledger(out, document, &words);
    dg_page_html_end(out);
    dg_buf_clear(&words);
    return dg_buf_check(out, err, "the page");
}
