/* tables.c - all families together. */
#include "host/host_impl.h"

#include <string.h>

static const dg_host_table *const families[] = {
    &dg_host_storage_table,      &dg_host_child_table,       &dg_host_hashing_table,
    &dg_host_trie_table,         &dg_host_crypto_table,      &dg_host_keys_table,
    &dg_host_misc_table,         &dg_host_offchain_table,    &dg_host_legacy_table,
    &dg_host_legacy_child_table, &dg_host_legacy_misc_table,
};
enum { FAMILIES = sizeof families / sizeof families[0] };

dg_code dg_host_link(dg_module *module, dg_error *err)
{
    const dg_import *rows[FAMILIES];
    size_t counts[FAMILIES];
    for (size_t i = 0; i < FAMILIES; i++) {
        rows[i] = families[i]->rows;
        counts[i] = families[i]->count;
    }
    return dg_module_link(module, rows, counts, FAMILIES, err);
}

const char *dg_host_import_at(size_t i)
{
    for (size_t f = 0; f < FAMILIES; f++) {
        if (i < families[f]->count)
            return families[f]->rows[i].name;
        i -= families[f]->count;
    }
    return NULL;
}

bool dg_host_provides(const char *import)
{
    const char *name;
    for (size_t i = 0; (name = dg_host_import_at(i)); i++)
        if (strcmp(name, import) == 0)
            return true;
    return false;
}

/* ---- what nodes provide ---- */

/* RFC-145: the runtime brings its own heap and buffers. On the main branch of polkadot-sdk, in no
 * release: the node of crate polkadot 41.0.0 (v1.25) makes no instance of a runtime that imports
 * eight of them. That it lacks the others too is inferred, they came together. `*`: any text.
 * All else that is provided here is in sp-io since v0.9.43 or longer (inferred for single rows
 * from runtimes of that time, which import them). */
static const char *const unreleased[] = {
    "ext_input_read_version_1",
    "ext_storage_read_version_2",
    "ext_storage_next_key_version_2",
    "ext_storage_clear_prefix_version_4",
    "ext_storage_root_version_3",
    "ext_default_child_storage_read_version_2",
    "ext_default_child_storage_next_key_version_2",
    "ext_default_child_storage_storage_kill_version_5",
    "ext_default_child_storage_clear_prefix_version_4",
    "ext_default_child_storage_root_version_3",
    "ext_trie_*_version_3",
    "ext_hashing_*_version_2",
    "ext_crypto_*_generate_version_2",
    "ext_crypto_*_public_keys_version_2",
    "ext_crypto_*_sign_version_2",
    "ext_crypto_*_sign_prehashed_version_2",
    "ext_crypto_secp256k1_*_version_3",
    "ext_misc_runtime_version_version_2",
    "ext_misc_last_cursor_version_1",
    "ext_offchain_submit_transaction_version_2",
    "ext_offchain_random_seed_version_2",
};

static bool fits(const char *pattern, const char *name)
{
    size_t head = strcspn(pattern, "*"), tail, len = strlen(name);
    if (!pattern[head])
        return strcmp(pattern, name) == 0;
    tail = strlen(pattern + head + 1);
    return len >= head + tail && strncmp(pattern, name, head) == 0
           && strcmp(name + len - tail, pattern + head + 1) == 0;
}

bool dg_host_released(const char *import)
{
    for (size_t i = 0; i < sizeof unreleased / sizeof *unreleased; i++)
        if (fits(unreleased[i], import))
            return false;
    return dg_host_provides(import);
}

const char *dg_host_lacks(const dg_module *module, size_t i)
{
    const char *name;
    for (size_t at = 0; (name = dg_module_import_at(module, at)); at++)
        if (!dg_host_released(name) && i-- == 0)
            return name;
    return NULL;
}
