/* enact_sudo.c - a root call by the sudo key, on chains that have one.
 *
 * The key is not ours: the signature is a marked one, which the host accepts only
 * in a run that declares simulated validators. */
#include "chain/enact_impl.h"

#include <string.h>

#include "crypto/crypto.h"

enum { SIGNED_V4 = 0x84, SR25519 = 1, HASHED_ABOVE = 256 };

/* What each transaction extension contributes: bytes in the transaction, and
 * bytes that are only signed. */
typedef struct parts {
    dg_buf values, implicit;
} parts;

/* The value that means nothing: zeros, the first variant, an empty list. */
static void put_zero(dg_buf *out, const dg_meta *meta, dg_type_id type)
{
    const char *name;
    dg_type_id field;
    size_t size;
    if (dg_type_size(meta, type, &size)) {
        for (size_t i = 0; i < size; i++)
            dg_buf_put_u8(out, 0);
        return;
    }
    if (dg_type_kind_of(meta, type) != DG_TYPE_STRUCT) {
        dg_buf_put_u8(out, 0);
        return;
    }
    for (size_t i = 0; dg_type_field_at(meta, type, i, &name, &field); i++)
        put_zero(out, meta, field);
}

static dg_code nonce_of(const dg_enact_attempt *a, uint32_t *nonce, dg_bytes account, dg_error *err)
{
    dg_bytes answer;
    dg_code rc = dg_chain_call(a->chain, a->parent, &answer, NULL, "AccountNonceApi_account_nonce",
                               account, err);
    *nonce = rc == DG_OK && answer.len == 4 ? dg_le32(answer.at) : 0;
    return rc;
}

/* Block 0 is remembered for ever; on a genesis it is the block itself. */
static dg_hash genesis_hash(const dg_enact_attempt *a)
{
    uint8_t zero[4] = { 0 };
    dg_bytes value, key = DG_BYTES_OF(zero);
    dg_hash hash = { { 0 } };
    if (!a->parent->number)
        return a->parent->hash;
    if (dg_chain_storage(a->chain, a->parent, &value, "System", "BlockHash", &key, NULL) == DG_OK
        && value.len == 32)
        memcpy(hash.at, value.at, 32);
    return hash;
}

static void put_extension(const dg_enact_attempt *a, parts *p, const dg_meta_extension *e,
                          uint32_t nonce, const dg_hash *genesis)
{
    const dg_version *v = dg_runtime_version(a->runtime);
    if (strcmp(e->name, "CheckNonce") == 0)
        dg_scale_put_compact(&p->values, nonce);
    else
        put_zero(&p->values, a->meta, e->value);
    if (strcmp(e->name, "CheckSpecVersion") == 0)
        dg_scale_put_u32(&p->implicit, v->spec_version);
    else if (strcmp(e->name, "CheckTxVersion") == 0)
        dg_scale_put_u32(&p->implicit, v->transaction_version);
    else if (strcmp(e->name, "CheckGenesis") == 0 || strcmp(e->name, "CheckMortality") == 0)
        dg_buf_put(&p->implicit, genesis->at, 32);
    else
        put_zero(&p->implicit, a->meta, e->implicit);
}

/* What is signed: call, extensions, implicit; long ones by their hash. */
static dg_code sign(uint8_t sig[64], dg_bytes call, const parts *p, const uint8_t key[32],
                    dg_error *err)
{
    dg_buf payload;
    dg_code rc;
    dg_buf_init(&payload, DG_BLOCK_MAX);
    dg_buf_put_bytes(&payload, call);
    dg_buf_put_bytes(&payload, dg_buf_bytes(&p->values));
    dg_buf_put_bytes(&payload, dg_buf_bytes(&p->implicit));
    if ((rc = dg_buf_check(&payload, err, "transaction")) == DG_OK) {
        dg_bytes message = dg_buf_bytes(&payload);
        dg_hash hash = dg_blake2_256(message);
        dg_marked_sign(sig, message.len > HASHED_ABOVE ? dg_hash_bytes(&hash) : message, key);
    }
    dg_buf_clear(&payload);
    return rc;
}

static void put_transaction(dg_buf *out, const dg_enact_attempt *a, dg_bytes call, const parts *p,
                            const uint8_t key[32], const uint8_t sig[64])
{
    dg_type_id address;
    bool multi = dg_type_find(a->meta, &address, "MultiAddress");
    size_t len = 1 + (multi ? 1 : 0) + 32 + 1 + 64 + p->values.len + call.len;
    dg_scale_put_compact(out, len);
    dg_buf_put_u8(out, SIGNED_V4);
    if (multi)
        dg_buf_put_u8(out, 0); /* MultiAddress::Id */
    dg_buf_put(out, key, 32);
    dg_buf_put_u8(out, SR25519);
    dg_buf_put(out, sig, 64);
    dg_buf_put_bytes(out, dg_buf_bytes(&p->values));
    dg_buf_put_bytes(out, call);
}

static dg_code transaction(const dg_enact_attempt *a, dg_buf *out, dg_bytes call,
                           const uint8_t key[32], dg_error *err)
{
    dg_hash genesis = genesis_hash(a);
    const dg_meta_extension *e;
    uint8_t sig[64];
    uint32_t nonce;
    parts p;
    dg_code rc = nonce_of(a, &nonce, dg_bytes_of(key, 32), err);
    if (rc != DG_OK)
        return rc;
    dg_buf_init(&p.values, 1 << 16);
    dg_buf_init(&p.implicit, 1 << 16);
    for (size_t i = 0; (e = dg_meta_extension_at(a->meta, i)); i++)
        put_extension(a, &p, e, nonce, &genesis);
    if ((rc = dg_buf_check(&p.values, err, "extensions")) == DG_OK
        && (rc = sign(sig, call, &p, key, err)) == DG_OK)
        put_transaction(out, a, call, &p, key, sig);
    dg_buf_clear(&p.values);
    dg_buf_clear(&p.implicit);
    return rc == DG_OK ? dg_buf_check(out, err, "transaction") : rc;
}

static dg_code try_out(const dg_enact_attempt *a, dg_bytes extrinsic, dg_error *err)
{
    dg_build_report report;
    dg_exec exec;
    dg_exec_applied how = DG_REFUSED;
    dg_code rc = dg_enact_attempt_initialize(a, &exec, a->parent, &report, err);
    if (rc >= 0)
        rc = dg_exec_apply(&exec, &how, extrinsic, err);
    if (rc >= 0 && how == DG_REFUSED)
        rc = dg_fail(err, DG_ABSENT,
                     "the transaction of the sudo key was refused "
                     "(%02x%02x%02x)",
                     exec.output.at[0], exec.output.at[1],
                     exec.output.len > 2 ? exec.output.at[2] : 0);
    dg_exec_clear(&exec);
    return rc;
}

dg_code dg_enact_by_sudo(const dg_enact_attempt *a, dg_buf *extrinsic, dg_bytes call, dg_error *err)
{
    uint8_t key[32];
    dg_bytes value;
    dg_buf outer;
    dg_code rc = dg_chain_storage(a->chain, a->parent, &value, "Sudo", "Key", NULL, NULL);
    if (rc != DG_OK || value.len != 32)
        return dg_fail(err, DG_ABSENT, "the runtime has no sudo key");
    if (!a->chain->options.simulated_validators)
        return dg_fail(err, DG_ABSENT,
                       "sudo needs simulated validators, since doppel does not hold its key");
    memcpy(key, value.at, 32);
    dg_buf_init(&outer, DG_BLOCK_MAX);
    if ((rc = dg_enact_call_wrap(a->meta, &outer, "Sudo", "sudo_unchecked_weight", call, err))
            == DG_OK
        && (rc = transaction(a, extrinsic, dg_buf_bytes(&outer), key, err)) == DG_OK)
        rc = try_out(a, dg_buf_bytes(extrinsic), err);
    dg_buf_clear(&outer);
    return rc;
}
