/* trie.c - handles: making, forking, closing; what lies behind the loader. */
#include "trie/trie_impl.h"

#include "crypto/crypto.h"

const dg_hash DG_TRIE_EMPTY_ROOT = { { 0x03, 0x17, 0x0a, 0x2e, 0x75, 0x97, 0xb7, 0xb7,
                                       0xe3, 0xd8, 0x4c, 0x05, 0x39, 0x1d, 0x13, 0x9a,
                                       0x62, 0xb1, 0x57, 0xe7, 0x87, 0x86, 0xd8, 0xc0,
                                       0x82, 0xf2, 0x9d, 0xcf, 0x4c, 0x11, 0x13, 0x14 } };

dg_trie *dg_trie_empty(void)
{
    return dg_calloc(1, sizeof(dg_trie));
}

dg_trie *dg_trie_open(const dg_hash *root, const dg_trie_loader *loader)
{
    dg_trie *t = dg_trie_empty();
    dg_trie_stub *s;
    if (!t)
        return NULL;
    t->loader = *loader;
    if (dg_hash_equal(root, &DG_TRIE_EMPTY_ROOT))
        return t;
    s = dg_trie_stub_new(root->at);
    if (!s) {
        dg_free(t);
        return NULL;
    }
    t->root = &s->head;
    return t;
}

dg_trie *dg_trie_fork(const dg_trie *trie)
{
    dg_trie *t = dg_malloc(sizeof *t);
    if (!t)
        return NULL;
    *t = *trie;
    if (t->root)
        t->root->refs++;
    dg_trie_shelf_keep(t->shelf);
    return t;
}

dg_trie *dg_trie_open_beside(const dg_trie *trie, const dg_hash *root)
{
    dg_trie *t = dg_trie_open(root, &trie->loader);
    if (t) {
        t->shelf = dg_trie_shelf_keep(trie->shelf);
        t->keccak = trie->keccak;
    }
    return t;
}

const dg_trie_loader *dg_trie_loader_of(const dg_trie *trie)
{
    return &trie->loader;
}

void dg_trie_become(dg_trie *trie, const dg_trie *other)
{
    dg_trie old = *trie;
    *trie = *other;
    if (trie->root)
        trie->root->refs++;
    dg_trie_shelf_keep(trie->shelf);
    dg_trie_item_release(old.root);
    dg_trie_shelf_release(old.shelf);
}

void dg_trie_free(dg_trie *trie)
{
    if (!trie)
        return;
    dg_trie_item_release(trie->root);
    dg_trie_shelf_release(trie->shelf);
    dg_free(trie);
}

void dg_trie_hash(const dg_trie *t, uint8_t out[32], dg_bytes bytes)
{
    dg_trie_counts.hashes++;
    if (t->keccak)
        dg_keccak_256(out, bytes);
    else
        dg_blake2b(out, 32, bytes);
}

/* ---- loading ---- */

dg_code dg_trie_source_load(const dg_trie *t, dg_bytes *out, const uint8_t hash[32],
                            const char *what, dg_error *err)
{
    dg_hash h;
    dg_code rc;
    memcpy(h.at, hash, 32);
    dg_trie_counts.loads++;
    rc = t->loader.load ? t->loader.load(t->loader.source, out, &h, err) : DG_ABSENT;
    if (rc == DG_ABSENT)
        return dg_fail(err, DG_IO, "trie %s %s is not there", what, dg_hash_text(&h).text);
    return rc;
}

/* Below the root a small node lies inside its parent, so bytes that come by hash
 * are never fewer than 32: the same trie would otherwise have two roots. */
static dg_code read_stub(const dg_trie *t, dg_trie_stub *s, bool is_root, dg_error *err)
{
    dg_bytes bytes;
    dg_trie_node *n = NULL;
    dg_code rc = dg_trie_source_load(t, &bytes, s->head.merkle, "node", err);
    if (rc < 0)
        return rc;
    if (bytes.len < 32 && !is_root)
        return dg_fail(err, DG_MALFORMED, "trie node of %zu bytes is stored by hash", bytes.len);
    if ((rc = dg_trie_node_decode(&n, bytes, err)) < 0)
        return rc;
    n->head.merkle_len = (uint8_t)(bytes.len < 32 ? bytes.len : 32);
    memcpy(n->head.merkle, bytes.len < 32 ? bytes.at : s->head.merkle, n->head.merkle_len);
    s->loaded = n;
    return DG_OK;
}

dg_code dg_trie_item_load(const dg_trie *t, dg_trie_item **slot, dg_trie_node **out, dg_error *err)
{
    dg_trie_stub *s = (dg_trie_stub *)(void *)*slot;
    dg_code rc;
    if (!s->loaded && (rc = read_stub(t, s, slot == &t->root, err)) < 0)
        return rc;
    *out = s->loaded;
    s->loaded->head.refs++;
    *slot = &s->loaded->head;
    dg_trie_item_release(&s->head);
    return DG_OK;
}
