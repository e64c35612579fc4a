/* looks.c - when a verdict is tried, and what it takes. */
#include "trend/trend.h"

#include <assert.h>

enum { FIRST_LOOK = 32 };
/* What warms up by an exponential has slowed to this part of its first half's slope in the second
 * when it has been watched for 0.6 of its time constant. */
#define STEADY 0.75

/* The look after that one: a fourth more points. */
static size_t next_look(size_t look)
{
    return look + look / 4;
}

bool dg_trend_is_look(size_t count)
{
    size_t look = FIRST_LOOK;
    while (look < count)
        look = next_look(look);
    return look == count;
}

/* 1/(k (k + 1)) of all the doubt for look k: the sum over all is the whole of it. */
static double doubt_of(unsigned look)
{
    assert(look > 0);
    return DG_TREND_DOUBT_PERCENT / 100.0 / ((double)look * ((double)look + 1));
}

/* The first point of the newer half, in time. */
static size_t half_of(const dg_trend_point *at, size_t count)
{
    int64_t middle = at[0].at_ms + (at[count - 1].at_ms - at[0].at_ms) / 2;
    size_t half = 0;
    while (half < count && at[half].at_ms < middle)
        half++;
    return half;
}

static dg_trend_is decide(const dg_trend_says *s, const dg_trend_question *q)
{
    bool fits = s->late.bounded && s->over_ms >= q->least_ms;
    if (fits && s->late.high <= q->limit)
        return DG_TREND_BELOW;
    if (s->early.known && s->late.per_hour > q->limit
        && s->late.per_hour < STEADY * s->early.per_hour)
        return DG_TREND_SLOWING;
    return fits && s->late.low > q->limit ? DG_TREND_ABOVE : DG_TREND_OPEN;
}

static bool is_decided(dg_trend_is is)
{
    return is == DG_TREND_BELOW || is == DG_TREND_ABOVE;
}

static void look_at(dg_trend_says *out, const dg_trend_point *at, size_t count,
                    const dg_trend_question *q)
{
    double doubt = doubt_of(++out->looks);
    size_t half = half_of(at, count);
    dg_trend_fit_of(&out->early, at, half, doubt);
    dg_trend_fit_of(&out->late, at + half, count - half, doubt);
    out->count = count;
    out->over_ms = at[count - 1].at_ms - at[0].at_ms;
    out->is = decide(out, q);
}

void dg_trend_judge(dg_trend_says *out, const dg_trend_point *at, size_t count,
                    const dg_trend_question *q)
{
    dg_trend_is before = DG_TREND_OPEN;
    *out = (dg_trend_says){ .is = DG_TREND_OPEN };
    for (size_t look = FIRST_LOOK; look <= count; look = next_look(look)) {
        look_at(out, at, look, q);
        if (is_decided(out->is) && out->is == before)
            return;
        before = out->is;
    }
    if (count && out->count < count)
        look_at(out, at, count, q);
    else
        before = DG_TREND_OPEN; /* the last look has none behind it */
    if (is_decided(out->is) && out->is != before)
        out->is = DG_TREND_OPEN;
}
