/* memory.c - how much memory each release gives a runtime call. RELEASES.md has the crates.
 *
 * All of them: 2,048 pages beyond those that the code begins with; for blocks as many as
 * `:heappages` of the parent's state says. Neither a node's flags nor its configuration change
 * that (sc-cli config.rs, default_heap_pages: none). Who imports a block has twice as many since
 * v1.24. Kagome: heap_alloc_strategy_heappages.hpp; it goes by `:heappages` for queries too. */
#include "protocol/release_impl.h"

dg_chain_memory dg_release_memory(const dg_release *release)
{
    bool twice = release && release >= &dg_release_table[V1_24];
    return (dg_chain_memory){ .pages = DG_CHAIN_HEAP_PAGES, .import_times = twice ? 2 : 1 };
}

dg_chain_memory dg_class_memory(const dg_node_class *of)
{
    return dg_release_memory(of->from);
}
