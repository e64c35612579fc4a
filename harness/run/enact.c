/* enact.c - block U of treatment: N goes in by the way the plan names. */
#include "run/run_impl.h"

#include <assert.h>
#include <string.h>

#include "claim/claim.h"

/* By the chain's own calls, so that U leaves it as it is. */
static bool config_refused(const dg_run_state *run)
{
    return run->config_refused[0] && !run->config_executor && !run->trial.config_left;
}

/* What they say against executor parameters that U writes all the same; NULL: nothing. Nodes obey
 * what is in force, and the call compares with defaults that another call of its batch may move. */
static const char *config_objected(const dg_run_state *run)
{
    return run->config_refused[0] && run->config_executor && !run->trial.config_left
               ? run->config_refused
               : NULL;
}

dg_transition dg_run_transition(const dg_run_state *run)
{
    const json_t *config = run->trial.config_left ? run->trial.config_left : run->asked->config;
    return (dg_transition){ .how = run->asked->how,
                            .code = dg_buf_bytes(&run->code),
                            .config = config_refused(run) ? NULL : config };
}

/* ---- the configuration that the plan wants ---- */

/* As it reads when it is decoded again: one value may be written in several ways. */
static dg_code keep_wanted(dg_run_state *run, const dg_enactment *way, dg_error *err)
{
    dg_runtime *runtime;
    const dg_meta *meta;
    const char *path;
    json_t *list = NULL, *v, *last;
    int bad = 0;
    dg_code rc = dg_block_runtime_next(run->control.chain, way->parent, &runtime, err);
    if (rc < 0 || (rc = dg_runtime_meta(runtime, &meta, err)) < 0
        || (rc = dg_value_decode_all(
                meta, &list, dg_meta_storage(meta, "Configuration", "PendingConfigs")->value,
                dg_buf_bytes(&way->config_value), err))
               < 0)
        return rc;
    last = json_array_get(json_array_get(list, json_array_size(list) - 1), 1);
    run->config_wanted = json_object();
    json_object_foreach((json_t *)run->asked->config, path, v) bad |=
        json_object_set(run->config_wanted, path, dg_survey_field(last, path));
    json_decref(list);
    return run->config_wanted && !bad
               ? DG_OK
               : dg_fail(err, DG_NOMEM, "no memory for the wanted configuration");
}

dg_code dg_run_way_try(dg_run_state *run, dg_error *err)
{
    dg_code rc = run->code.len ? dg_chain_has_way(
                     run->control.chain, dg_chain_root(run->control.chain), run->asked->how, err)
                               : DG_OK;
    return rc == DG_UNSUPPORTED ? dg_fail_within(err, DG_USAGE, "upgrade.how") : rc;
}

dg_code dg_run_config_try(dg_run_state *run, dg_error *err)
{
    dg_transition what = { .config = run->asked->config, .config_asked = true };
    dg_enactment way;
    dg_code rc;
    if (!what.config)
        return DG_OK;
    rc = dg_chain_transition(run->control.chain, &way, dg_chain_root(run->control.chain), &what,
                             err);
    if (rc == DG_USAGE || rc == DG_UNSUPPORTED)
        return dg_fail_within(err, DG_USAGE, "upgrade.config");
    if (rc < 0)
        return rc;
    snprintf(run->config_refused, sizeof run->config_refused, "%s", way.config_refused);
    run->config_executor = way.config_executor;
    rc = keep_wanted(run, &way, err);
    dg_enactment_clear(&way);
    return rc;
}

/* ---- block U ---- */

void dg_run_arm_note_way(dg_run_arm *a, const char *path, uint32_t config_session, bool amended)
{
    if (config_session)
        snprintf(a->way.path, sizeof a->way.path, "%s, configuration in force from session %u",
                 path, config_session);
    else
        snprintf(a->way.path, sizeof a->way.path, "%s", path);
    a->way.amended = amended;
}

dg_code dg_run_arm_enact(dg_run_arm *a, dg_block **out, dg_build_report *report,
                         const dg_slot_claim *claim, dg_error *err)
{
    dg_run_state *run = a->run;
    dg_enactment way;
    dg_build_options options = { .claim = *claim };
    dg_block *tip = a->tip;
    dg_transition what = dg_run_transition(run);
    dg_bytes extrinsic;
    dg_code rc;
    assert(a->which == DG_ARM_TREATMENT && !a->at.upgrade_block);
    memset(&way, 0, sizeof way);
    rc = dg_chain_transition(a->chain, &way, a->tip, &what, err);
    if (rc < 0) {
        /* not a verdict on N: the way does not exist on this chain */
        dg_enactment_clear(&way);
        return rc == DG_UNSUPPORTED ? dg_fail_within(err, DG_USAGE, "upgrade.how") : rc;
    }
    extrinsic = dg_buf_bytes(&way.extrinsic);
    if (extrinsic.len) {
        options.extrinsics = &extrinsic;
        options.extrinsic_count = 1;
    }
    options.writes = (const dg_bytes(*)[2])way.writes;
    options.write_count = way.write_count;
    dg_run_arm_note_way(a, way.path ? way.path : "", way.config_session, way.parent != a->tip);
    if (a->way.amended)
        a->tip = a->recent[0] = way.parent;
    rc = dg_chain_build(a->chain, out, report, way.parent, &options, err);
    if (rc < 0)
        a->tip = a->recent[0] = tip; /* the next slot tries again */
    dg_enactment_clear(&way);
    return rc;
}

static json_t *versions_json(const dg_run_state *run)
{
    const dg_version *old = dg_runtime_version(run->from_kept), *now = dg_runtime_version(run->to);
    return json_pack("{s:{s:o, s:I}, s:{s:o, s:I}}", "old", "spec_name",
                     dg_event_text(old->spec_name), "spec_version", (json_int_t)old->spec_version,
                     "new", "spec_name", dg_event_text(now->spec_name), "spec_version",
                     (json_int_t)now->spec_version);
}

dg_code dg_run_arm_upgraded(dg_run_arm *a, dg_block *block, dg_error *err)
{
    dg_run_state *run = a->run;
    static const char *const hows[] = { "authorize", "set-code", "unchecked", "override" };
    dg_error why = { .text = "" };
    json_t *detail = versions_json(run);
    dg_code rc = run->code.len ? dg_chain_enacted(a->chain, block, dg_buf_bytes(&run->code),
                                                  &a->way.pending, &why)
                               : DG_OK;
    assert(a->which == DG_ARM_TREATMENT);
    if (rc == DG_IO || rc == DG_NOMEM) {
        json_decref(detail);
        return dg_fail(err, rc, "%s", why.text);
    }
    a->way.code_alone = rc == DG_OK && run->code.len && config_refused(run);
    if (rc == DG_OK && config_refused(run))
        rc = dg_fail(&why, DG_MISMATCH,
                     "the chain's own calls refuse this change of the configuration: %s",
                     run->config_refused);
    a->way.enacted = rc == DG_OK;
    if (!a->way.enacted)
        snprintf(a->way.refused, sizeof a->way.refused, "%.299s", why.text);
    if (json_object_set_new(detail, "how",
                            json_string(run->code.len ? hows[run->asked->how] : "config"))
            != 0
        || json_object_set_new(detail, "path", dg_event_text(a->way.path)) != 0
        || (strncmp(a->way.path, DG_ENACT_UNSERVED, strlen(DG_ENACT_UNSERVED)) == 0
            && json_object_set_new(detail, "unserved", json_string("scheduler")) != 0)
        || (a->way.enacted && config_objected(run)
            && json_object_set_new(detail, "objected", dg_event_text(config_objected(run))) != 0)
        || (!a->way.enacted
            && json_object_set_new(detail, "refused", dg_event_text(a->way.refused)) != 0)
        || (a->way.code_alone && json_object_set_new(detail, "part", json_string("config")) != 0))
        run->log.rc = DG_NOMEM;
    dg_run_arm_log(a, dg_block_slot(block), dg_block_number(block),
                   &(dg_event){ .kind = DG_EVENT_UPGRADE,
                                .upgrade = { .pending = a->way.pending,
                                             .enacted = a->way.enacted,
                                             .slot = (int64_t)dg_block_slot(block),
                                             .migrated = 0 },
                                .detail = detail });
    return DG_OK;
}

/* What the code takes itself for, whatever its section says: that is what it records. */
static uint32_t version_by_code(dg_run_arm *a, dg_block *block)
{
    dg_version by_code;
    dg_bytes raw;
    return dg_chain_call(a->chain, block, &raw, NULL, "Core_version", dg_bytes_of(NULL, 0), NULL)
                       == DG_OK
                   && dg_version_decode(&by_code, raw, NULL) == DG_OK
               ? by_code.spec_version
               : dg_runtime_version(a->run->to)->spec_version;
}

/* System.LastRuntimeUpgrade says whose migrations ran last; chains without it are
 * judged by the code that answers. */
static bool took_over(dg_run_arm *a, dg_block *block, char *why, size_t why_size)
{
    dg_runtime *now = NULL;
    json_t *last;
    bool right;
    if (dg_block_runtime(a->chain, block, &now, NULL) != DG_OK
        || !dg_hash_equal(dg_runtime_hash(now), dg_runtime_hash(a->run->to))) {
        snprintf(why, why_size, "another code answers");
        return false;
    }
    if (!(last = dg_run_item_at(a, block, "System", "LastRuntimeUpgrade")))
        return true;
    right = json_integer_value(json_object_get(last, "spec_version"))
            == (json_int_t)version_by_code(a, block);
    if (!right)
        snprintf(why, why_size, "System.LastRuntimeUpgrade is still %lld, so no migration ran",
                 (long long)json_integer_value(json_object_get(last, "spec_version")));
    json_decref(last);
    return right;
}

dg_code dg_run_arm_migrated(dg_run_arm *a, dg_block *block, dg_error *err)
{
    char why[160] = "";
    bool right = took_over(a, block, why, sizeof why);
    json_t *detail = versions_json(a->run);
    assert(a->which == DG_ARM_TREATMENT);
    if (!right && json_object_set_new(detail, "refused", dg_event_text(why)) != 0)
        a->run->log.rc = DG_NOMEM;
    dg_run_arm_log(a, dg_block_slot(block), dg_block_number(block),
                   &(dg_event){ .kind = DG_EVENT_UPGRADE,
                                .upgrade = { .pending = 0,
                                             .enacted = right,
                                             .slot = (int64_t)dg_block_slot(block),
                                             .migrated = 1 },
                                .detail = detail });
    return dg_event_log_check(&a->run->log, err);
}
