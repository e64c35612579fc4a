/* Which types nodes have host functions as: read from the traits of the crates, by what each way to
 * pass a value is in wasm. A node of v1.25.1 was started on code that imports
 * ext_logging_max_level_version_1 and ext_benchmarking_current_time_version_1 as () -> nothing:
 * "incompatible import type .. expected type `(func)`, found type `(func (result i32))`". */
#include "../wasm/writer.h"
#include "host/host_impl.h"

/* Crates sp-io 49.0.0 and frame-benchmarking 50.0.0. */
static const wasm_import crates[] = {
    { "ext_allocator_free_version_1", "i:" },
    { "ext_allocator_malloc_version_1", "i:i" },
    { "ext_crypto_ecdsa_batch_verify_version_1", "ili:i" },
    { "ext_crypto_ecdsa_generate_version_1", "il:i" },
    { "ext_crypto_ecdsa_public_keys_version_1", "i:l" },
    { "ext_crypto_ecdsa_sign_prehashed_version_1", "iii:l" },
    { "ext_crypto_ecdsa_sign_version_1", "iil:l" },
    { "ext_crypto_ecdsa_verify_prehashed_version_1", "iii:i" },
    { "ext_crypto_ecdsa_verify_version_1", "ili:i" },
    { "ext_crypto_ecdsa_verify_version_2", "ili:i" },
    { "ext_crypto_ed25519_batch_verify_version_1", "ili:i" },
    { "ext_crypto_ed25519_generate_version_1", "il:i" },
    { "ext_crypto_ed25519_public_keys_version_1", "i:l" },
    { "ext_crypto_ed25519_sign_version_1", "iil:l" },
    { "ext_crypto_ed25519_verify_version_1", "ili:i" },
    { "ext_crypto_finish_batch_verify_version_1", ":i" },
    { "ext_crypto_secp256k1_ecdsa_recover_compressed_version_1", "ii:l" },
    { "ext_crypto_secp256k1_ecdsa_recover_compressed_version_2", "ii:l" },
    { "ext_crypto_secp256k1_ecdsa_recover_version_1", "ii:l" },
    { "ext_crypto_secp256k1_ecdsa_recover_version_2", "ii:l" },
    { "ext_crypto_sr25519_batch_verify_version_1", "ili:i" },
    { "ext_crypto_sr25519_generate_version_1", "il:i" },
    { "ext_crypto_sr25519_public_keys_version_1", "i:l" },
    { "ext_crypto_sr25519_sign_version_1", "iil:l" },
    { "ext_crypto_sr25519_verify_version_1", "ili:i" },
    { "ext_crypto_sr25519_verify_version_2", "ili:i" },
    { "ext_crypto_start_batch_verify_version_1", ":" },
    { "ext_default_child_storage_clear_prefix_version_1", "ll:" },
    { "ext_default_child_storage_clear_prefix_version_2", "lll:l" },
    { "ext_default_child_storage_clear_prefix_version_3", "llll:l" },
    { "ext_default_child_storage_clear_version_1", "ll:" },
    { "ext_default_child_storage_exists_version_1", "ll:i" },
    { "ext_default_child_storage_get_version_1", "ll:l" },
    { "ext_default_child_storage_next_key_version_1", "ll:l" },
    { "ext_default_child_storage_read_version_1", "llli:l" },
    { "ext_default_child_storage_root_version_1", "l:l" },
    { "ext_default_child_storage_root_version_2", "li:l" },
    { "ext_default_child_storage_set_version_1", "lll:" },
    { "ext_default_child_storage_storage_kill_version_1", "l:" },
    { "ext_default_child_storage_storage_kill_version_2", "ll:i" },
    { "ext_default_child_storage_storage_kill_version_3", "ll:l" },
    { "ext_default_child_storage_storage_kill_version_4", "lll:l" },
    { "ext_hashing_blake2_128_version_1", "l:i" },
    { "ext_hashing_blake2_256_version_1", "l:i" },
    { "ext_hashing_keccak_256_version_1", "l:i" },
    { "ext_hashing_keccak_512_version_1", "l:i" },
    { "ext_hashing_sha2_256_version_1", "l:i" },
    { "ext_hashing_twox_128_version_1", "l:i" },
    { "ext_hashing_twox_256_version_1", "l:i" },
    { "ext_hashing_twox_64_version_1", "l:i" },
    { "ext_logging_log_version_1", "ill:" },
    { "ext_logging_max_level_version_1", ":i" },
    { "ext_misc_print_hex_version_1", "l:" },
    { "ext_misc_print_num_version_1", "l:" },
    { "ext_misc_print_utf8_version_1", "l:" },
    { "ext_misc_runtime_version_version_1", "l:l" },
    { "ext_offchain_http_request_add_header_version_1", "ill:l" },
    { "ext_offchain_http_request_start_version_1", "lll:l" },
    { "ext_offchain_http_request_write_body_version_1", "ill:l" },
    { "ext_offchain_http_response_headers_version_1", "i:l" },
    { "ext_offchain_http_response_read_body_version_1", "ill:l" },
    { "ext_offchain_http_response_wait_version_1", "ll:l" },
    { "ext_offchain_index_clear_version_1", "l:" },
    { "ext_offchain_index_set_version_1", "ll:" },
    { "ext_offchain_is_validator_version_1", ":i" },
    { "ext_offchain_local_storage_clear_version_1", "il:" },
    { "ext_offchain_local_storage_compare_and_set_version_1", "illl:i" },
    { "ext_offchain_local_storage_get_version_1", "il:l" },
    { "ext_offchain_local_storage_set_version_1", "ill:" },
    { "ext_offchain_network_state_version_1", ":l" },
    { "ext_offchain_random_seed_version_1", ":i" },
    { "ext_offchain_set_authorized_nodes_version_1", "li:" },
    { "ext_offchain_sleep_until_version_1", "l:" },
    { "ext_offchain_submit_transaction_version_1", "l:l" },
    { "ext_offchain_timestamp_version_1", ":l" },
    { "ext_panic_handler_abort_on_panic_version_1", "l:" },
    { "ext_storage_append_version_1", "ll:" },
    { "ext_storage_changes_root_version_1", "l:l" },
    { "ext_storage_clear_prefix_version_1", "l:" },
    { "ext_storage_clear_prefix_version_2", "ll:l" },
    { "ext_storage_clear_prefix_version_3", "lll:l" },
    { "ext_storage_clear_version_1", "l:" },
    { "ext_storage_commit_transaction_version_1", ":" },
    { "ext_storage_exists_version_1", "l:i" },
    { "ext_storage_get_version_1", "l:l" },
    { "ext_storage_next_key_version_1", "l:l" },
    { "ext_storage_read_version_1", "lli:l" },
    { "ext_storage_rollback_transaction_version_1", ":" },
    { "ext_storage_root_version_1", ":l" },
    { "ext_storage_root_version_2", "i:l" },
    { "ext_storage_set_version_1", "ll:" },
    { "ext_storage_start_transaction_version_1", ":" },
    { "ext_transaction_index_index_version_1", "iii:" },
    { "ext_transaction_index_renew_version_1", "ii:" },
    { "ext_trie_blake2_256_ordered_root_version_1", "l:i" },
    { "ext_trie_blake2_256_ordered_root_version_2", "li:i" },
    { "ext_trie_blake2_256_root_version_1", "l:i" },
    { "ext_trie_blake2_256_root_version_2", "li:i" },
    { "ext_trie_blake2_256_verify_proof_version_1", "illl:i" },
    { "ext_trie_blake2_256_verify_proof_version_2", "illli:i" },
    { "ext_trie_keccak_256_ordered_root_version_1", "l:i" },
    { "ext_trie_keccak_256_ordered_root_version_2", "li:i" },
    { "ext_trie_keccak_256_root_version_1", "l:i" },
    { "ext_trie_keccak_256_root_version_2", "li:i" },
    { "ext_trie_keccak_256_verify_proof_version_1", "illl:i" },
    { "ext_trie_keccak_256_verify_proof_version_2", "illli:i" },
    { "ext_wasm_tracing_enabled_version_1", "l:i" },
    { "ext_wasm_tracing_enter_span_version_1", "l:l" },
    { "ext_wasm_tracing_event_version_1", "l:" },
    { "ext_wasm_tracing_exit_version_1", "l:" },
    { "ext_benchmarking_add_to_whitelist_version_1", "l:" },
    { "ext_benchmarking_commit_db_version_1", ":" },
    { "ext_benchmarking_current_time_version_1", ":i" },
    { "ext_benchmarking_get_read_and_written_keys_version_1", ":l" },
    { "ext_benchmarking_get_whitelist_version_1", ":l" },
    { "ext_benchmarking_proof_size_version_1", ":l" },
    { "ext_benchmarking_read_write_count_version_1", ":l" },
    { "ext_benchmarking_remove_from_whitelist_version_1", "l:" },
    { "ext_benchmarking_reset_read_write_count_version_1", ":" },
    { "ext_benchmarking_set_whitelist_version_1", "l:" },
    { "ext_benchmarking_wipe_db_version_1", ":" },
};
enum { COUNT = sizeof crates / sizeof *crates };

/* All of them in one module, with a parameter more where `other`. */
static void look(bool other)
{
    static char types[COUNT][24];
    static wasm_import imports[COUNT + 1];
    dg_engine_options options = { .compiler = DG_COMPILER_NONE };
    dg_engine *engine;
    dg_module *m;
    dg_error err;
    dg_buf wasm;
    for (size_t i = 0; i < COUNT; i++) {
        snprintf(types[i], sizeof types[i], "%s%s", other ? "i" : "", crates[i].signature);
        imports[i] = (wasm_import){ crates[i].name, types[i] };
    }
    wasm = wasm_module(&(wasm_spec){ .imports = imports });
    ck_assert_int_eq(dg_engine_new(&engine, &options, &err), DG_OK);
    ck_assert_msg(dg_module_new(&m, engine, dg_buf_bytes(&wasm), &err) == DG_OK, "%s", err.text);
    ck_assert_int_eq(dg_host_link(m, &err), DG_OK);
    for (size_t i = 0; i < COUNT; i++)
        ck_assert_msg((dg_module_import_given_at(m, i) != NULL) == other, "%s",
                      dg_module_import_word(m, i).text);
    dg_module_free(m);
    dg_engine_free(engine);
    dg_buf_clear(&wasm);
}

START_TEST(types_are_those_of_the_crates)
{
    look(false);
    look(true);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("host: types");
    TCase *tc = tcase_create("types");
    tcase_add_test(tc, types_are_those_of_the_crates);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
