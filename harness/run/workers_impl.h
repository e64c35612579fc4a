/* workers_impl.h - jobs in child processes, several at once.
 *
 *   before   whatever the jobs read is made: they inherit it, copy on write
 *   run      dg_run_workers        each job answers with one JSON document
 *   or       dg_run_pool_fork      one process, from the middle of what the caller does
 *   after    dg_run_answers_clear
 *
 * A child has no thread but its own and writes nothing but its answer: what has to be
 * compiled by several threads is compiled before. It dies with its parent.
 *
 * Invariant: answers stand in the order of the jobs, whoever finished first; no child, and no
 * descriptor, is left. */
#ifndef DG_RUN_WORKERS_IMPL_H
#define DG_RUN_WORKERS_IMPL_H

#include <jansson.h>

#include "base/base.h"

enum { DG_RUN_WORKERS_MAX = 64, DG_RUN_ANSWER_MAX = 64 << 20 /* bytes of JSON */ };

/* What came of one job. */
typedef struct dg_run_answer {
    /* the job's own; where its process ended without an answer DG_LIMIT, or DG_IO if it was refused
     * memory or killed, which no job is by itself */
    dg_code rc;
    json_t *document; /* owned; NULL unless rc is DG_OK */
    dg_error err;     /* why not */
    bool begun;       /* it had a process */
    bool crashed;     /* which ended without an answer */
} dg_run_answer;

/* What is called is called in the parent, with the `user` of the jobs; each may be NULL. */
typedef struct dg_run_workers_options {
    unsigned at_once; /* processes; 0: as many as this machine has cores */
    void (*progress)(void *user, size_t done, size_t count); /* as jobs end */
    /* as a job ends, in whatever order: its answer, which may be taken; below zero ends all */
    dg_code (*ended)(void *user, size_t job, dg_run_answer *answer, dg_error *err);
    bool (*halts)(void *user); /* true: those at work are ended, no other one is begun */
} dg_run_workers_options;

/* One job, in a process of its own: DG_OK and `*document`, or a failure of its own, which is
 * told. */
typedef dg_code (*dg_run_job)(void *user, size_t job, json_t **document, dg_error *err);

/* How many processes that comes to; options may be NULL. */
unsigned dg_run_workers_at_once(const dg_run_workers_options *options);
/* Does all jobs and writes `count` answers: one that crashed, was killed or ran out of memory
 * is a failed answer, not a failure of this call. DG_END: it was halted, and some answers say that
 * their job was not done. DG_NOMEM; DG_IO: no process or pipe to be had; codes of `ended`. */
dg_code dg_run_workers(dg_run_answer *answers, size_t count, dg_run_job job, void *user,
                       const dg_run_workers_options *options, dg_error *err);
/* ---- the processes one by one, for jobs that go on from where the caller is ---- */

typedef struct dg_run_pool dg_run_pool;
/* Writes all of `count` answers as those of jobs that were not begun; `options` may be NULL.
 * DG_NOMEM. */
dg_code dg_run_pool_new(dg_run_pool **out, dg_run_answer *answers, size_t count, void *user,
                        const dg_run_workers_options *options, dg_error *err);
/* Are as many at work as may be? */
bool dg_run_pool_is_full(const dg_run_pool *pool);
/* Is any? */
bool dg_run_pool_is_busy(const dg_run_pool *pool);
/* A process for a job, which is not full: `*in_child` in that process, which ends with
 * dg_run_pool_answer and gives nothing back. DG_IO. */
dg_code dg_run_pool_fork(dg_run_pool *pool, size_t job, bool *in_child, dg_error *err);
/* In the child: its answer, and its end. `document` is taken. */
_Noreturn void dg_run_pool_answer(const dg_run_pool *pool, dg_code rc, json_t *document,
                                  const dg_error *err);
/* Waits until something is heard of those at work. DG_END: it is halted; codes of `ended`; DG_IO.
 */
dg_code dg_run_pool_wait(dg_run_pool *pool, dg_error *err);
/* Hears what there is to be heard without waiting. Codes as of dg_run_pool_wait. */
dg_code dg_run_pool_peek(dg_run_pool *pool, dg_error *err);
/* Ends those that are still at work. Fine on NULL. */
void dg_run_pool_free(dg_run_pool *pool);

/* The first failure of the machine among them (DG_IO, DG_NOMEM), with its words; DG_OK: none. What
 * rests on answers of which some were refused to it would say less than there is. */
dg_code dg_run_answers_whole(const dg_run_answer *answers, size_t count, dg_error *err);
/* Gives the documents back. */
void dg_run_answers_clear(dg_run_answer *answers, size_t count);

#endif
