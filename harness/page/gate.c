/* gate.c - a gate as Markdown, and for a workflow of GitHub. */
#include "page/page_impl.h"

#include <assert.h>

enum { WORDS_MAX = 1 << 20, ANNOTATIONS_MAX = 8, SOON_DAYS = 14 };

static const json_t *gate_of(const json_t *document)
{
    return json_object_get(document, "gate");
}

static bool is_red(const json_t *one)
{
    return strcmp(dg_report_text_at(one, "result"), "red") == 0;
}

/* ---- Markdown ---- */

static void text(dg_buf *out, const char *what)
{
    dg_escape_put(out, DG_ESCAPE_MARKDOWN, what);
}

/* Words that were put together, as a part of a line. */
static void put_words(dg_buf *out, dg_buf *words)
{
    text(out, dg_buf_text(words));
    dg_buf_reset(words);
}

/* A link that can be nothing but one is made one: it is what a reader wants to follow. */
static void put_link(dg_buf *out, const char *link)
{
    static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                               "-._~:/?#@!$&'*+,;=%";
    bool is_link = (strncmp(link, "https://", 8) == 0 || strncmp(link, "http://", 7) == 0)
                   && !link[strspn(link, safe)];
    dg_buf_put_text(out, is_link ? "<" : "");
    if (is_link)
        dg_buf_put_text(out, link);
    else
        text(out, link);
    dg_buf_put_text(out, is_link ? ">" : "");
}

static void put_table(dg_buf *out, const json_t *cases, dg_buf *words)
{
    const json_t *one;
    size_t i;
    dg_buf_put_text(out, "| | plan | expected, and found |\n|---|---|---|\n");
    json_array_foreach(cases, i, one)
    {
        const char *result = dg_report_text_at(one, "result");
        dg_buf_put_text(out, is_red(one)                    ? "| **RED** | "
                             : strcmp(result, "known") == 0 ? "| known | "
                                                            : "| green | ");
        text(out, dg_report_text_at(one, "name"));
        dg_buf_put_text(out, " | ");
        dg_report_gate_case(words, one);
        put_words(out, words);
        dg_buf_put_text(out, " |\n");
    }
}

static void put_difference(dg_buf *out, const json_t *document, const json_t *one,
                           const json_t *difference, dg_buf *words)
{
    const json_t *known = dg_report_gate_known(document, difference);
    dg_buf_put_text(out, "- **");
    text(out, dg_report_text_at(one, "name"));
    dg_buf_put_text(out, "**, `");
    dg_escape_put(out, DG_ESCAPE_CODE, dg_report_text_at(difference, "claim"));
    dg_buf_put_text(out, "`: ");
    dg_report_gate_difference(words, difference);
    put_words(out, words);
    if (known) {
        dg_buf_put_text(out, ". Known: ");
        text(out, dg_report_text_at(known, "reason"));
        dg_buf_put_text(out, " ");
        put_link(out, dg_report_text_at(known, "link"));
        dg_buf_put_text(out, ", ");
        dg_report_gate_days(words, known);
        put_words(out, words);
    }
    dg_buf_put_text(out, "\n");
}

static void put_details(dg_buf *out, const json_t *document, dg_buf *words)
{
    const json_t *one, *difference;
    size_t i, k;
    json_array_foreach(json_object_get(document, "cases"), i, one)
    {
        json_array_foreach(json_object_get(one, "differences"), k, difference)
            put_difference(out, document, one, difference, words);
    }
    for (i = 0; i < json_array_size(json_object_get(document, "known")); i++)
        if (dg_report_gate_fault(words, document, i)) {
            dg_buf_put_text(out, "- **RED** ");
            put_words(out, words);
            dg_buf_put_text(out, "\n");
        }
    if (dg_report_gate_without(words, document)) {
        dg_buf_put_text(out, "- ");
        put_words(out, words);
        dg_buf_put_text(out, "\n");
    }
}

dg_code dg_page_gate_markdown(dg_buf *out, const json_t *document, dg_error *err)
{
    dg_buf words;
    assert(dg_page_is_gate(document));
    dg_buf_init(&words, WORDS_MAX);
    dg_buf_put_text(out, "### ");
    text(out, dg_report_text_at(gate_of(document), "name"));
    dg_buf_put_text(out, is_red(document) ? "\n\n**RED**: " : "\n\n**GREEN**: ");
    dg_report_gate_sum(&words, document);
    put_words(out, &words);
    dg_buf_put_text(out, "\n\n");
    put_table(out, json_object_get(document, "cases"), &words);
    dg_buf_put_text(out, "\n");
    put_details(out, document, &words);
    dg_buf_put_text(out, "\nJudged for ");
    text(out, dg_report_text_at(json_object_get(document, "environment"), "today"));
    dg_buf_put_text(out, " by doppel ");
    text(out, dg_report_text_at(json_object_get(document, "program"), "version"));
    dg_buf_put_text(out, ".\n");
    dg_buf_clear(&words);
    return dg_buf_check(out, err, "the page");
}

/* ---- annotations ---- */

typedef struct annotations {
    dg_buf *out, words;
    size_t told, left;
} annotations;

/* `name` "": the message stands by itself. The words are the message, and are used up. */
static void annotate(annotations *a, const char *level, const char *title, const char *name)
{
    if (a->told == ANNOTATIONS_MAX) {
        a->left++;
    } else {
        a->told++;
        dg_page_github_command(a->out, level, title);
        dg_escape_put(a->out, DG_ESCAPE_COMMAND, name);
        dg_buf_put_text(a->out, name[0] ? ": " : "");
        dg_escape_put(a->out, DG_ESCAPE_COMMAND, dg_buf_text(&a->words));
        dg_buf_put_text(a->out, "\n");
    }
    dg_buf_reset(&a->words);
}

static size_t unexcused(const json_t *one)
{
    const json_t *difference;
    size_t i, count = 0;
    json_array_foreach(json_object_get(one, "differences"), i, difference) count +=
        !json_is_true(json_object_get(difference, "excused"));
    return count;
}

/* Plans that are red for another reason than a claim. */
static void annotate_plans(annotations *a, const json_t *document)
{
    const json_t *one;
    size_t i;
    json_array_foreach(json_object_get(document, "cases"), i, one)
    {
        if (!is_red(one) || unexcused(one))
            continue;
        dg_report_gate_case(&a->words, one);
        annotate(a, "error", "plan", dg_report_text_at(one, "name"));
    }
}

static void annotate_claims(annotations *a, const json_t *document, bool excused)
{
    const json_t *one, *difference, *known;
    size_t i, k;
    json_array_foreach(json_object_get(document, "cases"), i, one)
    {
        json_array_foreach(json_object_get(one, "differences"), k, difference)
        {
            if (json_is_true(json_object_get(difference, "excused")) != excused)
                continue;
            dg_report_gate_difference(&a->words, difference);
            if ((known = dg_report_gate_known(document, difference))) {
                dg_buf_printf(&a->words, "; known: %s %s, ", dg_report_text_at(known, "reason"),
                              dg_report_text_at(known, "link"));
                dg_report_gate_days(&a->words, known);
            }
            annotate(a,
                     !excused                                              ? "error"
                     : dg_report_whole_at(known, "days_left") <= SOON_DAYS ? "warning"
                                                                           : "notice",
                     dg_report_text_at(difference, "claim"), dg_report_text_at(one, "name"));
        }
    }
}

static void annotate_ledger(annotations *a, const json_t *document)
{
    for (size_t i = 0; i < json_array_size(json_object_get(document, "known")); i++)
        if (dg_report_gate_fault(&a->words, document, i))
            annotate(a, "error", "ledger", "");
}

dg_code dg_page_gate_github(dg_buf *out, const json_t *document, dg_error *err)
{
    annotations a = { .out = out };
    assert(dg_page_is_gate(document));
    dg_buf_init(&a.words, WORDS_MAX);
    annotate_plans(&a, document);
    annotate_claims(&a, document, false);
    annotate_ledger(&a, document);
    annotate_claims(&a, document, true);
    dg_buf_clear(&a.words);
    if (a.left)
        dg_buf_printf(out, "%zu more are not shown as annotations.\n", a.left);
    return dg_buf_check(out, err, "the annotations");
}

/* ---- outputs ---- */

void dg_page_gate_outputs(dg_buf *out, const json_t *document)
{
    static const char *const results[] = { "green", "known", "red" };
    const json_t *cases = json_object_get(document, "cases"), *one;
    dg_buf_printf(out, "result=%s\nplans=%zu\n", is_red(document) ? "red" : "green",
                  json_array_size(cases));
    for (size_t k = 0; k < sizeof results / sizeof *results; k++) {
        size_t i, count = 0;
        json_array_foreach(cases, i, one) count +=
            strcmp(dg_report_text_at(one, "result"), results[k]) == 0;
        dg_buf_printf(out, "%s=%zu\n", results[k], count);
    }
}
