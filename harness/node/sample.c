/* sample.c - the network at the end of a slot, counted. */
#include "node/node_impl.h"

static uint64_t count_heads(const dg_world *world)
{
    uint64_t heads = 0;
    for (uint32_t id = world->first_kept; id < world->block_count; id++) {
        bool active = false;
        for (uint32_t i = 0; i < world->node_count && !active; i++)
            for (uint32_t k = 0; k < world->nodes[i].leaves.count; k++)
                active |= world->nodes[i].leaves.active[k].id == id;
        heads += active;
    }
    return heads;
}

/* Who has not taken a leaf up yet lacks nothing yet; who has no second state machine never will. */
static bool works_async(const dg_world_node *node, const dg_world_block *b, uint32_t i,
                        const dg_entry *entry)
{
    return node->of->v2 && b->view.mode == DG_MODE_ENABLED && (entry || b->taken[i] != DG_NEVER);
}

static dg_code sample_holders(dg_world *world, dg_error *err)
{
    uint64_t n[6] = { world->slot };
    for (uint32_t i = 0; i < world->node_count; i++) {
        const dg_world_node *node = &world->nodes[i];
        const dg_world_block *b = &world->blocks[node->best];
        const dg_entry *entry;
        if (!b->session || b->session->member[i] >= b->session->validators
            || !dg_sim_node_up(world->sim, (dg_node_ix){ i }))
            continue;
        entry = dg_statement_entry(&node->sd, b->view.session);
        n[1]++;
        n[2] += works_async(node, b, i, entry);
        n[3] += entry != NULL;
        n[4] += entry && entry->grid && entry->grid->has_grid;
        n[5] = b->view.session > n[5] ? b->view.session : n[5];
    }
    return dg_record_emit(world, DG_REC_HOLDERS, DG_NO_NODE, NULL, n, NULL, err);
}

/* The leaf that most nodes would build on tells the groups. */
static dg_code sample_groups(dg_world *world, dg_error *err)
{
    uint32_t best = dg_world_favourite(world);
    const dg_world_block *b = &world->blocks[best];
    uint64_t n[6] = { world->slot, 0, 0, 0, UINT64_MAX, b->view.session };
    if (!b->viewed || !b->session || !b->view.group_count
        || b->session->count < b->view.validator_count)
        return DG_OK;
    for (uint32_t g = 0; g < b->view.group_count; g++) {
        uint32_t able = dg_statements_able(world, best, g),
                 wanted = dg_view_votes_needed(&b->view, g);
        n[1]++;
        n[2] += able >= wanted;
        n[3] = wanted > n[3] ? wanted : n[3];
        n[4] = able < n[4] ? able : n[4];
    }
    return dg_record_emit(world, DG_REC_GROUPS, DG_NO_NODE, b, n, NULL, err);
}

dg_code dg_node_sample_slot(dg_world *world, dg_error *err)
{
    uint64_t n[6] = { world->slot,          world->in_slot.claims, world->in_slot.primary,
                      world->in_slot.built, world->in_slot.failed, count_heads(world) };
    dg_code rc;
    world->stats.empty_slots += !world->in_slot.built;
    rc = dg_record_emit(world, DG_REC_SLOT, DG_NO_NODE, NULL, n, NULL, err);
    if (rc < 0 || (rc = sample_holders(world, err)) < 0 || (rc = dg_approval_tell(world, err)) < 0
        || (rc = dg_backing_collators_tell(world, err)) < 0
        || (rc = dg_backing_pvf_tell(world, err)) < 0
        || (rc = dg_statements_messages_tell(world, err)) < 0
        || (rc = dg_statements_reputation_tell(world, err)) < 0)
        return rc;
    return sample_groups(world, err);
}
