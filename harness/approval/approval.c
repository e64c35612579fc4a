/* approval.c - what the room keeps of a network, from its making to its end, and what it sent. */
#include "approval/dispute_impl.h"

#include <string.h>

dg_code dg_approval_init(dg_world *world, dg_error *err)
{
    dg_approval *a = world->approval = dg_calloc(1, sizeof *a);
    if (!a || !(a->nodes = dg_calloc(world->node_count + 1, sizeof *a->nodes)))
        return dg_fail(err, DG_NOMEM, "no memory for the approval voting of %u nodes",
                       world->node_count);
    a->vrf.modulo = dg_rng_root(world->options.seed, "relay-vrf-modulo");
    a->vrf.delay = dg_rng_root(world->options.seed, "relay-vrf-delay");
    dg_approval_reach_find(world);
    return DG_OK;
}

void dg_approval_clear(dg_world *world)
{
    dg_approval *a = world->approval;
    if (!a)
        return;
    dg_approval_disputes_free(a->disputes);
    dg_free(a->nodes);
    dg_free(a);
    world->approval = NULL;
}

void dg_approval_start(dg_world *world, const dg_view *root)
{
    world->approval->votes = dg_view_supports(root, DG_ASK_SESSION_INFO);
}

void dg_approval_forget(dg_world *world, dg_node_ix node)
{
    dg_approval_node *n = &world->approval->nodes[node.v];
    memset(n->participating, 0, sizeof n->participating);
    if (world->approval->reach.masks[n->mask] != world->nodes[node.v].of->validation)
        dg_approval_reach_find(world);
}

dg_code dg_approval_tell(dg_world *world, dg_error *err)
{
    dg_approval *a = world->approval;
    struct dg_event_net_approval n = { .slot = world->slot, .waiting = dg_approval_waiting(world) };
    dg_approval_aggression_slot(world);
    n.no_shows = a->since.no_shows;
    n.level = a->since.level;
    n.assignments = a->since.assignments;
    n.approvals = a->since.approvals;
    a->since.no_shows = a->since.assignments = a->since.approvals = 0;
    return dg_world_emit(
        world, NULL,
        &(dg_event){ .kind = DG_EVENT_NET_APPROVAL, .node = DG_EVENT_NO_NODE, .net_approval = n },
        err);
}
