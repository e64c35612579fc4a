/* Where a result goes is the user's, and a run takes hours: a place that cannot be written is told
 * before the work, and what stands there (a pipe, a link, our own stdout) is not taken away. */
#include "program.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static int shell(const char *format, ...) __attribute__((format(printf, 1, 2)));
static int shell(const char *format, ...)
{
    char command[4000];
    int status;
    va_list list;
    va_start(list, format);
    vsnprintf(command, sizeof command, format, list);
    va_end(list);
    status = system(command);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static const char *program(void)
{
    const char *binary = getenv("DOPPEL");
    return binary ? binary : "build/release/doppel";
}

/* The short run: of the small chain, over one boundary. */
static const char *short_run(void)
{
    static char args[900];
    snprintf(args, sizeof args, "run -q --no-network --snapshot %s --to %s --at boundary-2",
             runtime_path("mini.json"), runtime_path("mini-2.wasm"));
    return args;
}

static mode_t kind_of(const char *path)
{
    struct stat about;
    ck_assert_int_eq(lstat(path, &about), 0);
    return about.st_mode & S_IFMT;
}

/* Whole, and an outcome or events. */
static void is_json_lines(const char *path, bool lines, size_t at_least)
{
    dg_buf text = slurp(path);
    size_t count = 0;
    for (const char *at = dg_buf_text(&text); *at; count++) {
        size_t len = lines ? strcspn(at, "\n") : strlen(at);
        json_t *json = json_loadb(at, len, 0, NULL);
        ck_assert_ptr_nonnull(json);
        json_decref(json);
        at += len + (at[len] == '\n');
    }
    ck_assert_uint_ge(count, at_least);
    dg_buf_clear(&text);
}

/* ---- told before the work ---- */

static const struct {
    const char *flag, *place, *says;
} bad_places[] = {
    { "--out", "/proc/none/outcome.json", "/proc/none" },
    { "--out", "tests", "it is a folder" },
    { "--out", "/proc/version", "/proc/version could not be written" },
    { "--events", "nowhere/at/all.ndjson", "its folder is not there" },
    { "--events", "tests", "it is a folder" },
    { "--events", "Makefile/events", "Not a directory" },
};

/* The spec is none, which the work would find at its first step, with another exit code. */
START_TEST(a_place_that_cannot_be_written_is_told_before_the_work)
{
    const char *spec = file_of("no-spec.json", dg_text("{}"));
    const char *out = strcmp(bad_places[_i].flag, "--out") == 0 ? "" : scratch_path("outcome");
    char more[320] = "";
    ran r;
    if (out[0])
        snprintf(more, sizeof more, "--out %s", out);
    r = doppel("run -q --snapshot %s --to %s --at boundary-2 %s %s %s", spec,
               runtime_path("mini-2.wasm"), more, bad_places[_i].flag, bad_places[_i].place);
    refused(r, bad_places[_i].place, bad_places[_i].says, 4);
    ck_assert(!out[0] || !dg_file_exists(out));
}
END_TEST

/* ---- not taken away ---- */

START_TEST(pipes_take_outcome_and_events_and_stay_pipes)
{
    char out[300], events[300];
    snprintf(out, sizeof out, "%s", scratch_path("out.fifo"));
    snprintf(events, sizeof events, "%s", scratch_path("events.fifo"));
    ck_assert_int_eq(mkfifo(out, 0600), 0);
    ck_assert_int_eq(mkfifo(events, 0600), 0);
    ck_assert_int_eq(
        shell("timeout 20 cat %s >%s.got & timeout 20 cat %s >%s.got & %s %s --out %s --events %s "
              ">/dev/null; rc=$?; wait; exit $rc",
              out, out, events, events, program(), short_run(), out, events),
        0);
    ck_assert_uint_eq(kind_of(out), S_IFIFO);
    ck_assert_uint_eq(kind_of(events), S_IFIFO);
    is_json_lines(scratch_path("out.fifo.got"), false, 1);
    is_json_lines(scratch_path("events.fifo.got"), true, 100);
}
END_TEST

START_TEST(an_export_goes_through_a_pipe)
{
    char path[300];
    snprintf(path, sizeof path, "%s", scratch_path("export.json"));
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    ck_assert_int_eq(
        shell("timeout 20 cat %s >%s.got & %s snapshot export %s --to %s >/dev/null; rc=$?; "
              "wait; exit $rc",
              path, path, program(), small_snapshot(), path),
        0);
    ck_assert_uint_eq(kind_of(path), S_IFIFO);
    is_json_lines(scratch_path("export.json.got"), false, 1);
}
END_TEST

/* As /dev/stdout is: had it been replaced, it were gone for the whole machine. */
START_TEST(our_stdout_takes_the_outcome_and_then_the_report)
{
    char link[300], file[300];
    dg_buf text;
    const char *outcome, *report;
    snprintf(link, sizeof link, "%s", scratch_path("stdout.link"));
    snprintf(file, sizeof file, "%s", scratch_path("stdout.file"));
    ck_assert_int_eq(symlink("/proc/self/fd/1", link), 0);
    ck_assert_int_eq(shell("%s %s --out %s >%s", program(), short_run(), link, file), 0);
    ck_assert_uint_eq(kind_of(link), S_IFLNK);
    text = slurp(file);
    outcome = strstr(dg_buf_text(&text), "{\n");
    report = strstr(dg_buf_text(&text), "\n}\n");
    ck_assert(outcome == dg_buf_text(&text) && report);
    ck_assert_ptr_nonnull(strstr(report, "claims judged"));
    dg_buf_clear(&text);
}
END_TEST

START_TEST(a_link_to_an_outcome_stays_and_the_outcome_keeps_its_mode)
{
    const char *old = file_of("real.json", dg_text("old"));
    char link[300];
    struct stat about;
    snprintf(link, sizeof link, "%s", scratch_path("link.json"));
    ck_assert_int_eq(symlink("real.json", link), 0);
    ck_assert_int_eq(chmod(old, 0600), 0);
    ck_assert_int_eq(shell("%s %s --out %s >/dev/null", program(), short_run(), link), 0);
    ck_assert_uint_eq(kind_of(link), S_IFLNK);
    is_json_lines(old, false, 1);
    ck_assert_int_eq(stat(old, &about), 0);
    ck_assert_uint_eq(about.st_mode & 07777, 0600);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("places");
    TCase *tc = tcase_create("places");
    tcase_set_timeout(tc, 300);
    tcase_add_loop_test(tc, a_place_that_cannot_be_written_is_told_before_the_work, 0,
                        sizeof bad_places / sizeof bad_places[0]);
    tcase_add_test(tc, pipes_take_outcome_and_events_and_stay_pipes);
    tcase_add_test(tc, an_export_goes_through_a_pipe);
    tcase_add_test(tc, our_stdout_takes_the_outcome_and_then_the_report);
    tcase_add_test(tc, a_link_to_an_outcome_stays_and_the_outcome_keeps_its_mode);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
