/* cells.c - many plans, each in a process of its own; those that can share what is before U do. */
#include "run/run_impl.h"
#include "run/workers_impl.h"

#include <assert.h>
#include <string.h>

typedef struct cells {
    const dg_plan *const *plans;
    size_t count;
    dg_run_pool *pool;
    dg_run_answer *answers;
    dg_run_options quiet;
    const dg_run_cells_options *how;
    dg_run_pair_risk *risks; /* of each one's pair, where the riskiest come first */
} cells;

/* The first that begins from the same snapshot, with the same N: `cell` itself, if none does. */
static size_t same_pair(const cells *c, size_t cell)
{
    const dg_plan_asked *own = dg_plan_asked_of(c->plans[cell]);
    for (size_t i = 0; i < cell; i++) {
        const dg_plan_asked *other = dg_plan_asked_of(c->plans[i]);
        if (strcmp(own->snapshot, other->snapshot) == 0 && strcmp(own->to, other->to) == 0)
            return i;
    }
    return cell;
}

/* What the processes would each make once more: compiled code, and imported states. One that cannot
 * be opened is no reason to leave the others undone: its own process says why. None at all is. */
static dg_code make_ready(cells *c, size_t count, dg_error *err)
{
    dg_error reason = { .code = DG_OK }, why;
    bool some = false;
    for (size_t i = 0; i < count; i++) {
        dg_run_request request = { .plan = c->plans[i], .options = &c->quiet };
        dg_run_state *run;
        size_t first = same_pair(c, i);
        dg_code rc;
        c->risks[i] = c->risks[first];
        if (first < i)
            continue;
        rc = dg_run_open(&run, &request, &why);
        if (rc >= 0)
            c->risks[i] = dg_run_pair_risk_of(run);
        dg_run_free(run);
        some |= rc >= 0;
        if (rc < 0 && reason.code == DG_OK)
            reason = why;
        if (rc == DG_NOMEM)
            return dg_fail(err, rc, "%s", why.text);
    }
    return some ? DG_OK : dg_fail(err, reason.code, "%s", reason.text);
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

/* ---- those that can share control ---- */

/* The plan without where U is; owned. */
static json_t *elsewhere(const dg_plan *plan)
{
    json_t *copy = json_deep_copy(dg_plan_json(plan));
    json_object_del(json_object_get(copy, "upgrade"), "at");
    return copy;
}

/* Puts those that differ from cell `first` in where U is alone, and are in no group yet, behind it.
 */
static size_t group_of(const cells *c, const bool *grouped, size_t *jobs, size_t first)
{
    json_t *same = elsewhere(c->plans[first]);
    size_t count = 0;
    assert(!grouped[first]);
    for (size_t i = first; i < c->count; i++) {
        json_t *other = grouped[i] ? NULL : elsewhere(c->plans[i]);
        if (other && json_equal(same, other))
            jobs[count++] = i;
        json_decref(other);
    }
    json_decref(same);
    return count;
}

/* ---- those that cannot ---- */

static dg_code one_alone(cells *c, size_t job, dg_error *err)
{
    dg_error why = { .text = "" };
    json_t *outcome = NULL;
    bool in_child;
    dg_code rc = DG_OK;
    while (rc == DG_OK && dg_run_pool_is_full(c->pool))
        rc = dg_run_pool_wait(c->pool, err);
    if (rc != DG_OK || (rc = dg_run_pool_fork(c->pool, job, &in_child, err)) < 0 || !in_child)
        return rc;
    rc = dg_run_in_child(&outcome, c->plans[job], &c->quiet, &why);
    dg_run_pool_answer(c->pool, rc, outcome, &why);
}

static dg_code each_alone(cells *c, const dg_run_group *g, dg_error *err)
{
    dg_code rc = DG_OK;
    bool ranked = c->how->riskiest_first;
    for (dg_run_rank turn = 0; turn < DG_RUN_RANK_COUNT && rc == DG_OK; turn++)
        for (size_t i = 0; i < g->count && rc == DG_OK; i++) {
            dg_run_rank rank = ranked ? dg_run_rank_of_plan(g->plans[i]) : DG_RUN_RANK_BOUNDARY;
            if (rank != turn || c->answers[g->jobs[i]].begun)
                continue;
            if (ranked && c->how->ranked)
                c->how->ranked(c->how->user, g->jobs[i], dg_run_rank_words(rank));
            rc = one_alone(c, g->jobs[i], err);
        }
    return rc;
}

/* ---- all of them ---- */

/* What a group cannot do together, for whatever reason, each of it does by itself, and says why. */
static dg_code one_group(cells *c, const dg_plan **plans, const size_t *jobs, size_t count,
                         dg_error *err)
{
    dg_run_group group = { .plans = plans, .jobs = jobs, .count = count, .how = c->how };
    dg_code rc;
    for (size_t i = 0; i < count; i++)
        plans[i] = c->plans[jobs[i]];
    if (count == 1)
        return each_alone(c, &group, err);
    rc = dg_run_shared(c->pool, &group, &c->quiet, err);
    if (rc == DG_OK || rc == DG_END)
        return rc;
    dg_log(DG_LOG_VERBOSE, "run", "%zu cells are run each by itself: %s", count, err->text);
    return each_alone(c, &group, err);
}

/* The first that is in no group yet, or that of the riskiest pair; `count`: there is none. */
static size_t next_first(const cells *c, const bool *grouped)
{
    size_t best = c->count;
    for (size_t i = 0; i < c->count; i++) {
        if (grouped[i])
            continue;
        if (best == c->count)
            best = i;
        else if (dg_run_pair_is_riskier(c->risks[i], c->risks[best]))
            best = i;
        if (!c->how->riskiest_first)
            break;
    }
    return best;
}

static dg_code all_groups(cells *c, dg_error *err)
{
    bool *grouped = dg_calloc(c->count, sizeof *grouped);
    size_t *jobs = dg_calloc(c->count, sizeof *jobs), first;
    const dg_plan **plans = dg_calloc(c->count, sizeof *plans);
    dg_code rc = grouped && jobs && plans
                     ? DG_OK
                     : dg_fail(err, DG_NOMEM, "no memory for %zu runs", c->count);
    while (rc == DG_OK && (first = next_first(c, grouped)) < c->count) {
        size_t count = group_of(c, grouped, jobs, first);
        for (size_t i = 0; i < count; i++)
            grouped[jobs[i]] = true;
        rc = one_group(c, plans, jobs, count, err);
    }
    while (rc == DG_OK && dg_run_pool_is_busy(c->pool))
        rc = dg_run_pool_wait(c->pool, err);
    dg_free(grouped);
    dg_free(jobs);
    dg_free(plans);
    return rc;
}

dg_code dg_run_cells(const dg_plan *const *plans, size_t count, const dg_run_options *options,
                     const dg_run_cells_options *how, dg_error *err)
{
    cells c = { .plans = plans, .count = count, .quiet = *options, .how = how };
    dg_run_workers_options workers = { .at_once = how->at_once, .ended = ended, .halts = halts };
    dg_code rc;
    assert(how->ended);
    c.quiet.events_path = NULL;
    c.quiet.keep = NULL;
    c.quiet.progress = NULL;
    c.quiet.workers = 1;
    if (!count)
        return DG_OK;
    for (size_t i = 0; i < count; i++)
        if (dg_plan_is_bft(plans[i]))
            return dg_fail(err, DG_USAGE,
                           "a plan of consensus bft is run by `doppel run` alone; other seeds and "
                           "costs are asked for by its bft.odds");
    c.risks = dg_calloc(count, sizeof *c.risks);
    c.answers = dg_calloc(count, sizeof *c.answers);
    rc = c.risks && c.answers ? make_ready(&c, count, err)
                              : dg_fail(err, DG_NOMEM, "no memory for %zu runs", count);
    c.quiet.compiling = NULL;
    if (rc >= 0 && (rc = dg_run_pool_new(&c.pool, c.answers, count, &c, &workers, err)) >= 0)
        rc = all_groups(&c, err);
    dg_run_pool_free(c.pool);
    if (c.answers)
        dg_run_answers_clear(c.answers, count);
    dg_free(c.answers);
    dg_free(c.risks);
    return rc;
}
