/* queue.c - which event is next, in the total order (time, node, sequence).
 *
 * Most events of a network come within a second and in no order. They wait
 * unsorted in the buckets of a wheel, at the cost of a list insertion; only the
 * bucket whose time has come is put into a heap, which therefore stays small.
 * What is further away waits in a heap of its own. */
#include "sim/sim_impl.h"

/* ---- a heap with four children a node ---- */

static dg_code heap_reserve(heap *h, dg_error *err)
{
    if (h->count < h->cap)
        return DG_OK;
    return dg_sim_grow((void **)&h->at, &h->cap, h->count + 1, sizeof *h->at, err);
}

static void sift_up(heap *h, uint32_t hole, entry e)
{
    while (hole > 0) {
        uint32_t parent = (hole - 1) / 4;
        if (!entry_before(&e, &h->at[parent]))
            break;
        h->at[hole] = h->at[parent];
        hole = parent;
    }
    h->at[hole] = e;
}

static uint32_t least_child(const heap *h, uint32_t first)
{
    uint32_t end = h->count - first < 4 ? h->count : first + 4;
    uint32_t least = first;
    for (uint32_t i = first + 1; i < end; i++)
        if (entry_before(&h->at[i], &h->at[least]))
            least = i;
    return least;
}

static void sift_down(heap *h, uint32_t hole, entry e)
{
    for (;;) {
        uint32_t first = 4 * hole + 1;
        if (first >= h->count)
            break;
        uint32_t child = least_child(h, first);
        if (!entry_before(&h->at[child], &e))
            break;
        h->at[hole] = h->at[child];
        hole = child;
    }
    h->at[hole] = e;
}

static void heap_push(heap *h, entry e)
{
    assert(h->count < h->cap);
    sift_up(h, h->count++, e);
}

static void heap_pop(heap *h)
{
    entry last = h->at[--h->count];
    if (h->count > 0)
        sift_down(h, 0, last);
}

static void heap_order(heap *h)
{
    for (uint32_t i = h->count / 4 + 1; i-- > 0;)
        if (i < h->count)
            sift_down(h, i, h->at[i]);
}

/* ---- the wheel ---- */

static uint64_t bucket_of(dg_ns at)
{
    return at >> WHEEL_SHIFT;
}

static entry entry_of(const slab *s, uint32_t ix)
{
    const slot *x = slot_at(s, ix);
    return (entry){ x->at, x->seq, x->node, ix };
}

static void wheel_set_head(queue *q, uint32_t place, uint32_t ix)
{
    uint64_t bit = (uint64_t)1 << place % 64;
    q->heads[place] = ix;
    if (ix == SIM_NONE)
        q->taken[place / 64] &= ~bit;
    else
        q->taken[place / 64] |= bit;
}

/* How many buckets after `current` the next one lies that holds something; 0:
 * none does. */
static uint32_t wheel_next(const queue *q)
{
    uint32_t here = (uint32_t)(q->current % WHEEL_SIZE);
    for (uint32_t ahead = 1; ahead < WHEEL_SIZE;) {
        uint32_t place = (here + ahead) % WHEEL_SIZE;
        uint64_t rest = q->taken[place / 64] >> place % 64;
        if (rest)
            return ahead + (uint32_t)__builtin_ctzll(rest);
        ahead += 64 - place % 64;
    }
    return 0;
}

void dg_sim_queue_init(queue *q)
{
    *q = (queue){ .current = 0 };
    for (uint32_t i = 0; i < WHEEL_SIZE; i++)
        q->heads[i] = SIM_NONE;
}

void dg_sim_queue_clear(queue *q)
{
    dg_free(q->near.at);
    dg_free(q->far.at);
    dg_sim_queue_init(q);
}

dg_code dg_sim_queue_reserve(queue *q, dg_error *err)
{
    dg_code rc = heap_reserve(&q->near, err);
    return rc < 0 ? rc : heap_reserve(&q->far, err);
}

void dg_sim_queue_push(queue *q, const slab *s, uint32_t ix)
{
    slot *x = slot_at(s, ix);
    uint64_t bucket = bucket_of(x->at);
    if (bucket <= q->current) {
        heap_push(&q->near, entry_of(s, ix));
    } else if (bucket - q->current < WHEEL_SIZE) {
        uint32_t place = (uint32_t)(bucket % WHEEL_SIZE);
        x->next = q->heads[place];
        wheel_set_head(q, place, ix);
    } else {
        heap_push(&q->far, entry_of(s, ix));
    }
}

/* Moves on to the next bucket that has something; false: nothing is due. */
static bool queue_turn(queue *q, uint64_t last)
{
    uint32_t ahead = wheel_next(q);
    uint64_t next = ahead ? q->current + ahead : UINT64_MAX;
    if (q->far.count > 0 && bucket_of(q->far.at[0].at) < next)
        next = bucket_of(q->far.at[0].at);
    if (next > last)
        return false;
    q->current = next;
    q->loading = true;
    return true;
}

/* What is due by the end of the current bucket goes into the near heap. After a
 * failure the rest is still where it was. */
static dg_code queue_load(queue *q, const slab *s, dg_error *err)
{
    dg_code rc;
    uint32_t place = (uint32_t)(q->current % WHEEL_SIZE), ix;
    while ((ix = q->heads[place]) != SIM_NONE) {
        if ((rc = heap_reserve(&q->near, err)) < 0)
            return rc;
        wheel_set_head(q, place, slot_at(s, ix)->next);
        heap_push(&q->near, entry_of(s, ix));
    }
    while (q->far.count > 0 && bucket_of(q->far.at[0].at) <= q->current) {
        if ((rc = heap_reserve(&q->near, err)) < 0)
            return rc;
        heap_push(&q->near, q->far.at[0]);
        heap_pop(&q->far);
    }
    q->loading = false;
    return DG_OK;
}

dg_code dg_sim_queue_first(queue *q, const slab *s, entry *first, dg_ns until, dg_error *err)
{
    while (q->near.count == 0 || q->loading) {
        if (!q->loading && !queue_turn(q, bucket_of(until)))
            return DG_END;
        dg_code rc = queue_load(q, s, err);
        if (rc < 0)
            return rc;
    }
    *first = q->near.at[0];
    return first->at <= until ? DG_OK : DG_END;
}

void dg_sim_queue_pop(queue *q)
{
    heap_pop(&q->near);
}

/* ---- sweeping ---- */

typedef bool (*void_test)(const dg_sim *, const slot *);
typedef void (*slot_giver)(dg_sim *, uint32_t);

static void heap_sweep(heap *h, const slab *s, void_test is_void, slot_giver give, dg_sim *sim)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < h->count; i++) {
        if (is_void(sim, slot_at(s, h->at[i].slot)))
            give(sim, h->at[i].slot);
        else
            h->at[kept++] = h->at[i];
    }
    h->count = kept;
    heap_order(h);
}

static void bucket_sweep(queue *q, uint32_t place, const slab *s, void_test is_void,
                         slot_giver give, dg_sim *sim)
{
    uint32_t kept = SIM_NONE, next;
    for (uint32_t ix = q->heads[place]; ix != SIM_NONE; ix = next) {
        slot *x = slot_at(s, ix);
        next = x->next;
        if (is_void(sim, x)) {
            give(sim, ix);
        } else {
            x->next = kept;
            kept = ix;
        }
    }
    wheel_set_head(q, place, kept);
}

void dg_sim_queue_sweep(queue *q, const slab *s, void_test is_void, slot_giver give, dg_sim *sim)
{
    heap_sweep(&q->near, s, is_void, give, sim);
    heap_sweep(&q->far, s, is_void, give, sim);
    for (uint32_t i = 0; i < WHEEL_SIZE; i++)
        if (q->heads[i] != SIM_NONE)
            bucket_sweep(q, i, s, is_void, give, sim);
}
