/* gate.c - a gate for people: a line for each plan, what is not as expected below it, the ledger's
 * own faults, and one line that says it all. */
#include "report/report_impl.h"

#include <assert.h>
#include <string.h>

enum { NAME_MAX_WIDTH = 48, COLUMN_OF_NAME = 9, COLUMN_OF_CLAIM = 11, CLAIM_WIDTH = 20 };
enum { WORDS_MAX = 1 << 20 };

static ink ink_of(const char *result)
{
    return strcmp(result, "green") == 0   ? INK_GREEN
           : strcmp(result, "known") == 0 ? INK_YELLOW
                                          : INK_RED;
}

static const char *word_of(const char *result)
{
    return strcmp(result, "green") == 0 ? "GREEN" : strcmp(result, "known") == 0 ? "KNOWN" : "RED";
}

/* Words that were put together, from the cursor on, and the end of the line. */
static void put_words(sheet *s, unsigned indent, dg_buf *words)
{
    dg_sheet_wrap(s, indent, dg_buf_text(words));
    dg_sheet_end(s);
    dg_buf_reset(words);
}

static void put_reason(sheet *s, unsigned indent, const json_t *known, dg_buf *words)
{
    dg_sheet_to(s, indent);
    dg_sheet_put(s, "known:");
    dg_sheet_wrap(s, indent, dg_report_text_at(known, "reason"));
    dg_sheet_end(s);
    dg_sheet_to(s, indent);
    dg_sheet_wrap(s, indent, dg_report_text_at(known, "link"));
    dg_sheet_end(s);
    dg_sheet_to(s, indent);
    dg_report_gate_days(words, known);
    put_words(s, indent, words);
}

static void put_difference(sheet *s, const json_t *document, const json_t *one, dg_buf *words)
{
    const json_t *known = dg_report_gate_known(document, one);
    unsigned indent = COLUMN_OF_CLAIM + CLAIM_WIDTH;
    dg_sheet_to(s, COLUMN_OF_CLAIM);
    dg_sheet_put(s, dg_report_text_at(one, "claim"));
    dg_sheet_to(s, indent);
    if (s->column > indent)
        dg_sheet_put(s, " ");
    dg_report_gate_difference(words, one);
    put_words(s, indent, words);
    if (known)
        put_reason(s, indent, known, words);
}

static void put_case(sheet *s, const json_t *document, const json_t *one, unsigned name_width,
                     dg_buf *words)
{
    const char *result = dg_report_text_at(one, "result");
    unsigned at = COLUMN_OF_NAME + name_width + 2;
    const json_t *difference;
    size_t i;
    dg_sheet_to(s, COLUMN_WORD);
    dg_sheet_ink(s, ink_of(result), word_of(result));
    dg_sheet_to(s, COLUMN_OF_NAME);
    dg_sheet_put(s, dg_report_text_at(one, "name"));
    dg_sheet_to(s, at);
    dg_report_gate_case(words, one);
    put_words(s, at, words);
    json_array_foreach(json_object_get(one, "differences"), i, difference)
        put_difference(s, document, difference, words);
}

static void put_ledger(sheet *s, const json_t *document, dg_buf *words)
{
    for (size_t i = 0; i < json_array_size(json_object_get(document, "known")); i++) {
        if (!dg_report_gate_fault(words, document, i))
            continue;
        dg_sheet_to(s, COLUMN_WORD);
        dg_sheet_ink(s, INK_RED, "RED");
        dg_sheet_to(s, COLUMN_OF_NAME);
        put_words(s, COLUMN_OF_CLAIM, words);
    }
    if (dg_report_gate_without(words, document)) {
        dg_sheet_to(s, COLUMN_WORD);
        put_words(s, COLUMN_OF_NAME, words);
    }
}

static unsigned name_width_of(const json_t *cases)
{
    const json_t *one;
    unsigned width = 0;
    size_t i;
    json_array_foreach(cases, i, one)
    {
        size_t len = strlen(dg_report_text_at(one, "name"));
        len = len < NAME_MAX_WIDTH ? len : NAME_MAX_WIDTH;
        width = len > width ? (unsigned)len : width;
    }
    return width;
}

static void put_body(sheet *s, const json_t *document, dg_buf *words)
{
    const json_t *cases = json_object_get(document, "cases"), *one;
    unsigned width = name_width_of(cases);
    size_t i;
    dg_sheet_printf(s, 0, "Gate %s, judged for %s.",
                    dg_report_text_at(json_object_get(document, "gate"), "name"),
                    dg_report_text_at(json_object_get(document, "environment"), "today"));
    dg_sheet_end(s);
    dg_sheet_end(s);
    json_array_foreach(cases, i, one) put_case(s, document, one, width, words);
    put_ledger(s, document, words);
    dg_sheet_end(s);
}

dg_code dg_report_gate(dg_buf *out, const json_t *document, const dg_report_options *options,
                       dg_error *err)
{
    const char *result = dg_report_text_at(document, "result");
    sheet s = { .out = out,
                .width = options->width ? options->width < 40 ? 40 : options->width : 100,
                .colour = options->colour };
    dg_buf words;
    if (!json_is_object(json_object_get(document, "gate"))
        || !json_is_array(json_object_get(document, "cases")))
        return dg_fail(err, DG_MALFORMED, "this is not a gate");
    dg_buf_init(&words, WORDS_MAX);
    if (!options->brief)
        put_body(&s, document, &words);
    assert(!words.len); /* all of it was put */
    dg_sheet_ink(&s, ink_of(result), word_of(result));
    dg_sheet_put(&s, ":");
    dg_report_gate_sum(&words, document);
    put_words(&s, 0, &words);
    dg_buf_clear(&words);
    return dg_buf_check(out, err, "the report of a gate");
}
