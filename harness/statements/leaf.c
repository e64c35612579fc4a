/* leaf.c - what holds of a leaf whichever way its statements go: what stands on it, who can read
 * and check it, and by when.
 * Mirrors: statement-distribution legacy_v1 (large statements), backing (validation). */
#include "statements/statements_impl.h"

bool dg_statements_is_offered(const dg_world_block *b, dg_place_ix core)
{
    return b->candidates && core.v < b->place_count && b->candidates[core.v].para != DG_NO
           && b->view.mode != DG_MODE_ERROR;
}

bool dg_statements_is_large(const dg_world *world, dg_leaf_id leaf, dg_place_ix core)
{
    const dg_world_block *b = &world->blocks[leaf.v];
    return b->view.mode != DG_MODE_ENABLED && dg_candidate_is_large(&b->candidates[core.v]);
}

dg_ns dg_statements_request_patience(const dg_world *world, dg_leaf_id leaf, dg_node_ix node)
{
    bool v2 = world->blocks[leaf.v].view.mode == DG_MODE_ENABLED;
    return dg_world_own_wait(
        world, node, dg_world_constant(v2 ? DG_CONST_REQUEST_TIMEOUT : DG_CONST_STATEMENT_TIMEOUT));
}

/* Who cannot read the candidate's descriptor calls it invalid and says nothing for it, nor
 * does who sees another parachain's turn, refuses descriptors of that version, or was disabled. */
bool dg_statements_reads(const dg_world *world, dg_leaf_id leaf, dg_place_ix core, dg_node_ix node)
{
    const dg_world_block *b = &world->blocks[leaf.v];
    if (!dg_view_assigns(&b->view, (dg_core_ix){ b->candidates[core.v].core },
                         (dg_para_id){ b->candidates[core.v].para }, world->nodes[node.v].of)
        || dg_view_is_disabled(&b->view, b->session->member[node.v]))
        return false;
    return !world->blocks[leaf.v].candidates[core.v].receipt_v2
           || dg_world_reads_receipts_v2(world, node, leaf);
}

const dg_session *dg_statements_grid_held(const dg_world *world, dg_node_ix node, dg_leaf_id leaf,
                                          dg_ns *since)
{
    const dg_entry *e =
        dg_statement_entry(&world->nodes[node.v].sd, world->blocks[leaf.v].view.session);
    if (!e || !e->grid || !e->grid->has_grid)
        return NULL;
    *since = e->grid_at;
    return e->grid;
}

/* Nobody votes on what it cannot execute. */
dg_ns dg_statements_validated_at(const dg_world *world, dg_leaf_id leaf, dg_place_ix core,
                                 dg_node_ix node, dg_ns from)
{
    const dg_world_block *b = &world->blocks[leaf.v];
    dg_ns artifact = from == DG_NEVER || !dg_statements_reads(world, leaf, core, node)
                         ? DG_NEVER
                         : dg_backing_pvf_ready_at(world, node, b->session,
                                                   (dg_para_id){ b->candidates[core.v].para });
    dg_ns takes = dg_backing_pvf_execute_ns(world, (dg_para_id){ b->candidates[core.v].para });
    if (artifact == DG_NEVER || b->session->executor.none
        || takes > b->session->executor.backing_ms * DG_MS)
        return DG_NEVER;
    return (artifact > from ? artifact : from) + takes;
}

dg_ns dg_statements_seconded_at(const dg_world *world, dg_leaf_id leaf, dg_place_ix core,
                                dg_node_ix node)
{
    return dg_statements_validated_at(world, leaf, core, node,
                                      dg_backing_collation_at(world, leaf, core, node));
}

uint32_t dg_statements_able(const dg_world *world, dg_leaf_id leaf, dg_group_ix group)
{
    const dg_world_block *b = &world->blocks[leaf.v];
    uint32_t able = 0;
    dg_way way = b->view.mode == DG_MODE_ENABLED ? DG_WAY_V2 : DG_WAY_LEGACY;
    for (uint32_t i = b->view.group_from[group.v]; i < b->view.group_from[group.v + 1]; i++) {
        uint32_t node = dg_session_node(b->session, b->view.members[i]);
        able += node != DG_NO && b->way[node] == way
                && dg_world_has(world, (dg_node_ix){ node }, leaf)
                && dg_sim_node_up(world->sim, (dg_node_ix){ node })
                && !(world->nodes[node].withholds & DG_WITHHOLD_STATEMENTS);
    }
    return able;
}
