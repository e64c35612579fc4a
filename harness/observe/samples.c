/* samples.c - a sample as a line of a file, and back. */
#include "observe/observe_impl.h"

#include <assert.h>
#include <string.h>

static const struct {
    const char *key;
    size_t offset;
} keys[] = {
    { "at_ms", offsetof(dg_observe_sample, at_ms) },
    { "rss_kib", offsetof(dg_observe_sample, rss_kib) },
    { "cpu_ms", offsetof(dg_observe_sample, cpu_ms) },
    { "best", offsetof(dg_observe_sample, best) },
    { "finalized", offsetof(dg_observe_sample, finalized) },
    { "peers", offsetof(dg_observe_sample, peers) },
};
enum { KEYS = sizeof keys / sizeof *keys };
#define COUNT_MAX INT64_C(9000000000000000)

void dg_observe_sample_clear(dg_observe_sample *sample)
{
    sample->at_ms = 0;
    sample->rss_kib = sample->cpu_ms = sample->best = sample->finalized = sample->peers = -1;
    sample->channel_count = 0;
}

static int64_t *field(dg_observe_sample *sample, size_t i)
{
    return (int64_t *)(void *)((uint8_t *)sample + keys[i].offset);
}

/* A name as JSON has it: printable, so two bytes have to be escaped. */
static void put_name(dg_buf *out, const char *name)
{
    dg_buf_put_u8(out, '"');
    for (const char *at = name; *at; at++) {
        if (*at == '"' || *at == '\\')
            dg_buf_put_u8(out, '\\');
        dg_buf_put_u8(out, (uint8_t)*at);
    }
    dg_buf_put_u8(out, '"');
}

void dg_observe_line_out(dg_buf *out, const dg_observe_sample *sample)
{
    dg_observe_sample *s = (dg_observe_sample *)(uintptr_t)sample; /* read only */
    const char *between = "{";
    for (size_t i = 0; i < KEYS; i++) {
        if (*field(s, i) < 0)
            continue;
        dg_buf_printf(out, "%s\"%s\":%lld", between, keys[i].key, (long long)*field(s, i));
        between = ",";
    }
    for (size_t i = 0; i < s->channel_count; i++) {
        dg_buf_put_text(out, i ? "," : ",\"channels\":{");
        put_name(out, s->channels[i].entity);
        dg_buf_printf(out, ":%lld", (long long)s->channels[i].unread);
    }
    dg_buf_put_text(out, s->channel_count ? "}}" : "}");
}

static bool is_count(const json_t *v)
{
    return json_is_integer(v) && json_integer_value(v) >= 0 && json_integer_value(v) <= COUNT_MAX;
}

static dg_code channels_in(dg_observe_sample *out, json_t *list, dg_error *err)
{
    const char *name;
    json_t *value;
    if (!json_is_object(list))
        return dg_fail(err, DG_MALFORMED, "`channels` of a sample is no object");
    json_object_foreach(list, name, value)
    {
        dg_observe_channel *to = &out->channels[out->channel_count];
        if (out->channel_count == DG_OBSERVE_CHANNELS_MAX)
            return dg_fail(err, DG_MALFORMED, "a sample has more than %d channels",
                           DG_OBSERVE_CHANNELS_MAX);
        if (strlen(name) >= sizeof to->entity || !is_count(value))
            return dg_fail(err, DG_MALFORMED, "channel %.90s of a sample has no count", name);
        for (const char *at = name; *at; at++)
            if (*at < 32 || *at > 126)
                return dg_fail(err, DG_MALFORMED, "a channel's name is not printable");
        snprintf(to->entity, sizeof to->entity, "%s", name);
        to->unread = (int64_t)json_integer_value(value);
        out->channel_count++;
    }
    return DG_OK;
}

dg_code dg_observe_line_in(dg_observe_sample *out, dg_bytes line, dg_error *err)
{
    json_error_t why;
    json_t *json = json_loadb((const char *)line.at, line.len, JSON_REJECT_DUPLICATES, &why), *v;
    const char *key;
    dg_code rc = DG_OK;
    dg_observe_sample_clear(out);
    if (!json_is_object(json)) {
        json_decref(json);
        return dg_fail(err, DG_MALFORMED, "this is no sample: %s", json ? "no object" : why.text);
    }
    out->at_ms = -1;
    json_object_foreach(json, key, v)
    {
        size_t i = 0;
        while (i < KEYS && strcmp(keys[i].key, key) != 0)
            i++;
        if (i == KEYS && strcmp(key, "channels") == 0)
            rc = channels_in(out, v, err);
        else if (i == KEYS)
            rc = dg_fail(err, DG_MALFORMED, "a sample has no key `%.40s`", key);
        else if (!is_count(v))
            rc = dg_fail(err, DG_MALFORMED, "`%s` of a sample is no count", key);
        else
            *field(out, i) = (int64_t)json_integer_value(v);
        if (rc < 0)
            break;
    }
    json_decref(json);
    return rc >= 0 && out->at_ms < 0 ? dg_fail(err, DG_MALFORMED, "a sample has no `at_ms`") : rc;
}
