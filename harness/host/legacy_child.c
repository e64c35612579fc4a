/* legacy_child.c - child storage of 2019 and 2020: tries named by their full key,
 * without and then with version numbers. */
#include "host/legacy_impl.h"

static dg_code strip(dg_bytes *child, dg_error *err)
{
    dg_bytes prefix = dg_text(":child_storage:default:");
    if (!dg_bytes_begin(*child, prefix) || child->len == prefix.len)
        return dg_fail(err, DG_TRAP, "a child trie is named by no child storage key");
    *child = dg_bytes_of(child->at + prefix.len, child->len - prefix.len);
    return DG_OK;
}

/* The first slice names the child trie. */
static dg_code lift_child(dg_guest *guest, dg_bytes *in, const uint64_t *arg, size_t count,
                          dg_error *err)
{
    dg_code rc = dg_host_lift_slices(guest, in, arg, count, err);
    return rc < 0 ? rc : strip(&in[0], err);
}

/* ---- child storage ---- */

static dg_code set_child(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_bytes in[3];
    dg_code rc = lift_child(guest, in, arg, 3, err);
    (void)ret;
    return rc < 0 ? rc : dg_host_storage_put(dg_host_of(guest), in[0], in[1], in[2], err);
}

static dg_code clear_child(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_bytes in[2];
    dg_code rc = lift_child(guest, in, arg, 2, err);
    (void)ret;
    return rc < 0 ? rc : dg_state_delete(dg_host_of(guest)->state, in[0], in[1], err);
}

static dg_code exists_child(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_bytes in[2];
    dg_code rc = lift_child(guest, in, arg, 2, err);
    return rc < 0 ? rc : dg_host_legacy_exists(guest, ret, in[0], in[1], err);
}

static dg_code get_allocated_child(dg_guest *guest, const uint64_t *arg, uint64_t *ret,
                                   dg_error *err)
{
    dg_bytes in[2];
    dg_code rc = lift_child(guest, in, arg, 2, err);
    return rc < 0 ? rc : dg_host_legacy_get_fresh(guest, ret, arg[4], in[0], in[1], err);
}

static dg_code get_child_into(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_bytes in[2];
    dg_code rc = lift_child(guest, in, arg, 2, err);
    return rc < 0 ? rc : dg_host_legacy_get_into(guest, ret, in[0], in[1], arg + 4, err);
}

static dg_code kill_child(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_bytes in;
    dg_code rc = lift_child(guest, &in, arg, 1, err);
    (void)ret;
    return rc < 0 ? rc : dg_host_legacy_remove(guest, in, dg_bytes_of("", 0), err);
}

static dg_code clear_child_prefix(dg_guest *guest, const uint64_t *arg, uint64_t *ret,
                                  dg_error *err)
{
    dg_bytes in[2];
    dg_code rc = lift_child(guest, in, arg, 2, err);
    (void)ret;
    return rc < 0 ? rc : dg_host_legacy_remove(guest, in[0], in[1], err);
}

static dg_code child_root(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_bytes in, value;
    dg_hash root;
    dg_code rc = lift_child(guest, &in, arg, 1, err);
    if (rc == DG_OK)
        rc = dg_state_child_root(dg_host_of(guest)->state, &root, in, err);
    value = dg_hash_bytes(&root);
    return rc < 0 ? rc : dg_host_lower_split(guest, ret, arg[2], &value, err);
}

/* ---- the first numbered child functions: key, child info, type, .. ---- */

static dg_code numbered(dg_guest *guest, dg_bytes *child, dg_bytes *rest, const uint64_t *arg,
                        size_t count, dg_error *err)
{
    dg_code rc = dg_host_lift(guest, child, arg, 1, err);
    if (rc < 0 || (rc = strip(child, err)) < 0)
        return rc;
    return dg_host_lift(guest, rest, arg + 3, count, err);
}

static dg_code storage_child_get(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_bytes child, key, value;
    dg_code rc = numbered(guest, &child, &key, arg, 1, err);
    if (rc == DG_OK)
        rc = dg_state_get(dg_host_of(guest)->state, &value, child, key, err);
    return rc < 0 ? rc : dg_host_lower_option(guest, ret, rc == DG_OK ? &value : NULL, err);
}

static dg_code storage_child_set(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_bytes child, in[2];
    dg_code rc = numbered(guest, &child, in, arg, 2, err);
    (void)ret;
    return rc < 0 ? rc : dg_host_storage_put(dg_host_of(guest), child, in[0], in[1], err);
}

static dg_code storage_child_clear(dg_guest *guest, const uint64_t *arg, uint64_t *ret,
                                   dg_error *err)
{
    dg_bytes child, key;
    dg_code rc = numbered(guest, &child, &key, arg, 1, err);
    (void)ret;
    return rc < 0 ? rc : dg_state_delete(dg_host_of(guest)->state, child, key, err);
}

static dg_code storage_child_exists(dg_guest *guest, const uint64_t *arg, uint64_t *ret,
                                    dg_error *err)
{
    dg_bytes child, key;
    dg_code rc = numbered(guest, &child, &key, arg, 1, err);
    return rc < 0 ? rc : dg_host_legacy_exists(guest, ret, child, key, err);
}

static dg_code storage_child_next(dg_guest *guest, const uint64_t *arg, uint64_t *ret,
                                  dg_error *err)
{
    dg_bytes child, key;
    dg_code rc = numbered(guest, &child, &key, arg, 1, err);
    return rc < 0 ? rc : dg_host_storage_next_option(guest, ret, child, key, err);
}

static dg_code storage_child_kill(dg_guest *guest, const uint64_t *arg, uint64_t *ret,
                                  dg_error *err)
{
    dg_bytes child;
    dg_code rc = numbered(guest, &child, NULL, arg, 0, err);
    (void)ret;
    return rc < 0 ? rc : dg_host_legacy_remove(guest, child, dg_bytes_of("", 0), err);
}

static dg_code storage_child_root(dg_guest *guest, const uint64_t *arg, uint64_t *ret,
                                  dg_error *err)
{
    dg_bytes child;
    dg_hash root;
    dg_code rc = numbered(guest, &child, NULL, arg, 0, err);
    if (rc == DG_OK)
        rc = dg_state_child_root(dg_host_of(guest)->state, &root, child, err);
    return rc < 0 ? rc : dg_host_lower(guest, ret, dg_hash_bytes(&root), err);
}

static dg_code storage_ordered_root(dg_guest *guest, const uint64_t *arg, uint64_t *ret,
                                    dg_error *err)
{
    dg_bytes raw;
    dg_hash root;
    dg_code rc = dg_host_lift(guest, &raw, arg, 1, err);
    if (rc == DG_OK)
        rc = dg_host_trie_list_root(guest, &root, raw, false, false, 0, err);
    return rc < 0 ? rc : dg_host_lower_at(guest, ret, dg_hash_bytes(&root), err);
}

static const dg_import rows[] = {
    { "ext_set_child_storage", "pipipi:", set_child },
    { "ext_clear_child_storage", "pipi:", clear_child },
    { "ext_exists_child_storage", "pipi:i", exists_child },
    { "ext_get_allocated_child_storage", "pipip:p", get_allocated_child },
    { "ext_get_child_storage_into", "pipipii:i", get_child_into },
    { "ext_kill_child_storage", "pi:", kill_child },
    { "ext_clear_child_prefix", "pipi:", clear_child_prefix },
    { "ext_child_storage_root", "pip:p", child_root },
    { "ext_storage_child_get_version_1", "PPiP:P", storage_child_get },
    { "ext_storage_child_set_version_1", "PPiPP:", storage_child_set },
    { "ext_storage_child_clear_version_1", "PPiP:", storage_child_clear },
    { "ext_storage_child_exists_version_1", "PPiP:i", storage_child_exists },
    { "ext_storage_child_next_key_version_1", "PPiP:P", storage_child_next },
    { "ext_storage_child_storage_kill_version_1", "PPi:", storage_child_kill },
    { "ext_storage_child_root_version_1", "P:P", storage_child_root },
    { "ext_storage_blake2_256_ordered_trie_root_version_1", "P:p", storage_ordered_root },
};
const dg_host_table dg_host_legacy_child_table = DG_HOST_TABLE_OF(rows);
