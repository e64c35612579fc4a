/* sample.c - the network at the end of a slot, counted. */
#include "node/node_impl.h"

/* Who has not taken a leaf up yet lacks nothing yet; who has no second state machine never will,
 * nor one that is too new for the runtime. */
static bool works_async(const dg_world_node *node, const dg_world_block *b, uint32_t i,
                        const dg_entry *entry)
{
    return b->view.mode == DG_MODE_ENABLED && dg_class_backs(node->of, b->view.host_version)
           && (entry || b->taken[i] != DG_NEVER);
}

static dg_code sample_holders(dg_world *world, dg_error *err)
{
    struct dg_event_net_holders n = { .slot = world->slot };
    for (uint32_t i = 0; i < world->node_count; i++) {
        const dg_world_node *node = &world->nodes[i];
        const dg_world_block *b = &world->blocks[node->best];
        const dg_entry *entry;
        if (!b->session || b->session->member[i] >= b->session->validators
            || !dg_sim_node_up(world->sim, (dg_node_ix){ i }))
            continue;
        entry = dg_statement_entry(&node->sd, b->view.session);
        n.validators++;
        n.enabled += works_async(node, b, i, entry);
        n.entries += entry != NULL;
        n.holders += entry && entry->grid && entry->grid->has_grid;
        n.session = b->view.session > n.session ? b->view.session : n.session;
    }
    return dg_world_emit(
        world, NULL,
        &(dg_event){ .kind = DG_EVENT_NET_HOLDERS, .node = DG_EVENT_NO_NODE, .net_holders = n },
        err);
}

/* The leaf that most nodes would build on tells the groups. */
static dg_code sample_groups(dg_world *world, dg_error *err)
{
    uint32_t best = dg_world_favourite(world);
    const dg_world_block *b = &world->blocks[best];
    struct dg_event_net_groups n = { .slot = world->slot,
                                     .least = INT64_MAX,
                                     .session = b->view.session };
    if (!b->viewed || !b->session || !b->view.group_count
        || b->session->count < b->view.validator_count)
        return DG_OK;
    for (uint32_t g = 0; g < b->view.group_count; g++) {
        uint32_t able = dg_statements_able(world, (dg_leaf_id){ best }, (dg_group_ix){ g }),
                 wanted = dg_view_votes_needed(&b->view, (dg_group_ix){ g }, b->view.votes_min);
        n.groups++;
        n.able += able >= wanted;
        n.wanted = wanted > n.wanted ? wanted : n.wanted;
        n.least = able < n.least ? able : n.least;
    }
    return dg_world_emit(
        world, b,
        &(dg_event){ .kind = DG_EVENT_NET_GROUPS, .node = DG_EVENT_NO_NODE, .net_groups = n }, err);
}

/* Of one value, over all nodes that are up. */
static dg_code sample_kept(dg_world *world, dg_session_value value, dg_error *err)
{
    struct dg_event_net_kept n = { .slot = world->slot, .value = value };
    for (uint32_t i = 0; i < world->node_count; i++) {
        const dg_world_block *b = &world->blocks[world->nodes[i].best];
        dg_kept_told k;
        if (!b->viewed || !dg_sim_node_up(world->sim, (dg_node_ix){ i })
            || !dg_world_kept_differs(world, &k, (dg_node_ix){ i },
                                      (dg_leaf_id){ world->nodes[i].best }, value)
            || (n.nodes && b->view.session < n.session))
            continue;
        if (!n.nodes || b->view.session > n.session || k.asked_at < n.asked) {
            n.nodes = b->view.session == n.session ? n.nodes : 0;
            n.session = b->view.session;
            n.asked = k.asked_at;
            n.kept = k.kept;
            n.told = k.told;
        }
        n.nodes++;
    }
    return n.nodes ? dg_world_emit(
               world, NULL,
               &(dg_event){ .kind = DG_EVENT_NET_KEPT, .node = DG_EVENT_NO_NODE, .net_kept = n },
               err)
                   : DG_OK;
}

dg_code dg_node_sample_slot(dg_world *world, dg_error *err)
{
    dg_code rc = dg_consensus_slot_tell(world, err);
    if (rc < 0 || (rc = sample_holders(world, err)) < 0 || (rc = dg_approval_tell(world, err)) < 0
        || (rc = dg_backing_collators_tell(world, err)) < 0
        || (rc = dg_backing_pvf_tell(world, err)) < 0
        || (rc = dg_statements_messages_tell(world, err)) < 0
        || (rc = dg_statements_reputation_tell(world, err)) < 0)
        return rc;
    for (dg_session_value v = 0; v < DG_SESSION_VALUE_COUNT; v++)
        if ((rc = sample_kept(world, v, err)) < 0)
            return rc;
    return sample_groups(world, err);
}
