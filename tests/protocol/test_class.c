/* The class table against what was read in the published crates: tests/fidelity/releases.json, a
 * row a statement, with the releases of which it is true. For all others it has to be false. */
#include "../support/suite.h"
#include "protocol/protocol.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static bool v2(const dg_node_class *c, unsigned n)
{
    (void)n;
    return c->v2;
}
static bool legacy(const dg_node_class *c, unsigned n)
{
    (void)n;
    return c->legacy;
}
static bool puts_aside(const dg_node_class *c, unsigned n)
{
    (void)n;
    return c->early == DG_EARLY_KEEP;
}
static bool keeps_newest(const dg_node_class *c, unsigned n)
{
    (void)n;
    return c->keeps_newest;
}
static bool validation(const dg_node_class *c, unsigned n)
{
    return c->validation >> n & 1;
}
static bool collation(const dg_node_class *c, unsigned n)
{
    return c->collation >> n & 1;
}
static bool keeps_v1_collations(const dg_node_class *c, unsigned n)
{
    (void)n;
    return c->keeps_v1_collations;
}
static bool few_params(const dg_node_class *c, unsigned n)
{
    (void)n;
    return !c->artifact_full;
}
static bool keeps_artifacts(const dg_node_class *c, unsigned n)
{
    (void)n;
    return c->keeps_artifacts;
}
static bool prepares_ahead(const dg_node_class *c, unsigned n)
{
    (void)n;
    return c->prepares_ahead;
}
static bool receipts_v2(const dg_node_class *c, unsigned n)
{
    (void)n;
    return c->receipts_v2;
}
static bool receipts_by_feature(const dg_node_class *c, unsigned n)
{
    (void)n;
    return c->receipts_by_feature;
}
static bool bits_always(const dg_node_class *c, unsigned n)
{
    (void)n;
    return c->bits_always;
}
static bool bits_by_feature(const dg_node_class *c, unsigned n)
{
    (void)n;
    return c->bits_by_feature;
}
static bool host_known(const dg_node_class *c, unsigned n)
{
    return c->host_known >= n;
}

/* Is a leaf of a new runtime lost to it where this alone gets no usable answer? */
static bool needs_answer(const dg_node_class *c, dg_request request)
{
    dg_view v = { .mode = DG_MODE_ENABLED, .host_version = 16 };
    dg_view_fail(&v, request);
    return dg_view_mode_for(&v, c, 0) == DG_MODE_ERROR;
}
static bool fails_disabled(const dg_node_class *c, unsigned n)
{
    (void)n;
    return needs_answer(c, DG_ASK_DISABLED);
}
static bool fails_features(const dg_node_class *c, unsigned n)
{
    (void)n;
    return needs_answer(c, DG_ASK_FEATURES);
}
static bool fails_queue(const dg_node_class *c, unsigned n)
{
    (void)n;
    return needs_answer(c, DG_ASK_CLAIM_QUEUE);
}
static bool needs(const dg_node_class *c, unsigned n)
{
    dg_view older = { .mode = DG_MODE_ENABLED, .host_version = n - 1 };
    return dg_view_mode_for(&older, c, 0) == DG_MODE_ERROR;
}
/* Where the runtime has nothing newer. */
static bool asks_state(const dg_node_class *c, unsigned n)
{
    dg_view v = { .mode = DG_MODE_ENABLED, .host_version = 12 };
    (void)n;
    return dg_view_is_asked(&v, DG_ASK_BACKING_STATE, c);
}

/* By the first word of a row's field; its number follows. */
static const struct {
    const char *word;
    bool (*holds)(const dg_node_class *of, unsigned number);
} fields[] = {
    { "v2", v2 },
    { "legacy", legacy },
    { "early", puts_aside },
    { "keeps_newest", keeps_newest },
    { "validation", validation },
    { "collation", collation },
    { "keeps_v1_collations", keeps_v1_collations },
    { "few_params", few_params },
    { "keeps_artifacts", keeps_artifacts },
    { "prepares_ahead", prepares_ahead },
    { "receipts_v2", receipts_v2 },
    { "receipts_by_feature", receipts_by_feature },
    { "bits_by_feature", bits_by_feature },
    { "bits_always", bits_always },
    { "host_known", host_known },
    { "fails_disabled", fails_disabled },
    { "fails_features", fails_features },
    { "fails_queue", fails_queue },
    { "needs", needs },
    { "asks_state", asks_state },
};
enum { FIELDS = sizeof fields / sizeof *fields };

static json_t *table;

static void open_table(void)
{
    json_error_t why;
    if (!(table = json_load_file("tests/fidelity/releases.json", 0, &why)))
        ck_abort_msg("releases.json: line %d: %s", why.line, why.text);
}

static void close_table(void)
{
    json_decref(table);
}

/* Where the row's releases begin or end; without one it is true from the oldest, to the newest. */
static const dg_release *end_of(const json_t *row, const char *key, const dg_release *without)
{
    const char *name = json_string_value(json_object_get(row, key));
    const dg_release *found = name ? dg_release_named(name, strlen(name)) : without;
    ck_assert_msg(found != NULL, "%s", name);
    return found;
}

static size_t field_of(const char *words)
{
    for (size_t f = 0; f < FIELDS; f++)
        if (strncmp(words, fields[f].word, strcspn(words, " ")) == 0
            && fields[f].word[strcspn(words, " ")] == 0)
            return f;
    ck_abort_msg("no test reads the field %s", words);
}

static void check_row(const json_t *row, size_t f, const char *words)
{
    const dg_release *r, *newest = dg_release_at(0), *from, *to;
    unsigned number = (unsigned)atoi(words + strcspn(words, " "));
    for (size_t i = 0; (r = dg_release_at(i)); i++)
        newest = r;
    from = end_of(row, "from", dg_release_at(0));
    to = end_of(row, "to", newest);
    for (size_t i = 0; (r = dg_release_at(i)); i++)
        ck_assert_msg(fields[f].holds(dg_class_of_release(r), number) == (from <= r && r <= to),
                      "%s: %s", r->name, json_string_value(json_object_get(row, "says")));
}

START_TEST(each_release_does_what_its_crates_say)
{
    const json_t *row;
    size_t i, rows = 0;
    json_array_foreach(json_object_get(table, "rows"), i, row)
    {
        const char *words = json_string_value(json_object_get(row, "field"));
        size_t f = words ? field_of(words) : FIELDS;
        if (f != (size_t)_i)
            continue;
        check_row(row, f, words);
        rows++;
    }
    ck_assert_msg(rows > 0, "no row is about %s", fields[_i].word);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("class");
    TCase *tc = tcase_create("class");
    tcase_add_checked_fixture(tc, open_table, close_table);
    tcase_add_loop_test(tc, each_release_does_what_its_crates_say, 0, FIELDS);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
