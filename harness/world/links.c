/* links.c - what lies between two nodes: whether they can talk, and how long a thing takes that
 * one says to the other.
 *
 * All that one node says to another of one leaf shares one draw, so nothing overtakes, and what
 * is computed is the time that a message would have taken. */
#include "world/world.h"

static const dg_ns usual_latency[2] = { 20 * DG_MS, 200 * DG_MS };
static const dg_sim_link usual_link = { .latency_ns = usual_latency,
                                        .latency_count = 2,
                                        .bytes_per_s = 50 << 20 };

const dg_sim_link *dg_world_link(const dg_world *world)
{
    return world->options.link ? world->options.link : &usual_link;
}

void dg_world_begin_streams(dg_world *world)
{
    world->latency = dg_rng_root(world->options.seed, "statement-latency");
}

uint64_t dg_world_link_draw(const dg_world *world, dg_node_ix from, dg_node_ix to, uint64_t what)
{
    dg_rng rng = dg_rng_branch(&world->latency, (uint64_t)from.v << 32 | to.v, what);
    return dg_rng_u64(&rng);
}

dg_ns dg_world_link_latency(const dg_world *world, dg_node_ix from, dg_node_ix to, uint64_t what)
{
    return dg_sim_link_delay(world->sim, (dg_node_ix){ from.v }, (dg_node_ix){ to.v },
                             dg_world_link_draw(world, from, to, what), 0);
}

dg_ns dg_world_link_delay(const dg_world *world, dg_node_ix from, dg_node_ix to, dg_leaf_id leaf,
                          dg_message_kind kind)
{
    return dg_sim_link_delay(world->sim, (dg_node_ix){ from.v }, (dg_node_ix){ to.v },
                             dg_world_link_draw(world, from, to, leaf.v),
                             dg_world_message_bytes(kind));
}

dg_ns dg_world_link_arrival(const dg_world *world, dg_node_ix from, dg_node_ix to, dg_ns sent,
                            dg_ns delay)
{
    if (sent == DG_NEVER
        || dg_sim_cut(world->sim, (dg_node_ix){ from.v }, (dg_node_ix){ to.v },
                      (dg_sim_span){ sent, sent + delay }))
        return DG_NEVER;
    return sent + delay;
}

bool dg_world_linked(const dg_world *world, dg_node_ix a, dg_node_ix b, dg_way way)
{
    return a.v == b.v
           || dg_class_link(world->nodes[a.v].of, world->nodes[b.v].of)
                  >= (way == DG_WAY_V2 ? 2u : 1u);
}

bool dg_world_is_awake(const dg_world *world, dg_node_ix node)
{
    return dg_sim_node_up(world->sim, (dg_node_ix){ node.v })
           && !dg_sim_node_paused(world->sim, (dg_node_ix){ node.v })
           && dg_sim_reachable(world->sim, (dg_node_ix){ node.v },
                               (dg_node_ix){ world->node_count });
}
