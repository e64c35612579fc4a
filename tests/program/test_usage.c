/* What somebody sees who typed it wrong: one line on stderr, nothing on stdout,
 * exit 2, and where a word was nearly right, the right one. */
#include "program.h"

#include <string.h>

static const struct {
    const char *args, *says;
} rows[] = {
    { "snapsho", "did you mean snapshot?" },
    { "reprot", "did you mean report?" },
    { "insepct x", "did you mean inspect?" },
    { "snapshot shwo", "did you mean snapshot show?" },
    { "run --snapsot x", "did you mean --snapshot?" },
    { "run --explain prove", "none, recorded or proved, not prove; did you mean proved?" },
    { "call", "usage: doppel call" },
    { "call a b c d", "one argument too many" },
    { "snapshot create out", "needs --from" },
    { "snapshot create --from http://localhost:1 --number 3 no-such-place", "is for files" },
    { "snapshot create --from http://localhost:1 --way maybe no-such-place",
      "any, proofs and pairs" },
    { "snapshot create --from http://localhost:1 --at soon no-such-place",
      "neither finalized, nor a number, nor a hash" },
    { "snapshot create --from http://localhost:1 --at 0x12 no-such-place", "64 digits" },
    { "snapshot export x --to y.txt", "x.json" },
    { "snapshot export x --to", "needs FILE" },
    { "call x y --fuel many", "needs a number" },
    { "inspect x --json=1", "takes no value" },
    { "preflight --from x", "needs --from SNAPSHOT and --to RUNTIME" },
    { "help nothing", "no help on nothing" },
    { "help claim", "did you mean claims?" },
    { "run --set novalue", "KEY=VALUE" },
    { "when", "--snapshot says of which chain" },
    { "when --snapshot " EMBEDDED_SPEC " --miss-rate 1", "--miss-rate 1 is no share" },
    { "when --snapshot " EMBEDDED_SPEC " --miss-rate nan", "--miss-rate nan is no share" },
    { "when --snapshot " EMBEDDED_SPEC " --sessions 0", "--sessions is from 1 to 50" },
    { "when --snapshot " EMBEDDED_SPEC " --block 0", "the chain is at #0" },
    { "when --snapshot " EMBEDDED_SPEC " --block 4000000000", "slots ahead" },
    { "run --keep U,X", "\"X\" is not a state of a run; there are U-1, U, U+1, session+1 and end" },
    { "run --keep-dir x", "--keep must name the states" },
    { "run --no-network --nodes v1.10", "--no-network leaves nodes out, but --nodes asks for "
                                        "nodes" },
    { "run --nodes v1.10 --classes SD_V1", "two names of one flag" },
    { "run --nodes v1.11..v1.7", "the range v1.11..v1.7 is upside down: write v1.7..v1.11" },
    { "run --nodes v1.10=0.5,v1.12=0.4", "the shares add up to 0.9, not to 1" },
    { "run --nodes v1.10=nan", "not \"nan\"" },
    { "run --nodes v1.10=0,v1.12=1", "v1.10 has none of the nodes: leave it out" },
    { "run --nodes gossamer",
      "node release \"gossamer\" is not known; known are v0.7, v0.9..v1.0, " },
    { "run --nodes @LICENSE", "network.nodes: LICENSE: line 2: node release \"Apache License\"" },
    { "run --nodes @fixtures/paseo-1002000-e20.wasm",
      "network.nodes: fixtures/paseo-1002000-e20.wasm: line 1: " },
    { "run --nodes v1.99",
      "node release \"v1.99\" is not known; known are v0.7, v0.9..v1.0, v1.1" },
};

START_TEST(wrong_usage_is_one_line_and_exit_2)
{
    refused(doppel("%s", rows[_i].args), rows[_i].args, rows[_i].says, 2);
}
END_TEST

START_TEST(without_a_command_there_is_a_list_and_exit_2)
{
    static const struct {
        const char *args, *says;
    } lists[] = { { "", "doppel preflight" }, { "snapshot", "doppel snapshot verify" } };
    for (size_t i = 0; i < 2; i++) {
        ran r = doppel("%s", lists[i].args);
        ck_assert_int_eq(r.exit, 2);
        ck_assert_uint_eq(r.out.len, 0);
        ck_assert_ptr_nonnull(strstr(dg_buf_text(&r.err), lists[i].says));
        ran_clear(&r);
    }
}
END_TEST

/* A verdict that nobody could read must not look like one that was. */
START_TEST(a_full_stdout_is_exit_4)
{
    static const char *const args[] = {
        "help",
        "version",
        "version --json",
        "inspect build/runtimes/mini-2.wasm",
        "inspect build/runtimes/mini-2.wasm --json",
        "call build/runtimes/mini.json Core_version",
        "preflight --from build/runtimes/mini.json --to build/runtimes/mini-2.wasm",
        "run -q --snapshot build/runtimes/mini.json --to build/runtimes/mini-2.wasm --at "
        "boundary-4 -o build/outcome.json"
    };
    for (size_t i = 0; i < sizeof args / sizeof args[0]; i++) {
        ran r = doppel_by(NULL, "/dev/full", args[i]);
        if (r.exit != 4 || !strstr(dg_buf_text(&r.err), "could not be written"))
            ck_abort_msg("doppel %s: exit %d, said: %s", args[i], r.exit, dg_buf_text(&r.err));
        ran_clear(&r);
    }
}
END_TEST

START_TEST(help_and_version_go_to_stdout_with_exit_0)
{
    static const char *const args[] = {
        "help", "help run",       "run --help",    "version",     "-V",
        "-h",   "version --json", "help snapshot", "snapshot -h", "report --help"
    };
    for (size_t i = 0; i < sizeof args / sizeof args[0]; i++) {
        ran r = doppel("%s", args[i]);
        ck_assert_int_eq(r.exit, 0);
        ck_assert_uint_gt(r.out.len, 10);
        ck_assert_uint_eq(r.err.len, 0);
        ran_clear(&r);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("usage");
    TCase *tc = tcase_create("usage");
    tcase_add_loop_test(tc, wrong_usage_is_one_line_and_exit_2, 0, sizeof rows / sizeof rows[0]);
    tcase_add_test(tc, without_a_command_there_is_a_list_and_exit_2);
    tcase_add_test(tc, a_full_stdout_is_exit_4);
    tcase_add_test(tc, help_and_version_go_to_stdout_with_exit_0);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
