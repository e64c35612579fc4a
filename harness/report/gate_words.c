/* gate_words.c - what a gate says of a plan, of an entry of its ledger and of all together, each in
 * one line: the same words wherever it is shown. */
#include "report/report_impl.h"

#include <string.h>

static const char *plural(long long count)
{
    return count == 1 ? "" : "s";
}

static size_t count_of(const json_t *list, const char *key, const char *word)
{
    const json_t *one;
    size_t i, count = 0;
    json_array_foreach(list, i, one) count += strcmp(dg_report_text_at(one, key), word) == 0;
    return count;
}

/* ---- a plan ---- */

void dg_report_gate_case(dg_buf *out, const json_t *one)
{
    const json_t *found = json_object_get(one, "found");
    long long expected = dg_report_whole_at(json_object_get(one, "expected"), "exit"),
              code = dg_report_whole_at(found, "exit"), left = dg_report_whole_at(found, "left");
    const char *answer = dg_report_text_at(found, "answer");
    if (!found && strcmp(dg_report_text_at(one, "state"), "failed") == 0)
        dg_buf_printf(out, "expected exit %lld, but it could not be run (exit %lld): %s", expected,
                      dg_report_whole_at(one, "exit"), dg_report_text_at(one, "why"));
    else if (!found)
        dg_buf_printf(out, "expected exit %lld, but it was not run", expected);
    else if (code == expected)
        dg_buf_printf(out, "exit %lld as expected, %s", code, answer);
    else if (left == expected)
        dg_buf_printf(out, "expected exit %lld; found %lld, %s, by known failures alone", expected,
                      code, answer);
    else
        dg_buf_printf(out, "expected exit %lld; found %lld, %s: %s", expected, code, answer,
                      dg_report_text_at(found, "reason"));
    if (json_is_true(json_object_get(one, "retried")))
        dg_buf_put_text(out, " (its process went down once, and it was run again)");
}

void dg_report_gate_difference(dg_buf *out, const json_t *difference)
{
    const char *expected = dg_report_text_at(difference, "expected");
    dg_buf_put_text(out, dg_report_text_at(difference, "found"));
    if (strcmp(expected, "not to break") == 0)
        dg_buf_put_text(out, ", not expected");
    else
        dg_buf_printf(out, ", expected %s", expected);
    dg_buf_printf(out, ": %s", dg_report_text_at(difference, "text"));
}

const json_t *dg_report_gate_known(const json_t *document, const json_t *difference)
{
    const json_t *index = json_object_get(difference, "known");
    json_int_t i = json_integer_value(index);
    return index && i >= 0 ? json_array_get(json_object_get(document, "known"), (size_t)i) : NULL;
}

/* ---- an entry of the ledger ---- */

void dg_report_gate_days(dg_buf *out, const json_t *known)
{
    long long left = dg_report_whole_at(known, "days_left");
    const char *last = dg_report_text_at(known, "expires");
    if (left < 0)
        dg_buf_printf(out, "expired on %s, %lld day%s ago", last, -left, plural(-left));
    else if (left == 0)
        dg_buf_printf(out, "excused until %s, which is today", last);
    else
        dg_buf_printf(out, "excused until %s, %lld day%s left", last, left, plural(left));
}

/* "a, b and 3 more" of a list of names. */
static void put_names(dg_buf *out, const json_t *names)
{
    enum { SHOWN = 4 };
    size_t count = json_array_size(names);
    for (size_t i = 0; i < count && i < SHOWN; i++) {
        const char *name = json_string_value(json_array_get(names, i));
        dg_buf_printf(out, "%s%s", i ? ", " : "", name ? name : "");
    }
    if (count > SHOWN)
        dg_buf_printf(out, " and %zu more", count - SHOWN);
}

bool dg_report_gate_fault(dg_buf *out, const json_t *document, size_t i)
{
    const json_t *known = json_array_get(json_object_get(document, "known"), i);
    const char *status = dg_report_text_at(known, "status");
    bool expired = strcmp(status, "expired") == 0, passed = strcmp(status, "passed") == 0;
    if (!expired && !passed && strcmp(status, "stale") != 0)
        return false;
    dg_buf_printf(out, "ledger entry %zu, %s in \"%s\", is %s: ", i + 1,
                  dg_report_text_at(known, "claim"), dg_report_text_at(known, "plan"),
                  expired  ? "past its day"
                  : passed ? "no longer needed"
                           : "stale");
    if (expired) {
        dg_report_gate_days(out, known);
        dg_buf_put_text(out, ": mend what fails, or give it another day");
    } else if (passed) {
        dg_buf_put_text(out, "it has not broken in ");
        put_names(out, json_object_get(known, "held"));
        dg_buf_put_text(out, ": take the entry out, or have it name fewer plans");
    } else {
        dg_buf_put_text(out, "it names no plan here in which the claim was seen: take it out, or "
                             "it will excuse the next failure that comes to have this name");
    }
    return true;
}

/* ---- all of it ---- */

void dg_report_gate_sum(dg_buf *out, const json_t *document)
{
    const json_t *cases = json_object_get(document, "cases"),
                 *known = json_object_get(document, "known");
    size_t count = json_array_size(cases), entries = json_array_size(known),
           used = count_of(known, "status", "used"), unknown = count_of(known, "status", "unknown");
    dg_buf_printf(out, "%zu plan%s, %zu green, %zu green by the ledger, %zu red.", count,
                  plural((long long)count), count_of(cases, "result", "green"),
                  count_of(cases, "result", "known"), count_of(cases, "result", "red"));
    if (entries)
        dg_buf_printf(out, " Ledger: %zu entr%s, %zu used, %zu red.", entries,
                      entries == 1 ? "y" : "ies", used, entries - used - unknown);
    dg_buf_printf(out, " Exit %lld.", dg_report_whole_at(document, "exit"));
}

bool dg_report_gate_without(dg_buf *out, const json_t *document)
{
    const json_t *names = json_object_get(json_object_get(document, "gate"), "without_plan");
    size_t count = json_array_size(names);
    if (!count)
        return false;
    dg_buf_printf(out, "%zu runtime%s of the list ha%s no plan here: ", count,
                  plural((long long)count), count == 1 ? "s" : "ve");
    put_names(out, names);
    return true;
}
