/* answer.c - the five lines that come first: the word, what breaks and for which parachains, why,
 * what to do, and when to enact. They are made from `answer` and `upgrade` of an outcome, whose
 * facts are numbers; an outcome without an answer has none of them. */
#include "report/report_impl.h"

#include <assert.h>
#include <stdarg.h>
#include <string.h>

enum { BREAKS_TOLD = 3 };

/* Sentences of one line, in the making; what is too long is cut. */
typedef struct line {
    char text[2400];
    size_t used;
} line;

static void say(line *l, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void say(line *l, const char *format, ...)
{
    va_list args;
    int len;
    assert(l->used < sizeof l->text);
    va_start(args, format);
    len = vsnprintf(l->text + l->used, sizeof l->text - l->used, format, args);
    va_end(args);
    l->used += len > 0 ? (size_t)len : 0;
    l->used = l->used < sizeof l->text ? l->used : sizeof l->text - 1;
}

static void say_sentence(line *l, const char *text)
{
    char room[700];
    dg_report_sentence(room, sizeof room, text);
    say(l, "%s%s", l->used && room[0] ? " " : "", room);
}

static void say_minutes(line *l, long long ms)
{
    char text[32];
    dg_report_minutes(text, ms);
    say(l, "%s minutes", text);
}

static const char *s_of(long long count)
{
    return count == 1 ? "" : "s";
}

static bool is(const json_t *answer, const char *word)
{
    return strcmp(dg_report_text_at(answer, "word"), word) == 0;
}

static bool chain_only(const json_t *answer)
{
    return json_is_true(json_object_get(answer, "chain_only"));
}

/* ---- 1: the word ---- */

static void say_word(line *l, const json_t *o, const json_t *answer)
{
    const char *reason = dg_report_text_at(o, "reason");
    long long not_judged = dg_report_whole_at(answer, "not_judged");
    long long block = dg_report_whole_at(json_object_get(o, "upgrade"), "block");
    assert(!l->used); /* it begins the page */
    dg_report_change(l->text, sizeof l->text, o);
    l->used = strlen(l->text);
    if (l->used && block)
        say(l, " at #%lld", block);
    say(l, "%s%.300s.", l->used ? ": " : "", reason);
    if (chain_only(answer))
        say(l, " %lld claims about the network were not judged.", not_judged);
}

/* ---- 2: what breaks, for how long, for whom ---- */

/* Of the claims that broke, the one that was broken for longest. */
static const json_t *longest(const json_t *breaks)
{
    const json_t *found = NULL, *row;
    size_t i;
    json_array_foreach(breaks, i, row) if (dg_report_whole_at(row, "ms")
                                           > dg_report_whole_at(found, "ms")) found = row;
    return found;
}

/* "parachain candidates are not backed (in 18 of 20 seeds)" */
static void say_clause(line *l, const json_t *row)
{
    const json_t *seeds = json_object_get(row, "seeds");
    say(l, "%.100s", dg_report_text_at(row, "says"));
    if (dg_report_whole_at(seeds, "of"))
        say(l, " (in %lld of %lld seeds)", dg_report_whole_at(seeds, "broke"),
            dg_report_whole_at(seeds, "of"));
}

static void say_clauses(line *l, const json_t *breaks)
{
    size_t i, count = json_array_size(breaks), told = count > BREAKS_TOLD + 1 ? BREAKS_TOLD : count;
    const json_t *row;
    json_array_foreach(breaks, i, row)
    {
        if (i >= told)
            break;
        say(l, "%s", !i ? "" : i + 1 == count ? " and " : ", ");
        say_clause(l, row);
    }
    if (told < count)
        say(l, ", and %zu more claims are broken", count - told);
    say(l, ".");
}

static void say_breaks(line *l, const json_t *breaks)
{
    const json_t *most = longest(breaks);
    long long first = dg_report_whole_at(most, "first_block"),
              last = dg_report_whole_at(most, "last_block");
    bool ends = json_is_true(json_object_get(most, "to_the_end"));
    line clauses = { .used = 0 };
    say_clauses(&clauses, breaks);
    if (!most) {
        say_sentence(l, clauses.text);
        return;
    }
    if (first == last) {
        say(l, "At #%lld %s", first, clauses.text);
        return;
    }
    say(l, "For %s", json_array_size(breaks) > 1 ? "up to " : "");
    say_minutes(l, dg_report_whole_at(most, "ms"));
    say(l, "%s (#%lld to #%lld)%s %s", ends ? ", to the end of the run" : "", first, last,
        ends ? "," : "", clauses.text);
}

static void say_relay(line *l, const json_t *harm)
{
    if (!dg_report_whole_at(harm, "relay_lost_ms"))
        return;
    say(l, "%sThe relay chain builds %lld block%s from U on (%lld in control) and loses ",
        l->used ? " " : "", dg_report_whole_at(harm, "relay_blocks"),
        s_of(dg_report_whole_at(harm, "relay_blocks")),
        dg_report_whole_at(harm, "relay_blocks_control"));
    say_minutes(l, dg_report_whole_at(harm, "relay_lost_ms"));
    say(l, ".");
}

static void say_parachains(line *l, const json_t *harm)
{
    long long harmed = dg_report_whole_at(harm, "parachains_harmed"),
              all = dg_report_whole_at(harm, "parachains");
    if (!harmed)
        return;
    say(l, "%s%lld of %lld parachain%s lose%s ", l->used ? " " : "", harmed, all, s_of(all),
        harmed == 1 ? "s" : "");
    say_minutes(l, dg_report_whole_at(harm, "parachain_lost_ms"));
    say(l, " of parachain time (%lld blocks included from U on, %lld in control)",
        dg_report_whole_at(harm, "parachain_blocks"),
        dg_report_whole_at(harm, "parachain_blocks_control"));
    if (harmed > 1) {
        say(l, ", at most ");
        say_minutes(l, dg_report_whole_at(harm, "worst_lost_ms"));
        say(l, " on one (%lld)", dg_report_whole_at(harm, "worst_parachain"));
    }
    say(l, ".");
}

static double lost_of(const json_t *row)
{
    return json_number_value(json_object_get(row, "lost"));
}

static int unit_len(const json_t *row)
{
    return dg_report_unit_len(dg_report_text_at(row, "unit"), lost_of(row));
}

/* "Within what the plan allows parachain candidates are not backed (74 of 80 candidates)." */
static void say_granted(line *l, const json_t *granted)
{
    const json_t *row;
    size_t i, count = json_array_size(granted);
    json_array_foreach(granted, i, row) say(
        l, "%s%.100s (%.12g %.*s lost, %.12g allowed)%s",
        i         ? ", "
        : l->used ? " Within what the plan allows "
                  : "Within what the plan allows ",
        dg_report_text_at(row, "says"), lost_of(row), unit_len(row), dg_report_text_at(row, "unit"),
        json_number_value(json_object_get(row, "allowed")), i + 1 == count ? "." : "");
}

/* Neither a claim nor a loss to tell of. */
static void say_nothing(line *l, const json_t *answer, const json_t *harm)
{
    long long blocks = dg_report_whole_at(harm, "relay_blocks"),
              control = dg_report_whole_at(harm, "relay_blocks_control"),
              paras = dg_report_whole_at(harm, "parachain_blocks"),
              paras_control = dg_report_whole_at(harm, "parachain_blocks_control");
    if (is(answer, "CANNOT SAY"))
        say(l, "Not known: no claim broke among those that could be judged.");
    else if (chain_only(answer))
        say(l, "Nothing on the relay chain: %lld blocks from U on (%lld in control).", blocks,
            control);
    else
        say(l,
            "Nothing%s: %lld parachain blocks are included from U on (%lld in control), in %lld "
            "relay-chain blocks (%lld in control).",
            paras < paras_control ? " beyond one block, or one in a hundred, of a parachain" : "",
            paras, paras_control, blocks, control);
}

static void say_harm(line *l, const json_t *o, const json_t *answer)
{
    const json_t *breaks = json_object_get(answer, "breaks"),
                 *harm = json_object_get(answer, "harm");
    (void)o; /* the answer has it all */
    if (json_array_size(breaks))
        say_breaks(l, breaks);
    say_granted(l, json_object_get(answer, "granted"));
    say_parachains(l, harm);
    say_relay(l, harm);
    if (!l->used)
        say_nothing(l, answer, harm);
}

/* ---- 3: why ---- */

static const json_t *claim_of(const json_t *o, const char *name)
{
    const json_t *claim;
    size_t i;
    json_array_foreach(json_object_get(o, "claims"), i,
                       claim) if (strcmp(dg_report_text_at(claim, "name"), name) == 0) return claim;
    return NULL;
}

/* " (memory, api-window)"; a claim that broke is here one that only warns. */
static void say_warned(line *l, const json_t *o)
{
    const json_t *claim;
    size_t i, told = 0;
    json_array_foreach(json_object_get(o, "claims"), i, claim)
    {
        const char *status = dg_report_text_at(claim, "status");
        if (strcmp(status, "warned") != 0 && strcmp(status, "broke") != 0)
            continue;
        say(l, "%s%.60s", told++ ? ", " : " (", dg_report_text_at(claim, "name"));
    }
    say(l, "%s", told ? ")" : "");
}

static void say_tally(line *l, const json_t *o, const json_t *answer)
{
    const json_t *t = json_object_get(answer, "claims"), *arm = json_object_get(o, "treatment");
    long long unseen = dg_report_whole_at(t, "unexercised"),
              warned = dg_report_whole_at(t, "warned") + dg_report_whole_at(t, "broke");
    say(l, "%lld claims were judged", dg_report_whole_at(t, "judged"));
    if (arm)
        say(l, " over %lld blocks and %lld session boundaries after U",
            dg_report_whole_at(json_object_get(answer, "harm"), "relay_blocks"),
            dg_report_whole_at(arm, "boundaries_after"));
    say(l, ": %lld held", dg_report_whole_at(t, "held"));
    if (warned) {
        say(l, ", %lld warned", warned);
        say_warned(l, o);
    }
    if (unseen)
        say(l, ", %lld had nothing to judge", unseen);
    say(l, ".");
}

static void say_missing(line *l, const json_t *o, const json_t *answer)
{
    const char *missing = dg_report_text_at(answer, "missing"),
               *name = dg_report_text_at(answer, "missing_claim"),
               *text = dg_report_text_at(claim_of(o, name), "text");
    if (strcmp(missing, "control-fails") == 0)
        say(l, "Control, N-1 alone, already fails %.60s: %.300s. It is no measure for N.", name,
            text);
    else if (strcmp(missing, "unexercised") == 0 || strcmp(missing, "not-reached") == 0
             || strcmp(missing, "out-of-reach") == 0)
        say(l, "What %.60s is about did not happen: %.300s.", name, text);
    else if (strcmp(missing, "not-deterministic") == 0)
        say(l, "Two runs that had to be the same differ, so neither is believed.");
    else {
        const json_t *ill = json_array_get(json_object_get(o, "ill_control"), 0);
        say_sentence(l, dg_report_text_at(o, "reason"));
        say_sentence(l, json_is_string(ill) ? json_string_value(ill) : "");
    }
}

/* A log by itself has nothing to look for causes with. */
static const char *not_proved(const json_t *causes)
{
    if (!causes)
        return "Not asked: causes need plan and runtimes, which a log does not hold.";
    return json_array_size(causes) ? "Not proved. What was recorded stands under `cause`."
                                   : "Not known. Nothing that was recorded explains it.";
}

/* Claims whose break no suspect explains. */
static void say_unexplained(line *l, const json_t *part)
{
    const json_t *claims = json_object_get(part, "claims"), *name;
    size_t i, count = json_array_size(claims);
    json_array_foreach(claims, i, name) say(l, "%s%.40s",
                                            i         ? i + 1 == count ? " and " : ", "
                                            : l->used ? " Nothing that was tried explains "
                                                      : "Nothing that was tried explains ",
                                            json_is_string(name) ? json_string_value(name) : "");
    if (count)
        say(l, ".");
}

/* The first that was recorded where nothing was proved: what happened, and no promise. */
static void say_recorded(line *l, const json_t *causes)
{
    const json_t *cause;
    char text[640];
    size_t i;
    json_array_foreach(causes, i,
                       cause) if (strcmp(dg_report_text_at(cause, "kind"), "recorded") == 0)
    {
        snprintf(text, sizeof text, "Recorded, not proved: %.600s",
                 dg_report_text_at(cause, "says"));
        say_sentence(l, text);
        return;
    }
}

static void say_why(line *l, const json_t *o, const json_t *answer)
{
    const json_t *why = json_object_get(answer, "why"), *cause;
    size_t i;
    json_array_foreach(why, i, cause)
    {
        const char *text = json_is_string(cause) ? json_string_value(cause) : "";
        if (i)
            say_sentence(l, text);
        else
            say(l, "Proved: %.600s.", text);
    }
    say_unexplained(l, json_object_get(o, "unexplained"));
    if (l->used && !json_array_size(why) && is(answer, "NO-GO"))
        say_recorded(l, json_object_get(o, "causes"));
    if (is(answer, "CANNOT SAY"))
        say_missing(l, o, answer);
    else if (!l->used && is(answer, "NO-GO"))
        say(l, "%s", not_proved(json_object_get(o, "causes")));
    else if (!l->used)
        say_tally(l, o, answer);
}

/* ---- 4: what to do ---- */

static const struct {
    const char *missing, *says;
} remedies[] = {
    { "control-fails", "Mend the plan or the state until N-1 alone holds that claim." },
    { "no-block-at-u", "Choose another block for U, or mend what keeps N-1 from building it." },
    { "n-never-ran", "See under `authorable` and `upgrade-enacted` what kept N from running." },
    { "too-short", "See why the run ended early; horizon.boundaries_after says how far it goes." },
    { "unexercised", "Let it run longer (horizon.boundaries_after) or with another plan." },
    { "not-reached", "Let more seeds be tried (seeds_max), or choose another position for U." },
    { "out-of-reach",
      "Leave network.forks on: without forks neither a longer run nor another seed comes to it." },
    { "undecided",
      "Let more seeds decide it (seeds_max), or allow that loss (claims.NAME.allow)." },
    { "not-deterministic", "This is a fault of doppel: report it with the plan." },
};

static void say_remedy(line *l, const json_t *answer)
{
    for (size_t i = 0; i < sizeof remedies / sizeof *remedies; i++)
        if (strcmp(dg_report_text_at(answer, "missing"), remedies[i].missing) == 0)
            say(l, "%s", remedies[i].says);
}

static void say_do(line *l, const json_t *o, const json_t *answer)
{
    const json_t *advice;
    size_t i;
    if (is(answer, "CANNOT SAY"))
        say_remedy(l, answer);
    else if (is(answer, "GO") && chain_only(answer))
        say(l,
            "Nothing is known of backing and finality, since %.300s. Rehearse it with a network "
            "as well before it is enacted, where the chain has one.",
            dg_report_text_at(json_object_get(o, "chain_only"), "reason"));
    else if (is(answer, "GO") && !json_is_true(json_object_get(answer, "objected")))
        say(l, "Enact it as it was rehearsed.");
    else if (is(answer, "GO WITH HARM"))
        say(l, "Enact it if that loss is acceptable.");
    json_array_foreach(json_object_get(answer, "do"), i, advice)
        say_sentence(l, json_is_string(advice) ? json_string_value(advice) : "");
    if (!l->used)
        say(l, "Do not enact it as it is.%s",
            json_object_get(o, "advice") ? " This run shows no remedy." : "");
}

/* ---- 5: when ---- */

/* All of it was over when the session changed, by what was recorded. */
static bool heals_at_boundary(const json_t *breaks)
{
    const json_t *row;
    bool heals = false;
    size_t i;
    json_array_foreach(breaks, i, row)
    {
        if (json_is_true(json_object_get(row, "to_the_end")))
            return false;
        heals |= strcmp(dg_report_text_at(row, "healed"), "session change") == 0;
    }
    return heals;
}

/* "boundary-1 (#40, 1 slot and 1 block before the session boundary; 0.3 minutes of parachain time
 * lost)" */
static void say_position(line *l, const json_t *row)
{
    const json_t *upgrade = json_object_get(row, "upgrade");
    long long paras = dg_report_whole_at(row, "parachain_lost_ms"),
              relay = dg_report_whole_at(row, "relay_lost_ms"),
              block = dg_report_whole_at(upgrade, "block");
    const char *why = dg_report_text_at(row, "why");
    char place[200];
    dg_report_place(place, sizeof place, upgrade);
    say(l, "%.40s (", dg_report_text_at(row, "at"));
    if (block)
        say(l, "#%lld, %s%s", block, place, paras || relay || why[0] ? "; " : "");
    if (paras) {
        say_minutes(l, paras);
        say(l, " of parachain time lost");
    }
    if (relay) {
        say(l, "%s", paras ? ", " : "");
        say_minutes(l, relay);
        say(l, "%s", paras ? " of the relay chain's" : " of the relay chain lost");
    }
    say(l, "%s%.160s)", why[0] && (paras || relay) ? "; " : "", why);
}

/* Those that came to the same; how many they are. */
static size_t say_positions(line *l, const json_t *all, const char *standing, const char *before)
{
    const json_t *row;
    size_t i, count = 0;
    json_array_foreach(all, i, row)
    {
        if (strcmp(dg_report_text_at(row, "standing"), standing) != 0)
            continue;
        say(l, "%s", count++ ? ", " : before);
        say_position(l, row);
    }
    if (count)
        say(l, ".");
    return count;
}

/* What was tried, and no promise of what was not. */
static void say_tried(line *l, const json_t *all)
{
    size_t count = json_array_size(all);
    if (!count) {
        say(l, " No other position was tried.");
        return;
    }
    if (!say_positions(l, all, "held", " Tried with U elsewhere, and held: "))
        say(l, " None of %zu other position%s that %s tried held.", count, count == 1 ? "" : "s",
            count == 1 ? "was" : "were");
    say_positions(l, all, "broke", " Broke: ");
    say_positions(l, all, "open", " Open: ");
}

static void say_when(line *l, const json_t *o, const json_t *answer)
{
    const json_t *upgrade = json_object_get(o, "upgrade");
    long long block = dg_report_whole_at(upgrade, "block");
    char place[200];
    if (!upgrade)
        return;
    dg_report_place(place, sizeof place, upgrade);
    if (!block) {
        say(l, "Not before U can be built: it was to come %s.", place);
        return;
    }
    say(l, "%s #%lld, %s.",
        is(answer, "NO-GO")        ? "Not as rehearsed:"
        : is(answer, "CANNOT SAY") ? "Not before this is answered. Rehearsed was"
                                   : "As rehearsed:",
        block, place);
    if (heals_at_boundary(json_object_get(answer, "breaks")))
        say(l, " It heals when the session changes.");
    say_tried(l, json_object_get(answer, "positions"));
}

/* ---- all five ---- */

static const struct {
    const char *label;
    void (*says)(line *l, const json_t *o, const json_t *answer);
} lines[] = {
    { "breaks", say_harm },
    { "why", say_why },
    { "do", say_do },
    { "when", say_when },
};

/* What stands before line `i`; NULL past the last. The first one's label is the word. */
static const char *label_of(const json_t *answer, size_t i)
{
    if (!dg_report_text_at(answer, "word")[0] || i > sizeof lines / sizeof *lines)
        return NULL;
    return i ? lines[i - 1].label : dg_report_text_at(answer, "word");
}

static void say_line(line *l, const json_t *o, size_t i)
{
    const json_t *answer = json_object_get(o, "answer");
    if (i)
        lines[i - 1].says(l, o, answer);
    else
        say_word(l, o, answer);
}

bool dg_report_line(dg_buf *out, const char **label, const json_t *o, size_t i)
{
    line l = { .used = 0 };
    *label = label_of(json_object_get(o, "answer"), i);
    if (!*label)
        return false;
    say_line(&l, o, i);
    dg_buf_put(out, l.text, l.used);
    return true;
}

void dg_report_answer(sheet *s, const json_t *o)
{
    const json_t *answer = json_object_get(o, "answer");
    ink colour = is(answer, "NO-GO") ? INK_RED : is(answer, "GO") ? INK_GREEN : INK_YELLOW;
    const char *label;
    for (size_t i = 0; (label = label_of(answer, i)); i++) {
        line l = { .used = 0 };
        say_line(&l, o, i);
        if (!l.used)
            continue;
        if (i) {
            dg_sheet_label(s, label);
        } else {
            dg_sheet_ink(s, colour, label);
            if (chain_only(answer))
                dg_sheet_ink(s, colour, " (chain only)");
            dg_sheet_to(s, COLUMN_NAME);
            if (s->column > COLUMN_NAME)
                dg_sheet_put(s, " ");
        }
        dg_sheet_wrap(s, COLUMN_NAME, l.text);
        dg_sheet_end(s);
    }
}
