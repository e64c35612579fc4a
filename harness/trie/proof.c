/* proof.c - proofs with whole nodes: making them, opening a trie over one. */
#include "trie/shelf_impl.h"

#include "scale/scale.h"

#include <stdlib.h>

/* ---- making ---- */

/* What the walks passed: nodes that are named by a hash, and hashed values. */
typedef struct passed {
    void *thing;
    bool is_value;
    dg_bytes bytes;
} passed;

typedef struct proof {
    dg_trie *trie;
    passed *at;
    size_t len, cap;
    dg_arena arena;
} proof;

static dg_code note(proof *p, void *thing, bool is_value, dg_error *err)
{
    if (p->len == p->cap) {
        size_t cap = p->cap ? 2 * p->cap : 64;
        passed *at = dg_realloc(p->at, cap * sizeof *at);
        if (!at)
            return dg_fail(err, DG_NOMEM, "no memory for a proof");
        p->at = at;
        p->cap = cap;
    }
    p->at[p->len++] = (passed){ thing, is_value, { NULL, 0 } };
    return DG_OK;
}

static dg_code note_value(proof *p, dg_trie_value *v, dg_error *err)
{
    dg_bytes bytes;
    dg_code rc;
    if (!v || !v->hashed)
        return DG_OK;
    if ((rc = dg_trie_value_load(p->trie, v, &bytes, err)) < 0)
        return rc;
    return note(p, v, true, err);
}

static dg_code walk_key(proof *p, dg_bytes key, dg_error *err)
{
    dg_trie_item **slot = &p->trie->root;
    dg_trie_nibs rest = dg_trie_nibs_of_key(key);
    dg_trie_node *n;
    dg_code rc;
    while (slot && *slot) {
        if ((rc = dg_trie_item_node(p->trie, slot, &n, err)) < 0)
            return rc;
        if ((n->head.merkle_len == 32 || slot == &p->trie->root)
            && (rc = note(p, n, false, err)) < 0)
            return rc;
        if (dg_trie_nibs_common(dg_trie_node_partial(n), rest) < n->partial_len)
            return DG_OK;
        rest = dg_trie_nibs_drop(rest, n->partial_len);
        if (rest.len == 0)
            return note_value(p, n->value, err);
        slot = dg_trie_node_kid(n, dg_trie_nibs_at(rest, 0));
        rest = dg_trie_nibs_drop(rest, 1);
    }
    return DG_OK;
}

/* Only to see what was passed twice: the order does not reach the proof. */
static int by_thing(const void *a, const void *b)
{
    uintptr_t x = (uintptr_t)((const passed *)a)->thing, y = (uintptr_t)((const passed *)b)->thing;
    return (x > y) - (x < y);
}

static int by_bytes(const void *a, const void *b)
{
    return dg_bytes_compare(((const passed *)a)->bytes, ((const passed *)b)->bytes);
}

static size_t unique(passed *at, size_t len, int (*order)(const void *, const void *))
{
    size_t kept = 0;
    if (len == 0)
        return 0;
    qsort(at, len, sizeof *at, order);
    for (size_t i = 1; i < len; i++)
        if (order(&at[kept], &at[i]) != 0)
            at[++kept] = at[i];
    return kept + 1;
}

static dg_code encode_all(proof *p, dg_error *err)
{
    dg_buf scratch;
    dg_code rc = DG_OK;
    dg_buf_init(&scratch, SIZE_MAX / 4);
    for (size_t i = 0; i < p->len && rc == DG_OK; i++) {
        passed *it = &p->at[i];
        if (it->is_value) {
            it->bytes = dg_trie_value_bytes(it->thing);
            continue;
        }
        dg_buf_reset(&scratch);
        dg_trie_node_encode(p->trie, &scratch, it->thing);
        it->bytes = dg_arena_copy(&p->arena, dg_buf_bytes(&scratch));
        rc = dg_buf_check(&scratch, err, "a trie node");
        if (rc == DG_OK && !it->bytes.at)
            rc = dg_fail(err, DG_NOMEM, "no memory for a proof");
    }
    dg_buf_clear(&scratch);
    return rc;
}

static dg_code write_proof(proof *p, dg_buf *out, dg_error *err)
{
    static const uint8_t empty[1] = { 0 };
    dg_code rc;
    p->len = unique(p->at, p->len, by_thing);
    if ((rc = encode_all(p, err)) < 0)
        return rc;
    p->len = unique(p->at, p->len, by_bytes);
    dg_scale_put_compact(out, p->trie->root ? p->len : 1);
    for (size_t i = 0; i < p->len; i++)
        dg_scale_put_bytes(out, p->at[i].bytes);
    if (!p->trie->root)
        dg_scale_put_bytes(out, DG_BYTES_OF(empty));
    return dg_buf_check(out, err, "proof");
}

dg_code dg_trie_prove(dg_trie *trie, dg_buf *proof_out, const dg_bytes *keys, size_t key_count,
                      dg_error *err)
{
    proof p = { .trie = trie };
    dg_code rc = dg_trie_seal(trie, err);
    dg_arena_init(&p.arena, SIZE_MAX / 4);
    for (size_t i = 0; i < key_count && rc == DG_OK; i++)
        rc = walk_key(&p, keys[i], err);
    if (rc == DG_OK)
        rc = write_proof(&p, proof_out, err);
    dg_arena_clear(&p.arena);
    dg_free(p.at);
    return rc;
}

/* ---- reading ---- */

static dg_code read_full(dg_trie_shelf *shelf, dg_bytes proof_bytes, dg_error *err)
{
    dg_scale s = dg_scale_from(proof_bytes);
    uint32_t count = dg_scale_count(&s, 1);
    dg_code rc = DG_OK;
    for (uint32_t i = 0; i < count && s.rc == DG_OK && rc == DG_OK; i++) {
        dg_hash hash;
        dg_bytes item = dg_scale_bytes(&s);
        if (s.rc == DG_OK)
            rc = dg_trie_shelf_add(shelf, &hash, item, err);
    }
    return rc < 0 ? rc : dg_scale_finish(&s, err, "proof");
}

static dg_code open_shelf(dg_trie **out, dg_trie_shelf *shelf, const dg_hash *root, dg_error *err)
{
    dg_trie_loader loader = { dg_trie_shelf_load, shelf, NULL };
    dg_bytes bytes;
    dg_trie *t;
    dg_trie_shelf_sort(shelf);
    if (!dg_hash_equal(root, &DG_TRIE_EMPTY_ROOT)
        && dg_trie_shelf_load(shelf, &bytes, root, err) != DG_OK)
        return dg_fail(err, DG_MISMATCH, "no item of the proof hashes to the root %s",
                       dg_hash_text(root).text);
    if (!(t = dg_trie_open(root, &loader)))
        return dg_fail(err, DG_NOMEM, "no memory for a proof");
    t->shelf = dg_trie_shelf_keep(shelf);
    t->keccak = shelf->keccak;
    *out = t;
    return DG_OK;
}

dg_code dg_trie_from_proof(dg_trie **out, const dg_hash *root, dg_bytes proof_bytes, bool compact,
                           dg_error *err)
{
    dg_trie_shelf *shelf = dg_trie_shelf_new();
    dg_code rc;
    if (!shelf)
        return dg_fail(err, DG_NOMEM, "no memory for a proof");
    rc = compact ? dg_trie_compact_read(shelf, root, proof_bytes, err)
                 : read_full(shelf, proof_bytes, err);
    if (rc == DG_OK)
        rc = open_shelf(out, shelf, root, err);
    dg_trie_shelf_release(shelf);
    return rc;
}
