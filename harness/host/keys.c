/* keys.c - ext_crypto_*_generate, _sign, _public_keys: the keystore.
 *
 * It lives as long as one call, and a key that nobody gave a seed comes from a
 * named stream of chance, so every run makes the same keys. Block execution has
 * no keystore, as on real nodes. */
#include "host/host_impl.h"

#include <assert.h>
#include <string.h>

static const char allowed_error[] = "the keystore";

static size_t pk_len(char kind)
{
    return kind == 'c' ? 33 : 32;
}

static bool derive_public(dg_host_key *key)
{
    dg_sr25519_pair pair;
    assert(key->kind == 'e' || key->kind == 's' || key->kind == 'c');
    switch (key->kind) {
    case 'e':
        dg_ed25519_public(key->pk, key->mini);
        return true;
    case 'c':
        return dg_ecdsa_public(key->pk, key->mini);
    default:
        dg_sr25519_from_mini(&pair, key->mini);
        memcpy(key->pk, pair.pk, 32);
        return true;
    }
}

static size_t sign(uint8_t sig[65], const dg_host_key *key, dg_bytes message, bool prehashed)
{
    dg_sr25519_pair pair;
    dg_hash hash;
    assert(!prehashed || (key->kind == 'c' && message.len == 32));
    switch (key->kind) {
    case 'e':
        dg_ed25519_sign(sig, message, key->mini);
        return 64;
    case 'c':
        if (prehashed)
            memcpy(hash.at, message.at, 32);
        else
            hash = dg_blake2_256(message);
        return dg_ecdsa_sign_prehashed(sig, hash.at, key->mini) ? 65 : 0;
    default:
        dg_sr25519_from_mini(&pair, key->mini);
        dg_sr25519_sign(sig, &pair, message);
        return 64;
    }
}

/* ---- the store ---- */

static const dg_host_key *find(const dg_host_offchain *o, const uint8_t type[4], char kind,
                               const uint8_t *pk)
{
    for (size_t i = 0; i < o->key_count; i++)
        if (memcmp(o->keys[i].type, type, 4) == 0 && o->keys[i].kind == kind
            && memcmp(o->keys[i].pk, pk, pk_len(kind)) == 0)
            return &o->keys[i];
    return NULL;
}

static dg_code open_keys(dg_guest *guest, dg_host_offchain **o, uint8_t **type, uint64_t type_at,
                         dg_error *err)
{
    dg_host *h = dg_host_of(guest);
    dg_code rc = dg_host_offchain_allowed(h, true, allowed_error, err);
    if (rc < 0 || (rc = dg_host_offchain_open(h, o, err)) < 0)
        return rc;
    return dg_host_lift_at(guest, type, type_at, 4, err);
}

static dg_code make_key(dg_host_key *key, dg_host_offchain *o, const uint8_t *type, char kind,
                        dg_bytes seed, dg_error *err)
{
    dg_bytes uri;
    dg_code rc = dg_host_lift_option(&uri, seed, err);
    memcpy(key->type, type, 4);
    key->kind = kind;
    if (rc < 0)
        return rc;
    if (uri.at && (rc = dg_secret_from_uri(key->mini, kind, uri, err)) < 0)
        return rc == DG_NOMEM ? rc : DG_TRAP;
    do {
        if (!uri.at)
            dg_rng_bytes(&o->chance, key->mini, sizeof key->mini);
    } while (!derive_public(key) && !uri.at);
    return DG_OK;
}

static dg_code generate(dg_guest *guest, dg_host_key *key, const uint64_t *arg, char kind,
                        dg_error *err)
{
    dg_host_offchain *o;
    dg_bytes seed;
    uint8_t *type;
    dg_code rc = open_keys(guest, &o, &type, arg[0], err);
    if (rc < 0 || (rc = dg_host_lift(guest, &seed, arg + 1, 1, err)) < 0
        || (rc = make_key(key, o, type, kind, seed, err)) < 0)
        return rc;
    if (find(o, key->type, kind, key->pk))
        return DG_OK;
    if (o->key_count == DG_HOST_KEYS_MAX)
        return dg_fail(err, DG_LIMIT, "the keystore holds %d keys, no more", (int)DG_HOST_KEYS_MAX);
    o->keys[o->key_count++] = *key;
    return DG_OK;
}

static dg_code generate_fresh(dg_guest *guest, const uint64_t *arg, uint64_t *ret, char kind,
                              dg_error *err)
{
    dg_host_key key = { 0 };
    dg_code rc = generate(guest, &key, arg, kind, err);
    return rc < 0 ? rc : dg_host_lower_at(guest, ret, dg_bytes_of(key.pk, pk_len(kind)), err);
}

static dg_code generate_filled(dg_guest *guest, const uint64_t *arg, char kind, dg_error *err)
{
    dg_host_key key = { 0 };
    uint64_t room = (uint32_t)arg[2] | (uint64_t)pk_len(kind) << 32;
    dg_code rc = generate(guest, &key, arg, kind, err);
    return rc < 0 ? rc : dg_host_put_into(guest, room, dg_bytes_of(key.pk, pk_len(kind)), err);
}

/* Public keys of a type; sorted, so that every run lists them alike. */
static dg_code list(dg_guest *guest, uint64_t type_at, char kind, bool counted, dg_error *err)
{
    dg_host *h = dg_host_of(guest);
    const dg_host_key *shown[DG_HOST_KEYS_MAX];
    dg_host_offchain *o;
    uint8_t *type;
    size_t count = 0;
    dg_code rc = open_keys(guest, &o, &type, type_at, err);
    if (rc < 0)
        return rc;
    for (size_t i = 0; i < o->key_count; i++) {
        size_t at = count;
        if (memcmp(o->keys[i].type, type, 4) != 0 || o->keys[i].kind != kind)
            continue;
        for (; at && memcmp(shown[at - 1]->pk, o->keys[i].pk, 33) > 0; at--)
            shown[at] = shown[at - 1];
        shown[at] = &o->keys[i];
        count++;
    }
    dg_buf_reset(&h->scratch);
    assert(count <= o->key_count);
    if (counted)
        dg_scale_put_compact(&h->scratch, count);
    for (size_t i = 0; i < count; i++)
        dg_buf_put(&h->scratch, shown[i]->pk, pk_len(kind));
    return dg_buf_check(&h->scratch, err, "public keys");
}

static dg_code list_fresh(dg_guest *guest, const uint64_t *arg, uint64_t *ret, char kind,
                          dg_error *err)
{
    dg_code rc = list(guest, arg[0], kind, true, err);
    return rc < 0 ? rc : dg_host_lower_scratch(guest, ret, err);
}

static dg_code list_filled(dg_guest *guest, const uint64_t *arg, uint64_t *ret, char kind,
                           dg_error *err)
{
    dg_host *h = dg_host_of(guest);
    dg_code rc = list(guest, arg[0], kind, false, err);
    if (rc < 0)
        return rc;
    *ret = h->scratch.len;
    return dg_host_put_if_fits(guest, arg[1], dg_buf_bytes(&h->scratch), err);
}

/* `*len` is 0 when there is no such key. */
static dg_code sign_with(dg_guest *guest, uint8_t sig[65], size_t *len, const uint64_t *arg,
                         char kind, bool prehashed, dg_error *err)
{
    const dg_host_key *key;
    dg_host_offchain *o;
    uint8_t *type, *pk, *hash;
    dg_bytes message;
    dg_code rc = open_keys(guest, &o, &type, arg[0], err);
    if (rc < 0 || (rc = dg_host_lift_at(guest, &pk, arg[1], (uint32_t)pk_len(kind), err)) < 0)
        return rc;
    if (prehashed) {
        rc = dg_host_lift_at(guest, &hash, arg[2], 32, err);
        message = dg_bytes_of(hash, 32);
    } else {
        rc = dg_host_lift(guest, &message, arg + 2, 1, err);
    }
    if (rc < 0)
        return rc;
    key = find(o, type, kind, pk);
    *len = key ? sign(sig, key, message, prehashed) : 0;
    return DG_OK;
}

static dg_code sign_fresh(dg_guest *guest, const uint64_t *arg, uint64_t *ret, char kind,
                          bool prehashed, dg_error *err)
{
    uint8_t answer[66] = { 1 };
    size_t len = 0;
    dg_code rc = sign_with(guest, answer + 1, &len, arg, kind, prehashed, err);
    assert(len < sizeof answer);
    if (len == 0)
        answer[0] = 0;
    return rc < 0 ? rc : dg_host_lower(guest, ret, dg_bytes_of(answer, 1 + len), err);
}

static dg_code sign_filled(dg_guest *guest, const uint64_t *arg, uint64_t *ret, char kind,
                           bool prehashed, dg_error *err)
{
    uint8_t sig[65];
    size_t len = 0;
    dg_code rc = sign_with(guest, sig, &len, arg, kind, prehashed, err);
    *ret = len ? 0 : UINT32_MAX;
    if (rc < 0 || len == 0)
        return rc;
    return dg_host_put_into(guest, (uint32_t)arg[3] | (uint64_t)len << 32, dg_bytes_of(sig, len),
                            err);
}

#define KEYS(name, kind)                                                                           \
    static dg_code name##_generate(dg_guest *g, const uint64_t *arg, uint64_t *ret, dg_error *err) \
    {                                                                                              \
        return generate_fresh(g, arg, ret, kind, err);                                             \
    }                                                                                              \
    static dg_code name##_generate_2(dg_guest *g, const uint64_t *arg, uint64_t *ret,              \
                                     dg_error *err)                                                \
    {                                                                                              \
        (void)ret;                                                                                 \
        return generate_filled(g, arg, kind, err);                                                 \
    }                                                                                              \
    static dg_code name##_keys(dg_guest *g, const uint64_t *arg, uint64_t *ret, dg_error *err)     \
    {                                                                                              \
        return list_fresh(g, arg, ret, kind, err);                                                 \
    }                                                                                              \
    static dg_code name##_keys_2(dg_guest *g, const uint64_t *arg, uint64_t *ret, dg_error *err)   \
    {                                                                                              \
        return list_filled(g, arg, ret, kind, err);                                                \
    }                                                                                              \
    static dg_code name##_sign(dg_guest *g, const uint64_t *arg, uint64_t *ret, dg_error *err)     \
    {                                                                                              \
        return sign_fresh(g, arg, ret, kind, false, err);                                          \
    }                                                                                              \
    static dg_code name##_sign_2(dg_guest *g, const uint64_t *arg, uint64_t *ret, dg_error *err)   \
    {                                                                                              \
        return sign_filled(g, arg, ret, kind, false, err);                                         \
    }
KEYS(ed25519, 'e')
KEYS(sr25519, 's')
KEYS(ecdsa, 'c')

static dg_code ecdsa_sign_prehashed(dg_guest *guest, const uint64_t *arg, uint64_t *ret,
                                    dg_error *err)
{
    return sign_fresh(guest, arg, ret, 'c', true, err);
}

static dg_code ecdsa_sign_prehashed_2(dg_guest *guest, const uint64_t *arg, uint64_t *ret,
                                      dg_error *err)
{
    return sign_filled(guest, arg, ret, 'c', true, err);
}

#define ROWS(name)                                                                                 \
    { "ext_crypto_" #name "_generate_version_1", "pP:p", name##_generate },                        \
        { "ext_crypto_" #name "_generate_version_2", "pPp:", name##_generate_2 },                  \
        { "ext_crypto_" #name "_public_keys_version_1", "p:P", name##_keys },                      \
        { "ext_crypto_" #name "_public_keys_version_2", "pP:i", name##_keys_2 },                   \
        { "ext_crypto_" #name "_sign_version_1", "ppP:P", name##_sign },                           \
    {                                                                                              \
        "ext_crypto_" #name "_sign_version_2", "ppPp:i", name##_sign_2                             \
    }
static const dg_import rows[] = {
    ROWS(ed25519),
    ROWS(sr25519),
    ROWS(ecdsa),
    { "ext_crypto_ecdsa_sign_prehashed_version_1", "ppp:P", ecdsa_sign_prehashed },
    { "ext_crypto_ecdsa_sign_prehashed_version_2", "pppp:i", ecdsa_sign_prehashed_2 },
};
const dg_host_table dg_host_keys_table = DG_HOST_TABLE_OF(rows);
