/* verify.c - walks what is loaded and asserts the invariants of the room. */
#include "trie/trie_impl.h"

#include <stdlib.h>

static void verify_value(const dg_trie *t, const dg_trie_value *v)
{
    uint8_t hash[32];
    assert(v->refs > 0);
    assert(v->len <= v->cap || !v->owned);
    assert(v->at || (v->hashed && v->hash_known));
    if (v->hashed && v->hash_known && v->at) {
        dg_trie_hash(t, hash, dg_trie_value_bytes(v));
        assert(memcmp(hash, v->room, 32) == 0);
    }
}

/* A known merkle value is that of the bytes as they are now. */
static void verify_merkle(const dg_trie *t, const dg_trie_node *n)
{
    dg_trie_item again;
    dg_buf bytes;
    dg_buf_init(&bytes, SIZE_MAX / 4);
    dg_trie_node_encode(t, &bytes, n);
    if (bytes.rc == DG_OK) {
        dg_trie_item_set_merkle(t, &again, dg_buf_bytes(&bytes));
        assert(again.merkle_len == n->head.merkle_len);
        assert(memcmp(again.merkle, n->head.merkle, again.merkle_len) == 0);
    }
    dg_buf_clear(&bytes);
}

static void verify_node(const dg_trie *t, const dg_trie_node *n)
{
    unsigned count = dg_trie_node_kid_count(n);
    assert(n->head.refs > 0);
    assert(n->head.kind == DG_ITEM_NODE);
    assert(n->head.merkle_len <= 32);
    assert(n->value || count >= 2); /* else it would not be here */
    assert(n->partial_len <= DG_TRIE_NIBBLES_MAX);
    assert(!(n->partial_len & 1) || dg_trie_node_partial_room(n)[0] < 16);
    assert(!n->stored || n->head.merkle_len > 0);
    for (unsigned i = 0; i < count; i++) {
        const dg_trie_item *kid = n->kids[i];
        assert(kid);
        assert(kid->refs > 0);
        assert(n->head.merkle_len == 0 || kid->merkle_len > 0); /* changed below: changed here */
        assert(kid->kind == DG_ITEM_NODE || kid->merkle_len == 32);
    }
    if (n->value)
        verify_value(t, n->value);
    if (n->head.merkle_len > 0)
        verify_merkle(t, n);
}

static dg_trie_item *next_loaded(dg_trie_step *step)
{
    unsigned count = dg_trie_node_kid_count(step->node);
    while (step->next < count) {
        dg_trie_item *kid = step->node->kids[step->next++];
        if (kid->kind == DG_ITEM_NODE)
            return kid;
    }
    return NULL;
}

static void enter(const dg_trie *t, dg_trie_steps *steps, const dg_trie_item *item)
{
    dg_trie_node *n = (dg_trie_node *)(uintptr_t)item;
    size_t depth = steps->len ? steps->at[steps->len - 1].depth + 1 : 0;
    if (!t->loader.load) { /* of our own making altogether */
        assert(depth + n->partial_len <= DG_TRIE_NIBBLES_MAX);
        assert(!n->value || (depth + n->partial_len) % 2 == 0); /* keys are whole bytes */
    }
    verify_node(t, n);
    if (dg_trie_steps_push(steps, (dg_trie_step){ n, 0, depth + n->partial_len }, NULL) < 0)
        abort();
}

void dg_trie_verify(const dg_trie *trie)
{
    dg_trie_steps steps = { 0 };
    if (!trie->root)
        return;
    if (trie->root->kind == DG_ITEM_NODE)
        enter(trie, &steps, trie->root);
    while (steps.len > 0) {
        dg_trie_item *kid = next_loaded(&steps.at[steps.len - 1]);
        if (kid)
            enter(trie, &steps, kid);
        else
            steps.len--;
    }
    dg_trie_steps_clear(&steps);
}
