/* queued.c - what waits in the state for U or later: code, authorizations, calls that are
 * scheduled, or noted as preimages. A waiting call was encoded under N-1 and will be dispatched as
 * what its bytes mean under N. They are those that claim queued-calls looks at in a run, and count
 * for as much. */
#include "preflight/preflight_impl.h"

#include <string.h>

/* ---- calls ---- */

static const char *call_of(const json_t *row)
{
    return json_string_value(json_object_get(row, "call"));
}

static void say_call(dg_preflight_look *l, const char *where, const char *was, const char *is)
{
    bool nothing = !is || strcmp(is, DG_SURVEY_CALL_UNREADABLE) == 0;
    if (nothing)
        dg_preflight_find(l, DG_FIND_FAIL, "queued.call", was, dg_preflight_find_text(where), NULL,
                          "call %s waits in %s and %s: it will not run", was, where,
                          is ? "does not decode under N" : "is not found under N");
    else
        dg_preflight_find(l, DG_FIND_FAIL, "queued.call", was, dg_preflight_find_text(was),
                          dg_preflight_find_text(is), "call %s waits in %s, and is %s under N", was,
                          where, is);
}

/* After the start of a block of each: what is due in it was run by both. */
static dg_code calls(dg_preflight_look *l, dg_error *err)
{
    json_t *old = NULL, *now = NULL, *was;
    const char *where;
    size_t broken = 0;
    bool both = l->control && l->after;
    dg_code rc = dg_survey_calls_take(&old, l->old_meta, both ? l->control : l->before, err);
    if (rc >= 0)
        rc = dg_survey_calls_take(&now, l->new_meta, both ? l->after : l->before, err);
    json_object_foreach(old, where, was)
    {
        const char *is = call_of(json_object_get(now, where));
        if (rc < 0 || (is && strcmp(call_of(was), is) == 0))
            continue;
        say_call(l, where, call_of(was), is);
        broken++;
    }
    if (rc >= 0 && json_object_size(old))
        dg_preflight_find(
            l, DG_FIND_NOTE, "queued.calls", "calls that wait",
            dg_preflight_find_int(json_object_size(old)), dg_preflight_find_int(broken),
            "%s (scheduled, noted or authorized), "
            "%zu of them broken by N",
            dg_preflight_find_count(json_object_size(old), "waiting call").text, broken);
    json_decref(old);
    json_decref(now);
    return rc < 0 ? rc : DG_OK;
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
                          "other code is authorized (%s), and anybody may apply it before N",
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
            "other code of %zu bytes waits in :pending_code: the next block already runs it",
            value.len);
    return rc < 0 ? rc : DG_OK;
}

dg_code dg_preflight_look_queued(dg_preflight_look *look, dg_error *err)
{
    dg_code rc = pending_code(look, err);
    if (rc == DG_OK && look->old_meta)
        rc = authorized(look, err);
    return rc == DG_OK && look->old_meta && look->new_meta ? calls(look, err) : rc;
}
