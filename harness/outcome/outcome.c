/* outcome.c - events and verdicts become one JSON document and an exit code. */
#include "outcome/outcome_impl.h"

#include <assert.h>
#include <string.h>
#include <sys/utsname.h>

/* ---- the head ---- */

static json_t *runtime_json(const dg_runtime *runtime)
{
    const dg_version *v = dg_runtime_version(runtime);
    return json_pack("{s:o, s:I, s:I, s:I, s:I, s:s}", "spec_name", dg_event_text(v->spec_name),
                     "spec_version", (json_int_t)v->spec_version, "transaction_version",
                     (json_int_t)v->transaction_version, "system_version",
                     (json_int_t)v->system_version, "blob_bytes",
                     (json_int_t)dg_runtime_blob_len(runtime), "hash",
                     dg_hash_text(dg_runtime_hash(runtime)).text);
}

static json_t *snapshot_json(const dg_outcome_facts *run)
{
    const dg_snapshot_info *info = dg_snapshot_info_of(run->snapshot);
    dg_hash hash = dg_snapshot_hash(run->snapshot);
    return json_pack("{s:s, s:s, s:I, s:b}", "hash", dg_hash_text(&hash).text, "state_root",
                     dg_hash_text(&info->state_root).text, "keys", (json_int_t)info->keys,
                     "partial", info->partial);
}

/* The session that runs in block U: one that begins it has the new index already, as
 * session_index_for_child says at it and its slot counts from 0; for what parachains do
 * in that block alone it is still the old one (network-model 1.1.3). */
static int64_t session_at_upgrade(const dg_outcome_facts *run)
{
    int64_t found = 0;
    for (size_t i = 0; i < run->log->count; i++) {
        const dg_event *e = &run->log->at[i];
        if (e->arm == DG_ARM_CONTROL && e->kind == DG_EVENT_BLOCK
            && e->block <= run->control.upgrade_block)
            found = e->new_block.session;
    }
    return found;
}

/* Control's, in slots from `from` on and before `end`. */
static int64_t blocks_between(const dg_outcome_facts *run, uint64_t from, uint64_t end)
{
    int64_t sum = 0;
    for (size_t i = 0; i < run->log->count; i++) {
        const dg_event *e = &run->log->at[i];
        sum += e->arm == DG_ARM_CONTROL && e->kind == DG_EVENT_BLOCK
               && e->new_block.slot >= (int64_t)from && e->new_block.slot < (int64_t)end;
    }
    return sum;
}

static json_t *upgrade_json(const dg_outcome_facts *run)
{
    static const char *const hows[] = { "authorize", "set-code", "unchecked", "override" };
    const char *at = json_string_value(
        json_object_get(json_object_get(dg_plan_json(run->plan), "upgrade"), "at"));
    uint64_t start = run->span.first_boundary - run->span.clock.epoch_slots;
    assert((size_t)run->asked->how < sizeof hows / sizeof *hows);
    return json_pack(
        "{s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:b, s:b}", "at", at, "how",
        run->new_code ? hows[run->asked->how] : "config", "path", run->path, "block",
        (json_int_t)run->treatment.upgrade_block, "slot", (json_int_t)run->span.upgrade_slot,
        "slot_of_session", (json_int_t)(run->span.upgrade_slot - start), "slots_to_boundary",
        (json_int_t)(run->span.first_boundary - run->span.upgrade_slot), "blocks_to_boundary",
        (json_int_t)blocks_between(run, run->span.upgrade_slot, run->span.first_boundary),
        "blocks_of_session", (json_int_t)blocks_between(run, start, run->span.upgrade_slot),
        "session", (json_int_t)session_at_upgrade(run), "enacted", run->enacted, "pending",
        run->pending);
}

static json_t *arm_json(const dg_outcome_facts *run, const dg_outcome_arm *a, dg_arm which)
{
    int64_t slots = 0;
    for (size_t i = 0; i < run->log->count; i++)
        slots += run->log->at[i].arm == which && run->log->at[i].kind == DG_EVENT_SLOT;
    return json_pack("{s:I, s:I, s:I, s:s}", "slots", (json_int_t)slots, "blocks",
                     (json_int_t)a->blocks, "boundaries_after", (json_int_t)a->boundaries, "ended",
                     a->ended);
}

/* What may differ from machine to machine. */
static json_t *environment_json(const dg_outcome_facts *run)
{
    struct utsname host;
    bool known = uname(&host) == 0;
    return json_pack("{s:s, s:s, s:b, s:s}", "system", known ? host.sysname : "", "machine",
                     known ? host.machine : "", "snapshot_from_cache", run->from_cache,
                     "snapshot_path", run->asked->snapshot);
}

static json_t *name_json(const dg_outcome_facts *run)
{
    json_t *name = json_object_get(dg_plan_json(run->plan), "name");
    char room[160];
    if (name)
        return json_incref(name);
    if (!run->new_code)
        snprintf(room, sizeof room, "%s %u, another configuration",
                 dg_runtime_version(run->from)->spec_name,
                 dg_runtime_version(run->from)->spec_version);
    else
        snprintf(room, sizeof room, "%s %u -> %u", dg_runtime_version(run->from)->spec_name,
                 dg_runtime_version(run->from)->spec_version,
                 dg_runtime_version(run->to)->spec_version);
    return dg_event_text(room);
}

static int put_head(json_t *out, const dg_outcome_facts *run)
{
    const dg_snapshot_info *info = dg_snapshot_info_of(run->snapshot);
    return dg_outcome_put(out, "doppel", json_integer(1))
           | dg_outcome_put(out, "name", name_json(run))
           | dg_outcome_put(out, "program",
                            json_pack("{s:s, s:s, s:s}", "name", "doppel", "version", DG_VERSION,
                                      "engine", dg_engine_version()))
           | dg_outcome_put(out, "chain", dg_event_text(info->chain))
           | dg_outcome_put(out, "block",
                            json_pack("{s:I, s:s}", "number", (json_int_t)run->span.fork_number,
                                      "hash", dg_hash_text(&run->fork_hash).text))
           | dg_outcome_put(out, "snapshot", snapshot_json(run))
           | dg_outcome_put(out, "seed", json_integer((json_int_t)run->asked->seed))
           | dg_outcome_put(out, "from", runtime_json(run->from))
           | dg_outcome_put(out, "to", runtime_json(run->to))
           | dg_outcome_put(out, "validators", json_integer(run->validators))
           | dg_outcome_put(out, "parachains", json_integer(run->parachains))
           | dg_outcome_put(out, "epoch_slots",
                            json_integer((json_int_t)run->span.clock.epoch_slots))
           | dg_outcome_put(out, "slot_ms", json_integer((json_int_t)run->span.clock.slot_ms))
           | dg_outcome_seeds(out, run) | dg_outcome_network_sum(out, run);
}

static int put_body(json_t *out, const dg_outcome_facts *run, const json_t *claims)
{
    return dg_outcome_put(out, "upgrade", upgrade_json(run))
           | dg_outcome_put(out, "control", arm_json(run, &run->control, DG_ARM_CONTROL))
           | dg_outcome_put(out, "treatment", arm_json(run, &run->treatment, DG_ARM_TREATMENT))
           | dg_outcome_put(out, "apis", dg_outcome_apis(run)) | dg_outcome_causes(out, run, claims)
           | dg_outcome_put(out, "chains", dg_outcome_chains(run, claims))
           | dg_outcome_put(out, "notes", dg_outcome_notes(run, claims))
           | dg_outcome_put(out, "series", dg_outcome_series(run))
           | dg_outcome_put(out, "plan", json_deep_copy(dg_plan_json(run->plan)))
           | dg_outcome_put(out, "environment", environment_json(run));
}

/* What the log tells is what was: explained once more, it comes to the same. */
static void assert_told(const dg_claim_setup *setup, const dg_outcome_facts *run)
{
    assert(setup->begun && setup->control_ended && setup->treatment_ended);
    assert(setup->network == dg_plan_wants_network(run->plan));
    assert(setup->code == run->new_code);
    assert(setup->upgrade_slot == (int64_t)run->span.upgrade_slot);
    assert(setup->control_block == run->control.upgrade_block);
    assert(setup->treatment_block == run->treatment.upgrade_block);
    assert(setup->boundaries == run->treatment.boundaries);
    assert(setup->ran == run->treatment.ran);
    assert(setup->diverged == run->diverged);
}

dg_code dg_outcome_make(json_t **out, const dg_outcome_facts *run, dg_error *err)
{
    json_t *outcome = json_object(), *claims = json_array();
    dg_outcome_tally t = { 0 };
    dg_claim_setup setup;
    dg_code rc;
    assert(run->plan && run->asked && run->log);
    assert(run->snapshot && run->from && run->to);
    assert(run->control.ended && run->treatment.ended);
    assert(run->path && run->grown && run->chain_only);
    dg_claim_setup_read(&setup, run->log->at, run->log->count);
    assert_told(&setup, run);
    rc = dg_outcome_judge(claims, &t, &setup, run->log, err);
    if (rc >= 0
        && ((put_head(outcome, run) | put_body(outcome, run, claims)
             | dg_outcome_chain_only(outcome, run, &setup)
             | dg_outcome_put(outcome, "ill_control", dg_outcome_ill_control(run->log, &setup))
             | dg_outcome_result(outcome, &setup, &t) | json_object_set(outcome, "claims", claims))
            || dg_outcome_answer(outcome, run, &setup, &t, claims)))
        rc = dg_fail(err, DG_NOMEM, "no memory for the outcome");
    json_decref(claims);
    if (rc < 0) {
        json_decref(outcome);
        return rc;
    }
    *out = outcome;
    return DG_OK;
}
