/* A state that forgets a deletion, counts a key twice or shows a rolled back
 * value makes another chain of ours. The naive twin keeps everything in lists
 * and copies them whole; both do the same random things and must agree. */
#include "../support/suite.h"
#include "model_state.h"

enum { ROUNDS = 24, OPERATIONS = 8000 };

START_TEST(random_blocks_look_the_same_on_the_twin)
{
    static uint8_t bytes[OPERATIONS];
    dg_rng rng = dg_rng_fork(20240421, "state model", (uint64_t)_i, 0);
    dg_rng_bytes(&rng, bytes, sizeof bytes);
    ck_assert_uint_gt(state_play(bytes, sizeof bytes), OPERATIONS / 20);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("model");
    TCase *tc = tcase_create("model");
    tcase_set_timeout(tc, 0);
    tcase_add_loop_test(tc, random_blocks_look_the_same_on_the_twin, 0, ROUNDS);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
