/* run.h - a checked plan is run, arm by arm, and becomes an outcome.
 *
 *   before    plan.h       the plan, read and checked
 *   run       dg_run       control, treatment, then outcome.h says what it means
 *   many      dg_run_cells several plans at once, each in a process of its own
 *   after     outcome.h    exit code, file; report.h renders it
 *
 * Control is N-1 alone. Treatment has the very blocks of control up to U-1, N
 * enacted in U, and N from there on, past two session boundaries. Both see the
 * same slots and the same luck, so claims compare them without tuned numbers.
 *
 * Invariant: an outcome is a function of (program, snapshot, blobs, plan, seed),
 * except for its `environment` object.
 *
 *   dg_run_options options = { .cache_dir = dg_engine_cache_dir(),
 *                              .explain = DG_RUN_EXPLAIN_PROVED };
 *   rc = dg_run(&outcome, plan, &options, err);
 *   exit = rc < 0 ? dg_exit_of(rc) : dg_outcome_exit(outcome);
 *   json_decref(outcome); */
#ifndef DG_RUN_H
#define DG_RUN_H

#include <jansson.h>

#include "base/base.h"
#include "plan/plan.h"
#include "wasm/wasm.h"

/* ---- run ---- */

/* How far it is, told between two pieces of work. */
typedef struct dg_run_progress {
    const char *phase;    /* "import", "grow", "control", "treatment", ..: static */
    uint64_t done, total; /* slots, or bytes of an import; total 0: unknown */
} dg_run_progress;

/* States of a run that are left as snapshots, below a folder: read, tried, given to dg_run, and
 * then looked at with dg_run_keep_at. A moment that the run did not come to has `made` false. */
enum { DG_RUN_KEEP_MOMENTS = 5, DG_RUN_KEEP_PATH_MAX = 1100 };
typedef struct dg_run_keep {
    const char *folder; /* borrowed */
    struct {
        bool wanted, made;
        uint32_t block;           /* whose state it is, once made */
    } at[2][DG_RUN_KEEP_MOMENTS]; /* by arm */
    long process;                 /* that tried the places: no fork of it writes there */
} dg_run_keep;
/* One state that is to be kept, as dg_run_keep_at tells it; a plain value. */
typedef struct dg_run_kept_state {
    const char *arm, *moment; /* static */
    char path[DG_RUN_KEEP_PATH_MAX];
    bool made; /* the run came there */
    uint32_t block;
} dg_run_kept_state;
/* Reads which states are to be kept: "U-1,U,U+1,session+1,end", of treatment, and "control:end".
 *
 *   out     written whole, nothing made yet
 *   folder  borrowed: it has to outlive `out`; nothing is made in it here
 *
 * DG_USAGE: another word, with those that there are. */
dg_code dg_run_keep_read(dg_run_keep *out, const char *text, const char *folder, dg_error *err);
/* The i-th of those that are wanted, control's first, each arm's in the order of the run; `out` is
 * written whole. False past the end, and `out` stays as it is. */
bool dg_run_keep_at(const dg_run_keep *keep, size_t i, dg_run_kept_state *out);
/* Can all of them be written, by this process? Its folder is made; a snapshot that is there is
 * going to be replaced. Before a run. DG_IO; DG_USAGE: something else is there. */
dg_code dg_run_keep_try(dg_run_keep *keep, dg_error *err);

/* How far a break is explained. Of the three only the last one runs anything. */
typedef enum dg_run_explain {
    DG_RUN_EXPLAIN_NONE,     /* not at all */
    DG_RUN_EXPLAIN_RECORDED, /* by what was recorded, which proves nothing */
    DG_RUN_EXPLAIN_PROVED    /* treatment is run again without each suspect */
} dg_run_explain;

/* When U is tried at other positions of a session: the first block of one, right behind it, the
 * middle, the last block. Each is a cell of its own, some up to a session longer. */
typedef enum dg_run_positions {
    DG_RUN_POSITIONS_NONE,
    DG_RUN_POSITIONS_BROKE, /* where a gate broke, and it was asked why */
    DG_RUN_POSITIONS_ALWAYS /* .. and by as many seeds as the plan lets, where luck leaves it open
                             */
} dg_run_positions;

/* What governance does in treatment once N is in, for who rehearses a way back: nodes have to be
 * simulated. Zeroes: nothing. */
typedef struct dg_run_later {
    uint32_t slots;       /* from U on, above 1; 0: nothing is done */
    const json_t *config; /* fields of HostConfiguration, as upgrade.config of a plan; borrowed */
    bool session;         /* or parachains' session is changed by force */
} dg_run_later;

/* What of a run is no part of its plan: but for fuel, `later` and verify_determinism none of it
 * changes a verdict. Zeroes are fine. */
typedef struct dg_run_options {
    /* compiled code and imported snapshots; NULL: nothing is kept on disk */
    const char *cache_dir;
    dg_compiler compiler;
    const char *events_path; /* NDJSON of both arms; NULL: none */
    dg_run_keep *keep;       /* tried before; NULL: no state is kept */
    bool verify_determinism; /* run twice and compare all events: a difference is exit 5 */
    /* what a call may burn; 0: as much as a real node would wait for */
    uint64_t fuel_block, fuel_query;
    dg_run_explain explain; /* only where a claim broke */
    dg_run_positions positions;
    dg_run_later later;
    unsigned workers; /* processes at once, for both; 0: as many as there are cores */
    void (*compiling)(void *user, size_t bytes, bool begins); /* as of dg_engine_options */
    void (*progress)(void *user, const dg_run_progress *now); /* may be NULL */
    void *user;
} dg_run_options;

/* Runs a checked plan: imports its state, makes control and treatment, judges, and where a claim
 * broke runs treatment again as far as `explain` says. Takes minutes to hours, and says how far it
 * is through `progress`.
 *
 *   outcome  owned by the caller: holds the verdict, whatever it is. NULL below zero, nothing
 *            having been judged, unless the events alone could not be written: DG_IO with an
 *            outcome
 *   plan     checked (dg_plan_check); borrowed, and not changed
 *   options  borrowed; `keep` is written: what was made, and of which block
 *
 * DG_OK whatever the verdict; dg_exit_of says the exit code of what is below zero. DG_USAGE: N
 * equals N-1, a position outside the chain, a way of enactment that the chain does not offer.
 * DG_IO: snapshot, runtime or a place to write to; DG_MALFORMED, DG_TRAP: a runtime that is no
 * use to begin with; DG_UNSUPPORTED; DG_LIMIT; DG_NOMEM. */
dg_code dg_run(json_t **outcome, const dg_plan *plan, const dg_run_options *options, dg_error *err);
/* What git knows of a checked plan's inputs, which an outcome of dg_run has as
 * `environment.sources`: an array as dg_source_about fills it, owned by the caller; NULL: no
 * memory. Reads the working tree that they lie in. */
json_t *dg_run_sources(const dg_plan *plan);

/* The clock of the chain that a checked plan begins from, of which `epoch_slots` is how long a
 * session is. Opens the snapshot and asks its runtime; nothing is run. DG_UNSUPPORTED: no relay
 * chain; else as dg_run. */
dg_code dg_run_clock(dg_clock *out, const dg_plan *plan, const dg_run_options *options,
                     dg_error *err);

/* Was a run refused because N is the code of N-1? Where runtimes are tried in a row, one of them
 * may well be the one that the chain runs. `err` of a failed run. */
bool dg_run_refused_same_code(const dg_error *err);

/* ---- a chain beside the arms ---- */

/* The chain that a checked plan begins from, opened as an arm's, with what U is to bring: for
 * blocks that are no part of a run. Used by one thread at a time. */
typedef struct dg_run_branch dg_run_branch;
/* `plan` and `options` outlive it. Codes of dg_run; `*out` is NULL then. */
dg_code dg_run_branch_open(dg_run_branch **out, const dg_plan *plan, const dg_run_options *options,
                           dg_error *err);
/* Its chain, at the fork; the branch's own. */
dg_chain *dg_run_branch_chain(const dg_run_branch *branch);
/* The slots of the plan's run. */
dg_plan_span dg_run_branch_span(const dg_run_branch *branch);
/* What U changes; borrowed from the branch. */
dg_transition dg_run_branch_transition(const dg_run_branch *branch);
/* With all blocks of it. Fine on NULL. */
void dg_run_branch_close(dg_run_branch *branch);

/* ---- many runs ---- */

/* How many plans are run; all that is called is called with `user`. */
typedef struct dg_run_cells_options {
    unsigned at_once; /* processes; 0: as many as there are cores */
    /* One has ended, in whatever order: `outcome` is owned by who is told, NULL where the run
     * failed or its process went down (`crashed`); `why` says it then. Below zero ends all. */
    dg_code (*ended)(void *user, size_t cell, json_t *outcome, bool crashed, const dg_error *why,
                     dg_error *err);
    bool (*halts)(void *user); /* true: no other one is begun, those at work are given up */
    /* In the order of what is known of their risk, where they are to be halted at some time:
     * pairs that cross most of what runtimes have brought to nodes or change most pallets, and of
     * each the cells at a session's boundary, then those where control lost a block to a fork, then
     * places all over the session, then the rest. Else in the order of the plans. */
    bool riskiest_first;
    /* .. then told for each cell once its turn is known: what is to be said of it if it is left
     * out, in static words; may be NULL */
    void (*ranked)(void *user, size_t cell, const char *why);
    void *user;
} dg_run_cells_options;

/* Runs each of `count` checked plans as dg_run would, in processes of their own that share what is
 * compiled and imported: the outcome of each is the same, but for its `environment`. Of `options`
 * nothing is written: no events, no states; no progress is told.
 *
 * DG_END: halted. Codes of `ended`; DG_IO: no process is to be had; DG_NOMEM. */
dg_code dg_run_cells(const dg_plan *const *plans, size_t count, const dg_run_options *options,
                     const dg_run_cells_options *how, dg_error *err);

#endif
