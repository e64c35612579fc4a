/* fault.c - crashes, pauses, partitions and clocks that change, when their time
 * comes. A planned fault is an event of its own kind in the queue. */
#include "sim/sim_impl.h"

typedef enum fault_op {
    FAULT_DOWN, /* a: back at */
    FAULT_BACK,
    FAULT_PAUSE, /* a: until */
    FAULT_PART,  /* a: which partition */
    FAULT_JOIN,  /* a: which partition */
    FAULT_CLOCK  /* the fields of a dg_sim_clock, packed */
} fault_op;

static void messages_lost(dg_sim *sim, node *n)
{
    for (uint32_t i = 0; i < sim->channel_count; i++) {
        sim->channels[i].lost += n->incoming[i];
        sim->stats.lost_down += n->incoming[i];
        sim->stats.pending -= n->incoming[i];
        sim->live -= n->incoming[i];
        sim->dead += n->incoming[i];
        n->incoming[i] = 0;
    }
}

static void go_down(dg_sim *sim, node *n, dg_ns back_at)
{
    if (!node_is_up(n)) {
        n->back_at = back_at > n->back_at ? back_at : n->back_at;
        return;
    }
    n->life++;
    n->down_since = sim->now;
    n->back_at = back_at;
    n->paused_until = 0;
    sim->stats.timers_dropped += n->timers;
    sim->stats.pending -= n->timers;
    sim->live -= n->timers;
    sim->dead += n->timers;
    n->timers = 0;
    messages_lost(sim, n);
    dg_sim_sweep_if_many(sim);
}

/* A crash that came later may have moved the return. */
static bool come_back(const dg_sim *sim, node *n)
{
    if (node_is_up(n) || sim->now < n->back_at)
        return false;
    n->life++;
    return true;
}

static void pause_begin(node *n, dg_ns until)
{
    if (node_is_up(n) && until > n->paused_until)
        n->paused_until = until;
}

static void partition_begin(dg_sim *sim, uint64_t which)
{
    partition *p = &sim->partitions[which];
    p->stands = true;
    for (uint32_t i = 0; i < p->count; i++) {
        node *n = &sim->nodes[p->nodes[i]];
        n->sides |= (uint64_t)1 << which;
        n->parted_at = sim->now;
        n->joined_at = DG_NEVER;
    }
}

static void partition_end(dg_sim *sim, uint64_t which)
{
    partition *p = &sim->partitions[which];
    for (uint32_t i = 0; p->stands && i < p->count; i++) {
        sim->nodes[p->nodes[i]].sides &= ~((uint64_t)1 << which);
        sim->nodes[p->nodes[i]].joined_at = sim->now;
    }
    dg_free(p->nodes);
    *p = (partition){ .nodes = NULL };
}

static slot clock_pack(const dg_sim_clock *c)
{
    return (slot){ .a = (uint64_t)c->offset_ns,
                   .b = (uint64_t)c->warp_num << 32 | c->warp_den,
                   .from = (uint32_t)c->drift_ppb,
                   .channel = c->goes_on };
}

static dg_sim_clock clock_unpack(const slot *s)
{
    return (dg_sim_clock){ .offset_ns = (int64_t)s->a,
                           .drift_ppb = (int32_t)s->from,
                           .warp_num = (uint32_t)(s->b >> 32),
                           .warp_den = (uint32_t)s->b,
                           .goes_on = s->channel != 0 };
}

void dg_sim_fault_run(dg_sim *sim, const slot *s, bool *restarted)
{
    node *n = &sim->nodes[s->node];
    dg_sim_clock clock;
    switch ((fault_op)s->tag) {
    case FAULT_DOWN:
        go_down(sim, n, s->a);
        break;
    case FAULT_BACK:
        *restarted = come_back(sim, n);
        break;
    case FAULT_PAUSE:
        pause_begin(n, s->a);
        break;
    case FAULT_PART:
        partition_begin(sim, s->a);
        break;
    case FAULT_JOIN:
        partition_end(sim, s->a);
        break;
    case FAULT_CLOCK:
        clock = clock_unpack(s);
        dg_sim_clock_apply(&n->clock, sim->now, &clock);
        break;
    }
}

/* ---- planning ---- */

static dg_code plan(dg_sim *sim, dg_ns at, fault_op op, uint32_t node_ix, slot content,
                    dg_error *err)
{
    uint32_t ix;
    bool restarted = false;
    content.at = at;
    content.node = node_ix;
    content.tag = (uint16_t)op;
    content.kind = SLOT_FAULT;
    if (at <= sim->now && op != FAULT_BACK) {
        dg_sim_fault_run(sim, &content, &restarted);
        return DG_OK;
    }
    if (at > DG_SIM_TIME_MAX)
        return DG_OK; /* never */
    dg_code rc = dg_sim_schedule_take(sim, &ix, err);
    if (rc < 0)
        return rc;
    slot *s = slot_at(&sim->slots, ix);
    content.gen = s->gen;
    *s = content;
    if (s->at < sim->now)
        s->at = sim->now;
    dg_sim_schedule_enter(sim, ix, SEQ_FAULT);
    return DG_OK;
}

static dg_code order_check(dg_sim_span span, const char *what, dg_error *err)
{
    if (span.to >= span.from)
        return DG_OK;
    return dg_fail(err, DG_USAGE, "a %s from %llu ns ended at %llu ns", what,
                   (unsigned long long)span.from, (unsigned long long)span.to);
}

/* The return is planned first: alone it does nothing, should the rest fail. */
dg_code dg_sim_crash(dg_sim *sim, dg_node_ix ix, dg_sim_span span, dg_error *err)
{
    dg_code rc = order_check(span, "crash", err);
    assert(ix.v < sim->node_count);
    if (rc == DG_OK)
        rc = plan(sim, span.to, FAULT_BACK, ix.v, (slot){ .a = 0 }, err);
    return rc < 0 ? rc : plan(sim, span.from, FAULT_DOWN, ix.v, (slot){ .a = span.to }, err);
}

dg_code dg_sim_pause(dg_sim *sim, dg_node_ix ix, dg_sim_span span, dg_error *err)
{
    dg_code rc = order_check(span, "pause", err);
    assert(ix.v < sim->node_count);
    return rc < 0 ? rc : plan(sim, span.from, FAULT_PAUSE, ix.v, (slot){ .a = span.to }, err);
}

static dg_code partition_take(dg_sim *sim, uint64_t *which, const dg_node_ix *nodes, size_t count,
                              dg_error *err)
{
    uint64_t i = 0;
    while (i < DG_SIM_PARTITIONS_MAX && sim->partitions[i].taken)
        i++;
    if (i == DG_SIM_PARTITIONS_MAX)
        return dg_fail(err, DG_LIMIT, "more than %u partitions were planned at one time",
                       DG_SIM_PARTITIONS_MAX);
    if (count > DG_SIM_NODES_MAX)
        return dg_fail(err, DG_USAGE, "a partition named %zu nodes", count);
    uint32_t *copy = dg_malloc((count + 1) * sizeof *copy);
    if (!copy)
        return dg_fail(err, DG_NOMEM, "no memory for a partition of %zu nodes", count);
    for (size_t k = 0; k < count; k++) {
        assert(nodes[k].v < sim->node_count);
        copy[k] = nodes[k].v;
    }
    sim->partitions[i] = (partition){ copy, (uint32_t)count, true, false };
    *which = i;
    return DG_OK;
}

/* The end is planned first: alone it does nothing but give the place back. */
dg_code dg_sim_partition(dg_sim *sim, const dg_node_ix *nodes, size_t count, dg_sim_span span,
                         dg_error *err)
{
    uint64_t which = 0;
    dg_code rc = order_check(span, "partition", err);
    if (rc < 0 || span.to <= sim->now || span.from == span.to || sim->node_count == 0)
        return rc;
    if ((rc = partition_take(sim, &which, nodes, count, err)) < 0)
        return rc;
    if ((rc = plan(sim, span.to, FAULT_JOIN, 0, (slot){ .a = which }, err)) < 0) {
        partition_end(sim, which);
        return rc;
    }
    return plan(sim, span.from, FAULT_PART, 0, (slot){ .a = which }, err);
}

dg_code dg_sim_clock_set(dg_sim *sim, dg_node_ix ix, dg_ns at, const dg_sim_clock *clock,
                         dg_error *err)
{
    dg_code rc = dg_sim_clock_check(clock, err);
    assert(ix.v < sim->node_count);
    return rc < 0 ? rc : plan(sim, at, FAULT_CLOCK, ix.v, clock_pack(clock), err);
}

bool dg_sim_reachable(const dg_sim *sim, dg_node_ix from, dg_node_ix to)
{
    const node *x = node_of(sim, from), *y = node_of(sim, to);
    return node_is_up(x) && node_is_up(y) && x->sides == y->sides;
}

static bool inside(const node *n, dg_ns at)
{
    return n->joined_at && at >= n->parted_at && at < n->joined_at;
}

bool dg_sim_cut(const dg_sim *sim, dg_node_ix from, dg_node_ix to, dg_sim_span sent)
{
    const node *x = node_of(sim, from), *y = node_of(sim, to);
    if (x->parted_at == y->parted_at && x->joined_at == y->joined_at)
        return false;
    return inside(x, sent.from) || inside(x, sent.to) || inside(y, sent.from) || inside(y, sent.to);
}
