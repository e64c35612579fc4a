/* slab.c - where slots come from: pages that never move, and a list of free ones. */
#include "sim/sim_impl.h"

static dg_code page_add(slab *s, dg_error *err)
{
    dg_code rc =
        dg_sim_grow((void **)&s->pages, &s->page_cap, s->page_count + 1, sizeof *s->pages, err);
    if (rc < 0)
        return rc;
    slot *page = dg_malloc(SLOT_PAGE * sizeof *page);
    if (!page)
        return dg_fail(err, DG_NOMEM, "no memory for %u more events", SLOT_PAGE);
    s->pages[s->page_count++] = page;
    return DG_OK;
}

dg_code dg_sim_slab_take(slab *s, uint32_t *ix, dg_error *err)
{
    if (s->free != SIM_NONE) {
        *ix = s->free;
        s->free = slot_at(s, *ix)->next;
        return DG_OK;
    }
    if (s->fresh == s->page_count << SLOT_PAGE_BITS) {
        dg_code rc = page_add(s, err);
        if (rc < 0)
            return rc;
    }
    *ix = s->fresh++;
    *slot_at(s, *ix) = (slot){ .gen = 1 };
    return DG_OK;
}

/* A slot whose timers have used up all generations is not given again: so a
 * timer's id never comes back. */
void dg_sim_slab_give(slab *s, uint32_t ix)
{
    slot *x = slot_at(s, ix);
    x->kind = SLOT_FREE;
    x->msg = NULL;
    if (x->gen == 0)
        return;
    x->next = s->free;
    s->free = ix;
}

void dg_sim_slab_clear(slab *s)
{
    for (uint32_t i = 0; i < s->page_count; i++)
        dg_free(s->pages[i]);
    dg_free(s->pages);
    *s = (slab){ .free = SIM_NONE };
}
