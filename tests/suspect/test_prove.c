/* What is called a cause is what a user will change, so it has to be one: worlds are made up here
 * in which it is known what breaks what, and the proof has to come to that, no more and no less. */
#include "../support/suite.h"
#include "suspect/suspect_impl.h"

#include <string.h>

/* ---- worlds ---- */

enum { A = 1, B = 2, C = 4, D = 8, E = 16, F = 32 };
#define RATE DG_CLAIM_BACKING_RATE
#define LAG DG_CLAIM_FINALITY_LAG

/* A claim's loss in thousandths without `set`; 0: it holds. */
typedef int64_t (*truth)(dg_suspect_set set, dg_claim_id claim);

static int64_t a_alone(dg_suspect_set set, dg_claim_id claim)
{
    (void)claim;
    return set & A ? 0 : 1000;
}
static int64_t a_or_b(dg_suspect_set set, dg_claim_id claim)
{
    (void)claim;
    return set & (A | B) ? 0 : 1000;
}
static int64_t b_and_e(dg_suspect_set set, dg_claim_id claim)
{
    (void)claim;
    return (set & (B | E)) == (B | E) ? 0 : 1000;
}
static int64_t a_c_and_f(dg_suspect_set set, dg_claim_id claim)
{
    (void)claim;
    return (set & (A | C | F)) == (A | C | F) ? 0 : 1000;
}
/* A step that N makes, and two faults of nodes that it meets. */
static int64_t a_or_b_and_e(dg_suspect_set set, dg_claim_id claim)
{
    (void)claim;
    return set & A || (set & (B | E)) == (B | E) ? 0 : 1000;
}
static int64_t nothing(dg_suspect_set set, dg_claim_id claim)
{
    (void)set;
    (void)claim;
    return 1000;
}
/* C takes a tenth of the loss away, D less than that, A all of it. */
static int64_t c_helps(dg_suspect_set set, dg_claim_id claim)
{
    (void)claim;
    return set & A ? 0 : 1000 - (set & C ? 100 : 0) - (set & D ? 99 : 0);
}
static int64_t each_its_own(dg_suspect_set set, dg_claim_id claim)
{
    return set & (claim == RATE ? B : D) ? 0 : 1000;
}
/* Worse without it. */
static int64_t b_hurts(dg_suspect_set set, dg_claim_id claim)
{
    (void)claim;
    return set & A ? 0 : set & B ? 5000 : 1000;
}

typedef struct world {
    truth lost;
    dg_suspect_set fails; /* a trial without just these goes down */
    size_t asked, calls;
    bool broken; /* the try itself fails */
} world;

static dg_code try(void *user, dg_trial *out, const dg_suspect_set *sets, size_t count,
                   dg_error *err)
{
    world *w = user;
    if (w->broken)
        return dg_fail(err, DG_IO, "no process");
    w->calls++;
    for (size_t i = 0; i < count; i++) {
        w->asked++;
        out[i] = (dg_trial){ .failed = sets[i] == w->fails };
        if (out[i].failed)
            snprintf(out[i].why, sizeof out[i].why, "it went down");
        for (dg_claim_id c = 0; c < DG_CLAIM_COUNT; c++) {
            int64_t lost = w->lost(sets[i], c);
            out[i].of[c] = (struct dg_trial_claim){
                .status = lost ? DG_VERDICT_BROKE : DG_VERDICT_HELD, .lost = lost, .measured = lost
            };
        }
    }
    return DG_OK;
}

static void suspects(dg_suspects *out, size_t count)
{
    static const dg_suspect_kind kinds[] = { DG_SUSPECT_FAULT,  DG_SUSPECT_REPAIR,
                                             DG_SUSPECT_CONFIG, DG_SUSPECT_MIGRATED,
                                             DG_SUSPECT_WORK,   DG_SUSPECT_HOST_VERSION };
    memset(out, 0, sizeof *out);
    for (size_t i = 0; i < count; i++) {
        dg_suspect *s = &out->at[i];
        s->kind = kinds[i];
        snprintf(s->what, sizeof s->what, "%c is away", (char)('A' + i));
        snprintf(s->says, sizeof s->says, "%c is there", (char)('A' + i));
        snprintf(s->advice, sizeof s->advice, "take %c away", (char)('A' + i));
        snprintf(s->seen, sizeof s->seen, "%c was seen", (char)('A' + i));
    }
    out->count = count;
}

static dg_proof prove(world *w, const dg_suspects *s, dg_proof_claims claims)
{
    dg_trial as_it_was = { .failed = false };
    dg_proof proof = { .count = 0 };
    dg_error err;
    for (dg_claim_id c = 0; c < DG_CLAIM_COUNT; c++)
        as_it_was.of[c] = (struct dg_trial_claim){ .status = DG_VERDICT_BROKE,
                                                   .lost = w->lost(0, c),
                                                   .measured = w->lost(0, c),
                                                   .control = 0,
                                                   .unit = "slots" };
    if (dg_suspects_prove(&proof, s, &as_it_was, claims, try, w, &err) != DG_OK)
        ck_abort_msg("%s", err.text);
    return proof;
}

#define SET(claim) ((dg_proof_claims)1 << (claim))

/* ---- what is proved ---- */

static const struct {
    truth of;
    dg_suspect_set fails, causes, contributes, failed, together;
    bool perhaps_fewer;
} rows[] = {
    { a_alone, 0, A, 0, 0, 0, false },
    { a_or_b, 0, A | B, 0, 0, 0, false },        /* either suffices */
    { b_and_e, 0, 0, 0, 0, B | E, false },       /* only together */
    { a_c_and_f, 0, 0, 0, 0, A | C | F, false }, /* three of them */
    { nothing, 0, 0, 0, 0, 0, false },           /* unexplained */
    { c_helps, 0, A, C, 0, 0, false },           /* a tenth, and just under a tenth */
    { b_hurts, 0, A, 0, 0, 0, false },           /* worse is no contribution */
    { a_or_b, A, B, 0, A, 0, false },            /* what went down proves nothing, */
    { a_alone, A, 0, 0, A, A | B, true },        /* .. and is told as perhaps too many */
    { b_and_e, B | E, 0, 0, 0, B | D | E, true },
};

START_TEST(the_proof_comes_to_what_is_so)
{
    world w = { .lost = rows[_i].of, .fails = rows[_i].fails };
    dg_suspects s;
    dg_proof proof;
    suspects(&s, 6);
    proof = prove(&w, &s, SET(RATE));
    for (size_t i = 0; i < s.count; i++) {
        dg_suspect_set bit = (dg_suspect_set)1 << i;
        dg_suspect_role want = rows[_i].causes & bit        ? DG_ROLE_CAUSE
                               : rows[_i].contributes & bit ? DG_ROLE_CONTRIBUTES
                               : rows[_i].failed & bit      ? DG_ROLE_FAILED
                                                            : DG_ROLE_NONE;
        ck_assert_msg(dg_proof_role(&proof, i, RATE) == want, "suspect %zu is %d", i,
                      dg_proof_role(&proof, i, RATE));
    }
    ck_assert_uint_eq(proof.together[RATE], rows[_i].together);
    if (rows[_i].together)
        ck_assert_int_eq(!proof.minimal[RATE], rows[_i].perhaps_fewer);
    ck_assert_int_eq(dg_proof_explains(&proof, RATE),
                     rows[_i].causes != 0 || rows[_i].together != 0);
    dg_proof_clear(&proof);
}
END_TEST

START_TEST(each_claim_has_causes_of_its_own)
{
    world w = { .lost = each_its_own };
    dg_suspects s;
    dg_proof proof;
    suspects(&s, 6);
    proof = prove(&w, &s, SET(RATE) | SET(LAG));
    ck_assert_int_eq(dg_proof_role(&proof, 1, RATE), DG_ROLE_CAUSE);
    ck_assert_int_eq(dg_proof_role(&proof, 1, LAG), DG_ROLE_NONE);
    ck_assert_int_eq(dg_proof_role(&proof, 3, LAG), DG_ROLE_CAUSE);
    ck_assert_int_eq(dg_proof_role(&proof, 3, RATE), DG_ROLE_NONE);
    ck_assert_uint_eq(w.asked, 6); /* all claims of one trial */
    ck_assert_uint_eq(w.calls, 1); /* .. and all trials at once */
    dg_proof_clear(&proof);
}
END_TEST

/* A set is never tried twice, and what all together do not heal is not searched. */
START_TEST(no_more_is_tried_than_is_needed)
{
    world w = { .lost = nothing };
    dg_suspects s;
    dg_proof proof;
    suspects(&s, 6);
    proof = prove(&w, &s, SET(RATE) | SET(LAG));
    ck_assert_uint_eq(w.asked, 7);
    dg_proof_clear(&proof);
    suspects(&s, 0);
    w.asked = 0;
    proof = prove(&w, &s, SET(RATE));
    ck_assert_uint_eq(w.asked, 0);
    ck_assert(!dg_proof_explains(&proof, RATE));
    dg_proof_clear(&proof);
}
END_TEST

/* Every pair and every three of six are found, whatever their place. */
static dg_suspect_set wanted;
static int64_t wanted_away(dg_suspect_set set, dg_claim_id claim)
{
    (void)claim;
    return (set & wanted) == wanted ? 0 : 1000;
}
START_TEST(every_set_is_found_whatever_its_place)
{
    dg_suspects s;
    suspects(&s, 6);
    for (wanted = 3; wanted < 64; wanted++) {
        world w = { .lost = wanted_away };
        dg_proof proof;
        if (!(wanted & (wanted - 1)))
            continue; /* one alone */
        proof = prove(&w, &s, SET(RATE));
        ck_assert_uint_eq(proof.together[RATE], wanted);
        ck_assert(proof.minimal[RATE]);
        ck_assert_uint_le(w.asked, 50);
        dg_proof_clear(&proof);
    }
}
END_TEST

START_TEST(a_try_that_cannot_be_made_ends_the_proof)
{
    world w = { .lost = a_alone, .broken = true };
    dg_trial as_it_was = { .failed = false };
    dg_suspects s;
    dg_proof proof;
    dg_error err;
    suspects(&s, 2);
    ck_assert_int_eq(dg_suspects_prove(&proof, &s, &as_it_was, SET(RATE), try, &w, &err), DG_IO);
    ck_assert_ptr_null(proof.tried);
}
END_TEST

/* ---- what is told ---- */

static json_t *tell(world *w, const dg_suspects *s, dg_proof_claims claims)
{
    static const dg_event_log none;
    dg_suspect_facts facts = { .log = &none };
    dg_proof proof = prove(w, s, claims);
    json_t *told = dg_proof_tell(&proof, &facts);
    ck_assert_ptr_nonnull(told);
    dg_proof_clear(&proof);
    return told;
}

/* "cause A is there", line by line. */
static const char *lines(char room[600], const json_t *list, const char *first, const char *second)
{
    const json_t *one;
    size_t i;
    room[0] = 0;
    json_array_foreach(list, i, one)
    {
        const char *a = json_is_string(one) ? json_string_value(one)
                                            : json_string_value(json_object_get(one, first)),
                   *b = second ? json_string_value(json_object_get(one, second)) : NULL;
        snprintf(room + strlen(room), 600 - strlen(room), "%s%s%s%s", i ? " | " : "", a,
                 b ? " " : "", b ? b : "");
    }
    return room;
}

static const struct {
    truth of;
    dg_suspect_set fails;
    const char *causes, *looked_at, *advice, *unexplained;
} told[] = {
    { a_alone, 0, "cause A is there", "B is away | C is away", "take A away", NULL },
    { a_or_b, 0, "cause A is there | cause B is there", "C is away", "take A away | or take B away",
      NULL },
    { c_helps, 0, "cause A is there | contributes C is there", "B is away", "take A away", NULL },
    { nothing, 0, "", "A is away | B is away | C is away", "", "backing-rate" },
    { a_alone, A, "together together, perhaps fewer: A is there; and B is there", "C is away",
      "take A away, and take B away", NULL },
};
START_TEST(only_what_is_proved_is_told_as_a_cause_and_advised)
{
    world w = { .lost = told[_i].of, .fails = told[_i].fails };
    char room[600];
    dg_suspects s;
    json_t *t;
    suspects(&s, 3);
    t = tell(&w, &s, SET(RATE));
    ck_assert_str_eq(lines(room, json_object_get(t, "causes"), "kind", "says"), told[_i].causes);
    ck_assert_str_eq(lines(room, json_object_get(t, "advice"), NULL, NULL), told[_i].advice);
    ck_assert_str_eq(lines(room, json_object_get(t, "looked_at"), "what", NULL),
                     told[_i].looked_at);
    ck_assert_int_eq(json_object_get(t, "unexplained") != NULL, told[_i].unexplained != NULL);
    if (told[_i].unexplained)
        ck_assert_str_eq(
            lines(room, json_object_get(json_object_get(t, "unexplained"), "claims"), NULL, NULL),
            told[_i].unexplained);
    json_decref(t);
}
END_TEST

/* C heals both claims, A one. */
static int64_t c_heals_more(dg_suspect_set set, dg_claim_id claim)
{
    return set & C || (claim == RATE && set & A) ? 0 : 1000;
}
START_TEST(what_explains_most_stands_first)
{
    world w = { .lost = c_heals_more };
    char room[600];
    dg_suspects s;
    json_t *t;
    suspects(&s, 3);
    t = tell(&w, &s, SET(RATE) | SET(LAG));
    ck_assert_str_eq(lines(room, json_object_get(t, "causes"), "kind", "says"),
                     "cause C is there | cause A is there");
    ck_assert_str_eq(lines(room, json_object_get(t, "advice"), NULL, NULL), "take C away");
    json_decref(t);
}
END_TEST

START_TEST(a_cause_has_both_figures)
{
    world w = { .lost = c_helps };
    dg_suspects s;
    const json_t *cause, *claim;
    json_t *t;
    suspects(&s, 3);
    t = tell(&w, &s, SET(RATE));
    cause = json_array_get(json_object_get(t, "causes"), 1);
    claim = json_array_get(json_object_get(cause, "claims"), 0);
    ck_assert_str_eq(json_string_value(json_object_get(claim, "claim")), "backing-rate");
    ck_assert_str_eq(json_string_value(json_object_get(claim, "unit")), "slots");
    ck_assert_str_eq(json_string_value(json_object_get(claim, "status")), "broke");
    ck_assert_int_eq(json_integer_value(json_object_get(claim, "with")), 1);
    ck_assert(json_number_value(json_object_get(claim, "without")) == 0.9);
    ck_assert(json_integer_value(json_object_get(claim, "control")) == 0);
    json_decref(t);
}
END_TEST

START_TEST(what_matters_only_together_is_told_once)
{
    world w = { .lost = b_and_e };
    char room[600];
    dg_suspects s;
    json_t *t;
    suspects(&s, 6);
    t = tell(&w, &s, SET(RATE) | SET(LAG));
    ck_assert_str_eq(lines(room, json_object_get(t, "causes"), "kind", "says"),
                     "together only together: B is there; and E is there");
    ck_assert_str_eq(lines(room, json_object_get(t, "advice"), NULL, NULL),
                     "take B away, and take E away");
    ck_assert_uint_eq(
        json_array_size(json_object_get(json_array_get(json_object_get(t, "causes"), 0), "claims")),
        2);
    json_decref(t);
}
END_TEST

START_TEST(a_trial_that_went_down_is_told_as_that)
{
    world w = { .lost = a_or_b, .fails = A };
    const json_t *first;
    dg_suspects s;
    json_t *t;
    suspects(&s, 3);
    t = tell(&w, &s, SET(RATE));
    first = json_array_get(json_object_get(t, "looked_at"), 0);
    ck_assert_str_eq(json_string_value(json_object_get(first, "what")), "A is away");
    ck_assert_str_eq(json_string_value(json_object_get(first, "failed")), "it went down");
    json_decref(t);
}
END_TEST

/* What is one thing in a large run and in a small one has one key. */
static const struct {
    dg_suspect suspect;
    const char *key;
} keys[] = {
    { { .kind = DG_SUSPECT_HOST_VERSION, .index = 5, .what = "nodes see it" }, "host-version:5" },
    { { .kind = DG_SUSPECT_FAULT, .index = 0 }, "fault:0" },
    { { .kind = DG_SUSPECT_FAULT, .index = 3 }, "fault:3" },
    { { .kind = DG_SUSPECT_WORK }, "work" },
    { { .kind = DG_SUSPECT_STORAGE_ITEM, .name = "Paras.Heads" }, "storage-item:Paras.Heads" },
    { { .kind = DG_SUSPECT_STORAGE_VERSION, .name = "Paras", .index = 2 },
      "storage-version:Paras:2" },
};

START_TEST(a_suspect_goes_by_its_key)
{
    char key[DG_SUSPECT_KEY_MAX], repair[80];
    dg_suspect of_repair = { .kind = DG_SUSPECT_REPAIR, .index = 1, .name = "whatever" };
    dg_suspect_key(key, &keys[_i].suspect);
    ck_assert_str_eq(key, keys[_i].key);
    snprintf(repair, sizeof repair, "repair:%s", dg_repair_at(1)->name);
    dg_suspect_key(key, &of_repair);
    ck_assert_str_eq(key, repair);
}
END_TEST

START_TEST(what_matters_together_has_the_keys_of_all)
{
    world w = { .lost = b_and_e };
    dg_suspects s;
    json_t *t;
    suspects(&s, 6);
    t = tell(&w, &s, SET(RATE));
    ck_assert_uint_eq(
        json_array_size(json_object_get(json_array_get(json_object_get(t, "causes"), 0), "keys")),
        2);
    json_decref(t);
}
END_TEST

START_TEST(without_a_proof_nothing_is_a_cause)
{
    char room[600];
    dg_suspects s;
    json_t *t;
    suspects(&s, 2);
    s.left_out = 2;
    snprintf(s.left_names, sizeof s.left_names, "Y; Z");
    t = dg_suspects_tell(&s);
    ck_assert_str_eq(lines(room, json_object_get(t, "causes"), "kind", "says"),
                     "recorded A was seen | recorded B was seen");
    ck_assert_uint_eq(json_array_size(json_object_get(t, "advice")), 0);
    ck_assert_int_eq(json_integer_value(json_object_get(json_object_get(t, "left_out"), "count")),
                     2);
    json_decref(t);
}
END_TEST

/* Nothing to judge any more is a break that is gone, but not where treatment ended early. */
static const struct {
    bool whole, failed;
    dg_verdict_status status;
    bool heals;
} ends[] = {
    { true, false, DG_VERDICT_HELD, true },        { false, false, DG_VERDICT_HELD, true },
    { true, false, DG_VERDICT_WARNED, true },      { true, false, DG_VERDICT_BROKE, false },
    { true, false, DG_VERDICT_UNEXERCISED, true }, { false, false, DG_VERDICT_UNEXERCISED, false },
    { true, true, DG_VERDICT_HELD, false },
};
START_TEST(a_break_is_gone_where_it_cannot_have_come)
{
    dg_trial t = { .whole = ends[_i].whole, .failed = ends[_i].failed };
    t.of[RATE].status = ends[_i].status;
    ck_assert_int_eq(dg_trial_heals(&t, RATE), ends[_i].heals);
}
END_TEST

/* What N brings explains all, and so do two faults of nodes together, each of which alone repairs
 * nothing. Who repairs one of them has to be told of the other. */
START_TEST(faults_of_nodes_that_hide_each_other_are_found)
{
    world w = { .lost = a_or_b_and_e };
    char room[600];
    dg_suspects s;
    dg_proof proof;
    json_t *t;
    suspects(&s, 6);
    proof = prove(&w, &s, SET(RATE));
    ck_assert_uint_eq(proof.together[RATE], 0); /* E is no fault of nodes */
    dg_proof_clear(&proof);
    s.at[4].kind = DG_SUSPECT_REPAIR;
    proof = prove(&w, &s, SET(RATE));
    ck_assert_int_eq(dg_proof_role(&proof, 0, RATE), DG_ROLE_CAUSE);
    ck_assert_uint_eq(proof.together[RATE], B | E);
    ck_assert(proof.minimal[RATE]);
    dg_proof_clear(&proof);
    t = tell(&w, &s, SET(RATE));
    ck_assert_str_eq(lines(room, json_object_get(t, "causes"), "kind", "says"),
                     "cause A is there | together only together: B is there; and E is there");
    ck_assert_str_eq(lines(room, json_object_get(t, "advice"), NULL, NULL),
                     "take A away | or take B away, and take E away");
    ck_assert_str_eq(lines(room, json_object_get(t, "looked_at"), "what", NULL),
                     "C is away | D is away | F is away");
    json_decref(t);
    /* one deed for both is told once */
    snprintf(s.at[4].advice, sizeof s.at[4].advice, "%s", s.at[1].advice);
    t = tell(&w, &s, SET(RATE));
    ck_assert_str_eq(lines(room, json_object_get(t, "advice"), NULL, NULL),
                     "take A away | or take B away");
    json_decref(t);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("prove");
    TCase *tc = tcase_create("prove");
    tcase_add_loop_test(tc, the_proof_comes_to_what_is_so, 0, sizeof rows / sizeof *rows);
    tcase_add_test(tc, each_claim_has_causes_of_its_own);
    tcase_add_test(tc, no_more_is_tried_than_is_needed);
    tcase_add_test(tc, every_set_is_found_whatever_its_place);
    tcase_add_test(tc, a_try_that_cannot_be_made_ends_the_proof);
    tcase_add_loop_test(tc, only_what_is_proved_is_told_as_a_cause_and_advised, 0,
                        sizeof told / sizeof *told);
    tcase_add_test(tc, what_explains_most_stands_first);
    tcase_add_test(tc, a_cause_has_both_figures);
    tcase_add_test(tc, what_matters_only_together_is_told_once);
    tcase_add_test(tc, faults_of_nodes_that_hide_each_other_are_found);
    tcase_add_test(tc, a_trial_that_went_down_is_told_as_that);
    tcase_add_loop_test(tc, a_suspect_goes_by_its_key, 0, sizeof keys / sizeof *keys);
    tcase_add_test(tc, what_matters_together_has_the_keys_of_all);
    tcase_add_test(tc, without_a_proof_nothing_is_a_cause);
    tcase_add_loop_test(tc, a_break_is_gone_where_it_cannot_have_come, 0,
                        sizeof ends / sizeof *ends);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
