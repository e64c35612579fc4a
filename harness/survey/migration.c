/* migration.c - what migrations leave behind: their weight, which pallets call their
 * storage another version, and values that have another layout. */
#include "survey/survey.h"

#include <assert.h>
#include <string.h>

#include "crypto/crypto.h"

/* ---- weight ---- */

int64_t dg_survey_ref_time(const json_t *weight)
{
    return dg_survey_whole(json_is_object(weight) ? json_object_get(weight, "ref_time") : weight);
}

int64_t dg_survey_weight_used(const dg_meta *meta, dg_state *state)
{
    json_t *weight = dg_survey_item(meta, state, "System", "BlockWeight", NULL), *v;
    const char *key;
    int64_t sum = 0;
    json_object_foreach(weight, key, v) sum += dg_survey_ref_time(v);
    json_decref(weight);
    return sum;
}

int64_t dg_survey_weight_limit(const dg_meta *meta)
{
    const dg_meta_constant *c =
        meta ? dg_meta_constant_named(meta, "System", "BlockWeights") : NULL;
    json_t *weights = NULL;
    int64_t n;
    if (!c || dg_value_decode_all(meta, &weights, c->type, c->value, NULL) != DG_OK)
        return 0;
    n = dg_survey_ref_time(json_object_get(weights, "max_block"));
    json_decref(weights);
    return n;
}

/* ---- storage versions ---- */

/* twox128(":__STORAGE_VERSION__:") */
static const uint8_t version_suffix[16] = { 0x4e, 0x7b, 0x90, 0x12, 0x09, 0x6b, 0x41, 0xc4,
                                            0xeb, 0x3a, 0xaf, 0x94, 0x7f, 0x6e, 0xa4, 0x29 };

dg_code dg_survey_storage_versions(json_t **out, const dg_meta *meta, dg_state *state,
                                   dg_error *err)
{
    json_t *all = json_object();
    *out = all;
    for (size_t i = 0; meta && i < dg_meta_pallet_count(meta); i++) {
        const dg_meta_pallet *p = dg_meta_pallet_at(meta, i);
        uint8_t key[32];
        dg_bytes value;
        dg_code rc;
        if (!p->storage_prefix)
            continue;
        dg_twox(key, 16, dg_text(p->storage_prefix));
        memcpy(key + 16, version_suffix, 16);
        rc = dg_state_get(state, &value, dg_bytes_of(NULL, 0), DG_BYTES_OF(key), err);
        if (rc < 0)
            return rc;
        if (json_object_set_new(all, p->name,
                                json_integer(rc == DG_OK && value.len == 2 ? dg_le16(value.at) : 0))
            != 0)
            return dg_fail(err, DG_NOMEM, "no memory for storage versions");
    }
    return DG_OK;
}

json_t *dg_survey_versions_changed(const json_t *before, const json_t *after)
{
    json_t *out = json_array(), *now;
    const char *pallet;
    json_object_foreach((json_t *)after, pallet, now)
    {
        json_int_t was = json_integer_value(json_object_get(before, pallet)),
                   is = json_integer_value(now);
        if (was != is
            && json_array_append_new(
                   out, json_pack("{s:s, s:I, s:I}", "pallet", pallet, "before", was, "after", is))
                   != 0) {
            json_decref(out);
            return NULL;
        }
    }
    return out;
}

/* ---- pallets that nobody filled ---- */

static dg_code holds_something(bool *out, dg_state *state, const char *storage_prefix,
                               dg_error *err)
{
    uint8_t prefix[16];
    dg_state_iter it;
    dg_bytes key, value;
    dg_code rc;
    *out = false;
    dg_twox(prefix, 16, dg_text(storage_prefix));
    if ((rc = dg_state_iter_init(&it, state, dg_bytes_of(NULL, 0), DG_BYTES_OF(prefix), err)) < 0)
        return rc;
    while (!*out && (rc = dg_state_iter_next(&it, &key, &value, err)) == DG_OK)
        *out = key.len != 32 || memcmp(key.at + 16, version_suffix, 16) != 0;
    dg_state_iter_clear(&it);
    return rc < 0 ? rc : DG_OK;
}

static bool has_pallet(const dg_meta *meta, const char *name)
{
    for (size_t i = 0; i < dg_meta_pallet_count(meta); i++)
        if (strcmp(dg_meta_pallet_at(meta, i)->name, name) == 0)
            return true;
    return false;
}

dg_code dg_survey_empty_pallets(json_t *out, const dg_meta *old, const dg_meta *now,
                                dg_state *state, dg_error *err)
{
    for (size_t i = 0; old && now && i < dg_meta_pallet_count(now); i++) {
        const dg_meta_pallet *p = dg_meta_pallet_at(now, i);
        bool full;
        dg_code rc;
        if (!p->storage_prefix || !p->storage_count || has_pallet(old, p->name))
            continue;
        if ((rc = holds_something(&full, state, p->storage_prefix, err)) < 0)
            return rc;
        if (!full && json_array_append_new(out, json_string(p->name)) != 0)
            return dg_fail(err, DG_NOMEM, "no memory for the names of pallets");
    }
    return DG_OK;
}

/* ---- values that got another layout ---- */

static bool decodes(const dg_meta *meta, const dg_meta_entry *entry, dg_bytes value)
{
    dg_scale s = dg_scale_from(value);
    dg_value_skip(meta, entry->value, &s);
    return dg_scale_finish(&s, NULL, "") == DG_OK;
}

/* In whose layout it is: of the older metadata, the newer, or both. */
static int remember(json_t *out, const dg_meta *const meta[2], const dg_meta_entry *const entry[2],
                    dg_bytes value)
{
    dg_hash hash = dg_blake2_256(value);
    char name[160];
    snprintf(name, sizeof name, "%.70s.%.70s", entry[1]->pallet, entry[1]->name);
    return json_object_set_new(out, name,
                               json_pack("{s:s, s:s, s:b, s:b}", "pallet", entry[1]->pallet, "hash",
                                         dg_hash_text(&hash).text, "old",
                                         decodes(meta[0], entry[0], value), "new",
                                         decodes(meta[1], entry[1], value)));
}

dg_code dg_survey_retyped(json_t *out, const dg_meta *old, const dg_meta *now, dg_state *state,
                          dg_error *err)
{
    if (!old || !now)
        return DG_OK;
    for (size_t i = 0; i < dg_meta_pallet_count(now); i++) {
        const dg_meta_pallet *p = dg_meta_pallet_at(now, i);
        for (uint32_t k = 0; k < p->storage_count; k++) {
            const dg_meta_entry *entry = dg_meta_storage_at(now, p, k),
                                *was = dg_meta_storage(old, p->name, entry->name);
            uint8_t key[32];
            dg_bytes value;
            dg_code rc;
            if (!was || entry->hasher_count || was->hasher_count
                || dg_type_same(old, was->value, now, entry->value, NULL))
                continue;
            dg_storage_prefix(key, entry->prefix, entry->name);
            if ((rc = dg_state_get(state, &value, dg_bytes_of(NULL, 0), DG_BYTES_OF(key), err)) < 0)
                return rc;
            if (rc == DG_OK
                && remember(out, (const dg_meta *[2]){ old, now },
                            (const dg_meta_entry *[2]){ was, entry }, value)
                       != 0)
                return dg_fail(err, DG_NOMEM, "no memory for values of another layout");
        }
    }
    return DG_OK;
}

bool dg_survey_retyped_moved(const json_t *before, const json_t *after, const char *name)
{
    const json_t *was = json_object_get(before, name), *is = json_object_get(after, name);
    assert(name);
    return was && is && !json_equal((json_t *)was, (json_t *)is);
}

bool dg_survey_retyped_rewritten(const json_t *before, const json_t *after, const char *name)
{
    const json_t *was = json_object_get(before, name), *is = json_object_get(after, name);
    return json_is_true(json_object_get(was, "old")) && json_is_false(json_object_get(is, "old"))
           && json_is_true(json_object_get(is, "new"));
}
