/* asked_to_end.c - a signal that ends the work at hand, so that what is finished can be told. */
#include "cli/cli_impl.h"

#include <signal.h>

static volatile sig_atomic_t asked_to_end;

static void ask_to_end(int signal)
{
    (void)signal;
    asked_to_end = 1;
    dg_scrap_on_signals();
}

void dg_cli_hear_signals(void)
{
    struct sigaction heard = { .sa_handler = ask_to_end };
    sigemptyset(&heard.sa_mask);
    sigaction(SIGINT, &heard, NULL);
    sigaction(SIGTERM, &heard, NULL);
}

bool dg_cli_is_asked_to_end(void)
{
    return asked_to_end;
}
