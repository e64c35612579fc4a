/* session_values.c - what a node goes by at a leaf: the answers that it keeps for the session,
 * else those of the leaf. */
#include "world/world.h"

#include <assert.h>

/* A world without what nodes keep of a value goes by the leaf's own answer. */
static const dg_answers *kept_by(const dg_world *world, dg_node_ix node, dg_session_value value)
{
    static const dg_answers none = { .count = 0 };
    assert(node.v < world->node_count);
    return world->options.spared.kept >> value & 1 ? &none : &world->nodes[node.v].answers;
}

static const dg_view *view_of(const dg_world *world, dg_leaf_id leaf)
{
    assert(leaf.v < world->block_count && !world->blocks[leaf.v].gone);
    return &world->blocks[leaf.v].view;
}

uint32_t dg_world_votes_needed(const dg_world *world, dg_node_ix node, dg_leaf_id leaf,
                               dg_group_ix group)
{
    const dg_view *v = view_of(world, leaf);
    return dg_view_votes_needed(v, group, dg_answers_votes(kept_by(world, node, DG_SESSION_VOTES), v));
}

uint64_t dg_world_features(const dg_world *world, dg_node_ix node, dg_leaf_id leaf)
{
    return dg_answers_features(kept_by(world, node, DG_SESSION_FEATURES), view_of(world, leaf));
}

bool dg_world_core_bits(const dg_world *world, dg_node_ix node, dg_leaf_id leaf)
{
    const dg_node_class *of = world->nodes[node.v].of;
    uint64_t features =
        of->bits_by_feature ? dg_world_features(world, node, leaf) : view_of(world, leaf)->features;
    return dg_features_core_bits(features)
           && of->host_known >= dg_request_at(DG_ASK_FEATURES)->since;
}

bool dg_world_reads_receipts_v2(const dg_world *world, dg_node_ix node, dg_leaf_id leaf)
{
    const dg_node_class *of = world->nodes[node.v].of;
    return of->receipts_v2
           && (!of->receipts_by_feature
               || dg_features_receipts_v2(dg_world_features(world, node, leaf)));
}
