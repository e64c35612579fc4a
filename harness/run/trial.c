/* trial.c - treatment once more, without some suspects; the claims that broke judge what comes of
 * it. */
#include "run/run_impl.h"

#include <assert.h>

/* Control's events stay; treatment begins anew. */
static void begin_again(dg_run_state *run)
{
    size_t control = 0;
    while (control < run->log.count && run->log.at[control].arm == DG_ARM_CONTROL)
        control++;
    run->log.count = control;
    run->diverged = false;
    run->treatment = (dg_run_arm){ .run = run, .which = DG_ARM_TREATMENT };
}

static dg_code judge(const dg_run_state *run, dg_trial *out, dg_error *err)
{
    dg_claim_setup setup;
    dg_claim_setup_read(&setup, run->log.at, run->log.count);
    out->whole = setup.ran && setup.boundaries >= setup.boundaries_wanted;
    for (dg_claim_id c = 0; c < DG_CLAIM_COUNT; c++) {
        dg_verdict v;
        dg_code rc;
        if (!dg_run_asks(run, c))
            continue;
        if ((rc = dg_claim_judge(dg_claim_at(c), &v, &setup, run->log.at, run->log.count, err)) < 0)
            return rc;
        out->of[c] = dg_trial_claim_of(&v);
        dg_verdict_clear(&v);
    }
    return DG_OK;
}

dg_code dg_run_intervene(dg_run_state *run, dg_trial *out, dg_suspect_set without, dg_error *err)
{
    static dg_run_options quiet;
    dg_code rc;
    assert(without && run->trial.suspects && !run->trial.without);
    *out = (dg_trial){ .failed = false };
    quiet = *run->options;
    quiet.progress = NULL;
    quiet.compiling = NULL;
    run->options = &quiet;
    if ((rc = dg_run_put_back_make(run, without, err)) < 0)
        return rc;
    run->trial.without = without;
    begin_again(run);
    if ((rc = dg_run_intervene_config(run, err)) < 0
        || (rc = dg_run_arm_open_chain(&run->treatment, err)) < 0
        || (rc = dg_run_arm_whole(&run->treatment, err)) < 0)
        return rc;
    if (run->diverged) /* control has it too, and would have to be without it as well */
        return dg_fail(
            err, DG_MISMATCH,
            "without it the blocks before U are not those of control, so control is no measure");
    return judge(run, out, err);
}
