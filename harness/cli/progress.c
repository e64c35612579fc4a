/* progress.c - how far a long command is: a bar where somebody watches, a line
 * every ten seconds where a log is written. Never on stdout. */
#include "cli/cli_impl.h"

#include <unistd.h>

enum { BAR_WIDTH = 24 };
#define SECOND UINT64_C(1000000000)

void dg_progress_init(dg_progress *p, const char *what, const char *unit)
{
    *p = (dg_progress){ .what = what, .unit = unit, .start_ns = dg_wall_ns() };
    p->last_ns = p->start_ns;
}

static void bar(const dg_progress *p, uint64_t done, uint64_t total, double rate, double left)
{
    int full = total ? (int)(BAR_WIDTH * (done < total ? done : total) / total) : 0;
    fprintf(stderr, "\r%s [%.*s%.*s] %3u %%  %.0f %s/s  %.0f s left\033[K", p->what, full,
            "########################", BAR_WIDTH - full, "........................",
            total ? (unsigned)(100 * done / total) : 0u, rate, p->unit, left);
}

void dg_progress_step(void *progress, uint64_t done, uint64_t total)
{
    dg_progress *p = progress;
    uint64_t now = dg_wall_ns();
    bool terminal = isatty(STDERR_FILENO) && !dg_cli_is_dumb();
    double seconds = (double)(now - p->start_ns) / 1e9;
    double rate = seconds > 0 ? (double)done / seconds : 0;
    double left = rate > 0 && total > done ? (double)(total - done) / rate : 0;
    if (dg_log_get() == DG_LOG_QUIET || now - p->last_ns < (terminal ? SECOND / 10 : 10 * SECOND))
        return;
    p->last_ns = now;
    p->shown = terminal;
    if (terminal)
        bar(p, done, total, rate, left);
    else
        fprintf(stderr, "%s: %llu of %llu %s, %.0f/s, %.0f s left\n", p->what,
                (unsigned long long)done, (unsigned long long)total, p->unit, rate, left);
}

void dg_progress_done(dg_progress *p)
{
    if (p->shown)
        fputs("\r\033[K", stderr);
    p->shown = false;
}
