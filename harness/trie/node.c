/* node.c - nodes and stubs: making, copying, reshaping, giving back. */
#include "trie/trie_impl.h"

dg_trie_stats dg_trie_counts;

dg_trie_stats dg_trie_stats_get(void)
{
    return dg_trie_counts;
}

static size_t size_for(size_t partial_len, unsigned kid_count)
{
    return sizeof(dg_trie_node) + kid_count * sizeof(dg_trie_item *) + (partial_len + 1) / 2;
}

static size_t size_of(const dg_trie_item *item)
{
    const dg_trie_node *n = (const dg_trie_node *)(const void *)item;
    return item->kind == DG_ITEM_STUB ? sizeof(dg_trie_stub)
                                      : size_for(n->partial_len, dg_trie_node_kid_count(n));
}

static void count_new(const dg_trie_item *item)
{
    dg_trie_counts.nodes_live++;
    dg_trie_counts.nodes_made += item->kind == DG_ITEM_NODE;
    dg_trie_counts.bytes_live += size_of(item);
}

dg_trie_node *dg_trie_node_new(dg_trie_nibs partial, uint16_t bitmap)
{
    unsigned kid_count = (unsigned)__builtin_popcount(bitmap);
    dg_trie_node *n = dg_malloc(size_for(partial.len, kid_count));
    if (!n)
        return NULL;
    n->head.refs = 1;
    n->head.kind = DG_ITEM_NODE;
    n->head.merkle_len = 0;
    n->head.bitmap = bitmap;
    n->value = NULL;
    n->partial_len = (uint32_t)partial.len;
    n->stored = false;
    memset(n->kids, 0, kid_count * sizeof n->kids[0]);
    dg_trie_nibs_pack(dg_trie_node_partial_room(n), partial);
    count_new(&n->head);
    return n;
}

dg_trie_stub *dg_trie_stub_new(const uint8_t hash[32])
{
    dg_trie_stub *s = dg_malloc(sizeof *s);
    if (!s)
        return NULL;
    *s = (dg_trie_stub){ .head = { .refs = 1, .kind = DG_ITEM_STUB, .merkle_len = 32 } };
    memcpy(s->head.merkle, hash, 32);
    count_new(&s->head);
    return s;
}

dg_trie_node *dg_trie_node_clone(const dg_trie_node *n, dg_trie_nibs partial)
{
    unsigned count = dg_trie_node_kid_count(n);
    dg_trie_node *copy = dg_trie_node_new(partial, n->head.bitmap);
    if (!copy)
        return NULL;
    copy->value = n->value;
    if (copy->value)
        copy->value->refs++;
    for (unsigned i = 0; i < count; i++) {
        copy->kids[i] = n->kids[i];
        copy->kids[i]->refs++;
    }
    return copy;
}

void dg_trie_node_drop_partial(dg_trie_node *n, size_t count)
{
    dg_trie_nibs rest = dg_trie_nibs_drop(dg_trie_node_partial(n), count);
    dg_trie_counts.bytes_live -= size_of(&n->head);
    dg_trie_nibs_pack(dg_trie_node_partial_room(n), rest);
    n->partial_len = (uint32_t)rest.len;
    dg_trie_counts.bytes_live += size_of(&n->head);
}

dg_trie_node *dg_trie_node_add_kid(dg_trie_node *n, unsigned nibble, dg_trie_item *kid)
{
    unsigned count = dg_trie_node_kid_count(n), place = dg_trie_node_place(n, nibble);
    size_t partial_size = (n->partial_len + 1) / 2;
    assert(n->head.refs == 1);
    assert(!(n->head.bitmap >> nibble & 1));
    n = dg_realloc(n, size_for(n->partial_len, count + 1));
    if (!n)
        return NULL;
    memmove(n->kids + count + 1, n->kids + count, partial_size);
    memmove(n->kids + place + 1, n->kids + place, (count - place) * sizeof n->kids[0]);
    n->kids[place] = kid;
    n->head.bitmap |= (uint16_t)(1u << nibble);
    dg_trie_counts.bytes_live += sizeof n->kids[0];
    return n;
}

void dg_trie_node_remove_kid(dg_trie_node *n, unsigned nibble)
{
    unsigned count = dg_trie_node_kid_count(n), place = dg_trie_node_place(n, nibble);
    dg_trie_item *kid = n->kids[place];
    assert(n->head.bitmap >> nibble & 1);
    memmove(n->kids + place, n->kids + place + 1, (count - place - 1) * sizeof n->kids[0]);
    memmove(n->kids + count - 1, n->kids + count, (n->partial_len + 1) / 2);
    n->head.bitmap &= (uint16_t) ~(1u << nibble);
    dg_trie_counts.bytes_live -= sizeof n->kids[0];
    dg_trie_item_release(kid);
}

/* ---- giving back ----
 *
 * A chain of nodes can be as long as a key has nibbles, so the nodes to be freed
 * wait in a list that is kept in their own merkle bytes: no recursion, no
 * allocation. */

static void drop(dg_trie_item **todo, dg_trie_item *item)
{
    if (!item)
        return;
    assert(item->refs > 0);
    if (--item->refs > 0)
        return;
    memcpy(item->merkle, todo, sizeof *todo);
    *todo = item;
}

static void drop_parts(dg_trie_item **todo, dg_trie_item *item)
{
    if (item->kind == DG_ITEM_STUB) {
        dg_trie_node *loaded = ((dg_trie_stub *)(void *)item)->loaded;
        drop(todo, loaded ? &loaded->head : NULL);
    } else {
        dg_trie_node *n = (dg_trie_node *)(void *)item;
        unsigned count = dg_trie_node_kid_count(n);
        for (unsigned i = 0; i < count; i++)
            drop(todo, n->kids[i]);
        dg_trie_value_release(n->value);
    }
}

void dg_trie_item_release(dg_trie_item *item)
{
    dg_trie_item *todo = NULL;
    drop(&todo, item);
    while (todo) {
        item = todo;
        memcpy(&todo, item->merkle, sizeof todo);
        drop_parts(&todo, item);
        dg_trie_counts.nodes_live--;
        dg_trie_counts.bytes_live -= size_of(item);
        dg_free(item);
    }
}
