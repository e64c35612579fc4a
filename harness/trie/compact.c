/* compact.c - proofs in which what can be recomputed is left out.
 *
 * Nodes come in preorder. A child of length zero stands for the hash of the next
 * node of the list; a node behind the byte 01 has its hashed value as the next
 * item. Nodes are put together again from the leaves up and shelved by hash.
 * Child tries follow the main one. Mirrors: trie-db, compact encoding. */
#include "trie/shelf_impl.h"

#include "scale/scale.h"

enum { ESCAPE = 0x01 };

/* A node that waits for the hashes of its children. */
typedef struct open_node {
    dg_bytes node;
    bool escaped; /* `value_hash` belongs in place of its empty value */
    dg_hash value_hash;
    unsigned next;    /* child to look at */
    size_t hashes_at; /* where its children's begin */
} open_node;

typedef struct reader {
    dg_trie_shelf *shelf;
    dg_scale items;
    uint32_t left;
    open_node *open;
    size_t len, cap;
    dg_buf hashes, scratch;
} reader;

static dg_code take_item(reader *r, dg_bytes *item, dg_error *err)
{
    if (r->left == 0)
        return dg_fail(err, DG_MALFORMED, "compact proof ended inside a trie");
    r->left--;
    *item = dg_scale_bytes(&r->items);
    return dg_scale_check(&r->items, err, "compact proof");
}

static dg_code make_room(reader *r, dg_error *err)
{
    if (r->len == DG_TRIE_NIBBLES_MAX)
        return dg_fail(err, DG_MALFORMED, "compact proof nests %zu nodes", r->len);
    if (r->len == r->cap) {
        size_t cap = r->cap ? 2 * r->cap : 16;
        open_node *open = dg_realloc(r->open, cap * sizeof *open);
        if (!open)
            return dg_fail(err, DG_NOMEM, "no memory for a proof");
        r->open = open;
        r->cap = cap;
    }
    return DG_OK;
}

static dg_code open_next(reader *r, dg_error *err)
{
    open_node n = { .hashes_at = r->hashes.len };
    dg_trie_raw raw;
    dg_bytes value;
    dg_code rc = take_item(r, &n.node, err);
    if (rc < 0 || (rc = make_room(r, err)) < 0)
        return rc;
    n.escaped = n.node.len > 0 && n.node.at[0] == ESCAPE;
    if (n.escaped)
        n.node = dg_bytes_of(n.node.at + 1, n.node.len - 1);
    if ((rc = dg_trie_raw_parse(&raw, n.node, true, err)) < 0)
        return rc;
    if (n.escaped && (raw.form != DG_TRIE_RAW_INLINE || raw.value.len > 0))
        return dg_fail(err, DG_MALFORMED, "compact proof escapes a node without an empty value");
    if (n.escaped
        && ((rc = take_item(r, &value, err)) < 0
            || (rc = dg_trie_shelf_add(r->shelf, &n.value_hash, value, err)) < 0))
        return rc;
    r->open[r->len++] = n;
    return DG_OK;
}

/* The next child of the top node that was left out: there is one. */
static bool next_left_out(open_node *n)
{
    dg_trie_raw raw;
    dg_code rc = dg_trie_raw_parse(&raw, n->node, true, NULL);
    assert(rc == DG_OK); /* parsed when it was opened */
    for (; n->next < 16; n->next++)
        if (raw.bitmap >> n->next & 1 && raw.kids[n->next].len == 0) {
            n->next++;
            return true;
        }
    return false;
}

/* The top node has all its hashes: written out, shelved, taken off. */
static dg_code close_top(reader *r, dg_hash *hash, dg_error *err)
{
    open_node *n = &r->open[r->len - 1];
    size_t at = n->hashes_at;
    dg_trie_raw raw;
    dg_code rc = dg_trie_raw_parse(&raw, n->node, true, err);
    assert(rc == DG_OK);
    if (n->escaped) {
        raw.form = DG_TRIE_RAW_HASHED;
        raw.value = dg_hash_bytes(&n->value_hash);
    }
    for (unsigned i = 0; i < 16; i++)
        if (raw.bitmap >> i & 1 && raw.kids[i].len == 0) {
            raw.kids[i] = dg_bytes_of(r->hashes.at + at, 32);
            at += 32;
        }
    dg_buf_reset(&r->scratch);
    dg_trie_raw_write(&r->scratch, &raw);
    if ((rc = dg_buf_check(&r->scratch, err, "a trie node")) < 0)
        return rc;
    r->hashes.len = n->hashes_at;
    r->len--;
    return dg_trie_shelf_add(r->shelf, hash, dg_buf_bytes(&r->scratch), err);
}

/* One trie of the list, from its root on. */
static dg_code read_trie(reader *r, dg_hash *root, dg_error *err)
{
    dg_code rc = open_next(r, err);
    while (rc == DG_OK && r->len > 0) {
        dg_hash hash;
        if (next_left_out(&r->open[r->len - 1])) {
            rc = open_next(r, err);
        } else if ((rc = close_top(r, &hash, err)) == DG_OK) {
            *root = hash;
            if (r->len > 0)
                dg_buf_put(&r->hashes, hash.at, 32);
            rc = dg_buf_check(&r->hashes, err, "hashes of a proof");
        }
    }
    return rc;
}

static bool is_empty_trie(const reader *r)
{
    dg_scale s = r->items;
    dg_bytes item = dg_scale_bytes(&s);
    return s.rc == DG_OK && item.len == 1 && item.at[0] == 0;
}

static dg_code read_all(reader *r, const dg_hash *root, dg_error *err)
{
    dg_code rc = DG_OK;
    bool first = true;
    while (r->left > 0 && rc == DG_OK) {
        dg_hash found = DG_TRIE_EMPTY_ROOT;
        dg_bytes item;
        rc = is_empty_trie(r) ? take_item(r, &item, err) : read_trie(r, &found, err);
        if (rc == DG_OK && first && !dg_hash_equal(&found, root))
            return dg_fail(err, DG_MISMATCH, "compact proof has root %s, not %s",
                           dg_hash_short(&found).text, dg_hash_short(root).text);
        first = false;
    }
    return rc < 0 ? rc : dg_scale_finish(&r->items, err, "compact proof");
}

dg_code dg_trie_compact_read(dg_trie_shelf *shelf, const dg_hash *root, dg_bytes proof,
                             dg_error *err)
{
    reader r = { .shelf = shelf, .items = dg_scale_from(proof) };
    dg_code rc;
    r.left = dg_scale_count(&r.items, 1);
    dg_buf_init(&r.hashes, SIZE_MAX / 4);
    dg_buf_init(&r.scratch, SIZE_MAX / 4);
    rc = dg_scale_check(&r.items, err, "compact proof");
    if (rc == DG_OK)
        rc = read_all(&r, root, err);
    dg_free(r.open);
    dg_buf_clear(&r.hashes);
    dg_buf_clear(&r.scratch);
    return rc;
}
