/* inputs.h - reads the trie fixtures: lists of pairs in yaml, states in JSON. */
#ifndef DG_TESTS_TRIE_INPUTS_H
#define DG_TESTS_TRIE_INPUTS_H

#include <jansson.h>

#include "../support/suite.h"
#include "trie/trie.h"

typedef struct pairs {
    dg_arena arena;
    dg_bytes (*at)[2];
    size_t len, cap;
} pairs;

dg_buf inflated(const char *path); /* a file, decompressed if it is zstd */
pairs pairs_from_yaml(const char *path, bool keys_in_hex);
/* "top" of a raw chain spec, or the result of state_getPairs. */
pairs pairs_from_json(const char *path);
void pairs_clear(pairs *p);
dg_hash hash_of_text(const json_t *text);

#endif
