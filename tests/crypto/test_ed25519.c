/* Finality votes are ed25519 by ZIP-215, under which all nodes must agree on
 * odd signatures too: where one library refuses what another accepts, a block is
 * valid for half of the network. */
#include "../support/suite.h"

#include "crypto/crypto.h"
#include "model_zip215.h"

#include <sodium.h>
#include <string.h>

/* Every encoding of a point of small order: eight canonical, six that are not
 * (y beyond the field, or a sign on an x that is zero). */
static const char *const small_order[] = {
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
};
enum { SMALL = sizeof small_order / sizeof small_order[0] };

START_TEST(all_196_pairs_of_small_order_are_accepted)
{
    int accepted = 0, by_model = 0;
    for (int a = 0; a < SMALL; a++) {
        for (int r = 0; r < SMALL; r++) {
            uint8_t sig[64] = { 0 }, pk[32];
            memcpy(pk, hex(small_order[a]).at, 32);
            memcpy(sig, hex(small_order[r]).at, 32);
            accepted += dg_ed25519_verify(sig, dg_text("Zcash"), pk);
            by_model += model_zip215_verify(sig, dg_text("Zcash"), pk);
        }
    }
    ck_assert_int_eq(SMALL, 14);
    ck_assert_int_eq(accepted, 196);
    ck_assert_int_eq(by_model, 196);
}
END_TEST

START_TEST(a_small_order_key_does_not_make_every_signature_good)
{
    uint8_t sig[64] = { 0 }, pk[32];
    memcpy(pk, hex(small_order[_i]).at, 32);
    memcpy(sig, hex(small_order[0]).at, 32);
    sig[32] = 1; /* S = 1: now B is left over */
    ck_assert(!dg_ed25519_verify(sig, dg_text("Zcash"), pk));
}
END_TEST

static const struct {
    const char *seed, *pk, *message, *sig;
} rfc8032[] = {
    { "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
      "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
      "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
      "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b" },
    { "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
      "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
      "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00" },
};

START_TEST(signatures_are_those_of_the_rfc)
{
    uint8_t pk[32], sig[64];
    dg_bytes seed = hex(rfc8032[_i].seed), message = hex(rfc8032[_i].message);
    dg_ed25519_public(pk, seed.at);
    dg_ed25519_sign(sig, message, seed.at);
    assert_bytes(DG_BYTES_OF(pk), hex(rfc8032[_i].pk), "key");
    assert_bytes(DG_BYTES_OF(sig), hex(rfc8032[_i].sig), "signature");
    ck_assert(dg_ed25519_verify(sig, message, pk));
}
END_TEST

START_TEST(what_is_signed_passes_and_one_flipped_bit_does_not)
{
    dg_rng rng = dg_rng_fork(3, "ed25519", 0, 0);
    for (int i = 0; i < 1000; i++) {
        uint8_t seed[32], pk[32], message[200], sig[64];
        size_t len = 1 + dg_rng_below(&rng, sizeof message);
        size_t bit = dg_rng_below(&rng, 512);
        dg_rng_bytes(&rng, seed, sizeof seed);
        dg_rng_bytes(&rng, message, len);
        dg_ed25519_public(pk, seed);
        dg_ed25519_sign(sig, dg_bytes_of(message, len), seed);
        ck_assert(dg_ed25519_verify(sig, dg_bytes_of(message, len), pk));
        sig[bit / 8] ^= (uint8_t)(1 << bit % 8);
        ck_assert(!dg_ed25519_verify(sig, dg_bytes_of(message, len), pk));
        sig[bit / 8] ^= (uint8_t)(1 << bit % 8);
        message[bit % len] ^= 1;
        ck_assert(!dg_ed25519_verify(sig, dg_bytes_of(message, len), pk));
    }
}
END_TEST

/* A signature of a key with a part of small order, R with another: what only
 * the cofactored rule accepts. `s_off` makes it wrong. */
static void mixed_order(uint8_t sig[64], uint8_t pk[32], dg_bytes message, dg_rng *rng,
                        uint8_t s_off)
{
    uint8_t wide[64], a[32], r[32], k[32], ka[32];
    crypto_hash_sha512_state h;
    dg_rng_bytes(rng, wide, sizeof wide);
    crypto_core_ed25519_scalar_reduce(a, wide);
    dg_rng_bytes(rng, wide, sizeof wide);
    crypto_core_ed25519_scalar_reduce(r, wide);
    ck_assert_int_eq(crypto_scalarmult_ed25519_base_noclamp(pk, a), 0);
    ck_assert_int_eq(crypto_scalarmult_ed25519_base_noclamp(sig, r), 0);
    crypto_core_ed25519_add(pk, pk, hex(small_order[dg_rng_below(rng, SMALL)]).at);
    crypto_core_ed25519_add(sig, sig, hex(small_order[dg_rng_below(rng, SMALL)]).at);
    crypto_hash_sha512_init(&h);
    crypto_hash_sha512_update(&h, sig, 32);
    crypto_hash_sha512_update(&h, pk, 32);
    crypto_hash_sha512_update(&h, message.at, message.len);
    crypto_hash_sha512_final(&h, wide);
    crypto_core_ed25519_scalar_reduce(k, wide);
    crypto_core_ed25519_scalar_mul(ka, k, a);
    r[0] ^= s_off;
    crypto_core_ed25519_scalar_add(sig + 32, r, ka);
}

START_TEST(keys_of_mixed_order_are_judged_as_by_the_naive_rule)
{
    dg_rng rng = dg_rng_fork(4, "mixed", 0, 0);
    int beyond_libsodium = 0;
    for (int i = 0; i < 60; i++) {
        uint8_t sig[64], pk[32];
        dg_bytes message = dg_text("mixed order");
        bool good = i % 3 != 0;
        mixed_order(sig, pk, message, &rng, good ? 0 : 2);
        ck_assert_int_eq(dg_ed25519_verify(sig, message, pk), good);
        ck_assert_int_eq(model_zip215_verify(sig, message, pk), good);
        beyond_libsodium +=
            good && crypto_sign_verify_detached(sig, message.at, message.len, pk) != 0;
    }
    ck_assert_int_gt(beyond_libsodium, 20);
}
END_TEST

START_TEST(s_beyond_the_order_and_bytes_that_do_not_decode_are_refused)
{
    static const uint8_t order[32] = { 0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58,
                                       0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
                                       0,    0,    0,    0,    0,    0,    0,    0,
                                       0,    0,    0,    0,    0,    0,    0,    0x10 };
    uint8_t sig[64], pk[32];
    unsigned carry = 0;
    memcpy(sig, hex(rfc8032[0].sig).at, 64);
    memcpy(pk, hex(rfc8032[0].pk).at, 32);
    for (size_t i = 0; i < 32; i++) { /* S + L satisfies the equation, too */
        carry += (unsigned)sig[32 + i] + order[i];
        sig[32 + i] = (uint8_t)carry;
        carry >>= 8;
    }
    ck_assert(!dg_ed25519_verify(sig, dg_text(""), pk));
    memcpy(sig, hex(rfc8032[0].sig).at, 64);
    memset(pk, 0, 32);
    pk[0] = 2; /* y = 2 has no x */
    ck_assert(!dg_ed25519_verify(sig, dg_text(""), pk));
    memcpy(sig, pk, 32);
    ck_assert(!dg_ed25519_verify(sig, dg_text(""), hex(rfc8032[0].pk).at));
}
END_TEST

int main(void)
{
    Suite *s = suite_create("ed25519");
    TCase *tc = tcase_create("ed25519");
    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, all_196_pairs_of_small_order_are_accepted);
    tcase_add_loop_test(tc, a_small_order_key_does_not_make_every_signature_good, 0, SMALL);
    tcase_add_loop_test(tc, signatures_are_those_of_the_rfc, 0, 2);
    tcase_add_test(tc, what_is_signed_passes_and_one_flipped_bit_does_not);
    tcase_add_test(tc, keys_of_mixed_order_are_judged_as_by_the_naive_rule);
    tcase_add_test(tc, s_beyond_the_order_and_bytes_that_do_not_decode_are_refused);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
