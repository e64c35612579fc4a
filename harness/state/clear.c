/* clear.c - removal by prefix, with the counts and cursors of the host API.
 *
 * First every key that this block wrote goes, whatever the limit. Then the keys
 * of the backend (the state as the block began) are visited, at most `limit` of
 * them; each visit counts, also of a key that is gone already. So a caller that
 * repeats itself without a cursor visits the same keys again: chains rely on it. */
#include "state/state_impl.h"

typedef struct removal {
    dg_trie *now, *backend; /* backend NULL: the trie is new in this block */
    dg_bytes prefix;
    uint64_t stamp;
    dg_state_removal *done;
} removal;

/* Keys one behind the other, each with its length: a list to delete from. */
static dg_code collect(void *user, dg_bytes key, dg_error *err)
{
    dg_buf *keys = user;
    uint8_t len[4];
    dg_le32_put(len, (uint32_t)key.len);
    dg_buf_put(keys, len, 4);
    dg_buf_put_bytes(keys, key);
    return dg_buf_check(keys, err, "keys to be removed");
}

static dg_code clear_written(removal *r, dg_error *err)
{
    dg_trie *none = r->backend ? NULL : dg_trie_empty();
    dg_buf keys;
    dg_code rc;
    if (!r->backend && !none)
        return dg_fail(err, DG_NOMEM, "no memory for a state");
    dg_buf_init(&keys, SIZE_MAX / 4);
    rc =
        dg_trie_written(none ? none : r->backend, r->now, r->prefix, r->stamp, collect, &keys, err);
    for (size_t at = 0; at < keys.len && rc == DG_OK; r->done->unique++) {
        dg_bytes key = { keys.at + at + 4, dg_le32(keys.at + at) };
        rc = dg_trie_delete(r->now, NULL, key, err);
        at += 4 + key.len;
    }
    dg_buf_clear(&keys);
    dg_trie_free(none);
    return rc;
}

/* Where the walk over the backend begins: the later of prefix and cursor. */
static dg_bytes start_of(dg_bytes prefix, dg_bytes cursor)
{
    return cursor.at && dg_bytes_compare(cursor, prefix) > 0 ? cursor : prefix;
}

static dg_code visit(removal *r, dg_bytes key, dg_error *err)
{
    bool was;
    dg_code rc = dg_trie_delete(r->now, &was, key, err);
    if (rc < 0)
        return rc;
    r->done->backend += was;
    r->done->unique += was;
    r->done->loops++;
    return DG_OK;
}

static dg_code clear_backend(removal *r, uint32_t limit, dg_bytes cursor, dg_error *err)
{
    dg_buf key;
    dg_code rc;
    dg_buf_init(&key, DG_TRIE_KEY_MAX);
    rc = dg_trie_next(r->backend, &key, NULL, start_of(r->prefix, cursor), true, err);
    while (rc == DG_OK && dg_bytes_begin(dg_buf_bytes(&key), r->prefix)) {
        if (r->done->loops == limit && limit != UINT32_MAX) {
            r->done->all = false;
            dg_buf_put_bytes(&r->done->cursor, dg_buf_bytes(&key));
            rc = dg_buf_check(&r->done->cursor, err, "cursor");
            break;
        }
        if ((rc = visit(r, dg_buf_bytes(&key), err)) == DG_OK)
            rc = dg_trie_next(r->backend, &key, NULL, dg_buf_bytes(&key), false, err);
    }
    dg_buf_clear(&key);
    return rc < 0 ? rc : DG_OK;
}

/* `now` stays NULL when there is no such child: nothing to do. */
static dg_code find_tries(dg_state *state, removal *r, dg_bytes child, dg_error *err)
{
    dg_state_child *was, *is;
    dg_code rc;
    r->now = state->now.top;
    r->backend = state->backend.top;
    if (child.len == 0)
        return DG_OK;
    r->now = r->backend = NULL;
    if ((rc = dg_state_child_find(state, &is, child, err)) < 0 || !is)
        return rc;
    if ((rc = dg_state_layer_child(&state->backend, &was, child, err)) < 0
        || (rc = dg_state_child_mut(state, &is, child, err)) < 0)
        return rc;
    r->now = is->trie;
    r->backend = was ? was->trie : NULL;
    return DG_OK;
}

dg_code dg_state_clear_prefix(dg_state *state, dg_state_removal *done, dg_bytes child,
                              dg_bytes prefix, uint32_t limit, dg_bytes cursor, dg_error *err)
{
    removal r = { .prefix = prefix, .stamp = state->stamp, .done = done };
    dg_code rc;
    *done = (dg_state_removal){ .all = true };
    dg_buf_init(&done->cursor, DG_TRIE_KEY_MAX);
    if (child.len == 0 && dg_state_meets_children(prefix))
        return DG_OK;
    if ((rc = find_tries(state, &r, child, err)) < 0 || !r.now)
        return rc;
    dg_state_unseal(state);
    rc = clear_written(&r, err);
    if (rc == DG_OK && r.backend)
        rc = clear_backend(&r, limit, cursor, err);
    return rc;
}
