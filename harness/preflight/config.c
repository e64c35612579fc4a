/* config.c - HostConfiguration before U and after N's migrations, field by field
 * by name: bytes may move, values may not. Parachains stand on it, and a runtime
 * that cannot read it goes on with defaults. */
#include "preflight/preflight_impl.h"

#include <string.h>

static const char what[] = "HostConfiguration";

/* What the runtime reads there, its default where nothing is stored, as a run has it; `*bad`: it
 * does not decode. NULL: that, or the runtime has no such item. */
static json_t *config_json(bool *bad, const dg_meta *meta, dg_state *state)
{
    char why[200];
    json_t *value = dg_survey_item(meta, state, "Configuration", "ActiveConfig", why);
    *bad = why[0] != 0;
    return value;
}

typedef struct comparison {
    dg_preflight_look *look;
    const json_t *now, *fallback; /* N's stored value, N's default */
    /* fields that were not at N's default; of those, the ones that are now */
    unsigned set, to_default;
} comparison;

static void compare_field(comparison *c, const char *subject, const char *name, json_t *was)
{
    /* at any depth: releases gather fields into groups */
    json_t *is = (json_t *)dg_survey_field_named(c->now, name),
           *fallback = (json_t *)dg_survey_field_named(c->fallback, name);
    bool was_default = fallback && json_equal(was, fallback);
    if (!is) {
        dg_preflight_find(c->look, DG_FIND_NOTE, "config.gone", subject, json_incref(was), NULL,
                          "%s (%s) has no place in N's layout", subject,
                          dg_preflight_find_value(was).text);
        return;
    }
    c->set += !was_default;
    c->to_default += !was_default && fallback && json_equal(is, fallback);
    if (!json_equal(was, is))
        dg_preflight_find(c->look, DG_FIND_WARN, "config.changed", subject, json_incref(was),
                          json_incref(is), "%s changes at U+1: %s -> %s", subject,
                          dg_preflight_find_value(was).text, dg_preflight_find_value(is).text);
}

static void compare_fields(comparison *c, const char *path, const json_t *old, unsigned depth)
{
    for (void *it = json_object_iter((json_t *)old); it;
         it = json_object_iter_next((json_t *)old, it)) {
        const char *name = json_object_iter_key(it);
        json_t *was = json_object_iter_value(it);
        const dg_preflight_subject subject = dg_preflight_find_subject(path, name);
        if (json_is_object(was) && json_is_object(dg_survey_field_named(c->now, name)) && depth < 8)
            compare_fields(c, subject.text, was, depth + 1);
        else
            compare_field(c, subject.text, name, was);
    }
}

/* A migration that met a layout it was not written for leaves defaults, in bytes
 * that decode well. */
static void say_defaults(const comparison *c)
{
    if (c->to_default * 2 > c->set)
        dg_preflight_find(
            c->look, DG_FIND_FAIL, "config.lost", what, dg_preflight_find_int(c->set),
            dg_preflight_find_int(c->to_default),
            "N's migrations leave HostConfiguration at its defaults: %u of %u values that were "
            "set are lost",
            c->to_default, c->set);
}

static void compare(dg_preflight_look *l, const json_t *old, const json_t *now)
{
    const dg_meta_entry *entry = dg_meta_storage(l->new_meta, "Configuration", "ActiveConfig");
    comparison c = { .look = l, .now = now };
    json_t *fallback = NULL;
    dg_value_decode_all(l->new_meta, &fallback, entry->value, entry->fallback, NULL);
    c.fallback = fallback;
    compare_fields(&c, what, old, 0);
    say_defaults(&c);
    json_decref(fallback);
}

static void say(dg_preflight_look *l, const json_t *old, bool old_bad, const json_t *now,
                bool now_bad)
{
    if (old_bad) /* not N's doing: the values to compare with are unknown */
        dg_preflight_find(l, DG_FIND_WARN, "config.already", what, NULL, NULL,
                          "HostConfiguration does not decode even under N-1%s",
                          now_bad ? ", nor under N: parachains run on defaults"
                                  : "; it does under N");
    else if (now_bad && l->in_steps)
        dg_preflight_find(
            l, DG_FIND_WARN, "config.in-steps", what, NULL, NULL,
            "HostConfiguration does not decode under N before its multi-block migration is done");
    else if (now_bad)
        dg_preflight_find(
            l, DG_FIND_FAIL, "config.lost", what, NULL, NULL,
            "HostConfiguration does not decode under N after its migrations: parachains would "
            "run on defaults");
    else if (old && now)
        compare(l, old, now);
    else if (old)
        dg_preflight_find(l, DG_FIND_FAIL, "config.lost", what, NULL, NULL,
                          "N has no HostConfiguration: parachains would run without it");
}

dg_code dg_preflight_look_config(dg_preflight_look *look, dg_error *err)
{
    json_t *old, *now;
    bool old_bad, now_bad;
    (void)err;
    if (!look->after || !look->old_meta || !look->new_meta)
        return DG_OK;
    old = config_json(&old_bad, look->old_meta, look->before);
    now = config_json(&now_bad, look->new_meta, look->after);
    say(look, old, old_bad, now, now_bad);
    json_decref(old);
    json_decref(now);
    return DG_OK;
}
