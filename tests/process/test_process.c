/* Commands of a user do what they want: end at once, hang, refuse to end, leave children in and out
 * of their group. None of it may be left. */
#include "../support/suite.h"

#include "process/process.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

static dg_process started(const char *shell, const char *output)
{
    dg_process_command command = { .shell = shell, .output = output };
    dg_process p;
    dg_error err;
    dg_code rc = dg_process_start(&p, &command, &err);
    ck_assert_msg(rc == DG_OK, "%s", err.text);
    return p;
}

/* The output, once it has something; a child may take its time. */
static int64_t id_in(const char *path)
{
    for (;;) {
        dg_buf text;
        dg_error err;
        long long id = 0;
        dg_buf_init(&text, 1000);
        if (dg_file_read(&text, path, &err) == DG_OK)
            sscanf(dg_buf_text(&text), "%lld", &id);
        dg_buf_clear(&text);
        if (id)
            return id;
    }
}

static bool lives(int64_t id)
{
    dg_process_taken taken;
    return dg_process_usage(&taken, id, NULL) == DG_OK;
}

static const struct {
    const char *shell, *how;
} ends[] = { { "exit 3", "exit 3" }, { "kill -9 $$", "signal 9" }, { "true", "exit 0" } };

START_TEST(how_a_command_ends_is_told)
{
    dg_process p = started(ends[_i].shell, NULL);
    char how[40];
    ck_assert_int_eq(dg_process_wait(&p, 20000, NULL, NULL), DG_OK);
    dg_process_ended(how, &p);
    ck_assert_str_eq(how, ends[_i].how);
    ck_assert_uint_eq(dg_process_stop(&p, 0), 0);
}
END_TEST

START_TEST(a_command_that_is_not_there)
{
    static const char *const words[] = { "/no/such/program", NULL };
    dg_process_command command = { .words = words };
    dg_process p;
    dg_error err;
    ck_assert_int_eq(dg_process_start(&p, &command, &err), DG_USAGE);
    ck_assert_str_eq(err.text, "/no/such/program could not be started: No such file or directory");
    ck_assert_int_eq(p.id, 0);
    command = (dg_process_command){ .shell = "true", .output = "/no/such/folder/log" };
    ck_assert_int_eq(dg_process_start(&p, &command, &err), DG_IO);
}
END_TEST

START_TEST(what_it_started_ends_with_it)
{
    static const char *const shells[] = {
        "sleep 86430 & echo $!; exec sleep 86430",                     /* in its group */
        "setsid sh -c 'echo $$; exec sleep 86430' & exec sleep 86430", /* out of it */
        "trap '' TERM; (trap '' TERM; sleep 86430) & echo $!; while :; do wait; done",
        "sleep 86430 & echo $!", /* its command is gone */
    };
    const char *path = scratch_path("id");
    dg_process p;
    int64_t child;
    unlink(path);
    p = started(shells[_i], path);
    child = id_in(path);
    ck_assert(lives(child));
    dg_process_stop(&p, 50);
    ck_assert(!lives(child));
    ck_assert_int_eq(p.id, 0);
    ck_assert_uint_eq(dg_process_stop(&p, 50), 0);
}
END_TEST

START_TEST(a_command_gets_its_words)
{
    static const char *const words[] = { "sh", "-c", "echo \"$A $1\"; pwd", "x", "a b", NULL },
                             *const more[] = { "A=1", NULL };
    const char *path = scratch_path("words");
    dg_process_command command = {
        .words = words, .environment = more, .output = path, .folder = "/"
    };
    dg_process p;
    dg_buf said;
    unlink(path);
    ck_assert_int_eq(dg_process_start(&p, &command, NULL), DG_OK);
    ck_assert_int_eq(dg_process_wait(&p, 20000, NULL, NULL), DG_OK);
    dg_process_stop(&p, 0);
    said = slurp(path);
    ck_assert_str_eq(dg_buf_text(&said), "1 a b\n/\n");
    dg_buf_clear(&said);
}
END_TEST

START_TEST(what_this_process_takes)
{
    dg_process_taken taken;
    dg_error err;
    ck_assert_int_eq(dg_process_usage(&taken, getpid(), &err), DG_OK);
    ck_assert_str_eq(taken.name, "test_process");
    ck_assert(taken.rss_kib > 500 && taken.began > 0 && taken.cpu_ms >= 0);
    ck_assert_int_eq(dg_process_usage(&taken, INT32_MAX, &err), DG_ABSENT);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("process");
    TCase *tc = tcase_create("process");
    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, how_a_command_ends_is_told, 0, sizeof ends / sizeof *ends);
    tcase_add_test(tc, a_command_that_is_not_there);
    tcase_add_loop_test(tc, what_it_started_ends_with_it, 0, 4);
    tcase_add_test(tc, a_command_gets_its_words);
    tcase_add_test(tc, what_this_process_takes);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
