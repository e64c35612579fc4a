/* healing.c - what happened in the block from which treatment is as control again. */
#include "claim/claim_impl.h"

#include <assert.h>

static void add(healing *h, uint32_t block, int64_t slot, const char *what)
{
    assert(h->count <= HEALING_MAX);
    if (h->count && h->at[h->count - 1].slot == slot && h->at[h->count - 1].what == what)
        return; /* many nodes do it in one slot */
    if (h->count == HEALING_MAX) {
        h->full = true;
        return;
    }
    h->at[h->count++] = (healing_moment){ block, slot, what };
}

static const char restarted[] = "a restart of validators";

void dg_claim_healing_step(healing *h, const dg_event *e)
{
    if (e->arm != DG_ARM_TREATMENT)
        return;
    if (e->kind == DG_EVENT_NET_SESSION)
        add(h, e->block, e->net_session.slot, "session change");
    else if (e->kind == DG_EVENT_NET_FAULT && !e->net_fault.begins)
        add(h, 0, e->net_fault.slot, "the end of a planned fault");
    else if (e->kind == DG_EVENT_NET_RENEWED)
        add(h, 0, e->net_renewed.slot, restarted);
    else if (e->kind == DG_EVENT_UPGRADE && e->upgrade.migrated && e->upgrade.enacted)
        add(h, e->block, DG_CLAIM_NEVER, "N's first block");
}

void dg_claim_healing_say(const healing *h, dg_verdict *v, uint32_t block, int64_t slot)
{
    const char *what = h->full ? "" : "the network itself";
    for (size_t i = h->count; i-- > 0;)
        if (h->at[i].block == block || h->at[i].slot == slot)
            what = h->at[i].what;
    dg_claim_text_copy(v->healed, sizeof v->healed, what);
}
