/* host.h - what this runtime asks of its host, whatever the calling convention.
 *
 *   host.c       buffers of results come from the host's allocator
 *   host_own.c   the runtime allocates (RFC-145)
 *
 * A blob is linked with one of the two. */
#ifndef MINI_HOST_H
#define MINI_HOST_H

#include "env.h"

void *host_malloc(u32 len);
void host_log_error(struct bytes message);

bool host_get(struct bytes key, struct bytes *value); /* false: absent */
void host_set(struct bytes key, struct bytes value);
void host_clear(struct bytes key);
void host_append(struct bytes key, struct bytes item); /* the value is a SCALE list */
void host_begin(void);
void host_commit(void);
void host_rollback(void);
struct hash host_storage_root(void);                           /* values by hash: state version 1 */
struct hash host_ordered_root(struct bytes list, u32 version); /* list: SCALE Vec<Vec<u8>> */

void host_twox_64(u8 out[8], struct bytes data);
void host_twox_128(u8 out[16], struct bytes data);
void host_blake2_128(u8 out[16], struct bytes data);
struct hash host_blake2_256(struct bytes data);

/* Version of a code blob as SCALE bytes; false: it has none. */
bool host_runtime_version(struct bytes code, struct bytes *version);
bool host_sr25519_verify(const u8 sig[64], struct bytes message, const u8 pk[32]);

/* The other half of the convention: how an entry point gets its input and gives
 * its answer. ENTRY(Api_method) is followed by the body. */
#define ENTRY(name)                                                                                \
    static void name##_body(struct reader *in, struct writer *out);                                \
    __attribute__((export_name(#name))) u64 name(ENTRY_PARAMETERS)                                 \
    {                                                                                              \
        struct reader in = ENTRY_INPUT;                                                            \
        struct writer out = { 0 };                                                                 \
        name##_body(&in, &out);                                                                    \
        return (u64)out.len << 32 | (u32)(uintptr_t)out.at;                                        \
    }                                                                                              \
    static void name##_body(__attribute__((unused)) struct reader *in,                             \
                            __attribute__((unused)) struct writer *out)

#ifdef OWN_ALLOCATOR
#define ENTRY_PARAMETERS u32 len
#define ENTRY_INPUT reader_of(host_input(len))
struct bytes host_input(u32 len);
#else
#define ENTRY_PARAMETERS u32 at, u32 len
#define ENTRY_INPUT reader_of(bytes_of((const void *)(uintptr_t)at, len))
#endif

#endif
