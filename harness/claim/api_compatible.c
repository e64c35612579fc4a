/* api-compatible: nodes built for N-1 can read N's answers. */
#include "claim/claim_impl.h"

typedef struct memory {
    dg_claim_setup setup;
    uint64_t asked;
    tally bad, odd, unasked;
    char first[300], first_odd[300], first_unasked[100];
    evidence facts;
} memory;

static void differs(memory *m, const dg_event *e)
{
    bool readable = e->api_type.readable != 0;
    tally *t = readable ? &m->odd : &m->bad;
    if (!t->count)
        snprintf(readable ? m->first_odd : m->first, sizeof m->first, "%s: %s",
                 dg_claim_detail(e, "api"), dg_claim_detail(e, "where"));
    dg_claim_tally_add(t, e->block);
    dg_claim_evidence_event(&m->facts, e);
}

/* Newer nodes have another question in its place, older ones never had it. */
static void differs_unasked(memory *m, const dg_event *e)
{
    if (!m->unasked.count)
        dg_claim_text_copy(m->first_unasked, sizeof m->first_unasked, dg_claim_detail(e, "api"));
    dg_claim_tally_add(&m->unasked, e->block);
}

static void step(void *at, const dg_event *e)
{
    memory *m = at;
    if (e->arm != DG_ARM_TREATMENT)
        return;
    if (e->kind == DG_EVENT_API)
        m->asked++;
    if (e->kind == DG_EVENT_API_TYPE)
        (e->api_type.called ? differs : differs_unasked)(m, e);
}

static void finish(void *at, dg_verdict *v)
{
    memory *m = at;
    if (m->bad.count) {
        dg_verdict_say(v, DG_VERDICT_BROKE,
                       "%u answers that older nodes read now have a form they cannot decode: %s",
                       (unsigned)m->bad.count, m->first);
        dg_verdict_span(v, &m->bad);
    } else if (m->odd.count) {
        dg_verdict_say(v, DG_VERDICT_WARNED,
                       "%u answer type%s; the answers given in this run still decode: %s",
                       (unsigned)m->odd.count, m->odd.count == 1 ? " differs" : "s differ",
                       m->first_odd);
        dg_verdict_span(v, &m->odd);
    } else if (!m->asked) {
        dg_verdict_say(v, DG_VERDICT_UNEXERCISED, "no runtime API was asked");
    } else if (m->unasked.count) {
        dg_verdict_say(v, DG_VERDICT_HELD,
                       "answers that nodes ask for keep their form; %u that none asks for %s: %s%s",
                       (unsigned)m->unasked.count,
                       m->unasked.count == 1 ? "has another" : "have another", m->first_unasked,
                       m->unasked.count > 1 ? ", .." : "");
    } else {
        dg_verdict_say(v, DG_VERDICT_HELD, "answers keep their form");
    }
    dg_verdict_show(v, &m->facts);
}

const dg_claim dg_claim_api_compatible = {
    .id = DG_CLAIM_API_COMPATIBLE,
    .fails = "nodes cannot read what runtime APIs answer",
    .says = "answers of runtime APIs that the plan's nodes ask for, or without a network those of "
            "N-1's time, decode with the types that they know",
    .because = "operators update late, and an answer in a new form is an error, or worse a wrong "
               "value, on every older node",
    .basis = "real runtime",
    .code = true,
    .size = sizeof(memory),
    .setup = offsetof(memory, setup),
    .facts = offsetof(memory, facts),
    .step = step,
    .finish = finish,
};
