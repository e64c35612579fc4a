/* compare.h - two outcomes, sweeps or preflights held against each other: what differs, as one
 * document.
 *
 *   dg_compare_runs               two outcomes of doppel run
 *   dg_compare_sweeps             two sweeps, cell by cell
 *   dg_compare_preflights         two preflights, finding by finding
 *   dg_compare_preflight_and_run  one of each: what one sees and the other does not
 *   dg_compare_differs            whether there is anything to say
 *
 * Invariant: two outcomes differ here exactly where their JSON does somewhere outside
 * `environment`. What has no words of its own is named by its key, so nothing is passed over. */
#ifndef DG_COMPARE_H
#define DG_COMPARE_H

#include <jansson.h>

#include "base/base.h"

/* Both borrowed. NULL: not there, on that side. */
typedef struct dg_compare_pair {
    const json_t *older, *newer;
} dg_compare_pair;

/* Tells what differs. Absent where nothing does: each of
 *
 *   inputs  [{what, path, old, new}]        leaf by leaf; what: program, snapshot, N, plan ..
 *   answer  {old, new}                      each with word, result, exit
 *   claims  [{name, change, old, new, also}]   change: broke, healed, warned, held, unseen, new,
 *           gone, moved (status as before, figures not), told (neither differs); each side with
 *           status, severity, figures, first_block, last_block, text; also: other keys that differ
 *   harm    [{what, path, old, new}]        of answer.harm, in ms where the path says so
 *   upgrade [{what, path, old, new}]        where and how U was
 *   causes  [{change, kind, says, old_kind, old_says, also}]   change: new, gone, changed
 *   also    [path]                          all else that differs
 *
 * and always `sweep`: false, and `differs`. A side without the thing lacks `old` or `new`.
 *
 *   out  owned by the caller; NULL after a failure; it shares values with both sides
 *
 * Both sides are read defensively: what is missing on both is the same. DG_OK; DG_NOMEM. */
dg_code dg_compare_runs(json_t **out, dg_compare_pair outcomes, dg_error *err);

/* The same of two sweeps, whose cells are known by their values: `sweep`: true, `differs`,
 *
 *   inputs   what differs alike in all cells that have an outcome on both sides, said once
 *   cells    [{values, ..}]   of both, that differ: the keys of a run; old_ and new_ state, why,
 *            exit and retried, where they differ; no more than `answer` without both outcomes
 *   same     number of cells that do not differ
 *   older    [values]                       cells of the older one alone
 *   newer    [values]
 *   also     [path]                         as above */
dg_code dg_compare_sweeps(json_t **out, dg_compare_pair sweeps, dg_error *err);

/* The same of two preflights: `sweep`: false, `preflight`: true, `differs`, and where something
 * does
 *
 *   inputs    [{what, path, old, new}]      chain, block, N-1 and N
 *   answer    {old, new}                    each with word, as a run says it
 *   findings  [{change, id, subject, old, new}]   change: new, gone, changed; each side the whole
 *             finding, known by its id and subject
 *   also      [path]                        all else that differs */
dg_code dg_compare_preflights(json_t **out, dg_compare_pair preflights, dg_error *err);

/* Of a preflight and an outcome, either first: as above, without findings and also, but
 *
 *   inputs    of N-1 and N their names, versions and hashes
 *   sides     [{claim, run, preflight, text}]   claims of the run on which the two do not agree:
 * its status, the gravest finding about the same ("fail", "warn"; "": none), and the run's text; of
 * claims that no finding is about those that broke */
dg_code dg_compare_preflight_and_run(json_t **out, dg_compare_pair both, dg_error *err);
/* The claim of a run that looks at what findings of this id are about; NULL: none. Static. */
const char *dg_compare_claim_of(const char *id);

/* What `differs` of such a document says. */
bool dg_compare_differs(const json_t *document);

#endif
