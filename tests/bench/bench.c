/* bench.c - `make bench`: our figures beside what they should be.
 * bench
 * [trie|import|delta|lazy|lazy-small|compile|call|fuel|blocks|network|messages|run|sweep|gate|
 * page|long]:
 * one part alone. bench sweep-600, bench sweep-500x60: longer sweeps, which take minutes and are no
 * part of all. */
#include "bench.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

bool bench_quick;
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
    snprintf(path, 512, "%s/%s", root ? root : "../shared/fixtures", corpus);
    if (dg_file_exists(path))
        return path;
    printf("  (%s is not here: %s instead)\n", corpus, embedded);
    return embedded;
}

int main(int argc, char **argv)
{
    const char *only = argc > 1 ? argv[1] : NULL;
    const char *paseo = "fixtures/paseo-1001002-e20-100val-20paras.json.zst",
               *n = "fixtures/paseo-1002000-e20.wasm";
    const char *kusama = pick("specs/kusama-local-1000000.json.zst", paseo);
    printf("doppel %s, %s, %ld cores\n", DG_VERSION, dg_engine_version(),
           sysconf(_SC_NPROCESSORS_ONLN));
    if (!only || strcmp(only, "trie") == 0)
        bench_trie();
    if (!only || strcmp(only, "import") == 0)
        bench_import();
    if (!only || strcmp(only, "delta") == 0)
        bench_delta();
    if (!only || strcmp(only, "large") == 0)
        bench_large();
    if (!only || strcmp(only, "lazy") == 0)
        bench_lazy(paseo, n, 4000000);
    if (only && strcmp(only, "lazy-small") == 0)
        bench_lazy(paseo, n, 100000);
    if (!only || strcmp(only, "compile") == 0)
        bench_compile(paseo, n);
    if (!only || strcmp(only, "call") == 0)
        bench_call(kusama);
    if (!only || strcmp(only, "fuel") == 0)
        bench_fuel(paseo);
    if (!only || strcmp(only, "prices") == 0)
        bench_prices(n);
    if (!only || strcmp(only, "blocks") == 0)
        bench_blocks(kusama, 1000);
    if (!only || strcmp(only, "network") == 0) {
        const char *large = pick("specs/paseo-1001002-e20-300val-50paras.json.zst", paseo);
        bench_network(paseo, NULL, "Paseo 1001002, 100 validators, 20 parachains", false, 41, 160,
                      "");
        bench_network(large, NULL, "Paseo 1001002, 300 validators, 50 parachains", false, 41, 60,
                      "(10, aim 25)");
        bench_network(paseo, NULL, "Paseo 1001002, 100 validators, 20 parachains", true, 41, 10,
                      "");
        bench_network(paseo, n, "Paseo 1002000, 100 validators, 20 parachains", true, 41, 20, "");
    }
    if (!only || strcmp(only, "messages") == 0)
        bench_messages(pick("specs/paseo-1001002-e20-10val-3paras.json.zst", paseo), n);
    if (!only || strcmp(only, "run") == 0) {
        bench_run(NULL, "30", "100 validators, 20 parachains, 600 slots after U", "(under 60)", "");
        bench_run("300x50", "3", "300 validators, 50 parachains, grown", "", "(10, aim 25)");
        bench_run("1000x100", "2", "1000 validators, 100 parachains, grown", "", "(3)");
    }
    if (!only || strcmp(only, "gate") == 0)
        bench_gate();
    if (!only || strcmp(only, "page") == 0)
        bench_page();
    if (!only || strcmp(only, "bft") == 0)
        bench_bft();
    if (!only || strcmp(only, "sweep") == 0)
        bench_sweep(&(bench_pair){ .offsets = 20, .step = 1 },
                    "100 validators, 20 parachains, a session of 20 slots", "");
    if (only && strcmp(only, "sweep-600") == 0)
        bench_sweep(&(bench_pair){ pick("specs/paseo-1001002-genesis.json.zst", paseo),
                                   pick("specs/paseo-local-1001003.json.zst", n), "100x20", 20,
                                   30 },
                    "100 validators, 20 parachains, a session of 600 slots", "(under 300)");
    if (only && strcmp(only, "sweep-500x60") == 0)
        bench_sweep(&(bench_pair){ .size = "500x60", .offsets = 20, .step = 1 },
                    "500 validators, 60 parachains, a session of 20 slots", "(under 1800)");
    if (!only || strcmp(only, "long") == 0) {
        bench_long_run(kusama, 10000);
        bench_network_long(pick("specs/paseo-1001002-e20-300val-50paras.json.zst", paseo),
                           "300 validators, 50 parachains", 2400);
    }
    printf("%u figures, %u fall short of their goal\n", rows, short_of);
    return 0;
}
