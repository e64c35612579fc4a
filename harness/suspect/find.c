/* find.c - all who are suspected, in the order of their kinds. */
#include "suspect/suspect_impl.h"

#include <assert.h>
#include <string.h>

/* Those of one kind stay as they were found. */
static void sort(dg_suspects *out)
{
    for (size_t i = 1; i < out->count; i++) {
        dg_suspect it = out->at[i];
        size_t k = i;
        for (; k && out->at[k - 1].kind > it.kind; k--)
            out->at[k] = out->at[k - 1];
        out->at[k] = it;
    }
}

void dg_suspects_find(dg_suspects *out, const dg_suspect_facts *facts)
{
    assert(facts->faults || !facts->fault_count);
    assert(facts->plan && facts->asked && facts->log);
    memset(out, 0, sizeof *out);
    dg_suspect_find_functions(out, facts);
    dg_suspect_find_sections(out, facts);
    dg_suspect_find_plan(out, facts);
    dg_suspect_find_rollouts(out, facts);
    dg_suspect_find_state(out, facts);
    dg_suspect_find_memory(out, facts); /* chain alone, too */
    if (facts->network && !facts->stuck) {
        dg_suspect_find_nodes(out, facts);
        dg_suspect_find_kept(out, facts);
        dg_suspect_find_runtime(out, facts);
    }
    sort(out);
}
