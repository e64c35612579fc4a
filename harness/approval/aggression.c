/* aggression.c - how many messages approvals take, and how many more when finality falls behind:
 * from thirteen blocks on, validators that sent a message about the oldest block send it to all
 * peers; from twenty-eight on, all that received it pass it on, and every eighth block is sent
 * again. A validator that receives a message first also sends it to a few random peers. Peers
 * that are known to have it already are counted all the same: no more are sent than that.
 * Mirrors: approval-distribution (AggressionConfig, enable_aggression). */
#include "approval/approval_impl.h"

/* Of so many that the grid leaves out. With less than 25 peers each is taken, with more one
 * in n / 25 until there are four: fewer than four come out once in millions. */
static uint64_t random_of(uint64_t others)
{
    uint64_t most = dg_world_constant(DG_CONST_RANDOM_PEERS);
    return others < most ? others : most;
}

static uint64_t minus(uint64_t a, uint64_t b)
{
    return a > b ? a - b : 0;
}

/* Beside the grid: its sender, which at level 1 tells everybody, then those of its row and
 * column, then those that route nothing. All but the sender know one who has it. */
static uint64_t beside(uint64_t members, uint64_t row, uint64_t column, unsigned level)
{
    uint64_t others = minus(members, 1 + row + column), routed = level == 2 ? row + column : 0;
    return (level ? 0 : random_of(others))
           + row * random_of(minus(members, 2 + (level == 2 ? routed : column)))
           + column * random_of(minus(members, 2 + (level == 2 ? routed : row)))
           + others * random_of(minus(members, 2 + routed));
}

uint64_t dg_approval_routed_messages(uint32_t members, unsigned level)
{
    uint64_t width = 1, rows, row, column, grid;
    if (members < 2)
        return 0;
    while ((width + 1) * (width + 1) <= members)
        width++;
    rows = (members + width - 1) / width;
    row = width - 1;
    column = rows - 1;
    /* a neighbour in the row tells its column, one in the column its row */
    grid = row + column + 2 * row * column;
    grid += beside(members, row, column, level);
    if (level == 0)
        return grid;
    grid += minus(members, 1 + row + column);
    return level == 1 ? grid : grid + members * (row + column);
}

void dg_approval_count_messages(dg_world *world, const dg_approval_block *a, dg_approval_sent sent)
{
    uint64_t each = dg_approval_routed_messages(a->session->count, a->level);
    world->approval->since.assignments += sent.assignments * each;
    world->approval->since.approvals += sent.approvals * each;
}

static uint32_t newest(const dg_world *world)
{
    uint32_t most = 0;
    for (uint32_t i = 0; i < world->node_count; i++)
        most = world->blocks[world->nodes[i].best].number > most
                   ? world->blocks[world->nodes[i].best].number
                   : most;
    return most;
}

static unsigned level_at(uint32_t age)
{
    if (age >= dg_world_constant(DG_CONST_AGGRESSION_2))
        return 2;
    return age >= dg_world_constant(DG_CONST_AGGRESSION_1);
}

/* What was told of the block already reaches those it was not sent to before. */
static void raise(dg_world *world, dg_approval_block *a, unsigned level)
{
    uint64_t more = dg_approval_routed_messages(a->session->count, level)
                    - dg_approval_routed_messages(a->session->count, a->level);
    if (level <= a->level)
        return;
    world->approval->since.assignments += a->assignments * more;
    world->approval->since.approvals += a->approvals * more;
    a->level = level;
}

void dg_approval_aggression_slot(dg_world *world)
{
    uint32_t final = world->blocks[world->finalized].number, best = newest(world);
    uint32_t age = best > final ? best - final - 1 : 0;
    bool grew = best > world->approval->since.newest;
    world->approval->since.level = level_at(age);
    world->approval->since.newest = best;
    for (uint32_t id = world->finalized + 1;
         grew && world->approval->since.level && id < world->block_count; id++) {
        const dg_world_block *b = &world->blocks[id];
        if (b->gone || !b->approval || !b->approval->session || b->number <= final)
            continue;
        if (b->number == final + 1)
            raise(world, b->approval, world->approval->since.level);
        if (b->number < best && (best - b->number) % dg_world_constant(DG_CONST_RESEND) == 0)
            dg_approval_count_messages(
                world, b->approval,
                (dg_approval_sent){ b->approval->assignments, b->approval->approvals });
    }
}
