/* arm_events.c - what came of a slot, as events of an arm: whoever made it says so here. */
#include "run/run_impl.h"

#include <assert.h>

void dg_run_arm_log(dg_run_arm *a, uint64_t slot, uint32_t block, const dg_event *event)
{
    dg_event e = *event;
    assert(a->run);
    e.arm = a->which;
    e.at = dg_plan_slot_at(&a->run->span, slot);
    e.node = DG_EVENT_NO_NODE;
    e.block = block;
    dg_event_log_add(&a->run->log, &e);
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
    dg_run_arm_log(
        a, slot, number,
        &(dg_event){
            .kind = DG_EVENT_SLOT,
            .slot = { .slot = (int64_t)slot, .built = built, .claims = (int64_t)claims } });
}

void dg_run_arm_refused(dg_run_arm *a, uint64_t slot, uint32_t number,
                        const dg_build_report *report, const char *why)
{
    json_t *detail = json_pack("{s:s, s:o, s:o}", "step", step_name(report->step), "panic",
                               dg_event_text(report->panic), "reason", dg_event_text(why));
    if (!detail)
        a->run->log.rc = DG_NOMEM;
    dg_run_arm_log(
        a, slot, number,
        &(dg_event){
            .kind = DG_EVENT_BUILD_FAILED,
            .build_failed = { .slot = (int64_t)slot, .step = report->step, .trap = report->trap },
            .detail = detail });
    dg_run_memory_refused(a, slot, number, report);
    if (report->step >= DG_BUILD_INHERENTS) /* which ones were in is not known without the block */
        dg_run_arm_log(a, slot, number,
                       &(dg_event){ .kind = DG_EVENT_INHERENT,
                                    .inherent = { .produced = report->inherent_count
                                                              + report->refused_inherents,
                                                  .applied = report->inherent_count,
                                                  .paras_present = -1 },
                                    .detail = json_pack("{s:o}", "refused", dg_event_text(why)) });
}

bool dg_run_arm_takes_long(const dg_build_report *report)
{
    return report->trap == DG_TRAP_FUEL || report->trap == DG_TRAP_HOST;
}

void dg_run_arm_log_epoch(dg_run_arm *a, uint64_t slot, uint32_t number, const dg_client_note *note)
{
    dg_run_arm_log(a, slot, number,
                   &(dg_event){ .kind = DG_EVENT_EPOCH,
                                .epoch = { .epoch_index = (int64_t)note->epoch_index,
                                           .epoch_start = (int64_t)note->epoch_start,
                                           .digest_expected = note->digest_expected,
                                           .digest_seen = note->digest_seen,
                                           .authorities = note->authority_count,
                                           .slot = (int64_t)slot } });
}
