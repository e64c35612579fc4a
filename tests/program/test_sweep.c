/* Sweeps as users make them: each cell is what `run` says, whoever did it and however often it was
 * stopped, and what is asked for wrongly gets one line. */
#include "program.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define MINI "--no-network "

static json_t *read_json(const char *path)
{
    json_t *got = json_load_file(path, 0, NULL);
    ck_assert_msg(got != NULL, "%s is no JSON", path);
    return got;
}

/* The flags that all sweeps here share, to a file; given back by ran_clear. */
static ran sweep(const char *axes, const char *out, const char *more)
{
    return doppel("sweep --snapshot %s --to %s " MINI "%s -o %s %s", small_snapshot(),
                  runtime_path("mini-2.wasm"), axes, out, more);
}

static json_t *swept(const char *axes, const char *name)
{
    char path[300];
    ran r;
    snprintf(path, sizeof path, "%s", scratch_path(name)); /* others are asked for below */
    r = sweep(axes, path, "");
    ck_assert_msg(r.exit == 0 || r.exit == 1 || r.exit == 3, "exit %d: %s", r.exit,
                  dg_buf_text(&r.err));
    ran_clear(&r);
    return read_json(path);
}

/* ---- cells ---- */

static const struct {
    const char *cell, *says; /* says NULL: it is shown */
} named[] = {
    { "2", NULL },
    { "at=boundary seeds=1", NULL },
    { "1 boundary", NULL }, /* a value alone is of whichever axis has it */
    { "boundary", "2 cells are \"boundary\": name more of their values" },
    { "0", "there is no cell 0: they are 1 to 4" },
    { "5", "there is no cell 5: they are 1 to 4" },
    { "at=boundary+9", "no cell is \"at=boundary+9\"" },
    { "seeds=boundary", "no cell is" },
    { "", "which cell?" },
};

START_TEST(a_cell_is_shown_as_a_run_by_itself)
{
    json_t *document = swept("--at boundary-1..boundary --seeds 1..2", "cells.json"), *second;
    char path[300], one[300];
    ran r, whole;
    snprintf(path, sizeof path, "%s", scratch_path("cells.json"));
    snprintf(one, sizeof one, "%s", scratch_path("second.json"));
    second = json_object_get(json_array_get(json_object_get(document, "cells"), 1), "outcome");
    ck_assert_int_eq(json_dump_file(second, one, 0), 0);
    whole = doppel("report show %s", one);
    for (size_t i = 0; i < sizeof named / sizeof *named; i++) {
        r = doppel("report show --cell '%s' %s", named[i].cell, path);
        ck_assert_int_eq(r.exit, named[i].says ? 2 : 0);
        if (named[i].says)
            ck_assert_msg(strstr(dg_buf_text(&r.err), named[i].says) != NULL, "%s",
                          dg_buf_text(&r.err));
        else
            ck_assert_str_eq(dg_buf_text(&r.out), dg_buf_text(&whole.out));
        ran_clear(&r);
    }
    r = doppel("report show --cell 1 %s", one);
    ck_assert_int_eq(r.exit, 2);
    ck_assert_msg(strstr(dg_buf_text(&r.err), "is no sweep, so it has no cells") != NULL, "%s",
                  dg_buf_text(&r.err));
    ran_clear(&r);
    ran_clear(&whole);
    json_decref(document);
}
END_TEST

START_TEST(a_cell_is_what_run_says)
{
    json_t *document = swept("--at boundary-2..boundary", "equal.json"), *cell;
    char one[300];
    size_t i;
    snprintf(one, sizeof one, "%s", scratch_path("one.json"));
    ck_assert_uint_eq(json_array_size(json_object_get(document, "cells")), 3);
    json_array_foreach(json_object_get(document, "cells"), i, cell)
    {
        json_t *alone, *value;
        const char *key;
        void *next;
        const char *at =
            json_string_value(json_object_get(json_object_get(cell, "values"), "upgrade.at"));
        ran r = doppel("run --snapshot %s --to %s " MINI "--at %s --explain recorded -o %s",
                       small_snapshot(), runtime_path("mini-2.wasm"), at, one);
        ran_clear(&r);
        alone = read_json(one);
        json_object_foreach_safe(json_object_get(alone, "environment"), next, key, value)
        {
            if (strcmp(key, "sources") != 0)
                json_object_del(json_object_get(alone, "environment"), key);
        }
        ck_assert_msg(json_equal(alone, json_object_get(cell, "outcome")), "%s differs", at);
        json_decref(alone);
    }
    json_decref(document);
}
END_TEST

START_TEST(positions_are_counted_out_first)
{
    static const char *const want[][2] = {
        { "1", "boundary-1" }, { "1", "boundary" }, { "2", "boundary-1" }, { "2", "boundary" }
    };
    json_t *document = swept("--at boundary-1..boundary --seeds 1..2", "order.json"), *cell;
    size_t i;
    json_array_foreach(json_object_get(document, "cells"), i, cell)
    {
        const json_t *values = json_object_get(cell, "values");
        ck_assert_str_eq(json_string_value(json_object_get(values, "seed")), want[i][0]);
        ck_assert_str_eq(json_string_value(json_object_get(values, "upgrade.at")), want[i][1]);
        ck_assert_uint_eq(
            json_integer_value(json_object_get(json_object_get(cell, "outcome"), "seed")),
            (json_int_t)strtoll(want[i][0], NULL, 10));
    }
    ck_assert_uint_eq(i, 4);
    json_decref(document);
}
END_TEST

/* A session of the small runtime has ten slots. */
static const struct {
    const char *at, *first;
    size_t count;
} everies[] = {
    { "every", "boundary-9", 10 },
    { "'every 4'", "boundary-8", 3 },
    { "'every step 9,boundary+1'", "boundary-9", 3 },
    { "'every 10'", "boundary", 1 },
};

START_TEST(every_is_each_slot_of_a_session_once)
{
    char axes[80];
    json_t *document, *axes_of, *values;
    size_t last = everies[_i].count - 1;
    snprintf(axes, sizeof axes, "--at %s", everies[_i].at);
    document = swept(axes, "every.json");
    axes_of = json_object_get(json_object_get(document, "sweep"), "axes");
    values = json_object_get(json_array_get(axes_of, json_array_size(axes_of) - 1), "values");
    ck_assert_uint_eq(json_array_size(values), everies[_i].count);
    ck_assert_str_eq(json_string_value(json_array_get(values, 0)), everies[_i].first);
    ck_assert_str_eq(json_string_value(json_array_get(values, last)),
                     strstr(axes, "+1") ? "boundary+1" : "boundary");
    json_decref(document);
    remove(scratch_path("every.json"));
}
END_TEST

START_TEST(until_sure_asks_as_many_seeds_as_it_takes)
{
    json_t *document = swept("--at boundary-1..boundary --until-sure", "sure.json"), *cell;
    size_t i;
    json_array_foreach(json_object_get(document, "cells"), i, cell)
    {
        const json_t *plan = json_object_get(json_object_get(cell, "outcome"), "plan");
        ck_assert_int_eq(json_integer_value(json_object_get(plan, "seeds_max")), 256);
    }
    ck_assert_uint_eq(i, 2);
    json_decref(document);
}
END_TEST

/* ---- shards ---- */

START_TEST(shards_merge_to_the_bytes_of_the_whole)
{
    const char *axes = "--at boundary-3..boundary";
    char paths[5][300];
    dg_buf whole, merged;
    ran r;
    for (int i = 0; i < 5; i++) {
        char name[20], shard[20];
        snprintf(name, sizeof name, "part-%d.json", i);
        snprintf(paths[i], sizeof paths[i], "%s", scratch_path(name));
        snprintf(shard, sizeof shard, "--shard %d/3", i);
        if (i == 4)
            break;
        r = sweep(axes, paths[i], i ? shard : "");
        ran_clear(&r);
    }
    r = doppel("merge %s %s %s -o %s", paths[3], paths[1], paths[2], paths[4]);
    ck_assert_msg(r.exit == 0 || r.exit == 1 || r.exit == 3, "%s", dg_buf_text(&r.err));
    ran_clear(&r);
    whole = slurp(paths[0]);
    merged = slurp(paths[4]);
    ck_assert(dg_bytes_equal(dg_buf_bytes(&whole), dg_buf_bytes(&merged)));
    dg_buf_clear(&whole);
    dg_buf_clear(&merged);
    refused(doppel("merge %s %s -o %s", paths[1], paths[3], paths[4]), "one is missing",
            "shard 2/3 is missing", 2);
    refused(doppel("merge %s %s %s -o %s", paths[1], paths[2], paths[2], paths[4]), "one twice",
            "are both shard 2/3", 2);
    refused(doppel("merge %s %s -o %s", paths[0], paths[1], paths[4]), "a whole and a part",
            "split differently", 2);
}
END_TEST

START_TEST(what_is_of_two_sweeps_is_not_merged)
{
    char a[300], b[300];
    ran r;
    snprintf(a, sizeof a, "%s", scratch_path("of-a.json"));
    snprintf(b, sizeof b, "%s", scratch_path("of-b.json"));
    r = sweep("--at boundary-1..boundary", a, "--shard 1/2");
    ran_clear(&r);
    r = sweep("--at boundary-2..boundary-1", b, "--shard 2/2");
    ran_clear(&r);
    refused(doppel("merge %s %s", a, b), "two sweeps", "another axes", 2);
    r = sweep("--at boundary-1..boundary", b, "--shard 2/2 --set seed=9");
    ck_assert_int_eq(r.exit, 2); /* the place holds another sweep */
    ck_assert_ptr_nonnull(strstr(dg_buf_text(&r.err), "holds a sweep that is not this one"));
    ran_clear(&r);
}
END_TEST

/* ---- stopped, and gone on with ---- */

static const char *program(void)
{
    const char *binary = getenv("DOPPEL");
    return binary ? binary : "build/release/doppel";
}

/* The sweep is told to end once it has said that a cell is done. */
static void stop_after_one(const char *out, int signal_number)
{
    int ends[2], status;
    char line[400];
    FILE *said;
    pid_t pid;
    ck_assert_int_eq(pipe(ends), 0);
    if ((pid = fork()) == 0) {
        dup2(ends[1], 2);
        close(ends[0]);
        execl(program(), "doppel", "sweep", "--snapshot", small_snapshot(), "--to",
              runtime_path("mini-2.wasm"), "--no-network", "--at", "boundary-5..boundary", "-j",
              "1", "-v", "-o", out, (char *)NULL);
        _exit(99);
    }
    close(ends[1]);
    said = fdopen(ends[0], "r");
    while (fgets(line, sizeof line, said) && !strstr(line, "done: "))
        ;
    ck_assert_int_eq(kill(pid, signal_number), 0);
    while (fgets(line, sizeof line, said))
        ;
    fclose(said);
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_msg(WIFEXITED(status) != (signal_number == SIGKILL), "it ended as %d", status);
}

/* Nothing can be done about the last one: what counts is what was written before. */
static const int endings[] = { SIGINT, SIGTERM, SIGKILL };

START_TEST(the_same_command_goes_on)
{
    json_t *document, *whole = swept("--at boundary-5..boundary", "clean.json"), *cell;
    size_t i, done = 0;
    char out[300];
    dg_buf clean, again;
    ran r;
    snprintf(out, sizeof out, "%s", scratch_path("ended.json"));
    stop_after_one(out, endings[_i]);
    document = read_json(out);
    json_array_foreach(json_object_get(document, "cells"), i, cell) done +=
        json_object_get(cell, "outcome") != NULL;
    ck_assert_msg(done >= 1 && done < 6, "%zu cells were kept", done);
    json_decref(document);
    r = sweep("--at boundary-5..boundary", out, "");
    ran_clear(&r);
    again = slurp(out);
    clean = slurp(scratch_path("clean.json"));
    assert_bytes(dg_buf_bytes(&again), dg_buf_bytes(&clean), "gone on with");
    json_decref(whole);
    dg_buf_clear(&again);
    dg_buf_clear(&clean);
    remove(out); /* of the next way to end */
}
END_TEST

/* ---- wrong ---- */

static const struct {
    const char *args, *says;
    int exit;
} wrong[] = {
    { "", "nothing is swept over", 2 },
    { "--at boundary-1..boundary+5\\ step\\ 0", "a step is 1 or more", 2 },
    { "--at boundary+1..boundary-1", "runs backwards", 2 },
    { "--at boundary --at boundary-1", "--at is given twice", 2 },
    { "--seeds 1 --at boundary --seeds 2", "--seeds is given twice", 2 },
    { "--at ''", "the list is empty", 2 },
    { "--seeds 1..20000 --at boundary-50..boundary+49", "more than 1000000 cells", 2 },
    { "--seeds 1..2000 --at boundary-50..boundary+49", "--time-budget", 2 },
    { "--at boundary..boundary+1 --shard 5/4", "there is no shard 5/4", 2 },
    { "--at boundary..boundary+1 --shard 0/0", "there is no shard 0/0", 2 },
    { "--at boundary..boundary+1 --time-budget 5", "write 90s, 10m or 2h", 2 },
    { "--at boundary..boundary+1 --time-budget 0s", "write 90s, 10m or 2h", 2 },
    { "--at boundary,elsewhere", "elsewhere", 2 },
    { "--at every,boundary-1", "boundary-1 stands there twice", 2 },
    { "--at 'every other'", "every other", 2 },
    { "--to nowhere.wasm,mini.wasm --at boundary", "nowhere.wasm does not exist", 4 },
};

START_TEST(what_is_wrong_gets_one_line)
{
    ran r = doppel("sweep --snapshot %s --set upgrade.to=%s " MINI "%s -o %s", small_snapshot(),
                   runtime_path("mini-2.wasm"), wrong[_i].args, scratch_path("wrong.json"));
    refused(r, wrong[_i].args, wrong[_i].says, wrong[_i].exit);
    ck_assert(!dg_file_exists(scratch_path("wrong.json")));
}
END_TEST

int main(void)
{
    Suite *s = suite_create("sweep");
    TCase *tc = tcase_create("sweep");
    tcase_set_timeout(tc, 0);
    tcase_add_test(tc, a_cell_is_shown_as_a_run_by_itself);
    tcase_add_test(tc, a_cell_is_what_run_says);
    tcase_add_test(tc, positions_are_counted_out_first);
    tcase_add_loop_test(tc, every_is_each_slot_of_a_session_once, 0,
                        sizeof everies / sizeof *everies);
    tcase_add_test(tc, until_sure_asks_as_many_seeds_as_it_takes);
    tcase_add_test(tc, shards_merge_to_the_bytes_of_the_whole);
    tcase_add_test(tc, what_is_of_two_sweeps_is_not_merged);
    tcase_add_loop_test(tc, the_same_command_goes_on, 0, sizeof endings / sizeof *endings);
    tcase_add_loop_test(tc, what_is_wrong_gets_one_line, 0, sizeof wrong / sizeof *wrong);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
