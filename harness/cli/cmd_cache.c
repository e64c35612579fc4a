/* cmd_cache.c - doppel cache show, doppel cache clear: what is kept between runs, and where.
 *
 * Only what this program made is looked at, by its names; anything else in the folders stays. */
#include "cli/cli_impl.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAME_LEN = 64 /* digits of a hash */, PATH_LEN = 1200 };

typedef enum kind { MODULES, SNAPSHOTS, FETCHED, KINDS } kind;
static const struct {
    const char *folder, *ending, *says;
} kinds[KINDS] = {
    { "modules", ".image", "compiled runtimes" },
    { "snapshots", "", "imported states" },
    { "fetched", ".head", "blocks of live chains" },
};

typedef struct tally {
    uint64_t count[KINDS], bytes[KINDS];
    uint64_t busy; /* snapshots that another process is making */
} tally;

/* The nodes of all blocks are in one file. */
static bool is_nodes(const char *name, kind of)
{
    return of == FETCHED && strcmp(name, "nodes") == 0;
}

static bool is_ours(const char *name, kind of)
{
    if (is_nodes(name, of))
        return true;
    if (of == FETCHED && strncmp(name, "0x", 2) == 0)
        name += 2;
    return strspn(name, "0123456789abcdef") == NAME_LEN
           && strcmp(name + NAME_LEN, kinds[of].ending) == 0;
}

static uint64_t len_of(const char *path)
{
    struct stat about;
    return lstat(path, &about) == 0 && S_ISREG(about.st_mode) ? (uint64_t)about.st_size : 0;
}

/* Bytes of a file, or of the files in a folder. */
static uint64_t size_of(const char *path)
{
    DIR *dir = opendir(path);
    uint64_t sum = len_of(path);
    for (struct dirent *e; dir && (e = readdir(dir));) {
        char file[PATH_LEN];
        snprintf(file, sizeof file, "%.1000s/%.100s", path, e->d_name);
        sum += len_of(file);
    }
    if (dir)
        closedir(dir);
    return sum;
}

/* By way of the name of one in the making, which is swept when that place is next used. */
static dg_code remove_snapshot(const char *path, bool *busy, dg_error *err)
{
    char lock_path[PATH_LEN + 8], part[PATH_LEN + 8];
    dg_lock lock = { .path = NULL };
    dg_code rc;
    snprintf(lock_path, sizeof lock_path, "%s.lock", path);
    snprintf(part, sizeof part, "%s.part", path);
    if ((rc = dg_lock_take(&lock, lock_path, false, err)) != DG_OK) {
        *busy = rc == DG_END;
        return rc < 0 ? rc : DG_OK;
    }
    if ((rc = dg_dir_remove(part, err)) >= 0) {
        if (rename(path, part) != 0)
            rc = dg_fail(err, DG_IO, "%s could not be removed: %s", path, strerror(errno));
        else
            rc = dg_dir_remove(part, err);
    }
    dg_lock_release(&lock);
    return rc;
}

/* `clear`: it is removed. */
static dg_code take(tally *t, const char *path, kind of, bool clear, dg_error *err)
{
    uint64_t bytes = size_of(path);
    bool busy = false;
    dg_code rc = DG_OK;
    if (clear && of == SNAPSHOTS)
        rc = remove_snapshot(path, &busy, err);
    else if (clear && unlink(path) != 0 && errno != ENOENT)
        rc = dg_fail(err, DG_IO, "%s could not be removed: %s", path, strerror(errno));
    t->busy += busy;
    t->count[of] += !busy && !is_nodes(strrchr(path, '/') + 1, of);
    t->bytes[of] += busy ? 0 : bytes;
    return rc;
}

static dg_code each(tally *t, const char *cache, kind of, bool clear, dg_error *err)
{
    char folder[PATH_LEN - 100], path[PATH_LEN];
    dg_code rc = DG_OK;
    struct dirent *e;
    DIR *dir;
    assert(of < KINDS);
    snprintf(folder, sizeof folder, "%s/%s", cache, kinds[of].folder);
    if (!(dir = opendir(folder)))
        return errno == ENOENT ? DG_OK : dg_fail(err, DG_IO, "%s: %s", folder, strerror(errno));
    while (rc >= 0 && (errno = 0, e = readdir(dir))) {
        if (!is_ours(e->d_name, of))
            continue;
        snprintf(path, sizeof path, "%s/%.80s", folder, e->d_name);
        rc = take(t, path, of, clear, err);
    }
    if (rc >= 0 && errno)
        rc = dg_fail(err, DG_IO, "%s: %s", folder, strerror(errno));
    closedir(dir);
    return rc;
}

static json_t *as_json(const tally *t, const char *cache)
{
    json_t *out = json_pack("{s:s?}", "path", cache);
    for (kind of = 0; of < KINDS; of++)
        json_object_set_new(out, kinds[of].folder,
                            json_pack("{s:I, s:I}", "count", (json_int_t)t->count[of], "bytes",
                                      (json_int_t)t->bytes[of]));
    return out;
}

static int look(const dg_args *args, bool clear)
{
    const char *cache = dg_cli_cache();
    tally t = { { 0 }, { 0 }, 0 };
    dg_error err;
    for (kind of = 0; cache && of < KINDS; of++)
        if (each(&t, cache, of, clear, &err) < 0)
            return dg_cli_exit_with(&err);
    if (args->json)
        return dg_cli_print_json(as_json(&t, cache));
    if (!cache) {
        puts("nothing is kept: neither XDG_CACHE_HOME nor a home says where");
        return DG_EXIT_HELD;
    }
    printf("%s%s\n", clear ? "removed from " : "", cache);
    for (kind of = 0; of < KINDS; of++)
        printf("  %-10s %llu %s, %.1f MB\n", kinds[of].folder, (unsigned long long)t.count[of],
               kinds[of].says, (double)t.bytes[of] / 1e6);
    if (t.busy)
        printf("  left       %llu that another doppel process is making\n",
               (unsigned long long)t.busy);
    return DG_EXIT_HELD;
}

static int show(const dg_args *args)
{
    return look(args, false);
}

static int clear_all(const dg_args *args)
{
    return look(args, true);
}

const dg_command dg_cmd_cache_show = {
    "cache show",
    "",
    "What is kept between runs, and where",
    "Compiled runtimes and imported states, each under the hash of what it was made of, and what "
    "was read of live chains. They stand "
    "in DOPPEL_CACHE, else in doppel below XDG_CACHE_HOME, else in .cache/doppel below HOME or the "
    "home that the system has for this user; without any of them nothing is kept. What is there is "
    "believed only if it is this user's and whole; else it is made again.",
    0,
    0,
    NULL,
    0,
    show,
    NULL,
};
const dg_command dg_cmd_cache_clear = {
    "cache clear",
    "",
    "Remove what is kept between runs",
    "Runs at work keep what they have open; what one is just importing is left.",
    0,
    0,
    NULL,
    0,
    clear_all,
    NULL,
};
