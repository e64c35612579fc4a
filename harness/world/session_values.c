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
    return dg_view_votes_needed(v, group,
                                dg_answers_votes(kept_by(world, node, DG_SESSION_VOTES), v));
}

uint64_t dg_world_features(const dg_world *world, dg_node_ix node, dg_leaf_id leaf)
{
    return dg_answers_features(kept_by(world, node, DG_SESSION_FEATURES), view_of(world, leaf));
}

bool dg_world_core_bits(const dg_world *world, dg_node_ix node, dg_leaf_id leaf)
{
    const dg_node_class *of = world->nodes[node.v].of;
    return of->bits_always
           || (of->bits_by_feature
               && dg_world_features(world, node, leaf) & DG_VIEW_FEATURE_CORE_BITS);
}

/* statement-distribution and collator-protocol 20.0.0 to 28.0.0 */
static bool refuses_by_feature(const dg_node_class *of)
{
    return of->receipts_by_feature || (of->receipts_v2 && dg_class_within(of, 17, 21));
}

bool dg_world_reads_receipts_v2(const dg_world *world, dg_node_ix node, dg_leaf_id leaf)
{
    const dg_node_class *of = world->nodes[node.v].of;
    return of->receipts_v2
           && (!refuses_by_feature(of)
               || dg_world_features(world, node, leaf) & DG_VIEW_FEATURE_RECEIPTS_V2);
}

bool dg_world_collates(const dg_world *world, dg_node_ix node, dg_leaf_id leaf, dg_group_ix group,
                       dg_para_id para)
{
    const dg_view *v = view_of(world, leaf);
    dg_rotation r = dg_answers_rotation(kept_by(world, node, DG_SESSION_ROTATION), v);
    uint32_t core = dg_rotation_core(&r, group, v->group_count);
    if (r.session_start == v->rotation.session_start && r.frequency == v->rotation.frequency)
        return true;
    return core < v->core_count && dg_core_turn(&v->cores[core]) == para.v;
}

uint32_t dg_world_ancestry(const dg_world *world, dg_node_ix node, dg_leaf_id leaf)
{
    return dg_answers_ancestry(kept_by(world, node, DG_SESSION_LOOKAHEAD), view_of(world, leaf),
                               world->nodes[node.v].of);
}

/* ---- where the two differ ---- */

/* Bits of node features that the release goes by as it keeps them. */
static uint64_t features_of(const dg_node_class *of)
{
    return (of->bits_by_feature ? DG_VIEW_FEATURE_CORE_BITS : 0)
           | (refuses_by_feature(of) ? DG_VIEW_FEATURE_RECEIPTS_V2 : 0);
}

static void compare(dg_kept_told *out, const dg_session_answers *s, const dg_view *v,
                    const dg_node_class *of, dg_session_value value)
{
    out->asked_at = s->asked_at[value];
    if (value == DG_SESSION_VOTES) {
        out->kept = s->votes_min;
        out->told = v->votes_min;
    } else if (value == DG_SESSION_ROTATION) {
        out->kept = s->rotation_frequency;
        out->told = v->rotation.frequency;
    } else if (value == DG_SESSION_LOOKAHEAD) {
        out->kept = s->lookahead;
        out->told = v->lookahead;
    } else {
        out->kept = (int64_t)(s->features & features_of(of));
        out->told = (int64_t)(v->features & features_of(of));
    }
}

bool dg_world_kept_differs(const dg_world *world, dg_kept_told *out, dg_node_ix node,
                           dg_leaf_id leaf, dg_session_value value)
{
    const dg_view *v = view_of(world, leaf);
    const dg_session_answers *s =
        v->session_known ? dg_answers_of(kept_by(world, node, value), v->session) : NULL;
    if (!s || !s->asked_at[value])
        return false;
    compare(out, s, v, world->nodes[node.v].of, value);
    return out->kept != out->told;
}
