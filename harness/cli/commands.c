/* commands.c - the list of commands, for those that look through it: help, manual, completion. The
 * list itself is main.c's, since it names every one of them. */
#include "cli/cli_impl.h"

#include <assert.h>
#include <string.h>

static const dg_command *const *all;

void dg_command_list_set(const dg_command *const *commands)
{
    assert(commands && !all);
    all = commands;
}

const dg_command *dg_command_at(size_t i)
{
    assert(all);
    for (size_t k = 0; k < i; k++)
        if (!all[k])
            return NULL;
    return all[i];
}

size_t dg_command_words(const dg_command *command, const char *const *words, size_t count)
{
    const char *space = strchr(command->name, ' ');
    if (!space)
        return count >= 1 && strcmp(command->name, words[0]) == 0 ? 1 : 0;
    if (count < 2 || strncmp(command->name, words[0], (size_t)(space - command->name)) != 0
        || words[0][space - command->name] != 0 || strcmp(space + 1, words[1]) != 0)
        return 0;
    return 2;
}
