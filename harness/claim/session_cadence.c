/* session-cadence: epochs end in the slot where a BABE client expects it. */
#include "claim/claim_impl.h"

typedef struct memory {
    dg_claim_setup setup;
    uint64_t due[2], right[2], changes[2];
    tally bad, bad_control;
    evidence facts;
} memory;

static void epoch(memory *m, const dg_event *e)
{
    bool expected = e->epoch.digest_expected != 0, seen = e->epoch.digest_seen != 0;
    if (e->block <= m->setup.upgrade_block && e->arm == DG_ARM_TREATMENT)
        return; /* N-1's blocks are control's to judge */
    m->due[e->arm] += expected;
    m->right[e->arm] += expected && seen;
    if (expected == seen)
        return;
    dg_claim_tally_add(e->arm == DG_ARM_CONTROL ? &m->bad_control : &m->bad, e->block);
    if (e->arm == DG_ARM_TREATMENT)
        dg_claim_evidence_event(&m->facts, e);
}

static void step(void *at, const dg_event *e)
{
    memory *m = at;
    if (e->kind == DG_EVENT_EPOCH)
        epoch(m, e);
    if (e->kind == DG_EVENT_SESSION && e->block > m->setup.upgrade_block)
        m->changes[e->arm]++;
}

static void say_broken(memory *m, dg_verdict *v)
{
    uint64_t missing = m->due[DG_ARM_TREATMENT] - m->right[DG_ARM_TREATMENT];
    uint64_t early = m->bad.count - missing;
    dg_verdict_say(
        v, DG_VERDICT_BROKE,
        "epoch digests: %u unexpected, %u missing; %u session changes after U against %u "
        "in control",
        (unsigned)early, (unsigned)missing, (unsigned)m->changes[DG_ARM_TREATMENT],
        (unsigned)m->changes[DG_ARM_CONTROL]);
    dg_verdict_span(v, &m->bad);
}

static void finish(void *at, dg_verdict *v)
{
    memory *m = at;
    if (m->bad_control.count) {
        dg_verdict_say(v, DG_VERDICT_UNEXERCISED,
                       "N-1 alone: %u blocks with an epoch digest out of place, first #%u",
                       (unsigned)m->bad_control.count, m->bad_control.first);
        v->control_failed = true;
    } else if (m->bad.count) {
        say_broken(m, v);
    } else if (!m->due[DG_ARM_TREATMENT]) {
        dg_verdict_say(v, DG_VERDICT_UNEXERCISED, "no epoch ended after U");
    } else {
        dg_verdict_say(v, DG_VERDICT_HELD, "%u epoch%s began, each in the expected slot",
                       (unsigned)m->right[DG_ARM_TREATMENT],
                       m->right[DG_ARM_TREATMENT] == 1 ? "" : "s");
    }
    if (v->status != DG_VERDICT_UNEXERCISED)
        v->figures = dg_claim_figures_none("epochs", m->bad.count);
    dg_verdict_show(v, &m->facts);
}

const dg_claim dg_claim_session_cadence = {
    .id = DG_CLAIM_SESSION_CADENCE,
    .fails = "sessions do not turn where nodes expect them",
    .says = "the digest of each epoch stands in the slot where a BABE client expects it, and "
            "nowhere else",
    .because = "a client rejects blocks with an unexpected or a missing epoch change: consensus "
               "ends there",
    .basis = "real runtime",
    .size = sizeof(memory),
    .setup = offsetof(memory, setup),
    .facts = offsetof(memory, facts),
    .step = step,
    .finish = finish,
};
