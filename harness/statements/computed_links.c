/* computed_links.c - when a thing that one node says or asks is there, without a message sent. */
#include "statements/statements_impl.h"

dg_ns dg_statements_computed_request(const dg_world *world, dg_node_ix node, dg_node_ix of,
                                     dg_leaf_id leaf, dg_place_ix core)
{
    dg_ns both = dg_world_link_delay(world, node, of, leaf, DG_MSG_ASK)
                 + dg_sim_link_delay(world->sim, (dg_node_ix){ of.v }, (dg_node_ix){ node.v },
                                     dg_world_link_draw(world, of, node, leaf.v),
                                     dg_world_answer_bytes(world, leaf, core));
    return both > dg_statements_request_patience(world, leaf, node) ? DG_NEVER : both;
}

/* Nothing is told to a peer before its view has the leaf. */
dg_ns dg_statements_computed_told(const dg_world *world, dg_node_ix from, dg_node_ix to,
                                  dg_leaf_id leaf, dg_ns at, dg_message_kind kind)
{
    dg_ns taken = world->blocks[leaf.v].taken[to.v], view;
    if (from.v == to.v)
        return at;
    if (at == DG_NEVER || taken == DG_NEVER)
        return DG_NEVER;
    view = taken + dg_world_link_delay(world, to, from, leaf, DG_MSG_ASK);
    return dg_world_link_arrival(world, from, to, view > at ? view : at,
                                 dg_world_link_delay(world, from, to, leaf, kind));
}

/* Two hops; four over somebody who speaks with both, where the two have no protocol in
 * common. Whoever hears something first tells it on, so one who can is enough. */
dg_ns dg_statements_computed_gossip(const dg_world *world, dg_node_ix from, dg_node_ix to,
                                    dg_leaf_id leaf, dg_ns at, dg_message_kind kind)
{
    const dg_world_block *b = &world->blocks[leaf.v];
    if (at == DG_NEVER || from.v == to.v)
        return at;
    if (dg_world_linked(world, from, to, DG_WAY_LEGACY))
        return dg_world_link_arrival(world, from, to, at,
                                     2 * dg_world_link_delay(world, from, to, leaf, kind));
    for (uint32_t z = 0; z < world->node_count; z++) {
        dg_ns there;
        if (b->taken[z] > at || (kind == DG_MSG_LEGACY && b->way[z] != DG_WAY_LEGACY)
            || !dg_world_linked(world, from, (dg_node_ix){ z }, DG_WAY_LEGACY)
            || !dg_world_linked(world, (dg_node_ix){ z }, to, DG_WAY_LEGACY))
            continue;
        there = dg_world_link_arrival(
            world, from, (dg_node_ix){ z }, at,
            2 * dg_world_link_delay(world, from, (dg_node_ix){ z }, leaf, kind));
        there = dg_world_link_arrival(
            world, (dg_node_ix){ z }, to, there,
            2 * dg_world_link_delay(world, (dg_node_ix){ z }, to, leaf, kind));
        if (there != DG_NEVER)
            return there;
    }
    return DG_NEVER;
}
