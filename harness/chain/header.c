/* header.c - block headers as bytes: decode, encode, hash, seal and unseal. */
#include "chain/chain_impl.h"

#include "crypto/crypto.h"

static void take_fields(dg_header *out, dg_scale *s)
{
    out->parent = dg_scale_hash(s);
    out->number = dg_scale_compact_u32(s);
    out->state_root = dg_scale_hash(s);
    out->extrinsics_root = dg_scale_hash(s);
}

dg_code dg_header_decode(dg_header *out, dg_bytes raw, dg_error *err)
{
    dg_scale s = dg_scale_from(raw);
    dg_code rc;
    take_fields(out, &s);
    out->digest = dg_scale_rest(&s);
    if ((rc = dg_scale_check(&s, err, "header")) < 0)
        return rc;
    if (!out->digest.len)
        return dg_fail(err, DG_MALFORMED, "header ended before its digest");
    return dg_digest_check(out->digest, err);
}

dg_code dg_header_measure(dg_bytes raw, size_t *len, dg_error *err)
{
    dg_scale s = dg_scale_from(raw);
    dg_digest_iter it;
    dg_digest_item item;
    dg_header header;
    dg_code rc;
    take_fields(&header, &s);
    if ((rc = dg_scale_check(&s, err, "header")) < 0)
        return rc;
    if (!dg_scale_left(&s))
        return dg_fail(err, DG_MALFORMED, "header ended before its digest");
    dg_digest_iter_init(&it, dg_bytes_of(raw.at + s.at, raw.len - s.at));
    while ((rc = dg_digest_next(&it, &item, err)) == DG_OK)
        continue;
    *len = s.at + it.s.at;
    return rc < 0 ? rc : DG_OK;
}

void dg_header_encode(dg_buf *out, const dg_header *header)
{
    dg_buf_put(out, header->parent.at, 32);
    dg_scale_put_compact(out, header->number);
    dg_buf_put(out, header->state_root.at, 32);
    dg_buf_put(out, header->extrinsics_root.at, 32);
    if (header->digest.len)
        dg_buf_put_bytes(out, header->digest);
    else
        dg_scale_put_compact(out, 0);
}

/* Headers are small; a digest of the size that real chains have (72 kB) needs
 * the heap. An all-zero hash tells that there was no memory for it. */
dg_hash dg_header_hash(const dg_header *header)
{
    dg_hash hash = { { 0 } };
    dg_buf raw;
    dg_buf_init(&raw, DG_HEADER_MAX);
    dg_header_encode(&raw, header);
    if (raw.rc == DG_OK)
        hash = dg_blake2_256(dg_buf_bytes(&raw));
    dg_buf_clear(&raw);
    return hash;
}

/* Where the header's digest begins, its items, and the seal at their end. */
typedef struct parts {
    dg_header header;
    size_t head_len;
    uint32_t count;
    dg_digest_item last;
} parts;

static dg_code split(parts *p, dg_bytes raw, dg_error *err)
{
    dg_digest_iter it;
    dg_digest_item item;
    dg_code rc;
    *p = (parts){ .count = 0 };
    if ((rc = dg_header_decode(&p->header, raw, err)) < 0)
        return rc;
    p->head_len = raw.len - p->header.digest.len;
    dg_digest_iter_init(&it, p->header.digest);
    p->count = it.left;
    while (dg_digest_next(&it, &item, NULL) == DG_OK)
        p->last = item;
    return DG_OK;
}

dg_code dg_header_unseal(dg_buf *out, dg_digest_item *seal, dg_bytes raw, dg_error *err)
{
    parts p;
    dg_code rc = split(&p, raw, err);
    dg_bytes items;
    if (rc < 0)
        return rc;
    if (seal)
        *seal = (dg_digest_item){ .tag = 0 };
    if (!p.count || p.last.tag != DG_DIGEST_SEAL) {
        dg_buf_put_bytes(out, raw);
        return dg_buf_check(out, err, "header");
    }
    if (seal)
        *seal = p.last;
    items = dg_bytes_of(p.header.digest.at + dg_scale_compact_len(p.count),
                        p.header.digest.len - dg_scale_compact_len(p.count) - p.last.raw.len);
    dg_buf_put(out, raw.at, p.head_len);
    dg_scale_put_compact(out, p.count - 1);
    dg_buf_put_bytes(out, items);
    return dg_buf_check(out, err, "header");
}

/* `raw` without seal; `out` gets it with one more item, the seal. */
dg_code dg_header_seal(dg_buf *out, dg_bytes raw, const uint8_t key[32], dg_error *err)
{
    parts p;
    uint8_t sig[64];
    dg_hash hash = dg_blake2_256(raw);
    size_t count_len;
    dg_code rc = split(&p, raw, err);
    if (rc < 0)
        return rc;
    count_len = dg_scale_compact_len(p.count);
    dg_marked_sign(sig, dg_hash_bytes(&hash), key);
    dg_buf_put(out, raw.at, p.head_len);
    dg_scale_put_compact(out, p.count + 1);
    dg_buf_put(out, p.header.digest.at + count_len, p.header.digest.len - count_len);
    dg_buf_put_u8(out, DG_DIGEST_SEAL);
    dg_buf_put_text(out, "BABE");
    dg_scale_put_bytes(out, DG_BYTES_OF(sig));
    return dg_buf_check(out, err, "header");
}
