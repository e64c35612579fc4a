/* leaves.c - the heads a node works on, and the signals that its parts get.
 *
 * A signal that deactivates and activates nothing is rare and real: finality
 * has passed a head that lost, or a block came whose state is no parachain host.
 * Mirrors: polkadot node/overseer, lib.rs (block_imported, block_finalized). */
#include "protocol/protocol.h"

#include <assert.h>
#include <string.h>

void dg_leaves_clear(dg_leaves *leaves)
{
    dg_free(leaves->seen);
    dg_free(leaves->active);
    dg_free(leaves->gone);
    *leaves = (dg_leaves){ .count = 0 };
}

static uint32_t find(const dg_leaves *l, uint32_t id)
{
    assert(l->count <= l->cap);
    for (uint32_t i = 0; i < l->count; i++)
        if (l->active[i].id == id)
            return i;
    return DG_NO;
}

/* For one head more, and for as many to go at once. */
static dg_code make_room(dg_leaves *l, dg_error *err)
{
    uint32_t cap = l->cap ? l->cap * 2 : 8;
    dg_leaf *active;
    uint32_t *gone;
    if (l->count < l->cap)
        return DG_OK;
    if (!(active = dg_realloc(l->active, cap * sizeof *active)))
        return dg_fail(err, DG_NOMEM, "no memory for %u active leaves", cap);
    l->active = active;
    if (!(gone = dg_realloc(l->gone, cap * sizeof *gone)))
        return dg_fail(err, DG_NOMEM, "no memory for %u active leaves", cap);
    l->gone = gone;
    l->cap = cap;
    return DG_OK;
}

/* Blocks are numbered in the order of their making, so one bit each tells. */
static dg_code note_seen(dg_leaves *l, bool *before, uint32_t id, dg_error *err)
{
    size_t byte = id / 8;
    if (byte >= l->seen_len) {
        size_t len = byte + 64;
        uint8_t *more = dg_realloc(l->seen, len);
        if (!more)
            return dg_fail(err, DG_NOMEM, "no memory for the leaves a node has seen");
        memset(more + l->seen_len, 0, len - l->seen_len);
        l->seen = more;
        l->seen_len = len;
    }
    *before = l->seen[byte] >> id % 8 & 1;
    l->seen[byte] = (uint8_t)(l->seen[byte] | 1u << id % 8);
    return DG_OK;
}

static void remove_at(dg_leaves *l, dg_signal *signal, uint32_t i)
{
    assert(i < l->count);
    assert(signal->deactivated_count < l->cap); /* make_room has made it */
    l->gone[signal->deactivated_count++] = l->active[i].id;
    signal->deactivated = l->gone;
    memmove(&l->active[i], &l->active[i + 1], (l->count - i - 1) * sizeof l->active[0]);
    l->count--;
}

dg_code dg_leaves_import(dg_leaves *leaves, dg_signal *signal, const dg_leaf *block,
                         uint32_t parent, bool parachain_host, dg_error *err)
{
    uint32_t at;
    dg_code rc;
    *signal = (dg_signal){ .activates = false };
    if (find(leaves, block->id) != DG_NO)
        return DG_OK;
    if ((rc = make_room(leaves, err)) < 0
        || (rc = note_seen(leaves, &signal->stale, block->id, err)) < 0)
        return rc;
    if ((at = find(leaves, parent)) != DG_NO)
        remove_at(leaves, signal, at);
    leaves->active[leaves->count++] = *block;
    if (parachain_host) {
        signal->activates = true;
        signal->activated = *block;
    }
    assert(leaves->count <= leaves->cap);
    return DG_OK;
}

void dg_leaves_finalize(dg_leaves *leaves, dg_signal *signal, const dg_leaf *block)
{
    assert(leaves->count <= leaves->cap);
    *signal = (dg_signal){ .by_finality = true };
    for (uint32_t i = 0; i < leaves->count;)
        if (leaves->active[i].number <= block->number && leaves->active[i].id != block->id)
            remove_at(leaves, signal, i);
        else
            i++;
}

bool dg_signal_any(const dg_signal *signal)
{
    return signal->activates || signal->deactivated_count;
}
