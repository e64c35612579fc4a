/* scan.c - a walk over every key of a state: what is there, and what of it does not
 * decode, or is not found, by the metadata of the runtime that has to live with it. */
#include "survey/survey.h"

#include <assert.h>
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
    assert(t->bad <= t->entries);
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
    dg_error why = { .text = "" };
    bool found;
    t->entries++;
    if (!t->entry)
        return;
    found = dg_storage_key_found(meta, t->entry, key);
    dg_value_skip(meta, t->entry->value, &s);
    if (dg_scale_finish(&s, &why, "value") == DG_OK && found)
        return;
    if (!t->bad++) {
        size_t size;
        if (!found)
            snprintf(t->reason, sizeof t->reason,
                     "keys are built otherwise, so that what stands under this one is not found");
        else if (dg_type_size(meta, t->entry->value, &size) && size != value.len)
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

static dg_code walk(dg_survey_scan *out, dg_state *state, const dg_meta *meta, dg_error *err)
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

/* ---- of a state that is not all here, what was written ---- */

typedef struct written {
    dg_survey_scan *out;
    const dg_meta *meta;
    tally t;
} written;

static dg_code note_written(void *user, dg_bytes key, dg_bytes before, dg_bytes after,
                            dg_error *err)
{
    written *w = user;
    dg_code rc;
    (void)before;
    if (!after.at)
        return DG_OK;
    if ((key.len < 32 || memcmp(w->t.prefix, key.at, 32) != 0)
        && (rc = turn(&w->t, w->out->items, w->meta, key, err)) < 0)
        return rc;
    judge(&w->t, w->meta, key, after);
    return DG_OK;
}

static dg_code walk_written(dg_survey_scan *out, dg_state *since, dg_state *state,
                            const dg_meta *meta, dg_error *err)
{
    written w = { .out = out, .meta = meta };
    dg_code rc;
    dg_buf_init(&w.t.example, 1 << 18);
    if ((rc = dg_state_diff(since, state, note_written, &w, err)) >= 0)
        rc = turn(&w.t, out->items, NULL, dg_bytes_of(w.t.prefix, 0), err);
    dg_buf_clear(&w.t.example);
    return rc;
}

dg_code dg_survey_scan_take(dg_survey_scan *out, dg_state *since, dg_state *state,
                            const dg_meta *meta, dg_error *err)
{
    dg_survey_scan_clear(out);
    if (!(out->items = json_object()))
        return dg_fail(err, DG_NOMEM, "no memory to scan a state");
    out->taken = true;
    return since ? walk_written(out, since, state, meta, err) : walk(out, state, meta, err);
}

void dg_survey_scan_clear(dg_survey_scan *s)
{
    json_decref(s->items);
    memset(s, 0, sizeof *s);
}

/* ---- one item ---- */

json_t *dg_survey_item(const dg_meta *meta, dg_state *state, const char *pallet, const char *item,
                       char *why)
{
    const dg_meta_entry *entry;
    uint8_t key[32];
    dg_bytes value;
    dg_error err = { .text = "" };
    json_t *out = NULL;
    dg_code rc;
    assert(state);
    if (why)
        why[0] = 0;
    if (!meta || !(entry = dg_meta_storage_value(meta, pallet, item)))
        return NULL;
    dg_storage_prefix(key, entry->prefix, entry->name);
    rc = dg_state_get(state, &value, dg_bytes_of(NULL, 0), DG_BYTES_OF(key), NULL);
    if (rc == DG_ABSENT && !entry->optional) {
        value = entry->fallback;
        rc = DG_OK;
    }
    if (rc != DG_OK)
        return NULL;
    if (dg_value_decode_all(meta, &out, entry->value, value, &err) != DG_OK && why)
        snprintf(why, 200, "%.199s", err.text);
    return out;
}

int64_t dg_survey_whole(const json_t *value)
{
    const char *text = json_string_value(value);
    int64_t n = json_integer_value(value);
    for (; text && *text >= '0' && *text <= '9'; text++)
        n = n * 10 + (*text - '0');
    return n;
}
