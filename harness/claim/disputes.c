/* disputes: after U no more candidates are called invalid by some validator than in
 * control. One that no supermajority settles, or that is settled against the
 * candidate, is told apart. */
#include "claim/claim_impl.h"

enum { BEGUN = 0, VALID = 1, INVALID = 2 };

typedef struct arm_disputes {
    uint64_t begun, settled[3], most_against, slowest_ms;
} arm_disputes;
typedef struct memory {
    dg_claim_setup setup;
    int64_t first_slot, session;
    uint64_t slots[2]; /* in which somebody looked at candidates */
    arm_disputes arm[2];
    tally bad;
    evidence facts;
} memory;

static void dispute(memory *m, const dg_event *e)
{
    const struct dg_event_net_dispute *n = &e->net_dispute;
    arm_disputes *a = &m->arm[e->arm];
    if (n->slot < m->setup.upgrade_slot || n->outcome < BEGUN || n->outcome > INVALID)
        return;
    if (n->outcome != BEGUN) {
        a->settled[n->outcome]++;
        a->slowest_ms =
            (uint64_t)n->after_ms > a->slowest_ms ? (uint64_t)n->after_ms : a->slowest_ms;
        return;
    }
    a->begun++;
    a->most_against =
        (uint64_t)n->against > a->most_against ? (uint64_t)n->against : a->most_against;
    if (e->arm == DG_ARM_CONTROL)
        return;
    if (!m->bad.count) {
        m->first_slot = n->slot;
        m->session = n->session;
    }
    dg_claim_tally_add(&m->bad, e->block);
    dg_claim_evidence_event(&m->facts, e);
}

static void step(void *at, const dg_event *e)
{
    memory *m = at;
    if (e->kind == DG_EVENT_NET_DISPUTE) {
        dispute(m, e);
    } else if (e->kind == DG_EVENT_NET_APPROVAL && e->net_approval.slot >= m->setup.upgrade_slot
               && e->net_approval.assignments > 0) {
        m->slots[e->arm]++;
    }
}

static dg_figures figures(const memory *m)
{
    uint64_t was = m->arm[DG_ARM_CONTROL].begun, is = m->arm[DG_ARM_TREATMENT].begun;
    return (dg_figures){ .unit = "candidates",
                         .measured = dg_claim_figure(is),
                         .control = dg_claim_figure(was),
                         .threshold = dg_claim_figure(was),
                         .over = m->slots[DG_ARM_TREATMENT],
                         .over_unit = "slots",
                         .lost_unit = "disputes",
                         .lost = dg_claim_figure_above(is, was) };
}

static void finish(void *at, dg_verdict *v)
{
    memory *m = at;
    const arm_disputes *c = &m->arm[DG_ARM_CONTROL], *t = &m->arm[DG_ARM_TREATMENT];
    uint64_t settled = t->settled[VALID] + t->settled[INVALID];
    if (!m->slots[DG_ARM_CONTROL] || !m->slots[DG_ARM_TREATMENT]) {
        dg_verdict_say(v, DG_VERDICT_UNEXERCISED, "no candidate was checked after U");
    } else if (t->begun > c->begun) {
        v->figures = figures(m);
        dg_verdict_say(
            v, DG_VERDICT_BROKE,
            "%llu candidates disputed, %llu in control; the first %lld slots after U, in "
            "session %lld; up to %llu validators against; "
            "%llu settled valid, %llu invalid, %llu open; at most %llu.%llu s",
            (unsigned long long)t->begun, (unsigned long long)c->begun,
            (long long)dg_claim_less(m->first_slot, m->setup.upgrade_slot), (long long)m->session,
            (unsigned long long)t->most_against, (unsigned long long)t->settled[VALID],
            (unsigned long long)t->settled[INVALID],
            (unsigned long long)(t->begun > settled ? t->begun - settled : 0),
            (unsigned long long)(t->slowest_ms / 1000),
            (unsigned long long)(t->slowest_ms / 100 % 10));
        dg_verdict_span(v, &m->bad);
        dg_verdict_show(v, &m->facts);
    } else if (c->begun > c->settled[VALID]) {
        dg_verdict_say(v, DG_VERDICT_UNEXERCISED,
                       "N-1 alone has %llu candidates disputed and only %llu settled valid",
                       (unsigned long long)c->begun, (unsigned long long)c->settled[VALID]);
        v->control_failed = true;
    } else {
        v->figures = figures(m);
        dg_verdict_say(v, DG_VERDICT_HELD, "%llu candidates disputed (%llu in control) in %u slots",
                       (unsigned long long)t->begun, (unsigned long long)c->begun,
                       (unsigned)m->slots[DG_ARM_TREATMENT]);
    }
}

const dg_claim dg_claim_disputes = {
    .id = DG_CLAIM_DISPUTES,
    .fails = "candidates are disputed",
    .says = "after U no more candidates are called invalid by some validator than in control",
    .because = "Kusama on 2025-05-09: two sessions after the upgrade validators that were not "
               "updated could not read a receipt and disputed everything",
    .allows = "disputes",
    .basis = "node model",
    .network = true,
    .paras = true,
    .size = sizeof(memory),
    .setup = offsetof(memory, setup),
    .facts = offsetof(memory, facts),
    .step = step,
    .finish = finish,
};
