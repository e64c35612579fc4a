/* moments.c - what is noted, measured and asked once a block is in. */
#include "run/run_impl.h"

#include <string.h>

const char *moment_name(moment m)
{
    static const char *const names[] = { "U-1", "U", "U+1", "session+1" };
    return names[m];
}

/* ---- facts of every block ---- */

static json_t *hash_json(const dg_hash *hash)
{
    return json_string(dg_hash_text(hash).text);
}

static dg_code log_block(arm *a, dg_block *block, const dg_build_report *report,
                         uint64_t epoch_index, dg_error *err)
{
    dg_hash root;
    json_t *detail = json_object();
    dg_code rc = dg_state_root(dg_block_state(block), &root, err);
    if (rc == DG_OK
        && (json_object_set_new(detail, "hash", hash_json(dg_block_hash(block))) != 0
            || json_object_set_new(detail, "state_root", hash_json(&root)) != 0))
        a->run->log.rc = DG_NOMEM;
    arm_log(a, dg_block_slot(block), dg_block_number(block), DG_EV_BLOCK,
            LOG_N((int64_t)dg_block_slot(block), a->session, (int64_t)epoch_index,
                  (int64_t)dg_block_extrinsic_count(block), (int64_t)report->fuel_total,
                  report->only_inherents),
            detail);
    return rc;
}

void arm_log_epoch(arm *a, uint64_t slot, uint32_t number, const dg_client_note *note)
{
    arm_log(a, slot, number, DG_EV_EPOCH,
            LOG_N((int64_t)note->epoch_index, (int64_t)note->epoch_start, note->digest_expected,
                  note->digest_seen, note->authority_count, (int64_t)slot),
            NULL);
}

static dg_code log_epoch(arm *a, dg_block *block, uint64_t *epoch_index, dg_error *err)
{
    dg_client_note note;
    dg_code rc = dg_client_view_step(a->view, &note, block, err);
    if (rc < 0)
        return rc;
    *epoch_index = note.epoch_index;
    if (note.digest_expected || note.digest_seen)
        arm_log_epoch(a, dg_block_slot(block), dg_block_number(block), &note);
    return DG_OK;
}

/* A bare extrinsic names its pallet behind its length and version. */
static bool is_paras_inherent(const dg_meta *meta, dg_bytes extrinsic)
{
    dg_scale s = dg_scale_from(extrinsic);
    uint8_t version, pallet;
    dg_scale_compact_u32(&s);
    version = dg_scale_u8(&s);
    pallet = dg_scale_u8(&s);
    if (s.rc < 0 || (version & 0x80))
        return false;
    for (size_t i = 0; i < dg_meta_pallet_count(meta); i++) {
        const dg_meta_pallet *p = dg_meta_pallet_at(meta, i);
        if (p->index == pallet)
            return strstr(p->name, "Inherent") != NULL;
    }
    return false;
}

static dg_code log_inherents(arm *a, dg_block *block, const dg_build_report *report, dg_error *err)
{
    char refused[24] = "";
    const dg_meta *meta = NULL;
    bool paras = false;
    dg_runtime *runtime;
    json_t *detail = NULL;
    dg_code rc = dg_block_runtime_next(a->chain, dg_block_parent(block), &runtime, err);
    if (rc < 0)
        return rc;
    if (dg_runtime_meta(runtime, &meta, NULL) == DG_OK)
        for (size_t i = 0; i < dg_block_extrinsic_count(block); i++)
            paras |= is_paras_inherent(meta, dg_block_extrinsic(block, i));
    if (report->refused_inherents) {
        snprintf(refused, sizeof refused, "0x%02x%02x%02x", report->first_refusal[0],
                 report->first_refusal[1], report->first_refusal[2]);
        detail = json_pack("{s:s}", "refused", refused);
    }
    arm_log(
        a, dg_block_slot(block), dg_block_number(block), DG_EV_INHERENT,
        LOG_N(report->inherent_count + report->refused_inherents, report->inherent_count, paras),
        detail);
    return DG_OK;
}

/* ---- re-execution ---- */

/* All blocks of a short run; of a long one those near U and near boundaries, and
 * one in sixteen of the rest. A plan's "every" wins. */
static bool executed_again(const arm *a, uint64_t slot)
{
    const run_state *run = a->run;
    const json_t *own = json_object_get(
        json_object_get(json_object_get(dg_plan_json(run->plan), "claims"), "reimport"), "every");
    uint64_t every = json_is_number(own) ? (uint64_t)json_number_value(own)
                     : run->span.end_slot - run->span.upgrade_slot <= 256 ? 1
                                                                          : 16;
    uint64_t past = slot >= run->span.first_boundary
                        ? (slot - run->span.first_boundary) % run->span.clock.epoch_slots
                        : UINT64_MAX;
    return slot < run->span.upgrade_slot + 16 || past < 3 || (every && slot % every == 0);
}

static dg_code log_reimport(arm *a, dg_block *block, dg_error *err)
{
    dg_error why = { .text = "" };
    dg_code rc;
    if (!dg_block_parent(block) || !executed_again(a, dg_block_slot(block)))
        return DG_OK;
    rc = dg_chain_reexecute(a->chain, block, NULL, &why);
    if (rc == DG_IO || rc == DG_NOMEM)
        return dg_fail(err, rc, "%s", why.text);
    arm_log(a, dg_block_slot(block), dg_block_number(block), DG_EV_REIMPORT, LOG_N(rc == DG_OK),
            rc == DG_OK ? NULL : json_pack("{s:o}", "reason", dg_event_text(why.text)));
    return DG_OK;
}

/* ---- moments ---- */

static dg_code ask_at(arm *a, moment m, dg_block *block, dg_error *err)
{
    dg_code rc = sample_take(a, m, block, err);
    if (rc < 0 || a->which == DG_ARM_CONTROL)
        return rc;
    if (m == MOMENT_AFTER)
        sample_log(a, MOMENT_UPGRADE);
    if (m != MOMENT_UPGRADE) /* U waits for what U+1 answers */
        sample_log(a, m);
    return DG_OK;
}

static dg_code at_upgrade(arm *a, dg_block *block, dg_error *err)
{
    dg_code rc;
    a->upgrade_block = dg_block_number(block);
    if (a->which == DG_ARM_TREATMENT && ((rc = arm_upgraded(a, block, err)) < 0 || !a->enacted))
        return rc;
    if ((rc = migration_begin(a, block, err)) < 0
        || (rc = ask_at(a, MOMENT_UPGRADE, block, err)) < 0)
        return rc;
    if (a->network && a->which == DG_ARM_TREATMENT && (rc = sample_without(a, block, err)) < 0)
        return rc;
    return sets_log(a, block, "U", err);
}

static dg_code at_after(arm *a, dg_block *block, const dg_build_report *report, dg_error *err)
{
    dg_code rc;
    a->after_done = true;
    rc = a->which == DG_ARM_CONTROL ? migration_control(a, block, report, err)
                                    : arm_migrated(a, block, err);
    if (rc < 0)
        return rc;
    if ((rc = ask_at(a, MOMENT_AFTER, block, err)) < 0)
        return rc;
    if (a->which == DG_ARM_TREATMENT && (rc = sample_types(a, err)) < 0)
        return rc;
    return sets_log(a, block, "U+1", err);
}

/* N's migrations are over: what is stored now is what N has to live with. */
static dg_code settle(arm *a, dg_block *block, dg_error *err)
{
    const arm *control = &a->run->control;
    dg_code rc;
    a->settled_done = true;
    if ((rc = scan_take(&a->settled, a, block, err)) < 0
        || (rc = config_take(&a->config, a, block, err)) < 0
        || (rc = calls_take(&a->calls, a, block, err)) < 0)
        return rc;
    if (a->which == DG_ARM_CONTROL)
        return DG_OK;
    scan_log(a, block, &a->settled, &control->settled);
    config_log(a, block, a->config, control->config);
    calls_log(a, block, a->calls, control->calls);
    return DG_OK;
}

/* One slot behind each boundary after U: what the change of session brought. */
static dg_code at_boundaries(arm *a, dg_block *block, dg_error *err)
{
    const run_state *run = a->run;
    while (a->boundaries < run->asked->boundaries_after
           && dg_block_slot(block)
                  > run->span.first_boundary + a->boundaries * run->span.clock.epoch_slots) {
        char at[24];
        dg_code rc;
        snprintf(at, sizeof at, "session+%u", ++a->boundaries);
        if ((rc = sets_log(a, block, at, err)) < 0)
            return rc;
        if (a->boundaries == 1 && (rc = ask_at(a, MOMENT_SESSION, block, err)) < 0)
            return rc;
    }
    return DG_OK;
}

static dg_code after_upgrade(arm *a, dg_block *block, const dg_build_report *report, dg_error *err)
{
    dg_code rc;
    if (a->which == DG_ARM_TREATMENT && (rc = migration_log(a, block, report, err)) < 0)
        return rc;
    if (!a->after_done && (rc = at_after(a, block, report, err)) < 0)
        return rc;
    if (!a->settled_done && !a->running && (rc = settle(a, block, err)) < 0)
        return rc;
    return at_boundaries(a, block, err);
}

dg_code arm_block_done(arm *a, dg_block *block, const dg_build_report *report, dg_error *err)
{
    uint64_t epoch_index = 0;
    dg_code rc;
    if ((rc = session_log(a, block, err)) < 0 || (rc = log_epoch(a, block, &epoch_index, err)) < 0
        || (rc = log_block(a, block, report, epoch_index, err)) < 0
        || (rc = log_inherents(a, block, report, err)) < 0)
        return rc;
    if (!a->upgrade_block && dg_block_slot(block) >= a->run->span.upgrade_slot)
        rc = at_upgrade(a, block, err);
    else if (a->upgrade_block)
        rc = after_upgrade(a, block, report, err);
    if (rc >= 0 && a->which == DG_ARM_TREATMENT && a->upgrade_block)
        rc = log_reimport(a, block, err);
    return rc < 0 ? rc : log_check(&a->run->log, err);
}

static int64_t era_at(arm *a, dg_block *block)
{
    json_t *era = item_at(a, block, "Staking", "ActiveEra");
    int64_t index = json_integer_value(json_object_get(era, "index"));
    json_decref(era);
    return index;
}

dg_code arm_finish(arm *a, dg_error *err)
{
    const arm *control = &a->run->control;
    dg_block *block = a->tip;
    dg_code rc;
    if (!a->after_done)
        return DG_OK; /* nothing of N to measure */
    if ((rc = scan_take(&a->end, a, block, err)) < 0
        || (rc = config_take(&a->config_end, a, block, err)) < 0)
        return rc;
    a->era_end = era_at(a, block);
    if (a->which == DG_ARM_CONTROL)
        return DG_OK;
    config_log(a, block, a->config_end, control->config_end);
    arm_log(a, dg_block_slot(block), dg_block_number(block), DG_EV_STATE,
            LOG_N((int64_t)a->end.keys, (int64_t)a->end.value_bytes, (int64_t)control->end.keys,
                  (int64_t)control->end.value_bytes, a->era_end, control->era_end),
            NULL);
    return DG_OK;
}
