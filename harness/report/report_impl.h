/* report_impl.h - shared inside the room: a sheet that text is put on. */
#ifndef DG_REPORT_IMPL_H
#define DG_REPORT_IMPL_H

#include "report/report.h"

#include <string.h>

typedef enum ink { INK_PLAIN, INK_RED, INK_YELLOW, INK_GREEN, INK_DIM } ink;
enum { COLUMN_WORD = 2, COLUMN_NAME = 9, COLUMN_TEXT = 29 };

typedef struct sheet {
    dg_buf *out;
    unsigned width, column; /* of the cursor, from 0 */
    bool colour;
    bool fields; /* for a page: a tab ahead of each field, the ink of a word as one byte */
    unsigned field;
} sheet;

/* Text as it is, but for bytes that a terminal would act on: those show as '?'. */
void dg_sheet_put(sheet *s, const char *text);
void dg_sheet_ink(sheet *s, ink colour, const char *text);
void dg_sheet_to(sheet *s, unsigned column); /* spaces up to it; nothing when past it */
void dg_sheet_end(sheet *s);                 /* ends the line */
/* Words of `text` from the cursor on; lines that follow begin at `indent`. Ends
 * nothing. A word longer than a line stands alone, uncut. */
void dg_sheet_wrap(sheet *s, unsigned indent, const char *text);
/* .. of a line that is formatted first, at most 799 bytes of it. */
void dg_sheet_printf(sheet *s, unsigned indent, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* What a line of the page is about, in front of it. */
void dg_sheet_label(sheet *s, const char *word);

/* ---- an outcome, read defensively: see report.h too ---- */

/* How much of a text is the name of `count` of it: "slots", and "slot" of one. */
static inline int dg_report_unit_len(const char *unit, double count)
{
    size_t len = strlen(unit);
    return (int)(count == 1 && len && unit[len - 1] == 's' ? len - 1 : len);
}

/* Minutes and their tenths, "0.8": what is there at all is not told as none. */
void dg_report_minutes(char out[32], long long ms);

/* ---- parts of the page ---- */

/* answer.c: the five lines that come first; nothing without an answer. */
void dg_report_answer(sheet *s, const json_t *outcome);
/* head.c: "paseo 1001002 -> 1002000"; "" where the outcome says nothing of it. */
void dg_report_change(char *out, size_t size, const json_t *outcome);
/* What was run. */
void dg_report_head(sheet *s, const json_t *outcome);
/* causes.c: why, what was looked at, what nothing explains. */
void dg_report_causes(sheet *s, const json_t *outcome);
/* claims.c: every claim of a document. */
void dg_report_claims(sheet *s, const json_t *document, const dg_report_options *options);

/* bft.c: is it an outcome of consensus bft? Then its first lines, and who was run. */
bool dg_report_is_bft(const json_t *outcome);
void dg_report_bft_answer(sheet *s, const json_t *outcome);
void dg_report_bft_head(sheet *s, const json_t *outcome);

/* ---- parts of what differs ---- */

/* differences.c: "6 candidates, 300 before (294 less)" of two numbers; one may be NULL. */
void dg_report_put_figure(sheet *s, unsigned indent, const json_t *before, const json_t *now,
                          const char *unit);
/* .. "label a, b, c". */
void dg_report_put_names(sheet *s, unsigned indent, const char *label, const json_t *names);
/* .. all that differs; nothing where nothing does. */
void dg_report_put_differences(sheet *s, const json_t *document, const dg_report_options *options);
/* differences_claims.c: every claim that differs, worst first. */
void dg_report_claims_differ(sheet *s, const json_t *claims);
/* .. " 1 claim broke, 2 moved." */
void dg_report_counts_differ(sheet *s, const json_t *claims);

#endif
