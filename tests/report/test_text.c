/* The page people paste into a referendum or a pull request: every byte of it is
 * held, since a changed word there is a changed promise. */
#include "../support/suite.h"

#include <stdlib.h>
#include <string.h>

#include "report/report.h"

static json_t *outcome_of(const char *name)
{
    char path[256];
    json_error_t why;
    json_t *out;
    snprintf(path, sizeof path, "tests/report/outcomes/%s.json", name);
    out = json_load_file(path, 0, &why);
    ck_assert_msg(out != NULL, "%s: %s", path, why.text);
    return out;
}

static dg_buf text_of(const json_t *outcome, const dg_report_options *options)
{
    dg_error err = { .text = "" };
    dg_buf out;
    dg_buf_init(&out, 1 << 24);
    ck_assert_msg(dg_report_text(&out, outcome, options, &err) == DG_OK, "%s", err.text);
    return out;
}

static const struct {
    const char *outcome, *golden;
    dg_report_options options;
} pages[] = {
    { "healthy", "healthy", { .width = 100 } },
    { "drained", "drained", { .width = 100 } },
    { "refused", "refused", { .width = 100 } },
    { "drained", "drained-narrow", { .width = 60 } },
    { "drained", "drained-colour", { .width = 100, .colour = true } },
    { "healthy", "healthy-verbose", { .width = 100, .verbose = true } },
    { "stalled", "stalled", { .width = 100 } },
    { "chain-only", "chain-only", { .width = 100 } },
    { "stalled", "stalled-brief", { .width = 100, .brief = true } },
    { "healthy", "healthy-brief", { .width = 100, .brief = true } },
    { "harmed", "harmed-brief", { .width = 100, .brief = true } },
    { "unsure", "unsure-brief", { .width = 100, .brief = true } },
    { "refused", "refused-brief", { .width = 100, .brief = true } },
    { "stalled", "stalled-brief-colour", { .width = 60, .brief = true, .colour = true } },
    { "stalled", "stalled-verbose", { .width = 100, .verbose = true } },
};

START_TEST(a_page_is_the_golden_one)
{
    char path[256];
    json_t *outcome = outcome_of(pages[_i].outcome);
    dg_buf got = text_of(outcome, &pages[_i].options), want;
    snprintf(path, sizeof path, "tests/golden/report/%s.txt", pages[_i].golden);
    if (getenv("BLESS"))
        dg_file_write(path, dg_buf_bytes(&got), NULL);
    want = slurp(path);
    ck_assert_msg(dg_bytes_equal(dg_buf_bytes(&got), dg_buf_bytes(&want)),
                  "%s; BLESS=1 rewrites it. Got:\n%s", path, dg_buf_text(&got));
    dg_buf_clear(&got);
    dg_buf_clear(&want);
    json_decref(outcome);
}
END_TEST

/* What is wrong with N-1 alone is shown where there is something, and nowhere else. */
START_TEST(an_ill_control_is_shown)
{
    json_t *outcome = outcome_of("healthy"), *ill = json_pack("[s]", "N-1 alone backs 3 of 10");
    dg_report_options options = { .width = 100 };
    dg_buf got = text_of(outcome, &options);
    ck_assert_ptr_null(strstr(dg_buf_text(&got), "\n  ill "));
    dg_buf_clear(&got);
    json_object_set_new(outcome, "ill_control", ill);
    got = text_of(outcome, &options);
    ck_assert_msg(strstr(dg_buf_text(&got), "\n  ill    N-1 alone backs 3 of 10") != NULL, "%s",
                  dg_buf_text(&got));
    dg_buf_clear(&got);
    json_decref(outcome);
}
END_TEST

/* No line is longer than asked, but for single words (hashes). */
/* Nodes that restart or change their release during the run, behind those that it began with. */
static const struct {
    const char *rollout, *says;
} rollouts[] = {
    { "{\"block\":34,\"last_block\":36,\"nodes\":100,\"restarts\":true,\"who\":\"all nodes\","
      "\"from\":{}}",
      "\n  then   #34 to #36: 100 nodes restarted (all nodes)\n" },
    { "{\"block\":20,\"last_block\":20,\"nodes\":92,\"restarts\":true,\"who\":\"all nodes\","
      "\"from\":{\"v1.10\":88,\"v1.7\":4},\"to\":\"v1.12\"}",
      "\n  then   #20: 92 nodes restarted, and 88 v1.10 + 4 v1.7 became v1.12 (all nodes)\n" },
    { "{\"block\":20,\"last_block\":41,\"nodes\":1,\"restarts\":false,\"who\":\"1 of the nodes\","
      "\"from\":{\"v1.10\":1},\"to\":\"v1.12\"}",
      "\n  then   #20 to #41: 1 node began to run what had been installed, and 1 v1.10 became "
      "v1.12 (1 of the\n         nodes)\n" },
    { "{\"block\":20,\"last_block\":20,\"nodes\":3,\"restarts\":true,\"who\":\"all nodes\","
      "\"from\":{},\"to\":\"v1.12\"}",
      "\n  then   #20: 3 nodes restarted, and were v1.12 already (all nodes)\n" },
};
START_TEST(a_rollout_stands_behind_the_nodes)
{
    json_t *outcome = outcome_of("healthy"), *rollout = json_loads(rollouts[_i].rollout, 0, NULL);
    dg_report_options options = { .width = 100 };
    dg_buf got = text_of(outcome, &options);
    ck_assert_ptr_null(strstr(dg_buf_text(&got), "\n  then "));
    dg_buf_clear(&got);
    json_object_set_new(json_object_get(outcome, "network"), "rollout", json_pack("[o]", rollout));
    got = text_of(outcome, &options);
    ck_assert_msg(strstr(dg_buf_text(&got), rollouts[_i].says) != NULL, "%.300s",
                  strstr(dg_buf_text(&got), "\n  nodes "));
    dg_buf_clear(&got);
    json_decref(outcome);
}
END_TEST

START_TEST(lines_keep_to_the_width)
{
    json_t *outcome = outcome_of("drained");
    dg_report_options options = { .width = (unsigned)_i };
    dg_buf got = text_of(outcome, &options);
    unsigned width = _i < 40 ? 40 : (unsigned)_i;
    for (const char *line = dg_buf_text(&got); *line;) {
        size_t len = strcspn(line, "\n");
        const char *last = line + len;
        while (last > line && last[-1] != ' ')
            last--;
        ck_assert_msg(len <= width || (size_t)(line + len - last) > width / 4, "%.*s", (int)len,
                      line);
        line += len + 1;
    }
    dg_buf_clear(&got);
    json_decref(outcome);
}
END_TEST

/* What a runtime says about itself may hold anything: nothing of it reaches the
 * terminal as a command. */
START_TEST(control_bytes_are_shown_not_sent)
{
    json_t *outcome =
        json_loads("{\"doppel\":1,\"claims\":[{\"name\":\"x\",\"status\":\"broke\",\"severity\":"
                   "\"gate\",\"text\":\"a\\u001b[2Jb\\nc\"}],\"exit\":1}",
                   0, NULL);
    dg_report_options options = { .width = 80 };
    dg_buf got = text_of(outcome, &options);
    ck_assert_ptr_null(strchr(dg_buf_text(&got), '\033'));
    ck_assert_ptr_nonnull(strstr(dg_buf_text(&got), "a?[2Jb?c"));
    dg_buf_clear(&got);
    json_decref(outcome);
}
END_TEST

/* Outcomes come from files: fields may be gone or of another type. */
static const char *const odd[] = {
    "{\"doppel\":1,\"claims\":[]}",
    "{\"doppel\":1,\"claims\":[1,null,{},[]]}",
    "{\"doppel\":1,\"claims\":[{\"name\":1,\"status\":{},\"evidence\":[1,{}]}],\"from\":[],"
    "\"upgrade\":\"x\",\"causes\":{},\"notes\":[1]}",
    "{\"doppel\":1,\"claims\":[],\"answer\":1}",
    "{\"doppel\":1,\"claims\":[],\"answer\":{\"word\":[]}}",
    "{\"doppel\":1,\"claims\":[],\"answer\":{\"word\":\"GO\"},\"upgrade\":[]}",
    "{\"doppel\":1,\"claims\":[],\"answer\":{\"word\":\"NO-GO\",\"breaks\":[1,{},{\"says\":"
    "3,\"ms\":-5,\"seeds\":7}],\"harm\":[],\"why\":[1,{}],\"do\":[{},2]},\"upgrade\":{}}",
    "{\"doppel\":1,\"claims\":[],\"answer\":{\"word\":\"CANNOT "
    "SAY\",\"missing\":\"?\"},\"from\":{},"
    "\"upgrade\":{\"slots_to_boundary\":-1,\"block\":\"x\"}}",
    "{\"doppel\":1,\"claims\":[{\"figures\":{\"measured\":\"a\",\"control\":[]},\"status\":"
    "\"held\"}],"
    "\"answer\":{\"word\":\"GO WITH "
    "HARM\",\"granted\":[1,{}],\"harm\":{\"parachains_harmed\":\"1\"}}}",
    "{\"doppel\":1,\"claims\":[{\"name\":\"n\",\"status\":\"broke\",\"evidence\":[{\"kind\":"
    "\"api\"},{\"kind\":\"api\",\"detail\":[]}]}],\"exit\":\"0\"}",
};

START_TEST(odd_outcomes_are_printed_without_a_guess)
{
    json_t *outcome = json_loads(odd[_i], 0, NULL);
    dg_report_options options = { .width = 0, .verbose = true };
    dg_buf got;
    ck_assert_ptr_nonnull(outcome);
    got = text_of(outcome, &options);
    ck_assert_ptr_null(strstr(dg_buf_text(&got), "exit"));
    dg_buf_clear(&got);
    json_decref(outcome);
}
END_TEST

static const char *const none[] = { "{}", "[]", "{\"doppel\":1}",
                                    "{\"doppel\":\"1\",\"claims\":[]}" };

START_TEST(what_is_no_outcome_is_refused)
{
    json_t *outcome = json_loads(none[_i], 0, NULL);
    dg_report_options options = { .width = 0 };
    dg_buf out;
    dg_buf_init(&out, 1 << 16);
    ck_assert_int_eq(dg_report_text(&out, outcome, &options, NULL), DG_MALFORMED);
    ck_assert_uint_eq(out.len, 0);
    dg_buf_clear(&out);
    json_decref(outcome);
}
END_TEST

/* ---- the answer ---- */

static const struct {
    const char *outcome, *begins;
} answers[] = {
    { "stalled", "NO-GO " },
    { "healthy", "GO  " },
    { "harmed", "GO WITH HARM " },
    { "unsure", "CANNOT SAY " },
    { "chain-only", "GO (chain only) " },
};

/* Whoever reads one line has read the answer; brief is where a full page begins. */
START_TEST(a_page_begins_with_the_answer)
{
    json_t *outcome = outcome_of(answers[_i].outcome);
    dg_report_options full = { .width = 100 }, brief = { .width = 100, .brief = true };
    dg_buf page = text_of(outcome, &full), five = text_of(outcome, &brief);
    const char *begins = answers[_i].begins;
    ck_assert_msg(strncmp(dg_buf_text(&page), begins, strlen(begins)) == 0, "%s",
                  dg_buf_text(&page));
    ck_assert(strncmp(dg_buf_text(&page), dg_buf_text(&five), strlen(dg_buf_text(&five))) == 0);
    ck_assert_ptr_null(strstr(dg_buf_text(&five), "exit"));
    dg_buf_clear(&page);
    dg_buf_clear(&five);
    json_decref(outcome);
}
END_TEST

/* Of a chain by itself the first sentences say so, with how many claims nobody asked. */
START_TEST(a_chain_by_itself_says_so_first)
{
    json_t *outcome = outcome_of("chain-only");
    dg_report_options brief = { .width = 1000, .brief = true };
    dg_buf page;
    char says[80];
    json_object_set_new(json_object_get(outcome, "answer"), "not_judged", json_integer(_i));
    page = text_of(outcome, &brief);
    snprintf(says, sizeof says, " %d claims about the network were not judged.\n", _i);
    ck_assert_ptr_nonnull(strstr(dg_buf_text(&page), says));
    ck_assert(strstr(dg_buf_text(&page), says) < strstr(dg_buf_text(&page), "breaks"));
    dg_buf_clear(&page);
    json_decref(outcome);
}
END_TEST

static const struct {
    const char *missing, *why, *remedy;
} lacks[] = {
    { "control-fails", "already fails topology-present", "until N-1 alone holds" },
    { "no-block-at-u", "topology-present was never", "another block for U" },
    { "n-never-ran", "topology-present was never", "kept N from running" },
    { "too-short", "topology-present was never", "ended early" },
    { "unexercised", "did not happen: no fork was pruned", "with another plan" },
    { "not-reached", "did not happen: no fork was pruned", "more seeds be tried" },
    { "out-of-reach", "did not happen: no fork was pruned", "Leave network.forks on" },
    { "undecided", "topology-present was never", "more seeds decide it" },
    { "not-deterministic", "neither is believed", "a fault of doppel" },
};

START_TEST(who_cannot_say_says_what_is_missing_and_how_to_get_it)
{
    json_t *outcome = outcome_of("unsure");
    dg_report_options brief = { .width = 1000, .brief = true };
    dg_buf page;
    json_object_set_new(json_object_get(outcome, "answer"), "missing",
                        json_string(lacks[_i].missing));
    page = text_of(outcome, &brief);
    for (size_t k = 0; k < sizeof lacks / sizeof *lacks; k++)
        ck_assert_msg((strstr(dg_buf_text(&page), lacks[k].remedy) != NULL) == (k == (size_t)_i),
                      "%s", dg_buf_text(&page));
    ck_assert_msg(strstr(dg_buf_text(&page), lacks[_i].why) != NULL, "%s", dg_buf_text(&page));
    dg_buf_clear(&page);
    json_decref(outcome);
}
END_TEST

/* What was recorded stands in the answer where nothing was proved, and there alone. */
START_TEST(what_was_recorded_is_told_where_nothing_is_proved)
{
    json_t *outcome = outcome_of("refused"), *answer = json_object_get(outcome, "answer");
    dg_report_options brief = { .width = 1000, .brief = true };
    dg_buf page;
    json_object_set_new(outcome, "causes",
                        json_pack("[{s:s, s:s}]", "kind", "recorded", "says", "an answer is odd"));
    json_object_set_new(outcome, "unexplained", json_pack("{s:[s]}", "claims", "api-window"));
    json_object_set_new(answer, "why", _i ? json_pack("[s]", "this is proved") : json_array());
    page = text_of(outcome, &brief);
    ck_assert_msg((strstr(dg_buf_text(&page), "Recorded, not proved: an answer is odd.") != NULL)
                      == !_i,
                  "%s", dg_buf_text(&page));
    dg_buf_clear(&page);
    json_decref(outcome);
}
END_TEST

/* What other seeds say of a break stands beside it. */
START_TEST(a_break_says_in_how_many_seeds)
{
    json_t *outcome = outcome_of("stalled"), *row;
    dg_report_options brief = { .width = 1000, .brief = true };
    dg_buf page;
    row = json_array_get(json_object_get(json_object_get(outcome, "answer"), "breaks"), 1);
    json_object_set_new(row, "seeds", json_pack("{s:i, s:i}", "broke", 18, "of", 20));
    page = text_of(outcome, &brief);
    ck_assert_msg(
        strstr(dg_buf_text(&page), "parachain candidates are not backed (in 18 of 20 seeds), ")
            != NULL,
        "%s", dg_buf_text(&page));
    dg_buf_clear(&page);
    json_decref(outcome);
}
END_TEST

/* What was proved stands in line three, what was not does not. */
START_TEST(only_what_was_proved_is_told_as_the_reason)
{
    json_t *outcome = outcome_of("stalled"), *answer = json_object_get(outcome, "answer");
    dg_report_options brief = { .width = 1000, .brief = true };
    dg_buf page;
    json_object_set_new(answer, "why", json_array());
    page = text_of(outcome, &brief);
    ck_assert_ptr_nonnull(strstr(dg_buf_text(&page), "  why    Not proved."));
    dg_buf_clear(&page);
    json_object_set_new(answer, "why", json_pack("[s]", "topologies are lost"));
    page = text_of(outcome, &brief);
    ck_assert_ptr_nonnull(strstr(dg_buf_text(&page), "  why    Proved: topologies are lost.\n"));
    dg_buf_clear(&page);
    json_decref(outcome);
}
END_TEST

/* Each kind of cause, a trial that told nothing, what was not tried and what nothing explains: each
 * is told as what it is. */
START_TEST(what_is_not_proved_is_not_told_as_if_it_were)
{
    json_t *outcome = outcome_of("stalled"), *causes = json_object_get(outcome, "causes");
    dg_report_options options = { .width = 1000 };
    dg_buf page;
    json_object_set_new(json_array_get(causes, 0), "kind", json_string("contributes"));
    json_array_append_new(causes,
                          json_pack("{s:s, s:s}", "kind", "recorded", "says", "it was seen"));
    json_object_set_new(json_array_get(json_object_get(outcome, "looked_at"), 1), "failed",
                        json_string("its process was ended"));
    json_object_set_new(outcome, "left_out",
                        json_pack("{s:i, s:s}", "count", 2, "what", "this; and that"));
    json_object_set_new(outcome, "unexplained",
                        json_pack("{s:[s, s], s:[s]}", "claims", "disputes", "no-shows",
                                  "differences", "#7: one more"));
    page = text_of(outcome, &options);
    ck_assert_ptr_nonnull(strstr(dg_buf_text(&page), "\n  partly All 100 validators run"));
    ck_assert_ptr_nonnull(strstr(dg_buf_text(&page), "\n  cause  ParachainHost 5 -> 10"));
    ck_assert_ptr_nonnull(
        strstr(dg_buf_text(&page), "\n  cause  Recorded, not proved: it was seen.\n"));
    ck_assert_ptr_nonnull(strstr(
        dg_buf_text(&page), "         - N's blocks and answers take no longer than N-1's (of which "
                            "nothing is known: its process was ended)\n"));
    ck_assert_ptr_nonnull(
        strstr(dg_buf_text(&page), "Not tried, since 2 were too many: this; and that\n"));
    ck_assert_ptr_nonnull(strstr(
        dg_buf_text(&page),
        "\n  open   Nothing that was tried explains disputes, no-shows. The first answers and "
        "events that differ between the arms:\n         - #7: one more\n"));
    dg_buf_clear(&page);
    json_decref(outcome);
}
END_TEST

/* What the session's change healed is told as that; where else U would be better is not guessed. */
START_TEST(what_heals_with_the_session_advises_no_position)
{
    static const struct {
        const char *healed;
        bool to_the_end, told;
    } rows[] = { { "session change", false, true },
                 { "session change", true, false },
                 { "N's first block", false, false },
                 { NULL, false, false } };
    json_t *outcome = outcome_of("stalled"), *answer = json_object_get(outcome, "answer"), *row;
    dg_report_options brief = { .width = 1000, .brief = true };
    dg_buf page;
    json_object_del(answer, "positions");
    json_object_set_new(answer, "breaks",
                        json_pack("[{s:s}, {s:s, s:b}]", "says", "it waits", "says", "it fails",
                                  "to_the_end", rows[_i].to_the_end));
    row = json_array_get(json_object_get(answer, "breaks"), 0);
    if (rows[_i].healed)
        json_object_set_new(row, "healed", json_string(rows[_i].healed));
    page = text_of(outcome, &brief);
    ck_assert((strstr(dg_buf_text(&page), "It heals when the session changes.") != NULL)
              == rows[_i].told);
    ck_assert_ptr_nonnull(strstr(dg_buf_text(&page), "No other position was tried."));
    ck_assert_ptr_null(strstr(dg_buf_text(&page), "try --at"));
    dg_buf_clear(&page);
    json_decref(outcome);
}
END_TEST

/* Positions are told by what they came to, and a green run does not speak for the others. */
START_TEST(positions_are_told_by_what_they_came_to)
{
    static const struct {
        const char *standings[3], *says, *not ;
    } rows[] = {
        { { "held", "held", "held" },
          "Tried with U elsewhere, and held: a (#7, the first block of session 3), b (#7, the "
          "first "
          "block of session 3), c (#7, the first block of session 3).\n",
          "roke:" },
        { { "broke", "held", "broke" },
          "Tried with U elsewhere, and held: b (#7, the first block of session 3). Broke: a (#7, ",
          "Open:" },
        { { "broke", "broke", "open" },
          "None of 3 other positions that were tried held. Broke: a (",
          "elsewhere" },
    };
    static const char *const names[] = { "a", "b", "c" };
    json_t *outcome = outcome_of("healthy"), *all = json_array();
    dg_report_options brief = { .width = 1000, .brief = true };
    dg_buf page;
    for (size_t i = 0; i < 3; i++)
        json_array_append_new(all, json_pack("{s:s, s:s, s:{s:i, s:i, s:i, s:i}}", "at", names[i],
                                             "standing", rows[_i].standings[i], "upgrade", "block",
                                             7, "session", 3, "slot_of_session", 0,
                                             "slots_to_boundary", 20));
    json_object_set_new(json_object_get(outcome, "answer"), "positions", all);
    page = text_of(outcome, &brief);
    ck_assert_msg(strstr(dg_buf_text(&page), rows[_i].says) != NULL, "%s", dg_buf_text(&page));
    ck_assert_msg(strstr(dg_buf_text(&page), rows[_i].not ) == NULL, "%s", dg_buf_text(&page));
    ck_assert_ptr_null(strstr(dg_buf_text(&page), "No other position"));
    dg_buf_clear(&page);
    json_decref(outcome);
}
END_TEST

/* What nothing explains is named, beside what was proved of the rest. */
START_TEST(what_nothing_explains_is_named)
{
    static const char *const says[] = {
        "  why    Nothing that was tried explains backing-rate and disputes.\n",
        "  why    Proved: topologies are lost. Nothing that was tried explains backing-rate and "
        "disputes.\n",
    };
    json_t *outcome = outcome_of("stalled"), *answer = json_object_get(outcome, "answer");
    dg_report_options brief = { .width = 1000, .brief = true };
    dg_buf page;
    json_object_set_new(answer, "why", _i ? json_pack("[s]", "topologies are lost") : json_array());
    json_object_set_new(outcome, "unexplained",
                        json_pack("{s:[s, s]}", "claims", "backing-rate", "disputes"));
    page = text_of(outcome, &brief);
    ck_assert_msg(strstr(dg_buf_text(&page), says[_i]) != NULL, "%s", dg_buf_text(&page));
    dg_buf_clear(&page);
    json_decref(outcome);
}
END_TEST

/* Slot 0 may read as the end of one session or the beginning of the next. */
static const struct {
    int slot, slots, blocks_before, blocks;
    const char *says;
} places[] = {
    { 0, 20, 0, 19, "#33 (boundary-8), the first block of session 1\n" },
    { 1, 19, 1, 18,
      "#33 (boundary-8), 1 slot and 1 block after the session boundary (slot 1 of session 1)" },
    { 9, 11, 8, 11,
      "#33 (boundary-8), 9 slots and 8 blocks after the session boundary (slot 9 of session 1)" },
    { 10, 10, 9, 8,
      "#33 (boundary-8), 10 slots and 8 blocks before the session boundary (slot 10 of" },
    { 19, 1, 17, 1,
      "#33 (boundary-8), 1 slot and 1 block before the session boundary (slot 19 of session 1)" },
};
START_TEST(a_boundary_says_which_side_it_is)
{
    json_t *outcome = outcome_of("stalled"), *u = json_object_get(outcome, "upgrade");
    dg_report_options options = { .width = 200 };
    dg_buf got;
    json_object_set_new(u, "slot_of_session", json_integer(places[_i].slot));
    json_object_set_new(u, "slots_to_boundary", json_integer(places[_i].slots));
    json_object_set_new(u, "blocks_of_session", json_integer(places[_i].blocks_before));
    json_object_set_new(u, "blocks_to_boundary", json_integer(places[_i].blocks));
    got = text_of(outcome, &options);
    ck_assert_msg(strstr(dg_buf_text(&got), places[_i].says) != NULL, "%s", places[_i].says);
    dg_buf_clear(&got);
    json_decref(outcome);
}
END_TEST

START_TEST(json_is_sorted_and_stable)
{
    json_t *a = json_loads("{\"b\":1,\"a\":[2]}", 0, NULL),
           *b = json_loads("{\"a\":[2],\"b\":1}", 0, NULL);
    dg_buf first, second;
    dg_buf_init(&first, 1 << 12);
    dg_buf_init(&second, 1 << 12);
    ck_assert_int_eq(dg_report_json(&first, a, NULL), DG_OK);
    ck_assert_int_eq(dg_report_json(&second, b, NULL), DG_OK);
    ck_assert_str_eq(dg_buf_text(&first), "{\n  \"a\": [\n    2\n  ],\n  \"b\": 1\n}\n");
    ck_assert_str_eq(dg_buf_text(&first), dg_buf_text(&second));
    dg_buf_clear(&first);
    dg_buf_clear(&second);
    json_decref(a);
    json_decref(b);
}
END_TEST

START_TEST(a_report_that_does_not_fit_says_so)
{
    json_t *outcome = outcome_of("healthy");
    dg_report_options options = { .width = 100 };
    dg_buf out;
    dg_buf_init(&out, 100);
    ck_assert_int_eq(dg_report_text(&out, outcome, &options, NULL), DG_LIMIT);
    dg_buf_clear(&out);
    json_decref(outcome);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("text");
    TCase *tc = tcase_create("text");
    tcase_add_loop_test(tc, a_page_is_the_golden_one, 0, sizeof pages / sizeof *pages);
    tcase_add_test(tc, an_ill_control_is_shown);
    tcase_add_loop_test(tc, a_rollout_stands_behind_the_nodes, 0,
                        (int)(sizeof rollouts / sizeof *rollouts));
    tcase_add_loop_test(tc, lines_keep_to_the_width, 38, 130);
    tcase_add_test(tc, control_bytes_are_shown_not_sent);
    tcase_add_loop_test(tc, odd_outcomes_are_printed_without_a_guess, 0, sizeof odd / sizeof *odd);
    tcase_add_loop_test(tc, what_is_no_outcome_is_refused, 0, sizeof none / sizeof *none);
    tcase_add_loop_test(tc, a_page_begins_with_the_answer, 0, sizeof answers / sizeof *answers);
    tcase_add_loop_test(tc, a_chain_by_itself_says_so_first, 11, 13);
    tcase_add_loop_test(tc, what_was_recorded_is_told_where_nothing_is_proved, 0, 2);
    tcase_add_loop_test(tc, who_cannot_say_says_what_is_missing_and_how_to_get_it, 0,
                        sizeof lacks / sizeof *lacks);
    tcase_add_loop_test(tc, what_heals_with_the_session_advises_no_position, 0, 4);
    tcase_add_loop_test(tc, positions_are_told_by_what_they_came_to, 0, 3);
    tcase_add_loop_test(tc, what_nothing_explains_is_named, 0, 2);
    tcase_add_test(tc, a_break_says_in_how_many_seeds);
    tcase_add_test(tc, what_is_not_proved_is_not_told_as_if_it_were);
    tcase_add_test(tc, only_what_was_proved_is_told_as_the_reason);
    tcase_add_loop_test(tc, a_boundary_says_which_side_it_is, 0, sizeof places / sizeof *places);
    tcase_add_test(tc, json_is_sorted_and_stable);
    tcase_add_test(tc, a_report_that_does_not_fit_says_so);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
