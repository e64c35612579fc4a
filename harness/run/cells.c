/* cells.c - many plans, each a run by itself in a process of its own. */
#include "run/run_impl.h"
#include "run/workers_impl.h"

#include <assert.h>
#include <string.h>

typedef struct cells {
    const dg_plan *const *plans;
    dg_run_options quiet;
    const dg_run_cells_options *how;
} cells;

/* Does an earlier one begin from the same snapshot, with the same N? */
static bool is_seen(const cells *c, size_t cell)
{
    const dg_plan_asked *own = dg_plan_asked_of(c->plans[cell]);
    for (size_t i = 0; i < cell; i++) {
        const dg_plan_asked *other = dg_plan_asked_of(c->plans[i]);
        if (strcmp(own->snapshot, other->snapshot) == 0 && strcmp(own->to, other->to) == 0)
            return true;
    }
    return false;
}

/* What the processes would each make once more: compiled code, and imported states. */
static dg_code make_ready(const cells *c, size_t count, dg_error *err)
{
    dg_code rc = DG_OK;
    for (size_t i = 0; i < count && rc >= 0; i++)
        if (!is_seen(c, i))
            rc = dg_run_warm(c->plans[i], &c->quiet, err);
    return rc;
}

static dg_code one(void *user, size_t job, json_t **document, dg_error *err)
{
    cells *c = user;
    return dg_run_in_child(document, c->plans[job], &c->quiet, err);
}

static dg_code ended(void *user, size_t job, dg_run_answer *answer, dg_error *err)
{
    cells *c = user;
    json_t *outcome = answer->document;
    answer->document = NULL;
    return c->how->ended(c->how->user, job, outcome, answer->crashed, &answer->err, err);
}

static bool halts(void *user)
{
    cells *c = user;
    return c->how->halts && c->how->halts(c->how->user);
}

dg_code dg_run_cells(const dg_plan *const *plans, size_t count, const dg_run_options *options,
                     const dg_run_cells_options *how, dg_error *err)
{
    cells c = { .plans = plans, .quiet = *options, .how = how };
    dg_run_workers_options workers = { .at_once = how->at_once, .ended = ended, .halts = halts };
    dg_run_answer *answers;
    dg_code rc;
    assert(how->ended);
    c.quiet.events_path = NULL;
    c.quiet.keep = NULL;
    c.quiet.progress = NULL;
    c.quiet.workers = 1;
    if ((rc = make_ready(&c, count, err)) < 0)
        return rc;
    c.quiet.compiling = NULL;
    if (!(answers = dg_calloc(count ? count : 1, sizeof *answers)))
        return dg_fail(err, DG_NOMEM, "no memory for %zu runs", count);
    rc = dg_run_workers(answers, count, one, &c, &workers, err);
    if (rc >= 0)
        dg_run_answers_clear(answers, count);
    dg_free(answers);
    return rc;
}
