/* walk.c - looking up: a key, a prefix, the next key. */
#include "trie/trie_impl.h"

/* The value at `key`: NULL and DG_OK when there is none. */
static dg_code find(const dg_trie *t, dg_trie_value **out, dg_bytes key, dg_error *err)
{
    dg_trie_item **slot = dg_trie_root_slot(t);
    dg_trie_nibs rest = dg_trie_nibs_of_key(key);
    dg_trie_node *n;
    dg_code rc;
    *out = NULL;
    while (slot && *slot) {
        if ((rc = dg_trie_item_node(t, slot, &n, err)) < 0)
            return rc;
        if (n->partial_len > rest.len
            || dg_trie_nibs_common(dg_trie_node_partial(n), rest) < n->partial_len)
            return DG_OK;
        rest = dg_trie_nibs_drop(rest, n->partial_len);
        if (rest.len == 0) {
            *out = n->value;
            return DG_OK;
        }
        slot = dg_trie_node_kid(n, dg_trie_nibs_at(rest, 0));
        rest = dg_trie_nibs_drop(rest, 1);
    }
    return DG_OK;
}

dg_code dg_trie_get(const dg_trie *trie, dg_bytes *value, dg_bytes key, dg_error *err)
{
    dg_trie_value *v;
    dg_code rc;
    dg_trie_tell(trie, DG_TRIE_WANT_KEY, key);
    if ((rc = find(trie, &v, key, err)) < 0)
        return rc;
    return v ? dg_trie_value_load(trie, v, value, err) : DG_ABSENT;
}

dg_code dg_trie_stamp(const dg_trie *trie, uint64_t *stamp, dg_bytes key, dg_error *err)
{
    dg_trie_value *v;
    dg_code rc;
    dg_trie_tell(trie, DG_TRIE_WANT_KEY, key);
    if ((rc = find(trie, &v, key, err)) < 0)
        return rc;
    if (!v)
        return DG_ABSENT;
    *stamp = v->stamp;
    return DG_OK;
}

dg_code dg_trie_find_prefix(const dg_trie *t, dg_trie_item ***slot, size_t *depth, dg_bytes prefix,
                            dg_error *err)
{
    dg_trie_item **at = dg_trie_root_slot(t);
    dg_trie_nibs all = dg_trie_nibs_of_key(prefix), rest = all;
    dg_trie_node *n;
    dg_code rc;
    while (at && *at) {
        if (rest.len > 0) {
            size_t common;
            if ((rc = dg_trie_item_node(t, at, &n, err)) < 0)
                return rc;
            common = dg_trie_nibs_common(dg_trie_node_partial(n), rest);
            if (common < rest.len && common < n->partial_len)
                return DG_ABSENT;
            if (common < rest.len) {
                at = dg_trie_node_kid(n, dg_trie_nibs_at(rest, common));
                rest = dg_trie_nibs_drop(rest, common + 1);
                continue;
            }
        }
        *slot = at;
        *depth = all.len - rest.len;
        return DG_OK;
    }
    return DG_ABSENT;
}

/* ---- the next key ---- */

/* Where the answer's subtree hangs: `slot`, below the first `depth` nibbles of
 * the key and, if not 16, one more nibble. */
typedef struct place {
    dg_trie_item **slot;
    size_t depth;
    unsigned nibble;
} place;

/* Of the children of `n` from `from` on, the first, remembered as an answer. */
static void remember(place *best, dg_trie_node *n, unsigned from, size_t depth)
{
    unsigned i = dg_trie_node_next_kid(n, from);
    if (i < 16)
        *best = (place){ dg_trie_node_kid(n, i), depth, i };
}

/* The subtree whose smallest key is the answer; `.slot` NULL: none. `only_kids`
 * is set when the key itself is a node and does not count. */
static dg_code find_next(const dg_trie *t, place *best, dg_bytes key, bool or_equal, dg_error *err)
{
    dg_trie_item **slot = dg_trie_root_slot(t);
    dg_trie_nibs all = dg_trie_nibs_of_key(key), rest = all;
    dg_trie_node *n;
    dg_code rc;
    *best = (place){ NULL, 0, 16 };
    while (slot && *slot) {
        size_t depth = all.len - rest.len, common;
        if ((rc = dg_trie_item_node(t, slot, &n, err)) < 0)
            return rc;
        common = dg_trie_nibs_common(dg_trie_node_partial(n), rest);
        if (common < n->partial_len) {
            if (common == rest.len
                || dg_trie_nibs_at(dg_trie_node_partial(n), common) > dg_trie_nibs_at(rest, common))
                *best = (place){ slot, depth, 16 };
            return DG_OK;
        }
        rest = dg_trie_nibs_drop(rest, common);
        depth += common;
        if (rest.len == 0) {
            if (or_equal && n->value)
                *best = (place){ slot, depth - common, 16 };
            else
                remember(best, n, 0, depth);
            return DG_OK;
        }
        remember(best, n, dg_trie_nibs_at(rest, 0) + 1, depth);
        slot = dg_trie_node_kid(n, dg_trie_nibs_at(rest, 0));
        rest = dg_trie_nibs_drop(rest, 1);
    }
    return DG_OK;
}

/* Goes down to the first value of a subtree, adding to `path` on the way. */
static dg_code descend(const dg_trie *t, dg_trie_item **slot, dg_trie_path *path,
                       dg_trie_value **value, dg_error *err)
{
    dg_trie_node *n;
    for (;;) {
        unsigned i;
        dg_code rc = dg_trie_item_node(t, slot, &n, err);
        if (rc < 0)
            return rc;
        dg_trie_path_add(path, dg_trie_node_partial(n));
        if (n->value)
            break;
        i = dg_trie_node_next_kid(n, 0);
        dg_trie_path_add_one(path, i);
        if (path->len > DG_TRIE_NIBBLES_MAX)
            break; /* the check words it */
        slot = dg_trie_node_kid(n, i);
    }
    *value = n->value;
    return dg_trie_path_check_key(path, err);
}

dg_code dg_trie_next(const dg_trie *trie, dg_buf *next, dg_bytes *value, dg_bytes key,
                     bool or_equal, dg_error *err)
{
    place best;
    dg_trie_value *v;
    dg_trie_path path = { next, 0 };
    dg_code rc;
    dg_trie_tell(trie, DG_TRIE_WANT_NEXT, key);
    if ((rc = find_next(trie, &best, key, or_equal, err)) < 0)
        return rc;
    if (!best.slot) {
        dg_buf_reset(next);
        return DG_END;
    }
    if (key.at == next->at && key.at) { /* `key` may be what is in `next` */
        path.len = 2 * key.len;
        dg_buf_reset(next);
        next->len = key.len;
        dg_trie_path_cut(&path, best.depth);
    } else {
        dg_buf_reset(next);
        dg_trie_path_add(&path, dg_trie_nibs_head(dg_trie_nibs_of_key(key), best.depth));
    }
    if (best.nibble < 16)
        dg_trie_path_add_one(&path, best.nibble);
    if ((rc = descend(trie, best.slot, &path, &v, err)) < 0)
        return rc;
    return value ? dg_trie_value_load(trie, v, value, err) : DG_OK;
}
