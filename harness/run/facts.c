/* facts.c - what a state says of itself at a block (room survey), as events of an arm. */
#include "run/run_impl.h"

#include <assert.h>
#include <string.h>

/* Of the code that answers at a block; NULL: it has none that can be read. */
static dg_code meta_at(const dg_meta **out, dg_run_arm *a, dg_block *block, dg_error *err)
{
    dg_runtime *runtime;
    dg_code rc = dg_block_runtime(a->chain, block, &runtime, err);
    *out = NULL;
    if (rc >= 0 && dg_runtime_meta(runtime, out, NULL) != DG_OK)
        *out = NULL;
    return rc;
}

json_t *dg_run_item_at(dg_run_arm *a, dg_block *block, const char *pallet, const char *item)
{
    const dg_meta *meta;
    return meta_at(&meta, a, block, NULL) < 0
               ? NULL
               : dg_survey_item(meta, dg_block_state(block), pallet, item, NULL);
}

/* ---- the whole state ---- */

dg_code dg_run_scan_take(dg_survey_scan *out, dg_run_arm *a, dg_block *block, dg_error *err)
{
    const dg_meta *meta;
    bool sparse = dg_snapshot_info_of(a->run->source.snapshot)->sparse;
    dg_state *since = sparse ? dg_block_state(dg_chain_root(a->chain)) : NULL;
    dg_code rc = meta_at(&meta, a, block, err);
    return rc < 0 ? rc : dg_survey_scan_take(out, since, dg_block_state(block), meta, err);
}

void dg_run_scan_log(dg_run_arm *a, dg_block *block, const dg_survey_scan *now,
                     const dg_survey_scan *control)
{
    assert(now->taken);
    const char *name;
    json_t *row;
    json_object_foreach(now->items, name, row)
    {
        const json_t *was = json_object_get(control->items, name);
        dg_run_arm_log(
            a, dg_block_slot(block), dg_block_number(block),
            &(dg_event){
                .kind = DG_EVENT_STORAGE,
                .storage = { .entries = json_integer_value(json_object_get(row, "entries")),
                             .undecodable = json_integer_value(json_object_get(row, "undecodable")),
                             .undecodable_control =
                                 json_integer_value(json_object_get(was, "undecodable")) },
                .detail = json_incref(row) });
    }
}

/* ---- what control has and N's migrations changed or dropped ---- */

static void log_lost(dg_run_arm *a, dg_block *block, int64_t entries, int64_t lost,
                     const char *pallet, const char *item, const char *role, const char *reason)
{
    json_t *detail = json_pack("{s:s, s:s, s:I, s:I, s:o, s:s}", "pallet", pallet, "item", item,
                               "entries", (json_int_t)entries, "undecodable", (json_int_t)lost,
                               "reason", dg_event_text(reason), "role", role);
    if (!detail)
        a->run->log.rc = DG_NOMEM;
    dg_run_arm_log(a, dg_block_slot(block), dg_block_number(block),
                   &(dg_event){ .kind = DG_EVENT_STORAGE,
                                .storage = { .entries = entries, .undecodable = lost },
                                .detail = detail });
}

/* They are read, and of no use until they are replaced. */
static void log_unusable(dg_run_arm *a, dg_block *block, const dg_survey_keys *keys)
{
    json_t *detail = json_pack("{s:s, s:s, s:I, s:o, s:s}", "pallet", "Session", "item", "NextKeys",
                               "unusable", (json_int_t)keys->unusable, "reason",
                               dg_event_text(keys->unusable_name), "role", "keys-unusable");
    if (!detail)
        a->run->log.rc = DG_NOMEM;
    dg_run_arm_log(a, dg_block_slot(block), dg_block_number(block),
                   &(dg_event){ .kind = DG_EVENT_STORAGE,
                                .storage = { .entries = (int64_t)keys->validators },
                                .detail = detail });
}

dg_code dg_run_lost_log(dg_run_arm *a, dg_block *block, dg_error *err)
{
    dg_survey_side control = { .state = a->run->control.kept.after },
                   now = { .state = dg_block_state(block) };
    dg_survey_entities lost[DG_SURVEY_ENTITIES_MAX];
    dg_survey_keys keys;
    size_t count;
    dg_code rc;
    if (!control.state || dg_runtime_meta(a->run->from_kept, &control.meta, NULL) < 0
        || meta_at(&now.meta, a, block, NULL) < 0)
        return DG_OK;
    if ((rc = dg_survey_session_keys(&keys, &control, &now, err)) < 0
        || (rc = dg_survey_entities_lost(lost, &count, &control, &now, err)) < 0)
        return rc;
    if (keys.changed)
        log_lost(a, block, (int64_t)keys.validators, (int64_t)keys.changed, "Session", "NextKeys",
                 "keys-changed", keys.changed_text);
    if (keys.unusable)
        log_unusable(a, block, &keys);
    for (size_t i = 0; i < count; i++)
        if (lost[i].vital)
            log_lost(a, block, (int64_t)lost[i].entries, (int64_t)lost[i].lost, lost[i].pallet,
                     lost[i].item, "entity", lost[i].names);
    return DG_OK;
}

/* ---- configuration ---- */

dg_code dg_run_config_take(json_t **out, dg_run_arm *a, dg_block *block, dg_error *err)
{
    const dg_meta *meta;
    if (meta_at(&meta, a, block, NULL) < 0)
        meta = NULL; /* then nothing is known of it */
    return dg_survey_config_take(out, meta, dg_block_state(block), err);
}

static void log_one(dg_run_arm *a, dg_block *block, const char *name, const json_t *was,
                    const json_t *is, bool end)
{
    bool planned = a->run->config_wanted && strcmp(name, "Configuration.ActiveConfig") == 0;
    const json_t *old = json_object_get(was, "value"), *now = json_object_get(is, "value");
    dg_survey_config_change change = { 0 };
    json_t *detail;
    if (dg_survey_config_compare(&change, was, is, planned ? a->run->config_wanted : NULL, end,
                                 NULL)
        < 0)
        a->run->log.rc = DG_NOMEM;
    detail = json_pack("{s:s, s:o}", "what", name, "changed", dg_event_text(change.changed_text));
    if (!detail
        || (change.gone
            && json_object_set_new(detail, "gone", dg_event_text(change.gone_text)) != 0)
        || (change.changed && old && json_object_set(detail, "control", (json_t *)old) != 0)
        || (change.changed && now && json_object_set(detail, "treatment", (json_t *)now) != 0))
        a->run->log.rc = DG_NOMEM;
    dg_run_arm_log(a, dg_block_slot(block), dg_block_number(block),
                   &(dg_event){ .kind = DG_EVENT_CONFIG,
                                .config = { .decodes = now != NULL,
                                            .equal = change.changed == 0,
                                            .control_decodes = old != NULL,
                                            .fields = (int64_t)change.fields,
                                            .fields_changed = (int64_t)change.changed },
                                .detail = detail });
}

/* What is to come is the plan's own where the plan changes the configuration. */
static bool is_planned(const dg_run_state *run, const char *name)
{
    return run->config_wanted && strcmp(name, "Configuration.PendingConfigs") == 0;
}

void dg_run_config_log(dg_run_arm *a, dg_block *block, const json_t *now, const json_t *control)
{
    assert(a->which == DG_ARM_TREATMENT);
    const dg_meta *meta;
    /* What N does not know is lost, unless nothing is known of N. */
    bool known = meta_at(&meta, a, block, NULL) >= 0 && meta;
    const char *name;
    json_t *was;
    json_object_foreach((json_t *)control, name, was)
    {
        const json_t *is = json_object_get(now, name);
        if ((is || known) && !is_planned(a->run, name))
            log_one(a, block, name, was, is, now == a->kept.config_end);
    }
}

/* ---- calls that wait ---- */

dg_code dg_run_calls_take(json_t **out, dg_run_arm *a, dg_block *block, dg_error *err)
{
    const dg_meta *meta;
    dg_code rc = meta_at(&meta, a, block, err);
    return rc < 0 ? rc : dg_survey_calls_take(out, meta, dg_block_state(block), err);
}

void dg_run_calls_log(dg_run_arm *a, dg_block *block, const json_t *now, const json_t *control)
{
    assert(a->which == DG_ARM_TREATMENT);
    const char *where;
    json_t *was;
    json_object_foreach((json_t *)control, where, was)
    {
        const json_t *is = json_object_get(now, where);
        const char *old = json_string_value(json_object_get(was, "call")),
                   *means = json_string_value(json_object_get(is, "call"));
        bool same = means && strcmp(old, means) == 0;
        json_t *detail;
        if (!is
            && dg_block_number(block) != a->run->control.kept.samples[DG_RUN_MOMENT_AFTER].block)
            continue; /* a long migration: by now it may have been run */
        if (!(detail = json_pack("{s:s, s:s, s:s}", "where", where, "old", old, "new",
                                 means ? means : "nothing")))
            a->run->log.rc = DG_NOMEM;
        dg_run_arm_log(
            a, dg_block_slot(block), dg_block_number(block),
            &(dg_event){ .kind = DG_EVENT_CALL, .call = { .same = same }, .detail = detail });
    }
}

/* ---- who validates ---- */

static json_t *hashes_json(const dg_survey_set sets[DG_SURVEY_SET_COUNT])
{
    json_t *out = json_object();
    for (size_t i = 0; i < DG_SURVEY_SET_COUNT; i++)
        if (json_object_set_new(
                out, dg_survey_set_name((dg_survey_set_kind)i),
                json_string(sets[i].count < 0 ? "" : dg_hash_short(&sets[i].hash).text))
            != 0) {
            json_decref(out);
            return NULL;
        }
    return out;
}

dg_code dg_run_sets_log(dg_run_arm *a, dg_block *block, const char *at, dg_error *err)
{
    dg_survey_set sets[DG_SURVEY_SET_COUNT];
    json_t *hashes, *detail;
    dg_code rc = dg_survey_sets_take(sets, a->chain, block, err);
    if (rc < 0)
        return rc;
    hashes = hashes_json(sets);
    detail = hashes ? json_pack("{s:s, s:o}", "at", at, "hashes", hashes) : NULL;
    if (!detail)
        a->run->log.rc = DG_NOMEM;
    if (strcmp(at, "U-1") == 0 && a->which == DG_ARM_CONTROL)
        a->run->validators = sets[0].count > 0 ? (uint32_t)sets[0].count : 0;
    dg_run_arm_log(a, dg_block_slot(block), dg_block_number(block),
                   &(dg_event){ .kind = DG_EVENT_AUTHORITIES,
                                .authorities = { .validators = sets[0].count,
                                                 .grandpa = sets[1].count,
                                                 .babe = sets[2].count,
                                                 .para = sets[3].count },
                                .detail = detail });
    return DG_OK;
}

dg_code dg_run_session_log(dg_run_arm *a, dg_block *block, dg_error *err)
{
    uint32_t now;
    dg_survey_set sets[DG_SURVEY_SET_COUNT];
    dg_code rc;
    if (!dg_survey_session(&now, a->chain, block))
        return DG_OK;
    if (!a->at.session_known)
        a->at.session = a->run->span.clock.session;
    a->at.session_known = true;
    if (now == a->at.session)
        return DG_OK;
    a->at.session = now;
    a->at.session_block = dg_block_number(block);
    if ((rc = dg_survey_sets_take(sets, a->chain, block, err)) < 0)
        return rc;
    dg_run_arm_log(a, dg_block_slot(block), dg_block_number(block),
                   &(dg_event){ .kind = DG_EVENT_SESSION,
                                .session = { .session = now,
                                             .validators = sets[0].count,
                                             .grandpa_authorities = sets[1].count,
                                             .babe_authorities = sets[2].count,
                                             .para_validators = sets[3].count,
                                             .slot = (int64_t)dg_block_slot(block) } });
    return DG_OK;
}

/* ---- N held against N-1 ---- */

dg_code dg_run_identity_log(dg_run_arm *a, dg_block *before, dg_error *err)
{
    dg_run_state *run = a->run;
    dg_survey_fact facts[DG_SURVEY_FACTS_MAX];
    size_t count = 0;
    dg_code rc;
    assert(a->which == DG_ARM_TREATMENT);
    if (!run->code.len)
        return DG_OK; /* the code stays */
    if ((rc = dg_survey_identity(facts, &count, run->from_kept, run->to, dg_block_state(before),
                                 err))
        < 0)
        return rc;
    for (size_t i = 0; i < count; i++) {
        const dg_survey_fact *f = &facts[i];
        json_t *detail = json_pack("{s:s, s:o, s:o}", "what", f->what, "old", dg_event_text(f->old),
                                   "new", dg_event_text(f->now));
        if (!detail)
            run->log.rc = DG_NOMEM;
        /* judged for U */
        dg_run_arm_log(a, dg_block_slot(before), dg_block_number(before) + 1,
                       &(dg_event){ .kind = DG_EVENT_IDENTITY,
                                    .identity = { .fatal = f->fatal, .ok = f->ok },
                                    .detail = detail });
    }
    return DG_OK;
}

int64_t dg_run_era_at(dg_run_arm *a, dg_block *block)
{
    json_t *era = dg_run_item_at(a, block, "Staking", "ActiveEra");
    int64_t index = json_integer_value(json_object_get(era, "index"));
    json_decref(era);
    return index;
}
