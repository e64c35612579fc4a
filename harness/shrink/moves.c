/* moves.c - which smaller plans are tried, and in which order.
 *
 * Numbers go down by ever smaller steps, from as far as they can to one; lists lose all that they
 * can, then halves, then single items. What was kept is gone on from; once all kinds are through
 * and anything was kept, all are gone through again. */
#include "shrink/shrink_impl.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "chain/chain.h"

enum { MILLION = 1000000, WHOLE = 1024 /* of a fraction of both sizes */ };

/* ---- parts of a plan ---- */

static json_t *network_of(const json_t *plan)
{
    return json_object_get(plan, "network");
}

/* A copy whose `network` is its own, to be written to. */
static json_t *copy_of(const json_t *plan)
{
    return json_deep_copy(plan);
}

static bool read_size(uint64_t out[2], const json_t *plan)
{
    const char *text = json_string_value(json_object_get(network_of(plan), "size"));
    char *end;
    if (!text)
        return false;
    out[0] = strtoull(text, &end, 10);
    out[1] = *end == 'x' ? strtoull(end + 1, &end, 10) : 0;
    return out[0] && out[1];
}

static json_t *with_size(const json_t *plan, const uint64_t size[2])
{
    json_t *copy = copy_of(plan);
    json_object_set_new(
        network_of(copy), "size",
        json_sprintf("%llux%llu", (unsigned long long)size[0], (unsigned long long)size[1]));
    return copy;
}

static bool is_genesis(const json_t *plan)
{
    const char *by = json_string_value(json_object_get(network_of(plan), "grow_by"));
    return by && strcmp(by, "genesis-builder") == 0;
}

/* ---- numbers ---- */

/* How far down the next candidate goes from `now`; 0: there is none. */
static uint64_t step_down(dg_shrink_walk *w, uint64_t now, uint64_t lowest)
{
    uint64_t left = now > lowest ? now - lowest : 0;
    if (!w->begun)
        w->step = left;
    w->begun = true;
    if (w->step > left)
        w->step = left;
    return w->step;
}

static json_t *next_horizon(dg_shrink_walk *w, const json_t *plan, const json_t *outcome,
                            char *what, size_t size)
{
    json_t *horizon = json_object_get(plan, "horizon"), *copy;
    int64_t now = dg_keys_whole(dg_plan_keys(), horizon, "horizon.boundaries_after");
    uint64_t step = step_down(w, (uint64_t)now, 2);
    (void)outcome;
    if (!step)
        return NULL;
    copy = copy_of(plan);
    json_object_set_new(json_object_get(copy, "horizon"), "boundaries_after",
                        json_integer(now - (int64_t)step));
    snprintf(what, size, "boundaries after U: %lld to %lld", (long long)now,
             (long long)(now - (int64_t)step));
    return copy;
}

/* ---- the size of the network ---- */

static void say_size(char *what, size_t size, const uint64_t was[2], const uint64_t now[2])
{
    snprintf(what, size, "network: %llux%llu to %llux%llu", (unsigned long long)was[0],
             (unsigned long long)was[1], (unsigned long long)now[0], (unsigned long long)now[1]);
}

static json_t *without_size(const json_t *plan, const uint64_t was[2], char *what, size_t size)
{
    json_t *copy = copy_of(plan);
    json_object_del(network_of(copy), "size");
    snprintf(what, size, "network: %llux%llu to the size of the state", (unsigned long long)was[0],
             (unsigned long long)was[1]);
    return copy;
}

/* Both, by a fraction of what they are above the lowest. What the lowest is the first candidate
 * tells, which grows nothing. */
static json_t *next_size(dg_shrink_walk *w, const json_t *plan, const json_t *outcome, char *what,
                         size_t size)
{
    uint64_t now[2], to[2];
    (void)outcome;
    if (!read_size(now, plan))
        return NULL;
    if (is_genesis(plan))
        w->lowest[0] = w->lowest[1] = 1;
    if (!w->begun) {
        w->begun = true;
        w->step = WHOLE / 2;
        if (!w->lowest[0]) {
            w->at = 1; /* it is asked what the lowest is */
            return without_size(plan, now, what, size);
        }
    }
    if (!w->lowest[0])
        return NULL; /* the state by itself could not be run */
    for (int i = 0; i < 2; i++)
        to[i] = now[i] > w->lowest[i] ? now[i] - (now[i] - w->lowest[i]) * w->step / WHOLE : now[i];
    if (to[0] == now[0] && to[1] == now[1])
        return NULL;
    say_size(what, size, now, to);
    return with_size(plan, to);
}

static json_t *next_of_size(dg_shrink_walk *w, const json_t *plan, int which, char *what,
                            size_t size)
{
    uint64_t now[2], to[2], step;
    if (!read_size(now, plan) || !w->lowest[0])
        return NULL;
    step = step_down(w, now[which], w->lowest[which]);
    to[0] = now[0];
    to[1] = now[1];
    to[which] -= step;
    if (!step)
        return NULL;
    say_size(what, size, now, to);
    return with_size(plan, to);
}

static json_t *next_validators(dg_shrink_walk *w, const json_t *plan, const json_t *outcome,
                               char *what, size_t size)
{
    (void)outcome;
    return next_of_size(w, plan, 0, what, size);
}

static json_t *next_parachains(dg_shrink_walk *w, const json_t *plan, const json_t *outcome,
                               char *what, size_t size)
{
    (void)outcome;
    return next_of_size(w, plan, 1, what, size);
}

/* ---- lists ---- */

/* The items from `at` on, `step` of them, are left out; the list keeps at least `least`. False:
 * there is no such candidate any more. */
static bool next_range(dg_shrink_walk *w, size_t count, size_t least)
{
    if (count <= least)
        return false;
    if (!w->begun)
        w->step = least ? (count + 1) / 2 : count;
    w->begun = true;
    if (w->step > count)
        w->step = count;
    while (w->at >= count || (w->at == 0 && w->step > count - least)) {
        if (w->step <= 1)
            return false;
        w->step /= 2;
        w->at = 0;
    }
    return true;
}

/* Shares add up to a million parts; what is lost in rounding the first item has. */
static void share_anew(json_t *list)
{
    double sum = 0;
    int64_t left = MILLION;
    json_t *item;
    size_t i;
    json_array_foreach(list, i, item) sum += json_number_value(json_object_get(item, "share"));
    for (i = json_array_size(list); i-- && sum > 0;) {
        double share = json_number_value(json_object_get(json_array_get(list, i), "share")) / sum;
        int64_t parts = i ? (int64_t)(share * MILLION) : left;
        left -= parts;
        json_object_set_new(json_array_get(list, i), "share", json_real((double)parts / MILLION));
    }
}

typedef struct list_of {
    const char *key, *name; /* in `network`; what names an item */
    const char *many;       /* in words */
    size_t least;
    bool shared; /* items have shares */
} list_of;

static void say_range(char *what, size_t size, const dg_shrink_walk *w, const list_of *of,
                      const json_t *list)
{
    size_t end = (size_t)(w->at + w->step), count = json_array_size(list), used;
    if (end > count)
        end = count;
    used = (size_t)snprintf(what, size, "%s: without %zu of %zu", of->many, end - (size_t)w->at,
                            count);
    for (size_t i = (size_t)w->at; i < end && used < size; i++) {
        const char *name = json_string_value(json_object_get(json_array_get(list, i), of->name));
        used += (size_t)snprintf(what + used, size - used, "%s%s", i > w->at ? ", " : " (",
                                 name ? name : "?");
    }
    if (used < size)
        snprintf(what + used, size - used, ")");
}

static json_t *next_list(dg_shrink_walk *w, const json_t *plan, const json_t *outcome,
                         const list_of *of, char *what, size_t size)
{
    const json_t *list = json_object_get(network_of(plan), of->key);
    json_t *copy, *cut;
    if (!list && of->shared) /* nodes that the plan left to the program */
        list = json_object_get(network_of(json_object_get(outcome, "plan")), of->key);
    if (!next_range(w, json_array_size(list), of->least))
        return NULL;
    say_range(what, size, w, of, list);
    copy = copy_of(plan);
    cut = json_deep_copy(list);
    for (uint64_t i = 0; i < w->step; i++)
        json_array_remove(cut, (size_t)w->at); /* none past the end */
    if (of->shared)
        share_anew(cut);
    if (!network_of(copy) || json_is_boolean(network_of(copy)))
        json_object_set_new(copy, "network", json_object());
    if (json_array_size(cut))
        json_object_set_new(network_of(copy), of->key, cut);
    else {
        json_object_del(network_of(copy), of->key);
        json_decref(cut);
    }
    return copy;
}

#define LIST(which, key, name, many, least, shared)                                                \
    static json_t *next_##which(dg_shrink_walk *w, const json_t *plan, const json_t *outcome,      \
                                char *what, size_t size)                                           \
    {                                                                                              \
        static const list_of of = { key, name, many, least, shared };                              \
        return next_list(w, plan, outcome, &of, what, size);                                       \
    }
LIST(faults, "faults", "kind", "faults", 0, false)
LIST(rollouts, "rollout", "at", "rollouts", 0, false)
LIST(classes, "classes", "class", "classes of nodes", 1, true)
LIST(collators, "collators", "kind", "kinds of collators", 1, true)

/* ---- where U is ---- */

static bool read_at(dg_position *out, const json_t *plan)
{
    const char *at = json_string_value(json_object_get(json_object_get(plan, "upgrade"), "at"));
    return at && dg_position_parse(out, at, NULL) == DG_OK;
}

static json_t *with_at(const json_t *plan, const dg_position *at, char *what, size_t size)
{
    json_t *copy = copy_of(plan), *upgrade = json_object_get(copy, "upgrade");
    const char *was = json_string_value(json_object_get(upgrade, "at"));
    char boundary[32] = "", offset[32] = "", text[80];
    assert(at->kind == DG_POSITION_BOUNDARY);
    if (at->boundary)
        snprintf(boundary, sizeof boundary, "@%u", at->boundary);
    if (at->offset)
        snprintf(offset, sizeof offset, "%+lld%s", (long long)at->offset, at->in_blocks ? "b" : "");
    snprintf(text, sizeof text, "boundary%s%s", boundary, offset);
    snprintf(what, size, "U: %.80s to %s", was, text);
    json_object_set_new(upgrade, "at", json_string(text));
    return copy;
}

static json_t *next_boundary(dg_shrink_walk *w, const json_t *plan, const json_t *outcome,
                             char *what, size_t size)
{
    dg_position at;
    uint64_t step;
    (void)outcome;
    if (!read_at(&at, plan) || at.kind != DG_POSITION_BOUNDARY || !at.boundary
        || !(step = step_down(w, at.boundary, 1)))
        return NULL;
    at.boundary -= (uint32_t)step;
    return with_at(plan, &at, what, size);
}

/* What is said by percents, blocks or not at all becomes slots before a boundary. */
static json_t *next_offset(dg_shrink_walk *w, const json_t *plan, const json_t *outcome, char *what,
                           size_t size)
{
    json_int_t slots = json_integer_value(
        json_object_get(json_object_get(outcome, "upgrade"), "slots_to_boundary"));
    dg_position at;
    uint64_t now, step;
    if (!read_at(&at, plan))
        return NULL;
    if (at.kind != DG_POSITION_BOUNDARY)
        at = (dg_position){ .kind = DG_POSITION_BOUNDARY, .offset = -slots };
    now = (uint64_t)(at.offset < 0 ? -at.offset : at.offset);
    if (!(step = step_down(w, now, at.offset < 0 ? 1 : 0)))
        return NULL;
    at.offset += at.offset < 0 ? (int64_t)step : -(int64_t)step;
    return with_at(plan, &at, what, size);
}

/* ---- all kinds ---- */

static const struct {
    json_t *(*next)(dg_shrink_walk *w, const json_t *plan, const json_t *outcome, char *what,
                    size_t size);
    bool list;
} kinds[DG_SHRINK_KINDS] = {
    [DG_SHRINK_HORIZON] = { next_horizon, false },
    [DG_SHRINK_SIZE] = { next_size, false },
    [DG_SHRINK_VALIDATORS] = { next_validators, false },
    [DG_SHRINK_PARACHAINS] = { next_parachains, false },
    [DG_SHRINK_FAULTS] = { next_faults, true },
    [DG_SHRINK_ROLLOUTS] = { next_rollouts, true },
    [DG_SHRINK_CLASSES] = { next_classes, true },
    [DG_SHRINK_COLLATORS] = { next_collators, true },
    [DG_SHRINK_BOUNDARY] = { next_boundary, false },
    [DG_SHRINK_OFFSET] = { next_offset, false },
};

static void enter(dg_shrink_walk *w, int kind)
{
    w->kind = kind;
    w->begun = false;
    w->step = w->at = 0;
}

json_t *dg_shrink_next(dg_shrink_walk *w, const json_t *plan, const json_t *outcome, char *what,
                       size_t size)
{
    assert(size > 0 && w->kind >= 0);
    for (;;) {
        for (; w->kind < DG_SHRINK_KINDS; enter(w, w->kind + 1)) {
            json_t *candidate = kinds[w->kind].next(w, plan, outcome, what, size);
            if (candidate)
                return candidate;
        }
        if (!w->kept_some)
            return NULL;
        w->kept_some = false;
        enter(w, 0);
    }
}

void dg_shrink_tried(dg_shrink_walk *w, const json_t *candidate, const json_t *outcome, bool kept)
{
    uint64_t size[2];
    assert(w->kind < DG_SHRINK_KINDS && w->begun);
    w->kept_some |= kept;
    if (w->kind == DG_SHRINK_SIZE && w->at) { /* the first candidate */
        w->at = 0;
        if (outcome && !read_size(size, candidate)) {
            w->lowest[0] = (uint64_t)json_integer_value(json_object_get(outcome, "validators"));
            w->lowest[1] = (uint64_t)json_integer_value(json_object_get(outcome, "parachains"));
        }
    } else if (!kept && kinds[w->kind].list) {
        w->at += w->step;
    } else if (!kept) {
        w->step /= 2;
    }
}
