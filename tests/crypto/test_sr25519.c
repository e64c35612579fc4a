/* Seals, bitfields and backing statements are sr25519. A signature made here
 * must pass in a real node, and one made there must pass here. */
#include "../support/suite.h"

#include "crypto/crypto_impl.h"

#include <string.h>

START_TEST(a_transcript_agrees_with_the_merlin_vector)
{
    dg_merlin t;
    uint8_t got[32];
    dg_merlin_init(&t, "test protocol");
    dg_merlin_append(&t, "some label", dg_text("some data"));
    dg_merlin_challenge(&t, "challenge", got, sizeof got);
    assert_bytes(DG_BYTES_OF(got),
                 hex("d5a21972d0d5fe320c0d263fac7fffb8145aa640af6e9bca177c03c7efcf0615"),
                 "challenge");
}
END_TEST

/* From other implementations' tests: 32 rounds of a kilobyte and a challenge. */
START_TEST(a_long_transcript_agrees_with_the_merlin_vector)
{
    uint8_t big[1024], got[32];
    dg_merlin t;
    memset(big, 99, sizeof big);
    dg_merlin_init(&t, "test protocol");
    dg_merlin_append(&t, "step1", dg_text("some data"));
    for (int i = 0; i < 32; i++) {
        dg_merlin_challenge(&t, "challenge", got, sizeof got);
        dg_merlin_append(&t, "bigdata", DG_BYTES_OF(big));
        dg_merlin_append(&t, "challengedata", DG_BYTES_OF(got));
    }
    assert_bytes(DG_BYTES_OF(got),
                 hex("a8c933f54fae76e3f9bea93648c1308e7dfa2152dd51674ff3ca438351cf003c"),
                 "challenge");
}
END_TEST

/* Longer than two blocks of the sponge: every position is met, and a message cut
 * elsewhere is another message. */
START_TEST(a_transcript_separates_what_a_concatenation_would_merge)
{
    uint8_t data[400] = { 0 }, got[2][32];
    for (size_t cut = 1; cut < sizeof data; cut += 7) {
        for (size_t i = 0; i < 2; i++) {
            dg_merlin t;
            dg_merlin_init(&t, "cut");
            dg_merlin_append(&t, "a", dg_bytes_of(data, cut - i));
            dg_merlin_append(&t, "b", dg_bytes_of(data, sizeof data - cut + i));
            dg_merlin_challenge(&t, "c", got[i], 32);
        }
        ck_assert(memcmp(got[0], got[1], 32) != 0);
    }
}
END_TEST

static dg_sr25519_pair alice(void)
{
    dg_sr25519_pair pair;
    dg_sr25519_from_mini(
        &pair, hex("e5be9a5092b81bca64be81d212e7f2f9eba183bb7a90954f7b76361f6edb5c0a").at);
    return pair;
}

START_TEST(a_mini_secret_expands_to_the_known_key)
{
    dg_sr25519_pair pair = alice();
    assert_bytes(DG_BYTES_OF(pair.pk),
                 hex("d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d"), "Alice");
}
END_TEST

START_TEST(a_signature_with_a_fixed_nonce_is_the_known_one)
{
    dg_sr25519_pair pair = alice();
    uint8_t r[32] = { 12345 & 0xff, 12345 >> 8 }, sig[64];
    dg_sr25519_sign_with(sig, &pair, dg_text("hello"), r);
    assert_bytes(DG_BYTES_OF(sig),
                 hex("b4c1b3cdef7ba1bd94fa95c7b736622046ef663285813c2293c52c5f4f9fb011"
                     "397365841c2435b7bb5a783b26ff82e9a03023e2d44a6deb12498be6c5db6988"),
                 "sig");
}
END_TEST

/* Message lengths at which the sponge's blocks end everywhere in the framing.
 * Each of the 400 signatures passed the chain's own library (schnorrkel) before
 * the hash of all was written down here. */
START_TEST(signatures_of_all_lengths_are_those_a_foreign_library_accepted)
{
    static uint8_t sigs[400][64];
    dg_sr25519_pair pair = alice();
    uint8_t r[32] = { 12345 & 0xff, 12345 >> 8 }, message[400];
    dg_hash all;
    for (size_t len = 0; len < 400; len++) {
        for (size_t i = 0; i < len; i++)
            message[i] = (uint8_t)(7 * i + len);
        dg_sr25519_sign_with(sigs[len], &pair, dg_bytes_of(message, len), r);
        ck_assert(dg_sr25519_verify(sigs[len], dg_bytes_of(message, len), pair.pk));
    }
    all = dg_blake2_256(dg_bytes_of(sigs, sizeof sigs));
    assert_bytes(dg_hash_bytes(&all),
                 hex("eaa0c5e35fdabb1509aadfb4dedfe701fe419a3837beb4229c7a34db0bafef98"), "all");
}
END_TEST

static const char foreign_pk[] = "46ebddef8cd9bb167dc30878d7113b7e168e6f0646beffd77d69d39bad76b47a";
static const char foreign_sig[] =
    "4e172314444b8f820bb54c22e95076f220ed25373e5c178234aa6c211d29271244b947e3ff3418ff6b45fd1df114"
    "0c8cbff69fc58ee6dc96df70936a2bb74b82";

START_TEST(a_foreign_signature_passes_in_both_versions)
{
    dg_bytes message = dg_text("this is a message");
    ck_assert(dg_sr25519_verify(hex(foreign_sig).at, message, hex(foreign_pk).at));
    ck_assert(dg_sr25519_verify_v1(hex(foreign_sig).at, message, hex(foreign_pk).at));
    ck_assert(
        !dg_sr25519_verify(hex(foreign_sig).at, dg_text("this is b message"), hex(foreign_pk).at));
}
END_TEST

/* Made by the wallet library of 2019, before the labels changed. */
START_TEST(a_signature_from_before_the_audit_passes_in_version_1_only)
{
    static const uint8_t zero[32];
    dg_bytes sig = hex("28a854d54903e056f89581c691c1f7d2ff39f8f896c9e9c22475e60902cc2b35"
                       "47199e0e91fa32902028f2ca2355e8cdd16cfe19ba5e8b658c94aa80f3b81a00");
    dg_sr25519_pair pair;
    dg_sr25519_from_mini(&pair, zero);
    ck_assert(dg_sr25519_verify_v1(sig.at, dg_text("SUBSTRATE"), pair.pk));
    ck_assert(!dg_sr25519_verify(sig.at, dg_text("SUBSTRATE"), pair.pk));
    ck_assert(!dg_sr25519_verify_v1(sig.at, dg_text("SUBSTRATF"), pair.pk));
}
END_TEST

START_TEST(an_unmarked_signature_is_refused)
{
    uint8_t sig[64];
    memcpy(sig, hex(foreign_sig).at, 64);
    sig[63] &= 0x7f;
    ck_assert(!dg_sr25519_verify(sig, dg_text("this is a message"), hex(foreign_pk).at));
    ck_assert(!dg_sr25519_verify_v1(sig, dg_text("this is a message"), hex(foreign_pk).at));
}
END_TEST

/* s + L satisfies the equation as s does: accepting it would give every
 * signature a twin. */
START_TEST(a_scalar_beyond_the_order_is_refused)
{
    static const uint8_t order[32] = { 0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58,
                                       0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
                                       0,    0,    0,    0,    0,    0,    0,    0,
                                       0,    0,    0,    0,    0,    0,    0,    0x10 };
    uint8_t sig[64];
    unsigned carry = 0;
    memcpy(sig, hex(foreign_sig).at, 64);
    for (size_t i = 0; i < 32; i++) {
        carry += (unsigned)sig[32 + i] + order[i];
        sig[32 + i] = (uint8_t)carry;
        carry >>= 8;
    }
    ck_assert(sig[63] & 0x80);
    ck_assert(!dg_sr25519_verify(sig, dg_text("this is a message"), hex(foreign_pk).at));
}
END_TEST

/* The identity is a key like any other by the rules of the chain: R = s*B. */
START_TEST(the_identity_is_a_key)
{
    static const uint8_t zero[32];
    uint8_t r[32] = { 7 }, sig[64];
    dg_sr25519_pair pair = { 0 };
    dg_sr25519_sign_with(sig, &pair, dg_text("anything"), r);
    ck_assert(dg_sr25519_verify(sig, dg_text("anything"), zero));
    ck_assert(dg_sr25519_verify(sig, dg_text("anything else"), zero));
    memset(sig, 0, sizeof sig); /* R and s the identity and zero, too */
    sig[63] = 0x80;
    ck_assert(dg_sr25519_verify(sig, dg_text("anything"), zero));
    ck_assert(!dg_sr25519_verify(sig, dg_text("anything"), hex(foreign_pk).at));
}
END_TEST

/* Where a factor is zero, libsodium's answer says nothing about the point. */
START_TEST(bytes_that_are_no_point_are_no_key)
{
    uint8_t pk[32], zero[32] = { 0 }, one[32] = { 1 }, out[32];
    memset(pk, 0xff, sizeof pk);
    ck_assert(!dg_point_mul(out, one, pk));
    ck_assert(!dg_point_mul(out, zero, pk));
    ck_assert(dg_point_mul(out, zero, hex(foreign_pk).at));
    assert_bytes(DG_BYTES_OF(out), DG_BYTES_OF(zero), "zero times a point");
    ck_assert(dg_point_mul(out, one, zero));
    assert_bytes(DG_BYTES_OF(out), DG_BYTES_OF(zero), "one times the identity");
    ck_assert(!dg_sr25519_verify(hex(foreign_sig).at, dg_text("this is a message"), pk));
}
END_TEST

START_TEST(what_is_signed_passes_and_one_flipped_bit_does_not)
{
    dg_rng rng = dg_rng_fork(1, "sr25519", 0, 0);
    for (int i = 0; i < 1000; i++) {
        uint8_t mini[32], message[200], sig[64], again[64];
        size_t len = 1 + dg_rng_below(&rng, sizeof message);
        size_t bit = dg_rng_below(&rng, 512), at = dg_rng_below(&rng, len);
        dg_sr25519_pair pair;
        dg_rng_bytes(&rng, mini, sizeof mini);
        dg_rng_bytes(&rng, message, len);
        dg_sr25519_from_mini(&pair, mini);
        dg_sr25519_sign(sig, &pair, dg_bytes_of(message, len));
        dg_sr25519_sign(again, &pair, dg_bytes_of(message, len));
        ck_assert(memcmp(sig, again, 64) == 0); /* a run can be replayed */
        ck_assert(dg_sr25519_verify(sig, dg_bytes_of(message, len), pair.pk));
        sig[bit / 8] ^= (uint8_t)(1 << bit % 8);
        ck_assert(!dg_sr25519_verify(sig, dg_bytes_of(message, len), pair.pk));
        message[at] ^= 0x40;
        ck_assert(!dg_sr25519_verify(again, dg_bytes_of(message, len), pair.pk));
    }
}
END_TEST

/* One r under two messages would reveal the key. */
START_TEST(two_messages_never_share_a_nonce)
{
    dg_sr25519_pair pair = alice();
    uint8_t a[64], b[64];
    dg_sr25519_sign(a, &pair, dg_text("a"));
    dg_sr25519_sign(b, &pair, dg_text("b"));
    ck_assert(memcmp(a, b, 32) != 0);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("sr25519");
    TCase *tc = tcase_create("sr25519");
    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, a_transcript_agrees_with_the_merlin_vector);
    tcase_add_test(tc, a_long_transcript_agrees_with_the_merlin_vector);
    tcase_add_test(tc, a_transcript_separates_what_a_concatenation_would_merge);
    tcase_add_test(tc, a_mini_secret_expands_to_the_known_key);
    tcase_add_test(tc, a_signature_with_a_fixed_nonce_is_the_known_one);
    tcase_add_test(tc, signatures_of_all_lengths_are_those_a_foreign_library_accepted);
    tcase_add_test(tc, a_foreign_signature_passes_in_both_versions);
    tcase_add_test(tc, a_signature_from_before_the_audit_passes_in_version_1_only);
    tcase_add_test(tc, an_unmarked_signature_is_refused);
    tcase_add_test(tc, a_scalar_beyond_the_order_is_refused);
    tcase_add_test(tc, the_identity_is_a_key);
    tcase_add_test(tc, bytes_that_are_no_point_are_no_key);
    tcase_add_test(tc, what_is_signed_passes_and_one_flipped_bit_does_not);
    tcase_add_test(tc, two_messages_never_share_a_nonce);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
