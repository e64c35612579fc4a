/* queued_calls.c - calls that wait in storage: what they mean under the runtime at a block. */
#include "survey/survey.h"

#include <assert.h>
#include <string.h>

/* "Pallet.call" of a decoded call {"System": {"remark": {..}}}, as far as it says. */
static void call_name(char *out, size_t size, const json_t *call)
{
    assert(size > 0);
    const char *pallet = json_string_value(call), *name = NULL;
    const json_t *inner = NULL;
    void *it = json_object_iter((json_t *)call);
    if (it) {
        pallet = json_object_iter_key(it);
        inner = json_object_iter_value(it);
        name = json_string_value(inner);
        if ((it = json_object_iter((json_t *)inner)))
            name = json_object_iter_key(it);
    }
    snprintf(out, size, "%s%s%s", pallet ? pallet : "nothing", name ? "." : "", name ? name : "");
}

typedef struct gather {
    const dg_meta *meta;
    dg_state *state;
    json_t *out;
} gather;

static int put(gather *g, const char *where, const char *means, json_t *args)
{
    json_t *row = json_pack("{s:o, s:o?}", "call", dg_event_text(means), "args", args);
    assert(where && means);
    return row ? json_object_set_new(g->out, where, row) : -1;
}

const dg_meta_pallet *dg_survey_pallet_of(const dg_meta *meta, uint8_t index)
{
    for (size_t i = 0; i < dg_meta_pallet_count(meta); i++)
        if (dg_meta_pallet_at(meta, i)->index == index)
            return dg_meta_pallet_at(meta, i);
    return NULL;
}

/* Encoded call bytes: the pallet's index, then its own enum of calls. */
static int put_bytes(gather *g, const char *where, dg_bytes bytes)
{
    const dg_meta_pallet *pallet = bytes.len ? dg_survey_pallet_of(g->meta, bytes.at[0]) : NULL;
    json_t *call = NULL, *whole;
    char means[160];
    if (!pallet || !pallet->has_calls
        || dg_value_decode_all(g->meta, &call, pallet->calls,
                               dg_bytes_of(bytes.at + 1, bytes.len - 1), NULL)
               != DG_OK)
        return put(g, where, DG_SURVEY_CALL_UNREADABLE, NULL);
    if (!(whole = json_pack("{s:o}", pallet->name, call)))
        return -1;
    call_name(means, sizeof means, whole);
    return put(g, where, means, whole);
}

static int put_hex(gather *g, const char *where, const char *text)
{
    dg_buf bytes;
    int bad = 0;
    dg_buf_init(&bytes, 1 << 24);
    if (dg_hex_get(&bytes, text, strlen(text), NULL) == DG_OK)
        bad = put_bytes(g, where, dg_buf_bytes(&bytes));
    dg_buf_clear(&bytes);
    return bad;
}

/* A scheduled call is bounded bytes ({"Inline": "0x.."}), a hash of a preimage
 * ({"Lookup": ..}, {"Legacy": ..}), or in old runtimes the call itself. */
static int put_scheduled(gather *g, const char *where, const json_t *item)
{
    const json_t *call = json_object_get(item, "call"), *value = json_object_get(call, "Value");
    const char *bytes = json_string_value(json_object_get(call, "Inline"));
    char means[160];
    if (json_is_null(item) || !call)
        return 0;
    if (bytes)
        return put_hex(g, where, bytes);
    if (json_object_get(call, "Lookup") || json_object_get(call, "Legacy")
        || json_object_get(call, "Hash"))
        return put(g, where, "a preimage", json_deep_copy(call));
    call_name(means, sizeof means, value ? value : call);
    return put(g, where, means, json_deep_copy(value ? value : call));
}

/* Every entry of a map whose values are decoded: `each` gets key and value. */
static dg_code each_entry(gather *g, const char *pallet, const char *item,
                          int (*each)(gather *, const char *, const json_t *), dg_error *err)
{
    const dg_meta_entry *entry = dg_meta_storage(g->meta, pallet, item);
    uint8_t prefix[32];
    dg_state_iter it;
    dg_bytes key, value;
    dg_code rc;
    if (!entry)
        return DG_OK;
    dg_storage_prefix(prefix, entry->prefix, entry->name);
    if ((rc = dg_state_iter_init(&it, g->state, dg_bytes_of(NULL, 0), DG_BYTES_OF(prefix), err))
        < 0)
        return rc;
    while ((rc = dg_state_iter_next(&it, &key, &value, err)) == DG_OK) {
        dg_bytes last =
            dg_bytes_of(key.at + (key.len >= 40 ? key.len - 8 : 0), key.len >= 40 ? 8 : 0);
        char where[160];
        json_t *decoded = NULL;
        snprintf(where, sizeof where, "%s.%s of key %02x%02x%02x%02x", pallet, item,
                 last.len ? last.at[4] : 0, last.len ? last.at[5] : 0, last.len ? last.at[6] : 0,
                 last.len ? last.at[7] : 0);
        if (dg_value_decode_all(g->meta, &decoded, entry->value, value, NULL) == DG_OK
            && each(g, where, decoded) != 0)
            rc = dg_fail(err, DG_NOMEM, "no memory for the queued calls");
        json_decref(decoded);
        if (rc < 0)
            break;
    }
    dg_state_iter_clear(&it);
    return rc < 0 ? rc : DG_OK;
}

static int each_agenda(gather *g, const char *where, const json_t *list)
{
    const json_t *item;
    size_t i;
    int bad = 0;
    json_array_foreach(list, i, item)
    {
        char place[200];
        snprintf(place, sizeof place, "%s, place %zu", where, i);
        bad |= put_scheduled(g, place, item);
    }
    return bad;
}

/* Preimages are calls, nearly always; bytes that are none under either runtime
 * compare as equal. */
static int each_preimage(gather *g, const char *where, const json_t *value)
{
    const char *text = json_string_value(value);
    return text && strlen(text) < (1 << 20) ? put_hex(g, where, text) : 0;
}

dg_code dg_survey_calls_take(json_t **out, const dg_meta *meta, dg_state *state, dg_error *err)
{
    gather g = { .meta = meta, .state = state, .out = json_object() };
    json_t *authorized;
    dg_code rc;
    json_decref(*out);
    *out = g.out;
    if (!g.out)
        return dg_fail(err, DG_NOMEM, "no memory for the queued calls");
    if (!meta)
        return DG_OK;
    if ((authorized = dg_survey_item(meta, state, "System", "AuthorizedUpgrade", NULL)))
        put(&g, "System.AuthorizedUpgrade", "an upgrade", authorized);
    if ((rc = each_entry(&g, "Scheduler", "Agenda", each_agenda, err)) < 0)
        return rc;
    return each_entry(&g, "Preimage", "PreimageFor", each_preimage, err);
}
