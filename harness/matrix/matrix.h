/* matrix.h - binaries by configurations: does each cell start, pass its checks and stop?
 *
 *   plan   dg_matrix_load           what is started, and how one sees that it is well
 *   work   dg_matrix_run            cell by cell
 *   tell   dg_matrix_document, dg_matrix_exit
 *
 * Invariant: a cell that failed says at which step and why, and nothing of it runs any more when
 * the next one begins. */
#ifndef DG_MATRIX_H
#define DG_MATRIX_H

#include <jansson.h>

#include "base/base.h"
#include "plan/plan.h"

enum {
    DG_MATRIX_CHECKS_MAX = 16,
    DG_MATRIX_PORTS = 4, /* free ones of loopback, for each cell: PORT1 to PORT4 */
    DG_MATRIX_TEXT_MAX = 400
};

/* A plan, read and checked. */
typedef struct dg_matrix dg_matrix;
/* DG_IO; DG_USAGE: no JSON, unknown or missing keys, with their path; DG_NOMEM. NULL then. */
dg_code dg_matrix_load(dg_matrix **out, const char *path, dg_error *err);
void dg_matrix_free(dg_matrix *matrix); /* fine on NULL */
/* The keys of such a plan, from which matrix/matrix.schema.json is made. Static. */
const dg_keys_table *dg_matrix_keys(void);

/* A release, N-1 or N. */
typedef enum dg_matrix_side { DG_MATRIX_OLD, DG_MATRIX_NEW } dg_matrix_side;
/* The cells, in their order: each binary with each configuration over an empty folder, N over the
 * folder of N-1, N-1 over that of N, with its own configuration and with N's. */
typedef struct dg_matrix_place {
    dg_matrix_side binary, config;
    bool over_other; /* the data folder is one that the other release has used */
} dg_matrix_place;
enum { DG_MATRIX_CELLS = 7 };
/* "binary=N-1 config=N", "binary=N-1 config=N over N's data". Static. */
const char *dg_matrix_cell_name(size_t cell);

/* How it is run; all of it borrowed. */
typedef struct dg_matrix_options {
    const char *logs; /* folder in which each cell's output is kept, made if need be */
    bool (*halts)(void *user);
    void (*progress)(void *user, size_t cell, const char *step);
    void *user;
} dg_matrix_options;
/* DG_OK: each cell was run, whatever came of it; DG_END: halted; DG_IO: no folder, no process. */
dg_code dg_matrix_run(dg_matrix *matrix, const dg_matrix_options *options, dg_error *err);

/* What the cells that were run came to; owned by the caller. DG_NOMEM. */
dg_code dg_matrix_document(json_t **out, const dg_matrix *matrix, dg_error *err);
/* Its keys, from which matrix/matrix-outcome.schema.json is made. Static. */
const dg_keys_table *dg_matrix_outcome_keys(void);
/* Is it one? */
bool dg_matrix_is_document(const json_t *document);
/* DG_MALFORMED, with the key at fault. */
dg_code dg_matrix_check(const json_t *document, dg_error *err);
/* 0, 1 or 3 (N-1 alone fails, or it was halted); 5: it is none. */
int dg_matrix_exit(const json_t *document);

#endif
