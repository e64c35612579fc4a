/* keys.c - who authors and finalizes after U: session keys and their layout, and
 * the GRANDPA set. A key record that the migrations left in the old layout is
 * dropped at a session change, or read with its keys shifted. */
#include "preflight/preflight_impl.h"

#include <string.h>

/* ---- session keys ---- */

static const char subject_keys[] = "Session.NextKeys";

static void say_unread(dg_preflight_look *l, const dg_survey_keys *k, size_t old_size,
                       size_t new_size)
{
    dg_preflight_find(
        l, l->in_steps ? DG_FIND_WARN : DG_FIND_FAIL, "session-keys", subject_keys,
        dg_preflight_find_int(old_size), dg_preflight_find_int(new_size),
        "session keys change from %zu to %zu bytes, and %llu of %s keep values of %zu "
        "bytes after N's migrations: "
        "%s",
        old_size, new_size, (unsigned long long)k->unread,
        dg_preflight_find_count(k->validators, "validator").text, k->unread_bytes,
        k->unread_bytes > new_size ? "N mistakes keys for their neighbours"
                                   : "they drop out of the set at a session change");
}

/* Where a layout only moves, everything decodes, and each key is taken for its neighbour. */
static void say_changed(dg_preflight_look *l, const dg_survey_keys *k)
{
    dg_preflight_find(
        l, l->in_steps ? DG_FIND_WARN : DG_FIND_FAIL, "session-keys", subject_keys,
        dg_preflight_find_int(k->validators), dg_preflight_find_int(k->validators - k->changed),
        "%llu of %s have other session keys under N than under N-1: %s. They do not hold the "
        "secrets of these keys, and cannot sign once a session uses them",
        (unsigned long long)k->changed, dg_preflight_find_count(k->validators, "validator").text,
        k->changed_text);
}

static void say_unusable(dg_preflight_look *l, const dg_survey_keys *k)
{
    dg_preflight_find(
        l, DG_FIND_WARN, "session-keys.placeholder", subject_keys, NULL,
        dg_preflight_find_int(k->unusable),
        "N adds the session key %s, and its migrations give %llu of %s one that others have as "
        "well "
        "or that is no public key: they cannot sign with it until each has registered keys anew",
        k->unusable_name, (unsigned long long)k->unusable,
        dg_preflight_find_count(k->validators, "validator").text);
}

static void say_keys(dg_preflight_look *l, const dg_survey_keys *k, const dg_meta_entry *a,
                     const dg_meta_entry *b, const char *where)
{
    size_t old_size = 0, new_size = 0;
    dg_type_size(l->old_meta, a->value, &old_size);
    dg_type_size(l->new_meta, b->value, &new_size);
    if (k->unread)
        say_unread(l, k, old_size, new_size);
    else if (k->changed)
        say_changed(l, k);
    else if (where[0])
        dg_preflight_find(
            l, DG_FIND_NOTE, "session-keys.layout", subject_keys, dg_preflight_find_int(old_size),
            dg_preflight_find_int(new_size),
            "session keys change their layout at %s; N's migrations convert those of %s", where,
            dg_preflight_find_count(k->validators, "validator").text);
    if (k->unusable)
        say_unusable(l, k);
}

static dg_code session_keys(dg_preflight_look *l, dg_error *err)
{
    const dg_meta_entry *a = dg_meta_storage(l->old_meta, "Session", "NextKeys");
    const dg_meta_entry *b = dg_meta_storage(l->new_meta, "Session", "NextKeys");
    dg_survey_keys keys;
    dg_buf where;
    dg_code rc;
    if (!a || !b)
        return DG_OK;
    if ((rc = dg_survey_session_keys(&keys, &(dg_survey_side){ l->before, l->old_meta },
                                     &(dg_survey_side){ l->after, l->new_meta }, err))
        < 0)
        return rc;
    dg_buf_init(&where, 4096);
    dg_type_same(l->old_meta, a->value, l->new_meta, b->value, &where);
    say_keys(l, &keys, a, b, dg_buf_text(&where));
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
