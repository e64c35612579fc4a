/* values.c - stored values that do not decode under N: at U, where N meets the
 * old layout for one block, and after N's own migrations. A runtime reads such a
 * value as its default without a word. */
#include "preflight/preflight_impl.h"

#include <stdlib.h>
#include <string.h>

typedef struct row {
    const dg_meta_entry *entry; /* of N's metadata */
    uint64_t count, bad_old, bad_at_u, bad_after;
    char example[90];           /* key of the first that stays bad, cut */
} row;

typedef struct table { row *rows; size_t count, cap, last; } table;

static row *row_of(table *t, const dg_meta_entry *entry)
{
    if (t->count && t->rows[t->last].entry == entry)
        return &t->rows[t->last]; /* keys of one item stand side by side */
    for (size_t i = 0; i < t->count; i++)
        if (t->rows[i].entry == entry) {
            t->last = i;
            return &t->rows[i];
        }
    if (t->count == t->cap) {
        size_t cap = t->cap ? 2 * t->cap : 256;
        row *rows = dg_realloc(t->rows, cap * sizeof *rows);
        if (!rows)
            return NULL;
        t->rows = rows;
        t->cap = cap;
    }
    t->last = t->count++;
    t->rows[t->last] = (row){ .entry = entry };
    return &t->rows[t->last];
}

static bool decodes(const dg_meta *meta, dg_type_id type, dg_bytes value)
{
    dg_scale s = dg_scale_from(value);
    dg_value_skip(meta, type, &s);
    return dg_scale_finish(&s, NULL, "") == DG_OK;
}

/* `after`: judge only what stays; else count old and at-U failures. */
static dg_code judge(dg_look *l, table *t, dg_bytes key, dg_bytes value, bool after)
{
    const dg_meta_entry *entry = dg_meta_storage_of_key(l->new_meta, key);
    const dg_meta_entry *old;
    row *r;
    if (!entry)
        return DG_OK; /* gone in N: the metadata look says so */
    if (!(r = row_of(t, entry)))
        return DG_NOMEM;
    if (after) {
        r->count++;
        if (!decodes(l->new_meta, entry->value, value)) {
            if (!r->bad_after++)
                for (size_t i = 0; i < key.len && i < 40; i++)
                    snprintf(r->example + 2 * i, 3, "%02x", key.at[i]);
        }
        return DG_OK;
    }
    old = dg_meta_storage_of_key(l->old_meta, key);
    if (old && !decodes(l->old_meta, old->value, value))
        r->bad_old++;
    if (!decodes(l->new_meta, entry->value, value))
        r->bad_at_u++;
    return DG_OK;
}

static dg_code walk(dg_look *l, table *t, dg_state *state, bool after, dg_error *err)
{
    dg_state_iter it;
    dg_bytes key, value;
    dg_code rc = dg_state_iter_init(&it, state, dg_bytes_of(NULL, 0), dg_bytes_of(NULL, 0), err);
    if (rc < 0)
        return rc;
    while ((rc = dg_state_iter_next(&it, &key, &value, err)) == DG_OK)
        if ((rc = judge(l, t, key, value, after)) < 0) {
            dg_fail(err, rc, "no memory for the look at values");
            break;
        }
    dg_state_iter_clear(&it);
    return rc == DG_END ? DG_OK : rc;
}

static void say(dg_look *l, const row *r)
{
    char subject[200];
    json_t *old = json_integer((json_int_t)r->bad_old), *now = json_integer((json_int_t)(l->after ? r->bad_after : r->bad_at_u));
    snprintf(subject, sizeof subject, "%s.%s", r->entry->pallet, r->entry->name);
    if (l->after && r->bad_after > r->bad_old)
        dg_find(l, DG_FIND_FAIL, "storage.undecodable", subject, old, now,
                "%s: %llu of %llu values do not decode under N, and its migrations leave them so (key %s..)", subject,
                (unsigned long long)r->bad_after, (unsigned long long)r->count, r->example);
    else if (l->after && r->bad_at_u > r->bad_old)
        dg_find(l, DG_FIND_WARN, "storage.at-u", subject, old, now,
                "%s: %llu values do not decode at U, before the migration repairs them in U+1", subject,
                (unsigned long long)r->bad_at_u);
    else if (!l->after && r->bad_at_u > r->bad_old)
        dg_find(l, DG_FIND_WARN, "storage.at-u", subject, old, now,
                "%s: %llu values do not decode under N; whether a migration repairs them is unknown", subject,
                (unsigned long long)r->bad_at_u);
    else if (r->bad_old)
        dg_find(l, DG_FIND_NOTE, "storage.already", subject, old, now, "%s: %llu values do not decode under N-1 already",
                subject, (unsigned long long)r->bad_old);
    else {
        json_decref(old);
        json_decref(now);
    }
}

dg_code dg_look_values(dg_look *look, dg_error *err)
{
    table t = { 0 };
    dg_code rc = DG_OK;
    if (!look->old_meta || !look->new_meta)
        return DG_OK;
    if ((rc = walk(look, &t, look->before, false, err)) == DG_OK && look->after)
        rc = walk(look, &t, look->after, true, err);
    for (size_t i = 0; rc == DG_OK && i < t.count; i++)
        say(look, &t.rows[i]);
    dg_free(t.rows);
    return rc;
}
