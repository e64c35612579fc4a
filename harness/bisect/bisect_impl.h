/* bisect_impl.h - what the files of this room share: a verdict, a build, the work itself. */
#ifndef DG_BISECT_IMPL_H
#define DG_BISECT_IMPL_H

#include "bisect/bisect.h"

/* ---- one runtime ---- */

typedef struct dg_bisect_verdict {
    dg_bisect_mark mark;
    dg_code code; /* of a SKIP: why it is one; DG_LIMIT: it was run, and is inconclusive */
    char why[DG_BISECT_TEXT_MAX], broke[DG_BISECT_TEXT_MAX];
    char same_as[DG_GIT_HASH_TEXT]; /* the commit with the same bytes, of which it was said */
} dg_bisect_verdict;
/* Runs the plan with that runtime. What is wrong with the runtime is a verdict, SKIP. DG_END:
 * halted; DG_IO, DG_NOMEM: nothing can be said of any. */
dg_code dg_bisect_judge(dg_bisect_verdict *out, const dg_bisect_options *options,
                        const char *runtime, dg_error *err);
/* SKIP, and why. */
void dg_bisect_skip(dg_bisect_verdict *out, dg_code code, const char *why);
/* Copies a text so that it is printable and one line. */
void dg_bisect_plain(char *out, size_t size, const char *text);

/* ---- builds ---- */

/* The private folder in which runtimes are made. */
typedef struct dg_bisect_yard {
    dg_scratch scratch;
    char log[1024];
    size_t commit; /* that is checked out; SIZE_MAX: none */
} dg_bisect_yard;
/* Makes the folder, and empties the file that its output goes to if `fresh`. DG_IO. */
dg_code dg_bisect_yard_open(dg_bisect_yard *yard, const char *log, bool fresh, dg_error *err);
/* Removes the folder. Fine on zeros. */
void dg_bisect_yard_close(dg_bisect_yard *yard);
/* Makes the runtime of a commit; `path` is where it is then. A build that fails is a verdict, SKIP,
 * and otherwise `out` is as it was. DG_END: halted; DG_IO; DG_NOMEM. */
dg_code dg_bisect_yard_build(dg_bisect_verdict *out, char *path, size_t size, dg_bisect_yard *yard,
                             const dg_git_history *history, size_t commit,
                             const dg_bisect_options *options, dg_error *err);

/* ---- the work ---- */

typedef struct dg_bisect_work {
    const dg_bisect_options *options; /* `own` */
    dg_bisect_options own;
    char path[DG_GIT_PATH_MAX]; /* own.path, straightened */
    dg_git_history *history;
    dg_bisect_search *search;
    dg_bisect_log log;
    dg_bisect_yard yard;
    size_t runs; /* of this call */
} dg_bisect_work;
/* Owned by the caller; NULL: no memory. `halted`: it was cut off. */
json_t *dg_bisect_document(dg_bisect_work *work, bool halted);
/* What the log has of a commit; NULL: nothing. Borrowed. */
const dg_bisect_entry *dg_bisect_entry_of(const dg_bisect_work *work, size_t commit);

#endif
