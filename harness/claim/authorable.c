/* authorable: the author of a slot can build a block on N. */
#include "claim/claim_impl.h"

#include <string.h>

typedef struct memory {
    dg_claim_setup setup;
    uint64_t tried, tried_control;
    tally failed, unclaimed, failed_control;
    char step[24], panic[240];
    evidence facts;
} memory;

static void failed(memory *m, const dg_event *e)
{
    const char *panic = dg_claim_detail(e, "panic");
    if (e->arm == DG_ARM_CONTROL) {
        dg_claim_tally_add(&m->failed_control, e->block);
        return;
    }
    if (!m->failed.count) {
        dg_claim_text_copy(m->step, sizeof m->step, dg_claim_detail(e, "step"));
        dg_claim_text_copy(m->panic, sizeof m->panic,
                           panic[0] ? panic : dg_claim_detail(e, "reason"));
    }
    dg_claim_tally_add(&m->failed, e->block);
    dg_claim_evidence_event(&m->facts, e);
}

static void step(void *at, const dg_event *e)
{
    memory *m = at;
    if (e->kind == DG_EVENT_BUILD_FAILED)
        failed(m, e);
    if (e->kind != DG_EVENT_SLOT)
        return;
    if (e->arm == DG_ARM_CONTROL)
        m->tried_control++;
    else if (e->block > m->setup.upgrade_block) {
        m->tried++;
        if (!e->slot.built && !e->slot.claims)
            dg_claim_tally_add(&m->unclaimed, e->block);
    }
}

static void finish(void *at, dg_verdict *v)
{
    memory *m = at;
    if (m->failed_control.count) {
        dg_verdict_say(v, DG_VERDICT_UNEXERCISED,
                       "N-1 alone: %u blocks could not be built, first #%u",
                       (unsigned)m->failed_control.count, m->failed_control.first);
        v->control_failed = true;
    } else if (m->failed.count) {
        dg_verdict_say(v, DG_VERDICT_BROKE, "%u builds failed from #%u on, in %s: %s",
                       (unsigned)m->failed.count, m->failed.first, m->step, m->panic);
        dg_verdict_span(v, &m->failed);
    } else if (!m->tried) {
        dg_verdict_say(v, DG_VERDICT_UNEXERCISED, "no slot passed after U");
    } else {
        dg_verdict_say(v, DG_VERDICT_HELD, "%u blocks built, no build failed",
                       (unsigned)(m->tried - m->unclaimed.count));
    }
    if (v->status != DG_VERDICT_UNEXERCISED)
        v->figures = dg_claim_figures_none("builds", m->failed.count);
    dg_verdict_show(v, &m->facts);
}

const dg_claim dg_claim_authorable = {
    .id = DG_CLAIM_AUTHORABLE,
    .fails = "relay-chain blocks cannot be built",
    .says = "every block that an author tries to build on N is built",
    .because = "a panic in initialize_block or in a mandatory inherent means that no block can "
               "ever follow",
    .basis = "real runtime",
    .size = sizeof(memory),
    .setup = offsetof(memory, setup),
    .facts = offsetof(memory, facts),
    .step = step,
    .finish = finish,
};
