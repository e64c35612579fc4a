/* consensus.c - what the room keeps of a network, from its making to its end, and its first block.
 */
#include "consensus/consensus_impl.h"

dg_code dg_consensus_init(dg_world *world, dg_error *err)
{
    dg_consensus *c = world->consensus = dg_calloc(1, sizeof *c);
    if (!c || !(c->nodes = dg_calloc(world->node_count + 1, sizeof *c->nodes)))
        return dg_fail(err, DG_NOMEM, "no memory for the clients of %u nodes", world->node_count);
    for (uint32_t i = 0; i < world->node_count; i++)
        c->nodes[i].final_wanted = DG_NO;
    return DG_OK;
}

void dg_consensus_clear(dg_world *world)
{
    dg_consensus *c = world->consensus;
    if (!c)
        return;
    dg_client_view_free(c->clients);
    dg_consensus_grandpa_clear(&c->grandpa);
    dg_free(c->heartbeats.at);
    dg_free(c->nodes);
    dg_free(c);
    world->consensus = NULL;
}

dg_code dg_consensus_start(dg_world *world, const dg_clock *clock, dg_error *err)
{
    return dg_consensus_mid_session_init(world, clock, err);
}

dg_code dg_consensus_root(dg_world *world, uint32_t root, dg_error *err)
{
    dg_consensus *c = world->consensus;
    dg_code rc = dg_client_view_new(&c->clients, world->chain, dg_chain_root(world->chain), err);
    if (rc < 0 || (rc = dg_consensus_native_set(world, err)) < 0)
        return rc;
    if (c->clients)
        world->blocks[root].epochs = *dg_client_view_at(c->clients);
    world->blocks[root].sealed = true;
    for (uint32_t i = 0; i < world->node_count; i++) {
        world->blocks[root].imported[i] = 0;
        world->nodes[i].best = world->nodes[i].finalized = root;
        if ((rc = dg_consensus_restart(world, (dg_node_ix){ i }, err)) < 0)
            return rc;
        c->nodes[i].from_before = c->mid_session.within;
    }
    return dg_consensus_grandpa_init(world, err);
}

dg_code dg_consensus_enact(dg_world *world, dg_transition **what, uint64_t slot, dg_error *err)
{
    dg_consensus *c = world->consensus;
    if (slot < world->first_slot || slot <= world->slot)
        return dg_fail(err, DG_USAGE, "slot %llu is not ahead of the network",
                       (unsigned long long)slot);
    if (c->enact.set && c->enact.slot != slot)
        return dg_fail(err, DG_USAGE,
                       "code and configuration must change in the same slot, not in %llu and "
                       "%llu",
                       (unsigned long long)c->enact.slot, (unsigned long long)slot);
    c->enact.set = true;
    c->enact.slot = slot;
    *what = &c->enact.what;
    return DG_OK;
}

dg_code dg_consensus_later(dg_world *world, uint64_t slot, const dg_transition *what, dg_error *err)
{
    dg_consensus *c = world->consensus;
    if (c->later.set || !c->enact.set || slot <= c->enact.slot)
        return dg_fail(err, DG_USAGE,
                       "slot %llu is not behind U, or something is done later already",
                       (unsigned long long)slot);
    c->later.set = true;
    c->later.slot = slot;
    c->later.what = *what;
    return DG_OK;
}
