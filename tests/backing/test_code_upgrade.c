/* A parachain that upgrades itself puts its new code into a candidate, which then no longer
 * fits into a statement of the old way: it is told of and asked for. Real runtimes have to
 * take such candidates, and each round trip more has to be seen in both kinds of exchange. */
#include "../support/model_net.h"

#include "statements/sent_impl.h"

enum { SESSION = EPOCH + 3, AT = SESSION + 1, CODE = 120000, PARAS = 20 };

static dg_collators two[2];
static uint32_t code = CODE;

/* Parts of a million of the parachains publish from AT on. */
static void open_world(world *w, uint32_t ppm, uint32_t enact, const dg_sim_link *link,
                       dg_distribution_mode mode)
{
    world_options o = { .of = "mended",
                        .seed = 27,
                        .link = link,
                        .how = DG_HOW_OVERRIDE,
                        .enact = enact,
                        .distribution = mode,
                        .collators = two,
                        .collator_count = 2 };
    two[0] = (dg_collators){
        .of = dg_backing_author_named("lookahead"), .protocol = 2, .ppm = ppm, .code_bytes = code
    };
    two[1] = (dg_collators){ .of = dg_backing_author_named("lookahead"),
                             .protocol = 2,
                             .ppm = 1000000 - ppm };
    world_open(w, &o);
    two[0].code_from = dg_network_first_slot(w->net) + AT;
}

/* ---- the real runtime takes them ---- */

static const struct {
    uint32_t ppm, enact;
    bool async;
} taken[] = { { 1000000, AT + 8, false },
              { 1000000, AT - 1, false },
              { 400000, AT + 8, false },
              { 1000000, AT - 2, true } };

START_TEST(new_code_is_included_once_by_either_runtime)
{
    uint32_t wanted = 0, over = 0, made = 0;
    world w;
    open_world(&w, taken[_i].ppm, taken[_i].enact, NULL, DG_DISTRIBUTION_COMPUTED);
    /* chains of candidates, each on the one before */
    two[0].async = two[1].async = taken[_i].async;
    for (uint32_t para = 2000; para < 2000 + PARAS; para++)
        wanted += dg_backing_collators_of(w.world, (dg_para_id){ para })->code_bytes != 0;
    ck_assert_uint_gt(wanted, 0);
    world_run(&w, AT);
    ck_assert_uint_eq(world_published(&w), 0);
    world_run(&w, AT + 6); /* U is later, or was */
    ck_assert_uint_eq(world_published(&w), wanted);
    ck_assert_uint_ge(world_sum(&w, DG_EVENT_NET_PARAS, "included", AT + 1, AT + 6), 2 * PARAS);
    world_run(&w, AT + 12);
    for (uint32_t i = 0; i < w.world->backing->upgrade_count; i++) {
        over += w.world->backing->upgrades[i].over;
        made += !w.world->backing->upgrades[i].over;
        ck_assert_uint_eq(
            dg_backing_collators_of(w.world, (dg_para_id){ w.world->backing->upgrades[i].para })
                ->code_bytes,
            CODE);
    }
    ck_assert_uint_eq(over, wanted);
    /* one at each fork */
    ck_assert_msg(made >= wanted && made <= 3 * wanted, "%u of %u", made, wanted);
    world_close(&w);
}
END_TEST

/* ---- on the way ---- */

/* The newest leaf of that slot that somebody works on, with its candidates; DG_NO: not yet. */
static uint32_t leaf_of(const world *w, uint32_t slot)
{
    for (uint32_t id = w->world->block_count; id--;) {
        dg_world_block *b = &w->world->blocks[id];
        if (b->slot != dg_network_first_slot(w->net) + slot || !b->viewed || !b->session)
            continue;
        ck_assert_int_eq(dg_backing_collate(w->world, (dg_leaf_id){ id }, NULL), DG_OK);
        return b->candidates ? id : DG_NO;
    }
    return DG_NO;
}

static const dg_sim_link slow = { .latency_ns = (const dg_ns[2]){ 250 * DG_MS, 490 * DG_MS },
                                  .latency_count = 2 };

/* To so many steps of a tenth of a second in the slot. */
static void run_into(world *w, uint32_t slot, uint32_t tenths)
{
    ck_assert_int_eq(
        dg_sim_run(dg_network_sim(w->net), slot * w->world->slot_ns + tenths * 100 * DG_MS, NULL),
        DG_OK);
}

/* As the messages have it, and as it is computed from the same world. */
static void compare(const world *w, uint32_t leaf, uint32_t *asks, uint32_t *there)
{
    const dg_sent_leaf *x = dg_statements_sent_of(w->world, (dg_leaf_id){ leaf });
    for (uint32_t core = 0; x && core < x->cores; core++) {
        dg_computed_cluster s;
        if (!x->core[core].members
            || !dg_statements_is_large(w->world, (dg_leaf_id){ leaf }, (dg_place_ix){ core }))
            continue;
        dg_statements_computed_cluster_init(&s, w->world, (dg_leaf_id){ leaf },
                                            (dg_place_ix){ core });
        for (uint32_t i = 0; i < s.members; i++) {
            const dg_seat *seat = dg_seat_at(
                x, (dg_node_ix){ dg_statements_computed_cluster_node(&s, (dg_member_ix){ i }) },
                (dg_place_ix){ core });
            bool has = s.confirmed[i] <= dg_sim_now(w->world->sim);
            ck_assert_msg(has == (seat->state == DG_SEAT_CONFIRMED),
                          "core %u member %u: computed %d, state %d", core, i, has, seat->state);
            *asks += seat->state == DG_SEAT_ASKED;
            *there += has && i != s.seconder;
        }
    }
}

START_TEST(a_member_has_a_large_one_when_it_is_computed_to)
{
    uint32_t asks = 0, there = 0, leaf;
    dg_world_stats stats;
    world w;
    open_world(&w, 1000000, 0, &slow, DG_DISTRIBUTION_SENT);
    for (uint32_t tenths = 1; tenths < 60; tenths++) {
        run_into(&w, AT, tenths);
        if ((leaf = leaf_of(&w, AT)) != DG_NO)
            compare(&w, leaf, &asks, &there);
    }
    ck_assert_msg(asks > 0 && there > 0, "%u wait for it, %u have it", asks, there);
    dg_network_stats_get(w.net, &stats);
    ck_assert_uint_gt(stats.messages[DG_MSG_ANSWER], 0);
    ck_assert_uint_ge(stats.message_bytes, stats.messages[DG_MSG_ANSWER] * CODE);
    world_close(&w);
}
END_TEST

/* Nodes that could include a candidate of the slot's leaf, over all cores and moments of the slot.
 */
static uint32_t could_include(uint32_t ppm, const dg_sim_link *link, dg_distribution_mode mode)
{
    uint32_t count = 0, leaf;
    world w;
    open_world(&w, ppm, 0, link, mode);
    for (uint32_t tenths = 1; tenths < 60; tenths += 2) {
        run_into(&w, AT, tenths);
        leaf = leaf_of(&w, AT);
        for (uint32_t core = 0; leaf != DG_NO && core < w.world->blocks[leaf].view.core_count;
             core++)
            for (uint32_t node = 0; node < w.world->node_count; node++) {
                uint8_t voted[DG_GROUP_MAX];
                uint32_t votes;
                ck_assert_int_eq(dg_statements_votes(w.world, voted, &votes, (dg_leaf_id){ leaf },
                                                     (dg_place_ix){ core }, (dg_node_ix){ node },
                                                     NULL),
                                 DG_OK);
                count += votes != 0;
            }
    }
    world_close(&w);
    return count;
}

/* Thin links: what outsiders wait for is the whole of it, not the votes. */
static const dg_sim_link thin = { .latency_ns = (const dg_ns[2]){ 10 * DG_MS, 40 * DG_MS },
                                  .latency_count = 2,
                                  .bytes_per_s = 1000000 };
static const struct {
    const dg_sim_link *link;
    uint32_t code;
} late_rows[] = { { &slow, CODE }, { &thin, 880000 } };

/* By the round trips that it takes more; the two ways to say so agree. */
START_TEST(a_large_one_is_backed_later_than_a_small_one)
{
    uint32_t small[2], late[2];
    code = late_rows[_i].code;
    for (int i = 0; i < 2; i++) {
        uint32_t large = could_include(1000000, late_rows[_i].link,
                                       i ? DG_DISTRIBUTION_SENT : DG_DISTRIBUTION_COMPUTED);
        small[i] = could_include(0, late_rows[_i].link,
                                 i ? DG_DISTRIBUTION_SENT : DG_DISTRIBUTION_COMPUTED);
        ck_assert_msg(large > 1000 && large < small[i], "%u of large ones, %u of small ones", large,
                      small[i]);
        late[i] = small[i] - large;
    }
    ck_assert_msg(late[0] * 10 > late[1] * 9 && late[1] * 10 > late[0] * 9, "computed %u, sent %u",
                  late[0], late[1]);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("code_upgrade");
    TCase *tc = tcase_create("code_upgrade");
    int failed;
    tcase_set_timeout(tc, 0);
    tcase_add_loop_test(tc, new_code_is_included_once_by_either_runtime, 0, REDUCED ? 1 : 4);
    tcase_add_test(tc, a_member_has_a_large_one_when_it_is_computed_to);
    tcase_add_loop_test(tc, a_large_one_is_backed_later_than_a_small_one, 0, 2);
    suite_add_tcase(s, tc);
    failed = suite_run(s);
    world_engine_free();
    return failed;
}
