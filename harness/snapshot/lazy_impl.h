/* lazy_impl.h - a state of which not everything is here (inside this room). */
#ifndef DG_SNAPSHOT_LAZY_IMPL_H
#define DG_SNAPSHOT_LAZY_IMPL_H

#include "snapshot/snapshot_impl.h"

/* ---- paths.c: where in the trie a content stands ---- */

/* A read proof is asked for by key, a trie asks by hash. So of every node that was seen, each child
 * is entered here with its parent, and the way back to the root tells the key. */
typedef enum dg_snapshot_stands {
    DG_STANDS_ROOT,      /* of the top trie */
    DG_STANDS_NODE,      /* below `nibble` of its parent */
    DG_STANDS_VALUE,     /* the hashed value of its parent */
    DG_STANDS_CHILD_ROOT /* of the child trie whose root is the value of `parent` */
} dg_snapshot_stands;

enum { DG_SNAPSHOT_NOWHERE = -1 };

typedef struct dg_snapshot_entry {
    dg_hash hash;
    int32_t parent; /* DG_SNAPSHOT_NOWHERE of the root */
    uint8_t nibble;
    uint8_t stands; /* dg_snapshot_stands */
    bool here;      /* `bytes` is what it holds */
    dg_bytes bytes; /* borrowed: lives as long as the paths */
} dg_snapshot_entry;

typedef struct dg_snapshot_paths {
    dg_buf entries; /* of dg_snapshot_entry */
    int32_t *slots; /* by hash; index + 1, 0: empty */
    size_t slot_cap;
} dg_snapshot_paths;

void dg_snapshot_paths_init(dg_snapshot_paths *paths);
void dg_snapshot_paths_clear(dg_snapshot_paths *paths);
static inline int32_t dg_snapshot_paths_count(const dg_snapshot_paths *paths)
{
    return (int32_t)(paths->entries.len / sizeof(dg_snapshot_entry));
}
/* Valid until the next one is entered. */
dg_snapshot_entry *dg_snapshot_paths_at(const dg_snapshot_paths *paths, int32_t i);
/* DG_SNAPSHOT_NOWHERE: it was not entered. */
int32_t dg_snapshot_paths_find(const dg_snapshot_paths *paths, const dg_hash *hash);
/* The root of the top trie. DG_NOMEM, DG_LIMIT. */
dg_code dg_snapshot_paths_root(dg_snapshot_paths *paths, const dg_hash *root, dg_error *err);
/* Content `i` is `bytes`, whose hash was checked; if it is a node, what hangs from it is entered.
 * DG_MALFORMED: it is none. */
dg_code dg_snapshot_paths_here(dg_snapshot_paths *paths, int32_t i, dg_bytes bytes, dg_error *err);
/* The nibbles to content `i` (of a value: its whole key), one a byte, and the key of its child trie
 * (empty: the top one). Both are reset first. DG_MALFORMED: too long. */
dg_code dg_snapshot_paths_way(const dg_snapshot_paths *paths, int32_t i, dg_buf *nibbles,
                              dg_buf *child, dg_error *err);

/* ---- pack.c: content that was fetched, kept in one file ---- */

typedef struct dg_snapshot_pack dg_snapshot_pack;
/* Opens or makes the file; what is damaged in it is forgotten. DG_IO, DG_NOMEM. */
dg_code dg_snapshot_pack_open(dg_snapshot_pack **out, const char *path, dg_error *err);
void dg_snapshot_pack_close(dg_snapshot_pack *pack); /* NULL is fine */
/* Copied into `arena`, its hash checked. DG_ABSENT: it is not there, or damaged. */
dg_code dg_snapshot_pack_get(dg_snapshot_pack *pack, dg_bytes *out, const dg_hash *hash,
                             dg_arena *arena, dg_error *err);
/* Takes it for the next flush. */
dg_code dg_snapshot_pack_put(dg_snapshot_pack *pack, const dg_hash *hash, dg_bytes bytes,
                             dg_error *err);
/* In the file, whole, also when others write to it. DG_IO. */
dg_code dg_snapshot_pack_flush(dg_snapshot_pack *pack, dg_error *err);
/* What others wrote meanwhile is seen from here on. */
dg_code dg_snapshot_pack_look_again(dg_snapshot_pack *pack, dg_error *err);

/* ---- lazy.c ---- */

struct dg_snapshot_lazy {
    dg_snapshot_paths paths;
    dg_arena arena;          /* what was fetched, or read from the pack */
    dg_snapshot_pack *pack;  /* NULL: nothing is kept */
    const dg_snapshot *over; /* holds some of it; NULL */
    dg_snapshot_prover prover;
    dg_trie_want want;
    uint8_t want_key[512];
    size_t want_len;
    uint8_t walked[32]; /* beginning of the last key that somebody went on from */
    unsigned ahead;
    uint8_t ahead_prefix[64]; /* of nibbles */
    dg_snapshot_lazy_stats stats;
};

/* Makes content `i` known if it is in a file of this machine. DG_ABSENT: it is not. */
dg_code dg_snapshot_lazy_here(const dg_snapshot *s, int32_t i, dg_error *err);

/* ---- ahead.c: what else to ask for ---- */

/* Entries to be asked for together with `first`, itself the first of them; at most `max`, which
 * is no less than 1. */
dg_code dg_snapshot_ahead(dg_buf *out, const dg_snapshot *s, int32_t first, unsigned max,
                          dg_error *err);
/* Those that are not here, of entry `from` and below, whose path is shorter than `nibbles`. */
dg_code dg_snapshot_shallow(dg_buf *out, const dg_snapshot *s, size_t nibbles, unsigned max,
                            dg_error *err);

#endif
