/* state_diff.c - what differs between two states, item by item: keys that came, went or have
 * another value, each value read by the runtime of its own state. */
#include "survey/survey.h"

#include <assert.h>
#include <string.h>

#include "crypto/crypto.h"
#include "event/event.h"

enum { HEX_MAX = 1024 /* bytes of a value that are shown; longer ones are named by their hash */ };

typedef struct diff {
    json_t *items;
    const dg_meta *was, *is;
    size_t each_max;
} diff;

static const dg_meta_entry *entry_of(const dg_meta *meta, dg_bytes key)
{
    return meta && key.len >= 32 ? dg_meta_storage_of_key(meta, key) : NULL;
}

static json_t *hex_json(dg_bytes bytes)
{
    json_t *text;
    dg_buf hex;
    dg_buf_init(&hex, 4 * HEX_MAX);
    dg_hex_put(&hex, bytes);
    text = hex.rc < 0 ? NULL : json_string(dg_buf_text(&hex));
    dg_buf_clear(&hex);
    return text;
}

static json_t *raw_json(dg_bytes value)
{
    dg_hash hash;
    if (value.len <= HEX_MAX)
        return hex_json(value);
    hash = dg_blake2_256(value);
    return json_pack("{s:I, s:s}", "bytes", (json_int_t)value.len, "blake2_256",
                     dg_hash_text(&hash).text);
}

/* By its type where it decodes; as it is where not; null where there is none. */
static json_t *value_json(const dg_meta *meta, dg_bytes key, dg_bytes value)
{
    const dg_meta_entry *entry = entry_of(meta, key);
    json_t *out = NULL;
    if (!value.at)
        return json_null();
    if (entry && dg_value_decode_all(meta, &out, entry->value, value, NULL) == DG_OK)
        return out;
    return raw_json(value);
}

/* The pallet whose storage version is kept under this key; NULL: none that is known. */
static const char *versioned(const dg_meta *meta, dg_bytes key)
{
    for (size_t i = 0; meta && key.len == 32 && i < dg_meta_pallet_count(meta); i++) {
        const dg_meta_pallet *p = dg_meta_pallet_at(meta, i);
        uint8_t of[32];
        dg_storage_prefix(of, p->storage_prefix ? p->storage_prefix : p->name,
                          ":__STORAGE_VERSION__:");
        if (memcmp(of, key.at, 32) == 0)
            return p->name;
    }
    return NULL;
}

/* As one of the two runtimes calls it; false: neither has an item for it. */
static bool item_name(char *out, size_t size, const diff *d, dg_bytes key)
{
    const dg_meta *const metas[] = { d->is, d->was };
    for (size_t i = 0; i < 2; i++) {
        const dg_meta_entry *entry = entry_of(metas[i], key);
        const char *pallet = entry ? NULL : versioned(metas[i], key);
        if (entry)
            snprintf(out, size, "%.70s.%.70s", entry->pallet, entry->name);
        if (pallet)
            snprintf(out, size, "%.70s, storage version", pallet);
        if (entry || pallet)
            return true;
    }
    return false;
}

/* "Pallet.Item", ":code", or the beginning of a key that no item has. */
static void name_of(char *out, size_t size, const diff *d, dg_bytes key)
{
    assert(size > 0);
    size_t len = key.len < 32 ? key.len : 32, used = 2;
    bool text = key.len > 0 && key.at[0] == ':';
    if (item_name(out, size, d, key))
        return;
    for (size_t i = 0; i < len; i++)
        text &= key.at[i] >= 0x20 && key.at[i] < 0x7f;
    if (text) {
        snprintf(out, size, "%.*s", (int)len, (const char *)key.at);
        return;
    }
    snprintf(out, size, "0x");
    for (size_t i = 0; i < len && used + 3 <= size; i++, used += 2)
        snprintf(out + used, 3, "%02x", key.at[i]);
}

static json_t *row_of(diff *d, const char *name)
{
    json_t *row = json_object_get(d->items, name);
    if (row)
        return row;
    row = json_pack("{s:i, s:i, s:i, s:[]}", "added", 0, "removed", 0, "changed", 0, "entries");
    return row && json_object_set_new(d->items, name, row) == 0 ? row : NULL;
}

static int count(json_t *row, dg_bytes before, dg_bytes after)
{
    json_t *number = json_object_get(row, !before.at ? "added" : !after.at ? "removed" : "changed");
    return json_integer_set(number, json_integer_value(number) + 1);
}

static json_t *entry_json(const diff *d, dg_bytes key, dg_bytes before, dg_bytes after)
{
    const dg_meta *meta = entry_of(d->is, key) ? d->is : d->was;
    const dg_meta_entry *entry = entry_of(meta, key);
    json_t *keys = NULL;
    if (entry && entry->hasher_count)
        dg_storage_key_decode(meta, &keys, entry, key, NULL);
    return json_pack("{s:o, s:o*, s:o, s:o}", "key", raw_json(key), "keys", keys, "before",
                     value_json(d->was, key, before), "after", value_json(d->is, key, after));
}

static dg_code note(void *user, dg_bytes key, dg_bytes before, dg_bytes after, dg_error *err)
{
    diff *d = user;
    char name[160];
    json_t *row, *entries;
    int bad;
    name_of(name, sizeof name, d, key);
    row = row_of(d, name);
    entries = json_object_get(row, "entries");
    bad = !row || count(row, before, after);
    if (!bad && json_array_size(entries) < d->each_max)
        bad = json_array_append_new(entries, entry_json(d, key, before, after));
    return bad ? dg_fail(err, DG_NOMEM, "no memory for what differs") : DG_OK;
}

dg_code dg_survey_state_diff(json_t **out, const dg_survey_side *before,
                             const dg_survey_side *after, size_t each_max, dg_error *err)
{
    diff d = { json_object(), before->meta, after->meta, each_max };
    dg_code rc;
    *out = NULL;
    assert(before->state && after->state);
    if (!d.items)
        return dg_fail(err, DG_NOMEM, "no memory for what differs");
    if ((rc = dg_state_diff(before->state, after->state, note, &d, err)) < 0) {
        json_decref(d.items);
        return rc;
    }
    *out = d.items;
    return DG_OK;
}
