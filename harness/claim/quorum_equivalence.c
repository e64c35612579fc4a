/* quorum-equivalence: what a node makes of the messages it has is what they weigh. Each certificate
 * that the run counted is held against a recount, and each kind that a model has against all splits
 * of messages over two epochs or sessions. */
#include "claim/claim_impl.h"

#include <assert.h>
#include <stdio.h>

enum { KINDS = 8 };
static const char *const kind_names[KINDS] = { "quorum certificates", "timeout certificates",
                                               "GRANDPA prevotes",    "GRANDPA precommits",
                                               "backing votes",       "availability bits",
                                               "approvals",           "dispute votes" };

typedef struct memory {
    dg_claim_setup setup;
    uint64_t counts[2][2], differ[2][2][KINDS]; /* by arm, and: 0 of the run, 1 of the check */
    uint64_t kinds;                             /* bit by kind: it was checked */
    uint64_t voters;
    evidence facts;
} memory;

static void step(void *at, const dg_event *e)
{
    memory *m = at;
    const struct dg_event_bft_tally *t = &e->bft_tally;
    bool check = t->voters > 0;
    if (e->kind != DG_EVENT_BFT_TALLY || t->certificate < 0 || t->certificate >= KINDS)
        return;
    m->counts[e->arm][check] += dg_claim_count(t->counts);
    m->differ[e->arm][check][t->certificate] += dg_claim_count(t->differ);
    if (check && dg_claim_count(t->counts)) {
        m->kinds |= (uint64_t)1 << t->certificate;
        m->voters = dg_claim_count(t->voters) > m->voters ? dg_claim_count(t->voters) : m->voters;
    }
    if (t->differ > 0 && e->arm == DG_ARM_TREATMENT)
        dg_claim_evidence_event(&m->facts, e);
}

static uint64_t differing(const memory *m, dg_arm arm, bool check)
{
    uint64_t sum = 0;
    for (int i = 0; i < KINDS; i++)
        sum += m->differ[arm][check][i];
    return sum;
}

/* "timeout certificates 123" */
static void names(char *out, size_t size, const memory *m, bool check)
{
    size_t used = 0;
    assert(size > 0);
    out[0] = 0;
    for (int i = 0; i < KINDS && used < size; i++)
        if (m->differ[DG_ARM_TREATMENT][check][i])
            used += (size_t)snprintf(out + used, size - used, "%s%s %llu", used ? ", " : "",
                                     kind_names[i],
                                     (unsigned long long)m->differ[DG_ARM_TREATMENT][check][i]);
}

/* What all splits say; "": they were not looked at. */
static void checked(char *out, size_t size, const memory *m)
{
    char list[240];
    assert(size > 0);
    out[0] = 0;
    if (!m->kinds)
        return;
    names(list, sizeof list, m, true);
    snprintf(out, size,
             "; of all %llu splits over two epochs or sessions of up to %llu voters, %d kind%s of "
             "certificate, %s",
             (unsigned long long)m->counts[DG_ARM_TREATMENT][1], (unsigned long long)m->voters,
             __builtin_popcountll(m->kinds), (m->kinds & (m->kinds - 1)) ? "s" : "",
             list[0] ? list : "none");
}

static void finish(void *at, dg_verdict *v)
{
    memory *m = at;
    uint64_t counts = m->counts[DG_ARM_TREATMENT][0], run = differing(m, DG_ARM_TREATMENT, false),
             control = differing(m, DG_ARM_CONTROL, false),
             check = differing(m, DG_ARM_TREATMENT, true);
    char list[240], all[400];
    names(list, sizeof list, m, false);
    checked(all, sizeof all, m);
    if (!counts && !m->kinds) {
        dg_verdict_say(v, DG_VERDICT_UNEXERCISED, "nothing was counted");
        return;
    }
    v->figures = dg_claim_figures_none("counts", run);
    if (run || check) { /* what only other splits would show is worth a look */
        dg_verdict_say(
            v, run ? DG_VERDICT_BROKE : DG_VERDICT_WARNED,
            "%llu of %llu counts differ from a recount of the same messages%s%s (%llu in "
            "control)%s",
            (unsigned long long)run, (unsigned long long)counts, list[0] ? ": " : "", list,
            (unsigned long long)control, all);
        v->count = run + check;
        dg_verdict_show(v, &m->facts);
    } else {
        dg_verdict_say(v, DG_VERDICT_HELD, "%llu counts are as a recount has them%s",
                       (unsigned long long)counts, all);
    }
}

const dg_claim dg_claim_quorum_equivalence = {
    .id = DG_CLAIM_QUORUM_EQUIVALENCE,
    .fails = "nodes count other weights than the messages have",
    .says = "the weight that a node tallies is that of an independent recount, however messages "
            "are split over two epochs",
    .because = "Concordium 2024-06-16: the tally was right within one epoch, which is what its "
               "tests had",
    .basis = "node model",
    .bft = true,
    .size = sizeof(memory),
    .setup = offsetof(memory, setup),
    .facts = offsetof(memory, facts),
    .step = step,
    .finish = finish,
};
