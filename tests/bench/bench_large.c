/* bench_large.c - states of live size: what it takes to bring one in, and to open it.
 *
 * Each step is a process of its own, so that its memory is its own. DOPPEL_BENCH_KEYS says how many
 * keys; what is long is not the default. */
#include "bench.h"
#include "large_state.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { KEYS = 300000 };

static char spec[300], snap[300], from_spec[300], from_snap[300];

/* Before versions there was a count only: here whatever code there is, values stand by hash. */
static dg_code version_one(void *user, dg_snapshot_info *info, dg_bytes code, dg_error *err)
{
    (void)user;
    (void)code;
    (void)err;
    info->state_version = 1;
    return DG_OK;
}

static void import(const char *in, const char *out)
{
    dg_snapshot_import_options options = { .path_out = out, .describe = version_one };
    dg_error err;
    must(dg_snapshot_import(NULL, in, &options, &err), &err, "import");
}

static void import_spec(void)
{
    import(spec, from_spec);
}

static void import_snap(void)
{
    import(snap, from_snap);
}

static void export_snap(void)
{
    dg_snapshot *s;
    dg_error err;
    must(dg_snapshot_open(&s, from_spec, &err), &err, "open");
    must(dg_snapshot_export_snap(s, snap, 4, &err), &err, "export");
    dg_snapshot_close(s);
}

static void open_it(void)
{
    dg_snapshot *s;
    dg_error err;
    must(dg_snapshot_open(&s, from_spec, &err), &err, "open");
    dg_snapshot_close(s);
}

static void measured(const char *what, void (*step)(void), const char *seconds, const char *mib)
{
    char text[100];
    int status = 0;
    pid_t child;
    fflush(stdout);
    if ((child = fork()) < 0)
        exit(4);
    if (child == 0) {
        uint64_t start = dg_wall_ns();
        step();
        row(what, 1e3 * seconds_since(start), "ms", seconds);
        snprintf(text, sizeof text, "%s: memory", what);
        row(text, rss_max_mib(), "MiB", mib);
        fflush(stdout);
        _exit(0);
    }
    if (waitpid(child, &status, 0) != child || status != 0)
        exit(5);
}

void bench_large(void)
{
    const char *asked = getenv("DOPPEL_BENCH_KEYS"), *tmp = getenv("TMPDIR");
    uint64_t keys = asked ? strtoull(asked, NULL, 10) : bench_count(KEYS, 1000);
    struct stat about;
    char dir[256];
    dg_error err;
    snprintf(dir, sizeof dir, "%.200s/doppel-bench-XXXXXX", tmp && tmp[0] ? tmp : "/tmp");
    if (!mkdtemp(dir))
        exit(4);
    snprintf(spec, sizeof spec, "%s/spec.json", dir);
    snprintf(snap, sizeof snap, "%s/state.snap", dir);
    snprintf(from_spec, sizeof from_spec, "%s/from-spec", dir);
    snprintf(from_snap, sizeof from_snap, "%s/from-snap", dir);
    puts("large");
    must(large_state_spec(spec, keys, &err), &err, "spec");
    row("keys of the state", (double)keys, "", "(4 million in the long form)");
    row("raw spec", stat(spec, &about) == 0 ? (double)about.st_size / 1e6 : 0, "MB", "");
    measured("raw spec becomes a snapshot", import_spec, "", "(2 GB under 256)");
    measured("snapshot is opened", open_it, "(under 50)", "(under 100)");
    measured("snapshot becomes a .snap", export_snap, "", "");
    measured(".snap becomes a snapshot", import_snap, "(1 million nodes under 10000)",
             "(under 256)");
    dg_dir_remove(dir, NULL);
}
