/* Luck decides nothing: what one seed leaves open is asked of others, and the verdict is the same
 * however many are asked at a time. A clear break, and a run in which nothing is near, cost what
 * they cost before. */
#include "model_run.h"

#include <string.h>

static json_t *run_row(const char *at, const char *class, const char *more, const char *events)
{
    dg_run_options options = { .cache_dir = dg_engine_cache_dir(),
                               .compiler = DG_COMPILER_SPEED,
                               .events_path = events };
    dg_plan *plan;
    json_t *outcome = NULL;
    dg_error err = { .text = "" };
    char pair[200], *line, *next;
    if (dg_plan_load(&plan, "fixtures/incidents/polkadot-2024-04-21/plan.json", &err) < 0
        || dg_plan_set(plan, "upgrade.at", at, &err) < 0
        || dg_plan_set(plan, "network.classes", class, &err) < 0)
        ck_abort_msg("%s", err.text);
    snprintf(pair, sizeof pair, "%s", more);
    for (line = pair; line && *line; line = next) {
        char *value = strchr(line, '=');
        if ((next = strchr(line, ' ')))
            *next++ = 0;
        *value = 0;
        if (dg_plan_set(plan, line, value + 1, &err) < 0)
            ck_abort_msg("%s", err.text);
    }
    if (dg_plan_check(plan, &err) < 0 || dg_run(&outcome, plan, &options, &err) < 0)
        ck_abort_msg("%s", err.text);
    dg_plan_free(plan);
    return outcome;
}

/* "1:3 2:1*": seed and exit, the one that the verdict rests on has a star. */
static const char *tried(const json_t *outcome)
{
    static char text[400];
    const json_t *one;
    size_t i;
    text[0] = 0;
    json_array_foreach(json_object_get(outcome, "seeds"), i, one)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%d:%d%s", i ? " " : "",
                 (int)json_integer_value(json_object_get(one, "seed")),
                 (int)json_integer_value(json_object_get(one, "exit")),
                 json_is_true(json_object_get(one, "rests")) ? "*" : "");
    return text;
}

static bool has_note(const json_t *outcome, const char *part)
{
    const json_t *note;
    size_t i;
    json_array_foreach(json_object_get(outcome, "notes"), i,
                       note) if (strstr(json_string_value(note), part)) return true;
    return false;
}

/* Of one claim, so that nothing else is near. */
#define TOPOLOGY "claims={\"default\":false,\"topology-present\":{}}"
#define CADENCE                                                                                    \
    "claims={\"default\":false,\"block-cadence\":{}} "                                             \
    "network.compile_ms={\"min\":7000,\"max\":10000}"
#define SLOW                                                                                       \
    "claims={\"default\":false,\"block-cadence\":{}} "                                             \
    "network.compile_ms={\"min\":9000,\"max\":13000}"

static const struct {
    const char *at, *class, *more;
    int exit, seed;
    const char *status, *says, *tried, *reason; /* NULL: not looked at */
} rows[] = {
    /* the second seed prunes a fork between the boundary and U, and it is the stall */
    { "boundary-19", "SD_V12_PURGE", TOPOLOGY, DG_EXIT_BROKE, 2, "broke",
      "0 of 100 validators hold a grid topology", "1:3 2:1*", NULL },
    { "boundary-19", "SD_V12_PURGE", TOPOLOGY " seeds_max=1", DG_EXIT_INCONCLUSIVE, 1,
      "unexercised", "nothing could be forgotten", "", "topology-present was not reached" },
    /* no seed brings what the plan keeps away */
    { "boundary-19", "SD_V12_PURGE", TOPOLOGY " network.forks=false", DG_EXIT_INCONCLUSIVE, 1,
      "unexercised", "the plan's network has none", "",
      "topology-present is kept out of reach by the plan" },
    { "boundary-19", "SD_V12_OK", TOPOLOGY, DG_EXIT_HELD, 1, "held", "does not apply", "", NULL },
    /* far beyond any threshold */
    { "boundary-8", "SD_V12_PURGE", "claims={\"default\":false,\"backing-rate\":{}}", DG_EXIT_BROKE,
      1, "broke", "in control (", "", NULL },
    /* one empty slot in 29: luck, or each time */
    { "boundary-8", "SD_V12_OK", CADENCE, DG_EXIT_HELD, 1, "warned",
      "in 3 of 16 seeds, which is luck: 28 blocks in 29 slots",
      "1:1* 2:0 3:0 4:0 5:0 6:0 7:0 8:0 9:1 10:0 11:0 12:0 13:1 14:0 15:0 16:0", NULL },
    { "boundary-8", "SD_V12_OK", CADENCE " seeds_max=3", DG_EXIT_INCONCLUSIVE, 1, "unexercised",
      "in 1 of 3 seeds, which decides nothing: 28 blocks in 29 slots", "1:1* 2:0 3:0",
      "block-cadence broke in 1 of 3 seeds, which decides nothing" },
    { "boundary-8", "SD_V12_OK", SLOW " seed=3", DG_EXIT_BROKE, 3, "broke", "; in 4 of 4 seeds",
      "3:1* 4:1 5:1 6:1", NULL },
};

START_TEST(other_seeds_are_asked_where_luck_decides)
{
    json_t *o = run_row(rows[_i].at, rows[_i].class, rows[_i].more, NULL);
    const json_t *claim = json_array_get(json_object_get(o, "claims"), 0);
    const char *name = json_string_value(json_object_get(claim, "name"));
    ck_assert_msg(dg_outcome_exit(o) == rows[_i].exit, "%s: %s", tried(o), verdicts(o));
    ck_assert_msg(strcmp(claim_status(o, name), rows[_i].status) == 0, "%s: %s", tried(o),
                  verdicts(o));
    ck_assert_msg(strstr(claim_text(o, name), rows[_i].says) != NULL, "%s", verdicts(o));
    ck_assert_str_eq(tried(o), rows[_i].tried);
    ck_assert_int_eq(json_integer_value(json_object_get(o, "seed")), rows[_i].seed);
    if (rows[_i].reason)
        ck_assert_str_eq(json_string_value(json_object_get(o, "reason")), rows[_i].reason);
    ck_assert(has_note(o, "left the verdict to chance") == (rows[_i].tried[0] != 0));
    json_decref(o);
}
END_TEST

/* The log is that of the seed on which the verdict rests, and tells of the others. */
START_TEST(the_log_by_itself_comes_to_the_same)
{
    char path[300];
    dg_event_log log = { 0 };
    dg_error err = { .text = "" };
    json_t *o, *again = NULL;
    snprintf(path, sizeof path, "%s", scratch_path("events.ndjson"));
    o = run_row("boundary-19", "SD_V12_PURGE", TOPOLOGY, path);
    ck_assert_msg(dg_event_log_read(&log, path, &err) == DG_OK, "%s", err.text);
    ck_assert_msg(dg_outcome_explain(&again, &log, &err) == DG_OK, "%s", err.text);
    ck_assert(json_equal(json_object_get(o, "claims"), json_object_get(again, "claims")));
    ck_assert_int_eq(dg_outcome_exit(again), DG_EXIT_BROKE);
    ck_assert(has_note(o,
                       "seed 1 left the verdict to chance: topology-present (unexercised); seeds "
                       "1 to 2 were run, and this report shows the run of seed 2"));
    json_decref(o);
    json_decref(again);
    dg_event_log_clear(&log);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("seeds");
    TCase *tc = tcase_create("seeds");
    tcase_set_timeout(tc, 600);
    tcase_add_loop_test(tc, other_seeds_are_asked_where_luck_decides, 0,
                        (int)(sizeof rows / sizeof *rows));
    tcase_add_test(tc, the_log_by_itself_comes_to_the_same);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
