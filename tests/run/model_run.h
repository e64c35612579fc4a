/* model_run.h - what the tests of this room share: one line runs a pair. */
#ifndef DG_TESTS_RUN_MODEL_H
#define DG_TESTS_RUN_MODEL_H

#include "../support/suite.h"
#include "node/node.h"
#include "outcome/outcome.h"
#include "run/run.h"
#include "source/source.h"

#ifdef __SANITIZE_ADDRESS__
#define REDUCED 1
#else
#define REDUCED 0
#endif

/* Runs snapshot -> code at a position; aborts the test when nothing was judged.
 * `more`: further keys as "key=value", NULL-terminated; may be NULL. */
json_t *run_pair(const char *snapshot, const char *to, const char *at, const char *const *more);
/* As run_pair, and what broke is explained. */
json_t *explain_pair(const char *snapshot, const char *to, const char *at, const char *const *more);
/* As run_pair, for runtimes that need little: what never ends is ended soon. */
json_t *run_small_pair(const char *snapshot, const char *to, const char *at,
                       const char *const *more);
/* What such a pair may burn: a hundred times what its blocks take. */
#define SMALL_FUEL ((uint64_t)2000000000)
/* As run_pair, but the code it ended with and the words, for what is refused. */
dg_code run_refused(const char *snapshot, const char *to, const char *at, const char *const *more,
                    dg_error *err);
const json_t *claim_of(const json_t *outcome, const char *name);
const char *claim_status(const json_t *outcome, const char *name);
const char *claim_text(const json_t *outcome, const char *name);
/* Is there a line, a text or what an object `says`, with that part? */
bool any_line(const json_t *lines, const char *part);
/* .. among the causes that were proved? */
bool any_cause(const json_t *outcome, const char *part);
/* .. among the pieces of advice? */
bool any_advice(const json_t *outcome, const char *part);
/* Causes, what was looked at and what is unexplained, for the words of a failed assertion. Static.
 */
const char *causes_of(const json_t *outcome);
/* `:code` of a spec, here or of the corpus, as a file of this test; or the file itself. */
const char *code_file(const char *name);
/* The best block that a network has so many slots after the first, as a snapshot of its
 * own; and the clock there. */
void snapshot_after(const char *path, const char *spec, uint32_t slots, dg_clock *clock);
/* All claims and their texts, for the words of a failed assertion. Static. */
const char *verdicts(const json_t *outcome);

#endif
