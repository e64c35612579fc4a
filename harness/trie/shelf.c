/* shelf.c - the items of a proof, found by their hash; counted, because values
 * borrowed from them live as long as any handle. */
#include "trie/shelf_impl.h"

#include "crypto/crypto.h"

#include <stdlib.h>

dg_trie_shelf *dg_trie_shelf_new(void)
{
    dg_trie_shelf *s = dg_calloc(1, sizeof *s);
    if (s) {
        s->refs = 1;
        dg_arena_init(&s->arena, SIZE_MAX / 4);
    }
    return s;
}

dg_trie_shelf *dg_trie_shelf_keep(dg_trie_shelf *shelf)
{
    if (shelf)
        shelf->refs++;
    return shelf;
}

void dg_trie_shelf_release(dg_trie_shelf *shelf)
{
    if (!shelf || --shelf->refs > 0)
        return;
    dg_arena_clear(&shelf->arena);
    dg_free(shelf->items);
    dg_free(shelf);
}

dg_code dg_trie_shelf_add(dg_trie_shelf *shelf, dg_hash *hash, dg_bytes item, dg_error *err)
{
    dg_bytes copy = dg_arena_copy(&shelf->arena, item);
    if (copy.at && shelf->count == shelf->cap) {
        size_t cap = shelf->cap ? 2 * shelf->cap : 16;
        dg_trie_shelf_item *items = dg_realloc(shelf->items, cap * sizeof *items);
        if (items) {
            shelf->items = items;
            shelf->cap = cap;
        }
    }
    if (!copy.at || shelf->count == shelf->cap)
        return dg_fail(err, DG_NOMEM, "no memory for a proof");
    *hash = shelf->keccak ? (dg_hash){ { 0 } } : dg_blake2_256(copy);
    if (shelf->keccak)
        dg_keccak_256(hash->at, copy);
    shelf->items[shelf->count++] = (dg_trie_shelf_item){ *hash, copy };
    return DG_OK;
}

static int by_hash(const void *a, const void *b)
{
    return memcmp(((const dg_trie_shelf_item *)a)->hash.at,
                  ((const dg_trie_shelf_item *)b)->hash.at, 32);
}

void dg_trie_shelf_sort(dg_trie_shelf *shelf)
{
    if (shelf->count)
        qsort(shelf->items, shelf->count, sizeof shelf->items[0], by_hash);
}

dg_code dg_trie_shelf_load(void *source, dg_bytes *out, const dg_hash *hash, dg_error *err)
{
    const dg_trie_shelf *shelf = source;
    dg_trie_shelf_item key = { *hash, { NULL, 0 } };
    const dg_trie_shelf_item *found = NULL;
    (void)err;
    if (shelf->count)
        found = bsearch(&key, shelf->items, shelf->count, sizeof key, by_hash);
    if (!found)
        return DG_ABSENT;
    *out = found->bytes;
    return DG_OK;
}
