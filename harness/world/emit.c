/* emit.c - what happened, to the listener. */
#include "world/world_impl.h"

dg_code dg_world_emit(dg_world *world, const dg_world_block *about, const dg_event *event,
                      dg_error *err)
{
    dg_event e = *event;
    if (!world->options.each) {
        json_decref(e.detail);
        return DG_OK;
    }
    e.at = dg_sim_now(world->sim);
    e.block = about ? about->number : e.block;
    return world->options.each(world->options.user, &e,
                               about && about->block ? dg_block_hash(about->block) : NULL, err);
}

dg_code dg_world_emit_why(dg_world *world, const dg_world_block *about, const dg_event *event,
                          const char *key, const char *text, dg_error *err)
{
    dg_event e = *event;
    if (text && !(e.detail = json_pack("{s:o}", key, dg_event_text(text))))
        return dg_fail(err, DG_NOMEM, "no memory for an event");
    return dg_world_emit(world, about, &e, err);
}

dg_code dg_world_emit_losses(dg_world *world, dg_node_ix node, dg_leaf_id id, const dg_losses *lost,
                             dg_error *err)
{
    for (uint32_t i = 0; i < lost->count; i++) {
        const dg_event e = { .kind = DG_EVENT_NET_LOST,
                             .node = node.v,
                             .net_lost = { .session = lost->of[i].session,
                                           .how = lost->of[i].moved ? 2 : lost->of[i].purged,
                                           .topology_block = lost->of[i].block } };
        dg_code rc = dg_world_emit(world, &world->blocks[id.v], &e, err);
        if (rc < 0)
            return rc;
        if (lost->of[i].purged)
            world->stats.topologies_purged++;
        else
            world->stats.topologies_dropped++;
    }
    return DG_OK;
}
