#include "model_keccak.h"

#include <assert.h>
#include <string.h>

typedef struct bits {
    uint8_t at[5][5][64];
} bits; /* x, y, z */

static void theta(bits *a)
{
    bits in = *a;
    for (int x = 0; x < 5; x++)
        for (int y = 0; y < 5; y++)
            for (int z = 0; z < 64; z++)
                for (int k = 0; k < 5; k++)
                    a->at[x][y][z] ^=
                        in.at[(x + 4) % 5][k][z] ^ in.at[(x + 1) % 5][k][(z + 63) % 64];
}

static void rho_pi(bits *a)
{
    bits in = *a;
    int x = 1, y = 0;
    for (int t = 0; t < 24; t++) {
        int nx = y, ny = (2 * x + 3 * y) % 5, by = (t + 1) * (t + 2) / 2;
        for (int z = 0; z < 64; z++)
            a->at[nx][ny][(z + by) % 64] = in.at[x][y][z];
        x = nx;
        y = ny;
    }
}

static void chi(bits *a)
{
    bits in = *a;
    for (int x = 0; x < 5; x++)
        for (int y = 0; y < 5; y++)
            for (int z = 0; z < 64; z++)
                a->at[x][y][z] ^=
                    (uint8_t)((1 ^ in.at[(x + 1) % 5][y][z]) & in.at[(x + 2) % 5][y][z]);
}

/* One output bit of the shift register x^8 + x^6 + x^5 + x^4 + 1. */
static uint8_t next_constant_bit(unsigned *lfsr)
{
    uint8_t bit = *lfsr & 1;
    *lfsr <<= 1;
    if (*lfsr & 0x100)
        *lfsr ^= 0x171;
    return bit;
}

static void permute(bits *a)
{
    unsigned lfsr = 1;
    for (int round = 0; round < 24; round++) {
        theta(a);
        rho_pi(a);
        chi(a);
        for (int j = 0; j < 7; j++)
            a->at[0][0][(1 << j) - 1] ^= next_constant_bit(&lfsr);
    }
}

static uint8_t *bit_of_byte(bits *a, size_t byte, size_t bit)
{
    size_t lane = byte / 8;
    return &a->at[lane % 5][lane / 5][byte % 8 * 8 + bit];
}

void model_keccak(uint8_t *out, size_t out_len, dg_bytes data)
{
    static uint8_t padded[1024 + 200];
    size_t rate = 200 - 2 * out_len, len = (data.len / rate + 1) * rate;
    bits a;
    assert(data.len <= 1024);
    memset(&a, 0, sizeof a);
    memset(padded, 0, sizeof padded);
    memcpy(padded, data.at, data.len);
    padded[data.len] ^= 0x01;
    padded[len - 1] ^= 0x80;
    for (size_t i = 0; i < len; i++) {
        for (size_t bit = 0; bit < 8; bit++)
            *bit_of_byte(&a, i % rate, bit) ^= (uint8_t)(padded[i] >> bit & 1);
        if (i % rate == rate - 1)
            permute(&a);
    }
    memset(out, 0, out_len);
    for (size_t i = 0; i < out_len * 8; i++)
        out[i / 8] |= (uint8_t)(*bit_of_byte(&a, i / 8, i % 8) << i % 8);
}
