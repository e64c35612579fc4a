/* wrap.c - words in lines that are no longer than a screen is wide. */
#include "cli/cli_impl.h"

#include <assert.h>
#include <string.h>

enum { HELP_WIDTH = 100 };

void dg_cli_wrap(FILE *out, size_t at, size_t indent, const char *text)
{
    dg_cli_wrap_to(out, HELP_WIDTH, at, indent, text);
}

void dg_cli_wrap_to(FILE *out, size_t width, size_t at, size_t indent, const char *text)
{
    bool first = true;
    assert(text && indent < width);
    while (*text) {
        size_t gap = strspn(text, " "), len = strcspn(text + gap, " ");
        text += gap;
        if (!first && at + 1 + len > width) {
            fprintf(out, "\n%*s", (int)indent, "");
            at = indent;
            first = true;
        }
        at += (size_t)fprintf(out, "%s%.*s", first ? "" : " ", (int)len, text);
        text += len;
        first = false;
    }
    fputc('\n', out);
}
