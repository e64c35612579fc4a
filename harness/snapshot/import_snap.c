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
#include "snapshot/snap_read.h"

#include <stdlib.h>
#include <string.h>

enum { KEY_MAX = 32 + 2 * DG_TRIE_KEY_MAX, HEADER_MAX = 1 << 20 };

typedef struct reader {
    dg_snapshot_snap_reader in;
    unsigned version;
    uint64_t entries;
    dg_buf key;
    dg_buf places; /* u64 of each entry's key; sorted later */
    dg_buf used;   /* one byte for each place */
    dg_error *err;
} reader;

/* ---- entries ---- */

static void place_of(uint8_t place[8], dg_bytes key)
{
    dg_blake2b(place, 8, key);
}

static dg_code take_key(reader *r, dg_hash *hash)
{
    uint8_t place[8];
    dg_bytes key = { NULL, 0 };
    uint64_t began = dg_snapshot_snap_offset(&r->in);
    dg_code rc = r->version >= 3 ? dg_snapshot_snap_take_vec(&r->in, &key, KEY_MAX, "key")
                                 : dg_snapshot_snap_take(&r->in, &key, 32, "key");
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
    uint64_t began = dg_snapshot_snap_offset(&r->in);
    dg_hash hash, found;
    dg_bytes node = { NULL, 0 };
    dg_code rc;
    if ((rc = take_key(r, &hash)) < 0
        || (rc = dg_snapshot_snap_take_vec(&r->in, &node, DG_VALUE_MAX, "node")) < 0)
        return rc;
    found = dg_blake2_256(node);
    if (!dg_hash_equal(&found, &hash))
        return dg_fail(r->err, DG_MISMATCH,
                       "entry %llu at byte %llu: node %s is wrong: its bytes hash to %s",
                       (unsigned long long)i, (unsigned long long)began, dg_hash_text(&hash).text,
                       dg_hash_short(&found).text);
    if ((rc = dg_snapshot_store_put(&r->in.import->writer->store, &hash, node, r->err)) < 0)
        return rc;
    /* The count is the client's business: what it had let go of is not below
     * the root, and pruned. */
    return r->version < 2 ? DG_OK : dg_snapshot_snap_take(&r->in, &node, 4, "reference count");
}

static dg_code take_entries(reader *r)
{
    uint64_t count = 0;
    dg_code rc = dg_snapshot_snap_take_count(&r->in, &count, "entries");
    for (r->entries = 0; rc == DG_OK && r->entries < count; r->entries++)
        rc = take_entry(r, r->entries);
    return rc;
}

/* ---- the whole file ---- */

static dg_code take_version(reader *r)
{
    uint64_t version = 0;
    dg_code rc = dg_snapshot_snap_need(&r->in, 1, "version");
    if (rc < 0 || r->in.window.at[r->in.at] <= 1)
        return rc; /* 0 and 1 are a state version: the form before versions */
    if ((rc = dg_snapshot_snap_take_compact(&r->in, &version, "version")) < 0)
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
    dg_code rc = dg_snapshot_snap_take(&r->in, &raw, 1, "state version");
    if (rc == DG_OK && raw.at[0] > 1)
        return dg_fail(r->err, DG_UNSUPPORTED, "state version %u at byte %llu", (unsigned)raw.at[0],
                       (unsigned long long)dg_snapshot_snap_offset(&r->in) - 1);
    if (rc == DG_OK)
        r->in.import->m.info.state_version = raw.at[0];
    return rc;
}

static dg_code take_tail(reader *r)
{
    dg_snapshot_info *info = &r->in.import->m.info;
    dg_bytes rest = { NULL, 0 };
    dg_code rc;
    if ((rc = dg_snapshot_snap_take_hash(&r->in, &info->state_root, "state root")) < 0
        || (rc = dg_snapshot_snap_take_rest(&r->in, &rest, HEADER_MAX)) < 0)
        return rc;
    if (r->version == 4) {
        rc = dg_snapshot_import_header(r->in.import, rest, r->err);
        return rc < 0 ? dg_fail_within(r->err, rc, "byte %llu",
                                       (unsigned long long)dg_snapshot_snap_offset(&r->in))
                      : rc;
    }
    if (rest.len)
        return dg_fail(r->err, DG_MALFORMED, "%zu bytes or more follow the end at byte %llu",
                       rest.len, (unsigned long long)dg_snapshot_snap_offset(&r->in));
    return DG_OK;
}

static dg_code take_all(reader *r)
{
    dg_snapshot_info *info = &r->in.import->m.info;
    dg_code rc;
    if ((rc = take_version(r)) < 0 || (rc = take_state_version(r)) < 0)
        return rc;
    if (r->version != 4 && (rc = dg_snapshot_snap_take_hash(&r->in, &info->hash, "block hash")) < 0)
        return rc;
    if ((rc = take_entries(r)) < 0 || (rc = take_tail(r)) < 0)
        return rc;
    info->source_hash = dg_snapshot_input_hash(r->in.source);
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
    dg_snapshot_store *store = &r->in.import->writer->store;
    dg_snapshot_info *info = &r->in.import->m.info;
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
    dg_code rc = check_and_prune(r);
    if (rc == DG_ABSENT)
        return dg_fail_within(r->err, DG_MISMATCH, "state is incomplete");
    return rc == DG_OK ? dg_snapshot_import_settle(r->in.import, r->err) : rc;
}

static void clear(reader *r)
{
    dg_snapshot_snap_close(&r->in);
    dg_buf_clear(&r->key);
    dg_buf_clear(&r->places);
    dg_buf_clear(&r->used);
}

/* The form that stands there is one of nodes. */
static dg_code import_nodes(dg_snapshot_import_job *import, dg_error *err)
{
    reader r = { .err = err };
    dg_code rc;
    dg_buf_init(&r.key, KEY_MAX + 32);
    dg_buf_init(&r.places, (size_t)1 << 34);
    dg_buf_init(&r.used, (size_t)1 << 31);
    rc = dg_snapshot_snap_open(&r.in, import, err);
    if (rc == DG_OK)
        rc = take_all(&r);
    if (rc == DG_OK)
        rc = finish(&r);
    clear(&r);
    return rc;
}

dg_code dg_snapshot_import_snap(dg_snapshot_import_job *import, dg_error *err)
{
    bool pairs = false;
    dg_code rc = dg_snapshot_snap_holds_pairs(&pairs, import, err);
    if (rc == DG_OK)
        rc = pairs ? dg_snapshot_import_snap_pairs(import, err) : import_nodes(import, err);
    if (rc < 0)
        return dg_fail_within(err, rc, "%s", import->path);
    rc = dg_snapshot_writer_commit(import->writer, &import->m, NULL, err);
    import->writer = NULL;
    return rc;
}
