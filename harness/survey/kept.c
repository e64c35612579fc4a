/* kept.c - answers that nodes take once a session, though the runtime knows no session in them and
 * answers by the block. While one runtime answers that is the same. Around U it is not: N-1 answers
 * before, N over storage that it has not migrated yet at U, and N as it means it from U+1 on; and
 * whichever came first a node keeps until the session changes.
 *
 * Sources: cache.rs of polkadot-node-core-runtime-api 1 to 36, and the subsystems that keep for
 * themselves (provisioner 10 to 21, gossip-support 1 to 36, collator-protocol 29 to 36), by the
 * release that each version belongs to. Errors, and that a runtime has no such method, are not
 * kept, but for the provisioner's mode. */
#include "survey/survey_impl.h"

#include <assert.h>
#include <string.h>

static const dg_survey_kept rows[] = {
    { "ParachainHost", "node_features", "node features", 4, 0, false, false,
      "they decide how candidates are voted for, described and cut into chunks" },
    { "ParachainHost", "minimum_backing_votes", "votes that back a candidate", 1, 0, false, false,
      "with too few the runtime drops candidates, with too many they wait" },
    { "ParachainHost", "approval_voting_params", "parameters of approval voting", 6, 0, false,
      false, "they say how many approvals are signed at once" },
    { "ParachainHost", "session_executor_params", "executor parameters", 0, 0, false, true,
      "without them nothing of the session is backed or approved" },
    { "ParachainHost", "scheduling_lookahead", "the scheduling lookahead", 18, 0, false, false,
      "it says how old a relay parent may be" },
    { "ParachainHost", "para_ids", "the parachains", 20, 0, false, false,
      "collators of others are not heard" },
    { "ParachainHost", "session_info", "the session's validators and approval rules", 0, 0, false,
      false, "approval voting, disputes and recovery go by them" },
    { "ParachainHost", "async_backing_params", "the mode of backing", 9, 17, true, false,
      "an author in the wrong mode asks for candidates that nobody has" },
    { "AuthorityDiscoveryApi", "authorities", "the authorities", 0, 0, false, false,
      "the grid topology of the session is made of them" },
    { "ParachainHost", "validator_groups", "the rotation of groups", 22, 0, false, false,
      "the experimental collator protocol, default on Kusama from v1.25 on, finds its core by it" },
};
enum { ROWS = sizeof rows / sizeof *rows };

const dg_survey_kept *dg_survey_kept_at(size_t i)
{
    return i < ROWS ? &rows[i] : NULL;
}

void dg_survey_kept_releases(char *out, size_t size, const dg_survey_kept *row)
{
    if (row->until)
        snprintf(out, size, "v1.%u to v1.%u", row->since, row->until);
    else
        snprintf(out, size, "v1.%u and later", row->since);
}

/* ---- an answer in words ---- */

/* Features as a node counts them: of each byte the least bit first. */
static bool bit_of(const char *hex, size_t i)
{
    const char digit = hex[i / 8 * 2 + (i % 8 < 4)];
    unsigned nibble = (unsigned)(digit <= '9' ? digit - '0' : digit - 'a' + 10);
    return nibble >> i % 4 & 1;
}

/* Up to where all bits from `from` on are set; `from` itself: that one is not. */
static size_t run_end(const char *hex, size_t from, size_t count)
{
    while (from < count && bit_of(hex, from))
        from++;
    return from;
}

/* "bits 0 to 3 and 12", "bit 1", "no bit" */
static void say_bits(char *out, size_t size, const char *hex)
{
    size_t count = strlen(hex) * 4, set = 0, runs = 0, used, end;
    for (size_t i = 0; i < count; i++) {
        set += bit_of(hex, i);
        runs += bit_of(hex, i) && (!i || !bit_of(hex, i - 1));
    }
    used = (size_t)snprintf(out, size, "%s", !set ? "no bit" : set == 1 ? "bit" : "bits");
    for (size_t i = 0; i < count && used < size; i = end + 1) {
        if ((end = run_end(hex, i, count)) == i)
            continue;
        used += (size_t)snprintf(out + used, size - used, " %zu", i);
        if (end > i + 1 && used < size)
            used += (size_t)snprintf(out + used, size - used, " to %zu", end - 1);
        if (--runs && used < size)
            used += (size_t)snprintf(out + used, size - used, "%s", runs == 1 ? " and" : ",");
    }
}

static void say_figure(char *out, size_t size, const dg_survey_api *row, char letter,
                       const char *name, const json_t *value)
{
    assert(size > 0);
    char text[60];
    const char *hex = json_string_value(value);
    dg_event_short(text, sizeof text, value);
    if (strcmp(row->layout, "B") == 0 && hex)
        say_bits(out, size, strncmp(hex, "0x", 2) == 0 ? hex + 2 : hex);
    else if (strchr("#%", letter))
        snprintf(out, size, "%s %s", text, name);
    else if (letter == '=')
        snprintf(out, size, "%s %s", name, text);
    else
        snprintf(out, size, "%s", json_is_true(value) ? "some" : "none");
}

static const json_t *figure_of(const dg_survey_answer *answer, size_t i)
{
    return json_array_get(answer->figures, i);
}

/* Both have it, and not the same. */
static bool parts(const dg_survey_answer *a, const dg_survey_answer *b, size_t i)
{
    const json_t *x = figure_of(a, i), *y = figure_of(b, i);
    return a->figures && b->figures && (x || y)
           && (!x || !y || !json_equal((json_t *)x, (json_t *)y));
}

/* Those of its figures in which any two of the three part. */
static void say_answer(char *out, size_t size, const dg_survey_api *row,
                       const dg_survey_answer *const of[3], size_t which)
{
    assert(size > 0);
    const dg_survey_answer *answer = of[which];
    const char *mask = row->figures;
    char letter, name[60];
    size_t used = 0;
    snprintf(out, size, "%s", answer->asked && answer->rc == DG_OK ? "the same" : "no answer");
    for (size_t i = 0; (letter = dg_survey_figure_next(&mask, name, sizeof name)); i++) {
        bool told = parts(of[0], of[1], i) || parts(of[1], of[2], i) || parts(of[0], of[2], i);
        char figure[130];
        if (!told || !figure_of(answer, i) || used >= size
            || (letter == '?' && json_is_true(figure_of(answer, i)))) /* what it is follows */
            continue;
        say_figure(figure, sizeof figure, row, letter, name, figure_of(answer, i));
        used += (size_t)snprintf(out + used, size - used, "%s%s", used ? ", " : "", figure);
    }
}

/* ---- what does not agree ---- */

static bool answered(const dg_survey_answer *a)
{
    return a->asked && a->rc == DG_OK;
}

static bool differ(const dg_survey_kept *row, const dg_survey_answer *kept,
                   const dg_survey_answer *meant)
{
    if (row->presence) /* what N-1 has not, its nodes know that they have not */
        return answered(kept) != answered(meant);
    return kept->figures && meant->figures && answered(kept) && answered(meant)
           && !json_equal(kept->figures, meant->figures);
}

static bool is_none(const dg_survey_answer *a)
{
    return answered(a) && json_is_false(figure_of(a, 0));
}

static void put_words(dg_survey_stale *out, const dg_survey_kept *kept, const dg_survey_api *row,
                      const dg_survey_answer *const of[3])
{
    char *const words[] = { out->before, out->at, out->after };
    for (size_t i = 0; i < 3; i++) {
        if (kept->presence)
            snprintf(words[i], sizeof out->at, "%s", answered(of[i]) ? "an answer" : "no answer");
        else if (out->none && is_none(of[i]))
            snprintf(words[i], sizeof out->at, "none");
        else
            say_answer(words[i], sizeof out->at, row, of, i);
    }
}

bool dg_survey_stale_of(dg_survey_stale *out, const dg_survey_kept *kept,
                        const dg_survey_sample *before, const dg_survey_sample *at,
                        const dg_survey_sample *after)
{
    size_t i;
    const dg_survey_api *row = dg_survey_api_named(&i, kept->api, kept->method);
    const dg_survey_answer *of[3];
    bool same_before;
    assert(row && row->figures);
    memset(out, 0, sizeof *out);
    if (!before->taken || !at->taken || !after->taken || at->session != after->session)
        return false;
    of[0] = &before->answers[i];
    of[1] = &at->answers[i];
    of[2] = &after->answers[i];
    same_before = before->session == after->session;
    out->anew = !answered(of[0]);
    out->first = !same_before || out->anew;
    out->running = same_before && differ(kept, of[0], of[2]);
    out->starting = differ(kept, of[1], of[2]);
    out->none = kept->none && is_none(of[1]) && !is_none(of[0]);
    put_words(out, kept, row, of);
    return out->running || out->starting || out->none;
}

const char *dg_survey_stale_place(const dg_survey_stale *stale)
{
    if (stale->none || (stale->starting && stale->running))
        return "no place for U avoids it: late in a session it lasts least";
    if (stale->running)
        return "where U begins a session nothing is kept yet";
    if (stale->starting && stale->anew)
        return "all nodes ask first at U then: late in a session it lasts least";
    return "the first block of a session is the worst place for U, the middle of one the best";
}
