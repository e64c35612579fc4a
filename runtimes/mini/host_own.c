/* host_own.c - the convention of RFC-145: the runtime owns its heap, and results
 * go where it says. Functions of the old convention that make the host allocate
 * must not be imported beside these. */
#include "host.h"

#include "scale.h"

#define IMPORT(name) __attribute__((import_module("env"), import_name(#name))) extern

IMPORT(ext_input_read_version_1) void ext_input_read(u64 out);
IMPORT(ext_logging_log_version_1) void ext_log(u32 level, u64 target, u64 message);
IMPORT(ext_storage_read_version_2) u64 ext_read(u64 key, u64 out, u32 offset, u32 partial);
IMPORT(ext_storage_set_version_1) void ext_set(u64 key, u64 value);
IMPORT(ext_storage_clear_version_1) void ext_clear(u64 key);
IMPORT(ext_storage_append_version_1) void ext_append(u64 key, u64 item);
IMPORT(ext_storage_start_transaction_version_1) void ext_begin(void);
IMPORT(ext_storage_commit_transaction_version_1) void ext_commit(void);
IMPORT(ext_storage_rollback_transaction_version_1) void ext_rollback(void);
IMPORT(ext_storage_root_version_3) void ext_root(u64 out);
IMPORT(ext_trie_blake2_256_ordered_root_version_3)
void ext_ordered_root(u64 list, u32 version, u32 out);
IMPORT(ext_hashing_twox_64_version_2) void ext_twox_64(u64 data, u64 out);
IMPORT(ext_hashing_twox_128_version_2) void ext_twox_128(u64 data, u64 out);
IMPORT(ext_hashing_blake2_128_version_2) void ext_blake2_128(u64 data, u64 out);
IMPORT(ext_hashing_blake2_256_version_2) void ext_blake2_256(u64 data, u64 out);
IMPORT(ext_misc_runtime_version_version_2) u64 ext_runtime_version(u64 code, u64 out);
IMPORT(ext_crypto_sr25519_verify_version_2) u32 ext_sr25519_verify(u32 sig, u64 message, u32 pk);

static u64 fat(struct bytes b)
{
    return (u64)b.len << 32 | (u32)(uintptr_t)b.at;
}

static u32 address(const void *at)
{
    return (u32)(uintptr_t)at;
}

/* ---- the heap: from __heap_base upwards, never back ---- */

extern u8 __heap_base;

void *host_malloc(u32 len)
{
    enum { PAGE = 65536 };
    static u32 next;
    if (next == 0)
        next = (address(&__heap_base) + 7u) & ~7u;
    u32 at = next, end = at + ((len + 7u) & ~7u);
    u32 have = (u32)__builtin_wasm_memory_size(0) * PAGE;
    if (end < at
        || (end > have
            && __builtin_wasm_memory_grow(0, (end - have + PAGE - 1) / PAGE) == (size_t)-1))
        __builtin_trap();
    next = end;
    return (void *)(uintptr_t)at;
}

struct bytes host_input(u32 len)
{
    struct bytes room = bytes_of(host_malloc(len), len);
    ext_input_read(fat(room));
    return room;
}

void host_log_error(struct bytes message)
{
    enum { ERROR = 0 };
    ext_log(ERROR, fat(text("runtime")), fat(message));
}

/* ---- storage ---- */

static bool absent(u64 remaining)
{
    return remaining == ~0ull;
}

/* First the length, then the bytes. */
bool host_get(struct bytes key, struct bytes *value)
{
    u64 len = ext_read(fat(key), 0, 0, 0);
    if (absent(len))
        return false;
    *value = bytes_of(host_malloc((u32)len), (u32)len);
    ext_read(fat(key), fat(*value), 0, 0);
    return true;
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
    struct hash root = { { 0 } };
    ext_root(fat(hash_bytes(&root)));
    return root;
}

struct hash host_ordered_root(struct bytes list, u32 version)
{
    struct hash root = { { 0 } };
    ext_ordered_root(fat(list), version, address(root.at));
    return root;
}

/* ---- hashes, code, signatures ---- */

void host_twox_64(u8 out[8], struct bytes data)
{
    ext_twox_64(fat(data), fat(bytes_of(out, 8)));
}
void host_twox_128(u8 out[16], struct bytes data)
{
    ext_twox_128(fat(data), fat(bytes_of(out, 16)));
}
void host_blake2_128(u8 out[16], struct bytes data)
{
    ext_blake2_128(fat(data), fat(bytes_of(out, 16)));
}

struct hash host_blake2_256(struct bytes data)
{
    struct hash h = { { 0 } };
    ext_blake2_256(fat(data), fat(hash_bytes(&h)));
    return h;
}

bool host_runtime_version(struct bytes code, struct bytes *version)
{
    u64 len = ext_runtime_version(fat(code), 0);
    if (absent(len))
        return false;
    *version = bytes_of(host_malloc((u32)len), (u32)len);
    ext_runtime_version(fat(code), fat(*version));
    return true;
}

bool host_sr25519_verify(const u8 sig[64], struct bytes message, const u8 pk[32])
{
    return ext_sr25519_verify(address(sig), fat(message), address(pk)) == 1;
}
