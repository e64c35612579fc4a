/* collator-health: after U collators author without panics, and backers take what they make. */
#include "claim/claim_impl.h"

typedef struct count {
    uint64_t attempts, made, panics, refused;
} count;
typedef struct memory {
    dg_claim_setup setup;
    uint64_t margin_permille; /* panics for each block made, beyond control's */
    count arm[2];
    tally panics, refused, idle;
    evidence facts;
} memory;

static const dg_claim_option options[] = {
    { .name = "panics_above_control",
      .max = 1,
      .fallback = "0.1",
      .says = "share of collators' attempts that may panic beyond control's" },
    { .name = NULL },
};

static void start(void *at, const dg_claim_setup *setup)
{
    ((memory *)at)->margin_permille = dg_claim_permille(setup, &options[0]);
}

static void slot(memory *m, const dg_event *e)
{
    const struct dg_event_net_collators *n = &e->net_collators;
    count *c = &m->arm[e->arm];
    c->attempts += dg_claim_count(n->attempts);
    c->made += dg_claim_count(n->collations);
    c->panics += dg_claim_count(n->panics);
    c->refused += dg_claim_count(n->refused);
    if (e->arm != DG_ARM_TREATMENT || (n->collations && !n->panics && !n->refused))
        return;
    if (!n->collations)
        dg_claim_tally_add(&m->idle, e->block);
    if (n->panics)
        dg_claim_tally_add(&m->panics, e->block);
    if (n->refused)
        dg_claim_tally_add(&m->refused, e->block);
    if (json_array_size(m->facts.list) < 4)
        dg_claim_evidence_event(&m->facts, e);
}

static void step(void *at, const dg_event *e)
{
    memory *m = at;
    if (e->kind == DG_EVENT_NET_COLLATORS && e->net_collators.slot >= m->setup.upgrade_slot) {
        slot(m, e);
    }
}

static uint64_t permille(uint64_t part, uint64_t whole)
{
    return whole ? part * 1000 / whole : part ? 1000 : 0;
}

/* Where backers take as much as in control it is the panics that are measured; nothing is lost by
 * those. */
static dg_figures panics_of(const memory *m, uint64_t is, uint64_t was)
{
    return (dg_figures){ .unit = "panics a block",
                         .measured = dg_claim_figure_milli(is),
                         .control = dg_claim_figure_milli(was),
                         .threshold = dg_claim_figure_milli(was + m->margin_permille),
                         .lost_unit = "collations",
                         .lost = dg_claim_figure(0) };
}

/* Collations that backers took, of as many as treatment made. */
static dg_figures taken(const count *c, const count *t)
{
    uint64_t before = c->made ? t->made * (c->made - c->refused) / c->made : 0;
    uint64_t now = t->made - t->refused;
    return (dg_figures){ .unit = "collations",
                         .measured = dg_claim_figure(now),
                         .control = dg_claim_figure(before),
                         .threshold = dg_claim_figure(before),
                         .at_least = true,
                         .lost_unit = "collations",
                         .lost = dg_claim_figure_above(before, now) };
}

static void judge(memory *m, dg_verdict *v)
{
    const count *c = &m->arm[DG_ARM_CONTROL], *t = &m->arm[DG_ARM_TREATMENT];
    uint64_t panics = permille(t->panics, t->made), before = permille(c->panics, c->made);
    if (permille(t->refused, t->made) > permille(c->refused, c->made)) {
        v->figures = taken(c, t);
        dg_verdict_say(
            v, DG_VERDICT_BROKE, "%u of %u collations were taken by no backer, %u of %u in control",
            (unsigned)t->refused, (unsigned)t->made, (unsigned)c->refused, (unsigned)c->made);
        dg_verdict_span(v, &m->refused);
        dg_verdict_show(v, &m->facts);
        return;
    }
    v->figures = panics_of(m, panics, before);
    if (panics > before + m->margin_permille) {
        dg_verdict_say(v, DG_VERDICT_WARNED,
                       "%u panics beside %u blocks made (%u.%u each, %u.%u in control): no room in "
                       "the unincluded segment; no block is lost by it",
                       (unsigned)t->panics, (unsigned)t->made, (unsigned)(panics / 1000),
                       (unsigned)(panics / 100 % 10), (unsigned)(before / 1000),
                       (unsigned)(before / 100 % 10));
        dg_verdict_span(v, &m->panics);
        dg_verdict_show(v, &m->facts);
    } else {
        dg_verdict_say(v, DG_VERDICT_HELD, "%u collations (%u in control), %u panics, %u refused",
                       (unsigned)t->made, (unsigned)c->made, (unsigned)t->panics,
                       (unsigned)t->refused);
    }
}

static void finish(void *at, dg_verdict *v)
{
    memory *m = at;
    if (!m->arm[DG_ARM_CONTROL].made || !m->arm[DG_ARM_TREATMENT].attempts) {
        dg_verdict_say(v, DG_VERDICT_UNEXERCISED, "%s",
                       m->arm[DG_ARM_CONTROL].made ? "no collator tried after U"
                                                   : "N-1 alone has no collations");
        v->control_failed = !m->arm[DG_ARM_CONTROL].made;
    } else if (m->arm[DG_ARM_CONTROL].refused >= m->arm[DG_ARM_CONTROL].made) {
        dg_verdict_say(v, DG_VERDICT_UNEXERCISED, "N-1 alone takes none of %u collations",
                       (unsigned)m->arm[DG_ARM_CONTROL].made);
        v->control_failed = true;
    } else if (!m->arm[DG_ARM_TREATMENT].made) {
        v->figures = (dg_figures){ .unit = "collations",
                                   .measured = dg_claim_figure(0),
                                   .control = dg_claim_figure(m->arm[DG_ARM_CONTROL].made),
                                   .threshold = dg_claim_figure(1),
                                   .at_least = true,
                                   .lost_unit = "collations",
                                   .lost = dg_claim_figure(m->arm[DG_ARM_CONTROL].made) };
        dg_verdict_say(v, DG_VERDICT_BROKE, "no collation after U, %u in control",
                       (unsigned)m->arm[DG_ARM_CONTROL].made);
        dg_verdict_span(v, &m->idle);
        dg_verdict_show(v, &m->facts);
    } else {
        judge(m, v);
    }
}

const dg_claim dg_claim_collator_health = {
    .id = DG_CLAIM_COLLATOR_HEALTH,
    .fails = "collators fail",
    .says = "after U collators author without more panics than in control, and backers take what "
            "they make",
    .because = "on 2023-10-17 nodes refused what older collators offered; in April 2024 collators "
               "filled their logs with harmless panics",
    .basis = "node model",
    .options = options,
    .severity = DG_CLAIM_ADVICE,
    .network = true,
    .paras = true,
    .size = sizeof(memory),
    .setup = offsetof(memory, setup),
    .facts = offsetof(memory, facts),
    .start = start,
    .step = step,
    .finish = finish,
};
