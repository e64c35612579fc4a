/* point.c - ristretto255 with the whole group law over libsodium.
 *
 * libsodium answers -1 both for bytes that are no point and for a product that
 * is the identity. The chain's rules tell the two apart: a key that is the
 * identity, or a zero scalar, is odd but well defined. */
#include "crypto_impl.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

const uint8_t dg_point_identity[32];

bool dg_point_valid(const uint8_t p[32])
{
    return crypto_core_ristretto255_is_valid_point(p) == 1;
}

bool dg_scalar_canonical(const uint8_t s[32])
{
    uint8_t wide[64] = { 0 }, reduced[32];
    memcpy(wide, s, 32);
    crypto_core_ristretto255_scalar_reduce(reduced, wide);
    return memcmp(reduced, s, 32) == 0;
}

static bool zero(const uint8_t at[32])
{
    return memcmp(at, dg_point_identity, 32) == 0;
}

/* The group has prime order: a product is the identity only if a factor is. */
void dg_point_base_mul(uint8_t out[32], const uint8_t scalar[32])
{
    if (zero(scalar)) {
        memset(out, 0, 32);
        return;
    }
    int rc = crypto_scalarmult_ristretto255_base(out, scalar);
    assert(rc == 0);
    (void)rc;
}

bool dg_point_mul(uint8_t out[32], const uint8_t scalar[32], const uint8_t p[32])
{
    if (zero(p) || zero(scalar)) {
        bool valid = dg_point_valid(p);
        memset(out, 0, 32);
        return valid;
    }
    return crypto_scalarmult_ristretto255(out, scalar, p) == 0;
}

bool dg_point_mul_add(uint8_t out[32], const uint8_t a[32], const uint8_t p[32],
                      const uint8_t b[32], const uint8_t *q)
{
    uint8_t ap[32], bq[32];
    if (!dg_point_mul(ap, a, p))
        return false;
    if (!q)
        dg_point_base_mul(bq, b);
    else if (!dg_point_mul(bq, b, q))
        return false;
    return crypto_core_ristretto255_add(out, ap, bq) == 0;
}
