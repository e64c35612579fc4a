/* values.c - stored values that N does not decode, or not find: at U, where N meets the
 * old layout for one block, and after N's own migrations; and values of items
 * that N does not know. A runtime reads what does not decode as the item's
 * default without a word, and of a value that is too long it reads the front.
 *
 * Decoding is strict here: a value has to be used up. */
#include "preflight/preflight_impl.h"

#include <assert.h>
#include <string.h>

enum { KEY_SHOWN = 40 /* bytes */ };

typedef struct row {
    const dg_meta_entry *entry; /* of N's metadata; of N-1's for an orphan */
    bool orphan;
    uint64_t count_before, count_after, bad_old, bad_at_u, bad_after;
    uint64_t unfound;                /* .. of bad_after: their keys are none that N builds */
    uint64_t longer;                 /* of those that stay bad: the front decodes, bytes are left */
    char example[2 * KEY_SHOWN + 3]; /* key of the first that stays bad, cut */
} row;

typedef struct table {
    row *rows;
    size_t count, cap, last;
} table;

static row *row_new(table *t, const dg_meta_entry *entry, bool orphan)
{
    assert(t->count <= t->cap);
    if (t->count == t->cap) {
        size_t cap = t->cap ? 2 * t->cap : 256;
        row *rows = dg_realloc(t->rows, cap * sizeof *rows);
        if (!rows)
            return NULL;
        t->rows = rows;
        t->cap = cap;
    }
    t->last = t->count++;
    t->rows[t->last] = (row){ .entry = entry, .orphan = orphan };
    return &t->rows[t->last];
}

static row *row_of(table *t, const dg_meta_entry *entry, bool orphan)
{
    if (t->count && t->rows[t->last].entry == entry)
        return &t->rows[t->last]; /* keys of one item stand side by side */
    for (size_t i = 0; i < t->count; i++)
        if (t->rows[i].entry == entry) {
            t->last = i;
            return &t->rows[i];
        }
    return row_new(t, entry, orphan);
}

/* The value's front decodes, and bytes are left over. */
static bool is_longer(const dg_meta *meta, dg_type_id type, dg_bytes value)
{
    dg_scale s = dg_scale_from(value);
    dg_value_skip(meta, type, &s);
    return s.rc == DG_OK && dg_scale_left(&s) > 0;
}

/* Found by its key and decoded, all of it. */
static bool is_read(const dg_meta *meta, const dg_meta_entry *entry, dg_bytes key, dg_bytes value)
{
    return dg_storage_key_found(meta, entry, key)
           && dg_preflight_look_decodes(meta, entry->value, value);
}

static void judge_before(dg_preflight_look *l, row *r, const dg_meta_entry *old, dg_bytes key,
                         dg_bytes value)
{
    r->count_before++;
    if (r->orphan)
        return;
    r->bad_old += old && !is_read(l->old_meta, old, key, value);
    r->bad_at_u += !is_read(l->new_meta, r->entry, key, value);
}

static void judge_after(dg_preflight_look *l, row *r, dg_bytes key, dg_bytes value)
{
    assert(l->after);
    r->count_after++;
    if (r->orphan || is_read(l->new_meta, r->entry, key, value))
        return;
    if (!dg_storage_key_found(l->new_meta, r->entry, key))
        r->unfound++;
    else
        r->longer += is_longer(l->new_meta, r->entry->value, value);
    if (r->bad_after++)
        return;
    for (size_t i = 0; i < key.len && i < KEY_SHOWN; i++)
        snprintf(r->example + 2 * i, 3, "%02x", key.at[i]);
    if (key.len > KEY_SHOWN)
        strcpy(r->example + 2 * KEY_SHOWN, "..");
}

static dg_code judge(dg_preflight_look *l, table *t, dg_bytes key, dg_bytes value, bool after)
{
    const dg_meta_entry *now = dg_meta_storage_of_key(l->new_meta, key);
    const dg_meta_entry *old = now && after ? NULL : dg_meta_storage_of_key(l->old_meta, key);
    row *r;
    if (!now && !old)
        return DG_OK; /* of neither runtime: `:code` and its like, or left by earlier ones */
    if (!(r = row_of(t, now ? now : old, !now)))
        return DG_NOMEM;
    if (after)
        judge_after(l, r, key, value);
    else
        judge_before(l, r, old, key, value);
    return DG_OK;
}

static dg_code walk(dg_preflight_look *l, table *t, dg_state *state, bool after, dg_error *err)
{
    dg_state_iter it;
    dg_bytes key, value;
    dg_code rc = dg_state_iter_init(&it, state, dg_bytes_of(NULL, 0), dg_bytes_of(NULL, 0), err);
    if (rc < 0)
        return rc;
    while ((rc = dg_state_iter_next(&it, &key, &value, err)) == DG_OK)
        if ((rc = judge(l, t, key, value, after)) < 0) {
            dg_fail(err, rc, "no memory to check values");
            break;
        }
    dg_state_iter_clear(&it);
    return rc == DG_END ? DG_OK : rc;
}

typedef struct writing {
    dg_preflight_look *look;
    table *t;
} writing;

static dg_code judge_written(void *user, dg_bytes key, dg_bytes before, dg_bytes after,
                             dg_error *err)
{
    writing *w = user;
    dg_code rc = before.at ? judge(w->look, w->t, key, before, false) : DG_OK;
    if (rc >= 0 && after.at)
        rc = judge(w->look, w->t, key, after, true);
    return rc < 0 ? dg_fail(err, rc, "no memory to check values") : DG_OK;
}

/* Of a sparse state what N's first start wrote, and no more: nobody has the rest. */
static dg_code walk_all(dg_preflight_look *l, table *t, dg_error *err)
{
    writing w = { l, t };
    dg_code rc;
    if (dg_snapshot_info_of(l->in->snapshot)->sparse)
        return l->after ? dg_state_diff(l->before, l->after, judge_written, &w, err) : DG_OK;
    if ((rc = walk(l, t, l->before, false, err)) == DG_OK && l->after)
        rc = walk(l, t, l->after, true, err);
    return rc;
}

/* ---- words ---- */

/* Made anew by each block's start: nobody's loss. */
static bool is_transient(const char *subject)
{
    static const char *const items[] = { "System.Events", "System.EventTopics", "System.Digest",
                                         "System.ExtrinsicData" };
    for (size_t i = 0; i < sizeof items / sizeof items[0]; i++)
        if (strcmp(items[i], subject) == 0)
            return true;
    return false;
}

static void say_orphan(dg_preflight_look *l, const row *r)
{
    const dg_preflight_subject s = dg_preflight_find_subject(r->entry->pallet, r->entry->name);
    uint64_t left = l->after ? r->count_after : r->count_before;
    if (left)
        dg_preflight_find(l, DG_FIND_NOTE, "storage.orphan", s.text,
                          dg_preflight_find_int(r->count_before), dg_preflight_find_int(left),
                          "%s: %s %s in the state, though N has no such item%s", s.text,
                          dg_preflight_find_count(left, "value").text, left == 1 ? "stays" : "stay",
                          l->after ? "" : "; whether a migration removes them is unknown");
}

static void say_stays_bad(dg_preflight_look *l, const row *r, const char *subject)
{
    json_t *old = dg_preflight_find_int(r->bad_old), *now = dg_preflight_find_int(r->bad_after);
    dg_preflight_count_text all = dg_preflight_find_count(r->count_after, "value");
    unsigned long long bad = r->bad_after;
    const char *verb = r->bad_after == 1 ? "does" : "do";
    assert(r->unfound + r->longer <= r->bad_after);
    if (l->in_steps)
        dg_preflight_find(
            l, DG_FIND_WARN, "storage.in-steps", subject, old, now,
            "%s: %llu of %s %s not decode under N before its multi-block migration is done, if "
            "it converts them",
            subject, bad, all.text, verb);
    else if (r->unfound == r->bad_after)
        dg_preflight_find(
            l, DG_FIND_FAIL, "storage.unfound", subject, old, now,
            "%s: %llu of %s %s under keys that N does not build, and its migrations leave %s "
            "there: N finds none of them (key %s)",
            subject, bad, all.text, bad == 1 ? "stands" : "stand", bad == 1 ? "it" : "them",
            r->example);
    else if (r->longer == r->bad_after)
        dg_preflight_find(
            l, DG_FIND_FAIL, "storage.undecodable", subject, old, now,
            "%s: %llu of %s %s longer than N's type after its migrations: N reads the first "
            "bytes and mistakes fields for others (key %s)",
            subject, bad, all.text, bad == 1 ? "is" : "are", r->example);
    else
        dg_preflight_find(
            l, DG_FIND_FAIL, "storage.undecodable", subject, old, now,
            "%s: %llu of %s %s not decode under N, and its migrations leave %s so (key %s)",
            subject, bad, all.text, verb, bad == 1 ? "it" : "them", r->example);
}

static void say_at_u(dg_preflight_look *l, const row *r, const char *subject)
{
    dg_preflight_finding_severity severity = is_transient(subject) ? DG_FIND_NOTE : DG_FIND_WARN;
    dg_preflight_count_text n = dg_preflight_find_count(r->bad_at_u, "value");
    const char *verb = r->bad_at_u == 1 ? "does" : "do";
    assert(r->bad_at_u > 0);
    dg_preflight_find(
        l, severity, "storage.at-u", subject, dg_preflight_find_int(r->bad_old),
        dg_preflight_find_int(r->bad_at_u),
        l->after ? "%s: %s %s not decode at U, before N's migrations convert or remove %s in U+1"
                 : "%s: %s %s not decode under N; whether a migration repairs %s is unknown",
        subject, n.text, verb, r->bad_at_u == 1 ? "it" : "them");
}

static void say(dg_preflight_look *l, const row *r)
{
    const dg_preflight_subject s = dg_preflight_find_subject(r->entry->pallet, r->entry->name);
    if (r->orphan)
        say_orphan(l, r);
    else if (l->after && r->bad_after > r->bad_old)
        say_stays_bad(l, r, s.text);
    else if (r->bad_at_u > r->bad_old)
        say_at_u(l, r, s.text);
    else if (r->bad_old)
        dg_preflight_find(
            l, DG_FIND_NOTE, "storage.already", s.text, dg_preflight_find_int(r->bad_old),
            dg_preflight_find_int(r->bad_after), "%s: %s %s not decode even under N-1", s.text,
            dg_preflight_find_count(r->bad_old, "value").text, r->bad_old == 1 ? "does" : "do");
}

dg_code dg_preflight_look_values(dg_preflight_look *look, dg_error *err)
{
    table t = { 0 };
    dg_code rc;
    if (!look->old_meta || !look->new_meta)
        return DG_OK;
    rc = walk_all(look, &t, err);
    for (size_t i = 0; rc == DG_OK && i < t.count; i++)
        say(look, &t.rows[i]);
    dg_free(t.rows);
    return rc;
}
