/* verify.c - everything that must hold of collations and PVF hosts between two slots. */
#include "backing/backing_impl.h"

#include <assert.h>

/* A place holds the candidate of its own core, or none. */
static void verify_candidate(const dg_world_block *b, dg_place_ix at)
{
    const dg_candidate *c = &b->candidates[at.v];
    if (c->para == DG_NO)
        return;
    assert(c->by && c->by->of);
    assert(c->core == at.v % b->view.core_count);
    assert(c->group < b->view.group_count);
    assert(c->session == b->view.session);
    assert(dg_hash_equal(&c->relay_parent, &b->hash));
    assert(c->rank <= c->nth);
    assert(c->committed.len);
}

static void verify_candidates(const dg_world_block *b)
{
    uint32_t there = 0;
    assert(!b->candidates || b->worked);
    assert(b->candidates || !b->candidate_count);
    for (uint32_t i = 0; b->candidates && i < b->place_count; i++) {
        verify_candidate(b, (dg_place_ix){ i });
        there += b->candidates[i].para != DG_NO;
    }
    assert(there == b->candidate_count);
}

/* What stands in the queue is what waits, each once. */
static void verify_host(const dg_backing *backing, const dg_pvf_host *h)
{
    uint32_t waiting = 0;
    assert(h->count <= h->ready_cap);
    assert(!h->ready == !h->ready_cap);
    for (uint32_t i = 0; i < h->ready_cap; i++) {
        assert(i < backing->artifact_count || h->ready[i] == DG_NEVER);
        waiting += h->ready[i] == DG_WORLD_WAITING;
    }
    assert(waiting == h->count);
    for (uint32_t i = 0; i < h->count; i++) {
        assert(h->queue[i].artifact < backing->artifact_count);
        assert(h->ready[h->queue[i].artifact] == DG_WORLD_WAITING);
        assert(!i || h->queue[i - 1].asked <= h->queue[i].asked);
    }
}

static void verify_codes(const dg_backing *backing)
{
    for (uint32_t i = 0; i < backing->code_count; i++)
        for (uint32_t k = 0; k < i; k++)
            assert(backing->codes[k].para != backing->codes[i].para);
    for (uint32_t i = 0; i < backing->artifact_count; i++)
        for (uint32_t k = 0; k < i; k++)
            assert(!dg_hash_equal(&backing->artifacts[k].code, &backing->artifacts[i].code)
                   || !dg_hash_equal(&backing->artifacts[k].params, &backing->artifacts[i].params));
    assert(backing->upgrade_count <= backing->upgrade_cap);
    assert(backing->collations.refused <= backing->collations.built);
    assert(backing->collations.built + backing->collations.panics <= backing->collations.attempts);
}

void dg_backing_verify(const dg_world *world)
{
    const dg_backing *backing = world->backing;
    verify_codes(backing);
    for (uint32_t i = 0; i < world->node_count; i++)
        verify_host(backing, &backing->hosts[i]);
    for (uint32_t id = world->first_kept; id < world->block_count; id++)
        if (!world->blocks[id].gone)
            verify_candidates(&world->blocks[id]);
}
