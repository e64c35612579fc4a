/* storage.c - keys and typed access. */
#include "storage.h"

#include "host.h"

struct key key_value(const char *pallet, const char *item)
{
    struct key k = { .len = 32 };
    host_twox_128(k.at, text(pallet));
    host_twox_128(k.at + 16, text(item));
    return k;
}

static void extend(struct key *k, struct bytes b)
{
    if (b.len > sizeof k->at - k->len)
        panic("storage key is too long");
    memcpy(k->at + k->len, b.at, b.len);
    k->len += b.len;
}

struct key key_map(const char *pallet, const char *item, enum hasher hasher, struct bytes part)
{
    struct key k = key_value(pallet, item);
    u8 hash[16];
    if (hasher == TWOX_64_CONCAT) {
        host_twox_64(hash, part);
        extend(&k, bytes_of(hash, 8));
    } else if (hasher == BLAKE2_128_CONCAT) {
        host_blake2_128(hash, part);
        extend(&k, bytes_of(hash, 16));
    }
    extend(&k, part);
    return k;
}

struct key key_map_u32(const char *pallet, const char *item, enum hasher hasher, u32 v)
{
    u8 raw[4] = { (u8)v, (u8)(v >> 8), (u8)(v >> 16), (u8)(v >> 24) };
    return key_map(pallet, item, hasher, bytes_of(raw, 4));
}

struct key key_known(const char *name)
{
    struct key k = { 0 };
    extend(&k, text(name));
    return k;
}

bool stored(struct key k, struct bytes *value)
{
    return host_get(key_bytes(&k), value);
}

static struct bytes stored_or_nothing(struct key k)
{
    struct bytes value;
    return stored(k, &value) ? value : bytes_of("", 0);
}

struct bytes stored_list(struct key k)
{
    struct bytes value;
    return stored(k, &value) ? value : bytes_of("", 1);
}

u32 stored_u32(struct key k)
{
    struct reader in = reader_of(stored_or_nothing(k));
    return read_u32(&in);
}

u64 stored_u64(struct key k)
{
    struct reader in = reader_of(stored_or_nothing(k));
    return read_u64(&in);
}

struct hash stored_hash(struct key k)
{
    struct reader in = reader_of(stored_or_nothing(k));
    return read_hash(&in);
}

void store(struct key k, struct bytes value)
{
    host_set(key_bytes(&k), value);
}

void store_u32(struct key k, u32 v)
{
    struct writer out = { 0 };
    put_u32(&out, v);
    store(k, written(&out));
}

void store_u64(struct key k, u64 v)
{
    struct writer out = { 0 };
    put_u64(&out, v);
    store(k, written(&out));
}

void store_hash(struct key k, const struct hash *h)
{
    store(k, hash_bytes(h));
}
void store_push(struct key k, struct bytes item)
{
    host_append(key_bytes(&k), item);
}
void forget(struct key k)
{
    host_clear(key_bytes(&k));
}

bool forget_flag(struct key k)
{
    struct bytes value;
    bool there = stored(k, &value);
    if (there)
        forget(k);
    return there;
}

u16 storage_version(const char *pallet)
{
    struct bytes value;
    if (!stored(key_value(pallet, ":__STORAGE_VERSION__:"), &value) || value.len < 2)
        return 0;
    return (u16)(value.at[0] | value.at[1] << 8);
}

void set_storage_version(const char *pallet, u16 version)
{
    u8 raw[2] = { (u8)version, (u8)(version >> 8) };
    store(key_value(pallet, ":__STORAGE_VERSION__:"), bytes_of(raw, 2));
}
