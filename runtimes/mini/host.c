/* host.c - the legacy convention: a result is a fat pointer (address below,
 * length above) to memory that the host allocated. */
#include "host.h"

#include "scale.h"

#define IMPORT(name) __attribute__((import_module("env"), import_name(#name))) extern

IMPORT(ext_allocator_malloc_version_1) u32 ext_malloc(u32 len);
IMPORT(ext_logging_log_version_1) void ext_log(u32 level, u64 target, u64 message);
IMPORT(ext_storage_get_version_1) u64 ext_get(u64 key);
IMPORT(ext_storage_set_version_1) void ext_set(u64 key, u64 value);
IMPORT(ext_storage_clear_version_1) void ext_clear(u64 key);
IMPORT(ext_storage_append_version_1) void ext_append(u64 key, u64 item);
IMPORT(ext_storage_start_transaction_version_1) void ext_begin(void);
IMPORT(ext_storage_commit_transaction_version_1) void ext_commit(void);
IMPORT(ext_storage_rollback_transaction_version_1) void ext_rollback(void);
IMPORT(ext_storage_root_version_2) u64 ext_root(u32 version);
IMPORT(ext_trie_blake2_256_ordered_root_version_2) u32 ext_ordered_root(u64 list, u32 version);
IMPORT(ext_hashing_twox_64_version_1) u32 ext_twox_64(u64 data);
IMPORT(ext_hashing_twox_128_version_1) u32 ext_twox_128(u64 data);
IMPORT(ext_hashing_blake2_128_version_1) u32 ext_blake2_128(u64 data);
IMPORT(ext_hashing_blake2_256_version_1) u32 ext_blake2_256(u64 data);
IMPORT(ext_misc_runtime_version_version_1) u64 ext_runtime_version(u64 code);
IMPORT(ext_crypto_sr25519_verify_version_2) u32 ext_sr25519_verify(u32 sig, u64 message, u32 pk);

static u64 fat(struct bytes b)
{
    return (u64)b.len << 32 | (u32)(uintptr_t)b.at;
}

static struct bytes slim(u64 pointer)
{
    return bytes_of((const void *)(uintptr_t)(u32)pointer, (u32)(pointer >> 32));
}

static u32 address(const void *at)
{
    return (u32)(uintptr_t)at;
}

/* Option<Vec<u8>> */
static bool unwrap(u64 pointer, struct bytes *value)
{
    struct reader in = reader_of(slim(pointer));
    if (read_u8(&in) == 0)
        return false;
    *value = read_bytes(&in);
    return !in.bad;
}

static void copy_from(u32 at, void *out, u32 len)
{
    memcpy(out, (const void *)(uintptr_t)at, len);
}

void *host_malloc(u32 len)
{
    return (void *)(uintptr_t)ext_malloc(len);
}

void host_log_error(struct bytes message)
{
    enum { ERROR = 0 };
    ext_log(ERROR, fat(text("runtime")), fat(message));
}

bool host_get(struct bytes key, struct bytes *value)
{
    return unwrap(ext_get(fat(key)), value);
}
void host_set(struct bytes key, struct bytes value)
{
    ext_set(fat(key), fat(value));
}
void host_clear(struct bytes key)
{
    ext_clear(fat(key));
}
void host_append(struct bytes key, struct bytes item)
{
    ext_append(fat(key), fat(item));
}
void host_begin(void)
{
    ext_begin();
}
void host_commit(void)
{
    ext_commit();
}
void host_rollback(void)
{
    ext_rollback();
}

struct hash host_storage_root(void)
{
    struct hash root;
    memcpy(root.at, slim(ext_root(1)).at, sizeof root.at);
    return root;
}

struct hash host_ordered_root(struct bytes list, u32 version)
{
    struct hash root;
    copy_from(ext_ordered_root(fat(list), version), root.at, sizeof root.at);
    return root;
}

void host_twox_64(u8 out[8], struct bytes data)
{
    copy_from(ext_twox_64(fat(data)), out, 8);
}
void host_twox_128(u8 out[16], struct bytes data)
{
    copy_from(ext_twox_128(fat(data)), out, 16);
}
void host_blake2_128(u8 out[16], struct bytes data)
{
    copy_from(ext_blake2_128(fat(data)), out, 16);
}

struct hash host_blake2_256(struct bytes data)
{
    struct hash h;
    copy_from(ext_blake2_256(fat(data)), h.at, sizeof h.at);
    return h;
}

bool host_runtime_version(struct bytes code, struct bytes *version)
{
    return unwrap(ext_runtime_version(fat(code)), version);
}

bool host_sr25519_verify(const u8 sig[64], struct bytes message, const u8 pk[32])
{
    return ext_sr25519_verify(address(sig), fat(message), address(pk)) == 1;
}
