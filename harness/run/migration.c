/* migration.c - how N's migrations go: their work, their weight, how long they run,
 * and which pallets call their storage another version afterwards. */
#include "run/run_impl.h"

#include <string.h>

#include "crypto/crypto.h"

/* twox128(":__STORAGE_VERSION__:") */
static const uint8_t version_suffix[16] = { 0x4e, 0x7b, 0x90, 0x12, 0x09, 0x6b, 0x41, 0xc4, 0xeb, 0x3a, 0xaf, 0x94, 0x7f, 0x6e, 0xa4, 0x29 };

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
        rc = dg_state_get(dg_block_state(block), &value, dg_bytes_of(NULL, 0), DG_BYTES_OF(key), err);
        if (rc < 0)
            return rc;
        if (json_object_set_new(all, p->name, json_integer(rc == DG_OK && value.len == 2 ? dg_le16(value.at) : 0)) != 0)
            return dg_fail(err, DG_NOMEM, "no memory for storage versions");
    }
    return DG_OK;
}

dg_code migration_begin(arm *a, dg_block *upgrade, dg_error *err)
{
    json_decref(a->versions);
    return versions_of(&a->versions, a, upgrade, err);
}

static json_t *changed_versions(const json_t *before, const json_t *after)
{
    json_t *out = json_array(), *now;
    const char *pallet;
    json_object_foreach((json_t *)after, pallet, now) {
        json_int_t was = json_integer_value(json_object_get(before, pallet)), is = json_integer_value(now);
        if (was != is && json_array_append_new(out, json_pack("{s:s, s:I, s:I}", "pallet", pallet, "before", was, "after", is)) != 0) {
            json_decref(out);
            return NULL;
        }
    }
    return out;
}

/* Sum of ref_time over the classes of System.BlockWeight; 0: not told. */
static int64_t weight_of(arm *a, dg_block *block)
{
    json_t *weight = storage_json(a, block, "System", "BlockWeight", NULL), *v;
    const char *key;
    int64_t sum = 0;
    json_object_foreach(weight, key, v) {
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

static int64_t weight_limit(arm *a)
{
    const dg_meta *meta;
    const dg_meta_constant *c;
    json_t *weights = NULL;
    const json_t *time;
    const char *text;
    int64_t n = 0;
    if (dg_runtime_meta(a->run->to, &meta, NULL) != DG_OK || !(c = dg_meta_constant_named(meta, "System", "BlockWeights"))
        || dg_value_decode_all(meta, &weights, c->type, c->value, NULL) != DG_OK)
        return 0;
    time = json_object_get(json_object_get(weights, "max_block"), "ref_time");
    n = json_integer_value(time);
    for (text = json_string_value(time); text && *text >= '0' && *text <= '9'; text++)
        n = n * 10 + (*text - '0');
    json_decref(weights);
    return n;
}

dg_code migration_log(arm *a, dg_block *block, const dg_build_report *report, dg_error *err)
{
    bool first = !a->after_done, was_running = a->running, running = false;
    json_t *detail = NULL, *now = NULL;
    dg_code rc = dg_chain_migrating(a->chain, block, &running, err);
    if (rc < 0)
        return rc;
    a->running = running;
    if (!first && !was_running && !running)
        return DG_OK;
    if (!running) {
        json_t *changed;
        if ((rc = versions_of(&now, a, block, err)) < 0) {
            json_decref(now);
            return rc;
        }
        changed = changed_versions(a->versions, now);
        if (!changed || !(detail = json_pack("{s:o}", "versions", changed)))
            a->run->log.rc = DG_NOMEM;
        json_decref(now);
    }
    arm_log(a, dg_block_slot(block), dg_block_number(block), DG_EV_MIGRATION,
            LOG_N(running, (int64_t)report->fuel_initialize, (int64_t)a->run->fuel_initialize_control,
                  first ? weight_of(a, block) : 0, first ? weight_limit(a) : 0), detail);
    return DG_OK;
}
