/* asked_to_end.c - a signal that ends the work at hand, so that what is finished can be told. */
#include "cli/cli_impl.h"

#include <signal.h>
#include <stdlib.h>

static volatile sig_atomic_t asked_to_end;

static void ask_to_end(int signal)
{
    (void)signal;
    asked_to_end = 1;
}

void dg_cli_hear_signals(void)
{
    struct sigaction heard = { .sa_handler = ask_to_end, .sa_flags = (int)SA_RESETHAND };
    sigemptyset(&heard.sa_mask);
    sigaction(SIGINT, &heard, NULL);
    sigaction(SIGTERM, &heard, NULL);
}

bool dg_cli_is_asked_to_end(void)
{
    return asked_to_end;
}

dg_code dg_cli_time(uint64_t *out_ns, const char *flag, const char *text, dg_error *err)
{
    static const struct {
        char unit;
        uint64_t seconds;
    } units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 } };
    char *end;
    unsigned long long count;
    if (!text)
        return DG_OK;
    count = strtoull(text, &end, 10);
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (text[0] >= '0' && text[0] <= '9' && end[0] == units[i].unit && !end[1] && count
            && count < 1000000) {
            *out_ns = count * units[i].seconds * 1000000000u;
            return DG_OK;
        }
    return dg_fail(err, DG_USAGE, "--%s %.40s is no time: write 90s, 10m or 2h", flag, text);
}
