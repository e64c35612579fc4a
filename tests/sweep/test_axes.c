/* What people write for an axis: each list and range comes to the values that it says, or to one
 * line that says what is wrong with it. */
#include "../support/suite.h"

#include "sweep/sweep.h"

#include <string.h>

static const struct {
    dg_axis_kind kind;
    const char *text, *values; /* by semicolons */
} good[] = {
    { DG_AXIS_AT, "boundary-20", "boundary-20" },
    { DG_AXIS_AT, "boundary-2..boundary+1", "boundary-2;boundary-1;boundary;boundary+1" },
    { DG_AXIS_AT, "boundary-600..boundary+20 step 310", "boundary-600;boundary-290;boundary+20" },
    { DG_AXIS_AT, "boundary-5..boundary step 2", "boundary-5;boundary-3;boundary-1" },
    { DG_AXIS_AT, "boundary..boundary+4 every 4", "boundary;boundary+4" },
    { DG_AXIS_AT, "boundary@2-1..boundary@2+1", "boundary@2-1;boundary@2;boundary@2+1" },
    { DG_AXIS_AT, "boundary-2b..boundary-1b", "boundary-2b;boundary-1b" },
    { DG_AXIS_AT, "boundary-1b..boundary", "boundary-1b;boundary" },
    { DG_AXIS_AT, "boundary-2s..boundary-1", "boundary-2;boundary-1" },
    { DG_AXIS_AT, "10%..90% step 40", "10%;50%;90%" },
    { DG_AXIS_AT, "#100..#104 step 2", "#100;#102;#104" },
    { DG_AXIS_AT, " next , boundary-1..boundary , 50%", "next;boundary-1;boundary;50%" },
    { DG_AXIS_AT, "every", "every" }, /* what it comes to, a chain has to say */
    { DG_AXIS_AT, " every 7 ,every step 30,boundary", "every 7;every 30;boundary" },
    { DG_AXIS_SEEDS, "1..4", "1;2;3;4" },
    { DG_AXIS_SEEDS, "1..9 step 4,7", "1;5;9;7" },
    { DG_AXIS_NODES, "v1.10=0.9,v1.6=0.1;v1.12=1", "v1.10=0.9,v1.6=0.1;v1.12=1" },
    { DG_AXIS_NODES, "v1.7..v1.11", "v1.7..v1.11" }, /* a range of releases is no range of values */
    { DG_AXIS_NETWORK, "30x6,100x20", "30x6;100x20" },
    { DG_AXIS_TO, "a..b.wasm,dir/c.wasm", "a..b.wasm;dir/c.wasm" },
};

START_TEST(values_are_those_that_were_meant)
{
    dg_axes axes = { 0 };
    const dg_axis *axis = &axes.of[good[_i].kind];
    char got[400] = "";
    dg_error err = { .text = "" };
    dg_code rc = dg_axes_add(&axes, good[_i].kind, good[_i].text, &err);
    ck_assert_msg(rc == DG_OK, "%s: %s", good[_i].text, err.text);
    for (size_t i = 0; i < axis->count; i++)
        snprintf(got + strlen(got), sizeof got - strlen(got), "%s%s", i ? ";" : "",
                 axis->values[i]);
    ck_assert_str_eq(got, good[_i].values);
    dg_axes_clear(&axes);
    ck_assert_ptr_null(axes.of[good[_i].kind].values);
}
END_TEST

static const struct {
    dg_axis_kind kind;
    const char *text, *says;
} bad[] = {
    { DG_AXIS_AT, "", "the list is empty" },
    { DG_AXIS_AT, "boundary,,next", "an empty place" },
    { DG_AXIS_AT, "boundary-1..boundary+5 step 0", "a step is 1 or more" },
    { DG_AXIS_AT, "boundary-1..boundary+5 step", "was not understood" },
    { DG_AXIS_AT, "boundary-1..boundary+5 step two", "a step is 1 or more" },
    { DG_AXIS_AT, "boundary+5..boundary-1", "runs backwards" },
    { DG_AXIS_AT, "boundary-5..boundary@2", "two places" },
    { DG_AXIS_AT, "boundary-5b..boundary+2s", "two units" },
    { DG_AXIS_AT, "10%..boundary", "two places" },
    { DG_AXIS_AT, "boundary-5..", "was not understood" },
    { DG_AXIS_AT, "..boundary", "was not understood" },
    { DG_AXIS_AT, "boundary*3..boundary", "was not understood" },
    { DG_AXIS_AT, "boundary-99999999999..boundary", "was not understood" },
    { DG_AXIS_AT, "boundary-1 step 2", "is no range" },
    { DG_AXIS_AT, "boundary-1,boundary-2..boundary", "stands there twice" },
    { DG_AXIS_AT, "every step 0", "a step is 1 or more" },
    { DG_AXIS_AT, "every,every", "stands there twice" },
    { DG_AXIS_SEEDS, "1..200000", "more than 100000 values" },
    { DG_AXIS_SEEDS, "3,3", "stands there twice" },
    { DG_AXIS_NETWORK, "30x6,", "an empty place" },
};

START_TEST(what_cannot_be_meant_is_refused_in_a_line)
{
    dg_axes axes = { 0 };
    char flag[20];
    dg_error err = { .text = "" };
    ck_assert_int_eq(dg_axes_add(&axes, bad[_i].kind, bad[_i].text, &err), DG_USAGE);
    ck_assert_msg(strstr(err.text, bad[_i].says) != NULL, "%s: %s", bad[_i].text, err.text);
    snprintf(flag, sizeof flag, "--%s: ", dg_axis_flag(bad[_i].kind));
    ck_assert_msg(strncmp(err.text, flag, strlen(flag)) == 0, "%s", err.text);
    dg_axes_clear(&axes);
}
END_TEST

START_TEST(an_axis_is_given_once)
{
    dg_axes axes = { 0 };
    dg_error err = { .text = "" };
    ck_assert_int_eq(dg_axes_add(&axes, DG_AXIS_SEEDS, "1", &err), DG_OK);
    ck_assert_int_eq(dg_axes_add(&axes, DG_AXIS_AT, "boundary", &err), DG_OK);
    ck_assert_int_eq(dg_axes_add(&axes, DG_AXIS_SEEDS, "2", &err), DG_USAGE);
    ck_assert_ptr_nonnull(strstr(err.text, "given twice"));
    dg_axes_clear(&axes);
}
END_TEST

/* ---- shards ---- */

static const struct {
    const char *text;
    uint32_t i, n; /* 0: there is none such */
} shards[] = {
    { "1/1", 1, 1 },  { "2/5", 2, 5 }, { "5/5", 5, 5 }, { "0/0", 0, 0 }, { "5/4", 0, 0 },
    { "0/4", 0, 0 },  { "1/", 0, 0 },  { "/2", 0, 0 },  { "1", 0, 0 },   { "1/2/3", 0, 0 },
    { "-1/2", 0, 0 }, { "a/b", 0, 0 }, { "", 0, 0 },
};

START_TEST(a_shard_is_one_that_there_is)
{
    dg_shard got;
    dg_error err = { .text = "" };
    dg_code rc = dg_shard_read(&got, shards[_i].text, &err);
    ck_assert_int_eq(rc, shards[_i].n ? DG_OK : DG_USAGE);
    if (rc == DG_OK) {
        ck_assert_uint_eq(got.i, shards[_i].i);
        ck_assert_uint_eq(got.n, shards[_i].n);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("axes");
    TCase *tc = tcase_create("axes");
    tcase_add_loop_test(tc, values_are_those_that_were_meant, 0, sizeof good / sizeof *good);
    tcase_add_loop_test(tc, what_cannot_be_meant_is_refused_in_a_line, 0, sizeof bad / sizeof *bad);
    tcase_add_test(tc, an_axis_is_given_once);
    tcase_add_loop_test(tc, a_shard_is_one_that_there_is, 0, sizeof shards / sizeof *shards);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
