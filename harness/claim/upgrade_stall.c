/* upgrade-stall: right after U the network goes on authoring.
 *
 * Counted are empty slots from U's own block, in whichever slot that came, to the first
 * block on it: every node does the same expensive thing there, so the slots that they
 * lose are lost together. A sibling of U's block enacts N too, and ends nothing. What
 * control has in place of U's block is its first one from U's slot on. */
#include "claim/claim_impl.h"

typedef struct memory {
    dg_claim_setup setup;
    uint64_t allowed, compiled, least_ms, most_ms, stalled;
    stall stall;
    tally missed;
    evidence facts;
} memory;

static const dg_claim_option options[] = {
    { .name = "empty_slots",
      .whole = true,
      .max = 1000000,
      .fallback = "1",
      .says = "slots that may stay empty right after U beyond control's" },
    { .name = NULL },
};

static void start(void *at, const dg_claim_setup *setup)
{
    memory *m = at;
    m->allowed = dg_claim_whole(setup, &options[0]);
}

static void compiled(memory *m, const dg_event *e)
{
    uint64_t ms = (uint64_t)e->net_compiled.ms;
    if (!m->compiled++ || ms < m->least_ms)
        m->least_ms = ms;
    m->most_ms = ms > m->most_ms ? ms : m->most_ms;
}

static void step(void *at, const dg_event *e)
{
    memory *m = at;
    bool treatment = e->arm == DG_ARM_TREATMENT;
    if (dg_claim_stall_step(&m->stall, &m->setup, e) && treatment) {
        dg_claim_tally_add(&m->missed, e->block);
        dg_claim_evidence_event(&m->facts, e);
    }
    if (treatment && e->kind == DG_EVENT_NET_COMPILED && !e->net_compiled.again)
        compiled(m, e);
    else if (treatment && e->kind == DG_EVENT_NET_STALLED)
        m->stalled++;
}

static dg_figures figures(const memory *m)
{
    uint64_t was = m->stall.arm[DG_ARM_CONTROL].empty, is = m->stall.arm[DG_ARM_TREATMENT].empty;
    return (dg_figures){ .unit = "slots",
                         .measured = dg_claim_figure(is),
                         .control = dg_claim_figure(was),
                         .threshold = dg_claim_figure(was + m->allowed),
                         .over = m->stall.arm[DG_ARM_TREATMENT].slots,
                         .over_unit = "slots",
                         .lost_unit = "blocks",
                         .lost = dg_claim_figure_above(is, was) };
}

static void say_broken(memory *m, dg_verdict *v)
{
    dg_verdict_say(
        v, DG_VERDICT_BROKE,
        "%u slots empty right after U, %u in control; %u of %u nodes compiled N in %u.%u "
        "to %u.%u s, %u stalled",
        (unsigned)m->stall.arm[DG_ARM_TREATMENT].empty,
        (unsigned)m->stall.arm[DG_ARM_CONTROL].empty, (unsigned)m->compiled,
        (unsigned)m->setup.nodes, (unsigned)(m->least_ms / 1000),
        (unsigned)(m->least_ms / 100 % 10), (unsigned)(m->most_ms / 1000),
        (unsigned)(m->most_ms / 100 % 10), (unsigned)m->stalled);
    dg_verdict_span(v, &m->missed);
    dg_verdict_show(v, &m->facts);
    dg_claim_text_copy(v->healed, sizeof v->healed,
                       m->stall.arm[DG_ARM_TREATMENT].over ? "the network itself" : "");
}

static void finish(void *at, dg_verdict *v)
{
    memory *m = at;
    const stall_gap *c = &m->stall.arm[DG_ARM_CONTROL], *t = &m->stall.arm[DG_ARM_TREATMENT];
    if (!c->slots || !t->slots) {
        dg_verdict_say(v, DG_VERDICT_UNEXERCISED, "no slot after U was seen in the network");
    } else if (!c->over) {
        dg_verdict_say(v, DG_VERDICT_UNEXERCISED, "N-1 alone has no block in %u slots",
                       (unsigned)c->slots);
        v->control_failed = true;
    } else if (c->empty * (uint64_t)m->setup.slot_ms >= CONTROL_GAP_MS) {
        dg_verdict_say(v, DG_VERDICT_UNEXERCISED,
                       "N-1 alone leaves %u slots empty where U was (%u s)", (unsigned)c->empty,
                       (unsigned)(c->empty * (uint64_t)m->setup.slot_ms / 1000));
        v->control_failed = true;
    } else if (t->empty > c->empty + m->allowed) {
        v->figures = figures(m);
        say_broken(m, v);
    } else {
        v->figures = figures(m);
        dg_verdict_say(
            v, DG_VERDICT_HELD,
            "%u slots empty right after U, %u in control; compiling N took %u.%u s at most",
            (unsigned)t->empty, (unsigned)c->empty, (unsigned)(m->most_ms / 1000),
            (unsigned)(m->most_ms / 100 % 10));
    }
}

const dg_claim dg_claim_upgrade_stall = {
    .id = DG_CLAIM_UPGRADE_STALL,
    .fails = "the network stops authoring right after U",
    .says = "right after U the network goes on authoring",
    .because = "every node compiles N at its first call at U, all at the same moment: real nodes "
               "left four slots empty",
    .allows = "blocks",
    .basis = "node model",
    .options = options,
    .network = true,
    .code = true,
    .chance = true,
    .size = sizeof(memory),
    .setup = offsetof(memory, setup),
    .facts = offsetof(memory, facts),
    .start = start,
    .step = step,
    .finish = finish,
};
