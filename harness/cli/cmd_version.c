/* cmd_version.c - doppel version, doppel help */
#include "cli/cli_impl.h"

#include <string.h>

static int version(const dg_args *args)
{
    if (args->json)
        return dg_cli_print_json(
            json_pack("{s:s, s:s}", "doppel", DG_VERSION, "engine", dg_engine_version()));
    printf("doppel %s (%s)\n", DG_VERSION, dg_engine_version());
    return DG_EXIT_HELD;
}

const dg_command dg_cmd_version = {
    "version", "", "Version of this program and of its engine", NULL, 0, 0, NULL, 0, version, NULL,
};

static void unknown(dg_error *err, const char *name)
{
    enum { NAMES_MAX = 40 };
    const char *names[NAMES_MAX + 1] = { NULL }, *near, *says;
    size_t count = 0;
    for (size_t i = 0; dg_command_at(i) && count < NAMES_MAX; i++)
        names[count++] = dg_command_at(i)->name;
    for (size_t i = 0; count < NAMES_MAX && (names[count] = dg_topic_at(i, &says)); i++)
        count++;
    near = dg_nearest(name, names);
    dg_fail(err, DG_USAGE,
            near ? "no help on %s; did you mean %s?" : "no help on %s; see doppel help", name,
            near);
}

static int help(const dg_args *args)
{
    char name[128] = "";
    dg_error err;
    if (args->positional_count == 0) {
        dg_command_help(stdout, NULL);
        return DG_EXIT_HELD;
    }
    for (size_t i = 0; i < args->positional_count; i++)
        snprintf(name + strlen(name), sizeof name - strlen(name), "%s%s", i ? " " : "",
                 args->positional[i]);
    for (size_t i = 0; dg_command_at(i); i++)
        if (strcmp(dg_command_at(i)->name, name) == 0) {
            dg_command_help(stdout, dg_command_at(i));
            return DG_EXIT_HELD;
        }
    if (dg_command_group_help(stdout, name) || dg_topic_help(stdout, name, false))
        return DG_EXIT_HELD;
    unknown(&err, name);
    return dg_cli_exit_with(&err);
}

const dg_command dg_cmd_help = { "help",
                                 "[COMMAND|plan|claims]",
                                 "All commands, one command, or the keys of a plan",
                                 NULL,
                                 0,
                                 2,
                                 NULL,
                                 0,
                                 help,
                                 NULL };
