/* find_functions.c - why no node can start N: host functions that it imports and nobody has,
 * whether anything calls them or not, and sections in which no version can be read. */
#include "suspect/suspect_impl.h"

/* Nodes of another implementation: what they provide is not known here. */
static bool any_other(const dg_suspect_facts *facts)
{
    static dg_plan_network wish; /* too large for a stack */
    bool any = false;
    if (!facts->network)
        return false;
    dg_plan_network_read(&wish, facts->plan);
    for (size_t i = 0; i < wish.options.share_count; i++)
        any |= !wish.own[i].from;
    return any;
}

void dg_suspect_find_functions(dg_suspects *out, const dg_suspect_facts *facts)
{
    const dg_release *newest = dg_release_newest();
    char more[40] = "";
    dg_suspect *s;
    if (!facts->lacked)
        return;
    if (facts->lacked_count > 1)
        snprintf(more, sizeof more, " and %u more", facts->lacked_count - 1);
    if (!(s = dg_suspect_add(out, DG_SUSPECT_HOST_FUNCTIONS, 0, "nodes have %s%s", facts->lacked,
                             more)))
        return;
    snprintf(s->name, sizeof s->name, "%s", facts->lacked);
    snprintf(s->says, sizeof s->says,
             "N imports %s%s, which no release of the node up to %s provides: such a node never "
             "starts the runtime, so it stops at U%s",
             facts->lacked, more, newest->name,
             any_other(facts) ? " (what Kagome provides is not known, and it is taken for one that "
                                "stops, too)"
                              : "");
    snprintf(s->seen, sizeof s->seen, "%u import%s of N that nodes lack", facts->lacked_count,
             facts->lacked_count == 1 ? "" : "s");
    snprintf(s->advice, sizeof s->advice,
             "build N without %s%s; or wait until a release of the node provides %s, and enact N "
             "only when nearly all validators run it",
             facts->lacked, more, facts->lacked_count == 1 ? "it" : "them");
}

/* Only where it is in: one that set_code refused did not stop anything. */
void dg_suspect_find_sections(dg_suspects *out, const dg_suspect_facts *facts)
{
    dg_suspect *s;
    if (!facts->unread || !facts->stuck
        || !(s = dg_suspect_add(out, DG_SUSPECT_SECTIONS, 0, "nodes ask N's code for its version")))
        return;
    snprintf(s->says, sizeof s->says, "no node can use N: %s", facts->unread);
    snprintf(s->seen, sizeof s->seen, "N's custom sections were read as nodes read them");
    snprintf(s->advice, sizeof s->advice,
             "build N again with its sections runtime_version and runtime_apis whole, as the wasm "
             "builder makes them");
}
