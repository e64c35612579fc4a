/* roff.c - text in the language of manual pages, man(7). Whatever the tables hold is text there: a
 * backslash, a dash or a dot at the start of a line means nothing of its own. */
#include "cli/cli_impl.h"

#include <assert.h>
#include <string.h>

enum { LINE_MAX_BYTES = 78 };

static void escaped(FILE *out, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (text[i] == '\\')
            fputs("\\e", out);
        else
            fprintf(out, "%s%c", text[i] == '-' ? "\\" : "", text[i]);
}

static size_t escaped_len(const char *text, size_t len)
{
    size_t count = len;
    for (size_t i = 0; i < len; i++)
        count += text[i] == '\\' || text[i] == '-';
    return count;
}

/* A word that would begin a line as a request gets a mark of no width before it. */
static void guarded(FILE *out, const char *text, size_t len)
{
    if (len && (text[0] == '.' || text[0] == '\''))
        fputs("\\&", out);
    escaped(out, text, len);
}

void dg_roff_text(FILE *out, const char *text)
{
    size_t at = 0;
    while (*(text += strspn(text, " \n"))) {
        size_t len = strcspn(text, " \n"), width = escaped_len(text, len);
        if (at && at + 1 + width > LINE_MAX_BYTES) {
            fputc('\n', out);
            at = 0;
        }
        if (at)
            fputc(' ', out);
        (at ? escaped : guarded)(out, text, len);
        at += width + 1;
        text += len;
    }
    fputc('\n', out);
}

void dg_roff_paragraph(FILE *out, const char *text)
{
    fputs(".PP\n", out);
    dg_roff_text(out, text);
}

void dg_roff_heading(FILE *out, const char *text)
{
    fputs(".SH ", out);
    escaped(out, text, strlen(text));
    fputc('\n', out);
}

void dg_roff_tag(FILE *out, const char *name, const char *value)
{
    fputs(".TP\n\\fB", out);
    escaped(out, name, strlen(name));
    fputs("\\fR", out);
    if (value) {
        fputs(" \\fI", out);
        escaped(out, value, strlen(value));
        fputs("\\fR", out);
    }
    fputc('\n', out);
}

void dg_roff_lines(FILE *out, const char *text)
{
    fputs(".nf\n", out);
    while (*text) {
        size_t len = strcspn(text, "\n");
        guarded(out, text, len);
        fputc('\n', out);
        text += len + (text[len] != 0);
    }
    fputs(".fi\n", out);
}
