/* arm.c - one arm: its slots, the blocks that come of them, and what follows from
 * those. Who makes the blocks is another question: one author a slot (single_author.c), or
 * the network that the plan names (arm_network.c).
 *
 * Slots and boundaries are those of a BABE client that read N-1's configuration at
 * the fork; what N believes about epochs shows in the events, not in the clock. */
#include "run/run_impl.h"

#include <assert.h>
#include <string.h>

static const char *arm_name(const dg_run_arm *a)
{
    return a->which == DG_ARM_CONTROL ? "control" : "treatment";
}

static void log_start(const dg_run_arm *a)
{
    dg_run_state *run = a->run;
    const dg_version *version = dg_runtime_version(run->from_kept);
    json_t *claims = json_object_get(dg_plan_json(run->plan), "claims");
    json_t *detail = json_pack(
        "{s:o, s:I, s:I, s:I}", "spec_name", dg_event_text(version->spec_name), "spec_version",
        (json_int_t)version->spec_version, "from_slot", (json_int_t)run->span.clock.next_slot,
        "end_slot", (json_int_t)run->span.end_slot);
    if (!detail || (claims && json_object_set(detail, "claims", claims) != 0))
        run->log.rc = DG_NOMEM;
    dg_event_log_add(
        &run->log, &(dg_event){ .arm = a->which,
                                .node = DG_EVENT_NO_NODE,
                                .block = run->span.fork_number,
                                .kind = DG_EVENT_RUN_START,
                                .run_start = { .fork_block = run->span.fork_number,
                                               .epoch_slots = (int64_t)run->span.clock.epoch_slots,
                                               .slot_ms = (int64_t)run->span.clock.slot_ms,
                                               .session = run->span.clock.session,
                                               .system_version = version->system_version,
                                               .boundaries_wanted = run->asked->boundaries_after,
                                               .upgrade_slot = (int64_t)run->span.upgrade_slot,
                                               .code = run->code.len != 0 },
                                .detail = detail });
}

static int64_t ms_of(dg_constant which)
{
    return (int64_t)(dg_world_constant(which) / 1000000);
}

/* What nodes have time for is the node model's to say; claims read it here. */
static void log_limits(const dg_run_arm *a)
{
    dg_event_log_add(
        &a->run->log,
        &(dg_event){
            .arm = a->which,
            .node = DG_EVENT_NO_NODE,
            .block = a->run->span.fork_number,
            .kind = DG_EVENT_NODE_LIMITS,
            .node_limits = { .fuel_per_ms = (int64_t)dg_world_constant(DG_CONST_FUEL_PER_US) * 1000,
                             .proposal_permille = (int64_t)dg_world_constant(DG_CONST_SLOT_BUDGET),
                             .slowest_permille = (int64_t)dg_world_constant(DG_CONST_HARDWARE),
                             .stall_ms = ms_of(DG_CONST_STALL_LIMIT),
                             .propose_wait_ms = ms_of(DG_CONST_PROPOSE_WAIT) } });
}

dg_code dg_run_arm_begin(dg_run_arm *a, const dg_run_arm *host, dg_error *err)
{
    const dg_run_state *run = a->run;
    dg_code rc;
    assert(a->chain && !a->tip);
    log_start(a);
    log_limits(a);
    a->tip = a->recent[0] = dg_chain_root(a->chain);
    if ((rc = dg_client_view_new(&a->view, a->chain, a->tip, err)) < 0)
        return rc;
    if (host)
        return dg_run_network_join(a, host, err);
    return dg_plan_wants_network(run->plan) ? dg_run_network_begin(a, err) : rc;
}

static void log_end(dg_run_arm *a, uint64_t slot)
{
    json_t *detail =
        json_pack("{s:s}", "reason", a->at.stopped ? a->at.reason : "the run reached its horizon");
    if (!detail)
        a->run->log.rc = DG_NOMEM;
    if (a->which == DG_ARM_TREATMENT && !a->kept.samples[DG_RUN_MOMENT_AFTER].taken)
        dg_run_sample_log(a, DG_RUN_MOMENT_UPGRADE); /* U+1 never came: nothing to compare with */
    dg_run_arm_log(
        a, slot, dg_block_number(a->tip),
        &(dg_event){ .kind = DG_EVENT_RUN_END,
                     .run_end = { .blocks = a->at.blocks,
                                  .boundaries_passed = a->at.boundaries,
                                  .migration_running = a->at.running,
                                  .diverged = a->which == DG_ARM_TREATMENT && a->run->diverged },
                     .detail = detail });
}

static void stop(dg_run_arm *a, const char *reason)
{
    assert(!a->at.stopped);
    a->at.stopped = true;
    snprintf(a->at.reason, sizeof a->at.reason, "%s", reason);
}

/* A migration that is under way at the end of the run is waited for. */
dg_code dg_run_arm_over(dg_run_arm *a, bool *out, uint64_t slot, dg_error *err)
{
    uint64_t last = a->run->span.end_slot;
    bool running = a->at.running;
    dg_code rc = DG_OK;
    *out = a->at.stopped || slot > last + DG_RUN_ARM_MIGRATION_BLOCKS_MAX;
    if (*out || slot <= last)
        return DG_OK;
    if (a->network && a->which == DG_ARM_TREATMENT) /* what is settled is some blocks old */
        rc = dg_chain_migrating(a->chain, dg_run_network_best(a), &running, err);
    *out = rc != DG_OK || !running;
    return rc < 0 ? rc : DG_OK;
}

void dg_run_arm_slot_done(dg_run_arm *a)
{
    if (a->at.failures >= DG_RUN_ARM_FAILURES_MAX)
        stop(a, "no block could be built any more");
    else if (dg_run_arm_not_enacted(a))
        stop(a, a->run->code.len && !a->way.code_alone ? "N was not enacted"
                                                       : "the change was not enacted");
}

dg_code dg_run_arm_slots(dg_run_arm *a, uint64_t *slot, dg_error *err)
{
    const dg_run_state *run = a->run;
    bool done;
    dg_code rc;
    for (; (rc = dg_run_arm_over(a, &done, *slot, err)) >= 0 && !done; (*slot)++) {
        dg_run_tell_progress(run, arm_name(a), *slot - run->span.clock.next_slot,
                             run->span.end_slot - run->span.clock.next_slot + 1);
        rc = a->network ? dg_run_network_slot(a, *slot, err)
                        : dg_run_single_author_slot(a, *slot, err);
        if (rc < 0)
            return rc;
        dg_run_arm_slot_done(a);
    }
    return rc;
}

dg_code dg_run_arm_end(dg_run_arm *a, uint64_t slot, dg_error *err)
{
    dg_code rc = a->network ? dg_run_network_end(a, slot, err) : DG_OK;
    if (rc < 0 || (rc = dg_run_arm_finish(a, err)) < 0)
        return rc;
    log_end(a, slot - 1);
    return dg_event_log_check(&a->run->log, err);
}

dg_code dg_run_arm_whole(dg_run_arm *a, dg_error *err)
{
    uint64_t slot = a->run->span.clock.next_slot;
    dg_code rc;
    if ((rc = dg_run_arm_begin(a, NULL, err)) < 0
        || (a->network && a->which == DG_ARM_TREATMENT && (rc = dg_run_network_enact(a, err)) < 0)
        || (rc = dg_run_arm_slots(a, &slot, err)) < 0 || (rc = dg_run_arm_end(a, slot, err)) < 0)
        return dg_fail_within(err, rc, "%s", arm_name(a));
    return DG_OK;
}

void dg_run_arm_close_chain(dg_run_arm *a)
{
    dg_run_network_free(a);
    dg_client_view_free(a->view);
    if (!a->is_guest)
        dg_chain_close(a->chain);
    a->chain = NULL;
    a->view = NULL;
}

void dg_run_arm_clear(dg_run_arm *a)
{
    for (int m = 0; m < DG_RUN_MOMENT_COUNT; m++)
        dg_survey_sample_clear(&a->kept.samples[m]);
    dg_survey_sample_clear(&a->kept.without);
    dg_survey_scan_clear(&a->kept.settled);
    dg_survey_scan_clear(&a->kept.end);
    dg_state_free(a->kept.after);
    json_decref(a->kept.config);
    json_decref(a->kept.config_end);
    dg_run_leftovers_clear(&a->kept.leftovers);
    json_decref(a->kept.messages);
    json_decref(a->kept.calls);
    json_decref(a->kept.versions);
    json_decref(a->kept.retyped);
    json_decref(a->kept.retyped_after);
    dg_epoch_clear(&a->epoch);
    dg_run_arm_close_chain(a);
}
