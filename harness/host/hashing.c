/* hashing.c - ext_hashing_*: version 1 returns a fresh block, version 2 fills one. */
#include "host/host_impl.h"

#include <string.h>

typedef void (*hasher)(uint8_t *out, dg_bytes data);

static void keccak_256(uint8_t *out, dg_bytes data)
{
    dg_keccak_256(out, data);
}
static void keccak_512(uint8_t *out, dg_bytes data)
{
    dg_keccak_512(out, data);
}
static void sha2_256(uint8_t *out, dg_bytes data)
{
    dg_sha2_256(out, data);
}
static void blake2_128(uint8_t *out, dg_bytes data)
{
    dg_blake2b(out, 16, data);
}
static void blake2_256(uint8_t *out, dg_bytes data)
{
    dg_blake2b(out, 32, data);
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

static dg_code fresh(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err,
                     hasher hash, size_t len)
{
    uint8_t digest[64];
    dg_bytes data;
    dg_code rc = dg_host_lift(guest, &data, arg, 1, err);
    if (rc < 0)
        return rc;
    hash(digest, data);
    return dg_host_lower_at(guest, ret, dg_bytes_of(digest, len), err);
}

static dg_code filled(dg_guest *guest, const uint64_t *arg, dg_error *err, hasher hash, size_t len)
{
    uint8_t digest[64];
    dg_bytes data;
    dg_code rc = dg_host_lift(guest, &data, arg, 1, err);
    if (rc < 0)
        return rc;
    hash(digest, data);
    return dg_host_put_into(guest, arg[1], dg_bytes_of(digest, len), err);
}

#define HASH(name, len)                                                                            \
    static dg_code name##_1(dg_guest *g, const uint64_t *arg, uint64_t *ret, dg_error *err)        \
    {                                                                                              \
        return fresh(g, arg, ret, err, name, len);                                                 \
    }                                                                                              \
    static dg_code name##_2(dg_guest *g, const uint64_t *arg, uint64_t *ret, dg_error *err)        \
    {                                                                                              \
        (void)ret;                                                                                 \
        return filled(g, arg, err, name, len);                                                     \
    }
HASH(keccak_256, 32)
HASH(keccak_512, 64)
HASH(sha2_256, 32)
HASH(blake2_128, 16)
HASH(blake2_256, 32)
HASH(twox_64, 8)
HASH(twox_128, 16)
HASH(twox_256, 32)

#define ROWS(name)                                                                                 \
    { "ext_hashing_" #name "_version_1", "P:p", name##_1 },                                        \
    {                                                                                              \
        "ext_hashing_" #name "_version_2", "PP:", name##_2                                         \
    }
static const dg_import rows[] = {
    ROWS(keccak_256), ROWS(keccak_512), ROWS(sha2_256), ROWS(blake2_128),
    ROWS(blake2_256), ROWS(twox_64),    ROWS(twox_128), ROWS(twox_256),
};
const dg_host_table dg_host_hashing_table = DG_HOST_TABLE_OF(rows);
