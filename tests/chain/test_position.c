/* A position is what a plan says in words; one slot off, and the upgrade is
 * rehearsed on the wrong side of a session boundary. */
#include "../support/suite.h"

#include <string.h>

#include "chain/chain_impl.h"

/* Fork at #100, slot 1012 of an epoch 1000..1019, next boundary 1020. */
static const dg_clock clock20 = { .slot_ms = 6000,
                                  .epoch_slots = 20,
                                  .epoch_index = 50,
                                  .epoch_start = 1000,
                                  .slot = 1012,
                                  .next_slot = 1013,
                                  .next_boundary = 1020 };

static const struct {
    const char *text;
    uint32_t first;
    uint64_t slot;
} good[] = {
    { "boundary", 1, 1020 },     { "boundary-5", 1, 1015 },  { "boundary+5", 1, 1025 },
    { "boundary", 2, 1040 },     { "boundary@1", 2, 1020 },  { "boundary@3-20", 1, 1040 },
    { "boundary@2+5", 1, 1045 }, { "next", 2, 1020 },        { "#101", 1, 1013 },
    { "#108", 1, 1020 },         { "50%", 2, 1030 },         { "100%", 1, 1020 },
    { "boundary-5s", 1, 1015 },  { "boundary-5b", 1, 1015 }, { "boundary@2+5b", 1, 1045 },
    { "0%", 2, 1020 },           { "70%", 1, 1014 },         { "boundary+0", 0, 1020 },
};
START_TEST(positions_are_the_slots_they_say)
{
    dg_position p;
    dg_error err;
    uint64_t slot = 0;
    ck_assert_int_eq(dg_position_parse(&p, good[_i].text, &err), DG_OK);
    if (dg_position_slot(&p, &slot, &clock20, 100, good[_i].first, &err) < 0)
        ck_abort_msg("%s: %s", good[_i].text, err.text);
    ck_assert_uint_eq(slot, good[_i].slot);
}
END_TEST

static const char *const bad[] = {
    "",
    "boundry-5",
    "boundary-",
    "boundary+",
    "boundary5",
    "boundary@",
    "boundary@0",
    "boundary@-1",
    "boundary-5x",
    "boundary-5bs",
    "boundary-b",
    "boundaryb",
    "50%b",
    "boundary--5",
    "101%",
    "%",
    "50",
    "50%%",
    "#",
    "#-1",
    "#1x",
    "# 1",
    "99999999999999999999%",
    "#99999999999",
    "boundary-99999999999999",
    "nexta",
    " next",
    "boundary@9999999999",
};
START_TEST(what_is_no_position_is_refused_with_an_example)
{
    dg_position p;
    dg_error err;
    ck_assert_int_eq(dg_position_parse(&p, bad[_i], &err), DG_USAGE);
    ck_assert_ptr_nonnull(strstr(err.text, "boundary-20"));
}
END_TEST

/* Blocks are counted once there are some: what is asked for is kept, with its boundary. */
START_TEST(blocks_are_told_from_slots)
{
    static const struct {
        const char *text;
        bool in_blocks;
        int64_t offset;
        uint64_t boundary;
    } rows[] = { { "boundary-5", false, -5, 1020 },
                 { "boundary-5s", false, -5, 1020 },
                 { "boundary-5b", true, -5, 1020 },
                 { "boundary@3+2b", true, 2, 1060 },
                 { "boundary", false, 0, 1020 } };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        dg_position p;
        ck_assert_int_eq(dg_position_parse(&p, rows[i].text, NULL), DG_OK);
        ck_assert_msg(p.in_blocks == rows[i].in_blocks, "%s", rows[i].text);
        ck_assert_int_eq(p.offset, rows[i].offset);
        ck_assert_uint_eq(dg_position_boundary(&p, &clock20, 1), rows[i].boundary);
    }
}
END_TEST

static const char *const past[] = { "boundary-8", "boundary-600", "#100",         "#1",
                                    "0%",         "60%",          "boundary@1-20" };
START_TEST(a_position_before_the_fork_is_refused)
{
    dg_position p;
    dg_error err;
    uint64_t slot;
    ck_assert_int_eq(dg_position_parse(&p, past[_i], &err), DG_OK);
    ck_assert_int_eq(dg_position_slot(&p, &slot, &clock20, 100, 1, &err), DG_USAGE);
    ck_assert_ptr_nonnull(strstr(err.text, "1013"));
}
END_TEST

#define COUNT(rows) ((int)(sizeof(rows) / sizeof(rows)[0]))

int main(void)
{
    Suite *s = suite_create("position");
    TCase *tc = tcase_create("position");
    tcase_add_loop_test(tc, positions_are_the_slots_they_say, 0, COUNT(good));
    tcase_add_loop_test(tc, what_is_no_position_is_refused_with_an_example, 0, COUNT(bad));
    tcase_add_test(tc, blocks_are_told_from_slots);
    tcase_add_loop_test(tc, a_position_before_the_fork_is_refused, 0, COUNT(past));
    suite_add_tcase(s, tc);
    return suite_run(s);
}
