/* Runs that share control come to what each comes to by itself, to the byte of their outcomes:
 * those that cannot share are told apart, and done by themselves. */
#include "model_run.h"

#include <string.h>

#include "run/run_impl.h"

#define STALL "fixtures/incidents/polkadot-2024-04-21/plan.json"

enum { CELLS = 4 };

static dg_run_options options_of(void)
{
    return (dg_run_options){ .cache_dir = dg_engine_cache_dir(),
                             .compiler = DG_COMPILER_SPEED,
                             .explain = DG_RUN_EXPLAIN_RECORDED };
}

static dg_plan *plan_at(const char *at, const char *more)
{
    dg_plan *plan;
    dg_error err = { .text = "" };
    char key[60];
    if (dg_plan_load(&plan, STALL, &err) < 0 || dg_plan_set(plan, "upgrade.at", at, &err) < 0)
        ck_abort_msg("%s", err.text);
    if (more[0]) {
        snprintf(key, sizeof key, "%.*s", (int)strcspn(more, "="), more);
        if (dg_plan_set(plan, key, strchr(more, '=') + 1, &err) < 0)
            ck_abort_msg("%s", err.text);
    }
    if (dg_plan_check(plan, &err) < 0)
        ck_abort_msg("%s", err.text);
    return plan;
}

static void made_alone(json_t **outcome, const dg_plan *plan)
{
    dg_run_options options = options_of();
    dg_error err = { .text = "" };
    if (dg_run(outcome, plan, &options, &err) < 0)
        ck_abort_msg("%s", err.text);
    json_object_set_new(*outcome, "environment", json_object());
}

/* ---- shared ---- */

typedef struct kept {
    json_t *of[CELLS];
} kept;

static dg_code keep(void *user, size_t cell, json_t *outcome, bool crashed, const dg_error *why,
                    dg_error *err)
{
    kept *k = user;
    (void)err;
    ck_assert_msg(outcome && !crashed, "%s", why->text);
    json_object_set_new(outcome, "environment", json_object());
    ck_assert_ptr_null(k->of[cell]);
    k->of[cell] = outcome;
    return DG_OK;
}

static const struct {
    const char *at[CELLS], *more;
    bool shares;
} rows[] = {
    { { "boundary-3", "boundary-8", "boundary" }, "", true },
    { { "boundary@2-1", "boundary@2-1" }, "network.classes=v1.12=1", true },
    { { "boundary-1", "boundary" }, "network.exchange=messages", true },
    { { "boundary-1", "boundary" },
      "network.faults=[{\"kind\":\"crash\",\"share\":0.2,\"from\":\"U-2\"}]",
      false },
    { { "boundary-3b", "boundary-1b" }, "", false },
};

static size_t plans_of(dg_plan **plans, int row)
{
    size_t count = 0;
    for (; count < CELLS && rows[row].at[count]; count++)
        plans[count] = plan_at(rows[row].at[count], rows[row].more);
    return count;
}

START_TEST(a_cell_is_its_own_run)
{
    dg_plan *plans[CELLS];
    size_t count = plans_of(plans, _i);
    dg_run_options options = options_of();
    kept shared = { .of = { NULL } };
    dg_run_cells_options how = { .at_once = 2, .ended = keep, .user = &shared };
    dg_error err = { .text = "" };
    ck_assert_msg(dg_run_cells((const dg_plan *const *)plans, count, &options, &how, &err) == DG_OK,
                  "%s", err.text);
    for (size_t i = 0; i < count; i++) {
        json_t *alone;
        made_alone(&alone, plans[i]);
        ck_assert_msg(json_equal(alone, shared.of[i]), "%s differs", rows[_i].at[i]);
        json_decref(alone);
        json_decref(shared.of[i]);
        dg_plan_free(plans[i]);
    }
}
END_TEST

/* Else the rows above would hold for runs that share nothing. */
START_TEST(control_is_shared_where_it_can_be)
{
    dg_plan *plans[CELLS];
    size_t count = plans_of(plans, _i), jobs[CELLS] = { 0, 1, 2, 3 };
    dg_run_options options = options_of();
    dg_run_answer answers[CELLS];
    dg_run_pool *pool;
    dg_error err = { .text = "" };
    dg_code rc;
    ck_assert_int_eq(dg_run_pool_new(&pool, answers, count, NULL, NULL, &err), DG_OK);
    rc = dg_run_shared(pool, &(dg_run_group){ (const dg_plan *const *)plans, jobs, count, NULL },
                       &options, &err);
    ck_assert_msg(rc == (rows[_i].shares ? DG_OK : DG_UNSUPPORTED), "%d: %s", rc, err.text);
    for (size_t i = 0; i < count; i++) {
        ck_assert(answers[i].begun == rows[_i].shares);
        dg_plan_free(plans[i]);
    }
    dg_run_pool_free(pool);
    dg_run_answers_clear(answers, count);
}
END_TEST

/* ---- one that cannot be opened ---- */

typedef struct told {
    bool done[2];
    char why[2][480];
} told;

static dg_code note(void *user, size_t cell, json_t *outcome, bool crashed, const dg_error *why,
                    dg_error *err)
{
    told *t = user;
    (void)err;
    ck_assert(!crashed && !t->done[cell]);
    t->done[cell] = true;
    snprintf(t->why[cell], sizeof t->why[cell], "%s", outcome ? "" : why->text);
    json_decref(outcome);
    return DG_OK;
}

/* A file that is there, and no code. */
static dg_plan *plan_without_code(void)
{
    char more[300];
    snprintf(more, sizeof more, "upgrade.to=%s", STALL);
    return plan_at("boundary", more);
}

START_TEST(one_that_cannot_be_opened_stops_no_other)
{
    dg_plan *plans[2] = { plan_without_code(), plan_at("boundary", "claims={\"default\":true}") };
    dg_run_options options = options_of();
    told t = { .done = { false } };
    dg_run_cells_options how = { .at_once = 2, .ended = note, .user = &t };
    dg_error err = { .text = "" };
    ck_assert_int_eq(dg_plan_set(plans[1], "network", "false", &err), DG_OK);
    ck_assert_int_eq(dg_plan_check(plans[1], &err), DG_OK);
    ck_assert_msg(dg_run_cells((const dg_plan *const *)plans, 2, &options, &how, &err) == DG_OK,
                  "%s", err.text);
    ck_assert(t.done[0] && t.done[1]);
    ck_assert_msg(strstr(t.why[0], "neither code") != NULL, "%s", t.why[0]);
    ck_assert_str_eq(t.why[1], "");
    dg_plan_free(plans[0]);
    dg_plan_free(plans[1]);
}
END_TEST

START_TEST(where_none_can_be_opened_it_is_said_once)
{
    dg_plan *plans[2] = { plan_without_code(), plan_without_code() };
    dg_run_options options = options_of();
    told t = { .done = { false } };
    dg_run_cells_options how = { .at_once = 2, .ended = note, .user = &t };
    dg_error err = { .text = "" };
    ck_assert_int_lt(dg_run_cells((const dg_plan *const *)plans, 2, &options, &how, &err), 0);
    ck_assert_msg(strstr(err.text, "neither code") != NULL, "%s", err.text);
    ck_assert(!t.done[0] && !t.done[1]);
    dg_plan_free(plans[0]);
    dg_plan_free(plans[1]);
}
END_TEST

/* ---- riskiest first ---- */

typedef struct turns {
    json_t *of[CELLS];
    const char *why[CELLS];
    size_t order[CELLS], done;
} turns;

static void ranked(void *user, size_t cell, const char *why)
{
    turns *t = user;
    ck_assert_uint_eq(t->done, 0);
    t->why[cell] = why;
}

static dg_code keep_turn(void *user, size_t cell, json_t *outcome, bool crashed,
                         const dg_error *why, dg_error *err)
{
    turns *t = user;
    (void)err;
    ck_assert_msg(outcome && !crashed, "%s", why->text);
    json_object_set_new(outcome, "environment", json_object());
    t->of[cell] = outcome;
    t->order[t->done++] = cell;
    return DG_OK;
}

/* Two blocks of control compete at boundary-4, none at boundary-16 and -15; -16 is the first of the
 * rest, which stands for its neighbours. */
START_TEST(the_riskiest_come_first_and_come_to_the_same)
{
    static const char *const at[CELLS] = { "boundary-16", "boundary-15", "boundary-4",
                                           "boundary-1" };
    static const char *const says[CELLS] = { "boundaries and forks of control came first",
                                             "neither a boundary nor a fork", "lost a block",
                                             "is at a session boundary" };
    static const size_t order[CELLS] = { 3, 2, 0, 1 };
    dg_plan *plans[CELLS];
    dg_run_options options = options_of();
    turns t = { .done = 0 };
    dg_run_cells_options how = {
        .at_once = 1, .ended = keep_turn, .riskiest_first = true, .ranked = ranked, .user = &t
    };
    dg_error err = { .text = "" };
    for (size_t i = 0; i < CELLS; i++)
        plans[i] = plan_at(at[i], "");
    ck_assert_msg(dg_run_cells((const dg_plan *const *)plans, CELLS, &options, &how, &err) == DG_OK,
                  "%s", err.text);
    ck_assert_uint_eq(t.done, CELLS);
    for (size_t i = 0; i < CELLS; i++) {
        json_t *alone;
        ck_assert_uint_eq(t.order[i], order[i]);
        ck_assert_msg(strstr(t.why[i], says[i]) != NULL, "%s: %s", at[i], t.why[i]);
        made_alone(&alone, plans[i]);
        ck_assert_msg(json_equal(alone, t.of[i]), "%s differs", at[i]);
        json_decref(alone);
        json_decref(t.of[i]);
        dg_plan_free(plans[i]);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("cells");
    TCase *tc = tcase_create("cells");
    tcase_set_timeout(tc, 0);
    tcase_add_loop_test(tc, a_cell_is_its_own_run, 0, sizeof rows / sizeof *rows);
    tcase_add_test(tc, the_riskiest_come_first_and_come_to_the_same);
    tcase_add_loop_test(tc, control_is_shared_where_it_can_be, 0, sizeof rows / sizeof *rows);
    tcase_add_test(tc, one_that_cannot_be_opened_stops_no_other);
    tcase_add_test(tc, where_none_can_be_opened_it_is_said_once);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
