/* twin.c - both arms of one run, control and treatment, and the outcome that they make. */
#include "run/run_impl.h"

#include <assert.h>
#include "outcome/outcome.h"

/* ---- both arms ---- */

/* Is U where the plan has it in blocks? DG_END: it is in run->counted_slot, and control has to
 * be looked at there. */
static dg_code count_blocks(dg_run_state *run, dg_error *err)
{
    uint64_t slot;
    dg_code rc;
    if (!dg_run_counts_blocks(run))
        return DG_OK;
    if ((rc = dg_run_slot_by_blocks(run, &slot, err)) < 0 || slot == run->span.upgrade_slot)
        return rc;
    if (run->counted_slot)
        return dg_fail(err, DG_USAGE,
                       "upgrade.at: control's blocks move with U, so U cannot be counted in "
                       "them: count slots");
    run->counted_slot = slot;
    return DG_END;
}

static dg_code run_arms(dg_run_state *run, dg_error *err)
{
    dg_code rc = dg_run_arm_whole(&run->control, err);
    if (rc < 0 || (rc = count_blocks(run, err)) != DG_OK)
        return rc;
    if ((rc = dg_run_met_keep(run, run->control.chain, err)) < 0)
        return rc;
    dg_run_arm_close_chain(&run->control);
    if ((rc = dg_run_arm_open_chain(&run->treatment, err)) < 0
        || (rc = dg_run_arm_whole(&run->treatment, err)) < 0
        || (rc = dg_run_met_keep(run, run->treatment.chain, err)) < 0)
        return rc;
    return DG_OK;
}

/* ---- what came of it ---- */

static dg_outcome_arm of_arm(const dg_run_arm *a)
{
    return (dg_outcome_arm){ .blocks = a->at.blocks,
                             .boundaries = a->at.boundaries,
                             .upgrade_block = a->at.upgrade_block,
                             .ran = a->at.after_done,
                             .ended = a->at.stopped ? a->at.reason : "the run reached its horizon",
                             .messages = a->kept.messages };
}

dg_code dg_run_tell(json_t **outcome, const dg_run_state *run, dg_error *err)
{
    dg_outcome_facts facts = { .plan = run->plan,
                               .asked = run->asked,
                               .span = run->span,
                               .log = &run->log,
                               .snapshot = run->source.snapshot,
                               .from_cache = run->source.from_cache,
                               .fork_hash = run->fork_hash,
                               .from = run->from_kept,
                               .to = run->to,
                               .new_code = run->code.len != 0,
                               .grown = run->grown,
                               .nodes = run->nodes,
                               .assumed = run->assumed,
                               .chain_only = run->chain_only,
                               .validators = run->validators,
                               .parachains = run->parachains,
                               .coreless = run->coreless,
                               .faults = run->faults,
                               .fault_count = run->fault_count,
                               .control = of_arm(&run->control),
                               .treatment = of_arm(&run->treatment),
                               .path = run->treatment.way.path,
                               .enacted = run->treatment.way.enacted,
                               .pending = run->treatment.way.pending,
                               .amended = run->treatment.way.amended,
                               .explained = run->explained,
                               .positions = run->positions,
                               .diverged = run->diverged };
    return dg_outcome_make(outcome, &facts, err);
}

/* DG_END: U is in slot `r->counted` by the blocks of control; once more, with that. */
static dg_code try_once(dg_run_state **out, dg_run_request *r, dg_error *err)
{
    dg_run_state *run;
    dg_code rc;
    *out = NULL;
    dg_run_keep_begin(r->options->keep);
    if ((rc = dg_run_open(&run, r, err)) < 0)
        return rc;
    if ((rc = run_arms(run, err)) == DG_OK) {
        *out = run;
        return DG_OK;
    }
    r->counted = run->counted_slot;
    rc = dg_run_blame_snapshot(run, rc, err);
    dg_run_free(run);
    return rc;
}

dg_code dg_run_perform(dg_run_state **out, dg_run_request *r, dg_error *err)
{
    dg_code rc = try_once(out, r, err);
    if (rc == DG_END)
        rc = try_once(out, r, err);
    assert(rc != DG_END);
    return rc;
}

dg_code dg_run_alone(json_t **outcome, const dg_plan *plan, const dg_run_options *options,
                     uint64_t seed, dg_error *err)
{
    dg_run_options quiet = *options;
    dg_run_request r = {
        .plan = plan, .options = &quiet, .seed = { true, seed }, .in_child = true
    };
    dg_run_state *run;
    dg_code rc;
    quiet.events_path = NULL;
    quiet.keep = NULL;
    quiet.compiling = NULL;
    quiet.progress = NULL;
    *outcome = NULL;
    if ((rc = dg_run_perform(&run, &r, err)) < 0)
        return rc;
    rc = dg_run_tell(outcome, run, err);
    dg_run_free(run);
    return rc;
}
