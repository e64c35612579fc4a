/* seen.c - which content a walk has met, and what was found below it. */
#include "snapshot/snapshot_impl.h"
#include "snapshot/seen.h"

#include <assert.h>
#include <string.h>

struct dg_snapshot_seen {
    dg_snapshot_seen_entry *at;
    size_t count, cap; /* cap is a power of two */
};

/* 120 bits of the hash and what it was met as: to make two contents share them
 * costs as much as breaking the hash is meant to. */
static void tag_of(uint8_t tag[16], const dg_hash *hash, bool is_value)
{
    memcpy(tag, hash->at, 15);
    tag[15] = is_value ? 2 : 1; /* never 0: an empty slot */
}

static dg_snapshot_seen_entry *slot(const dg_snapshot_seen *seen, const uint8_t tag[16])
{
    assert(seen->cap > 0 && (seen->cap & (seen->cap - 1)) == 0);
    assert(seen->count < seen->cap); /* else it would look for ever */
    assert(tag[15]);
    size_t i = (size_t)dg_le64(tag) & (seen->cap - 1);
    while (seen->at[i].tag[15] && memcmp(seen->at[i].tag, tag, 16) != 0)
        i = (i + 1) & (seen->cap - 1);
    return &seen->at[i];
}

static dg_code grow(dg_snapshot_seen *seen, dg_error *err)
{
    dg_snapshot_seen bigger = { .cap = seen->cap ? seen->cap * 2 : 1024 };
    bigger.at = dg_calloc(bigger.cap, sizeof *bigger.at);
    if (!bigger.at)
        return dg_fail(err, DG_NOMEM, "no memory to remember %zu nodes", seen->count);
    for (size_t i = 0; i < seen->cap; i++)
        if (seen->at[i].tag[15])
            *slot(&bigger, seen->at[i].tag) = seen->at[i];
    bigger.count = seen->count;
    dg_free(seen->at);
    *seen = bigger;
    assert(seen->count * 2 < seen->cap);
    return DG_OK;
}

dg_snapshot_seen *dg_snapshot_seen_new(void)
{
    return dg_calloc(1, sizeof(dg_snapshot_seen));
}

void dg_snapshot_seen_free(dg_snapshot_seen *seen)
{
    if (seen)
        dg_free(seen->at);
    dg_free(seen);
}

dg_snapshot_seen_entry *dg_snapshot_seen_find(const dg_snapshot_seen *seen, const dg_hash *hash,
                                              bool is_value)
{
    uint8_t tag[16];
    dg_snapshot_seen_entry *e;
    if (!seen || !seen->count)
        return NULL;
    tag_of(tag, hash, is_value);
    e = slot(seen, tag);
    return e->tag[15] ? e : NULL;
}

dg_code dg_snapshot_seen_put(dg_snapshot_seen *seen, const dg_hash *hash, bool is_value,
                             uint64_t keys, uint64_t value_bytes, dg_error *err)
{
    uint8_t tag[16];
    dg_snapshot_seen_entry *e;
    if (seen->count * 2 >= seen->cap && grow(seen, err) < 0)
        return DG_NOMEM;
    tag_of(tag, hash, is_value);
    e = slot(seen, tag);
    if (!e->tag[15])
        seen->count++;
    memcpy(e->tag, tag, 16);
    e->keys = keys;
    e->value_bytes = value_bytes;
    assert(seen->count * 2 <= seen->cap);
    return DG_OK;
}

uint64_t dg_snapshot_seen_count(const dg_snapshot_seen *seen)
{
    return seen ? seen->count : 0;
}
