/* cmd_snapshot_update.c - doppel snapshot update: a newer state, as what it adds to an older one.
 */
#include "cli/cli_impl.h"

static const dg_option options[] = {
    { "from", 0, DG_OPT_TEXT, "URL|SPEC|SNAP",
      "the newer state: a live chain (URL#BLOCK; without it the last final block), of which only "
      "what OLD lacks is fetched, or a file as snapshot create takes" },
    { "replace", 0, DG_OPT_FLAG, NULL, "replace an existing snapshot; OUT may be OLD" },
};
enum { FROM, REPLACE };

static dg_code update(const dg_args *args, dg_engine *engine, dg_error *err)
{
    dg_snapshot *old = NULL;
    dg_source newer = { 0 };
    dg_source_options how = { .engine = engine, .cache_dir = dg_cli_cache() };
    dg_code rc = dg_snapshot_open(&old, args->positional[0], err);
    how.over = old;
    if (rc >= 0
        && (rc = dg_snapshot_try(args->positional[1], args->text[REPLACE] != NULL, err)) >= 0
        && (rc = dg_source_open(&newer, args->text[FROM], &how, err)) >= 0)
        rc = dg_snapshot_keep_over(args->positional[1], args->text[REPLACE] != NULL, newer.snapshot,
                                   old, err);
    dg_source_close(&newer);
    dg_snapshot_close(old);
    return rc;
}

static int run(const dg_args *args)
{
    dg_engine *engine = NULL;
    dg_error err;
    int exit_code;
    if (!args->text[FROM]) {
        dg_fail(&err, DG_USAGE, "snapshot update needs --from URL, --from SPEC or --from SNAP");
        return dg_cli_exit_with(&err);
    }
    if (dg_cli_engine(&engine, &err) < 0 || update(args, engine, &err) < 0)
        exit_code = dg_cli_exit_with(&err);
    else
        exit_code = dg_cli_print_snapshot(args, args->positional[1]);
    dg_engine_free(engine);
    return exit_code;
}

const dg_command dg_cmd_snapshot_update = {
    "snapshot update",
    "OLD --from URL|SPEC|SNAP OUT",
    "Keep a newer state of a chain beside an older one",
    "Only what OLD does not hold is written to OUT. The rest is shared on disk, where both are on "
    "one filesystem:\neither may be removed, and the other stays whole.",
    2,
    2,
    options,
    sizeof options / sizeof options[0],
    run,
    NULL,
};
