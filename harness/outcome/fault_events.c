/* fault_events.c - planned faults beside what broke, for chains of events: which claims a fault of
 * each kind can concern, and whether one that was recorded began before a claim did break. What it
 * is the cause of is proved elsewhere. */
#include "outcome/outcome_impl.h"

#include <assert.h>
#include <string.h>

enum { BEHIND_MAX = 8 };

/* A set of claims: a bit each. */
static_assert(DG_CLAIM_COUNT <= 32, "a claim has a bit");
#define OF(claim) (UINT32_C(1) << DG_CLAIM_##claim)

/* Whoever is away, late or unheard neither authors nor votes, backs, signs or approves. */
#define ALL_WORK                                                                                   \
    (OF(BLOCK_CADENCE) | OF(UPGRADE_STALL) | OF(GROUPS_ABLE) | OF(AVAILABILITY) | OF(BACKING_RATE) \
     | OF(INCLUSION_RATE) | OF(PARA_INTERVAL) | OF(NO_SHOWS) | OF(FINALITY_LAG))
#define CANDIDATES (OF(BACKING_RATE) | OF(INCLUSION_RATE) | OF(PARA_INTERVAL))

static const uint32_t concerns[DG_FAULT_COUNT] = {
    [DG_FAULT_CRASH] = ALL_WORK | OF(PVF_READY) | OF(TOPOLOGY_PRESENT),
    [DG_FAULT_PAUSE] = ALL_WORK | OF(PVF_READY),
    [DG_FAULT_PARTITION] = ALL_WORK,
    [DG_FAULT_CLOCK] = ALL_WORK,
    [DG_FAULT_LOSS] = ALL_WORK,
    [DG_FAULT_SILENT_BACKER] = CANDIDATES | OF(GROUPS_ABLE) | OF(AVAILABILITY),
    [DG_FAULT_WITHHOLD_AVAILABILITY] = CANDIDATES | OF(AVAILABILITY),
    [DG_FAULT_NO_APPROVALS] = OF(NO_SHOWS) | OF(FINALITY_LAG),
    [DG_FAULT_OFFLINE_COLLATORS] = CANDIDATES | OF(COLLATOR_HEALTH),
};

/* Judged over a stretch of time, in which a fault may begin; all others at a moment. */
static const uint32_t stretched = OF(BLOCK_CADENCE) | CANDIDATES;

static bool is_in(uint32_t set, dg_claim_id id)
{
    assert((unsigned)id < DG_CLAIM_COUNT);
    return set >> id & 1;
}

/* ---- when it broke ---- */

static const dg_event *block_at(const dg_outcome_facts *run, uint32_t number, bool last)
{
    const dg_event *found = NULL;
    for (size_t i = 0; i < run->log->count; i++) {
        const dg_event *e = &run->log->at[i];
        if (e->arm != DG_ARM_TREATMENT || e->kind != DG_EVENT_NET_PARAS
            || (last ? e->block > number : e->block < number))
            continue;
        if (!last)
            return e;
        found = e;
    }
    return found;
}

/* The latest moment at which its cause may have begun. */
static dg_ns until_of(const dg_outcome_facts *run, const json_t *claim)
{
    bool last = is_in(stretched, dg_outcome_claim_id(claim));
    const json_t *kept = json_object_get(claim, "evidence"),
                 *block = json_object_get(claim, last ? "last_block" : "first_block");
    const dg_event *e = last ? NULL : dg_outcome_event(run, json_array_get(kept, 0));
    if (!e && block)
        e = block_at(run, (uint32_t)json_integer_value(block), last);
    return e ? e->at : UINT64_MAX;
}

static const dg_event *end_of(const dg_outcome_facts *run, const dg_event *begin)
{
    assert(begin->kind == DG_EVENT_NET_FAULT);
    assert(begin >= run->log->at && begin < run->log->at + run->log->count);
    for (const dg_event *e = begin; e < run->log->at + run->log->count; e++)
        if (e->arm == begin->arm && e->kind == DG_EVENT_NET_FAULT && !e->net_fault.begins
            && e->net_fault.fault == begin->net_fault.fault)
            return e;
    return NULL;
}

/* What is over for a session has left nothing behind. A process that is gone has no
 * topology to miss; one that comes back has lost it. */
static bool is_behind(const dg_outcome_facts *run, const dg_event *begin, const json_t *claim)
{
    dg_claim_id id = dg_outcome_claim_id(claim);
    dg_ns until = until_of(run, claim),
          session = run->span.clock.epoch_slots * run->span.clock.slot_ms * 1000000;
    const dg_event *end = end_of(run, begin);
    if ((uint64_t)begin->net_fault.fault_kind >= DG_FAULT_COUNT
        || !is_in(concerns[begin->net_fault.fault_kind], id) || begin->at > until)
        return false;
    if (id == DG_CLAIM_TOPOLOGY_PRESENT)
        return end && end->at <= until;
    return !end || until == UINT64_MAX || end->at + session >= until;
}

size_t dg_outcome_faults_behind(const dg_event **out, size_t most, const dg_outcome_facts *run,
                                const json_t *claim)
{
    size_t found = 0;
    for (size_t i = 0; claim && i < run->log->count && found < most; i++) {
        const dg_event *e = &run->log->at[i];
        if (e->arm == DG_ARM_TREATMENT && e->kind == DG_EVENT_NET_FAULT && e->net_fault.begins
            && is_behind(run, e, claim))
            out[found++] = e;
    }
    return found;
}

/* Planned for treatment alone: control's events know nothing of it. */
static bool is_alone(const dg_outcome_facts *run, const dg_event *fault)
{
    for (size_t i = 0; i < run->log->count; i++) {
        const dg_event *e = &run->log->at[i];
        if (e->arm == DG_ARM_CONTROL && e->kind == DG_EVENT_NET_FAULT
            && e->net_fault.fault == fault->net_fault.fault)
            return false;
    }
    return true;
}

uint64_t dg_outcome_faults_alone(const dg_outcome_facts *run, const json_t *claim)
{
    const dg_event *behind[BEHIND_MAX];
    uint64_t nodes = 0;
    for (size_t i = dg_outcome_faults_behind(behind, BEHIND_MAX, run, claim); i--;)
        if (is_alone(run, behind[i]))
            /* of collators none are counted */
            nodes += behind[i]->net_fault.nodes ? (uint64_t)behind[i]->net_fault.nodes : 1;
    return nodes;
}

/* ---- words ---- */

static void struck_words(char *out, size_t size, const dg_outcome_facts *run, const dg_event *e)
{
    assert(size > 0);
    const struct dg_event_net_fault *n = &e->net_fault;
    char who[140] = "as planned";
    if (run->plan)
        dg_plan_fault_who(who, sizeof who, run->plan, (size_t)n->fault);
    if (n->fault_kind == DG_FAULT_OFFLINE_COLLATORS)
        snprintf(out, size, "the collators of parachains (%s)", who);
    else
        snprintf(out, size, "%lld of %u nodes (%s)", (long long)n->nodes, run->nodes, who);
}

void dg_outcome_fault_words(char *out, size_t size, const dg_outcome_facts *run, const dg_event *e)
{
    const struct dg_event_net_fault *n = &e->net_fault;
    char struck[200];
    assert(e->kind == DG_EVENT_NET_FAULT);
    struck_words(struck, sizeof struck, run, e);
    snprintf(out, size, "the planned fault network.faults[%lld] %s: %s at %s%s%s",
             (long long)n->fault, n->begins ? "begins" : "ends",
             dg_node_fault_name((dg_fault_kind)n->fault_kind), struck, n->begins ? "; " : "",
             n->begins ? dg_node_fault_says((dg_fault_kind)n->fault_kind) : "");
}
