/* guard.c - what liblmdb does over a damaged file, as an error. It follows the numbers of a page
 * where they lead: to memory that is not there, or to an assertion of its own. Readers take no lock
 * and own nothing while they look, so they can be left at any point. */
#include "snapshot/snapshot_impl.h"

#include <assert.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

static _Thread_local sigjmp_buf *inside; /* NULL: a fault is not ours */
static const int faults[] = { SIGSEGV, SIGBUS };
enum { FAULTS = sizeof faults / sizeof *faults };
static struct sigaction before[FAULTS];

/* Who listened before us, the engine for one, hears of all else. */
static void pass_on(size_t which, siginfo_t *info, void *context)
{
    const struct sigaction *old = &before[which];
    if (old->sa_flags & SA_SIGINFO)
        old->sa_sigaction(faults[which], info, context);
    else if (old->sa_handler == SIG_DFL || old->sa_handler == SIG_IGN)
        sigaction(faults[which], old, NULL); /* it happens again, and ends the process */
    else
        old->sa_handler(faults[which]);
}

static void hear(int signal, siginfo_t *info, void *context)
{
    if (inside)
        siglongjmp(*inside, 1);
    for (size_t i = 0; i < FAULTS; i++)
        if (faults[i] == signal)
            pass_on(i, info, context);
}

/* On the stack for signals, since what is passed on may be a stack that is full. */
static void listen_once(void)
{
    static bool listening;
    struct sigaction ours = { .sa_sigaction = hear,
                              .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER };
    sigemptyset(&ours.sa_mask);
    for (size_t i = 0; !listening && i < FAULTS; i++)
        sigaction(faults[i], &ours, &before[i]);
    listening = true;
}

void dg_snapshot_guard_assert(MDB_env *env, const char *what)
{
    (void)env;
    (void)what;
    if (inside)
        siglongjmp(*inside, 1);
}

int dg_snapshot_guarded(int (*look)(void *user), void *user)
{
    sigjmp_buf here;
    int rc = DG_SNAPSHOT_DAMAGED;
    assert(!inside); /* one look at a time */
    listen_once();
    if (sigsetjmp(here, 0) == 0) {
        inside = &here;
        rc = look(user);
    }
    inside = NULL;
    return rc;
}

/* Where none holds `at` the last is taken: what is looked for there lies outside it.
 * Mirrors: Linux, proc(5), /proc/PID/maps. */
dg_bytes dg_snapshot_map_of(const char *file, const void *at)
{
    FILE *maps = fopen("/proc/self/maps", "r");
    dg_bytes map = { NULL, 0 };
    struct stat about;
    char line[512];
    bool holds = false;
    if (!maps)
        return map;
    while (stat(file, &about) == 0 && !holds && fgets(line, sizeof line, maps)) {
        unsigned long long from, to, offset, inode;
        unsigned major_of, minor_of;
        if (sscanf(line, "%llx-%llx %*s %llx %x:%x %llu", &from, &to, &offset, &major_of, &minor_of,
                   &inode)
                == 6
            && inode == about.st_ino && major_of == major(about.st_dev)
            && minor_of == minor(about.st_dev) && offset == 0) {
            map = dg_bytes_of((const void *)(uintptr_t)from, (size_t)about.st_size);
            holds = (uintptr_t)at >= from && (uintptr_t)at < to;
        }
    }
    fclose(maps);
    return map;
}
