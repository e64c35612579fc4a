/* config.c - the values on which the network stands: host configuration, session
 * keys and their layout, GRANDPA authorities. Compared by name, before U and after
 * N's migrations: bytes may move, meaning may not. */
#include "preflight/preflight_impl.h"

#include <string.h>

/* The decoded value of a plain item; NULL where absent or undecodable (`bad`). */
static json_t *item_json(const dg_meta *meta, dg_state *state, const char *pallet, const char *item, bool *bad, dg_code *rc, dg_error *err)
{
    const dg_meta_entry *entry = dg_meta_storage(meta, pallet, item);
    json_t *value = NULL;
    dg_bytes raw;
    *bad = false;
    if (!entry || (*rc = dg_look_item(&raw, meta, state, pallet, item, err)) != DG_OK)
        return NULL;
    if (dg_value_decode_all(meta, &value, entry->value, raw, NULL) != DG_OK) {
        *bad = true;
        return NULL;
    }
    return value;
}

/* Counts fields of `old` that `now` has with another value, or lacks; nested
 * objects are gone through, and a field is looked for by name at any depth. */
static const json_t *find_field(const json_t *object, const char *name)
{
    const json_t *hit = json_object_get(object, name);
    for (void *it = json_object_iter((json_t *)object); !hit && it; it = json_object_iter_next((json_t *)object, it)) {
        const json_t *inner = json_object_iter_value(it);
        if (json_is_object(inner))
            hit = find_field(inner, name);
    }
    return hit;
}

static void compare_fields(dg_look *l, const char *what, const json_t *old, const json_t *now)
{
    for (void *it = json_object_iter((json_t *)old); it; it = json_object_iter_next((json_t *)old, it)) {
        const char *name = json_object_iter_key(it);
        json_t *was = json_object_iter_value(it);
        const json_t *is = find_field(now, name);
        char subject[200];
        snprintf(subject, sizeof subject, "%s.%s", what, name);
        if (json_is_object(was) && json_is_object(is))
            compare_fields(l, subject, was, is);
        else if (!is)
            dg_find(l, DG_FIND_NOTE, "config.gone", subject, json_incref(was), NULL, "%s has no place in N's layout", subject);
        else if (!json_equal(was, is))
            dg_find(l, DG_FIND_WARN, "config.changed", subject, json_incref(was), json_deep_copy(is),
                    "%s changes its value at U+1", subject);
    }
}

static dg_code host_configuration(dg_look *l, dg_error *err)
{
    static const char what[] = "HostConfiguration";
    bool old_bad, now_bad;
    dg_code rc = DG_OK;
    json_t *old = item_json(l->old_meta, l->before, "Configuration", "ActiveConfig", &old_bad, &rc, err), *now;
    if (rc < 0)
        return rc;
    now = item_json(l->new_meta, l->after, "Configuration", "ActiveConfig", &now_bad, &rc, err);
    if (now_bad && !old_bad)
        dg_find(l, DG_FIND_FAIL, "config.lost", what, NULL, NULL,
                "HostConfiguration does not decode under N after its migrations: parachains would run on defaults");
    else if (now_bad)
        dg_find(l, DG_FIND_FAIL, "config.lost", what, NULL, NULL,
                "HostConfiguration decodes neither under N-1 nor under N: parachains run on defaults");
    else if (old_bad)
        dg_find(l, DG_FIND_WARN, "config.already", what, NULL, NULL, "HostConfiguration does not decode under N-1 already");
    else if (old && now)
        compare_fields(l, what, old, now);
    json_decref(old);
    json_decref(now);
    return rc < 0 ? rc : DG_OK;
}

/* ---- session keys ---- */

static dg_code count_keys(dg_look *l, const dg_meta *meta, dg_state *state, uint64_t *total, uint64_t *bad, size_t *len, dg_error *err)
{
    const dg_meta_entry *entry = dg_meta_storage(meta, "Session", "NextKeys");
    uint8_t prefix[32];
    dg_state_iter it;
    dg_bytes key, value;
    dg_code rc;
    *total = *bad = 0;
    (void)l;
    if (!entry)
        return DG_OK;
    dg_storage_prefix(prefix, entry->prefix, entry->name);
    if ((rc = dg_state_iter_init(&it, state, dg_bytes_of(NULL, 0), DG_BYTES_OF(prefix), err)) < 0)
        return rc;
    while ((rc = dg_state_iter_next(&it, &key, &value, err)) == DG_OK) {
        dg_scale s = dg_scale_from(value);
        dg_value_skip(meta, entry->value, &s);
        ++*total;
        *len = value.len;
        *bad += dg_scale_finish(&s, NULL, "") != DG_OK;
    }
    dg_state_iter_clear(&it);
    return rc == DG_END ? DG_OK : rc;
}

static dg_code session_keys(dg_look *l, dg_error *err)
{
    const dg_meta_entry *a = dg_meta_storage(l->old_meta, "Session", "NextKeys");
    const dg_meta_entry *b = dg_meta_storage(l->new_meta, "Session", "NextKeys");
    size_t old_size = 0, new_size = 0, len = 0;
    uint64_t total, bad;
    dg_buf where;
    bool same;
    dg_code rc;
    if (!a || !b)
        return DG_OK;
    dg_buf_init(&where, 4096);
    same = dg_type_same(l->old_meta, a->value, l->new_meta, b->value, &where);
    dg_type_size(l->old_meta, a->value, &old_size);
    dg_type_size(l->new_meta, b->value, &new_size);
    rc = count_keys(l, l->new_meta, l->after, &total, &bad, &len, err);
    if (rc == DG_OK && bad)
        dg_find(l, DG_FIND_FAIL, "session-keys", "Session.NextKeys", json_integer((json_int_t)old_size), json_integer((json_int_t)new_size),
                "session keys change from %zu to %zu bytes and %llu of %llu validators keep values of %zu bytes after N's "
                "migrations: the set drains or keys are mixed up", old_size, new_size, (unsigned long long)bad,
                (unsigned long long)total, len);
    else if (rc == DG_OK && !same)
        dg_find(l, DG_FIND_NOTE, "session-keys.layout", "Session.NextKeys", json_integer((json_int_t)old_size), json_integer((json_int_t)new_size),
                "session keys change their layout at %s; N's migrations convert all %llu", dg_buf_text(&where), (unsigned long long)total);
    dg_buf_clear(&where);
    return rc;
}

/* ---- GRANDPA: the set N answers at U, and after its migrations ---- */

static uint32_t authorities(dg_look *l, dg_runtime *runtime, dg_state *state, bool *known)
{
    dg_buf answer;
    dg_scale s;
    uint32_t count = 0;
    dg_buf_init(&answer, 1 << 24);
    *known = dg_look_call(&answer, runtime, state, "GrandpaApi_grandpa_authorities", dg_bytes_of(NULL, 0), NULL) == DG_OK;
    if (*known) {
        s = dg_scale_from(dg_buf_bytes(&answer));
        count = dg_scale_count(&s, 40);
        *known = s.rc == DG_OK;
    }
    (void)l;
    dg_buf_clear(&answer);
    return count;
}

static void grandpa(dg_look *l)
{
    bool k[3];
    uint32_t old = authorities(l, l->in->from, l->before, &k[0]);
    uint32_t at_u = authorities(l, l->in->to, l->before, &k[1]);
    uint32_t after = authorities(l, l->in->to, l->after, &k[2]);
    if (!k[0] || !k[1] || !k[2])
        return;
    if (after < old)
        dg_find(l, DG_FIND_FAIL, "grandpa.lost", "GrandpaApi_grandpa_authorities", json_integer(old), json_integer(after),
                "GRANDPA authorities: %u under N-1, %u after N's migrations: finality would stop", old, after);
    else if (at_u != old)
        dg_find(l, DG_FIND_WARN, "grandpa.at-u", "GrandpaApi_grandpa_authorities", json_integer(old), json_integer(at_u),
                "GRANDPA authorities: %u under N-1, %u at U, %u from U+1", old, at_u, after);
}

dg_code dg_look_config(dg_look *look, dg_error *err)
{
    dg_code rc = DG_OK;
    if (!look->after)
        return DG_OK;
    if (look->old_meta && look->new_meta) {
        rc = host_configuration(look, err);
        rc = rc < 0 ? rc : session_keys(look, err);
    }
    if (rc >= 0)
        grandpa(look);
    return rc < 0 ? rc : DG_OK;
}
