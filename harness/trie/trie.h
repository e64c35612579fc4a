/* trie.h - an immutable Merkle-Patricia trie, path-copied and reference-counted.
 *
 *   make    dg_trie_empty | dg_trie_open(root hash, loader)
 *   fork    dg_trie_fork: O(1), shares every node
 *   change  put / delete / clear_prefix on one handle; other handles see nothing
 *   seal    dg_trie_root: hashes only what changed
 *   close   dg_trie_free
 *
 * A node that was not touched stays behind the loader, known by its hash.
 *
 * Invariant: a node that two handles can reach is never written, except to cache
 * what is a function of it (its loaded form, its hash). A handle that alone owns
 * a path writes it in place. Handles are used by one thread.
 *
 * Values remember the form they were written in (state version): from version 1
 * on values of 33 bytes and more are stored by hash, and an untouched value keeps
 * its form, so both forms may live in one trie.
 * Mirrors: spec chapter State; sp-trie layouts V0 and V1. */
#ifndef DG_TRIE_H
#define DG_TRIE_H

#include "base/base.h"

enum {
    DG_TRIE_KEY_MAX = 65536,    /* bytes of one key */
    DG_TRIE_VALUE_MAX = 1 << 28 /* bytes of one value */
};

/* Where nodes and hashed values come from. `load` answers with the bytes whose
 * BLAKE2b-256 is `hash` (borrowed, valid while the loader lives): DG_OK,
 * DG_ABSENT (the trie is incomplete), DG_IO. The trie does not check the hash:
 * a source that is not ours does. */
typedef enum dg_trie_want {
    DG_TRIE_WANT_KEY,   /* the path to this key, and its value */
    DG_TRIE_WANT_NEXT,  /* what comes behind this key, perhaps one after another */
    DG_TRIE_WANT_PREFIX /* all that begins with this */
} dg_trie_want;
typedef struct dg_trie_loader {
    dg_code (*load)(void *source, dg_bytes *out, const dg_hash *hash, dg_error *err);
    void *source;
    /* What the next loads are for, told before them: a source that is far away fetches it at once.
     * NULL: it does not care. `key` is borrowed until it returns. */
    void (*want)(void *source, dg_trie_want what, dg_bytes key);
} dg_trie_loader;

typedef struct dg_trie dg_trie;

extern const dg_hash DG_TRIE_EMPTY_ROOT; /* blake2-256(00) */

/* A trie without keys and without a loader. NULL: DG_NOMEM. */
dg_trie *dg_trie_empty(void);
/* The trie with this root. Nothing is loaded yet: a root that is not there shows at the first
 * look. `loader` is copied; its source must outlive every handle derived from this. NULL:
 * DG_NOMEM. */
dg_trie *dg_trie_open(const dg_hash *root, const dg_trie_loader *loader);
/* Another handle on the same nodes, in O(1): a write to either is not seen by the other. NULL:
 * DG_NOMEM. */
dg_trie *dg_trie_fork(const dg_trie *trie);
/* Drops the handle, and the nodes that no other one reaches. NULL is fine. */
void dg_trie_free(dg_trie *trie);
/* Another root behind the same loader (a child trie). NULL: DG_NOMEM. */
dg_trie *dg_trie_open_beside(const dg_trie *trie, const dg_hash *root);
/* What was given to open; `.load` NULL: nothing lies behind this trie. */
const dg_trie_loader *dg_trie_loader_of(const dg_trie *trie);
/* What `trie` held is dropped; it is a fork of `other` from here on. Cannot fail. */
void dg_trie_become(dg_trie *trie, const dg_trie *other);

/* Value of `key`, borrowed until the next write to this handle. DG_OK, DG_ABSENT;
 * DG_IO / DG_MALFORMED from the loader, DG_IO also for what the loader does not
 * have: an incomplete trie does not answer "absent". */
dg_code dg_trie_get(const dg_trie *trie, dg_bytes *value, dg_bytes key, dg_error *err);

/* Set. `version` 0 or 1: the form the value is kept in. `stamp`: any number; a
 * later dg_trie_stamp tells which write made a value (the block it belongs to).
 * DG_LIMIT: key too long. */
dg_code dg_trie_put(dg_trie *trie, dg_bytes key, dg_bytes value, unsigned version, uint64_t stamp,
                    dg_error *err);
/* The value at `key` without its first `cut` bytes (no more than it has; absent
 * counts as empty), `head` before and `tail` behind. With head.len == cut the
 * cost is that of the tail, not of the value: for lists that grow. `head` and
 * `tail` are not bytes of the trie. */
dg_code dg_trie_splice(dg_trie *trie, dg_bytes key, size_t cut, dg_bytes head, dg_bytes tail,
                       unsigned version, uint64_t stamp, dg_error *err);
/* The stamp of the value now at `key`; 0 for one that came from the loader. */
dg_code dg_trie_stamp(const dg_trie *trie, uint64_t *stamp, dg_bytes key, dg_error *err);
/* Removes `key`. DG_OK also when it was not there (`*was` tells, may be NULL); codes of the
 * loader, and then nothing has changed. */
dg_code dg_trie_delete(dg_trie *trie, bool *was, dg_bytes key, dg_error *err);
/* Removes every key that begins with `prefix`; whole subtrees at once. */
dg_code dg_trie_clear_prefix(dg_trie *trie, dg_bytes prefix, dg_error *err);

/* Smallest key strictly greater than `key` (or, with `or_equal`, not smaller).
 * DG_OK with the key put in `next` (reset first), DG_END. `value` may be NULL. */
dg_code dg_trie_next(const dg_trie *trie, dg_buf *next, dg_bytes *value, dg_bytes key,
                     bool or_equal, dg_error *err);

/* Keys in order, within a prefix. Any write to the handle invalidates it. */
typedef struct dg_trie_iter dg_trie_iter;
/* An iterator at the first key within `prefix` (empty: the whole trie). To be freed. DG_NOMEM;
 * codes of the loader. */
dg_code dg_trie_iter_new(dg_trie_iter **out, const dg_trie *trie, dg_bytes prefix, dg_error *err);
/* The next key and its value, both borrowed until the next call. DG_OK; DG_END; codes of
 * dg_trie_get. */
dg_code dg_trie_iter_next(dg_trie_iter *it, dg_bytes *key, dg_bytes *value, dg_error *err);
/* NULL is fine. */
void dg_trie_iter_free(dg_trie_iter *it);

/* Merkle root, always 32 bytes. Hashes what changed since the last call. */
dg_code dg_trie_root(dg_trie *trie, dg_hash *root, dg_error *err);

/* Hands out every node (and hashed value) that is not behind the loader yet, by
 * hash, children first: to persist a state. `each` may be called twice with one
 * hash. Root must have been computed. */
typedef dg_code (*dg_trie_each)(void *user, const dg_hash *hash, dg_bytes bytes, dg_error *err);
/* Calls `each` with what is new since the loader; what it borrows lives until it returns. The
 * first code below zero ends the walk and is returned. The root must have been computed. */
dg_code dg_trie_flush(dg_trie *trie, dg_trie_each each, void *user, dg_error *err);

/* Walks one encoded node: calls `each` for the hash of every hashed child and of
 * a hashed value. DG_MALFORMED when the bytes are no node. */
typedef dg_code (*dg_trie_link)(void *user, const dg_hash *hash, bool is_value, dg_error *err);
/* As described above; the first code below zero of `each` ends it and is returned. DG_MALFORMED. */
dg_code dg_trie_node_links(dg_bytes node, dg_trie_link each, void *user, dg_error *err);

/* What hangs on one encoded node, nodes that lie within it included. */
typedef enum dg_trie_spot_kind {
    DG_TRIE_SPOT_NODE,       /* the hash of a child */
    DG_TRIE_SPOT_VALUE_HASH, /* the hash of a value */
    DG_TRIE_SPOT_VALUE       /* the bytes of a value */
} dg_trie_spot_kind;
typedef struct dg_trie_spot {
    dg_trie_spot_kind kind;
    const uint8_t *nibbles; /* from the node to it, one a byte: partial keys and child indices */
    size_t count;
    dg_bytes bytes;
} dg_trie_spot;
typedef dg_code (*dg_trie_spot_each)(void *user, const dg_trie_spot *spot, dg_error *err);
/* Calls `each` in the order of keys, a node's value before its children; what it borrows lives
 * until it returns. The first code below zero of `each` ends it and is returned. DG_MALFORMED: the
 * bytes are no node; DG_NOMEM. */
dg_code dg_trie_node_spots(dg_bytes node, dg_trie_spot_each each, void *user, dg_error *err);

/* Differences between two tries: `each` gets every key whose value differs, in
 * order; `.at` NULL is absent. Shared subtrees are skipped unseen. */
typedef dg_code (*dg_trie_delta)(void *user, dg_bytes key, dg_bytes before, dg_bytes after,
                                 dg_error *err);
/* As described above; the first code below zero of `each` ends it and is returned. Codes of the
 * loader. */
dg_code dg_trie_diff(const dg_trie *before, const dg_trie *after, dg_trie_delta each, void *user,
                     dg_error *err);

/* Keys below `prefix`, in order, whose value in `after` was written with `stamp`,
 * which nothing in `before` has. What `after` shares with `before`, from which it
 * was forked, is skipped unseen. `each` must not write to either. */
typedef dg_code (*dg_trie_write)(void *user, dg_bytes key, dg_error *err);
/* As described above; the first code below zero of `each` ends it and is returned. */
dg_code dg_trie_written(const dg_trie *before, const dg_trie *after, dg_bytes prefix,
                        uint64_t stamp, dg_trie_write each, void *user, dg_error *err);

/* ---- proofs: SCALE Vec<Vec<u8>> of nodes and hashed values ---- */

/* Proof of presence or absence of each key, nodes sorted, no duplicates. */
dg_code dg_trie_prove(dg_trie *trie, dg_buf *proof, const dg_bytes *keys, size_t key_count,
                      dg_error *err);
/* A trie over the items of `proof`; what is not part of it is DG_ABSENT from the
 * loader, as an error. The proof is copied. DG_MALFORMED, DG_MISMATCH: no item
 * hashes to `root`. `compact` reads the form used inside parachain blocks. */
dg_code dg_trie_from_proof(dg_trie **out, const dg_hash *root, dg_bytes proof, bool compact,
                           dg_error *err);

/* ---- roots of lists ---- */

/* Root of (key, value) pairs in any order; later pairs win. */
dg_code dg_trie_root_of(dg_hash *root, const dg_bytes (*pairs)[2], size_t count, unsigned version,
                        dg_error *err);
/* Item i at key compact(i). */
dg_code dg_trie_ordered_root(dg_hash *root, const dg_bytes *items, size_t count, unsigned version,
                             dg_error *err);
/* The same with Keccak-256 in place of BLAKE2b-256 (host API only). */
dg_code dg_trie_keccak_root_of(dg_hash *root, const dg_bytes (*pairs)[2], size_t count,
                               unsigned version, dg_error *err);
/* dg_trie_ordered_root with Keccak-256. */
dg_code dg_trie_keccak_ordered_root(dg_hash *root, const dg_bytes *items, size_t count,
                                    unsigned version, dg_error *err);

/* Walks all that is loaded and asserts: shape, reference counts, cached hashes. */
void dg_trie_verify(const dg_trie *trie);

typedef struct dg_trie_stats {
    uint64_t nodes_live, nodes_made, hashes, loads, bytes_live;
} dg_trie_stats;
/* Counts of the whole process since it began; for benches and tests, never for an outcome. */
dg_trie_stats dg_trie_stats_get(void);

#endif
