/* The stall of 2024-04-21 and the repair that was none, on a real pair: the step on
 * which this network's parachains stood still, with a hundred validators and twenty
 * parachains. N brings asynchronous backing in the middle of a session; a node that
 * no longer has the session's topology then tells nobody outside its own group what
 * it backed. What is asserted is what the state machines imply, in numbers: from U to
 * the first leaf of the next session at most one candidate a block, that of the
 * author's own group. Where no blocks compete the wrong repair looks right. */
#include "../support/model_net.h"

#include <string.h>

enum {
    SESSION = 2 * EPOCH,
    BOUNDARY = 3 * EPOCH,
    LAST = BOUNDARY + 5,
    AT = SESSION + 5,
    CORES = 20,
    VALIDATORS = 100
};

static uint64_t per_mille_of(const world *w, dg_event_kind kind, const char *field, uint32_t from,
                             uint32_t to)
{
    uint64_t times = world_times(w, kind, from, to);
    return times ? 1000 * world_sum(w, kind, field, from, to) / times : 0;
}

static uint64_t most(const world *w, dg_event_kind kind, const char *field, uint32_t from,
                     uint32_t to)
{
    uint64_t highest = 0;
    for (size_t i = 0; i < w->count; i++)
        if (w->log[i].kind == kind && world_slot(w, &w->log[i]) >= from
            && world_slot(w, &w->log[i]) <= to
            && (uint64_t)dg_event_number(&w->log[i], field) > highest)
            highest = (uint64_t)dg_event_number(&w->log[i], field);
    return highest;
}

/* The relay chain itself notices nothing: that is why no alarm rang. */
static void assert_relay_is_well(const world *w)
{
    ck_assert_uint_eq(world_sum(w, DG_EVENT_NET_SLOT, "failed", 0, LAST),
                      0); /* nothing failed to build */
    for (size_t i = 0; i < w->count; i++) {
        const dg_event *r = &w->log[i];
        ck_assert(r->kind != DG_EVENT_NET_SLOT || r->net_slot.built >= 1);
        ck_assert(r->kind != DG_EVENT_NET_FINALIZED
                  || (r->net_finalized.lag >= 2 && r->net_finalized.lag <= 5));
    }
}

static void assert_upgraded_once(const world *w, uint32_t at)
{
    uint64_t seen = 0;
    for (size_t i = 0; i < w->count; i++)
        if (w->log[i].kind == DG_EVENT_NET_UPGRADE) {
            ck_assert_uint_eq(world_slot(w, &w->log[i]), at);
            ck_assert_uint_eq(w->log[i].net_upgrade.enacted, 1);
            seen++;
        }
    ck_assert_uint_ge(seen, 1);
}

/* First slot from U on at whose end somebody lacks the grid; 0: none. And how many. */
static uint32_t stalled_slots(const world *w, uint32_t from, uint32_t *first)
{
    uint32_t count = 0;
    *first = 0;
    for (uint32_t slot = from; slot <= LAST; slot++) {
        const dg_event *h = world_holders(w, slot);
        ck_assert_ptr_nonnull(h);
        ck_assert_uint_eq(h->net_holders.validators, VALIDATORS);
        /* the API has flipped, at U and not a block later */
        ck_assert_uint_eq(h->net_holders.enabled, VALIDATORS);
        ck_assert_uint_eq(h->net_holders.entries, VALIDATORS);
        ck_assert(h->net_holders.holders == 0
                  || h->net_holders.holders == VALIDATORS); /* all of one class */
        if (h->net_holders.holders == 0) {
            *first = *first ? *first : slot;
            count++;
        }
    }
    return count;
}

static const struct {
    const char *of;
    uint32_t at;
    bool stalls, no_forks;
    dg_how how;
} rows[] = {
    { "SD_V12_DROP", AT, true, false, DG_HOW_OVERRIDE },
    { "v1.7..v1.8", AT, true, false, DG_HOW_OVERRIDE },
    { "mended", AT, false, false, DG_HOW_OVERRIDE },
    { "KAGOME", AT, false, false, DG_HOW_OVERRIDE },
    /* by the chain's own sudo call, as it was done */
    { "SD_V12_DROP", AT, true, false, DG_HOW_SET_CODE },
    /* without forks the wrong repair holds */
    { "v1.7..v1.8", AT, false, true, DG_HOW_OVERRIDE },
    { "SD_V12_DROP", AT, true, true, DG_HOW_OVERRIDE },
    /* near the boundary it heals within as many blocks, and on it there is nothing to lose */
    { "SD_V12_DROP", BOUNDARY - 1, true, false, DG_HOW_OVERRIDE },
    { "SD_V12_DROP", BOUNDARY - 3, true, false, DG_HOW_OVERRIDE },
    { "SD_V12_DROP", BOUNDARY, false, false, DG_HOW_OVERRIDE },
};

START_TEST(topology_is_missing_from_the_upgrade_to_the_next_session)
{
    world_options o = { .of = rows[_i].of,
                        .seed = 1,
                        .enact = rows[_i].at,
                        .how = rows[_i].how,
                        .no_forks = rows[_i].no_forks };
    uint32_t at = rows[_i].at, first, stalled;
    world w;
    world_open(&w, &o);
    world_run(&w, LAST);
    assert_upgraded_once(&w, at);
    assert_relay_is_well(&w);
    stalled = stalled_slots(&w, at, &first);
    ck_assert_uint_eq(stalled, rows[_i].stalls ? BOUNDARY - at : 0); /* linear in the offset */
    ck_assert_uint_eq(first, rows[_i].stalls ? at : 0);              /* from U, not from U + 1 */
    /* before, every core is served each second block; after the boundary again */
    ck_assert_uint_eq(most(&w, DG_EVENT_NET_PARAS, "backed", EPOCH, at), CORES);
    if (at + 3 < BOUNDARY) { /* U and U + 1 have their own story; the author of U + 3 is the first
                                to show */
        ck_assert_uint_eq(most(&w, DG_EVENT_NET_PARAS, "backed", at + 3, BOUNDARY - 1),
                          rows[_i].stalls ? 1 : CORES);
        if (rows[_i].stalls) /* at most n_para_validators / n_authorities = 1, of ten before */
            ck_assert_uint_le(per_mille_of(&w, DG_EVENT_NET_PARAS, "backed", at + 3, BOUNDARY),
                              1000);
        else
            ck_assert_uint_ge(per_mille_of(&w, DG_EVENT_NET_PARAS, "backed", at + 3, BOUNDARY),
                              8000);
    }
    ck_assert_uint_eq(most(&w, DG_EVENT_NET_PARAS, "backed", BOUNDARY + 1, LAST), CORES);
    ck_assert_uint_eq(world_sum(&w, DG_EVENT_NET_PARAS, "timed_out", 0, LAST), 0);
    world_close(&w);
}
END_TEST

/* The groups still back: it is the telling that fails, not the voting. */
START_TEST(inside_its_group_every_candidate_is_still_backed)
{
    world_options o = { .of = "SD_V12_DROP", .seed = 2, .enact = AT, .how = DG_HOW_OVERRIDE };
    world w;
    world_open(&w, &o);
    world_run(&w, LAST);
    for (size_t i = 0; i < w.count; i++) {
        const dg_event *r = &w.log[i];
        if (r->kind != DG_EVENT_NET_PARAS || world_slot(&w, r) < AT + 3
            || world_slot(&w, r) >= BOUNDARY)
            continue;
        /* backable: all cores but those that wait for availability */
        ck_assert_uint_ge(r->net_paras.backable, CORES - 2);
        ck_assert_uint_le(r->net_paras.offered, 1);
        ck_assert_uint_eq(r->net_paras.backed,
                          r->net_paras.offered); /* and what was offered, the runtime took */
    }
    world_close(&w);
}
END_TEST

/* At U the runtime is N's and the storage is not: cores that are occupied cannot be
 * read, bitfields come out empty, and nothing becomes available in that one block. */
START_TEST(the_block_after_the_upgrade_includes_nothing)
{
    world_options o = { .of = "mended", .seed = 1, .enact = AT, .how = DG_HOW_OVERRIDE };
    world w;
    world_open(&w, &o);
    world_run(&w, AT + 3);
    /* U backs: its cores are occupied after it */
    ck_assert_uint_eq(most(&w, DG_EVENT_NET_PARAS, "backed", AT, AT), CORES);
    ck_assert_uint_eq(world_sum(&w, DG_EVENT_NET_PARAS, "included", AT + 1, AT + 1), 0);
    /* bitfields were there */
    ck_assert_uint_ge(world_sum(&w, DG_EVENT_NET_BUILT, "bitfields", AT + 1, AT + 1), 67);
    ck_assert_uint_eq(most(&w, DG_EVENT_NET_PARAS, "included", AT + 2, AT + 2), CORES);
    world_close(&w);
}
END_TEST

/* When was the topology lost, and by what? The first signal of the session that only
 * deactivates is the end of what the wrong repair had put aside; an upgrade before it
 * goes well. */
static uint32_t first_purge(const world *w, uint32_t session_index)
{
    for (size_t i = 0; i < w->count; i++)
        if (w->log[i].kind == DG_EVENT_NET_LOST && w->log[i].net_lost.session == session_index)
            return (uint32_t)(w->log[i].at / (6000 * DG_MS));
    return 0;
}

START_TEST(the_wrong_repair_holds_until_the_first_fork_is_pruned)
{
    world_options o = { .of = "v1.7..v1.8", .seed = 1, .how = DG_HOW_OVERRIDE };
    uint32_t purged, first, tried[2];
    uint64_t lost = 0, signalled = 0;
    world w;
    world_open(&w, &o);
    world_run(&w, BOUNDARY - 1);
    purged = first_purge(&w, 2);
    ck_assert_uint_ge(purged, SESSION + 1);
    ck_assert_uint_lt(purged, BOUNDARY - 1);
    for (size_t i = 0; i < w.count; i++) {
        bool of_session = w.log[i].at > (dg_ns)SESSION * 6000 * DG_MS;
        lost += w.log[i].kind == DG_EVENT_NET_LOST && w.log[i].net_lost.session == 2
                && w.log[i].net_lost.how == 1;
        if (w.log[i].kind == DG_EVENT_NET_SIGNAL && of_session && !signalled++)
            ck_assert_uint_eq(w.log[i].at / (6000 * DG_MS), purged); /* the very signal */
    }
    ck_assert_uint_eq(lost, VALIDATORS);
    world_close(&w);
    tried[0] = purged; /* its leaf comes before the signal */
    tried[1] = purged + 1;
    for (int i = 0; i < 2; i++) {
        o.enact = tried[i];
        world_open(&w, &o);
        world_run(&w, LAST);
        ck_assert_uint_eq(stalled_slots(&w, tried[i], &first), i ? BOUNDARY - tried[i] : 0);
        world_close(&w);
    }
}
END_TEST

/* Half of the network knows, half does not: what can cross does. */
START_TEST(a_mixed_network_lies_in_between)
{
    dg_share half[2] = { { world_class("mended"), 500000 },
                         { dg_class_named("SD_V12_DROP"), 500000 } };
    world_options o = {
        .shares = half, .share_count = 2, .seed = 3, .enact = AT, .how = DG_HOW_OVERRIDE
    };
    const dg_event *h;
    uint64_t knowing = 0, rate;
    world w;
    world_open(&w, &o);
    for (uint32_t i = 0; i < VALIDATORS; i++)
        knowing += dg_network_class(w.net, (dg_node_ix){ i }) == half[0].of;
    ck_assert_uint_gt(knowing, 30);
    ck_assert_uint_lt(knowing, 70);
    world_run(&w, LAST);
    h = world_holders(&w, AT);
    ck_assert_uint_eq(h->net_holders.holders, knowing);
    rate = per_mille_of(&w, DG_EVENT_NET_PARAS, "backed", AT + 3, BOUNDARY);
    ck_assert_uint_gt(rate, 1000);
    ck_assert_uint_lt(rate, 9000);
    world_close(&w);
}
END_TEST

/* Old nodes after the flip: as authors they have nothing, as backers they are deaf. */
START_TEST(nodes_without_the_new_protocol_are_useless_after_the_flip)
{
    dg_share mixed[2] = { { dg_class_named("SD_V1"), 200000 }, { world_class("mended"), 800000 } };
    world_options o = {
        .shares = mixed, .share_count = 2, .seed = 4, .enact = BOUNDARY, .how = DG_HOW_OVERRIDE
    };
    uint32_t by_old = 0, of_new = 0;
    world w;
    world_open(&w, &o);
    for (uint32_t i = 0; i < VALIDATORS; i++)
        of_new += dg_network_class(w.net, (dg_node_ix){ i }) == mixed[1].of;
    world_run(&w, BOUNDARY + 15);
    /* before it: as good as any */
    ck_assert_uint_eq(most(&w, DG_EVENT_NET_PARAS, "backed", SESSION + 1, BOUNDARY - 1), CORES);
    for (size_t i = 0; i < w.count; i++) {
        const dg_event *r = &w.log[i];
        if (r->kind != DG_EVENT_NET_PARAS || world_slot(&w, r) < BOUNDARY + 2)
            continue;
        if (dg_network_class(w.net, (dg_node_ix){ r->node }) == mixed[0].of) {
            by_old++;
            ck_assert_uint_eq(r->net_paras.backed, 0);
        }
    }
    ck_assert_uint_ge(by_old, 1);
    /* the old ones lack nothing that they would use */
    ck_assert_uint_eq(world_holders(&w, BOUNDARY + 5)->net_paras.included, of_new);
    ck_assert_uint_ge(most(&w, DG_EVENT_NET_PARAS, "backed", BOUNDARY + 2, BOUNDARY + 15),
                      CORES - 3);
    world_close(&w);
}
END_TEST

/* Nodes that know only the new way cannot work on N-1 at all; where N is new enough for them it is
 * what they wait for, and they hold the topology that they were told before. */
START_TEST(nodes_that_know_only_the_new_way_work_from_the_upgrade_on)
{
    world_options o = { .of = "new alone", .seed = 1, .enact = AT, .how = DG_HOW_OVERRIDE };
    uint32_t first;
    world w;
    world_open(&w, &o);
    world_run(&w, LAST);
    ck_assert_uint_eq(world_sum(&w, DG_EVENT_NET_PARAS, "backed", 0, AT), 0);
    ck_assert_uint_eq(stalled_slots(&w, AT, &first), 0);
    ck_assert_uint_eq(most(&w, DG_EVENT_NET_PARAS, "backed", AT + 1, AT + 3), CORES);
    world_close(&w);
}
END_TEST

/* Those of v1.18 need ParachainHost 11, and N has 10: it changes nothing for them. */
START_TEST(nodes_that_are_too_new_for_n_back_nothing)
{
    world_options o = { .of = "SD_V2_ONLY", .seed = 1, .enact = AT, .how = DG_HOW_OVERRIDE };
    world w;
    world_open(&w, &o);
    world_run(&w, LAST);
    ck_assert_uint_eq(world_sum(&w, DG_EVENT_NET_PARAS, "backed", 0, LAST), 0);
    ck_assert_uint_le(
        w.world->blocks[dg_world_favourite(w.world)].number - w.world->stats.finalized, 5);
    world_close(&w);
}
END_TEST

/* A node to which the upgrade's block came late in its slot has not asked anything yet:
 * (nor has one that still compiles N): who takes it for one without a topology sees a fault where
 * there is none. */
START_TEST(who_is_slow_to_take_a_leaf_up_does_not_lack_its_grid)
{
    static const dg_ns latency[2] = { 500 * DG_MS, 2000 * DG_MS };
    static const dg_sim_link far = { .latency_ns = latency, .latency_count = 2 };
    world_options o = { .of = "mended",
                        .seed = 1,
                        .enact = AT,
                        .how = DG_HOW_OVERRIDE,
                        .link = &far,
                        .compile_ns = 5000 * DG_MS };
    uint32_t late = 0;
    world w;
    world_open(&w, &o);
    world_run(&w, AT + 6);
    for (uint32_t slot = AT; slot <= AT + 6; slot++) {
        const dg_event *h = world_holders(&w, slot);
        ck_assert_uint_eq(h->net_holders.holders, h->net_holders.enabled);
        late += h->net_holders.enabled < VALIDATORS;
    }
    ck_assert_uint_ge(late, 1);
    ck_assert_uint_gt(world_holders(&w, AT + 6)->net_holders.enabled, VALIDATORS / 2);
    world_close(&w);
}
END_TEST

#define ROWS(array) (int)(sizeof(array) / sizeof *(array))

int main(void)
{
    Suite *s = suite_create("incident");
    TCase *tc = tcase_create("incident");
    int failed;
    tcase_set_timeout(tc, 0);
    tcase_add_loop_test(tc, topology_is_missing_from_the_upgrade_to_the_next_session, 0,
                        REDUCED ? 2 : ROWS(rows));
    tcase_add_test(tc, inside_its_group_every_candidate_is_still_backed);
    tcase_add_test(tc, the_block_after_the_upgrade_includes_nothing);
    tcase_add_test(tc, the_wrong_repair_holds_until_the_first_fork_is_pruned);
    tcase_add_test(tc, a_mixed_network_lies_in_between);
    tcase_add_test(tc, nodes_without_the_new_protocol_are_useless_after_the_flip);
    tcase_add_test(tc, nodes_that_know_only_the_new_way_work_from_the_upgrade_on);
    tcase_add_test(tc, nodes_that_are_too_new_for_n_back_nothing);
    tcase_add_test(tc, who_is_slow_to_take_a_leaf_up_does_not_lack_its_grid);
    suite_add_tcase(s, tc);
    failed = suite_run(s);
    world_engine_free();
    return failed;
}
