/* suite.h - what every test program shares: running a Check suite, and finding
 * the fixtures (embedded ones always, the whole corpus where it is). */
#ifndef DG_TESTS_SUITE_H
#define DG_TESTS_SUITE_H

#include <check.h>

#include "base/base.h"

/* Runs the suite in this process (no fork), prints Check's closing line.
 * Returns the exit code for main. */
int suite_run(Suite *suite);

/* Check's two ways to add a test go through here: rows that tests/long names are left
 * to `make check-long`, and suite_run says how many.
 *
 *   DOPPEL_LONG   unset: the long rows are left out; "only": the others are; else all run
 *   DOPPEL_PART   "2/5": every fifth row from the second on, so that several processes
 *                 share the rows of one program
 */
void suite_add(TCase *tc, const TTest *test, int from, int to);
#undef tcase_add_test
#undef tcase_add_loop_test
#define tcase_add_test(tc, test) suite_add(tc, test, 0, 1)
#define tcase_add_loop_test(tc, test, from, to) suite_add(tc, test, from, to)

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
