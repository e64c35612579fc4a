/* outcome_keys.c - the keys of what a matrix came to: its check and the shipped schema are made of
 * them. */
#include "matrix/matrix_impl.h"

static const char *const sides[] = { "N-1", "N", NULL };
static const char *const statuses[] = { "passed", "skipped", "failed", NULL };
static const char *const results[] = { "held", "broke", "inconclusive", NULL };

static const dg_keys_row rows[] = {
    { "doppel", DG_KEYS_WHOLE, true, .min = 1, .max = 1, .says = "version of this format" },
    { "program", DG_KEYS_OBJECT, true, .says = "who ran it" },
    { "program.name", DG_KEYS_TEXT, true, .says = "doppel" },
    { "program.version", DG_KEYS_TEXT, true, .says = "its version" },
    { "matrix", DG_KEYS_OBJECT, true, .says = "what was asked" },
    { "matrix.name", DG_KEYS_TEXT, true, .says = "what it is called" },
    { "result", DG_KEYS_TEXT, true, .words = results, .says = "the verdict" },
    { "exit", DG_KEYS_WHOLE, true, .max = DG_EXIT_INCONCLUSIVE, .says = "the exit code" },
    { "reason", DG_KEYS_TEXT, true, .says = "why, in one line" },
    { "cells", DG_KEYS_LIST, true, .says = "the cells that were run, in their order" },
    { "cells[]", DG_KEYS_OBJECT, .says = "a cell" },
    { "cells[].name", DG_KEYS_TEXT, true, .words = dg_matrix_cell_words, .says = "which one" },
    { "cells[].binary", DG_KEYS_TEXT, true, .words = sides, .says = "whose binary" },
    { "cells[].config", DG_KEYS_TEXT, true, .words = sides, .says = "whose configuration" },
    { "cells[].over_other", DG_KEYS_BOOL, true, .says = "over data of the other release" },
    { "cells[].allowed", DG_KEYS_BOOL, true, .says = "it may fail" },
    { "cells[].status", DG_KEYS_TEXT, true, .words = statuses,
      .says = "skipped: the cell whose data it begins with failed" },
    { "cells[].output", DG_KEYS_TEXT, true, .says = "file that has what it printed" },
    { "cells[].step", DG_KEYS_TEXT, .says = "the step at which it failed" },
    { "cells[].why", DG_KEYS_TEXT, .says = "why it failed, or was skipped" },
    { "cells[].note", DG_KEYS_TEXT, .says = "what is to be known of it besides" },
    { "cells[].tail", DG_KEYS_LIST, .says = "the last lines that it printed, where it failed" },
    { "cells[].tail[]", DG_KEYS_TEXT, .says = "a line" },
};
static const dg_keys_table table = { rows, sizeof rows / sizeof *rows,
                                     "What a matrix of doppel came to",
                                     "matrix-outcome.schema.json" };

const dg_keys_table *dg_matrix_outcome_keys(void)
{
    return &table;
}
