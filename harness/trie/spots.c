/* spots.c - what hangs on one encoded node, and where. */
#include "trie/trie_impl.h"

enum { INLINE_LEVELS_MAX = 16 }; /* nodes within nodes: each takes bytes off 31 */

typedef struct spots {
    uint8_t *nibbles; /* one a byte */
    size_t len, cap;
    dg_trie_spot_each each;
    void *user;
} spots;

static dg_code put(spots *s, dg_trie_nibs more, dg_error *err)
{
    if (s->len + more.len + 1 > s->cap) {
        size_t cap = (s->len + more.len + 1) * 2;
        uint8_t *at = dg_realloc(s->nibbles, cap);
        if (!at)
            return dg_fail(err, DG_NOMEM, "no memory for a path");
        s->nibbles = at;
        s->cap = cap;
    }
    for (size_t i = 0; i < more.len; i++)
        s->nibbles[s->len++] = (uint8_t)dg_trie_nibs_at(more, i);
    return DG_OK;
}

static dg_code tell(const spots *s, dg_trie_spot_kind kind, dg_bytes bytes, dg_error *err)
{
    dg_trie_spot spot = { kind, s->nibbles, s->len, bytes };
    return s->each(s->user, &spot, err);
}

static dg_code visit(spots *s, dg_bytes node, unsigned level, dg_error *err)
{
    size_t began = s->len, here;
    dg_trie_raw raw;
    dg_code rc = dg_trie_raw_parse(&raw, node, false, err);
    if (rc < 0 || (rc = put(s, raw.partial, err)) < 0)
        return rc;
    if (level == INLINE_LEVELS_MAX)
        return dg_fail(err, DG_MALFORMED, "trie node holds nodes within nodes, too deep");
    here = s->len;
    if (raw.form != DG_TRIE_RAW_NONE)
        rc = tell(s, raw.form == DG_TRIE_RAW_HASHED ? DG_TRIE_SPOT_VALUE_HASH : DG_TRIE_SPOT_VALUE,
                  raw.value, err);
    for (unsigned i = 0; i < 16 && rc == DG_OK; i++) {
        if (!raw.kids[i].len)
            continue;
        s->len = here;
        s->nibbles[s->len++] = (uint8_t)i; /* room for it was made with the partial key */
        rc = raw.kids[i].len == 32 ? tell(s, DG_TRIE_SPOT_NODE, raw.kids[i], err)
                                   : visit(s, raw.kids[i], level + 1, err);
    }
    s->len = began;
    return rc;
}

dg_code dg_trie_node_spots(dg_bytes node, dg_trie_spot_each each, void *user, dg_error *err)
{
    spots s = { .each = each, .user = user };
    dg_code rc = DG_OK;
    if (node.len != 1 || node.at[0] != 0) /* the empty trie */
        rc = visit(&s, node, 0, err);
    dg_free(s.nibbles);
    return rc;
}
