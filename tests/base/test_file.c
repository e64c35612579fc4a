/* A run takes hours and ends in one file. It must not be lost to a folder that was never there,
 * and what stood at its place (a link, a device, the outcome of yesterday) must not suffer. */
#include "../support/suite.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NOBODY = 65534 };

/* A folder that holds nothing; each test has its own. */
static char folder[300], path[400], other[400];

static void own_folder(void)
{
    static unsigned turn;
    char name[16];
    snprintf(name, sizeof name, "folder-%u", turn++);
    snprintf(folder, sizeof folder, "%s", scratch_path(name));
    snprintf(path, sizeof path, "%s/file", folder);
    snprintf(other, sizeof other, "%s/other", folder);
    ck_assert_int_eq(mkdir(folder, 0755), 0);
}

static size_t entries(void)
{
    DIR *dir = opendir(folder);
    size_t count = 0;
    ck_assert_ptr_nonnull(dir);
    for (struct dirent *e = readdir(dir); e; e = readdir(dir))
        count += e->d_name[0] != '.';
    closedir(dir);
    return count;
}

static void write_well(const char *at, const char *text)
{
    dg_error err;
    if (dg_file_write(at, dg_text(text), &err) != DG_OK)
        ck_abort_msg("%s", err.text);
}

static bool holds(const char *at, const char *text)
{
    dg_buf b = slurp(at);
    bool same = dg_bytes_equal(dg_buf_bytes(&b), dg_text(text));
    dg_buf_clear(&b);
    return same;
}

static mode_t mode_of(const char *at)
{
    struct stat about;
    ck_assert_int_eq(lstat(at, &about), 0);
    return about.st_mode;
}

/* ---- what stood there ---- */

START_TEST(a_file_is_replaced_whole)
{
    dg_error err;
    dg_buf b;
    write_well(path, "old");
    write_well(path, "newer");
    ck_assert(holds(path, "newer"));
    ck_assert_uint_eq(entries(), 1);
    dg_buf_init(&b, 4);
    ck_assert_int_eq(dg_file_read(&b, path, &err), DG_LIMIT);
    dg_buf_clear(&b);
    ck_assert_int_eq(dg_file_read(&b, other, &err), DG_IO);
}
END_TEST

START_TEST(a_file_keeps_its_mode_and_a_new_one_has_the_usual)
{
    dg_file_out out;
    mode_t mask = umask(027);
    write_well(path, "old");
    ck_assert_uint_eq(mode_of(path) & 07777, 0640);
    ck_assert_int_eq(chmod(path, 0604), 0);
    write_well(path, "new");
    ck_assert_uint_eq(mode_of(path) & 07777, 0604);
    umask(0);
    ck_assert_int_eq(dg_file_begin(&out, other, DG_FILE_PRIVATE, NULL), DG_OK);
    ck_assert_int_eq(dg_file_commit(&out, NULL), DG_OK);
    ck_assert_uint_eq(mode_of(other) & 07777, 0600);
    umask(mask);
}
END_TEST

/* Also one that leads nowhere yet, from wherever it is looked at. */
START_TEST(a_link_is_followed_and_stays)
{
    char deep[400];
    snprintf(deep, sizeof deep, "%s/deep", folder);
    ck_assert_int_eq(mkdir(deep, 0755), 0);
    snprintf(deep, sizeof deep, "%s/deep/link", folder);
    ck_assert_int_eq(symlink("../file", deep), 0);
    ck_assert_int_eq(symlink("deep/link", other), 0);
    write_well(other, "through two");
    ck_assert(holds(path, "through two"));
    ck_assert_int_eq(chmod(path, 0600), 0);
    write_well(deep, "through one");
    ck_assert(holds(path, "through one"));
    ck_assert_uint_eq(mode_of(path), S_IFREG | 0600);
    ck_assert(S_ISLNK(mode_of(deep)) && S_ISLNK(mode_of(other)));
    ck_assert_uint_eq(entries(), 3);
}
END_TEST

START_TEST(links_in_a_circle_are_refused)
{
    dg_error err;
    ck_assert_int_eq(symlink("other", path), 0);
    ck_assert_int_eq(symlink("file", other), 0);
    ck_assert_int_eq(dg_file_write(path, dg_text("text"), &err), DG_IO);
    ck_assert_ptr_nonnull(strstr(err.text, "could not be written"));
    ck_assert_uint_eq(entries(), 2);
}
END_TEST

/* Replacing it by a rename would take a device away from the whole machine. */
START_TEST(a_pipe_is_written_to_and_stays_a_pipe)
{
    char got[8] = "";
    int fd;
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    ck_assert_int_eq(symlink("file", other), 0);
    ck_assert_int_ge(fd = open(path, O_RDWR | O_NONBLOCK), 0);
    write_well(path, "te");
    write_well(other, "xt");
    ck_assert_int_eq(read(fd, got, sizeof got), 4);
    ck_assert_str_eq(got, "text");
    close(fd);
    ck_assert(S_ISFIFO(mode_of(path)));
    ck_assert_uint_eq(entries(), 2);
}
END_TEST

START_TEST(a_device_stays_and_a_full_one_is_told)
{
    dg_error err;
    /* of its own, since a mistake would take the machine's away; 1, 7: /dev/full */
    if (mknod(path, S_IFCHR | 0666, makedev(1, 7)) != 0) {
        printf("not run: a device cannot be made here\n");
        return;
    }
    ck_assert_int_eq(dg_file_try(path, &err), DG_OK);
    ck_assert_int_eq(dg_file_write(path, dg_text("text"), &err), DG_IO);
    ck_assert_ptr_nonnull(strstr(err.text, "No space left"));
    ck_assert(S_ISCHR(mode_of(path)));
    ck_assert_uint_eq(entries(), 1);
}
END_TEST

/* `--out /dev/stdout > file`: what is printed before and after stands around it. By the link it is
 * named by, and by its own name. */
START_TEST(what_is_our_stdout_is_written_to_in_turn)
{
    int status;
    pid_t child;
    ck_assert_int_eq(symlink("/proc/self/fd/1", other), 0);
    if ((child = fork()) == 0) {
        bool good = freopen(path, "w", stdout) && printf("before\n") > 0
                    && dg_file_try(other, NULL) == DG_OK
                    && dg_file_write(other, dg_text("middle\n"), NULL) == DG_OK
                    && dg_file_write(path, dg_text("later\n"), NULL) == DG_OK
                    && printf("after\n") > 0 && fflush(stdout) == 0;
        _exit(good ? 0 : 1);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    ck_assert(holds(path, "before\nmiddle\nlater\nafter\n"));
    ck_assert(S_ISLNK(mode_of(other)));
    ck_assert_uint_eq(entries(), 2);
}
END_TEST

/* ---- tried before hours of work ---- */

static void refused_at_once(const char *at, const char *says)
{
    dg_file_out out = { 0 };
    dg_error err;
    ck_assert_int_eq(dg_file_try(at, &err), DG_IO);
    if (!strstr(err.text, says) || !strstr(err.text, at))
        ck_abort_msg("%s", err.text);
    ck_assert_int_eq(dg_file_begin(&out, at, 0, &err), DG_IO);
    ck_assert_ptr_nonnull(strstr(err.text, says));
    ck_assert_ptr_null(out.file);
}

START_TEST(a_place_that_cannot_be_written_is_told_at_once)
{
    char below[500];
    snprintf(below, sizeof below, "%s/nowhere/file", folder);
    refused_at_once(below, "its folder does not exist");
    refused_at_once(folder, "it is a folder");
    write_well(path, "a file");
    snprintf(below, sizeof below, "%s/below", path);
    refused_at_once(below, "Not a directory");
    ck_assert_int_eq(symlink("nowhere/file", other), 0);
    refused_at_once(other, "its folder does not exist");
    ck_assert_uint_eq(entries(), 2);
}
END_TEST

/* Whoever is root may write everywhere, and tries it as somebody else. */
START_TEST(a_place_of_somebody_else_is_told_at_once)
{
    bool root = geteuid() == 0;
    if (root)
        ck_assert_int_eq(chmod(scratch_dir(), 0755), 0);
    write_well(path, "not yours");
    ck_assert_int_eq(chmod(path, 0444), 0);
    ck_assert_int_eq(chmod(folder, root ? 0777 : 0755), 0);
    ck_assert_int_eq(root ? seteuid(NOBODY) : 0, 0);
    refused_at_once(path, "Permission denied");
    ck_assert_int_eq(root ? seteuid(0) : 0, 0);
    ck_assert_int_eq(chmod(folder, 0555), 0);
    ck_assert_int_eq(root ? seteuid(NOBODY) : 0, 0);
    refused_at_once(other, "Permission denied");
    ck_assert_int_eq(root ? seteuid(0) : 0, 0);
    ck_assert_int_eq(chmod(folder, 0755), 0);
    ck_assert(holds(path, "not yours"));
}
END_TEST

START_TEST(a_try_changes_nothing)
{
    ck_assert_int_eq(dg_file_try(path, NULL), DG_OK);
    ck_assert_uint_eq(entries(), 0);
    write_well(path, "old");
    ck_assert_int_eq(dg_file_try(path, NULL), DG_OK);
    ck_assert(holds(path, "old"));
    ck_assert_int_eq(mkfifo(other, 0600), 0);
    ck_assert_int_eq(dg_file_try(other, NULL), DG_OK); /* nobody reads it, and none is waited for */
    ck_assert_uint_eq(entries(), 2);
}
END_TEST

/* ---- whatever fails ---- */

static dg_code write_in_two(dg_error *err)
{
    dg_file_out out;
    dg_code rc = dg_file_begin(&out, path, 0, err);
    if (rc < 0)
        return rc;
    dg_file_put(&out, dg_text("new, "));
    dg_file_put(&out, dg_text("in two"));
    return dg_file_commit(&out, err);
}

/* Each step that is asked of the system fails once: the old content is there or the new, whole,
 * and nothing beside it. Only the last step, the sync of the folder, comes after the rename. */
START_TEST(whichever_step_fails_the_old_or_the_new_is_there)
{
    bool there = _i;
    unsigned failures = 0, renamed = 0;
    dg_error err;
    for (uint64_t nth = 1;; nth++) {
        dg_code rc;
        if (there)
            write_well(path, "old");
        dg_file_fail_at(nth);
        rc = write_in_two(&err);
        dg_file_fail_at(0);
        if (rc == DG_OK)
            break;
        failures++;
        ck_assert_int_eq(rc, DG_IO);
        ck_assert_ptr_nonnull(strstr(err.text, "Input/output error"));
        ck_assert_uint_eq(entries(), there || dg_file_exists(path));
        if (dg_file_exists(path) && !holds(path, "old")) {
            ck_assert(holds(path, "new, in two"));
            renamed++;
            unlink(path);
        }
    }
    ck_assert_uint_eq(failures, 8); /* open, two writes, flush, sync, close, rename, folder */
    ck_assert_uint_eq(renamed, 1);
    ck_assert(holds(path, "new, in two"));
}
END_TEST

START_TEST(without_memory_nothing_is_left)
{
    dg_code rc = DG_NOMEM;
    unsigned failures = 0;
    dg_error err;
    write_well(path, "old");
    for (uint64_t nth = 1; rc != DG_OK; nth++) {
        dg_alloc_fail_from(nth);
        rc = write_in_two(&err);
        dg_alloc_fail_from(0);
        ck_assert_uint_eq(entries(), 1);
        if (rc == DG_OK)
            break;
        failures++;
        ck_assert_int_eq(rc, DG_NOMEM);
        ck_assert(holds(path, "old") || holds(path, "new, in two"));
    }
    ck_assert_uint_ge(failures, 2);
}
END_TEST

START_TEST(an_abandoned_file_was_never_there)
{
    dg_file_out out;
    write_well(path, "old");
    ck_assert_int_eq(dg_file_begin(&out, path, 0, NULL), DG_OK);
    dg_file_put(&out, dg_text("half"));
    ck_assert_uint_eq(entries(), 2);
    dg_file_abandon(&out);
    dg_file_abandon(&out);
    ck_assert_uint_eq(entries(), 1);
    ck_assert(holds(path, "old"));
}
END_TEST

/* Two of one name at once, as two containers have it: each has its own, the last one counts. */
START_TEST(two_files_in_the_making_do_not_share_a_name)
{
    dg_file_out one, two;
    ck_assert_int_eq(dg_file_begin(&one, path, 0, NULL), DG_OK);
    ck_assert_int_eq(dg_file_begin(&two, path, 0, NULL), DG_OK);
    ck_assert_str_ne(one.aside, two.aside);
    dg_file_put(&one, dg_text("one"));
    dg_file_put(&two, dg_text("two"));
    ck_assert_int_eq(dg_file_commit(&two, NULL), DG_OK);
    ck_assert_int_eq(dg_file_commit(&one, NULL), DG_OK);
    ck_assert(holds(path, "one"));
    ck_assert_uint_eq(entries(), 1);
}
END_TEST

/* As long as a name can be, where the one beside it cannot be longer. */
START_TEST(a_long_name_is_no_hindrance)
{
    size_t len = strlen(folder);
    char whole[600];
    snprintf(whole, sizeof whole, "%s/", folder);
    memset(whole + len + 1, 'n', 255);
    whole[len + 256] = 0;
    write_well(whole, "text");
    ck_assert(holds(whole, "text"));
    ck_assert_uint_eq(entries(), 1);
}
END_TEST

/* ---- signals ---- */

static const int ending[] = { SIGHUP, SIGINT, SIGTERM };

/* In a child: a file half made, then the signal. */
static void be_ended(int number, bool ignored)
{
    dg_file_out out;
    signal(number, ignored ? SIG_IGN : SIG_DFL);
    dg_scrap_on_signals();
    if (dg_file_begin(&out, path, 0, NULL) < 0)
        _exit(1);
    dg_file_put(&out, dg_text("new"));
    raise(number);
    _exit(dg_file_commit(&out, NULL) == DG_OK ? 0 : 1);
}

START_TEST(a_signal_that_ends_the_program_leaves_no_half_file)
{
    int status;
    pid_t child;
    write_well(path, "old");
    if ((child = fork()) == 0)
        be_ended(ending[_i], false);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == ending[_i]);
    ck_assert_uint_eq(entries(), 1);
    ck_assert(holds(path, "old"));
}
END_TEST

/* nohup, and what a shell starts behind it. */
START_TEST(a_signal_that_is_ignored_stays_ignored)
{
    int status;
    pid_t child;
    if ((child = fork()) == 0)
        be_ended(ending[_i], true);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    ck_assert(holds(path, "new"));
}
END_TEST

int main(void)
{
    Suite *s = suite_create("file");
    TCase *tc = tcase_create("file");
    tcase_add_checked_fixture(tc, own_folder, NULL);
    tcase_add_test(tc, a_file_is_replaced_whole);
    tcase_add_test(tc, a_file_keeps_its_mode_and_a_new_one_has_the_usual);
    tcase_add_test(tc, a_link_is_followed_and_stays);
    tcase_add_test(tc, links_in_a_circle_are_refused);
    tcase_add_test(tc, a_pipe_is_written_to_and_stays_a_pipe);
    tcase_add_test(tc, a_device_stays_and_a_full_one_is_told);
    tcase_add_test(tc, what_is_our_stdout_is_written_to_in_turn);
    tcase_add_test(tc, a_place_that_cannot_be_written_is_told_at_once);
    tcase_add_test(tc, a_place_of_somebody_else_is_told_at_once);
    tcase_add_test(tc, a_try_changes_nothing);
    tcase_add_loop_test(tc, whichever_step_fails_the_old_or_the_new_is_there, 0, 2);
    tcase_add_test(tc, without_memory_nothing_is_left);
    tcase_add_test(tc, an_abandoned_file_was_never_there);
    tcase_add_test(tc, two_files_in_the_making_do_not_share_a_name);
    tcase_add_test(tc, a_long_name_is_no_hindrance);
    tcase_add_loop_test(tc, a_signal_that_ends_the_program_leaves_no_half_file, 0, 3);
    tcase_add_loop_test(tc, a_signal_that_is_ignored_stays_ignored, 0, 3);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
