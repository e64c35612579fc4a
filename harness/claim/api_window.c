/* api-window: what nodes ask at U, new code over old storage, just after, and on from there.
 *
 * Too long is what the slowest of the machines that validators have does not get done
 * before the overseer gives the node up; a warning is due when the answer comes after an
 * author has had to put its inherent together. A query is stopped where the fastest of
 * them is given up as well: that one does not answer.
 *
 * An answer that is wrong at U alone is a warning: the next block heals it. One that is wrong and
 * stays so is what nodes have to live with. Where N's configuration is not control's, what
 * follows from it is config-survives' to say. */
#include "claim/claim_impl.h"

#include <string.h>

typedef struct memory {
    dg_claim_setup setup;
    uint64_t fuel_max, fuel_late, asked_at_u, asked_later, as_control, missing;
    tally bad, late;
    bool configured;        /* N's configuration is another */
    uint32_t session_block; /* the newest that was asked before the end */
    char first[300], slow[160];
    api_moments methods;
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

static const dg_claim_option options[] = {
    { .name = "fuel_max",
      .whole = true,
      .max = INT64_C(1000000000000000),
      .without = "what the slowest node can do before its overseer gives up on a call",
      .says = "instructions: an answer at U that takes more is none" },
    { .name = "fuel_late",
      .whole = true,
      .max = INT64_C(1000000000000000),
      .without = "what the slowest node can do between a leaf and its author's inherent",
      .says = "instructions: an answer at U that takes more is late for the author" },
    { .name = NULL },
};

static void start(void *at, const dg_claim_setup *setup)
{
    memory *m = at;
    m->fuel_max = dg_claim_whole_or(setup, &options[0], fuel_of(setup, setup->limits.stall_ms));
    m->fuel_late =
        dg_claim_whole_or(setup, &options[1], fuel_of(setup, setup->limits.propose_wait_ms));
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

/* The end may be the block in which the second session was asked for: that shows it once. */
static bool is_asked_again(const memory *m, const dg_event *e)
{
    return strcmp(dg_claim_detail(e, "window"), "end") == 0 && e->block == m->session_block;
}

static void answered(memory *m, const dg_event *e)
{
    const char *how = failure(m, e);
    dg_claim_api_moments_add(&m->methods, e);
    m->missing += e->api.missing != 0;
    m->as_control += e->api.against == DG_EVENT_AGAINST_SAME;
    if (how)
        broken(m, e, how);
    else if ((e->api.contradicts || e->api.against > DG_EVENT_AGAINST_SAME)
             && !is_asked_again(m, e))
        dg_claim_evidence_event(&m->facts, e);
    else if ((uint64_t)e->api.fuel > m->fuel_late)
        answered_late(m, e);
}

static void step(void *at, const dg_event *e)
{
    memory *m = at;
    if (e->arm != DG_ARM_TREATMENT || e->block < m->setup.upgrade_block)
        return;
    if (e->kind == DG_EVENT_CONFIG
        && strncmp(dg_claim_detail(e, "what"), "Configuration.", strlen("Configuration.")) == 0)
        m->configured |= !e->config.equal || !e->config.decodes;
    if (e->kind != DG_EVENT_API)
        return;
    if (strcmp(dg_claim_detail(e, "window"), "end") != 0)
        m->session_block = e->block;
    if (strcmp(dg_claim_detail(e, "window"), "U") == 0)
        m->asked_at_u++;
    else
        m->asked_later++;
    answered(m, e);
}

/* ---- what it comes to ---- */

static void say_broken(const memory *m, dg_verdict *v)
{
    char names[240], when[80];
    unsigned count = dg_claim_api_missing(&m->methods, names, sizeof names, when, sizeof when);
    if (m->missing == m->bad.count) /* it is all that there is to say */
        dg_verdict_say(v, DG_VERDICT_BROKE,
                       "N declares %u method%s that it does not have, at %s: %s", count,
                       count == 1 ? "" : "s", when, names);
    else
        dg_verdict_say(v, DG_VERDICT_BROKE, "%s%s", m->first, m->bad.count > 1 ? ", and more" : "");
    dg_verdict_span(v, &m->bad);
}

static bool say_stays(const memory *m, dg_verdict *v)
{
    char names[340];
    tally wrong = { 0 };
    if (!dg_claim_api_wrong(&m->methods, &wrong, names, sizeof names, API_STAYS, m->configured))
        return false;
    dg_verdict_say(v, DG_VERDICT_BROKE, "from #%u on %u answer%s not control's: %s", wrong.first,
                   (unsigned)wrong.count, wrong.count == 1 ? " is" : "s are", names);
    dg_verdict_span(v, &wrong);
    return true;
}

static bool say_odd(const memory *m, dg_verdict *v)
{
    char names[340];
    tally odd = { 0 };
    if (!dg_claim_api_wrong(&m->methods, &odd, names, sizeof names, API_PASSES, m->configured))
        return false;
    dg_verdict_say(v, DG_VERDICT_WARNED, "at #%u %u answer%s not as %s should be: %s", odd.first,
                   (unsigned)odd.count, odd.count == 1 ? " is" : "s are",
                   odd.count == 1 ? "it" : "they", names);
    dg_verdict_span(v, &odd);
    dg_claim_text_copy(v->healed, sizeof v->healed,
                       dg_claim_api_healed(&m->methods, m->configured));
    return true;
}

static void finish(void *at, dg_verdict *v)
{
    memory *m = at;
    if (m->bad.count)
        say_broken(m, v);
    else if (!m->asked_at_u)
        dg_verdict_say(v, DG_VERDICT_UNEXERCISED, "no runtime API was asked at U");
    else if (say_stays(m, v) || say_odd(m, v))
        ;
    else if (m->late.count) {
        dg_verdict_say(v, DG_VERDICT_WARNED, "%s%s: an author's inherent does not wait for it",
                       m->slow, m->late.count > 1 ? ", and more" : "");
        dg_verdict_span(v, &m->late);
    } else {
        dg_verdict_say(v, DG_VERDICT_HELD, "%u answers at U, %u later, %u compared with control's",
                       (unsigned)m->asked_at_u, (unsigned)m->asked_later, (unsigned)m->as_control);
    }
    if (v->status != DG_VERDICT_UNEXERCISED)
        v->figures = dg_claim_figures_none("answers", v->status == DG_VERDICT_BROKE ? v->count : 0);
    dg_verdict_show(v, &m->facts);
}

const dg_claim dg_claim_api_window = {
    .id = DG_CLAIM_API_WINDOW,
    .fails = "runtime APIs answer wrongly",
    .says = "every runtime API that nodes call answers at U, in bounded time, decodably, and in "
            "agreement with its answer at U+1; from U+1 on, answers that must be as in control "
            "are",
    .because = "at U nodes ask new code over storage that was not migrated yet, and the author "
               "of U+1 builds on those answers; answers that no migration mends stay wrong for "
               "good",
    .basis = "real runtime",
    .options = options,
    .size = sizeof(memory),
    .setup = offsetof(memory, setup),
    .facts = offsetof(memory, facts),
    .start = start,
    .step = step,
    .finish = finish,
};
