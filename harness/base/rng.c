/* rng.c - counter-based streams of chance.
 *
 * Output n of a stream is a mix of (key + n * odd constant): no state beyond a
 * counter, so that a stream can be forked and replayed at will. The mixer is
 * the finaliser of SplitMix64, whose constants are public domain. */
#include "base/base.h"

static uint64_t mix(uint64_t x)
{
    x ^= x >> 30;
    x *= 0xbf58476d1ce4e5b9u;
    x ^= x >> 27;
    x *= 0x94d049bb133111ebu;
    return x ^ x >> 31;
}

dg_rng dg_rng_root(uint64_t seed, const char *purpose)
{
    uint64_t key = mix(seed + 0x9e3779b97f4a7c15u);
    for (; *purpose; purpose++)
        key = mix(key ^ (uint8_t)*purpose) + 0x9e3779b97f4a7c15u;
    return (dg_rng){ key, 0 };
}

dg_rng dg_rng_branch(const dg_rng *root, uint64_t a, uint64_t b)
{
    uint64_t key = mix(root->key ^ mix(a + 1));
    return (dg_rng){ mix(key ^ mix(b + 0x632be59bd9b4e019u)), 0 };
}

dg_rng dg_rng_fork(uint64_t seed, const char *purpose, uint64_t a, uint64_t b)
{
    dg_rng root = dg_rng_root(seed, purpose);
    return dg_rng_branch(&root, a, b);
}

uint64_t dg_rng_u64(dg_rng *rng)
{
    rng->count++;
    return mix(rng->key + rng->count * 0x9e3779b97f4a7c15u);
}

uint64_t dg_rng_below(dg_rng *rng, uint64_t bound)
{
    uint64_t limit = UINT64_MAX - UINT64_MAX % bound; /* a multiple of bound */
    uint64_t v;
    do
        v = dg_rng_u64(rng);
    while (v >= limit);
    return v % bound;
}

void dg_rng_bytes(dg_rng *rng, uint8_t *out, size_t len)
{
    for (size_t i = 0; i < len; i += 8) {
        uint64_t v = dg_rng_u64(rng);
        for (size_t k = 0; k < 8 && i + k < len; k++)
            out[i + k] = (uint8_t)(v >> 8 * k);
    }
}
