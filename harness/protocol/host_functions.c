/* host_functions.c - what the node of each release provides to a runtime. A node binds all
 * imports of a runtime before the first call, so one that it lacks is enough: it makes no instance,
 * though nothing may ever call the function.
 *
 * Sources: trait by trait, the crates sp-io 2.0.1 to 49.0.0 and frame-benchmarking 22.0.0, 32.0.0
 * and 50.0.0, which are what polkadot-service 1.0.0 to 42.0.0 gives its executor (FullClient);
 * which node has which, from the lock files of the crates polkadot 1.0.0 to 41.0.0. Functions of
 * BLS and Bandersnatch stand behind features that no release turns on. Types are those of the
 * tables of room host, whose first row of a name is as sp-io 49.0.0 and frame-benchmarking 50.0.0
 * have it. Two real nodes agree row
 * by row: v1.25.1 (crate polkadot 41.0.0), v1.10.0 (without benchmarking, as it was built). What
 * RFC-145 adds is in no crate yet. Of Kagome nothing is known here. */
#include "protocol/release_impl.h"

#include <assert.h>
#include <string.h>

/* ---- functions by crate ---- */

typedef enum crate { SP_IO, BENCH /* frame-benchmarking */ } crate;
/* Major versions: the first crate that has it (the one before, looked at too, does not; 2, of 2020,
 * is the oldest that was looked at), and the last one; 0: the newest still has it. */
typedef struct row {
    const char *name;
    crate of;
    uint16_t first, last;
} row;

static const row rows[] = {
    { "ext_allocator_free_version_1", SP_IO, 2, 0 },
    { "ext_allocator_malloc_version_1", SP_IO, 2, 0 },
    { "ext_crypto_ecdsa_batch_verify_version_1", SP_IO, 2, 0 },
    { "ext_crypto_ecdsa_generate_version_1", SP_IO, 2, 0 },
    { "ext_crypto_ecdsa_public_keys_version_1", SP_IO, 2, 0 },
    { "ext_crypto_ecdsa_sign_prehashed_version_1", SP_IO, 5, 0 },
    { "ext_crypto_ecdsa_sign_version_1", SP_IO, 2, 0 },
    { "ext_crypto_ecdsa_verify_prehashed_version_1", SP_IO, 5, 0 },
    { "ext_crypto_ecdsa_verify_version_1", SP_IO, 2, 0 },
    { "ext_crypto_ecdsa_verify_version_2", SP_IO, 4, 0 },
    { "ext_crypto_ed25519_batch_verify_version_1", SP_IO, 2, 0 },
    { "ext_crypto_ed25519_generate_version_1", SP_IO, 2, 0 },
    { "ext_crypto_ed25519_public_keys_version_1", SP_IO, 2, 0 },
    { "ext_crypto_ed25519_sign_version_1", SP_IO, 2, 0 },
    { "ext_crypto_ed25519_verify_version_1", SP_IO, 2, 0 },
    { "ext_crypto_finish_batch_verify_version_1", SP_IO, 2, 0 },
    { "ext_crypto_secp256k1_ecdsa_recover_compressed_version_1", SP_IO, 2, 0 },
    { "ext_crypto_secp256k1_ecdsa_recover_compressed_version_2", SP_IO, 4, 0 },
    { "ext_crypto_secp256k1_ecdsa_recover_version_1", SP_IO, 2, 0 },
    { "ext_crypto_secp256k1_ecdsa_recover_version_2", SP_IO, 4, 0 },
    { "ext_crypto_sr25519_batch_verify_version_1", SP_IO, 2, 0 },
    { "ext_crypto_sr25519_generate_version_1", SP_IO, 2, 0 },
    { "ext_crypto_sr25519_public_keys_version_1", SP_IO, 2, 0 },
    { "ext_crypto_sr25519_sign_version_1", SP_IO, 2, 0 },
    { "ext_crypto_sr25519_verify_version_1", SP_IO, 2, 0 },
    { "ext_crypto_sr25519_verify_version_2", SP_IO, 2, 0 },
    { "ext_crypto_start_batch_verify_version_1", SP_IO, 2, 0 },
    { "ext_default_child_storage_clear_prefix_version_1", SP_IO, 2, 0 },
    { "ext_default_child_storage_clear_prefix_version_2", SP_IO, 4, 0 },
    { "ext_default_child_storage_clear_prefix_version_3", SP_IO, 7, 0 },
    { "ext_default_child_storage_clear_version_1", SP_IO, 2, 0 },
    { "ext_default_child_storage_exists_version_1", SP_IO, 2, 0 },
    { "ext_default_child_storage_get_version_1", SP_IO, 2, 0 },
    { "ext_default_child_storage_next_key_version_1", SP_IO, 2, 0 },
    { "ext_default_child_storage_read_version_1", SP_IO, 2, 0 },
    { "ext_default_child_storage_root_version_1", SP_IO, 2, 0 },
    { "ext_default_child_storage_root_version_2", SP_IO, 5, 0 },
    { "ext_default_child_storage_set_version_1", SP_IO, 2, 0 },
    { "ext_default_child_storage_storage_kill_version_1", SP_IO, 2, 0 },
    { "ext_default_child_storage_storage_kill_version_2", SP_IO, 3, 0 },
    { "ext_default_child_storage_storage_kill_version_3", SP_IO, 4, 0 },
    { "ext_default_child_storage_storage_kill_version_4", SP_IO, 7, 0 },
    { "ext_hashing_blake2_128_version_1", SP_IO, 2, 0 },
    { "ext_hashing_blake2_256_version_1", SP_IO, 2, 0 },
    { "ext_hashing_keccak_256_version_1", SP_IO, 2, 0 },
    { "ext_hashing_keccak_512_version_1", SP_IO, 3, 0 },
    { "ext_hashing_sha2_256_version_1", SP_IO, 2, 0 },
    { "ext_hashing_twox_128_version_1", SP_IO, 2, 0 },
    { "ext_hashing_twox_256_version_1", SP_IO, 2, 0 },
    { "ext_hashing_twox_64_version_1", SP_IO, 2, 0 },
    { "ext_logging_log_version_1", SP_IO, 2, 0 },
    { "ext_logging_max_level_version_1", SP_IO, 4, 0 },
    { "ext_misc_chain_id_version_1", SP_IO, 2, 2 },
    { "ext_misc_print_hex_version_1", SP_IO, 2, 0 },
    { "ext_misc_print_num_version_1", SP_IO, 2, 0 },
    { "ext_misc_print_utf8_version_1", SP_IO, 2, 0 },
    { "ext_misc_runtime_version_version_1", SP_IO, 2, 0 },
    { "ext_offchain_http_request_add_header_version_1", SP_IO, 2, 0 },
    { "ext_offchain_http_request_start_version_1", SP_IO, 2, 0 },
    { "ext_offchain_http_request_write_body_version_1", SP_IO, 2, 0 },
    { "ext_offchain_http_response_headers_version_1", SP_IO, 2, 0 },
    { "ext_offchain_http_response_read_body_version_1", SP_IO, 2, 0 },
    { "ext_offchain_http_response_wait_version_1", SP_IO, 2, 0 },
    { "ext_offchain_index_clear_version_1", SP_IO, 2, 0 },
    { "ext_offchain_index_set_version_1", SP_IO, 2, 0 },
    { "ext_offchain_is_validator_version_1", SP_IO, 2, 0 },
    { "ext_offchain_local_storage_clear_version_1", SP_IO, 2, 0 },
    { "ext_offchain_local_storage_compare_and_set_version_1", SP_IO, 2, 0 },
    { "ext_offchain_local_storage_get_version_1", SP_IO, 2, 0 },
    { "ext_offchain_local_storage_set_version_1", SP_IO, 2, 0 },
    { "ext_offchain_network_state_version_1", SP_IO, 2, 0 },
    { "ext_offchain_random_seed_version_1", SP_IO, 2, 0 },
    { "ext_offchain_set_authorized_nodes_version_1", SP_IO, 2, 0 },
    { "ext_offchain_sleep_until_version_1", SP_IO, 2, 0 },
    { "ext_offchain_submit_transaction_version_1", SP_IO, 2, 0 },
    { "ext_offchain_timestamp_version_1", SP_IO, 2, 0 },
    { "ext_panic_handler_abort_on_panic_version_1", SP_IO, 6, 0 },
    { "ext_runtime_tasks_join_version_1", SP_IO, 3, 6 },
    { "ext_runtime_tasks_spawn_version_1", SP_IO, 3, 6 },
    { "ext_sandbox_get_global_val_version_1", SP_IO, 2, 7 },
    { "ext_sandbox_instance_teardown_version_1", SP_IO, 2, 7 },
    { "ext_sandbox_instantiate_version_1", SP_IO, 2, 7 },
    { "ext_sandbox_invoke_version_1", SP_IO, 2, 7 },
    { "ext_sandbox_memory_get_version_1", SP_IO, 2, 7 },
    { "ext_sandbox_memory_new_version_1", SP_IO, 2, 7 },
    { "ext_sandbox_memory_set_version_1", SP_IO, 2, 7 },
    { "ext_sandbox_memory_teardown_version_1", SP_IO, 2, 7 },
    { "ext_storage_append_version_1", SP_IO, 2, 0 },
    { "ext_storage_changes_root_version_1", SP_IO, 2, 0 },
    { "ext_storage_clear_prefix_version_1", SP_IO, 2, 0 },
    { "ext_storage_clear_prefix_version_2", SP_IO, 4, 0 },
    { "ext_storage_clear_prefix_version_3", SP_IO, 7, 0 },
    { "ext_storage_clear_version_1", SP_IO, 2, 0 },
    { "ext_storage_commit_transaction_version_1", SP_IO, 2, 0 },
    { "ext_storage_exists_version_1", SP_IO, 2, 0 },
    { "ext_storage_get_version_1", SP_IO, 2, 0 },
    { "ext_storage_next_key_version_1", SP_IO, 2, 0 },
    { "ext_storage_read_version_1", SP_IO, 2, 0 },
    { "ext_storage_rollback_transaction_version_1", SP_IO, 2, 0 },
    { "ext_storage_root_version_1", SP_IO, 2, 0 },
    { "ext_storage_root_version_2", SP_IO, 5, 0 },
    { "ext_storage_set_version_1", SP_IO, 2, 0 },
    { "ext_storage_start_transaction_version_1", SP_IO, 2, 0 },
    { "ext_transaction_index_index_version_1", SP_IO, 4, 0 },
    { "ext_transaction_index_renew_version_1", SP_IO, 4, 0 },
    { "ext_trie_blake2_256_ordered_root_version_1", SP_IO, 2, 0 },
    { "ext_trie_blake2_256_ordered_root_version_2", SP_IO, 5, 0 },
    { "ext_trie_blake2_256_root_version_1", SP_IO, 2, 0 },
    { "ext_trie_blake2_256_root_version_2", SP_IO, 5, 0 },
    { "ext_trie_blake2_256_verify_proof_version_1", SP_IO, 4, 0 },
    { "ext_trie_blake2_256_verify_proof_version_2", SP_IO, 5, 0 },
    { "ext_trie_keccak_256_ordered_root_version_1", SP_IO, 2, 0 },
    { "ext_trie_keccak_256_ordered_root_version_2", SP_IO, 5, 0 },
    { "ext_trie_keccak_256_root_version_1", SP_IO, 2, 0 },
    { "ext_trie_keccak_256_root_version_2", SP_IO, 5, 0 },
    { "ext_trie_keccak_256_verify_proof_version_1", SP_IO, 4, 0 },
    { "ext_trie_keccak_256_verify_proof_version_2", SP_IO, 5, 0 },
    { "ext_wasm_tracing_enabled_version_1", SP_IO, 2, 0 },
    { "ext_wasm_tracing_enter_span_version_1", SP_IO, 2, 0 },
    { "ext_wasm_tracing_event_version_1", SP_IO, 2, 0 },
    { "ext_wasm_tracing_exit_version_1", SP_IO, 2, 0 },
    { "ext_benchmarking_add_to_whitelist_version_1", BENCH, 0, 0 },
    { "ext_benchmarking_commit_db_version_1", BENCH, 0, 0 },
    { "ext_benchmarking_current_time_version_1", BENCH, 0, 0 },
    { "ext_benchmarking_get_read_and_written_keys_version_1", BENCH, 0, 0 },
    { "ext_benchmarking_get_whitelist_version_1", BENCH, 0, 0 },
    { "ext_benchmarking_proof_size_version_1", BENCH, 0, 0 },
    { "ext_benchmarking_read_write_count_version_1", BENCH, 0, 0 },
    { "ext_benchmarking_remove_from_whitelist_version_1", BENCH, 0, 0 },
    { "ext_benchmarking_reset_read_write_count_version_1", BENCH, 0, 0 },
    { "ext_benchmarking_set_whitelist_version_1", BENCH, 0, 0 },
    { "ext_benchmarking_wipe_db_version_1", BENCH, 0, 0 },
};

/* ---- crates by release ---- */

/* v0.9.43 came in the month of sp-io 23; the crate of v1.5 is the one that was published with it.
 */
static const uint16_t sp_io[RELEASES] = {
    [V0_7] = 2,   [V0_9] = 23,  [V1_0] = 24,  [V1_1] = 25,  [V1_2] = 26,  [V1_3] = 27,
    [V1_4] = 28,  [V1_5] = 29,  [V1_6] = 30,  [V1_7] = 31,  [V1_8] = 32,  [V1_9] = 33,
    [V1_10] = 34, [V1_11] = 35, [V1_12] = 36, [V1_13] = 37, [V1_14] = 37, [V1_15] = 38,
    [V1_16] = 38, [V1_17] = 39, [V1_18] = 40, [V1_19] = 41, [V1_20] = 43, [V1_21] = 44,
    [V1_22] = 45, [V1_24] = 48, [V1_25] = 49
};

static uint16_t sp_io_of(const dg_release *of)
{
    size_t i = (size_t)(of - dg_release_table);
    assert(i < RELEASES && sp_io[i]); /* a new release needs its crate above */
    return sp_io[i];
}

static const row *row_of(const char *import)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcmp(rows[i].name, import) == 0)
            return &rows[i];
    return NULL;
}

bool dg_release_provides(const dg_release *of, const char *import)
{
    const row *r = row_of(import);
    uint16_t has = sp_io_of(of);
    return r && (r->of == BENCH || (r->first <= has && (!r->last || has <= r->last)));
}

const dg_release *dg_release_newest(void)
{
    return &dg_release_table[RELEASES - 1];
}

const char *dg_release_crate(const char *import)
{
    static const struct {
        const char *begins, *crate;
    } beside[] = {
        { "ext_storage_proof_size_", "cumulus-primitives-proof-size-hostfunction" },
        { "ext_statement_store_", "sp-statement-store" },
        { "ext_host_calls_", "sp-crypto-ec-utils" },
        { "ext_elliptic_curves_", "sp-crypto-ec-utils" },
    };
    for (size_t i = 0; i < sizeof beside / sizeof *beside; i++)
        if (strncmp(import, beside[i].begins, strlen(beside[i].begins)) == 0)
            return beside[i].crate;
    return NULL;
}

unsigned dg_release_dropped(const char *import)
{
    const row *r = row_of(import);
    return r ? r->last : 0;
}

bool dg_release_is_relay(const dg_version *of)
{
    return dg_version_api(of, "ParachainHost") != 0;
}

bool dg_release_none_has(const dg_runtime *runtime, size_t i)
{
    const dg_module *module = dg_runtime_module(runtime);
    const char *name = dg_module_import_at(module, i);
    assert(name);
    if (dg_release_provides(dg_release_newest(), name))
        return dg_module_import_given_at(module, i) != NULL;
    return !dg_release_crate(name) || dg_release_is_relay(dg_runtime_version(runtime));
}
