/* program.h - runs the binary under test as a user does. */
#ifndef DG_TESTS_PROGRAM_H
#define DG_TESTS_PROGRAM_H

#include <jansson.h>

#include "../support/suite.h"

/* The real pair that is part of the checkout. */
#define EMBEDDED_SPEC "fixtures/paseo-1001002-e20-100val-20paras.json.zst"
#define EMBEDDED_BLOB "fixtures/paseo-1002000-e20.wasm"
#define EMBEDDED_PLAN "fixtures/plans/paseo-1001002-to-1002000.json"

typedef struct ran {
    int exit;
    dg_buf out, err;
} ran;

/* `doppel ARGS` through the shell, in the checkout; DOPPEL names the binary.
 * Released by ran_clear. */
ran doppel(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Another binary, or the same (NULL), with its stdout in that file (NULL: caught). */
ran doppel_by(const char *binary, const char *stdout_path, const char *args);
void ran_clear(ran *r);
/* One command of the shell, without quotes of the single kind, which has to end with 0; its output,
 * owned by the caller. */
dg_buf shell_says(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* One line on stderr that says so, nothing on stdout, this exit code. */
void refused(ran r, const char *what, const char *says, int exit);
/* Exit 0; its output as JSON, owned by the caller. */
json_t *answered(ran r, const char *what);

/* Writes a scratch file and returns its path (static storage of four). */
const char *file_of(const char *name, dg_bytes content);
/* A file of build/runtimes (static storage of four). */
const char *runtime_path(const char *name);
/* A snapshot of the small chain, made once per test program. */
const char *small_snapshot(void);

#endif
