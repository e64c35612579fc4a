/* walk.c - all that is below a root: every hash checked, every entry counted.
 *
 * Content that occurs twice is walked once, or a few hostile nodes that refer to
 * one another sixteen times would take for ever; what was found below it is
 * remembered and added again. The places where the roots of child tries may
 * stand are the exception: there are few, and each names another child. */
#include "snapshot/snapshot_impl.h"
#include "snapshot/seen.h"

#include <assert.h>
#include <string.h>

static const char child_prefix[] = ":child_storage:default:";
enum { CHILD_PREFIX_LEN = sizeof child_prefix - 1, NIBBLES_MAX = 2 * DG_TRIE_KEY_MAX };

typedef struct frame {
    dg_snapshot_node node;
    dg_bytes rest;   /* children not yet entered */
    unsigned next;   /* child index to try next */
    size_t path_len; /* to cut the path back to when this is done */
    uint64_t keys, value_bytes;
    dg_hash hash;
    bool hashed; /* false: inline in its parent */
} frame;

typedef struct child {
    dg_bytes key;
    dg_hash root;
} child;

typedef struct walker {
    dg_snapshot_walk *w;
    dg_bytes child; /* .at NULL: the top trie */
    frame *frames;
    size_t depth, frames_cap;
    dg_buf path, key;
    child *children;
    size_t children_count, children_cap;
    dg_arena names;
    uint64_t keys, value_bytes; /* of the trie being walked */
    dg_error *err;
} walker;

static void add(uint64_t *to, uint64_t more)
{
    *to = *to + more < more ? UINT64_MAX : *to + more;
}

static dg_snapshot_walk_at here(const walker *k)
{
    return (dg_snapshot_walk_at){ k->child, k->path.at, k->path.len };
}

/* May the root of a child trie stand at or below the path? */
static bool near_children(const walker *k)
{
    size_t both = k->path.len < 2 * CHILD_PREFIX_LEN ? k->path.len : 2 * CHILD_PREFIX_LEN;
    if (k->child.at || k->w->top_only)
        return false;
    for (size_t i = 0; i < both; i++) {
        uint8_t byte = (uint8_t)child_prefix[i / 2];
        if (k->path.at[i] != (i % 2 ? byte & 15 : byte >> 4))
            return false;
    }
    return true;
}

static dg_code load(walker *k, dg_bytes *out, const dg_hash *hash, const char *what)
{
    dg_code rc = k->w->from->load(k->w->from->source, out, hash, k->err);
    dg_snapshot_walk_at at = here(k);
    dg_hash found;
    if (rc == DG_ABSENT)
        return dg_fail(k->err, DG_ABSENT, "%s %s is missing", what, dg_hash_text(hash).text);
    if (rc < 0)
        return rc;
    found = dg_blake2_256(*out);
    if (!dg_hash_equal(&found, hash))
        return dg_fail(k->err, DG_MISMATCH, "%s %s is wrong: its bytes hash to %s", what,
                       dg_hash_text(hash).text, dg_hash_short(&found).text);
    return k->w->content ? k->w->content(k->w->user, &at, hash, *out, k->err) : DG_OK;
}

/* ---- entries ---- */

static dg_code key_here(walker *k)
{
    uint8_t *to;
    if (k->path.len % 2)
        return dg_fail(k->err, DG_MALFORMED, "trie node holds a value at half a byte of a key");
    dg_buf_reset(&k->key);
    if (!(to = dg_buf_grow(&k->key, k->path.len / 2)))
        return dg_buf_check(&k->key, k->err, "key");
    for (size_t i = 0; i < k->path.len; i += 2)
        to[i / 2] = (uint8_t)(k->path.at[i] << 4 | k->path.at[i + 1]);
    return DG_OK;
}

static dg_code note_child(walker *k, dg_bytes value)
{
    assert(k->key.len >= CHILD_PREFIX_LEN && !k->child.at);
    child *more;
    dg_bytes name = dg_bytes_of(k->key.at + CHILD_PREFIX_LEN, k->key.len - CHILD_PREFIX_LEN);
    if (value.len != 32)
        return dg_fail(k->err, DG_MALFORMED, "root of a child trie has %zu bytes", value.len);
    if (k->children_count == DG_CHILDREN_MAX)
        return dg_fail(k->err, DG_LIMIT, "more than %d child tries", DG_CHILDREN_MAX);
    if (k->children_count == k->children_cap) {
        size_t cap = k->children_cap ? k->children_cap * 2 : 16;
        more = dg_realloc(k->children, cap * sizeof *more);
        if (!more)
            return dg_fail(k->err, DG_NOMEM, "no memory for child tries");
        k->children = more;
        k->children_cap = cap;
    }
    more = &k->children[k->children_count];
    more->key = dg_arena_copy(&k->names, name);
    if (!more->key.at)
        return dg_fail(k->err, DG_NOMEM, "no memory for the keys of child tries");
    memcpy(more->root.at, value.at, 32);
    k->children_count++;
    return DG_OK;
}

static bool is_child_root(const walker *k)
{
    return !k->child.at && k->key.len >= CHILD_PREFIX_LEN
           && memcmp(k->key.at, child_prefix, CHILD_PREFIX_LEN) == 0;
}

static bool is_known(const walker *k, const dg_hash *hash)
{
    return k->w->known && k->w->known(k->w->user, hash);
}

/* The value of a hashed-value node: its bytes, or only its length when they
 * have been met before and nobody wants to see them again. */
static dg_code hashed_value(walker *k, const frame *f, dg_bytes *value)
{
    dg_hash hash;
    const dg_snapshot_seen_entry *known;
    dg_code rc;
    memcpy(hash.at, f->node.value.at, 32);
    known = dg_snapshot_seen_find(k->w->seen, &hash, true);
    if (known && !k->w->positions && !is_child_root(k)) {
        *value = dg_bytes_of(NULL, (size_t)known->value_bytes);
        return DG_OK;
    }
    if (is_known(k, &hash)) {
        *value = dg_bytes_of(NULL, 0);
        return DG_OK;
    }
    if ((rc = load(k, value, &hash, "value")) != DG_OK)
        return rc;
    return dg_snapshot_seen_put(k->w->seen, &hash, true, 1, value->len, k->err);
}

static dg_code visit_value(walker *k, frame *f)
{
    dg_bytes value = f->node.value;
    dg_code rc = DG_OK;
    if (f->node.kind == DG_NODE_NO_VALUE)
        return DG_OK;
    if ((rc = key_here(k)) < 0)
        return rc;
    if (f->node.kind == DG_NODE_HASHED && (rc = hashed_value(k, f, &value)) != DG_OK)
        return rc;
    add(&f->keys, 1);
    add(&f->value_bytes, value.len);
    if (is_child_root(k) && !k->w->top_only && (rc = note_child(k, value)) < 0)
        return rc;
    if (k->w->positions && k->w->entry)
        rc = k->w->entry(k->w->user, k->child, dg_buf_bytes(&k->key), value, k->err);
    return rc;
}

/* ---- nodes ---- */

static dg_code walk_on(walker *k, const frame *f)
{
    size_t odd = f->node.nibbles % 2;
    uint8_t *to;
    if (k->path.len > NIBBLES_MAX || f->node.nibbles > NIBBLES_MAX - k->path.len)
        return dg_fail(k->err, DG_MALFORMED, "trie node has a key of more than %d bytes",
                       DG_TRIE_KEY_MAX);
    if (!(to = dg_buf_grow(&k->path, f->node.nibbles)))
        return dg_buf_check(&k->path, k->err, "path");
    for (size_t i = odd; i < f->node.nibbles + odd; i++) {
        uint8_t byte = f->node.partial.at[i / 2];
        *to++ = i % 2 ? byte & 15 : byte >> 4;
    }
    return DG_OK;
}

static dg_code push(walker *k, dg_bytes bytes, const dg_hash *hash, size_t path_len)
{
    assert(k->depth <= k->frames_cap);
    frame *f;
    dg_code rc;
    if (k->depth == k->frames_cap) {
        size_t cap = k->frames_cap ? k->frames_cap * 2 : 64;
        f = dg_realloc(k->frames, cap * sizeof *f);
        if (!f)
            return dg_fail(k->err, DG_NOMEM, "no memory to walk a trie");
        k->frames = f;
        k->frames_cap = cap;
    }
    f = &k->frames[k->depth];
    *f = (frame){ .path_len = path_len, .hashed = hash != NULL };
    if (hash)
        f->hash = *hash;
    if ((rc = dg_snapshot_node_read(&f->node, bytes, k->err)) < 0)
        return hash ? dg_fail_within(k->err, rc, "node %s", dg_hash_text(hash).text) : rc;
    if (f->node.empty)
        return dg_fail(k->err, DG_MALFORMED, "the empty node stands below another");
    f->rest = f->node.children;
    k->depth++;
    if ((rc = walk_on(k, f)) < 0)
        return rc;
    return visit_value(k, f);
}

/* What is below the current place, in the sums of the frame above it. */
static void account(walker *k, uint64_t keys, uint64_t value_bytes)
{
    frame *above = k->depth ? &k->frames[k->depth - 1] : NULL;
    add(above ? &above->keys : &k->keys, keys);
    add(above ? &above->value_bytes : &k->value_bytes, value_bytes);
}

static dg_code enter(walker *k, const dg_hash *hash, size_t path_len)
{
    const dg_snapshot_seen_entry *known = dg_snapshot_seen_find(k->w->seen, hash, false);
    dg_bytes bytes;
    dg_code rc;
    if (known && !k->w->positions && !near_children(k)) {
        account(k, known->keys, known->value_bytes);
        k->path.len = path_len;
        return DG_OK;
    }
    if (is_known(k, hash)) {
        k->path.len = path_len;
        return DG_OK;
    }
    if ((rc = load(k, &bytes, hash, "node")) != DG_OK)
        return rc;
    return push(k, bytes, hash, path_len);
}

static dg_code leave(walker *k)
{
    assert(k->depth > 0);
    frame f = k->frames[--k->depth];
    k->path.len = f.path_len;
    account(k, f.keys, f.value_bytes);
    return f.hashed
               ? dg_snapshot_seen_put(k->w->seen, &f.hash, false, f.keys, f.value_bytes, k->err)
               : DG_OK;
}

static dg_code step(walker *k)
{
    assert(k->depth > 0);
    frame *f = &k->frames[k->depth - 1];
    size_t path_len = k->path.len;
    dg_scale in = dg_scale_from(f->rest);
    dg_bytes value;
    dg_hash hash;
    while (f->next < 16 && !(f->node.bitmap >> f->next & 1))
        f->next++;
    if (f->next == 16)
        return leave(k);
    value = dg_scale_bytes(&in); /* dg_snapshot_node_read made sure of it */
    f->rest = dg_scale_rest(&in);
    dg_buf_put_u8(&k->path, (uint8_t)f->next++);
    if (k->path.rc < 0)
        return dg_buf_check(&k->path, k->err, "path");
    if (value.len < 32)
        return push(k, value, NULL, path_len);
    assert(value.len == 32); /* dg_snapshot_node_read made sure of it */
    memcpy(hash.at, value.at, 32);
    return enter(k, &hash, path_len);
}

static dg_code one_trie(walker *k, const dg_hash *root)
{
    dg_code rc;
    k->keys = k->value_bytes = 0;
    k->depth = k->path.len = 0;
    if (dg_hash_equal(root, &DG_TRIE_EMPTY_ROOT))
        return DG_OK;
    rc = enter(k, root, 0);
    while (rc == DG_OK && k->depth)
        rc = step(k);
    add(&k->w->keys, k->keys);
    add(&k->w->value_bytes, k->value_bytes);
    assert(rc != DG_OK || k->depth == 0);
    return rc;
}

dg_code dg_snapshot_walk_run(dg_snapshot_walk *w, const dg_hash *root, dg_error *err)
{
    assert(w->from && w->from->load);
    walker k = { .w = w, .err = err };
    dg_code rc;
    dg_snapshot_walk_clear(w);
    w->keys = w->value_bytes = w->contents = 0;
    if (!(w->seen = dg_snapshot_seen_new()))
        return dg_fail(err, DG_NOMEM, "no memory to walk a trie");
    dg_buf_init(&k.path, NIBBLES_MAX + 2);
    dg_buf_init(&k.key, DG_TRIE_KEY_MAX + 1);
    dg_arena_init(&k.names, (size_t)1 << 30);
    rc = one_trie(&k, root);
    for (size_t i = 0; rc == DG_OK && i < k.children_count; i++) {
        k.child = k.children[i].key;
        rc = one_trie(&k, &k.children[i].root);
        if (rc != DG_OK)
            dg_fail_within(err, rc, "child trie %zu", i);
    }
    w->contents = dg_snapshot_seen_count(w->seen);
    dg_arena_clear(&k.names);
    dg_buf_clear(&k.path);
    dg_buf_clear(&k.key);
    dg_free(k.children);
    dg_free(k.frames);
    return rc;
}

bool dg_snapshot_walk_saw(void *walk, const dg_hash *hash)
{
    const dg_snapshot_walk *w = walk;
    return dg_snapshot_seen_find(w->seen, hash, false)
           || dg_snapshot_seen_find(w->seen, hash, true);
}

void dg_snapshot_walk_clear(dg_snapshot_walk *w)
{
    dg_snapshot_seen_free(w->seen);
    w->seen = NULL;
}
