/* Somebody who waits believes what the screen says: the rate is the phase's own, and the time that
 * the compiler takes in the middle of it does not make the rest look longer. */
#include "../../harness/cli/progress.c"

#include "../support/suite.h"

#define MS UINT64_C(1000000)

static const struct {
    const char *phase;
    uint64_t done, total, ms, compiled_ms;
    const char *says;
} rows[] = {
    { "import", 3000000, 12000000, 1500, 0, "import: 3 of 12 MB, 2.0 MB/s, 4 s left" },
    /* half a minute of the compiler changes nothing of it */
    { "import", 3000000, 12000000, 31500, 30000, "import: 3 of 12 MB, 2.0 MB/s, 4 s left" },
    { "control", 8, 32, 4000, 0, "control: 8 of 32 slots, 2.0 slots/s, 12 s left" },
    { "treatment", 8, 32, 9000, 5000, "treatment: 8 of 32 slots, 2.0 slots/s, 12 s left" },
    { "causes", 1, 4, 500, 0, "causes: 1 of 4 runs, 2.0 runs/s, 2 s left" },
    { "seeds", 20, 20, 1000, 0, "seeds: 20 of 20 seeds, 20.0 seeds/s" },
    { "execute", 120, 0, 3000, 0, "execute: 120 blocks, 40.0 blocks/s" },
    { "control", 0, 32, 4000, 0, "control: 0 of 32 slots" },
    { "control", 8, 32, 5000, 5000,
      "control: 8 of 32 slots" }, /* nothing but the compiler so far */
    { "grow", 0, 0, 4000, 0, "grow: under way" },
    { "another", 3, 4, 3000, 0, "another: 3 of 4, 1 s left" },
};

START_TEST(a_phase_is_told_by_its_own_rate)
{
    dg_progress p;
    char line[160];
    /* what was compiled before the phase is none of it */
    dg_progress_compiling_at(true, 0);
    dg_progress_compiling_at(false, 777 * MS);
    dg_progress_init(&p, rows[_i].phase);
    dg_progress_compiling_at(true, p.start_ns);
    dg_progress_compiling_at(false, p.start_ns + rows[_i].compiled_ms * MS);
    dg_progress_line(line, sizeof line, &p, rows[_i].done, rows[_i].total,
                     p.start_ns + rows[_i].ms * MS);
    ck_assert_str_eq(line, rows[_i].says);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("progress");
    TCase *tc = tcase_create("progress");
    tcase_add_loop_test(tc, a_phase_is_told_by_its_own_rate, 0, sizeof rows / sizeof *rows);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
