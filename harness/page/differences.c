/* differences.c - what differs between two documents as one page for a browser. */
#include "page/page_impl.h"

typedef struct page {
    dg_buf *out;
    bool begun, table, row;
} page;

static void end_row(page *p)
{
    if (p->row)
        dg_buf_put_text(p->out, "</td></tr>\n");
    p->row = false;
}

static void end_table(page *p)
{
    end_row(p);
    if (p->table)
        dg_buf_put_text(p->out, "</tbody></table></div>\n");
    p->table = false;
}

/* The first says it all; others are of a cell each. */
static void put_head(page *p, const char *head)
{
    const char *element = p->begun ? "h2" : "p";
    end_table(p);
    if (!p->begun)
        dg_page_html_begin(p->out, "What differs");
    p->begun = true;
    dg_buf_printf(p->out, "<%s>", element);
    dg_escape_put(p->out, DG_ESCAPE_XML, head);
    dg_buf_printf(p->out, "</%s>\n", element);
}

static void begin_row(page *p, const dg_report_row *row)
{
    end_row(p);
    if (!p->table)
        dg_buf_put_text(p->out, "<div class=\"scroll\"><table><thead><tr><th scope=\"col\">"
                                "What</th><th scope=\"col\">Which</th><th scope=\"col\">"
                                "Now, and before</th></tr></thead><tbody>\n");
    p->table = p->row = true;
    dg_buf_printf(p->out, "<tr><td class=\"%s\">", dg_page_html_class(row->as));
    dg_escape_put(p->out, DG_ESCAPE_XML, row->word);
    if (!row->text[0]) {
        dg_buf_put_text(p->out, "</td><td class=\"t\" colspan=\"2\">");
        return;
    }
    dg_buf_put_text(p->out, "</td><td>");
    dg_escape_put(p->out, DG_ESCAPE_XML, row->name);
    dg_buf_put_text(p->out, "</td><td class=\"t\">");
}

static void put_row(void *user, const dg_report_row *row)
{
    page *p = user;
    if (row->head[0]) {
        put_head(p, row->head);
        return;
    }
    if (p->row && !row->word[0])
        dg_buf_put_text(p->out, "<br>\n"); /* more of the same */
    else
        begin_row(p, row);
    dg_escape_put(p->out, DG_ESCAPE_XML, row->text[0] ? row->text : row->name);
}

dg_code dg_page_differences(dg_buf *out, const json_t *told, bool verbose, dg_error *err)
{
    page p = { .out = out };
    dg_code rc = dg_report_differences_rows(told, verbose, put_row, &p, err);
    if (rc < 0)
        return rc;
    end_table(&p);
    if (p.begun)
        dg_page_html_end(out);
    return dg_buf_check(out, err, "the page");
}
