/* vrf.c - the VRF of BABE: output k*h with a proof that h and the base point
 * were multiplied by the same k. Mirrors: reference section "VRF for BABE". */
#include "crypto_impl.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

dg_merlin dg_babe_transcript(uint64_t slot, uint64_t epoch, const uint8_t randomness[32])
{
    dg_merlin t;
    dg_merlin_init(&t, "BABE");
    dg_merlin_append_u64(&t, "slot number", slot);
    dg_merlin_append_u64(&t, "current epoch", epoch);
    dg_merlin_append(&t, "chain randomness", dg_bytes_of(randomness, 32));
    return t;
}

/* The input point of one key: another key has another point. */
static void input_point(uint8_t h[32], const dg_merlin *input, const uint8_t pk[32])
{
    dg_merlin t = *input;
    uint8_t wide[64];
    dg_sodium_ready();
    dg_merlin_append(&t, "vrf-nm-pk", dg_bytes_of(pk, 32));
    dg_merlin_challenge(&t, "VRFHash", wide, sizeof wide);
    crypto_core_ristretto255_from_hash(h, wide);
}

static void proof_begin(dg_merlin *t, const uint8_t h[32])
{
    dg_merlin_init(t, "VRF");
    dg_merlin_append(t, "proto-name", dg_text("DLEQProof"));
    dg_merlin_append(t, "vrf:h", dg_bytes_of(h, 32));
}

/* The chain's order has the key after R and h^r, unlike later drafts. */
static void proof_challenge(uint8_t c[32], dg_merlin *t, const uint8_t r_point[32],
                            const uint8_t hr_point[32], const uint8_t pk[32],
                            const uint8_t output[32])
{
    dg_merlin_append(t, "vrf:R=g^r", dg_bytes_of(r_point, 32));
    dg_merlin_append(t, "vrf:h^r", dg_bytes_of(hr_point, 32));
    dg_merlin_append(t, "vrf:pk", dg_bytes_of(pk, 32));
    dg_merlin_append(t, "vrf:h^sk", dg_bytes_of(output, 32));
    dg_merlin_scalar(t, "prove", c);
}

/* The input point is a member by construction. */
static void multiply_input(uint8_t out[32], const uint8_t scalar[32], const uint8_t h[32])
{
    bool member = dg_point_mul(out, scalar, h);
    assert(member);
    (void)member;
}

void dg_vrf_sign_with(dg_vrf *vrf, const dg_sr25519_pair *pair, const dg_merlin *input,
                      const uint8_t r[32])
{
    dg_merlin t;
    uint8_t h[32], r_point[32], hr_point[32], ck[32];
    input_point(h, input, pair->pk);
    multiply_input(vrf->output, pair->scalar, h);
    multiply_input(hr_point, r, h);
    dg_point_base_mul(r_point, r);
    proof_begin(&t, h);
    proof_challenge(vrf->proof, &t, r_point, hr_point, pair->pk, vrf->output);
    crypto_core_ristretto255_scalar_mul(ck, vrf->proof, pair->scalar);
    crypto_core_ristretto255_scalar_sub(vrf->proof + 32, r, ck);
}

void dg_vrf_sign(dg_vrf *vrf, const dg_sr25519_pair *pair, const dg_merlin *input)
{
    dg_merlin t;
    uint8_t h[32], r[32];
    input_point(h, input, pair->pk);
    proof_begin(&t, h);
    dg_merlin_append(&t, "vrf:pk", DG_BYTES_OF(pair->pk));
    dg_merlin_witness(&t, pair->nonce, r);
    dg_vrf_sign_with(vrf, pair, input, r);
}

/* An output that is the identity is refused: it would be the same whatever the
 * input, and no honest key makes one. */
static bool output_valid(const uint8_t output[32])
{
    return memcmp(output, dg_point_identity, 32) != 0 && dg_point_valid(output);
}

bool dg_vrf_verify(const dg_vrf *vrf, const uint8_t pk[32], const dg_merlin *input)
{
    const uint8_t *c = vrf->proof, *s = vrf->proof + 32;
    uint8_t h[32], r_point[32], hr_point[32], again[32];
    dg_merlin t;
    dg_sodium_ready();
    if (!output_valid(vrf->output) || !dg_scalar_canonical(c) || !dg_scalar_canonical(s))
        return false;
    input_point(h, input, pk);
    if (!dg_point_mul_add(r_point, c, pk, s, NULL)
        || !dg_point_mul_add(hr_point, c, vrf->output, s, h))
        return false;
    proof_begin(&t, h);
    proof_challenge(again, &t, r_point, hr_point, pk, vrf->output);
    return memcmp(again, c, 32) == 0;
}

bool dg_vrf_bytes(uint8_t *out, size_t len, const uint8_t output[32], const uint8_t pk[32],
                  const dg_merlin *input, const char *context)
{
    dg_merlin t;
    uint8_t h[32];
    dg_sodium_ready();
    if (!output_valid(output) || !dg_point_valid(pk))
        return false;
    input_point(h, input, pk);
    dg_merlin_init(&t, "VRFResult");
    dg_merlin_append(&t, "", dg_text(context));
    dg_merlin_append(&t, "vrf-in", DG_BYTES_OF(h));
    dg_merlin_append(&t, "vrf-out", dg_bytes_of(output, 32));
    dg_merlin_challenge(&t, "", out, len);
    return true;
}
