/* freeze.c - what is here of a sparse state, as a snapshot that asks nobody. */
#include "snapshot/lazy_impl.h"

/* Entries grow while they are looked at: what hangs from a node is entered with it. */
static dg_code put_all(dg_snapshot_writer *w, dg_snapshot *s, dg_error *err)
{
    dg_snapshot_paths *p = &s->lazy->paths;
    dg_code rc = DG_OK;
    for (int32_t i = 0; rc >= 0 && i < dg_snapshot_paths_count(p); i++)
        if ((rc = dg_snapshot_lazy_here(s, i, err)) == DG_OK) {
            const dg_snapshot_entry *e = dg_snapshot_paths_at(p, i);
            rc = dg_snapshot_put(w, &e->hash, e->bytes, err);
        }
    return rc < 0 ? rc : DG_OK;
}

dg_code dg_snapshot_freeze(dg_snapshot *s, const char *path, bool replace, dg_error *err)
{
    dg_snapshot_info info = s->m.info;
    dg_snapshot_writer *w;
    dg_code rc;
    if (!s->lazy)
        return dg_fail(err, DG_USAGE, "the snapshot is whole already: there is nothing to freeze");
    if ((rc = dg_snapshot_lost(err)) < 0
        || (s->lazy->pack && (rc = dg_snapshot_pack_look_again(s->lazy->pack, err)) < 0)
        || (rc = dg_snapshot_begin(&w, path, replace, err)) < 0)
        return rc;
    info.sparse = true;
    if ((rc = put_all(w, s, err)) < 0) {
        dg_snapshot_abandon(w);
        return rc;
    }
    return dg_snapshot_commit(w, &info, dg_snapshot_header(s), s->substitutes, err);
}
