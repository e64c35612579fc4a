/* report_impl.h - shared inside the room: a sheet that text is put on. */
#ifndef DG_REPORT_IMPL_H
#define DG_REPORT_IMPL_H

#include "report/report.h"

typedef enum ink { INK_PLAIN, INK_RED, INK_YELLOW, INK_GREEN, INK_DIM } ink;
enum { COLUMN_WORD = 2, COLUMN_NAME = 9, COLUMN_TEXT = 29 };

typedef struct sheet {
    dg_buf *out;
    unsigned width, column; /* of the cursor, from 0 */
    bool colour;
} sheet;

/* Text as it is, but for bytes that a terminal would act on: those show as '?'. */
void dg_sheet_put(sheet *s, const char *text);
void dg_sheet_ink(sheet *s, ink colour, const char *text);
void dg_sheet_to(sheet *s, unsigned column); /* spaces up to it; nothing when past it */
void dg_sheet_end(sheet *s);                 /* ends the line */
/* Words of `text` from the cursor on; lines that follow begin at `indent`. Ends
 * nothing. A word longer than a line stands alone, uncut. */
void dg_sheet_wrap(sheet *s, unsigned indent, const char *text);

#endif
