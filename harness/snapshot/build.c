/* build.c - entries as they come, in any order, become tries in the store. */
#include "snapshot/snapshot_impl.h"

#include <assert.h>

static const char child_prefix[] = ":child_storage:default:";

bool dg_snapshot_is_child_root(dg_bytes key)
{
    return dg_bytes_begin(key, dg_text(child_prefix));
}

dg_code dg_snapshot_build_init(dg_snapshot_build *b, dg_snapshot_writer *writer,
                               unsigned state_version, dg_error *err)
{
    *b = (dg_snapshot_build){ .writer = writer, .state_version = state_version };
    b->top = dg_trie_empty();
    return b->top ? DG_OK : dg_fail(err, DG_NOMEM, "no memory for a trie");
}

void dg_snapshot_build_clear(dg_snapshot_build *b)
{
    dg_trie_free(b->top);
    dg_trie_free(b->child);
    *b = (dg_snapshot_build){ .writer = NULL };
}

static dg_code put_new(const dg_snapshot_build *b, dg_trie *trie, dg_bytes key, dg_bytes value,
                       dg_error *err)
{
    dg_bytes before;
    dg_code rc = dg_trie_get(trie, &before, key, err);
    if (rc < 0)
        return rc;
    if (rc == DG_OK)
        return dg_fail(err, DG_MALFORMED, "appears twice");
    return dg_trie_put(trie, key, value, b->state_version, 0, err);
}

dg_code dg_snapshot_build_entry(dg_snapshot_build *b, dg_bytes key, dg_bytes value, dg_error *err)
{
    if (!b->child && dg_snapshot_is_child_root(key))
        return dg_fail(err, DG_MALFORMED,
                       "is the root of a child trie, which follows from its entries");
    return put_new(b, b->child ? b->child : b->top, key, value, err);
}

dg_code dg_snapshot_build_child(dg_snapshot_build *b, dg_error *err)
{
    assert(!b->child);
    b->child = dg_trie_empty();
    return b->child ? DG_OK : dg_fail(err, DG_NOMEM, "no memory for a child trie");
}

static dg_code put_root(const dg_snapshot_build *b, dg_bytes name, dg_error *err)
{
    dg_hash root;
    dg_buf key;
    dg_code rc;
    if ((rc = dg_trie_root(b->child, &root, err)) < 0
        || (rc = dg_trie_flush(b->child, dg_snapshot_put, b->writer, err)) < 0)
        return rc;
    if (dg_hash_equal(&root, &DG_TRIE_EMPTY_ROOT))
        return DG_OK; /* no entries, no trie */
    dg_buf_init(&key, DG_TRIE_KEY_MAX);
    dg_buf_put_text(&key, child_prefix);
    dg_buf_put_bytes(&key, name);
    if ((rc = dg_buf_check(&key, err, "key of a child trie")) == DG_OK)
        rc = put_new(b, b->top, dg_buf_bytes(&key), dg_hash_bytes(&root), err);
    dg_buf_clear(&key);
    return rc < 0 ? dg_fail_within(err, rc, "child trie") : rc;
}

dg_code dg_snapshot_build_child_end(dg_snapshot_build *b, dg_bytes name, dg_error *err)
{
    assert(b->child);
    dg_code rc = put_root(b, name, err);
    dg_trie_free(b->child);
    b->child = NULL;
    return rc;
}

dg_code dg_snapshot_build_finish(dg_snapshot_build *b, dg_hash *root, dg_error *err)
{
    assert(!b->child);
    dg_code rc = dg_trie_root(b->top, root, err);
    return rc < 0 ? rc : dg_trie_flush(b->top, dg_snapshot_put, b->writer, err);
}
