/* report.h - an outcome for people and for machines.
 *
 *   dg_report_text   the page people paste: verdicts, evidence, causes, exit
 *   dg_report_verdicts   of that, what a log says by itself: verdicts, chain, exit
 *   dg_report_sweep  a sweep: a line for each cell, a column for each claim
 *   dg_report_gate   a gate: a line for each plan, the ledger, one line that says it all
 *   dg_report_observed   a process that was watched
 *   dg_report_matrix   binaries by configurations
 *   dg_report_advice   when to enact: the call, what each place cost, what would change it
 *   dg_report_differences   what differs between two outcomes, or two sweeps
 *   dg_report_differences_rows   the same for a page, line by line
 *   dg_report_json   any JSON of this program, sorted and stable
 *
 * An outcome is read defensively: what is missing or of another type is left out,
 * never guessed and never a crash.
 *
 * Invariant: the same outcome and options give the same bytes.
 *
 *     dg_report_text(&page, outcome, &(dg_report_options){ .width = 80 }, err);
 *     ..   dg_buf_bytes(&page)
 *
 * Nothing is printed here, and nothing worked out: exit codes, verdicts and causes are what the
 * document says. */
#ifndef DG_REPORT_H
#define DG_REPORT_H

#include <jansson.h>

#include "base/base.h"

/* How a page looks; zeroes are a whole page of 100 columns without colours. */
typedef struct dg_report_options {
    bool colour;    /* ANSI colours for the verdict words */
    unsigned width; /* columns; 0: 100; below 40: 40 */
    bool brief;     /* the answer alone, in its five lines */
    bool verbose;   /* evidence of held claims too, and what each claim says */
} dg_report_options;

/* Appends the report to `out`. DG_OK; DG_MALFORMED: not an outcome; or out's code. */
dg_code dg_report_text(dg_buf *out, const json_t *outcome, const dg_report_options *options,
                       dg_error *err);
/* Appends the verdicts, the first chain (or all, verbose) and the exit line of `document`, as
 * dg_report_text would print them; it need not have the rest of an outcome. Or out's code. */
dg_code dg_report_verdicts(dg_buf *out, const json_t *document, const dg_report_options *options,
                           dg_error *err);
/* Appends a sweep as a matrix; `brief`: its first line alone. As dg_report_text. */
dg_code dg_report_sweep(dg_buf *out, const json_t *document, const dg_report_options *options,
                        dg_error *err);
/* Appends a gate: a line for each plan, with what is not as expected of it, faults of the ledger,
 * and one line that says it all; `brief`: that line alone. As dg_report_text. */
dg_code dg_report_gate(dg_buf *out, const json_t *document, const dg_report_options *options,
                       dg_error *err);
/* Appends what a process that was watched came to (room observe); `brief`: its first line alone. As
 * dg_report_text; DG_MALFORMED: none was. */
dg_code dg_report_observed(dg_buf *out, const json_t *document, const dg_report_options *options,
                           dg_error *err);
/* Appends a matrix of binaries and configurations (room matrix), a line for each cell and the end
 * of what those that failed printed; `brief`: its last line alone. As dg_report_text; DG_MALFORMED:
 * it is none. */
dg_code dg_report_matrix(dg_buf *out, const json_t *document, const dg_report_options *options,
                         dg_error *err);
/* Appends advice (room advise); `brief`: its first line and the call. As dg_report_text;
 * DG_MALFORMED: no advice. */
dg_code dg_report_advice(dg_buf *out, const json_t *document, const dg_report_options *options,
                         dg_error *err);
/* Appends what a comparison (room compare) tells; nothing where nothing differs. `brief`: its first
 * line alone; `verbose`: of each cell of a sweep also what has no words of its own. As
 * dg_report_text; DG_MALFORMED: no comparison. */
dg_code dg_report_differences(dg_buf *out, const json_t *document, const dg_report_options *options,
                              dg_error *err);
/* How a claim is shown, worst first; DG_REPORT_SHOWN_COUNT is their number. An advice claim that
 * broke warns. */
typedef enum dg_report_shown {
    DG_REPORT_BROKE,
    DG_REPORT_WARN,
    DG_REPORT_UNSEEN, /* what it is about did not happen, or was not judged */
    DG_REPORT_HELD,
    DG_REPORT_SHOWN_COUNT
} dg_report_shown;
/* A line of what differs: a head by itself, or the fields of a row, in which a word alone says what
 * the row is about; a row without a word says more of the one before. "": not there. */
typedef struct dg_report_row {
    const char *head, *word, *name, *text; /* borrowed until `put` returns */
    dg_report_shown as;                    /* how the word is shown */
} dg_report_row;
/* Calls `put` for each line that dg_report_differences prints, unwrapped; never where nothing
 * differs. DG_OK; DG_MALFORMED: no comparison; DG_NOMEM, DG_LIMIT. */
dg_code dg_report_differences_rows(const json_t *document, bool verbose,
                                   void (*put)(void *user, const dg_report_row *row), void *user,
                                   dg_error *err);
/* Appends: keys sorted, two spaces of indent, a newline at the end. */
dg_code dg_report_json(dg_buf *out, const json_t *document, dg_error *err);

/* ---- an outcome, read defensively, also for what renders it elsewhere ---- */

/* "" where there is no such text. */
static inline const char *dg_report_text_at(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

/* 0 where there is no such number. */
static inline long long dg_report_whole_at(const json_t *object, const char *key)
{
    return (long long)json_integer_value(json_object_get(object, key));
}

/* Line `i` of the answer, from 0: its text is appended to `out`, nothing where there is nothing to
 * say; `*label` is what stands before it, borrowed from the outcome: the word itself (GO), then
 * "breaks", "why", "do", "when". False: past the last one, or no answer; out's failure is in it. */
bool dg_report_line(dg_buf *out, const char **label, const json_t *outcome, size_t i);

/* ---- a gate, read defensively; each appends one line without its end ---- */

/* Of one of its cases: what was expected, and what was found. */
void dg_report_gate_case(dg_buf *out, const json_t *one);
/* Of one of a case's differences: "broke, not expected: " and the claim's own words. */
void dg_report_gate_difference(dg_buf *out, const json_t *difference);
/* The entry of the ledger that names such a difference; NULL: none does. Borrowed. */
const json_t *dg_report_gate_known(const json_t *document, const json_t *difference);
/* Of an entry of the ledger: until when it excuses, and how many days that is. */
void dg_report_gate_days(dg_buf *out, const json_t *known);
/* Of entry `i` of the ledger what is wrong with it, and what to do; false: nothing is. */
bool dg_report_gate_fault(dg_buf *out, const json_t *document, size_t i);
/* "2 runtimes of the list have no plan here: a, b"; false: there are none. */
bool dg_report_gate_without(dg_buf *out, const json_t *document);
/* How many of what there are, and the exit code. */
void dg_report_gate_sum(dg_buf *out, const json_t *document);

/* Of one claim of an outcome. */
dg_report_shown dg_report_claim_shown(const json_t *claim);

/* Appends a cell's values on the axes of its sweep that have several, U's position first, as
 * "boundary-5, seed 3". Nothing where there is no such axis. */
void dg_report_cell_name(dg_buf *out, const json_t *sweep, const json_t *cell);

/* A text of an outcome as a sentence: begun with a capital, but for names, and ended with a full
 * stop; cut to `size`, which is 3 at least. */
void dg_report_sentence(char *out, size_t size, const char *text);

/* When a slot of a chain begins, "2024-05-18 02:42:00", in UTC: a slot's number is its time. "-"
 * where no calendar has it. */
void dg_report_utc(char out[32], uint64_t slot, uint64_t slot_ms);

/* Where U is from the session boundary, in slots and in blocks of control, from `upgrade` of an
 * outcome; cut to `size`. */
void dg_report_place(char *out, size_t size, const json_t *upgrade);

/* The commit that an input ("snapshot", "to") of an outcome is of, with its tag, where it was named
 * in a repository; else "". Cut to `size`. */
void dg_report_source(char *out, size_t size, const json_t *outcome, const char *input);

#endif
