/* edit.c - writing: put, append, delete, clear a prefix.
 *
 * A write walks down from the handle's root. Nodes that only this path reaches
 * are written in place, others are copied first; either way what fails half way
 * has changed nothing that can be seen. */
#include "trie/trie_impl.h"

static dg_code no_memory(dg_error *err)
{
    return dg_fail(err, DG_NOMEM, "no memory for the trie");
}

/* The node at `slot`, ours alone and about to change. */
static dg_code own(const dg_trie *t, dg_trie_item **slot, dg_trie_node **out, dg_error *err)
{
    dg_trie_node *n;
    dg_code rc = dg_trie_item_node(t, slot, &n, err);
    if (rc < 0)
        return rc;
    if (n->head.refs > 1) {
        dg_trie_node *copy = dg_trie_node_clone(n, dg_trie_node_partial(n));
        if (!copy)
            return no_memory(err);
        n->head.refs--;
        *slot = &copy->head;
        n = copy;
    }
    n->head.merkle_len = 0;
    n->stored = false;
    *out = n;
    return DG_OK;
}

/* ---- put ---- */

static dg_trie_node *leaf_new(dg_trie_nibs partial, dg_trie_value *v)
{
    dg_trie_node *n = dg_trie_node_new(partial, 0);
    if (n)
        n->value = v;
    return n;
}

static void free_leaf(dg_trie_node *leaf)
{
    if (!leaf)
        return;
    leaf->value = NULL; /* still the caller's */
    dg_trie_item_release(&leaf->head);
}

/* `n` leaves the key after `common` nibbles: a branch takes its place, above `n`
 * and, unless the key ends here, a new leaf. */
static dg_code split(dg_trie_item **slot, dg_trie_node *n, size_t common, dg_trie_nibs rest,
                     dg_trie_value *v, dg_error *err)
{
    dg_trie_nibs partial = dg_trie_node_partial(n);
    unsigned old = dg_trie_nibs_at(partial, common), new = 16;
    dg_trie_node *branch, *leaf = NULL;
    uint16_t bitmap = (uint16_t)(1u << old);
    if (rest.len > common) {
        new = dg_trie_nibs_at(rest, common);
        bitmap |= (uint16_t)(1u << new);
        if (!(leaf = leaf_new(dg_trie_nibs_drop(rest, common + 1), v)))
            return no_memory(err);
    }
    if (!(branch = dg_trie_node_new(dg_trie_nibs_head(partial, common), bitmap))) {
        free_leaf(leaf);
        return no_memory(err);
    }
    dg_trie_node_drop_partial(n, common + 1);
    *dg_trie_node_kid(branch, old) = &n->head;
    if (leaf)
        *dg_trie_node_kid(branch, new) = &leaf->head;
    else
        branch->value = v;
    *slot = &branch->head;
    return DG_OK;
}

static dg_code add_leaf(dg_trie_item **slot, dg_trie_node *n, dg_trie_nibs rest, dg_trie_value *v,
                        dg_error *err)
{
    dg_trie_node *leaf = leaf_new(dg_trie_nibs_drop(rest, 1), v), *moved;
    moved = leaf ? dg_trie_node_add_kid(n, dg_trie_nibs_at(rest, 0), &leaf->head) : NULL;
    if (!moved) {
        free_leaf(leaf);
        return no_memory(err);
    }
    *slot = &moved->head;
    return DG_OK;
}

/* Puts `v` (taken on success) at the key. */
static dg_code place_value(dg_trie *t, dg_trie_nibs rest, dg_trie_value *v, dg_error *err)
{
    dg_trie_item **slot = &t->root, **kid;
    dg_trie_node *n;
    dg_code rc;
    for (;; slot = kid) {
        size_t common;
        if (!*slot) { /* only the empty trie's root */
            n = leaf_new(rest, v);
            *slot = n ? &n->head : NULL;
            return n ? DG_OK : no_memory(err);
        }
        if ((rc = own(t, slot, &n, err)) < 0)
            return rc;
        common = dg_trie_nibs_common(dg_trie_node_partial(n), rest);
        if (common < n->partial_len)
            return split(slot, n, common, rest, v, err);
        rest = dg_trie_nibs_drop(rest, common);
        if (rest.len == 0) {
            dg_trie_value_release(n->value);
            n->value = v;
            return DG_OK;
        }
        if (!(kid = dg_trie_node_kid(n, dg_trie_nibs_at(rest, 0))))
            return add_leaf(slot, n, rest, v, err);
        rest = dg_trie_nibs_drop(rest, 1);
    }
}

static dg_code check_sizes(dg_bytes key, size_t value_len, dg_error *err)
{
    if (key.len > DG_TRIE_KEY_MAX)
        return dg_fail(err, DG_LIMIT, "storage key of %zu bytes, at most %d are taken", key.len,
                       DG_TRIE_KEY_MAX);
    if (value_len > DG_TRIE_VALUE_MAX)
        return dg_fail(err, DG_LIMIT, "storage value of %zu bytes, at most %d are taken", value_len,
                       DG_TRIE_VALUE_MAX);
    return DG_OK;
}

static dg_code put_value(dg_trie *t, dg_bytes key, dg_trie_value *v, dg_error *err)
{
    dg_code rc;
    dg_trie_tell(t, DG_TRIE_WANT_KEY, key);
    rc = v ? place_value(t, dg_trie_nibs_of_key(key), v, err) : no_memory(err);
    if (rc < 0)
        dg_trie_value_release(v);
    return rc;
}

dg_code dg_trie_put(dg_trie *trie, dg_bytes key, dg_bytes value, unsigned version, uint64_t stamp,
                    dg_error *err)
{
    dg_trie_value *v;
    dg_code rc = check_sizes(key, value.len, err);
    assert(version <= 1);
    if (rc < 0)
        return rc;
    v = dg_trie_value_new(dg_trie_value_hashed(version, value.len), value.len, stamp);
    if (v)
        dg_trie_value_write(v, 0, value);
    return put_value(trie, key, v, err);
}

/* ---- splice ---- */

/* The node at `key`, which has a value, and its path: ours alone. */
static dg_code own_at(dg_trie *t, dg_trie_node **out, dg_bytes key, dg_error *err)
{
    dg_trie_item **slot = &t->root;
    dg_trie_nibs rest = dg_trie_nibs_of_key(key);
    dg_code rc;
    for (;;) {
        if ((rc = own(t, slot, out, err)) < 0)
            return rc;
        rest = dg_trie_nibs_drop(rest, (*out)->partial_len);
        if (rest.len == 0)
            return DG_OK;
        slot = dg_trie_node_kid(*out, dg_trie_nibs_at(rest, 0));
        rest = dg_trie_nibs_drop(rest, 1);
    }
}

/* Appending to the same value again and again costs what is appended: its room
 * doubles. False: it has to be built anew. */
static bool splice_in_place(dg_trie_node *n, dg_bytes head, dg_bytes tail, unsigned version)
{
    dg_trie_value *v = n->value;
    size_t len = v->len + tail.len;
    if (v->refs > 1 || !v->owned || v->hashed != dg_trie_value_hashed(version, len))
        return false;
    if (len > v->cap) {
        if (!(v = dg_trie_value_grow(v, 2 * len)))
            return false;
        n->value = v;
    }
    dg_trie_value_write(v, 0, head);
    dg_trie_value_write(v, v->len, tail);
    return true;
}

dg_code dg_trie_splice(dg_trie *trie, dg_bytes key, size_t cut, dg_bytes head, dg_bytes tail,
                       unsigned version, uint64_t stamp, dg_error *err)
{
    dg_bytes old = { NULL, 0 }, kept;
    dg_trie_node *n;
    dg_trie_value *v;
    size_t len;
    dg_code rc = dg_trie_get(trie, &old, key, err), sized;
    if (rc < 0)
        return rc;
    assert(cut <= old.len);
    assert(version <= 1);
    len = old.len - cut + head.len + tail.len;
    if ((sized = check_sizes(key, len, err)) < 0)
        return sized;
    if (rc == DG_OK) {
        if ((rc = own_at(trie, &n, key, err)) < 0)
            return rc;
        if (cut == head.len && splice_in_place(n, head, tail, version)) {
            n->value->stamp = stamp;
            return DG_OK;
        }
    }
    kept = cut < old.len ? dg_bytes_of(old.at + cut, old.len - cut) : (dg_bytes){ NULL, 0 };
    v = dg_trie_value_new(dg_trie_value_hashed(version, len), len, stamp);
    if (v) {
        dg_trie_value_write(v, 0, head);
        dg_trie_value_write(v, head.len, kept);
        dg_trie_value_write(v, head.len + kept.len, tail);
    }
    return put_value(trie, key, v, err);
}

/* ---- delete ---- */

/* `n` has no value and, once this is done, one child: the child takes its place,
 * its partial key prolonged. What else hung below `n` goes with `n`. */
static dg_code absorb(const dg_trie *t, dg_trie_item **slot, dg_trie_node *n, unsigned nibble,
                      dg_error *err)
{
    dg_trie_node *kid, *joined;
    dg_buf bytes;
    dg_trie_path path = { &bytes, 0 };
    dg_trie_nibs partial;
    dg_code rc = dg_trie_item_node(t, dg_trie_node_kid(n, nibble), &kid, err);
    if (rc < 0)
        return rc;
    dg_buf_init(&bytes, DG_TRIE_KEY_MAX + 1);
    dg_trie_path_add(&path, dg_trie_node_partial(n));
    dg_trie_path_add_one(&path, nibble);
    dg_trie_path_add(&path, dg_trie_node_partial(kid));
    if ((rc = dg_buf_check(&bytes, err, "a trie key")) == DG_OK) {
        partial = (dg_trie_nibs){ bytes.at, 0, path.len };
        if ((joined = dg_trie_node_clone(kid, partial))) {
            *slot = &joined->head;
            dg_trie_item_release(&n->head);
        } else {
            rc = no_memory(err);
        }
    }
    dg_buf_clear(&bytes);
    return rc;
}

/* Takes child `nibble` and all below it away from `n`, which hangs at `slot`. */
static dg_code cut_kid(const dg_trie *t, dg_trie_item **slot, dg_trie_node *n, unsigned nibble,
                       dg_error *err)
{
    if (!n->value && dg_trie_node_kid_count(n) == 2) {
        unsigned other = dg_trie_node_next_kid(n, 0);
        if (other == nibble)
            other = dg_trie_node_next_kid(n, nibble + 1);
        return absorb(t, slot, n, other, err);
    }
    dg_trie_node_remove_kid(n, nibble);
    return DG_OK;
}

/* A path whose nodes are ours alone: the slot it leads to, and the branch above
 * (`parent` NULL: there is none, the slot is the root). */
typedef struct trail {
    dg_trie_item **slot, **parent;
    unsigned nibble; /* of the slot in the parent */
} trail;

/* Owns all that is above what hangs below `depth` nibbles of `key`. */
static dg_code own_above(dg_trie *t, trail *to, dg_bytes key, size_t depth, dg_error *err)
{
    dg_trie_nibs rest = dg_trie_nibs_head(dg_trie_nibs_of_key(key), depth);
    dg_trie_node *n;
    dg_code rc;
    *to = (trail){ &t->root, NULL, 0 };
    while (rest.len > 0) {
        if ((rc = own(t, to->slot, &n, err)) < 0)
            return rc;
        rest = dg_trie_nibs_drop(rest, n->partial_len);
        *to = (trail){ dg_trie_node_kid(n, dg_trie_nibs_at(rest, 0)), to->slot,
                       dg_trie_nibs_at(rest, 0) };
        assert(to->slot); /* who calls has walked this path */
        rest = dg_trie_nibs_drop(rest, 1);
    }
    return DG_OK;
}

/* Takes away the subtree that hangs below `depth` nibbles of `key`. */
static dg_code cut_subtree(dg_trie *t, dg_bytes key, size_t depth, dg_error *err)
{
    trail to;
    dg_code rc = own_above(t, &to, key, depth, err);
    if (rc < 0)
        return rc;
    if (to.parent)
        return cut_kid(t, to.parent, (dg_trie_node *)(void *)*to.parent, to.nibble, err);
    dg_trie_item_release(t->root);
    t->root = NULL;
    return DG_OK;
}

/* A value goes, its node stays or is absorbed. */
static dg_code cut_value(dg_trie *t, dg_trie_item **slot, dg_error *err)
{
    dg_trie_node *n;
    dg_trie_value *v;
    dg_code rc = own(t, slot, &n, err);
    if (rc < 0)
        return rc;
    v = n->value;
    n->value = NULL;
    if (dg_trie_node_kid_count(n) == 1
        && (rc = absorb(t, slot, n, dg_trie_node_next_kid(n, 0), err)) < 0)
        n->value = v;
    else
        dg_trie_value_release(v);
    return rc;
}

dg_code dg_trie_delete(dg_trie *trie, bool *was, dg_bytes key, dg_error *err)
{
    dg_trie_item **slot;
    dg_trie_node *n;
    trail to;
    size_t depth;
    uint64_t stamp;
    dg_code rc = dg_trie_stamp(trie, &stamp, key, err);
    if (was)
        *was = rc == DG_OK;
    if (rc != DG_OK)
        return rc < 0 ? rc : DG_OK;
    rc = dg_trie_find_prefix(trie, &slot, &depth, key, err);
    assert(rc != DG_ABSENT);
    if (rc < 0 || (rc = dg_trie_item_node(trie, slot, &n, err)) < 0)
        return rc;
    if (dg_trie_node_kid_count(n) == 0)
        return cut_subtree(trie, key, depth, err);
    if ((rc = own_above(trie, &to, key, depth, err)) < 0)
        return rc;
    return cut_value(trie, to.slot, err);
}

dg_code dg_trie_clear_prefix(dg_trie *trie, dg_bytes prefix, dg_error *err)
{
    dg_trie_item **slot;
    size_t depth;
    dg_code rc = dg_trie_find_prefix(trie, &slot, &depth, prefix, err);
    return rc == DG_OK ? cut_subtree(trie, prefix, depth, err) : rc < 0 ? rc : DG_OK;
}
