/* distribution.c - which of the two ways statements, bitfields, chunks and proofs go: chosen here,
 * and all else goes through the table of the way. */
#include "statements/statements_impl.h"

#include <assert.h>

const dg_statements_distribution *dg_statements_distribution_of(const dg_network_options *options)
{
    static const dg_statements_distribution *const ways[] = {
        [DG_DISTRIBUTION_COMPUTED] = &dg_statements_computed,
        [DG_DISTRIBUTION_SENT] = &dg_statements_sent,
    };
    assert((size_t)options->distribution < sizeof ways / sizeof *ways);
    return ways[options->distribution];
}

dg_code dg_statements_taken_up(dg_world *world, dg_node_ix node, dg_leaf_id leaf, dg_error *err)
{
    return world->statements->by->taken_up(world, node, leaf, err);
}

dg_code dg_statements_chunks_taken_up(dg_world *world, dg_node_ix node, dg_leaf_id leaf,
                                      dg_error *err)
{
    return world->statements->by->chunks_taken_up(world, node, leaf, err);
}

dg_code dg_statements_offered(dg_world *world, dg_leaf_id leaf, dg_place_ix core, dg_error *err)
{
    return world->statements->by->offered(world, leaf, core, err);
}

dg_code dg_statements_event(dg_world *world, dg_node_ix node, const dg_sim_event *event,
                            dg_error *err)
{
    return world->statements->by->event(world, node, event, err);
}

dg_code dg_statements_votes(dg_world *world, uint8_t *voted, uint32_t *votes, dg_leaf_id leaf,
                            dg_place_ix core, dg_node_ix listener, dg_error *err)
{
    *votes = 0;
    return dg_statements_is_offered(&world->blocks[leaf.v], core)
               ? world->statements->by->votes(world, voted, votes, leaf, core, listener, err)
               : DG_OK;
}

bool dg_statements_bitfield_is_here(const dg_world *world, dg_leaf_id leaf, dg_node_ix from,
                                    dg_node_ix listener)
{
    return from.v != DG_NO && world->statements->by->bitfield_is_here(world, leaf, from, listener);
}

void dg_statements_bitfield_read(const dg_world *world, bool *held, dg_leaf_id leaf,
                                 dg_node_ix node)
{
    world->statements->by->bitfield_read(world, held, leaf, node);
}

dg_ns dg_statements_recovery_ns(const dg_world *world, const dg_session *session)
{
    return world->statements->by->recovery_ns(world, session);
}

void dg_statements_recovery_count(dg_world *world, const dg_session *session, uint64_t times)
{
    world->statements->by->recovery_count(world, session, times);
}

dg_code dg_statements_messages_tell(dg_world *world, dg_error *err)
{
    return world->statements->by->messages_tell(world, err);
}
