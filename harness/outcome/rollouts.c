/* rollouts.c - nodes that restarted or changed their release by plan: what came of it, by events.
 */
#include "outcome/outcome_impl.h"

#include <assert.h>

static bool is_of(const dg_event *e, int64_t step)
{
    return e->arm == DG_ARM_TREATMENT
           && ((e->kind == DG_EVENT_NET_ROLLOUT && e->net_rollout.step == step)
               || (e->kind == DG_EVENT_NET_RENEWED && e->net_renewed.step == step));
}

/* Adds one to what an object has under a name. */
static int count_up(json_t *counts, const char *name)
{
    return json_object_set_new(counts, name,
                               json_integer(json_integer_value(json_object_get(counts, name)) + 1));
}

typedef struct changed {
    const dg_event *begin, *last; /* net-rollout; the last net-renewed */
    json_t *from;                 /* nodes by the class that they had */
    json_int_t nodes;
} changed;

static int gather(changed *c, const dg_outcome_facts *run, int64_t step)
{
    int bad = 0;
    for (size_t i = 0; i < run->log->count; i++) {
        const dg_event *e = &run->log->at[i];
        const char *from = json_string_value(json_object_get(e->detail, "from"));
        if (!is_of(e, step))
            continue;
        if (e->kind == DG_EVENT_NET_ROLLOUT) {
            c->begin = e;
            continue;
        }
        c->last = e;
        c->nodes++;
        bad |= from ? count_up(c->from, from) : 0;
    }
    return bad;
}

static json_t *step_json(const dg_outcome_facts *run, int64_t step)
{
    changed c = { .from = json_object() };
    char who[140];
    json_t *out = NULL;
    const char *to;
    int bad = gather(&c, run, step);
    dg_plan_rollout_who(who, sizeof who, run->plan, (size_t)step);
    to = c.begin ? json_string_value(json_object_get(c.begin->detail, "to")) : NULL;
    if (c.begin && !bad)
        out = json_pack(
            "{s:I, s:I, s:I, s:I, s:b, s:o, s:O, s:s*}", "block", (json_int_t)c.begin->block,
            "slot", (json_int_t)(c.begin->net_rollout.slot - (int64_t)run->span.clock.next_slot),
            "nodes", c.nodes, "last_block", (json_int_t)(c.last ? c.last->block : c.begin->block),
            "restarts", (int)c.begin->net_rollout.restarts, "who", dg_event_text(who), "from",
            c.from, "to", to);
    json_decref(c.from);
    return out;
}

json_t *dg_outcome_rollouts(const dg_outcome_facts *run)
{
    json_t *out;
    int bad = 0;
    if (!run->plan || !dg_plan_rollout_count(run->plan) || !(out = json_array()))
        return NULL;
    for (size_t i = 0; i < dg_plan_rollout_count(run->plan); i++) {
        json_t *step = step_json(run, (int64_t)i);
        bad |= step ? json_array_append_new(out, step) : 0; /* treatment did not come to it */
    }
    if (bad) {
        json_decref(out);
        return NULL;
    }
    return out;
}

int dg_outcome_rollouts_notes(json_t *out, const dg_outcome_facts *run)
{
    int bad = 0;
    if (!run->plan || !dg_plan_wants_network(run->plan))
        return 0;
    for (size_t i = 0; i < dg_plan_rollout_count(run->plan); i++) {
        const json_t *rollout = dg_plan_rollout_json(run->plan, i);
        const char *to = json_string_value(json_object_get(rollout, "to")),
                   *arm = json_string_value(json_object_get(rollout, "arm"));
        bool restarts = !json_is_false(json_object_get(rollout, "restart"));
        char who[140], line[400];
        dg_plan_rollout_who(who, sizeof who, run->plan, i);
        snprintf(line, sizeof line, "by plan %s %s%s%.60s, at %.60s, in %s", who,
                 restarts ? "restart" : "have a new release installed without a restart",
                 to ? restarts ? " as " : ", " : "", to ? to : "",
                 json_string_value(json_object_get(rollout, "at")),
                 arm && arm[0] == 't' ? "treatment alone" : "both arms");
        bad |= json_array_append_new(out, dg_event_text(line));
    }
    return bad;
}

void dg_outcome_rollout_words(char *out, size_t size, const dg_outcome_facts *run,
                              const dg_event *e)
{
    const char *to = json_string_value(json_object_get(e->detail, "to"));
    char who[140] = "nodes";
    assert(e->kind == DG_EVENT_NET_ROLLOUT);
    if (run->plan)
        dg_plan_rollout_who(who, sizeof who, run->plan, (size_t)e->net_rollout.step);
    snprintf(out, size, "network.rollout[%lld] begins: %s %s%s%.60s",
             (long long)e->net_rollout.step, who,
             e->net_rollout.restarts ? "restart" : "have a new release installed",
             to ? e->net_rollout.restarts ? " as " : ": " : "", to ? to : "");
}

void dg_outcome_renewed_words(char *out, size_t size, const dg_event *e)
{
    const char *from = json_string_value(json_object_get(e->detail, "from")),
               *to = json_string_value(json_object_get(e->detail, "to"));
    assert(e->kind == DG_EVENT_NET_RENEWED);
    if (from && to)
        snprintf(out, size, "it is up again after %lld ms, and runs %.60s instead of %.60s",
                 (long long)e->net_renewed.down_ms, to, from);
    else
        snprintf(out, size, "it is up again after %lld ms, with a new process",
                 (long long)e->net_renewed.down_ms);
}
