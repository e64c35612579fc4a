/* By these words an upgrade is scheduled: they are held, over the sweep of a whole session of the
 * pair that stalled Polkadot on 2024-04-21 as doppel 0.2.0 wrote it, cut to what is read of it. */
#include "../support/suite.h"

#include <stdlib.h>
#include <string.h>

#include "advise/advise.h"
#include "report/report.h"

static json_t *sweep(void)
{
    json_t *out = json_load_file("tests/report/outcomes/sweep-2024-04-21.json", 0, NULL);
    ck_assert(out != NULL);
    return out;
}

static dg_buf told(const json_t *document, double miss, const dg_report_options *how, bool json)
{
    dg_advise_options options = { .miss = miss };
    dg_error err = { .text = "" };
    json_t *advice, *documents = json_pack("[O]", document);
    dg_buf out;
    dg_code rc;
    ck_assert_msg(dg_advise_make(&advice, documents, &options, &err) == DG_OK, "%s", err.text);
    dg_buf_init(&out, 1 << 24);
    rc = json ? dg_report_json(&out, advice, &err) : dg_report_advice(&out, advice, how, &err);
    ck_assert_msg(rc == DG_OK, "%s", err.text);
    json_decref(advice);
    json_decref(documents);
    return out;
}

static const struct {
    const char *golden;
    double miss;
    dg_report_options options;
    bool json;
} pages[] = {
    { "advice.txt", -1, { .width = 100 }, false },
    { "advice-miss.txt", 0.03, { .width = 72, .colour = true }, false },
    { "advice-brief.txt", 0.03, { .width = 100, .brief = true }, false },
    { "advice.json", 0.03, { .width = 100 }, true },
};

START_TEST(advice_is_the_golden_one)
{
    char path[256];
    json_t *document = sweep();
    dg_buf got = told(document, pages[_i].miss, &pages[_i].options, pages[_i].json), want;
    snprintf(path, sizeof path, "tests/golden/report/%s", pages[_i].golden);
    if (getenv("BLESS"))
        dg_file_write(path, dg_buf_bytes(&got), NULL);
    want = slurp(path);
    ck_assert_msg(dg_bytes_equal(dg_buf_bytes(&got), dg_buf_bytes(&want)), "%s; got:\n%.3000s",
                  path, dg_buf_text(&got));
    dg_buf_clear(&want);
    dg_buf_clear(&got);
    json_decref(document);
}
END_TEST

/* ---- words that the whole sweep has no need of ---- */

static const json_t *outcome_at(const json_t *document, size_t cell)
{
    return json_object_get(json_array_get(json_object_get(document, "cells"), cell), "outcome");
}

/* The cells that the letters of `keep` stand for: 'a' is boundary-20. */
static void keep_cells(json_t *document, const char *keep)
{
    json_t *cells = json_object_get(document, "cells");
    for (size_t i = json_array_size(cells); i--;)
        if (!strchr(keep, (int)('a' + i)))
            json_array_remove(cells, i);
}

static const struct {
    const char *keep, *says; /* of the words, at least these */
    double miss;
} words[] = {
    { "u", "Of 1 run 1 held and 0 broke.", 0 },
    { "u", "Not run, so not known: slots 1 to 19 of a session. doppel sweep PLAN --at every", 0 },
    { "u", "last 5 blocks            not run: not known", 0 },
    { "m", "no place that was run held", 0 },
    { "m", "exit 1: no place that was run held", 0 },
    { "m", "Not enough alone", 0 },
    /* not the end of the session behind, where it would be 17 blocks from this boundary */
    { "abcdefghijklmnopqrstuvwxyz", "scheduler.schedule with when = 38,", 0.02 },
    { "mu", "41 blocks behind #0", 0 },
    { "mu", "#36 lands there in 100.0 % of cases. What it costs there was not run.", 0.01 },
    { "", "cannot say", 0 },
    { "", "exit 3: cannot say", 0 },
};

START_TEST(part_of_a_sweep_says_what_is_missing)
{
    dg_report_options wide = { .width = 200 };
    json_t *document = sweep();
    dg_buf got;
    keep_cells(document, words[_i].keep);
    got = told(document, words[_i].miss, &wide, false);
    ck_assert_msg(strstr(dg_buf_text(&got), words[_i].says), "no \"%s\" in:\n%.3000s",
                  words[_i].says, dg_buf_text(&got));
    dg_buf_clear(&got);
    json_decref(document);
}
END_TEST

static const struct {
    const char *how, *says;
} hows[] = {
    { "set-code", "scheduler.schedule with when = 41" },
    { "authorize", "hold apply_authorized_upgrade back so that it is in #41" },
    { "override", "which no chain does" },
};

START_TEST(what_is_to_be_called_hangs_on_the_way)
{
    dg_report_options wide = { .width = 200 };
    json_t *document = sweep();
    dg_buf got;
    json_object_set_new(json_object_get(outcome_at(document, 0), "upgrade"), "how",
                        json_string(hows[_i].how));
    got = told(document, 0, &wide, false);
    ck_assert_msg(strstr(dg_buf_text(&got), hows[_i].says), "no \"%s\" in:\n%.3000s", hows[_i].says,
                  dg_buf_text(&got));
    dg_buf_clear(&got);
    json_decref(document);
}
END_TEST

START_TEST(what_is_no_advice_is_refused)
{
    dg_report_options wide = { .width = 100 };
    dg_buf out;
    dg_buf_init(&out, 100);
    json_t *document = sweep(), *other = json_pack("{s:[], s:I}", "cases", "exit", (json_int_t)9);
    ck_assert_int_eq(dg_report_advice(&out, document, &wide, NULL), DG_MALFORMED);
    ck_assert_int_eq(dg_report_advice(&out, other, &wide, NULL), DG_MALFORMED);
    dg_buf_clear(&out);
    json_decref(other);
    json_decref(document);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("advice");
    TCase *tc = tcase_create("advice");
    tcase_add_loop_test(tc, advice_is_the_golden_one, 0, sizeof pages / sizeof *pages);
    tcase_add_loop_test(tc, part_of_a_sweep_says_what_is_missing, 0, sizeof words / sizeof *words);
    tcase_add_loop_test(tc, what_is_to_be_called_hangs_on_the_way, 0, sizeof hows / sizeof *hows);
    tcase_add_test(tc, what_is_no_advice_is_refused);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
