/* extrinsic.c - parsing, checking and applying one extrinsic. */
#include "extrinsic.h"

#include "host.h"
#include "inherents.h"
#include "migrations.h"
#include "system.h"
#include "variant.h"

enum {
    FORMAT_BARE = 4,
    FORMAT_SIGNED = 0x84,
    FORMAT_BARE_5 = 5,
    ADDRESS_ID = 0,
    SIGNATURE_SR25519 = 1
};

/* Extensions of a signed one, in the order of the metadata: CheckSpecVersion,
 * CheckTxVersion, CheckGenesis (nothing in the extrinsic), CheckMortality (an era,
 * of which only "immortal" is taken), CheckNonce. */
static void read_extra(struct reader *in, struct extrinsic *x)
{
    const u8 *from = in->at;
    in->bad |= read_u8(in) != 0;
    x->nonce = (u32)read_compact(in);
    x->extra = bytes_of(from, (u32)(in->at - from));
}

static void read_signed(struct reader *in, struct extrinsic *x)
{
    in->bad |= read_u8(in) != ADDRESS_ID;
    x->origin.kind = ORIGIN_SIGNED;
    struct hash account = read_hash(in);
    memcpy(x->origin.account, account.at, 32);
    in->bad |= read_u8(in) != SIGNATURE_SR25519;
    x->signature = read_take(in, 64);
    read_extra(in, x);
}

struct extrinsic read_extrinsic(struct reader *in)
{
    struct extrinsic x = { .origin = { .kind = ORIGIN_NONE } };
    const u8 *from = in->at;
    struct reader body = reader_of(read_bytes(in));
    x.whole = bytes_of(from, (u32)(in->at - from));
    u8 format = read_u8(&body);
    if (format == FORMAT_SIGNED)
        read_signed(&body, &x);
    else
        body.bad |= format != FORMAT_BARE && format != FORMAT_BARE_5;
    x.call = read_rest(&body);
    in->bad |= body.bad;
    return x;
}

void put_bare(struct writer *out, struct bytes call)
{
    put_compact(out, call.len + 1);
    put_u8(out, FORMAT_BARE);
    put(out, call);
}

void put_validity(struct writer *out, struct validity v)
{
    put_u8(out, 1);
    put_u8(out, v.family);
    put_u8(out, v.code);
}

/* call ++ extra ++ what both sides know: versions, genesis hash, birth block. */
static bool signature_fits(const struct extrinsic *x)
{
    struct writer message = { 0 };
    struct hash genesis = system_block_hash(0);
    put(&message, x->call);
    put(&message, x->extra);
    put_u32(&message, variant.spec_version);
    put_u32(&message, 1); /* transaction_version */
    put_hash(&message, &genesis);
    put_hash(&message, &genesis);
    struct bytes signed_bytes = written(&message);
    struct hash h = host_blake2_256(signed_bytes);
    if (signed_bytes.len > 256)
        signed_bytes = hash_bytes(&h);
    return host_sr25519_verify(x->signature.at, signed_bytes, x->origin.account);
}

struct validity check_extrinsic(const struct extrinsic *x, bool in_pool)
{
    if (x->origin.kind == ORIGIN_NONE) {
        bool fine = (!in_pool && is_inherent(x->call)) || system_allows_bare(x->call);
        return fine ? (struct validity){ .valid = true }
                    : (struct validity){ false, UNKNOWN, UNKNOWN_NO_UNSIGNED_VALIDATOR };
    }
    u32 expected = system_nonce(x->origin.account);
    if (x->nonce < expected)
        return invalid(INVALID_STALE);
    if (x->nonce > expected && !in_pool)
        return invalid(INVALID_FUTURE);
    return signature_fits(x) ? (struct validity){ .valid = true } : invalid(INVALID_BAD_PROOF);
}

static enum weight_class class_of(const struct extrinsic *x)
{
    return is_inherent(x->call) ? WEIGHT_MANDATORY : WEIGHT_NORMAL;
}

struct validity apply_extrinsic(const struct extrinsic *x, struct outcome *o)
{
    struct validity v = check_extrinsic(x, false);
    enum weight_class class = class_of(x);
    struct reader call = reader_of(x->call);
    if (!v.valid)
        return v;
    if (migrations_ongoing() && class != WEIGHT_MANDATORY)
        return invalid(INVALID_CALL);
    system_note_extrinsic(x->whole);
    if (x->origin.kind == ORIGIN_SIGNED)
        system_count_nonce(x->origin.account);
    *o = dispatch(&x->origin, &call);
    if (o->kind == DISPATCH_UNDECODABLE)
        panic("an extrinsic does not decode");
    if (o->kind != DISPATCH_OK && class == WEIGHT_MANDATORY)
        return invalid(INVALID_BAD_MANDATORY);
    system_note_applied(*o, class);
    return v;
}
