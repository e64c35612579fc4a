/* sr25519.c - Schnorr signatures on ristretto255. Mirrors: reference sections
 * "Keys" and "Signature" of sr25519. */
#include "crypto_impl.h"

#include <sodium.h>
#include <string.h>

void dg_sr25519_from_mini(dg_sr25519_pair *pair, const uint8_t mini[32])
{
    uint8_t h[64];
    dg_sodium_ready();
    crypto_hash_sha512(h, mini, 32);
    h[0] &= 248;
    h[31] &= 63;
    h[31] |= 64;
    for (size_t i = 0; i < 31; i++) /* divide by the cofactor: below 2^252, canonical */
        pair->scalar[i] = (uint8_t)(h[i] >> 3 | h[i + 1] << 5);
    pair->scalar[31] = h[31] >> 3;
    memcpy(pair->nonce, h + 32, 32);
    dg_point_base_mul(pair->pk, pair->scalar);
}

void dg_sr25519_derive_hard(uint8_t mini_out[32], const uint8_t mini[32], const uint8_t cc[32])
{
    dg_sr25519_pair parent;
    dg_merlin t;
    dg_sr25519_from_mini(&parent, mini);
    dg_merlin_init(&t, "SchnorrRistrettoHDKD");
    dg_merlin_append(&t, "sign-bytes", dg_text(""));
    dg_merlin_append(&t, "chain-code", dg_bytes_of(cc, 32));
    dg_merlin_append(&t, "secret-key", DG_BYTES_OF(parent.scalar));
    dg_merlin_challenge(&t, "HDKD-hard", mini_out, 32);
}

/* What is signed, up to and with the public key. */
static void begin(dg_merlin *t, dg_bytes message, const uint8_t pk[32])
{
    dg_merlin_init(t, "SigningContext");
    dg_merlin_append(t, "", dg_text("substrate"));
    dg_merlin_append(t, "sign-bytes", message);
    dg_merlin_append(t, "proto-name", dg_text("Schnorr-sig"));
    dg_merlin_append(t, "sign:pk", dg_bytes_of(pk, 32));
}

static void finish_sign(uint8_t sig[64], dg_merlin *t, const dg_sr25519_pair *pair,
                        const uint8_t r[32])
{
    uint8_t c[32], ck[32];
    dg_sodium_ready();
    dg_point_base_mul(sig, r);
    dg_merlin_append(t, "sign:R", dg_bytes_of(sig, 32));
    dg_merlin_scalar(t, "sign:c", c);
    crypto_core_ristretto255_scalar_mul(ck, c, pair->scalar);
    crypto_core_ristretto255_scalar_add(sig + 32, ck, r);
    sig[63] |= 0x80;
}

void dg_sr25519_sign(uint8_t sig[64], const dg_sr25519_pair *pair, dg_bytes message)
{
    dg_merlin t;
    uint8_t r[32];
    begin(&t, message, pair->pk);
    dg_merlin_witness(&t, pair->nonce, r);
    finish_sign(sig, &t, pair, r);
}

void dg_sr25519_sign_with(uint8_t sig[64], const dg_sr25519_pair *pair, dg_bytes message,
                          const uint8_t r[32])
{
    dg_merlin t;
    begin(&t, message, pair->pk);
    finish_sign(sig, &t, pair, r);
}

/* Whether R = s*B - c*A, with s taken from `sig` without its marker bit. */
static bool equation_holds(const uint8_t sig[64], const uint8_t c[32], const uint8_t pk[32])
{
    uint8_t s[32], minus_c[32], r[32];
    memcpy(s, sig + 32, 32);
    s[31] &= 0x7f;
    dg_sodium_ready();
    if (!dg_scalar_canonical(s))
        return false;
    crypto_core_ristretto255_scalar_negate(minus_c, c);
    return dg_point_mul_add(r, minus_c, pk, s, NULL) && memcmp(r, sig, 32) == 0;
}

bool dg_sr25519_verify(const uint8_t sig[64], dg_bytes message, const uint8_t pk[32])
{
    dg_merlin t;
    uint8_t c[32];
    if (!(sig[63] & 0x80))
        return false;
    begin(&t, message, pk);
    dg_merlin_append(&t, "sign:R", dg_bytes_of(sig, 32));
    dg_merlin_scalar(&t, "sign:c", c);
    return equation_holds(sig, c, pk);
}

/* A marked signature is judged as by version 2; one without the mark by the
 * labels from before the audit, in which the context named the transcript. */
bool dg_sr25519_verify_v1(const uint8_t sig[64], dg_bytes message, const uint8_t pk[32])
{
    dg_merlin t;
    uint8_t c[32];
    if (sig[63] & 0x80)
        return dg_sr25519_verify(sig, message, pk);
    dg_merlin_init(&t, "substrate");
    dg_merlin_append(&t, "sign-bytes", message);
    dg_merlin_append(&t, "proto-name", dg_text("Schnorr-sig"));
    dg_merlin_append(&t, "pk", dg_bytes_of(pk, 32));
    dg_merlin_append(&t, "no", dg_bytes_of(sig, 32));
    dg_merlin_scalar(&t, "", c);
    return equation_holds(sig, c, pk);
}
