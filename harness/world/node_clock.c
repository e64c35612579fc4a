/* node_clock.c - times that a node goes by are those of its own clock; work takes true time. */
#include "world/world.h"

dg_sim_local dg_world_slot_local(const dg_world *world, uint64_t slot)
{
    return (dg_sim_local)((slot - world->first_slot) * world->slot_ns);
}

dg_ns dg_world_own_wait(const dg_world *world, dg_node_ix node, dg_ns wait)
{
    return dg_sim_true_span(world->sim, (dg_node_ix){ node.v }, wait);
}
