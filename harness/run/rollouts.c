/* rollouts.c - network.rollout of a plan, handed to the network: who is named is there, and each
 * arm has those that it is to have. */
#include "run/run_impl.h"

#include <assert.h>

static dg_code check_there(const dg_run_state *run, const dg_rollout *r, dg_error *err)
{
    for (uint32_t i = 0; i < r->count; i++)
        if (r->list[i] >= run->nodes)
            return dg_fail(err, DG_USAGE,
                           "nodes: there is no node %u: the network has %u (the first is 0)",
                           r->list[i], run->nodes);
    return DG_OK;
}

dg_code dg_run_rollouts_check(const dg_run_state *run, dg_error *err)
{
    static dg_plan_network net; /* too large for a stack */
    dg_code rc = DG_OK;
    if (dg_plan_rollout_count(run->plan))
        dg_plan_network_read(&net, run->plan);
    for (size_t i = 0; i < dg_plan_rollout_count(run->plan) && rc >= 0; i++) {
        dg_plan_rollout wish;
        rc = dg_plan_rollout_place(&wish, run->plan, i, &run->span, &net, err);
        if (rc >= 0 && (rc = check_there(run, &wish.rollout, err)) < 0)
            rc = dg_fail_within(err, rc, "network.rollout[%zu]", i);
        dg_plan_rollout_clear(&wish);
    }
    return rc;
}

dg_code dg_run_rollouts_apply(dg_network *net, const dg_run_arm *a, dg_plan_rollout *kept,
                              const dg_plan_network *wish, dg_error *err)
{
    const dg_run_state *run = a->run;
    for (size_t i = 0; i < dg_plan_rollout_count(run->plan); i++) {
        dg_code rc = dg_plan_rollout_place(&kept[i], run->plan, i, &run->span, wish, err);
        bool away = dg_run_is_without(run, DG_SUSPECT_ROLLOUT, (uint32_t)i)
                    || (kept[i].treatment_only && a->which == DG_ARM_CONTROL);
        if (rc >= 0 && !away && (rc = dg_network_rollout(net, &kept[i].rollout, err)) < 0)
            rc = dg_fail_within(err, rc, "network.rollout[%zu]", i);
        dg_plan_rollout_clear(&kept[i]); /* its list was copied */
        if (rc < 0)
            return rc;
    }
    return DG_OK;
}
