/* storage.h - storage items by pallet and name, the way FRAME lays them out. */
#ifndef MINI_STORAGE_H
#define MINI_STORAGE_H

#include "scale.h"

struct key {
    u32 len;
    u8 at[112];
};

enum hasher { HASH_NONE, BLAKE2_128_CONCAT, TWOX_64_CONCAT, IDENTITY };

struct key key_value(const char *pallet, const char *item); /* twox128 ++ twox128 */
struct key key_map(const char *pallet, const char *item, enum hasher hasher, struct bytes k);
struct key key_map_u32(const char *pallet, const char *item, enum hasher hasher, u32 k);
struct key key_known(const char *name); /* a well-known key such as ":code" */
static inline struct bytes key_bytes(const struct key *k)
{
    return bytes_of(k->at, k->len);
}

bool stored(struct key k, struct bytes *value); /* false: absent, `value` untouched */
/* The value, or an empty list (one zero byte) when it is absent. */
struct bytes stored_list(struct key k);
u32 stored_u32(struct key k); /* 0 when absent or too short */
u64 stored_u64(struct key k);
struct hash stored_hash(struct key k);

void store(struct key k, struct bytes value);
void store_u32(struct key k, u32 v);
void store_u64(struct key k, u64 v);
void store_hash(struct key k, const struct hash *h);
void store_push(struct key k, struct bytes item); /* appends to a list */
void forget(struct key k);
/* True if it was there; it is gone afterwards. */
bool forget_flag(struct key k);

/* The version that a pallet's storage is at, by its migrations. */
u16 storage_version(const char *pallet);
void set_storage_version(const char *pallet, u16 version);

#endif
