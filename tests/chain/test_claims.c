/* Who may author decides cadence and forks: too many primaries, and a model
 * shows forks that no chain has; a wrong secondary author, and a disabled or
 * absent validator is blamed for somebody else's slot. */
#include "../support/suite.h"

#include <math.h>
#include <sodium.h>
#include <string.h>

#include "chain/chain_impl.h"
#include "crypto/crypto.h"

enum { AUTHORITIES = 100, SLOTS = 20000, CLAIMS_MAX = 128 };

static dg_authority set[AUTHORITIES];

static dg_epoch epoch_of(uint32_t count, uint64_t c0, uint64_t c1, uint8_t allowed)
{
    dg_epoch epoch = { .duration = 600,
                       .c = { c0, c1 },
                       .allowed_slots = allowed,
                       .authorities = set,
                       .authority_count = count };
    for (uint32_t i = 0; i < count; i++)
        set[i].weight = 1;
    memset(epoch.randomness, 0x42, 32);
    return epoch;
}

static const struct {
    uint32_t count;
    uint64_t c0, c1;
} lotteries[] = {
    { 8, 2, 9 },
    { 100, 1, 4 },
    { 100, 1, 2 },
    { 1, 1, 4 },
};

/* An authority's wins are a coin of p = 1 - (1 - c)^(1/n); over all slots and
 * authorities the count must be within five sigma of n * slots * p. */
START_TEST(primary_wins_have_the_frequency_of_the_formula)
{
    dg_epoch epoch = epoch_of(lotteries[_i].count, lotteries[_i].c0, lotteries[_i].c1, 0);
    double n = lotteries[_i].count, c = (double)lotteries[_i].c0 / (double)lotteries[_i].c1;
    double p = 1 - pow(1 - c, 1 / n), mean = n * SLOTS * p, sigma = sqrt(mean * (1 - p));
    dg_slot_claim claims[CLAIMS_MAX];
    size_t wins = 0, empty = 0;
    for (uint64_t slot = 1; slot <= SLOTS; slot++) {
        size_t count = dg_epoch_claims(&epoch, claims, CLAIMS_MAX, slot, 7);
        wins += count;
        empty += !count;
    }
    ck_assert_msg(fabs((double)wins - mean) < 5 * sigma, "%zu wins, %.0f +- %.0f expected", wins,
                  mean, sigma);
    /* by the design of the lottery a slot has no primary with probability 1 - c */
    ck_assert(fabs((double)empty - (1 - c) * SLOTS) < 5 * sqrt(c * (1 - c) * SLOTS));
}
END_TEST

/* Twice the weight wins more often than twice one's luck allows to doubt. */
START_TEST(weight_counts)
{
    dg_epoch epoch = epoch_of(2, 1, 4, 0);
    dg_slot_claim claims[2];
    size_t wins[2] = { 0 };
    set[1].weight = 3;
    for (uint64_t slot = 1; slot <= SLOTS; slot++)
        for (size_t i = dg_epoch_claims(&epoch, claims, 2, slot, 1); i--;)
            wins[claims[i].authority]++;
    ck_assert_msg(wins[1] > 2 * wins[0] && wins[1] < 4 * wins[0], "%zu against %zu", wins[1],
                  wins[0]);
}
END_TEST

/* Model: the whole hash as a big number, divided by hand in base 2. */
static uint32_t secondary_by_hand(const uint8_t randomness[32], uint64_t slot, uint32_t count)
{
    uint8_t seed[40], hash[32];
    uint64_t rest = 0;
    memcpy(seed, randomness, 32);
    for (int i = 0; i < 8; i++)
        seed[32 + i] = (uint8_t)(slot >> 8 * i);
    crypto_generichash(hash, 32, seed, 40, NULL, 0);
    for (int bit = 0; bit < 256; bit++)
        rest = (2 * rest + (hash[bit / 8] >> (7 - bit % 8) & 1)) % count;
    return (uint32_t)rest;
}

START_TEST(the_secondary_author_follows_from_the_randomness)
{
    for (uint32_t count = 1; count <= AUTHORITIES; count += 3) {
        dg_epoch epoch = epoch_of(count, 1, 4, 1);
        for (uint64_t slot = 286000000; slot < 286000020; slot++)
            ck_assert_uint_eq(dg_epoch_secondary_author(&epoch, slot),
                              secondary_by_hand(epoch.randomness, slot, count));
    }
}
END_TEST

/* Real headers tell who authored: the secondary authors of the first blocks of
 * Westend (4 authorities, randomness zero) must be those of our formula. */
START_TEST(real_secondary_authors_are_ours)
{
    const char *path = corpus_path("vectors/blocks/westend-1-128.blocks");
    dg_epoch epoch = epoch_of(4, 1, 4, 1);
    dg_block_reader *reader;
    const dg_bytes *extrinsics;
    dg_bytes raw;
    size_t count, seen = 0;
    memset(epoch.randomness, 0, 32);
    if (!path)
        return;
    ck_assert_int_eq(dg_block_reader_open(&reader, path, NULL), DG_OK);
    while (dg_block_reader_next(reader, &raw, &extrinsics, &count, NULL) == DG_OK) {
        dg_header header;
        dg_digest_item item;
        ck_assert_int_eq(dg_header_decode(&header, raw, NULL), DG_OK);
        ck_assert_int_eq(dg_digest_find(header.digest, &item, DG_DIGEST_PRERUNTIME, "BABE"), DG_OK);
        if (item.payload.at[0] == DG_SLOT_CLAIM_PRIMARY)
            continue;
        seen++;
        ck_assert_uint_eq(dg_epoch_secondary_author(&epoch, dg_digest_slot(header.digest)),
                          dg_le32(item.payload.at + 1));
    }
    ck_assert_uint_gt(seen, 50);
    dg_block_reader_close(reader);
}
END_TEST

START_TEST(claims_come_in_order_with_one_secondary)
{
    dg_epoch epoch = epoch_of(20, 1, 2, 2);
    for (uint64_t slot = 1; slot < 500; slot++) {
        dg_slot_claim claims[CLAIMS_MAX];
        size_t count = dg_epoch_claims(&epoch, claims, CLAIMS_MAX, slot, 3), secondaries = 0;
        bool secondary_won = false;
        ck_assert_uint_ge(count, 1);
        for (size_t i = 0; i < count; i++) {
            secondaries += claims[i].kind == DG_SLOT_CLAIM_SECONDARY_VRF;
            secondary_won |= claims[i].kind == DG_SLOT_CLAIM_PRIMARY
                             && claims[i].authority == dg_epoch_secondary_author(&epoch, slot);
            ck_assert(!i || claims[i].kind != DG_SLOT_CLAIM_PRIMARY
                      || claims[i].authority > claims[i - 1].authority);
            ck_assert(!secondaries || i == count - 1);
            ck_assert_uint_eq(claims[i].slot, slot);
            ck_assert_int_eq(crypto_core_ristretto255_is_valid_point(claims[i].vrf_output), 1);
            /* two canonical scalars */
            ck_assert(claims[i].vrf_proof[31] < 0x10 && claims[i].vrf_proof[63] < 0x10);
        }
        ck_assert_uint_eq(secondaries, secondary_won ? 0 : 1);
    }
}
END_TEST

static bool same_authors(const dg_slot_claim *a, const dg_slot_claim *b, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (a[i].authority != b[i].authority || a[i].kind != b[i].kind)
            return false;
    return true;
}

START_TEST(luck_depends_on_seed_slot_and_authority_alone)
{
    dg_epoch epoch = epoch_of(20, 1, 2, 1);
    dg_slot_claim a[CLAIMS_MAX], b[CLAIMS_MAX];
    size_t differ = 0;
    for (uint64_t slot = 1; slot < 200; slot++) {
        size_t na = dg_epoch_claims(&epoch, a, CLAIMS_MAX, slot, 3);
        size_t nb = dg_epoch_claims(&epoch, b, CLAIMS_MAX, slot, 3);
        ck_assert_uint_eq(na, nb);
        ck_assert(memcmp(a, b, na * sizeof *a) == 0);
        nb = dg_epoch_claims(&epoch, b, CLAIMS_MAX, slot, 4);
        differ += na != nb || !same_authors(a, b, na);
    }
    ck_assert_uint_gt(differ, 100);
    ck_assert_uint_eq(dg_epoch_claims(&epoch, a, 1, 9, 3), 1); /* no more than there is room for */
}
END_TEST

START_TEST(an_empty_set_claims_nothing)
{
    dg_epoch epoch = epoch_of(0, 1, 4, 2);
    dg_slot_claim claims[2];
    ck_assert_uint_eq(dg_epoch_claims(&epoch, claims, 2, 1, 1), 0);
    ck_assert_uint_eq(dg_epoch_secondary_author(&epoch, 1), 0);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("claims");
    TCase *tc = tcase_create("claims");
    tcase_add_loop_test(tc, primary_wins_have_the_frequency_of_the_formula, 0, 4);
    tcase_add_test(tc, weight_counts);
    tcase_add_test(tc, the_secondary_author_follows_from_the_randomness);
    tcase_add_test(tc, real_secondary_authors_are_ours);
    tcase_add_test(tc, claims_come_in_order_with_one_secondary);
    tcase_add_test(tc, luck_depends_on_seed_slot_and_authority_alone);
    tcase_add_test(tc, an_empty_set_claims_nothing);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
