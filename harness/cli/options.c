/* options.c - reads a command line by the command's table, and prints that table. */
#include "cli/cli_impl.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "plan/plan.h"

static const dg_option shared[] = {
    { "json", 0, DG_OPT_FLAG, NULL, "results as JSON with sorted keys" },
    { "quiet", 'q', DG_OPT_FLAG, NULL,
      "no progress and no log; only the first five lines of a "
      "report" },
    { "verbose", 'v', DG_OPT_FLAG, NULL, "more log, on stderr; all evidence of a report" },
    { "help", 'h', DG_OPT_FLAG, NULL, "this text" },
};
enum { HELP_COLUMN = 37 };
enum { SHARED_COUNT = sizeof shared / sizeof shared[0] };

const dg_option *dg_command_option(const dg_command *command, size_t i)
{
    assert(command->option_count <= DG_OPTIONS_MAX);
    if (i < command->option_count)
        return &command->options[i];
    i -= command->option_count;
    return i < SHARED_COUNT ? &shared[i] : NULL;
}

static bool named(const dg_option *row, const char *word, size_t len)
{
    return strlen(row->name) == len && strncmp(row->name, word, len) == 0;
}

int dg_command_option_find(const dg_command *command, const char *word, const char **value)
{
    const char *equal = strchr(word, '=');
    size_t len = equal ? (size_t)(equal - word) : strlen(word);
    *value = equal ? equal + 1 : NULL;
    for (size_t i = 0; dg_command_option(command, i); i++) {
        const dg_option *row = dg_command_option(command, i);
        if (word[1] == '-' ? named(row, word + 2, len - 2) : len == 2 && row->letter == word[1])
            return (int)i;
    }
    return -1;
}

static dg_code unknown(const dg_command *command, const char *word, dg_error *err)
{
    const char *names[DG_OPTIONS_MAX + SHARED_COUNT + 1] = { NULL };
    const char *near;
    for (size_t i = 0; dg_command_option(command, i); i++)
        names[i] = dg_command_option(command, i)->name;
    near = dg_nearest(word + strspn(word, "-"), names);
    if (near)
        return dg_fail(err, DG_USAGE, "%s: no option %s; did you mean --%s?", command->name, word,
                       near);
    return dg_fail(err, DG_USAGE, "%s: there is no option %s; doppel help %s lists its options",
                   command->name, word, command->name);
}

static dg_code set(dg_args *out, const dg_command *command, size_t i, const char *value,
                   dg_error *err)
{
    const dg_option *row = dg_command_option(command, i);
    char *end;
    assert(row && value);
    if (i >= command->option_count) {
        bool *flags[SHARED_COUNT] = { &out->json, &out->quiet, &out->verbose, &out->help };
        *flags[i - command->option_count] = true;
        return DG_OK;
    }
    if (row->kind == DG_OPT_ONCE && out->text[i])
        return dg_fail(err, DG_USAGE, "%s: --%s is given twice; its values go into one list",
                       command->name, row->name);
    if (row->kind == DG_OPT_EACH && out->each_count == DG_POSITIONALS_MAX)
        return dg_fail(err, DG_USAGE, "%s: --%s is given more than %d times", command->name,
                       row->name, DG_POSITIONALS_MAX);
    if (row->kind == DG_OPT_EACH)
        out->each[out->each_count++] = value;
    out->text[i] = value;
    if (row->kind != DG_OPT_NUMBER)
        return DG_OK;
    out->number[i] = strtoull(value, &end, 10);
    if (*value < '0' || *value > '9' || *end)
        return dg_fail(err, DG_USAGE, "%s: --%s needs a number, not %s", command->name, row->name,
                       value);
    return DG_OK;
}

/* One option at argv[*at]; steps over a value that stands apart. */
static dg_code option(dg_args *out, const dg_command *command, int argc, char **argv, int *at,
                      dg_error *err)
{
    const char *word = argv[*at], *value;
    int i = dg_command_option_find(command, word, &value);
    const dg_option *row;
    assert(*at < argc);
    if (i < 0)
        return unknown(command, word, err);
    row = dg_command_option(command, (size_t)i);
    if (row->kind == DG_OPT_FLAG) {
        if (value)
            return dg_fail(err, DG_USAGE, "%s: --%s takes no value", command->name, row->name);
        return set(out, command, (size_t)i, "", err);
    }
    if (!value && *at + 1 < argc)
        value = argv[++*at];
    if (!value)
        return dg_fail(err, DG_USAGE, "%s: --%s needs %s", command->name, row->name, row->value);
    return set(out, command, (size_t)i, value, err);
}

dg_code dg_args_parse(dg_args *out, const dg_command *command, int argc, char **argv, dg_error *err)
{
    bool only_positional = false;
    dg_code rc;
    assert(command->min <= command->max);
    assert(command->max <= DG_POSITIONALS_MAX);
    *out = (dg_args){ 0 };
    for (int i = 0; i < argc; i++) {
        if (!only_positional && strcmp(argv[i], "--") == 0) {
            only_positional = true;
        } else if (!only_positional && argv[i][0] == '-' && argv[i][1]) {
            if ((rc = option(out, command, argc, argv, &i, err)) < 0)
                return rc;
        } else if (out->positional_count == command->max
                   || out->positional_count == DG_POSITIONALS_MAX) {
            return dg_fail(err, DG_USAGE, "%s: %s is one argument too many; usage: doppel %s %s",
                           command->name, argv[i], command->name, command->arguments);
        } else {
            out->positional[out->positional_count++] = argv[i];
        }
    }
    if (!out->help && out->positional_count < command->min)
        return dg_fail(err, DG_USAGE, "usage: doppel %s %s", command->name, command->arguments);
    return DG_OK;
}

const dg_keys_row *dg_option_key(const dg_option *row)
{
    static const char plan_key[] = "plan key ";
    const char *path = row->says + sizeof plan_key - 1;
    return strncmp(row->says, plan_key, sizeof plan_key - 1) == 0
               ? dg_keys_find(dg_plan_keys(), path, strlen(path))
               : NULL;
}

void dg_option_describe(dg_buf *out, const dg_option *row)
{
    const dg_keys_row *key = dg_option_key(row);
    if (key) {
        dg_keys_describe(out, key);
        dg_buf_put_text(out, "; ");
    }
    dg_buf_put_text(out, row->says);
}

static void print_row(FILE *out, const dg_option *row)
{
    char left[64], letter[8] = "    ", room[1200];
    dg_buf says = dg_buf_on(room, sizeof room);
    if (row->letter)
        snprintf(letter, sizeof letter, "-%c, ", row->letter);
    snprintf(left, sizeof left, "%s--%s%s%s", letter, row->name, row->value ? " " : "",
             row->value ? row->value : "");
    dg_option_describe(&says, row);
    fprintf(out, "  %-*s ", HELP_COLUMN - 3, left);
    dg_cli_wrap(out, HELP_COLUMN, HELP_COLUMN, dg_buf_text(&says));
}

static void print_command(FILE *out, const dg_command *c)
{
    fprintf(out, "  doppel %-16s %-28s %s\n", c->name, c->arguments, c->says);
}

bool dg_command_group_help(FILE *out, const char *word)
{
    size_t len = strlen(word), count = 0;
    for (size_t i = 0; dg_command_at(i); i++)
        if (strncmp(dg_command_at(i)->name, word, len) == 0 && dg_command_at(i)->name[len] == ' ') {
            print_command(out, dg_command_at(i));
            count++;
        }
    return count > 0;
}

static void print_topics(FILE *out)
{
    const char *word, *says;
    fputc('\n', out);
    for (size_t i = 0; (word = dg_topic_at(i, &says)); i++)
        fprintf(out, "  doppel help %-40s %s\n", word, says);
}

static void print_overview(FILE *out)
{
    char room[400];
    dg_buf last = dg_buf_on(room, sizeof room);
    fputs("doppel - rehearse a runtime upgrade on a fork of live chain state\n\n", out);
    for (size_t i = 0; dg_command_at(i); i++)
        print_command(out, dg_command_at(i));
    print_topics(out);
    fputc('\n', out);
    dg_buf_put_text(&last, "Every command: -h, -v, -q, --json. Exit codes:");
    for (int code = 0; dg_cli_exit_says(code); code++)
        dg_buf_printf(&last, "%s %d %s", code ? "," : "", code, dg_cli_exit_says(code));
    dg_buf_put_text(&last, ".");
    dg_cli_wrap(out, 0, 0, dg_buf_text(&last));
    fputs("Positions: boundary-20 (slots), boundary-20b (blocks of control), boundary@2+5, 50%, "
          "#12345, "
          "next.\n",
          out);
}

void dg_command_help(FILE *out, const dg_command *command)
{
    if (!command) {
        print_overview(out);
        return;
    }
    fprintf(out, "usage: doppel %s %s\n\n%s.\n", command->name, command->arguments, command->says);
    if (command->more)
        fprintf(out, "\n%s\n", command->more);
    fputc('\n', out);
    for (size_t i = 0; dg_command_option(command, i); i++)
        print_row(out, dg_command_option(command, i));
    if (command->epilogue)
        command->epilogue(out);
}
