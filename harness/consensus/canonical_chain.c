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

static dg_code tell(const dg_world *world, dg_leaf_id id, dg_world_settled listener, void *user,
                    dg_error *err)
{
    const dg_world_block *b = &world->blocks[id.v];
    assert(!b->gone && b->kept);
    dg_authored block = { .block = b->block,
                          .slot = b->slot,
                          .number = b->number,
                          .author = b->author,
                          .report = &b->kept->report,
                          .path = b->kept->path,
                          .config_session = b->kept->config_session,
                          .amended = b->kept->amended };
    return listener(user, &block, err);
}

static dg_code hand_out(dg_world *world, dg_leaf_id id, dg_error *err)
{
    dg_world_block *b = &world->blocks[id.v];
    dg_code rc;
    assert(b->parent == world->consensus->settled);
    rc = tell(world, id, world->options.settled, world->options.user, err);
    dg_free(b->kept);
    b->kept = NULL;
    world->consensus->settled = id.v;
    return rc;
}

/* What lies above the last settled block, up to `last`, oldest first; owned by the caller. */
static dg_code path_to(const dg_world *world, uint32_t **path, uint32_t *count, dg_leaf_id last,
                       dg_error *err)
{
    uint32_t at = *count =
        world->blocks[last.v].number - world->blocks[world->consensus->settled].number;
    if (!(*path = dg_malloc((at ? at : 1) * sizeof **path)))
        return dg_fail(err, DG_NOMEM, "no memory for a chain of %u blocks", at);
    for (uint32_t id = last.v; id != world->consensus->settled; id = world->blocks[id].parent) {
        assert(at > 0); /* else what was settled lost */
        (*path)[--at] = id;
    }
    return DG_OK;
}

dg_code dg_consensus_settle(dg_world *world, dg_leaf_id last, dg_error *err)
{
    uint32_t count, *path;
    dg_code rc;
    if (!world->options.settled) {
        world->consensus->settled = last.v;
        return DG_OK;
    }
    rc = path_to(world, &path, &count, last, err);
    for (uint32_t at = 0; rc >= 0 && at < count; at++)
        rc = hand_out(world, (dg_leaf_id){ path[at] }, err);
    dg_free(path);
    return rc;
}

dg_code dg_consensus_unsettled(const dg_world *world, dg_leaf_id last, dg_world_settled listener,
                               void *user, dg_error *err)
{
    uint32_t count, *path;
    dg_code rc = path_to(world, &path, &count, last, err);
    for (uint32_t at = 0; rc >= 0 && at < count; at++)
        rc = tell(world, (dg_leaf_id){ path[at] }, listener, user, err);
    dg_free(path);
    return rc;
}

dg_code dg_consensus_refuse(dg_world *world, dg_authored *block, dg_error *err)
{
    return world->options.refused ? world->options.refused(world->options.user, block, err) : DG_OK;
}
