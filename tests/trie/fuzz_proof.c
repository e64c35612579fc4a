/* Any bytes as a proof: opened, walked, proved again; what was decoded encodes to
 * the same bytes, or the hashes would not agree. First byte: which form. */
#include "trie/trie.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/crypto.h"
#include "scale/scale.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void walk(dg_trie *t)
{
    dg_trie_iter *it = NULL;
    dg_bytes key, value;
    dg_error err;
    if (dg_trie_iter_new(&it, t, (dg_bytes){ NULL, 0 }, &err) >= 0)
        for (int i = 0; i < 1000 && dg_trie_iter_next(it, &key, &value, &err) == DG_OK; i++) {
            dg_bytes same;
            dg_code rc = dg_trie_get(t, &same, key, &err);
            assert(rc == DG_OK && same.at == value.at);
        }
    dg_trie_iter_free(it);
}

/* The keys found, proved once more, are found again. */
static void prove_again(dg_trie *t, const dg_hash *root)
{
    dg_buf next, proof;
    dg_trie *again = NULL;
    dg_error err;
    dg_buf_init(&next, DG_TRIE_KEY_MAX);
    dg_buf_init(&proof, 1 << 24);
    if (dg_trie_next(t, &next, NULL, (dg_bytes){ NULL, 0 }, true, &err) == DG_OK) {
        dg_bytes key = dg_buf_bytes(&next), value, same;
        if (dg_trie_get(t, &value, key, &err) == DG_OK
            && dg_trie_prove(t, &proof, &key, 1, &err) == DG_OK) {
            dg_code rc = dg_trie_from_proof(&again, root, dg_buf_bytes(&proof), false, &err);
            assert(rc == DG_OK);
            rc = dg_trie_get(again, &same, key, &err);
            assert(rc == DG_OK && dg_bytes_equal(value, same));
        }
    }
    dg_trie_free(again);
    dg_buf_clear(&next);
    dg_buf_clear(&proof);
}

static void change(dg_trie *t)
{
    dg_hash root;
    dg_error err;
    dg_trie *fork = dg_trie_fork(t);
    dg_trie_put(fork, dg_text("abc"), dg_text("value"), 1, 1, &err);
    dg_trie_delete(fork, NULL, (dg_bytes){ NULL, 0 }, &err);
    dg_trie_clear_prefix(fork, dg_text("a"), &err);
    dg_trie_root(fork, &root, &err);
    dg_trie_verify(fork);
    dg_trie_free(fork);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    dg_bytes proof;
    dg_trie *t = NULL;
    dg_scale s;
    dg_hash root, sealed;
    dg_error err;
    if (size < 2)
        return 0;
    proof = (dg_bytes){ data + 1, size - 1 };
    s = dg_scale_from(proof);
    dg_scale_compact_u32(&s);
    root = dg_blake2_256(dg_scale_bytes(&s)); /* of the first item: right for full proofs */
    if (data[0] & 1 && size > 33) {           /* compact: the root comes first */
        memcpy(root.at, data + 1, 32);
        proof = (dg_bytes){ data + 33, size - 33 };
        dg_trie_from_proof(&t, &root, proof, true, &err);
    } else {
        dg_trie_from_proof(&t, &root, proof, false, &err);
    }
    if (t) {
        walk(t);
        prove_again(t, &root);
        change(t);
        dg_trie_verify(t);
        if (dg_trie_root(t, &sealed, &err) == DG_OK)
            assert(dg_hash_equal(&sealed, &root));
        dg_trie_free(t);
    }
    assert(dg_trie_stats_get().bytes_live == 0);
    return 0;
}
