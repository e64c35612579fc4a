/* state_impl.h - what the files of this room share: layers and child tries. */
#ifndef DG_STATE_IMPL_H
#define DG_STATE_IMPL_H

#include "state/state.h"

#include <assert.h>
#include <string.h>

enum { DG_STATE_DEPTH_MAX = 4096 };

/* A child trie in memory. Shared by the families that hold it; who writes has a
 * copy of its own. */
typedef struct dg_state_child {
    size_t refs;
    dg_trie *trie;
    bool touched; /* written since it was opened: its root may not be in the top trie */
    size_t key_len;
    uint8_t key[];
} dg_state_child;

/* The child tries that were opened, sorted by key. Shared by layers, copied by
 * the one that changes it. */
typedef struct dg_state_family {
    size_t refs, count, cap;
    dg_state_child *at[];
} dg_state_family;

/* All storage at one moment. */
typedef struct dg_state_layer {
    dg_trie *top;
    dg_state_family *kids; /* NULL: none was opened */
} dg_state_layer;

struct dg_state {
    dg_state_layer now, backend; /* backend: as the block began */
    dg_state_layer *saved;       /* one for each open transaction */
    unsigned depth, cap, version;
    dg_trie *sealed; /* `now.top` with the roots of its children; NULL: see seal */
    uint64_t stamp;  /* of this block's writes; larger than any before */
};

/* ---- layers ---- */

dg_code dg_state_layer_fork(dg_state_layer *out, const dg_state_layer *from, dg_error *err);
void dg_state_layer_clear(dg_state_layer *layer);

dg_state_family *dg_state_family_keep(dg_state_family *family);
void dg_state_family_release(dg_state_family *family);

/* The child trie `key` of the layer, opened if need be; NULL when there is none. */
dg_code dg_state_layer_child(dg_state_layer *layer, dg_state_child **out, dg_bytes key,
                             dg_error *err);
/* The child as it is now: one that this block did not touch is the backend's. */
dg_code dg_state_child_find(dg_state *state, dg_state_child **out, dg_bytes key, dg_error *err);
/* The same to be written; made when there is none. */
dg_code dg_state_child_mut(dg_state *state, dg_state_child **out, dg_bytes key, dg_error *err);
/* The trie that `child` (empty: the top) names, to be read; NULL: none. */
dg_code dg_state_trie(dg_state *state, dg_trie **out, dg_bytes child, dg_error *err);

/* Storage key of a child's root in the top trie. `out` is a fresh buffer that the
 * caller clears. */
dg_code dg_state_child_root_key(dg_buf *out, dg_bytes child, dg_error *err);
bool dg_state_meets_children(dg_bytes prefix); /* the prefix and `:child_storage:` overlap */

/* Something was written: the sealed top is out of date. */
void dg_state_unseal(dg_state *state);

/* The top trie as the chain hashes it. */
dg_code dg_state_seal(dg_state *state, dg_trie **top, dg_error *err);

#endif
