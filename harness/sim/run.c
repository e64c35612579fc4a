/* run.c - one event after the other. */
#include "sim/sim_impl.h"

static dg_code hand_over(dg_sim *sim, const dg_sim_event *event, dg_error *err)
{
    const node *n = &sim->nodes[event->node.v];
    sim->stats.events++;
    dg_sim_fingerprint_add(sim, event);
    if (sim->watcher)
        sim->watcher(sim->watcher_user, sim, event);
    return n->handler(n->user, sim, event, err);
}

static dg_code restart(dg_sim *sim, uint32_t node_ix, dg_error *err)
{
    dg_sim_event event = { .kind = DG_SIM_RESTART,
                           .node = { node_ix },
                           .from = { node_ix },
                           .a = sim->nodes[node_ix].down_since };
    sim->stats.restarts++;
    return hand_over(sim, &event, err);
}

static dg_code run_fault(dg_sim *sim, uint32_t ix, bool *ran, dg_error *err)
{
    slot s = *slot_at(&sim->slots, ix);
    bool restarted = false;
    sim->live--;
    dg_sim_slot_release(sim, ix);
    sim->now = s.at;
    dg_sim_fault_run(sim, &s, &restarted);
    *ran = restarted;
    return restarted ? restart(sim, s.node, err) : DG_OK;
}

static void leave_queue(dg_sim *sim, const slot *s)
{
    node *n = &sim->nodes[s->node];
    if (s->kind == SLOT_TIMER)
        n->timers--;
    else
        n->incoming[s->channel]--;
    sim->live--;
    sim->stats.pending--;
}

static bool is_parted(const dg_sim *sim, const slot *s)
{
    return s->kind == SLOT_MESSAGE && sim->nodes[s->from].sides != sim->nodes[s->node].sides;
}

/* The slot is given back before the handler runs, which will want one itself. */
static dg_code deliver(dg_sim *sim, uint32_t ix, bool *ran, dg_error *err)
{
    slot *s = slot_at(&sim->slots, ix);
    bool timer = s->kind == SLOT_TIMER;
    dg_sim_event event = { .kind = timer ? DG_SIM_TIMER : DG_SIM_MESSAGE,
                           .node = { s->node },
                           .tag = s->tag,
                           .channel = { s->channel },
                           .from = { s->from },
                           .a = s->a,
                           .b = s->b,
                           .msg = s->msg };
    dg_sim_msg *msg = s->msg;
    leave_queue(sim, s);
    sim->now = s->at;
    *ran = !is_parted(sim, s);
    s->msg = NULL;
    dg_sim_slot_release(sim, ix);
    dg_code rc = DG_OK;
    if (*ran) {
        sim->stats.timers += timer;
        sim->stats.messages += !timer;
        sim->channels[event.channel.v].delivered += !timer;
        rc = hand_over(sim, &event, err);
    } else {
        dg_sim_count_parted(sim, (uint8_t)event.channel.v);
    }
    dg_sim_msg_drop(sim, msg);
    return rc;
}

/* To the end of the pause, behind what is waiting there already. */
static void postpone(dg_sim *sim, uint32_t ix)
{
    slot *s = slot_at(&sim->slots, ix);
    s->at = sim->nodes[s->node].paused_until;
    sim->stats.postponed++;
    dg_sim_schedule_enter(sim, ix, SEQ_POSTPONED);
}

static void discard(dg_sim *sim, uint32_t ix)
{
    sim->dead--;
    dg_sim_slot_release(sim, ix);
}

/* Takes one entry off the queue. `ran`: a handler was called. */
static dg_code take_one(dg_sim *sim, const entry *first, bool *ran, dg_error *err)
{
    const slot *s = slot_at(&sim->slots, first->slot);
    bool is_void = dg_sim_slot_is_void(sim, s);
    bool waits = !is_void && s->kind != SLOT_FAULT && sim->nodes[s->node].paused_until > s->at;
    dg_code rc = waits ? dg_sim_queue_reserve(&sim->queue, err) : DG_OK;
    if (rc < 0)
        return rc;
    dg_sim_queue_pop(&sim->queue);
    *ran = false;
    if (waits)
        postpone(sim, first->slot);
    else if (is_void)
        discard(sim, first->slot);
    else if (s->kind == SLOT_FAULT)
        return run_fault(sim, first->slot, ran, err);
    else
        return deliver(sim, first->slot, ran, err);
    return DG_OK;
}

static dg_code step_until(dg_sim *sim, dg_ns until, dg_error *err)
{
    entry first;
    bool ran = false;
    dg_code rc;
    while (!ran) {
        if ((rc = dg_sim_queue_first(&sim->queue, &sim->slots, &first, until, err)) != DG_OK)
            return rc;
        if ((rc = take_one(sim, &first, &ran, err)) < 0)
            return rc;
    }
    return DG_OK;
}

dg_code dg_sim_step(dg_sim *sim, dg_error *err)
{
    return step_until(sim, DG_SIM_TIME_MAX, err);
}

dg_code dg_sim_run(dg_sim *sim, dg_ns until, dg_error *err)
{
    dg_code rc = DG_OK;
    if (until > DG_SIM_TIME_MAX)
        return dg_fail(err, DG_USAGE, "a run was to end at %llu ns, beyond the end of time",
                       (unsigned long long)until);
    sim->stopped = false;
    while (rc == DG_OK && !sim->stopped)
        rc = step_until(sim, until, err);
    if (rc < 0)
        return rc;
    if (sim->stopped)
        return DG_END;
    if (until > sim->now)
        sim->now = until;
    return DG_OK;
}

void dg_sim_stop(dg_sim *sim)
{
    sim->stopped = true;
}

void dg_sim_watch(dg_sim *sim, dg_sim_watcher watcher, void *user)
{
    sim->watcher = watcher;
    sim->watcher_user = user;
}
