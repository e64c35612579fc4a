/* Two arms go their own ways in what moves from block to block. What must not part is said
 * row by row: an answer that is empty for good was taken for N's own way once. */
#include "survey/survey.h"

#include <string.h>

#include "../support/suite.h"

/* Two groups, of validators 0 and 1, that rotate every 20 and every single block. */
#define GROUPS_20                                                                                  \
    "0804000000000401000000"                                                                       \
    "0100000014000000"                                                                             \
    "09000000"
#define GROUPS_1                                                                                   \
    "0804000000000401000000"                                                                       \
    "0100000001000000"                                                                             \
    "0b000000"
#define H32 "0101010101010101010101010101010101010101010101010101010101010101"
#define FREE "02"
#define SCHEDULED                                                                                  \
    "01"                                                                                           \
    "d0070000"                                                                                     \
    "00"

static const struct {
    const char *api, *method, *now, *control;
    dg_event_against how;
    const char *says;
} rows[] = {
    { "ParachainHost", "validators", "00", "04" H32, DG_EVENT_AGAINST_EMPTY, "0 of 1 validators" },
    { "ParachainHost", "validators", "04" H32, "08" H32 H32, DG_EVENT_AGAINST_COUNT,
      "1 of 2 validators" },
    { "ParachainHost", "validators", "08" H32 H32, "04" H32, DG_EVENT_AGAINST_COUNT,
      "2 validators instead of 1" },
    { "ParachainHost", "validators", "04" H32, "00", DG_EVENT_AGAINST_SAME, "" },
    /* another block number alone, another rotation */
    { "ParachainHost", "validator_groups", GROUPS_20, GROUPS_20, DG_EVENT_AGAINST_SAME, "" },
    { "ParachainHost", "validator_groups", GROUPS_1, GROUPS_20, DG_EVENT_AGAINST_CONFIGURED,
      "rotation frequency 1 instead of 20" },
    /* gone counts for more than other */
    { "ParachainHost", "validator_groups",
      "00"
      "0100000001000000"
      "0b000000",
      GROUPS_20, DG_EVENT_AGAINST_EMPTY, "0 of 2 groups" },
    { "ParachainHost", "availability_cores", "08" FREE FREE, "08" FREE SCHEDULED,
      DG_EVENT_AGAINST_EMPTY, "0 of 1 cores in use" },
    { "ParachainHost", "availability_cores", "08" FREE SCHEDULED, "08" SCHEDULED SCHEDULED,
      DG_EVENT_AGAINST_SAME, "" },
    { "ParachainHost", "availability_cores", "04" SCHEDULED, "08" SCHEDULED SCHEDULED,
      DG_EVENT_AGAINST_CONFIGURED, "1 of 2 cores" },
    { "ParachainHost", "claim_queue", "00",
      "04"
      "00000000"
      "04"
      "d0070000",
      DG_EVENT_AGAINST_EMPTY, "0 of 1 cores with a claim" },
    { "ParachainHost", "claim_queue",
      "04"
      "00000000"
      "00",
      "04"
      "00000000"
      "04"
      "d0070000",
      DG_EVENT_AGAINST_EMPTY, "0 of 1 cores with a claim" },
    { "ParachainHost", "claim_queue",
      "04"
      "00000000"
      "04"
      "d0070000",
      "00", DG_EVENT_AGAINST_SAME, "" },
    { "ParachainHost", "async_backing_params", "0000000000000000", "0300000002000000",
      DG_EVENT_AGAINST_CONFIGURED, "candidate depth 0 instead of 3" },
    { "BabeApi", "current_epoch_start", "0100000000000000", "0200000000000000",
      DG_EVENT_AGAINST_VALUE, "start of the epoch 1 instead of 2" },
    { "ParachainHost", "session_executor_params", "00", "0100", DG_EVENT_AGAINST_EMPTY,
      "no session" },
    { "ParachainHost", "session_executor_params", "0100",
      "0104"
      "01"
      "07000000",
      DG_EVENT_AGAINST_CONFIGURED,
      "executor parameters [] instead of [{\"value\":7,\"variant\":1}]" },
    { "ParachainHost", "session_executor_params", "0100", "00", DG_EVENT_AGAINST_SAME, "" },
    { "MmrApi", "mmr_root", "0100", "00" H32, DG_EVENT_AGAINST_EMPTY,
      "an error instead of the root" },
    { "MmrApi", "mmr_root", "00" H32, "0100", DG_EVENT_AGAINST_SAME, "" },
    { "ParachainHost", "on_chain_votes", "00", "01000000000000", DG_EVENT_AGAINST_EMPTY,
      "no votes" },
    /* what moves with every block, and bytes that end too soon */
    { "ParachainHost", "candidate_pending_availability", "00", "0100", DG_EVENT_AGAINST_NOTHING,
      "" },
    { "ParachainHost", "validators", "08" H32, "08" H32 H32, DG_EVENT_AGAINST_NOTHING, "" },
};

START_TEST(answers_part_where_they_must_not)
{
    size_t i;
    const dg_survey_api *row = dg_survey_api_named(&i, rows[_i].api, rows[_i].method);
    dg_survey_answer now = { .asked = true }, control = { .asked = true };
    char words[200];
    ck_assert_ptr_nonnull(row);
    now.figures = dg_survey_figures(row, hex(rows[_i].now));
    control.figures = dg_survey_figures(row, hex(rows[_i].control));
    ck_assert_int_eq(dg_survey_compare(words, sizeof words, row, &now, &control), rows[_i].how);
    ck_assert_str_eq(words, rows[_i].says);
    json_decref(now.figures);
    json_decref(control.figures);
}
END_TEST

START_TEST(each_row_says_why_it_is_compared_so)
{
    const dg_survey_api *row;
    for (size_t i = 0; (row = dg_survey_api_at(i)); i++) {
        ck_assert_msg(row->because && row->because[0], "%s_%s", row->api, row->method);
        ck_assert_msg(row->figures || !row->configured, "%s_%s", row->api, row->method);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("figures");
    TCase *tc = tcase_create("figures");
    tcase_add_loop_test(tc, answers_part_where_they_must_not, 0, sizeof rows / sizeof *rows);
    tcase_add_test(tc, each_row_says_why_it_is_compared_so);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
