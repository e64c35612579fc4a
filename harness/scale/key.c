/* key.c - storage keys: a prefix, then each key part behind its hasher. */
#include "scale/scale_impl.h"

#include "crypto/crypto.h"

#include <assert.h>
#include <string.h>

typedef struct hasher_about {
    uint8_t len; /* bytes of hash */
    bool twox;
    bool concat; /* the encoded key follows */
} hasher_about;

static const hasher_about hashers[] = {
    [DG_HASHER_BLAKE2_128] = { 16, false, false },
    [DG_HASHER_BLAKE2_256] = { 32, false, false },
    [DG_HASHER_BLAKE2_128_CONCAT] = { 16, false, true },
    [DG_HASHER_TWOX_128] = { 16, true, false },
    [DG_HASHER_TWOX_256] = { 32, true, false },
    [DG_HASHER_TWOX_64_CONCAT] = { 8, true, true },
    [DG_HASHER_IDENTITY] = { 0, false, true },
};

static void hash(uint8_t out[32], const hasher_about *h, dg_bytes key)
{
    assert(h->len <= 32);
    if (h->twox)
        dg_twox(out, h->len, key);
    else if (h->len)
        dg_blake2b(out, h->len, key);
}

void dg_storage_prefix(uint8_t out[32], const char *pallet_prefix, const char *item)
{
    dg_twox(out, 16, dg_text(pallet_prefix));
    dg_twox(out + 16, 16, dg_text(item));
}

static void put_prefix(dg_buf *out, const dg_meta_entry *entry)
{
    uint8_t prefix[32];
    dg_storage_prefix(prefix, entry->prefix, entry->name);
    dg_buf_put(out, prefix, sizeof prefix);
}

static void put_part(dg_buf *out, dg_hasher hasher, dg_bytes key)
{
    const hasher_about *h = &hashers[hasher];
    uint8_t digest[32];
    assert(hasher <= DG_HASHER_IDENTITY);
    hash(digest, h, key);
    dg_buf_put(out, digest, h->len);
    if (h->concat)
        dg_buf_put_bytes(out, key);
}

void dg_storage_key_raw(dg_buf *out, const dg_meta_entry *entry, const dg_bytes *keys)
{
    assert(keys || !entry->hasher_count);
    put_prefix(out, entry);
    for (uint32_t i = 0; i < entry->hasher_count; i++)
        put_part(out, entry->hashers[i], keys[i]);
}

/* The type of key part `i`: a map with several hashers has a tuple as key. */
static dg_code part_type(const dg_meta *meta, uint32_t *id, const dg_meta_entry *e, uint32_t i,
                         dg_error *err)
{
    const type *t = dg_type_at(meta, e->key.v);
    assert(i < e->hasher_count);
    if (e->hasher_count == 1) {
        *id = e->key.v;
        return DG_OK;
    }
    if (t->body.count != e->hasher_count)
        return dg_fail(err, DG_MALFORMED, "%s.%s has %lu hashers for a key of %lu parts", e->pallet,
                       e->name, (unsigned long)e->hasher_count, (unsigned long)t->body.count);
    *id = t->body.fields[i].type;
    return DG_OK;
}

/* ---- from JSON ---- */

static dg_code put_json_part(const dg_meta *meta, dg_buf *out, const dg_meta_entry *e, uint32_t i,
                             const json_t *key, dg_error *err)
{
    char where[128];
    uint32_t id;
    dg_buf raw;
    dg_code rc = part_type(meta, &id, e, i, err);
    if (rc < 0)
        return rc;
    snprintf(where, sizeof where, "key %lu of %s.%s", (unsigned long)i, e->pallet, e->name);
    dg_buf_init(&raw, out->max);
    rc = dg_value_encode_at(meta, &raw, id, key, where, err);
    if (rc == DG_OK)
        put_part(out, e->hashers[i], dg_buf_bytes(&raw));
    dg_buf_clear(&raw);
    return rc;
}

dg_code dg_storage_key(const dg_meta *meta, dg_buf *out, const dg_meta_entry *entry,
                       const json_t *keys, dg_error *err)
{
    size_t before = out->len, given = keys ? json_array_size(keys) : 0;
    dg_code rc = DG_OK;
    if (given != entry->hasher_count || (keys && !json_is_array(keys)))
        return dg_fail(err, DG_USAGE, "%s.%s wants an array of %lu keys, got %zu", entry->pallet,
                       entry->name, (unsigned long)entry->hasher_count, given);
    put_prefix(out, entry);
    for (uint32_t i = 0; i < entry->hasher_count && rc == DG_OK; i++)
        rc = put_json_part(meta, out, entry, i, json_array_get(keys, i), err);
    if (rc == DG_OK)
        rc = dg_buf_check(out, err, "storage key");
    if (rc < 0)
        out->len = before;
    return rc;
}

/* ---- to JSON ---- */

static json_t *hash_json(dg_bytes digest)
{
    char room[72];
    dg_buf hex = dg_buf_on(room, sizeof room);
    dg_hex_put(&hex, digest);
    return json_stringn((const char *)hex.at, hex.len);
}

static dg_code decode_part(const dg_meta *meta, json_t **out, const dg_meta_entry *e, uint32_t i,
                           dg_scale *s, dg_error *err)
{
    const hasher_about *h = &hashers[e->hashers[i]];
    dg_bytes digest = dg_scale_take(s, h->len);
    size_t from = s->at;
    uint8_t again[32];
    uint32_t id;
    dg_code rc = part_type(meta, &id, e, i, err);
    if (rc < 0 || (rc = dg_scale_check(s, err, "storage key")) < 0)
        return rc;
    if (!h->concat) {
        *out = hash_json(digest);
        return *out ? DG_OK : dg_fail(err, DG_NOMEM, "no memory for a storage key");
    }
    if ((rc = dg_value_decode(meta, out, (dg_type_id){ id }, s, err)) < 0)
        return rc;
    hash(again, h, dg_bytes_of(s->in.at + from, s->at - from));
    if (!dg_bytes_equal(digest, dg_bytes_of(again, h->len)))
        return dg_fail(err, DG_MALFORMED, "key %lu of %s.%s does not hash to what precedes it",
                       (unsigned long)i, e->pallet, e->name);
    return DG_OK;
}

static dg_code decode_parts(const dg_meta *meta, json_t *parts, const dg_meta_entry *e, dg_scale *s,
                            dg_error *err)
{
    for (uint32_t i = 0; i < e->hasher_count; i++) {
        json_t *part = NULL;
        dg_code rc = decode_part(meta, &part, e, i, s, err);
        if (rc < 0) {
            json_decref(part);
            return rc;
        }
        if (json_array_append_new(parts, part) != 0)
            return dg_fail(err, DG_NOMEM, "no memory for a storage key");
    }
    return dg_scale_finish(s, err, "storage key");
}

dg_code dg_storage_key_decode(const dg_meta *meta, json_t **out, const dg_meta_entry *entry,
                              dg_bytes key, dg_error *err)
{
    dg_scale s = dg_scale_from(key);
    uint8_t prefix[32];
    dg_bytes head = dg_scale_take(&s, sizeof prefix);
    dg_code rc;
    *out = NULL;
    dg_storage_prefix(prefix, entry->prefix, entry->name);
    if (!dg_bytes_equal(head, DG_BYTES_OF(prefix)))
        return dg_fail(err, DG_MALFORMED, "storage key is none of %s.%s", entry->pallet,
                       entry->name);
    if (!(*out = json_array()))
        return dg_fail(err, DG_NOMEM, "no memory for a storage key");
    if ((rc = decode_parts(meta, *out, entry, &s, err)) < 0) {
        json_decref(*out);
        *out = NULL;
    }
    return rc;
}

/* ---- is it one? ---- */

static bool part_found(const dg_meta *meta, const dg_meta_entry *e, uint32_t i, dg_scale *s)
{
    const hasher_about *h = &hashers[e->hashers[i]];
    dg_bytes digest = dg_scale_take(s, h->len);
    size_t from = s->at;
    uint8_t again[32];
    uint32_t id;
    if (!h->concat)
        return s->rc == DG_OK;
    if (part_type(meta, &id, e, i, NULL) < 0 || s->rc != DG_OK)
        return false;
    dg_value_skip(meta, (dg_type_id){ id }, s);
    if (s->rc != DG_OK)
        return false;
    hash(again, h, dg_bytes_of(s->in.at + from, s->at - from));
    return dg_bytes_equal(digest, dg_bytes_of(again, h->len));
}

bool dg_storage_key_found(const dg_meta *meta, const dg_meta_entry *entry, dg_bytes key)
{
    dg_scale s = dg_scale_from(key);
    dg_scale_take(&s, 32);
    for (uint32_t i = 0; i < entry->hasher_count; i++)
        if (!part_found(meta, entry, i, &s))
            return false;
    return s.rc == DG_OK && dg_scale_left(&s) == 0;
}
