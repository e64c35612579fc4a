/* topology-present: after U validators hold the grid topology of their session.
 *
 * What loses it: the topology comes with a session's first leaf, U switches asynchronous
 * backing on in the middle of that session, and nodes of some classes have not kept it until
 * then. Where one of these cannot be, the claim does not apply; where all are there but no fork
 * was pruned in time, nothing was tried. */
#include "claim/claim_impl.h"

#include <stdio.h>
#include <string.h>

enum { ASYNC_BACKING = 7 }; /* version of ParachainHost from which on nodes ask for it */

/* What net-start says of who could lose it, and of those who changed their release before U. */
typedef struct plan_facts {
    bool known, no_forks;
    int64_t drops, forgets; /* nodes that do */
    int64_t from, to;       /* ParachainHost of N-1 and N */
} plan_facts;
typedef struct memory {
    dg_claim_setup setup;
    uint64_t floor_permille;
    uint32_t session_block; /* first of U's session */
    int64_t bad_session, least, of, least_enabled;
    uint64_t looked, sampled, signals, signals_before, dropped_before, control_seen, control_bad;
    plan_facts plan;
    bool healed;
    uint64_t restarts; /* by plan, since it went bad */
    tally bad;
    evidence facts;
    char healed_by[120];
} memory;

static const dg_claim_option options[] = {
    { .name = "at_least",
      .max = 1,
      .fallback = "0.9",
      .says = "share of the validators that work with asynchronous backing" },
    { .name = NULL },
};

static void start(void *at, const dg_claim_setup *setup)
{
    ((memory *)at)->floor_permille = dg_claim_permille(setup, &options[0]);
}

/* Who restarts in a session is told its topology again. */
static void healed(memory *m, const dg_event *e)
{
    if (!m->bad.count || m->healed)
        return;
    m->healed = true;
    snprintf(m->healed_by, sizeof m->healed_by, "%s",
             e->net_holders.session != m->bad_session ? "session change"
             : m->restarts                            ? "a restart of validators"
                                                      : "the network itself");
}

/* Of the slots in which too few hold it, or of all while there is none. */
static void note_least(memory *m, const struct dg_event_net_holders *n, bool bad)
{
    bool first = bad ? !m->bad.count : !m->sampled;
    m->sampled++;
    if (!bad && m->bad.count)
        return;
    if (first || n->holders < m->least) {
        m->least = n->holders;
        m->of = n->validators;
        m->least_enabled = n->enabled;
    }
}

/* Nodes whose leaf is not enabled keep no grid for the second state machine. */
static void holders(memory *m, const dg_event *e)
{
    const struct dg_event_net_holders *n = &e->net_holders;
    bool bad =
        n->enabled > 0 && (uint64_t)n->holders * 1000 < (uint64_t)n->enabled * m->floor_permille;
    if (n->slot < m->setup.upgrade_slot)
        return;
    m->looked += e->arm == DG_ARM_TREATMENT;
    if (!n->enabled)
        return;
    if (e->arm == DG_ARM_CONTROL) {
        m->control_seen++;
        m->control_bad += bad;
        return;
    }
    note_least(m, n, bad);
    if (!bad) {
        healed(m, e);
        return;
    }
    if (m->healed || !m->bad.count)
        m->restarts = 0;
    m->healed = false;
    m->bad_session = n->session;
    dg_claim_tally_add(&m->bad, e->block);
    dg_claim_evidence_event(&m->facts, e);
}

static void count_early(plan_facts *p, const char *does, int64_t nodes)
{
    if (does && strcmp(does, "drops") == 0)
        p->drops += nodes;
    if (does && strcmp(does, "forgets") == 0)
        p->forgets += nodes;
}

static void net_start(memory *m, const dg_event *e)
{
    const json_t *early = json_object_get(e->detail, "early"), *what,
                 *host = json_object_get(e->detail, "host"),
                 *classes = json_object_get(e->detail, "classes");
    const char *class;
    m->plan = (plan_facts){ .known = early && host };
    m->plan.no_forks = !e->net_start.forks;
    m->plan.from = json_integer_value(json_object_get(host, "from"));
    m->plan.to = json_integer_value(json_object_get(host, "to"));
    json_object_foreach((json_t *)early, class, what)
    {
        const json_t *nodes = json_object_get(classes, class);
        count_early(&m->plan, json_string_value(what), nodes ? json_integer_value(nodes) : 1);
    }
}

static void renewed(memory *m, const dg_event *e)
{
    m->restarts++;
    if (e->net_renewed.slot >= m->setup.upgrade_slot)
        return;
    count_early(&m->plan, json_string_value(json_object_get(e->detail, "early_from")), -1);
    count_early(&m->plan, json_string_value(json_object_get(e->detail, "early_to")), 1);
}

/* Of U's session, before U. */
static void count_before(memory *m, const dg_event *e)
{
    if (e->kind == DG_EVENT_NET_SESSION && e->block <= m->setup.upgrade_block) {
        m->session_block = e->block;
        m->signals_before = m->dropped_before = 0;
    } else if (e->kind == DG_EVENT_NET_SIGNAL) {
        m->signals++;
        m->signals_before += e->net_signal.slot <= m->setup.upgrade_slot;
    } else if (e->kind == DG_EVENT_NET_LOST) {
        m->dropped_before += !e->net_lost.how && !m->sampled;
    }
}

static void step(void *at, const dg_event *e)
{
    memory *m = at;
    if (e->kind == DG_EVENT_NET_HOLDERS)
        holders(m, e);
    else if (e->kind == DG_EVENT_NET_START)
        net_start(m, e);
    else if (e->kind == DG_EVENT_NET_RENEWED && e->arm == DG_ARM_TREATMENT)
        renewed(m, e);
    else if (e->arm == DG_ARM_TREATMENT)
        count_before(m, e);
}

/* A class that forgets looks sound without a fork that is pruned before U; one that drops
 * needs none. */
static bool hazard_seen(const memory *m)
{
    bool drops_alone = m->plan.drops > 0 && m->plan.forgets <= 0;
    return drops_alone ? m->dropped_before > 0 : m->signals_before > 0;
}

/* U switches nothing on. A log of before has no word of it. */
static bool switches_nothing(const memory *m, dg_verdict *v)
{
    const plan_facts *p = &m->plan;
    if (!m->setup.ran || !p->known || (p->from < ASYNC_BACKING && p->to >= ASYNC_BACKING))
        return false;
    if (p->to < ASYNC_BACKING)
        dg_verdict_spare(v, "N has ParachainHost %d, and nodes use a grid from %d on", (int)p->to,
                         ASYNC_BACKING);
    else
        dg_verdict_spare(v,
                         "ParachainHost %d -> %d does not cross %d, so nodes switch nothing on at "
                         "U",
                         (int)p->from, (int)p->to, ASYNC_BACKING);
    return true;
}

/* It does, and nobody can have lost anything by then. */
static bool loses_nothing(const memory *m, dg_verdict *v)
{
    const plan_facts *p = &m->plan;
    if (!m->setup.ran || !p->known)
        return false;
    if (p->drops <= 0 && p->forgets <= 0)
        dg_verdict_spare(v, "no class of the plan's nodes loses a topology that comes before U");
    else if (m->session_block == m->setup.upgrade_block)
        dg_verdict_spare(v, "U is the first block of its session, and the topology comes with it");
    else
        return false;
    return true;
}

static void say_not_seen(const memory *m, dg_verdict *v)
{
    v->reach = m->plan.no_forks ? DG_VERDICT_OUT_OF_REACH : DG_VERDICT_NOT_REACHED;
    dg_verdict_say(v, DG_VERDICT_UNEXERCISED,
                   "no fork was pruned in U's session before U, so nothing could be forgotten%s",
                   m->plan.no_forks ? "; the plan's network has none" : "");
}

static void say_switched(const memory *m, dg_verdict *v)
{
    if (!m->sampled)
        dg_verdict_say(v, DG_VERDICT_UNEXERCISED,
                       "no validator was asked for its topology after U");
    else if (hazard_seen(m))
        dg_verdict_say(
            v, DG_VERDICT_HELD,
            "enough validators hold their topology in each of %u slots, with %u forks pruned",
            (unsigned)m->sampled, (unsigned)m->signals);
    else if (!loses_nothing(m, v))
        say_not_seen(m, v);
}

/* Control has no number of its own: before N nobody needs the grid. */
static dg_figures figures(const memory *m)
{
    dg_figures f = { .over = m->looked,
                     .over_unit = "slots",
                     .lost_unit = "slots",
                     .lost = dg_claim_figure(m->bad.count) };
    if (m->sampled) {
        f.unit = "validators";
        f.at_least = true;
        f.measured = dg_claim_figure(dg_claim_count(m->least));
        f.threshold = dg_claim_figure_milli(dg_claim_count(m->least_enabled) * m->floor_permille);
    }
    return f;
}

static void finish(void *at, dg_verdict *v)
{
    memory *m = at;
    if (m->control_bad) {
        dg_verdict_say(v, DG_VERDICT_UNEXERCISED, "N-1 alone lacks the topology in %u of %u slots",
                       (unsigned)m->control_bad, (unsigned)m->control_seen);
        v->control_failed = true;
    } else if (m->bad.count) {
        dg_verdict_say(v, DG_VERDICT_BROKE,
                       "%u of %u validators hold a grid topology from #%u to #%u",
                       (unsigned)m->least, (unsigned)m->of, m->bad.first, m->bad.last);
        dg_verdict_span(v, &m->bad);
        dg_verdict_show(v, &m->facts);
        dg_claim_text_copy(v->healed, sizeof v->healed, m->healed ? m->healed_by : "");
    } else if (!switches_nothing(m, v)) {
        say_switched(m, v);
    }
    if (v->status != DG_VERDICT_UNEXERCISED)
        v->figures = figures(m);
}

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
    .allows = "slots",
    .size = sizeof(memory),
    .setup = offsetof(memory, setup),
    .facts = offsetof(memory, facts),
    .start = start,
    .step = step,
    .finish = finish,
};
