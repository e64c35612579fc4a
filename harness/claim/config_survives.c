/* config-survives: what the chain is configured with is still what N reads. */
#include "claim/claim_impl.h"

typedef struct memory {
    dg_claim_setup setup;
    uint64_t read;
    tally lost, changed, control_lost;
    char first[240], first_changed[240], control_first[80];
    evidence facts;
} memory;

/* A release changes a value or two. When most read otherwise, the bytes are of
 * another layout and decode by accident, or defaults took their place. */
static bool is_lost(const dg_event *e)
{
    const struct dg_event_config *n = &e->config;
    return n->fields >= 8 && n->fields_changed > n->fields / 2;
}

static void step(void *at, const dg_event *e)
{
    const struct dg_event_config *n = &e->config;
    memory *m = at;
    if (e->kind != DG_EVENT_CONFIG || e->arm != DG_ARM_TREATMENT)
        return;
    if (!n->control_decodes) {
        if (!m->control_lost.count)
            dg_claim_text_copy(m->control_first, sizeof m->control_first,
                               dg_claim_detail(e, "what"));
        dg_claim_tally_add(&m->control_lost, e->block);
        return;
    }
    m->read++;
    if (n->decodes && n->equal)
        return;
    dg_claim_evidence_event(&m->facts, e);
    if (!n->decodes || is_lost(e)) {
        if (!m->lost.count && !n->decodes)
            snprintf(m->first, sizeof m->first, "%s cannot be read under N: %s",
                     dg_claim_detail(e, "what"), dg_claim_detail(e, "changed"));
        else if (!m->lost.count)
            snprintf(m->first, sizeof m->first, "%s: %d of %d values are read differently: %s",
                     dg_claim_detail(e, "what"), (int)n->fields_changed, (int)n->fields,
                     dg_claim_detail(e, "changed"));
        dg_claim_tally_add(&m->lost, e->block);
    } else {
        if (!m->changed.count)
            snprintf(m->first_changed, sizeof m->first_changed, "%s: %s",
                     dg_claim_detail(e, "what"), dg_claim_detail(e, "changed"));
        dg_claim_tally_add(&m->changed, e->block);
    }
}

static void finish(void *at, dg_verdict *v)
{
    memory *m = at;
    if (m->lost.count) {
        dg_verdict_say(v, DG_VERDICT_BROKE, "%s", m->first);
        dg_verdict_span(v, &m->lost);
    } else if (m->control_lost.count && !m->read) {
        dg_verdict_say(v, DG_VERDICT_UNEXERCISED, "N-1 alone does not decode %s", m->control_first);
        v->control_failed = true;
    } else if (!m->read) {
        dg_verdict_say(v, DG_VERDICT_UNEXERCISED, "no configuration was found");
    } else if (m->changed.count) {
        dg_verdict_say(v, DG_VERDICT_WARNED, "%s", m->first_changed);
        dg_verdict_span(v, &m->changed);
    } else {
        dg_verdict_say(v, DG_VERDICT_HELD, "%u items are as in control", (unsigned)m->read);
    }
    if (v->status != DG_VERDICT_UNEXERCISED)
        v->figures = dg_claim_figures_none("items", m->lost.count);
    dg_verdict_show(v, &m->facts);
}

const dg_claim dg_claim_config_survives = {
    .id = DG_CLAIM_CONFIG_SURVIVES,
    .fails = "the host configuration is lost",
    .says = "HostConfiguration and the like decode under N, and every value is control's or "
            "reported as changed",
    .because = "a configuration that does not decode is silently replaced by defaults: group "
               "rotation, limits and async backing change at once",
    .basis = "real runtime",
    .size = sizeof(memory),
    .setup = offsetof(memory, setup),
    .facts = offsetof(memory, facts),
    .step = step,
    .finish = finish,
};
