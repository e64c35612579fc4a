/* run.h - a plan becomes an outcome.
 *
 *   plan      dg_plan_load | dg_plan_new, then dg_plan_set for each flag
 *   check     dg_plan_check            every key, value, claim and position
 *   run       dg_run                   control, treatment, claims -> outcome
 *   after     dg_outcome_exit, dg_outcome_load; report.h renders it
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
#include "chain/chain.h"
#include "wasm/wasm.h"

/* ---- plan ---- */

enum { DG_PLAN_MAX = 1 << 20 /* bytes of a plan file */ };

typedef struct dg_plan dg_plan;

/* An empty plan, to be filled by dg_plan_set. DG_NOMEM. */
dg_code dg_plan_new(dg_plan **out, dg_error *err);
/* Reads JSON (duplicate keys refused) and checks what is there, not whether it is
 * complete: flags may add to it. DG_IO; DG_USAGE with file, line or key path, and
 * the nearest key for an unknown one; DG_LIMIT. */
dg_code dg_plan_load(dg_plan **out, const char *path, dg_error *err);
/* As load, from text; `name` is what messages call it, `folder` where its relative
 * paths may also start (NULL: nowhere else). */
dg_code dg_plan_parse(dg_plan **out, dg_bytes text, const char *name, const char *folder,
                      dg_error *err);
/* Sets one value from a flag: key "upgrade.at", "seed", "claims.block-cadence.severity";
 * `value` is read as the table says (text, number, true/false). Wins over the file.
 * DG_USAGE: no such key (nearest suggested), value of the wrong kind. */
dg_code dg_plan_set(dg_plan *plan, const char *key, const char *value, dg_error *err);
/* Complete and consistent: snapshot, upgrade.to and upgrade.at are there, the
 * files exist, the position parses, nothing asks for what this version lacks. */
dg_code dg_plan_check(dg_plan *plan, dg_error *err);
void dg_plan_free(dg_plan *plan);

/* The plan as it stands (borrowed); keys as the user wrote them. */
const json_t *dg_plan_json(const dg_plan *plan);
/* Keys and what they mean, for help; false past the end. `key` is a dotted path. */
bool dg_plan_key_at(size_t i, const char **key, const char **says);

/* The JSON schemas that are shipped as run/plan.schema.json and
 * run/outcome.schema.json, made from the tables the checks use; owned by the caller. */
json_t *dg_plan_schema(void);
json_t *dg_outcome_schema(void);

/* ---- run ---- */

typedef struct dg_run_progress {
    const char *phase;    /* "import", "compile", "control", "treatment", "scan": static */
    uint64_t done, total; /* blocks, or bytes of an import; total 0: unknown */
} dg_run_progress;

typedef struct dg_run_options {
    /* compiled code and imported snapshots; NULL: nothing is kept on disk */
    const char *cache_dir;
    dg_compiler compiler;
    const char *events_path; /* NDJSON of both arms; NULL: none */
    bool verify_determinism; /* run twice and compare all events: a difference is exit 5 */
    /* what a call may burn; 0: as much as a real node would wait for */
    uint64_t fuel_block, fuel_query;
    void (*progress)(void *user, const dg_run_progress *now); /* may be NULL */
    void *user;
} dg_run_options;

/* Runs a checked plan. DG_OK: `*outcome` (owned by the caller) holds the verdict,
 * whatever it is. Below zero: nothing was judged, use dg_exit_of.
 * DG_USAGE: N equals N-1, a position outside the chain, a way of enactment that
 * the chain does not offer. */
dg_code dg_run(json_t **outcome, const dg_plan *plan, const dg_run_options *options, dg_error *err);

/* 0, 1, 3 or 5, as the outcome says; 5 for what is no outcome. */
int dg_outcome_exit(const json_t *outcome);
/* Reads and checks an outcome file of this program. DG_IO, DG_MALFORMED, DG_UNSUPPORTED. */
dg_code dg_outcome_load(json_t **outcome, const char *path, dg_error *err);

#endif
