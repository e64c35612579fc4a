/* What is said of two outcomes decides whether a candidate goes out: each difference must be said,
 * in its own line, and nothing that does not differ. */
#include "../support/suite.h"

#include <stdlib.h>
#include <string.h>

#include "compare/compare.h"
#include "report/report.h"

static json_t *outcome_of(const char *name)
{
    char path[256];
    json_t *out;
    snprintf(path, sizeof path, "tests/report/outcomes/%s.json", name);
    out = json_load_file(path, 0, NULL);
    ck_assert_msg(out != NULL, "%s", path);
    return out;
}

/* The comparison as a page; sweeps where `sweep`. */
static dg_buf told(dg_compare_pair p, bool sweep, const dg_report_options *options)
{
    dg_error err = { .text = "" };
    json_t *document;
    dg_buf out;
    dg_code rc =
        sweep ? dg_compare_sweeps(&document, p, &err) : dg_compare_runs(&document, p, &err);
    ck_assert_msg(rc == DG_OK, "%s", err.text);
    dg_buf_init(&out, 1 << 24);
    ck_assert_msg(dg_report_differences(&out, document, options, &err) == DG_OK, "%s", err.text);
    ck_assert_int_eq(dg_compare_differs(document), out.len > 0);
    json_decref(document);
    return out;
}

static const dg_report_options wide = { .width = 100 };

static void assert_told(dg_compare_pair p, bool sweep, const char *text)
{
    dg_buf got = told(p, sweep, &wide);
    ck_assert_msg(strcmp(dg_buf_text(&got), text) == 0, "want:\n%.1500sgot:\n%.1500s", text,
                  dg_buf_text(&got));
    dg_buf_clear(&got);
}

/* ---- one thing changed ---- */

/* Below `from` by a path of keys, places in lists, and names of claims; the last of it to `*last`.
 */
static json_t *holder_of(json_t *from, const char *path, char last[80])
{
    for (;;) {
        size_t len = strcspn(path, "/");
        json_t *one;
        size_t i;
        ck_assert_uint_lt(len, 80);
        memcpy(last, path, len);
        last[len] = 0;
        if (!path[len])
            return from;
        path += len + 1;
        if (json_is_object(from)) {
            from = json_object_get(from, last);
        } else if (last[0] >= '0' && last[0] <= '9') {
            from = json_array_get(from, (size_t)atoi(last));
        } else {
            json_t *list = from;
            json_array_foreach(list, i, one)
            {
                const char *name = json_string_value(json_object_get(one, "name"));
                if (name && strcmp(name, last) == 0)
                    from = one;
            }
        }
        ck_assert_msg(from != NULL, "%s", last);
    }
}

/* `value` NULL: taken away. */
static void change(json_t *document, const char *path, const char *value)
{
    char last[80];
    json_t *holder = holder_of(document, path, last),
           *new = value ? json_loads(value, JSON_DECODE_ANY, NULL) : NULL;
    ck_assert_msg(!value || new, "%s", value);
    if (json_is_array(holder) && !value)
        ck_assert_int_eq(json_array_remove(holder, (size_t)atoi(last)), 0);
    else if (json_is_array(holder) && (size_t)atoi(last) == json_array_size(holder))
        ck_assert_int_eq(json_array_append_new(holder, new), 0);
    else if (json_is_array(holder))
        ck_assert_int_eq(json_array_set_new(holder, (size_t)atoi(last), new), 0);
    else if (value)
        ck_assert_int_eq(json_object_set_new(holder, last, new), 0);
    else
        ck_assert_int_eq(json_object_del(holder, last), 0);
}

static const struct {
    const char *path, *value, *text;
} changes[] = {
#include "differences.inc"
};

START_TEST(one_change_is_said_and_nothing_else)
{
    json_t *older = outcome_of("stalled"), *newer = outcome_of("stalled");
    change(newer, changes[_i].path, changes[_i].value);
    assert_told((dg_compare_pair){ older, newer }, false, changes[_i].text);
    json_decref(older);
    json_decref(newer);
}
END_TEST

/* ---- what is the same says nothing, what is not always something ---- */

static const char *const names[] = { "chain-only", "drained", "harmed", "healthy",
                                     "refused",    "stalled", "unsure" };
enum { NAME_COUNT = sizeof names / sizeof *names };

START_TEST(an_outcome_is_itself_on_any_machine)
{
    json_t *older = outcome_of(names[_i]), *newer = outcome_of(names[_i]);
    assert_told((dg_compare_pair){ older, newer }, false, "");
    change(newer, "environment/wall_ms", "77");
    assert_told((dg_compare_pair){ older, newer }, false, "");
    change(newer, "environment", NULL);
    assert_told((dg_compare_pair){ older, newer }, false, "");
    json_decref(older);
    json_decref(newer);
}
END_TEST

static size_t changed; /* leaves that were */

/* Each leaf below `at`, which is part of `newer`, is another for once. */
static void every_leaf(json_t *at, dg_compare_pair p);
static void leaf_of(json_t *holder, const char *key, size_t i, json_t *leaf, dg_compare_pair p)
{
    json_t *kept = json_incref(leaf), *other = json_string("changed");
    dg_buf got;
    if (key)
        json_object_set_new(holder, key, other);
    else
        json_array_set_new(holder, i, other);
    got = told(p, false, &wide);
    ck_assert_msg(got.len > 0, "a change of %s goes unsaid", key ? key : "an element");
    dg_buf_clear(&got);
    if (key)
        json_object_set_new(holder, key, kept);
    else
        json_array_set_new(holder, i, kept);
    changed++;
}
static void every_leaf(json_t *at, dg_compare_pair p)
{
    const char *key;
    json_t *value;
    void *next;
    size_t i;
    json_object_foreach_safe(at, next, key, value)
    {
        if (strcmp(key, "environment") == 0)
            continue;
        if (!json_is_object(value) && !json_is_array(value))
            leaf_of(at, key, 0, value, p);
        every_leaf(value, p);
    }
    json_array_foreach(at, i, value)
    {
        if (!json_is_object(value) && !json_is_array(value))
            leaf_of(at, NULL, i, value, p);
        every_leaf(value, p);
    }
}

START_TEST(no_change_goes_unsaid)
{
    json_t *older = outcome_of(names[_i]), *newer = outcome_of(names[_i]);
    changed = 0;
    every_leaf(newer, (dg_compare_pair){ older, newer });
    ck_assert_uint_gt(changed, 200);
    assert_told((dg_compare_pair){ older, newer }, false, "");
    json_decref(older);
    json_decref(newer);
}
END_TEST

/* ---- whole pages ---- */

static void assert_golden(dg_buf *got, const char *name)
{
    char path[256];
    dg_buf want;
    snprintf(path, sizeof path, "tests/golden/report/differences-%s.txt", name);
    if (getenv("BLESS"))
        dg_file_write(path, dg_buf_bytes(got), NULL);
    want = slurp(path);
    ck_assert_msg(dg_bytes_equal(dg_buf_bytes(got), dg_buf_bytes(&want)),
                  "%s; BLESS=1 rewrites it. Got:\n%.2500s", path, dg_buf_text(got));
    dg_buf_clear(&want);
    dg_buf_clear(got);
}

static const struct {
    const char *older, *newer, *golden;
    dg_report_options options;
} pages[] = {
    { "stalled", "healthy", "repaired", { .width = 100 } },
    { "healthy", "stalled", "faulty", { .width = 100 } },
    { "healthy", "stalled", "faulty-brief", { .width = 100, .brief = true } },
    { "healthy", "stalled", "faulty-narrow", { .width = 60, .colour = true } },
    { "healthy", "drained", "drained", { .width = 100 } },
    { "stalled", "chain-only", "chain-only", { .width = 100 } },
    { "healthy", "refused", "refused", { .width = 100 } },
    { "harmed", "unsure", "unsure", { .width = 100 } },
};

START_TEST(a_page_is_the_golden_one)
{
    json_t *older = outcome_of(pages[_i].older), *newer = outcome_of(pages[_i].newer);
    dg_buf got = told((dg_compare_pair){ older, newer }, false, &pages[_i].options);
    assert_golden(&got, pages[_i].golden);
    json_decref(older);
    json_decref(newer);
}
END_TEST

/* ---- sweeps ---- */

/* As doppel sweep writes it: three positions, of which the last was not done. */
static json_t *sweep_of(const char *first, const char *second)
{
    json_t *outcomes[] = { outcome_of(first), outcome_of(second) };
    json_t *out = json_pack(
        "{s:i, s:{s:s}, s:{s:[{s:s, s:[s, s, s]}], s:i}, s:{s:i}, s:["
        "{s:i, s:{s:s}, s:s, s:o}, {s:i, s:{s:s}, s:s, s:o}, {s:i, s:{s:s}, s:s}]}",
        "doppel", 1, "program", "name", "doppel", "sweep", "axes", "key", "upgrade.at", "values",
        "boundary-2", "boundary-1", "boundary", "cells", 3, "plan", "seed", 1, "cells", "place", 0,
        "values", "upgrade.at", "boundary-2", "state", "done", "outcome", outcomes[0], "place", 1,
        "values", "upgrade.at", "boundary-1", "state", "done", "outcome", outcomes[1], "place", 2,
        "values", "upgrade.at", "boundary", "state", "undone");
    for (size_t i = 0; i < 2; i++)
        json_object_del(outcomes[i], "environment");
    ck_assert_ptr_nonnull(out);
    return out;
}

#define SWEEP_HEAD(differ, older, newer)                                                           \
    "Cells in both sweeps: " differ "; in the older one alone: " older                             \
    "; in the newer one alone: " newer ".\n"

/* Of one sweep against itself, with one or two things changed in the newer one. */
static const struct {
    const char *path, *value, *second, *second_value, *text;
} sweep_changes[] = {
    { "environment", "{\"wall_ms\":1}", NULL, NULL, "" },
    /* the second only */
    { "cells/1/outcome/seed", "2", NULL, NULL,
      SWEEP_HEAD("3, of which 1 differ", "0",
                 "0") "\n"
                      "boundary-1: The answer is as before: no claim differs.\n"
                      "  seed   2, 1 before\n" },
    /* alike in all that were done: said once */
    { "cells/0/outcome/seed", "2", "cells/1/outcome/seed", "2",
      SWEEP_HEAD("3, of which 2 differ", "0", "0") "  seed   2, 1 before\n" },
    { "plan/seed", "2", NULL, NULL,
      SWEEP_HEAD("3, of which 0 differ", "0", "0") "  plan   seed: 2, 1 before\n" },
    { "cells/0", NULL, NULL, NULL,
      SWEEP_HEAD("2, of which 0 differ", "1", "0") "  older  boundary-2\n" },
    { "cells/3", "{\"values\":{\"seed\":\"3\",\"upgrade.at\":\"boundary\"}}", NULL, NULL,
      SWEEP_HEAD("3, of which 0 differ", "0", "1") "  newer  seed 3, boundary\n" },
    { "cells/2/outcome", "{\"answer\":{\"word\":\"GO\"},\"exit\":0,\"result\":\"held\"}",
      "cells/2/state", "\"done\"",
      SWEEP_HEAD("3, of which 1 differ", "0",
                 "0") "\n"
                      "boundary: done, not done before. GO, no answer before.\n" },
    { "cells/2/state", "\"failed\"", "cells/2/why", "\"it went down\"",
      SWEEP_HEAD("3, of which 1 differ", "0",
                 "0") "\n"
                      "boundary: failed, not done before. it went down.\n" },
    { "cells/1/outcome/notes/0", "\"another\"", NULL, NULL,
      SWEEP_HEAD("3, of which 1 differ", "0",
                 "0") "\n"
                      "boundary-1: The answer is as before: no claim differs.\n"
                      "  also   What differs too: notes\n" },
    { "sweep/shard", "{\"i\":1,\"n\":2}", NULL, NULL,
      SWEEP_HEAD("3, of which 0 differ", "0", "0") "  also   What differs too: sweep.shard\n" },
};

START_TEST(a_change_of_a_sweep_is_said_where_it_is)
{
    json_t *older = sweep_of("stalled", "healthy"), *newer = sweep_of("stalled", "healthy");
    change(newer, sweep_changes[_i].path, sweep_changes[_i].value);
    if (sweep_changes[_i].second)
        change(newer, sweep_changes[_i].second, sweep_changes[_i].second_value);
    assert_told((dg_compare_pair){ older, newer }, true, sweep_changes[_i].text);
    json_decref(older);
    json_decref(newer);
}
END_TEST

/* All cells that can be compared differ so: it is the sweep's, and said above them. */
START_TEST(what_all_cells_share_is_said_once)
{
    json_t *older = sweep_of("stalled", "healthy"), *newer = sweep_of("healthy", "stalled");
    dg_buf got;
    for (size_t i = 0; i < 2; i++) {
        char path[80];
        snprintf(path, sizeof path, "cells/%zu/outcome/to/spec_version", i);
        change(newer, path, "1002001");
    }
    json_array_remove(json_object_get(older, "cells"), 2);
    json_array_remove(json_object_get(newer, "cells"), 2);
    got = told((dg_compare_pair){ older, newer }, true, &wide);
    assert_golden(&got, "sweep");
    json_decref(older);
    json_decref(newer);
}
END_TEST

#define ROWS(table) ((int)(sizeof table / sizeof table[0]))

int main(void)
{
    Suite *s = suite_create("differences");
    TCase *tc = tcase_create("differences");
    tcase_set_timeout(tc, 300);
    tcase_add_loop_test(tc, one_change_is_said_and_nothing_else, 0, ROWS(changes));
    tcase_add_loop_test(tc, an_outcome_is_itself_on_any_machine, 0, NAME_COUNT);
    tcase_add_loop_test(tc, no_change_goes_unsaid, 0, NAME_COUNT);
    tcase_add_loop_test(tc, a_page_is_the_golden_one, 0, ROWS(pages));
    tcase_add_loop_test(tc, a_change_of_a_sweep_is_said_where_it_is, 0, ROWS(sweep_changes));
    tcase_add_test(tc, what_all_cells_share_is_said_once);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
