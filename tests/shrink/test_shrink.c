/* A smaller plan is of use only if it breaks for the same reason. The runs here are made up, so
 * that it is known which plans break, and why: what is looked for is the smallest of those, and a
 * smaller one that breaks for another reason must not be taken for it. */
#include "../support/suite.h"

#include "chain/chain.h"
#include "shrink/shrink_impl.h"

#include <stdlib.h>
#include <string.h>

#define HEAD                                                                                       \
    "{\"doppel\":1,\"snapshot\":\"fixtures/paseo-1001002-e20-100val-20paras.json.zst\","           \
    "\"upgrade\":{\"to\":\"fixtures/paseo-1002000-e20.wasm\",\"at\":\"%s\"}"

/* ---- a made-up world ---- */

/* Which plans break, and of what; 0 and NULL: whatever it is. */
typedef struct made_up {
    uint64_t validators, parachains; /* at least */
    int64_t offset;                  /* slots before the boundary, at least */
    const char *fault, *class;       /* has to be there */
    int64_t boundaries;              /* at least */
    uint64_t other_below;            /* with fewer validators it breaks of something else */
    uint64_t no_run_below;           /* .. cannot be run */
    uint64_t per_slot;               /* validators more that it takes for each slot of offset */
    unsigned runs;                   /* counted */
    char log[4000];
    uint32_t halt_after; /* trials; 0: never */
    uint32_t told;
} made_up;

static uint64_t size_of(const json_t *plan, int which)
{
    const char *size = json_string_value(json_object_get(json_object_get(plan, "network"), "size"));
    const char *x = size ? strchr(size, 'x') : NULL;
    return !size ? (which ? 20 : 100) : strtoull(which ? x + 1 : size, NULL, 10);
}

/* Its place in the list; -1: it is not there. */
static int place_of(const json_t *plan, const char *list, const char *key, const char *name)
{
    const json_t *item;
    size_t i;
    json_array_foreach(json_object_get(json_object_get(plan, "network"), list), i,
                       item) if (strcmp(json_string_value(json_object_get(item, key)), name)
                                 == 0) return (int)i;
    return -1;
}

static int64_t offset_of(const json_t *plan)
{
    const char *at = json_string_value(json_object_get(json_object_get(plan, "upgrade"), "at"));
    dg_position p;
    ck_assert_int_eq(dg_position_parse(&p, at, NULL), DG_OK);
    return p.kind == DG_POSITION_BOUNDARY ? -p.offset : 8; /* what 50% and the like are here */
}

static bool breaks(const made_up *w, const json_t *plan)
{
    int64_t boundaries =
        dg_keys_whole(dg_plan_keys(), json_object_get(plan, "horizon"), "horizon.boundaries_after");
    return size_of(plan, 0) >= w->validators + w->per_slot * (uint64_t)llabs(offset_of(plan))
           && size_of(plan, 1) >= w->parachains && offset_of(plan) >= w->offset
           && boundaries >= w->boundaries
           && (!w->fault || place_of(plan, "faults", "kind", w->fault) >= 0)
           && (!w->class || place_of(plan, "classes", "class", w->class) >= 0);
}

static json_t *cause(const char *kind, json_t *keys, const char *status)
{
    return json_pack("{s:s, s:s, s:o, s:s, s:s, s:[{s:s, s:s}]}", "kind", kind, "suspect", "x",
                     "keys", keys, "what", "w", "says", "s", "claims", "claim", "topology-present",
                     "status", status);
}

static json_t *outcome_of(const made_up *w, const json_t *plan)
{
    bool broke = breaks(w, plan), other = size_of(plan, 0) < w->other_below;
    json_t *causes = json_array();
    if (broke) {
        char key[40] = "repair:4269";
        if (other)
            snprintf(key, sizeof key, "work");
        else if (w->fault)
            snprintf(key, sizeof key, "fault:%d", place_of(plan, "faults", "kind", w->fault));
        json_array_append_new(causes, cause("cause", json_pack("[s]", key), "held"));
        json_array_append_new(causes, cause("contributes", json_pack("[s]", "memory"), "broke"));
    }
    return json_pack("{s:i, s:s, s:[{s:s, s:s, s:s}], s:o, s:I, s:I, s:{s:I}, s:O}", "exit",
                     !!broke, "reason", "made up", "claims", "name", "topology-present", "status",
                     broke ? "broke" : "held", "severity", "gate", "causes", causes, "validators",
                     (json_int_t)size_of(plan, 0), "parachains", (json_int_t)size_of(plan, 1),
                     "upgrade", "slots_to_boundary", (json_int_t)offset_of(plan), "plan", plan);
}

static dg_code try(void *user, json_t **outcomes, dg_error *why, const dg_plan *const *plans,
                   size_t count, dg_error *err)
{
    made_up *w = user;
    (void)err;
    for (size_t i = 0; i < count; i++) {
        const json_t *plan = dg_plan_json(plans[i]);
        w->runs++;
        if (size_of(plan, 0) < w->no_run_below)
            dg_fail(&why[i], DG_USAGE, "too small to be run");
        else
            outcomes[i] = outcome_of(w, plan);
    }
    return DG_OK;
}

static void told(void *user, const dg_shrink_trial *trial)
{
    made_up *w = user;
    size_t used = strlen(w->log);
    ck_assert_uint_eq(trial->number, ++w->told);
    ck_assert(trial->kept == !trial->why[0]);
    snprintf(w->log + used, sizeof w->log - used, "%s: %s%s\n", trial->what,
             trial->kept ? "kept" : "refused, ", trial->why);
}

static bool halts(void *user)
{
    const made_up *w = user;
    return w->halt_after && w->told >= w->halt_after;
}

static dg_plan *plan_of(const char *at, const char *more)
{
    char text[3000];
    dg_plan *plan;
    dg_error err;
    int used = snprintf(text, sizeof text, HEAD, at);
    snprintf(text + used, sizeof text - (size_t)used, "%s}", more);
    if (dg_plan_parse(&plan, dg_text(text), "the plan", NULL, &err) < 0
        || dg_plan_check(plan, &err) < 0)
        ck_abort_msg("%s", err.text);
    return plan;
}

static dg_code shrink(dg_shrink *out, made_up *w, dg_plan *plan, unsigned at_once, uint32_t trials,
                      dg_error *err)
{
    dg_shrink_options how = { .at_once = at_once,
                              .trials_max = trials,
                              .halts = halts,
                              .told = told,
                              .try = try,
                              .user = w };
    dg_code rc;
    *out = (dg_shrink){ .plan = NULL };
    w->log[0] = 0;
    w->told = w->runs = 0;
    rc = dg_shrink_plan(out, plan, NULL, &how, err);
    dg_plan_free(plan);
    return rc;
}

/* ---- what comes out ---- */

#define FAULTS                                                                                     \
    ",\"network\":{\"size\":\"140x28\",\"faults\":["                                               \
    "{\"kind\":\"loss\",\"share\":0.1,\"loss_per_million\":9},"                                    \
    "{\"kind\":\"clock\",\"nodes\":[1],\"offset_ms\":5},"                                          \
    "{\"kind\":\"crash\",\"share\":0.2},"                                                          \
    "{\"kind\":\"clock\",\"nodes\":[2],\"offset_ms\":7}]}"
#define CLASSES                                                                                    \
    ",\"horizon\":{\"boundaries_after\":6},\"network\":{\"classes\":["                             \
    "{\"class\":\"v1.9\",\"share\":0.3},{\"class\":\"v1.10\",\"share\":0.3},"                      \
    "{\"class\":\"v1.11\",\"share\":0.4}]}"

static const struct {
    const char *what, *at, *more;
    made_up world;
    const char *smaller; /* what is not in HEAD, as JSON, and where U is */
} found[] = {
    { "all of it, to the state's own size",
      "boundary-8",
      ",\"network\":{\"size\":\"140x28\"}",
      { 0 },
      "boundary-1 {\"network\":{}}" },
    { "as many validators as it takes",
      "boundary-8",
      ",\"network\":{\"size\":\"140x28\"}",
      { .validators = 113, .offset = 3 },
      "boundary-3 {\"network\":{\"size\":\"113x20\"}}" },
    { "as many parachains as it takes",
      "boundary-1",
      ",\"network\":{\"size\":\"140x28\"}",
      { .parachains = 27, .offset = 1 },
      "boundary-1 {\"network\":{\"size\":\"100x27\"}}" },
    { "what gets small only once something else is",
      "boundary-8",
      ",\"network\":{\"size\":\"140x28\"}",
      { .validators = 100, .offset = 3, .per_slot = 4 },
      "boundary-3 {\"network\":{\"size\":\"112x20\"}}" },
    { "no size at which it breaks of something else",
      "boundary-1",
      ",\"network\":{\"size\":\"140x28\"}",
      { .other_below = 121, .offset = 1 },
      "boundary-1 {\"network\":{\"size\":\"121x20\"}}" },
    { "no size at which it cannot be run",
      "boundary-1",
      ",\"network\":{\"size\":\"140x28\"}",
      { .no_run_below = 101, .offset = 1 },
      "boundary-1 {\"network\":{\"size\":\"140x28\"}}" },
    { "the one fault of four",
      "boundary-1",
      FAULTS,
      { .fault = "crash", .offset = 1 },
      "boundary-1 {\"network\":{\"faults\":[{\"kind\":\"crash\",\"share\":0.2}]}}" },
    { "the one class of three, and no longer a run",
      "boundary-1",
      CLASSES,
      { .class = "v1.10", .offset = 1 },
      "boundary-1 {\"horizon\":{\"boundaries_after\":2},"
      "\"network\":{\"classes\":[{\"class\":\"v1.10\",\"share\":1.0}]}}" },
    { "as long a run as it takes",
      "boundary-1",
      ",\"horizon\":{\"boundaries_after\":9}",
      { .boundaries = 5, .offset = 1 },
      "boundary-1 {\"horizon\":{\"boundaries_after\":5}}" },
    { "an earlier boundary", "boundary@4-2", "", { .offset = 2 }, "boundary@1-2 {}" },
    { "blocks stay blocks", "boundary-6b", "", { .offset = 2 }, "boundary-2b {}" },
    { "behind the boundary", "boundary+9", "", { .offset = -9 }, "boundary {}" },
    { "percents become slots", "50%", "", { .offset = 4 }, "boundary-4 {}" },
    { "nothing smaller", "boundary-4", "", { .offset = 4 }, "boundary-4 {}" },
};

/* What the plan says beside HEAD. */
static void assert_plan(const dg_plan *plan, const char *want, const char *what)
{
    json_t *rest = json_deep_copy(dg_plan_json(plan));
    char at[40], *text;
    json_t *wanted = json_loads(strchr(want, ' ') + 1, 0, NULL);
    snprintf(at, sizeof at, "%.*s", (int)strcspn(want, " "), want);
    ck_assert_msg(
        strcmp(at, json_string_value(json_object_get(json_object_get(rest, "upgrade"), "at"))) == 0,
        "%s: U at %s", what,
        json_string_value(json_object_get(json_object_get(rest, "upgrade"), "at")));
    json_object_del(rest, "doppel");
    json_object_del(rest, "snapshot");
    json_object_del(rest, "upgrade");
    text = json_dumps(rest, JSON_SORT_KEYS | JSON_COMPACT);
    ck_assert_msg(json_equal(rest, wanted), "%s: %s", what, text);
    dg_free(text);
    json_decref(rest);
    json_decref(wanted);
}

START_TEST(the_smallest_is_found)
{
    made_up w = found[_i].world;
    dg_shrink s;
    dg_error err;
    if (shrink(&s, &w, plan_of(found[_i].at, found[_i].more), 1, 0, &err) < 0)
        ck_abort_msg("%s: %s", found[_i].what, err.text);
    assert_plan(s.plan, found[_i].smaller, found[_i].what);
    ck_assert_int_eq(s.end, DG_SHRINK_DONE);
    ck_assert(breaks(&w, dg_plan_json(s.plan)));
    ck_assert(json_equal(json_object_get(s.outcome, "plan"), dg_plan_json(s.plan)));
    ck_assert_msg(s.trials <= 40, "%s: %u trials", found[_i].what, s.trials);
    dg_shrink_clear(&s);
}
END_TEST

/* A core more runs ahead, and what is thrown away is not told. */
START_TEST(cores_change_nothing_that_is_told)
{
    made_up one = found[_i].world, two = found[_i].world;
    dg_shrink a, b;
    dg_error err;
    ck_assert_int_eq(shrink(&a, &one, plan_of(found[_i].at, found[_i].more), 1, 0, &err), DG_OK);
    ck_assert_int_eq(shrink(&b, &two, plan_of(found[_i].at, found[_i].more), 2, 0, &err), DG_OK);
    ck_assert_str_eq(one.log, two.log);
    ck_assert_uint_eq(a.trials, b.trials);
    ck_assert_uint_ge(two.runs, one.runs);
    ck_assert(json_equal(dg_plan_json(a.plan), dg_plan_json(b.plan)));
    dg_shrink_clear(&a);
    dg_shrink_clear(&b);
}
END_TEST

START_TEST(each_trial_says_why)
{
    made_up w = { .other_below = 121, .offset = 1 };
    dg_shrink s;
    dg_error err;
    ck_assert_int_eq(
        shrink(&s, &w, plan_of("boundary-1", ",\"network\":{\"size\":\"140x20\"}"), 1, 0, &err),
        DG_OK);
    ck_assert_ptr_nonnull(strstr(w.log, "network: 140x20 to the size of the state: refused, "
                                        "topology-present broke, but for another cause: work\n"));
    ck_assert_ptr_nonnull(strstr(w.log, "network: 140x20 to 130x20: kept\n"));
    ck_assert_str_eq(s.causes, "repair:4269");
    dg_shrink_clear(&s);
    w = (made_up){ .offset = 2, .no_run_below = 101 };
    ck_assert_int_eq(
        shrink(&s, &w, plan_of("boundary-3", ",\"network\":{\"size\":\"140x20\"}"), 1, 0, &err),
        DG_OK);
    ck_assert_ptr_nonnull(strstr(w.log, "refused, it cannot be run: too small to be run\n"));
    ck_assert_ptr_nonnull(strstr(w.log, "U: boundary-3 to boundary-1: refused, topology-present "
                                        "held\n"));
    ck_assert_ptr_nonnull(strstr(w.log, "U: boundary-3 to boundary-2: kept\n"));
    dg_shrink_clear(&s);
}
END_TEST

/* ---- ended before ---- */

START_TEST(what_was_found_by_then_is_kept)
{
    made_up w = { .validators = 113, .offset = 3 };
    dg_shrink s;
    dg_error err;
    ck_assert_int_eq(
        shrink(&s, &w, plan_of("boundary-8", ",\"network\":{\"size\":\"140x28\"}"), 2, 3, &err),
        DG_OK);
    ck_assert(s.end == DG_SHRINK_TRIALS && s.trials == 3 && s.kept > 0);
    ck_assert(breaks(&w, dg_plan_json(s.plan)));
    dg_shrink_clear(&s);
    w.halt_after = 2;
    ck_assert_int_eq(
        shrink(&s, &w, plan_of("boundary-8", ",\"network\":{\"size\":\"140x28\"}"), 2, 0, &err),
        DG_OK);
    ck_assert(s.end == DG_SHRINK_HALTED && s.trials == 2);
    dg_shrink_clear(&s);
}
END_TEST

START_TEST(without_a_break_there_is_nothing_to_keep)
{
    made_up w = { .offset = 9 };
    dg_shrink s;
    dg_error err;
    ck_assert_int_eq(shrink(&s, &w, plan_of("boundary-8", ""), 1, 0, &err), DG_USAGE);
    ck_assert_ptr_nonnull(strstr(err.text, "the run ended with 0, not with a claim"));
    dg_shrink_clear(&s);
}
END_TEST

/* ---- the same? ---- */

/* Two outcomes of one plan with two faults; `second` has been made smaller. */
static const struct {
    const char *what, *status, *kind, *keys, *why;
    int exit;
} seconds[] = {
    { "the same", "broke", "cause", "[\"host-version:5\"]", "", 1 },
    { "held", "held", "cause", "[]", "topology-present held", 0 },
    { "nothing happened", "unexercised", "cause", "[]", "topology-present had nothing to judge",
      3 },
    { "a warning", "warned", "cause", "[]", "topology-present warned alone", 0 },
    { "control fails", "broke", "cause", "[\"host-version:5\"]", "exit 3: made up", 3 },
    { "another number", "broke", "cause", "[\"host-version:6\"]",
      "topology-present broke, but for another cause: host-version:6", 1 },
    { "one more that it takes", "broke", "together", "[\"host-version:5\", \"work\"]",
      "topology-present broke, but for another cause: host-version:5, work", 1 },
    { "only better without it", "broke", "contributes", "[\"host-version:5\"]",
      "topology-present broke, but no cause of it is proved", 1 },
};

static json_t *told_outcome(const char *status, const char *kind, const char *keys, int exit)
{
    return json_pack("{s:i, s:s, s:[{s:s, s:s, s:s}], s:[o], s:{}}", "exit", exit, "reason",
                     "made up", "claims", "name", "topology-present", "status", status, "severity",
                     "gate", "causes", cause(kind, json_loads(keys, 0, NULL), "held"), "plan");
}

START_TEST(another_cause_is_not_the_same)
{
    json_t *first = told_outcome("broke", "cause", "[\"host-version:5\"]", 1),
           *second = told_outcome(seconds[_i].status, seconds[_i].kind, seconds[_i].keys,
                                  seconds[_i].exit);
    dg_shrink_target target;
    dg_error err;
    char why[400];
    ck_assert_int_eq(dg_shrink_target_of(&target, first, NULL, &err), DG_OK);
    ck_assert_msg(dg_shrink_target_met(&target, second, why, sizeof why) == !seconds[_i].why[0]
                      && strcmp(why, seconds[_i].why) == 0,
                  "%s: %s", seconds[_i].what, why);
    dg_shrink_target_clear(&target);
    json_decref(first);
    json_decref(second);
}
END_TEST

/* fault:1 of two is fault:0 of one, if it is the same fault. */
START_TEST(a_fault_is_what_the_plan_says)
{
    json_t *first = told_outcome("broke", "cause", "[\"fault:1\"]", 1),
           *second = told_outcome("broke", "cause", "[\"fault:0\"]", 1);
    dg_shrink_target target;
    dg_error err;
    char why[400];
    json_object_set_new(
        first, "plan",
        json_pack("{s:{s:[{s:s}, {s:s}]}}", "network", "faults", "kind", "loss", "kind", "clock"));
    json_object_set_new(second, "plan",
                        json_pack("{s:{s:[{s:s}]}}", "network", "faults", "kind", "clock"));
    ck_assert_int_eq(dg_shrink_target_of(&target, first, NULL, &err), DG_OK);
    ck_assert(dg_shrink_target_met(&target, second, why, sizeof why));
    json_object_set_new(second, "plan",
                        json_pack("{s:{s:[{s:s}]}}", "network", "faults", "kind", "loss"));
    ck_assert(!dg_shrink_target_met(&target, second, why, sizeof why));
    dg_shrink_target_clear(&target);
    json_decref(first);
    json_decref(second);
}
END_TEST

START_TEST(without_a_proof_nothing_is_the_same)
{
    json_t *recorded = told_outcome("broke", "recorded", "[\"work\"]", 1);
    dg_shrink_target target;
    dg_error err;
    ck_assert_int_eq(dg_shrink_target_of(&target, recorded, NULL, &err), DG_ABSENT);
    ck_assert_ptr_nonnull(strstr(err.text, "no cause of topology-present is proved"));
    dg_shrink_target_clear(&target);
    ck_assert_int_eq(dg_shrink_target_of(&target, recorded, "memory", &err), DG_USAGE);
    ck_assert_ptr_nonnull(strstr(err.text, "the run judged no claim memory"));
    dg_shrink_target_clear(&target);
    json_decref(recorded);
}
END_TEST

int main(void)
{
    enum { FOUND = sizeof found / sizeof *found };
    Suite *s = suite_create("shrink");
    TCase *tc = tcase_create("shrink");
    json_set_alloc_funcs(dg_malloc, dg_free);
    tcase_add_loop_test(tc, the_smallest_is_found, 0, FOUND);
    tcase_add_loop_test(tc, cores_change_nothing_that_is_told, 0, FOUND);
    tcase_add_test(tc, each_trial_says_why);
    tcase_add_test(tc, what_was_found_by_then_is_kept);
    tcase_add_test(tc, without_a_break_there_is_nothing_to_keep);
    tcase_add_loop_test(tc, another_cause_is_not_the_same, 0, sizeof seconds / sizeof *seconds);
    tcase_add_test(tc, a_fault_is_what_the_plan_says);
    tcase_add_test(tc, without_a_proof_nothing_is_the_same);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
