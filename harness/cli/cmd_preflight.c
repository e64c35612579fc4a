/* cmd_preflight.c - doppel preflight: a verdict on N without a block. */
#include "chain/chain.h"
#include "cli/cli_impl.h"
#include "plan/plan.h"
#include "preflight/preflight.h"

static const dg_option options[] = {
    { "from", 0, DG_OPT_TEXT, "SNAPSHOT", "the state N would meet: snapshot, spec or .snap" },
    { "to", 0, DG_OPT_TEXT, "RUNTIME", "runtime N: a blob, or a state that holds it" },
    { "runtime", 0, DG_OPT_TEXT, "BLOB", "N-1, if it is not the snapshot's own :code" },
    { "nodes", 0, DG_OPT_TEXT, "NODES",
      "who is to run N, as doppel run takes it: RELEASE=SHARE,RELEASE=SHARE, or @FILE with counts; "
      "what they lack for N is found" },
};

static int print(const dg_args *args, json_t *preflight)
{
    int exit_code = dg_preflight_exit(preflight);
    dg_error err;
    dg_buf text;
    if (args->json) {
        int printed = dg_cli_print_json(preflight);
        return printed ? printed : exit_code;
    }
    dg_buf_init(&text, 16 << 20);
    dg_preflight_text(&text, preflight, args->quiet);
    fputs(dg_buf_text(&text), stdout);
    if (dg_buf_check(&text, &err, "findings") < 0)
        exit_code = dg_cli_exit_with(&err);
    dg_buf_clear(&text);
    json_decref(preflight);
    return exit_code;
}

/* Room for the nodes that were named, in parts of a thousand. */
static dg_code read_nodes(dg_preflight_input *in, dg_preflight_nodes room[DG_PLAN_SHARES_MAX],
                          const char *text, dg_error *err)
{
    dg_plan_nodes nodes;
    dg_code rc = dg_plan_nodes_read(&nodes, text, err);
    if (rc < 0)
        return rc;
    for (size_t i = 0; i < nodes.count; i++)
        room[i] = (dg_preflight_nodes){ nodes.of[i], (nodes.ppm[i] + 500) / 1000 };
    in->nodes = room;
    in->nodes_count = nodes.count;
    return DG_OK;
}

static int run(const dg_args *args)
{
    dg_preflight_nodes nodes[DG_PLAN_SHARES_MAX];
    dg_preflight_input in = { 0 };
    dg_source opened = { 0 };
    json_t *preflight = NULL;
    dg_error err;
    int exit_code;
    if (!args->text[0] || !args->text[1]) {
        dg_fail(&err, DG_USAGE, "preflight needs --from SNAPSHOT and --to RUNTIME");
        return dg_cli_exit_with(&err);
    }
    if (args->text[3] && read_nodes(&in, nodes, args->text[3], &err) < 0)
        return dg_cli_exit_with(&err);
    if (dg_cli_engine(&in.engine, &err) < 0
        || dg_cli_source(&opened, in.engine, args->text[0], &err) < 0
        || dg_cli_runtime_over(&in.from, in.engine, &opened, args->text[2], &err) < 0
        || dg_cli_runtime(&in.to, in.engine, args->text[1], &err) < 0) {
        exit_code = dg_cli_exit_with(&err);
        goto out;
    }
    in.snapshot = opened.snapshot;
    exit_code =
        dg_preflight(&preflight, &in, &err) < 0 ? dg_cli_exit_with(&err) : print(args, preflight);
out:
    dg_runtime_free(in.to);
    dg_runtime_free(in.from);
    dg_source_close(&opened);
    dg_engine_free(in.engine);
    return exit_code;
}

const dg_command dg_cmd_preflight = {
    "preflight",
    "--from SNAPSHOT --to RUNTIME",
    "Static verdict on N over a state, no blocks",
    "Exit 1 when a finding forbids enactment, 3 when a deciding fact could not be known, as "
    "over a partial snapshot.",
    0,
    0,
    options,
    4,
    run,
    NULL,
};
