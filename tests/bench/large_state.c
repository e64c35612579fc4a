#include "large_state.h"

#include <stdio.h>
#include <string.h>

#include "crypto/crypto.h"
#include "scale/scale.h"

enum { HUGE = 3, HUGE_BYTES = 2 << 20, VALUE_MAX = 700 };

/* A part of a key and the hash before it. */
static void put_concat(dg_buf *key, size_t hash_len, dg_bytes part)
{
    uint8_t hash[16];
    if (hash_len == 8)
        dg_twox(hash, 8, part);
    else
        dg_blake2b(hash, 16, part);
    dg_buf_put(key, hash, hash_len);
    dg_buf_put_bytes(key, part);
}

/* Of a hundred keys so many are of each map, in this order. */
static const struct map {
    const char *pallet, *item;
    unsigned share;
    size_t hash_len;
} maps[] = {
    { "System", "Account", 60, 16 },
    { "Assets", "Account", 24, 16 },
    { "Staking", "Ledger", 8, 16 },
    { "Staking", "Nominators", 8, 8 },
};

static size_t value_len(const struct map *m, dg_rng *r)
{
    if (strcmp(m->pallet, "System") == 0)
        return 80;
    if (strcmp(m->pallet, "Assets") == 0)
        return 19;
    if (strcmp(m->item, "Ledger") == 0)
        return 50 + 12 * dg_rng_below(r, 4); /* chunks that unlock */
    return 6 + 32 * (1 + dg_rng_below(r, 1 + dg_rng_below(r, 16)));
}

static const struct map *map_of(uint64_t i)
{
    unsigned at = (unsigned)(i % 100);
    const struct map *m = maps;
    for (; at >= m->share; m++)
        at -= m->share;
    return m;
}

static dg_code one(uint64_t i, large_state_entry each, void *user, dg_error *err)
{
    const struct map *m = map_of(i);
    dg_rng r = dg_rng_fork(1, "large state", i, 0);
    uint8_t room[128], prefix[32], account[32], asset[4], value[VALUE_MAX];
    dg_buf key = dg_buf_on(room, sizeof room);
    dg_storage_prefix(prefix, m->pallet, m->item);
    dg_buf_put(&key, prefix, sizeof prefix);
    if (strcmp(m->pallet, "Assets") == 0) {
        dg_le32_put(asset, dg_rng_below(&r, 10) ? 1984 : (uint32_t)dg_rng_below(&r, 1000));
        put_concat(&key, 16, DG_BYTES_OF(asset));
    }
    dg_rng_bytes(&r, account, sizeof account);
    put_concat(&key, m->hash_len, DG_BYTES_OF(account));
    size_t len = value_len(m, &r);
    dg_rng_bytes(&r, value, len);
    return each(user, dg_buf_bytes(&key), dg_bytes_of(value, len), err);
}

static dg_code put_huge(uint32_t i, large_state_entry each, void *user, dg_error *err)
{
    static uint8_t value[HUGE_BYTES];
    uint8_t room[64], prefix[32];
    dg_buf key = dg_buf_on(room, sizeof room);
    dg_rng r = dg_rng_fork(1, "huge", i, 0);
    dg_storage_prefix(prefix, "Paras", "CodeByHash");
    dg_rng_bytes(&r, value, sizeof value);
    dg_buf_put(&key, prefix, sizeof prefix);
    dg_buf_put(&key, value, 32);
    return i == 0 ? each(user, dg_text(":code"), DG_BYTES_OF(value), err)
                  : each(user, dg_buf_bytes(&key), DG_BYTES_OF(value), err);
}

dg_code large_state(uint64_t keys, large_state_entry each, void *user, dg_error *err)
{
    dg_code rc = DG_OK;
    for (uint32_t i = 0; rc == DG_OK && i <= HUGE; i++)
        rc = put_huge(i, each, user, err);
    for (uint64_t i = 0; rc == DG_OK && i < keys; i++)
        rc = one(i, each, user, err);
    return rc;
}

static void print_hex(FILE *f, dg_bytes bytes)
{
    static const char digits[] = "0123456789abcdef";
    fputs("\"0x", f);
    for (size_t i = 0; i < bytes.len; i++) {
        fputc(digits[bytes.at[i] >> 4], f);
        fputc(digits[bytes.at[i] & 15], f);
    }
    fputc('"', f);
}

static dg_code print_entry(void *user, dg_bytes key, dg_bytes value, dg_error *err)
{
    FILE *f = user;
    if (!dg_bytes_equal(key, dg_text(":code")))
        fputs(",\n", f);
    print_hex(f, key);
    fputs(": ", f);
    print_hex(f, value);
    return ferror(f) ? dg_fail(err, DG_IO, "could not be written") : DG_OK;
}

dg_code large_state_spec(const char *path, uint64_t keys, dg_error *err)
{
    FILE *f = fopen(path, "wb");
    dg_code rc;
    if (!f)
        return dg_fail(err, DG_IO, "%s could not be written", path);
    fputs("{\"id\": \"large\", \"name\": \"Large\", \"genesis\": {\"raw\": {\"top\": {\n", f);
    rc = large_state(keys, print_entry, f, err);
    fputs("\n}, \"childrenDefault\": {}}}}\n", f);
    if (fclose(f) != 0 && rc == DG_OK)
        rc = dg_fail(err, DG_IO, "%s could not be written", path);
    return rc;
}
