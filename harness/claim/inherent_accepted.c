/* inherent-accepted: N makes and takes the inherents that every block needs. */
#include "claim/claim_impl.h"

typedef struct memory {
    dg_claim_setup setup;
    uint64_t blocks, blocks_control, paras_control;
    int64_t least_control; /* fewest that a block of control had */
    tally bad, bad_control;
    char first[240];
    evidence facts;
} memory;

static void step(void *at, const dg_event *e)
{
    const struct dg_event_inherent *n = &e->inherent;
    memory *m = at;
    bool refused;
    if (e->kind != DG_EVENT_INHERENT)
        return;
    refused = n->applied < n->produced || n->produced == 0;
    if (e->arm == DG_ARM_CONTROL) {
        if (!m->blocks_control++ || n->applied < m->least_control)
            m->least_control = n->applied;
        m->paras_control += n->paras_present != 0;
        if (refused)
            dg_claim_tally_add(&m->bad_control, e->block);
        return;
    }
    if (e->block <= m->setup.upgrade_block)
        return;
    m->blocks++;
    if (!refused && n->applied >= m->least_control && (n->paras_present || !m->paras_control))
        return;
    if (!m->bad.count)
        snprintf(m->first, sizeof m->first, "%d produced, %d taken, %d in control%s%s%s",
                 (int)n->produced, (int)n->applied, (int)m->least_control,
                 n->paras_present || !m->paras_control ? "" : ", the parachains' one is missing",
                 dg_claim_detail(e, "refused")[0] ? ": " : "", dg_claim_detail(e, "refused"));
    dg_claim_tally_add(&m->bad, e->block);
    dg_claim_evidence_event(&m->facts, e);
}

static void finish(void *at, dg_verdict *v)
{
    memory *m = at;
    if (m->bad_control.count) {
        dg_verdict_say(v, DG_VERDICT_UNEXERCISED,
                       "N-1 alone refused inherents in %u blocks, first #%u",
                       (unsigned)m->bad_control.count, m->bad_control.first);
        v->control_failed = true;
    } else if (m->bad.count) {
        dg_verdict_say(v, DG_VERDICT_BROKE, "%u of %u blocks: %s", (unsigned)m->bad.count,
                       (unsigned)m->blocks, m->first);
        dg_verdict_span(v, &m->bad);
    } else if (!m->blocks) {
        dg_verdict_say(v, DG_VERDICT_UNEXERCISED, "no block after U asked for inherents");
    } else {
        dg_verdict_say(v, DG_VERDICT_HELD, "all inherents accepted in %u block%s",
                       (unsigned)m->blocks, m->blocks == 1 ? "" : "s");
    }
    if (v->status != DG_VERDICT_UNEXERCISED)
        v->figures = dg_claim_figures_none("blocks", m->bad.count);
    dg_verdict_show(v, &m->facts);
}

const dg_claim dg_claim_inherent_accepted = {
    .id = DG_CLAIM_INHERENT_ACCEPTED,
    .fails = "inherents are refused",
    .says = "N produces the inherents that N-1 produced, and takes every one of them",
    .because =
        "without the timestamp and the parachains' inherent a block panics when it is finished",
    .basis = "real runtime",
    .size = sizeof(memory),
    .setup = offsetof(memory, setup),
    .facts = offsetof(memory, facts),
    .step = step,
    .finish = finish,
};
