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
    dg_run_options options = { .cache_dir = dg_engine_cache_dir(), .compiler = DG_COMPILER_SPEED };
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
    dg_plan *plan;
    dg_error err;
    double seconds[TIMES], blocks;
    must(dg_plan_load(&plan, "fixtures/incidents/polkadot-2024-04-21/plan.json", &err), &err,
         "plan");
    must(dg_plan_set(plan, "horizon.boundaries_after", boundaries, &err), &err, "plan");
    if (size)
        must(dg_plan_set(plan, "network.size", size, &err), &err, "plan");
    must(dg_plan_check(plan, &err), &err, "plan");
    for (int i = 0; i < TIMES; i++)
        seconds[i] = run_once(plan, &blocks);
    printf("run: %s, the median of %d\n", title, TIMES);
    row("control and treatment, judged", median(seconds, TIMES), "s", seconds_goal);
    row("blocks of both arms, each executed again", blocks / median(seconds, TIMES), "blocks/s",
        rate_goal);
    row("memory, at most so far", rss_max_mib(), "MiB", "(under 2048)");
    dg_plan_free(plan);
}
