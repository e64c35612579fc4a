/* root.c - merkle values: hashing what changed, handing out what is new. */
#include "trie/trie_impl.h"

void dg_trie_item_set_merkle(const dg_trie *t, dg_trie_item *item, dg_bytes encoded)
{
    if (encoded.len < 32) {
        memcpy(item->merkle, encoded.at, encoded.len);
        item->merkle_len = (uint8_t)encoded.len;
    } else {
        dg_trie_hash(t, item->merkle, encoded);
        item->merkle_len = 32;
    }
}

/* Encodes `n`, whose children are sealed. */
static dg_code seal_one(const dg_trie *t, dg_trie_node *n, dg_buf *scratch, dg_error *err)
{
    dg_code rc;
    dg_buf_reset(scratch);
    dg_trie_node_encode(t, scratch, n);
    if ((rc = dg_buf_check(scratch, err, "a trie node")) < 0)
        return rc;
    dg_trie_item_set_merkle(t, &n->head, dg_buf_bytes(scratch));
    return DG_OK;
}

/* The next child of the step that is not sealed; NULL: none is left. */
static dg_trie_node *next_open(dg_trie_step *step)
{
    unsigned count = dg_trie_node_kid_count(step->node);
    while (step->next < count) {
        dg_trie_item *kid = step->node->kids[step->next++];
        if (kid->merkle_len == 0)
            return (dg_trie_node *)(void *)kid;
    }
    return NULL;
}

static dg_code seal_all(const dg_trie *t, dg_trie_steps *steps, dg_buf *scratch, dg_error *err)
{
    dg_code rc = DG_OK;
    while (steps->len > 0 && rc == DG_OK) {
        dg_trie_step *top = &steps->at[steps->len - 1];
        dg_trie_node *kid = next_open(top);
        if (kid) {
            rc = dg_trie_steps_push(steps, (dg_trie_step){ .node = kid }, err);
        } else {
            rc = seal_one(t, top->node, scratch, err);
            steps->len--;
        }
    }
    return rc;
}

dg_code dg_trie_seal(dg_trie *t, dg_error *err)
{
    dg_trie_steps steps = { 0 };
    dg_buf scratch;
    dg_code rc;
    if (!t->root || t->root->merkle_len > 0)
        return DG_OK;
    dg_buf_init(&scratch, SIZE_MAX / 4);
    rc = dg_trie_steps_push(&steps, (dg_trie_step){ .node = (dg_trie_node *)(void *)t->root }, err);
    if (rc == DG_OK)
        rc = seal_all(t, &steps, &scratch, err);
    dg_trie_steps_clear(&steps);
    dg_buf_clear(&scratch);
    return rc;
}

/* The root is named by a hash, however small its encoding. */
static void root_of_sealed(const dg_trie *t, dg_hash *root)
{
    static const uint8_t empty[1] = { 0 };
    if (!t->root)
        dg_trie_hash(t, root->at, DG_BYTES_OF(empty));
    else if (t->root->merkle_len < 32)
        dg_trie_hash(t, root->at, dg_bytes_of(t->root->merkle, t->root->merkle_len));
    else
        memcpy(root->at, t->root->merkle, 32);
}

dg_code dg_trie_root(dg_trie *trie, dg_hash *root, dg_error *err)
{
    dg_code rc = dg_trie_seal(trie, err);
    if (rc == DG_OK)
        root_of_sealed(trie, root);
    return rc;
}

/* ---- handing out ---- */

typedef struct flush {
    const dg_trie *trie;
    dg_trie_each each;
    void *user;
    dg_buf scratch;
} flush;

static dg_code flush_value(flush *f, dg_trie_value *v, dg_error *err)
{
    dg_hash hash;
    if (!v || !v->hashed || !v->owned)
        return DG_OK;
    memcpy(hash.at, dg_trie_value_hash(f->trie, v), 32);
    return f->each(f->user, &hash, dg_trie_value_bytes(v), err);
}

static dg_code flush_node(flush *f, dg_trie_node *n, dg_error *err)
{
    dg_hash hash;
    dg_code rc = flush_value(f, n->value, err);
    if (rc < 0)
        return rc;
    if (n->head.merkle_len < 32 && &n->head != f->trie->root)
        return DG_OK; /* lies inside its parent */
    dg_buf_reset(&f->scratch);
    dg_trie_node_encode(f->trie, &f->scratch, n);
    if ((rc = dg_buf_check(&f->scratch, err, "a trie node")) < 0)
        return rc;
    if (n->head.merkle_len < 32)
        root_of_sealed(f->trie, &hash);
    else
        memcpy(hash.at, n->head.merkle, 32);
    return f->each(f->user, &hash, dg_buf_bytes(&f->scratch), err);
}

static dg_trie_node *next_fresh(dg_trie_step *step)
{
    unsigned count = dg_trie_node_kid_count(step->node);
    while (step->next < count) {
        dg_trie_item *kid = step->node->kids[step->next++];
        if (kid->kind == DG_ITEM_NODE && !((dg_trie_node *)(void *)kid)->stored)
            return (dg_trie_node *)(void *)kid;
    }
    return NULL;
}

static dg_code flush_all(flush *f, dg_trie_steps *steps, dg_error *err)
{
    dg_code rc = DG_OK;
    while (steps->len > 0 && rc >= 0) {
        dg_trie_step *top = &steps->at[steps->len - 1];
        dg_trie_node *kid = next_fresh(top);
        if (kid) {
            rc = dg_trie_steps_push(steps, (dg_trie_step){ .node = kid }, err);
        } else {
            rc = flush_node(f, top->node, err);
            steps->len--;
        }
    }
    return rc < 0 ? rc : DG_OK;
}

dg_code dg_trie_flush(dg_trie *trie, dg_trie_each each, void *user, dg_error *err)
{
    flush f = { trie, each, user, { 0 } };
    dg_trie_steps steps = { 0 };
    dg_trie_node *root = (dg_trie_node *)(void *)trie->root;
    dg_code rc;
    if (!trie->root || trie->root->kind == DG_ITEM_STUB || root->stored)
        return DG_OK;
    assert(trie->root->merkle_len > 0);
    dg_buf_init(&f.scratch, SIZE_MAX / 4);
    rc = dg_trie_steps_push(&steps, (dg_trie_step){ .node = root }, err);
    if (rc == DG_OK)
        rc = flush_all(&f, &steps, err);
    dg_trie_steps_clear(&steps);
    dg_buf_clear(&f.scratch);
    return rc;
}
