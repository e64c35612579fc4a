/* enact_scheduler.c - a root call placed in the scheduler's agenda, where
 * governance would have put it.
 *
 * Three forms of agenda exist, and metadata tells which: a bounded call, inline
 * or by its preimage (from 2022 on); a call or its hash (2022); a plain call.
 * Whether the scheduler then really dispatches it (weights may forbid that) is
 * tried out in a block that is thrown away. */
#include "chain/enact_impl.h"

#include <string.h>

#include "crypto/crypto.h"

enum { INLINE_MAX = 128, WRITES_MAX = 4 };

typedef struct agenda {
    const dg_enact_attempt *a;
    dg_bytes call;
    dg_hash hash;
    dg_buf keys[WRITES_MAX], values[WRITES_MAX];
    size_t count;
    uint32_t index; /* of our task in the agenda */
    const char *path;
} agenda;

static void agenda_init(agenda *g, const dg_enact_attempt *a, dg_bytes call)
{
    *g = (agenda){ .a = a, .call = call, .hash = dg_blake2_256(call) };
    for (size_t i = 0; i < WRITES_MAX; i++) {
        dg_buf_init(&g->keys[i], DG_TRIE_KEY_MAX);
        dg_buf_init(&g->values[i], DG_BLOCK_MAX);
    }
}

static void agenda_clear(agenda *g)
{
    for (size_t i = 0; i < WRITES_MAX; i++) {
        dg_buf_clear(&g->keys[i]);
        dg_buf_clear(&g->values[i]);
    }
}

/* The next write: its key is that of a map entry, its value is still empty. */
static dg_buf *write_at(agenda *g, const dg_meta_entry *entry, dg_bytes key)
{
    dg_buf *value = &g->values[g->count];
    dg_storage_key_raw(&g->keys[g->count++], entry, &key);
    return value;
}

/* ---- preimage ---- */

/* A request of one user, in the words of each layout there was. */
static json_t *request_of(size_t form, size_t len)
{
    switch (form) {
    case 0:
        return json_pack("{s:{s:n,s:i,s:i}}", "Requested", "maybe_ticket", "count", 1, "maybe_len",
                         (int)len);
    case 1:
        return json_pack("{s:{s:n,s:i,s:i}}", "Requested", "deposit", "count", 1, "len", (int)len);
    default:
        return json_pack("{s:i}", "Requested", 1);
    }
}

static dg_code put_request(agenda *g, dg_error *err)
{
    const dg_meta_entry *status = dg_meta_storage(g->a->meta, "Preimage", "RequestStatusFor");
    dg_buf *value;
    dg_code rc = DG_USAGE;
    if (!status)
        status = dg_meta_storage(g->a->meta, "Preimage", "StatusFor");
    if (!status)
        return dg_fail(err, DG_ABSENT,
                       "the runtime has no storage item for the status of "
                       "preimages");
    value = write_at(g, status, dg_hash_bytes(&g->hash));
    for (size_t form = 0; form < 3 && rc == DG_USAGE; form++) {
        json_t *request = request_of(form, g->call.len);
        value->len = 0;
        rc = request ? dg_value_encode(g->a->meta, value, status->value, request, err) : DG_NOMEM;
        json_decref(request);
    }
    return rc == DG_USAGE ? DG_ABSENT : rc;
}

static dg_code put_preimage(agenda *g, dg_error *err)
{
    const dg_meta_entry *entry = dg_meta_storage(g->a->meta, "Preimage", "PreimageFor");
    uint8_t key[36];
    size_t size;
    if (!entry || !dg_type_size(g->a->meta, entry->key, &size) || (size != 32 && size != 36))
        return dg_fail(err, DG_ABSENT, "the runtime has no storage item for preimages");
    memcpy(key, g->hash.at, 32);
    dg_le32_put(key + 32, (uint32_t)g->call.len);
    dg_scale_put_bytes(write_at(g, entry, dg_bytes_of(key, size)), g->call);
    return put_request(g, err);
}

/* ---- agenda ---- */

static json_t *scheduled(json_t *call)
{
    return json_pack("{s:n,s:i,s:o,s:n,s:{s:s}}", "maybe_id", "priority", 0, "call", call,
                     "maybe_periodic", "origin", "system", "Root");
}

static dg_code encode_task(agenda *g, dg_buf *out, dg_type_id item, json_t *call, dg_error *err)
{
    json_t *task = scheduled(call);
    dg_code rc = task ? dg_value_encode(g->a->meta, out, item, task, err) : DG_NOMEM;
    json_decref(task);
    return rc;
}

static dg_code encode_bounded(agenda *g, dg_buf *out, dg_type_id item, dg_error *err)
{
    dg_code rc;
    json_t *call;
    if (g->call.len <= INLINE_MAX) {
        g->path = "scheduler agenda, call inline";
        return encode_task(g, out, item, json_pack("{s:o}", "Inline", dg_enact_hex_json(g->call)),
                           err);
    }
    call = json_pack("{s:{s:o,s:i}}", "Lookup", "hash", dg_enact_hex_json(dg_hash_bytes(&g->hash)),
                     "len", (int)g->call.len);
    if ((rc = encode_task(g, out, item, call, err)) != DG_OK)
        return rc;
    g->path = "scheduler agenda, preimage";
    return put_preimage(g, err);
}

/* A call that stands in for ours while its place in the task is looked for, so
 * that megabytes need not pass through JSON. */
#define STAND_IN "0x646f7070656c2d7374616e64732d696e"

static json_t *stand_in(bool wrapped)
{
    json_t *call = json_pack("{s:{s:{s:s}}}", "System", "remark", "remark", STAND_IN);
    return wrapped ? json_pack("{s:o}", "Value", call) : call;
}

static dg_code stand_in_bytes(const dg_meta *meta, dg_buf *out, dg_error *err)
{
    json_t *args = json_pack("{s:s}", "remark", STAND_IN);
    dg_code rc = args ? dg_scale_call_encode(meta, out, "System", "remark", args, err) : DG_NOMEM;
    json_decref(args);
    return rc;
}

/* `task` with our call where `other` stands in it. */
static dg_code put_in_place(agenda *g, dg_buf *out, dg_bytes task, dg_bytes other, dg_error *err)
{
    for (size_t at = 0; at + other.len <= task.len; at++)
        if (memcmp(task.at + at, other.at, other.len) == 0) {
            dg_buf_put(out, task.at, at);
            dg_buf_put_bytes(out, g->call);
            dg_buf_put(out, task.at + at + other.len, task.len - at - other.len);
            return dg_buf_check(out, err, "Scheduler.Agenda");
        }
    return dg_fail(err, DG_ABSENT, "the scheduler's agenda has an unknown form");
}

/* Agendas that hold calls themselves: as a value beside a hash, or plain. */
static dg_code encode_plain(agenda *g, dg_buf *out, dg_type_id item, dg_error *err)
{
    uint8_t room[2][256];
    dg_buf task = dg_buf_on(room[0], sizeof room[0]), other = dg_buf_on(room[1], sizeof room[1]);
    dg_code rc = encode_task(g, &task, item, stand_in(true), err);
    g->path = "scheduler agenda, call in the agenda";
    if (rc == DG_USAGE)
        rc = encode_task(g, &task, item, stand_in(false), err);
    if (rc != DG_OK || (rc = stand_in_bytes(g->a->meta, &other, err)) != DG_OK)
        return rc;
    return put_in_place(g, out, dg_buf_bytes(&task), dg_buf_bytes(&other), err);
}

static dg_code put_task(agenda *g, dg_buf *out, dg_type_id item, dg_error *err)
{
    dg_code rc = encode_bounded(g, out, item, err);
    if (rc == DG_USAGE)
        rc = encode_plain(g, out, item, err);
    return rc == DG_USAGE ? DG_ABSENT : rc;
}

/* Item of a list, be it bounded (a struct around it) or not. */
static dg_type_id item_of(const dg_meta *meta, dg_type_id list)
{
    const char *name;
    dg_type_id inner;
    while (dg_type_kind_of(meta, list) == DG_TYPE_STRUCT
           && dg_type_field_at(meta, list, 0, &name, &inner))
        list = inner;
    return dg_type_item(meta, list);
}

static dg_code put_agenda(agenda *g, dg_error *err)
{
    const dg_meta_entry *entry = dg_meta_storage(g->a->meta, "Scheduler", "Agenda");
    uint8_t when[4];
    dg_bytes before;
    dg_buf *value;
    dg_scale s;
    dg_code rc;
    if (!entry || entry->hasher_count != 1)
        return dg_fail(err, DG_ABSENT, "the runtime has no scheduler");
    dg_le32_put(when, g->a->parent->number + 1);
    value = write_at(g, entry, DG_BYTES_OF(when));
    rc = dg_state_get(g->a->parent->state, &before, dg_bytes_of(NULL, 0), dg_buf_bytes(&g->keys[0]),
                      err);
    if (rc < 0)
        return rc;
    s = dg_scale_from(rc == DG_OK ? before : dg_bytes_of("", 1));
    g->index = dg_scale_count(&s, 1);
    if (dg_scale_check(&s, err, "Scheduler.Agenda") < 0)
        return DG_MALFORMED;
    dg_scale_put_compact(value, g->index + 1);
    dg_buf_put_bytes(value, dg_scale_rest(&s));
    return put_task(g, value, item_of(g->a->meta, entry->value), err);
}

static dg_code amend(agenda *g, dg_block **amended, dg_error *err)
{
    dg_bytes writes[WRITES_MAX][2];
    for (size_t i = 0; i < g->count; i++) {
        if (g->keys[i].rc < 0 || g->values[i].rc < 0)
            return dg_fail(err, DG_LIMIT, "the call is too large for the scheduler");
        writes[i][0] = dg_buf_bytes(&g->keys[i]);
        writes[i][1] = dg_buf_bytes(&g->values[i]);
    }
    return dg_chain_amend(g->a->chain, amended, g->a->parent, (const dg_bytes(*)[2])writes,
                          g->count, err);
}

/* ---- trial ---- */

/* Scheduler.Dispatched of our task; its fields had no names at first. */
static bool is_ours(const json_t *dispatched, uint32_t number, uint32_t index)
{
    const json_t *task = json_is_array(dispatched) ? json_array_get(dispatched, 0)
                                                   : json_object_get(dispatched, "task");
    return json_integer_value(json_array_get(task, 0)) == number
           && json_integer_value(json_array_get(task, 1)) == index;
}

/* `error`: out, of the call itself; NULL where it went well. Borrowed from metadata and events. */
static dg_code find_dispatched(const agenda *g, const char **error, const json_t *events,
                               dg_error *err)
{
    const json_t *record, *ours;
    const char *other = "no event";
    size_t i;
    json_array_foreach(events, i, record)
    {
        json_t *of = json_object_get(json_object_get(record, "event"), "Scheduler");
        if (!json_is_object(of))
            continue;
        if ((ours = json_object_get(of, "Dispatched"))
            && is_ours(ours, g->a->parent->number + 1, g->index)) {
            *error = dg_enact_dispatch_error(g->a->meta, ours);
            return DG_OK;
        }
        other = json_object_iter_key(json_object_iter(of));
    }
    return dg_fail(err, DG_UNSUPPORTED, "the scheduler does not dispatch the call (%s)", other);
}

static dg_code try_out(agenda *g, dg_error *failed, dg_block *amended, dg_error *err)
{
    const char *error = NULL;
    dg_build_report report;
    dg_exec exec;
    json_t *events = NULL;
    dg_code rc = dg_enact_attempt_initialize(g->a, &exec, amended, &report, err);
    if (rc >= 0)
        rc = dg_chain_events_decode(g->a->meta, &events, exec.state, err);
    if (rc >= 0)
        rc = find_dispatched(g, &error, events, err);
    snprintf(failed->text, sizeof failed->text, "%s", error ? error : "");
    json_decref(events);
    dg_exec_clear(&exec);
    return rc;
}

static dg_code schedule(const dg_enact_attempt *a, dg_block **amended, const char **path,
                        dg_error *failed, dg_bytes call, dg_error *err)
{
    dg_block *block = NULL;
    agenda g;
    dg_code rc;
    *amended = NULL;
    agenda_init(&g, a, call);
    if ((rc = put_agenda(&g, err)) == DG_OK && (rc = amend(&g, &block, err)) == DG_OK)
        rc = try_out(&g, failed, block, err);
    if (rc == DG_OK) {
        *amended = block;
        *path = g.path;
    } else if (block) {
        dg_chain_tree_remove(a->chain, block);
    }
    agenda_clear(&g);
    return rc;
}

dg_code dg_enact_by_scheduler(const dg_enact_attempt *a, dg_block **amended, const char **path,
                              dg_bytes call, dg_error *err)
{
    dg_error failed; /* shows in the events of U */
    return schedule(a, amended, path, &failed, call, err);
}

dg_code dg_enact_scheduled_result(const dg_enact_attempt *a, dg_bytes call, dg_error *err)
{
    dg_error failed = { .text = "" };
    dg_block *amended = NULL;
    const char *path;
    dg_code rc = schedule(a, &amended, &path, &failed, call, err);
    if (rc == DG_OK)
        dg_chain_tree_remove(a->chain, amended);
    return rc == DG_OK && failed.text[0] ? dg_fail(err, DG_MISMATCH, "%s", failed.text) : rc;
}
