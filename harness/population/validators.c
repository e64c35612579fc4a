/* validators.c - more validators, queued for the next session.
 *
 * They are put where session.set_keys and an election would have put them: own keys,
 * owners of keys, the queue. The runtime seats them at its next session boundary and
 * tells BABE, GRANDPA, the parachains and all others itself. The one thing that has
 * been announced by then is the next epoch's authorities, so these are written too.
 * Elections would not know the new ones: eras are held where they are. */
#include "population/population_impl.h"

#include <assert.h>
#include <string.h>

#include "crypto/crypto.h"

/* Fields of SessionKeys in the runtime at hand, and the key types that they are owned
 * under. Mirrors: polkadot primitives, key_types of substrate. */
static const struct {
    const char *field, *kind;
} kinds[] = {
    { "grandpa", "gran" },
    { "babe", "babe" },
    { "im_online", "imon" },
    { "para_validator", "para" },
    { "parachain_validator", "para" },
    { "para_assignment", "asgn" },
    { "authority_discovery", "audi" },
    { "beefy", "beef" },
};

const char *dg_growth_kind_of(const char *field)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i].field, field) == 0)
            return kinds[i].kind;
    return NULL;
}

/* blake2-256 of "synthetic/<what>/<index>". */
static dg_hash seed_of(const char *what, uint32_t index)
{
    char text[80];
    snprintf(text, sizeof text, "synthetic/%s/%u", what, index);
    return dg_blake2_256(dg_text(text));
}

/* No key is ever used to sign, so 32 bytes need be no point of a curve; BEEFY's are
 * taken apart by the runtime and have to be. */
bool dg_growth_key(uint8_t out[33], const char *field, size_t size, uint32_t index)
{
    dg_hash seed = seed_of(size == 33 ? "beef" : field, index);
    if (size == 33)
        return dg_ecdsa_public(out, seed.at);
    memcpy(out, seed.at, 32);
    return size == 32;
}

static json_t *account_of(uint32_t index)
{
    uint8_t key[33];
    dg_growth_key(key, "stash", 32, index);
    return dg_growth_hex(dg_bytes_of(key, 32));
}

static dg_code key_of(json_t **out, const char *field, size_t size, uint32_t index, dg_error *err)
{
    uint8_t key[33];
    *out = NULL;
    if (!dg_growth_key(key, field, size, index))
        return dg_fail(err, DG_UNSUPPORTED, "session key %s of %zu bytes is of no known kind",
                       field, size);
    *out = dg_growth_hex(dg_bytes_of(key, size));
    return *out ? DG_OK : dg_fail(err, DG_NOMEM, "no memory for a session key");
}

static dg_code own(growth *g, const char *kind, const json_t *key, const json_t *account,
                   dg_error *err)
{
    const dg_meta_entry *entry = dg_meta_storage(g->meta, "Session", "KeyOwner");
    json_t *keys;
    dg_code rc;
    char hex[11];
    assert(strlen(kind) == 4); /* a key type */
    if (!entry)
        return DG_OK;
    snprintf(hex, sizeof hex, "0x%02x%02x%02x%02x", kind[0], kind[1], kind[2], kind[3]);
    keys = json_pack("[[s, O]]", hex, key);
    rc = keys ? dg_growth_put(g, "Session", "KeyOwner", keys, json_incref((json_t *)account), err)
              : dg_fail(err, DG_NOMEM, "no memory for a key");
    json_decref(keys);
    return rc;
}

/* All session keys of one new validator, owned by its account. */
static dg_code keys_of(growth *g, json_t **out, dg_type_id type, const json_t *account,
                       uint32_t index, dg_error *err)
{
    json_t *keys = json_object();
    const char *name;
    dg_type_id field;
    dg_code rc = keys ? DG_OK : dg_fail(err, DG_NOMEM, "no memory for session keys");
    for (size_t i = 0; rc >= 0 && dg_type_field_at(g->meta, type, i, &name, &field); i++) {
        json_t *key;
        size_t size = 0;
        dg_type_size(g->meta, field, &size);
        if ((rc = key_of(&key, name, size, index, err)) < 0)
            break;
        if (dg_growth_kind_of(name))
            rc = own(g, dg_growth_kind_of(name), key, account, err);
        if (json_object_set_new(keys, name, key) && rc >= 0)
            rc = dg_fail(err, DG_NOMEM, "no memory for session keys");
    }
    if (rc < 0) {
        json_decref(keys);
        keys = NULL;
    }
    *out = keys;
    return rc < 0 ? rc : DG_OK;
}

/* ---- one of them, in all lists ---- */

typedef struct lists {
    json_t *queued, *babe, *invulnerable;
} lists;

static dg_code enlist(growth *g, lists *l, dg_type_id type, uint32_t index, dg_error *err)
{
    json_t *account = account_of(index), *keys = NULL, *map = json_pack("[O]", account);
    int bad;
    dg_code rc = account && map ? keys_of(g, &keys, type, account, index, err)
                                : dg_fail(err, DG_NOMEM, "no memory for a validator");
    if (rc >= 0)
        rc = dg_growth_put(g, "Session", "NextKeys", map, json_incref(keys), err);
    if (rc >= 0) {
        bad = json_array_append_new(l->queued, json_pack("[O, O]", account, keys));
        if (json_object_get(keys, "babe"))
            bad |= json_array_append_new(l->babe,
                                         json_pack("[O, i]", json_object_get(keys, "babe"), 1));
        bad |= json_array_append(l->invulnerable, account);
        rc = bad ? dg_fail(err, DG_NOMEM, "no memory for a validator") : DG_OK;
    }
    json_decref(map);
    json_decref(keys);
    json_decref(account);
    return rc;
}

static dg_code read_list(const growth *g, json_t **out, const char *pallet, const char *item,
                         dg_error *err)
{
    dg_code rc =
        dg_growth_has(g, pallet, item) ? dg_growth_get(g, out, pallet, item, NULL, err) : DG_ABSENT;
    if (rc == DG_ABSENT)
        *out = json_array();
    if (rc >= 0 && !json_is_array(*out))
        return dg_fail(err, *out ? DG_UNSUPPORTED : DG_NOMEM, "%s.%s is no list", pallet, item);
    return rc < 0 ? rc : DG_OK;
}

static dg_code write_lists(growth *g, lists *l, dg_error *err)
{
    dg_code rc;
    if ((rc = dg_growth_put(g, "Session", "QueuedKeys", NULL, json_incref(l->queued), err)) < 0
        || (rc = dg_growth_put(g, "Session", "QueuedChanged", NULL, json_true(), err)) < 0
        || (rc = dg_growth_put_if(g, "Babe", "NextAuthorities", NULL, json_incref(l->babe), err))
               < 0
        || (rc = dg_growth_put_if(g, "Staking", "Invulnerables", NULL, json_incref(l->invulnerable),
                                  err))
               < 0)
        return rc;
    return dg_growth_put_if(g, "Staking", "ForceEra", NULL, json_string("ForceNone"), err);
}

dg_code dg_growth_validators(growth *g, uint32_t have, uint32_t added, dg_error *err)
{
    assert(have + added >= have); /* an index is 32 bits */
    const dg_meta_entry *entry = dg_meta_storage(g->meta, "Session", "NextKeys");
    lists l = { NULL, NULL, NULL };
    dg_code rc = DG_OK;
    if (!entry)
        return dg_fail(err, DG_UNSUPPORTED,
                       "the runtime has no Session.NextKeys: no validator can be added");
    if (!added)
        return DG_OK;
    if ((rc = read_list(g, &l.queued, "Session", "QueuedKeys", err)) < 0
        || (rc = read_list(g, &l.babe, "Babe", "NextAuthorities", err)) < 0
        || (rc = read_list(g, &l.invulnerable, "Staking", "Invulnerables", err)) < 0)
        goto out;
    for (uint32_t i = 0; rc >= 0 && i < added; i++)
        rc = enlist(g, &l, entry->value, have + i, err);
    if (rc >= 0)
        rc = write_lists(g, &l, err);
out:
    json_decref(l.queued);
    json_decref(l.babe);
    json_decref(l.invulnerable);
    return rc < 0 ? rc : DG_OK;
}
