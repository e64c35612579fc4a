/* groups-able: after U as many backing groups can reach the votes they need as in control. */
#include "claim/claim_impl.h"

/* one slot alone may be a best block that half the network has yet to import */
typedef struct arm_groups {
    uint64_t slots, sum, unable_sum, unable_most;
} arm_groups;
typedef struct memory {
    dg_claim_setup setup;
    uint64_t slots_in_a_row, row, longest;
    uint64_t groups, wanted, least;
    bool least_known;
    arm_groups arm[2];
    tally bad, running; /* `running`: bad slots that have not lasted long enough to count */
    evidence facts;
} memory;

static const dg_claim_option options[] = {
    { .name = "slots_in_a_row",
      .whole = true,
      .max = 1000000,
      .fallback = "2",
      .says = "slots in a row with more groups unable than in control that break it" },
    { .name = NULL },
};

static void start(void *at, const dg_claim_setup *setup)
{
    ((memory *)at)->slots_in_a_row = dg_claim_whole(setup, &options[0]);
}

static void bad_slot(memory *m, const dg_event *e, uint64_t unable)
{
    const struct dg_event_net_groups *n = &e->net_groups;
    if (!m->row++)
        m->running = (tally){ 0 };
    dg_claim_tally_add(&m->running, e->block);
    m->longest = m->row > m->longest ? m->row : m->longest;
    if (unable >= m->arm[DG_ARM_TREATMENT].unable_most) {
        m->groups = (uint64_t)n->groups;
        m->wanted = (uint64_t)n->wanted;
    }
    if (m->row < m->slots_in_a_row)
        return;
    if (m->row == m->slots_in_a_row) {
        m->bad.first = m->bad.count ? m->bad.first : m->running.first;
        m->bad.count += m->running.count - 1;
    }
    m->bad.count++;
    m->bad.last = e->block;
    if (!m->least_known || (uint64_t)n->least < m->least)
        m->least = (uint64_t)n->least;
    m->least_known = true;
    dg_claim_evidence_event(&m->facts, e);
}

static void groups(memory *m, const dg_event *e)
{
    const struct dg_event_net_groups *n = &e->net_groups;
    arm_groups *a = &m->arm[e->arm];
    uint64_t count = dg_claim_count(n->groups), unable = count - dg_claim_count(n->able);
    if (n->slot < m->setup.upgrade_slot || n->groups <= 0 || n->able < 0 || n->able > n->groups)
        return;
    a->slots++;
    a->sum += count;
    a->unable_sum += unable;
    a->unable_most = unable > a->unable_most ? unable : a->unable_most;
    if (e->arm == DG_ARM_CONTROL)
        return;
    if (unable > m->arm[DG_ARM_CONTROL].unable_most)
        bad_slot(m, e, unable);
    else
        m->row = 0;
}

static void step(void *at, const dg_event *e)
{
    memory *m = at;
    if (e->kind == DG_EVENT_NET_GROUPS) {
        groups(m, e);
    }
}

/* Lost are the slots in which more groups could not back than ever in control. */
static dg_figures figures(const memory *m)
{
    uint64_t was = m->arm[DG_ARM_CONTROL].unable_most, is = m->arm[DG_ARM_TREATMENT].unable_most;
    return (dg_figures){ .unit = "groups",
                         .measured = dg_claim_figure(m->bad.count || is < was ? is : was),
                         .control = dg_claim_figure(was),
                         .threshold = dg_claim_figure(was),
                         .over = m->arm[DG_ARM_TREATMENT].slots,
                         .over_unit = "slots",
                         .lost_unit = "slots",
                         .lost = dg_claim_figure(m->bad.count) };
}

static void finish(void *at, dg_verdict *v)
{
    memory *m = at;
    const arm_groups *c = &m->arm[DG_ARM_CONTROL], *t = &m->arm[DG_ARM_TREATMENT];
    if (!c->slots || !t->slots) {
        dg_verdict_say(v, DG_VERDICT_UNEXERCISED, "no backing group was seen after U");
    } else if (c->unable_sum * CONTROL_THIRD > c->sum) {
        dg_verdict_say(v, DG_VERDICT_UNEXERCISED,
                       "N-1 alone has %u %% of its groups unable to back",
                       (unsigned)(c->unable_sum * 100 / c->sum));
        v->control_failed = true;
    } else if (m->bad.count) {
        v->figures = figures(m);
        v->narrow = m->longest == m->slots_in_a_row; /* in slots, which no figure counts */
        dg_verdict_say(v, DG_VERDICT_BROKE,
                       "up to %u of %u groups cannot reach %u votes, at most %u in control; the "
                       "weakest has %u members that work",
                       (unsigned)t->unable_most, (unsigned)m->groups, (unsigned)m->wanted,
                       (unsigned)c->unable_most, (unsigned)m->least);
        dg_verdict_span(v, &m->bad);
        dg_verdict_show(v, &m->facts);
    } else {
        v->figures = figures(m);
        dg_verdict_say(v, DG_VERDICT_HELD,
                       "at most %u groups unable to back at a time (%u in control) in %u slots",
                       (unsigned)t->unable_most, (unsigned)c->unable_most, (unsigned)t->slots);
    }
}

const dg_claim dg_claim_groups_able = {
    .id = DG_CLAIM_GROUPS_ABLE,
    .fails = "backing groups cannot reach enough votes",
    .says = "after U no more backing groups are short of members that can vote than in control",
    .because = "validators that were not updated cannot vote once ParachainHost is 7: in April "
               "2024 their groups' parachains lost whole rotations",
    .allows = "slots",
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
