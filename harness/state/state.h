/* state.h - the storage of one block, as the runtime sees it.
 *
 *   open    dg_state_open(snapshot) | dg_state_empty()
 *   fork    dg_state_fork(parent)        O(1): shares every node with its parent
 *   block   dg_state_begin_block, then put / delete / get / next, nested
 *           begin .. commit|rollback
 *   seal    dg_state_root()              hashes only what the block changed
 *   close   dg_state_free
 *
 * Child tries are addressed by their key without the `:child_storage:default:`
 * prefix; an empty `child` (len 0) means the top trie wherever it is accepted.
 *
 * Invariant: dropping a state is a perfect undo; the snapshot on disk is never
 * touched. One state is used by one thread at a time.
 * Mirrors: host API ext_storage_*, ext_default_child_storage_*. */
#ifndef DG_STATE_H
#define DG_STATE_H

#include "base/base.h"
#include "trie/trie.h"
#include "snapshot/snapshot.h"

typedef struct dg_state dg_state;

/* A state without keys, for tests and for states that are built. NULL: DG_NOMEM. */
dg_state *dg_state_empty(void);
/* Over the snapshot's root; the snapshot must outlive every state forked from it. */
dg_code dg_state_open(dg_state **out, dg_snapshot *snapshot, dg_error *err);
/* Over any trie (takes it): for proofs and tests. */
dg_code dg_state_over(dg_state **out, dg_trie *trie, dg_error *err);
/* A state of its own over the same nodes, in O(1). Open transactions of the parent are not
 * inherited: it must have none. NULL: DG_NOMEM. */
dg_state *dg_state_fork(const dg_state *parent);
/* Drops the state with all that is open in it: a perfect undo. NULL is fine. */
void dg_state_free(dg_state *state);

/* What is there now becomes the backend of clear_prefix's limits; writes from
 * here on are this block's overlay. A fresh fork is at this point already. */
void dg_state_begin_block(dg_state *state);
/* Form of values written from here on: 0 or 1. Starts as 0 (`empty`), or as the
 * snapshot's; a fork keeps its parent's. The host sets it from the runtime. */
void dg_state_set_version(dg_state *state, unsigned version);
/* The form that is set: 0 or 1. */
unsigned dg_state_version(const dg_state *state);

/* ---- top trie (child.len == 0) or child trie ---- */

/* Look up `key` as the runtime would see it now.
 *   value  out, borrowed: valid until the next write to `state`
 * DG_OK; DG_ABSENT; DG_IO from the snapshot. */
dg_code dg_state_get(dg_state *state, dg_bytes *value, dg_bytes child, dg_bytes key, dg_error *err);
/* Sets `key` in the top trie (child.len == 0) or a child, which is made if it is not there.
 * DG_LIMIT: key too long; DG_NOMEM; DG_IO. */
dg_code dg_state_put(dg_state *state, dg_bytes child, dg_bytes key, dg_bytes value, dg_error *err);
/* Removes `key`; DG_OK also when it was not there. DG_NOMEM; DG_IO. */
dg_code dg_state_delete(dg_state *state, dg_bytes child, dg_bytes key, dg_error *err);
/* SCALE append to a Vec: bumps the compact length; a value that is absent, empty
 * or has no valid compact prefix becomes 04 ++ item. Top trie only. */
dg_code dg_state_append(dg_state *state, dg_bytes key, dg_bytes item, dg_error *err);
/* Smallest key strictly greater. DG_OK, DG_END. `next` is reset first. */
dg_code dg_state_next(dg_state *state, dg_buf *next, dg_bytes child, dg_bytes key, dg_error *err);

typedef struct dg_state_removal {
    bool all; /* nothing of the backend is left */
    uint32_t backend, unique, loops;
    dg_buf cursor; /* first key not visited, when !all; cleared by the caller */
} dg_state_removal;
/* Removes keys with `prefix`: overlay keys always, backend keys up to `limit`
 * (UINT32_MAX: no limit) from `cursor` (.at NULL: from the start). Refused (all,
 * zeros) on the top trie when prefix and `:child_storage:` overlap.
 * Mirrors: sp-state-machine ext.rs limit_remove_from_backend. */
dg_code dg_state_clear_prefix(dg_state *state, dg_state_removal *done, dg_bytes child,
                              dg_bytes prefix, uint32_t limit, dg_bytes cursor, dg_error *err);

/* Keys of the top trie that name child tries: the host ignores runtime writes
 * there (this room does not: a state is also built by it). */
bool dg_state_is_child_key(dg_bytes key);

/* ---- transactions, nested ---- */

/* Opens a transaction inside the ones that are open. DG_NOMEM. */
dg_code dg_state_begin(dg_state *state, dg_error *err);
/* What was written since the newest begin is kept. DG_ABSENT: no transaction is open. */
dg_code dg_state_commit(dg_state *state, dg_error *err);
/* What was written since the newest begin is undone, child tries included. DG_ABSENT: no
 * transaction is open. */
dg_code dg_state_rollback(dg_state *state, dg_error *err);
/* How many transactions are open. */
unsigned dg_state_depth(const dg_state *state);
/* Rolls back until `depth` are open: after a trap, or what a call left open. */
void dg_state_unwind(dg_state *state, unsigned depth);

/* ---- roots, proofs, walks ---- */

/* Roots of child tries are written into the top trie first. The runtime may call
 * it at any time; it changes nothing the runtime can see. */
dg_code dg_state_root(dg_state *state, dg_hash *root, dg_error *err);
/* Of one child; the empty root when there is none. A root that changed becomes
 * visible in the top trie. Mirrors: sp-state-machine ext.rs child_storage_root. */
dg_code dg_state_child_root(dg_state *state, dg_hash *root, dg_bytes child, dg_error *err);
/* Read proof of top-trie keys against dg_state_root. */
dg_code dg_state_prove(dg_state *state, dg_buf *proof, const dg_bytes *keys, size_t count,
                       dg_error *err);

/* Keys in order within a prefix; any write to the state invalidates it. */
typedef struct dg_state_iter {
    dg_trie_iter *inner;
} dg_state_iter;
/* At the first key within `prefix`; empty `child`: the top trie. A child that is not there has
 * no keys. To be cleared, also after a failure. DG_NOMEM; DG_IO. */
dg_code dg_state_iter_init(dg_state_iter *it, dg_state *state, dg_bytes child, dg_bytes prefix,
                           dg_error *err);
/* The next key and its value, both borrowed until the next call. DG_OK; DG_END; DG_IO. */
dg_code dg_state_iter_next(dg_state_iter *it, dg_bytes *key, dg_bytes *value, dg_error *err);
/* Gives back what init took. */
void dg_state_iter_clear(dg_state_iter *it);

/* Top-trie keys whose value differs (see dg_trie_diff); child roots included. */
dg_code dg_state_diff(dg_state *before, dg_state *after, dg_trie_delta each, void *user,
                      dg_error *err);

/* Writes the whole state as a new snapshot beside (dg_snapshot_begin_over .. commit: what the
 * snapshot that it was opened from holds is shared with that one), with the block's encoded header
 * (len 0: it is not known); the info's root and version are filled in. */
dg_code dg_state_save(dg_state *state, const char *path, const dg_snapshot_info *info,
                      dg_bytes header, dg_error *err);

/* The sparse snapshot that `state` was opened from becomes the snapshot of `state`
 * (dg_snapshot_lazy_become); neither that state nor another over it is read afterwards. */
dg_code dg_state_become(dg_state *state, dg_snapshot *snapshot, dg_error *err);

/* The same as dg_state_save over whatever snapshot is at `path` already. DG_USAGE: something else
 * is there. */
dg_code dg_state_replace(dg_state *state, const char *path, const dg_snapshot_info *info,
                         dg_bytes header, dg_error *err);

/* Walks the whole structure and asserts its invariant. For tests. */
void dg_state_verify(const dg_state *state);

#endif
