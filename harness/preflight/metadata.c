/* metadata.c - what N's metadata says otherwise than N-1's: storage, calls,
 * constants, answers of runtime APIs. */
#include "preflight/preflight_impl.h"

#include <string.h>

static json_t *type_json(const dg_meta *meta, dg_type_id type)
{
    dg_buf name;
    json_t *text;
    dg_buf_init(&name, 1 << 16);
    dg_type_name(&name, meta, type);
    text = json_string(dg_buf_text(&name));
    dg_buf_clear(&name);
    return text;
}

/* ---- storage ---- */

static bool same_hashers(const dg_meta_entry *a, const dg_meta_entry *b)
{
    return a->hasher_count == b->hasher_count && memcmp(a->hashers, b->hashers, a->hasher_count * sizeof a->hashers[0]) == 0;
}

static void compare_entry(dg_look *l, const dg_meta_entry *a, const dg_meta_entry *b)
{
    char subject[200];
    dg_buf where;
    snprintf(subject, sizeof subject, "%s.%s", a->pallet, a->name);
    if (!same_hashers(a, b)) {
        dg_find(l, DG_FIND_WARN, "storage.hasher", subject, json_integer(a->hasher_count), json_integer(b->hasher_count),
                "%s: keys are built otherwise under N; entries under old keys are not found without a migration", subject);
        return;
    }
    dg_buf_init(&where, 4096);
    if (!dg_type_same(l->old_meta, a->value, l->new_meta, b->value, &where))
        dg_find(l, DG_FIND_NOTE, "storage.type", subject, type_json(l->old_meta, a->value), type_json(l->new_meta, b->value),
                "%s: layout changed at %s", subject, dg_buf_text(&where));
    dg_buf_clear(&where);
}

static void storage_of(dg_look *l, const dg_meta_pallet *p)
{
    for (size_t i = 0; i < p->storage_count; i++) {
        const dg_meta_entry *a = dg_meta_storage_at(l->old_meta, p, i);
        const dg_meta_entry *b = dg_meta_storage(l->new_meta, p->name, a->name);
        char subject[200];
        snprintf(subject, sizeof subject, "%s.%s", p->name, a->name);
        if (b)
            compare_entry(l, a, b);
        else
            dg_find(l, DG_FIND_NOTE, "storage.removed", subject, NULL, NULL, "%s is not in N", subject);
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

/* ---- calls ---- */

/* Index of the variant `name`; -1: none. */
static int variant(const dg_meta *meta, dg_type_id type, const char *name)
{
    uint8_t index;
    const char *at;
    for (size_t i = 0; (at = dg_type_variant_at(meta, type, i, &index)); i++)
        if (strcmp(at, name) == 0)
            return index;
    return -1;
}

static void calls_of(dg_look *l, const dg_meta_pallet *a, const dg_meta_pallet *b)
{
    uint8_t index;
    const char *name;
    bool moved = false;
    dg_buf where;
    for (size_t i = 0; (name = dg_type_variant_at(l->old_meta, a->calls, i, &index)); i++) {
        int now = variant(l->new_meta, b->calls, name);
        char subject[200];
        snprintf(subject, sizeof subject, "%s.%s", a->name, name);
        if (now == index)
            continue;
        moved = true;
        if (now < 0)
            dg_find(l, DG_FIND_WARN, "calls.removed", subject, json_integer(index), NULL,
                    "call %s is gone: what is scheduled or signed with it fails", subject);
        else
            dg_find(l, DG_FIND_WARN, "calls.index", subject, json_integer(index), json_integer(now),
                    "call %s moves from index %u to %d: queued calls mean something else", subject, index, now);
    }
    dg_buf_init(&where, 4096);
    if (!moved && !dg_type_same(l->old_meta, a->calls, l->new_meta, b->calls, &where))
        dg_find(l, DG_FIND_NOTE, "calls.arguments", a->name, NULL, NULL, "calls of %s changed at %s", a->name, dg_buf_text(&where));
    dg_buf_clear(&where);
}

static void pallet(dg_look *l, const dg_meta_pallet *a)
{
    const dg_meta_pallet *b = dg_meta_pallet_named(l->new_meta, a->name);
    if (!b) {
        dg_find(l, DG_FIND_WARN, "pallet.removed", a->name, json_integer(a->index), NULL, "pallet %s is not in N", a->name);
        return;
    }
    if (a->index != b->index)
        dg_find(l, DG_FIND_FAIL, "pallet.index", a->name, json_integer(a->index), json_integer(b->index),
                "pallet %s moves from index %u to %u: every queued call and origin of it means something else", a->name,
                a->index, b->index);
    storage_of(l, a);
    storage_added(l, b);
    if (a->has_calls && b->has_calls)
        calls_of(l, a, b);
    else if (a->has_calls)
        dg_find(l, DG_FIND_WARN, "calls.removed", a->name, NULL, NULL, "pallet %s has no calls under N", a->name);
}

/* ---- constants ---- */

/* Nodes and tools took these from the chain once and hold on to them. */
static const char *const fixed[] = { "Babe.EpochDuration", "Babe.ExpectedBlockTime", "Timestamp.MinimumPeriod", "System.SS58Prefix", NULL };

static bool is_fixed(const char *subject)
{
    for (size_t i = 0; fixed[i]; i++)
        if (strcmp(fixed[i], subject) == 0)
            return true;
    return false;
}

static json_t *constant_json(const dg_meta *meta, const dg_meta_constant *c)
{
    json_t *value = NULL;
    if (dg_value_decode_all(meta, &value, c->type, c->value, NULL) != DG_OK)
        return dg_find_hex(c->value);
    return value;
}

static void constants_of(dg_look *l, const dg_meta_pallet *p)
{
    for (size_t i = 0; i < p->constant_count; i++) {
        const dg_meta_constant *a = dg_meta_constant_at(l->old_meta, p, i);
        const dg_meta_constant *b = dg_meta_constant_named(l->new_meta, p->name, a->name);
        char subject[200];
        json_t *was, *is;
        if (!b || strcmp(a->name, "Version") == 0)
            continue;
        snprintf(subject, sizeof subject, "%s.%s", p->name, a->name);
        was = constant_json(l->old_meta, a);
        is = constant_json(l->new_meta, b);
        if (json_equal(was, is)) {
            json_decref(was);
            json_decref(is);
            continue;
        }
        dg_find(l, is_fixed(subject) ? DG_FIND_FAIL : DG_FIND_NOTE, is_fixed(subject) ? "constants.fixed" : "constants.value",
                subject, was, is, "constant %s differs%s", subject,
                is_fixed(subject) ? ": nodes hold on to the value they started with" : "");
    }
}

/* ---- answers of runtime APIs, where both metadata describe them ---- */

static void answers(dg_look *l)
{
    if (dg_meta_method_count(l->old_meta) == 0 || dg_meta_method_count(l->new_meta) == 0) {
        dg_find_unknown(l, "metadata V14 describes no runtime APIs: types of answers were not compared");
        return;
    }
    for (size_t i = 0; i < dg_meta_method_count(l->old_meta); i++) {
        const dg_meta_method *a = dg_meta_method_at(l->old_meta, i);
        const dg_meta_method *b = dg_meta_method_named(l->new_meta, a->api, a->name);
        char subject[200];
        dg_buf where;
        snprintf(subject, sizeof subject, "%s_%s", a->api, a->name);
        if (!b)
            continue;
        dg_buf_init(&where, 4096);
        if (!dg_type_same(l->old_meta, a->output, l->new_meta, b->output, &where))
            dg_find(l, DG_FIND_WARN, "api.answer", subject, type_json(l->old_meta, a->output), type_json(l->new_meta, b->output),
                    "%s answers another type, at %s: who decodes the old one fails", subject, dg_buf_text(&where));
        dg_buf_clear(&where);
    }
}

dg_code dg_look_metadata(dg_look *look, dg_error *err)
{
    (void)err;
    if (!look->old_meta || !look->new_meta)
        return DG_OK;
    for (size_t i = 0; i < dg_meta_pallet_count(look->old_meta); i++) {
        const dg_meta_pallet *p = dg_meta_pallet_at(look->old_meta, i);
        pallet(look, p);
        constants_of(look, p);
    }
    for (size_t i = 0; i < dg_meta_pallet_count(look->new_meta); i++) {
        const dg_meta_pallet *p = dg_meta_pallet_at(look->new_meta, i);
        if (!dg_meta_pallet_named(look->old_meta, p->name))
            dg_find(look, DG_FIND_NOTE, "pallet.added", p->name, NULL, json_integer(p->index), "pallet %s is new", p->name);
    }
    answers(look);
    return DG_OK;
}
