/* migration.c - how N's migrations go, as events: their work, their weight, how long they
 * run, and which pallets call their storage another version afterwards.
 *
 * A migration that rewrites a value and forgets to raise its pallet's version runs
 * again with the next release, over what it has written itself. Pallets at version
 * 0 count no versions. */
#include "run/run_impl.h"

#include <assert.h>

static const dg_meta *meta_of(dg_runtime *runtime)
{
    const dg_meta *meta = NULL;
    return dg_runtime_meta(runtime, &meta, NULL) == DG_OK ? meta : NULL;
}

static dg_code versions_of(json_t **out, const dg_run_arm *a, dg_block *block, dg_error *err)
{
    return dg_survey_storage_versions(out, meta_of(a->run->to), dg_block_state(block), err);
}

/* Every plain item whose type differs between N-1 and N, and its value at a block. */
static dg_code retyped_of(json_t *out, const dg_run_arm *a, dg_block *block, dg_error *err)
{
    return dg_survey_retyped(out, meta_of(a->run->from_kept), meta_of(a->run->to),
                             dg_block_state(block), err);
}

static int64_t weight_of(dg_run_arm *a, dg_block *block)
{
    dg_runtime *runtime;
    return dg_block_runtime(a->chain, block, &runtime, NULL) == DG_OK
               ? dg_survey_weight_used(meta_of(runtime), dg_block_state(block))
               : 0;
}

/* Did N write it anew? Where N-1 writes it in every block anyway, the layout has to tell. */
static bool is_rewritten(const dg_run_arm *a, const json_t *retyped, const char *name)
{
    const dg_run_kept *control = &a->run->control.kept;
    return dg_survey_retyped_rewritten(a->kept.retyped, retyped, name)
           || (dg_survey_retyped_moved(a->kept.retyped, retyped, name)
               && !dg_survey_retyped_moved(control->retyped, control->retyped_after, name));
}

/* {"item", "version"} for every value that N wrote anew while its pallet's version stayed. */
static json_t *unraised(const dg_run_arm *a, const json_t *retyped, const json_t *versions)
{
    json_t *out = json_array(), *now;
    const char *name;
    json_object_foreach((json_t *)retyped, name, now)
    {
        const char *pallet = json_string_value(json_object_get(now, "pallet"));
        json_int_t version = json_integer_value(json_object_get(versions, pallet));
        bool raised = version != json_integer_value(json_object_get(a->kept.versions, pallet));
        if (version && !raised && is_rewritten(a, retyped, name)
            && json_array_append_new(out, json_pack("{s:s, s:I}", "item", name, "version", version))
                   != 0) {
            json_decref(out);
            return NULL;
        }
    }
    return out;
}

dg_code dg_run_migration_begin(dg_run_arm *a, dg_block *upgrade, dg_error *err)
{
    dg_code rc;
    assert(!a->kept.retyped && !a->kept.versions);
    a->kept.retyped = json_object();
    if ((rc = versions_of(&a->kept.versions, a, upgrade, err)) < 0)
        return rc;
    return retyped_of(a->kept.retyped, a, upgrade, err);
}

static bool begins_session(const dg_run_arm *a, const dg_block *block)
{
    return a->at.session_block == dg_block_number(block);
}

void dg_run_migration_cost(dg_run_arm *a, dg_block *block, const dg_build_report *report)
{
    dg_run_start_cost *first = &a->run->control_costs.first,
                      *session = &a->run->control_costs.session,
                      now = { report->fuel_initialize, 0 };
    bool begins = begins_session(a, block) && !session->fuel;
    assert(a->which == DG_ARM_CONTROL);
    if (first->fuel && !begins)
        return;
    now.weight = weight_of(a, block);
    *first = first->fuel ? *first : now;
    *session = begins ? now : *session;
}

/* The session that begins in N's first block is not N's work: control's that begins one is the
 * measure then. */
static dg_run_start_cost cost_of_control(const dg_run_arm *a, const dg_block *block)
{
    const dg_run_state *run = a->run;
    return begins_session(a, block) && run->control_costs.session.fuel ? run->control_costs.session
                                                                       : run->control_costs.first;
}

dg_code dg_run_migration_control(dg_run_arm *a, dg_block *after, dg_error *err)
{
    assert(a->which == DG_ARM_CONTROL && !a->kept.retyped_after);
    a->kept.retyped_after = json_object();
    return retyped_of(a->kept.retyped_after, a, after, err);
}

/* Which values were looked at, where it is not all of them. */
static const char *seen_of(const dg_run_arm *a)
{
    const dg_snapshot_info *info = dg_snapshot_info_of(a->run->source.snapshot);
    return info->sparse ? "written" : info->partial ? "present" : NULL;
}

static dg_code what_changed(json_t **detail, dg_run_arm *a, dg_block *block, dg_error *err)
{
    json_t *versions = NULL, *retyped = json_object(), *empty = json_array();
    dg_code rc = versions_of(&versions, a, block, err);
    if (rc >= 0)
        rc = retyped_of(retyped, a, block, err);
    if (rc >= 0)
        rc = dg_survey_empty_pallets(empty, meta_of(a->run->from_kept), meta_of(a->run->to),
                                     dg_block_state(block), err);
    if (rc >= 0
        && !(*detail =
                 json_pack("{s:o, s:o, s:O, s:s*}", "versions",
                           dg_survey_versions_changed(a->kept.versions, versions), "unraised",
                           unraised(a, retyped, versions), "empty", empty, "seen", seen_of(a))))
        rc = dg_fail(err, DG_NOMEM, "no memory for storage versions");
    json_decref(versions);
    json_decref(retyped);
    json_decref(empty);
    return rc;
}

dg_code dg_run_migration_log(dg_run_arm *a, dg_block *block, const dg_build_report *report,
                             dg_error *err)
{
    bool first = !a->at.after_done, was_running = a->at.running, running = false;
    json_t *detail = NULL;
    dg_code rc = dg_chain_migrating(a->chain, block, &running, err);
    assert(a->which == DG_ARM_TREATMENT);
    if (rc < 0)
        return rc;
    a->at.running = running;
    if (!first && !was_running && !running)
        return DG_OK;
    if (!running && (rc = what_changed(&detail, a, block, err)) < 0)
        return rc;
    dg_run_arm_log(
        a, dg_block_slot(block), dg_block_number(block),
        &(dg_event){
            .kind = DG_EVENT_MIGRATION,
            .migration = { .running = running,
                           .fuel = (int64_t)report->fuel_initialize,
                           .fuel_control = (int64_t)cost_of_control(a, block).fuel,
                           .weight_ps = first ? weight_of(a, block) : 0,
                           .weight_max_ps = first ? dg_survey_weight_limit(meta_of(a->run->to)) : 0,
                           .weight_control_ps = first ? cost_of_control(a, block).weight : 0 },
            .detail = detail });
    return DG_OK;
}
