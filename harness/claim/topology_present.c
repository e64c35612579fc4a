/* topology-present: after U validators hold the grid topology of their session. */
#include "claim/claim_impl.h"

#include <stdio.h>

enum { FRESH_SLOTS = 4 }; /* so soon after a session began nothing can have been lost */

typedef struct memory {
    dg_claim_setup setup;
    uint64_t floor_permille;
    int64_t session_slot, bad_session, least, of;
    uint64_t sampled, signals, signals_before, control_seen, control_bad;
    bool healed;
    tally bad;
    evidence facts;
    char healed_by[120];
} memory;

static void start(void *at, const dg_claim_setup *setup)
{
    ((memory *)at)->floor_permille = dg_claim_permille(setup, "at_least", 900);
}

static void healed(memory *m, const dg_event *e)
{
    if (!m->bad.count || m->healed)
        return;
    m->healed = true;
    snprintf(m->healed_by, sizeof m->healed_by, "%s",
             e->net_holders.session != m->bad_session ? "session change" : "the network itself");
}

/* Nodes whose leaf is not enabled keep no grid for the second state machine. */
static void holders(memory *m, const dg_event *e)
{
    const struct dg_event_net_holders *n = &e->net_holders;
    bool bad =
        n->enabled > 0 && (uint64_t)n->holders * 1000 < (uint64_t)n->enabled * m->floor_permille;
    if (!n->enabled || n->slot < m->setup.upgrade_slot)
        return;
    if (e->arm == DG_ARM_CONTROL) {
        m->control_seen++;
        m->control_bad += bad;
        return;
    }
    m->sampled++;
    if (!bad) {
        healed(m, e);
        return;
    }
    if (!m->bad.count || n->holders < m->least) {
        m->least = n->holders;
        m->of = n->validators;
    }
    m->healed = false;
    m->bad_session = n->session;
    dg_claim_tally_add(&m->bad, e->block);
    dg_claim_evidence_event(&m->facts, e);
}

static void step(void *at, const dg_event *e)
{
    memory *m = at;
    if (e->kind == DG_EVENT_NET_HOLDERS) {
        holders(m, e);
    } else if (e->arm == DG_ARM_TREATMENT && e->kind == DG_EVENT_NET_SESSION
               && e->net_session.slot <= m->setup.upgrade_slot) {
        m->session_slot = e->net_session.slot;
        m->signals_before = 0;
    } else if (e->arm == DG_ARM_TREATMENT && e->kind == DG_EVENT_NET_SIGNAL) {
        m->signals++;
        m->signals_before += e->net_signal.slot <= m->setup.upgrade_slot;
    }
}

/* Without a fork that is pruned before U, a class that forgets then looks sound. */
static bool hazard_seen(const memory *m)
{
    return m->setup.upgrade_slot - m->session_slot < FRESH_SLOTS ? m->signals > 0
                                                                 : m->signals_before > 0;
}

static void finish(void *at, dg_verdict *v)
{
    memory *m = at;
    if (!m->sampled) {
        dg_verdict_say(v, DG_VERDICT_UNEXERCISED,
                       "no validator was asked for its topology after U");
    } else if (m->control_bad) {
        dg_verdict_say(v, DG_VERDICT_UNEXERCISED, "N-1 alone lacks the topology in %u of %u slots",
                       (unsigned)m->control_bad, (unsigned)m->control_seen);
        v->control_failed = true;
    } else if (m->bad.count) {
        dg_verdict_say(v, DG_VERDICT_BROKE, "%u/%u validators hold a grid topology from #%u to #%u",
                       (unsigned)m->least, (unsigned)m->of, m->bad.first, m->bad.last);
        dg_verdict_span(v, &m->bad);
        dg_verdict_show(v, &m->facts);
        dg_claim_text_copy(v->healed, sizeof v->healed, m->healed ? m->healed_by : "");
    } else if (!hazard_seen(m)) {
        dg_verdict_say(v, DG_VERDICT_UNEXERCISED,
                       "no fork was pruned in U's session before U, so nothing could be forgotten");
    } else {
        dg_verdict_say(v, DG_VERDICT_HELD, "in %u slots, %u forks pruned", (unsigned)m->sampled,
                       (unsigned)m->signals);
    }
}

static const char *const options[] = { "at_least", NULL };

const dg_claim dg_claim_topology_present = {
    .id = DG_CLAIM_TOPOLOGY_PRESENT,
    .fails = "validators lack their grid topology",
    .says = "after U validators hold the grid topology of their session",
    .because = "Polkadot stalled on 2024-04-21: the topology came before the API version that it "
               "was needed for, and was forgotten",
    .basis = "node model",
    .options = options,
    .network = true,
    .code = true,
    .size = sizeof(memory),
    .setup = offsetof(memory, setup),
    .facts = offsetof(memory, facts),
    .start = start,
    .step = step,
    .finish = finish,
};
