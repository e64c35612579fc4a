/* N is measured by N-1 alone: where that chain leaves out what its authors put in, a reader has to
 * be told, and where it does not, nothing may be said of it. */
#include "outcome/outcome_impl.h"

#include <string.h>

#include "../support/suite.h"

/* U is in slot 102, sessions begin in 110, 120, ..; a block a slot, numbered as the slot less 100.
 */
enum { FROM = 100, UPGRADE = 102, BOUNDARY = 110, SLOTS = 30 };

/* Ten are offered, in each block of that arm as many backed, in those that begin a session others.
 */
typedef struct world {
    dg_arm arm;
    int64_t first_slot; /* from which on fewer are backed than offered */
    int64_t backed, backed_at_boundary;
    bool tells; /* which were left out, and why */
} world;

static dg_event_log log_of(const world *w)
{
    dg_event_log log = { 0 };
    for (int64_t slot = FROM; slot < FROM + SLOTS; slot++) {
        int64_t backed = slot < w->first_slot ? 10 : slot % 10 ? w->backed : w->backed_at_boundary;
        dg_event paras = { .arm = w->arm,
                           .kind = DG_EVENT_NET_PARAS,
                           .block = (uint32_t)(slot - FROM),
                           .net_paras = { .slot = slot, .offered = 10, .backed = backed } };
        dg_event left_out = { .arm = w->arm,
                              .kind = DG_EVENT_NET_DROPPED,
                              .block = (uint32_t)(slot - FROM),
                              .net_dropped = { .slot = slot, .reason = DG_REJECTION_LIMITS } };
        dg_event_log_add(&log, &paras);
        if (w->tells && backed < 10)
            dg_event_log_add(&log, &left_out);
    }
    return log;
}

static const struct {
    world world;
    const char *says; /* NULL: nothing */
} rows[] = {
    { { DG_ARM_CONTROL, UPGRADE, 10, 10, true }, NULL },
    /* the first block of a session backs nothing */
    { { DG_ARM_CONTROL, UPGRADE, 10, 0, true }, NULL },
    /* one in ten */
    { { DG_ARM_CONTROL, UPGRADE, 9, 0, true }, NULL },
    { { DG_ARM_CONTROL, UPGRADE, 8, 10, true },
      "N-1 alone backs 208 of the 260 candidates that its authors put in from U on (8.0 of 10.0 a "
      "block), so N is measured by a chain that is ill; the first that is left out, at #2: it was "
      "made for limits other than" },
    { { DG_ARM_CONTROL, BOUNDARY, 0, 0, true }, "the first that is left out, at #11: it was made" },
    { { DG_ARM_CONTROL, UPGRADE, 3, 10, false }, "(3.0 of 10.0 a block)" },
    /* N's own */
    { { DG_ARM_TREATMENT, UPGRADE, 3, 10, true }, NULL },
};

START_TEST(an_ill_control_is_told)
{
    dg_event_log log = log_of(&rows[_i].world);
    dg_claim_setup setup = { .upgrade_slot = UPGRADE,
                             .first_boundary = BOUNDARY,
                             .epoch_slots = 10 };
    json_t *ill = dg_outcome_ill_control(&log, &setup);
    const char *line = json_string_value(json_array_get(ill, 0));
    ck_assert_uint_eq(json_array_size(ill), rows[_i].says != NULL);
    if (rows[_i].says)
        ck_assert_msg(strstr(line, rows[_i].says) != NULL, "%s", line);
    json_decref(ill);
    dg_event_log_clear(&log);
}
END_TEST

/* A chain that was ill before U and is not from U on measures N well. */
START_TEST(what_came_before_u_is_not_told)
{
    world w = { DG_ARM_CONTROL, 0, 3, 3, true };
    dg_event_log log = log_of(&w);
    dg_claim_setup setup = { .upgrade_slot = FROM + SLOTS };
    json_t *ill = dg_outcome_ill_control(&log, &setup);
    ck_assert_uint_eq(json_array_size(ill), 0);
    json_decref(ill);
    dg_event_log_clear(&log);
}
END_TEST

/* Validators that are too new for N-1 back nothing there, and nothing is wrong with the others. */
static const struct {
    const char *classes;
    int host;
    const char *says; /* NULL: nothing */
} too_new[] = {
    { "{\"v1.18\":100}", 10,
      "100 of 100 validators run v1.18, which back no candidate where ParachainHost is below 11, "
      "and that of N-1 is 10; releases up to v1.16 back there, or a runtime with ParachainHost 11 "
      "has to come before these nodes" },
    { "{\"v1.18\":100}", 11, NULL },
    { "{\"v1.24..v1.25 without rotation\":40,\"v1.17\":60}", 11,
      "40 of 100 validators run v1.24 to v1.25, which back no candidate where ParachainHost is "
      "below 13, and that of N-1 is 11; releases up to v1.22 back there" },
    { "{\"v1.24\":100}", 13, NULL },
    { "{\"v1.17\":100}", 5, NULL }, /* in the old way */
    { "{\"v1.16\":100}", 10, NULL },
    { "{\"v0.9..v1.0\":100}", 10, NULL }, /* too old: what it lacks is told as a repair */
    { "{\"kagome\":100}", 10, NULL },
};
START_TEST(who_is_too_new_for_n_1_is_told)
{
    dg_event_log log = { 0 };
    dg_claim_setup setup = { .upgrade_slot = UPGRADE };
    json_t *ill, *classes = json_loads(too_new[_i].classes, 0, NULL);
    const char *line;
    dg_event_log_add(
        &log, &(dg_event){ .arm = DG_ARM_CONTROL,
                           .kind = DG_EVENT_NET_START,
                           .net_start = { .nodes = 100 },
                           .detail = json_pack("{s:{s:i, s:i}, s:o}", "host", "from",
                                               too_new[_i].host, "to", 13, "classes", classes) });
    ill = dg_outcome_ill_control(&log, &setup);
    line = json_string_value(json_array_get(ill, 0));
    ck_assert_uint_eq(json_array_size(ill), too_new[_i].says != NULL);
    if (too_new[_i].says)
        ck_assert_msg(strstr(line, too_new[_i].says) != NULL, "%s", line);
    json_decref(ill);
    dg_event_log_clear(&log);
}
END_TEST

/* ---- blocks that N-1 does not build ---- */

#define NO_INHERENT "panicked at lib.rs:1:1: Bitfields and heads must be included every block"

static const struct {
    dg_arm arm;
    int failed;                              /* of 20 slots */
    const char *nodes, *panic, *says, *not ; /* says NULL: nothing is told; not: no part of it */
} builds[] = {
    { DG_ARM_CONTROL, 8, "v1.20", NO_INHERENT,
      "8 blocks of N-1 alone could not be built, first #0: Bitfields and heads must be included "
      "every block; 10 validators run v1.20, which give the core of every candidate",
      NULL },
    /* those do not give it, and another panic is not of it */
    { DG_ARM_CONTROL, 8, "v1.17", NO_INHERENT, "8 blocks of N-1 alone", "validators run" },
    { DG_ARM_CONTROL, 8, "v1.20", "panicked at lib.rs:1:1: out of gas", "first #0: out of gas",
      "validators run" },
    { DG_ARM_CONTROL, 1, "v1.20", NO_INHERENT, NULL, NULL },
    { DG_ARM_TREATMENT, 8, "v1.20", NO_INHERENT, NULL, NULL },
};

START_TEST(blocks_that_control_does_not_build_are_told_with_their_reason)
{
    dg_event_log log = { 0 };
    dg_claim_setup setup = { 0 };
    json_t *told;
    const char *text;
    dg_event_log_add(
        &log, &(dg_event){ .arm = builds[_i].arm,
                           .kind = DG_EVENT_NET_START,
                           .net_start = { .nodes = 10 },
                           .detail = json_pack("{s:{s:i}}", "classes", builds[_i].nodes, 10) });
    for (int i = 0; i < 20; i++)
        dg_event_log_add(
            &log,
            &(dg_event){ .arm = builds[_i].arm,
                         .kind = i < builds[_i].failed ? DG_EVENT_BUILD_FAILED : DG_EVENT_BLOCK,
                         .block = (uint32_t)i,
                         .detail = json_pack("{s:s}", "panic", builds[_i].panic) });
    told = dg_outcome_ill_control(&log, &setup);
    text = json_string_value(json_array_get(told, 0));
    ck_assert_uint_eq(json_array_size(told), builds[_i].says != NULL);
    ck_assert_msg(!builds[_i].says || strstr(text, builds[_i].says), "%s", text);
    ck_assert_msg(!builds[_i].not || !strstr(text, builds[_i].not ), "%s", text);
    json_decref(told);
    dg_event_log_clear(&log);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("ill control");
    TCase *tc = tcase_create("ill control");
    tcase_add_loop_test(tc, an_ill_control_is_told, 0, sizeof rows / sizeof *rows);
    tcase_add_loop_test(tc, who_is_too_new_for_n_1_is_told, 0, sizeof too_new / sizeof *too_new);
    tcase_add_test(tc, what_came_before_u_is_not_told);
    tcase_add_loop_test(tc, blocks_that_control_does_not_build_are_told_with_their_reason, 0,
                        sizeof builds / sizeof *builds);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
