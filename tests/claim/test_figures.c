/* Claims over logs that nobody wrote by hand: what holds may have no number that says otherwise,
 * and what a log from elsewhere says may be any number at all. */
#include "../support/suite.h"

#include "claim/claim.h"

#include <inttypes.h>
#include <string.h>

enum { EVENTS_MAX = 8192, FIRST_SLOT = 100, U_SLOT = 110, BOUNDARY = 120, LAST_SLOT = 150 };

/* ---- an invented log: both arms draw the same lots, but treatment its own now and then ---- */

typedef struct invention {
    uint64_t seed;
    dg_rng rng;   /* of the event that is told now */
    int64_t most; /* numbers are below it, where they are not wild */
    uint64_t own; /* of a hundred events of treatment from U on */
    bool is_own;
    bool wild; /* any number there is */
    dg_event at[EVENTS_MAX];
    size_t count;
} invention;

static int64_t wild_number(dg_rng *rng)
{
    static const int64_t edges[] = {
        INT64_MIN, INT64_MIN + 1, -1000,         -1,  0,   1,         1000,
        INT32_MAX, UINT32_MAX,    INT64_MAX / 2, 110, 120, INT64_MAX, INT64_MAX - 1
    };
    return edges[dg_rng_below(rng, sizeof edges / sizeof *edges)];
}

/* Draws hang on the name of a kind: another kind in the list changes none of them. */
static uint64_t id_of(dg_event_kind kind)
{
    uint64_t id = 0;
    for (const char *c = dg_event_name(kind); *c; c++)
        id = id * 31 + (uint64_t)(unsigned char)*c;
    return id;
}

/* Some fields are 0 in all of a log, some are as big as they get; and what is treatment's own is
 * none, as much or more. */
static int64_t number(invention *v, dg_event_kind kind, size_t i, int64_t slot)
{
    dg_rng always = dg_rng_fork(v->seed, "field", id_of(kind), i);
    uint64_t lot = dg_rng_below(&always, 6), some = dg_rng_below(&v->rng, (uint64_t)v->most);
    if (v->wild && dg_rng_below(&v->rng, 3) == 0)
        return wild_number(&v->rng);
    if (strcmp(dg_event_field(kind, i), "slot") == 0)
        return slot;
    if (v->is_own)
        return (int64_t)(some * (dg_rng_below(&always, 3) * 5));
    return lot < 2 ? 0 : lot == 2 ? v->most : (int64_t)some;
}

static int64_t block_of(invention *v, int64_t slot)
{
    static const int64_t edges[] = { 0, 1, INT32_MAX, UINT32_MAX };
    return v->wild && dg_rng_below(&v->rng, 6) == 0
               ? edges[dg_rng_below(&v->rng, sizeof edges / sizeof *edges)]
               : slot - FIRST_SLOT;
}

/* Takes `detail`; `given` are numbers that are not invented. */
static void tell(invention *v, dg_arm arm, int64_t slot, dg_event_kind kind, json_t *given,
                 json_t *detail)
{
    dg_error err = { .text = "" };
    json_t *line = json_pack("{s:s, s:I, s:i, s:I, s:s}", "arm", dg_event_arm_name(arm), "seq",
                             (json_int_t)v->count, "at_ns", 0, "block",
                             (json_int_t)block_of(v, slot), "kind", dg_event_name(kind));
    ck_assert_uint_lt(v->count, EVENTS_MAX);
    for (size_t i = 0; dg_event_field(kind, i); i++)
        json_object_set_new(line, dg_event_field(kind, i), json_integer(number(v, kind, i, slot)));
    json_object_update(line, given);
    json_decref(given);
    if (detail)
        json_object_set_new(line, "detail", detail);
    ck_assert_msg(dg_event_parse(&v->at[v->count++], line, &err) == DG_OK, "%s", err.text);
    json_decref(line);
}

/* What a plan may say of claims: thresholds, harm that it allows. */
static json_t *plan_of(invention *v)
{
    json_t *claims = json_object();
    const dg_claim *claim;
    for (size_t i = 0; (claim = dg_claim_at(i)); i++) {
        json_t *of = json_object();
        json_object_set_new(claims, dg_claim_name(claim->id), of);
        for (size_t k = 0; claim->options && claim->options[k].name; k++)
            if (dg_rng_below(&v->rng, 3) == 0)
                json_object_set_new(of, claim->options[k].name,
                                    v->wild ? json_real(1e6)
                                            : json_real((double)dg_rng_below(&v->rng, 20) / 10));
        if (claim->allows && dg_rng_below(&v->rng, 2) == 0)
            json_object_set_new(of, "allow",
                                json_real(v->wild ? 1e300 : (double)dg_rng_below(&v->rng, 50)));
    }
    return claims;
}

static json_t *run_start(void)
{
    return json_pack("{s:i, s:i, s:i, s:i, s:i, s:i}", "epoch_slots", 20, "slot_ms", 6000,
                     "upgrade_slot", U_SLOT, "code", 1, "boundaries_wanted", 1, "fork_block", 0);
}

static json_t *net_start(void)
{
    return json_pack("{s:i, s:i, s:i, s:i}", "parachains", 1, "upgrade_slot", U_SLOT,
                     "first_boundary", BOUNDARY, "epoch_slots", 20);
}

/* Of so many groups some are able. */
static json_t *given_of(const invention *v, dg_event_kind kind)
{
    return !v->wild && kind == DG_EVENT_NET_GROUPS ? json_pack("{s:i}", "groups", 13) : NULL;
}

static bool begins_or_ends(dg_event_kind kind)
{
    return kind == DG_EVENT_RUN_START || kind == DG_EVENT_NODE_LIMITS || kind == DG_EVENT_NET_START
           || kind == DG_EVENT_RUN_END || kind == DG_EVENT_UPGRADE;
}

static json_t *details(void)
{
    return json_pack("{s:s, s:s, s:s, s:s}", "at", "U", "window", "U", "api", "a", "what", "b");
}

static void draw(invention *v, dg_arm arm, int64_t slot, dg_event_kind kind)
{
    v->is_own = false;
    if (arm == DG_ARM_TREATMENT && slot >= U_SLOT) {
        v->rng = dg_rng_fork(v->seed, "own", (uint64_t)slot, id_of(kind));
        v->is_own = dg_rng_below(&v->rng, 100) < v->own;
    }
    v->rng = dg_rng_fork(v->seed, v->is_own ? "treatment" : "both", (uint64_t)slot, id_of(kind));
}

/* A kind is told in one log of two. */
static bool is_told(const invention *v, dg_event_kind kind)
{
    dg_rng rng = dg_rng_fork(v->seed, "kind", id_of(kind), 0);
    return v->wild || kind == DG_EVENT_NET_START || dg_rng_below(&rng, 2);
}

static void invent_arm(invention *v, dg_arm arm)
{
    bool any = v->wild && v->seed % 2; /* of a run that never was */
    draw(v, arm, 0, DG_EVENT_RUN_START);
    tell(v, arm, FIRST_SLOT, DG_EVENT_RUN_START, any ? NULL : run_start(),
         json_pack("{s:o}", "claims", plan_of(v)));
    tell(v, arm, FIRST_SLOT, DG_EVENT_NODE_LIMITS, NULL, NULL);
    tell(v, arm, FIRST_SLOT, DG_EVENT_NET_START, any ? NULL : net_start(), NULL);
    for (int64_t slot = FIRST_SLOT; slot < LAST_SLOT; slot++)
        for (dg_event_kind kind = 0; kind < DG_EVENT_KIND_COUNT; kind++) {
            draw(v, arm, slot, kind);
            if (!begins_or_ends(kind) && is_told(v, kind) && dg_rng_below(&v->rng, 8))
                tell(v, arm, slot, kind, given_of(v, kind), details());
        }
    tell(v, arm, U_SLOT, DG_EVENT_UPGRADE, NULL, details());
    tell(v, arm, LAST_SLOT, DG_EVENT_RUN_END, NULL, NULL);
}

static void invent(invention *v, uint64_t seed, bool wild)
{
    dg_rng rng = dg_rng_fork(seed, "invent", wild, 0);
    v->seed = seed;
    v->wild = wild;
    v->count = 0;
    v->most = 2 + (int64_t)dg_rng_below(&rng, 12);
    v->own = dg_rng_below(&rng, 4) * dg_rng_below(&rng, 34);
    invent_arm(v, DG_ARM_CONTROL);
    invent_arm(v, DG_ARM_TREATMENT);
}

static void forget(invention *v)
{
    for (size_t i = 0; i < v->count; i++)
        json_decref(v->at[i].detail);
}

/* ---- what has to be so of any verdict ---- */

static bool within(const dg_figures *f)
{
    return f->at_least ? f->measured.milli >= f->threshold.milli
                       : f->measured.milli <= f->threshold.milli;
}

static void figures_agree(const dg_claim *claim, const dg_verdict *v, uint64_t seed)
{
    const dg_figures *f = &v->figures;
    const char *name = dg_claim_name(claim->id);
    bool granted = f->allowed.known && f->lost.milli <= f->allowed.milli;
    if (!f->unit)
        return;
    ck_assert_msg(f->measured.known && f->threshold.known && !f->lost.known == !f->lost_unit,
                  "%s, seed %" PRIu64 ": figures are missing: %s", name, seed, v->text);
    ck_assert_msg(f->measured.milli >= 0 && f->control.milli >= 0 && f->threshold.milli >= 0
                      && f->lost.milli >= 0 && f->allowed.milli >= 0,
                  "%s, seed %" PRIu64 ": below 0: %s", name, seed, v->text);
    ck_assert_msg(!claim->allows || (f->over_unit && (f->over || v->status != DG_VERDICT_HELD)),
                  "%s, seed %" PRIu64 ": holds over nothing: %s", name, seed, v->text);
    ck_assert_msg(!claim->allows || strcmp(f->lost_unit, claim->allows) == 0, "%s loses %s", name,
                  f->lost_unit);
    ck_assert_msg(v->status != DG_VERDICT_HELD || within(f) || granted,
                  "%s, seed %" PRIu64 ": holds with %" PRId64 ", threshold %" PRId64
                  ", control %" PRId64 ", lost %" PRId64 ": %s",
                  name, seed, f->measured.milli, f->threshold.milli, f->control.milli,
                  f->lost.milli, v->text);
    ck_assert_msg(v->status != DG_VERDICT_BROKE || !granted || !f->lost.milli,
                  "%s, seed %" PRIu64 ": breaks with what is allowed: %s", name, seed, v->text);
}

/* How often each claim came to what: a claim that is never seen to hold proves nothing here. */
static unsigned seen[DG_CLAIM_COUNT][4];

static void judge_all(uint64_t seed, bool wild)
{
    static invention v;
    dg_claim_setup setup;
    const dg_claim *claim;
    invent(&v, seed, wild);
    dg_claim_setup_read(&setup, v.at, v.count);
    for (size_t i = 0; (claim = dg_claim_at(i)); i++) {
        dg_verdict verdict;
        ck_assert_int_eq(dg_claim_judge(claim, &verdict, &setup, v.at, v.count, NULL), DG_OK);
        seen[i][verdict.status]++;
        if (!wild)
            figures_agree(claim, &verdict, seed);
        dg_verdict_clear(&verdict);
    }
    forget(&v);
}

#ifdef __SANITIZE_ADDRESS__
enum { LOGS = 40 };
#else
enum { LOGS = 300 };
#endif
START_TEST(no_claim_holds_with_a_number_that_says_otherwise)
{
    const dg_claim *claim;
    for (uint64_t seed = 1; seed <= LOGS; seed++)
        judge_all(seed, false);
    for (size_t i = 0; LOGS == 300 && (claim = dg_claim_at(i)); i++)
        ck_assert_msg(!claim->allows || (seen[i][DG_VERDICT_HELD] && seen[i][DG_VERDICT_BROKE]),
                      "%s held %u times and broke %u times", dg_claim_name(claim->id),
                      seen[i][DG_VERDICT_HELD], seen[i][DG_VERDICT_BROKE]);
}
END_TEST

/* Under sanitizers any sum that leaves its range ends the program. */
START_TEST(any_number_may_stand_in_a_log)
{
    for (uint64_t seed = 1; seed <= LOGS; seed++)
        judge_all(seed, true);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("figures");
    TCase *tc = tcase_create("figures");
    tcase_set_timeout(tc, 0);
    tcase_add_test(tc, no_claim_holds_with_a_number_that_says_otherwise);
    suite_add_tcase(s, tc);
    tc = tcase_create("wild");
    tcase_set_timeout(tc, 0);
    tcase_add_test(tc, any_number_may_stand_in_a_log);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
