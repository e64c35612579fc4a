/* chopsticks_put.c - what a configuration of chopsticks puts into the state that it names.
 *
 *   import-storage:
 *     Pallet:
 *       Value: VALUE
 *       Map: [[[KEY, ..], VALUE], ..]
 *       $removePrefix: [Map, ..]
 *
 * or a list of [KEY, VALUE] in hex, or the name of a file that holds either. In the order of the
 * file, after the code. What JavaScript takes for no (null, false, 0, an empty text) removes the
 * key, and hex is the encoded value itself: so chopsticks has it, and the same file is the same
 * state.
 * Mirrors: AcalaNetwork/chopsticks, set-storage.ts and override.ts. */
#include "source/source_impl.h"

#include <assert.h>
#include <string.h>

#include "host/host.h"
#include "scale/scale.h"

enum { STORAGE_MAX = 256 << 20, KEY_MAX = 1 << 16 };

typedef struct putter {
    dg_state *state;
    const dg_meta *meta;
    size_t count;
    dg_buf key, bytes;
    dg_error *err;
} putter;

static bool is_hex(const json_t *v)
{
    return json_is_string(v) && strncmp(json_string_value(v), "0x", 2) == 0;
}

static bool is_nothing(const json_t *v)
{
    return json_is_null(v) || json_is_false(v) || (json_is_integer(v) && json_integer_value(v) == 0)
           || (json_is_string(v) && json_string_length(v) == 0);
}

/* ---- entries ---- */

/* What p->key and p->bytes hold; `gone`: the key is removed. */
static dg_code put(putter *p, bool gone)
{
    static const char child[] = ":child_storage:";
    dg_bytes top = { NULL, 0 }, key = dg_buf_bytes(&p->key);
    p->count++;
    if (!key.len)
        return dg_fail(p->err, DG_MALFORMED, "the key is empty");
    if (key.len >= sizeof child - 1 && memcmp(key.at, child, sizeof child - 1) == 0)
        return dg_fail(p->err, DG_UNSUPPORTED, "child tries are not written by it");
    return gone ? dg_state_delete(p->state, top, key, p->err)
                : dg_state_put(p->state, top, key, dg_buf_bytes(&p->bytes), p->err);
}

static dg_code hex_into(putter *p, dg_buf *out, const json_t *v, const char *what)
{
    dg_code rc;
    dg_buf_reset(out);
    if (!is_hex(v))
        return dg_fail(p->err, DG_MALFORMED, "%s is not hex with 0x before it", what);
    rc = dg_hex_get(out, json_string_value(v), json_string_length(v), p->err);
    return rc < 0 ? dg_fail_within(p->err, rc, "%s", what) : DG_OK;
}

static dg_code put_raw(putter *p, const json_t *pair)
{
    const json_t *v = json_array_get(pair, 1);
    dg_code rc;
    if (json_array_size(pair) != 2)
        return dg_fail(p->err, DG_MALFORMED, "is no pair of a key and a value");
    if ((rc = hex_into(p, &p->key, json_array_get(pair, 0), "the key")) < 0
        || (!is_nothing(v) && (rc = hex_into(p, &p->bytes, v, "the value")) < 0))
        return rc;
    return put(p, is_nothing(v));
}

static dg_code put_value(putter *p, const dg_meta_entry *entry, const json_t *v)
{
    dg_code rc = DG_OK;
    dg_buf_reset(&p->bytes);
    if (is_hex(v))
        rc = hex_into(p, &p->bytes, v, "the value");
    else if (!is_nothing(v))
        rc = dg_value_encode_loose(p->meta, &p->bytes, entry->value, v, p->err);
    return rc < 0 ? rc : put(p, is_nothing(v));
}

/* ---- keys of maps ---- */

static dg_code encode_keys(putter *p, const dg_meta_entry *entry, const json_t *keys,
                           dg_buf parts[DG_META_HASHERS_MAX])
{
    dg_bytes all[DG_META_HASHERS_MAX];
    dg_code rc = DG_OK;
    if (json_array_size(keys) != entry->hasher_count)
        return dg_fail(p->err, DG_MALFORMED, "wants a list of %u keys, got %zu",
                       entry->hasher_count, json_array_size(keys));
    for (uint32_t i = 0; rc == DG_OK && i < entry->hasher_count; i++) {
        dg_type_id type = entry->key;
        const char *name;
        if (entry->hasher_count > 1 && !dg_type_field_at(p->meta, entry->key, i, &name, &type))
            return dg_fail(p->err, DG_MALFORMED, "its key has fewer parts than hashers");
        rc = dg_value_encode_loose(p->meta, &parts[i], type, json_array_get(keys, i), p->err);
        all[i] = dg_buf_bytes(&parts[i]);
    }
    if (rc < 0)
        return dg_fail_within(p->err, rc, "key");
    dg_storage_key_raw(&p->key, entry, all);
    return dg_buf_check(&p->key, p->err, "storage key");
}

static dg_code put_pair(putter *p, const dg_meta_entry *entry, const json_t *pair)
{
    dg_buf parts[DG_META_HASHERS_MAX];
    dg_code rc;
    assert(entry->hasher_count <= DG_META_HASHERS_MAX);
    if (json_array_size(pair) != 2)
        return dg_fail(p->err, DG_MALFORMED, "is no pair of a list of keys and a value");
    for (uint32_t i = 0; i < entry->hasher_count; i++)
        dg_buf_init(&parts[i], KEY_MAX);
    dg_buf_reset(&p->key);
    rc = encode_keys(p, entry, json_array_get(pair, 0), parts);
    for (uint32_t i = 0; i < entry->hasher_count; i++)
        dg_buf_clear(&parts[i]);
    return rc < 0 ? rc : put_value(p, entry, json_array_get(pair, 1));
}

/* ---- pallets and items ---- */

static const dg_meta_pallet *find_pallet(const putter *p, const char *name)
{
    const dg_meta_pallet *at;
    for (size_t i = 0; (at = dg_meta_pallet_at(p->meta, i)); i++)
        if (dg_scale_name_like(at->name, name))
            return at;
    return NULL;
}

static dg_code find_entry(const putter *p, const dg_meta_entry **out, const dg_meta_pallet *pallet,
                          const char *name)
{
    for (size_t i = 0; (*out = dg_meta_storage_at(p->meta, pallet, i)); i++)
        if (dg_scale_name_like((*out)->name, name))
            return DG_OK;
    return dg_fail(p->err, DG_USAGE, "the pallet has no storage item of that name");
}

static dg_code remove_prefixes(putter *p, const dg_meta_pallet *pallet, const json_t *names)
{
    dg_bytes none = { NULL, 0 };
    const dg_meta_entry *entry;
    dg_state_removal done;
    uint8_t prefix[32];
    dg_code rc = DG_OK;
    if (!json_is_array(names))
        return dg_fail(p->err, DG_MALFORMED, "is no list of items");
    for (size_t i = 0; rc == DG_OK && i < json_array_size(names); i++) {
        const char *name = json_string_value(json_array_get(names, i));
        if (!name)
            return dg_fail(p->err, DG_MALFORMED, "is no list of items");
        if ((rc = find_entry(p, &entry, pallet, name)) < 0)
            return dg_fail_within(p->err, rc, "%.60s", name);
        dg_storage_prefix(prefix, entry->prefix, entry->name);
        rc = dg_state_clear_prefix(p->state, &done, none, DG_BYTES_OF(prefix), UINT32_MAX, none,
                                   p->err);
        p->count += rc == DG_OK ? done.unique : 0;
    }
    return rc;
}

static dg_code put_item(putter *p, const dg_meta_pallet *pallet, const char *name, const json_t *v)
{
    const dg_meta_entry *entry;
    dg_code rc = DG_OK;
    if (strcmp(name, "$removePrefix") == 0)
        return remove_prefixes(p, pallet, v);
    if ((rc = find_entry(p, &entry, pallet, name)) < 0)
        return rc;
    if (!entry->hasher_count) {
        dg_buf_reset(&p->key);
        dg_storage_key_raw(&p->key, entry, NULL);
        return put_value(p, entry, v);
    }
    if (!json_is_array(v))
        return dg_fail(p->err, DG_MALFORMED, "is a map, and wants a list of [[KEY, ..], VALUE]");
    for (size_t i = 0; rc == DG_OK && i < json_array_size(v); i++)
        if ((rc = put_pair(p, entry, json_array_get(v, i))) < 0)
            dg_fail_within(p->err, rc, "[%zu]", i);
    return rc;
}

static dg_code put_pallet(putter *p, const char *name, const json_t *items)
{
    const dg_meta_pallet *pallet = find_pallet(p, name);
    const char *item;
    json_t *v;
    if (!pallet)
        return dg_fail(p->err, DG_USAGE, "the runtime has no pallet of that name");
    if (!json_is_object(items))
        return dg_fail(p->err, DG_MALFORMED, "holds no items");
    json_object_foreach((json_t *)items, item, v)
    {
        dg_code rc = put_item(p, pallet, item, v);
        if (rc < 0)
            return dg_fail_within(p->err, rc, "%.60s", item);
    }
    return DG_OK;
}

/* ---- all of it ---- */

static dg_code put_pallets(putter *p, const json_t *storage, dg_engine *engine)
{
    dg_bytes code, top = { NULL, 0 };
    dg_runtime *runtime = NULL;
    const char *pallet;
    json_t *v;
    dg_code rc = dg_state_get(p->state, &code, top, dg_text(":code"), p->err);
    assert(engine);
    if (rc == DG_ABSENT)
        rc = dg_fail(p->err, DG_UNSUPPORTED,
                     "the state holds no :code, whose metadata tells what the names mean");
    if (rc >= 0 && (rc = dg_runtime_new(&runtime, engine, code, p->err)) >= 0)
        rc = dg_runtime_meta(runtime, &p->meta, p->err);
    if (rc >= 0)
        json_object_foreach((json_t *)storage, pallet, v)
        {
            if ((rc = put_pallet(p, pallet, v)) < 0) {
                dg_fail_within(p->err, rc, "%.60s", pallet);
                break;
            }
        }
    dg_runtime_free(runtime);
    return rc < 0 ? rc : DG_OK;
}

static dg_code put_storage(putter *p, const json_t *storage, dg_engine *engine)
{
    dg_code rc = DG_OK;
    if (json_is_object(storage))
        return put_pallets(p, storage, engine);
    if (!json_is_array(storage))
        return dg_fail(p->err, DG_MALFORMED, "holds neither pallets nor pairs of hex");
    for (size_t i = 0; rc == DG_OK && i < json_array_size(storage); i++)
        if ((rc = put_raw(p, json_array_get(storage, i))) < 0)
            dg_fail_within(p->err, rc, "[%zu]", i);
    return rc;
}

static dg_code put_storage_file(putter *p, const char *path, dg_engine *engine)
{
    json_t *storage = NULL;
    dg_buf text;
    dg_code rc;
    dg_buf_init(&text, STORAGE_MAX);
    if ((rc = dg_file_read(&text, path, p->err)) >= 0
        && ((rc = dg_source_yaml(&storage, dg_buf_bytes(&text), p->err)) < 0
            || (rc = put_storage(p, storage, engine)) < 0))
        dg_fail_within(p->err, rc, "%s", path);
    json_decref(storage);
    dg_buf_clear(&text);
    return rc < 0 ? rc : DG_OK;
}

static dg_code put_code(putter *p, const dg_chopsticks *c)
{
    const json_t *name = json_object_get(c->config, "wasm-override");
    char path[DG_CHOPSTICKS_PATH_MAX];
    dg_code rc;
    if (!name || json_is_null(name))
        return DG_OK;
    if (!json_string_length(name))
        return dg_fail(p->err, DG_MALFORMED, "is no text");
    dg_buf_reset(&p->bytes);
    dg_buf_reset(&p->key);
    dg_buf_put_text(&p->key, ":code");
    if ((rc = dg_chopsticks_path(c, path, json_string_value(name), p->err)) < 0
        || (rc = dg_source_blob(&p->bytes, path, p->err)) < 0)
        return rc;
    return put(p, false);
}

static dg_code put_all(putter *p, const dg_chopsticks *c, dg_engine *engine)
{
    const json_t *storage = json_object_get(c->config, "import-storage");
    char path[DG_CHOPSTICKS_PATH_MAX];
    dg_code rc = put_code(p, c);
    if (rc < 0)
        return dg_fail_within(p->err, rc, "wasm-override");
    if (!storage || json_is_null(storage))
        return DG_OK;
    if (!json_is_string(storage))
        rc = put_storage(p, storage, engine);
    else if ((rc = dg_chopsticks_path(c, path, json_string_value(storage), p->err)) >= 0)
        rc = put_storage_file(p, path, engine);
    return rc < 0 ? dg_fail_within(p->err, rc, "import-storage") : DG_OK;
}

dg_code dg_chopsticks_put(dg_state *state, size_t *count, const dg_chopsticks *c, dg_engine *engine,
                          dg_error *err)
{
    putter p = { .state = state, .err = err };
    dg_code rc;
    dg_buf_init(&p.key, KEY_MAX);
    dg_buf_init(&p.bytes, DG_SOURCE_CODE_MAX);
    rc = put_all(&p, c, engine);
    dg_buf_clear(&p.key);
    dg_buf_clear(&p.bytes);
    *count = p.count;
    return rc;
}
