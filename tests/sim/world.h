/* world.h - a small world for examples: nodes that note what they hear. */
#ifndef DG_TESTS_WORLD_H
#define DG_TESTS_WORLD_H

#include "../support/suite.h"
#include "sim/sim.h"

#define MS ((dg_ns)1000000)
#define WORLD_NODES 8
#define NOTES_MAX 20000

typedef struct note {
    dg_ns at;
    dg_sim_event event;
} note;

typedef struct world {
    dg_sim *sim;
    dg_node_ix nodes[WORLD_NODES];
    dg_channel_ix ordered, loose;
    note notes[NOTES_MAX];
    size_t count;
    dg_code (*react)(struct world *w, const dg_sim_event *event); /* or NULL */
} world;

static inline dg_code world_note(void *user, dg_sim *sim, const dg_sim_event *event, dg_error *err)
{
    world *w = user;
    (void)err;
    ck_assert_uint_lt(w->count, NOTES_MAX);
    w->notes[w->count++] = (note){ dg_sim_now(sim), *event };
    return w->react ? w->react(w, event) : DG_OK;
}

static inline void ok(dg_code rc)
{
    ck_assert_int_eq(rc, DG_OK);
}

/* `latency`: `points` quantiles of the default link; 0: instant. */
static inline world *world_open(uint64_t seed, const dg_ns *latency, size_t points, uint64_t speed,
                                uint32_t loss_ppm)
{
    static world w;
    dg_sim_options options = { .seed = seed };
    dg_sim_link link = { latency, points, speed, loss_ppm };
    dg_link_ix ix;
    w = (world){ .count = 0 };
    ok(dg_sim_new(&w.sim, &options, NULL));
    if (points > 0)
        ok(dg_sim_link_add(w.sim, &ix, &link, NULL));
    for (size_t i = 0; i < WORLD_NODES; i++) {
        dg_sim_node spec = { .handler = world_note, .user = &w };
        ok(dg_sim_node_add(w.sim, &w.nodes[i], &spec, NULL));
    }
    ok(dg_sim_channel_add(w.sim, &w.ordered, &(dg_sim_channel){ "ordered", true }, NULL));
    ok(dg_sim_channel_add(w.sim, &w.loose, &(dg_sim_channel){ "loose", false }, NULL));
    return &w;
}

static inline void world_close(world *w)
{
    dg_sim_verify(w->sim);
    dg_sim_free(w->sim);
}

static inline dg_timer_id world_timer(world *w, size_t node, dg_ns at, uint64_t a)
{
    dg_timer_id id;
    dg_sim_timer timer = { .tag = 1, .a = a };
    ok(dg_sim_timer_at(w->sim, &id, w->nodes[node], at, &timer, NULL));
    return id;
}

static inline void world_send(world *w, size_t from, size_t to, dg_channel_ix channel, uint64_t a,
                              uint64_t bytes)
{
    dg_sim_parcel parcel = { .channel = channel, .a = a, .wire_bytes = bytes };
    ok(dg_sim_send(w->sim, w->nodes[from], w->nodes[to], &parcel, NULL));
}

static inline dg_sim_stats world_stats(const world *w)
{
    dg_sim_stats stats;
    dg_sim_stats_get(w->sim, &stats);
    return stats;
}

/* The `a` of all that was heard, in order. */
static inline void assert_heard(const world *w, const uint64_t *want, size_t count)
{
    ck_assert_uint_eq(w->count, count);
    for (size_t i = 0; i < count; i++)
        ck_assert_uint_eq(w->notes[i].event.a, want[i]);
}

#endif
