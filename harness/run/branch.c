/* branch.c - the chain that a plan begins from, for what is rehearsed beside the arms. */
#include "run/run_impl.h"

struct dg_run_branch {
    dg_run_state *run;
};

dg_code dg_run_branch_open(dg_run_branch **out, const dg_plan *plan, const dg_run_options *options,
                           dg_error *err)
{
    dg_run_request r = { .plan = plan, .options = options };
    dg_run_branch *b = dg_calloc(1, sizeof *b);
    dg_code rc =
        b ? dg_run_open(&b->run, &r, err) : dg_fail(err, DG_NOMEM, "no memory for a chain");
    *out = rc < 0 ? NULL : b;
    if (rc < 0)
        dg_free(b);
    return rc;
}

dg_chain *dg_run_branch_chain(const dg_run_branch *branch)
{
    return branch->run->control.chain;
}

dg_plan_span dg_run_branch_span(const dg_run_branch *branch)
{
    return branch->run->span;
}

dg_transition dg_run_branch_transition(const dg_run_branch *branch)
{
    return dg_run_transition(branch->run);
}

void dg_run_branch_close(dg_run_branch *branch)
{
    if (branch)
        dg_run_free(branch->run);
    dg_free(branch);
}
