/* bench_sweep.c - the cells of a sweep beside a naive loop over runs: what sharing control saves,
 * what a second core gives, and what a process of it takes. */
#include "bench.h"

#include <sys/resource.h>

enum { OFFSETS_MAX = 32 };

typedef struct offsets {
    dg_plan *of[OFFSETS_MAX];
    size_t count;
} offsets;

static dg_plan *plan_of(const bench_pair *pair, unsigned back)
{
    const char *const values[][2] = { { "snapshot", pair->snapshot },
                                      { "upgrade.to", pair->to },
                                      { "network.size", pair->size } };
    dg_plan *plan = bench_plan();
    dg_error err;
    char at[40];
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        if (values[i][1])
            must(dg_plan_set(plan, values[i][0], values[i][1], &err), &err, "plan");
    snprintf(at, sizeof at, back ? "boundary-%u" : "boundary", back);
    must(dg_plan_set(plan, "upgrade.at", at, &err), &err, "plan");
    must(dg_plan_check(plan, &err), &err, "plan");
    return plan;
}

static dg_run_options options_of(void)
{
    return (dg_run_options){ .cache_dir = dg_engine_cache_dir(),
                             .compiler = bench_compiler(),
                             .explain = DG_RUN_EXPLAIN_RECORDED };
}

static dg_code take(void *user, size_t cell, json_t *outcome, bool crashed, const dg_error *why,
                    dg_error *err)
{
    bool done = outcome != NULL;
    (void)cell;
    (void)crashed;
    *(size_t *)user += done;
    json_decref(outcome);
    return done ? DG_OK : dg_fail(err, DG_LIMIT, "%s", why->text);
}

static double all_shared(const offsets *o, unsigned at_once)
{
    dg_run_options options = options_of();
    size_t done = 0;
    dg_run_cells_options how = { .at_once = at_once, .ended = take, .user = &done };
    uint64_t start = dg_wall_ns();
    dg_error err;
    must(dg_run_cells((const dg_plan *const *)o->of, o->count, &options, &how, &err), &err,
         "cells");
    return seconds_since(start);
}

/* Every seventh stands for its neighbours: all of them take longer than anybody waits. */
enum { TAKEN = 7 };

static double alone_count(const offsets *o)
{
    return (double)((o->count + TAKEN - 1) / TAKEN);
}

static double all_alone(const offsets *o)
{
    dg_run_options options = options_of();
    uint64_t start = dg_wall_ns();
    for (size_t i = 0; i < o->count; i += TAKEN) {
        json_t *outcome = NULL;
        dg_error err;
        must(dg_run(&outcome, o->of[i], &options, &err), &err, "run");
        json_decref(outcome);
    }
    return seconds_since(start) / alone_count(o) * (double)o->count;
}

static double child_max_mib(void)
{
    struct rusage usage;
    return getrusage(RUSAGE_CHILDREN, &usage) == 0 ? (double)usage.ru_maxrss / 1024.0 : 0;
}

/* Seconds of processors beside those of the clock: on a machine that does other work as well only
 * they tell. */
void bench_sweep(const bench_pair *pair, const char *title, const char *goal)
{
    offsets o = { .count = pair->offsets };
    double two, one, naive, cpu[4];
    for (size_t i = 0; i < o.count; i++)
        o.of[i] = plan_of(pair, (unsigned)(o.count - 1 - i) * pair->step);
    printf("sweep: %s, %zu offsets\n", title, o.count);
    cpu[0] = processor_seconds();
    two = all_shared(&o, 2);
    cpu[1] = processor_seconds();
    row("all cells, two at once", two, "s", goal);
    row("  seconds of processors", cpu[1] - cpu[0], "s", "");
    row("memory of a process, at most so far", child_max_mib(), "MiB", "(under 1024)");
    one = bench_quick ? two : all_shared(&o, 1);
    row("all cells, one at once", one, "s", "");
    row("a second core gives", one / two, "times", "(1.8)");
    cpu[2] = processor_seconds();
    naive = all_alone(&o);
    cpu[3] = processor_seconds();
    row("single runs one after the other, by every seventh", naive, "s", "");
    row("  seconds of processors", (cpu[3] - cpu[2]) / alone_count(&o) * (double)o.count, "s", "");
    row("the sweep on two cores is faster", naive / two, "times", "(5)");
    for (size_t i = 0; i < o.count; i++)
        dg_plan_free(o.of[i]);
}
