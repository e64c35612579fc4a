/* A minority that cannot read a new kind of receipt calls every candidate invalid that
 * it is drawn to check. Each time all others have to look at it as well, and finality
 * waits. What the runtime makes of their votes stands in its own events: it has to
 * begin and settle the very disputes that the nodes have. */
#include "../support/model_net.h"

#include "approval/dispute_impl.h"

#include <string.h>

#define RECEIPTS "paseo-1009001-e10-40val-8paras.json.zst"
/* slots; U in session 1, which acts in session 3 */
enum { SESSION = 10, AT = 13, ACTS = 30, LAST = 44, VALIDATORS = 40 };

/* ---- on the real runtime ---- */

enum { AWAY = 20, AWAY_MS = 20000 };
typedef struct away {
    bool crashes;
    dg_ns from;
} away; /* some of those that can read */

static uint32_t open_storm_with(world *w, uint32_t old_ppm, uint64_t seed, const away *gone)
{
    static dg_share shares[2];
    world_options o = { .seed = seed, .shares = shares, .share_count = 2 };
    json_t *fields = json_pack("{s:s}", "node_features", "0b11110000");
    uint32_t old = 0;
    shares[0] = (dg_share){ dg_class_named("SD_V12_OK"), old_ppm };
    shares[1] = (dg_share){ dg_class_named("SD_V12_RECEIPTS"), 1000000 - old_ppm };
    world_open_path(w, fixture_path(RECEIPTS), &o);
    ck_assert_int_eq(dg_network_configure(w->net, dg_network_first_slot(w->net) + AT, fields, NULL),
                     DG_OK);
    for (uint32_t i = 0; i < VALIDATORS; i++)
        old += !dg_network_class(w->net, (dg_node_ix){ i })->receipts_v2;
    for (uint32_t i = 0, left = gone ? AWAY : 0; left; i++)
        if (dg_network_class(w->net, (dg_node_ix){ i })->receipts_v2 && left--)
            ck_assert_int_eq((gone->crashes ? dg_sim_crash : dg_sim_pause)(
                                 w->world->sim, (dg_node_ix){ i },
                                 (dg_sim_span){ gone->from, gone->from + AWAY_MS * DG_MS }, NULL),
                             DG_OK);
    world_run(w, LAST);
    json_decref(fields);
    return old;
}

static uint32_t open_storm(world *w, uint32_t old_ppm, uint64_t seed)
{
    return open_storm_with(w, old_ppm, seed, NULL);
}

static uint64_t count_outcome(const world *w, uint64_t outcome, uint32_t *first)
{
    uint64_t count = 0;
    *first = UINT32_MAX;
    for (size_t i = 0; i < w->count; i++)
        if (w->log[i].kind == DG_EVENT_NET_DISPUTE
            && (uint64_t)w->log[i].net_dispute.outcome == outcome) {
            *first = count++ ? *first : (uint32_t)world_slot(w, &w->log[i]);
        }
    return count;
}

static uint32_t count_bits(const dg_dispute_told *t, int side)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < t->bit_count[side]; i++)
        count += t->bits[side].at[i / 8] >> i % 8 & 1;
    return count;
}

/* Every vote counts: all forty are on chain, and on the side they were meant for. */
static void check_chain(world *w, uint32_t old)
{
    dg_world_block *best = &w->world->blocks[dg_world_favourite(w->world)];
    uint32_t left, seen = 0;
    dg_dispute_told t;
    dg_bytes answer;
    dg_scale s;
    ck_assert_int_eq(dg_view_ask(&best->view, &answer, DG_ASK_DISPUTES, dg_bytes_of(NULL, 0), NULL),
                     DG_OK);
    s = dg_scale_from(answer);
    for (left = dg_scale_count(&s, 42); dg_dispute_told_next(&t, &s, &left); seen++) {
        ck_assert(t.concluded);
        ck_assert_uint_eq(count_bits(&t, 0), VALIDATORS - old);
        ck_assert_uint_eq(count_bits(&t, 1), old);
    }
    ck_assert_int_eq(dg_scale_finish(&s, NULL, "disputes"), DG_OK);
    ck_assert_uint_gt(seen, 0);
}

/* Who cannot read a candidate says nothing for it as a backer. */
static void check_backers(world *w)
{
    uint8_t voted[DG_GROUP_MAX];
    uint32_t heard = 0;
    for (uint32_t id = 0; id < w->world->block_count; id++) {
        const dg_world_block *b = &w->world->blocks[id];
        for (uint32_t core = 0; !b->gone && b->candidates && core < b->view.core_count; core++) {
            const dg_candidate *c = &b->candidates[core];
            uint32_t votes = 0;
            if (c->para == DG_NO || !c->receipt_v2)
                continue;
            ck_assert_int_eq(dg_statements_votes(w->world, voted, &votes, (dg_leaf_id){ id },
                                                 (dg_place_ix){ core },
                                                 (dg_node_ix){ b->session->node[0] }, NULL),
                             DG_OK);
            if (!votes)
                continue;
            for (uint32_t i = b->view.group_from[c->group]; i < b->view.group_from[c->group + 1];
                 i++)
                ck_assert(!voted[i - b->view.group_from[c->group]]
                          || w->world->nodes[b->session->node[b->view.members[i]]].of->receipts_v2);
            heard++;
        }
    }
    ck_assert_uint_gt(heard, 0);
}

START_TEST(a_minority_that_cannot_read_disputes_from_the_session_on_in_which_it_acts)
{
    uint32_t first, ignored, old;
    uint64_t begun, settled, slowest = 0;
    world w;
    old = open_storm(&w, 100000, 1);
    ck_assert_uint_gt(old, 0);
    ck_assert_uint_lt(old, VALIDATORS / 3);
    begun = count_outcome(&w, 0, &first);
    settled = count_outcome(&w, 1, &ignored);
    ck_assert_uint_gt(begun, 10);
    /* backed on the first block of the session, included on the next: not at U, not a session after
     */
    ck_assert_uint_ge(first, ACTS + 2);
    ck_assert_uint_le(first, ACTS + 4);
    ck_assert_uint_ge(settled + 8, begun); /* all but those of the last block */
    ck_assert_uint_eq(count_outcome(&w, 2, &ignored), 0);
    for (size_t i = 0; i < w.count; i++)
        if (w.log[i].kind == DG_EVENT_NET_DISPUTE) {
            ck_assert_uint_eq(w.log[i].net_dispute.against, old); /* and nobody else is against */
            ck_assert(w.log[i].net_dispute.outcome == 0
                      || w.log[i].net_dispute.after_ms >= 1300); /* to fetch and to execute it */
            slowest = (uint64_t)w.log[i].net_dispute.after_ms > slowest
                          ? (uint64_t)w.log[i].net_dispute.after_ms
                          : slowest;
        }
    ck_assert_uint_ge(slowest, 2600); /* the fourth of a block waits for one of the first three */
    /* the runtime took every vote that was offered, and came to the same ends */
    ck_assert_uint_gt(world_sum(&w, DG_EVENT_NET_STATEMENTS, "begun", 0, LAST), 0);
    ck_assert_uint_gt(world_sum(&w, DG_EVENT_NET_STATEMENTS, "valid", 0, LAST), 0);
    ck_assert_uint_eq(world_sum(&w, DG_EVENT_NET_STATEMENTS, "invalid", 0, LAST), 0);
    ck_assert_uint_eq(world_sum(&w, DG_EVENT_NET_STATEMENTS, "sets", 0, LAST),
                      world_sum(&w, DG_EVENT_NET_STATEMENTS, "begun", 0, LAST));
    for (size_t i = 0; i < w.count; i++)
        ck_assert_int_ne((int)w.log[i].kind, DG_EVENT_NET_FAILED);
    /* and before it acts all is as ever */
    ck_assert_uint_ge(world_sum(&w, DG_EVENT_NET_PARAS, "backed", SESSION + 2, ACTS - 1), 8 * 8);
    check_chain(&w, old);
    check_backers(&w);
    world_close(&w);
}
END_TEST

START_TEST(nobody_disputes_where_all_can_read)
{
    uint32_t first, v2 = 0;
    world w;
    ck_assert_uint_eq(open_storm(&w, 0, 1), 0);
    ck_assert_uint_eq(count_outcome(&w, 0, &first), 0);
    ck_assert_uint_eq(world_times(&w, DG_EVENT_NET_STATEMENTS, 0, LAST), 0);
    for (uint32_t id = 0; id < w.world->block_count; id++) /* and there was something to read */
        for (uint32_t i = 0; !w.world->blocks[id].gone && i < w.world->blocks[id].view.core_count;
             i++)
            v2 += w.world->blocks[id].view.cores[i].kind == DG_CORE_OCCUPIED
                  && w.world->blocks[id].view.cores[i].receipt_v2;
    ck_assert_uint_ge(v2, 8);
    ck_assert_uint_ge(world_sum(&w, DG_EVENT_NET_PARAS, "included", ACTS + 4, LAST), 8);
    world_close(&w);
}
END_TEST

/* Neither side has two thirds: nothing is settled, and finality stays below. */
START_TEST(without_a_supermajority_finality_stands)
{
    uint32_t first, ignored, old;
    world w;
    old = open_storm(&w, 450000, 1);
    ck_assert_uint_gt(old, VALIDATORS / 3);
    ck_assert_uint_lt(old, VALIDATORS - VALIDATORS / 3);
    ck_assert_uint_gt(count_outcome(&w, 0, &first), 0);
    ck_assert_uint_eq(count_outcome(&w, 1, &ignored) + count_outcome(&w, 2, &ignored), 0);
    for (size_t i = 0; i < w.count; i++)
        ck_assert(w.log[i].kind != DG_EVENT_NET_FINALIZED || w.log[i].block < ACTS + 6);
    ck_assert_uint_gt(dg_block_number(dg_network_best(w.net)), ACTS + 10);
    world_close(&w);
}
END_TEST

/* Twenty of forty go away just before the first dispute: with those of them that back it, too few
 * are left. They are back twenty seconds later, have their say, and all is settled. */
START_TEST(who_comes_late_has_its_say)
{
    away gone = { .crashes = _i };
    uint32_t first, ignored, late = 0;
    uint64_t begun;
    world w;
    open_storm(&w, 100000, 1);
    for (size_t i = w.count; i--;)
        gone.from = w.log[i].kind == DG_EVENT_NET_DISPUTE ? w.log[i].at - DG_MS : gone.from;
    world_close(&w);
    ck_assert_uint_lt(open_storm_with(&w, 100000, 1, &gone), VALIDATORS / 3);
    begun = count_outcome(&w, 0, &first);
    ck_assert_uint_gt(begun, 10);
    for (size_t i = 0; i < w.count; i++)
        late += w.log[i].kind == DG_EVENT_NET_DISPUTE && w.log[i].net_dispute.outcome == 1
                && w.log[i].net_dispute.after_ms > AWAY_MS / 2;
    ck_assert_uint_gt(late, 0);
    ck_assert_uint_ge(count_outcome(&w, 1, &ignored) + 8, begun);
    ck_assert_uint_gt(w.world->blocks[w.world->finalized].number, ACTS + 3);
    world_close(&w);
}
END_TEST

/* ---- the rules alone ---- */

static const struct {
    uint32_t validators, needed;
} thirds[] = { { 1, 1 }, { 2, 2 }, { 3, 3 }, { 4, 3 }, { 40, 27 }, { 100, 67 }, { 300, 201 } };
START_TEST(two_thirds_and_one_settle_it)
{
    ck_assert_uint_eq(dg_supermajority(thirds[_i].validators), thirds[_i].needed);
}
END_TEST

/* Answers of ParachainHost_disputes: session, candidate, bits for and against, since, until. */
static const struct {
    const char *tail;
    bool told, concluded;
    uint32_t bits;
} answers[] = {
    { "0c050c02"
      "01000000"
      "00",
      true, false, 3 },
    { "0c050c02"
      "01000000"
      "0102000000",
      true, true, 3 },
    { "0000"
      "01000000"
      "00",
      true, false, 0 },
    { "0c050c02"
      "01000000",
      false, false, 0 }, /* ends too soon */
    { "0c050c02"
      "01000000"
      "02",
      false, false, 0 }, /* no option */
    { "feffffff"
      "0505",
      false, false, 0 }, /* more bits than bytes */
};
START_TEST(what_the_chain_knows_is_read)
{
    char text[200];
    dg_dispute_told t = { .concluded = false };
    uint32_t left = 1;
    dg_scale s;
    snprintf(text, sizeof text, "07000000%064d%s", 0, answers[_i].tail);
    s = dg_scale_from(hex(text));
    ck_assert_int_eq(dg_dispute_told_next(&t, &s, &left), answers[_i].told);
    if (answers[_i].told) {
        ck_assert_uint_eq(t.session, 7);
        ck_assert_uint_eq(t.bit_count[0], answers[_i].bits);
        ck_assert_int_eq(t.concluded, answers[_i].concluded);
    }
    ck_assert(!dg_dispute_told_next(&t, &s, &left));
}
END_TEST

#define ROWS(array) (int)(sizeof(array) / sizeof *(array))

int main(void)
{
    Suite *s = suite_create("dispute_coordinator");
    TCase *tc = tcase_create("dispute_coordinator");
    int failed;
    tcase_set_timeout(tc, 0);
    tcase_add_test(tc, a_minority_that_cannot_read_disputes_from_the_session_on_in_which_it_acts);
    tcase_add_test(tc, nobody_disputes_where_all_can_read);
    if (!REDUCED)
        tcase_add_test(tc, without_a_supermajority_finality_stands);
    tcase_add_loop_test(tc, who_comes_late_has_its_say, 0, 2);
    tcase_add_loop_test(tc, two_thirds_and_one_settle_it, 0, ROWS(thirds));
    tcase_add_loop_test(tc, what_the_chain_knows_is_read, 0, ROWS(answers));
    suite_add_tcase(s, tc);
    failed = suite_run(s);
    if (REDUCED)
        printf("not run: a storm without an end, under sanitizers\n");
    world_engine_free();
    return failed;
}
