#include "model_zip215.h"

#include <sodium.h>
#include <string.h>

static const uint8_t base_point[32] = {
    0x58, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66,
    0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66,
};
static const uint8_t identity[32] = { 1 };

bool model_ed_mul(uint8_t out[32], const uint8_t k[32], const uint8_t p[32])
{
    memcpy(out, identity, 32);
    for (int bit = 255; bit >= 0; bit--) {
        if (crypto_core_ed25519_add(out, out, out) != 0)
            return false;
        if (k[bit / 8] >> bit % 8 & 1 && crypto_core_ed25519_add(out, out, p) != 0)
            return false;
    }
    return crypto_core_ed25519_add((uint8_t[32]){ 0 }, p, p) == 0;
}

static bool below_order(const uint8_t s[32])
{
    static const uint8_t order[32] = { 0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58,
                                       0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
                                       0,    0,    0,    0,    0,    0,    0,    0,
                                       0,    0,    0,    0,    0,    0,    0,    0x10 };
    for (int i = 31; i >= 0; i--)
        if (s[i] != order[i])
            return s[i] < order[i];
    return false;
}

bool model_zip215_verify(const uint8_t sig[64], dg_bytes message, const uint8_t pk[32])
{
    uint8_t wide[64], k[32], sb[32], ka[32], t[32];
    crypto_hash_sha512_state h;
    crypto_hash_sha512_init(&h);
    crypto_hash_sha512_update(&h, sig, 32);
    crypto_hash_sha512_update(&h, pk, 32);
    crypto_hash_sha512_update(&h, message.at, message.len);
    crypto_hash_sha512_final(&h, wide);
    crypto_core_ed25519_scalar_reduce(k, wide);
    if (!below_order(sig + 32) || !model_ed_mul(sb, sig + 32, base_point)
        || !model_ed_mul(ka, k, pk) || crypto_core_ed25519_sub(t, sb, ka) != 0
        || crypto_core_ed25519_sub(t, t, sig) != 0)
        return false;
    for (int i = 0; i < 3; i++)
        crypto_core_ed25519_add(t, t, t);
    return memcmp(t, identity, 32) == 0;
}
