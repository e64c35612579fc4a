/* statements.c - what the room keeps of a network, from its making to its end. */
#include "statements/statements_impl.h"

dg_code dg_statements_init(dg_world *world, dg_error *err)
{
    dg_statements *s = world->statements = dg_calloc(1, sizeof *s);
    if (!s || !(s->peers = dg_calloc(world->node_count + 1, sizeof *s->peers)))
        return dg_fail(err, DG_NOMEM, "no memory for the peers of %u nodes", world->node_count);
    s->by = dg_statements_distribution_of(&world->options);
    return DG_OK;
}

void dg_statements_clear(dg_world *world)
{
    dg_statements *s = world->statements;
    if (!s)
        return;
    for (uint32_t i = 0; s->peers && i < world->node_count; i++) {
        dg_statements_peer_scores_clear(&s->peers[i].scores);
        for (int k = 0; k < DG_QUEUE_COUNT; k++)
            dg_statements_queue_clear(&s->peers[i].queues[k]);
    }
    for (uint32_t i = 0; i < DG_COMPUTED_GRIDS; i++)
        dg_statements_computed_grid_free(s->grids[i]);
    dg_free(s->peers);
    dg_free(s);
    world->statements = NULL;
}
