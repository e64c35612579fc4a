/* main.c - finds the subcommand. Only tables here; each command has its file. */
#include "cli/cli_impl.h"

#include <assert.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

static const dg_command *const commands[] = {
    &dg_cmd_snapshot_create,
    &dg_cmd_snapshot_show,
    &dg_cmd_snapshot_verify,
    &dg_cmd_snapshot_diff,
    &dg_cmd_snapshot_update,
    &dg_cmd_snapshot_gc,
    &dg_cmd_snapshot_export,
    &dg_cmd_snapshot_amend,
    &dg_cmd_inspect,
    &dg_cmd_call,
    &dg_cmd_execute,
    &dg_cmd_preflight,
    &dg_cmd_run,
    &dg_cmd_recover,
    &dg_cmd_replay,
    &dg_cmd_sweep,
    &dg_cmd_merge,
    &dg_cmd_gate,
    &dg_cmd_bisect,
    &dg_cmd_observe,
    &dg_cmd_matrix,
    &dg_cmd_when,
    &dg_cmd_advise,
    &dg_cmd_report_show,
    &dg_cmd_report_markdown,
    &dg_cmd_report_junit,
    &dg_cmd_report_github,
    &dg_cmd_report_html,
    &dg_cmd_report_sarif,
    &dg_cmd_report_explain,
    &dg_cmd_report_diff,
    &dg_cmd_nodes,
    &dg_cmd_cache_show,
    &dg_cmd_cache_clear,
    &dg_cmd_completion,
    &dg_cmd_man,
    &dg_cmd_version,
    &dg_cmd_help,
    NULL,
};

/* A word that only begins commands: "snapshot". */
static bool is_group(const char *word)
{
    size_t len = strlen(word);
    for (size_t i = 0; dg_command_at(i); i++)
        if (strncmp(dg_command_at(i)->name, word, len) == 0 && dg_command_at(i)->name[len] == ' ')
            return true;
    return false;
}

/* The command, or the group of commands, that was perhaps meant. */
static const char *nearest(const char *word)
{
    enum { COMMANDS = sizeof commands / sizeof commands[0] };
    static char groups[COMMANDS][16];
    const char *names[2 * COMMANDS + 1] = { NULL };
    const dg_command *command;
    size_t count = 0;
    for (size_t i = 0; (command = dg_command_at(i)); i++) {
        const char *name = command->name, *space = strchr(name, ' ');
        names[count++] = name;
        if (!space)
            continue;
        snprintf(groups[i], sizeof groups[i], "%.*s", (int)(space - name), name);
        names[count++] = groups[i];
    }
    return dg_nearest(word, names);
}

static int unknown(int argc, char **argv)
{
    bool group = is_group(argv[1]);
    const char *near;
    char word[128];
    dg_error err;
    assert(argc >= 2);
    if (group && (argc == 2 || strcmp(argv[2], "-h") == 0 || strcmp(argv[2], "--help") == 0)) {
        dg_command_group_help(argc == 2 ? stderr : stdout, argv[1]);
        return argc == 2 ? DG_EXIT_USAGE : DG_EXIT_HELD;
    }
    snprintf(word, sizeof word, group ? "%s %s" : "%s", argv[1], group ? argv[2] : "");
    near = nearest(word);
    dg_fail(&err, DG_USAGE,
            near ? "no command %s; did you mean %s?" : "no command %s; see doppel help", word,
            near);
    return dg_cli_exit_with(&err);
}

/* What was printed must have arrived: a verdict that nobody could read is none. */
static int delivered(int exit_code)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return exit_code;
    if (exit_code != DG_EXIT_ENVIRONMENT)
        fputs("doppel: the result could not be written\n", stderr);
    return DG_EXIT_ENVIRONMENT;
}

/* What a state could not give may have been taken for absent: then nothing holds, and nothing
 * broke. */
static int unless_lost(int exit_code)
{
    dg_error err;
    if ((exit_code == DG_EXIT_HELD || exit_code == DG_EXIT_BROKE) && dg_snapshot_lost(&err) < 0)
        return dg_cli_exit_with(&err);
    return exit_code;
}

static int run(const dg_command *command, int argc, char **argv)
{
    dg_args args;
    dg_error err;
    if (dg_args_parse(&args, command, argc, argv, &err) < 0)
        return dg_cli_exit_with(&err);
    dg_log_set(args.quiet ? DG_LOG_QUIET : args.verbose ? DG_LOG_VERBOSE : DG_LOG_NORMAL);
    if (!args.help)
        return unless_lost(command->run(&args));
    dg_command_help(stdout, command);
    return DG_EXIT_HELD;
}

int main(int argc, char **argv)
{
    char help[] = "help", version[] = "version";
    dg_lack_ends();
    json_set_alloc_funcs(dg_malloc, dg_free);
    signal(SIGPIPE, SIG_IGN); /* a closed pipe is a failed write, with its code */
    signal(SIGXFSZ, SIG_IGN); /* likewise a full disk by quota */
    dg_scrap_on_signals();
    dg_command_list_set(commands);
    if (argc < 2) {
        dg_command_help(stderr, NULL);
        return DG_EXIT_USAGE;
    }
    if (strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "--help") == 0)
        argv[1] = help;
    if (strcmp(argv[1], "-V") == 0 || strcmp(argv[1], "--version") == 0)
        argv[1] = version;
    for (size_t i = 0; dg_command_at(i); i++) {
        int words = (int)dg_command_words(dg_command_at(i), (const char *const *)(argv + 1),
                                          (size_t)argc - 1);
        if (words)
            return delivered(run(dg_command_at(i), argc - 1 - words, argv + 1 + words));
    }
    return unknown(argc, argv);
}
