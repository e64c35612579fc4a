/* Why: latencies and losses are the network's share of a verdict. They must be
 * as their tables say, and one party's luck must not depend on who else there
 * is: control and treatment, and a world with one node more, are compared. */
#include "world.h"

#define DRAWS 40000u

/* Half of DRAWS is expected below the middle: five standard deviations of a
 * binomial, 5 * sqrt(n p (1 - p)), as squares: (k - np)^2 <= 25 n p (1 - p). */
static void assert_binomial(uint64_t hits, uint64_t draws, uint64_t ppm)
{
    int64_t off = (int64_t)(hits * 1000000) - (int64_t)(draws * ppm); /* in millionths */
    __extension__ unsigned __int128 square = (unsigned __int128)((__int128)off * off);
    __extension__ unsigned __int128 bound = (unsigned __int128)25 * draws * ppm * (1000000 - ppm);
    ck_assert_msg(square <= bound, "%llu hits of %llu at %llu ppm", (unsigned long long)hits,
                  (unsigned long long)draws, (unsigned long long)ppm);
}

static uint64_t taken[DRAWS];
static size_t taken_count;
static dg_code take_latency(void *user, dg_sim *sim, const dg_sim_event *event, dg_error *err)
{
    (void)user, (void)err;
    taken[taken_count++] = dg_sim_now(sim) - event->a;
    return DG_OK;
}

/* DRAWS messages over one link, each alone; latencies come into `taken`. */
static void draw_latencies(uint64_t seed, const dg_ns *table, size_t points, uint32_t loss_ppm)
{
    dg_sim *sim;
    dg_node_ix nodes[4];
    dg_link_ix ix;
    dg_channel_ix channel;
    dg_sim_options options = { .seed = seed };
    dg_sim_link link = { table, points, 0, loss_ppm };
    dg_sim_node spec = { .handler = take_latency };
    ok(dg_sim_new(&sim, &options, NULL));
    ok(dg_sim_link_add(sim, &ix, &link, NULL));
    ok(dg_sim_channel_add(sim, &channel, &(dg_sim_channel){ "loose", false }, NULL));
    for (size_t i = 0; i < 4; i++)
        ok(dg_sim_node_add(sim, &nodes[i], &spec, NULL));
    taken_count = 0;
    for (uint32_t i = 0; i < DRAWS; i++) {
        dg_sim_parcel parcel = { .channel = channel, .a = dg_sim_now(sim) };
        ok(dg_sim_send(sim, nodes[i % 2], nodes[2 + i / 2 % 2], &parcel, NULL));
        ok(dg_sim_run(sim, dg_sim_now(sim) + 97, NULL));
    }
    ok(dg_sim_run(sim, dg_sim_now(sim) + 1000 * MS, NULL));
    dg_sim_free(sim);
}

/* Long tail: half of the messages within 20 ms, one in ten between 200 and 300. */
static const dg_ns tail[] = { 10 * MS, 12 * MS, 14 * MS, 16 * MS,  18 * MS, 20 * MS,
                              25 * MS, 40 * MS, 80 * MS, 200 * MS, 300 * MS };
static const dg_ns uniform[] = { 5 * MS, 105 * MS };

START_TEST(a_latency_table_is_the_quantiles_of_what_is_drawn)
{
    draw_latencies(100 + (uint64_t)_i, tail, 11, 0);
    ck_assert_uint_eq(taken_count, DRAWS);
    for (uint64_t k = 0; k < 11; k++) {
        uint64_t below = 0;
        for (size_t i = 0; i < DRAWS; i++)
            below += taken[i] < tail[k];
        assert_binomial(below, DRAWS, k * 100000);
    }
    for (size_t i = 0; i < DRAWS; i++)
        ck_assert_uint_le(taken[i], tail[10]);
}
END_TEST

START_TEST(two_points_are_a_uniform_range)
{
    uint64_t below[11] = { 0 };
    draw_latencies(200 + (uint64_t)_i, uniform, 2, 0);
    for (size_t i = 0; i < DRAWS; i++) {
        ck_assert(taken[i] >= uniform[0] && taken[i] <= uniform[1]);
        for (uint64_t k = 0; k <= 10; k++)
            below[k] += taken[i] < (5 + 10 * k) * MS;
    }
    for (uint64_t k = 0; k <= 10; k++)
        assert_binomial(below[k], DRAWS, k * 100000);
}
END_TEST

static const uint32_t losses[] = { 0, 1000, 50000, 500000, 999000, 1000000 };
START_TEST(a_link_loses_as_many_as_it_says)
{
    for (uint64_t seed = 0; seed < 4; seed++) {
        draw_latencies(300 + seed, uniform, 2, losses[_i]);
        assert_binomial(DRAWS - taken_count, DRAWS, losses[_i]);
    }
}
END_TEST

/* Whether a message is lost says nothing of how long another takes: those that
 * arrive over a bad link arrive when they would have over a good one. */
START_TEST(loss_does_not_shift_the_latency_of_the_rest)
{
    static world kept;
    world *w = world_open(9, uniform, 2, 0, 0);
    for (uint64_t i = 0; i < 1000; i++)
        world_send(w, i % 3, 4 + i % 4, w->loose, i, 0);
    ok(dg_sim_run(w->sim, 1000 * MS, NULL));
    world_close(w);
    kept = *w;
    w = world_open(9, uniform, 2, 0, 300000);
    for (uint64_t i = 0; i < 1000; i++)
        world_send(w, i % 3, 4 + i % 4, w->loose, i, 0);
    ok(dg_sim_run(w->sim, 1000 * MS, NULL));
    ck_assert(w->count > 600 && w->count < 800);
    size_t k = 0;
    for (size_t i = 0; i < w->count; i++, k++) {
        while (k < kept.count && kept.notes[k].event.a != w->notes[i].event.a)
            k++;
        ck_assert_uint_lt(k, kept.count);
        ck_assert_uint_eq(kept.notes[k].at, w->notes[i].at);
    }
    world_close(w);
}
END_TEST

/* Loss and latency are two draws, and so are two messages: after a message that
 * arrived, half of the next are faster than the middle. */
START_TEST(neither_loss_nor_latency_tells_of_the_next_message)
{
    static dg_ns took[10000];
    world *w = world_open(21, uniform, 2, 0, 500000);
    for (uint64_t i = 0; i < 10000; i++) {
        took[i] = 0;
        world_send(w, 0, 1, w->loose, i, 0);
    }
    ok(dg_sim_run(w->sim, 1000 * MS, NULL));
    for (size_t i = 0; i < w->count; i++)
        took[w->notes[i].event.a] = w->notes[i].at;
    uint64_t both = 0, fast = 0;
    for (size_t i = 1; i < 10000; i++) {
        both += took[i - 1] && took[i];
        fast += took[i - 1] && took[i] && took[i] < 55 * MS;
    }
    assert_binomial(both, 9999, 250000);
    assert_binomial(fast, both, 500000);
    world_close(w);
}
END_TEST

START_TEST(every_receiver_of_a_broadcast_has_luck_of_its_own)
{
    static uint64_t first[200];
    world *w = world_open(22, uniform, 2, 0, 0);
    dg_sim_parcel parcel = { .channel = w->loose };
    for (parcel.a = 0; parcel.a < 200; parcel.a++)
        ok(dg_sim_broadcast(w->sim, w->nodes[0], w->nodes, WORLD_NODES, &parcel, NULL));
    ok(dg_sim_run(w->sim, 1000 * MS, NULL));
    uint64_t same = 0;
    for (size_t i = 0; i < w->count; i++)
        if (w->notes[i].event.node.v == 1)
            first[w->notes[i].event.a] = w->notes[i].at;
    for (size_t i = 0; i < w->count; i++)
        same += w->notes[i].event.node.v != 1 && first[w->notes[i].event.a] == w->notes[i].at;
    ck_assert_uint_le(same, 1); /* 1200 chances of one in a hundred million */
    world_close(w);
}
END_TEST

/* ---- one run is a function of its seed ---- */

typedef struct gossip {
    dg_sim *sim;
    dg_node_ix members[12];
    dg_rng rng[12];
    uint64_t heard[12]; /* a hash of what each heard, and when */
    dg_channel_ix channel;
    uint32_t nodes;
} gossip;

/* Every message from the first eight is passed on to one of them; what comes
 * from others is only listened to. */
static dg_code pass_on(void *user, dg_sim *sim, const dg_sim_event *event, dg_error *err)
{
    gossip *g = user;
    uint32_t me = event->node.v;
    if (event->from.v >= 8 || me >= 8)
        return DG_OK;
    g->heard[me] = (g->heard[me] ^ dg_sim_now(sim) ^ event->a) * 0x9e3779b97f4a7c15u;
    if (event->b == 0)
        return DG_OK;
    dg_sim_parcel parcel = {
        .channel = g->channel, .a = dg_rng_u64(&g->rng[me]), .b = event->b - 1, .wire_bytes = 100
    };
    dg_node_ix to = g->members[dg_rng_below(&g->rng[me], 8)];
    return dg_sim_send(sim, event->node, to, &parcel, err);
}

static uint64_t gossip_run(gossip *g, uint64_t seed, uint32_t nodes)
{
    dg_sim_options options = { .seed = seed };
    dg_sim_link link = { tail, 11, 1 << 20, 10000 };
    dg_link_ix ix;
    *g = (gossip){ .nodes = nodes };
    ok(dg_sim_new(&g->sim, &options, NULL));
    ok(dg_sim_link_add(g->sim, &ix, &link, NULL));
    ok(dg_sim_channel_add(g->sim, &g->channel, &(dg_sim_channel){ "gossip", true }, NULL));
    for (uint32_t i = 0; i < nodes; i++) {
        dg_sim_node spec = { .handler = pass_on, .user = g };
        ok(dg_sim_node_add(g->sim, &g->members[i], &spec, NULL));
        g->rng[i] = dg_sim_rng(g->sim, g->members[i], 3, "pass on");
    }
    for (uint32_t from = nodes; from-- > 0;) {
        dg_sim_parcel parcel = { .channel = g->channel, .a = from, .b = 40 };
        ok(dg_sim_broadcast(g->sim, g->members[from], g->members, nodes, &parcel, NULL));
    }
    ok(dg_sim_run(g->sim, 60000 * MS, NULL));
    uint64_t fingerprint = dg_sim_fingerprint(g->sim);
    dg_sim_stats stats;
    dg_sim_stats_get(g->sim, &stats);
    ck_assert_uint_gt(stats.events, 500);
    dg_sim_free(g->sim);
    return fingerprint;
}

START_TEST(one_seed_is_one_run)
{
    static gossip g;
    uint64_t first = gossip_run(&g, 77, 8);
    ck_assert_uint_eq(gossip_run(&g, 77, 8), first);
    ck_assert_uint_ne(gossip_run(&g, 78, 8), first);
}
END_TEST

START_TEST(a_node_more_does_not_shift_the_luck_of_others)
{
    static gossip few, many;
    for (uint64_t seed = 0; seed < 10; seed++) {
        gossip_run(&few, seed, 8);
        gossip_run(&many, seed, 8 + 1 + (uint32_t)seed % 4);
        for (size_t i = 0; i < 8; i++)
            ck_assert_uint_eq(few.heard[i], many.heard[i]);
    }
}
END_TEST

START_TEST(every_user_of_chance_has_a_stream_of_its_own)
{
    world *w = world_open(4, NULL, 0, 0, 0);
    dg_rng streams[] = {
        dg_sim_rng(w->sim, w->nodes[0], 0, "a"),
        dg_sim_rng(w->sim, w->nodes[1], 0, "a"),
        dg_sim_rng(w->sim, w->nodes[0], 1, "a"),
        dg_sim_rng(w->sim, w->nodes[0], 0, "b"),
    };
    for (size_t i = 0; i < 4; i++)
        for (size_t k = 0; k < i; k++)
            ck_assert_uint_ne(streams[i].key, streams[k].key);
    world_close(w);
}
END_TEST

/* The fingerprint tells runs apart that differ in any one field. */
static const struct {
    dg_ns at;
    uint16_t tag;
    uint64_t a, b;
    size_t node, size;
} fields[] = {
    { 5, 1, 1, 1, 0, 0 }, { 6, 1, 1, 1, 0, 0 }, { 5, 2, 1, 1, 0, 0 }, { 5, 1, 2, 1, 0, 0 },
    { 5, 1, 1, 2, 0, 0 }, { 5, 1, 1, 1, 1, 0 }, { 5, 1, 1, 1, 0, 1 }, { 5, 1, 1, 1, 0, 2 },
};
START_TEST(the_fingerprint_sees_every_field)
{
    uint64_t seen[8];
    for (size_t i = 0; i < 8; i++) {
        world *w = world_open(1, NULL, 0, 0, 0);
        dg_sim_msg *msg = NULL;
        if (fields[i].size > 0)
            ok(dg_sim_msg_new(w->sim, &msg, fields[i].size, NULL, NULL));
        dg_sim_timer timer = { fields[i].tag, fields[i].a, fields[i].b, msg };
        ok(dg_sim_timer_at(w->sim, NULL, w->nodes[fields[i].node], fields[i].at, &timer, NULL));
        ok(dg_sim_run(w->sim, 10, NULL));
        seen[i] = dg_sim_fingerprint(w->sim);
        for (size_t k = 0; k < i; k++)
            ck_assert_uint_ne(seen[i], seen[k]);
        world_close(w);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("sim luck");
    TCase *tc = tcase_create("luck");
    tcase_set_timeout(tc, 120);
    tcase_add_loop_test(tc, a_latency_table_is_the_quantiles_of_what_is_drawn, 0, 4);
    tcase_add_loop_test(tc, two_points_are_a_uniform_range, 0, 4);
    tcase_add_loop_test(tc, a_link_loses_as_many_as_it_says, 0, 6);
    tcase_add_test(tc, loss_does_not_shift_the_latency_of_the_rest);
    tcase_add_test(tc, neither_loss_nor_latency_tells_of_the_next_message);
    tcase_add_test(tc, every_receiver_of_a_broadcast_has_luck_of_its_own);
    tcase_add_test(tc, one_seed_is_one_run);
    tcase_add_test(tc, a_node_more_does_not_shift_the_luck_of_others);
    tcase_add_test(tc, every_user_of_chance_has_a_stream_of_its_own);
    tcase_add_test(tc, the_fingerprint_sees_every_field);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
