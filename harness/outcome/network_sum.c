/* network_sum.c - a network in a few numbers, each arm by itself: who took part, how
 * often slots were contested, what was lost and how far finality was behind. */
#include "outcome/outcome_impl.h"

typedef struct sums {
    json_int_t slots, contested, empty, claims, blocks, failed, pruned, lag_min, lag_max, rounds;
    json_int_t backed, included, timed_out;
} sums;

static void add_finalized(sums *s, const dg_event *e)
{
    s->lag_min = !s->rounds || e->n[1] < s->lag_min ? e->n[1] : s->lag_min;
    s->lag_max = e->n[1] > s->lag_max ? e->n[1] : s->lag_max;
    s->pruned += e->n[2];
    s->rounds++;
}

static void add_event(sums *s, const dg_event *e)
{
    switch (e->kind) {
    case DG_EV_NET_SLOT:
        s->slots++;
        s->claims += e->n[1];
        s->contested += e->n[1] > 1;
        s->blocks += e->n[2];
        s->failed += e->n[3];
        s->empty += !e->n[2];
        break;
    case DG_EV_NET_PARAS:
        s->backed += e->n[1];
        s->included += e->n[2];
        s->timed_out += e->n[3];
        break;
    case DG_EV_NET_FINALIZED:
        add_finalized(s, e);
        break;
    default:
        break;
    }
}

static json_t *sums_json(const dg_outcome_facts *run, dg_arm which)
{
    sums s = { 0 };
    for (size_t i = 0; i < run->log->count; i++)
        if (run->log->at[i].arm == which)
            add_event(&s, &run->log->at[i]);
    return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:O*}", "slots",
                     s.slots, "contested", s.contested, "empty", s.empty, "claims", s.claims,
                     "blocks", s.blocks, "failed", s.failed, "pruned", s.pruned, "lag_min",
                     s.lag_min, "lag_max", s.lag_max, "backed", s.backed, "included", s.included,
                     "timed_out", s.timed_out, "messages",
                     which == DG_ARM_CONTROL ? run->control.messages : run->treatment.messages);
}

static const dg_event *start_of(const dg_outcome_facts *run)
{
    for (size_t i = 0; i < run->log->count; i++)
        if (run->log->at[i].kind == DG_EV_NET_START)
            return &run->log->at[i];
    return NULL;
}

int dg_outcome_network_sum(json_t *out, const dg_outcome_facts *run)
{
    const dg_event *start = start_of(run);
    if (!start)
        return 0;
    return dg_outcome_put(
        out, "network",
        json_pack("{s:I, s:I, s:b, s:O, s:O, s:o, s:o}", "nodes", (json_int_t)start->n[0],
                  "parachains_without_core", (json_int_t)run->coreless, "forks", (int)start->n[2],
                  "table", json_object_get(start->detail, "table"), "classes",
                  json_object_get(start->detail, "classes"), "control",
                  sums_json(run, DG_ARM_CONTROL), "treatment", sums_json(run, DG_ARM_TREATMENT)));
}
