/* cmd_observe.c - doppel observe: a process that runs, watched until a verdict is sure. */
#include "cli/cli_impl.h"
#include "observe/observe.h"
#include "process/process.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const dg_option options[] = {
    { "pid", 0, DG_OPT_NUMBER, "N",
      "watch the process with this id: its memory and processor time" },
    { "metrics", 0, DG_OPT_ONCE, "URL",
      "ask this page of Prometheus metrics, http://HOST:PORT/metrics: memory (unless --pid or a "
      "command tells of it), channels, heights, peers" },
    { "samples", 0, DG_OPT_ONCE, "FILE",
      "judge samples that --keep wrote, without waiting; - is stdin" },
    { "model", 0, DG_OPT_ONCE, "PLAN",
      "simulate relay nodes inside collators for hours, N-1 and N, as this plan says" },
    { "against", 0, DG_OPT_ONCE, "FILE",
      "samples of N-1: what grows there too is no fault of N's" },
    { "keep", 0, DG_OPT_ONCE, "FILE", "write each sample there" },
    { "every", 0, DG_OPT_ONCE, "TIME", "from one sample to the next (1s; 200ms, 10s, 1m)" },
    { "for", 0, DG_OPT_ONCE, "TIME", "at most so long (15m; 0s: until the verdict is sure)" },
    { "settle", 0, DG_OPT_ONCE, "TIME", "what is seen before that is not judged (0s)" },
    { "to-the-end", 0, DG_OPT_FLAG, NULL, "watch on though the verdict is sure" },
    { "at-most", 0, DG_OPT_ONCE, "MB", "plan key claims.memory-slope.at_most" },
    { "set", 0, DG_OPT_EACH, "KEY=VALUE",
      "a key of the plan below claims.memory-slope or claims.channel-bounded" },
    { "ready", 0, DG_OPT_ONCE, "TIME", "of a command: wait so long for its page of metrics (60s)" },
    { "output", 0, DG_OPT_ONCE, "FILE", "of a command: append what it prints there (stderr)" },
    { "out", 'o', DG_OPT_TEXT, "FILE", "the outcome (out/observe.json)" },
    { "width", 0, DG_OPT_NUMBER, "COLUMNS",
      "wrap lines at this column (the terminal's, else 100)" },
    { "color", 0, DG_OPT_FLAG, NULL, "use colours even if the output is not a terminal" },
};
enum {
    OPT_PID,
    OPT_METRICS,
    OPT_SAMPLES,
    OPT_MODEL,
    OPT_AGAINST,
    OPT_KEEP,
    OPT_EVERY,
    OPT_FOR,
    OPT_SETTLE,
    OPT_TO_THE_END,
    OPT_AT_MOST,
    OPT_SET,
    OPT_READY,
    OPT_OUTPUT,
    OPT_OUT,
    OPT_WIDTH,
    OPT_COLOR
};

enum { EVERY_MS = 1000, FOR_MS = 900000, READY_MS = 60000, GRACE_MS = 10000 };

typedef struct asked {
    dg_observe_pace pace;
    dg_observe_options how;
    uint64_t ready_ms;
    const char *out;
    dg_plan *plan;
    dg_progress bar;
} asked;

static bool halts(void *user)
{
    (void)user;
    return dg_cli_is_asked_to_end();
}

static void step(void *user, const dg_observe_sample *sample, size_t taken)
{
    asked *a = user;
    (void)sample;
    dg_progress_step(&a->bar, taken, 0);
}

/* ---- what was asked for ---- */

static dg_code one_source(const dg_args *args, dg_error *err)
{
    bool live = args->text[OPT_PID] || args->text[OPT_METRICS];
    if (args->text[OPT_MODEL] && !live && !args->positional_count && !args->text[OPT_SAMPLES]
        && !args->text[OPT_KEEP] && !args->text[OPT_AGAINST] && !args->text[OPT_AT_MOST]
        && !args->each_count)
        return DG_OK;
    if (args->text[OPT_MODEL])
        return dg_fail(err, DG_USAGE, "observe: --model PLAN stands alone; claims are keys of it");
    if (args->text[OPT_SAMPLES] ? live || args->positional_count : !live && !args->positional_count)
        return dg_fail(err, DG_USAGE,
                       "observe: needs --pid N, --metrics URL or a command, or --samples FILE or "
                       "--model PLAN alone");
    if (args->text[OPT_PID] && args->positional_count)
        return dg_fail(err, DG_USAGE,
                       "observe: --pid is of a process that runs already: leave %s out",
                       args->positional[0]);
    if (args->text[OPT_PID] && (!args->number[OPT_PID] || args->number[OPT_PID] > INT32_MAX))
        return dg_fail(err, DG_USAGE, "observe: %s is the id of no process", args->text[OPT_PID]);
    return DG_OK;
}

static dg_code times(asked *a, const dg_args *args, dg_error *err)
{
    struct {
        int option;
        uint64_t *to;
        uint64_t otherwise;
    } rows[] = { { OPT_EVERY, &a->pace.every_ms, EVERY_MS },
                 { OPT_FOR, &a->how.most_ms, args->text[OPT_SAMPLES] ? 0 : FOR_MS },
                 { OPT_SETTLE, &a->how.settle_ms, 0 },
                 { OPT_READY, &a->ready_ms, READY_MS } };
    dg_code rc = DG_OK;
    for (size_t i = 0; i < sizeof rows / sizeof *rows && rc >= 0; i++) {
        uint64_t ns = rows[i].otherwise * 1000000;
        const char *text = args->text[rows[i].option];
        if (text && strcmp(text, "0s") == 0 && rows[i].option != OPT_EVERY)
            ns = 0;
        else
            rc = dg_cli_time(&ns, options[rows[i].option].name, text, err);
        *rows[i].to = ns / 1000000;
    }
    return rc;
}

static dg_code read_options(asked *a, const dg_args *args, dg_error *err)
{
    const char *inputs[] = { args->text[OPT_SAMPLES], args->text[OPT_AGAINST],
                             args->text[OPT_MODEL] };
    enum { INPUTS = sizeof inputs / sizeof *inputs };
    dg_code rc;
    a->out = args->text[OPT_OUT] ? args->text[OPT_OUT] : "out/observe.json";
    a->how.keep = args->text[OPT_KEEP];
    a->how.to_the_end = args->text[OPT_TO_THE_END] != NULL;
    if ((rc = one_source(args, err)) < 0 || (rc = times(a, args, err)) < 0
        || (rc = dg_plan_new(&a->plan, err)) < 0)
        return rc;
    if (args->text[OPT_AT_MOST]
        && (rc = dg_plan_set(a->plan, "claims.memory-slope.at_most", args->text[OPT_AT_MOST], err))
               < 0)
        return rc;
    for (size_t i = 0; i < args->each_count && rc >= 0; i++) {
        if (strncmp(args->each[i], "claims.", 7) != 0)
            return dg_fail(err, DG_USAGE, "observe: --set is of claims alone, not %s",
                           args->each[i]);
        rc = dg_cli_plan_set(a->plan, args->each[i], err);
    }
    a->how.claims = json_object_get(dg_plan_json(a->plan), "claims");
    if (rc >= 0 && (rc = dg_cli_folder_for(a->out, err)) >= 0
        && (rc = dg_cli_try_place("out", a->out, inputs, INPUTS, err)) >= 0 && a->how.keep)
        rc = dg_cli_try_place("keep", a->how.keep, inputs, INPUTS, err);
    return rc;
}

/* ---- where samples come from ---- */

/* A node that was started a moment ago does not serve its page yet. */
static dg_code page_of_command(dg_observe_source **out, dg_process *p, const asked *a,
                               const char *url, dg_error *err)
{
    enum { AGAIN_MS = 100 };
    uint64_t from = dg_wall_ns();
    char how[40];
    for (;;) {
        dg_code rc = dg_observe_metrics(out, url, p->id, &a->pace, err);
        if (rc != DG_IO && !p->ended)
            return rc;
        if (dg_process_wait(p, AGAIN_MS, halts, NULL) == DG_OK) {
            dg_process_ended(how, p);
            return dg_fail(err, DG_USAGE, "the command ended (%s) before it served %.200s", how,
                           url);
        }
        if (dg_cli_is_asked_to_end() || dg_wall_ns() - from > a->ready_ms * 1000000)
            return rc;
    }
}

static dg_code open_source(dg_observe_source **out, dg_process *p, const asked *a,
                           const dg_args *args, dg_error *err)
{
    dg_process_command command = { .words = args->positional, .output = args->text[OPT_OUTPUT] };
    const char *words[DG_POSITIONALS_MAX + 1] = { NULL };
    dg_code rc;
    if (args->text[OPT_SAMPLES])
        return dg_observe_file(out, args->text[OPT_SAMPLES], err);
    if (!args->positional_count)
        return args->text[OPT_METRICS]
                   ? dg_observe_metrics(out, args->text[OPT_METRICS],
                                        (int64_t)args->number[OPT_PID], &a->pace, err)
                   : dg_observe_pid(out, (int64_t)args->number[OPT_PID], &a->pace, err);
    memcpy(words, args->positional, args->positional_count * sizeof *words);
    command.words = words;
    if ((rc = dg_process_start(p, &command, err)) < 0)
        return rc;
    return args->text[OPT_METRICS] ? page_of_command(out, p, a, args->text[OPT_METRICS], err)
                                   : dg_observe_pid(out, p->id, &a->pace, err);
}

/* ---- the end ---- */

static int deliver(const dg_observe_watched *watched, const asked *a, const dg_args *args)
{
    json_t *document;
    dg_error err;
    int exit_code;
    if (dg_observe_document(&document, watched, &err) < 0)
        return dg_cli_exit_with(&err);
    exit_code = dg_observe_exit(document);
    if (dg_cli_write_json(document, a->out, &err) < 0)
        exit_code = dg_cli_exit_with(&err);
    if (dg_cli_print_page(strcmp(a->out, "-") == 0 ? stderr : stdout, document,
                          DG_CLI_PAGE_OBSERVED, args, args->number[OPT_WIDTH],
                          args->text[OPT_COLOR] != NULL, &err)
        < 0)
        exit_code = dg_cli_exit_with(&err);
    json_decref(document);
    return exit_code;
}

static void tell_of_command(dg_observe_watched *watched, dg_process *p)
{
    char how[40];
    if (!p->id || dg_process_wait(p, 0, NULL, NULL) != DG_OK)
        return;
    dg_process_ended(how, p);
    snprintf(watched->ended, sizeof watched->ended, "the command ended: %s", how);
}

static int run(const dg_args *args)
{
    asked a = { .pace = { .halts = halts } };
    dg_observe_source *source = NULL, *against = NULL;
    dg_observe_watched watched = { .samples = 0 };
    dg_process process = { .id = 0 };
    dg_error err;
    int exit_code;
    dg_code rc = read_options(&a, args, &err);
    if (rc >= 0 && args->text[OPT_MODEL]) {
        rc = dg_observe_model(&watched, args->text[OPT_MODEL], &err);
        exit_code = rc < 0 ? dg_cli_exit_with(&err) : deliver(&watched, &a, args);
        dg_observe_clear(&watched);
        dg_plan_free(a.plan);
        return exit_code;
    }
    if (rc >= 0 && args->text[OPT_AGAINST])
        rc = dg_observe_file(&against, args->text[OPT_AGAINST], &err);
    if (rc >= 0) {
        dg_cli_hear_signals();
        rc = open_source(&source, &process, &a, args, &err);
    }
    if (rc >= 0) {
        a.how.against = against;
        a.how.progress = step;
        a.how.user = &a;
        dg_progress_init(&a.bar, "observe");
        rc = dg_observe_watch(&watched, source, &a.how, &err);
        dg_progress_done(&a.bar);
        tell_of_command(&watched, &process);
    }
    dg_process_stop(&process, GRACE_MS);
    exit_code = rc < 0 ? dg_cli_exit_with(&err) : deliver(&watched, &a, args);
    dg_observe_clear(&watched);
    dg_observe_close(source);
    dg_observe_close(against);
    dg_plan_free(a.plan);
    return exit_code;
}

static void epilogue(FILE *out)
{
    const dg_keys_table *table = dg_observe_keys();
    fputs("\nKeys of the PLAN of --model, JSON:\n\n", out);
    for (size_t i = 0; i < table->count; i++) {
        char room[1000];
        dg_buf text = dg_buf_on(room, sizeof room);
        dg_keys_describe(&text, &table->rows[i]);
        fprintf(out, "  %-21s ", table->rows[i].path);
        dg_cli_wrap(out, 24, 24, dg_buf_text(&text));
    }
    fputs(
        "\nA slope is the median of the slopes of all pairs of samples of the newer half (Theil "
        "and Sen), and its\n"
        "interval leaves 5 % of doubt over all looks together. What only warms up is told from a "
        "leak once it slows\ndown; claims.memory-slope.least_s says how long that is waited for.\n"
        "Exit 3: the interval still holds the limit when the time is over.\n"
        "observe.schema.json and observe-outcome.schema.json describe plan and outcome.\n"
        "Examples:\n"
        "  doppel observe --pid 4711 --metrics http://127.0.0.1:9615/metrics --for 1h\n"
        "  doppel observe --keep n.samples -- ./node --chain dev\n",
        out);
}

const dg_command dg_cmd_observe = {
    "observe",
    "[--] [COMMAND...]",
    "Watch a process that runs: does it take more and more memory, do its channels fill",
    "Samples memory and processor time of a process, and the metrics that a node serves, and "
    "judges "
    "memory-slope and channel-bounded, as early as the interval around the slope allows. A command "
    "is started, and ended with all that it started.",
    0,
    DG_POSITIONALS_MAX,
    options,
    sizeof options / sizeof options[0],
    run,
    epilogue,
};
