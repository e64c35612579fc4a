/* matrix.c - the page of a matrix of binaries and configurations. */
#include "report/report_impl.h"

static void cell_line(sheet *s, const json_t *cell, bool verbose)
{
    const char *status = dg_report_text_at(cell, "status"), *line;
    bool passed = strcmp(status, "passed") == 0, skipped = strcmp(status, "skipped") == 0;
    bool allowed = json_is_true(json_object_get(cell, "allowed"));
    const json_t *one;
    size_t i;
    dg_sheet_label(s, passed ? "pass" : skipped ? "skip" : allowed ? "fail" : "FAIL");
    dg_sheet_printf(s, COLUMN_NAME, "cell %.80s:", dg_report_text_at(cell, "name"));
    if (passed)
        dg_sheet_put(s, " PASS");
    else if (skipped)
        dg_sheet_printf(s, COLUMN_NAME, "skipped: %.300s", dg_report_text_at(cell, "why"));
    else
        dg_sheet_printf(s, COLUMN_NAME, "%sFAIL not \"%.60s\": %.380s",
                        allowed ? "allowed to " : "", dg_report_text_at(cell, "step"),
                        dg_report_text_at(cell, "why"));
    dg_sheet_end(s);
    if (dg_report_text_at(cell, "note")[0]) {
        dg_sheet_to(s, COLUMN_NAME);
        dg_sheet_printf(s, COLUMN_NAME, "(%.380s)", dg_report_text_at(cell, "note"));
        dg_sheet_end(s);
    }
    if (passed || skipped || (allowed && !verbose))
        return;
    json_array_foreach(json_object_get(cell, "tail"), i, one)
    {
        line = json_string_value(one);
        dg_sheet_to(s, COLUMN_NAME);
        dg_sheet_printf(s, COLUMN_NAME + 2, "| %.200s", line ? line : "");
        dg_sheet_end(s);
    }
    dg_sheet_to(s, COLUMN_NAME);
    dg_sheet_printf(s, COLUMN_NAME + 2, "| all of it: %.390s", dg_report_text_at(cell, "output"));
    dg_sheet_end(s);
}

dg_code dg_report_matrix(dg_buf *out, const json_t *document, const dg_report_options *options,
                         dg_error *err)
{
    const json_t *cell;
    size_t i;
    sheet s = { .out = out,
                .width = options->width ? options->width < 40 ? 40 : options->width : 100,
                .colour = options->colour };
    if (!json_is_object(json_object_get(document, "matrix"))
        || !json_is_array(json_object_get(document, "cells")))
        return dg_fail(err, DG_MALFORMED, "this is no outcome of doppel matrix");
    if (!options->brief) {
        dg_sheet_printf(&s, 0, "Matrix %.300s.",
                        dg_report_text_at(json_object_get(document, "matrix"), "name"));
        dg_sheet_end(&s);
        dg_sheet_end(&s);
        json_array_foreach(json_object_get(document, "cells"), i, cell)
            cell_line(&s, cell, options->verbose);
    }
    dg_sheet_printf(&s, 8, "exit %lld: %.300s", dg_report_whole_at(document, "exit"),
                    dg_report_text_at(document, "reason"));
    dg_sheet_end(&s);
    return dg_buf_check(out, err, "report");
}
