/* api-window: what nodes ask at U, new code over old storage, and just after.
 *
 * Too long is what the slowest of the machines that validators have does not get done
 * before the overseer gives the node up; a warning is due when the answer comes after an
 * author has had to put its inherent together. A query is stopped where the fastest of
 * them is given up as well: that one does not answer. */
#include "claim/claim_impl.h"

#include <string.h>

typedef struct memory {
    dg_claim_setup setup;
    uint64_t fuel_max, fuel_late, asked_at_u, asked_later;
    tally bad, odd, late;
    char first[300], names[340], slow[160];
    size_t names_count;
    evidence facts;
} memory;

/* What the slowest machine gets done in that time. */
static uint64_t fuel_of(const dg_claim_setup *setup, int64_t ms)
{
    const struct dg_event_node_limits *limits = &setup->limits;
    return limits->slowest_permille > 0 ? (uint64_t)ms * (uint64_t)limits->fuel_per_ms
                                              / (uint64_t)limits->slowest_permille * 1000
                                        : 0;
}

static void start(void *at, const dg_claim_setup *setup)
{
    memory *m = at;
    m->fuel_max = dg_claim_whole(setup, "fuel_max", fuel_of(setup, setup->limits.stall_ms));
    m->fuel_late =
        dg_claim_whole(setup, "fuel_late", fuel_of(setup, setup->limits.propose_wait_ms));
}

static const char *failure(const memory *m, const dg_event *e)
{
    const struct dg_event_api *n = &e->api;
    if (!n->ok)
        return "does not answer";
    if (!n->decodes)
        return "answers what does not decode";
    return (uint64_t)n->fuel > m->fuel_max ? "takes too long" : NULL;
}

static void broken(memory *m, const dg_event *e, const char *how)
{
    const char *why = dg_claim_detail(e, "error");
    if (!m->bad.count)
        snprintf(m->first, sizeof m->first, "%s %s at #%u (%s)%s%s", dg_claim_detail(e, "api"), how,
                 e->block, dg_claim_detail(e, "window"), why[0] ? ": " : "", why);
    dg_claim_tally_add(&m->bad, e->block);
    dg_claim_evidence_event(&m->facts, e);
}

/* Seconds on the slowest machine, in tenths. */
static unsigned tenths(const memory *m, int64_t fuel)
{
    const struct dg_event_node_limits *limits = &m->setup.limits;
    return limits->fuel_per_ms > 0 ? (unsigned)((uint64_t)fuel * (uint64_t)limits->slowest_permille
                                                / 1000 / (uint64_t)limits->fuel_per_ms / 100)
                                   : 0;
}

static void answered_late(memory *m, const dg_event *e)
{
    if (!m->late.count)
        snprintf(m->slow, sizeof m->slow, "%.80s takes up to %u.%u s at #%u",
                 dg_claim_detail(e, "api"), tenths(m, e->api.fuel) / 10,
                 tenths(m, e->api.fuel) % 10, e->block);
    dg_claim_tally_add(&m->late, e->block);
    dg_claim_evidence_event(&m->facts, e);
}

static void contradicted(memory *m, const dg_event *e)
{
    size_t used = strlen(m->names);
    const char *how = dg_claim_detail(e, "differs");
    if (m->names_count++ < 4)
        snprintf(m->names + used, sizeof m->names - used, "%s%.60s%s%.60s%s", used ? ", " : "",
                 dg_claim_detail(e, "api"), how[0] ? " (" : "", how, how[0] ? ")" : "");
    dg_claim_tally_add(&m->odd, e->block);
    dg_claim_evidence_event(&m->facts, e);
}

static void step(void *at, const dg_event *e)
{
    memory *m = at;
    const char *how;
    if (e->kind != DG_EVENT_API || e->arm != DG_ARM_TREATMENT || e->block < m->setup.upgrade_block)
        return;
    if (strcmp(dg_claim_detail(e, "window"), "U") == 0)
        m->asked_at_u++;
    else
        m->asked_later++;
    if ((how = failure(m, e)))
        broken(m, e, how);
    else if (e->api.contradicts)
        contradicted(m, e);
    else if ((uint64_t)e->api.fuel > m->fuel_late)
        answered_late(m, e);
}

static void finish(void *at, dg_verdict *v)
{
    memory *m = at;
    if (m->bad.count) {
        dg_verdict_say(v, DG_VERDICT_BROKE, "%s%s", m->first, m->bad.count > 1 ? ", and more" : "");
        dg_verdict_span(v, &m->bad);
    } else if (!m->asked_at_u) {
        dg_verdict_say(v, DG_VERDICT_UNEXERCISED, "no runtime API was asked at U");
    } else if (m->odd.count) {
        dg_verdict_say(v, DG_VERDICT_WARNED, "at #%u %u answer%s not as %s should be: %s%s",
                       m->odd.first, (unsigned)m->odd.count, m->odd.count == 1 ? " is" : "s are",
                       m->odd.count == 1 ? "it" : "they", m->names,
                       m->names_count > 4 ? ", .." : "");
        dg_verdict_span(v, &m->odd);
        dg_claim_text_copy(v->healed, sizeof v->healed, m->asked_later ? "N's first block" : "");
    } else if (m->late.count) {
        dg_verdict_say(v, DG_VERDICT_WARNED, "%s%s: an author's inherent does not wait for it",
                       m->slow, m->late.count > 1 ? ", and more" : "");
        dg_verdict_span(v, &m->late);
    } else {
        dg_verdict_say(v, DG_VERDICT_HELD, "%u answers at U, %u later", (unsigned)m->asked_at_u,
                       (unsigned)m->asked_later);
    }
    dg_verdict_show(v, &m->facts);
}

static const char *const options[] = { "fuel_max", "fuel_late", NULL };

const dg_claim dg_claim_api_window = {
    .id = DG_CLAIM_API_WINDOW,
    .fails = "runtime APIs answer wrongly",
    .says = "every runtime API that nodes ask answers at U, in bounded time, decodably, and not "
            "against what it says at U+1",
    .because = "at U nodes ask new code over storage that was not migrated yet, and the author of "
               "U+1 builds on those answers",
    .basis = "real runtime",
    .options = options,
    .size = sizeof(memory),
    .setup = offsetof(memory, setup),
    .facts = offsetof(memory, facts),
    .start = start,
    .step = step,
    .finish = finish,
};
