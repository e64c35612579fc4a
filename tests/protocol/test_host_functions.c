/* Which release can start a runtime. The judge is a real node: v1.25.1 was started on a runtime
 * that imports every function known here, and named those that it has not. v1.10.0, asked the same,
 * named these and those of benchmarking, which it was built without. */
#include "../support/suite.h"
#include "protocol/protocol.h"

#include <string.h>

/* Named by the node, out of 234 that were asked for. */
static const char *const refused[] = {
    "ext_blake2_128",
    "ext_blake2_256",
    "ext_blake2_256_enumerated_trie_root",
    "ext_child_storage_root",
    "ext_clear_child_prefix",
    "ext_clear_child_storage",
    "ext_clear_prefix",
    "ext_clear_storage",
    "ext_crypto_bandersnatch_generate_version_1",
    "ext_crypto_bandersnatch_sign_version_1",
    "ext_crypto_bls377_generate_version_1",
    "ext_crypto_bls381_generate_proof_of_possession_version_1",
    "ext_crypto_bls381_generate_version_1",
    "ext_crypto_ecdsa_bls377_generate_version_1",
    "ext_crypto_ecdsa_bls381_generate_version_1",
    "ext_crypto_ecdsa_generate_version_2",
    "ext_crypto_ecdsa_public_keys_version_2",
    "ext_crypto_ecdsa_sign_prehashed_version_2",
    "ext_crypto_ecdsa_sign_version_2",
    "ext_crypto_ed25519_generate_version_2",
    "ext_crypto_ed25519_public_keys_version_2",
    "ext_crypto_ed25519_sign_version_2",
    "ext_crypto_secp256k1_ecdsa_recover_compressed_version_3",
    "ext_crypto_secp256k1_ecdsa_recover_version_3",
    "ext_crypto_sr25519_generate_version_2",
    "ext_crypto_sr25519_public_keys_version_2",
    "ext_crypto_sr25519_sign_version_2",
    "ext_default_child_storage_clear_prefix_version_4",
    "ext_default_child_storage_next_key_version_2",
    "ext_default_child_storage_read_version_2",
    "ext_default_child_storage_root_version_3",
    "ext_default_child_storage_storage_kill_version_5",
    "ext_ed25519_verify",
    "ext_elliptic_curves_bls12_381_final_exponentiation_version_1",
    "ext_elliptic_curves_bls12_381_msm_g1_version_1",
    "ext_elliptic_curves_bls12_381_mul_projective_g1_version_1",
    "ext_elliptic_curves_bls12_381_mul_projective_g2_version_1",
    "ext_elliptic_curves_bls12_381_multi_miller_loop_version_1",
    "ext_elliptic_curves_ed_on_bls12_381_bandersnatch_sw_mul_projective_version_1",
    "ext_exists_child_storage",
    "ext_exists_storage",
    "ext_free",
    "ext_get_allocated_child_storage",
    "ext_get_allocated_storage",
    "ext_get_child_storage_into",
    "ext_get_storage_into",
    "ext_hashing_blake2_128_version_2",
    "ext_hashing_blake2_256_version_2",
    "ext_hashing_keccak_256_version_2",
    "ext_hashing_keccak_512_version_2",
    "ext_hashing_sha2_256_version_2",
    "ext_hashing_twox_128_version_2",
    "ext_hashing_twox_256_version_2",
    "ext_hashing_twox_64_version_2",
    "ext_input_read_version_1",
    "ext_keccak_256",
    "ext_kill_child_storage",
    "ext_log",
    "ext_malloc",
    "ext_misc_chain_id_version_1",
    "ext_misc_last_cursor_version_1",
    "ext_misc_runtime_version_version_2",
    "ext_moonbeam_ext_call_list_new_version_2",
    "ext_moonbeam_ext_evm_event_version_1",
    "ext_moonbeam_ext_gasometer_event_version_1",
    "ext_moonbeam_ext_runtime_event_version_1",
    "ext_moonbeam_ext_step_event_filter_version_1",
    "ext_offchain_local_storage_read_version_1",
    "ext_offchain_random_seed_version_2",
    "ext_offchain_submit_transaction_version_2",
    "ext_pairing_bls12_377_add_version_1",
    "ext_print_hex",
    "ext_print_num",
    "ext_print_utf8",
    "ext_runtime_tasks_join_version_1",
    "ext_runtime_tasks_spawn_version_1",
    "ext_sandbox_get_global_val_version_1",
    "ext_sandbox_instance_teardown_version_1",
    "ext_sandbox_instantiate_version_1",
    "ext_sandbox_invoke_version_1",
    "ext_sandbox_memory_get_version_1",
    "ext_sandbox_memory_new_version_1",
    "ext_sandbox_memory_set_version_1",
    "ext_sandbox_memory_teardown_version_1",
    "ext_secp256k1_ecdsa_recover",
    "ext_secp256k1_ecdsa_recover_compressed",
    "ext_set_child_storage",
    "ext_set_storage",
    "ext_sr25519_verify",
    "ext_statement_store_submit_statement_version_1",
    "ext_storage_blake2_256_ordered_trie_root_version_1",
    "ext_storage_changes_root",
    "ext_storage_child_clear_version_1",
    "ext_storage_child_exists_version_1",
    "ext_storage_child_get_version_1",
    "ext_storage_child_next_key_version_1",
    "ext_storage_child_root_version_1",
    "ext_storage_child_set_version_1",
    "ext_storage_child_storage_kill_version_1",
    "ext_storage_clear_prefix_version_4",
    "ext_storage_next_key_version_2",
    "ext_storage_proof_size_storage_proof_size_version_1",
    "ext_storage_read_version_2",
    "ext_storage_root",
    "ext_storage_root_version_3",
    "ext_trie_blake2_256_ordered_root_version_3",
    "ext_trie_blake2_256_root_version_3",
    "ext_trie_keccak_256_ordered_root_version_3",
    "ext_trie_keccak_256_root_version_3",
    "ext_twox_128",
    "ext_twox_256",
    "ext_twox_64",
};

static bool was_refused(const char *name)
{
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        if (strcmp(refused[i], name) == 0)
            return true;
    return false;
}

static const char *const asked[] = { "v1.25.1", "v1.10.0" };

START_TEST(a_release_provides_what_a_real_node_did_not_refuse)
{
    const dg_release *of = dg_release_named(asked[_i], strlen(asked[_i]));
    const char *name;
    for (size_t i = 0; (name = dg_host_import_at(i)); i++)
        ck_assert_msg(dg_release_provides(of, name) == !was_refused(name), "%s", name);
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        ck_assert_msg(!dg_release_provides(of, refused[i]), "%s", refused[i]);
}
END_TEST

START_TEST(every_release_can_start_what_is_needed_to_build_a_block)
{
    const dg_release *r;
    for (size_t i = 0; (r = dg_release_at(i)); i++) {
        ck_assert(dg_release_provides(r, "ext_storage_get_version_1"));
        /* those of 2020 cannot start what is enacted today: they are here for how they author */
        ck_assert(dg_release_provides(r, "ext_storage_root_version_2") == (i > 0));
        ck_assert(dg_release_provides(r, "ext_benchmarking_current_time_version_1"));
        ck_assert(!dg_release_provides(r, "ext_storage_get_version_9"));
        ck_assert(dg_release_provides(r, "ext_sandbox_invoke_version_1") == (i == 0));
        ck_assert(!dg_release_provides(r, ""));
        ck_assert_ptr_eq(dg_release_at(i + 1) ? NULL : r,
                         r == dg_release_newest() ? dg_release_newest() : NULL);
    }
}
END_TEST

static const struct {
    const char *name, *crate;
    unsigned dropped;
} elsewhere[] = {
    { "ext_sandbox_invoke_version_1", NULL, 7 },
    { "ext_runtime_tasks_spawn_version_1", NULL, 6 },
    { "ext_storage_get_version_1", NULL, 0 },
    { "ext_pairing_bls12_377_add_version_1", NULL, 0 },
    { "ext_storage_proof_size_storage_proof_size_version_1",
      "cumulus-primitives-proof-size-hostfunction", 0 },
    { "ext_statement_store_submit_statement_version_1", "sp-statement-store", 0 },
};

START_TEST(where_else_a_function_is_or_was_is_told)
{
    const char *crate = dg_release_crate(elsewhere[_i].name);
    ck_assert_uint_eq(dg_release_dropped(elsewhere[_i].name), elsewhere[_i].dropped);
    ck_assert_ptr_eq(crate ? crate : elsewhere[_i].crate, crate);
    if (crate)
        ck_assert_str_eq(crate, elsewhere[_i].crate);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("protocol: host functions");
    TCase *tc = tcase_create("host functions");
    tcase_add_loop_test(tc, a_release_provides_what_a_real_node_did_not_refuse, 0,
                        sizeof asked / sizeof *asked);
    tcase_add_test(tc, every_release_can_start_what_is_needed_to_build_a_block);
    tcase_add_loop_test(tc, where_else_a_function_is_or_was_is_told, 0,
                        sizeof elsewhere / sizeof *elsewhere);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
