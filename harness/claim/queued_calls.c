/* queued-calls: what was decided under N-1 still means the same under N. */
#include "claim/claim_impl.h"

typedef struct memory {
    dg_claim_setup setup;
    uint64_t calls;
    tally bad;
    char first[300];
    evidence facts;
} memory;

static void step(void *at, const dg_event *e)
{
    memory *m = at;
    if (e->kind != DG_EVENT_CALL || e->arm != DG_ARM_TREATMENT)
        return;
    m->calls++;
    if (e->call.same)
        return;
    if (!m->bad.count)
        snprintf(m->first, sizeof m->first, "%s: %s became %s", dg_claim_detail(e, "where"),
                 dg_claim_detail(e, "old"), dg_claim_detail(e, "new"));
    dg_claim_tally_add(&m->bad, e->block);
    dg_claim_evidence_event(&m->facts, e);
}

static void finish(void *at, dg_verdict *v)
{
    memory *m = at;
    if (m->bad.count) {
        dg_verdict_say(v, DG_VERDICT_BROKE, "%u of %u queued calls changed their meaning; %s",
                       (unsigned)m->bad.count, (unsigned)m->calls, m->first);
        dg_verdict_span(v, &m->bad);
    } else if (!m->calls && m->setup.ran) {
        dg_verdict_spare(v, "nothing was queued at U");
    } else if (!m->calls) {
        dg_verdict_say(v, DG_VERDICT_UNEXERCISED, "N never ran");
    } else {
        dg_verdict_say(v, DG_VERDICT_HELD, "%u queued call%s checked, none changed its meaning",
                       (unsigned)m->calls, m->calls == 1 ? "" : "s");
    }
    if (v->status != DG_VERDICT_UNEXERCISED)
        v->figures = dg_claim_figures_none("calls", m->bad.count);
    dg_verdict_show(v, &m->facts);
}

const dg_claim dg_claim_queued_calls = {
    .id = DG_CLAIM_QUEUED_CALLS,
    .fails = "queued calls change their meaning",
    .says = "scheduled and authorized calls decode to the same pallet and call under N",
    .because =
        "calls are stored by index, so a renumbered pallet turns an approved call into another one",
    .basis = "real runtime",
    .code = true,
    .size = sizeof(memory),
    .setup = offsetof(memory, setup),
    .facts = offsetof(memory, facts),
    .step = step,
    .finish = finish,
};
