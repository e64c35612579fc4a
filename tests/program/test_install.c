/* What `make install` leaves can be packed, moved and run: it needs nothing of the place where it
 * was built, names no path of it, and `make uninstall` takes all of it away again. */
#include "program.h"

#include <stdlib.h>
#include <string.h>

/* `make ARGS` of the profile under test; a make above this one gives it nothing to do. */
static void make(const char *args)
{
    const char *binary = getenv("DOPPEL");
    char profile[40] = "release", command[700];
    ran r;
    if (binary)
        sscanf(binary, "build/%39[a-z]/doppel", profile);
    snprintf(command, sizeof command, "PROFILE=%s %s", profile, args);
    r = doppel_by("env -u MAKEFLAGS -u MAKELEVEL make --no-print-directory", NULL, command);
    if (r.exit != 0)
        ck_abort_msg("make %s: exit %d: %s", args, r.exit, dg_buf_text(&r.err));
    ran_clear(&r);
}

/* Scripts of three shells, pages of three parts of the manual, the library, what licences ask for.
 */
static const char *const files[] = {
    "bin/doppel",
    "lib/doppel/libwasmtime.so",
    "share/bash-completion/completions/doppel",
    "share/fish/vendor_completions.d/doppel.fish",
    "share/zsh/site-functions/_doppel",
    "share/man/man1/doppel.1",
    "share/man/man1/doppel-snapshot-create.1",
    "share/man/man5/doppel-plan.5",
    "share/man/man7/doppel-claims.7",
    "share/doc/doppel/README.md",
    "share/doc/doppel/LICENSE",
    "share/doppel/plan.schema.json",
    "share/doppel/outcome.schema.json",
    "share/doppel/outcome-bft.schema.json",
    "share/doppel/cluster/slurm.sh",
    "share/doppel/cluster/sweep.yaml",
};

START_TEST(it_runs_where_it_was_moved_to_and_goes_as_a_whole)
{
    char dest[300], moved[300], text[700];
    dg_buf out;
    snprintf(dest, sizeof dest, "%s", scratch_path("dest"));
    snprintf(moved, sizeof moved, "%s", scratch_path("moved"));
    snprintf(text, sizeof text, "install PREFIX=/usr DESTDIR=%s", dest);
    make(text);
    out = shell_says("mv %s %s", dest, moved);
    dg_buf_clear(&out);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        out = shell_says("test -s %s/usr/%s", moved, files[i]);
        dg_buf_clear(&out);
    }
    out = shell_says("env -u LD_LIBRARY_PATH %s/usr/bin/doppel version", moved);
    ck_assert_ptr_nonnull(strstr(dg_buf_text(&out), "doppel "));
    dg_buf_clear(&out);
    /* It loads the library that was moved with it. */
    out = shell_says("env -u LD_LIBRARY_PATH ldd %s/usr/bin/doppel", moved);
    snprintf(text, sizeof text, "%s/usr/bin/../lib/doppel/libwasmtime.so", moved);
    if (!strstr(dg_buf_text(&out), text))
        ck_abort_msg("another library: %s", dg_buf_text(&out));
    dg_buf_clear(&out);
    out = shell_says("! grep -rlF \"$PWD\" %s", moved);
    dg_buf_clear(&out);
    snprintf(text, sizeof text, "uninstall PREFIX=/usr DESTDIR=%s", moved);
    make(text);
    out = shell_says("find %s -type f", moved);
    if (out.len)
        ck_abort_msg("left behind: %s", dg_buf_text(&out));
    dg_buf_clear(&out);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("install");
    TCase *tc = tcase_create("install");
    tcase_set_timeout(tc, 300);
    tcase_add_test(tc, it_runs_where_it_was_moved_to_and_goes_as_a_whole);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
