/* storage.c - storage items by metadata: gone, new, keyed otherwise, laid out
 * otherwise. What that does to the values that are there is judged in values.c. */
#include "preflight/preflight_impl.h"

#include <string.h>

static bool same_hashers(const dg_meta_entry *a, const dg_meta_entry *b)
{
    return a->hasher_count == b->hasher_count && memcmp(a->hashers, b->hashers, a->hasher_count * sizeof a->hashers[0]) == 0;
}

static void compare_entry(dg_look *l, const dg_meta_entry *a, const dg_meta_entry *b)
{
    const dg_subject s = dg_find_subject(a->pallet, a->name);
    dg_buf where;
    if (!same_hashers(a, b)) {
        dg_find(l, DG_FIND_WARN, "storage.hasher", s.text, json_integer(a->hasher_count), json_integer(b->hasher_count),
                "%s: keys are built otherwise under N; entries under old keys are not found without a migration", s.text);
        return;
    }
    dg_buf_init(&where, 4096);
    if (a->hasher_count > 0 && !dg_type_reads(l->old_meta, a->key, l->new_meta, b->key, NULL, &where))
        dg_find(l, DG_FIND_WARN, "storage.key", s.text, dg_find_type(l->old_meta, a->key), dg_find_type(l->new_meta, b->key),
                "%s: keys are of another type, at %s; entries under old keys are not found without a migration", s.text,
                dg_buf_text(&where));
    dg_buf_reset(&where);
    if (!dg_type_same(l->old_meta, a->value, l->new_meta, b->value, &where))
        dg_find(l, DG_FIND_NOTE, "storage.type", s.text, dg_find_type(l->old_meta, a->value), dg_find_type(l->new_meta, b->value),
                "%s: layout changed at %s", s.text, dg_buf_text(&where));
    dg_buf_clear(&where);
}

static void storage_of(dg_look *l, const dg_meta_pallet *p)
{
    for (size_t i = 0; i < p->storage_count; i++) {
        const dg_meta_entry *a = dg_meta_storage_at(l->old_meta, p, i);
        const dg_meta_entry *b = dg_meta_storage(l->new_meta, p->name, a->name);
        const dg_subject s = dg_find_subject(p->name, a->name);
        if (b)
            compare_entry(l, a, b);
        else
            dg_find(l, DG_FIND_NOTE, "storage.removed", s.text, NULL, NULL, "%s is not in N", s.text);
    }
}

static void storage_added(dg_look *l, const dg_meta_pallet *p)
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
        dg_find(l, DG_FIND_NOTE, "storage.added", p->name, NULL, json_integer(added), "%s: %u new storage item%s (%s%s)",
                p->name, added, added == 1 ? "" : "s", first, added == 1 ? "" : ", ..");
}

dg_code dg_look_storage(dg_look *look, dg_error *err)
{
    (void)err;
    if (!look->old_meta || !look->new_meta)
        return DG_OK;
    for (size_t i = 0; i < dg_meta_pallet_count(look->old_meta); i++) {
        const dg_meta_pallet *a = dg_meta_pallet_at(look->old_meta, i);
        const dg_meta_pallet *b = dg_meta_pallet_named(look->new_meta, a->name);
        if (!b)
            continue; /* the look at pallets says so */
        storage_of(look, a);
        storage_added(look, b);
    }
    return DG_OK;
}
