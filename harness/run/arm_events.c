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

void dg_run_arm_slot(dg_run_arm *a, uint64_t slot, uint32_t number, bool built, size_t claims)
{
    assert(slot >= a->run->span.clock.next_slot);
    dg_run_arm_log(
        a, slot, number,
        &(dg_event){
            .kind = DG_EVENT_SLOT,
            .slot = { .slot = (int64_t)slot, .built = built, .claims = (int64_t)claims } });
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
