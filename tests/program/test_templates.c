/* The templates for CI servers, each step run in a shell (steps.py) on the real pair: from an
 * archive of doppel to the exit code, and to what the server shows. */
#include "program.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* Shell commands, in the folder that the tests run in. */
static ran sh(const char *format, ...) __attribute__((format(printf, 1, 2)));
static ran sh(const char *format, ...)
{
    char commands[2600];
    va_list list;
    int len;
    va_start(list, format);
    len = vsnprintf(commands, sizeof commands - 4, format, list);
    va_end(list);
    ck_assert_int_lt(len, (int)sizeof commands - 4);
    memcpy(commands + len, "; }", 4);
    return doppel_by("{", NULL, commands);
}

static void done(ran r)
{
    ck_assert_msg(r.exit == 0, "exit %d: %s%s", r.exit, dg_buf_text(&r.out), dg_buf_text(&r.err));
    ran_clear(&r);
}

/* ---- a repository, and a release ---- */

#define KNOWN(expires)                                                                             \
    "{\"plan\": \"late\", \"claim\": \"api-window\", \"reason\": \"a known fault\", \"link\": "    \
    "\"https://example.org/7\", \"expires\": \"" expires "\"}"

/* A package manager that installs what it is given below .doppel, and knows every package: that of
 * this machine is none of ours. */
static const char tool[] =
    "#!/bin/sh\nfor file; do :; done\ncase $file in\n*.deb) tar -xf \"$file\" -C .doppel "
    "--strip-components=1 && echo \"installed $1\" ;;\nesac\n";

/* Made once: ci/doppel-gate.sh, a plan of the real pair without a network, and the archive. */
static const char *repository(void)
{
    static char folder[300];
    const char *binary = getenv("DOPPEL"), *cache = getenv("DOPPEL_CACHE");
    if (folder[0])
        return folder;
    snprintf(folder, sizeof folder, "%s", scratch_path("repository"));
    done(sh("set -e; mkdir -p %s/ci %s/.doppel %s/doppel-1/bin; cp ci/templates/doppel-gate.sh "
            "%s/ci/; ln -s \"$PWD/fixtures\" %s/fixtures",
            folder, folder, folder, folder, folder));
    ck_assert_int_eq(dg_dir_make(scratch_path("tools"), NULL), DG_OK);
    file_of("tools/apt-get", dg_text(tool));
    file_of("tools/sudo", dg_text("#!/bin/sh\nexec \"$@\"\n"));
    done(sh("chmod +x %s %s", scratch_path("tools/apt-get"), scratch_path("tools/sudo")));
    done(sh("set -e; mkdir -p '%s'; ln -s \"$(cd '%s' && pwd)\" %s/.doppel/cache",
            cache ? cache : "build/cache", cache ? cache : "build/cache", folder));
    done(sh("set -e; cp '%s' %s/doppel-1/bin/doppel; tar -C %s -czf %s/doppel-1.tar.gz doppel-1; "
            "rm -r %s/doppel-1; cd %s; sha256sum doppel-1.tar.gz | cut -c1-64 > sum",
            binary ? binary : "build/release/doppel", folder, folder, folder, folder, folder));
    return folder;
}

static void gate_of(const char *known)
{
    static const char plan[] = "{\"doppel\": 1, \"snapshot\": \"fixtures/" /* of the repository */
                               "paseo-1001002-e20-100val-20paras.json.zst\", \"upgrade\": {\"to\": "
                               "\"fixtures/paseo-1002000-e20.wasm\", \"at\": \"boundary\"}, "
                               "\"network\": false}";
    char text[1000];
    file_of("repository/ci/plan.json", dg_text(plan));
    snprintf(text, sizeof text,
             "{\"doppel\": 1, \"name\": \"real pair\", \"plans\": [{\"name\": \"at a boundary\", "
             "\"plan\": \"plan.json\"}], \"known\": [%s]}",
             known);
    file_of("repository/ci/gate.json", dg_text(text));
}

/* ---- each server ---- */

static const struct {
    const char *run; /* how, with the folder for %s */
} servers[] = {
    { "python3 tests/program/steps.py github ci/templates/github.yml %s" },
    { "python3 tests/program/steps.py gitlab ci/templates/gitlab.yml %s" },
    { "cd %s && sh ci/doppel-gate.sh" },
};
enum { SERVERS = sizeof servers / sizeof *servers, GITHUB = 0, SHELL = 2 };

static ran served(int server, const char *with)
{
    const char *folder = repository();
    char how[600];
    snprintf(how, sizeof how, servers[server].run, folder);
    return sh("rm -rf %s/doppel-gate %s/.doppel/bin %s/GITHUB_*; PATH=%s:$PATH; unset DOPPEL "
              "DOPPEL_OUT DOPPEL_HOME; export PATH DOPPEL_RELEASE=%s/doppel-1.tar.gz "
              "DOPPEL_SHA256=$(cat %s/sum) %s; %s",
              folder, folder, folder, scratch_path("tools"), folder, folder, with, how);
}

static dg_buf left(const char *name)
{
    char path[400];
    snprintf(path, sizeof path, "%s/%s", repository(), name);
    return slurp(path);
}

static void holds(dg_buf text, const char *part)
{
    ck_assert_msg(strstr(dg_buf_text(&text), part) != NULL, "\"%s\" is not in:\n%s", part,
                  dg_buf_text(&text));
    dg_buf_clear(&text);
}

START_TEST(a_change_that_may_pass_is_green)
{
    ran r;
    repository();
    gate_of("");
    r = served(_i, "");
    ck_assert_msg(r.exit == 0, "exit %d: %s%s", r.exit, dg_buf_text(&r.out), dg_buf_text(&r.err));
    ck_assert_ptr_nonnull(strstr(dg_buf_text(&r.out), "GREEN: 1 plan, 1 green"));
    holds(left("doppel-gate/junit.xml"), "<testsuites name=\"real pair\"");
    holds(left("doppel-gate/summary.md"), "**GREEN**: 1 plan");
    holds(left("doppel-gate/verdict.json"), "\"result\": \"green\"");
    ran_clear(&r);
}
END_TEST

/* An entry that excuses nothing, so that the verdict is red and all is published all the same. */
START_TEST(one_that_may_not_is_red_and_shown)
{
    ran r;
    repository();
    gate_of(KNOWN("2999-12-31"));
    r = served(_i, "");
    ck_assert_msg(r.exit == 1, "exit %d: %s%s", r.exit, dg_buf_text(&r.out), dg_buf_text(&r.err));
    holds(left("doppel-gate/junit.xml"), "<failure type=\"stale\"");
    holds(left("doppel-gate/summary.md"), "**RED** ledger entry 1, api-window in \"late\"");
    if (_i == GITHUB) {
        ck_assert_ptr_nonnull(strstr(dg_buf_text(&r.out), "\n::error title=ledger::"));
        holds(left("GITHUB_STEP_SUMMARY"), "### real pair\n");
        holds(left("GITHUB_OUTPUT"), "exit=1\nresult=red\nplans=1\ngreen=1\n");
    }
    ran_clear(&r);
}
END_TEST

/* ---- what is wrong ---- */

static const struct {
    const char *with, *says;
} wrong[] = {
    { "DOPPEL_SHA256=", "DOPPEL_SHA256 is not set" },
    { "DOPPEL_SHA256=0000000000000000000000000000000000000000000000000000000000000000",
      "has another hash than DOPPEL_SHA256" },
    { "DOPPEL_RELEASE=", "DOPPEL_RELEASE names no .deb" },
    { "DOPPEL_RELEASE=gone.tar.xz", "is not there: gone.tar.xz" },
    { "DOPPEL_RELEASE=ci/gate.json DOPPEL_SHA256=$(sha256sum %s/ci/gate.json | cut -c1-64)",
      "ends neither with .deb nor with .tar.xz" },
};

START_TEST(nothing_is_installed_unseen)
{
    char with[600];
    ran r;
    repository();
    gate_of("");
    snprintf(with, sizeof with, wrong[_i].with, repository());
    r = served(SHELL, with);
    ck_assert_msg(r.exit == 4, "exit %d: %s", r.exit, dg_buf_text(&r.err));
    ck_assert_msg(strstr(dg_buf_text(&r.err), wrong[_i].says) != NULL, "%s", dg_buf_text(&r.err));
    ck_assert(!dg_file_exists(scratch_path("repository/doppel-gate")));
    ck_assert(!dg_file_exists(scratch_path("repository/.doppel/bin")));
    ran_clear(&r);
}
END_TEST

/* A .deb goes to the package manager, as the file that was checked. */
START_TEST(a_package_is_installed_as_one)
{
    ran r;
    repository();
    gate_of("");
    done(sh("cp %s/doppel-1.tar.gz %s/doppel.deb", repository(), repository()));
    r = served(SHELL, "DOPPEL_RELEASE=doppel.deb");
    ck_assert_msg(r.exit == 0, "exit %d: %s%s", r.exit, dg_buf_text(&r.out), dg_buf_text(&r.err));
    ck_assert_ptr_nonnull(strstr(dg_buf_text(&r.out), "installed install\n"));
    ck_assert_ptr_nonnull(strstr(dg_buf_text(&r.out), "GREEN: 1 plan"));
    ran_clear(&r);
}
END_TEST

/* Where the gate is refused there is nothing to publish, and no later step hides why. */
START_TEST(a_gate_that_is_refused_publishes_nothing)
{
    ran r;
    repository();
    file_of("repository/ci/gate.json", dg_text("{\"doppel\": 1, \"plans\": []}"));
    r = served(SHELL, "");
    ck_assert_int_eq(r.exit, 2);
    ck_assert_ptr_nonnull(strstr(dg_buf_text(&r.err), "plans is empty"));
    ck_assert_ptr_nonnull(strstr(dg_buf_text(&r.out), "there is no verdict to publish"));
    ran_clear(&r);
}
END_TEST

/* The gate to begin with is one. */
START_TEST(the_gate_to_begin_with_is_one)
{
    ran r = doppel("gate ci/templates/gate.json");
    refused(r, "no list of runtimes", "gate.json: runtimes: ", 4);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("templates");
    TCase *tc = tcase_create("templates");
    tcase_set_timeout(tc, 0);
    tcase_add_loop_test(tc, a_change_that_may_pass_is_green, 0, SERVERS);
    tcase_add_loop_test(tc, one_that_may_not_is_red_and_shown, 0, SERVERS);
    tcase_add_loop_test(tc, nothing_is_installed_unseen, 0, sizeof wrong / sizeof *wrong);
    tcase_add_test(tc, a_package_is_installed_as_one);
    tcase_add_test(tc, a_gate_that_is_refused_publishes_nothing);
    tcase_add_test(tc, the_gate_to_begin_with_is_one);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
