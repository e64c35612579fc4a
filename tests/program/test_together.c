/* Several programs over one folder: a matrix of runs in one pipeline, containers that share a
 * cache. They know nothing of each other but what the filesystem says, process ids least of all:
 * in a container of its own each of them is process 1. */
#include "program.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MANY = 8, ROUNDS = 4 };

static char folder[300];

/* A folder of its own for each test, with a cache that has nothing. */
static void own_folder(void)
{
    static unsigned turn;
    char name[20];
    snprintf(name, sizeof name, "together-%u", turn++);
    snprintf(folder, sizeof folder, "%s", scratch_path(name));
    ck_assert_int_eq(dg_dir_make(folder, NULL), DG_OK);
}

static const char *in_folder(const char *name)
{
    static char paths[8][400];
    static unsigned turn;
    char *path = paths[turn++ % 8];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

static const char *program(void)
{
    const char *binary = getenv("DOPPEL");
    return binary ? binary : "build/release/doppel";
}

/* In front of a command: it is process 1 of its own. NULL: not permitted here. Leaks are not looked
 * for there: the sanitizer cannot stop the threads of a process that is 1, and says itself that
 * what it finds may be false. */
#define NO_LEAKS "env ASAN_OPTIONS=detect_leaks=0 "
static const char *alone(void)
{
    static const char *const ways[] = { NO_LEAKS "unshare --pid --fork ",
                                        NO_LEAKS "unshare --user --map-root-user --pid --fork " };
    for (size_t i = 0; i < 2; i++) {
        char probe[100];
        snprintf(probe, sizeof probe, "%strue 2>/dev/null", ways[i]);
        if (system(probe) == 0)
            return ways[i];
    }
    printf("not run: a namespace for process ids cannot be made here\n");
    return NULL;
}

/* `count` of one command, behind a lock that is opened for all of them at once. */
static void all_at_once(unsigned count, const char *command)
{
    char script[4000];
    snprintf(script, sizeof script,
             "cd %s && exec 9>gate && flock 9 && for i in $(seq %u); do "
             "( flock -s gate %s >$i.out 2>$i.err; echo $? >$i.rc ) 9>&- & done; exec 9>&-; wait",
             folder, count, command);
    ck_assert_int_eq(system(script), 0);
}

static dg_buf said(unsigned i, const char *what)
{
    char name[20];
    snprintf(name, sizeof name, "%u.%s", i, what);
    return slurp(in_folder(name));
}

static int exit_of(unsigned i)
{
    dg_buf text = said(i, "rc");
    int code = atoi(dg_buf_text(&text));
    dg_buf_clear(&text);
    return code;
}

static char *absolute(const char *path)
{
    char *out = realpath(path, NULL);
    ck_assert_ptr_nonnull(out);
    return out;
}

/* A command over `call`, which imports the small spec into the cache of the folder. */
static const char *call_with_cache(const char *before, const char *flag)
{
    static char command[2000];
    char *binary = absolute(program()), *spec = absolute(runtime_path("mini.json"));
    snprintf(command, sizeof command, "env DOPPEL_CACHE=%s/cache %s%s call %s %s Core_version",
             folder, before, binary, flag, spec);
    free(binary);
    free(spec);
    return command;
}

static void all_answered(unsigned count)
{
    dg_buf first = said(1, "out");
    for (unsigned i = 1; i <= count; i++) {
        dg_buf err = said(i, "err"), out = said(i, "out");
        if (exit_of(i) != 0)
            ck_abort_msg("%u of %u: exit %d, said: %s", i, count, exit_of(i), dg_buf_text(&err));
        assert_bytes(dg_buf_bytes(&out), dg_buf_bytes(&first), "the answer");
        ck_assert_uint_gt(out.len, 2);
        dg_buf_clear(&err);
        dg_buf_clear(&out);
    }
    dg_buf_clear(&first);
}

START_TEST(many_at_once_over_a_cold_cache_all_succeed)
{
    for (int round = 0; round < ROUNDS; round++) {
        ck_assert_int_eq(dg_dir_remove(in_folder("cache/snapshots"), NULL), DG_OK);
        all_at_once(MANY, call_with_cache("", "-q"));
        all_answered(MANY);
    }
}
END_TEST

START_TEST(containers_over_one_cache_all_succeed)
{
    const char *before = alone();
    for (int round = 0; before && round < ROUNDS; round++) {
        ck_assert_int_eq(dg_dir_remove(in_folder("cache/snapshots"), NULL), DG_OK);
        all_at_once(3, call_with_cache(before, "-q"));
        all_answered(3);
    }
}
END_TEST

/* One makes it; the others say that another does, or that it is there by now. */
START_TEST(containers_over_one_target_leave_one_snapshot_and_say_so)
{
    const char *before = alone();
    char command[2000];
    char *binary = absolute(program()), *spec = absolute(runtime_path("mini.json"));
    for (int round = 0; before && round < ROUNDS; round++) {
        unsigned made = 0;
        ck_assert_int_eq(dg_dir_remove(in_folder("target"), NULL), DG_OK);
        snprintf(command, sizeof command, "%s%s snapshot create -q --from %s target", before,
                 binary, spec);
        all_at_once(3, command);
        for (unsigned i = 1; i <= 3; i++) {
            dg_buf err = said(i, "err");
            int code = exit_of(i);
            made += code == 0;
            if (code != 0
                && !(code == 4 && strstr(dg_buf_text(&err), "is being made by another doppel"))
                && !(code == 2 && strstr(dg_buf_text(&err), "exists already")))
                ck_abort_msg("exit %d, said: %s", code, dg_buf_text(&err));
            dg_buf_clear(&err);
        }
        ck_assert_uint_eq(made, 1);
        json_decref(answered(doppel("snapshot verify --json %s", in_folder("target")), "verify"));
    }
    free(binary);
    free(spec);
}
END_TEST

/* The lock is ours: we are the other doppel, and not of the container. */
START_TEST(a_container_sees_the_lock_of_another)
{
    const char *before = alone();
    char args[1000], binary[500];
    dg_lock held;
    ran r;
    if (!before)
        return;
    ck_assert_int_eq(dg_lock_take(&held, in_folder("target.lock"), false, NULL), DG_OK);
    snprintf(binary, sizeof binary, "%s%s", before, program());
    snprintf(args, sizeof args, "snapshot create -q --from %s %s", runtime_path("mini.json"),
             in_folder("target"));
    r = doppel_by(binary, NULL, args);
    dg_lock_release(&held);
    refused(r, "a locked target", "is being made by another doppel", 4);
    ck_assert(!dg_file_exists(in_folder("target")));
    r = doppel_by(binary, NULL, args);
    ck_assert_int_eq(r.exit, 0);
    ran_clear(&r);
}
END_TEST

/* The only entry of the cache's snapshots. */
static const char *the_import(void)
{
    static char path[700];
    DIR *dir = opendir(in_folder("cache/snapshots"));
    ck_assert_ptr_nonnull(dir);
    path[0] = 0;
    for (struct dirent *e = readdir(dir); e; e = readdir(dir))
        if (e->d_name[0] != '.') {
            ck_assert_int_eq(path[0], 0);
            snprintf(path, sizeof path, "%s/cache/snapshots/%s", folder, e->d_name);
        }
    closedir(dir);
    ck_assert_int_ne(path[0], 0);
    return path;
}

/* While the lock is ours it says that it waits; then it takes what we have made, the same file. */
START_TEST(who_comes_second_waits_and_uses_the_import_of_the_first)
{
    const char *import;
    char lock[720], file[720], line[1000], command[2100];
    struct stat before, after;
    bool waited = false;
    dg_lock held;
    FILE *second;
    all_at_once(1, call_with_cache("", "-q"));
    import = the_import();
    snprintf(lock, sizeof lock, "%s.lock", import);
    snprintf(file, sizeof file, "%s/data.mdb", import);
    ck_assert_int_eq(stat(file, &before), 0);
    ck_assert_int_eq(dg_lock_take(&held, lock, false, NULL), DG_OK);
    ck_assert_int_eq(rename(import, in_folder("away")), 0);
    snprintf(command, sizeof command, "%s 2>&1 >/dev/null", call_with_cache("", ""));
    ck_assert_ptr_nonnull(second = popen(command, "r"));
    while (!waited && fgets(line, sizeof line, second))
        waited = strstr(line, "waiting for another doppel") != NULL;
    ck_assert_int_eq(rename(in_folder("away"), import), 0);
    dg_lock_release(&held);
    while (fgets(line, sizeof line, second))
        ;
    ck_assert_int_eq(pclose(second), 0);
    ck_assert(waited);
    ck_assert_int_eq(stat(file, &after), 0);
    ck_assert_uint_eq(after.st_ino, before.st_ino);
}
END_TEST

/* What it says is there goes, what is none of ours stays, and the next call makes all of it again.
 */
START_TEST(the_cache_is_shown_and_cleared)
{
    char foreign[400], show[700];
    const char *binary = program();
    json_t *before, *after;
    all_at_once(1, call_with_cache("", "-q"));
    snprintf(foreign, sizeof foreign, "%s/cache/snapshots/notes", folder);
    ck_assert_int_eq(dg_file_write(foreign, dg_text("mine"), NULL), DG_OK);
    snprintf(show, sizeof show, "DOPPEL_CACHE=%s/cache %s", folder, binary);
    before = answered(doppel_by(show, NULL, "cache show --json"), "cache show");
    ck_assert_int_eq(
        json_integer_value(json_object_get(json_object_get(before, "snapshots"), "count")), 1);
    ck_assert_int_gt(
        json_integer_value(json_object_get(json_object_get(before, "modules"), "count")), 0);
    json_decref(answered(doppel_by(show, NULL, "cache clear --json"), "cache clear"));
    after = answered(doppel_by(show, NULL, "cache show --json"), "cache show");
    for (size_t i = 0; i < 2; i++) {
        const json_t *kept = json_object_get(after, i ? "modules" : "snapshots");
        ck_assert_int_eq(json_integer_value(json_object_get(kept, "count")), 0);
        ck_assert_int_eq(json_integer_value(json_object_get(kept, "bytes")), 0);
    }
    ck_assert(dg_file_exists(foreign));
    all_at_once(3, call_with_cache("", "-q"));
    all_answered(3);
    json_decref(before);
    json_decref(after);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("together");
    TCase *tc = tcase_create("together");
    tcase_set_timeout(tc, 300);
    tcase_add_checked_fixture(tc, own_folder, NULL);
    tcase_add_test(tc, many_at_once_over_a_cold_cache_all_succeed);
    tcase_add_test(tc, containers_over_one_cache_all_succeed);
    tcase_add_test(tc, containers_over_one_target_leave_one_snapshot_and_say_so);
    tcase_add_test(tc, a_container_sees_the_lock_of_another);
    tcase_add_test(tc, who_comes_second_waits_and_uses_the_import_of_the_first);
    tcase_add_test(tc, the_cache_is_shown_and_cleared);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
