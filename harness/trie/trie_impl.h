/* trie_impl.h - what the files of this room share: nodes, values, nibbles. */
#ifndef DG_TRIE_IMPL_H
#define DG_TRIE_IMPL_H

#include "trie/trie.h"

#include <assert.h>
#include <string.h>

enum { DG_TRIE_NIBBLES_MAX = 2 * DG_TRIE_KEY_MAX };

/* ---- nibbles ---- */

/* A run of half bytes, high half first: `len` of them, beginning with half
 * number `from` of `at`. Borrowed. */
typedef struct dg_trie_nibs {
    const uint8_t *at;
    size_t from, len;
} dg_trie_nibs;

static inline unsigned dg_trie_nibs_at(dg_trie_nibs n, size_t i)
{
    size_t half = n.from + i;
    return half & 1 ? n.at[half >> 1] & 15u : n.at[half >> 1] >> 4;
}
static inline dg_trie_nibs dg_trie_nibs_of_key(dg_bytes key)
{
    return (dg_trie_nibs){ key.at, 0, 2 * key.len };
}
static inline dg_trie_nibs dg_trie_nibs_drop(dg_trie_nibs n, size_t count)
{
    return (dg_trie_nibs){ n.at, n.from + count, n.len - count };
}
static inline dg_trie_nibs dg_trie_nibs_head(dg_trie_nibs n, size_t count)
{
    return (dg_trie_nibs){ n.at, n.from, count };
}
size_t dg_trie_nibs_common(dg_trie_nibs a, dg_trie_nibs b); /* length of the common beginning */
/* Right-aligned, as nodes store them: (len + 1) / 2 bytes, an odd run begins
 * with a zero half. */
void dg_trie_nibs_pack(uint8_t *out, dg_trie_nibs n);

/* A path that grows and shrinks by nibbles; whole ones are keys. */
typedef struct dg_trie_path {
    dg_buf *bytes;
    size_t len; /* nibbles */
} dg_trie_path;
void dg_trie_path_add(dg_trie_path *path, dg_trie_nibs n); /* failure stays in bytes->rc */
void dg_trie_path_add_one(dg_trie_path *path, unsigned nibble);
void dg_trie_path_cut(dg_trie_path *path, size_t len);
/* DG_OK when the path is a key: whole bytes, not too many. */
dg_code dg_trie_path_check_key(const dg_trie_path *path, dg_error *err);

/* ---- values: shared by the copies of a node ---- */

typedef struct dg_trie_value {
    uint32_t refs, len, cap; /* cap: bytes of room for an owned value */
    bool hashed;             /* the node holds its hash, not its bytes */
    bool hash_known;         /* the first 32 bytes of `room` are that hash */
    bool owned;              /* bytes are in `room`; else the loader's, or not loaded */
    uint64_t stamp;
    const uint8_t *at; /* NULL: behind the loader */
    uint8_t room[];
} dg_trie_value;

static inline dg_bytes dg_trie_value_bytes(const dg_trie_value *v)
{
    return (dg_bytes){ v->at, v->len };
}
dg_trie_value *dg_trie_value_new(bool hashed, size_t cap,
                                 uint64_t stamp); /* empty, ours to write */
/* From byte `from` on, which is not behind the end; never beyond `cap`. */
void dg_trie_value_write(dg_trie_value *v, size_t from, dg_bytes bytes);
dg_trie_value *dg_trie_value_borrowed(dg_bytes bytes);       /* inline bytes of a loaded node */
dg_trie_value *dg_trie_value_behind(const uint8_t hash[32]); /* known by its hash */
dg_trie_value *dg_trie_value_grow(dg_trie_value *v,
                                  size_t cap); /* moved; NULL leaves it as it was */
void dg_trie_value_release(dg_trie_value *v);
static inline bool dg_trie_value_hashed(unsigned version, size_t len)
{
    return version >= 1 && len >= 33;
}

/* ---- nodes ---- */

enum { DG_ITEM_NODE, DG_ITEM_STUB };

/* The head of both kinds. merkle_len 0: not known (the node changed); below 32:
 * `merkle` is the whole encoding; 32: its hash. */
typedef struct dg_trie_item {
    uint32_t refs;
    uint8_t kind, merkle_len;
    uint16_t bitmap; /* of a node: which children it has */
    uint8_t merkle[32];
} dg_trie_item;

/* A node behind the loader. Parents that share a stub share what is loaded:
 * each replaces its own reference when it passes. */
typedef struct dg_trie_stub {
    dg_trie_item head;
    struct dg_trie_node *loaded; /* NULL, or counted */
} dg_trie_stub;

typedef struct dg_trie_node {
    dg_trie_item head;
    dg_trie_value *value; /* NULL: none */
    uint32_t partial_len; /* nibbles; packed behind the children */
    bool stored;          /* came from the loader and is as it came */
    dg_trie_item *kids[];
} dg_trie_node;

static inline unsigned dg_trie_node_kid_count(const dg_trie_node *n)
{
    return (unsigned)__builtin_popcount(n->head.bitmap);
}
static inline uint8_t *dg_trie_node_partial_room(const dg_trie_node *n)
{
    return (uint8_t *)(uintptr_t)(n->kids + dg_trie_node_kid_count(n));
}
static inline dg_trie_nibs dg_trie_node_partial(const dg_trie_node *n)
{
    return (dg_trie_nibs){ dg_trie_node_partial_room(n), n->partial_len & 1, n->partial_len };
}
/* Place of child `nibble` among the children, whether it is there or not. */
static inline unsigned dg_trie_node_place(const dg_trie_node *n, unsigned nibble)
{
    return (unsigned)__builtin_popcount(n->head.bitmap & ((1u << nibble) - 1));
}
static inline dg_trie_item **dg_trie_node_kid(dg_trie_node *n, unsigned nibble)
{
    return n->head.bitmap >> nibble & 1 ? &n->kids[dg_trie_node_place(n, nibble)] : NULL;
}
/* Smallest child index >= `from`; 16 if there is none. */
static inline unsigned dg_trie_node_next_kid(const dg_trie_node *n, unsigned from)
{
    unsigned rest = from > 15 ? 0 : (unsigned)n->head.bitmap >> from << from;
    return rest ? (unsigned)__builtin_ctz(rest) : 16;
}

/* A node with empty child places. NULL: no memory. */
dg_trie_node *dg_trie_node_new(dg_trie_nibs partial, uint16_t bitmap);
dg_trie_stub *dg_trie_stub_new(const uint8_t hash[32]);
/* A copy with another partial key (`partial` of it as it is): shares value and
 * children, has no merkle value. */
dg_trie_node *dg_trie_node_clone(const dg_trie_node *n, dg_trie_nibs partial);
/* The partial key without its first `count` nibbles, in place. */
void dg_trie_node_drop_partial(dg_trie_node *n, size_t count);
/* With a place for one more child; moved. NULL leaves it as it was. */
dg_trie_node *dg_trie_node_add_kid(dg_trie_node *n, unsigned nibble, dg_trie_item *kid);
void dg_trie_node_remove_kid(dg_trie_node *n, unsigned nibble);
void dg_trie_item_release(dg_trie_item *item); /* NULL is fine; not recursive */
extern dg_trie_stats dg_trie_counts;

/* ---- handles ---- */

/* What keeps borrowed bytes alive (the items of a proof), counted. */
typedef struct dg_trie_shelf dg_trie_shelf;
dg_trie_shelf *dg_trie_shelf_keep(dg_trie_shelf *shelf);
void dg_trie_shelf_release(dg_trie_shelf *shelf);

struct dg_trie {
    dg_trie_item *root; /* NULL: empty */
    dg_trie_loader loader;
    dg_trie_shelf *shelf;
    bool keccak; /* hashes with Keccak-256 */
};

static inline void dg_trie_tell(const dg_trie *t, dg_trie_want what, dg_bytes key)
{
    if (t->loader.want)
        t->loader.want(t->loader.source, what, key);
}

void dg_trie_hash(const dg_trie *t, uint8_t out[32], dg_bytes bytes);

/* The node at `slot`, loaded if need be and cached there. */
dg_code dg_trie_item_load(const dg_trie *t, dg_trie_item **slot, dg_trie_node **out, dg_error *err);
static inline dg_code dg_trie_item_node(const dg_trie *t, dg_trie_item **slot, dg_trie_node **out,
                                        dg_error *err)
{
    if ((*slot)->kind == DG_ITEM_NODE) {
        *out = (dg_trie_node *)(void *)*slot;
        return DG_OK;
    }
    return dg_trie_item_load(t, slot, out, err);
}
/* Caching loaded nodes does not change a trie, so readers may do it. */
static inline dg_trie_item **dg_trie_root_slot(const dg_trie *t)
{
    return (dg_trie_item **)(uintptr_t)&t->root;
}
/* The bytes of a value, loaded if need be. */
dg_code dg_trie_value_load(const dg_trie *t, dg_trie_value *v, dg_bytes *out, dg_error *err);
const uint8_t *dg_trie_value_hash(const dg_trie *t, dg_trie_value *v); /* of a hashed one */
dg_code dg_trie_source_load(const dg_trie *t, dg_bytes *out, const uint8_t hash[32],
                            const char *what, dg_error *err);

/* ---- node bytes ---- */

typedef enum dg_trie_raw_value {
    DG_TRIE_RAW_NONE,
    DG_TRIE_RAW_INLINE,
    DG_TRIE_RAW_HASHED
} dg_trie_raw_value;

/* One encoded node, taken apart; everything borrowed. */
typedef struct dg_trie_raw {
    bool branch;
    dg_trie_raw_value form;
    uint16_t bitmap;
    dg_trie_nibs partial;
    dg_bytes value;    /* bytes, or the hash */
    dg_bytes kids[16]; /* by nibble: 32 bytes are a hash, fewer a node */
} dg_trie_raw;

/* Strict. With `compact` children may be empty (left out), as in the proofs
 * inside parachain blocks. */
dg_code dg_trie_raw_parse(dg_trie_raw *raw, dg_bytes bytes, bool compact, dg_error *err);
void dg_trie_raw_write(dg_buf *out, const dg_trie_raw *raw);

dg_code dg_trie_node_decode(dg_trie_node **out, dg_bytes bytes, dg_error *err);
/* Children must have their merkle values. */
void dg_trie_node_encode(const dg_trie *t, dg_buf *out, const dg_trie_node *n);
/* Merkle value of an encoding. */
void dg_trie_item_set_merkle(const dg_trie *t, dg_trie_item *item, dg_bytes encoded);

/* ---- walks without recursion ---- */

typedef struct dg_trie_step {
    dg_trie_node *node;
    unsigned next; /* child to go to */
    size_t depth;  /* nibbles up to and with the node's partial key */
} dg_trie_step;
typedef struct dg_trie_steps {
    dg_trie_step *at;
    size_t len, cap;
} dg_trie_steps;
dg_code dg_trie_steps_push(dg_trie_steps *s, dg_trie_step step, dg_error *err);
void dg_trie_steps_clear(dg_trie_steps *s);

/* The subtree that holds exactly the keys with `prefix`: its slot and the length
 * of the path to it (without its partial key). DG_ABSENT: there is none. */
dg_code dg_trie_find_prefix(const dg_trie *t, dg_trie_item ***slot, size_t *depth, dg_bytes prefix,
                            dg_error *err);

dg_code dg_trie_seal(dg_trie *t, dg_error *err); /* gives every node its merkle value */

#endif
