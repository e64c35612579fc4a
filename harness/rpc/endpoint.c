/* endpoint.c - how well an endpoint does, and what follows from it. */
#include "rpc/rpc_impl.h"

#include <assert.h>
#include <string.h>

enum {
    BACKOFF_FIRST_MS = 250,
    BACKOFF_MAX_MS = 30000,
    QUICK_MS = 700, /* a request that takes less may hold more calls */
    SLOW_MS = 4000, /* .. that takes longer holds fewer */
    FIRST_GUESS_MS = 200,
    RAISE_AFTER = 16 /* requests at the cap */
};

dg_ns dg_rpc_backoff(dg_rng *jitter, unsigned fails)
{
    uint64_t whole = BACKOFF_FIRST_MS;
    for (unsigned i = 1; i < fails && whole < BACKOFF_MAX_MS; i++)
        whole *= 2;
    if (whole > BACKOFF_MAX_MS)
        whole = BACKOFF_MAX_MS;
    whole *= DG_RPC_MS;
    return whole - dg_rng_below(jitter, whole / 2 + 1);
}

void dg_rpc_place_good(dg_rpc_place *p, dg_ns took, unsigned lanes_max, unsigned batch_max)
{
    assert(p->batch > 0 && p->lanes > 0);
    p->fails = 0;
    p->took_ns = p->took_ns ? (p->took_ns * 7 + took) / 8 : took;
    if (p->lanes < lanes_max)
        p->lanes++;
    if (p->batch_cap && p->batch >= p->batch_cap && ++p->at_cap % RAISE_AFTER == 0)
        p->batch_cap++;
    if (p->batch_cap && p->batch_cap < batch_max)
        batch_max = p->batch_cap;
    if (took < QUICK_MS * DG_RPC_MS && p->batch < batch_max)
        p->batch = p->batch * 2 < batch_max ? p->batch * 2 : batch_max;
    else if (took > SLOW_MS * DG_RPC_MS && p->batch > 1)
        p->batch /= 2;
}

void dg_rpc_place_too_many(dg_rpc_place *p, size_t count)
{
    p->batch_cap = count > 1 ? (unsigned)(count / 2) : 1;
    if (p->batch > p->batch_cap)
        p->batch = p->batch_cap;
}

void dg_rpc_place_bad(dg_rpc_place *p, dg_ns now, dg_ns after, const char *why)
{
    dg_ns alone;
    p->fails++;
    alone = dg_rpc_backoff(&p->jitter, p->fails);
    p->lanes = p->lanes > 1 ? p->lanes / 2 : 1;
    p->free_at = now + (alone > after ? alone : after);
    snprintf(p->why, sizeof p->why, "%s", why);
}

uint64_t dg_rpc_place_cost(const dg_rpc_place *p, dg_ns now)
{
    uint64_t took = p->took_ns ? p->took_ns : FIRST_GUESS_MS * DG_RPC_MS;
    if (p->out || now < p->free_at || p->in_flight >= p->lanes)
        return UINT64_MAX;
    return took / 1000 * (p->in_flight + 1) / p->weight;
}
