/* cmd_gate.c - doppel gate: plans with what is expected of them, and one exit code. */
#include "cli/cli_impl.h"
#include "gate/gate.h"

#include <assert.h>
#include <time.h>

static const dg_option options[] = {
    { "out", 'o', DG_OPT_TEXT, "FILE",
      "write the whole verdict to this file; see doppel report junit, github, markdown" },
    { "today", 0, DG_OPT_TEXT, "DAY",
      "judge the ledger's expiries on that day, YYYY-MM-DD (the clock's, in UTC)" },
    { "jobs", 'j', DG_OPT_NUMBER, "N", "plans at once (as many as there are cores)" },
    { "explain", 0, DG_OPT_TEXT, "HOW",
      "of a broken claim: none, recorded (default), or proved, which costs several runs more" },
    { "color", 0, DG_OPT_FLAG, NULL, "use colours even if the output is not a terminal" },
    { "width", 0, DG_OPT_NUMBER, "COLUMNS",
      "wrap lines at this column (the terminal's, else 100)" },
};
enum { OPT_OUT, OPT_TODAY, OPT_JOBS, OPT_EXPLAIN, OPT_COLOR, OPT_WIDTH };

static void step(void *user, const dg_gate_progress *now)
{
    dg_progress *bar = user;
    if (now->retried && dg_log_get() != DG_LOG_QUIET) {
        dg_progress_done(bar);
        fprintf(stderr, "doppel: the process of plan \"%s\" went down; it is run once more\n",
                now->last);
    }
    if (dg_log_get() == DG_LOG_VERBOSE)
        fprintf(stderr, "done: %s, exit %d\n", now->last, now->exit);
    dg_progress_step(bar, now->done, now->total);
}

static bool halts(void *user)
{
    (void)user;
    return dg_cli_is_asked_to_end();
}

static dg_code read_today(dg_gate_day *out, const char *text, dg_error *err)
{
    time_t now = text ? 0 : time(NULL);
    dg_code rc;
    if (!text && now > 0)
        *out = dg_gate_day_of(now);
    else if (!text)
        return dg_fail(err, DG_IO, "the clock does not say what day it is: give --today");
    else if ((rc = dg_gate_day_read(out, text, err)) < 0)
        return dg_fail_within(err, rc, "--today");
    return DG_OK;
}

/* Shown whether or not it can be written. */
static int deliver(const dg_gate *gate, dg_gate_day today, const dg_args *args)
{
    const char *path = args->text[OPT_OUT];
    json_t *document;
    dg_error err;
    int exit_code;
    assert(dg_gate_count(gate));
    if (dg_gate_document(&document, gate, today, &err) < 0)
        return dg_cli_exit_with(&err);
    exit_code = dg_gate_exit(document);
    if (path && dg_cli_write_json(document, path, &err) < 0)
        exit_code = dg_cli_exit_with(&err);
    if (dg_cli_print_page(stdout, document, DG_CLI_PAGE_GATE, args, args->number[OPT_WIDTH],
                          args->text[OPT_COLOR] != NULL, &err)
        < 0)
        exit_code = dg_cli_exit_with(&err);
    json_decref(document);
    return exit_code;
}

static dg_code try_out(const char *out, const char *gate, dg_error *err)
{
    dg_code rc = out ? dg_cli_folder_for(out, err) : DG_OK;
    return rc < 0 || !out ? rc : dg_cli_try_place("out", out, &gate, 1, err);
}

static int run(const dg_args *args)
{
    static const char *const explains[] = { "none", "recorded", "proved", NULL };
    dg_progress bar;
    dg_run_options each = { .cache_dir = dg_cli_cache(),
                            .compiler = DG_COMPILER_BOTH,
                            .compiling = dg_progress_compiling };
    dg_gate_options how = { .run = &each,
                            .at_once = (unsigned)args->number[OPT_JOBS],
                            .halts = halts,
                            .progress = step,
                            .user = &bar };
    int explain = DG_RUN_EXPLAIN_RECORDED, exit_code;
    dg_gate *gate = NULL;
    dg_gate_day today = { 0 };
    dg_error err;
    dg_code rc = dg_cli_word_of(&explain, "explain", args->text[OPT_EXPLAIN], explains, &err);
    each.explain = (dg_run_explain)explain;
    if (rc >= 0 && (rc = read_today(&today, args->text[OPT_TODAY], &err)) >= 0
        && (rc = dg_gate_load(&gate, args->positional[0], &err)) >= 0
        && (rc = dg_gate_open(gate, &err)) >= 0
        && (rc = try_out(args->text[OPT_OUT], args->positional[0], &err)) >= 0) {
        dg_cli_hear_signals();
        dg_progress_init(&bar, "gate");
        rc = dg_gate_work(gate, &how, &err);
        dg_progress_done(&bar);
    }
    exit_code = rc < 0 ? dg_cli_exit_with(&err) : deliver(gate, today, args);
    dg_gate_free(gate);
    return exit_code;
}

static void epilogue(FILE *out)
{
    dg_topic_gate(out);
    fputs("\nTemplates for CI servers: ci/templates.\n"
          "Example: doppel gate gate.json --out gate-verdict.json\n",
          out);
}

const dg_command dg_cmd_gate = {
    "gate",
    "GATE",
    "May this pass? Run plans and hold them against what is expected of them",
    "GATE is a JSON file of plans, each with the exit code and claims that are expected of it, and "
    "a ledger of failures that are known, each with a reason, a link and a day on which it "
    "expires. "
    "The exit code is the worst of the plans'; 1 also where an entry of the ledger is expired, or "
    "excuses what has not failed.",
    1,
    1,
    options,
    sizeof options / sizeof options[0],
    run,
    epilogue,
};
