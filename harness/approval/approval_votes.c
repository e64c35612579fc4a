/* approval_votes.c - approvals leave those who check, and come to all that hear them.
 * Mirrors: approval-voting lib.rs (issue_approval), approval-distribution
 * (import_and_circulate_approval). */
#include "approval/approval_impl.h"

#include <assert.h>

/* Nobody executes what is not prepared. */
static dg_ns executed_at(const dg_world *world, const dg_approval_block *a,
                         const dg_candidate_entry *t, const dg_checker *c)
{
    dg_ns ready = dg_backing_pvf_ready_at(world, (dg_node_ix){ a->session->node[c->validator] },
                                          a->session, (dg_para_id){ t->of.para });
    if (ready == DG_NEVER)
        return DG_NEVER;
    ready += dg_backing_pvf_execute_ns(world, (dg_para_id){ t->of.para });
    return ready > c->due ? ready : c->due;
}

/* Approvals of several candidates at once: by whoever knows how, where the session lets it, of
 * all that it checks of a block. How long one waits for the others is not modelled. */
static bool is_coalesced(const dg_world *world, const dg_approval_block *a,
                         dg_validator_ix validator, dg_node_ix node)
{
    uint32_t checks = 0;
    if (a->session->coalesce < 2 || !dg_approval_speaks_newest(world->nodes[node.v].of))
        return false;
    for (uint32_t i = 0; i < a->count && checks < 2; i++)
        for (uint32_t k = 0; a->entries[i].checkers && k < a->entries[i].checker_count; k++)
            checks += a->entries[i].checkers[k].validator == validator.v
                      && !a->entries[i].checkers[k].foreign;
    return checks > 1;
}

/* To the others that have heard of the assignment. */
static void approve_elsewhere(const dg_world *world, dg_approval_block *a,
                              const dg_candidate_entry *t, const dg_checker *c)
{
    uint32_t each = a->count / a->reaches, which = (uint32_t)(t - a->entries) % each,
             node = a->session->node[c->validator];
    bool coalesced =
        a->reaches > 1
        && is_coalesced(world, a, (dg_validator_ix){ c->validator }, (dg_node_ix){ node });
    for (uint32_t reach = 0; reach < a->reaches; reach++) {
        dg_candidate_entry *other = &a->entries[reach * each + which];
        for (uint32_t i = 0; other != t && other->checkers && i < other->checker_count; i++)
            if (other->checkers[i].validator == c->validator
                && dg_approval_reach_hears(world, a, reach, (dg_node_ix){ node }, coalesced)) {
                other->checkers[i].sent = c->sent;
                other->checkers[i].approved = c->approved;
            }
    }
}

/* A node that stood still or was down checks anew when it is back. */
void dg_approval_votes_send(dg_world *world, dg_approval_block *a, dg_candidate_entry *t,
                            dg_leaf_id id, dg_ns now)
{
    for (uint32_t i = 0; i < t->checker_count; i++) {
        dg_checker *c = &t->checkers[i];
        uint32_t node = a->session->node[c->validator];
        dg_ns sent;
        if (c->due > now || c->approved != DG_NEVER || c->foreign)
            continue;
        if (!dg_world_is_awake(world, (dg_node_ix){ node })) {
            c->due = now + dg_approval_check_ns(world, a->session, (dg_para_id){ t->of.para });
            c->executing = false;
            continue;
        }
        sent = executed_at(world, a, t, c);
        if (sent <= now && !c->executing) { /* when an executor was free */
            c->due = sent = dg_backing_pvf_execute(
                world, (dg_node_ix){ node }, (dg_para_id){ t->of.para },
                sent - dg_backing_pvf_execute_ns(world, (dg_para_id){ t->of.para }));
            c->executing = true;
        }
        if (sent > now)
            continue;
        c->sent = sent;
        c->approved = sent
                      + dg_approval_vote_delay(world, (dg_node_ix){ node }, id,
                                               (dg_core_ix){ t->of.core }, true);
        approve_elsewhere(world, a, t, c);
        a->approvals++;
    }
}

/* Whose turn came between then and now had nothing left to check; whoever is still at
 * it will send its approval all the same. */
void dg_approval_votes_close(const dg_world *world, dg_approval_block *a, dg_candidate_entry *t,
                             dg_leaf_id id)
{
    uint32_t told = 0, foreign = 0;
    for (uint32_t i = 0; i < t->checker_count; i++) {
        dg_checker *c = &t->checkers[i];
        foreign += c->foreign;
        if (c->foreign || c->told > t->approved_at)
            continue;
        told++;
        if (c->approved != DG_NEVER || c->due == DG_NEVER)
            continue;
        a->approvals++;
        c->sent = c->due;
        c->approved =
            c->due
            + dg_approval_vote_delay(world, (dg_node_ix){ a->session->node[c->validator] }, id,
                                     (dg_core_ix){ t->of.core }, true);
        approve_elsewhere(world, a, t, c);
    }
    assert(told + foreign <= t->checker_count);
    assert(a->assignments >= t->checker_count - foreign - told);
    a->assignments -= t->checker_count - foreign - told;
    t->checker_count = told;
    dg_free(t->assignments);
    dg_free(t->checkers);
    t->assignments = NULL;
    t->checkers = NULL;
}
