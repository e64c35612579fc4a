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

#include <string.h>

typedef struct span { uint64_t index, start, duration; uint32_t authorities; } span;

struct dg_client_view {
    bool genesis;       /* no block yet: the first slot starts epoch 0 */
    uint64_t last_slot;
    span now, next;     /* the epoch of the last block, and the one announced */
};

static span span_of(const dg_epoch *epoch)
{
    return (span){ epoch->index, epoch->start_slot, epoch->duration, epoch->authority_count };
}

static span after(const span *epoch, uint32_t authorities)
{
    return (span){ epoch->index + 1, epoch->start + epoch->duration, epoch->duration, authorities };
}

dg_code dg_client_view_new(dg_client_view **out, dg_chain *chain, dg_block *root, dg_error *err)
{
    dg_client_view *view;
    dg_epoch now, next;
    dg_code rc = dg_chain_babe_epoch(chain, root, &now, false, err);
    *out = NULL;
    if (rc != DG_OK)
        return rc;
    if (!(view = dg_calloc(1, sizeof *view))) {
        dg_epoch_clear(&now);
        return dg_fail(err, DG_NOMEM, "no memory for a client's view");
    }
    view->genesis = !now.start_slot;
    view->last_slot = root->slot;
    view->now = span_of(&now);
    view->next = after(&view->now, now.authority_count);
    dg_epoch_clear(&now);
    if (dg_chain_babe_epoch(chain, root, &next, true, NULL) == DG_OK) {
        if (!view->genesis)
            view->next = span_of(&next);
        dg_epoch_clear(&next);
    }
    *out = view;
    return DG_OK;
}

void dg_client_view_free(dg_client_view *view)
{
    dg_free(view);
}

/* NextEpochData of the header: how many authorities it announces. */
static bool announced(dg_bytes digest, uint32_t *authorities)
{
    dg_digest_iter it;
    dg_digest_item item;
    dg_digest_iter_init(&it, digest);
    while (dg_digest_next(&it, &item, NULL) == DG_OK) {
        dg_scale s = dg_scale_from(item.payload);
        if (item.tag != DG_DIGEST_CONSENSUS || memcmp(item.engine, "BABE", 4) != 0 || dg_scale_u8(&s) != 1)
            continue;
        *authorities = dg_scale_count(&s, 40);
        return true;
    }
    return false;
}

/* The epoch of `slot`: the current one, the announced one, or, when whole epochs
 * passed without a block, the announced one moved to where the slot is. */
static span viable(const dg_client_view *view, uint64_t slot)
{
    span epoch = view->next;
    if (slot < view->now.start + view->now.duration)
        return view->now;
    if (slot >= epoch.start + epoch.duration) {
        uint64_t passed = (slot - epoch.start) / epoch.duration;
        epoch.index += passed;
        epoch.start += passed * epoch.duration;
    }
    return epoch;
}

dg_code dg_client_view_step(dg_client_view *view, dg_client_note *note, dg_block *block, dg_error *err)
{
    dg_header header;
    span epoch;
    uint32_t authorities = 0;
    dg_code rc = dg_header_decode(&header, dg_buf_bytes(&block->header), err);
    if (rc < 0)
        return rc;
    if (view->genesis)
        view->now.start = block->slot;
    epoch = viable(view, block->slot);
    *note = (dg_client_note){
        .digest_expected = view->last_slot < epoch.start, /* a genesis has slot 0 */
        .digest_seen = announced(header.digest, &authorities),
        .epoch_index = epoch.index,
        .epoch_start = epoch.start,
    };
    note->authority_count = note->digest_seen ? authorities : epoch.authorities;
    if (note->digest_expected) {
        view->now = epoch;
        /* without the digest a client stops here; the view goes on with whom it has */
        view->next = after(&epoch, note->authority_count);
    }
    view->genesis = false;
    view->last_slot = block->slot;
    return DG_OK;
}
