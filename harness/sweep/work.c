/* work.c - the cells that are not finished, several at once. */
#include "sweep/sweep_impl.h"

#include <assert.h>
#include <string.h>

typedef struct working {
    dg_sweep *sweep;
    const dg_sweep_options *options;
    uint64_t until;        /* wall time; 0: no end */
    const dg_plan **plans; /* of the cells that are to be done, in their order */
    size_t *of;            /* which cell that is */
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

static dg_code ended(void *user, size_t job, json_t *outcome, bool crashed, const dg_error *why,
                     dg_error *err)
{
    working *w = user;
    dg_sweep_cell *cell = &w->sweep->cells[w->of[job]];
    bool again = crashed && !cell->retried;
    (void)err;
    assert(!dg_sweep_cell_is_finished(cell));
    cell->outcome = outcome;
    if (again) {
        cell->retried = true;
    } else if (!outcome) {
        cell->exit = crashed ? DG_EXIT_INTERNAL : dg_exit_of(why->code);
        snprintf(cell->failed, sizeof cell->failed, "%s", why->text);
    }
    tell(w, cell, again);
    return DG_OK;
}

/* ---- all of them ---- */

static bool halts(void *user)
{
    const working *w = user;
    return (w->until && dg_wall_ns() >= w->until)
           || (w->options->halts && w->options->halts(w->options->user));
}

static void collect(working *w)
{
    w->count = 0;
    for (size_t i = 0; i < w->sweep->count; i++)
        if (!dg_sweep_cell_is_finished(&w->sweep->cells[i])) {
            w->plans[w->count] = w->sweep->cells[i].plan;
            w->of[w->count++] = i;
        }
}

/* Twice at most: a cell whose process went down is not finished after the first time. */
static dg_code do_all(working *w, dg_error *err)
{
    dg_run_cells_options how = {
        .at_once = w->options->at_once, .ended = ended, .halts = halts, .user = w
    };
    dg_code rc = DG_OK;
    for (collect(w); w->count && rc == DG_OK; collect(w))
        rc = dg_run_cells(w->plans, w->count, w->options->run, &how, err);
    return rc;
}

dg_code dg_sweep_work(dg_sweep *sweep, const dg_sweep_options *options, dg_error *err)
{
    working w = { .sweep = sweep,
                  .options = options,
                  .until = options->budget_ns ? dg_wall_ns() + options->budget_ns : 0,
                  .plans = dg_calloc(sweep->count ? sweep->count : 1, sizeof *w.plans),
                  .of = dg_calloc(sweep->count ? sweep->count : 1, sizeof *w.of) };
    dg_code rc = w.plans && w.of ? do_all(&w, err)
                                 : dg_fail(err, DG_NOMEM, "no memory for %zu cells", sweep->count);
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
