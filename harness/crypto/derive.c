/* derive.c - secrets of the well-known development accounts: a root and hard
 * junctions, "//Alice//stash". Mirrors: reference section "Keys" of sr25519. */
#include "crypto_impl.h"

#include <assert.h>
#include <string.h>

enum { URI_MAX = 1024 }; /* bytes */

/* The mini secret of the development phrase ("bottom drive obey lake ..."). */
static const uint8_t dev_root[32] = {
    0xfa, 0xc7, 0x95, 0x9d, 0xbf, 0xe7, 0x2f, 0x05, 0x2e, 0x5a, 0x0c, 0x3c, 0x8d, 0x65, 0x30, 0xf2,
    0x02, 0xb0, 0x2f, 0xd8, 0xf9, 0xf5, 0xca, 0x35, 0x80, 0xec, 0x8d, 0xeb, 0x77, 0x97, 0x47, 0x9e,
};

/* Of ed25519 and ecdsa: the hash of SCALE (name, secret, chain code). */
static void derive_hashed(uint8_t out[32], const char *name, const uint8_t secret[32],
                          const uint8_t cc[32])
{
    uint8_t room[1 + 16 + 64];
    dg_buf in = dg_buf_on(room, sizeof room);
    dg_buf_put_u8(&in, (uint8_t)(strlen(name) << 2)); /* compact length, one byte below 64 */
    dg_buf_put_text(&in, name);
    dg_buf_put(&in, secret, 32);
    dg_buf_put(&in, cc, 32);
    assert(in.rc == DG_OK);
    memcpy(out, dg_blake2_256(dg_buf_bytes(&in)).at, 32);
}

static void derive_ed25519(uint8_t out[32], const uint8_t secret[32], const uint8_t cc[32])
{
    derive_hashed(out, "Ed25519HDKD", secret, cc);
}

static void derive_ecdsa(uint8_t out[32], const uint8_t secret[32], const uint8_t cc[32])
{
    derive_hashed(out, "Secp256k1HDKD", secret, cc);
}

typedef void derive_fn(uint8_t out[32], const uint8_t secret[32], const uint8_t cc[32]);
static const struct {
    char kind;
    derive_fn *hard;
} kinds[] = {
    { 's', dg_sr25519_derive_hard },
    { 'e', derive_ed25519 },
    { 'c', derive_ecdsa },
};

static derive_fn *derivation_of(char kind)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (kinds[i].kind == kind)
            return kinds[i].hard;
    return NULL;
}

/* A junction that reads as a u64 (a plus sign is allowed) is that number. */
static bool as_number(uint64_t *v, dg_bytes name)
{
    size_t i = name.at[0] == '+';
    *v = 0;
    if (i == name.len)
        return false;
    for (; i < name.len; i++) {
        unsigned digit = (unsigned)name.at[i] - '0';
        if (digit > 9 || *v > UINT64_MAX / 10 || (*v *= 10) > UINT64_MAX - digit)
            return false;
        *v += digit;
    }
    return true;
}

/* A number, or a SCALE string, padded with zeros; hashed when it is too long. */
static void chain_code(uint8_t cc[32], dg_bytes name)
{
    uint8_t size[2] = { (uint8_t)(name.len << 2), 0 };
    size_t size_len = 1;
    uint64_t v;
    memset(cc, 0, 32);
    if (as_number(&v, name)) {
        dg_le64_put(cc, v);
        return;
    }
    if (name.len >= 64) {
        size[0] = (uint8_t)(name.len << 2 | 1);
        size[1] = (uint8_t)(name.len >> 6);
        size_len = 2;
    }
    if (size_len + name.len > 32) {
        memcpy(cc, dg_blake2_256_two(dg_bytes_of(size, size_len), name).at, 32);
        return;
    }
    cc[0] = size[0];
    memcpy(cc + 1, name.at, name.len);
}

/* Names the place, not the value: it may be somebody's real seed or phrase. */
static dg_code refuse(dg_error *err, size_t at, const char *what)
{
    return dg_fail(err, DG_MALFORMED, "secret URI had %s at byte %zu", what, at);
}

/* Moves `at` behind the root: a hex seed, or nothing for the development phrase. */
static dg_code read_root(uint8_t mini[32], size_t *at, dg_bytes uri, dg_error *err)
{
    dg_buf seed = dg_buf_on(mini, 32);
    *at = 0;
    while (*at < uri.len && uri.at[*at] != '/')
        ++*at;
    if (*at == 0) {
        memcpy(mini, dev_root, 32);
        return DG_OK;
    }
    if (*at < 2 || memcmp(uri.at, "0x", 2) != 0)
        return refuse(err, 0, "a phrase of words, which is not read here; a 0x seed is");
    if (*at != 66 || dg_hex_get(&seed, (const char *)uri.at, *at, NULL) < 0)
        return refuse(err, 0, "a seed that is not 0x and 64 hex digits");
    return DG_OK;
}

static dg_code read_junction(dg_bytes *name, size_t *at, dg_bytes uri, dg_error *err)
{
    size_t from = *at + 2;
    if (from > uri.len || uri.at[*at + 1] != '/')
        return refuse(err, *at, "a soft junction, of which only hard ones (//) are read");
    if (from < uri.len && uri.at[from] == '/')
        return refuse(err, *at, "a password, which is not read here");
    for (*at = from; *at < uri.len && uri.at[*at] != '/';)
        ++*at;
    if (*at == from)
        return refuse(err, from, "an empty junction");
    *name = dg_bytes_of(uri.at + from, *at - from);
    return DG_OK;
}

dg_code dg_secret_from_uri(uint8_t mini[32], char kind, dg_bytes uri, dg_error *err)
{
    derive_fn *hard = derivation_of(kind);
    uint8_t secret[32], cc[32];
    size_t at;
    dg_bytes name = { NULL, 0 };
    dg_code rc;
    assert(hard);
    if (uri.len > URI_MAX)
        return dg_fail(err, DG_LIMIT, "secret URI had %zu bytes, of at most %d", uri.len, URI_MAX);
    if ((rc = read_root(secret, &at, uri, err)) < 0)
        return rc;
    while (at < uri.len) {
        uint8_t parent[32];
        if ((rc = read_junction(&name, &at, uri, err)) < 0)
            return rc;
        chain_code(cc, name);
        memcpy(parent, secret, 32);
        hard(secret, parent, cc);
    }
    memcpy(mini, secret, 32);
    return DG_OK;
}
