/* spared.c - N's work as if N-1 did it: the longest that N-1's blocks and calls took is the most
 * that N's take. */
#include "world/world.h"

#include <assert.h>

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t most(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

uint64_t dg_world_work_of(dg_world *world, dg_leaf_id parent, uint64_t fuel)
{
    assert(parent.v < world->block_count);
    if (!world->blocks[parent.v].enacted)
        world->longest.block = most(world->longest.block, fuel);
    else if (world->options.spared.work && world->longest.block)
        return least(fuel, world->longest.block);
    return fuel;
}

static uint64_t longest_call(const dg_world *world)
{
    uint64_t longest = 0;
    for (dg_request r = 0; r < DG_ASK_COUNT; r++)
        longest = most(longest, world->longest.call[r]);
    return longest;
}

/* Of a question that N-1 had no answer for nobody knows what it would have taken. */
void dg_world_work_of_calls(dg_world *world, dg_world_block *b)
{
    uint64_t any = longest_call(world);
    for (dg_request r = 0; r < DG_ASK_COUNT; r++) {
        uint64_t known = world->longest.call[r];
        if (!b->enacted && b->view.cost[r] < DG_ENDLESS)
            world->longest.call[r] = most(known, b->view.cost[r]);
        else if (b->enacted && world->options.spared.work && any)
            b->view.cost[r] = least(b->view.cost[r], known ? known : any);
    }
}
