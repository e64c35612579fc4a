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
    const dg_attempt *a;
    dg_bytes call;
    dg_hash hash;
    dg_buf keys[WRITES_MAX], values[WRITES_MAX];
    size_t count;
    uint32_t index;          /* of our task in the agenda */
    const char *path;
} agenda;

static void agenda_init(agenda *g, const dg_attempt *a, dg_bytes call)
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
    case 0: return json_pack("{s:{s:n,s:i,s:i}}", "Requested", "maybe_ticket", "count", 1, "maybe_len", (int)len);
    case 1: return json_pack("{s:{s:n,s:i,s:i}}", "Requested", "deposit", "count", 1, "len", (int)len);
    default: return json_pack("{s:i}", "Requested", 1);
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
        return dg_fail(err, DG_ABSENT, "the runtime keeps no status of preimages");
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
        return dg_fail(err, DG_ABSENT, "the runtime keeps no preimages");
    memcpy(key, g->hash.at, 32);
    dg_put_le32(key + 32, (uint32_t)g->call.len);
    dg_scale_put_bytes(write_at(g, entry, dg_bytes_of(key, size)), g->call);
    return put_request(g, err);
}

/* ---- agenda ---- */

static json_t *scheduled(json_t *call)
{
    return json_pack("{s:n,s:i,s:o,s:n,s:{s:s}}", "maybe_id", "priority", 0, "call", call, "maybe_periodic",
                     "origin", "system", "Root");
}

static dg_code encode_task(agenda *g, dg_buf *out, dg_type_id item, json_t *call, dg_error *err)
{
    json_t *task = scheduled(call);
    dg_code rc = task ? dg_value_encode(g->a->meta, out, item, task, err) : DG_NOMEM;
    json_decref(task);
    return rc;
}

/* The call as JSON, for agendas that hold calls themselves. */
static json_t *call_json(const agenda *g)
{
    dg_type_id calls;
    json_t *out = NULL;
    if (dg_type_find(g->a->meta, &calls, "RuntimeCall") || dg_type_find(g->a->meta, &calls, "Call"))
        dg_value_decode_all(g->a->meta, &out, calls, g->call, NULL);
    return out;
}

static dg_code encode_bounded(agenda *g, dg_buf *out, dg_type_id item, dg_error *err)
{
    dg_code rc;
    json_t *call;
    if (g->call.len <= INLINE_MAX) {
        g->path = "scheduler agenda, call inline";
        return encode_task(g, out, item, json_pack("{s:o}", "Inline", dg_hex_json(g->call)), err);
    }
    call = json_pack("{s:{s:o,s:i}}", "Lookup", "hash", dg_hex_json(dg_hash_bytes(&g->hash)), "len", (int)g->call.len);
    if ((rc = encode_task(g, out, item, call, err)) != DG_OK)
        return rc;
    g->path = "scheduler agenda, preimage";
    return put_preimage(g, err);
}

/* The task in whatever form this runtime's agenda has. */
static dg_code put_task(agenda *g, dg_buf *out, dg_type_id item, dg_error *err)
{
    dg_code rc = encode_bounded(g, out, item, err);
    json_t *call;
    if (rc != DG_USAGE)
        return rc;
    if (!(call = call_json(g)))
        return dg_fail(err, DG_ABSENT, "the scheduler's agenda has an unknown form");
    g->path = "scheduler agenda, call in the agenda";
    rc = encode_task(g, out, item, json_pack("{s:O}", "Value", call), err);
    if (rc == DG_USAGE)
        rc = encode_task(g, out, item, json_incref(call), err);
    json_decref(call);
    return rc == DG_USAGE ? DG_ABSENT : rc;
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
    dg_put_le32(when, g->a->parent->number + 1);
    value = write_at(g, entry, DG_BYTES_OF(when));
    rc = dg_state_get(g->a->parent->state, &before, dg_bytes_of(NULL, 0), dg_buf_bytes(&g->keys[0]), err);
    if (rc < 0)
        return rc;
    s = dg_scale_from(rc == DG_OK ? before : dg_bytes_of("", 1));
    g->index = dg_scale_count(&s, 1);
    if (dg_scale_check(&s, err, "Scheduler.Agenda") < 0)
        return DG_MALFORMED;
    dg_scale_put_compact(value, g->index + 1);
    dg_buf_put_bytes(value, dg_scale_rest(&s));
    return put_task(g, value, dg_type_item(g->a->meta, entry->value), err);
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
    return dg_chain_amend(g->a->chain, amended, g->a->parent, (const dg_bytes (*)[2])writes, g->count, err);
}

/* ---- trial ---- */

/* Scheduler.Dispatched of our task; its fields had no names at first. */
static bool is_ours(const json_t *dispatched, uint32_t number, uint32_t index)
{
    const json_t *task = json_is_array(dispatched) ? json_array_get(dispatched, 0) : json_object_get(dispatched, "task");
    return json_integer_value(json_array_get(task, 0)) == number && json_integer_value(json_array_get(task, 1)) == index;
}

static dg_code find_dispatched(const agenda *g, const json_t *events, dg_error *err)
{
    const json_t *record, *ours;
    const char *other = "no event";
    size_t i;
    json_array_foreach(events, i, record) {
        json_t *of = json_object_get(json_object_get(record, "event"), "Scheduler");
        if (!json_is_object(of))
            continue;
        if ((ours = json_object_get(of, "Dispatched")) && is_ours(ours, g->a->parent->number + 1, g->index))
            return DG_OK;
        other = json_object_iter_key(json_object_iter(of));
    }
    return dg_fail(err, DG_ABSENT, "the scheduler does not dispatch the call (%s)", other);
}

static dg_code try_out(agenda *g, dg_block *amended, dg_error *err)
{
    dg_build_report report;
    dg_exec exec;
    json_t *events = NULL;
    dg_code rc = dg_attempt_initialize(g->a, &exec, amended, &report, err);
    if (rc >= 0)
        rc = dg_events_decode(g->a->meta, &events, exec.state, err);
    if (rc >= 0)
        rc = find_dispatched(g, events, err);
    json_decref(events);
    dg_exec_clear(&exec);
    return rc;
}

dg_code dg_enact_by_scheduler(const dg_attempt *a, dg_block **amended, const char **path, dg_bytes call, dg_error *err)
{
    dg_block *block = NULL;
    agenda g;
    dg_code rc;
    *amended = NULL;
    agenda_init(&g, a, call);
    if ((rc = put_agenda(&g, err)) == DG_OK && (rc = amend(&g, &block, err)) == DG_OK)
        rc = try_out(&g, block, err);
    if (rc == DG_OK) {
        *amended = block;
        *path = g.path;
    } else if (block) {
        dg_tree_remove(a->chain, block);
    }
    agenda_clear(&g);
    return rc;
}
