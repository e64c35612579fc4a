/* A few tries of each kind of tests/torture, which takes hours as a whole: what is refused,
 * limited, killed or damaged ends in the same answer or in exit 4. */
#include "program.h"

#include <stdlib.h>
#include <string.h>

/* A sanitizer brings its own heap, and more address space than any limit has. */
static bool can_be_limited(void)
{
#if defined __SANITIZE_ADDRESS__
    printf("not run: sanitizers have a heap of their own\n");
    return false;
#else
    if (system("strace -o /dev/null true 2>/dev/null") == 0)
        return true;
    printf("not run: strace is not there, or may not trace\n");
    return false;
#endif
}

START_TEST(what_is_refused_ends_in_the_same_answer_or_in_exit_4)
{
    char command[900], out[300];
    const char *binary = getenv("DOPPEL"), *runtimes = getenv("DOPPEL_RUNTIMES");
    int status;
    dg_buf said;
    if (!can_be_limited())
        return;
    snprintf(out, sizeof out, "%s", scratch_path("torture"));
    snprintf(command, sizeof command,
             "tests/torture/torture.py --quick --jobs 1 --doppel %s --runtimes %s >%s 2>&1",
             binary ? binary : "build/release/doppel", runtimes ? runtimes : "build/runtimes", out);
    status = system(command);
    said = slurp(out);
    if (status != 0)
        ck_abort_msg("%s", dg_buf_text(&said));
    ck_assert_ptr_nonnull(strstr(dg_buf_text(&said), " 0 failed\n"));
    dg_buf_clear(&said);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("torture");
    TCase *tc = tcase_create("torture");
    tcase_set_timeout(tc, 300);
    tcase_add_test(tc, what_is_refused_ends_in_the_same_answer_or_in_exit_4);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
