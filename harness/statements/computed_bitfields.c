/* computed_bitfields.c - what a validator's word on availability says and who has it by now,
 * without its being sent. Mirrors: bitfield-signing; bitfield-distribution. */
#include "statements/statements_impl.h"

/* When a validator signs at a leaf that it has taken up. */
static dg_ns signed_at(const dg_world *world, dg_leaf_id leaf, dg_node_ix node)
{
    return world->blocks[leaf.v].taken[node.v]
           + dg_world_own_wait(world, node, dg_world_constant(DG_CONST_BITFIELD_WAIT));
}

/* Signed a while after a fresh leaf, gossiped along the grid or beside it: two hops. */
bool dg_statements_computed_bitfield_is_here(const dg_world *world, dg_leaf_id leaf,
                                             dg_node_ix from, dg_node_ix listener)
{
    dg_ns at;
    if (world->blocks[leaf.v].taken[from.v] == DG_NEVER)
        return false;
    at = signed_at(world, leaf, from);
    if (dg_world_withheld_at(&world->nodes[from.v], DG_WITHHOLD_AVAILABILITY, at)
        || at >= dg_sim_down_since(world->sim, (dg_node_ix){ from.v }))
        return false;
    return dg_statements_computed_gossip(world, from, listener, leaf, at, DG_MSG_BITFIELD)
           <= dg_sim_now(world->sim);
}

void dg_statements_computed_bitfield_read(const dg_world *world, bool *held, dg_leaf_id leaf,
                                          dg_node_ix node)
{
    const dg_view *v = &world->blocks[leaf.v].view;
    dg_ns at = signed_at(world, leaf, node);
    for (uint32_t i = 0; i < v->core_count; i++)
        held[i] = v->cores[i].kind == DG_CORE_OCCUPIED
                  && dg_backing_chunk_at(world, leaf, (dg_core_ix){ i }, node) <= at;
}
