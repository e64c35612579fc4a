/* bisect.h - the first commit of a range whose runtime breaks a plan's claims.
 *
 *   search    dg_bisect_search_new, _mark, _next   which commit to ask, given a graph, of no
 *                                                  repository
 *   log       dg_bisect_log_parse, _text           what was found out, as a text
 *   all       dg_bisect                            asks, runs, keeps the log, tells
 *
 * Invariant: a commit is marked by what was run of it, or of the very same bytes at another one;
 * the log has every mark before the next commit is asked, so a bisect that is cut off at any
 * moment goes on from it.
 *
 *   The search by itself, with whatever a caller knows of a commit:
 *
 *     dg_bisect_search_new(&search, &graph, err);
 *     while ((step = dg_bisect_search_next(search)).state == DG_BISECT_ASK)
 *         dg_bisect_search_mark(search, step.commit, mark_of(step.commit));
 *     ..   FOUND: step.commit is the first bad one; RANGE: one of `step.open` is
 *     dg_bisect_search_free(search);
 *
 * Nothing is written to the repository. */
#ifndef DG_BISECT_H
#define DG_BISECT_H

#include <jansson.h>

#include "base/base.h"
#include "git/git.h"
#include "plan/plan.h"
#include "run/run.h"

/* ---- search ---- */

/* SKIP: nothing can be said of it. */
typedef enum dg_bisect_mark {
    DG_BISECT_UNKNOWN,
    DG_BISECT_GOOD,
    DG_BISECT_BAD,
    DG_BISECT_SKIP
} dg_bisect_mark;

/* Commits by number, each above its parents; 0 is good, the last one bad. Borrowed. */
typedef struct dg_bisect_graph {
    size_t count; /* at least 2 */
    /* as dg_git_history_parents */
    size_t (*parents)(const uint32_t **out, const void *user, size_t commit);
    const void *user;
} dg_bisect_graph;

typedef struct dg_bisect_search dg_bisect_search;
/* `out` is the caller's, to be given back with dg_bisect_search_free. DG_NOMEM. */
dg_code dg_bisect_search_new(dg_bisect_search **out, const dg_bisect_graph *graph, dg_error *err);
/* Gives it back. Fine on NULL. */
void dg_bisect_search_free(dg_bisect_search *search);
/* Could this commit be the first bad one, as far as is known? */
bool dg_bisect_search_is_open(const dg_bisect_search *search, size_t commit);
/* What became of an open commit that is not marked; not UNKNOWN. False, and nothing changes, for
 * any other. */
bool dg_bisect_search_mark(dg_bisect_search *search, size_t commit, dg_bisect_mark mark);

/* Where a search stands. */
typedef enum dg_bisect_state {
    DG_BISECT_ASK,   /* `commit` is to be marked */
    DG_BISECT_FOUND, /* `commit` is the first bad one */
    DG_BISECT_RANGE  /* it is one of the open ones, and the others were all skipped */
} dg_bisect_state;
/* What is to be done next. By value. */
typedef struct dg_bisect_step {
    dg_bisect_state state;
    size_t commit; /* of ASK: what to mark; else the oldest that is known to be bad */
    /* commits that could be the first bad one, the oldest that is known to be bad among them */
    size_t open;
    /* about as many more are to be asked: how often `open` can be halved. 0 when there is none */
    unsigned steps;
} dg_bisect_step;
/* Halves what is open, as git bisect does: the commit with half of them behind it; where some of
 * them were skipped, one farther off. The same marks give the same step. */
dg_bisect_step dg_bisect_search_next(dg_bisect_search *search);

/* ---- log ---- */

enum {
    DG_BISECT_TEXT_MAX = 400,    /* bytes of a line's text */
    DG_BISECT_LOG_MAX = 64 << 20 /* bytes of a log */
};

/* One commit that was marked. Texts are printable and of one line. */
typedef struct dg_bisect_entry {
    dg_bisect_mark mark;
    char commit[DG_GIT_HASH_TEXT];
    char blob[72]; /* which bytes were run: git's hash of them, or BLAKE2b-256; "": none were */
    char subject[DG_BISECT_TEXT_MAX], why[DG_BISECT_TEXT_MAX];
    char broke[DG_BISECT_TEXT_MAX]; /* names of claims, by ", " */
} dg_bisect_entry;

/* What a bisect has found out, in a form that `git bisect replay` reads as well. What git has no
 * word for stands in comments before the line that they are of:
 *
 *     # doppel bisect log 1
 *     # asked: 0x..
 *     git bisect start 'BAD' 'GOOD'          or: start '--first-parent' 'BAD' 'GOOD'
 *     # bad: [COMMIT] subject
 *     # blob: ..
 *     # why: ..
 *     # broke: a claim, another
 *     git bisect bad COMMIT                  or: good, skip */
typedef struct dg_bisect_log {
    dg_hash asked; /* of all that was asked for, but good and bad */
    char good[DG_GIT_HASH_TEXT], bad[DG_GIT_HASH_TEXT];
    bool first_parent;
    dg_bisect_entry *at; /* owned */
    size_t count, cap;
} dg_bisect_log;
/* Appends a copy. DG_NOMEM. */
dg_code dg_bisect_log_add(dg_bisect_log *log, const dg_bisect_entry *entry, dg_error *err);
/* Reads one; `out` is written whole, and cleared by the caller in any case. DG_MALFORMED, with the
 * line; DG_UNSUPPORTED: of a later format; DG_NOMEM. */
dg_code dg_bisect_log_parse(dg_bisect_log *out, dg_bytes text, dg_error *err);
/* Appends it as text; `end`: a last line, NULL: none. */
void dg_bisect_log_text(dg_buf *out, const dg_bisect_log *log, const char *end);
/* Gives its entries back; a log of zeros is fine. */
void dg_bisect_log_clear(dg_bisect_log *log);

/* ---- all of it ---- */

/* What a user is told meanwhile; borrowed for the call. */
typedef struct dg_bisect_progress {
    const char *commit, *subject; /* what is looked at now */
    const char *doing;            /* "build", "run"; NULL: it was marked */
    dg_bisect_mark mark;          /* .. as this */
    const char *why, *same_as;    /* the commit whose bytes it has; NULL: it was run */
    size_t open;
    unsigned steps; /* 0: good and bad themselves are tried first */
} dg_bisect_progress;

/* What is looked for, and how; all borrowed for the call. */
typedef struct dg_bisect_options {
    const dg_plan *plan; /* not checked: upgrade.to is set here */
    dg_git_range range;
    const char *path;  /* of the runtime, in the tree */
    const char *claim; /* NULL: those that gate */
    const char *build; /* a command that makes it, for the shell; NULL: it is committed */
    /* a build that takes longer is given up, and its commit skipped; above 0 with `build` */
    uint64_t build_timeout_ns;
    const char *log; /* a file: what it has is not done again */
    const dg_run_options *run;
    bool (*halts)(void *user);
    void (*progress)(void *user, const dg_bisect_progress *now);
    void *user;
} dg_bisect_options;

/* Finds the first bad commit. The document, owned by the caller, has `bisect` with `state`
 * ("found", "range", "halted"), `first_bad`, `candidates`, `broke`, `why`, `marks`, .. ; it is
 * there for "halted" as well, with DG_END. A build's output goes to the log's name with ".build".
 *
 * DG_USAGE: good breaks, bad does not, the log is of another bisect, and what the plan or the
 * repository refuse; DG_LIMIT: good or bad are inconclusive; codes of dg_git_history_new; DG_IO;
 * DG_NOMEM. */
dg_code dg_bisect(json_t **out, const dg_bisect_options *options, dg_error *err);
/* 0: found; 3: a range alone, or halted. */
int dg_bisect_exit(const json_t *document);

#endif
