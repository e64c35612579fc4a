/* node_clock.c - times that a node goes by are those of its own clock; work takes true time. */
#include "node/node_impl.h"

dg_sim_local dg_slot_local(const dg_network *net, uint64_t slot)
{
    return (dg_sim_local)((slot - net->first_slot) * net->slot_ns);
}

dg_ns dg_own_wait(const dg_network *net, uint32_t node, dg_ns wait)
{
    return dg_sim_true_span(net->sim, (dg_node_ix){ node }, wait);
}
