/* recover.h - what can be done once a plan has gone red, each remedy rehearsed on the same fork.
 *
 *   recover   dg_recover          the plan as it is, then once more with each remedy
 *   after     dg_recover_exit     does any of them work?
 *   keys      dg_recover_keys     of the document
 *
 * A remedy is what operators or governance may do from U on: the plan is run again with it, and
 * what the plan broke is looked at until it no longer is broken. The rest of the plan stays as it
 * is: same fork, same seed, same luck.
 *
 * Invariant: no remedy is said to work, or not to, that was not run; one that the plan leaves no
 * room for says why.
 *
 *     rc = dg_recover(&document, plan, &(dg_recover_options){ .run = &how }, err);
 *     exit = rc < 0 ? dg_exit_of(rc) : dg_recover_exit(document);
 *     json_decref(document); */
#ifndef DG_RECOVER_H
#define DG_RECOVER_H

#include <jansson.h>

#include "base/base.h"
#include "plan/plan.h"
#include "run/run.h"

/* How to go about it; all borrowed for the call. Zeroes but for `run` are fine. */
typedef struct dg_recover_options {
    const dg_run_options *run; /* of every run, but that nothing is explained */
    const char *release;  /* that nodes are given; NULL: the first that has a repair they lack */
    uint32_t react_slots; /* from U until operators begin to act; 0: 2 */
    uint32_t over_slots;  /* they take, each in one of them; 0: 8 */
    int64_t down_ms[2];   /* a node is down to restart, lowest and highest; 0: the plan's own */
    uint64_t after_ms;    /* a chain that stands is taken back so late; 0: once all have acted */
    uint32_t back_blocks; /* at most so many, from U on; 0: 3 */
    double warp;          /* clocks that were set back run so fast, above 1; 0: 6 */
    /* code that a chain spec puts in N's place (codeSubstitutes), and what it is called; len 0: N-1
     * as it is */
    dg_bytes substitute;
    const char *substitute_name;
    uint32_t governance_slots; /* from U until a call of governance acts, above 1; 0: as react */
    bool (*halts)(void *user); /* asked again and again: is it to end? May be NULL */
    void *user;
} dg_recover_options;

/* Runs the plan, and where it goes red each remedy.
 *
 *   document  owned by the caller: `recover` with what broke and one object for each remedy, the
 *             best first; NULL below zero
 *   plan      checked; borrowed, and not changed
 *
 * DG_USAGE: the plan is not red, a release that is none, blocks below the fork, a `warp` that never
 * comes up with true time; DG_LIMIT: of the plan itself nothing
 * can be said; DG_END: it was halted; codes of dg_run. */
dg_code dg_recover(json_t **document, const dg_plan *plan, const dg_recover_options *options,
                   dg_error *err);
/* The keys of the document, from which recover/recover.schema.json is made. Static. */
const dg_keys_table *dg_recover_keys(void);
/* 0: a remedy works; 1: none does. */
int dg_recover_exit(const json_t *document);

#endif
