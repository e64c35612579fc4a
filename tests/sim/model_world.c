/* model_world.c - the naive twin, and a player of scripts on both worlds. */
#include "model_world.h"

#include <assert.h>
#include <string.h>

/* ---- the twin ---- */

static bool twin_before(const twin_event *x, const twin_event *y)
{
    if (x->at != y->at)
        return x->at < y->at;
    if (x->node != y->node)
        return x->node < y->node;
    return x->rank != y->rank ? x->rank < y->rank : x->seq < y->seq;
}

static void twin_put(twin *t, twin_event e)
{
    assert(t->count < TWIN_EVENTS);
    e.at = e.at < t->now ? t->now : e.at;
    e.seq = t->seq++;
    t->list[t->count++] = e;
}

static void twin_take(twin *t, size_t i)
{
    memmove(&t->list[i], &t->list[i + 1], (t->count - i - 1) * sizeof t->list[0]);
    t->count--;
}

static bool twin_parted(const twin *t, uint32_t x, uint32_t y)
{
    for (size_t p = 0; p < 64; p++)
        if (t->part_stands[p] && (t->parts[p] >> x & 1) != (t->parts[p] >> y & 1))
            return true;
    return false;
}

static void twin_down(twin *t, uint32_t node, uint64_t back_at)
{
    if (t->down[node]) {
        if (back_at > t->back_at[node])
            t->back_at[node] = back_at;
        return;
    }
    t->down[node] = true;
    t->back_at[node] = back_at;
    t->paused_until[node] = 0;
    for (size_t i = t->count; i-- > 0;) {
        twin_event *e = &t->list[i];
        if (e->node != node || e->rank == 0)
            continue;
        t->dropped += e->kind == TWIN_TIMER;
        t->lost_down += e->kind == TWIN_MESSAGE;
        twin_take(t, i);
    }
}

/* True: a handler is called. */
static bool twin_fault(twin *t, const twin_event *e)
{
    switch (e->kind) {
    case TWIN_DOWN:
        twin_down(t, e->node, e->a);
        return false;
    case TWIN_BACK:
        if (!t->down[e->node] || t->now < t->back_at[e->node])
            return false;
        t->down[e->node] = false;
        return true;
    case TWIN_PAUSE:
        if (!t->down[e->node] && e->a > t->paused_until[e->node])
            t->paused_until[e->node] = e->a;
        return false;
    case TWIN_PART:
        t->part_stands[e->a] = true;
        return false;
    default:
        t->part_stands[e->a] = false;
        t->parts[e->a] = 0;
        return false;
    }
}

static void twin_plan(twin *t, twin_event e)
{
    if (e.at == DG_NEVER)
        return;
    if (e.at <= t->now && e.kind != TWIN_BACK)
        twin_fault(t, &e);
    else
        twin_put(t, e);
}

static void twin_send(twin *t, uint32_t from, uint32_t to, uint32_t channel, uint64_t a,
                      uint64_t latency, uint64_t wire)
{
    uint64_t at = t->now + latency;
    if (t->down[from])
        return;
    if (from == to) {
        at = t->now;
    } else if (t->down[to]) {
        t->lost_down++;
        return;
    } else if (twin_parted(t, from, to)) {
        t->lost_partition++;
        return;
    } else {
        if (channel == 0 && at < t->last_at[from][to])
            at = t->last_at[from][to];
        at += wire;
        t->last_at[from][to] = channel == 0 ? at : t->last_at[from][to];
    }
    twin_put(t, (twin_event){ .at = at,
                              .a = a,
                              .node = to,
                              .from = from,
                              .channel = channel,
                              .rank = 2,
                              .kind = TWIN_MESSAGE });
}

/* The next thing that a handler hears of, up to `until`. */
static bool twin_step(twin *t, uint64_t until, twin_event *heard)
{
    while (t->count > 0) {
        size_t least = 0;
        for (size_t i = 1; i < t->count; i++)
            if (twin_before(&t->list[i], &t->list[least]))
                least = i;
        twin_event e = t->list[least];
        if (e.at > until)
            return false;
        twin_take(t, least);
        if (e.rank > 0 && t->paused_until[e.node] > e.at) {
            e.at = t->paused_until[e.node];
            e.rank = 1;
            t->postponed++;
            twin_put(t, e);
            continue;
        }
        t->now = e.at;
        *heard = e;
        if (e.rank == 0 ? twin_fault(t, &e) : true) {
            if (e.kind != TWIN_MESSAGE || !twin_parted(t, e.from, e.node))
                return true;
            t->lost_partition++;
        }
    }
    return false;
}

/* ---- the player ---- */

typedef struct player {
    dg_sim *sim;
    twin *t;
    dg_node_ix nodes[TWIN_NODES];
    dg_channel_ix channels[TWIN_CHANNELS];
    uint64_t latency[3];
    dg_timer_id ids[64];
    uint64_t marks[64]; /* `a` of the timers, by which the twin knows them */
    uint64_t next_mark;
    const uint8_t *at, *end;
    dg_sim_event heard;
    uint64_t heard_at;
    bool has_heard;
} player;

static dg_code hear(void *user, dg_sim *sim, const dg_sim_event *event, dg_error *err)
{
    player *p = user;
    (void)err;
    assert(!p->has_heard); /* one step is one event */
    p->heard = *event;
    p->heard_at = dg_sim_now(sim);
    p->has_heard = true;
    return DG_OK;
}

static uint32_t draw(player *p, uint32_t below)
{
    return p->at < p->end ? *p->at++ % below : 0;
}

/* Near and far, within a bucket of the wheel and beyond all of them. */
static uint64_t draw_span(player *p)
{
    static const uint8_t shift[] = { 0, 0, 7, 14, 17, 18, 22, 26, 30, 34 };
    uint32_t scale = draw(p, sizeof shift);
    return (uint64_t)draw(p, 16) << shift[scale];
}

static void furnish(player *p)
{
    static const uint64_t latency[3] = { 70000, 90000000, 0 };
    dg_sim_options options = { .seed = 7, .nodes_max = TWIN_NODES };
    dg_link_ix links[3];
    assert(dg_sim_new(&p->sim, &options, NULL) == DG_OK);
    for (uint32_t i = 0; i < 3; i++) {
        dg_sim_link spec = { &latency[i], 1, i == 1 ? 1000 : 0, 0 };
        p->latency[i] = latency[i];
        assert(dg_sim_link_add(p->sim, &links[i], &spec, NULL) == DG_OK);
    }
    for (uint32_t i = 0; i < TWIN_NODES; i++) {
        dg_sim_node spec = { .handler = hear, .user = p };
        assert(dg_sim_node_add(p->sim, &p->nodes[i], &spec, NULL) == DG_OK);
    }
    for (uint32_t i = 0; i < TWIN_CHANNELS; i++) {
        dg_sim_channel spec = { "twin", i == 0 };
        assert(dg_sim_channel_add(p->sim, &p->channels[i], &spec, NULL) == DG_OK);
    }
    for (uint32_t i = 0; i < TWIN_NODES; i++) /* kind (i + k) % 3 from i to k */
        for (uint32_t k = 0; k < TWIN_NODES; k++)
            assert(dg_sim_link_set(p->sim, p->nodes[i], p->nodes[k], links[(i + k) % 3], NULL)
                   == DG_OK);
}

static void play_timer(player *p)
{
    uint32_t node = draw(p, TWIN_NODES), keep = draw(p, 64);
    uint64_t at = p->t->now + draw_span(p);
    dg_sim_timer timer = { .tag = 3, .a = p->next_mark++ };
    assert(dg_sim_timer_at(p->sim, &p->ids[keep], p->nodes[node], at, &timer, NULL) == DG_OK);
    p->marks[keep] = timer.a;
    if (p->t->down[node])
        p->t->dropped++;
    else
        twin_put(p->t, (twin_event){ .at = at,
                                     .a = timer.a,
                                     .node = node,
                                     .from = node,
                                     .rank = 2,
                                     .kind = TWIN_TIMER });
    assert((p->ids[keep].v == 0) == p->t->down[node]);
}

static void play_cancel(player *p)
{
    uint32_t which = draw(p, 64);
    bool was_there = false;
    for (size_t i = 0; i < p->t->count && !was_there; i++) {
        twin_event *e = &p->t->list[i];
        if (e->kind == TWIN_TIMER && e->a == p->marks[which]) {
            twin_take(p->t, i);
            was_there = true;
        }
    }
    assert(dg_sim_cancel(p->sim, p->ids[which]) == was_there);
}

static uint64_t wire(const player *p, uint32_t from, uint32_t to, uint64_t bytes)
{
    (void)p;
    return (from + to) % 3 == 1 ? bytes * 1000000 : 0; /* 1000 bytes a second */
}

static void play_send(player *p)
{
    uint32_t from = draw(p, TWIN_NODES), to = draw(p, TWIN_NODES), channel = draw(p, 2);
    dg_sim_parcel parcel = { .channel = p->channels[channel],
                             .a = p->next_mark++,
                             .wire_bytes = draw(p, 200) };
    assert(dg_sim_send(p->sim, p->nodes[from], p->nodes[to], &parcel, NULL) == DG_OK);
    twin_send(p->t, from, to, channel, parcel.a, p->latency[(from + to) % 3],
              wire(p, from, to, parcel.wire_bytes));
}

static void play_broadcast(player *p)
{
    uint32_t from = draw(p, TWIN_NODES), channel = draw(p, 2);
    dg_sim_msg *msg;
    assert(dg_sim_msg_new(p->sim, &msg, 40, NULL, NULL) == DG_OK);
    dg_sim_parcel parcel = {
        .channel = p->channels[channel], .a = p->next_mark++, .msg = msg, .wire_bytes = 5
    };
    assert(dg_sim_broadcast(p->sim, p->nodes[from], p->nodes, TWIN_NODES, &parcel, NULL) == DG_OK);
    dg_sim_msg_drop(p->sim, msg);
    for (uint32_t to = 0; to < TWIN_NODES; to++)
        if (to != from)
            twin_send(p->t, from, to, channel, parcel.a, p->latency[(from + to) % 3],
                      wire(p, from, to, 5));
}

static void play_crash(player *p)
{
    uint32_t node = draw(p, TWIN_NODES);
    uint64_t at = p->t->now + draw_span(p), back_at = at + draw_span(p);
    back_at = draw(p, 8) == 7 ? DG_NEVER : back_at;
    assert(dg_sim_crash(p->sim, p->nodes[node], (dg_sim_span){ at, back_at }, NULL) == DG_OK);
    twin_plan(p->t, (twin_event){ .at = back_at, .node = node, .kind = TWIN_BACK });
    twin_plan(p->t, (twin_event){ .at = at, .a = back_at, .node = node, .kind = TWIN_DOWN });
}

static void play_pause(player *p)
{
    uint32_t node = draw(p, TWIN_NODES);
    uint64_t from = p->t->now + draw_span(p), to = from + draw_span(p);
    assert(dg_sim_pause(p->sim, p->nodes[node], (dg_sim_span){ from, to }, NULL) == DG_OK);
    twin_plan(p->t, (twin_event){ .at = from, .a = to, .node = node, .kind = TWIN_PAUSE });
}

static void play_partition(player *p)
{
    uint32_t set = 1 + draw(p, (1u << TWIN_NODES) - 1), count = 0;
    uint64_t from = p->t->now + draw_span(p), to = from + draw_span(p), which = 0;
    dg_node_ix nodes[TWIN_NODES];
    for (uint32_t i = 0; i < TWIN_NODES; i++)
        if (set >> i & 1)
            nodes[count++] = p->nodes[i];
    while (which < 64 && p->t->parts[which])
        which++;
    dg_code want = from < to && which == 64 ? DG_LIMIT : DG_OK;
    assert(dg_sim_partition(p->sim, nodes, count, (dg_sim_span){ from, to }, NULL) == want);
    if (from == to || which == 64)
        return;
    p->t->parts[which] = set;
    twin_plan(p->t, (twin_event){ .at = to, .a = which, .kind = TWIN_JOIN });
    twin_plan(p->t, (twin_event){ .at = from, .a = which, .kind = TWIN_PART });
}

static void compare_heard(const player *p, const twin_event *e)
{
    static const dg_sim_kind kinds[] = { DG_SIM_TIMER, DG_SIM_MESSAGE, 0, DG_SIM_RESTART };
    assert(p->has_heard);
    assert(p->heard_at == e->at);
    assert(p->heard.node.v == e->node);
    assert(p->heard.kind == kinds[e->kind]);
    if (e->kind == TWIN_BACK)
        return;
    assert(p->heard.a == e->a);
    assert(p->heard.from.v == e->from);
    assert(p->heard.channel.v == e->channel);
}

static void compare_counts(const player *p)
{
    dg_sim_stats s;
    uint64_t plain = 0;
    dg_sim_stats_get(p->sim, &s);
    for (size_t i = 0; i < p->t->count; i++)
        plain += p->t->list[i].rank > 0;
    assert(s.pending == plain);
    assert(s.lost_down == p->t->lost_down);
    assert(s.lost_partition == p->t->lost_partition);
    assert(s.timers_dropped == p->t->dropped);
    assert(s.postponed == p->t->postponed);
    for (uint32_t i = 0; i < TWIN_NODES; i++) {
        assert(dg_sim_node_up(p->sim, p->nodes[i]) == !p->t->down[i]);
        assert(dg_sim_node_paused(p->sim, p->nodes[i])
               == (p->t->paused_until[i] > dg_sim_now(p->sim)));
    }
}

static bool play_step(player *p)
{
    twin_event e;
    p->has_heard = false;
    dg_code rc = dg_sim_step(p->sim, NULL);
    bool more = twin_step(p->t, DG_SIM_TIME_MAX, &e);
    assert(rc == (more ? DG_OK : DG_END));
    if (more)
        compare_heard(p, &e);
    /* The last entries of a queue may be faults, of which nobody hears. */
    assert(dg_sim_now(p->sim) == p->t->now);
    return more;
}

/* To a moment between events; what happens before it is heard one by one. */
static void play_run(player *p)
{
    uint64_t until = p->t->now + draw_span(p);
    twin_event e;
    for (;;) {
        twin_event *least = NULL;
        for (size_t i = 0; i < p->t->count; i++)
            if (!least || twin_before(&p->t->list[i], least))
                least = &p->t->list[i];
        if (!least || least->at > until)
            break;
        uint64_t to = least->at;
        uint64_t events = 0;
        dg_sim_stats before, after;
        dg_sim_stats_get(p->sim, &before);
        while (twin_step(p->t, to, &e))
            events++;
        p->has_heard = false;
        while (dg_sim_stats_get(p->sim, &after), after.events - before.events < events) {
            p->has_heard = false;
            assert(dg_sim_step(p->sim, NULL) == DG_OK);
        }
        p->t->now = to;
        assert(dg_sim_run(p->sim, to, NULL) == DG_OK);
    }
    p->t->now = until;
    assert(dg_sim_run(p->sim, until, NULL) == DG_OK);
    assert(dg_sim_now(p->sim) == until);
}

static void play_one(player *p)
{
    static void (*const plays[])(player *) = { play_timer, play_timer,     play_send,   play_send,
                                               play_send,  play_broadcast, play_cancel, play_crash,
                                               play_pause, play_partition, play_run };
    uint32_t what = draw(p, 16);
    if (what < sizeof plays / sizeof plays[0])
        plays[what](p);
    else
        play_step(p);
}

void world_play(const uint8_t *script, size_t len)
{
    static twin t;
    player p = { .t = &t, .next_mark = 1, .at = script, .end = script + len };
    memset(&t, 0, sizeof t);
    furnish(&p);
    while (p.at < p.end && t.count < TWIN_EVENTS - 64) {
        play_one(&p);
        compare_counts(&p);
        dg_sim_verify(p.sim);
    }
    while (play_step(&p))
        compare_counts(&p);
    dg_sim_verify(p.sim);
    dg_sim_free(p.sim);
}
