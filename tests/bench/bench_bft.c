/* bench_bft.c - a network of consensus bft: what an hour of rounds takes. */
#include "bench.h"

#include "bft/bft.h"

void bench_bft(void)
{
    enum { BAKERS = 100 };
    static dg_bft_member members[BAKERS];
    const dg_ns s = 1000000000;
    const dg_bft_committee all = { 1, members, BAKERS, false };
    const dg_bft_parameters p = { .from_epoch = 1,
                                  .block = { s / 10, 3 * s / 10 },
                                  .payday = { s, 2 * s },
                                  .timeout = 10 * s,
                                  .min_block = 2 * s,
                                  .grow = { 5, 4 },
                                  .shrink = { 4, 5 },
                                  .threshold = { 2, 3 } };
    const dg_bft_share share = { dg_bft_class_of("6.3.1"), 1000000 };
    const dg_bft_network net = { .seed = 1,
                                 .first_epoch = 1,
                                 .first_round = 1,
                                 .payday_epochs = 24,
                                 .epoch = 3600 * s,
                                 .before = bench_count(1800, 20) * s,
                                 .length = bench_count(3600, 40) * s,
                                 .latency = { s / 50, s / 5 },
                                 .committees = &all,
                                 .committee_count = 1,
                                 .parameters = &p,
                                 .parameter_count = 1,
                                 .shares = &share,
                                 .share_count = 1 };
    dg_bft_outcome o;
    dg_bft_splits splits;
    dg_error err;
    double from;
    for (uint64_t i = 0; i < BAKERS; i++)
        members[i] = (dg_bft_member){ i, 1 };
    must(dg_bft_check(&net, &err), &err, "network");
    from = processor_seconds();
    must(dg_bft_run(&o, NULL, &net, DG_ARM_TREATMENT, NULL, &err), &err, "an hour of rounds");
    row("bft: an hour of rounds, 100 finalizers", processor_seconds() - from, "s", "< 10");
    row("bft: rounds of that hour", (double)o.rounds, "", "");
    from = processor_seconds();
    dg_bft_splits_try(&splits, DG_BFT_SET, bench_count(6, 4));
    row("bft: all splits of 6 voters", processor_seconds() - from, "s", "< 60");
}
