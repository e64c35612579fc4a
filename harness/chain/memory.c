/* memory.c - how much memory nodes give a call, and how much of it calls took.
 * Mirrors: sc-executor executor.rs (CodeExecutor::call), sp-state-machine backend.rs
 * (BackendRuntimeCode::runtime_code). */
#include "chain/chain_impl.h"

#include <assert.h>

/* A value of eight bytes or more, of which a node takes 32 bits; one that does not decode is none.
 */
static bool stored_pages(dg_state *state, uint32_t *pages)
{
    dg_bytes value;
    if (dg_state_get(state, &value, dg_bytes_of(NULL, 0), dg_text(":heappages"), NULL) != DG_OK
        || value.len < 8)
        return false;
    *pages = dg_le32(value.at);
    return true;
}

dg_call_heap dg_chain_heap_of(const dg_chain *chain, dg_state *parent, bool imports)
{
    const dg_chain_memory *given = &chain->options.memory;
    uint32_t pages = given->pages;
    assert(parent);
    stored_pages(parent, &pages);
    uint64_t all = (uint64_t)pages * (imports ? given->import_times : 1);
    return (dg_call_heap){ !given->unlimited, all > UINT32_MAX ? UINT32_MAX : (uint32_t)all };
}

dg_call_heap dg_memory_of_author(dg_state *parent)
{
    uint32_t pages = DG_CHAIN_HEAP_PAGES;
    assert(parent);
    stored_pages(parent, &pages);
    return (dg_call_heap){ true, pages };
}

void dg_memory_use_note(dg_memory_use *use, const char *entry, const dg_call_cost *cost)
{
    if (!cost->memory_max
        || (use->max
            && (uint64_t)cost->memory_peak * use->max <= (uint64_t)use->peak * cost->memory_max))
        return;
    *use = (dg_memory_use){ cost->memory_peak, cost->memory_max, cost->memory_first, entry };
}
