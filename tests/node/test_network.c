/* The world around the incident has to be like the real one, or its verdicts mean
 * nothing: blocks compete as often as the lottery says, finality follows a few blocks
 * behind and prunes what lost, each block is made of what its author had heard. And a
 * run is a function of its options: the same seed gives the same records. */
#include "../support/model_net.h"

#include <math.h>
#include <string.h>

static const dg_world_stats *stats(const world *w)
{
    static dg_world_stats s;
    dg_network_stats_get(w->net, &s);
    return &s;
}

/* ---- blocks that compete ---- */

/* Claims of a slot: n p primaries, and the secondary author unless it won as well;
 * p = 1 - 0.75^(1/n). For n = 100: 1.28442 a slot, with a deviation of 0.535 a slot
 * (of the number of primaries). Over 400 slots: 0.0268. Four of them either way. */
START_TEST(slots_have_as_many_claims_as_the_lottery_says)
{
    enum { SEEDS = 20, SLOTS = 20 };
    uint64_t claims = 0, forked = 0, pruned = 0, forgets = 0;
    for (uint64_t seed = 10; seed < 10 + SEEDS; seed++) {
        world_options o = { .seed = seed };
        world w;
        world_open(&w, &o);
        world_run(&w, SLOTS - 1);
        ck_assert_uint_eq(stats(&w)->slots, SLOTS);
        ck_assert_uint_eq(stats(&w)->empty_slots, 0);
        ck_assert_uint_eq(stats(&w)->blocks, stats(&w)->claims); /* every claim is a block */
        claims += stats(&w)->claims;
        for (size_t i = 0; i < w.count; i++)
            forked += w.log[i].kind == DG_EVENT_NET_SLOT && w.log[i].net_slot.built > 1;
        /* what lost is pruned, and every such head gives a signal that only deactivates */
        pruned += stats(&w)->pruned;
        forgets += stats(&w)->deactivations_only;
        world_close(&w);
    }
    ck_assert_uint_ge(1000 * claims, (1284 - 107) * SEEDS * SLOTS);
    ck_assert_uint_le(1000 * claims, (1284 + 107) * SEEDS * SLOTS);
    ck_assert_uint_gt(pruned, SEEDS);
    ck_assert_uint_ge(forgets, pruned * 80); /* the last ones have not come to everybody */
    /* a quarter of the slots, 0.249 with a deviation of 0.0216 */
    ck_assert_uint_ge(1000 * forked, (249 - 86) * SEEDS * SLOTS);
    ck_assert_uint_le(1000 * forked, (249 + 86) * SEEDS * SLOTS);
}
END_TEST

START_TEST(without_forks_nothing_is_pruned)
{
    world_options o = { .seed = 1, .no_forks = true };
    world w;
    world_open(&w, &o);
    world_run(&w, 40);
    ck_assert_uint_eq(stats(&w)->blocks, 41);
    ck_assert_uint_eq(stats(&w)->pruned, 0);
    ck_assert_uint_eq(stats(&w)->deactivations_only, 0);
    world_close(&w);
}
END_TEST

/* The chain with more primary blocks, though shorter; of equals the longer; of those
 * the one that was there first. */
static const struct {
    uint32_t weight[2], number[2];
    bool better;
} choices[] = {
    { { 5, 4 }, { 8, 9 }, true },
    { { 4, 5 }, { 9, 8 }, false },
    { { 4, 4 }, { 9, 8 }, true },
    { { 4, 4 }, { 8, 8 }, false },
};
START_TEST(primary_blocks_weigh_more_than_length)
{
    dg_world_block blocks[2] = {
        { .weight = choices[_i].weight[0], .number = choices[_i].number[0] },
        { .weight = choices[_i].weight[1], .number = choices[_i].number[1] }
    };
    dg_world net = { .blocks = blocks, .block_count = 2 };
    ck_assert_int_eq(dg_world_is_better(&net, (dg_leaf_id){ 0 }, (dg_leaf_id){ 1 }),
                     choices[_i].better);
}
END_TEST

/* ---- finality ---- */

START_TEST(finality_follows_two_to_five_blocks_behind)
{
    world_options o = { .seed = 5 };
    uint64_t last = 0;
    world w;
    world_open(&w, &o);
    world_run(&w, 45);
    for (size_t i = 0; i < w.count; i++) {
        const dg_event *r = &w.log[i];
        if (r->kind != DG_EVENT_NET_FINALIZED)
            continue;
        ck_assert_uint_gt(r->block, last);
        ck_assert(r->net_finalized.lag >= 2 && r->net_finalized.lag <= 5);
        last = r->block;
    }
    ck_assert_uint_ge(last, 41);
    ck_assert_uint_eq(stats(&w)->finalized, last);
    ck_assert_uint_le(dg_chain_block_count(w.chain), 16); /* and the tree is kept small */
    world_close(&w);
}
END_TEST

/* With a third of the voters gone nothing is final; the chain goes on. */
START_TEST(finality_stops_without_two_thirds)
{
    for (uint32_t down = 33; down <= 34; down++) {
        world_options o = { .seed = 6 };
        uint64_t before;
        world w;
        world_open(&w, &o);
        world_run(&w, 10);
        before = stats(&w)->finalized;
        for (uint32_t i = 0; i < down; i++)
            ck_assert_int_eq(dg_sim_pause(dg_network_sim(w.net), (dg_node_ix){ i },
                                          (dg_sim_span){ 66000 * DG_MS, 200000 * DG_MS }, NULL),
                             DG_OK);
        world_run(&w, 20);
        if (down == 33)
            ck_assert_uint_gt(stats(&w)->finalized, before + 3);
        else
            ck_assert_uint_le(stats(&w)->finalized, before + 1);
        ck_assert_uint_gt(dg_block_number(dg_network_best(w.net)), before + 5);
        world_run(&w, 45); /* they wake up, and it catches up */
        ck_assert_uint_ge(stats(&w)->finalized + 5, dg_block_number(dg_network_best(w.net)));
        world_close(&w);
    }
}
END_TEST

/* ---- faults of the world ---- */

/* A process that begins anew has forgotten what it held; it hears of the session's
 * topology at its next leaf, since gossip-support has forgotten as well. */
START_TEST(a_node_that_restarts_finds_its_way_back)
{
    world_options o = {
        .of = "SD_V12_DROP", .seed = 7, .how = DG_HOW_OVERRIDE, .enact = 2 * EPOCH
    };
    const dg_event *h;
    world w;
    world_open(&w, &o);
    ck_assert_int_eq(
        dg_sim_crash(dg_network_sim(w.net), (dg_node_ix){ 3 },
                     (dg_sim_span){ 46 * 6000 * DG_MS, 49 * 6000 * DG_MS + 3000 * DG_MS }, NULL),
        DG_OK);
    world_run(&w, 47);
    h = world_holders(&w, 47);
    ck_assert_uint_eq(h->net_holders.validators, 99);
    ck_assert_uint_eq(h->net_holders.holders, 99);
    world_run(&w, 50);
    h = world_holders(&w, 50);
    ck_assert_uint_eq(h->net_holders.validators, 100);
    ck_assert_uint_eq(h->net_holders.holders, 100);
    ck_assert_uint_eq(w.world->nodes[3].best, w.world->nodes[4].best);
    ck_assert_uint_eq(w.world->nodes[3].finalized, w.world->nodes[4].finalized);
    world_close(&w);
}
END_TEST

/* In the stall, then, a restart is a repair: the node asks for the topology anew. */
START_TEST(a_restart_in_the_stall_brings_the_topology_back)
{
    world_options o = {
        .of = "SD_V12_DROP", .seed = 7, .how = DG_HOW_OVERRIDE, .enact = 2 * EPOCH + 4
    };
    world w;
    world_open(&w, &o);
    for (uint32_t i = 0; i < 10; i++)
        ck_assert_int_eq(dg_sim_crash(dg_network_sim(w.net), (dg_node_ix){ i },
                                      (dg_sim_span){ 46 * 6000 * DG_MS, 47 * 6000 * DG_MS }, NULL),
                         DG_OK);
    world_run(&w, 50);
    ck_assert_uint_eq(world_holders(&w, 45)->net_holders.holders, 0);
    ck_assert_uint_eq(world_holders(&w, 50)->net_holders.holders, 10);
    world_close(&w);
}
END_TEST

START_TEST(the_smaller_side_of_a_partition_comes_back)
{
    world_options o = { .seed = 8 };
    dg_node_ix apart[30];
    world w;
    for (uint32_t i = 0; i < 30; i++)
        apart[i].v = i;
    world_open(&w, &o);
    ck_assert_int_eq(dg_sim_partition(dg_network_sim(w.net), apart, 30,
                                      (dg_sim_span){ 60000 * DG_MS, 120000 * DG_MS }, NULL),
                     DG_OK);
    world_run(&w, 19);
    ck_assert_uint_ne(w.world->nodes[0].best, w.world->nodes[50].best); /* two chains */
    world_run(&w, 40);
    ck_assert_uint_eq(w.world->nodes[0].best, w.world->nodes[50].best);
    ck_assert_uint_eq(w.world->nodes[0].finalized, w.world->nodes[50].finalized);
    world_close(&w);
}
END_TEST

/* ---- compiling N ---- */

/* Every node compiles N at its first call at U, all at the same moment. A slot whose
 * author is still at it is empty; one that is late by less than two thirds of it is
 * not. Thirty-three seconds cost two real nodes four slots. */
static const struct {
    uint32_t ms, empty;
} compiles[] = { { 0, 0 }, { 5000, 0 }, { 9500, 0 }, { 12000, 1 }, { 33000, 4 } };
START_TEST(compiling_the_new_code_empties_slots)
{
    enum { AT = 12 };
    world_options o = {
        .seed = 13, .how = DG_HOW_OVERRIDE, .enact = AT, .compile_ns = compiles[_i].ms * DG_MS
    };
    uint64_t empty = 0, finalized_in_gap = 0;
    world w;
    world_open(&w, &o);
    world_run(&w, AT + 12);
    for (size_t i = 0; i < w.count; i++) {
        const dg_event *r = &w.log[i];
        if (r->kind == DG_EVENT_NET_SLOT && !r->net_slot.built) {
            ck_assert_uint_gt(world_slot(&w, r), AT);
            /* right after U, in a row */
            ck_assert_uint_le(world_slot(&w, r), AT + compiles[_i].empty);
            empty++;
        }
        if (r->kind == DG_EVENT_NET_BUILT) /* nobody makes up for a slot it slept through */
            ck_assert_uint_lt(r->at, (world_slot(&w, r) + 1) * 6000 * DG_MS);
        finalized_in_gap += r->kind == DG_EVENT_NET_FINALIZED && compiles[_i].empty > 2
                            && world_slot(&w, r) > AT && world_slot(&w, r) < AT + 4;
    }
    ck_assert_uint_eq(empty, compiles[_i].empty);
    ck_assert_uint_eq(stats(&w)->empty_slots, empty);
    ck_assert_uint_eq(finalized_in_gap, 0);
    /* nothing is lost */
    ck_assert_uint_ge(stats(&w)->finalized + 5, dg_block_number(dg_network_best(w.net)));
    world_close(&w);
}
END_TEST

/* ---- groups ---- */

/* A group of g of which a share f is too old has fewer than two that can vote with
 * probability f^g + g f^(g-1) (1 - f); over so many groups within four deviations. */
enum { PARTS = 200, GROUPS = 20 };
static const struct {
    double old;
    uint32_t ppm, size, para_validators;
} shares_of_old[] = {
    { 0.2, 200000, 5, 0 },  { 0.1, 100000, 5, 0 },  { 0.08, 80000, 5, 0 },
    { 0.2, 200000, 3, 60 }, { 0.1, 100000, 3, 60 }, { 0.08, 80000, 3, 60 },
};

/* The session's own groups, as nodes. */
static void take_groups(uint32_t (*nodes)[5], world *w, uint32_t size)
{
    const dg_world_block *b = &w->world->blocks[dg_world_favourite(w->world)];
    ck_assert_uint_eq(b->view.group_count, GROUPS);
    for (uint32_t g = 0; g < GROUPS; g++) {
        ck_assert_uint_eq(b->view.group_from[g + 1] - b->view.group_from[g], size);
        for (uint32_t i = 0; i < size; i++)
            nodes[g][i] = b->session->node[b->view.members[b->view.group_from[g] + i]];
    }
}

static uint32_t count_unable(const dg_network *net, uint32_t (*nodes)[5], uint32_t size,
                             const dg_node_class *able)
{
    uint32_t unable = 0;
    for (uint32_t g = 0; g < GROUPS; g++) {
        uint32_t votes = 0;
        for (uint32_t i = 0; i < size; i++)
            votes += dg_network_class(net, (dg_node_ix){ nodes[g][i] }) == able;
        unable += votes < 2;
    }
    return unable;
}

START_TEST(as_many_groups_are_unable_as_the_formula_says)
{
    double f = shares_of_old[_i].old, g = shares_of_old[_i].size,
           p = pow(f, g) + g * pow(f, g - 1) * (1 - f), mean = p * PARTS * GROUPS;
    dg_share mixed[2] = { { dg_class_named("SD_V1"), shares_of_old[_i].ppm },
                          { dg_class_named("SD_V12_OK"), 1000000 - shares_of_old[_i].ppm } };
    dg_network_options options = { .shares = mixed, .share_count = 2 };
    uint32_t unable = 0, nodes[GROUPS][5];
    world_options o = { .seed = 1, .para_validators = shares_of_old[_i].para_validators };
    world w;
    world_open(&w, &o);
    world_run(&w, EPOCH + 1);
    take_groups(nodes, &w, shares_of_old[_i].size);
    world_rewind(&w);
    for (options.seed = 1; options.seed <= PARTS; options.seed++) {
        dg_network *net;
        ck_assert_int_eq(dg_network_new(&net, w.chain, &options, NULL), DG_OK);
        unable += count_unable(net, nodes, shares_of_old[_i].size, mixed[1].of);
        dg_network_free(net);
    }
    ck_assert_msg(fabs(unable - mean) <= 4 * sqrt(mean * (1 - p)),
                  "%u of %d groups are unable, %.1f +- %.1f expected", unable, PARTS * GROUPS, mean,
                  4 * sqrt(mean * (1 - p)));
    world_close(&w);
}
END_TEST

/* And such a group's core waits for as long as the group serves it. */
START_TEST(an_unable_group_is_told_and_backs_nothing)
{
    dg_share mixed[2] = { { dg_class_named("SD_V1"), 600000 },
                          { dg_class_named("SD_V12_OK"), 400000 } };
    world_options o = {
        .shares = mixed, .share_count = 2, .seed = 14, .how = DG_HOW_OVERRIDE, .enact = 2 * EPOCH
    };
    uint64_t able = 0, told = 0;
    uint32_t nodes[GROUPS][5];
    world w;
    world_open(&w, &o);
    world_run(&w, 2 * EPOCH + 15);
    take_groups(nodes, &w, 5);
    for (size_t i = 0; i < w.count; i++) {
        const dg_event *r = &w.log[i];
        if (r->kind == DG_EVENT_NET_GROUPS && world_slot(&w, r) == 2 * EPOCH - 1)
            ck_assert(r->net_groups.groups == 20
                      && r->net_groups.able == 20); /* before the flip all are able */
        if (r->kind == DG_EVENT_NET_GROUPS && world_slot(&w, r) == 2 * EPOCH + 3) {
            ck_assert_uint_eq(r->net_groups.groups, 20);
            ck_assert_uint_eq(r->net_groups.wanted, 2);
            ck_assert_uint_lt(r->net_groups.least, 2);
            able = r->net_groups.able;
            told++;
        }
        if (r->kind == DG_EVENT_NET_PARAS && world_slot(&w, r) > 2 * EPOCH + 4)
            ck_assert_uint_le(r->net_paras.backable, able);
    }
    ck_assert_uint_eq(told, 1);
    ck_assert_uint_eq(able, GROUPS - count_unable(w.net, nodes, 5, mixed[1].of));
    /* a lone vote would have cost the block of its group's author */
    ck_assert_uint_eq(stats(&w)->failed_blocks, 0);
    ck_assert_uint_gt(able, 4);
    ck_assert_uint_lt(able, 20);
    world_close(&w);
}
END_TEST

/* ---- collators ---- */

/* A collator that looks ahead has a block backed in every relay block once N's
 * parameters allow it; one that waits, in every second. On N-1 both wait. */
START_TEST(collators_that_look_ahead_double_the_rate)
{
    enum { AT = 2 * EPOCH };
    world_options o = {
        .seed = 15, .how = DG_HOW_OVERRIDE, .enact = AT, .collators = _i ? world_async() : NULL
    };
    uint64_t blocks, backed;
    world w;
    world_open(&w, &o);
    world_run(&w, AT + 14);
    blocks = world_times(&w, DG_EVENT_NET_PARAS, EPOCH + 1, AT - 1);
    backed = world_sum(&w, DG_EVENT_NET_PARAS, "backed", EPOCH + 1, AT - 1);
    ck_assert_uint_ge(backed, 7 * blocks);
    ck_assert_uint_le(backed, 13 * blocks);
    blocks = world_times(&w, DG_EVENT_NET_PARAS, AT + 4, AT + 14);
    backed = world_sum(&w, DG_EVENT_NET_PARAS, "backed", AT + 4, AT + 14);
    if (o.collators)
        ck_assert_uint_eq(backed, 20 * blocks);
    else
        ck_assert_uint_le(backed, 13 * blocks);
    ck_assert_uint_eq(stats(&w)->failed_blocks, 0);
    ck_assert_uint_eq(stats(&w)->timed_out, 0);
    world_close(&w);
}
END_TEST

/* ---- two ways at one leaf ---- */

/* Before the flip a node that knows only the new way has nothing to include, although
 * its links to the others are sound. */
START_TEST(an_author_includes_only_what_its_own_machine_heard)
{
    dg_share mixed[2] = { { dg_class_named("SD_V2_ONLY"), 300000 },
                          { dg_class_named("SD_V12_OK"), 700000 } };
    world_options o = { .shares = mixed, .share_count = 2, .seed = 16 };
    uint64_t by_new = 0, by_both = 0;
    world w;
    world_open(&w, &o);
    world_run(&w, 2 * EPOCH);
    for (size_t i = 0; i < w.count; i++) {
        const dg_event *r = &w.log[i];
        if (r->kind != DG_EVENT_NET_PARAS || world_slot(&w, r) <= EPOCH)
            continue;
        if (dg_network_class(w.net, (dg_node_ix){ r->node }) == mixed[0].of) {
            ck_assert_uint_eq(r->net_paras.offered, 0);
            by_new++;
        } else
            by_both += r->net_paras.offered;
    }
    ck_assert_uint_gt(by_new, 2);
    ck_assert_uint_gt(by_both, 20);
    world_close(&w);
}
END_TEST

/* ---- the same seed, the same run ---- */

static void assert_same_log(const world *a, const world *b)
{
    ck_assert_uint_eq(a->count, b->count);
    for (size_t i = 0; i < a->count; i++) {
        const dg_event *x = &a->log[i], *y = &b->log[i];
        ck_assert(x->at == y->at && x->kind == y->kind && x->node == y->node
                  && x->block == y->block);
        ck_assert(world_same_numbers(x, y));
        ck_assert(dg_hash_equal(&a->hashes[i], &b->hashes[i]));
        ck_assert_str_eq(a->texts[i], b->texts[i]);
    }
    ck_assert_uint_eq(dg_sim_fingerprint(dg_network_sim(a->net)),
                      dg_sim_fingerprint(dg_network_sim(b->net)));
}

START_TEST(two_runs_of_one_seed_agree)
{
    world_options o = { .of = "SD_V12_PURGE", .seed = 9, .how = DG_HOW_OVERRIDE, .enact = 30 };
    world a, b;
    world_open(&a, &o);
    world_run(&a, 45);
    world_open(&b, &o);
    for (uint32_t slot = 0; slot <= 45; slot += 5) /* in pieces: no difference */
        world_run(&b, slot);
    assert_same_log(&a, &b);
    world_close(&b);
    o.seed = 10;
    world_open(&b, &o);
    world_run(&b, 45);
    ck_assert_uint_ne(dg_sim_fingerprint(dg_network_sim(a.net)),
                      dg_sim_fingerprint(dg_network_sim(b.net)));
    world_close(&a);
    world_close(&b);
}
END_TEST

/* A class that changes nothing in a run leaves every record as it is. */
START_TEST(classes_differ_only_where_they_differ)
{
    world_options o = { .of = "SD_V12_OK", .seed = 11 };
    world a, b;
    world_open(&a, &o);
    world_run(&a, 30);
    o.of = "KAGOME";
    world_open(&b, &o);
    world_run(&b, 30);
    ck_assert_uint_eq(dg_sim_fingerprint(dg_network_sim(a.net)),
                      dg_sim_fingerprint(dg_network_sim(b.net)));
    ck_assert_uint_eq(stats(&a)->backed, stats(&b)->backed);
    world_close(&a);
    world_close(&b);
}
END_TEST

/* ---- signatures ---- */

/* Where the chain does not know of simulated validators, their bitfields and their
 * candidates are dropped: a mark is no signature. */
START_TEST(marked_signatures_are_worth_nothing_on_a_chain_that_was_not_told)
{
    world_options o = { .seed = 12, .genuine_only = true };
    world w;
    world_open(&w, &o);
    world_run(&w, EPOCH + 4);
    ck_assert_uint_eq(stats(&w)->backed, 0);
    ck_assert_uint_eq(stats(&w)->included, 0);
    /* they were offered */
    ck_assert_uint_ge(world_sum(&w, DG_EVENT_NET_PARAS, "offered", EPOCH + 1, EPOCH + 4), 80);
    world_close(&w);
}
END_TEST

/* ---- what a caller may get wrong ---- */

static const struct {
    const char *of[2];
    uint32_t ppm[2];
    size_t count;
    const char *says;
} bad[] = {
    { { "SD_V1", "SD_V12_OK" }, { 400000, 500000 }, 2, "add up to 900000" },
    { { "SD_V1", "SD_V12_OK" }, { 400000, 700000 }, 2, "add up to 1100000" },
    { { "SD_V1", "nothing" }, { 400000, 600000 }, 2, "share 2 names no node class" },
    { { NULL }, { 0 }, 0, "add up to 0" },
};
START_TEST(shares_that_make_no_sense_are_refused)
{
    world_options o = { .seed = 1 };
    dg_share shares[2];
    dg_network_options options = { .shares = shares, .share_count = bad[_i].count };
    dg_network *net;
    dg_error err;
    world w;
    for (size_t i = 0; i < bad[_i].count; i++)
        shares[i] = (dg_share){ dg_class_named(bad[_i].of[i]), bad[_i].ppm[i] };
    world_open(&w, &o);
    ck_assert_int_eq(dg_network_new(&net, w.chain, &options, &err), DG_USAGE);
    ck_assert_ptr_null(net);
    ck_assert_ptr_nonnull(strstr(err.text, bad[_i].says));
    world_close(&w);
}
END_TEST

START_TEST(what_lies_behind_cannot_be_planned)
{
    world_options o = { .seed = 1 };
    dg_error err;
    world w;
    uint64_t first;
    world_open(&w, &o);
    first = dg_network_first_slot(w.net);
    ck_assert_int_eq(dg_network_run(w.net, first - 1, &err), DG_USAGE);
    world_run(&w, 3);
    ck_assert_int_eq(dg_network_enact(w.net, first + 3, DG_HOW_OVERRIDE, dg_text("x"), &err),
                     DG_USAGE);
    ck_assert_int_eq(dg_network_enact(w.net, first + 4, DG_HOW_OVERRIDE, dg_text("x"), &err),
                     DG_OK);
    world_close(&w);
}
END_TEST

static dg_code stop_at_blocks(void *user, const dg_event *event, const dg_hash *about,
                              dg_error *err)
{
    (void)user;
    (void)about;
    json_decref(event->detail);
    return event->kind == DG_EVENT_NET_BUILT ? dg_fail(err, DG_LIMIT, "enough") : DG_OK;
}

START_TEST(a_listener_can_end_a_run)
{
    world_options o = { .seed = 1 };
    dg_share all = { dg_class_named("SD_V12_OK"), 1000000 };
    dg_network_options options = { .shares = &all, .share_count = 1, .each = stop_at_blocks };
    dg_network *net;
    dg_error err;
    world w;
    world_open(&w, &o);
    ck_assert_int_eq(dg_network_new(&net, w.chain, &options, &err), DG_OK);
    ck_assert_int_eq(dg_network_run(net, dg_network_first_slot(net) + 3, &err), DG_LIMIT);
    ck_assert_str_eq(err.text, "enough");
    dg_network_free(net);
    world_close(&w);
}
END_TEST

/* Wherever memory ends, the run ends with that code, and nothing is left behind. */
START_TEST(without_memory_a_run_ends_in_order)
{
    dg_share all = { dg_class_named("SD_V12_OK"), 1000000 };
    dg_network_options options = { .seed = 1, .shares = &all, .share_count = 1 };
    world_options o = { .seed = 1 };
    uint64_t nth = 1;
    dg_code rc;
    world w;
    world_open(&w, &o);
    do {
        dg_network *net = NULL;
        dg_error err = { .text = "" };
        world_rewind(&w);
        dg_alloc_fail_from(nth);
        rc = dg_network_new(&net, w.chain, &options, &err);
        if (rc == DG_OK)
            rc = dg_network_run(net, dg_network_first_slot(net) + 2, &err);
        dg_alloc_fail_from(0);
        ck_assert_msg(rc == DG_OK || rc == DG_NOMEM, "request %llu: %d %s", (unsigned long long)nth,
                      rc, err.text);
        dg_network_free(net);
        nth = nth < 24 ? nth + 1 : nth + nth / 4;
    } while (rc != DG_OK);
    ck_assert_uint_gt(nth, 1000);
    world_close(&w);
}
END_TEST

#define ROWS(array) (int)(sizeof(array) / sizeof *(array))

int main(void)
{
    Suite *s = suite_create("network");
    TCase *tc = tcase_create("network");
    int failed;
    tcase_set_timeout(tc, 0);
    if (!REDUCED)
        tcase_add_test(tc, slots_have_as_many_claims_as_the_lottery_says);
    tcase_add_test(tc, without_forks_nothing_is_pruned);
    tcase_add_loop_test(tc, primary_blocks_weigh_more_than_length, 0, ROWS(choices));
    tcase_add_test(tc, finality_follows_two_to_five_blocks_behind);
    tcase_add_test(tc, finality_stops_without_two_thirds);
    tcase_add_test(tc, a_node_that_restarts_finds_its_way_back);
    tcase_add_test(tc, a_restart_in_the_stall_brings_the_topology_back);
    tcase_add_test(tc, the_smaller_side_of_a_partition_comes_back);
    tcase_add_loop_test(tc, compiling_the_new_code_empties_slots, 0, ROWS(compiles));
    tcase_add_loop_test(tc, as_many_groups_are_unable_as_the_formula_says, 0,
                        REDUCED ? 1 : ROWS(shares_of_old));
    tcase_add_test(tc, an_unable_group_is_told_and_backs_nothing);
    tcase_add_loop_test(tc, collators_that_look_ahead_double_the_rate, 0, 2);
    tcase_add_test(tc, an_author_includes_only_what_its_own_machine_heard);
    tcase_add_test(tc, two_runs_of_one_seed_agree);
    tcase_add_test(tc, classes_differ_only_where_they_differ);
    tcase_add_test(tc, marked_signatures_are_worth_nothing_on_a_chain_that_was_not_told);
    tcase_add_loop_test(tc, shares_that_make_no_sense_are_refused, 0, ROWS(bad));
    tcase_add_test(tc, what_lies_behind_cannot_be_planned);
    tcase_add_test(tc, a_listener_can_end_a_run);
    tcase_add_test(tc, without_memory_a_run_ends_in_order);
    suite_add_tcase(s, tc);
    failed = suite_run(s);
    world_engine_free();
    return failed;
}
