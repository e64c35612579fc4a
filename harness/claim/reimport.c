/* reimport: a second execution of a block comes to the same root. */
#include "claim/claim_impl.h"

typedef struct memory {
    dg_claim_setup setup;
    uint64_t built, blocks;
    tally bad;
    char first[240];
    evidence facts;
} memory;

static void step(void *at, const dg_event *e)
{
    memory *m = at;
    if (e->arm == DG_ARM_TREATMENT && e->kind == DG_EVENT_BLOCK
        && e->block >= m->setup.upgrade_block)
        m->built++;
    if (e->kind != DG_EVENT_REIMPORT || e->arm != DG_ARM_TREATMENT)
        return;
    m->blocks++;
    if (e->reimport.equal)
        return;
    if (!m->bad.count)
        dg_claim_text_copy(m->first, sizeof m->first, dg_claim_detail(e, "reason"));
    dg_claim_tally_add(&m->bad, e->block);
    dg_claim_evidence_event(&m->facts, e);
}

static void finish(void *at, dg_verdict *v)
{
    memory *m = at;
    if (m->bad.count) {
        dg_verdict_say(v, DG_VERDICT_BROKE, "%u of %u blocks: %s", (unsigned)m->bad.count,
                       (unsigned)m->blocks, m->first);
        dg_verdict_span(v, &m->bad);
    } else if (!m->blocks) {
        dg_verdict_say(v, DG_VERDICT_UNEXERCISED, "no block was executed again");
    } else {
        dg_verdict_say(v, DG_VERDICT_HELD, "%u of %u blocks executed again, with the same roots",
                       (unsigned)m->blocks,
                       (unsigned)(m->built > m->blocks ? m->built : m->blocks));
    }
    if (v->status != DG_VERDICT_UNEXERCISED)
        v->figures = dg_claim_figures_none("blocks", m->bad.count);
    dg_verdict_show(v, &m->facts);
}

static const dg_claim_option options[] = {
    { .name = "every",
      .whole = true,
      .max = 1000000,
      .without =
          "1 in a run of up to 256 slots from U on; else 16, and all near U and near boundaries",
      .says = "every so many slots a block is executed again; 0: only near U and near boundaries" },
    { .name = NULL },
};

const dg_claim dg_claim_reimport = {
    .id = DG_CLAIM_REIMPORT,
    .fails = "imported blocks execute differently",
    .says = "a block that is executed again gives the root in its header",
    .because = "a runtime whose building and importing differ forks the chain at every block",
    .basis = "real runtime",
    .options = options,
    .size = sizeof(memory),
    .setup = offsetof(memory, setup),
    .facts = offsetof(memory, facts),
    .step = step,
    .finish = finish,
};
