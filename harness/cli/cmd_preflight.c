/* cmd_preflight.c - doppel preflight: a verdict on N without a block. */
#include "chain/chain.h"
#include "cli/cli_impl.h"
#include "preflight/preflight.h"

static const dg_option options[] = {
    { "from", 0, DG_OPT_TEXT, "SNAPSHOT", "the state N would meet: snapshot, spec or .snap" },
    { "to", 0, DG_OPT_TEXT, "RUNTIME", "N" },
    { "runtime", 0, DG_OPT_TEXT, "BLOB", "N-1, where it is not the snapshot's own :code" },
};

/* N-1: the blob given, or what the state holds. */
static dg_code old_runtime(dg_runtime **out, dg_engine *engine, dg_snapshot *snapshot, const char *blob, dg_error *err)
{
    dg_state *state = NULL;
    dg_bytes code;
    dg_code rc;
    if (blob)
        return dg_cli_runtime(out, engine, blob, err);
    if ((rc = dg_state_open(&state, snapshot, err)) < 0)
        return rc;
    rc = dg_state_get(state, &code, dg_bytes_of(NULL, 0), dg_text(":code"), err);
    if (rc == DG_ABSENT)
        rc = dg_fail(err, DG_MALFORMED, "the snapshot holds no :code; give --runtime BLOB");
    else if (rc == DG_OK)
        rc = dg_runtime_new(out, engine, code, err);
    dg_state_free(state);
    return rc;
}

static int print(const dg_args *args, json_t *preflight)
{
    int exit_code = dg_preflight_failed(preflight) ? DG_EXIT_BROKE : DG_EXIT_HELD;
    dg_buf text;
    if (args->json) {
        int printed = dg_print_json(preflight);
        return printed ? printed : exit_code;
    }
    dg_buf_init(&text, 16 << 20);
    dg_preflight_text(&text, preflight);
    fputs(dg_buf_text(&text), stdout);
    dg_buf_clear(&text);
    json_decref(preflight);
    return exit_code;
}

static int run(const dg_args *args)
{
    dg_preflight_input in = { 0 };
    dg_source opened = { 0 };
    json_t *preflight = NULL;
    dg_error err;
    int exit_code;
    if (!args->text[0] || !args->text[1]) {
        dg_fail(&err, DG_USAGE, "preflight wants --from SNAPSHOT and --to RUNTIME");
        return dg_exit_with(&err);
    }
    if (dg_cli_engine(&in.engine, &err) < 0 || dg_cli_source(&opened, in.engine, args->text[0], &err) < 0
        || old_runtime(&in.from, in.engine, opened.snapshot, args->text[2], &err) < 0
        || dg_cli_runtime(&in.to, in.engine, args->text[1], &err) < 0) {
        exit_code = dg_exit_with(&err);
        goto out;
    }
    in.snapshot = opened.snapshot;
    exit_code = dg_preflight(&preflight, &in, &err) < 0 ? dg_exit_with(&err) : print(args, preflight);
out:
    dg_runtime_free(in.to);
    dg_runtime_free(in.from);
    dg_source_close(&opened);
    dg_engine_free(in.engine);
    return exit_code;
}

const dg_command dg_cmd_preflight = {
    "preflight", "--from SNAPSHOT --to RUNTIME", "Static verdict on N over a state, no blocks",
    "Exit 1 when a finding forbids enactment.", 0, 0, options, 3, run,
};
