/* progress.c - how far a long command is, phase by phase: a bar where somebody watches, a line
 * every ten seconds where a log is written. Never on stdout.
 *
 * Code may be compiled in the middle of any phase. That is told as what it is, and its time is
 * taken off the phase's own: a rate is one of the work that is left. */
#include "cli/cli_impl.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BAR_WIDTH = 24 };
#define SECOND UINT64_C(1000000000)

static const struct {
    const char *phase, *unit;
    uint64_t one; /* of the unit, in what is counted */
} units[] = {
    { "import", "MB", 1000000 }, { "control", "slots", 1 },   { "treatment", "slots", 1 },
    { "causes", "runs", 1 },     { "seeds", "seeds", 1 },     { "execute", "blocks", 1 },
    { "sweep", "cells", 1 },     { "observe", "samples", 1 }, { "fetch", "keys", 1 },
};

/* Of all code that was compiled: when it began, and how long it took so far. */
static uint64_t compiling_since_ns, compiled_ns;

bool dg_cli_is_dumb(void)
{
    const char *term = getenv("TERM");
    return term && strcmp(term, "dumb") == 0;
}

static bool watched(void)
{
    return isatty(STDERR_FILENO) && !dg_cli_is_dumb();
}

/* ---- one phase ---- */

void dg_progress_init(dg_progress *p, const char *phase)
{
    assert(phase);
    *p = (dg_progress){ .phase = phase, .one = 1, .start_ns = dg_wall_ns() };
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (strcmp(units[i].phase, phase) == 0) {
            p->unit = units[i].unit;
            p->one = units[i].one;
        }
    p->last_ns = p->start_ns;
    p->compiled_before_ns = compiled_ns;
}

/* "8.1 slots/s, 6 s left"; what cannot be known yet is left out. */
static void rate_text(char *out, size_t size, const dg_progress *p, uint64_t done, uint64_t total,
                      uint64_t now_ns)
{
    uint64_t compiled = compiled_ns - p->compiled_before_ns, spent = now_ns - p->start_ns;
    double seconds = spent > compiled ? (double)(spent - compiled) / 1e9 : 0;
    double rate = seconds > 0 ? (double)done / seconds : 0;
    int used = 0;
    assert(p->one > 0 && size > 0);
    out[0] = 0;
    if (rate > 0 && p->unit)
        used = snprintf(out, size, ", %.1f %s/s", rate / (double)p->one, p->unit);
    if (rate > 0 && total > done && used >= 0 && (size_t)used < size)
        snprintf(out + used, size - (size_t)used, ", %.0f s left", (double)(total - done) / rate);
}

void dg_progress_line(char *out, size_t size, const dg_progress *p, uint64_t done, uint64_t total,
                      uint64_t now_ns)
{
    const char *unit = p->unit ? p->unit : "";
    char rate[120], of[32] = "", bytes[40] = "";
    assert(p->phase && p->one > 0);
    rate_text(rate, sizeof rate, p, done, total, now_ns);
    if (total)
        snprintf(of, sizeof of, " of %llu", (unsigned long long)(total / p->one));
    if (p->bytes)
        snprintf(bytes, sizeof bytes, ", %.1f MB", (double)p->bytes / 1e6);
    if (done || total)
        snprintf(out, size, "%s: %llu%s%s%s%s%s", p->phase, (unsigned long long)(done / p->one), of,
                 unit[0] ? " " : "", unit, bytes, rate);
    else
        snprintf(out, size, "%s: under way", p->phase);
}

static void bar(dg_progress *p, uint64_t done, uint64_t total, uint64_t now_ns)
{
    int full = total ? (int)(BAR_WIDTH * (done < total ? done : total) / total) : 0;
    char line[160];
    assert(full >= 0 && full <= BAR_WIDTH);
    dg_progress_line(line, sizeof line, p, done, total, now_ns);
    fprintf(stderr, "\r[%.*s%.*s] %s\033[K", full, "########################", BAR_WIDTH - full,
            "........................", line);
    p->shown = true;
}

void dg_progress_step(void *progress, uint64_t done, uint64_t total)
{
    dg_progress *p = progress;
    uint64_t now = dg_wall_ns();
    bool terminal = watched();
    char line[160];
    if (dg_log_get() == DG_LOG_QUIET || now - p->last_ns < (terminal ? SECOND / 10 : 10 * SECOND))
        return;
    p->last_ns = now;
    if (terminal) {
        bar(p, done, total, now);
    } else {
        dg_progress_line(line, sizeof line, p, done, total, now);
        fprintf(stderr, "%s\n", line);
    }
}

void dg_progress_done(dg_progress *p)
{
    if (p->shown)
        fputs("\r\033[K", stderr);
    p->shown = false;
}

/* ---- the compiler ---- */

/* The time of it counts for no phase, whether or not it is shown. */
void dg_progress_compiling_at(bool begins, uint64_t now_ns)
{
    if (begins)
        compiling_since_ns = now_ns;
    else
        compiled_ns += now_ns - compiling_since_ns;
}

void dg_progress_compiling(void *user, size_t bytes, bool begins)
{
    uint64_t now = dg_wall_ns();
    double megabytes = (double)bytes / 1e6;
    (void)user;
    dg_progress_compiling_at(begins, now);
    if (dg_log_get() == DG_LOG_QUIET)
        return;
    if (watched())
        fprintf(stderr, begins ? "\rcompile: %.1f MB of wasm\033[K" : "\r\033[K", megabytes);
    else if (begins)
        fprintf(stderr, "compile: %.1f MB of wasm\n", megabytes);
    else
        fprintf(stderr, "compile: %.1f MB of wasm took %.1f s\n", megabytes,
                (double)(now - compiling_since_ns) / 1e9);
}
