/* claims.c - each claim in a line or more: what broke first, what warned, what was not seen, what
 * held. */
#include "report/report_impl.h"

#include <assert.h>
#include <string.h>

static const struct {
    const char *word;
    ink colour;
} words[DG_REPORT_SHOWN_COUNT] = {
    { "BROKE", INK_RED },
    { "WARN", INK_YELLOW },
    { "unseen", INK_DIM },
    { "held", INK_GREEN },
};

dg_report_shown dg_report_claim_shown(const json_t *claim)
{
    const char *status = dg_report_text_at(claim, "status");
    if (strcmp(status, "broke") == 0)
        return strcmp(dg_report_text_at(claim, "severity"), "advice") == 0 ? DG_REPORT_WARN
                                                                           : DG_REPORT_BROKE;
    if (strcmp(status, "warned") == 0)
        return DG_REPORT_WARN;
    return strcmp(status, "held") == 0 ? DG_REPORT_HELD : DG_REPORT_UNSEEN;
}

/* What one event adds to its claim's line; "" when the line has said it all. */
static void fact(char *out, size_t size, const json_t *event)
{
    const json_t *d = json_object_get(event, "detail");
    const char *kind = dg_report_text_at(event, "kind");
    assert(size > 0);
    out[0] = 0;
    if (strcmp(kind, "api") == 0 && dg_report_text_at(d, "differs")[0])
        snprintf(out, size, "%.80s at #%lld: %.200s", dg_report_text_at(d, "api"),
                 dg_report_whole_at(event, "block"), dg_report_text_at(d, "differs"));
    else if (strcmp(kind, "api") == 0)
        snprintf(out, size, "%.80s at #%lld: %.200s", dg_report_text_at(d, "api"),
                 dg_report_whole_at(event, "block"), dg_report_text_at(d, "error"));
    else if (strcmp(kind, "api-type") == 0)
        snprintf(out, size, "%.80s: %.240s", dg_report_text_at(d, "api"),
                 dg_report_text_at(d, "where"));
    else if (strcmp(kind, "identity") == 0)
        snprintf(out, size, "%.80s %.80s -> %.80s", dg_report_text_at(d, "what"),
                 dg_report_text_at(d, "old"), dg_report_text_at(d, "new"));
    else if (strcmp(kind, "storage") == 0)
        snprintf(out, size, "%.60s.%.60s: %lld of %lld do not decode: %.160s",
                 dg_report_text_at(d, "pallet"), dg_report_text_at(d, "item"),
                 dg_report_whole_at(event, "undecodable"), dg_report_whole_at(event, "entries"),
                 dg_report_text_at(d, "reason"));
    else if (strcmp(kind, "config") == 0)
        snprintf(out, size, "%.60s at #%lld: %.240s", dg_report_text_at(d, "what"),
                 dg_report_whole_at(event, "block"), dg_report_text_at(d, "changed"));
    else if (strcmp(kind, "call") == 0)
        snprintf(out, size, "%.120s: %.100s became %.100s", dg_report_text_at(d, "where"),
                 dg_report_text_at(d, "old"), dg_report_text_at(d, "new"));
}

static bool said(const char *text, const char *fact)
{
    char begin[32];
    snprintf(begin, sizeof begin, "%.31s", fact);
    return strstr(text, begin) != NULL;
}

static void facts(sheet *s, const json_t *claim, size_t most)
{
    const json_t *list = json_object_get(claim, "evidence"), *event;
    size_t i, told = 0;
    json_array_foreach(list, i, event)
    {
        char line[480];
        fact(line, sizeof line, event);
        if (!line[0] || json_array_size(list) == 1 || said(dg_report_text_at(claim, "text"), line))
            continue; /* the claim's own line has said it */
        if (told++ == most) {
            dg_sheet_to(s, COLUMN_TEXT);
            dg_sheet_printf(s, COLUMN_TEXT, "and %zu more", json_array_size(list) - i);
            dg_sheet_end(s);
            return;
        }
        dg_sheet_to(s, COLUMN_TEXT);
        dg_sheet_put(s, "- ");
        dg_sheet_wrap(s, COLUMN_TEXT + 2, line);
        dg_sheet_end(s);
    }
}

static void claim_head(sheet *s, dg_report_shown as, const json_t *claim, unsigned left)
{
    assert(as < DG_REPORT_SHOWN_COUNT);
    assert(left < s->width);
    dg_sheet_to(s, left + COLUMN_WORD);
    dg_sheet_ink(s, words[as].colour, words[as].word);
    dg_sheet_to(s, left + COLUMN_NAME);
    dg_sheet_put(s, dg_report_text_at(claim, "name"));
    dg_sheet_to(s, left + COLUMN_TEXT);
    if (s->column > left + COLUMN_TEXT)
        dg_sheet_put(s, " ");
}

/* "#33 to #40, healed by N's first block" */
static void where(char *out, size_t size, const json_t *claim, bool span)
{
    long long first = dg_report_whole_at(claim, "first_block"),
              last = dg_report_whole_at(claim, "last_block");
    const char *healed = dg_report_text_at(claim, "healed");
    int used = 0;
    assert(size > 0);
    out[0] = 0;
    if (span && last > first)
        used = snprintf(out, size, "#%lld to #%lld", first, last);
    if (healed[0])
        snprintf(out + used, size - (size_t)used, "%shealed by %.110s", used ? ", " : "", healed);
}

/* "6 candidates, 80 in control; holds with at least 52; 74 candidates lost, 80 allowed" */
static void figures(sheet *s, const json_t *f)
{
    const json_t *measured = json_object_get(f, "measured"),
                 *control = json_object_get(f, "control"),
                 *threshold = json_object_get(f, "threshold"), *lost = json_object_get(f, "lost"),
                 *allowed = json_object_get(f, "allowed");
    bool least = strcmp(dg_report_text_at(f, "holds"), "at-least") == 0;
    char room[400];
    dg_buf line = dg_buf_on(room, sizeof room);
    if (json_number_value(measured) == 0 && json_number_value(control) == 0)
        return; /* nothing happened of what it counts */
    dg_buf_printf(&line, "figures: %.12g %.60s", json_number_value(measured),
                  dg_report_text_at(f, "unit"));
    if (json_is_number(control))
        dg_buf_printf(&line, ", %.12g in control", json_number_value(control));
    if (json_is_number(threshold))
        dg_buf_printf(&line, "; holds with at %s %.12g", least ? "least" : "most",
                      json_number_value(threshold));
    if (json_number_value(lost) > 0)
        dg_buf_printf(
            &line, "; %.12g %.*s lost", json_number_value(lost),
            dg_report_unit_len(dg_report_text_at(f, "lost_unit"), json_number_value(lost)),
            dg_report_text_at(f, "lost_unit"));
    if (json_is_number(allowed))
        dg_buf_printf(&line, ", %.12g allowed", json_number_value(allowed));
    dg_sheet_to(s, COLUMN_TEXT);
    dg_sheet_wrap(s, COLUMN_TEXT, dg_buf_text(&line));
    dg_sheet_end(s);
}

static void claim_full(sheet *s, dg_report_shown as, const json_t *claim,
                       const dg_report_options *options)
{
    char span[200];
    claim_head(s, as, claim, 0);
    dg_sheet_wrap(s, COLUMN_TEXT, dg_report_text_at(claim, "text"));
    where(span, sizeof span, claim, as != DG_REPORT_HELD);
    if (span[0])
        dg_sheet_printf(s, COLUMN_TEXT, " (%s)", span);
    dg_sheet_end(s);
    if (options->verbose || as == DG_REPORT_BROKE)
        facts(s, claim, options->verbose ? 32 : 5);
    if (options->verbose) {
        figures(s, json_object_get(claim, "figures"));
        dg_sheet_to(s, COLUMN_TEXT);
        dg_sheet_printf(s, COLUMN_TEXT, "(%.300s; %.300s)", dg_report_text_at(claim, "says"),
                        dg_report_text_at(claim, "because"));
        dg_sheet_end(s);
    }
}

static bool fits_half(const sheet *s, const json_t *claim)
{
    return strlen(dg_report_text_at(claim, "text")) + COLUMN_TEXT <= s->width / 2
           && strlen(dg_report_text_at(claim, "name")) < COLUMN_TEXT - COLUMN_NAME;
}

/* Short held claims come first, two on a line; the others follow, each on its own. */
static void held(sheet *s, const json_t *all, const dg_report_options *options)
{
    const json_t *claim;
    unsigned cell = 0;
    size_t i;
    json_array_foreach(all, i, claim)
    {
        if (dg_report_claim_shown(claim) != DG_REPORT_HELD || options->verbose
            || !fits_half(s, claim))
            continue;
        claim_head(s, DG_REPORT_HELD, claim, cell * (s->width / 2));
        dg_sheet_put(s, dg_report_text_at(claim, "text"));
        if (cell == 1)
            dg_sheet_end(s);
        cell ^= 1;
    }
    if (cell)
        dg_sheet_end(s);
    json_array_foreach(all, i, claim)
    {
        if (dg_report_claim_shown(claim) == DG_REPORT_HELD
            && (options->verbose || !fits_half(s, claim)))
            claim_full(s, DG_REPORT_HELD, claim, options);
    }
}

void dg_report_claims(sheet *s, const json_t *o, const dg_report_options *options)
{
    const json_t *all = json_object_get(o, "claims"), *claim;
    size_t i;
    for (int as = 0; as < DG_REPORT_SHOWN_COUNT; as++)
        if (as == DG_REPORT_HELD)
            held(s, all, options);
        else
            json_array_foreach(all, i,
                               claim) if (dg_report_claim_shown(claim) == (dg_report_shown)as)
                claim_full(s, (dg_report_shown)as, claim, options);
}
