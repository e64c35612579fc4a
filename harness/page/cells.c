/* cells.c - a document cell by cell: an outcome is a document of one. */
#include "page/page_impl.h"

#include <assert.h>

static const json_t *sweep_of(const json_t *document)
{
    return json_object_get(document, "sweep");
}

bool dg_page_is_gate(const json_t *document)
{
    return json_is_object(json_object_get(document, "gate"))
           && json_is_array(json_object_get(document, "cases"));
}

bool dg_page_is_sweep(const json_t *document)
{
    return json_is_object(sweep_of(document));
}

size_t dg_page_cell_count(const json_t *document)
{
    return dg_page_is_sweep(document) ? json_array_size(json_object_get(document, "cells")) : 1;
}

dg_page_cell dg_page_cell_at(const json_t *document, size_t i)
{
    dg_page_cell out = { .outcome = document, .state = "done", .why = "" };
    const json_t *cell;
    dg_buf name;
    assert(i < dg_page_cell_count(document));
    if (!dg_page_is_sweep(document))
        return out;
    cell = json_array_get(json_object_get(document, "cells"), i);
    dg_buf_init(&name, 1 << 16);
    dg_report_cell_name(&name, sweep_of(document), cell);
    snprintf(out.name, sizeof out.name, "%s", dg_buf_text(&name));
    dg_buf_clear(&name);
    out.outcome = json_object_get(cell, "outcome");
    out.state = dg_report_text_at(cell, "state");
    out.why = dg_report_text_at(cell, "why");
    return out;
}

dg_code dg_page_check(const json_t *document, dg_error *err)
{
    if (dg_page_is_gate(document))
        return dg_fail(err, DG_USAGE,
                       "a gate has no such page: markdown, junit, github and html have one");
    if (json_object_get(document, "doppel_preflight"))
        return dg_fail(err, DG_USAGE, "a preflight has no such page: sarif has one");
    if (!dg_page_is_sweep(document) && !json_is_array(json_object_get(document, "claims")))
        return dg_fail(err, DG_MALFORMED, "this JSON is neither an outcome nor a sweep of doppel");
    return DG_OK;
}

const char *dg_page_word(const dg_page_cell *cell)
{
    const char *word = dg_report_text_at(json_object_get(cell->outcome, "answer"), "word");
    return word[0] ? word : cell->state;
}

dg_page_tally dg_page_tally_of(const json_t *document)
{
    dg_page_tally t = { .cells = dg_page_cell_count(document) };
    for (size_t i = 0; i < t.cells; i++) {
        dg_page_cell cell = dg_page_cell_at(document, i);
        const char *word = dg_page_word(&cell);
        t.go += strcmp(word, "GO") == 0;
        t.harm += strcmp(word, "GO WITH HARM") == 0;
        t.no_go += strcmp(word, "NO-GO") == 0;
        t.cannot_say += strcmp(word, "CANNOT SAY") == 0;
        t.failed += strcmp(cell.state, "failed") == 0;
        t.undone += strcmp(cell.state, "undone") == 0;
    }
    assert(t.go + t.harm + t.no_go + t.cannot_say <= t.cells && t.failed + t.undone <= t.cells);
    return t;
}

const char *dg_page_title(const json_t *document)
{
    const char *name = dg_report_text_at(document, "name");
    return name[0] ? name : dg_report_text_at(json_object_get(document, "plan"), "name");
}

void dg_page_sweep_line(dg_buf *out, const json_t *document)
{
    dg_page_tally t = dg_page_tally_of(document);
    dg_buf_printf(out, "Sweep of %zu cells: %zu GO, %zu GO WITH HARM, %zu NO-GO, %zu CANNOT SAY",
                  t.cells, t.go, t.harm, t.no_go, t.cannot_say);
    if (t.failed)
        dg_buf_printf(out, ", %zu failed", t.failed);
    if (t.undone)
        dg_buf_printf(out, ", %zu not done", t.undone);
    dg_buf_put_text(out, ".");
}

dg_page_cost dg_page_cost_of(const json_t *outcome)
{
    const json_t *answer = json_object_get(outcome, "answer"), *one;
    dg_page_cost cost = { .parachain_ms = dg_report_whole_at(json_object_get(answer, "harm"),
                                                             "parachain_lost_ms") };
    size_t i;
    json_array_foreach(json_object_get(answer, "breaks"), i, one)
    {
        long long ms = dg_report_whole_at(one, "ms");
        cost.stall_ms = ms > cost.stall_ms ? ms : cost.stall_ms;
    }
    return cost;
}
