/* scan.c - a walk over every key of a state: what is there, and what of it does not
 * decode by the metadata of the runtime that has to live with it. */
#include "run/run_impl.h"

#include <string.h>

/* What is known of one storage item while its keys pass by. */
typedef struct tally {
    const dg_meta_entry *entry; /* NULL: no item of this runtime */
    uint8_t prefix[32];
    uint64_t entries, bad;
    dg_buf example; /* key of the first bad one */
    char reason[200];
} tally;

static bool is_session_keys(const char *pallet, const char *item)
{
    return strcmp(pallet, "Session") == 0
           && (strcmp(item, "NextKeys") == 0 || strcmp(item, "QueuedKeys") == 0);
}

static int note(json_t *items, const tally *t)
{
    bool keys = is_session_keys(t->entry->pallet, t->entry->name);
    char name[160];
    json_t *row;
    if (!t->bad && !keys)
        return 0;
    snprintf(name, sizeof name, "%.70s.%.70s", t->entry->pallet, t->entry->name);
    row = json_pack("{s:o, s:o, s:I, s:I, s:o, s:s}", "pallet", dg_event_text(t->entry->pallet),
                    "item", dg_event_text(t->entry->name), "entries", (json_int_t)t->entries,
                    "undecodable", (json_int_t)t->bad, "reason", dg_event_text(t->reason), "role",
                    keys ? "session-keys" : "value");
    if (row && t->example.len)
        json_object_set_new(row, "example", json_string(dg_buf_text((dg_buf *)&t->example)));
    return row ? json_object_set_new(items, name, row) : -1;
}

static void judge(tally *t, const dg_meta *meta, dg_bytes key, dg_bytes value)
{
    dg_scale s = dg_scale_from(value);
    dg_error why;
    t->entries++;
    if (!t->entry)
        return;
    dg_value_skip(meta, t->entry->value, &s);
    if (dg_scale_finish(&s, &why, "value") == DG_OK)
        return;
    if (!t->bad++) {
        size_t size;
        if (dg_type_size(meta, t->entry->value, &size) && size != value.len)
            snprintf(t->reason, sizeof t->reason, "%zu bytes where the type has %zu", value.len,
                     size);
        else
            snprintf(t->reason, sizeof t->reason, "%.199s", why.text);
        dg_buf_reset(&t->example);
        dg_hex_put(&t->example, key);
    }
}

/* Keys come in order, so an item's keys follow one another. */
static dg_code turn(tally *t, json_t *items, const dg_meta *meta, dg_bytes key, dg_error *err)
{
    if (t->entry && note(items, t) != 0)
        return dg_fail(err, DG_NOMEM, "no memory for what was found in the state");
    t->entry = meta && key.len >= 32 ? dg_meta_storage_of_key(meta, key) : NULL;
    memset(t->prefix, 0, sizeof t->prefix);
    memcpy(t->prefix, key.at, key.len < 32 ? key.len : 32);
    t->entries = t->bad = 0;
    t->reason[0] = 0;
    dg_buf_reset(&t->example);
    return DG_OK;
}

static dg_code walk(scan *out, dg_state *state, const dg_meta *meta, dg_error *err)
{
    tally t = { .entry = NULL };
    dg_state_iter it;
    dg_bytes key, value;
    dg_code rc = dg_state_iter_init(&it, state, dg_bytes_of(NULL, 0), dg_bytes_of(NULL, 0), err);
    if (rc < 0)
        return rc;
    dg_buf_init(&t.example, 1 << 18);
    while ((rc = dg_state_iter_next(&it, &key, &value, err)) == DG_OK) {
        out->keys++;
        out->value_bytes += value.len;
        if ((key.len < 32 || memcmp(t.prefix, key.at, 32) != 0)
            && (rc = turn(&t, out->items, meta, key, err)) < 0)
            break;
        judge(&t, meta, key, value);
    }
    if (rc == DG_END)
        rc = turn(&t, out->items, NULL, dg_bytes_of(t.prefix, 0), err);
    dg_buf_clear(&t.example);
    dg_state_iter_clear(&it);
    return rc;
}

dg_code scan_take(scan *out, arm *a, dg_block *block, dg_error *err)
{
    dg_runtime *runtime;
    const dg_meta *meta = NULL;
    dg_code rc = dg_block_runtime(a->chain, block, &runtime, err);
    if (rc < 0)
        return rc;
    dg_runtime_meta(runtime, &meta, NULL); /* without it keys are counted only */
    scan_clear(out);
    if (!(out->items = json_object()))
        return dg_fail(err, DG_NOMEM, "no memory to scan a state");
    out->taken = true;
    return walk(out, dg_block_state(block), meta, err);
}

void scan_clear(scan *s)
{
    json_decref(s->items);
    memset(s, 0, sizeof *s);
}

void scan_log(arm *a, dg_block *block, const scan *now, const scan *control)
{
    const char *name;
    json_t *row;
    json_object_foreach(now->items, name, row)
    {
        const json_t *was = json_object_get(control->items, name);
        arm_log(a, dg_block_slot(block), dg_block_number(block), DG_EV_STORAGE,
                LOG_N(json_integer_value(json_object_get(row, "entries")),
                      json_integer_value(json_object_get(row, "undecodable")),
                      json_integer_value(json_object_get(was, "undecodable"))),
                json_incref(row));
    }
}

/* ---- one item ---- */

json_t *storage_json(arm *a, dg_block *block, const char *pallet, const char *item, char *why)
{
    dg_runtime *runtime;
    const dg_meta *meta;
    const dg_meta_entry *entry;
    dg_bytes value;
    dg_error err = { .text = "" };
    json_t *out = NULL;
    if (why)
        why[0] = 0;
    if (dg_block_runtime(a->chain, block, &runtime, NULL) != DG_OK
        || dg_runtime_meta(runtime, &meta, NULL) != DG_OK
        || !(entry = dg_meta_storage(meta, pallet, item)) || entry->hasher_count
        || dg_chain_storage(a->chain, block, &value, pallet, item, NULL, NULL) != DG_OK)
        return NULL;
    if (dg_value_decode_all(meta, &out, entry->value, value, &err) != DG_OK && why)
        snprintf(why, 200, "%.199s", err.text);
    return out;
}
