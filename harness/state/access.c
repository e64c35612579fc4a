/* access.c - single keys: get, put, delete, append, next; walks. */
#include "state/state_impl.h"

#include "scale/scale.h"

dg_code dg_state_get(dg_state *state, dg_bytes *value, dg_bytes child, dg_bytes key, dg_error *err)
{
    dg_trie *trie;
    dg_code rc = dg_state_trie(state, &trie, child, err);
    if (rc < 0)
        return rc;
    return trie ? dg_trie_get(trie, value, key, err) : DG_ABSENT;
}

/* The trie to be written; made when there is none. */
static dg_code writable(dg_state *state, dg_trie **out, dg_bytes child, dg_error *err)
{
    dg_state_child *c;
    dg_code rc;
    dg_state_unseal(state);
    *out = state->now.top;
    if (child.len == 0)
        return DG_OK;
    if ((rc = dg_state_child_mut(state, &c, child, err)) == DG_OK)
        *out = c->trie;
    return rc;
}

dg_code dg_state_put(dg_state *state, dg_bytes child, dg_bytes key, dg_bytes value, dg_error *err)
{
    dg_trie *trie;
    dg_code rc = writable(state, &trie, child, err);
    return rc < 0 ? rc : dg_trie_put(trie, key, value, state->version, state->stamp, err);
}

dg_code dg_state_delete(dg_state *state, dg_bytes child, dg_bytes key, dg_error *err)
{
    dg_trie *trie;
    dg_code rc = dg_state_trie(state, &trie, child, err);
    if (rc < 0 || !trie) /* nothing to delete: no child trie is made for it */
        return rc;
    if ((rc = writable(state, &trie, child, err)) < 0)
        return rc;
    return dg_trie_delete(trie, NULL, key, err);
}

dg_code dg_state_append(dg_state *state, dg_bytes key, dg_bytes item, dg_error *err)
{
    dg_bytes value = { NULL, 0 };
    uint8_t room[8];
    dg_buf head = dg_buf_on(room, sizeof room);
    dg_scale s;
    uint32_t count;
    bool is_list;
    dg_code rc;
    dg_state_unseal(state);
    if ((rc = dg_trie_get(state->now.top, &value, key, err)) < 0)
        return rc;
    s = dg_scale_from(value);
    count = dg_scale_compact_u32(&s);
    is_list = s.rc == DG_OK && count < UINT32_MAX;
    dg_scale_put_compact(&head, is_list ? (uint64_t)count + 1 : 1);
    return dg_trie_splice(state->now.top, key, is_list ? s.at : value.len, dg_buf_bytes(&head),
                          item, state->version, state->stamp, err);
}

dg_code dg_state_next(dg_state *state, dg_buf *next, dg_bytes child, dg_bytes key, dg_error *err)
{
    dg_trie *trie;
    dg_code rc = dg_state_trie(state, &trie, child, err);
    if (rc < 0)
        return rc;
    if (trie)
        return dg_trie_next(trie, next, NULL, key, false, err);
    dg_buf_reset(next);
    return DG_END;
}

dg_code dg_state_iter_init(dg_state_iter *it, dg_state *state, dg_bytes child, dg_bytes prefix,
                           dg_error *err)
{
    dg_trie *trie;
    dg_code rc = dg_state_trie(state, &trie, child, err);
    it->inner = NULL;
    if (rc < 0 || !trie)
        return rc;
    rc = dg_trie_iter_new(&it->inner, trie, prefix, err);
    return rc < 0 ? rc : DG_OK;
}

dg_code dg_state_iter_next(dg_state_iter *it, dg_bytes *key, dg_bytes *value, dg_error *err)
{
    return it->inner ? dg_trie_iter_next(it->inner, key, value, err) : DG_END;
}

void dg_state_iter_clear(dg_state_iter *it)
{
    dg_trie_iter_free(it->inner);
    it->inner = NULL;
}
