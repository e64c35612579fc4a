/* stall.c - the empty slots right after U: upgrade-stall counts them, block-cadence all others. */
#include "claim/claim_impl.h"

/* Blocks of the slot that enact N themselves, and so end nothing. */
static void enacted(stall *s, const dg_event *e)
{
    const struct dg_event_net_upgrade *n = &e->net_upgrade;
    uint64_t before = s->enacting_slot == n->slot ? s->enacting : 0;
    s->enacting = before + (n->enacted != 0);
    s->enacting_slot = n->slot;
}

static bool is_empty(stall *s, const dg_claim_setup *setup, const dg_event *e)
{
    const struct dg_event_net_slot *n = &e->net_slot;
    stall_gap *g = &s->arm[e->arm];
    bool enacts = e->arm == DG_ARM_TREATMENT && s->enacting_slot == n->slot;
    if (n->slot < setup->upgrade_slot)
        return false;
    if (!g->begun) {
        g->begun = n->built != 0;
        return false;
    }
    g->slots++;
    g->over |= dg_claim_count(n->built) > (enacts ? s->enacting : 0);
    if (g->over || n->built)
        return false;
    g->empty++;
    return true;
}

bool dg_claim_stall_step(stall *s, const dg_claim_setup *setup, const dg_event *e)
{
    if (e->kind == DG_EVENT_NET_SLOT)
        return is_empty(s, setup, e);
    if (e->kind == DG_EVENT_NET_UPGRADE && e->arm == DG_ARM_TREATMENT)
        enacted(s, e);
    return false;
}
