/* chacha.c - the stream of words that real nodes shuffle by: ChaCha with twenty
 * rounds, 64-bit counter from zero, nonce zero.
 * Mirrors: rand_chacha 0.3 ChaCha20Rng; rand 0.8 UniformInt<u32>::sample_single. */
#include "protocol/protocol.h"

#include <assert.h>
#include <string.h>

void dg_chacha_init(dg_chacha *c, const uint8_t key[32])
{
    static const uint32_t sigma[4] = { 0x61707865, 0x3320646e, 0x79622d32, 0x6b206574 };
    memset(c, 0, sizeof *c);
    memcpy(c->input, sigma, sizeof sigma);
    for (size_t i = 0; i < 8; i++)
        c->input[4 + i] = dg_le32(key + 4 * i);
    c->used = 16;
}

static uint32_t rotate(uint32_t v, unsigned by)
{
    assert(by > 0 && by < 32);
    return v << by | v >> (32 - by);
}

static void quarter(uint32_t x[16], unsigned a, unsigned b, unsigned c, unsigned d)
{
    x[a] += x[b];
    x[d] = rotate(x[d] ^ x[a], 16);
    x[c] += x[d];
    x[b] = rotate(x[b] ^ x[c], 12);
    x[a] += x[b];
    x[d] = rotate(x[d] ^ x[a], 8);
    x[c] += x[d];
    x[b] = rotate(x[b] ^ x[c], 7);
}

static void refill(dg_chacha *c)
{
    memcpy(c->words, c->input, sizeof c->words);
    for (unsigned round = 0; round < 10; round++) {
        for (unsigned i = 0; i < 4; i++)
            quarter(c->words, i, 4 + i, 8 + i, 12 + i);
        for (unsigned i = 0; i < 4; i++)
            quarter(c->words, i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4);
    }
    for (unsigned i = 0; i < 16; i++)
        c->words[i] += c->input[i];
    if (!++c->input[12])
        c->input[13]++;
    c->used = 0;
}

uint32_t dg_chacha_u32(dg_chacha *c)
{
    assert(c->used <= 16);
    if (c->used == 16)
        refill(c);
    return c->words[c->used++];
}

uint32_t dg_chacha_below(dg_chacha *c, uint32_t bound)
{
    assert(bound > 0); /* else it would look for ever */
    uint32_t zone = bound;
    while (!(zone & 0x80000000u))
        zone <<= 1;
    zone--;
    for (;;) {
        uint64_t m = (uint64_t)dg_chacha_u32(c) * bound;
        if ((uint32_t)m <= zone)
            return (uint32_t)(m >> 32);
    }
}

/* Fisher-Yates from the end, as rand's SliceRandom::shuffle. */
void dg_chacha_shuffle(dg_chacha *c, uint32_t *items, uint32_t count)
{
    for (uint32_t i = count; i-- > 1;) {
        uint32_t j = dg_chacha_below(c, i + 1), kept = items[i];
        items[i] = items[j];
        items[j] = kept;
    }
}
