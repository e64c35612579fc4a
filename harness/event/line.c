/* line.c - one event as JSON, and back. */
#include "event/event_impl.h"

#include <assert.h>
#include <string.h>

/* ---- out ---- */

static int put_numbers(json_t *out, const dg_event *e)
{
    dg_event copy = *e;
    const int64_t *numbers = dg_event_numbers(&copy);
    int bad = 0;
    for (size_t i = 0; i < dg_event_field_count(e->kind); i++)
        bad |= json_object_set_new(out, dg_event_field(e->kind, i), json_integer(numbers[i]));
    return bad;
}

json_t *dg_event_json(const dg_event *e)
{
    json_t *out = json_object();
    int bad = json_object_set_new(out, "arm", json_string(dg_event_arm_name(e->arm)));
    bad |= json_object_set_new(out, "seq", json_integer((json_int_t)e->seq));
    bad |= json_object_set_new(out, "at_ns", json_integer((json_int_t)e->at));
    bad |= json_object_set_new(out, "block", json_integer(e->block));
    bad |= json_object_set_new(out, "kind", json_string(dg_event_name(e->kind)));
    if (e->node != DG_EVENT_NO_NODE)
        bad |= json_object_set_new(out, "node", json_integer(e->node));
    bad |= put_numbers(out, e);
    if (e->detail)
        bad |= json_object_set(out, "detail", e->detail);
    if (bad) {
        json_decref(out);
        return NULL;
    }
    return out;
}

json_t *dg_event_text(const char *text)
{
    char room[640];
    size_t n = 0;
    for (; text[n] && n < sizeof room - 1; n++)
        room[n] = text[n] >= 0x20 && text[n] < 0x7f ? text[n] : '?';
    room[n] = 0;
    return json_string(room);
}

void dg_event_short(char *out, size_t size, const json_t *value)
{
    json_free_t release;
    char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_SORT_KEYS);
    json_get_alloc_funcs(NULL, &release);
    snprintf(out, size, "%s", text ? text : "");
    if (text && strlen(text) >= size)
        memcpy(out + size - 3, "..", 3);
    if (text)
        release(text);
}

/* ---- in ---- */

static dg_code number(int64_t *out, const json_t *line, const char *key, int64_t least,
                      int64_t most, dg_error *err)
{
    const json_t *v = json_object_get(line, key);
    if (!json_is_integer(v))
        return dg_fail(err, DG_MALFORMED, "event has no whole number `%s`", key);
    *out = json_integer_value(v);
    return *out < least || *out > most ? dg_fail(
               err, DG_MALFORMED, "event's `%s` is out of its range: %lld", key, (long long)*out)
                                       : DG_OK;
}

static dg_code arm_in(dg_arm *out, const json_t *line, dg_error *err)
{
    const char *text = json_string_value(json_object_get(line, "arm"));
    for (*out = DG_ARM_CONTROL; text && *out <= DG_ARM_TREATMENT; (*out)++)
        if (strcmp(dg_event_arm_name(*out), text) == 0)
            return DG_OK;
    return dg_fail(err, DG_MALFORMED, "event has no known `arm`: %.60s", text ? text : "absent");
}

static dg_code kind_in(dg_event_kind *out, const json_t *line, dg_error *err)
{
    const char *text = json_string_value(json_object_get(line, "kind"));
    for (*out = 0; text && *out < DG_EVENT_KIND_COUNT; (*out)++)
        if (strcmp(dg_event_name(*out), text) == 0)
            return DG_OK;
    return dg_fail(err, DG_MALFORMED, "event has no known `kind`: %.60s", text ? text : "absent");
}

static dg_code head_in(dg_event *out, const json_t *line, dg_error *err)
{
    int64_t seq, at, block, node = DG_EVENT_NO_NODE;
    dg_code rc;
    if ((rc = number(&seq, line, "seq", 0, INT64_MAX, err)) < 0
        || (rc = number(&at, line, "at_ns", 0, INT64_MAX, err)) < 0
        || (rc = number(&block, line, "block", 0, UINT32_MAX, err)) < 0)
        return rc;
    if (json_object_get(line, "node")
        && (rc = number(&node, line, "node", 0, DG_EVENT_NO_NODE - 1, err)) < 0)
        return rc;
    out->seq = (uint64_t)seq;
    out->at = (dg_ns)at;
    out->block = (uint32_t)block;
    out->node = (uint32_t)node;
    return DG_OK;
}

static dg_code numbers_in(dg_event *out, const json_t *line, dg_error *err)
{
    int64_t *numbers = dg_event_numbers(out);
    dg_code rc = DG_OK;
    for (size_t i = 0; rc >= 0 && i < dg_event_field_count(out->kind); i++)
        rc = number(&numbers[i], line, dg_event_field(out->kind, i), INT64_MIN, INT64_MAX, err);
    return rc;
}

static bool is_known(dg_event_kind kind, const char *key)
{
    static const char *const head[] = { "arm", "seq", "at_ns", "block", "kind", "node", "detail" };
    for (size_t i = 0; i < sizeof head / sizeof *head; i++)
        if (strcmp(head[i], key) == 0)
            return true;
    for (size_t i = 0; i < dg_event_field_count(kind); i++)
        if (strcmp(dg_event_field(kind, i), key) == 0)
            return true;
    return false;
}

/* What the list does not know would be lost when the line is written again. */
static dg_code nothing_else(const dg_event *e, const json_t *line, dg_error *err)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)line, key, value)
    {
        if (!is_known(e->kind, key))
            return dg_fail(err, DG_MALFORMED, "event of kind %s has no field `%.60s`",
                           dg_event_name(e->kind), key);
    }
    return DG_OK;
}

dg_code dg_event_parse(dg_event *out, const json_t *line, dg_error *err)
{
    json_t *detail = json_object_get(line, "detail");
    dg_code rc;
    memset(out, 0, sizeof *out);
    if ((rc = arm_in(&out->arm, line, err)) < 0 || (rc = kind_in(&out->kind, line, err)) < 0
        || (rc = head_in(out, line, err)) < 0 || (rc = numbers_in(out, line, err)) < 0
        || (rc = nothing_else(out, line, err)) < 0)
        return rc;
    if (detail && !json_is_object(detail))
        return dg_fail(err, DG_MALFORMED, "event's `detail` is not an object");
    out->detail = json_incref(detail);
    return DG_OK;
}

dg_code dg_event_parse_line(dg_event *out, dg_bytes line, dg_error *err)
{
    json_error_t why;
    json_t *json = json_loadb((const char *)line.at, line.len, JSON_REJECT_DUPLICATES, &why);
    dg_code rc;
    memset(out, 0, sizeof *out);
    if (!json && !why.text[0]) /* the parser words all but that its memory ended */
        return dg_fail(err, DG_NOMEM, "no memory for an event");
    if (!json)
        return dg_fail(err, DG_MALFORMED, "not an event: %.120s at byte %d", why.text,
                       why.position);
    rc = dg_event_parse(out, json, err);
    json_decref(json);
    return rc;
}
