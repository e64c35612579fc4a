/* groups.c - which backing group serves which core.
 *
 * Groups walk over the cores, one step each `frequency` blocks, so that no
 * parachain depends on one group for longer than that.
 * Mirrors: runtime parachains scheduler.rs, GroupRotationInfo. */
#include "protocol/protocol.h"

#include <assert.h>

void dg_groups_split(uint32_t *sizes, uint32_t groups, uint32_t validators)
{
    assert(groups > 0);
    for (uint32_t g = 0; g < groups; g++)
        sizes[g] = validators / groups + (g < validators % groups);
}

uint32_t dg_rotation_count(const dg_rotation *r)
{
    return r->frequency && r->now > r->session_start ? (r->now - r->session_start) / r->frequency
                                                     : 0;
}

uint32_t dg_rotation_group(const dg_rotation *r, dg_core_ix core, uint32_t groups)
{
    return groups ? (uint32_t)(((uint64_t)core.v + dg_rotation_count(r)) % groups) : 0;
}

uint32_t dg_rotation_core(const dg_rotation *r, dg_group_ix group, uint32_t groups)
{
    return groups ? (group.v % groups + groups - dg_rotation_count(r) % groups) % groups : 0;
}
