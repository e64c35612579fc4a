/* rollouts.c - nodes that restart or change their release while the network runs, by plan.
 *
 * A node's class changes with its process and not before: what is installed under a process that
 * goes on begins when something else ends it. Which nodes are meant, and when each has its turn, is
 * drawn from the seed; whether it is of a class that is meant is looked at when its turn comes. */
#include "node/node_impl.h"

#include <assert.h>
#include <string.h>

enum { PPM = 1000000, OVER_MAX = 1000000 };
#define DOWN_MAX (24 * 3600 * (uint64_t)1000 * DG_MS)

/* ---- planning ---- */

/* What its nodes ask is asked at every block. */
static bool is_known(const dg_world *world, const dg_node_class *class)
{
    for (uint32_t i = 0; i < world->node_count; i++)
        if (world->nodes[i].of == class)
            return true;
    for (size_t i = 0; i < world->options.joining_count; i++)
        if (world->options.joining[i] == class)
            return true;
    return false;
}

static dg_code check_who(const dg_world *world, const dg_rollout *r, dg_error *err)
{
    if (r->who != DG_WHO_LIST && r->who != DG_WHO_SHARE && r->who != DG_WHO_ALL)
        return dg_fail(err, DG_USAGE, "nodes that restart are a list, a share or all");
    for (uint32_t i = 0; r->who == DG_WHO_LIST && i < r->count; i++)
        if (r->list[i] >= world->node_count)
            return dg_fail(err, DG_USAGE,
                           "there is no node %u: the network has %u (the first is 0)", r->list[i],
                           world->node_count);
    if (r->who == DG_WHO_SHARE && r->share_ppm > PPM)
        return dg_fail(err, DG_USAGE, "a share of %u parts in a million is above 1", r->share_ppm);
    return DG_OK;
}

static dg_code check(const dg_world *world, const dg_rollout *r, dg_error *err)
{
    if (r->from < world->first_slot || r->from <= world->slot)
        return dg_fail(err, DG_USAGE, "it begins in slot %llu, which is not ahead of the network",
                       (unsigned long long)r->from);
    if (!r->over || r->over > OVER_MAX)
        return dg_fail(err, DG_USAGE, "it takes %u slots; from 1 to %d are possible", r->over,
                       OVER_MAX);
    if (r->down_ns_min > r->down_ns_max || r->down_ns_max > DOWN_MAX)
        return dg_fail(err, DG_USAGE,
                       "a node is down from %llu to %llu ns: not a range up to a day",
                       (unsigned long long)r->down_ns_min, (unsigned long long)r->down_ns_max);
    if (r->waits && !r->to)
        return dg_fail(err, DG_USAGE, "nodes neither restart nor change their release");
    if (r->to && !is_known(world, r->to))
        return dg_fail(err, DG_USAGE, "%s is no class that nodes of this network come to have",
                       r->to->name);
    return check_who(world, r, err);
}

dg_code dg_network_rollout(dg_network *net, const dg_rollout *rollout, dg_error *err)
{
    dg_faults *f = net->world.faults;
    size_t size = rollout->count * sizeof *rollout->list;
    dg_planned_rollout made = { .of = *rollout };
    dg_planned_rollout *more;
    dg_code rc = check(&net->world, rollout, err);
    if (rc < 0)
        return rc;
    if (f->rollout_count == DG_ROLLOUTS_MAX)
        return dg_fail(err, DG_LIMIT, "more than %d rollouts were planned", DG_ROLLOUTS_MAX);
    if (!(more = dg_realloc(f->rollouts, (f->rollout_count + 1) * sizeof *more)))
        return dg_fail(err, DG_NOMEM, "no memory for a rollout");
    f->rollouts = more;
    made.of.list = NULL;
    if (rollout->who == DG_WHO_LIST) {
        if (!(made.list = dg_malloc(size ? size : 1)))
            return dg_fail(err, DG_NOMEM, "no memory for a rollout");
        memcpy(made.list, rollout->list, size);
    }
    f->rollouts[f->rollout_count++] = made;
    return DG_OK;
}

void dg_node_rollouts_clear(dg_world *world)
{
    for (uint32_t i = 0; i < world->faults->rollout_count; i++)
        dg_free(world->faults->rollouts[i].list);
    dg_free(world->faults->rollouts);
}

/* ---- who, and when ---- */

/* A rollout by its place, since streams of chance hang on it. */
typedef struct {
    uint32_t v;
} step_ix;

static const dg_planned_rollout *step_at(const dg_world *world, step_ix step)
{
    assert(step.v < world->faults->rollout_count);
    return &world->faults->rollouts[step.v];
}

static uint64_t draw(const dg_world *world, const char *stream, step_ix step, dg_node_ix node,
                     uint64_t below)
{
    dg_rng rng = dg_rng_fork(world->options.seed, stream, step.v, node.v);
    return dg_rng_below(&rng, below);
}

static bool is_listed(const dg_planned_rollout *r, dg_node_ix node)
{
    for (uint32_t i = 0; i < r->of.count; i++)
        if (r->list[i] == node.v)
            return true;
    return false;
}

static bool is_of(const dg_rollout *r, const dg_node_class *class)
{
    for (size_t i = 0; i < r->of_count; i++)
        if (r->of[i] == class)
            return true;
    return !r->of_count;
}

static bool is_meant(const dg_world *world, step_ix step, dg_node_ix node)
{
    const dg_planned_rollout *r = step_at(world, step);
    if (!is_of(&r->of, world->nodes[node.v].of))
        return false;
    if (r->of.who == DG_WHO_SHARE)
        return draw(world, "rollout", step, node, PPM) < r->of.share_ppm;
    return r->of.who == DG_WHO_ALL || is_listed(r, node);
}

static bool has_its_turn(const dg_world *world, step_ix step, dg_node_ix node)
{
    const dg_rollout *r = &step_at(world, step)->of;
    return r->from + (r->over > 1 ? draw(world, "rollout-turn", step, node, r->over) : 0)
           == world->slot;
}

/* ---- a slot ---- */

static dg_code take_turn(dg_world *world, step_ix step, dg_node_ix node, dg_error *err)
{
    const dg_rollout *r = &step_at(world, step)->of;
    dg_world_node *n = &world->nodes[node.v];
    dg_ns now = dg_sim_now(world->sim),
          down = r->down_ns_min
                 + draw(world, "rollout-down", step, node, r->down_ns_max - r->down_ns_min + 1);
    n->installed = r->to ? r->to : n->installed;
    n->rollout = step.v + 1;
    return r->waits ? DG_OK : dg_sim_crash(world->sim, node, (dg_sim_span){ now, now + down }, err);
}

static dg_code tell_begin(dg_world *world, step_ix step, dg_error *err)
{
    const dg_rollout *r = &step_at(world, step)->of;
    struct dg_event_net_rollout n = {
        .slot = world->slot, .step = step.v, .over = r->over, .restarts = !r->waits
    };
    return dg_world_emit_why(
        world, NULL,
        &(dg_event){ .kind = DG_EVENT_NET_ROLLOUT, .node = DG_EVENT_NO_NODE, .net_rollout = n },
        "to", r->to ? r->to->name : NULL, err);
}

static dg_code step_slot(dg_world *world, step_ix step, dg_error *err)
{
    const dg_rollout *r = &step_at(world, step)->of;
    dg_code rc = DG_OK;
    if (world->slot < r->from || world->slot >= r->from + r->over)
        return DG_OK;
    if (world->slot == r->from && (rc = tell_begin(world, step, err)) < 0)
        return rc;
    for (dg_node_ix i = { 0 }; i.v < world->node_count && rc >= 0; i.v++)
        if (has_its_turn(world, step, i) && is_meant(world, step, i))
            rc = take_turn(world, step, i, err);
    return rc;
}

dg_code dg_node_rollouts_slot(dg_world *world, uint64_t slot, dg_error *err)
{
    dg_code rc = DG_OK;
    assert(world->slot == slot);
    for (step_ix i = { 0 }; i.v < world->faults->rollout_count && rc >= 0; i.v++)
        if ((rc = step_slot(world, i, err)) < 0)
            return dg_fail_within(err, rc, "rollout %u", i.v + 1);
    return rc;
}

/* ---- a process that begins anew ---- */

void dg_node_rollouts_begin(dg_world *world, dg_node_ix node)
{
    dg_world_node *n = &world->nodes[node.v];
    if (n->installed)
        n->of = n->sd.of = n->installed;
    n->installed = NULL;
}

dg_code dg_node_rollouts_tell(dg_world *world, dg_node_ix node, const dg_node_class *was,
                              dg_ns down_since, dg_error *err)
{
    dg_world_node *n = &world->nodes[node.v];
    dg_ns now = dg_sim_now(world->sim);
    struct dg_event_net_renewed told = { .slot = world->slot,
                                         .step = n->rollout - 1,
                                         .down_ms = (now - down_since) / DG_MS };
    json_t *detail = NULL;
    assert(now >= down_since);
    if (!n->rollout)
        return DG_OK;
    n->rollout = 0;
    if (n->of != was
        && !(detail = json_pack("{s:s, s:s, s:s, s:s}", "from", was->name, "to", n->of->name,
                                "early_from", dg_class_early_name(was), "early_to",
                                dg_class_early_name(n->of))))
        return dg_fail(err, DG_NOMEM, "no memory for an event");
    return dg_world_emit(
        world, NULL,
        &(dg_event){
            .kind = DG_EVENT_NET_RENEWED, .node = node.v, .net_renewed = told, .detail = detail },
        err);
}

/* ---- what must hold ---- */

void dg_node_rollouts_verify(const dg_world *world)
{
    assert(world->faults->rollout_count <= DG_ROLLOUTS_MAX);
    for (uint32_t i = 0; i < world->node_count; i++) {
        const dg_world_node *n = &world->nodes[i];
        assert(n->of == n->sd.of);
        assert(n->rollout <= world->faults->rollout_count);
        assert(!n->installed || n->rollout);
        assert(world->asked_by >> n->of->host_known & 1);
    }
}
