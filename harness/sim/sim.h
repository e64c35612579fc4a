/* sim.h - a world of nodes in virtual time: events, links, faults, clocks, luck.
 *
 *   new       dg_sim_new(options)            seed and limits
 *   furnish   dg_sim_node_add, dg_sim_channel_add, dg_sim_link_add, dg_sim_link_set
 *   plan      dg_sim_crash, dg_sim_pause, dg_sim_partition, dg_sim_clock_set
 *   start     dg_sim_timer_at / _after       the first events
 *   run       dg_sim_run(until), dg_sim_step
 *             handlers send, set and cancel timers, plan further faults
 *   look      dg_sim_stats_get, dg_sim_channel_stats, dg_sim_fingerprint
 *   free      dg_sim_free
 *
 * Nothing here knows of chains. What a node is, what a message means and what a
 * timer is for are the caller's numbers.
 *
 * Invariant: what happens is a function of (options, calls made) alone. Events
 * run in the total order (time, node, sequence); a sequence number is given when
 * an event is scheduled, so one node's events of one instant run in the order in
 * which they were asked for. Time never goes back: an event that is scheduled
 * for the past runs now. Every source of chance has a stream of its own, named
 * by who uses it: a node that is added at the end (or a link that starts to lose
 * messages) leaves the luck of all others as it was.
 *
 * One sim is used by one thread at a time; a process may have several.
 *
 *   Two nodes, and a message that is under way for 50 ms:
 *
 *     static dg_code on_event(void *user, dg_sim *sim, const dg_sim_event *e, dg_error *err)
 *     {
 *         const dg_node_ix *other = user;
 *         const dg_sim_parcel hello = { .tag = HELLO, .wire_bytes = 100 };
 *         return e->kind == DG_SIM_TIMER ? dg_sim_send(sim, e->node, *other, &hello, err) : DG_OK;
 *     }
 *     ..
 *     const dg_ns latency = 50000000;
 *     dg_sim_channel_add(sim, &channel, &(dg_sim_channel){ .name = "all" }, err);
 *     dg_sim_link_add(sim, &link, &(dg_sim_link){ &latency, 1 }, err);
 *     dg_sim_node_add(sim, &a, &(dg_sim_node){ .handler = on_event, .user = &b }, err);
 *     dg_sim_node_add(sim, &b, &(dg_sim_node){ .handler = on_event, .user = &a }, err);
 *     dg_sim_timer_at(sim, NULL, a, 0, &(dg_sim_timer){ .tag = START }, err);
 *     dg_sim_run(sim, 1000000000, err);            b has had HELLO at 50 ms; it is 1 s now
 */
#ifndef DG_SIM_H
#define DG_SIM_H

#include "base/base.h"

/* What a node's clock shows, ns; 0 = start of the run. True time is dg_ns. */
typedef int64_t dg_sim_local;
/* Of one sim alone; nothing that was added is ever removed, so they stay valid. */
typedef struct {
    uint32_t v;
} dg_node_ix; /* in the order of dg_sim_node_add */
typedef struct {
    uint16_t v;
} dg_channel_ix; /* in the order of dg_sim_channel_add */
typedef struct {
    uint16_t v;
} dg_link_ix; /* in the order of dg_sim_link_add */
typedef struct {
    uint64_t v;
} dg_timer_id; /* 0: no timer; never given twice */

/* A stretch of true time. */
typedef struct dg_sim_span {
    dg_ns from, to;
} dg_sim_span;

typedef struct dg_sim dg_sim;
typedef struct dg_sim_msg dg_sim_msg;

#define DG_NEVER UINT64_MAX              /* a time that does not come */
#define DG_SIM_TIME_MAX ((dg_ns)1 << 62) /* a run ends before this; about 146 years */
#define DG_SIM_NODES_MAX 65536u
#define DG_SIM_EVENTS_MAX (1u << 30)
#define DG_SIM_CHANNELS_MAX 64u
#define DG_SIM_LINKS_MAX 4096u     /* kinds of links, not pairs */
#define DG_SIM_PARTITIONS_MAX 64u  /* at one time */
#define DG_SIM_TABLE_MAX 4096u     /* points of a latency table */
#define DG_SIM_MSG_MAX (16u << 20) /* bytes of one message object */

/* ---- the world ---- */

/* Copied. Memory is taken as it is needed, up to these; a node that reaches one gets DG_LIMIT from
 * the call that would go beyond. */
typedef struct dg_sim_options {
    uint64_t seed;
    uint32_t nodes_max;     /* 0: 4096 */
    uint32_t events_max;    /* pending at one time; 0: 16 million */
    uint64_t msg_bytes_max; /* message objects alive, bytes; 0: 1 GiB */
} dg_sim_options;

/* DG_USAGE: a limit above the ones named above; DG_NOMEM. */
dg_code dg_sim_new(dg_sim **sim, const dg_sim_options *options, dg_error *err);
/* With all that is pending and all message objects, whoever holds them. NULL is
 * fine. Not from inside a handler. */
void dg_sim_free(dg_sim *sim);

/* True time. Inside a handler: when its event happens. */
dg_ns dg_sim_now(const dg_sim *sim);
/* The seed that the sim was made with. */
uint64_t dg_sim_seed(const dg_sim *sim);

/* ---- events and handlers ---- */

typedef enum dg_sim_kind {
    DG_SIM_TIMER,   /* what the node itself asked for */
    DG_SIM_MESSAGE, /* over a link */
    DG_SIM_RESTART  /* the node is up again after a crash; a: when it went down */
} dg_sim_kind;

/* One thing that happens at a node, now (dg_sim_now). Borrowed by the handler
 * for the time of the call. */
typedef struct dg_sim_event {
    dg_sim_kind kind;
    dg_node_ix node;       /* where it happens */
    uint16_t tag;          /* timer: what for. message: what it is. Caller's numbers */
    dg_channel_ix channel; /* message */
    dg_node_ix from;       /* message: the sender; otherwise `node` */
    uint64_t a, b;         /* small content, caller's */
    const dg_sim_msg *msg; /* large content, or NULL; dg_sim_msg_keep to keep it longer */
} dg_sim_event;

/* Below zero ends the run: dg_sim_run returns that code and `err`. A handler may
 * call everything of this door but run, step and free. */
typedef dg_code (*dg_sim_handler)(void *user, dg_sim *sim, const dg_sim_event *event,
                                  dg_error *err);

/* What a node's clock shows: rate = warp_num / warp_den * (1 + drift_ppb / 10^9).
 * All zero is a true clock (a warp of 0/0 counts as 1/1). */
typedef struct dg_sim_clock {
    int64_t offset_ns;           /* ahead of true time at the moment of setting */
    int32_t drift_ppb;           /* fast: above zero; -500 000 000 .. 500 000 000 */
    uint32_t warp_num, warp_den; /* 6/1: six times as fast; each 1 .. 1 000 000 */
    /* offset_ns counts from what the clock shows then, not from true time */
    bool goes_on;
} dg_sim_clock;

/* What a node is made of; copied. Several may have one handler and one user. */
typedef struct dg_sim_node {
    dg_sim_handler handler;
    void *user;         /* handed to the handler; the caller's, must outlive the sim */
    dg_sim_clock clock; /* from the moment it is added */
} dg_sim_node;

/* DG_LIMIT at nodes_max; DG_USAGE: a clock out of range. */
dg_code dg_sim_node_add(dg_sim *sim, dg_node_ix *node, const dg_sim_node *spec, dg_error *err);
/* How many nodes there are: indices are 0 to count - 1. */
uint32_t dg_sim_node_count(const dg_sim *sim);
/* False: it has crashed and is not back. */
bool dg_sim_node_up(const dg_sim *sim, dg_node_ix node);
/* Is it inside a pause now? A node that is down is not. */
bool dg_sim_node_paused(const dg_sim *sim, dg_node_ix node);
/* Since when it is down; DG_NEVER: it is up. */
dg_ns dg_sim_down_since(const dg_sim *sim, dg_node_ix node);
/* Was it down at some moment of from <= t <= to? Of each node the last crash is remembered. */
bool dg_sim_was_down(const dg_sim *sim, dg_node_ix node, dg_sim_span span);

/* Runs all events up to and including `until`, then sets the time to `until`
 * (at most DG_SIM_TIME_MAX, else DG_USAGE). DG_OK; DG_END when dg_sim_stop was called (the time
 * stays where it was); a handler's code; DG_NOMEM. May be called again, after a failure too: the
 * event whose handler failed is gone, all others are there. */
dg_code dg_sim_run(dg_sim *sim, dg_ns until, dg_error *err);
/* One event: runs the first that a handler is there for, with faults that come before it, and sets
 * the time to it. DG_END: nothing is pending; a handler's code; DG_NOMEM. */
dg_code dg_sim_step(dg_sim *sim, dg_error *err);
/* From a handler: dg_sim_run returns after this event. Outside of a run it does nothing. */
void dg_sim_stop(dg_sim *sim);

/* Is shown every event before its handler is, for logs and tests. NULL: none. */
typedef void (*dg_sim_watcher)(void *user, const dg_sim *sim, const dg_sim_event *event);
/* The watcher of every event from here on; NULL: none. It must not write to the sim. */
void dg_sim_watch(dg_sim *sim, dg_sim_watcher watcher, void *user);

/* ---- timers ---- */

/* What comes back in the event: the sim does not look at it. */
typedef struct dg_sim_timer {
    uint16_t tag;
    uint64_t a, b;
    dg_sim_msg *msg; /* or NULL; the timer takes a reference of its own */
} dg_sim_timer;

/* In true time. A time that is past counts as now (the event runs after those
 * of this instant that the node has pending already). `id` may be NULL. While a
 * node is down its timers are refused: DG_OK, id 0, counted as dropped.
 * DG_LIMIT at events_max; DG_USAGE beyond DG_SIM_TIME_MAX; DG_NOMEM. */
dg_code dg_sim_timer_at(dg_sim *sim, dg_timer_id *id, dg_node_ix node, dg_ns at,
                        const dg_sim_timer *timer, dg_error *err);
/* dg_sim_timer_at at now + delay, in true time. */
dg_code dg_sim_timer_after(dg_sim *sim, dg_timer_id *id, dg_node_ix node, dg_ns delay,
                           const dg_sim_timer *timer, dg_error *err);
/* In the node's own time: the first instant at which its clock shows `at` or
 * more; the delay as its clock counts it. Fixed when set, as a sleep is: a clock
 * that is set later does not move it. */
dg_code dg_sim_timer_local_at(dg_sim *sim, dg_timer_id *id, dg_node_ix node, dg_sim_local at,
                              const dg_sim_timer *timer, dg_error *err);
/* The same after a delay that the node's clock counts. */
dg_code dg_sim_timer_local_after(dg_sim *sim, dg_timer_id *id, dg_node_ix node, dg_ns delay,
                                 const dg_sim_timer *timer, dg_error *err);
/* True if it was pending and now is not; false for 0, for one that has run, was
 * cancelled or was dropped by a crash. */
bool dg_sim_cancel(dg_sim *sim, dg_timer_id id);

/* ---- messages ---- */

/* Large content, owned by the sim and counted: all receivers of a broadcast
 * share one. Made with one reference, the caller's (drop it after sending).
 * `size` bytes of zeroed room, 16-aligned; `clear` (may be NULL) is called on
 * them when the last reference goes, or when the sim is freed; it may drop other
 * messages and nothing else of this door.
 * Only its maker writes to it, and only before it is first sent.
 * DG_LIMIT: size or msg_bytes_max; DG_NOMEM. */
dg_code dg_sim_msg_new(dg_sim *sim, dg_sim_msg **msg, size_t size, void (*clear)(void *data),
                       dg_error *err);
/* The content, to be written by its maker before it is first sent. */
void *dg_sim_msg_room(dg_sim_msg *msg);
/* The content, `dg_sim_msg_size` bytes; borrowed as long as a reference is held. */
const void *dg_sim_msg_data(const dg_sim_msg *msg);
/* Bytes of the content, as they were asked for. */
size_t dg_sim_msg_size(const dg_sim_msg *msg);
/* One reference more; returns `msg`. NULL is fine. */
dg_sim_msg *dg_sim_msg_keep(const dg_sim_msg *msg);
/* One reference less; the last one frees it, after its `clear`. NULL is fine. */
void dg_sim_msg_drop(dg_sim *sim, dg_sim_msg *msg);

/* A channel is a kind of stream between two nodes: a notification protocol
 * (ordered) or requests and responses, each on its own substream (not ordered).
 * `name` is borrowed, for statistics. DG_LIMIT at DG_SIM_CHANNELS_MAX. */
typedef struct dg_sim_channel {
    const char *name;
    bool ordered; /* first in, first out for each (sender, receiver) */
} dg_sim_channel;
/* A channel of all nodes. DG_LIMIT at DG_SIM_CHANNELS_MAX. */
dg_code dg_sim_channel_add(dg_sim *sim, dg_channel_ix *channel, const dg_sim_channel *spec,
                           dg_error *err);

/* One message to be sent; copied, so one parcel may go to many. */
typedef struct dg_sim_parcel {
    dg_channel_ix channel;
    uint16_t tag;
    uint64_t a, b;
    dg_sim_msg *msg;     /* or NULL; every delivery takes a reference of its own */
    uint64_t wire_bytes; /* as they would be on the wire: delay and statistics */
    bool has_luck;       /* its latency is drawn with `luck`, 64 random bits of the caller's: for */
    uint64_t luck;       /* who computes elsewhere when it arrives. Otherwise with the pair's own */
} dg_sim_parcel;

/* Over the link of the pair. Arrival = now + latency + wire_bytes / bandwidth;
 * on an ordered channel no sooner than the one before it plus wire_bytes /
 * bandwidth. From a node to itself: now, over no link, without loss.
 * Lost in silence (DG_OK, counted): by the link's luck; when a partition parts
 * the two at sending or at arrival; when the receiver is down at either or went
 * down in between (the connection died). A sender that is down sends nothing.
 * DG_LIMIT at events_max; DG_USAGE: it would arrive after DG_SIM_TIME_MAX; DG_NOMEM. All of them
 * leave what was sent before them. */
dg_code dg_sim_send(dg_sim *sim, dg_node_ix from, dg_node_ix to, const dg_sim_parcel *parcel,
                    dg_error *err);
/* dg_sim_send to each, in this order; the sender itself is passed over. */
dg_code dg_sim_broadcast(dg_sim *sim, dg_node_ix from, const dg_node_ix *to, size_t count,
                         const dg_sim_parcel *parcel, dg_error *err);

/* ---- links ---- */

/* A latency is a table of its quantiles: `count` times in ns that do not fall,
 * evenly spaced from the 0th to the 100th percentile; between two points all
 * values are equally likely. One point: constant. Two points: a uniform range. */
typedef struct dg_sim_link {
    const dg_ns *latency_ns; /* copied; each below 2^40 (18 minutes) */
    size_t latency_count;    /* 1 .. DG_SIM_TABLE_MAX */
    uint64_t bytes_per_s;    /* floor of bandwidth; 0: the size does not matter */
    uint32_t loss_ppm;       /* messages lost out of a million; 0 .. 1 000 000 */
} dg_sim_link;

/* The first that is added is the default of all pairs; before that every link is
 * instant. DG_USAGE: a table that falls, is empty or too long, a number out of
 * range; DG_LIMIT at DG_SIM_LINKS_MAX. */
dg_code dg_sim_link_add(dg_sim *sim, dg_link_ix *link, const dg_sim_link *spec, dg_error *err);
/* The pair has this link in this direction only, from now on. What is under way keeps its time.
 * DG_NOMEM. */
dg_code dg_sim_link_set(dg_sim *sim, dg_node_ix from, dg_node_ix to, dg_link_ix link,
                        dg_error *err);
/* A pair's latency at a quantile (0 .. 1 000 000), without bandwidth: for what
 * tests and reports expect, and for timeouts. */
dg_ns dg_sim_link_quantile(const dg_sim *sim, dg_node_ix from, dg_node_ix to, uint32_t at_ppm);
/* What a parcel of `wire_bytes` that brings `luck` takes from one to the other, on a
 * channel without order. */
dg_ns dg_sim_link_delay(const dg_sim *sim, dg_node_ix from, dg_node_ix to, uint64_t luck,
                        uint64_t wire_bytes);

/* ---- faults: at a time that is past or now they act at once, otherwise when
 *      their time comes, before all else that happens to that node then ---- */

/* DG_USAGE for all of these: an end before the beginning; DG_LIMIT, DG_NOMEM.
 *
 * The node goes down at its beginning: its timers and what is under way to it are
 * gone, what it sent is not. At its end (DG_NEVER: never) it is up and gets
 * DG_SIM_RESTART; until then it gets nothing. Crashed twice, it is back at the
 * later of the two. What it has in memory is the caller's to forget. */
dg_code dg_sim_crash(dg_sim *sim, dg_node_ix node, dg_sim_span span, dg_error *err);
/* A stalled process: events of from <= t < to are kept and happen at `to`, in
 * their order, before those of `to` itself. Pauses that overlap add up to the
 * later end. A crash ends a pause; a node that is down is not paused. */
dg_code dg_sim_pause(dg_sim *sim, dg_node_ix node, dg_sim_span span, dg_error *err);
/* `nodes` and all others cannot reach each other for from <= t < to. Copied.
 * DG_LIMIT at DG_SIM_PARTITIONS_MAX that are planned or stand. */
dg_code dg_sim_partition(dg_sim *sim, const dg_node_ix *nodes, size_t count, dg_sim_span span,
                         dg_error *err);
/* Would a message sent now arrive, as things are? Both up, and no partition between them. */
bool dg_sim_reachable(const dg_sim *sim, dg_node_ix from, dg_node_ix to);
/* Would a message of then have been swallowed by a partition? Of each node the last one that
 * it was inside of is remembered. For code that computes elsewhere when messages arrive. */
bool dg_sim_cut(const dg_sim *sim, dg_node_ix from, dg_node_ix to, dg_sim_span sent);
/* From `at` on the node has this clock. DG_USAGE: out of range; DG_LIMIT, DG_NOMEM. */
dg_code dg_sim_clock_set(dg_sim *sim, dg_node_ix node, dg_ns at, const dg_sim_clock *clock,
                         dg_error *err);

/* ---- clocks ---- */

/* What the node's clock shows now. */
dg_sim_local dg_sim_local_now(const dg_sim *sim, dg_node_ix node);
/* What the clock that it has now shows at any true time `at`. Exact in integers: offset +
 * floor(elapsed * rate); saturates at the ends of int64. */
dg_sim_local dg_sim_local_at(const dg_sim *sim, dg_node_ix node, dg_ns at);
/* The first true time at which the clock it has now shows `local` or more; the
 * moment of setting if it did so already; DG_NEVER beyond DG_SIM_TIME_MAX. */
dg_ns dg_sim_true_at(const dg_sim *sim, dg_node_ix node, dg_sim_local local);
/* The true time in which the clock it has now counts `span`, rounded up; DG_NEVER
 * beyond DG_SIM_TIME_MAX. */
dg_ns dg_sim_true_span(const dg_sim *sim, dg_node_ix node, dg_ns span);
/* What `clock`, set at `since` on a node whose clock was true, shows at `at`. */
dg_sim_local dg_sim_clock_shows(const dg_sim_clock *clock, dg_ns since, dg_ns at);

/* ---- luck ---- */

/* The stream of (run's seed, node, subsystem, purpose), from its beginning: keep
 * it, and draw from it as long as the node lives. */
dg_rng dg_sim_rng(const dg_sim *sim, dg_node_ix node, uint32_t subsystem, const char *purpose);

/* ---- what happened ---- */

/* Counts and bytes. Every message is somewhere: `sent` is `messages`, the three `lost_` and those
 * that are still under way, together; `pending` are timers and messages, not planned faults. */
typedef struct dg_sim_stats {
    uint64_t events;   /* handed to handlers */
    uint64_t timers;   /* of them: timers, */
    uint64_t messages; /* messages, */
    uint64_t restarts; /* restarts */
    uint64_t timers_set, timers_cancelled;
    uint64_t timers_dropped; /* by a crash, or set while down */
    uint64_t sent, sent_bytes;
    uint64_t lost_luck, lost_partition, lost_down;
    uint64_t postponed;                      /* by a pause, each time */
    uint64_t pending, pending_max;           /* events that may still run */
    uint64_t msgs, msg_bytes, msg_bytes_max; /* message objects alive */
} dg_sim_stats;
/* All counts since dg_sim_new. */
void dg_sim_stats_get(const dg_sim *sim, dg_sim_stats *stats);

typedef struct dg_sim_channel_stats {
    const char *name;
    uint64_t sent, sent_bytes, delivered, lost;
} dg_sim_channel_stats;
/* How many channels there are: indices are 0 to count - 1. */
uint32_t dg_sim_channel_count(const dg_sim *sim);
/* The counts of one channel since it was added. */
dg_sim_channel_stats dg_sim_channel_stats_of(const dg_sim *sim, dg_channel_ix channel);

/* A hash over all events that were handed to handlers: time, node, kind, tag,
 * channel, sender, a, b and the size of the content. Two runs of one seed agree. */
uint64_t dg_sim_fingerprint(const dg_sim *sim);

/* Walks the whole structure and asserts its invariant. For tests. */
void dg_sim_verify(const dg_sim *sim);

#endif
