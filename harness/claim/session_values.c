/* session-values: what nodes keep for a session is what N means by it.
 *
 * Advice: what comes of a value that is kept wrong, and whether any node of the plan acts on it, is
 * for the claims about the network to say. */
#include "claim/claim_impl.h"

#include <string.h>

typedef struct memory {
    dg_claim_setup setup;
    unsigned asked, lasting;
    tally wrong;
    char first[560], names[240];
    evidence facts;
} memory;

static const char *who(const struct dg_event_session_value *n)
{
    if (n->none)
        return "nodes keep that there is none";
    if (n->starting && n->first)
        return "all nodes ask first at U, and keep that";
    if (n->running && n->starting)
        return "nodes that run keep the first, those that ask first at U the second";
    return n->running ? "nodes that run keep the first" : "nodes that ask first at U keep that";
}

static void kept_wrong(memory *m, const dg_event *e)
{
    size_t used = strlen(m->names);
    if (!m->wrong.count)
        snprintf(m->first, sizeof m->first,
                 "%s: %s before U, %s at U, %s from U+1 on; %s to the session's end (%s); %s",
                 dg_claim_detail(e, "what"), dg_claim_detail(e, "before"), dg_claim_detail(e, "at"),
                 dg_claim_detail(e, "after"), who(&e->session_value),
                 dg_claim_detail(e, "releases"), dg_claim_detail(e, "place"));
    else
        snprintf(m->names + used, sizeof m->names - used, "%s%s (%s)", used ? ", " : "",
                 dg_claim_detail(e, "what"), dg_claim_detail(e, "releases"));
    dg_claim_tally_add(&m->wrong, e->block);
    dg_claim_evidence_event(&m->facts, e);
}

static void step(void *at, const dg_event *e)
{
    const struct dg_event_session_value *n = &e->session_value;
    memory *m = at;
    if (e->kind != DG_EVENT_SESSION_VALUE || e->arm != DG_ARM_TREATMENT)
        return;
    m->asked++;
    m->lasting += n->lasts != 0;
    if (n->running || n->starting || n->none)
        kept_wrong(m, e);
}

static void finish(void *at, dg_verdict *v)
{
    memory *m = at;
    if (!m->asked)
        dg_verdict_say(v, DG_VERDICT_UNEXERCISED, "nothing was asked at U and at U+1");
    else if (!m->lasting)
        dg_verdict_spare(v, "U ends its session, and what is kept for one with it");
    else if (m->wrong.count)
        dg_verdict_say(v, DG_VERDICT_BROKE, "%s%s%s", m->first, m->names[0] ? "; so too " : "",
                       m->names);
    else
        dg_verdict_say(v, DG_VERDICT_HELD,
                       "%u answers that nodes keep for a session are N's from the first", m->asked);
    dg_verdict_span(v, &m->wrong);
    if (v->status != DG_VERDICT_UNEXERCISED && m->lasting) /* else it does not apply */
        v->figures = dg_claim_figures_none("answers", m->wrong.count);
    dg_verdict_show(v, &m->facts);
}

const dg_claim dg_claim_session_values = {
    .id = DG_CLAIM_SESSION_VALUES,
    .fails = "nodes keep for a session what N does not mean",
    .says = "what nodes keep for a session, of N-1's answers before U or of N's at U, is what N "
            "means from U+1 on",
    .because =
        "nodes take some answers once a session, while the runtime answers by the block: at U "
        "N reads storage that it has not migrated, and a default may be kept to the "
        "session's end",
    .basis = "real runtime",
    .severity = DG_CLAIM_ADVICE,
    .code = true,
    .size = sizeof(memory),
    .setup = offsetof(memory, setup),
    .facts = offsetof(memory, facts),
    .step = step,
    .finish = finish,
};
