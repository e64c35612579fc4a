/* matrix_impl.h - shared inside the room: a plan as it was read, and what came of a cell. */
#ifndef DG_MATRIX_IMPL_H
#define DG_MATRIX_IMPL_H

#include "matrix/matrix.h"

typedef struct dg_matrix_command {
    const char *name, *run; /* borrowed from the plan */
} dg_matrix_command;

enum { LOG_LINES = 5, LOG_LINE_MAX = 200 };
typedef struct dg_matrix_came {
    bool ran, passed, skipped; /* skipped: what it stands on failed */
    char step[64];             /* at which it failed: "starts", "stops", or a check's name */
    char why[DG_MATRIX_TEXT_MAX], note[DG_MATRIX_TEXT_MAX];
    char log[DG_MATRIX_TEXT_MAX]; /* path of its output */
    char tail[LOG_LINES][LOG_LINE_MAX];
    size_t tail_count;
} dg_matrix_came;

struct dg_matrix {
    json_t *json;
    const char *name, *start, *ready, *stop; /* ready, stop: NULL: none */
    const char *binary[2], *config[2];       /* by dg_matrix_side */
    dg_matrix_command checks[DG_MATRIX_CHECKS_MAX];
    size_t check_count;
    uint64_t ready_ms, check_ms, stop_ms, command_ms;
    bool allowed[DG_MATRIX_CELLS]; /* to fail */
    bool wanted[DG_MATRIX_CELLS];  /* to be run */
    bool halted;
    dg_matrix_came came[DG_MATRIX_CELLS];
};

extern const char *const dg_matrix_cell_words[]; /* by cell, NULL at the end */
extern const dg_matrix_place dg_matrix_places[DG_MATRIX_CELLS];

/* cell.c: one cell over `folder`, which is there. DG_OK whatever came of it; DG_END: halted;
 * DG_IO. */
dg_code dg_matrix_cell(dg_matrix *matrix, size_t cell, const char *folder,
                       const dg_matrix_options *options, dg_error *err);

#endif
