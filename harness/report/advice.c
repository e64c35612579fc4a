/* advice.c - when to enact, in words (room advise). */
#include "advise/advise.h"
#include "report/report_impl.h"

#include <assert.h>
#include <stdarg.h>
#include <string.h>

static double number_at(const json_t *object, const char *key)
{
    return json_number_value(json_object_get(object, key));
}

static bool is(const json_t *object, const char *key, const char *word)
{
    return strcmp(dg_report_text_at(object, key), word) == 0;
}

static const char *s_of(long long count)
{
    return count == 1 ? "" : "s";
}

static long long epoch_slots(const json_t *advice)
{
    return dg_report_whole_at(json_object_get(advice, "session"), "slots");
}

static void put_line(sheet *s, const char *label, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void put_line(sheet *s, const char *label, const char *format, ...)
{
    char text[1600];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    dg_sheet_label(s, label);
    dg_sheet_wrap(s, COLUMN_NAME, text);
    dg_sheet_end(s);
}

/* ---- the first line ---- */

/* "its first block", "its last block", "slots 3 to 9" */
static void range_text(char *out, size_t size, const json_t *range, long long slots)
{
    assert(size > 0);
    long long from = dg_report_whole_at(range, "from"), to = dg_report_whole_at(range, "to");
    if (!from && to + 1 == slots)
        snprintf(out, size, "everywhere");
    else if (!from && !to)
        snprintf(out, size, "slot 0, which has the first block");
    else if (from == to)
        snprintf(out, size, "slot %lld", from);
    else
        snprintf(out, size, "slots %lld to %lld", from, to);
}

static void ranges_text(char *out, size_t size, const json_t *ranges, long long slots)
{
    assert(size > 0);
    const json_t *range;
    size_t i, used = 0, count = json_array_size(ranges);
    out[0] = 0;
    json_array_foreach(ranges, i, range)
    {
        char one[80];
        range_text(one, sizeof one, range, slots);
        if (used < size)
            used += (size_t)snprintf(out + used, size - used, "%s%s",
                                     !i               ? ""
                                     : i + 1 == count ? " and "
                                                      : ", ",
                                     one);
    }
}

static void put_first(sheet *s, const json_t *advice, const json_t *of)
{
    char change[200], safe[700];
    long long runs = dg_report_whole_at(of, "runs"), open = dg_report_whole_at(of, "open");
    int code = dg_advise_exit(advice);
    dg_report_change(change, sizeof change, advice);
    ranges_text(safe, sizeof safe, json_object_get(of, "safe"), epoch_slots(advice));
    dg_sheet_printf(s, 0, "%s%s", change, change[0] ? ":" : "");
    if (code == DG_EXIT_HELD)
        dg_sheet_ink(s, INK_GREEN, " there is a place that was run and held.");
    else if (code == DG_EXIT_BROKE)
        dg_sheet_ink(s, INK_RED, " no place that was run held.");
    else
        dg_sheet_ink(s, INK_YELLOW, " cannot say.");
    dg_sheet_printf(s, 0, "Of %lld run%s %lld held and %lld broke", runs, s_of(runs),
                    dg_report_whole_at(of, "held"), dg_report_whole_at(of, "broke"));
    if (open)
        dg_sheet_printf(s, 0, "(%lld not decided)", open);
    dg_sheet_put(s, ".");
    dg_sheet_end(s);
    if (is(advice, "why", "chain-only"))
        put_line(s, "why",
                 "No network was simulated in some of these runs: what nodes do there "
                 "was not judged, so nothing is advised. Run it without --no-network.");
    if (safe[0])
        put_line(s, "safe", "%s of a session of %lld slots, counted from 0.", safe,
                 epoch_slots(advice));
}

static void window_name(char *out, size_t size, const json_t *advice, const json_t *row)
{
    assert(size > 0);
    long long last = dg_report_whole_at(advice, "last");
    if (is(row, "where", "first"))
        snprintf(out, size, "first block");
    else if (is(row, "where", "last"))
        snprintf(out, size, "last %lld block%s", last, s_of(last));
    else
        snprintf(out, size, "blocks between");
}

static void lost_text(char *out, size_t size, const json_t *lost)
{
    assert(size > 0);
    long long best = dg_report_whole_at(lost, "best"), worst = dg_report_whole_at(lost, "worst");
    if (!lost)
        snprintf(out, size, "-");
    else if (best == worst)
        snprintf(out, size, "%lld", best);
    else
        snprintf(out, size, "%lld to %lld", best, worst);
}

static long long worst_ms(const json_t *window)
{
    return dg_report_whole_at(json_object_get(window, "stall_ms"), "worst");
}

/* Of the two windows that a call can be aimed at, the one that is not safe and costs less. */
static void put_else(sheet *s, const json_t *advice, const json_t *of)
{
    const json_t *window, *found = NULL;
    char name[60], best[32], worst[32], lost[60];
    size_t i;
    json_array_foreach(json_object_get(of, "windows"), i, window)
    {
        if (!dg_report_whole_at(window, "broke") || !json_object_get(window, "stall_ms")
            || is(window, "where", "between"))
            continue;
        if (!found || worst_ms(window) < worst_ms(found))
            found = window;
    }
    if (!found)
        return;
    window_name(name, sizeof name, advice, found);
    dg_report_minutes(best, dg_report_whole_at(json_object_get(found, "stall_ms"), "best"));
    dg_report_minutes(worst, worst_ms(found));
    lost_text(lost, sizeof lost, json_object_get(found, "lost_blocks"));
    put_line(s, "else",
             "In the %s of a session %lld of %lld runs broke: chains stalled for %s to %s minutes, "
             "and %s parachain blocks were lost.",
             name, dg_report_whole_at(found, "broke"), dg_report_whole_at(found, "runs"), best,
             worst, lost);
}

/* ---- the call ---- */

static void put_chances(sheet *s, const json_t *advice, const json_t *aim)
{
    static const struct {
        const char *key, *says;
    } rows[] = {
        { "early", "in the session before, more than %lld blocks before its end" },
        { "last", "in the last %lld blocks of that session" },
        { "first", "in the first block of the session" },
        { "late", "later than that" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[120], chance[16];
        const char *says = rows[i].says, *number = strstr(says, "%lld");
        snprintf(chance, sizeof chance, "%5.1f %%", 100 * number_at(aim, rows[i].key));
        dg_sheet_to(s, COLUMN_NAME);
        dg_sheet_put(s, chance);
        if (number)
            snprintf(text, sizeof text, "%.*s%lld%s", (int)(number - says), says,
                     dg_report_whole_at(advice, "last"), number + strlen("%lld"));
        else
            snprintf(text, sizeof text, "%s", says);
        dg_sheet_to(s, COLUMN_NAME + 9);
        dg_sheet_put(s, text);
        dg_sheet_end(s);
    }
}

static void expected_text(char *out, size_t size, const json_t *aim)
{
    assert(size > 0);
    char usual[32], worst[32];
    double known = number_at(aim, "known");
    if (!json_object_get(aim, "stall_ms") || known < 0.0005) {
        snprintf(out, size, "What it costs there was not run.");
        return;
    }
    dg_report_minutes(usual, dg_report_whole_at(aim, "stall_ms"));
    dg_report_minutes(worst, dg_report_whole_at(aim, "stall_ms_worst"));
    snprintf(out, size, "Expected stall: %s minutes, at worst %s%s", usual, worst,
             known < 0.9995 ? "; " : ".");
    if (known < 0.9995)
        snprintf(out + strlen(out), size - strlen(out),
                 "that is of the %.1f %% of cases that land where it was run, the others are not "
                 "known.",
                 100 * known);
}

/* What has to say so: U is the block in which the call is dispatched. */
static void put_how(sheet *s, const json_t *advice, const json_t *aim)
{
    long long block = dg_report_whole_at(aim, "block"), delay = dg_report_whole_at(aim, "delay"),
              from = dg_report_whole_at(json_object_get(advice, "ahead"), "block");
    bool pending = json_is_true(json_object_get(advice, "pending"));
    if (is(advice, "how", "authorize"))
        put_line(s, "call",
                 "authorize_upgrade may be dispatched at any time before; hold "
                 "apply_authorized_upgrade back so that it is in #%lld, %lld block%s behind #%lld.",
                 block, delay, s_of(delay), from);
    else
        put_line(s, "call",
                 "scheduler.schedule with when = %lld, or a referendum that is enacted at block "
                 "%lld: %lld block%s behind #%lld.%s",
                 block, block, delay, s_of(delay), from,
                 is(advice, "how", "override")
                     ? " (The runs wrote :code themselves, which no chain does.)"
                     : "");
    if (pending)
        put_line(s, "", "N waits one block in :pending_code and answers from the next one on.");
}

/* "#37 to #41" */
static void first_block(char *out, size_t size, const json_t *first)
{
    assert(size > 0);
    long long least = dg_report_whole_at(first, "least"), most = dg_report_whole_at(first, "most");
    if (least == most)
        snprintf(out, size, "#%lld", least);
    else
        snprintf(out, size, "#%lld to #%lld", least, most);
}

static void put_call(sheet *s, const json_t *advice, const json_t *of)
{
    const json_t *aim = json_object_get(of, "schedule"), *ahead = json_object_get(advice, "ahead");
    char at[32], first[64], expected[300];
    if (!aim)
        return;
    first_block(first, sizeof first, json_object_get(ahead, "first_block"));
    dg_report_utc(at, (uint64_t)dg_report_whole_at(ahead, "boundary_slot"),
                  (uint64_t)dg_report_whole_at(json_object_get(advice, "session"), "slot_ms"));
    put_how(s, advice, aim);
    put_line(
        s, "when",
        "The session begins at slot %lld, %s UTC, %lld slots ahead; its first block is %s in 95 "
        "of 100 cases. A call for #%lld lands",
        dg_report_whole_at(ahead, "boundary_slot"), at, dg_report_whole_at(ahead, "slots"), first,
        dg_report_whole_at(aim, "block"));
    put_chances(s, advice, aim);
    expected_text(expected, sizeof expected, aim);
    put_line(s, "", "A place where every run held: %.1f %%. %s %s", 100 * number_at(aim, "safe"),
             expected,
             number_at(aim, "known") >= 0.95
                 ? "Of all block numbers near that boundary this one costs least."
                 : "Of most block numbers the cost is not known; this one is safe likeliest.");
}

/* Were more slots empty than so few of them show. */
static void put_cautious(sheet *s, const json_t *advice, const json_t *of)
{
    const json_t *aim = json_object_get(of, "cautious");
    char expected[300];
    if (!aim)
        return;
    expected_text(expected, sizeof expected, aim);
    put_line(s, "",
             "Were it %.1f %%, the call would be for #%lld: %.1f %% in a place where every run "
             "held. %s",
             100 * number_at(json_object_get(advice, "miss"), "at_most"),
             dg_report_whole_at(aim, "block"), 100 * number_at(aim, "safe"), expected);
}

/* Of the block that was asked for. */
static void put_asked(sheet *s, const json_t *advice, const json_t *of)
{
    const json_t *aim = json_object_get(of, "asked");
    char expected[300];
    if (!aim)
        return;
    expected_text(expected, sizeof expected, aim);
    put_line(s, "asked", "A call for #%lld, %lld blocks ahead, lands",
             dg_report_whole_at(aim, "block"), dg_report_whole_at(aim, "delay"));
    put_chances(s, advice, aim);
    put_line(s, "", "A place where every run held: %.1f %%. %s", 100 * number_at(aim, "safe"),
             expected);
}

static void put_miss(sheet *s, const json_t *advice)
{
    const json_t *miss = json_object_get(advice, "miss");
    long long slots = dg_report_whole_at(miss, "slots");
    double rate = 100 * number_at(miss, "rate");
    if (!miss)
        put_line(s, "miss", "How many slots stay empty is not known: say it with --miss-rate.");
    else if (is(miss, "from", "given"))
        put_line(s, "miss", "%.2f %% of slots stay empty, as given.", rate);
    else if (is(miss, "from", "chain"))
        put_line(s, "miss", "%.2f %% of slots stay empty, as on the chain since its first slot.",
                 rate);
    else
        put_line(s, "miss",
                 "%.2f %% of slots stay empty, as in control: %lld of %lld. So few slots show no "
                 "more than that it is below %.1f %%; --miss-rate says what the live chain has.",
                 rate, dg_report_whole_at(miss, "empty"), slots, 100 * number_at(miss, "at_most"));
}

/* ---- places ---- */

static void minutes_cell(char out[40], const json_t *range, const char *key)
{
    char text[32];
    if (!range) {
        snprintf(out, 40, "-");
        return;
    }
    dg_report_minutes(text, dg_report_whole_at(range, key));
    snprintf(out, 40, "%s", text);
}

enum { AT_RUNS = 34, AT_STALL = 48, AT_LOST = 68, AT_BREAKS = 82 };

static void put_claims(sheet *s, const json_t *names)
{
    const json_t *name;
    size_t i, count = json_array_size(names);
    enum { SHOWN = 2 };
    json_array_foreach(names, i, name)
    {
        const char *text = json_string_value(name);
        if (i < SHOWN)
            dg_sheet_printf(s, COLUMN_NAME, "%s%s", text ? text : "",
                            i + 1 < count && i + 1 < SHOWN ? "," : "");
    }
    if (count > SHOWN)
        dg_sheet_printf(s, COLUMN_NAME, "and %zu more", count - SHOWN);
}

static void put_place(sheet *s, const char *name, const json_t *row)
{
    const json_t *stall = json_object_get(row, "stall_ms"),
                 *lost = json_object_get(row, "lost_blocks");
    char best[40], worst[40], mean[40], text[160];
    dg_sheet_to(s, COLUMN_NAME);
    dg_sheet_put(s, name);
    dg_sheet_to(s, AT_RUNS);
    if (!dg_report_whole_at(row, "runs")) {
        dg_sheet_put(s, "not run: not known");
        dg_sheet_end(s);
        return;
    }
    minutes_cell(best, stall, "best");
    minutes_cell(worst, stall, "worst");
    minutes_cell(mean, stall, "mean");
    snprintf(text, sizeof text, "%lld of %lld", dg_report_whole_at(row, "held"),
             dg_report_whole_at(row, "runs"));
    dg_sheet_put(s, text);
    dg_sheet_to(s, AT_STALL);
    snprintf(text, sizeof text, "%5s %5s %5s", best, worst, mean);
    dg_sheet_put(s, text);
    dg_sheet_to(s, AT_LOST);
    lost_text(text, sizeof text, lost);
    dg_sheet_put(s, text);
    dg_sheet_end(s);
    if (json_array_size(json_object_get(row, "claims"))) {
        dg_sheet_to(s, COLUMN_NAME + 2);
        dg_sheet_put(s, "breaks");
        put_claims(s, json_object_get(row, "claims"));
        dg_sheet_end(s);
    }
}

static void put_heads(sheet *s)
{
    dg_sheet_end(s);
    dg_sheet_to(s, COLUMN_NAME);
    dg_sheet_put(s, "U in a session's");
    dg_sheet_to(s, AT_RUNS);
    dg_sheet_put(s, "held");
    dg_sheet_to(s, AT_STALL);
    dg_sheet_put(s, "stall in minutes    parachain");
    dg_sheet_end(s);
    dg_sheet_to(s, AT_STALL);
    dg_sheet_put(s, " best worst  mean   blocks lost");
    dg_sheet_end(s);
}

static void put_aim(sheet *s, const char *to, const json_t *aim, const char *key)
{
    char expected[300];
    if (!json_is_object(aim))
        return;
    expected_text(expected, sizeof expected, aim);
    put_line(s, "aim", "At the %s: #%lld lands there in %.1f %% of cases. %s", to,
             dg_report_whole_at(aim, "block"), 100 * number_at(aim, key), expected);
}

static void put_places(sheet *s, const json_t *advice, const json_t *of)
{
    const json_t *row, *windows = json_object_get(of, "windows");
    char name[60];
    size_t i;
    put_heads(s);
    json_array_foreach(windows, i, row)
    {
        window_name(name, sizeof name, advice, row);
        put_place(s, name, row);
    }
    json_array_foreach(json_object_get(of, "blocks"), i, row)
    {
        long long to_end = dg_report_whole_at(row, "to_end");
        if (to_end == 1)
            snprintf(name, sizeof name, "last block");
        else
            snprintf(name, sizeof name, "last but %lld", to_end - 1);
        put_place(s, name, row);
    }
    dg_sheet_end(s);
    json_array_foreach(windows, i, row)
    {
        window_name(name, sizeof name, advice, row);
        put_aim(s, name, json_object_get(row, "aim"), dg_report_text_at(row, "where"));
    }
}

/* ---- what is not known, and what would change it ---- */

static void put_unknown(sheet *s, const json_t *advice, const json_t *of)
{
    long long undone = dg_report_whole_at(advice, "not_done"),
              open = dg_report_whole_at(of, "open");
    char slots[700];
    ranges_text(slots, sizeof slots, json_object_get(of, "not_run"), epoch_slots(advice));
    if (slots[0])
        put_line(s, "unrun",
                 "Not run, so not known: %.600s of a session. doppel sweep PLAN --at every runs "
                 "each slot of one.",
                 slots);
    if (open)
        put_line(s, "open",
                 "Not decided: %lld of the runs. doppel sweep with --seeds 1..20 gives "
                 "luck less room.",
                 open);
    if (undone)
        put_line(s, "undone", "%lld cells of the sweep were not done: the same command goes on.",
                 undone);
}

static void put_change(sheet *s, const json_t *row, long long broken)
{
    long long mends = dg_report_whole_at(row, "mends"), of = dg_report_whole_at(row, "of");
    char says[700];
    dg_report_sentence(says, sizeof says, dg_report_text_at(row, "what"));
    put_line(s, "change", "%s", says);
    dg_sheet_to(s, COLUMN_NAME + 2);
    if (mends == broken)
        dg_sheet_printf(s, COLUMN_NAME + 2,
                        "Proved: with it nothing breaks in %s%lld broken run%s.",
                        broken > 1 ? "any of the " : "the ", broken, s_of(broken));
    else if (mends)
        dg_sheet_printf(s, COLUMN_NAME + 2,
                        "Proved for some: with it nothing breaks in %lld of %lld broken runs.",
                        mends, broken);
    else
        dg_sheet_printf(s, COLUMN_NAME + 2,
                        "Not enough alone: it is a cause in %lld of %lld broken run%s, and each "
                        "breaks with it too.",
                        of, broken, s_of(broken));
    if (mends && mends < of)
        dg_sheet_printf(s, COLUMN_NAME + 2,
                        "It is a cause in %lld more, where it alone is not enough.", of - mends);
    dg_sheet_end(s);
}

static void put_changes(sheet *s, const json_t *advice)
{
    long long broken = dg_report_whole_at(advice, "broken");
    const json_t *row;
    size_t i;
    json_array_foreach(json_object_get(advice, "changes"), i, row) put_change(s, row, broken);
    json_array_foreach(json_object_get(advice, "advice"), i, row)
    {
        char says[700];
        long long runs = dg_report_whole_at(row, "runs");
        dg_report_sentence(says, sizeof says, dg_report_text_at(row, "says"));
        put_line(s, i ? "or" : "do", "%s (By %lld of %lld broken run%s.)", says, runs, broken,
                 s_of(broken));
    }
    if (json_is_true(json_object_get(advice, "recorded")))
        put_line(s, "causes",
                 "Of some broken runs no cause was proved, so a fix of those is not "
                 "known. The same sweep with --explain proved asks for them.");
}

static void values_text(char *out, size_t size, const json_t *values)
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
            used += (size_t)snprintf(out + used, size - used, "%s%s %s", used ? ", " : "", key,
                                     text ? text : "?");
    }
}

static void put_other(sheet *s, const json_t *advice, const json_t *of)
{
    char name[400], safe[700];
    long long code = dg_report_whole_at(of, "exit");
    values_text(name, sizeof name, json_object_get(of, "values"));
    ranges_text(safe, sizeof safe, json_object_get(of, "safe"), epoch_slots(advice));
    put_line(s, "with", "%s: %lld of %lld runs held%s%s%s.", name[0] ? name : "another plan",
             dg_report_whole_at(of, "held"), dg_report_whole_at(of, "runs"),
             safe[0] ? "; safe: " : "", safe,
             code == DG_EXIT_INCONCLUSIVE ? "; nothing can be said of it" : "");
}

/* ---- all of it ---- */

static void put_exit(sheet *s, int code)
{
    dg_sheet_printf(s, 0, "exit %d: %s", code,
                    code == DG_EXIT_HELD    ? "there is a safe place that was run"
                    : code == DG_EXIT_BROKE ? "no place that was run held"
                                            : "cannot say");
    dg_sheet_end(s);
}

dg_code dg_report_advice(dg_buf *out, const json_t *document, const dg_report_options *options,
                         dg_error *err)
{
    const json_t *cases = json_object_get(document, "cases"), *of = json_array_get(cases, 0);
    sheet s = { .out = out,
                .width = options->width ? options->width < 40 ? 40 : options->width : 100,
                .colour = options->colour };
    if (!json_is_array(cases) || dg_advise_exit(document) == DG_EXIT_INTERNAL)
        return dg_fail(err, DG_MALFORMED, "this is no advice");
    assert(s.width >= 40);
    put_first(&s, document, of);
    put_else(&s, document, of);
    put_call(&s, document, of);
    put_asked(&s, document, of);
    if (!options->brief) {
        put_miss(&s, document);
        put_cautious(&s, document, of);
        if (of)
            put_places(&s, document, of);
        put_unknown(&s, document, of);
        put_changes(&s, document);
        for (size_t i = 1; i < json_array_size(cases); i++)
            put_other(&s, document, json_array_get(cases, i));
        put_exit(&s, dg_advise_exit(document));
    }
    return dg_buf_check(out, err, "advice");
}
