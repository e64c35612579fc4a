/* What a node keeps of a runtime's answers until a session ends. If a node of the model took each
 * leaf's own answer, a default that N gives over the storage of N-1 would be gone one block later;
 * on real nodes it stays to the session's end. */
#include "../support/suite.h"
#include "protocol/protocol.h"

#include <string.h>

static const dg_node_class knows = { .host_known = 13, .pace = 1000 },
                           older = { .host_known = 6, .pace = 1000 };

typedef struct told {
    uint32_t session, host_version, votes;
    uint64_t features;
    enum { FINE, NO_FEATURES, NO_SESSION } how;
} told;

static dg_view view_of(const told *t)
{
    dg_view v = { .host_version = t->host_version,
                  .session_known = t->how != NO_SESSION,
                  .session = t->session,
                  .votes_min = t->votes,
                  .features = t->features };
    if (t->how == NO_FEATURES)
        dg_view_fail(&v, DG_ASK_FEATURES);
    return v;
}

/* Leaves, one after the other, and what the node goes by at the last of them. */
enum { LEAVES_MAX = 4 };
static const struct {
    const dg_node_class *of;
    told leaves[LEAVES_MAX];
    uint32_t count, votes;
    uint64_t features;
    uint32_t asked_at; /* the features: number of the leaf, from 1; 0: not kept */
} rows[] = {
    /* the first answer of a session wins, right or wrong */
    { &knows, { { 3, 13, 2, 0, FINE }, { 3, 13, 3, 0xf, FINE } }, 2, 2, 0, 1 },
    { &knows, { { 3, 13, 3, 0xf, FINE }, { 3, 13, 2, 0, FINE } }, 2, 3, 0xf, 1 },
    /* .. of each session */
    { &knows, { { 3, 13, 2, 0, FINE }, { 4, 13, 3, 0xf, FINE } }, 2, 3, 0xf, 2 },
    /* .. of a fork that is still in the session before, too */
    { &knows,
      { { 3, 13, 2, 1, FINE }, { 4, 13, 3, 0xf, FINE }, { 3, 13, 4, 7, FINE } },
      3,
      2,
      1,
      1 },
    { &knows,
      { { 4, 13, 2, 1, FINE }, { 3, 13, 3, 0xf, FINE }, { 3, 13, 4, 7, FINE } },
      3,
      3,
      0xf,
      2 },
    /* what fails is not kept, and asked again */
    { &knows, { { 3, 13, 2, 0, NO_FEATURES }, { 3, 13, 3, 0xf, FINE } }, 2, 2, 0xf, 2 },
    /* nor is what the runtime has no method for: a new one is asked at U first, */
    { &knows, { { 3, 8, 2, 0, FINE }, { 3, 9, 3, 0, FINE }, { 3, 9, 4, 0xf, FINE } }, 3, 2, 0, 2 },
    /* .. and a release that never asks goes by the leaf */
    { &older, { { 3, 13, 2, 0, FINE }, { 3, 13, 3, 0xf, FINE } }, 2, 2, 0xf, 0 },
    { &knows, { { 3, 13, 2, 1, NO_SESSION }, { 3, 13, 3, 0xf, FINE } }, 2, 3, 0xf, 2 },
};
START_TEST(the_first_usable_answer_of_a_session_is_kept)
{
    dg_answers a = { .count = 0 };
    dg_view v;
    const dg_session_answers *s;
    for (uint32_t i = 0; i < rows[_i].count; i++) {
        v = view_of(&rows[_i].leaves[i]);
        dg_answers_take(&a, rows[_i].of, &v, i + 1);
        dg_answers_verify(&a);
    }
    ck_assert_uint_eq(dg_answers_votes(&a, &v), rows[_i].votes);
    ck_assert_uint_eq(dg_answers_features(&a, &v), rows[_i].features);
    ck_assert((s = dg_answers_of(&a, v.session)) != NULL);
    ck_assert_uint_eq(s->asked_at[DG_SESSION_FEATURES], rows[_i].asked_at);
    ck_assert_int_eq(dg_answers_kept(&a, &v) >> DG_ASK_FEATURES & 1, rows[_i].asked_at != 0);
    ck_assert(!(dg_answers_kept(&a, &v) >> DG_ASK_CORES & 1)); /* asked at each leaf */
    a = (dg_answers){ .count = 0 };                            /* the process begins anew */
    ck_assert_uint_eq(dg_answers_votes(&a, &v), v.votes_min);
    ck_assert_uint_eq(dg_answers_features(&a, &v), v.features);
}
END_TEST

/* Against a twin that keeps every session for ever: of the two newest both say the same. */
enum { STEPS = 4000 };
START_TEST(of_the_two_newest_sessions_nothing_is_lost)
{
    enum { SESSIONS = 64 };
    uint64_t twin[SESSIONS];
    bool has[SESSIONS] = { false };
    dg_answers a = { .count = 0 };
    dg_rng rng = dg_rng_fork(11, "answers", 0, 0);
    for (uint32_t i = 0, newest = 0; i < STEPS; i++) {
        uint32_t session = newest ? newest - (uint32_t)dg_rng_below(&rng, 2) : 0;
        told t = { session, 13, 2, dg_rng_below(&rng, 16),
                   dg_rng_below(&rng, 4) ? FINE : NO_FEATURES };
        dg_view v;
        if (dg_rng_below(&rng, 100) == 0 && newest < SESSIONS - 1)
            t.session = session = ++newest;
        v = view_of(&t);
        dg_answers_take(&a, &knows, &v, i + 1);
        dg_answers_verify(&a);
        if (!has[session] && t.how == FINE) {
            has[session] = true;
            twin[session] = t.features;
        }
        ck_assert_uint_eq(dg_answers_features(&a, &v), has[session] ? twin[session] : t.features);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("session_answers");
    TCase *tc = tcase_create("session_answers");
    tcase_add_loop_test(tc, the_first_usable_answer_of_a_session_is_kept, 0,
                        (int)(sizeof rows / sizeof *rows));
    tcase_add_test(tc, of_the_two_newest_sessions_nothing_is_lost);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
