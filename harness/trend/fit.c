/* fit.c - the median of the slopes of all pairs, and the interval around it. */
#include "trend/trend.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PAIRS_MAX = DG_TREND_FIT_MAX * (DG_TREND_FIT_MAX - 1) / 2, FEWEST = 4 };
#define HOUR_MS 3600000.0
#define ROUNDING 1e-20

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Sorts them. */
static double median_of(double *at, size_t count)
{
    assert(count > 0);
    qsort(at, count, sizeof *at, ascending);
    return count % 2 ? at[count / 2] : (at[count / 2 - 1] + at[count / 2]) / 2;
}

/* ---- fewer points ---- */

/* Of a group of neighbours: the middle of the times, the median of the values. */
static dg_trend_point drawn_together(const dg_trend_point *at, size_t count)
{
    enum { GROUP_MAX = 1024 };
    double room[GROUP_MAX];
    size_t step = (count + GROUP_MAX - 1) / GROUP_MAX, some = 0;
    for (size_t i = 0; i < count; i += step)
        room[some++] = at[i].value;
    assert(some > 0 && some <= GROUP_MAX);
    return (dg_trend_point){ at[0].at_ms + (at[count - 1].at_ms - at[0].at_ms) / 2,
                             median_of(room, some) };
}

static size_t draw_together(dg_trend_point *out, const dg_trend_point *at, size_t count)
{
    size_t each = (count + DG_TREND_FIT_MAX - 1) / DG_TREND_FIT_MAX, made = 0;
    for (size_t i = 0; i < count; i += each) {
        assert(made < DG_TREND_FIT_MAX);
        out[made++] = drawn_together(at + i, count - i < each ? count - i : each);
    }
    return made;
}

/* ---- how sure ---- */

/* Deviations of a normal distribution beyond which `doubt` of it lies, on both sides. */
static double deviations(double doubt)
{
    double low = 0, high = 40;
    assert(doubt > 0 && doubt < 1);
    for (int i = 0; i < 80; i++) {
        double middle = (low + high) / 2;
        if (erfc(middle / sqrt(2)) > doubt)
            low = middle;
        else
            high = middle;
    }
    return high;
}

/* How much wider the interval is since neighbours are alike: 1.0, r being how far
 * each residual goes with the one before it. */
static double likeness(const dg_trend_point *at, size_t count, double per_hour)
{
    double residual[DG_TREND_FIT_MAX], mean = 0, all = 0, pairs = 0, size = 0, r;
    for (size_t i = 0; i < count; i++) {
        residual[i] = at[i].value - per_hour * (double)(at[i].at_ms - at[0].at_ms) / HOUR_MS;
        mean += residual[i] / (double)count;
        size += at[i].value * at[i].value;
    }
    for (size_t i = 0; i < count; i++) {
        all += (residual[i] - mean) * (residual[i] - mean);
        if (i)
            pairs += (residual[i] - mean) * (residual[i - 1] - mean);
    }
    if (all <= size * ROUNDING)
        return 1; /* on the line, but for how numbers are rounded */
    /* of few points it comes out too low, by (1 + 3 r) / n */
    r = (pairs / all + 1 / (double)count) / (1 - 3 / (double)count);
    r = r < 0 ? 0 : r > 0.9 ? 0.9 : r;
    return (1 + r) / (1 - r);
}

/* Of Kendall's score, with what is subtracted for equal values. */
static double variance(const dg_trend_point *at, size_t count)
{
    double sorted[DG_TREND_FIT_MAX], n = (double)count, sum = n * (n - 1) * (2 * n + 5);
    for (size_t i = 0; i < count; i++)
        sorted[i] = at[i].value;
    qsort(sorted, count, sizeof *sorted, ascending);
    for (size_t i = 0, k; i < count; i = k) {
        double t;
        for (k = i + 1; k < count && sorted[k] == sorted[i]; k++)
            ;
        t = (double)(k - i);
        sum -= t * (t - 1) * (2 * t + 5);
    }
    return sum / 18;
}

/* Where neighbours share so much that ranks say nothing: the least and the most of all slopes over
 * a third of the time and more, and twice as far again to both sides. Of a smooth line that is
 * narrow, of one that wanders it is wide. */
static void envelope(dg_trend_fit *out, const dg_trend_point *at, size_t count)
{
    double low = out->per_hour, high = out->per_hour, far;
    int64_t third = (at[count - 1].at_ms - at[0].at_ms) / 3;
    for (size_t i = 0; i < count; i++)
        for (size_t k = i + 1; k < count; k++) {
            double slope;
            if (at[k].at_ms - at[i].at_ms < third || at[k].at_ms == at[i].at_ms)
                continue;
            slope = (at[k].value - at[i].value) * HOUR_MS / (double)(at[k].at_ms - at[i].at_ms);
            low = slope < low ? slope : low;
            high = slope > high ? slope : high;
        }
    far = 2 * (high - low);
    out->low = low - far;
    out->high = high + far;
}

/* Most channels are empty, always. */
static bool are_equal(const dg_trend_point *at, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (at[i].value != at[0].value)
            return false;
    return true;
}

void dg_trend_fit_of(dg_trend_fit *out, const dg_trend_point *at, size_t count, double doubt)
{
    dg_trend_point few[DG_TREND_FIT_MAX];
    double slopes[PAIRS_MAX], reach;
    size_t pairs = 0;
    *out = (dg_trend_fit){ .known = false };
    if (count >= FEWEST && at[count - 1].at_ms > at[0].at_ms && are_equal(at, count)) {
        *out = (dg_trend_fit){ .known = true, .bounded = true };
        return;
    }
    count = count ? draw_together(few, at, count) : 0;
    for (size_t i = 0; i < count; i++)
        for (size_t k = i + 1; k < count; k++)
            if (few[k].at_ms > few[i].at_ms)
                slopes[pairs++] =
                    (few[k].value - few[i].value) * HOUR_MS / (double)(few[k].at_ms - few[i].at_ms);
    if (count < FEWEST || !pairs)
        return;
    out->known = true;
    out->per_hour = median_of(slopes, pairs);
    reach = deviations(doubt) * sqrt(variance(few, count) * likeness(few, count, out->per_hour));
    out->bounded = true;
    if (reach + 2 > (double)pairs) {
        envelope(out, few, count);
        return;
    }
    out->low = slopes[(size_t)(((double)pairs - reach) / 2)];
    out->high = slopes[pairs - 1 - (size_t)(((double)pairs - reach) / 2)];
}
