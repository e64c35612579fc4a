/* hash.c - the storage and block hashes: BLAKE2b, twox, SHA-256. */
#include "crypto_impl.h"

#include <assert.h>
#include <pthread.h>
#include <sodium.h>
#include <xxhash.h>

static pthread_once_t sodium_once = PTHREAD_ONCE_INIT;

static void sodium_start(void)
{
    int rc = sodium_init();
    assert(rc >= 0);
    (void)rc;
}

void dg_sodium_ready(void)
{
    pthread_once(&sodium_once, sodium_start);
}

/* libsodium names 16 bytes as the least length, but only as advice: 1.0.18
 * gives true BLAKE2b from 1 byte on. A test pins the 8-byte case, since another
 * version might begin to enforce it. */
void dg_blake2b(uint8_t *out, size_t out_len, dg_bytes data)
{
    int rc;
    dg_sodium_ready();
    assert(out_len >= 1 && out_len <= crypto_generichash_BYTES_MAX);
    rc = crypto_generichash(out, out_len, data.at, data.len, NULL, 0);
    assert(rc == 0);
    (void)rc;
}

dg_hash dg_blake2_256(dg_bytes data)
{
    dg_hash h;
    dg_blake2b(h.at, sizeof h.at, data);
    return h;
}

dg_hash dg_blake2_256_two(dg_bytes a, dg_bytes b)
{
    crypto_generichash_state s;
    dg_hash h;
    dg_sodium_ready();
    crypto_generichash_init(&s, NULL, 0, sizeof h.at);
    crypto_generichash_update(&s, a.at, a.len);
    crypto_generichash_update(&s, b.at, b.len);
    crypto_generichash_final(&s, h.at, sizeof h.at);
    return h;
}

void dg_twox(uint8_t *out, size_t out_len, dg_bytes data)
{
    assert(out_len == 8 || out_len == 16 || out_len == 32);
    for (size_t seed = 0; seed < out_len / 8; seed++)
        dg_le64_put(out + 8 * seed, XXH64(data.at, data.len, seed));
}

void dg_sha2_256(uint8_t out[32], dg_bytes data)
{
    crypto_hash_sha256(out, data.at, data.len);
}
