/* cmd_snapshot_amend.c - doppel snapshot amend: a state with values of the user's own. */
#include "cli/cli_impl.h"

#include <string.h>

static const dg_option options[] = {
    { "overrides", 0, DG_OPT_TEXT, "FILE",
      "JSON of zombie-bite: overrides and injects, hex keys to hex values; null removes a key; or "
      "a chopsticks .yml: its wasm-override and import-storage" },
};

/* Of the runtime that it has now, which may be one of the overrides. */
static dg_code describe(dg_snapshot_info *info, dg_state *state, dg_engine *engine, dg_error *err)
{
    dg_bytes code;
    dg_code rc = dg_state_get(state, &code, dg_bytes_of(NULL, 0), dg_text(":code"), err);
    if (rc == DG_ABSENT)
        return DG_OK;
    return rc < 0 ? rc : dg_runtime_describe(engine, info, code, err);
}

static dg_code amend(const dg_args *args, size_t *count, dg_error *err)
{
    dg_engine *engine = NULL;
    dg_source from = { NULL };
    dg_state *state = NULL;
    dg_snapshot_info info;
    dg_code rc;
    if ((rc = dg_snapshot_try(args->positional[1], false, err)) >= 0
        && (rc = dg_cli_engine(&engine, err)) >= 0
        && (rc = dg_cli_source(&from, engine, args->positional[0], err)) >= 0
        && (rc = dg_state_open(&state, from.snapshot, err)) >= 0
        && (rc = dg_source_override_file(state, count, args->text[0], engine, err)) >= 0) {
        info = *dg_snapshot_info_of(from.snapshot);
        snprintf(info.source_kind, sizeof info.source_kind, "state");
        if ((rc = describe(&info, state, engine, err)) >= 0)
            /* the header of the block is one of another state now */
            rc = dg_state_save(state, args->positional[1], &info, dg_bytes_of(NULL, 0), err);
    }
    dg_state_free(state);
    dg_source_close(&from);
    dg_engine_free(engine);
    return rc;
}

static int run(const dg_args *args)
{
    dg_error err;
    size_t count = 0;
    if (!args->text[0]) {
        dg_fail(&err, DG_USAGE, "snapshot amend needs --overrides FILE");
        return dg_cli_exit_with(&err);
    }
    if (amend(args, &count, &err) < 0)
        return dg_cli_exit_with(&err);
    if (args->json)
        return dg_cli_print_json(
            json_pack("{s:s, s:I}", "path", args->positional[1], "entries", (json_int_t)count));
    printf("%s  %zu entries put\n", args->positional[1], count);
    return DG_EXIT_HELD;
}

const dg_command dg_cmd_snapshot_amend = {
    "snapshot amend",
    "SNAPSHOT OUT --overrides FILE",
    "Put values of your own into a state",
    "OUT is a new snapshot; it keeps the number and hash of the block, and not its header, which "
    "is of another\nstate.",
    2,
    2,
    options,
    1,
    run,
    NULL,
};
