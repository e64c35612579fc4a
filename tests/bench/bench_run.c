/* bench_run.c - whole runs with a network, from the plan to the outcome: both arms,
 * every claim. */
#include "bench.h"

static json_int_t blocks_of(const json_t *outcome)
{
    const json_t *network = json_object_get(outcome, "network");
    return json_integer_value(json_object_get(json_object_get(network, "control"), "blocks"))
           + json_integer_value(json_object_get(json_object_get(network, "treatment"), "blocks"));
}

static double run_once(const dg_plan *plan, double *blocks)
{
    dg_run_options options = { .cache_dir = dg_engine_cache_dir(), .compiler = bench_compiler() };
    json_t *outcome = NULL;
    dg_error err;
    uint64_t start = dg_wall_ns();
    double seconds;
    must(dg_run(&outcome, plan, &options, &err), &err, "run");
    seconds = seconds_since(start);
    *blocks = (double)blocks_of(outcome);
    json_decref(outcome);
    return seconds;
}

void bench_run(const char *size, const char *boundaries, const char *title,
               const char *seconds_goal, const char *rate_goal)
{
    enum { TIMES = 3 };
    const size_t times = bench_count(TIMES, 1);
    dg_plan *plan = bench_plan();
    dg_error err;
    double seconds[TIMES], blocks = 0;
    must(dg_plan_set(plan, "horizon.boundaries_after", boundaries, &err), &err, "plan");
    if (size)
        must(dg_plan_set(plan, "network.size", size, &err), &err, "plan");
    must(dg_plan_check(plan, &err), &err, "plan");
    for (size_t i = 0; i < times; i++)
        seconds[i] = run_once(plan, &blocks);
    printf("run: %s, the median of %zu\n", title, times);
    row("control and treatment, judged", median(seconds, times), "s", seconds_goal);
    row("blocks of both arms, each executed again", blocks / median(seconds, times), "blocks/s",
        rate_goal);
    row("memory, at most so far", rss_max_mib(), "MiB", "(under 2048)");
    dg_plan_free(plan);
}
