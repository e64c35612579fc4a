/* Completion as somebody has it who presses tab: in a bash, a zsh and a fish, with the scripts that
 * the program prints. The folder in which they stand has alpha.json, beta.json and states/. */
#include "program.h"

#include <stdlib.h>
#include <string.h>

/* What fish offers where that is another text than the line of the others. */
static const struct {
    const char *typed, *bash, *zsh, *fish;
} rows[] = {
    { "doppel sn", "doppel snapshot ", "doppel snapshot ", "snapshot " },
    { "doppel snapshot ve", "doppel snapshot verify ", "doppel snapshot verify ", "verify " },
    { "doppel help snapshot ve", "doppel help snapshot verify ", "doppel help snapshot verify ",
      "verify " },
    { "doppel run --keep-d", "doppel run --keep-dir ", "doppel run --keep-dir ", "--keep-dir " },
    { "doppel run --explain p", "doppel run --explain proved ", "doppel run --explain proved ",
      "proved " },
    { "doppel run --how=o", "doppel run --how=override ", "doppel run --how=override ",
      "--how=override " },
    { "doppel run --set claims.finality-lag.sev", "doppel run --set claims.finality-lag.severity=",
      "doppel run --set claims.finality-lag.severity=", "claims.finality-lag.severity= " },
    { "doppel run --set claims.identity.severity=g",
      "doppel run --set claims.identity.severity=gate ",
      "doppel run --set claims.identity.severity=gate ", "claims.identity.severity=gate " },
    { "doppel run --set network.forks=f", "doppel run --set network.forks=false ",
      "doppel run --set network.forks=false ", "network.forks=false " },
    { "doppel run --nodes v1.10=0.9,kag", "doppel run --nodes v1.10=0.9,kagome=",
      "doppel run --nodes v1.10=0.9,kagome=", "v1.10=0.9,kagome= " },
    { "doppel run --nodes stable2407=1,stable2409", "doppel run --nodes stable2407=1,stable2409=",
      "doppel run --nodes stable2407=1,stable2409=", "stable2407=1,stable2409= " },
    { "doppel run --keep U,control:", "doppel run --keep U,control:end ",
      "doppel run --keep U,control:end ", "U,control:end " },
    { "doppel run --keep-dir s", "doppel run --keep-dir states/", "doppel run --keep-dir states/",
      "states/ " },
    { "doppel run --out=al", "doppel run --out=alpha.json ", "doppel run --out=alpha.json ",
      "--out=alpha.json " },
    { "doppel run -o al", "doppel run -o alpha.json ", "doppel run -o alpha.json ", "alpha.json " },
    { "doppel merge alpha.json be", "doppel merge alpha.json beta.json ",
      "doppel merge alpha.json beta.json ", "beta.json " },
    { "doppel sweep --to x,al", "doppel sweep --to x,alpha.json ",
      "doppel sweep --to x,alpha.json ", "x,alpha.json " },
    { "doppel snapshot export x --snap-version 4", "doppel snapshot export x --snap-version 4 ",
      "doppel snapshot export x --snap-version 4 ", "4 " },
    { "doppel replay alpha.json --claim back", "doppel replay alpha.json --claim backing-rate ",
      "doppel replay alpha.json --claim backing-rate ", "backing-rate " },
    { "doppel nothing a", "doppel nothing a", "doppel nothing a", " " },
    { "doppel call x y 0xa", "doppel call x y 0xa", "doppel call x y 0xa", " " },
};
enum { ROWS = sizeof rows / sizeof *rows };
static const char *const shells[] = { "bash", "zsh", "fish" };

static const char *wanted(size_t shell, size_t row)
{
    return shell == 0 ? rows[row].bash : shell == 1 ? rows[row].zsh : rows[row].fish;
}

START_TEST(tab_completes_what_was_typed)
{
    const char *binary = getenv("DOPPEL"), *at;
    char args[500];
    dg_buf lines;
    ran r;
    dg_buf_init(&lines, 1 << 16);
    for (size_t i = 0; i < ROWS; i++)
        dg_buf_printf(&lines, "%s\n", rows[i].typed);
    snprintf(args, sizeof args, "%s %s %s", shells[_i], binary ? binary : "build/release/doppel",
             file_of("lines", dg_buf_bytes(&lines)));
    r = doppel_by("zsh -f tests/program/shells.zsh", NULL, args);
    if (r.exit != 0)
        ck_abort_msg("%s: exit %d, said: %s", shells[_i], r.exit, dg_buf_text(&r.err));
    at = dg_buf_text(&r.out);
    for (size_t i = 0; i < ROWS; i++) {
        const char *want = wanted((size_t)_i, i);
        size_t len = strcspn(at, "\n");
        if (len != strlen(want) || strncmp(at, want, len) != 0)
            ck_abort_msg("%s: %s and tab are \"%.*s\", not \"%s\"", shells[_i], rows[i].typed,
                         (int)len, at, want);
        at += len + (at[len] == '\n');
    }
    ck_assert_uint_eq(strlen(at), 0);
    dg_buf_clear(&lines);
    ran_clear(&r);
}
END_TEST

START_TEST(shells_find_no_fault_with_the_script)
{
    char path[300], judge[20];
    ran r = doppel("completion %s", shells[_i]);
    ck_assert_int_eq(r.exit, 0);
    snprintf(path, sizeof path, "%s", file_of("script", dg_buf_bytes(&r.out)));
    ran_clear(&r);
    snprintf(judge, sizeof judge, "%s -n", shells[_i]);
    r = doppel_by(judge, NULL, path);
    ck_assert_int_eq(r.exit, 0);
    ck_assert_uint_eq(r.err.len, 0);
    ran_clear(&r);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("shells");
    TCase *tc = tcase_create("shells");
    tcase_set_timeout(tc, 120);
    tcase_add_loop_test(tc, tab_completes_what_was_typed, 0, 3);
    tcase_add_loop_test(tc, shells_find_no_fault_with_the_script, 0, 3);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
