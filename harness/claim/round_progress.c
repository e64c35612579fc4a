/* round-progress: once enough weight has said that a round is over, the round ends. A node that
 * waits although it was given enough waits for nothing that could still come. */
#include "claim/claim_impl.h"

#include <assert.h>
#include <stdio.h>

enum { MS = 1000000, PPM = 1000000 };

typedef struct arm {
    uint64_t rounds, blocks, late;
    struct dg_event_bft_quorum longest; /* of those that were late */
    uint32_t block;
} arm;
typedef struct memory {
    dg_claim_setup setup;
    int64_t within_ms, threshold_ppm;
    arm arm[2];
    tally late;
    bool open;
    int64_t formed_round; /* by a node that counts as a set, after others were stuck in it */
    uint32_t formed_by, to_block;
    evidence facts;
} memory;

static const dg_claim_option options[] = {
    { .name = "within_ms",
      .whole = true,
      .max = 86400000,
      .fallback = "10000",
      .says = "milliseconds from enough weight to a certificate that are in order" },
    { .name = NULL },
};

static void start(void *at, const dg_claim_setup *setup)
{
    ((memory *)at)->within_ms = (int64_t)dg_claim_whole(setup, &options[0]);
}

static void quorum(memory *m, const dg_event *e)
{
    arm *a = &m->arm[e->arm];
    if (e->bft_quorum.waited_ms <= m->within_ms)
        return;
    a->late++;
    if (e->bft_quorum.waited_ms > a->longest.waited_ms) {
        a->longest = e->bft_quorum;
        a->block = e->block;
    }
    if (e->arm != DG_ARM_TREATMENT)
        return;
    dg_claim_tally_add(&m->late, e->block);
    m->open |= e->bft_quorum.open != 0;
    dg_claim_evidence_event(&m->facts, e);
}

static void step(void *at, const dg_event *e)
{
    memory *m = at;
    if (e->kind == DG_EVENT_BFT_START)
        m->threshold_ppm = e->bft_start.threshold_ppm;
    else if (e->kind == DG_EVENT_BFT_QUORUM)
        quorum(m, e);
    else if (e->kind == DG_EVENT_BFT_END) {
        m->arm[e->arm].rounds = dg_claim_count(e->bft_end.rounds);
        m->arm[e->arm].blocks = dg_claim_count(e->bft_end.blocks);
    } else if (e->kind == DG_EVENT_BFT_FORMED && e->arm == DG_ARM_TREATMENT
               && e->bft_formed.as_set) {
        m->formed_round = e->bft_formed.round;
        m->formed_by = e->node;
    }
}

static double share(int64_t ppm)
{
    return (double)dg_claim_between(ppm, 0, PPM) / PPM;
}

/* "8.9 hours", "12.5 s" */
static const char *time_text(char out[40], int64_t ms)
{
    double s = (double)dg_claim_between(ms, 0, INT64_MAX) / 1000;
    snprintf(out, 40,
             s >= 7200  ? "%.2f hours"
             : s >= 120 ? "%.1f minutes"
                        : "%.1f s",
             s >= 7200  ? s / 3600
             : s >= 120 ? s / 60
                        : s);
    return out;
}

/* Both weights, as an operator has to see them. */
static void weights(char *out, size_t size, const memory *m, const arm *a)
{
    const struct dg_event_bft_quorum *q = &a->longest;
    assert(size > 0);
    snprintf(
        out, size,
        "round %lld: delivered %.2f (epoch %lld: %.2f, %lld: %.2f), tallied %.2f, threshold "
        "%.3f",
        (long long)q->round,
        share(dg_claim_between(q->first_ppm, 0, PPM) + dg_claim_between(q->second_ppm, 0, PPM)),
        (long long)q->first_epoch, share(q->first_ppm),
        (long long)dg_claim_between(q->first_epoch, 0, INT64_MAX - 1) + 1, share(q->second_ppm),
        share(q->tallied_ppm), share(m->threshold_ppm));
}

static dg_figures figures(const memory *m)
{
    const arm *c = &m->arm[DG_ARM_CONTROL], *t = &m->arm[DG_ARM_TREATMENT];
    return (dg_figures){ .unit = "ms",
                         .measured = dg_claim_figure(dg_claim_count(t->longest.waited_ms)),
                         .control = dg_claim_figure(dg_claim_count(c->longest.waited_ms)),
                         .threshold = dg_claim_figure(dg_claim_count(m->within_ms)),
                         .lost_unit = "blocks",
                         .lost = dg_claim_figure_above(c->blocks, t->blocks) };
}

static void broke(memory *m, dg_verdict *v)
{
    const arm *c = &m->arm[DG_ARM_CONTROL], *t = &m->arm[DG_ARM_TREATMENT];
    char both[200], waited[40];
    weights(both, sizeof both, m, t);
    v->figures = figures(m);
    dg_verdict_say(v, DG_VERDICT_BROKE,
                   "%s: stuck for %s%s, in %llu round%s; %llu blocks final, "
                   "%llu in control",
                   both, time_text(waited, t->longest.waited_ms),
                   t->longest.open ? ", to the end of the run" : "", (unsigned long long)t->late,
                   t->late == 1 ? "" : "s", (unsigned long long)t->blocks,
                   (unsigned long long)c->blocks);
    dg_verdict_span(v, &m->late);
    dg_verdict_show(v, &m->facts);
    if (!m->open && m->formed_round == t->longest.round)
        snprintf(v->healed, sizeof v->healed, "node %u, which tallies as a set, and catch-up",
                 (unsigned)m->formed_by);
}

static void finish(void *at, dg_verdict *v)
{
    memory *m = at;
    const arm *c = &m->arm[DG_ARM_CONTROL], *t = &m->arm[DG_ARM_TREATMENT];
    char both[200], waited[40];
    if (!c->rounds || !t->rounds) {
        dg_verdict_say(v, DG_VERDICT_UNEXERCISED,
                       c->rounds ? "no round ended" : "control alone ended no round");
        v->control_failed = !c->rounds;
        return;
    }
    if (c->late) {
        weights(both, sizeof both, m, c);
        dg_verdict_say(v, DG_VERDICT_UNEXERCISED, "control alone is stuck for %s: %s",
                       time_text(waited, c->longest.waited_ms), both);
        v->control_failed = true;
    } else if (t->late) {
        broke(m, v);
    } else {
        v->figures = figures(m);
        dg_verdict_say(v, DG_VERDICT_HELD,
                       "each of %llu rounds ended within %s of enough weight; %llu blocks final, "
                       "%llu in control",
                       (unsigned long long)t->rounds, time_text(waited, m->within_ms),
                       (unsigned long long)t->blocks, (unsigned long long)c->blocks);
    }
}

const dg_claim dg_claim_round_progress = {
    .id = DG_CLAIM_ROUND_PROGRESS,
    .fails = "rounds do not end although enough weight has asked for it",
    .says = "a certificate exists within a bounded time after its weight was delivered",
    .because =
        "Concordium 2024-06-16: every timeout message had come, the tally lost some, and the "
        "chain stood still for eight hours and 51 minutes",
    .basis = "node model",
    .options = options,
    .bft = true,
    .size = sizeof(memory),
    .setup = offsetof(memory, setup),
    .facts = offsetof(memory, facts),
    .start = start,
    .step = step,
    .finish = finish,
};
