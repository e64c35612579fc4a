/* run.c - the relay chain as one node, and those that follow it. */
#include "stream/stream.h"

#include <assert.h>
#include <string.h>

#include "sim/sim.h"

enum { MS = 1000000, HOUR_MS = 3600000 };
/* Timers: of the chain a slot; of a node a sample, and that a stream is read. Messages: a block
 * (a: height), what is final (a: height), of peers (a: how many). */
enum { TAG_SLOT, TAG_SAMPLE, TAG_POLL, TAG_BLOCK, TAG_FINAL, TAG_PEERS };
/* Two authors have a slot in one of four: a primary one beside the secondary (network-model 1.4);
 * finality is two blocks behind. */
enum { FORK_ONE_OF = 4, FINAL_BEHIND = 2 };

typedef struct follower {
    uint64_t unread[DG_STREAM_SOURCES];  /* of what nobody polls */
    uint64_t waiting[DG_STREAM_SOURCES]; /* of what is polled, until it is */
    dg_ns up_since;
    uint64_t best, final, kills;
} follower;

typedef struct world {
    const dg_stream_options *o;
    dg_event_log *log;
    dg_arm arm;
    dg_stream_came *came;
    dg_node_ix chain, nodes[DG_STREAM_NODES_MAX];
    follower of[DG_STREAM_NODES_MAX];
    dg_channel_ix channel;
    dg_rng luck;
    uint64_t height;
} world;

/* ---- the chain ---- */

static dg_code tell_all(world *w, dg_sim *sim, uint16_t tag, uint64_t what, dg_error *err)
{
    dg_sim_parcel parcel = { .channel = w->channel, .tag = tag, .a = what };
    return what ? dg_sim_broadcast(sim, w->chain, w->nodes, w->o->nodes, &parcel, err) : DG_OK;
}

static dg_code on_chain(void *user, dg_sim *sim, const dg_sim_event *e, dg_error *err)
{
    world *w = user;
    dg_code rc;
    (void)e;
    w->height++;
    w->came->blocks++;
    if ((rc = tell_all(w, sim, TAG_BLOCK, w->height, err)) < 0
        || (dg_rng_below(&w->luck, FORK_ONE_OF) == 0
            && (rc = tell_all(w, sim, TAG_BLOCK, w->height, err)) < 0)
        || (rc = tell_all(w, sim, TAG_FINAL,
                          w->height > FINAL_BEHIND ? w->height - FINAL_BEHIND : 0, err))
               < 0
        || (rc = tell_all(w, sim, TAG_PEERS, w->o->network_events, err)) < 0)
        return rc;
    return dg_sim_timer_after(sim, NULL, w->chain, w->o->slot_ms * MS,
                              &(dg_sim_timer){ .tag = TAG_SLOT }, err);
}

/* ---- who follows it ---- */

static uint64_t memory_of(const world *w, const follower *f, dg_ns now)
{
    const dg_stream_options *o = w->o;
    uint64_t up_ms = (now - f->up_since) / MS, sum = o->base_bytes;
    sum += up_ms < o->warm_ms ? o->warm_bytes / o->warm_ms * up_ms : o->warm_bytes;
    for (size_t i = 0; i < DG_STREAM_SOURCES; i++)
        sum += (f->unread[i] + f->waiting[i]) * o->event_bytes[i];
    return sum;
}

static dg_event event_of(const world *w, size_t node, dg_event_kind kind, dg_ns now)
{
    return (dg_event){ .at = now,
                       .arm = w->arm,
                       .node = (uint32_t)node,
                       .block = (uint32_t)w->of[node].best,
                       .kind = kind };
}

static void sample(world *w, size_t node, dg_ns now)
{
    const follower *f = &w->of[node];
    dg_event e = event_of(w, node, DG_EVENT_PROCESS, now);
    e.process = (struct dg_event_process){ .rss_kib = (int64_t)(memory_of(w, f, now) / 1024),
                                           .cpu_ms = -1,
                                           .best = (int64_t)f->best,
                                           .finalized = (int64_t)f->final,
                                           .peers = -1 };
    dg_event_log_add(w->log, &e);
    for (size_t i = 0; i < DG_STREAM_SOURCES; i++) {
        uint64_t unread = f->unread[i] + f->waiting[i];
        e = event_of(w, node, DG_EVENT_CHANNEL, now);
        e.channel = (struct dg_event_channel){ .unread = (int64_t)unread,
                                               .bytes = (int64_t)(unread * w->o->event_bytes[i]) };
        e.detail = json_pack("{s:s}", "entity", dg_stream_entity((dg_stream_source)i));
        if (!e.detail)
            w->log->rc = w->log->rc < 0 ? w->log->rc : DG_NOMEM;
        dg_event_log_add(w->log, &e);
    }
}

/* What it held in memory is gone, and its runtime is to be compiled again before it follows. */
static dg_code killed(world *w, dg_sim *sim, size_t node, dg_error *err)
{
    follower *f = &w->of[node];
    dg_ns now = dg_sim_now(sim);
    uint64_t down_ms = w->o->restart_ms + w->o->compile_ms;
    dg_event e = event_of(w, node, DG_EVENT_PROCESS_KILLED, now);
    f->kills++;
    w->came->kills++;
    w->came->down_ms += down_ms;
    e.process_killed =
        (struct dg_event_process_killed){ .rss_kib = (int64_t)(memory_of(w, f, now) / 1024),
                                          .limit_kib = (int64_t)(w->o->limit_bytes / 1024),
                                          .down_ms = (int64_t)down_ms,
                                          .times = (int64_t)f->kills };
    dg_event_log_add(w->log, &e);
    memset(f->unread, 0, sizeof f->unread);
    memset(f->waiting, 0, sizeof f->waiting);
    return dg_sim_crash(sim, w->nodes[node], (dg_sim_span){ now, now + down_ms * MS }, err);
}

/* A stream that BEEFY's gadget took is a second one beside that of who polls. */
static dg_code notified(world *w, dg_sim *sim, size_t node, dg_stream_source of, uint64_t events,
                        dg_error *err)
{
    follower *f = &w->of[node];
    bool first = !f->waiting[of];
    f->waiting[of] += events;
    if (w->o->of->beefy_takes[of] && !w->o->beefy)
        f->unread[of] += events;
    if (memory_of(w, f, dg_sim_now(sim)) >= w->o->limit_bytes)
        return killed(w, sim, node, err);
    return first ? dg_sim_timer_after(sim, NULL, w->nodes[node], w->o->poll_ms * MS,
                                      &(dg_sim_timer){ .tag = TAG_POLL, .a = of }, err)
                 : DG_OK;
}

static dg_code next_sample(world *w, dg_sim *sim, size_t node, dg_error *err)
{
    return dg_sim_timer_after(sim, NULL, w->nodes[node], w->o->sample_ms * MS,
                              &(dg_sim_timer){ .tag = TAG_SAMPLE }, err);
}

static dg_code on_node(void *user, dg_sim *sim, const dg_sim_event *e, dg_error *err)
{
    world *w = user;
    size_t node = e->node.v - w->nodes[0].v;
    follower *f = &w->of[node];
    assert(node < w->o->nodes);
    if (e->kind == DG_SIM_RESTART) {
        f->up_since = dg_sim_now(sim);
        return next_sample(w, sim, node, err);
    }
    switch (e->tag) {
    case TAG_SAMPLE:
        sample(w, node, dg_sim_now(sim));
        return next_sample(w, sim, node, err);
    case TAG_POLL:
        f->waiting[e->a] = 0;
        return DG_OK;
    case TAG_BLOCK:
        f->best = e->a;
        return notified(w, sim, node, DG_STREAM_IMPORT, 1, err);
    case TAG_FINAL:
        f->final = e->a;
        return notified(w, sim, node, DG_STREAM_FINALITY, 1, err);
    default:
        assert(e->tag == TAG_PEERS);
        return notified(w, sim, node, DG_STREAM_NETWORK, e->a, err);
    }
}

/* ---- the run ---- */

static dg_code furnish(world *w, dg_sim *sim, dg_error *err)
{
    static const dg_ns latency[] = { 50 * MS, 500 * MS };
    const dg_sim_link some = { .latency_ns = latency, .latency_count = 2 };
    dg_link_ix link;
    dg_code rc;
    if ((rc = dg_sim_channel_add(sim, &w->channel,
                                 &(dg_sim_channel){ .name = "relay", .ordered = true }, err))
            < 0
        || (rc = dg_sim_link_add(sim, &link, &some, err)) < 0
        || (rc = dg_sim_node_add(sim, &w->chain, &(dg_sim_node){ .handler = on_chain, .user = w },
                                 err))
               < 0)
        return rc;
    w->luck = dg_sim_rng(sim, w->chain, 0, "forks");
    for (size_t i = 0; i < w->o->nodes && rc >= 0; i++)
        if ((rc = dg_sim_node_add(sim, &w->nodes[i],
                                  &(dg_sim_node){ .handler = on_node, .user = w }, err))
            >= 0)
            rc = next_sample(w, sim, i, err);
    return rc < 0
               ? rc
               : dg_sim_timer_at(sim, NULL, w->chain, 0, &(dg_sim_timer){ .tag = TAG_SLOT }, err);
}

dg_code dg_stream_run(dg_stream_came *came, dg_event_log *log, dg_arm arm,
                      const dg_stream_options *options, dg_error *err)
{
    world *w = dg_calloc(1, sizeof *w);
    dg_sim *sim = NULL;
    dg_code rc;
    assert(options->of && options->nodes && options->nodes <= DG_STREAM_NODES_MAX);
    assert(options->hours && options->hours <= DG_STREAM_HOURS_MAX);
    assert(options->slot_ms && options->sample_ms && options->poll_ms);
    *came = (dg_stream_came){ .blocks = 0 };
    if (!w)
        return dg_fail(err, DG_NOMEM, "no memory for relay nodes");
    w->o = options;
    w->log = log;
    w->arm = arm;
    w->came = came;
    if ((rc = dg_sim_new(&sim, &(dg_sim_options){ .seed = options->seed }, err)) >= 0
        && (rc = furnish(w, sim, err)) >= 0
        && (rc = dg_sim_run(sim, (dg_ns)options->hours * HOUR_MS * MS, err)) >= 0)
        rc = dg_event_log_check(log, err);
    dg_sim_free(sim);
    dg_free(w);
    return rc;
}
