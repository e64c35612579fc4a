/* legacy_misc.c - hashes, roots, signatures, memory and printing of 2019. */
#include "host/legacy_impl.h"

#include <string.h>

/* ---- hashes and roots ---- */

static dg_code hash_into(dg_guest *guest, const uint64_t *arg, void (*hash)(uint8_t *, dg_bytes),
                         size_t len, dg_error *err)
{
    uint8_t digest[32];
    dg_bytes data;
    dg_code rc = dg_host_lift_slices(guest, &data, arg, 1, err);
    if (rc < 0)
        return rc;
    hash(digest, data);
    return dg_host_put_into(guest, dg_host_fat(arg[2], len), dg_bytes_of(digest, len), err);
}

static void twox_64(uint8_t *out, dg_bytes data)
{
    dg_twox(out, 8, data);
}
static void twox_128(uint8_t *out, dg_bytes data)
{
    dg_twox(out, 16, data);
}
static void twox_256(uint8_t *out, dg_bytes data)
{
    dg_twox(out, 32, data);
}
static void blake2_128(uint8_t *out, dg_bytes data)
{
    dg_blake2b(out, 16, data);
}
static void blake2_256(uint8_t *out, dg_bytes data)
{
    dg_blake2b(out, 32, data);
}
static void keccak_256(uint8_t *out, dg_bytes data)
{
    dg_keccak_256(out, data);
}

#define HASH(name, len)                                                                            \
    static dg_code ext_##name(dg_guest *g, const uint64_t *arg, uint64_t *ret, dg_error *err)      \
    {                                                                                              \
        (void)ret;                                                                                 \
        return hash_into(g, arg, name, len, err);                                                  \
    }
HASH(twox_64, 8)
HASH(twox_128, 16)
HASH(twox_256, 32)
HASH(blake2_128, 16)
HASH(blake2_256, 32)
HASH(keccak_256, 32)

/* Values lie end to end, their lengths in a table of u32. */
static dg_code cut(dg_guest *guest, dg_bytes *items, uint64_t at, const uint8_t *lens,
                   uint32_t count, dg_error *err)
{
    for (uint32_t i = 0; i < count; i++) {
        uint32_t len = dg_le32(lens + 4 * (size_t)i);
        uint64_t slice = dg_host_fat(at, len);
        dg_code rc = dg_host_lift(guest, &items[i], &slice, 1, err);
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
    if ((rc = dg_host_lift_at(guest, &lens, arg[1], 4 * count, err)) < 0)
        return rc;
    items = dg_malloc(count * sizeof *items);
    if (!items)
        return dg_fail(err, DG_NOMEM, "no memory for the items of a trie");
    rc = cut(guest, items, arg[0], lens, count, err);
    if (rc == DG_OK)
        rc = dg_trie_ordered_root(&root, items, count, 0, err);
    if (rc == DG_OK)
        rc = dg_host_put_into(guest, dg_host_fat(arg[3], 32), dg_hash_bytes(&root), err);
    dg_free(items);
    return rc;
}

/* ---- signatures: 0 is good ---- */

static dg_code lift_signed(dg_guest *guest, dg_bytes *message, uint8_t **sig, uint8_t **pk,
                           const uint64_t *arg, dg_error *err)
{
    dg_code rc = dg_host_lift_slices(guest, message, arg, 1, err);
    if (rc < 0 || (rc = dg_host_lift_at(guest, sig, arg[2], 64, err)) < 0)
        return rc;
    return dg_host_lift_at(guest, pk, arg[3], 32, err);
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
static dg_code recover_into(dg_guest *guest, const uint64_t *arg, uint64_t *ret, bool compressed,
                            dg_error *err)
{
    uint8_t key[64], xy[64], *hash, *sig;
    dg_ecdsa_recovery verdict;
    dg_code rc = dg_host_lift_at(guest, &hash, arg[0], 32, err);
    if (rc < 0 || (rc = dg_host_lift_at(guest, &sig, arg[1], 65, err)) < 0)
        return rc;
    verdict = dg_ecdsa_recover(xy, sig, hash, false);
    *ret = (uint64_t)((int)verdict + 1);
    if (verdict != DG_ECDSA_OK)
        return DG_OK;
    if (compressed)
        dg_ecdsa_compress(key, xy);
    else
        memcpy(key, xy, 64);
    return dg_host_put_into(guest, dg_host_fat(arg[2], compressed ? 33 : 64),
                            dg_bytes_of(key, compressed ? 33 : 64), err);
}

static dg_code secp256k1_recover(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    return recover_into(guest, arg, ret, false, err);
}

static dg_code secp256k1_recover_compressed(dg_guest *guest, const uint64_t *arg, uint64_t *ret,
                                            dg_error *err)
{
    return recover_into(guest, arg, ret, true, err);
}

/* ---- memory and printing ---- */

static dg_code ext_malloc(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    uint32_t at = 0;
    dg_code rc = dg_host_heap_take(&dg_host_of(guest)->heap, &at, guest, arg[0], err);
    *ret = at;
    return rc;
}

static dg_code ext_free(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    (void)ret;
    return dg_host_heap_give(&dg_host_of(guest)->heap, guest, (uint32_t)arg[0], err);
}

/* A panic of those years is printed, at no level. */
static dg_code print_text(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_bytes text;
    dg_code rc = dg_host_lift_slices(guest, &text, arg, 1, err);
    (void)ret;
    if (rc == DG_OK)
        dg_host_note_error(dg_host_of(guest), dg_text("runtime"), text);
    return rc;
}

static dg_code log_text(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_bytes in[2];
    dg_code rc = dg_host_lift_slices(guest, in, arg + 1, 2, err);
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
    { "ext_malloc", "i:p", ext_malloc },
    { "ext_free", "p:", ext_free },
    { "ext_print_utf8", "pi:", print_text },
    { "ext_print_hex", "pi:", ignored },
    { "ext_print_num", "l:", ignored },
    { "ext_log", "ipipi:", log_text },
    { "ext_blake2_256_enumerated_trie_root", "ppip:", enumerated_root },
    { "ext_twox_64", "pip:", ext_twox_64 },
    { "ext_twox_128", "pip:", ext_twox_128 },
    { "ext_twox_256", "pip:", ext_twox_256 },
    { "ext_blake2_128", "pip:", ext_blake2_128 },
    { "ext_blake2_256", "pip:", ext_blake2_256 },
    { "ext_keccak_256", "pip:", ext_keccak_256 },
    { "ext_ed25519_verify", "pipp:i", ed25519_verify },
    { "ext_sr25519_verify", "pipp:i", sr25519_verify },
    { "ext_secp256k1_ecdsa_recover", "ppp:i", secp256k1_recover },
    { "ext_secp256k1_ecdsa_recover_compressed", "ppp:i", secp256k1_recover_compressed },
};
const dg_host_table dg_host_legacy_misc_table = DG_HOST_TABLE_OF(rows);
