/* What is said to help has to have helped, and what was not run must not be said to. The plans here
 * are over runtimes in miniature, so that it is known what each of them is beyond. */
#include "../support/suite.h"

#include "recover/recover.h"

#include <stdlib.h>
#include <string.h>

static dg_plan *plan_of(const char *to, const char *network)
{
    const char *at = getenv("DOPPEL_RUNTIMES") ? getenv("DOPPEL_RUNTIMES") : "build/runtimes";
    dg_error err = { .text = "" };
    dg_plan *plan = NULL;
    char text[900];
    snprintf(text, sizeof text,
             "{\"doppel\":1,\"snapshot\":\"%s/mini.json\",\"upgrade\":{\"to\":\"%s/%s.wasm\","
             "\"at\":\"boundary-4\"},\"network\":%s,\"seed\":1,\"seeds_max\":1}",
             at, at, to, network);
    if (dg_plan_parse(&plan, dg_bytes_of(text, strlen(text)), "plan.json", NULL, &err) < 0
        || dg_plan_check(plan, &err) < 0)
        ck_abort_msg("%s", err.text);
    return plan;
}

static dg_code recover(json_t **out, const char *to, const char *network,
                       const dg_recover_options *asked, dg_error *err)
{
    dg_run_options run = { .cache_dir = dg_engine_cache_dir(), .compiler = DG_COMPILER_SPEED };
    dg_recover_options how = *asked;
    dg_plan *plan = plan_of(to, network);
    dg_code rc;
    how.run = &run;
    rc = dg_recover(out, plan, &how, err);
    dg_plan_free(plan);
    return rc;
}

static const json_t *remedies_of(const json_t *document)
{
    return json_object_get(json_object_get(document, "recover"), "remedies");
}

#define NODES "{\"classes\":[{\"class\":\"v1.12\",\"share\":1}]}"

/* Nodes keep the length of epochs that they began with: nothing that nodes alone do mends that. */
START_TEST(where_clients_refuse_all_blocks_no_node_helps)
{
    dg_error err = { .text = "" };
    json_t *document;
    const json_t *row;
    size_t i, tried = 0;
    if (recover(&document, "mini-2-epoch-length", NODES, &(dg_recover_options){ .over_slots = 2 },
                &err)
        < 0)
        ck_abort_msg("%s", err.text);
    ck_assert(json_is_true(json_object_get(json_object_get(document, "recover"), "halted")));
    json_array_foreach(remedies_of(document), i, row)
    {
        const char *why = json_string_value(json_object_get(row, "why"));
        ck_assert_msg(json_is_false(json_object_get(row, "works")), "row %zu works", i);
        if (!json_is_true(json_object_get(row, "tried")))
            continue;
        tried++;
        ck_assert_msg(strstr(why, "the chain stands from slot 286000017 on"), "%s", why);
    }
    ck_assert_uint_ge(tried, 2); /* waiting and a restart */
    ck_assert_int_eq(dg_recover_exit(document), DG_EXIT_BROKE);
    json_decref(document);
}
END_TEST

START_TEST(a_plan_that_is_not_red_has_nothing_to_recover_from)
{
    dg_error err = { .text = "" };
    json_t *document;
    ck_assert_int_eq(recover(&document, "mini-2", "false", &(dg_recover_options){ 0 }, &err),
                     DG_USAGE);
    ck_assert_ptr_null(document);
    ck_assert_msg(strstr(err.text, "nothing to recover from: the plan is not red"), "%s", err.text);
}
END_TEST

START_TEST(without_a_network_there_is_nobody_to_act)
{
    dg_error err = { .text = "" };
    json_t *document;
    const json_t *row;
    size_t i;
    if (recover(&document, "mini-2-migration-traps", "false", &(dg_recover_options){ 0 }, &err) < 0)
        ck_abort_msg("%s", err.text);
    json_array_foreach(remedies_of(document), i, row)
    {
        bool nodes = strcmp(json_string_value(json_object_get(row, "remedy")), "restart") == 0;
        if (nodes)
            ck_assert_str_eq(json_string_value(json_object_get(row, "why")),
                             "the run has no network, so there is no node to act");
        ck_assert(!nodes || json_is_false(json_object_get(row, "tried")));
    }
    ck_assert_uint_ge(i, 3);
    json_decref(document);
}
END_TEST

START_TEST(a_release_that_is_none_is_named)
{
    dg_error err = { .text = "" };
    json_t *document;
    ck_assert_int_eq(recover(&document, "mini-2-epoch-length", NODES,
                             &(dg_recover_options){ .release = "v7.7" }, &err),
                     DG_USAGE);
    ck_assert_ptr_null(document);
    ck_assert_msg(strstr(err.text, "v7.7"), "%s", err.text);
}
END_TEST

static bool at_once(void *user)
{
    (void)user;
    return true;
}

START_TEST(who_halts_it_gets_no_table)
{
    dg_error err = { .text = "" };
    json_t *document;
    ck_assert_int_eq(recover(&document, "mini-2-epoch-length", NODES,
                             &(dg_recover_options){ .halts = at_once }, &err),
                     DG_END);
    ck_assert_ptr_null(document);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("recover");
    TCase *tc = tcase_create("remedies");
    tcase_set_timeout(tc, 300);
    tcase_add_test(tc, where_clients_refuse_all_blocks_no_node_helps);
    tcase_add_test(tc, a_plan_that_is_not_red_has_nothing_to_recover_from);
    tcase_add_test(tc, without_a_network_there_is_nobody_to_act);
    tcase_add_test(tc, a_release_that_is_none_is_named);
    tcase_add_test(tc, who_halts_it_gets_no_table);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
