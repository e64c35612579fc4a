/* cmd_merge.c - doppel merge: the shards of a sweep, in one file. */
#include "cli/cli_impl.h"
#include "sweep/sweep.h"

static const dg_option options[] = {
    { "out", 'o', DG_OPT_TEXT, "FILE", "where they go (out/sweep.json)" },
    { "color", 0, DG_OPT_FLAG, NULL, "use colours even if the output is not a terminal" },
    { "width", 0, DG_OPT_NUMBER, "COLUMNS",
      "wrap lines at this column (the terminal's, else 100)" },
};

static int deliver(const json_t *document, const dg_args *args)
{
    const char *out = args->text[0] ? args->text[0] : "out/sweep.json";
    dg_error err;
    if (dg_cli_folder_for(out, &err) < 0 || dg_cli_write_json(document, out, &err) < 0
        || dg_cli_print_page(stdout, document, DG_CLI_PAGE_SWEEP, args, args->number[2],
                             args->text[1] != NULL, &err)
               < 0)
        return dg_cli_exit_with(&err);
    return dg_sweep_exit(document);
}

static int run(const dg_args *args)
{
    json_t *documents[DG_POSITIONALS_MAX] = { NULL }, *merged = NULL;
    dg_error err;
    int exit_code;
    dg_code rc = DG_OK;
    for (size_t i = 0; i < args->positional_count && rc >= 0; i++)
        rc = dg_sweep_load(&documents[i], args->positional[i], &err);
    if (rc >= 0)
        rc = dg_sweep_merge(&merged, (const json_t *const *)documents, args->positional,
                            args->positional_count, &err);
    exit_code = rc < 0 ? dg_cli_exit_with(&err) : deliver(merged, args);
    for (size_t i = 0; i < args->positional_count; i++)
        json_decref(documents[i]);
    json_decref(merged);
    return exit_code;
}

const dg_command dg_cmd_merge = {
    "merge",
    "SWEEP...",
    "Put the shards of a sweep together",
    "Each SWEEP is what doppel sweep --shard wrote. The file is, byte for byte, that of the "
    "unsplit "
    "sweep.",
    1,
    DG_POSITIONALS_MAX,
    options,
    sizeof options / sizeof options[0],
    run,
    NULL,
};
