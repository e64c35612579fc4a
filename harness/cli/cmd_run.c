/* cmd_run.c - doppel run: a plan, control and treatment, a verdict. */
#include "bundle/bundle.h"
#include "cli/cli_impl.h"
#include "outcome/outcome.h"
#include "report/report.h"
#include "run/run.h"

#include <assert.h>
#include <string.h>

/* Flags that stand for a key of the plan; the rest is about this run alone. */
static const dg_option options[] = {
    { "snapshot", 0, DG_OPT_TEXT, "S", "plan key snapshot" },
    { "to", 0, DG_OPT_TEXT, "RUNTIME", "plan key upgrade.to" },
    { "at", 0, DG_OPT_TEXT, "POSITION", "plan key upgrade.at" },
    { "how", 0, DG_OPT_TEXT, "WAY", "plan key upgrade.how" },
    { "network", 0, DG_OPT_TEXT, "VxP", "plan key network.size" },
    { "nodes", 0, DG_OPT_TEXT, "NODES", "plan key network.nodes" },
    { "classes", 0, DG_OPT_TEXT, "NODES", "another name of --nodes" },
    { "seed", 0, DG_OPT_TEXT, "N", "plan key seed" },
    { "seeds", 0, DG_OPT_TEXT, "N", "plan key seeds_max" },
    { "no-network", 0, DG_OPT_FLAG, NULL,
      "plan key network: false; the run then says nothing of backing, approval or finality" },
    { "force", 0, DG_OPT_FLAG, NULL,
      "plan key upgrade.how: unchecked; enacts what set_code and preflight refuse, to see what "
      "becomes of it" },
    { "strict", 0, DG_OPT_FLAG, NULL,
      "plan key claims.strict: every claim is a gate, and a warning fails the run" },
    { "set", 0, DG_OPT_EACH, "KEY=VALUE", "any key of the plan, as often as needed" },
    { "out", 'o', DG_OPT_TEXT, "FILE",
      "outcome (out/outcome.json); -: stdout, and the report goes to stderr" },
    { "events", 0, DG_OPT_TEXT, "FILE",
      "write every event of both arms to this file as NDJSON; - as with --out" },
    { "keep", 0, DG_OPT_TEXT, "LIST",
      "leave states of treatment as snapshots: U-1, U, U+1, session+1, end; control:end of "
      "control" },
    { "keep-dir", 0, DG_OPT_TEXT, "DIR", "folder for these snapshots (out/states)" },
    { "freeze", 0, DG_OPT_TEXT, "OUT",
      "write what was read of a live chain's state as a snapshot that asks nobody" },
    { "verify-determinism", 0, DG_OPT_FLAG, NULL,
      "run twice and compare every event; exit 5 if they differ" },
    { "explain", 0, DG_OPT_TEXT, "HOW",
      "how a broken claim is explained: none, recorded (from the event log), or proved "
      "(default): treatment is run again without each suspect" },
    { "positions", 0, DG_OPT_TEXT, "WHEN",
      "U is tried at other positions of a session: never, broke (default: where a claim broke and "
      "causes are proved), or always (by other seeds too, where luck leaves one open)" },
    { "bundle", 0, DG_OPT_TEXT, "FILE",
      "write plan, state, N and outcome to one file, for doppel replay" },
    { "color", 0, DG_OPT_FLAG, NULL, "use colours even if the output is not a terminal" },
    { "width", 0, DG_OPT_NUMBER, "COLUMNS",
      "wrap lines at this column (the terminal's, else 100)" },
    { "rpc-header", 0, DG_OPT_TEXT, "HEADER",
      "of a live chain: \"Name: value\" to send to endpoints, as their key; @FILE: each line of "
      "it" },
    { "cacert", 0, DG_OPT_TEXT, "FILE", "of a live chain: certificates to trust, as of curl" },
    { "endpoints", 0, DG_OPT_TEXT, "FILE",
      "of a live chain: endpoints of chains, before those known here: lines NAME URL [WEIGHT]" },
};
static const char *const keys[] = { "snapshot",      "upgrade.to",   "upgrade.at",
                                    "upgrade.how",   "network.size", "network.nodes",
                                    "network.nodes", "seed",         "seeds_max" };
enum {
    KEY_COUNT = sizeof keys / sizeof keys[0],
    OPT_HOW = 3,
    OPT_SIZE,
    OPT_NODES,
    OPT_CLASSES,
    OPT_NO_NETWORK = KEY_COUNT,
    OPT_FORCE,
    OPT_STRICT,
    OPT_OUT = OPT_STRICT + 2, /* behind --set */
    OPT_EVENTS,
    OPT_KEEP,
    OPT_KEEP_DIR,
    OPT_FREEZE,
    OPT_VERIFY,
    OPT_EXPLAIN,
    OPT_POSITIONS,
    OPT_BUNDLE,
    OPT_COLOR,
    OPT_WIDTH,
    OPT_RPC_HEADER,
    OPT_CACERT,
    OPT_ENDPOINTS
};

/* Flags of which one says the opposite of the other, or the same once more. */
static dg_code agree(const dg_args *args, dg_error *err)
{
    if (args->text[OPT_NODES] && args->text[OPT_CLASSES])
        return dg_fail(err, DG_USAGE,
                       "--nodes and --classes are two names of one flag: give "
                       "only one");
    if (args->text[OPT_FORCE] && args->text[OPT_HOW])
        return dg_fail(err, DG_USAGE, "--force and --how both say how N is enacted: give only one");
    if (args->text[OPT_NO_NETWORK]
        && (args->text[OPT_SIZE] || args->text[OPT_NODES] || args->text[OPT_CLASSES]))
        return dg_fail(err, DG_USAGE,
                       "--no-network leaves nodes out, but --%s asks for nodes: "
                       "give only one",
                       args->text[OPT_SIZE]    ? "network"
                       : args->text[OPT_NODES] ? "nodes"
                                               : "classes");
    return DG_OK;
}

static dg_code plan_of(dg_plan **plan, const dg_args *args, dg_error *err)
{
    assert(args->positional_count <= 1);
    dg_code rc = agree(args, err);
    if (rc >= 0)
        rc = args->positional_count ? dg_plan_load(plan, args->positional[0], err)
                                    : dg_plan_new(plan, err);
    for (size_t i = 0; rc >= 0 && i < KEY_COUNT; i++)
        if (args->text[i])
            rc = dg_plan_set(*plan, keys[i], args->text[i], err);
    if (rc >= 0 && args->text[OPT_NO_NETWORK])
        rc = dg_plan_set(*plan, "network", "false", err);
    if (rc >= 0 && args->text[OPT_FORCE])
        rc = dg_plan_set(*plan, "upgrade.how", "unchecked", err);
    if (rc >= 0 && args->text[OPT_STRICT])
        rc = dg_plan_set(*plan, "claims.strict", "true", err);
    for (size_t i = 0; rc >= 0 && i < args->each_count; i++)
        rc = dg_cli_plan_set(*plan, args->each[i], err);
    return rc < 0 ? rc : dg_plan_check(*plan, err);
}

/* Before the plan is read, which may name a chain of --endpoints. */
static dg_code ask_with(const dg_args *args, dg_error *err)
{
    dg_cli_rpc_flags flags = { &args->text[OPT_RPC_HEADER], args->text[OPT_RPC_HEADER] != NULL,
                               args->text[OPT_CACERT], args->text[OPT_ENDPOINTS] };
    return dg_cli_ask_with(&flags, err);
}

/* A key that nobody asks for would be passed over in silence. */
static dg_code check_asking(const dg_plan *plan, const dg_args *args, dg_error *err)
{
    bool live = dg_source_is_live(dg_plan_asked_of(plan)->snapshot);
    bool named = dg_source_is_configuration(dg_plan_asked_of(plan)->snapshot);
    if (live && args->text[OPT_BUNDLE])
        return dg_fail(err, DG_USAGE,
                       "--bundle needs a state that is here: --freeze OUT, then a run on OUT");
    if (named && args->text[OPT_BUNDLE])
        return dg_fail(
            err, DG_USAGE,
            "--bundle needs a state that is here: snapshot create --from %s OUT (with an "
            "endpoint --freeze OUT), then a run on OUT",
            dg_plan_asked_of(plan)->snapshot);
    for (int i = OPT_RPC_HEADER; i <= OPT_ENDPOINTS; i++)
        if (args->text[i] && !live && !named)
            return dg_fail(err, DG_USAGE, "--%s is for live chains, and the snapshot is none",
                           options[i].name);
    return DG_OK;
}

typedef struct bar {
    dg_progress progress;
    const char *phase;
} bar;

static void step(void *user, const dg_run_progress *now)
{
    bar *b = user;
    if (b->phase != now->phase) {
        dg_progress_done(&b->progress);
        dg_progress_init(&b->progress, now->phase);
        b->phase = now->phase;
    }
    dg_progress_step(&b->progress, now->done, now->total);
}

static bool is_stdout(const char *path)
{
    return path && strcmp(path, "-") == 0;
}

/* What is written at the end is tried at the start: a run takes hours. */
static dg_code try_places(const char *out, const char *events, const dg_plan *plan,
                          const dg_args *args, dg_error *err)
{
    const dg_plan_asked *asked = dg_plan_asked_of(plan);
    const char *inputs[] = { asked->snapshot, asked->to, args->positional[0] };
    size_t count = sizeof inputs / sizeof *inputs;
    dg_code rc;
    if (is_stdout(out) && is_stdout(events))
        return dg_fail(err, DG_USAGE,
                       "--out - and --events - both ask for stdout: give one of them a file");
    if ((rc = dg_cli_folder_for(out, err)) >= 0)
        rc = dg_cli_try_place("out", out, inputs, count, err);
    if (rc >= 0 && events)
        rc = dg_cli_try_place("events", events, inputs, count, err);
    if (rc < 0 || !args->text[OPT_BUNDLE])
        return rc;
    if (dg_plan_is_bft(plan))
        return dg_fail(err, DG_USAGE,
                       "--bundle is for plans with a snapshot; one of consensus bft is whole as "
                       "it is");
    if (is_stdout(args->text[OPT_BUNDLE]))
        return dg_fail(err, DG_USAGE, "--bundle needs the name of a file");
    rc = dg_cli_folder_for(args->text[OPT_BUNDLE], err);
    return rc < 0 ? rc : dg_cli_try_place("bundle", args->text[OPT_BUNDLE], inputs, count, err);
}

/* What --keep asks for; `*out` is `room`, or NULL where it does not. */
static dg_code read_keep(dg_run_keep **out, dg_run_keep *room, const dg_args *args, dg_error *err)
{
    const char *folder = args->text[OPT_KEEP_DIR] ? args->text[OPT_KEEP_DIR] : "out/states";
    *out = args->text[OPT_KEEP] ? room : NULL;
    if (!*out && args->text[OPT_KEEP_DIR])
        return dg_fail(err, DG_USAGE, "--keep-dir names the folder; --keep must name the states");
    return *out ? dg_run_keep_read(room, args->text[OPT_KEEP], folder, err) : DG_OK;
}

/* All that the run and the processes that it forked read is in the cache by now. */
static dg_code freeze(const dg_args *args, const dg_plan *plan, dg_error *err)
{
    dg_source opened = { 0 };
    dg_engine *engine = NULL;
    dg_code rc = dg_cli_engine(&engine, err);
    if (rc >= 0
        && (rc = dg_cli_source(&opened, engine, dg_plan_asked_of(plan)->snapshot, err)) >= 0)
        rc = dg_snapshot_freeze(opened.snapshot, args->text[OPT_FREEZE], false, err);
    dg_source_close(&opened);
    dg_engine_free(engine);
    if (rc >= 0 && !args->quiet)
        fprintf(stderr, "frozen: %s\n", args->text[OPT_FREEZE]);
    return rc < 0 ? dg_fail_within(err, rc, "--freeze") : rc;
}

static void tell_kept(const dg_run_keep *keep)
{
    dg_run_kept_state s;
    assert(keep);
    for (size_t i = 0; dg_run_keep_at(keep, i, &s); i++)
        if (s.made)
            fprintf(stderr, "kept: state of #%u (%s, %s) as %s\n", s.block, s.moment, s.arm,
                    s.path);
        else
            fprintf(stderr, "not kept: %s did not reach %s\n", s.arm, s.moment);
}

/* Shown whether or not it can be kept: what took hours to find out is not lost for a full disk.
 * Returns the exit code. */
static int deliver(const json_t *outcome, const char *path, const dg_args *args)
{
    dg_error err;
    int exit_code = dg_outcome_exit(outcome);
    bool taken = is_stdout(path) || is_stdout(args->text[OPT_EVENTS]); /* by what machines read */
    if (dg_cli_write_json(outcome, path, &err) < 0)
        exit_code = dg_cli_exit_with(&err);
    if (args->json && is_stdout(path))
        return exit_code; /* that is it */
    if (dg_cli_print_page(taken ? stderr : stdout, outcome, DG_CLI_PAGE_OUTCOME, args,
                          args->number[OPT_WIDTH], args->text[OPT_COLOR] != NULL, &err)
        < 0)
        exit_code = dg_cli_exit_with(&err);
    return exit_code;
}

/* How far a break is looked into. */
static dg_code read_depth(dg_run_options *how, const dg_args *args, dg_error *err)
{
    int explain = DG_RUN_EXPLAIN_PROVED, when = -1;
    dg_code rc =
        dg_cli_word_of(&explain, "explain", args->text[OPT_EXPLAIN], dg_option_explains, err);
    if (rc < 0
        || (rc = dg_cli_word_of(&when, "positions", args->text[OPT_POSITIONS], dg_option_positions,
                                err))
               < 0)
        return rc;
    if (when < 0) /* as thorough as the other */
        when = explain == DG_RUN_EXPLAIN_PROVED ? DG_RUN_POSITIONS_BROKE : DG_RUN_POSITIONS_NONE;
    how->explain = (dg_run_explain)explain;
    how->positions = (dg_run_positions)when;
    return DG_OK;
}

/* 0, or the exit code of what went wrong. */
static int make_bundle(const dg_args *args, const dg_plan *plan, const json_t *outcome,
                       const dg_run_options *how)
{
    dg_bundle_parts parts = { .plan = plan,
                              .outcome = outcome,
                              .explain = dg_option_explains[how->explain],
                              .positions = dg_option_positions[how->positions],
                              .cache_dir = how->cache_dir };
    dg_error err;
    if (!args->text[OPT_BUNDLE])
        return DG_EXIT_HELD;
    if (dg_bundle_write(args->text[OPT_BUNDLE], &parts, &err) < 0)
        return dg_cli_exit_with(&err);
    if (!args->quiet)
        fprintf(stderr, "bundle: %s\n", args->text[OPT_BUNDLE]);
    return DG_EXIT_HELD;
}

static int run(const dg_args *args)
{
    bar b = { .phase = NULL };
    dg_run_options how = { .cache_dir = dg_cli_cache(),
                           .compiler = DG_COMPILER_BOTH,
                           .events_path = args->text[OPT_EVENTS],
                           .verify_determinism = args->text[OPT_VERIFY] != NULL,
                           .compiling = dg_progress_compiling,
                           .progress = step,
                           .user = &b };
    const char *out = args->text[OPT_OUT] ? args->text[OPT_OUT] : "out/outcome.json";
    dg_plan *plan = NULL;
    json_t *outcome = NULL;
    dg_run_keep keep;
    dg_error err;
    int exit_code;
    dg_code rc = read_depth(&how, args, &err);
    if (rc >= 0 && (rc = read_keep(&how.keep, &keep, args, &err)) >= 0)
        rc = ask_with(args, &err);
    if (rc >= 0 && (rc = plan_of(&plan, args, &err)) >= 0)
        rc = check_asking(plan, args, &err);
    if (rc >= 0 && (rc = try_places(out, how.events_path, plan, args, &err)) >= 0 && how.keep)
        rc = dg_run_keep_try(how.keep, &err);
    if (rc >= 0 && args->text[OPT_FREEZE])
        rc = dg_snapshot_try(args->text[OPT_FREEZE], false, &err);
    if (rc >= 0)
        rc = dg_run(&outcome, plan, &how, &err);
    if (rc >= 0 && args->text[OPT_FREEZE])
        rc = freeze(args, plan, &err);
    dg_progress_done(&b.progress);
    exit_code = rc < 0 ? dg_cli_exit_with(&err) : DG_EXIT_HELD;
    if (outcome) { /* even where its events could not be written */
        int told = deliver(outcome, out, args);
        int bundled = make_bundle(args, plan, outcome, &how);
        exit_code = exit_code ? exit_code : bundled ? bundled : told;
    }
    if (how.keep && outcome && !args->quiet)
        tell_kept(how.keep);
    json_decref(outcome);
    dg_plan_free(plan);
    return exit_code;
}

static void epilogue(FILE *out)
{
    fputs("\nKeys of a plan: doppel help plan. Claims: doppel help claims. Nodes: doppel help "
          "nodes.\n"
          "Example: doppel run --snapshot snap --to n.wasm --at boundary-8 --set "
          "claims.state-growth.severity=advice\n",
          out);
}

const dg_command dg_cmd_run = {
    "run",
    "[PLAN]",
    "Enact N on a fork at a chosen offset and judge every claim",
    "PLAN is JSON (doppel help plan; plan.schema.json), - for stdin; flags override it. The "
    "outcome goes to out/outcome.json.",
    0,
    1,
    options,
    sizeof options / sizeof options[0],
    run,
    epilogue,
};
