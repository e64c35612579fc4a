/* aim.c - which block number a call is to name: where it lands with which chance, and what that
 * costs by the runs with U there. */
#include "advise/advise_impl.h"

#include <assert.h>

/* Of all cases so many are looked at, and what a case in so many may cost is told. */
#define ALL_BUT_FEW 0.999999
#define MAY_COME 0.001
/* What a call may cost is known where so much of it was run. */
#define KNOWN_ENOUGH 0.95

/* ---- from where ---- */

/* The first slot of the run, which has the block behind the fork or is empty. */
static int64_t first_slot(const json_t *outcome)
{
    const json_t *series = json_object_get(outcome, "series"),
                 *slots = json_object_get(json_object_get(series, "network"), "control"),
                 *blocks = json_object_get(series, "control");
    return dg_advise_whole(json_array_get(json_array_size(slots) ? slots : blocks, 0), "slot");
}

/* The boundary behind U of the first run. */
static bool chain_of_fork(dg_advise_chain *out, const dg_advise_cases *cases)
{
    const json_t *upgrade = json_object_get(cases->first, "upgrade");
    int64_t block = dg_advise_whole(json_object_get(cases->first, "block"), "number"),
            next = first_slot(cases->first), slot = dg_advise_whole(upgrade, "slot"),
            passed = dg_advise_whole(upgrade, "slot_of_session"),
            left = dg_advise_whole(upgrade, "slots_to_boundary");
    if (left < 0 && passed >= 0 && passed < cases->epoch_slots)
        left = cases->epoch_slots - passed;
    if (block < 0 || block > UINT32_MAX / 2 || next < 0 || slot < 0 || left < 0
        || cases->epoch_slots < 0 || left > cases->epoch_slots || slot + left < next)
        return false;
    *out = (dg_advise_chain){ .block = (uint32_t)block,
                              .next_slot = (uint64_t)next,
                              .next_boundary = (uint64_t)(slot + left),
                              .epoch_slots = (uint32_t)cases->epoch_slots };
    return true;
}

int dg_advise_ahead_make(dg_advise_ahead *out, const dg_advise_cases *cases,
                         const dg_advise_chain *chain, double miss)
{
    dg_forecast_span all;
    uint64_t slots;
    *out = (dg_advise_ahead){ .chances = NULL };
    if (chain)
        out->chain = *chain;
    else if (!chain_of_fork(&out->chain, cases))
        return 0;
    slots = out->chain.next_boundary - out->chain.next_slot;
    if (slots > DG_ADVISE_AHEAD_MAX || miss < 0 || miss >= 1)
        return 0;
    out->forecast = (dg_forecast){ (uint32_t)slots, miss };
    dg_forecast_range(&out->span, &out->forecast, 0.95);
    dg_forecast_range(&all, &out->forecast, ALL_BUT_FEW);
    out->least = all.least;
    out->count = all.most - all.least + 1;
    if (!(out->chances = dg_calloc(out->count, sizeof *out->chances)))
        return -1;
    for (uint32_t i = 0; i < out->count; i++)
        out->chances[i] = dg_forecast_exactly(&out->forecast, out->least + i);
    out->known = true;
    return 0;
}

void dg_advise_ahead_clear(dg_advise_ahead *ahead)
{
    dg_free(ahead->chances);
    *ahead = (dg_advise_ahead){ .chances = NULL };
}

json_t *dg_advise_ahead_json(const dg_advise_ahead *ahead)
{
    const dg_advise_chain *c = &ahead->chain;
    assert(ahead->known);
    return json_pack("{s:I, s:I, s:I, s:I, s:{s:I, s:I, s:I}}", "block", (json_int_t)c->block,
                     "next_slot", (json_int_t)c->next_slot, "boundary_slot",
                     (json_int_t)c->next_boundary, "slots", (json_int_t)ahead->forecast.slots,
                     "first_block", "least", (json_int_t)c->block + ahead->span.least + 1,
                     "likeliest", (json_int_t)c->block + ahead->span.likely + 1, "most",
                     (json_int_t)c->block + ahead->span.most + 1);
}

/* ---- one block number ---- */

/* A call for the block that many blocks ahead: 1 is the next one. */
typedef struct aim {
    uint32_t blocks;
    double safe, known, stall_ms; /* the last of them over the known ones, not yet divided */
    int64_t stall_ms_worst;
} aim;

/* Where the call lands if so many blocks come before the boundary. NULL: not known, since beyond
 * the middle of a session it is the other boundary that tells where a block is, and slots before
 * that one stay empty too. */
static const dg_advise_sum *spot_of(const dg_advise_spots *spots, uint32_t blocks, uint32_t before)
{
    uint32_t far = blocks > before ? blocks - before - 1 : before - blocks + 1;
    assert(blocks >= 1);
    if (far > spots->epoch_slots / 2)
        return NULL;
    return blocks > before ? &spots->by_start[far] : &spots->by_end[far];
}

static void weigh(aim *a, const dg_advise_ahead *ahead, const dg_advise_spots *spots)
{
    assert(ahead->known && a->blocks >= 1);
    for (uint32_t i = 0; i < ahead->count; i++) {
        const dg_advise_sum *spot = spot_of(spots, a->blocks, ahead->least + i);
        const dg_advise_range *stall = spot ? &spot->stall_ms : NULL;
        if (!spot)
            continue;
        a->safe += dg_advise_is_safe(spot) ? ahead->chances[i] : 0;
        if (!stall->count || spot->of[DG_ADVISE_OPEN] == spot->runs)
            continue;
        a->known += ahead->chances[i];
        a->stall_ms += ahead->chances[i] * (double)stall->sum / (double)stall->count;
        if (ahead->chances[i] >= MAY_COME && stall->worst > a->stall_ms_worst)
            a->stall_ms_worst = stall->worst;
    }
}

/* To a millionth: what a library computes behind that is nobody's. */
static double rounded(double chance)
{
    chance = chance < 0 ? 0 : chance > 1 ? 1 : chance;
    return (double)(long long)(chance * 1e6 + 0.5) / 1e6;
}

static json_t *aim_json(const aim *a, const dg_advise_ahead *ahead, uint32_t last)
{
    dg_forecast_place place;
    json_t *out;
    int bad = 0;
    dg_forecast_call(&place, &ahead->forecast, a->blocks, last);
    out = json_pack("{s:I, s:I, s:f, s:f, s:f, s:f, s:f, s:f}", "block",
                    (json_int_t)ahead->chain.block + a->blocks, "delay", (json_int_t)a->blocks,
                    "early", rounded(place.before), "last", rounded(place.at_last), "first",
                    rounded(place.first), "late", rounded(place.behind), "safe", rounded(a->safe),
                    "known", rounded(a->known));
    if (out && a->known > 0)
        bad =
            dg_advise_put(out, "stall_ms", json_integer((json_int_t)(a->stall_ms / a->known + 0.5)))
            | dg_advise_put(out, "stall_ms_worst", json_integer(a->stall_ms_worst));
    if (!bad)
        return out;
    json_decref(out);
    return NULL;
}

/* ---- which block number ---- */

json_t *dg_advise_aim_of(const dg_advise_ahead *ahead, const dg_advise_spots *spots,
                         uint32_t blocks, uint32_t told_last)
{
    aim a = { .blocks = blocks };
    weigh(&a, ahead, spots);
    return aim_json(&a, ahead, told_last);
}

/* The chance that so many blocks come before the boundary, or up to so many more. */
static double chance_of(const dg_advise_ahead *ahead, uint32_t blocks, uint32_t more)
{
    double sum = 0;
    for (uint32_t i = 0; i < ahead->count; i++)
        if (ahead->least + i >= blocks && ahead->least + i - blocks <= more)
            sum += ahead->chances[i];
    return sum;
}

json_t *dg_advise_aim_at(const dg_advise_ahead *ahead, const dg_advise_spots *spots, uint32_t last,
                         uint32_t told_last)
{
    aim best = { .blocks = ahead->span.likely + 1 };
    double most = 0;
    for (uint32_t back = 1; back <= last + ahead->count && back <= ahead->span.most; back++) {
        uint32_t blocks = ahead->span.most + 1 - back;
        double chance = last ? chance_of(ahead, blocks, last - 1) : 0;
        if (chance <= most + 1e-9)
            continue;
        most = chance;
        best.blocks = blocks;
    }
    weigh(&best, ahead, spots);
    return aim_json(&best, ahead, told_last);
}

/* Costs that are closer than a thousandth of a second are one. */
static bool costs_less(const aim *a, const aim *b)
{
    double cost = a->stall_ms / a->known - b->stall_ms / b->known;
    assert(a->known > 0 && b->known > 0);
    return cost < -1 || (cost <= 1 && a->safe > b->safe + 1e-9);
}

static bool is_safer(const aim *a, const aim *b)
{
    return a->safe > b->safe + 1e-9 || (a->safe >= b->safe && a->known > b->known + 1e-9);
}

typedef struct choice {
    aim cheapest; /* of those whose cost is known; blocks 0: there is none */
    aim safest;
} choice;

static void consider(choice *c, const aim *a)
{
    if (a->known >= KNOWN_ENOUGH && (!c->cheapest.blocks || costs_less(a, &c->cheapest)))
        c->cheapest = *a;
    if ((a->known > 0 || a->safe > 0) && (!c->safest.blocks || is_safer(a, &c->safest)))
        c->safest = *a;
}

/* What is as good as safe needs no cost; else what is known to cost least. */
static const aim *chosen(const choice *c)
{
    bool safe = c->safest.safe >= KNOWN_ENOUGH && c->safest.known < KNOWN_ENOUGH;
    return c->cheapest.blocks && !safe ? &c->cheapest : &c->safest;
}

/* From the likeliest first block outwards, so that of equals the nearest one stays. */
int dg_advise_schedule(json_t **out, const dg_advise_ahead *ahead, const dg_advise_spots *spots,
                       uint32_t told_last)
{
    uint32_t likely = ahead->span.likely + 1;
    choice c = { .cheapest = { .blocks = 0 } };
    const aim *best;
    assert(ahead->known);
    *out = NULL;
    for (uint32_t far = 0; far <= spots->epoch_slots; far++) {
        aim early = { .blocks = likely - far }, late = { .blocks = likely + far };
        if (far < likely) {
            weigh(&early, ahead, spots);
            consider(&c, &early);
        }
        weigh(&late, ahead, spots);
        consider(&c, &late);
    }
    best = chosen(&c);
    if (best->blocks)
        *out = aim_json(best, ahead, told_last);
    return best->blocks && !*out ? -1 : 0;
}
