/* ahead.c - what else is asked for, when something has to be asked for anyway. */
#include "snapshot/lazy_impl.h"

#include <string.h>

/* The kids of a node that is here, as entries, in order; behind them its hashed value. */
typedef struct kids {
    int32_t at[17];
    unsigned count;
} kids;

static void kids_of(kids *out, const dg_snapshot_paths *p, int32_t i)
{
    const dg_snapshot_entry *e = dg_snapshot_paths_at(p, i);
    dg_snapshot_node node;
    dg_scale in;
    dg_hash hash;
    out->count = 0;
    if (!e->here || e->stands == DG_STANDS_VALUE
        || dg_snapshot_node_read(&node, e->bytes, NULL) != DG_OK || node.empty)
        return;
    if (node.kind == DG_NODE_HASHED) {
        memcpy(hash.at, node.value.at, 32);
        out->at[out->count++] = dg_snapshot_paths_find(p, &hash);
    }
    in = dg_scale_from(node.children);
    for (unsigned n = 0; n < 16; n++) {
        dg_bytes kid;
        if (!(node.bitmap >> n & 1))
            continue;
        kid = dg_scale_bytes(&in);
        if (kid.len != 32)
            continue;
        memcpy(hash.at, kid.at, 32);
        out->at[out->count++] = dg_snapshot_paths_find(p, &hash);
    }
}

typedef struct search {
    dg_buf *out;
    const dg_snapshot *s;
    unsigned max;
    bool values; /* are wanted too */
} search;

static bool is_full(const search *f)
{
    return f->out->len / sizeof(int32_t) >= f->max;
}

/* Not here, nor where it costs nothing to look. */
static bool is_wanted(const search *f, int32_t i)
{
    const dg_snapshot_entry *e = dg_snapshot_paths_at(&f->s->lazy->paths, i);
    if (e->here || (e->stands == DG_STANDS_VALUE && !f->values))
        return false;
    return dg_snapshot_lazy_here(f->s, i, NULL) == DG_ABSENT;
}

/* All that is wanted of `top` and below, in order. */
static dg_code below(search *f, int32_t top, dg_error *err)
{
    dg_buf stack;
    dg_code rc;
    dg_buf_init(&stack, (size_t)1 << 28);
    dg_buf_put(&stack, &top, sizeof top);
    while (stack.len && stack.rc == DG_OK && !is_full(f)) {
        int32_t i;
        kids k;
        stack.len -= sizeof i;
        memcpy(&i, stack.at + stack.len, sizeof i);
        if (is_wanted(f, i)) {
            dg_buf_put(f->out, &i, sizeof i);
            continue;
        }
        kids_of(&k, &f->s->lazy->paths, i);
        while (k.count > 0)
            dg_buf_put(&stack, &k.at[--k.count], sizeof i);
    }
    rc = dg_buf_check(&stack, err, "what to fetch");
    dg_buf_clear(&stack);
    return rc < 0 ? rc : dg_buf_check(f->out, err, "what to fetch");
}

/* Those of its parent's kids that come later, with all below them. */
static dg_code behind(search *f, int32_t i, int32_t parent, dg_error *err)
{
    kids k;
    bool later = false;
    dg_code rc = DG_OK;
    kids_of(&k, &f->s->lazy->paths, parent);
    for (unsigned n = 0; rc == DG_OK && n < k.count && !is_full(f); n++) {
        if (later)
            rc = below(f, k.at[n], err);
        later |= k.at[n] == i;
    }
    return rc;
}

/* Nibbles above the node, without its own partial key. */
static size_t depth_of(const dg_snapshot *s, int32_t i)
{
    dg_buf way, child;
    size_t depth = 0;
    dg_buf_init(&way, 2 * DG_TRIE_KEY_MAX + 256);
    dg_buf_init(&child, DG_TRIE_KEY_MAX + 256);
    if (dg_snapshot_paths_way(&s->lazy->paths, i, &way, &child, NULL) == DG_OK)
        depth = child.len ? SIZE_MAX : way.len;
    dg_buf_clear(&way);
    dg_buf_clear(&child);
    return depth;
}

enum { ITEM_NIBBLES = 64 /* of the prefix of one storage item */ };

dg_code dg_snapshot_ahead(dg_buf *out, const dg_snapshot *s, int32_t first, unsigned max,
                          dg_error *err)
{
    const dg_snapshot_paths *p = &s->lazy->paths;
    search f = { .out = out,
                 .s = s,
                 .max = max,
                 .values = dg_snapshot_paths_at(p, first)->stands == DG_STANDS_VALUE };
    dg_code rc = DG_OK;
    dg_buf_put(out, &first, sizeof first);
    for (int32_t i = first; rc == DG_OK && !is_full(&f);) {
        int32_t parent = dg_snapshot_paths_at(p, i)->parent;
        uint8_t stands = dg_snapshot_paths_at(p, i)->stands;
        if (stands == DG_STANDS_ROOT || stands == DG_STANDS_CHILD_ROOT
            || depth_of(s, i) < ITEM_NIBBLES)
            break;
        rc = behind(&f, i, parent, err);
        i = parent;
    }
    return rc < 0 ? rc : dg_buf_check(out, err, "what to fetch");
}

dg_code dg_snapshot_shallow(dg_buf *out, const dg_snapshot *s, size_t nibbles, unsigned max,
                            dg_error *err)
{
    const dg_snapshot_paths *p = &s->lazy->paths;
    search f = { .out = out, .s = s, .max = max, .values = true };
    dg_buf stack;
    int32_t top = 0; /* the root is entered first */
    dg_code rc;
    dg_buf_init(&stack, (size_t)1 << 28);
    dg_buf_put(&stack, &top, sizeof top);
    while (stack.len && stack.rc == DG_OK && !is_full(&f)) {
        int32_t i;
        kids k;
        stack.len -= sizeof i;
        memcpy(&i, stack.at + stack.len, sizeof i);
        if (i && depth_of(s, i) > nibbles)
            continue;
        if (is_wanted(&f, i)) {
            dg_buf_put(out, &i, sizeof i);
            continue;
        }
        if (depth_of(s, i) == nibbles)
            continue;
        kids_of(&k, p, i);
        while (k.count > 0)
            dg_buf_put(&stack, &k.at[--k.count], sizeof i);
    }
    rc = dg_buf_check(&stack, err, "what to fetch");
    dg_buf_clear(&stack);
    return rc < 0 ? rc : dg_buf_check(out, err, "what to fetch");
}
