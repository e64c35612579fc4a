/* delta.c - a state that is there already, kept again as what it adds to another. */
#include "snapshot/snapshot_impl.h"

dg_code dg_snapshot_keep_over(const char *path, bool replace, const dg_snapshot *state,
                              const dg_snapshot *over, dg_error *err)
{
    dg_snapshot_info info = state->m.info;
    dg_snapshot_writer *w = NULL;
    dg_code rc;
    if (info.sparse && state->has_store)
        return dg_fail(err, DG_USAGE, "%s is frozen: what it lacks cannot be had from it",
                       state->dir);
    if (over->m.info.sparse)
        return dg_fail(err, DG_USAGE, "%s is frozen: a state is kept over a whole one", over->dir);
    if ((rc = dg_snapshot_begin_over(&w, path, replace, over, err)) < 0)
        return rc;
    info.sparse = false;
    if (state->loader.want)
        state->loader.want(state->loader.source, DG_TRIE_WANT_PREFIX, dg_bytes_of(NULL, 0));
    info.own_nodes = info.own_bytes = info.shared_bytes = 0;
    if ((rc = dg_snapshot_put_below(w, &info.state_root, &state->loader, err)) < 0) {
        dg_snapshot_abandon(w);
        return rc;
    }
    return dg_snapshot_commit(w, &info, dg_snapshot_header(state), state->substitutes, err);
}
