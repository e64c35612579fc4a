/* differences_claims.c - what became of each claim between two outcomes, worst first. */
#include "report/report_impl.h"

#include <assert.h>
#include <string.h>

typedef struct way {
    const char *change, *word, *counted; /* counted: behind a number of them */
    ink colour;
} way;
static const way ways[] = {
    { "broke", "BROKE", "broke", INK_RED },
    { "healed", "HEALED", "healed", INK_GREEN },
    { "warned", "WARN", "warned", INK_YELLOW },
    { "unseen", "unseen", "unseen now", INK_DIM },
    { "held", "held", "held now", INK_GREEN },
    { "new", "new", "judged now alone", INK_PLAIN },
    { "gone", "gone", "not judged any more", INK_PLAIN },
    { "moved", "moved", "moved", INK_PLAIN },
    { "told", "told", "told otherwise", INK_DIM },
};
enum { WAY_COUNT = sizeof ways / sizeof *ways, WAY_WARNED = 2 };

/* An advice claim that breaks warns, as on the page. */
static const way *way_of(const json_t *row)
{
    const char *change = dg_report_text_at(row, "change"),
               *severity = dg_report_text_at(json_object_get(row, "new"), "severity");
    for (size_t i = 0; i < WAY_COUNT; i++)
        if (strcmp(ways[i].change, change) == 0)
            return i == 0 && strcmp(severity, "advice") == 0 ? &ways[WAY_WARNED] : &ways[i];
    return &ways[WAY_COUNT - 1];
}

/* As the page says it: what it is about did not happen. */
static const char *status_word(const json_t *side)
{
    const char *status = dg_report_text_at(side, "status");
    return strcmp(status, "unexercised") == 0 ? "unseen" : status;
}

static void put_statuses(sheet *s, const json_t *row)
{
    const json_t *before = json_object_get(row, "old"), *now = json_object_get(row, "new");
    const char *was = status_word(before), *is = status_word(now);
    if (!now)
        dg_sheet_printf(s, COLUMN_TEXT, "not judged, %s before", was);
    else if (!before)
        dg_sheet_printf(s, COLUMN_TEXT, "%s, not judged before", is);
    else if (strcmp(was, is) != 0)
        dg_sheet_printf(s, COLUMN_TEXT, "%s, %s before", is, was);
    else
        dg_sheet_printf(s, COLUMN_TEXT, "%s as before", is);
    if (now && strcmp(dg_report_text_at(row, "change"), "moved") != 0) {
        dg_sheet_put(s, ":");
        dg_sheet_wrap(s, COLUMN_TEXT, dg_report_text_at(now, "text"));
    }
}

/* A line of its own below a claim. */
static void put_below(sheet *s, const char *word)
{
    dg_sheet_end(s);
    dg_sheet_to(s, COLUMN_TEXT);
    dg_sheet_put(s, word);
}

static void put_figures(sheet *s, const json_t *before, const json_t *now)
{
    static const struct {
        const char *key, *unit, *says;
    } rows[] = { { "measured", "unit", "measured" },    { "control", "unit", "in control" },
                 { "lost", "lost_unit", "lost" },       { "threshold", "unit", "threshold" },
                 { "allowed", "lost_unit", "allowed" }, { "over", "over_unit", "looked at" } };
    /* one side without figures: that is said once */
    size_t count = before && now ? sizeof rows / sizeof *rows : 1;
    for (size_t i = 0; i < count; i++) {
        const json_t *a = json_object_get(before, rows[i].key),
                     *b = json_object_get(now, rows[i].key);
        if (a == b || (a && b && json_equal(a, b)))
            continue;
        put_below(s, rows[i].says);
        dg_sheet_put(s, ":");
        dg_report_put_figure(s, COLUMN_TEXT + 2, a, b,
                             dg_report_text_at(b ? now : before, rows[i].unit));
    }
}

static void put_texts(sheet *s, const json_t *before, const json_t *now)
{
    static const struct {
        const char *key, *says;
    } rows[] = { { "holds", "holds with:" },
                 { "unit", "unit:" },
                 { "lost_unit", "unit of the loss:" },
                 { "over_unit", "unit of the span:" } };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *a = dg_report_text_at(before, rows[i].key),
                   *b = dg_report_text_at(now, rows[i].key);
        if (!before || !now || strcmp(a, b) == 0)
            continue;
        put_below(s, rows[i].says);
        dg_sheet_printf(s, COLUMN_TEXT + 2, "%s, %s before", b[0] ? b : "none", a[0] ? a : "none");
    }
}

/* "#33 to #40"; "" where it broke nowhere. */
static void span_text(char *out, size_t size, const json_t *side)
{
    assert(size > 0);
    long long first = dg_report_whole_at(side, "first_block"),
              last = dg_report_whole_at(side, "last_block");
    if (!json_object_get(side, "first_block"))
        out[0] = 0;
    else if (last > first)
        snprintf(out, size, "#%lld to #%lld", first, last);
    else
        snprintf(out, size, "#%lld", first);
}

static void put_sides(sheet *s, const json_t *before, const json_t *now)
{
    const char *a = dg_report_text_at(before, "severity"), *b = dg_report_text_at(now, "severity");
    char was[60], is[60];
    span_text(was, sizeof was, before);
    span_text(is, sizeof is, now);
    if (strcmp(was, is) != 0) {
        put_below(s, "at");
        dg_sheet_printf(s, COLUMN_TEXT, "%s%s%s%s", is, is[0] && was[0] ? ", " : "", was,
                        was[0] ? " before" : "");
    }
    if (strcmp(a, b) != 0) {
        put_below(s, "severity:");
        dg_sheet_printf(s, COLUMN_TEXT + 2, "%s, %s before", b, a);
    }
}

/* Where nothing but words tell the one from the other. */
static void put_old_text(sheet *s, const json_t *row)
{
    const char *was = dg_report_text_at(json_object_get(row, "old"), "text"),
               *is = dg_report_text_at(json_object_get(row, "new"), "text");
    if (strcmp(dg_report_text_at(row, "change"), "told") != 0 || strcmp(was, is) == 0)
        return;
    put_below(s, "before:");
    dg_sheet_wrap(s, COLUMN_TEXT + 2, was);
}

static void put_claim(sheet *s, const json_t *row)
{
    const json_t *before = json_object_get(row, "old"), *now = json_object_get(row, "new");
    const way *as = way_of(row);
    dg_sheet_to(s, COLUMN_WORD);
    dg_sheet_ink(s, as->colour, as->word);
    dg_sheet_to(s, COLUMN_NAME);
    dg_sheet_put(s, dg_report_text_at(row, "name"));
    dg_sheet_to(s, COLUMN_TEXT);
    if (s->column > COLUMN_TEXT)
        dg_sheet_put(s, " ");
    put_statuses(s, row);
    if (before && now) {
        put_old_text(s, row);
        put_sides(s, before, now);
        put_figures(s, json_object_get(before, "figures"), json_object_get(now, "figures"));
        put_texts(s, json_object_get(before, "figures"), json_object_get(now, "figures"));
    }
    if (json_object_get(row, "also")) {
        put_below(s, "differs too:");
        dg_report_put_names(s, COLUMN_TEXT + 2, "", json_object_get(row, "also"));
    }
    dg_sheet_end(s);
}

/* Its evidence is other, and what is told of it is not. */
static bool has_words(const json_t *row)
{
    const json_t *also = json_object_get(row, "also");
    const char *key = json_string_value(json_array_get(also, 0));
    return strcmp(dg_report_text_at(row, "change"), "told") != 0 || json_array_size(also) != 1
           || !key || strcmp(key, "evidence") != 0
           || !json_equal(json_object_get(row, "old"), json_object_get(row, "new"));
}

static void put_evidence(sheet *s, const json_t *claims)
{
    const json_t *row;
    size_t i, count = 0;
    json_array_foreach(claims, i, row)
    {
        if (has_words(row))
            continue;
        if (!count++)
            dg_sheet_label(s, "told");
        if (count == 1)
            dg_sheet_wrap(s, COLUMN_NAME, "Evidence alone differs for");
        else
            dg_sheet_put(s, ",");
        dg_sheet_wrap(s, COLUMN_NAME, dg_report_text_at(row, "name"));
    }
    if (count)
        dg_sheet_end(s);
}

void dg_report_claims_differ(sheet *s, const json_t *claims)
{
    const json_t *row;
    size_t i;
    for (size_t k = 0; k < WAY_COUNT; k++) {
        json_array_foreach(claims, i, row)
        {
            if (way_of(row) == &ways[k] && has_words(row))
                put_claim(s, row);
        }
    }
    put_evidence(s, claims);
}

void dg_report_counts_differ(sheet *s, const json_t *claims)
{
    bool some = false;
    for (size_t k = 0; k < WAY_COUNT; k++) {
        const json_t *row;
        size_t i, count = 0;
        json_array_foreach(claims, i, row) count += way_of(row) == &ways[k];
        if (!count)
            continue;
        dg_sheet_put(s, some ? "," : "");
        dg_sheet_printf(s, 0, " %zu%s %s", count,
                        some         ? ""
                        : count == 1 ? " claim"
                                     : " claims",
                        ways[k].counted);
        some = true;
    }
    dg_sheet_put(s, some ? "." : " no claim differs.");
}
