/* What is said to help has to have helped, and what was not run must not be said to. The plans here
 * are over runtimes in miniature, so that it is known what each of them is beyond. */
#include "../support/schema.h"
#include "../support/suite.h"

#include "recover/recover.h"

#include <stdlib.h>
#include <string.h>

static const char *position = "boundary-4";

static dg_plan *plan_of(const char *to, const char *network)
{
    const char *at = getenv("DOPPEL_RUNTIMES") ? getenv("DOPPEL_RUNTIMES") : "build/runtimes";
    dg_error err = { .text = "" };
    dg_plan *plan = NULL;
    char text[900];
    snprintf(text, sizeof text,
             "{\"doppel\":1,\"snapshot\":\"%s/mini.json\",\"upgrade\":{\"to\":\"%s/%s.wasm\","
             "\"at\":\"%s\"},\"network\":%s,\"seed\":1,\"seeds_max\":1}",
             at, at, to, position, network);
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
    if (rc == DG_OK && dg_keys_check(dg_recover_keys(), *out, true, err) < 0)
        ck_abort_msg("%s", err->text);
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
        if (strcmp(json_string_value(json_object_get(row, "remedy")), "rollback") == 0
            || strcmp(json_string_value(json_object_get(row, "remedy")), "clocks") == 0)
            continue;
        ck_assert_msg(json_is_false(json_object_get(row, "works")), "row %zu works", i);
        if (!json_is_true(json_object_get(row, "tried")))
            continue;
        tried++;
        ck_assert_msg(strstr(why, "the chain stands from slot 2860000"), "%s", why);
    }
    ck_assert_uint_ge(tried, 2); /* waiting and a restart */
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

/* Nobody knows a block from before the fork; clocks that are no faster never come up with the true
 * ones. */
static const struct {
    const char *at;
    dg_recover_options asked;
    const char *says;
} refused[] = {
    { "#3",
      { .back_blocks = 4 },
      "4 blocks back from U (#3) are more than there are above the fork" },
    { "boundary-4", { .back_blocks = 17 }, "17 blocks back from U (#17)" },
    { "boundary-4", { .warp = 1 }, "clocks that run 1 times as fast never come up with true time" },
    { "boundary-4", { .warp = 0.5 }, "a factor above 1 is needed" },
    { "boundary-4", { .warp = -6 }, "a factor above 1 is needed" },
};

START_TEST(what_cannot_be_done_is_one_line)
{
    dg_error err = { .text = "" };
    json_t *document;
    dg_code rc;
    position = refused[_i].at;
    rc = recover(&document, "mini-2-migration-traps", "false", &refused[_i].asked, &err);
    position = "boundary-4";
    ck_assert_int_eq(rc, DG_USAGE);
    ck_assert_ptr_null(document);
    ck_assert_msg(strstr(err.text, refused[_i].says) && !strchr(err.text, '\n'), "%s", err.text);
}
END_TEST

/* As far back as the fork itself, and not from the first block on. */
START_TEST(a_branch_may_begin_at_the_fork)
{
    dg_error err = { .text = "" };
    json_t *document;
    const json_t *row;
    size_t i, found = 0;
    dg_code rc;
    position = "#3";
    rc = recover(&document, "mini-2-migration-traps", "false",
                 &(dg_recover_options){ .back_blocks = 3 }, &err);
    position = "boundary-4";
    ck_assert_msg(rc == DG_OK, "%s", err.text);
    json_array_foreach(remedies_of(document), i, row)
    {
        const char *says = json_string_value(json_object_get(row, "says"));
        if (!strstr(says, "rollback: 2 blocks"))
            continue;
        found++;
        ck_assert(json_is_true(json_object_get(row, "works")));
        ck_assert_ptr_null(json_object_get(row, "finalized_lost")); /* nobody votes */
    }
    ck_assert_uint_eq(found, 1);
    json_decref(document);
}
END_TEST

/* ---- code in N's place ---- */

static void put_blob(dg_buf *out, const char *name)
{
    const char *at = getenv("DOPPEL_RUNTIMES") ? getenv("DOPPEL_RUNTIMES") : "build/runtimes";
    char path[600];
    unsigned char part[1 << 16];
    size_t got;
    FILE *f;
    snprintf(path, sizeof path, "%s/%s.wasm", at, name);
    if (!(f = fopen(path, "rb")))
        ck_abort_msg("no %s", path);
    while ((got = fread(part, 1, sizeof part, f)))
        dg_buf_put(out, part, got);
    fclose(f);
    ck_assert_int_eq(out->rc, DG_OK);
}

/* Operators are ready 2 + 8 slots after the first one that stays empty, and one slot later there is
 * a block again. A substitute of N's version is executed, whatever it does then; one of another
 * version is not, and so N-1 as it is never helps. */
static const struct {
    const char *to, *network, *substitute;
    bool tried, works;
    const char *why;
    int64_t recovered_ms;
} substitutes[] = {
    { "mini-2-migration-traps", "false", NULL, false, false,
      "N-1 has 1, N has 2, so N-1 has to be built again as 2", 0 },
    { "mini-2-migration-traps", "false", "mini-2", true, true,
      "blocks #18 to #42 follow on the substitute", 72000 },
    /* N wrote three blocks; the next one begins a session */
    { "mini-2-session-appetite", "false", "mini-2", true, true,
      "blocks #21 to #45 follow on the substitute", 90000 },
    /* epochs have their old length again before clients miss one */
    { "mini-2-epoch-length", NODES, "mini-2", true, true, " follow on the substitute", 90000 },
    { "mini-2-migration-traps", "false", "mini-2-init-traps", true, false,
      "block #18 on the substitute cannot be: block #18, slot 286000027", 0 },
    { "mini-2-migration-traps", "false", "mini-1", true, false,
      "nodes do not use it: code of spec_version 1 stands in for none of spec_version 2", 0 },
    { "mini-2-migration-traps", "false", "mini-3", true, false,
      "nodes do not use it: code of spec_version 3 stands in for none of spec_version 2", 0 },
    { "mini-2-same-version", "false", NULL, false, false, "N-1 and N have one spec_version", 0 },
    { "mini-2-odd-slots", "false", "mini-2", false, false, "the chain goes on", 0 },
};

START_TEST(a_substitute_stands_in_for_its_own_version_alone)
{
    dg_error err = { .text = "" };
    dg_recover_options asked = { .substitute_name = substitutes[_i].substitute };
    json_t *document;
    const json_t *row;
    size_t i, found = 0;
    dg_buf blob;
    dg_code rc;
    dg_buf_init(&blob, 1 << 24);
    if (asked.substitute_name)
        put_blob(&blob, asked.substitute_name);
    asked.substitute = dg_buf_bytes(&blob);
    rc = recover(&document, substitutes[_i].to, substitutes[_i].network, &asked, &err);
    ck_assert_msg(rc == DG_OK, "%s", err.text);
    json_array_foreach(remedies_of(document), i, row)
    {
        const char *why = json_string_value(json_object_get(row, "why"));
        if (strcmp(json_string_value(json_object_get(row, "remedy")), "substitute"))
            continue;
        found++;
        ck_assert_msg(strstr(why, substitutes[_i].why), "%s", why);
        ck_assert_int_eq(json_is_true(json_object_get(row, "tried")), substitutes[_i].tried);
        ck_assert_int_eq(json_is_true(json_object_get(row, "works")), substitutes[_i].works);
        ck_assert_int_eq(json_integer_value(json_object_get(row, "recovered_ms")),
                         substitutes[_i].recovered_ms);
        ck_assert_uint_eq(json_array_size(json_object_get(row, "with")),
                          substitutes[_i].tried ? 3 : 0);
        if (substitutes[_i].tried)
            ck_assert(json_number_value(json_object_get(row, "acts")) == 1);
    }
    ck_assert_uint_eq(found, 1);
    json_decref(document);
    dg_buf_clear(&blob);
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

/* The schemas that are shipped are the tables. */
START_TEST(the_shipped_schema_is_the_table)
{
    same_as_shipped(dg_keys_schema(dg_recover_keys()), "harness/recover/recover.schema.json");
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
    tcase_add_loop_test(tc, what_cannot_be_done_is_one_line, 0, sizeof refused / sizeof *refused);
    tcase_add_test(tc, the_shipped_schema_is_the_table);
    tcase_add_test(tc, a_branch_may_begin_at_the_fork);
    tcase_add_loop_test(tc, a_substitute_stands_in_for_its_own_version_alone, 0,
                        sizeof substitutes / sizeof *substitutes);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
