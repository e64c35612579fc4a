/* trie.c - ext_trie_*: roots of lists, and proofs. */
#include "host/host_impl.h"

static dg_code no_memory(dg_error *err)
{
    return dg_fail(err, DG_NOMEM, "no memory for the items of a trie");
}

static dg_code ordered_root(dg_hash *root, dg_scale *in, bool keccak, unsigned version,
                            dg_error *err)
{
    uint32_t count = dg_scale_count(in, 1);
    dg_bytes *items = dg_malloc(count * sizeof *items);
    dg_code rc;
    if (!items)
        return no_memory(err);
    for (uint32_t i = 0; i < count; i++)
        items[i] = dg_scale_bytes(in);
    rc = dg_scale_finish(in, err, "list for a trie root") < 0 ? DG_TRAP : DG_OK;
    if (rc == DG_OK)
        rc = keccak ? dg_trie_keccak_ordered_root(root, items, count, version, err)
                    : dg_trie_ordered_root(root, items, count, version, err);
    dg_free(items);
    return rc;
}

static dg_code pairs_root(dg_hash *root, dg_scale *in, bool keccak, unsigned version, dg_error *err)
{
    uint32_t count = dg_scale_count(in, 2);
    dg_bytes(*items)[2] = dg_malloc(count * sizeof *items);
    dg_code rc;
    if (!items)
        return no_memory(err);
    for (uint32_t i = 0; i < count; i++) {
        items[i][0] = dg_scale_bytes(in);
        items[i][1] = dg_scale_bytes(in);
    }
    rc = dg_scale_finish(in, err, "pairs for a trie root") < 0 ? DG_TRAP : DG_OK;
    if (rc == DG_OK)
        rc = keccak ? dg_trie_keccak_root_of(root, (const dg_bytes(*)[2])items, count, version, err)
                    : dg_trie_root_of(root, (const dg_bytes(*)[2])items, count, version, err);
    dg_free(items);
    return rc;
}

dg_code dg_host_trie_list_root(dg_guest *guest, dg_hash *root, dg_bytes raw, bool pairs,
                               bool keccak, unsigned version, dg_error *err)
{
    dg_scale in = dg_scale_from(raw), ahead = in;
    uint64_t count = dg_scale_count(&ahead, pairs ? 2 : 1);
    dg_code rc;
    if (version > 1)
        return dg_fail(err, DG_TRAP, "state version %u does not exist", version);
    if ((rc = dg_guest_charge(guest, count * DG_HOST_PRICE_LISTED, err)) < 0)
        return rc;
    return pairs ? pairs_root(root, &in, keccak, version, err)
                 : ordered_root(root, &in, keccak, version, err);
}

static dg_code root_fresh(dg_guest *guest, const uint64_t *arg, uint64_t *ret, bool pairs,
                          bool keccak, unsigned version, dg_error *err)
{
    dg_bytes raw;
    dg_hash root;
    dg_code rc = dg_host_lift(guest, &raw, arg, 1, err);
    if (rc == DG_OK)
        rc = dg_host_trie_list_root(guest, &root, raw, pairs, keccak, version, err);
    return rc < 0 ? rc : dg_host_lower_at(guest, ret, dg_hash_bytes(&root), err);
}

/* arg: list, version, pointer to 32 bytes. */
static dg_code root_filled(dg_guest *guest, const uint64_t *arg, bool pairs, bool keccak,
                           dg_error *err)
{
    dg_bytes raw;
    dg_hash root;
    dg_code rc = dg_host_lift(guest, &raw, arg, 1, err);
    if (rc == DG_OK)
        rc = dg_host_trie_list_root(guest, &root, raw, pairs, keccak, (unsigned)arg[1], err);
    return rc < 0 ? rc
                  : dg_host_put_into(guest, (uint32_t)arg[2] | (uint64_t)32 << 32,
                                     dg_hash_bytes(&root), err);
}

#define ROOT(name, pairs, keccak)                                                                  \
    static dg_code name##_1(dg_guest *g, const uint64_t *arg, uint64_t *ret, dg_error *err)        \
    {                                                                                              \
        return root_fresh(g, arg, ret, pairs, keccak, 0, err);                                     \
    }                                                                                              \
    static dg_code name##_2(dg_guest *g, const uint64_t *arg, uint64_t *ret, dg_error *err)        \
    {                                                                                              \
        return root_fresh(g, arg, ret, pairs, keccak, (unsigned)arg[1], err);                      \
    }                                                                                              \
    static dg_code name##_3(dg_guest *g, const uint64_t *arg, uint64_t *ret, dg_error *err)        \
    {                                                                                              \
        (void)ret;                                                                                 \
        return root_filled(g, arg, pairs, keccak, err);                                            \
    }
ROOT(blake2_256_root, true, false)
ROOT(blake2_256_ordered_root, false, false)
ROOT(keccak_256_root, true, true)
ROOT(keccak_256_ordered_root, false, true)

/* True if the proof shows `value` at `key`. A proof that is none proves nothing. */
static dg_code verify_proof(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_bytes in[3], value;
    dg_trie *trie = NULL;
    dg_hash root;
    uint8_t *at;
    dg_code rc = dg_host_lift(guest, in, arg + 1, 3, err);
    if (rc < 0 || (rc = dg_host_lift_at(guest, &at, arg[0], 32, err)) < 0)
        return rc;
    for (size_t i = 0; i < 32; i++)
        root.at[i] = at[i];
    rc = dg_trie_from_proof(&trie, &root, in[0], false, err);
    if (rc == DG_OK)
        rc = dg_trie_get(trie, &value, in[1], err);
    *ret = rc == DG_OK && dg_bytes_equal(value, in[2]);
    dg_trie_free(trie);
    return rc == DG_NOMEM ? rc : DG_OK;
}

static dg_code verify_proof_2(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    if (arg[4] > 1)
        return dg_fail(err, DG_TRAP, "state version %llu does not exist",
                       (unsigned long long)arg[4]);
    return verify_proof(guest, arg, ret, err);
}

#define ROWS(name)                                                                                 \
    { "ext_trie_" #name "_version_1", "P:p", name##_1 },                                           \
        { "ext_trie_" #name "_version_2", "Pi:p", name##_2 },                                      \
    {                                                                                              \
        "ext_trie_" #name "_version_3", "Pip:", name##_3                                           \
    }
static const dg_import rows[] = {
    ROWS(blake2_256_root),
    ROWS(blake2_256_ordered_root),
    ROWS(keccak_256_root),
    ROWS(keccak_256_ordered_root),
    { "ext_trie_blake2_256_verify_proof_version_1", "pPPP:i", verify_proof },
    { "ext_trie_blake2_256_verify_proof_version_2", "pPPPi:i", verify_proof_2 },
    /* no proof over Keccak is read here: a call traps */
    { "ext_trie_keccak_256_verify_proof_version_1", "pPPP:i", NULL },
    { "ext_trie_keccak_256_verify_proof_version_2", "pPPPi:i", NULL },
};
const dg_host_table dg_host_trie_table = DG_HOST_TABLE_OF(rows);
