/* sim_impl.h - what the files of this room share.
 *
 *   slot     one scheduled thing, one cache line, addressed by its index
 *   queue    which slot is next: near heap, wheel of buckets, far heap
 *   node     what the sim knows of a node: its life, pauses, clock, streams */
#ifndef DG_SIM_IMPL_H
#define DG_SIM_IMPL_H

#include <assert.h>
#include <string.h>

#include "sim/sim.h"

__extension__ typedef unsigned __int128 sim_u128;

#define SIM_NONE UINT32_MAX

/* ---- slots ---- */

typedef enum slot_kind {
    SLOT_FREE,
    SLOT_DEAD, /* cancelled; its place in the queue is still taken */
    SLOT_TIMER,
    SLOT_MESSAGE,
    SLOT_FAULT
} slot_kind;

typedef struct slot {
    dg_ns at;
    uint64_t seq;
    uint64_t a, b;
    dg_sim_msg *msg;
    uint32_t node, from;
    uint32_t next; /* in a bucket, or in the list of free slots */
    uint32_t life; /* the node's when this was scheduled; another now: it is void */
    uint32_t gen;  /* timers that had this slot before, plus one */
    uint16_t tag;
    uint8_t channel;
    uint8_t kind; /* slot_kind */
} slot;

#define SLOT_PAGE_BITS 12
#define SLOT_PAGE (1u << SLOT_PAGE_BITS)

/* Pages stay where they are, so that growth copies no slot. */
typedef struct slab {
    slot **pages;
    uint32_t page_count, page_cap;
    uint32_t free;  /* first free slot */
    uint32_t fresh; /* slots from here on were never used */
} slab;

static inline slot *slot_at(const slab *s, uint32_t ix)
{
    return &s->pages[ix >> SLOT_PAGE_BITS][ix & (SLOT_PAGE - 1)];
}
dg_code dg_sim_slab_take(slab *s, uint32_t *ix, dg_error *err);
void dg_sim_slab_give(slab *s, uint32_t ix);
void dg_sim_slab_clear(slab *s);

/* ---- the queue ---- */

/* A key beside its slot's index, so that comparing does not fetch the slot. */
typedef struct entry {
    dg_ns at;
    uint64_t seq;
    uint32_t node, slot;
} entry;

typedef struct heap {
    entry *at;
    uint32_t count, cap;
} heap;

#define WHEEL_SHIFT 17   /* a bucket is 131 microseconds wide, */
#define WHEEL_SIZE 8192u /* all of them a second */

/* Everything up to the end of bucket `current` is in `near`, what comes within
 * one turn of the wheel in a bucket (in no order), the rest in `far`. */
typedef struct queue {
    heap near, far;
    uint64_t current; /* number of a bucket: time >> WHEEL_SHIFT */
    bool loading;     /* bucket `current` is not all in `near` yet */
    uint32_t heads[WHEEL_SIZE];
    uint64_t taken[WHEEL_SIZE / 64]; /* a bit for each bucket that holds something */
} queue;

static inline bool entry_before(const entry *x, const entry *y)
{
    if (x->at != y->at)
        return x->at < y->at;
    return x->node != y->node ? x->node < y->node : x->seq < y->seq;
}
void dg_sim_queue_init(queue *q);
void dg_sim_queue_clear(queue *q);
/* Makes room, so that the next push cannot fail. */
dg_code dg_sim_queue_reserve(queue *q, dg_error *err);
void dg_sim_queue_push(queue *q, const slab *s, uint32_t ix);
/* The first entry that is due by `until`. DG_END when there is none; DG_NOMEM, after which it may
 * be tried again. The wheel is turned no further than that: turned past where the next events
 * come, it would leave them all to the near heap. */
dg_code dg_sim_queue_first(queue *q, const slab *s, entry *first, dg_ns until, dg_error *err);
void dg_sim_queue_pop(queue *q); /* what dg_sim_queue_first showed */
/* Takes out every slot of which `is_void` says so, and hands it to `give`. */
void dg_sim_queue_sweep(queue *q, const slab *s, bool (*is_void)(const dg_sim *, const slot *),
                        void (*give)(dg_sim *, uint32_t), dg_sim *sim);

/* ---- nodes ---- */

typedef struct clock_state {
    dg_ns since;
    dg_sim_local base; /* what it showed then */
    uint64_t num, den; /* its rate, in lowest terms */
} clock_state;

/* What is known of one (sender, channel, receiver). */
typedef struct pair {
    dg_ns last_at;  /* arrival of the message before, on an ordered channel */
    uint64_t count; /* messages so far: where the pair's stream of luck stands */
} pair;

typedef struct row {
    pair *to;
    uint64_t key; /* of the luck of (sender, channel) */
    uint32_t len;
} row;

#define LINK_DEFAULT UINT16_MAX

typedef struct node {
    dg_sim_handler handler;
    void *user;
    uint32_t life;   /* odd: down */
    uint32_t timers; /* pending, not void */
    dg_ns paused_until;
    uint64_t sides; /* bit p: inside partition p */
    dg_ns down_since, back_at;
    dg_ns parted_at, joined_at; /* of the last partition it was inside of; joined_at 0: none yet */
    clock_state clock;
    uint16_t *links; /* by receiver; NULL: all default */
    uint32_t link_len;
    row *rows;                              /* by channel; NULL: has not sent yet */
    uint32_t incoming[DG_SIM_CHANNELS_MAX]; /* messages under way, not void */
} node;

typedef struct link {
    dg_ns *latency_ns;
    uint64_t segments; /* points - 1 */
    uint64_t bytes_per_s;
    uint32_t loss_ppm;
} link;

typedef struct channel {
    dg_sim_channel spec;
    uint64_t sent, sent_bytes, delivered, lost;
} channel;

typedef struct partition {
    uint32_t *nodes;
    uint32_t count;
    bool taken, stands;
} partition;

struct dg_sim_msg {
    dg_sim_msg *before, *after; /* all that are alive */
    void (*clear)(void *data);
    size_t size;
    uint64_t refs;
    uint64_t unused; /* keeps the room 16-aligned */
};

/* Sequence numbers of three kinds, so that at one instant a node first meets its
 * faults, then what a pause held back, then the rest. */
typedef enum seq_class { SEQ_FAULT, SEQ_POSTPONED, SEQ_PLAIN, SEQ_CLASSES } seq_class;

struct dg_sim {
    dg_sim_options options;
    dg_ns now;
    bool stopped;
    bool closing; /* messages let go of each other for the last time */
    uint64_t next_seq[SEQ_CLASSES];
    uint64_t live, dead; /* slots in the queue: that will run, that are void */
    uint64_t fingerprint;
    slab slots;
    queue queue;
    node *nodes;
    uint32_t node_count, node_cap;
    link *links;
    uint32_t link_count, link_cap;
    channel channels[DG_SIM_CHANNELS_MAX];
    uint32_t channel_count;
    partition partitions[DG_SIM_PARTITIONS_MAX];
    dg_sim_msg *msgs;
    dg_sim_stats stats;
    dg_sim_watcher watcher;
    void *watcher_user;
};

static inline node *node_of(const dg_sim *sim, dg_node_ix ix)
{
    assert(ix.v < sim->node_count);
    return &sim->nodes[ix.v];
}
static inline bool node_is_up(const node *n)
{
    return (n->life & 1) == 0;
}

/* ---- schedule.c ---- */

/* A slot with its time, node, class and kind; the caller fills the rest and then
 * calls dg_sim_schedule_enter, which cannot fail. */
dg_code dg_sim_schedule_take(dg_sim *sim, uint32_t *ix, dg_error *err);
void dg_sim_schedule_enter(dg_sim *sim, uint32_t ix, seq_class class);
bool dg_sim_slot_is_void(const dg_sim *sim, const slot *s);
void dg_sim_slot_release(dg_sim *sim, uint32_t ix); /* with its reference to a message */
void dg_sim_sweep_if_many(dg_sim *sim);

/* ---- link.c, send.c ---- */

const link *dg_sim_link_of(const dg_sim *sim, const node *from, uint32_t to); /* NULL: instant */
dg_ns dg_sim_link_latency(const link *l, uint64_t bits);
void dg_sim_count_parted(dg_sim *sim,
                         uint8_t channel_ix); /* a partition came before the message did */

/* ---- fault.c ---- */

/* `restarted`: the node has come back and its handler has to hear of it. */
void dg_sim_fault_run(dg_sim *sim, const slot *s, bool *restarted);

/* ---- clock.c ---- */

dg_code dg_sim_clock_check(const dg_sim_clock *clock, dg_error *err);
void dg_sim_clock_apply(clock_state *state, dg_ns at, const dg_sim_clock *clock);
dg_sim_local dg_sim_clock_local(const clock_state *state, dg_ns at);
dg_ns dg_sim_clock_true(const clock_state *state, dg_sim_local local);
dg_sim_local dg_sim_local_plus(dg_sim_local x, dg_sim_local y); /* saturates */

/* ---- fingerprint.c ---- */

void dg_sim_fingerprint_add(dg_sim *sim, const dg_sim_event *event);

/* Room for `need` elements of `size` bytes, doubling; DG_NOMEM. */
dg_code dg_sim_grow(void **at, uint32_t *cap, uint32_t need, size_t size, dg_error *err);

#endif
