/* Gates as a CI makes them: one command, one exit code, a line for each plan, and nothing run where
 * the gate itself is wrong. */
#include "program.h"

#include <stdlib.h>
#include <string.h>

/* A plan of the small chain; N is sound. */
static void plan_file(void)
{
    char text[700];
    snprintf(text, sizeof text,
             "{\"doppel\": 1, \"snapshot\": \"%s\", \"upgrade\": {\"to\": \"%s\", \"at\": "
             "\"boundary-1\"}, \"network\": false}",
             small_snapshot(), runtime_path("mini-2.wasm"));
    file_of("plan.json", dg_text(text));
}

/* Of text, beside that plan. */
static const char *gate_file(const char *text)
{
    plan_file();
    return file_of("gate.json", dg_text(text));
}

/* A sound N, and one under which a queued call has lost its meaning, which `known` may excuse. */
static const char *faulty_gate(const char *known)
{
    char text[1500];
    snprintf(text, sizeof text,
             "{\"doppel\": 1, \"name\": \"mini\", \"plans\": [{\"name\": \"sound\", \"plan\": "
             "\"plan.json\"}, {\"name\": \"faulty\", \"plan\": \"plan.json\", \"set\": "
             "{\"upgrade.to\": \"%s\"}}], \"known\": [%s]}",
             runtime_path("mini-2-calls-vanished.wasm"), known);
    return gate_file(text);
}

#define KNOWN(plan, claim)                                                                         \
    "{\"plan\": \"" plan "\", \"claim\": \"" claim "\", \"reason\": \"a known fault\", "           \
    "\"link\": \"https://example.org/7\", \"expires\": \"2026-12-31\"}"

static json_t *read_json(const char *path)
{
    json_t *got = json_load_file(path, 0, NULL);
    ck_assert_msg(got != NULL, "%s is no JSON", path);
    return got;
}

/* ---- verdicts ---- */

static const struct {
    const char *known, *today;
    int exit;
    const char *says[4];
} rows[] = {
    { "",
      "2026-12-01",
      1,
      { "GREEN  sound   exit 0 as expected, GO", "RED    faulty  expected exit 0; found 1, NO-GO",
        "queued-calls        broke, not expected: 1 of 2 queued calls",
        "\nRED: 2 plans, 1 green, 0 green by the ledger, 1 red. Exit 1.\n" } },
    { KNOWN("faulty", "queued-calls"),
      "2026-12-01",
      0,
      { "KNOWN  faulty  expected exit 0; found 1, NO-GO, by known failures alone",
        "known: a known fault\n                               https://example.org/7\n",
        "excused until 2026-12-31, 30 days left",
        "\nGREEN: 2 plans, 1 green, 1 green by the ledger, 0 red. Ledger: 1 entry, 1 used, 0 red. "
        "Exit 0.\n" } },
    { KNOWN("faulty", "queued-calls"),
      "2026-12-31",
      0,
      { "excused until 2026-12-31, which is today" } },
    { KNOWN("faulty", "queued-calls"),
      "2027-01-01",
      1,
      { "RED    faulty", "expired on 2026-12-31, 1 day ago",
        "ledger entry 1, queued-calls in \"faulty\", is past its day",
        "Ledger: 1 entry, 0 used, 1 red. Exit 1." } },
    { KNOWN("*", "queued-calls"),
      "2026-12-01",
      1,
      { "KNOWN  faulty", "ledger entry 1, queued-calls in \"*\", is no longer needed",
        "it has not broken in sound", "1 green by the ledger, 0 red" } },
    { KNOWN("faulty", "queued-calls") ", " KNOWN("gone", "queued-calls"),
      "2026-12-01",
      1,
      { "ledger entry 2, queued-calls in \"gone\", is stale",
        "Ledger: 2 entries, 1 used, 1 red" } },
};

START_TEST(each_plan_has_a_line_and_all_have_one)
{
    ran r = doppel("gate %s --today %s", faulty_gate(rows[_i].known), rows[_i].today);
    const char *out = dg_buf_text(&r.out);
    ck_assert_msg(r.exit == rows[_i].exit, "exit %d: %s%s", r.exit, out, dg_buf_text(&r.err));
    for (size_t i = 0; i < 4 && rows[_i].says[i]; i++)
        ck_assert_msg(strstr(out, rows[_i].says[i]) != NULL, "\"%s\" is not in:\n%s",
                      rows[_i].says[i], out);
    ran_clear(&r);
}
END_TEST

START_TEST(a_quiet_gate_says_its_last_line)
{
    ran r = doppel("gate -q %s --today 2026-12-01", faulty_gate(""));
    ck_assert_str_eq(dg_buf_text(&r.out),
                     "RED: 2 plans, 1 green, 0 green by the ledger, 1 red. Exit 1.\n");
    ran_clear(&r);
}
END_TEST

/* ---- the document ---- */

START_TEST(the_same_gate_on_the_same_day_gives_the_same_bytes)
{
    char gate[300], first[300], second[300];
    dg_buf a, b;
    ran r;
    snprintf(gate, sizeof gate, "%s", faulty_gate(KNOWN("faulty", "queued-calls")));
    snprintf(first, sizeof first, "%s", scratch_path("first.json"));
    snprintf(second, sizeof second, "%s", scratch_path("second.json"));
    r = doppel("gate %s --today 2026-12-01 -j 1 -o %s", gate, first);
    ck_assert_int_eq(r.exit, 0);
    ran_clear(&r);
    r = doppel("gate %s --today 2026-12-01 -j 2 -o %s", gate, second);
    ran_clear(&r);
    a = slurp(first);
    b = slurp(second);
    ck_assert(dg_bytes_equal(dg_buf_bytes(&a), dg_buf_bytes(&b)));
    dg_buf_clear(&a);
    dg_buf_clear(&b);
}
END_TEST

/* Each outcome is what `run` says, so nothing is judged twice. */
START_TEST(an_outcome_is_what_run_says)
{
    json_t *document, *alone;
    char out[300], one[300];
    ran r;
    snprintf(out, sizeof out, "%s", scratch_path("gate-out.json"));
    snprintf(one, sizeof one, "%s", scratch_path("one.json"));
    r = doppel("gate %s --today 2026-12-01 -o %s", faulty_gate(""), out);
    ran_clear(&r);
    r = doppel("run %s --set upgrade.to=%s --explain recorded -o %s", scratch_path("plan.json"),
               runtime_path("mini-2-calls-vanished.wasm"), one);
    ck_assert_int_eq(r.exit, 1);
    ran_clear(&r);
    document = read_json(out);
    alone = read_json(one);
    json_object_set_new(alone, "environment", json_object());
    ck_assert(json_equal(
        alone, json_object_get(json_array_get(json_object_get(document, "cases"), 1), "outcome")));
    json_decref(document);
    json_decref(alone);
}
END_TEST

/* ---- a list of runtimes ---- */

START_TEST(each_relay_chain_of_a_list_is_a_case)
{
    static const char matrix[] =
        "[{\"name\": \"polkadot\", \"package\": \"mini-2\", \"path\": \"relay/polkadot\", "
        "\"is_relay\": true},"
        " {\"name\": \"kusama\", \"package\": \"mini-2\", \"path\": \"relay/kusama\", \"uri\": "
        "\"wss://x\", \"is_relay\": true},"
        " {\"name\": \"people-kusama\", \"package\": \"p\", \"path\": \"p\", \"is_relay\": false}]";
    char text[600];
    ran r;
    file_of("runtimes-matrix.json", dg_text(matrix));
    snprintf(text, sizeof text,
             "{\"doppel\": 1, \"runtimes\": \"runtimes-matrix.json\", \"plans\": [{\"name\": "
             "\"next\", \"plan\": \"plan.json\", \"runtimes\": [\"*\"], \"to\": "
             "\"wbuild/{package}/{crate}.wasm\"}]}");
    r = doppel("gate %s --today 2026-12-01", gate_file(text));
    refused(r, "not built yet", "plan \"next/polkadot\": ", 4);
    ck_assert_int_eq(dg_dir_make(scratch_path("wbuild/mini-2"), NULL), DG_OK);
    {
        dg_buf code = slurp(runtime_path("mini-2.wasm"));
        file_of("wbuild/mini-2/mini_2.wasm", dg_buf_bytes(&code));
        dg_buf_clear(&code);
    }
    r = doppel("gate %s --today 2026-12-01", scratch_path("gate.json"));
    ck_assert_int_eq(r.exit, 0);
    ck_assert_ptr_nonnull(strstr(dg_buf_text(&r.out), "GREEN  next/polkadot  exit 0"));
    ck_assert_ptr_nonnull(strstr(dg_buf_text(&r.out), "GREEN  next/kusama    exit 0"));
    ck_assert_ptr_nonnull(
        strstr(dg_buf_text(&r.out), "1 runtime of the list has no plan here: people-kusama"));
    ran_clear(&r);
}
END_TEST

/* ---- places of U ---- */

/* Of two places the ledger names one by its value: the other stands by itself. */
START_TEST(each_place_of_a_list_is_a_case)
{
    char text[1200];
    ran r;
    snprintf(
        text, sizeof text,
        "{\"doppel\": 1, \"plans\": [{\"name\": \"faulty\", \"plan\": \"plan.json\", \"at\": "
        "\"boundary-1..boundary\", \"set\": {\"upgrade.to\": \"%s\"}}], \"known\": [{\"plan\": "
        "\"faulty\", \"claim\": \"queued-calls\", \"values\": {\"upgrade.at\": \"boundary-1\"}, "
        "\"reason\": \"r\", \"link\": \"https://example.org/7\", \"expires\": \"2026-12-31\"}]}",
        runtime_path("mini-2-calls-vanished.wasm"));
    r = doppel("gate %s --today 2026-12-01", gate_file(text));
    ck_assert_msg(r.exit == 1, "exit %d: %s", r.exit, dg_buf_text(&r.err));
    ck_assert_ptr_nonnull(strstr(dg_buf_text(&r.out), "KNOWN  faulty boundary-1  expected exit 0"));
    ck_assert_ptr_nonnull(strstr(dg_buf_text(&r.out), "RED    faulty boundary    expected exit 0"));
    ran_clear(&r);
}
END_TEST

/* ---- in a repository ---- */

#define PLANS(more)                                                                                \
    "{\"doppel\": 1, \"plans\": [{\"name\": \"a\", \"plan\": \"plan.json\"" more "}]}"

/* What is committed counts, whatever lies in the folder; its paths begin where it lies. */
START_TEST(a_gate_may_lie_in_a_commit)
{
    char command[1500], folder[300];
    ran r;
    snprintf(folder, sizeof folder, "%s", scratch_path("repository"));
    gate_file(PLANS(""));
    snprintf(command, sizeof command,
             "cd %s && mkdir -p repository/ci && cp gate.json plan.json repository/ci && cd "
             "repository && git init -q && git add -A && git -c user.name=a -c user.email=a@b "
             "commit -qm gate && rm -r ci",
             scratch_dir());
    ck_assert_int_eq(system(command), 0);
    r = doppel("gate git:%s@HEAD:ci/gate.json --today 2026-12-01", folder);
    ck_assert_msg(r.exit == 0, "%s", dg_buf_text(&r.err));
    ck_assert_ptr_nonnull(strstr(dg_buf_text(&r.out), "GREEN  a  exit 0 as expected"));
    ran_clear(&r);
    refused(doppel("gate git:%s@HEAD~7:ci/gate.json", folder), "no such commit", "HEAD~7", 2);
}
END_TEST

/* ---- wrong ---- */

static const struct {
    const char *gate, *args, *says;
    int exit;
} wrong[] = {
    { PLANS(""), "--today 2026-02-30", "--today: \"2026-02-30\" is a day that no calendar has", 2 },
    { PLANS(""), "--today tomorrow", "write YYYY-MM-DD", 2 },
    { PLANS(""), "--explain allways", "--explain takes none, recorded or proved", 2 },
    { "{\"doppel\": 1, \"plans\": []}", "", "gate.json: plans is empty", 2 },
    { "{\"doppel\": 1, \"plans\": [{\"name\": \"a\", \"plan\": \"gone.json\"}]}", "",
      "gate.json: plan \"a\": ", 4 },
    { "{\"doppel\": 1, \"plans\": [{\"name\": \"a\", \"plan\": \"gate.json\"}]}", "",
      "there is no key \"plans\"", 2 },
    { PLANS(", \"at\": \"elsewhere\""), "", "plan \"a\": ", 2 },
    { PLANS(", \"at\": \"boundary..boundary-2\""), "", "plan \"a\": at: ", 2 },
    { PLANS(", \"at\": \"every\""), "", "plan \"a\": ", 2 },
    { PLANS(", \"set\": {\"sed\": 7}"), "",
      "plan \"a\": set: there is no key \"sed\"; did you mean "
      "\"seed\"?",
      2 },
    { PLANS(", \"nodes\": \"v0.0\""), "", "plan \"a\": nodes: ", 2 },
    { PLANS(", \"to\": \"gone.wasm\""), "", "gone.wasm", 4 },
    { PLANS(", \"runtimes\": [\"*\"]"), "", "names no list of them", 2 },
    { "{\"doppel\": 1, \"runtimes\": \"gone.json\", \"plans\": [{\"name\": \"a\", \"plan\": "
      "\"plan.json\"}]}",
      "", "gate.json: runtimes: ", 4 },
    { "{\"doppel\": 1, \"runtimes\": \"gate.json\", \"plans\": [{\"name\": \"a\", \"plan\": "
      "\"plan.json\"}]}",
      "", "it is no list of runtimes", 2 },
    { PLANS(""), "-o gate.json/x", "gate.json", 4 },
};

START_TEST(what_is_wrong_gets_one_line)
{
    const char *gate = gate_file(wrong[_i].gate);
    char args[300];
    if (strncmp(wrong[_i].args, "-o ", 3) == 0)
        snprintf(args, sizeof args, "-o %s/x", scratch_path("gate.json"));
    else
        snprintf(args, sizeof args, "%s", wrong[_i].args);
    refused(doppel("gate %s %s", gate, args), wrong[_i].gate, wrong[_i].says, wrong[_i].exit);
}
END_TEST

START_TEST(the_gate_is_not_written_over)
{
    const char *gate = gate_file(PLANS(""));
    refused(doppel("gate %s -o %s", gate, gate), "itself", "which is read here and would be lost",
            2);
    refused(doppel("gate %s", scratch_path("none.json")), "none", "none.json", 4);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("gate");
    TCase *tc = tcase_create("gate");
    tcase_set_timeout(tc, 0);
    tcase_add_loop_test(tc, each_plan_has_a_line_and_all_have_one, 0, sizeof rows / sizeof *rows);
    tcase_add_test(tc, a_quiet_gate_says_its_last_line);
    tcase_add_test(tc, the_same_gate_on_the_same_day_gives_the_same_bytes);
    tcase_add_test(tc, an_outcome_is_what_run_says);
    tcase_add_test(tc, each_relay_chain_of_a_list_is_a_case);
    tcase_add_test(tc, each_place_of_a_list_is_a_case);
    tcase_add_test(tc, a_gate_may_lie_in_a_commit);
    tcase_add_loop_test(tc, what_is_wrong_gets_one_line, 0, sizeof wrong / sizeof *wrong);
    tcase_add_test(tc, the_gate_is_not_written_over);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
