/* rollouts.c - network.rollout of a plan: nodes that restart or change their release during the
 * run, checked, and placed in slots.
 *
 * As a fault, a rollout is in both arms unless it says otherwise: control then shows what restarts
 * do without the upgrade. */
#include "plan/plan_impl.h"

#include <assert.h>
#include <string.h>

enum { PPM = 1000000, DOWN_MIN_MS = 20000, DOWN_MAX_MS = 60000 };

static const json_t *rollouts_of(const dg_plan *plan)
{
    return json_object_get(json_object_get(plan->json, "network"), "rollout");
}

static const char *text_in(const json_t *rollout, const char *key)
{
    return json_string_value(json_object_get(rollout, key));
}

static uint32_t share_ppm(const json_t *share)
{
    return (uint32_t)(json_number_value(share) * PPM + 0.5);
}

static bool restarts(const json_t *rollout)
{
    return !json_is_false(json_object_get(rollout, "restart"));
}

size_t dg_plan_rollout_count(const dg_plan *plan)
{
    return json_array_size(rollouts_of(plan));
}

/* ---- classes ---- */

/* Which class it changes nodes to: a single one, since a node has one. False: they stay. */
static dg_code read_to(dg_node_class *out, bool *changes, const json_t *rollout, dg_error *err)
{
    const char *to = text_in(rollout, "to");
    dg_plan_range range;
    dg_node_class second;
    dg_code rc;
    *changes = to != NULL;
    if (!to)
        return DG_OK;
    if ((rc = dg_plan_range_read(&range, to, err)) < 0)
        return dg_fail_within(err, rc, "to");
    if (!dg_plan_range_part(out, &range, 0) || dg_plan_range_part(&second, &range, 1))
        return dg_fail(err, DG_USAGE, "to: %.60s are releases that behave differently: name one",
                       to);
    return DG_OK;
}

static bool is_in(const dg_node_class *class, const dg_plan_range *range)
{
    return range->from ? class->from && class->from >= range->from && class->to <= range->to
                       : !class->from;
}

/* The classes of the network that the plan's words mean. */
static size_t pick(const dg_node_class **out, const dg_plan_network *net,
                   const dg_plan_range *range)
{
    size_t count = 0;
    for (size_t i = 0; i < net->options.share_count; i++)
        if (is_in(&net->own[i], range))
            out[count++] = &net->own[i];
    return count;
}

void dg_plan_rollouts_classes(dg_plan_network *out, const dg_plan *plan)
{
    const json_t *rollout;
    size_t i;
    json_array_foreach(rollouts_of(plan), i, rollout)
    {
        dg_node_class to;
        bool changes;
        dg_code rc = read_to(&to, &changes, rollout, NULL);
        assert(rc == DG_OK); /* checked */
        (void)rc;
        if (changes)
            out->joining[out->options.joining_count++] = dg_plan_share_of(out, &to)->of;
    }
}

/* ---- what can be said without a chain ---- */

static dg_code check_who(const json_t *rollout, dg_error *err)
{
    const json_t *nodes = json_object_get(rollout, "nodes"),
                 *share = json_object_get(rollout, "share");
    if (nodes && share)
        return dg_fail(err, DG_USAGE, "only one of nodes and share may say which nodes it is");
    if (nodes && !json_array_size(nodes))
        return dg_fail(err, DG_USAGE, "nodes is empty, so nothing happens to anybody");
    if (share && !share_ppm(share))
        return dg_fail(err, DG_USAGE, "share is %g, so nothing happens to anybody",
                       json_number_value(share));
    return DG_OK;
}

static dg_code check_down(const json_t *rollout, dg_error *err)
{
    const json_t *down = json_object_get(rollout, "down_ms");
    if (!down)
        return DG_OK;
    if (!restarts(rollout))
        return dg_fail(err, DG_USAGE, "down_ms: nodes that do not restart are not down");
    if (json_array_size(down) != 2)
        return dg_fail(err, DG_USAGE, "down_ms must be two numbers, the lowest and the highest");
    return json_integer_value(json_array_get(down, 0)) > json_integer_value(json_array_get(down, 1))
               ? dg_fail(err, DG_USAGE, "down_ms: the lowest is above the highest")
               : DG_OK;
}

/* A class that no node has, before it or by another rollout, would be waited for in vain. */
static dg_code check_class(const dg_plan *plan, const json_t *rollout, dg_error *err)
{
    static dg_plan_network net; /* too large for a stack */
    const dg_node_class *found[DG_PLAN_CLASSES_MAX];
    char known[300] = "";
    dg_plan_range range;
    size_t used = 0;
    dg_code rc;
    if (!text_in(rollout, "class"))
        return DG_OK;
    if ((rc = dg_plan_range_read(&range, text_in(rollout, "class"), err)) < 0)
        return dg_fail_within(err, rc, "class");
    if (dg_plan_leaves_nodes_open(plan))
        return DG_OK; /* it is checked again once they are known */
    dg_plan_network_shares(&net, plan);
    for (size_t i = 0; i < net.options.share_count && used < sizeof known; i++)
        used +=
            (size_t)snprintf(known + used, sizeof known - used, i ? ", %s" : "%s", net.own[i].name);
    return pick(found, &net, &range)
               ? DG_OK
               : dg_fail(err, DG_USAGE, "class: no node of this network runs %.60s; they run %s",
                         text_in(rollout, "class"), known);
}

static dg_code check(const json_t *rollout, dg_error *err)
{
    dg_node_class to;
    bool changes;
    dg_code rc;
    if ((rc = check_who(rollout, err)) < 0 || (rc = check_down(rollout, err)) < 0
        || (rc = read_to(&to, &changes, rollout, err)) < 0
        || (rc = dg_plan_moment_check(rollout, "at", err)) < 0)
        return rc;
    if (!changes && !restarts(rollout))
        return dg_fail(err, DG_USAGE,
                       "restart is false and `to` is missing, so nothing happens to anybody");
    return DG_OK;
}

dg_code dg_plan_rollouts_check(const dg_plan *plan, dg_error *err)
{
    const json_t *rollout;
    size_t i;
    dg_code rc;
    if (dg_plan_rollout_count(plan) > DG_PLAN_ROLLOUTS_MAX)
        return dg_fail(err, DG_USAGE, "network.rollout has %zu items; at most %d are allowed",
                       dg_plan_rollout_count(plan), DG_PLAN_ROLLOUTS_MAX);
    json_array_foreach(rollouts_of(plan), i, rollout)
    {
        if ((rc = check(rollout, err)) < 0)
            return dg_fail_within(err, rc, "network.rollout[%zu]", i);
    }
    json_array_foreach(rollouts_of(plan), i, rollout)
    {
        if ((rc = check_class(plan, rollout, err)) < 0)
            return dg_fail_within(err, rc, "network.rollout[%zu]", i);
    }
    return DG_OK;
}

/* ---- placed ---- */

static dg_code read_who(dg_plan_rollout *out, const json_t *rollout, dg_error *err)
{
    const json_t *nodes = json_object_get(rollout, "nodes"),
                 *share = json_object_get(rollout, "share"), *node;
    size_t i;
    out->rollout.who = nodes ? DG_WHO_LIST : share ? DG_WHO_SHARE : DG_WHO_ALL;
    out->rollout.share_ppm = share_ppm(share);
    if (!nodes)
        return DG_OK;
    if (!(out->list = dg_calloc(json_array_size(nodes) + 1, sizeof *out->list)))
        return dg_fail(err, DG_NOMEM, "no memory for a rollout");
    json_array_foreach(nodes, i, node) out->list[i] = (uint32_t)json_integer_value(node);
    out->rollout.list = out->list;
    out->rollout.count = (uint32_t)i;
    return DG_OK;
}

static void read_classes(dg_plan_rollout *out, const json_t *rollout, const dg_plan_network *net)
{
    const char *class = text_in(rollout, "class");
    dg_plan_range range;
    dg_node_class to;
    bool changes;
    dg_code rc = read_to(&to, &changes, rollout, NULL);
    assert(rc == DG_OK);
    if (class) {
        rc = dg_plan_range_read(&range, class, NULL);
        assert(rc == DG_OK);
        out->rollout.of_count = pick(out->of, net, &range);
        out->rollout.of = out->of;
    }
    for (size_t i = 0; changes && i < net->options.share_count; i++)
        if (strcmp(net->own[i].name, to.name) == 0)
            out->rollout.to = &net->own[i];
    (void)rc;
}

static void read_down(dg_rollout *out, const json_t *rollout)
{
    const json_t *down = json_object_get(rollout, "down_ms");
    int64_t least = down ? json_integer_value(json_array_get(down, 0)) : DOWN_MIN_MS,
            most = down ? json_integer_value(json_array_get(down, 1)) : DOWN_MAX_MS;
    out->down_ns_min = (dg_ns)least * 1000000;
    out->down_ns_max = (dg_ns)most * 1000000;
}

static dg_code place(dg_plan_rollout *out, const json_t *rollout, const dg_plan_span *span,
                     dg_error *err)
{
    const char *which = text_in(rollout, "arm");
    dg_rollout *r = &out->rollout;
    dg_code rc;
    out->treatment_only = which && strcmp(which, "treatment") == 0;
    r->over = (uint32_t)dg_keys_whole(dg_plan_keys(), rollout, "network.rollout[].over");
    r->waits = !restarts(rollout);
    read_down(r, rollout);
    if ((rc = dg_plan_moment_slot(&r->from, span, rollout, "at", 0, err)) < 0
        || (rc = read_who(out, rollout, err)) < 0)
        return rc;
    if (r->from > span->end_slot)
        return dg_fail(err, DG_USAGE, "at is slot %llu, but the run ends with slot %llu",
                       (unsigned long long)r->from, (unsigned long long)span->end_slot);
    if (out->treatment_only && r->from < span->upgrade_slot)
        return dg_fail(err, DG_USAGE,
                       "at lies before U: up to U both arms are the same run, so what happens in "
                       "treatment alone begins at U or later");
    return DG_OK;
}

dg_code dg_plan_rollout_place(dg_plan_rollout *out, const dg_plan *plan, size_t i,
                              const dg_plan_span *span, const dg_plan_network *net, dg_error *err)
{
    const json_t *rollout = json_array_get(rollouts_of(plan), i);
    dg_code rc;
    assert(plan->checked && i < dg_plan_rollout_count(plan));
    *out = (dg_plan_rollout){ .list = NULL };
    rc = place(out, rollout, span, err);
    read_classes(out, rollout, net);
    return rc < 0 ? dg_fail_within(err, rc, "network.rollout[%zu]", i) : DG_OK;
}

void dg_plan_rollout_clear(dg_plan_rollout *rollout)
{
    dg_free(rollout->list);
    rollout->list = NULL;
    rollout->rollout.list = NULL;
}

/* ---- words ---- */

const json_t *dg_plan_rollout_json(const dg_plan *plan, size_t i)
{
    return json_array_get(rollouts_of(plan), i);
}

void dg_plan_rollout_who(char *out, size_t size, const dg_plan *plan, size_t i)
{
    const json_t *rollout = json_array_get(rollouts_of(plan), i),
                 *nodes = json_object_get(rollout, "nodes"),
                 *share = json_object_get(rollout, "share");
    const char *class = text_in(rollout, "class");
    char text[100] = "all";
    assert(size > 0);
    if (nodes)
        snprintf(text, sizeof text, "%zu of the", json_array_size(nodes));
    else if (share)
        snprintf(text, sizeof text, "a share of %g of the", json_number_value(share));
    snprintf(out, size, "%s nodes%s%.80s", text, class ? " that run " : "", class ? class : "");
}
