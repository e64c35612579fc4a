/* What nodes hold against their peers: the table, its batches and the ban; the queues of
 * requests; and a population of which a part goes on in the old way after the flip. */
#include "../support/model_net.h"

static const dg_ns SECOND = 1000 * DG_MS;

static const struct {
    dg_reputation_change which;
    int64_t value;
} values[] = {
    { DG_REPUTATION_COST_MINOR, -100000 },         { DG_REPUTATION_COST_MINOR_REPEATED, -200000 },
    { DG_REPUTATION_COST_MAJOR, -300000 },         { DG_REPUTATION_COST_MAJOR_REPEATED, -600000 },
    { DG_REPUTATION_MALICIOUS, -2147483648LL },    { DG_REPUTATION_BENEFIT_MINOR, 10000 },
    { DG_REPUTATION_BENEFIT_MINOR_FIRST, 15000 },  { DG_REPUTATION_BENEFIT_MAJOR, 200000 },
    { DG_REPUTATION_BENEFIT_MAJOR_FIRST, 300000 },
};

START_TEST(each_change_is_worth_what_its_row_says)
{
    dg_peer_scores r = { .of = NULL };
    bool parted;
    ck_assert_int_eq(
        dg_statements_peer_scores_change(&r, (dg_node_ix){ 7 }, values[_i].which, 0, &parted, NULL),
        DG_OK);
    ck_assert_int_eq(dg_statements_reputation_at(values[_i].which)->value, values[_i].value);
    ck_assert_int_eq(parted, values[_i].which == DG_REPUTATION_MALICIOUS);
    /* the others wait for their batch */
    ck_assert_int_eq(dg_statements_peer_scores_find(&r, (dg_node_ix){ 7 })->score,
                     parted ? INT32_MIN : 0);
    ck_assert_uint_eq(dg_statements_peer_scores_settle(&r, SECOND / 2), 0);
    ck_assert_int_eq(dg_statements_peer_scores_find(&r, (dg_node_ix){ 7 })->score,
                     (int32_t)values[_i].value);
    dg_statements_peer_scores_clear(&r);
}
END_TEST

START_TEST(rows_are_complete)
{
    ck_assert_uint_eq(sizeof values / sizeof *values, DG_REPUTATION_COUNT);
    for (int i = 0; i < DG_REPUTATION_COUNT; i++)
        ck_assert(dg_statements_reputation_at((dg_reputation_change)i)->name
                  && dg_statements_reputation_at((dg_reputation_change)i)->source
                  && dg_statements_reputation_at((dg_reputation_change)i)->value);
    for (int i = 0; i < DG_MISSTEP_COUNT; i++)
        ck_assert(
            dg_statements_misstep_at((dg_misstep)i)->says
            && dg_statements_reputation_at(dg_statements_misstep_at((dg_misstep)i)->costs)->value
                   < 0);
    ck_assert_ptr_null(dg_statements_reputation_at(DG_REPUTATION_COUNT));
    ck_assert_ptr_null(dg_statements_misstep_at(DG_MISSTEP_COUNT));
    ck_assert_ptr_null(dg_statements_queue_at(DG_QUEUE_COUNT));
}
END_TEST

/* 71.6 % of 2^31 are 15375.98 times the cost of a minor thing. */
START_TEST(many_small_things_part_two_and_only_until_they_are_forgiven)
{
    enum { ENOUGH = 15376 };
    dg_peer_scores r = { .of = NULL };
    bool parted;
    for (int i = 0; i < ENOUGH - 1; i++)
        ck_assert_int_eq(dg_statements_peer_scores_change(
                             &r, (dg_node_ix){ 3 }, DG_REPUTATION_COST_MINOR, 0, &parted, NULL),
                         DG_OK);
    ck_assert_uint_eq(dg_statements_peer_scores_settle(&r, SECOND / 2), 0);
    ck_assert_int_eq(dg_statements_peer_scores_change(&r, (dg_node_ix){ 3 },
                                                      DG_REPUTATION_COST_MINOR, SECOND / 2, &parted,
                                                      NULL),
                     DG_OK);
    ck_assert(!parted); /* not before its batch */
    ck_assert_uint_eq(dg_statements_peer_scores_settle(&r, SECOND - 1), 1);
    /* so little below the threshold one second brings it back, and a hundred more things at once
     * part again */
    ck_assert_uint_eq(dg_statements_peer_scores_find(&r, (dg_node_ix){ 3 })->parted_until, SECOND);
    ck_assert_uint_eq(dg_statements_peer_scores_settle(&r, SECOND), 0);
    for (int i = 0; i < ENOUGH / 50 + 1; i++)
        ck_assert_int_eq(dg_statements_peer_scores_change(&r, (dg_node_ix){ 3 },
                                                          DG_REPUTATION_COST_MINOR, SECOND, &parted,
                                                          NULL),
                         DG_OK);
    ck_assert_uint_eq(dg_statements_peer_scores_settle(&r, SECOND), 1);
    dg_statements_peer_scores_clear(&r);
}
END_TEST

/* A fiftieth goes each second: half is left after 34 or 35 seconds, nothing after twenty minutes;
 * from the least possible score it is 17 seconds to the threshold, for 0.98^17 = 0.709. */
START_TEST(what_is_held_against_a_peer_is_forgiven_with_time)
{
    static const struct {
        dg_reputation_change what;
        uint64_t seconds;
        int64_t least, most;
    } rows[] = {
        { DG_REPUTATION_COST_MAJOR_REPEATED, 0, -600000, -600000 },
        { DG_REPUTATION_COST_MAJOR_REPEATED, 1, -588000, -588000 },
        { DG_REPUTATION_COST_MAJOR_REPEATED, 34, -310000, -300000 },
        { DG_REPUTATION_COST_MAJOR_REPEATED, 35, -300000, -290000 },
        { DG_REPUTATION_COST_MAJOR_REPEATED, 1200, 0, 0 },
        { DG_REPUTATION_BENEFIT_MAJOR_FIRST, 34, 150000, 155000 },
        { DG_REPUTATION_BENEFIT_MAJOR_FIRST, 1200, 0, 0 },
        { DG_REPUTATION_MALICIOUS, 1200, 0, 0 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        dg_peer_scores r = { .of = NULL };
        bool parted;
        ck_assert_int_eq(
            dg_statements_peer_scores_change(&r, (dg_node_ix){ 1 }, rows[i].what, 0, &parted, NULL),
            DG_OK);
        dg_statements_peer_scores_settle(&r, 0);
        if (rows[i].what == DG_REPUTATION_MALICIOUS)
            ck_assert_uint_eq(dg_statements_peer_scores_find(&r, (dg_node_ix){ 1 })->parted_until,
                              17 * SECOND);
        dg_statements_peer_scores_settle(&r, rows[i].seconds * SECOND);
        ck_assert_int_ge(dg_statements_peer_scores_find(&r, (dg_node_ix){ 1 })->score,
                         rows[i].least);
        ck_assert_int_le(dg_statements_peer_scores_find(&r, (dg_node_ix){ 1 })->score,
                         rows[i].most);
        dg_statements_peer_scores_clear(&r);
    }
}
END_TEST

START_TEST(only_peers_with_an_opinion_have_an_entry)
{
    static const uint32_t peers[] = { 9, 2, 77, 5, 2, 9, 1, 40, 3, 8, 60 };
    dg_peer_scores r = { .of = NULL };
    bool parted;
    for (size_t i = 0; i < sizeof peers / sizeof *peers; i++)
        ck_assert_int_eq(dg_statements_peer_scores_change(&r, (dg_node_ix){ peers[i] },
                                                          DG_REPUTATION_COST_MAJOR, 0, &parted,
                                                          NULL),
                         DG_OK);
    ck_assert_uint_eq(r.count, 9);
    dg_statements_peer_scores_settle(&r, 0);
    ck_assert_int_eq(dg_statements_peer_scores_find(&r, (dg_node_ix){ 2 })->score, -600000);
    ck_assert_int_eq(dg_statements_peer_scores_find(&r, (dg_node_ix){ 40 })->score, -300000);
    ck_assert_ptr_null(dg_statements_peer_scores_find(&r, (dg_node_ix){ 4 }));
    for (uint32_t i = 1; i < r.count; i++)
        ck_assert_uint_lt(r.of[i - 1].peer, r.of[i].peer);
    dg_statements_peer_scores_clear(&r);
}
END_TEST

static const struct {
    dg_request_queue_kind kind;
    uint32_t most;
} bounds[] = {
    { DG_QUEUE_POV, 10 },   { DG_QUEUE_COLLATION, 10 }, { DG_QUEUE_CHUNK, 100 },
    { DG_QUEUE_DATA, 100 }, { DG_QUEUE_DISPUTE, 100 },
};

START_TEST(a_full_queue_refuses_the_next_one)
{
    dg_request_queue q = { .of = NULL };
    dg_entrance entered;
    for (uint32_t i = 0; i <= bounds[_i].most; i++) {
        ck_assert_int_eq(dg_statements_queue_enter(&q, bounds[_i].kind, &entered,
                                                   (dg_request_waiting){ .from = i, .leaf = 1 }, 0,
                                                   SECOND, NULL),
                         DG_OK);
        ck_assert_int_eq(entered, i < bounds[_i].most ? DG_ENTRANCE_TAKEN : DG_ENTRANCE_REFUSED);
    }
    ck_assert_int_eq(dg_statements_queue_enter(&q, bounds[_i].kind, &entered,
                                               (dg_request_waiting){ .from = 4, .leaf = 1 }, 0,
                                               SECOND, NULL),
                     DG_OK);
    ck_assert_int_eq(entered, DG_ENTRANCE_TWICE);
    /* one after another they leave */
    ck_assert_int_eq(dg_statements_queue_enter(&q, bounds[_i].kind, &entered,
                                               (dg_request_waiting){ .from = 0, .leaf = 2 },
                                               SECOND - 1, SECOND, NULL),
                     DG_OK);
    ck_assert_int_eq(entered, DG_ENTRANCE_REFUSED);
    ck_assert_int_eq(dg_statements_queue_enter(&q, bounds[_i].kind, &entered,
                                               (dg_request_waiting){ .from = 0, .leaf = 2 }, SECOND,
                                               SECOND, NULL),
                     DG_OK);
    ck_assert_int_eq(entered, DG_ENTRANCE_TAKEN);
    dg_statements_queue_clear(&q);
}
END_TEST

/* ---- in a network ---- */

/* Groups and cores are there from the second session on. */
enum { FLIP = EPOCH + 3, LAST = FLIP + 5 };

static void run_old_share(world *w, uint32_t ppm, dg_distribution_mode mode, dg_world_stats *stats)
{
    dg_share shares[] = { { dg_class_named("SD_V1"), ppm },
                          { dg_class_named("SD_V12_OK"), 1000000 - ppm } };
    world_options o = { .shares = shares,
                        .share_count = 2,
                        .seed = 7,
                        .how = DG_HOW_OVERRIDE,
                        .enact = FLIP,
                        .distribution = mode };
    world_open(w, &o);
    world_run(w, LAST);
    dg_network_stats_get(w->net, stats);
}

/* What one node held against another since the flip, as it would be without being forgiven. */
static int64_t worst_in_a_second(const world *w)
{
    int64_t worst = 0;
    for (uint32_t node = 0; node < dg_network_node_count(w->net); node++)
        for (uint32_t i = 0; i < w->world->statements->peers[node].scores.count; i++) {
            const dg_peer_score *o = &w->world->statements->peers[node].scores.of[i];
            /* in less than thirty seconds not half of it goes */
            int64_t at = (int64_t)o->score * 2 + o->waiting;
            worst = at < worst ? at : worst;
        }
    return worst / (6 * (LAST - FLIP));
}

START_TEST(who_goes_on_in_the_old_way_is_reported_en_masse)
{
    dg_world_stats stats;
    world w;
    run_old_share(&w, 300000, DG_DISTRIBUTION_SENT, &stats);
    fprintf(stderr, "old way after the flip: %u reports in %d slots\n", (unsigned)stats.reports,
            LAST - FLIP);
    /* each old node's peers, 25 at least, of which 0.7 know better: more than one report for each
     * of the hundred nodes */
    ck_assert_uint_gt(stats.reports, dg_network_node_count(w.net));
    ck_assert_uint_eq(world_sum(&w, DG_EVENT_NET_REPUTATION, "reports", 0, LAST), stats.reports);
    ck_assert_uint_eq(world_sum(&w, DG_EVENT_NET_REPUTATION, "minor", 0, LAST),
                      stats.reports_minor);
    ck_assert_uint_eq(world_sum(&w, DG_EVENT_NET_REPUTATION, "reports", 0, FLIP - 1), 0);
    /* and never is anybody parted over it: what comes in a second is forgiven to a fiftieth, so the
     * worst of all pairs would stand at fifty times that for ever */
    ck_assert_uint_eq(stats.parted, 0);
    ck_assert_int_gt(50 * worst_in_a_second(&w), dg_statements_reputation_threshold() / 10);
    for (uint32_t node = 0; node < dg_network_node_count(w.net); node++)
        for (uint32_t i = 0; i < w.world->statements->peers[node].scores.count; i++) {
            const dg_peer_score *o = &w.world->statements->peers[node].scores.of[i];
            if (o->score + o->waiting < 0)
                ck_assert_str_eq(dg_network_class(w.net, (dg_node_ix){ o->peer })->name,
                                 "v0.9..v1.0");
        }
    world_close(&w);
}
END_TEST

START_TEST(where_all_work_alike_nobody_is_reported)
{
    dg_world_stats stats;
    world w;
    run_old_share(&w, 0, DG_DISTRIBUTION_SENT, &stats);
    ck_assert_uint_eq(stats.reports, 0);
    ck_assert_uint_eq(stats.refused, 0);
    ck_assert_uint_eq(world_times(&w, DG_EVENT_NET_REPUTATION, 0, LAST), 0);
    ck_assert_uint_gt(stats.messages[DG_MSG_STATEMENT], 0);
    world_close(&w);
}
END_TEST

START_TEST(computed_nothing_is_counted)
{
    dg_world_stats stats;
    world w;
    run_old_share(&w, 300000, DG_DISTRIBUTION_COMPUTED, &stats);
    ck_assert_uint_eq(stats.reports, 0);
    ck_assert_uint_eq(world_times(&w, DG_EVENT_NET_REPUTATION, 0, LAST), 0);
    world_close(&w);
}
END_TEST

static uint64_t sent_in(const world *w, uint32_t from, uint32_t to)
{
    uint64_t all = 0;
    for (size_t i = 1; dg_event_field(DG_EVENT_NET_MESSAGES, i); i++)
        all +=
            world_sum(w, DG_EVENT_NET_MESSAGES, dg_event_field(DG_EVENT_NET_MESSAGES, i), from, to);
    return all;
}

/* Of each two nodes one calls the other malicious: nobody says anything until it is over. */
START_TEST(who_is_banned_is_neither_talked_to_nor_heard)
{
    world_options o = { .of = "SD_V12_OK", .seed = 3, .distribution = DG_DISTRIBUTION_SENT };
    enum { BAN = EPOCH + 2 };
    uint32_t n;
    world w;
    world_open(&w, &o);
    n = dg_network_node_count(w.net);
    world_run(&w, BAN);
    for (uint32_t a = 0; a < n; a++)
        for (uint32_t b = a + 1; b < n; b++)
            ck_assert_int_eq(dg_statements_reputation_change(w.world, (dg_node_ix){ a },
                                                             (dg_node_ix){ b },
                                                             DG_REPUTATION_MALICIOUS, NULL),
                             DG_OK);
    ck_assert(dg_statements_reputation_parts(w.world, (dg_node_ix){ 0 }, (dg_node_ix){ 1 })
              && dg_statements_reputation_parts(w.world, (dg_node_ix){ 1 }, (dg_node_ix){ 0 }));
    world_run(&w, BAN + 5);
    ck_assert_uint_gt(sent_in(&w, BAN, BAN), 0);
    ck_assert_uint_eq(sent_in(&w, BAN + 1, BAN + 2), 0);
    ck_assert_uint_eq(world_sum(&w, DG_EVENT_NET_REPUTATION, "banned", BAN + 1, BAN + 1),
                      (uint64_t)n * (n - 1) / 2);
    /* 17 s are over within the third slot, a second before its end: what all have of its leaf is
     * told then */
    ck_assert(!dg_statements_reputation_parts(w.world, (dg_node_ix){ 0 }, (dg_node_ix){ 1 })
              && !dg_statements_reputation_parts(w.world, (dg_node_ix){ 1 }, (dg_node_ix){ 0 }));
    ck_assert_uint_gt(world_sum(&w, DG_EVENT_NET_MESSAGES, "bitfields", BAN + 3, BAN + 3), n);
    ck_assert_uint_gt(world_sum(&w, DG_EVENT_NET_MESSAGES, "legacy", BAN + 3, BAN + 3), 0);
    /* its author's own at most */
    ck_assert_uint_le(world_sum(&w, DG_EVENT_NET_BUILT, "bitfields", BAN + 3, BAN + 3),
                      world_times(&w, DG_EVENT_NET_BUILT, BAN + 3, BAN + 3));
    ck_assert_uint_gt(world_sum(&w, DG_EVENT_NET_BUILT, "bitfields", BAN + 4, BAN + 4), n / 2);
    ck_assert_uint_gt(sent_in(&w, BAN + 4, BAN + 5), 0);
    ck_assert_uint_eq(world_sum(&w, DG_EVENT_NET_REPUTATION, "banned", BAN + 3, BAN + 5), 0);
    world_close(&w);
}
END_TEST

#define ROWS(array) (int)(sizeof(array) / sizeof *(array))

int main(void)
{
    Suite *s = suite_create("peer_reputation");
    TCase *tc = tcase_create("peer_reputation");
    int failed;
    tcase_set_timeout(tc, 0);
    tcase_add_loop_test(tc, each_change_is_worth_what_its_row_says, 0, ROWS(values));
    tcase_add_test(tc, rows_are_complete);
    tcase_add_test(tc, many_small_things_part_two_and_only_until_they_are_forgiven);
    tcase_add_test(tc, what_is_held_against_a_peer_is_forgiven_with_time);
    tcase_add_test(tc, only_peers_with_an_opinion_have_an_entry);
    tcase_add_loop_test(tc, a_full_queue_refuses_the_next_one, 0, ROWS(bounds));
    tcase_add_test(tc, who_goes_on_in_the_old_way_is_reported_en_masse);
    tcase_add_test(tc, where_all_work_alike_nobody_is_reported);
    tcase_add_test(tc, computed_nothing_is_counted);
    tcase_add_test(tc, who_is_banned_is_neither_talked_to_nor_heard);
    suite_add_tcase(s, tc);
    failed = suite_run(s);
    world_engine_free();
    return failed;
}
