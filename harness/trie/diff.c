/* diff.c - what differs between two tries.
 *
 * Two cursors go through the nodes in the order of their paths. Where both are
 * about to enter the same place, and what is there is the same subtree, neither
 * enters it. "The same" is content for a difference, and the object itself when
 * the question is what was written: the same value may be written again. */
#include "trie/trie_impl.h"

typedef struct cursor {
    const dg_trie *trie;
    dg_trie_item **slot; /* about to be entered; NULL: at the node on top of `steps` */
    dg_trie_steps steps;
    dg_buf bytes;
    dg_trie_path path; /* to the slot, or to the node with its partial key */
    bool ended;
} cursor;

typedef struct diff {
    cursor side[2];
    dg_trie_delta each;
    dg_trie_write written; /* instead of `each`: keys written with `stamp` */
    uint64_t stamp;
    void *user;
} diff;

static void cursor_init(cursor *c, const dg_trie *t)
{
    *c = (cursor){ .trie = t };
    dg_buf_init(&c->bytes, DG_TRIE_NIBBLES_MAX);
    c->path.bytes = &c->bytes;
}

/* To the subtree of the keys with `prefix`. */
static dg_code cursor_start(cursor *c, dg_bytes prefix, dg_error *err)
{
    size_t depth = 0;
    dg_code rc = dg_trie_find_prefix(c->trie, &c->slot, &depth, prefix, err);
    c->ended = rc != DG_OK;
    dg_trie_path_add(&c->path, dg_trie_nibs_head(dg_trie_nibs_of_key(prefix), depth));
    return rc < 0 ? rc : dg_buf_check(&c->bytes, err, "a trie key");
}

static void cursor_clear(cursor *c)
{
    dg_trie_steps_clear(&c->steps);
    dg_buf_clear(&c->bytes);
}

static dg_trie_node *node_of(const cursor *c)
{
    return c->steps.at[c->steps.len - 1].node;
}

static dg_code cursor_enter(cursor *c, dg_error *err)
{
    dg_trie_node *n;
    dg_code rc = dg_trie_item_node(c->trie, c->slot, &n, err);
    if (rc < 0)
        return rc;
    c->slot = NULL;
    dg_trie_path_add(&c->path, dg_trie_node_partial(n));
    if (c->path.len > DG_TRIE_NIBBLES_MAX || c->bytes.rc != DG_OK)
        return dg_trie_path_check_key(&c->path, err);
    return dg_trie_steps_push(&c->steps, (dg_trie_step){ n, 0, c->path.len }, err);
}

/* To the next slot in order, not below the present one. */
static void cursor_skip(cursor *c)
{
    c->slot = NULL;
    while (c->steps.len > 0 && !c->slot) {
        dg_trie_step *top = &c->steps.at[c->steps.len - 1];
        unsigned i = dg_trie_node_next_kid(top->node, top->next);
        dg_trie_path_cut(&c->path, top->depth);
        if (i < 16) {
            top->next = i + 1;
            dg_trie_path_add_one(&c->path, i);
            c->slot = dg_trie_node_kid(top->node, i);
        } else {
            c->steps.len--;
        }
    }
    c->ended = !c->slot;
}

static int compare_paths(const cursor *a, const cursor *b)
{
    int order;
    if (a->ended || b->ended)
        return a->ended - b->ended;
    order = dg_bytes_compare(dg_buf_bytes(&a->bytes), dg_buf_bytes(&b->bytes));
    return order ? order : (a->path.len > b->path.len) - (a->path.len < b->path.len);
}

static const dg_trie_item *what_is_loaded(const dg_trie_item *item)
{
    const dg_trie_stub *s = (const dg_trie_stub *)(const void *)item;
    return item->kind == DG_ITEM_STUB && s->loaded ? &s->loaded->head : item;
}

static bool same_subtree(const diff *d, const dg_trie_item *a, const dg_trie_item *b)
{
    if (what_is_loaded(a) == what_is_loaded(b))
        return true;
    return !d->written && a->merkle_len > 0 && a->merkle_len == b->merkle_len
           && memcmp(a->merkle, b->merkle, a->merkle_len) == 0;
}

static dg_code value_at(const cursor *c, dg_bytes *out, dg_error *err)
{
    dg_trie_value *v = node_of(c)->value;
    *out = (dg_bytes){ NULL, 0 };
    return v ? dg_trie_value_load(c->trie, v, out, err) : DG_OK;
}

/* `.hashed` values are compared by what they are named by, unseen. */
static bool same_value(const cursor *a, const cursor *b)
{
    const dg_trie_value *x = node_of(a)->value, *y = node_of(b)->value;
    return x == y
           || (x && y && x->hashed && y->hashed && x->hash_known && y->hash_known
               && memcmp(x->room, y->room, 32) == 0);
}

static dg_code report(diff *d, bool first, bool second, dg_error *err)
{
    cursor *at = &d->side[first ? 0 : 1];
    dg_bytes before = { NULL, 0 }, after = { NULL, 0 };
    dg_code rc = DG_OK;
    if (first && second && same_value(&d->side[0], &d->side[1]))
        return DG_OK;
    if (first)
        rc = value_at(&d->side[0], &before, err);
    if (rc >= 0 && second)
        rc = value_at(&d->side[1], &after, err);
    if (rc < 0 || (!before.at && !after.at)
        || (before.at && after.at && dg_bytes_equal(before, after)))
        return rc;
    if ((rc = dg_trie_path_check_key(&at->path, err)) < 0)
        return rc;
    return d->each(d->user, dg_buf_bytes(&at->bytes), before, after, err);
}

static dg_code report_written(diff *d, dg_error *err)
{
    const cursor *at = &d->side[1];
    const dg_trie_value *v = node_of(at)->value;
    dg_code rc;
    if (!v || v->stamp != d->stamp)
        return DG_OK;
    if ((rc = dg_trie_path_check_key(&at->path, err)) < 0)
        return rc;
    return d->written(d->user, dg_buf_bytes(&at->bytes), err);
}

/* One step of whichever side is behind, or of both. */
static dg_code step(diff *d, dg_error *err)
{
    cursor *a = &d->side[0], *b = &d->side[1];
    int order = compare_paths(a, b);
    dg_code rc;
    if (order == 0 && a->slot && b->slot && same_subtree(d, *a->slot, *b->slot)) {
        cursor_skip(a);
        cursor_skip(b);
        return DG_OK;
    }
    if (order <= 0 && a->slot)
        return cursor_enter(a, err);
    if (order >= 0 && b->slot)
        return cursor_enter(b, err);
    if (!d->written)
        rc = report(d, order <= 0, order >= 0, err);
    else
        rc = order >= 0 ? report_written(d, err) : DG_OK;
    if (rc < 0)
        return rc;
    if (order <= 0)
        cursor_skip(a); /* its children come first */
    if (order >= 0)
        cursor_skip(b);
    return DG_OK;
}

static dg_code run(diff *d, const dg_trie *before, const dg_trie *after, dg_bytes prefix,
                   dg_error *err)
{
    dg_code rc;
    cursor_init(&d->side[0], before);
    cursor_init(&d->side[1], after);
    rc = cursor_start(&d->side[0], prefix, err);
    if (rc >= 0)
        rc = cursor_start(&d->side[1], prefix, err);
    while (rc >= 0 && (!d->side[0].ended || !d->side[1].ended))
        rc = step(d, err);
    cursor_clear(&d->side[0]);
    cursor_clear(&d->side[1]);
    return rc < 0 ? rc : DG_OK;
}

dg_code dg_trie_diff(const dg_trie *before, const dg_trie *after, dg_trie_delta each, void *user,
                     dg_error *err)
{
    diff d = { .each = each, .user = user };
    return run(&d, before, after, (dg_bytes){ NULL, 0 }, err);
}

dg_code dg_trie_written(const dg_trie *before, const dg_trie *after, dg_bytes prefix,
                        uint64_t stamp, dg_trie_write each, void *user, dg_error *err)
{
    diff d = { .written = each, .stamp = stamp, .user = user };
    return run(&d, before, after, prefix, err);
}
