/* What the runtime says it backed has to agree with what the author put in; where it
 * does not, somebody has to be able to see why. */
#include "model_net.h"

#include <string.h>

/* In a sound network on a sound runtime nothing is dropped, and nothing backed that
 * nobody offered. */
START_TEST(what_is_offered_is_backed)
{
    world w;
    world_open(&w, &(world_options){ .seed = 31 });
    world_run(&w, EPOCH + 12);
    ck_assert_uint_eq(world_times(&w, DG_REC_DROPPED, 0, EPOCH + 12), 0);
    ck_assert_uint_gt(world_sum(&w, DG_REC_PARAS, 1, 0, EPOCH + 12), 0);
    ck_assert_uint_eq(world_sum(&w, DG_REC_PARAS, 1, 0, EPOCH + 12), world_sum(&w, DG_REC_PARAS, 4, 0, EPOCH + 12));
    world_close(&w);
}
END_TEST

START_TEST(every_reason_has_its_words)
{
    for (int i = 0; i < DG_DROP_COUNT; i++)
        ck_assert(dg_drop_says((dg_drop)i) && strlen(dg_drop_says((dg_drop)i)) > 10);
    ck_assert_ptr_null(dg_drop_says(DG_DROP_COUNT));
}
END_TEST

int main(void)
{
    Suite *s = suite_create("dropped");
    TCase *tc = tcase_create("dropped");
    int failed;
    tcase_set_timeout(tc, 0);
    tcase_add_test(tc, what_is_offered_is_backed);
    tcase_add_test(tc, every_reason_has_its_words);
    suite_add_tcase(s, tc);
    failed = suite_run(s);
    world_engine_free();
    return failed;
}
