/* legacy.c - host functions before they had version numbers (2019 to early 2020):
 * pointers and lengths apart, results written where the runtime says, and child
 * tries named by their full key. */
#include "host/host_impl.h"

#include <string.h>

static const dg_bytes top = { 0 };
static const uint32_t none = UINT32_MAX; /* length of what is absent */

static uint64_t fat(uint64_t at, uint64_t len)
{
    return (uint32_t)at | len << 32;
}

/* `count` slices, each a pointer and a length. */
static dg_code lift_slices(dg_guest *guest, dg_bytes *in, const uint64_t *arg, size_t count, dg_error *err)
{
    uint64_t joined[4];
    for (size_t i = 0; i < count; i++)
        joined[i] = fat(arg[2 * i], arg[2 * i + 1]);
    return dg_lift(guest, in, joined, count, err);
}

static dg_code put_u32(dg_guest *guest, uint64_t at, uint32_t v, dg_error *err)
{
    uint8_t *room;
    dg_code rc = dg_lift_at(guest, &room, at, 4, err);
    if (rc == DG_OK)
        dg_put_le32(room, v);
    return rc;
}

/* A block of its own with its length elsewhere; absent: length u32::MAX, null. */
static dg_code lower_split(dg_guest *guest, uint64_t *ret, uint64_t len_at, const dg_bytes *value, dg_error *err)
{
    dg_code rc;
    *ret = 0;
    if (!value)
        return put_u32(guest, len_at, none, err);
    if ((rc = dg_lower_at(guest, ret, *value, err)) < 0)
        return rc;
    return put_u32(guest, len_at, (uint32_t)value->len, err);
}

static dg_code strip(dg_bytes *child, dg_error *err)
{
    dg_bytes prefix = dg_text(":child_storage:default:");
    if (!dg_bytes_begin(*child, prefix) || child->len == prefix.len)
        return dg_fail(err, DG_TRAP, "a child trie is named by no child storage key");
    *child = dg_bytes_of(child->at + prefix.len, child->len - prefix.len);
    return DG_OK;
}

/* The first slice names the child trie. */
static dg_code lift_child(dg_guest *guest, dg_bytes *in, const uint64_t *arg, size_t count, dg_error *err)
{
    dg_code rc = lift_slices(guest, in, arg, count, err);
    return rc < 0 ? rc : strip(&in[0], err);
}

/* ---- storage ---- */

static dg_code set_storage(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_bytes in[2];
    dg_code rc = lift_slices(guest, in, arg, 2, err);
    (void)ret;
    return rc < 0 ? rc : dg_storage_put_top(dg_host_of(guest), in[0], &in[1], err);
}

static dg_code clear_storage(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_bytes in;
    dg_code rc = lift_slices(guest, &in, arg, 1, err);
    (void)ret;
    return rc < 0 ? rc : dg_storage_put_top(dg_host_of(guest), in, NULL, err);
}

static dg_code exists(dg_guest *guest, uint64_t *ret, dg_bytes child, dg_bytes key, dg_error *err)
{
    dg_bytes value;
    dg_code rc = dg_state_get(dg_host_of(guest)->state, &value, child, key, err);
    *ret = rc == DG_OK;
    return rc < 0 ? rc : DG_OK;
}

static dg_code exists_storage(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_bytes in;
    dg_code rc = lift_slices(guest, &in, arg, 1, err);
    return rc < 0 ? rc : exists(guest, ret, top, in, err);
}

static dg_code get_allocated(dg_guest *guest, uint64_t *ret, uint64_t len_at, dg_bytes child, dg_bytes key,
                             dg_error *err)
{
    dg_bytes value;
    dg_code rc = dg_state_get(dg_host_of(guest)->state, &value, child, key, err);
    return rc < 0 ? rc : lower_split(guest, ret, len_at, rc == DG_OK ? &value : NULL, err);
}

static dg_code get_allocated_storage(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_bytes in;
    dg_code rc = lift_slices(guest, &in, arg, 1, err);
    return rc < 0 ? rc : get_allocated(guest, ret, arg[2], top, in, err);
}

/* arg: buffer, its length, offset. The length left, or u32::MAX. */
static dg_code get_into(dg_guest *guest, uint64_t *ret, dg_bytes child, dg_bytes key, const uint64_t *arg,
                        dg_error *err)
{
    uint32_t left;
    bool found;
    dg_code rc = dg_storage_get_into(guest, child, key, fat(arg[0], arg[1]), (uint32_t)arg[2], &left,
                                     &found, false, err);
    *ret = found ? left : none;
    return rc;
}

static dg_code get_storage_into(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_bytes in;
    dg_code rc = lift_slices(guest, &in, arg, 1, err);
    return rc < 0 ? rc : get_into(guest, ret, top, in, arg + 2, err);
}

static dg_code remove_all(dg_guest *guest, dg_bytes child, dg_bytes prefix, dg_error *err)
{
    uint64_t unused;
    return dg_storage_remove(guest, &unused, child, prefix, NULL, NULL, DG_REMOVAL_NONE, err);
}

static dg_code clear_prefix(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_bytes in;
    dg_code rc = lift_slices(guest, &in, arg, 1, err);
    (void)ret;
    return rc < 0 ? rc : remove_all(guest, top, in, err);
}

static dg_code storage_root(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_hash root;
    dg_code rc = dg_state_root(dg_host_of(guest)->state, &root, err);
    (void)ret;
    return rc < 0 ? rc : dg_put_into(guest, fat(arg[0], 32), dg_hash_bytes(&root), err);
}

static dg_code no_changes_root(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    (void)guest, (void)arg, (void)err;
    *ret = 0;
    return DG_OK;
}

/* ---- child storage ---- */

static dg_code set_child(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_bytes in[3];
    dg_code rc = lift_child(guest, in, arg, 3, err);
    (void)ret;
    return rc < 0 ? rc : dg_state_put(dg_host_of(guest)->state, in[0], in[1], in[2], err);
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
    return rc < 0 ? rc : exists(guest, ret, in[0], in[1], err);
}

static dg_code get_allocated_child(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_bytes in[2];
    dg_code rc = lift_child(guest, in, arg, 2, err);
    return rc < 0 ? rc : get_allocated(guest, ret, arg[4], in[0], in[1], err);
}

static dg_code get_child_into(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_bytes in[2];
    dg_code rc = lift_child(guest, in, arg, 2, err);
    return rc < 0 ? rc : get_into(guest, ret, in[0], in[1], arg + 4, err);
}

static dg_code kill_child(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_bytes in;
    dg_code rc = lift_child(guest, &in, arg, 1, err);
    (void)ret;
    return rc < 0 ? rc : remove_all(guest, in, dg_bytes_of("", 0), err);
}

static dg_code clear_child_prefix(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_bytes in[2];
    dg_code rc = lift_child(guest, in, arg, 2, err);
    (void)ret;
    return rc < 0 ? rc : remove_all(guest, in[0], in[1], err);
}

static dg_code child_root(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_bytes in, value;
    dg_hash root;
    dg_code rc = lift_child(guest, &in, arg, 1, err);
    if (rc == DG_OK)
        rc = dg_state_child_root(dg_host_of(guest)->state, &root, in, err);
    value = dg_hash_bytes(&root);
    return rc < 0 ? rc : lower_split(guest, ret, arg[2], &value, err);
}

/* ---- the first numbered child functions: key, child info, type, .. ---- */

static dg_code numbered(dg_guest *guest, dg_bytes *child, dg_bytes *rest, const uint64_t *arg, size_t count,
                        dg_error *err)
{
    dg_code rc = dg_lift(guest, child, arg, 1, err);
    if (rc < 0 || (rc = strip(child, err)) < 0)
        return rc;
    return dg_lift(guest, rest, arg + 3, count, err);
}

static dg_code storage_child_get(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_bytes child, key, value;
    dg_code rc = numbered(guest, &child, &key, arg, 1, err);
    if (rc == DG_OK)
        rc = dg_state_get(dg_host_of(guest)->state, &value, child, key, err);
    return rc < 0 ? rc : dg_lower_option(guest, ret, rc == DG_OK ? &value : NULL, err);
}

static dg_code storage_child_set(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_bytes child, in[2];
    dg_code rc = numbered(guest, &child, in, arg, 2, err);
    (void)ret;
    return rc < 0 ? rc : dg_state_put(dg_host_of(guest)->state, child, in[0], in[1], err);
}

static dg_code storage_child_clear(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_bytes child, key;
    dg_code rc = numbered(guest, &child, &key, arg, 1, err);
    (void)ret;
    return rc < 0 ? rc : dg_state_delete(dg_host_of(guest)->state, child, key, err);
}

static dg_code storage_child_exists(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_bytes child, key;
    dg_code rc = numbered(guest, &child, &key, arg, 1, err);
    return rc < 0 ? rc : exists(guest, ret, child, key, err);
}

static dg_code storage_child_next(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_bytes child, key;
    dg_code rc = numbered(guest, &child, &key, arg, 1, err);
    return rc < 0 ? rc : dg_storage_next_option(guest, ret, child, key, err);
}

static dg_code storage_child_kill(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_bytes child;
    dg_code rc = numbered(guest, &child, NULL, arg, 0, err);
    (void)ret;
    return rc < 0 ? rc : remove_all(guest, child, dg_bytes_of("", 0), err);
}

static dg_code storage_child_root(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_bytes child;
    dg_hash root;
    dg_code rc = numbered(guest, &child, NULL, arg, 0, err);
    if (rc == DG_OK)
        rc = dg_state_child_root(dg_host_of(guest)->state, &root, child, err);
    return rc < 0 ? rc : dg_lower(guest, ret, dg_hash_bytes(&root), err);
}

static dg_code storage_ordered_root(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_bytes raw;
    dg_hash root;
    dg_code rc = dg_lift(guest, &raw, arg, 1, err);
    if (rc == DG_OK)
        rc = dg_trie_list_root(&root, raw, false, false, 0, err);
    return rc < 0 ? rc : dg_lower_at(guest, ret, dg_hash_bytes(&root), err);
}

/* ---- hashes and roots ---- */

static dg_code hash_into(dg_guest *guest, const uint64_t *arg, void (*hash)(uint8_t *, dg_bytes), size_t len,
                         dg_error *err)
{
    uint8_t digest[32];
    dg_bytes data;
    dg_code rc = lift_slices(guest, &data, arg, 1, err);
    if (rc < 0)
        return rc;
    hash(digest, data);
    return dg_put_into(guest, fat(arg[2], len), dg_bytes_of(digest, len), err);
}

static void twox_64(uint8_t *out, dg_bytes data) { dg_twox(out, 8, data); }
static void twox_128(uint8_t *out, dg_bytes data) { dg_twox(out, 16, data); }
static void twox_256(uint8_t *out, dg_bytes data) { dg_twox(out, 32, data); }
static void blake2_128(uint8_t *out, dg_bytes data) { dg_blake2b(out, 16, data); }
static void blake2_256(uint8_t *out, dg_bytes data) { dg_blake2b(out, 32, data); }
static void keccak_256(uint8_t *out, dg_bytes data) { dg_keccak_256(out, data); }

#define HASH(name, len)                                                                         \
    static dg_code ext_##name(dg_guest *g, const uint64_t *arg, uint64_t *ret, dg_error *err)   \
    {                                                                                           \
        (void)ret;                                                                              \
        return hash_into(g, arg, name, len, err);                                               \
    }
HASH(twox_64, 8)
HASH(twox_128, 16)
HASH(twox_256, 32)
HASH(blake2_128, 16)
HASH(blake2_256, 32)
HASH(keccak_256, 32)

/* Values lie end to end, their lengths in a table of u32. */
static dg_code cut(dg_guest *guest, dg_bytes *items, uint64_t at, const uint8_t *lens, uint32_t count, dg_error *err)
{
    for (uint32_t i = 0; i < count; i++) {
        uint32_t len = dg_le32(lens + 4 * (size_t)i);
        uint64_t slice = fat(at, len);
        dg_code rc = dg_lift(guest, &items[i], &slice, 1, err);
        if (rc < 0)
            return rc;
        at += len;
    }
    return DG_OK;
}

/* arg: values, lengths, count, pointer to 32 bytes. */
static dg_code enumerated_root(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    uint32_t count = (uint32_t)arg[2];
    uint8_t *lens = NULL;
    dg_bytes *items;
    dg_hash root;
    dg_code rc;
    (void)ret;
    if (count > UINT32_MAX / 4)
        return dg_fail(err, DG_TRAP, "a list of %u items is too long", count);
    if ((rc = dg_lift_at(guest, &lens, arg[1], 4 * count, err)) < 0)
        return rc;
    items = dg_malloc(count * sizeof *items);
    if (!items)
        return dg_fail(err, DG_NOMEM, "no memory for the items of a trie");
    rc = cut(guest, items, arg[0], lens, count, err);
    if (rc == DG_OK)
        rc = dg_trie_ordered_root(&root, items, count, 0, err);
    if (rc == DG_OK)
        rc = dg_put_into(guest, fat(arg[3], 32), dg_hash_bytes(&root), err);
    dg_free(items);
    return rc;
}

/* ---- signatures: 0 is good ---- */

static dg_code lift_signed(dg_guest *guest, dg_bytes *message, uint8_t **sig, uint8_t **pk, const uint64_t *arg,
                           dg_error *err)
{
    dg_code rc = lift_slices(guest, message, arg, 1, err);
    if (rc == DG_OK)
        rc = dg_lift_at(guest, sig, arg[2], 64, err);
    return rc < 0 ? rc : dg_lift_at(guest, pk, arg[3], 32, err);
}

enum { BAD_SIGNATURE = 5 };

static dg_code ed25519_verify(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_bytes message;
    uint8_t *sig, *pk;
    dg_code rc = lift_signed(guest, &message, &sig, &pk, arg, err);
    if (rc == DG_OK)
        *ret = dg_host_ed25519(dg_host_of(guest), sig, message, pk) ? 0 : BAD_SIGNATURE;
    return rc;
}

static dg_code sr25519_verify(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_bytes message;
    uint8_t *sig, *pk;
    dg_code rc = lift_signed(guest, &message, &sig, &pk, arg, err);
    if (rc == DG_OK)
        *ret = dg_host_sr25519(dg_host_of(guest), sig, message, pk, true) ? 0 : BAD_SIGNATURE;
    return rc;
}

/* arg: hash, signature, where the key goes. 0, or 1 BadRS, 2 BadV, 3 BadSignature. */
static dg_code recover_into(dg_guest *guest, const uint64_t *arg, uint64_t *ret, bool compressed, dg_error *err)
{
    uint8_t key[64], xy[64], *hash, *sig;
    dg_recover verdict;
    dg_code rc = dg_lift_at(guest, &hash, arg[0], 32, err);
    if (rc < 0 || (rc = dg_lift_at(guest, &sig, arg[1], 65, err)) < 0)
        return rc;
    verdict = dg_ecdsa_recover(xy, sig, hash, false);
    *ret = (uint64_t)((int)verdict + 1);
    if (verdict != DG_RECOVER_OK)
        return DG_OK;
    if (compressed)
        dg_ecdsa_compress(key, xy);
    else
        memcpy(key, xy, 64);
    return dg_put_into(guest, fat(arg[2], compressed ? 33 : 64), dg_bytes_of(key, compressed ? 33 : 64), err);
}

static dg_code secp256k1_recover(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    return recover_into(guest, arg, ret, false, err);
}

static dg_code secp256k1_recover_compressed(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    return recover_into(guest, arg, ret, true, err);
}

/* ---- memory and printing ---- */

static dg_code ext_malloc(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    uint32_t at = 0;
    dg_code rc = dg_heap_take(&dg_host_of(guest)->heap, &at, guest, arg[0], err);
    *ret = at;
    return rc;
}

static dg_code ext_free(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    (void)ret;
    return dg_heap_give(&dg_host_of(guest)->heap, guest, (uint32_t)arg[0], err);
}

/* A panic of those years is printed, at no level. */
static dg_code print_text(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_bytes text;
    dg_code rc = lift_slices(guest, &text, arg, 1, err);
    (void)ret;
    if (rc == DG_OK)
        dg_host_note_error(dg_host_of(guest), dg_text("runtime"), text);
    return rc;
}

static dg_code log_text(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_bytes in[2];
    dg_code rc = lift_slices(guest, in, arg + 1, 2, err);
    (void)ret;
    if (rc == DG_OK && arg[0] == 0)
        dg_host_note_error(dg_host_of(guest), in[0], in[1]);
    return rc;
}

static dg_code ignored(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    (void)guest, (void)arg, (void)ret, (void)err;
    return DG_OK;
}

static const dg_import rows[] = {
    { "ext_malloc",                    "i:p",       ext_malloc },
    { "ext_free",                      "p:",        ext_free },
    { "ext_print_utf8",                "pi:",       print_text },
    { "ext_print_hex",                 "pi:",       ignored },
    { "ext_print_num",                 "l:",        ignored },
    { "ext_log",                       "ipipi:",    log_text },
    { "ext_set_storage",               "pipi:",     set_storage },
    { "ext_clear_storage",             "pi:",       clear_storage },
    { "ext_exists_storage",            "pi:i",      exists_storage },
    { "ext_get_allocated_storage",     "pip:p",     get_allocated_storage },
    { "ext_get_storage_into",          "pipii:i",   get_storage_into },
    { "ext_clear_prefix",              "pi:",       clear_prefix },
    { "ext_storage_root",              "p:",        storage_root },
    { "ext_storage_changes_root",      "pip:i",     no_changes_root },
    { "ext_storage_changes_root",      "pilp:i",    no_changes_root },
    { "ext_set_child_storage",         "pipipi:",   set_child },
    { "ext_clear_child_storage",       "pipi:",     clear_child },
    { "ext_exists_child_storage",      "pipi:i",    exists_child },
    { "ext_get_allocated_child_storage", "pipip:p", get_allocated_child },
    { "ext_get_child_storage_into",    "pipipii:i", get_child_into },
    { "ext_kill_child_storage",        "pi:",       kill_child },
    { "ext_clear_child_prefix",        "pipi:",     clear_child_prefix },
    { "ext_child_storage_root",        "pip:p",     child_root },
    { "ext_storage_child_get_version_1",          "PPiP:P",  storage_child_get },
    { "ext_storage_child_set_version_1",          "PPiPP:",  storage_child_set },
    { "ext_storage_child_clear_version_1",        "PPiP:",   storage_child_clear },
    { "ext_storage_child_exists_version_1",       "PPiP:i",  storage_child_exists },
    { "ext_storage_child_next_key_version_1",     "PPiP:P",  storage_child_next },
    { "ext_storage_child_storage_kill_version_1", "PPi:",    storage_child_kill },
    { "ext_storage_child_root_version_1",         "P:P",     storage_child_root },
    { "ext_storage_blake2_256_ordered_trie_root_version_1", "P:p", storage_ordered_root },
    { "ext_blake2_256_enumerated_trie_root", "ppip:", enumerated_root },
    { "ext_twox_64",                   "pip:",      ext_twox_64 },
    { "ext_twox_128",                  "pip:",      ext_twox_128 },
    { "ext_twox_256",                  "pip:",      ext_twox_256 },
    { "ext_blake2_128",                "pip:",      ext_blake2_128 },
    { "ext_blake2_256",                "pip:",      ext_blake2_256 },
    { "ext_keccak_256",                "pip:",      ext_keccak_256 },
    { "ext_ed25519_verify",            "pipp:i",    ed25519_verify },
    { "ext_sr25519_verify",            "pipp:i",    sr25519_verify },
    { "ext_secp256k1_ecdsa_recover",   "ppp:i",     secp256k1_recover },
    { "ext_secp256k1_ecdsa_recover_compressed", "ppp:i", secp256k1_recover_compressed },
};
const dg_table dg_legacy_table = DG_TABLE_OF(rows);
