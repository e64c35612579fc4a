/* model_trie.h - a naive twin of the trie: a sorted array, its root computed from
 * the definition; and a player that runs both side by side. */
#ifndef DG_TESTS_MODEL_TRIE_H
#define DG_TESTS_MODEL_TRIE_H

#include "trie/trie.h"

enum { TWIN_KEY_MAX = 32, TWIN_KEY_DRAWN = 8, TWIN_VALUE_MAX = 400 };

typedef struct twin_entry {
    uint8_t key[TWIN_KEY_MAX], value[TWIN_VALUE_MAX];
    size_t key_len, value_len;
    unsigned version;
    uint64_t stamp;
} twin_entry;

typedef struct twin {
    twin_entry *at;
    size_t len, cap;
} twin;

size_t twin_seek(const twin *t, dg_bytes key); /* first entry not before `key` */
twin_entry *twin_find(const twin *t, dg_bytes key);
void twin_put(twin *t, dg_bytes key, dg_bytes value, unsigned version, uint64_t stamp);
void twin_delete(twin *t, dg_bytes key);
void twin_clear_prefix(twin *t, dg_bytes prefix);
twin twin_copy(const twin *t);
void twin_clear(twin *t);
dg_hash twin_root(const twin *t);
dg_bytes twin_key(const twin_entry *e);
dg_bytes twin_value(const twin_entry *e);

/* A compact proof of the trie, built from the definition: of each child that is
 * not inside its parent, `included` says whether its node is part of it. */
typedef bool (*twin_included)(void *user, const twin_entry *first, size_t depth);
void twin_compact_proof(const twin *t, dg_buf *proof, twin_included included, void *user);

/* Asserts that both hold the same. */
void twin_compare(const twin *t, const dg_trie *trie);

/* Reads operations out of `bytes`, does them on several tries and their twins,
 * and asserts after each that nothing can tell them apart. Returns how many. */
size_t twin_play(const uint8_t *bytes, size_t size);

#endif
