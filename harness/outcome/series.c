/* series.c - what the run was like from block to block, and with a network from slot
 * to slot: columns for pictures. */
#include "outcome/outcome_impl.h"

static json_t *blocks(const dg_outcome_facts *run, dg_arm which)
{
    json_t *out = json_array();
    for (size_t i = 0; i < run->log->count; i++) {
        const dg_event *e = &run->log->at[i];
        if (e->kind != DG_EV_BLOCK || e->arm != which)
            continue;
        if (json_array_append_new(out, json_pack("{s:I, s:I, s:I, s:I, s:I}", "block",
                                                 (json_int_t)e->block, "slot", (json_int_t)e->n[0],
                                                 "session", (json_int_t)e->n[1], "extrinsics",
                                                 (json_int_t)e->n[3], "fuel", (json_int_t)e->n[4]))
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
    s->backed += e->n[1];
    s->included += e->n[2];
    s->timed_out += e->n[3];
    s->offered += e->n[4];
    s->newest = e->block > s->newest ? e->block : s->newest;
}

static int add_row(json_t *rows, slot_sum *s, const dg_event *e)
{
    json_t *row =
        json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "slot",
                  (json_int_t)e->n[0], "claims", (json_int_t)e->n[1], "built", (json_int_t)e->n[2],
                  "failed", (json_int_t)e->n[3], "heads", (json_int_t)e->n[4], "offered",
                  s->offered, "backed", s->backed, "included", s->included, "timed_out",
                  s->timed_out, "disputes", s->disputes, "lag", s->newest - s->finalized);
    s->offered = s->backed = s->included = s->timed_out = s->disputes = 0;
    return json_array_append_new(rows, row);
}

/* The samples of a slot follow its end. */
static json_t *row_of(json_t *rows, const dg_event *e)
{
    json_t *row = json_array_get(rows, json_array_size(rows) - 1);
    return row && json_integer_value(json_object_get(row, "slot")) == e->n[0] ? row : NULL;
}

static int add_approval(json_t *rows, const dg_event *e)
{
    json_t *row = row_of(rows, e);
    return !row ? 0
                : dg_outcome_put(row, "unapproved", json_integer(e->n[1]))
                      | dg_outcome_put(row, "no_shows", json_integer(e->n[2]))
                      | dg_outcome_put(row, "aggression", json_integer(e->n[3]))
                      | dg_outcome_put(row, "assignments", json_integer(e->n[4]))
                      | dg_outcome_put(row, "approvals", json_integer(e->n[5]));
}

static int add_holders(json_t *rows, const dg_event *e)
{
    json_t *row = row_of(rows, e);
    return !row ? 0
                : dg_outcome_put(row, "validators", json_integer(e->n[1]))
                      | dg_outcome_put(row, "enabled", json_integer(e->n[2]))
                      | dg_outcome_put(row, "holders", json_integer(e->n[4]));
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
        if (e->kind == DG_EV_NET_PARAS)
            add_paras(&s, e);
        else if (e->kind == DG_EV_NET_FINALIZED)
            s.finalized = e->block;
        else if (e->kind == DG_EV_NET_SLOT)
            bad |= add_row(out, &s, e);
        else if (e->kind == DG_EV_NET_HOLDERS)
            bad |= add_holders(out, e);
        else if (e->kind == DG_EV_NET_APPROVAL)
            bad |= add_approval(out, e);
        else if (e->kind == DG_EV_NET_DISPUTE)
            s.disputes += !e->n[3];
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
