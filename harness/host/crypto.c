/* crypto.c - ext_crypto_*: signatures checked.
 *
 * A marked signature of a simulated validator is accepted only in a run that
 * declares them; what is genuine is always checked genuinely. */
#include "host/host_impl.h"

#include <string.h>

/* ---- signatures ---- */

static bool marked(dg_host *h, const uint8_t sig[64], dg_bytes message, const uint8_t pk[32])
{
    if (!h->options.simulated_validators || !dg_marked_verify(sig, message, pk))
        return false;
    h->result->marked_used++;
    return true;
}

bool dg_host_sr25519(dg_host *h, const uint8_t sig[64], dg_bytes message, const uint8_t pk[32],
                     bool old)
{
    return marked(h, sig, message, pk)
           || (h->options.accept_signature && h->options.accept_signature(sig))
           || (old ? dg_sr25519_verify_v1(sig, message, pk) : dg_sr25519_verify(sig, message, pk));
}

bool dg_host_ed25519(dg_host *h, const uint8_t sig[64], dg_bytes message, const uint8_t pk[32])
{
    return marked(h, sig, message, pk) || dg_ed25519_verify(sig, message, pk);
}

typedef struct claim {
    uint8_t *sig, *pk;
    dg_bytes message;
} claim;

static dg_code lift_claim(dg_guest *guest, claim *c, const uint64_t *arg, uint32_t sig_len,
                          uint32_t pk_len, dg_error *err)
{
    dg_code rc = dg_host_lift_at(guest, &c->sig, arg[0], sig_len, err);
    if (rc == DG_OK)
        rc = dg_host_lift(guest, &c->message, arg + 1, 1, err);
    return rc < 0 ? rc : dg_host_lift_at(guest, &c->pk, arg[2], pk_len, err);
}

static dg_code ed25519_verify(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    claim c;
    dg_code rc = lift_claim(guest, &c, arg, 64, 32, err);
    *ret = rc == DG_OK && dg_host_ed25519(dg_host_of(guest), c.sig, c.message, c.pk);
    return rc;
}

static dg_code sr25519_verify_1(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    claim c;
    dg_code rc = lift_claim(guest, &c, arg, 64, 32, err);
    *ret = rc == DG_OK && dg_host_sr25519(dg_host_of(guest), c.sig, c.message, c.pk, true);
    return rc;
}

static dg_code sr25519_verify_2(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    claim c;
    dg_code rc = lift_claim(guest, &c, arg, 64, 32, err);
    *ret = rc == DG_OK && dg_host_sr25519(dg_host_of(guest), c.sig, c.message, c.pk, false);
    return rc;
}

static dg_code ecdsa_verify_1(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    claim c;
    dg_code rc = lift_claim(guest, &c, arg, 65, 33, err);
    *ret = rc == DG_OK && dg_ecdsa_verify(c.sig, c.message, c.pk, false);
    return rc;
}

static dg_code ecdsa_verify_2(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    claim c;
    dg_code rc = lift_claim(guest, &c, arg, 65, 33, err);
    *ret = rc == DG_OK && dg_ecdsa_verify(c.sig, c.message, c.pk, true);
    return rc;
}

static dg_code ecdsa_verify_prehashed(dg_guest *guest, const uint64_t *arg, uint64_t *ret,
                                      dg_error *err)
{
    uint8_t *sig, *hash, *pk;
    dg_code rc = dg_host_lift_at(guest, &sig, arg[0], 65, err);
    if (rc < 0 || (rc = dg_host_lift_at(guest, &hash, arg[1], 32, err)) < 0
        || (rc = dg_host_lift_at(guest, &pk, arg[2], 33, err)) < 0)
        return rc;
    *ret = dg_ecdsa_verify_prehashed(sig, hash, pk);
    return DG_OK;
}

/* ---- batches: checked at once, the verdict is kept ---- */

static dg_code start_batch(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_host *h = dg_host_of(guest);
    (void)arg, (void)ret;
    if (h->batch_open)
        return dg_fail(err, DG_TRAP, "a signature batch was started inside another");
    h->batch_open = h->batch_good = true;
    return DG_OK;
}

static dg_code finish_batch(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_host *h = dg_host_of(guest);
    (void)arg;
    if (!h->batch_open)
        return dg_fail(err, DG_TRAP, "a signature batch was finished that was not started");
    h->batch_open = false;
    *ret = h->batch_good;
    return DG_OK;
}

/* In a batch the caller learns the verdict at its end; outside, now. */
static dg_code into_batch(dg_guest *guest, dg_code rc, uint64_t *ret)
{
    dg_host *h = dg_host_of(guest);
    if (rc == DG_OK && h->batch_open) {
        h->batch_good &= *ret != 0;
        *ret = 1;
    }
    return rc;
}

static dg_code ed25519_batch(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    return into_batch(guest, ed25519_verify(guest, arg, ret, err), ret);
}

static dg_code sr25519_batch(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    return into_batch(guest, sr25519_verify_2(guest, arg, ret, err), ret);
}

static dg_code ecdsa_batch(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    return into_batch(guest, ecdsa_verify_2(guest, arg, ret, err), ret);
}

/* ---- recovery ---- */

static dg_code recover(dg_guest *guest, dg_ecdsa_recovery *verdict, uint8_t xy[64],
                       const uint64_t *arg, bool strict, dg_error *err)
{
    uint8_t *sig, *hash;
    dg_code rc = dg_host_lift_at(guest, &sig, arg[0], 65, err);
    if (rc == DG_OK && (rc = dg_host_lift_at(guest, &hash, arg[1], 32, err)) == DG_OK)
        *verdict = dg_ecdsa_recover(xy, sig, hash, strict);
    return rc;
}

static dg_code recover_fresh(dg_guest *guest, const uint64_t *arg, uint64_t *ret, bool strict,
                             bool compressed, dg_error *err)
{
    uint8_t answer[65] = { 0 }, xy[64];
    dg_ecdsa_recovery verdict = DG_ECDSA_BAD_SIGNATURE;
    dg_code rc = recover(guest, &verdict, xy, arg, strict, err);
    if (rc < 0)
        return rc;
    if (verdict != DG_ECDSA_OK) {
        answer[0] = 1;
        answer[1] = (uint8_t)verdict;
        return dg_host_lower(guest, ret, dg_bytes_of(answer, 2), err);
    }
    if (compressed)
        dg_ecdsa_compress(answer + 1, xy);
    else
        memcpy(answer + 1, xy, 64);
    return dg_host_lower(guest, ret, dg_bytes_of(answer, compressed ? 34 : 65), err);
}

/* 0, or -1 BadRS, -2 BadV, -3 BadSignature. */
static dg_code recover_filled(dg_guest *guest, const uint64_t *arg, uint64_t *ret, bool compressed,
                              dg_error *err)
{
    uint8_t key[64], xy[64];
    dg_ecdsa_recovery verdict = DG_ECDSA_BAD_SIGNATURE;
    dg_code rc = recover(guest, &verdict, xy, arg, true, err);
    if (rc < 0)
        return rc;
    *ret = verdict == DG_ECDSA_OK ? 0 : (uint32_t)(-1 - (int)verdict);
    if (verdict != DG_ECDSA_OK)
        return DG_OK;
    if (compressed)
        dg_ecdsa_compress(key, xy);
    else
        memcpy(key, xy, 64);
    return dg_host_put_into(guest, arg[2], dg_bytes_of(key, compressed ? 33 : 64), err);
}

static dg_code recover_1(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    return recover_fresh(guest, arg, ret, false, false, err);
}

static dg_code recover_2(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    return recover_fresh(guest, arg, ret, true, false, err);
}

static dg_code recover_3(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    return recover_filled(guest, arg, ret, false, err);
}

static dg_code recover_compressed_1(dg_guest *guest, const uint64_t *arg, uint64_t *ret,
                                    dg_error *err)
{
    return recover_fresh(guest, arg, ret, false, true, err);
}

static dg_code recover_compressed_2(dg_guest *guest, const uint64_t *arg, uint64_t *ret,
                                    dg_error *err)
{
    return recover_fresh(guest, arg, ret, true, true, err);
}

static dg_code recover_compressed_3(dg_guest *guest, const uint64_t *arg, uint64_t *ret,
                                    dg_error *err)
{
    return recover_filled(guest, arg, ret, true, err);
}

static const dg_import rows[] = {
    { "ext_crypto_ed25519_verify_version_1", "pPp:i", ed25519_verify },
    { "ext_crypto_sr25519_verify_version_1", "pPp:i", sr25519_verify_1 },
    { "ext_crypto_sr25519_verify_version_2", "pPp:i", sr25519_verify_2 },
    { "ext_crypto_ecdsa_verify_version_1", "pPp:i", ecdsa_verify_1 },
    { "ext_crypto_ecdsa_verify_version_2", "pPp:i", ecdsa_verify_2 },
    { "ext_crypto_ecdsa_verify_prehashed_version_1", "ppp:i", ecdsa_verify_prehashed },
    { "ext_crypto_start_batch_verify_version_1", ":", start_batch },
    { "ext_crypto_finish_batch_verify_version_1", ":i", finish_batch },
    { "ext_crypto_ed25519_batch_verify_version_1", "pPp:i", ed25519_batch },
    { "ext_crypto_sr25519_batch_verify_version_1", "pPp:i", sr25519_batch },
    { "ext_crypto_ecdsa_batch_verify_version_1", "pPp:i", ecdsa_batch },
    { "ext_crypto_secp256k1_ecdsa_recover_version_1", "pp:P", recover_1 },
    { "ext_crypto_secp256k1_ecdsa_recover_version_2", "pp:P", recover_2 },
    { "ext_crypto_secp256k1_ecdsa_recover_version_3", "ppP:i", recover_3 },
    { "ext_crypto_secp256k1_ecdsa_recover_compressed_version_1", "pp:P", recover_compressed_1 },
    { "ext_crypto_secp256k1_ecdsa_recover_compressed_version_2", "pp:P", recover_compressed_2 },
    { "ext_crypto_secp256k1_ecdsa_recover_compressed_version_3", "ppP:i", recover_compressed_3 },
};
const dg_host_table dg_host_crypto_table = DG_HOST_TABLE_OF(rows);
