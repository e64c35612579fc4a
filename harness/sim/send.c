/* send.c - when a message arrives, and whether it does.
 *
 * The luck of a message is a function of (seed, sender, channel, receiver, how
 * many were sent there before): one number for its latency and one for its
 * loss, drawn whether they are needed or not. So neither other pairs nor a
 * fault that swallows some messages shift the luck of the rest. */
#include "sim/sim_impl.h"

#define MILLION 1000000u
#define BILLION 1000000000u

dg_code dg_sim_channel_add(dg_sim *sim, dg_channel_ix *ix, const dg_sim_channel *spec,
                           dg_error *err)
{
    if (sim->channel_count == DG_SIM_CHANNELS_MAX)
        return dg_fail(err, DG_LIMIT, "more than %u channels were added", DG_SIM_CHANNELS_MAX);
    sim->channels[sim->channel_count] = (channel){ .spec = *spec };
    ix->v = (uint16_t)sim->channel_count++;
    return DG_OK;
}

static dg_code row_grow(dg_sim *sim, row *r, dg_error *err)
{
    pair *to = dg_realloc(r->to, sim->node_count * sizeof *to);
    if (!to)
        return dg_fail(err, DG_NOMEM, "no memory for the streams of a node");
    memset(to + r->len, 0, (sim->node_count - r->len) * sizeof *to);
    r->to = to;
    r->len = sim->node_count;
    return DG_OK;
}

static dg_code pair_of(dg_sim *sim, row **r, dg_node_ix from, dg_node_ix to, uint16_t channel_ix,
                       dg_error *err)
{
    node *n = &sim->nodes[from.v];
    if (!n->rows && !(n->rows = dg_calloc(DG_SIM_CHANNELS_MAX, sizeof *n->rows)))
        return dg_fail(err, DG_NOMEM, "no memory for the streams of a node");
    *r = &n->rows[channel_ix];
    if (to.v < (*r)->len)
        return DG_OK;
    if (!(*r)->to)
        (*r)->key = dg_rng_fork(sim->options.seed, "link", from.v, channel_ix).key;
    return row_grow(sim, *r, err);
}

static uint64_t wire_ns(const link *l, uint64_t bytes)
{
    if (l->bytes_per_s == 0 || bytes == 0)
        return 0;
    sim_u128 ns = ((sim_u128)bytes * BILLION + l->bytes_per_s - 1) / l->bytes_per_s;
    return ns > DG_SIM_TIME_MAX ? DG_SIM_TIME_MAX : (uint64_t)ns;
}

typedef enum fate { ARRIVES, LOST_LUCK, LOST_PARTITION, LOST_DOWN } fate;

static void count_lost(dg_sim *sim, uint8_t channel_ix, fate f)
{
    sim->channels[channel_ix].lost++;
    sim->stats.lost_luck += f == LOST_LUCK;
    sim->stats.lost_partition += f == LOST_PARTITION;
    sim->stats.lost_down += f == LOST_DOWN;
}

void dg_sim_count_parted(dg_sim *sim, uint8_t channel_ix)
{
    count_lost(sim, channel_ix, LOST_PARTITION);
}

static fate fate_of(const node *from, const node *to, const link *l, dg_rng luck)
{
    if (!node_is_up(to))
        return LOST_DOWN;
    if (from->sides != to->sides)
        return LOST_PARTITION;
    if (l && l->loss_ppm > 0
        && (uint64_t)((sim_u128)dg_rng_u64(&luck) * MILLION >> 64) < l->loss_ppm)
        return LOST_LUCK;
    return ARRIVES;
}

static dg_ns arrival(const dg_sim *sim, pair *p, const link *l, uint64_t bits, bool ordered,
                     uint64_t bytes)
{
    if (!l)
        return sim->now;
    dg_ns start = sim->now + dg_sim_link_latency(l, bits);
    if (ordered && start < p->last_at)
        start = p->last_at;
    return start + wire_ns(l, bytes);
}

static dg_code enter_message(dg_sim *sim, dg_node_ix from, dg_node_ix to, dg_ns at,
                             const dg_sim_parcel *parcel, dg_error *err)
{
    uint32_t ix;
    if (at > DG_SIM_TIME_MAX)
        return dg_fail(err, DG_USAGE, "a message of %llu bytes would arrive beyond the end of time",
                       (unsigned long long)parcel->wire_bytes);
    dg_code rc = dg_sim_schedule_take(sim, &ix, err);
    if (rc < 0)
        return rc;
    slot *s = slot_at(&sim->slots, ix);
    *s = (slot){ .at = at,
                 .a = parcel->a,
                 .b = parcel->b,
                 .msg = dg_sim_msg_keep(parcel->msg),
                 .node = to.v,
                 .from = from.v,
                 .gen = s->gen,
                 .tag = parcel->tag,
                 .channel = (uint8_t)parcel->channel.v,
                 .kind = SLOT_MESSAGE };
    dg_sim_schedule_enter(sim, ix, SEQ_PLAIN);
    return DG_OK;
}

dg_ns dg_sim_link_delay(const dg_sim *sim, dg_node_ix from, dg_node_ix to, uint64_t luck,
                        uint64_t wire_bytes)
{
    const link *l = dg_sim_link_of(sim, &sim->nodes[from.v], to.v);
    return l && from.v != to.v ? dg_sim_link_latency(l, luck) + wire_ns(l, wire_bytes) : 0;
}

static void count_sent(dg_sim *sim, const dg_sim_parcel *parcel)
{
    channel *c = &sim->channels[parcel->channel.v];
    c->sent++;
    c->sent_bytes += parcel->wire_bytes;
    sim->stats.sent++;
    sim->stats.sent_bytes += parcel->wire_bytes;
}

/* From one node to another. Nothing is counted unless all of it worked. */
static dg_code send_over(dg_sim *sim, dg_node_ix from, dg_node_ix to, const dg_sim_parcel *parcel,
                         dg_error *err)
{
    row *r = NULL;
    dg_code rc = pair_of(sim, &r, from, to, parcel->channel.v, err);
    if (rc < 0)
        return rc;
    const node *sender = &sim->nodes[from.v];
    const link *l = dg_sim_link_of(sim, sender, to.v);
    pair *p = &r->to[to.v];
    dg_rng luck = { r->key, (uint64_t)to.v << 40 | 2 * p->count };
    uint64_t bits = dg_rng_u64(&luck);
    if (parcel->has_luck)
        bits = parcel->luck;
    fate f = fate_of(sender, &sim->nodes[to.v], l, luck);
    if (f == ARRIVES) {
        dg_ns at = arrival(sim, p, l, bits, sim->channels[parcel->channel.v].spec.ordered,
                           parcel->wire_bytes);
        if ((rc = enter_message(sim, from, to, at, parcel, err)) < 0)
            return rc;
        p->last_at = at;
    } else {
        count_lost(sim, (uint8_t)parcel->channel.v, f);
    }
    p->count++;
    count_sent(sim, parcel);
    return DG_OK;
}

dg_code dg_sim_send(dg_sim *sim, dg_node_ix from, dg_node_ix to, const dg_sim_parcel *parcel,
                    dg_error *err)
{
    assert(parcel->channel.v < sim->channel_count && to.v < sim->node_count);
    if (!node_is_up(node_of(sim, from)))
        return DG_OK;
    if (from.v != to.v)
        return send_over(sim, from, to, parcel, err);
    dg_code rc = enter_message(sim, from, to, sim->now, parcel, err);
    if (rc == DG_OK)
        count_sent(sim, parcel);
    return rc;
}

dg_code dg_sim_broadcast(dg_sim *sim, dg_node_ix from, const dg_node_ix *to, size_t count,
                         const dg_sim_parcel *parcel, dg_error *err)
{
    assert(parcel->channel.v < sim->channel_count);
    if (!node_is_up(node_of(sim, from)))
        return DG_OK;
    for (size_t i = 0; i < count; i++) {
        assert(to[i].v < sim->node_count);
        if (to[i].v == from.v)
            continue;
        dg_code rc = send_over(sim, from, to[i], parcel, err);
        if (rc < 0)
            return rc;
    }
    return DG_OK;
}
