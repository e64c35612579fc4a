/* forecast.h - how many blocks a number of slots brings, where each slot is left empty by chance.
 *
 *   one number    dg_forecast_exactly, dg_forecast_at_least
 *   a range       dg_forecast_range
 *   a call        dg_forecast_call          in which session a block number falls
 *
 * Invariant: slots are independent and miss alike. What makes slots miss together, such as all
 * nodes compiling N, is no part of it. Nothing here fails, or takes memory from the heap.
 *
 *   dg_forecast f = { .slots = 600, .miss = 0.02 };     an hour of 6 s slots
 *   dg_forecast_range(&span, &f, 0.95);                 span.likely is 588 */
#ifndef DG_FORECAST_H
#define DG_FORECAST_H

#include "base/base.h"

/* More slots than this are an assert: it takes time in proportion to them. */
enum { DG_FORECAST_SLOTS_MAX = 1000000 };

/* Slots ahead, and the share of them, from 0 to less than 1, that will bring no block. */
typedef struct dg_forecast {
    uint32_t slots;
    double miss;
} dg_forecast;

/* The chance that exactly, or at least, so many blocks come. 0 to 1. */
double dg_forecast_exactly(const dg_forecast *f, uint32_t blocks);
/* As above. */
double dg_forecast_at_least(const dg_forecast *f, uint32_t blocks);

/* Numbers of blocks. */
typedef struct dg_forecast_span {
    uint32_t least, likely, most;
} dg_forecast_span;
/* The likeliest number, and the least and the most between which `share` (0.95) of all cases lie,
 * an equal part of the others on each side at most. */
void dg_forecast_range(dg_forecast_span *out, const dg_forecast *f, double share);

/* Where a block lies, of a boundary: the four add up to 1. */
typedef struct dg_forecast_place {
    double before;  /* more than `last` blocks before the session's end */
    double at_last; /* one of its last `last` blocks */
    double first;   /* the first block of the session behind the boundary */
    double behind;  /* later than that */
} dg_forecast_place;
/* Of the block that is `blocks` ahead (the next one is 1), and the boundary before which there are
 * f->slots slots. */
void dg_forecast_call(dg_forecast_place *out, const dg_forecast *f, uint32_t blocks, uint32_t last);

#endif
