/* Memory may end at any moment of a run: then it ends with DG_NOMEM, in one line, and
 * gives back what it took (the sanitizers see). Both arms, alone and with a network. */
#include "model_run.h"

#include <stdlib.h>
#include <string.h>

static const char *const plain =
    "{\"doppel\":1,\"snapshot\":\"%s/mini.json\",\"upgrade\":{\"to\":\"%s/"
    "mini-2.wasm\",\"at\":\"boundary@2-3\"}%s}";
static const char *const nodes =
    ",\"network\":{\"classes\":[{\"class\":\"SD_V12_PURGE\",\"share\":1}],"
    "\"faults\":[{\"kind\":\"offline-collators\",\"who\":\"all\"}]}";

static const char *runtimes(void)
{
    const char *at = getenv("DOPPEL_RUNTIMES");
    return at ? at : "build/runtimes";
}

static dg_code run_failing(const char *more, uint64_t nth, dg_error *err)
{
    dg_run_options options = { .cache_dir = dg_engine_cache_dir(), .compiler = DG_COMPILER_SPEED };
    json_t *outcome = NULL;
    char text[1024];
    dg_plan *plan;
    dg_code rc;
    snprintf(text, sizeof text, plain, runtimes(), runtimes(), more);
    ck_assert_int_eq(dg_plan_parse(&plan, dg_text(text), "test", NULL, err), DG_OK);
    ck_assert_int_eq(dg_plan_check(plan, err), DG_OK);
    dg_alloc_fail_from(nth);
    rc = dg_run(&outcome, plan, &options, err);
    dg_alloc_fail_from(0);
    ck_assert(rc < 0 ? !outcome : outcome != NULL);
    json_decref(outcome);
    dg_plan_free(plan);
    return rc;
}

static const char *const worlds[] = { "", nodes };
START_TEST(without_memory_a_run_ends_in_order)
{
    dg_error err = { .text = "" };
    dg_code rc = DG_NOMEM;
    uint64_t nth = 1;
    for (; rc == DG_NOMEM; nth += nth / 16 + 1) {
        err.text[0] = 0;
        rc = run_failing(worlds[_i], nth, &err);
        ck_assert_msg(rc == DG_NOMEM || rc == DG_OK, "request %llu: %d, %s",
                      (unsigned long long)nth, rc, err.text);
        ck_assert(rc == DG_OK || err.text[0]);
    }
    ck_assert_int_eq(rc, DG_OK); /* enough of it */
    ck_assert_uint_gt(nth, 20000);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("memory");
    TCase *tc = tcase_create("memory");
    char probe[512];
    snprintf(probe, sizeof probe, "%s/mini.json", runtimes());
    json_set_alloc_funcs(dg_malloc, dg_free);
    tcase_set_timeout(tc, 0);
    if (dg_file_exists(probe))
        tcase_add_loop_test(tc, without_memory_a_run_ends_in_order, 0, 2);
    else
        printf("not run: %s is not here\n", probe);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
