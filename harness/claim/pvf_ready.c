/* pvf-ready: after U validators have prepared the parachains' code as control's have. */
#include "claim/claim_impl.h"

enum { SLOTS_MAX = 4096 };
typedef struct memory {
    dg_claim_setup setup;
    uint64_t floor_permille;
    bool ends_short;             /* .. still short in the last slot */
    uint64_t slots[2], least[2]; /* least: permille of pairs prepared */
    int64_t pairs, deepest;
    uint32_t worst_block;
    tally bad;
    evidence facts;
    uint16_t of_control[SLOTS_MAX]; /* permille, by slots after U; 0: not seen */
} memory;

static const dg_claim_option options[] = {
    { .name = "at_least_of_control",
      .max = 1,
      .fallback = "0.9",
      .says = "share of control's prepared code that is enough" },
    { .name = NULL },
};

static void start(void *at, const dg_claim_setup *setup)
{
    memory *m = at;
    m->floor_permille = dg_claim_permille(setup, &options[0]);
    m->least[0] = m->least[1] = UINT64_MAX;
}

/* Control's share in the same slot; beyond what is kept, its least. */
static uint64_t control_at(const memory *m, int64_t after)
{
    return after < SLOTS_MAX && m->of_control[after] ? m->of_control[after]
                                                     : m->least[DG_ARM_CONTROL];
}

static void slot(memory *m, const dg_event *e)
{
    const struct dg_event_net_pvf *n = &e->net_pvf;
    uint64_t permille = dg_claim_share(n->ready, n->pairs);
    int64_t after = dg_claim_less(n->slot, m->setup.upgrade_slot); /* 0 or more */
    bool least = permille < m->least[e->arm];
    m->slots[e->arm]++;
    m->least[e->arm] = least ? permille : m->least[e->arm];
    if (e->arm == DG_ARM_CONTROL) {
        if (after < SLOTS_MAX)
            m->of_control[after] = (uint16_t)permille;
        return;
    }
    m->pairs = least ? n->pairs : m->pairs;
    m->worst_block = least ? e->block : m->worst_block;
    m->deepest = n->deepest > m->deepest ? n->deepest : m->deepest;
    m->ends_short = permille * 1000 < control_at(m, after) * m->floor_permille;
    if (!m->ends_short)
        return;
    dg_claim_tally_add(&m->bad, e->block);
    if (json_array_size(m->facts.list) < 4)
        dg_claim_evidence_event(&m->facts, e);
}

static void step(void *at, const dg_event *e)
{
    memory *m = at;
    if (e->kind == DG_EVENT_NET_PVF && e->net_pvf.slot >= m->setup.upgrade_slot
        && e->net_pvf.pairs > 0) {
        slot(m, e);
    }
}

/* Lost are the slots in which they were short of control's share in the same slot. */
static dg_figures figures(const memory *m)
{
    return (dg_figures){ .unit = "percent",
                         .measured = dg_claim_figure_milli(m->least[1] * 100),
                         .control = dg_claim_figure_milli(m->least[0] * 100),
                         .threshold = dg_claim_figure_milli(m->least[0] * m->floor_permille / 10),
                         .at_least = true,
                         .over = m->slots[DG_ARM_TREATMENT],
                         .over_unit = "slots",
                         .lost_unit = "slots",
                         .lost = dg_claim_figure(m->bad.count) };
}

static void finish(void *at, dg_verdict *v)
{
    memory *m = at;
    if (!m->slots[0] || !m->slots[1]) {
        dg_verdict_say(v, DG_VERDICT_UNEXERCISED, "no candidate named a code to prepare");
    } else if (m->least[0] < 500) {
        dg_verdict_say(
            v, DG_VERDICT_UNEXERCISED,
            "N-1 alone has only %u %% of pairs of validator and parachain prepared at worst",
            (unsigned)(m->least[0] / 10));
        v->control_failed = true;
    } else if (m->bad.count) {
        v->figures = figures(m);
        dg_verdict_say(v, DG_VERDICT_BROKE,
                       "%u %% of %u pairs of validator and parachain had their artifact at worst "
                       "(#%u), %u %% in control; short in %u slots, up to %u queued at a node",
                       (unsigned)(m->least[1] / 10), (unsigned)m->pairs, m->worst_block,
                       (unsigned)(m->least[0] / 10), (unsigned)m->bad.count, (unsigned)m->deepest);
        dg_verdict_span(v, &m->bad);
        dg_verdict_show(v, &m->facts);
        if (!m->ends_short)
            dg_claim_text_copy(v->healed, sizeof v->healed, "preparation");
    } else {
        v->figures = figures(m);
        dg_verdict_say(
            v, DG_VERDICT_HELD,
            "at least %u %% of pairs of validator and parachain prepared (%u %% in control) in %u "
            "slots",
            (unsigned)(m->least[1] / 10), (unsigned)(m->least[0] / 10),
            (unsigned)m->slots[DG_ARM_TREATMENT]);
    }
}

const dg_claim dg_claim_pvf_ready = {
    .id = DG_CLAIM_PVF_READY,
    .fails = "parachain code is not prepared in time",
    .says = "after U validators have as many of the parachains' artifacts prepared as in control",
    .because = "in April 2024 a change of executor parameters made every node compile every "
               "parachain again: 5 to 15 minutes with little backing and late finality",
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
