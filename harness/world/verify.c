/* verify.c - everything that must hold of a world between two slots. */
#include "world/world_impl.h"

#include <assert.h>

/* What one node knows of a block: it has it, or waits for its parent, or has never met it. */
static void verify_known(const dg_world *world, const dg_world_block *b, uint32_t node)
{
    const dg_world_block *parent = b->parent == DG_NO ? NULL : &world->blocks[b->parent];
    assert(b->imported[node] >= DG_WORLD_WAITING || b->imported[node] <= dg_sim_now(world->sim));
    if (b->imported[node] < DG_WORLD_WAITING && parent && !parent->gone)
        assert(parent->imported[node] <= b->imported[node]);
    assert(b->taken[node] == DG_NEVER || b->imported[node] != DG_WORLD_WAITING);
    assert(b->way[node] <= DG_WAY_V2);
}

static void verify_offers(const dg_world_block *b)
{
    uint32_t made = 0;
    for (uint32_t i = 0; b->candidates && i < b->place_count; i++)
        made += b->candidates[i].para != DG_NO;
    assert(!b->viewed || b->place_count == 0 || b->place_count % b->view.core_count == 0);
    assert(made <= b->place_count);
}

static void verify_block(const dg_world *world, uint32_t id)
{
    const dg_world_block *b = &world->blocks[id];
    assert(b->author == DG_NO || b->author < world->node_count);
    assert(b->parent == DG_NO ? id == 0 : b->parent < id);
    if (b->parent != DG_NO) {
        const dg_world_block *parent = &world->blocks[b->parent];
        assert(b->number == parent->number + 1);
        assert(b->slot > parent->slot);
        assert(b->weight == parent->weight + b->primary);
        assert(b->gone || !parent->enacted || b->enacted);
    }
    assert(b->gone == !b->block);
    assert(id >= world->first_kept || b->gone);
    if (b->gone) {
        assert(!b->imported);
        assert(!b->viewed);
        return;
    }
    assert(b->number == dg_block_number(b->block));
    assert(dg_hash_equal(&b->hash, dg_block_hash(b->block)));
    for (uint32_t i = 0; i < world->node_count; i++)
        verify_known(world, b, i);
    verify_offers(b);
}

static void verify_node(const dg_world *world, uint32_t node)
{
    const dg_world_node *n = &world->nodes[node];
    assert(n->of);
    assert(n->best < world->block_count);
    assert(n->finalized < world->block_count);
    assert(dg_world_has(world, (dg_node_ix){ node }, (dg_leaf_id){ n->best }));
    assert(dg_world_descends(world, (dg_leaf_id){ n->best }, (dg_leaf_id){ n->finalized }));
    dg_answers_verify(&n->answers);
    assert(world->blocks[n->finalized].number <= world->blocks[world->finalized].number);
    for (uint32_t i = 0; i < n->leaves.count; i++) {
        assert(n->leaves.active[i].id < world->block_count);
        for (uint32_t k = 0; k < i; k++)
            assert(n->leaves.active[k].id != n->leaves.active[i].id);
    }
}

void dg_world_verify(const dg_world *world)
{
    assert(world->first_known <= world->first_kept);
    assert(world->first_kept < world->block_count);
    assert(world->finalized < world->block_count);
    for (uint32_t id = world->first_known; id < world->block_count; id++)
        verify_block(world, id);
    for (uint32_t node = 0; node < world->node_count; node++)
        verify_node(world, node);
}
