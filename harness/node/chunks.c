/* chunks.c - when a validator has its own chunk of a candidate that waits to become
 * available: only then is its bit set. Computed; exchange_chunk.c sends each request.
 *
 * It asks the members of the group that backed it, one after the other, beginning with
 * one by lot; who did not vote has nothing to give, who is away is waited for, who is
 * not connected is passed over. When none gave it, it begins anew at the next leaf that
 * still waits (from memory of requester/mod.rs: unverified).
 * Mirrors: availability-distribution requester (fetch_task). */
#include "node/node_impl.h"

/* of one level of the proof: fifteen siblings and what holds them */
enum { BRANCH = 15 * 32 + 64 };

uint64_t dg_chunk_bytes(uint32_t validators)
{
    uint64_t needed = (validators ? (validators - 1) / 3 : 0) + 1, levels = 1;
    for (uint64_t width = 16; width < validators; width *= 16)
        levels++;
    return dg_message_bytes(DG_MSG_POV) / needed + levels * BRANCH;
}

uint32_t dg_chunk_home(const dg_network *net, uint32_t leaf, uint32_t core)
{
    uint32_t number = net->blocks[leaf].view.cores[core].since, id = leaf;
    while (net->blocks[id].number > number && net->blocks[id].parent != DG_NO)
        id = net->blocks[id].parent;
    return net->blocks[id].taken ? id : leaf;
}

uint32_t dg_chunk_parent(const dg_network *net, uint32_t home, const dg_core *core)
{
    uint32_t id = net->blocks[home].parent;
    for (uint32_t i = 0; id != DG_NO && i < DG_SCOPE_MAX; i++, id = net->blocks[id].parent)
        if (dg_hash_equal(&net->blocks[id].hash, &core->relay_parent))
            return id;
    return net->blocks[home].parent;
}

bool dg_chunk_has_all(const dg_network *net, uint32_t parent, uint32_t node, dg_ns at)
{
    const dg_net_block *b = parent == DG_NO ? NULL : &net->blocks[parent];
    if (dg_withheld_at(&net->nodes[node], DG_WITHHOLD_STATEMENTS | DG_WITHHOLD_AVAILABILITY, at))
        return false;
    return !b || !b->taken
           || (b->taken[node] <= at && b->way[node] == (b->enabled ? DG_WAY_V2 : DG_WAY_LEGACY));
}

uint32_t dg_chunk_first(const dg_network *net, uint32_t home, uint32_t core, uint32_t node,
                        uint32_t members)
{
    dg_rng luck = dg_rng_branch(&net->luck.chunks, node, (uint64_t)home << 16 | core);
    return members ? (uint32_t)dg_rng_below(&luck, members) : 0;
}

/* ---- computed ---- */

/* One request, answered or not: the time after it. */
static dg_ns ask(const dg_network *net, bool *got, uint32_t node, uint32_t of, uint32_t home,
                 uint32_t parent, dg_ns at)
{
    dg_ns limit = dg_own_wait(net, node, dg_constant_of(DG_CONST_CHUNK_TIMEOUT)), there, both;
    dg_node_ix from = { node }, to = { of };
    uint64_t bytes;
    bool has;
    if (of == DG_NO)
        return at + limit;
    if (!dg_hear_linked(net, node, of, DG_WAY_LEGACY))
        return at;
    there = at + dg_hear_delay(net, node, of, home, DG_MSG_CHUNK_ASK);
    has = dg_chunk_has_all(net, parent, of, there);
    bytes =
        has ? dg_chunk_bytes(net->blocks[home].session ? net->blocks[home].session->validators : 0)
            : dg_message_bytes(DG_MSG_CHUNK_ASK);
    both = there - at
           + dg_sim_link_delay(net->sim, to, from, dg_hear_luck(net, of, node, home), bytes);
    if (both > limit || dg_sim_was_down(net->sim, to, at, there)
        || dg_hear_over(net, node, of, at, there - at) == DG_NEVER
        || dg_hear_over(net, of, node, there, at + both - there) == DG_NEVER)
        return at + limit;
    *got = has;
    return at + both;
}

/* All members of the group once; `*at` is when it has it or knows that nobody gave it. */
static bool try_all(const dg_network *net, dg_ns *at, uint32_t leaf, uint32_t core, uint32_t home,
                    uint32_t node)
{
    const dg_net_block *b = &net->blocks[leaf];
    uint32_t parent = dg_chunk_parent(net, home, &b->view.cores[core]),
             group = b->view.cores[core].group, from = b->view.group_from[group],
             members = b->view.group_from[group + 1] - from, first;
    bool got = false;
    for (uint32_t i = 0; i < members; i++)
        if (b->session->node[b->view.members[from + i]] == node
            && dg_chunk_has_all(net, parent, node, *at))
            return true;
    first = dg_chunk_first(net, home, core, node, members);
    for (uint32_t i = 0; i < members && !got; i++) {
        uint32_t other = b->session->node[b->view.members[from + (first + i) % members]];
        if (other != node)
            *at = ask(net, &got, node, other, home, parent, *at);
    }
    return got;
}

/* When the node took up the first block from `home` to the leaf at which the core is
 * known to be occupied, of those not before `at`. */
static dg_ns taken_after(const dg_network *net, uint32_t leaf, uint32_t core, uint32_t home,
                         uint32_t node, dg_ns at)
{
    dg_ns first = DG_NEVER;
    for (uint32_t id = leaf;; id = net->blocks[id].parent) {
        const dg_net_block *b = &net->blocks[id];
        dg_ns taken = b->taken && core < b->listed ? b->taken[node] : DG_NEVER;
        first = taken >= at && taken < first ? taken : first;
        if (id == home)
            return first;
    }
}

dg_ns dg_chunk_at(const dg_network *net, uint32_t leaf, uint32_t core, uint32_t node)
{
    uint32_t home = dg_chunk_home(net, leaf, core);
    dg_ns at = taken_after(net, leaf, core, home, node, 0);
    if (net->blocks[leaf].view.cores[core].group >= net->blocks[leaf].view.group_count)
        return at;
    while (at != DG_NEVER && !try_all(net, &at, leaf, core, home, node))
        at = taken_after(net, leaf, core, home, node, at + 1);
    return at;
}
