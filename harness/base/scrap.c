/* scrap.c - names that a signal must not leave behind.
 *
 * A handler may touch nothing that is in the middle of a change, so a name is one atomic pointer:
 * there whole, or not. It is remembered before the file is made and dropped after it is renamed or
 * gone; a name that is not there any more costs a handler one failed unlink. */
#include "base/base.h"

#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

enum { SCRAPS = 64 };

static _Atomic(char *) scraps[SCRAPS];

int dg_scrap_add(const char *path)
{
    char *copy = dg_strdup(path);
    for (int i = 0; copy && i < SCRAPS; i++) {
        char *none = NULL;
        if (atomic_compare_exchange_strong(&scraps[i], &none, copy))
            return i + 1;
    }
    dg_free(copy);
    return 0;
}

void dg_scrap_drop(int scrap)
{
    if (scrap > 0)
        dg_free(atomic_exchange(&scraps[scrap - 1], NULL));
}

void dg_scrap_remove(void)
{
    for (int i = SCRAPS - 1; i >= 0; i--) {
        const char *path = atomic_load(&scraps[i]);
        if (path && unlink(path) != 0)
            rmdir(path);
    }
}

static void end_with(int number)
{
    dg_scrap_remove();
    signal(number, SIG_DFL);
    raise(number);
}

void dg_scrap_on_signals(void)
{
    static const int ending[] = { SIGHUP, SIGINT, SIGTERM };
    struct sigaction ours = { .sa_handler = end_with }, before;
    sigfillset(&ours.sa_mask);
    for (size_t i = 0; i < sizeof ending / sizeof ending[0]; i++)
        if (sigaction(ending[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN)
            sigaction(ending[i], &ours, NULL);
}
