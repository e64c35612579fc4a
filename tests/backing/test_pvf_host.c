/* A change of executor parameters made every node compile every parachain anew
 * (2024-04-15). What decides how long that takes is one worker a node, what it does
 * first, and which parameters an artifact hangs on. */
#include "../support/model_net.h"

#include <string.h>

#include "crypto/crypto.h"

#define ROWS(array) (int)(sizeof(array) / sizeof *(array))

/* ---- parameters ---- */

/* Some, one item each: PvfExecTimeout(Backing, 2500), PvfPrepTimeout(Precheck, 60000),
 * StackLogicalMax(65536), MaxMemoryPages(8192), WasmExtBulkMemory. */
#define EXEC 0x06, 0x00, 0xc4, 0x09, 0, 0, 0, 0, 0, 0
#define PREP 0x05, 0x00, 0x60, 0xea, 0, 0, 0, 0, 0, 0
#define STACK 0x02, 0, 0, 1, 0
#define PAGES 0x01, 0, 32, 0, 0
static const struct {
    uint8_t raw[24];
    size_t len;
    bool prepares, changes;
} lists[] = {
    { { 1, 0 }, 2, false, false },
    { { 1, 1 << 2, EXEC }, 12, false, true },
    { { 1, 1 << 2, PREP }, 12, true, true },
    { { 1, 1 << 2, STACK }, 7, true, true },
    { { 1, 1 << 2, PAGES }, 7, false, true },
    { { 1, 1 << 2, 0x07 }, 3, true, true },
    { { 1, 2 << 2, EXEC, PREP }, 22, true, true },
    { { 1, 1 << 2, 0x09 }, 3, true, true },  /* not known to us: counts whole */
    { { 1, 2 << 2, STACK }, 7, true, true }, /* cut short: likewise */
    { { 0 }, 1, false, false },              /* none: the defaults */
    { { 0 }, 0, false, false },              /* not asked for: likewise */
};

START_TEST(an_artifact_hangs_on_what_changes_it)
{
    static const uint8_t empty[2] = { 1, 0 };
    dg_executor none, is, again;
    ck_assert_int_eq(dg_executor_take(&none, DG_BYTES_OF(empty), NULL), DG_OK);
    ck_assert_int_eq(dg_executor_take(&is, dg_bytes_of(lists[_i].raw, lists[_i].len), NULL), DG_OK);
    ck_assert_int_eq(dg_executor_take(&again, dg_bytes_of(lists[_i].raw, lists[_i].len), NULL),
                     DG_OK);
    ck_assert_int_eq(!dg_hash_equal(&none.full, &is.full), lists[_i].changes);
    ck_assert_int_eq(!dg_hash_equal(&none.prepares, &is.prepares), lists[_i].prepares);
    ck_assert(dg_hash_equal(&is.full, &again.full) && dg_hash_equal(&is.prepares, &again.prepares));
}
END_TEST

/* ---- the queue ---- */

enum { PARAS = 6, FIRST = 3000 };
static dg_session changed; /* executor parameters that nothing is prepared with */

/* Of the release that keeps what it has prepared when it restarts. */
static void open_small(world *w)
{
    world_options o = { .of = "v1.5", .seed = 7 };
    world_open(w, &o);
    w->world->options.prepare_ns_min = w->world->options.prepare_ns_max = 10 * 1000 * DG_MS;
    for (uint32_t i = 0; i < PARAS; i++) {
        uint8_t code[32] = { (uint8_t)(i + 1) };
        ck_assert_int_eq(dg_backing_pvf_note_code(w->world, (dg_para_id){ FIRST + i }, code, NULL),
                         DG_OK);
    }
    memset(&changed, 0, sizeof changed);
    changed.executor.full.at[0] = 0xff;
    changed.executor.prepares = w->world->first_executor.of.prepares;
}

typedef struct want {
    uint32_t at_s, para;
    bool backing;
} want;
/* Ten seconds each; when each para's artifact is there, in seconds; 0: it was not wanted. */
static const struct {
    want wants[8];
    uint32_t ready_s[PARAS];
} queues[] = {
    { { { 1, 0, false } }, { 11 } },
    /* one at a time */
    { { { 1, 0, false }, { 2, 1, false }, { 3, 2, false } }, { 11, 21, 31 } },
    /* backing first */
    { { { 1, 0, false }, { 2, 1, false }, { 3, 2, true } }, { 11, 31, 21 } },
    /* what is under way is finished */
    { { { 1, 0, false }, { 2, 1, true } }, { 11, 21 } },
    /* becomes urgent */
    { { { 1, 0, false }, { 2, 1, false }, { 3, 2, false }, { 4, 2, true } }, { 11, 31, 21 } },
    { { { 1, 0, true }, { 2, 1, true }, { 3, 2, true }, { 3, 1, true } }, { 11, 21, 31 } },
    /* idle between */
    { { { 1, 0, false }, { 30, 1, false }, { 30, 0, true } }, { 11, 40 } },
    { { { 1, 0, false }, { 2, 0, true }, { 12, 1, false }, { 13, 2, true }, { 14, 3, true } },
      { 11, 22, 32, 42 } },
};

START_TEST(one_worker_prepares_first_what_backing_waits_for)
{
    world w;
    open_small(&w);
    for (const want *a = queues[_i].wants; a->at_s; a++) {
        ck_assert_int_eq(dg_sim_run(w.world->sim, a->at_s * 1000 * DG_MS, NULL), DG_OK);
        ck_assert_int_eq(dg_backing_pvf_want(w.world, (dg_node_ix){ 3 }, &changed,
                                             (dg_para_id){ FIRST + a->para },
                                             a->backing ? DG_PVF_BACKING : DG_PVF_APPROVAL, NULL),
                         DG_OK);
    }
    for (uint64_t s = dg_sim_now(w.world->sim) / (1000 * DG_MS) + 1; s < 60; s++) {
        ck_assert_int_eq(dg_sim_run(w.world->sim, s * 1000 * DG_MS, NULL), DG_OK);
        for (uint32_t i = 0; i < PARAS; i++) {
            uint32_t ready = queues[_i].ready_s[i];
            dg_ns is = dg_backing_pvf_ready_at(w.world, (dg_node_ix){ 3 }, &changed,
                                               (dg_para_id){ FIRST + i });
            if (!ready || s < ready)
                ck_assert_uint_eq(is, DG_NEVER);
            else
                ck_assert_uint_eq(is, ready * 1000 * DG_MS);
        }
    }
    /* each node for itself */
    ck_assert_uint_eq(
        dg_backing_pvf_ready_at(w.world, (dg_node_ix){ 4 }, &changed, (dg_para_id){ FIRST }),
        DG_NEVER);
    world_close(&w);
}
END_TEST

/* The same, second by second and without any bookkeeping of times. */
typedef struct twin {
    uint32_t left, doing, count;
    struct {
        uint32_t para;
        bool backing;
    } queue[PARAS];
    bool there[PARAS];
} twin;

static void twin_second(twin *t)
{
    if (t->left && --t->left == 0)
        t->there[t->doing] = true;
    for (int urgent = 1; urgent >= 0 && !t->left; urgent--)
        for (uint32_t i = 0; i < t->count && !t->left; i++) {
            if (t->queue[i].backing < urgent)
                continue;
            t->left = 10;
            t->doing = t->queue[i].para;
            memmove(&t->queue[i], &t->queue[i + 1], (--t->count - i) * sizeof t->queue[0]);
        }
}

static void twin_want(twin *t, uint32_t para, bool backing)
{
    bool known = t->there[para] || (t->left && t->doing == para);
    for (uint32_t i = 0; i < t->count; i++)
        if (t->queue[i].para == para) {
            t->queue[i].backing |= backing;
            known = true;
        }
    if (known)
        return;
    t->queue[t->count].para = para;
    t->queue[t->count++].backing = backing;
    if (t->left)
        return;
    t->left = 10; /* nothing else waits */
    t->doing = para;
    t->count = 0;
}

START_TEST(the_queue_does_what_a_naive_one_does)
{
    dg_rng rng = dg_rng_fork(99, "pvf-test", (uint64_t)_i, 0);
    twin t = { .left = 0 };
    world w;
    open_small(&w);
    for (uint64_t s = 1; s < 80; s++) {
        ck_assert_int_eq(dg_sim_run(w.world->sim, s * 1000 * DG_MS, NULL), DG_OK);
        twin_second(&t);
        for (uint64_t wants = dg_rng_below(&rng, 3); s < 40 && wants; wants--) {
            uint32_t para = (uint32_t)dg_rng_below(&rng, PARAS);
            bool backing = dg_rng_below(&rng, 4) == 0;
            ck_assert_int_eq(dg_backing_pvf_want(w.world, (dg_node_ix){ 3 }, &changed,
                                                 (dg_para_id){ FIRST + para },
                                                 backing ? DG_PVF_BACKING : DG_PVF_APPROVAL, NULL),
                             DG_OK);
            twin_want(&t, para, backing);
        }
        for (uint32_t i = 0; i < PARAS; i++)
            ck_assert_msg((dg_backing_pvf_ready_at(w.world, (dg_node_ix){ 3 }, &changed,
                                                   (dg_para_id){ FIRST + i })
                           != DG_NEVER)
                              == t.there[i],
                          "second %llu, parachain %u", (unsigned long long)s, i);
    }
    world_close(&w);
}
END_TEST

/* With 4211 the same change asks for nothing. */
START_TEST(what_does_not_change_an_artifact_prepares_none)
{
    dg_node_class after = *dg_class_named("SD_V12_OK");
    world w;
    open_small(&w);
    w.world->nodes[3].of = &after;
    ck_assert_int_eq(dg_backing_pvf_want(w.world, (dg_node_ix){ 3 }, &changed,
                                         (dg_para_id){ FIRST }, DG_PVF_BACKING, NULL),
                     DG_OK);
    ck_assert_uint_eq(
        dg_backing_pvf_ready_at(w.world, (dg_node_ix){ 3 }, &changed, (dg_para_id){ FIRST }), 0);
    ck_assert_uint_eq(w.world->backing->hosts[3].count, 0);
    changed.executor.prepares.at[0] ^= 1;
    ck_assert_int_eq(dg_backing_pvf_want(w.world, (dg_node_ix){ 3 }, &changed,
                                         (dg_para_id){ FIRST }, DG_PVF_BACKING, NULL),
                     DG_OK);
    ck_assert_uint_eq(
        dg_backing_pvf_ready_at(w.world, (dg_node_ix){ 3 }, &changed, (dg_para_id){ FIRST }),
        DG_NEVER);
    world_close(&w);
}
END_TEST

START_TEST(a_restart_forgets_what_was_asked_for_and_keeps_what_is_there)
{
    world w;
    open_small(&w);
    for (uint32_t i = 0; i < 3; i++)
        ck_assert_int_eq(dg_backing_pvf_want(w.world, (dg_node_ix){ 3 }, &changed,
                                             (dg_para_id){ FIRST + i }, DG_PVF_APPROVAL, NULL),
                         DG_OK);
    /* the second is under way */
    ck_assert_int_eq(dg_sim_run(w.world->sim, 11 * 1000 * DG_MS, NULL), DG_OK);
    dg_backing_pvf_restart(w.world, (dg_node_ix){ 3 }, 11 * 1000 * DG_MS);
    ck_assert_int_eq(dg_sim_run(w.world->sim, 50 * 1000 * DG_MS, NULL), DG_OK);
    ck_assert_uint_eq(
        dg_backing_pvf_ready_at(w.world, (dg_node_ix){ 3 }, &changed, (dg_para_id){ FIRST }),
        10 * 1000 * DG_MS);
    ck_assert_uint_eq(
        dg_backing_pvf_ready_at(w.world, (dg_node_ix){ 3 }, &changed, (dg_para_id){ FIRST + 1 }),
        DG_NEVER);
    ck_assert_uint_eq(
        dg_backing_pvf_ready_at(w.world, (dg_node_ix){ 3 }, &changed, (dg_para_id){ FIRST + 2 }),
        DG_NEVER);
    /* at 50 s: from the beginning */
    ck_assert_int_eq(dg_backing_pvf_want(w.world, (dg_node_ix){ 3 }, &changed,
                                         (dg_para_id){ FIRST + 1 }, DG_PVF_APPROVAL, NULL),
                     DG_OK);
    ck_assert_int_eq(dg_sim_run(w.world->sim, 61 * 1000 * DG_MS, NULL), DG_OK);
    ck_assert_uint_eq(
        dg_backing_pvf_ready_at(w.world, (dg_node_ix){ 3 }, &changed, (dg_para_id){ FIRST + 1 }),
        60 * 1000 * DG_MS);
    world_close(&w);
}
END_TEST

/* From 12 s to 45 s a node is down, or stands still: the first of five is there. Its worker
 * does not go on without it: down, what it was at is lost and nothing was asked for; standing
 * still, that is finished and the third begun when it goes on. */
static const struct {
    bool down;
    uint64_t ready_s[5];
} absences[] = { { true, { 10, 0, 0, 0, 0 } }, { false, { 10, 20, 55, 65, 75 } } };
START_TEST(nothing_is_prepared_for_a_node_that_is_not_there)
{
    const uint64_t second = 1000 * DG_MS;
    world w;
    open_small(&w);
    for (uint32_t i = 0; i < 5; i++)
        ck_assert_int_eq(dg_backing_pvf_want(w.world, (dg_node_ix){ 3 }, &changed,
                                             (dg_para_id){ FIRST + i }, DG_PVF_APPROVAL, NULL),
                         DG_OK);
    if (absences[_i].down)
        ck_assert_int_eq(dg_sim_crash(w.world->sim, (dg_node_ix){ 3 },
                                      (dg_sim_span){ 12 * second, 45 * second }, NULL),
                         DG_OK);
    else
        ck_assert_int_eq(dg_sim_pause(w.world->sim, (dg_node_ix){ 3 },
                                      (dg_sim_span){ 12 * second, 45 * second }, NULL),
                         DG_OK);
    for (uint64_t s = 1; s < 80; s++) {
        ck_assert_int_eq(dg_sim_run(w.world->sim, s * second, NULL), DG_OK);
        for (uint32_t i = 0; i < 5; i++) {
            uint64_t ready = absences[_i].ready_s[i];
            bool there = dg_backing_pvf_ready_at(w.world, (dg_node_ix){ 3 }, &changed,
                                                 (dg_para_id){ FIRST + i })
                         != DG_NEVER;
            ck_assert_msg(ready && s > ready    ? there
                          : !ready || s < ready ? !there
                                                : true,
                          "second %u, parachain %u", (unsigned)s, i);
        }
    }
    world_close(&w);
}
END_TEST

/* ---- in a network ---- */

/* Votes wait for the artifact: with all parameters counting, the blocks of the first
 * slots of the changed session back nothing; approval waits as long. */
START_TEST(nobody_votes_on_what_is_not_prepared)
{
    enum { U = 2 * EPOCH - 4, ACTS = 3 * EPOCH, UNTIL = ACTS + 8 };
    world_options o = { .of = _i ? "SD_V12_OK" : "SD_V12_PURGE", .seed = 5 };
    json_t *fields =
        json_loads("{\"executor_params\":[{\"PvfExecTimeout\":[\"Backing\",2500]}]}", 0, NULL);
    uint64_t ready = 0, pairs = 0;
    dg_error err;
    world w;
    world_open(&w, &o);
    ck_assert_int_eq(dg_network_configure(w.net, dg_network_first_slot(w.net) + U, fields, &err),
                     DG_OK);
    world_run(&w, UNTIL);
    ck_assert_uint_gt(world_sum(&w, DG_EVENT_NET_PVF, "pairs", ACTS - 2, ACTS - 2), 0);
    ck_assert_uint_eq(world_sum(&w, DG_EVENT_NET_PVF, "ready", ACTS - 2, ACTS - 2),
                      world_sum(&w, DG_EVENT_NET_PVF, "pairs", ACTS - 2, ACTS - 2));
    pairs = world_sum(&w, DG_EVENT_NET_PVF, "pairs", ACTS + 1, ACTS + 1);
    ready = world_sum(&w, DG_EVENT_NET_PVF, "ready", ACTS + 1, ACTS + 1);
    ck_assert_uint_eq(pairs, 2000);
    if (_i) {
        ck_assert_uint_eq(ready, pairs);
        ck_assert_uint_gt(world_sum(&w, DG_EVENT_NET_PARAS, "backed", ACTS + 1, ACTS + 2), 10);
    } else {
        /* one each at the very most: a preparation takes 6 s or more */
        ck_assert_uint_le(ready, 100);
        ck_assert_uint_eq(world_sum(&w, DG_EVENT_NET_PARAS, "backed", ACTS + 1, ACTS + 1), 0);
        ck_assert_uint_gt(world_sum(&w, DG_EVENT_NET_PVF, "ready", UNTIL, UNTIL), ready);
    }
    json_decref(fields);
    world_close(&w);
}
END_TEST

/* How far candidates have come is worked out once for a leaf and gone on with. Whatever a
 * node has prepared meanwhile counts, as if it had been worked out just now. */
START_TEST(what_is_prepared_late_is_voted_on_still)
{
    enum { U = 2 * EPOCH - 4, ACTS = 3 * EPOCH, STEPS = 4 * 12 };
    world_options o = { .of = "SD_V12_PURGE", .seed = 5 };
    json_t *fields =
        json_loads("{\"executor_params\":[{\"PvfExecTimeout\":[\"Backing\",2500]}]}", 0, NULL);
    uint32_t late = 0;
    dg_reached before, now;
    world w;
    world_open(&w, &o);
    ck_assert_int_eq(dg_network_configure(w.net, dg_network_first_slot(w.net) + U, fields, NULL),
                     DG_OK);
    world_run(&w, ACTS);
    for (uint32_t step = 0; step < STEPS; step++) {
        uint32_t leaf = dg_world_favourite(w.world);
        dg_computed_grid *kept, *fresh = NULL;
        if (!w.world->blocks[leaf].worked) /* nobody has built on it yet */
            ck_assert_int_eq(dg_backing_collate(w.world, (dg_leaf_id){ leaf }, NULL), DG_OK);
        for (uint32_t core = 0;
             w.world->blocks[leaf].candidates && core < w.world->blocks[leaf].view.core_count;
             core++)
            for (uint32_t node = 0; node < 100; node += 9) {
                ck_assert_int_eq(dg_statements_computed_grid_reach(
                                     w.world, &before, (dg_leaf_id){ leaf }, (dg_place_ix){ core },
                                     (dg_node_ix){ node }, NULL),
                                 DG_OK);
                kept = w.world->statements->grids[leaf % DG_COMPUTED_GRIDS];
                w.world->statements->grids[leaf % DG_COMPUTED_GRIDS] = fresh;
                ck_assert_int_eq(dg_statements_computed_grid_reach(
                                     w.world, &now, (dg_leaf_id){ leaf }, (dg_place_ix){ core },
                                     (dg_node_ix){ node }, NULL),
                                 DG_OK);
                fresh = w.world->statements->grids[leaf % DG_COMPUTED_GRIDS];
                w.world->statements->grids[leaf % DG_COMPUTED_GRIDS] = kept;
                late += now.at != DG_NEVER;
                ck_assert_msg(before.at == now.at, "step %u, core %u, node %u", step, core, node);
            }
        dg_statements_computed_grid_free(fresh);
        ck_assert_int_eq(dg_sim_run(w.world->sim, dg_sim_now(w.world->sim) + DG_MS * 500, NULL),
                         DG_OK);
    }
    ck_assert_uint_gt(late, 0);
    json_decref(fields);
    world_close(&w);
}
END_TEST

/* ---- executing ---- */

static const struct {
    uint8_t raw[24];
    size_t len;
    uint64_t backing, approval;
} timeouts[] = {
    { { 0 }, 1, 2000, 12000 },
    { { 1, 1 << 2, 6, 0, 0xc4, 9 }, 12, 2500, 12000 },
    { { 1, 2 << 2, 6, 1, 0x98, 0x3a, 0, 0, 0, 0, 0, 0, 6, 0, 0xc4, 9 }, 22, 2500, 15000 },
    { { 1, 1 << 2, 5, 0, 0xc4, 9 }, 12, 2000, 12000 }, /* to prepare, not to execute */
};
START_TEST(timeouts_are_those_of_the_session)
{
    dg_executor is;
    ck_assert_int_eq(dg_executor_take(&is, dg_bytes_of(timeouts[_i].raw, timeouts[_i].len), NULL),
                     DG_OK);
    ck_assert_uint_eq(is.backing_ms, timeouts[_i].backing);
    ck_assert_uint_eq(is.approval_ms, timeouts[_i].approval);
    ck_assert_int_eq(is.none, _i == 0);
    ck_assert_int_eq(dg_executor_take(&is, dg_bytes_of(NULL, 0), NULL), DG_OK);
    ck_assert(!is.none); /* no such method: the defaults */
}
END_TEST

START_TEST(two_blocks_are_executed_at_one_time)
{
    dg_pvf_host host = { .count = 0 };
    dg_backing backing = { .hosts = &host };
    dg_world net = { .options = { .execute_ns_min = 1000, .execute_ns_max = 1000 },
                     .backing = &backing };
    static const dg_ns from[] = { 0, 0, 0, 500, 5000 }, until[] = { 1000, 1000, 2000, 2000, 6000 };
    for (size_t i = 0; i < sizeof from / sizeof *from; i++)
        ck_assert_uint_eq(
            dg_backing_pvf_execute(&net, (dg_node_ix){ 0 }, (dg_para_id){ FIRST }, from[i]),
            until[i]);
}
END_TEST

/* What executes for too long is not backed; what approval has no time for is disputed, and invalid.
 */
static const struct {
    int over_backing_ms, over_approval_ms;
    bool backed, disputed;
} slow[] = {
    { -100, -10000, true, false },
    { 100, -10000, false, false },
    { -100, 100, true, true },
};
START_TEST(a_block_that_takes_too_long_is_not_backed_or_not_approved)
{
    enum { UNTIL = 2 * EPOCH - 1 };
    world_options o = { .of = "SD_V12_OK", .seed = 5, .no_forks = true };
    uint64_t invalid = 0;
    world w;
    world_open(&w, &o);
    for (uint32_t slot = 0; slot <= UNTIL; slot++) {
        world_run(&w, slot);
        for (dg_session *s = w.world->sessions; s; s = s->next) {
            uint64_t takes = (uint64_t)((int64_t)s->executor.backing_ms + slow[_i].over_backing_ms);
            w.world->options.execute_ns_min = w.world->options.execute_ns_max = takes * DG_MS;
            s->executor.approval_ms = (uint64_t)((int64_t)takes - slow[_i].over_approval_ms);
        }
    }
    for (size_t i = 0; i < w.count; i++)
        invalid += w.log[i].kind == DG_EVENT_NET_DISPUTE && w.log[i].net_dispute.outcome == 2;
    /* what is invalid freezes the rest */
    ck_assert_int_eq(
        world_sum(&w, DG_EVENT_NET_PARAS, "backed", slow[_i].disputed ? 0 : EPOCH + 2, UNTIL) > 0,
        slow[_i].backed);
    ck_assert_int_eq(invalid > 0, slow[_i].disputed);
    world_close(&w);
}
END_TEST

/* A process that began anew has nothing prepared, in releases that clean up first. */
static const struct {
    const char *of;
    bool kept;
} processes[] = { { "SD_V12_PURGE", false }, { "SD_V2_ONLY", false }, { "v1.5", true } };
START_TEST(a_new_process_prepares_again_what_is_not_kept)
{
    world_options o = { .of = processes[_i].of, .seed = 7 };
    uint64_t least = UINT64_MAX, pairs = 0;
    world w;
    world_open(&w, &o);
    ck_assert_int_eq(
        dg_sim_crash(dg_network_sim(w.net), (dg_node_ix){ 9 },
                     (dg_sim_span){ (EPOCH + 3) * 6000 * DG_MS, (EPOCH + 4) * 6000 * DG_MS }, NULL),
        DG_OK);
    world_run(&w, EPOCH + 5);
    for (size_t i = 0; i < w.count; i++)
        if (w.log[i].kind == DG_EVENT_NET_PVF && world_slot(&w, &w.log[i]) == EPOCH + 5) {
            least = w.log[i].net_pvf.ready;
            pairs = w.log[i].net_pvf.pairs;
        }
    ck_assert_uint_gt(pairs, 0);
    ck_assert_int_eq(least == pairs, processes[_i].kept);
    world_close(&w);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("pvf_host");
    TCase *tc = tcase_create("pvf_host");
    int failed;
    tcase_set_timeout(tc, 0);
    tcase_add_loop_test(tc, an_artifact_hangs_on_what_changes_it, 0, ROWS(lists));
    tcase_add_loop_test(tc, one_worker_prepares_first_what_backing_waits_for, 0,
                        REDUCED ? 3 : ROWS(queues));
    tcase_add_loop_test(tc, the_queue_does_what_a_naive_one_does, 0, REDUCED ? 1 : 6);
    tcase_add_test(tc, what_does_not_change_an_artifact_prepares_none);
    tcase_add_test(tc, a_restart_forgets_what_was_asked_for_and_keeps_what_is_there);
    tcase_add_loop_test(tc, nothing_is_prepared_for_a_node_that_is_not_there, 0, 2);
    tcase_add_loop_test(tc, nobody_votes_on_what_is_not_prepared, 0, 2);
    tcase_add_test(tc, what_is_prepared_late_is_voted_on_still);
    tcase_add_loop_test(tc, timeouts_are_those_of_the_session, 0,
                        (int)(sizeof timeouts / sizeof *timeouts));
    tcase_add_test(tc, two_blocks_are_executed_at_one_time);
    tcase_add_loop_test(tc, a_block_that_takes_too_long_is_not_backed_or_not_approved, 0,
                        (int)(sizeof slow / sizeof *slow));
    tcase_add_loop_test(tc, a_new_process_prepares_again_what_is_not_kept, 0,
                        (int)(sizeof processes / sizeof *processes));
    suite_add_tcase(s, tc);
    failed = suite_run(s);
    world_engine_free();
    return failed;
}
