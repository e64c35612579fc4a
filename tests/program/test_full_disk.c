/* A disk that fills up at any moment of an import: the line says so, the exit code is
 * that of the environment, and the snapshot that was there is there still. */
#include "program.h"

#include <dirent.h>
#include <string.h>
#include <sys/resource.h>

enum { FIRST = 4096, STEP = 24 << 10, STEPS_MAX = 200 };

/* Of files that programs started from here write, in bytes each. */
static void limit_files(rlim_t bytes)
{
    struct rlimit limit;
    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes == RLIM_INFINITY ? limit.rlim_max : bytes;
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* Entries of the folder that holds nothing but the snapshot. */
static unsigned entries(const char *folder)
{
    DIR *dir = opendir(folder);
    unsigned count = 0;
    ck_assert_ptr_nonnull(dir);
    for (struct dirent *e = readdir(dir); e; e = readdir(dir))
        count += e->d_name[0] != '.';
    closedir(dir);
    return count;
}

static dg_buf shown(const char *snapshot)
{
    ran r = doppel("snapshot show --json %s", snapshot);
    dg_buf text = r.out;
    if (r.exit != 0)
        ck_abort_msg("the old snapshot: %s", dg_buf_text(&r.err));
    dg_buf_clear(&r.err);
    return text;
}

static ran create_within(rlim_t bytes, const char *spec, const char *snapshot)
{
    ran r;
    limit_files(bytes);
    r = doppel("snapshot create -q --replace --from %s %s", runtime_path(spec), snapshot);
    limit_files(RLIM_INFINITY);
    return r;
}

START_TEST(whenever_the_disk_is_full_the_old_snapshot_stays_whole)
{
    char folder[300], snapshot[320];
    unsigned failures = 0;
    dg_buf before, after;
    ran r = { 0 };
    snprintf(folder, sizeof folder, "%s", scratch_path("disk"));
    snprintf(snapshot, sizeof snapshot, "%s/snapshot", folder);
    ck_assert_int_eq(dg_dir_make(folder, NULL), DG_OK);
    r = create_within(RLIM_INFINITY, "mini-pending.json", snapshot);
    ck_assert_int_eq(r.exit, 0);
    before = shown(snapshot);
    for (; failures < STEPS_MAX; failures++) {
        ran_clear(&r);
        r = create_within(FIRST + failures * STEP, "mini.json", snapshot);
        if (r.exit == 0)
            break;
        ran_clear(&r);
        /* what the first left does not matter */
        r = create_within(FIRST + failures * STEP, "mini.json", snapshot);
        refused(r, "full disk", snapshot, 4);
        r = doppel("snapshot verify -q %s", snapshot);
        ck_assert_int_eq(r.exit, 0);
        after = shown(snapshot);
        assert_bytes(dg_buf_bytes(&after), dg_buf_bytes(&before), "the old snapshot");
        ck_assert_uint_eq(entries(folder), 1);
        dg_buf_clear(&after);
    }
    ck_assert_uint_ge(failures, 3);
    ck_assert_int_eq(r.exit, 0);
    ran_clear(&r);
    after = shown(snapshot);
    ck_assert(!dg_bytes_equal(dg_buf_bytes(&after), dg_buf_bytes(&before)));
    dg_buf_clear(&before);
    dg_buf_clear(&after);
}
END_TEST

static const char *const exports[] = { "x.json", "x.json.zst", "x.snap" };

START_TEST(an_export_is_whole_or_not_there)
{
    char path[300];
    ran r;
    snprintf(path, sizeof path, "%s", scratch_path(exports[_i]));
    small_snapshot();
    limit_files(FIRST);
    r = doppel("snapshot export %s --to %s", small_snapshot(), path);
    limit_files(RLIM_INFINITY);
    refused(r, path, path, 4);
    ck_assert(!dg_file_exists(path));
}
END_TEST

/* ---- a sweep ---- */

static ran sweep_to(const char *out, rlim_t bytes)
{
    ran r;
    limit_files(bytes);
    r = doppel("sweep -q -j 1 --no-network --snapshot %s --to %s --at boundary-5..boundary -o %s",
               small_snapshot(), runtime_path("mini-2.wasm"), out);
    limit_files(RLIM_INFINITY);
    return r;
}

/* The file is written while cells are done: what was in it before the disk was full is there
 * still, and the same command goes on from it to the same bytes. */
START_TEST(a_sweep_keeps_what_was_written_before_the_disk_was_full)
{
    char whole[300], out[300];
    dg_buf clean, kept, again;
    json_t *document, *cell;
    size_t i, done = 0;
    ran r;
    snprintf(whole, sizeof whole, "%s", scratch_path("whole.json"));
    snprintf(out, sizeof out, "%s", scratch_path("filled.json"));
    r = sweep_to(whole, RLIM_INFINITY);
    ck_assert_msg(r.exit == 0, "%s", dg_buf_text(&r.err));
    ran_clear(&r);
    clean = slurp(whole);
    r = sweep_to(out, clean.len / 2);
    ck_assert_int_eq(r.exit, 4);
    ck_assert_ptr_nonnull(strstr(dg_buf_text(&r.err), out));
    ran_clear(&r);
    kept = slurp(out);
    ck_assert_uint_le(kept.len, clean.len / 2);
    document = json_loadb((const char *)kept.at, kept.len, 0, NULL);
    ck_assert_ptr_nonnull(document);
    json_array_foreach(json_object_get(document, "cells"), i, cell) done +=
        json_object_get(cell, "outcome") != NULL;
    ck_assert_msg(done >= 1 && done < 6, "%zu cells were kept", done);
    r = sweep_to(out, RLIM_INFINITY);
    ck_assert_int_eq(r.exit, 0);
    ran_clear(&r);
    again = slurp(out);
    assert_bytes(dg_buf_bytes(&again), dg_buf_bytes(&clean), "gone on with");
    json_decref(document);
    dg_buf_clear(&clean);
    dg_buf_clear(&kept);
    dg_buf_clear(&again);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("full disk");
    TCase *tc = tcase_create("full disk");
    tcase_set_timeout(tc, 300);
    tcase_add_test(tc, whenever_the_disk_is_full_the_old_snapshot_stays_whole);
    tcase_add_loop_test(tc, an_export_is_whole_or_not_there, 0, 3);
    tcase_add_test(tc, a_sweep_keeps_what_was_written_before_the_disk_was_full);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
