/* backing-rate: after U as many candidates are backed a block as in control. */
#include "claim/claim_impl.h"

static int64_t backed(const dg_event *paras)
{
    return paras->net_paras.backed;
}

static void start(void *at, const dg_claim_setup *setup)
{
    dg_claim_rate_start(at, setup, backed, "backed", 0);
}

const dg_claim dg_claim_backing_rate = {
    .id = DG_CLAIM_BACKING_RATE,
    .fails = "parachain candidates are not backed",
    .says = "after U as many candidates are backed a block as in control",
    .because = "on 2024-04-21 parachains stood still while the relay chain produced blocks as ever",
    .allows = "candidates",
    .basis = "node model",
    .options = dg_claim_rate_options,
    .network = true,
    .paras = true,
    .chance = true,
    .size = sizeof(para_rate),
    .setup = offsetof(para_rate, setup),
    .facts = offsetof(para_rate, facts),
    .start = start,
    .step = dg_claim_rate_step,
    .finish = dg_claim_rate_finish,
};
