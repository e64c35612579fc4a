/* disk.c - states out of snapshots, and snapshots out of states. */
#include "state/state_impl.h"

dg_code dg_state_open(dg_state **out, dg_snapshot *snapshot, dg_error *err)
{
    const dg_snapshot_info *info = dg_snapshot_info_of(snapshot);
    dg_trie *trie = dg_trie_open(&info->state_root, dg_snapshot_loader(snapshot));
    dg_code rc;
    if (!trie)
        return dg_fail(err, DG_NOMEM, "no memory for a state");
    if ((rc = dg_state_over(out, trie, err)) == DG_OK)
        dg_state_set_version(*out, info->state_version);
    return rc;
}

/* What is in memory. */
static dg_code flush(dg_state *state, dg_trie *top, dg_trie_each each, void *user, dg_error *err)
{
    const dg_state_family *kids = state->now.kids;
    dg_code rc = dg_trie_flush(top, each, user, err);
    for (size_t i = 0; kids && i < kids->count && rc == DG_OK; i++) {
        dg_hash child_root;
        if ((rc = dg_trie_root(kids->at[i]->trie, &child_root, err)) == DG_OK)
            rc = dg_trie_flush(kids->at[i]->trie, each, user, err);
    }
    return rc;
}

/* What is in memory comes from the tries, what was never changed from where they
 * came from. */
static dg_code put_all(dg_state *state, dg_trie *top, const dg_hash *root, dg_snapshot_writer *w,
                       dg_error *err)
{
    const dg_trie_loader *from = dg_trie_loader_of(top);
    dg_code rc = flush(state, top, dg_snapshot_put, w, err);
    return rc == DG_OK && from->load ? dg_snapshot_put_below(w, root, from, err) : rc;
}

static dg_code save(dg_state *state, const char *path, bool replace, const dg_snapshot_info *info,
                    dg_bytes header, dg_error *err)
{
    dg_snapshot_info filled = *info;
    dg_snapshot_writer *w;
    dg_trie *top;
    dg_code rc;
    if (info->sparse)
        return dg_fail(err, DG_USAGE,
                       "a state of which not everything is here cannot be kept as a whole: fetch "
                       "the state with doppel snapshot create, and run on that");
    if ((rc = dg_state_root(state, &filled.state_root, err)) < 0
        || (rc = dg_state_seal(state, &top, err)) < 0
        || (rc = dg_snapshot_begin_over(&w, path, replace,
                                        dg_snapshot_of_loader(dg_trie_loader_of(top)), err))
               < 0)
        return rc;
    filled.state_version = state->version;
    if ((rc = put_all(state, top, &filled.state_root, w, err)) < 0) {
        dg_snapshot_abandon(w);
        return rc;
    }
    return dg_snapshot_commit(w, &filled, header, NULL, err);
}

dg_code dg_state_save(dg_state *state, const char *path, const dg_snapshot_info *info,
                      dg_bytes header, dg_error *err)
{
    return save(state, path, false, info, header, err);
}

dg_code dg_state_replace(dg_state *state, const char *path, const dg_snapshot_info *info,
                         dg_bytes header, dg_error *err)
{
    return save(state, path, true, info, header, err);
}

/* ---- a sparse one ---- */

typedef struct sealed {
    dg_state *state;
    dg_trie *top;
} sealed;

static dg_code contents(void *user, dg_trie_each put, void *to, dg_error *err)
{
    sealed *s = user;
    return flush(s->state, s->top, put, to, err);
}

dg_code dg_state_become(dg_state *state, dg_snapshot *snapshot, dg_error *err)
{
    sealed s = { .state = state };
    dg_hash root;
    dg_code rc;
    if ((rc = dg_state_root(state, &root, err)) < 0 || (rc = dg_state_seal(state, &s.top, err)) < 0)
        return rc;
    return dg_snapshot_lazy_become(snapshot, &root, contents, &s, err);
}
