/* ranks.c - which of many cells are to be run first, where time may not be enough for all: what can
 * be known of a cell before it is run, from its plan, its pair and the events of control.
 *
 * A rank is no verdict. It says where upgrades have gone wrong before: where sessions change, where
 * two blocks compete for U, where a pair crosses what runtimes have brought to nodes. */
#include "run/run_impl.h"

#include <assert.h>
#include <string.h>

const char *dg_run_rank_words(dg_run_rank rank)
{
    static const char *const words[] = {
        [DG_RUN_RANK_BOUNDARY] = "time was over, though U is at a session boundary",
        [DG_RUN_RANK_FORK] = "time was over: control lost a block to a fork at U, and boundaries "
                             "came first",
        [DG_RUN_RANK_SPREAD] = "time was over: boundaries and forks of control came first",
        [DG_RUN_RANK_REST] = "time was over: neither a boundary nor a fork of control is at U"
    };
    assert((size_t)rank < sizeof words / sizeof *words);
    return words[rank];
}

/* ---- a cell ---- */

/* The last slot of a session, the first, and the one behind it. */
static bool is_at_boundary(const dg_plan_span *span)
{
    uint64_t epoch = span->clock.epoch_slots,
             passed = span->upgrade_slot - (span->first_boundary - epoch);
    assert(passed < epoch);
    return passed <= 1 || passed == epoch - 1;
}

/* Of U's parent, of U, or of N's first block: control built more of them than its chain has. */
static bool is_at_fork(const dg_run_state *run)
{
    int64_t u = (int64_t)run->span.upgrade_slot, built = 0, settled = 0;
    for (size_t i = 0; i < run->log.count; i++) {
        const dg_event *e = &run->log.at[i];
        if (e->arm != DG_ARM_CONTROL)
            continue;
        if (e->kind == DG_EVENT_NET_BUILT)
            built += e->net_built.slot >= u - 1 && e->net_built.slot <= u + 1;
        if (e->kind == DG_EVENT_BLOCK)
            settled += e->new_block.slot >= u - 1 && e->new_block.slot <= u + 1;
    }
    return built > settled;
}

dg_run_rank dg_run_rank_of(const dg_run_state *run)
{
    if (is_at_boundary(&run->span))
        return DG_RUN_RANK_BOUNDARY;
    return is_at_fork(run) ? DG_RUN_RANK_FORK : DG_RUN_RANK_REST;
}

dg_run_rank dg_run_rank_of_plan(const dg_plan *plan)
{
    const dg_position *at = &dg_plan_asked_of(plan)->at;
    bool near = at->kind == DG_POSITION_NEXT
                || (at->kind == DG_POSITION_BOUNDARY && at->offset >= -1 && at->offset <= 1);
    return near ? DG_RUN_RANK_BOUNDARY : DG_RUN_RANK_REST;
}

/* Every fourth of the rest, from the first on, so that they lie all over the session. */
void dg_run_ranks_spread(dg_run_rank *ranks, size_t count)
{
    size_t rest = 0;
    for (size_t i = 0; i < count; i++)
        if (ranks[i] == DG_RUN_RANK_REST && rest++ % 4 == 0)
            ranks[i] = DG_RUN_RANK_SPREAD;
}

/* ---- a pair ---- */

/* Methods that nodes ask from a version on which N has and N-1 has not. */
static uint32_t gates_of(const dg_runtime *from, const dg_runtime *to)
{
    const dg_survey_api *row;
    uint32_t gates = 0;
    for (size_t i = 0; (row = dg_survey_api_at(i)); i++)
        gates += dg_version_api(dg_runtime_version(from), row->api) < row->since
                 && dg_version_api(dg_runtime_version(to), row->api) >= row->since;
    return gates;
}

static bool has_same_storage(const dg_meta *meta, const dg_meta *other, const dg_meta_pallet *p)
{
    const dg_meta_entry *e;
    for (size_t i = 0; (e = dg_meta_storage_at(meta, p, i)); i++)
        if (!dg_meta_storage(other, p->name, e->name))
            return false;
    return true;
}

/* Pallets of one that the other has not, or without one of their storage items. */
static uint32_t pallets_beyond(const dg_meta *meta, const dg_meta *other)
{
    uint32_t count = 0;
    for (size_t i = 0; i < dg_meta_pallet_count(meta); i++) {
        const dg_meta_pallet *p = dg_meta_pallet_at(meta, i);
        count += !dg_meta_pallet_named(other, p->name) || !has_same_storage(meta, other, p);
    }
    return count;
}

dg_run_pair_risk dg_run_pair_risk_of(const dg_run_state *run)
{
    dg_run_pair_risk risk = { .gates = gates_of(run->from_kept, run->to) };
    const dg_meta *from = NULL, *to = NULL;
    if (dg_runtime_meta(run->from_kept, &from, NULL) == DG_OK
        && dg_runtime_meta(run->to, &to, NULL) == DG_OK)
        risk.pallets = pallets_beyond(from, to) + pallets_beyond(to, from);
    return risk;
}

bool dg_run_pair_is_riskier(dg_run_pair_risk one, dg_run_pair_risk than)
{
    return one.gates != than.gates ? one.gates > than.gates : one.pallets > than.pallets;
}
