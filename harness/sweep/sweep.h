/* sweep.h - one plan over many positions of U, nodes, seeds, sizes and runtimes.
 *
 *   axes      dg_axes_add            "--at boundary-20..boundary+5 step 5": which values
 *             dg_axes_settle         "--at every": what it comes to on the plan's chain
 *   sweep     dg_sweep_new           the cells: every combination, each with its plan
 *   earlier   dg_sweep_resume        what a file of the same sweep has already
 *   work      dg_sweep_work          the others, several at once
 *   document  dg_sweep_document      one file with all of them; dg_sweep_load
 *   merge     dg_sweep_merge         files of its shards, to one
 *
 * Invariant: a cell is known by its place among the combinations of the axes. Who did it, and when,
 * reaches no document but for `environment`. */
#ifndef DG_SWEEP_H
#define DG_SWEEP_H

#include <jansson.h>

#include "base/base.h"
#include "outcome/outcome.h"
#include "plan/plan.h"
#include "run/run.h"

/* ---- axes ---- */

/* Beyond them a sweep is refused before any cell is run. */
enum {
    DG_AXIS_VALUES_MAX = 100000,
    DG_AXES_MAX = 5,
    DG_SWEEP_CELLS_MAX = 1000000,
    DG_SWEEP_CELLS_UNASKED = 10000 /* more than these need a time budget */
};

/* One key of the plan that takes several values; in the order in which cells count them out. */
typedef enum dg_axis_kind {
    DG_AXIS_TO,      /* upgrade.to */
    DG_AXIS_NETWORK, /* network.size */
    DG_AXIS_NODES,   /* network.classes */
    DG_AXIS_SEEDS,   /* seed */
    DG_AXIS_AT       /* upgrade.at */
} dg_axis_kind;

/* The values of one key, in the order in which they were given. */
typedef struct dg_axis {
    char **values; /* as a plan's flag has them; owned */
    size_t count, cap;
} dg_axis;
/* Zeroed before the first use; an axis without a value is the plan's own. */
typedef struct dg_axes {
    dg_axis of[DG_AXES_MAX];
} dg_axes;
/* The plan's key of an axis, "upgrade.at". Static. */
const char *dg_axis_key(dg_axis_kind kind);
/* The name of its flag, "at". Static. */
const char *dg_axis_flag(dg_axis_kind kind);
/* Reads the values of one axis, which had none:
 *
 *   at       "boundary-600..boundary+20 step 20", "boundary-1,boundary,boundary+1", both mixed by
 *            commas; a range is of slots, of blocks ("b" behind both ends), or of percents;
 *            "every": each slot of a session, "every 30": each 30th (dg_axes_settle)
 *   seeds    "1..20", "1..100 step 7", "3,5,8"
 *   network  "30x6,100x20"
 *   to       "a.wasm,b.wasm"
 *   nodes    "v1.10=1;v1.12=0.5,v1.18=0.5": by semicolons, since each has commas of its own
 *
 * DG_USAGE: an empty list, a range that runs backwards or has no step, ends of two kinds, a value
 * twice, an axis twice, more than DG_AXIS_VALUES_MAX; DG_NOMEM. To be cleared in any case. */
dg_code dg_axes_add(dg_axes *axes, dg_axis_kind kind, const char *text, dg_error *err);
/* What `every` comes to on the chain that `plan`, amended by the first value of each other axis,
 * begins from: boundary-19 .. boundary where a session has 20 slots. Opens the snapshot if there is
 * an `every`, and else does nothing. Codes of dg_plan_check and dg_run_clock; DG_USAGE: a slot
 * stands there twice, or there are too many. */
dg_code dg_axes_settle(dg_axes *axes, const dg_plan *plan, const dg_run_options *how,
                       dg_error *err);
/* Gives the values back; axes of zeros are fine. */
void dg_axes_clear(dg_axes *axes);

/* ---- cells ---- */

/* Which of n parts is done here: cells whose place, counted from 0, is i - 1 modulo n. */
typedef struct dg_shard {
    uint32_t i, n; /* 1 of 1: all of them */
} dg_shard;
/* "2/5". DG_USAGE: none that there is. */
dg_code dg_shard_read(dg_shard *out, const char *text, dg_error *err);

typedef struct dg_sweep dg_sweep;

/* Every combination of the axes, the position of U counted out first. Each cell's plan is made and
 * checked.
 *
 *   plan  borrowed until the sweep is freed; it may lack what an axis says
 *   axes  borrowed for the call
 *
 * DG_USAGE: no axis has a value, more than DG_SWEEP_CELLS_MAX cells, or more than
 * DG_SWEEP_CELLS_UNASKED without `many`; a value that the plan refuses, named; DG_NOMEM. */
dg_code dg_sweep_new(dg_sweep **out, const dg_plan *plan, const dg_axes *axes, dg_shard shard,
                     bool many, dg_error *err);
/* Gives all cells back. Fine on NULL. */
void dg_sweep_free(dg_sweep *sweep);
/* Cells of this shard. */
size_t dg_sweep_count(const dg_sweep *sweep);
/* .. and those of them that are finished, well or not. */
size_t dg_sweep_finished(const dg_sweep *sweep);

/* Takes finished cells from a file that an earlier call of the same sweep left; `*taken` of them.
 * Nothing is taken where there is no such file. DG_USAGE: it holds something else, another plan,
 * axes or program; DG_IO, DG_MALFORMED. */
dg_code dg_sweep_resume(dg_sweep *sweep, size_t *taken, const char *path, dg_error *err);

/* ---- work ---- */

typedef struct dg_sweep_progress {
    size_t done, total; /* cells of this shard, earlier ones too */
    size_t broke, failed;
    const char *last; /* the cell that has just ended, "boundary-20 seed 3" */
    int exit;         /* .. and its exit code */
    bool retried;     /* its process went down: it is tried once more */
} dg_sweep_progress;

typedef struct dg_sweep_options {
    const dg_run_options *run;
    unsigned at_once; /* processes; 0: as many as there are cores */
    uint64_t
        budget_ns; /* the riskiest first, and none is worked on after so long; 0: all are done */
    bool twice;    /* each cell that is done is done once more, and has to come out alike */
    bool (*halts)(void *user);
    void (*progress)(void *user, const dg_sweep_progress *now);
    void *user;
} dg_sweep_options;

/* Does the cells that are not finished. One whose process goes down is tried once more; one that
 * fails is kept as failed, with the reason; one that comes out otherwise when it is done twice has
 * an outcome that says so, exit 5. DG_END: halted or out of budget, the others stay undone, and
 * the document says of each why it did not come earlier. Codes of dg_run_cells. */
dg_code dg_sweep_work(dg_sweep *sweep, const dg_sweep_options *options, dg_error *err);

/* A cell that broke; all of it borrowed from the sweep. */
typedef struct dg_sweep_red {
    const dg_plan *plan; /* checked */
    const json_t *outcome;
    size_t place;   /* among all combinations, from 0 */
    char name[160]; /* "boundary-20 seed 3", cut */
    bool earlier;   /* taken from a file: how far it was explained is not known */
} dg_sweep_red;
/* The i-th of them, in the order of their places; false past the end. */
bool dg_sweep_red_at(dg_sweep_red *out, const dg_sweep *sweep, size_t i);

/* ---- document ---- */

/* Owned by the caller: `doppel`, `sweep` (axes, shard, whether it is whole), `plan`, `program`,
 * `cells` in their order, each with `values`, `state` ("done", "failed", "undone") and its
 * `outcome`. DG_USAGE: cells of an earlier call began from another snapshot or had another N under
 * the same name; DG_NOMEM. */
dg_code dg_sweep_document(json_t **out, const dg_sweep *sweep, dg_error *err);
/* The keys of such a document; what is in a cell's outcome, dg_outcome_keys say. */
const dg_keys_table *dg_sweep_keys(void);
/* Is a document that was read one of a sweep? */
bool dg_sweep_is_document(const json_t *document);
/* Is it one that this program reads? DG_MALFORMED; DG_UNSUPPORTED: of a later format. */
dg_code dg_sweep_check(const json_t *document, dg_error *err);
/* Reads one and checks it. DG_IO; DG_MALFORMED; DG_UNSUPPORTED: of a later format. */
dg_code dg_sweep_load(json_t **out, const char *path, dg_error *err);
/* The outcome of one cell of a document, borrowed from it. `words`: its number, from 1; or values
 * of its axes, each alone or behind its flag: "boundary-3 seeds=2".
 * DG_USAGE: no cell is that, several are, or it was not done. */
dg_code dg_sweep_find(const json_t **out, const json_t *document, const char *words, dg_error *err);
/* 5: a cell's process went down twice, and was not killed; else the worst of its cells' in the
 * order 4, 1, 3, 0; 3 where cells are undone and none broke. */
int dg_sweep_exit(const json_t *document);

/* ---- merge ---- */

/* All cells of `count` documents of one sweep, in the bytes of the unsplit one. Owned by the
 * caller. DG_USAGE: of different sweeps or programs, a shard twice, a shard missing (which).
 * DG_NOMEM. */
dg_code dg_sweep_merge(json_t **out, const json_t *const *documents, const char *const *names,
                       size_t count, dg_error *err);

#endif
