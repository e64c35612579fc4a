/* What somebody sees who typed it wrong: one line on stderr, nothing on stdout,
 * exit 2, and where a word was nearly right, the right one. */
#include "program.h"

#include <string.h>

static const struct { const char *args, *says; } rows[] = {
    { "snapsho", "did you mean" },
    { "snapshot", "needs one of: create, show, verify, export" },
    { "snapshot shwo", "did you mean snapshot show?" },
    { "run --snapsot x", "did you mean --snapshot?" },
    { "call", "usage: doppel call" },
    { "call a b c d", "one argument too many" },
    { "snapshot create out", "wants --from" },
    { "snapshot create --from http://localhost:1 out", "RPC" },
    { "snapshot export x --to y.txt", "x.json" },
    { "snapshot export x --to", "wants FILE" },
    { "call x y --fuel many", "wants a number" },
    { "inspect x --json=1", "takes no value" },
    { "preflight --from x", "wants --from SNAPSHOT and --to RUNTIME" },
    { "help nothing", "no command nothing" },
    { "run --set novalue", "KEY=VALUE" },
};

START_TEST(wrong_usage_is_one_line_and_exit_2)
{
    ran r = doppel("%s", rows[_i].args);
    const char *text = dg_buf_text(&r.err);
    if (!strstr(text, rows[_i].says))
        ck_abort_msg("doppel %s said: %s", rows[_i].args, text);
    ck_assert_int_eq(r.exit, 2);
    ck_assert_uint_eq(r.out.len, 0);
    ck_assert_ptr_eq(strchr(text, '\n'), text + r.err.len - 1); /* one line */
    ran_clear(&r);
}
END_TEST

START_TEST(help_and_version_go_to_stdout_with_exit_0)
{
    static const char *const args[] = { "help", "help run", "run --help", "version", "-V", "-h", "version --json" };
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
    tcase_add_test(tc, help_and_version_go_to_stdout_with_exit_0);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
