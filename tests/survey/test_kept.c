/* What nodes keep for a session is wrong for whoever asked the other runtime, or N before it had
 * migrated: who that is decides where in a session U is safe, so the two are never mixed up, and
 * where nothing differs nothing is said. */
#include "survey/survey.h"

#include <string.h>

#include "../support/suite.h"

/* `answer` NULL: the runtime has no such method. */
static dg_survey_sample sample_of(const dg_survey_api *row, size_t i, uint32_t session,
                                  const char *answer)
{
    dg_survey_sample s = { .taken = true, .session = session };
    s.answers = dg_calloc(DG_SURVEY_APIS_MAX, sizeof *s.answers);
    if (answer) {
        s.answers[i].asked = true;
        s.answers[i].figures = dg_survey_figures(row, hex(answer));
    }
    return s;
}

static const dg_survey_kept *kept_of(const char *method)
{
    const dg_survey_kept *row;
    for (size_t i = 0; (row = dg_survey_kept_at(i)); i++)
        if (strcmp(row->method, method) == 0)
            return row;
    ck_abort_msg("%s is not kept", method);
    return NULL;
}

/* Sixteen bits, of which 0 to 3 and 12; of which 1. */
#define FEATURES "400f10"
#define ONE "400200"
#define NO_BIT "00"
#define VOTES_2 "02000000"
#define VOTES_3 "03000000"
/* No group, since block 1, every 20 blocks or in every one, now 9. */
#define EVERY_20 "00010000001400000009000000"
#define EVERY_1 "00010000000100000009000000"
#define ASYNC "0300000002000000"
#define ASYNC_0 "0000000000000000"

enum { R = 1, S = 2, NONE = 4, ANEW = 8, FIRST = 16 };
static const struct {
    const char *method;
    uint32_t sessions[3];
    const char *answers[3];
    unsigned who;
    const char *says, *place;
} rows[] = {
    { "node_features", { 5, 5, 5 }, { FEATURES, FEATURES, FEATURES }, 0, NULL, NULL },
    { "node_features",
      { 5, 5, 5 },
      { FEATURES, NO_BIT, FEATURES },
      S,
      "bits 0 to 3 and 12|no bit|bits 0 to 3 and 12",
      "the first block of a session is the worst" },
    /* where U begins the session, nobody has a right answer */
    { "node_features",
      { 4, 5, 5 },
      { FEATURES, NO_BIT, FEATURES },
      S | FIRST,
      "bits 0 to 3 and 12|no bit|bits 0 to 3 and 12",
      "the first block of a session is the worst" },
    /* and what N means from U on is right for all */
    { "node_features", { 4, 5, 5 }, { FEATURES, ONE, ONE }, 0, NULL, NULL },
    { "node_features",
      { 5, 5, 5 },
      { FEATURES, ONE, ONE },
      R,
      "bits 0 to 3 and 12|bit 1|bit 1",
      "where U begins a session nothing is kept" },
    { "node_features",
      { 5, 5, 5 },
      { NULL, NO_BIT, FEATURES },
      S | ANEW | FIRST,
      "no answer|no bit|bits 0 to 3 and 12",
      "all nodes ask first at U" },
    { "node_features", { 5, 5, 5 }, { NULL, FEATURES, FEATURES }, 0, NULL, NULL },
    { "node_features", { 5, 5, 6 }, { FEATURES, NO_BIT, FEATURES }, 0, NULL, NULL },
    { "minimum_backing_votes",
      { 5, 5, 5 },
      { VOTES_2, VOTES_2, VOTES_3 },
      R | S,
      "votes 2|votes 2|votes 3",
      "no place" },
    { "validator_groups",
      { 5, 5, 5 },
      { EVERY_20, EVERY_1, EVERY_20 },
      S,
      "rotation frequency 20|rotation frequency 1|rotation frequency 20",
      "the first block" },
    { "session_executor_params",
      { 5, 5, 5 },
      { NULL, "00", "00" },
      NONE | ANEW | FIRST,
      "no answer|none|none",
      "no place" },
    { "session_executor_params",
      { 5, 5, 5 },
      { "0100", "00", "0100" },
      S | NONE,
      "executor parameters []|none|executor parameters []",
      "no place" },
    /* as under N-1, with which the chain lives */
    { "session_executor_params", { 5, 5, 5 }, { "00", "00", "00" }, 0, NULL, NULL },
    { "session_executor_params", { 5, 5, 5 }, { NULL, "0100", "0100" }, 0, NULL, NULL },
    /* an author keeps whether there is an answer, and not its numbers */
    { "async_backing_params",
      { 5, 5, 5 },
      { NULL, ASYNC_0, ASYNC },
      R | ANEW | FIRST,
      "no answer|an answer|an answer",
      "where U begins a session nothing is kept" },
    { "async_backing_params", { 4, 5, 5 }, { NULL, ASYNC_0, ASYNC }, 0, NULL, NULL },
    { "async_backing_params", { 5, 5, 5 }, { ASYNC, ASYNC_0, ASYNC }, 0, NULL, NULL },
    { "async_backing_params",
      { 5, 5, 5 },
      { ASYNC, NULL, NULL },
      R,
      "an answer|no answer|no answer",
      "where U begins a session nothing is kept" },
};

START_TEST(who_keeps_a_wrong_answer_follows_from_who_asked_whom)
{
    const dg_survey_kept *kept = kept_of(rows[_i].method);
    size_t i;
    const dg_survey_api *row = dg_survey_api_named(&i, kept->api, kept->method);
    dg_survey_sample s[3];
    dg_survey_stale stale;
    char said[400];
    bool any;
    for (size_t k = 0; k < 3; k++)
        s[k] = sample_of(row, i, rows[_i].sessions[k], rows[_i].answers[k]);
    any = dg_survey_stale_of(&stale, kept, &s[0], &s[1], &s[2]);
    ck_assert(any == ((rows[_i].who & (R | S | NONE)) != 0));
    if (any) {
        ck_assert_uint_eq((stale.running ? R : 0) | (stale.starting ? S : 0)
                              | (stale.none ? NONE : 0) | (stale.anew ? ANEW : 0)
                              | (stale.first ? FIRST : 0),
                          rows[_i].who);
        snprintf(said, sizeof said, "%s|%s|%s", stale.before, stale.at, stale.after);
        ck_assert_str_eq(said, rows[_i].says);
        ck_assert_msg(strncmp(dg_survey_stale_place(&stale), rows[_i].place, strlen(rows[_i].place))
                          == 0,
                      "%s", dg_survey_stale_place(&stale));
    }
    for (size_t k = 0; k < 3; k++)
        dg_survey_sample_clear(&s[k]);
}
END_TEST

/* Each row is of a method that is asked, and has figures to compare. */
START_TEST(what_is_kept_is_asked)
{
    const dg_survey_kept *row;
    char releases[40];
    size_t i, k;
    for (i = 0; (row = dg_survey_kept_at(i)); i++) {
        const dg_survey_api *api = dg_survey_api_named(&k, row->api, row->method);
        ck_assert_msg(api && api->figures, "%s", row->method);
        ck_assert(!row->until || row->since <= row->until);
    }
    ck_assert_uint_gt(i, 5);
    dg_survey_kept_releases(releases, sizeof releases, kept_of("async_backing_params"));
    ck_assert_str_eq(releases, "v1.9 to v1.17");
    dg_survey_kept_releases(releases, sizeof releases, kept_of("node_features"));
    ck_assert_str_eq(releases, "v1.4 and later");
}
END_TEST

int main(void)
{
    Suite *s = suite_create("kept");
    TCase *tc = tcase_create("kept");
    tcase_add_loop_test(tc, who_keeps_a_wrong_answer_follows_from_who_asked_whom, 0,
                        (int)(sizeof rows / sizeof *rows));
    tcase_add_test(tc, what_is_kept_is_asked);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
