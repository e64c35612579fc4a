/* verify.c - everything that must hold between two events. */
#include "sim/sim_impl.h"

typedef struct tally {
    uint64_t timers, messages, faults, voids;
    uint64_t refs; /* to messages */
} tally;

static void verify_slot(const dg_sim *sim, const entry *e, tally *t)
{
    assert(e->slot < sim->slots.fresh);
    const slot *s = slot_at(&sim->slots, e->slot);
    assert(s->at == e->at);
    assert(s->seq == e->seq);
    assert(s->node == e->node);
    assert(s->node < sim->node_count);
    assert(s->kind != SLOT_FREE);
    bool is_void = dg_sim_slot_is_void(sim, s);
    assert(is_void || s->at >= sim->now);
    t->voids += is_void;
    t->faults += s->kind == SLOT_FAULT;
    t->timers += !is_void && s->kind == SLOT_TIMER;
    t->messages += !is_void && s->kind == SLOT_MESSAGE;
    t->refs += s->msg != NULL;
}

static void verify_heap(const dg_sim *sim, const heap *h, tally *t)
{
    for (uint32_t i = 0; i < h->count; i++) {
        assert(i == 0 || !entry_before(&h->at[i], &h->at[(i - 1) / 4]));
        verify_slot(sim, &h->at[i], t);
    }
}

static void verify_wheel(const dg_sim *sim, tally *t)
{
    const queue *q = &sim->queue;
    for (uint32_t i = 0; i < WHEEL_SIZE; i++) {
        bool taken = q->taken[i / 64] >> i % 64 & 1;
        assert(taken == (q->heads[i] != SIM_NONE));
        for (uint32_t ix = q->heads[i]; ix != SIM_NONE; ix = slot_at(&sim->slots, ix)->next) {
            const slot *s = slot_at(&sim->slots, ix);
            uint64_t bucket = s->at >> WHEEL_SHIFT;
            assert(bucket % WHEEL_SIZE == i);
            assert(bucket > q->current || (q->loading && bucket == q->current));
            assert(bucket - q->current < WHEEL_SIZE);
            verify_slot(sim, &(entry){ s->at, s->seq, s->node, ix }, t);
        }
    }
}

static void verify_far(const queue *q)
{
    for (uint32_t i = 0; i < q->far.count && !q->loading; i++)
        assert(q->far.at[i].at >> WHEEL_SHIFT > q->current);
    for (uint32_t i = 0; i < q->near.count; i++)
        assert(q->near.at[i].at >> WHEEL_SHIFT <= q->current);
}

static void verify_nodes(const dg_sim *sim, const tally *t)
{
    uint64_t timers = 0, messages = 0;
    for (uint32_t i = 0; i < sim->node_count; i++) {
        const node *n = &sim->nodes[i];
        assert(n->clock.num > 0 && n->clock.den > 0);
        uint64_t mine = n->timers;
        timers += n->timers;
        for (uint32_t c = 0; c < DG_SIM_CHANNELS_MAX; c++) {
            assert(c < sim->channel_count || n->incoming[c] == 0);
            messages += n->incoming[c];
            mine += n->incoming[c];
        }
        assert(node_is_up(n) || mine == 0);
    }
    assert(timers == t->timers);
    assert(messages == t->messages);
}

static void verify_msgs(const dg_sim *sim, const tally *t)
{
    uint64_t count = 0, bytes = 0, refs = 0;
    for (const dg_sim_msg *m = sim->msgs; m; m = m->after) {
        assert(m->refs > 0);
        assert(!m->after || m->after->before == m);
        count++;
        bytes += m->size;
        refs += m->refs;
    }
    assert(count == sim->stats.msgs);
    assert(bytes == sim->stats.msg_bytes);
    assert(refs >= t->refs);
}

void dg_sim_verify(const dg_sim *sim)
{
    tally t = { .timers = 0 };
    verify_heap(sim, &sim->queue.near, &t);
    verify_heap(sim, &sim->queue.far, &t);
    verify_wheel(sim, &t);
    verify_far(&sim->queue);
    verify_nodes(sim, &t);
    verify_msgs(sim, &t);
    assert(t.voids == sim->dead);
    assert(t.timers + t.messages + t.faults == sim->live);
    assert(t.timers + t.messages == sim->stats.pending);
}
