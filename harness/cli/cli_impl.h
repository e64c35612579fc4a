/* cli_impl.h - what the subcommands share: option tables, opening things by
 * name, printing, exit codes. */
#ifndef DG_CLI_IMPL_H
#define DG_CLI_IMPL_H

#include <jansson.h>

#include "base/base.h"
#include "bundle/bundle.h"
#include "chain/chain.h"
#include "fetch/fetch.h"
#include "host/host.h"
#include "plan/plan.h"
#include "run/run.h"
#include "snapshot/snapshot.h"
#include "source/source.h"
#include "wasm/wasm.h"

/* ---- options ---- */

/* DG_OPT_EACH may be given many times, DG_OPT_ONCE is a text that may not; of the others the last
 * one counts. */
typedef enum dg_option_kind {
    DG_OPT_FLAG,
    DG_OPT_TEXT,
    DG_OPT_ONCE,
    DG_OPT_NUMBER,
    DG_OPT_EACH
} dg_option_kind;

typedef struct dg_option {
    const char *name; /* without dashes: "state-version" */
    char letter;      /* 0: none */
    dg_option_kind kind;
    const char *value; /* what the help calls its value; NULL for a flag */
    const char *says;  /* "plan key seed" alone: as the plan's table has it */
} dg_option;

enum { DG_POSITIONALS_MAX = 64, DG_OPTIONS_MAX = 32 };

typedef struct dg_args {
    const char *positional[DG_POSITIONALS_MAX];
    size_t positional_count;
    const char *each[DG_POSITIONALS_MAX]; /* values of the command's DG_OPT_EACH option */
    size_t each_count;
    const char *text[DG_OPTIONS_MAX]; /* by row of the command's table; NULL: not given */
    uint64_t number[DG_OPTIONS_MAX];
    bool json, quiet, verbose, help;
} dg_args;

typedef struct dg_command {
    const char *name;      /* "call", "snapshot create" */
    const char *arguments; /* "SNAPSHOT API_method [0xARGS]" */
    const char *says;      /* one sentence */
    const char *more;      /* paragraph of the help, NULL: none */
    size_t min, max;       /* positionals */
    const dg_option *options;
    size_t option_count;
    int (*run)(const dg_args *args);
    void (*epilogue)(FILE *out); /* closes the help, NULL: nothing */
} dg_command;

/* Every command takes these too: -h/--help, -v/--verbose, -q/--quiet, --json. */
dg_code dg_args_parse(dg_args *out, const dg_command *command, int argc, char **argv,
                      dg_error *err);

/* Row i of its table, then of those that every command has; NULL past the end. */
const dg_option *dg_command_option(const dg_command *command, size_t i);
/* `word` is "--name", "--name=value" or "-x". The index of its row, or -1; `*value` is what stands
 * behind "=", or NULL. */
int dg_command_option_find(const dg_command *command, const char *word, const char **value);
/* The key of a plan that it stands for; NULL: it is about more than one key, or none. */
const dg_keys_row *dg_option_key(const dg_option *row);
/* What help says of it, appended: of one that stands for a key what the plan's table says first. */
void dg_option_describe(dg_buf *out, const dg_option *row);

/* commands.c: the list, ended by NULL, which stays; once, before any of it is looked for. */
void dg_command_list_set(const dg_command *const *commands);
const dg_command *dg_command_at(size_t i); /* NULL past the end */
/* How many of the words of a command line, behind the program's name, are this command's name: 1,
 * 2 ("snapshot create"), 0: they name another. */
size_t dg_command_words(const dg_command *command, const char *const *words, size_t count);
void dg_command_help(FILE *out, const dg_command *command); /* NULL: all of them */
/* The commands that begin with this word; false: none does. */
bool dg_command_group_help(FILE *out, const char *word);

/* wrap.c: words of `text` from column `at` on, up to a hundred; lines that follow begin at
 * `indent`. Ends the line. */
void dg_cli_wrap(FILE *out, size_t at, size_t indent, const char *text);
/* .. up to `width`, which is above `indent`. */
void dg_cli_wrap_to(FILE *out, size_t width, size_t at, size_t indent, const char *text);
/* What nodes are called, and the repairs that classes have: closes the help of doppel nodes. */
void dg_topic_nodes(FILE *out);
/* What the words of a plan mean: "plan", "claims"; `roff`: as the body of a manual page. False: no
 * such topic. */
bool dg_topic_help(FILE *out, const char *word, bool roff);
/* The keys of a gate and its ledger, with an example: closes the help of doppel gate. */
void dg_topic_gate(FILE *out);
/* Topic i and what it is about; NULL past the end. */
const char *dg_topic_at(size_t i, const char **says);
/* Of the manual; topic i is there. */
unsigned dg_topic_section(size_t i);

/* ---- the language of manual pages ---- */

/* Words, in lines that are not too long, and the end of the line. */
void dg_roff_text(FILE *out, const char *text);
/* The same as a paragraph of its own. */
void dg_roff_paragraph(FILE *out, const char *text);
/* The lines of `text` as they are. */
void dg_roff_lines(FILE *out, const char *text);
void dg_roff_heading(FILE *out, const char *text);
/* A name in bold, `value` (NULL: none) behind it; what is said of it comes next. */
void dg_roff_tag(FILE *out, const char *name, const char *value);

/* What may stand in place of the last of these words of a command line, the program's name left
 * out; `count` is at least 1, and the word may be empty. A line for each, as offer.c says. */
void dg_cli_offer(FILE *out, const char *const *words, size_t count);

/* ---- shared work ---- */

/* Prints "doppel: text" on stderr and returns the exit code of err->code. */
int dg_cli_exit_with(const dg_error *err);

/* What an exit code means, the same for all commands; NULL: there is no such code. */
const char *dg_cli_exit_says(int code);
/* DOPPEL_CACHE or the usual place; NULL: there is none. */
const char *dg_cli_cache(void);
/* An engine with its compiled code in dg_cli_cache. */
dg_code dg_cli_engine(dg_engine **out, dg_error *err);
/* A runtime from whatever dg_source_runtime (source.h) takes. */
dg_code dg_cli_runtime(dg_runtime **out, dg_engine *engine, const char *path, dg_error *err);
/* The same, or the `:code` of `source` where no path is given. */
dg_code dg_cli_runtime_over(dg_runtime **out, dg_engine *engine, const dg_source *source,
                            const char *path, dg_error *err);
/* What is said of endpoints on a command line. */
typedef struct dg_cli_rpc_flags {
    const char *const *headers; /* --rpc-header: "Name: value" or "@FILE" */
    size_t header_count;
    const char *cacert, *endpoints; /* NULL: not given */
} dg_cli_rpc_flags;
/* Is it no file, but a list of URLs, or the name of a chain? `endpoints` may be NULL. */
bool dg_cli_is_remote(const char *from, const char *endpoints);
/* Asks nobody yet. DG_USAGE, DG_MALFORMED, DG_IO, DG_LIMIT, DG_NOMEM. */
dg_code dg_cli_rpc(dg_rpc **out, const char *from, const dg_cli_rpc_flags *flags, dg_error *err);
/* Whoever opens a live state in this process asks with these from here on. Once. DG_USAGE, DG_IO.
 */
dg_code dg_cli_ask_with(const dg_cli_rpc_flags *flags, dg_error *err);
/* snapshot create from endpoints; NULL: not given. Codes of dg_fetch_snapshot. */
typedef struct dg_cli_fetch_flags {
    const char *from, *out, *at, *way, *pallets;
    bool replace;
    dg_cli_rpc_flags rpc;
} dg_cli_fetch_flags;
dg_code dg_cli_fetch(const dg_cli_fetch_flags *flags, dg_engine *engine, dg_error *err);
/* As dg_source_open (source.h), with progress; imported specs stay in the cache. */
dg_code dg_cli_source(dg_source *out, dg_engine *engine, const char *path, dg_error *err);

/* One --set: KEY=VALUE. DG_USAGE. */
dg_code dg_cli_plan_set(dg_plan *plan, const char *pair, dg_error *err);
/* The words of --explain and --positions, in the order of the enumerations of run.h. */
extern const char *const dg_option_explains[4], *const dg_option_positions[4];
/* A flag that stands for a key: row `option` of the command's table, given `value`, or, of NULL,
 * its own. */
typedef struct dg_option_for_key {
    int option;
    const char *key, *value;
} dg_option_for_key;
/* The plan that the first argument names, or an empty one, with these flags and then each --set.
 * The caller's after a failure too; NULL: there is none. Codes of dg_plan_load and dg_plan_set. */
dg_code dg_cli_plan_of(dg_plan **out, const dg_args *args, const dg_option_for_key *flags,
                       size_t count, dg_error *err);
/* Which of three words a flag has: its index; NULL: `*out` stays. DG_USAGE. */
dg_code dg_cli_word_of(int *out, const char *flag, const char *text, const char *const names[4],
                       dg_error *err);
/* What replay --shrink is asked for, as its flags have it; NULL: not given. */
typedef struct dg_cli_shrink_flags {
    const char *out, *claim, *time_budget;
    uint64_t trials; /* 0: as many as it takes */
} dg_cli_shrink_flags;
/* Makes what a bundle holds smaller, tells of each trial, and writes the smallest to a bundle of
 * its own. The exit code: 0 where it came to an end, 3 where it was stopped before or no cause of
 * the break is proved, else that of what went wrong. */
int dg_cli_shrink(dg_bundle *bundle, const dg_cli_shrink_flags *flags, const dg_args *args);
/* Before hours of work: `path` is none of the `count` things that are read (NULL: nothing), and can
 * be written. DG_USAGE, with the flag's name; DG_IO. */
dg_code dg_cli_try_place(const char *flag, const char *path, const char *const *inputs,
                         size_t count, dg_error *err);
/* The folder of `path`, made if it is not there. DG_IO. */
dg_code dg_cli_folder_for(const char *path, dg_error *err);
/* A document to a file, as dg_report_json has it. DG_IO, DG_NOMEM. */
dg_code dg_cli_write_json(const json_t *document, const char *path, dg_error *err);

/* "200ms", "90s", "10m", "2h", in ns; NULL: `*out_ns` stays. DG_USAGE, with the flag. */
dg_code dg_cli_time(uint64_t *out_ns, const char *flag, const char *text, dg_error *err);

/* Sorted keys, two spaces, a newline; takes the reference. Returns the exit code
 * DG_EXIT_HELD, or DG_EXIT_ENVIRONMENT when stdout fails. */
int dg_cli_print_json(json_t *value);
/* What the snapshot at `path` holds, as `snapshot show` prints it. */
int dg_cli_print_snapshot(const dg_args *args, const char *path);

/* A chain at its newest block, to count slots from. */
typedef struct dg_cli_chain {
    dg_clock clock;
    uint32_t block;
    char name[80]; /* of the runtime, with its version */
    double miss;   /* share of slots without a block; 0 where nothing says */
    bool measured; /* .. of the chain itself, since its first slot */
} dg_cli_chain;
/* chain_now.c: of a snapshot by its name. DG_UNSUPPORTED: it has no slots. */
dg_code dg_cli_chain_look(dg_cli_chain *now, const char *path, dg_error *err);
/* What --miss-rate says instead; NULL: nothing. DG_USAGE. */
dg_code dg_cli_chain_miss(dg_cli_chain *now, const char *text, dg_error *err);

/* An outcome or a sweep, read and checked; owned by the caller in any case. "-" is stdin;
 * `is_sweep` may be NULL. Codes of dg_outcome_load. */
dg_code dg_cli_read_runs(json_t **out, bool *is_sweep, const char *path, dg_error *err);

/* From here on SIGINT and SIGTERM only ask that the work be ended; a second one ends the program as
 * ever, and takes with it what is in the making. */
void dg_cli_hear_signals(void);
/* Has one of them come? */
bool dg_cli_is_asked_to_end(void);

/* ---- a document for people ---- */

/* A whole outcome, what a log says by itself, a sweep, a gate, advice, a comparison, a process that
 * was watched, a matrix. */
typedef enum dg_cli_page {
    DG_CLI_PAGE_OUTCOME,
    DG_CLI_PAGE_VERDICTS,
    DG_CLI_PAGE_SWEEP,
    DG_CLI_PAGE_GATE,
    DG_CLI_PAGE_ADVICE,
    DG_CLI_PAGE_DIFFERENCES,
    DG_CLI_PAGE_OBSERVED,
    DG_CLI_PAGE_MATRIX
} dg_cli_page;
/* Which of them a document that was read is, an outcome, a sweep, a gate, a process
 * that was watched or a matrix, checked as such.
 * DG_MALFORMED; DG_UNSUPPORTED: of a later format. */
dg_code dg_cli_page_of(dg_cli_page *out, const json_t *document, dg_error *err);
/* How wide lines are there: `asked`; 0: as the terminal has it, 100 where there is none. */
unsigned dg_cli_width(FILE *to, uint64_t asked);
/* On `to`: with --json as it is, with -q its answer alone, with -v all evidence. `width` 0: as
 * the terminal has it, 100 where there is none. DG_IO; DG_MALFORMED: not an outcome. */
dg_code dg_cli_print_page(FILE *to, const json_t *document, dg_cli_page page, const dg_args *args,
                          uint64_t width, bool colour, dg_error *err);
/* ---- progress: a bar on a terminal, a line each ten seconds otherwise ---- */

typedef struct dg_progress {
    const char *phase;
    const char *unit; /* of what is counted, `one` of those at a time; NULL: just steps */
    uint64_t one;
    uint64_t bytes; /* that came with what was done; 0: not told */
    uint64_t last_ns, start_ns, compiled_before_ns;
    bool shown;
} dg_progress;
/* "import" (in bytes), "control", "treatment" (slots), "causes", "seeds", "execute", or another:
 * static. */
void dg_progress_init(dg_progress *p, const char *phase);
/* `total` 0: unknown. */
void dg_progress_step(void *progress, uint64_t done, uint64_t total);
/* Takes the bar away. */
void dg_progress_done(dg_progress *p);
/* The line of a phase at that moment of dg_wall_ns: where it is, its own rate, the time left. */
void dg_progress_line(char *out, size_t size, const dg_progress *p, uint64_t done, uint64_t total,
                      uint64_t now_ns);
/* For dg_engine_options: says that code is compiled, and keeps that time off the phases. */
void dg_progress_compiling(void *user, size_t bytes, bool begins);
/* Only the time. */
void dg_progress_compiling_at(bool begins, uint64_t now_ns);
/* A terminal that knows no escapes: TERM says so. */
bool dg_cli_is_dumb(void);

/* ---- the commands, one file each ---- */

extern const dg_command dg_cmd_cache_show, dg_cmd_cache_clear;
extern const dg_command dg_cmd_report_diff, dg_cmd_gate, dg_cmd_completion, dg_cmd_man;
extern const dg_command dg_cmd_snapshot_create, dg_cmd_snapshot_show, dg_cmd_snapshot_verify,
    dg_cmd_snapshot_diff, dg_cmd_snapshot_update, dg_cmd_snapshot_gc, dg_cmd_snapshot_export,
    dg_cmd_snapshot_amend, dg_cmd_inspect, dg_cmd_call, dg_cmd_execute, dg_cmd_preflight,
    dg_cmd_run, dg_cmd_replay, dg_cmd_sweep, dg_cmd_merge, dg_cmd_bisect, dg_cmd_observe,
    dg_cmd_matrix, dg_cmd_when, dg_cmd_advise, dg_cmd_report_show, dg_cmd_report_markdown,
    dg_cmd_report_junit, dg_cmd_report_github, dg_cmd_report_html, dg_cmd_report_sarif,
    dg_cmd_report_explain, dg_cmd_nodes, dg_cmd_recover, dg_cmd_version, dg_cmd_help;

#endif
