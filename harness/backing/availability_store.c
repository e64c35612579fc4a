/* availability_store.c - when a validator has its own chunk of a candidate that waits to become
 * available: only then is its bit set. Computed; sent_chunks.c sends each request.
 *
 * It asks the members of the group that backed it, one after the other, beginning with
 * one at random; who did not vote has nothing to give, who is away is waited for, who is
 * not connected is passed over. When none gave it, it begins anew at the next leaf that
 * still waits (from memory of requester/mod.rs: unverified).
 * Mirrors: availability-distribution requester (fetch_task). */
#include "backing/backing_impl.h"

#include <assert.h>

/* of one level of the proof: fifteen siblings and what holds them */
enum { BRANCH = 15 * 32 + 64 };

uint64_t dg_backing_chunk_bytes(uint32_t validators)
{
    uint64_t needed = dg_chunks_needed(validators), levels = 1;
    for (uint64_t width = 16; width < validators; width *= 16)
        levels++;
    return dg_world_message_bytes(DG_MSG_POV) / needed + levels * BRANCH;
}

uint32_t dg_backing_chunk_home(const dg_world *world, dg_leaf_id leaf, dg_core_ix core)
{
    uint32_t number, id = leaf.v;
    assert(core.v < world->blocks[leaf.v].view.core_count);
    number = world->blocks[leaf.v].view.cores[core.v].since;
    while (world->blocks[id].number > number && world->blocks[id].parent != DG_NO)
        id = world->blocks[id].parent;
    return world->blocks[id].taken ? id : leaf.v;
}

uint32_t dg_backing_chunk_parent(const dg_world *world, dg_leaf_id home, const dg_core *core)
{
    uint32_t id = world->blocks[home.v].parent;
    for (uint32_t i = 0; id != DG_NO && i < DG_SCOPE_MAX; i++, id = world->blocks[id].parent)
        if (dg_hash_equal(&world->blocks[id].hash, &core->relay_parent))
            return id;
    return world->blocks[home.v].parent;
}

bool dg_backing_chunk_has_all(const dg_world *world, dg_leaf_id parent, dg_node_ix node, dg_ns at)
{
    const dg_world_block *b = parent.v == DG_NO ? NULL : &world->blocks[parent.v];
    if (dg_world_withheld_at(&world->nodes[node.v],
                             DG_WITHHOLD_STATEMENTS | DG_WITHHOLD_AVAILABILITY, at))
        return false;
    return !b || !b->taken
           || (b->taken[node.v] <= at
               && b->way[node.v] == (b->enabled ? DG_WAY_V2 : DG_WAY_LEGACY));
}

uint32_t dg_backing_chunk_first(const dg_world *world, dg_leaf_id home, dg_core_ix core,
                                dg_node_ix node, uint32_t members)
{
    dg_rng rng = dg_rng_branch(&world->backing->chunks, node.v, (uint64_t)home.v << 16 | core.v);
    return members ? (uint32_t)dg_rng_below(&rng, members) : 0;
}

/* ---- computed ---- */

/* One request, answered or not: the time after it. */
static dg_ns ask(const dg_world *world, bool *got, dg_node_ix node, dg_node_ix of, dg_leaf_id home,
                 dg_leaf_id parent, dg_ns at)
{
    dg_ns limit = dg_world_own_wait(world, node, dg_world_constant(DG_CONST_CHUNK_TIMEOUT)), there,
          both;
    dg_node_ix from = { node.v }, to = { of.v };
    uint64_t bytes;
    bool has;
    if (of.v == DG_NO)
        return at + limit;
    if (!dg_world_linked(world, node, of, DG_WAY_LEGACY))
        return at;
    there = at + dg_world_link_delay(world, node, of, home, DG_MSG_CHUNK_ASK);
    has = dg_backing_chunk_has_all(world, parent, of, there);
    bytes = has ? dg_backing_chunk_bytes(
                world->blocks[home.v].session ? world->blocks[home.v].session->validators : 0)
                : dg_world_message_bytes(DG_MSG_CHUNK_ASK);
    both = there - at
           + dg_sim_link_delay(world->sim, to, from, dg_world_link_draw(world, of, node, home.v),
                               bytes);
    if (both > limit || dg_sim_was_down(world->sim, to, (dg_sim_span){ at, there })
        || dg_world_link_arrival(world, node, of, at, there - at) == DG_NEVER
        || dg_world_link_arrival(world, of, node, there, at + both - there) == DG_NEVER)
        return at + limit;
    *got = has;
    return at + both;
}

/* All members of the group once; `*at` is when it has it or knows that nobody gave it. */
static bool try_all(const dg_world *world, dg_ns *at, dg_leaf_id leaf, dg_core_ix core,
                    dg_leaf_id home, dg_node_ix node)
{
    const dg_world_block *b = &world->blocks[leaf.v];
    uint32_t parent = dg_backing_chunk_parent(world, home, &b->view.cores[core.v]),
             group = b->view.cores[core.v].group, from = b->view.group_from[group],
             members = b->view.group_from[group + 1] - from, first;
    bool got = false;
    for (uint32_t i = 0; i < members; i++)
        if (dg_session_node(b->session, b->view.members[from + i]) == node.v
            && dg_backing_chunk_has_all(world, (dg_leaf_id){ parent }, node, *at))
            return true;
    first = dg_backing_chunk_first(world, home, core, node, members);
    for (uint32_t i = 0; i < members && !got; i++) {
        uint32_t other = dg_session_node(b->session, b->view.members[from + (first + i) % members]);
        if (other != node.v)
            *at = ask(world, &got, node, (dg_node_ix){ other }, home, (dg_leaf_id){ parent }, *at);
    }
    return got;
}

/* When the node took up the first block from `home` to the leaf at which the core is
 * known to be occupied, of those not before `at`. */
static dg_ns taken_after(const dg_world *world, dg_leaf_id leaf, dg_core_ix core, dg_leaf_id home,
                         dg_node_ix node, dg_ns at)
{
    dg_ns first = DG_NEVER;
    for (uint32_t id = leaf.v;; id = world->blocks[id].parent) {
        const dg_world_block *b = &world->blocks[id];
        dg_ns taken = b->taken && core.v < b->listed ? b->taken[node.v] : DG_NEVER;
        first = taken >= at && taken < first ? taken : first;
        if (id == home.v)
            return first;
    }
}

dg_ns dg_backing_chunk_at(const dg_world *world, dg_leaf_id leaf, dg_core_ix core, dg_node_ix node)
{
    uint32_t home = dg_backing_chunk_home(world, leaf, core);
    assert(node.v < world->node_count);
    dg_ns at = taken_after(world, leaf, core, (dg_leaf_id){ home }, node, 0);
    if (world->blocks[leaf.v].view.cores[core.v].group >= world->blocks[leaf.v].view.group_count)
        return at;
    while (at != DG_NEVER && !try_all(world, &at, leaf, core, (dg_leaf_id){ home }, node))
        at = taken_after(world, leaf, core, (dg_leaf_id){ home }, node, at + 1);
    return at;
}
