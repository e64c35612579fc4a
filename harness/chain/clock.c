/* clock.c - slots, epochs and sessions as the runtime at a block tells them. */
#include "chain/chain_impl.h"

#include <assert.h>
#include <string.h>

/* An epoch longer than this (some 800 years of 6 s slots) is no epoch; the limit
 * keeps sums of slots within 64 bits. */
#define EPOCH_SLOTS_MAX ((uint64_t)1 << 32)

dg_code dg_epoch_take_authorities(dg_scale *s, dg_epoch *out, dg_error *err)
{
    uint32_t count = dg_scale_count(s, 40);
    if (count > DG_AUTHORITIES_MAX)
        return dg_fail(err, DG_LIMIT,
                       "the runtime has %u BABE authorities; at most %d are "
                       "supported",
                       count, DG_AUTHORITIES_MAX);
    out->authorities = dg_calloc(count ? count : 1, sizeof *out->authorities);
    if (!out->authorities)
        return dg_fail(err, DG_NOMEM, "no memory for %u authorities", count);
    out->authority_count = count;
    for (uint32_t i = 0; i < count; i++) {
        dg_hash key = dg_scale_hash(s);
        memcpy(out->authorities[i].key, key.at, 32);
        out->authorities[i].weight = dg_scale_u64(s);
    }
    return DG_OK;
}

static dg_code take_epoch(dg_scale *s, dg_epoch *out, dg_error *err)
{
    dg_hash randomness;
    dg_code rc;
    out->index = dg_scale_u64(s);
    out->start_slot = dg_scale_u64(s);
    out->duration = dg_scale_u64(s);
    if ((rc = dg_epoch_take_authorities(s, out, err)) < 0)
        return rc;
    randomness = dg_scale_hash(s);
    memcpy(out->randomness, randomness.at, 32);
    out->c[0] = dg_scale_u64(s);
    out->c[1] = dg_scale_u64(s);
    out->allowed_slots = dg_scale_u8(s);
    if (s->rc == DG_OK && out->allowed_slots > 2)
        dg_scale_fail(s, "unknown kind of slots");
    if (s->rc == DG_OK && (!out->duration || out->duration > EPOCH_SLOTS_MAX))
        dg_scale_fail(s, "impossible epoch duration");
    if (s->rc == DG_OK && (!out->c[1] || out->c[0] > out->c[1]))
        dg_scale_fail(s, "c is no probability");
    return dg_scale_finish(s, err, "BABE epoch");
}

dg_code dg_epoch_decode(dg_epoch *out, dg_bytes raw, dg_error *err)
{
    dg_scale s = dg_scale_from(raw);
    dg_code rc;
    *out = (dg_epoch){ .index = 0 };
    if ((rc = take_epoch(&s, out, err)) < 0)
        dg_epoch_clear(out);
    assert(rc < 0 || (out->duration > 0 && out->c[0] <= out->c[1]));
    return rc;
}

dg_code dg_chain_babe_epoch(dg_chain *chain, dg_block *block, dg_epoch *out, bool next,
                            dg_error *err)
{
    assert(block->chain == chain);
    const char *method = next ? "BabeApi_next_epoch" : "BabeApi_current_epoch";
    dg_bytes answer;
    dg_code rc;
    *out = (dg_epoch){ .index = 0 };
    if ((rc = dg_chain_call(chain, block, &answer, NULL, method, dg_bytes_of(NULL, 0), err))
        != DG_OK)
        return rc;
    rc = dg_epoch_decode(out, answer, err);
    return rc < 0 ? dg_fail_within(err, rc, "%s at block #%u", method, block->number) : rc;
}

dg_code dg_chain_babe_config(dg_chain *chain, dg_block *block, dg_chain_babe *out, dg_error *err)
{
    dg_bytes answer;
    dg_scale s;
    dg_code rc = dg_chain_call(chain, block, &answer, NULL, "BabeApi_configuration",
                               dg_bytes_of(NULL, 0), err);
    if (rc == DG_ABSENT)
        return dg_fail(err, DG_ABSENT, "the runtime of block #%u has no BABE", block->number);
    if (rc < 0)
        return rc;
    s = dg_scale_from(answer);
    out->slot_ms = dg_scale_u64(&s);
    out->epoch_slots = dg_scale_u64(&s);
    if (s.rc == DG_OK
        && (!out->slot_ms || out->slot_ms > 86400000 || !out->epoch_slots
            || out->epoch_slots > EPOCH_SLOTS_MAX))
        dg_scale_fail(&s, "impossible slot or epoch duration");
    return dg_scale_check(&s, err, "BABE configuration");
}

/* A node asks once, when it starts, and keeps to it. */
dg_code dg_chain_slot_ms(dg_chain *chain, uint64_t *slot_ms, dg_error *err)
{
    dg_chain_babe config;
    dg_code rc;
    if (!chain->slot_ms) {
        if ((rc = dg_chain_babe_config(chain, chain->root, &config, err)) != DG_OK)
            return rc == DG_ABSENT ? DG_UNSUPPORTED : rc;
        chain->slot_ms = config.slot_ms;
    }
    *slot_ms = chain->slot_ms;
    return DG_OK;
}

/* ---- the clock ---- */

static uint32_t session_of(dg_chain *chain, dg_block *block)
{
    dg_bytes value;
    if (dg_chain_storage(chain, block, &value, "Session", "CurrentIndex", NULL, NULL) != DG_OK
        || value.len != 4)
        return 0;
    return dg_le32(value.at);
}

/* Old runtimes tell the start alone; the index is in storage. */
static dg_code epoch_place(dg_chain *chain, dg_block *block, dg_clock *clock, uint64_t *duration,
                           dg_error *err)
{
    dg_epoch epoch;
    dg_bytes answer;
    dg_code rc = dg_chain_babe_epoch(chain, block, &epoch, false, err);
    *duration = clock->epoch_slots;
    if (rc == DG_OK) {
        clock->epoch_index = epoch.index;
        clock->epoch_start = epoch.start_slot;
        *duration = epoch.duration;
        dg_epoch_clear(&epoch);
    }
    if (rc != DG_ABSENT)
        return rc;
    if (dg_block_plain(block, &answer, "Babe", "EpochIndex", NULL) == DG_OK && answer.len == 8)
        clock->epoch_index = dg_le64(answer.at);
    rc = dg_chain_call(chain, block, &answer, NULL, "BabeApi_current_epoch_start",
                       dg_bytes_of(NULL, 0), err);
    if (rc == DG_OK && answer.len == 8)
        clock->epoch_start = dg_le64(answer.at);
    return rc < 0 ? rc : DG_OK;
}

dg_code dg_chain_clock(dg_chain *chain, dg_block *block, dg_clock *clock, dg_error *err)
{
    assert(block->chain == chain);
    dg_chain_babe config;
    uint64_t duration;
    dg_code rc;
    *clock = (dg_clock){ .slot = block->slot };
    if ((rc = dg_chain_babe_config(chain, block, &config, err)) != DG_OK)
        return rc;
    clock->slot_ms = config.slot_ms;
    clock->epoch_slots = config.epoch_slots;
    if ((rc = epoch_place(chain, block, clock, &duration, err)) < 0)
        return rc;
    clock->session = session_of(chain, block);
    clock->next_slot = block->slot + 1;
    if (!clock->epoch_start) { /* a genesis: its first block sets the clock */
        clock->next_slot = block->slot ? block->slot + 1 : DG_GENESIS_SLOT;
        clock->epoch_start = clock->next_slot;
    }
    clock->next_boundary = clock->epoch_start + duration;
    if (clock->next_boundary <= clock->slot) /* epochs were skipped */
        clock->next_boundary += ((clock->slot - clock->next_boundary) / duration + 1) * duration;
    return DG_OK;
}

/* ---- the epoch of a slot ---- */

static bool holds(const dg_epoch *epoch, uint64_t slot)
{
    return slot < epoch->start_slot + epoch->duration;
}

/* What a client does when whole epochs passed without a block: the announced
 * epoch takes the place of the one that the slot is in. */
static void shift(dg_epoch *epoch, uint64_t slot)
{
    assert(epoch->duration > 0); /* dg_epoch_decode refuses others */
    uint64_t passed = slot < epoch->start_slot ? 0 : (slot - epoch->start_slot) / epoch->duration;
    epoch->index += passed;
    epoch->start_slot += passed * epoch->duration;
}

dg_code dg_chain_epoch(dg_chain *chain, dg_block *parent, uint64_t slot, dg_epoch *out,
                       dg_error *err)
{
    assert(parent->chain == chain);
    dg_epoch next;
    dg_code rc = dg_chain_babe_epoch(chain, parent, out, false, err);
    if (rc != DG_OK)
        return rc;
    if (!out->start_slot) { /* child of a genesis: its slot starts epoch 0 */
        out->start_slot = slot;
        return DG_OK;
    }
    if (holds(out, slot))
        return DG_OK;
    rc = dg_chain_babe_epoch(chain, parent, &next, true, err);
    if (rc == DG_OK) {
        dg_epoch_clear(out);
        *out = next; /* moved */
    } else if (rc != DG_ABSENT) {
        dg_epoch_clear(out);
        return rc;
    }
    if (!holds(out, slot))
        shift(out, slot);
    return DG_OK;
}
