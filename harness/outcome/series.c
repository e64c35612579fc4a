/* series.c - what the run was like from block to block, and with a network from slot
 * to slot: columns for pictures. */
#include "outcome/outcome_impl.h"

static json_t *blocks(const dg_outcome_facts *run, dg_arm which)
{
    json_t *out = json_array();
    for (size_t i = 0; i < run->log->count; i++) {
        const dg_event *e = &run->log->at[i];
        const struct dg_event_new_block *n = &e->new_block;
        if (e->kind != DG_EVENT_BLOCK || e->arm != which)
            continue;
        if (json_array_append_new(
                out, json_pack("{s:I, s:I, s:I, s:I, s:I}", "block", (json_int_t)e->block, "slot",
                               (json_int_t)n->slot, "session", (json_int_t)n->session, "extrinsics",
                               (json_int_t)n->extrinsics, "fuel", (json_int_t)n->fuel))
            != 0) {
            json_decref(out);
            return NULL;
        }
    }
    return out;
}

/* ---- the network ---- */

/* What has come together for the slot that is not over yet. */
typedef struct slot_sum {
    json_int_t offered, backed, included, timed_out, disputes, newest, finalized;
} slot_sum;

static void add_paras(slot_sum *s, const dg_event *e)
{
    const struct dg_event_net_paras *n = &e->net_paras;
    s->backed += n->backed;
    s->included += n->included;
    s->timed_out += n->timed_out;
    s->offered += n->offered;
    s->newest = e->block > s->newest ? e->block : s->newest;
}

static int add_row(json_t *rows, slot_sum *s, const dg_event *e)
{
    const struct dg_event_net_slot *n = &e->net_slot;
    json_t *row = json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "slot",
                            (json_int_t)n->slot, "claims", (json_int_t)n->claims, "built",
                            (json_int_t)n->built, "failed", (json_int_t)n->failed, "heads",
                            (json_int_t)n->heads, "offered", s->offered, "backed", s->backed,
                            "included", s->included, "timed_out", s->timed_out, "disputes",
                            s->disputes, "lag", s->newest - s->finalized);
    s->offered = s->backed = s->included = s->timed_out = s->disputes = 0;
    return json_array_append_new(rows, row);
}

/* The samples of a slot follow its end. */
static json_t *row_of(json_t *rows, int64_t slot)
{
    json_t *row = json_array_get(rows, json_array_size(rows) - 1);
    return row && json_integer_value(json_object_get(row, "slot")) == slot ? row : NULL;
}

static int add_approval(json_t *rows, const dg_event *e)
{
    const struct dg_event_net_approval *n = &e->net_approval;
    json_t *row = row_of(rows, n->slot);
    return !row ? 0
                : dg_outcome_put(row, "unapproved", json_integer(n->waiting))
                      | dg_outcome_put(row, "no_shows", json_integer(n->no_shows))
                      | dg_outcome_put(row, "aggression", json_integer(n->level))
                      | dg_outcome_put(row, "assignments", json_integer(n->assignments))
                      | dg_outcome_put(row, "approvals", json_integer(n->approvals));
}

static int add_holders(json_t *rows, const dg_event *e)
{
    const struct dg_event_net_holders *n = &e->net_holders;
    json_t *row = row_of(rows, n->slot);
    return !row ? 0
                : dg_outcome_put(row, "validators", json_integer(n->validators))
                      | dg_outcome_put(row, "enabled", json_integer(n->enabled))
                      | dg_outcome_put(row, "holders", json_integer(n->holders));
}

static json_t *slots(const dg_outcome_facts *run, dg_arm which)
{
    json_t *out = json_array();
    slot_sum s = { .newest = run->span.fork_number, .finalized = run->span.fork_number };
    int bad = 0;
    for (size_t i = 0; i < run->log->count; i++) {
        const dg_event *e = &run->log->at[i];
        if (e->arm != which)
            continue;
        if (e->kind == DG_EVENT_NET_PARAS)
            add_paras(&s, e);
        else if (e->kind == DG_EVENT_NET_FINALIZED)
            s.finalized = e->block;
        else if (e->kind == DG_EVENT_NET_SLOT)
            bad |= add_row(out, &s, e);
        else if (e->kind == DG_EVENT_NET_HOLDERS)
            bad |= add_holders(out, e);
        else if (e->kind == DG_EVENT_NET_APPROVAL)
            bad |= add_approval(out, e);
        else if (e->kind == DG_EVENT_NET_DISPUTE)
            s.disputes += !e->net_dispute.outcome;
    }
    if (bad) {
        json_decref(out);
        return NULL;
    }
    return out;
}

json_t *dg_outcome_series(const dg_outcome_facts *run)
{
    json_t *out = json_pack("{s:o, s:o}", "control", blocks(run, DG_ARM_CONTROL), "treatment",
                            blocks(run, DG_ARM_TREATMENT));
    if (out && dg_plan_wants_network(run->plan)
        && dg_outcome_put(out, "network",
                          json_pack("{s:o, s:o}", "control", slots(run, DG_ARM_CONTROL),
                                    "treatment", slots(run, DG_ARM_TREATMENT)))) {
        json_decref(out);
        return NULL;
    }
    return out;
}
