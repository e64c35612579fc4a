/* text.c - the page people paste: its parts in their order, why, what to do, the exit code. */
#include "report/report_impl.h"

#include <assert.h>
#include <string.h>

static void lines(sheet *s, const json_t *o, const char *key, const char *word)
{
    const json_t *line;
    size_t i;
    json_array_foreach(json_object_get(o, key), i, line)
    {
        const char *text = json_string_value(line);
        char room[1000];
        dg_report_sentence(room, sizeof room, text ? text : dg_report_text_at(line, "says"));
        dg_sheet_label(s, i ? "" : word);
        dg_sheet_wrap(s, COLUMN_NAME, room);
        dg_sheet_end(s);
    }
}

/* ---- the way back to a cause ---- */

static void step_line(sheet *s, const json_t *step)
{
    long long ms = dg_report_whole_at(step, "from_upgrade_ms"), tenths = (ms < 0 ? -ms : ms) / 100;
    const json_t *validator = json_object_get(step, "validator");
    char when[60];
    snprintf(when, sizeof when, "%s%lld.%lld s  #%lld", ms < 0 ? "-" : "+", tenths / 10,
             tenths % 10, dg_report_whole_at(step, "block"));
    dg_sheet_to(s, COLUMN_NAME);
    dg_sheet_put(s, when);
    dg_sheet_to(s, COLUMN_TEXT);
    if (validator)
        dg_sheet_printf(s, COLUMN_TEXT,
                        "validator %lld:", (long long)json_integer_value(validator));
    dg_sheet_wrap(s, COLUMN_TEXT, dg_report_text_at(step, "says"));
    dg_sheet_end(s);
}

/* The first one explains those below it; all of them where more is asked for. */
static void chains(sheet *s, const json_t *o, const dg_report_options *options)
{
    const json_t *chain, *step;
    size_t i, k;
    json_array_foreach(json_object_get(o, "chains"), i, chain)
    {
        if (i && !options->verbose)
            return;
        dg_sheet_label(s, "chain");
        dg_sheet_printf(s, COLUMN_NAME, "%.60s, seconds from %s", dg_report_text_at(chain, "claim"),
                        dg_report_is_bft(o) ? "the first transition" : "U's slot");
        dg_sheet_end(s);
        json_array_foreach(json_object_get(chain, "steps"), k, step) step_line(s, step);
    }
}

static void exit_line(sheet *s, const json_t *o)
{
    if (!json_is_integer(json_object_get(o, "exit")))
        return;
    dg_sheet_printf(s, 8, "exit %lld: %.300s", dg_report_whole_at(o, "exit"),
                    dg_report_text_at(o, "reason"));
    dg_sheet_end(s);
}

static sheet sheet_for(dg_buf *out, const dg_report_options *options)
{
    unsigned width = options->width ? options->width < 40 ? 40 : options->width : 100;
    assert(out && options);
    assert(width > COLUMN_TEXT);
    return (sheet){ .out = out, .width = width, .colour = options->colour };
}

dg_code dg_report_verdicts(dg_buf *out, const json_t *document, const dg_report_options *options,
                           dg_error *err)
{
    sheet s = sheet_for(out, options);
    if (dg_report_is_bft(document))
        dg_report_bft_answer(&s, document);
    else
        dg_report_answer(&s, document);
    if (options->brief)
        return dg_buf_check(out, err, "report");
    if (json_object_get(document, "answer"))
        dg_sheet_end(&s);
    dg_report_claims(&s, document, options);
    lines(&s, document, "ill_control", "ill");
    chains(&s, document, options);
    exit_line(&s, document);
    return dg_buf_check(out, err, "report");
}

dg_code dg_report_text(dg_buf *out, const json_t *outcome, const dg_report_options *options,
                       dg_error *err)
{
    sheet s = sheet_for(out, options);
    if (!json_is_integer(json_object_get(outcome, "doppel"))
        || !json_is_array(json_object_get(outcome, "claims")))
        return dg_fail(err, DG_MALFORMED, "this JSON is not an outcome of doppel");
    if (dg_report_is_bft(outcome))
        dg_report_bft_answer(&s, outcome);
    else
        dg_report_answer(&s, outcome);
    if (options->brief)
        return dg_buf_check(out, err, "report");
    if (json_object_get(outcome, "answer"))
        dg_sheet_end(&s);
    dg_report_claims(&s, outcome, options);
    lines(&s, outcome, "ill_control", "ill");
    dg_report_causes(&s, outcome);
    chains(&s, outcome, options);
    if (!json_object_get(outcome, "answer"))
        lines(&s, outcome, "advice", "advice"); /* else line four has told it */
    if (dg_report_is_bft(outcome))
        dg_report_bft_head(&s, outcome);
    else
        dg_report_head(&s, outcome);
    lines(&s, outcome, "notes", "note");
    exit_line(&s, outcome);
    return dg_buf_check(out, err, "report");
}
