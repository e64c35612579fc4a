/* ecdsa.c - secp256k1: recovery, comparison with a key, signing. */
#include "crypto_impl.h"

#include <assert.h>
#include <pthread.h>
#include <secp256k1.h>
#include <secp256k1_preallocated.h>
#include <secp256k1_recovery.h>
#include <string.h>

/* One context for all calls, in static memory, so that none can be lacking. The
 * flags say what it is for; the library ignores them since 0.2. Only since then
 * has it a context of its own for what reads no secret (Ubuntu 22.04 has 0.1). */
enum { USES = SECP256K1_CONTEXT_VERIFY | SECP256K1_CONTEXT_SIGN };
static pthread_once_t once = PTHREAD_ONCE_INIT;
static _Alignas(max_align_t) uint8_t room[1024];
static secp256k1_context *made_once;

static void start(void)
{
    assert(secp256k1_context_preallocated_size(USES) <= sizeof room);
    made_once = secp256k1_context_preallocated_create(room, USES);
    assert(made_once);
}

static const secp256k1_context *context(void)
{
    pthread_once(&once, start);
    return made_once;
}

/* Big-endian. Any 256-bit number is below twice the order: one subtraction. */
static void reduce_by_order(uint8_t at[32])
{
    static const uint8_t order[32] = {
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xff, 0xff, 0xff, 0xff, 0xfe, 0xba, 0xae, 0xdc, 0xe6, 0xaf, 0x48,
        0xa0, 0x3b, 0xbf, 0xd2, 0x5e, 0x8c, 0xd0, 0x36, 0x41, 0x41,
    };
    int borrow = 0;
    if (memcmp(at, order, 32) < 0)
        return;
    for (int i = 31; i >= 0; i--) {
        int v = at[i] - order[i] - borrow;
        borrow = v < 0;
        at[i] = (uint8_t)(v + 256 * borrow);
    }
}

static dg_ecdsa_recovery recover(secp256k1_pubkey *key, const uint8_t rs[64], int v,
                                 const uint8_t hash[32], bool strict)
{
    secp256k1_ecdsa_recoverable_signature sig;
    uint8_t reduced[64];
    memcpy(reduced, rs, 64);
    if (v > 3)
        return DG_ECDSA_BAD_V;
    if (!strict) {
        reduce_by_order(reduced);
        reduce_by_order(reduced + 32);
    }
    if (!secp256k1_ecdsa_recoverable_signature_parse_compact(context(), &sig, reduced, v))
        return DG_ECDSA_BAD_RS;
    if (!secp256k1_ecdsa_recover(context(), key, &sig, hash))
        return DG_ECDSA_BAD_SIGNATURE;
    return DG_ECDSA_OK;
}

static void compress(uint8_t out[33], const secp256k1_pubkey *key)
{
    size_t len = 33;
    int ok = secp256k1_ec_pubkey_serialize(context(), out, &len, key, SECP256K1_EC_COMPRESSED);
    assert(ok && len == 33);
    (void)ok;
}

dg_ecdsa_recovery dg_ecdsa_recover(uint8_t out[64], const uint8_t sig[65], const uint8_t hash[32],
                                   bool strict)
{
    secp256k1_pubkey key;
    uint8_t full[65];
    size_t len = sizeof full;
    dg_ecdsa_recovery rc = recover(&key, sig, sig[64] > 26 ? sig[64] - 27 : sig[64], hash, strict);
    if (rc != DG_ECDSA_OK)
        return rc;
    secp256k1_ec_pubkey_serialize(context(), full, &len, &key, SECP256K1_EC_UNCOMPRESSED);
    memcpy(out, full + 1, 64); /* without the leading 04 */
    return DG_ECDSA_OK;
}

void dg_ecdsa_compress(uint8_t out[33], const uint8_t xy[64])
{
    uint8_t x[32];
    memcpy(x, xy, 32); /* out may be xy */
    out[0] = 2 + (xy[63] & 1);
    memcpy(out + 1, x, 32);
}

/* Unlike recovery, verification takes V as it stands: 27 and 28 are refused. */
static bool recovers_to(const uint8_t sig[65], const uint8_t hash[32], const uint8_t pk[33],
                        bool strict)
{
    secp256k1_pubkey key;
    uint8_t found[33];
    if (recover(&key, sig, sig[64], hash, strict) != DG_ECDSA_OK)
        return false;
    compress(found, &key);
    return memcmp(found, pk, 33) == 0;
}

bool dg_ecdsa_verify(const uint8_t sig[65], dg_bytes message, const uint8_t pk[33], bool strict)
{
    dg_hash hash = dg_blake2_256(message);
    return recovers_to(sig, hash.at, pk, strict);
}

bool dg_ecdsa_verify_prehashed(const uint8_t sig[65], const uint8_t hash[32], const uint8_t pk[33])
{
    return recovers_to(sig, hash, pk, true);
}

bool dg_ecdsa_public(uint8_t pk[33], const uint8_t secret[32])
{
    secp256k1_pubkey key;
    if (!secp256k1_ec_pubkey_create(context(), &key, secret))
        return false;
    compress(pk, &key);
    return true;
}

/* The nonce is the library's, by RFC 6979: a function of secret and hash. */
bool dg_ecdsa_sign_prehashed(uint8_t sig[65], const uint8_t hash[32], const uint8_t secret[32])
{
    secp256k1_ecdsa_recoverable_signature made;
    int v = 0;
    if (!secp256k1_ecdsa_sign_recoverable(context(), &made, hash, secret, NULL, NULL))
        return false;
    secp256k1_ecdsa_recoverable_signature_serialize_compact(context(), sig, &v, &made);
    sig[64] = (uint8_t)v;
    return true;
}
