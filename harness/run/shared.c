/* shared.c - runs that differ in where U is alone: control is one chain for all of them, and so is
 * what treatment builds before U.
 *
 * First one network is control of every cell, each of which listens to it and stops listening where
 * its own run ends. Then another is treatment of every cell: in the slot of a cell's U the process
 * is forked, and the child, which has the network as it stands there and all of control, goes on
 * with N. A cell costs the slots behind its U.
 *
 * Invariant: an outcome is that of the cell's own run (arm.c, twin.c): the same events, in the same
 * order, from the same steps. */
#include "run/run_impl.h"

#include <assert.h>
#include <string.h>

typedef struct sharing {
    dg_run_pool *pool;
    dg_run_state *host;   /* has opened what all of them use */
    dg_run_state **cells; /* each a guest of it */
    const dg_run_group *group;
    size_t count;
    bool *left;         /* those whose arm is over, or in a process of its own */
    dg_run_rank *ranks; /* whose turn it is to be treated */
    size_t first;       /* the one whose network it is */
} sharing;

/* ---- may they share? ---- */

/* Faults, and nodes that change, are placed by U: before it they would differ. */
static bool is_placed_by_u(const dg_run_state *run)
{
    return run->fault_count || dg_run_counts_blocks(run)
           || json_object_get(json_object_get(dg_plan_json(run->plan), "network"), "rollout");
}

static dg_code open_cells(sharing *s, const dg_run_options *options, dg_error *err)
{
    dg_run_request request = { .plan = s->group->plans[0], .options = options };
    dg_code rc = dg_run_open(&s->host, &request, err);
    if (rc < 0)
        return rc;
    if (!dg_plan_wants_network(s->host->plan) || is_placed_by_u(s->host))
        return dg_fail(err, DG_UNSUPPORTED, "what is built before U hangs on where U is");
    for (size_t i = 0; i < s->count && rc >= 0; i++)
        rc = dg_run_open_beside(&s->cells[i], s->host, s->group->plans[i], err);
    return rc;
}

/* ---- control ---- */

/* Those whose turn it is; the first one's network is everybody's. */
static dg_code begin_all(sharing *s, dg_arm which, dg_run_rank turn, dg_error *err)
{
    dg_code rc = DG_OK;
    bool control = which == DG_ARM_CONTROL;
    dg_run_arm *host = NULL;
    for (size_t i = 0; i < s->count && rc >= 0; i++) {
        dg_run_state *cell = s->cells[i];
        dg_run_arm *a = control ? &cell->control : &cell->treatment;
        s->left[i] = s->ranks[i] != turn;
        if (s->left[i])
            continue;
        a->chain = control ? s->host->control.chain : s->host->treatment.chain;
        a->is_guest = true;
        rc = dg_run_arm_begin(a, host, err);
        s->first = host ? s->first : i;
        host = host ? host : a;
    }
    return rc;
}

static dg_code end_those_over(sharing *s, uint64_t slot, size_t *listening, dg_error *err)
{
    dg_code rc = DG_OK;
    *listening = 0;
    for (size_t i = 0; i < s->count && rc >= 0; i++) {
        dg_run_arm *a = &s->cells[i]->control;
        bool over;
        if (s->left[i])
            continue;
        if ((rc = dg_run_arm_over(a, &over, slot, err)) < 0)
            return rc;
        *listening += !over;
        if (!over)
            continue;
        dg_run_network_leave(a);
        s->left[i] = true;
        rc = dg_run_arm_end(a, slot, err);
    }
    return rc;
}

/* Those at work may end meanwhile. */
static dg_code is_asked_to_end(const sharing *s, dg_error *err)
{
    return dg_run_pool_peek(s->pool, err);
}

static dg_code control_of_all(sharing *s, dg_error *err)
{
    uint64_t slot = s->cells[0]->span.clock.next_slot;
    size_t listening;
    dg_code rc = begin_all(s, DG_ARM_CONTROL, DG_RUN_RANK_BOUNDARY, err);
    while (rc >= 0 && (rc = end_those_over(s, slot, &listening, err)) >= 0 && listening) {
        if ((rc = is_asked_to_end(s, err)) != DG_OK)
            return rc;
        rc = dg_run_network_slot(&s->cells[0]->control, slot++, err);
        for (size_t i = 0; i < s->count && rc >= 0; i++)
            if (!s->left[i])
                dg_run_arm_slot_done(&s->cells[i]->control);
    }
    return rc;
}

/* Only what treatment is compared with stays. */
static dg_code forget_control_chain(sharing *s, dg_error *err)
{
    dg_code rc = dg_run_met_keep(s->host, s->host->control.chain, err);
    for (size_t i = s->count; i--;) { /* the network is the first one's */
        dg_run_arm_close_chain(&s->cells[i]->control);
        s->cells[i]->met = s->host->met;
    }
    dg_run_arm_close_chain(&s->host->control);
    return rc;
}

/* ---- treatment ---- */

/* In a process of its own, from U on. */
static dg_code go_on_alone(json_t **outcome, sharing *s, size_t i, uint64_t slot, dg_error *err)
{
    dg_run_state *cell = s->cells[i];
    dg_run_arm *a = &cell->treatment;
    dg_code rc;
    assert(cell->is_guest && !a->at.upgrade_block);
    dg_run_network_alone(a);
    if ((rc = dg_run_network_enact(a, err)) < 0 || (rc = dg_run_arm_slots(a, &slot, err)) < 0
        || (rc = dg_run_arm_end(a, slot, err)) < 0)
        return dg_fail_within(err, rc, "treatment");
    if ((rc = dg_run_met_keep(cell, a->chain, err)) < 0)
        return rc;
    return dg_run_conclude(outcome, cell, s->group->plans[i], err);
}

static dg_code part_with(sharing *s, size_t i, uint64_t slot, dg_error *err)
{
    dg_error why = { .text = "" };
    json_t *outcome = NULL;
    bool in_child;
    dg_code rc = DG_OK;
    assert(!s->left[i] && s->cells[i]->span.upgrade_slot == slot);
    while (rc == DG_OK && dg_run_pool_is_full(s->pool))
        rc = dg_run_pool_wait(s->pool, err);
    if (rc != DG_OK || (rc = dg_run_pool_fork(s->pool, s->group->jobs[i], &in_child, err)) < 0)
        return rc;
    if (in_child) {
        rc = go_on_alone(&outcome, s, i, slot, &why);
        dg_run_pool_answer(s->pool, rc, outcome, &why);
    }
    dg_run_network_leave(&s->cells[i]->treatment);
    s->left[i] = true;
    return DG_OK;
}

static size_t waiting(const sharing *s)
{
    size_t count = 0;
    for (size_t i = 0; i < s->count; i++)
        count += !s->left[i];
    return count;
}

static dg_code part_at(sharing *s, uint64_t slot, dg_error *err)
{
    dg_code rc = DG_OK;
    for (size_t i = 0; i < s->count && rc == DG_OK; i++)
        if (!s->left[i] && s->cells[i]->span.upgrade_slot == slot)
            rc = part_with(s, i, slot, err);
    return rc;
}

/* Up to the last U of those whose turn it is. */
static dg_code run_up_to_each(sharing *s, dg_run_rank turn, dg_error *err)
{
    uint64_t slot = s->cells[0]->span.clock.next_slot;
    dg_code rc;
    if ((rc = dg_run_arm_open_chain(&s->host->treatment, err)) < 0
        || (rc = begin_all(s, DG_ARM_TREATMENT, turn, err)) < 0)
        return rc;
    for (; waiting(s) && rc == DG_OK; slot++) {
        if ((rc = part_at(s, slot, err)) != DG_OK || !waiting(s)
            || (rc = is_asked_to_end(s, err)) != DG_OK)
            break;
        rc = dg_run_network_slot(&s->cells[s->first]->treatment, slot, err);
        for (size_t i = 0; i < s->count && rc >= 0; i++)
            if (!s->left[i])
                dg_run_arm_slot_done(&s->cells[i]->treatment);
    }
    return rc;
}

static void close_treatment(sharing *s)
{
    for (size_t i = s->count; i--;) /* the network is that of the first */
        dg_run_arm_close_chain(&s->cells[i]->treatment);
    dg_run_arm_close_chain(&s->host->treatment);
}

/* Once for all, or for each rank once more from the fork on: what is before U costs little beside
 * the cells. */
static dg_code treatment_of_all(sharing *s, dg_error *err)
{
    dg_code rc = DG_OK;
    for (dg_run_rank turn = 0; turn < DG_RUN_RANK_COUNT && rc == DG_OK; turn++) {
        bool any = false;
        for (size_t i = 0; i < s->count; i++)
            any |= s->ranks[i] == turn;
        if (!any)
            continue;
        rc = run_up_to_each(s, turn, err);
        close_treatment(s);
    }
    return rc;
}

static void rank_all(sharing *s)
{
    const dg_run_cells_options *how = s->group->how;
    if (!how || !how->riskiest_first)
        return;
    for (size_t i = 0; i < s->count; i++)
        s->ranks[i] = dg_run_rank_of(s->cells[i]);
    dg_run_ranks_spread(s->ranks, s->count);
    for (size_t i = 0; i < s->count && how->ranked; i++)
        how->ranked(how->user, s->group->jobs[i], dg_run_rank_words(s->ranks[i]));
}

/* ---- all of it ---- */

static void give_back(sharing *s)
{
    for (size_t i = s->count; i-- && s->cells;)
        dg_run_free(s->cells[i]);
    if (s->host)
        dg_run_arm_close_chain(&s->host->treatment);
    dg_run_free(s->host);
    dg_free(s->cells);
    dg_free(s->left);
    dg_free(s->ranks);
}

dg_code dg_run_shared(dg_run_pool *pool, const dg_run_group *group, const dg_run_options *options,
                      dg_error *err)
{
    size_t count = group->count;
    sharing s = { .pool = pool,
                  .group = group,
                  .count = count,
                  .cells = dg_calloc(count, sizeof *s.cells),
                  .left = dg_calloc(count, sizeof *s.left),
                  .ranks = dg_calloc(count, sizeof *s.ranks) };
    dg_code rc = s.cells && s.left && s.ranks
                     ? DG_OK
                     : dg_fail(err, DG_NOMEM, "no memory for %zu runs", count);
    if (rc == DG_OK && (rc = open_cells(&s, options, err)) == DG_OK
        && (rc = control_of_all(&s, err)) == DG_OK
        && (rc = forget_control_chain(&s, err)) == DG_OK) {
        rank_all(&s);
        rc = treatment_of_all(&s, err);
    }
    give_back(&s);
    return rc;
}
