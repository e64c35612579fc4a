/* github.c - a document for a workflow of GitHub: annotations, a summary, outputs. */
#include "page/page_impl.h"

enum {
    ANNOTATIONS_MAX = 8,
    SUMMARY_MAX = 1024 * 1000 /* below the 1,024 KiB that GitHub takes of a step */
};

/* ---- annotations ---- */

void dg_page_github_command(dg_buf *out, const char *level, const char *title)
{
    dg_buf_printf(out, "::%s title=", level);
    dg_escape_put(out, DG_ESCAPE_COMMAND_VALUE, title);
    dg_buf_put_text(out, "::");
}

static void put_message(dg_buf *out, const dg_page_cell *cell, const char *message)
{
    if (cell->name[0]) {
        dg_escape_put(out, DG_ESCAPE_COMMAND, cell->name);
        dg_buf_put_text(out, ": ");
    }
    dg_escape_put(out, DG_ESCAPE_COMMAND, message);
    dg_buf_put_text(out, "\n");
}

/* What a cell has in place of an answer. */
typedef enum lack { LACKS_NOTHING, LACKS_BY_FAILURE, LACKS_AS_YET } lack;

static lack lack_of(const dg_page_cell *cell)
{
    long long exit_code = dg_report_whole_at(cell->outcome, "exit");
    if (!cell->outcome)
        return strcmp(cell->state, "failed") == 0 ? LACKS_BY_FAILURE : LACKS_AS_YET;
    if (exit_code == DG_EXIT_HELD || exit_code == DG_EXIT_BROKE)
        return LACKS_NOTHING;
    return exit_code == DG_EXIT_INCONCLUSIVE ? LACKS_AS_YET : LACKS_BY_FAILURE;
}

static void put_lack(dg_buf *out, const dg_page_cell *cell)
{
    const char *level = lack_of(cell) == LACKS_BY_FAILURE || cell->outcome ? "error" : "warning";
    if (cell->outcome) {
        dg_page_github_command(out, level, dg_page_word(cell));
        put_message(out, cell, dg_report_text_at(cell->outcome, "reason"));
    } else {
        bool failed = lack_of(cell) == LACKS_BY_FAILURE;
        dg_page_github_command(out, level, failed ? "failed" : "not done");
        put_message(out, cell, failed ? cell->why : "this cell was not done");
    }
}

/* Cells that lack an answer so, as long as there is room; how many had none. */
static size_t put_lacks(dg_buf *out, size_t *told, const json_t *document, lack as)
{
    size_t left = 0, count = dg_page_cell_count(document);
    for (size_t i = 0; i < count; i++) {
        dg_page_cell cell = dg_page_cell_at(document, i);
        if (lack_of(&cell) != as)
            continue;
        if (*told == ANNOTATIONS_MAX) {
            left++;
            continue;
        }
        put_lack(out, &cell);
        (*told)++;
    }
    return left;
}

/* Claims of one cell that are shown so, as long as there is room; how many had none. */
static size_t put_claims(dg_buf *out, size_t *told, const dg_page_cell *cell, dg_report_shown as)
{
    const json_t *claim;
    size_t i, left = 0;
    json_array_foreach(json_object_get(cell->outcome, "claims"), i, claim)
    {
        if (dg_report_claim_shown(claim) != as)
            continue;
        if (*told == ANNOTATIONS_MAX) {
            left++;
            continue;
        }
        dg_page_github_command(out, as == DG_REPORT_BROKE ? "error" : "warning",
                               dg_report_text_at(claim, "name"));
        put_message(out, cell, dg_report_text_at(claim, "text"));
        (*told)++;
    }
    return left;
}

static size_t put_all_claims(dg_buf *out, size_t *told, const json_t *document, dg_report_shown as)
{
    size_t left = 0, count = dg_page_cell_count(document);
    for (size_t i = 0; i < count; i++) {
        dg_page_cell cell = dg_page_cell_at(document, i);
        left += put_claims(out, told, &cell, as);
    }
    return left;
}

/* What failed, claims that broke, what has no answer as yet, warnings. */
dg_code dg_page_github(dg_buf *out, const json_t *document, dg_error *err)
{
    size_t told = 0, left = 0;
    dg_code rc;
    if (dg_page_is_gate(document))
        return dg_page_gate_github(out, document, err);
    if ((rc = dg_page_check(document, err)) < 0)
        return rc;
    left += put_lacks(out, &told, document, LACKS_BY_FAILURE);
    left += put_all_claims(out, &told, document, DG_REPORT_BROKE);
    left += put_lacks(out, &told, document, LACKS_AS_YET);
    left += put_all_claims(out, &told, document, DG_REPORT_WARN);
    if (left)
        dg_buf_printf(out, "%zu more are not shown as annotations.\n", left);
    return dg_buf_check(out, err, "the annotations");
}

/* ---- summary ---- */

/* Up to the end of a line. */
static size_t cut_at(dg_bytes text, size_t most)
{
    size_t len = text.len < most ? text.len : most;
    while (len && len < text.len && text.at[len - 1] != '\n')
        len--;
    return len;
}

dg_code dg_page_github_summary(dg_buf *out, const json_t *document, size_t taken, dg_error *err)
{
    static const char note[] = "\nThe rest is left out: GitHub takes no more of a step.\n";
    size_t room = taken < SUMMARY_MAX ? SUMMARY_MAX - taken : 0;
    dg_buf whole;
    dg_code rc;
    dg_buf_init(&whole, (size_t)1 << 30);
    if ((rc = dg_page_markdown(&whole, document, err)) >= 0 && room > sizeof note) {
        size_t len =
            whole.len <= room ? whole.len : cut_at(dg_buf_bytes(&whole), room - sizeof note);
        dg_buf_put(out, whole.at, len);
        dg_buf_put_text(out, len < whole.len ? note : "");
        rc = dg_buf_check(out, err, "the summary");
    }
    dg_buf_clear(&whole);
    return rc;
}

/* ---- outputs ---- */

static void put_output(dg_buf *out, const char *key, const char *value)
{
    dg_buf_printf(out, "%s=", key);
    dg_escape_put(out, DG_ESCAPE_LINE, value);
    dg_buf_put_text(out, "\n");
}

static void put_broken(dg_buf *out, const json_t *outcome)
{
    const json_t *claim;
    size_t i, count = 0;
    dg_buf_put_text(out, "broke=");
    json_array_foreach(json_object_get(outcome, "claims"), i, claim)
    {
        if (dg_report_claim_shown(claim) != DG_REPORT_BROKE)
            continue;
        dg_buf_put_text(out, count++ ? "," : "");
        dg_escape_put(out, DG_ESCAPE_LINE, dg_report_text_at(claim, "name"));
    }
    dg_buf_put_text(out, "\n");
}

dg_code dg_page_github_outputs(dg_buf *out, const json_t *document, int exit_code, dg_error *err)
{
    bool gate = dg_page_is_gate(document);
    dg_code rc = gate ? DG_OK : dg_page_check(document, err);
    if (rc < 0)
        return rc;
    dg_buf_printf(out, "exit=%d\n", exit_code);
    if (gate) {
        dg_page_gate_outputs(out, document);
    } else if (dg_page_is_sweep(document)) {
        dg_page_tally t = dg_page_tally_of(document);
        dg_buf_printf(out,
                      "cells=%zu\ngo=%zu\ngo-with-harm=%zu\nno-go=%zu\ncannot-say=%zu\nfailed=%zu\n"
                      "undone=%zu\n",
                      t.cells, t.go, t.harm, t.no_go, t.cannot_say, t.failed, t.undone);
    } else {
        dg_page_cell cell = dg_page_cell_at(document, 0);
        put_output(out, "answer", dg_page_word(&cell));
        put_output(out, "reason", dg_report_text_at(document, "reason"));
        put_broken(out, document);
    }
    return dg_buf_check(out, err, "the outputs");
}
