/* storage.c - storage items by metadata: gone, new, keyed otherwise, laid out
 * otherwise. What that does to the values that are there is judged in values.c. */
#include "preflight/preflight_impl.h"

#include <string.h>

static bool same_hashers(const dg_meta_entry *a, const dg_meta_entry *b)
{
    return a->hasher_count == b->hasher_count
           && memcmp(a->hashers, b->hashers, a->hasher_count * sizeof a->hashers[0]) == 0;
}

/* Is anything stored there? What has no values has nothing to lose. */
static dg_code has_values(bool *any, dg_preflight_look *l, const dg_meta_entry *entry,
                          dg_error *err)
{
    uint8_t prefix[32];
    dg_state_iter it;
    dg_bytes key, value;
    dg_code rc;
    *any = false;
    dg_storage_prefix(prefix, entry->prefix, entry->name);
    if ((rc = dg_state_iter_init(&it, l->before, dg_bytes_of(NULL, 0), DG_BYTES_OF(prefix), err))
        < 0)
        return rc;
    rc = dg_state_iter_next(&it, &key, &value, err);
    *any = rc == DG_OK;
    dg_state_iter_clear(&it);
    return rc < 0 ? rc : DG_OK;
}

static dg_code compare_keys(dg_preflight_look *l, const dg_meta_entry *a, const dg_meta_entry *b,
                            const char *subject, dg_error *err)
{
    dg_buf where;
    bool hashers = same_hashers(a, b), any;
    dg_code rc = has_values(&any, l, a, err);
    dg_preflight_finding_severity severity = any ? DG_FIND_WARN : DG_FIND_NOTE;
    if (rc < 0)
        return rc;
    dg_buf_init(&where, 4096);
    if (!hashers)
        dg_preflight_find(
            l, severity, "storage.hasher", subject, dg_preflight_find_int(a->hasher_count),
            dg_preflight_find_int(b->hasher_count),
            "%s: keys are built differently under N; entries under old keys are not found "
            "without a migration%s",
            subject, any ? "" : " (there are none)");
    else if (a->hasher_count > 0
             && !dg_type_reads(l->old_meta, a->key, l->new_meta, b->key, NULL, &where))
        dg_preflight_find(
            l, severity, "storage.key", subject, dg_preflight_find_type(l->old_meta, a->key),
            dg_preflight_find_type(l->new_meta, b->key),
            "%s: keys change their type, at %s; entries under the old keys are lost without a "
            "migration%s",
            subject, dg_buf_text(&where), any ? "" : " (there are none)");
    dg_buf_clear(&where);
    return DG_OK;
}

static void compare_values(dg_preflight_look *l, const dg_meta_entry *a, const dg_meta_entry *b,
                           const char *subject)
{
    dg_buf where;
    dg_buf_init(&where, 4096);
    if (!dg_type_same(l->old_meta, a->value, l->new_meta, b->value, &where))
        dg_preflight_find(l, DG_FIND_NOTE, "storage.type", subject,
                          dg_preflight_find_type(l->old_meta, a->value),
                          dg_preflight_find_type(l->new_meta, b->value), "%s: layout changed at %s",
                          subject, dg_buf_text(&where));
    dg_buf_clear(&where);
}

static dg_code storage_of(dg_preflight_look *l, const dg_meta_pallet *p, dg_error *err)
{
    for (size_t i = 0; i < p->storage_count; i++) {
        const dg_meta_entry *a = dg_meta_storage_at(l->old_meta, p, i);
        const dg_meta_entry *b = dg_meta_storage(l->new_meta, p->name, a->name);
        const dg_preflight_subject s = dg_preflight_find_subject(p->name, a->name);
        dg_code rc;
        if (!b) {
            dg_preflight_find(l, DG_FIND_NOTE, "storage.removed", s.text, NULL, NULL,
                              "%s is not in N", s.text);
            continue;
        }
        if ((rc = compare_keys(l, a, b, s.text, err)) < 0)
            return rc;
        compare_values(l, a, b, s.text);
    }
    return DG_OK;
}

static void storage_added(dg_preflight_look *l, const dg_meta_pallet *p)
{
    unsigned added = 0;
    const char *first = "";
    for (size_t i = 0; i < p->storage_count; i++) {
        const dg_meta_entry *b = dg_meta_storage_at(l->new_meta, p, i);
        if (dg_meta_storage(l->old_meta, p->name, b->name))
            continue;
        if (!added++)
            first = b->name;
    }
    if (added)
        dg_preflight_find(l, DG_FIND_NOTE, "storage.added", p->name, NULL, json_integer(added),
                          "%s: %u new storage item%s (%s%s)", p->name, added, added == 1 ? "" : "s",
                          first, added == 1 ? "" : ", ..");
}

dg_code dg_preflight_look_storage(dg_preflight_look *look, dg_error *err)
{
    dg_code rc;
    if (!look->old_meta || !look->new_meta)
        return DG_OK;
    for (size_t i = 0; i < dg_meta_pallet_count(look->old_meta); i++) {
        const dg_meta_pallet *a = dg_meta_pallet_at(look->old_meta, i);
        const dg_meta_pallet *b = dg_meta_pallet_named(look->new_meta, a->name);
        if (!b)
            continue; /* the look at pallets says so */
        if ((rc = storage_of(look, a, err)) < 0)
            return rc;
        storage_added(look, b);
    }
    return DG_OK;
}
