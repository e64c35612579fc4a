/* chain_now.c - a chain at its newest block: its slots, its sessions, the share that stays empty.
 */
#include "cli/cli_impl.h"

#include <stdlib.h>

/* Since its first slot; a genesis has left nothing empty yet. */
static void measure(dg_cli_chain *now, dg_chain *chain, dg_block *root)
{
    dg_bytes value;
    uint64_t first;
    dg_scale s;
    if (!now->block
        || dg_chain_storage(chain, root, &value, "Babe", "GenesisSlot", NULL, NULL) != DG_OK)
        return;
    s = dg_scale_from(value);
    first = dg_scale_u64(&s);
    if (s.rc < 0 || now->clock.slot < first || now->clock.slot - first + 1 < now->block)
        return;
    now->miss = 1 - (double)now->block / (double)(now->clock.slot - first + 1);
    now->measured = true;
}

dg_code dg_cli_chain_look(dg_cli_chain *now, const char *path, dg_error *err)
{
    dg_engine *engine = NULL;
    dg_source source = { 0 };
    dg_chain *chain = NULL;
    dg_block *root;
    dg_runtime *runtime;
    dg_code rc = dg_cli_engine(&engine, err);
    if (rc >= 0 && (rc = dg_cli_source(&source, engine, path, err)) >= 0) {
        dg_chain_options how = { .engine = engine };
        rc = dg_chain_open(&chain, source.snapshot, &how, err);
    }
    if (rc >= 0) {
        root = dg_chain_root(chain);
        now->block = dg_block_number(root);
        if ((rc = dg_chain_clock(chain, root, &now->clock, err)) == DG_ABSENT)
            rc = dg_fail(err, DG_UNSUPPORTED, "%s: the runtime has no BABE, so no slots to count",
                         path);
        if (rc >= 0 && (rc = dg_block_runtime(chain, root, &runtime, err)) >= 0) {
            snprintf(now->name, sizeof now->name, "%s %u", dg_runtime_version(runtime)->spec_name,
                     dg_runtime_version(runtime)->spec_version);
            measure(now, chain, root);
        }
    }
    dg_chain_close(chain);
    dg_source_close(&source);
    dg_engine_free(engine);
    return rc;
}

dg_code dg_cli_chain_miss(dg_cli_chain *now, const char *text, dg_error *err)
{
    char *end;
    double share;
    if (!text)
        return DG_OK;
    share = strtod(text, &end);
    if (!((text[0] >= '0' && text[0] <= '9') || text[0] == '.') || *end || !(share >= 0)
        || !(share < 1))
        return dg_fail(err, DG_USAGE,
                       "--miss-rate %.40s is no share: write 0.02 for two in a hundred", text);
    now->miss = share;
    now->measured = false;
    return DG_OK;
}
