/* Runtimes that trap, loop, recurse and eat memory: the call ends with a line that
 * says how, the program survives, and a run goes on to its verdict. */
#include "program.h"

#include <string.h>

#define CORES "ParachainHost_availability_cores"

static const struct {
    const char *runtime, *options, *says;
} calls[] = {
    { "mini-2-api-traps.wasm", "", "it said: availability_cores gives up" },
    { "mini-2-api-loops.wasm", "--fuel 50000000", "ran out of fuel" },
    { "mini-2-api-loops.wasm", "", "ran out of fuel" }, /* by default within seconds */
    { "mini-2-api-recurses.wasm", "", "exhausted the call stack" },
    { "mini-2-api-eats-memory.wasm", "",
      "the guest wants 2081 pages of memory; at most 2065 are allowed" },
};

START_TEST(a_call_that_does_not_end_well_says_how_it_ended)
{
    refused(doppel("call %s " CORES " --runtime %s %s", small_snapshot(),
                   runtime_path(calls[_i].runtime), calls[_i].options),
            calls[_i].runtime, calls[_i].says, 1);
}
END_TEST

START_TEST(fuel_is_what_a_call_may_use)
{
    json_t *answer =
        answered(doppel("call --json %s Core_version", small_snapshot()), "Core_version");
    json_int_t fuel = json_integer_value(json_object_get(answer, "fuel"));
    json_decref(answer);
    ck_assert_int_gt(fuel, 1);
    answer = answered(
        doppel("call --json %s Core_version --fuel %lld", small_snapshot(), (long long)fuel + 1),
        "enough");
    ck_assert_int_eq(json_integer_value(json_object_get(answer, "fuel")), fuel);
    json_decref(answer);
    refused(doppel("call %s Core_version --fuel %lld", small_snapshot(), (long long)fuel / 2),
            "half of it", "ran out of fuel", 1);
}
END_TEST

/* One run each: N in the block of U or after it. */
static const struct {
    const char *runtime, *claim, *says;
} runs[] = {
    { "mini-2-init-traps.wasm", "authorable", "initialize_block gives up" },
    { "mini-2-init-recurses.wasm", "authorable", "call stack" },
    { "mini-2-init-eats-memory.wasm", "authorable", "memory" },
    { "mini-2-api-loops.wasm", "api-window", "ran out of fuel" },
    { "mini-2-api-recurses.wasm", "api-window", "call stack" },
    { "mini-2-api-eats-memory.wasm", "api-window", "memory" },
};

static const char *status_of(const json_t *outcome, const char *name, const char **text)
{
    size_t i;
    json_t *claim;
    json_array_foreach(json_object_get(outcome, "claims"), i, claim)
    {
        if (strcmp(json_string_value(json_object_get(claim, "name")), name) == 0) {
            *text = json_string_value(json_object_get(claim, "text"));
            return json_string_value(json_object_get(claim, "status"));
        }
    }
    ck_abort_msg("no claim %s", name);
    return "";
}

START_TEST(a_run_survives_its_runtime_and_breaks_the_claim)
{
    const char *text = "";
    json_error_t bad;
    json_t *outcome;
    ran r = doppel("run -q --json --explain none --snapshot %s --to %s --at boundary-4 -o %s",
                   small_snapshot(), runtime_path(runs[_i].runtime), scratch_path("outcome.json"));
    if (r.exit != 1 || r.err.len)
        ck_abort_msg("%s: exit %d, said: %s", runs[_i].runtime, r.exit, dg_buf_text(&r.err));
    outcome = json_loadb((const char *)r.out.at, r.out.len, 0, &bad);
    ck_assert_ptr_nonnull(outcome);
    ck_assert_str_eq(status_of(outcome, runs[_i].claim, &text), "broke");
    if (!strstr(text, runs[_i].says))
        ck_abort_msg("%s: %s says: %s", runs[_i].runtime, runs[_i].claim, text);
    json_decref(outcome);
    ran_clear(&r);
}
END_TEST

#define ROWS(table) (sizeof table / sizeof table[0])

int main(void)
{
    Suite *s = suite_create("guests");
    TCase *tc = tcase_create("guests");
    tcase_set_timeout(tc, 600);
    tcase_add_loop_test(tc, a_call_that_does_not_end_well_says_how_it_ended, 0, ROWS(calls));
    tcase_add_test(tc, fuel_is_what_a_call_may_use);
    tcase_add_loop_test(tc, a_run_survives_its_runtime_and_breaks_the_claim, 0, ROWS(runs));
    suite_add_tcase(s, tc);
    return suite_run(s);
}
