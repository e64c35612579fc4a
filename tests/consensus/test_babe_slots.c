/* Each node begins its slots by its own clock: a clock that is ahead makes blocks
 * before their slot, which others take when theirs has come near it; clocks that run
 * six times as fast make blocks at six times the rate. And authors that back off while
 * nothing is final leave just the slots empty that the rule names. */
#include "../support/model_net.h"

#include <string.h>

enum { FROM = 4, UNTIL = 16, END = 18, NODES = 100, THIRD = 34 };
#define SLOT_NS (6000 * DG_MS)

static const uint32_t third[THIRD] = { 0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11,
                                       12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23,
                                       24, 25, 26, 27, 28, 29, 30, 31, 32, 33 };

static void plan(world *w, dg_fault fault, uint32_t from, uint32_t until)
{
    dg_error err;
    fault.from = dg_network_first_slot(w->net) + from;
    fault.until = dg_network_first_slot(w->net) + until;
    if (dg_network_fault(w->net, &fault, &err) < 0)
        ck_abort_msg("%s", err.text);
}

static dg_fault clocks(uint32_t count, int64_t ms)
{
    return (dg_fault){ .kind = DG_FAULT_CLOCK,
                       .who = count == NODES ? DG_WHO_ALL : DG_WHO_LIST,
                       .list = third,
                       .count = count == NODES ? 0 : count,
                       .clock = { .offset_ns = ms * (int64_t)DG_MS } };
}

static bool is_block(const world *w, size_t i)
{
    return w->log[i].kind == DG_EVENT_NET_BUILT;
}
static dg_ns begin_of(const world *w, const dg_event *r)
{
    return world_slot(w, r) * SLOT_NS;
}

static void each_is_above_its_parent(const world *w)
{
    for (size_t i = 0; i < w->count; i++)
        if (is_block(w, i))
            ck_assert_uint_gt(w->log[i].net_built.slot, w->log[i].net_built.parent_slot);
}

/* Blocks of the third, and of the others, made in slots `from` to `to` before their slot begins. */
static void count_early(const world *w, uint32_t early[2], uint32_t all[2], uint32_t from,
                        uint32_t to)
{
    early[0] = early[1] = all[0] = all[1] = 0;
    for (size_t i = 0; i < w->count; i++) {
        const dg_event *r = &w->log[i];
        if (!is_block(w, i) || r->at < from * SLOT_NS || r->at >= (to + 1) * SLOT_NS)
            continue;
        all[r->node < THIRD]++;
        early[r->node < THIRD] += r->at < begin_of(w, r);
    }
}

/* Two thirds of a slot ahead: what they propose after two seconds comes two before its
 * slot. All others are in their slots as ever, and afterwards these are again. */
START_TEST(clocks_ahead_make_blocks_before_their_slot)
{
    dg_fault f = clocks(THIRD, 4000);
    uint32_t early[2], all[2];
    world w;
    world_open(&w, &(world_options){ .seed = 11 });
    plan(&w, f, FROM, UNTIL);
    world_run(&w, END);
    count_early(&w, early, all, FROM, UNTIL - 1);
    ck_assert_uint_gt(all[1], 0);
    ck_assert_uint_gt(all[0], 0);
    ck_assert_uint_eq(early[1], all[1]);
    ck_assert_uint_eq(early[0], 0);
    count_early(&w, early, all, UNTIL, END);
    ck_assert_uint_eq(early[0] + early[1], 0);
    each_is_above_its_parent(&w);
    world_close(&w);
}
END_TEST

/* A block of the third at any other node, by the true time since its slot less `slots_ahead`. */
static uint32_t none_has_it_before(const world *w, uint32_t slots_ahead)
{
    uint32_t looked = 0;
    for (uint32_t id = w->world->first_kept; id < w->world->block_count; id++) {
        const dg_world_block *b = &w->world->blocks[id];
        if (b->gone || b->author == DG_NO || b->author >= THIRD
            || b->slot < w->world->first_slot + FROM + slots_ahead)
            continue;
        for (uint32_t node = THIRD; node < NODES; node++)
            if (b->imported[node] < DG_WORLD_WAITING) {
                looked++;
                ck_assert_uint_ge(b->imported[node] + slots_ahead * SLOT_NS,
                                  (b->slot - w->world->first_slot) * SLOT_NS);
            }
    }
    return looked;
}

/* Two slots ahead: the others hold the blocks until their own clock is one slot from it. */
START_TEST(blocks_of_the_future_are_held_until_their_slot_is_near)
{
    uint32_t looked = 0;
    world w;
    world_open(&w, &(world_options){ .seed = 11 });
    plan(&w, clocks(THIRD, 2 * 6000), FROM, UNTIL);
    for (uint32_t slot = FROM; slot < UNTIL; slot++) {
        world_run(&w, slot);
        looked += none_has_it_before(&w, 1);
    }
    ck_assert_uint_gt(looked, 0);
    each_is_above_its_parent(&w);
    world_close(&w);
}
END_TEST

/* As Kusama's clocks in January 2020: back, here by 60 slots, and six times as fast.
 * They come to the chain's next slot after 10 slots, are even with true time after 12
 * and go on for one more: eighteen slots have their blocks in the time of three. Set
 * right, they wait for what they were ahead. */
enum {
    BACK = 60,
    RATE = 6,
    RESUME = FROM + BACK / RATE,
    RIGHT = FROM + BACK / (RATE - 1) + 1,
    AGAIN = FROM + (RIGHT - RESUME) * RATE
};

static bool is_in_time(const world *w, uint32_t slot)
{
    /* they wait by the same clocks */
    dg_ns begin = RESUME * SLOT_NS + (slot - FROM) * SLOT_NS / RATE, late = SLOT_NS / RATE;
    for (size_t i = 0; i < w->count; i++)
        if (is_block(w, i) && world_slot(w, &w->log[i]) == slot && w->log[i].at >= begin
            && w->log[i].at < begin + late)
            return true;
    return false;
}

START_TEST(clocks_that_run_six_times_as_fast_make_six_times_the_blocks)
{
    dg_fault f = clocks(NODES, -BACK * 6000);
    world w;
    f.clock.warp_num = RATE;
    f.clock.warp_den = 1;
    world_open(&w, &(world_options){ .seed = 11 });
    plan(&w, f, FROM, RIGHT);
    world_run(&w, AGAIN + 2);
    for (size_t i = 0; i < w.count; i++)
        ck_assert(!is_block(&w, i) || w.log[i].at < FROM * SLOT_NS
                  || w.log[i].at >= RESUME * SLOT_NS);
    for (uint32_t slot = FROM; slot < AGAIN; slot++)
        ck_assert_msg(is_in_time(&w, slot), "slot %u has no block in time", slot);
    for (uint32_t slot = AGAIN; slot <= AGAIN + 2; slot++)
        ck_assert_uint_ge(world_times(&w, DG_EVENT_NET_BUILT, slot, slot), 1);
    each_is_above_its_parent(&w);
    world_close(&w);
}
END_TEST

/* Of two faults of one clock the one that began last holds; when it ends the other one
 * comes back as if it had never been away. */
START_TEST(of_two_faults_the_later_holds_and_the_earlier_comes_back)
{
    enum { B = 3 };
    dg_fault early = clocks(THIRD, 4000), late = clocks(THIRD, -9000);
    dg_sim *sim;
    world w;
    early.clock.warp_num = 2;
    early.clock.warp_den = 1;
    world_open(&w, &(world_options){ .seed = 11 });
    sim = dg_network_sim(w.net);
    plan(&w, late, 6, 8); /* planned first, begins last */
    plan(&w, early, 4, 10);
    world_run(&w, 4);
    ck_assert_int_eq(dg_sim_local_at(sim, (dg_node_ix){ B }, 5 * SLOT_NS),
                     (4 + 2) * SLOT_NS + 4000 * DG_MS);
    world_run(&w, 6);
    ck_assert_int_eq(dg_sim_local_at(sim, (dg_node_ix){ B }, 7 * SLOT_NS),
                     7 * SLOT_NS - 9000 * DG_MS);
    world_run(&w, 8);
    ck_assert_int_eq(dg_sim_local_at(sim, (dg_node_ix){ B }, 9 * SLOT_NS),
                     (4 + 5 * 2) * SLOT_NS + 4000 * DG_MS);
    world_run(&w, 10);
    ck_assert_int_eq(dg_sim_local_now(sim, (dg_node_ix){ B }), (dg_sim_local)dg_sim_now(sim));
    world_close(&w);
}
END_TEST

/* One that lasts into another is no end of it. */
START_TEST(what_began_first_may_end_first)
{
    dg_sim *sim;
    world w;
    world_open(&w, &(world_options){ .seed = 11 });
    sim = dg_network_sim(w.net);
    plan(&w, clocks(THIRD, 4000), 4, 7);
    plan(&w, clocks(THIRD, -9000), 5, 9);
    world_run(&w, 7);
    ck_assert_int_eq(dg_sim_local_now(sim, (dg_node_ix){ 3 }),
                     (dg_sim_local)dg_sim_now(sim) - 9000 * (dg_sim_local)DG_MS);
    world_run(&w, 9);
    ck_assert_int_eq(dg_sim_local_now(sim, (dg_node_ix){ 3 }), (dg_sim_local)dg_sim_now(sim));
    world_close(&w);
}
END_TEST

/* Bits are signed a while after a leaf, by the signer's clock: where all run six times as
 * fast a slot lasts a second, less than that wait by right ones. Sessions begin with slot 20. */
START_TEST(fast_clocks_sign_in_time_for_their_slots)
{
    enum { FAST = 24, STOP = 27 };
    dg_fault f = clocks(NODES, 0);
    uint64_t bitfields = 0, blocks = 0;
    world w;
    f.clock.warp_num = RATE;
    f.clock.warp_den = 1;
    world_open(&w, &(world_options){ .seed = 11, .no_forks = true });
    plan(&w, f, FAST, STOP);
    world_run(&w, STOP);
    for (size_t i = 0; i < w.count; i++)
        if (is_block(&w, i) && w.log[i].at >= (FAST + 1) * SLOT_NS
            && w.log[i].at < STOP * SLOT_NS) {
            bitfields += w.log[i].net_built.bitfields;
            blocks++;
        }
    ck_assert_uint_ge(blocks, RATE);
    ck_assert_msg(bitfields > blocks * NODES / 2, "%llu bitfields in %llu blocks",
                  (unsigned long long)bitfields, (unsigned long long)blocks);
    world_close(&w);
}
END_TEST

START_TEST(the_same_clocks_give_the_same_run)
{
    uint64_t prints[2];
    size_t counts[2];
    for (int i = 0; i < 2; i++) {
        dg_fault f = clocks(THIRD, 4000);
        world w;
        f.clock.drift_ppb = 1000000;
        world_open(&w, &(world_options){ .seed = 12 });
        plan(&w, f, FROM, UNTIL);
        plan(&w,
             (dg_fault){ .kind = DG_FAULT_CLOCK,
                         .who = DG_WHO_SHARE,
                         .share_ppm = 300000,
                         .clock = { .warp_num = 3, .warp_den = 2 } },
             FROM + 2, UNTIL);
        world_run(&w, UNTIL);
        prints[i] = dg_sim_fingerprint(dg_network_sim(w.net));
        counts[i] = w.count;
        world_close(&w);
    }
    ck_assert_uint_eq(prints[0], prints[1]);
    ck_assert_uint_eq(counts[0], counts[1]);
}
END_TEST

/* Each slot has its block until fifty above `final` are not final, then those have none
 * that the rule leaves out. How many that are. */
static uint32_t follow_rule(const world *w, bool backs_off, uint32_t last, uint32_t final)
{
    uint64_t head = 0;
    uint32_t number = 1, out = 0;
    for (uint32_t slot = 1; slot <= last; slot++) {
        bool leaves =
            backs_off && dg_consensus_backs_off(slot, head, number > final ? number - final : 0);
        ck_assert_msg(world_times(w, DG_EVENT_NET_BUILT, slot, slot) == !leaves,
                      "slot %u after block %u, %u is final", slot, number, final);
        head = leaves ? head : slot;
        number += !leaves;
        out += leaves;
    }
    return out;
}

/* Nobody approves, and nothing with a candidate in it becomes final. */
START_TEST(authors_back_off_while_nothing_is_final)
{
    enum { SLOTS = 90 };
    for (int backs_off = 0; backs_off < 2; backs_off++) {
        dg_fault f = { .kind = DG_FAULT_NO_APPROVALS, .who = DG_WHO_ALL };
        dg_world_stats stats;
        uint32_t out;
        world w;
        world_open(&w, &(world_options){ .seed = 11, .no_forks = true, .backs_off = backs_off });
        plan(&w, f, 1, SLOTS + 1);
        world_run(&w, SLOTS);
        dg_network_stats_get(w.net, &stats);
        ck_assert_uint_lt(stats.finalized, SLOTS - 50 - 10);
        out = follow_rule(&w, backs_off, SLOTS, (uint32_t)stats.finalized);
        ck_assert_msg(backs_off ? out >= 5 : out == 0, "%u slots were left out", out);
        world_close(&w);
    }
}
END_TEST

/* A client keeps to the epoch length that it read once. N's epochs are a thirtieth as long:
 * its first block past one announces an epoch that no client expects, its author's own as
 * little, and so does whatever is tried in its place. */
START_TEST(a_changed_epoch_length_halts_the_network)
{
    enum { AT = 8, SHORT = 20, LAST = 30 };
    const char *spec = corpus_path("specs/paseo-1001002-genesis.json.zst");
    world w;
    if (!spec)
        return;
    world_open_path(&w, spec, &(world_options){ .seed = 2, .how = DG_HOW_SET_CODE, .enact = AT });
    world_run(&w, LAST);
    ck_assert_uint_ge(world_times(&w, DG_EVENT_NET_BUILT, AT + 1, SHORT - 1), SHORT - AT - 2);
    ck_assert_uint_eq(world_times(&w, DG_EVENT_NET_BUILT, SHORT, LAST), 0);
    ck_assert_uint_ge(world_times(&w, DG_EVENT_NET_FAILED, SHORT, LAST), LAST - SHORT);
    for (size_t i = 0; i < w.count; i++)
        ck_assert(w.log[i].kind != DG_EVENT_NET_FAILED
                  || strstr(w.texts[i], "unexpected epoch change") != NULL);
    world_close(&w);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("babe_slots");
    TCase *tc = tcase_create("babe_slots");
    int failed;
    tcase_set_timeout(tc, 0);
    tcase_add_test(tc, clocks_ahead_make_blocks_before_their_slot);
    tcase_add_test(tc, blocks_of_the_future_are_held_until_their_slot_is_near);
    tcase_add_test(tc, clocks_that_run_six_times_as_fast_make_six_times_the_blocks);
    tcase_add_test(tc, of_two_faults_the_later_holds_and_the_earlier_comes_back);
    tcase_add_test(tc, what_began_first_may_end_first);
    tcase_add_test(tc, fast_clocks_sign_in_time_for_their_slots);
    tcase_add_test(tc, the_same_clocks_give_the_same_run);
    tcase_add_test(tc, authors_back_off_while_nothing_is_final);
    tcase_add_test(tc, a_changed_epoch_length_halts_the_network);
    suite_add_tcase(s, tc);
    failed = suite_run(s);
    world_engine_free();
    return failed;
}
