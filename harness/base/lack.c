/* lack.c - what the machine refuses ends the program, before anybody takes it for an answer.
 *
 * A lack that goes up as a code passes a hundred places, each of which has to tell it from a
 * failure of what is looked at. So the program has it end where it is met: a verdict can only be
 * printed by a program that was given all it asked for. */
#include "base/base.h"

#include <assert.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* A guest may use a MiB of the stack, and we what is above it: bytes. */
enum { STACK_LEN = 8 << 20, STACK_TOUCHED = 2 << 20, STACK_STEP = 4096 };

static bool ends;

static _Noreturn void end(const char *line, int code)
{
    ssize_t written = write(STDERR_FILENO, line, strlen(line));
    (void)written; /* the exit code says it as well */
    dg_scrap_remove();
    _exit(code); /* what waits in a buffer is of an answer that there will not be */
}

void dg_lack_met(const char *what)
{
    char line[600];
    if (!ends)
        return;
    snprintf(line, sizeof line, "doppel: %s: the machine gives no more, so there is no answer\n",
             what);
    end(line, DG_EXIT_ENVIRONMENT);
}

/* The engine and other libraries know no other way to say that they were refused something. */
static void gave_up(int number)
{
    (void)number;
    end("doppel: a library gave up, for lack of memory as a rule, so there is no answer\n",
        DG_EXIT_ENVIRONMENT);
}

static void no_stack(int number)
{
    (void)number;
    end("doppel: the stack: the machine gives no more, so there is no answer\n",
        DG_EXIT_ENVIRONMENT);
}

/* Pages of the stack are given when they are touched, and then cannot be refused politely. */
static void touch_pages(void)
{
    volatile char room[STACK_TOUCHED];
    for (size_t at = 0; at < sizeof room; at += STACK_STEP)
        room[at] = 0;
}

/* What is refused here is told on a stack that is there already. */
static void touch_stack(void)
{
    static char room[16 << 10];
    stack_t spare = { .ss_sp = room, .ss_size = sizeof room }, stack_before;
    struct sigaction ours = { .sa_handler = no_stack, .sa_flags = SA_ONSTACK }, before;
    sigemptyset(&ours.sa_mask);
    if (sigaltstack(&spare, &stack_before) != 0 || sigaction(SIGSEGV, &ours, &before) != 0)
        return;
    touch_pages();
    sigaction(SIGSEGV, &before, NULL);
    sigaltstack(&stack_before, NULL);
}

static void have_stack(void)
{
    struct rlimit stack;
    assert(!ends);
    if (getrlimit(RLIMIT_STACK, &stack) == 0 && stack.rlim_cur != RLIM_INFINITY
        && stack.rlim_cur < STACK_LEN) {
        stack.rlim_cur = stack.rlim_max < STACK_LEN ? stack.rlim_max : STACK_LEN;
        if (setrlimit(RLIMIT_STACK, &stack) != 0 || stack.rlim_cur < STACK_LEN)
            end("doppel: it needs 8 MiB of stack, which a limit forbids (ulimit -s)\n",
                DG_EXIT_ENVIRONMENT);
    }
    touch_stack();
}

void dg_lack_ends(void)
{
    struct sigaction ours = { .sa_handler = gave_up };
    sigfillset(&ours.sa_mask);
    sigaction(SIGABRT, &ours, NULL);
    have_stack();
    ends = true;
}
