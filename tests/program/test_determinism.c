/* A verdict is a function of program, snapshot, blobs, plan and seed: run twice, and by
 * another build of the program, an outcome is the same to the byte, except for what it
 * says of its environment; so is every event. DOPPEL_OTHER names the other binary. */
#include "program.h"

#include <stdlib.h>
#include <string.h>

static const char *const plans[] = {
    EMBEDDED_PLAN,
    "--no-network --snapshot build/runtimes/mini.json --to build/runtimes/mini-2.wasm --at "
    "boundary-4",
    "--no-network --snapshot build/runtimes/mini.json --to build/runtimes/mini-2-in-steps.wasm "
    "--at 50% --seed "
    "7",
    "--no-network --snapshot build/runtimes/mini.json --to build/runtimes/mini-2-init-traps.wasm "
    "--at "
    "boundary+2",
    "--no-network --snapshot build/runtimes/mini.json --to build/runtimes/mini-2-keys-shorter.wasm "
    "--at "
    "boundary-1 --how override",
};

/* The outcome without `environment`, then all events. */
static dg_buf run_by(const char *binary, const char *plan)
{
    char args[1500], outcome_path[300], events_path[300];
    json_t *outcome;
    char *text;
    dg_buf all;
    ran r;
    snprintf(outcome_path, sizeof outcome_path, "%s", scratch_path("outcome.json"));
    snprintf(events_path, sizeof events_path, "%s", scratch_path("events.ndjson"));
    snprintf(args, sizeof args, "run -q %s -o %s --events %s", plan, outcome_path, events_path);
    r = doppel_by(binary, NULL, args);
    if (r.exit > 1)
        ck_abort_msg("%s: exit %d, said: %s", plan, r.exit, dg_buf_text(&r.err));
    ran_clear(&r);
    ck_assert_ptr_nonnull(outcome = json_load_file(outcome_path, 0, NULL));
    ck_assert_int_eq(json_object_del(outcome, "environment"), 0);
    ck_assert_uint_gt(json_array_size(json_object_get(outcome, "claims")), 10);
    all = slurp(events_path);
    ck_assert_uint_gt(all.len, 1000);
    text = json_dumps(outcome, JSON_SORT_KEYS | JSON_INDENT(1));
    dg_buf_put_text(&all, text);
    free(text);
    json_decref(outcome);
    return all;
}

static void same(const char *one, const char *other, const char *plan)
{
    dg_buf a = run_by(one, plan), b = run_by(other, plan);
    size_t at = 0, from;
    while (at < a.len && at < b.len && a.at[at] == b.at[at])
        at++;
    from = at < 100 ? 0 : at - 100;
    if (a.len != b.len || at < a.len)
        ck_abort_msg("%s: byte %zu differs: %.200s against %.200s", plan, at,
                     dg_buf_text(&a) + from, dg_buf_text(&b) + from);
    dg_buf_clear(&a);
    dg_buf_clear(&b);
}

START_TEST(a_plan_run_twice_has_one_outcome)
{
    same(NULL, NULL, plans[_i]);
}
END_TEST

START_TEST(another_build_has_the_same_outcome)
{
    if (getenv("DOPPEL_OTHER"))
        same(NULL, getenv("DOPPEL_OTHER"), plans[_i]);
    else if (_i == 0)
        puts("not run: outcomes of two builds compared (DOPPEL_OTHER names no other binary)");
}
END_TEST

START_TEST(the_seed_and_the_place_are_in_the_outcome)
{
    dg_buf a = run_by(
        NULL, "--no-network --snapshot build/runtimes/mini.json --to build/runtimes/mini-2.wasm "
              "--at boundary-4 --seed 1");
    dg_buf b = run_by(
        NULL, "--no-network --snapshot build/runtimes/mini.json --to build/runtimes/mini-2.wasm "
              "--at boundary-4 --seed 2");
    dg_buf c = run_by(
        NULL, "--no-network --snapshot build/runtimes/mini.json --to build/runtimes/mini-2.wasm "
              "--at boundary-3 --seed 1");
    ck_assert(!dg_bytes_equal(dg_buf_bytes(&a), dg_buf_bytes(&b)));
    ck_assert(!dg_bytes_equal(dg_buf_bytes(&a), dg_buf_bytes(&c)));
    dg_buf_clear(&a);
    dg_buf_clear(&b);
    dg_buf_clear(&c);
}
END_TEST

int main(void)
{
    enum { PLANS = sizeof plans / sizeof plans[0] };
    Suite *s = suite_create("determinism");
    TCase *tc = tcase_create("determinism");
    tcase_set_timeout(tc, 600);
    tcase_add_loop_test(tc, a_plan_run_twice_has_one_outcome, 0, PLANS);
    tcase_add_loop_test(tc, another_build_has_the_same_outcome, 0, PLANS);
    tcase_add_test(tc, the_seed_and_the_place_are_in_the_outcome);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
