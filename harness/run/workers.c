/* workers.c - jobs in child processes: fork, one pipe each, answers in order. */
#include "run/workers_impl.h"
#include "snapshot/snapshot.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* A process at work on a job; `fd` is the end that its answer comes out of. */
typedef struct worker {
    pid_t pid;
    int fd;
    size_t job;
    dg_buf said;
} worker;

enum { HALT_SEEN_MS = 200 };

struct dg_run_pool {
    worker at[DG_RUN_WORKERS_MAX];
    unsigned busy, at_once;
    size_t done, count;
    dg_run_answer *answers;
    void *user;
    dg_run_workers_options options;
    int answer_fd; /* in a child: where its answer goes */
};
typedef struct dg_run_pool pool;

/* ---- in the child ---- */

static void write_all(int fd, const char *at, size_t len)
{
    while (len) {
        ssize_t n = write(fd, at, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return; /* whoever reads sees that it is not whole */
        at += n;
        len -= (size_t)n;
    }
}

/* Nothing reaches the terminal; a lost parent ends the child, and so does what asks to end. */
static void be_quiet(pid_t parent)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    dg_log_set(DG_LOG_QUIET);
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(null, 2) < 0
        || prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent)
        _exit(1);
}

void dg_run_pool_answer(const pool *p, dg_code rc, json_t *document, const dg_error *err)
{
    assert(!p->busy && p->answer_fd > 0); /* in a child */
    dg_error lost;
    if (dg_snapshot_lost(&lost) < 0) {
        rc = DG_IO;
        err = &lost;
    }
    json_t *all = rc == DG_OK ? json_pack("{s:i, s:o}", "rc", rc, "document", document)
                              : json_pack("{s:i, s:s}", "rc", rc, "text", err->text);
    char *text = all ? json_dumps(all, JSON_COMPACT) : NULL;
    if (text)
        write_all(p->answer_fd, text, strlen(text));
    _exit(text ? 0 : 1); /* what is kept for the end of the program is the parent's to do */
}

/* ---- in the parent ---- */

static void begin_child(pool *p, pid_t parent, const int ends[2])
{
    for (unsigned i = 0; i < p->busy; i++)
        close(p->at[i].fd);
    close(ends[0]);
    p->busy = 0; /* they are the parent's */
    p->answer_fd = ends[1];
    be_quiet(parent);
}

dg_code dg_run_pool_fork(pool *p, size_t job, bool *in_child, dg_error *err)
{
    worker *w = &p->at[p->busy];
    pid_t parent = getpid();
    int ends[2];
    assert(!dg_run_pool_is_full(p) && job < p->count);
    *in_child = false;
    if (pipe(ends) != 0)
        return dg_fail(err, DG_IO, "pipe: %s", strerror(errno));
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    fflush(NULL); /* what waits in a buffer would be written twice */
    *w = (worker){ .pid = fork(), .fd = ends[0], .job = job };
    if (w->pid == 0) {
        begin_child(p, parent, ends);
        *in_child = true;
        return DG_OK;
    }
    close(ends[1]);
    if (w->pid < 0) {
        close(ends[0]);
        return dg_fail(err, DG_IO, "fork: %s", strerror(errno));
    }
    dg_buf_init(&w->said, DG_RUN_ANSWER_MAX);
    p->answers[job].begun = true;
    p->busy++;
    return DG_OK;
}

/* Takes what a whole answer holds; false: it is none. */
static bool take(dg_run_answer *out, dg_bytes said)
{
    json_t *all = json_loadb((const char *)said.at, said.len, 0, NULL);
    json_t *document = json_object_get(all, "document");
    const char *text = json_string_value(json_object_get(all, "text"));
    out->rc = (dg_code)json_integer_value(json_object_get(all, "rc"));
    if (out->rc == DG_OK)
        out->document = json_incref(document);
    else
        dg_fail(&out->err, out->rc, "%s", text ? text : "");
    json_decref(all);
    return all != NULL;
}

/* It was refused something (base, lack.c), or ended by the system for want of memory: nothing that
 * it was given to do ends a process so. */
static bool is_lack(int status)
{
    return (WIFEXITED(status) && WEXITSTATUS(status) == DG_EXIT_ENVIRONMENT)
           || (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static void judge_end(dg_run_answer *out, worker *w, int status)
{
    dg_code rc = is_lack(status) ? DG_IO : DG_LIMIT;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0 && w->said.rc == DG_OK
        && take(out, dg_buf_bytes(&w->said)))
        return;
    out->crashed = true;
    if (WIFSIGNALED(status))
        out->rc = dg_fail(&out->err, rc, "its process was ended by signal %d (%s)",
                          WTERMSIG(status), strsignal(WTERMSIG(status)));
    else if (rc == DG_IO)
        out->rc = dg_fail(&out->err, rc, "its process was refused memory");
    else
        out->rc = dg_fail(&out->err, rc, "its process ended without an answer");
}

static void wait_for(pid_t pid, int *status)
{
    while (waitpid(pid, status, 0) < 0 && errno == EINTR)
        ;
}

/* The last of the busy ones takes its place. */
static void end_worker(pool *p, unsigned i)
{
    worker *w = &p->at[i];
    int status = 0;
    assert(i < p->busy);
    close(w->fd);
    wait_for(w->pid, &status);
    judge_end(&p->answers[w->job], w, status);
    dg_buf_clear(&w->said);
    *w = p->at[--p->busy];
}

static dg_code tell_end(pool *p, size_t job, dg_error *err)
{
    const dg_run_workers_options *o = &p->options;
    dg_code rc = o->ended ? o->ended(p->user, job, &p->answers[job], err) : DG_OK;
    p->done++;
    if (o->progress)
        o->progress(p->user, p->done, p->count);
    return rc;
}

/* Whatever has come through one pipe; at its end the worker is done. */
static dg_code hear(pool *p, unsigned i, dg_error *err)
{
    char room[1 << 16];
    size_t job = p->at[i].job;
    ssize_t n = read(p->at[i].fd, room, sizeof room);
    if (n < 0 && errno == EINTR)
        return DG_OK;
    if (n > 0) {
        dg_buf_put(&p->at[i].said, room, (size_t)n);
        return DG_OK;
    }
    end_worker(p, i);
    return tell_end(p, job, err);
}

static dg_code hear_any(pool *p, int wait_ms, dg_error *err)
{
    struct pollfd ends[DG_RUN_WORKERS_MAX];
    dg_code rc = DG_OK;
    for (unsigned i = 0; i < p->busy; i++)
        ends[i] = (struct pollfd){ .fd = p->at[i].fd, .events = POLLIN };
    if (poll(ends, p->busy, wait_ms) < 0)
        return errno == EINTR ? DG_OK : dg_fail(err, DG_IO, "poll: %s", strerror(errno));
    for (unsigned i = p->busy; i-- && rc >= 0;) /* one that ends makes way for a later one, seen */
        if (ends[i].revents)
            rc = hear(p, i, err);
    return rc;
}

static dg_code hear_unless_halted(pool *p, int wait_ms, dg_error *err)
{
    if (p->options.halts && p->options.halts(p->user))
        return DG_END;
    return p->busy ? hear_any(p, wait_ms, err) : DG_OK;
}

dg_code dg_run_pool_wait(pool *p, dg_error *err)
{
    return hear_unless_halted(p, p->options.halts ? HALT_SEEN_MS : -1, err);
}

dg_code dg_run_pool_peek(pool *p, dg_error *err)
{
    return hear_unless_halted(p, 0, err);
}

bool dg_run_pool_is_full(const pool *p)
{
    return p->busy >= p->at_once;
}

bool dg_run_pool_is_busy(const pool *p)
{
    return p->busy > 0;
}

unsigned dg_run_workers_at_once(const dg_run_workers_options *options)
{
    long cores =
        options && options->at_once ? (long)options->at_once : sysconf(_SC_NPROCESSORS_ONLN);
    return cores < 1 ? 1 : cores > DG_RUN_WORKERS_MAX ? DG_RUN_WORKERS_MAX : (unsigned)cores;
}

dg_code dg_run_pool_new(pool **out, dg_run_answer *answers, size_t count, void *user,
                        const dg_run_workers_options *options, dg_error *err)
{
    pool *p = *out = dg_calloc(1, sizeof *p);
    if (!p)
        return dg_fail(err, DG_NOMEM, "no memory for %zu processes", count);
    for (size_t i = 0; i < count; i++)
        answers[i] = (dg_run_answer){ .rc = DG_LIMIT, .err.text = "it was not begun" };
    p->at_once = dg_run_workers_at_once(options);
    p->count = count;
    p->answers = answers;
    p->user = user;
    p->options = options ? *options : (dg_run_workers_options){ .at_once = 0 };
    return DG_OK;
}

void dg_run_pool_free(pool *p)
{
    if (!p)
        return;
    for (unsigned i = 0; i < p->busy; i++)
        kill(p->at[i].pid, SIGKILL);
    while (p->busy)
        end_worker(p, p->busy - 1);
    dg_free(p);
}

/* ---- jobs that need nothing of each other ---- */

static dg_code begin_job(pool *p, size_t i, dg_run_job job, dg_error *err)
{
    dg_error why = { .text = "" };
    json_t *document = NULL;
    bool in_child;
    dg_code rc = dg_run_pool_fork(p, i, &in_child, err);
    if (in_child) {
        rc = job(p->user, i, &document, &why);
        dg_run_pool_answer(p, rc, document, &why);
    }
    return rc;
}

dg_code dg_run_workers(dg_run_answer *answers, size_t count, dg_run_job job, void *user,
                       const dg_run_workers_options *options, dg_error *err)
{
    pool *p;
    size_t next = 0;
    dg_code rc = dg_run_pool_new(&p, answers, count, user, options, err);
    while (rc == DG_OK && p->done < count) {
        while (rc == DG_OK && !dg_run_pool_is_full(p) && next < count)
            rc = begin_job(p, next++, job, err);
        if (rc == DG_OK)
            rc = dg_run_pool_wait(p, err);
    }
    dg_run_pool_free(p);
    if (rc < 0)
        dg_run_answers_clear(answers, count);
    return rc;
}

dg_code dg_run_answers_whole(const dg_run_answer *answers, size_t count, dg_error *err)
{
    for (size_t i = 0; i < count; i++)
        if (dg_code_is_of_machine(answers[i].rc))
            return dg_fail(err, answers[i].rc, "%s", answers[i].err.text);
    return DG_OK;
}

void dg_run_answers_clear(dg_run_answer *answers, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        json_decref(answers[i].document);
        answers[i].document = NULL;
    }
}
