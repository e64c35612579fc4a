/* inclusion-rate: after U as many candidates become available and are included as in control. */
#include "claim/claim_impl.h"

static int64_t included(const dg_event *paras)
{
    return paras->net_paras.included;
}

static void start(void *at, const dg_claim_setup *setup)
{
    dg_claim_rate_start(at, setup, included, "included", 1);
}

const dg_claim dg_claim_inclusion_rate = {
    .id = DG_CLAIM_INCLUSION_RATE,
    .fails = "parachain candidates are not included",
    .says = "after U as many candidates become available and are included as in control",
    .because = "a candidate that is backed and never included is no parachain block",
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
