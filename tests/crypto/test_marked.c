/* A marked signature must never pass where a genuine one is asked for, and must
 * not be movable to another statement or another simulated validator. */
#include "../support/suite.h"

#include "crypto/crypto.h"

#include <sodium.h>
#include <string.h>

static void make(uint8_t sig[64], uint8_t pk[32], const char *message)
{
    dg_sr25519_pair pair;
    uint8_t mini[32];
    ck_assert_int_eq(dg_secret_from_uri(mini, 's', dg_text("//Alice"), NULL), DG_OK);
    dg_sr25519_from_mini(&pair, mini);
    memcpy(pk, pair.pk, 32);
    dg_marked_sign(sig, dg_text(message), pk);
}

START_TEST(a_mark_fits_one_message_and_one_key)
{
    uint8_t sig[64], pk[32];
    make(sig, pk, "statement");
    ck_assert(dg_marked_verify(sig, dg_text("statement"), pk));
    ck_assert(!dg_marked_verify(sig, dg_text("statemenT"), pk));
    pk[0] ^= 1;
    ck_assert(!dg_marked_verify(sig, dg_text("statement"), pk));
}
END_TEST

START_TEST(no_bit_of_a_marked_signature_is_free)
{
    uint8_t sig[64], pk[32];
    make(sig, pk, "statement");
    for (int bit = 0; bit < 512; bit++) {
        sig[bit / 8] ^= (uint8_t)(1 << bit % 8);
        ck_assert(!dg_marked_verify(sig, dg_text("statement"), pk));
        sig[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
}
END_TEST

/* Not by luck but by construction: the mark is the encoding of no point. */
START_TEST(the_mark_is_no_point_of_either_curve)
{
    uint8_t sig[64], pk[32], sum[32];
    make(sig, pk, "statement");
    ck_assert_int_eq(crypto_core_ristretto255_is_valid_point(sig), 0);
    ck_assert_int_ne(crypto_core_ed25519_add(sum, sig, sig), 0);
}
END_TEST

START_TEST(genuine_and_marked_never_pass_for_each_other)
{
    dg_sr25519_pair pair;
    uint8_t sig[64], pk[32], mini[32], zero[32] = { 0 };
    make(sig, pk, "statement");
    for (int marker = 0; marker < 2; marker++) {
        sig[63] = (uint8_t)((sig[63] & 0x7f) | marker << 7);
        ck_assert(!dg_sr25519_verify(sig, dg_text("statement"), pk));
        ck_assert(!dg_sr25519_verify_v1(sig, dg_text("statement"), pk));
        ck_assert(!dg_sr25519_verify(sig, dg_text("statement"), zero));
        ck_assert(!dg_ed25519_verify(sig, dg_text("statement"), pk));
        ck_assert(!dg_ed25519_verify(sig, dg_text("statement"), zero));
    }
    ck_assert_int_eq(dg_secret_from_uri(mini, 's', dg_text("//Alice"), NULL), DG_OK);
    dg_sr25519_from_mini(&pair, mini);
    dg_sr25519_sign(sig, &pair, dg_text("statement"));
    ck_assert(!dg_marked_verify(sig, dg_text("statement"), pair.pk));
}
END_TEST

int main(void)
{
    Suite *s = suite_create("marked");
    TCase *tc = tcase_create("marked");
    tcase_add_test(tc, a_mark_fits_one_message_and_one_key);
    tcase_add_test(tc, no_bit_of_a_marked_signature_is_free);
    tcase_add_test(tc, the_mark_is_no_point_of_either_curve);
    tcase_add_test(tc, genuine_and_marked_never_pass_for_each_other);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
