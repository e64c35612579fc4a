/* sent_bitfields.c - each validator's signed word on availability, gossiped.
 *
 * Along the grid as far as that wants it, and to a few random peers; of a session
 * without a topology the current one's grid is used.
 * Mirrors: bitfield-signing; bitfield-distribution (relay_message). */
#include "statements/sent_impl.h"

#include <assert.h>

enum { TRIES = 16, RANDOM_MAX = 16 };

static uint64_t *held_by(const dg_sent_leaf *x, uint32_t node)
{
    return x->bitfields + (size_t)node * x->bitfield_words;
}

static bool wants(const dg_session *g, uint32_t node, uint32_t origin, uint32_t to)
{
    dg_route route;
    uint32_t slot;
    if (!g || g->member[node] == DG_NO || g->member[origin] == DG_NO || g->member[to] == DG_NO)
        return false;
    route = dg_grid_route(&g->grid, g->member[node], g->member[origin]);
    slot = dg_grid_slot(&g->grid, g->member[node], g->member[to]);
    return slot != DG_NO && (slot < g->grid.width ? route.row : route.column);
}

static bool chosen(const uint32_t *peers, uint32_t count, uint32_t peer)
{
    for (uint32_t i = 0; i < count; i++)
        if (peers[i] == peer)
            return true;
    return false;
}

/* Random ones are drawn until there are four: one in n / 25 of so many comes to the same. */
static dg_code relay(dg_world *world, dg_sent_leaf *x, uint32_t node, uint32_t from,
                     uint32_t validator, dg_error *err)
{
    const dg_session *g =
        dg_topologies_for(&world->nodes[node].gossip, world->blocks[x->leaf].view.session);
    dg_rng luck = dg_rng_fork(world->options.seed, "bitfield-gossip",
                              (uint64_t)node << 32 | x->leaf, validator);
    dg_said said = { .leaf = x->leaf, .votes = validator };
    uint32_t origin = world->blocks[x->leaf].session->node[validator],
             left = (uint32_t)dg_world_constant(DG_CONST_RANDOM_PEERS);
    uint32_t random[RANDOM_MAX], count = 0;
    dg_code rc = DG_OK;
    assert(left <= RANDOM_MAX);
    for (uint32_t slot = 0;
         g && g->member[node] != DG_NO && slot < dg_grid_slots(&g->grid) && rc == DG_OK; slot++) {
        uint32_t member = dg_grid_neighbour(&g->grid, g->member[node], slot),
                 to = member == DG_NO ? DG_NO : g->node[member];
        if (to != DG_NO && to != from && wants(g, node, origin, to))
            rc = dg_statements_send(world, NULL, node, to, DG_MSG_BITFIELD, &said, err);
    }
    for (uint32_t tries = TRIES * left; left && tries && rc == DG_OK; tries--) {
        uint32_t to = (uint32_t)dg_rng_below(&luck, world->node_count);
        if (to == node || to == from || world->blocks[x->leaf].taken[to] == DG_NEVER
            || wants(g, node, origin, to) || chosen(random, count, to))
            continue;
        random[count++] = to;
        left--;
        rc = dg_statements_send(world, NULL, node, to, DG_MSG_BITFIELD, &said, err);
    }
    return rc;
}

static dg_code take(dg_world *world, dg_sent_leaf *x, uint32_t node, uint32_t from,
                    uint32_t validator, dg_error *err)
{
    if (dg_sent_has(held_by(x, node), validator))
        return DG_OK;
    dg_sent_add(held_by(x, node), validator);
    return relay(world, x, node, from, validator, err);
}

dg_code dg_statements_bitfield_sign(dg_world *world, uint32_t node, const dg_said *said,
                                    dg_error *err)
{
    dg_sent_leaf *x = dg_statements_sent_of(world, said->leaf);
    const dg_session *s = world->blocks[said->leaf].session;
    if (s->member[node] >= s->validators || world->nodes[node].withholds & DG_WITHHOLD_AVAILABILITY)
        return DG_OK;
    for (uint32_t i = 0; i < world->blocks[said->leaf].view.core_count; i++)
        if (dg_statements_chunk_is_held(world, said->leaf, i, node))
            dg_sent_add(x->held + (size_t)node * x->held_words, i);
    return take(world, x, node, node, s->member[node], err);
}

bool dg_statements_sent_held(const dg_world *world, uint32_t leaf, uint32_t core, uint32_t node)
{
    const dg_sent_leaf *x = dg_statements_sent_of(world, leaf);
    return x && dg_sent_has(x->held + (size_t)node * x->held_words, core);
}

dg_code dg_statements_bitfield_received(dg_world *world, uint32_t node, uint32_t from,
                                        const dg_said *said, dg_error *err)
{
    dg_sent_leaf *x = dg_statements_sent_of(world, said->leaf);
    return world->blocks[said->leaf].taken[node] == DG_NEVER
               ? DG_OK
               : take(world, x, node, from, (uint32_t)said->votes, err);
}

dg_code dg_statements_bitfield_catch_up(dg_world *world, dg_sent_leaf *x, uint32_t node,
                                        uint32_t to, dg_error *err)
{
    const dg_session *s = world->blocks[x->leaf].session,
                     *g = dg_topologies_for(&world->nodes[node].gossip,
                                            world->blocks[x->leaf].view.session);
    dg_code rc = DG_OK;
    for (uint32_t v = 0; v < s->validators && rc == DG_OK; v++) {
        dg_said said = { .leaf = x->leaf, .votes = v };
        if (s->node[v] != DG_NO && dg_sent_has(held_by(x, node), v)
            && wants(g, node, s->node[v], to))
            rc = dg_statements_send(world, NULL, node, to, DG_MSG_BITFIELD, &said, err);
    }
    return rc;
}
