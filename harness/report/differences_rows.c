/* differences_rows.c - what differs, for a page: the lines of the sheet in their fields. */
#include "report/report_impl.h"

#include <assert.h>
#include <limits.h>
#include <string.h>

/* A line of the sheet, cut at its tabs in place. */
static dg_report_row row_of(char *line)
{
    static const dg_report_shown shown[] = { [INK_PLAIN] = DG_REPORT_UNSEEN,
                                             [INK_RED] = DG_REPORT_BROKE,
                                             [INK_YELLOW] = DG_REPORT_WARN,
                                             [INK_GREEN] = DG_REPORT_HELD,
                                             [INK_DIM] = DG_REPORT_UNSEEN };
    char *fields[4] = { line, "", "", "" }, *tab = line;
    dg_report_row row = { .as = DG_REPORT_UNSEEN };
    for (size_t i = 1; i < 4 && (tab = strchr(tab, '\t')); i++) {
        *tab++ = 0;
        fields[i] = tab;
    }
    if (fields[1][0] > 0 && fields[1][0] <= INK_DIM + 1)
        row.as = shown[*fields[1]++ - 1];
    row.head = fields[0];
    row.word = fields[1];
    row.name = fields[2];
    row.text = fields[3];
    return row;
}

/* Each line is cut in place. */
static void put_lines(char *at, size_t len, void (*put)(void *user, const dg_report_row *row),
                      void *user)
{
    for (char *end, *last = at + len; at < last; at = end + 1) {
        dg_report_row row;
        end = memchr(at, '\n', (size_t)(last - at));
        assert(end); /* every line of a sheet is ended */
        *end = 0;
        row = row_of(at);
        put(user, &row);
    }
}

dg_code dg_report_differences_rows(const json_t *document, bool verbose,
                                   void (*put)(void *user, const dg_report_row *row), void *user,
                                   dg_error *err)
{
    dg_buf lines;
    sheet s = { .out = &lines, .width = UINT_MAX, .fields = true };
    dg_code rc;
    if (!json_is_boolean(json_object_get(document, "differs")))
        return dg_fail(err, DG_MALFORMED, "this is no comparison");
    dg_buf_init(&lines, (size_t)1 << 30);
    dg_report_put_differences(&s, document, &(dg_report_options){ .verbose = verbose });
    rc = dg_buf_check(&lines, err, "what differs");
    if (rc >= 0 && lines.len)
        put_lines((char *)lines.at, lines.len, put, user);
    dg_buf_clear(&lines);
    return rc;
}
