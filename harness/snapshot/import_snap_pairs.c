/* import_snap_pairs.c - the forms of .snap that hold keys and values: those before March 2023.
 *
 *   form           state_version  block_hash  top               child tries
 *   of 2022        u8             32          Vec<(key, value)> Vec<(0, name, Vec<(key, value)>)>
 *   before 2022    -              -           Vec<(key, value)> -
 *
 * Neither has a version, nor has the form of nodes that came between them and version 2. That one
 * begins as the form of 2022 does, and is told by its first entry: a hash and the bytes that hash
 * to it. States of the oldest form are of state version 0, there was no other then. The entry in
 * `top` that names the root of a child trie is stepped over, since it follows. Mirrors:
 * frame-remote-externalities before and after versions were added. */
#include "snapshot/snap_read.h"

#include <stdio.h>
#include <string.h>

enum { FIRST_MAX = DG_VALUE_MAX };

/* ---- which form ---- */

/* A node or a value under its hash, at the front of `r`? */
static dg_code first_is_node(bool *is, dg_snapshot_snap_reader *r)
{
    dg_hash hash, found;
    dg_bytes node;
    dg_error unused;
    dg_error *err = r->err;
    dg_code rc;
    *is = false;
    r->err = &unused; /* what is wrong is found again, and said, by who reads it */
    rc = dg_snapshot_snap_take_hash(r, &hash, "key");
    if (rc == DG_OK)
        rc = dg_snapshot_snap_take_vec(r, &node, FIRST_MAX, "node");
    r->err = err;
    if (rc != DG_OK)
        return rc == DG_NOMEM || rc == DG_IO ? dg_fail(err, rc, "%s", unused.text) : DG_OK;
    found = dg_blake2_256(node);
    *is = dg_hash_equal(&found, &hash);
    return DG_OK;
}

/* The first pair, as both forms have it. */
static bool is_pair(dg_bytes start)
{
    dg_scale in = dg_scale_from(start);
    dg_bytes key = dg_scale_bytes(&in);
    dg_scale_compact_u64(&in);
    return in.rc == DG_OK && key.len > 0 && key.len <= DG_TRIE_KEY_MAX;
}

static dg_code of_2022(bool *pairs, dg_snapshot_snap_reader *r)
{
    uint64_t count;
    dg_bytes start;
    bool node;
    dg_code rc;
    if ((rc = dg_snapshot_snap_take(r, &start, 33, "head")) < 0
        || (rc = dg_snapshot_snap_take_count(r, &count, "entries")) < 0 || count == 0)
        return DG_OK; /* whatever it is, the form of nodes says what it lacks */
    if ((rc = dg_snapshot_snap_peek(r, &start, DG_TRIE_KEY_MAX + 8)) < 0)
        return rc;
    *pairs = is_pair(start);
    if (!*pairs || (rc = first_is_node(&node, r)) < 0)
        return rc;
    *pairs = !node;
    return DG_OK;
}

static dg_code before_2022(bool *pairs, dg_snapshot_snap_reader *r)
{
    uint64_t count;
    dg_bytes start;
    dg_code rc;
    if (dg_snapshot_snap_take_count(r, &count, "entries") < 0 || count < 5)
        return DG_OK; /* a version, or nothing that is known */
    if ((rc = dg_snapshot_snap_peek(r, &start, DG_TRIE_KEY_MAX + 8)) < 0)
        return rc;
    /* Versions to come have a state version next: 0 or 1, and then no key of that length. */
    *pairs = start.len > 2 && start.at[0] > 1 << 2 && is_pair(start);
    return DG_OK;
}

dg_code dg_snapshot_snap_holds_pairs(bool *pairs, dg_snapshot_import_job *import, dg_error *err)
{
    dg_snapshot_snap_reader r = { .passes = 1 };
    dg_bytes first;
    dg_code rc = dg_snapshot_snap_open(&r, import, err);
    *pairs = false;
    if (rc == DG_OK)
        rc = dg_snapshot_snap_peek(&r, &first, 1);
    if (rc == DG_OK && first.len)
        rc = first.at[0] <= 1 ? of_2022(pairs, &r) : before_2022(pairs, &r);
    dg_snapshot_snap_close(&r);
    return rc;
}

/* ---- entries ---- */

static dg_code take_pair(dg_snapshot_snap_reader *r, dg_snapshot_build *build)
{
    uint64_t began = dg_snapshot_snap_offset(r);
    uint8_t room[DG_TRIE_KEY_MAX];
    dg_bytes raw, value, key;
    dg_code rc;
    if ((rc = dg_snapshot_snap_take_vec(r, &raw, DG_TRIE_KEY_MAX, "key")) < 0)
        return rc;
    if (raw.len)
        memcpy(room, raw.at, raw.len);
    key = dg_bytes_of(room, raw.len);
    if ((rc = dg_snapshot_snap_take_vec(r, &value, DG_VALUE_MAX, "value")) < 0)
        return rc;
    if (!build->child && dg_snapshot_is_child_root(key))
        return DG_OK;
    rc = dg_snapshot_build_entry(build, key, value, r->err);
    return rc < 0 ? dg_fail_within(r->err, rc, "entry at byte %llu", (unsigned long long)began)
                  : rc;
}

static dg_code take_pairs(dg_snapshot_snap_reader *r, dg_snapshot_build *build)
{
    uint64_t count = 0;
    dg_code rc = dg_snapshot_snap_take_count(r, &count, "entries");
    for (uint64_t i = 0; rc == DG_OK && i < count; i++)
        rc = take_pair(r, build);
    return rc;
}

static dg_code take_child(dg_snapshot_snap_reader *r, dg_snapshot_build *build)
{
    uint64_t began = dg_snapshot_snap_offset(r);
    dg_bytes raw;
    dg_buf name;
    dg_code rc;
    if ((rc = dg_snapshot_snap_take(r, &raw, 1, "kind of a child trie")) < 0)
        return rc;
    if (raw.at[0] != 0)
        return dg_fail(r->err, DG_UNSUPPORTED, "child trie at byte %llu is of kind %u",
                       (unsigned long long)began, (unsigned)raw.at[0]);
    if ((rc = dg_snapshot_snap_take_vec(r, &raw, DG_TRIE_KEY_MAX, "name of a child trie")) < 0)
        return rc;
    dg_buf_init(&name, DG_TRIE_KEY_MAX);
    dg_buf_put_bytes(&name, raw);
    if ((rc = dg_buf_check(&name, r->err, "name of a child trie")) == DG_OK
        && (rc = dg_snapshot_build_child(build, r->err)) == DG_OK
        && (rc = take_pairs(r, build)) == DG_OK)
        rc = dg_snapshot_build_child_end(build, dg_buf_bytes(&name), r->err);
    dg_buf_clear(&name);
    return rc;
}

static dg_code take_children(dg_snapshot_snap_reader *r, dg_snapshot_build *build)
{
    uint64_t count = 0;
    dg_code rc = dg_snapshot_snap_take_count(r, &count, "child tries");
    for (uint64_t i = 0; rc == DG_OK && i < count; i++)
        rc = take_child(r, build);
    return rc;
}

/* ---- the file ---- */

static dg_code take_head(dg_snapshot_snap_reader *r, bool *of_2022)
{
    dg_snapshot_info *info = &r->import->m.info;
    dg_bytes first;
    dg_code rc = dg_snapshot_snap_peek(r, &first, 1);
    *of_2022 = rc == DG_OK && first.len && first.at[0] <= 1;
    if (!*of_2022)
        return rc;
    if ((rc = dg_snapshot_snap_take(r, &first, 1, "state version")) < 0)
        return rc;
    info->state_version = first.at[0];
    return dg_snapshot_snap_take_hash(r, &info->hash, "block hash");
}

static dg_code take_file(dg_snapshot_snap_reader *r, dg_snapshot_build *build)
{
    dg_snapshot_info *info = &r->import->m.info;
    dg_bytes rest;
    bool children;
    dg_code rc;
    if ((rc = take_head(r, &children)) < 0
        || (rc = dg_snapshot_build_init(build, r->import->writer, info->state_version, r->err)) < 0
        || (rc = take_pairs(r, build)) < 0 || (children && (rc = take_children(r, build)) < 0)
        || (rc = dg_snapshot_snap_take_rest(r, &rest, 1)) < 0)
        return rc;
    if (rest.len)
        return dg_fail(r->err, DG_MALFORMED, "bytes follow the end at byte %llu",
                       (unsigned long long)dg_snapshot_snap_offset(r));
    info->source_hash = dg_snapshot_input_hash(r->source);
    info->source_version = 0;
    snprintf(info->source_kind, sizeof info->source_kind, "snap");
    return dg_snapshot_build_finish(build, &info->state_root, r->err);
}

dg_code dg_snapshot_import_snap_pairs(dg_snapshot_import_job *import, dg_error *err)
{
    dg_snapshot_snap_reader r = { .passes = 1 };
    dg_snapshot_build build = { .writer = NULL };
    dg_code rc = dg_snapshot_snap_open(&r, import, err);
    if (rc == DG_OK)
        rc = take_file(&r, &build);
    dg_snapshot_build_clear(&build);
    dg_snapshot_snap_close(&r);
    return rc == DG_OK ? dg_snapshot_import_settle(import, err) : rc;
}
