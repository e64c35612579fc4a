/* cause_chains.c - a broken claim of the network, back to its cause: events that were
 * recorded, in their order, each in words made from its own numbers. */
#include "outcome/outcome_impl.h"

#include <assert.h>
#include <string.h>

enum { STEPS_MAX = 24, UPSTREAM_MAX = 4, FAULTS_TOLD = 4 };

typedef struct chain {
    const dg_event *at[STEPS_MAX];
    size_t count;
} chain;

static const json_t *broken_claim(const json_t *claims, dg_claim_id id)
{
    return dg_outcome_is(claims, id, DG_VERDICT_BROKE)
                   || dg_outcome_is(claims, id, DG_VERDICT_WARNED)
               ? dg_outcome_claim(claims, id)
               : NULL;
}

/* In the order of the log, each once; what nobody could read is left out. */
static void add(chain *c, const dg_outcome_facts *run, const dg_event *e)
{
    char line[400];
    size_t at = c->count;
    assert(c->count <= STEPS_MAX);
    for (size_t i = 0; i < c->count; i++)
        if (c->at[i] == e)
            return;
    if (!e || c->count == STEPS_MAX || !dg_outcome_event_words(line, sizeof line, run, e))
        return;
    for (; at && c->at[at - 1] > e; at--)
        c->at[at] = c->at[at - 1];
    c->at[at] = e;
    c->count++;
}

/* ---- finding events ---- */

typedef bool (*matcher)(const dg_event *e, const dg_event *about);

static const dg_event *first_of(const dg_outcome_facts *run, const dg_event *from,
                                dg_event_kind kind, matcher fits, const dg_event *about)
{
    for (const dg_event *e = from ? from : run->log->at; e < run->log->at + run->log->count; e++)
        if (e->arm == DG_ARM_TREATMENT && e->kind == kind && (!fits || fits(e, about)))
            return e;
    return NULL;
}

static const dg_event *last_before(const dg_outcome_facts *run, const dg_event *until,
                                   dg_event_kind kind, matcher fits, const dg_event *about)
{
    for (const dg_event *e = until; e && e-- > run->log->at;)
        if (e->arm == DG_ARM_TREATMENT && e->kind == kind && (!fits || fits(e, about)))
            return e;
    return NULL;
}

static bool some_lack_it(const dg_event *e, const dg_event *upgrade)
{
    return e >= upgrade && e->net_holders.enabled > e->net_holders.holders;
}
static bool all_hold_it(const dg_event *e, const dg_event *missing)
{
    const struct dg_event_net_holders *n = &e->net_holders;
    return e > missing && n->enabled > 0 && n->enabled == n->holders;
}
static bool began_then(const dg_event *e, const dg_event *missing)
{
    return e->net_session.session == missing->net_holders.session;
}
static bool lost_then(const dg_event *e, const dg_event *missing)
{
    return e->net_lost.session == missing->net_holders.session;
}
static bool not_later(const dg_event *e, const dg_event *lost)
{
    return e->at <= lost->at;
}
/* The first blocks after U have cores of before it. */
static bool little_came(const dg_event *e, const dg_event *missing)
{
    const struct dg_event_net_paras *n = &e->net_paras;
    return e->at > missing->at && n->offered < n->backable && n->offered <= 1;
}

/* ---- chains ---- */

/* The session began and its topology came; it was lost; N wants it; nothing is told. */
static void topology_chain(chain *c, const dg_outcome_facts *run, const json_t *claim)
{
    const dg_event *upgrade = first_of(run, NULL, DG_EVENT_NET_UPGRADE, NULL, NULL), *missing,
                   *lost;
    (void)claim;
    missing = upgrade ? first_of(run, upgrade, DG_EVENT_NET_HOLDERS, some_lack_it, upgrade) : NULL;
    if (!missing)
        return;
    add(c, run, first_of(run, NULL, DG_EVENT_NET_SESSION, began_then, missing));
    if ((lost = first_of(run, NULL, DG_EVENT_NET_LOST, lost_then, missing))) {
        add(c, run, lost);
        add(c, run,
            lost->net_lost.how ? last_before(run, lost, DG_EVENT_NET_SIGNAL, not_later, lost)
                               : NULL);
    }
    add(c, run, upgrade);
    add(c, run, missing);
    add(c, run, first_of(run, missing, DG_EVENT_NET_PARAS, little_came, missing));
    add(c, run, first_of(run, missing, DG_EVENT_NET_HOLDERS, all_hold_it, missing));
}

/* What the claim itself kept, where it broke first and last; and N, unless a fault that
 * only treatment has is behind it. */
static void evidence_chain(chain *c, const dg_outcome_facts *run, const json_t *claim)
{
    const json_t *kept = json_object_get(claim, "evidence");
    if (!dg_outcome_faults_alone(run, claim))
        add(c, run, first_of(run, NULL, DG_EVENT_NET_UPGRADE, NULL, NULL));
    if (!json_array_size(kept))
        return;
    add(c, run, dg_outcome_event(run, json_array_get(kept, 0)));
    add(c, run, dg_outcome_event(run, json_array_get(kept, json_array_size(kept) - 1)));
}

static bool loses_some(const dg_event *e, const dg_event *about)
{
    (void)about;
    return e->net_mode_kept.backable > 0;
}

/* .. the first author from the block that enacts N on who left out what was backed, by a mode that
 * it kept, and the first candidate that was dropped. */
static void backing_chain(chain *c, const dg_outcome_facts *run, const json_t *claim)
{
    const dg_event *upgrade = first_of(run, NULL, DG_EVENT_NET_UPGRADE, NULL, NULL);
    evidence_chain(c, run, claim);
    if (!upgrade || dg_outcome_faults_alone(run, claim))
        return;
    add(c, run, first_of(run, upgrade, DG_EVENT_NET_MODE_KEPT, loses_some, NULL));
    add(c, run, first_of(run, upgrade, DG_EVENT_NET_DROPPED, NULL, NULL));
}

/* Where fewer compiled than a fault of treatment alone struck, it is the fault. */
static bool compiling(const dg_outcome_facts *run, const json_t *claim)
{
    uint64_t compiled = 0;
    for (size_t i = 0; i < run->log->count; i++) {
        const dg_event *e = &run->log->at[i];
        compiled += e->arm == DG_ARM_TREATMENT && e->kind == DG_EVENT_NET_COMPILED
                    && !e->net_compiled.again;
    }
    return compiled > dg_outcome_faults_alone(run, claim);
}

/* .. and the first node that stood still, or went down. */
static void stall_chain(chain *c, const dg_outcome_facts *run, const json_t *claim)
{
    evidence_chain(c, run, claim);
    if (compiling(run, claim)) {
        add(c, run, first_of(run, NULL, DG_EVENT_NET_UPGRADE, NULL, NULL));
        add(c, run, first_of(run, NULL, DG_EVENT_NET_COMPILED, NULL, NULL));
    }
    add(c, run, first_of(run, NULL, DG_EVENT_NET_STALLED, NULL, NULL));
    add(c, run, first_of(run, NULL, DG_EVENT_NET_IDLE, NULL, NULL));
}

/* Which broken claim another one may follow from: the first that broke tells why. */
static const struct {
    dg_claim_id claim;
    void (*tell)(chain *c, const dg_outcome_facts *run, const json_t *claim);
    size_t from_count;
    dg_claim_id from[UPSTREAM_MAX];
} rows[] = {
    { DG_CLAIM_TOPOLOGY_PRESENT, topology_chain, 0, { 0 } },
    { DG_CLAIM_PVF_READY, evidence_chain, 0, { 0 } },
    { DG_CLAIM_GROUPS_ABLE, evidence_chain, 0, { 0 } },
    { DG_CLAIM_COLLATOR_HEALTH, evidence_chain, 0, { 0 } },
    { DG_CLAIM_UPGRADE_STALL, stall_chain, 0, { 0 } },
    { DG_CLAIM_AVAILABILITY, evidence_chain, 1, { DG_CLAIM_TOPOLOGY_PRESENT } },
    { DG_CLAIM_BACKING_RATE,
      backing_chain,
      4,
      { DG_CLAIM_TOPOLOGY_PRESENT, DG_CLAIM_PVF_READY, DG_CLAIM_GROUPS_ABLE,
        DG_CLAIM_COLLATOR_HEALTH } },
    { DG_CLAIM_INCLUSION_RATE,
      evidence_chain,
      2,
      { DG_CLAIM_BACKING_RATE, DG_CLAIM_AVAILABILITY } },
    { DG_CLAIM_PARA_INTERVAL,
      evidence_chain,
      2,
      { DG_CLAIM_INCLUSION_RATE, DG_CLAIM_BACKING_RATE } },
    { DG_CLAIM_NO_SHOWS, evidence_chain, 1, { DG_CLAIM_PVF_READY } },
    { DG_CLAIM_DISPUTES, evidence_chain, 0, { 0 } },
    { DG_CLAIM_FINALITY_LAG,
      evidence_chain,
      3,
      { DG_CLAIM_NO_SHOWS, DG_CLAIM_DISPUTES, DG_CLAIM_UPGRADE_STALL } },
    { DG_CLAIM_BLOCK_CADENCE, evidence_chain, 1, { DG_CLAIM_UPGRADE_STALL } },
};
enum { ROWS = sizeof rows / sizeof *rows };

static void add_faults(chain *c, const dg_outcome_facts *run, const json_t *claim)
{
    const dg_event *behind[FAULTS_TOLD];
    size_t count = dg_outcome_faults_behind(behind, FAULTS_TOLD, run, claim);
    assert(count <= FAULTS_TOLD);
    for (size_t i = 0; i < count; i++)
        add(c, run, behind[i]);
}

/* Restarts and updates that begin from U on, up to where the claim broke last. */
static void add_rollouts(chain *c, const dg_outcome_facts *run, const json_t *claim)
{
    const json_t *last = json_object_get(claim, "last_block");
    const dg_event *upgrade = first_of(run, NULL, DG_EVENT_NET_UPGRADE, NULL, NULL);
    for (const dg_event *e = upgrade; claim && e && e < run->log->at + run->log->count; e++)
        if (e->arm == DG_ARM_TREATMENT && e->kind == DG_EVENT_NET_ROLLOUT
            && (!last || e->block <= json_integer_value(last)))
            add(c, run, e);
}

static void tell_chain(chain *c, const dg_outcome_facts *run, const json_t *claims, dg_claim_id id)
{
    const json_t *claim = broken_claim(claims, id);
    add_faults(c, run, claim);
    add_rollouts(c, run, claim);
    for (size_t i = 0; claim && i < ROWS; i++) {
        if (rows[i].claim != id)
            continue;
        for (size_t k = 0; k < rows[i].from_count; k++)
            if (broken_claim(claims, rows[i].from[k])) {
                tell_chain(c, run, claims, rows[i].from[k]);
                break;
            }
        rows[i].tell(c, run, claim);
    }
}

/* ---- steps ---- */

static json_t *step_json(const dg_outcome_facts *run, const dg_event *e)
{
    int64_t from_upgrade =
        (int64_t)(e->at / 1000000)
        - (int64_t)(dg_plan_slot_at(&run->span, run->span.upgrade_slot) / 1000000);
    char line[400] = "";
    json_t *out;
    dg_outcome_event_words(line, sizeof line, run, e);
    out = json_pack("{s:I, s:I, s:s, s:o}", "from_upgrade_ms", (json_int_t)from_upgrade, "block",
                    (json_int_t)e->block, "kind", dg_event_name(e->kind), "says",
                    dg_event_text(line));
    if (out && e->node != UINT32_MAX
        && json_object_set_new(out, "validator", json_integer(e->node)) != 0) {
        json_decref(out);
        return NULL;
    }
    return out;
}

static int add_chain(json_t *out, const dg_outcome_facts *run, const json_t *claims, dg_claim_id id)
{
    json_t *steps = json_array();
    chain c = { .count = 0 };
    int bad = 0;
    tell_chain(&c, run, claims, id);
    assert(c.count <= STEPS_MAX);
    for (size_t i = 0; i < c.count; i++)
        bad |= json_array_append_new(steps, step_json(run, c.at[i]));
    if (!c.count || bad) {
        json_decref(steps);
        return bad;
    }
    return json_array_append_new(
        out, json_pack("{s:s, s:o}", "claim", dg_claim_name(id), "steps", steps));
}

json_t *dg_outcome_chains(const dg_outcome_facts *run, const json_t *claims)
{
    json_t *out = json_array();
    int bad = !out;
    for (size_t i = 0; i < ROWS && !bad; i++)
        bad = (!run->plan || dg_plan_wants_network(run->plan))
              && broken_claim(claims, rows[i].claim) && add_chain(out, run, claims, rows[i].claim);
    if (bad) {
        json_decref(out);
        return NULL;
    }
    return out;
}
