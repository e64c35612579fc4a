/* What is judged of the chain has to be judged over the blocks that the validators of
 * the plan made, each of them once, in order, and none that was taken back. A second
 * chain beside the network would look the same in every verdict but those that matter. */
#include "model_run.h"

#include <stdlib.h>
#include <string.h>

#include "claim/claim.h"

static const char *const real =
    "{\"doppel\":1,\"snapshot\":\"fixtures/paseo-1001002-e20-100val-20paras.json.zst\","
    "\"upgrade\":{\"to\":\"fixtures/"
    "paseo-1002000-e20.wasm\",\"at\":\"%s\"},\"network\":{\"classes\":[{\"class\":\"%s\",\"share\":"
    "1}]%s}}";

static dg_plan *plan_of(const char *at, const char *class, const char *more)
{
    char text[1024];
    dg_plan *plan;
    dg_error err;
    snprintf(text, sizeof text, real, at, class, more);
    if (dg_plan_parse(&plan, dg_text(text), "test", NULL, &err) < 0
        || dg_plan_check(plan, &err) < 0)
        ck_abort_msg("%s", err.text);
    return plan;
}

static json_t *run(dg_plan *plan, dg_run_options *options)
{
    json_t *outcome = NULL;
    dg_error err;
    options->cache_dir = dg_engine_cache_dir();
    if (dg_run(&outcome, plan, options, &err) < 0)
        ck_abort_msg("%s", err.text);
    dg_plan_free(plan);
    return outcome;
}

/* ---- the log of a run ---- */

enum { EVENTS_MAX = 1 << 14 };
typedef struct events {
    dg_event at[EVENTS_MAX];
    size_t count;
} events;

static events *read_events(const char *path)
{
    static events all;
    FILE *in = fopen(path, "r");
    static char line[1 << 16];
    ck_assert(in != NULL);
    for (all.count = 0; fgets(line, sizeof line, in); all.count++) {
        json_t *json = json_loads(line, 0, NULL);
        ck_assert_uint_lt(all.count, EVENTS_MAX);
        ck_assert_int_eq(dg_event_parse(&all.at[all.count], json, NULL), DG_OK);
        json_decref(json);
    }
    fclose(in);
    return &all;
}

static void clear_events(events *all)
{
    for (size_t i = 0; i < all->count; i++)
        json_decref(all->at[i].detail);
}

/* The network told of a block of this number in this slot, by this author. */
static bool was_built(const events *all, const dg_event *block)
{
    for (size_t i = 0; i < all->count; i++) {
        const dg_event *e = &all->at[i];
        if (e->kind == DG_EVENT_NET_PARAS && e->arm == block->arm && e->block == block->block
            && e->net_paras.slot == block->new_block.slot && e->node == block->new_block.author)
            return true;
    }
    return false;
}

static size_t count_of(const events *all, dg_arm arm, dg_event_kind kind)
{
    size_t count = 0;
    for (size_t i = 0; i < all->count; i++)
        count += all->at[i].arm == arm && all->at[i].kind == kind;
    return count;
}

static void assert_one_chain(const events *all, dg_arm arm, int64_t slots)
{
    uint32_t number = 0;
    int64_t slot = 0, first = 0, built = 0;
    for (size_t i = 0; i < all->count; i++) {
        const dg_event *e = &all->at[i];
        if (e->arm != arm)
            continue;
        if (e->kind == DG_EVENT_SLOT) { /* each slot once, with or without a block */
            first = first ? first : e->slot.slot;
            ck_assert(!slot || e->slot.slot == slot + 1);
            slot = e->slot.slot;
            built += e->slot.built;
            ck_assert_uint_eq(e->block, number + 1);
        } else if (e->kind == DG_EVENT_BLOCK) {
            ck_assert_uint_eq(e->block, number + 1);
            number = e->block;
            ck_assert_int_eq(e->new_block.slot, slot);
            ck_assert(was_built(all, e));
        } else if (e->kind == DG_EVENT_INHERENT) {
            ck_assert_int_eq(e->inherent.applied, 2);
            ck_assert_int_eq(e->inherent.paras_present, 1);
        }
    }
    ck_assert_int_eq(slot - first + 1, slots);
    ck_assert_int_eq(built, number);
    /* others competed, and lost */
    ck_assert_uint_gt(count_of(all, arm, DG_EVENT_NET_PARAS), number + 5);
}

/* In the second world all nodes stand still for three slots: those have no block. */
static const struct {
    const char *more;
    int64_t empty;
} worlds[] = {
    { "", 0 },
    { ",\"faults\":[{\"kind\":\"pause\",\"who\":\"all\",\"from\":\"U+3\",\"until\":\"U+6\"}]", 3 },
};
START_TEST(the_blocks_of_an_arm_are_the_networks)
{
    const char *path = scratch_path("events.ndjson");
    dg_run_options options = { .events_path = path };
    json_t *o = run(plan_of("boundary-9", "SD_V12_OK", worlds[_i].more), &options);
    events *all = read_events(path);
    int64_t slots = json_integer_value(json_object_get(json_object_get(o, "control"), "slots"));
    ck_assert_str_eq(claim_status(o, "block-cadence"), "held");
    ck_assert_str_eq(claim_status(o, "session-cadence"), "held");
    for (dg_arm arm = DG_ARM_CONTROL; arm <= DG_ARM_TREATMENT; arm++) {
        assert_one_chain(all, arm, slots);
        ck_assert_uint_eq(count_of(all, arm, DG_EVENT_NET_SLOT), (size_t)slots);
        ck_assert_int_eq((int64_t)count_of(all, arm, DG_EVENT_BLOCK), slots - worlds[_i].empty);
    }
    ck_assert_uint_eq(count_of(all, DG_ARM_TREATMENT, DG_EVENT_REIMPORT),
                      count_of(all, DG_ARM_TREATMENT, DG_EVENT_BLOCK) - 31);
    ck_assert(strstr(claim_text(o, "reimport"), "with the same roots") != NULL);
    clear_events(all);
    json_decref(o);
}
END_TEST

/* At U new code looks for occupied cores where N-1 did not put them. Only a chain on
 * which something is backed can show it. */
START_TEST(occupied_cores_are_missed_at_u)
{
    dg_run_options options = { .events_path = NULL };
    json_t *o = run(plan_of("boundary-9", "SD_V12_OK", ""), &options);
    ck_assert_str_eq(claim_status(o, "api-window"), "warned");
    ck_assert_msg(
        strstr(claim_text(o, "api-window"), "ParachainHost_availability_cores (0 of 20 cores)")
            != NULL,
        "%s", verdicts(o));
    json_decref(o);
    o = run_pair(fixture_path("paseo-1001002-e20-100val-20paras.json.zst"),
                 fixture_path("paseo-1002000-e20.wasm"), "boundary-9", NULL);
    ck_assert(strstr(claim_text(o, "api-window"), "availability_cores") == NULL);
    json_decref(o);
}
END_TEST

/* ---- N's own work ---- */

/* The event of N's migrations where odd slots stay empty: N's first block is in the second slot
 * after U, which at boundary-2 begins a session, and control's is not. */
static struct dg_event_migration first_work(const char *at)
{
    dg_run_options options = { .cache_dir = dg_engine_cache_dir() };
    const char *folder = getenv("DOPPEL_RUNTIMES") ? getenv("DOPPEL_RUNTIMES") : "build/runtimes";
    char text[1024], events_path[512];
    struct dg_event_migration found = { 0 };
    json_t *o = NULL;
    dg_plan *plan;
    events *all;
    dg_error err;
    snprintf(events_path, sizeof events_path, "%s", scratch_path("work.ndjson"));
    options.events_path = events_path;
    snprintf(text, sizeof text,
             "{\"doppel\":1,\"snapshot\":\"%s/mini.json\",\"network\":false,\"upgrade\":{\"to\":"
             "\"%s/mini-2-odd-slots.wasm\",\"at\":\"%s\"}}",
             folder, folder, at);
    if (dg_plan_parse(&plan, dg_text(text), "test", NULL, &err) < 0 || dg_plan_check(plan, &err) < 0
        || dg_run(&o, plan, &options, &err) < 0)
        ck_abort_msg("%s", err.text);
    all = read_events(events_path);
    for (size_t i = 0; i < all->count; i++)
        if (all->at[i].kind == DG_EVENT_MIGRATION)
            found = all->at[i].migration;
    clear_events(all);
    dg_plan_free(plan);
    json_decref(o);
    return found;
}

START_TEST(a_session_that_begins_with_n_is_not_its_work)
{
    struct dg_event_migration within, begins;
    if (!dg_file_exists("build/runtimes/mini-2-odd-slots.wasm"))
        return;
    within = first_work("boundary@2-3");
    begins = first_work("boundary@2-2");
    ck_assert_int_gt(begins.fuel, 2 * within.fuel);
    ck_assert_int_gt(begins.fuel_control, 2 * within.fuel_control);
    ck_assert_int_lt(begins.fuel - begins.fuel_control, within.fuel);
}
END_TEST

/* ---- control itself ---- */

#define FAULT(kind) ",\"faults\":[{\"kind\":\"" kind "\",\"who\":\"all\"}]"
static const struct {
    const char *class, *more, *claim;
} sick[] = {
    /* N-1 knows nothing of what these speak */
    { "SD_V2_ONLY", "", "backing-rate" },
    /* so no block is settled before the end, either */
    { "SD_V12_OK", FAULT("no-approvals"), "finality-lag" },
    { "SD_V12_OK", FAULT("offline-collators"), "backing-rate" },
};

START_TEST(a_network_that_fails_without_n_proves_nothing_of_n)
{
    dg_run_options options = { .events_path = NULL };
    json_t *o = run(plan_of("boundary-8", sick[_i].class, sick[_i].more), &options);
    char reason[100];
    snprintf(reason, sizeof reason, "%s already fails on N-1 alone", sick[_i].claim);
    ck_assert_msg(dg_outcome_exit(o) == DG_EXIT_INCONCLUSIVE, "%s", verdicts(o));
    ck_assert_msg(strcmp(json_string_value(json_object_get(o, "reason")), reason) == 0, "%s",
                  verdicts(o));
    ck_assert(json_is_true(json_object_get(claim_of(o, sick[_i].claim), "control_failed")));
    /* what is said of the chain is said all the same */
    ck_assert_str_eq(claim_status(o, "block-cadence"), "held");
    ck_assert_str_eq(claim_status(o, "upgrade-enacted"), "held");
    ck_assert_str_eq(claim_status(o, "session-cadence"), "held");
    ck_assert_str_eq(claim_status(o, "reimport"), "held");
    json_decref(o);
}
END_TEST

/* ---- the same, every time ---- */

START_TEST(two_runs_have_the_same_events)
{
    dg_run_options options = { .verify_determinism = true };
    json_t *o = run(plan_of("boundary-1", "SD_V12_PURGE", ""), &options);
    ck_assert_msg(dg_outcome_exit(o) == DG_EXIT_BROKE, "%s", verdicts(o));
    json_decref(o);
}
END_TEST

/* ---- series ---- */

static json_int_t sum(const json_t *rows, const char *key)
{
    const json_t *row;
    json_int_t sum = 0;
    size_t i;
    json_array_foreach(rows, i, row) sum += json_integer_value(json_object_get(row, key));
    return sum;
}

/* What the head of the report says of the network is what its slots add up to. */
static void check_sums(const json_t *o, const json_t *rows, const char *arm)
{
    static const char *const same[][2] = {
        { "claims", "claims" }, { "blocks", "built" },      { "failed", "failed" },
        { "backed", "backed" }, { "included", "included" }, { "timed_out", "timed_out" }
    };
    const json_t *sums = json_object_get(json_object_get(o, "network"), arm), *row;
    json_int_t contested = 0, empty = 0;
    size_t i;
    for (i = 0; i < sizeof same / sizeof *same; i++)
        ck_assert_int_eq(json_integer_value(json_object_get(sums, same[i][0])),
                         sum(rows, same[i][1]));
    json_array_foreach(rows, i, row)
    {
        contested += json_integer_value(json_object_get(row, "claims")) > 1;
        empty += !json_integer_value(json_object_get(row, "built"));
    }
    ck_assert_int_eq(json_integer_value(json_object_get(sums, "slots")),
                     (json_int_t)json_array_size(rows));
    ck_assert_int_eq(json_integer_value(json_object_get(sums, "contested")), contested);
    ck_assert_int_eq(json_integer_value(json_object_get(sums, "empty")), empty);
    ck_assert_int_gt(contested, 0);
    ck_assert_int_gt(json_integer_value(json_object_get(sums, "pruned")), 0);
    ck_assert_int_ge(json_integer_value(json_object_get(sums, "lag_max")),
                     json_integer_value(json_object_get(sums, "lag_min")));
    ck_assert_int_ge(json_integer_value(json_object_get(sums, "lag_min")), 2);
}

/* In the stall nobody holds a topology and little is backed: a picture shows it. */
START_TEST(the_stall_shows_in_the_series)
{
    dg_run_options options = { .events_path = NULL };
    json_t *o = run(plan_of("boundary-8", "SD_V12_DROP", ""), &options),
           *net = json_object_get(json_object_get(o, "series"), "network");
    const json_t *control = json_object_get(net, "control"),
                 *treatment = json_object_get(net, "treatment"), *row;
    json_int_t u = json_integer_value(json_object_get(json_object_get(o, "upgrade"), "slot"));
    json_int_t first = json_integer_value(json_object_get(json_array_get(treatment, 0), "slot"));
    size_t i;
    ck_assert_uint_eq(json_array_size(control), json_array_size(treatment));
    json_array_foreach(treatment, i, row)
    {
        json_int_t slot = json_integer_value(json_object_get(row, "slot")),
                   enabled = json_integer_value(json_object_get(row, "enabled"));
        ck_assert_int_eq(slot, first + (json_int_t)i);
        ck_assert(json_integer_value(json_object_get(row, "lag")) <= 6);
        ck_assert(json_integer_value(json_object_get(row, "built"))
                  <= json_integer_value(json_object_get(row, "claims")));
        ck_assert_int_eq(enabled, slot < u ? 0 : 100);
        if (slot >= u && slot < u + 8)
            ck_assert_int_eq(json_integer_value(json_object_get(row, "holders")), 0);
        if (slot > u + 8)
            ck_assert_int_eq(json_integer_value(json_object_get(row, "holders")), 100);
        if (slot < u) /* up to U both are one */
            ck_assert(json_equal((json_t *)row, json_array_get(control, i)));
    }
    check_sums(o, control, "control");
    check_sums(o, treatment, "treatment");
    ck_assert_int_gt(sum(control, "backed"), sum(treatment, "backed") + 50);
    ck_assert_int_gt(sum(control, "included"), 0);
    ck_assert_int_eq(sum(control, "timed_out"), 0);
    /* candidates are checked, and nobody is missing */
    ck_assert_int_gt(sum(control, "assignments"), 0);
    ck_assert_int_gt(sum(control, "approvals"), 0);
    ck_assert_int_eq(
        sum(control, "no_shows") + sum(control, "disputes") + sum(control, "aggression"), 0);
    ck_assert_int_eq(sum(control, "failed"), 0);
    json_decref(o);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("arms");
    TCase *tc = tcase_create("arms");
    tcase_set_timeout(tc, 0);
    tcase_add_loop_test(tc, the_blocks_of_an_arm_are_the_networks, 0,
                        sizeof worlds / sizeof *worlds);
    tcase_add_loop_test(tc, a_network_that_fails_without_n_proves_nothing_of_n, 0,
                        REDUCED ? 1 : (int)(sizeof sick / sizeof *sick));
    if (!REDUCED) {
        tcase_add_test(tc, occupied_cores_are_missed_at_u);
        tcase_add_test(tc, a_session_that_begins_with_n_is_not_its_work);
        tcase_add_test(tc, two_runs_have_the_same_events);
        tcase_add_test(tc, the_stall_shows_in_the_series);
    }
    suite_add_tcase(s, tc);
    if (REDUCED)
        printf("not run: samples at U, determinism and series, under sanitizers\n");
    return suite_run(s);
}
