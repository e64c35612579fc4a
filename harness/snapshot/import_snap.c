/* import_snap.c - a snapshot of frame-remote-externalities becomes ours.
 *
 *   form     version  state_version  block_hash  entries               tail
 *   (none)   -        u8             32          32, Vec<u8>           root
 *   2        Compact  u8             32          32, Vec<u8>, i32      root
 *   3        Compact  u8             32          Vec<u8>, Vec<u8>, i32 root
 *   4        Compact  u8             -           Vec<u8>, Vec<u8>, i32 root, header
 *
 * An entry is a node (or hashed value) under its hash; from 3 on the place of the
 * node stands before the hash. The i32 counts references; 0 is what the database
 * had let go of. The entries are in the order of a hash table of that process.
 * Nothing says whether a state is whole but a header with the same root. */
#include "snapshot/snapshot_impl.h"

#include <stdlib.h>
#include <string.h>

enum { KEY_MAX = 32 + 2 * DG_TRIE_KEY_MAX, HEADER_MAX = 1 << 20 };

typedef struct reader {
    dg_snapshot_import_job *import;
    dg_snapshot_input *source;
    dg_buf window; /* bytes of the file, of which `at` are used */
    size_t at;
    uint64_t before; /* bytes of the file before the window */
    bool ended;
    unsigned version;
    uint64_t entries;
    dg_buf key;
    dg_buf places; /* u64 of each entry's key; sorted later */
    dg_buf used;   /* one byte for each place */
    dg_error *err;
} reader;

static uint64_t offset(const reader *r)
{
    return r->before + r->at;
}

/* ---- bytes ---- */

static dg_code more(reader *r)
{
    dg_bytes chunk;
    dg_code rc = dg_snapshot_input_read(r->source, &chunk, r->err);
    if (rc == DG_END)
        r->ended = true;
    if (rc != DG_OK)
        return rc;
    if (r->at)
        memmove(r->window.at, r->window.at + r->at, r->window.len - r->at);
    r->window.len -= r->at;
    r->before += r->at;
    r->at = 0;
    dg_buf_put_bytes(&r->window, chunk);
    dg_snapshot_import_progress(r->import, r->source, 0, 1);
    return dg_buf_check(&r->window, r->err, "entry");
}

/* At least `len` bytes in the window from `at` on. */
static dg_code need(reader *r, size_t len, const char *what)
{
    while (r->window.len - r->at < len) {
        dg_code rc = more(r);
        if (rc == DG_END)
            return dg_fail(r->err, DG_MALFORMED, "cut off at byte %llu, in %s",
                           (unsigned long long)(r->before + r->window.len), what);
        if (rc < 0)
            return rc;
    }
    return DG_OK;
}

static dg_code take(reader *r, dg_bytes *out, size_t len, const char *what)
{
    dg_code rc = need(r, len, what);
    if (rc < 0)
        return rc;
    *out = dg_bytes_of(r->window.at + r->at, len);
    r->at += len;
    return DG_OK;
}

static dg_code take_hash(reader *r, dg_hash *out, const char *what)
{
    dg_bytes raw;
    dg_code rc = take(r, &raw, 32, what);
    if (rc == DG_OK)
        memcpy(out->at, raw.at, 32);
    return rc;
}

static dg_code take_compact(reader *r, uint64_t *out, const char *what)
{
    static const uint8_t lens[] = { 1, 2, 4 };
    uint64_t began = offset(r);
    dg_bytes raw;
    dg_scale in;
    uint8_t first;
    dg_code rc = need(r, 1, what);
    if (rc < 0)
        return rc;
    first = r->window.at[r->at];
    if ((rc = take(r, &raw, (first & 3) == 3 ? (size_t)(first >> 2) + 5 : lens[first & 3], what))
        < 0)
        return rc;
    in = dg_scale_from(raw);
    *out = dg_scale_compact_u64(&in);
    if (in.rc < 0)
        return dg_fail(r->err, in.rc, "%s at byte %llu: %s", what, (unsigned long long)began,
                       in.why);
    return DG_OK;
}

static dg_code take_vec(reader *r, dg_bytes *out, size_t max, const char *what)
{
    uint64_t len = 0;
    dg_code rc = take_compact(r, &len, what);
    if (rc == DG_OK && len > max)
        return dg_fail(r->err, DG_LIMIT, "%s before byte %llu has %llu bytes, more than %zu", what,
                       (unsigned long long)offset(r), (unsigned long long)len, max);
    return rc < 0 ? rc : take(r, out, (size_t)len, what);
}

/* ---- entries ---- */

static void place_of(uint8_t place[8], dg_bytes key)
{
    dg_blake2b(place, 8, key);
}

static dg_code take_key(reader *r, dg_hash *hash)
{
    uint8_t place[8];
    dg_bytes key = { NULL, 0 };
    uint64_t began = offset(r);
    dg_code rc = r->version >= 3 ? take_vec(r, &key, KEY_MAX, "key") : take(r, &key, 32, "key");
    if (rc < 0)
        return rc;
    if (key.len < 32)
        return dg_fail(r->err, DG_MALFORMED, "key at byte %llu has %zu bytes: no hash",
                       (unsigned long long)began, key.len);
    memcpy(hash->at, key.at + key.len - 32, 32);
    place_of(place, key);
    dg_buf_put(&r->places, place, sizeof place);
    return dg_buf_check(&r->places, r->err, "places of nodes");
}

static dg_code take_entry(reader *r, uint64_t i)
{
    uint64_t began = offset(r);
    dg_hash hash, found;
    dg_bytes node = { NULL, 0 };
    dg_code rc;
    if ((rc = take_key(r, &hash)) < 0 || (rc = take_vec(r, &node, DG_VALUE_MAX, "node")) < 0)
        return rc;
    found = dg_blake2_256(node);
    if (!dg_hash_equal(&found, &hash))
        return dg_fail(r->err, DG_MISMATCH,
                       "entry %llu at byte %llu: node %s is wrong: its bytes hash to %s",
                       (unsigned long long)i, (unsigned long long)began, dg_hash_text(&hash).text,
                       dg_hash_short(&found).text);
    if ((rc = dg_snapshot_store_put(&r->import->writer->store, &hash, node, r->err)) < 0)
        return rc;
    /* The count is the client's business: what it had let go of is not below
     * the root, and pruned. */
    return r->version < 2 ? DG_OK : take(r, &node, 4, "reference count");
}

static dg_code take_entries(reader *r)
{
    uint64_t count = 0;
    dg_code rc = take_compact(r, &count, "number of entries");
    if (rc == DG_OK && count > dg_snapshot_input_total(r->source))
        return dg_fail(r->err, DG_MALFORMED, "cut off: it cannot hold %llu entries",
                       (unsigned long long)count);
    for (r->entries = 0; rc == DG_OK && r->entries < count; r->entries++)
        rc = take_entry(r, r->entries);
    return rc;
}

/* ---- the whole file ---- */

static dg_code take_version(reader *r)
{
    uint64_t version = 0;
    dg_code rc = need(r, 1, "version");
    if (rc < 0 || r->window.at[r->at] <= 1)
        return rc; /* 0 and 1 are a state version: the form before versions */
    if ((rc = take_compact(r, &version, "version")) < 0)
        return rc;
    if (version < 2 || version > 4)
        return dg_fail(r->err, DG_UNSUPPORTED,
                       "is a .snap of version %llu; versions 2, 3 and 4 and the unversioned "
                       "form are supported",
                       (unsigned long long)version);
    r->version = (unsigned)version;
    return DG_OK;
}

static dg_code take_state_version(reader *r)
{
    dg_bytes raw = { NULL, 0 };
    dg_code rc = take(r, &raw, 1, "state version");
    if (rc == DG_OK && raw.at[0] > 1)
        return dg_fail(r->err, DG_UNSUPPORTED, "state version %u at byte %llu", (unsigned)raw.at[0],
                       (unsigned long long)offset(r) - 1);
    if (rc == DG_OK)
        r->import->m.info.state_version = raw.at[0];
    return rc;
}

/* All that is left of the file. */
static dg_code take_rest(reader *r, dg_bytes *rest)
{
    dg_code rc = DG_OK;
    while (rc == DG_OK && r->window.len - r->at <= HEADER_MAX)
        rc = more(r);
    if (rc < 0)
        return rc;
    if (rc == DG_OK)
        return dg_fail(r->err, DG_LIMIT, "more than %d bytes after the root at byte %llu",
                       HEADER_MAX, (unsigned long long)offset(r));
    *rest = dg_bytes_of(r->window.at + r->at, r->window.len - r->at);
    return DG_OK;
}

static dg_code take_tail(reader *r)
{
    dg_snapshot_info *info = &r->import->m.info;
    dg_bytes rest = { NULL, 0 };
    dg_code rc;
    if ((rc = take_hash(r, &info->state_root, "state root")) < 0 || (rc = take_rest(r, &rest)) < 0)
        return rc;
    if (r->version == 4) {
        rc = dg_snapshot_import_header(r->import, rest, r->err);
        return rc < 0 ? dg_fail_within(r->err, rc, "byte %llu", (unsigned long long)offset(r)) : rc;
    }
    if (rest.len)
        return dg_fail(r->err, DG_MALFORMED, "%zu bytes or more follow the end at byte %llu",
                       rest.len, (unsigned long long)offset(r));
    return DG_OK;
}

static dg_code take_all(reader *r)
{
    dg_snapshot_info *info = &r->import->m.info;
    dg_code rc;
    if ((rc = take_version(r)) < 0 || (rc = take_state_version(r)) < 0)
        return rc;
    if (r->version != 4 && (rc = take_hash(r, &info->hash, "block hash")) < 0)
        return rc;
    if ((rc = take_entries(r)) < 0 || (rc = take_tail(r)) < 0)
        return rc;
    info->source_hash = dg_snapshot_input_hash(r->source);
    info->source_version = r->version;
    snprintf(info->source_kind, sizeof info->source_kind, "snap");
    return DG_OK;
}

/* ---- places, from version 3 on ---- */

static int by_number(const void *a, const void *b)
{
    uint64_t x = dg_le64(a), y = dg_le64(b);
    return (x > y) - (x < y);
}

static dg_code check_place(void *user, const dg_snapshot_walk_at *at, const dg_hash *hash,
                           dg_bytes bytes, dg_error *err)
{
    reader *r = user;
    uint8_t place[8];
    const uint8_t *found;
    (void)bytes;
    dg_buf_reset(&r->key);
    dg_snapshot_key(&r->key, at, hash);
    if (r->key.rc < 0)
        return dg_buf_check(&r->key, err, "key");
    place_of(place, dg_buf_bytes(&r->key));
    found = bsearch(place, r->places.at, r->places.len / 8, 8, by_number);
    if (!found)
        return dg_fail(err, DG_MISMATCH, "node %s is not stored under its place in the trie",
                       dg_hash_text(hash).text);
    r->used.at[(size_t)(found - r->places.at) / 8] = 1;
    return DG_OK;
}

static dg_code sort_places(reader *r)
{
    size_t count = r->places.len / 8;
    if (count)
        qsort(r->places.at, count, 8, by_number);
    for (size_t i = 1; i < count; i++)
        if (memcmp(r->places.at + 8 * i, r->places.at + 8 * i - 8, 8) == 0)
            return dg_fail(r->err, DG_MALFORMED, "two entries have the same key");
    return DG_OK;
}

static dg_code none_used(reader *r)
{
    uint8_t *used = dg_buf_grow(&r->used, r->places.len / 8);
    if (!used)
        return dg_buf_check(&r->used, r->err, "places of nodes");
    memset(used, 0, r->places.len / 8);
    return DG_OK;
}

/* All that the root needs is there (from version 3 on: filed under its place); what
 * it does not need is taken out of the store again. */
static dg_code check_and_prune(reader *r)
{
    dg_snapshot_store *store = &r->import->writer->store;
    dg_snapshot_info *info = &r->import->m.info;
    bool places = r->version >= 3;
    dg_snapshot_walk walk = { .from = &store->loader,
                              .positions = places,
                              .user = r,
                              .content = places ? check_place : NULL };
    uint64_t removed = 0, count = 0;
    dg_code rc = dg_snapshot_store_flush(store, &count, r->err);
    if (rc == DG_OK)
        rc = sort_places(r);
    if (rc == DG_OK && places)
        rc = none_used(r);
    if (rc == DG_OK)
        rc = dg_snapshot_walk_run(&walk, &info->state_root, r->err);
    if (rc == DG_OK && count > walk.contents)
        rc = dg_snapshot_store_prune(store, dg_snapshot_walk_saw, &walk, &removed, r->err);
    dg_snapshot_walk_clear(&walk);
    info->unreferenced = places ? 0 : removed;
    for (size_t i = 0; i < r->used.len; i++)
        info->unreferenced += r->used.at[i] ? 0 : 1;
    return rc;
}

static dg_code finish(reader *r)
{
    dg_snapshot_import_job *import = r->import;
    dg_snapshot_info *info = &import->m.info;
    dg_buf code;
    dg_code rc;
    if ((rc = check_and_prune(r)) != DG_OK)
        return rc == DG_ABSENT ? dg_fail_within(r->err, DG_MISMATCH, "state is incomplete") : rc;
    dg_buf_init(&code, DG_VALUE_MAX);
    rc = dg_snapshot_import_get(import, &code, dg_text(":code"), r->err);
    info->partial |= code.len == 0;
    if (rc >= 0 && !info->header_known)
        rc = dg_snapshot_import_block(import, r->err);
    /* Without a header nothing tells whether the state is whole. */
    info->partial |= !info->header_known;
    if (rc >= 0)
        rc = dg_snapshot_import_describe(import, dg_buf_bytes(&code), r->err);
    dg_buf_clear(&code);
    return rc;
}

static void clear(reader *r)
{
    dg_snapshot_input_close(r->source);
    dg_buf_clear(&r->window);
    dg_buf_clear(&r->key);
    dg_buf_clear(&r->places);
    dg_buf_clear(&r->used);
}

dg_code dg_snapshot_import_snap(dg_snapshot_import_job *import, dg_error *err)
{
    reader r = { .import = import, .err = err };
    dg_code rc;
    dg_buf_init(&r.window, (size_t)DG_VALUE_MAX + (1 << 20));
    dg_buf_init(&r.key, KEY_MAX + 32);
    dg_buf_init(&r.places, (size_t)1 << 34);
    dg_buf_init(&r.used, (size_t)1 << 31);
    rc = dg_snapshot_input_open(&r.source, import->path, err);
    if (rc == DG_OK)
        rc = take_all(&r);
    if (rc == DG_OK)
        rc = finish(&r);
    clear(&r);
    if (rc < 0)
        return dg_fail_within(err, rc, "%s", import->path);
    rc = dg_snapshot_writer_commit(import->writer, &import->m, NULL, err);
    import->writer = NULL;
    return rc;
}
