/* observed.c - the page of a process that was watched. */
#include "report/report_impl.h"

#include <assert.h>

static const struct {
    const char *result, *word;
    ink colour;
} heads[] = {
    { "held", "HELD", INK_GREEN },
    { "broke", "BROKE", INK_RED },
    { "inconclusive", "CANNOT SAY", INK_YELLOW },
};

/* "observe: BROKE: process 4711 (polkadot), 12.0 minutes, 144 samples." */
static void head(sheet *s, const json_t *document, const json_t *body)
{
    long long ms = dg_report_whole_at(body, "over_ms"), missed = dg_report_whole_at(body, "missed");
    const char *result = dg_report_text_at(document, "result");
    char lost[40] = "";
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        if (strcmp(heads[i].result, result) == 0)
            dg_sheet_ink(s, heads[i].colour, heads[i].word);
    dg_sheet_put(s, ":");
    if (missed)
        snprintf(lost, sizeof lost, " (%lld missed)", missed);
    dg_sheet_printf(s, 0, " %.200s, watched for %.1f s by %lld samples%s, until %.110s.",
                    dg_report_text_at(body, "of"), (double)ms / 1000,
                    dg_report_whole_at(body, "samples"), lost, dg_report_text_at(body, "ended"));
    dg_sheet_end(s);
}

/* Nothing where nobody told. */
static void pair(sheet *s, const json_t *body, const char *key, const char *word, const char *unit)
{
    const json_t *list = json_object_get(body, key);
    if (json_array_size(list) != 2)
        return;
    dg_sheet_label(s, word);
    dg_sheet_printf(s, COLUMN_NAME, "%lld to %lld%s",
                    (long long)json_integer_value(json_array_get(list, 0)),
                    (long long)json_integer_value(json_array_get(list, 1)), unit);
    dg_sheet_end(s);
}

static void processor(sheet *s, const json_t *body)
{
    const json_t *list = json_object_get(body, "cpu_ms");
    long long ms = dg_report_whole_at(body, "over_ms"),
              used = (long long)(json_integer_value(json_array_get(list, 1))
                                 - json_integer_value(json_array_get(list, 0)));
    if (json_array_size(list) != 2 || ms <= 0)
        return;
    dg_sheet_label(s, "cpu");
    dg_sheet_printf(s, COLUMN_NAME, "%.1f %% of a core", 100.0 * (double)used / (double)ms);
    dg_sheet_end(s);
}

dg_code dg_report_observed(dg_buf *out, const json_t *document, const dg_report_options *options,
                           dg_error *err)
{
    const json_t *body = json_object_get(document, "observe");
    sheet s = { .out = out,
                .width = options->width ? options->width < 40 ? 40 : options->width : 100,
                .colour = options->colour };
    if (!json_is_object(body) || !json_is_array(json_object_get(document, "claims")))
        return dg_fail(err, DG_MALFORMED, "this is no outcome of doppel observe");
    assert(s.width > COLUMN_TEXT);
    head(&s, document, body);
    if (options->brief)
        return dg_buf_check(out, err, "report");
    dg_sheet_end(&s);
    dg_report_claims(&s, document, options);
    pair(&s, body, "rss_kib", "memory", " KiB resident");
    processor(&s, body);
    if (dg_report_whole_at(body, "kills")) {
        dg_sheet_label(&s, "killed");
        dg_sheet_printf(&s, COLUMN_NAME, "%lld times, down for %.1f minutes in all",
                        dg_report_whole_at(body, "kills"),
                        (double)dg_report_whole_at(body, "down_ms") / 60000);
        dg_sheet_end(&s);
    }
    pair(&s, body, "best", "best", "");
    pair(&s, body, "finalized", "final", "");
    dg_sheet_printf(&s, 8, "exit %lld: %.300s", dg_report_whole_at(document, "exit"),
                    dg_report_text_at(document, "reason"));
    dg_sheet_end(&s);
    return dg_buf_check(out, err, "report");
}
