/* identity: what makes N the successor of N-1 for every node out there. */
#include "claim/claim_impl.h"

#include <assert.h>

typedef struct memory {
    dg_claim_setup setup;
    uint32_t seen;
    tally bad, odd;
    evidence facts;
    char first[160], first_odd[160];
} memory;

static void name_change(char *out, size_t size, const dg_event *e)
{
    assert(size > 0);
    snprintf(out, size, "%s %s -> %s", dg_claim_detail(e, "what"), dg_claim_detail(e, "old"),
             dg_claim_detail(e, "new"));
}

static void step(void *at, const dg_event *e)
{
    const struct dg_event_identity *n = &e->identity;
    memory *m = at;
    if (e->kind != DG_EVENT_IDENTITY || e->arm != DG_ARM_TREATMENT)
        return;
    m->seen++;
    if (n->ok)
        return;
    dg_claim_evidence_event(&m->facts, e);
    if (n->fatal && m->bad.count == 0)
        name_change(m->first, sizeof m->first, e);
    if (!n->fatal && m->odd.count == 0)
        name_change(m->first_odd, sizeof m->first_odd, e);
    dg_claim_tally_add(n->fatal ? &m->bad : &m->odd, e->block);
}

static void finish(void *at, dg_verdict *v)
{
    memory *m = at;
    if (!m->seen)
        dg_verdict_say(v, DG_VERDICT_UNEXERCISED, "N was never compared with N-1");
    else if (m->bad.count > 1)
        dg_verdict_say(v, DG_VERDICT_BROKE, "%s, and %u more", m->first,
                       (unsigned)(m->bad.count - 1));
    else if (m->bad.count)
        dg_verdict_say(v, DG_VERDICT_BROKE, "%s", m->first);
    else if (m->odd.count)
        dg_verdict_say(v, DG_VERDICT_WARNED, "%s%s", m->first_odd,
                       m->odd.count > 1 ? ", and more" : "");
    else
        dg_verdict_say(v, DG_VERDICT_HELD, "%u facts that nodes rely on agree", (unsigned)m->seen);
    dg_verdict_span(v, m->bad.count ? &m->bad : &m->odd);
    if (v->status != DG_VERDICT_UNEXERCISED)
        v->figures = dg_claim_figures_none("facts", m->bad.count);
    dg_verdict_show(v, &m->facts);
}

const dg_claim dg_claim_identity = {
    .id = DG_CLAIM_IDENTITY,
    .fails = "N is not a runtime that may follow N-1 on this chain",
    .says = "N carries N-1's name, a higher version, and the same slot and epoch length",
    .because = "BABE constants are compiled in and cached by nodes: a changed epoch length splits "
               "the network",
    .basis = "real runtime",
    .code = true,
    .size = sizeof(memory),
    .setup = offsetof(memory, setup),
    .facts = offsetof(memory, facts),
    .step = step,
    .finish = finish,
};
