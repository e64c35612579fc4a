/* A release manager schedules by what this says. So each document is small enough to be worked out
 * by hand: sessions have six slots, the fork is at #0, its first slot is 100, and the session that
 * is aimed at begins at 106, so that its first block is #7 where no slot stays empty. */
#include "../support/suite.h"

#include <string.h>

#include "advise/advise.h"

enum { SLOTS = 6 };

/* U in that slot: 'h' held, 'b' broke and stalled for the rest of the session, 'o' open, '.' not
 * run. */
static json_t *outcome_of(int slot, char how, const char *nodes, int seed)
{
    json_int_t lost = how == 'b' ? (SLOTS - slot) * 60000 : 0;
    int code = how == 'h' ? 0 : how == 'b' ? 1 : 3;
    return json_pack(
        "{s:I, s:I, s:I, s:I, s:{s:I}, s:{s:{s:I, s:I}}, s:{s:[{s:I}]}, s:{s:I, s:I, s:I, s:I, "
        "s:I}, s:{s:s, s:I, s:{s:I}}, s:{s:b, s:o, s:{s:I, s:I, s:I, s:I, s:I}}}",
        "exit", (json_int_t)code, "seed", (json_int_t)seed, "epoch_slots", (json_int_t)SLOTS,
        "slot_ms", (json_int_t)6000, "block", "number", (json_int_t)0, "network", "control",
        "slots", (json_int_t)50, "empty", (json_int_t)5, "series", "control", "slot",
        (json_int_t)100, "upgrade", "slot", (json_int_t)(100 + slot), "slot_of_session",
        (json_int_t)slot, "slots_to_boundary", (json_int_t)(SLOTS - slot), "blocks_of_session",
        (json_int_t)slot, "blocks_to_boundary", (json_int_t)(SLOTS - slot), "plan", "nodes", nodes,
        "seed", (json_int_t)seed, "upgrade", "at", (json_int_t)slot, "answer", "chain_only", 0,
        "breaks", how == 'b' ? json_pack("[{s:s}]", "claim", "backing-rate") : json_array(), "harm",
        "relay_lost_ms", (json_int_t)0, "worst_lost_ms", lost, "parachain_lost_ms", 2 * lost,
        "parachain_blocks", 100 - lost / 6000, "parachain_blocks_control", (json_int_t)100);
}

static void add_cells(json_t *cells, const char *hows, const char *nodes, int seed)
{
    for (int slot = 0; hows[slot]; slot++)
        if (hows[slot] != '.')
            json_array_append_new(cells,
                                  json_pack("{s:{s:s, s:I}, s:o}", "values", "network.classes",
                                            nodes, "upgrade.at", (json_int_t)slot, "outcome",
                                            outcome_of(slot, hows[slot], nodes, seed)));
}

static json_t *sweep_of(const char *hows)
{
    json_t *cells = json_array();
    add_cells(cells, hows, "old", 1);
    return json_pack("{s:{}, s:o}", "sweep", "cells", cells);
}

static json_t *advice_of(const json_t *document, dg_advise_options options)
{
    json_t *out, *one = json_is_array(document) ? NULL : json_pack("[O]", document);
    dg_error err;
    ck_assert_msg(dg_advise_make(&out, one ? one : document, &options, &err) == DG_OK, "%s",
                  err.text);
    json_decref(one);
    return out;
}

/* "cases/0/runs" */
static const json_t *at(const json_t *from, const char *path)
{
    while (from && *path) {
        char key[40];
        size_t len = strcspn(path, "/");
        snprintf(key, sizeof key, "%.*s", (int)len, path);
        from = json_is_array(from) ? json_array_get(from, (size_t)(key[0] - '0'))
                                   : json_object_get(from, key);
        path += len + (path[len] == '/');
    }
    return from;
}

/* `want` with ' for "; "": nothing is there. */
static void assert_at(const json_t *advice, const char *path, const char *want)
{
    char room[400];
    const json_t *got = at(advice, path);
    json_t *wanted;
    char *text;
    json_free_t release;
    snprintf(room, sizeof room, "%s", want);
    for (char *c = room; *c; c++)
        *c = *c == '\'' ? '"' : *c;
    wanted = want[0] ? json_loads(room, JSON_DECODE_ANY, NULL) : NULL;
    text = json_dumps(got, JSON_ENCODE_ANY | JSON_SORT_KEYS | JSON_REAL_PRECISION(7));
    ck_assert_msg(want[0] ? json_equal(got, wanted) : !got, "%s: want %s, got %s", path, want,
                  text ? text : "nothing");
    json_get_alloc_funcs(NULL, &release);
    release(text);
    json_decref(wanted);
}

static const struct {
    const char *hows;
    double miss;
    const char *path, *want;
} rows[] = {
    /* what a node takes up once a session: only its first block is safe */
    { "hbbbbb", 0, "exit", "0" },
    { "hbbbbb", 0, "cases/0/safe", "[{'from':0,'to':0}]" },
    { "hbbbbb", 0, "cases/0/not_run", "[]" },
    { "hbbbbb", 0, "cases/0/schedule/block", "7" },
    { "hbbbbb", 0, "cases/0/schedule/first", "1.0" },
    { "hbbbbb", 0, "cases/0/schedule/stall_ms", "0" },
    { "hbbbbb", 0, "cases/0/windows/0/held", "1" },
    { "hbbbbb", 0, "cases/0/windows/1/stall_ms", "{'best':60000,'worst':120000,'mean':90000}" },
    { "hbbbbb", 0, "cases/0/windows/1/lost_blocks", "{'best':10,'worst':20,'mean':15}" },
    { "hbbbbb", 0, "cases/0/windows/1/claims", "['backing-rate']" },
    { "hbbbbb", 0, "cases/0/windows/2/runs", "3" },
    { "hbbbbb", 0, "cases/0/blocks/0/to_end", "2" },
    { "hbbbbb", 0, "cases/0/blocks/0/stall_ms/best", "120000" },
    /* what it keeps of N at U, asked at a session's first leaf: the opposite */
    { "bhhhhh", 0, "exit", "0" },
    { "bhhhhh", 0, "cases/0/safe", "[{'from':1,'to':5}]" },
    { "bhhhhh", 0, "cases/0/schedule/block", "6" },
    { "bhhhhh", 0, "cases/0/schedule/first", "0.0" },
    { "bhhhhh", 0, "cases/0/windows/0/broke", "1" },
    /* nowhere, and everywhere */
    { "bbbbbb", 0, "exit", "1" },
    { "bbbbbb", 0, "cases/0/safe", "[]" },
    { "bbbbbb", 0, "cases/0/schedule/block", "6" }, /* the last block costs least */
    { "bbbbbb", 0, "cases/0/schedule/safe", "0.0" },
    { "hhhhhh", 0, "cases/0/safe", "[{'from':0,'to':5}]" },
    { "hhhhhh", 0, "cases/0/schedule/safe", "1.0" },
    /* nothing is said of what was not run */
    { "h..b..", 0, "cases/0/not_run", "[{'from':1,'to':2},{'from':4,'to':5}]" },
    { "h..b..", 0, "cases/0/windows/1/runs", "0" },
    { "h..b..", 0, "cases/0/windows/1/not_run", "2" },
    { "h..b..", 0, "cases/0/windows/1/stall_ms", "" },
    { "h..b..", 0, "cases/0/windows/1/aim/stall_ms", "" },
    { "h..b..", 0, "cases/0/windows/1/aim/known", "0.0" },
    { "......", 0, "exit", "3" },
    { "......", 0, "why", "'nothing-judged'" },
    { "......", 0, "cases", "[]" },
    { "oooooo", 0, "exit", "3" },
    { "oooooo", 0, "cases/0/schedule", "" },
    { "oooooo", 0, "cases/0/open", "6" },
    /* half of all slots empty: six slots bring K blocks in C(6,K)/64 of cases */
    { "hbbbbb", 0.5, "ahead/first_block", "{'least':2,'likeliest':4,'most':6}" },
    { "hbbbbb", 0.5, "cases/0/windows/0/aim/block", "4" },
    { "hbbbbb", 0.5, "cases/0/windows/0/aim/first", "0.3125" },   /* K = 3 */
    { "hbbbbb", 0.5, "cases/0/windows/0/aim/last", "0.328125" },  /* K = 4 or 5 */
    { "hbbbbb", 0.5, "cases/0/windows/0/aim/early", "0.015625" }, /* K = 6 */
    { "hbbbbb", 0.5, "cases/0/windows/0/aim/late", "0.34375" },   /* K = 0, 1 or 2 */
    { "hbbbbb", 0.5, "cases/0/windows/0/aim/safe", "0.3125" },
    /* (1*3 + 6*4 + 15*5)/64 late, 0, (15*1 + 6*2)/64 last, (1*3)/64 early: of a minute */
    { "hbbbbb", 0.5, "cases/0/windows/0/aim/stall_ms", "123750" },
    { "hbbbbb", 0.5, "cases/0/windows/0/aim/stall_ms_worst", "300000" },
    { "hbbbbb", 0.5, "cases/0/windows/0/aim/known", "1.0" },
    /* .. as control's: 5 of 50, and at most so many */
    { "hbbbbb", -1, "miss/rate", "0.1" },
    { "hbbbbb", -1, "miss/from", "'measured'" },
    { "hbbbbb", -1, "miss/at_most", "0.198833" },
    { "hbbbbb", 0, "miss/from", "'given'" },
    { "hbbbbb", 0, "cases/0/cautious", "" },
};

START_TEST(places_are_told_as_they_were_run)
{
    json_t *document = sweep_of(rows[_i].hows),
           *advice = advice_of(document, (dg_advise_options){ .miss = rows[_i].miss, .last = 2 });
    assert_at(advice, rows[_i].path, rows[_i].want);
    ck_assert_int_eq(dg_advise_exit(advice), (int)json_integer_value(at(advice, "exit")));
    json_decref(advice);
    json_decref(document);
}
END_TEST

/* A place is as good as its worst seed. */
START_TEST(seeds_of_one_place_are_held_together)
{
    json_t *document = sweep_of("hhhhhh"), *advice;
    add_cells(json_object_get(document, "cells"), "hhhbhh", "old", 2);
    advice = advice_of(document, (dg_advise_options){ .miss = 0, .last = 2 });
    assert_at(advice, "cases/0/safe", "[{'from':0,'to':2},{'from':4,'to':5}]");
    assert_at(advice, "cases/0/runs", "12");
    json_decref(advice);
    json_decref(document);
}
END_TEST

/* Other nodes are another case: what holds with them is no advice for these. */
START_TEST(other_nodes_would_change_it)
{
    json_t *document = sweep_of("bbbbbb"), *advice;
    add_cells(json_object_get(document, "cells"), "hhhhhh", "new", 1);
    advice = advice_of(document, (dg_advise_options){ .miss = 0, .last = 2 });
    assert_at(advice, "exit", "1");
    assert_at(advice, "cases/0/values", "{'network.classes':'old'}");
    assert_at(advice, "cases/1/values", "{'network.classes':'new'}");
    assert_at(advice, "cases/1/exit", "0");
    json_decref(advice);
    json_decref(document);
}
END_TEST

/* Without a network nothing is known of nodes, however well it went. */
START_TEST(a_chain_alone_is_no_advice)
{
    json_t *document = outcome_of(0, 'h', "old", 1), *advice;
    json_object_set_new(json_object_get(document, "answer"), "chain_only", json_true());
    advice = advice_of(document, (dg_advise_options){ .miss = 0 });
    assert_at(advice, "exit", "3");
    assert_at(advice, "why", "'chain-only'");
    json_decref(advice);
    json_decref(document);
}
END_TEST

START_TEST(a_stall_is_that_of_the_chain_that_lost_most)
{
    json_t *document = outcome_of(3, 'b', "old", 1), *advice;
    json_object_set_new(json_object_get(json_object_get(document, "answer"), "harm"),
                        "relay_lost_ms", json_integer(500000));
    advice = advice_of(document, (dg_advise_options){ .miss = 0, .last = 2 });
    assert_at(advice, "cases/0/windows/2/stall_ms/worst", "500000");
    assert_at(advice, "cases/0/windows/2/relay_lost_ms/worst", "500000");
    json_decref(advice);
    json_decref(document);
}
END_TEST

/* One run, and what it tells of other positions. */
START_TEST(positions_of_a_run_count)
{
    json_t *document = outcome_of(3, 'b', "old", 1), *other = outcome_of(0, 'h', "old", 1), *advice;
    json_object_set_new(json_object_get(document, "answer"), "positions",
                        json_pack("[{s:s, s:O, s:I, s:I}, {s:s}]", "standing", "held", "upgrade",
                                  json_object_get(other, "upgrade"), "parachain_lost_ms",
                                  (json_int_t)0, "relay_lost_ms", (json_int_t)0, "standing",
                                  "open"));
    advice = advice_of(document, (dg_advise_options){ .miss = 0, .last = 2 });
    assert_at(advice, "exit", "0");
    assert_at(advice, "cases/0/runs", "3");
    assert_at(advice, "cases/0/open", "1");
    assert_at(advice, "cases/0/schedule/block", "7");
    assert_at(advice, "cases/0/schedule/stall_ms", "0");
    json_decref(advice);
    json_decref(other);
    json_decref(document);
}
END_TEST

/* A sweep of some places, one of others, and a run that tells of a place that a sweep has too. */
START_TEST(several_documents_are_one_session)
{
    json_t *run = outcome_of(3, 'b', "old", 1), *documents, *advice;
    json_object_set_new(json_object_get(run, "answer"), "positions",
                        json_pack("[{s:s, s:{s:I, s:I}}]", "standing", "broke", "upgrade",
                                  "slot_of_session", (json_int_t)5, "slot", (json_int_t)105));
    documents = json_pack("[o, o, o]", run, sweep_of("hb...."), sweep_of(".bbbbb"));
    advice = advice_of(documents, (dg_advise_options){ .miss = 0 });
    assert_at(advice, "cases/0/runs", "6");
    assert_at(advice, "repeated", "3"); /* 1 of two sweeps, 3 and 5 of the run and a sweep */
    assert_at(advice, "broken", "5");   /* each with an outcome of its own */
    assert_at(advice, "cases/0/not_run", "[]");
    json_decref(advice);
    json_decref(documents);
}
END_TEST

START_TEST(documents_of_other_questions_are_refused)
{
    static const struct {
        const char *of, *key, *says;
    } bad[] = { { "snapshot", "state_root", "document 2 forks another state than the first" },
                { "from", "hash", "document 2 is of another N-1 than the first" },
                { "to", "hash", "document 2 is of another N than the first" } };
    json_t *first = outcome_of(0, 'h', "old", 1), *other = outcome_of(1, 'h', "old", 1), *out;
    json_t *documents = json_pack("[o, o]", first, other);
    dg_advise_options options = { .miss = 0 };
    dg_error err;
    json_object_set_new(first, bad[_i].of, json_pack("{s:s}", bad[_i].key, "0x1"));
    json_object_set_new(other, bad[_i].of, json_pack("{s:s}", bad[_i].key, "0x2"));
    ck_assert_int_eq(dg_advise_make(&out, documents, &options, &err), DG_USAGE);
    ck_assert_msg(!out && strstr(err.text, bad[_i].says) && strstr(err.text, "0x2, not 0x1"), "%s",
                  err.text);
    json_decref(documents);
}
END_TEST

/* ---- what would change it ---- */

#define CLAIM(name, status) "{'claim':'" name "','status':'" status "'}"
#define CAUSE(kind, what, claims)                                                                  \
    "{'kind':'" kind "','what':'" what "','says':'s','claims':[" claims "]}"

static const struct {
    const char *causes, *path, *want;
} changes[] = {
    { "[]", "changes", "[]" },
    { "[]", "recorded", "true" },
    { "[{'kind':'recorded','says':'x'}]", "recorded", "true" },
    { "[{'kind':'recorded','says':'x'}]", "changes", "[]" },
    { "[" CAUSE("cause", "a", CLAIM("backing-rate", "held")) "]", "changes/0/mends", "1" },
    { "[" CAUSE("cause", "a", CLAIM("backing-rate", "held")) "]", "recorded", "false" },
    { "[" CAUSE("cause", "a", CLAIM("backing-rate", "broke")) "]", "changes/0/mends", "0" },
    { "[" CAUSE("cause", "a", CLAIM("other", "held")) "]", "changes/0/mends", "0" },
    { "[" CAUSE("cause", "a", CLAIM("other", "held")) "]", "changes/0/claims", "['other']" },
    /* one repair is not enough, both are: what one heals alone is healed with both */
    { "[" CAUSE("cause", "a", CLAIM("topology-present", "held")) "," CAUSE(
          "together", "a; b", CLAIM("backing-rate", "held")) "]",
      "changes/1/what", "'a'" },
    { "[" CAUSE("cause", "a", CLAIM("topology-present", "held")) "," CAUSE(
          "together", "a; b", CLAIM("backing-rate", "held")) "]",
      "changes/0/mends", "1" },
    { "[" CAUSE("cause", "x", CLAIM("topology-present", "held")) "," CAUSE(
          "together", "a; b", CLAIM("backing-rate", "held")) "]",
      "changes/0/mends", "0" },
};

START_TEST(what_was_proved_would_change_it)
{
    char room[600];
    json_t *document = outcome_of(3, 'b', "old", 1), *causes, *advice;
    bool two = strstr(changes[_i].causes, "topology-present") != NULL;
    snprintf(room, sizeof room, "%s", changes[_i].causes);
    for (char *c = room; *c; c++)
        *c = *c == '\'' ? '"' : *c;
    causes = json_loads(room, 0, NULL);
    ck_assert_msg(causes != NULL, "%s", room);
    json_object_set_new(document, "causes", causes);
    if (two)
        json_array_append_new(json_object_get(json_object_get(document, "answer"), "breaks"),
                              json_pack("{s:s}", "claim", "topology-present"));
    advice = advice_of(document, (dg_advise_options){ .miss = 0 });
    assert_at(advice, changes[_i].path, changes[_i].want);
    json_decref(advice);
    json_decref(document);
}
END_TEST

START_TEST(advice_of_several_runs_is_told_once)
{
    json_t *document = sweep_of("bbh..."), *advice, *cell;
    size_t i;
    json_array_foreach(json_object_get(document, "cells"), i, cell) json_object_set_new(
        json_object_get(cell, "outcome"), "advice", json_pack("[s]", i ? "or restart" : "restart"));
    advice = advice_of(document, (dg_advise_options){ .miss = 0 });
    assert_at(advice, "advice", "[{'says':'restart','runs':2}]"); /* the held one has no say */
    json_decref(advice);
    json_decref(document);
}
END_TEST

/* ---- another chain ---- */

START_TEST(slots_are_counted_from_the_chain_that_is_named)
{
    dg_advise_chain chain = {
        .block = 1000, .next_slot = 5000, .next_boundary = 5010, .epoch_slots = SLOTS
    };
    json_t *document = sweep_of("hbbbbb"),
           *advice = advice_of(document, (dg_advise_options){ .chain = &chain });
    assert_at(advice, "ahead/boundary_slot", "5010");
    assert_at(advice, "cases/0/schedule/block", "1011");
    assert_at(advice, "cases/0/schedule/delay", "11");
    json_decref(advice);
    json_decref(document);
}
END_TEST

/* #5 of six slots that are empty by half: behind K blocks, C(6,K)/64. */
static const struct {
    uint32_t block;
    const char *path, *want; /* want "": refused */
} asked[] = {
    { 5, "cases/0/asked/block", "5" },
    { 5, "cases/0/asked/first", "0.234375" },
    { 5, "cases/0/asked/last", "0.109375" },
    { 5, "cases/0/asked/early", "0.0" },
    { 5, "cases/0/asked/late", "0.65625" },
    { 5, "cases/0/asked/safe", "0.234375" },
    { 18, "cases/0/asked/late", "1.0" },
    { 18, "cases/0/asked/stall_ms", "" },
    { 0, "cases/0/asked", "" },
};

START_TEST(a_block_that_is_asked_for_is_told_of)
{
    json_t *document = sweep_of("hbbbbb"),
           *advice = advice_of(
               document, (dg_advise_options){ .miss = 0.5, .last = 2, .block = asked[_i].block });
    assert_at(advice, asked[_i].path, asked[_i].want);
    json_decref(advice);
    json_decref(document);
}
END_TEST

START_TEST(a_block_out_of_reach_is_refused)
{
    static const struct {
        uint32_t block;
        const char *hows, *says;
    } bad[] = { { 19, "hbbbbb", "#18 at most" }, { 5, "......", "cannot be said" } };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        dg_advise_options options = { .miss = 0.5, .block = bad[i].block };
        json_t *document = json_pack("[o]", sweep_of(bad[i].hows)), *out;
        dg_error err;
        ck_assert_int_eq(dg_advise_make(&out, document, &options, &err), DG_USAGE);
        ck_assert_msg(!out && strstr(err.text, bad[i].says), "%s", err.text);
        json_decref(document);
    }
}
END_TEST

START_TEST(sessions_of_another_length_are_refused)
{
    dg_advise_chain chain = { .epoch_slots = SLOTS + 1 };
    dg_advise_options options = { .chain = &chain };
    json_t *document = json_pack("[o]", sweep_of("hbbbbb")), *out;
    dg_error err;
    ck_assert_int_eq(dg_advise_make(&out, document, &options, &err), DG_USAGE);
    ck_assert(out == NULL && strstr(err.text, "7 slots"));
    json_decref(document);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("advise");
    TCase *tc = tcase_create("advise");
    tcase_add_loop_test(tc, places_are_told_as_they_were_run, 0, sizeof rows / sizeof *rows);
    tcase_add_test(tc, seeds_of_one_place_are_held_together);
    tcase_add_test(tc, other_nodes_would_change_it);
    tcase_add_test(tc, a_chain_alone_is_no_advice);
    tcase_add_test(tc, a_stall_is_that_of_the_chain_that_lost_most);
    tcase_add_test(tc, positions_of_a_run_count);
    tcase_add_test(tc, several_documents_are_one_session);
    tcase_add_loop_test(tc, documents_of_other_questions_are_refused, 0, 3);
    tcase_add_loop_test(tc, what_was_proved_would_change_it, 0, sizeof changes / sizeof *changes);
    tcase_add_test(tc, advice_of_several_runs_is_told_once);
    tcase_add_test(tc, slots_are_counted_from_the_chain_that_is_named);
    tcase_add_loop_test(tc, a_block_that_is_asked_for_is_told_of, 0, sizeof asked / sizeof *asked);
    tcase_add_test(tc, a_block_out_of_reach_is_refused);
    tcase_add_test(tc, sessions_of_another_length_are_refused);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
