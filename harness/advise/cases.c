/* cases.c - the runs of outcomes and sweeps, sorted into cases that differ in more than seed and
 * place. */
#include "advise/advise_impl.h"

#include <assert.h>

/* ---- one run ---- */

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* From `harm` of an outcome, or from a position that tells the same by the same keys. What was not
 * counted on one of the chains is not known of all; what is no harm there is no loss here. */
static void read_harm(dg_advise_run *run, const json_t *harm)
{
    int64_t relay = dg_advise_whole(harm, "relay_lost_ms"),
            worst = dg_advise_whole(harm, "worst_lost_ms"),
            was = dg_advise_whole(harm, "parachain_blocks_control"),
            is = dg_advise_whole(harm, "parachain_blocks"),
            lost_ms = dg_advise_whole(harm, "parachain_lost_ms");
    run->relay_lost_ms = relay;
    if (lost_ms == 0)
        worst = 0;
    if (run->chain_only)
        run->stall_ms = relay;
    else
        run->stall_ms = relay < 0 || worst < 0 ? DG_ADVISE_UNKNOWN : larger(relay, worst);
    if (lost_ms == 0)
        run->lost_blocks = 0;
    else
        run->lost_blocks = was < 0 || is < 0 ? DG_ADVISE_UNKNOWN : larger(was - is, 0);
}

static void read_place(dg_advise_run *run, const json_t *upgrade)
{
    run->slot = dg_advise_whole(upgrade, "slot_of_session");
    run->upgrade_slot = dg_advise_whole(upgrade, "slot");
    run->from_start = dg_advise_whole(upgrade, "blocks_of_session");
    run->to_end = dg_advise_whole(upgrade, "blocks_to_boundary");
    if (run->slot == 0)
        run->from_start = 0;
}

static void read_outcome(dg_advise_run *run, const json_t *outcome)
{
    const json_t *answer = json_object_get(outcome, "answer");
    int64_t code = dg_advise_whole(outcome, "exit");
    *run = (dg_advise_run){ .outcome = outcome,
                            .seed = dg_advise_whole(outcome, "seed"),
                            .broke = json_object_get(answer, "breaks"),
                            .chain_only = json_is_true(json_object_get(answer, "chain_only")),
                            .standing = code == DG_EXIT_HELD    ? DG_ADVISE_HELD
                                        : code == DG_EXIT_BROKE ? DG_ADVISE_BROKE
                                                                : DG_ADVISE_OPEN };
    read_place(run, json_object_get(outcome, "upgrade"));
    read_harm(run, json_object_get(answer, "harm"));
}

static void read_position(dg_advise_run *run, const json_t *row, const dg_advise_run *of)
{
    int64_t seed = dg_advise_whole(row, "seed");
    const char *standing = dg_advise_text(row, "standing");
    *run = (dg_advise_run){ .broke = json_object_get(row, "broke"),
                            .chain_only = of->chain_only,
                            .seed = seed < 0 ? of->seed : seed,
                            .standing = strcmp(standing, "held") == 0    ? DG_ADVISE_HELD
                                        : strcmp(standing, "broke") == 0 ? DG_ADVISE_BROKE
                                                                         : DG_ADVISE_OPEN };
    read_place(run, json_object_get(row, "upgrade"));
    read_harm(run, row);
}

/* ---- cases ---- */

static int grow(void **at, size_t count, size_t *cap, size_t size)
{
    size_t more = *cap ? *cap * 2 : 8;
    void *grown;
    assert(count <= *cap);
    if (count < *cap)
        return 0;
    if (!(grown = dg_realloc(*at, more * size)))
        return -1;
    *at = grown;
    *cap = more;
    return 0;
}

/* A plan without what a case may differ in. Owned by the caller; NULL: no memory. */
static char *key_of(const json_t *outcome)
{
    const json_t *plan = json_object_get(outcome, "plan");
    json_t *rest = json_is_object(plan) ? json_deep_copy(plan) : json_object();
    char *text;
    json_object_del(rest, "name");
    json_object_del(rest, "seed");
    json_object_del(rest, "seeds_max");
    json_object_del(json_object_get(rest, "upgrade"), "at");
    text = rest ? json_dumps(rest, JSON_SORT_KEYS | JSON_COMPACT) : NULL;
    json_decref(rest);
    return text;
}

static json_t *other_values(const json_t *values)
{
    json_t *out = json_is_object(values) ? json_copy((json_t *)values) : json_object();
    json_object_del(out, "upgrade.at");
    json_object_del(out, "seed");
    return out;
}

/* The case of an outcome, made if it is new; NULL: no memory. */
static dg_advise_case *case_of(dg_advise_cases *c, const json_t *outcome, const json_t *values)
{
    char *key = key_of(outcome);
    const json_t *known = key ? json_object_get(c->index, key) : NULL;
    dg_advise_case *found = NULL;
    json_free_t release;
    json_get_alloc_funcs(NULL, &release);
    if (known) {
        found = &c->at[json_integer_value(known)];
    } else if (key && !grow((void **)&c->at, c->count, &c->cap, sizeof *c->at)
               && !dg_advise_put(c->index, key, json_integer((json_int_t)c->count))) {
        found = &c->at[c->count++];
        *found = (dg_advise_case){ .values = other_values(values) };
    }
    if (key)
        release(key);
    return found && found->values ? found : NULL;
}

/* Two documents may hold one run, and a run's other positions are runs of a sweep: it counts once,
 * and where one of them is an outcome of its own, that is what is kept. */
static int add_run(dg_advise_cases *c, dg_advise_case *to, const dg_advise_run *run)
{
    const json_t *known;
    char key[80];
    snprintf(key, sizeof key, "%zu %lld %lld", (size_t)(to - c->at), (long long)run->seed,
             (long long)run->upgrade_slot);
    known = run->upgrade_slot < 0 ? NULL : json_object_get(c->seen, key);
    if (known) {
        dg_advise_run *before = &to->runs[json_integer_value(known)];
        c->repeated++;
        if (!before->outcome)
            *before = *run;
        return 0;
    }
    if (grow((void **)&to->runs, to->count, &to->cap, sizeof *to->runs)
        || dg_advise_put(c->seen, key, json_integer((json_int_t)to->count)))
        return -1;
    to->runs[to->count++] = *run;
    return 0;
}

static int add_outcome(dg_advise_cases *c, const json_t *outcome, const json_t *values)
{
    const json_t *row;
    dg_advise_case *to = case_of(c, outcome, values);
    dg_advise_run run;
    size_t i;
    int bad = !to;
    read_outcome(&run, outcome);
    bad = bad || add_run(c, to, &run);
    c->first = c->first ? c->first : outcome;
    json_array_foreach(json_object_get(json_object_get(outcome, "answer"), "positions"), i, row)
    {
        dg_advise_run other;
        read_position(&other, row, &run);
        bad = bad || add_run(c, to, &other);
    }
    return bad;
}

/* ---- what all of them share ---- */

/* Slots of control, and those without a block; {0, 0}: not counted, or more than any run has. */
static void control_of(int64_t *slots, int64_t *empty, const json_t *outcome)
{
    const json_t *network = json_object_get(json_object_get(outcome, "network"), "control"),
                 *arm = json_object_get(outcome, "control");
    int64_t blocks = dg_advise_whole(arm, "blocks");
    *slots = dg_advise_whole(network ? network : arm, "slots");
    *empty = network ? dg_advise_whole(network, "empty") : blocks < 0 ? blocks : *slots - blocks;
    if (*slots < 0 || *slots > DG_ADVISE_CONTROL_MAX || *empty < 0 || *empty > *slots)
        *slots = *empty = 0;
}

/* Controls of one seed are one chain, of which the longest run has the most. More of them than
 * that say no more. */
static int measure(dg_advise_cases *c, const dg_advise_case *of)
{
    json_t *by_seed = json_object(), *longest;
    const char *seed;
    int bad = !by_seed;
    for (size_t i = 0; i < of->count && !bad; i++) {
        const json_t *outcome = of->runs[i].outcome;
        char text[24];
        int64_t slots, empty, before;
        if (!outcome)
            continue;
        control_of(&slots, &empty, outcome);
        snprintf(text, sizeof text, "%lld", (long long)dg_advise_whole(outcome, "seed"));
        before = json_integer_value(json_array_get(json_object_get(by_seed, text), 0));
        if (slots > before)
            bad = dg_advise_put(by_seed, text,
                                json_pack("[I, I]", (json_int_t)slots, (json_int_t)empty));
    }
    json_object_foreach(by_seed, seed, longest)
    {
        int64_t slots = json_integer_value(json_array_get(longest, 0));
        if (c->slots + slots > DG_ADVISE_CONTROL_MAX)
            break;
        c->slots += slots;
        c->empty += json_integer_value(json_array_get(longest, 1));
    }
    json_decref(by_seed);
    return bad;
}

static void read_session(dg_advise_cases *c)
{
    c->epoch_slots = dg_advise_whole(c->first, "epoch_slots");
    c->slot_ms = dg_advise_whole(c->first, "slot_ms");
    if (c->epoch_slots < 1 || c->epoch_slots > DG_ADVISE_EPOCH_MAX)
        c->epoch_slots = DG_ADVISE_UNKNOWN;
    if (c->slot_ms < 1 || c->slot_ms > DG_ADVISE_SLOT_MS_MAX)
        c->slot_ms = DG_ADVISE_UNKNOWN;
}

static bool is_sweep(const json_t *document)
{
    return json_is_object(json_object_get(document, "sweep"));
}

static int add_document(dg_advise_cases *out, const json_t *document)
{
    const json_t *cell;
    size_t i;
    int bad = 0;
    if (!is_sweep(document))
        return add_outcome(out, document, NULL);
    json_array_foreach(json_object_get(document, "cells"), i, cell)
    {
        const json_t *outcome = json_object_get(cell, "outcome");
        out->not_done += !outcome;
        if (outcome)
            bad = bad || add_outcome(out, outcome, json_object_get(cell, "values"));
    }
    return bad;
}

const json_t *dg_advise_first_of(const json_t *document)
{
    const json_t *cell, *outcome;
    size_t i;
    if (!is_sweep(document))
        return document;
    json_array_foreach(json_object_get(document, "cells"), i, cell)
    {
        if ((outcome = json_object_get(cell, "outcome")))
            return outcome;
    }
    return NULL;
}

int dg_advise_cases_read(dg_advise_cases *out, const json_t *documents)
{
    const json_t *document;
    size_t i;
    int bad;
    *out = (dg_advise_cases){ .index = json_object(), .seen = json_object() };
    bad = !out->index || !out->seen;
    json_array_foreach(documents, i, document) bad = bad || add_document(out, document);
    read_session(out);
    return bad || (out->count && measure(out, out->at));
}

void dg_advise_cases_clear(dg_advise_cases *cases)
{
    for (size_t i = 0; i < cases->count; i++) {
        json_decref(cases->at[i].values);
        dg_free(cases->at[i].runs);
    }
    dg_free(cases->at);
    json_decref(cases->index);
    json_decref(cases->seen);
    *cases = (dg_advise_cases){ .at = NULL };
}
