/* fork.c - the state that both arms begin from, where a plan wants another than the
 * snapshot's: with more validators and parachains, or with values of its own. */
#include "run/run_impl.h"

#include <assert.h>

#include "population/population.h"

static dg_code grow(dg_run_state *run, dg_error *err)
{
    dg_population wanted;
    dg_growth grown;
    dg_code rc = dg_population_parse(&wanted, dg_plan_size(run->plan), err);
    dg_run_tell_progress(run, "grow", 0, 0);
    if (rc < 0
        || (rc = dg_population_grow(&grown, run->control.chain, &wanted, dg_plan_grow_by(run->plan),
                                    err))
               < 0)
        return dg_fail_within(err, rc, "network.size");
    run->state = grown.state;
    snprintf(
        run->grown, sizeof run->grown,
        "the state was grown before the fork, from %ux%u to %ux%u (validators x parachains): %s",
        grown.from.validators, grown.from.parachains, grown.to.validators, grown.to.parachains,
        grown.how);
    return DG_OK;
}

static dg_code amend(dg_run_state *run, dg_error *err)
{
    const char *key;
    json_t *value;
    dg_code rc;
    if (!run->state
        && !(run->state = dg_state_fork(dg_block_state(dg_chain_root(run->control.chain)))))
        return dg_fail(err, DG_NOMEM, "no memory to fork the state");
    json_object_foreach(
        (json_t *)dg_plan_storage(run->plan), key,
        value) if ((rc = dg_population_amend(run->state, run->control.chain, key, value, err))
                   < 0) return dg_fail_within(err, rc, "fork.storage");
    dg_state_begin_block(run->state);
    return DG_OK;
}

/* A network of the snapshot as it is: a group needs a member. */
static dg_code check_groups(const dg_run_state *run, dg_error *err)
{
    if (dg_plan_wants_network(run->plan) && run->parachains > run->nodes)
        return dg_fail(err, DG_USAGE,
                       "network: the state has %u parachains and %u validators, and each "
                       "parachain needs a backing group of one at least; network.size adds "
                       "validators",
                       run->parachains, run->nodes);
    return DG_OK;
}

dg_code dg_run_fork_prepare(dg_run_state *run, dg_error *err)
{
    dg_code rc = DG_OK;
    assert(run->control.chain && !run->state);
    if (dg_plan_size(run->plan))
        rc = grow(run, err);
    if (rc >= 0 && json_object_size(dg_plan_storage(run->plan)))
        rc = amend(run, err);
    if (rc < 0 || !run->state)
        return rc;
    dg_chain_close(run->control.chain);
    run->control.chain = NULL;
    return dg_run_arm_open_chain(&run->control, err);
}

dg_code dg_run_fork_people(dg_run_state *run, dg_error *err)
{
    dg_code rc;
    if (!dg_plan_wants_network(run->plan))
        return DG_OK;
    rc = dg_network_nodes(&run->nodes, run->control.chain, err);
    if (rc == DG_OK && (rc = check_groups(run, err)) == DG_OK)
        rc = dg_run_cores_check(run, err);
    return rc < 0 ? rc : DG_OK;
}
