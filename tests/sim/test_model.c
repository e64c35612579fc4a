/* Why: the order of events is what every verdict rests on, and the queue that
 * makes it is made for speed. A list that is searched whole is slow and plainly
 * right; both play the same random scripts and must hear the same. */
#include "../support/suite.h"
#include "model_world.h"

START_TEST(the_world_hears_what_its_naive_twin_hears)
{
    static uint8_t script[1500];
    dg_rng rng = dg_rng_fork(11, "script", (uint64_t)_i, 0);
    for (int round = 0; round < 20; round++) {
        dg_rng_bytes(&rng, script, sizeof script);
        world_play(script, sizeof script);
    }
}
END_TEST

/* Crowded instants: most times are equal, so that the order within one instant
 * decides nearly everything. */
START_TEST(crowded_instants_keep_their_order)
{
    static uint8_t script[1200];
    dg_rng rng = dg_rng_fork(12, "crowd", (uint64_t)_i, 0);
    for (int round = 0; round < 20; round++) {
        dg_rng_bytes(&rng, script, sizeof script);
        for (size_t k = 0; k < sizeof script; k++)
            script[k] = k % 3 == 0 ? script[k] : script[k] % 3;
        world_play(script, sizeof script);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("sim model");
    TCase *tc = tcase_create("model");
    tcase_set_timeout(tc, 120);
    tcase_add_loop_test(tc, the_world_hears_what_its_naive_twin_hears, 0, 8);
    tcase_add_loop_test(tc, crowded_instants_keep_their_order, 0, 4);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
