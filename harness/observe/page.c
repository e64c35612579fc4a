/* page.c - Prometheus' text format, for the few numbers that are looked for.
 *
 * Mirrors: the exposition format 0.0.4, and of OpenMetrics what may stand behind a value. */
#include "observe/observe.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LABELS_MAX = 32, VALUE_MAX = 128 };

typedef struct label {
    dg_bytes name;
    char value[VALUE_MAX]; /* cut, printable */
} label;
typedef struct line {
    dg_bytes name;
    label labels[LABELS_MAX];
    size_t label_count;
    double value;
} line;

/* What is left of the text of one line. */
typedef struct cursor {
    const char *at, *end;
} cursor;

static bool is_word(char c, bool first)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':'
           || (!first && c >= '0' && c <= '9');
}

static void skip(cursor *c)
{
    while (c->at < c->end && (*c->at == ' ' || *c->at == '\t'))
        c->at++;
}

static bool word(cursor *c, dg_bytes *out)
{
    const char *from = c->at;
    while (c->at < c->end && is_word(*c->at, c->at == from))
        c->at++;
    *out = dg_bytes_of(from, (size_t)(c->at - from));
    return c->at > from;
}

static bool take(cursor *c, char what)
{
    if (c->at == c->end || *c->at != what)
        return false;
    c->at++;
    return true;
}

/* Behind the opening quote. */
static bool quoted(cursor *c, char *out, size_t size)
{
    size_t len = 0;
    while (c->at < c->end && *c->at != '"') {
        char is = *c->at++;
        if (is == '\\') {
            if (c->at == c->end)
                return false;
            is = *c->at++;
        }
        if (len + 1 < size)
            out[len++] = (char)(is >= 32 && is < 127 ? is : '?');
    }
    out[len] = 0;
    return take(c, '"');
}

static bool labels(cursor *c, line *l)
{
    skip(c);
    while (!take(c, '}')) {
        label room, *to = l->label_count < LABELS_MAX ? &l->labels[l->label_count++] : &room;
        if (!word(c, &to->name))
            return false;
        skip(c);
        if (!take(c, '='))
            return false;
        skip(c);
        if (!take(c, '"') || !quoted(c, to->value, sizeof to->value))
            return false;
        skip(c);
        if (!take(c, ',') && (c->at == c->end || *c->at != '}'))
            return false;
        skip(c);
    }
    return true;
}

static bool number(cursor *c, double *out)
{
    char room[64], *end;
    size_t len = 0;
    while (c->at < c->end && *c->at != ' ' && *c->at != '\t' && len + 1 < sizeof room)
        room[len++] = *c->at++;
    room[len] = 0;
    /* strtod knows more: hexadecimal numbers and leading blanks */
    if (!len || strspn(room, "+-0123456789.eEInfNa") != len)
        return false;
    *out = strtod(room, &end);
    return !*end;
}

static bool read_line(line *l, cursor c)
{
    double when;
    l->label_count = 0;
    if (!word(&c, &l->name))
        return false;
    skip(&c);
    if (take(&c, '{') && !labels(&c, l))
        return false;
    skip(&c);
    if (!number(&c, &l->value))
        return false;
    skip(&c);
    if (c.at < c.end && *c.at != '#' && !number(&c, &when))
        return false;
    skip(&c);
    return c.at == c.end || *c.at == '#';
}

/* ---- what is looked for ---- */

static bool ends_in(dg_bytes name, const char *end)
{
    size_t len = strlen(end);
    return name.len >= len && memcmp(name.at + name.len - len, end, len) == 0
           && (name.len == len || name.at[name.len - len - 1] == '_');
}

/* "": it has none. */
static const char *label_of(const line *l, const char *name)
{
    for (size_t i = 0; i < l->label_count; i++)
        if (dg_bytes_equal(l->labels[i].name, dg_text(name)))
            return l->labels[i].value;
    return "";
}

/* A count; what is no whole number of a size that counts have is the nearest that is. */
static int64_t whole(double v)
{
    return isnan(v) || v < 0 ? 0 : v > 9e15 ? (int64_t)9e15 : (int64_t)v;
}

static void most(int64_t *out, double v)
{
    *out = whole(v) > *out ? whole(v) : *out;
}

/* Sums that are not yet those of a sample. */
typedef struct reading {
    dg_observe_sample *to;
    bool sized[DG_OBSERVE_CHANNELS_MAX]; /* its length was told, not worked out */
    size_t known;
} reading;

/* Two channels of one name in one process are of two chains. */
static dg_code channel_of(size_t *out, reading *r, const line *l, dg_error *err)
{
    char entity[DG_OBSERVE_ENTITY_MAX];
    const char *chain = label_of(l, "chain");
    dg_observe_sample *s = r->to;
    snprintf(entity, sizeof entity, "%.60s%s%.30s%s", label_of(l, "entity"), chain[0] ? " (" : "",
             chain, chain[0] ? ")" : "");
    for (*out = 0; *out < s->channel_count; ++*out)
        if (strcmp(s->channels[*out].entity, entity) == 0)
            return DG_OK;
    if (s->channel_count == DG_OBSERVE_CHANNELS_MAX)
        return dg_fail(err, DG_LIMIT, "the page tells of more than %d channels",
                       DG_OBSERVE_CHANNELS_MAX);
    s->channel_count++;
    s->channels[*out].unread = 0;
    memcpy(s->channels[*out].entity, entity, sizeof entity);
    return DG_OK;
}

static dg_code channel(reading *r, const line *l, bool size, dg_error *err)
{
    const char *action = label_of(l, "action");
    size_t i;
    dg_code rc = channel_of(&i, r, l, err);
    if (rc < 0)
        return rc;
    r->known++;
    if (size) {
        r->to->channels[i].unread = whole(l->value);
        r->sized[i] = true;
    } else if (!r->sized[i]) {
        r->to->channels[i].unread +=
            strcmp(action, "send") == 0 || !action[0] ? whole(l->value) : -whole(l->value);
    }
    return DG_OK;
}

static dg_code use(reading *r, const line *l, dg_error *err)
{
    dg_observe_sample *s = r->to;
    const char *status = label_of(l, "status");
    if (ends_in(l->name, "unbounded_channel_len") || ends_in(l->name, "unbounded_channel_size"))
        return channel(r, l, ends_in(l->name, "size"), err);
    if (ends_in(l->name, "process_resident_memory_bytes"))
        most(&s->rss_kib, l->value / 1024);
    else if (ends_in(l->name, "process_cpu_seconds_total"))
        most(&s->cpu_ms, l->value * 1000);
    else if (ends_in(l->name, "block_height") && strcmp(status, "best") == 0)
        most(&s->best, l->value);
    else if (ends_in(l->name, "block_height") && strcmp(status, "finalized") == 0)
        most(&s->finalized, l->value);
    else if (ends_in(l->name, "sub_libp2p_peers_count") || ends_in(l->name, "sync_peers"))
        most(&s->peers, l->value);
    else
        return DG_OK;
    r->known++;
    return DG_OK;
}

dg_code dg_observe_page(dg_observe_sample *sample, dg_bytes page, dg_error *err)
{
    const char *at = (const char *)page.at, *end = at + page.len;
    reading r = { .to = sample };
    dg_code rc = DG_OK;
    sample->channel_count = 0;
    for (size_t nth = 1; at < end && rc >= 0; nth++) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        cursor c = { at, stop ? stop : end };
        line l;
        at = stop ? stop + 1 : end;
        c.end -= c.end > c.at && c.end[-1] == '\r';
        skip(&c);
        if (c.at == c.end || *c.at == '#')
            continue;
        if (!read_line(&l, c))
            return dg_fail(err, DG_MALFORMED, "line %zu is none of a page of metrics: %.*s", nth,
                           (int)(c.end - c.at < 60 ? c.end - c.at : 60), c.at);
        rc = use(&r, &l, err);
    }
    for (size_t i = 0; i < sample->channel_count; i++)
        if (sample->channels[i].unread < 0) /* the two counters were read one after the other */
            sample->channels[i].unread = 0;
    if (rc >= 0 && !r.known)
        return dg_fail(err, DG_MALFORMED,
                       "the page has none of the metrics that are looked for, as "
                       "process_resident_memory_bytes");
    return rc;
}
