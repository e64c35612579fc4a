/* Blocks built on every modern relay chain that we have, over session boundaries,
 * and each executed again by code that another compiler made: what is equal there
 * is a function of the chain and not of us. */
#include "model_fork.h"

#include <string.h>

static const struct {
    const char *spec;
    uint64_t epoch;
} specs[] = {
    { "specs/paseo-1000000-genesis-e600.json.zst", 600 },
    { "specs/paseo-1001002-genesis.json.zst", 600 },
    { "specs/paseo-1001002-e20-genesis.json.zst", 20 },
    { "specs/paseo-1001002-e20-10val-3paras.json.zst", 20 },
    { "specs/paseo-1001002-e20-100val-20paras.json.zst", 20 },
    { "specs/paseo-local-1001003.json.zst", 600 },
    { "specs/paseo-local-1002000-e20.json.zst", 20 },
    { "specs/paseo-local-1002005-e10.json.zst", 10 },
    { "specs/paseo-local-1003000-e10.json.zst", 10 },
    { "specs/paseo-local-1009001-e10.json.zst", 10 },
    { "specs/westend-local-9420.json.zst", 600 },
    { "specs/westend-local-10000.json.zst", 600 },
    { "specs/westend-local-1005000.json.zst", 600 },
    { "specs/rococo-v2_2-genesis-9190.json.zst", 600 },
    { "specs/rococo-local-103000-e10.json.zst", 10 },
    { "specs/rococo-dev-1014000-e10.json.zst", 10 },
    { "specs/rococo-local-1015000-8val-8paras-e10.json.zst", 10 },
    { "specs/kusama-local-1000000.json.zst", 600 },
    { "specs/polkadot-local-9370.json.zst", 2400 },
    { "specs/polkadot-dev-9390.json.zst", 2400 },
    { "specs/polkadot-local-9390-e60-4val.json.zst", 60 },
};
enum { BLOCKS = REDUCED ? 12 : 100, SPECS = sizeof specs / sizeof specs[0] };

/* Long epochs are crossed by jumps: to the slot before each boundary. */
static uint64_t next_slot(const dg_clock *clock, int i)
{
    if (clock->epoch_slots > (REDUCED ? 10 : 20) && clock->slot && i % 10 == 9
        && clock->slot + 2 < clock->next_boundary)
        return clock->next_boundary - 2;
    return clock->next_slot;
}

START_TEST(each_relay_chain_builds_and_builds_again)
{
    dg_block *tip;
    dg_error err;
    uint32_t sessions = 0;
    fork f;
    if (REDUCED && _i % 5 != 1) {
        printf("not run: %s under sanitizers\n", specs[_i].spec);
        return;
    }
    if (!fork_open(&f, specs[_i].spec))
        return;
    tip = dg_chain_root(f.chain);
    for (int i = 0; i < BLOCKS; i++) {
        dg_clock clock = fork_clock(&f, tip);
        dg_block *block = fork_build(&f, tip, next_slot(&clock, i));
        ck_assert_uint_eq(clock.epoch_slots, specs[_i].epoch);
        ck_assert_uint_eq(dg_block_extrinsic_count(block), 2);
        if (dg_chain_reexecute(f.chain, block, fork_other_engine(), NULL, &err) != DG_OK)
            ck_abort_msg("%s: %s", specs[_i].spec, err.text);
        sessions = fork_clock(&f, block).session;
        ck_assert_int_eq(dg_chain_finalize(f.chain, block, NULL), DG_OK);
        tip = block;
    }
    ck_assert_uint_eq(f.chain->runtime_count, 2); /* the other compiler's really ran */
    ck_assert_msg(sessions >= 1, "%s: no session passed", specs[_i].spec);
    fork_close(&f);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("build");
    TCase *tc = tcase_create("build");
    int failed;
    tcase_set_timeout(tc, 0);
    tcase_add_loop_test(tc, each_relay_chain_builds_and_builds_again, 0, SPECS);
    suite_add_tcase(s, tc);
    failed = suite_run(s);
    fork_engines_free();
    return failed;
}
