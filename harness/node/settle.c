/* settle.c - the chain as the nodes agree on it, handed out block by block.
 *
 * Whoever follows it (client's view, samples at U) must never see a block taken back,
 * so a block waits until every node has finalized it, with what its author reported. */
#include "node/node_impl.h"

#include <assert.h>

dg_code dg_net_keep(dg_network *net, uint32_t id, const dg_kept *how, dg_error *err)
{
    dg_kept *kept;
    if (!net->options.settled)
        return DG_OK;
    if (!(kept = dg_malloc(sizeof *kept)))
        return dg_fail(err, DG_NOMEM, "no memory for what is told of a block");
    *kept = *how;
    net->blocks[id].kept = kept;
    return DG_OK;
}

static dg_code hand_out(dg_network *net, uint32_t id, dg_error *err)
{
    dg_net_block *b = &net->blocks[id];
    dg_made made = { .block = b->block,
                     .slot = b->slot,
                     .number = b->number,
                     .author = b->author,
                     .report = &b->kept->report,
                     .path = b->kept->path,
                     .config_session = b->kept->config_session,
                     .amended = b->kept->amended };
    dg_code rc = net->options.settled(net->options.user, &made, err);
    dg_free(b->kept);
    b->kept = NULL;
    net->settled = id;
    return rc;
}

dg_code dg_net_settle(dg_network *net, uint32_t last, dg_error *err)
{
    uint32_t count = net->blocks[last].number - net->blocks[net->settled].number, at = count, *path;
    dg_code rc = DG_OK;
    if (!count || !net->options.settled) {
        net->settled = last;
        return DG_OK;
    }
    if (!(path = dg_malloc(count * sizeof *path)))
        return dg_fail(err, DG_NOMEM, "no memory for a chain of %u blocks", count);
    for (uint32_t id = last; id != net->settled; id = net->blocks[id].parent) {
        assert(at > 0); /* else what was settled lost */
        path[--at] = id;
    }
    for (; at < count && rc >= 0; at++)
        rc = hand_out(net, path[at], err);
    dg_free(path);
    return rc;
}

dg_code dg_net_refuse(dg_network *net, dg_made *made, dg_error *err)
{
    return net->options.refused ? net->options.refused(net->options.user, made, err) : DG_OK;
}

dg_code dg_network_settle(dg_network *net, dg_error *err)
{
    net->over = true;
    return dg_net_settle(net, dg_net_favourite(net), err);
}
