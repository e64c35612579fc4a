/* nodes.c - N and the nodes that are to run it, where those were named: what they lack to back
 * candidates under it, and what they lose where its ParachainHost comes in the middle of a session.
 * Host functions are not looked at here: all releases of the table have the same (code.c).
 *
 * Who can not do now what they could do before is N's doing; who could not do it under N-1 either
 * is told, and is no reason to refuse N. */
#include "preflight/preflight_impl.h"

#include <assert.h>

/* Finality ends where more than a third is gone, and nothing else bears that better. */
enum { MANY_PER_MILLE = 333, ASYNC_BACKING = 7 };

static const char *share_of(const dg_preflight_nodes *nodes, char out[48])
{
    if (nodes->per_mille >= 1000)
        snprintf(out, 48, "all nodes");
    else
        snprintf(out, 48, "%u.%u %% of the nodes", nodes->per_mille / 10, nodes->per_mille % 10);
    return out;
}

static dg_preflight_finding_severity gravity(const dg_preflight_nodes *nodes, bool of_n)
{
    return of_n && nodes->per_mille >= MANY_PER_MILLE ? DG_FIND_FAIL : DG_FIND_WARN;
}

/* Why they cannot, as a clause. */
static const char *why_unable(const dg_node_class *of, uint32_t host, char out[96])
{
    if (host < ASYNC_BACKING)
        snprintf(out, 96, "have no legacy statements, which ParachainHost below 7 needs");
    else if (!of->v2)
        snprintf(out, 96, "know legacy statements alone, which end with ParachainHost 7");
    else
        snprintf(out, 96, "need ParachainHost %u or later", of->host_needed);
    return out;
}

static void look_backing(dg_preflight_look *l, const dg_preflight_nodes *nodes)
{
    uint32_t before = dg_version_api(l->old, "ParachainHost"),
             now = dg_version_api(l->new_, "ParachainHost");
    bool could = dg_class_backs(&nodes->of, before);
    char share[48], why[96];
    if (!before || !now || dg_class_backs(&nodes->of, now))
        return;
    dg_preflight_find(l, gravity(nodes, could), "nodes.backing", nodes->of.name,
                      dg_preflight_find_int(before), dg_preflight_find_int(now),
                      "%s run %s and %s; N has %u, N-1 %u: they back no candidate from U on%s",
                      share_of(nodes, share), nodes->of.name, why_unable(&nodes->of, now, why), now,
                      before, could ? "" : ", nor before");
}

/* What is kept over the first leaf with asynchronous backing; how much it costs hangs on the place
 * of U in its session, so it is no reason to refuse N. */
static void look_flip(dg_preflight_look *l, const dg_preflight_nodes *nodes)
{
    const dg_node_class *of = &nodes->of;
    bool loses = of->early == DG_EARLY_DROP
                 || (of->early == DG_EARLY_KEEP && of->forgets_unused && !of->keeps_newest);
    char share[48];
    if (dg_version_api(l->old, "ParachainHost") >= ASYNC_BACKING
        || dg_version_api(l->new_, "ParachainHost") < ASYNC_BACKING || !of->v2)
        return;
    if (loses)
        dg_preflight_find(l, DG_FIND_WARN, "nodes.topology", of->name, NULL, NULL,
                          "%s run %s, which lose the grid topology of the session in which "
                          "ParachainHost comes to be 7 or later: where U is in a session says for "
                          "how long (doppel run)",
                          share_of(nodes, share), of->name);
    if (of->mode_by_session)
        dg_preflight_find(l, DG_FIND_WARN, "nodes.mode", of->name, NULL, NULL,
                          "%s run %s, which keep the mode of asynchronous backing of a session's "
                          "first leaf, so their blocks hold no candidates until the session of U "
                          "ends: where U is in it says for how long (doppel run)",
                          share_of(nodes, share), of->name);
}

dg_code dg_preflight_look_nodes(dg_preflight_look *l, dg_error *err)
{
    (void)err;
    assert(l->in->nodes || !l->in->nodes_count);
    for (size_t i = 0; i < l->in->nodes_count; i++) {
        look_backing(l, &l->in->nodes[i]);
        look_flip(l, &l->in->nodes[i]);
    }
    return DG_OK;
}
