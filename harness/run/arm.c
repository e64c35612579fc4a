/* arm.c - one arm: its slots, the blocks that come of them, and what follows from
 * those. Who makes the blocks is another question: one author a slot (alone.c), or
 * the network that the plan names (network.c).
 *
 * Slots and boundaries are those of a BABE client that read N-1's configuration at
 * the fork; what N believes about epochs shows in the events, not in the clock. */
#include "run/run_impl.h"

#include <string.h>

void arm_log(arm *a, uint64_t slot, uint32_t block, dg_event_kind kind, const int64_t n[6],
             json_t *detail)
{
    log_add(&a->run->log, a->which, dg_plan_slot_at(&a->run->span, slot), block, kind, n, detail);
}

/* ---- a slot, whoever made what came of it ---- */

static const char *step_name(dg_build_step step)
{
    static const char *const names[] = { "runtime", "initialize_block", "inherents",
                                         "apply",   "finalize_block",   "done" };
    return names[step];
}

void arm_slot(arm *a, uint64_t slot, uint32_t number, bool built, size_t claims)
{
    arm_log(a, slot, number, DG_EV_SLOT, LOG_N((int64_t)slot, built, (int64_t)claims), NULL);
}

void arm_refused(arm *a, uint64_t slot, uint32_t number, const dg_build_report *report,
                 const char *why)
{
    json_t *detail = json_pack("{s:s, s:o, s:o}", "step", step_name(report->step), "panic",
                               dg_event_text(report->panic), "reason", dg_event_text(why));
    if (!detail)
        a->run->log.rc = DG_NOMEM;
    arm_log(a, slot, number, DG_EV_BUILD_FAILED, LOG_N((int64_t)slot, report->step, report->trap),
            detail);
    if (report->step >= DG_BUILD_INHERENTS) /* which ones were in is not known without the block */
        arm_log(
            a, slot, number, DG_EV_INHERENT,
            LOG_N(report->inherent_count + report->refused_inherents, report->inherent_count, -1),
            json_pack("{s:o}", "refused", dg_event_text(why)));
}

bool arm_takes_long(const dg_build_report *report)
{
    return report->trap == DG_TRAP_FUEL || report->trap == DG_TRAP_HOST;
}

dg_code arm_grown(arm *a, dg_block *block, const dg_build_report *report, size_t claims,
                  dg_error *err)
{
    a->blocks++;
    a->tip = block;
    arm_slot(a, dg_block_slot(block), dg_block_number(block), true, claims);
    return arm_block_done(a, block, report, err);
}

dg_code arm_before_upgrade(arm *a, dg_error *err)
{
    dg_code rc;
    if (!a->samples[MOMENT_BEFORE].taken
        && ((rc = sample_take(a, MOMENT_BEFORE, a->tip, err)) < 0
            || (rc = sets_log(a, a->tip, "U-1", err)) < 0))
        return rc;
    if (a->which == DG_ARM_CONTROL || a->compared)
        return DG_OK;
    a->compared = true;
    return identity_log(a, a->tip, err);
}

bool arm_not_enacted(const arm *a)
{
    return a->which == DG_ARM_TREATMENT && a->upgrade_block && !a->enacted;
}

/* ---- all slots ---- */

static const char *arm_name(const arm *a)
{
    return a->which == DG_ARM_CONTROL ? "control" : "treatment";
}

static dg_code begin(arm *a, dg_error *err)
{
    run_state *run = a->run;
    dg_code rc;
    const dg_version *version = dg_runtime_version(run->from_kept);
    json_t *detail =
        json_pack("{s:o, s:I, s:I, s:I, s:I}", "spec_name", dg_event_text(version->spec_name),
                  "spec_version", (json_int_t)version->spec_version, "from_slot",
                  (json_int_t)run->span.clock.next_slot, "upgrade_slot",
                  (json_int_t)run->span.upgrade_slot, "end_slot", (json_int_t)run->span.end_slot);
    if (!detail)
        run->log.rc = DG_NOMEM;
    a->tip = a->recent[0] = dg_chain_root(a->chain);
    log_add(&run->log, a->which, 0, run->span.fork_number, DG_EV_RUN_START,
            LOG_N(run->span.fork_number, (int64_t)run->span.clock.epoch_slots,
                  (int64_t)run->span.clock.slot_ms, run->span.clock.session,
                  version->system_version, run->asked->boundaries_after),
            detail);
    if ((rc = dg_client_view_new(&a->view, a->chain, a->tip, err)) < 0)
        return rc;
    return dg_plan_wants_network(run->plan) ? network_begin(a, err) : rc;
}

static void end(arm *a, uint64_t slot)
{
    json_t *detail =
        json_pack("{s:s}", "reason", a->stopped ? a->reason : "the horizon was reached");
    if (!detail)
        a->run->log.rc = DG_NOMEM;
    if (a->which == DG_ARM_TREATMENT && !a->samples[MOMENT_AFTER].taken)
        sample_log(a, MOMENT_UPGRADE); /* U+1 never came: nothing to compare with */
    arm_log(a, slot, dg_block_number(a->tip), DG_EV_RUN_END,
            LOG_N(a->blocks, a->boundaries, a->running), detail);
}

static void stop(arm *a, const char *reason)
{
    a->stopped = true;
    snprintf(a->reason, sizeof a->reason, "%s", reason);
}

/* A migration that is under way at the end of the run is waited for. */
static dg_code over(arm *a, bool *out, uint64_t slot, dg_error *err)
{
    uint64_t last = a->run->span.end_slot;
    bool running = a->running;
    dg_code rc = DG_OK;
    *out = a->stopped || slot > last + ARM_MIGRATION_BLOCKS_MAX;
    if (*out || slot <= last)
        return DG_OK;
    if (a->network && a->which == DG_ARM_TREATMENT) /* what is settled is some blocks old */
        rc = dg_chain_migrating(a->chain, network_best(a), &running, err);
    *out = rc != DG_OK || !running;
    return rc < 0 ? rc : DG_OK;
}

static dg_code all_slots(arm *a, uint64_t *slot, dg_error *err)
{
    const run_state *run = a->run;
    bool done;
    dg_code rc;
    for (*slot = run->span.clock.next_slot; (rc = over(a, &done, *slot, err)) >= 0 && !done;
         (*slot)++) {
        run_progress(run, arm_name(a), *slot - run->span.clock.next_slot,
                     run->span.end_slot - run->span.clock.next_slot + 1);
        rc = a->network ? network_slot(a, *slot, err) : alone_slot(a, *slot, err);
        if (rc < 0)
            return rc;
        if (a->failures >= ARM_FAILURES_MAX)
            stop(a, "no block could be built any more");
        else if (arm_not_enacted(a))
            stop(a, "N was not enacted");
    }
    return rc;
}

dg_code arm_run(arm *a, dg_error *err)
{
    uint64_t slot;
    dg_code rc;
    if ((rc = begin(a, err)) < 0 || (rc = all_slots(a, &slot, err)) < 0
        || (a->network && (rc = network_end(a, slot, err)) < 0) || (rc = arm_finish(a, err)) < 0)
        return dg_fail_within(err, rc, "%s", arm_name(a));
    end(a, slot - 1);
    return log_check(&a->run->log, err);
}

void arm_close_chain(arm *a)
{
    network_free(a);
    dg_client_view_free(a->view);
    dg_chain_close(a->chain);
    a->chain = NULL;
    a->view = NULL;
}

void arm_clear(arm *a)
{
    for (int m = 0; m < MOMENT_COUNT; m++)
        dg_survey_sample_clear(&a->samples[m]);
    dg_survey_sample_clear(&a->without);
    dg_survey_scan_clear(&a->settled);
    dg_survey_scan_clear(&a->end);
    json_decref(a->config);
    json_decref(a->config_end);
    json_decref(a->messages);
    json_decref(a->calls);
    json_decref(a->versions);
    json_decref(a->retyped);
    json_decref(a->retyped_after);
    dg_epoch_clear(&a->epoch);
    arm_close_chain(a);
}
