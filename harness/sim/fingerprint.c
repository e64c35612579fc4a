/* fingerprint.c - one number for everything that happened, in its order. */
#include "sim/sim_impl.h"

/* Odd numbers without structure (digits of square roots of 2, 3, 5, ...): each
 * field is scaled by its own, the sum is mixed into the hash so far. */
static const uint64_t scale[] = {
    0x6a09e667f3bcc909u, 0xbb67ae8584caa73bu, 0x3c6ef372fe94f82bu, 0xa54ff53a5f1d36f1u,
    0x510e527fade682d1u, 0x9b05688c2b3e6c1fu, 0x1f83d9abfb41bd6bu,
};

static uint64_t mix(uint64_t x)
{
    x ^= x >> 32;
    x *= 0xd6e8feb86659fd93u;
    x ^= x >> 32;
    x *= 0xd6e8feb86659fd93u;
    return x ^ x >> 32;
}

void dg_sim_fingerprint_add(dg_sim *sim, const dg_sim_event *e)
{
    uint64_t what = (uint64_t)e->kind << 32 | (uint32_t)e->tag << 16 | e->channel.v;
    uint64_t size = e->msg ? dg_sim_msg_size(e->msg) + 1 : 0;
    sim->fingerprint = mix(sim->fingerprint * scale[0] + sim->now * scale[1]
                           + ((uint64_t)e->node.v << 32 | e->from.v) * scale[2] + what * scale[3]
                           + e->a * scale[4] + e->b * scale[5] + size * scale[6]);
}

uint64_t dg_sim_fingerprint(const dg_sim *sim)
{
    return sim->fingerprint;
}
