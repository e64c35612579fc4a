/* bench.c - `make bench`: our figures beside what they should be.
 *
 *   bench            all parts but those of LARGE: some tens of minutes
 *   bench PART ..    these parts alone; `bench help` names them
 *   bench quick      each part once at its smallest, in seconds: a part of `make check`
 *
 * DOPPEL_BENCH_ALL=1 takes the large ones too: states of millions of keys, and long runs. */
#include "bench.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static unsigned rows, short_of; /* and of them those that do not come to their goal */

/* "(under 60)" is the most, "(100, aim 300)" the least; what has no number is none. */
static bool falls_short(double figure, const char *goal)
{
    const char *under = strstr(goal, "under ");
    double bound;
    if (under && sscanf(under + 6, "%lf", &bound) == 1)
        return figure >= bound;
    return sscanf(goal, "(%lf", &bound) == 1 && figure < bound;
}

void row(const char *what, double figure, const char *unit, const char *goal)
{
    bool is_short = falls_short(figure, goal);
    rows++;
    short_of += is_short;
    printf("%c %-58s %10.*f %-9s %s%s\n", is_short ? '!' : ' ', what,
           figure < 10     ? 2
           : figure < 1000 ? 1
                           : 0,
           figure, unit, goal, is_short ? " falls short" : "");
    fflush(stdout);
}

void row_counts(bool is_short)
{
    rows++;
    short_of += is_short;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

double median(double *figures, size_t count)
{
    qsort(figures, count, sizeof *figures, by_size);
    return figures[count / 2];
}

double seconds_since(uint64_t start_ns)
{
    return (double)(dg_wall_ns() - start_ns) / 1e9;
}

double rss_mib(void)
{
    FILE *f = fopen("/proc/self/statm", "r");
    unsigned long all = 0, resident = 0;
    if (f && fscanf(f, "%lu %lu", &all, &resident) != 2)
        resident = 0;
    if (f)
        fclose(f);
    return (double)resident * (double)sysconf(_SC_PAGESIZE) / 1048576.0;
}

double rss_max_mib(void)
{
    struct rusage usage;
    return getrusage(RUSAGE_SELF, &usage) == 0 ? (double)usage.ru_maxrss / 1024.0 : 0;
}

double processor_seconds(void)
{
    static const int whose[] = { RUSAGE_SELF, RUSAGE_CHILDREN };
    double sum = 0;
    for (int i = 0; i < 2; i++) {
        struct rusage u;
        if (getrusage(whose[i], &u) == 0)
            sum += (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec)
                   + (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
    }
    return sum;
}

void must(dg_code rc, const dg_error *err, const char *what)
{
    if (rc >= 0)
        return;
    fprintf(stderr, "bench: %s: %s\n", what, err->text);
    exit(4);
}

const char *pick(const char *corpus, const char *embedded)
{
    static char room[2][512];
    static int next;
    const char *root = getenv("DOPPEL_CORPUS");
    char *path = room[next++ % 2];
    if (bench_quick)
        return embedded;
    snprintf(path, 512, "%s/%s", root ? root : "../shared/fixtures", corpus);
    if (dg_file_exists(path))
        return path;
    printf("  (%s is not here: %s instead)\n", corpus, embedded);
    return embedded;
}

bool bench_quick;

unsigned bench_count(unsigned full, unsigned small)
{
    return bench_quick ? small : full;
}

dg_compiler bench_compiler(void)
{
    return bench_quick ? DG_COMPILER_BOTH : DG_COMPILER_SPEED;
}

const char *bench_plan_path(void)
{
    return bench_quick ? "fixtures/plans/paseo-1001002-to-1002000.json"
                       : "fixtures/incidents/polkadot-2024-04-21/plan.json";
}

dg_plan *bench_plan(void)
{
    dg_plan *plan;
    dg_error err;
    must(dg_plan_load(&plan, bench_plan_path(), &err), &err, "plan");
    if (bench_quick)
        must(dg_plan_set(plan, "network", "false", &err), &err, "plan");
    return plan;
}

/* ---- the parts ---- */

static const char paseo[] = "fixtures/paseo-1001002-e20-100val-20paras.json.zst",
                  n[] = "fixtures/paseo-1002000-e20.wasm";

static const char *kusama(void)
{
    return pick("specs/kusama-local-1000000.json.zst", paseo);
}

static const char *three_hundred(void)
{
    return pick("specs/paseo-1001002-e20-300val-50paras.json.zst", paseo);
}

static void lazy(void)
{
    bench_lazy(paseo, n, bench_count(4000000, 1000));
}

static void lazy_small(void)
{
    bench_lazy(paseo, n, 100000);
}

static void compile(void)
{
    bench_compile(paseo, n);
}

static void call(void)
{
    bench_call(kusama());
}

static void fuel(void)
{
    bench_fuel(paseo);
}

static void prices(void)
{
    bench_prices(n);
}

static void blocks(void)
{
    bench_blocks(kusama(), bench_count(1000, 5));
}

static void network(void)
{
    const unsigned warm = bench_count(41, 6);
    bench_network(paseo, NULL, "Paseo 1001002, 100 validators, 20 parachains", false, warm,
                  bench_count(160, 3), "");
    if (!bench_quick)
        bench_network(three_hundred(), NULL, "Paseo 1001002, 300 validators, 50 parachains", false,
                      warm, 60, "(10, aim 25)");
    if (!bench_quick)
        bench_network(paseo, NULL, "Paseo 1001002, 100 validators, 20 parachains", true, warm, 10,
                      "");
    bench_network(paseo, n, "Paseo 1002000, 100 validators, 20 parachains", true, warm,
                  bench_count(20, 3), "");
}

static void messages(void)
{
    bench_messages(pick("specs/paseo-1001002-e20-10val-3paras.json.zst", paseo), n);
}

static void run(void)
{
    bench_run(NULL, bench_quick ? "2" : "30", "100 validators, 20 parachains, 600 slots after U",
              "(under 60)", "");
    if (bench_quick)
        return;
    bench_run("300x50", "3", "300 validators, 50 parachains, grown", "", "(10, aim 25)");
    bench_run("1000x100", "2", "1000 validators, 100 parachains, grown", "", "(3)");
}

static void sweep(void)
{
    bench_sweep(&(bench_pair){ .offsets = bench_count(20, 1), .step = 1 },
                "100 validators, 20 parachains, a session of 20 slots", "");
}

static void sweep_600(void)
{
    bench_sweep(&(bench_pair){ pick("specs/paseo-1001002-genesis.json.zst", paseo),
                               pick("specs/paseo-local-1001003.json.zst", n), "100x20", 20, 30 },
                "100 validators, 20 parachains, a session of 600 slots", "(under 300)");
}

static void sweep_500x60(void)
{
    bench_sweep(&(bench_pair){ .size = "500x60", .offsets = 20, .step = 1 },
                "500 validators, 60 parachains, a session of 20 slots", "(under 1800)");
}

static void long_runs(void)
{
    bench_long_run(kusama(), bench_count(10000, 6));
    bench_network_long(three_hundred(), "300 validators, 50 parachains", bench_count(2400, 4));
}

/* LARGE: by name, or with DOPPEL_BENCH_ALL; ALONE: by name only, minutes each. */
typedef enum how_long { RULE, LARGE, ALONE } how_long;
static const struct {
    const char *name;
    void (*run)(void);
    how_long how_long;
    const char *what;
} parts[] = {
    { "trie", bench_trie, RULE, "puts and roots, a million keys" },
    { "import", bench_import, RULE, "a spec and a .snap of 100,000 keys" },
    { "delta", bench_delta, LARGE, "a state of 4 million keys, and one that differs" },
    { "large", bench_large, LARGE, "a state of live size brought in (DOPPEL_BENCH_KEYS of them)" },
    { "lazy", lazy, LARGE, "block U over 4 million keys that are elsewhere" },
    { "lazy-small", lazy_small, ALONE, "the same over 100,000" },
    { "compile", compile, RULE, "from nothing to the first block" },
    { "call", call, RULE, "calls of a runtime" },
    { "fuel", fuel, RULE, "fuel that a microsecond is worth" },
    { "prices", prices, RULE, "what host functions charge, beside what they take" },
    { "blocks", blocks, RULE, "blocks built and imported" },
    { "network", network, RULE, "blocks with validators around them" },
    { "messages", messages, RULE, "what a message costs, by size" },
    { "run", run, RULE, "whole runs" },
    { "gate", bench_gate, RULE, "ten plans of one pair" },
    { "page", bench_page, RULE, "the page of a sweep" },
    { "bft", bench_bft, RULE, "an hour of rounds" },
    { "sweep", sweep, RULE, "twenty positions" },
    { "sweep-600", sweep_600, ALONE, "the same in sessions of 600 slots" },
    { "sweep-500x60", sweep_500x60, ALONE, "the same with 500 validators" },
    { "long", long_runs, LARGE, "10,000 blocks, and 2,400 slots of a network" },
};
enum { PARTS = sizeof parts / sizeof parts[0] };

static int help(int code)
{
    static const char *const when[] = { "", " (by name, or with DOPPEL_BENCH_ALL=1)",
                                        " (by name)" };
    FILE *to = code ? stderr : stdout;
    fputs("make bench BENCH_ARGS=\"[quick | PART ..]\"\n"
          "Without arguments all parts but the large ones; quick: each at its smallest.\n",
          to);
    for (size_t i = 0; i < PARTS; i++)
        fprintf(to, "  %-13s %s%s\n", parts[i].name, parts[i].what, when[parts[i].how_long]);
    return code;
}

static size_t part_named(const char *name)
{
    size_t i = 0;
    while (i < PARTS && strcmp(parts[i].name, name) != 0)
        i++;
    return i;
}

/* On a warm cache each takes well below a second of processors. */
static void run_part(size_t i)
{
    double from = processor_seconds();
    parts[i].run();
    if (bench_quick)
        printf("= %s: %.2f s of processors\n", parts[i].name, processor_seconds() - from);
}

int main(int argc, char **argv)
{
    bool all = getenv("DOPPEL_BENCH_ALL") != NULL;
    if (argc > 1 && strcmp(argv[1], "help") == 0)
        return help(0);
    bench_quick = argc == 2 && strcmp(argv[1], "quick") == 0;
    for (int i = 1; i < argc && !bench_quick; i++)
        if (part_named(argv[i]) == PARTS)
            return help(2);
    printf("doppel %s, %s, %ld cores\n", DG_VERSION, dg_engine_version(),
           sysconf(_SC_NPROCESSORS_ONLN));
    for (int i = 1; i < argc && !bench_quick; i++)
        run_part(part_named(argv[i]));
    for (size_t i = 0; i < PARTS && (argc == 1 || bench_quick); i++)
        if (parts[i].how_long == RULE || (parts[i].how_long == LARGE && (all || bench_quick)))
            run_part(i);
    printf("%u figures, %u fall short of their goal\n", rows, short_of);
    return 0;
}
