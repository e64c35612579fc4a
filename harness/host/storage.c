/* storage.c - ext_storage_*: the top trie.
 * Mirrors: host-api chapter 6.1, sp-state-machine ext.rs. */
#include "host/host_impl.h"

static const dg_bytes top = { 0 };

/* ---- what the top trie, child tries and the names of 2019 share ---- */

/* Before each write, so that the state never holds more than the call may put there. */
static dg_code count_write(dg_host *h, dg_bytes key, dg_bytes value, dg_error *err)
{
    uint64_t max = h->options.written_max ? h->options.written_max : DG_HOST_WRITTEN_MAX;
    h->written += DG_HOST_WRITE_COSTS + key.len + value.len;
    if (h->written > max)
        return dg_fail(err, DG_LIMIT, "one call put more than %llu MiB into the state",
                       (unsigned long long)(max >> 20));
    return DG_OK;
}

dg_code dg_host_storage_put(dg_host *h, dg_bytes child, dg_bytes key, dg_bytes value, dg_error *err)
{
    dg_code rc = count_write(h, key, value, err);
    return rc < 0 ? rc : dg_state_put(h->state, child, key, value, err);
}

/* Direct writes below the prefix of child tries are ignored, as in real nodes. */
dg_code dg_host_storage_put_top(dg_host *h, dg_bytes key, const dg_bytes *value, dg_error *err)
{
    if (dg_bytes_begin(key, dg_text(":child_storage:")))
        return DG_OK;
    return value ? dg_host_storage_put(h, top, key, *value, err)
                 : dg_state_delete(h->state, top, key, err);
}

/* Copies what fits of the value from `offset` on; `left` counts what there is. */
dg_code dg_host_storage_get_into(dg_guest *guest, dg_bytes child, dg_bytes key, uint64_t room,
                                 uint32_t offset, uint32_t *left, bool *found, bool whole_only,
                                 dg_error *err)
{
    dg_bytes value;
    uint32_t len = (uint32_t)(room >> 32);
    dg_code rc = dg_state_get(dg_host_of(guest)->state, &value, child, key, err);
    *found = rc == DG_OK;
    *left = 0;
    if (rc < 0 || !*found)
        return rc < 0 ? rc : DG_OK;
    if (offset > value.len)
        offset = (uint32_t)value.len;
    *left = (uint32_t)(value.len - offset);
    if (*left > len && whole_only)
        return DG_OK;
    return dg_host_put_if_fits(guest, room,
                               dg_bytes_of(value.at + offset, *left < len ? *left : len), err);
}

dg_code dg_host_storage_read_option(dg_guest *guest, uint64_t *ret, dg_bytes child, dg_bytes key,
                                    uint64_t room, uint64_t offset, dg_error *err)
{
    uint8_t answer[5] = { 1 };
    uint32_t left;
    bool found;
    dg_code rc = dg_host_storage_get_into(guest, child, key, room, (uint32_t)offset, &left, &found,
                                          false, err);
    if (rc < 0)
        return rc;
    answer[0] = found;
    dg_le32_put(answer + 1, left);
    return dg_host_lower(guest, ret, dg_bytes_of(answer, found ? 5 : 1), err);
}

/* arg: buffer, offset, allow_partial. */
dg_code dg_host_storage_read_direct(dg_guest *guest, uint64_t *ret, dg_bytes child, dg_bytes key,
                                    const uint64_t *arg, dg_error *err)
{
    uint32_t left;
    bool found;
    dg_code rc = dg_host_storage_get_into(guest, child, key, arg[0], (uint32_t)arg[1], &left,
                                          &found, arg[2] != 1, err);
    *ret = found ? left : UINT64_MAX;
    return rc;
}

dg_code dg_host_storage_next_option(dg_guest *guest, uint64_t *ret, dg_bytes child, dg_bytes key,
                                    dg_error *err)
{
    dg_host *h = dg_host_of(guest);
    dg_code rc = dg_state_next(h->state, &h->scratch, child, key, err);
    dg_bytes next = dg_buf_bytes(&h->scratch);
    return rc < 0 ? rc : dg_host_lower_option(guest, ret, rc == DG_OK ? &next : NULL, err);
}

dg_code dg_host_storage_next_direct(dg_guest *guest, uint64_t *ret, dg_bytes child, dg_bytes key,
                                    uint64_t room, dg_error *err)
{
    dg_host *h = dg_host_of(guest);
    dg_code rc = dg_state_next(h->state, &h->scratch, child, key, err);
    *ret = rc == DG_OK ? h->scratch.len : 0;
    return rc == DG_OK ? dg_host_put_if_fits(guest, room, dg_buf_bytes(&h->scratch), err)
           : rc < 0    ? rc
                       : DG_OK;
}

static dg_code lower_removal(dg_guest *guest, uint64_t *ret, const dg_state_removal *done,
                             dg_host_removal_form form, dg_error *err)
{
    dg_buf *out = &dg_host_of(guest)->scratch;
    if (form == DG_HOST_REMOVAL_NONE)
        return DG_OK;
    if (form == DG_HOST_REMOVAL_FLAG) {
        *ret = done->all;
        return DG_OK;
    }
    dg_buf_reset(out);
    dg_buf_put_u8(out, !done->all);
    if (form == DG_HOST_REMOVAL_MULTI) {
        if (!done->all)
            dg_scale_put_bytes(out, dg_buf_bytes(&done->cursor));
        dg_scale_put_u32(out, done->backend);
        dg_scale_put_u32(out, done->unique);
    }
    dg_scale_put_u32(out, done->loops);
    return dg_host_lower_scratch(guest, ret, err);
}

static void keep_cursor(dg_host *h, const dg_state_removal *done)
{
    dg_buf_reset(&h->cursor);
    h->cursor_known = !done->all;
    if (!done->all)
        dg_buf_put_bytes(&h->cursor, dg_buf_bytes(&done->cursor));
}

dg_code dg_host_storage_remove(dg_guest *guest, uint64_t *ret, dg_bytes child, dg_bytes prefix,
                               const dg_bytes *limit, const dg_bytes *cursor,
                               dg_host_removal_form form, dg_error *err)
{
    dg_host *h = dg_host_of(guest);
    dg_state_removal done = { 0 };
    dg_bytes from = { 0 };
    uint32_t max = UINT32_MAX;
    dg_code rc = DG_OK;
    if (limit && (rc = dg_host_lift_limit(&max, *limit, err)) < 0)
        return rc;
    if (cursor && (rc = dg_host_lift_option(&from, *cursor, err)) < 0)
        return rc;
    rc = dg_state_clear_prefix(h->state, &done, child, prefix, max, from, err);
    if (rc == DG_OK)
        rc = dg_guest_charge(guest, (uint64_t)done.loops * DG_HOST_PRICE_REMOVED, err);
    if (rc == DG_OK)
        rc = lower_removal(guest, ret, &done, form, err);
    dg_buf_clear(&done.cursor);
    return rc;
}

/* arg: limit (below zero: none), cursor in (all ones: none), cursor out, counters. */
dg_code dg_host_storage_clear_direct(dg_guest *guest, uint64_t *ret, dg_bytes child,
                                     dg_bytes prefix, const uint64_t *arg, dg_error *err)
{
    dg_host *h = dg_host_of(guest);
    dg_state_removal done = { 0 };
    dg_bytes from = { 0 };
    uint32_t max = (int64_t)arg[0] < 0 || arg[0] > UINT32_MAX ? UINT32_MAX : (uint32_t)arg[0];
    uint8_t *counters;
    dg_code rc = DG_OK;
    if (arg[1] != UINT64_MAX && (rc = dg_host_lift(guest, &from, &arg[1], 1, err)) < 0)
        return rc;
    rc = dg_state_clear_prefix(h->state, &done, child, prefix, max, from, err);
    if (rc == DG_OK)
        rc = dg_guest_charge(guest, (uint64_t)done.loops * DG_HOST_PRICE_REMOVED, err);
    if (rc == DG_OK && (rc = dg_host_lift_at(guest, &counters, arg[3], 12, err)) == DG_OK) {
        dg_le32_put(counters, done.backend);
        dg_le32_put(counters + 4, done.unique);
        dg_le32_put(counters + 8, done.loops);
        keep_cursor(h, &done);
        *ret = done.all ? 0 : done.cursor.len;
        if (!done.all)
            rc = dg_host_put_if_fits(guest, arg[2], dg_buf_bytes(&done.cursor), err);
    }
    dg_buf_clear(&done.cursor);
    return rc;
}

/* ---- single keys ---- */

static dg_code storage_set(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_bytes in[2];
    dg_code rc = dg_host_lift(guest, in, arg, 2, err);
    (void)ret;
    return rc < 0 ? rc : dg_host_storage_put_top(dg_host_of(guest), in[0], &in[1], err);
}

static dg_code storage_get(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_bytes key, value;
    dg_code rc = dg_host_lift(guest, &key, arg, 1, err);
    if (rc == DG_OK)
        rc = dg_state_get(dg_host_of(guest)->state, &value, top, key, err);
    return rc < 0 ? rc : dg_host_lower_option(guest, ret, rc == DG_OK ? &value : NULL, err);
}

static dg_code storage_read(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_bytes key;
    dg_code rc = dg_host_lift(guest, &key, arg, 1, err);
    return rc < 0 ? rc : dg_host_storage_read_option(guest, ret, top, key, arg[1], arg[2], err);
}

static dg_code storage_read_2(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_bytes key;
    dg_code rc = dg_host_lift(guest, &key, arg, 1, err);
    return rc < 0 ? rc : dg_host_storage_read_direct(guest, ret, top, key, arg + 1, err);
}

static dg_code storage_clear(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_bytes key;
    dg_code rc = dg_host_lift(guest, &key, arg, 1, err);
    (void)ret;
    return rc < 0 ? rc : dg_host_storage_put_top(dg_host_of(guest), key, NULL, err);
}

static dg_code storage_exists(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_bytes key, value;
    dg_code rc = dg_host_lift(guest, &key, arg, 1, err);
    if (rc == DG_OK)
        rc = dg_state_get(dg_host_of(guest)->state, &value, top, key, err);
    *ret = rc == DG_OK;
    return rc < 0 ? rc : DG_OK;
}

static dg_code storage_append(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_bytes in[2];
    dg_code rc = dg_host_lift(guest, in, arg, 2, err);
    (void)ret;
    if (rc < 0 || dg_bytes_begin(in[0], dg_text(":child_storage:")))
        return rc;
    if ((rc = count_write(dg_host_of(guest), in[0], in[1], err)) < 0)
        return rc;
    return dg_state_append(dg_host_of(guest)->state, in[0], in[1], err);
}

static dg_code storage_next_key(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_bytes key;
    dg_code rc = dg_host_lift(guest, &key, arg, 1, err);
    return rc < 0 ? rc : dg_host_storage_next_option(guest, ret, top, key, err);
}

static dg_code storage_next_key_2(dg_guest *guest, const uint64_t *arg, uint64_t *ret,
                                  dg_error *err)
{
    dg_bytes key;
    dg_code rc = dg_host_lift(guest, &key, arg, 1, err);
    return rc < 0 ? rc : dg_host_storage_next_direct(guest, ret, top, key, arg[1], err);
}

/* ---- prefixes ---- */

static dg_code storage_clear_prefix_1(dg_guest *guest, const uint64_t *arg, uint64_t *ret,
                                      dg_error *err)
{
    dg_bytes in;
    dg_code rc = dg_host_lift(guest, &in, arg, 1, err);
    return rc < 0
               ? rc
               : dg_host_storage_remove(guest, ret, top, in, NULL, NULL, DG_HOST_REMOVAL_NONE, err);
}

static dg_code storage_clear_prefix_2(dg_guest *guest, const uint64_t *arg, uint64_t *ret,
                                      dg_error *err)
{
    dg_bytes in[2];
    dg_code rc = dg_host_lift(guest, in, arg, 2, err);
    return rc < 0 ? rc
                  : dg_host_storage_remove(guest, ret, top, in[0], &in[1], NULL,
                                           DG_HOST_REMOVAL_KILL, err);
}

static dg_code storage_clear_prefix_3(dg_guest *guest, const uint64_t *arg, uint64_t *ret,
                                      dg_error *err)
{
    dg_bytes in[3];
    dg_code rc = dg_host_lift(guest, in, arg, 3, err);
    return rc < 0 ? rc
                  : dg_host_storage_remove(guest, ret, top, in[0], &in[1], &in[2],
                                           DG_HOST_REMOVAL_MULTI, err);
}

static dg_code storage_clear_prefix_4(dg_guest *guest, const uint64_t *arg, uint64_t *ret,
                                      dg_error *err)
{
    dg_bytes in;
    dg_code rc = dg_host_lift(guest, &in, arg, 1, err);
    return rc < 0 ? rc : dg_host_storage_clear_direct(guest, ret, top, in, arg + 1, err);
}

/* ---- roots and transactions ---- */

/* The form of values was fixed when they were written; the argument of version 2
 * repeats what the runtime's version says. */
static dg_code storage_root_1(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_hash root;
    dg_code rc = dg_state_root(dg_host_of(guest)->state, &root, err);
    (void)arg;
    return rc < 0 ? rc : dg_host_lower(guest, ret, dg_hash_bytes(&root), err);
}

static dg_code storage_root_2(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    if (arg[0] > 1)
        return dg_fail(err, DG_TRAP, "state version %llu does not exist",
                       (unsigned long long)arg[0]);
    return storage_root_1(guest, arg, ret, err);
}

static dg_code storage_root_3(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_hash root;
    dg_code rc = dg_state_root(dg_host_of(guest)->state, &root, err);
    (void)ret;
    return rc < 0 ? rc : dg_host_put_into(guest, arg[0], dg_hash_bytes(&root), err);
}

/* The feature is gone from every node: there never is a root of changes. */
static dg_code storage_changes_root(dg_guest *guest, const uint64_t *arg, uint64_t *ret,
                                    dg_error *err)
{
    (void)arg;
    return dg_host_lower_option(guest, ret, NULL, err);
}

static dg_code storage_start(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    (void)arg, (void)ret;
    return dg_state_begin(dg_host_of(guest)->state, err);
}

static dg_code open_here(const dg_host *h, const char *verb, dg_error *err)
{
    if (dg_state_depth(h->state) > h->depth)
        return DG_OK;
    return dg_fail(err, DG_TRAP, "no transaction is open to %s", verb);
}

static dg_code storage_rollback(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_host *h = dg_host_of(guest);
    dg_code rc = open_here(h, "roll back", err);
    (void)arg, (void)ret;
    return rc < 0 ? rc : dg_state_rollback(h->state, err);
}

static dg_code storage_commit(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_host *h = dg_host_of(guest);
    dg_code rc = open_here(h, "commit", err);
    (void)arg, (void)ret;
    return rc < 0 ? rc : dg_state_commit(h->state, err);
}

/* No proof is recorded. */
static dg_code proof_size(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    (void)guest, (void)arg, (void)err;
    *ret = UINT64_MAX;
    return DG_OK;
}

static const dg_import rows[] = {
    { "ext_storage_set_version_1", "PP:", storage_set },
    { "ext_storage_get_version_1", "P:P", storage_get },
    { "ext_storage_read_version_1", "PPi:P", storage_read },
    { "ext_storage_read_version_2", "PPii:l", storage_read_2 },
    { "ext_storage_clear_version_1", "P:", storage_clear },
    { "ext_storage_exists_version_1", "P:i", storage_exists },
    { "ext_storage_append_version_1", "PP:", storage_append },
    { "ext_storage_next_key_version_1", "P:P", storage_next_key },
    { "ext_storage_next_key_version_2", "PP:i", storage_next_key_2 },
    { "ext_storage_clear_prefix_version_1", "P:", storage_clear_prefix_1 },
    { "ext_storage_clear_prefix_version_2", "PP:P", storage_clear_prefix_2 },
    { "ext_storage_clear_prefix_version_3", "PPP:P", storage_clear_prefix_3 },
    { "ext_storage_clear_prefix_version_3", "PlPPp:i", storage_clear_prefix_4 },
    { "ext_storage_clear_prefix_version_4", "PlPPp:i", storage_clear_prefix_4 },
    { "ext_storage_root_version_1", ":P", storage_root_1 },
    { "ext_storage_root_version_2", "i:P", storage_root_2 },
    { "ext_storage_root_version_3", "P:", storage_root_3 },
    { "ext_storage_changes_root_version_1", "P:P", storage_changes_root },
    { "ext_storage_start_transaction_version_1", ":", storage_start },
    { "ext_storage_rollback_transaction_version_1", ":", storage_rollback },
    { "ext_storage_commit_transaction_version_1", ":", storage_commit },
    { "ext_storage_proof_size_storage_proof_size_version_1", ":l", proof_size },
};
const dg_host_table dg_host_storage_table = DG_HOST_TABLE_OF(rows);
