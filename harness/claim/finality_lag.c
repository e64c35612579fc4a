/* finality-lag: after U finality follows the best block as closely as in control. Where
 * control itself is so far behind that an operator would be called, its distance is no
 * measure. Source of that: the alert rules shipped with substrate (best - finalized). */
#include "claim/claim_impl.h"

#include <assert.h>
#include <stdio.h>

enum { ALARM_BLOCKS = 10, LAG_MAX = 1 << 30 };

typedef struct lag {
    int64_t now, most;
    uint64_t slots, finalized;
    tally unknown; /* blocks that approval voting could not take in */
} lag;
typedef struct memory {
    dg_claim_setup setup;
    int64_t margin;
    lag arm[2];
    tally late;
    evidence facts;
} memory;

static const dg_claim_option options[] = {
    { .name = "blocks_above_control",
      .whole = true,
      .max = 999999,
      .fallback = "5",
      .says = "blocks that finality may lag beyond control's" },
    { .name = NULL },
};

static void start(void *at, const dg_claim_setup *setup)
{
    ((memory *)at)->margin = (int64_t)(dg_claim_whole(setup, &options[0]) % 1000000);
}

/* A slot in which nothing is finalized makes the last known lag one longer. */
static void slot(memory *m, const dg_event *e)
{
    lag *l = &m->arm[e->arm];
    l->now += e->net_slot.built != 0;
    if (e->net_slot.slot < m->setup.upgrade_slot)
        return;
    l->slots++;
    l->most = l->now > l->most ? l->now : l->most;
    if (e->arm == DG_ARM_TREATMENT && l->now > m->arm[DG_ARM_CONTROL].most + m->margin) {
        dg_claim_tally_add(&m->late, e->block);
        dg_claim_evidence_event(&m->facts, e);
    }
}

static void step(void *at, const dg_event *e)
{
    memory *m = at;
    if (e->kind == DG_EVENT_NET_FINALIZED) {
        m->arm[e->arm].now = dg_claim_between(e->net_finalized.lag, 0, LAG_MAX);
        m->arm[e->arm].finalized += e->net_finalized.slot >= m->setup.upgrade_slot;
    } else if (e->kind == DG_EVENT_NET_UNKNOWN && !e->net_unknown.known) {
        dg_claim_tally_add(&m->arm[e->arm].unknown, e->block);
        if (e->arm == DG_ARM_TREATMENT)
            dg_claim_evidence_event(&m->facts, e);
    } else if (e->kind == DG_EVENT_NET_SLOT) {
        slot(m, e);
    }
}

/* Nobody votes for more than is final already while one such block lies between. */
static const char *why(const lag *l, char *room, size_t size)
{
    assert(size > 0);
    room[0] = 0;
    if (l->unknown.count)
        snprintf(room, size,
                 "; approval voting knows nothing of %u block%s, first #%u: no runtime gives "
                 "the rules of its session",
                 (unsigned)l->unknown.count, l->unknown.count == 1 ? "" : "s", l->unknown.first);
    return room;
}

static dg_figures figures(const memory *m)
{
    uint64_t was = (uint64_t)m->arm[DG_ARM_CONTROL].most,
             is = (uint64_t)m->arm[DG_ARM_TREATMENT].most;
    return (dg_figures){ .unit = "blocks",
                         .measured = dg_claim_figure(is),
                         .control = dg_claim_figure(was),
                         .threshold = dg_claim_figure(was + (uint64_t)m->margin),
                         .over = m->arm[DG_ARM_TREATMENT].slots,
                         .over_unit = "slots",
                         .lost_unit = "blocks",
                         .lost = dg_claim_figure_above(is, was) };
}

static void finish(void *at, dg_verdict *v)
{
    memory *m = at;
    const lag *c = &m->arm[DG_ARM_CONTROL], *t = &m->arm[DG_ARM_TREATMENT];
    char room[160];
    if (!c->slots || !t->slots) {
        dg_verdict_say(v, DG_VERDICT_UNEXERCISED, "no slot after U was seen in the network");
    } else if (!c->finalized) {
        dg_verdict_say(v, DG_VERDICT_UNEXERCISED, "N-1 alone finalized nothing in %u slots%s",
                       (unsigned)c->slots, why(c, room, sizeof room));
        v->control_failed = true;
    } else if (c->most > ALARM_BLOCKS) {
        dg_verdict_say(v, DG_VERDICT_UNEXERCISED,
                       "N-1 alone is up to %u blocks behind, and more than %d calls an operator%s",
                       (unsigned)c->most, ALARM_BLOCKS, why(c, room, sizeof room));
        v->control_failed = true;
    } else if (m->late.count) {
        v->figures = figures(m);
        dg_verdict_say(v, DG_VERDICT_BROKE, "up to %u blocks behind, at most %u in control%s",
                       (unsigned)t->most, (unsigned)c->most, why(t, room, sizeof room));
        dg_verdict_span(v, &m->late);
        dg_verdict_show(v, &m->facts);
    } else {
        v->figures = figures(m);
        dg_verdict_say(v, DG_VERDICT_HELD, "at most %u blocks behind (%u in control) in %u slots",
                       (unsigned)t->most, (unsigned)c->most, (unsigned)t->slots);
    }
}

const dg_claim dg_claim_finality_lag = {
    .id = DG_CLAIM_FINALITY_LAG,
    .fails = "finality falls behind",
    .says = "after U finality follows the best block as closely as in control",
    .because = "candidates that cannot be approved hold finality back, and bridges and exchanges "
               "wait for it",
    .allows = "blocks",
    .basis = "node model",
    .options = options,
    .network = true,
    .chance = true,
    .size = sizeof(memory),
    .setup = offsetof(memory, setup),
    .facts = offsetof(memory, facts),
    .start = start,
    .step = step,
    .finish = finish,
};
