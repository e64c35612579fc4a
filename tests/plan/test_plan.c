/* A plan is what a user writes by hand: every slip is named with its place and,
 * where one can be guessed, with what was meant. A slip that is read as something
 * else would make a run judge what nobody asked for. */
#include "../support/schema.h"
#include "../support/suite.h"

#include <stdlib.h>
#include <string.h>

#include "claim/claim.h"
#include "plan/plan.h"

static dg_plan *parsed(const char *text)
{
    dg_plan *plan = NULL;
    dg_error err;
    if (dg_plan_parse(&plan, dg_text(text), "p.json", NULL, &err) < 0)
        ck_abort_msg("%s", err.text);
    return plan;
}

/* Refused when read. */
static const struct {
    const char *text, *says;
} bad[] = {
    { "", "line 1" },
    { "{", "line 1" },
    { "[]", "not a JSON object" },
    { "{\"doppel\":1,\"doppel\":1}", "duplicate" },
    { "{\"doppel\":2}", "from 1 to 1" },
    { "{\"doppel\":\"1\"}", "doppel must be a whole number" },
    { "{\"snapshoot\":\"x\"}", "did you mean \"snapshot\"" },
    { "{\"upgrade\":{\"hwo\":\"set-code\"}}", "\"upgrade.hwo\"; did you mean \"how\"" },
    { "{\"upgrade\":{\"how\":\"set_code\"}}", "did you mean \"set-code\"" },
    { "{\"upgrade\":{\"at\":20}}", "upgrade.at must be a text" },
    { "{\"upgrade\":[]}", "upgrade must be an object" },
    { "{\"horizon\":{\"boundaries_after\":1}}", "from 2 to 100" },
    { "{\"horizon\":{\"boundaries_after\":2.5}}", "whole number" },
    { "{\"horizon\":{\"slots_max\":0}}", "from 1 to 1000000" },
    { "{\"horizon\":{\"slots_max\":1000001}}", "from 1 to 1000000" },
    { "{\"network\":{\"validators\":\"300\"}}", "network.validators" },
    { "{\"network\":{\"sizes\":1}}", "\"network.sizes\"" },
    { "{\"claims\":{\"block-cadense\":{}}}",
      "no claim \"claims.block-cadense\"; did you mean \"block-cadence\"" },
    { "{\"claims\":{\"no-claim\":{}}}", "no claim \"claims.no-claim\"" },
    { "{\"network\":true}", "network must be an object or false" },
    { "{\"network\":{\"classes\":[{\"class\":\"SD_V1\",\"shares\":1}]}}",
      "did you mean \"share\"" },
    { "{\"network\":{\"classes\":[{\"class\":\"SD_V1\",\"share\":-1}]}}", "must not be negative" },
    { "{\"network\":{\"classes\":[{\"class\":\"SD_V1\",\"share\":1.0000001}]}}",
      "network.classes[].share is 1.0000001; it must be from 0 to 1" },
    { "{\"network\":{\"faults\":[{\"kind\":\"pause\",\"share\":1.5}]}}",
      "network.faults[].share is 1.5; it must be from 0 to 1" },
    { "{\"claims\":{\"topology-present\":{\"at_least\":1.5}}}",
      "at_least is 1.5; it must be from 0 to 1" },
    { "{\"claims\":{\"block-cadence\":{\"halt_s\":1.5}}}", "halt_s must be a whole number" },
    { "{\"claims\":{\"block-cadence\":{\"halt_s\":1000001}}}", "must be from 0 to 1000000" },
    { "{\"upgrade\":{\"how\":\"by-hand\"}}",
      "\"by-hand\" is not known; it is one of authorize, set-code, unchecked or override" },
    { "{\"upgrade\":{\"how\":\"set-cod\"}}",
      "did you mean \"set-code\"? It is one of authorize, set-code, unchecked or override" },
    { "{\"horizon\":{\"far\":1}}",
      "there is no key \"horizon.far\"; it is one of boundaries_after or slots_max" },
    { "{\"claims\":{\"xyzzyxyzzy\":{}}}", "doppel help claims names them" },
    { "{\"network\":{\"links\":{\"latency_ms\":[-1,5]}}}", "latency_ms[] is -1" },
    { "{\"network\":{\"links\":{\"latency\":[1,5]}}}", "did you mean \"latency_ms\"" },
    { "{\"network\":{\"links\":{\"latency_ms\":[1,2.5]}}}", "latency_ms[] must be a whole number" },
    { "{\"network\":{\"backs_off\":1}}", "network.backs_off must be true or false" },
    { "{\"network\":{\"collators\":[{\"kind\":\"basik\"}]}}", "did you mean \"basic\"" },
    { "{\"network\":{\"collators\":[{\"protocol\":3}]}}",
      "network.collators[].protocol is 3; it must be from 1 to 2" },
    { "{\"network\":{\"collators\":[{\"runtime\":\"slow\"}]}}",
      "network.collators[].runtime \"slow\" is not known" },
    { "{\"network\":{\"collators\":[{\"upgrades_code\":{\"bytes\":0}}]}}",
      "network.collators[].upgrades_code.bytes is 0; it must be from 9 to 3145728" },
    { "{\"network\":{\"collators\":[{\"upgrades_code\":{\"bytes\":3145729}}]}}",
      "must be from 9 to 3145728" },
    { "{\"network\":{\"collators\":[{\"upgrades_code\":{\"byte\":9}}]}}",
      "did you mean \"bytes\"" },
    { "{\"network\":{\"collators\":[{\"upgrades_code\":1}]}}",
      "network.collators[].upgrades_code must be an object" },
    { "{\"network\":{\"grow_by\":\"genesis\"}}", "network.grow_by \"genesis\"" },
    { "{\"fork\":{\"storage\":[]}}", "fork.storage must be an object" },
    { "{\"network\":{\"faults\":[1]}}", "network.faults[] must be an object" },
    { "{\"network\":{\"faults\":[{\"kind\":\"explode\"}]}}",
      "network.faults[].kind \"explode\" is not known" },
    { "{\"network\":{\"faults\":[{\"kind\":\"crahs\"}]}}", "did you mean \"crash\"" },
    { "{\"network\":{\"faults\":[{\"nodes\":[-1]}]}}", "network.faults[].nodes[] is -1" },
    { "{\"network\":{\"faults\":[{\"arm\":\"control\"}]}}", "network.faults[].arm \"control\"" },
    { "{\"network\":{\"rollout\":[{\"over\":0}]}}",
      "network.rollout[].over is 0; it must be from 1 to 100000" },
    { "{\"network\":{\"rollout\":[{\"down_ms\":[-1,5]}]}}", "network.rollout[].down_ms[] is -1" },
    { "{\"network\":{\"rollout\":[{\"who\":\"all\"}]}}",
      "there is no key \"network.rollout[].who\"" },
    { "{\"network\":{\"faults\":[{\"drift_ppm\":600000}]}}", "from -500000 to 500000" },
    { "{\"claims\":{\"block-cadence\":{\"atleast_of_control\":1}}}",
      "did you mean \"at_least_of_control\"" },
    { "{\"claims\":{\"block-cadence\":{\"at_least_of_control\":-1}}}", "must not be negative" },
    { "{\"claims\":{\"block-cadence\":{\"severity\":\"gates\"}}}", "did you mean \"gate\"" },
    { "{\"claims\":{\"block-cadence\":{\"allow\":-1}}}", "allow must not be negative" },
    { "{\"claims\":{\"block-cadence\":{\"allow\":\"9\"}}}", "allow must be a number" },
    /* no amount of it */
    { "{\"claims\":{\"migration\":{\"allow\":9}}}", "there is no key \"claims.migration.allow\"" },
    { "{\"claims\":{\"strict\":1}}", "claims.strict must be true or false" },
    { "{\"claims\":{\"block-cadence\":true}}", "must be an object" },
    { "{\"claims\":{\"default\":1}}", "true or false" },
    { "{\"seed\":-1}", "seed is -1" },
    { "{\"seed\":9007199254740993}", "seed is" },
    { "{\"a.b\":1}", "\"a.b\"" },
    { "{\"claims[]\":1}", "\"claims[]\"" },
    { "{\"name\":\"a\\u0000b\"}", "line 1" },
    { "{\"doppel\":1} x", "line 1" },
};

START_TEST(a_slip_is_named_where_it_stands)
{
    dg_plan *plan = NULL;
    dg_error err = { .text = "" };
    dg_code rc = dg_plan_parse(&plan, dg_text(bad[_i].text), "p.json", NULL, &err);
    ck_assert_msg(rc == DG_USAGE, "%s gave %d", bad[_i].text, rc);
    ck_assert_ptr_null(plan);
    ck_assert_msg(strstr(err.text, bad[_i].says) != NULL, "%s: %s", bad[_i].text, err.text);
    ck_assert_msg(strncmp(err.text, "p.json: ", 8) == 0, "%s", err.text);
    ck_assert_ptr_null(strchr(err.text, '\n'));
}
END_TEST

#define WHOLE                                                                                      \
    "\"doppel\":1,\"snapshot\":\"VERSION\",\"upgrade\":{\"to\":\"LICENSE\",\"at\":\"boundary-8\"}"

#define HALF "{\"class\":\"SD_V1\",\"share\":0.5}"

#define FAULT(text)                                                                                \
    "{" WHOLE ",\"network\":{\"classes\":[{\"class\":\"SD_V1\",\"share\":1}],\"faults\":[{" text   \
    "}]}}"

#define COLLATORS(text)                                                                            \
    "{" WHOLE ",\"network\":{\"classes\":[" HALF "," HALF                                          \
    "],\"collators\":[{\"kind\":\"basic\",\"share\":1,\"upgrades_code\":{" text "}}]}}"

#define ROLLOUT(text)                                                                              \
    "{" WHOLE ",\"network\":{\"classes\":[" HALF "," HALF "],\"rollout\":[{" text "}]}}"

/* Well formed, and still nothing that could be run. */
static const struct {
    const char *text;
    dg_code rc;
    const char *says;
} incomplete[] = {
    { "{\"doppel\":1}", DG_USAGE, "snapshot is missing" },
    { "{\"snapshot\":\"VERSION\",\"upgrade\":{\"to\":\"LICENSE\",\"at\":\"next\"}}", DG_USAGE,
      "doppel is missing" },
    { "{\"doppel\":1,\"snapshot\":\"VERSION\"}", DG_USAGE, "upgrade is missing" },
    { "{\"doppel\":1,\"snapshot\":\"VERSION\",\"upgrade\":{\"to\":\"LICENSE\"}}", DG_USAGE,
      "upgrade.at is missing" },
    { "{\"doppel\":1,\"snapshot\":\"VERSION\",\"upgrade\":{\"at\":\"next\"}}", DG_USAGE,
      "upgrade.to is missing" },
    { "{\"doppel\":1,\"snapshot\":\"VERSION\",\"upgrade\":{\"to\":\"LICENSE\",\"at\":\"bondary\"}}",
      DG_USAGE, "upgrade.at" },
    { "{\"doppel\":1,\"snapshot\":\"nowhere\",\"upgrade\":{\"to\":\"LICENSE\",\"at\":\"next\"}}",
      DG_IO, "snapshot: nowhere does not exist" },
    { "{\"doppel\":1,\"snapshot\":\"VERSION\",\"upgrade\":{\"to\":\"nowhere\",\"at\":\"next\"}}",
      DG_IO, "upgrade.to: nowhere" },
    { "{" WHOLE ",\"network\":{\"classes\":[{\"class\":\"SD_V1\"}]}}", DG_USAGE,
      "network.classes[].share is missing" },
    { "{" WHOLE ",\"network\":{\"faults\":[{\"kind\":\"pause\"}]}}", DG_USAGE,
      "network.faults[0]" },
    { "{" WHOLE ",\"network\":{\"collators\":[{\"kind\":\"basic\",\"share\":0.5}]}}", DG_USAGE,
      "network.collators: the shares add up to 0.5" },
    { "{" WHOLE ",\"network\":{\"size\":\"300\"}}", DG_USAGE,
      "network.size: \"300\" is not a network size" },
    { "{" WHOLE ",\"network\":{\"size\":\"20x30\"}}", DG_USAGE,
      "network.size: 30 parachains need as many backing groups" },
    { "{" WHOLE ",\"network\":{\"grow_by\":\"writes\"}}", DG_USAGE, "network.size is missing" },
    { FAULT("\"kind\":\"pause\""), DG_USAGE,
      "network.faults[0]: one of nodes, paras, share, group and who" },
    { FAULT("\"kind\":\"pause\",\"share\":0.5,\"group\":1"), DG_USAGE,
      "network.faults[0]: only one of" },
    { FAULT("\"kind\":\"pause\",\"paras\":[1]"), DG_USAGE, "only offline-collators" },
    { FAULT("\"kind\":\"offline-collators\",\"nodes\":[1]"), DG_USAGE,
      "collators are named by paras" },
    { FAULT("\"kind\":\"offline-collators\",\"who\":\"authors\""), DG_USAGE, "for collators only" },
    { FAULT("\"kind\":\"pause\",\"who\":\"all\",\"from\":\"Ux\""), DG_USAGE,
      "from is \"Ux\": write U" },
    { FAULT("\"kind\":\"pause\",\"who\":\"all\",\"from\":\"U--1\""), DG_USAGE,
      "from is \"U--1\": write U" },
    { FAULT("\"kind\":\"pause\",\"who\":\"all\",\"until\":\"-5\""), DG_USAGE,
      "network.faults[0]: until: position \"-5\"" },
    { FAULT("\"kind\":\"pause\",\"who\":\"all\",\"warp\":2"), DG_USAGE,
      "warp belongs to clock, not to pause" },
    { FAULT("\"kind\":\"loss\",\"who\":\"all\""), DG_USAGE, "loss_per_million is missing" },
    { FAULT("\"who\":\"all\""), DG_USAGE, "network.faults[].kind is missing" },
    { FAULT("\"kind\":\"crash\",\"who\":\"all\",\"from\":\"boundary-3b\""), DG_USAGE,
      "network.faults[0]: from is \"boundary-3b\": only upgrade.at can count blocks" },
    { FAULT("\"kind\":\"crash\",\"share\":0"), DG_USAGE,
      "network.faults[0]: share is 0, so the fault strikes nobody" },
    { FAULT("\"kind\":\"crash\",\"share\":0.0000001"), DG_USAGE,
      "share is 1e-07, so the fault strikes nobody" },
    { FAULT("\"kind\":\"crash\",\"nodes\":[]"), DG_USAGE,
      "network.faults[0]: nodes is empty, so the fault strikes nobody" },
    { FAULT("\"kind\":\"offline-collators\",\"paras\":[]"), DG_USAGE,
      "paras is empty, so the fault strikes nobody" },
    { FAULT("\"kind\":\"clock\",\"who\":\"all\""), DG_USAGE,
      "network.faults[0]: a clock without offset_ms, drift_ppm or warp" },
    { FAULT("\"kind\":\"clock\",\"who\":\"all\",\"offset_ms\":0,\"warp\":1"), DG_USAGE,
      "a clock without offset_ms, drift_ppm or warp" },
    { FAULT("\"kind\":\"loss\",\"who\":\"all\",\"loss_per_million\":0"), DG_USAGE,
      "loss_per_million is 0, so nothing is lost" },
    { "{" WHOLE ",\"network\":{\"classes\":[" HALF ",{\"class\":\"SD_V1\",\"share\":0.5000001}]}}",
      DG_USAGE, "add up to 1.0000001, not to 1" },
    { "{" WHOLE ",\"network\":{\"classes\":[" HALF
      ",{\"class\":\"SD_V1\",\"share\":0.50000000125}]}}",
      DG_USAGE, "add up to 1.00000000125, not to 1" },
    { "{" WHOLE ",\"network\":{\"classes\":[{\"class\":\"SD_V1\",\"share\":0.5},{\"class\":"
      "\"KAGOME\",\"share\":0.49}]}}",
      DG_USAGE, "add up to 0.99, not to 1" },
    { "{" WHOLE ",\"network\":{\"classes\":[" HALF ",{\"class\":\"SD_V12_PURG\",\"share\":0.5}]}}",
      DG_USAGE,
      "network.classes[1]: node release \"SD_V12_PURG\" is not known; known are "
      "v0.7, v0.9..v1.0, " },
    { "{" WHOLE ",\"network\":{\"classes\":[" HALF ",{\"class\":\"v1.23\",\"share\":0.5}]}}",
      DG_USAGE,
      "network.classes[1]: node release \"v1.23\" is not known; known are v0.7, v0.9..v1.0, v1.1" },
    { "{" WHOLE ",\"network\":{\"classes\":[" HALF
      ",{\"class\":\"v1.12\",\"without\":[\"3063\",\"1920\",\"4211\",\"receipts-v2\"],"
      "\"share\":0.5}]}}",
      DG_USAGE, "network.classes[1]: v1.12 without 3063, 1920, 4211 has no repair receipts-v2" },
    { "{" WHOLE ",\"network\":{\"classes\":[" HALF "," HALF "],\"links\":{\"latency_ms\":[1]}}}",
      DG_USAGE, "must be two numbers" },
    { "{" WHOLE ",\"network\":{\"classes\":[" HALF "," HALF "],\"links\":{\"latency_ms\":[9,1]}}}",
      DG_USAGE, "the lowest is above the highest" },
    { "{" WHOLE ",\"network\":{\"classes\":[" HALF "," HALF "],\"pvf\":{\"prepare_ms_min\":1}}}",
      DG_USAGE, "network.pvf needs both" },
    { "{" WHOLE ",\"network\":{\"classes\":[" HALF "," HALF
      "],\"pvf\":{\"prepare_ms_min\":3,\"prepare_ms_max\":2}}}",
      DG_USAGE, "prepare_ms_min is above" },
    { "{" WHOLE ",\"network\":{\"classes\":[" HALF "," HALF
      "],\"collators\":[{\"kind\":\"basic\",\"share\":0.5}]}}",
      DG_USAGE, "network.collators: the shares add up to 0.5, not to 1" },
    { "{" WHOLE ",\"network\":{\"classes\":[" HALF "," HALF "],\"collators\":[{\"share\":1}]}}",
      DG_USAGE, "network.collators[].kind is missing" },
    { COLLATORS("\"at\":\"U\""), DG_USAGE, "network.collators[].upgrades_code.bytes is missing" },
    { COLLATORS("\"bytes\":120000,\"at\":\"U*2\""), DG_USAGE,
      "network.collators[0].upgrades_code: at is \"U*2\": write U" },
    { COLLATORS("\"bytes\":120000,\"at\":\"-5\""), DG_USAGE,
      "network.collators[0].upgrades_code: at: position \"-5\"" },
    { "{\"doppel\":1,\"snapshot\":\"VERSION\",\"upgrade\":{\"at\":\"next\",\"config\":{\"a\":1}},"
      "\"claims\":{\"identity\":{}}}",
      DG_USAGE, "claims.identity is about new code; name upgrade.to" },
    { "{" WHOLE ",\"network\":false,\"claims\":{\"backing-rate\":{}}}", DG_USAGE,
      "claims.backing-rate is about the network, and the run has none" },
    { "{" WHOLE ",\"network\":false,\"claims\":{\"default\":false,\"reimport\":{\"off\":true}}}",
      DG_USAGE, "every claim is switched off" },
    { ROLLOUT("\"to\":\"v1.12\""), DG_USAGE, "network.rollout[].at is missing" },
    { ROLLOUT("\"at\":\"U*2\""), DG_USAGE,
      "network.rollout[0]: at is \"U*2\": write U, U-5 or U+3" },
    { ROLLOUT("\"at\":\"U\",\"to\":\"v1.99\""), DG_USAGE,
      "network.rollout[0]: to: node release \"v1.99\" is not known; known are v0.7, v0.9..v1.0, " },
    { ROLLOUT("\"at\":\"U\",\"to\":\"v1.8..v1.9\""), DG_USAGE,
      "network.rollout[0]: to: v1.8..v1.9 are releases that behave differently: name one" },
    { ROLLOUT("\"at\":\"U\",\"class\":\"v1.11..v1.7\""), DG_USAGE,
      "network.rollout[0]: class: the range v1.11..v1.7 is upside down" },
    { ROLLOUT("\"at\":\"U\",\"class\":\"v1.12\""), DG_USAGE,
      "network.rollout[0]: class: no node of this network runs v1.12; they run v0.9" },
    { ROLLOUT("\"at\":\"U\",\"nodes\":[1],\"share\":0.5"), DG_USAGE,
      "network.rollout[0]: only one of nodes and share" },
    { ROLLOUT("\"at\":\"U\",\"nodes\":[]"), DG_USAGE, "nodes is empty, so nothing happens" },
    { ROLLOUT("\"at\":\"U\",\"share\":0"), DG_USAGE, "share is 0, so nothing happens" },
    { ROLLOUT("\"at\":\"U\",\"restart\":false"), DG_USAGE,
      "restart is false and `to` is missing, so nothing happens" },
    { ROLLOUT("\"at\":\"U\",\"restart\":false,\"to\":\"v1.12\",\"down_ms\":[1,2]"), DG_USAGE,
      "down_ms: nodes that do not restart are not down" },
    { ROLLOUT("\"at\":\"U\",\"down_ms\":[1]"), DG_USAGE, "down_ms must be two numbers" },
    { ROLLOUT("\"at\":\"U\",\"down_ms\":[2,1]"), DG_USAGE, "the lowest is above the highest" },
    { "{" WHOLE ",\"network\":{\"classes\":[]}}", DG_USAGE,
      "network.classes is an empty list: leave the key out for nodes of N's time, or write "
      "network: "
      "false" },
    { "{" WHOLE ",\"network\":{\"size\":\"8x2\",\"classes\":[]}}", DG_USAGE,
      "network.classes is an empty list" },
    { "{" WHOLE ",\"claims\":{\"default\":false}}", DG_USAGE, "every claim is switched off" },
    { "{" WHOLE ",\"claims\":{\"default\":false,\"reimport\":{\"off\":true}}}", DG_USAGE,
      "every claim is switched off" },
};

START_TEST(what_cannot_be_run_is_refused_before_it_is)
{
    dg_plan *plan = parsed(incomplete[_i].text);
    dg_error err = { .text = "" };
    ck_assert_int_eq(dg_plan_check(plan, &err), incomplete[_i].rc);
    ck_assert_msg(strstr(err.text, incomplete[_i].says) != NULL, "%s: %s", incomplete[_i].text,
                  err.text);
    dg_plan_free(plan);
}
END_TEST

START_TEST(what_is_left_out_has_its_stated_default)
{
    dg_plan *plan = parsed("{" WHOLE ",\"network\":{\"validators\":\"snapshot\",\"links\":{}}}");
    dg_error err = { .text = "" };
    ck_assert_msg(dg_plan_check(plan, &err) == DG_OK, "%s", err.text);
    ck_assert_uint_eq(dg_plan_asked_of(plan)->seed, 1);
    ck_assert_uint_eq(dg_plan_asked_of(plan)->boundaries_after, 2);
    ck_assert_uint_eq(dg_plan_asked_of(plan)->slots_max, 28800);
    ck_assert_int_eq(dg_plan_asked_of(plan)->how, DG_HOW_SET_CODE);
    ck_assert_int_eq(dg_plan_asked_of(plan)->at.kind, DG_POSITION_BOUNDARY);
    ck_assert_int_eq(dg_plan_asked_of(plan)->at.offset, -8);
    ck_assert_str_eq(dg_plan_asked_of(plan)->snapshot, "VERSION");
    dg_plan_free(plan);
}
END_TEST

/* Rollouts in slots: their classes are those of the network, and one that joins has no part of it.
 */
START_TEST(a_rollout_has_its_slots_and_its_classes)
{
    dg_plan *plan = parsed(
        "{" WHOLE ",\"network\":{\"nodes\":\"v1.7=0.5,v1.12=0.5\",\"rollout\":[{\"at\":\"U+3\","
        "\"over\":5,\"class\":\"v1.7..v1.8\",\"to\":\"1.16.1-835e0767fe8\",\"share\":0.25},"
        "{\"at\":\"U\",\"class\":\"v1.16\",\"nodes\":[4,2],\"arm\":\"treatment\",\"down_ms\":[7,9]}"
        ","
        "{\"at\":\"U-2\",\"to\":\"v1.12\",\"restart\":false}]}}");
    const dg_plan_span span = { .clock = { .next_slot = 90, .slot_ms = 6000 },
                                .upgrade_slot = 100,
                                .end_slot = 140 };
    static dg_plan_network net;
    dg_plan_rollout r[3];
    char who[100];
    dg_error err = { .text = "" };
    ck_assert_msg(dg_plan_check(plan, &err) == DG_OK, "%s", err.text);
    dg_plan_network_read(&net, plan);
    ck_assert_uint_eq(net.options.share_count, 3);
    ck_assert_uint_eq(net.shares[2].ppm, 0);
    ck_assert_str_eq(net.own[2].name, "v1.16");
    ck_assert_uint_eq(net.options.joining_count, 2);
    for (size_t i = 0; i < dg_plan_rollout_count(plan); i++)
        ck_assert_int_eq(dg_plan_rollout_place(&r[i], plan, i, &span, &net, &err), DG_OK);
    ck_assert(r[0].rollout.from == 103 && r[0].rollout.over == 5 && !r[0].treatment_only);
    ck_assert(r[0].rollout.who == DG_WHO_SHARE && r[0].rollout.share_ppm == 250000);
    ck_assert(r[0].rollout.of_count == 1 && r[0].rollout.of[0] == &net.own[0]);
    ck_assert_ptr_eq(r[0].rollout.to, &net.own[2]);
    ck_assert(r[0].rollout.down_ns_min == 20000000000 && r[0].rollout.down_ns_max == 60000000000);
    ck_assert(r[1].rollout.from == 100 && r[1].rollout.over == 1 && r[1].treatment_only);
    ck_assert(r[1].rollout.who == DG_WHO_LIST && r[1].rollout.count == 2);
    ck_assert(r[1].rollout.of[0] == &net.own[2] && !r[1].rollout.to);
    ck_assert(r[1].rollout.down_ns_min == 7000000 && r[1].rollout.down_ns_max == 9000000);
    ck_assert(r[2].rollout.who == DG_WHO_ALL && r[2].rollout.waits && !r[2].rollout.of_count);
    ck_assert_ptr_eq(r[2].rollout.to, &net.own[1]);
    dg_plan_rollout_who(who, sizeof who, plan, 0);
    ck_assert_str_eq(who, "a share of 0.25 of the nodes that run v1.7..v1.8");
    dg_plan_rollout_who(who, sizeof who, plan, 1);
    ck_assert_str_eq(who, "2 of the nodes that run v1.16");
    for (size_t i = 0; i < 3; i++)
        dg_plan_rollout_clear(&r[i]);
    dg_plan_free(plan);
}
END_TEST

static const struct {
    const char *at, *says;
} outside[] = {
    { "\"at\":\"U+41\"", "network.rollout[0]: at is slot 141, but the run ends with slot 140" },
    { "\"at\":\"U-11\"", "at is \"U-11\", which lies before the fork" },
    { "\"at\":\"U-1\",\"arm\":\"treatment\"",
      "at lies before U: up to U both arms are the same run" },
};
START_TEST(a_rollout_outside_of_the_run_is_refused)
{
    const dg_plan_span span = { .clock = { .next_slot = 90, .slot_ms = 6000 },
                                .upgrade_slot = 100,
                                .end_slot = 140 };
    static dg_plan_network net;
    char text[600];
    dg_plan_rollout r;
    dg_error err = { .text = "" };
    dg_plan *plan;
    snprintf(text, sizeof text, "{" WHOLE ",\"network\":{\"nodes\":\"v1.7\",\"rollout\":[{%s}]}}",
             outside[_i].at);
    plan = parsed(text);
    ck_assert_msg(dg_plan_check(plan, &err) == DG_OK, "%s", err.text);
    dg_plan_network_read(&net, plan);
    ck_assert_int_eq(dg_plan_rollout_place(&r, plan, 0, &span, &net, &err), DG_USAGE);
    ck_assert_msg(strstr(err.text, outside[_i].says) != NULL, "%s", err.text);
    dg_plan_rollout_clear(&r);
    dg_plan_free(plan);
}
END_TEST

/* Nothing is copied on the way to a network: a number that lands beside its place is not used. */
START_TEST(numbers_of_a_network_stand_where_it_takes_them)
{
    static dg_plan_network net;
    const dg_network_options *o = &net.options;
    dg_plan *plan =
        parsed("{" WHOLE ",\"network\":{\"classes\":[{\"class\":\"SD_V1\",\"share\":1}],"
               "\"collators\":[{\"kind\":\"lookahead\",\"share\":1}],"
               "\"rollout\":[{\"at\":\"U\",\"to\":\"v1.16\"}],"
               "\"links\":{\"latency_ms\":[5,9]},\"exchange\":\"messages\",\"forks\":false,"
               "\"pvf\":{\"prepare_ms_min\":1,\"prepare_ms_max\":2,\"execute_ms_min\":3,"
               "\"execute_ms_max\":4},\"compile_ms\":{\"min\":6,\"max\":7}}}");
    dg_error err = { .text = "" };
    ck_assert_msg(dg_plan_check(plan, &err) == DG_OK, "%s", err.text);
    dg_plan_network_read(&net, plan);
    ck_assert(o->prepare_ns_min == 1000000 && o->prepare_ns_max == 2000000);
    ck_assert(o->execute_ns_min == 3000000 && o->execute_ns_max == 4000000);
    ck_assert(o->compile_ns_min == 6000000 && o->compile_ns_max == 7000000 && net.compile_given);
    ck_assert(o->link->latency_ns[0] == 5000000 && o->link->latency_ns[1] == 9000000);
    ck_assert(o->distribution == DG_DISTRIBUTION_SENT && o->no_forks && !o->backs_off);
    ck_assert(o->share_count == 2 && o->shares[0].ppm == 1000000 && o->shares[1].ppm == 0);
    ck_assert(o->joining_count == 1 && o->joining[0] == o->shares[1].of);
    ck_assert(o->collator_count == 1 && o->collators[0].ppm == 1000000);
    dg_plan_free(plan);
}
END_TEST

/* A third cannot be written in full: thirds still make a whole. */
START_TEST(shares_of_a_network_add_up_in_parts_of_a_million)
{
    dg_plan *plan = parsed("{" WHOLE ",\"network\":{\"classes\":[{\"class\":\"SD_V1\",\"share\":0."
                           "3333333333},{\"class\":\"KAGOME\",\"share\":0.3333333333},"
                           "{\"class\":\"SD_V12_OK\",\"share\":0.3333333334}],\"links\":{\"latency_"
                           "ms\":[5,9],\"loss_per_million\":7}}}");
    dg_error err = { .text = "" };
    dg_plan_network wish;
    ck_assert_msg(dg_plan_check(plan, &err) == DG_OK, "%s", err.text);
    ck_assert(dg_plan_wants_network(plan));
    dg_plan_network_read(&wish, plan);
    ck_assert_uint_eq(wish.options.share_count, 3);
    ck_assert_uint_eq(wish.shares[0].ppm + wish.shares[1].ppm + wish.shares[2].ppm, 1000000);
    ck_assert_str_eq(wish.shares[1].of->name, "kagome");
    ck_assert_uint_eq(wish.latency[1], 9000000);
    ck_assert_uint_eq(wish.link.loss_ppm, 7);
    ck_assert(!wish.options.no_forks && wish.options.distribution == DG_DISTRIBUTION_COMPUTED
              && !wish.options.backs_off);
    dg_plan_free(plan);
    plan = parsed("{" WHOLE ",\"network\":{\"size\":\"100x20\",\"backs_off\":true,\"classes\":["
                  "{\"class\":\"SD_V1\",\"share\":1}]}}");
    ck_assert_msg(dg_plan_check(plan, &err) == DG_OK, "%s", err.text);
    dg_plan_network_read(&wish, plan);
    ck_assert(wish.options.backs_off);
    dg_plan_free(plan);
}
END_TEST

/* Paths are the user's first, then the plan's own folder's. */
START_TEST(a_path_may_start_at_the_plan)
{
    const char *path = scratch_path("plan.json");
    const char *text = "{\"doppel\":1,\"snapshot\":\"only-here\",\"upgrade\":{\"to\":\"LICENSE\","
                       "\"at\":\"next\",\"how\":\"override\"}}";
    dg_plan *plan = NULL;
    dg_error err = { .text = "" };
    dg_file_write(path, dg_text(text), NULL);
    ck_assert_int_eq(dg_plan_load(&plan, path, &err), DG_OK);
    ck_assert_int_eq(dg_plan_check(plan, &err), DG_IO);
    dg_file_write(scratch_path("only-here"), dg_text("x"), NULL);
    ck_assert_msg(dg_plan_check(plan, &err) == DG_OK, "%s", err.text);
    ck_assert_str_eq(dg_plan_asked_of(plan)->snapshot, scratch_path("only-here"));
    ck_assert_str_eq(dg_plan_asked_of(plan)->to, "LICENSE");
    ck_assert_int_eq(dg_plan_asked_of(plan)->how, DG_HOW_OVERRIDE);
    dg_plan_free(plan);
}
END_TEST

/* The plan that we ship is complete and says what it needs. */
START_TEST(the_shipped_plan_can_be_run)
{
    dg_plan *plan = NULL;
    dg_error err = { .text = "" };
    ck_assert_msg(dg_plan_load(&plan, "fixtures/plans/paseo-1001002-to-1002000.json", &err)
                      == DG_OK,
                  "%s", err.text);
    ck_assert_msg(dg_plan_check(plan, &err) == DG_OK, "%s", err.text);
    ck_assert(dg_file_exists(dg_plan_asked_of(plan)->snapshot)
              && dg_file_exists(dg_plan_asked_of(plan)->to));
    dg_plan_free(plan);
}
END_TEST

START_TEST(an_empty_file_is_no_plan)
{
    dg_plan *plan = NULL;
    dg_error err = { .text = "" };
    dg_file_write(scratch_path("empty.json"), dg_text(""), NULL);
    ck_assert_int_eq(dg_plan_load(&plan, scratch_path("empty.json"), &err), DG_USAGE);
    ck_assert_msg(strstr(err.text, "empty.json: line 1") != NULL, "%s", err.text);
}
END_TEST

START_TEST(a_flag_wins_over_the_file)
{
    dg_plan *plan = parsed("{" WHOLE ",\"seed\":5}");
    ck_assert_int_eq(dg_plan_set(plan, "seed", "7", NULL), DG_OK);
    ck_assert_int_eq(dg_plan_set(plan, "upgrade.how", "authorize", NULL), DG_OK);
    ck_assert_int_eq(dg_plan_set(plan, "claims.block-cadence.severity", "advice", NULL), DG_OK);
    ck_assert_int_eq(dg_plan_set(plan, "claims.block-cadence.at_least_of_control", "0.5", NULL),
                     DG_OK);
    ck_assert_int_eq(dg_plan_check(plan, NULL), DG_OK);
    ck_assert_uint_eq(dg_plan_asked_of(plan)->seed, 7);
    ck_assert_int_eq(dg_plan_asked_of(plan)->how, DG_HOW_AUTHORIZE);
    ck_assert_str_eq(
        json_string_value(json_object_get(
            json_object_get(json_object_get(dg_plan_json(plan), "claims"), "block-cadence"),
            "severity")),
        "advice");
    dg_plan_free(plan);
}
END_TEST

/* A list as JSON, or in the short form of classes: both say the same, by the names that classes
 * had before as well. */
START_TEST(a_flag_may_name_classes_in_short)
{
    static const char *const forms[] = {
        "v1.12..v1.13=0.75,v0.9..v1.0=0.25", "SD_V12_OK=0.75,SD_V1=0.25",
        "[{\"class\":\"v1.12..v1.13\",\"share\":0.75},{\"class\":\"v0.9..v1.0\",\"share\":0.25}]"
    };
    json_t *read[3];
    for (int i = 0; i < 3; i++) {
        dg_plan *plan;
        dg_error err = { .text = "" };
        ck_assert_int_eq(dg_plan_new(&plan, NULL), DG_OK);
        ck_assert_msg(dg_plan_set(plan, "network.classes", forms[i], &err) == DG_OK, "%s",
                      err.text);
        read[i] = json_deep_copy(
            json_object_get(json_object_get(dg_plan_json(plan), "network"), "classes"));
        dg_plan_free(plan);
    }
    ck_assert_uint_eq(json_array_size(read[0]), 2);
    ck_assert(json_equal(read[0], read[1]));
    ck_assert(json_equal(read[0], read[2]));
    for (int i = 0; i < 3; i++)
        json_decref(read[i]);
}
END_TEST

/* Users know which releases their validators run, and a patch is as its release. */
START_TEST(a_flag_may_name_releases)
{
    dg_plan *plan = parsed("{" WHOLE "}");
    dg_error err = { .text = "" };
    char *text;
    ck_assert_msg(dg_plan_set(plan, "network.classes", "v1.10.2=0.5,v1.6.0=0.25,1.10=0.25", &err)
                      == DG_OK,
                  "%s", err.text);
    text = json_dumps(json_object_get(json_object_get(dg_plan_json(plan), "network"), "classes"),
                      JSON_COMPACT | JSON_SORT_KEYS);
    ck_assert_str_eq(text,
                     "[{\"class\":\"v1.10\",\"share\":0.75},{\"class\":\"v1.6\",\"share\":0.25}]");
    free(text);
    dg_plan_free(plan);
}
END_TEST

/* By whatever name: nodes of one class are one share, with its own faults and name. */
START_TEST(shares_of_one_class_are_one)
{
    dg_plan *plan = parsed(
        "{" WHOLE ",\"network\":{\"classes\":[{\"class\":\"SD_V12_OK\",\"share\":0.5},{\"class\":"
        "\"v1.15\",\"share\":0.1},{\"class\":\"v1.12..v1.13\",\"share\":0.1},{\"class\":"
        "\"stable2407-2\",\"share\":0.2},{\"class\":\"v1.15\",\"without\":[\"4269\"],\"share\":"
        "0.1}]}}");
    dg_error err = { .text = "" };
    dg_plan_network wish;
    ck_assert_msg(dg_plan_check(plan, &err) == DG_OK, "%s", err.text);
    dg_plan_network_read(&wish, plan);
    ck_assert_uint_eq(wish.options.share_count, 3);
    ck_assert_str_eq(wish.shares[0].of->name, "v1.12..v1.13");
    ck_assert_uint_eq(wish.shares[0].ppm, 600000);
    ck_assert_str_eq(wish.shares[1].of->name, "v1.15");
    ck_assert_uint_eq(wish.shares[1].ppm, 300000);
    ck_assert(wish.shares[1].of->keeps_newest);
    ck_assert_str_eq(wish.shares[2].of->name, "v1.15 without 4269");
    ck_assert(!wish.shares[2].of->keeps_newest);
    dg_plan_free(plan);
}
END_TEST

static dg_release_span of_may_2025(void)
{
    dg_release_span span;
    ck_assert(dg_release_of_runtime(&span, "polkadot", 1005000, 12));
    return span;
}

/* A plan that names no nodes is left open, and settled by who runs it: the copy says it. */
START_TEST(a_plan_that_names_no_nodes_is_settled)
{
    dg_plan *plan = parsed("{" WHOLE ",\"network\":{\"exchange\":\"messages\"}}"), *with, *without;
    dg_release_span span = of_may_2025();
    dg_error err = { .text = "" };
    dg_plan_network read;
    ck_assert_int_eq(dg_plan_check(plan, &err), DG_OK);
    ck_assert(dg_plan_leaves_nodes_open(plan) && !dg_plan_wants_network(plan));
    ck_assert_int_eq(dg_plan_settle(&with, plan, &span, &err), DG_OK);
    ck_assert_int_eq(dg_plan_settle(&without, plan, NULL, &err), DG_OK);
    ck_assert(!dg_plan_leaves_nodes_open(with) && dg_plan_wants_network(with));
    ck_assert(!dg_plan_leaves_nodes_open(without) && !dg_plan_wants_network(without));
    ck_assert(dg_plan_leaves_nodes_open(plan));
    dg_plan_network_read(&read, with);
    ck_assert_uint_eq(read.options.share_count, 2);
    ck_assert_str_eq(read.shares[0].of->name, "v1.17");
    ck_assert_str_eq(read.shares[1].of->name, "v1.18");
    ck_assert(read.options.distribution == DG_DISTRIBUTION_SENT);
    ck_assert_ptr_nonnull(dg_plan_asked_of(without));
    dg_plan_free(plan);
    dg_plan_free(with);
    dg_plan_free(without);
}
END_TEST

/* Who says something of nodes wants some, whoever they are; and it is checked all the same. */
static const char *const wanting[] = {
    "{\"size\":\"100x20\"}",
    "{\"links\":{\"loss_per_million\":1}}",
    "{\"forks\":false}",
    "{\"backs_off\":true}",
    "{\"faults\":[{\"kind\":\"pause\",\"who\":\"all\"}]}",
    "{\"pvf\":{\"prepare_ms_min\":1,\"prepare_ms_max\":2}}",
    "{\"collators\":[{\"kind\":\"basic\",\"share\":1}]}",
    "{\"compile_ms\":{\"min\":1,\"max\":2}}",
};

START_TEST(who_says_something_of_nodes_wants_them)
{
    dg_release_span span = of_may_2025();
    dg_error err = { .text = "" };
    dg_plan *plan, *settled;
    dg_plan_network read;
    char text[400];
    snprintf(text, sizeof text, "{" WHOLE ",\"network\":%s}", wanting[_i]);
    plan = parsed(text);
    ck_assert_msg(dg_plan_check(plan, &err) == DG_OK, "%s", err.text);
    ck_assert(dg_plan_wants_network(plan) && dg_plan_leaves_nodes_open(plan));
    ck_assert_int_eq(dg_plan_settle(&settled, plan, &span, &err), DG_OK);
    ck_assert(dg_plan_wants_network(settled) && !dg_plan_leaves_nodes_open(settled));
    dg_plan_network_read(&read, settled);
    ck_assert_str_eq(read.shares[0].of->name, "v1.17");
    dg_plan_free(settled);
    dg_plan_free(plan);
}
END_TEST

START_TEST(a_claim_about_the_network_needs_one)
{
    dg_plan *plan = parsed("{" WHOLE ",\"claims\":{\"backing-rate\":{}}}"), *settled;
    dg_release_span span = of_may_2025();
    dg_error err = { .text = "" };
    ck_assert_int_eq(dg_plan_check(plan, &err), DG_OK);
    ck_assert_int_eq(dg_plan_settle(&settled, plan, NULL, &err), DG_USAGE);
    ck_assert_msg(strstr(err.text, "claims.backing-rate is about the network"), "%s", err.text);
    ck_assert_ptr_null(settled);
    ck_assert_int_eq(dg_plan_settle(&settled, plan, &span, &err), DG_OK);
    dg_plan_free(settled);
    dg_plan_free(plan);
}
END_TEST

/* A flag wins over the file: also one that names nodes over a file that wants none. */
START_TEST(flags_name_nodes_and_leave_them_out)
{
    dg_plan *plan = parsed("{" WHOLE ",\"network\":false}");
    dg_error err = { .text = "" };
    ck_assert_int_eq(dg_plan_check(plan, &err), DG_OK);
    ck_assert(!dg_plan_leaves_nodes_open(plan));
    ck_assert_msg(dg_plan_set(plan, "network.classes", "v1.12", &err) == DG_OK, "%s", err.text);
    ck_assert(dg_plan_wants_network(plan));
    ck_assert_msg(dg_plan_set(plan, "network", "false", &err) == DG_OK, "%s", err.text);
    ck_assert(json_is_false(json_object_get(dg_plan_json(plan), "network")));
    ck_assert(!dg_plan_wants_network(plan));
    dg_plan_free(plan);
}
END_TEST

static const struct {
    const char *key, *value, *says;
} bad_flags[] = {
    { "sed", "1", "did you mean \"seed\"" },
    { "claims.xyzzyxyzzy.off", "true",
      "there is no claim \"claims.xyzzyxyzzy\"; doppel help claims" },
    { "claims.identiti.off", "true", "\"claims.identiti\"; did you mean \"identity\"?" },
    { "upgrade.config.a", "1", "\"upgrade.config.a\"; give the object above it, as JSON" },
    { "horizon.far.away", "1", "\"horizon.far\"; it is one of boundaries_after or slots_max" },
    { "seed", "one", "whole number" },
    { "seed", "1.5", "whole number" },
    { "upgrade.how", "setcode", "did you mean \"set-code\"" },
    { "upgrade", "[]", "must be an object" },
    { "upgrade", "{\"too\":1}", "there is no key \"upgrade.too\"" },
    { "network.faults", "{}", "network.faults must be a list" },
    { "network.classes", "SD_V12_O", "did you mean \"SD_V12_OK\"" },
    { "network", "true", "network must be an object or false" },
    { "network.classes", "v1.10=0.9,v1.99=0.1",
      "network.classes: node release \"v1.99\" is not known; known are v0.7, v0.9..v1.0, v1.1, " },
    { "network.classes", "stable9999", "node release \"stable9999\" is not known" },
    { "network.classes", "v1.10=0.9,vv=0.1", "node release \"vv\" is not known" },
    { "network.classes", "SD_V12_OK=", "is a decimal from 0 to 1" },
    { "network.classes", "SD_V12_OK,SD_V1", "RELEASE, or RELEASE=SHARE" },
    { "network.classes", "SD_V12_OK=0.5,", "RELEASE, or RELEASE=SHARE" },
    { "network.classes", "SD_V12_OK=nan", "is a decimal from 0 to 1" },
    { "network.classes", "SD_V12_OK=inf", "is a decimal from 0 to 1" },
    { "network.classes", "SD_V12_OK=1e400", "is a decimal from 0 to 1" },
    { "network.classes", "SD_V12_OK=0x1", "is a decimal from 0 to 1" },
    { "network.classes", "SD_V12_OK=+1", "is a decimal from 0 to 1" },
    { "network.classes", "SD_V12_OK= 1", "is a decimal from 0 to 1" },
    { "network.classes", "SD_V12_OK=.", "is a decimal from 0 to 1" },
    { "network.classes", "SD_V12_OK=1e0", "is a decimal from 0 to 1" },
    { "network.classes", "SD_V12_OK=0.5=0.5", "is a decimal from 0 to 1" },
    { "network.classes", "", "RELEASE, or RELEASE=SHARE" },
    { "network.classes", "[{\"class\"", "line 1" },
    { "network.classes", "[{\"class\":\"SD_V12_OK\",\"share\":1,\"without\":[\"1\"]}]",
      "without[] \"1\" is not" },
    { "claims.reimportt.off", "true", "claims.reimportt" },
    { "claims.reimport.off", "yes", "true or false" },
    { "", "1", "there is no key" },
    { "a.very.very.deep.path", "1", "there is no key" },
};

START_TEST(a_bad_flag_changes_nothing)
{
    dg_plan *plan = parsed("{" WHOLE "}");
    json_t *before = json_deep_copy(dg_plan_json(plan));
    dg_error err = { .text = "" };
    ck_assert_int_eq(dg_plan_set(plan, bad_flags[_i].key, bad_flags[_i].value, &err), DG_USAGE);
    ck_assert_msg(strstr(err.text, bad_flags[_i].says) != NULL, "%s: %s", bad_flags[_i].key,
                  err.text);
    ck_assert(json_equal(before, dg_plan_json(plan)));
    json_decref(before);
    dg_plan_free(plan);
}
END_TEST

/* The schema people's editors use is the table the check uses. */
START_TEST(the_shipped_schema_is_the_table)
{
    same_as_shipped(dg_plan_schema(), "harness/plan/plan.schema.json");
}
END_TEST

START_TEST(every_claim_and_option_has_its_key)
{
    const dg_claim *claim;
    for (size_t i = 0; (claim = dg_claim_at(i)); i++)
        for (const dg_claim_option *o = claim->options; o && o->name; o++) {
            char path[DG_KEYS_PATH_MAX];
            snprintf(path, sizeof path, "claims.%s.%s", dg_claim_name(claim->id), o->name);
            ck_assert_msg(dg_keys_find(dg_plan_keys(), path, strlen(path)) != NULL, "%s", path);
        }
}
END_TEST

static bool is_item(const char *path)
{
    size_t len = strlen(path);
    return len > 2 && strcmp(path + len - 2, "[]") == 0;
}

/* What may be left out says what holds then, and that is a value it may have. */
START_TEST(every_key_says_its_default)
{
    const dg_keys_table *table = dg_plan_keys();
    for (size_t i = 0; i < table->count; i++) {
        const dg_keys_row *row = &table->rows[i];
        bool claim = row->kind == DG_KEYS_OBJECT && strncmp(row->path, "claims.", 7) == 0;
        dg_error err = { .text = "" };
        json_t *value, *again;
        ck_assert_msg(row->says && row->says[0], "%s", row->path);
        ck_assert_msg(!strstr(row->says, "(default"), "%s: %s", row->path, row->says);
        ck_assert_msg(!row->fallback || !row->without, "%s has two defaults", row->path);
        if (row->required || is_item(row->path) || claim)
            continue;
        ck_assert_msg(row->fallback || row->without, "%s has no default", row->path);
        if (!row->fallback || row->kind == DG_KEYS_LIST)
            continue;
        value = json_loads(row->fallback, JSON_DECODE_ANY, NULL);
        ck_assert_msg(value != NULL, "%s: %s", row->path, row->fallback);
        ck_assert_msg(
            dg_keys_value_of(&again, row,
                             row->kind == DG_KEYS_TEXT ? json_string_value(value) : row->fallback,
                             &err)
                == DG_OK,
            "%s", err.text);
        json_decref(value);
        json_decref(again);
    }
}
END_TEST

static const struct {
    const char *path, *says;
} described[] = {
    { "upgrade.how", "way of enactment; unchecked is set_code_without_checks, which takes another "
                     "spec_name and any "
                     "version; override writes :code itself, which is not the production path "
                     "[authorize | set-code "
                     "| unchecked | override; default set-code]" },
    { "horizon.boundaries_after", "session boundaries after U: sets and configuration act two "
                                  "sessions later [2 to 100; default 2]" },
    { "network.forks", "false: only the first author of a slot builds, unlike any real network "
                       "[true | false; default true]" },
    { "network.classes[].share", "share of the validators, drawn by lot [0 to 1; needed]" },
    { "name", "what the report calls this run [default: the step of runtimes]" },
    { "network.links.latency_ms[]", "milliseconds [0 to 600000]" },
    { "upgrade", "what is enacted, when and how [default: needed, but with consensus bft]" },
    { "claims.state-growth.severity",
      "gate: the run fails when the claim breaks, and when it warns; advice: the claim only warns "
      "[gate | advice; default advice]" },
    { "claims.topology-present.at_least",
      "share of the validators that work with asynchronous backing [0 to 1; default 0.9]" },
};

START_TEST(help_says_values_range_and_default)
{
    const dg_keys_row *row =
        dg_keys_find(dg_plan_keys(), described[_i].path, strlen(described[_i].path));
    dg_buf text;
    dg_buf_init(&text, 1 << 12);
    ck_assert_ptr_nonnull(row);
    dg_keys_describe(&text, row);
    ck_assert_str_eq(dg_buf_text(&text), described[_i].says);
    dg_buf_clear(&text);
}
END_TEST

START_TEST(a_plan_without_memory_says_so)
{
    const char *text = "{" WHOLE ",\"claims\":{\"reimport\":{\"off\":true}}}";
    bool done = false;
    json_set_alloc_funcs(dg_malloc, dg_free);
    for (uint64_t nth = 1; !done && nth < 500; nth++) {
        dg_plan *plan = NULL;
        dg_code rc;
        dg_alloc_fail_from(nth);
        rc = dg_plan_parse(&plan, dg_text(text), "p", NULL, NULL);
        if (rc == DG_OK)
            rc = dg_plan_set(plan, "claims.migration.off", "true", NULL);
        dg_alloc_fail_from(0);
        ck_assert_msg(rc == DG_OK || rc == DG_NOMEM || rc == DG_USAGE, "request %d gave %d",
                      (int)nth, rc);
        done = rc == DG_OK;
        dg_plan_free(plan);
    }
    ck_assert(done);
    json_set_alloc_funcs(malloc, free);
}
END_TEST

/* What a network of consensus bft cannot be: one line each, with the key at fault. */
#define BFT(rest)                                                                                  \
    "{\"doppel\":1,\"consensus\":\"bft\",\"bft\":{\"classes\":[{\"class\":\"6.3.0\",\"share\":1}]" \
    "," rest "}}"
#define FOUR "\"committees\":[{\"bakers\":4}]"
static const struct {
    const char *plan, *says;
} bad_bft[] = {
    { "{\"doppel\":1,\"consensus\":\"bft\"}", "bft is missing" },
    { "{\"doppel\":1,\"consensus\":\"bft\",\"snapshot\":\"s\",\"bft\":{}}",
      "snapshot does not go with consensus bft" },
    { "{\"doppel\":1,\"consensus\":\"bft\",\"network\":false,\"bft\":{}}",
      "network does not go with consensus bft" },
    { "{\"doppel\":1,\"bft\":{},\"snapshot\":\"s\",\"upgrade\":{\"at\":\"next\"}}",
      "bft does not go with consensus relay" },
    { "{\"doppel\":1}", "snapshot is missing" },
    { BFT("\"first_epoch\":1"), "bft.committees is missing, or empty" },
    { BFT("\"committees\":[{\"bakers\":0}]"), "the committee from epoch 1 on has no member" },
    { BFT("\"committees\":[{\"members\":[{\"baker\":3,\"weight\":0}]}]"), "a weight of zero" },
    { BFT("\"committees\":[{\"members\":[{\"baker\":3,\"weight\":1},{\"baker\":3,\"weight\":1}]}]"),
      "baker 3 is there twice" },
    { BFT("\"committees\":[{\"members\":[{\"baker\":3,\"weight\":281474976710656},{\"baker\":4,"
          "\"weight\":1}]}]"),
      "weighs more than 281474976710656 together" },
    { BFT("\"committees\":[{\"bakers\":4,\"from_epoch\":2}]"),
      "epoch 1, the first, has no committee" },
    { BFT("\"committees\":[{\"bakers\":4},{\"bakers\":5}]"), "two committees begin with epoch 1" },
    { BFT("\"committees\":[{\"bakers\":4},{\"from_epoch\":2,\"leave\":[9]}]"),
      "baker 9 is not in the committee before" },
    { BFT("\"committees\":[{\"bakers\":4,\"leave\":[1]}]"), "say who is in it by one of" },
    { BFT("\"committees\":[{\"leave\":[1]}]"), "there is no committee before this one" },
    { BFT(FOUR ",\"latency_ms\":[5]"), "bft.latency_ms must be two numbers" },
    { BFT(FOUR ",\"latency_ms\":[5,4]"), "the lowest is above the highest" },
    { BFT(FOUR ",\"parameters\":{\"threshold\":[1,2]}"), "more than a half" },
    { BFT(FOUR ",\"parameters\":{\"threshold\":[4,3]}"), "at most all" },
    { BFT(FOUR ",\"parameters\":{\"timeout_increase\":[1,2]}"), "it must not shrink" },
    { BFT(FOUR ",\"parameters\":{\"timeout_decrease\":[3,2]}"), "it must not grow" },
    { BFT(FOUR ",\"transitions\":[{\"kind\":\"committee\",\"leave\":[0]}]"), "epoch is missing" },
    { BFT(FOUR ",\"transitions\":[{\"kind\":\"committee\",\"epoch\":2,\"leave\":[0,1,2,3]}]"),
      "the committee from epoch 2 on has no member" },
    { BFT(FOUR ",\"transitions\":[{\"kind\":\"node-binary\",\"to\":\"6.3.1\"}]"),
      "needs at_ms and to" },
    { BFT(FOUR ",\"transitions\":[{\"kind\":\"node-binary\",\"to\":\"5.0.0\",\"at_ms\":1}]"),
      "no release of this consensus" },
    { BFT(FOUR ",\"transitions\":[{\"kind\":\"node-binary\",\"to\":\"6.3.1\",\"at_ms\":1,"
               "\"bakers\":[7]}]"),
      "baker 7, who is in no committee" },
    { BFT(FOUR ",\"transitions\":[{\"kind\":\"node-binary\",\"to\":\"6.3.1\",\"at_ms\":99999999}]"),
      "begins 99999999 ms into the run" },
    { BFT(FOUR ",\"odds\":{\"payday_ms\":[[2,1]]}"), "bft.odds.payday_ms[0] must be two numbers" },
    { "{\"doppel\":1,\"consensus\":\"bft\",\"claims\":{\"finality-lag\":{}},\"bft\":{\"classes\":[{"
      "\"class\":\"6.3.0\",\"share\":1}]," FOUR "}}",
      "claims.finality-lag is not about consensus bft" },
    { "{\"doppel\":1,\"consensus\":\"bft\",\"bft\":{\"classes\":[{\"class\":\"6.3.0\",\"share\":0."
      "5}]," FOUR "}}",
      "the shares add up to 0.5, not to 1" },
};
START_TEST(a_network_of_bft_that_cannot_be_is_refused)
{
    dg_plan *plan = NULL;
    dg_error err = { .text = "" };
    dg_code rc = dg_plan_parse(&plan, dg_text(bad_bft[_i].plan), "p", NULL, &err);
    if (rc >= 0)
        rc = dg_plan_check(plan, &err);
    ck_assert_msg(rc == DG_USAGE && strstr(err.text, bad_bft[_i].says) && !strchr(err.text, '\n'),
                  "%s: %d %s", bad_bft[_i].plan, rc, err.text);
    dg_plan_free(plan);
}
END_TEST

/* Who is in a committee, when, and in which arm. */
START_TEST(a_network_of_bft_is_read)
{
    dg_plan *plan;
    dg_plan_bft *b;
    dg_error err = { .text = "" };
    const char *text = BFT(
        FOUR
        ",\"transitions\":[{\"kind\":\"committee\",\"epoch\":3,\"leave\":[0],\"join\":[{\"baker\":"
        "9,"
        "\"weight\":7},{\"baker\":2,\"weight\":5}]},{\"kind\":\"epoch-parameters\",\"epoch\":2,"
        "\"timeout_ms\":7},{\"kind\":\"node-binary\",\"at_ms\":5,\"to\":\"7.0.1\",\"share\":0.5}]");
    ck_assert_msg(dg_plan_parse(&plan, dg_text(text), "p", NULL, &err) == DG_OK
                      && dg_plan_check(plan, &err) == DG_OK
                      && dg_plan_bft_read(&b, plan, &err) == DG_OK,
                  "%s", err.text);
    ck_assert_uint_eq(b->network.committee_count, 2);
    ck_assert(!b->committees[0].treatment_only && b->committees[1].treatment_only);
    ck_assert_uint_eq(b->committees[1].from_epoch, 3);
    ck_assert_uint_eq(b->committees[1].count, 4);
    ck_assert_uint_eq(b->committees[1].members[0].baker, 1);
    ck_assert_uint_eq(b->committees[1].members[1].weight, 5);
    ck_assert_uint_eq(b->committees[1].members[3].baker, 9);
    ck_assert_uint_eq(b->network.parameter_count, 2);
    ck_assert_uint_eq(b->parameters[0].timeout, 10000000000u);
    ck_assert_uint_eq(b->parameters[1].timeout, 7000000u);
    ck_assert_uint_eq(b->parameters[1].grow.num, 5);
    ck_assert_uint_eq(b->rollouts[0].share_ppm, 500000);
    ck_assert_str_eq(b->rollouts[0].to->name, "6.3.1");
    dg_plan_bft_free(b);
    dg_plan_free(plan);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("plan");
    TCase *tc = tcase_create("plan");
    tcase_add_loop_test(tc, a_slip_is_named_where_it_stands, 0, sizeof bad / sizeof *bad);
    tcase_add_loop_test(tc, what_cannot_be_run_is_refused_before_it_is, 0,
                        sizeof incomplete / sizeof *incomplete);
    tcase_add_test(tc, what_is_left_out_has_its_stated_default);
    tcase_add_test(tc, a_rollout_has_its_slots_and_its_classes);
    tcase_add_loop_test(tc, a_rollout_outside_of_the_run_is_refused, 0,
                        (int)(sizeof outside / sizeof *outside));
    tcase_add_test(tc, numbers_of_a_network_stand_where_it_takes_them);
    tcase_add_test(tc, shares_of_a_network_add_up_in_parts_of_a_million);
    tcase_add_test(tc, a_path_may_start_at_the_plan);
    tcase_add_test(tc, the_shipped_plan_can_be_run);
    tcase_add_test(tc, an_empty_file_is_no_plan);
    tcase_add_test(tc, a_flag_wins_over_the_file);
    tcase_add_test(tc, a_flag_may_name_classes_in_short);
    tcase_add_test(tc, a_flag_may_name_releases);
    tcase_add_test(tc, shares_of_one_class_are_one);
    tcase_add_test(tc, a_plan_that_names_no_nodes_is_settled);
    tcase_add_loop_test(tc, who_says_something_of_nodes_wants_them, 0,
                        (int)(sizeof wanting / sizeof *wanting));
    tcase_add_test(tc, a_claim_about_the_network_needs_one);
    tcase_add_test(tc, flags_name_nodes_and_leave_them_out);
    tcase_add_loop_test(tc, a_bad_flag_changes_nothing, 0, sizeof bad_flags / sizeof *bad_flags);
    tcase_add_test(tc, the_shipped_schema_is_the_table);
    tcase_add_test(tc, every_claim_and_option_has_its_key);
    tcase_add_test(tc, every_key_says_its_default);
    tcase_add_loop_test(tc, help_says_values_range_and_default, 0,
                        sizeof described / sizeof *described);
    tcase_add_test(tc, a_plan_without_memory_says_so);
    tcase_add_loop_test(tc, a_network_of_bft_that_cannot_be_is_refused, 0,
                        sizeof bad_bft / sizeof *bad_bft);
    tcase_add_test(tc, a_network_of_bft_is_read);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
