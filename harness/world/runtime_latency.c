/* runtime_latency.c - how long a node waits for its runtime's answers at a leaf: from the fuel
 * that the calls used, never from a clock.
 *
 * A few calls run beside each other, the others queue. What is the same for a whole
 * session is asked once in it; what a release has no question for costs it nothing.
 * Mirrors: polkadot node/core/runtime-api (cache.rs, MAX_PARALLEL_REQUESTS). */
#include "world/world.h"

enum { LANES_MAX = 16 };

uint32_t dg_world_hardware_of(const dg_network_options *options, dg_node_ix node)
{
    dg_rng rng = dg_rng_fork(options->seed, "hardware", node.v, 0);
    return 1000 + (uint32_t)dg_rng_below(&rng, dg_world_constant(DG_CONST_HARDWARE) - 1000 + 1);
}

dg_ns dg_world_fuel_ns(const dg_world_node *n, uint64_t fuel)
{
    return fuel * n->hardware / dg_world_constant(DG_CONST_FUEL_PER_US) * n->of->pace / 1000;
}

/* Fuel of one question, as far as this node has to ask it here. */
static uint64_t cost_of(const dg_world_node *n, const dg_view *view, dg_request request)
{
    bool asks = dg_view_is_asked(view, request, n->of)
                && !(dg_answers_kept(&n->answers, view) >> request & 1);
    return asks ? view->cost[request] : 0;
}

static uint32_t shortest(const uint64_t *lanes, uint32_t count)
{
    uint32_t at = 0;
    for (uint32_t i = 1; i < count; i++)
        at = lanes[i] < lanes[at] ? i : at;
    return at;
}

dg_ns dg_world_runtime_latency(const dg_world *world, dg_node_ix node, dg_leaf_id id,
                               dg_request *slowest)
{
    const dg_world_node *n = &world->nodes[node.v];
    const dg_view *view = &world->blocks[id.v].view;
    uint32_t count = (uint32_t)dg_world_constant(DG_CONST_CALLS_AT_ONCE);
    uint64_t lanes[LANES_MAX] = { 0 }, most = 0, last = 0;
    for (dg_request r = 0; r < DG_ASK_COUNT; r++) {
        uint64_t fuel = cost_of(n, view, r),
                 *lane = &lanes[shortest(lanes, count < LANES_MAX ? count : LANES_MAX)];
        *lane += fuel;
        last = *lane > last ? *lane : last;
        if (fuel > most) {
            most = fuel;
            *slowest = r;
        }
    }
    return dg_world_fuel_ns(n, last);
}
