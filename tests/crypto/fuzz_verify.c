/* Signatures, keys and proofs come from extrinsics, digests and guests. No bytes
 * may crash a check, and checks that imply one another must agree. */
#include "crypto/crypto.h"

#include <assert.h>
#include <string.h>

typedef struct input {
    uint8_t sig[96], pk[33], hash[32];
} input;

static void check_ecdsa(const input *in)
{
    uint8_t strict[64], lenient[64], pk[33];
    if (dg_ecdsa_recover(strict, in->sig, in->hash, true) != DG_ECDSA_OK)
        return;
    assert(dg_ecdsa_recover(lenient, in->sig, in->hash, false) == DG_ECDSA_OK);
    assert(memcmp(strict, lenient, sizeof strict) == 0);
    dg_ecdsa_compress(pk, strict);
    assert(dg_ecdsa_verify_prehashed(in->sig, in->hash, pk) == (in->sig[64] < 4));
}

static void check_vrf(const input *in)
{
    dg_merlin t = dg_babe_transcript(dg_le64(in->hash), 0, in->hash);
    uint8_t value[16];
    dg_vrf vrf;
    memcpy(&vrf, in->sig, sizeof vrf);
    if (dg_vrf_verify(&vrf, in->pk, &t))
        assert(dg_vrf_bytes(value, 16, vrf.output, in->pk, &t, "substrate-babe-vrf"));
}

static void check_points(const input *in)
{
    dg_bytes message = dg_bytes_of(in->hash, 32);
    bool marked = dg_marked_verify(in->sig, message, in->pk);
    bool sr = dg_sr25519_verify(in->sig, message, in->pk);
    bool sr_v1 = dg_sr25519_verify_v1(in->sig, message, in->pk);
    bool ed = dg_ed25519_verify(in->sig, message, in->pk);
    assert(!sr || sr_v1);
    assert(!marked || (!sr_v1 && !ed));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    input in = { 0 };
    if (size)
        memcpy(&in, data, size < sizeof in ? size : sizeof in);
    check_ecdsa(&in);
    check_vrf(&in);
    check_points(&in);
    return 0;
}
