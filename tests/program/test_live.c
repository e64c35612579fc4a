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

/* A configuration of chopsticks over the same chain, read as it is needed: its state has the root
 * that the whole one comes to with the same values. */
START_TEST(a_configuration_of_chopsticks_changes_what_is_fetched)
{
    char config[300], whole[300], amended[300], frozen[300], flags[400], text[400];
    json_t *lazy, *full, *a, *b;
    snprintf(config, sizeof config, "%s", scratch_path("live.yml"));
    snprintf(whole, sizeof whole, "%s", scratch_path("live-base"));
    snprintf(amended, sizeof amended, "%s", scratch_path("live-amended"));
    snprintf(frozen, sizeof frozen, "%s", scratch_path("live-changed"));
    snprintf(text, sizeof text,
             "endpoint: http://127.0.0.1:%u/ok\nimport-storage:\n"
             "  - ['0x%064d00', '0x07']\n  - ['0x%064d%08x%056x', ~]\n",
             node.port, 5, 5, 7 * 2654435761U, 7);
    ck_assert_int_ge(dg_file_write(config, dg_text(text), NULL), 0);
    snprintf(flags, sizeof flags, "--freeze %s", frozen);
    lazy = run_on(config, "live-config.json", flags);
    snprintf(text, sizeof text, "http://127.0.0.1:%u/ok", node.port);
    json_decref(answered(doppel("snapshot create -q --json --from %s %s", text, whole), "create"));
    json_decref(answered(
        doppel("snapshot amend --json %s %s --overrides %s", whole, amended, config), "amend"));
    full = run_on(amended, "live-config-full.json", "");
    assert_same_claims(lazy, full);
    a = answered(doppel("snapshot show --json %s", frozen), "show");
    b = answered(doppel("snapshot show --json %s", amended), "show");
    ck_assert(json_equal(json_object_get(json_object_get(a, "block"), "state_root"),
                         json_object_get(json_object_get(b, "block"), "state_root")));
    ck_assert(json_is_string(json_object_get(json_object_get(a, "block"), "state_root")));
    ck_assert(json_is_true(json_object_get(a, "sparse")));
    refused(doppel("snapshot create --from %s %s", config, scratch_path("live-no")), "create",
            "snapshot amend --overrides", 2);
    refused(doppel("run --snapshot %s --to %s --no-network --at boundary-1 --bundle %s", config,
                   runtime_path("mini-2.wasm"), scratch_path("live-no.tar.zst")),
            "bundle", "--bundle needs a state that is here", 2);
    json_decref(lazy);
    json_decref(full);
    json_decref(a);
    json_decref(b);
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

static json_t *run_plan(const char *plan, const char *name, const char *more)
{
    char out[300], log[320];
    ran r;
    snprintf(out, sizeof out, "%s", scratch_path(name));
    snprintf(log, sizeof log, "%s.events", out);
    r = doppel("run %s --explain none --positions never -v -o %s --events %s %s", plan, out, log,
               more);
    ck_assert_msg(!strstr(dg_buf_text(&r.err), "secret-of-mine")
                      && !strstr(dg_buf_text(&r.out), "secret-of-mine"),
                  "the key was told");
    return ended_well(r, out);
}

static void write_plan(char path[300], const char *name, const char *snapshot)
{
    json_t *plan =
        json_pack("{s:i, s:s, s:b, s:{s:s, s:s}}", "doppel", 1, "snapshot", snapshot, "network", 0,
                  "upgrade", "to", runtime_path("mini-2.wasm"), "at", "boundary-1");
    snprintf(path, 300, "%s", scratch_path(name));
    ck_assert_int_eq(json_dump_file(plan, path, 0), 0);
    json_decref(plan);
}

static void write_text(char path[300], const char *name, const char *text)
{
    snprintf(path, 300, "%s", scratch_path(name));
    ck_assert_int_eq(dg_file_write(path, dg_text(text), NULL), DG_OK);
}

/* A key to an endpoint reaches the endpoint, and nothing else. */
START_TEST(a_key_opens_the_endpoint_and_is_written_nowhere)
{
    char plan[300], keys[300], url[100], flags[700];
    json_t *about;
    dg_buf found;
    snprintf(url, sizeof url, "http://127.0.0.1:%u/key", node.port);
    write_plan(plan, "live-key-plan.json", url);
    write_text(keys, "live-keys", "\nX-Other: 1\nX-Key: secret-of-mine\n");
    setenv("DOPPEL_CACHE", scratch_path("live-keyed"), 1);
    snprintf(flags, sizeof flags, "%s -q -o %s", plan, scratch_path("live-none.json"));
    refused(doppel("run %s", flags), "without the key", "401", 4);
    json_decref(run_plan(plan, "live-keyed.json", "--rpc-header 'X-Key: secret-of-mine'"));
    setenv("DOPPEL_CACHE", scratch_path("live-keyed-2"), 1);
    snprintf(flags, sizeof flags, "--rpc-header @%s", keys);
    json_decref(run_plan(plan, "live-keyed-2.json", flags));
    refused(doppel("run %s %s --bundle %s", plan, flags, scratch_path("live.bundle")), "a bundle",
            "--bundle needs a state that is here", 2);
    /* what is kept of it can be cleared away */
    about = answered(doppel("cache show --json"), "cache");
    ck_assert_int_eq(
        json_integer_value(json_object_get(json_object_get(about, "fetched"), "count")), 1);
    ck_assert_int_gt(
        json_integer_value(json_object_get(json_object_get(about, "fetched"), "bytes")), 1000);
    json_decref(about);
    json_decref(answered(doppel("cache clear --json"), "clear"));
    about = answered(doppel("cache show --json"), "cache");
    ck_assert_int_eq(
        json_integer_value(json_object_get(json_object_get(about, "fetched"), "bytes")), 0);
    json_decref(about);
    found = shell_says("cd %s && grep -rla secret-of-mine . | sort", scratch_path(""));
    ck_assert_str_eq(dg_buf_text(&found), "./live-keys\n");
    dg_buf_clear(&found);
    setenv("DOPPEL_CACHE", scratch_path("live-cache"), 1);
    snprintf(flags, sizeof flags, "--to %s --at next --rpc-header @%s", runtime_path("mini-2.wasm"),
             keys);
    refused(doppel("run --snapshot %s %s", runtime_path("mini.json"), flags), "a key for a file",
            "--rpc-header is for live chains", 2);
}
END_TEST

START_TEST(a_certificate_of_the_users_own_is_trusted)
{
    static char script[] = "tests/fetch/node.py", cert[] = "tests/rpc/localhost.crt",
                key[] = "tests/rpc/localhost.key";
    const char *argv[] = { "python3", script, spec, cert, key, NULL };
    char plan[300], url[100], flags[400];
    server tls = server_start(argv);
    snprintf(url, sizeof url, "https://localhost:%u/ok", tls.port);
    write_plan(plan, "live-tls-plan.json", url);
    setenv("DOPPEL_CACHE", scratch_path("live-tls"), 1);
    snprintf(flags, sizeof flags, "%s -q -o %s", plan, scratch_path("live-none.json"));
    refused(doppel("run %s", flags), "an unknown certificate", "certificate", 4);
    snprintf(flags, sizeof flags, "--cacert %s", cert);
    json_decref(run_plan(plan, "live-tls.json", flags));
    setenv("DOPPEL_CACHE", scratch_path("live-cache"), 1);
    server_stop(&tls);
}
END_TEST

/* By the name that a file of endpoints gives it; a file beside the plan would go before it. */
START_TEST(a_chain_is_named_in_a_plan_and_looked_into)
{
    char plan[300], unknown[300], ends[300], text[200], flags[400];
    json_t *about;
    snprintf(text, sizeof text, "polkadot http://127.0.0.1:%u/ok\nmine http://127.0.0.1:%u/ok\n",
             node.port, node.port);
    write_text(ends, "live-endpoints", text);
    snprintf(flags, sizeof flags, "--endpoints %s", ends);
    write_plan(plan, "live-named-plan.json", "polkadot");
    json_decref(run_plan(plan, "live-named.json", flags));
    write_plan(plan, "live-mine-plan.json", "mine#finalized");
    json_decref(run_plan(plan, "live-mine.json", flags));
    write_plan(unknown, "live-unknown-plan.json", "polkadoz");
    refused(doppel("run %s %s", unknown, flags), "no such chain", "polkadoz", 4);
    refused(doppel("run %s --endpoints %s.not", plan, ends), "no such file", "does not exist", 4);
    about = answered(doppel("inspect --json http://127.0.0.1:%u/ok", node.port), "inspect");
    ck_assert_str_eq(json_string_value(json_object_get(about, "spec_name")), "mini");
    json_decref(about);
    refused(doppel("inspect http://127.0.0.1:%u/pruned#0x%064d", node.port, 7), "no such block", "",
            4);
    refused(doppel("inspect polkadoz"), "no such chain", "polkadoz", 4);
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
    tcase_add_test(tc, a_key_opens_the_endpoint_and_is_written_nowhere);
    tcase_add_test(tc, a_certificate_of_the_users_own_is_trusted);
    tcase_add_test(tc, a_chain_is_named_in_a_plan_and_looked_into);
    tcase_add_test(tc, a_configuration_of_chopsticks_changes_what_is_fetched);
    tcase_add_test(tc, a_newer_state_of_a_live_chain_is_kept_over_an_older_one);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
