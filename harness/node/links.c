/* links.c - what lies between two nodes: whether they can talk, and how long a thing takes that
 * one says to the other.
 *
 * All that one node says to another of one leaf shares one draw, so nothing overtakes, and what
 * is computed is the time that a message would have taken. */
#include "node/node_impl.h"

static const dg_ns usual_latency[2] = { 20 * DG_MS, 200 * DG_MS };
static const dg_sim_link usual_link = { .latency_ns = usual_latency,
                                        .latency_count = 2,
                                        .bytes_per_s = 50 << 20 };

const dg_sim_link *dg_net_link(const dg_network *net)
{
    return net->options.link ? net->options.link : &usual_link;
}

void dg_net_luck(dg_network *net)
{
    uint64_t seed = net->options.seed;
    net->luck.latency = dg_rng_root(seed, "statement-latency");
    net->luck.chunks = dg_rng_root(seed, "chunk-order");
    net->luck.vrf_modulo = dg_rng_root(seed, "relay-vrf-modulo");
    net->luck.vrf_delay = dg_rng_root(seed, "relay-vrf-delay");
}

uint64_t dg_hear_luck(const dg_network *net, uint32_t from, uint32_t to, uint64_t what)
{
    dg_rng luck = dg_rng_branch(&net->luck.latency, (uint64_t)from << 32 | to, what);
    return dg_rng_u64(&luck);
}

dg_ns dg_hear_latency(const dg_network *net, uint32_t from, uint32_t to, uint64_t what)
{
    return dg_sim_link_delay(net->sim, (dg_node_ix){ from }, (dg_node_ix){ to },
                             dg_hear_luck(net, from, to, what), 0);
}

dg_ns dg_hear_delay(const dg_network *net, uint32_t from, uint32_t to, uint32_t leaf,
                    dg_message_kind kind)
{
    return dg_sim_link_delay(net->sim, (dg_node_ix){ from }, (dg_node_ix){ to },
                             dg_hear_luck(net, from, to, leaf), dg_message_bytes(kind));
}

dg_ns dg_hear_over(const dg_network *net, uint32_t from, uint32_t to, dg_ns sent, dg_ns delay)
{
    if (sent == DG_NEVER
        || dg_sim_cut(net->sim, (dg_node_ix){ from }, (dg_node_ix){ to }, sent, sent + delay))
        return DG_NEVER;
    return sent + delay;
}

bool dg_hear_linked(const dg_network *net, uint32_t a, uint32_t b, dg_way way)
{
    return a == b
           || dg_class_link(net->nodes[a].of, net->nodes[b].of) >= (way == DG_WAY_V2 ? 2u : 1u);
}

/* A voice that a partition keeps from the larger side is not counted. */
bool dg_is_awake(const dg_network *net, uint32_t node)
{
    return dg_sim_node_up(net->sim, (dg_node_ix){ node })
           && !dg_sim_node_paused(net->sim, (dg_node_ix){ node })
           && dg_sim_reachable(net->sim, (dg_node_ix){ node }, (dg_node_ix){ net->node_count });
}
