/* client_view.c - epochs as a BABE client sees them: from the configuration at
 * the fork and the digests since, never from the runtime's later opinion.
 *
 * A client computes where an epoch ends from the length it read once. In the
 * first block at or after that slot it expects a digest that announces the epoch
 * after the one that begins; a digest in any other block makes it refuse the
 * block. So a runtime that changes the epoch length stops the chain although
 * every block builds.
 * Mirrors: sc-consensus-babe lib.rs (block import), sc-consensus-epochs. */
#include "chain/chain_impl.h"

#include <assert.h>
#include <string.h>

/* What an announcement says; spans of several forks may share one. */
typedef struct dg_told_epoch {
    struct dg_told_epoch *older;
    dg_epoch of;
} dg_told_epoch;

struct dg_client_view {
    dg_told_epoch *told;
    dg_client_at at; /* of the last block that was stepped over */
};

static bool same(const dg_epoch *a, const dg_epoch *b)
{
    return a->authority_count == b->authority_count && a->allowed_slots == b->allowed_slots
           && a->c[0] == b->c[0] && a->c[1] == b->c[1]
           && memcmp(a->randomness, b->randomness, 32) == 0
           && (!a->authority_count
               || memcmp(a->authorities, b->authorities,
                         a->authority_count * sizeof *a->authorities)
                      == 0);
}

/* Takes `epoch` over, also on failure. */
static dg_code remember(dg_client_view *view, const dg_epoch **out, dg_epoch *epoch, dg_error *err)
{
    assert(!epoch->authority_count || epoch->authorities);
    dg_told_epoch *made;
    for (dg_told_epoch *t = view->told; t; t = t->older)
        if (same(&t->of, epoch)) {
            dg_epoch_clear(epoch);
            *out = &t->of;
            return DG_OK;
        }
    if (!(made = dg_calloc(1, sizeof *made))) {
        dg_epoch_clear(epoch);
        return dg_fail(err, DG_NOMEM, "no memory for an epoch");
    }
    made->of = *epoch; /* moved */
    made->older = view->told;
    view->told = made;
    *out = &made->of;
    return DG_OK;
}

static dg_client_span after(const dg_client_span *epoch, const dg_epoch *of)
{
    return (dg_client_span){ epoch->index + 1, epoch->start + epoch->duration, epoch->duration,
                             of };
}

static dg_code take_span(dg_client_view *view, dg_client_span *out, dg_epoch *epoch, dg_error *err)
{
    *out = (dg_client_span){ epoch->index, epoch->start_slot, epoch->duration, NULL };
    return remember(view, &out->of, epoch, err);
}

static dg_code start(dg_client_view *view, dg_chain *chain, dg_block *root, dg_error *err)
{
    assert(!view->told);
    dg_client_at *at = &view->at;
    dg_client_span announced;
    dg_epoch epoch;
    dg_code rc = dg_chain_babe_epoch(chain, root, &epoch, false, err);
    if (rc != DG_OK || (rc = take_span(view, &at->now, &epoch, err)) < 0)
        return rc;
    at->genesis = !at->now.start;
    at->slot = root->slot;
    at->next = after(&at->now, at->now.of);
    if (dg_chain_babe_epoch(chain, root, &epoch, true, NULL) != DG_OK)
        return DG_OK;
    if ((rc = take_span(view, &announced, &epoch, err)) == DG_OK && !at->genesis)
        at->next = announced;
    return rc;
}

dg_code dg_client_view_new(dg_client_view **out, dg_chain *chain, dg_block *root, dg_error *err)
{
    dg_client_view *view = dg_calloc(1, sizeof *view);
    dg_code rc = view ? start(view, chain, root, err)
                      : dg_fail(err, DG_NOMEM, "no memory for a client's view");
    *out = rc == DG_OK ? view : NULL;
    if (rc != DG_OK)
        dg_client_view_free(view);
    return rc;
}

void dg_client_view_free(dg_client_view *view)
{
    while (view && view->told) {
        dg_told_epoch *older = view->told->older;
        dg_epoch_clear(&view->told->of);
        dg_free(view->told);
        view->told = older;
    }
    dg_free(view);
}

const dg_client_at *dg_client_view_at(const dg_client_view *view)
{
    return &view->at;
}

/* ---- what a header announces ---- */

enum { LOG_NEXT_EPOCH_DATA = 1, LOG_NEXT_CONFIG_DATA = 3, CONFIG_V1 = 1 };

/* What does not decode is passed over, as a client does. */
static dg_code take_epoch_data(dg_scale *s, dg_epoch *out, bool *seen, dg_error *err)
{
    dg_hash randomness;
    dg_code rc;
    dg_epoch_clear(out);
    if ((rc = dg_epoch_take_authorities(s, out, err)) < 0)
        return rc;
    randomness = dg_scale_hash(s);
    memcpy(out->randomness, randomness.at, 32);
    *seen = dg_scale_finish(s, NULL, "epoch digest") == DG_OK;
    return DG_OK;
}

static void take_config_data(dg_scale *s, dg_epoch *out)
{
    uint8_t version = dg_scale_u8(s), allowed;
    uint64_t c[2] = { dg_scale_u64(s), 0 };
    c[1] = dg_scale_u64(s);
    allowed = dg_scale_u8(s);
    if (s->rc != DG_OK || version != CONFIG_V1 || !c[1] || c[0] > c[1] || allowed > 2)
        return;
    memcpy(out->c, c, sizeof c);
    out->allowed_slots = allowed;
}

/* NextEpochData of the header, and NextConfigData beside it; what is not said stays as in
 * the epoch that begins. `out` is owned by the caller when `*seen`. */
static dg_code announced(dg_bytes digest, const dg_epoch *now, dg_epoch *out, bool *seen,
                         dg_error *err)
{
    dg_digest_iter it;
    dg_digest_item item;
    dg_code rc = DG_OK;
    *seen = false;
    *out = (dg_epoch){ .c = { now->c[0], now->c[1] }, .allowed_slots = now->allowed_slots };
    dg_digest_iter_init(&it, digest);
    while (rc >= 0 && dg_digest_next(&it, &item, NULL) == DG_OK) {
        dg_scale s = dg_scale_from(item.payload);
        uint8_t kind;
        if (item.tag != DG_DIGEST_CONSENSUS || memcmp(item.engine, "BABE", 4) != 0)
            continue;
        kind = dg_scale_u8(&s);
        if (kind == LOG_NEXT_CONFIG_DATA)
            take_config_data(&s, out);
        if (kind == LOG_NEXT_EPOCH_DATA)
            rc = take_epoch_data(&s, out, seen, err);
    }
    if (rc < 0 || !*seen)
        dg_epoch_clear(out);
    return rc < 0 ? rc : DG_OK;
}

/* ---- along a chain ---- */

/* The epoch of `slot`: the current one, the announced one, or, when whole epochs
 * passed without a block, the announced one moved to where the slot is. */
static dg_client_span viable(const dg_client_at *at, uint64_t slot)
{
    assert(at->now.duration > 0 && at->next.duration > 0); /* dg_epoch_decode refuses others */
    dg_client_span now = at->now, epoch = at->next;
    if (at->genesis) /* its first block starts epoch 0 */
        now.start = slot;
    if (slot < now.start + now.duration)
        return now;
    if (slot >= epoch.start + epoch.duration) {
        uint64_t passed = (slot - epoch.start) / epoch.duration;
        epoch.index += passed;
        epoch.start += passed * epoch.duration;
    }
    return epoch;
}

dg_epoch dg_client_epoch(const dg_client_at *parent, uint64_t slot)
{
    dg_client_span span = viable(parent, slot);
    dg_epoch out = *span.of;
    out.index = span.index;
    out.start_slot = span.start;
    out.duration = span.duration;
    assert(span.of);
    return out;
}

dg_code dg_client_follow(dg_client_view *view, dg_client_at *child, dg_client_note *note,
                         const dg_client_at *parent, dg_block *block, dg_error *err)
{
    assert(parent->now.of && parent->next.of);
    dg_client_span epoch = viable(parent, block->slot);
    /* without the digest a client stops; the view goes on with whom it has */
    const dg_epoch *next = epoch.of;
    dg_epoch said;
    dg_header header;
    dg_code rc;
    *note = (dg_client_note){ .epoch_index = epoch.index, .epoch_start = epoch.start };
    if ((rc = dg_header_decode(&header, dg_buf_bytes(&block->header), err)) < 0
        || (rc = announced(header.digest, epoch.of, &said, &note->digest_seen, err)) < 0
        || (note->digest_seen && (rc = remember(view, &next, &said, err)) < 0))
        return rc;
    note->digest_expected = parent->slot < epoch.start; /* a genesis has slot 0 */
    note->authority_count = next->authority_count;
    *child = (dg_client_at){ .slot = block->slot, .now = epoch, .next = parent->next };
    if (note->digest_expected)
        child->next = after(&epoch, next);
    return DG_OK;
}

dg_code dg_client_view_step(dg_client_view *view, dg_client_note *note, dg_block *block,
                            dg_error *err)
{
    dg_client_at child;
    dg_code rc = dg_client_follow(view, &child, note, &view->at, block, err);
    if (rc == DG_OK)
        view->at = child;
    return rc;
}
