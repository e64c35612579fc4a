/* outcome.h - what a run means: its events become verdicts, causes and one document.
 *
 *   make    dg_outcome_make            from events, plan and facts alone
 *   again   dg_outcome_explain         from a log alone
 *   after   dg_outcome_exit, dg_outcome_load; report.h renders it
 *   keys    dg_outcome_keys, dg_outcome_schema
 *
 * Invariant: an outcome is a function of the facts, except for its `environment` object.
 * Nothing is asked of a chain here, and nothing of the arms that were run.
 *
 *   To end a program with what a file says:
 *
 *     rc = dg_outcome_load(&outcome, "outcome.json", err);
 *     exit = rc < 0 ? dg_exit_of(rc) : dg_outcome_exit(outcome);
 *     json_decref(outcome); */
#ifndef DG_OUTCOME_H
#define DG_OUTCOME_H

#include <jansson.h>

#include "base/base.h"
#include "bft/bft.h"
#include "event/event.h"
#include "host/host.h"
#include "plan/plan.h"
#include "source/source.h"

/* What came of one arm. */
typedef struct dg_outcome_arm {
    uint32_t blocks;        /* built */
    uint32_t boundaries;    /* of sessions, passed after U by the client's clock */
    uint32_t upgrade_block; /* number of U; 0: none was built */
    bool ran;               /* the block after U was built */
    const char *ended;      /* why it ended */
    /* a network's, by kind, and their bytes; NULL: none were sent */
    const json_t *messages;
} dg_outcome_arm;

/* A run as it is judged and reported; all of it borrowed. What a log tells by itself has neither
 * plan nor runtimes: NULL. */
typedef struct dg_outcome_facts {
    const dg_plan *plan;
    const dg_plan_asked *asked;
    dg_plan_span span;
    const dg_event_log *log; /* of both arms, control's first */
    const dg_snapshot *snapshot;
    bool from_cache; /* it was imported before */
    dg_hash fork_hash;
    const dg_runtime *from, *to; /* N-1, and N or else N-1 */
    bool new_code;               /* the plan brings some */
    const char *grown;           /* how the state was grown; "": it was not */
    uint32_t nodes;              /* of the network, were there one */
    dg_release_span
        assumed; /* of nodes that the plan does not name; oldest NULL: it does, or none */
    const char *chain_only; /* why there is no network; "": there is one */
    uint32_t validators, parachains;
    uint32_t coreless;           /* registered parachains without a claim on a core */
    const dg_plan_fault *faults; /* of the plan, in its order */
    size_t fault_count;
    dg_outcome_arm control, treatment;
    const char *path;               /* the way by which N went in, in words */
    bool enacted, pending, amended; /* N is the code; it waits one block; U-1 was written to */
    const json_t *explained;        /* as dg_proof_tell has it; NULL: not asked for */
    const json_t *positions;        /* as answer.positions has it; NULL: not asked for */
    bool diverged;                  /* treatment's blocks up to U-1 are not control's */
} dg_outcome_facts;

/* Judges the plan's claims over the log and tells the rest, in the keys of dg_outcome_keys.
 *
 *   out  owned by the caller; as it was after a failure
 *   run  borrowed for the call; all of it is there but what may be NULL by its comment, and its log
 *        is whole: a run-start, and a run-end of each arm that says what the facts say
 *
 * DG_OK whatever the verdict; DG_NOMEM. */
dg_code dg_outcome_make(json_t **out, const dg_outcome_facts *run, dg_error *err);

/* The verdicts alone, of a log that has no U, as samples of processes are.
 *
 *   claims  owned by the caller, as `claims` of an outcome has them; as it was after a failure
 *   asked   as a plan's `claims`; those that it does not let judge are left out
 *
 * DG_NOMEM. */
dg_code dg_outcome_claims(json_t **claims, const dg_event_log *log, const json_t *asked,
                          dg_error *err);
/* The odds of one cost of a payday block. */
typedef struct dg_outcome_odds {
    dg_bft_range payday;
    dg_bft_odds is;
} dg_outcome_odds;
/* A run of consensus bft as it is judged and reported; all of it borrowed. */
typedef struct dg_outcome_bft {
    const dg_plan *plan;
    const dg_event_log *log; /* of both arms, control's first */
    const dg_outcome_odds *odds;
    size_t odds_count;
    bool tally_proved; /* treatment with every node counting as a set is not stuck */
} dg_outcome_bft;
/* As dg_outcome_make, of such a run; its keys are those of dg_outcome_bft_keys. DG_NOMEM. */
dg_code dg_outcome_make_bft(json_t **out, const dg_outcome_bft *run, dg_error *err);

/* What a log that was read says by itself: `claims`, `result`, `exit` and `reason` as the outcome
 * of its run has them; `chains`, `answer` and `ill_control` too, but for what only runtimes and the
 * plan tell.
 *
 *   out  owned by the caller; NULL after a failure
 *   log  may have been written, cut or changed by anybody
 *
 * DG_MALFORMED: it is not the whole log of a run (no run-start, no node-limits, no run-end of an
 * arm), or has slots and epochs that no chain has; DG_NOMEM. */
dg_code dg_outcome_explain(json_t **out, const dg_event_log *log, dg_error *err);

/* Two runs of one plan and seed differed: what `outcome` says is worth nothing, and says so from
 * now on, in `result`, `exit` (5), `reason` and `answer`. The verdicts stay as they are. DG_NOMEM:
 * it may be changed in part, and is not to be told. */
dg_code dg_outcome_differs(json_t *outcome, dg_error *err);
/* 0, 1, 3 or 5, as the outcome says; 5 for what is no outcome. */
int dg_outcome_exit(const json_t *outcome);
/* Reads an outcome file of this program and checks it against the table, keys and kinds.
 *
 *   outcome  owned by the caller; NULL after a failure
 *   path     of the file; "-" is stdin
 *
 * DG_IO: it cannot be read; DG_MALFORMED: no JSON (with the line), a key twice, or one that is
 * missing, unknown or of another kind (with its path); DG_UNSUPPORTED: of a later format. */
dg_code dg_outcome_load(json_t **outcome, const char *path, dg_error *err);
/* Any JSON of a file, "-" being stdin, with each key once; owned by the caller. DG_IO;
 * DG_MALFORMED, with the line. */
dg_code dg_outcome_read(json_t **document, const char *path, dg_error *err);
/* The same, of a sweep without what stands in the lists of its cells' `series`, `chains` and
 * claims' `evidence`, which are then empty: of a thousand cells that is most there is to read. What
 * is cut out is not checked, but for its brackets. */
dg_code dg_outcome_read_skimmed(json_t **document, const char *path, dg_error *err);
/* Is it an outcome that this program reads? DG_MALFORMED, DG_UNSUPPORTED as of dg_outcome_load. */
dg_code dg_outcome_check(const json_t *document, dg_error *err);
/* The JSON schema that is shipped as outcome/outcome.schema.json, made from the table that
 * the check uses; owned by the caller. */
json_t *dg_outcome_schema(void);
/* The keys of an outcome, each with its kind, unit and meaning: what dg_outcome_check and the
 * schema are made from. Static. */
const dg_keys_table *dg_outcome_keys(void);
/* .. of an outcome whose `consensus` is bft, shipped as outcome/outcome-bft.schema.json. Made by
 * the first call, which is not to be in two threads at once; static from then on. */
const dg_keys_table *dg_outcome_bft_keys(void);

#endif
