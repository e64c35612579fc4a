/* outcome.c - events and verdicts become one JSON document and an exit code. */
#include "run/run_impl.h"

#include <string.h>
#include <sys/utsname.h>

int outcome_put(json_t *object, const char *key, json_t *value)
{
    return json_object_set_new(object, key, value);
}

/* ---- claims ---- */

static const json_t *own_options(const run_state *run, const dg_claim *claim)
{
    return json_object_get(json_object_get(dg_plan_json(run->plan), "claims"),
                           dg_claim_name(claim->id));
}

static bool is_judged(const run_state *run, const dg_claim *claim)
{
    const json_t *claims = json_object_get(dg_plan_json(run->plan), "claims"),
                 *own = own_options(run, claim);
    if ((claim->network && !dg_plan_wants_network(run->plan))
        || (claim->code && !run->asked->to[0]))
        return false;
    return (!json_is_false(json_object_get(claims, "default")) || own)
           && !json_is_true(json_object_get(own, "off"));
}

static dg_severity severity_of(const run_state *run, const dg_claim *claim)
{
    const char *text = json_string_value(json_object_get(own_options(run, claim), "severity"));
    return text ? strcmp(text, "gate") == 0 ? DG_GATE : DG_ADVICE : claim->severity;
}

static json_t *claim_json(const dg_claim *claim, dg_severity severity, const dg_verdict *v)
{
    json_t *out = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:o}", "name", dg_claim_name(claim->id),
                            "says", claim->says, "because", claim->because, "basis", claim->basis,
                            "severity", dg_verdict_severity_name(severity), "status",
                            dg_verdict_status_name(v->status), "text", dg_event_text(v->text));
    int bad = 0;
    if (v->first_block || v->last_block)
        bad |= outcome_put(out, "first_block", json_integer(v->first_block))
               | outcome_put(out, "last_block", json_integer(v->last_block));
    if (v->count)
        bad |= outcome_put(out, "count", json_integer((json_int_t)v->count));
    if (v->healed[0])
        bad |= outcome_put(out, "healed", dg_event_text(v->healed));
    if (v->control_failed)
        bad |= outcome_put(out, "control_failed", json_true());
    if (json_array_size(v->evidence))
        bad |= json_object_set(out, "evidence", v->evidence);
    if (bad) {
        json_decref(out);
        return NULL;
    }
    return out;
}

typedef struct tally {
    unsigned judged, broke, broke_chain, warned, missed, control_failed;
    const char *first_broke, *first_missed, *first_failed;
} tally;

static void count(tally *t, const dg_claim *claim, dg_severity severity, const dg_verdict *v)
{
    t->judged++;
    t->warned += v->status == DG_WARNED || (v->status == DG_BROKE && severity == DG_ADVICE);
    if (severity == DG_ADVICE)
        return;
    if (v->status == DG_BROKE && !t->broke++)
        t->first_broke = dg_claim_name(claim->id);
    t->broke_chain += v->status == DG_BROKE && !claim->network;
    if (v->status == DG_UNEXERCISED && (!claim->optional || v->control_failed) && !t->missed++)
        t->first_missed = dg_claim_name(claim->id);
    if (v->control_failed && !t->control_failed++)
        t->first_failed = dg_claim_name(claim->id);
}

static dg_code judge_all(json_t *claims, tally *t, const run_state *run, dg_error *err)
{
    const dg_claim *claim;
    for (size_t i = 0; (claim = dg_claim_at(i)); i++) {
        dg_claim_setup setup = { .upgrade_block = run->treatment.upgrade_block
                                                      ? run->treatment.upgrade_block
                                                      : run->control.upgrade_block,
                                 .slot_ms = run->span.clock.slot_ms,
                                 .epoch_slots = run->span.clock.epoch_slots,
                                 .boundaries_after = run->asked->boundaries_after,
                                 .options = own_options(run, claim) };
        dg_verdict v;
        dg_code rc;
        int bad;
        if (!is_judged(run, claim))
            continue;
        if ((rc = dg_claim_judge(claim, &v, &setup, run->log.at, run->log.count, err)) < 0)
            return rc;
        bad = json_array_append_new(claims, claim_json(claim, severity_of(run, claim), &v));
        count(t, claim, severity_of(run, claim), &v);
        dg_verdict_clear(&v);
        if (bad)
            return dg_fail(err, DG_NOMEM, "no memory for the verdicts");
    }
    return DG_OK;
}

/* ---- the verdict of the run ---- */

/* The hazard is there when N was enacted, ran, and the boundaries that the plan
 * wants were passed. A run without that proves nothing of N. */
static const char *not_exercised(const run_state *run)
{
    if (!run->control.upgrade_block)
        return "no block was built at U, even without the upgrade";
    if (!run->treatment.after_done)
        return "N never ran";
    if (run->treatment.boundaries < run->asked->boundaries_after)
        return "the run ended before its last session boundary";
    return NULL;
}

static int put_result(json_t *out, const run_state *run, const tally *t)
{
    char reason[300];
    const char *missing = not_exercised(run);
    /* claims on a network are measured by control */
    bool broke = t->broke && (t->broke_chain || !t->control_failed);
    int code = broke ? DG_EXIT_BROKE : missing || t->missed ? DG_EXIT_INCONCLUSIVE : DG_EXIT_HELD;
    static const char *const words[] = { "held",         "broke", "",
                                         "inconclusive", "",      "non-deterministic" };
    code = run->diverged ? DG_EXIT_INTERNAL : code;
    if (run->diverged)
        snprintf(reason, sizeof reason, "the blocks up to U-1 were built twice and differ");
    else if (broke)
        snprintf(reason, sizeof reason, "%u of %u claims broke, first %s", t->broke, t->judged,
                 t->first_broke);
    else if (t->control_failed && run->control.upgrade_block)
        snprintf(reason, sizeof reason, "%s already fails on N-1 alone", t->first_failed);
    else if (missing)
        snprintf(reason, sizeof reason, "%s", missing);
    else if (t->missed)
        snprintf(reason, sizeof reason, "%s was never exercised", t->first_missed);
    else
        snprintf(reason, sizeof reason, "%u claims judged, none broke, %u warned", t->judged,
                 t->warned);
    return outcome_put(out, "result", json_string(words[code]))
           | outcome_put(out, "exit", json_integer(code))
           | outcome_put(out, "reason", dg_event_text(reason));
}

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

static json_t *snapshot_json(const run_state *run)
{
    const dg_snapshot_info *info = dg_snapshot_info_of(run->source.snapshot);
    dg_hash hash = dg_snapshot_hash(run->source.snapshot);
    return json_pack("{s:s, s:s, s:I, s:b}", "hash", dg_hash_text(&hash).text, "state_root",
                     dg_hash_text(&info->state_root).text, "keys", (json_int_t)info->keys,
                     "partial", info->partial);
}

/* The session that runs in block U: one that begins it has the new index already, as
 * session_index_for_child says at it and its slot counts from 0; for what parachains do
 * in that block alone it is still the old one (network-model 1.1.3). */
static int64_t session_at_upgrade(const run_state *run)
{
    int64_t found = 0;
    for (size_t i = 0; i < run->log.count; i++) {
        const dg_event *e = &run->log.at[i];
        if (e->arm == DG_ARM_CONTROL && e->kind == DG_EV_BLOCK
            && e->block <= run->control.upgrade_block)
            found = e->n[1];
    }
    return found;
}

static json_t *upgrade_json(const run_state *run)
{
    static const char *const hows[] = { "authorize", "set-code", "override" };
    const char *at = json_string_value(
        json_object_get(json_object_get(dg_plan_json(run->plan), "upgrade"), "at"));
    uint64_t start = run->span.first_boundary - run->span.clock.epoch_slots;
    return json_pack("{s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:b, s:b}", "at", at, "how",
                     run->code.len ? hows[run->asked->how] : "config", "path", run->treatment.path,
                     "block", (json_int_t)run->treatment.upgrade_block, "slot",
                     (json_int_t)run->span.upgrade_slot, "slot_of_session",
                     (json_int_t)(run->span.upgrade_slot - start), "session",
                     (json_int_t)session_at_upgrade(run), "enacted", run->treatment.enacted,
                     "pending", run->treatment.pending);
}

static json_t *arm_json(const run_state *run, const arm *a)
{
    int64_t slots = 0;
    for (size_t i = 0; i < run->log.count; i++)
        slots += run->log.at[i].arm == a->which && run->log.at[i].kind == DG_EV_SLOT;
    return json_pack("{s:I, s:I, s:I, s:s}", "slots", (json_int_t)slots, "blocks",
                     (json_int_t)a->blocks, "boundaries_after", (json_int_t)a->boundaries, "ended",
                     a->stopped ? a->reason : "the horizon was reached");
}

/* What may differ from machine to machine. */
static json_t *environment_json(const run_state *run)
{
    struct utsname host;
    bool known = uname(&host) == 0;
    return json_pack("{s:s, s:s, s:b, s:s}", "system", known ? host.sysname : "", "machine",
                     known ? host.machine : "", "snapshot_from_cache", run->source.from_cache,
                     "snapshot_path", run->asked->snapshot);
}

static json_t *name_json(const run_state *run)
{
    json_t *name = json_object_get(dg_plan_json(run->plan), "name");
    char room[160];
    if (name)
        return json_incref(name);
    if (!run->code.len)
        snprintf(room, sizeof room, "%s %u, another configuration",
                 dg_runtime_version(run->from_kept)->spec_name,
                 dg_runtime_version(run->from_kept)->spec_version);
    else
        snprintf(room, sizeof room, "%s %u -> %u", dg_runtime_version(run->from_kept)->spec_name,
                 dg_runtime_version(run->from_kept)->spec_version,
                 dg_runtime_version(run->to)->spec_version);
    return dg_event_text(room);
}

static int put_head(json_t *out, const run_state *run)
{
    const dg_snapshot_info *info = dg_snapshot_info_of(run->source.snapshot);
    return outcome_put(out, "doppel", json_integer(1)) | outcome_put(out, "name", name_json(run))
           | outcome_put(out, "program",
                         json_pack("{s:s, s:s, s:s}", "name", "doppel", "version", DG_VERSION,
                                   "engine", dg_engine_version()))
           | outcome_put(out, "chain", dg_event_text(info->chain))
           | outcome_put(out, "block",
                         json_pack("{s:I, s:s}", "number", (json_int_t)run->span.fork_number,
                                   "hash", dg_hash_text(&run->fork_hash).text))
           | outcome_put(out, "snapshot", snapshot_json(run))
           | outcome_put(out, "seed", json_integer((json_int_t)run->asked->seed))
           | outcome_put(out, "from", runtime_json(run->from_kept))
           | outcome_put(out, "to", runtime_json(run->to))
           | outcome_put(out, "validators", json_integer(run->validators))
           | outcome_put(out, "parachains", json_integer(run->parachains))
           | outcome_put(out, "epoch_slots", json_integer((json_int_t)run->span.clock.epoch_slots))
           | outcome_put(out, "slot_ms", json_integer((json_int_t)run->span.clock.slot_ms))
           | network_sum(out, run);
}

static int put_body(json_t *out, const run_state *run, const json_t *claims)
{
    return outcome_put(out, "upgrade", upgrade_json(run))
           | outcome_put(out, "control", arm_json(run, &run->control))
           | outcome_put(out, "treatment", arm_json(run, &run->treatment))
           | outcome_put(out, "apis", outcome_apis(run))
           | outcome_put(out, "causes", outcome_causes(run, claims))
           | outcome_put(out, "chains", outcome_chains(run, claims))
           | outcome_put(out, "advice", outcome_advice(run, claims))
           | outcome_put(out, "notes", outcome_notes(run, claims))
           | outcome_put(out, "series", outcome_series(run))
           | outcome_put(out, "plan", json_deep_copy(dg_plan_json(run->plan)))
           | outcome_put(out, "environment", environment_json(run));
}

dg_code outcome_make(json_t **out, run_state *run, dg_error *err)
{
    json_t *outcome = json_object(), *claims = json_array();
    tally t = { 0 };
    dg_code rc = judge_all(claims, &t, run, err);
    if (rc >= 0
        && (put_head(outcome, run) | put_body(outcome, run, claims) | put_result(outcome, run, &t)
            | json_object_set(outcome, "claims", claims)))
        rc = dg_fail(err, DG_NOMEM, "no memory for the outcome");
    json_decref(claims);
    if (rc < 0) {
        json_decref(outcome);
        return rc;
    }
    *out = outcome;
    return DG_OK;
}
