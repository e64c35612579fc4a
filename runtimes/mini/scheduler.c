/* scheduler.c - calls that wait for their block. */
#include "scheduler.h"

#include "preimage.h"
#include "system.h"
#include "variant.h"

enum { BOUNDED_LEGACY, BOUNDED_INLINE, BOUNDED_LOOKUP };
enum { EVENT_SCHEDULED, EVENT_DISPATCHED = 2, EVENT_CALL_UNAVAILABLE = 5 };

static struct key agenda_key(u32 when)
{
    return key_map_u32("Scheduler", "Agenda", TWOX_64_CONCAT, when);
}

/* ---- one task ---- */

struct task {
    struct bytes id; /* Option<[u8; 32]>, encoded */
    u8 priority;
    bool has_call, by_preimage;
    struct bytes call;
    struct hash hash; /* of the preimage */
    u32 len;
    struct origin origin;
};

static struct bytes read_id(struct reader *in)
{
    const u8 *from = in->at;
    if (read_bool(in))
        read_take(in, 32);
    return bytes_of(from, (u32)(in->at - from));
}

static void read_call(struct reader *in, struct task *t)
{
    u8 kind = read_u8(in);
    in->bad |= kind > BOUNDED_LOOKUP;
    if (kind == BOUNDED_INLINE) {
        t->call = read_bytes(in);
        t->has_call = true;
        return;
    }
    t->hash = read_hash(in);
    t->by_preimage = kind == BOUNDED_LOOKUP;
    t->len = t->by_preimage ? read_u32(in) : 0;
    t->has_call = t->by_preimage && !in->bad && preimage_get(&t->hash, t->len, &t->call);
}

/* OriginCaller::system(RawOrigin). */
static struct origin read_origin(struct reader *in)
{
    struct origin o = { .kind = ORIGIN_NONE };
    in->bad |= read_u8(in) != 0;
    u8 raw = read_u8(in);
    if (raw == 0)
        o.kind = ORIGIN_ROOT;
    if (raw == 1) {
        o.kind = ORIGIN_SIGNED;
        memcpy(o.account, read_hash(in).at, 32);
    }
    in->bad |= raw > 2;
    return o;
}

static struct task read_task(struct reader *in)
{
    struct task t = { .id = read_id(in) };
    t.priority = read_u8(in);
    read_call(in, &t);
    if (read_bool(in))
        read_take(in, 8); /* (period, count): a task is served once here */
    t.origin = read_origin(in);
    return t;
}

static void run_task(const struct task *t, u32 when, u32 index)
{
    struct writer event = { 0 };
    struct reader call = reader_of(t->call);
    struct outcome o = t->has_call ? dispatch(&t->origin, &call) : undecodable();
    bool unavailable = o.kind == DISPATCH_UNDECODABLE;
    put_u32(&event, when);
    put_u32(&event, index);
    put(&event, t->id);
    if (!unavailable)
        put_outcome(&event, o);
    system_deposit_event(&pallet_scheduler, unavailable ? EVENT_CALL_UNAVAILABLE : EVENT_DISPATCHED,
                         written(&event));
    if (t->by_preimage)
        preimage_drop(&t->hash, t->len);
}

void scheduler_on_initialize(u32 now)
{
    struct bytes agenda;
    if (!stored(agenda_key(now), &agenda))
        return;
    struct reader in = reader_of(agenda);
    u32 count = read_count(&in, 1);
    for (u32 i = 0; i < count && !in.bad; i++) {
        if (!read_bool(&in)) /* Option: a cancelled one */
            continue;
        struct task t = read_task(&in);
        if (!in.bad)
            run_task(&t, now, i);
    }
    forget(agenda_key(now));
}

/* ---- calls ---- */

/* schedule(when, maybe_periodic, priority, call): the call is what remains. */
static struct outcome schedule(const struct origin *origin, struct reader *args)
{
    struct writer task = { 0 };
    u32 when = read_u32(args);
    bool periodic = read_bool(args);
    struct bytes period = periodic ? read_take(args, 8) : bytes_of("", 0);
    u8 priority = read_u8(args);
    struct bytes call = read_rest(args);
    if (args->bad)
        return undecodable();
    if (origin->kind != ORIGIN_ROOT || when <= system_number())
        return bad_origin();
    put_u8(&task, 1); /* Some */
    put_u8(&task, 0); /* no id */
    put_u8(&task, priority);
    put_u8(&task, BOUNDED_INLINE);
    put_bytes(&task, call);
    put_u8(&task, periodic);
    put(&task, period);
    put_zeros(&task, 2); /* root */
    store_push(agenda_key(when), written(&task));
    return succeeded();
}

static struct outcome cancel(const struct origin *origin, struct reader *args)
{
    u32 when = read_u32(args);
    read_u32(args); /* the whole block's agenda goes */
    if (args->bad)
        return undecodable();
    if (origin->kind != ORIGIN_ROOT)
        return bad_origin();
    forget(agenda_key(when));
    return succeeded();
}

static const struct entry entries[] = {
    { "IncompleteSince", OPTIONAL, HASH_NONE, T_END, T_U32 },
    { "Agenda", DEFAULTED, TWOX_64_CONCAT, T_U32, T_AGENDA, .zeros = 1 },
    { 0 },
};
static const struct call calls[] = {
    { "schedule", 0,
      FIELDS({ "when", T_U32 }, { "maybe_periodic", T_OPTION_PERIOD }, { "priority", T_U8 },
             { "call", T_CALL }),
      schedule },
    { "cancel", 1, FIELDS({ "when", T_U32 }, { "index", T_U32 }), cancel },
    { 0 },
};
static const struct choice events[] = {
    { "Scheduled", EVENT_SCHEDULED, FIELDS({ "when", T_U32 }, { "index", T_U32 }) },
    { "Dispatched", EVENT_DISPATCHED,
      FIELDS({ "task", T_TASK_ADDRESS }, { "id", T_OPTION_ARRAY_32 },
             { "result", T_DISPATCH_RESULT }) },
    { "CallUnavailable", EVENT_CALL_UNAVAILABLE,
      FIELDS({ "task", T_TASK_ADDRESS }, { "id", T_OPTION_ARRAY_32 }) },
    { 0 },
};
const struct pallet pallet_scheduler = {
    "Scheduler",
    1,
    entries,
    calls,
    events,
    .calls_type = T_SCHEDULER_CALL,
    .events_type = T_SCHEDULER_EVENT,
};
