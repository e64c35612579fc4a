/* backing.c - what the room keeps of a network, from its making to its end. */
#include "backing/backing_impl.h"

dg_code dg_backing_init(dg_world *world, dg_error *err)
{
    dg_backing *b = world->backing = dg_calloc(1, sizeof *b);
    if (!b || !(b->hosts = dg_calloc(world->node_count + 1, sizeof *b->hosts)))
        return dg_fail(err, DG_NOMEM, "no memory for the PVF hosts of %u nodes", world->node_count);
    b->chunks = dg_rng_root(world->options.seed, "chunk-order");
    for (uint32_t i = 0; i < world->node_count; i++)
        b->hosts[i].cold = i >= world->people.seated && !world->options.all_prepared
                           && !world->nodes[i].of->prepares_ahead;
    return DG_OK;
}

void dg_backing_clear(dg_world *world)
{
    dg_backing *b = world->backing;
    if (!b)
        return;
    for (uint32_t i = 0; b->hosts && i < world->node_count; i++) {
        dg_free(b->hosts[i].queue);
        dg_free(b->hosts[i].ready);
    }
    dg_free(b->hosts);
    dg_free(b->codes);
    dg_free(b->artifacts);
    dg_free(b->upgrades);
    dg_free(b);
    world->backing = NULL;
}
