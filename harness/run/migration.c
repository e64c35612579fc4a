/* migration.c - how N's migrations go: their work, their weight, how long they run,
 * and which pallets call their storage another version afterwards. */
#include "run/run_impl.h"

#include <string.h>

#include "crypto/crypto.h"

/* twox128(":__STORAGE_VERSION__:") */
static const uint8_t version_suffix[16] = { 0x4e, 0x7b, 0x90, 0x12, 0x09, 0x6b, 0x41, 0xc4,
                                            0xeb, 0x3a, 0xaf, 0x94, 0x7f, 0x6e, 0xa4, 0x29 };

/* Sum of ref_time over the classes of System.BlockWeight; 0: not told. */
static int64_t weight_of(arm *a, dg_block *block)
{
    json_t *weight = storage_json(a, block, "System", "BlockWeight", NULL), *v;
    const char *key;
    int64_t sum = 0;
    json_object_foreach(weight, key, v)
    {
        const json_t *time = json_object_get(v, "ref_time");
        const char *text = json_string_value(time);
        int64_t n = json_integer_value(time);
        for (; text && *text >= '0' && *text <= '9'; text++)
            n = n * 10 + (*text - '0');
        sum += n;
    }
    json_decref(weight);
    return sum;
}

static dg_code versions_of(json_t **out, arm *a, dg_block *block, dg_error *err)
{
    const dg_meta *meta;
    json_t *all = json_object();
    *out = all;
    if (dg_runtime_meta(a->run->to, &meta, NULL) != DG_OK)
        return DG_OK;
    for (size_t i = 0; i < dg_meta_pallet_count(meta); i++) {
        const dg_meta_pallet *p = dg_meta_pallet_at(meta, i);
        uint8_t key[32];
        dg_bytes value;
        dg_code rc;
        if (!p->storage_prefix)
            continue;
        dg_twox(key, 16, dg_text(p->storage_prefix));
        memcpy(key + 16, version_suffix, 16);
        rc = dg_state_get(dg_block_state(block), &value, dg_bytes_of(NULL, 0), DG_BYTES_OF(key),
                          err);
        if (rc < 0)
            return rc;
        if (json_object_set_new(all, p->name,
                                json_integer(rc == DG_OK && value.len == 2 ? dg_le16(value.at) : 0))
            != 0)
            return dg_fail(err, DG_NOMEM, "no memory for storage versions");
    }
    return DG_OK;
}

/* ---- values that got another layout ----
 *
 * A migration that rewrites a value and forgets to raise its pallet's version runs
 * again with the next release, over what it has written itself. Pallets at version
 * 0 count no versions. */

static int remember(json_t *out, const dg_meta_entry *entry, dg_bytes value)
{
    dg_hash hash = dg_blake2_256(value);
    char name[160];
    snprintf(name, sizeof name, "%.70s.%.70s", entry->pallet, entry->name);
    return json_object_set_new(
        out, name,
        json_pack("{s:s, s:s}", "pallet", entry->pallet, "hash", dg_hash_text(&hash).text));
}

/* Every plain item whose type differs between N-1 and N, and its value at a block. */
static dg_code each_retyped(json_t *out, arm *a, dg_block *block, dg_error *err)
{
    const dg_meta *old, *now;
    if (dg_runtime_meta(a->run->from_kept, &old, NULL) != DG_OK
        || dg_runtime_meta(a->run->to, &now, NULL) != DG_OK)
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
            if ((rc = dg_state_get(dg_block_state(block), &value, dg_bytes_of(NULL, 0),
                                   DG_BYTES_OF(key), err))
                < 0)
                return rc;
            if (rc == DG_OK && remember(out, entry, value) != 0)
                return dg_fail(err, DG_NOMEM, "no memory for values of another layout");
        }
    }
    return DG_OK;
}

static bool moved(const json_t *before, const json_t *after, const char *name)
{
    const json_t *was = json_object_get(before, name), *is = json_object_get(after, name);
    return was && is && !json_equal((json_t *)was, (json_t *)is);
}

/* "Pallet.Item" for every value that N wrote anew while its pallet's version stayed,
 * and that N-1 does not write in every block anyway. */
static json_t *unraised(const arm *a, const json_t *retyped, const json_t *versions)
{
    const arm *control = &a->run->control;
    json_t *out = json_array(), *now;
    const char *name;
    json_object_foreach((json_t *)retyped, name, now)
    {
        const char *pallet = json_string_value(json_object_get(now, "pallet"));
        json_int_t version = json_integer_value(json_object_get(versions, pallet));
        bool raised = version != json_integer_value(json_object_get(a->versions, pallet));
        if (version && !raised && moved(a->retyped, retyped, name)
            && !moved(control->retyped, control->retyped_after, name)
            && json_array_append_new(out, json_string(name)) != 0) {
            json_decref(out);
            return NULL;
        }
    }
    return out;
}

dg_code migration_begin(arm *a, dg_block *upgrade, dg_error *err)
{
    dg_code rc;
    a->retyped = json_object();
    if ((rc = versions_of(&a->versions, a, upgrade, err)) < 0)
        return rc;
    return each_retyped(a->retyped, a, upgrade, err);
}

dg_code migration_control(arm *a, dg_block *after, const dg_build_report *report, dg_error *err)
{
    a->run->fuel_initialize_control = report->fuel_initialize;
    a->run->weight_control = weight_of(a, after);
    a->retyped_after = json_object();
    return each_retyped(a->retyped_after, a, after, err);
}

static json_t *changed_versions(const json_t *before, const json_t *after)
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

static int64_t weight_limit(arm *a)
{
    const dg_meta *meta;
    const dg_meta_constant *c;
    json_t *weights = NULL;
    const json_t *time;
    const char *text;
    int64_t n = 0;
    if (dg_runtime_meta(a->run->to, &meta, NULL) != DG_OK
        || !(c = dg_meta_constant_named(meta, "System", "BlockWeights"))
        || dg_value_decode_all(meta, &weights, c->type, c->value, NULL) != DG_OK)
        return 0;
    time = json_object_get(json_object_get(weights, "max_block"), "ref_time");
    n = json_integer_value(time);
    for (text = json_string_value(time); text && *text >= '0' && *text <= '9'; text++)
        n = n * 10 + (*text - '0');
    json_decref(weights);
    return n;
}

static dg_code what_changed(json_t **detail, arm *a, dg_block *block, dg_error *err)
{
    json_t *versions = NULL, *retyped = json_object();
    dg_code rc = versions_of(&versions, a, block, err);
    if (rc >= 0)
        rc = each_retyped(retyped, a, block, err);
    if (rc >= 0
        && !(*detail = json_pack("{s:o, s:o}", "versions", changed_versions(a->versions, versions),
                                 "unraised", unraised(a, retyped, versions))))
        rc = dg_fail(err, DG_NOMEM, "no memory for storage versions");
    json_decref(versions);
    json_decref(retyped);
    return rc;
}

dg_code migration_log(arm *a, dg_block *block, const dg_build_report *report, dg_error *err)
{
    bool first = !a->after_done, was_running = a->running, running = false;
    json_t *detail = NULL;
    dg_code rc = dg_chain_migrating(a->chain, block, &running, err);
    if (rc < 0)
        return rc;
    a->running = running;
    if (!first && !was_running && !running)
        return DG_OK;
    if (!running && (rc = what_changed(&detail, a, block, err)) < 0)
        return rc;
    arm_log(a, dg_block_slot(block), dg_block_number(block), DG_EV_MIGRATION,
            LOG_N(running, (int64_t)report->fuel_initialize,
                  (int64_t)a->run->fuel_initialize_control, first ? weight_of(a, block) : 0,
                  first ? weight_limit(a) : 0, first ? a->run->weight_control : 0),
            detail);
    return DG_OK;
}
