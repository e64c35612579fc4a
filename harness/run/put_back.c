/* put_back.c - values that an intervention gives N's first block: control's, where what N's
 * migrations left is suspected. They are read by the types of N-1 and written by those of N, so
 * that what converts is converted. */
#include "run/run_impl.h"

#include <assert.h>
#include <string.h>

enum { VALUE_MAX = 1 << 24 }; /* bytes */

static const dg_meta *meta_of(dg_runtime *runtime)
{
    const dg_meta *meta = NULL;
    return dg_runtime_meta(runtime, &meta, NULL) == DG_OK ? meta : NULL;
}

/* Room for one more; a second one for the same key takes the place of the first. NULL: it is full.
 */
static dg_buf *value_for(dg_run_put_back *p, dg_bytes key)
{
    for (size_t i = 0; i < p->count; i++)
        if (dg_bytes_equal(dg_buf_bytes(&p->keys[i]), key)) {
            dg_buf_reset(&p->values[i]);
            p->taken_out[i] = false;
            return &p->values[i];
        }
    if (p->count == DG_RUN_PUT_BACK_MAX)
        return NULL; /* whoever writes says so */
    dg_buf_init(&p->keys[p->count], DG_TRIE_KEY_MAX);
    dg_buf_init(&p->values[p->count], VALUE_MAX);
    dg_buf_put_bytes(&p->keys[p->count], key);
    p->taken_out[p->count] = false;
    return &p->values[p->count++];
}

static dg_code full(dg_error *err)
{
    return dg_fail(err, DG_LIMIT, "more than %d values to put back", (int)DG_RUN_PUT_BACK_MAX);
}

static dg_code put_bytes(dg_run_state *run, dg_bytes key, dg_bytes value, dg_error *err)
{
    dg_buf *room = value_for(&run->trial.put_back, key);
    if (!room)
        return full(err);
    dg_buf_put_bytes(room, value);
    return DG_OK;
}

/* Without a value. */
static dg_code take_out(dg_run_state *run, dg_bytes key, dg_error *err)
{
    dg_run_put_back *p = &run->trial.put_back;
    dg_buf *room = value_for(p, key);
    if (!room)
        return full(err);
    p->taken_out[room - p->values] = true;
    return DG_OK;
}

/* By the types of N; `keys` of a map, NULL of a plain item. */
static dg_code put_json(dg_run_state *run, const char *pallet, const char *item, const json_t *keys,
                        const json_t *value, dg_error *err)
{
    const dg_meta *meta = meta_of(run->to);
    const dg_meta_entry *entry = meta ? dg_meta_storage(meta, pallet, item) : NULL;
    dg_buf key, *room;
    dg_code rc;
    if (!entry || (entry->hasher_count != 0) != (keys != NULL))
        return dg_fail(err, DG_USAGE, "N has no such item %s.%s", pallet, item);
    dg_buf_init(&key, DG_TRIE_KEY_MAX);
    if ((rc = dg_storage_key(meta, &key, entry, keys, err)) >= 0)
        rc = (room = value_for(&run->trial.put_back, dg_buf_bytes(&key)))
                 ? dg_value_encode(meta, room, entry->value, value, err)
                 : full(err);
    dg_buf_clear(&key);
    return rc;
}

/* ---- a storage version ---- */

static dg_code put_version(dg_run_state *run, const dg_suspect *s, dg_error *err)
{
    const dg_meta *meta = meta_of(run->to);
    uint8_t key[32], value[2] = { (uint8_t)(s->index + 1), (uint8_t)((s->index + 1) >> 8) };
    for (size_t i = 0; meta && i < dg_meta_pallet_count(meta); i++) {
        const dg_meta_pallet *p = dg_meta_pallet_at(meta, i);
        if (!p->storage_prefix || strcmp(p->name, s->name) != 0)
            continue;
        dg_storage_prefix(key, p->storage_prefix, ":__STORAGE_VERSION__:");
        return put_bytes(run, DG_BYTES_OF(key), DG_BYTES_OF(value), err);
    }
    return dg_fail(err, DG_USAGE, "N has no pallet %s", s->name);
}

/* ---- an item ---- */

/* N's default with the fields that the older value has, by their names: releases add fields, and
 * gather them into groups. Owned; NULL: the item has no default that is an object. */
static json_t *over_default(const dg_run_state *run, const char *pallet, const char *item,
                            const json_t *was)
{
    const dg_meta *meta = meta_of(run->to);
    const dg_meta_entry *entry = meta ? dg_meta_storage(meta, pallet, item) : NULL;
    json_t *out = NULL;
    if (!entry || !json_is_object(was)
        || dg_value_decode_all(meta, &out, entry->value, entry->fallback, NULL) != DG_OK)
        return NULL;
    if (!dg_survey_fields_taken(out, was)) {
        json_decref(out);
        return NULL;
    }
    return out;
}

/* One entry of a map, read as N-1 has it. Where N builds its key otherwise, it is moved. */
static dg_code put_entry(dg_run_state *run, const char *pallet, const dg_meta_entry *entry,
                         dg_bytes key, dg_bytes value, dg_error *err)
{
    const dg_meta *old = meta_of(run->from_kept);
    json_t *keys = NULL, *is = NULL, *whole;
    dg_code rc;
    if ((rc = take_out(run, key, err)) >= 0
        && (rc = dg_storage_key_decode(old, &keys, entry, key, err)) >= 0
        && (rc = dg_value_decode_all(old, &is, entry->value, value, err)) >= 0) {
        whole = over_default(run, pallet, entry->name, is);
        rc = put_json(run, pallet, entry->name, keys, whole ? whole : is, err);
        json_decref(whole);
    }
    json_decref(keys);
    json_decref(is);
    return rc;
}

static dg_code put_map(dg_run_state *run, const char *pallet, const dg_meta_entry *entry,
                       dg_error *err)
{
    dg_bytes key, value, top = { NULL, 0 };
    uint8_t prefix[32];
    dg_state_iter it;
    dg_code rc;
    dg_storage_prefix(prefix, entry->prefix, entry->name);
    if ((rc = dg_state_iter_init(&it, run->control.kept.after, top, DG_BYTES_OF(prefix), err)) < 0)
        return rc;
    while ((rc = dg_state_iter_next(&it, &key, &value, err)) == DG_OK
           && (rc = put_entry(run, pallet, entry, key, value, err)) >= 0)
        ;
    dg_state_iter_clear(&it);
    return rc == DG_END ? DG_OK : rc;
}

static dg_code put_plain(dg_run_state *run, const char *pallet, const char *item, dg_error *err)
{
    dg_state *control = run->control.kept.after;
    json_t *whole,
        *value =
            control ? dg_survey_item(meta_of(run->from_kept), control, pallet, item, NULL) : NULL;
    dg_code rc;
    if (!value)
        return dg_fail(err, DG_USAGE, "control has no value of %s.%s that can be read", pallet,
                       item);
    whole = over_default(run, pallet, item, value);
    rc = put_json(run, pallet, item, NULL, whole ? whole : value, err);
    json_decref(whole);
    json_decref(value);
    return rc;
}

/* A plain item, or all entries of a map. Session keys are stored twice: who validates next has them
 * in the queue by now. */
static dg_code put_item(dg_run_state *run, const dg_suspect *s, dg_error *err)
{
    const dg_meta *old = meta_of(run->from_kept);
    const char *dot = strchr(s->name, '.');
    const dg_meta_entry *entry;
    char pallet[96];
    dg_code rc;
    assert(dot);
    snprintf(pallet, sizeof pallet, "%.*s", (int)(dot - s->name), s->name);
    entry = old ? dg_meta_storage(old, pallet, dot + 1) : NULL;
    if (!entry || !entry->hasher_count || !run->control.kept.after)
        return put_plain(run, pallet, dot + 1, err);
    rc = put_map(run, pallet, entry, err);
    return rc >= 0 && strcmp(s->name, "Session.NextKeys") == 0
               ? put_plain(run, pallet, "QueuedKeys", err)
               : rc;
}

/* ---- a field of the configuration ---- */

/* What treatment had after N's migrations, with the fields that were put back so far. */
static dg_code put_field(dg_run_state *run, json_t **config, const dg_suspect *s, dg_error *err)
{
    static const char item[] = "Configuration.ActiveConfig";
    const json_t *was = json_object_get(json_object_get(run->control.kept.config, item), "value"),
                 *is = json_object_get(json_object_get(run->treatment.kept.config, item), "value");
    const char *last = strrchr(s->name, '.');
    const json_t *value = dg_survey_field_named(was, last ? last + 1 : s->name);
    if (!*config && !(*config = json_deep_copy(is)))
        return dg_fail(err, DG_USAGE, "N has no configuration that can be read");
    if (!value || !dg_survey_field_put(*config, s->name, value))
        return dg_fail(err, DG_USAGE, "%s is not a field of both configurations", s->name);
    return put_json(run, "Configuration", "ActiveConfig", NULL, *config, err);
}

/* ---- a key that N-1 left ---- */

static dg_code take_leftover(dg_run_state *run, const dg_suspect *s, dg_error *err)
{
    const dg_run_leftovers *left = &run->treatment.kept.leftovers;
    assert(s->index < left->count);
    return take_out(run, dg_buf_bytes(&left->keys[s->index]), err);
}

/* ---- cores ---- */

enum { WHOLE_CORE = 57600 };

/* A whole core without end. Mirrors: parachains assigner_coretime, CoreDescriptor. */
static dg_code assign(dg_run_state *run, const char *pallet, size_t core, json_int_t para,
                      dg_error *err)
{
    json_t *keys = json_pack("[I]", (json_int_t)core),
           *work = json_pack("{s:n, s:{s:[[{s:I}, {s:i, s:i}]], s:n, s:i, s:i}}", "queue",
                             "current_work", "assignments", "Task", para, "ratio", WHOLE_CORE,
                             "remaining", WHOLE_CORE, "end_hint", "pos", 0, "step", WHOLE_CORE);
    dg_code rc = keys && work ? put_json(run, pallet, "CoreDescriptors", keys, work, err)
                              : dg_fail(err, DG_NOMEM, "no memory for a core");
    json_decref(keys);
    json_decref(work);
    return rc;
}

static dg_code put_cores(dg_run_state *run, json_t **config, const dg_suspect *s, dg_error *err)
{
    static const char item[] = "Configuration.ActiveConfig";
    const json_t *is = json_object_get(json_object_get(run->treatment.kept.config, item), "value");
    dg_state *control = run->control.kept.after;
    json_t *paras = control ? dg_survey_item(meta_of(run->from_kept), control, "Paras",
                                             "Parachains", NULL)
                            : NULL,
           *count = json_integer((json_int_t)json_array_size(paras)), *para;
    dg_code rc = DG_OK;
    size_t i;
    if (!*config)
        *config = json_deep_copy(is);
    if (!dg_survey_field_put(*config, "scheduler_params.num_cores", count))
        rc = dg_fail(err, DG_USAGE, "N's configuration has no number of cores");
    if (rc >= 0)
        rc = put_json(run, "Configuration", "ActiveConfig", NULL, *config, err);
    json_array_foreach(paras, i, para) if (rc >= 0) rc =
        assign(run, s->name, i, json_integer_value(para), err);
    json_decref(count);
    json_decref(paras);
    return rc;
}

void dg_run_put_back_clear(dg_run_put_back *p)
{
    for (size_t i = 0; i < p->count; i++) {
        dg_buf_clear(&p->keys[i]);
        dg_buf_clear(&p->values[i]);
    }
    p->count = 0;
}

/* As blocks take them: an empty value is one, too. */
static dg_code list_writes(dg_run_put_back *p, dg_error *err)
{
    dg_code rc = DG_OK;
    for (size_t i = 0; rc >= 0 && i < p->count; i++) {
        dg_bytes value = dg_buf_bytes(&p->values[i]);
        p->writes[i][0] = dg_buf_bytes(&p->keys[i]);
        p->writes[i][1] = p->taken_out[i] ? dg_bytes_of(NULL, 0) : value.at ? value : dg_text("");
        rc = dg_buf_check(&p->values[i], err, "a value that is put back");
    }
    return rc < 0 ? rc : DG_OK;
}

dg_code dg_run_put_back_make(dg_run_state *run, dg_suspect_set without, dg_error *err)
{
    json_t *config = NULL;
    dg_code rc = DG_OK;
    assert(!run->trial.put_back.count);
    for (size_t i = 0; rc >= 0 && i < run->trial.suspects->count; i++) {
        const dg_suspect *s = &run->trial.suspects->at[i];
        if (!(without >> i & 1))
            continue;
        if (s->kind == DG_SUSPECT_STORAGE_VERSION)
            rc = put_version(run, s, err);
        else if (s->kind == DG_SUSPECT_STORAGE_ITEM)
            rc = put_item(run, s, err);
        else if (s->kind == DG_SUSPECT_CONFIG_VALUE)
            rc = put_field(run, &config, s, err);
        else if (s->kind == DG_SUSPECT_LEFTOVER)
            rc = take_leftover(run, s, err);
        else if (s->kind == DG_SUSPECT_CORES)
            rc = put_cores(run, &config, s, err);
    }
    json_decref(config);
    return rc < 0 ? rc : list_writes(&run->trial.put_back, err);
}
