/* Importing takes long and machines die. Whatever happens in the middle, the
 * snapshot that was there is still there or the new one is, whole; half a one is
 * never opened. */
#include "model_state.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crypto/crypto.h"
#include "snapshot/snapshot_impl.h"

/* ---- killed ---- */

static uint64_t moments, kill_at;

static void count_moment(const char *what)
{
    (void)what;
    if (++moments == kill_at)
        kill(getpid(), SIGKILL);
}

/* The second spec over the first, in a process that kills itself at moment `at`
 * (0: never). True if it was killed. */
static bool replace_and_die(uint64_t at)
{
    int status;
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        moments = 0;
        kill_at = at;
        dg_snapshot_moment = count_moment;
        _exit(import_with(NULL, two_specs[1], target, 1, true, NULL) == DG_OK ? 0 : 1);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    if (WIFSIGNALED(status))
        ck_assert_int_eq(WTERMSIG(status), SIGKILL);
    else
        ck_assert_int_eq(WEXITSTATUS(status), 0);
    return WIFSIGNALED(status);
}

static uint64_t count_moments(void)
{
    import_well(two_specs[0], target, 1);
    moments = kill_at = 0;
    dg_snapshot_moment = count_moment;
    import_well(two_specs[1], target, 1);
    dg_snapshot_moment = NULL;
    return moments;
}

static bool is_root(const char *path, const dg_hash *root)
{
    dg_snapshot *s;
    dg_error err;
    bool same;
    if (dg_snapshot_open(&s, path, &err) != DG_OK || dg_snapshot_verify(s, NULL, &err) != DG_OK)
        ck_abort_msg("%s", err.text);
    same = dg_hash_equal(&dg_snapshot_info_of(s)->state_root, root);
    dg_snapshot_close(s);
    return same;
}

/* Kills are counted in moments of the program, not in time: fifty drawn over the
 * whole import and each of the last ones, where names change. */
START_TEST(a_kill_at_any_moment_leaves_the_old_or_the_new)
{
    enum { DRAWN = 50, LAST = 16 };
    dg_rng rng = dg_rng_fork(7, "kill", 0, 0);
    uint64_t total = count_moments();
    size_t old = 0, new = 0;
    ck_assert_uint_gt(total, 100);
    for (uint64_t i = 0; i < DRAWN + LAST; i++) {
        uint64_t at = i < DRAWN ? 1 + dg_rng_below(&rng, total) : total - (i - DRAWN);
        import_well(two_specs[0], target, 1);
        ck_assert_uint_eq(leavings(target), 0); /* what the last one left is gone */
        ck_assert(replace_and_die(at));
        if (is_root(target, &two_roots[0]))
            old++;
        else if (is_root(target, &two_roots[1]))
            new ++;
    }
    ck_assert_uint_eq(old + new, DRAWN + LAST);
    ck_assert_uint_gt(old, 0);
    ck_assert_uint_gt(new, 0);
    ck_assert(!replace_and_die(0));
    ck_assert(is_root(target, &two_roots[1]));
    ck_assert_uint_eq(leavings(target), 0);
}
END_TEST

/* A first import that is killed leaves no snapshot, until it is there. */
START_TEST(a_killed_first_import_leaves_nothing_that_opens)
{
    dg_rng rng = dg_rng_fork(8, "kill", 0, 0);
    uint64_t total = count_moments();
    dg_snapshot *s;
    dg_error err;
    for (int i = 0; i < 20; i++) {
        ck_assert_int_eq(dg_dir_remove(target, NULL), DG_OK);
        replace_and_die(1 + dg_rng_below(&rng, total - 8));
        ck_assert_int_eq(dg_snapshot_open(&s, target, &err), DG_IO);
        ck_assert_ptr_null(s);
    }
}
END_TEST

/* ---- names ---- */

START_TEST(a_replace_that_died_between_its_renames_is_undone_at_opening)
{
    char old[600];
    snprintf(old, sizeof old, "%s.old", target);
    import_well(two_specs[0], target, 1);
    ck_assert_int_eq(rename(target, old), 0);
    assert_whole(target, &two_roots[0]);
    ck_assert(!dg_file_exists(old));
    /* or at the next import, which then finds it in place */
    ck_assert_int_eq(rename(target, old), 0);
    ck_assert_int_eq(import_with(NULL, two_specs[1], target, 1, false, NULL), DG_USAGE);
    assert_whole(target, &two_roots[0]);
}
END_TEST

START_TEST(leavings_of_the_dead_are_swept_and_those_of_the_living_are_not)
{
    char dead[600], alive[600], other[600];
    int status;
    pid_t child = fork();
    if (child == 0)
        _exit(0);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    snprintf(dead, sizeof dead, "%s.part-%ld/below", target, (long)child);
    snprintf(alive, sizeof alive, "%s.part-%ld", target, (long)getppid());
    snprintf(other, sizeof other, "%s.part-x1", target);
    ck_assert_int_eq(dg_dir_make(dead, NULL), DG_OK);
    ck_assert_int_eq(dg_dir_make(alive, NULL), DG_OK);
    ck_assert_int_eq(dg_dir_make(other, NULL), DG_OK);
    import_well(two_specs[0], target, 1);
    ck_assert(!dg_file_exists(dead));
    ck_assert(dg_file_exists(alive));
    ck_assert(dg_file_exists(other));
    ck_assert_uint_eq(leavings(target), 2);
}
END_TEST

/* Whoever mistypes the target must not lose a folder. */
START_TEST(only_a_snapshot_is_replaced)
{
    dg_error err;
    ck_assert_int_eq(dg_dir_make(target, NULL), DG_OK);
    ck_assert_int_eq(import_with(NULL, two_specs[0], target, 1, true, &err), DG_USAGE);
    ck_assert_ptr_nonnull(strstr(err.text, "is no snapshot and was not replaced"));
    ck_assert_int_eq(rmdir(target), 0);
    put_file(target, dg_text("a letter"));
    ck_assert_int_eq(import_with(NULL, two_specs[0], target, 1, true, &err), DG_USAGE);
    ck_assert_int_eq(unlink(target), 0);
    import_well(two_specs[0], target, 1);
    ck_assert_int_eq(import_with(NULL, two_specs[1], target, 1, false, &err), DG_USAGE);
    assert_whole(target, &two_roots[0]);
    ck_assert_uint_eq(leavings(target), 0);
}
END_TEST

START_TEST(a_target_below_folders_that_are_not_there_makes_them)
{
    char deep[700];
    snprintf(deep, sizeof deep, "%s-a/b/c//", target);
    import_well(two_specs[0], deep, 1);
    assert_whole(deep, &two_roots[0]);
    ck_assert_int_eq(import_with(NULL, two_specs[0], "", 1, false, NULL), DG_USAGE);
}
END_TEST

/* ---- full ---- */

/* In a child: files may not grow beyond `bytes`. The code of the import. */
static int import_on_full_disk(rlim_t bytes)
{
    int status;
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        struct rlimit limit = { bytes, bytes };
        dg_error err = { 0 };
        dg_code rc;
        signal(SIGXFSZ, SIG_IGN);
        if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
            _exit(99);
        rc = import_with(NULL, two_specs[1], target, 1, true, &err);
        _exit(rc == DG_OK ? 0 : rc == DG_IO && err.text[0] ? 1 : 2);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFEXITED(status));
    return WEXITSTATUS(status);
}

START_TEST(a_full_disk_is_an_error_and_the_old_snapshot_stays)
{
    int full = 0;
    import_well(two_specs[0], target, 1);
    for (rlim_t bytes = 0; bytes < 1 << 17; bytes += 4096 + 512) {
        int rc = import_on_full_disk(bytes);
        ck_assert_int_le(rc, 1);
        full += rc;
        ck_assert_uint_eq(leavings(target), 0);
        assert_whole(target, &two_roots[rc ? 0 : 1]);
        import_well(two_specs[0], target, 1);
    }
    ck_assert_int_gt(full, 5);
}
END_TEST

START_TEST(a_full_store_is_an_error_and_the_old_snapshot_stays)
{
    dg_error err;
    import_well(two_specs[0], target, 1);
    dg_snapshot_store_map_max = 1 << 15;
    ck_assert_int_eq(import_with(NULL, two_specs[1], target, 1, true, &err), DG_LIMIT);
    dg_snapshot_store_map_max = 0;
    ck_assert_ptr_nonnull(strstr(err.text, "the store is full"));
    ck_assert_uint_eq(leavings(target), 0);
    assert_whole(target, &two_roots[0]);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("place");
    TCase *tc = tcase_create("place");
    tcase_set_timeout(tc, 600);
    tcase_add_checked_fixture(tc, two_specs_setup, NULL);
    tcase_add_test(tc, a_kill_at_any_moment_leaves_the_old_or_the_new);
    tcase_add_test(tc, a_killed_first_import_leaves_nothing_that_opens);
    tcase_add_test(tc, a_replace_that_died_between_its_renames_is_undone_at_opening);
    tcase_add_test(tc, leavings_of_the_dead_are_swept_and_those_of_the_living_are_not);
    tcase_add_test(tc, only_a_snapshot_is_replaced);
    tcase_add_test(tc, a_target_below_folders_that_are_not_there_makes_them);
    tcase_add_test(tc, a_full_disk_is_an_error_and_the_old_snapshot_stays);
    tcase_add_test(tc, a_full_store_is_an_error_and_the_old_snapshot_stays);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
