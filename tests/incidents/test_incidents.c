/* What went wrong on live networks, from a plan to the exit code: every folder of
 * fixtures/incidents holds the plan that repeats one and, in expect.json, what has to
 * come of it and of its variations: red as it was, green with what repaired it, and
 * red again with the repair taken away.
 *
 *   rows[]: { "name", "patch": merged into the plan, "exit", "claims": {name: status},
 *             "texts": {name: part}, "healed": {name: part}, "first_block" and "count": {name:
 *             number}, "figures": {name: {figure: number}}, "notes": [part],
 *             "causes" and "absent_causes": [part of what was proved to be a cause, or was not],
 *             "looked_at": [part of what was tried and is none], "advice": [part],
 *             "chain": {"claim", "steps": [kind of event]} }
 *
 * recover.json of a folder, where it is there, says what helps: rows[]: { "name", "patch",
 * "options": of dg_recover_options, "exit", "first": part of what the best remedy says, "remedies":
 * [{ "says": part, "works", "why": part, "figures": {key: number}, "near": {key: [least, most]} }]
 * }
 *
 * A row that names no cause is not explained, which is quicker. Each folder is a case of its own,
 * by its name: CK_RUN_CASE=polkadot-2024-04-21 runs that one. Rows are numbered through all
 * folders, in the order of their names: tests/long knows them by that number. Under sanitizers the
 * first row of each runs. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../support/suite.h"
#include "outcome/outcome.h"
#include "recover/recover.h"
#include "run/run.h"

#ifdef __SANITIZE_ADDRESS__
enum { REDUCED = 1 };
#else
enum { REDUCED = 0 };
#endif
enum { ROWS_MAX = 256 };

typedef struct row {
    char folder[512], incident[256]; /* incident: the folder's own name */
    json_t *is;
    const char *name;
} row;
static row rows[ROWS_MAX], recoveries[ROWS_MAX];
static int row_count, recovery_count;

/* ---- reading ---- */

static json_t *read_json(const char *folder, const char *name)
{
    char path[768];
    json_error_t why;
    json_t *it;
    snprintf(path, sizeof path, "%s%s", folder, name);
    if (!(it = json_load_file(path, JSON_REJECT_DUPLICATES, &why)))
        fprintf(stderr, "%s:%d: %s\n", path, why.line, why.text);
    return it;
}

static int take_rows(row *out, int *count, const char folder[512], const char *incident,
                     const char *file)
{
    json_t *expect = read_json(folder, file), *list = json_object_get(expect, "rows"), *one;
    size_t i;
    if (!json_array_size(list))
        return 1;
    json_array_foreach(list, i, one)
    {
        if (REDUCED && i)
            break;
        if (*count == ROWS_MAX) {
            fprintf(stderr, "incidents have more than %d rows\n", ROWS_MAX);
            exit(1);
        }
        snprintf(out[*count].incident, sizeof out->incident, "%s", incident);
        memcpy(out[*count].folder, folder, sizeof out->folder);
        out[*count].is = json_incref(one);
        out[(*count)++].name = json_string_value(json_object_get(one, "name"));
    }
    json_decref(expect);
    return 0;
}

static int take_folder(const char folder[512], const char *incident)
{
    char path[600];
    int bad;
    json_t *plan = read_json(folder, "plan.json");
    bool observed = json_object_get(plan, "observe") != NULL;
    json_decref(plan);
    if (observed)
        return 0; /* tests/observe has those of processes */
    bad = take_rows(rows, &row_count, folder, incident, "expect.json");
    snprintf(path, sizeof path, "%srecover.json", folder);
    if (access(path, R_OK) == 0)
        bad |= take_rows(recoveries, &recovery_count, folder, incident, "recover.json");
    return bad;
}

static int visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static int take_all(const char *root)
{
    struct dirent **names;
    int count = scandir(root, &names, visible, alphasort), bad = count <= 0;
    for (int i = 0; i < count; i++) {
        char folder[512];
        snprintf(folder, sizeof folder, "%s/%s/", root, names[i]->d_name);
        bad |= take_folder(folder, names[i]->d_name);
        free(names[i]);
    }
    if (count >= 0)
        free(names);
    return bad;
}

/* ---- running ---- */

/* Objects are merged key by key, anything else is replaced. */
static void merge(json_t *into, json_t *patch)
{
    const char *key;
    json_t *value;
    json_object_foreach(patch, key, value)
    {
        json_t *old = json_object_get(into, key);
        if (json_is_object(old) && json_is_object(value))
            merge(old, value);
        else if (json_is_null(value))
            json_object_del(into, key);
        else
            json_object_set(into, key, value);
    }
}

static dg_plan *plan_of(const row *r)
{
    json_t *json = read_json(r->folder, "plan.json");
    dg_error err = { .text = "" };
    dg_plan *plan = NULL;
    char *text;
    ck_assert_ptr_nonnull(json);
    merge(json, json_object_get(r->is, "patch"));
    text = json_dumps(json, 0);
    if (dg_plan_parse(&plan, dg_bytes_of(text, strlen(text)), "plan.json", r->folder, &err) < 0
        || dg_plan_check(plan, &err) < 0)
        ck_abort_msg("%s, %s: %s", r->folder, r->name, err.text);
    free(text);
    json_decref(json);
    return plan;
}

static json_t *run_row(const row *r)
{
    dg_run_options options = { .cache_dir = dg_engine_cache_dir(), .compiler = DG_COMPILER_SPEED };
    bool why = json_object_get(r->is, "causes") || json_object_get(r->is, "absent_causes");
    dg_plan *plan = plan_of(r);
    dg_error err = { .text = "" };
    json_t *outcome = NULL;
    options.explain = why ? DG_RUN_EXPLAIN_PROVED : DG_RUN_EXPLAIN_NONE;
    if (dg_run(&outcome, plan, &options, &err) < 0)
        ck_abort_msg("%s, %s: %s", r->folder, r->name, err.text);
    dg_plan_free(plan);
    return outcome;
}

static json_t *recover_row(const row *r)
{
    dg_run_options run = { .cache_dir = dg_engine_cache_dir(), .compiler = DG_COMPILER_SPEED };
    const json_t *asked = json_object_get(r->is, "options");
    dg_recover_options options = {
        .run = &run,
        .release = json_string_value(json_object_get(asked, "release")),
        .after_ms = (uint64_t)json_integer_value(json_object_get(asked, "after_ms")),
        .react_slots = (uint32_t)json_integer_value(json_object_get(asked, "react_slots")),
        .over_slots = (uint32_t)json_integer_value(json_object_get(asked, "over_slots")),
        .down_ms = { 0, json_integer_value(json_object_get(asked, "down_ms")) },
        .warp = json_number_value(json_object_get(asked, "warp")),
    };
    dg_plan *plan = plan_of(r);
    dg_error err = { .text = "" };
    json_t *document = NULL;
    if (dg_recover(&document, plan, &options, &err) < 0
        || dg_keys_check(dg_recover_keys(), document, true, &err) < 0)
        ck_abort_msg("%s, %s: %s", r->folder, r->name, err.text);
    dg_plan_free(plan);
    return document;
}

/* ---- comparing ---- */

static const json_t *claim_named(const json_t *outcome, const char *name)
{
    const json_t *claim;
    size_t i;
    json_array_foreach(json_object_get(outcome, "claims"), i,
                       claim) if (strcmp(json_string_value(json_object_get(claim, "name")), name)
                                  == 0) return claim;
    return NULL;
}

static const char *word(const json_t *claim, const char *key)
{
    const char *text = json_string_value(json_object_get(claim, key));
    return text ? text : "(none)";
}

/* A line is a text, or an object that says it: of causes only those that were proved. */
static const char *line_of(const json_t *line)
{
    const char *kind = json_string_value(json_object_get(line, "kind")),
               *says = json_string_value(json_object_get(line, kind ? "says" : "what"));
    if (json_is_string(line))
        return json_string_value(line);
    return says && (!kind || strcmp(kind, "cause") == 0 || strcmp(kind, "together") == 0) ? says
                                                                                          : "";
}

static bool any_line(const json_t *lines, const char *part)
{
    const json_t *line;
    size_t i;
    json_array_foreach(lines, i, line) if (strstr(line_of(line), part)) return true;
    return false;
}

/* Each claim that the row names under `key`: the whole status, a part of a text. */
static void check_words(const row *r, const json_t *outcome, const char *key, const char *field,
                        bool whole)
{
    json_t *wanted;
    const char *name;
    json_object_foreach(json_object_get(r->is, key), name, wanted)
    {
        const json_t *claim = claim_named(outcome, name);
        const char *is = word(claim, field), *want = json_string_value(wanted);
        ck_assert_msg(whole ? strcmp(is, want) == 0 : strstr(is, want) != NULL,
                      "%s, %s: %s has %s \"%s\", not \"%s\": %s", r->folder, r->name, name, field,
                      is, want, word(claim, "text"));
    }
}

static void check_numbers(const row *r, const json_t *outcome, const char *field)
{
    json_t *wanted;
    const char *name;
    json_object_foreach(json_object_get(r->is, field), name, wanted)
        ck_assert_msg(json_equal(json_object_get(claim_named(outcome, name), field), wanted),
                      "%s, %s: %s of %s is not %lld", r->folder, r->name, field, name,
                      (long long)json_integer_value(wanted));
}

/* What the row names of a claim's figures. */
static void check_figures(const row *r, const json_t *outcome)
{
    json_t *wanted, *number;
    const char *name, *key;
    json_object_foreach(json_object_get(r->is, "figures"), name, wanted)
    {
        const json_t *claim = claim_named(outcome, name), *is = json_object_get(claim, "figures");
        json_object_foreach(wanted, key, number) ck_assert_msg(
            json_equal(json_object_get(is, key), number), "%s, %s: %s %s is %g, not %g: %s",
            r->folder, r->name, name, key, json_number_value(json_object_get(is, key)),
            json_number_value(number), word(claim, "text"));
    }
}

static void check_lines(const row *r, const json_t *outcome, const char *lines, const char *wanted,
                        bool there)
{
    const json_t *part;
    size_t i;
    json_array_foreach(json_object_get(r->is, wanted), i, part)
        ck_assert_msg(any_line(json_object_get(outcome, lines), json_string_value(part)) == there,
                      "%s, %s: %s %s \"%s\"", r->folder, r->name, lines, there ? "lack" : "have",
                      json_string_value(part));
}

/* The events that lead to a broken claim, in their order. */
static void check_chain(const row *r, const json_t *outcome)
{
    const json_t *wanted = json_object_get(r->is, "chain"), *steps = NULL, *chain;
    size_t i;
    if (!wanted)
        return;
    json_array_foreach(json_object_get(outcome, "chains"), i,
                       chain) if (strcmp(word(chain, "claim"), word(wanted, "claim")) == 0) steps =
        json_object_get(chain, "steps");
    wanted = json_object_get(wanted, "steps");
    ck_assert_uint_eq(json_array_size(steps), json_array_size(wanted));
    for (i = 0; i < json_array_size(wanted); i++)
        ck_assert_str_eq(word(json_array_get(steps, i), "kind"),
                         json_string_value(json_array_get(wanted, i)));
}

START_TEST(comes_out_as_history_says)
{
    const row *r = &rows[_i];
    json_t *outcome = run_row(r);
    ck_assert_ptr_nonnull(r->name);
    check_words(r, outcome, "claims", "status", true);
    check_words(r, outcome, "texts", "text", false);
    check_words(r, outcome, "healed", "healed", false);
    check_numbers(r, outcome, "first_block");
    check_numbers(r, outcome, "count");
    check_figures(r, outcome);
    ck_assert_msg(dg_outcome_exit(outcome) == json_integer_value(json_object_get(r->is, "exit")),
                  "%s, %s: exit %d: %s", r->folder, r->name, dg_outcome_exit(outcome),
                  word(outcome, "reason"));
    check_lines(r, outcome, "causes", "causes", true);
    check_lines(r, outcome, "causes", "absent_causes", false);
    check_lines(r, outcome, "looked_at", "looked_at", true);
    check_lines(r, outcome, "advice", "advice", true);
    check_lines(r, outcome, "notes", "notes", true);
    check_chain(r, outcome);
    json_decref(outcome);
}
END_TEST

/* ---- what helps ---- */

static const json_t *remedy_that_says(const row *r, const json_t *all, const char *part)
{
    const json_t *one;
    size_t i;
    json_array_foreach(all, i, one) if (strstr(word(one, "says"), part)) return one;
    ck_abort_msg("%s, %s: no remedy says \"%s\"", r->folder, r->name, part);
    return NULL;
}

static void check_remedy(const row *r, const json_t *is, const json_t *wanted)
{
    json_t *number;
    const char *key;
    ck_assert_msg(json_equal(json_object_get(is, "works"), json_object_get(wanted, "works")),
                  "%s, %s: %s: %s", r->folder, r->name, word(is, "says"), word(is, "why"));
    if (json_object_get(wanted, "why"))
        ck_assert_msg(strstr(word(is, "why"), word(wanted, "why")), "%s, %s: %s: %s", r->folder,
                      r->name, word(is, "says"), word(is, "why"));
    json_object_foreach(json_object_get(wanted, "figures"), key, number) ck_assert_msg(
        json_equal(json_object_get(is, key), number), "%s, %s: %s: %s is %g", r->folder, r->name,
        word(is, "says"), key, json_number_value(json_object_get(is, key)));
    json_object_foreach(json_object_get(wanted, "near"), key, number)
    {
        double got = json_number_value(json_object_get(is, key));
        ck_assert_msg(json_object_get(is, key)
                          && got >= json_number_value(json_array_get(number, 0))
                          && got <= json_number_value(json_array_get(number, 1)),
                      "%s, %s: %s: %s is %g", r->folder, r->name, word(is, "says"), key, got);
    }
}

START_TEST(recovers_as_history_says)
{
    const row *r = &recoveries[_i];
    json_t *document = recover_row(r);
    const json_t *all = json_object_get(json_object_get(document, "recover"), "remedies"),
                 *wanted = json_object_get(r->is, "remedies"), *first, *one;
    size_t i;
    ck_assert_ptr_nonnull(r->name);
    ck_assert_int_eq(dg_recover_exit(document), json_integer_value(json_object_get(r->is, "exit")));
    if ((first = json_object_get(r->is, "first")))
        ck_assert_msg(strstr(word(json_array_get(all, 0), "says"), json_string_value(first)),
                      "%s, %s: the best is %s", r->folder, r->name,
                      word(json_array_get(all, 0), "says"));
    ck_assert_uint_gt(json_array_size(wanted), 0);
    json_array_foreach(wanted, i, one)
        check_remedy(r, remedy_that_says(r, all, word(one, "says")), one);
    json_decref(document);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("incidents");
    int bad = take_all("fixtures/incidents"), failed;
    for (int i = 0, end; i < row_count; i = end) {
        TCase *tc = tcase_create(rows[i].incident);
        for (end = i + 1; end < row_count && strcmp(rows[end].incident, rows[i].incident) == 0;)
            end++;
        tcase_set_timeout(tc, 0);
        tcase_add_loop_test(tc, comes_out_as_history_says, i, end);
        suite_add_tcase(s, tc);
    }
    for (int i = 0; i < recovery_count; i++) {
        TCase *tc = tcase_create("recover");
        tcase_set_timeout(tc, 0);
        tcase_add_loop_test(tc, recovers_as_history_says, i, i + 1);
        suite_add_tcase(s, tc);
    }
    if (REDUCED)
        printf("not run: all but the first row of each incident, under sanitizers\n");
    failed = suite_run(s);
    for (int i = 0; i < row_count; i++)
        json_decref(rows[i].is);
    for (int i = 0; i < recovery_count; i++)
        json_decref(recoveries[i].is);
    return bad ? 1 : failed;
}
