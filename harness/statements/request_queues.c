/* request_queues.c - requests that wait at a node for their answer, and how many may.
 *
 * Answers leave one after another, each for as long as its bytes take on the wire;
 * until then its request stands in the queue. What finds the queue full is refused.
 * Mirrors: request_response/mod.rs (inbound_queue of each protocol). */
#include "statements/statements_impl.h"

static const dg_request_queue_row rows[DG_QUEUE_COUNT] = {
    [DG_QUEUE_POV] = { "proof of validity", 10 }, [DG_QUEUE_COLLATION] = { "collation", 10 },
    [DG_QUEUE_CHUNK] = { "chunk", 100 },          [DG_QUEUE_DATA] = { "available data", 100 },
    [DG_QUEUE_DISPUTE] = { "dispute", 100 },
};

const dg_request_queue_row *dg_statements_queue_at(dg_request_queue_kind kind)
{
    return (unsigned)kind < DG_QUEUE_COUNT ? &rows[kind] : NULL;
}

static void drop_answered(dg_request_queue *q, dg_ns now)
{
    uint32_t left = 0;
    for (uint32_t i = 0; i < q->count; i++)
        if (q->of[i].until > now)
            q->of[left++] = q->of[i];
    q->count = left;
}

static bool waits(const dg_request_queue *q, const dg_request_waiting *who)
{
    for (uint32_t i = 0; i < q->count; i++)
        if (q->of[i].from == who->from && q->of[i].leaf == who->leaf && q->of[i].core == who->core)
            return true;
    return false;
}

dg_code dg_statements_queue_enter(dg_request_queue *q, dg_request_queue_kind kind, dg_entrance *out,
                                  dg_request_waiting who, dg_ns now, dg_ns takes, dg_error *err)
{
    drop_answered(q, now);
    *out = DG_ENTRANCE_TWICE;
    if (waits(q, &who))
        return DG_OK;
    *out = DG_ENTRANCE_REFUSED;
    if (q->count >= rows[kind].most)
        return DG_OK;
    if (!q->of && !(q->of = dg_calloc(rows[kind].most, sizeof *q->of)))
        return dg_fail(err, DG_NOMEM, "no memory for %u requests", rows[kind].most);
    *out = DG_ENTRANCE_TAKEN;
    who.until = (q->count ? q->of[q->count - 1].until : now) + takes;
    q->of[q->count++] = who;
    return DG_OK;
}

void dg_statements_queue_clear(dg_request_queue *q)
{
    dg_free(q->of);
    *q = (dg_request_queue){ .of = NULL };
}
