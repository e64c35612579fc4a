/* suite.h - what every test program shares: running a Check suite, and finding
 * the fixtures (embedded ones always, the whole corpus where it is). */
#ifndef DG_TESTS_SUITE_H
#define DG_TESTS_SUITE_H

#include <check.h>

#include "base/base.h"

/* Runs the suite in this process (no fork), prints Check's closing line.
 * Returns the exit code for main. */
int suite_run(Suite *suite);

/* Path of a file of the whole corpus ("specs/x.json.zst"), or NULL where the
 * corpus is not: the caller then returns, and one line says what was not run.
 * DOPPEL_CORPUS names the folder; default ../shared/fixtures. */
const char *corpus_path(const char *name);

/* Path of an embedded fixture ("x.wasm" in fixtures/). Static storage of four. */
const char *fixture_path(const char *name);

/* An empty folder of this test program's own below the system's temporary
 * folder, removed when the program ends. */
const char *scratch_dir(void);
const char *scratch_path(const char *name); /* static storage of four */

/* A whole file; ck_aborts when it cannot be read. Release with dg_buf_clear. */
dg_buf slurp(const char *path);

/* Bytes of a hex literal, in static storage of eight. */
dg_bytes hex(const char *digits);

/* Fails the test with both sides in hex unless the bytes agree. */
void assert_bytes(dg_bytes got, dg_bytes want, const char *what);

#endif
