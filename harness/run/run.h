/* run.h - a checked plan is run, arm by arm, and becomes an outcome.
 *
 *   before    plan.h       the plan, read and checked
 *   run       dg_run       control, treatment, then outcome.h says what it means
 *   after     outcome.h    exit code, file; report.h renders it
 *
 * Control is N-1 alone. Treatment has the very blocks of control up to U-1, N
 * enacted in U, and N from there on, past two session boundaries. Both see the
 * same slots and the same luck, so claims compare them without tuned numbers.
 *
 * Invariant: an outcome is a function of (program, snapshot, blobs, plan, seed),
 * except for its `environment` object. */
#ifndef DG_RUN_H
#define DG_RUN_H

#include <jansson.h>

#include "base/base.h"
#include "plan/plan.h"
#include "wasm/wasm.h"

/* ---- run ---- */

typedef struct dg_run_progress {
    const char *phase;    /* "import", "grow", "control", "treatment", ..: static */
    uint64_t done, total; /* slots, or bytes of an import; total 0: unknown */
} dg_run_progress;

typedef struct dg_run_options {
    /* compiled code and imported snapshots; NULL: nothing is kept on disk */
    const char *cache_dir;
    dg_compiler compiler;
    const char *events_path; /* NDJSON of both arms; NULL: none */
    bool verify_determinism; /* run twice and compare all events: a difference is exit 5 */
    /* what a call may burn; 0: as much as a real node would wait for */
    uint64_t fuel_block, fuel_query;
    void (*compiling)(void *user, size_t bytes, bool begins); /* as of dg_engine_options */
    void (*progress)(void *user, const dg_run_progress *now); /* may be NULL */
    void *user;
} dg_run_options;

/* Runs a checked plan. DG_OK: `*outcome` (owned by the caller) holds the verdict,
 * whatever it is. Below zero use dg_exit_of; `*outcome` is NULL then, nothing having been judged,
 * unless the events alone could not be written: DG_IO with an outcome.
 * DG_USAGE: N equals N-1, a position outside the chain, a way of enactment that
 * the chain does not offer. */
dg_code dg_run(json_t **outcome, const dg_plan *plan, const dg_run_options *options, dg_error *err);

#endif
