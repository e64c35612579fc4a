/* faults.c - what goes wrong by plan: with processes, links and clocks of the world,
 * and with what a node or a collator keeps to itself.
 *
 * Faults begin and end with a slot, before anything else of it happens. Who is meant
 * is settled when a fault begins: a group and the authors of a slot are not known
 * before. Of two that overlap, the one that ends leaves the other standing; a clock goes
 * by the one that began last of those that last. */
#include "node/node_impl.h"

#include <assert.h>
#include <string.h>

enum { PPM = 1000000 };

static const struct {
    const char *name, *says;
    uint32_t withholds;
} kinds[DG_FAULT_COUNT] = {
    [DG_FAULT_CRASH] = { "crash", "the process is down, and starts again when the fault ends", 0 },
    [DG_FAULT_PAUSE] = { "pause", "the process stands still", 0 },
    [DG_FAULT_PARTITION] = { "partition",
                             "these nodes and all other nodes cannot reach each "
                             "other",
                             0 },
    [DG_FAULT_CLOCK] = { "clock", "the clock is off, drifts or runs at another speed", 0 },
    [DG_FAULT_LOSS] = { "loss", "links from and to these nodes lose messages", 0 },
    [DG_FAULT_SILENT_BACKER] = { "silent-backer", "no statements are made",
                                 DG_WITHHOLD_STATEMENTS },
    [DG_FAULT_WITHHOLD_AVAILABILITY] = { "withhold-availability",
                                         "no bitfield is signed and no chunk is given out",
                                         DG_WITHHOLD_AVAILABILITY },
    [DG_FAULT_NO_APPROVALS] = { "no-approvals", "nothing is approved", DG_WITHHOLD_APPROVALS },
    [DG_FAULT_OFFLINE_COLLATORS] = { "offline-collators", "these parachains have no collator", 0 },
};

const char *dg_node_fault_name(dg_fault_kind kind)
{
    return (unsigned)kind < DG_FAULT_COUNT ? kinds[kind].name : NULL;
}
const char *dg_node_fault_says(dg_fault_kind kind)
{
    return (unsigned)kind < DG_FAULT_COUNT ? kinds[kind].says : NULL;
}

/* ---- planning ---- */

static dg_code check_who(const dg_world *world, const dg_fault *f, dg_error *err)
{
    for (uint32_t i = 0;
         f->who == DG_WHO_LIST && f->kind != DG_FAULT_OFFLINE_COLLATORS && i < f->count; i++)
        if (f->list[i] >= world->node_count)
            return dg_fail(err, DG_USAGE,
                           "there is no node %u: the network has %u (the first is 0)", f->list[i],
                           world->node_count);
    if (f->kind == DG_FAULT_OFFLINE_COLLATORS
        && (f->who == DG_WHO_GROUP || f->who == DG_WHO_AUTHORS))
        return dg_fail(err, DG_USAGE,
                       "collators are named by their parachains, by a share of them, or all");
    if (f->who == DG_WHO_SHARE && f->share_ppm > PPM)
        return dg_fail(err, DG_USAGE, "a share of %u parts in a million is above 1", f->share_ppm);
    return DG_OK;
}

static dg_code check_fault(const dg_world *world, const dg_fault *f, dg_error *err)
{
    if ((unsigned)f->kind >= DG_FAULT_COUNT)
        return dg_fail(err, DG_USAGE, "there is no fault of kind %d", (int)f->kind);
    if (f->from < world->first_slot || f->from <= world->slot)
        return dg_fail(err, DG_USAGE, "it begins in slot %llu, which is not ahead of the network",
                       (unsigned long long)f->from);
    if (f->until <= f->from)
        return dg_fail(err, DG_USAGE, "it ends in slot %llu, before it begins in %llu",
                       (unsigned long long)f->until, (unsigned long long)f->from);
    return check_who(world, f, err);
}

/* A link like all others, that loses messages. */
static dg_code lossy_link(dg_world *world, dg_planned_fault *made, dg_error *err)
{
    dg_sim_link link = *dg_world_link(world);
    if (made->of.kind != DG_FAULT_LOSS)
        return DG_OK;
    link.loss_ppm = made->of.loss_ppm;
    return dg_sim_link_add(world->sim, &made->link, &link, err);
}

static dg_code copy_list(dg_planned_fault *made, const dg_fault *fault, dg_error *err)
{
    size_t size = fault->count * sizeof *fault->list;
    made->of.list = NULL;
    if (fault->who != DG_WHO_LIST)
        return DG_OK;
    if (!(made->list = dg_malloc(size ? size : 1)))
        return dg_fail(err, DG_NOMEM, "no memory for a fault");
    memcpy(made->list, fault->list, size);
    return DG_OK;
}

dg_code dg_network_fault(dg_network *net, const dg_fault *fault, dg_error *err)
{
    dg_world *world = &net->world;
    dg_planned_fault made = { .of = *fault };
    dg_planned_fault *more;
    dg_code rc = check_fault(world, fault, err);
    if (rc < 0)
        return rc;
    if (world->faults->count == DG_FAULTS_MAX)
        return dg_fail(err, DG_LIMIT, "more than %d faults were planned", DG_FAULTS_MAX);
    if (!(more = dg_realloc(world->faults->of, (world->faults->count + 1) * sizeof *more)))
        return dg_fail(err, DG_NOMEM, "no memory for a fault");
    world->faults->of = more;
    if ((rc = copy_list(&made, fault, err)) < 0 || (rc = lossy_link(world, &made, err)) < 0) {
        dg_free(made.list);
        return rc;
    }
    world->faults->of[world->faults->count++] = made;
    return DG_OK;
}

dg_code dg_node_faults_init(dg_world *world, dg_error *err)
{
    world->faults = dg_calloc(1, sizeof *world->faults);
    return world->faults ? DG_OK : dg_fail(err, DG_NOMEM, "no memory for the faults of a network");
}

void dg_node_faults_clear(dg_world *world)
{
    if (!world->faults)
        return;
    for (uint32_t i = 0; i < world->faults->count; i++) {
        dg_free(world->faults->of[i].list);
        dg_free(world->faults->of[i].nodes);
    }
    dg_free(world->faults->of);
    dg_node_rollouts_clear(world);
    dg_free(world->faults);
    world->faults = NULL;
}

/* ---- who is meant ---- */

static bool drawn(const dg_world *world, const dg_planned_fault *f, uint64_t who)
{
    dg_rng rng = dg_rng_fork(world->options.seed, "fault", (uint64_t)(f - world->faults->of), who);
    return dg_rng_below(&rng, PPM) < f->of.share_ppm;
}

static dg_code mark_group(const dg_world *world, bool *meant, const dg_planned_fault *f,
                          dg_error *err)
{
    const dg_world_block *b = &world->blocks[dg_world_favourite(world)];
    uint32_t group = f->of.group;
    if (!b->session || group >= b->view.group_count)
        return dg_fail(err, DG_USAGE,
                       "there is no group %u in slot %llu: there are %u (the first is 0)", group,
                       (unsigned long long)world->slot, b->session ? b->view.group_count : 0);
    for (uint32_t i = b->view.group_from[group]; i < b->view.group_from[group + 1]; i++) {
        uint32_t node = dg_session_node(b->session, b->view.members[i]);
        if (node != DG_NO)
            meant[node] = true;
    }
    return DG_OK;
}

static dg_code mark(dg_world *world, bool *meant, const dg_planned_fault *f, dg_error *err)
{
    if (f->of.who == DG_WHO_GROUP)
        return mark_group(world, meant, f, err);
    if (f->of.who == DG_WHO_AUTHORS)
        return dg_consensus_slot_authors(world, meant, err);
    for (uint32_t i = 0; f->of.who == DG_WHO_LIST && i < f->of.count; i++)
        meant[f->list[i]] = true;
    for (uint32_t i = 0; f->of.who != DG_WHO_LIST && i < world->node_count; i++)
        meant[i] = f->of.who == DG_WHO_ALL || drawn(world, f, i);
    return DG_OK;
}

static dg_code settle(dg_world *world, dg_planned_fault *f, dg_error *err)
{
    bool *meant;
    dg_code rc;
    if (f->of.kind == DG_FAULT_OFFLINE_COLLATORS)
        return DG_OK;
    meant = dg_calloc(world->node_count, sizeof *meant);
    f->nodes = dg_calloc(world->node_count, sizeof *f->nodes);
    rc = meant && f->nodes ? mark(world, meant, f, err)
                           : dg_fail(err, DG_NOMEM, "no memory for the nodes of a fault");
    for (uint32_t i = 0; rc >= 0 && i < world->node_count; i++)
        if (meant[i])
            f->nodes[f->node_count++].v = i;
    dg_free(meant);
    return rc;
}

/* ---- the world ---- */

/* The two sides are the same whichever is named; the world, and what it counts of
 * finality, stays with the larger. */
static dg_code part(dg_world *world, const dg_planned_fault *f, dg_ns from, dg_ns to, dg_error *err)
{
    dg_node_ix *others;
    uint32_t count = 0, next = 0;
    dg_code rc;
    if (f->node_count <= world->node_count / 2)
        return dg_sim_partition(world->sim, f->nodes, f->node_count, (dg_sim_span){ from, to },
                                err);
    if (!(others = dg_calloc(world->node_count, sizeof *others)))
        return dg_fail(err, DG_NOMEM, "no memory for a partition");
    for (uint32_t i = 0; i < world->node_count; i++)
        if (next < f->node_count && f->nodes[next].v == i)
            next++;
        else
            others[count++].v = i;
    rc = dg_sim_partition(world->sim, others, count, (dg_sim_span){ from, to }, err);
    dg_free(others);
    return rc;
}

static dg_code set_links(dg_world *world, const dg_planned_fault *f, dg_link_ix link, dg_error *err)
{
    dg_code rc = DG_OK;
    for (uint32_t i = 0; i < f->node_count; i++)
        for (uint32_t k = 0; k < world->node_count; k++)
            if ((rc = dg_sim_link_set(world->sim, f->nodes[i], (dg_node_ix){ k }, link, err)) < 0
                || (rc = dg_sim_link_set(world->sim, (dg_node_ix){ k }, f->nodes[i], link, err))
                       < 0)
                return rc;
    return DG_OK;
}

/* The fault by which each node's clock goes: of those that last the one that began last. */
static void find_clocks(const dg_world *world, uint32_t *by)
{
    for (uint32_t k = 0; k < world->faults->count; k++) {
        const dg_planned_fault *f = &world->faults->of[k];
        for (uint32_t i = 0; f->stands && f->of.kind == DG_FAULT_CLOCK && i < f->node_count; i++) {
            uint32_t *now = &by[f->nodes[i].v];
            if (!*now || world->faults->of[*now - 1].of.from <= f->of.from)
                *now = k + 1;
        }
    }
}

/* It goes on as it was set, whatever else begins or ends; one that comes back shows
 * what it would without the one that has ended. */
static dg_code set_clocks(dg_world *world, dg_error *err)
{
    uint32_t *by = dg_calloc(world->node_count, sizeof *by);
    dg_ns now = dg_sim_now(world->sim);
    dg_code rc =
        by ? DG_OK
           : dg_fail(err, DG_NOMEM, "no memory for the clocks of %u nodes", world->node_count);
    if (by)
        find_clocks(world, by);
    for (uint32_t i = 0; rc >= 0 && i < world->node_count; i++) {
        const dg_planned_fault *f = by[i] ? &world->faults->of[by[i] - 1] : NULL;
        dg_sim_clock clock = f ? f->of.clock : (dg_sim_clock){ 0 };
        if (world->nodes[i].clock == by[i])
            continue;
        world->nodes[i].clock = by[i];
        clock.offset_ns = f ? dg_sim_clock_shows(&clock, f->began, now) - (dg_sim_local)now : 0;
        rc = dg_sim_clock_set(world->sim, (dg_node_ix){ i }, now, &clock, err);
    }
    dg_free(by);
    return rc;
}

/* What lasts by itself until the fault's end. */
static dg_code strike(dg_world *world, const dg_planned_fault *f, dg_error *err)
{
    dg_ns now = dg_sim_now(world->sim);
    dg_ns to = f->of.until == UINT64_MAX ? DG_SIM_TIME_MAX
                                         : (f->of.until - world->first_slot) * world->slot_ns;
    dg_code rc = DG_OK;
    if (f->of.kind == DG_FAULT_PARTITION)
        return f->node_count ? part(world, f, now, to, err) : DG_OK;
    for (uint32_t i = 0; i < f->node_count && rc >= 0; i++) {
        if (f->of.kind == DG_FAULT_CRASH)
            rc = dg_sim_crash(world->sim, f->nodes[i], (dg_sim_span){ now, to }, err);
        else if (f->of.kind == DG_FAULT_PAUSE)
            rc = dg_sim_pause(world->sim, f->nodes[i], (dg_sim_span){ now, to }, err);
    }
    return rc;
}

/* What is set and has to be set back. */
static dg_code apply(dg_world *world, const dg_planned_fault *f, dg_error *err)
{
    for (uint32_t i = 0; i < f->node_count; i++)
        world->nodes[f->nodes[i].v].withholds |= kinds[f->of.kind].withholds;
    if (f->of.kind == DG_FAULT_LOSS)
        return set_links(world, f, f->link, err);
    return DG_OK;
}

static dg_code lift(dg_world *world, const dg_planned_fault *f, dg_error *err)
{
    return f->of.kind == DG_FAULT_LOSS ? set_links(world, f, (dg_link_ix){ 0 }, err) : DG_OK;
}

static dg_code tell(dg_world *world, const dg_planned_fault *f, dg_error *err)
{
    struct dg_event_net_fault n = { .slot = world->slot,
                                    .fault_kind = (uint64_t)f->of.kind,
                                    .begins = f->stands,
                                    .nodes = f->node_count,
                                    .fault = (uint64_t)(f - world->faults->of) };
    return dg_world_emit(
        world, NULL,
        &(dg_event){ .kind = DG_EVENT_NET_FAULT, .node = DG_EVENT_NO_NODE, .net_fault = n }, err);
}

/* ---- a slot ---- */

static dg_code begin_and_end(dg_world *world, uint64_t slot, bool *changed, dg_error *err)
{
    dg_code rc = DG_OK;
    for (uint32_t i = 0; i < world->faults->count && rc >= 0; i++) {
        dg_planned_fault *f = &world->faults->of[i];
        if (!f->stands && f->of.from == slot) {
            f->stands = *changed = true;
            f->began = dg_sim_now(world->sim);
            if ((rc = settle(world, f, err)) >= 0 && (rc = strike(world, f, err)) >= 0)
                rc = tell(world, f, err);
        } else if (f->stands && f->of.until == slot) {
            f->stands = false;
            *changed = true;
            if ((rc = lift(world, f, err)) >= 0)
                rc = tell(world, f, err);
        }
        if (rc < 0)
            return dg_fail_within(err, rc, "fault %u (%s)", i + 1, kinds[f->of.kind].name);
    }
    return rc;
}

dg_code dg_node_faults_slot(dg_world *world, uint64_t slot, dg_error *err)
{
    bool changed = false;
    dg_code rc;
    world->slot = slot;
    if ((rc = begin_and_end(world, slot, &changed, err)) < 0 || !changed)
        return rc;
    for (uint32_t i = 0; i < world->node_count; i++)
        world->nodes[i].withholds = 0;
    for (uint32_t i = 0; i < world->faults->count && rc >= 0; i++)
        if (world->faults->of[i].stands)
            rc = apply(world, &world->faults->of[i], err);
    for (uint32_t i = 0; i < world->node_count; i++)
        dg_world_withheld_note(&world->nodes[i], dg_sim_now(world->sim));
    return rc < 0 ? rc : set_clocks(world, err);
}

bool dg_node_faults_collators_away(const dg_world *world, dg_para_id para)
{
    for (uint32_t i = 0; i < world->faults->count; i++) {
        const dg_planned_fault *f = &world->faults->of[i];
        if (!f->stands || f->of.kind != DG_FAULT_OFFLINE_COLLATORS)
            continue;
        if (f->of.who == DG_WHO_ALL || (f->of.who == DG_WHO_SHARE && drawn(world, f, para.v)))
            return true;
        for (uint32_t k = 0; f->of.who == DG_WHO_LIST && k < f->of.count; k++)
            if (f->list[k] == para.v)
                return true;
    }
    return false;
}

/* ---- what must hold ---- */

static bool means(const dg_planned_fault *f, dg_node_ix node)
{
    for (uint32_t i = 0; i < f->node_count; i++)
        if (f->nodes[i].v == node.v)
            return true;
    return false;
}

static void verify_fault(const dg_world *world, const dg_planned_fault *f)
{
    assert((unsigned)f->of.kind < DG_FAULT_COUNT);
    assert(f->node_count <= world->node_count);
    assert(f->nodes || !f->node_count);
    assert((f->link.v != 0) == (f->of.kind == DG_FAULT_LOSS));
    assert(!f->stands || (f->of.from <= world->slot && world->slot < f->of.until));
    assert(!f->stands || f->began <= dg_sim_now(world->sim));
    for (uint32_t i = 0; i < f->node_count; i++) {
        assert(f->nodes[i].v < world->node_count);
        assert(!i || f->nodes[i - 1].v < f->nodes[i].v);
    }
}

/* A node withholds at least what the faults that stand have it withhold, and its clock is set by
 * one of them. */
static void verify_node(const dg_world *world, dg_node_ix node)
{
    const dg_world_node *n = &world->nodes[node.v];
    uint32_t withholds = 0;
    for (uint32_t i = 0; i < world->faults->count; i++)
        if (world->faults->of[i].stands && means(&world->faults->of[i], node))
            withholds |= kinds[world->faults->of[i].of.kind].withholds;
    assert((n->withholds & withholds) == withholds);
    assert(n->clock <= world->faults->count);
    if (n->clock) {
        const dg_planned_fault *f = &world->faults->of[n->clock - 1];
        assert(f->stands && f->of.kind == DG_FAULT_CLOCK && means(f, node));
    }
}

void dg_node_faults_verify(const dg_world *world)
{
    assert(world->faults->count <= DG_FAULTS_MAX);
    for (uint32_t i = 0; i < world->faults->count; i++)
        verify_fault(world, &world->faults->of[i]);
    for (uint32_t i = 0; i < world->node_count; i++)
        verify_node(world, (dg_node_ix){ i });
}
