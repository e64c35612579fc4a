/* dev_keys.c - a state that real nodes can start on: authority sets and session keys are those of
 * the development phrase, and it is a genesis.
 *
 * All that the session pallet hands on to BABE, GRANDPA, discovery, BEEFY and the parachains is
 * written as if a session of these validators had just begun; at the next boundary the runtime
 * goes on by itself from the queue, where they stand as well. Elections know nothing of them, so
 * eras stand still. A chain spec makes block #0 of whatever it holds: what remembers block numbers,
 * slots or blocks of before is forgotten, as far as nodes or the runtime would stumble over it
 * (fresh.c).
 * Mirrors: pallet_session, pallet_babe, pallet_grandpa, polkadot runtime parachains. */
#include "population/population_impl.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "crypto/crypto.h"

/* What `polkadot --alice` and its like are called; beyond them, what network tools derive. */
static const char *const well_known[] = { "Alice", "Bob",    "Charlie", "Dave",
                                          "Eve",   "Ferdie", "One",     "Two" };
enum { WELL_KNOWN = sizeof well_known / sizeof *well_known };

void dg_population_dev_name(char out[DG_POPULATION_DEV_NAME], uint32_t index)
{
    if (index < WELL_KNOWN)
        snprintf(out, DG_POPULATION_DEV_NAME, "%s", well_known[index]);
    else
        snprintf(out, DG_POPULATION_DEV_NAME, "Validator-%u", index);
    out[0] = (char)tolower((unsigned char)out[0]);
}

/* The kind of curve of a session key by its name and size. */
static bool public_of(uint8_t out[33], const char *field, size_t size, const char *uri)
{
    char kind = size == 33 ? 'c' : strcmp(field, "grandpa") == 0 ? 'e' : 's';
    dg_sr25519_pair pair;
    uint8_t mini[32];
    if (dg_secret_from_uri(mini, kind, dg_text(uri), NULL) < 0)
        return false;
    if (kind == 'c')
        return dg_ecdsa_public(out, mini);
    if (size != 32)
        return false;
    if (kind == 'e') {
        dg_ed25519_public(out, mini);
        return true;
    }
    dg_sr25519_from_mini(&pair, mini);
    memcpy(out, pair.pk, 32);
    return true;
}

static json_t *key_json(const char *field, size_t size, uint32_t index, const char *end)
{
    char name[DG_POPULATION_DEV_NAME], uri[80];
    uint8_t key[33];
    dg_population_dev_name(name, index);
    name[0] = (char)toupper((unsigned char)name[0]);
    snprintf(uri, sizeof uri, "//%s%s", name, end);
    return public_of(key, field, size, uri) ? dg_growth_hex(dg_bytes_of(key, size)) : NULL;
}

/* ---- the sets ---- */

/* One list a pallet, all in the order of validators. */
typedef struct sets {
    json_t *stashes, *queued;
    json_t *keys; /* by the name of the session key: its list */
} sets;

static void clear_sets(sets *s)
{
    json_decref(s->stashes);
    json_decref(s->queued);
    json_decref(s->keys);
}

static dg_code own(growth *g, const char *field, json_t *key, json_t *stash, dg_error *err)
{
    const char *kind = dg_growth_kind_of(field);
    char hex[11];
    json_t *keys;
    dg_code rc;
    if (!kind || !dg_growth_has(g, "Session", "KeyOwner"))
        return DG_OK;
    snprintf(hex, sizeof hex, "0x%02x%02x%02x%02x", kind[0], kind[1], kind[2], kind[3]);
    keys = json_pack("[[s, O]]", hex, key);
    rc = keys ? dg_growth_put(g, "Session", "KeyOwner", keys, json_incref(stash), err)
              : dg_fail(err, DG_NOMEM, "no memory for a key");
    json_decref(keys);
    return rc;
}

static int into_list(json_t *lists, const char *name, json_t *key)
{
    json_t *list = json_object_get(lists, name);
    if (!list && json_object_set_new(lists, name, json_array()))
        return -1;
    return json_array_append(json_object_get(lists, name), key);
}

static dg_code add_validator(growth *g, sets *s, dg_type_id type, uint32_t index, dg_error *err)
{
    json_t *stash = key_json("", 32, index, "//stash"), *keys = json_object(),
           *map = json_pack("[O]", stash);
    const char *name;
    dg_type_id field;
    dg_code rc = stash && keys && map ? DG_OK : dg_fail(err, DG_NOMEM, "no memory for a validator");
    for (size_t i = 0; rc == DG_OK && dg_type_field_at(g->meta, type, i, &name, &field); i++) {
        size_t size = 0;
        json_t *key;
        dg_type_size(g->meta, field, &size);
        key = key_json(name, size, index, "");
        if (!key)
            rc = dg_fail(err, DG_UNSUPPORTED,
                         "session key %s of %zu bytes is of no kind that development keys have",
                         name, size);
        else if (json_object_set(keys, name, key) || into_list(s->keys, name, key))
            rc = dg_fail(err, DG_NOMEM, "no memory for a session key");
        else
            rc = own(g, name, key, stash, err);
        json_decref(key);
    }
    if (rc == DG_OK
        && (json_array_append(s->stashes, stash)
            || json_array_append_new(s->queued, json_pack("[O, O]", stash, keys))))
        rc = dg_fail(err, DG_NOMEM, "no memory for a validator");
    if (rc == DG_OK)
        rc = dg_growth_put(g, "Session", "NextKeys", map, json_incref(keys), err);
    json_decref(map);
    json_decref(keys);
    json_decref(stash);
    return rc;
}

/* [(key, 1)], as BABE and GRANDPA have it. */
static json_t *weighted(const sets *s, const char *name)
{
    const json_t *list = json_object_get(s->keys, name);
    json_t *out = json_array(), *key;
    size_t i;
    json_array_foreach(list, i, key) json_array_append_new(out, json_pack("[O, i]", key, 1));
    return out;
}

static json_t *list_of(const sets *s, const char *name)
{
    return json_incref(json_object_get(s->keys, name));
}

static dg_code put_list(growth *g, const char *pallet, const char *item, json_t *list,
                        dg_error *err)
{
    if (list)
        return dg_growth_put_if(g, pallet, item, NULL, list, err);
    return DG_OK;
}

/* Keys under a name that the metadata does not tell, where the state has it: `head` before the
 * list, `tail` behind each key. */
static dg_code put_hidden(growth *g, dg_bytes name, const json_t *list, const dg_bytes frame[2],
                          dg_error *err)
{
    dg_bytes before;
    json_t *key;
    size_t i;
    dg_buf out;
    dg_code rc = dg_state_get(g->state, &before, dg_bytes_of(NULL, 0), name, err);
    if (rc != DG_OK || !list)
        return rc < 0 ? rc : DG_OK;
    dg_buf_init(&out, 1 << 20);
    dg_buf_put_bytes(&out, frame[0]);
    dg_scale_put_compact(&out, json_array_size(list));
    json_array_foreach(list, i, key)
    {
        dg_hex_get(&out, json_string_value(key), json_string_length(key), NULL);
        dg_buf_put_bytes(&out, frame[1]);
    }
    if ((rc = dg_buf_check(&out, err, "keys")) == DG_OK)
        rc = dg_state_put(g->state, dg_bytes_of(NULL, 0), name, dg_buf_bytes(&out), err);
    g->writes += rc == DG_OK;
    dg_buf_clear(&out);
    return rc;
}

/* GRANDPA's before they were an item of the pallet: version 1, and each key with its weight. */
static dg_code put_old_grandpa(growth *g, const sets *s, dg_error *err)
{
    static const uint8_t version[] = { 1 }, one[8] = { 1 };
    const dg_bytes frame[2] = { DG_BYTES_OF(version), DG_BYTES_OF(one) };
    return put_hidden(g, dg_text(":grandpa_authorities"), json_object_get(s->keys, "grandpa"),
                      frame, err);
}

/* Runtimes that did not list the storage of this pallet have it all the same. */
static dg_code put_old_discovery(growth *g, const sets *s, dg_error *err)
{
    static const char *const items[] = { "Keys", "NextKeys" };
    const dg_bytes frame[2] = { dg_bytes_of(NULL, 0), dg_bytes_of(NULL, 0) };
    uint8_t name[32];
    dg_code rc = DG_OK;
    for (size_t i = 0; rc >= 0 && i < 2 && !dg_growth_has(g, "AuthorityDiscovery", items[i]); i++) {
        dg_storage_prefix(name, "AuthorityDiscovery", items[i]);
        rc = put_hidden(g, DG_BYTES_OF(name), json_object_get(s->keys, "authority_discovery"),
                        frame, err);
    }
    return rc;
}

static dg_code put_sets(growth *g, const sets *s, dg_error *err)
{
    const struct {
        const char *pallet, *item;
        json_t *list; /* taken; NULL: the runtime has no such session key */
    } rows[] = {
        { "Session", "Validators", json_incref(s->stashes) },
        { "Session", "QueuedKeys", json_incref(s->queued) },
        { "Session", "DisabledValidators", json_array() },
        { "Staking", "Invulnerables", json_incref(s->stashes) },
        { "Babe", "Authorities", weighted(s, "babe") },
        { "Babe", "NextAuthorities", weighted(s, "babe") },
        { "Grandpa", "Authorities", weighted(s, "grandpa") },
        { "AuthorityDiscovery", "Keys", list_of(s, "authority_discovery") },
        { "AuthorityDiscovery", "NextKeys", list_of(s, "authority_discovery") },
        { "ImOnline", "Keys", list_of(s, "im_online") },
        { "Beefy", "Authorities", list_of(s, "beefy") },
        { "Beefy", "NextAuthorities", list_of(s, "beefy") },
    };
    dg_code rc = DG_OK;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rc >= 0)
            rc = put_list(g, rows[i].pallet, rows[i].item, rows[i].list, err);
        else
            json_decref(rows[i].list);
    if (rc >= 0)
        rc = dg_growth_put_if(g, "Session", "QueuedChanged", NULL, json_false(), err);
    if (rc >= 0)
        rc = dg_growth_put_if(g, "Staking", "ForceEra", NULL, json_string("ForceNone"), err);
    if (rc >= 0)
        rc = put_old_grandpa(g, s, err);
    return rc < 0 ? rc : put_old_discovery(g, s, err);
}

/* ---- what the parachains' session is made of ---- */

/* Validators over `groups` groups, as even as can be, the first ones larger. */
static json_t *groups_of(uint32_t validators, uint32_t groups)
{
    json_t *out = json_array();
    uint32_t next = 0;
    for (uint32_t i = 0; i < groups; i++) {
        uint32_t size = validators / groups + (i < validators % groups);
        json_t *group = json_array();
        for (uint32_t k = 0; k < size; k++)
            json_array_append_new(group, json_integer(next++));
        json_array_append_new(out, group);
    }
    return out;
}

static json_t *indices(uint32_t count)
{
    json_t *out = json_array();
    for (uint32_t i = 0; i < count; i++)
        json_array_append_new(out, json_integer(i));
    return out;
}

/* `field` of `object` in place of what it has; nothing where it has none. */
static int in_place(json_t *object, const char *field, json_t *value)
{
    if (value && json_object_get(object, field))
        return json_object_set_new(object, field, value);
    json_decref(value);
    return 0;
}

static const char *assignment_keys(const sets *s)
{
    return json_object_get(s->keys, "para_assignment") ? "para_assignment" : "im_online";
}

static const char *validator_keys(const sets *s)
{
    return json_object_get(s->keys, "para_validator") ? "para_validator" : "parachain_validator";
}

/* The record of the session that runs, with other validators in it. */
static dg_code put_session_info(growth *g, const sets *s, json_t *info, uint32_t session,
                                const json_t *groups, dg_error *err)
{
    uint32_t count = (uint32_t)json_array_size(s->stashes);
    json_t *keys = json_pack("[i]", (int)session);
    dg_code rc = DG_OK;
    if (!keys
        || in_place(info, "active_validator_indices", indices(count))
               | in_place(info, "validators", list_of(s, validator_keys(s)))
               | in_place(info, "discovery_keys", list_of(s, "authority_discovery"))
               | in_place(info, "assignment_keys", list_of(s, assignment_keys(s)))
               | in_place(info, "validator_groups", json_incref((json_t *)groups)))
        rc = dg_fail(err, DG_NOMEM, "no memory for a session");
    if (rc >= 0)
        rc = dg_growth_put(g, "ParaSessionInfo", "Sessions", keys, json_incref(info), err);
    if (rc >= 0)
        rc = dg_growth_put_if(g, "ParaSessionInfo", "AccountKeys", keys, json_incref(s->stashes),
                              err);
    json_decref(keys);
    return rc;
}

static dg_code put_lists_of_parachains(growth *g, const sets *s, uint32_t session,
                                       const json_t *groups, dg_error *err)
{
    uint32_t count = (uint32_t)json_array_size(s->stashes);
    const struct {
        const char *pallet, *item;
        json_t *value;
    } rows[] = {
        { "ParasShared", "ActiveValidatorIndices", indices(count) },
        { "ParasShared", "ActiveValidatorKeys", list_of(s, validator_keys(s)) },
        { "ParaScheduler", "ValidatorGroups", json_incref((json_t *)groups) },
        { "ParaScheduler", "SessionStartBlock", json_integer(0) },
        { "ParaSessionInfo", "AssignmentKeysUnsafe", list_of(s, assignment_keys(s)) },
        { "ParaSessionInfo", "EarliestStoredSession", json_integer(session) },
    };
    dg_code rc = DG_OK;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rc >= 0)
            rc = put_list(g, rows[i].pallet, rows[i].item, rows[i].value, err);
        else
            json_decref(rows[i].value);
    return rc;
}

static dg_code session_of(const growth *g, json_t **info, uint32_t *session, dg_error *err)
{
    json_t *index = NULL, *keys;
    dg_code rc = dg_growth_get(g, &index, "ParasShared", "CurrentSessionIndex", NULL, err);
    *info = NULL;
    if (rc < 0 || rc == DG_ABSENT)
        return rc;
    *session = (uint32_t)json_integer_value(index);
    json_decref(index);
    keys = json_pack("[i]", (int)*session);
    rc = dg_growth_get(g, info, "ParaSessionInfo", "Sessions", keys, err);
    json_decref(keys);
    return rc == DG_ABSENT ? DG_OK : rc;
}

/* Groups of a session are as many as it has cores with validators; what is written here lasts until
 * the runtime makes the next one. */
static dg_code put_parachains(growth *g, const sets *s, dg_error *err)
{
    uint32_t count = (uint32_t)json_array_size(s->stashes), session = 0, cores;
    json_t *info, *executor = NULL, *keys = NULL, *groups;
    dg_code rc;
    if (!dg_growth_has(g, "ParasShared", "ActiveValidatorKeys"))
        return DG_OK; /* no relay chain */
    if ((rc = session_of(g, &info, &session, err)) < 0)
        return rc;
    cores = (uint32_t)json_array_size(json_object_get(info, "validator_groups"));
    groups = groups_of(count, cores ? cores : 1);
    keys = json_pack("[i]", (int)session);
    if (dg_growth_has(g, "ParaSessionInfo", "SessionExecutorParams"))
        rc = dg_growth_get(g, &executor, "ParaSessionInfo", "SessionExecutorParams", keys, err);
    if (rc >= 0)
        rc = dg_growth_clear(g, "ParaSessionInfo", "Sessions", err);
    if (rc >= 0)
        rc = put_lists_of_parachains(g, s, session, groups, err);
    if (rc >= 0 && info)
        rc = put_session_info(g, s, info, session, groups, err);
    json_decref(executor);
    json_decref(keys);
    json_decref(groups);
    json_decref(info);
    return rc;
}

/* ---- all of it ---- */

static dg_code write_all(growth *g, uint32_t count, dg_error *err)
{
    const dg_meta_entry *entry = dg_meta_storage(g->meta, "Session", "NextKeys");
    sets s = { json_array(), json_array(), json_object() };
    dg_code rc = DG_OK;
    if (!entry)
        rc = dg_fail(err, DG_UNSUPPORTED,
                     "the runtime has no Session.NextKeys: it has no session keys to replace");
    else if (!dg_growth_has(g, "Babe", "Authorities"))
        rc = dg_fail(err, DG_UNSUPPORTED,
                     "the runtime has no Babe.Authorities: development keys are written for relay "
                     "chains");
    for (uint32_t i = 0; rc == DG_OK && i < count; i++)
        rc = add_validator(g, &s, entry->value, i, err);
    if (rc >= 0)
        rc = put_sets(g, &s, err);
    if (rc >= 0)
        rc = put_parachains(g, &s, err);
    if (rc >= 0)
        rc = dg_growth_begin_anew(g, err);
    clear_sets(&s);
    return rc < 0 ? rc : DG_OK;
}

dg_code dg_population_dev_keys(dg_state **out, uint32_t *writes, dg_chain *chain, uint32_t count,
                               dg_error *err)
{
    growth g = { .validators = count };
    dg_block *root = dg_chain_root(chain);
    dg_runtime *runtime;
    dg_code rc;
    assert(count > 0);
    *out = NULL;
    if ((rc = dg_block_runtime(chain, root, &runtime, err)) < 0
        || (rc = dg_runtime_meta(runtime, &g.meta, err)) < 0)
        return rc;
    g.number = dg_block_number(root);
    if (!(g.state = dg_state_fork(dg_block_state(root))))
        return dg_fail(err, DG_NOMEM, "no memory to fork the state");
    if ((rc = write_all(&g, count, err)) < 0) {
        dg_state_free(g.state);
        return dg_fail_within(err, rc, "development keys");
    }
    dg_state_begin_block(g.state);
    *out = g.state;
    *writes = g.writes;
    return DG_OK;
}
