/* The answer is read by people who read nothing else: what was lost is counted against control,
 * on the chain that stayed, and the word follows from it and from the exit code alone. */
#include "outcome/outcome_impl.h"

#include <string.h>

#include "../support/suite.h"

/* U is in slot 102. Each arm settles one block a slot, numbered as the slot less 100. */
enum { FROM = 100, UPGRADE = 102, SLOTS = 22, SLOT_MS = 6000, PARA = 2000, OTHER = 2001 };

static void block(dg_event_log *log, dg_arm arm, int64_t slot)
{
    dg_event_log_add(log, &(dg_event){ .arm = arm,
                                       .kind = DG_EVENT_BLOCK,
                                       .block = (uint32_t)(slot - FROM),
                                       .new_block = { .slot = slot } });
}

static void included(dg_event_log *log, dg_arm arm, int64_t slot, uint32_t number, uint32_t para)
{
    dg_event_log_add(log, &(dg_event){ .arm = arm,
                                       .kind = DG_EVENT_NET_INCLUDED,
                                       .block = number,
                                       .net_included = { .slot = slot, .para = para } });
}

/* A parachain's block in every second slot from U on, `missing` of ten fewer. */
static void arm_of(dg_event_log *log, dg_arm arm, int missing)
{
    for (int64_t slot = FROM + 1; slot < FROM + SLOTS; slot++) {
        if (slot >= UPGRADE && slot % 2 == 0 && missing-- <= 0)
            included(log, arm, slot, (uint32_t)(slot - FROM), PARA);
        block(log, arm, slot);
    }
}

static dg_outcome_facts facts_of(const dg_event_log *log)
{
    dg_outcome_facts run = { .log = log };
    run.span.upgrade_slot = UPGRADE;
    run.span.clock.slot_ms = SLOT_MS;
    return run;
}

static json_int_t whole(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    ck_assert_msg(json_is_integer(value), "%s is missing", key);
    return json_integer_value(value);
}

static const char *text(const json_t *object, const char *key)
{
    const char *value = json_string_value(json_object_get(object, key));
    return value ? value : "";
}

static json_t *harm_of(const dg_event_log *log)
{
    dg_outcome_facts run = facts_of(log);
    json_t *harm = dg_outcome_harm(&run, true);
    ck_assert_ptr_nonnull(harm);
    return harm;
}

/* ---- what was lost ---- */

/* Control has ten blocks of the parachain in twenty slots: each is worth twelve seconds. One
 * block is no harm yet: cores are served in turns. */
static const struct {
    int missing, harmed, lost_ms;
} losses[] = { { 0, 0, 0 }, { 1, 0, 0 }, { 2, 1, 24000 }, { 4, 1, 48000 }, { 10, 1, 120000 } };

START_TEST(a_parachain_loses_as_much_as_control_has_more)
{
    dg_event_log log = { 0 };
    json_t *harm;
    arm_of(&log, DG_ARM_CONTROL, 0);
    arm_of(&log, DG_ARM_TREATMENT, losses[_i].missing);
    harm = harm_of(&log);
    ck_assert_int_eq(whole(harm, "window_ms"), 20 * SLOT_MS);
    ck_assert_int_eq(whole(harm, "parachain_blocks_control"), 10);
    ck_assert_int_eq(whole(harm, "parachain_blocks"), 10 - losses[_i].missing);
    ck_assert_int_eq(whole(harm, "parachains_harmed"), losses[_i].harmed);
    ck_assert_int_eq(whole(harm, "parachain_lost_ms"), losses[_i].lost_ms);
    ck_assert_int_eq(whole(harm, "worst_lost_ms"), losses[_i].lost_ms);
    ck_assert_int_eq(whole(harm, "worst_parachain"), losses[_i].harmed ? PARA : 0);
    json_decref(harm);
    dg_event_log_clear(&log);
}
END_TEST

/* A block more than control has of one parachain does not pay for what another lost. */
START_TEST(one_parachain_does_not_pay_for_another)
{
    dg_event_log log = { 0 };
    json_t *harm;
    arm_of(&log, DG_ARM_CONTROL, 0);
    arm_of(&log, DG_ARM_TREATMENT, 3);
    for (int64_t slot = UPGRADE; slot < UPGRADE + 9; slot++)
        included(&log, DG_ARM_TREATMENT, slot, (uint32_t)(slot - FROM), OTHER);
    harm = harm_of(&log);
    ck_assert_int_eq(whole(harm, "parachains"), 2);
    ck_assert_int_eq(whole(harm, "parachains_harmed"), 1);
    ck_assert_int_eq(whole(harm, "parachain_lost_ms"), 36000);
    json_decref(harm);
    dg_event_log_clear(&log);
}
END_TEST

/* A fork that was left behind included nothing, and siblings of a slot include once. */
START_TEST(only_the_chain_that_stayed_counts)
{
    dg_event_log log = { 0 };
    json_t *harm;
    arm_of(&log, DG_ARM_CONTROL, 0);
    arm_of(&log, DG_ARM_TREATMENT, 4);
    included(&log, DG_ARM_TREATMENT, UPGRADE, UPGRADE - FROM - 1, PARA); /* another block's slot */
    included(&log, DG_ARM_TREATMENT, UPGRADE + 18, UPGRADE + 18 - FROM, PARA); /* once more */
    included(&log, DG_ARM_TREATMENT, UPGRADE - 2, UPGRADE - 2 - FROM, PARA);   /* before U */
    harm = harm_of(&log);
    ck_assert_int_eq(whole(harm, "parachain_blocks"), 6);
    ck_assert_int_eq(whole(harm, "parachain_lost_ms"), 48000);
    json_decref(harm);
    dg_event_log_clear(&log);
}
END_TEST

START_TEST(a_relay_chain_that_stops_has_lost_the_rest)
{
    dg_event_log log = { 0 };
    json_t *harm;
    for (int64_t slot = FROM + 1; slot < FROM + SLOTS; slot++)
        block(&log, DG_ARM_CONTROL, slot);
    for (int64_t slot = FROM + 1; slot < UPGRADE + 5; slot++)
        block(&log, DG_ARM_TREATMENT, slot);
    harm = harm_of(&log);
    ck_assert_int_eq(whole(harm, "relay_blocks"), 5);
    ck_assert_int_eq(whole(harm, "relay_blocks_control"), 20);
    ck_assert_int_eq(whole(harm, "relay_lost_ms"), 15 * SLOT_MS);
    json_decref(harm);
    dg_event_log_clear(&log);
}
END_TEST

/* Treatment ends where U changes nothing, but the chain goes on with N-1: not so where N came in
 * and stopped it. */
static const struct {
    bool enacted, code;
    int lost_slots;
    const char *says;
} ended[] = { { false, true, 0, "N is not enacted" },
              { false, false, 0, "the change is not enacted" },
              { true, true, 19, "the chain does not go on with what U enacts" },
              { true, true, 0, "U is enacted by a way that the chain itself does not take" } };

START_TEST(where_u_changes_nothing_nothing_is_lost)
{
    dg_event_log log = { 0 };
    dg_outcome_facts run = facts_of(&log);
    dg_claim_setup setup = { .network = true };
    dg_outcome_tally tally = { 0 };
    bool on = ended[_i].enacted && !ended[_i].lost_slots;
    json_t *outcome = json_pack("{s:i}", "exit", DG_EXIT_BROKE), *answer, *harm,
           *claims = json_pack("[{s:s, s:s, s:s}]", "name", "upgrade-enacted", "status", "broke",
                               "severity", "gate");
    run.new_code = ended[_i].code;
    arm_of(&log, DG_ARM_CONTROL, 0);
    if (on)
        arm_of(&log, DG_ARM_TREATMENT, 0);
    for (int64_t slot = FROM + 1; slot <= UPGRADE && !on; slot++)
        block(&log, DG_ARM_TREATMENT, slot);
    for (unsigned next = 0; next <= on; next++)
        dg_event_log_add(
            &log, &(dg_event){ .arm = DG_ARM_TREATMENT,
                               .kind = DG_EVENT_UPGRADE,
                               .block = UPGRADE - FROM + next,
                               .upgrade = { .enacted = ended[_i].enacted, .migrated = next } });
    ck_assert_int_eq(dg_outcome_answer(outcome, &run, &setup, &tally, claims), 0);
    answer = json_object_get(outcome, "answer");
    harm = json_object_get(answer, "harm");
    ck_assert_int_eq(whole(harm, "relay_lost_ms"), ended[_i].lost_slots * SLOT_MS);
    ck_assert_int_eq(whole(harm, "parachains_harmed"), ended[_i].lost_slots ? 1 : 0);
    ck_assert_str_eq(text(json_array_get(json_object_get(answer, "breaks"), 0), "says"),
                     ended[_i].says);
    json_decref(claims);
    json_decref(outcome);
    dg_event_log_clear(&log);
}
END_TEST

/* A log that nobody's run wrote: slots without end are none. */
static const struct {
    int64_t upgrade, last, slot_ms;
} forged[] = { { UPGRADE, INT64_MAX, SLOT_MS },
               { INT64_MIN, UPGRADE, SLOT_MS },
               { INT64_MIN, INT64_MAX, INT64_MAX },
               { INT64_MAX, 1, SLOT_MS },
               { UPGRADE, UPGRADE + 3, INT64_MAX } };

START_TEST(a_forged_log_is_no_harm)
{
    dg_event_log log = { 0 };
    dg_outcome_facts run = facts_of(&log);
    json_t *harm;
    run.span.upgrade_slot = (uint64_t)forged[_i].upgrade;
    run.span.clock.slot_ms = (uint64_t)forged[_i].slot_ms;
    block(&log, DG_ARM_CONTROL, UPGRADE);
    block(&log, DG_ARM_CONTROL, forged[_i].last);
    included(&log, DG_ARM_CONTROL, forged[_i].last, 1, PARA);
    harm = dg_outcome_harm(&run, true);
    ck_assert_ptr_nonnull(harm);
    ck_assert_int_eq(whole(harm, "window_ms"), 0);
    ck_assert_int_eq(whole(harm, "relay_lost_ms"), 0);
    ck_assert_int_eq(whole(harm, "parachain_lost_ms"), 0);
    json_decref(harm);
    dg_event_log_clear(&log);
}
END_TEST

/* ---- the word ---- */

static const struct {
    int exit, missing;
    const char *word;
} words[] = {
    { DG_EXIT_HELD, 0, "GO" },
    { DG_EXIT_HELD, 1, "GO" },
    { DG_EXIT_HELD, 4, "GO WITH HARM" },
    { DG_EXIT_BROKE, 0, "NO-GO" },
    { DG_EXIT_BROKE, 4, "NO-GO" },
    { DG_EXIT_INCONCLUSIVE, 0, "CANNOT SAY" },
    { DG_EXIT_INCONCLUSIVE, 4, "CANNOT SAY" },
    { DG_EXIT_INTERNAL, 0, "CANNOT SAY" },
};

static json_t *answer_of(json_t *outcome, const dg_event_log *log, const dg_claim_setup *setup,
                         const dg_outcome_tally *tally)
{
    dg_outcome_facts run = facts_of(log);
    json_t *claims = json_array();
    ck_assert_int_eq(dg_outcome_answer(outcome, &run, setup, tally, claims), 0);
    json_decref(claims);
    return json_object_get(outcome, "answer");
}

/* JSON whose texts stand in single quotes. */
static json_t *quoted(const char *text)
{
    char room[300];
    json_t *out;
    snprintf(room, sizeof room, "%s", text);
    for (char *at = room; *at; at++)
        *at = *at == '\'' ? '"' : *at;
    out = json_loads(room, 0, NULL);
    ck_assert_ptr_nonnull(out);
    return out;
}

START_TEST(the_word_follows_from_exit_and_harm)
{
    dg_event_log log = { 0 };
    dg_claim_setup setup = { .network = true };
    dg_outcome_tally tally = { 0 };
    json_t *outcome = json_pack("{s:i}", "exit", words[_i].exit), *answer;
    arm_of(&log, DG_ARM_CONTROL, 0);
    arm_of(&log, DG_ARM_TREATMENT, words[_i].missing);
    answer = answer_of(outcome, &log, &setup, &tally);
    ck_assert_str_eq(text(answer, "word"), words[_i].word);
    ck_assert_int_eq(json_object_get(answer, "missing") != NULL,
                     strcmp(words[_i].word, "CANNOT SAY") == 0);
    json_decref(outcome);
    dg_event_log_clear(&log);
}
END_TEST

/* Harm that the plan allows is told, and that alone: neither chance on the right side of the
 * threshold, nor what broke all the same. */
static const struct {
    const char *status, *figures;
    const char *word;
} grants[] = {
    { "held", "{'holds':'at-least','threshold':50,'measured':6,'lost':74,'allowed':80}",
      "GO WITH HARM" },
    { "held", "{'holds':'at-most','threshold':6,'measured':9,'lost':3,'allowed':4}",
      "GO WITH HARM" },
    { "held", "{'holds':'at-least','threshold':50,'measured':60,'lost':20,'allowed':80}", "GO" },
    { "held", "{'holds':'at-most','threshold':6,'measured':3,'lost':1,'allowed':4}", "GO" },
    { "held", "{'holds':'at-least','threshold':50,'measured':6,'lost':74}", "GO" },
    { "held", "{'holds':'at-least','threshold':50,'measured':6,'lost':0,'allowed':80}", "GO" },
    { "broke", "{'holds':'at-least','threshold':50,'measured':6,'lost':90,'allowed':80}", "GO" },
};

START_TEST(what_the_plan_allows_is_told_as_harm)
{
    dg_event_log log = { 0 };
    dg_outcome_facts run = facts_of(&log);
    dg_claim_setup setup = { .network = true };
    dg_outcome_tally tally = { 0 };
    json_t *outcome = json_pack("{s:i}", "exit", DG_EXIT_HELD), *answer, *granted, *claims;
    json_t *figures = quoted(grants[_i].figures);
    bool harm = strcmp(grants[_i].word, "GO WITH HARM") == 0;
    json_object_set_new(figures, "lost_unit", json_string("candidates"));
    claims = json_pack("[{s:s, s:s, s:s, s:o}]", "name", "backing-rate", "severity", "gate",
                       "status", grants[_i].status, "figures", figures);
    ck_assert_int_eq(dg_outcome_answer(outcome, &run, &setup, &tally, claims), 0);
    answer = json_object_get(outcome, "answer");
    granted = json_object_get(answer, "granted");
    ck_assert_str_eq(text(answer, "word"), grants[_i].word);
    ck_assert_uint_eq(json_array_size(granted), harm);
    if (harm) {
        ck_assert_str_eq(text(json_array_get(granted, 0), "claim"), "backing-rate");
        ck_assert_str_eq(text(json_array_get(granted, 0), "unit"), "candidates");
    }
    json_decref(claims);
    json_decref(outcome);
}
END_TEST

/* Of four blocks that a parachain lost, and four of the relay chain's. */
static const struct {
    const char *claim, *decided;
    bool paras;
    const char *word;
} lucks[] = {
    { "inclusion-rate", "luck", true, "GO" },
    { "inclusion-rate", "rule", true, "GO WITH HARM" },
    { "block-cadence", "luck", true, "GO WITH HARM" },
    { "block-cadence", "luck", false, "GO" },
    { "finality-lag", "luck", false, "GO WITH HARM" },
};

START_TEST(what_luck_took_is_not_harm_of_n)
{
    dg_event_log log = { 0 };
    dg_outcome_facts run = facts_of(&log);
    dg_claim_setup setup = { .network = true };
    dg_outcome_tally tally = { 0 };
    json_t *outcome = json_pack("{s:i}", "exit", DG_EXIT_HELD),
           *claims = json_pack("[{s:s, s:s, s:s, s:{s:s}}]", "name", lucks[_i].claim, "severity",
                               "gate", "status", "warned", "seeds", "decided", lucks[_i].decided);
    arm_of(&log, DG_ARM_CONTROL, 0);
    arm_of(&log, DG_ARM_TREATMENT, lucks[_i].paras ? 4 : 0);
    for (size_t i = 0, lost = 0; !lucks[_i].paras && lost < 4; i++)
        if (log.at[i].arm == DG_ARM_TREATMENT && log.at[i].kind == DG_EVENT_BLOCK
            && log.at[i].new_block.slot > UPGRADE && log.at[i].new_block.slot % 2) {
            log.at[i].kind = DG_EVENT_SLOT; /* where nothing is included */
            lost++;
        }
    ck_assert_int_eq(dg_outcome_answer(outcome, &run, &setup, &tally, claims), 0);
    ck_assert_str_eq(text(json_object_get(outcome, "answer"), "word"), lucks[_i].word);
    json_decref(claims);
    json_decref(outcome);
    dg_event_log_clear(&log);
}
END_TEST

/* Two runs that differ take back whatever was said. */
START_TEST(runs_that_differ_say_nothing)
{
    dg_event_log log = { 0 };
    dg_claim_setup setup = { .network = true };
    dg_outcome_tally tally = { 0 };
    json_t *outcome = json_pack("{s:i}", "exit", DG_EXIT_HELD), *answer;
    arm_of(&log, DG_ARM_CONTROL, 0);
    arm_of(&log, DG_ARM_TREATMENT, 0);
    answer = answer_of(outcome, &log, &setup, &tally);
    ck_assert_str_eq(text(answer, "word"), "GO");
    ck_assert_int_eq(dg_outcome_differs(outcome, NULL), DG_OK);
    ck_assert_str_eq(text(answer, "word"), "CANNOT SAY");
    ck_assert_str_eq(text(answer, "missing"), "not-deterministic");
    ck_assert_int_eq(dg_outcome_exit(outcome), DG_EXIT_INTERNAL);
    json_decref(outcome);
    dg_event_log_clear(&log);
}
END_TEST

static const struct {
    dg_claim_setup setup;
    dg_outcome_tally tally;
    const char *missing, *claim;
} lacks[] = {
    { { .diverged = true }, { 0 }, "not-deterministic", "" },
    { { .control_block = 2 },
      { .control_failed = 1, .first_failed = "backing-rate", .first_missed = "backing-rate" },
      "control-fails",
      "backing-rate" },
    { { 0 }, { 0 }, "no-block-at-u", "" },
    { { .control_block = 2 }, { 0 }, "n-never-ran", "" },
    { { .control_block = 2, .ran = true, .boundaries = 1, .boundaries_wanted = 2 },
      { 0 },
      "too-short",
      "" },
    { { .control_block = 2, .ran = true, .boundaries = 2, .boundaries_wanted = 2 },
      { .missed = 1, .first_missed = "topology-present", .missed_kind = "unexercised" },
      "unexercised",
      "topology-present" },
    { { .control_block = 2, .ran = true, .boundaries = 2, .boundaries_wanted = 2 },
      { .missed = 1, .first_missed = "topology-present", .missed_kind = "out-of-reach" },
      "out-of-reach",
      "topology-present" },
    { { .control_block = 2, .ran = true, .boundaries = 2, .boundaries_wanted = 2 },
      { .missed = 1, .first_missed = "block-cadence", .missed_kind = "undecided" },
      "undecided",
      "block-cadence" },
};

START_TEST(what_is_missing_is_named)
{
    dg_event_log log = { 0 };
    json_t *outcome = json_pack("{s:i}", "exit", DG_EXIT_INCONCLUSIVE);
    json_t *answer = answer_of(outcome, &log, &lacks[_i].setup, &lacks[_i].tally);
    ck_assert_str_eq(text(answer, "missing"), lacks[_i].missing);
    ck_assert_str_eq(text(answer, "missing_claim"), lacks[_i].claim);
    json_decref(outcome);
    dg_event_log_clear(&log);
}
END_TEST

/* Nobody asked the network: as many claims as the outcome lists. */
START_TEST(a_chain_by_itself_says_what_nobody_asked)
{
    dg_event_log log = { 0 };
    dg_claim_setup setup = { .network = _i != 0 };
    dg_outcome_tally tally = { 0 };
    json_t *outcome = json_pack("{s:i}", "exit", DG_EXIT_HELD), *answer;
    if (!_i)
        json_object_set_new(outcome, "chain_only",
                            json_pack("{s:[s, s]}", "claims", "backing-rate", "disputes"));
    answer = answer_of(outcome, &log, &setup, &tally);
    ck_assert(json_is_true(json_object_get(answer, "chain_only")) == (_i == 0));
    ck_assert_int_eq(whole(answer, "not_judged"), _i ? 0 : 2);
    ck_assert_int_eq(json_object_get(json_object_get(answer, "harm"), "parachains") != NULL, _i);
    json_decref(outcome);
    dg_event_log_clear(&log);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("answer");
    TCase *tc = tcase_create("answer");
    tcase_add_loop_test(tc, a_parachain_loses_as_much_as_control_has_more, 0,
                        sizeof losses / sizeof *losses);
    tcase_add_test(tc, one_parachain_does_not_pay_for_another);
    tcase_add_test(tc, only_the_chain_that_stayed_counts);
    tcase_add_test(tc, a_relay_chain_that_stops_has_lost_the_rest);
    tcase_add_loop_test(tc, where_u_changes_nothing_nothing_is_lost, 0,
                        sizeof ended / sizeof *ended);
    tcase_add_loop_test(tc, a_forged_log_is_no_harm, 0, sizeof forged / sizeof *forged);
    tcase_add_loop_test(tc, the_word_follows_from_exit_and_harm, 0, sizeof words / sizeof *words);
    tcase_add_loop_test(tc, what_luck_took_is_not_harm_of_n, 0,
                        (int)(sizeof lucks / sizeof *lucks));
    tcase_add_loop_test(tc, what_the_plan_allows_is_told_as_harm, 0,
                        sizeof grants / sizeof *grants);
    tcase_add_test(tc, runs_that_differ_say_nothing);
    tcase_add_loop_test(tc, what_is_missing_is_named, 0, sizeof lacks / sizeof *lacks);
    tcase_add_loop_test(tc, a_chain_by_itself_says_what_nobody_asked, 0, 2);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
