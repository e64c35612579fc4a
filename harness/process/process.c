/* process.c - starts a command, waits for it, ends it with all that it started. */
#define _DEFAULT_SOURCE /* prctl */
#include "process/process.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MARK "DOPPEL_PROCESS="
enum { POLL_MS = 10, ROUNDS = 40 };

void dg_process_sleep(uint64_t ms)
{
    struct timespec span = { .tv_sec = (time_t)(ms / 1000),
                             .tv_nsec = (long)(ms % 1000) * 1000000 };
    nanosleep(&span, NULL);
}

/* ---- start ---- */

/* In the child: what went wrong goes through `tell`, which a program that starts closes. */
static _Noreturn void become(const dg_process_command *c, const char *mark, int out, int tell)
{
    int in = open("/dev/null", O_RDONLY), wrong;
    sigset_t none;
    sigemptyset(&none);
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (int number = 1; number < 32; number++)
        signal(number, SIG_DFL);
    sigprocmask(SIG_SETMASK, &none, NULL);
    setenv("DOPPEL_PROCESS", mark, 1);
    for (const char *const *pair = c->environment; pair && *pair; pair++)
        putenv((char *)(uintptr_t)*pair); /* this process has a copy of its own */
    if (in >= 0 && dup2(in, 0) >= 0 && dup2(out, 1) >= 0 && dup2(out, 2) >= 0
        && (!c->folder || chdir(c->folder) == 0)) {
        if (c->shell)
            execl("/bin/sh", "sh", "-c", c->shell, (char *)NULL);
        else
            execvp(c->words[0], (char *const *)(uintptr_t)c->words);
    }
    wrong = errno;
    if (write(tell, &wrong, sizeof wrong) < 0)
        _exit(126);
    _exit(127);
}

/* What `told` says: 0, or the errno for which no program runs. */
static int heard(int told)
{
    int wrong = 0;
    ssize_t got;
    do
        got = read(told, &wrong, sizeof wrong);
    while (got < 0 && errno == EINTR);
    return got == (ssize_t)sizeof wrong ? wrong : 0;
}

static dg_code fork_off(dg_process *out, const dg_process_command *c, int log, dg_error *err)
{
    int pipes[2], wrong;
    pid_t child;
    if (pipe(pipes) != 0)
        return dg_fail(err, DG_IO, "no pipe for a process: %s", strerror(errno));
    fcntl(pipes[0], F_SETFD, FD_CLOEXEC);
    fcntl(pipes[1], F_SETFD, FD_CLOEXEC);
    if ((child = fork()) == 0)
        become(c, out->mark, log, pipes[1]);
    wrong = errno;
    close(pipes[1]);
    if (child < 0) {
        close(pipes[0]);
        return dg_fail(err, DG_IO, "no process could be made: %s", strerror(wrong));
    }
    setpgid(child, child); /* whoever comes first */
    wrong = heard(pipes[0]);
    close(pipes[0]);
    out->id = child;
    if (!wrong)
        return DG_OK;
    waitpid(child, &out->status, 0);
    out->id = 0;
    return dg_fail(err, DG_USAGE, "%.200s could not be started: %s",
                   c->shell ? "/bin/sh" : c->words[0], strerror(wrong));
}

dg_code dg_process_start(dg_process *out, const dg_process_command *command, dg_error *err)
{
    static unsigned started; /* this process has one thread that starts others */
    int log = STDERR_FILENO;
    dg_code rc;
    assert(command->shell || (command->words && command->words[0]));
    *out = (dg_process){ .id = 0 };
    snprintf(out->mark, sizeof out->mark, "%lld-%u-%llu", (long long)getpid(), ++started,
             (unsigned long long)dg_wall_ns());
    if (command->output
        && (log = open(command->output, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666)) < 0)
        return dg_fail(err, DG_IO, "%s could not be opened: %s", command->output, strerror(errno));
    rc = fork_off(out, command, log, err);
    if (command->output)
        close(log);
    return rc;
}

/* ---- wait ---- */

static bool has_ended(dg_process *p)
{
    pid_t got;
    if (p->ended || !p->id)
        return true;
    got = waitpid((pid_t)p->id, &p->status, WNOHANG);
    p->ended = got == (pid_t)p->id || (got < 0 && errno == ECHILD);
    return p->ended;
}

dg_code dg_process_wait(dg_process *p, uint64_t most_ms, bool (*halts)(void *user), void *user)
{
    uint64_t from = dg_wall_ns();
    for (;;) {
        if (has_ended(p))
            return DG_OK;
        if (halts && halts(user))
            return DG_END;
        if (dg_wall_ns() - from >= most_ms * 1000000)
            return DG_LIMIT;
        dg_process_sleep(POLL_MS);
    }
}

void dg_process_ended(char out[40], const dg_process *p)
{
    if (!p->ended)
        snprintf(out, 40, "it runs");
    else if (WIFSIGNALED(p->status))
        snprintf(out, 40, "signal %d", WTERMSIG(p->status));
    else
        snprintf(out, 40, "exit %d", WEXITSTATUS(p->status));
}

/* ---- end ---- */

/* Does its environment, as it was when its program started, hold the mark? */
static bool has_mark(const char *id, const char *mark)
{
    char path[64], want[sizeof MARK + sizeof((dg_process *)0)->mark];
    size_t len = (size_t)snprintf(want, sizeof want, MARK "%s", mark), got;
    static char room[1 << 17];
    FILE *in;
    snprintf(path, sizeof path, "/proc/%.20s/environ", id);
    if (!(in = fopen(path, "r")))
        return false;
    got = fread(room, 1, sizeof room, in);
    fclose(in);
    for (const char *at = room, *end = room + got; at < end;) {
        size_t one = strnlen(at, (size_t)(end - at));
        if (one == len && memcmp(at, want, len) == 0)
            return true;
        at += one + 1;
    }
    return false;
}

/* Sends a signal (0: none) to all with the mark, but for the command itself; how many there are. */
static unsigned signal_marked(const dg_process *p, int number)
{
    DIR *all = opendir("/proc");
    struct dirent *entry;
    unsigned found = 0;
    while (all && (entry = readdir(all))) {
        long id = strtol(entry->d_name, NULL, 10);
        if (id <= 1 || id == (long)getpid() || (id == (long)p->id && !p->ended)
            || !has_mark(entry->d_name, p->mark))
            continue;
        found += kill((pid_t)id, number) == 0;
    }
    if (all)
        closedir(all);
    return found;
}

unsigned dg_process_stop(dg_process *p, uint64_t grace_ms)
{
    uint64_t from = dg_wall_ns();
    unsigned others = 0;
    if (!p->id)
        return 0;
    if (!has_ended(p)) {
        kill(-(pid_t)p->id, SIGTERM);
        dg_process_wait(p, grace_ms, NULL, NULL);
    }
    if (!p->ended) {
        kill(-(pid_t)p->id, SIGKILL);
        waitpid((pid_t)p->id, &p->status, 0);
        p->ended = true;
    }
    /* The others have been asked too, if they are of its group. */
    while ((others = signal_marked(p, 0)) && dg_wall_ns() - from < grace_ms * 1000000)
        dg_process_sleep(POLL_MS);
    kill(-(pid_t)p->id, SIGKILL);
    for (int round = 0; others && round < ROUNDS && signal_marked(p, SIGKILL); round++)
        dg_process_sleep(POLL_MS);
    p->id = 0;
    return others;
}
