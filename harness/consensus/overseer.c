/* overseer.c - the overseer tells a node's subsystems of leaves, one signal after the
 * other; none is taken up before its answers are in.
 *
 * A part that leaves a signal waiting for too long ends the overseer and with it the
 * node: shutting down waits for its tasks, then somebody has to start it again.
 * Mirrors: node/overseer; orchestra (SubsystemStalled); gossip-support
 * (handle_active_leaves). */
#include "consensus/consensus_impl.h"

#include <assert.h>
#include <string.h>

/* A signal on its way to the subsystems, which wait for answers at its leaf: the
 * content of a timer, with the leaves that it deactivates behind it. */
typedef struct dg_held_signal {
    dg_signal signal;
    uint32_t id;
    dg_mode mode;
    dg_leaf_fate fate;
} dg_held_signal;

/* ---- what the subsystems make of it ---- */

/* gossip-support: once in a session, at its first leaf here. A session that could
 * not be asked is tried again at the next leaf; one whose epoch could not, is not. */
static dg_code tell_topology(dg_world *world, dg_node_ix node, dg_leaf_id id, dg_error *err)
{
    dg_world_node *n = &world->nodes[node.v];
    dg_consensus_node *own = &world->consensus->nodes[node.v];
    const dg_world_block *b = &world->blocks[id.v];
    dg_losses lost;
    dg_code rc;
    if (!b->view.session_known || (own->session_seen && b->view.session <= own->last_session)
        || !b->session)
        return DG_OK;
    own->session_seen = true;
    own->last_session = b->view.session;
    if (b->session->member[node.v] == DG_NO || !b->session->has_grid)
        return DG_OK;
    dg_topologies_add(&n->gossip, b->session);
    if ((rc = dg_statement_topology(&n->sd, &lost, b->session, b->number, err)) < 0)
        return rc;
    dg_statement_stamp(&n->sd, dg_sim_now(world->sim));
    return (rc = dg_world_emit_losses(world, node, id, &lost, err)) < 0
               ? rc
               : dg_consensus_mid_session_told(world, node, id, err);
}

static dg_code note_signal(dg_world *world, dg_node_ix node, const dg_signal *signal,
                           uint32_t cause, dg_error *err)
{
    world->stats.deactivations_only++;
    for (uint32_t i = 0; i < signal->deactivated_count; i++) {
        dg_world_block *lost = &world->blocks[signal->deactivated[i]];
        struct dg_event_net_signal n = { .slot = world->slot,
                                         .deactivated = lost->number,
                                         .by_finality = signal->by_finality };
        dg_code rc;
        if (lost->signal_seen)
            continue;
        lost->signal_seen = true;
        if ((rc = dg_world_emit(
                 world, &world->blocks[cause],
                 &(dg_event){ .kind = DG_EVENT_NET_SIGNAL, .node = node.v, .net_signal = n }, err))
            < 0)
            return rc;
    }
    return DG_OK;
}

/* With what lies below it down to what was taken up before: a node that was away
 * finds it all with its first leaf. */
static void take_up(dg_world *world, dg_node_ix node, dg_leaf_id id)
{
    const dg_world_block *b = &world->blocks[id.v];
    dg_world_node *n = &world->nodes[node.v];
    dg_answers_take(&n->answers, n->of, &b->view, b->number);
    dg_consensus_mode_take_up(world, node, &b->view);
    for (; id.v != DG_NO && dg_world_has(world, node, id)
           && world->blocks[id.v].taken[node.v] == DG_NEVER;
         id.v = world->blocks[id.v].parent)
        world->blocks[id.v].taken[node.v] = dg_sim_now(world->sim);
}

/* Statement distribution has sorted what was taken up by its two state machines: work
 * on it begins. */
static dg_code begin_work(dg_world *world, dg_node_ix node, dg_leaf_id leaf, dg_error *err)
{
    const dg_statement *sd = &world->nodes[node.v].sd;
    dg_ns now = dg_sim_now(world->sim);
    uint32_t id = leaf.v;
    dg_code rc = DG_OK;
    for (; rc == DG_OK && id != DG_NO && !world->blocks[id].gone
           && world->blocks[id].taken[node.v] == now && !world->blocks[id].way[node.v];
         id = world->blocks[id].parent) {
        world->blocks[id].way[node.v] = dg_statement_v2_at(sd, id)       ? DG_WAY_V2
                                        : dg_statement_legacy_at(sd, id) ? DG_WAY_LEGACY
                                                                         : DG_WAY_NONE;
        rc = dg_statements_taken_up(world, node, (dg_leaf_id){ id }, err);
    }
    return rc < 0 ? rc : dg_statements_chunks_taken_up(world, node, leaf, err);
}

static dg_code tell_statements(dg_world *world, dg_node_ix node, const dg_held_signal *held,
                               dg_error *err)
{
    const dg_world_block *b = &world->blocks[held->id];
    dg_new_leaf leaf = { .id = held->id,
                         .number = b->number,
                         .mode = held->mode,
                         .fate = held->fate,
                         .info = b->gone ? NULL : b->session };
    dg_parent *ancestors = NULL;
    bool takes = held->signal.activates && !b->gone;
    uint32_t most = takes ? dg_world_ancestry(world, node, (dg_leaf_id){ held->id }) : 0;
    dg_losses lost;
    dg_code rc;
    if (takes && (leaf.ancestor_count = dg_world_ancestors(world, NULL, b, most))) {
        if (!(leaf.ancestors = ancestors = dg_malloc(leaf.ancestor_count * sizeof *ancestors)))
            return dg_fail(err, DG_NOMEM, "no memory for %u ancestors of a leaf",
                           leaf.ancestor_count);
        dg_world_ancestors(world, ancestors, b, most);
    }
    rc = dg_statement_signal(&world->nodes[node.v].sd, &lost, &held->signal, &leaf, err);
    dg_free(ancestors);
    return rc < 0 ? rc : dg_world_emit_losses(world, node, (dg_leaf_id){ held->id }, &lost, err);
}

static dg_code deliver(dg_world *world, dg_node_ix node, const dg_held_signal *held, dg_error *err)
{
    const dg_world_block *b = &world->blocks[held->id];
    bool activates = held->signal.activates;
    dg_code rc;
    assert(!activates || b->gone || b->viewed);
    if (activates && !b->gone)
        take_up(world, node, (dg_leaf_id){ held->id });
    if (!activates && (rc = note_signal(world, node, &held->signal, held->id, err)) < 0)
        return rc;
    if ((rc = tell_statements(world, node, held, err)) < 0)
        return rc;
    dg_statement_stamp(&world->nodes[node.v].sd, dg_sim_now(world->sim));
    if (!activates || b->gone)
        return DG_OK;
    if ((rc = tell_topology(world, node, (dg_leaf_id){ held->id }, err)) < 0
        || (rc = dg_backing_pvf_leaf(world, node, b, err)) < 0)
        return rc;
    return begin_work(world, node, (dg_leaf_id){ held->id }, err);
}

/* ---- when ---- */

static dg_code hold(dg_world *world, dg_node_ix node, const dg_held_signal *held, dg_error *err)
{
    size_t gone = held->signal.deactivated_count * sizeof *held->signal.deactivated;
    dg_held_signal *kept;
    dg_sim_msg *msg;
    dg_code rc = dg_sim_msg_new(world->sim, &msg, sizeof *held + gone, NULL, err);
    if (rc < 0)
        return rc;
    kept = dg_sim_msg_room(msg);
    *kept = *held;
    if (gone)
        kept->signal.deactivated = memcpy(kept + 1, held->signal.deactivated, gone);
    rc = dg_sim_timer_at(world->sim, NULL, (dg_node_ix){ node.v },
                         world->consensus->nodes[node.v].busy_until,
                         &(dg_sim_timer){ .tag = DG_TAG_ANSWERED, .msg = msg }, err);
    dg_sim_msg_drop(world->sim, msg);
    return rc;
}

/* The signal would wait for so long: the node goes down when that is too much, until
 * somebody has started it again. */
static dg_code go_down(dg_world *world, dg_node_ix node, dg_ns wait, dg_error *err)
{
    dg_consensus_node *own = &world->consensus->nodes[node.v];
    const dg_world_block *about = &world->blocks[own->waits_at];
    dg_rng rng = dg_rng_fork(world->options.seed, "restart", node.v, own->waits_at);
    dg_ns least = dg_world_constant(DG_CONST_RESTART_MIN),
          most = dg_world_constant(DG_CONST_RESTART_MAX);
    dg_ns down =
        dg_world_constant(DG_CONST_SHUTDOWN) + least + dg_rng_below(&rng, most - least + 1);
    dg_ns at = dg_sim_now(world->sim)
               + dg_world_own_wait(world, node, dg_world_constant(DG_CONST_STALL_LIMIT));
    struct dg_event_net_stalled told = { .slot = world->slot,
                                         .waited_ms = wait / DG_MS,
                                         .down_ms = down / DG_MS,
                                         .host_version = about->view.host_version };
    dg_code rc;
    own->stalls = true;
    world->stats.stalled++;
    rc = dg_world_emit_why(
        world, about,
        &(dg_event){ .kind = DG_EVENT_NET_STALLED, .node = node.v, .net_stalled = told },
        "question", dg_request_at(own->waits_for)->method, err);
    return rc < 0 ? rc
                  : dg_sim_crash(world->sim, (dg_node_ix){ node.v }, (dg_sim_span){ at, at + down },
                                 err);
}

/* Up to v1.6 what fails at a leaf leaves all as it was; since then the leaves before it go. */
static void take_mode(dg_held_signal *held, const dg_world_node *n, const dg_view *view)
{
    uint32_t kept = dg_answers_kept(&n->answers, view);
    bool goes_on =
        n->of->early != DG_EARLY_DROP && dg_view_mode_told(view, n->of) == DG_MODE_ENABLED;
    held->mode = goes_on ? DG_MODE_ENABLED : dg_view_mode_for(view, n->of, kept);
    held->fate = goes_on ? dg_view_fate_for(view, n->of, kept) : DG_LEAF_TAKEN;
}

dg_code dg_consensus_signal(dg_world *world, dg_node_ix node, const dg_signal *signal,
                            dg_leaf_id id, dg_error *err)
{
    dg_world_node *n = &world->nodes[node.v];
    dg_consensus_node *own = &world->consensus->nodes[node.v];
    const dg_view *view = &world->blocks[id.v].view;
    dg_held_signal held = { .signal = *signal, .id = id.v };
    dg_ns now = dg_sim_now(world->sim), from = own->busy_until > now ? own->busy_until : now;
    dg_code rc;
    take_mode(&held, n, view);
    if (from - now > dg_world_own_wait(world, node, dg_world_constant(DG_CONST_STALL_LIMIT))
        && !own->stalls && (rc = go_down(world, node, from - now, err)) < 0)
        return rc;
    if (!dg_signal_any(signal))
        return DG_OK;
    own->busy_until = from;
    if (signal->activates) {
        own->waits_at = id.v;
        own->busy_until += dg_world_runtime_latency(world, node, id, &own->waits_for);
    }
    return own->busy_until == now ? deliver(world, node, &held, err)
                                  : hold(world, node, &held, err);
}

dg_code dg_consensus_answered(dg_world *world, dg_node_ix node, const dg_sim_event *event,
                              dg_error *err)
{
    return deliver(world, node, dg_sim_msg_data(event->msg), err);
}
