/* measure.c - when a run has recovered: from its outcome alone, block by block and slot by slot.
 *
 * A claim of the outcome that broke names its first and last block; what the plan itself broke has
 * to be past its last one. A chain that stands has recovered from nothing. */
#include "recover/recover_impl.h"

#include <assert.h>
#include <string.h>

enum { STANDS_AFTER = 6 /* slots without a block, at the end of a run */, HALF_WINDOW = 4 };

static const char *text_at(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static int64_t whole(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

static const json_t *series(const json_t *outcome, const char *arm)
{
    return json_object_get(json_object_get(outcome, "series"), arm);
}

static int64_t last_slot(const json_t *blocks)
{
    return json_array_size(blocks)
               ? whole(json_array_get(blocks, json_array_size(blocks) - 1), "slot")
               : -1;
}

static int64_t slot_of(const json_t *blocks, int64_t block)
{
    const json_t *row;
    size_t i;
    json_array_foreach(blocks, i, row) if (whole(row, "block") == block) return whole(row, "slot");
    return -1;
}

static const json_t *break_of(const json_t *breaks, const char *claim)
{
    const json_t *row;
    size_t i;
    json_array_foreach(breaks, i, row) if (strcmp(text_at(row, "claim"), claim) == 0) return row;
    return NULL;
}

static const json_t *breaks_of(const json_t *outcome)
{
    return json_object_get(json_object_get(outcome, "answer"), "breaks");
}

/* ---- what broke is over ---- */

/* Of para-interval: blocks that a parachain has fewer over the whole run, whose span is the run's
 * and says nothing of when that was. */
static bool is_sum(const json_t *outcome, const char *claim)
{
    const json_t *row;
    size_t i;
    json_array_foreach(
        json_object_get(outcome, "claims"), i,
        row) if (strcmp(text_at(row, "name"), claim)
                 == 0) return json_object_get(json_array_get(json_object_get(row, "evidence"), 0),
                                              "in_control")
        != NULL;
    return false;
}

static int64_t over(const json_t *outcome, const json_t *broke, int64_t upgrade)
{
    const json_t *row, *blocks = series(outcome, "treatment");
    int64_t until = upgrade;
    size_t i;
    json_array_foreach(broke, i, row)
    {
        const json_t *now = break_of(breaks_of(outcome), text_at(row, "claim"));
        int64_t slot = now ? slot_of(blocks, whole(now, "last_block")) + 1 : 0;
        if (is_sum(outcome, text_at(row, "claim")))
            continue;
        if (json_is_true(json_object_get(now, "to_the_end")))
            return -1;
        until = slot > until ? slot : until;
    }
    return until;
}

/* ---- parachains are half back ---- */

static int64_t backed(const json_t *slots, size_t from)
{
    int64_t sum = 0;
    for (size_t i = from; i < from + HALF_WINDOW && i < json_array_size(slots); i++)
        sum += whole(json_array_get(slots, i), "backed");
    return sum;
}

/* Behind the last of those windows after U, one beginning in each slot, in which less than half of
 * control's candidates were backed. */
static int64_t half_back(const json_t *outcome, int64_t upgrade)
{
    const json_t *own = json_object_get(series(outcome, "network"), "treatment"),
                 *control = json_object_get(series(outcome, "network"), "control");
    int64_t half = upgrade;
    for (size_t i = 0; i + HALF_WINDOW <= json_array_size(own); i++) {
        int64_t slot = whole(json_array_get(own, i), "slot");
        if (slot > upgrade && backed(own, i) * 2 < backed(control, i))
            half = slot + 1;
    }
    return half;
}

/* ---- all of it ---- */

void dg_recover_see(dg_recover_seen *out, const json_t *outcome, const json_t *broke)
{
    const json_t *harm = json_object_get(json_object_get(outcome, "answer"), "harm");
    *out = (dg_recover_seen){ .upgrade = whole(json_object_get(outcome, "upgrade"), "slot"),
                              .last = last_slot(series(outcome, "treatment")),
                              .end = last_slot(series(outcome, "control")),
                              .relay_lost_ms = whole(harm, "relay_lost_ms"),
                              .para_lost_ms = whole(harm, "parachain_lost_ms") };
    out->halted = out->end - out->last >= STANDS_AFTER;
    out->until = out->halted ? -1 : over(outcome, broke, out->upgrade);
    out->half = out->halted ? -1 : half_back(outcome, out->upgrade);
}

json_t *dg_recover_new_breaks(const json_t *outcome, const json_t *broke)
{
    json_t *out = json_array();
    const json_t *row;
    size_t i;
    int bad = 0;
    json_array_foreach(breaks_of(outcome), i, row) if (!break_of(broke, text_at(row, "claim")))
        bad |= json_array_append(out, json_object_get(row, "claim"));
    if (bad) {
        json_decref(out);
        return NULL;
    }
    return out;
}
