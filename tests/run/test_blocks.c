/* Where slots stay empty, eight slots and eight blocks before a boundary are two places, and a plan
 * gets the one it asks for. */
#include "model_run.h"

#include <string.h>

/* Nobody builds in the fourth slot before the boundary, in either arm. */
static const char *const plan_text =
    "{\"doppel\":1,\"snapshot\":\"fixtures/paseo-1001002-e20-100val-20paras.json.zst\","
    "\"upgrade\":{\"to\":\"fixtures/paseo-1002000-e20.wasm\",\"at\":\"%s\"},"
    "\"claims\":{\"default\":false,\"upgrade-enacted\":{}},\"network\":{\"classes\":[{"
    "\"class\":\"SD_V12_OK\",\"with\":[\"provisioner-mode\"],\"share\":1}],\"faults\":[{\"kind\":"
    "\"pause\",\"who\":\"all\","
    "\"from\":\"boundary-4\",\"until\":\"boundary-3\"}]}}";

static dg_code ran(json_t **outcome, const char *at, dg_error *err)
{
    dg_run_options options = { .cache_dir = dg_engine_cache_dir(), .compiler = DG_COMPILER_SPEED };
    char text[1024];
    dg_plan *plan;
    dg_code rc;
    snprintf(text, sizeof text, plan_text, at);
    *outcome = NULL;
    if (dg_plan_parse(&plan, dg_text(text), "test", NULL, err) < 0 || dg_plan_check(plan, err) < 0)
        ck_abort_msg("%s", err->text);
    rc = dg_run(outcome, plan, &options, err);
    dg_plan_free(plan);
    return rc;
}

static json_int_t of_upgrade(const json_t *outcome, const char *key)
{
    return json_integer_value(json_object_get(json_object_get(outcome, "upgrade"), key));
}

static const struct {
    const char *at;
    int slots, blocks;      /* to the boundary */
    int of_session, before; /* slots and blocks since the session began */
} rows[] = {
    { "boundary-8", 8, 7, 12, 12 },  { "boundary-8s", 8, 7, 12, 12 },
    { "boundary-8b", 9, 8, 11, 11 }, { "boundary-3b", 3, 3, 17, 16 },
    { "boundary-4b", 5, 4, 15, 15 }, { "boundary+2b", 18, 18, 2, 2 },
    { "boundary+0b", 20, 20, 0, 0 }, { "#36", 5, 4, 15, 15 },
    { "#37", 3, 3, 17, 16 },
};
START_TEST(a_place_is_said_in_what_it_counts)
{
    dg_error err = { .text = "" };
    json_t *o;
    if (ran(&o, rows[_i].at, &err) < 0)
        ck_abort_msg("%s", err.text);
    ck_assert_int_eq(of_upgrade(o, "slots_to_boundary"), rows[_i].slots);
    ck_assert_int_eq(of_upgrade(o, "blocks_to_boundary"), rows[_i].blocks);
    ck_assert_int_eq(of_upgrade(o, "slot_of_session"), rows[_i].of_session);
    ck_assert_int_eq(of_upgrade(o, "blocks_of_session"), rows[_i].before);
    json_decref(o);
}
END_TEST

START_TEST(a_block_that_control_lacks_is_refused)
{
    dg_error err = { .text = "" };
    json_t *o;
    ck_assert_int_eq(ran(&o, "boundary-40b", &err), DG_USAGE);
    ck_assert_msg(strstr(err.text, "upgrade.at: control has 39 blocks from the fork") != NULL, "%s",
                  err.text);
    ck_assert_ptr_null(o);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("blocks of control");
    TCase *tc = tcase_create("blocks");
    tcase_set_timeout(tc, 300);
    tcase_add_loop_test(tc, a_place_is_said_in_what_it_counts, 0, sizeof rows / sizeof *rows);
    tcase_add_test(tc, a_block_that_control_lacks_is_refused);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
