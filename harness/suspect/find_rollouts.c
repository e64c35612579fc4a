/* find_rollouts.c - restarts and updates that the plan itself has in store, and what nodes ran when
 * U came: a release that was left before U is nobody's fault. */
#include "suspect/suspect_impl.h"

#include <assert.h>
#include <string.h>

static const dg_event *begin_of(const dg_suspect_facts *f, size_t step, dg_arm arm)
{
    for (size_t i = 0; i < f->log->count; i++) {
        const dg_event *e = &f->log->at[i];
        if (e->arm == arm && e->kind == DG_EVENT_NET_ROLLOUT
            && e->net_rollout.step == (int64_t)step)
            return e;
    }
    return NULL;
}

static long long renewed_by(const dg_suspect_facts *f, size_t step)
{
    long long nodes = 0;
    for (size_t i = 0; i < f->log->count; i++)
        nodes += f->log->at[i].arm == DG_ARM_TREATMENT && f->log->at[i].kind == DG_EVENT_NET_RENEWED
                 && f->log->at[i].net_renewed.step == (int64_t)step;
    return nodes;
}

static void find_rollout(dg_suspects *out, const dg_suspect_facts *f, size_t step)
{
    const dg_event *begin = begin_of(f, step, DG_ARM_TREATMENT);
    bool alone = !begin_of(f, step, DG_ARM_CONTROL);
    char who[140];
    dg_suspect *s;
    /* without one that begins before U treatment would not be control up to U */
    if (!begin || begin->net_rollout.slot < (int64_t)f->span.upgrade_slot
        || !(s = dg_suspect_add(out, DG_SUSPECT_ROLLOUT, (uint32_t)step,
                                "network.rollout[%zu] does not happen", step)))
        return;
    dg_plan_rollout_who(who, sizeof who, f->plan, step);
    snprintf(s->seen, sizeof s->seen, "it begins at #%u, and %lld nodes come up again by it",
             begin->block, renewed_by(f, step));
    snprintf(s->says, sizeof s->says, "by network.rollout[%zu] %s %s from #%u on%s", step, who,
             begin->net_rollout.restarts ? "restart" : "have a new release installed", begin->block,
             alone ? "" : " (control has it as well)");
    snprintf(s->advice, sizeof s->advice,
             "restart these nodes more slowly, or at another time than network.rollout[%zu] does",
             step);
}

void dg_suspect_find_rollouts(dg_suspects *out, const dg_suspect_facts *facts)
{
    for (size_t i = 0; facts->network && i < dg_plan_rollout_count(facts->plan); i++)
        find_rollout(out, facts, i);
}

static bool names(const dg_event *e, const char *key, const char *class)
{
    const char *text = json_string_value(json_object_get(e->detail, key));
    return text && strcmp(text, class) == 0;
}

json_int_t dg_suspect_nodes_of(const dg_suspect_facts *f, const dg_event *start,
                               const char *class_name)
{
    const json_t *classes = json_object_get(start->detail, "classes");
    json_int_t now = json_integer_value(json_object_get(classes, class_name)), most = now;
    assert(start->kind == DG_EVENT_NET_START);
    for (const dg_event *e = start; e < f->log->at + f->log->count; e++) {
        if (e->arm != DG_ARM_TREATMENT || e->kind != DG_EVENT_NET_RENEWED)
            continue;
        now += names(e, "to", class_name) - names(e, "from", class_name);
        if (e->net_renewed.slot < (int64_t)f->span.upgrade_slot || now > most)
            most = now;
    }
    return most;
}
