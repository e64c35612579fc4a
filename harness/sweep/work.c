/* work.c - the cells that are not finished, several at once. */
#include "sweep/sweep_impl.h"

#include <assert.h>
#include <string.h>

typedef struct working {
    dg_sweep *sweep;
    const dg_sweep_options *options;
    uint64_t until;        /* wall time; 0: no end */
    bool again;            /* the second time: what was done is compared */
    const dg_plan **plans; /* of the cells that are to be done, in their order */
    size_t *of;            /* which cell that is */
    json_t *sources;       /* by snapshot and N: what git knows of them, asked once for each */
    size_t count;
} working;

/* ---- one has ended ---- */

static void tell(const working *w, const dg_sweep_cell *cell, bool retried)
{
    dg_sweep_progress now = { .total = w->sweep->count,
                              .done = dg_sweep_finished(w->sweep),
                              .retried = retried };
    char name[160];
    if (!w->options->progress)
        return;
    for (size_t i = 0; i < w->sweep->count; i++) {
        const dg_sweep_cell *c = &w->sweep->cells[i];
        now.failed += c->failed[0] != 0;
        now.broke += c->outcome && dg_outcome_exit(c->outcome) == DG_EXIT_BROKE;
    }
    dg_sweep_cell_name(name, sizeof name, cell->values, w->sweep->axes);
    now.last = name;
    now.exit = cell->outcome ? dg_outcome_exit(cell->outcome) : cell->exit;
    w->options->progress(w->options->user, &now);
}

static json_t *sources_of(const working *w, const dg_plan *plan)
{
    const dg_plan_asked *asked = dg_plan_asked_of(plan);
    json_t *key = json_pack("[s, s]", asked->snapshot, asked->to), *found;
    char *text = json_dumps(key, JSON_COMPACT);
    json_free_t release;
    json_get_alloc_funcs(NULL, &release);
    if (text && !json_object_get(w->sources, text))
        json_object_set_new(w->sources, text, dg_run_sources(plan));
    found = text ? json_object_get(w->sources, text) : NULL;
    release(text);
    json_decref(key);
    return found;
}

/* Cells share their control, so no single one asked where its inputs are from. */
static void put_sources(const working *w, const dg_sweep_cell *cell)
{
    json_t *sources = sources_of(w, cell->plan);
    if (json_array_size(sources))
        json_object_set(json_object_get(cell->outcome, "environment"), "sources", sources);
}

static dg_code ended(void *user, size_t job, json_t *outcome, bool crashed, const dg_error *why,
                     dg_error *err)
{
    working *w = user;
    dg_sweep_cell *cell = &w->sweep->cells[w->of[job]];
    bool again = crashed && !cell->retried;
    (void)err;
    assert(!dg_sweep_cell_is_finished(cell));
    cell->outcome = outcome;
    if (outcome)
        put_sources(w, cell);
    if (again) {
        cell->retried = true;
    } else if (!outcome) {
        cell->exit = crashed && why->code != DG_IO ? DG_EXIT_INTERNAL : dg_exit_of(why->code);
        snprintf(cell->failed, sizeof cell->failed, "%s", why->text);
    }
    tell(w, cell, again);
    return DG_OK;
}

/* ---- .. for the second time ---- */

static bool is_alike(const json_t *one, const json_t *other)
{
    json_t *a = json_copy((json_t *)one), *b = json_copy((json_t *)other);
    bool alike = a && b && !json_object_set_new(a, "environment", json_object())
                 && !json_object_set_new(b, "environment", json_object()) && json_equal(a, b);
    json_decref(a);
    json_decref(b);
    return alike;
}

/* Whatever the second time comes to, the first is not lost. */
static dg_code ended_again(void *user, size_t job, json_t *outcome, bool crashed,
                           const dg_error *why, dg_error *err)
{
    working *w = user;
    dg_sweep_cell *cell = &w->sweep->cells[w->of[job]];
    dg_code rc = DG_OK;
    assert(cell->outcome);
    if (!outcome && why->code == DG_IO)
        rc = dg_fail(err, DG_IO, "%s", why->text);
    else if (crashed || !is_alike(cell->outcome, outcome))
        rc = dg_outcome_differs(cell->outcome, err);
    json_decref(outcome);
    tell(w, cell, false);
    return rc;
}

/* ---- all of them ---- */

static bool halts(void *user)
{
    const working *w = user;
    return (w->until && dg_wall_ns() >= w->until)
           || (w->options->halts && w->options->halts(w->options->user));
}

/* Those that are not finished, or those that this call has done. */
static void collect(working *w)
{
    w->count = 0;
    for (size_t i = 0; i < w->sweep->count; i++) {
        const dg_sweep_cell *cell = &w->sweep->cells[i];
        if (w->again ? cell->outcome && !cell->earlier : !dg_sweep_cell_is_finished(cell)) {
            w->plans[w->count] = cell->plan;
            w->of[w->count++] = i;
        }
    }
}

static void ranked(void *user, size_t job, const char *why)
{
    const working *w = user;
    w->sweep->cells[w->of[job]].turn = why;
}

/* Twice at most: a cell whose process went down is not finished after the first time. */
static dg_code do_all(working *w, dg_error *err)
{
    dg_run_cells_options how = { .at_once = w->options->at_once,
                                 .ended = ended,
                                 .halts = halts,
                                 .riskiest_first = w->until != 0,
                                 .ranked = ranked,
                                 .user = w };
    dg_code rc = DG_OK;
    for (collect(w); w->count && rc == DG_OK; collect(w))
        rc = dg_run_cells(w->plans, w->count, w->options->run, &how, err);
    if (rc != DG_OK || !w->options->twice)
        return rc;
    w->again = true;
    how.ended = ended_again;
    collect(w);
    return dg_run_cells(w->plans, w->count, w->options->run, &how, err);
}

/* Time is over: of cells that had no turn yet that is all there is to say. */
static void note_left(dg_sweep *sweep)
{
    for (size_t i = 0; i < sweep->count; i++) {
        dg_sweep_cell *cell = &sweep->cells[i];
        cell->turn = cell->turn ? cell->turn : "time was over before its control was run";
        cell->left = !dg_sweep_cell_is_finished(cell);
    }
}

dg_code dg_sweep_work(dg_sweep *sweep, const dg_sweep_options *options, dg_error *err)
{
    working w = { .sweep = sweep,
                  .options = options,
                  .until = options->budget_ns ? dg_wall_ns() + options->budget_ns : 0,
                  .plans = dg_calloc(sweep->count ? sweep->count : 1, sizeof *w.plans),
                  .of = dg_calloc(sweep->count ? sweep->count : 1, sizeof *w.of),
                  .sources = json_object() };
    dg_code rc = w.plans && w.of && w.sources
                     ? do_all(&w, err)
                     : dg_fail(err, DG_NOMEM, "no memory for %zu cells", sweep->count);
    if (rc == DG_END && w.until && dg_wall_ns() >= w.until)
        note_left(sweep);
    json_decref(w.sources);
    dg_free(w.plans);
    dg_free(w.of);
    return rc;
}

/* ---- what came of it ---- */

bool dg_sweep_red_at(dg_sweep_red *out, const dg_sweep *sweep, size_t i)
{
    for (size_t k = 0; k < sweep->count; k++) {
        const dg_sweep_cell *cell = &sweep->cells[k];
        if (!cell->outcome || dg_outcome_exit(cell->outcome) != DG_EXIT_BROKE || i--)
            continue;
        *out = (dg_sweep_red){ .plan = cell->plan,
                               .outcome = cell->outcome,
                               .place = cell->place,
                               .earlier = cell->earlier };
        dg_sweep_cell_name(out->name, sizeof out->name, cell->values, sweep->axes);
        return true;
    }
    return false;
}
