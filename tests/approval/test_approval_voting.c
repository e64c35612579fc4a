/* Finality waits for approvals, so when they come decides what a release manager sees.
 * The network counts them once for all nodes; a twin that sends every assignment and
 * every approval as a message, and lets each node judge by what it has heard, has to
 * come to the same times: exactly where a sender's messages take as long to each, and
 * within what messages differ otherwise. */
#include "model_approval.h"
#include "../support/model_net.h"

#include <math.h>

#define UNTIL (SLOT_OF_BLOCK * 6000 * DG_MS + 120000 * DG_MS)
enum { SLOT_OF_BLOCK = 4, NODES = 40, CANDIDATES = 8, SEEDS = 4 };

/* Off the tick by an odd time: what happens at one instant has no order here. */
static void furnish(scene *s, uint64_t seed, const dg_approval_rules *rules, bool same_to_all)
{
    dg_rng rng = dg_rng_fork(seed, "scene", 0, 0);
    *s = (scene){
        .nodes = NODES, .candidates = CANDIDATES, .group = 5, .rules = *rules, .seed = seed
    };
    for (uint32_t i = 0; i < NODES; i++) {
        s->latency[i] = same_to_all ? (20 + dg_rng_below(&rng, 180)) * DG_MS + 2 * i + 1 : 0;
        s->imported[i] =
            (SLOT_OF_BLOCK * 6000 + 2100 + dg_rng_below(&rng, 180)) * DG_MS + 2 * i + 1;
    }
}

/* Nodes that never come, that go away after they have told, that tell and do not approve. */
static void hurt(scene *s, uint32_t absent, uint32_t leaving, uint32_t withholding)
{
    dg_rng rng = dg_rng_fork(s->seed, "hurt", 0, 0);
    for (uint32_t i = 0; i < absent; i++)
        s->crash[dg_rng_below(&rng, NODES)] = 1;
    for (uint32_t i = 0; i < leaving; i++) /* just after a tick, when nothing is due */
        s->crash[dg_rng_below(&rng, NODES)] = (SLOT_OF_BLOCK * 6000 + 3000) * DG_MS + 1;
    for (uint32_t i = 0; i < withholding; i++)
        s->withholds[dg_rng_below(&rng, NODES)] = true;
}

static const struct {
    const char *what;
    dg_approval_rules rules;
    uint32_t absent, leaving, withholding;
} worlds[] = {
    { "all are well", { CANDIDATES, 0, 2, 20, 2, 12 }, 0, 0, 0 },
    { "a zeroth tranche that is wide", { CANDIDATES, 6, 1, 20, 2, 12 }, 0, 0, 0 },
    { "a few are absent", { CANDIDATES, 0, 2, 20, 2, 12 }, 8, 0, 0 },
    { "some leave after they told", { CANDIDATES, 0, 2, 20, 2, 12 }, 0, 6, 0 },
    { "some withhold", { CANDIDATES, 0, 2, 20, 2, 12 }, 0, 0, 4 },
    { "many withhold", { CANDIDATES, 0, 2, 20, 1, 8 }, 0, 0, 14 },
    { "all of it", { CANDIDATES, 3, 2, 30, 2, 10 }, 5, 5, 5 },
    { "nobody is wanted", { CANDIDATES, 0, 2, 20, 2, 0 }, 0, 0, 0 },
    { "more are wanted than there are", { CANDIDATES, 0, 2, 20, 2, 60 }, 0, 0, 0 },
};

START_TEST(counted_and_played_agree_to_the_nanosecond)
{
    uint32_t approved = 0, no_shows = 0;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        told_of counted[CANDIDATES], played[CANDIDATES];
        scene s;
        furnish(&s, seed, &worlds[_i].rules, true);
        hurt(&s, worlds[_i].absent, worlds[_i].leaving, worlds[_i].withholding);
        scene_count(&s, counted, UNTIL);
        scene_play(&s, played, UNTIL);
        for (uint32_t i = 0; i < CANDIDATES; i++) {
            ck_assert_msg(counted[i].approved_at == played[i].approved_at,
                          "%s, seed %u, candidate %u: %llu ns counted, %llu played",
                          worlds[_i].what, (unsigned)seed, i,
                          (unsigned long long)counted[i].approved_at,
                          (unsigned long long)played[i].approved_at);
            ck_assert(!s.rules.needed || counted[i].assignments == played[i].assignments);
            approved += counted[i].approved_at != DG_NEVER;
            no_shows += counted[i].no_shows;
        }
    }
    ck_assert_uint_gt(approved, 0);
    ck_assert_int_eq(no_shows > 0, worlds[_i].leaving + worlds[_i].withholding > 0);
}
END_TEST

/* A message that is drawn anew for each listener is up to two hops of 180 ms earlier or
 * later to one than to the network as a whole, and so is what follows from it, as long
 * as nobody is missing: one assignment more or less would bring a no-show's time with it. */
START_TEST(votes_that_differ_by_listener_move_it_by_no_more)
{
    const int64_t spread = 2 * 180 * (int64_t)DG_MS;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        told_of counted[CANDIDATES], played[CANDIDATES];
        scene s;
        furnish(&s, seed, &worlds[_i].rules, false);
        hurt(&s, worlds[_i].absent, 0, 0);
        scene_count(&s, counted, UNTIL);
        scene_play(&s, played, UNTIL);
        for (uint32_t i = 0; i < CANDIDATES; i++) {
            int64_t apart = (int64_t)(counted[i].approved_at - played[i].approved_at);
            ck_assert(counted[i].approved_at != DG_NEVER && played[i].approved_at != DG_NEVER);
            ck_assert_msg(apart <= spread && -apart <= spread,
                          "%s, seed %u, candidate %u: %lld ns apart", worlds[_i].what,
                          (unsigned)seed, i, (long long)apart);
        }
    }
}
END_TEST

/* The last message is at some nodes sooner than at others: those vote for the block first. */
START_TEST(each_node_hears_the_last_voice_for_itself)
{
    uint32_t late = 0, voters[2];
    for (uint64_t seed = 1; seed <= 4 * SEEDS; seed++) {
        scene s;
        furnish(&s, seed, &worlds[0].rules, false);
        scene_voters(&s, voters);
        ck_assert_uint_gt(voters[0], 0);
        ck_assert_uint_eq(voters[1], NODES);
        late += NODES - voters[0];
    }
    ck_assert_uint_gt(late, 0);
    ck_assert_uint_lt(late, 4 * SEEDS * NODES / 2);
}
END_TEST

/* An assignment that was heard in tick 10 counts as approved from tick 12 on, however
 * quick its sender was: another one may be on its way. */
static const struct {
    uint64_t tick;
    bool approved;
} delays[] = { { 10, false }, { 11, false }, { 12, true } };
START_TEST(an_approval_waits_two_ticks_for_other_assignments)
{
    dg_checker one = { .received = 10 * 500 * DG_MS, .approved = 10 * 500 * DG_MS + 1 };
    dg_moment m = { .at = delays[_i].tick * 500 * DG_MS + 2,
                    .tick = delays[_i].tick,
                    .block_tick = 8,
                    .no_show_ticks = 24,
                    .needed = 1,
                    .validators = 100 };
    ck_assert_int_eq(dg_approval_is_approved_at(&one, 1, &m), delays[_i].approved);
    m.validators = 2; /* a third of all needs no more */
    ck_assert(dg_approval_is_approved_at(&one, 1, &m));
}
END_TEST

START_TEST(without_memory_a_run_ends_in_words)
{
    scene s;
    uint64_t n = 1;
    dg_code rc;
    furnish(&s, 1, &worlds[0].rules, true);
    s.candidates = 2;
    while ((rc = scene_starve(&s, n)) < 0 && n < 2000) {
        ck_assert_int_eq(rc, DG_NOMEM);
        n++;
    }
    ck_assert_int_eq(rc, DG_OK);
    ck_assert_uint_gt(n, 10);
}
END_TEST

/* ---- assignments ---- */

static void draw(dg_approval_block *a, dg_candidate_entry *entries, dg_session *session,
                 uint32_t count, uint64_t features, uint64_t slot)
{
    static uint32_t group_from[5] = { 0, 5, 10, 15, 20 }, members[100], nodes[100];
    static dg_view view;
    dg_world_block blocks[2] = { { .number = 0 }, { .number = 1, .slot = slot, .author = 3 } };
    dg_world net = {
        .options = { .seed = 7 },
        .blocks = blocks,
        .block_count = 2,
        .node_count = 100,
        .approval = &(dg_approval){ .nodes = NULL } /* all hear alike */
    };
    for (uint32_t i = 0; i < 100; i++)
        members[i] = nodes[i] = i;
    view = (dg_view){
        .group_from = group_from, .members = members, .group_count = 4, .features = features
    };
    blocks[0].view = view;
    session->node = nodes;
    *a = (dg_approval_block){ .entries = entries, .count = count, .session = session };
    for (uint32_t i = 0; i < count; i++)
        entries[i] = (dg_candidate_entry){ .of = { .core = i, .group = i % 4 } };
    ck_assert_int_eq(dg_approval_assignments_draw(&net, a, (dg_leaf_id){ 1 }, NULL), DG_OK);
}

/* A validator draws `samples` of 20 cores: with doubles it misses a core with 0.95^6, a
 * chance of 0.2649 to have it; distinct ones 6/20. Its delay is 0 in one of 89 cases. Over
 * 200 blocks, 4 cores and 95 validators outside of the group, four deviations. */
static const struct {
    uint64_t features;
    double chance;
} zeroth[] = {
    { 0, 0.264908 + 0.735092 / 89 },
    { 1, 0.3 + 0.7 / 89 },
};
START_TEST(as_many_start_at_once_as_the_lot_says)
{
    enum { BLOCKS = 200, CORES = 4, OUTSIDE = 95 };
    double expected = zeroth[_i].chance * BLOCKS * CORES * OUTSIDE,
           spread = 4 * sqrt(expected * (1 - zeroth[_i].chance));
    uint32_t first = 0;
    for (uint64_t slot = 1; slot <= BLOCKS; slot++) {
        dg_session session = { .validators = 100,
                               .rules = { .cores = 20, .samples = 6, .tranches = 89 } };
        dg_candidate_entry entries[CORES];
        dg_approval_block a;
        draw(&a, entries, &session, CORES, zeroth[_i].features, slot);
        for (uint32_t i = 0; i < CORES; i++) {
            ck_assert_uint_eq(entries[i].assignment_count, OUTSIDE);
            for (uint32_t k = 0; k < OUTSIDE; k++) {
                const dg_assignment *own = &entries[i].assignments[k];
                first += own->tranche == 0;
                ck_assert_uint_lt(own->tranche, 89);
                /* nobody of the group that backed it */
                ck_assert(own->validator / 5 != i);
                ck_assert(!k || own[-1].tranche <= own->tranche); /* in the order of their turn */
            }
            dg_free(entries[i].assignments);
        }
    }
    ck_assert_double_ge(first, expected - spread);
    ck_assert_double_le(first, expected + spread);
}
END_TEST

/* Rubbish of a runtime that reads another's storage: no division by zero, no endless draw. */
START_TEST(any_numbers_can_be_drawn_with)
{
    static const dg_approval_rules rules[] = {
        { .cores = 0 },
        { .cores = 4, .samples = UINT32_MAX },
        { .tranches = UINT32_MAX, .zeroth_width = UINT32_MAX },
        { .cores = DG_CORES_MAX, .samples = UINT32_MAX, .tranches = 1 }
    };
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        dg_session session = { .validators = 20, .rules = rules[i] };
        dg_candidate_entry entries[2];
        dg_approval_block a;
        draw(&a, entries, &session, 2, i & 1, 9);
        for (int k = 0; k < 2; k++) {
            ck_assert_uint_eq(entries[k].assignment_count, 15);
            dg_free(entries[k].assignments);
        }
    }
}
END_TEST

/* ---- what it costs in messages ---- */

/* Nine in a square: two in the row and two in the column are told, each tells two; from
 * level 1 on the sender tells the four others itself, at 2 all nine tell their four.
 * Beside that the sender and all who hear it tell up to four random peers, as far as there
 * are others: of nine the four in row and column have five others, the last four seven; of
 * four, the sender one, those in row and column one each, the last one two; of two nobody. */
static const struct {
    uint32_t members;
    uint64_t messages[3];
} routes[] = {
    { 9, { 12 + 4 + 4 * 4 + 4 * 4, 12 + 4 + 4 * 4 + 4 * 4, 16 + 36 + 4 * 3 + 4 * 3 } },
    { 1, { 0, 0, 0 } },
    { 2, { 1, 1, 3 } },
    { 4, { 4 + 1 + 2 + 2, 5 + 2 + 2, 5 + 8 } },
    { 100, { 180 + 400, 261 + 396, 261 + 1800 + 396 } },
};
START_TEST(a_vote_goes_along_the_grid)
{
    for (unsigned level = 0; level < 3; level++)
        ck_assert_uint_eq(dg_approval_routed_messages(routes[_i].members, level),
                          routes[_i].messages[level]);
}
END_TEST

static uint64_t messages_a_slot(const world *w, uint32_t from, uint32_t to)
{
    return (world_sum(w, DG_EVENT_NET_APPROVAL, "assignments", from, to - 1)
            + world_sum(w, DG_EVENT_NET_APPROVAL, "approvals", from, to - 1))
           / (to - from);
}

static uint32_t first_at_level(const world *w, uint64_t level)
{
    for (size_t i = 0; i < w->count; i++)
        if (w->log[i].kind == DG_EVENT_NET_APPROVAL
            && (uint64_t)w->log[i].net_approval.level >= level)
            return (uint32_t)world_slot(w, &w->log[i]);
    return 0;
}

/* Seven of ten withhold: thirty can approve, thirty-four would be a third. Finality
 * stands, and at 13 and 28 blocks it takes twice and six times the messages. */
START_TEST(messages_rise_when_finality_stays_behind)
{
    world_options o = { .seed = 3 };
    uint32_t knee[2];
    uint64_t usual;
    world w;
    world_open(&w, &o);
    for (uint32_t i = 0; i < 70; i++)
        w.world->nodes[i].withholds = DG_WITHHOLD_APPROVALS;
    world_run(&w, EPOCH + 36);
    knee[0] = first_at_level(&w, 1);
    knee[1] = first_at_level(&w, 2);
    ck_assert_uint_gt(knee[0], EPOCH + 10);
    ck_assert_uint_eq(knee[1], knee[0] + 15);          /* a block each slot */
    usual = messages_a_slot(&w, knee[0] - 8, knee[0]); /* all are asked by then */
    ck_assert_uint_gt(usual, 0);
    ck_assert_uint_gt(messages_a_slot(&w, knee[0], knee[1]), 2 * usual);
    ck_assert_uint_gt(messages_a_slot(&w, knee[1], EPOCH + 36), 6 * usual);
    ck_assert_uint_gt(world_sum(&w, DG_EVENT_NET_APPROVAL, "no_shows", 0, EPOCH + 36),
                      100); /* no-shows */
    world_close(&w);
}
END_TEST

START_TEST(nobody_missing_no_no_show)
{
    world_options o = { .seed = 3 };
    uint64_t blocks = 0;
    world w;
    world_open(&w, &o);
    world_run(&w, EPOCH + 20);
    ck_assert_uint_eq(world_sum(&w, DG_EVENT_NET_APPROVAL, "no_shows", 0, EPOCH + 20), 0);
    ck_assert_uint_eq(world_sum(&w, DG_EVENT_NET_APPROVAL, "level", 0, EPOCH + 20), 0);
    for (size_t i = 0; i < w.count; i++) {
        const dg_event *r = &w.log[i];
        if (r->kind != DG_EVENT_NET_APPROVED)
            continue;
        blocks++;
        ck_assert_uint_le(r->net_approved.candidates, 20);
        /* needed_approvals of the session, each candidate */
        ck_assert_uint_ge(r->net_approved.assigned, 30 * r->net_approved.candidates);
        ck_assert_uint_le(r->net_approved.after_ms, 18000);
    }
    ck_assert_uint_ge(blocks, 8);
    world_close(&w);
}
END_TEST

/* What nobody approves holds finality back, but for five hundred blocks only. */
START_TEST(a_stall_of_approvals_ends_at_five_hundred_blocks)
{
    static const char *const spec = "specs/paseo-1001002-e20-10val-3paras.json.zst";
    world_options o = { .seed = 1 };
    uint32_t stuck, best;
    world w;
    if (!corpus_path(spec))
        return;
    world_open_path(&w, corpus_path(spec), &o);
    for (uint32_t i = 0; i < 10; i++)
        w.world->nodes[i].withholds = DG_WITHHOLD_APPROVALS;
    world_run(&w, 480);
    stuck = w.world->blocks[w.world->finalized].number;
    ck_assert_uint_lt(stuck, EPOCH + 5);
    world_run(&w, 540);
    best = dg_block_number(dg_network_best(w.net));
    ck_assert_uint_gt(best, 520);
    ck_assert_uint_ge(w.world->blocks[w.world->finalized].number, best - 500 - 3);
    ck_assert_uint_le(w.world->blocks[w.world->finalized].number, best - 500);
    world_close(&w);
}
END_TEST

/* ---- what nobody tells ---- */

static void forget_first_session(dg_state *state, const dg_meta *meta)
{
    const dg_meta_entry *entry = dg_meta_storage(meta, "ParaSessionInfo", "Sessions");
    const dg_bytes index = dg_bytes_of((const uint8_t[4]){ 0 }, 4);
    dg_buf key;
    dg_bytes old;
    dg_error err;
    dg_buf_init(&key, 256);
    dg_storage_key_raw(&key, entry, &index);
    ck_assert_int_eq(dg_state_get(state, &old, dg_bytes_of(NULL, 0), dg_buf_bytes(&key), &err),
                     DG_OK);
    ck_assert_int_eq(dg_state_delete(state, dg_bytes_of(NULL, 0), dg_buf_bytes(&key), &err), DG_OK);
    dg_buf_clear(&key);
}

/* Approval voting cannot take in a block whose session no runtime tells of, and what it does
 * not know it approves as little as what lies above, in whatever session. As on Rococo
 * in January 2022 (polkadot 4705). */
START_TEST(what_nobody_tells_the_rules_of_is_not_approved)
{
    world_options o = { .seed = 3, .amend = forget_first_session };
    uint64_t blocks;
    world w;
    world_open(&w, &o);
    world_run(&w, EPOCH + 12);
    blocks = world_times(&w, DG_EVENT_NET_UNKNOWN, 0, EPOCH + 12);
    ck_assert_uint_eq(world_times(&w, DG_EVENT_NET_FINALIZED, 0, EPOCH + 12), 0);
    /* each of the session, whether it includes something or not */
    ck_assert_uint_ge(blocks, EPOCH);
    ck_assert_uint_eq(blocks, world_times(&w, DG_EVENT_NET_UNKNOWN, 0, EPOCH));
    ck_assert_uint_eq(world_sum(&w, DG_EVENT_NET_UNKNOWN, "session", 0, EPOCH), 0); /* session */
    ck_assert_uint_eq(world_sum(&w, DG_EVENT_NET_UNKNOWN, "known", 0, EPOCH),
                      0); /* known at last */
    /* the next session's */
    ck_assert_uint_gt(world_times(&w, DG_EVENT_NET_APPROVED, EPOCH + 1, EPOCH + 12), 3);
    world_close(&w);
}
END_TEST

/* The runtime says None of a session's executor parameters, as after a jump over the version that
 * brought them: nothing is executed in it, so nothing is backed in it, and nothing taken into
 * approval. The next session has some. */
START_TEST(without_executor_parameters_a_session_backs_nothing)
{
    enum { SLOTS = 10 /* of a session */, AT = SLOTS + 3 };
    world_options o = { .seed = 3 };
    world w;
    world_open_path(&w, fixture_path("paseo-1009001-e10-40val-8paras.json.zst"), &o);
    world_run(&w, AT);
    w.world->sessions->executor.none = _i; /* the newest's */
    world_run(&w, 3 * SLOTS);
    ck_assert_int_eq(world_sum(&w, DG_EVENT_NET_PARAS, "backed", AT + 2, 2 * SLOTS - 1) > 0,
                     _i == 0);
    ck_assert_uint_gt(world_sum(&w, DG_EVENT_NET_PARAS, "backed", 2 * SLOTS + 1, 3 * SLOTS), 0);
    ck_assert_int_eq(world_times(&w, DG_EVENT_NET_UNKNOWN, AT + 1, 2 * SLOTS) > 0, _i == 1);
    world_close(&w);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("approval_voting");
    TCase *tc = tcase_create("approval_voting");
    int failed;
    tcase_set_timeout(tc, 0);
    tcase_add_loop_test(tc, counted_and_played_agree_to_the_nanosecond, 0,
                        (int)(sizeof worlds / sizeof *worlds));
    tcase_add_loop_test(tc, votes_that_differ_by_listener_move_it_by_no_more, 0, 3);
    tcase_add_loop_test(tc, without_executor_parameters_a_session_backs_nothing, 0, 2);
    tcase_add_test(tc, each_node_hears_the_last_voice_for_itself);
    tcase_add_test(tc, without_memory_a_run_ends_in_words);
    tcase_add_loop_test(tc, an_approval_waits_two_ticks_for_other_assignments, 0,
                        (int)(sizeof delays / sizeof *delays));
    tcase_add_loop_test(tc, as_many_start_at_once_as_the_lot_says, 0,
                        (int)(sizeof zeroth / sizeof *zeroth));
    tcase_add_test(tc, any_numbers_can_be_drawn_with);
    tcase_add_loop_test(tc, a_vote_goes_along_the_grid, 0, (int)(sizeof routes / sizeof *routes));
    tcase_add_test(tc, messages_rise_when_finality_stays_behind);
    tcase_add_test(tc, nobody_missing_no_no_show);
    tcase_add_test(tc, what_nobody_tells_the_rules_of_is_not_approved);
    tcase_add_test(tc, a_stall_of_approvals_ends_at_five_hundred_blocks);
    suite_add_tcase(s, tc);
    failed = suite_run(s);
    world_engine_free();
    return failed;
}
