/* Jobs that are done side by side must come to what they come to one after another, and
 * one that goes down must take nothing with it: an answer of a dead process would be a
 * verdict that nobody worked out. */
#include "model_run.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "run/workers_impl.h"

enum { JOBS = 9, PATIENCE_MS = 30000 /* with a machine that has other things to do */ };

static size_t open_files(void)
{
    DIR *d = opendir("/proc/self/fd");
    size_t count = 0;
    ck_assert_ptr_nonnull(d);
    while (readdir(d))
        count++;
    closedir(d);
    return count;
}

static void no_child_is_left(void)
{
    ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
    ck_assert_int_eq(errno, ECHILD);
}

/* ---- order ---- */

static int kept_by_parent;

/* Early ones take longest: a million steps for each job that comes later. */
static void work_for(size_t job)
{
    volatile uint64_t steps = (uint64_t)(JOBS - job) * 1000000;
    while (steps)
        steps--;
}

static dg_code slow_first(void *user, size_t job, json_t **document, dg_error *err)
{
    (void)err;
    work_for(job);
    printf("a child says this to nobody\n");
    fflush(stdout);
    kept_by_parent++;
    *document =
        json_pack("{s:i, s:i, s:i}", "job", (int)job, "seen", *(int *)user, "kept", kept_by_parent);
    return DG_OK;
}

static const unsigned at_once[] = { 1, 2, 3, 64, 0 };

START_TEST(answers_stand_in_the_order_of_the_jobs)
{
    dg_run_answer answers[JOBS];
    dg_run_workers_options options = { .at_once = at_once[_i] };
    size_t before = open_files();
    int seen = 41;
    dg_error err;
    kept_by_parent = 0;
    seen++;
    ck_assert_int_eq(dg_run_workers(answers, JOBS, slow_first, &seen, &options, &err), DG_OK);
    for (size_t i = 0; i < JOBS; i++) {
        const json_t *d = answers[i].document;
        ck_assert_int_eq(answers[i].rc, DG_OK);
        ck_assert_int_eq(json_integer_value(json_object_get(d, "job")), (int)i);
        ck_assert_int_eq(json_integer_value(json_object_get(d, "seen")), 42);
        ck_assert_int_eq(json_integer_value(json_object_get(d, "kept")), 1); /* each its own */
    }
    ck_assert_int_eq(kept_by_parent, 0);
    dg_run_answers_clear(answers, JOBS);
    no_child_is_left();
    ck_assert_uint_eq(open_files(), before);
}
END_TEST

/* ---- going down ---- */

static dg_code go_down(void *user, size_t job, json_t **document, dg_error *err)
{
    (void)user;
    if (job == 0)
        raise(SIGKILL);
    if (job == 1)
        _exit(0); /* as if all was well */
    if (job == 2)
        return dg_fail(err, DG_NOMEM, "no memory for job %zu", job);
    if (job == 3) { /* an answer of two megabytes is whole */
        char *text = calloc(1, (2 << 20) + 1);
        memset(text, 'x', 2 << 20);
        *document = json_string(text);
        free(text);
        return DG_OK;
    }
    *document = json_true();
    return DG_OK;
}

START_TEST(one_that_goes_down_is_one_failed_answer)
{
    dg_run_answer answers[5];
    dg_error err;
    ck_assert_int_eq(
        dg_run_workers(answers, 5, go_down, NULL, &(dg_run_workers_options){ .at_once = 2 }, &err),
        DG_OK);
    ck_assert_int_eq(answers[0].rc, DG_IO); /* as for want of memory */
    ck_assert_ptr_nonnull(strstr(answers[0].err.text, "signal 9"));
    ck_assert_int_eq(answers[1].rc, DG_LIMIT);
    ck_assert_str_eq(answers[1].err.text, "its process ended without an answer");
    ck_assert_int_eq(answers[2].rc, DG_NOMEM);
    ck_assert_str_eq(answers[2].err.text, "no memory for job 2");
    ck_assert_uint_eq(json_string_length(answers[3].document), 2 << 20);
    ck_assert(json_is_true(answers[4].document));
    for (size_t i = 0; i < 3; i++)
        ck_assert_ptr_null(answers[i].document);
    dg_run_answers_clear(answers, 5);
    no_child_is_left();
}
END_TEST

/* ---- the end of the parent ---- */

static dg_code tell_and_wait(void *user, size_t job, json_t **document, dg_error *err)
{
    pid_t me = getpid();
    (void)job;
    (void)document;
    (void)err;
    if (write(*(int *)user, &me, sizeof me) != sizeof me)
        _exit(1);
    for (;;)
        pause();
}

static bool is_there(pid_t pid)
{
    char path[64], line[256] = "";
    FILE *in;
    snprintf(path, sizeof path, "/proc/%ld/stat", (long)pid);
    if (!(in = fopen(path, "r")))
        return false;
    if (!fgets(line, sizeof line, in))
        line[0] = 0;
    fclose(in);
    return line[0] && !strstr(line, ") Z ");
}

START_TEST(children_die_with_their_parent)
{
    int ends[2];
    pid_t parent, child;
    dg_run_answer answer;
    struct pollfd end;
    ck_assert_int_eq(pipe(ends), 0);
    end = (struct pollfd){ .fd = ends[0], .events = POLLIN };
    if ((parent = fork()) == 0) {
        dg_run_workers(&answer, 1, tell_and_wait, &ends[1], NULL, NULL);
        _exit(1);
    }
    ck_assert_int_eq(read(ends[0], &child, sizeof child), sizeof child);
    ck_assert(is_there(child));
    ck_assert_int_eq(kill(parent, SIGKILL), 0);
    ck_assert_int_eq(waitpid(parent, NULL, 0), parent);
    close(ends[1]); /* the child alone holds it now: the pipe ends with its process */
    ck_assert_msg(poll(&end, 1, PATIENCE_MS) == 1 && read(ends[0], &child, 1) == 0,
                  "process %ld outlives its parent", (long)child);
    close(ends[0]);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("workers");
    TCase *tc = tcase_create("workers");
    tcase_set_timeout(tc, 0);
    tcase_add_loop_test(tc, answers_stand_in_the_order_of_the_jobs, 0,
                        sizeof at_once / sizeof at_once[0]);
    tcase_add_test(tc, one_that_goes_down_is_one_failed_answer);
    tcase_add_test(tc, children_die_with_their_parent);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
