/* windows.c - runs by their place in a session: its first block, its last ones, and between. */
#include "advise/advise_impl.h"

#include <assert.h>

/* ---- sums ---- */

static void extend(dg_advise_range *range, int64_t value)
{
    if (value < 0)
        return;
    range->best = !range->count || value < range->best ? value : range->best;
    range->worst = value > range->worst ? value : range->worst;
    range->sum += value;
    range->count++;
}

void dg_advise_add(dg_advise_sum *sum, const dg_advise_run *run)
{
    assert(run->standing < DG_ADVISE_STANDING_COUNT);
    sum->runs++;
    sum->of[run->standing]++;
    if (run->standing == DG_ADVISE_OPEN)
        return; /* what it lost may be anybody's fault */
    extend(&sum->stall_ms, run->stall_ms);
    extend(&sum->lost_blocks, run->lost_blocks);
    extend(&sum->relay_lost_ms, run->relay_lost_ms);
}

bool dg_advise_is_safe(const dg_advise_sum *sum)
{
    return sum->runs && sum->of[DG_ADVISE_HELD] == sum->runs;
}

/* ---- spots ---- */

int dg_advise_spots_make(dg_advise_spots *out, const dg_advise_case *of, uint32_t epoch_slots)
{
    size_t room = (size_t)epoch_slots + 1;
    *out = (dg_advise_spots){ .by_start = dg_calloc(room, sizeof *out->by_start),
                              .by_end = dg_calloc(room, sizeof *out->by_end),
                              .epoch_slots = epoch_slots };
    if (!out->by_start || !out->by_end)
        return -1;
    for (size_t i = 0; i < of->count; i++) {
        const dg_advise_run *run = &of->runs[i];
        if (run->from_start >= 0 && run->from_start <= epoch_slots)
            dg_advise_add(&out->by_start[run->from_start], run);
        if (run->to_end > 0 && run->to_end <= epoch_slots)
            dg_advise_add(&out->by_end[run->to_end], run);
    }
    return 0;
}

void dg_advise_spots_clear(dg_advise_spots *spots)
{
    dg_free(spots->by_start);
    dg_free(spots->by_end);
    *spots = (dg_advise_spots){ .by_start = NULL };
}

/* ---- windows ---- */

typedef enum where { FIRST, LAST, BETWEEN, NOWHERE } where;

static where where_of(const dg_advise_run *run, uint32_t last)
{
    if (run->from_start == 0)
        return FIRST;
    if (run->to_end > 0 && run->to_end <= last)
        return LAST;
    return run->to_end > 0 || run->from_start > 0 ? BETWEEN : NOWHERE;
}

static int put_range(json_t *out, const char *key, const dg_advise_range *r)
{
    return r->count ? dg_advise_put(out, key,
                                    json_pack("{s:I, s:I, s:I}", "best", (json_int_t)r->best,
                                              "worst", (json_int_t)r->worst, "mean",
                                              (json_int_t)(r->sum / r->count)))
                    : 0;
}

static int put_sum(json_t *out, const dg_advise_sum *sum)
{
    return dg_advise_put(out, "runs", json_integer((json_int_t)sum->runs))
           | dg_advise_put(out, "held", json_integer((json_int_t)sum->of[DG_ADVISE_HELD]))
           | dg_advise_put(out, "broke", json_integer((json_int_t)sum->of[DG_ADVISE_BROKE]))
           | dg_advise_put(out, "open", json_integer((json_int_t)sum->of[DG_ADVISE_OPEN]))
           | put_range(out, "stall_ms", &sum->stall_ms)
           | put_range(out, "lost_blocks", &sum->lost_blocks)
           | put_range(out, "relay_lost_ms", &sum->relay_lost_ms);
}

/* Runs of a window, or of the block so far from a session's end (0: of the window). */
static json_t *window_json(const dg_advise_case *of, where which, uint32_t last, int64_t to_end)
{
    json_t *out = json_object(), *names = json_array();
    dg_advise_sum sum = { .runs = 0 };
    int bad = !out || !names;
    assert(which < NOWHERE && to_end <= last);
    for (size_t i = 0; i < of->count && !bad; i++) {
        const dg_advise_run *run = &of->runs[i];
        if (where_of(run, last) != which || (to_end && run->to_end != to_end))
            continue;
        dg_advise_add(&sum, run);
        bad = dg_advise_add_names(names, run->broke);
    }
    bad = bad || put_sum(out, &sum) || json_object_set(out, "claims", names);
    json_decref(names);
    if (!bad)
        return out;
    json_decref(out);
    return NULL;
}

/* Slots of a session in which U was; owned by the caller. NULL: no memory. */
static dg_advise_sum *by_slot(const dg_advise_case *of, uint32_t epoch_slots)
{
    dg_advise_sum *slots = dg_calloc((size_t)epoch_slots + 1, sizeof *slots);
    for (size_t i = 0; i < of->count && slots; i++)
        if (of->runs[i].slot >= 0 && of->runs[i].slot < epoch_slots)
            dg_advise_add(&slots[of->runs[i].slot], &of->runs[i]);
    return slots;
}

static bool is_not_run(const dg_advise_sum *sum)
{
    return !sum->runs;
}

/* Neighbouring slots of which it is true, as ranges. NULL: no memory. */
static json_t *ranges(const dg_advise_sum *slots, uint32_t count,
                      bool (*is)(const dg_advise_sum *sum))
{
    json_t *out = json_array();
    int bad = !out;
    for (uint32_t i = 0; i < count && !bad; i++) {
        uint32_t from = i;
        while (i < count && is(&slots[i]))
            i++;
        if (i > from)
            bad = json_array_append_new(
                out, json_pack("{s:I, s:I}", "from", (json_int_t)from, "to", (json_int_t)i - 1));
    }
    if (!bad)
        return out;
    json_decref(out);
    return NULL;
}

/* Places of a window where no run was: blocks of the ends, slots between them. */
static json_int_t not_run(const dg_advise_spots *spots, const dg_advise_sum *slots, where which,
                          uint32_t last)
{
    json_int_t count = 0;
    uint32_t from = which == LAST ? 1 : 0, end = which == LAST ? last + 1 : 1;
    if (which == BETWEEN) {
        for (uint32_t i = 1; i + last < spots->epoch_slots; i++)
            count += !slots[i].runs;
        return count;
    }
    for (uint32_t i = from; i < end && i <= spots->epoch_slots; i++)
        count += !(which == LAST ? spots->by_end : spots->by_start)[i].runs;
    return count;
}

static int put_windows(json_t *list, const dg_advise_case *of, const dg_advise_spots *spots,
                       const dg_advise_sum *slots, const dg_advise_ahead *ahead, uint32_t last)
{
    static const char *const names[] = { "first", "last", "between" };
    int bad = 0;
    for (where w = FIRST; w < NOWHERE && !bad; w++) {
        json_t *window = window_json(of, w, last, 0);
        bad = !window || dg_advise_put(window, "where", json_string(names[w]))
              || dg_advise_put(window, "not_run", json_integer(not_run(spots, slots, w, last)))
              || (ahead->known && w != BETWEEN && (w == FIRST || last)
                  && dg_advise_put(window, "aim",
                                   dg_advise_aim_at(ahead, spots, w == LAST ? last : 0, last)))
              || json_array_append(list, window);
        json_decref(window);
    }
    return bad;
}

static int put_blocks(json_t *list, const dg_advise_case *of, uint32_t last)
{
    int bad = 0;
    for (uint32_t to_end = last; to_end && !bad; to_end--) {
        json_t *block = window_json(of, LAST, last, to_end);
        bad = !block || dg_advise_put(block, "to_end", json_integer((json_int_t)to_end))
              || json_array_append(list, block);
        json_decref(block);
    }
    return bad;
}

int dg_advise_put_windows(json_t *out, const dg_advise_case *of, const dg_advise_spots *spots,
                          const dg_advise_ahead *ahead, uint32_t last)
{
    dg_advise_sum *slots = by_slot(of, spots->epoch_slots), all = { .runs = 0 };
    json_t *windows = json_array(), *blocks = json_array();
    int bad = !slots || !windows || !blocks;
    for (size_t i = 0; i < of->count; i++)
        dg_advise_add(&all, &of->runs[i]);
    bad = bad || put_sum(out, &all) || put_windows(windows, of, spots, slots, ahead, last)
          || put_blocks(blocks, of, last) || json_object_set(out, "windows", windows)
          || json_object_set(out, "blocks", blocks)
          || dg_advise_put(out, "safe", ranges(slots, spots->epoch_slots, dg_advise_is_safe))
          || dg_advise_put(out, "not_run", ranges(slots, spots->epoch_slots, is_not_run));
    json_decref(windows);
    json_decref(blocks);
    dg_free(slots);
    return bad;
}
