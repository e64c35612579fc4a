/* lists.c - roots of lists: a trie is built, hashed and dropped. */
#include "trie/trie_impl.h"

#include "scale/scale.h"

static dg_code root_and_free(dg_trie *t, dg_code rc, dg_hash *root, dg_error *err)
{
    if (rc == DG_OK)
        rc = dg_trie_root(t, root, err);
    dg_trie_free(t);
    return rc;
}

static dg_trie *trie_for(bool keccak)
{
    dg_trie *t = dg_trie_empty();
    if (t)
        t->keccak = keccak;
    return t;
}

static dg_code pairs_root(bool keccak, dg_hash *root, const dg_bytes (*pairs)[2], size_t count,
                          unsigned version, dg_error *err)
{
    dg_trie *t = trie_for(keccak);
    dg_code rc = t ? DG_OK : dg_fail(err, DG_NOMEM, "no memory for a trie");
    for (size_t i = 0; i < count && rc == DG_OK; i++)
        rc = dg_trie_put(t, pairs[i][0], pairs[i][1], version, 0, err);
    return root_and_free(t, rc, root, err);
}

static dg_code list_root(bool keccak, dg_hash *root, const dg_bytes *items, size_t count,
                         unsigned version, dg_error *err)
{
    dg_trie *t = trie_for(keccak);
    dg_code rc = t ? DG_OK : dg_fail(err, DG_NOMEM, "no memory for a trie");
    for (size_t i = 0; i < count && rc == DG_OK; i++) {
        uint8_t room[16];
        dg_buf key = dg_buf_on(room, sizeof room);
        dg_scale_put_compact(&key, i);
        rc = dg_trie_put(t, dg_buf_bytes(&key), items[i], version, 0, err);
    }
    return root_and_free(t, rc, root, err);
}

dg_code dg_trie_root_of(dg_hash *root, const dg_bytes (*pairs)[2], size_t count, unsigned version,
                        dg_error *err)
{
    return pairs_root(false, root, pairs, count, version, err);
}

dg_code dg_trie_keccak_root_of(dg_hash *root, const dg_bytes (*pairs)[2], size_t count,
                               unsigned version, dg_error *err)
{
    return pairs_root(true, root, pairs, count, version, err);
}

dg_code dg_trie_ordered_root(dg_hash *root, const dg_bytes *items, size_t count, unsigned version,
                             dg_error *err)
{
    return list_root(false, root, items, count, version, err);
}

dg_code dg_trie_keccak_ordered_root(dg_hash *root, const dg_bytes *items, size_t count,
                                    unsigned version, dg_error *err)
{
    return list_root(true, root, items, count, version, err);
}
