/* Code that was never optimised answers first, and the optimised takes over in the middle of a
 * run. If one event were another for it, a verdict would hang on how full a cache is. */
#include "model_run.h"

#include <string.h>

static const char *const plan_text =
    "{\"doppel\":1,\"snapshot\":\"fixtures/paseo-1001002-e20-100val-20paras.json.zst\","
    "\"upgrade\":{\"to\":\"fixtures/paseo-1002000-e20.wasm\",\"at\":\"boundary-8\"}}";

typedef struct made {
    json_t *outcome;
    dg_buf events;
} made;

static made run_by(dg_compiler compiler, const char *cache, const char *events)
{
    dg_run_options options = { .cache_dir = cache, .compiler = compiler, .events_path = events };
    dg_plan *plan;
    dg_error err;
    made m = { NULL };
    if (dg_plan_parse(&plan, dg_text(plan_text), "p", NULL, &err) < 0
        || dg_plan_check(plan, &err) < 0 || dg_run(&m.outcome, plan, &options, &err) < 0)
        ck_abort_msg("%s", err.text);
    ck_assert_int_eq(json_object_del(m.outcome, "environment"), 0);
    dg_buf_init(&m.events, (size_t)1 << 30);
    ck_assert_msg(dg_file_read(&m.events, events, &err) == DG_OK, "%s", err.text);
    dg_plan_free(plan);
    return m;
}

static void clear(made *m)
{
    json_decref(m->outcome);
    dg_buf_clear(&m->events);
}

/* Migrations, stalled backing, real blocks of two runtimes; fuel stands in the events. */
START_TEST(a_run_does_not_tell_which_code_ran)
{
    made best = run_by(DG_COMPILER_SPEED, dg_engine_cache_dir(), scratch_path("best.ndjson")),
         cold = run_by(DG_COMPILER_BOTH, scratch_path("cold"), scratch_path("cold.ndjson"));
    ck_assert_uint_gt(best.events.len, 100000);
    ck_assert_ptr_nonnull(strstr(dg_buf_text(&best.events), "fuel"));
    ck_assert(dg_bytes_equal(dg_buf_bytes(&best.events), dg_buf_bytes(&cold.events)));
    ck_assert(json_equal(best.outcome, cold.outcome));
    clear(&best);
    clear(&cold);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("compilers");
    TCase *tc = tcase_create("compilers");
    tcase_set_timeout(tc, 0);
    if (!REDUCED)
        tcase_add_test(tc, a_run_does_not_tell_which_code_ran);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
