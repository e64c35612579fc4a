/* A bundle is what one sends to somebody who has nothing else: it must run without any of the files
 * that it was made of, and come to the same outcome, or say why not. */
#include "program.h"

#include <dirent.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define INCIDENT "fixtures/incidents/polkadot-2024-04-21/plan.json"
/* A run of the small chain, whose snapshot is a folder. */
#define MINI "--no-network --at boundary "

/* Of this file's own: others are asked for below. */
static const char *place(char out[300], const char *name)
{
    snprintf(out, 300, "%s", scratch_path(name));
    return out;
}

static void shell(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void shell(const char *format, ...)
{
    char command[2000];
    va_list list;
    va_start(list, format);
    vsnprintf(command, sizeof command, format, list);
    va_end(list);
    ck_assert_msg(system(command) == 0, "%s", command);
}

/* A bundle of the small chain, and the exit code of its run. */
static int bundle_mini(const char *bundle, const char *more)
{
    char out[300];
    ran r = doppel("run --snapshot %s --to %s " MINI "-q -o %s --bundle %s %s", small_snapshot(),
                   runtime_path("mini-2.wasm"), place(out, "mini.json"), bundle, more);
    ck_assert_msg(r.exit == 0 || r.exit == 1 || r.exit == 3, "exit %d: %s", r.exit,
                  dg_buf_text(&r.err));
    ran_clear(&r);
    return r.exit;
}

static bool says(const ran *r, const char *text)
{
    dg_buf *out = (dg_buf *)&r->out;
    return strstr(dg_buf_text(out), text) != NULL;
}

/* ---- there and back ---- */

START_TEST(a_bundle_needs_none_of_its_inputs)
{
    char bundle[300], spec[300], blob[300], out[300];
    int exit_code;
    ran r;
    shell("cp " EMBEDDED_SPEC " %s", place(spec, "moved.json.zst"));
    shell("cp " EMBEDDED_SPEC ".note %s.note", spec);
    shell("cp " EMBEDDED_BLOB " %s", place(blob, "moved.wasm"));
    r = doppel("run " INCIDENT
               " --snapshot %s --to %s --positions never --explain recorded -q -o %s"
               " --bundle %s",
               spec, blob, place(out, "moved.json"), place(bundle, "moved.doppel"));
    exit_code = r.exit;
    ck_assert_msg(exit_code == 1, "exit %d: %s", exit_code, dg_buf_text(&r.err));
    ran_clear(&r);
    shell("rm %s %s.note %s %s", spec, spec, blob, out);
    r = doppel("replay %s", bundle);
    ck_assert_msg(r.exit == 1 && says(&r, "the same outcome as doppel "), "exit %d: %s%s", r.exit,
                  dg_buf_text(&r.out), dg_buf_text(&r.err));
    ck_assert(says(&r, "derived runtime")); /* the note came along */
    ran_clear(&r);
}
END_TEST

START_TEST(a_snapshot_that_is_a_folder_comes_along)
{
    char bundle[300];
    int exit_code = bundle_mini(place(bundle, "folder.doppel"), "");
    ran r = doppel("replay %s -q", bundle);
    ck_assert_msg(r.exit == exit_code && says(&r, "the same outcome"), "exit %d: %s%s", r.exit,
                  dg_buf_text(&r.out), dg_buf_text(&r.err));
    ran_clear(&r);
}
END_TEST

/* Its chain is one that a .snap cannot tell. */
START_TEST(a_state_that_a_run_left_comes_along)
{
    char bundle[300], states[300], out[300];
    ran r = doppel("run " INCIDENT " --positions never --explain none -q --keep control:U-1 "
                   "--keep-dir %s -o %s",
                   place(states, "states"), place(out, "kept.json"));
    ck_assert_int_eq(r.exit, 1);
    ran_clear(&r);
    r = doppel("run --snapshot %s/control-U-1 --to " EMBEDDED_BLOB " --nodes v1.10 --at boundary-2 "
               "--positions never --explain none -q -o %s --bundle %s",
               states, out, place(bundle, "state.doppel"));
    ck_assert_msg(r.exit == 1, "exit %d: %s", r.exit, dg_buf_text(&r.err));
    ran_clear(&r);
    shell("rm -r %s", states);
    r = doppel("replay %s -q", bundle);
    ck_assert_msg(r.exit == 1 && says(&r, "the same outcome"), "exit %d: %s%s", r.exit,
                  dg_buf_text(&r.out), dg_buf_text(&r.err));
    ran_clear(&r);
}
END_TEST

START_TEST(equal_runs_make_equal_bytes)
{
    char one[300], two[300];
    dg_buf a, b;
    bundle_mini(place(one, "one.doppel"), "");
    bundle_mini(place(two, "two.doppel"), "");
    a = slurp(one);
    b = slurp(two);
    ck_assert(a.len > 1000 && dg_bytes_equal(dg_buf_bytes(&a), dg_buf_bytes(&b)));
    dg_buf_clear(&b);
    bundle_mini(two, "--seed 2");
    b = slurp(two);
    ck_assert(!dg_bytes_equal(dg_buf_bytes(&a), dg_buf_bytes(&b)));
    dg_buf_clear(&a);
    dg_buf_clear(&b);
}
END_TEST

/* Of two cells one is red. */
START_TEST(a_red_cell_of_a_sweep_is_a_bundle)
{
    char folder[300], out[300];
    ran r = doppel("sweep " INCIDENT " --at boundary-1..boundary --bundles %s -o %s",
                   place(folder, "red"), place(out, "red.json"));
    ck_assert_msg(r.exit == 1 && strstr(dg_buf_text(&r.err), "bundles: 1 in "), "%s",
                  dg_buf_text(&r.err));
    ran_clear(&r);
    shell("ls %s > %s.names; echo cell-0-boundary-1.doppel | cmp - %s.names", folder, folder,
          folder);
    r = doppel("replay %s/cell-0-boundary-1.doppel -q", folder);
    ck_assert_msg(r.exit == 1 && says(&r, "the same outcome"), "exit %d: %s%s", r.exit,
                  dg_buf_text(&r.out), dg_buf_text(&r.err));
    ran_clear(&r);
    shell("rm %s/*", folder);
    r = doppel("sweep " INCIDENT " --at boundary-1..boundary --bundles %s -o %s", folder, out);
    ck_assert_msg(r.exit == 1 && strstr(dg_buf_text(&r.err), "no bundle is made of 1 cell that"),
                  "%s", dg_buf_text(&r.err)); /* how far it was explained is not known */
    ran_clear(&r);
}
END_TEST

/* ---- looked into ---- */

START_TEST(a_bundle_is_listed_and_unpacked)
{
    char bundle[300], folder[300], out[300];
    int exit_code = bundle_mini(place(bundle, "listed.doppel"), "");
    json_t *manifest = answered(doppel("replay %s --list --json", bundle), "list");
    ran r = doppel("replay %s --list", bundle);
    ck_assert_uint_eq(json_array_size(json_object_get(manifest, "files")), 4);
    ck_assert_int_eq(json_integer_value(json_object_get(manifest, "exit")), exit_code);
    ck_assert(r.exit == 0 && says(&r, "made by doppel ") && says(&r, "n.wasm")
              && says(&r, "snapshot.json.zst"));
    ran_clear(&r);
    json_decref(manifest);
    r = doppel("replay %s --extract %s", bundle, place(folder, "unpacked"));
    ck_assert_msg(r.exit == 0, "%s", dg_buf_text(&r.err));
    ran_clear(&r);
    r = doppel("run %s/plan.json -q -o %s", folder, place(out, "again.json"));
    ck_assert_int_eq(r.exit, exit_code);
    ran_clear(&r);
    refused(doppel("replay %s --extract %s", bundle, folder), "a folder that is there",
            "is there already", 2);
    refused(doppel("replay %s --extract x --list", bundle), "both", "give only one", 2);
}
END_TEST

/* ---- another outcome ---- */

/* Unpacks a bundle, has `change` done to its outcome and its manifest, and packs it again. */
static void forge(const char *from, const char *to,
                  void (*change)(json_t *outcome, json_t *manifest))
{
    char folder[300], path[400];
    json_t *outcome, *manifest, *file;
    size_t i;
    FILE *sum;
    char hash[80] = "0x";
    shell("rm -rf %s", place(folder, "forged"));
    ran r = doppel("replay %s -q --extract %s", from, folder);
    ck_assert_int_eq(r.exit, 0);
    ran_clear(&r);
    snprintf(path, sizeof path, "%s/manifest.json", folder);
    manifest = json_load_file(path, 0, NULL);
    snprintf(path, sizeof path, "%s/outcome.json", folder);
    outcome = json_load_file(path, 0, NULL);
    ck_assert(manifest && outcome);
    change(outcome, manifest);
    ck_assert_int_eq(json_dump_file(outcome, path, JSON_SORT_KEYS), 0);
    shell("b2sum -l 256 %s > %s/sum", path, folder);
    snprintf(path, sizeof path, "%s/sum", folder);
    sum = fopen(path, "r");
    ck_assert(sum && fread(hash + 2, 1, 64, sum) == 64);
    fclose(sum);
    json_array_foreach(json_object_get(manifest, "files"), i, file)
    {
        char *text;
        if (strcmp(json_string_value(json_object_get(file, "name")), "outcome.json") != 0)
            continue;
        text = json_dumps(outcome, JSON_SORT_KEYS);
        json_object_set_new(file, "bytes", json_integer((json_int_t)strlen(text)));
        json_object_set_new(file, "blake2_256", json_string(hash));
        free(text);
    }
    snprintf(path, sizeof path, "%s/manifest.json", folder);
    ck_assert_int_eq(json_dump_file(manifest, path, 0), 0);
    shell("cd %s && rm sum && tar -cf - manifest.json [!m]* | zstd -q -f -o %s", folder, to);
    json_decref(manifest);
    json_decref(outcome);
}

static void rename_it(json_t *outcome, json_t *manifest)
{
    (void)manifest;
    json_object_set_new(outcome, "name", json_string("another"));
}

static void rename_and_age(json_t *outcome, json_t *manifest)
{
    rename_it(outcome, manifest);
    json_object_set_new(json_object_get(manifest, "program"), "version", json_string("0.0.1"));
}

static void only_age(json_t *outcome, json_t *manifest)
{
    (void)outcome;
    json_object_set_new(json_object_get(manifest, "program"), "version", json_string("0.0.1"));
}

START_TEST(another_outcome_is_told)
{
    char bundle[300], forged[300];
    int exit_code = bundle_mini(place(bundle, "true.doppel"), "");
    ran r;
    forge(bundle, place(forged, "forged.doppel"), rename_it);
    r = doppel("replay %s", forged);
    ck_assert_msg(r.exit == 5 && says(&r, "name")
                      && strstr(dg_buf_text(&r.err), "which this same version made"),
                  "exit %d: %s%s", r.exit, dg_buf_text(&r.out), dg_buf_text(&r.err));
    ran_clear(&r);
    forge(bundle, forged, rename_and_age);
    r = doppel("replay %s", forged);
    ck_assert_msg(r.exit == exit_code && says(&r, "name")
                      && strstr(dg_buf_text(&r.err), "made by doppel 0.0.1, and this is doppel"),
                  "exit %d: %s%s", r.exit, dg_buf_text(&r.out), dg_buf_text(&r.err));
    ran_clear(&r);
    forge(bundle, forged, only_age);
    r = doppel("replay %s", forged);
    ck_assert_msg(r.exit == exit_code && says(&r, "the same outcome as doppel 0.0.1 came to"),
                  "exit %d: %s%s", r.exit, dg_buf_text(&r.out), dg_buf_text(&r.err));
    ran_clear(&r);
}
END_TEST

/* ---- made smaller ---- */

/* The stall with more validators and parachains than the state has; made once. */
static const char *large_bundle(void)
{
    static char bundle[300];
    char out[300];
    ran r;
    if (bundle[0])
        return bundle;
    r = doppel("run " INCIDENT " --network 104x21 --positions never -q -o %s --bundle %s",
               place(out, "large.json"), place(bundle, "large.doppel"));
    ck_assert_int_eq(r.exit, 1);
    ran_clear(&r);
    return bundle;
}

/* Two trials, both kept. */
START_TEST(a_smaller_network_breaks_for_the_same_cause)
{
    char small[300], unpacked[400];
    json_t *told, *plan;
    ran r;
    told = answered(
        doppel("replay %s --shrink --json -o %s", large_bundle(), place(small, "small.doppel")),
        "shrink");
    ck_assert_str_eq(json_string_value(json_object_get(told, "claim")), "topology-present");
    ck_assert_str_eq(json_string_value(json_object_get(told, "causes")),
                     "host-version:5; repair:4269");
    ck_assert_str_eq(json_string_value(json_object_get(told, "ended")), "done");
    ck_assert_int_eq(json_integer_value(json_object_get(told, "kept")), 2);
    json_decref(told);
    shell("mkdir -p %s.d && zstd -q -d -c %s | tar -x -C %s.d", small, small, small);
    snprintf(unpacked, sizeof unpacked, "%s.d/plan.json", small);
    plan = json_load_file(unpacked, 0, NULL);
    ck_assert_ptr_null(json_object_get(json_object_get(plan, "network"), "size"));
    ck_assert_str_eq(json_string_value(json_object_get(json_object_get(plan, "upgrade"), "at")),
                     "boundary-1");
    json_decref(plan);
    r = doppel("replay %s -q", small);
    ck_assert_msg(r.exit == 1 && says(&r, "the same outcome"), "exit %d: %s%s", r.exit,
                  dg_buf_text(&r.out), dg_buf_text(&r.err));
    ran_clear(&r);
}
END_TEST

START_TEST(what_cannot_get_smaller_says_so)
{
    char bundle[300], small[300], out[300];
    ran r = doppel("run " INCIDENT " --at boundary-1 --positions never -q -o %s --bundle %s",
                   place(out, "least.json"), place(bundle, "least.doppel"));
    ck_assert_int_eq(r.exit, 1);
    ran_clear(&r);
    r = doppel("replay %s --shrink -o %s", bundle, place(small, "least-small.doppel"));
    ck_assert_msg(r.exit == 0 && says(&r, "Nothing smaller breaks topology-present")
                      && says(&r, "the state's own 100 validators and 20 parachains"),
                  "exit %d: %s%s", r.exit, dg_buf_text(&r.out), dg_buf_text(&r.err));
    ck_assert(access(small, F_OK) != 0);
    ran_clear(&r);
    r = doppel("replay %s --shrink --claim finality-lag", bundle);
    refused(r, "a claim that held", "finality-lag did not break", 2);
    refused(doppel("replay %s --trials 3", bundle), "a flag of another", "--trials is for --shrink",
            2);
    refused(doppel("replay %s --shrink --time-budget 3", bundle), "no unit",
            "--time-budget 3 is no time", 2);
    refused(doppel("replay %s --shrink -o %s", bundle, bundle), "its own input", "would be lost",
            2);
}
END_TEST

START_TEST(what_broke_nothing_is_not_made_smaller)
{
    char bundle[300];
    if (bundle_mini(place(bundle, "held.doppel"), "") == 1)
        ck_abort_msg("the small chain was to hold");
    refused(doppel("replay %s --shrink -q", bundle), "it held", "so there is nothing to keep", 2);
}
END_TEST

/* ---- what is no use ---- */

START_TEST(what_is_no_bundle_is_refused)
{
    char bundle[300];
    dg_buf whole;
    bundle_mini(place(bundle, "whole.doppel"), "");
    whole = slurp(bundle);
    whole.len /= 2;
    refused(doppel("replay %s", file_of("half.doppel", dg_buf_bytes(&whole))), "half of one",
            "the bundle is cut off", 2);
    dg_buf_clear(&whole);
    refused(doppel("replay " EMBEDDED_BLOB), "a blob", "is no bundle", 2);
    refused(doppel("replay nowhere.doppel"), "nothing", "No such file", 4);
    refused(doppel("replay fixtures"), "a folder", "is not a file", 4);
    refused(doppel("run " INCIDENT " --bundle -"), "stdout", "--bundle needs the name of a file",
            2);
    refused(doppel("run " INCIDENT " --bundle " INCIDENT), "an input", "would be lost", 2);
}
END_TEST

/* ---- ended ---- */

static int entries_in(const char *folder)
{
    struct dirent *entry;
    DIR *dir = opendir(folder);
    int count = 0;
    ck_assert_ptr_nonnull(dir);
    while ((entry = readdir(dir)))
        count += entry->d_name[0] != '.';
    closedir(dir);
    return count;
}

/* It says that a phase has begun, or a trial ended, once all is unpacked. */
static int end_when_at_work(const char *bundle, const char *how, const char *out, int signal_number)
{
    const char *binary = getenv("DOPPEL");
    int ends[2], status;
    char said[400];
    pid_t pid;
    ck_assert_int_eq(pipe(ends), 0);
    if ((pid = fork()) == 0) {
        dup2(ends[1], 2);
        ck_assert_ptr_nonnull(freopen("/dev/null", "w", stdout));
        close(ends[0]);
        execl(binary ? binary : "build/release/doppel", "doppel", "replay", bundle, how,
              out ? "-o" : NULL, out, (char *)NULL);
        _exit(99);
    }
    close(ends[1]);
    ck_assert_int_gt(read(ends[0], said, sizeof said), 0);
    ck_assert_int_eq(kill(pid, signal_number), 0);
    while (read(ends[0], said, sizeof said) > 0)
        ;
    close(ends[0]);
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    return status;
}

static const int endings[] = { SIGINT, SIGTERM };

START_TEST(a_signal_leaves_nothing)
{
    char bundle[300], tmp[300], out[300];
    ran r = doppel("run " INCIDENT " --positions never --explain recorded -q -o %s --bundle %s",
                   place(out, "signal.json"), place(bundle, "signal.doppel"));
    int status;
    ran_clear(&r);
    shell("mkdir -p %s", place(tmp, "tmp"));
    setenv("TMPDIR", tmp, 1);
    status = end_when_at_work(bundle, "-v", NULL, endings[_i]);
    ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == endings[_i]);
    ck_assert_int_eq(entries_in(tmp), 0);
    unsetenv("TMPDIR");
}
END_TEST

/* After the first trial, which is kept: U moves to boundary-1 in one step. */
START_TEST(a_signal_ends_shrinking_with_what_was_found)
{
    char tmp[300], out[300];
    const char *bundle = large_bundle();
    int status;
    ran r;
    shell("mkdir -p %s", place(tmp, "tmp"));
    setenv("TMPDIR", tmp, 1);
    status = end_when_at_work(bundle, "--shrink", place(out, "cut-small.doppel"), SIGINT);
    ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 3, "status %x", status);
    ck_assert_int_eq(entries_in(tmp), 0);
    unsetenv("TMPDIR");
    r = doppel("replay %s --list", out);
    ck_assert_int_eq(r.exit, 0);
    ran_clear(&r);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("program: replay");
    TCase *tc = tcase_create("replay");
    tcase_set_timeout(tc, 300);
    tcase_add_test(tc, a_bundle_needs_none_of_its_inputs);
    tcase_add_test(tc, a_snapshot_that_is_a_folder_comes_along);
    tcase_add_test(tc, a_state_that_a_run_left_comes_along);
    tcase_add_test(tc, equal_runs_make_equal_bytes);
    tcase_add_test(tc, a_red_cell_of_a_sweep_is_a_bundle);
    tcase_add_test(tc, a_bundle_is_listed_and_unpacked);
    tcase_add_test(tc, another_outcome_is_told);
    tcase_add_test(tc, a_smaller_network_breaks_for_the_same_cause);
    tcase_add_test(tc, what_cannot_get_smaller_says_so);
    tcase_add_test(tc, what_broke_nothing_is_not_made_smaller);
    tcase_add_test(tc, what_is_no_bundle_is_refused);
    tcase_add_loop_test(tc, a_signal_leaves_nothing, 0, sizeof endings / sizeof *endings);
    tcase_add_test(tc, a_signal_ends_shrinking_with_what_was_found);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
