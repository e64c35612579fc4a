/* iter.c - keys in order below a prefix. */
#include "trie/trie_impl.h"

/* Holds a fork of its own: a write to the handle it came from is not seen. */
struct dg_trie_iter {
    dg_trie *trie;
    dg_trie_item **first; /* slot of the subtree, until it is entered */
    dg_trie_steps steps;  /* nodes above and at the last key */
    dg_buf bytes;
    dg_trie_path path;
};

dg_code dg_trie_iter_new(dg_trie_iter **out, const dg_trie *trie, dg_bytes prefix, dg_error *err)
{
    dg_trie_iter *it = dg_calloc(1, sizeof *it);
    size_t depth = 0;
    dg_code rc;
    if (!it || !(it->trie = dg_trie_fork(trie))) {
        dg_free(it);
        return dg_fail(err, DG_NOMEM, "no memory for a walk through the trie");
    }
    dg_buf_init(&it->bytes, DG_TRIE_NIBBLES_MAX);
    it->path.bytes = &it->bytes;
    dg_trie_tell(it->trie, DG_TRIE_WANT_PREFIX, prefix);
    rc = dg_trie_find_prefix(it->trie, &it->first, &depth, prefix, err);
    dg_trie_path_add(&it->path, dg_trie_nibs_head(dg_trie_nibs_of_key(prefix), depth));
    if (rc >= 0)
        rc = dg_buf_check(&it->bytes, err, "a trie key");
    if (rc < 0)
        dg_trie_iter_free(it);
    else
        *out = it;
    return rc;
}

void dg_trie_iter_free(dg_trie_iter *it)
{
    if (!it)
        return;
    dg_trie_steps_clear(&it->steps);
    dg_buf_clear(&it->bytes);
    dg_trie_free(it->trie);
    dg_free(it);
}

static dg_code enter(dg_trie_iter *it, dg_trie_item **slot, dg_error *err)
{
    dg_trie_node *n;
    dg_code rc = dg_trie_item_node(it->trie, slot, &n, err);
    if (rc < 0)
        return rc;
    dg_trie_path_add(&it->path, dg_trie_node_partial(n));
    if (it->path.len > DG_TRIE_NIBBLES_MAX || it->bytes.rc != DG_OK)
        return dg_trie_path_check_key(&it->path, err);
    return dg_trie_steps_push(&it->steps, (dg_trie_step){ n, 0, it->path.len }, err);
}

/* Goes to the next node in order. DG_END: there is none. */
static dg_code advance(dg_trie_iter *it, dg_error *err)
{
    if (it->first) {
        dg_trie_item **slot = it->first;
        it->first = NULL;
        return enter(it, slot, err);
    }
    while (it->steps.len > 0) {
        dg_trie_step *top = &it->steps.at[it->steps.len - 1];
        unsigned i = dg_trie_node_next_kid(top->node, top->next);
        dg_trie_path_cut(&it->path, top->depth);
        if (i < 16) {
            top->next = i + 1;
            dg_trie_path_add_one(&it->path, i);
            return enter(it, dg_trie_node_kid(top->node, i), err);
        }
        it->steps.len--;
    }
    return DG_END;
}

dg_code dg_trie_iter_next(dg_trie_iter *it, dg_bytes *key, dg_bytes *value, dg_error *err)
{
    dg_code rc;
    dg_trie_value *v = NULL;
    while (!v) {
        if ((rc = advance(it, err)) != DG_OK)
            return rc;
        v = it->steps.at[it->steps.len - 1].node->value;
    }
    if ((rc = dg_trie_path_check_key(&it->path, err)) < 0)
        return rc;
    *key = dg_buf_bytes(&it->bytes);
    return value ? dg_trie_value_load(it->trie, v, value, err) : DG_OK;
}
