/* Beside real nodes. What they did on one machine is in tests/fidelity/bands.json:
 * kept chains (runs A to D and F) and an upgrade (E). The model runs on the same specs with
 * as many validators and links as quick as theirs, and has to lie in the same bands;
 * what is luck is held against the exact formula, the model's and theirs alike. */
#include "model_bands.h"

#include <math.h>
#include <string.h>

enum {
    RUNS = 5,
    SEEDS = 4,
    SECONDS = 6,
    SETTLED = 5,
    MOST_LAG = 8,
    MOST_HEADS = 16,
    MOST_SLOTS = 128
};

/* ---- slots with more than one claim ---- */

/* The share of slots with two claims or more of n equal validators, c = 1/4: the
 * secondary author claims in any case, each other wins with p = 1 - 0.75^(1/n). */
static double forked_share(uint64_t n)
{
    return 1 - pow(0.75, (double)(n - 1) / (double)n);
}

/* P(X <= most), X ~ Binomial(slots, p). */
static double at_most(uint64_t most, uint64_t slots, double p)
{
    double term = pow(1 - p, (double)slots), sum = term;
    for (uint64_t k = 1; k <= most && k <= slots; k++)
        sum += term *= (double)(slots - k + 1) / (double)k * p / (1 - p);
    return sum;
}

/* Neither tail is thinner than that of a normal law beyond so many deviations. */
static bool formula_allows(uint64_t forked, uint64_t slots, uint64_t validators)
{
    double p = forked_share(validators),
           tail = erfc((double)figure(bands, "deviations") / sqrt(2)) / 2;
    return at_most(forked, slots, p) >= tail
           && (!forked || 1 - at_most(forked - 1, slots, p) >= tail);
}

static uint64_t forked_of(const json_t *run)
{
    return figure_at(run, "claims", 1) + figure_at(run, "claims", 2) + figure_at(run, "claims", 3);
}

/* The real counts: where they are the outlier the data say so, and only there. */
START_TEST(real_counts_of_claims_are_what_the_formula_allows_or_named_outliers)
{
    size_t i, k;
    json_t *set, *run;
    open_bands();
    ck_assert_uint_eq(json_array_size(json_object_get(bands, "together")), 3);
    json_array_foreach(json_object_get(bands, "together"), i, set)
    {
        const char *names = json_string_value(json_object_get(set, "runs"));
        uint64_t slots = 0, forked = 0, validators = 0;
        json_array_foreach(json_object_get(bands, "runs"), k, run)
        {
            if (!strstr(names, json_string_value(json_object_get(run, "name"))))
                continue;
            ck_assert_uint_eq(figure_at(run, "claims", 0) + forked_of(run), figure(run, "slots"));
            ck_assert(!validators || validators == figure(run, "validators"));
            validators = figure(run, "validators");
            slots += figure(run, "slots");
            forked += forked_of(run);
        }
        ck_assert_msg(formula_allows(forked, slots, validators)
                          != json_is_true(json_object_get(set, "outlier")),
                      "%s: %llu of %llu slots", names, (unsigned long long)forked,
                      (unsigned long long)slots);
    }
    close_bands();
}
END_TEST

/* ---- a chain that is kept ---- */

typedef struct tally {
    uint64_t slots, claims, forked, samples, lag[MOST_LAG], heads[MOST_HEADS];
    uint64_t alone;  /* samples with no second claim for SETTLED slots */
    uint64_t strays; /* leaves beyond one and the second claims of those slots */
} tally;

typedef struct course { /* of one run */
    uint64_t claims[MOST_SLOTS];
    uint32_t lag[MOST_SLOTS * SECONDS], heads[MOST_SLOTS * SECONDS];
} course;

static void sample(const world *w, course *c, uint64_t second)
{
    const dg_world_node *n = &w->world->nodes[0];
    c->lag[second] = w->world->blocks[n->best].number - w->world->blocks[n->finalized].number;
    c->heads[second] = n->leaves.count;
    ck_assert_uint_lt(c->lag[second], MOST_LAG);
    ck_assert_uint_lt(c->heads[second], MOST_HEADS);
}

static void add(tally *t, const course *c, uint64_t slots)
{
    for (uint64_t slot = 0; slot < slots; slot++) {
        uint64_t second = 0;
        for (uint64_t back = 0; back <= SETTLED && back <= slot; back++)
            second += c->claims[slot - back] - 1;
        t->slots++;
        t->claims += c->claims[slot];
        t->forked += c->claims[slot] > 1;
        for (uint64_t k = slot * SECONDS; slot >= SETTLED && k < (slot + 1) * SECONDS;
             k++) { /* nothing is below the first blocks */
            t->samples++;
            t->lag[c->lag[k]]++;
            t->heads[c->heads[k]]++;
            t->alone += !second;
            t->strays += c->heads[k] > 1 + second ? c->heads[k] - 1 - second : 0;
        }
    }
}

/* From each slot's first block to the next slot's, in the mean. The very first comes
 * late, here and there: nothing provisions it. */
static void check_interval(const world *w)
{
    dg_ns first = 0, last = 0;
    uint64_t slots = 0, at = UINT64_MAX;
    for (size_t i = 0; i < w->count; i++) {
        if (w->log[i].kind != DG_EVENT_NET_BUILT || !world_slot(w, &w->log[i])
            || world_slot(w, &w->log[i]) == at)
            continue;
        at = world_slot(w, &w->log[i]);
        last = w->log[i].at;
        first = slots++ ? first : last;
    }
    ck_assert_uint_gt(slots, 1);
    ck_assert_uint_eq(((last - first) / (slots - 1) + 50 * DG_MS) / (100 * DG_MS),
                      figure(bands, "interval_tenths"));
}

static void check_course(const world *w, course *c, const json_t *run)
{
    uint64_t slots = figure(run, "slots");
    dg_world_stats stats;
    dg_network_stats_get(w->net, &stats);
    ck_assert_uint_eq(stats.slots, slots);
    ck_assert_uint_eq(stats.empty_slots, figure(run, "empty_slots"));
    ck_assert_uint_eq(stats.failed_blocks, 0);
    ck_assert_uint_eq(stats.blocks, stats.claims); /* each claim led to a block */
    for (size_t i = 0; i < w->count; i++)
        if (w->log[i].kind == DG_EVENT_NET_SLOT)
            c->claims[world_slot(w, &w->log[i])] = w->log[i].net_slot.claims;
    check_interval(w);
    check_sessions(w);
}

static void keep_chain(tally *t, const json_t *run, const char *path, uint64_t seed)
{
    dg_ns loopback[2];
    dg_sim_link quick = loopback_link(loopback);
    world_options o = { .of = "SD_V2_ONLY", .seed = seed, .link = &quick };
    uint64_t slots = figure(run, "slots");
    course c = { 0 };
    dg_error err;
    world w;
    ck_assert_uint_le(slots, MOST_SLOTS);
    world_open_path(&w, path, &o);
    ck_assert_uint_eq(dg_network_node_count(w.net), figure(run, "validators"));
    for (uint64_t second = 0; second < slots * SECONDS; second++) {
        ck_assert_int_eq(
            dg_sim_run(dg_network_sim(w.net), second * 1000 * DG_MS + 999 * DG_MS, &err), DG_OK);
        sample(&w, &c, second);
    }
    world_run(&w, (uint32_t)slots - 1);
    check_course(&w, &c, run);
    add(t, &c, slots);
    world_close(&w);
}

/* Nearly all samples in the band, which is of two neighbours, and both often where
 * the real ones were counted. */
static void check_lag(const tally *t, const json_t *run)
{
    uint64_t least = figure_at(run, "lag", 0), low = t->lag[least], high = t->lag[least + 1];
    ck_assert_msg(100 * (low + high) >= 95 * t->samples,
                  "lag %llu: %llu and one more: %llu of %llu", (unsigned long long)least,
                  (unsigned long long)low, (unsigned long long)high,
                  (unsigned long long)t->samples);
    if (json_object_get(run, "lag_samples")) {
        ck_assert_uint_ge(4 * low, high);
        ck_assert_uint_ge(4 * high, low);
    }
}

/* Losing siblings are leaves until finality passes them, so there are no more leaves
 * than second claims explain, with these and with the real ones. Where the real ones
 * had several at once: mostly one or two, and no more than they had. */
static void check_heads(const tally *t, const json_t *run)
{
    uint64_t most = figure(run, "heads_most");
    ck_assert_uint_le(most, 1 + figure_at(run, "claims", 1) + 2 * figure_at(run, "claims", 2)
                                + 3 * figure_at(run, "claims", 3));
    ck_assert_uint_gt(t->alone, 0);
    ck_assert_uint_eq(t->strays, 0);
    if (most < 3)
        return;
    for (uint64_t i = most + 1; i < MOST_HEADS; i++)
        ck_assert_uint_eq(t->heads[i], 0);
    ck_assert_uint_gt(t->heads[2], t->heads[4]);
    ck_assert_uint_ge(t->heads[1] + t->heads[2], t->samples / 2);
}

/* For who compares by eye. */
static void show(const tally *t, const json_t *run)
{
    printf("model %s: slots %llu, claims %llu, slots with two %llu, lag",
           json_string_value(json_object_get(run, "name")), (unsigned long long)t->slots,
           (unsigned long long)t->claims, (unsigned long long)t->forked);
    for (size_t i = 0; i < MOST_LAG; i++)
        if (t->lag[i])
            printf(" %zu:%llu", i, (unsigned long long)t->lag[i]);
    printf(", leaves");
    for (size_t i = 0; i < MOST_HEADS; i++)
        if (t->heads[i])
            printf(" %zu:%llu", i, (unsigned long long)t->heads[i]);
    printf("\n");
}

START_TEST(validators_keep_a_chain_as_real_ones_did)
{
    const json_t *run;
    const char *path;
    tally t = { 0 };
    char spec[128];
    open_bands();
    run = json_array_get(json_object_get(bands, "runs"), (size_t)_i);
    ck_assert_int_gt(snprintf(spec, sizeof spec, "specs/%s.json.zst",
                              json_string_value(json_object_get(run, "spec"))),
                     16);
    if (json_array_size(json_object_get(bands, "runs")) != RUNS)
        ck_abort_msg("bands.json has not %d runs", RUNS);
    for (uint64_t seed = 1; (path = corpus_path(spec)) && seed <= SEEDS; seed++)
        keep_chain(&t, run, path, seed);
    if (path) {
        show(&t, run);
        ck_assert_msg(formula_allows(t.forked, t.slots, figure(run, "validators")),
                      "two claims in %llu of %llu slots", (unsigned long long)t.forked,
                      (unsigned long long)t.slots);
        check_lag(&t, run);
        if (json_object_get(run, "heads_most"))
            check_heads(&t, run);
    }
    close_bands();
}
END_TEST

/* ---- an upgrade ---- */

static void in_band(const char *name, uint64_t value)
{
    const json_t *band = json_object_get(json_object_get(bands, "upgrade"), name);
    uint64_t least = number(json_array_get(band, 0)), most = number(json_array_get(band, 1));
    ck_assert_msg(value >= least && value <= most, "%s: %llu, real nodes %llu to %llu", name,
                  (unsigned long long)value, (unsigned long long)least, (unsigned long long)most);
}

static uint64_t told(const char *name)
{
    return figure(json_object_get(bands, "upgrade"), name);
}

static const dg_world_node *first_node(const world *w)
{
    return &w->world->nodes[0];
}
static uint32_t final_number(const world *w)
{
    return w->world->blocks[first_node(w)->finalized].number;
}
static uint32_t best_number(const world *w)
{
    return w->world->blocks[first_node(w)->best].number;
}

static void upgrade(world *w, world *n)
{
    dg_runtime *runtime;
    dg_error err;
    if (dg_block_runtime(n->chain, dg_chain_root(n->chain), &runtime, &err) < 0
        || dg_network_enact(w->net, dg_network_first_slot(w->net) + told("upgrade_block") - 1,
                            DG_HOW_OVERRIDE, dg_runtime_blob(runtime), &err)
               < 0)
        ck_abort_msg("%s", err.text);
}

/* Every slot had its block before U, so slot k brings block k + 1. */
static void check_gap(world *w, uint32_t at)
{
    uint32_t slot = at;
    for (world_run(w, at); best_number(w) == at + 1 && slot < at + 12; world_run(w, ++slot))
        in_band("finalized_in_the_gap", final_number(w));
    in_band("empty_slots", slot - at - 1);
    while (best_number(w) < at + 3)
        world_run(w, ++slot);
    in_band("lag_two_blocks_after", best_number(w) - final_number(w));
    while (best_number(w) < at + 5)
        world_run(w, ++slot);
    in_band("lag_four_blocks_after", best_number(w) - final_number(w));
}

START_TEST(an_upgrade_goes_as_it_did_on_real_nodes)
{
    static const char *const old = "specs/paseo-local-1003000-e10.json.zst",
                             *const new = "specs/paseo-local-1009001-e10.json.zst";
    world_options o = { .of = "SD_V2_ONLY", .seed = 1 };
    dg_sim_link quick;
    dg_ns loopback[2];
    world w, n;
    if (!corpus_path(old) || !corpus_path(new))
        return;
    open_bands();
    quick = loopback_link(loopback);
    o.link = &quick;
    o.compile_ns = told("compile_ms") * DG_MS;
    world_open_path(&w, corpus_path(old), &o);
    world_open_chain(&n, corpus_path(new));
    upgrade(&w, &n);
    check_gap(&w, (uint32_t)told("upgrade_block") - 1);
    world_run(&w, 32);
    check_sessions(&w);
    world_close(&n);
    world_close(&w);
    close_bands();
}
END_TEST

/* ---- claims by the formula ---- */

/* All but the secondary author win on their own, and that one authors in any case:
 * 1 + Binomial(n - 1, p) claims a slot, p = 1 - 0.75^(1/n). Means and deviations in
 * parts of a million; over 4000 slots, four deviations of the mean either way. */
static const struct {
    uint32_t n, mean, deviation, forked;
} formulas[] = {
    { 2, 1133975, 340625, 133975 },
    { 8, 1247250, 488381, 222539 },
    { 100, 1284396, 532521, 247839 },
    { 300, 1286586, 535080, 249280 },
};
START_TEST(claims_of_a_slot_follow_the_formula)
{
    enum { OF = 4000, ROOT = 63 }; /* of 4000 */
    uint32_t n = formulas[_i].n;
    dg_authority *all = dg_calloc(n, sizeof *all);
    dg_epoch epoch = {
        .duration = OF, .c = { 1, 4 }, .allowed_slots = 2, .authorities = all, .authority_count = n
    };
    uint64_t sum = 0, forked = 0;
    dg_slot_claim claims[64];
    for (uint32_t i = 0; i < n; i++) {
        all[i].weight = 1;
        dg_le32_put(all[i].key, i);
    }
    for (uint64_t slot = 0; slot < OF; slot++) {
        size_t count = dg_epoch_claims(&epoch, claims, 64, slot, 77);
        ck_assert_uint_ge(count, 1);
        sum += count;
        forked += count > 1;
    }
    ck_assert_uint_ge(sum * 1000000 / OF, formulas[_i].mean - 4 * formulas[_i].deviation / ROOT);
    ck_assert_uint_le(sum * 1000000 / OF, formulas[_i].mean + 4 * formulas[_i].deviation / ROOT);
    ck_assert_uint_ge(forked * 1000000 / OF, formulas[_i].forked - 4 * 433000 / ROOT);
    ck_assert_uint_le(forked * 1000000 / OF, formulas[_i].forked + 4 * 433000 / ROOT);
    dg_free(all);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("fidelity");
    TCase *tc = tcase_create("fidelity");
    int failed;
    tcase_set_timeout(tc, 0);
    tcase_add_loop_test(tc, validators_keep_a_chain_as_real_ones_did, 0, RUNS);
    tcase_add_test(tc, real_counts_of_claims_are_what_the_formula_allows_or_named_outliers);
    tcase_add_test(tc, an_upgrade_goes_as_it_did_on_real_nodes);
    tcase_add_loop_test(tc, claims_of_a_slot_follow_the_formula, 0,
                        (int)(sizeof formulas / sizeof *formulas));
    suite_add_tcase(s, tc);
    failed = suite_run(s);
    world_engine_free();
    return failed;
}
