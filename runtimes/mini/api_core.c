/* api_core.c - version, metadata, pool, accounts and keys. */
#include "extrinsic.h"
#include "host.h"
#include "metadata.h"
#include "session.h"
#include "system.h"
#include "version.h"

ENTRY(Core_version)
{
    put_version(out);
}

/* ---- metadata ---- */

ENTRY(Metadata_metadata)
{
    struct writer raw = { 0 };
    put_metadata(&raw, METADATA_14);
    put_bytes(out, written(&raw));
}

ENTRY(Metadata_metadata_versions)
{
    put_compact(out, 2);
    put_u32(out, METADATA_14);
    put_u32(out, METADATA_15);
}

ENTRY(Metadata_metadata_at_version)
{
    struct writer raw = { 0 };
    u32 version = read_u32(in);
    bool known = version == METADATA_14 || version == METADATA_15;
    put_u8(out, known);
    if (!known)
        return;
    put_metadata(&raw, version);
    put_bytes(out, written(&raw));
}

/* ---- transactions ---- */

static void put_valid_transaction(struct writer *out, const struct extrinsic *x)
{
    struct writer tag = { 0 };
    if (x->origin.kind == ORIGIN_SIGNED) {
        put(&tag, bytes_of(x->origin.account, 32));
        put_u32(&tag, x->nonce);
    } else
        put(&tag, x->call.len > 64 ? bytes_of(x->call.at, 64) : x->call);
    put_u8(out, 0);      /* Ok */
    put_u64(out, 1);     /* priority */
    put_compact(out, 0); /* requires */
    put_compact(out, 1);
    put_bytes(out, written(&tag));
    put_u64(out, ~0ull); /* longevity */
    put_u8(out, 1);      /* propagate */
}

ENTRY(TaggedTransactionQueue_validate_transaction)
{
    read_u8(in); /* source */
    struct extrinsic x = read_extrinsic(in);
    read_hash(in); /* block */
    if (in->bad)
        panic("the transaction does not decode");
    struct validity v = check_extrinsic(&x, true);
    if (v.valid)
        put_valid_transaction(out, &x);
    else
        put_validity(out, v);
}

ENTRY(AccountNonceApi_account_nonce)
{
    struct hash account = read_hash(in);
    put_u32(out, system_nonce(account.at));
}

/* ---- session keys ---- */

ENTRY(SessionKeys_decode_session_keys)
{
    struct bytes keys = read_bytes(in);
    u32 count = 0, at = 0;
    bool fits = keys.len == session_keys_len(variant.keys);
    put_u8(out, fits);
    if (!fits)
        return;
    for (const struct key_kind *k = session_key_kinds(variant.keys); k->len; k++)
        count++;
    put_compact(out, count);
    for (const struct key_kind *k = session_key_kinds(variant.keys); k->len; at += k->len, k++) {
        put_bytes(out, bytes_of(keys.at + at, k->len));
        put(out, bytes_of(k->id, 4));
    }
}
