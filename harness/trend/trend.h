/* trend.h - does a measured quantity grow faster than a limit?
 *
 *   slope      dg_trend_fit_of      of some points, with an interval around it
 *   verdict    dg_trend_judge       of all points so far, against a limit
 *   when       dg_trend_is_look     whether that many points are worth a look
 *
 * Invariant: dg_trend_judge is a function of the points alone. It goes through the looks that there
 * were, from the first, and the first that decides stands; so who asks while points come, and who
 * asks once at the end, are told the same.
 *
 *   dg_trend_point at[] = { { 0, 10 }, { 1000, 11 }, .. };      MB, once a second
 *   dg_trend_judge(&says, at, count, &(dg_trend_question){ 20, 60000 });    20 MB an hour are fine
 *   says.is == DG_TREND_ABOVE                                   it grows by says.late.per_hour */
#ifndef DG_TREND_H
#define DG_TREND_H

#include "base/base.h"

/* One sample; times of a series do not go back. */
typedef struct dg_trend_point {
    int64_t at_ms;
    double value;
} dg_trend_point;

/* A slope per hour, in the unit of the values. Of too few points, or points of one moment, nothing
 * is known. Where `bounded` is false there is no interval, and low and high say nothing. */
typedef struct dg_trend_fit {
    bool known, bounded;
    double per_hour, low, high;
} dg_trend_fit;

/* More points than this are first drawn together, neighbours to their median. */
enum { DG_TREND_FIT_MAX = 64 };

/* The median slope of all pairs, and the interval in which it lies but for `doubt` (0 to 1) of all
 * cases: Theil and Sen, with Sen's interval, widened where residuals of neighbours are alike.
 *
 *   at  `count` points, in order of time */
void dg_trend_fit_of(dg_trend_fit *out, const dg_trend_point *at, size_t count, double doubt);

/* OPEN: more samples are needed. SLOWING: it grows too fast now, but less and less, as what warms
 * up does: more are needed as well. */
typedef enum dg_trend_is {
    DG_TREND_OPEN,
    DG_TREND_SLOWING,
    DG_TREND_BELOW,
    DG_TREND_ABOVE
} dg_trend_is;

/* Of all looks together a verdict is wrong in so many cases of a hundred at most. */
enum { DG_TREND_DOUBT_PERCENT = 5 };

/* What the points say. The fit is of the newer half of them, in time: what was allocated while the
 * process came up is none of it. */
typedef struct dg_trend_says {
    dg_trend_is is;
    dg_trend_fit early, late; /* of both halves; the interval is that of the look */
    size_t count;             /* points that the verdict is of */
    unsigned looks;           /* until then */
    int64_t over_ms;          /* from the first of them to the last */
} dg_trend_says;

/* What is asked: growth of `limit` an hour is fine, and nothing is said before the points span
 * `least_ms`. What warms up by an exponential is told from what leaks once that is 0.6 of its time
 * constant; before that no sample can tell the two apart. */
typedef struct dg_trend_question {
    double limit;
    int64_t least_ms;
} dg_trend_question;

/* Is a look taken when there are so many points? The first is at 32, each other a fourth later. */
bool dg_trend_is_look(size_t count);
/* What `count` points (in order of time) come to. Two looks, one after the other, have to say the
 * same: of few points nobody knows well how much neighbours share. Without a decision it is what
 * all of them say, as if there were one look more. */
void dg_trend_judge(dg_trend_says *out, const dg_trend_point *at, size_t count,
                    const dg_trend_question *question);

#endif
