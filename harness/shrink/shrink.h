/* shrink.h - the smallest plan found that breaks the same claim for the same causes.
 *
 *   shrink    dg_shrink            a plan and its outcome in, a smaller plan and its outcome out
 *   after     dg_shrink_clear
 *
 * A candidate is kept where its run ends as the plan's did, breaks the claim, and the causes that
 * are proved of it are the same: each alone, or each set of them together, by their keys
 * (causes[].keys of an outcome; a fault or a rollout by what the plan says of it).
 *
 * Invariant: the plan that comes out was run, and kept.
 *
 *     dg_shrink found = { 0 };
 *     rc = dg_shrink_plan(&found, plan, outcome, &(dg_shrink_options){ .run = &how }, err);
 *     if (rc == DG_OK && found.kept)
 *         ..   found.plan breaks found.claim too, and found.causes is why
 *     dg_shrink_clear(&found);
 *
 * It walks greedily, one thing at a time: that nothing smaller breaks in another way it does not
 * say. Trials, their order and what comes of them follow from the plan alone, however many cores
 * there are; a budget of time, or somebody who halts it, may end them earlier. */
#ifndef DG_SHRINK_H
#define DG_SHRINK_H

#include <jansson.h>

#include "base/base.h"
#include "plan/plan.h"
#include "run/run.h"

/* What a candidate changes. Anything else of the plan, its seed and its claims too, stays as it
 * was given. */
typedef enum dg_shrink_kind {
    DG_SHRINK_HORIZON,    /* fewer boundaries after U */
    DG_SHRINK_SIZE,       /* validators and parachains, both */
    DG_SHRINK_VALIDATORS, /* one of them alone */
    DG_SHRINK_PARACHAINS,
    DG_SHRINK_FAULTS, /* items of a list */
    DG_SHRINK_ROLLOUTS,
    DG_SHRINK_CLASSES,
    DG_SHRINK_COLLATORS,
    DG_SHRINK_BOUNDARY, /* U at an earlier boundary */
    DG_SHRINK_OFFSET,   /* U nearer to it */
    DG_SHRINK_KINDS
} dg_shrink_kind;

/* One trial, as it ended; borrowed for the call. */
typedef struct dg_shrink_trial {
    uint32_t number; /* from 1 */
    dg_shrink_kind kind;
    bool kept;
    const char *what; /* "network 140x28 to 120x24" */
    const char *why;  /* .. it was refused: "topology-present held"; "" where it was kept */
} dg_shrink_trial;

/* Runs `count` plans, 1 or 2, in whatever order: `outcomes` is owned by the caller, NULL where one
 * could not be run, and `why` says it then. Below zero ends all. */
typedef dg_code (*dg_shrink_try)(void *user, json_t **outcomes, dg_error *why,
                                 const dg_plan *const *plans, size_t count, dg_error *err);

/* How to go about it; all borrowed for the call. Zeroes but for `run` are fine. */
typedef struct dg_shrink_options {
    /* of every trial, but that causes are proved and no other positions of U are tried */
    const dg_run_options *run;
    const char *claim;   /* that has to stay broken; NULL: the first gate that broke with a cause */
    uint32_t trials_max; /* 0: as many as it takes */
    uint64_t budget_ns;  /* no trial is begun after so long; 0: no end */
    unsigned at_once;    /* processes, 1 or 2; 0: by the cores */
    /* asked again and again: is it to end? May be NULL, as the next two */
    bool (*halts)(void *user);
    /* hears of each trial when it has ended, in the order of their numbers */
    void (*told)(void *user, const dg_shrink_trial *trial);
    dg_shrink_try try; /* NULL: dg_run_cells */
    void *user;
} dg_shrink_options;

/* Why no other trial was made. */
typedef enum dg_shrink_end {
    DG_SHRINK_DONE,   /* there is none that is smaller by one step and kept */
    DG_SHRINK_TRIALS, /* trials_max were made */
    DG_SHRINK_TIME,
    DG_SHRINK_HALTED
} dg_shrink_end;

/* What was found. Zero it to begin. */
typedef struct dg_shrink {
    dg_plan *plan;   /* checked, owned; the plan that was given where nothing was kept */
    json_t *outcome; /* of it, proved; owned */
    char claim[64];
    char causes[480]; /* the keys of what broke it: "host-version:5; repair:4269" */
    uint32_t trials, kept;
    dg_shrink_end end;
    char floor[160]; /* why the network could not get smaller; "": it was tried */
} dg_shrink;

/* Makes `plan` smaller for as long as it can.
 *
 *   out      to be cleared in any case
 *   plan     checked; borrowed, and not changed
 *   outcome  what came of it, proved by this very program; NULL: the plan is run first, which
 *            is no trial
 *
 * DG_USAGE: no claim broke, or not the one that is asked for; DG_ABSENT: no cause of it is proved,
 * so that nobody can say what has to stay the same; codes of the run of the plan itself, DG_IO,
 * DG_NOMEM. A candidate that cannot be run is refused, whatever the reason. */
dg_code dg_shrink_plan(dg_shrink *out, const dg_plan *plan, const json_t *outcome,
                       const dg_shrink_options *options, dg_error *err);
/* Gives plan and outcome back. */
void dg_shrink_clear(dg_shrink *shrink);

#endif
