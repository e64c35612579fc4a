/* refused.c - a block that could not be built: at which step, why, and what is known of it. */
#include "run/run_impl.h"

static const char *step_name(dg_build_step step)
{
    static const char *const names[] = { "runtime", "initialize_block", "inherents",
                                         "apply",   "finalize_block",   "done" };
    return names[step];
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
