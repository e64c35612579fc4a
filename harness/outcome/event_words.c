/* event_words.c - each kind of event that a chain may hold, as a sentence made from its own
 * numbers: one table. What has no row there is in no chain. */
#include "outcome/outcome_impl.h"

#include <assert.h>
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
    size_t used = (size_t)snprintf(out.at, out.size, "%s:", COUNT(e->net_start.nodes, "node"));
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
    const struct dg_event_net_slot *n = &e->net_slot;
    (void)run;
    say(out,
        "the slot ends with %s built and %lld failed, for %s; all nodes together have %lld leaves",
        COUNT(n->built, "block"), (ll)n->failed, COUNT(n->claims, "claim"), (ll)n->heads);
}

static void built_words(room out, const dg_outcome_facts *run, const dg_event *e)
{
    const struct dg_event_net_built *n = &e->net_built;
    (void)run;
    say(out, "it is built, with %s and %s%s", COUNT(n->offered, "candidate"),
        COUNT(n->bitfields, "bitfield"), n->primary ? ", by a primary claim" : "");
}

static void failed_words(room out, const dg_outcome_facts *run, const dg_event *e)
{
    const char *why = text_of(e, "reason");
    (void)run;
    say(out, "no block can be built on it, or no client imports one: %.200s",
        why ? why : "unknown");
}

static void idle_words(room out, const dg_outcome_facts *run, const dg_event *e)
{
    (void)run;
    say(out, "its turn to author, and it makes no block: %s",
        e->net_idle.why ? "the epoch before had none, and it passes over no epoch"
                        : "the chain's runtime is not the one of its native code, by spec_name and "
                          "authoring_version");
}

static void upgrade_words(room out, const dg_outcome_facts *run, const dg_event *e)
{
    const struct dg_event_net_upgrade *n = &e->net_upgrade;
    const char *why = text_of(e, "refused");
    if (!run->new_code)
        say(out, "a change of the configuration is scheduled, to act two sessions later");
    else if (n->enacted && !run->to)
        say(out, "N is enacted");
    else if (n->enacted)
        say(out, "N is enacted; a node that asks at this leaf sees ParachainHost %u (%u before)",
            dg_version_api(dg_runtime_version(run->to), "ParachainHost"),
            dg_version_api(dg_runtime_version(run->from), "ParachainHost"));
    else
        say(out, "N is not enacted%s%.150s",
            n->pending ? ": it waits one block as :pending_code"
            : why      ? ": "
                       : "",
            !n->pending && why ? why : "");
}

static void session_words(room out, const dg_outcome_facts *run, const dg_event *e)
{
    const struct dg_event_net_session *n = &e->net_session;
    if (run->span.fork_number && n->slot < (int64_t)run->span.clock.slot)
        say(out,
            "session %lld began %lld slots before the fork: its %lld validators received their "
            "grid topology then, once",
            (ll)n->session, (ll)run->span.clock.slot - (ll)n->slot, (ll)n->validators);
    else
        say(out,
            "first leaf of session %lld: its %lld validators receive their grid topology, once",
            (ll)n->session, (ll)n->validators);
}

static void finalized_words(room out, const dg_outcome_facts *run, const dg_event *e)
{
    (void)run;
    say(out, "the network finalizes this block, %s behind the best; %s on forks are lost",
        COUNT(e->net_finalized.lag, "block"), COUNT(e->net_finalized.pruned, "block"));
}

/* ---- topologies ---- */

static void absent_words(room out, const dg_outcome_facts *run, const dg_event *e)
{
    const struct dg_event_net_absent *n = &e->net_absent;
    (void)run;
    say(out, "in session %lld %s of authors and %s of validators belong to no node", (ll)n->session,
        COUNT(n->babe, "key"), COUNT(n->para, "key"));
}

static void lost_words(room out, const dg_outcome_facts *run, const dg_event *e)
{
    const struct dg_event_net_lost *n = &e->net_lost;
    (void)run;
    say(out, "the topology of session %lld, received at #%lld, is %s", (ll)n->session,
        (ll)n->topology_block,
        n->how == 2
            ? "lost with all that it kept of that session, as no relay parent of it is in view"
        : n->how ? "purged, because no relay parent of that session is in view"
                 : "dropped: there is no entry for that session yet");
}

static void signal_words(room out, const dg_outcome_facts *run, const dg_event *e)
{
    const struct dg_event_net_signal *n = &e->net_signal;
    (void)run;
    if (!n->deactivated)
        say(out, "by the odds of the slots since the session began, finality had passed a fork "
                 "before: a leaf signal deactivated it and activated nothing");
    else
        say(out, "a leaf signal deactivates #%lld' and activates nothing%s", (ll)n->deactivated,
            n->by_finality ? ": finality has passed that fork" : "");
}

static void holders_words(room out, const dg_outcome_facts *run, const dg_event *e)
{
    const struct dg_event_net_holders *n = &e->net_holders;
    (void)run;
    say(out,
        "%lld of %lld validators work with asynchronous backing, %lld of them hold the grid of "
        "session %lld",
        (ll)n->enabled, (ll)n->validators, (ll)n->holders, (ll)n->session);
}

/* ---- candidates ---- */

static void paras_words(room out, const dg_outcome_facts *run, const dg_event *e)
{
    const struct dg_event_net_paras *n = &e->net_paras;
    (void)run;
    say(out,
        "of %s that their groups could back %lld had reached the author; %lld backed, %lld "
        "included",
        COUNT(n->backable, "candidate"), (ll)n->offered, (ll)n->backed, (ll)n->included);
}

static const char *mode_word(int64_t mode)
{
    return mode < 0 ? "no mode that was told"
           : mode   ? "asynchronous backing"
                    : "synchronous backing";
}

static void mode_kept_words(room out, const dg_outcome_facts *run, const dg_event *e)
{
    const struct dg_event_net_mode_kept *n = &e->net_mode_kept;
    (void)run;
    say(out,
        "the author's provisioner keeps the mode of the session's first leaf, %s, and the parent "
        "has "
        "%s: of %s that could be backed it offers none",
        mode_word(n->kept), mode_word(n->leaf), COUNT(n->backable, "candidate"));
}

static void kept_words(room out, const dg_outcome_facts *run, const dg_event *e)
{
    static const char *const names[DG_SESSION_VALUE_COUNT] = {
        [DG_SESSION_VOTES] = "the least number of backing votes",
        [DG_SESSION_FEATURES] = "the node features",
        [DG_SESSION_ROTATION] = "the rotation of backing groups",
        [DG_SESSION_LOOKAHEAD] = "the scheduling lookahead",
    };
    const struct dg_event_net_kept *n = &e->net_kept;
    (void)run;
    say(out, "%s by %s as first answered in this session, at #%lld: %lld, where the leaf says %lld",
        n->nodes == 1 ? "one node goes" : "several nodes go",
        n->value >= 0 && n->value < DG_SESSION_VALUE_COUNT ? names[n->value] : "what is kept",
        (long long)n->asked, (long long)n->kept, (long long)n->told);
}

static void groups_words(room out, const dg_outcome_facts *run, const dg_event *e)
{
    const struct dg_event_net_groups *n = &e->net_groups;
    (void)run;
    say(out,
        "%lld of %lld backing groups have enough members for the %s that they need; the weakest "
        "has %s that can vote",
        (ll)n->able, (ll)n->groups, COUNT(n->wanted, "vote"), COUNT(n->least, "member"));
}

static void collators_words(room out, const dg_outcome_facts *run, const dg_event *e)
{
    const struct dg_event_net_collators *n = &e->net_collators;
    (void)run;
    say(out, "collators tried %lld times, made %s and panicked %lld times; no backer accepted %lld",
        (ll)n->attempts, COUNT(n->collations, "block"), (ll)n->panics, (ll)n->refused);
}

static void included_words(room out, const dg_outcome_facts *run, const dg_event *e)
{
    (void)run;
    say(out, "the candidate of parachain %lld on core %lld is included", (ll)e->net_included.para,
        (ll)e->net_included.core);
}

static void backed_words(room out, const dg_outcome_facts *run, const dg_event *e)
{
    const struct dg_event_net_backed *n = &e->net_backed;
    (void)run;
    say(out,
        "%s backed, %lld on an older relay parent than its own parent, the oldest %s before it",
        COUNT(n->candidates, "candidate"), (ll)n->older, COUNT(n->longest, "block"));
}

static void dropped_words(room out, const dg_outcome_facts *run, const dg_event *e)
{
    const struct dg_event_net_dropped *n = &e->net_dropped;
    const char *why = dg_consensus_rejection_says((dg_rejection)n->reason);
    (void)run;
    say(out,
        "the candidate of parachain %lld on core %lld is offered and not backed: %s (%lld of %lld "
        "bitfields are in the block)",
        (ll)n->para, (ll)n->core, why ? why : "unknown", (ll)n->kept, (ll)n->bitfields);
}

static void bitfields_words(room out, const dg_outcome_facts *run, const dg_event *e)
{
    const struct dg_event_net_bitfields *n = &e->net_bitfields;
    (void)run;
    say(out,
        "the block leaves %lld of %s out: each had %s, by the cores listed at its parent, and the "
        "runtime has %s; %lld of them stay occupied",
        (ll)((uint64_t)n->offered - (uint64_t)n->kept), COUNT(n->offered, "bitfield"),
        COUNT(n->sized, "bit"), COUNT(n->cores, "core"), (ll)n->waiting);
}

static void available_words(room out, const dg_outcome_facts *run, const dg_event *e)
{
    const struct dg_event_net_available *n = &e->net_available;
    (void)run;
    say(out,
        "of %s %lld had the bits of more than two thirds (%lld of %lld bits set); %lld had waited "
        "for longer than a block",
        COUNT(n->cores, "occupied core"), (ll)n->enough, (ll)n->bits, (ll)n->possible, (ll)n->slow);
}

static void pvf_words(room out, const dg_outcome_facts *run, const dg_event *e)
{
    const struct dg_event_net_pvf *n = &e->net_pvf;
    (void)run;
    say(out,
        "of %lld pairs of validator and parachain %lld have the artifact for session %lld "
        "prepared; up to %lld wait in one queue",
        (ll)n->pairs, (ll)n->ready, (ll)n->session, (ll)n->deepest);
}

/* ---- approvals and disputes ---- */

static void approved_words(room out, const dg_outcome_facts *run, const dg_event *e)
{
    const struct dg_event_net_approved *n = &e->net_approved;
    (void)run;
    say(out,
        "approved after %lld.%lld s, with %s: %lld validators said they check one, %lld did not "
        "show up, the last tranche was %lld",
        (ll)n->after_ms / 1000, (ll)n->after_ms / 100 % 10,
        COUNT(n->candidates, "included candidate"), (ll)n->assigned, (ll)n->no_shows,
        (ll)n->tranche);
}

static void approval_words(room out, const dg_outcome_facts *run, const dg_event *e)
{
    const struct dg_event_net_approval *n = &e->net_approval;
    (void)run;
    say(out,
        "%s without approval; in this slot %s found of validators that had said they check "
        "(aggression level %lld)",
        COUNT(n->waiting, "included candidate"), COUNT(n->no_shows, "no-show"), (ll)n->level);
}

static void dispute_words(room out, const dg_outcome_facts *run, const dg_event *e)
{
    const struct dg_event_net_dispute *n = &e->net_dispute;
    static const char *const came[] = { "is called invalid", "is found valid", "is found invalid" };
    (void)run;
    say(out, "the candidate of parachain %lld, session %lld, %s, with %s against it", (ll)n->para,
        (ll)n->session, came[n->outcome >= 0 && n->outcome < 3 ? n->outcome : 0],
        COUNT(n->against, "validator"));
}

static void statements_words(room out, const dg_outcome_facts *run, const dg_event *e)
{
    const struct dg_event_net_statements *n = &e->net_statements;
    (void)run;
    say(out, "the block holds %s of %s; the runtime has %lld begun, %lld found valid, %lld invalid",
        COUNT(n->votes, "vote"), COUNT(n->sets, "dispute"), (ll)n->begun, (ll)n->valid,
        (ll)n->invalid);
}

/* ---- nodes ---- */

static void compiled_words(room out, const dg_outcome_facts *run, const dg_event *e)
{
    const struct dg_event_net_compiled *n = &e->net_compiled;
    (void)run;
    say(out, "it stands still for %lld.%lld s to compile N%s", (ll)n->ms / 1000,
        (ll)n->ms / 100 % 10, n->again ? " again, because a restart lost the compiled code" : "");
}

static void stalled_words(room out, const dg_outcome_facts *run, const dg_event *e)
{
    const char *question = text_of(e, "question");
    (void)run;
    say(out,
        "it goes down for %lld s: %s (ParachainHost %lld) kept it from its next leaf signal past "
        "the limit",
        (ll)e->net_stalled.down_ms / 1000, question ? question : "a call",
        (ll)e->net_stalled.host_version);
}

static void messages_words(room out, const dg_outcome_facts *run, const dg_event *e)
{
    const struct dg_event_net_messages *n = &e->net_messages;
    (void)run;
    say(out, "sent in this slot: %s inside groups, %lld of the old way, %lld over the grid, %s, %s",
        COUNT(n->cluster, "statement"), (ll)n->legacy, (ll)n->grid, COUNT(n->requests, "request"),
        COUNT(n->bitfields, "bitfield"));
}

static void data_words(room out, const dg_outcome_facts *run, const dg_event *e)
{
    const struct dg_event_net_data *n = &e->net_data;
    (void)run;
    say(out,
        "sent in this slot: %lld KiB together; %s were asked for and %lld given, and %lld of "
        "%lld to check candidates",
        (ll)n->kib, COUNT(n->chunks, "chunk"), (ll)n->given, (ll)n->recovered, (ll)n->recoveries);
}

static void reputation_words(room out, const dg_outcome_facts *run, const dg_event *e)
{
    const struct dg_event_net_reputation *n = &e->net_reputation;
    (void)run;
    say(out,
        "%s against peers in this slot, %lld minor and %lld major; %s separated by bans, %s met a "
        "full queue",
        COUNT(n->reports, "report"), (ll)n->minor, (ll)n->major, COUNT(n->banned, "pair"),
        COUNT(n->refused, "request"));
}

static void unknown_words(room out, const dg_outcome_facts *run, const dg_event *e)
{
    const struct dg_event_net_unknown *n = &e->net_unknown;
    (void)run;
    if (n->known)
        say(out,
            "the rules of session %lld are known at last, %lld.%lld s after the slot began: its "
            "%s can be approved",
            (ll)n->session, (ll)n->after_ms / 1000, (ll)n->after_ms / 100 % 10,
            COUNT(n->candidates, "candidate"));
    else
        say(out,
            "no runtime gives the rules of session %lld, so no validator can approve its "
            "%s",
            (ll)n->session, COUNT(n->candidates, "candidate"));
}

static void rollout_words(room out, const dg_outcome_facts *run, const dg_event *e)
{
    dg_outcome_rollout_words(out.at, out.size, run, e);
}

static void renewed_words(room out, const dg_outcome_facts *run, const dg_event *e)
{
    (void)run;
    dg_outcome_renewed_words(out.at, out.size, e);
}

static void fault_event_words(room out, const dg_outcome_facts *run, const dg_event *e)
{
    dg_outcome_fault_words(out.at, out.size, run, e);
}

static const struct {
    dg_event_kind kind;
    void (*words)(room out, const dg_outcome_facts *run, const dg_event *e);
} table[] = {
    { DG_EVENT_NET_START, start_words },
    { DG_EVENT_NET_SLOT, slot_words },
    { DG_EVENT_NET_BUILT, built_words },
    { DG_EVENT_NET_FAILED, failed_words },
    { DG_EVENT_NET_IDLE, idle_words },
    { DG_EVENT_NET_ABSENT, absent_words },
    { DG_EVENT_NET_BACKED, backed_words },
    { DG_EVENT_NET_MESSAGES, messages_words },
    { DG_EVENT_NET_DATA, data_words },
    { DG_EVENT_NET_PARAS, paras_words },
    { DG_EVENT_NET_MODE_KEPT, mode_kept_words },
    { DG_EVENT_NET_KEPT, kept_words },
    { DG_EVENT_NET_HOLDERS, holders_words },
    { DG_EVENT_NET_LOST, lost_words },
    { DG_EVENT_NET_SIGNAL, signal_words },
    { DG_EVENT_NET_SESSION, session_words },
    { DG_EVENT_NET_FINALIZED, finalized_words },
    { DG_EVENT_NET_UPGRADE, upgrade_words },
    { DG_EVENT_NET_COLLATORS, collators_words },
    { DG_EVENT_NET_INCLUDED, included_words },
    { DG_EVENT_NET_PVF, pvf_words },
    { DG_EVENT_NET_AVAILABLE, available_words },
    { DG_EVENT_NET_GROUPS, groups_words },
    { DG_EVENT_NET_DROPPED, dropped_words },
    { DG_EVENT_NET_BITFIELDS, bitfields_words },
    { DG_EVENT_NET_FAULT, fault_event_words },
    { DG_EVENT_NET_ROLLOUT, rollout_words },
    { DG_EVENT_NET_RENEWED, renewed_words },
    { DG_EVENT_NET_DISPUTE, dispute_words },
    { DG_EVENT_NET_STATEMENTS, statements_words },
    { DG_EVENT_NET_APPROVED, approved_words },
    { DG_EVENT_NET_APPROVAL, approval_words },
    { DG_EVENT_NET_COMPILED, compiled_words },
    { DG_EVENT_NET_STALLED, stalled_words },
    { DG_EVENT_NET_REPUTATION, reputation_words },
    { DG_EVENT_NET_UNKNOWN, unknown_words },
};

bool dg_outcome_event_words(char *out, size_t size, const dg_outcome_facts *run, const dg_event *e)
{
    assert(e && size > 0);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (table[i].kind == e->kind) {
            table[i].words((room){ out, size }, run, e);
            return true;
        }
    return false;
}
