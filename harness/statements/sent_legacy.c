/* sent_legacy.c - statements of before asynchronous backing: whole, and gossiped.
 *
 * From each node that hears one first they go along the grid as far as that wants
 * them, from who made them to its group, and to random peers until it is 25. Of a
 * session without a topology the current one's grid is used, so the old way does not
 * fail where the new one does. Of one that is too large only word goes around: who hears
 * asks whoever told first, and tells on what it has.
 * Mirrors: statement-distribution legacy_v1 (circulate_statement); subsystem-util
 * choose_random_subset. */
#include "statements/sent_impl.h"

#include <assert.h>

/* A row and a column of DG_VALIDATORS_MAX come to 512 and one, a group to DG_SENT_MEMBERS_MAX. */
enum { PEERS_MAX = 1024, TRIES = 16 };

/* Peers chosen so far, each once. */
typedef struct choice {
    uint32_t peer[PEERS_MAX], count;
} choice;

static bool chosen(const choice *c, dg_node_ix peer)
{
    for (uint32_t i = 0; i < c->count; i++)
        if (c->peer[i] == peer.v)
            return true;
    return false;
}

static bool may_receive(const dg_world *world, dg_node_ix node, dg_node_ix peer)
{
    return peer.v != DG_NO && peer.v != node.v && world->nodes[peer.v].of->legacy
           && dg_class_link(world->nodes[node.v].of, world->nodes[peer.v].of);
}

static void choose(choice *c, const dg_world *world, dg_node_ix node, dg_node_ix from,
                   dg_node_ix peer)
{
    if (!may_receive(world, node, peer) || peer.v == from.v || chosen(c, peer))
        return;
    assert(c->count < PEERS_MAX);
    c->peer[c->count++] = peer.v;
}

static void choose_grid(choice *c, const dg_world *world, const dg_session *g, dg_node_ix node,
                        dg_node_ix from, dg_node_ix origin)
{
    dg_route to;
    if (!g || g->member[node.v] == DG_NO || g->member[origin.v] == DG_NO)
        return;
    to = dg_grid_route(&g->grid, (dg_discovery_ix){ g->member[node.v] },
                       (dg_discovery_ix){ g->member[origin.v] });
    for (uint32_t slot = 0; slot < dg_grid_slots(&g->grid); slot++) {
        uint32_t member =
            (slot < g->grid.width ? to.row : to.column)
                ? dg_grid_neighbour(&g->grid, (dg_discovery_ix){ g->member[node.v] }, slot)
                : DG_NO;
        if (member != DG_NO)
            choose(c, world, node, from, (dg_node_ix){ g->node[member] });
    }
}

/* Random ones are taken from those that have the leaf. */
static void choose_random(choice *c, const dg_world *world, dg_leaf_id leaf, dg_node_ix node,
                          dg_node_ix from, dg_rng *rng)
{
    uint32_t wanted = (uint32_t)dg_world_constant(DG_CONST_GOSSIP_PEERS);
    for (uint32_t tries = TRIES * wanted; c->count < wanted && tries; tries--) {
        uint32_t peer = (uint32_t)dg_rng_below(rng, world->node_count);
        if (world->blocks[leaf.v].taken[peer] != DG_NEVER)
            choose(c, world, node, from, (dg_node_ix){ peer });
    }
}

dg_code dg_statements_legacy_gossip(dg_world *world, dg_sent_leaf *x, dg_node_ix node,
                                    dg_node_ix from, dg_place_ix core, dg_node_ix who,
                                    dg_error *err)
{
    dg_said said = { .leaf = x->leaf, .core = (uint16_t)core.v, .who = (uint16_t)who.v };
    dg_rng rng = dg_rng_fork(world->options.seed, "statement-gossip",
                             (uint64_t)node.v << 32 | x->leaf, (uint64_t)core.v << 16 | who.v);
    uint32_t origin = dg_statements_sent_node(world, x, core, (dg_member_ix){ who.v });
    choice c = { .count = 0 };
    dg_code rc = DG_OK;
    choose_grid(
        &c, world,
        dg_topologies_for(&world->nodes[node.v].gossip, world->blocks[x->leaf].view.session), node,
        from, (dg_node_ix){ origin });
    for (uint32_t i = 0; node.v == origin && i < x->core[core.v].members; i++)
        choose(&c, world, node, from,
               (dg_node_ix){ dg_statements_sent_node(world, x, core, (dg_member_ix){ i }) });
    choose_random(&c, world, (dg_leaf_id){ x->leaf }, node, from, &rng);
    for (uint32_t i = 0; i < c.count && rc == DG_OK; i++)
        rc = dg_statements_send(world, NULL, node, (dg_node_ix){ c.peer[i] }, DG_MSG_LEGACY, &said,
                                err);
    return rc;
}

/* Of a leaf that works the new way: told on by those that know no other, and of no use. */
static dg_code stray(dg_world *world, dg_sent_leaf *x, dg_node_ix node, dg_node_ix from,
                     const dg_said *said, dg_error *err)
{
    dg_seat_at(x, node, (dg_place_ix){ said->core })->votes |= (uint64_t)1 << said->who;
    return dg_statements_legacy_gossip(world, x, node, from, (dg_place_ix){ said->core },
                                       (dg_node_ix){ said->who }, err);
}

/* One that knows only the old way seconds its own collation at such a leaf all the same. */
dg_code dg_statements_legacy_stray(dg_world *world, dg_node_ix node, const dg_said *said,
                                   dg_error *err)
{
    dg_sent_leaf *x = dg_statements_sent_of(world, (dg_leaf_id){ said->leaf });
    assert(dg_statements_sent_member(world, x, (dg_place_ix){ said->core }, node) != DG_NO);
    dg_said own = { .leaf = said->leaf,
                    .core = said->core,
                    .who = (uint16_t)dg_statements_sent_member(world, x,
                                                               (dg_place_ix){ said->core }, node) };
    return dg_seat_at(x, node, (dg_place_ix){ said->core })->votes >> own.who & 1
               ? DG_OK
               : stray(world, x, node, node, &own, err);
}

/* Votes for a large one wait until it is there. */
static dg_code word_of_large(dg_world *world, dg_sent_leaf *x, dg_node_ix node, dg_node_ix from,
                             const dg_said *said, dg_error *err)
{
    dg_seat *s = dg_seat_at(x, node, (dg_place_ix){ said->core });
    if (said->who != x->core[said->core].seconder)
        s->votes |= (uint64_t)1 << said->who;
    else if (s->state == DG_SEAT_NONE)
        return dg_statements_request(world, x, node, (dg_place_ix){ said->core }, from, true, err);
    else if (from.v != s->source)
        s->other = from.v + 1;
    return DG_OK;
}

dg_code dg_statements_legacy_fetched(dg_world *world, dg_sent_leaf *x, dg_node_ix node,
                                     dg_place_ix core, dg_error *err)
{
    const dg_seat *s = dg_seat_at(x, node, core);
    uint64_t waiting = s->votes;
    uint32_t seconder = x->core[core.v].seconder;
    assert(seconder != DG_NO);
    dg_code rc = dg_statements_sent_learn(world, x, node, core, (dg_node_ix){ seconder }, err);
    if (rc == DG_OK)
        rc = dg_statements_legacy_gossip(world, x, node, (dg_node_ix){ s->source }, core,
                                         (dg_node_ix){ seconder }, err);
    for (uint32_t who = 0; who < x->core[core.v].members && rc == DG_OK; who++)
        if (waiting >> who & 1)
            rc = dg_statements_legacy_gossip(world, x, node, (dg_node_ix){ s->source }, core,
                                             (dg_node_ix){ who }, err);
    return rc < 0 ? rc : dg_statements_cluster_fetch(world, x, node, core, err);
}

dg_code dg_statements_legacy_statement(dg_world *world, dg_node_ix node, dg_node_ix from,
                                       const dg_said *said, dg_error *err)
{
    dg_sent_leaf *x = dg_statements_sent_of(world, (dg_leaf_id){ said->leaf });
    dg_seat *s = dg_seat_at(x, node, (dg_place_ix){ said->core });
    dg_code rc;
    if (world->blocks[said->leaf].way[node.v] != DG_WAY_LEGACY)
        return dg_statements_reputation_misstep(
            world, node, from,
            world->blocks[said->leaf].way[node.v] ? DG_MISSTEP_OLD_WAY : DG_MISSTEP_PARENT, err);
    if (s->votes >> said->who & 1)
        return DG_OK;
    if (world->blocks[said->leaf].view.mode == DG_MODE_ENABLED)
        return stray(world, x, node, from, said, err);
    if (s->state != DG_SEAT_CONFIRMED
        && dg_statements_is_large(world, (dg_leaf_id){ said->leaf }, (dg_place_ix){ said->core }))
        return word_of_large(world, x, node, from, said, err);
    s->state = DG_SEAT_CONFIRMED;
    if ((rc = dg_statements_sent_learn(world, x, node, (dg_place_ix){ said->core },
                                       (dg_node_ix){ said->who }, err))
            < 0
        || (rc = dg_statements_legacy_gossip(world, x, node, from, (dg_place_ix){ said->core },
                                             (dg_node_ix){ said->who }, err))
               < 0)
        return rc;
    return dg_statements_cluster_fetch(world, x, node, (dg_place_ix){ said->core }, err);
}

/* A peer that comes late to a leaf gets what the grid wants it to have. */
dg_code dg_statements_legacy_catch_up(dg_world *world, dg_sent_leaf *x, dg_node_ix node,
                                      dg_node_ix to, dg_error *err)
{
    const dg_session *g =
        dg_topologies_for(&world->nodes[node.v].gossip, world->blocks[x->leaf].view.session);
    dg_code rc = DG_OK;
    if (!may_receive(world, node, to))
        return DG_OK;
    for (uint32_t core = 0; core < x->cores; core++) {
        bool fetched =
            dg_seat_at(x, node, (dg_place_ix){ core })->state == DG_SEAT_CONFIRMED
            || !x->core[core].members
            || !dg_statements_is_large(world, (dg_leaf_id){ x->leaf }, (dg_place_ix){ core });
        uint64_t votes = fetched ? dg_seat_at(x, node, (dg_place_ix){ core })->votes : 0;
        bool mates = x->core[core].members
                     && dg_statements_sent_member(world, x, (dg_place_ix){ core }, node) != DG_NO
                     && dg_statements_sent_member(world, x, (dg_place_ix){ core }, to) != DG_NO;
        for (uint32_t who = 0; votes && who < x->core[core].members && rc == DG_OK; who++) {
            dg_said said = { .leaf = x->leaf, .core = (uint16_t)core, .who = (uint16_t)who };
            uint32_t origin =
                dg_statements_sent_node(world, x, (dg_place_ix){ core }, (dg_member_ix){ who });
            choice c = { .count = 0 };
            choose_grid(&c, world, g, node, (dg_node_ix){ DG_NO }, (dg_node_ix){ origin });
            if (votes >> who & 1 && (chosen(&c, to) || (mates && origin == node.v)))
                rc = dg_statements_send(world, NULL, node, to, DG_MSG_LEGACY, &said, err);
        }
    }
    return rc;
}
