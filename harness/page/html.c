/* html.c - a document as one page that needs no script and no network. */
#include "page/page_impl.h"

enum { COLUMNS_MAX = 64 };

static const char style[] =
    ":root{color-scheme:light dark;--ink:#1b1b1f;--dim:#5c5c66;--paper:#fff;--line:#d5d5dc;"
    "--bad:#b3261e;--warn:#8a5300;--good:#1a6b34;--badbg:#f9d7d4;--warnbg:#fbe7c3;"
    "--goodbg:#d5efdc;--dimbg:#ececf0;--mark:#3b5bdb}\n"
    "@media(prefers-color-scheme:dark){:root{--ink:#e8e8ee;--dim:#a9a9b4;--paper:#16161a;"
    "--line:#3a3a42;--bad:#ff9d94;--warn:#ffc56b;--good:#7fdc9b;--badbg:#5a1d19;--warnbg:#503509;"
    "--goodbg:#17452a;--dimbg:#2a2a31;--mark:#91a7ff}}\n"
    "body{margin:0 auto;max-width:70rem;padding:1rem;font:16px/1.45 system-ui,sans-serif;"
    "color:var(--ink);background:var(--paper);overflow-wrap:break-word}\n"
    "h1{font-size:1.25rem;margin:.2rem 0}h2{font-size:1.05rem;margin:1.4rem 0 .4rem}"
    ".word{font-size:2rem;font-weight:700;margin:.2rem 0}"
    "dl{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:.25rem .8rem;margin:.5rem "
    "0}"
    "dt{color:var(--dim)}dd{margin:0}\n"
    ".scroll{overflow-x:auto}table{border-collapse:collapse;font-size:.9rem}"
    "th,td{text-align:left;vertical-align:top;padding:.25rem .5rem;border-bottom:1px solid "
    "var(--line)}.heat td.k{text-align:center;min-width:1.2rem}"
    ".heat th,.heat td{white-space:nowrap}.heat td.k{padding:.25rem .2rem}.heat "
    "th.c{writing-mode:vertical-rl}.heat th{vertical-align:bottom}.heat td,.heat tbody "
    "th{vertical-align:middle}"
    ".n{text-align:right}td.t{overflow-wrap:anywhere;min-width:9rem}\n"
    ".bad{color:var(--bad)}.warn{color:var(--warn)}.good{color:var(--good)}.dim{color:var(--dim)}"
    "td.k.bad{background:var(--badbg)}td.k.warn{background:var(--warnbg)}"
    "td.k.good{background:var(--goodbg)}td.k.dim{background:var(--dimbg)}\n"
    "code{font-size:.85em}figure{margin:.5rem 0}figcaption{color:var(--dim);font-size:.9rem}"
    ".series{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(20rem,100%),1fr));"
    "gap:.5rem 1rem}svg{width:100%;height:auto}svg text{font-size:11px;fill:var(--dim)}"
    "polyline{fill:none;stroke-width:1.6}.control{stroke:var(--dim);stroke-dasharray:4 3}"
    ".treatment{stroke:var(--mark)}line.upgrade{stroke:var(--bad);stroke-width:1.5}"
    "line.boundary{stroke:var(--line)}polygon.control,polygon.treatment{stroke:none;opacity:.25}"
    "polygon.control{fill:var(--dim)}polygon.treatment{fill:var(--mark)}\n"
    "ol.chain{border-left:2px solid var(--line);list-style:none;padding-left:.8rem}"
    ".chain time{display:inline-block;min-width:9rem;color:var(--dim)}\n"
    "@page{size:A4;margin:8mm}@media print{body{font-size:7px;line-height:1.25;max-width:none;"
    "padding:0}main{columns:2;column-gap:5mm}h1{font-size:10px}h2{font-size:8px;margin:4px 0 1px}"
    ".word{font-size:14px;margin:0}dl,ul,ol,figure,p{margin:1px 0}ul{padding-left:10px}"
    "table,figcaption{font-size:6.5px}.series{grid-template-columns:1fr 1fr}th,td{padding:0 3px}"
    ".chain time{min-width:4rem}h2{break-after:avoid}tr,li,figure{break-inside:avoid}"
    ".scroll{overflow:visible}h1,h1+p,.whole{column-span:all}td.k{print-color-adjust:exact}}\n";

static void text(dg_buf *out, const char *what)
{
    dg_escape_put(out, DG_ESCAPE_XML, what);
}

const char *dg_page_html_class(dg_report_shown as)
{
    static const char *const classes[DG_REPORT_SHOWN_COUNT] = { "bad", "warn", "dim", "good" };
    return classes[as];
}

static const char *class_of_word(const char *word)
{
    return strcmp(word, "GO") == 0                                     ? "good"
           : strcmp(word, "NO-GO") == 0 || strcmp(word, "failed") == 0 ? "bad"
           : strcmp(word, "undone") == 0                               ? "dim"
                                                                       : "warn";
}

/* ---- the answer: what to do comes before why ---- */

static void put_answer(dg_buf *out, const json_t *outcome)
{
    static const size_t order[] = { 3, 4, 1, 2 };
    dg_page_cell cell = { .outcome = outcome, .state = "", .why = "" };
    const char *label, *word = dg_page_word(&cell);
    dg_buf line;
    dg_buf_init(&line, 1 << 16);
    if (!dg_report_line(&line, &label, outcome, 0))
        return;
    dg_buf_printf(out, "<p class=\"word %s\">", class_of_word(word));
    text(out, word);
    if (json_is_true(json_object_get(json_object_get(outcome, "answer"), "chain_only")))
        dg_buf_put_text(out, " (chain only)");
    dg_buf_put_text(out, "</p>\n<p>");
    text(out, dg_buf_text(&line));
    dg_buf_put_text(out, "</p>\n<dl>\n");
    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        dg_buf_reset(&line);
        if (!dg_report_line(&line, &label, outcome, order[i]) || !line.len)
            continue;
        dg_buf_printf(out, "<dt>%s</dt><dd>", label);
        text(out, dg_buf_text(&line));
        dg_buf_put_text(out, "</dd>\n");
    }
    dg_buf_put_text(out, "</dl>\n");
    dg_buf_clear(&line);
}

/* ---- claims, causes, the way back ---- */

static void put_claims(dg_buf *out, const json_t *outcome)
{
    static const char *const words[DG_REPORT_SHOWN_COUNT] = { "BROKE", "WARN", "unseen", "held" };
    const json_t *claim;
    size_t i;
    dg_buf_put_text(out, "<h2>Claims</h2>\n<div class=\"scroll\"><table><thead><tr><th "
                         "scope=\"col\">Verdict</th><th scope=\"col\">Claim</th><th "
                         "scope=\"col\">What was seen</th></tr></thead><tbody>\n");
    for (int as = 0; as < DG_REPORT_SHOWN_COUNT; as++)
        json_array_foreach(json_object_get(outcome, "claims"), i, claim)
        {
            if (dg_report_claim_shown(claim) != (dg_report_shown)as)
                continue;
            dg_buf_printf(out, "<tr><td class=\"%s\">%s</td><td>",
                          dg_page_html_class((dg_report_shown)as), words[as]);
            text(out, dg_report_text_at(claim, "name"));
            dg_buf_put_text(out, "</td><td class=\"t\">");
            text(out, dg_report_text_at(claim, "text"));
            dg_buf_put_text(out, "</td></tr>\n");
        }
    dg_buf_put_text(out, "</tbody></table></div>\n");
}

static void put_causes(dg_buf *out, const json_t *outcome)
{
    const json_t *cause, *causes = json_object_get(outcome, "causes");
    size_t i;
    if (!json_array_size(causes))
        return;
    dg_buf_put_text(out, "<h2>Causes</h2>\n<ul>\n");
    json_array_foreach(causes, i, cause)
    {
        const char *kind = dg_report_text_at(cause, "kind");
        dg_buf_printf(out, "<li>%s: ",
                      strcmp(kind, "recorded") == 0      ? "Recorded, not proved"
                      : strcmp(kind, "contributes") == 0 ? "Contributes"
                                                         : "Proved");
        text(out, dg_report_text_at(cause, "says"));
        dg_buf_put_text(out, "</li>\n");
    }
    dg_buf_put_text(out, "</ul>\n");
}

static void put_step(dg_buf *out, const json_t *step)
{
    const json_t *validator = json_object_get(step, "validator");
    dg_buf_printf(out, "<li><time>%+.1f s, #%lld</time> ",
                  (double)dg_report_whole_at(step, "from_upgrade_ms") / 1000,
                  dg_report_whole_at(step, "block"));
    if (validator)
        dg_buf_printf(out, "validator %lld: ", (long long)json_integer_value(validator));
    text(out, dg_report_text_at(step, "says"));
    dg_buf_put_text(out, "</li>\n");
}

static void put_chain(dg_buf *out, const json_t *outcome)
{
    const json_t *chain = json_array_get(json_object_get(outcome, "chains"), 0), *step;
    size_t i;
    if (!chain)
        return;
    dg_buf_put_text(out, "<h2>The way to ");
    text(out, dg_report_text_at(chain, "claim"));
    dg_buf_printf(out, ", in seconds from %s</h2>\n<ol class=\"chain\">\n",
                  json_object_get(outcome, "consensus") ? "the first transition" : "U's slot");
    json_array_foreach(json_object_get(chain, "steps"), i, step) put_step(out, step);
    dg_buf_put_text(out, "</ol>\n");
}

/* Does anybody work by a grid, so that who lacks it matters? */
static bool needs_topology(const json_t *network)
{
    const json_t *row;
    size_t i;
    json_array_foreach(json_object_get(network, "treatment"), i, row)
    {
        if (dg_report_whole_at(row, "enabled") > 0)
            return true;
    }
    return false;
}

static void put_series(dg_buf *out, const json_t *outcome)
{
    static const dg_page_series pictures[] = {
        { .key = "built", .says = "Blocks built for a slot" },
        { .key = "backed", .says = "Candidates backed in a slot" },
        { .key = "included", .says = "Candidates included in a slot" },
        { .key = "lag", .says = "Blocks from the finalized one to the newest" },
        { .key = "holders", .says = "Validators that hold the session's grid topology" },
        { .key = "fuel",
          .says = "Work of each block, in millions of wasm instructions",
          .blocks = true,
          .unit = 1e6 },
    };
    const json_t *series = json_object_get(outcome, "series"),
                 *network = json_object_get(series, "network");
    if (json_array_size(json_object_get(series, "treatment")) < 2
        && json_array_size(json_object_get(network, "treatment")) < 2)
        return;
    dg_buf_put_text(out, "<h2>Slot by slot</h2>\n<p class=\"dim\">Treatment is the full line, "
                         "control the dashed one behind it; U is marked, and where sessions "
                         "begin.");
    if (dg_page_picture_shades(outcome))
        dg_buf_put_text(out, " Of slots that are too narrow to draw the line is the mean, and the "
                             "shade reaches from the least to the most.");
    dg_buf_put_text(out, "</p>\n<div class=\"series\">\n");
    for (size_t i = 0; i < sizeof pictures / sizeof *pictures; i++)
        if (strcmp(pictures[i].key, "holders") != 0 || needs_topology(network))
            dg_page_picture(out, outcome, &pictures[i]);
    dg_buf_put_text(out, "</div>\n");
}

/* ---- a sweep ---- */

typedef struct columns {
    const char *name[COLUMNS_MAX];
    size_t count, unshown;
} columns;

static void add_column(columns *c, const char *name)
{
    for (size_t i = 0; i < c->count; i++)
        if (strcmp(c->name[i], name) == 0)
            return;
    if (c->count < COLUMNS_MAX)
        c->name[c->count++] = name;
    else
        c->unshown++;
}

/* Claims that are shown so in some cell. */
static void find_columns(columns *c, const json_t *document, dg_report_shown as)
{
    const json_t *claim;
    size_t k;
    for (size_t i = 0; i < dg_page_cell_count(document); i++) {
        dg_page_cell cell = dg_page_cell_at(document, i);
        json_array_foreach(json_object_get(cell.outcome, "claims"), k, claim)
        {
            if (dg_report_claim_shown(claim) == as)
                add_column(c, dg_report_text_at(claim, "name"));
        }
    }
}

static void put_heat(dg_buf *out, const json_t *outcome, const char *name)
{
    static const char *const symbols[DG_REPORT_SHOWN_COUNT] = { "B", "w", "?", "." };
    const json_t *claim;
    size_t i;
    json_array_foreach(json_object_get(outcome, "claims"), i, claim)
    {
        dg_report_shown as = dg_report_claim_shown(claim);
        if (strcmp(dg_report_text_at(claim, "name"), name) != 0)
            continue;
        dg_buf_printf(out, "<td class=\"k %s\" title=\"", dg_page_html_class(as));
        text(out, name);
        dg_buf_printf(out, "\">%s</td>", symbols[as]);
        return;
    }
    dg_buf_put_text(out, "<td></td>");
}

static void put_row(dg_buf *out, const columns *c, const dg_page_cell *cell)
{
    dg_page_cost cost = dg_page_cost_of(cell->outcome);
    const char *word = dg_page_word(cell);
    dg_buf_put_text(out, "<tr><th scope=\"row\">");
    text(out, cell->name);
    dg_buf_printf(out, "</th><td class=\"%s\">", class_of_word(word));
    text(out, word);
    dg_buf_put_text(out, "</td>");
    if (cell->outcome) {
        dg_buf_printf(out, "<td class=\"n\">%.1f</td><td class=\"n\">%.1f</td>",
                      (double)cost.stall_ms / 60000, (double)cost.parachain_ms / 60000);
        for (size_t i = 0; i < c->count; i++)
            put_heat(out, cell->outcome, c->name[i]);
    } else {
        dg_buf_printf(out, "<td colspan=\"%zu\">", c->count + 2);
        text(out, cell->why);
        dg_buf_put_text(out, "</td>");
    }
    dg_buf_put_text(out, "</tr>\n");
}

static void put_sweep(dg_buf *out, const json_t *document)
{
    columns c = { .count = 0 };
    for (int as = DG_REPORT_BROKE; as < DG_REPORT_HELD; as++)
        find_columns(&c, document, (dg_report_shown)as);
    dg_buf_put_text(out, "<p>");
    dg_page_sweep_line(out, document);
    dg_buf_put_text(out, "</p>\n<div class=\"scroll whole\"><table class=\"heat\"><thead><tr><th "
                         "scope=\"col\">Cell</th><th scope=\"col\">Answer</th><th scope=\"col\" "
                         "class=\"c\">Longest stall, minutes</th><th scope=\"col\" "
                         "class=\"c\">Parachain time lost, minutes</th>");
    for (size_t i = 0; i < c.count; i++) {
        dg_buf_put_text(out, "<th scope=\"col\" class=\"c\">");
        text(out, c.name[i]);
        dg_buf_put_text(out, "</th>");
    }
    dg_buf_put_text(out, "</tr></thead><tbody>\n");
    for (size_t i = 0; i < dg_page_cell_count(document); i++) {
        dg_page_cell cell = dg_page_cell_at(document, i);
        put_row(out, &c, &cell);
    }
    dg_buf_put_text(out, "</tbody></table></div>\n<p class=\"dim\">B broke, w warned, ? did not "
                         "see what it is about, . held. Claims without a column held in every "
                         "cell.</p>\n");
    if (c.unshown)
        dg_buf_printf(out, "<p>Claims beyond the first %d that did not hold have no column.</p>\n",
                      COLUMNS_MAX);
}

/* ---- inputs and notes ---- */

static void put_input(void *user, const char *name, const char *value, bool is_hash)
{
    dg_buf *out = user;
    dg_buf_printf(out, "<dt>%s</dt><dd>%s", name, is_hash ? "<code>" : "");
    text(out, value);
    dg_buf_printf(out, "%s</dd>\n", is_hash ? "</code>" : "");
}

static void put_note(void *user, const char *note)
{
    dg_buf *out = user;
    dg_buf_put_text(out, "<li>");
    text(out, note);
    dg_buf_put_text(out, "</li>\n");
}

static void put_inputs(dg_buf *out, const json_t *document)
{
    size_t left;
    dg_buf_printf(out, "<h2>%s</h2>\n<dl>\n",
                  dg_page_is_sweep(document) ? "Inputs that all cells share" : "Inputs");
    dg_page_inputs_shared(document, put_input, out);
    dg_buf_put_text(out, "</dl>\n<h2>What is modelled</h2>\n<ul>\n");
    left = dg_page_notes(document, put_note, out);
    if (left)
        dg_buf_printf(out, "<li>%zu more notes stand in the cells.</li>\n", left);
    dg_buf_put_text(out, "</ul>\n");
}

/* ---- the page ---- */

void dg_page_html_begin(dg_buf *out, const char *title)
{
    dg_buf_put_text(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src "
                         "'none'; style-src 'unsafe-inline'\">\n<meta name=\"viewport\" "
                         "content=\"width=device-width,initial-scale=1\">\n<title>");
    text(out, title);
    dg_buf_put_text(out, "</title>\n<style>\n");
    dg_buf_put_text(out, style);
    dg_buf_put_text(out, "</style>\n</head>\n<body>\n<main>\n<h1>");
    text(out, title);
    dg_buf_put_text(out, "</h1>\n");
}

void dg_page_html_end(dg_buf *out)
{
    dg_buf_put_text(out, "</main>\n</body>\n</html>\n");
}

dg_code dg_page_html(dg_buf *out, const json_t *document, dg_error *err)
{
    const char *title = dg_page_title(document);
    dg_code rc;
    if (dg_page_is_gate(document))
        return dg_page_gate_html(out, document, err);
    if ((rc = dg_page_check(document, err)) < 0)
        return rc;
    dg_page_html_begin(out, title[0] ? title : "A runtime upgrade, rehearsed");
    if (dg_page_is_sweep(document)) {
        put_sweep(out, document);
    } else {
        put_answer(out, document);
        put_series(out, document);
        put_chain(out, document);
        put_causes(out, document);
        put_claims(out, document);
    }
    put_inputs(out, document);
    dg_page_html_end(out);
    return dg_buf_check(out, err, "the page");
}
