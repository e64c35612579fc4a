/* availability: after U candidates become available in one block as they do in control. */
#include "claim/claim_impl.h"

typedef struct share {
    uint64_t blocks, cores, enough, bits, possible, slow;
} share;
typedef struct memory {
    dg_claim_setup setup;
    uint64_t floor_permille, row;
    share arm[2];
    /* permille: of the newest block, and of the better one of the worst two in a row */
    uint64_t last[2], worst[2];
    uint32_t at[2];     /* number of that newest block */
    tally bad, running; /* `running`: one block alone may be of an author that was late */
    /* bitfields of another length than the runtime has cores; block 0: none */
    dg_event dip;
    uint32_t last_dip,
        newest; /* blocks of treatment: with such a bitfield, with an occupied core */
    evidence facts;
} memory;

static const dg_claim_option options[] = {
    { .name = "at_least_of_control",
      .max = 1,
      .fallback = "0.9",
      .says = "share of control's availability in one block, and of its bits, that is enough" },
    { .name = NULL },
};

static void start(void *at, const dg_claim_setup *setup)
{
    memory *m = at;
    m->floor_permille = dg_claim_permille(setup, &options[0]);
    for (int arm = 0; arm < 2; arm++)
        m->last[arm] = m->worst[arm] = 1000;
}

static uint64_t permille_enough(const dg_event *e)
{
    return dg_claim_share(e->net_available.enough, e->net_available.cores);
}

static void measure(memory *m, const dg_event *e)
{
    uint64_t now = permille_enough(e), last = m->last[e->arm], better = now > last ? now : last;
    if (e->block == m->at[e->arm]) { /* siblings are one block: the better of them */
        m->last[e->arm] = better;
        return;
    }
    m->at[e->arm] = e->block;
    m->worst[e->arm] = better < m->worst[e->arm] ? better : m->worst[e->arm];
    m->last[e->arm] = now;
}

/* Two blocks in a row in which fewer of the occupied cores have enough bits than that, and
 * fewer than in any two of control: a fault of both arms strikes now the one, now the other. */
static void judge(memory *m, const dg_event *e)
{
    const share *c = &m->arm[DG_ARM_CONTROL];
    if (!c->cores
        || (uint64_t)e->net_available.enough * 1000 * c->cores
               >= (uint64_t)e->net_available.cores * m->floor_permille * c->enough
        || permille_enough(e) >= m->worst[DG_ARM_CONTROL]) {
        m->row = 0;
        return;
    }
    if (m->row && e->block == m->running.last)
        return; /* the sibling of one that was counted */
    if (!m->row++)
        m->running = (tally){ 0 };
    dg_claim_tally_add(&m->running, e->block);
    if (m->row == 2)
        dg_claim_tally_add(&m->bad, m->running.first);
    if (m->row >= 2) {
        dg_claim_tally_add(&m->bad, e->block);
        dg_claim_evidence_event(&m->facts, e);
    }
}

static void available(memory *m, const dg_event *e)
{
    const struct dg_event_net_available *n = &e->net_available;
    share *s = &m->arm[e->arm];
    if (e->arm == DG_ARM_TREATMENT && n->cores > 0)
        m->newest = e->block;
    if (n->slot < m->setup.upgrade_slot || n->cores <= 0)
        return;
    s->blocks++;
    s->cores += dg_claim_count(n->cores);
    s->bits += dg_claim_count(n->bits);
    s->possible += dg_claim_count(n->possible);
    s->enough += dg_claim_count(n->enough);
    s->slow += dg_claim_count(n->slow);
    measure(m, e);
    if (e->arm == DG_ARM_TREATMENT)
        judge(m, e);
}

/* Right after U the cores may be listed by code that cannot read the storage yet: what is
 * signed by such a list is of the wrong length, and the block does without it. */
static void left_out(memory *m, const dg_event *e)
{
    const struct dg_event_net_bitfields *n = &e->net_bitfields;
    bool worst =
        !m->dip.block || (e->block == m->dip.block && n->waiting > m->dip.net_bitfields.waiting);
    if (e->arm != DG_ARM_TREATMENT || n->slot < m->setup.upgrade_slot || n->sized == n->cores
        || !n->waiting)
        return;
    m->last_dip = e->block;
    if (!worst)
        return;
    m->dip = *e;
    m->dip.detail = NULL;
    dg_claim_evidence_event(&m->facts, e);
}

static void step(void *at, const dg_event *e)
{
    memory *m = at;
    if (e->kind == DG_EVENT_NET_AVAILABLE) {
        available(m, e);
    } else if (e->kind == DG_EVENT_NET_BITFIELDS) {
        left_out(m, e);
    }
}

static unsigned percent(uint64_t part, uint64_t of)
{
    return of ? (unsigned)(part * 100 / of) : 0;
}

/* Of the better one of the worst two blocks in a row. Lost are candidates that would have become
 * available in one block, were they as many in a hundred as in control: each keeps its core for a
 * block longer. */
static dg_figures figures(const memory *m)
{
    const share *c = &m->arm[DG_ARM_CONTROL], *t = &m->arm[DG_ARM_TREATMENT];
    uint64_t least = c->enough * m->floor_permille / c->cores, was = m->worst[DG_ARM_CONTROL];
    return (dg_figures){ .unit = "percent",
                         .measured = dg_claim_figure_milli(m->worst[DG_ARM_TREATMENT] * 100),
                         .control = dg_claim_figure_milli(was * 100),
                         .threshold = dg_claim_figure_milli((least < was ? least : was) * 100),
                         .at_least = true,
                         .over = t->blocks,
                         .over_unit = "blocks",
                         .lost_unit = "candidates",
                         .lost =
                             dg_claim_figure_above(c->enough * t->cores / c->cores, t->enough) };
}

static void finish(void *at, dg_verdict *v)
{
    memory *m = at;
    const share *c = &m->arm[DG_ARM_CONTROL], *t = &m->arm[DG_ARM_TREATMENT];
    if (!c->blocks || !t->blocks) {
        dg_verdict_say(v, DG_VERDICT_UNEXERCISED, "no occupied core was seen after U");
    } else if (c->enough * 2 < c->cores) {
        dg_verdict_say(v, DG_VERDICT_UNEXERCISED,
                       "N-1 alone makes %u %% available in one block: %u %% of bits set",
                       percent(c->enough, c->cores), percent(c->bits, c->possible));
        v->control_failed = true;
    } else if (m->bad.count) {
        v->figures = figures(m);
        dg_verdict_say(
            v, DG_VERDICT_BROKE,
            "%u %% of candidates available in one block against %u %% in control; %u %% of "
            "bits set against %u %%, %u slow",
            percent(t->enough, t->cores), percent(c->enough, c->cores),
            percent(t->bits, t->possible), percent(c->bits, c->possible), (unsigned)t->slow);
        dg_verdict_span(v, &m->bad);
        dg_verdict_show(v, &m->facts);
    } else if (m->dip.block) {
        const struct dg_event_net_bitfields *d = &m->dip.net_bitfields;
        v->figures = figures(m);
        dg_verdict_say(
            v, DG_VERDICT_WARNED,
            "%s%u occupied cores became available in #%u: availability_cores at its parent "
            "listed %u of %u, so %u of %u bitfields were left out",
            d->kept ? "not all of " : "0 of ", (unsigned)d->waiting, m->dip.block,
            (unsigned)d->sized, (unsigned)d->cores, (unsigned)(d->offered - d->kept),
            (unsigned)d->offered);
        v->first_block = v->last_block = m->dip.block;
        v->count = 1;
        if (m->newest > m->last_dip)
            dg_claim_text_copy(v->healed, sizeof v->healed,
                               m->last_dip == m->dip.block ? "the next block"
                                                           : "the network itself");
        dg_verdict_show(v, &m->facts);
    } else {
        v->figures = figures(m);
        dg_verdict_say(
            v, DG_VERDICT_HELD,
            "%u %% of candidates available in one block (%u %% in control), in the worst "
            "two in a row %u %% (%u %%); %u %% of bits set (%u %%); over %u blocks",
            percent(t->enough, t->cores), percent(c->enough, c->cores),
            (unsigned)(m->worst[DG_ARM_TREATMENT] / 10), (unsigned)(m->worst[DG_ARM_CONTROL] / 10),
            percent(t->bits, t->possible), percent(c->bits, c->possible), (unsigned)t->blocks);
    }
}

const dg_claim dg_claim_availability = {
    .id = DG_CLAIM_AVAILABILITY,
    .fails = "candidates do not become available in time",
    .says = "after U candidates become available in one block as they do in control",
    .because = "a candidate whose chunks are not held by two thirds keeps its core, and its "
               "parachain stands still",
    .allows = "candidates",
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
