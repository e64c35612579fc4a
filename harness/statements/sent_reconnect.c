/* sent_reconnect.c - a process that begins anew has lost what it heard, and its peers no
 * longer know it to have anything. Two that were parted tell each other their views anew,
 * and with them what each has for the other: what it told before it was parted is kept
 * in mind inside a group, and told again along the grid.
 * Mirrors: statement-distribution v2/mod.rs (PeerConnected, handle_peer_view_update). */
#include "statements/sent_impl.h"

#include <string.h>

static void forget_in(dg_world *world, dg_sent_leaf *x, dg_node_ix node)
{
    for (uint32_t core = 0; core < x->cores; core++) {
        uint32_t member = x->core[core].members
                              ? dg_statements_sent_member(world, x, (dg_place_ix){ core }, node)
                              : DG_NO,
                 n = x->core[core].members;
        *dg_seat_at(x, node, (dg_place_ix){ core }) = (dg_seat){ .state = DG_SEAT_NONE };
        memset(dg_sent_set(x, x->told, node, (dg_place_ix){ core }), 0, x->words * sizeof *x->told);
        memset(dg_sent_set(x, x->received, node, (dg_place_ix){ core }), 0,
               x->words * sizeof *x->told);
        memset(dg_sent_set(x, x->acked, node, (dg_place_ix){ core }), 0,
               x->words * sizeof *x->told);
        for (uint32_t i = 0; member != DG_NO && i < n; i++)
            x->core[core].knows[i * n + member] = x->core[core].knows[member * n + i] = 0;
    }
    memset(x->bitfields + (size_t)node.v * x->bitfield_words, 0,
           x->bitfield_words * sizeof *x->bitfields);
    memset(x->held + (size_t)node.v * x->held_words, 0, x->held_words * sizeof *x->held);
    x->node[node.v].head = DG_SENT_END;
    x->node[node.v].in_flight = 0;
    x->node[node.v].owed = true;
}

/* What `peer` told its neighbour at `back`, and was told by it. */
static void forget_slot(dg_sent_leaf *x, dg_node_ix peer, uint32_t back)
{
    uint64_t keep = ~((uint64_t)1 << back % 64);
    for (uint32_t core = 0; core < x->cores; core++) {
        dg_sent_set(x, x->told, peer, (dg_place_ix){ core })[back / 64] &= keep;
        dg_sent_set(x, x->received, peer, (dg_place_ix){ core })[back / 64] &= keep;
        dg_sent_set(x, x->acked, peer, (dg_place_ix){ core })[back / 64] &= keep;
    }
}

/* And its peers no longer know it to have anything. */
static void forget_of(const dg_world *world, dg_sent_leaf *x, dg_node_ix node)
{
    const dg_session *g = world->blocks[x->leaf].session;
    for (uint32_t slot = 0;
         g->has_grid && g->member[node.v] != DG_NO && slot < dg_grid_slots(&g->grid); slot++) {
        uint32_t member = dg_grid_neighbour(&g->grid, (dg_discovery_ix){ g->member[node.v] }, slot);
        uint32_t peer = member == DG_NO ? DG_NO : g->node[member], back;
        if (peer != DG_NO
            && (back = dg_grid_slot(&g->grid, (dg_discovery_ix){ member },
                                    (dg_discovery_ix){ g->member[node.v] }))
                   != DG_NO)
            forget_slot(x, (dg_node_ix){ peer }, back);
    }
}

void dg_statements_forget(dg_world *world, dg_node_ix node)
{
    dg_statements_peer_scores_clear(&world->statements->peers[node.v].scores);
    for (int i = 0; i < DG_QUEUE_COUNT; i++)
        dg_statements_queue_clear(&world->statements->peers[node.v].queues[i]);
    for (uint32_t id = world->first_known; id < world->block_count; id++) {
        dg_world_block *b = &world->blocks[id];
        if (!b->taken)
            continue;
        b->taken[node.v] = DG_NEVER;
        b->way[node.v] = DG_WAY_NONE;
        dg_statements_chunks_forget(b->chunks, node);
        if (b->sent) {
            forget_in(world, b->sent, node);
            forget_of(world, b->sent, node);
        }
    }
}

static dg_code tell_anew(dg_world *world, dg_sent_leaf *x, dg_node_ix from, dg_node_ix to,
                         dg_error *err)
{
    const dg_session *g = world->blocks[x->leaf].session;
    dg_said view = { .leaf = x->leaf, .votes = to.v };
    uint32_t slot = g->has_grid && g->member[from.v] != DG_NO && g->member[to.v] != DG_NO
                        ? dg_grid_slot(&g->grid, (dg_discovery_ix){ g->member[from.v] },
                                       (dg_discovery_ix){ g->member[to.v] })
                        : DG_NO;
    if (slot != DG_NO)
        forget_slot(x, from, slot);
    return dg_statements_timer(
        world, from, DG_TAG_SENT_VIEW,
        dg_world_link_delay(world, to, from, (dg_leaf_id){ x->leaf }, DG_MSG_ASK), &view, err);
}

dg_code dg_statements_reconnect(dg_world *world, dg_node_ix a, dg_node_ix b, dg_error *err)
{
    dg_code rc = DG_OK;
    for (uint32_t id = world->first_kept; id < world->block_count && rc == DG_OK; id++) {
        dg_sent_leaf *x = dg_statements_sent_of(world, (dg_leaf_id){ id });
        if (!x || world->blocks[id].taken[a.v] == DG_NEVER
            || world->blocks[id].taken[b.v] == DG_NEVER)
            continue;
        if ((rc = tell_anew(world, x, a, b, err)) == DG_OK)
            rc = tell_anew(world, x, b, a, err);
    }
    return rc;
}

/* Those that were parted until the last step or after it, and are not any more. */
static dg_code reconnect(dg_world *world, dg_node_ix node, dg_ns now, dg_error *err)
{
    const dg_peer_scores *r = &world->statements->peers[node.v].scores;
    dg_code rc = DG_OK;
    for (uint32_t i = 0; i < r->count && rc == DG_OK; i++) {
        dg_ns until = r->of[i].parted_until;
        if (until && until <= now && until + dg_world_constant(DG_CONST_TICK) > now
            && !dg_statements_reputation_parts(world, node, (dg_node_ix){ r->of[i].peer }))
            rc = dg_statements_reconnect(world, node, (dg_node_ix){ r->of[i].peer }, err);
    }
    return rc;
}

dg_code dg_statements_reputation_step(dg_world *world, dg_error *err)
{
    dg_ns now = dg_sim_now(world->sim);
    bool batch = now >= world->statements->reputation.next;
    if (batch)
        world->statements->reputation.next = now + dg_world_constant(DG_CONST_REPUTATION_BATCH);
    for (uint32_t i = 0; i < world->node_count && (batch || world->stats.parted); i++) {
        dg_code rc = world->stats.parted ? reconnect(world, (dg_node_ix){ i }, now, err) : DG_OK;
        if (rc < 0)
            return rc;
        world->stats.parted +=
            batch ? dg_statements_peer_scores_settle(&world->statements->peers[i].scores, now) : 0;
    }
    return DG_OK;
}
