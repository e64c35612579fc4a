/* Every byte of help and of what is said of the embedded fixtures, kept in
 * tests/golden/: a change of wording is seen in review. BLESS=1 rewrites the files. */
#include "program.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    const char *file, *args;
} rows[] = {
    { "help", "help" },
    { "help-snapshot", "help snapshot" },
    { "help-snapshot-create", "help snapshot create" },
    { "help-snapshot-show", "help snapshot show" },
    { "help-snapshot-verify", "help snapshot verify" },
    { "help-snapshot-diff", "help snapshot diff" },
    { "help-snapshot-export", "help snapshot export" },
    { "help-inspect", "help inspect" },
    { "help-call", "help call" },
    { "help-execute", "help execute" },
    { "help-preflight", "help preflight" },
    { "help-run", "help run" },
    { "help-recover", "help recover" },
    { "help-replay", "help replay" },
    { "help-sweep", "help sweep" },
    { "help-merge", "help merge" },
    { "help-bisect", "help bisect" },
    { "help-observe", "help observe" },
    { "help-matrix", "help matrix" },
    { "help-gate", "help gate" },
    { "help-when", "help when" },
    { "help-advise", "help advise" },
    { "when", "when --snapshot " EMBEDDED_SPEC " --miss-rate 0.02 --block 40" },
    { "when.json",
      "when --json --snapshot " EMBEDDED_SPEC " --miss-rate 0.02 --block 40 --sessions 1" },
    { "help-report-show", "help report show" },
    { "help-report-markdown", "help report markdown" },
    { "report.md", "report markdown tests/report/outcomes/stalled.json" },
    { "help-report-junit", "help report junit" },
    { "help-report-github", "help report github" },
    { "help-report-sarif", "help report sarif" },
    { "help-report-html", "help report html" },
    { "help-report-explain", "help report explain" },
    { "help-report-diff", "help report diff" },
    { "help-nodes", "help nodes" },
    { "help-completion", "help completion" },
    { "help-man", "help man" },
    { "man-merge", "man merge" },
    { "help-version", "help version" },
    { "help-help", "help help" },
    { "help-topic-plan", "help plan" },
    { "help-topic-claims", "help claims" },
    { "inspect-spec", "inspect " EMBEDDED_SPEC },
    { "inspect-blob", "inspect " EMBEDDED_BLOB },
    { "inspect-blob.json", "inspect --json " EMBEDDED_BLOB },
    { "snapshot-show", "snapshot show SNAPSHOT" },
    { "snapshot-verify", "snapshot verify SNAPSHOT" },
    { "call.json", "call --json SNAPSHOT ParachainHost_session_index_for_child" },
    { "call-n.json",
      "call --json SNAPSHOT ParachainHost_async_backing_params --runtime " EMBEDDED_BLOB },
};

static const char *embedded_snapshot(void)
{
    static char path[300];
    if (!path[0]) {
        ran r;
        snprintf(path, sizeof path, "%s", scratch_path("embedded"));
        r = doppel("snapshot create -q --from %s %s", EMBEDDED_SPEC, path);
        ck_assert_int_eq(r.exit, 0);
        ran_clear(&r);
    }
    return path;
}

/* `text` with each `from` written as `to`. */
static dg_buf written(const char *text, const char *from, const char *to)
{
    dg_buf out;
    dg_buf_init(&out, SIZE_MAX / 4);
    for (const char *hit = strstr(text, from); hit;
         text = hit + strlen(from), hit = strstr(text, from)) {
        dg_buf_put(&out, text, (size_t)(hit - text));
        dg_buf_put_text(&out, to);
    }
    dg_buf_put_text(&out, text);
    return out;
}

START_TEST(what_is_printed_is_what_was_reviewed)
{
    dg_buf args = written(rows[_i].args, "SNAPSHOT", embedded_snapshot()), got, want;
    char path[200];
    dg_error err;
    ran r = doppel_by(NULL, NULL, dg_buf_text(&args));
    snprintf(path, sizeof path, "tests/golden/%s", rows[_i].file);
    if (r.exit != 0)
        ck_abort_msg("%s: exit %d, said: %s", rows[_i].args, r.exit, dg_buf_text(&r.err));
    got = written(dg_buf_text(&r.out), embedded_snapshot(), "SNAPSHOT");
    if (getenv("BLESS") && dg_file_write(path, dg_buf_bytes(&got), &err) < 0)
        ck_abort_msg("%s", err.text);
    want = slurp(path);
    if (!dg_bytes_equal(dg_buf_bytes(&got), dg_buf_bytes(&want)))
        ck_abort_msg("doppel %s is not as in %s (make bless rewrites it); now:\n%.2500s",
                     rows[_i].args, path, dg_buf_text(&got));
    dg_buf_clear(&args);
    dg_buf_clear(&got);
    dg_buf_clear(&want);
    ran_clear(&r);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("golden");
    TCase *tc = tcase_create("golden");
    tcase_set_timeout(tc, 300);
    tcase_add_loop_test(tc, what_is_printed_is_what_was_reviewed, 0, sizeof rows / sizeof rows[0]);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
