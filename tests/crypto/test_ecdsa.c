/* Runtimes recover the signer of claims and bridge messages. The answer has two
 * versions, and codes that a runtime may branch on. */
#include "../support/suite.h"

#include "crypto/crypto.h"

#include <string.h>

static const char hash_hex[] = "ce0677bb30baa8cf067c88db9811f4333d131bf8bcf12fe7065d211dce971008";
static const char sig_hex[] = "90f27b8b488db00b00606796d2987f6a5f59ae62ea05effe84fef5b8b0e54998"
                              "4a691139ad57a3f0b906637673aa2f63d1f55cb1a69199d4009eea23ceaddc9301";
static const char xy_hex[] = "e32df42865e97135acfb65f3bae71bdc86f4d49150ad6a440b6f15878109880a"
                             "0a2b2667f7e725ceea70c673093bf67663e0312623c8e091b13cf2c0f11ef652";
static const char order_hex[] = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";

START_TEST(a_foreign_signature_gives_its_key)
{
    uint8_t xy[64], pk[33];
    ck_assert_int_eq(dg_ecdsa_recover(xy, hex(sig_hex).at, hex(hash_hex).at, true), DG_ECDSA_OK);
    assert_bytes(DG_BYTES_OF(xy), hex(xy_hex), "key");
    dg_ecdsa_compress(pk, xy);
    assert_bytes(DG_BYTES_OF(pk),
                 hex("02e32df42865e97135acfb65f3bae71bdc86f4d49150ad6a440b6f15878109880a"),
                 "compressed");
    ck_assert(dg_ecdsa_verify_prehashed(hex(sig_hex).at, hex(hash_hex).at, pk));
}
END_TEST

/* V: 0 to 3, or 27 to 30 in recovery alone. */
static const struct {
    uint8_t v;
    bool recovers, verifies;
} vs[] = {
    { 1, true, true },    { 28, true, false },  { 4, false, false },
    { 26, false, false }, { 31, false, false }, { 255, false, false },
};

START_TEST(v_is_read_as_each_function_reads_it)
{
    uint8_t sig[65], xy[64], pk[33];
    dg_ecdsa_recovery rc;
    memcpy(sig, hex(sig_hex).at, 65);
    dg_ecdsa_compress(pk, hex(xy_hex).at);
    sig[64] = vs[_i].v;
    rc = dg_ecdsa_recover(xy, sig, hex(hash_hex).at, true);
    ck_assert_int_eq(rc, vs[_i].recovers ? DG_ECDSA_OK : DG_ECDSA_BAD_V);
    ck_assert_int_eq(dg_ecdsa_verify_prehashed(sig, hex(hash_hex).at, pk), vs[_i].verifies);
}
END_TEST

START_TEST(v_is_checked_before_r_and_s)
{
    uint8_t sig[65], xy[64];
    memset(sig, 0xff, sizeof sig);
    ck_assert_int_eq(dg_ecdsa_recover(xy, sig, hex(hash_hex).at, true), DG_ECDSA_BAD_V);
    sig[64] = 0;
    ck_assert_int_eq(dg_ecdsa_recover(xy, sig, hex(hash_hex).at, true), DG_ECDSA_BAD_RS);
}
END_TEST

/* r = 0 parses and names no key; r = order is the same to version 1 alone. */
START_TEST(zero_and_the_order_are_told_apart_by_version)
{
    uint8_t sig[65], xy[64];
    memcpy(sig, hex(sig_hex).at, 65);
    memset(sig, 0, 32);
    ck_assert_int_eq(dg_ecdsa_recover(xy, sig, hex(hash_hex).at, true), DG_ECDSA_BAD_SIGNATURE);
    memcpy(sig, hex(order_hex).at, 32);
    ck_assert_int_eq(dg_ecdsa_recover(xy, sig, hex(hash_hex).at, true), DG_ECDSA_BAD_RS);
    ck_assert_int_eq(dg_ecdsa_recover(xy, sig, hex(hash_hex).at, false), DG_ECDSA_BAD_SIGNATURE);
}
END_TEST

static void add_order(uint8_t at[32])
{
    unsigned carry = 0;
    for (int i = 31; i >= 0; i--) {
        carry += (unsigned)at[i] + hex(order_hex).at[i];
        at[i] = (uint8_t)carry;
        carry >>= 8;
    }
    ck_assert_uint_eq(carry, 0);
}

/* Any r that is the x of a point is somebody's signature. With r and s small
 * enough, r + order and s + order still fit 256 bits. */
static const struct {
    uint8_t r, s;
} rs[] = { { 1, 2 }, { 0xff, 0xf1 } }; /* the latter carry */

START_TEST(version_1_takes_r_and_s_modulo_the_order)
{
    uint8_t small[65] = { 0 }, big[65], want[64], got[64], pk[33];
    small[31] = rs[_i].r;
    small[63] = rs[_i].s;
    memcpy(big, small, 65);
    add_order(big);
    add_order(big + 32);
    ck_assert_int_eq(dg_ecdsa_recover(want, small, hex(hash_hex).at, true), DG_ECDSA_OK);
    ck_assert_int_eq(dg_ecdsa_recover(got, big, hex(hash_hex).at, true), DG_ECDSA_BAD_RS);
    ck_assert_int_eq(dg_ecdsa_recover(got, big, hex(hash_hex).at, false), DG_ECDSA_OK);
    assert_bytes(DG_BYTES_OF(got), DG_BYTES_OF(want), "key");

    dg_hash hash = dg_blake2_256(dg_text("message"));
    ck_assert_int_eq(dg_ecdsa_recover(want, small, hash.at, true), DG_ECDSA_OK);
    dg_ecdsa_compress(pk, want);
    ck_assert(dg_ecdsa_verify(big, dg_text("message"), pk, false));
    ck_assert(!dg_ecdsa_verify(big, dg_text("message"), pk, true));
}
END_TEST

START_TEST(what_is_signed_passes_and_one_flipped_bit_does_not)
{
    dg_rng rng = dg_rng_fork(5, "ecdsa", 0, 0);
    for (int i = 0; i < 1000; i++) {
        uint8_t secret[32], pk[33], message[100], sig[65], again[65];
        size_t len = 1 + dg_rng_below(&rng, sizeof message), bit = dg_rng_below(&rng, 520);
        dg_hash hash;
        dg_rng_bytes(&rng, secret, sizeof secret);
        dg_rng_bytes(&rng, message, len);
        hash = dg_blake2_256(dg_bytes_of(message, len));
        ck_assert(dg_ecdsa_public(pk, secret));
        ck_assert(dg_ecdsa_sign_prehashed(sig, hash.at, secret));
        ck_assert(dg_ecdsa_sign_prehashed(again, hash.at, secret));
        ck_assert(memcmp(sig, again, 65) == 0);
        ck_assert(dg_ecdsa_verify(sig, dg_bytes_of(message, len), pk, true));
        ck_assert(dg_ecdsa_verify(sig, dg_bytes_of(message, len), pk, false));
        sig[bit / 8] ^= (uint8_t)(1 << bit % 8);
        ck_assert(!dg_ecdsa_verify(sig, dg_bytes_of(message, len), pk, true));
        ck_assert(!dg_ecdsa_verify(sig, dg_bytes_of(message, len), pk, false));
        message[0] ^= 1;
        ck_assert(!dg_ecdsa_verify(again, dg_bytes_of(message, len), pk, true));
    }
}
END_TEST

START_TEST(numbers_that_are_no_secret_are_refused)
{
    static const uint8_t zero[32];
    uint8_t pk[33], sig[65];
    ck_assert(!dg_ecdsa_public(pk, zero));
    ck_assert(!dg_ecdsa_public(pk, hex(order_hex).at));
    ck_assert(!dg_ecdsa_sign_prehashed(sig, hex(hash_hex).at, zero));
}
END_TEST

int main(void)
{
    Suite *s = suite_create("ecdsa");
    TCase *tc = tcase_create("ecdsa");
    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, a_foreign_signature_gives_its_key);
    tcase_add_loop_test(tc, v_is_read_as_each_function_reads_it, 0,
                        (int)(sizeof vs / sizeof vs[0]));
    tcase_add_test(tc, v_is_checked_before_r_and_s);
    tcase_add_test(tc, zero_and_the_order_are_told_apart_by_version);
    tcase_add_loop_test(tc, version_1_takes_r_and_s_modulo_the_order, 0, 2);
    tcase_add_test(tc, what_is_signed_passes_and_one_flipped_bit_does_not);
    tcase_add_test(tc, numbers_that_are_no_secret_are_refused);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
