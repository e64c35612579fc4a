/* sent_grid.c - candidates that a group has backed, announced to the rest of the network.
 *
 * A member with enough votes announces the candidate along the grid, once, to the peers that the
 * grid names; without a grid it announces nothing, and a grid that comes later does not make it.
 * A peer that receives the announcement asks for the candidate, acknowledges when it has it, and
 * announces it in turn; later votes go to those that acknowledged.
 * Mirrors: statement-distribution v2/grid.rs, v2/mod.rs (handle_incoming_manifest,
 * provide_candidate_to_grid, handle_incoming_acknowledgement). */
#include "statements/sent_impl.h"

static const dg_session *grid_now(const dg_world *world, const dg_sent_leaf *x, dg_node_ix node)
{
    dg_ns since;
    const dg_session *g =
        world->blocks[x->leaf].way[node.v] == DG_WAY_V2
            ? dg_statements_grid_held(world, node, (dg_leaf_id){ x->leaf }, &since)
            : NULL;
    return g && g->member[node.v] != DG_NO && dg_grid_slots(&g->grid) <= x->words * 64 ? g : NULL;
}

static uint32_t peer_at(const dg_session *g, dg_node_ix node, uint32_t slot)
{
    uint32_t member = dg_grid_neighbour(&g->grid, (dg_discovery_ix){ g->member[node.v] }, slot);
    return member == DG_NO ? DG_NO : g->node[member];
}

static uint32_t slot_of(const dg_session *g, dg_node_ix node, dg_node_ix peer)
{
    return g->member[peer.v] == DG_NO
               ? DG_NO
               : dg_grid_slot(&g->grid, (dg_discovery_ix){ g->member[node.v] },
                              (dg_discovery_ix){ g->member[peer.v] });
}

static bool sends_to(const dg_world *world, const dg_sent_leaf *x, const dg_session *g,
                     dg_node_ix from, dg_place_ix core, uint32_t slot)
{
    const dg_world_block *b = &world->blocks[x->leaf];
    dg_route to = dg_grid_sends(&g->grid, &b->view, (dg_group_ix){ b->candidates[core.v].group },
                                (dg_discovery_ix){ g->member[from.v] });
    return slot < g->grid.width ? to.row : to.column;
}

/* ---- announcing ---- */

/* To one neighbour: in full, or the acknowledgement if that one told first. */
static dg_code announce_slot(dg_world *world, dg_sent_leaf *x, const dg_session *g, dg_node_ix node,
                             dg_place_ix core, uint32_t slot, dg_error *err)
{
    uint64_t *told = dg_sent_set(x, x->told, node, core);
    uint32_t peer = peer_at(g, node, slot);
    dg_said said = { .leaf = x->leaf,
                     .core = (uint16_t)core.v,
                     .votes = dg_seat_at(x, node, core)->votes };
    bool sent, received = dg_sent_has(dg_sent_set(x, x->received, node, core), slot);
    dg_code rc;
    if (peer == DG_NO || received || dg_sent_has(told, slot)
        || dg_statements_sent_member(world, x, core, (dg_node_ix){ peer }) != DG_NO)
        return DG_OK;
    rc = dg_statements_send(world, &sent, node, (dg_node_ix){ peer }, DG_MSG_MANIFEST, &said, err);
    if (sent)
        dg_sent_add(told, slot);
    return rc;
}

dg_code dg_statements_grid_announce(dg_world *world, dg_sent_leaf *x, dg_node_ix node,
                                    dg_place_ix core, dg_error *err)
{
    const dg_session *g = grid_now(world, x, node);
    dg_code rc = DG_OK;
    if (!g)
        return DG_OK;
    dg_seat_at(x, node, core)->announced = true;
    for (uint32_t slot = 0; slot < dg_grid_slots(&g->grid) && rc == DG_OK; slot++)
        if (sends_to(world, x, g, node, core, slot))
            rc = announce_slot(world, x, g, node, core, slot, err);
    return rc;
}

dg_code dg_statements_grid_announce_to(dg_world *world, dg_sent_leaf *x, dg_node_ix node,
                                       dg_place_ix core, dg_node_ix to, dg_error *err)
{
    const dg_session *g = dg_seat_at(x, node, core)->announced ? grid_now(world, x, node) : NULL;
    uint32_t slot = g ? slot_of(g, node, to) : DG_NO;
    return slot != DG_NO && sends_to(world, x, g, node, core, slot)
               ? announce_slot(world, x, g, node, core, slot, err)
               : DG_OK;
}

/* ---- being told ---- */

static dg_code acknowledge(dg_world *world, dg_sent_leaf *x, dg_node_ix node, dg_place_ix core,
                           dg_node_ix to, dg_error *err)
{
    dg_said said = { .leaf = x->leaf,
                     .core = (uint16_t)core.v,
                     .votes = dg_seat_at(x, node, core)->votes };
    return dg_statements_send(world, NULL, node, to, DG_MSG_KNOWN, &said, err);
}

dg_code dg_statements_grid_manifest(dg_world *world, dg_node_ix node, dg_node_ix from,
                                    const dg_said *said, dg_error *err)
{
    dg_sent_leaf *x = dg_statements_sent_of(world, (dg_leaf_id){ said->leaf });
    const dg_session *g = grid_now(world, x, node);
    dg_seat *s = dg_seat_at(x, node, (dg_place_ix){ said->core });
    uint32_t slot = g ? slot_of(g, node, from) : DG_NO, back;
    if (world->blocks[said->leaf].way[node.v] != DG_WAY_V2)
        return dg_statements_reputation_misstep(
            world, node, from,
            world->blocks[said->leaf].way[node.v] ? DG_MISSTEP_NEW_WAY : DG_MISSTEP_PARENT, err);
    if (!g || dg_statements_sent_member(world, x, (dg_place_ix){ said->core }, node) != DG_NO)
        return DG_OK; /* no grid: not even looked at */
    back = slot == DG_NO ? DG_NO : slot_of(g, from, node);
    if (back == DG_NO || !sends_to(world, x, g, from, (dg_place_ix){ said->core }, back))
        return dg_statements_reputation_misstep(world, node, from, DG_MISSTEP_MANIFEST, err);
    if (!dg_statements_sent_enough(world, x, node, (dg_place_ix){ said->core }, said->votes))
        return DG_OK;
    dg_sent_add(dg_sent_set(x, x->received, node, (dg_place_ix){ said->core }), slot);
    if (s->state == DG_SEAT_CONFIRMED)
        return acknowledge(world, x, node, (dg_place_ix){ said->core }, from, err);
    return s->state == DG_SEAT_NONE ? dg_statements_request(
               world, x, node, (dg_place_ix){ said->core }, from, false, err)
                                    : DG_OK;
}

/* A candidate that was asked for is there. */
dg_code dg_statements_grid_confirmed(dg_world *world, dg_sent_leaf *x, dg_node_ix node,
                                     dg_place_ix core, dg_error *err)
{
    const dg_session *g = grid_now(world, x, node);
    const uint64_t *received = dg_sent_set(x, x->received, node, core);
    dg_code rc = DG_OK;
    if (dg_statements_sent_member(world, x, core, node) != DG_NO) {
        for (uint32_t to = 0; to < x->core[core.v].members && rc == DG_OK; to++)
            rc = dg_statements_cluster_circulate(world, x, node, core, (dg_node_ix){ to }, err);
        if (rc == DG_OK)
            rc = dg_statements_cluster_fetch(world, x, node, core, err);
        return rc < 0 ? rc : dg_statements_sent_backed(world, x, node, core, err);
    }
    for (uint32_t slot = 0; g && slot < dg_grid_slots(&g->grid) && rc == DG_OK; slot++)
        if (dg_sent_has(received, slot))
            rc = acknowledge(world, x, node, core, (dg_node_ix){ peer_at(g, node, slot) }, err);
    return rc < 0 ? rc : dg_statements_sent_backed(world, x, node, core, err);
}

/* ---- later votes ---- */

static dg_code send_vote(dg_world *world, dg_sent_leaf *x, dg_node_ix node, dg_place_ix core,
                         dg_node_ix who, dg_node_ix to, dg_error *err)
{
    dg_said said = { .leaf = x->leaf, .core = (uint16_t)core.v, .who = (uint16_t)who.v };
    return dg_statements_send(world, NULL, node, to, DG_MSG_VOTE, &said, err);
}

dg_code dg_statements_grid_tell(dg_world *world, dg_sent_leaf *x, dg_node_ix node, dg_place_ix core,
                                dg_node_ix who, dg_error *err)
{
    const dg_session *g = grid_now(world, x, node);
    const uint64_t *acked = dg_sent_set(x, x->acked, node, core);
    dg_code rc = DG_OK;
    for (uint32_t slot = 0; g && slot < dg_grid_slots(&g->grid) && rc == DG_OK; slot++)
        if (dg_sent_has(acked, slot))
            rc = send_vote(world, x, node, core, who, (dg_node_ix){ peer_at(g, node, slot) }, err);
    return rc;
}

dg_code dg_statements_grid_acknowledged(dg_world *world, dg_node_ix node, dg_node_ix from,
                                        const dg_said *said, dg_error *err)
{
    dg_sent_leaf *x = dg_statements_sent_of(world, (dg_leaf_id){ said->leaf });
    const dg_session *g = grid_now(world, x, node);
    uint32_t slot = g ? slot_of(g, node, from) : DG_NO;
    uint64_t missing = dg_seat_at(x, node, (dg_place_ix){ said->core })->votes & ~said->votes;
    dg_code rc = DG_OK;
    if (slot == DG_NO
        || !dg_sent_has(dg_sent_set(x, x->told, node, (dg_place_ix){ said->core }), slot))
        return DG_OK;
    dg_sent_add(dg_sent_set(x, x->acked, node, (dg_place_ix){ said->core }), slot);
    for (uint32_t i = 0; i < x->core[said->core].members && rc == DG_OK; i++)
        if (missing >> i & 1)
            rc = send_vote(world, x, node, (dg_place_ix){ said->core }, (dg_node_ix){ i }, from,
                           err);
    return rc;
}

dg_code dg_statements_grid_vote(dg_world *world, dg_node_ix node, dg_node_ix from,
                                const dg_said *said, dg_error *err)
{
    dg_sent_leaf *x = dg_statements_sent_of(world, (dg_leaf_id){ said->leaf });
    const dg_session *g = grid_now(world, x, node);
    uint32_t slot = g ? slot_of(g, node, from) : DG_NO;
    if (slot == DG_NO
        || !dg_sent_has(dg_sent_set(x, x->received, node, (dg_place_ix){ said->core }), slot))
        return DG_OK;
    return dg_statements_sent_learn(world, x, node, (dg_place_ix){ said->core },
                                    (dg_node_ix){ said->who }, err);
}
