/* bench_page.c - the page of a sweep of a thousand cells, as somebody waits for it: the program
 * reads the file and prints. The cells are the outcome of one real run, each with its own place and
 * seed. */
#include "bench.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PLACES = 50, SEEDS = 20, TIMES = 3 };

static json_t *outcome_of_one(void)
{
    dg_run_options how = { .cache_dir = dg_engine_cache_dir(),
                           .compiler = bench_compiler(),
                           .explain = DG_RUN_EXPLAIN_RECORDED };
    json_t *outcome = NULL;
    dg_plan *plan = bench_plan();
    dg_error err;
    must(dg_plan_check(plan, &err), &err, "plan");
    must(dg_run(&outcome, plan, &how, &err), &err, "run");
    dg_plan_free(plan);
    return outcome;
}

static json_t *names(const char *format, int count)
{
    json_t *out = json_array();
    for (int i = 0; i < count; i++)
        json_array_append_new(out, json_sprintf(format, i));
    return out;
}

static json_t *sweep_of(json_t *outcome)
{
    const int count = (int)bench_count(PLACES, 2);
    json_t *places = names("boundary-%d", count), *seeds = names("%d", SEEDS),
           *cells = json_array();
    for (int i = 0; i < count * SEEDS; i++)
        json_array_append_new(cells,
                              json_pack("{s:i, s:{s:O, s:O}, s:s, s:O}", "place", i, "values",
                                        "upgrade.at", json_array_get(places, (size_t)i / SEEDS),
                                        "seed", json_array_get(seeds, (size_t)i % SEEDS), "state",
                                        "done", "outcome", outcome));
    return json_pack("{s:i, s:O, s:O, s:{s:[{s:s, s:o}, {s:s, s:o}], s:i}, s:o}", "doppel", 1,
                     "program", json_object_get(outcome, "program"), "plan",
                     json_object_get(outcome, "plan"), "sweep", "axes", "key", "upgrade.at",
                     "values", places, "key", "seed", "values", seeds, "cells", count * SEEDS,
                     "cells", cells);
}

static double size_of(const char *path)
{
    dg_error err;
    dg_buf text;
    double bytes;
    dg_buf_init(&text, (size_t)1 << 30);
    must(dg_file_read(&text, path, &err), &err, "file");
    bytes = (double)text.len;
    dg_buf_clear(&text);
    return bytes / 1e6;
}

static double one_page(const char *from, const char *to)
{
    const char *binary = getenv("DOPPEL");
    uint64_t start = dg_wall_ns();
    char command[800];
    int status;
    snprintf(command, sizeof command, "%s report html %s >%s",
             binary ? binary : "build/release/doppel", from, to);
    status = system(command);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != DG_EXIT_HELD) {
        fprintf(stderr, "bench: the page was not made\n");
        exit(4);
    }
    return seconds_since(start);
}

void bench_page(void)
{
    char folder[] = "/tmp/doppel-bench-XXXXXX", from[300], to[300];
    const size_t times = bench_count(TIMES, 1);
    double seconds[TIMES], processors[TIMES];
    json_t *outcome = outcome_of_one(), *sweep = sweep_of(outcome);
    if (!sweep || !mkdtemp(folder))
        exit(4);
    snprintf(from, sizeof from, "%s/sweep.json", folder);
    snprintf(to, sizeof to, "%s/page.html", folder);
    if (json_dump_file(sweep, from, JSON_SORT_KEYS | JSON_INDENT(2)) != 0)
        exit(4);
    json_decref(sweep);
    json_decref(outcome);
    printf("page: a sweep of %d cells, %.0f MB, 100 validators, 20 parachains\n",
           (int)bench_count(PLACES, 2) * SEEDS, size_of(from));
    for (size_t i = 0; i < times; i++) {
        double before = processor_seconds();
        seconds[i] = one_page(from, to);
        processors[i] = processor_seconds() - before;
    }
    row("report html", median(seconds, times), "s", "(under 1)");
    row("  seconds of processors", median(processors, times), "s", "");
    row("the page", size_of(to), "MB", "(under 2)");
    dg_dir_remove(folder, NULL);
}
