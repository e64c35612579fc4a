/* paths.c - where in the trie a content stands. */
#include "snapshot/lazy_impl.h"

#include <assert.h>
#include <string.h>

enum { ENTRIES_MAX = 1 << 28, NIBBLES_MAX = 2 * DG_TRIE_KEY_MAX };

static const char child_prefix[] = ":child_storage:default:";

void dg_snapshot_paths_init(dg_snapshot_paths *p)
{
    memset(p, 0, sizeof *p);
    dg_buf_init(&p->entries, sizeof(dg_snapshot_entry) * (size_t)ENTRIES_MAX);
}

void dg_snapshot_paths_clear(dg_snapshot_paths *p)
{
    dg_buf_clear(&p->entries);
    dg_free(p->slots);
    p->slots = NULL;
    p->slot_cap = 0;
}

dg_snapshot_entry *dg_snapshot_paths_at(const dg_snapshot_paths *p, int32_t i)
{
    assert(i >= 0 && i < dg_snapshot_paths_count(p));
    return (dg_snapshot_entry *)(void *)p->entries.at + i;
}

static int32_t *slot(const dg_snapshot_paths *p, const dg_hash *hash)
{
    assert(p->slot_cap > 0 && (p->slot_cap & (p->slot_cap - 1)) == 0);
    size_t at = (size_t)dg_le64(hash->at) & (p->slot_cap - 1);
    while (p->slots[at] && !dg_hash_equal(&dg_snapshot_paths_at(p, p->slots[at] - 1)->hash, hash))
        at = (at + 1) & (p->slot_cap - 1);
    return &p->slots[at];
}

int32_t dg_snapshot_paths_find(const dg_snapshot_paths *p, const dg_hash *hash)
{
    return p->slot_cap ? *slot(p, hash) - 1 : DG_SNAPSHOT_NOWHERE;
}

static dg_code grow(dg_snapshot_paths *p, dg_error *err)
{
    size_t cap = p->slot_cap ? 2 * p->slot_cap : 4096;
    int32_t *slots = dg_calloc(cap, sizeof *slots);
    if (!slots)
        return dg_fail(err, DG_NOMEM, "no memory for the paths of a trie");
    dg_free(p->slots);
    p->slots = slots;
    p->slot_cap = cap;
    for (int32_t i = 0; i < dg_snapshot_paths_count(p); i++)
        *slot(p, &dg_snapshot_paths_at(p, i)->hash) = i + 1;
    return DG_OK;
}

/* Where a content stands twice, the first place will do: it has one hash. */
static dg_code enter(dg_snapshot_paths *p, const dg_hash *hash, int32_t parent,
                     dg_snapshot_stands stands, unsigned nibble, dg_error *err)
{
    dg_snapshot_entry e = {
        .hash = *hash, .parent = parent, .nibble = (uint8_t)nibble, .stands = (uint8_t)stands
    };
    dg_code rc;
    if (2 * (size_t)(dg_snapshot_paths_count(p) + 1) > p->slot_cap && (rc = grow(p, err)) < 0)
        return rc;
    if (*slot(p, hash))
        return DG_OK;
    dg_buf_put(&p->entries, &e, sizeof e);
    if ((rc = dg_buf_check(&p->entries, err, "paths of a trie")) == DG_OK)
        *slot(p, hash) = dg_snapshot_paths_count(p);
    return rc;
}

dg_code dg_snapshot_paths_root(dg_snapshot_paths *p, const dg_hash *root, dg_error *err)
{
    return enter(p, root, DG_SNAPSHOT_NOWHERE, DG_STANDS_ROOT, 0, err);
}

/* ---- ways ---- */

static void reverse(dg_buf *b)
{
    for (size_t i = 0; i < b->len / 2; i++) {
        uint8_t one = b->at[i];
        b->at[i] = b->at[b->len - 1 - i];
        b->at[b->len - 1 - i] = one;
    }
}

/* The partial key of a node that is here, last nibble first. */
static dg_code put_partial(dg_buf *out, const dg_snapshot_entry *e, dg_error *err)
{
    dg_snapshot_node node;
    dg_code rc = dg_snapshot_node_read(&node, e->bytes, err);
    size_t odd = rc == DG_OK ? node.nibbles % 2 : 0;
    if (rc < 0)
        return rc;
    for (size_t i = node.nibbles; i > 0; i--) {
        uint8_t byte = node.partial.at[(i - 1 + odd) / 2];
        dg_buf_put_u8(out, (i - 1 + odd) % 2 ? byte & 15 : byte >> 4);
    }
    return out->len > NIBBLES_MAX ? dg_fail(
               err, DG_MALFORMED, "trie node has a key of more than %d bytes", DG_TRIE_KEY_MAX)
                                  : DG_OK;
}

/* To the root of the trie that `i` is in, `*top`; of a value the key that it has. `whole`: with
 * the partial key of node `i`. */
static dg_code way_in_trie(const dg_snapshot_paths *p, int32_t i, bool whole, dg_buf *out,
                           int32_t *top, dg_error *err)
{
    dg_code rc = DG_OK;
    dg_buf_reset(out);
    if (whole && (rc = put_partial(out, dg_snapshot_paths_at(p, i), err)) < 0)
        return rc;
    for (;;) {
        const dg_snapshot_entry *e = dg_snapshot_paths_at(p, i);
        *top = i;
        if (e->stands == DG_STANDS_ROOT || e->stands == DG_STANDS_CHILD_ROOT)
            break;
        if (e->stands == DG_STANDS_NODE)
            dg_buf_put_u8(out, e->nibble);
        i = e->parent;
        if ((rc = put_partial(out, dg_snapshot_paths_at(p, i), err)) < 0)
            return rc;
    }
    reverse(out);
    return dg_buf_check(out, err, "path in a trie");
}

static bool begins_as_child(const dg_buf *nibbles)
{
    bool same = nibbles->len > 2 * (sizeof child_prefix - 1) && nibbles->len % 2 == 0;
    for (size_t i = 0; same && child_prefix[i]; i++)
        same = (uint8_t)child_prefix[i] == (nibbles->at[2 * i] << 4 | nibbles->at[2 * i + 1]);
    return same;
}

dg_code dg_snapshot_paths_way(const dg_snapshot_paths *p, int32_t i, dg_buf *nibbles, dg_buf *child,
                              dg_error *err)
{
    dg_buf key;
    int32_t top;
    dg_code rc = way_in_trie(p, i, false, nibbles, &top, err);
    dg_buf_reset(child);
    if (rc < 0 || dg_snapshot_paths_at(p, top)->stands == DG_STANDS_ROOT)
        return rc;
    dg_buf_init(&key, NIBBLES_MAX + 256);
    rc = way_in_trie(p, dg_snapshot_paths_at(p, top)->parent, true, &key, &top, err);
    assert(rc < 0 || begins_as_child(&key)); /* else it was not entered */
    for (size_t n = 2 * (sizeof child_prefix - 1); rc == DG_OK && n < key.len; n += 2)
        dg_buf_put_u8(child, (uint8_t)(key.at[n] << 4 | key.at[n + 1]));
    dg_buf_clear(&key);
    return rc < 0 ? rc : dg_buf_check(child, err, "key of a child trie");
}

/* ---- what hangs from a node ---- */

/* Every value of 32 bytes may be the root of a child trie; its key tells. */
static dg_code enter_child(dg_snapshot_paths *p, int32_t i, dg_bytes value, dg_error *err)
{
    dg_buf key;
    dg_hash root;
    int32_t top;
    bool is_root;
    dg_code rc;
    dg_buf_init(&key, NIBBLES_MAX + 256);
    rc = way_in_trie(p, i, true, &key, &top, err);
    is_root = rc == DG_OK && dg_snapshot_paths_at(p, top)->stands == DG_STANDS_ROOT
              && begins_as_child(&key);
    dg_buf_clear(&key);
    if (!is_root)
        return rc;
    memcpy(root.at, value.at, 32);
    return enter(p, &root, i, DG_STANDS_CHILD_ROOT, 0, err);
}

/* `node` borrows from content that stays where it is. */
static dg_code enter_all(dg_snapshot_paths *p, int32_t i, const dg_snapshot_node *node,
                         dg_error *err)
{
    dg_scale in = dg_scale_from(node->children);
    dg_code rc = DG_OK;
    dg_hash hash;
    if (node->kind == DG_NODE_HASHED) {
        memcpy(hash.at, node->value.at, 32);
        rc = enter(p, &hash, i, DG_STANDS_VALUE, 0, err);
    } else if (node->kind == DG_NODE_INLINE && node->value.len == 32) {
        rc = enter_child(p, i, node->value, err);
    }
    for (unsigned n = 0; rc == DG_OK && n < 16; n++) {
        dg_bytes kid;
        if (!(node->bitmap >> n & 1))
            continue;
        kid = dg_scale_bytes(&in);
        if (kid.len != 32)
            continue; /* inline: too small to refer to anything */
        memcpy(hash.at, kid.at, 32);
        rc = enter(p, &hash, i, DG_STANDS_NODE, n, err);
    }
    return rc;
}

dg_code dg_snapshot_paths_here(dg_snapshot_paths *p, int32_t i, dg_bytes bytes, dg_error *err)
{
    dg_snapshot_entry *e = dg_snapshot_paths_at(p, i);
    dg_snapshot_node node;
    dg_code rc;
    assert(!e->here);
    if (e->stands != DG_STANDS_VALUE) {
        if ((rc = dg_snapshot_node_read(&node, bytes, err)) < 0)
            return rc;
        e->bytes = bytes; /* the ways of what hangs from it are told by it */
        if (!node.empty && (rc = enter_all(p, i, &node, err)) < 0)
            return rc;
        e = dg_snapshot_paths_at(p, i); /* it may have moved */
    }
    e->bytes = bytes;
    e->here = true;
    return DG_OK;
}
