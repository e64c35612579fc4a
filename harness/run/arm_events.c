/* arm_events.c - what came of a slot, as events of an arm: whoever made it says so here. */
#include "run/run_impl.h"

#include <assert.h>

void dg_run_arm_log(dg_run_arm *a, uint64_t slot, uint32_t block, dg_event_kind kind,
                    const int64_t n[6], json_t *detail)
{
    assert(a->run);
    assert(kind < DG_EVENT_KIND_COUNT);
    log_add(&a->run->log, a->which, dg_plan_slot_at(&a->run->span, slot), block, kind, n, detail);
}

/* ---- a slot, whoever made what came of it ---- */

static const char *step_name(dg_build_step step)
{
    static const char *const names[] = { "runtime", "initialize_block", "inherents",
                                         "apply",   "finalize_block",   "done" };
    return names[step];
}

void dg_run_arm_slot(dg_run_arm *a, uint64_t slot, uint32_t number, bool built, size_t claims)
{
    assert(slot >= a->run->span.clock.next_slot);
    dg_run_arm_log(a, slot, number, DG_EV_SLOT, LOG_N((int64_t)slot, built, (int64_t)claims), NULL);
}

void dg_run_arm_refused(dg_run_arm *a, uint64_t slot, uint32_t number,
                        const dg_build_report *report, const char *why)
{
    json_t *detail = json_pack("{s:s, s:o, s:o}", "step", step_name(report->step), "panic",
                               dg_event_text(report->panic), "reason", dg_event_text(why));
    if (!detail)
        a->run->log.rc = DG_NOMEM;
    dg_run_arm_log(a, slot, number, DG_EV_BUILD_FAILED,
                   LOG_N((int64_t)slot, report->step, report->trap), detail);
    if (report->step >= DG_BUILD_INHERENTS) /* which ones were in is not known without the block */
        dg_run_arm_log(
            a, slot, number, DG_EV_INHERENT,
            LOG_N(report->inherent_count + report->refused_inherents, report->inherent_count, -1),
            json_pack("{s:o}", "refused", dg_event_text(why)));
}

bool dg_run_arm_takes_long(const dg_build_report *report)
{
    return report->trap == DG_TRAP_FUEL || report->trap == DG_TRAP_HOST;
}

void dg_run_arm_log_epoch(dg_run_arm *a, uint64_t slot, uint32_t number, const dg_client_note *note)
{
    dg_run_arm_log(a, slot, number, DG_EV_EPOCH,
                   LOG_N((int64_t)note->epoch_index, (int64_t)note->epoch_start,
                         note->digest_expected, note->digest_seen, note->authority_count,
                         (int64_t)slot),
                   NULL);
}
