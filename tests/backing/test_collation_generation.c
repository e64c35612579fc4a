/* Parachains that have no core of their own, or more than one. Who is on which core is
 * written into the state as coretime's sales would; what comes of it the real runtime
 * says in its own events. */
#include "../support/model_net.h"

#include <string.h>

/* Eight parachains from 2000 on, each with a core; sessions of ten blocks. */
#define SPEC "paseo-1009001-e10-40val-8paras.json.zst"
enum { PARAS = 8, FIRST = 2000, LAST = FIRST + PARAS - 1, FROM = 13, UNTIL = 34, WHOLE = 57600 };

static json_t *schedule_of(json_t *assignment)
{
    return json_pack("{s:[[o, i]], s:n, s:n}", "assignments", assignment, WHOLE, "end_hint",
                     "next_schedule");
}

/* The assignments that the state has for the first block, with another for the last core. */
static void give_last_core(dg_state *state, const dg_meta *meta, json_t *assignment)
{
    world_write(state, meta, "CoretimeAssignmentProvider", "CoreSchedules",
                json_pack("[[i, i]]", 1, PARAS - 1), schedule_of(assignment));
}

static uint64_t included_of(const world *w, uint32_t para)
{
    uint64_t count = 0;
    for (size_t i = 0; i < w->count; i++)
        count += w->log[i].kind == DG_EVENT_NET_INCLUDED && w->log[i].net_included.para == para;
    return count;
}

static void open_world(world *w, const char *author, void (*amend)(dg_state *, const dg_meta *),
                       dg_distribution_mode mode)
{
    static dg_collators all;
    world_options o = { .of = "SD_V12_RECEIPTS",
                        .seed = 4,
                        .no_forks = true,
                        .collators = &all,
                        .amend = amend,
                        .distribution = mode };
    all = (dg_collators){
        .of = dg_backing_author_named(author), .protocol = 2, .async = true, .ppm = 1000000
    };
    world_open_path(w, fixture_path(SPEC), &o);
}

static bool any_v2(const dg_world *net)
{
    for (uint32_t id = net->first_kept; id < net->block_count; id++)
        for (uint32_t i = 0; !net->blocks[id].gone && i < net->blocks[id].place_count; i++)
            if (net->blocks[id].candidates[i].para != DG_NO
                && net->blocks[id].candidates[i].receipt_v2)
                return true;
    return false;
}

/* ---- two cores ---- */

static void two_for_first(dg_state *state, const dg_meta *meta)
{
    give_last_core(state, meta, json_pack("{s:i}", "Task", FIRST));
}

/* .. and descriptors of version 2, which have to select their core. */
static void two_and_receipts(dg_state *state, const dg_meta *meta)
{
    two_for_first(state, meta);
    world_amend_config(state, meta, "node_features", json_string("0b11110000"));
}

/* Blocks that back anything back the chain of two; those that a session ends with are
 * not counted, the runtime takes nothing in them. */
START_TEST(two_cores_take_two_blocks_of_a_chain)
{
    static const struct {
        const char *author;
        uint64_t each;
        void (*amend)(dg_state *, const dg_meta *);
    } rows[] = {
        { "slot-based", 2, two_for_first },
        { "slot-based", 2, two_and_receipts },
        { "lookahead", 1, two_for_first },
        { "lookahead", 1, two_and_receipts },
    };
    uint64_t blocks, several;
    world w;
    open_world(&w, rows[_i].author, rows[_i].amend, DG_DISTRIBUTION_COMPUTED);
    world_run(&w, UNTIL);
    blocks = world_times(&w, DG_EVENT_NET_BACKED, FROM, UNTIL);
    several = world_sum(&w, DG_EVENT_NET_BACKED, "several", FROM, UNTIL);
    ck_assert_uint_gt(blocks, (UNTIL - FROM) * 8 / 10);
    if (rows[_i].each == 2)
        ck_assert_msg(several * 10 >= blocks * 9, "%u of %u blocks", (unsigned)several,
                      (unsigned)blocks);
    else
        ck_assert_uint_eq(several, 0);
    ck_assert_uint_eq(world_sum(&w, DG_EVENT_NET_BACKED, "candidates", FROM, UNTIL),
                      world_sum(&w, DG_EVENT_NET_PARAS, "backed", FROM, UNTIL));
    ck_assert_uint_ge(included_of(&w, FIRST) * 10, included_of(&w, FIRST + 1) * rows[_i].each * 9);
    ck_assert_uint_eq(included_of(&w, LAST), 0);
    ck_assert_int_eq(any_v2(w.world), rows[_i].amend == two_and_receipts);
    world_close(&w);
}
END_TEST

/* ---- no core ---- */

enum { ORDERS = 5, POOLED = LAST, NOBODY = LAST - 1 };

/* The last core serves the pool, one core lies idle; for the last parachain so many orders wait. */
static void order(dg_state *state, const dg_meta *meta)
{
    json_t *orders = json_array();
    for (int i = 0; i < ORDERS; i++)
        json_array_append_new(orders, json_pack("{s:i, s:i}", "para_id", POOLED, "idx", i));
    give_last_core(state, meta, json_string("Pool"));
    world_write(state, meta, "CoretimeAssignmentProvider", "CoreSchedules",
                json_pack("[[i, i]]", 1, NOBODY - FIRST), schedule_of(json_string("Idle")));
    world_write(state, meta, "OnDemand", "FreeEntries", NULL, orders);
    world_write(state, meta, "OnDemand", "QueueStatus", NULL,
                json_pack("{s:i, s:i, s:i, s:[]}", "traffic", 1000000000, "next_index", ORDERS,
                          "smallest_index", 0, "freed_indices"));
}

/* Each leaf whose next claim is an order's has it built, and no leaf else. How often the
 * runtime queues what was ordered before its first session is its own affair. */
START_TEST(an_order_is_a_block_and_no_core_is_none)
{
    uint64_t claims = 0;
    world w;
    open_world(&w, "lookahead", order, (dg_distribution_mode)_i);
    for (uint32_t slot = 0; slot <= UNTIL; slot++) {
        const dg_view *v;
        world_run(&w, slot);
        v = &w.world->blocks[dg_world_favourite(w.world)].view;
        claims += v->core_count == PARAS && dg_core_turn(&v->cores[PARAS - 1]) == POOLED;
    }
    ck_assert_uint_gt(included_of(&w, FIRST), 15);
    ck_assert_uint_ge(claims, ORDERS);
    ck_assert_uint_eq(included_of(&w, POOLED), claims);
    ck_assert_uint_eq(included_of(&w, NOBODY), 0);
    for (uint32_t id = w.world->first_kept; id < w.world->block_count; id++)
        for (uint32_t i = 0; !w.world->blocks[id].gone && i < w.world->blocks[id].place_count; i++)
            ck_assert_uint_ne(w.world->blocks[id].candidates[i].para, NOBODY);
    world_close(&w);
}
END_TEST

/* ---- every statement sent ---- */

START_TEST(computed_and_sent_are_the_same_with_several_cores)
{
    world sent, computed;
    size_t k = 0;
    open_world(&sent, "slot-based", two_for_first, DG_DISTRIBUTION_SENT);
    world_run(&sent, UNTIL);
    open_world(&computed, "slot-based", two_for_first, DG_DISTRIBUTION_COMPUTED);
    world_run(&computed, UNTIL);
    for (size_t i = 0; i < computed.count; i++) {
        if (computed.log[i].kind != DG_EVENT_NET_PARAS)
            continue;
        while (k < sent.count && sent.log[k].kind != DG_EVENT_NET_PARAS)
            k++;
        ck_assert_uint_lt(k, sent.count);
        ck_assert(dg_hash_equal(&computed.hashes[i], &sent.hashes[k]));
        ck_assert_mem_eq(&computed.log[i].net_paras, &sent.log[k].net_paras,
                         sizeof computed.log[i].net_paras);
        k++;
    }
    ck_assert_uint_gt(world_sum(&sent, DG_EVENT_NET_BACKED, "several", FROM, UNTIL), 10);
    world_close(&sent);
    world_close(&computed);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("collation_generation");
    TCase *tc = tcase_create("collation_generation");
    int failed;
    tcase_set_timeout(tc, 0);
    tcase_add_loop_test(tc, two_cores_take_two_blocks_of_a_chain, 0, 4);
    tcase_add_loop_test(tc, an_order_is_a_block_and_no_core_is_none, 0, 2);
    tcase_add_test(tc, computed_and_sent_are_the_same_with_several_cores);
    suite_add_tcase(s, tc);
    failed = suite_run(s);
    world_engine_free();
    return failed;
}
