/* keys.c - who authors and finalizes after U: session keys and their layout, and
 * the GRANDPA set. A key record that the migrations left in the old layout is
 * dropped at a session change, or read with its keys shifted. */
#include "preflight/preflight_impl.h"

#include <string.h>

/* ---- session keys ---- */

typedef struct tally {
    uint64_t total, bad;
    size_t bad_len;
} tally;

static dg_code count_keys(tally *t, dg_preflight_look *l, dg_error *err)
{
    const dg_meta_entry *entry = dg_meta_storage(l->new_meta, "Session", "NextKeys");
    uint8_t prefix[32];
    dg_state_iter it;
    dg_bytes key, value;
    dg_code rc;
    dg_storage_prefix(prefix, entry->prefix, entry->name);
    if ((rc = dg_state_iter_init(&it, l->after, dg_bytes_of(NULL, 0), DG_BYTES_OF(prefix), err))
        < 0)
        return rc;
    while ((rc = dg_state_iter_next(&it, &key, &value, err)) == DG_OK) {
        t->total++;
        if (dg_preflight_look_decodes(l->new_meta, entry->value, value))
            continue;
        t->bad++;
        t->bad_len = value.len;
    }
    dg_state_iter_clear(&it);
    return rc == DG_END ? DG_OK : rc;
}

static void say_keys(dg_preflight_look *l, const tally *t, const dg_meta_entry *a,
                     const dg_meta_entry *b, const char *where)
{
    static const char subject[] = "Session.NextKeys";
    size_t old_size = 0, new_size = 0;
    dg_type_size(l->old_meta, a->value, &old_size);
    dg_type_size(l->new_meta, b->value, &new_size);
    if (t->bad)
        dg_preflight_find(
            l, l->in_steps ? DG_FIND_WARN : DG_FIND_FAIL, "session-keys", subject,
            dg_preflight_find_int(old_size), dg_preflight_find_int(new_size),
            "session keys change from %zu to %zu bytes, and %llu of %s keep values of %zu "
            "bytes after N's migrations: "
            "%s",
            old_size, new_size, (unsigned long long)t->bad,
            dg_preflight_find_count(t->total, "validator").text, t->bad_len,
            t->bad_len > new_size ? "N takes keys for their neighbours"
                                  : "the set drains at a session change");
    else if (where[0])
        dg_preflight_find(
            l, DG_FIND_NOTE, "session-keys.layout", subject, dg_preflight_find_int(old_size),
            dg_preflight_find_int(new_size),
            "session keys change their layout at %s; N's migrations convert those of %s", where,
            dg_preflight_find_count(t->total, "validator").text);
}

static dg_code session_keys(dg_preflight_look *l, dg_error *err)
{
    const dg_meta_entry *a = dg_meta_storage(l->old_meta, "Session", "NextKeys");
    const dg_meta_entry *b = dg_meta_storage(l->new_meta, "Session", "NextKeys");
    tally t = { 0 };
    dg_buf where;
    dg_code rc;
    if (!a || !b)
        return DG_OK;
    if ((rc = count_keys(&t, l, err)) < 0)
        return rc;
    dg_buf_init(&where, 4096);
    dg_type_same(l->old_meta, a->value, l->new_meta, b->value, &where);
    say_keys(l, &t, a, b, dg_buf_text(&where));
    dg_buf_clear(&where);
    return DG_OK;
}

/* ---- GRANDPA ---- */

enum { ANSWER_MAX = 1 << 24, AUTHORITY_BYTES = 40 };

/* How many; -1: no answer, or none that decodes. */
static int64_t authorities(const dg_preflight_look *l, dg_runtime *runtime, dg_state *state)
{
    dg_buf answer;
    dg_scale s;
    int64_t count = -1;
    dg_buf_init(&answer, ANSWER_MAX);
    if (dg_preflight_look_call(&answer, l, runtime, state, "GrandpaApi_grandpa_authorities",
                               dg_bytes_of(NULL, 0), NULL)
        == DG_OK) {
        s = dg_scale_from(dg_buf_bytes(&answer));
        count = dg_scale_count(&s, AUTHORITY_BYTES);
        if (s.rc != DG_OK)
            count = -1;
    }
    dg_buf_clear(&answer);
    return count;
}

static void grandpa(dg_preflight_look *l)
{
    static const char subject[] = "GrandpaApi_grandpa_authorities";
    int64_t old = authorities(l, l->in->from, l->before),
            at_u = authorities(l, l->in->to, l->before), after;
    if (old < 0)
        return; /* nothing to hold on to: N-1 does not tell */
    after = authorities(l, l->in->to, l->after);
    if (after < old)
        dg_preflight_find(
            l, DG_FIND_FAIL, "grandpa.lost", subject, json_integer(old), json_integer(after),
            after < 0
                ? "GRANDPA authorities: %lld under N-1, no answer that decodes after N's migrations"
                : "GRANDPA authorities: %lld under N-1, %lld after N's migrations: finality would "
                  "stop",
            (long long)old, (long long)after);
    else if (at_u != old)
        dg_preflight_find(
            l, DG_FIND_WARN, "grandpa.at-u", subject, json_integer(old), json_integer(at_u),
            at_u < 0 ? "GRANDPA authorities: %lld under N-1, no answer at U"
                     : "GRANDPA authorities: %lld under N-1, %lld at U, %lld from U+1",
            (long long)old, (long long)at_u, (long long)after);
}

dg_code dg_preflight_look_keys(dg_preflight_look *look, dg_error *err)
{
    dg_code rc = DG_OK;
    if (!look->after)
        return DG_OK;
    if (look->old_meta && look->new_meta)
        rc = session_keys(look, err);
    if (rc == DG_OK)
        grandpa(look);
    return rc;
}
