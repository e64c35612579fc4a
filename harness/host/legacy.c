/* legacy.c - storage functions before they had version numbers (2019 to early
 * 2020), and how their arguments come. */
#include "host/legacy_impl.h"

static const dg_bytes top = { 0 };
static const uint32_t none = UINT32_MAX; /* length of what is absent */

dg_code dg_host_lift_slices(dg_guest *guest, dg_bytes *in, const uint64_t *arg, size_t count,
                            dg_error *err)
{
    uint64_t joined[4];
    for (size_t i = 0; i < count; i++)
        joined[i] = dg_host_fat(arg[2 * i], arg[2 * i + 1]);
    return dg_host_lift(guest, in, joined, count, err);
}

static dg_code put_u32(dg_guest *guest, uint64_t at, uint32_t v, dg_error *err)
{
    uint8_t *room;
    dg_code rc = dg_host_lift_at(guest, &room, at, 4, err);
    if (rc == DG_OK)
        dg_le32_put(room, v);
    return rc;
}

dg_code dg_host_lower_split(dg_guest *guest, uint64_t *ret, uint64_t len_at, const dg_bytes *value,
                            dg_error *err)
{
    dg_code rc;
    *ret = 0;
    if (!value)
        return put_u32(guest, len_at, none, err);
    if ((rc = dg_host_lower_at(guest, ret, *value, err)) < 0)
        return rc;
    return put_u32(guest, len_at, (uint32_t)value->len, err);
}

/* ---- storage ---- */

static dg_code set_storage(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_bytes in[2];
    dg_code rc = dg_host_lift_slices(guest, in, arg, 2, err);
    (void)ret;
    return rc < 0 ? rc : dg_host_storage_put_top(dg_host_of(guest), in[0], &in[1], err);
}

static dg_code clear_storage(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_bytes in;
    dg_code rc = dg_host_lift_slices(guest, &in, arg, 1, err);
    (void)ret;
    return rc < 0 ? rc : dg_host_storage_put_top(dg_host_of(guest), in, NULL, err);
}

dg_code dg_host_legacy_exists(dg_guest *guest, uint64_t *ret, dg_bytes child, dg_bytes key,
                              dg_error *err)
{
    dg_bytes value;
    dg_code rc = dg_state_get(dg_host_of(guest)->state, &value, child, key, err);
    *ret = rc == DG_OK;
    return rc < 0 ? rc : DG_OK;
}

static dg_code exists_storage(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_bytes in;
    dg_code rc = dg_host_lift_slices(guest, &in, arg, 1, err);
    return rc < 0 ? rc : dg_host_legacy_exists(guest, ret, top, in, err);
}

dg_code dg_host_legacy_get_fresh(dg_guest *guest, uint64_t *ret, uint64_t len_at, dg_bytes child,
                                 dg_bytes key, dg_error *err)
{
    dg_bytes value;
    dg_code rc = dg_state_get(dg_host_of(guest)->state, &value, child, key, err);
    return rc < 0 ? rc : dg_host_lower_split(guest, ret, len_at, rc == DG_OK ? &value : NULL, err);
}

static dg_code get_allocated_storage(dg_guest *guest, const uint64_t *arg, uint64_t *ret,
                                     dg_error *err)
{
    dg_bytes in;
    dg_code rc = dg_host_lift_slices(guest, &in, arg, 1, err);
    return rc < 0 ? rc : dg_host_legacy_get_fresh(guest, ret, arg[2], top, in, err);
}

dg_code dg_host_legacy_get_into(dg_guest *guest, uint64_t *ret, dg_bytes child, dg_bytes key,
                                const uint64_t *arg, dg_error *err)
{
    uint32_t left;
    bool found;
    dg_code rc = dg_host_storage_get_into(guest, child, key, dg_host_fat(arg[0], arg[1]),
                                          (uint32_t)arg[2], &left, &found, false, err);
    *ret = found ? left : none;
    return rc;
}

static dg_code get_storage_into(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_bytes in;
    dg_code rc = dg_host_lift_slices(guest, &in, arg, 1, err);
    return rc < 0 ? rc : dg_host_legacy_get_into(guest, ret, top, in, arg + 2, err);
}

dg_code dg_host_legacy_remove(dg_guest *guest, dg_bytes child, dg_bytes prefix, dg_error *err)
{
    uint64_t unused;
    return dg_host_storage_remove(guest, &unused, child, prefix, NULL, NULL, DG_HOST_REMOVAL_NONE,
                                  err);
}

static dg_code clear_prefix(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_bytes in;
    dg_code rc = dg_host_lift_slices(guest, &in, arg, 1, err);
    (void)ret;
    return rc < 0 ? rc : dg_host_legacy_remove(guest, top, in, err);
}

static dg_code storage_root(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_hash root;
    dg_code rc = dg_state_root(dg_host_of(guest)->state, &root, err);
    (void)ret;
    return rc < 0 ? rc
                  : dg_host_put_into(guest, dg_host_fat(arg[0], 32), dg_hash_bytes(&root), err);
}

static dg_code no_changes_root(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    (void)guest, (void)arg, (void)err;
    *ret = 0;
    return DG_OK;
}

static const dg_import rows[] = {
    { "ext_set_storage", "pipi:", set_storage },
    { "ext_clear_storage", "pi:", clear_storage },
    { "ext_exists_storage", "pi:i", exists_storage },
    { "ext_get_allocated_storage", "pip:p", get_allocated_storage },
    { "ext_get_storage_into", "pipii:i", get_storage_into },
    { "ext_clear_prefix", "pi:", clear_prefix },
    { "ext_storage_root", "p:", storage_root },
    { "ext_storage_changes_root", "pip:i", no_changes_root },
    { "ext_storage_changes_root", "pilp:i", no_changes_root },
};
const dg_host_table dg_host_legacy_table = DG_HOST_TABLE_OF(rows);
