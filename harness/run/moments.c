/* moments.c - what is noted, measured and asked once a block is in. */
#include "run/run_impl.h"

#include "claim/claim.h"

#include <assert.h>
#include <string.h>

/* ---- facts of every block ---- */

static json_t *hash_json(const dg_hash *hash)
{
    return json_string(dg_hash_text(hash).text);
}

static dg_code log_block(dg_run_arm *a, dg_block *block, const dg_build_report *report,
                         uint64_t epoch_index, int64_t author, dg_error *err)
{
    dg_hash root;
    json_t *detail = json_object();
    dg_code rc = dg_state_root(dg_block_state(block), &root, err);
    if (rc == DG_OK
        && (json_object_set_new(detail, "hash", hash_json(dg_block_hash(block))) != 0
            || json_object_set_new(detail, "state_root", hash_json(&root)) != 0))
        a->run->log.rc = DG_NOMEM;
    dg_run_arm_log(
        a, dg_block_slot(block), dg_block_number(block),
        &(dg_event){ .kind = DG_EVENT_BLOCK,
                     .new_block = { .slot = (int64_t)dg_block_slot(block),
                                    .session = a->at.session,
                                    .epoch_index = (int64_t)epoch_index,
                                    .extrinsics = (int64_t)dg_block_extrinsic_count(block),
                                    .fuel = (int64_t)report->fuel_total,
                                    .only_inherents = report->only_inherents,
                                    .author = author },
                     .detail = detail });
    return rc;
}

static dg_code log_epoch(dg_run_arm *a, dg_block *block, uint64_t *epoch_index, dg_error *err)
{
    dg_client_note note;
    dg_code rc = dg_client_view_step(a->view, &note, block, err);
    if (rc < 0)
        return rc;
    *epoch_index = note.epoch_index;
    if (note.digest_expected || note.digest_seen)
        dg_run_arm_log_epoch(a, dg_block_slot(block), dg_block_number(block), &note);
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

static dg_code log_inherents(dg_run_arm *a, dg_block *block, const dg_build_report *report,
                             dg_error *err)
{
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
    if (report->refused_inherents)
        detail = json_pack("{s:o}", "refused", dg_event_text(report->left_out));
    dg_run_arm_log(
        a, dg_block_slot(block), dg_block_number(block),
        &(dg_event){ .kind = DG_EVENT_INHERENT,
                     .inherent = { .produced = report->inherent_count + report->refused_inherents,
                                   .applied = report->inherent_count,
                                   .paras_present = paras },
                     .detail = detail });
    return DG_OK;
}

/* ---- re-execution ---- */

/* All blocks of a short run; of a long one those near U and near boundaries, and
 * one in sixteen of the rest. A plan's "every" wins. */
static bool executed_again(const dg_run_arm *a, uint64_t slot)
{
    const dg_run_state *run = a->run;
    const json_t *own =
        json_object_get(json_object_get(json_object_get(dg_plan_json(run->plan), "claims"),
                                        dg_claim_name(DG_CLAIM_REIMPORT)),
                        "every");
    uint64_t every = json_is_number(own) ? (uint64_t)json_number_value(own)
                     : run->span.end_slot - run->span.upgrade_slot <= 256 ? 1
                                                                          : 16;
    uint64_t past = slot >= run->span.first_boundary
                        ? (slot - run->span.first_boundary) % run->span.clock.epoch_slots
                        : UINT64_MAX;
    return slot < run->span.upgrade_slot + 16 || past < 3 || (every && slot % every == 0);
}

static dg_code log_reimport(dg_run_arm *a, dg_block *block, dg_error *err)
{
    dg_error why = { .text = "" };
    dg_memory_use use;
    dg_code rc;
    if (!dg_block_parent(block) || !executed_again(a, dg_block_slot(block))
        || !dg_run_asks(a->run, DG_CLAIM_REIMPORT))
        return DG_OK;
    rc = dg_chain_reexecute(a->chain, block, NULL, &use, &why);
    if (rc == DG_IO || rc == DG_NOMEM)
        return dg_fail(err, rc, "%s", why.text);
    dg_run_memory_imported(a, block, &use);
    dg_run_arm_log(
        a, dg_block_slot(block), dg_block_number(block),
        &(dg_event){
            .kind = DG_EVENT_REIMPORT,
            .reimport = { .equal = rc == DG_OK },
            .detail = rc == DG_OK ? NULL : json_pack("{s:o}", "reason", dg_event_text(why.text)) });
    return DG_OK;
}

/* ---- moments ---- */

static dg_code ask_at(dg_run_arm *a, dg_run_moment m, dg_block *block, dg_error *err)
{
    dg_code rc = dg_run_sample_take(a, m, block, err);
    if (rc >= 0)
        dg_run_memory_answers(a, m, dg_block_slot(block));
    if (rc < 0 || a->which == DG_ARM_CONTROL)
        return rc;
    if (m == DG_RUN_MOMENT_AFTER)
        dg_run_sample_log(a, DG_RUN_MOMENT_UPGRADE);
    if (m != DG_RUN_MOMENT_UPGRADE) /* U waits for what U+1 answers */
        dg_run_sample_log(a, m);
    return DG_OK;
}

/* Whom U's questions are put to: U itself, or what its child begins as where that is what the arm
 * is to be without. A first step that panics leaves nothing to ask. */
static dg_code answering(dg_run_arm *a, dg_block **out, dg_block *upgrade, dg_error *err)
{
    dg_code rc;
    *out = upgrade;
    if (a->which == DG_ARM_CONTROL || !dg_run_is_without(a->run, DG_SUSPECT_MIGRATED, 0))
        return DG_OK;
    rc = dg_chain_begun(a->chain, out, upgrade, err);
    if (rc == DG_OK || rc == DG_NOMEM || rc == DG_IO)
        return rc;
    *out = upgrade;
    return DG_OK;
}

static dg_code at_upgrade(dg_run_arm *a, dg_block *block, dg_error *err)
{
    dg_block *asked;
    dg_code rc;
    assert(!a->at.upgrade_block);
    a->at.upgrade_block = dg_block_number(block);
    if ((rc = dg_run_arm_keep(a, DG_RUN_KEEP_UPGRADE, block, err)) < 0)
        return rc;
    if (a->which == DG_ARM_TREATMENT
        && ((rc = dg_run_arm_upgraded(a, block, err)) < 0 || !a->way.enacted))
        return rc;
    if ((rc = dg_run_migration_begin(a, block, err)) < 0
        || (rc = answering(a, &asked, block, err)) < 0
        || (rc = ask_at(a, DG_RUN_MOMENT_UPGRADE, asked, err)) < 0)
        return rc;
    if (a->network && a->which == DG_ARM_TREATMENT
        && (rc = dg_run_sample_without(a, block, err)) < 0)
        return rc;
    if (a->which == DG_ARM_TREATMENT && a->run->code.len
        && (rc = dg_run_leftovers_begin(a, block, err)) < 0)
        return rc;
    return dg_run_sets_log(a, block, "U", err);
}

static dg_code at_after(dg_run_arm *a, dg_block *block, dg_error *err)
{
    dg_code rc;
    assert(a->at.upgrade_block && !a->at.after_done);
    a->at.after_done = true;
    if ((rc = dg_run_arm_keep(a, DG_RUN_KEEP_AFTER, block, err)) < 0)
        return rc;
    rc = a->which == DG_ARM_CONTROL ? dg_run_migration_control(a, block, err)
                                    : dg_run_arm_migrated(a, block, err);
    if (rc < 0)
        return rc;
    if (a->which == DG_ARM_CONTROL && !(a->kept.after = dg_state_fork(dg_block_state(block))))
        return dg_fail(err, DG_NOMEM, "no memory for a fork of the state");
    if ((rc = ask_at(a, DG_RUN_MOMENT_AFTER, block, err)) < 0)
        return rc;
    if (a->which == DG_ARM_TREATMENT) {
        dg_run_session_values_log(a);
        if (a->run->code.len && (rc = dg_run_leftovers_end(a, block, err)) < 0)
            return rc;
        if ((rc = dg_run_sample_types(a, err)) < 0)
            return rc;
    }
    return dg_run_sets_log(a, block, "U+1", err);
}

/* N's migrations are over: what is stored now is what N has to live with. */
static dg_code settle(dg_run_arm *a, dg_block *block, dg_error *err)
{
    const dg_run_arm *control = &a->run->control;
    dg_code rc;
    assert(a->at.after_done && !a->at.settled_done);
    a->at.settled_done = true;
    if ((rc = dg_run_scan_take(&a->kept.settled, a, block, err)) < 0
        || (rc = dg_run_config_take(&a->kept.config, a, block, err)) < 0
        || (rc = dg_run_calls_take(&a->kept.calls, a, block, err)) < 0)
        return rc;
    if (a->which == DG_ARM_CONTROL)
        return DG_OK;
    dg_run_scan_log(a, block, &a->kept.settled, &control->kept.settled);
    if ((rc = dg_run_lost_log(a, block, err)) < 0)
        return rc;
    dg_run_config_log(a, block, a->kept.config, control->kept.config);
    dg_run_calls_log(a, block, a->kept.calls, control->kept.calls);
    return DG_OK;
}

/* One slot behind each boundary after U: what the change of session brought. */
static dg_code at_boundaries(dg_run_arm *a, dg_block *block, dg_error *err)
{
    const dg_run_state *run = a->run;
    while (a->at.boundaries < run->asked->boundaries_after
           && dg_block_slot(block)
                  > run->span.first_boundary + a->at.boundaries * run->span.clock.epoch_slots) {
        char at[24];
        dg_code rc;
        snprintf(at, sizeof at, "session+%u", ++a->at.boundaries);
        if ((rc = dg_run_sets_log(a, block, at, err)) < 0
            || (a->at.boundaries == 1
                && (rc = dg_run_arm_keep(a, DG_RUN_KEEP_SESSION, block, err)) < 0))
            return rc;
        if (a->at.boundaries <= 2
            && (rc = ask_at(a,
                            a->at.boundaries == 1 ? DG_RUN_MOMENT_SESSION : DG_RUN_MOMENT_SESSION_2,
                            block, err))
                   < 0)
            return rc;
    }
    return DG_OK;
}

static dg_code after_upgrade(dg_run_arm *a, dg_block *block, const dg_build_report *report,
                             dg_error *err)
{
    dg_code rc;
    assert(dg_block_number(block) > a->at.upgrade_block);
    if (a->which == DG_ARM_TREATMENT && (rc = dg_run_migration_log(a, block, report, err)) < 0)
        return rc;
    if (a->which == DG_ARM_CONTROL)
        dg_run_migration_cost(a, block, report);
    if (!a->at.after_done && (rc = at_after(a, block, err)) < 0)
        return rc;
    if (!a->at.settled_done && !a->at.running && (rc = settle(a, block, err)) < 0)
        return rc;
    return at_boundaries(a, block, err);
}

static dg_code block_done(dg_run_arm *a, dg_block *block, const dg_build_report *report,
                          int64_t author, dg_error *err)
{
    uint64_t epoch_index = 0;
    dg_code rc;
    if ((rc = dg_run_session_log(a, block, err)) < 0
        || (rc = log_epoch(a, block, &epoch_index, err)) < 0
        || (rc = log_block(a, block, report, epoch_index, author, err)) < 0
        || (rc = log_inherents(a, block, report, err)) < 0)
        return rc;
    if (!a->at.upgrade_block && dg_block_slot(block) >= a->run->span.upgrade_slot)
        rc = at_upgrade(a, block, err);
    else if (a->at.upgrade_block)
        rc = after_upgrade(a, block, report, err);
    if (rc >= 0)
        dg_run_memory_block(a, block, report);
    if (rc >= 0 && a->which == DG_ARM_TREATMENT && a->at.upgrade_block)
        rc = log_reimport(a, block, err);
    return rc < 0 ? rc : dg_event_log_check(&a->run->log, err);
}

/* ---- what is told of a block by those who make it ---- */

dg_code dg_run_arm_grown(dg_run_arm *a, dg_block *block, const dg_build_report *report,
                         dg_run_made made, dg_error *err)
{
    assert(dg_block_number(block) == dg_block_number(a->tip) + 1);
    a->at.blocks++;
    a->tip = block;
    dg_run_arm_slot(a, dg_block_slot(block), dg_block_number(block), true, made.claims);
    return block_done(a, block, report, made.author, err);
}

dg_code dg_run_arm_before_upgrade(dg_run_arm *a, dg_error *err)
{
    dg_code rc;
    if (!a->kept.samples[DG_RUN_MOMENT_BEFORE].taken
        && ((rc = dg_run_sample_take(a, DG_RUN_MOMENT_BEFORE, a->tip, err)) < 0
            || (rc = dg_run_sets_log(a, a->tip, "U-1", err)) < 0
            || (rc = dg_run_arm_keep(a, DG_RUN_KEEP_BEFORE, a->tip, err)) < 0))
        return rc;
    if (a->which == DG_ARM_CONTROL || a->compared)
        return DG_OK;
    a->compared = true;
    return dg_run_identity_log(a, a->tip, err);
}

bool dg_run_arm_not_enacted(const dg_run_arm *a)
{
    return a->which == DG_ARM_TREATMENT && a->at.upgrade_block && !a->way.enacted;
}

/* ---- the end ---- */

dg_code dg_run_arm_finish(dg_run_arm *a, dg_error *err)
{
    const dg_run_arm *control = &a->run->control;
    dg_block *block = a->tip;
    dg_code rc;
    if ((rc = dg_run_arm_keep(a, DG_RUN_KEEP_END, block, err)) < 0)
        return rc;
    if (!a->at.after_done)
        return DG_OK; /* nothing of N to measure */
    if ((rc = ask_at(a, DG_RUN_MOMENT_END, block, err)) < 0
        || (rc = dg_run_scan_take(&a->kept.end, a, block, err)) < 0
        || (rc = dg_run_config_take(&a->kept.config_end, a, block, err)) < 0)
        return rc;
    a->kept.era_end = dg_run_era_at(a, block);
    if (a->which == DG_ARM_CONTROL)
        return DG_OK;
    dg_run_config_log(a, block, a->kept.config_end, control->kept.config_end);
    dg_run_arm_log(
        a, dg_block_slot(block), dg_block_number(block),
        &(dg_event){ .kind = DG_EVENT_STATE,
                     .state = { .keys = (int64_t)a->kept.end.keys,
                                .value_bytes = (int64_t)a->kept.end.value_bytes,
                                .keys_control = (int64_t)control->kept.end.keys,
                                .value_bytes_control = (int64_t)control->kept.end.value_bytes,
                                .era = a->kept.era_end,
                                .era_control = control->kept.era_end } });
    return DG_OK;
}
