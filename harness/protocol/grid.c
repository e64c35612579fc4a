/* grid.c - the matrix in which the validators of a session stand.
 *
 * One that wants all others to hear tells its row and its column; those in the
 * row pass it on along their columns, those in the column along their rows. So
 * everybody hears after two hops, and nobody talks to more than about 2 sqrt(n).
 * Mirrors: gossip-support (construct), grid_topology.rs. */
#include "protocol/protocol.h"

#include <assert.h>
#include <string.h>

#include "crypto/crypto.h"

dg_hash dg_grid_seed(const uint8_t randomness[32])
{
    return dg_blake2_256_two(dg_text("gossipsu"), dg_bytes_of(randomness, 32));
}

static uint32_t width_of(uint32_t n)
{
    uint32_t w = 1;
    while ((uint64_t)(w + 1) * (w + 1) <= n)
        w++;
    return w;
}

dg_code dg_grid_init(dg_grid *grid, uint32_t count, const uint8_t randomness[32], dg_error *err)
{
    assert(count <= DG_VALIDATORS_MAX);
    dg_hash seed = dg_grid_seed(randomness);
    dg_chacha chance;
    *grid = (dg_grid){ .count = count, .width = width_of(count) };
    grid->at = dg_calloc(count ? count : 1, sizeof *grid->at);
    grid->position = dg_calloc(count ? count : 1, sizeof *grid->position);
    if (!grid->at || !grid->position) {
        dg_grid_clear(grid);
        return dg_fail(err, DG_NOMEM, "no memory for a grid of %u validators", count);
    }
    for (uint32_t i = 0; i < count; i++)
        grid->at[i] = i;
    dg_chacha_init(&chance, seed.at);
    dg_chacha_shuffle(&chance, grid->at, count);
    for (uint32_t i = 0; i < count; i++)
        grid->position[grid->at[i]] = i;
    return DG_OK;
}

void dg_grid_clear(dg_grid *grid)
{
    dg_free(grid->at);
    dg_free(grid->position);
    *grid = (dg_grid){ .count = 0 };
}

static uint32_t row(const dg_grid *g, uint32_t member)
{
    assert(member < g->count && g->width > 0);
    return g->position[member] / g->width;
}
static uint32_t column(const dg_grid *g, uint32_t member)
{
    assert(member < g->count && g->width > 0);
    return g->position[member] % g->width;
}

bool dg_grid_same_row(const dg_grid *grid, uint32_t a, uint32_t b)
{
    return a != b && row(grid, a) == row(grid, b);
}

bool dg_grid_same_column(const dg_grid *grid, uint32_t a, uint32_t b)
{
    return a != b && column(grid, a) == column(grid, b);
}

/* Who stands where the row of one crosses the column of the other, both ways;
 * the last row may be too short to have them. */
unsigned dg_grid_between(const dg_grid *grid, uint32_t between[2], uint32_t a, uint32_t b)
{
    uint32_t crossing[2] = { row(grid, a) * grid->width + column(grid, b),
                             row(grid, b) * grid->width + column(grid, a) };
    unsigned found = 0;
    for (unsigned i = 0; i < 2; i++)
        if (crossing[i] < grid->count && grid->at[crossing[i]] != a && grid->at[crossing[i]] != b)
            between[found++] = grid->at[crossing[i]];
    return found;
}

uint32_t dg_grid_slots(const dg_grid *grid)
{
    assert(grid->width > 0);
    return grid->width + (grid->count + grid->width - 1) / grid->width;
}

uint32_t dg_grid_slot(const dg_grid *grid, dg_discovery_ix member, dg_discovery_ix neighbour)
{
    if (dg_grid_same_row(grid, member.v, neighbour.v))
        return column(grid, neighbour.v);
    return dg_grid_same_column(grid, member.v, neighbour.v) ? grid->width + row(grid, neighbour.v)
                                                            : DG_NO;
}

uint32_t dg_grid_neighbour(const dg_grid *grid, dg_discovery_ix member, uint32_t slot)
{
    assert(slot < dg_grid_slots(grid));
    uint32_t at = slot < grid->width ? row(grid, member.v) * grid->width + slot
                                     : (slot - grid->width) * grid->width + column(grid, member.v);
    return at < grid->count && grid->at[at] != member.v ? grid->at[at] : DG_NO;
}

dg_route dg_grid_route(const dg_grid *grid, dg_discovery_ix member, dg_discovery_ix origin)
{
    bool same = member.v == origin.v;
    return (dg_route){ .row = same || dg_grid_same_column(grid, member.v, origin.v),
                       .column = same || dg_grid_same_row(grid, member.v, origin.v) };
}

dg_route dg_grid_sends(const dg_grid *grid, const dg_view *view, dg_group_ix group,
                       dg_discovery_ix member)
{
    assert(group.v < view->group_count);
    dg_route to = { false, false };
    for (uint32_t i = view->group_from[group.v]; i < view->group_from[group.v + 1]; i++) {
        if (view->members[i] >= grid->count)
            continue; /* a group of another answer than the grid */
        if (view->members[i] == member.v)
            return (dg_route){ true, true };
        to.column |= dg_grid_same_row(grid, member.v, view->members[i]);
        to.row |= dg_grid_same_column(grid, member.v, view->members[i]);
    }
    return to;
}
