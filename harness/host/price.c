/* price.c - what work of the host costs a guest of its deadline.
 *
 * Without it a guest that has 64 KiB hashed again and again would be cut off after days: its own
 * instructions are few. The unit is the fuel that a microsecond of a guest takes, 1000 (room world,
 * DG_CONST_FUEL_PER_US), so a call that may take 200e9 of it ends in minutes, whoever does the
 * work. Prices are rounded measurements of `make bench` (part prices) and are never measured at
 * run: the same call ends at the same point on every machine. Nodes do not count fuel at all, so
 * what blocks and calls take in the model stays the guest's own (dg_call_cost.fuel).
 *
 * A write pays here for what the root does with it later: five nodes above it that are encoded and
 * hashed. */
#include "host/host_impl.h"

/* Signatures: libsodium, libsecp256k1 and our sr25519 take 40 to 60 us each. */
enum { SIGNATURE = 60000 };

const dg_import_price dg_host_prices[] = {
    /* name, or how it begins          call        KiB */
    { "ext_hashing_twox_64_", 100, 150 },
    { "ext_hashing_twox_128_", 150, 300 },
    { "ext_hashing_twox_256_", 200, 600 },
    { "ext_hashing_blake2_", 300, 1200 },
    { "ext_hashing_", 500, 4000 }, /* Keccak, SHA-2 */
    { "ext_crypto_", SIGNATURE, 4000 },
    { "ext_trie_", 3000, 8000 },
    { "ext_storage_set_", 4000, 1500 },
    { "ext_storage_append_", 4000, 1500 },
    { "ext_storage_clear_", 4000, 0 },
    { "ext_storage_root_", 5000, 0 },
    { "ext_storage_", 1000, 100 },
    { "ext_default_child_storage_set_", 5000, 1500 },
    { "ext_default_child_storage_root_", 5000, 0 },
    { "ext_default_child_storage_", 2000, 100 },
    { "ext_storage_child_", 5000, 1500 }, /* before it had that name */
    { "ext_set_", 4000, 1500 },           /* names without numbers, here and below */
    { "ext_get_", 1000, 100 },
    { "ext_clear_", 4000, 0 },
    { "ext_kill_", 4000, 0 },
    { "ext_blake2_", 500, 4000 },
    { "ext_keccak_", 500, 4000 },
    { "ext_twox_", 200, 600 },
    { "ext_ed25519_", SIGNATURE, 4000 },
    { "ext_sr25519_", SIGNATURE, 4000 },
    { "ext_secp256k1_", SIGNATURE, 4000 },
    { "ext_offchain_", 5000, 1000 },
    { "ext_misc_runtime_version_", 50000000, 300000 }, /* baseline code of the blob, and a call */
    { "ext_misc_", 500, 100 },
    { "ext_logging_", 500, 100 },
    { "ext_allocator_", 50, 0 },
    { "ext_malloc", 50, 0 },
    { "ext_free", 50, 0 },
    { "ext_", 500, 1000 },
};
const size_t dg_host_price_count = sizeof dg_host_prices / sizeof dg_host_prices[0];
