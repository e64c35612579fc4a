/* build.c - the runtime of a commit, made by a command in a folder of our own. */
#include "bisect/bisect_impl.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

dg_code dg_bisect_yard_open(dg_bisect_yard *yard, const char *log, bool fresh, dg_error *err)
{
    dg_code rc;
    yard->commit = SIZE_MAX;
    snprintf(yard->log, sizeof yard->log, "%s.build", log);
    if ((rc = dg_scratch_make(&yard->scratch, NULL, err)) < 0)
        return rc;
    return fresh ? dg_file_write(yard->log, dg_text(""), err) : DG_OK;
}

void dg_bisect_yard_close(dg_bisect_yard *yard)
{
    dg_scratch_remove(&yard->scratch);
}

/* ---- the command ---- */

/* In the child: its own group, so that all of it can be ended; signals as a shell wants them. */
static void become(const dg_bisect_yard *yard, const char *command, const char *hash, int out)
{
    int in = open("/dev/null", O_RDONLY);
    sigset_t none;
    sigemptyset(&none);
    setpgid(0, 0);
    for (int number = 1; number < 32; number++)
        signal(number, SIG_DFL);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (in < 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0
        || chdir(yard->scratch.folder) != 0 || setenv("DOPPEL_COMMIT", hash, 1) != 0)
        _exit(127);
    execl("/bin/sh", "sh", "-c", command, (char *)NULL);
    _exit(127);
}

/* Until it ends, or is ended: DG_LIMIT after the time, DG_END when halted. */
static dg_code attend(int *status, pid_t child, const dg_bisect_options *options)
{
    static const struct timespec moment = { .tv_nsec = 20000000 };
    uint64_t from = dg_wall_ns();
    dg_code rc = DG_OK;
    while (waitpid(child, status, WNOHANG) == 0) {
        if (options->halts && options->halts(options->user))
            rc = DG_END;
        else if (dg_wall_ns() - from > options->build_timeout_ns)
            rc = DG_LIMIT;
        if (rc != DG_OK) {
            kill(-child, SIGKILL);
            waitpid(child, status, 0);
            return rc;
        }
        nanosleep(&moment, NULL);
    }
    kill(-child, SIGKILL); /* what it may have left at work */
    return DG_OK;
}

static dg_code run(dg_bisect_verdict *out, const dg_bisect_yard *yard,
                   const dg_bisect_options *options, const char *hash, dg_error *err)
{
    int log = open(yard->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666), status = 0;
    char why[DG_BISECT_TEXT_MAX];
    pid_t child;
    dg_code rc;
    if (log < 0)
        return dg_fail(err, DG_IO, "%s could not be opened: %s", yard->log, strerror(errno));
    dprintf(log, "# %s\n", hash);
    if ((child = fork()) == 0)
        become(yard, options->build, hash, log);
    close(log);
    if (child < 0)
        return dg_fail(err, DG_IO, "no process for the build: %s", strerror(errno));
    setpgid(child, child); /* whoever comes first */
    rc = attend(&status, child, options);
    if (rc == DG_LIMIT)
        snprintf(why, sizeof why, "the build took more than %llu s",
                 (unsigned long long)(options->build_timeout_ns / 1000000000));
    else if (WIFSIGNALED(status))
        snprintf(why, sizeof why, "the build was ended by signal %d", WTERMSIG(status));
    else
        snprintf(why, sizeof why, "the build failed with exit %d", WEXITSTATUS(status));
    if (rc == DG_LIMIT || (rc == DG_OK && status != 0))
        dg_bisect_skip(out, DG_MALFORMED, why);
    return rc == DG_END ? DG_END : DG_OK;
}

/* ---- a commit ---- */

dg_code dg_bisect_yard_build(dg_bisect_verdict *out, char *path, size_t size, dg_bisect_yard *yard,
                             const dg_git_history *history, size_t commit,
                             const dg_bisect_options *options, dg_error *err)
{
    char hash[DG_GIT_HASH_TEXT], why[DG_BISECT_TEXT_MAX];
    dg_code rc;
    assert(yard->scratch.folder[0] && options->build && options->build_timeout_ns > 0);
    snprintf(path, size, "%s/%s", yard->scratch.folder, options->path);
    unlink(path); /* one that an earlier commit left is none of this one */
    if ((rc = dg_git_history_check_out(history, yard->scratch.folder, commit, yard->commit, err))
        < 0)
        return rc;
    yard->commit = commit;
    dg_git_history_hash(hash, history, commit);
    if ((rc = run(out, yard, options, hash, err)) != DG_OK || out->mark != DG_BISECT_UNKNOWN)
        return rc;
    if (!dg_file_exists(path)) {
        snprintf(why, sizeof why, "the build made no %.200s", options->path);
        dg_bisect_skip(out, DG_MALFORMED, why);
    }
    return DG_OK;
}
