/* differences.c - what differs between two outcomes, or two sweeps, in words (room compare). */
#include "compare/compare.h"
#include "report/report_impl.h"

#include <assert.h>
#include <math.h>
#include <string.h>

enum { VALUE_SIZE = 160, HASH_TEXT_LEN = 66 };

/* ---- values ---- */

/* A text as it is, a hash by its ends, all else as JSON, cut to `size`. */
static void value_text(char *out, size_t size, const json_t *value)
{
    assert(size > 0);
    const char *text = json_string_value(value);
    size_t len = text ? strlen(text) : 0;
    if (text && len == HASH_TEXT_LEN && strncmp(text, "0x", 2) == 0) {
        snprintf(out, size, "%.10s..%s", text, text + len - 8);
    } else if (text) {
        snprintf(out, size, "%s", len ? text : "\"\"");
    } else {
        size_t used = json_dumpb(value, out, size - 1,
                                 JSON_SORT_KEYS | JSON_ENCODE_ANY | JSON_REAL_PRECISION(12));
        if (used < size)
            out[used] = 0;
        else
            memcpy(out + size - 3, "..", 3);
    }
}

/* "2, 1 before" */
static void put_change(sheet *s, unsigned indent, const json_t *row)
{
    const json_t *before = json_object_get(row, "old"), *now = json_object_get(row, "new");
    char a[VALUE_SIZE], b[VALUE_SIZE];
    value_text(a, sizeof a, before);
    value_text(b, sizeof b, now);
    if (!before)
        dg_sheet_printf(s, indent, "%s, not there before", b);
    else if (!now)
        dg_sheet_printf(s, indent, "not there, %s before", a);
    else
        dg_sheet_printf(s, indent, "%s, %s before", b, a);
}

void dg_report_put_figure(sheet *s, unsigned indent, const json_t *before, const json_t *now,
                          const char *unit)
{
    double a = json_number_value(before), b = json_number_value(now);
    int len = dg_report_unit_len(unit, b);
    const char *gap = unit[0] ? " " : "";
    if (!now)
        dg_sheet_printf(s, indent, "none, %.12g%s%.*s before", a, gap, dg_report_unit_len(unit, a),
                        unit);
    else if (!before)
        dg_sheet_printf(s, indent, "%.12g%s%.*s, none before", b, gap, len, unit);
    else
        dg_sheet_printf(s, indent, "%.12g%s%.*s, %.12g before (%.12g %s)", b, gap, len, unit, a,
                        fabs(b - a), b < a ? "less" : "more");
}

void dg_report_put_names(sheet *s, unsigned indent, const char *label, const json_t *names)
{
    const json_t *name;
    size_t i, count = json_array_size(names);
    dg_sheet_wrap(s, indent, label);
    json_array_foreach(names, i, name)
    {
        const char *text = json_string_value(name);
        dg_sheet_printf(s, indent, " %s%s", text ? text : "", i + 1 < count ? "," : "");
    }
}

/* ---- harm, causes, inputs ---- */

static const char *below(const char *path)
{
    const char *dot = strrchr(path, '.');
    return dot ? dot + 1 : path;
}

/* Where no label stands for a key it stands for itself. */
static const char *harm_label(const char *key)
{
    static const struct {
        const char *key, *says;
    } rows[] = {
        { "parachain_lost_ms", "parachain time lost" },
        { "relay_lost_ms", "relay chain time lost" },
        { "worst_lost_ms", "time lost by the parachain that lost most" },
        { "worst_parachain", "the parachain that lost most" },
        { "window_ms", "time that was looked at" },
        { "relay_blocks", "relay chain blocks" },
        { "relay_blocks_control", "relay chain blocks in control" },
        { "parachain_blocks", "parachain blocks included" },
        { "parachain_blocks_control", "parachain blocks included in control" },
        { "parachains", "parachains with a block" },
        { "parachains_harmed", "parachains harmed" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcmp(rows[i].key, key) == 0)
            return rows[i].says;
    return key;
}

/* To thousandths; NULL stays. The caller owns it. */
static json_t *minutes(const json_t *ms)
{
    return ms ? json_real(round(json_number_value(ms) / 60) / 1000) : NULL;
}

/* 0 stands for none. */
static void put_worst(sheet *s, const json_t *parachain, const char *behind)
{
    long long id = json_integer_value(parachain);
    if (id)
        dg_sheet_printf(s, COLUMN_NAME, "%lld%s", id, behind);
    else
        dg_sheet_printf(s, COLUMN_NAME, "%s%s", parachain ? "none" : "not counted", behind);
}

static void put_harm(sheet *s, const json_t *row)
{
    const char *key = below(dg_report_text_at(row, "path"));
    size_t len = strlen(key);
    dg_sheet_label(s, "harm");
    dg_sheet_printf(s, COLUMN_NAME, "%s:", harm_label(key));
    if (len > 3 && strcmp(key + len - 3, "_ms") == 0) {
        json_t *before = minutes(json_object_get(row, "old")),
               *now = minutes(json_object_get(row, "new"));
        dg_report_put_figure(s, COLUMN_NAME, before, now, "minutes");
        json_decref(before);
        json_decref(now);
    } else if (strcmp(key, "worst_parachain") == 0) {
        put_worst(s, json_object_get(row, "new"), "");
        dg_sheet_put(s, ",");
        put_worst(s, json_object_get(row, "old"), " before");
    } else {
        dg_report_put_figure(s, COLUMN_NAME, json_object_get(row, "old"),
                             json_object_get(row, "new"), "");
    }
    dg_sheet_end(s);
}

static void put_cause(sheet *s, const json_t *row)
{
    const char *kind = dg_report_text_at(row, "kind"), *was = dg_report_text_at(row, "old_kind"),
               *says = dg_report_text_at(row, "says"), *said = dg_report_text_at(row, "old_says");
    dg_sheet_label(s, "cause");
    dg_sheet_printf(s, COLUMN_NAME, "%s (%s):", dg_report_text_at(row, "change"), kind);
    dg_sheet_wrap(s, COLUMN_NAME, says);
    if (was[0] && strcmp(was, kind) != 0)
        dg_sheet_printf(s, COLUMN_NAME, "- %s before", was);
    if (said[0] && strcmp(said, says) != 0) {
        dg_sheet_wrap(s, COLUMN_NAME, "- before:");
        dg_sheet_wrap(s, COLUMN_NAME, said);
    }
    if (json_object_get(row, "also"))
        dg_report_put_names(s, COLUMN_NAME, "- differs too:", json_object_get(row, "also"));
    dg_sheet_end(s);
}

/* The first key of the path is what the label says. */
static void put_leaf(sheet *s, const json_t *row)
{
    const char *what = dg_report_text_at(row, "what"), *path = dg_report_text_at(row, "path"),
               *dot = strchr(path, '.');
    dg_sheet_label(s, strcmp(what, "snapshot") == 0  ? "state"
                      : strcmp(what, "program") == 0 ? "doppel"
                      : strcmp(what, "upgrade") == 0 ? "U"
                                                     : what);
    if (dot) {
        dg_sheet_put(s, dot + 1);
        dg_sheet_put(s, ":");
    }
    put_change(s, COLUMN_NAME, row);
    dg_sheet_end(s);
}

static void put_finding(sheet *s, const json_t *row)
{
    const json_t *was = json_object_get(row, "old"), *is = json_object_get(row, "new");
    const char *change = dg_report_text_at(row, "change");
    dg_sheet_label(s, change);
    dg_sheet_printf(s, COLUMN_NAME, "%s %s:", dg_report_text_at(is ? is : was, "severity"),
                    dg_report_text_at(row, "id"));
    dg_sheet_wrap(s, COLUMN_NAME, dg_report_text_at(is ? is : was, "says"));
    if (is && was)
        dg_sheet_printf(s, COLUMN_NAME, "- before (%s): %s", dg_report_text_at(was, "severity"),
                        dg_report_text_at(was, "says"));
    dg_sheet_end(s);
}

static const char *finding_word(const char *severity)
{
    return strcmp(severity, "fail") == 0   ? "forbids it"
           : strcmp(severity, "warn") == 0 ? "warns"
                                           : "says nothing";
}

static void put_side(sheet *s, const json_t *row)
{
    dg_sheet_label(s, "claim");
    dg_sheet_printf(
        s, COLUMN_NAME, "%s: preflight %s, the run %s:", dg_report_text_at(row, "claim"),
        finding_word(dg_report_text_at(row, "preflight")), dg_report_text_at(row, "run"));
    dg_sheet_wrap(s, COLUMN_NAME, dg_report_text_at(row, "text"));
    dg_sheet_end(s);
}

static void put_rows(sheet *s, const json_t *rows, void (*put)(sheet *s, const json_t *row))
{
    const json_t *row;
    size_t i;
    json_array_foreach(rows, i, row) put(s, row);
}

static void put_body(sheet *s, const json_t *document, bool also)
{
    dg_report_claims_differ(s, json_object_get(document, "claims"));
    put_rows(s, json_object_get(document, "findings"), put_finding);
    put_rows(s, json_object_get(document, "sides"), put_side);
    put_rows(s, json_object_get(document, "harm"), put_harm);
    put_rows(s, json_object_get(document, "causes"), put_cause);
    put_rows(s, json_object_get(document, "upgrade"), put_leaf);
    put_rows(s, json_object_get(document, "inputs"), put_leaf);
    if (also && json_object_get(document, "also")) {
        dg_sheet_label(s, "also");
        dg_report_put_names(s, COLUMN_NAME, "What differs too:", json_object_get(document, "also"));
        dg_sheet_end(s);
    }
}

static void put_preflight_counts(sheet *s, const json_t *document)
{
    size_t findings = json_array_size(json_object_get(document, "findings")),
           sides = json_array_size(json_object_get(document, "sides"));
    if (sides)
        dg_sheet_printf(s, 0, " preflight and run do not agree on %zu claim%s.", sides,
                        sides == 1 ? "" : "s");
    else if (findings)
        dg_sheet_printf(s, 0, " %zu finding%s.", findings, findings == 1 ? " differs" : "s differ");
    else
        dg_sheet_put(s, " no finding differs.");
}

/* ---- the first line ---- */

static void side_text(char *out, size_t size, const json_t *side)
{
    assert(size > 0);
    const char *word = dg_report_text_at(side, "word");
    snprintf(out, size, "%s (%s, exit %lld)", word[0] ? word : "No answer",
             dg_report_text_at(side, "result"), dg_report_whole_at(side, "exit"));
}

/* By their words, and where those are the same by all. */
static void put_answer(sheet *s, const json_t *answer)
{
    const json_t *before = json_object_get(answer, "old"), *now = json_object_get(answer, "new");
    const char *was = dg_report_text_at(before, "word"), *is = dg_report_text_at(now, "word");
    char a[120], b[120];
    if (!answer) {
        dg_sheet_wrap(s, 0, "The answer is as before");
        return;
    }
    side_text(a, sizeof a, before);
    side_text(b, sizeof b, now);
    if (strcmp(was, is) != 0)
        dg_sheet_printf(s, 0, "%s, %s before", is[0] ? is : "no answer",
                        was[0] ? was : "no answer");
    else
        dg_sheet_printf(s, 0, "%s, %s before", b, a);
}

/* ---- a sweep ---- */

static void cell_name(char *out, size_t size, const json_t *values)
{
    assert(size > 0);
    const char *key;
    json_t *value;
    size_t used = 0;
    out[0] = 0;
    json_object_foreach((json_t *)values, key, value)
    {
        const char *text = json_string_value(value);
        if (used < size)
            used += (size_t)snprintf(out + used, size - used, "%s%s%s", used ? ", " : "",
                                     strcmp(key, "seed") == 0 ? "seed " : "", text ? text : "");
    }
}

static const char *state_word(const char *state)
{
    return strcmp(state, "undone") == 0 ? "not done" : state;
}

/* Nothing that differs in it has words of its own. */
static bool is_mute(const json_t *cell)
{
    static const char *const parts[] = {
        "answer", "claims", "harm", "causes", "upgrade", "inputs"
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (json_object_get(cell, parts[i]))
            return false;
    return true;
}

/* What all cells share was all that differs in it. */
static bool is_said(const json_t *cell)
{
    return json_object_size(cell) == 1 && json_object_get(cell, "values");
}

static void put_cell(sheet *s, const json_t *cell, bool also)
{
    const json_t *state = json_object_get(cell, "new_state");
    char name[300];
    cell_name(name, sizeof name, json_object_get(cell, "values"));
    dg_sheet_end(s);
    dg_sheet_put(s, name[0] ? name : "the only cell");
    dg_sheet_put(s, ":");
    if (state)
        dg_sheet_printf(s, 0, "%s, %s before.", state_word(dg_report_text_at(cell, "new_state")),
                        state_word(dg_report_text_at(cell, "old_state")));
    if (dg_report_text_at(cell, "new_why")[0])
        dg_sheet_printf(s, 0, " %.500s.", dg_report_text_at(cell, "new_why"));
    if (!state || json_object_get(cell, "answer")) {
        put_answer(s, json_object_get(cell, "answer"));
        dg_sheet_put(s, state ? "." : ":");
    }
    if (!state)
        dg_report_counts_differ(s, json_object_get(cell, "claims"));
    dg_sheet_end(s);
    put_body(s, cell, also || is_mute(cell));
}

static void put_alone(sheet *s, const char *label, const json_t *cells)
{
    const json_t *values;
    size_t i;
    json_array_foreach(cells, i, values)
    {
        char name[300];
        cell_name(name, sizeof name, values);
        dg_sheet_label(s, label);
        dg_sheet_wrap(s, COLUMN_NAME, name);
        dg_sheet_end(s);
    }
}

static void put_sweep(sheet *s, const json_t *document, const dg_report_options *options)
{
    const json_t *cells = json_object_get(document, "cells"), *cell;
    size_t i, differ = json_array_size(cells), same = (size_t)dg_report_whole_at(document, "same");
    dg_sheet_printf(
        s, 0,
        "Cells in both sweeps: %zu, of which %zu differ; in the older one alone: %zu; in "
        "the newer one alone: %zu.",
        differ + same, differ, json_array_size(json_object_get(document, "older")),
        json_array_size(json_object_get(document, "newer")));
    dg_sheet_end(s);
    if (options->brief)
        return;
    put_alone(s, "older", json_object_get(document, "older"));
    put_alone(s, "newer", json_object_get(document, "newer"));
    put_rows(s, json_object_get(document, "inputs"), put_leaf);
    if (json_object_get(document, "also")) {
        dg_sheet_label(s, "also");
        dg_report_put_names(s, COLUMN_NAME, "What differs too:", json_object_get(document, "also"));
        dg_sheet_end(s);
    }
    json_array_foreach(cells, i, cell)
    {
        if (!is_said(cell))
            put_cell(s, cell, options->verbose);
    }
}

void dg_report_put_differences(sheet *s, const json_t *document, const dg_report_options *options)
{
    if (!dg_compare_differs(document))
        return;
    if (json_is_true(json_object_get(document, "sweep"))) {
        put_sweep(s, document, options);
        return;
    }
    put_answer(s, json_object_get(document, "answer"));
    dg_sheet_put(s, ":");
    if (json_is_true(json_object_get(document, "preflight")))
        put_preflight_counts(s, document);
    else
        dg_report_counts_differ(s, json_object_get(document, "claims"));
    dg_sheet_end(s);
    if (!options->brief)
        put_body(s, document, true);
}

dg_code dg_report_differences(dg_buf *out, const json_t *document, const dg_report_options *options,
                              dg_error *err)
{
    sheet s = { .out = out,
                .width = options->width ? options->width < 40 ? 40 : options->width : 100,
                .colour = options->colour };
    if (!json_is_boolean(json_object_get(document, "differs")))
        return dg_fail(err, DG_MALFORMED, "this is no comparison");
    dg_report_put_differences(&s, document, options);
    return dg_buf_check(out, err, "what differs");
}
