/* causes.c - why: what was proved, with both figures, what was looked at and is not the cause, and
 * what nothing explains. */
#include "report/report_impl.h"

#include <assert.h>
#include <string.h>

enum { FIGURES_MAX = 260 };

static bool is(const json_t *object, const char *key, const char *value)
{
    return strcmp(dg_report_text_at(object, key), value) == 0;
}

/* `before` and the text, as one sentence. */
static void say(sheet *s, const char *label, const char *before, const char *text)
{
    char line[1000], sentence[1004];
    snprintf(line, sizeof line, "%s%s%.900s", before, before[0] ? " " : "", text);
    dg_report_sentence(sentence, sizeof sentence, line);
    dg_sheet_label(s, label);
    dg_sheet_wrap(s, COLUMN_NAME, sentence);
    dg_sheet_end(s);
}

/* "6 candidates (control 80)". */
static void measured(char *out, size_t size, const json_t *claim, const char *key,
                     const char *control)
{
    assert(size > 0);
    const json_t *own = json_object_get(claim, key), *other = json_object_get(claim, control);
    const char *unit = dg_report_text_at(claim, "unit");
    if (json_is_number(other))
        snprintf(out, size, "%g %.20s (%g in control)", json_number_value(own), unit,
                 json_number_value(other));
    else
        snprintf(out, size, "%g %.20s", json_number_value(own), unit);
}

/* What became of a claim, as a verb. */
static const char *became(const json_t *claim)
{
    static const char *const words[][2] = { { "held", "held" },
                                            { "broke", "still broke" },
                                            { "warned", "warned" },
                                            { "unexercised", "had nothing to judge" } };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (is(claim, "status", words[i][0]))
            return words[i][1];
    return "came to nothing";
}

/* One claim: with the thing and without it. */
static void figures(sheet *s, const json_t *claim)
{
    char with[80], without[80], line[FIGURES_MAX];
    if (json_is_number(json_object_get(claim, "with"))) {
        measured(with, sizeof with, claim, "with", "control");
        measured(without, sizeof without, claim, "without", "without_control");
        snprintf(line, sizeof line, "%.40s broke with %s; without it, it %s with %s",
                 dg_report_text_at(claim, "claim"), with, became(claim), without);
    } else {
        snprintf(line, sizeof line, "%.40s broke; without it, it %s",
                 dg_report_text_at(claim, "claim"), became(claim));
    }
    dg_sheet_to(s, COLUMN_NAME);
    dg_sheet_wrap(s, COLUMN_NAME + 2, line);
    dg_sheet_end(s);
}

static void cause(sheet *s, const json_t *one)
{
    const json_t *claim;
    size_t i;
    bool partly = is(one, "kind", "contributes"), recorded = is(one, "kind", "recorded");
    say(s, partly ? "partly" : "cause", recorded ? "recorded, not proved:" : "",
        dg_report_text_at(one, "says"));
    json_array_foreach(json_object_get(one, "claims"), i, claim) figures(s, claim);
}

/* One line of several that hang on the one above. */
static void item(sheet *s, const char *text)
{
    dg_sheet_to(s, COLUMN_NAME);
    dg_sheet_put(s, "- ");
    dg_sheet_wrap(s, COLUMN_NAME + 2, text);
}

static void looked_at(sheet *s, const json_t *list)
{
    const json_t *one;
    size_t i;
    if (json_array_size(list))
        say(s, "tried", "", "Looked at, and not the cause; it breaks all the same where:");
    json_array_foreach(list, i, one)
    {
        const char *failed = dg_report_text_at(one, "failed");
        item(s, dg_report_text_at(one, "what"));
        if (failed[0])
            dg_sheet_printf(s, COLUMN_NAME + 2, "(of which nothing is known: %.300s)", failed);
        dg_sheet_end(s);
    }
}

static void unexplained(sheet *s, const json_t *part)
{
    const json_t *line;
    char names[400] = "";
    size_t i, used = 0;
    if (!part)
        return;
    json_array_foreach(json_object_get(part, "claims"), i, line) if (used < sizeof names) used +=
        (size_t)snprintf(names + used, sizeof names - used, "%s%s", i ? ", " : "",
                         json_is_string(line) ? json_string_value(line) : "");
    dg_sheet_label(s, "open");
    dg_sheet_printf(s, COLUMN_NAME,
                    "Nothing that was tried explains %s. The first answers and events that differ "
                    "between the arms:",
                    names);
    dg_sheet_end(s);
    json_array_foreach(json_object_get(part, "differences"), i, line)
    {
        item(s, json_is_string(line) ? json_string_value(line) : "");
        dg_sheet_end(s);
    }
}

void dg_report_causes(sheet *s, const json_t *outcome)
{
    const json_t *one, *left = json_object_get(outcome, "left_out");
    size_t i;
    json_array_foreach(json_object_get(outcome, "causes"), i, one) cause(s, one);
    looked_at(s, json_object_get(outcome, "looked_at"));
    if (left) {
        dg_sheet_label(s, "");
        dg_sheet_printf(s, COLUMN_NAME, "Not tried, since %lld were too many: %.400s",
                        dg_report_whole_at(left, "count"), dg_report_text_at(left, "what"));
        dg_sheet_end(s);
    }
    unexplained(s, json_object_get(outcome, "unexplained"));
}
