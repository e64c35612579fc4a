/* sent_bitfields.c - each validator's signed word on availability, gossiped.
 *
 * Along the grid as far as that wants it, and to a few random peers; of a session
 * without a topology the current one's grid is used.
 * Mirrors: bitfield-signing; bitfield-distribution (relay_message). */
#include "statements/sent_impl.h"

#include <assert.h>

enum { TRIES = 16, RANDOM_MAX = 16 };

static uint64_t *held_by(const dg_sent_leaf *x, dg_node_ix node)
{
    return x->bitfields + (size_t)node.v * x->bitfield_words;
}

static bool wants(const dg_session *g, dg_node_ix node, dg_node_ix origin, dg_node_ix to)
{
    dg_route route;
    uint32_t slot;
    if (!g || g->member[node.v] == DG_NO || g->member[origin.v] == DG_NO
        || g->member[to.v] == DG_NO)
        return false;
    route = dg_grid_route(&g->grid, (dg_discovery_ix){ g->member[node.v] },
                          (dg_discovery_ix){ g->member[origin.v] });
    slot = dg_grid_slot(&g->grid, (dg_discovery_ix){ g->member[node.v] },
                        (dg_discovery_ix){ g->member[to.v] });
    return slot != DG_NO && (slot < g->grid.width ? route.row : route.column);
}

static bool chosen(const uint32_t *peers, uint32_t count, dg_node_ix peer)
{
    for (uint32_t i = 0; i < count; i++)
        if (peers[i] == peer.v)
            return true;
    return false;
}

/* Random ones are drawn until there are four: one in n / 25 of so many comes to the same. */
static dg_code relay(dg_world *world, dg_sent_leaf *x, dg_node_ix node, dg_node_ix from,
                     dg_validator_ix validator, dg_error *err)
{
    const dg_session *g =
        dg_topologies_for(&world->nodes[node.v].gossip, world->blocks[x->leaf].view.session);
    dg_rng rng = dg_rng_fork(world->options.seed, "bitfield-gossip",
                             (uint64_t)node.v << 32 | x->leaf, validator.v);
    dg_said said = { .leaf = x->leaf, .votes = validator.v };
    uint32_t origin = world->blocks[x->leaf].session->node[validator.v],
             left = (uint32_t)dg_world_constant(DG_CONST_RANDOM_PEERS);
    uint32_t random[RANDOM_MAX], count = 0;
    dg_code rc = DG_OK;
    assert(left <= RANDOM_MAX);
    for (uint32_t slot = 0;
         g && g->member[node.v] != DG_NO && slot < dg_grid_slots(&g->grid) && rc == DG_OK; slot++) {
        uint32_t member = dg_grid_neighbour(&g->grid, (dg_discovery_ix){ g->member[node.v] }, slot),
                 to = member == DG_NO ? DG_NO : g->node[member];
        if (to != DG_NO && to != from.v
            && wants(g, node, (dg_node_ix){ origin }, (dg_node_ix){ to }))
            rc = dg_statements_send(world, NULL, node, (dg_node_ix){ to }, DG_MSG_BITFIELD, &said,
                                    err);
    }
    for (uint32_t tries = TRIES * left; left && tries && rc == DG_OK; tries--) {
        uint32_t to = (uint32_t)dg_rng_below(&rng, world->node_count);
        if (to == node.v || to == from.v || world->blocks[x->leaf].taken[to] == DG_NEVER
            || wants(g, node, (dg_node_ix){ origin }, (dg_node_ix){ to })
            || chosen(random, count, (dg_node_ix){ to }))
            continue;
        random[count++] = to;
        left--;
        rc = dg_statements_send(world, NULL, node, (dg_node_ix){ to }, DG_MSG_BITFIELD, &said, err);
    }
    return rc;
}

static dg_code take(dg_world *world, dg_sent_leaf *x, dg_node_ix node, dg_node_ix from,
                    dg_validator_ix validator, dg_error *err)
{
    if (dg_sent_has(held_by(x, node), validator.v))
        return DG_OK;
    dg_sent_add(held_by(x, node), validator.v);
    return relay(world, x, node, from, validator, err);
}

dg_code dg_statements_bitfield_sign(dg_world *world, dg_node_ix node, const dg_said *said,
                                    dg_error *err)
{
    dg_sent_leaf *x = dg_statements_sent_of(world, (dg_leaf_id){ said->leaf });
    const dg_session *s = world->blocks[said->leaf].session;
    if (s->member[node.v] >= s->validators
        || world->nodes[node.v].withholds & DG_WITHHOLD_AVAILABILITY)
        return DG_OK;
    for (uint32_t i = 0; i < world->blocks[said->leaf].view.core_count; i++)
        if (dg_statements_chunk_is_held(world, (dg_leaf_id){ said->leaf }, (dg_core_ix){ i }, node))
            dg_sent_add(x->held + (size_t)node.v * x->held_words, i);
    return take(world, x, node, node, (dg_validator_ix){ s->member[node.v] }, err);
}

bool dg_statements_sent_bitfield_is_here(const dg_world *world, dg_leaf_id leaf, dg_node_ix from,
                                         dg_node_ix listener)
{
    const dg_sent_leaf *x = dg_statements_sent_of(world, leaf);
    const dg_session *s = world->blocks[leaf.v].session;
    return x && s->member[from.v] < s->validators
           && dg_sent_has(held_by(x, listener), s->member[from.v]);
}

void dg_statements_sent_bitfield_read(const dg_world *world, bool *held, dg_leaf_id leaf,
                                      dg_node_ix node)
{
    const dg_sent_leaf *x = dg_statements_sent_of(world, leaf);
    for (uint32_t i = 0; i < world->blocks[leaf.v].view.core_count; i++)
        held[i] = x && dg_sent_has(x->held + (size_t)node.v * x->held_words, i);
}

dg_code dg_statements_bitfield_received(dg_world *world, dg_node_ix node, dg_node_ix from,
                                        const dg_said *said, dg_error *err)
{
    dg_sent_leaf *x = dg_statements_sent_of(world, (dg_leaf_id){ said->leaf });
    return world->blocks[said->leaf].taken[node.v] == DG_NEVER
               ? DG_OK
               : take(world, x, node, from, (dg_validator_ix){ (uint32_t)said->votes }, err);
}

dg_code dg_statements_bitfield_catch_up(dg_world *world, dg_sent_leaf *x, dg_node_ix node,
                                        dg_node_ix to, dg_error *err)
{
    const dg_session *s = world->blocks[x->leaf].session,
                     *g = dg_topologies_for(&world->nodes[node.v].gossip,
                                            world->blocks[x->leaf].view.session);
    dg_code rc = DG_OK;
    for (uint32_t v = 0; v < s->validators && rc == DG_OK; v++) {
        dg_said said = { .leaf = x->leaf, .votes = v };
        if (s->node[v] != DG_NO && dg_sent_has(held_by(x, node), v)
            && wants(g, node, (dg_node_ix){ s->node[v] }, to))
            rc = dg_statements_send(world, NULL, node, to, DG_MSG_BITFIELD, &said, err);
    }
    return rc;
}
