/* child.c - ext_default_child_storage_*: one trie for each child key.
 * Mirrors: host-api chapter 6.2. */
#include "host/host_impl.h"

/* A child trie without a name would be the top trie below: no runtime has one. */
static dg_code lift_named(dg_guest *guest, dg_bytes *in, const uint64_t *arg, size_t count,
                          dg_error *err)
{
    dg_code rc = dg_host_lift(guest, in, arg, count, err);
    if (rc == DG_OK && in[0].len == 0)
        return dg_fail(err, DG_TRAP, "a child trie needs a name");
    return rc;
}

static dg_code child_set(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_bytes in[3];
    dg_code rc = lift_named(guest, in, arg, 3, err);
    (void)ret;
    return rc < 0 ? rc : dg_host_storage_put(dg_host_of(guest), in[0], in[1], in[2], err);
}

static dg_code child_get(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_bytes in[2], value;
    dg_code rc = lift_named(guest, in, arg, 2, err);
    if (rc == DG_OK)
        rc = dg_state_get(dg_host_of(guest)->state, &value, in[0], in[1], err);
    return rc < 0 ? rc : dg_host_lower_option(guest, ret, rc == DG_OK ? &value : NULL, err);
}

static dg_code child_read(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_bytes in[2];
    dg_code rc = lift_named(guest, in, arg, 2, err);
    return rc < 0 ? rc : dg_host_storage_read_option(guest, ret, in[0], in[1], arg[2], arg[3], err);
}

static dg_code child_read_2(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_bytes in[2];
    dg_code rc = lift_named(guest, in, arg, 2, err);
    return rc < 0 ? rc : dg_host_storage_read_direct(guest, ret, in[0], in[1], arg + 2, err);
}

static dg_code child_clear(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_bytes in[2];
    dg_code rc = lift_named(guest, in, arg, 2, err);
    (void)ret;
    return rc < 0 ? rc : dg_state_delete(dg_host_of(guest)->state, in[0], in[1], err);
}

static dg_code child_exists(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_bytes in[2], value;
    dg_code rc = lift_named(guest, in, arg, 2, err);
    if (rc == DG_OK)
        rc = dg_state_get(dg_host_of(guest)->state, &value, in[0], in[1], err);
    *ret = rc == DG_OK;
    return rc < 0 ? rc : DG_OK;
}

static dg_code child_next_key(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_bytes in[2];
    dg_code rc = lift_named(guest, in, arg, 2, err);
    return rc < 0 ? rc : dg_host_storage_next_option(guest, ret, in[0], in[1], err);
}

static dg_code child_next_key_2(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_bytes in[2];
    dg_code rc = lift_named(guest, in, arg, 2, err);
    return rc < 0 ? rc : dg_host_storage_next_direct(guest, ret, in[0], in[1], arg[2], err);
}

/* ---- prefixes and whole tries ---- */

static const dg_bytes everything = { (const uint8_t *)"", 0 };

static dg_code child_kill_1(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_bytes in;
    dg_code rc = lift_named(guest, &in, arg, 1, err);
    return rc < 0 ? rc
                  : dg_host_storage_remove(guest, ret, in, everything, NULL, NULL,
                                           DG_HOST_REMOVAL_NONE, err);
}

static dg_code child_kill_2(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_bytes in[2];
    dg_code rc = lift_named(guest, in, arg, 2, err);
    return rc < 0 ? rc
                  : dg_host_storage_remove(guest, ret, in[0], everything, &in[1], NULL,
                                           DG_HOST_REMOVAL_FLAG, err);
}

static dg_code child_kill_3(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_bytes in[2];
    dg_code rc = lift_named(guest, in, arg, 2, err);
    return rc < 0 ? rc
                  : dg_host_storage_remove(guest, ret, in[0], everything, &in[1], NULL,
                                           DG_HOST_REMOVAL_KILL, err);
}

static dg_code child_kill_4(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_bytes in[3];
    dg_code rc = lift_named(guest, in, arg, 3, err);
    return rc < 0 ? rc
                  : dg_host_storage_remove(guest, ret, in[0], everything, &in[1], &in[2],
                                           DG_HOST_REMOVAL_MULTI, err);
}

static dg_code child_kill_5(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_bytes in;
    dg_code rc = lift_named(guest, &in, arg, 1, err);
    return rc < 0 ? rc : dg_host_storage_clear_direct(guest, ret, in, everything, arg + 1, err);
}

static dg_code child_clear_prefix_1(dg_guest *guest, const uint64_t *arg, uint64_t *ret,
                                    dg_error *err)
{
    dg_bytes in[2];
    dg_code rc = lift_named(guest, in, arg, 2, err);
    return rc < 0 ? rc
                  : dg_host_storage_remove(guest, ret, in[0], in[1], NULL, NULL,
                                           DG_HOST_REMOVAL_NONE, err);
}

static dg_code child_clear_prefix_2(dg_guest *guest, const uint64_t *arg, uint64_t *ret,
                                    dg_error *err)
{
    dg_bytes in[3];
    dg_code rc = lift_named(guest, in, arg, 3, err);
    return rc < 0 ? rc
                  : dg_host_storage_remove(guest, ret, in[0], in[1], &in[2], NULL,
                                           DG_HOST_REMOVAL_KILL, err);
}

static dg_code child_clear_prefix_3(dg_guest *guest, const uint64_t *arg, uint64_t *ret,
                                    dg_error *err)
{
    dg_bytes in[4];
    dg_code rc = lift_named(guest, in, arg, 4, err);
    return rc < 0 ? rc
                  : dg_host_storage_remove(guest, ret, in[0], in[1], &in[2], &in[3],
                                           DG_HOST_REMOVAL_MULTI, err);
}

static dg_code child_clear_prefix_4(dg_guest *guest, const uint64_t *arg, uint64_t *ret,
                                    dg_error *err)
{
    dg_bytes in[2];
    dg_code rc = lift_named(guest, in, arg, 2, err);
    return rc < 0 ? rc : dg_host_storage_clear_direct(guest, ret, in[0], in[1], arg + 2, err);
}

/* ---- roots ---- */

static dg_code child_root_1(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_bytes in;
    dg_hash root;
    dg_code rc = lift_named(guest, &in, arg, 1, err);
    if (rc == DG_OK)
        rc = dg_state_child_root(dg_host_of(guest)->state, &root, in, err);
    return rc < 0 ? rc : dg_host_lower(guest, ret, dg_hash_bytes(&root), err);
}

static dg_code child_root_2(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    if (arg[1] > 1)
        return dg_fail(err, DG_TRAP, "state version %llu does not exist",
                       (unsigned long long)arg[1]);
    return child_root_1(guest, arg, ret, err);
}

static dg_code child_root_3(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_bytes in;
    dg_hash root;
    dg_code rc = lift_named(guest, &in, arg, 1, err);
    (void)ret;
    if (rc == DG_OK)
        rc = dg_state_child_root(dg_host_of(guest)->state, &root, in, err);
    return rc < 0 ? rc : dg_host_put_into(guest, arg[1], dg_hash_bytes(&root), err);
}

static const dg_import rows[] = {
    { "ext_default_child_storage_set_version_1", "PPP:", child_set },
    { "ext_default_child_storage_get_version_1", "PP:P", child_get },
    { "ext_default_child_storage_read_version_1", "PPPi:P", child_read },
    { "ext_default_child_storage_read_version_2", "PPPii:l", child_read_2 },
    { "ext_default_child_storage_clear_version_1", "PP:", child_clear },
    { "ext_default_child_storage_exists_version_1", "PP:i", child_exists },
    { "ext_default_child_storage_next_key_version_1", "PP:P", child_next_key },
    { "ext_default_child_storage_next_key_version_2", "PPP:i", child_next_key_2 },
    { "ext_default_child_storage_storage_kill_version_1", "P:", child_kill_1 },
    { "ext_default_child_storage_storage_kill_version_2", "PP:i", child_kill_2 },
    { "ext_default_child_storage_storage_kill_version_3", "PP:P", child_kill_3 },
    { "ext_default_child_storage_storage_kill_version_4", "PPP:P", child_kill_4 },
    { "ext_default_child_storage_storage_kill_version_4", "PlPPp:i", child_kill_5 },
    { "ext_default_child_storage_storage_kill_version_5", "PlPPp:i", child_kill_5 },
    { "ext_default_child_storage_clear_prefix_version_1", "PP:", child_clear_prefix_1 },
    { "ext_default_child_storage_clear_prefix_version_2", "PPP:P", child_clear_prefix_2 },
    { "ext_default_child_storage_clear_prefix_version_3", "PPPP:P", child_clear_prefix_3 },
    { "ext_default_child_storage_clear_prefix_version_3", "PPlPPp:i", child_clear_prefix_4 },
    { "ext_default_child_storage_clear_prefix_version_4", "PPlPPp:i", child_clear_prefix_4 },
    { "ext_default_child_storage_root_version_1", "P:P", child_root_1 },
    { "ext_default_child_storage_root_version_2", "Pi:P", child_root_2 },
    { "ext_default_child_storage_root_version_3", "PP:", child_root_3 },
};
const dg_host_table dg_host_child_table = DG_HOST_TABLE_OF(rows);
