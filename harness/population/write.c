/* write.c - values of a state by name, as JSON. */
#include "population/population_impl.h"

#include <assert.h>
#include <string.h>

json_t *dg_growth_hex(dg_bytes bytes)
{
    json_t *out;
    dg_buf text;
    dg_buf_init(&text, bytes.len * 2 + 3);
    dg_hex_put(&text, bytes);
    out = text.rc == DG_OK ? json_string(dg_buf_text(&text)) : NULL;
    dg_buf_clear(&text);
    return out;
}

bool dg_growth_has(const growth *g, const char *pallet, const char *item)
{
    return dg_meta_storage(g->meta, pallet, item) != NULL;
}

static dg_code key_of(const growth *g, dg_buf *key, const dg_meta_entry **entry, const char *pallet,
                      const char *item, const json_t *keys, dg_error *err)
{
    dg_code rc;
    if (!(*entry = dg_meta_storage(g->meta, pallet, item)))
        return dg_fail(err, DG_ABSENT, "the runtime has no storage item %s.%s", pallet, item);
    dg_buf_init(key, DG_TRIE_KEY_MAX);
    rc = dg_storage_key(g->meta, key, *entry, keys, err);
    if (rc < 0)
        dg_buf_clear(key);
    return rc < 0 ? dg_fail_within(err, rc, "%s.%s", pallet, item) : DG_OK;
}

dg_code dg_growth_get(const growth *g, json_t **out, const char *pallet, const char *item,
                      const json_t *keys, dg_error *err)
{
    assert(g->meta && g->state);
    const dg_meta_entry *entry;
    dg_bytes value;
    dg_buf key;
    dg_code rc = key_of(g, &key, &entry, pallet, item, keys, err);
    *out = NULL;
    if (rc != DG_OK)
        return rc;
    rc = dg_state_get(g->state, &value, dg_bytes_of(NULL, 0), dg_buf_bytes(&key), err);
    dg_buf_clear(&key);
    if (rc == DG_ABSENT && !entry->optional) {
        value = entry->fallback;
        rc = DG_OK;
    }
    if (rc != DG_OK)
        return rc;
    rc = dg_value_decode_all(g->meta, out, entry->value, value, err);
    return rc < 0 ? dg_fail_within(err, rc, "%s.%s", pallet, item) : rc;
}

static dg_code put(growth *g, const char *pallet, const char *item, const json_t *keys,
                   const json_t *value, dg_error *err)
{
    assert(g->meta && g->state);
    const dg_meta_entry *entry;
    dg_buf key, encoded;
    dg_code rc;
    if (!value)
        return dg_fail(err, DG_NOMEM, "no memory for %s.%s", pallet, item);
    if ((rc = key_of(g, &key, &entry, pallet, item, keys, err)) != DG_OK)
        return rc;
    dg_buf_init(&encoded, DG_VALUE_MAX);
    if ((rc = dg_value_encode(g->meta, &encoded, entry->value, value, err)) >= 0
        && (rc = dg_buf_check(&encoded, err, item)) >= 0)
        rc = dg_state_put(g->state, dg_bytes_of(NULL, 0), dg_buf_bytes(&key),
                          dg_buf_bytes(&encoded), err);
    g->writes += rc >= 0;
    dg_buf_clear(&encoded);
    dg_buf_clear(&key);
    return rc < 0 ? dg_fail_within(err, rc, "%s.%s", pallet, item) : DG_OK;
}

dg_code dg_growth_put(growth *g, const char *pallet, const char *item, const json_t *keys,
                      json_t *value, dg_error *err)
{
    dg_code rc = put(g, pallet, item, keys, value, err);
    json_decref(value);
    return rc;
}

dg_code dg_growth_put_if(growth *g, const char *pallet, const char *item, const json_t *keys,
                         json_t *value, dg_error *err)
{
    if (dg_growth_has(g, pallet, item))
        return dg_growth_put(g, pallet, item, keys, value, err);
    json_decref(value);
    return DG_OK;
}
