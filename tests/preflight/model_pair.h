/* model_pair.h - a state, N-1 and N put before the preflight, and what it found in
 * a form that rows of a test can name. */
#ifndef DG_TESTS_PREFLIGHT_MODEL_PAIR_H
#define DG_TESTS_PREFLIGHT_MODEL_PAIR_H

#include <jansson.h>

#include "../support/suite.h"
#include "preflight/preflight.h"

typedef struct pair {
    dg_snapshot *snapshot;
    dg_runtime *from, *to;
    const dg_preflight_nodes *nodes; /* borrowed; NULL: nobody was named */
    size_t nodes_count;
} pair;

dg_engine *pair_engine(void); /* one for the program, compiled code kept on disk */
void pair_engine_free(void);

/* A blob's file (.wasm, .wasm.zst) or a raw spec, whose :code is taken. */
dg_runtime *pair_runtime(const char *path);
dg_runtime *pair_runtime_of(dg_bytes blob);
dg_runtime *pair_own_runtime(dg_snapshot *snapshot); /* the state's :code */
dg_snapshot *pair_snapshot(const char *path);
/* The same state with one more entry. Closes the one given. */
dg_snapshot *pair_with(dg_snapshot *snapshot, dg_bytes key, dg_bytes value);
/* A part of the same state, without one item. Closes the one given. */
dg_snapshot *pair_part(dg_snapshot *snapshot, const char *pallet, const char *item);

void pair_open(pair *p, const char *spec, const char *to);
void pair_close(pair *p);

/* The preflight; fails the test when there is none. Owned by the caller. */
json_t *pair_preflight(const pair *p, uint64_t fuel);
/* Ids of one severity, each once, sorted, "a b c". Static storage of four. */
const char *pair_ids(const json_t *preflight, const char *severity);
/* The first finding with this id; NULL. */
const json_t *pair_find(const json_t *preflight, const char *id);
const json_t *pair_find_subject(const json_t *preflight, const char *id, const char *subject);
bool pair_unknown(const json_t *preflight, const char *part); /* is it listed as unknown? */
const char *pair_says(const json_t *finding);

#endif
