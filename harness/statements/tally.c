/* tally.c - how many of a backing group have voted, by the group of the leaf that the votes are
 * about and by nothing else: a node has another index, and another group, in the next session. */
#include "statements/statements_impl.h"

#include <assert.h>

uint32_t dg_statements_tally_member(const dg_statements_group *group, dg_node_ix node)
{
    for (uint32_t i = 0; i < group->members; i++)
        if (dg_session_node(group->session, group->validators[i]) == node.v)
            return i;
    return DG_NO;
}

uint32_t dg_statements_tally_votes(uint64_t votes)
{
    return (uint32_t)__builtin_popcountll(votes);
}

uint32_t dg_statements_tally_times(const dg_ns *here, uint32_t members, dg_ns now)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < members; i++)
        count += here[i] <= now;
    return count;
}

dg_ns dg_statements_tally_enough_at(const dg_ns *here, uint32_t members, uint32_t needed)
{
    dg_ns times[DG_GROUP_MAX];
    assert(members <= DG_GROUP_MAX);
    for (uint32_t i = 0; i < members; i++) {
        uint32_t k = i;
        for (; k && times[k - 1] > here[i]; k--)
            times[k] = times[k - 1];
        times[k] = here[i];
    }
    return needed && needed <= members ? times[needed - 1] : DG_NEVER;
}
