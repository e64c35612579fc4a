/* On 2024-04-21 every rehearsal was green, since none of them asked a node. So a plan that
 * names no nodes gets those of N's time, and one without any says what it left unsaid. */
#include "model_run.h"

#include <stdlib.h>
#include <string.h>

#define EMBEDDED "paseo-1001002-e20-100val-20paras.json.zst"

static const char *runtimes(void)
{
    const char *at = getenv("DOPPEL_RUNTIMES");
    return at ? at : "build/runtimes";
}

/* As a user writes it: nothing of a network but what `more` says, which begins with a comma. */
static dg_code run_open(json_t **outcome, const char *snapshot, const char *to, const char *more,
                        dg_error *err)
{
    dg_run_options options = { .cache_dir = dg_engine_cache_dir(), .compiler = DG_COMPILER_SPEED };
    char text[3000];
    dg_plan *plan = NULL;
    dg_code rc;
    *outcome = NULL;
    snprintf(text, sizeof text,
             "{\"doppel\":1,\"snapshot\":\"%s\",\"upgrade\":{\"to\":\"%s\",\"at\":\"%s\"}%s}",
             snapshot, to, strstr(snapshot, "mini") ? "boundary@2-3" : "boundary-8", more);
    if ((rc = dg_plan_parse(&plan, dg_text(text), "p", NULL, err)) >= 0
        && (rc = dg_plan_check(plan, err)) >= 0)
        rc = dg_run(outcome, plan, &options, err);
    dg_plan_free(plan);
    return rc;
}

static json_t *embedded(const char *more)
{
    dg_error err = { .text = "" };
    char snapshot[600], to[600];
    json_t *o;
    snprintf(snapshot, sizeof snapshot, "%s", fixture_path(EMBEDDED));
    snprintf(to, sizeof to, "%s", fixture_path("paseo-1002000-e20.wasm"));
    if (run_open(&o, snapshot, to, more, &err) < 0)
        ck_abort_msg("%s", err.text);
    return o;
}

static dg_code mini(json_t **outcome, const char *more, dg_error *err)
{
    char snapshot[600], to[600];
    snprintf(snapshot, sizeof snapshot, "%s/mini.json", runtimes());
    snprintf(to, sizeof to, "%s/mini-2.wasm", runtimes());
    return run_open(outcome, snapshot, to, more, err);
}

static bool note_with(const json_t *outcome, const char *part)
{
    const json_t *line;
    size_t i;
    json_array_foreach(json_object_get(outcome, "notes"), i,
                       line) if (strstr(json_string_value(line), part)) return true;
    return false;
}

static json_int_t nodes_of(const json_t *network, const char *class)
{
    return json_integer_value(json_object_get(json_object_get(network, "classes"), class));
}

/* The pair of that day, and nobody named: red, and the report says who was assumed. */
START_TEST(nodes_that_nobody_named_are_those_of_the_time)
{
    json_t *o = embedded(""), *named = embedded(",\"network\":{\"classes\":[{\"class\":"
                                                "\"v1.7\",\"share\":0.25},{\"class\":\"v1.8\","
                                                "\"share\":0.25},{\"class\":\"v1.9\",\"share\":"
                                                "0.25},{\"class\":\"v1.10\",\"share\":0.25}]}");
    const json_t *network = json_object_get(o, "network"),
                 *assumed = json_object_get(network, "assumed");
    ck_assert_int_eq(dg_outcome_exit(o), DG_EXIT_BROKE);
    ck_assert_str_eq(claim_status(o, "topology-present"), "broke");
    ck_assert_str_eq(json_string_value(json_object_get(assumed, "releases")), "v1.7 to v1.10");
    ck_assert_str_eq(json_string_value(json_object_get(assumed, "since")),
                     "they were current in April 2024, when runtime 1002000 was enacted");
    ck_assert_int_eq(nodes_of(network, "v1.7") + nodes_of(network, "v1.8")
                         + nodes_of(network, "v1.9") + nodes_of(network, "v1.10"),
                     100);
    ck_assert_int_gt(nodes_of(network, "v1.7"), 0);
    ck_assert(note_with(o, "the plan names no nodes, so they run v1.7 to v1.10, with an equal"));
    ck_assert_ptr_null(json_object_get(o, "chain_only"));
    /* named, they are the same, and nothing is said of a guess */
    ck_assert(json_equal(json_object_get(o, "claims"), json_object_get(named, "claims")));
    ck_assert_ptr_null(json_object_get(json_object_get(named, "network"), "assumed"));
    ck_assert(!note_with(named, "the plan names no nodes"));
    json_decref(o);
    json_decref(named);
}
END_TEST

/* The outcome holds the plan as it was run: run again, it is no guess any more. */
START_TEST(the_outcome_says_who_was_taken)
{
    json_t *o = embedded(",\"network\":{\"exchange\":\"computed\"}");
    const json_t *network = json_object_get(json_object_get(o, "plan"), "network"),
                 *first = json_array_get(json_object_get(network, "classes"), 0);
    ck_assert_uint_eq(json_array_size(json_object_get(network, "classes")), 4);
    ck_assert_str_eq(json_string_value(json_object_get(first, "class")), "v1.7");
    ck_assert_str_eq(json_string_value(json_object_get(network, "exchange")), "computed");
    json_decref(o);
}
END_TEST

/* A size, or a link, says nothing of who the nodes are: not healthy ones for that. */
START_TEST(nodes_of_which_something_is_said_are_those_of_the_time_too)
{
    json_t *o = embedded(",\"network\":{\"size\":\"102x21\",\"forks\":true}");
    const json_t *network = json_object_get(o, "network");
    ck_assert_int_eq(dg_outcome_exit(o), DG_EXIT_BROKE);
    ck_assert_int_eq(nodes_of(network, "v1.7") + nodes_of(network, "v1.8")
                         + nodes_of(network, "v1.9") + nodes_of(network, "v1.10"),
                     102);
    ck_assert_ptr_nonnull(json_object_get(network, "assumed"));
    json_decref(o);
}
END_TEST

static const struct {
    const char *more, *reason;
    size_t claims; /* not judged */
} only[] = {
    { ",\"network\":false", "the plan says so (network: false)", 12 },
    { "", "the runtime has no pallet that takes candidates of parachains in", 12 },
    { ",\"fork\":{\"storage\":{\"Paras.Parachains\":[]}}", "the state has no parachains", 12 },
    { ",\"fork\":{\"storage\":{\"Paras.Parachains\":[1,2,3,4,5]}}",
      "the state has 5 parachains and 4 validators", 12 },
    { ",\"claims\":{\"default\":false,\"reimport\":{}}",
      "the plan asks for no claim about the network", 0 },
    { ",\"network\":false,\"claims\":{\"disputes\":{\"off\":true},\"no-shows\":{\"off\":true}}",
      "the plan says so", 10 },
};

START_TEST(a_run_without_nodes_says_what_it_leaves_unsaid)
{
    dg_error err = { .text = "" };
    const json_t *found, *names;
    json_t *o;
    if (mini(&o, only[_i].more, &err) < 0)
        ck_abort_msg("%s", err.text);
    found = json_object_get(o, "chain_only");
    names = json_object_get(found, "claims");
    ck_assert_ptr_nonnull(found);
    ck_assert_msg(strstr(json_string_value(json_object_get(found, "reason")), only[_i].reason)
                      != NULL,
                  "%s", json_string_value(json_object_get(found, "reason")));
    ck_assert_uint_eq(json_array_size(names), only[_i].claims);
    ck_assert(note_with(o, "chain only: no network was simulated, since "));
    ck_assert(note_with(o, only[_i].reason));
    ck_assert_ptr_null(json_object_get(o, "network"));
    ck_assert(json_is_false(json_object_get(json_object_get(o, "plan"), "network")));
    json_decref(o);
}
END_TEST

/* Nothing is left out silently that the plan asked for by name. */
START_TEST(a_claim_that_is_named_needs_its_network)
{
    dg_error err = { .text = "" };
    json_t *o;
    dg_code rc = mini(&o,
                      ",\"fork\":{\"storage\":{\"Paras.Parachains\":[]}},"
                      "\"claims\":{\"backing-rate\":{}}",
                      &err);
    ck_assert_int_eq(dg_exit_of(rc), DG_EXIT_USAGE);
    ck_assert_msg(strstr(err.text, "no network is simulated, since the state has no parachains")
                      && strstr(err.text, "claims.backing-rate is about the network"),
                  "%s", err.text);
    ck_assert_ptr_null(o);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("default network");
    TCase *tc = tcase_create("default network");
    tcase_set_timeout(tc, 0);
    tcase_add_test(tc, nodes_that_nobody_named_are_those_of_the_time);
    if (!REDUCED)
        tcase_add_test(tc, the_outcome_says_who_was_taken);
    if (!REDUCED)
        tcase_add_test(tc, nodes_of_which_something_is_said_are_those_of_the_time_too);
    tcase_add_loop_test(tc, a_run_without_nodes_says_what_it_leaves_unsaid, 0,
                        (int)(sizeof only / sizeof *only));
    tcase_add_test(tc, a_claim_that_is_named_needs_its_network);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
