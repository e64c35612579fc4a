/* bench_gate.c - a gate of ten plans that share N-1 and N, from an empty cache: what is compiled is
 * compiled once. Beside it the same ten as `doppel run`, one after the other: over a cache that the
 * first of them fills, and over one that is empty each time, as on a fresh machine. */
#include "bench.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gate/gate.h"

enum { PLANS = 10 };

static const struct {
    const char *at, *nodes, *seed;
} plans[PLANS] = {
    { "boundary-8", "v1.10", "1" },  { "boundary-8", "v1.12", "1" }, { "boundary", "v1.10", "1" },
    { "boundary", "v1.12", "1" },    { "boundary-1", "v1.10", "1" }, { "boundary-2", "v1.10", "1" },
    { "boundary-14", "v1.10", "1" }, { "boundary-8", "v1.10", "2" }, { "boundary-8", "v1.10", "3" },
    { "boundary", "v1.10", "2" },
};

static char *work; /* a folder that goes away at the end */

static const char *place(const char *name)
{
    static char paths[2][300];
    static unsigned turn;
    char *path = paths[turn++ % 2];
    snprintf(path, sizeof paths[0], "%s/%s", work, name);
    return path;
}

static dg_run_options options_of(const char *cache)
{
    return (dg_run_options){ .cache_dir = cache,
                             .compiler = DG_COMPILER_BOTH,
                             .explain = DG_RUN_EXPLAIN_RECORDED };
}

/* ---- one after the other ---- */

/* Exit 1 is a verdict. */
static void run_alone(int i, const char *cache)
{
    const char *binary = getenv("DOPPEL");
    char command[800];
    int status;
    snprintf(command, sizeof command,
             "DOPPEL_CACHE=%s %s run %s --at %s %s %s --seed %s --explain recorded "
             "--positions never -q -o %s/outcome.json >/dev/null",
             cache, binary ? binary : "build/release/doppel", bench_plan_path(), plans[i].at,
             bench_quick ? "--no-network" : "--nodes", bench_quick ? "" : plans[i].nodes,
             plans[i].seed, work);
    status = system(command);
    if (!WIFEXITED(status) || WEXITSTATUS(status) > DG_EXIT_BROKE) {
        fprintf(stderr, "bench: a run went down\n");
        exit(4);
    }
}

static double each_alone(bool fresh)
{
    uint64_t start = dg_wall_ns();
    const char *cache = bench_quick ? dg_engine_cache_dir() : place("alone");
    dg_error err;
    if (!bench_quick)
        must(dg_dir_remove(cache, &err), &err, "cache");
    for (int i = 0; i < (int)bench_count(PLANS, 1); i++) {
        run_alone(i, cache);
        if (fresh)
            must(dg_dir_remove(cache, &err), &err, "cache");
    }
    return seconds_since(start);
}

/* ---- the gate ---- */

static void count_it(void *user, size_t bytes, bool begins)
{
    (void)bytes;
    *(unsigned *)user += begins;
}

static void write_gate(const char *path)
{
    const char *quote = bench_quick ? "" : "\"";
    char folder[512];
    dg_error err;
    dg_buf text;
    if (!getcwd(folder, sizeof folder))
        exit(4);
    dg_buf_init(&text, 1 << 16);
    dg_buf_put_text(&text, "{\"doppel\": 1, \"plans\": [");
    for (int i = 0; i < (int)bench_count(PLANS, 1); i++)
        dg_buf_printf(
            &text,
            "%s{\"name\": \"%d\", \"plan\": \"%s/%s\", \"at\": \"%s\", \"set\": {\"seed\": %s, "
            "\"network%s\": %s%s%s}}",
            i ? ", " : "", i, folder, bench_plan_path(), plans[i].at, plans[i].seed,
            bench_quick ? "" : ".nodes", quote, bench_quick ? "false" : plans[i].nodes, quote);
    dg_buf_put_text(&text, "]}");
    must(dg_file_write(path, dg_buf_bytes(&text), &err), &err, "gate");
    dg_buf_clear(&text);
}

static double gate_of_all(unsigned *compiled)
{
    const char *cache = bench_quick ? dg_engine_cache_dir() : place("gate-cache"),
               *path = place("gate.json");
    dg_run_options each = options_of(cache);
    dg_gate_options how = { .run = &each };
    uint64_t start;
    dg_gate *gate;
    dg_error err;
    double seconds;
    each.compiling = count_it;
    each.user = compiled;
    write_gate(path);
    if (!bench_quick)
        must(dg_dir_remove(cache, &err), &err, "cache");
    start = dg_wall_ns();
    must(dg_gate_load(&gate, path, &err), &err, "gate");
    must(dg_gate_open(gate, &err), &err, "gate");
    must(dg_gate_work(gate, &how, &err), &err, "gate");
    seconds = seconds_since(start);
    dg_gate_free(gate);
    return seconds;
}

void bench_gate(void)
{
    char folder[] = "/tmp/doppel-bench-XXXXXX";
    unsigned compiled = 0;
    double gate;
    if (!(work = mkdtemp(folder)))
        exit(4);
    printf("gate: %d plans of one pair, 100 validators, 20 parachains, from an empty cache\n",
           (int)bench_count(PLANS, 1));
    gate = gate_of_all(&compiled);
    row("compiled, of two runtimes", compiled, "times", "(2)");
    row("the gate, plans at once on all cores", gate, "s", "");
    row("the same as runs one after the other, one cache", each_alone(false), "s", "");
    if (!bench_quick)
        row("the same on a fresh machine each", each_alone(true), "s", "");
    dg_dir_remove(folder, NULL);
}
