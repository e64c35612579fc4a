/* cmd_sweep.c - doppel sweep: one plan over many positions of U, nodes, seeds, sizes, runtimes. */
#include "bundle/bundle.h"
#include "cli/cli_impl.h"
#include "sweep/sweep.h"

#include <assert.h>
#include <string.h>
#include <sys/stat.h>

static const dg_option options[] = {
    { "at", 0, DG_OPT_ONCE, "POSITIONS",
      "axis: where U is: boundary-600..boundary+20 step 20, every (each slot of a session), every "
      "30 (each 30th), or a list by commas" },
    { "seeds", 0, DG_OPT_ONCE, "SEEDS", "axis: 1..20, or a list by commas" },
    { "nodes", 0, DG_OPT_ONCE, "NODES", "axis: what the nodes run, each by a semicolon" },
    { "network", 0, DG_OPT_ONCE, "SIZES", "axis: VxP, or a list by commas" },
    { "to", 0, DG_OPT_ONCE, "RUNTIMES", "axis: N, or a list by commas" },
    { "snapshot", 0, DG_OPT_TEXT, "S", "plan key snapshot" },
    { "how", 0, DG_OPT_TEXT, "WAY", "plan key upgrade.how" },
    { "no-network", 0, DG_OPT_FLAG, NULL, "plan key network: false" },
    { "strict", 0, DG_OPT_FLAG, NULL, "plan key claims.strict: every claim is a gate" },
    { "set", 0, DG_OPT_EACH, "KEY=VALUE", "any key of the plan, as often as needed" },
    { "out", 'o', DG_OPT_TEXT, "FILE",
      "every cell (out/sweep.json); cells that it holds already are not done again" },
    { "jobs", 'j', DG_OPT_NUMBER, "N", "cells at once (as many as there are cores)" },
    { "shard", 0, DG_OPT_TEXT, "I/N",
      "do only every N-th cell, from the I-th on; see doppel merge" },
    { "time-budget", 0, DG_OPT_TEXT, "TIME",
      "work no longer than that (90s, 10m, 2h), on the riskiest cells first" },
    { "until-sure", 0, DG_OPT_FLAG, NULL,
      "plan key seeds_max: 256: a claim that broke narrowly is run over more seeds until a "
      "sequential test decides, with 95 % confidence" },
    { "verify-determinism", 0, DG_OPT_FLAG, NULL,
      "run each cell twice and compare the outcomes; exit 5 if they differ" },
    { "explain", 0, DG_OPT_TEXT, "HOW",
      "of a broken claim: none, recorded (default), or proved, which costs several runs more" },
    { "bundles", 0, DG_OPT_TEXT, "DIR",
      "write each cell that broke to a file of its own there, for doppel replay" },
    { "color", 0, DG_OPT_FLAG, NULL, "use colours even if the output is not a terminal" },
    { "width", 0, DG_OPT_NUMBER, "COLUMNS",
      "wrap lines at this column (the terminal's, else 100)" },
};
enum {
    OPT_AT,
    OPT_SEEDS,
    OPT_NODES,
    OPT_NETWORK,
    OPT_TO,
    OPT_SNAPSHOT,
    OPT_HOW,
    OPT_NO_NETWORK,
    OPT_STRICT,
    OPT_SET,
    OPT_OUT,
    OPT_JOBS,
    OPT_SHARD,
    OPT_BUDGET,
    OPT_SURE,
    OPT_VERIFY,
    OPT_EXPLAIN,
    OPT_BUNDLES,
    OPT_COLOR,
    OPT_WIDTH
};

/* ---- what was asked for ---- */

static dg_code read_axes(dg_axes *axes, const dg_args *args, dg_error *err)
{
    static const struct {
        int option;
        dg_axis_kind kind;
    } rows[] = { { OPT_AT, DG_AXIS_AT },
                 { OPT_SEEDS, DG_AXIS_SEEDS },
                 { OPT_NODES, DG_AXIS_NODES },
                 { OPT_NETWORK, DG_AXIS_NETWORK },
                 { OPT_TO, DG_AXIS_TO } };
    dg_code rc = DG_OK;
    for (size_t i = 0; i < sizeof rows / sizeof *rows && rc >= 0; i++)
        if (args->text[rows[i].option])
            rc = dg_axes_add(axes, rows[i].kind, args->text[rows[i].option], err);
    return rc;
}

static const dg_option_for_key keys[] = { { OPT_SNAPSHOT, "snapshot", NULL },
                                          { OPT_HOW, "upgrade.how", NULL },
                                          { OPT_NO_NETWORK, "network", "false" },
                                          { OPT_STRICT, "claims.strict", "true" },
                                          { OPT_SURE, "seeds_max", "256" } };

/* In the order of the enumeration. */
static const char *const explains[] = { "none", "recorded", "proved", NULL };

/* ---- while it works ---- */

static bool halts(void *user)
{
    (void)user;
    return dg_cli_is_asked_to_end();
}

typedef struct working {
    dg_progress bar;
    const dg_sweep *sweep;
    const char *out;
    uint64_t kept_ns, cost_ns; /* when the file was written last; 0: not yet; what that took */
    bool can_keep;             /* a file, whose content can be another one later */
} working;

/* Who is killed, or whose machine goes down, writes nothing any more. So what is finished is
 * written after the first cell, and then as often as takes a twentieth of the time. Where it fails
 * the end tells: then there is nothing better to write. */
static void keep(working *w)
{
    enum { COST_OF_TIME = 20 };
    uint64_t begun_ns = dg_wall_ns();
    json_t *document;
    dg_error err;
    assert(begun_ns >= w->kept_ns);
    if (!w->can_keep || (w->kept_ns && begun_ns - w->kept_ns < COST_OF_TIME * w->cost_ns))
        return;
    if (dg_sweep_document(&document, w->sweep, &err) >= 0) {
        dg_cli_write_json(document, w->out, &err);
        json_decref(document);
    }
    w->kept_ns = dg_wall_ns();
    w->cost_ns = w->kept_ns - begun_ns;
}

static void step(void *user, const dg_sweep_progress *now)
{
    working *w = user;
    if (now->retried && dg_log_get() != DG_LOG_QUIET) {
        dg_progress_done(&w->bar);
        fprintf(stderr, "doppel: the process of %s went down; it is tried once more\n", now->last);
    }
    if (!now->retried && now->done < now->total)
        keep(w);
    if (dg_log_get() == DG_LOG_VERBOSE)
        fprintf(stderr, "done: %s, exit %d\n", now->last, now->exit);
    dg_progress_step(&w->bar, now->done, now->total);
}

/* A pipe takes the document once, at the end. */
static bool is_file(const char *path)
{
    struct stat there;
    return strcmp(path, "-") != 0 && (stat(path, &there) != 0 || S_ISREG(there.st_mode));
}

/* ---- the end ---- */

/* Shown whether or not it can be written. */
static int deliver(const dg_sweep *sweep, const char *path, const dg_args *args, bool whole)
{
    json_t *document;
    dg_error err;
    int exit_code;
    assert(!whole || dg_sweep_finished(sweep) == dg_sweep_count(sweep));
    if (dg_sweep_document(&document, sweep, &err) < 0)
        return dg_cli_exit_with(&err);
    exit_code = dg_sweep_exit(document);
    if (dg_cli_write_json(document, path, &err) < 0)
        exit_code = dg_cli_exit_with(&err);
    if (dg_cli_print_page(stdout, document, DG_CLI_PAGE_SWEEP, args, args->number[OPT_WIDTH],
                          args->text[OPT_COLOR] != NULL, &err)
        < 0)
        exit_code = dg_cli_exit_with(&err);
    if (!whole && !args->quiet)
        fprintf(stderr, "doppel: %zu of %zu cells are done and kept; the same command goes on\n",
                dg_sweep_finished(sweep), dg_sweep_count(sweep));
    json_decref(document);
    return exit_code;
}

/* "cell-12-boundary-20-seed-3.doppel" below `folder`: names of files may have less than names of
 * cells. */
static void bundle_path(char *out, size_t size, const char *folder, const dg_sweep_red *cell)
{
    assert(size > 0);
    char name[sizeof cell->name];
    size_t len = 0;
    for (const char *at = cell->name; *at; at++) {
        bool plain =
            strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.+", *at);
        if (plain || (len && name[len - 1] != '-'))
            name[len++] = plain ? *at : '-';
    }
    name[len] = 0;
    snprintf(out, size, "%s/cell-%zu%s%.80s.doppel", folder, cell->place, len ? "-" : "", name);
}

/* 0, or the exit code of what went wrong. */
static int make_bundles(const dg_sweep *sweep, const dg_args *args, const dg_run_options *each)
{
    const char *folder = args->text[OPT_BUNDLES];
    size_t made = 0, earlier = 0;
    dg_sweep_red cell;
    dg_error err;
    for (size_t i = 0; folder && dg_sweep_red_at(&cell, sweep, i); i++) {
        dg_bundle_parts parts = { .plan = cell.plan,
                                  .outcome = cell.outcome,
                                  .explain = explains[each->explain],
                                  .positions = "never",
                                  .cache_dir = each->cache_dir };
        char path[1100];
        earlier += cell.earlier;
        if (cell.earlier)
            continue;
        bundle_path(path, sizeof path, folder, &cell);
        if (dg_bundle_write(path, &parts, &err) < 0)
            return dg_cli_exit_with(&err);
        made++;
    }
    if (made && !args->quiet)
        fprintf(stderr, "bundles: %zu in %s\n", made, folder);
    if (earlier && !args->quiet)
        fprintf(stderr,
                "doppel: no bundle is made of %zu cell%s that broke in an earlier call; --out with "
                "another file does %s again\n",
                earlier, earlier == 1 ? "" : "s", earlier == 1 ? "it" : "them");
    return DG_EXIT_HELD;
}

static dg_code make_sweep(dg_sweep **out, dg_plan **plan, const dg_args *args,
                          const dg_run_options *each, dg_error *err)
{
    dg_axes axes = { 0 };
    dg_shard shard = { 1, 1 };
    dg_code rc = read_axes(&axes, args, err);
    if (rc >= 0 && args->text[OPT_SHARD])
        rc = dg_shard_read(&shard, args->text[OPT_SHARD], err);
    if (rc >= 0 && (rc = dg_cli_plan_of(plan, args, keys, sizeof keys / sizeof *keys, err)) >= 0
        && (rc = dg_axes_settle(&axes, *plan, each, err)) >= 0)
        rc = dg_sweep_new(out, *plan, &axes, shard, args->text[OPT_BUDGET] != NULL, err);
    dg_axes_clear(&axes);
    return rc;
}

static int run(const dg_args *args)
{
    working now = { .kept_ns = 0 };
    dg_run_options each = { .cache_dir = dg_cli_cache(),
                            .compiler = DG_COMPILER_BOTH,
                            .compiling = dg_progress_compiling };
    dg_sweep_options how = { .run = &each,
                             .at_once = (unsigned)args->number[OPT_JOBS],
                             .twice = args->text[OPT_VERIFY] != NULL,
                             .halts = halts,
                             .progress = step,
                             .user = &now };
    const char *out = args->text[OPT_OUT] ? args->text[OPT_OUT] : "out/sweep.json";
    const char *inputs[] = { args->positional[0], args->text[OPT_SNAPSHOT], args->text[OPT_TO] };
    dg_plan *plan = NULL;
    dg_sweep *sweep = NULL;
    dg_error err;
    size_t taken;
    int exit_code;
    int explain = DG_RUN_EXPLAIN_RECORDED;
    dg_code rc =
        dg_cli_word_of(&explain, "explain", args->text[OPT_EXPLAIN], dg_option_explains, &err);
    each.explain = (dg_run_explain)explain;
    if (rc >= 0
        && (rc = dg_cli_time(&how.budget_ns, "time-budget", args->text[OPT_BUDGET], &err)) >= 0
        && (rc = make_sweep(&sweep, &plan, args, &each, &err)) >= 0
        && (rc = dg_cli_folder_for(out, &err)) >= 0
        && (rc = dg_cli_try_place("out", out, inputs, sizeof inputs / sizeof *inputs, &err)) >= 0
        && (!args->text[OPT_BUNDLES] || (rc = dg_dir_make(args->text[OPT_BUNDLES], &err)) >= 0)
        && (rc = dg_sweep_resume(sweep, &taken, out, &err)) >= 0) {
        dg_cli_hear_signals();
        now.sweep = sweep;
        now.out = out;
        now.can_keep = is_file(out);
        dg_progress_init(&now.bar, "sweep");
        rc = dg_sweep_work(sweep, &how, &err);
        dg_progress_done(&now.bar);
    }
    exit_code = rc < 0 ? dg_cli_exit_with(&err) : DG_EXIT_HELD;
    if (sweep && (dg_sweep_finished(sweep) || (rc == DG_END && how.budget_ns))) {
        int told = deliver(sweep, out, args, rc == DG_OK),
            bundled = make_bundles(sweep, args, &each);
        exit_code = exit_code ? exit_code : bundled ? bundled : told;
    } else if (rc == DG_END) {
        exit_code = DG_EXIT_INCONCLUSIVE;
    }
    dg_sweep_free(sweep);
    dg_plan_free(plan);
    return exit_code;
}

static void epilogue(FILE *out)
{
    fputs("\nA cell's outcome is what doppel run would write for it. What is done is kept while "
          "others are\n"
          "worked on, and by Ctrl-C; the same command goes on from there.\n"
          "Example: doppel sweep plan.json --at 'boundary-20..boundary+5 step 5' --seeds 1..3\n",
          out);
}

const dg_command dg_cmd_sweep = {
    "sweep",
    "[PLAN]",
    "Run a plan at many offsets, and over nodes, seeds, sizes or runtimes",
    "Each combination of the axes' values is a cell, run by itself; nothing between cells is "
    "guessed. The exit code is the worst of the cells'.",
    0,
    1,
    options,
    sizeof options / sizeof options[0],
    run,
    epilogue,
};
