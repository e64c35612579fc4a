/* event_words.c - each kind of event that a chain may hold, as a sentence made from its own
 * numbers: one table. What has no row there is in no chain. */
#include "outcome/outcome_impl.h"

#include <stdarg.h>
#include <string.h>

typedef long long ll;
typedef struct room {
    char *at;
    size_t size;
} room;

static void say(room out, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void say(room out, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(out.at, out.size, format, args);
    va_end(args);
}

/* "1 block", "2 blocks" */
typedef struct counted {
    char text[60];
} counted;
static counted count(int64_t n, const char *what)
{
    counted out;
    snprintf(out.text, sizeof out.text, "%lld %.38s%s", (ll)n, what, n == 1 ? "" : "s");
    return out;
}
#define COUNT(n, what) count(n, what).text

static const char *text_of(const dg_event *e, const char *key)
{
    return json_string_value(json_object_get(e->detail, key));
}

/* ---- the chain ---- */

static void start_words(room out, const dg_outcome_facts *run, const dg_event *e)
{
    size_t used = (size_t)snprintf(out.at, out.size, "%s:", COUNT(e->n[0], "node"));
    const char *class;
    json_t *nodes;
    bool first = true;
    (void)run;
    json_object_foreach(json_object_get(e->detail, "classes"), class, nodes)
    {
        if (used < out.size)
            used += (size_t)snprintf(out.at + used, out.size - used, "%s %lld %.60s",
                                     first ? "" : ",", (ll)json_integer_value(nodes), class);
        first = false;
    }
}

static void slot_words(room out, const dg_outcome_facts *run, const dg_event *e)
{
    (void)run;
    say(out,
        "the slot ends with %s built and %lld failed, for %s; all nodes together have %lld leaves",
        COUNT(e->n[2], "block"), (ll)e->n[3], COUNT(e->n[1], "claim"), (ll)e->n[4]);
}

static void upgrade_words(room out, const dg_outcome_facts *run, const dg_event *e)
{
    const char *why = text_of(e, "refused");
    if (!run->new_code)
        say(out, "a change of the configuration is scheduled, to act two sessions later");
    else if (e->n[1])
        say(out, "N is enacted; a node that asks at this leaf sees ParachainHost %u, before it %u",
            dg_version_api(dg_runtime_version(run->to), "ParachainHost"),
            dg_version_api(dg_runtime_version(run->from), "ParachainHost"));
    else
        say(out, "N is not enacted%s%.150s",
            e->n[2] ? ": it waits one block as :pending_code"
            : why   ? ": "
                    : "",
            !e->n[2] && why ? why : "");
}

static void session_words(room out, const dg_outcome_facts *run, const dg_event *e)
{
    if (run->span.fork_number && e->n[5] < (int64_t)run->span.clock.slot)
        say(out,
            "session %lld began %lld slots before the fork: its %lld validators were told their "
            "grid topology then, once",
            (ll)e->n[0], (ll)run->span.clock.slot - (ll)e->n[5], (ll)e->n[1]);
    else
        say(out,
            "first leaf of session %lld: its %lld validators are told their grid topology, once",
            (ll)e->n[0], (ll)e->n[1]);
}

static void finalized_words(room out, const dg_outcome_facts *run, const dg_event *e)
{
    (void)run;
    say(out, "all agree that this block is final, %s behind the best; %s on forks lost",
        COUNT(e->n[1], "block"), COUNT(e->n[2], "block"));
}

/* ---- topologies ---- */

static void lost_words(room out, const dg_outcome_facts *run, const dg_event *e)
{
    (void)run;
    say(out, "the topology of session %lld, told at #%lld, is %s", (ll)e->n[0], (ll)e->n[2],
        e->n[1] ? "purged: no relay parent of that session is in view"
                : "dropped: there is no entry for that session yet");
}

static void signal_words(room out, const dg_outcome_facts *run, const dg_event *e)
{
    (void)run;
    if (!e->n[1])
        say(out, "by the odds of the slots since the session began, finality had passed a fork "
                 "before: a leaf signal deactivated it and activated nothing");
    else
        say(out, "a leaf signal deactivates #%lld' and activates nothing%s", (ll)e->n[1],
            e->n[2] ? ": finality has passed that fork" : "");
}

static void holders_words(room out, const dg_outcome_facts *run, const dg_event *e)
{
    (void)run;
    say(out,
        "%lld of %lld validators work with asynchronous backing, %lld of them hold the grid of "
        "session %lld",
        (ll)e->n[2], (ll)e->n[1], (ll)e->n[4], (ll)e->n[5]);
}

/* ---- candidates ---- */

static void paras_words(room out, const dg_outcome_facts *run, const dg_event *e)
{
    (void)run;
    say(out,
        "of %s that their groups could back %lld had reached the author; %lld backed, %lld "
        "included",
        COUNT(e->n[5], "candidate"), (ll)e->n[4], (ll)e->n[1], (ll)e->n[2]);
}

static void groups_words(room out, const dg_outcome_facts *run, const dg_event *e)
{
    (void)run;
    say(out,
        "%lld of %lld backing groups have members enough for the %s they need; the weakest has %s "
        "that can vote",
        (ll)e->n[2], (ll)e->n[1], COUNT(e->n[3], "vote"), COUNT(e->n[4], "member"));
}

static void collators_words(room out, const dg_outcome_facts *run, const dg_event *e)
{
    (void)run;
    say(out, "collators tried %lld times, made %s, panicked %lld times; no backer took %lld",
        (ll)e->n[1], COUNT(e->n[2], "block"), (ll)e->n[3], (ll)e->n[4]);
}

static void included_words(room out, const dg_outcome_facts *run, const dg_event *e)
{
    (void)run;
    say(out, "the candidate of parachain %lld on core %lld is included", (ll)e->n[1], (ll)e->n[2]);
}

static void dropped_words(room out, const dg_outcome_facts *run, const dg_event *e)
{
    const char *why = dg_consensus_rejection_says((dg_drop)e->n[3]);
    (void)run;
    say(out,
        "the candidate of parachain %lld on core %lld is offered and not backed: %s (%lld of %lld "
        "bitfields are in the block)",
        (ll)e->n[1], (ll)e->n[2], why ? why : "unknown", (ll)e->n[5], (ll)e->n[4]);
}

static void bitfields_words(room out, const dg_outcome_facts *run, const dg_event *e)
{
    (void)run;
    say(out,
        "the block leaves %lld of %s out: each had %s, by the cores listed at its parent, and the "
        "runtime has %s; %lld of them stay occupied",
        (ll)(e->n[1] - e->n[2]), COUNT(e->n[1], "bitfield"), COUNT(e->n[3], "bit"),
        COUNT(e->n[4], "core"), (ll)e->n[5]);
}

static void available_words(room out, const dg_outcome_facts *run, const dg_event *e)
{
    (void)run;
    say(out,
        "of %s %lld had the bits of more than two thirds (%lld of %lld bits set); %lld had waited "
        "for longer than a block",
        COUNT(e->n[1], "occupied core"), (ll)e->n[4], (ll)e->n[2], (ll)e->n[3], (ll)e->n[5]);
}

static void pvf_words(room out, const dg_outcome_facts *run, const dg_event *e)
{
    (void)run;
    say(out,
        "of %lld pairs of validator and parachain %lld have the artifact for session %lld "
        "prepared; up to %lld wait in one queue",
        (ll)e->n[2], (ll)e->n[3], (ll)e->n[1], (ll)e->n[4]);
}

/* ---- approvals and disputes ---- */

static void approved_words(room out, const dg_outcome_facts *run, const dg_event *e)
{
    (void)run;
    say(out,
        "approved after %lld.%lld s, with %s: %lld validators said they check one, %lld did not "
        "show up, the last tranche was %lld",
        (ll)e->n[5] / 1000, (ll)e->n[5] / 100 % 10, COUNT(e->n[1], "included candidate"),
        (ll)e->n[2], (ll)e->n[3], (ll)e->n[4]);
}

static void approval_words(room out, const dg_outcome_facts *run, const dg_event *e)
{
    (void)run;
    say(out,
        "%s without approval; in this slot %s found of validators that had said they check "
        "(aggression level %lld)",
        COUNT(e->n[1], "included candidate"), COUNT(e->n[2], "no-show"), (ll)e->n[3]);
}

static void dispute_words(room out, const dg_outcome_facts *run, const dg_event *e)
{
    static const char *const came[] = { "is called invalid", "is found valid", "is found invalid" };
    (void)run;
    say(out, "the candidate of parachain %lld, session %lld, %s, with %s against it", (ll)e->n[2],
        (ll)e->n[1], came[e->n[3] >= 0 && e->n[3] < 3 ? e->n[3] : 0], COUNT(e->n[4], "validator"));
}

static void statements_words(room out, const dg_outcome_facts *run, const dg_event *e)
{
    (void)run;
    say(out, "the block holds %s of %s; the runtime has %lld begun, %lld found valid, %lld invalid",
        COUNT(e->n[2], "vote"), COUNT(e->n[1], "dispute"), (ll)e->n[3], (ll)e->n[4], (ll)e->n[5]);
}

/* ---- nodes ---- */

static void compiled_words(room out, const dg_outcome_facts *run, const dg_event *e)
{
    (void)run;
    say(out, "it stands still for %lld.%lld s to compile N%s", (ll)e->n[1] / 1000,
        (ll)e->n[1] / 100 % 10, e->n[2] ? " again: a restart has lost it" : "");
}

static void stalled_words(room out, const dg_outcome_facts *run, const dg_event *e)
{
    const char *question = text_of(e, "question");
    (void)run;
    say(out,
        "it goes down for %lld s: %s (ParachainHost %lld) kept it from its next leaf signal past "
        "the limit",
        (ll)e->n[2] / 1000, question ? question : "a call", (ll)e->n[3]);
}

static void reputation_words(room out, const dg_outcome_facts *run, const dg_event *e)
{
    (void)run;
    say(out,
        "%s against peers in this slot, %lld minor and %lld major; %s parted by bans, %s found a "
        "queue full",
        COUNT(e->n[1], "report"), (ll)e->n[2], (ll)e->n[3], COUNT(e->n[4], "pair"),
        COUNT(e->n[5], "request"));
}

static void unknown_words(room out, const dg_outcome_facts *run, const dg_event *e)
{
    (void)run;
    if (e->n[3])
        say(out,
            "the rules of session %lld are told at last, %lld.%lld s after the slot began: its %s "
            "can be approved",
            (ll)e->n[1], (ll)e->n[4] / 1000, (ll)e->n[4] / 100 % 10, COUNT(e->n[2], "candidate"));
    else
        say(out, "no runtime tells the rules of session %lld, so nobody can approve its %s",
            (ll)e->n[1], COUNT(e->n[2], "candidate"));
}

static void fault_event_words(room out, const dg_outcome_facts *run, const dg_event *e)
{
    dg_outcome_fault_words(out.at, out.size, run, e);
}

static const struct {
    dg_event_kind kind;
    void (*words)(room out, const dg_outcome_facts *run, const dg_event *e);
} table[] = {
    { DG_EV_NET_START, start_words },
    { DG_EV_NET_SLOT, slot_words },
    { DG_EV_NET_PARAS, paras_words },
    { DG_EV_NET_HOLDERS, holders_words },
    { DG_EV_NET_LOST, lost_words },
    { DG_EV_NET_SIGNAL, signal_words },
    { DG_EV_NET_SESSION, session_words },
    { DG_EV_NET_FINALIZED, finalized_words },
    { DG_EV_NET_UPGRADE, upgrade_words },
    { DG_EV_NET_COLLATORS, collators_words },
    { DG_EV_NET_INCLUDED, included_words },
    { DG_EV_NET_PVF, pvf_words },
    { DG_EV_NET_AVAILABLE, available_words },
    { DG_EV_NET_GROUPS, groups_words },
    { DG_EV_NET_DROPPED, dropped_words },
    { DG_EV_NET_BITFIELDS, bitfields_words },
    { DG_EV_NET_FAULT, fault_event_words },
    { DG_EV_NET_DISPUTE, dispute_words },
    { DG_EV_NET_STATEMENTS, statements_words },
    { DG_EV_NET_APPROVED, approved_words },
    { DG_EV_NET_APPROVAL, approval_words },
    { DG_EV_NET_COMPILED, compiled_words },
    { DG_EV_NET_STALLED, stalled_words },
    { DG_EV_NET_REPUTATION, reputation_words },
    { DG_EV_NET_UNKNOWN, unknown_words },
};

bool dg_outcome_event_words(char *out, size_t size, const dg_outcome_facts *run, const dg_event *e)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (table[i].kind == e->kind) {
            table[i].words((room){ out, size }, run, e);
            return true;
        }
    return false;
}
