/* preimage.c - preimages, and who asked for them. */
#include "preimage.h"

#include "host.h"
#include "pallet.h"

enum { UNREQUESTED, REQUESTED };

static struct key status_key(const struct hash *h)
{
    return key_map("Preimage", "RequestStatusFor", IDENTITY, hash_bytes(h));
}

/* (hash, length), not hashed again. */
static struct key image_key(const struct hash *h, u32 len)
{
    struct writer k = { 0 };
    put_hash(&k, h);
    put_u32(&k, len);
    return key_map("Preimage", "PreimageFor", IDENTITY, written(&k));
}

bool preimage_get(const struct hash *h, u32 len, struct bytes *image)
{
    struct bytes raw;
    if (!stored(image_key(h, len), &raw))
        return false;
    struct reader in = reader_of(raw);
    *image = read_bytes(&in);
    return !in.bad;
}

/* Requested { maybe_ticket, count, maybe_len }, where a ticket is an account. */
void preimage_drop(const struct hash *h, u32 len)
{
    struct bytes raw;
    struct writer out = { 0 };
    if (!stored(status_key(h), &raw))
        return;
    struct reader in = reader_of(raw);
    if (read_u8(&in) != REQUESTED)
        return;
    const u8 *ticket = in.at;
    bool owned = read_bool(&in);
    read_take(&in, owned ? 32 : 0);
    struct bytes head = bytes_of(ticket, (u32)(in.at - ticket));
    u32 count = read_u32(&in);
    if (count <= 1 && !owned) {
        forget(status_key(h));
        forget(image_key(h, len));
        return;
    }
    put_u8(&out, REQUESTED);
    put(&out, head);
    put_u32(&out, count - (count > 0));
    put(&out, read_rest(&in));
    store(status_key(h), written(&out));
}

static struct outcome note_preimage(const struct origin *origin, struct reader *args)
{
    struct bytes image = read_bytes(args);
    struct writer value = { 0 }, status = { 0 };
    if (args->bad)
        return undecodable();
    if (origin->kind == ORIGIN_NONE)
        return bad_origin();
    struct hash h = host_blake2_256(image);
    put_bytes(&value, image);
    store(image_key(&h, image.len), written(&value));
    put_u8(&status, UNREQUESTED);
    put(&status, bytes_of(origin->account, 32));
    put_u32(&status, image.len);
    store(status_key(&h), written(&status));
    return succeeded();
}

static const struct entry entries[] = {
    { "RequestStatusFor", OPTIONAL, IDENTITY, T_H256, T_REQUEST_STATUS },
    { "PreimageFor", OPTIONAL, IDENTITY, T_PREIMAGE_KEY, T_BYTES },
    { 0 },
};
static const struct call calls[] = {
    { "note_preimage", 0, FIELDS({ "bytes", T_BYTES }), note_preimage },
    { 0 },
};
const struct pallet pallet_preimage = { "Preimage", 10, entries, calls,
                                        .calls_type = T_PREIMAGE_CALL };
