/* arm.c - one arm, slot by slot: who may author, the block, what follows from it.
 *
 * Slots and boundaries are those of a BABE client that read N-1's configuration at
 * the fork; what N believes about epochs shows in the events, not in the clock. */
#include "run/run_impl.h"

#include <string.h>

dg_ns run_at(const run_state *run, uint64_t slot)
{
    return slot < run->clock.next_slot ? 0 : (slot - run->clock.next_slot) * run->clock.slot_ms * 1000000;
}

void arm_log(arm *a, uint64_t slot, uint32_t block, dg_event_kind kind, const int64_t n[6], json_t *detail)
{
    log_add(&a->run->log, a->which, run_at(a->run, slot), block, kind, n, detail);
}

/* ---- who may author ---- */

/* A client authors by the epoch its digests told it. When the runtime at the tip
 * cannot be asked, the last epoch is carried on. */
static dg_code epoch_of(arm *a, uint64_t slot, dg_error *err)
{
    dg_epoch now;
    dg_code rc = dg_chain_epoch(a->chain, a->tip, slot, &now, err);
    if (rc == DG_OK) {
        dg_epoch_clear(&a->epoch);
        a->epoch = now;
        return DG_OK;
    }
    if (rc == DG_IO || rc == DG_NOMEM || !a->epoch.duration)
        return rc < 0 ? rc : dg_fail(err, DG_UNSUPPORTED, "the runtime at block #%u has no BABE epochs", dg_block_number(a->tip));
    while (slot >= a->epoch.start_slot + a->epoch.duration) {
        a->epoch.start_slot += a->epoch.duration;
        a->epoch.index++;
    }
    return DG_OK;
}

/* ---- one slot ---- */

static const char *step_name(dg_build_step step)
{
    static const char *const names[] = { "runtime", "initialize_block", "inherents", "apply", "finalize_block", "done" };
    return names[step];
}

/* A failure that says something about the runtime; others end the run. */
static bool is_verdict(dg_code rc)
{
    return rc == DG_TRAP || rc == DG_MALFORMED || rc == DG_MISMATCH || rc == DG_LIMIT || rc == DG_UNSUPPORTED;
}

static void log_failure(arm *a, uint64_t slot, const dg_build_report *report, const dg_error *why)
{
    json_t *detail = json_pack("{s:s, s:o, s:o}", "step", step_name(report->step), "panic", plain_json(report->panic),
                               "reason", plain_json(why->text));
    if (!detail)
        a->run->log.rc = DG_NOMEM;
    arm_log(a, slot, dg_block_number(a->tip) + 1, DG_EV_BUILD_FAILED, LOG_N((int64_t)slot, report->step, report->trap), detail);
    if (report->step >= DG_BUILD_INHERENTS) /* which ones were in is not known without the block */
        arm_log(a, slot, dg_block_number(a->tip) + 1, DG_EV_INHERENT,
                LOG_N(report->inherent_count + report->refused_count, report->inherent_count, -1),
                json_pack("{s:o}", "refused", plain_json(why->text)));
}

static void log_slot(arm *a, uint64_t slot, uint32_t number, bool built, size_t claims)
{
    arm_log(a, slot, number, DG_EV_SLOT, LOG_N((int64_t)slot, built, (int64_t)claims), NULL);
}

static dg_code build(arm *a, dg_block **out, dg_build_report *report, const dg_slot_claim *claim, dg_error *err)
{
    dg_build_options options = { .claim = *claim };
    bool at_upgrade = !a->upgrade_block && claim->slot >= a->run->upgrade_slot;
    dg_code rc;
    if (at_upgrade && !a->samples[MOMENT_BEFORE].taken
        && ((rc = sample_take(a, MOMENT_BEFORE, a->tip, err)) < 0 || (rc = sets_log(a, a->tip, "U-1", err)) < 0))
        return rc;
    if (at_upgrade && a->which == DG_ARM_CONTROL)
        a->before = *dg_block_hash(a->tip);
    if (at_upgrade && a->which == DG_ARM_TREATMENT) {
        if (!a->compared && (rc = identity_log(a, a->tip, err)) < 0)
            return rc;
        a->run->diverged |= !a->compared && !dg_hash_equal(dg_block_hash(a->tip), &a->run->control.before);
        a->compared = true;
        return arm_enact(a, out, report, claim, err);
    }
    return dg_chain_build(a->chain, out, report, a->tip, &options, err);
}

static void move_tip(arm *a, dg_block *block)
{
    memmove(&a->recent[1], &a->recent[0], sizeof a->recent - sizeof a->recent[0]);
    a->recent[0] = a->tip = block;
}

static dg_code finalize(arm *a, dg_error *err)
{
    dg_block *block = a->recent[ARM_LAG];
    return block ? dg_chain_finalize(a->chain, block, err) : DG_OK;
}

static dg_code one_slot(arm *a, uint64_t slot, dg_error *err)
{
    dg_slot_claim claims[8];
    dg_build_report report = { .step = DG_BUILD_RUNTIME };
    dg_block *block = NULL;
    dg_error why = { .text = "" };
    size_t count;
    dg_code rc = epoch_of(a, slot, err);
    if (rc < 0)
        return rc;
    if ((count = dg_epoch_claims(&a->epoch, claims, 8, slot, a->run->plan->seed)) == 0) {
        log_slot(a, slot, dg_block_number(a->tip) + 1, false, 0);
        return DG_OK;
    }
    rc = build(a, &block, &report, &claims[0], &why);
    if (rc < 0 && !is_verdict(rc))
        return dg_fail(err, rc, "%s", why.text);
    if (rc < 0) {
        log_failure(a, slot, &report, &why);
        log_slot(a, slot, dg_block_number(a->tip) + 1, false, count);
        a->failures += report.trap == DG_TRAP_FUEL || report.trap == DG_TRAP_HOST ? 4 : 1; /* such ones take long, and do it again */
        return DG_OK;
    }
    a->failures = 0;
    a->blocks++;
    move_tip(a, block);
    log_slot(a, slot, dg_block_number(block), true, count);
    if ((rc = arm_block_done(a, block, &report, err)) < 0)
        return rc;
    return finalize(a, err);
}

/* ---- all slots ---- */

static dg_code begin(arm *a, dg_error *err)
{
    run_state *run = a->run;
    const dg_version *version = dg_runtime_version(run->from_kept);
    json_t *detail = json_pack("{s:o, s:I, s:I, s:I, s:I}", "spec_name", plain_json(version->spec_name), "spec_version", (json_int_t)version->spec_version,
                               "from_slot", (json_int_t)run->clock.next_slot, "upgrade_slot", (json_int_t)run->upgrade_slot,
                               "end_slot", (json_int_t)run->end_slot);
    if (!detail)
        run->log.rc = DG_NOMEM;
    a->tip = a->recent[0] = dg_chain_root(a->chain);
    log_add(&run->log, a->which, 0, run->fork_number, DG_EV_RUN_START,
            LOG_N(run->fork_number, (int64_t)run->clock.epoch_slots, (int64_t)run->clock.slot_ms, run->clock.session,
                  version->system_version, run->plan->boundaries_after), detail);
    return dg_client_view_new(&a->view, a->chain, a->tip, err);
}

static void end(arm *a, uint64_t slot)
{
    json_t *detail = json_pack("{s:s}", "reason", a->stopped ? a->reason : "the horizon was reached");
    if (!detail)
        a->run->log.rc = DG_NOMEM;
    if (a->which == DG_ARM_TREATMENT && !a->samples[MOMENT_AFTER].taken)
        sample_log(a, MOMENT_UPGRADE); /* U+1 never came: nothing to compare with */
    arm_log(a, slot, dg_block_number(a->tip), DG_EV_RUN_END, LOG_N(a->blocks, a->boundaries, a->running), detail);
}

static void stop(arm *a, const char *reason)
{
    a->stopped = true;
    snprintf(a->reason, sizeof a->reason, "%s", reason);
}

static bool over(const arm *a, uint64_t slot)
{
    uint64_t last = a->run->end_slot;
    if (a->running)
        last += ARM_MIGRATION_BLOCKS_MAX;
    return a->stopped || slot > last;
}

dg_code arm_run(arm *a, dg_error *err)
{
    run_state *run = a->run;
    const char *phase = a->which == DG_ARM_CONTROL ? "control" : "treatment";
    uint64_t slot = run->clock.next_slot;
    dg_code rc = begin(a, err);
    for (; rc >= 0 && !over(a, slot); slot++) {
        run_progress(run, phase, slot - run->clock.next_slot, run->end_slot - run->clock.next_slot + 1);
        if ((rc = one_slot(a, slot, err)) < 0)
            return dg_fail_within(err, rc, "%s", phase);
        if (a->failures >= ARM_FAILURES_MAX)
            stop(a, "no block could be built any more");
        else if (a->which == DG_ARM_TREATMENT && a->upgrade_block && !a->enacted)
            stop(a, "N was not enacted");
    }
    if (rc < 0 || (rc = arm_finish(a, err)) < 0)
        return rc;
    end(a, slot - 1);
    return log_check(&run->log, err);
}

void arm_clear(arm *a)
{
    for (int m = 0; m < MOMENT_COUNT; m++)
        sample_clear(&a->samples[m]);
    scan_clear(&a->settled);
    scan_clear(&a->end);
    json_decref(a->config);
    json_decref(a->config_end);
    json_decref(a->calls);
    json_decref(a->versions);
    json_decref(a->retyped);
    json_decref(a->retyped_after);
    dg_epoch_clear(&a->epoch);
    dg_client_view_free(a->view);
    dg_chain_close(a->chain);
    a->chain = NULL;
    a->view = NULL;
}
