/* code_compile.c - the first call with new code needs it compiled; until then a node's
 * process answers nothing and authors nothing. All nodes come to it together.
 *
 * Code that waits in `:pending_code` is not needed for questions, but for the next
 * block; a node may begin on it ahead, beside its other work.
 * Mirrors: sc-executor (RuntimeCache), measured on real nodes at an upgrade. */
#include "consensus/consensus_impl.h"

static dg_ns time_of(const dg_world *world, dg_node_ix node)
{
    const dg_network_options *o = &world->options;
    dg_rng rng = dg_rng_fork(o->seed, "compile", node.v, 0);
    dg_ns time = o->compile_ns_min + dg_rng_below(&rng, o->compile_ns_max - o->compile_ns_min + 1);
    return time / 1000 * world->nodes[node.v].of->pace;
}

static dg_code stand_still(dg_world *world, dg_node_ix node, dg_leaf_id id, dg_ns until, bool again,
                           dg_error *err)
{
    dg_ns now = dg_sim_now(world->sim);
    struct dg_event_net_compiled n = { .slot = world->slot,
                                       .ms = until > now ? (until - now) / DG_MS : 0,
                                       .again = again };
    dg_code rc;
    if (until <= now)
        return DG_OK;
    rc = dg_world_emit(
        world, &world->blocks[id.v],
        &(dg_event){ .kind = DG_EVENT_NET_COMPILED, .node = node.v, .net_compiled = n }, err);
    return rc < 0
               ? rc
               : dg_sim_pause(world->sim, (dg_node_ix){ node.v }, (dg_sim_span){ now, until }, err);
}

dg_code dg_consensus_compile(dg_world *world, dg_node_ix node, dg_leaf_id id, bool children,
                             dg_error *err)
{
    dg_world_node *n = &world->nodes[node.v];
    dg_consensus_node *own = &world->consensus->nodes[node.v];
    const dg_world_block *b = &world->blocks[id.v];
    bool ahead = b->pending && !children && n->of->compiles_pending;
    if (!b->enacted || !world->consensus->enact.what.code.len || !world->options.compile_ns_max
        || (b->pending && !children && !ahead))
        return DG_OK;
    if (own->compiled && dg_sim_node_paused(world->sim, (dg_node_ix){ node.v }))
        return DG_OK; /* for a block beside it: at it already */
    if (!own->compiled)
        own->compiled_at = dg_sim_now(world->sim) + time_of(world, node);
    own->compiled = true;
    return ahead ? DG_OK : stand_still(world, node, id, own->compiled_at, false, err);
}

dg_code dg_consensus_recompile(dg_world *world, dg_node_ix node, dg_error *err)
{
    dg_world_node *n = &world->nodes[node.v];
    dg_consensus_node *own = &world->consensus->nodes[node.v];
    const dg_world_block *b = &world->blocks[n->best];
    if (!world->options.compile_ns_max || n->of->caches_compiled)
        return DG_OK;
    own->compiled = b->enacted && !b->pending;
    own->compiled_at = dg_sim_now(world->sim) + time_of(world, node);
    return stand_still(world, node, (dg_leaf_id){ n->best }, own->compiled_at, true, err);
}
