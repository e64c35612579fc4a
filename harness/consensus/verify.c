/* verify.c - everything that must hold of authors, voters and clients between two slots. */
#include "consensus/consensus_impl.h"

#include <assert.h>

static void verify_node(const dg_world *world, uint32_t node)
{
    const dg_consensus_node *own = &world->consensus->nodes[node];
    const dg_world_block *best = &world->blocks[world->nodes[node].best];
    assert(own->waits_at < world->block_count);
    assert(own->waits_for < DG_ASK_COUNT);
    assert(own->final_wanted == DG_NO || own->final_wanted < world->block_count);
    assert(own->final_wanted == DG_NO
           || world->blocks[own->final_wanted].number
                  > world->blocks[world->nodes[node].finalized].number);
    assert(!own->compiled || world->consensus->enact.set);
    assert(best->sealed || best->author == node);
}

static void verify_grandpa(const dg_world *world)
{
    const dg_grandpa *f = &world->consensus->grandpa;
    assert(!f->count == !f->voters);
    for (uint32_t i = 0; i < f->count; i++)
        assert(f->voters[i].node == DG_NO || f->voters[i].node < world->node_count);
    assert(f->prevoted == DG_NO || f->prevoted < world->block_count);
    assert(f->weights_cap <= world->block_cap);
    assert(!f->round || f->weights);
}

/* What was settled is not taken back, and keeps nothing more of how it was made. */
static void verify_settled(const dg_world *world)
{
    uint32_t settled = world->consensus->settled;
    assert(settled < world->block_count);
    assert(dg_world_descends(world, (dg_leaf_id){ world->finalized }, (dg_leaf_id){ settled }));
    for (uint32_t i = 0; i < world->node_count; i++)
        assert(world->blocks[world->nodes[i].finalized].number >= world->blocks[settled].number);
    for (uint32_t id = world->first_kept; id < world->block_count; id++) {
        const dg_world_block *b = &world->blocks[id];
        assert(!b->kept || world->options.settled);
        assert(!b->kept || !b->gone);
        assert(!b->kept || b->number > world->blocks[settled].number);
        assert(!b->enacted || world->consensus->enact.set);
    }
}

void dg_consensus_verify(const dg_world *world)
{
    for (uint32_t i = 0; i < world->node_count; i++)
        verify_node(world, i);
    verify_grandpa(world);
    verify_settled(world);
}
