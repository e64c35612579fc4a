/* gate.c - a gate for people: a line for each plan, what is not as expected below it, the ledger's
 * own faults, and one line that says it all. */
#include "report/report_impl.h"

#include <assert.h>
#include <string.h>

enum { NAME_MAX_WIDTH = 48, COLUMN_OF_NAME = 9, COLUMN_OF_CLAIM = 11, CLAIM_WIDTH = 20 };

typedef struct gate {
    const json_t *cases, *known, *document;
    unsigned name_width;
} gate;

static ink ink_of(const char *result)
{
    return strcmp(result, "green") == 0   ? INK_GREEN
           : strcmp(result, "known") == 0 ? INK_YELLOW
                                          : INK_RED;
}

static void put_result(sheet *s, const char *result, const char *word)
{
    dg_sheet_to(s, COLUMN_WORD);
    dg_sheet_ink(s, ink_of(result), word);
}

static const char *plural(long long count)
{
    return count == 1 ? "" : "s";
}

/* ---- one entry of the ledger ---- */

static void put_days(sheet *s, unsigned indent, const json_t *known)
{
    long long left = dg_report_whole_at(known, "days_left");
    const char *last = dg_report_text_at(known, "expires");
    if (left < 0)
        dg_sheet_printf(s, indent, "expired on %s, %lld day%s ago", last, -left, plural(-left));
    else if (left == 0)
        dg_sheet_printf(s, indent, "excused until %s, which is today", last);
    else
        dg_sheet_printf(s, indent, "excused until %s, %lld day%s left", last, left, plural(left));
}

static void put_reason(sheet *s, unsigned indent, const json_t *known)
{
    dg_sheet_wrap(s, indent, dg_report_text_at(known, "reason"));
    dg_sheet_end(s);
    dg_sheet_to(s, indent);
    dg_sheet_wrap(s, indent, dg_report_text_at(known, "link"));
    dg_sheet_end(s);
    dg_sheet_to(s, indent);
    put_days(s, indent, known);
    dg_sheet_end(s);
}

/* "a, b and 3 more" of a list of names. */
static void put_names(sheet *s, unsigned indent, const json_t *names)
{
    enum { SHOWN = 4 };
    size_t count = json_array_size(names);
    for (size_t i = 0; i < count && i < SHOWN; i++) {
        const char *name = json_string_value(json_array_get(names, i));
        dg_sheet_printf(s, indent, "%s%s", name ? name : "",
                        i + 1 < count && i + 1 < SHOWN ? "," : "");
    }
    if (count > SHOWN)
        dg_sheet_printf(s, indent, "and %zu more", count - SHOWN);
}

static void put_status(sheet *s, unsigned indent, const json_t *known)
{
    const char *status = dg_report_text_at(known, "status");
    if (strcmp(status, "expired") == 0) {
        put_days(s, indent, known);
        dg_sheet_put(s, ":");
        dg_sheet_wrap(s, indent, "mend what fails, or give it another day");
    } else if (strcmp(status, "passed") == 0) {
        dg_sheet_wrap(s, indent, "it has not broken in");
        put_names(s, indent, json_object_get(known, "held"));
        dg_sheet_put(s, ":");
        dg_sheet_wrap(s, indent, "take the entry out, or have it name fewer plans");
    } else if (strcmp(status, "stale") == 0) {
        dg_sheet_wrap(s, indent,
                      "it names no plan here in which the claim was seen: take it out, or it will "
                      "excuse the next failure that comes to have this name");
    }
}

static const char *word_of(const char *status)
{
    return strcmp(status, "passed") == 0    ? "no longer needed"
           : strcmp(status, "expired") == 0 ? "past its day"
                                            : status;
}

static void put_faults(sheet *s, const gate *g)
{
    const json_t *known;
    size_t i;
    json_array_foreach(g->known, i, known)
    {
        const char *status = dg_report_text_at(known, "status");
        if (strcmp(status, "used") == 0 || strcmp(status, "unknown") == 0)
            continue;
        put_result(s, "red", "RED");
        dg_sheet_to(s, COLUMN_OF_NAME);
        dg_sheet_printf(s, COLUMN_OF_CLAIM, "ledger entry %zu, %s in \"%s\", is %s:", i + 1,
                        dg_report_text_at(known, "claim"), dg_report_text_at(known, "plan"),
                        word_of(status));
        put_status(s, COLUMN_OF_CLAIM, known);
        dg_sheet_end(s);
    }
}

/* ---- one case ---- */

static void put_difference(sheet *s, const gate *g, const json_t *one)
{
    const json_t *index = json_object_get(one, "known"),
                 *known =
                     index ? json_array_get(g->known, (size_t)json_integer_value(index)) : NULL;
    const char *expected = dg_report_text_at(one, "expected");
    unsigned indent = COLUMN_OF_CLAIM + CLAIM_WIDTH;
    dg_sheet_to(s, COLUMN_OF_CLAIM);
    dg_sheet_put(s, dg_report_text_at(one, "claim"));
    dg_sheet_to(s, indent);
    if (s->column > indent)
        dg_sheet_put(s, " ");
    if (strcmp(expected, "not to break") == 0)
        dg_sheet_printf(s, indent, "%s, not expected:", dg_report_text_at(one, "found"));
    else
        dg_sheet_printf(s, indent, "%s, expected %s:", dg_report_text_at(one, "found"), expected);
    dg_sheet_wrap(s, indent, dg_report_text_at(one, "text"));
    dg_sheet_end(s);
    if (!known)
        return;
    dg_sheet_to(s, indent);
    dg_sheet_put(s, "known:");
    put_reason(s, indent, known);
}

static void put_case(sheet *s, const gate *g, const json_t *one)
{
    const char *result = dg_report_text_at(one, "result"), *state = dg_report_text_at(one, "state");
    const json_t *found = json_object_get(one, "found"), *difference;
    long long expected = dg_report_whole_at(json_object_get(one, "expected"), "exit"),
              code = dg_report_whole_at(found, "exit"), left = dg_report_whole_at(found, "left");
    unsigned at = COLUMN_OF_NAME + g->name_width + 2;
    size_t i;
    put_result(s, result,
               strcmp(result, "green") == 0   ? "GREEN"
               : strcmp(result, "known") == 0 ? "KNOWN"
                                              : "RED");
    dg_sheet_to(s, COLUMN_OF_NAME);
    dg_sheet_put(s, dg_report_text_at(one, "name"));
    dg_sheet_to(s, at);
    if (!found && strcmp(state, "failed") == 0)
        dg_sheet_printf(s, at, "expected exit %lld, but it could not be run (exit %lld): %s",
                        expected, dg_report_whole_at(one, "exit"), dg_report_text_at(one, "why"));
    else if (!found)
        dg_sheet_printf(s, at, "expected exit %lld, but it was not run", expected);
    else if (code == expected)
        dg_sheet_printf(s, at, "exit %lld as expected, %s", code,
                        dg_report_text_at(found, "answer"));
    else if (left == expected)
        dg_sheet_printf(s, at, "expected exit %lld; found %lld, %s, by known failures alone",
                        expected, code, dg_report_text_at(found, "answer"));
    else
        dg_sheet_printf(s, at, "expected exit %lld; found %lld, %s: %s", expected, code,
                        dg_report_text_at(found, "answer"), dg_report_text_at(found, "reason"));
    if (json_is_true(json_object_get(one, "retried")))
        dg_sheet_wrap(s, at, "(its process went down once, and it was run again)");
    dg_sheet_end(s);
    json_array_foreach(json_object_get(one, "differences"), i, difference)
        put_difference(s, g, difference);
}

/* ---- all of it ---- */

static size_t count_of(const json_t *list, const char *key, const char *word)
{
    const json_t *one;
    size_t i, count = 0;
    json_array_foreach(list, i, one) count += strcmp(dg_report_text_at(one, key), word) == 0;
    return count;
}

static void put_without(sheet *s, const gate *g)
{
    const json_t *names = json_object_get(json_object_get(g->document, "gate"), "without_plan");
    size_t count = json_array_size(names);
    if (!count)
        return;
    dg_sheet_to(s, COLUMN_WORD);
    dg_sheet_printf(s, COLUMN_OF_NAME, "%zu runtime%s of the list ha%s no plan here:", count,
                    plural((long long)count), count == 1 ? "s" : "ve");
    put_names(s, COLUMN_OF_NAME, names);
    dg_sheet_end(s);
}

static void put_summary(sheet *s, const gate *g)
{
    size_t cases = json_array_size(g->cases), entries = json_array_size(g->known),
           used = count_of(g->known, "status", "used"),
           unknown = count_of(g->known, "status", "unknown");
    const char *result = dg_report_text_at(g->document, "result");
    dg_sheet_ink(s, ink_of(result), strcmp(result, "green") == 0 ? "GREEN" : "RED");
    dg_sheet_put(s, ":");
    dg_sheet_printf(s, 0, "%zu plan%s, %zu green, %zu green by the ledger, %zu red.", cases,
                    plural((long long)cases), count_of(g->cases, "result", "green"),
                    count_of(g->cases, "result", "known"), count_of(g->cases, "result", "red"));
    if (entries)
        dg_sheet_printf(s, 0, " Ledger: %zu entr%s, %zu used, %zu red.", entries,
                        entries == 1 ? "y" : "ies", used, entries - used - unknown);
    dg_sheet_printf(s, 0, " Exit %lld.", dg_report_whole_at(g->document, "exit"));
    dg_sheet_end(s);
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

dg_code dg_report_gate(dg_buf *out, const json_t *document, const dg_report_options *options,
                       dg_error *err)
{
    sheet s = { .out = out,
                .width = options->width ? options->width < 40 ? 40 : options->width : 100,
                .colour = options->colour };
    gate g = { .cases = json_object_get(document, "cases"),
               .known = json_object_get(document, "known"),
               .document = document };
    const json_t *one;
    size_t i;
    if (!json_is_object(json_object_get(document, "gate")) || !json_is_array(g.cases))
        return dg_fail(err, DG_MALFORMED, "this is not a gate");
    g.name_width = name_width_of(g.cases);
    assert(g.name_width <= NAME_MAX_WIDTH);
    if (!options->brief) {
        dg_sheet_printf(&s, 0, "Gate %s, judged for %s.",
                        dg_report_text_at(json_object_get(document, "gate"), "name"),
                        dg_report_text_at(json_object_get(document, "environment"), "today"));
        dg_sheet_end(&s);
        dg_sheet_end(&s);
        json_array_foreach(g.cases, i, one) put_case(&s, &g, one);
        put_faults(&s, &g);
        put_without(&s, &g);
        dg_sheet_end(&s);
    }
    put_summary(&s, &g);
    return dg_buf_check(out, err, "the report of a gate");
}
