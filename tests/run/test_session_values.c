/* What nodes keep for a session hangs on where in it U is: the run knows that, and says of whom a
 * wrong answer is. */
#include "model_run.h"

#include <string.h>

#define PASEO "fixtures/paseo-1001002-e20-100val-20paras.json.zst"
#define NEXT "fixtures/paseo-1002000-e20.wasm"

static const struct {
    const char *snapshot, *to, *at;
    const char *status, *says, *not ;
} rows[] = {
    /* nodes that ran before U know that there is no asynchronous backing; a node that is started
     * at U finds the groups rotating in every block */
    { PASEO, NEXT, "boundary-8", "broke",
      "the mode of backing: no answer before U, an answer at U, an answer from U+1 on; nodes that "
      "run keep the first to the session's end (v1.9 to v1.17); where U begins a session nothing "
      "is "
      "kept yet; so too the rotation of groups (v1.22 and later)",
      NULL },
    { PASEO, NEXT, "boundary", "broke",
      "the rotation of groups: rotation frequency 10 before U, rotation frequency 1 at U, rotation "
      "frequency 10 from U+1 on; all nodes ask first at U, and keep that to the session's end",
      "mode of backing" },
    { PASEO, NEXT, "boundary-1", "held", "does not apply: U ends its session", NULL },
    { "specs/paseo-local-1003000-e10.json.zst", "specs/paseo-local-1009001-e10.json.zst",
      "boundary", "held", "answers that nodes keep for a session are N's from the first", NULL },
};

START_TEST(who_keeps_what_hangs_on_the_position)
{
    const char *snapshot = rows[_i].snapshot, *text;
    char path[512];
    json_t *o;
    if (strncmp(snapshot, "specs/", 6) == 0) {
        if (!(snapshot = corpus_path(rows[_i].snapshot)))
            return;
        snprintf(path, sizeof path, "%s", snapshot);
        snapshot = path;
    }
    o = run_pair(snapshot, strstr(rows[_i].to, ".json") ? code_file(rows[_i].to) : rows[_i].to,
                 rows[_i].at, NULL);
    text = claim_text(o, "session-values");
    ck_assert_msg(strcmp(claim_status(o, "session-values"), rows[_i].status) == 0, "%s", text);
    ck_assert_msg(strstr(text, rows[_i].says) != NULL, "%s", text);
    ck_assert_msg(!rows[_i].not || !strstr(text, rows[_i].not ), "%s", text);
    ck_assert_int_eq(dg_outcome_exit(o), DG_EXIT_HELD); /* it is advice */
    json_decref(o);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("session values");
    TCase *tc = tcase_create("session values");
    tcase_set_timeout(tc, 600);
    tcase_add_loop_test(tc, who_keeps_what_hangs_on_the_position, 0,
                        (int)(sizeof rows / sizeof *rows));
    suite_add_tcase(s, tc);
    return suite_run(s);
}
