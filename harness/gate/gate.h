/* gate.h - plans with what is expected of them, and a ledger of failures that are known.
 *
 *   load      dg_gate_load          the file is read and checked, the ledger too
 *   open      dg_gate_open          its cases: each plan is loaded, amended and checked
 *   work      dg_gate_work          all of them are run, several at once
 *   document  dg_gate_document      what was found against what was expected, on a day
 *   after     dg_gate_exit          one exit code; room report renders it
 *
 * A case is green when its exit code and claims are the expected ones, or when each claim that
 * broke is in the ledger, and not past its expiry. An entry of the ledger is red when it is
 * expired, when what it excuses has not failed in a plan that it names, and when it excuses
 * nothing: what is no longer needed would hide the next failure.
 *
 * Invariant: a document is a function of the gate, its plans, the program and the day. */
#ifndef DG_GATE_H
#define DG_GATE_H

#include <jansson.h>

#include "base/base.h"
#include "outcome/outcome.h"
#include "plan/plan.h"
#include "run/run.h"

/* Beyond them a gate is refused before any plan is run. */
enum { DG_GATE_BYTES_MAX = 1 << 20, DG_GATE_CASES_MAX = 1000, DG_GATE_LEDGER_MAX = 1000 };

/* ---- days ---- */

/* Days since 1970-01-01, in UTC. */
typedef struct dg_gate_day {
    int64_t v;
} dg_gate_day;
/* "2026-12-31", and nothing else. DG_USAGE: another form, or a day that no calendar has; years from
 * 1970 to 9999. */
dg_code dg_gate_day_read(dg_gate_day *out, const char *text, dg_error *err);
/* The day of that many seconds since 1970, which is what a clock says; 0 or later. */
dg_gate_day dg_gate_day_of(int64_t seconds);
/* As dg_gate_day_read takes it; `out` has room for 16 bytes. */
void dg_gate_day_text(char out[16], dg_gate_day day);

/* ---- the file ---- */

typedef struct dg_gate dg_gate;

/* Reads a gate, "git:REPO@REV:PATH" too, and checks what is in it, but for the files that it names.
 * Its relative paths begin at its own folder. DG_IO; DG_USAGE: no JSON, an unknown key (the nearest
 * is named), no plan, a name twice, a claim that there is not, an entry of the ledger without
 * expiry, with a day that is none, or twice; DG_LIMIT; DG_NOMEM. `*out` is the caller's, NULL after
 * a failure. */
dg_code dg_gate_load(dg_gate **out, const char *path, dg_error *err);
/* As load, from text; `name` is what messages call it, `folder` where relative paths begin, with a
 * slash at its end ("": where the program runs). */
dg_code dg_gate_parse(dg_gate **out, dg_bytes text, const char *name, const char *folder,
                      dg_error *err);
/* Gives all of it back. Fine on NULL. */
void dg_gate_free(dg_gate *gate);
/* The keys of a gate. Static. */
const dg_keys_table *dg_gate_keys(void);

/* Makes the cases: an entry of `plans` is one, or one for each runtime of the list and each
 * place of U that it asks for. Once. DG_IO: a plan, runtime or snapshot that is not there;
 * DG_USAGE: a plan that is refused, with the case; a list of runtimes that is none, or has none of
 * those asked for; a name that comes out twice; DG_LIMIT; DG_NOMEM. */
dg_code dg_gate_open(dg_gate *gate, dg_error *err);
/* How many cases there are; 0 before dg_gate_open. */
size_t dg_gate_count(const dg_gate *gate);

/* ---- work ---- */

/* What is told when a case ends; borrowed for the call. */
typedef struct dg_gate_progress {
    size_t done, total;
    const char *last; /* the case that has just ended */
    int exit;         /* .. and its exit code */
    bool retried;     /* its process went down: it is tried once more */
} dg_gate_progress;

typedef struct dg_gate_options {
    const dg_run_options *run;
    unsigned at_once; /* processes; 0: as many as there are cores */
    bool (*halts)(void *user);
    void (*progress)(void *user, const dg_gate_progress *now);
    void *user;
} dg_gate_options;

/* Runs all cases, once dg_gate_open was asked. What they share is compiled once. One whose process
 * goes down is tried once more; one that fails is kept as failed, with the reason. DG_END: halted,
 * the others stay undone. Codes of dg_run_cells. */
dg_code dg_gate_work(dg_gate *gate, const dg_gate_options *options, dg_error *err);

/* ---- document ---- */

/* What came of it, judged on that day, which is the only thing in its `environment`; owned by the
 * caller. DG_NOMEM. */
dg_code dg_gate_document(json_t **out, const dg_gate *gate, dg_gate_day today, dg_error *err);
/* The keys of such a document; what is in a case's outcome, dg_outcome_keys say. Static. */
const dg_keys_table *dg_gate_document_keys(void);
/* Is a document that was read one of a gate? */
bool dg_gate_is_document(const json_t *document);
/* Is it one that this program reads? DG_MALFORMED; DG_UNSUPPORTED: of a later format. */
dg_code dg_gate_check(const json_t *document, dg_error *err);
/* 5: a case's process went down twice, and was not killed, or two runs of one seed differed; else
 * the worst of the cases' and the ledger's in the order 4, 2, 1, 3, 0. */
int dg_gate_exit(const json_t *document);

#endif
