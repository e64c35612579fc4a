/* What the matrix of a sweep says of claims that luck has a part in, and of cells that were left
 * out. */
#include "../support/suite.h"

#include "report/report.h"

#include <jansson.h>
#include <string.h>

/* One cell with a claim that was run over several seeds, one that time was too short for. */
static json_t *sweep_with(json_int_t broke, json_int_t of, const char *decided)
{
    json_t *claim = json_pack("{s:s, s:s, s:s, s:s, s:{s:I, s:I, s:s, s:f}}", "name", "para-rate",
                              "status", "warned", "severity", "gate", "text", "", "seeds", "broke",
                              broke, "of", of, "decided", decided, "confidence", 0.95);
    json_t *cells = json_pack(
        "[{s:i, s:{s:s}, s:s, s:{s:i, s:{s:s}, s:[o]}}, {s:i, s:{s:s}, s:s, s:s}]", "place", 0,
        "values", "upgrade.at", "boundary-1", "state", "done", "outcome", "exit", 0, "answer",
        "word", "GO", "claims", claim, "place", 1, "values", "upgrade.at", "boundary", "state",
        "undone", "why", "time was over: boundaries came first");
    return json_pack("{s:{s:[{s:s, s:[s, s]}], s:i}, s:o}", "sweep", "axes", "key", "upgrade.at",
                     "values", "boundary-1", "boundary", "cells", 2, "cells", cells);
}

static const struct {
    json_int_t broke, of;
    const char *decided, *says;
} rows[] = {
    { 2, 13, "luck",
      "para-rate at boundary-1: broke in 2 of 13 seeds, which is luck (95 % confidence)." },
    { 4, 4, "rule",
      "para-rate at boundary-1: broke in 4 of 4 seeds, which is a rule (95 % confidence)." },
    { 90, 256, "open", "broke in 90 of 256 seeds, which is not enough to tell luck from a rule." },
};

START_TEST(how_many_seeds_broke_is_told_of_how_many)
{
    static const dg_report_options wide = { .width = 160 };
    json_t *document = sweep_with(rows[_i].broke, rows[_i].of, rows[_i].decided);
    dg_buf text;
    dg_error err = { .text = "" };
    ck_assert_ptr_nonnull(document);
    dg_buf_init(&text, 1 << 16);
    ck_assert_msg(dg_report_sweep(&text, document, &wide, &err) == DG_OK, "%s", err.text);
    ck_assert_msg(strstr(dg_buf_text(&text), rows[_i].says) != NULL, "%s", dg_buf_text(&text));
    ck_assert_ptr_nonnull(strstr(dg_buf_text(&text), "time was over: boundaries came first"));
    ck_assert_ptr_nonnull(strstr(dg_buf_text(&text), "0 CANNOT SAY, 1 not done."));
    dg_buf_clear(&text);
    json_decref(document);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("sweep");
    TCase *tc = tcase_create("sweep");
    tcase_add_loop_test(tc, how_many_seeds_broke_is_told_of_how_many, 0,
                        sizeof rows / sizeof *rows);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
