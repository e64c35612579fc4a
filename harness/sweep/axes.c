/* axes.c - the values of an axis as people write them: lists, and ranges with a step. */
#include "sweep/sweep_impl.h"

#include <assert.h>
#include <ctype.h>
#include <string.h>

static const struct {
    const char *key, *flag;
} about[DG_AXES_MAX] = {
    [DG_AXIS_TO] = { "upgrade.to", "to" },
    [DG_AXIS_NETWORK] = { "network.size", "network" },
    [DG_AXIS_NODES] = { "network.classes", "nodes" },
    [DG_AXIS_SEEDS] = { "seed", "seeds" },
    [DG_AXIS_AT] = { "upgrade.at", "at" },
};

const char *dg_axis_key(dg_axis_kind kind)
{
    assert((unsigned)kind < DG_AXES_MAX);
    return about[kind].key;
}
const char *dg_axis_flag(dg_axis_kind kind)
{
    assert((unsigned)kind < DG_AXES_MAX);
    return about[kind].flag;
}

/* ---- values ---- */

static bool has(const dg_axis *axis, const char *value)
{
    for (size_t i = 0; i < axis->count; i++)
        if (strcmp(axis->values[i], value) == 0)
            return true;
    return false;
}

static dg_code room_for_one(dg_axis *axis, dg_error *err)
{
    size_t cap = axis->cap ? axis->cap * 2 : 16;
    char **values;
    if (axis->count < axis->cap)
        return DG_OK;
    if (axis->count >= DG_AXIS_VALUES_MAX)
        return dg_fail(err, DG_USAGE, "an axis has more than %d values", DG_AXIS_VALUES_MAX);
    if (!(values = dg_realloc(axis->values, cap * sizeof *values)))
        return dg_fail(err, DG_NOMEM, "no memory for %zu values", cap);
    axis->values = values;
    axis->cap = cap;
    return DG_OK;
}

dg_code dg_axis_put(dg_axis *axis, const char *at, size_t len, dg_error *err)
{
    char *value;
    dg_code rc = room_for_one(axis, err);
    if (rc < 0)
        return rc;
    if (!(value = dg_malloc(len + 1)))
        return dg_fail(err, DG_NOMEM, "no memory for a value");
    memcpy(value, at, len);
    value[len] = 0;
    if (has(axis, value)) {
        rc = dg_fail(err, DG_USAGE, "%.60s stands there twice", value);
        dg_free(value);
        return rc;
    }
    axis->values[axis->count++] = value;
    return DG_OK;
}

/* ---- ranges ---- */

/* A bound: what stands before and behind its number, "boundary@2" and "b". */
typedef struct bound {
    char before[32], behind[4];
    int64_t at;
} bound;

static bool take_digits(const char **at, const char *end, int64_t *out)
{
    const char *from = *at;
    *out = 0;
    for (; *at < end && isdigit((unsigned char)**at); ++*at)
        if ((*out = *out * 10 + (**at - '0')) > UINT32_MAX)
            return false;
    return *at > from;
}

/* "boundary@2" of "boundary@2-20": all up to the sign, of which there may be none. */
static bool take_boundary(bound *out, const char **at, const char *end)
{
    const char *from = *at;
    int64_t number;
    *at += strlen("boundary");
    if (*at < end && **at == '@' && (++*at, !take_digits(at, end, &number)))
        return false;
    if ((size_t)(*at - from) >= sizeof out->before)
        return false;
    memcpy(out->before, from, (size_t)(*at - from));
    return true;
}

/* A bound without a sign is the boundary itself, or a plain number: of a seed, a percent, a block.
 */
static bool read_bound(bound *out, const char *at, const char *end)
{
    bool negative = false, is_boundary = end - at >= 8 && strncmp(at, "boundary", 8) == 0;
    *out = (bound){ .at = 0 };
    if (is_boundary && !take_boundary(out, &at, end))
        return false;
    if (is_boundary && at == end)
        return true;
    if (is_boundary) {
        if (*at != '-' && *at != '+')
            return false;
        negative = *at++ == '-';
    } else if (*at == '#') {
        out->before[0] = *at++;
    }
    if (!take_digits(&at, end, &out->at) || end - at > 1)
        return false;
    out->at = negative ? -out->at : out->at;
    if (at < end && *at != 's') /* slots are what a number counts without more */
        out->behind[0] = *at;
    return at == end || *at == 's' || *at == 'b' || *at == '%';
}

/* The boundary itself is of either unit. */
static bool same_kind(bound *a, bound *b)
{
    if (!a->at && !a->behind[0] && a->before[0] == 'b')
        memcpy(a->behind, b->behind, sizeof a->behind);
    if (!b->at && !b->behind[0] && b->before[0] == 'b')
        memcpy(b->behind, a->behind, sizeof b->behind);
    return strcmp(a->before, b->before) == 0 && strcmp(a->behind, b->behind) == 0;
}

static dg_code add_bound(dg_axis *axis, const bound *b, dg_error *err)
{
    char text[80];
    bool is_boundary = b->before[0] == 'b';
    if (is_boundary && !b->at)
        snprintf(text, sizeof text, "%s", b->before);
    else
        snprintf(text, sizeof text, is_boundary ? "%s%+lld%s" : "%s%lld%s", b->before,
                 (long long)b->at, b->behind);
    return dg_axis_put(axis, text, strlen(text), err);
}

/* One part of a list: its words, the range's ends, and its step. */
typedef struct part {
    const char *at, *end, *dots;
    int64_t step; /* 0: none was given */
} part;

static dg_code add_range(dg_axis *axis, const part *p, dg_error *err)
{
    bound from, to;
    int64_t step = p->step ? p->step : 1;
    int len = (int)(p->end - p->at);
    dg_code rc = DG_OK;
    if (!read_bound(&from, p->at, p->dots) || !read_bound(&to, p->dots + 2, p->end))
        return dg_fail(err, DG_USAGE,
                       "range \"%.*s\" was not understood: write boundary-20..boundary+5 step 5, "
                       "10%%..90%% step 10, or 1..20",
                       len, p->at);
    if (!same_kind(&from, &to))
        return dg_fail(err, DG_USAGE, "the ends of \"%.*s\" count from two places, or in two units",
                       len, p->at);
    if (from.at > to.at)
        return dg_fail(err, DG_USAGE, "range \"%.*s\" runs backwards", len, p->at);
    if ((to.at - from.at) / step >= DG_AXIS_VALUES_MAX)
        return dg_fail(err, DG_USAGE, "range \"%.*s\" has more than %d values", len, p->at,
                       DG_AXIS_VALUES_MAX);
    for (; from.at <= to.at && rc >= 0; from.at += step)
        rc = add_bound(axis, &from, err);
    return rc;
}

/* ---- lists ---- */

static void trim(part *p)
{
    while (p->at < p->end && isspace((unsigned char)*p->at))
        p->at++;
    while (p->end > p->at && isspace((unsigned char)p->end[-1]))
        p->end--;
}

/* Takes " step 20", or " every 20", off the end. */
static dg_code take_step(part *p, dg_error *err)
{
    static const char *const words[] = { " step ", " every " };
    for (size_t w = 0; w < 2; w++)
        for (const char *at = p->at; at + strlen(words[w]) <= p->end; at++) {
            const char *number = at + strlen(words[w]);
            if (strncmp(at, words[w], strlen(words[w])) != 0)
                continue;
            if (!take_digits(&number, p->end, &p->step) || number != p->end || !p->step)
                return dg_fail(err, DG_USAGE, "\"%.*s\" has no step: a step is 1 or more",
                               (int)(p->end - p->at), p->at);
            p->end = at;
            trim(p);
            return DG_OK;
        }
    return DG_OK;
}

/* "every", "every 30" or "every step 30": all slots of a session, or each 30th, which are known
 * once its length is (every.c). */
static bool take_every(part *p)
{
    const char *number = p->at + strlen(DG_AXIS_EVERY " ");
    int64_t step;
    if (number < p->end && strncmp(p->at, DG_AXIS_EVERY " ", strlen(DG_AXIS_EVERY " ")) == 0
        && take_digits(&number, p->end, &step) && number == p->end && step && !p->step) {
        p->step = step;
        p->end = p->at + strlen(DG_AXIS_EVERY);
    }
    return p->end - p->at == strlen(DG_AXIS_EVERY)
           && strncmp(p->at, DG_AXIS_EVERY, strlen(DG_AXIS_EVERY)) == 0;
}

static dg_code add_every(dg_axis *axis, const part *p, dg_error *err)
{
    char text[40];
    int len = p->step ? snprintf(text, sizeof text, DG_AXIS_EVERY " %lld", (long long)p->step)
                      : snprintf(text, sizeof text, DG_AXIS_EVERY);
    return dg_axis_put(axis, text, (size_t)len, err);
}

static dg_code add_part(dg_axis *axis, part p, bool ranges, dg_error *err)
{
    dg_code rc;
    trim(&p);
    if (ranges && (rc = take_step(&p, err)) < 0)
        return rc;
    if (ranges && take_every(&p))
        return add_every(axis, &p, err);
    if (p.at == p.end)
        return dg_fail(err, DG_USAGE, "the list is empty, or has an empty place");
    for (const char *at = p.at; ranges && at + 1 < p.end && !p.dots; at++)
        p.dots = at[0] == '.' && at[1] == '.' ? at : NULL;
    if (p.dots)
        return add_range(axis, &p, err);
    if (p.step)
        return dg_fail(err, DG_USAGE, "\"%.*s\" has a step, but is no range: write %.*s..",
                       (int)(p.end - p.at), p.at, (int)(p.end - p.at), p.at);
    return dg_axis_put(axis, p.at, (size_t)(p.end - p.at), err);
}

static dg_code add_list(dg_axis *axis, const char *text, const char *between, bool ranges,
                        dg_error *err)
{
    dg_code rc = DG_OK;
    for (const char *at = text, *end; rc >= 0 && at; at = *end ? end + 1 : NULL) {
        end = at + strcspn(at, between);
        rc = add_part(axis, (part){ .at = at, .end = end }, ranges, err);
    }
    return rc;
}

dg_code dg_axes_add(dg_axes *axes, dg_axis_kind kind, const char *text, dg_error *err)
{
    dg_axis *axis = &axes->of[kind];
    dg_code rc;
    assert((unsigned)kind < DG_AXES_MAX);
    rc = axis->count ? dg_fail(err, DG_USAGE, "it is given twice; write its values as one list")
                     : add_list(axis, text, kind == DG_AXIS_NODES ? ";" : ",",
                                kind == DG_AXIS_AT || kind == DG_AXIS_SEEDS, err);
    return rc < 0 ? dg_fail_within(err, rc, "--%s", about[kind].flag) : DG_OK;
}

void dg_axes_clear(dg_axes *axes)
{
    for (size_t k = 0; k < DG_AXES_MAX; k++) {
        for (size_t i = 0; i < axes->of[k].count; i++)
            dg_free(axes->of[k].values[i]);
        dg_free(axes->of[k].values);
    }
    *axes = (dg_axes){ 0 };
}

dg_code dg_shard_read(dg_shard *out, const char *text, dg_error *err)
{
    const char *at = text, *end = text + strlen(text);
    int64_t i, n;
    if (take_digits(&at, end, &i) && at < end && *at++ == '/' && take_digits(&at, end, &n)
        && at == end && n >= 1 && n <= DG_SWEEP_CELLS_MAX && i >= 1 && i <= n) {
        *out = (dg_shard){ (uint32_t)i, (uint32_t)n };
        return DG_OK;
    }
    return dg_fail(err, DG_USAGE, "there is no shard %.40s: write 1/4 for the first of four", text);
}
