/* verify.c - everything that must hold of approvals and disputes between two slots. */
#include "approval/dispute_impl.h"

#include <assert.h>

static void verify_checkers(const dg_approval_block *a, const dg_candidate_entry *t)
{
    for (uint32_t i = 0; i < t->checker_count; i++) {
        const dg_checker *c = &t->checkers[i];
        assert(c->validator < a->session->validators);
        assert(c->tranche <= t->tranche);
        assert(!i || t->checkers[i - 1].tranche <= c->tranche);
        assert(c->told <= c->received);
        assert(c->approved == DG_NEVER || c->sent <= c->approved);
        assert(!c->foreign || (c->due == DG_NEVER && c->objects == DG_NEVER));
    }
}

/* What is approved is done with: nobody is left to check it. */
static void verify_entry(const dg_approval_block *a, const dg_candidate_entry *t)
{
    if (t->approved_at != DG_NEVER) {
        assert(!t->assignments && !t->checkers);
        return;
    }
    if (!a->session) { /* nobody knows who may check it */
        assert(!t->assignment_count && !t->checker_count);
        return;
    }
    verify_checkers(a, t);
    for (uint32_t i = 0; i < t->assignment_count; i++) {
        assert(t->assignments[i].validator < a->session->validators);
        assert(!i || t->assignments[i - 1].tranche <= t->assignments[i].tranche);
    }
    assert(t->no_shows <= t->checker_count);
}

static void verify_block(const dg_approval_block *a)
{
    uint32_t waiting = 0;
    assert(a->reaches >= 1 && a->reaches <= DG_MASKS_MAX);
    assert(a->count % a->reaches == 0);
    assert(!a->session || a->known);
    assert(!a->known || a->session || !a->count);
    for (uint32_t i = 0; i < a->count; i++) {
        assert(a->entries[i].reach == i / (a->count / a->reaches));
        verify_entry(a, &a->entries[i]);
        waiting += a->entries[i].approved_at == DG_NEVER;
    }
    assert(waiting == a->waiting);
    assert(!a->count || (a->approved_at == DG_NEVER) == (waiting > 0));
}

static void verify_dispute(const dg_world *world, const dg_dispute *d)
{
    assert(d->session);
    assert(d->by < world->node_count);
    assert(!d->next || d->next->newer == d);
    assert(!d->valid || d->concluded_at != DG_NEVER);
    assert(d->votes || d->told);
    for (uint32_t i = 0; d->votes && i < d->session->validators; i++) {
        assert(d->votes[i].stance <= DG_STANCE_INVALID);
        assert(d->votes[i].at == DG_NEVER || d->votes[i].at >= d->began);
    }
}

void dg_approval_verify(const dg_world *world)
{
    const dg_approval *a = world->approval;
    for (uint32_t i = 0; i < world->node_count; i++)
        assert(a->nodes[i].mask < a->reach.mask_count);
    for (uint32_t id = world->first_kept; id < world->block_count; id++)
        if (!world->blocks[id].gone && world->blocks[id].approval)
            verify_block(world->blocks[id].approval);
    assert(!a->disputes || !a->disputes->newer);
    for (const dg_dispute *d = a->disputes; d; d = d->next)
        verify_dispute(world, d);
}
