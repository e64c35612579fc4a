/* chain_only.c - what a run without a network leaves unsaid: the claims that were not
 * judged, by name, and why there were no nodes. */
#include "outcome/outcome_impl.h"

#include <assert.h>

/* Claims that would have been judged, had there been a network. */
static json_t *not_judged(const dg_claim_setup *setup)
{
    dg_claim_setup with = *setup;
    const dg_claim *claim;
    json_t *names = json_array();
    int bad = !names;
    with.network = true;
    for (size_t i = 0; (claim = dg_claim_at(i)); i++)
        if (dg_claim_is_judged(claim, &with) && !dg_claim_is_judged(claim, setup))
            bad |= json_array_append_new(names, json_string(dg_claim_name(claim->id)));
    if (bad) {
        json_decref(names);
        return NULL;
    }
    return names;
}

int dg_outcome_chain_only(json_t *out, const dg_outcome_facts *run, const dg_claim_setup *setup)
{
    assert(setup->network == !run->chain_only[0]);
    if (setup->network)
        return 0;
    return dg_outcome_put(out, "chain_only",
                          json_pack("{s:o, s:o}", "reason", dg_event_text(run->chain_only),
                                    "claims", not_judged(setup)));
}
