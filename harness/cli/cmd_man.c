/* cmd_man.c - doppel man: manual pages, from the tables that help is printed from. */
#include "cli/cli_impl.h"

#include <assert.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static const dg_option options[] = {
    { "into", 0, DG_OPT_TEXT, "DIR", "write every page there, in man1, man5 and man7" },
    { "date", 0, DG_OPT_TEXT, "DATE", "date of the pages, 2026-01-31 (none)" },
};
enum { OPT_INTO, OPT_DATE };
enum { NAME_MAX_BYTES = 64 };

/* One page: of the program (both NULL), of a command, or of a topic. */
typedef struct page {
    const dg_command *command;
    const char *topic, *topic_says;
    unsigned section;
    char name[NAME_MAX_BYTES]; /* "doppel-snapshot-create" */
} page;

static void name_page(page *of)
{
    const char *word = of->command ? of->command->name : of->topic;
    snprintf(of->name, sizeof of->name, "doppel%s%s", word ? "-" : "", word ? word : "");
    for (char *at = of->name; *at; at++)
        *at = *at == ' ' ? '-' : *at;
}

/* Page `i` of all; false: there are no more. */
static bool page_at(page *out, size_t i)
{
    size_t commands = 0;
    *out = (page){ .section = 1 };
    while (dg_command_at(commands))
        commands++;
    if (i > 0 && i <= commands)
        out->command = dg_command_at(i - 1);
    else if (i > commands && !(out->topic = dg_topic_at(i - 1 - commands, &out->topic_says)))
        return false;
    if (out->topic)
        out->section = dg_topic_section(i - 1 - commands);
    name_page(out);
    return true;
}

/* ---- what a page says ---- */

static void begin(FILE *out, const page *of, const char *says, const char *date)
{
    char room[300];
    dg_buf line = dg_buf_on(room, sizeof room);
    fputs(".TH ", out);
    for (const char *at = of->name; *at; at++)
        fprintf(out, "%s%c", *at == '-' ? "\\" : "", toupper((unsigned char)*at));
    fprintf(out, " %u \"%s\" \"doppel %s\" \"doppel\"\n", of->section, date, DG_VERSION);
    dg_roff_heading(out, "NAME");
    dg_buf_printf(&line, "%s - %s", of->name, says);
    dg_roff_text(out, dg_buf_text(&line));
}

static void option(FILE *out, const dg_option *row)
{
    char name[NAME_MAX_BYTES], letter[8] = "", room[1200];
    dg_buf says = dg_buf_on(room, sizeof room);
    if (row->letter)
        snprintf(letter, sizeof letter, "-%c, ", row->letter);
    snprintf(name, sizeof name, "%s--%s", letter, row->name);
    dg_roff_tag(out, name, row->value);
    dg_option_describe(&says, row);
    dg_roff_text(out, dg_buf_text(&says));
}

static void exits(FILE *out)
{
    const char *says;
    dg_roff_heading(out, "EXIT STATUS");
    for (int code = 0; (says = dg_cli_exit_says(code)); code++) {
        char name[16];
        snprintf(name, sizeof name, "%d", code);
        dg_roff_tag(out, name, NULL);
        dg_roff_text(out, says);
    }
}

static void of_program(FILE *out)
{
    const dg_command *command;
    const char *word, *says;
    char name[NAME_MAX_BYTES];
    dg_roff_heading(out, "SYNOPSIS");
    fputs("\\fBdoppel\\fR \\fICOMMAND\\fR [\\fIARGUMENT\\fR] ..\n", out);
    dg_roff_heading(out, "COMMANDS");
    for (size_t i = 0; (command = dg_command_at(i)); i++) {
        snprintf(name, sizeof name, "doppel %s", command->name);
        dg_roff_tag(out, name, command->arguments[0] ? command->arguments : NULL);
        dg_roff_text(out, command->says);
    }
    dg_roff_heading(out, "TOPICS");
    for (size_t i = 0; (word = dg_topic_at(i, &says)); i++) {
        snprintf(name, sizeof name, "doppel-%s(%u)", word, dg_topic_section(i));
        dg_roff_tag(out, name, NULL);
        dg_roff_text(out, says);
    }
}

/* What the help of a command ends with, line by line as it is there. */
static dg_code epilogue(FILE *out, const dg_command *command, dg_error *err)
{
    char *text = NULL;
    size_t len;
    FILE *caught = open_memstream(&text, &len);
    if (!caught)
        return dg_fail(err, DG_NOMEM, "no memory for the page of %s", command->name);
    command->epilogue(caught);
    if (fclose(caught) != 0 || !text) {
        free(text);
        return dg_fail(err, DG_NOMEM, "no memory for the page of %s", command->name);
    }
    dg_roff_heading(out, "NOTES");
    dg_roff_lines(out, text + strspn(text, "\n"));
    free(text);
    return DG_OK;
}

static dg_code of_command(FILE *out, const dg_command *command, dg_error *err)
{
    char text[NAME_MAX_BYTES];
    dg_roff_heading(out, "SYNOPSIS");
    snprintf(text, sizeof text, "doppel %s", command->name);
    fprintf(out, "\\fB%s\\fR [\\fIOPTION\\fR] ..\n", text);
    if (command->arguments[0])
        dg_roff_text(out, command->arguments);
    dg_roff_heading(out, "DESCRIPTION");
    dg_roff_text(out, command->says);
    if (command->more)
        dg_roff_paragraph(out, command->more);
    dg_roff_heading(out, "OPTIONS");
    for (size_t i = 0; dg_command_option(command, i); i++)
        option(out, dg_command_option(command, i));
    return command->epilogue ? epilogue(out, command, err) : DG_OK;
}

static dg_code print(FILE *out, const page *of, const char *date, dg_error *err)
{
    static const char about[] = "rehearse a runtime upgrade on a fork of live chain state";
    dg_code rc = DG_OK;
    begin(out, of, of->command ? of->command->says : of->topic ? of->topic_says : about, date);
    if (of->command) {
        rc = of_command(out, of->command, err);
    } else if (of->topic) {
        dg_roff_heading(out, "DESCRIPTION");
        dg_topic_help(out, of->topic, true);
    } else {
        of_program(out);
    }
    if (!of->topic)
        exits(out);
    if (of->command || of->topic) {
        dg_roff_heading(out, "SEE ALSO");
        fputs("\\fBdoppel\\fR(1)\n", out);
    }
    return rc;
}

/* ---- where it goes ---- */

static dg_code write_page(const char *folder, const page *of, const char *date, dg_error *err)
{
    char *text = NULL, path[600];
    size_t len = 0;
    FILE *caught = open_memstream(&text, &len);
    dg_code rc = caught ? print(caught, of, date, err) : DG_NOMEM;
    if (!caught || fclose(caught) != 0)
        rc = dg_fail(err, DG_NOMEM, "no memory for the page %s", of->name);
    snprintf(path, sizeof path, "%s/man%u", folder, of->section);
    if (rc >= 0)
        rc = dg_dir_make(path, err);
    snprintf(path, sizeof path, "%s/man%u/%s.%u", folder, of->section, of->name, of->section);
    if (rc >= 0)
        rc = dg_file_write(path, (dg_bytes){ (const uint8_t *)text, len }, err);
    free(text);
    return rc;
}

static dg_code write_all(const char *folder, const char *date, dg_error *err)
{
    page of;
    dg_code rc = DG_OK;
    for (size_t i = 0; rc >= 0 && page_at(&of, i); i++)
        rc = write_page(folder, &of, date, err);
    return rc;
}

/* The page of these words; without a word that of the program. */
static dg_code page_named(page *out, const dg_args *args, dg_error *err)
{
    char name[NAME_MAX_BYTES] = "doppel";
    for (size_t i = 0; i < args->positional_count; i++)
        snprintf(name + strlen(name), sizeof name - strlen(name), "-%s", args->positional[i]);
    for (size_t i = 0; page_at(out, i); i++)
        if (strcmp(out->name, name) == 0)
            return DG_OK;
    return dg_fail(err, DG_USAGE, "there is no page %s; doppel help lists commands and topics",
                   name);
}

static dg_code check_date(const char *date, dg_error *err)
{
    static const char form[] = "dddd-dd-dd";
    for (size_t i = 0; i < sizeof form; i++)
        if (form[i] == 'd' ? date[i] < '0' || date[i] > '9' : date[i] != form[i])
            return dg_fail(err, DG_USAGE, "--date %.40s is no date: write 2026-01-31", date);
    return DG_OK;
}

static int run(const dg_args *args)
{
    const char *date = args->text[OPT_DATE] ? args->text[OPT_DATE] : "";
    dg_error err;
    page of;
    dg_code rc = date[0] ? check_date(date, &err) : DG_OK;
    if (rc >= 0 && args->text[OPT_INTO] && args->positional_count)
        rc = dg_fail(&err, DG_USAGE, "--into writes every page: name none");
    else if (rc >= 0 && args->text[OPT_INTO])
        rc = write_all(args->text[OPT_INTO], date, &err);
    else if (rc >= 0 && (rc = page_named(&of, args, &err)) >= 0)
        rc = print(stdout, &of, date, &err);
    return rc < 0 ? dg_cli_exit_with(&err) : DG_EXIT_HELD;
}

static void examples(FILE *out)
{
    fputs("\nExamples: doppel man run | man -l -\n"
          "          doppel man --into ~/.local/share/man\n",
          out);
}

const dg_command dg_cmd_man = {
    "man",
    "[COMMAND|plan|claims]",
    "Print a manual page, or write all of them",
    NULL,
    0,
    2,
    options,
    sizeof options / sizeof options[0],
    run,
    examples,
};
