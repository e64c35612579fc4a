/* Two containers over one folder share neither process ids nor memory. What they share is the
 * filesystem, and the lock there must end with whoever held it. */
#include "../support/suite.h"

#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char path[400];
static dg_error err;

static void own_path(void)
{
    static unsigned turn;
    char name[16];
    snprintf(name, sizeof name, "lock-%u", turn++);
    snprintf(path, sizeof path, "%s", scratch_path(name));
}

/* ---- another process: told what to do by a pipe, and telling when it is done ---- */

typedef struct other {
    pid_t pid;
    int to, from;
} other;

static char hear(int fd)
{
    char c = 0;
    return read(fd, &c, 1) == 1 ? c : 0;
}

static void say(int fd, char c)
{
    ck_assert_int_eq(write(fd, &c, 1), 1);
}

/* 't': takes, 'r': releases; answers 'y', or 'n' when another has it. */
static void obey(int in, int out)
{
    dg_lock lock = { 0 };
    for (char c = hear(in); c; c = hear(in)) {
        dg_code rc = DG_OK;
        if (c == 'r')
            dg_lock_release(&lock);
        else
            rc = dg_lock_take(&lock, path, false, NULL);
        c = rc == DG_OK ? 'y' : rc == DG_END ? 'n' : '!';
        if (write(out, &c, 1) != 1)
            _exit(1);
    }
    _exit(0);
}

static other another(void)
{
    int there[2], back[2];
    other o;
    ck_assert_int_eq(pipe(there), 0);
    ck_assert_int_eq(pipe(back), 0);
    if ((o.pid = fork()) == 0) {
        close(there[1]);
        close(back[0]);
        obey(there[0], back[1]);
    }
    close(there[0]);
    close(back[1]);
    o.to = there[1];
    o.from = back[0];
    return o;
}

static char ask(const other *o, char what)
{
    say(o->to, what);
    return hear(o->from);
}

static void end(other *o, int signal)
{
    int status;
    if (signal)
        kill(o->pid, signal);
    close(o->to);
    close(o->from);
    ck_assert_int_eq(waitpid(o->pid, &status, 0), o->pid);
}

/* ---- */

START_TEST(one_has_it_and_the_other_is_told)
{
    other o = another();
    dg_lock lock;
    ck_assert_int_eq(dg_lock_take(&lock, path, false, &err), DG_OK);
    ck_assert_int_eq(ask(&o, 't'), 'n');
    dg_lock_release(&lock);
    ck_assert_int_eq(ask(&o, 't'), 'y');
    ck_assert_int_eq(dg_lock_take(&lock, path, false, &err), DG_END);
    ck_assert_int_eq(ask(&o, 'r'), 'y');
    ck_assert(!dg_file_exists(path));
    ck_assert_int_eq(dg_lock_take(&lock, path, true, &err), DG_OK);
    dg_lock_release(&lock);
    dg_lock_release(&lock);
    end(&o, 0);
}
END_TEST

/* Its file stays, and is nobody's. */
START_TEST(a_killed_owner_owns_nothing)
{
    other o = another();
    dg_lock lock;
    ck_assert_int_eq(ask(&o, 't'), 'y');
    end(&o, SIGKILL);
    ck_assert(dg_file_exists(path));
    ck_assert_int_eq(dg_lock_take(&lock, path, false, &err), DG_OK);
    dg_lock_release(&lock);
    ck_assert(!dg_file_exists(path));
}
END_TEST

/* Waits until the owner has made what it makes and let go; then the file that was waited for has
 * no name any more, and a third must not come in beside. */
START_TEST(who_waits_has_it_after_the_owner_and_alone)
{
    const char *made = scratch_path("made");
    int back[2], status;
    other third = another();
    dg_lock lock;
    pid_t child;
    char c;
    unlink(made);
    ck_assert_int_eq(pipe(back), 0);
    ck_assert_int_eq(dg_lock_take(&lock, path, false, &err), DG_OK);
    if ((child = fork()) == 0) {
        dg_lock own;
        say(back[1], 'b');
        c = dg_lock_take(&own, path, true, NULL) == DG_OK && dg_file_exists(made) ? 'y' : 'n';
        say(back[1], c);
        for (;;)
            pause();
    }
    ck_assert_int_eq(hear(back[0]), 'b');
    ck_assert_int_eq(dg_file_write(made, dg_text("made"), &err), DG_OK);
    dg_lock_release(&lock);
    ck_assert_int_eq(hear(back[0]), 'y');
    ck_assert_int_eq(ask(&third, 't'), 'n');
    ck_assert_int_eq(kill(child, SIGKILL), 0);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(ask(&third, 't'), 'y');
    end(&third, 0);
    close(back[0]);
    close(back[1]);
}
END_TEST

START_TEST(without_locks_a_file_stands_for_one_and_says_so)
{
    dg_lock one, two;
    dg_lock_lack(true);
    ck_assert_int_eq(dg_lock_take(&one, path, true, &err), DG_OK);
    ck_assert_int_eq(dg_lock_take(&two, path, true, &err), DG_IO);
    ck_assert_ptr_nonnull(strstr(err.text, "has no locks"));
    ck_assert_ptr_nonnull(strstr(err.text, one.path));
    ck_assert_ptr_null(two.path);
    dg_lock_release(&one);
    ck_assert_int_eq(dg_lock_take(&two, path, false, &err), DG_OK);
    dg_lock_release(&two);
    dg_lock_lack(false);
    ck_assert(!dg_file_exists(path));
}
END_TEST

START_TEST(a_place_that_is_not_there_has_no_lock)
{
    dg_lock lock;
    ck_assert_int_eq(dg_lock_take(&lock, "/proc/none/lock", true, &err), DG_IO);
    ck_assert_ptr_nonnull(strstr(err.text, "/proc/none/lock could not be made"));
    ck_assert_ptr_null(lock.path);
    for (uint64_t nth = 1; nth <= 2; nth++) { /* the name; the scrap, which can be done without */
        dg_alloc_fail_from(nth);
        ck_assert_int_eq(dg_lock_take(&lock, path, true, &err), nth == 1 ? DG_NOMEM : DG_OK);
        dg_alloc_fail_from(0);
        ck_assert_int_eq(dg_file_exists(path), nth == 2);
    }
    dg_lock_release(&lock);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("lock");
    TCase *tc = tcase_create("lock");
    tcase_add_checked_fixture(tc, own_path, NULL);
    tcase_add_test(tc, one_has_it_and_the_other_is_told);
    tcase_add_test(tc, a_killed_owner_owns_nothing);
    tcase_add_test(tc, who_waits_has_it_after_the_owner_and_alone);
    tcase_add_test(tc, without_locks_a_file_stands_for_one_and_says_so);
    tcase_add_test(tc, a_place_that_is_not_there_has_no_lock);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
