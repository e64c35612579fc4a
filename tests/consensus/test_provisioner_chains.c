/* Chains of candidates: one that was not backed in the first block after its relay parent
 * is backed later, and the next one is built on it. Whether the runtime takes them is for
 * the real one to say: all that is counted here stands in its own events. */
#include "../support/model_net.h"

#include <string.h>

enum { SESSION = EPOCH + 3, FROM = SESSION + 4, UNTIL = SESSION + 22, PARAS = 20 };
#define ROWS(array) (int)(sizeof(array) / sizeof *(array))

static uint64_t sum(const world *w, const char *field)
{
    return world_sum(w, DG_EVENT_NET_BACKED, field, FROM, UNTIL);
}

static uint64_t longest(const world *w, uint32_t from, uint32_t to)
{
    uint64_t most = 0;
    for (size_t i = 0; i < w->count; i++)
        if (w->log[i].kind == DG_EVENT_NET_BACKED && world_slot(w, &w->log[i]) >= from
            && world_slot(w, &w->log[i]) <= to && (uint64_t)w->log[i].net_backed.longest > most)
            most = w->log[i].net_backed.longest;
    return most;
}

/* ---- slow links ---- */

/* Per mille of what could be backed: a block in each slot for each parachain, or in every
 * second one. Without chains it was 510 (300 to 600 ms), 767 (250 to 500) and 393. */
static const struct {
    dg_ns latency[2];
    bool async;
    const char *author;
    uint32_t least;
} links[] = {
    { { 300 * DG_MS, 600 * DG_MS }, true, "lookahead", 950 },
    { { 250 * DG_MS, 500 * DG_MS }, true, "lookahead", 950 },
    { { 300 * DG_MS, 600 * DG_MS }, false, "lookahead", 420 },
    { { 300 * DG_MS, 600 * DG_MS }, true, "slot-based", 900 },
};

START_TEST(what_comes_late_is_backed_later)
{
    dg_sim_link slow = { .latency_ns = links[_i].latency, .latency_count = 2 };
    dg_collators all = { .of = dg_backing_author_named(links[_i].author),
                         .protocol = 2,
                         .async = links[_i].async,
                         .ppm = 1000000 };
    world_options o = { .of = "mended", /* whose own blocks have candidates after U */
                        .seed = 1,
                        .no_forks = true,
                        .collators = &all,
                        .link = &slow,
                        .how = DG_HOW_OVERRIDE,
                        .enact = SESSION };
    uint64_t blocks, backed;
    world w;
    world_open(&w, &o);
    world_run(&w, UNTIL);
    blocks = world_times(&w, DG_EVENT_NET_PARAS, FROM, UNTIL);
    backed = world_sum(&w, DG_EVENT_NET_PARAS, "backed", FROM, UNTIL);
    ck_assert_uint_eq(blocks, UNTIL - FROM + 1);
    ck_assert_msg(backed * 1000 >= blocks * PARAS * links[_i].least, "%u in %u blocks",
                  (unsigned)backed, (unsigned)blocks);
    ck_assert_uint_eq(sum(&w, "candidates"), backed);
    ck_assert_uint_gt(sum(&w, "older"), backed / 8);
    ck_assert_uint_ge(sum(&w, "waited"), backed + sum(&w, "older"));
    ck_assert_uint_eq(sum(&w, "several"), 0); /* this runtime has one core for each */
    ck_assert_uint_gt(longest(&w, FROM, UNTIL), 1);
    /* and lets two ancestors be named beside the parent */
    ck_assert_uint_le(longest(&w, FROM, UNTIL), 3);
    ck_assert_uint_eq(world_times(&w, DG_EVENT_NET_DROPPED, SESSION + 1, UNTIL), 0);
    world_close(&w);
}
END_TEST

/* ---- relay parents by a lookahead that is kept ---- */

static void keep_lookahead(world *w, uint32_t lookahead)
{
    for (uint32_t i = 0; i < w->world->node_count; i++) {
        dg_session_answers *s = &w->world->nodes[i].answers.of[0];
        ck_assert_uint_gt(w->world->nodes[i].answers.count, 0);
        s->have |= 1u << DG_ASK_LOOKAHEAD;
        s->lookahead = lookahead;
        s->asked_at[DG_SESSION_LOOKAHEAD] = 1;
    }
}

/* Nodes of v1.18 and later keep the lookahead of a session. With one of 1, the default of a
 * configuration that N cannot decode, authors know no relay parent but their own parent: what comes
 * late is lost, until the session ends or they are restarted. */
static const struct {
    const char *of;
    uint32_t kept, restarted_at;
} keepers[] = { { "new alone", 1, 0 },
                { "new alone", 3, 0 },
                { "mended", 1, 0 }, /* does not ask */
                { "new alone", 1, SESSION + 8 } };
START_TEST(a_kept_lookahead_of_one_knows_no_older_relay_parent)
{
    enum { KEEPS = SESSION + 3, SOON = KEEPS + 6, END = 2 * EPOCH };
    const dg_ns latency[2] = { 300 * DG_MS, 600 * DG_MS };
    dg_sim_link slow = { .latency_ns = latency, .latency_count = 2 };
    bool alone = strcmp(keepers[_i].of, "new alone") == 0 && keepers[_i].kept == 1;
    world_options o = { .of = keepers[_i].of,
                        .seed = 1,
                        .no_forks = true,
                        .collators = world_async(),
                        .link = &slow,
                        .how = DG_HOW_OVERRIDE,
                        .enact = SESSION };
    world w;
    world_open(&w, &o);
    world_run(&w, KEEPS);
    keep_lookahead(&w, keepers[_i].kept);
    if (keepers[_i].restarted_at) {
        world_run(&w, keepers[_i].restarted_at);
        for (uint32_t i = 0; i < w.world->node_count; i++)
            w.world->nodes[i].answers = (dg_answers){ .count = 0 };
    }
    world_run(&w, END);
    ck_assert_uint_gt(world_sum(&w, DG_EVENT_NET_BACKED, "candidates", SOON, END), 20);
    if (keepers[_i].restarted_at)
        ck_assert_uint_gt(longest(&w, keepers[_i].restarted_at + 2, END), 1);
    else
        ck_assert_int_eq(longest(&w, SOON, END) > 1, !alone);
    world_close(&w);
}
END_TEST

/* ---- clocks of their own ---- */

enum { DRIFT_MS = 1000 };

/* Every parachain's newest candidate lies on the block that its collator's node had for the
 * best at the tick, and on no other; on one that stayed the best there are two. */
static uint32_t check_tick(const world *w, dg_ns tick, uint32_t *again)
{
    uint32_t made = 0;
    for (uint32_t id = w->world->first_kept; id < w->world->block_count; id++) {
        const dg_world_block *b = &w->world->blocks[id];
        for (uint32_t i = 0; !b->gone && i < b->place_count; i++) {
            const dg_candidate *c = &b->candidates[i];
            if (c->para == DG_NO || c->collated_at != tick)
                continue;
            ck_assert_uint_eq(w->world->nodes[c->para % w->world->node_count].best, id);
            ck_assert_uint_eq(c->nth, i / b->view.core_count);
            *again += c->nth;
            made++;
        }
    }
    return made;
}

START_TEST(a_clock_of_its_own_builds_on_the_best_block_of_its_tick)
{
    dg_ns latency[2] = { 300 * DG_MS, 900 * DG_MS };
    dg_sim_link slow = { .latency_ns = latency, .latency_count = 2 };
    dg_collators all = {
        .of = dg_backing_author_named("slot-based"), .protocol = 2, .async = true, .ppm = 1000000
    };
    world_options o = {
        .seed = 3, .collators = &all, .link = &slow, .how = DG_HOW_OVERRIDE, .enact = SESSION
    };
    dg_node_ix alone = { 2005 % 100 };
    uint32_t made = 0, again = 0, best = 0;
    world w;
    world_open(&w, &o);
    ck_assert_int_eq(dg_sim_partition(dg_network_sim(w.net), &alone, 1,
                                      (dg_sim_span){ (SESSION + 2) * 6000 * DG_MS,
                                                     (SESSION + 6) * 6000 * DG_MS },
                                      NULL),
                     DG_OK);
    world_run(&w, SESSION);
    for (uint32_t slot = SESSION + 1; slot < SESSION + 12; slot++) {
        dg_ns tick = (slot * 6000 + DRIFT_MS) * DG_MS;
        uint32_t now;
        ck_assert_int_eq(dg_sim_run(dg_network_sim(w.net), tick, NULL), DG_OK);
        made += now = check_tick(&w, tick, &again);
        best = now > best ? now : best;
    }
    ck_assert_uint_eq(best, PARAS);
    ck_assert_uint_gt(made, 6 * PARAS);
    ck_assert_uint_gt(again, 0); /* one node had no newer block at two ticks in a row */
    ck_assert_uint_eq(world_times(&w, DG_EVENT_NET_DROPPED, SESSION + 1, SESSION + 11), 0);
    world_close(&w);
}
END_TEST

/* ---- no chains ---- */

/* Without asynchronous backing the block's parent is the only relay parent, however slow. */
START_TEST(without_asynchronous_backing_the_parent_is_the_only_relay_parent)
{
    dg_ns latency[2] = { 250 * DG_MS, 500 * DG_MS };
    dg_sim_link slow = { .latency_ns = latency, .latency_count = 2 };
    world_options o = { .seed = 1, .no_forks = true, .collators = world_async(), .link = &slow };
    world w;
    world_open(&w, &o);
    world_run(&w, UNTIL);
    ck_assert_uint_gt(sum(&w, "candidates"), PARAS * 3);
    ck_assert_uint_eq(sum(&w, "older"), 0);
    ck_assert_uint_eq(sum(&w, "waited"), sum(&w, "candidates"));
    for (uint32_t id = w.world->first_kept; id < w.world->block_count; id++)
        ck_assert(w.world->blocks[id].gone || !w.world->blocks[id].candidates
                  || w.world->blocks[id].place_count == w.world->blocks[id].view.core_count);
    world_close(&w);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("provisioner_chains");
    TCase *tc = tcase_create("provisioner_chains");
    int failed;
    tcase_set_timeout(tc, 0);
    tcase_add_loop_test(tc, what_comes_late_is_backed_later, 0, REDUCED ? 1 : ROWS(links));
    tcase_add_loop_test(tc, a_kept_lookahead_of_one_knows_no_older_relay_parent, 0, ROWS(keepers));
    tcase_add_test(tc, a_clock_of_its_own_builds_on_the_best_block_of_its_tick);
    tcase_add_test(tc, without_asynchronous_backing_the_parent_is_the_only_relay_parent);
    suite_add_tcase(s, tc);
    failed = suite_run(s);
    world_engine_free();
    return failed;
}
