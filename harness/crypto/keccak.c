/* keccak.c - Keccak-f[1600] and the hashes with Keccak's original padding, which
 * differ from SHA-3 in the padding byte alone. Mirrors: Keccak reference 3.0. */
#include "crypto_impl.h"

#include <assert.h>
#include <string.h>

static const uint64_t round_constants[24] = {
    0x0000000000000001u, 0x0000000000008082u, 0x800000000000808au, 0x8000000080008000u,
    0x000000000000808bu, 0x0000000080000001u, 0x8000000080008081u, 0x8000000000008009u,
    0x000000000000008au, 0x0000000000000088u, 0x0000000080008009u, 0x000000008000000au,
    0x000000008000808bu, 0x800000000000008bu, 0x8000000000008089u, 0x8000000000008003u,
    0x8000000000008002u, 0x8000000000000080u, 0x000000000000800au, 0x800000008000000au,
    0x8000000080008081u, 0x8000000000008080u, 0x0000000080000001u, 0x8000000080008008u,
};

/* Where lane (x, y) goes in the pi step, followed from lane 1, and by how much
 * the lane that leaves is turned in the rho step (triangular numbers mod 64). */
static const uint8_t pi_lane[24] = { 10, 7,  11, 17, 18, 3, 5,  16, 8,  21, 24, 4,
                                     15, 23, 19, 13, 12, 2, 20, 14, 22, 9,  6,  1 };
static const uint8_t rho_turn[24] = { 1,  3,  6,  10, 15, 21, 28, 36, 45, 55, 2,  14,
                                      27, 41, 56, 8,  25, 43, 62, 18, 39, 61, 20, 44 };

static uint64_t turn(uint64_t v, unsigned by)
{
    return v << by | v >> (64 - by); /* by is 1..62 */
}

/* The loops are unrolled and the lanes copied to a local array, so that indices
 * become constants and lanes live in registers: four times as fast, and a
 * transcript of sr25519 is little else than this permutation. */
static void theta(uint64_t a[25])
{
    uint64_t column[5];
#pragma GCC unroll 5
    for (int x = 0; x < 5; x++)
        column[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];
#pragma GCC unroll 5
    for (int x = 0; x < 5; x++) {
        uint64_t d = column[(x + 4) % 5] ^ turn(column[(x + 1) % 5], 1);
#pragma GCC unroll 5
        for (int y = 0; y < 25; y += 5)
            a[x + y] ^= d;
    }
}

static void rho_pi(uint64_t a[25])
{
    uint64_t moving = a[1];
#pragma GCC unroll 24
    for (int i = 0; i < 24; i++) {
        uint64_t next = a[pi_lane[i]];
        a[pi_lane[i]] = turn(moving, rho_turn[i]);
        moving = next;
    }
}

static void chi(uint64_t a[25])
{
#pragma GCC unroll 5
    for (int y = 0; y < 25; y += 5) {
        const uint64_t row[5] = { a[y], a[y + 1], a[y + 2], a[y + 3], a[y + 4] };
#pragma GCC unroll 5
        for (int x = 0; x < 5; x++)
            a[x + y] = row[x] ^ (~row[(x + 1) % 5] & row[(x + 2) % 5]);
    }
}

void dg_keccak_f(uint64_t lane[25])
{
    uint64_t a[25];
    memcpy(a, lane, sizeof a);
    for (int round = 0; round < 24; round++) {
        theta(a);
        rho_pi(a);
        chi(a);
        a[0] ^= round_constants[round];
    }
    memcpy(lane, a, sizeof a);
}

static void absorb_block(uint64_t lane[25], const uint8_t *block, size_t rate)
{
    for (size_t i = 0; i < rate / 8; i++)
        lane[i] ^= dg_le64(block + 8 * i);
    dg_keccak_f(lane);
}

/* `out_len` fits one block for both lengths offered, so one squeeze is enough. */
static void sponge(uint8_t *out, size_t out_len, dg_bytes data)
{
    size_t rate = 200 - 2 * out_len;
    uint64_t lane[25] = { 0 };
    uint8_t last[200] = { 0 };
    assert(out_len <= rate && rate <= sizeof last);
    for (; data.len >= rate; data.at += rate, data.len -= rate)
        absorb_block(lane, data.at, rate);
    if (data.len)
        memcpy(last, data.at, data.len);
    last[data.len] = 0x01;
    last[rate - 1] |= 0x80;
    absorb_block(lane, last, rate);
    for (size_t i = 0; i < out_len / 8; i++)
        dg_le64_put(out + 8 * i, lane[i]);
}

void dg_keccak_256(uint8_t out[32], dg_bytes data)
{
    sponge(out, 32, data);
}

void dg_keccak_512(uint8_t out[64], dg_bytes data)
{
    sponge(out, 64, data);
}
