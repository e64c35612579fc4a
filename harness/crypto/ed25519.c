/* ed25519.c - signatures judged by ZIP-215: any encoding that decodes is a
 * point, small order included, and the equation is multiplied by the cofactor. */
#include "crypto_impl.h"

#include <sodium.h>
#include <string.h>

static const uint8_t identity[32] = { 1 };

/* out = 8*p, which lies in the prime-order subgroup and is canonical. False:
 * p does not decode. The additions take every decodable point, other than
 * libsodium's multiplication. */
static bool times_eight(uint8_t out[32], const uint8_t p[32])
{
    memcpy(out, p, 32);
    for (int i = 0; i < 3; i++)
        if (crypto_core_ed25519_add(out, out, out) != 0)
            return false;
    return true;
}

/* out = k*p for p in the prime-order subgroup or the identity, which libsodium
 * refuses as factor and as product. */
static bool subgroup_mul(uint8_t out[32], const uint8_t k[32], const uint8_t p[32])
{
    if (sodium_is_zero(k, 32) || memcmp(p, identity, 32) == 0) {
        memcpy(out, identity, 32);
        return true;
    }
    return crypto_scalarmult_ed25519_noclamp(out, k, p) == 0;
}

static void base_mul(uint8_t out[32], const uint8_t k[32])
{
    memcpy(out, identity, 32);
    if (!sodium_is_zero(k, 32))
        (void)crypto_scalarmult_ed25519_base_noclamp(out, k); /* fails for zero alone */
}

static void challenge(uint8_t k[32], const uint8_t r[32], const uint8_t pk[32], dg_bytes message)
{
    crypto_hash_sha512_state h;
    uint8_t wide[64];
    crypto_hash_sha512_init(&h);
    crypto_hash_sha512_update(&h, r, 32);
    crypto_hash_sha512_update(&h, pk, 32);
    crypto_hash_sha512_update(&h, message.at, message.len);
    crypto_hash_sha512_final(&h, wide);
    crypto_core_ed25519_scalar_reduce(k, wide);
}

/* [8S]B = [k](8A) + 8R, the same as [8]([S]B - [k]A - R) = 0 with every product
 * inside the prime-order subgroup, so that libsodium can do them. */
static bool cofactored_equation_holds(const uint8_t sig[64], dg_bytes message, const uint8_t pk[32])
{
    static const uint8_t eight[32] = { 8 };
    uint8_t r8[32], a8[32], s8[32], k[32], left[32], right[32];
    if (!dg_scalar_canonical(sig + 32) || !times_eight(r8, sig) || !times_eight(a8, pk))
        return false;
    challenge(k, sig, pk, message);
    crypto_core_ed25519_scalar_mul(s8, sig + 32, eight);
    base_mul(left, s8);
    if (!subgroup_mul(right, k, a8) || crypto_core_ed25519_add(right, right, r8) != 0)
        return false;
    return memcmp(left, right, 32) == 0;
}

/* What libsodium accepts, ZIP-215 accepts too; the rest is judged by the rule. */
bool dg_ed25519_verify(const uint8_t sig[64], dg_bytes message, const uint8_t pk[32])
{
    dg_sodium_ready();
    return crypto_sign_verify_detached(sig, message.at, message.len, pk) == 0
           || cofactored_equation_holds(sig, message, pk);
}

void dg_ed25519_public(uint8_t pk[32], const uint8_t seed[32])
{
    uint8_t secret[64];
    dg_sodium_ready();
    crypto_sign_seed_keypair(pk, secret, seed);
}

void dg_ed25519_sign(uint8_t sig[64], dg_bytes message, const uint8_t seed[32])
{
    uint8_t pk[32], secret[64];
    dg_sodium_ready();
    crypto_sign_seed_keypair(pk, secret, seed);
    crypto_sign_detached(sig, NULL, message.at, message.len, secret);
}
