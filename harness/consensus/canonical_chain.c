/* canonical_chain.c - the chain as the nodes agree on it, handed out block by block.
 *
 * Whoever follows it (client's view, samples at U) must never see a block taken back,
 * so a block waits until every node has finalized it, with what its author reported. */
#include "consensus/consensus_impl.h"

#include <assert.h>

dg_code dg_consensus_keep(dg_world *world, dg_leaf_id id, const dg_kept *how, dg_error *err)
{
    dg_kept *kept;
    if (!world->options.settled)
        return DG_OK;
    if (!(kept = dg_malloc(sizeof *kept)))
        return dg_fail(err, DG_NOMEM, "no memory for what is told of a block");
    *kept = *how;
    assert(!world->blocks[id.v].kept);
    world->blocks[id.v].kept = kept;
    return DG_OK;
}

static dg_code hand_out(dg_world *world, dg_leaf_id id, dg_error *err)
{
    dg_world_block *b = &world->blocks[id.v];
    assert(!b->gone && b->kept && b->parent == world->consensus->settled);
    dg_authored block = { .block = b->block,
                          .slot = b->slot,
                          .number = b->number,
                          .author = b->author,
                          .report = &b->kept->report,
                          .path = b->kept->path,
                          .config_session = b->kept->config_session,
                          .amended = b->kept->amended };
    dg_code rc = world->options.settled(world->options.user, &block, err);
    dg_free(b->kept);
    b->kept = NULL;
    world->consensus->settled = id.v;
    return rc;
}

dg_code dg_consensus_settle(dg_world *world, dg_leaf_id last, dg_error *err)
{
    uint32_t count = world->blocks[last.v].number - world->blocks[world->consensus->settled].number,
             at = count, *path;
    dg_code rc = DG_OK;
    if (!count || !world->options.settled) {
        world->consensus->settled = last.v;
        return DG_OK;
    }
    if (!(path = dg_malloc(count * sizeof *path)))
        return dg_fail(err, DG_NOMEM, "no memory for a chain of %u blocks", count);
    for (uint32_t id = last.v; id != world->consensus->settled; id = world->blocks[id].parent) {
        assert(at > 0); /* else what was settled lost */
        path[--at] = id;
    }
    for (; at < count && rc >= 0; at++)
        rc = hand_out(world, (dg_leaf_id){ path[at] }, err);
    dg_free(path);
    return rc;
}

dg_code dg_consensus_refuse(dg_world *world, dg_authored *block, dg_error *err)
{
    return world->options.refused ? world->options.refused(world->options.user, block, err) : DG_OK;
}
