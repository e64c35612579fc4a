/* What was said of the stall before anybody could measure it, in numbers, over many
 * seeds: how much is still backed, how long what was put aside survives, how many
 * slots are contested. Every tolerance is that of the count itself: four standard
 * deviations of a binomial with the predicted chance and the number of trials seen. */
#include "../support/model_net.h"

#include <math.h>
#include <string.h>

enum {
    AT = EPOCH + 5,
    BOUNDARY = 2 * EPOCH,
    CORES = 20,
    VALIDATORS = 100,
    SEEDS = REDUCED ? 2 : 20,
    SESSIONS = 2
};

static void assert_chance(const char *what, uint64_t hits, uint64_t trials, double p)
{
    double sigma = sqrt(p * (1 - p) / (double)trials), seen = (double)hits / (double)trials;
    ck_assert_msg(trials > 0, "%s: nothing was tried", what);
    ck_assert_msg(fabs(seen - p) <= 4 * sigma, "%s: %.4f of %llu, predicted %.4f +- %.4f", what,
                  seen, (unsigned long long)trials, p, 4 * sigma);
}

/* ---- what an author still has: the candidates of its own group ---- */

typedef struct tally {
    uint64_t blocks, backed, most, primary, primary_backed, checked;
} tally;

/* Are all relay parents that its author could name still there? */
static bool is_whole(const dg_world *net, uint32_t leaf)
{
    uint32_t id = leaf;
    for (uint32_t i = 0; i <= net->blocks[leaf].view.ancestry; i++, id = net->blocks[id].parent)
        if (net->blocks[id].gone)
            return false;
    return true;
}

static bool is_of(const dg_world_block *relay_parent, const dg_candidate *c, uint32_t node)
{
    uint32_t member = relay_parent->session->member[node];
    return c->para != DG_NO && member < relay_parent->view.validator_count
           && dg_view_group_of(&relay_parent->view, member) == c->group;
}

/* Has the node's group made a candidate for the core, in time and on the head of now? */
static bool has_own(const world *w, uint32_t leaf, uint32_t core, uint32_t node)
{
    dg_view *view = &w->world->blocks[leaf].view;
    dg_scope scope = dg_world_scope_of(w->world, (dg_leaf_id){ leaf });
    dg_footing base;
    ck_assert_int_eq(dg_world_footing_ask(view, &base, (dg_para_id){ view->cores[core].para },
                                          DG_ASSUME_FREE, NULL),
                     DG_OK);
    for (uint32_t i = 0; i < scope.count; i++) {
        const dg_world_block *b = &w->world->blocks[scope.of[i]];
        if (b->candidates && is_of(b, &b->candidates[core], node)
            && dg_hash_equal(&b->candidates[core].follows, &base.head))
            return true;
    }
    return false;
}

/* A block of the stall backs its author's own candidate, unless that core waits: or none,
 * or that of the core before, within two blocks of its group's turn from one to the other. */
static void check_block(const world *w, uint32_t id, uint64_t backed)
{
    const dg_world_block *b = &w->world->blocks[id], *leaf = &w->world->blocks[b->parent];
    uint64_t own = 0;
    for (uint32_t core = 0; core < leaf->view.core_count; core++)
        own += leaf->view.cores[core].kind == DG_CORE_SCHEDULED
               && has_own(w, b->parent, core, b->author);
    ck_assert_msg(backed == own, "#%u by node %u: %llu backed of %llu of its own", b->number,
                  b->author, (unsigned long long)backed, (unsigned long long)own);
}

static uint64_t backed_in(const world *w, uint32_t id)
{
    const dg_hash *hash = dg_block_hash(w->world->blocks[id].block);
    for (size_t i = w->count; i--;)
        if (w->log[i].kind == DG_EVENT_NET_PARAS && dg_hash_equal(&w->hashes[i], hash))
            return w->log[i].net_paras.backed;
    ck_abort_msg("a block without a record of its candidates");
}

/* Slot by slot, while the blocks are in the tree. */
static void run_stall(tally *t, world *w, bool stalls)
{
    for (uint32_t slot = AT + 3; slot < BOUNDARY; slot++) {
        uint32_t from = w->world->block_count;
        world_run(w, slot);
        for (uint32_t id = from; id < w->world->block_count; id++) {
            uint64_t backed = backed_in(w, id);
            if (stalls && is_whole(w->world, w->world->blocks[id].parent)) {
                check_block(w, id, backed);
                t->checked++;
            }
            t->blocks++;
            t->backed += backed;
            t->most = backed > t->most ? backed : t->most;
            t->primary += w->world->blocks[id].primary;
            t->primary_backed += w->world->blocks[id].primary ? backed : 0;
        }
    }
}

static void run_seed(tally *t, const char *of, uint64_t seed, uint32_t para_validators)
{
    world_options o = { .of = of,
                        .seed = seed,
                        .enact = AT,
                        .how = DG_HOW_OVERRIDE,
                        .para_validators = para_validators };
    world w;
    world_open(&w, &o);
    world_run(&w, AT + 2);
    run_stall(t, &w, strcmp(of, "SD_V12_DROP") == 0);
    world_close(&w);
}

/* Only para validators have a group: so many of a hundred. */
static const uint32_t para_validators[] = { 100, 60 };

/* Primary authors are drawn evenly (the secondary ones follow from the state, and
 * are the same under every seed), so with f the share of authors that are para
 * validators and q the chance that a block backs one: the core of the next author is
 * the same, and waits, with q / cores; q = f (1 - q / cores). */
START_TEST(in_the_stall_a_block_backs_the_candidate_of_its_authors_group_or_none)
{
    double f = para_validators[_i] / (double)VALIDATORS;
    tally t = { 0 };
    for (uint64_t seed = 1; seed <= SEEDS; seed++)
        run_seed(&t, "SD_V12_DROP", seed,
                 para_validators[_i] == VALIDATORS ? 0 : para_validators[_i]);
    ck_assert_uint_le(t.most, 2);
    ck_assert_uint_gt(t.checked, SEEDS); /* others were final before they could be looked at */
    assert_chance("primary blocks that back a candidate", t.primary_backed, t.primary,
                  f / (1 + f / CORES));
}
END_TEST

/* A class that knows better loses nothing in the same slots: every core is served
 * each second block. */
START_TEST(without_the_fault_half_of_the_cores_are_backed_a_block)
{
    tally t = { 0 };
    run_seed(&t, "mended", 1, 0);
    ck_assert_uint_eq(t.most, CORES);
    ck_assert_uint_ge(t.backed * 10, t.blocks * CORES / 2 * 8);
}
END_TEST

/* ---- how long it lasts: a line over the offset ---- */

enum { FIRST = EPOCH, NEXT = 2 * EPOCH, STEP = REDUCED ? 9 : 1 };

/* Slots from `at` to the end at whose end nobody holds the grid. */
static uint32_t stalled(const world *w, uint32_t at, uint32_t to)
{
    uint32_t count = 0;
    for (uint32_t slot = at; slot <= to; slot++) {
        const dg_event *h = world_holders(w, slot);
        ck_assert(h && h->net_holders.enabled == VALIDATORS
                  && (h->net_holders.holders == 0 || h->net_holders.holders == VALIDATORS));
        count += h->net_holders.holders == 0;
    }
    return count;
}

/* Slot at which the topology of that session was lost first; UINT32_MAX: never. */
static uint32_t lost_at(const world *w, uint64_t session)
{
    for (size_t i = 0; i < w->count; i++)
        if (w->log[i].kind == DG_EVENT_NET_LOST && (uint64_t)w->log[i].net_lost.session == session)
            return (uint32_t)(w->log[i].at / (6000 * DG_MS));
    return UINT32_MAX;
}

/* Each offset with a seed of its own. */
static uint32_t stall_of(const char *of, uint32_t at, uint32_t *lost)
{
    world_options o = {
        .of = of, .seed = 5 + at, .enact = at, .how = DG_HOW_OVERRIDE, .no_collators = true
    };
    uint32_t count;
    world w;
    world_open(&w, &o);
    world_run(&w, NEXT + 2);
    count = stalled(&w, at, NEXT + 2);
    *lost = lost_at(&w, 1);
    world_close(&w);
    return count;
}

/* Not in the boundary's own slot: there the session begins with N. */
START_TEST(the_stall_is_the_rest_of_the_session_for_every_offset)
{
    uint32_t spared = 0, lost, slots;
    for (uint32_t at = FIRST + 1; at < NEXT; at += STEP) {
        ck_assert_uint_eq(stall_of("SD_V12_DROP", at, &lost), NEXT - at);
        ck_assert_uint_eq(lost, FIRST);
        slots = stall_of("SD_V12_PURGE", at, &lost);
        ck_assert_msg(slots == (lost < at ? NEXT - at : 0),
                      "U at %u: lost in slot %u, %u slots without", at, lost, slots);
        spared += slots == 0;
    }
    /* of three offsets none may be early enough; the line of the wrong repair begins after the
     * first pruned fork */
    ck_assert(REDUCED || spared >= 1);
    ck_assert_uint_lt(spared, EPOCH / 2);
}
END_TEST

/* ---- how long a topology that was put aside survives ---- */

/* Slots from the first leaf of a session to the first loss of its topology. */
static uint64_t survived(const world *w, const dg_event *session, size_t from)
{
    for (size_t i = from; i < w->count; i++)
        if (w->log[i].kind == DG_EVENT_NET_LOST
            && w->log[i].net_lost.session == session->net_session.session)
            return (w->log[i].at - session->at) / (6000 * DG_MS);
    return UINT64_MAX;
}

/* Slots in which somebody beside the secondary author won: those leave a loser. */
static double contested(double n)
{
    return 1 - pow(0.75, (n - 1) / n);
}

/* The purge comes with the finality of the first contested slot. Finality lags by as
 * much at the beginning of a session as later, so after k slots as many have passed. */
START_TEST(what_was_put_aside_survives_k_slots_with_the_chance_of_no_fork_in_k)
{
    static const uint64_t after[] = { 2, 5, 10 };
    uint64_t left[3] = { 0 }, sessions = 0, twice = 0, slots = 0;
    for (uint64_t seed = 11; seed < 11 + SEEDS; seed++) {
        world_options o = { .of = "SD_V12_PURGE", .seed = seed, .no_collators = true };
        world w;
        world_open(&w, &o);
        world_run(&w, (SESSIONS + 1) * EPOCH + EPOCH - 1);
        for (size_t i = 0; i < w.count; i++) {
            const dg_event *r = &w.log[i];
            twice += r->kind == DG_EVENT_NET_SLOT && r->net_slot.claims >= 2;
            if (r->kind != DG_EVENT_NET_SESSION || r->net_session.session == 0
                || r->net_session.session > SESSIONS)
                continue;
            sessions++;
            for (int k = 0; k < 3; k++)
                left[k] += survived(&w, r, i) >= after[k];
        }
        slots += world_times(&w, DG_EVENT_NET_SLOT, 0, UINT32_MAX);
        world_close(&w);
    }
    ck_assert_uint_eq(sessions, SEEDS * SESSIONS);
    for (int k = 0; k < 3; k++)
        assert_chance("sessions whose topology is still there", left[k], sessions,
                      pow(1 - contested(VALIDATORS), (double)after[k]));
    assert_chance("slots with two claims or more", twice, slots, contested(VALIDATORS));
}
END_TEST

int main(void)
{
    Suite *s = suite_create("prediction");
    TCase *tc = tcase_create("prediction");
    int failed;
    tcase_set_timeout(tc, 0);
    tcase_add_loop_test(tc, in_the_stall_a_block_backs_the_candidate_of_its_authors_group_or_none,
                        0, REDUCED ? 1 : 2);
    tcase_add_test(tc, without_the_fault_half_of_the_cores_are_backed_a_block);
    tcase_add_test(tc, the_stall_is_the_rest_of_the_session_for_every_offset);
    tcase_add_test(tc, what_was_put_aside_survives_k_slots_with_the_chance_of_no_fork_in_k);
    suite_add_tcase(s, tc);
    failed = suite_run(s);
    world_engine_free();
    return failed;
}
