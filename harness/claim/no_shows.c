/* no-shows: after U no more validators fail to approve what they said they check than
 * in control. Counted over all slots from U on; where control has some, as many again
 * as in its worst slot are chance. Control itself must not have come to where nodes resend
 * what they have: approval-distribution, AggressionConfig. */
#include "claim/claim_impl.h"

typedef struct arm_shows {
    uint64_t slots, assigned, sum, most, level;
    uint32_t most_block;
} arm_shows;
typedef struct memory {
    dg_claim_setup setup;
    uint64_t ratio_permille, tranche;
    arm_shows arm[2];
    tally bad; /* slots of treatment with more than control's worst */
    evidence facts;
} memory;

static const dg_claim_option options[] = {
    { .name = "at_most_of_control",
      .max = 1000000,
      .fallback = "1.5",
      .says = "times control's no-shows that are fine" },
    { .name = NULL },
};

static void start(void *at, const dg_claim_setup *setup)
{
    ((memory *)at)->ratio_permille = dg_claim_permille(setup, &options[0]);
}

static void slot(memory *m, const dg_event *e)
{
    const struct dg_event_net_approval *n = &e->net_approval;
    arm_shows *a = &m->arm[e->arm];
    uint64_t missing = dg_claim_count(n->no_shows);
    if (n->slot < m->setup.upgrade_slot)
        return;
    a->slots++;
    a->assigned += dg_claim_count(n->assignments);
    a->sum += missing;
    a->level = dg_claim_count(n->level) > a->level ? dg_claim_count(n->level) : a->level;
    if (missing > a->most) {
        a->most = missing;
        a->most_block = e->block;
    }
    if (e->arm == DG_ARM_CONTROL)
        return;
    if (missing > m->arm[DG_ARM_CONTROL].most) {
        dg_claim_tally_add(&m->bad, e->block);
        dg_claim_evidence_event(&m->facts, e);
    }
}

static void step(void *at, const dg_event *e)
{
    memory *m = at;
    if (e->kind == DG_EVENT_NET_APPROVAL) {
        slot(m, e);
    } else if (e->kind == DG_EVENT_NET_APPROVED && e->arm == DG_ARM_TREATMENT
               && e->net_approved.slot >= m->setup.upgrade_slot) {
        m->tranche = (uint64_t)e->net_approved.tranche > m->tranche
                         ? (uint64_t)e->net_approved.tranche
                         : m->tranche;
    }
}

static bool too_many(const memory *m)
{
    const arm_shows *c = &m->arm[DG_ARM_CONTROL], *t = &m->arm[DG_ARM_TREATMENT];
    return m->bad.count
           && (t->sum - (c->most < t->sum ? c->most : t->sum)) * 1000 > c->sum * m->ratio_permille;
}

static dg_figures figures(const memory *m)
{
    const arm_shows *c = &m->arm[DG_ARM_CONTROL], *t = &m->arm[DG_ARM_TREATMENT];
    uint64_t most = c->most * 1000 + c->sum * m->ratio_permille;
    uint64_t none_worse = m->bad.count ? 0 : c->most * t->slots * 1000;
    return (dg_figures){ .unit = "no-shows",
                         .measured = dg_claim_figure(t->sum),
                         .control = dg_claim_figure(c->sum),
                         .threshold = dg_claim_figure_milli(most > none_worse ? most : none_worse),
                         .over = t->slots,
                         .over_unit = "slots",
                         .lost_unit = "no-shows",
                         .lost = dg_claim_figure_above(t->sum, c->sum) };
}

static void finish(void *at, dg_verdict *v)
{
    memory *m = at;
    const arm_shows *c = &m->arm[DG_ARM_CONTROL], *t = &m->arm[DG_ARM_TREATMENT];
    if (!c->assigned || !t->assigned) {
        dg_verdict_say(v, DG_VERDICT_UNEXERCISED, "no candidate was checked after U");
    } else if (c->sum && c->level) {
        dg_verdict_say(v, DG_VERDICT_UNEXERCISED,
                       "N-1 alone has %llu no-shows, and so many that nodes resend what they have "
                       "(aggression level %u)",
                       (unsigned long long)c->sum, (unsigned)c->level);
        v->control_failed = true;
    } else if (too_many(m)) {
        v->figures = figures(m);
        dg_verdict_say(
            v, DG_VERDICT_BROKE,
            "%llu no-shows in %u slots, %llu in the worst (#%u), %llu in control; approved "
            "up to tranche %llu, aggression level %u",
            (unsigned long long)t->sum, (unsigned)t->slots, (unsigned long long)t->most,
            t->most_block, (unsigned long long)c->sum, (unsigned long long)m->tranche,
            (unsigned)t->level);
        dg_verdict_span(v, &m->bad);
        dg_verdict_show(v, &m->facts);
    } else {
        v->figures = figures(m);
        dg_verdict_say(v, DG_VERDICT_HELD, "%llu no-shows in %u slots (%llu in control)",
                       (unsigned long long)t->sum, (unsigned)t->slots, (unsigned long long)c->sum);
    }
}

const dg_claim dg_claim_no_shows = {
    .id = DG_CLAIM_NO_SHOWS,
    .fails = "approval checkers do not show up in time",
    .says = "after U no more validators than in control fail to approve the candidates that "
            "they announced they would check",
    .because = "in April 2024 every validator compiled every parachain anew: approvals came late, "
               "each missing one called for more, and finality fell behind",
    .allows = "no-shows",
    .basis = "node model",
    .options = options,
    .network = true,
    .paras = true,
    .chance = true,
    .size = sizeof(memory),
    .setup = offsetof(memory, setup),
    .facts = offsetof(memory, facts),
    .start = start,
    .step = step,
    .finish = finish,
};
