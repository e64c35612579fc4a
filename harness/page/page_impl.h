/* page_impl.h - shared inside the room: text put safely, a document cell by cell, its inputs. */
#ifndef DG_PAGE_IMPL_H
#define DG_PAGE_IMPL_H

#include "page/page.h"
#include "report/report.h"

#include <string.h>

/* ---- escape.c ---- */

/* Where a text is put. */
typedef enum dg_escape {
    DG_ESCAPE_MARKDOWN,      /* within a line, a list item or a cell of a table */
    DG_ESCAPE_CODE,          /* between backticks, a cell of a table too */
    DG_ESCAPE_XML,           /* content or a quoted attribute of XML or HTML */
    DG_ESCAPE_COMMAND,       /* the message of a workflow command of GitHub */
    DG_ESCAPE_COMMAND_VALUE, /* .. one of its values */
    DG_ESCAPE_LINE,          /* a line by itself */
    DG_ESCAPE_SARIF,         /* a message of SARIF, which has links and places for arguments */
    DG_ESCAPE_COUNT
} dg_escape;
/* Appends `text` so that the format shows it and does nothing else with it. Bytes that are no
 * UTF-8, control characters and those that turn the direction of writing show as '?'; ends of
 * lines and tabs as spaces. */
void dg_escape_put(dg_buf *out, dg_escape how, const char *text);

/* ---- cells.c ---- */

/* One outcome of a document, or the one that it is. */
typedef struct dg_page_cell {
    const json_t *outcome;   /* NULL: it was not done, or failed */
    const char *state, *why; /* "done", "failed", "undone"; why it failed, else "" */
    char name[200];          /* "" where the document is no sweep */
} dg_page_cell;
/* Is it a gate, which is neither an outcome nor a sweep? */
bool dg_page_is_gate(const json_t *document);
/* Is it a sweep? */
bool dg_page_is_sweep(const json_t *document);
/* Cells of it; 1 of an outcome. */
size_t dg_page_cell_count(const json_t *document);
/* Cell `i` of those. */
dg_page_cell dg_page_cell_at(const json_t *document, size_t i);
/* DG_MALFORMED: neither an outcome nor a sweep; DG_USAGE: a gate. */
dg_code dg_page_check(const json_t *document, dg_error *err);

/* "NO-GO"; without an answer the cell's state. */
const char *dg_page_word(const dg_page_cell *cell);

/* How many cells came to what. */
typedef struct dg_page_tally {
    size_t cells, go, harm, no_go, cannot_say, failed, undone;
} dg_page_tally;
dg_page_tally dg_page_tally_of(const json_t *document);

/* What a cell cost, in ms. */
typedef struct dg_page_cost {
    long long stall_ms, parachain_ms;
} dg_page_cost;
dg_page_cost dg_page_cost_of(const json_t *outcome);

/* A name for the whole of it: the plan's; "" where it has none. */
const char *dg_page_title(const json_t *document);
/* "Sweep of 12 cells: 4 GO, ..." */
void dg_page_sweep_line(dg_buf *out, const json_t *document);

/* ---- inputs.c ---- */

/* What was run, a name (static) and a text at a time; `is_hash`: the text is one. */
typedef void (*dg_page_input)(void *user, const char *name, const char *text, bool is_hash);
/* Of one outcome. */
void dg_page_inputs(const json_t *outcome, dg_page_input put, void *user);
/* Of a document: what all of its finished cells have in common. */
void dg_page_inputs_shared(const json_t *document, dg_page_input put, void *user);

/* Notes of all finished cells, each once, at most forty. The number of those left out. */
typedef void (*dg_page_note)(void *user, const char *text);
size_t dg_page_notes(const json_t *document, dg_page_note put, void *user);

/* ---- junit.c, github.c: parts of these formats ---- */

/* Appends ` name="value"`. */
void dg_page_xml_attribute(dg_buf *out, const char *name, const char *value);
/* Appends the beginning of a case, `/>` or a result is to come. */
void dg_page_junit_case(dg_buf *out, const char *of, const char *name);
/* .. and its result, "failure", "error" or "skipped", with which it ends. */
void dg_page_junit_result(dg_buf *out, const char *element, const char *type, const char *message);
/* A dg_page_input that appends a property; `user` is the dg_buf. */
void dg_page_junit_property(void *user, const char *name, const char *value, bool is_hash);
/* Appends the beginning of a workflow command, its message is to come: "error", "warning",
 * "notice". */
void dg_page_github_command(dg_buf *out, const char *level, const char *title);

/* ---- gate.c, gate_junit.c, html_gate.c: a gate, which is neither an outcome nor a sweep ---- */

/* As the functions of page.h, of a gate. */
dg_code dg_page_gate_markdown(dg_buf *out, const json_t *document, dg_error *err);
dg_code dg_page_gate_github(dg_buf *out, const json_t *document, dg_error *err);
dg_code dg_page_gate_junit(dg_buf *out, const json_t *document, dg_error *err);
dg_code dg_page_gate_html(dg_buf *out, const json_t *document, dg_error *err);
/* .. what comes behind `exit`. */
void dg_page_gate_outputs(dg_buf *out, const json_t *document);

/* ---- html.c: parts of a page for browsers ---- */

/* All that comes before what the page is about; `title` is escaped here. */
void dg_page_html_begin(dg_buf *out, const char *title);
void dg_page_html_end(dg_buf *out);
/* The class of what is shown so; static. */
const char *dg_page_html_class(dg_report_shown as);

/* ---- picture.c ---- */

/* One number of each slot, or of each block. */
typedef struct dg_page_series {
    const char *key, *says; /* this program's own */
    bool blocks;            /* of blocks, which runs without a network have too */
    double unit;            /* shown in so many; 0: 1 */
} dg_page_series;
/* Appends it as a figure, control behind treatment; nothing where there are no two slots, or no
 * such number. */
void dg_page_picture(dg_buf *out, const json_t *outcome, const dg_page_series *of);
/* Are there so many slots, or blocks, that pictures shade what neighbours span? */
bool dg_page_picture_shades(const json_t *outcome);

#endif
