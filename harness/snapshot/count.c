/* count.c - how many keys a state has, from those of another and what differs.
 *
 * Subtrees that both share are passed over unseen, so that a few changes in millions of keys are
 * counted in no time. */
#include "snapshot/snapshot_impl.h"

#include <assert.h>
#include <string.h>

static const char child_prefix[] = ":child_storage:default:";

typedef struct counter {
    uint64_t keys[2], bytes[2]; /* of what differs: before, after */
    const dg_trie *beside;      /* to open child tries from */
    bool top;
} counter;

static dg_code count_child(counter *c, dg_bytes before, dg_bytes after, dg_error *err);

static dg_code note(void *user, dg_bytes key, dg_bytes before, dg_bytes after, dg_error *err)
{
    counter *c = user;
    c->keys[0] += before.at != NULL;
    c->bytes[0] += before.len;
    c->keys[1] += after.at != NULL;
    c->bytes[1] += after.len;
    if (c->top && dg_bytes_begin(key, dg_text(child_prefix)))
        return count_child(c, before, after, err);
    return DG_OK;
}

static dg_code open_child(dg_trie **out, const counter *c, dg_bytes root, dg_error *err)
{
    dg_hash hash = DG_TRIE_EMPTY_ROOT;
    if (root.at && root.len != 32)
        return dg_fail(err, DG_MALFORMED, "root of a child trie has %zu bytes", root.len);
    if (root.at)
        memcpy(hash.at, root.at, 32);
    *out = dg_trie_open_beside(c->beside, &hash);
    return *out ? DG_OK : dg_fail(err, DG_NOMEM, "no memory for a child trie");
}

static dg_code count_child(counter *c, dg_bytes before, dg_bytes after, dg_error *err)
{
    dg_trie *was = NULL, *is = NULL;
    dg_code rc = open_child(&was, c, before, err);
    if (rc == DG_OK)
        rc = open_child(&is, c, after, err);
    c->top = false;
    if (rc == DG_OK)
        rc = dg_trie_diff(was, is, note, c, err);
    c->top = true;
    dg_trie_free(was);
    dg_trie_free(is);
    return rc;
}

dg_code dg_snapshot_count_over(dg_snapshot_info *info, const dg_snapshot_info *over,
                               const dg_trie_loader *loader, dg_error *err)
{
    dg_trie *was = dg_trie_open(&over->state_root, loader);
    dg_trie *is = dg_trie_open(&info->state_root, loader);
    counter c = { .beside = was, .top = true };
    dg_code rc = was && is ? dg_trie_diff(was, is, note, &c, err)
                           : dg_fail(err, DG_NOMEM, "no memory to compare two states");
    dg_trie_free(was);
    dg_trie_free(is);
    if (rc < 0)
        return rc;
    if (c.keys[0] > over->keys || c.bytes[0] > over->value_bytes)
        return dg_fail(err, DG_MISMATCH, "the base has more keys than its manifest says");
    info->keys = over->keys - c.keys[0] + c.keys[1];
    info->value_bytes = over->value_bytes - c.bytes[0] + c.bytes[1];
    return DG_OK;
}
