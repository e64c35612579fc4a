/* single_author.c - an arm without a network: one author a slot, on the tip. */
#include "run/run_impl.h"

#include <assert.h>
#include <string.h>

/* ---- who may author ---- */

/* A client authors by the epoch its digests told it. When the runtime at the tip
 * cannot be asked, the last epoch is carried on. */
static dg_code epoch_of(dg_run_arm *a, uint64_t slot, dg_error *err)
{
    dg_epoch now;
    dg_code rc = dg_chain_epoch(a->chain, a->tip, slot, &now, err);
    if (rc == DG_OK) {
        dg_epoch_clear(&a->epoch);
        a->epoch = now;
        return DG_OK;
    }
    if (rc == DG_IO || rc == DG_NOMEM || !a->epoch.duration)
        return rc < 0 ? rc
                      : dg_fail(err, DG_UNSUPPORTED, "the runtime at block #%u has no BABE epochs",
                                dg_block_number(a->tip));
    while (slot >= a->epoch.start_slot + a->epoch.duration) {
        a->epoch.start_slot += a->epoch.duration;
        a->epoch.index++;
    }
    return DG_OK;
}

/* ---- one slot ---- */

/* A failure that says something about the runtime; others end the run. */
static bool is_verdict(dg_code rc)
{
    return rc == DG_TRAP || rc == DG_MALFORMED || rc == DG_MISMATCH || rc == DG_LIMIT
           || rc == DG_UNSUPPORTED;
}

static dg_code build(dg_run_arm *a, dg_block **out, dg_build_report *report,
                     const dg_slot_claim *claim, dg_error *err)
{
    dg_build_options options = { .claim = *claim };
    dg_code rc;
    if (a->at.upgrade_block && a->at.upgrade_block == dg_block_number(a->tip)) {
        options.writes = (const dg_bytes(*)[2])a->run->trial.put_back.writes;
        options.write_count = a->run->trial.put_back.count;
    }
    if (a->at.upgrade_block || claim->slot < a->run->span.upgrade_slot)
        return dg_chain_build(a->chain, out, report, a->tip, &options, err);
    if (!a->kept.samples[DG_RUN_MOMENT_BEFORE].taken && a->which == DG_ARM_CONTROL)
        a->before = *dg_block_hash(a->tip);
    if (!a->kept.samples[DG_RUN_MOMENT_BEFORE].taken && a->which == DG_ARM_TREATMENT)
        a->run->diverged |= !dg_hash_equal(dg_block_hash(a->tip), &a->run->control.before);
    if ((rc = dg_run_arm_before_upgrade(a, err)) < 0)
        return rc;
    return a->which == DG_ARM_TREATMENT
               ? dg_run_arm_enact(a, out, report, claim, err)
               : dg_chain_build(a->chain, out, report, a->tip, &options, err);
}

static dg_code finalize(dg_run_arm *a, dg_block *block, dg_error *err)
{
    memmove(&a->recent[1], &a->recent[0], sizeof a->recent - sizeof a->recent[0]);
    a->recent[0] = block;
    block = a->recent[DG_RUN_ARM_LAG];
    return block ? dg_chain_finalize(a->chain, block, err) : DG_OK;
}

static dg_code failed(dg_run_arm *a, uint64_t slot, size_t claims, const dg_build_report *report,
                      const char *why)
{
    dg_run_arm_refused(a, slot, dg_block_number(a->tip) + 1, report, why);
    dg_run_arm_slot(a, slot, dg_block_number(a->tip) + 1, false, claims);
    a->at.failures += dg_run_arm_takes_long(report) ? DG_RUN_ARM_SLOW_FAILURE : 1;
    return DG_OK;
}

dg_code dg_run_single_author_slot(dg_run_arm *a, uint64_t slot, dg_error *err)
{
    dg_slot_claim claims[8];
    dg_build_report report = { .step = DG_BUILD_RUNTIME };
    dg_block *block = NULL;
    dg_error why = { .text = "" };
    size_t count;
    dg_code rc = epoch_of(a, slot, err);
    assert(!a->network);
    if (rc < 0)
        return rc;
    if ((count = dg_epoch_claims(&a->epoch, claims, 8, slot, a->run->asked->seed)) == 0) {
        dg_run_arm_slot(a, slot, dg_block_number(a->tip) + 1, false, 0);
        return DG_OK;
    }
    rc = build(a, &block, &report, &claims[0], &why);
    if (rc < 0 && !is_verdict(rc))
        return dg_fail(err, rc, "%s", why.text);
    if (rc < 0)
        return failed(a, slot, count, &report, why.text);
    a->at.failures = 0;
    rc = dg_run_arm_grown(a, block, &report, (dg_run_made){ .claims = count, .author = -1 }, err);
    return rc < 0 ? rc : finalize(a, block, err);
}
