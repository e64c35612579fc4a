/* What becomes of cells that do not go well: a process that goes down is shown, tried once more and
 * counted; time that is over, a second run that differs and a file that changes are told. */
#include "../support/suite.h"

#include "sweep/sweep.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

enum { CELLS = 4 };

static const char *runtime_path(const char *name)
{
    static char paths[4][300];
    static unsigned turn;
    const char *dir = getenv("DOPPEL_RUNTIMES");
    char *path = paths[turn++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", dir ? dir : "build/runtimes", name);
    return path;
}

typedef struct watched {
    int kill_until; /* so many of a sweep's processes have gone down; 0: none is killed */
    int went_down;  /* told by the sweep: as retried, or as failed in the end */
    size_t told_retried, told_failed, steps;
    const char *swap_from, *swap_to; /* once all are done, the one file gets the other's bytes */
} watched;

static dg_plan *plan_to(const char *to)
{
    static const struct {
        const char *key, *value;
    } rows[] = { { "network", "false" }, { "upgrade.how", "set-code" } };
    dg_plan *plan;
    dg_error err = { .text = "" };
    dg_code rc = dg_plan_new(&plan, &err);
    if (rc >= 0)
        rc = dg_plan_set(plan, "snapshot", runtime_path("mini.json"), &err);
    if (rc >= 0)
        rc = dg_plan_set(plan, "upgrade.to", to, &err);
    for (size_t i = 0; i < sizeof rows / sizeof *rows && rc >= 0; i++)
        rc = dg_plan_set(plan, rows[i].key, rows[i].value, &err);
    ck_assert_msg(rc >= 0, "%s", err.text);
    return plan;
}

/* ---- the sweep is watched ---- */

/* Processes that this one has forked and not yet waited for. */
static void kill_children(void)
{
    char path[80], text[400] = "";
    FILE *f;
    snprintf(path, sizeof path, "/proc/self/task/%ld/children", (long)getpid());
    ck_assert_ptr_nonnull(f = fopen(path, "r"));
    if (fgets(text, sizeof text, f))
        for (char *at = text, *end; strtol(at, &end, 10) > 0 && end > at; at = end)
            kill((pid_t)strtol(at, NULL, 10), SIGKILL);
    fclose(f);
}

/* Asked for by the sweep whenever it waits for one of its processes. */
static bool halts(void *user)
{
    const watched *w = user;
    if (w->went_down < w->kill_until)
        kill_children();
    return false;
}

static void copy_file(const char *to, const char *from)
{
    dg_buf bytes;
    dg_buf_init(&bytes, 64 << 20);
    ck_assert_int_eq(dg_file_read(&bytes, from, NULL), DG_OK);
    ck_assert_int_eq(dg_file_write(to, dg_buf_bytes(&bytes), NULL), DG_OK);
    dg_buf_clear(&bytes);
}

static void step(void *user, const dg_sweep_progress *now)
{
    watched *w = user;
    w->steps++;
    w->told_retried += now->retried;
    w->went_down += now->retried || now->failed > w->told_failed;
    w->told_failed = now->failed;
    if (w->swap_to && now->done == now->total) {
        copy_file(w->swap_to, w->swap_from);
        w->swap_to = NULL;
    }
}

static json_t *worked(const dg_plan *plan, watched *w, uint64_t budget_ns, bool twice)
{
    dg_axes axes = { 0 };
    dg_run_options each = { .explain = DG_RUN_EXPLAIN_RECORDED };
    dg_sweep_options how = { .run = &each,
                             .at_once = 1,
                             .budget_ns = budget_ns,
                             .twice = twice,
                             .halts = halts,
                             .progress = step,
                             .user = w };
    dg_sweep *sweep;
    json_t *document;
    dg_error err = { .text = "" };
    ck_assert_int_eq(dg_axes_add(&axes, DG_AXIS_AT, "boundary-2..boundary+1", &err), DG_OK);
    ck_assert_msg(dg_sweep_new(&sweep, plan, &axes, (dg_shard){ 1, 1 }, false, &err) == DG_OK, "%s",
                  err.text);
    ck_assert_uint_eq(dg_sweep_count(sweep), CELLS);
    ck_assert_msg(dg_sweep_work(sweep, &how, &err) == (budget_ns ? DG_END : DG_OK), "%s", err.text);
    ck_assert_msg(dg_sweep_document(&document, sweep, &err) == DG_OK, "%s", err.text);
    ck_assert_msg(dg_sweep_check(document, &err) == DG_OK, "%s", err.text);
    dg_sweep_free(sweep);
    dg_axes_clear(&axes);
    return document;
}

static const json_t *cell_at(const json_t *document, size_t i)
{
    return json_array_get(json_object_get(document, "cells"), i);
}

static const char *text_of(const json_t *cell, const char *key)
{
    const char *text = json_string_value(json_object_get(cell, key));
    return text ? text : "";
}

/* ---- processes that go down ---- */

START_TEST(a_process_that_goes_down_costs_one_cell_a_second_try)
{
    dg_plan *plan = plan_to(runtime_path("mini-2.wasm"));
    watched calm = { 0 }, once = { .kill_until = 1 };
    json_t *clean = worked(plan, &calm, 0, false), *document = worked(plan, &once, 0, false);
    size_t retried = 0;
    ck_assert_uint_eq(calm.told_retried, 0);
    ck_assert_uint_eq(once.told_retried, 1);
    ck_assert_uint_eq(once.steps, CELLS + 1);
    for (size_t i = 0; i < CELLS; i++) {
        const json_t *cell = cell_at(document, i);
        retried += json_is_true(json_object_get(cell, "retried"));
        ck_assert(json_equal(json_object_get(cell, "outcome"),
                             json_object_get(cell_at(clean, i), "outcome")));
    }
    ck_assert_uint_eq(retried, 1);
    ck_assert_int_eq(dg_sweep_exit(document), dg_sweep_exit(clean));
    json_decref(document);
    json_decref(clean);
    dg_plan_free(plan);
}
END_TEST

START_TEST(one_that_is_killed_twice_is_lost_and_is_exit_4)
{
    dg_plan *plan = plan_to(runtime_path("mini-2.wasm"));
    watched always = { .kill_until = 1000 };
    json_t *document = worked(plan, &always, 0, false);
    ck_assert_uint_eq(always.told_retried, CELLS);
    ck_assert_uint_eq(always.told_failed, CELLS);
    for (size_t i = 0; i < CELLS; i++) {
        const json_t *cell = cell_at(document, i);
        ck_assert_str_eq(text_of(cell, "state"), "failed");
        ck_assert_ptr_nonnull(strstr(text_of(cell, "why"), "was ended by signal 9"));
        ck_assert_int_eq(json_integer_value(json_object_get(cell, "exit")), DG_EXIT_ENVIRONMENT);
    }
    ck_assert_int_eq(dg_sweep_exit(document), DG_EXIT_ENVIRONMENT);
    json_decref(document);
    dg_plan_free(plan);
}
END_TEST

/* ---- time ---- */

START_TEST(what_time_was_too_short_for_is_told_of_each_cell)
{
    dg_plan *plan = plan_to(runtime_path("mini-2.wasm"));
    watched calm = { 0 };
    json_t *document = worked(plan, &calm, 1, false);
    for (size_t i = 0; i < CELLS; i++) {
        ck_assert_str_eq(text_of(cell_at(document, i), "state"), "undone");
        ck_assert_ptr_nonnull(strstr(text_of(cell_at(document, i), "why"), "time was over"));
    }
    ck_assert_int_eq(dg_sweep_exit(document), DG_EXIT_INCONCLUSIVE);
    json_decref(document);
    dg_plan_free(plan);
}
END_TEST

/* ---- twice ---- */

START_TEST(cells_that_are_run_twice_come_to_the_same)
{
    dg_plan *plan = plan_to(runtime_path("mini-2.wasm"));
    watched first = { 0 }, second = { 0 };
    json_t *once = worked(plan, &first, 0, false), *twice = worked(plan, &second, 0, true);
    ck_assert(json_equal(once, twice));
    ck_assert_uint_eq(second.steps, 2 * CELLS);
    json_decref(once);
    json_decref(twice);
    dg_plan_free(plan);
}
END_TEST

/* The second time there is another N under the same name: who looks has to see it. */
START_TEST(a_second_run_that_differs_is_exit_5)
{
    char path[300];
    dg_plan *plan;
    watched swaps = { .swap_from = runtime_path("mini-2-config-lost.wasm"), .swap_to = path };
    json_t *document;
    snprintf(path, sizeof path, "%s", scratch_path("swapped.wasm"));
    copy_file(path, runtime_path("mini-2.wasm"));
    plan = plan_to(path);
    document = worked(plan, &swaps, 0, true);
    for (size_t i = 0; i < CELLS; i++)
        ck_assert_str_eq(text_of(json_object_get(cell_at(document, i), "outcome"), "result"),
                         "non-deterministic");
    ck_assert_int_eq(dg_sweep_exit(document), DG_EXIT_INTERNAL);
    json_decref(document);
    dg_plan_free(plan);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("work");
    TCase *tc = tcase_create("work");
    tcase_set_timeout(tc, 0);
    tcase_add_test(tc, a_process_that_goes_down_costs_one_cell_a_second_try);
    tcase_add_test(tc, one_that_is_killed_twice_is_lost_and_is_exit_4);
    tcase_add_test(tc, what_time_was_too_short_for_is_told_of_each_cell);
    tcase_add_test(tc, cells_that_are_run_twice_come_to_the_same);
    tcase_add_test(tc, a_second_run_that_differs_is_exit_5);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
