/* default_network.c - which nodes run where the plan leaves it open: those of the
 * releases that were current when N came, or none, and then why.
 *
 * A rehearsal that asks no nodes says nothing of what stalled in 2024: so nodes are left out
 * only by a plan that says so, or where the state has nobody to be one. */
#include "run/run_impl.h"

#include <assert.h>
#include <string.h>

/* Has the runtime a pallet that takes candidates in? Without one nothing is ever backed. Its name
 * is ParaInclusion, once ParasInclusion and Inclusion. */
static bool takes_candidates(dg_run_state *run)
{
    const dg_meta *meta = NULL;
    if (dg_runtime_meta(run->from_kept, &meta, NULL) != DG_OK)
        return true;
    for (size_t i = 0; i < dg_meta_pallet_count(meta); i++)
        if (strstr(dg_meta_pallet_at(meta, i)->name, "Inclusion"))
            return true;
    return false;
}

/* Why there can be no network over this state; "" where there can. */
static void obstacle(char *out, size_t size, dg_run_state *run)
{
    assert(size > 0);
    uint32_t nodes = 0;
    dg_error err = { .text = "" };
    out[0] = 0;
    if (!dg_plan_judges_network(run->plan))
        snprintf(out, size, "the plan asks for no claim about the network");
    else if (dg_snapshot_info_of(run->source.snapshot)->partial)
        snprintf(out, size, "the snapshot is partial");
    else if (!run->parachains)
        snprintf(out, size, "the state has no parachains");
    else if (dg_network_nodes(&nodes, run->control.chain, &err) != DG_OK || !nodes)
        snprintf(out, size, "the state has no validators that can be read%s%s",
                 err.text[0] ? ": " : "", err.text);
    else if (run->parachains > nodes)
        snprintf(
            out, size,
            "the state has %u parachains and %u validators, and each parachain needs a backing "
            "group of one at least",
            run->parachains, nodes);
    else if (!takes_candidates(run))
        snprintf(out, size, "the runtime has no pallet that takes candidates of parachains in");
    else if (dg_run_cores_check(run, &err) < 0)
        snprintf(out, size, "%s", err.text);
}

/* DG_ABSENT: nothing is known of that time. */
static dg_code nodes_of_the_time(dg_run_state *run)
{
    const dg_version *to = dg_runtime_version(run->to);
    return dg_release_of_runtime(&run->assumed, to->spec_name, to->spec_version,
                                 dg_version_api(to, "ParachainHost"))
               ? DG_OK
               : DG_ABSENT;
}

/* The plan says something of nodes, but not who they are: it has to have some. */
static dg_code nodes_are_wanted(dg_run_state *run, dg_error *err)
{
    if (nodes_of_the_time(run) == DG_OK)
        return DG_OK;
    return dg_fail(err, DG_USAGE,
                   "network.classes is missing: it is not known which nodes ran when %s %u came",
                   dg_runtime_version(run->to)->spec_name,
                   dg_runtime_version(run->to)->spec_version);
}

/* Nodes if there can be any; else run->chain_only says why not. */
static void nodes_are_offered(dg_run_state *run)
{
    obstacle(run->chain_only, sizeof run->chain_only, run);
    if (!run->chain_only[0] && nodes_of_the_time(run) == DG_ABSENT)
        snprintf(run->chain_only, sizeof run->chain_only,
                 "it is not known which nodes ran when %s %u came; --nodes names them",
                 dg_runtime_version(run->to)->spec_name, dg_runtime_version(run->to)->spec_version);
}

dg_code dg_run_network_settle(dg_run_state *run, dg_error *err)
{
    bool wanted = dg_plan_wants_network(run->plan);
    dg_code rc = DG_OK;
    assert(run->to && !run->settled);
    if (!dg_plan_leaves_nodes_open(run->plan)) {
        snprintf(run->chain_only, sizeof run->chain_only, "%s",
                 wanted ? "" : "the plan says so (network: false)");
        return DG_OK;
    }
    if (wanted)
        rc = nodes_are_wanted(run, err);
    else
        nodes_are_offered(run);
    if (rc < 0)
        return rc;
    rc = dg_plan_settle(&run->settled, run->plan, run->chain_only[0] ? NULL : &run->assumed, err);
    if (rc < 0)
        return run->chain_only[0]
                   ? dg_fail_within(err, rc, "no network is simulated, since %s", run->chain_only)
                   : rc;
    run->plan = run->settled;
    dg_run_ask(run);
    return DG_OK;
}
