/* work.c - the cases are run, several at once, over code that is compiled once. */
#include "gate/gate_impl.h"

#include <assert.h>
#include <string.h>

typedef struct working {
    dg_gate *gate;
    const dg_gate_options *options;
    const dg_plan **plans; /* of the cases that are to be done, in their order */
    size_t *of;            /* which case that is */
    size_t count;
} working;

static void tell(const working *w, const dg_gate_case *one, bool retried)
{
    dg_gate_progress now = { .total = w->gate->count, .last = one->name, .retried = retried };
    if (!w->options->progress)
        return;
    for (size_t i = 0; i < w->gate->count; i++)
        now.done += dg_gate_case_is_finished(&w->gate->cases[i]);
    now.exit = one->outcome ? dg_outcome_exit(one->outcome) : one->exit;
    w->options->progress(w->options->user, &now);
}

static dg_code ended(void *user, size_t job, json_t *outcome, bool crashed, const dg_error *why,
                     dg_error *err)
{
    working *w = user;
    dg_gate_case *one = &w->gate->cases[w->of[job]];
    bool again = crashed && !one->retried;
    (void)err;
    assert(job < w->count && !dg_gate_case_is_finished(one));
    one->retried |= again;
    one->outcome = outcome;
    if (!outcome && !again) {
        one->exit = crashed && why->code != DG_IO ? DG_EXIT_INTERNAL : dg_exit_of(why->code);
        snprintf(one->failed, sizeof one->failed, "%s", why->text);
    }
    tell(w, one, again);
    return DG_OK;
}

static bool halts(void *user)
{
    const working *w = user;
    return w->options->halts && w->options->halts(w->options->user);
}

static size_t collect(working *w)
{
    w->count = 0;
    for (size_t i = 0; i < w->gate->count; i++)
        if (!dg_gate_case_is_finished(&w->gate->cases[i])) {
            w->plans[w->count] = w->gate->cases[i].plan;
            w->of[w->count++] = i;
        }
    return w->count;
}

dg_code dg_gate_work(dg_gate *gate, const dg_gate_options *options, dg_error *err)
{
    working w = { .gate = gate,
                  .options = options,
                  .plans = dg_calloc(gate->count, sizeof *w.plans),
                  .of = dg_calloc(gate->count, sizeof *w.of) };
    dg_run_cells_options how = {
        .at_once = options->at_once, .ended = ended, .halts = halts, .user = &w
    };
    dg_code rc = w.plans && w.of ? DG_OK : dg_fail(err, DG_NOMEM, "no memory for a gate's cases");
    assert(gate->count);               /* it was opened */
    while (rc == DG_OK && collect(&w)) /* twice at most: see `ended` */
        rc = dg_run_cells(w.plans, w.count, options->run, &how, err);
    dg_free(w.plans);
    dg_free(w.of);
    return rc;
}
