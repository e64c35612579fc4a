/* epoch.c - who may author in a slot.
 *
 * A fork has the live authority set but not its keys, so nobody's VRF can be
 * evaluated: a primary win is drawn from a stream of chance per (authority,
 * slot) against the exact threshold, which has the right distribution. The
 * secondary author follows from the epoch's randomness and is exact.
 * Mirrors: sc-consensus-babe authorship.rs (claim_slot, secondary_slot_author). */
#include "chain/chain_impl.h"

#include <assert.h>
#include <string.h>

#include "crypto/crypto.h"

void dg_epoch_clear(dg_epoch *epoch)
{
    dg_free(epoch->authorities);
    epoch->authorities = NULL;
    epoch->authority_count = 0;
}

/* Big-endian number of 32 bytes, modulo `n`. */
static uint32_t modulo(const uint8_t number[32], uint32_t n)
{
    assert(n > 0);
    uint64_t rest = 0;
    for (size_t i = 0; i < 32; i++)
        rest = (rest << 8 | number[i]) % n;
    return (uint32_t)rest;
}

uint32_t dg_epoch_secondary_author(const dg_epoch *epoch, uint64_t slot)
{
    uint8_t seed[40];
    dg_hash hash;
    if (!epoch->authority_count)
        return 0;
    memcpy(seed, epoch->randomness, 32);
    dg_le64_put(seed + 32, slot);
    hash = dg_blake2_256(DG_BYTES_OF(seed));
    return modulo(hash.at, epoch->authority_count);
}

static bool below(const uint8_t a[16], const uint8_t b[16])
{
    uint64_t a_high = dg_le64(a + 8), b_high = dg_le64(b + 8);
    return a_high != b_high ? a_high < b_high : dg_le64(a) < dg_le64(b);
}

static bool wins_primary(const uint8_t threshold[16], uint32_t authority, uint64_t slot,
                         uint64_t seed)
{
    dg_rng luck = dg_rng_fork(seed, "babe-primary", authority, slot);
    uint8_t draw[16];
    dg_rng_bytes(&luck, draw, sizeof draw);
    return below(draw, threshold);
}

/* The output has to be a point, or the runtime finds no author randomness in
 * the block; any public key is one. */
static void claim_make(dg_slot_claim *claim, dg_slot_claim_kind kind, uint32_t authority,
                       uint64_t slot, uint64_t seed)
{
    memset(claim, 0, sizeof *claim);
    claim->slot = slot;
    claim->kind = kind;
    claim->authority = authority;
    if (kind != DG_SLOT_CLAIM_SECONDARY_PLAIN) {
        dg_rng chance = dg_rng_fork(seed, "babe-vrf", authority, slot);
        dg_sr25519_pair pair;
        uint8_t mini[32];
        dg_rng_bytes(&chance, mini, sizeof mini);
        dg_sr25519_from_mini(&pair, mini);
        memcpy(claim->vrf_output, pair.pk, 32);
        dg_rng_bytes(&chance, claim->vrf_proof, sizeof claim->vrf_proof);
        claim->vrf_proof[31] &= 0x0f; /* two scalars: a runtime refuses to read a claim */
        claim->vrf_proof[63] &= 0x0f; /* with one that is not canonical */
    }
}

static uint64_t total_weight(const dg_epoch *epoch)
{
    uint64_t total = 0;
    for (uint32_t i = 0; i < epoch->authority_count; i++)
        total += epoch->authorities[i].weight;
    return total;
}

size_t dg_epoch_claims(const dg_epoch *epoch, dg_slot_claim *claims, size_t max, uint64_t slot,
                       uint64_t seed)
{
    assert(!max || claims);
    assert(!epoch->authority_count || epoch->authorities);
    uint64_t total = total_weight(epoch), known_weight = 0;
    uint32_t secondary = dg_epoch_secondary_author(epoch, slot);
    uint8_t threshold[16] = { 0 };
    bool secondary_is_primary = false;
    size_t count = 0;
    for (uint32_t i = 0; i < epoch->authority_count; i++) {
        uint64_t weight = epoch->authorities[i].weight;
        if (weight && weight != known_weight)
            dg_babe_threshold(threshold, epoch->c[0], epoch->c[1], known_weight = weight, total);
        if (!weight || !wins_primary(threshold, i, slot, seed))
            continue;
        if (count == max)
            return count;
        secondary_is_primary |= i == secondary;
        claim_make(&claims[count++], DG_SLOT_CLAIM_PRIMARY, i, slot, seed);
    }
    if (!epoch->allowed_slots || !epoch->authority_count || secondary_is_primary || count == max)
        return count;
    claim_make(&claims[count++],
               epoch->allowed_slots == 2 ? DG_SLOT_CLAIM_SECONDARY_VRF
                                         : DG_SLOT_CLAIM_SECONDARY_PLAIN,
               secondary, slot, seed);
    assert(count <= max);
    return count;
}
