/* mid_session_fork.c - what nodes have been through when the chain is forked within a session.
 *
 * A topology comes once, at the first leaf of a session, and a fork that is pruned later
 * may take it away again. Nodes of a chain that is forked slots after that are not as new
 * as the run: they were told then, and each slot since left a losing fork with the odds of
 * a primary claim. Whether one was pruned is drawn once for all, since all see it; if so,
 * every node hears of it as it would have, and keeps or loses what its class does.
 * Rejected: to begin as if the session did, which shows a sound upgrade to a network whose
 * nodes lost their topology long ago; and to call it lost always, which a young session
 * does not deserve.
 * Mirrors: sc-consensus-babe, claims of a slot (c); polkadot-sdk 4269. */
#include "consensus/consensus_impl.h"

static dg_code draw_forks(dg_world *world, dg_block *root, uint64_t slots, dg_error *err)
{
    dg_rng rng = dg_rng_fork(world->options.seed, "forks-before", 0, 0);
    dg_epoch epoch;
    dg_code rc = dg_chain_epoch(world->chain, root, world->first_slot, &epoch, err);
    if (rc < 0 || rc == DG_ABSENT)
        return rc < 0 ? rc : DG_OK;
    for (; slots && epoch.c[1] && !world->consensus->mid_session.forked; slots--)
        world->consensus->mid_session.forked = dg_rng_below(&rng, epoch.c[1]) < epoch.c[0];
    dg_epoch_clear(&epoch);
    return DG_OK;
}

dg_code dg_consensus_mid_session_init(dg_world *world, const dg_clock *clock, dg_error *err)
{
    dg_block *root = dg_chain_root(world->chain);
    if (!dg_block_number(root) || clock->slot <= clock->epoch_start)
        return DG_OK;
    world->consensus->mid_session.within = true;
    world->consensus->mid_session.session = clock->session;
    world->consensus->mid_session.session_slot = clock->epoch_start;
    return world->options.no_forks ? DG_OK
                                   : draw_forks(world, root, clock->slot - clock->epoch_start, err);
}

uint64_t dg_consensus_mid_session_slot(const dg_world *world, const dg_world_block *b)
{
    return world->consensus->mid_session.within
                   && b->slot > world->consensus->mid_session.session_slot
                   && b->view.session == world->consensus->mid_session.session
               ? world->consensus->mid_session.session_slot
               : b->slot;
}

/* No block of this run was deactivated: number 0. */
static dg_code tell_signal(dg_world *world, dg_node_ix node, const dg_world_block *b, dg_error *err)
{
    struct dg_event_net_signal n = { .slot = b->slot, .by_finality = true };
    dg_code rc;
    if (world->consensus->mid_session.told)
        return DG_OK;
    world->consensus->mid_session.told = true;
    rc = dg_consensus_tell_session(world, b, err);
    return rc < 0 ? rc
                  : dg_world_emit(
                      world, b,
                      &(dg_event){ .kind = DG_EVENT_NET_SIGNAL, .node = node.v, .net_signal = n },
                      err);
}

dg_code dg_consensus_mid_session_told(dg_world *world, dg_node_ix node, dg_leaf_id id,
                                      dg_error *err)
{
    static const dg_signal only_deactivates = { .by_finality = true };
    dg_world_node *n = &world->nodes[node.v];
    dg_consensus_node *own = &world->consensus->nodes[node.v];
    dg_losses lost;
    dg_code rc;
    if (!own->from_before || !world->consensus->mid_session.forked)
        return DG_OK;
    own->from_before = false;
    if ((rc = tell_signal(world, node, &world->blocks[id.v], err)) < 0
        || (rc = dg_statement_signal(&n->sd, &lost, &only_deactivates, NULL, err)) < 0)
        return rc;
    return dg_world_emit_losses(world, node, id, &lost, err);
}
