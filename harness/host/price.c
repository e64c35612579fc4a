/* price.c - what work of the host costs a guest of its deadline.
 *
 * Without it a guest that has 64 KiB hashed again and again would be cut off after days: its own
 * instructions are few. The unit is that of the model, 1000 fuel a microsecond (room world,
 * DG_CONST_FUEL_PER_US), so a call that may take 200e9 of it ends in minutes, whoever does the
 * work; a tight loop of wasm is four to five times as quick as that.
 *
 * Prices are what `make bench BENCH_ARGS=prices` measured, rounded: a guest of one loop around one
 * host function, processor time, on two virtual cores of an x86-64 server (December 2026, release
 * build, optimised code). A state of 50,000 keys in memory; what one on disk takes more to be read
 * is not in it. It prints what is charged beside what was measured and marks what is off by more
 * than 3. They are never measured at run: the same call ends at the same point on every machine.
 * Nodes do not count fuel at all, so what blocks and calls take in the model stays the guest's own
 * (dg_call_cost.fuel).
 *
 * A write pays here for what the root does with it later, each time: one of the same key again
 * is dearer than it is. Not measured, but set by their likes: names without numbers, signing and
 * keys, offchain requests. What is done by the key, by the item of a list or by the KiB of code
 * is charged as it is done: DG_HOST_PRICE_REMOVED and its like. */
#include "host/host_impl.h"

const dg_import_price dg_host_prices[] = {
    /* name, or how it begins; of several rows the first counts. call, KiB */
    { "ext_hashing_twox_64_", 60, 100 },
    { "ext_hashing_twox_128_", 80, 200 },
    { "ext_hashing_twox_256_", 120, 400 },
    { "ext_hashing_blake2_", 250, 1000 },
    { "ext_hashing_sha2_", 300, 4500 },
    { "ext_hashing_keccak_512_", 650, 6500 },
    { "ext_hashing_", 650, 4500 },
    { "ext_crypto_sr25519_", 120000, 6000 },
    { "ext_crypto_", 50000, 1500 },
    { "ext_trie_blake2_256_verify_proof_", 3000, 1500 },
    { "ext_trie_", 400, 1000 },
    { "ext_storage_set_", 1500, 1500 },
    { "ext_storage_append_", 1000, 1500 },
    { "ext_storage_clear_prefix_", 500, 0 },
    { "ext_storage_clear_", 800, 0 },
    { "ext_storage_root", 150, 0 },
    { "ext_storage_child_set_", 2500, 1500 }, /* children, before they had the name below */
    { "ext_storage_child_", 1000, 20 },
    { "ext_storage_blake2_", 400, 1000 }, /* .. and roots of lists */
    { "ext_storage_", 700, 20 },
    { "ext_default_child_storage_set_", 2500, 1500 },
    { "ext_default_child_storage_root_", 150, 0 },
    { "ext_default_child_storage_", 800, 20 },
    { "ext_set_", 2500, 1500 }, /* names without numbers, here and below; some are of children */
    { "ext_get_", 800, 20 },
    { "ext_exists_", 800, 20 },
    { "ext_clear_", 1000, 0 },
    { "ext_kill_", 1000, 0 },
    { "ext_child_storage_root", 150, 0 },
    { "ext_blake2_256_enumerated_trie_root", 400, 700000 }, /* counts items, not bytes */
    { "ext_blake2_", 250, 1000 },
    { "ext_keccak_", 650, 4500 },
    { "ext_twox_", 120, 400 },
    { "ext_sr25519_", 120000, 6000 },
    { "ext_ed25519_", 50000, 1500 },
    { "ext_secp256k1_", 50000, 1500 },
    { "ext_offchain_local_storage_", 3000, 1000 },
    { "ext_offchain_", 100, 100 },
    { "ext_misc_runtime_version_", 5000, 1500 },
    { "ext_misc_", 100, 100 },
    { "ext_logging_", 25, 0 },
    { "ext_wasm_tracing_", 20, 0 },
    { "ext_allocator_", 20, 0 },
    { "ext_malloc", 20, 0 },
    { "ext_free", 20, 0 },
    { "ext_", 500, 1000 },
};
const size_t dg_host_price_count = sizeof dg_host_prices / sizeof dg_host_prices[0];
