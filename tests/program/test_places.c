/* Where a result goes is the user's, and a run takes hours: a place that cannot be written is told
 * before the work, and what stands there (a pipe, a link, our own stdout) is not taken away. */
#include "program.h"

#include <glob.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
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
    { "--events", "nowhere/at/all.ndjson", "its folder does not exist" },
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

/* What is read would be gone, and with it the way to do it again. */
static const struct {
    const char *flag, *input;
} inputs[] = {
    { "--out", "spec" },    { "--out", "code" },    { "--out", "plan" },
    { "--events", "spec" }, { "--events", "code" }, { "--events", "plan" },
};

START_TEST(no_input_is_written_over)
{
    char spec[300], code[300], plan[300], text[900], link[300];
    const char *place;
    dg_buf before, after;
    snprintf(spec, sizeof spec, "%s", file_of("own.json", dg_text("{}")));
    snprintf(code, sizeof code, "%s", file_of("own.wasm", dg_text("code")));
    snprintf(text, sizeof text,
             "{\"doppel\":1,\"snapshot\":\"%s\",\"upgrade\":{\"to\":\"%s\",\"at\":"
             "\"boundary-2\"}}",
             spec, code);
    snprintf(plan, sizeof plan, "%s", file_of("own-plan.json", dg_text(text)));
    place = strcmp(inputs[_i].input, "spec") == 0   ? spec
            : strcmp(inputs[_i].input, "code") == 0 ? code
                                                    : plan;
    snprintf(link, sizeof link, "%s", scratch_path("by-another-name"));
    unlink(link);
    ck_assert_int_eq(symlink(place, link), 0);
    before = slurp(place);
    refused(doppel("run -q %s %s %s", plan, inputs[_i].flag, place), place, "which is read here",
            2);
    refused(doppel("run -q %s %s %s", plan, inputs[_i].flag, link), link, "which is read here", 2);
    after = slurp(place);
    ck_assert(dg_bytes_equal(dg_buf_bytes(&before), dg_buf_bytes(&after)));
    dg_buf_clear(&before);
    dg_buf_clear(&after);
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

/* ---- nothing is lost at the end ---- */

/* Of a file that programs started from here write; the report is smaller, all else larger. */
static void limit_files(rlim_t bytes)
{
    struct rlimit limit;
    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes == RLIM_INFINITY ? limit.rlim_max : bytes;
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* The disk fills up in the last moment: what was found out is shown all the same. */
START_TEST(a_verdict_is_shown_even_if_nothing_can_be_kept)
{
    bool events = _i == 1;
    char out[300], log[300];
    ran r;
    snprintf(out, sizeof out, "%s", events ? "/dev/null" : scratch_path("full.json"));
    snprintf(log, sizeof log, "%s", scratch_path("full.ndjson"));
    limit_files(16 << 10);
    r = doppel("%s --out %s %s %s", short_run(), out, events ? "--events" : "", events ? log : "");
    limit_files(RLIM_INFINITY);
    ck_assert_int_eq(r.exit, 4);
    ck_assert_msg(strncmp(dg_buf_text(&r.out), "GO (chain only)  mini 1 -> 2 at #", 33) == 0, "%s",
                  dg_buf_text(&r.out));
    ck_assert_msg(strstr(dg_buf_text(&r.err), "could not be written: File too large") != NULL, "%s",
                  dg_buf_text(&r.err));
    ck_assert(!dg_file_exists(events ? log : out));
    ran_clear(&r);
}
END_TEST

/* ---- "-" ---- */

static const struct {
    const char *flag;
    bool lines;
    size_t at_least;
} taken[] = { { "--out", false, 1 }, { "--events", true, 100 } };

/* Whoever reads stdout reads one document; people read the report on stderr. */
START_TEST(stdout_is_the_document_alone)
{
    char more[320] = "";
    ran r;
    if (taken[_i].lines)
        snprintf(more, sizeof more, "--out %s", scratch_path("beside.json"));
    r = doppel("%s %s - %s", short_run(), taken[_i].flag, more);
    ck_assert_int_eq(r.exit, 0);
    is_json_lines(file_of("taken", dg_buf_bytes(&r.out)), taken[_i].lines, taken[_i].at_least);
    ck_assert_msg(strncmp(dg_buf_text(&r.err), "GO (chain only)", 15) == 0, "%s",
                  dg_buf_text(&r.err));
    ran_clear(&r);
}
END_TEST

/* An outcome that is wanted on stdout is not printed once more. */
START_TEST(an_outcome_on_stdout_is_there_once)
{
    ran r = doppel("%s --json --out -", short_run());
    ck_assert_int_eq(r.exit, 0);
    is_json_lines(file_of("once", dg_buf_bytes(&r.out)), false, 1);
    ck_assert_msg(!r.err.len, "%s", dg_buf_text(&r.err));
    ran_clear(&r);
}
END_TEST

START_TEST(stdout_is_not_for_two)
{
    refused(doppel("%s --out - --events -", short_run()), "both", "give one of them a file", 2);
}
END_TEST

/* A plan, an outcome, a log: each as good through a pipe as by its name. */
START_TEST(what_is_read_may_come_from_stdin)
{
    char log[300], plan[1200], got[300];
    dg_buf text;
    snprintf(log, sizeof log, "%s", scratch_path("piped.ndjson"));
    snprintf(got, sizeof got, "%s", scratch_path("piped.txt"));
    snprintf(plan, sizeof plan,
             "{\"doppel\":1,\"snapshot\":\"%s\",\"upgrade\":{\"to\":\"%s\",\"at\":"
             "\"boundary-2\"},\"network\":false}",
             runtime_path("mini.json"), runtime_path("mini-2.wasm"));
    ck_assert_int_eq(shell("%s run -q - --events %s --out - <%s 2>/dev/null | %s report show -q - "
                           ">%s",
                           program(), log, file_of("piped.json", dg_text(plan)), program(), got),
                     0);
    text = slurp(got);
    ck_assert_msg(strncmp(dg_buf_text(&text), "GO (chain only)  mini 1 -> 2", 28) == 0, "%s",
                  dg_buf_text(&text));
    dg_buf_clear(&text);
    ck_assert_int_eq(shell("%s report explain -q - <%s >%s", program(), log, got), 0);
    text = slurp(got);
    ck_assert(strncmp(dg_buf_text(&text), "GO (chain only)", 15) == 0);
    dg_buf_clear(&text);
}
END_TEST

/* ---- a state that is kept nowhere ---- */

/* Is there a file of this pattern now? */
static bool is_there(const char *pattern)
{
    glob_t found;
    bool any = glob(pattern, 0, NULL, &found) == 0;
    globfree(&found);
    return any;
}

/* Without a cache a spec is imported into a folder of temporary files. */
START_TEST(a_signal_takes_a_temporary_state_along)
{
    char tmp[300], pattern[400];
    int status;
    pid_t pid;
    snprintf(tmp, sizeof tmp, "%s", scratch_path("tmp"));
    snprintf(pattern, sizeof pattern, "%s/*/snapshot/data.mdb", tmp);
    ck_assert_int_eq(dg_dir_make(tmp, NULL), DG_OK);
    if ((pid = fork()) == 0) {
        setenv("TMPDIR", tmp, 1);
        setenv("DOPPEL_CACHE", "/proc/none", 1);
        ck_assert_ptr_nonnull(freopen("/dev/null", "w", stdout));
        ck_assert_ptr_nonnull(freopen("/dev/null", "w", stderr));
        execl(program(), "doppel", "run", EMBEDDED_PLAN, (char *)NULL);
        _exit(99);
    }
    while (!is_there(pattern))
        ck_assert_int_eq(waitpid(pid, &status, WNOHANG), 0); /* at work still */
    ck_assert_int_eq(kill(pid, SIGTERM), 0);
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
    ck_assert_int_eq(rmdir(tmp), 0); /* only an empty one goes */
}
END_TEST

int main(void)
{
    Suite *s = suite_create("places");
    TCase *tc = tcase_create("places");
    tcase_set_timeout(tc, 300);
    tcase_add_loop_test(tc, a_place_that_cannot_be_written_is_told_before_the_work, 0,
                        sizeof bad_places / sizeof bad_places[0]);
    tcase_add_loop_test(tc, no_input_is_written_over, 0, sizeof inputs / sizeof inputs[0]);
    tcase_add_test(tc, pipes_take_outcome_and_events_and_stay_pipes);
    tcase_add_test(tc, a_signal_takes_a_temporary_state_along);
    tcase_add_test(tc, an_export_goes_through_a_pipe);
    tcase_add_test(tc, our_stdout_takes_the_outcome_and_then_the_report);
    tcase_add_test(tc, a_link_to_an_outcome_stays_and_the_outcome_keeps_its_mode);
    tcase_add_loop_test(tc, a_verdict_is_shown_even_if_nothing_can_be_kept, 0, 2);
    tcase_add_loop_test(tc, stdout_is_the_document_alone, 0, 2);
    tcase_add_test(tc, an_outcome_on_stdout_is_there_once);
    tcase_add_test(tc, stdout_is_not_for_two);
    tcase_add_test(tc, what_is_read_may_come_from_stdin);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
