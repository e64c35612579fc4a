/* marked.c - what simulated validators put where a signature goes.
 *
 * The first half is a constant that is the encoding of no point: on ristretto255
 * because its lowest bit is set, on the Edwards curve because no x belongs to
 * its y. So a marked signature can never pass a genuine check as R, nor can a
 * genuine signature be taken for a marked one. A test holds both. */
#include "crypto_impl.h"

#include <string.h>

static const char mark[33] = "a simulated validator of doppel.";

void dg_marked_sign(uint8_t sig[64], dg_bytes message, const uint8_t pk[32])
{
    dg_hash bound = dg_blake2_256_two(dg_bytes_of(pk, 32), message);
    memcpy(sig, mark, 32);
    memcpy(sig + 32, bound.at, 32);
}

bool dg_marked_verify(const uint8_t sig[64], dg_bytes message, const uint8_t pk[32])
{
    uint8_t want[64];
    dg_marked_sign(want, message, pk);
    return memcmp(sig, want, 64) == 0;
}
