/* A rehearsal over a live chain, as a user asks for it: nothing but endpoints, and nothing here.
 * The node is real, and has a trie of its own making. */
#include "../rpc/model_server.h"
#include "program.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FLAGS "--to %s --no-network --at boundary-1 --explain none --positions never"
#define SWEPT "--to %s --no-network --at boundary-1,boundary"

static server node;
static char spec[300];

/* The small chain, with a map that its runtime knows nothing of and does not read. */
static void write_spec(void)
{
    json_t *all = json_load_file(runtime_path("mini.json"), 0, NULL);
    json_t *top = json_object_get(json_object_get(json_object_get(all, "genesis"), "raw"), "top");
    ck_assert_ptr_nonnull(top);
    for (unsigned i = 0; i < 600; i++) {
        char key[140];
        snprintf(key, sizeof key, "0x%064d%08x%056x", 5, i * 2654435761U, i);
        json_object_set_new(top, key, json_string("0x0102"));
    }
    snprintf(spec, sizeof spec, "%s", scratch_path("live.json"));
    ck_assert_int_eq(json_dump_file(all, spec, 0), 0);
    json_decref(all);
}

static void setup(void)
{
    static char script[] = "tests/fetch/node.py";
    const char *argv[] = { "python3", script, spec, NULL };
    write_spec();
    node = server_start(argv);
    setenv("DOPPEL_CACHE", scratch_path("live-cache"), 1);
}

static void teardown(void)
{
    server_stop(&node);
}

static ran live(const char *command, const char *path, const char *more)
{
    return doppel("%s http://127.0.0.1:%u/%s %s", command, node.port, path, more);
}

static json_t *ended_well(ran r, const char *outcome)
{
    json_t *out;
    ck_assert_msg(r.exit == 0, "exit %d: %s", r.exit, dg_buf_text(&r.err));
    ran_clear(&r);
    out = json_load_file(outcome, 0, NULL);
    ck_assert_ptr_nonnull(out);
    return out;
}

static json_t *run_on(const char *snapshot, const char *name, const char *more)
{
    char out[300], flags[900];
    snprintf(out, sizeof out, "%s", scratch_path(name));
    snprintf(flags, sizeof flags,
             "--to %s --no-network --at boundary-1 --explain none --positions never -q -o %s %s",
             runtime_path("mini-2.wasm"), out, more);
    return ended_well(doppel("run --snapshot %s %s", snapshot, flags), out);
}

/* Of what nobody read nobody says that it decodes. */
static void assert_migration_says(const json_t *outcome, const char *says)
{
    const json_t *claims = json_object_get(outcome, "claims"), *row = NULL;
    size_t i;
    const json_t *one;
    json_array_foreach(claims, i,
                       one) if (strcmp(json_string_value(json_object_get(one, "name")), "migration")
                                == 0) row = one;
    ck_assert_ptr_nonnull(row);
    ck_assert_ptr_nonnull(strstr(json_string_value(json_object_get(row, "text")), says));
}

/* What was judged, but for the two claims that speak of the whole state. */
static void assert_same_claims(const json_t *a, const json_t *b)
{
    const json_t *all[] = { json_object_get(a, "claims"), json_object_get(b, "claims") };
    ck_assert_uint_gt(json_array_size(all[0]), 10);
    ck_assert_uint_eq(json_array_size(all[0]), json_array_size(all[1]));
    for (size_t i = 0; i < json_array_size(all[0]); i++) {
        const json_t *x = json_array_get(all[0], i), *y = json_array_get(all[1], i);
        const char *name = json_string_value(json_object_get(x, "name"));
        if (strcmp(name, "state-growth") == 0)
            continue;
        if (strcmp(name, "migration") == 0) /* in other words */
            ck_assert_str_eq(json_string_value(json_object_get(x, "status")),
                             json_string_value(json_object_get(y, "status")));
        else
            ck_assert_msg(json_equal(x, y), "%s", name);
    }
}

START_TEST(a_run_over_a_live_chain_says_what_one_over_the_whole_state_says)
{
    char url[100], whole[300], frozen[300], flags[400], trace[300];
    json_t *lazy, *full, *again, *about;
    dg_buf text, said;
    const char *n = runtime_path("mini-2.wasm");
    snprintf(url, sizeof url, "http://127.0.0.1:%u/ok", node.port);
    snprintf(whole, sizeof whole, "%s", scratch_path("live-whole"));
    snprintf(frozen, sizeof frozen, "%s", scratch_path("live-frozen"));
    snprintf(trace, sizeof trace, "%s", scratch_path("live-trace"));
    snprintf(flags, sizeof flags, "--freeze %s", frozen);
    lazy = run_on(url, "live-lazy.json", flags);
    json_decref(answered(doppel("snapshot create -q --json --from %s %s", url, whole), "create"));
    full = run_on(whole, "live-full.json", "");
    assert_same_claims(lazy, full);
    assert_migration_says(lazy, "written since the fork decodes; the others were not looked at");
    assert_migration_says(full, "everything decodes");
    about = answered(doppel("snapshot show --json %s", frozen), "show");
    ck_assert(json_is_true(json_object_get(about, "sparse")));
    /* what nobody read is not there */
    ck_assert_int_lt(json_integer_value(json_object_get(json_object_get(about, "state"), "keys")),
                     200);
    json_decref(about);
    /* what is frozen, and what is whole, asks nobody */
    said = shell_says("export ASAN_OPTIONS=detect_leaks=0; D=${DOPPEL:-build/release/doppel}; "
                      "S=\"strace -f -A -e trace=socket,connect -o %s $D\"; "
                      "$S run -q --snapshot %s " FLAGS " -o %s.1 && $S run -q --snapshot %s " FLAGS
                      " -o %s.2 && $S sweep -q --snapshot %s " SWEPT " -o %s.3 && "
                      "($S preflight --from %s --to %s || [ $? = 1 ])",
                      trace, frozen, n, trace, whole, n, trace, whole, n, trace, whole, n);
    dg_buf_clear(&said);
    again = run_on(frozen, "live-again.json", "");
    assert_same_claims(lazy, again);
    dg_buf_init(&text, 1 << 24);
    ck_assert_int_eq(dg_file_read(&text, trace, NULL), DG_OK);
    ck_assert_ptr_null(strstr(dg_buf_text(&text), "socket("));
    ck_assert_ptr_nonnull(strstr(dg_buf_text(&text), "exited with 0")); /* it was looked at */
    dg_buf_clear(&text);
    /* more than was frozen: its name, and exit 3 */
    snprintf(flags, sizeof flags, "%s", scratch_path("live-out.json"));
    refused(doppel("snapshot export %s --to %s", frozen, flags), "what is not frozen",
            "the frozen snapshot lacks what stands at key 0x0000", 3);
    ck_assert(!dg_file_exists(flags));
    json_decref(lazy);
    json_decref(full);
    json_decref(again);
}
END_TEST

static const struct {
    const char *how, *says;
} faults[] = {
    { "lie", "proof lacks" },
    { "lack", "proof lacks" },
    { "other", "answered for block" },
    { "pruned", "" },
};

START_TEST(a_node_that_lies_or_forgets_ends_it_with_exit_4)
{
    char out[300], flags[700];
    snprintf(out, sizeof out, "%s", scratch_path("live-none.json"));
    snprintf(flags, sizeof flags, "--to %s --no-network --at boundary-1 -q -o %s",
             runtime_path("mini-2.wasm"), out);
    setenv("DOPPEL_CACHE", scratch_path("live-other"), 1); /* nothing is there */
    refused(live("run --snapshot", faults[_i].how, flags), faults[_i].how, faults[_i].says, 4);
    setenv("DOPPEL_CACHE", scratch_path("live-cache"), 1);
    ck_assert(!dg_file_exists(out));
}
END_TEST

/* Only what the older state lacks comes over the line. */
START_TEST(a_newer_state_of_a_live_chain_is_kept_over_an_older_one)
{
    char out[300], old[300];
    json_t *about;
    snprintf(out, sizeof out, "%s", scratch_path("live-newer"));
    snprintf(old, sizeof old, "%s", scratch_path("live-old"));
    json_decref(answered(
        doppel("snapshot create -q --json --from %s %s", runtime_path("mini.json"), old), "old"));
    about = answered(
        doppel("snapshot update --json %s --from http://127.0.0.1:%u/ok %s", old, node.port, out),
        "update");
    ck_assert(!json_object_get(about, "sparse"));
    ck_assert_int_gt(json_integer_value(json_object_get(json_object_get(about, "state"), "keys")),
                     600);
    ck_assert_uint_eq(json_array_size(json_object_get(json_object_get(about, "bases"), "files")),
                      1);
    json_decref(about);
    json_decref(answered(doppel("snapshot verify --json %s", out), "verify"));
}
END_TEST

int main(void)
{
    Suite *s = suite_create("live");
    TCase *tc = tcase_create("live");
    tcase_set_timeout(tc, 600);
    tcase_add_unchecked_fixture(tc, setup, teardown);
    tcase_add_test(tc, a_run_over_a_live_chain_says_what_one_over_the_whole_state_says);
    tcase_add_loop_test(tc, a_node_that_lies_or_forgets_ends_it_with_exit_4, 0,
                        sizeof faults / sizeof faults[0]);
    tcase_add_test(tc, a_newer_state_of_a_live_chain_is_kept_over_an_older_one);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
