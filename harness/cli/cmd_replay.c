/* cmd_replay.c - doppel replay: what a bundle holds is run again, and must come to the same. */
#include "bundle/bundle.h"
#include "cli/cli_impl.h"
#include "compare/compare.h"
#include "outcome/outcome.h"

#include <assert.h>
#include <string.h>

static const dg_option options[] = {
    { "list", 0, DG_OPT_FLAG, NULL, "check the bundle and list what is in it; run nothing" },
    { "extract", 0, DG_OPT_TEXT, "DIR",
      "unpack it to a new folder, in which plan.json can be run; run nothing" },
    { "shrink", 0, DG_OPT_FLAG, NULL,
      "look for a smaller network, fewer faults and classes, a shorter run and U nearer to the "
      "boundary that break the same claim for the same proved cause" },
    { "out", 'o', DG_OPT_TEXT, "FILE", "--shrink: the smaller bundle (out/smaller.doppel)" },
    { "claim", 0, DG_OPT_TEXT, "CLAIM",
      "--shrink: the claim that has to stay broken (the first gate that broke)" },
    { "trials", 0, DG_OPT_NUMBER, "N", "--shrink: at most that many trials" },
    { "time-budget", 0, DG_OPT_TEXT, "TIME", "--shrink: begin no trial after that: 90s, 10m, 2h" },
    { "color", 0, DG_OPT_FLAG, NULL, "use colours even if the output is not a terminal" },
    { "width", 0, DG_OPT_NUMBER, "COLUMNS",
      "wrap lines at this column (the terminal's, else 100)" },
};
enum {
    OPT_LIST,
    OPT_EXTRACT,
    OPT_SHRINK,
    OPT_OUT,
    OPT_CLAIM,
    OPT_TRIALS,
    OPT_BUDGET,
    OPT_COLOR,
    OPT_WIDTH
};

/* ---- what is in it ---- */

static const char *program_of(const dg_bundle *bundle)
{
    const char *version = json_string_value(
        json_object_get(json_object_get(dg_bundle_manifest(bundle), "program"), "version"));
    assert(version); /* the manifest was checked */
    return version;
}

static int list(const dg_bundle *bundle, const dg_args *args)
{
    const json_t *manifest = dg_bundle_manifest(bundle), *file;
    size_t i;
    if (args->json)
        return dg_cli_print_json(json_incref((json_t *)manifest));
    printf("%s\nmade by doppel %s, exit %lld\n",
           json_string_value(json_object_get(dg_bundle_outcome(bundle), "name")),
           program_of(bundle), (long long)json_integer_value(json_object_get(manifest, "exit")));
    json_array_foreach(json_object_get(manifest, "files"), i, file) printf(
        "%12lld bytes  %s  %s\n", (long long)json_integer_value(json_object_get(file, "bytes")),
        json_string_value(json_object_get(file, "blake2_256")),
        json_string_value(json_object_get(file, "name")));
    return DG_EXIT_HELD;
}

static int extract(const dg_args *args)
{
    dg_error err;
    if (dg_bundle_extract(args->positional[0], args->text[OPT_EXTRACT], &err) < 0)
        return dg_cli_exit_with(&err);
    if (!args->quiet)
        printf("%s holds it now; doppel run %s/plan.json runs it\n", args->text[OPT_EXTRACT],
               args->text[OPT_EXTRACT]);
    return DG_EXIT_HELD;
}

/* ---- again ---- */

/* As the outcome of the bundle was made. */
static dg_code options_of(dg_run_options *how, const dg_bundle *bundle, dg_error *err)
{
    const json_t *run = json_object_get(dg_bundle_manifest(bundle), "run");
    int explain = -1, when = -1;
    dg_code rc =
        dg_cli_word_of(&explain, "explain", json_string_value(json_object_get(run, "explain")),
                       dg_option_explains, err);
    if (rc >= 0)
        rc =
            dg_cli_word_of(&when, "positions", json_string_value(json_object_get(run, "positions")),
                           dg_option_positions, err);
    if (rc < 0)
        return rc;
    assert(explain >= 0 && when >= 0); /* the manifest was checked */
    how->explain = (dg_run_explain)explain;
    how->positions = (dg_run_positions)when;
    return DG_OK;
}

/* What differs, and what follows from it: the exit code. */
static int tell_difference(const dg_bundle *bundle, const json_t *again, const dg_args *args)
{
    dg_compare_pair both = { dg_bundle_outcome(bundle), again };
    bool ours = dg_bundle_is_ours(bundle);
    json_t *told = NULL;
    dg_error err;
    dg_code rc = dg_compare_runs(&told, both, &err);
    if (rc >= 0)
        rc = dg_cli_print_page(stdout, told, DG_CLI_PAGE_DIFFERENCES, args, args->number[OPT_WIDTH],
                               args->text[OPT_COLOR] != NULL, &err);
    json_decref(told);
    if (rc < 0)
        return dg_cli_exit_with(&err);
    if (ours)
        fprintf(stderr,
                "doppel: the outcome is another one than the bundle's, which this same version "
                "made\n");
    else
        fprintf(stderr,
                "doppel: the outcome is another one than the bundle's; that was made by doppel %s, "
                "and this is doppel " DG_VERSION "\n",
                program_of(bundle));
    return ours ? DG_EXIT_INTERNAL : dg_outcome_exit(again);
}

static int judge(const dg_bundle *bundle, const json_t *outcome, const dg_args *args)
{
    json_t *again = NULL;
    dg_error err;
    int exit_code;
    if (dg_bundle_form(&again, bundle, outcome, &err) < 0)
        return dg_cli_exit_with(&err);
    if (!json_equal(again, dg_bundle_outcome(bundle))) {
        exit_code = tell_difference(bundle, again, args);
    } else {
        exit_code = dg_outcome_exit(again);
        if (dg_cli_print_page(stdout, again, DG_CLI_PAGE_OUTCOME, args, args->number[OPT_WIDTH],
                              args->text[OPT_COLOR] != NULL, &err)
            < 0)
            exit_code = dg_cli_exit_with(&err);
        else
            fprintf(args->json ? stderr : stdout, "the same outcome as doppel %s came to\n",
                    program_of(bundle));
    }
    json_decref(again);
    return exit_code;
}

static void step(void *user, const dg_run_progress *now)
{
    dg_progress *bar = user;
    if (bar->phase != now->phase) {
        dg_progress_done(bar);
        dg_progress_init(bar, now->phase);
    }
    dg_progress_step(bar, now->done, now->total);
}

static int again(dg_bundle *bundle, const dg_args *args)
{
    dg_progress bar;
    dg_run_options how = { .cache_dir = dg_cli_cache(),
                           .compiler = DG_COMPILER_BOTH,
                           .compiling = dg_progress_compiling,
                           .progress = step,
                           .user = &bar };
    json_t *outcome = NULL;
    dg_error err;
    int exit_code;
    dg_code rc = options_of(&how, bundle, &err);
    dg_progress_init(&bar, "import");
    if (rc >= 0 && (rc = dg_bundle_settle(bundle, how.cache_dir, &err)) >= 0)
        rc = dg_run(&outcome, dg_bundle_plan(bundle), &how, &err);
    dg_progress_done(&bar);
    exit_code = rc < 0 ? dg_cli_exit_with(&err) : judge(bundle, outcome, args);
    json_decref(outcome);
    return exit_code;
}

/* One thing at a time, and flags of --shrink with it alone. */
static dg_code agree(const dg_args *args, dg_error *err)
{
    static const int of_shrink[] = { OPT_OUT, OPT_CLAIM, OPT_TRIALS, OPT_BUDGET };
    bool list = args->text[OPT_LIST] != NULL, extract = args->text[OPT_EXTRACT] != NULL,
         shrink = args->text[OPT_SHRINK] != NULL;
    if (list + extract + shrink > 1)
        return dg_fail(err, DG_USAGE, "--list, --extract and --shrink: give only one");
    for (size_t i = 0; !shrink && i < sizeof of_shrink / sizeof *of_shrink; i++)
        if (args->text[of_shrink[i]])
            return dg_fail(err, DG_USAGE, "--%s is for --shrink", options[of_shrink[i]].name);
    return DG_OK;
}

static int act(dg_bundle *bundle, const dg_args *args)
{
    dg_cli_shrink_flags flags = { .out = args->text[OPT_OUT],
                                  .claim = args->text[OPT_CLAIM],
                                  .time_budget = args->text[OPT_BUDGET],
                                  .trials = args->number[OPT_TRIALS] };
    if (args->text[OPT_SHRINK])
        return dg_cli_shrink(bundle, &flags, args);
    return args->text[OPT_LIST] ? list(bundle, args) : again(bundle, args);
}

static int run(const dg_args *args)
{
    dg_bundle *bundle;
    dg_error err;
    int exit_code;
    if (agree(args, &err) < 0)
        return dg_cli_exit_with(&err);
    if (args->text[OPT_EXTRACT])
        return extract(args);
    if (dg_bundle_open(&bundle, args->positional[0], &err) < 0)
        return dg_cli_exit_with(&err);
    exit_code = act(bundle, args);
    dg_bundle_close(bundle);
    return exit_code;
}

static void epilogue(FILE *out)
{
    fputs("\nIt uses nothing outside of the bundle, and leaves nothing but what is kept for later "
          "runs.\nExample: doppel run plan.json --bundle red.doppel; doppel replay red.doppel\n",
          out);
}

const dg_command dg_cmd_replay = {
    "replay",
    "BUNDLE",
    "Run what a bundle holds once more, and see that it comes to the same",
    "BUNDLE is a file that `run --bundle` wrote, - for stdin. The exit code is that of the run. "
    "Where the outcome differs it is 5 if this very version made the bundle; else what differs is "
    "told. --shrink exits with 0 once there is nothing smaller, with 3 where it was stopped "
    "before.",
    1,
    1,
    options,
    sizeof options / sizeof options[0],
    run,
    epilogue,
};
