/* schedule.c - how a slot enters the queue, and when it has become void.
 *
 * What a cancelled timer or a crash leaves behind is not searched for: it is
 * void, and thrown away when its time comes, or all at once when more of the
 * queue is void than alive. So memory goes with what is pending. */
#include "sim/sim_impl.h"

#define VOID_SLACK 4096u

dg_code dg_sim_schedule_take(dg_sim *sim, uint32_t *ix, dg_error *err)
{
    if (sim->live >= sim->options.events_max)
        return dg_fail(err, DG_LIMIT, "more than %u events were pending at %llu ns",
                       (unsigned)sim->options.events_max, (unsigned long long)sim->now);
    dg_code rc = dg_sim_queue_reserve(&sim->queue, err);
    return rc < 0 ? rc : dg_sim_slab_take(&sim->slots, ix, err);
}

static void count_pending(dg_sim *sim, slot *s)
{
    node *n = &sim->nodes[s->node];
    s->life = n->life;
    if (s->kind == SLOT_TIMER)
        n->timers++;
    else
        n->incoming[s->channel]++;
    if (++sim->stats.pending > sim->stats.pending_max)
        sim->stats.pending_max = sim->stats.pending;
}

void dg_sim_schedule_enter(dg_sim *sim, uint32_t ix, seq_class class)
{
    slot *s = slot_at(&sim->slots, ix);
    s->seq = (uint64_t) class << 62 | sim->next_seq[class]++;
    if (class == SEQ_PLAIN)
        count_pending(sim, s);
    if (class != SEQ_POSTPONED)
        sim->live++;
    dg_sim_queue_push(&sim->queue, &sim->slots, ix);
}

bool dg_sim_slot_is_void(const dg_sim *sim, const slot *s)
{
    if (s->kind == SLOT_FAULT)
        return false;
    return s->kind == SLOT_DEAD || s->life != sim->nodes[s->node].life;
}

void dg_sim_slot_release(dg_sim *sim, uint32_t ix)
{
    slot *s = slot_at(&sim->slots, ix);
    dg_sim_msg *msg = s->msg;
    if (s->kind == SLOT_TIMER)
        s->gen++;
    dg_sim_slab_give(&sim->slots, ix);
    dg_sim_msg_drop(sim, msg);
}

static void give_void(dg_sim *sim, uint32_t ix)
{
    assert(sim->dead > 0);
    sim->dead--;
    dg_sim_slot_release(sim, ix);
}

void dg_sim_sweep_if_many(dg_sim *sim)
{
    if (sim->dead > sim->live + VOID_SLACK)
        dg_sim_queue_sweep(&sim->queue, &sim->slots, dg_sim_slot_is_void, give_void, sim);
}

/* ---- timers ---- */

dg_code dg_sim_timer_at(dg_sim *sim, dg_timer_id *id, dg_node_ix node_ix, dg_ns at,
                        const dg_sim_timer *timer, dg_error *err)
{
    dg_code rc;
    uint32_t ix;
    dg_timer_id none = { 0 };
    if (id)
        *id = none;
    if (at > DG_SIM_TIME_MAX)
        return dg_fail(err, DG_USAGE, "a timer was set for %llu ns, beyond the end of time",
                       (unsigned long long)at);
    if (!node_is_up(node_of(sim, node_ix))) {
        sim->stats.timers_dropped++;
        return DG_OK;
    }
    if ((rc = dg_sim_schedule_take(sim, &ix, err)) < 0)
        return rc;
    slot *s = slot_at(&sim->slots, ix);
    *s = (slot){ .at = at < sim->now ? sim->now : at,
                 .a = timer->a,
                 .b = timer->b,
                 .msg = dg_sim_msg_keep(timer->msg),
                 .node = node_ix.v,
                 .from = node_ix.v,
                 .gen = s->gen,
                 .tag = timer->tag,
                 .kind = SLOT_TIMER };
    dg_sim_schedule_enter(sim, ix, SEQ_PLAIN);
    sim->stats.timers_set++;
    if (id)
        id->v = (uint64_t)s->gen << 32 | ix;
    return DG_OK;
}

dg_code dg_sim_timer_after(dg_sim *sim, dg_timer_id *id, dg_node_ix node_ix, dg_ns delay,
                           const dg_sim_timer *timer, dg_error *err)
{
    dg_ns at = delay > DG_SIM_TIME_MAX ? DG_NEVER : sim->now + delay;
    return dg_sim_timer_at(sim, id, node_ix, at, timer, err);
}

dg_code dg_sim_timer_local_at(dg_sim *sim, dg_timer_id *id, dg_node_ix node_ix, dg_sim_local at,
                              const dg_sim_timer *timer, dg_error *err)
{
    return dg_sim_timer_at(sim, id, node_ix, dg_sim_true_at(sim, node_ix, at), timer, err);
}

dg_code dg_sim_timer_local_after(dg_sim *sim, dg_timer_id *id, dg_node_ix node_ix, dg_ns delay,
                                 const dg_sim_timer *timer, dg_error *err)
{
    dg_sim_local step = delay > INT64_MAX ? INT64_MAX : (dg_sim_local)delay;
    dg_sim_local at = dg_sim_local_plus(dg_sim_local_now(sim, node_ix), step);
    return dg_sim_timer_local_at(sim, id, node_ix, at, timer, err);
}

bool dg_sim_cancel(dg_sim *sim, dg_timer_id id)
{
    uint32_t ix = (uint32_t)id.v;
    if (id.v == 0 || ix >= sim->slots.fresh)
        return false;
    slot *s = slot_at(&sim->slots, ix);
    if (s->kind != SLOT_TIMER || s->gen != id.v >> 32 || dg_sim_slot_is_void(sim, s))
        return false;
    dg_sim_msg *msg = s->msg;
    s->msg = NULL;
    s->kind = SLOT_DEAD;
    s->gen++; /* its id is void from here on */
    sim->nodes[s->node].timers--;
    sim->stats.pending--;
    sim->stats.timers_cancelled++;
    sim->live--;
    sim->dead++;
    dg_sim_msg_drop(sim, msg);
    dg_sim_sweep_if_many(sim);
    return true;
}
