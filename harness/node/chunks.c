/* chunks.c - when a validator has its own chunk of a candidate that waits to become
 * available: only then is its bit set.
 *
 * It asks the members of the group that backed it, one after the other, beginning with
 * one by lot; who did not vote has nothing to give, who is away is waited for.
 * Mirrors: availability-distribution requester (fetch_task). */
#include "node/node_impl.h"

/* The block that put the candidate on its core, at or below the leaf. */
static uint32_t backed_in(const dg_network *net, uint32_t leaf, uint32_t number)
{
    uint32_t id = leaf;
    while (id != DG_NO && net->blocks[id].number > number)
        id = net->blocks[id].parent;
    return id != DG_NO && net->blocks[id].number == number && !net->blocks[id].gone ? id : leaf;
}

/* Whoever took the relay parent up and speaks has the whole of it. */
static bool has_it(const dg_network *net, uint32_t backed, uint32_t node)
{
    uint32_t parent = net->blocks[backed].parent;
    const dg_net_block *b = parent == DG_NO ? NULL : &net->blocks[parent];
    if (net->nodes[node].withholds & (DG_WITHHOLD_STATEMENTS | DG_WITHHOLD_AVAILABILITY))
        return false;
    return !b || b->gone || b->way[node] == (b->view.mode == DG_MODE_ENABLED ? DG_WAY_V2 : DG_WAY_LEGACY);
}

/* One request, answered or not: the time after it. */
static dg_ns ask(const dg_network *net, bool *got, uint32_t node, uint32_t of, uint32_t backed, dg_ns at)
{
    dg_ns limit = dg_own_wait(net, node, dg_constant_of(DG_CONST_CHUNK_TIMEOUT));
    dg_ns there = at + dg_hear_delay(net, node, of, backed, DG_MSG_POV_ASK), both = there - at + dg_hear_delay(net, of, node, backed, DG_MSG_ANSWER);
    *got = false;
    if (both > limit || there >= dg_sim_down_since(net->sim, (dg_node_ix){ of }) || dg_hear_over(net, node, of, at, both) == DG_NEVER)
        return at + limit;
    *got = has_it(net, backed, of);
    return at + both;
}

dg_ns dg_chunk_at(const dg_network *net, uint32_t leaf, uint32_t core, uint32_t node)
{
    const dg_net_block *b = &net->blocks[leaf];
    const dg_core *of = &b->view.cores[core];
    uint32_t backed = backed_in(net, leaf, of->since), from, members;
    dg_ns at = net->blocks[backed].taken[node] == DG_NEVER ? b->taken[node] : net->blocks[backed].taken[node];
    dg_rng luck;
    uint64_t first;
    bool got = false;
    if (of->group >= b->view.group_count || at == DG_NEVER)
        return at;
    from = b->view.group_from[of->group];
    members = b->view.group_from[of->group + 1] - from;
    for (uint32_t i = 0; i < members; i++)
        if (b->session->node[b->view.members[from + i]] == node && has_it(net, backed, node))
            return at;
    luck = dg_rng_fork(net->options.seed, "chunk-order", node, (uint64_t)backed << 16 | core);
    first = members ? dg_rng_below(&luck, members) : 0;
    for (uint32_t i = 0; i < members && !got; i++) {
        uint32_t other = b->session->node[b->view.members[from + (first + i) % members]];
        if (other != node)
            at = other == DG_NO ? at + dg_own_wait(net, node, dg_constant_of(DG_CONST_CHUNK_TIMEOUT)) : ask(net, &got, node, other, backed, at);
    }
    return got ? at : DG_NEVER;
}
