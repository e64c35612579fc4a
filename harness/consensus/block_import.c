/* block_import.c - a block, or the news of finality, reaches a node: its client picks a
 * best block, its overseer tells the leaves (overseer.c).
 * Mirrors: sc-client, node/overseer. */
#include "consensus/consensus_impl.h"

#include <string.h>

/* The first node at a leaf of a new session tells what it is like. */
dg_code dg_consensus_tell_session(dg_world *world, const dg_world_block *b, dg_error *err)
{
    struct dg_event_net_session n = { .session = b->view.session,
                                      .validators = b->view.validator_count,
                                      .groups = b->view.group_count,
                                      .cores = b->view.core_count,
                                      .discovery = b->session ? b->session->count : 0,
                                      .slot = dg_consensus_mid_session_slot(world, b) };
    struct dg_event_net_absent absent = { .session = b->view.session };
    dg_code rc;
    if (!b->view.session_known
        || (world->consensus->session_told
            && b->view.session <= world->consensus->last_session_told))
        return DG_OK;
    world->consensus->session_told = true;
    world->consensus->last_session_told = b->view.session;
    if ((rc = dg_world_emit(world, b,
                            &(dg_event){ .kind = DG_EVENT_NET_SESSION,
                                         .node = DG_EVENT_NO_NODE,
                                         .net_session = n },
                            err))
            < 0
        || !b->session)
        return rc;
    for (uint32_t i = 0; i < b->session->count; i++)
        *(i < b->session->validators ? &absent.para : &absent.babe) += b->session->node[i] == DG_NO;
    return absent.babe + absent.para ? dg_world_emit(world, b,
                                                     &(dg_event){ .kind = DG_EVENT_NET_ABSENT,
                                                                  .node = DG_EVENT_NO_NODE,
                                                                  .net_absent = absent },
                                                     err)
                                     : DG_OK;
}

/* ---- a block ---- */

static dg_code import(dg_world *world, dg_node_ix node, dg_leaf_id id, dg_error *err)
{
    dg_world_node *n = &world->nodes[node.v];
    dg_consensus_node *own = &world->consensus->nodes[node.v];
    dg_leaf leaf = { id.v, world->blocks[id.v].number };
    dg_signal signal;
    dg_code rc;
    if ((rc = dg_world_view(world, &world->blocks[id.v], err)) < 0
        || (rc = dg_consensus_tell_session(world, &world->blocks[id.v], err)) < 0)
        return rc;
    world->blocks[id.v].imported[node.v] = dg_sim_now(world->sim);
    if (dg_world_is_better(world, id, (dg_leaf_id){ n->best }))
        n->best = id.v;
    if ((rc = dg_leaves_import(&n->leaves, &signal, &leaf, world->blocks[id.v].parent,
                               world->blocks[id.v].view.host_version != 0, err))
            < 0
        || (rc = dg_consensus_compile(world, node, id, false, err)) < 0
        || (rc = dg_consensus_signal(world, node, &signal, id, err)) < 0)
        return rc;
    return own->final_wanted == id.v ? dg_consensus_finality_arrived(world, node, id, err) : DG_OK;
}

static bool can_import(const dg_world *world, dg_node_ix node, dg_leaf_id id)
{
    const dg_world_block *b = &world->blocks[id.v];
    return dg_world_has(world, node, (dg_leaf_id){ b->parent })
           && dg_world_descends(world, id, (dg_leaf_id){ world->nodes[node.v].finalized });
}

/* A block whose parent is missing: the node asks whoever sent it for what lies between,
 * down to what it has. */
static dg_code ask_for_ancestors(dg_world *world, dg_node_ix node, dg_leaf_id id, dg_error *err)
{
    uint32_t lowest = id.v;
    dg_ns back_and_forth;
    for (uint32_t at = world->blocks[id.v].parent; at != DG_NO; at = world->blocks[at].parent) {
        const dg_world_block *b = &world->blocks[at];
        if (b->gone || b->imported[node.v] < DG_WORLD_WAITING)
            break;
        if (b->imported[node.v] == DG_WORLD_WAITING)
            return DG_OK; /* asked already */
        b->imported[node.v] = DG_WORLD_WAITING;
        lowest = at;
    }
    if (lowest == id.v)
        return DG_OK;
    back_and_forth = 2
                     * dg_world_link_latency(world, (dg_node_ix){ world->blocks[id.v].author },
                                             node, (uint64_t)id.v << 16 | 0xfffe);
    return dg_sim_timer_after(world->sim, NULL, (dg_node_ix){ node.v }, back_and_forth,
                              &(dg_sim_timer){ .tag = DG_TAG_ARRIVED, .a = lowest }, err);
}

/* By its clock, a client takes nothing of a slot that far ahead. A real one drops the
 * block and comes to it again when it syncs; here it is held until then. */
static bool is_early(const dg_world *world, dg_node_ix node, const dg_world_block *b,
                     dg_sim_local *from)
{
    uint64_t ahead = dg_world_constant(DG_CONST_FUTURE_SLOTS);
    if (b->author == node.v || (!world->nodes[node.v].clock && b->slot <= world->slot + ahead))
        return false;
    *from = dg_world_slot_local(world, b->slot) - (dg_sim_local)(ahead * world->slot_ns);
    return dg_sim_local_now(world->sim, (dg_node_ix){ node.v }) < *from;
}

/* And whatever waited for it: a child may come before its parent. */
dg_code dg_consensus_block_arrived(dg_world *world, dg_node_ix node, dg_leaf_id id, dg_error *err)
{
    dg_world_block *b = &world->blocks[id.v];
    dg_sim_local from;
    dg_code rc;
    if (b->gone || dg_world_has(world, node, id) || !dg_consensus_takes(world, node, b))
        return DG_OK;
    if (is_early(world, node, b, &from))
        return dg_sim_timer_local_at(world->sim, NULL, (dg_node_ix){ node.v }, from,
                                     &(dg_sim_timer){ .tag = DG_TAG_ARRIVED, .a = id.v }, err);
    if (!can_import(world, node, id)) {
        b->imported[node.v] = DG_WORLD_WAITING;
        return ask_for_ancestors(world, node, id, err);
    }
    if ((rc = import(world, node, id, err)) < 0)
        return rc;
    for (uint32_t child = id.v + 1; child < world->block_count; child++) {
        const dg_world_block *c = &world->blocks[child];
        if (!c->gone && c->parent == id.v && c->imported[node.v] == DG_WORLD_WAITING
            && (rc = dg_consensus_block_arrived(world, node, (dg_leaf_id){ child }, err)) < 0)
            return rc;
    }
    return DG_OK;
}

/* ---- finality ---- */

dg_code dg_consensus_finality_arrived(dg_world *world, dg_node_ix node, dg_leaf_id id,
                                      dg_error *err)
{
    dg_world_node *n = &world->nodes[node.v];
    dg_consensus_node *own = &world->consensus->nodes[node.v];
    dg_leaf block = { id.v, world->blocks[id.v].number };
    dg_signal signal;
    if (world->blocks[id.v].gone || block.number <= world->blocks[n->finalized].number)
        return DG_OK;
    if (!dg_world_has(world, node, id)) {
        own->final_wanted = id.v;
        return DG_OK;
    }
    n->finalized = id.v;
    own->final_wanted = DG_NO;
    if (!dg_world_descends(world, (dg_leaf_id){ n->best }, id))
        n->best = dg_world_best_of(world, node);
    dg_leaves_finalize(&n->leaves, &signal, &block);
    return dg_consensus_signal(world, node, &signal, id, err);
}

/* ---- a process that begins anew: what it had in memory is gone, its database is not ---- */

dg_code dg_consensus_restart(dg_world *world, dg_node_ix node, dg_error *err)
{
    dg_world_node *n = &world->nodes[node.v];
    dg_consensus_node *own = &world->consensus->nodes[node.v];
    dg_leaf leaf = { n->best, world->blocks[n->best].number };
    dg_signal signal;
    dg_code rc;
    dg_leaves_clear(&n->leaves);
    dg_statement_clear(&n->sd);
    dg_approval_forget(world, node);
    own->session_seen = own->stalls = own->from_before = false;
    n->answers = (dg_answers){ .count = 0 };
    own->busy_until = 0;
    n->gossip = (dg_topologies){ .current = NULL };
    dg_consensus_mode_forget(world, node);
    dg_statements_forget(world, node);
    dg_backing_pvf_restart(world, node, dg_sim_now(world->sim));
    if ((rc = dg_world_view(world, &world->blocks[n->best], err)) < 0
        || (rc = dg_leaves_import(&n->leaves, &signal, &leaf, DG_NO,
                                  world->blocks[n->best].view.host_version != 0, err))
               < 0
        || (rc = dg_consensus_signal(world, node, &signal, (dg_leaf_id){ n->best }, err)) < 0)
        return rc;
    /* what it missed, from its peers */
    for (uint32_t id = n->finalized + 1; id < world->block_count; id++)
        if (world->blocks[id].sealed && !world->blocks[id].gone
            && world->blocks[id].imported[node.v] == DG_NEVER
            && (rc = dg_consensus_block_arrived(world, node, (dg_leaf_id){ id }, err)) < 0)
            return rc;
    return dg_consensus_finality_arrived(world, node, (dg_leaf_id){ world->finalized }, err);
}
