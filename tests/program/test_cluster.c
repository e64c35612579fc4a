/* The scripts by which a cluster does a sweep in parts, without a cluster: what a part's exit code
 * says, who is queued again, what is told to end. ci/cluster/try-slurm.sh has a real one. */
#include "program.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define AXES " --no-network --at boundary-5..boundary "

static const char *binary(void)
{
    const char *name = getenv("DOPPEL");
    return name ? name : "build/release/doppel";
}

static void put(const char *path, const char *text)
{
    dg_error err;
    if (dg_file_write(path, (dg_bytes){ (const uint8_t *)text, strlen(text) }, &err) < 0)
        ck_abort_msg("%s", err.text);
}

START_TEST(parts_and_merge_come_to_the_bytes_of_the_whole)
{
    char folder[300];
    dg_buf out;
    snprintf(folder, sizeof folder, "%s", scratch_path("parts"));
    for (int i = 1; i <= 4; i++) {
        out = shell_says("DOPPEL=%s ci/cluster/shard.sh %d 4 %s --snapshot %s --to %s" AXES,
                         binary(), i, folder, small_snapshot(), runtime_path("mini-2.wasm"));
        dg_buf_clear(&out);
    }
    out = shell_says("%s sweep -q --snapshot %s --to %s" AXES "-o %s/whole.json; "
                     "DOPPEL=%s ci/cluster/merge.sbatch 4 %s; cmp %s/whole.json %s/sweep.json",
                     binary(), small_snapshot(), runtime_path("mini-2.wasm"), folder, binary(),
                     folder, folder, folder);
    dg_buf_clear(&out);
}
END_TEST

/* A doppel that ends so; whether a task of Slurm asks for itself to be queued again. */
static const struct {
    const char *ends;
    int exit;
    bool again;
} codes[] = {
    { "exit 0", 0, false },      { "exit 1", 0, false }, { "exit 3", 0, false },
    { "exit 2", 2, false },      { "exit 5", 5, false }, { "exit 4", 4, true },
    { "kill -9 $$", 137, true },
};

START_TEST(a_verdict_is_no_failure_and_only_what_may_get_better_is_queued_again)
{
    static const struct {
        const char *job;
        bool asks;
    } jobs[] = { { "", false },
                 { "SLURM_JOB_ID=7", true },
                 { "SLURM_JOB_ID=7 SLURM_RESTART_COUNT=2", true },
                 { "SLURM_JOB_ID=7 SLURM_RESTART_COUNT=3", false } };
    char folder[300], path[340], text[400];
    dg_buf out;
    snprintf(folder, sizeof folder, "%s", scratch_path("codes"));
    out = shell_says("mkdir -p %s", folder);
    dg_buf_clear(&out);
    snprintf(path, sizeof path, "%s/doppel", folder);
    snprintf(text, sizeof text, "#!/bin/sh\n%s\n", codes[_i].ends);
    put(path, text);
    snprintf(path, sizeof path, "%s/scontrol", folder);
    put(path, "#!/bin/sh\necho \"asked to $*\"\n");
    for (size_t i = 0; i < sizeof jobs / sizeof *jobs; i++) {
        bool asked;
        out = shell_says(
            "chmod +x %s/*; env PATH=%s:$PATH DOPPEL=doppel %s ci/cluster/shard.sh 1 2 %s "
            "plan.json; echo exit $?",
            folder, folder, jobs[i].job, folder);
        snprintf(text, sizeof text, "exit %d\n", codes[_i].exit);
        asked = strstr(dg_buf_text(&out), "asked to requeue 7") != NULL;
        if (!strstr(dg_buf_text(&out), text) || asked != (codes[_i].again && jobs[i].asks))
            ck_abort_msg("%s, %s: %s", codes[_i].ends, jobs[i].job, dg_buf_text(&out));
        dg_buf_clear(&out);
    }
}
END_TEST

/* The script is told to end when a cell is done; its exit code. */
static int told_to_end(const char *folder, bool in_slurm)
{
    int ends[2], status;
    char line[400];
    FILE *said;
    pid_t pid;
    ck_assert_int_eq(pipe(ends), 0);
    if ((pid = fork()) == 0) {
        dup2(ends[1], 2);
        close(ends[0]);
        setenv("DOPPEL", binary(), 1);
        if (in_slurm)
            setenv("SLURM_JOB_ID", "7", 1);
        execl("ci/cluster/shard.sh", "shard.sh", "1", "1", folder, "--snapshot", small_snapshot(),
              "--to", runtime_path("mini-2.wasm"), "--no-network", "--at", "boundary-5..boundary",
              (char *)NULL);
        _exit(99);
    }
    close(ends[1]);
    said = fdopen(ends[0], "r");
    while (fgets(line, sizeof line, said) && !strstr(line, "done: "))
        ;
    ck_assert_int_eq(kill(pid, SIGTERM), 0);
    while (fgets(line, sizeof line, said))
        ;
    fclose(said);
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Kubernetes tells the script alone; Slurm tells doppel as well, for which a second time would be
 * the end of it. */
START_TEST(who_is_told_to_end_keeps_what_is_done)
{
    char folder[300];
    json_t *document, *cell;
    size_t i, done = 0;
    json_error_t bad;
    dg_buf text;
    snprintf(folder, sizeof folder, "%s", scratch_path(_i ? "in-slurm" : "elsewhere"));
    ck_assert_int_eq(told_to_end(folder, _i == 1), 143);
    text = shell_says("cat %s/shard-1.json", folder);
    document = json_loadb((const char *)text.at, text.len, 0, &bad);
    ck_assert_ptr_nonnull(document);
    json_array_foreach(json_object_get(document, "cells"), i, cell) done +=
        json_object_get(cell, "outcome") != NULL;
    ck_assert_msg(_i ? done == 6 : done >= 1 && done < 6, "%zu cells are done", done);
    json_decref(document);
    dg_buf_clear(&text);
    text = shell_says("DOPPEL=%s ci/cluster/shard.sh 1 1 %s --snapshot %s --to %s" AXES, binary(),
                      folder, small_snapshot(), runtime_path("mini-2.wasm"));
    ck_assert_ptr_nonnull(strstr(dg_buf_text(&text), "6 GO"));
    dg_buf_clear(&text);
}
END_TEST

/* sbatch is given an array of that many, and behind it the merge; its words come through whole. */
START_TEST(slurm_is_asked_for_an_array_and_a_merge_behind_it)
{
    static const char *const says[] = {
        "--array=1-3 ",
        "/sweep.sbatch ",
        " 3 ",
        "plan.json --at boundary-2..boundary step 1\n",
        "--dependency=afterany:41 ",
        "/merge.sbatch 3 ",
        "sweep 41 merge 41\n",
    };
    char folder[300], path[340];
    dg_buf out;
    snprintf(folder, sizeof folder, "%s", scratch_path("asked"));
    out = shell_says("mkdir -p %s", folder);
    dg_buf_clear(&out);
    snprintf(path, sizeof path, "%s/sbatch", folder);
    put(path, "#!/bin/sh\necho \"$*\" >&2\necho 41\n");
    out = shell_says(
        "chmod +x %s/sbatch; env PATH=%s:$PATH ci/cluster/slurm.sh 3 %s/out plan.json --at "
        "\"boundary-2..boundary step 1\" 2>&1",
        folder, folder, folder);
    for (size_t i = 0; i < sizeof says / sizeof *says; i++)
        if (!strstr(dg_buf_text(&out), says[i]))
            ck_abort_msg("no \"%s\" in %s", says[i], dg_buf_text(&out));
    dg_buf_clear(&out);
}
END_TEST

static const struct {
    const char *args, *says;
} wrong[] = {
    { "slurm.sh 0 x plan.json --at", "0 is no number of tasks" },
    { "slurm.sh two x plan.json --at", "two is no number of tasks" },
    { "slurm.sh 65 x plan.json --at", "64 parts at most, not 65" },
    { "slurm.sh 3 x", "usage: slurm.sh N FOLDER SWEEP.." },
    { "shard.sh 1 2 x", "usage: shard.sh I N FOLDER SWEEP.." },
};

START_TEST(what_is_wrong_is_said_before_anything_is_submitted)
{
    char script[200];
    const char *args = strchr(wrong[_i].args, ' ');
    snprintf(script, sizeof script, "ci/cluster/%.*s", (int)(args - wrong[_i].args),
             wrong[_i].args);
    refused(doppel_by(script, NULL, args), wrong[_i].args, wrong[_i].says, 2);
}
END_TEST

/* A release that forgot them would run the one before. */
START_TEST(jobs_of_kubernetes_run_this_version)
{
    dg_buf out = shell_says("grep -l \"image: doppel:$(cat VERSION)\\$\" ci/cluster/*.yaml");
    ck_assert_ptr_nonnull(strstr(dg_buf_text(&out), "merge.yaml"));
    ck_assert_ptr_nonnull(strstr(dg_buf_text(&out), "sweep.yaml"));
    dg_buf_clear(&out);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("cluster");
    TCase *tc = tcase_create("cluster");
    tcase_set_timeout(tc, 0);
    tcase_add_test(tc, parts_and_merge_come_to_the_bytes_of_the_whole);
    tcase_add_loop_test(tc, a_verdict_is_no_failure_and_only_what_may_get_better_is_queued_again, 0,
                        sizeof codes / sizeof *codes);
    tcase_add_loop_test(tc, who_is_told_to_end_keeps_what_is_done, 0, 2);
    tcase_add_test(tc, slurm_is_asked_for_an_array_and_a_merge_behind_it);
    tcase_add_loop_test(tc, what_is_wrong_is_said_before_anything_is_submitted, 0,
                        sizeof wrong / sizeof *wrong);
    tcase_add_test(tc, jobs_of_kubernetes_run_this_version);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
