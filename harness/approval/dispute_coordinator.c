/* dispute_coordinator.c - a validator calls a candidate invalid, and all others have to vote on
 * it.
 *
 * Its backers and those who have approved it have said so already; each other
 * validator fetches and executes it, three at a time. Finality votes for nothing
 * above it until a supermajority calls it valid.
 * Mirrors: dispute-coordinator (participation; DetermineUndisputedChain). */
#include "approval/dispute_impl.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { TALE_BLOCKS = 20 }; /* after that many final blocks nobody puts its votes into a block */

dg_dispute *dg_approval_dispute_of(const dg_world *world, const dg_hash *candidate)
{
    for (dg_dispute *d = world->approval->disputes; d; d = d->next)
        if (dg_hash_equal(&d->candidate, candidate))
            return d;
    return NULL;
}

bool dg_approval_dispute_holds(const dg_world *world, const dg_world_block *b)
{
    dg_ns now = dg_sim_now(world->sim);
    for (uint32_t i = 0; b->approval && i < b->approval->count; i++) {
        const dg_dispute *d = b->approval->entries[i].dispute;
        if (d && d->began <= now && !(d->valid && d->concluded_at <= now))
            return true;
    }
    return false;
}

/* ---- votes ---- */

static dg_ns hop(const dg_world *world, const dg_dispute *d, dg_node_ix node, uint32_t what)
{
    return dg_world_link_latency(world, node, (dg_node_ix){ world->node_count },
                                 (uint64_t)1 << 62 | (uint64_t)dg_le32(d->candidate.at) << 8
                                     | what);
}

/* It works at a few at a time; this one comes when the first of those is done. */
static dg_ns participate(dg_approval_node *n, dg_ns received, dg_ns takes)
{
    uint32_t free = 0, at_once = (uint32_t)dg_world_constant(DG_CONST_PARTICIPATIONS);
    assert(at_once <= DG_PARTICIPATIONS_MAX);
    for (uint32_t i = 1; i < at_once; i++)
        if (n->participating[i] < n->participating[free])
            free = i;
    n->participating[free] =
        (n->participating[free] > received ? n->participating[free] : received) + takes;
    return n->participating[free];
}

static const dg_checker *checker_of(const dg_candidate_entry *t, dg_validator_ix validator)
{
    for (uint32_t i = 0; i < t->checker_count; i++)
        if (t->checkers && t->checkers[i].validator == validator.v)
            return &t->checkers[i];
    return NULL;
}

static bool backed_it(const dg_view *view, dg_group_ix group, dg_validator_ix validator,
                      bool *first)
{
    if (group.v >= view->group_count)
        return false;
    *first = view->members[view->group_from[group.v]] == validator.v;
    for (uint32_t i = view->group_from[group.v]; i < view->group_from[group.v + 1]; i++)
        if (view->members[i] == validator.v)
            return true;
    return false;
}

static bool takes_too_long(const dg_world *world, const dg_dispute *d, dg_para_id para)
{
    return dg_backing_pvf_execute_ns(world, para) > d->session->executor.approval_ms * DG_MS;
}

static dg_dispute_vote vote_of(dg_world *world, const dg_dispute *d, dg_leaf_id id,
                               const dg_candidate_entry *t, dg_validator_ix validator)
{
    uint32_t node = d->session->node[validator.v];
    bool judges = node != DG_NO && (!t->receipt_v2 || world->nodes[node].of->receipts_v2),
         first = false;
    const dg_checker *c = checker_of(t, validator);
    const dg_world_block *parent = &world->blocks[world->blocks[id.v].parent];
    if (node == DG_NO)
        return (dg_dispute_vote){ .at = DG_NEVER };
    if (judges && !parent->gone
        && backed_it(&parent->view, (dg_group_ix){ t->of.group }, validator, &first))
        return (dg_dispute_vote){ .at = d->began,
                                  .stance = first ? DG_STANCE_SECONDED : DG_STANCE_BACKED };
    if (c && c->approved != DG_NEVER && c->approved <= d->began)
        return (dg_dispute_vote){ .at = d->began, .stance = DG_STANCE_APPROVED };
    return (dg_dispute_vote){ DG_NEVER,
                              judges && !takes_too_long(world, d, (dg_para_id){ d->para })
                                  ? DG_STANCE_VALID
                                  : DG_STANCE_INVALID,
                              judges && node != d->by };
}

/* Who stands still hears of it when it goes on, who was down takes up what is not settled
 * when it is back; and nobody judges what it has not prepared. `*any`: one more has spoken. */
static dg_code speak(dg_world *world, dg_dispute *d, dg_validator_ix validator, dg_ns received,
                     bool *any, dg_error *err)
{
    uint32_t node = d->session->node[validator.v];
    dg_dispute_vote *v = &d->votes[validator.v];
    if (v->stance == DG_STANCE_NONE || v->at != DG_NEVER
        || !dg_world_is_awake(world, (dg_node_ix){ node }))
        return DG_OK;
    if (v->executes
        && dg_backing_pvf_ready_at(world, (dg_node_ix){ node }, d->session, (dg_para_id){ d->para })
               == DG_NEVER)
        return dg_backing_pvf_want(world, (dg_node_ix){ node }, d->session, (dg_para_id){ d->para },
                                   DG_PVF_APPROVAL, err);
    if (node != d->by)
        dg_statements_recovery_count(world, d->session, 1);
    v->at = node == d->by
                ? d->began
                : participate(&world->approval->nodes[node], received,
                              dg_approval_check_ns(world, d->session, (dg_para_id){ d->para }));
    v->at += hop(world, d, (dg_node_ix){ node }, 1);
    *any = true;
    return DG_OK;
}

static int by_time(const void *a, const void *b)
{
    dg_ns x = *(const dg_ns *)a, y = *(const dg_ns *)b;
    return x < y ? -1 : x > y;
}

dg_ns dg_approval_dispute_majority_at(const dg_dispute_vote *votes, uint32_t validators,
                                      bool against, dg_ns *times)
{
    uint32_t count = 0, needed = (uint32_t)dg_supermajority(validators);
    assert(votes);
    for (uint32_t i = 0; i < validators; i++)
        if (votes[i].at != DG_NEVER && (votes[i].stance == DG_STANCE_INVALID) == against)
            times[count++] = votes[i].at;
    if (count < needed)
        return DG_NEVER;
    qsort(times, count, sizeof *times, by_time);
    return times[needed - 1];
}

static dg_code conclude(dg_dispute *d, dg_error *err)
{
    dg_ns *times = dg_calloc(d->session->validators, sizeof *times), against;
    if (!times)
        return dg_fail(err, DG_NOMEM, "no memory for the votes of a dispute");
    assert(d->votes);
    d->concluded_at =
        dg_approval_dispute_majority_at(d->votes, d->session->validators, false, times);
    against = dg_approval_dispute_majority_at(d->votes, d->session->validators, true, times);
    d->valid = d->concluded_at != DG_NEVER && d->concluded_at <= against;
    d->concluded_at = d->valid ? d->concluded_at : against;
    dg_free(times);
    return DG_OK;
}

static dg_code vote(dg_world *world, dg_dispute *d, dg_leaf_id id, const dg_candidate_entry *t,
                    dg_error *err)
{
    uint32_t count = d->session->validators;
    bool any = false;
    dg_code rc = DG_OK;
    if (!(d->votes = dg_calloc(count, sizeof *d->votes)))
        return dg_fail(err, DG_NOMEM, "no memory for the votes of a dispute");
    for (uint32_t i = 0; i < count && rc >= 0; i++) {
        d->votes[i] = vote_of(world, d, id, t, (dg_validator_ix){ i });
        rc = speak(world, d, (dg_validator_ix){ i },
                   d->began + hop(world, d, (dg_node_ix){ d->by }, 0), &any, err);
    }
    return rc < 0 ? rc : conclude(d, err);
}

/* Those that have come since. */
static dg_code vote_late(dg_world *world, dg_dispute *d, dg_ns now, dg_error *err)
{
    bool more = false;
    dg_code rc = DG_OK;
    for (uint32_t i = 0; d->votes && d->concluded_at > now && i < d->session->validators && rc >= 0;
         i++)
        rc = speak(world, d, (dg_validator_ix){ i }, now, &more, err);
    return rc < 0 || !more ? rc : conclude(d, err);
}

/* ---- begin and end ---- */

static uint64_t count_against(const dg_dispute *d)
{
    uint64_t against = 0;
    for (uint32_t i = 0; d->votes && i < d->session->validators; i++)
        against += d->votes[i].at != DG_NEVER && d->votes[i].stance == DG_STANCE_INVALID;
    return against;
}

/* outcome: 0 it began, 1 valid, 2 invalid */
static dg_code tell(dg_world *world, const dg_dispute *d, unsigned outcome, dg_ns after,
                    dg_error *err)
{
    return dg_world_emit(world, NULL,
                         &(dg_event){ .kind = DG_EVENT_NET_DISPUTE,
                                      .node = d->by,
                                      .block = d->block,
                                      .net_dispute = { .slot = world->slot,
                                                       .session = d->session->index,
                                                       .para = d->para,
                                                       .outcome = outcome,
                                                       .against = count_against(d),
                                                       .after_ms = after / DG_MS } },
                         err);
}

/* Siblings may have included the same candidate. */
static void mark_candidates(dg_world *world, dg_dispute *d)
{
    for (uint32_t id = world->first_kept; id < world->block_count; id++) {
        dg_approval_block *a = world->blocks[id].gone ? NULL : world->blocks[id].approval;
        for (uint32_t i = 0; a && i < a->count; i++)
            if (dg_hash_equal(&a->entries[i].candidate, &d->candidate))
                a->entries[i].dispute = d;
    }
}

dg_code dg_approval_dispute_object(dg_world *world, dg_leaf_id id, dg_candidate_entry *entry,
                                   dg_validator_ix validator, dg_ns at, dg_error *err)
{
    const dg_approval_block *a = world->blocks[id.v].approval;
    dg_dispute *d;
    dg_code rc;
    assert(validator.v < a->session->validators);
    if (entry->dispute)
        return DG_OK;
    if (!(d = dg_calloc(1, sizeof *d)))
        return dg_fail(err, DG_NOMEM, "no memory for a dispute");
    *d = (dg_dispute){ .next = world->approval->disputes,
                       .candidate = entry->candidate,
                       .relay_parent = entry->relay_parent,
                       .session = a->session,
                       .para = entry->of.para,
                       .block = world->blocks[id.v].number,
                       .by = a->session->node[validator.v],
                       .began = at };
    if (d->next)
        d->next->newer = d;
    world->approval->disputes = d;
    mark_candidates(world, d);
    if ((rc = vote(world, d, id, entry, err)) < 0)
        return rc;
    world->stats.disputes++;
    return tell(world, d, 0, 0, err);
}

dg_code dg_approval_disputes_step(dg_world *world, dg_error *err)
{
    dg_ns now = dg_sim_now(world->sim);
    uint32_t final = world->blocks[world->finalized].number;
    dg_dispute *oldest = world->approval->disputes;
    dg_code rc = DG_OK;
    while (oldest && oldest->next)
        oldest = oldest->next;
    for (dg_dispute *d = oldest; d && rc >= 0; d = d->newer) /* whose turn comes first */
        rc = vote_late(world, d, now, err);
    for (dg_dispute *d = world->approval->disputes; d && rc >= 0; d = d->next) {
        if (!d->told && d->concluded_at <= now)
            rc = tell(world, d, d->valid ? 1 : 2, d->concluded_at - d->began, err);
        d->told = d->concluded_at <= now;
        if (rc < 0)
            return rc;
        if (d->told && d->block + TALE_BLOCKS < final) {
            dg_free(d->votes);
            d->votes = NULL;
        }
    }
    return rc < 0 ? rc : DG_OK;
}

void dg_approval_disputes_free(dg_dispute *all)
{
    while (all) {
        dg_dispute *next = all->next;
        dg_free(all->votes);
        dg_free(all);
        all = next;
    }
}
