/* advise_impl.h - shared inside the room: runs, and what stands in one place. */
#ifndef DG_ADVISE_IMPL_H
#define DG_ADVISE_IMPL_H

#include "advise/advise.h"
#include "forecast/forecast.h"

#include <string.h>

/* ---- reading anything ---- */

enum { DG_ADVISE_UNKNOWN = -1 };

/* Of a number that is not there or makes no sense: DG_ADVISE_UNKNOWN. */
static inline int64_t dg_advise_whole(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    int64_t whole = json_is_integer(value) ? json_integer_value(value) : DG_ADVISE_UNKNOWN;
    return whole >= 0 && whole < INT64_MAX / 4 ? whole : DG_ADVISE_UNKNOWN;
}

/* "" where there is no such text. */
static inline const char *dg_advise_text(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

/* Takes `value`. Nonzero: no memory. */
static inline int dg_advise_put(json_t *object, const char *key, json_t *value)
{
    return json_object_set_new(object, key, value);
}

/* ---- runs ---- */

typedef enum dg_advise_standing {
    DG_ADVISE_HELD,
    DG_ADVISE_BROKE,
    DG_ADVISE_OPEN,
    DG_ADVISE_STANDING_COUNT
} dg_advise_standing;

/* One run with U at one place; all of it borrowed from the document. */
typedef struct dg_advise_run {
    const json_t *outcome; /* NULL: another run's outcome tells of it */
    const json_t *broke;   /* names of gate claims, or objects with `claim` */
    dg_advise_standing standing;
    bool chain_only;
    int64_t slot;       /* of the session, from 0 */
    int64_t from_start; /* control's blocks of the session before it */
    int64_t to_end;     /* .. and from it on: 1 is the last block */
    int64_t stall_ms, lost_blocks, relay_lost_ms;
    int64_t seed, upgrade_slot; /* which run of its case it is */
} dg_advise_run;

/* Runs that differ in seed and place alone. */
typedef struct dg_advise_case {
    json_t *values; /* owned */
    dg_advise_run *runs;
    size_t count, cap;
} dg_advise_case;

typedef struct dg_advise_cases {
    dg_advise_case *at;
    size_t count, cap;
    json_t *index;        /* owned: what a case is known by -> its place in `at` */
    json_t *seen;         /* owned: case, seed and slot of U -> its place in the case's `runs` */
    const json_t *first;  /* outcome of the first run; NULL: there is none */
    int64_t slots, empty; /* of the longest control of each seed of the first case, summed */
    size_t not_done, repeated;    /* repeated: runs that were told of before */
    int64_t epoch_slots, slot_ms; /* DG_ADVISE_UNKNOWN: they make no sense */
} dg_advise_cases;

enum {
    DG_ADVISE_EPOCH_MAX = 20000,
    DG_ADVISE_SLOT_MS_MAX = 3600000,
    DG_ADVISE_CONTROL_MAX = 100000 /* slots */
};

/* cases.c: all of an array of documents; to be cleared in any case. Nonzero: no memory. */
int dg_advise_cases_read(dg_advise_cases *out, const json_t *documents);
/* .. the first run that a document tells of; NULL: none. */
const json_t *dg_advise_first_of(const json_t *document);
void dg_advise_cases_clear(dg_advise_cases *cases);

/* ---- places ---- */

typedef struct dg_advise_range {
    int64_t best, worst, sum, count; /* count 0: nothing was counted */
} dg_advise_range;

/* Several runs together. */
typedef struct dg_advise_sum {
    size_t runs, of[DG_ADVISE_STANDING_COUNT];
    dg_advise_range stall_ms, lost_blocks, relay_lost_ms;
} dg_advise_sum;

/* Adds one run. */
void dg_advise_add(dg_advise_sum *sum, const dg_advise_run *run);
/* windows.c: did each run there hold, and was there one? */
bool dg_advise_is_safe(const dg_advise_sum *sum);

/* Of one case, by blocks from the one and from the other end of a session. */
typedef struct dg_advise_spots {
    dg_advise_sum *by_start, *by_end; /* owned; to_end 0 is nobody's */
    uint32_t epoch_slots;
} dg_advise_spots;

/* windows.c: to be cleared in any case. Nonzero: no memory. */
int dg_advise_spots_make(dg_advise_spots *out, const dg_advise_case *of, uint32_t epoch_slots);
void dg_advise_spots_clear(dg_advise_spots *spots);

/* ---- aims ---- */

/* Where a call may land: how many blocks come before the boundary, each with its chance. */
typedef struct dg_advise_ahead {
    dg_advise_chain chain;
    dg_forecast forecast;
    dg_forecast_span span; /* 95 of 100 cases */
    uint32_t least, count; /* of `chances` */
    double *chances;       /* owned */
    bool known;
} dg_advise_ahead;

enum { DG_ADVISE_AHEAD_MAX = 200000 };

/* aim.c: from a chain, or from the block of the runs (NULL); to be cleared in any case. Not
 * `known`: nothing to count from, or no miss rate (not in 0 .. 1). Nonzero: no memory. */
int dg_advise_ahead_make(dg_advise_ahead *out, const dg_advise_cases *cases,
                         const dg_advise_chain *chain, double miss);
void dg_advise_ahead_clear(dg_advise_ahead *ahead);
/* The call that lands likeliest in the first block, or among the last ones (`last` 0: the first
 * block). New; NULL: no memory. */
json_t *dg_advise_aim_at(const dg_advise_ahead *ahead, const dg_advise_spots *spots, uint32_t last,
                         uint32_t told_last);
/* The call for a block that is `blocks` ahead, 1 at least. New; NULL: no memory. */
json_t *dg_advise_aim_of(const dg_advise_ahead *ahead, const dg_advise_spots *spots,
                         uint32_t blocks, uint32_t told_last);
/* The call that costs least where what it may cost is known, else that is safe likeliest. `*out`
 * stays NULL where no run says anything. Nonzero: no memory. */
int dg_advise_schedule(json_t **out, const dg_advise_ahead *ahead, const dg_advise_spots *spots,
                       uint32_t told_last);
/* aim.c: `ahead` of the document. NULL: no memory. */
json_t *dg_advise_ahead_json(const dg_advise_ahead *ahead);

/* windows.c: puts safe, not_run, windows, blocks, and how many runs came to what. Nonzero: no
 * memory. */
int dg_advise_put_windows(json_t *out, const dg_advise_case *of, const dg_advise_spots *spots,
                          const dg_advise_ahead *ahead, uint32_t last);

/* changes.c: puts changes, recorded, advice. Nonzero: no memory. */
int dg_advise_put_changes(json_t *out, const dg_advise_case *of);
/* changes.c: the names of the claims of a list, each once. Nonzero: no memory. */
int dg_advise_add_names(json_t *names, const json_t *broke);

#endif
