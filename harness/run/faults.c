/* faults.c - network.faults of a plan, handed to the network: who is struck is there,
 * and each arm has those that it is to have. */
#include "run/run_impl.h"

#include <assert.h>

static bool has_para(const dg_run_state *run, uint32_t id)
{
    dg_bytes value;
    dg_scale s;
    bool found = false;
    if (dg_chain_storage(run->control.chain, dg_chain_root(run->control.chain), &value, "Paras",
                         "Parachains", NULL, NULL)
        != DG_OK)
        return false;
    s = dg_scale_from(value);
    for (uint32_t i = dg_scale_count(&s, 4); i; i--)
        found |= dg_scale_u32(&s) == id;
    return found;
}

/* A genesis has no groups: the first change of session makes them. */
static dg_code check_group(const dg_run_state *run, const dg_fault *f, dg_error *err)
{
    if (f->who != DG_WHO_GROUP || run->span.fork_number || f->from > run->span.clock.next_boundary)
        return DG_OK;
    return dg_fail(err, DG_USAGE,
                   "group: at slot %llu of the run there are no groups yet, they begin with the "
                   "second session; let it begin later, "
                   "as \"from\": \"boundary@1+1\"",
                   (unsigned long long)(f->from - run->span.clock.next_slot));
}

/* Nodes are the validators of the state, in its order. */
static dg_code check_there(const dg_run_state *run, const dg_fault *f, dg_error *err)
{
    for (uint32_t i = 0;
         f->who == DG_WHO_LIST && f->kind == DG_FAULT_OFFLINE_COLLATORS && i < f->count; i++)
        if (!has_para(run, f->list[i]))
            return dg_fail(err, DG_USAGE, "paras: there is no parachain %u", f->list[i]);
    for (uint32_t i = 0;
         f->who == DG_WHO_LIST && f->kind != DG_FAULT_OFFLINE_COLLATORS && i < f->count; i++)
        if (f->list[i] >= run->nodes)
            return dg_fail(err, DG_USAGE,
                           "nodes: there is no node %u: the network has %u (the first is 0)",
                           f->list[i], run->nodes);
    return DG_OK;
}

static dg_code check(const dg_run_state *run, const dg_fault *f, dg_error *err)
{
    return check_group(run, f, err) < 0 ? DG_USAGE : check_there(run, f, err);
}

dg_code dg_run_faults_place(dg_run_state *run, dg_error *err)
{
    size_t count = dg_plan_fault_count(run->plan);
    assert(!run->faults && !run->fault_count);
    if (!count)
        return DG_OK;
    if (!(run->faults = dg_calloc(count, sizeof *run->faults)))
        return dg_fail(err, DG_NOMEM, "no memory for faults");
    for (size_t i = 0; i < count; i++) {
        dg_plan_fault *fault = &run->faults[run->fault_count++];
        dg_code rc = dg_plan_fault_place(fault, run->plan, i, &run->span, err);
        if (rc < 0 || (rc = check(run, &fault->fault, err)) < 0)
            return dg_fail_within(err, rc, "network.faults[%zu]", i);
    }
    return DG_OK;
}

dg_code dg_run_faults_apply(dg_network *net, const dg_run_arm *a, dg_error *err)
{
    for (size_t i = 0; i < a->run->fault_count; i++) {
        const dg_plan_fault *wish = &a->run->faults[i];
        bool away = dg_run_is_without(a->run, DG_SUSPECT_FAULT, (uint32_t)i);
        dg_code rc = away || (wish->treatment_only && a->which == DG_ARM_CONTROL)
                         ? DG_OK
                         : dg_network_fault(net, &wish->fault, err);
        if (rc < 0)
            return dg_fail_within(err, rc, "network.faults[%zu]", i);
    }
    return DG_OK;
}

void dg_run_faults_clear(dg_run_state *run)
{
    for (size_t i = 0; i < run->fault_count; i++)
        dg_plan_fault_clear(&run->faults[i]);
    dg_free(run->faults);
}
