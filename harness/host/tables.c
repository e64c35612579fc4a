/* tables.c - all families together. */
#include "host/host_impl.h"

#include <string.h>

static const dg_host_table *const families[] = {
    &dg_host_storage_table,      &dg_host_child_table,       &dg_host_hashing_table,
    &dg_host_trie_table,         &dg_host_crypto_table,      &dg_host_keys_table,
    &dg_host_misc_table,         &dg_host_offchain_table,    &dg_host_legacy_table,
    &dg_host_legacy_child_table, &dg_host_legacy_misc_table, &dg_host_benchmarking_table,
};
enum { FAMILIES = sizeof families / sizeof families[0] };

dg_code dg_host_link(dg_module *module, dg_error *err)
{
    const dg_import *rows[FAMILIES];
    size_t counts[FAMILIES];
    dg_code rc;
    for (size_t i = 0; i < FAMILIES; i++) {
        rows[i] = families[i]->rows;
        counts[i] = families[i]->count;
    }
    rc = dg_module_link(module, rows, counts, FAMILIES, err);
    if (rc == DG_OK)
        dg_module_price(module, dg_host_prices, dg_host_price_count);
    return rc;
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
