/* Who may author a slot, and the randomness of the next epoch, hang on the VRF
 * and on its threshold. Both must agree with a real node to the last bit. */
#include "../support/suite.h"

#include "crypto/crypto.h"

#include <string.h>

static dg_sr25519_pair alice(void)
{
    dg_sr25519_pair pair;
    dg_sr25519_from_mini(
        &pair, hex("e5be9a5092b81bca64be81d212e7f2f9eba183bb7a90954f7b76361f6edb5c0a").at);
    return pair;
}

static dg_merlin slot_1000(void)
{
    static const uint8_t zero[32];
    return dg_babe_transcript(1000, 2, zero);
}

START_TEST(a_proof_with_a_fixed_nonce_is_the_known_one)
{
    dg_sr25519_pair pair = alice();
    dg_merlin input = slot_1000();
    uint8_t r[32] = { 777 & 0xff, 777 >> 8 };
    dg_vrf vrf;
    dg_vrf_sign_with(&vrf, &pair, &input, r);
    assert_bytes(DG_BYTES_OF(vrf.output),
                 hex("fab18a4ddf2ae888166878202e7acfa1b216059ed0e0fd3b1d6d5f73251d606a"), "output");
    assert_bytes(DG_BYTES_OF(vrf.proof),
                 hex("5dbe26cc1539f925d32ae999a10f45946cfd3388ea313cd906892a4eed41b701"
                     "615e1b53b7c74ae0735deb18e842caba423d9e3b1180a44fbe86e7c817d8f008"),
                 "proof");
    ck_assert(dg_vrf_verify(&vrf, pair.pk, &input));
}
END_TEST

START_TEST(bytes_drawn_from_an_output_are_the_known_ones)
{
    dg_sr25519_pair pair = alice();
    dg_merlin input = slot_1000();
    uint8_t lottery[16], randomness[32];
    dg_vrf vrf;
    dg_vrf_sign(&vrf, &pair, &input);
    ck_assert(dg_vrf_bytes(lottery, 16, vrf.output, pair.pk, &input, "substrate-babe-vrf"));
    /* 159914406312230882047703138246058994685, little-endian */
    assert_bytes(DG_BYTES_OF(lottery), hex("fd6bf20c16d984647ae53c24f5644e78"), "lottery");
    ck_assert(dg_vrf_bytes(randomness, 32, vrf.output, pair.pk, &input, "BabeVRFInOutContext"));
    assert_bytes(DG_BYTES_OF(randomness),
                 hex("467a7c62fb5b3b563d75dab5fca6653a28d482f78238d92171267871f5f9558b"),
                 "randomness");
}
END_TEST

START_TEST(a_proof_fits_one_key_one_input_and_no_flipped_bit)
{
    dg_rng rng = dg_rng_fork(2, "vrf", 0, 0);
    for (int i = 0; i < 200; i++) {
        uint8_t mini[32], randomness[32];
        uint64_t slot = dg_rng_u64(&rng), epoch = dg_rng_below(&rng, 1000);
        size_t bit = dg_rng_below(&rng, 8 * sizeof(dg_vrf));
        dg_sr25519_pair pair, other = alice();
        dg_merlin input, next;
        dg_vrf vrf, again;
        dg_rng_bytes(&rng, mini, sizeof mini);
        dg_rng_bytes(&rng, randomness, sizeof randomness);
        dg_sr25519_from_mini(&pair, mini);
        input = dg_babe_transcript(slot, epoch, randomness);
        next = dg_babe_transcript(slot + 1, epoch, randomness);
        dg_vrf_sign(&vrf, &pair, &input);
        dg_vrf_sign(&again, &pair, &input);
        ck_assert(memcmp(&vrf, &again, sizeof vrf) == 0);
        ck_assert(dg_vrf_verify(&vrf, pair.pk, &input));
        ck_assert(!dg_vrf_verify(&vrf, pair.pk, &next));
        ck_assert(!dg_vrf_verify(&vrf, other.pk, &input));
        (bit < 256 ? vrf.output : vrf.proof - 32)[bit / 8] ^= (uint8_t)(1 << bit % 8);
        ck_assert(!dg_vrf_verify(&vrf, pair.pk, &input));
    }
}
END_TEST

/* The identity comes out for every input: a proof for it proves nothing. */
START_TEST(the_identity_is_no_output)
{
    dg_sr25519_pair none = { 0 };
    dg_merlin input = slot_1000();
    uint8_t r[32] = { 5 }, out[16];
    dg_vrf vrf;
    dg_vrf_sign_with(&vrf, &none, &input, r); /* key zero: the equations hold */
    ck_assert(!dg_vrf_verify(&vrf, none.pk, &input));
    ck_assert(!dg_vrf_bytes(out, 16, vrf.output, none.pk, &input, "substrate-babe-vrf"));
}
END_TEST

START_TEST(bytes_that_are_no_point_give_no_bytes)
{
    dg_sr25519_pair pair = alice();
    dg_merlin input = slot_1000();
    uint8_t bad[32], out[16];
    memset(bad, 0xff, sizeof bad);
    ck_assert(!dg_vrf_bytes(out, 16, bad, pair.pk, &input, "substrate-babe-vrf"));
    ck_assert(!dg_vrf_bytes(out, 16, pair.pk, bad, &input, "substrate-babe-vrf"));
}
END_TEST

/* The decimal numbers of the rows, little-endian, are in the comment beside. */
static const struct {
    uint64_t c0, c1, weight, total;
    const char *want;
} thresholds[] = {
    /* 10523572781773471998586657386560225280 */
    { 2, 9, 1, 8, "000000000000000000c0a16932c4ea07" },
    /* 12019239399996240459389845859651813376 */
    { 1, 4, 1, 8, "000000000000000000609e2b41d20a09" },
    /* 28242060623182425520853546827952160768 */
    { 1, 2, 1, 8, "000000000000000000c8db2218393f15" },
    { 1, 2, 1, 1, "00000000000000000000000000000080" }, /* one half exactly */
    { 0, 4, 1, 8, "00000000000000000000000000000000" }, /* never */
    { 1, 1, 1, 8, "ffffffffffffffffffffffffffffffff" }, /* always: one less than 2^128 */
    { 3, 2, 1, 1, "ffffffffffffffffffffffffffffffff" }, /* beyond one */
    { 0, 0, 1, 8, "00000000000000000000000000000000" }, /* what is no number wins no slot */
    { 3, 2, 1, 8, "00000000000000000000000000000000" }, /* a root of a negative number, too */
    { 1, 0, 1, 8, "00000000000000000000000000000000" }, /* nor what is infinite */
    { 1, 4, 1, 0, "ffffffffffffffffffffffffffffffff" }, /* a weight of which there is none */
};

START_TEST(thresholds_are_the_known_ones)
{
    uint8_t got[16];
    dg_babe_threshold(got, thresholds[_i].c0, thresholds[_i].c1, thresholds[_i].weight,
                      thresholds[_i].total);
    assert_bytes(DG_BYTES_OF(got), hex(thresholds[_i].want), "threshold");
}
END_TEST

int main(void)
{
    Suite *s = suite_create("vrf");
    TCase *tc = tcase_create("vrf");
    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, a_proof_with_a_fixed_nonce_is_the_known_one);
    tcase_add_test(tc, bytes_drawn_from_an_output_are_the_known_ones);
    tcase_add_test(tc, a_proof_fits_one_key_one_input_and_no_flipped_bit);
    tcase_add_test(tc, the_identity_is_no_output);
    tcase_add_test(tc, bytes_that_are_no_point_give_no_bytes);
    tcase_add_loop_test(tc, thresholds_are_the_known_ones, 0,
                        (int)(sizeof thresholds / sizeof thresholds[0]));
    suite_add_tcase(s, tc);
    return suite_run(s);
}
