/* amend.c - one value of a state, as a user writes it. */
#include "population/population_impl.h"

#include <string.h>

static dg_code hex_of(dg_buf *out, const char *text, dg_error *err)
{
    return dg_hex_get(out, text, strlen(text), err);
}

static bool is_hex(const char *text)
{
    return strncmp(text, "0x", 2) == 0;
}

/* "Pallet.Item" of a plain value. */
static dg_code named(const dg_meta_entry **out, dg_buf *key, const dg_meta *meta, const char *name,
                     dg_error *err)
{
    const char *dot = strchr(name, '.');
    char pallet[80];
    if (!dot || (size_t)(dot - name) >= sizeof pallet)
        return dg_fail(err, DG_USAGE, "a key is \"0x..\" or \"Pallet.Item\"");
    snprintf(pallet, sizeof pallet, "%.*s", (int)(dot - name), name);
    if (!(*out = dg_meta_storage(meta, pallet, dot + 1)))
        return dg_fail(err, DG_USAGE, "the runtime has no such storage item");
    if ((*out)->hasher_count)
        return dg_fail(err, DG_USAGE, "it is a map; write the whole key as 0x..");
    dg_storage_key_raw(key, *out, NULL);
    return dg_buf_check(key, err, "key");
}

static dg_code value_of(dg_buf *out, const dg_meta *meta, const dg_meta_entry *entry,
                        const json_t *value, dg_error *err)
{
    if (json_is_string(value) && is_hex(json_string_value(value)))
        return hex_of(out, json_string_value(value), err);
    if (!entry)
        return dg_fail(err, DG_USAGE,
                       "the value of a key in hex has to be in hex as well, or null");
    return dg_value_encode(meta, out, entry->value, value, err);
}

static dg_code amend(dg_state *state, const dg_meta *meta, const char *name, const json_t *value,
                     dg_error *err)
{
    const dg_meta_entry *entry = NULL;
    dg_buf key, bytes;
    dg_code rc;
    dg_buf_init(&key, DG_TRIE_KEY_MAX);
    dg_buf_init(&bytes, DG_VALUE_MAX);
    rc = is_hex(name) ? hex_of(&key, name, err) : named(&entry, &key, meta, name, err);
    if (rc >= 0 && json_is_null(value))
        rc = dg_state_delete(state, dg_bytes_of(NULL, 0), dg_buf_bytes(&key), err);
    else if (rc >= 0 && (rc = value_of(&bytes, meta, entry, value, err)) >= 0
             && (rc = dg_buf_check(&bytes, err, "value")) >= 0)
        rc = dg_state_put(state, dg_bytes_of(NULL, 0), dg_buf_bytes(&key), dg_buf_bytes(&bytes),
                          err);
    dg_buf_clear(&bytes);
    dg_buf_clear(&key);
    return rc < 0 ? rc : DG_OK;
}

dg_code dg_population_amend(dg_state *state, dg_chain *chain, const char *key, const json_t *value,
                            dg_error *err)
{
    dg_runtime *runtime;
    const dg_meta *meta;
    dg_code rc;
    if ((rc = dg_block_runtime(chain, dg_chain_root(chain), &runtime, err)) >= 0
        && (rc = dg_runtime_meta(runtime, &meta, err)) >= 0)
        rc = amend(state, meta, key, value, err);
    return rc < 0 ? dg_fail_within(err, rc == DG_MALFORMED ? DG_USAGE : rc, "\"%.100s\"", key)
                  : DG_OK;
}
