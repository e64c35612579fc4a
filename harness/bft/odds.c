/* odds.c - the same turn of an epoch by many seeds: how often it ends well, and by which steps it
 * does not. */
#include "bft/bft_impl.h"

#include <assert.h>

/* Long enough before the epoch's end for rounds to run as they do. */
#define LEAD_NS ((dg_ns)6000000000)

static void count(dg_bft_odds *out, const dg_bft_outcome *o)
{
    bool whole = o->split_round != 0 && o->next_late;
    out->seeds++;
    out->split += o->split_round != 0;
    out->late += whole;
    out->waited += o->stuck_round != 0;
    out->stuck += o->stuck_at_end;
    out->stuck_whole +=
        o->stuck_at_end && o->split_round != 0 && o->stuck_round == o->split_round + 1;
    if (o->stuck_at_end && !out->first_stuck)
        out->first_stuck = out->seed;
}

dg_code dg_bft_odds_of(dg_bft_odds *out, const dg_bft_network *network,
                       const dg_bft_odds_options *how, dg_error *err)
{
    dg_bft_network net = *network;
    dg_bft_parameters own[DG_BFT_COMMITTEES_MAX];
    dg_code rc = DG_OK;
    assert(network->parameter_count <= DG_BFT_COMMITTEES_MAX);
    *out = (dg_bft_odds){ .seeds = 0 };
    for (size_t i = 0; i < network->parameter_count; i++) {
        own[i] = network->parameters[i];
        if (how->payday)
            own[i].payday = *how->payday;
    }
    net.parameters = own;
    net.rollout_count = 0;
    net.before = net.before < LEAD_NS ? net.before : LEAD_NS;
    net.length = net.before + how->after;
    for (uint32_t i = 0; i < how->seeds && rc >= 0; i++) {
        dg_bft_outcome o;
        net.seed = out->seed = network->seed + i;
        if ((rc = dg_bft_run_turn(&o, &net, err)) >= 0)
            count(out, &o);
        if (rc >= 0 && how->done)
            how->done(how->user);
    }
    return rc;
}
