/* certificates.c - signatures become a QC, timeout messages a TC; either ends a round. */
#include "bft/bft_impl.h"

#include <assert.h>
#include <string.h>

/* ---- rounds ---- */

/* Grown by each timeout, shrunk by a round that ends with a QC, never below what the epoch has it
 * begin with. */
static void shrink(arm *a, peer *n)
{
    const dg_bft_parameters *p = dg_bft_parameters_at(a, n->epoch);
    dg_ns less = n->timeout / p->shrink.den * p->shrink.num;
    n->timeout = less > p->timeout ? less : p->timeout;
}

static dg_code plan_block(const arm *a, uint32_t ix, dg_error *err)
{
    const peer *n = &a->nodes[ix];
    dg_ns earliest = a->blocks[n->qc].at + dg_bft_parameters_at(a, n->epoch)->min_block,
          now = dg_sim_now(a->sim);
    return dg_sim_timer_at(a->sim, NULL, a->all[ix], earliest > now ? earliest : now,
                           &(dg_sim_timer){ .tag = TIMER_PROPOSE, .a = n->round }, err);
}

/* Timeout messages of this round that came before the node was in it. */
static dg_code hear_early(arm *a, uint32_t ix, dg_error *err)
{
    peer *n = &a->nodes[ix];
    uint64_t round = n->round;
    dg_code rc = DG_OK;
    for (uint32_t i = 0; i < a->node_count && rc >= 0 && n->round == round; i++)
        if (n->says[i].round == round && dg_bft_bit(a->blocks[n->says[i].qc].checked, ix))
            rc = dg_bft_count_timeout(a, ix, i, n->says[i].qc, err);
    return rc;
}

dg_code dg_bft_enter(arm *a, uint32_t ix, uint64_t round, bool by_tc, dg_error *err)
{
    peer *n = &a->nodes[ix];
    dg_code rc;
    assert(round > n->round);
    dg_bft_note_left(a, ix, round - 1, by_tc);
    n->round = round;
    n->tc = by_tc ? round - 1 : n->tc;
    n->heard = (dg_bft_timeouts){ .any = false };
    n->enough_at = DG_NEVER;
    n->deadline = dg_sim_now(a->sim) + n->timeout;
    dg_sim_cancel(a->sim, n->timer);
    rc = dg_sim_timer_after(a->sim, &n->timer, a->all[ix], n->timeout,
                            &(dg_sim_timer){ .tag = TIMER_TIMEOUT, .a = round }, err);
    if (rc >= 0 && dg_bft_leader(a, round, n->epoch) == ix)
        rc = plan_block(a, ix, err);
    return rc < 0 ? rc : hear_early(a, ix, err);
}

/* ---- QC ---- */

/* A block is final when its child of the next round has a QC. What is final past the nominal end
 * of an epoch ends it. */
static void finalize(arm *a, uint32_t ix, uint32_t child)
{
    peer *n = &a->nodes[ix];
    uint32_t p = a->blocks[child].parent;
    const header *b;
    if (p == BLOCK_NONE || a->blocks[p].round + 1 != a->blocks[child].round
        || a->blocks[p].height <= a->blocks[n->final].height)
        return;
    b = &a->blocks[p];
    n->final = p;
    dg_bft_note_final(a, ix, p);
    if (b->epoch == n->epoch && b->at >= dg_bft_epoch_end(a, b->epoch))
        n->epoch++;
}

dg_code dg_bft_take_qc(arm *a, uint32_t ix, uint32_t block, dg_error *err)
{
    peer *n = &a->nodes[ix];
    uint64_t round = a->blocks[block].round;
    assert(dg_bft_bit(a->blocks[block].checked, ix));
    if (round <= a->blocks[n->qc].round)
        return DG_OK;
    n->qc = block;
    n->epoch = n->epoch > a->blocks[block].epoch ? n->epoch : a->blocks[block].epoch;
    finalize(a, ix, block);
    if (round < n->round)
        return DG_OK;
    shrink(a, n);
    return dg_bft_enter(a, ix, round + 1, false, err);
}

dg_code dg_bft_count_signatures(arm *a, uint32_t ix, uint32_t block, dg_error *err)
{
    const signatures *s = &a->nodes[ix].slots[a->blocks[block].round % SLOTS];
    uint64_t epoch = a->blocks[block].epoch;
    bool enough;
    if (s->block != block || !dg_bft_bit(a->blocks[block].checked, ix)
        || a->blocks[block].round < a->nodes[ix].round)
        return DG_OK;
    enough = dg_bft_enough(s->weight, dg_bft_committee_at(a, epoch)->weight,
                           dg_bft_parameters_at(a, epoch)->threshold);
    dg_bft_note_signed(a, s, enough);
    return enough ? dg_bft_take_qc(a, ix, block, err) : DG_OK;
}

/* A slot that an older round has is given to the newer one. */
dg_code dg_bft_on_sign(arm *a, uint32_t ix, uint32_t from, uint32_t block, dg_error *err)
{
    const header *b = &a->blocks[block];
    signatures *s = &a->nodes[ix].slots[b->round % SLOTS];
    const committee *c = dg_bft_committee_at(a, b->epoch);
    if (b->round < a->nodes[ix].round || c->index_of[from] == NOT_IN)
        return DG_OK; /* of a round that is over for the node: refused */
    if (s->block != block) {
        if (s->block != BLOCK_NONE && a->blocks[s->block].round > b->round)
            return DG_OK;
        *s = (signatures){ .block = block };
    }
    if (dg_bft_bit(s->by, c->index_of[from]))
        return DG_OK;
    dg_bft_bit_set(s->by, c->index_of[from]);
    s->weight += c->voters.members[c->index_of[from]].weight;
    return dg_bft_count_signatures(a, ix, block, err);
}

/* ---- TC ---- */

/* Counted in the committee of the epoch of the node's highest QC. */
dg_code dg_bft_count_timeout(arm *a, uint32_t ix, uint32_t from, uint32_t qc, dg_error *err)
{
    peer *n = &a->nodes[ix];
    uint64_t epoch = a->blocks[qc].epoch, own = a->blocks[n->qc].epoch, weight;
    const committee *of = dg_bft_committee_at(a, epoch), *in = dg_bft_committee_at(a, own), *first;
    dg_code rc;
    if (of->index_of[from] == NOT_IN || !dg_bft_timeouts_add(&n->heard, epoch, of->index_of[from]))
        return DG_OK;
    first = dg_bft_committee_at(a, n->heard.first_epoch);
    weight = dg_bft_timeouts_weight(n->class->tally, &n->heard, &first->voters,
                                    &dg_bft_committee_at(a, n->heard.first_epoch + 1)->voters,
                                    &in->voters);
    if ((rc = dg_bft_note_tally(a, ix, weight, err)) < 0
        || !dg_bft_enough(weight, in->weight, dg_bft_parameters_at(a, own)->threshold))
        return rc;
    dg_bft_note_formed(a, ix);
    return dg_bft_enter(a, ix, n->round + 1, true, err);
}
