/* network_sum.c - a network in a few numbers, each arm by itself: who took part, how
 * often slots were contested, what was lost and how far finality was behind. */
#include "outcome/outcome_impl.h"

#include <assert.h>

typedef struct sums {
    json_int_t slots, contested, empty, claims, blocks, failed, pruned, lag_min, lag_max, rounds;
    json_int_t backed, included, timed_out;
} sums;

static void add_finalized(sums *s, const dg_event *e)
{
    const struct dg_event_net_finalized *n = &e->net_finalized;
    s->lag_min = !s->rounds || n->lag < s->lag_min ? n->lag : s->lag_min;
    s->lag_max = n->lag > s->lag_max ? n->lag : s->lag_max;
    s->pruned += n->pruned;
    s->rounds++;
}

static void add_event(sums *s, const dg_event *e)
{
    switch (e->kind) {
    case DG_EVENT_NET_SLOT:
        s->slots++;
        s->claims += e->net_slot.claims;
        s->contested += e->net_slot.claims > 1;
        s->blocks += e->net_slot.built;
        s->failed += e->net_slot.failed;
        s->empty += !e->net_slot.built;
        break;
    case DG_EVENT_NET_PARAS:
        s->backed += e->net_paras.backed;
        s->included += e->net_paras.included;
        s->timed_out += e->net_paras.timed_out;
        break;
    case DG_EVENT_NET_FINALIZED:
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
        if (run->log->at[i].kind == DG_EVENT_NET_START)
            return &run->log->at[i];
    return NULL;
}

void dg_outcome_releases(char *out, size_t size, const dg_release_span *span)
{
    assert(span->oldest && span->newest);
    if (span->oldest == span->newest)
        snprintf(out, size, "v%u.%u", span->newest->major, span->newest->minor);
    else
        snprintf(out, size, "v%u.%u to v%u.%u", span->oldest->major, span->oldest->minor,
                 span->newest->major, span->newest->minor);
}

static json_t *assumed_json(const dg_release_span *span)
{
    char releases[60];
    if (!span->oldest)
        return NULL;
    dg_outcome_releases(releases, sizeof releases, span);
    return json_pack("{s:s, s:s}", "releases", releases, "since", span->why);
}

int dg_outcome_network_sum(json_t *out, const dg_outcome_facts *run)
{
    const dg_event *start = start_of(run);
    if (!start)
        return 0;
    return dg_outcome_put(
        out, "network",
        json_pack("{s:I, s:I, s:b, s:O, s:O, s:o, s:o, s:o*, s:o*}", "nodes",
                  (json_int_t)start->net_start.nodes, "parachains_without_core",
                  (json_int_t)run->coreless, "forks", (int)start->net_start.forks, "table",
                  json_object_get(start->detail, "table"), "classes",
                  json_object_get(start->detail, "classes"), "control",
                  sums_json(run, DG_ARM_CONTROL), "treatment", sums_json(run, DG_ARM_TREATMENT),
                  "assumed", assumed_json(&run->assumed), "rollout", dg_outcome_rollouts(run)));
}
