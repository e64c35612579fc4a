/* queued.c - what waits in the state for U or later: code, authorizations, calls
 * in the scheduler's agenda. A waiting call was encoded under N-1 and will be
 * dispatched as what its bytes mean under N. */
#include "preflight/preflight_impl.h"

#include <string.h>

/* ---- calls ---- */

typedef struct waiting {
    uint64_t calls, by_hash, broken;
} waiting;

/* "Pallet.call" of two bytes; false where they mean nothing. */
static bool call_name(dg_preflight_subject *name, const dg_meta *meta, dg_bytes call)
{
    const dg_meta_pallet *p = call.len >= 2 ? dg_survey_pallet_of(meta, call.at[0]) : NULL;
    const char *at;
    uint8_t index;
    for (size_t i = 0; p && p->has_calls && (at = dg_type_variant_at(meta, p->calls, i, &index));
         i++)
        if (index == call.at[1]) {
            *name = dg_preflight_find_subject(p->name, at);
            return true;
        }
    return false;
}

static bool call_decodes(const dg_meta *meta, dg_bytes call)
{
    const dg_meta_pallet *p = call.len >= 2 ? dg_survey_pallet_of(meta, call.at[0]) : NULL;
    return p && p->has_calls
           && dg_preflight_look_decodes(meta, p->calls, dg_bytes_of(call.at + 1, call.len - 1));
}

static void judge_call(waiting *w, dg_preflight_look *l, dg_bytes call)
{
    dg_preflight_subject was, is;
    w->calls++;
    if (!call_name(&was, l->old_meta, call) || !call_decodes(l->old_meta, call))
        return; /* means nothing today */
    if (!call_name(&is, l->new_meta, call))
        dg_preflight_find(l, DG_FIND_FAIL, "queued.call", was.text,
                          dg_preflight_find_hex(dg_bytes_of(call.at, 2)), NULL,
                          "a scheduled call %s means nothing under N: it will not run", was.text);
    else if (strcmp(was.text, is.text) != 0)
        dg_preflight_find(l, DG_FIND_FAIL, "queued.call", was.text,
                          dg_preflight_find_text(was.text), dg_preflight_find_text(is.text),
                          "a scheduled call %s is %s under N", was.text, is.text);
    else if (!call_decodes(l->new_meta, call))
        dg_preflight_find(l, DG_FIND_FAIL, "queued.call", was.text,
                          dg_preflight_find_hex(dg_bytes_of(call.at, 2)), NULL,
                          "a scheduled call %s does not decode under N: its arguments changed",
                          was.text);
    else
        return;
    w->broken++;
}

/* Calls stand inline as bytes, or as the hash of a preimage. */
static void judge_scheduled(waiting *w, dg_preflight_look *l, const json_t *item)
{
    const json_t *call = json_object_get(item, "call");
    const char *text = json_string_value(json_object_get(call, "Inline"));
    dg_buf bytes;
    if (!call)
        return;
    if (!text) {
        w->by_hash++;
        return;
    }
    dg_buf_init(&bytes, 1 << 20);
    if (dg_hex_get(&bytes, text, strlen(text), NULL) == DG_OK)
        judge_call(w, l, dg_buf_bytes(&bytes));
    dg_buf_clear(&bytes);
}

static dg_code agenda(dg_preflight_look *l, dg_error *err)
{
    const dg_meta_entry *entry = dg_meta_storage(l->old_meta, "Scheduler", "Agenda");
    waiting w = { 0 };
    uint8_t prefix[32];
    dg_state_iter it;
    dg_bytes key, value;
    dg_code rc;
    if (!entry)
        return DG_OK;
    dg_storage_prefix(prefix, entry->prefix, entry->name);
    if ((rc = dg_state_iter_init(&it, l->before, dg_bytes_of(NULL, 0), DG_BYTES_OF(prefix), err))
        < 0)
        return rc;
    while ((rc = dg_state_iter_next(&it, &key, &value, err)) == DG_OK) {
        json_t *list = NULL;
        dg_value_decode_all(l->old_meta, &list, entry->value, value, NULL);
        for (size_t i = 0; i < json_array_size(list); i++)
            judge_scheduled(&w, l, json_array_get(list, i));
        json_decref(list);
    }
    dg_state_iter_clear(&it);
    if (w.calls + w.by_hash)
        dg_preflight_find(
            l, DG_FIND_NOTE, "queued.agenda", "Scheduler.Agenda",
            dg_preflight_find_int(w.calls + w.by_hash), dg_preflight_find_int(w.broken),
            "%s in the scheduler's agenda (%llu by hash, not looked into), %llu of them broken "
            "by N",
            dg_preflight_find_count(w.calls + w.by_hash, "call").text,
            (unsigned long long)w.by_hash, (unsigned long long)w.broken);
    return rc == DG_END ? DG_OK : rc;
}

/* ---- upgrades that wait ---- */

static dg_code authorized(dg_preflight_look *l, dg_error *err)
{
    dg_bytes value;
    dg_hash hash;
    dg_code rc =
        dg_preflight_look_item(&value, l->old_meta, l->before, "System", "AuthorizedUpgrade", err);
    if (rc != DG_OK || value.len < 32)
        return rc < 0 ? rc : DG_OK;
    memcpy(hash.at, value.at, 32);
    if (dg_hash_equal(&hash, dg_runtime_hash(l->in->to)))
        dg_preflight_find(l, DG_FIND_NOTE, "queued.authorized", "System.AuthorizedUpgrade", NULL,
                          dg_preflight_find_hex(dg_hash_bytes(&hash)),
                          "N is authorized already: anybody may apply it");
    else
        dg_preflight_find(l, DG_FIND_WARN, "queued.authorized", "System.AuthorizedUpgrade", NULL,
                          dg_preflight_find_hex(dg_hash_bytes(&hash)),
                          "another code is authorized (%s), and anybody may apply it before N",
                          dg_hash_short(&hash).text);
    return DG_OK;
}

static dg_code pending_code(dg_preflight_look *l, dg_error *err)
{
    dg_bytes value;
    dg_code rc =
        dg_state_get(l->before, &value, dg_bytes_of(NULL, 0), dg_text(":pending_code"), err);
    if (rc == DG_OK)
        dg_preflight_find(
            l, DG_FIND_WARN, "queued.pending-code", ":pending_code", NULL,
            dg_preflight_find_int(value.len),
            "another code of %zu bytes waits in :pending_code: the next block already runs it",
            value.len);
    return rc < 0 ? rc : DG_OK;
}

dg_code dg_preflight_look_queued(dg_preflight_look *look, dg_error *err)
{
    dg_code rc = pending_code(look, err);
    if (rc == DG_OK && look->old_meta)
        rc = authorized(look, err);
    return rc == DG_OK && look->old_meta && look->new_meta ? agenda(look, err) : rc;
}
