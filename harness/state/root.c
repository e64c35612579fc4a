/* root.c - roots, and what is read against them. */
#include "state/state_impl.h"

/* Puts the root of `c` into `top`, or takes it away when the child is empty.
 * With `top` NULL nothing is written. `*differs`: it was another one. */
static dg_code write_root(dg_state *state, dg_trie *top, const dg_trie *look_in,
                          const dg_state_child *c, bool *differs, dg_error *err)
{
    dg_buf key;
    dg_bytes value = { NULL, 0 };
    dg_hash root;
    bool empty;
    dg_code rc = dg_state_child_root_key(&key, dg_bytes_of(c->key, c->key_len), err);
    if (rc == DG_OK)
        rc = dg_trie_root(c->trie, &root, err);
    if (rc == DG_OK)
        rc = dg_trie_get(look_in, &value, dg_buf_bytes(&key), err);
    if (rc >= 0) {
        empty = dg_hash_equal(&root, &DG_TRIE_EMPTY_ROOT);
        *differs = rc == DG_OK ? empty || !dg_bytes_equal(value, dg_hash_bytes(&root)) : !empty;
        rc = DG_OK;
        if (*differs && top && empty)
            rc = dg_trie_delete(top, NULL, dg_buf_bytes(&key), err);
        else if (*differs && top)
            rc = dg_trie_put(top, dg_buf_bytes(&key), dg_hash_bytes(&root), state->version,
                             state->stamp, err);
    }
    dg_buf_clear(&key);
    return rc;
}

/* The roots of child tries belong into the hashed top trie, not into the one the
 * runtime sees: they go into a fork, made when the first of them differs. */
dg_code dg_state_seal(dg_state *state, dg_trie **top, dg_error *err)
{
    const dg_state_family *kids = state->now.kids;
    dg_trie *sealed = NULL;
    dg_code rc = DG_OK;
    for (size_t i = 0; !state->sealed && kids && i < kids->count && rc == DG_OK; i++) {
        bool differs = false;
        if (!kids->at[i]->touched)
            continue;
        rc = write_root(state, NULL, state->now.top, kids->at[i], &differs, err);
        if (rc == DG_OK && differs && !sealed && !(sealed = dg_trie_fork(state->now.top)))
            rc = dg_fail(err, DG_NOMEM, "no memory for a state");
        if (rc == DG_OK && differs)
            rc = write_root(state, sealed, sealed, kids->at[i], &differs, err);
    }
    if (rc < 0) {
        dg_trie_free(sealed);
        return rc;
    }
    if (sealed)
        state->sealed = sealed;
    *top = state->sealed ? state->sealed : state->now.top;
    return DG_OK;
}

dg_code dg_state_root(dg_state *state, dg_hash *root, dg_error *err)
{
    dg_trie *top;
    dg_code rc = dg_state_seal(state, &top, err);
    return rc < 0 ? rc : dg_trie_root(top, root, err);
}

dg_code dg_state_child_root(dg_state *state, dg_hash *root, dg_bytes child, dg_error *err)
{
    dg_state_child *c;
    bool differs;
    dg_code rc = dg_state_child_find(state, &c, child, err);
    *root = DG_TRIE_EMPTY_ROOT;
    if (rc < 0 || !c)
        return rc;
    if ((rc = dg_trie_root(c->trie, root, err)) < 0 || !c->touched)
        return rc;
    /* Asked for by itself, the root becomes visible in the top trie. */
    if ((rc = write_root(state, state->now.top, state->now.top, c, &differs, err)) == DG_OK
        && differs)
        dg_state_unseal(state);
    return rc;
}

dg_code dg_state_prove(dg_state *state, dg_buf *proof, const dg_bytes *keys, size_t count,
                       dg_error *err)
{
    dg_trie *top;
    dg_code rc = dg_state_seal(state, &top, err);
    return rc < 0 ? rc : dg_trie_prove(top, proof, keys, count, err);
}

dg_code dg_state_diff(dg_state *before, dg_state *after, dg_trie_delta each, void *user,
                      dg_error *err)
{
    dg_hash root;
    dg_trie *tops[2];
    dg_code rc;
    /* Known hashes let the walk pass over what is the same. */
    if ((rc = dg_state_root(before, &root, err)) < 0 || (rc = dg_state_root(after, &root, err)) < 0
        || (rc = dg_state_seal(before, &tops[0], err)) < 0
        || (rc = dg_state_seal(after, &tops[1], err)) < 0)
        return rc;
    return dg_trie_diff(tops[0], tops[1], each, user, err);
}
