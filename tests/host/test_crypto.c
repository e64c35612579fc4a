/* Signatures, keys and the outside world: what is accepted where. A signature that
 * is taken by mistake makes a verdict worthless. */
#include "asking.h"

#include "crypto/crypto.h"

/* ---- signatures ---- */

START_TEST(marked_signatures_count_only_where_a_run_declares_them)
{
    uint8_t pk[32] = { 7 }, sig[64];
    dg_marked_sign(sig, dg_text("vote"), pk);
    for (int simulated = 0; simulated < 2; simulated++) {
        asker *g = guest_begin();
        unsigned steps[4];
        g->options.simulated_validators = simulated;
        steps[0] = guest_ask(g, "ext_crypto_sr25519_verify_version_2", "pPp:i",
                             ARGS(at(DG_BYTES_OF(sig)), in("vote"), at(DG_BYTES_OF(pk))));
        steps[1] = guest_ask(g, "ext_crypto_ed25519_verify_version_1", "pPp:i",
                             ARGS(at(DG_BYTES_OF(sig)), in("vote"), at(DG_BYTES_OF(pk))));
        steps[2] = guest_ask(g, "ext_crypto_sr25519_verify_version_1", "pPp:i",
                             ARGS(at(DG_BYTES_OF(sig)), in("vote"), at(DG_BYTES_OF(pk))));
        steps[3] = guest_ask(g, "ext_crypto_sr25519_verify_version_2", "pPp:i",
                             ARGS(at(DG_BYTES_OF(sig)), in("veto"), at(DG_BYTES_OF(pk))));
        guest_do(g, state);
        for (int i = 0; i < 3; i++)
            ck_assert_uint_eq(guest_number(g, steps[i]), simulated);
        ck_assert_uint_eq(guest_number(g, steps[3]), 0);
        ck_assert_uint_eq(g->result.marked_used, simulated ? 3 : 0);
        guest_end(g);
    }
}
END_TEST

START_TEST(a_batch_tells_its_verdict_at_the_end)
{
    uint8_t seed[32] = { 3 }, pk[32], sig[64], wrong[64];
    dg_ed25519_public(pk, seed);
    dg_ed25519_sign(sig, dg_text("m"), seed);
    memcpy(wrong, sig, 64);
    wrong[5] ^= 1;
    for (int bad = 0; bad < 2; bad++) {
        asker *g = guest_begin();
        guest_ask(g, "ext_crypto_start_batch_verify_version_1", ":", NO_ARGS);
        unsigned one =
            guest_ask(g, "ext_crypto_ed25519_batch_verify_version_1", "pPp:i",
                      ARGS(at(dg_bytes_of(bad ? wrong : sig, 64)), in("m"), at(DG_BYTES_OF(pk))));
        unsigned verdict = guest_ask(g, "ext_crypto_finish_batch_verify_version_1", ":i", NO_ARGS);
        unsigned alone =
            guest_ask(g, "ext_crypto_ed25519_verify_version_1", "pPp:i",
                      ARGS(at(dg_bytes_of(bad ? wrong : sig, 64)), in("m"), at(DG_BYTES_OF(pk))));
        guest_do(g, state);
        ck_assert_uint_eq(guest_number(g, one), 1);
        ck_assert_uint_eq(guest_number(g, verdict), !bad);
        ck_assert_uint_eq(guest_number(g, alone), !bad);
        guest_end(g);
    }
}
END_TEST

START_TEST(recovery_answers_as_a_result)
{
    uint8_t secret[32] = { 9 }, hash[32] = { 1, 2, 3 }, sig[65], pk[33], bad[65];
    asker *g = guest_begin();
    ck_assert(dg_ecdsa_public(pk, secret));
    ck_assert(dg_ecdsa_sign_prehashed(sig, hash, secret));
    memcpy(bad, sig, 65);
    bad[64] = 4;
    unsigned good = guest_ask(g, "ext_crypto_secp256k1_ecdsa_recover_compressed_version_2", "pp:P",
                              ARGS(at(DG_BYTES_OF(sig)), at(DG_BYTES_OF(hash))));
    unsigned full = guest_ask(g, "ext_crypto_secp256k1_ecdsa_recover_version_1", "pp:P",
                              ARGS(at(DG_BYTES_OF(sig)), at(DG_BYTES_OF(hash))));
    unsigned wrong = guest_ask(g, "ext_crypto_secp256k1_ecdsa_recover_version_2", "pp:P",
                               ARGS(at(DG_BYTES_OF(bad)), at(DG_BYTES_OF(hash))));
    unsigned filled =
        guest_ask(g, "ext_crypto_secp256k1_ecdsa_recover_compressed_version_3", "ppP:i",
                  ARGS(at(DG_BYTES_OF(sig)), at(DG_BYTES_OF(hash)), room(33)));
    unsigned code = guest_ask(g, "ext_crypto_secp256k1_ecdsa_recover_version_3", "ppP:i",
                              ARGS(at(DG_BYTES_OF(bad)), at(DG_BYTES_OF(hash)), room(64)));
    guest_do(g, state);
    ck_assert_uint_eq(guest_bytes(g, good).at[0], 0);
    assert_bytes(dg_bytes_of(guest_bytes(g, good).at + 1, 33), DG_BYTES_OF(pk), "key");
    ck_assert_uint_eq(guest_bytes(g, full).len, 65);
    assert_bytes(guest_bytes(g, wrong), hex("0101"), "BadV");
    assert_bytes(guest_room(g, filled, 2, 33), DG_BYTES_OF(pk), "filled");
    ck_assert_uint_eq(guest_number(g, filled), 0);
    ck_assert_uint_eq(guest_number(g, code), (uint32_t)-2);
    guest_end(g);
}
END_TEST

/* ---- keys and offchain ---- */

static guest_arg alice(void)
{
    return in_bytes(hex("011c2f2f416c696365"));
} /* Some("//Alice") */

START_TEST(keys_of_well_known_names_sign_what_others_verify)
{
    asker *g = guest_begin();
    dg_bytes type = dg_text("test"), pk, sig;
    g->options.context = DG_HOST_CONTEXT_QUERY;
    unsigned key =
        guest_ask(g, "ext_crypto_sr25519_generate_version_1", "pP:p", ARGS(at(type), alice()));
    unsigned free_key = guest_ask(g, "ext_crypto_ed25519_generate_version_1", "pP:p",
                                  ARGS(at(type), in_bytes(hex("00"))));
    unsigned list = guest_ask(g, "ext_crypto_sr25519_public_keys_version_1", "p:P", ARGS(at(type)));
    unsigned other =
        guest_ask(g, "ext_crypto_sr25519_public_keys_version_1", "p:P", ARGS(at(dg_text("babe"))));
    unsigned signed_ = guest_ask(g, "ext_crypto_sr25519_sign_version_1", "ppP:P",
                                 ARGS(at(type), result_of(key), in("m")));
    unsigned none = guest_ask(g, "ext_crypto_ed25519_sign_version_1", "ppP:P",
                              ARGS(at(type), result_of(key), in("m")));
    guest_do(g, state);
    pk = guest_bytes_at(g, key, 32);
    assert_bytes(pk, hex("d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d"),
                 "Alice");
    assert_bytes(dg_bytes_of(guest_bytes(g, list).at + 1, 32), pk, "list");
    ck_assert_uint_eq(guest_bytes(g, list).len, 33);
    assert_bytes(guest_bytes(g, other), hex("00"), "other type");
    sig = guest_bytes(g, signed_);
    ck_assert_uint_eq(sig.len, 65);
    ck_assert(dg_sr25519_verify(sig.at + 1, dg_text("m"), pk.at));
    assert_bytes(guest_bytes(g, none), hex("00"), "no such key");
    ck_assert(memcmp(guest_bytes_at(g, free_key, 32).at, guest_zeros(32).at, 32) != 0);
    guest_end(g);
}
END_TEST

static const struct {
    const char *import, *signature;
    guest_arg arg[2];
} workers[] = {
    { "ext_offchain_is_validator_version_1", ":i", { { 0 } } },
    { "ext_offchain_timestamp_version_1", ":l", { { 0 } } },
    { "ext_offchain_random_seed_version_1", ":p", { { 0 } } },
    { "ext_offchain_network_state_version_1", ":P", { { 0 } } },
    { "ext_offchain_submit_transaction_version_1", "P:P", { { 'n', { 0 }, 0 } } },
    { "ext_offchain_local_storage_get_version_1",
      "iP:P",
      { { 'n', { 0 }, 0 }, { 'n', { 0 }, 0 } } },
};

START_TEST(blocks_and_queries_have_no_outside)
{
    static const dg_host_context contexts[] = { DG_HOST_CONTEXT_BLOCK, DG_HOST_CONTEXT_QUERY };
    dg_error err;
    for (size_t i = 0; i < 2; i++) {
        asker *g = guest_begin();
        g->options.context = contexts[i];
        guest_ask(g, workers[_i].import, workers[_i].signature, workers[_i].arg,
                  (size_t)(strchr(workers[_i].signature, ':') - workers[_i].signature));
        refused(g, DG_TRAP, "only by an offchain worker");
        g->options.context = DG_HOST_CONTEXT_OFFCHAIN;
        ck_assert_msg(guest_run(g, state, &err) == DG_OK, "%s", err.text);
        guest_end(g);
    }
}
END_TEST

START_TEST(a_block_has_no_keystore)
{
    asker *g = guest_begin();
    guest_ask(g, "ext_crypto_sr25519_generate_version_1", "pP:p",
              ARGS(at(dg_text("test")), alice()));
    refused(g, DG_TRAP, "the keystore cannot be used here");
}
END_TEST

START_TEST(chance_of_a_worker_is_the_same_in_every_run)
{
    dg_buf first;
    dg_buf_init(&first, 64);
    for (int i = 0; i < 2; i++) {
        asker *g = guest_begin();
        g->options.context = DG_HOST_CONTEXT_OFFCHAIN;
        unsigned seed = guest_ask(g, "ext_offchain_random_seed_version_1", ":p", NO_ARGS);
        unsigned next = guest_ask(g, "ext_offchain_random_seed_version_1", ":p", NO_ARGS);
        guest_do(g, state);
        ck_assert(!dg_bytes_equal(guest_bytes_at(g, seed, 32), guest_bytes_at(g, next, 32)));
        if (i == 0)
            dg_buf_put_bytes(&first, guest_bytes_at(g, seed, 32));
        else
            assert_bytes(guest_bytes_at(g, seed, 32), dg_buf_bytes(&first), "seed");
        guest_end(g);
    }
    dg_buf_clear(&first);
}
END_TEST

START_TEST(compare_and_set_needs_the_old_value)
{
    asker *g = guest_begin();
    static const char name[] = "ext_offchain_local_storage_compare_and_set_version_1",
                      sig[] = "iPPP:i";
    g->options.context = DG_HOST_CONTEXT_OFFCHAIN;
    unsigned made = guest_ask(g, name, sig, ARGS(num(0), in("k"), in_bytes(hex("00")), in("v")));
    unsigned twice = guest_ask(g, name, sig, ARGS(num(0), in("k"), in_bytes(hex("00")), in("w")));
    unsigned swapped =
        guest_ask(g, name, sig, ARGS(num(0), in("k"), in_bytes(hex("010476")), in("w")));
    unsigned value =
        guest_ask(g, "ext_offchain_local_storage_get_version_1", "iP:P", ARGS(num(0), in("k")));
    guest_do(g, state);
    ck_assert_uint_eq(guest_number(g, made), 1);
    ck_assert_uint_eq(guest_number(g, twice), 0);
    ck_assert_uint_eq(guest_number(g, swapped), 1);
    assert_bytes(guest_bytes(g, value), hex("010477"), "value");
    guest_end(g);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("crypto");
    TCase *tc = tcase_create("crypto");
    tcase_set_timeout(tc, 0);
    tcase_add_checked_fixture(tc, open_state, close_state);
    tcase_add_test(tc, marked_signatures_count_only_where_a_run_declares_them);
    tcase_add_test(tc, a_batch_tells_its_verdict_at_the_end);
    tcase_add_test(tc, recovery_answers_as_a_result);
    tcase_add_test(tc, keys_of_well_known_names_sign_what_others_verify);
    tcase_add_loop_test(tc, blocks_and_queries_have_no_outside, 0,
                        sizeof workers / sizeof workers[0]);
    tcase_add_test(tc, a_block_has_no_keystore);
    tcase_add_test(tc, chance_of_a_worker_is_the_same_in_every_run);
    tcase_add_test(tc, compare_and_set_needs_the_old_value);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
