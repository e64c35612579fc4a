/* An author puts in what had reached it by then: nothing sooner, nothing it did not
 * hear, and bits only for cores whose chunks can be held. A bit too many is harmless
 * to a runtime, so only the bytes can tell. */
#include "../support/model_net.h"

#include <string.h>

/* The inherent that `node` would make on the favourite block now. */
static dg_provision provide(world *w, dg_buf *out, uint32_t node)
{
    dg_provision count;
    dg_error err;
    if (dg_consensus_provide(w->world, out, &count, (dg_node_ix){ node },
                             (dg_leaf_id){ dg_world_favourite(w->world) }, &err)
        != DG_OK)
        ck_abort_msg("%s", err.text);
    return count;
}

static void run_to(world *w, uint64_t ms)
{
    dg_error err;
    ck_assert_int_eq(dg_sim_run(dg_network_sim(w->net), ms * DG_MS, &err), DG_OK);
}

static dg_ns imported_first(const world *w)
{
    const dg_world_block *b = &w->world->blocks[dg_world_favourite(w->world)];
    dg_ns first = DG_NEVER;
    for (uint32_t i = 0; i < 100; i++)
        first = b->taken[i] < first ? b->taken[i] : first;
    return first;
}

/* Slot 21 backs, slot 22 includes (see the incident's tests for the cadence). */
enum { BACKS = (EPOCH + 1) * 6000, INCLUDES = (EPOCH + 2) * 6000 };

static const struct {
    uint32_t from_ms, to_ms;
    const char *bits;
} moments[] = {
    { BACKS, BACKS + 5900, "ffff0f" },       /* all cores are occupied after it */
    { INCLUDES, INCLUDES + 5900, "000000" }, /* and free after this one */
};
START_TEST(bits_are_set_for_occupied_cores_and_for_no_other)
{
    world_options o = { .seed = 1, .no_forks = true };
    dg_provision count;
    dg_scale s;
    dg_buf out;
    world w;
    world_open(&w, &o);
    run_to(&w, moments[_i].to_ms);
    count = provide(&w, &out, 5);
    ck_assert_uint_eq(count.bitfields, 100);
    s = dg_scale_from(dg_buf_bytes(&out));
    ck_assert_uint_eq(dg_scale_count(&s, 1), 100);
    for (uint32_t i = 0; i < 100; i++) {
        ck_assert_uint_eq(dg_scale_compact_u32(&s), 20);
        assert_bytes(dg_scale_take(&s, 3), hex(moments[_i].bits), "availability");
        ck_assert_uint_eq(dg_scale_u32(&s), i); /* ascending */
        dg_scale_take(&s, 64);
    }
    ck_assert_uint_eq(dg_scale_count(&s, 1), count.offered);
    ck_assert_uint_eq(count.offered, moments[_i].bits[0] == 'f' ? 0 : 20);
    dg_buf_clear(&out);
    world_close(&w);
}
END_TEST

/* Availability is signed 1.5 s after a leaf; a candidate needs its block, its check and
 * the way from its group. Before that an author has nothing, a little later all. */
static const struct {
    uint32_t after_ms;
    bool some_bits, all_bits, some_candidates, all_candidates;
} waits[] = {
    { 900, false, false, false, false },
    { 1250, false, false, false, false },
    /* a second member has still to fetch the proof and check it */
    { 1450, false, false, false, false },
    { 1560, true, false, true, false }, /* of its own group */
    { 3500, true, true, true, true },
};
START_TEST(what_has_not_come_yet_is_not_included)
{
    world_options o = { .seed = 1, .no_forks = true };
    dg_provision count;
    dg_ns leaf;
    dg_buf out;
    world w;
    world_open(&w, &o);
    run_to(&w, INCLUDES + 800);
    leaf = imported_first(&w);
    ck_assert_uint_lt(leaf, (INCLUDES + 500) * DG_MS);
    run_to(&w, leaf / DG_MS + waits[_i].after_ms);
    count = provide(&w, &out, w.world->blocks[dg_world_favourite(w.world)].author);
    dg_buf_clear(&out);
    ck_assert_msg((count.bitfields > 0) == waits[_i].some_bits
                      && (count.bitfields == 100) == waits[_i].all_bits,
                  "%u ms: %u bitfields", waits[_i].after_ms, count.bitfields);
    ck_assert_msg((count.offered > 0) == waits[_i].some_candidates
                      && (count.offered == 20) == waits[_i].all_candidates,
                  "%u ms: %u candidates", waits[_i].after_ms, count.offered);
    ck_assert_uint_eq(count.backable, 20); /* they will come */
    world_close(&w);
}
END_TEST

/* A validator that is down signs nothing and votes for nothing; the rest goes on. */
START_TEST(who_is_down_is_missing)
{
    world_options o = { .seed = 1, .no_forks = true };
    dg_provision count;
    dg_buf out;
    world w;
    world_open(&w, &o);
    for (uint32_t i = 0; i < 20; i++)
        ck_assert_int_eq(dg_sim_crash(dg_network_sim(w.net), (dg_node_ix){ i },
                                      (dg_sim_span){ (INCLUDES - 3000) * DG_MS, DG_NEVER }, NULL),
                         DG_OK);
    run_to(&w, INCLUDES + 12000 - 100);
    count = provide(&w, &out, 50);
    ck_assert_uint_eq(count.bitfields, 80);
    dg_buf_clear(&out);
    world_close(&w);
}
END_TEST

/* A chunk comes from the group that backed. With all of it gone since, its bits stay zero;
 * with three of five gone a validator may have to
 * wait for two of them, a second each, and signs a second and a half after the leaf. */
START_TEST(bits_wait_for_those_who_have_the_chunks)
{
    static const uint32_t gone[] = { 0, 3, 5 };
    for (size_t i = 0; i < 3; i++) {
        world_options o = { .seed = 1, .no_forks = true };
        const dg_world_block *b;
        uint64_t held = 0, core = 0;
        dg_core of;
        world w;
        world_open(&w, &o);
        run_to(&w, BACKS + 20);
        b = &w.world->blocks[dg_world_favourite(w.world)];
        for (uint32_t k = 0; k < gone[i]; k++) /* of the group that serves core 0 then */
            ck_assert_int_eq(
                dg_sim_crash(
                    dg_network_sim(w.net),
                    (dg_node_ix){
                        b->session
                            ->node[b->view.members[b->view.group_from[dg_rotation_group(
                                                       &b->view.rotation, (dg_core_ix){ 0 }, 20)]
                                                   + k]] },
                    (dg_sim_span){ (BACKS + 21) * DG_MS, DG_NEVER }, NULL),
                DG_OK);
        run_to(&w, BACKS + 5900);
        b = &w.world->blocks[dg_world_favourite(w.world)];
        of = b->view.cores[core];
        ck_assert_int_eq(of.kind, DG_CORE_OCCUPIED);
        ck_assert_uint_eq(of.since, b->number);
        for (uint32_t node = 0; node < 100; node++)
            held += b->taken[node] != DG_NEVER
                    && dg_backing_chunk_at(w.world, (dg_leaf_id){ dg_world_favourite(w.world) },
                                           (dg_core_ix){ 0 }, (dg_node_ix){ node })
                           <= b->taken[node] + dg_world_constant(DG_CONST_BITFIELD_WAIT);
        if (gone[i] == 0)
            ck_assert_uint_eq(held, 100);
        else if (gone[i] == 3) { /* 95 others: one of five begins with two that are gone, or three:
                                    19 +- 4 */
            ck_assert_uint_ge(held, 97 - 3 - 57);
            ck_assert_uint_lt(held, 95);
        } else
            ck_assert_uint_eq(held, 0);
        world_close(&w);
    }
}
END_TEST

/* An author that looks ahead must not offer what would not become available. */
START_TEST(without_enough_bits_nothing_is_built_on_what_waits)
{
    enum { AT = 2 * EPOCH };
    for (uint32_t apart = 30; apart <= 40; apart += 10) { /* 70 and 60 bitfields; 67 are needed */
        world_options o = { .seed = 1,
                            .no_forks = true,
                            .collators = world_async(),
                            .how = DG_HOW_OVERRIDE,
                            .enact = AT };
        dg_node_ix others[40];
        dg_provision count;
        dg_buf out;
        world w;
        world_open(&w, &o);
        for (uint32_t i = 0; i < apart; i++)
            others[i].v = i;
        /* from after the leaf and before anything is said of it */
        ck_assert_int_eq(
            dg_sim_partition(dg_network_sim(w.net), others, apart,
                             (dg_sim_span){ ((AT + 5) * 6000 + 900) * DG_MS, DG_SIM_TIME_MAX },
                             NULL),
            DG_OK);
        world_run(&w, AT + 5);
        count = provide(&w, &out, 99);
        ck_assert_uint_eq(count.bitfields, 100 - apart);
        if (apart == 30)
            ck_assert_uint_gt(count.offered, 5);
        else
            ck_assert_uint_eq(count.offered, 0);
        dg_buf_clear(&out);
        world_close(&w);
    }
}
END_TEST

#define ROWS(array) (int)(sizeof(array) / sizeof *(array))

int main(void)
{
    Suite *s = suite_create("provisioner");
    TCase *tc = tcase_create("provisioner");
    int failed;
    tcase_set_timeout(tc, 0);
    tcase_add_loop_test(tc, bits_are_set_for_occupied_cores_and_for_no_other, 0, ROWS(moments));
    tcase_add_loop_test(tc, what_has_not_come_yet_is_not_included, 0, ROWS(waits));
    tcase_add_test(tc, who_is_down_is_missing);
    tcase_add_test(tc, bits_wait_for_those_who_have_the_chunks);
    tcase_add_test(tc, without_enough_bits_nothing_is_built_on_what_waits);
    suite_add_tcase(s, tc);
    failed = suite_run(s);
    world_engine_free();
    return failed;
}
