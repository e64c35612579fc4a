/* blocks_of_control.c - U by the blocks of control: which slot `boundary-20b` or `#1234` is shows
 * once control has run, since slots may stay empty. */
#include "run/run_impl.h"

#include <assert.h>

/* Control's settled blocks before a slot; `*nth`: the slot of the one with that many before it,
 * 0: there is none. */
static int64_t count_before(const dg_event_log *log, int64_t slot, int64_t nth, uint64_t *nth_slot)
{
    int64_t before = 0, seen = 0;
    *nth_slot = 0;
    for (size_t i = 0; i < log->count; i++) {
        const dg_event *e = &log->at[i];
        if (e->arm != DG_ARM_CONTROL || e->kind != DG_EVENT_BLOCK)
            continue;
        if (seen++ == nth)
            *nth_slot = (uint64_t)e->new_block.slot;
        before += e->new_block.slot < slot;
    }
    return before;
}

/* The slot of control's block of that number; 0: there is none. */
static uint64_t slot_of_number(const dg_event_log *log, uint64_t number)
{
    for (size_t i = 0; i < log->count; i++) {
        const dg_event *e = &log->at[i];
        if (e->arm == DG_ARM_CONTROL && e->kind == DG_EVENT_BLOCK && e->block == number)
            return (uint64_t)e->new_block.slot;
    }
    return 0;
}

static dg_code by_number(const dg_run_state *run, uint64_t *slot, dg_error *err)
{
    uint64_t number = run->asked->at.value;
    *slot = slot_of_number(&run->log, number);
    return *slot ? DG_OK
                 : dg_fail(err, DG_USAGE, "upgrade.at: control has no block #%llu up to the end",
                           (unsigned long long)number);
}

bool dg_run_counts_blocks(const dg_run_state *run)
{
    return run->asked->at.in_blocks || run->asked->at.kind == DG_POSITION_BLOCK;
}

dg_code dg_run_slot_by_blocks(const dg_run_state *run, uint64_t *slot, dg_error *err)
{
    const dg_position *at = &run->asked->at;
    int64_t boundary, before;
    assert(dg_run_counts_blocks(run));
    if (at->kind == DG_POSITION_BLOCK)
        return by_number(run, slot, err);
    boundary = (int64_t)dg_position_boundary(at, &run->span.clock, run->span.fork_number ? 1 : 2);
    before = count_before(&run->log, boundary, -1, slot);
    count_before(&run->log, boundary, before + at->offset, slot);
    if (*slot)
        return DG_OK;
    return dg_fail(err, DG_USAGE,
                   "upgrade.at: control has %lld blocks from the fork to that boundary, and none "
                   "with %lld %s it",
                   (long long)before, (long long)(at->offset < 0 ? -at->offset : at->offset),
                   at->offset < 0 ? "before" : "after");
}
