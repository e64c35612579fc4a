/* wakeups.c - whose turn it is to tell that it checks a candidate of a block.
 *
 * A tranche's turn comes by each validator's own clock. It tells, unless enough do by
 * what was heard then.
 * Mirrors: approval-voting lib.rs (process_wakeup), time.rs. */
#include "approval/approval_impl.h"

#include <assert.h>
#include <stdlib.h>

static dg_ns tick_ns(void)
{
    return dg_world_constant(DG_CONST_TICK);
}

static dg_code make_room(dg_candidate_entry *t, uint32_t more, dg_error *err)
{
    dg_checker *grown = dg_realloc(t->checkers, (size_t)(t->checker_count + more) * sizeof *grown);
    if (!grown)
        return dg_fail(err, DG_NOMEM, "no memory for %u assignments", t->checker_count + more);
    t->checkers = grown;
    return DG_OK;
}

static void add(dg_candidate_entry *t, const dg_checker *c)
{
    uint32_t at = t->checker_count++;
    for (; at && t->checkers[at - 1].tranche > c->tranche; at--)
        t->checkers[at] = t->checkers[at - 1];
    t->checkers[at] = *c;
    t->tranche = c->tranche > t->tranche ? c->tranche : t->tranche;
}

/* Others that hear of it wait for its approval likewise. */
static dg_code tell_others(const dg_world *world, dg_approval_block *a, const dg_candidate_entry *t,
                           const dg_assignment *assignment, const dg_checker *c, dg_error *err)
{
    uint32_t each = a->count / a->reaches, which = (uint32_t)(t - a->entries) % each,
             node = a->session->node[assignment->validator];
    dg_checker foreign = *c;
    dg_code rc = DG_OK;
    foreign.due = foreign.objects = DG_NEVER;
    foreign.foreign = true;
    for (uint32_t reach = 0; reach < a->reaches && rc == DG_OK; reach++) {
        dg_candidate_entry *other = &a->entries[reach * each + which];
        if (other != t && other->approved_at == DG_NEVER
            && dg_approval_reach_hears(world, a, reach, (dg_node_ix){ node }, assignment->newer)
            && (rc = make_room(other, 1, err)) == DG_OK)
            add(other, &foreign);
    }
    return rc;
}

static dg_code tell(dg_world *world, dg_approval_block *a, dg_candidate_entry *t, dg_leaf_id id,
                    const dg_wakeup *now, dg_error *err)
{
    const dg_assignment *assignment = &t->assignments[now->assignment];
    uint32_t node = a->session->node[assignment->validator];
    dg_checker c = { .validator = assignment->validator,
                     .tranche = assignment->tranche,
                     .told = now->at,
                     .received = now->at
                                 + dg_approval_vote_delay(world, (dg_node_ix){ node }, id,
                                                          (dg_core_ix){ t->of.core }, false),
                     .due = now->at
                            + dg_approval_check_ns(world, a->session, (dg_para_id){ t->of.para }),
                     .approved = DG_NEVER,
                     .objects = DG_NEVER };
    if (t->receipt_v2 && !world->nodes[node].of->receipts_v2) {
        c.objects = now->at + dg_statements_recovery_ns(world, a->session); /* nothing to execute */
        c.due = DG_NEVER;
    }
    if (dg_backing_pvf_execute_ns(world, (dg_para_id){ t->of.para })
            > a->session->executor.approval_ms * DG_MS
        && c.due != DG_NEVER) {
        /* timed out: it calls it invalid */
        c.objects = now->at + dg_statements_recovery_ns(world, a->session)
                    + a->session->executor.approval_ms * DG_MS;
        c.due = DG_NEVER;
    }
    if (world->nodes[node].withholds & DG_WITHHOLD_APPROVALS)
        c.due = DG_NEVER;
    add(t, &c);
    a->assignments++;
    return a->reaches > 1 ? tell_others(world, a, t, assignment, &c, err) : DG_OK;
}

/* As a node with a wrong clock counts: its tranche is another one. How long others may
 * take is counted by the network's time. */
static dg_moment own_moment(const dg_world *world, const dg_approval_block *a,
                            const dg_world_block *b, dg_node_ix node, dg_ns at)
{
    dg_moment m = dg_approval_moment_of(world, a, b, at);
    dg_sim_local past;
    if (!world->nodes[node.v].clock)
        return m;
    past = dg_sim_local_at(world->sim, (dg_node_ix){ node.v }, at)
           - dg_world_slot_local(world, b->slot);
    m.block_tick = past <= 0                             ? m.tick
                   : m.tick > (uint64_t)past / tick_ns() ? m.tick - (uint64_t)past / tick_ns()
                                                         : 0;
    return m;
}

/* The beginning of a tranche by the node's clock. */
static dg_ns tranche_at(const dg_world *world, const dg_world_block *b, dg_node_ix node,
                        uint32_t tranche)
{
    dg_sim_local shows = dg_world_slot_local(world, b->slot) + (dg_sim_local)(tranche * tick_ns());
    return world->nodes[node.v].clock ? dg_sim_true_at(world->sim, (dg_node_ix){ node.v }, shows)
                                      : b->began + tranche * tick_ns();
}

static bool any_wrong(const dg_world *world)
{
    for (uint32_t i = 0; i < world->node_count; i++)
        if (world->nodes[i].clock)
            return true;
    return false;
}

/* When the assignment's turn came or comes; DG_NEVER: not by `now`. */
static dg_ns turn_of(const dg_world *world, const dg_approval_block *a, const dg_world_block *b,
                     const dg_assignment *assignment, dg_ns now)
{
    uint32_t node = a->session->node[assignment->validator];
    dg_ns at = tranche_at(world, b, (dg_node_ix){ node }, assignment->tranche),
          here = b->taken[node];
    at = here > at ? here : at;
    if (here == DG_NEVER || at > now || !dg_world_is_awake(world, (dg_node_ix){ node }))
        return DG_NEVER;
    return at > a->stepped || !a->stepped ? at : now;
}

static int by_time(const void *a, const void *b)
{
    const dg_wakeup *x = a, *y = b;
    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    return x->assignment < y->assignment ? -1 : x->assignment > y->assignment;
}

static void drop_told(dg_candidate_entry *t)
{
    uint32_t left = 0;
    for (uint32_t i = 0; i < t->assignment_count; i++)
        if (t->assignments[i].validator != DG_NO)
            t->assignments[left++] = t->assignments[i];
    t->assignment_count = left;
}

/* Assignments whose turn came since the last step, in the order of time, each judged by what
 * was heard then. */
dg_code dg_approval_wakeups_tell(dg_world *world, dg_approval_block *a, dg_candidate_entry *t,
                                 dg_leaf_id id, dg_wakeup *turns, dg_ns now, dg_error *err)
{
    const dg_world_block *b = &world->blocks[id.v];
    uint64_t last = any_wrong(world) ? UINT64_MAX : (now - b->began) / tick_ns();
    uint32_t count = 0;
    bool known = false; /* `required` is of this moment, by right clocks */
    dg_required_tranches required = { .kind = DG_REQUIRED_PENDING };
    dg_code rc;
    assert(t->assignment_count <= world->node_count); /* of `turns` */
    for (uint32_t i = 0; i < t->assignment_count && t->assignments[i].tranche <= last; i++)
        if ((turns[count].at = turn_of(world, a, b, &t->assignments[i], now)) != DG_NEVER)
            turns[count++].assignment = i;
    if (!count)
        return DG_OK;
    if ((rc = make_room(t, count, err)) < 0)
        return rc;
    qsort(turns, count, sizeof *turns, by_time);
    for (uint32_t i = 0; i < count; i++) {
        dg_assignment *assignment = &t->assignments[turns[i].assignment];
        uint32_t node = a->session->node[assignment->validator];
        dg_moment m = own_moment(world, a, b, (dg_node_ix){ node }, turns[i].at);
        known = known && turns[i].at == turns[i - 1].at && !world->nodes[node].clock;
        if (assignment->tranche && !known)
            dg_approval_required_at(&required, t->checkers, t->checker_count, &m, false);
        known = assignment->tranche && !world->nodes[node].clock;
        if (!dg_approval_wants_assignment(&required, t->checkers, t->checker_count, &m,
                                          assignment->tranche))
            continue;
        if ((rc = tell(world, a, t, id, &turns[i], err)) < 0
            || (rc = dg_backing_pvf_want(world, (dg_node_ix){ node }, a->session,
                                         (dg_para_id){ t->of.para }, DG_PVF_APPROVAL, err))
                   < 0)
            return rc;
        assignment->validator = DG_NO;
    }
    drop_told(t);
    return DG_OK;
}
