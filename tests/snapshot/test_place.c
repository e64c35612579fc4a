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

/* ---- freed ---- */

static char first[600], newer[600];

/* A state kept over one that is gone: what is dead of that one can be freed. */
static void make_chain(void)
{
    dg_snapshot *over, *state;
    dg_error err;
    snprintf(first, sizeof first, "%s-first", target);
    snprintf(newer, sizeof newer, "%s-newer", target);
    import_well(two_specs[0], first, 1);
    import_well(two_specs[1], newer, 1);
    ck_assert_int_eq(dg_snapshot_open(&over, first, &err), DG_OK);
    ck_assert_int_eq(dg_snapshot_open(&state, newer, &err), DG_OK);
    ck_assert_int_eq(dg_snapshot_keep_over(target, true, state, over, &err), DG_OK);
    dg_snapshot_close(over);
    dg_snapshot_close(state);
    ck_assert_int_eq(dg_dir_remove(first, NULL), DG_OK);
    ck_assert_int_eq(dg_dir_remove(newer, NULL), DG_OK);
}

/* True if it died at moment `at`; 0: never. */
static bool free_and_die(uint64_t at)
{
    int status;
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        dg_snapshot_gc_report r;
        moments = 0;
        kill_at = at;
        dg_snapshot_moment = count_moment;
        _exit(dg_snapshot_gc(&r, target, NULL, 0, NULL) == DG_OK && r.files_after == 1 ? 0 : 1);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
    return WIFSIGNALED(status);
}

/* Each moment at which a name changes, and some while content is written. */
START_TEST(a_kill_while_it_is_freed_leaves_the_state_whole)
{
    uint64_t total = 0, died = 0;
    dg_snapshot_gc_report r;
    dg_rng rng = dg_rng_fork(9, "kill", 0, 0);
    make_chain();
    moments = kill_at = 0;
    dg_snapshot_moment = count_moment;
    ck_assert_int_eq(dg_snapshot_gc(&r, target, NULL, 0, NULL), DG_OK);
    dg_snapshot_moment = NULL;
    total = moments;
    ck_assert_uint_eq(r.files_before, 2);
    ck_assert_uint_eq(r.files_after, 1);
    ck_assert_uint_gt(total, 16);
    for (uint64_t i = 0; i < 24; i++) {
        uint64_t at = i < 10 ? 1 + dg_rng_below(&rng, total) : total - (i - 10);
        make_chain();
        died += free_and_die(at);
        ck_assert(is_root(target, &two_roots[1]));
        ck_assert(!free_and_die(0)); /* and the next one frees it */
        ck_assert(is_root(target, &two_roots[1]));
        ck_assert_uint_eq(leavings(target), 0);
    }
    ck_assert_uint_eq(died, 24);
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

/* With the file that a dead owner leaves, which is nobody's lock; other names are other's. */
START_TEST(leavings_of_the_dead_are_swept_and_nothing_else_is)
{
    char dead[600], lock[600], other[600], file[700];
    dg_error err;
    snprintf(dead, sizeof dead, "%s.part", target);
    snprintf(lock, sizeof lock, "%s.lock", target);
    snprintf(other, sizeof other, "%s.part-x1", target);
    ck_assert_int_eq(dg_dir_make(dead, NULL), DG_OK);
    ck_assert_int_eq(dg_dir_make(other, NULL), DG_OK);
    snprintf(file, sizeof file, "%s/data.mdb", dead);
    put_file(file, dg_text("half"));
    snprintf(file, sizeof file, "%s/manifest.json.part-12", dead);
    put_file(file, dg_text("half"));
    put_file(lock, dg_text(""));
    import_well(two_specs[0], target, 1);
    ck_assert(!dg_file_exists(dead));
    ck_assert(dg_file_exists(other));
    ck_assert_uint_eq(leavings(target), 1);
    /* somebody's folder of that name */
    ck_assert_int_eq(dg_dir_make(dead, NULL), DG_OK);
    snprintf(file, sizeof file, "%s/letter", dead);
    put_file(file, dg_text("dear"));
    ck_assert_int_eq(import_with(NULL, two_specs[1], target, 1, true, &err), DG_USAGE);
    ck_assert_ptr_nonnull(strstr(err.text, "holds letter, so it was not removed"));
    ck_assert(dg_file_exists(file));
    assert_whole(target, &two_roots[0]);
    ck_assert_int_eq(dg_dir_remove(dead, NULL), DG_OK);
}
END_TEST

/* ---- two at one place ---- */

static const char *stop_at;
static int stopped[2];

/* Says that the moment is there, and waits for what ends the process. */
static void stop(const char *what)
{
    if (strcmp(what, stop_at) != 0)
        return;
    if (write(stopped[1], "s", 1) != 1)
        _exit(1);
    for (;;)
        pause();
}

static pid_t import_until(const char *moment)
{
    char c;
    pid_t child;
    ck_assert_int_eq(pipe(stopped), 0);
    stop_at = moment;
    if ((child = fork()) == 0) {
        dg_snapshot_moment = stop;
        import_with(NULL, two_specs[1], target, 1, true, NULL);
        _exit(1);
    }
    ck_assert_int_eq(read(stopped[0], &c, 1), 1);
    return child;
}

static void end_of(pid_t child)
{
    int status;
    ck_assert_int_eq(kill(child, SIGKILL), 0);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    close(stopped[0]);
    close(stopped[1]);
}

/* From the lock to the last sync; "old aside" is where nothing has the name. */
static const char *const moments_owned[] = { "owned",       "part made",    "manifest",
                                             "part synced", "old aside",    "new in place",
                                             "old renamed", "parent synced" };
enum { MOMENTS_OWNED = sizeof moments_owned / sizeof moments_owned[0] };

START_TEST(a_place_that_another_is_at_is_refused_until_that_one_is_dead)
{
    bool new = _i >= 5;
    dg_error err;
    pid_t child;
    import_well(two_specs[0], target, 1);
    child = import_until(moments_owned[_i]);
    ck_assert_int_eq(import_with(NULL, two_specs[0], target, 1, true, &err), DG_IO);
    ck_assert_ptr_nonnull(strstr(err.text, "is being made by another doppel"));
    end_of(child);
    assert_whole(target, &two_roots[new]); /* what the refused one asked for came to nothing */
    import_well(two_specs[0], target, 1);
    assert_whole(target, &two_roots[0]);
    ck_assert_uint_eq(leavings(target), 0);
}
END_TEST

/* Opens while a replace has nothing at the name: what was set aside is put back only when its
 * owner is gone, else the owner's second rename would find a folder in its way. */
START_TEST(an_opening_between_the_renames_waits_for_their_owner)
{
    int back[2], status;
    char c = 0;
    pid_t maker, reader;
    import_well(two_specs[0], target, 1);
    maker = import_until("old aside");
    ck_assert_int_eq(pipe(back), 0);
    if ((reader = fork()) == 0) {
        dg_snapshot *s;
        dg_code rc;
        if (write(back[1], "b", 1) != 1)
            _exit(1);
        rc = dg_snapshot_open(&s, target, NULL);
        dg_snapshot_close(s);
        _exit(rc == DG_OK ? 0 : 1);
    }
    ck_assert_int_eq(read(back[0], &c, 1), 1);
    ck_assert(!dg_file_exists(target));
    end_of(maker);
    ck_assert_int_eq(waitpid(reader, &status, 0), reader);
    ck_assert_int_eq(status, 0);
    assert_whole(target, &two_roots[0]);
    close(back[0]);
    close(back[1]);
}
END_TEST

static dg_code share(const char *spec, dg_error *err)
{
    unsigned version = 1;
    dg_snapshot_import_options o = {
        .path_out = target, .share = true, .describe = state_version, .user = &version
    };
    return dg_snapshot_import(NULL, spec, &o, err);
}

/* As the cache does: whoever comes second takes what the first made. */
START_TEST(a_shared_place_is_waited_for_and_left_as_it_is)
{
    char lock[600], c = 0;
    int back[2], status;
    dg_lock held;
    dg_error err;
    pid_t child;
    snprintf(lock, sizeof lock, "%s.lock", target);
    ck_assert_int_eq(share(two_specs[0], &err), DG_OK);
    ck_assert_int_eq(share(two_specs[1], &err), DG_END);
    assert_whole(target, &two_roots[0]);
    ck_assert_int_eq(dg_dir_remove(target, NULL), DG_OK);
    ck_assert_int_eq(dg_lock_take(&held, lock, false, &err), DG_OK);
    ck_assert_int_eq(pipe(back), 0);
    if ((child = fork()) == 0) {
        dg_code rc;
        if (write(back[1], "b", 1) != 1)
            _exit(1);
        rc = share(two_specs[1], NULL);
        _exit(rc == DG_END ? 0 : 1);
    }
    ck_assert_int_eq(read(back[0], &c, 1), 1);
    /* made meanwhile, by whoever has the lock */
    char aside[600];
    snprintf(aside, sizeof aside, "%s-aside", target);
    import_well(two_specs[0], aside, 1);
    ck_assert_int_eq(rename(aside, target), 0);
    dg_lock_release(&held);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    assert_whole(target, &two_roots[0]);
    /* what does not open is nobody's to share */
    snprintf(aside, sizeof aside, "%s/manifest.json", target);
    put_file(aside, dg_text("{"));
    ck_assert_int_eq(share(two_specs[1], &err), DG_OK);
    assert_whole(target, &two_roots[1]);
    close(back[0]);
    close(back[1]);
}
END_TEST

static void end_at_manifest(const char *what)
{
    if (strcmp(what, "manifest") == 0)
        raise(SIGTERM);
}

START_TEST(a_signal_takes_the_half_made_snapshot_away)
{
    int status;
    pid_t child;
    import_well(two_specs[0], target, 1);
    if ((child = fork()) == 0) {
        dg_scrap_on_signals();
        dg_snapshot_moment = end_at_manifest;
        import_with(NULL, two_specs[1], target, 1, true, NULL);
        _exit(1);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
    ck_assert_uint_eq(leavings(target), 0);
    assert_whole(target, &two_roots[0]);
}
END_TEST

START_TEST(a_try_of_a_place_leaves_nothing)
{
    dg_error err;
    ck_assert_int_eq(dg_snapshot_try(target, false, &err), DG_OK);
    ck_assert(!dg_file_exists(target));
    import_well(two_specs[0], target, 1);
    ck_assert_int_eq(dg_snapshot_try(target, false, &err), DG_USAGE);
    ck_assert_int_eq(dg_snapshot_try(target, true, &err), DG_OK);
    ck_assert_int_eq(dg_snapshot_try("/proc/none/s", false, &err), DG_IO);
    ck_assert_uint_eq(leavings(target), 0);
    assert_whole(target, &two_roots[0]);
}
END_TEST

/* Whoever mistypes the target must not lose a folder. */
START_TEST(only_a_snapshot_is_replaced)
{
    dg_error err;
    ck_assert_int_eq(dg_dir_make(target, NULL), DG_OK);
    ck_assert_int_eq(import_with(NULL, two_specs[0], target, 1, true, &err), DG_USAGE);
    ck_assert_ptr_nonnull(strstr(err.text, "is not a snapshot and was not replaced"));
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
    tcase_add_test(tc, a_kill_while_it_is_freed_leaves_the_state_whole);
    tcase_add_test(tc, a_replace_that_died_between_its_renames_is_undone_at_opening);
    tcase_add_test(tc, leavings_of_the_dead_are_swept_and_nothing_else_is);
    tcase_add_loop_test(tc, a_place_that_another_is_at_is_refused_until_that_one_is_dead, 0,
                        MOMENTS_OWNED);
    tcase_add_test(tc, an_opening_between_the_renames_waits_for_their_owner);
    tcase_add_test(tc, a_shared_place_is_waited_for_and_left_as_it_is);
    tcase_add_test(tc, a_signal_takes_the_half_made_snapshot_away);
    tcase_add_test(tc, a_try_of_a_place_leaves_nothing);
    tcase_add_test(tc, only_a_snapshot_is_replaced);
    tcase_add_test(tc, a_target_below_folders_that_are_not_there_makes_them);
    tcase_add_test(tc, a_full_disk_is_an_error_and_the_old_snapshot_stays);
    tcase_add_test(tc, a_full_store_is_an_error_and_the_old_snapshot_stays);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
