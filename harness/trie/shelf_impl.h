/* shelf_impl.h - the items of a proof, between the files that read proofs. */
#ifndef DG_TRIE_SHELF_IMPL_H
#define DG_TRIE_SHELF_IMPL_H

#include "trie/trie_impl.h"

typedef struct dg_trie_shelf_item {
    dg_hash hash;
    dg_bytes bytes;
} dg_trie_shelf_item;

struct dg_trie_shelf {
    size_t refs, count, cap;
    dg_trie_shelf_item *items;
    dg_arena arena;
    bool keccak;
};

dg_trie_shelf *dg_trie_shelf_new(void);
/* A copy of `item`; its hash is told. */
dg_code dg_trie_shelf_add(dg_trie_shelf *shelf, dg_hash *hash, dg_bytes item, dg_error *err);
void dg_trie_shelf_sort(dg_trie_shelf *shelf); /* before the first load */
dg_code dg_trie_shelf_load(void *source, dg_bytes *out, const dg_hash *hash, dg_error *err);

/* Fills the shelf from a compact proof. DG_MISMATCH: it is not one of `root`. */
dg_code dg_trie_compact_read(dg_trie_shelf *shelf, const dg_hash *root, dg_bytes proof,
                             dg_error *err);

#endif
