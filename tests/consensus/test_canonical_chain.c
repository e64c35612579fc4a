/* A run judges the chain that the nodes agree on. If a block that loses were handed
 * out, or one twice, or too late to be looked at, a client's view of epochs would be
 * of no chain at all, and what is sampled at U might be of a U that never was. */
#include "../support/model_net.h"

#include <string.h>

typedef struct seen {
    uint32_t number;
    uint64_t slot;
    dg_hash hash, parent;
    bool own_parent; /* the tree still had it */
    char path[80];
    uint32_t author, inherents;
} seen;
enum { SEEN_MAX = 256 };
static seen settled[SEEN_MAX], refused[SEEN_MAX];
static char why[SEEN_MAX][160];
static uint32_t settled_count, refused_count;

static dg_code on_settled(void *user, const dg_authored *made, dg_error *err)
{
    seen *s = &settled[settled_count++];
    dg_block *parent = dg_block_parent(made->block);
    dg_hash root;
    dg_header header;
    (void)user;
    ck_assert_uint_lt(settled_count, SEEN_MAX);
    ck_assert_int_eq(made->report->step, DG_BUILD_DONE);
    ck_assert(!made->why);
    *s = (seen){
        made->number, made->slot,   *dg_block_hash(made->block), { .at = { 0 } }, parent != NULL,
        "",           made->author, made->report->inherent_count
    };
    snprintf(s->path, sizeof s->path, "%s", made->path ? made->path : "");
    ck_assert_uint_eq(made->number, dg_block_number(made->block));
    ck_assert_uint_eq(made->slot, dg_block_slot(made->block));
    ck_assert_int_eq(dg_header_decode(&header, dg_block_header(made->block), err), DG_OK);
    s->parent = header.parent;
    /* the state is there, and so is the parent's: the block can be executed again */
    ck_assert_int_eq(dg_state_root(dg_block_state(made->block), &root, err), DG_OK);
    ck_assert(dg_hash_equal(&root, &header.state_root));
    return DG_OK;
}

static dg_code on_refused(void *user, const dg_authored *made, dg_error *err)
{
    (void)user;
    (void)err;
    ck_assert_uint_lt(refused_count + 1, SEEN_MAX);
    ck_assert(!made->block);
    ck_assert_int_ne(made->report->step, DG_BUILD_DONE);
    snprintf(why[refused_count], sizeof why[0], "%s", made->why);
    refused[refused_count++] =
        (seen){ .number = made->number, .slot = made->slot, .author = made->author };
    return DG_OK;
}

static void open(world *w, world_options o)
{
    settled_count = refused_count = 0;
    o.settled = on_settled;
    o.refused = on_refused;
    world_open(w, &o);
}

static bool was_built(const world *w, const seen *s)
{
    for (size_t i = 0; i < w->count; i++)
        if (w->log[i].kind == DG_EVENT_NET_BUILT && dg_hash_equal(&w->hashes[i], &s->hash))
            return w->log[i].node == s->author && (uint64_t)w->log[i].net_built.slot == s->slot;
    return false;
}

static void assert_one_chain(const world *w)
{
    for (uint32_t i = 0; i < settled_count; i++) {
        ck_assert_uint_eq(settled[i].number, i + 1);
        ck_assert(settled[i].own_parent);
        ck_assert(was_built(w, &settled[i]));
        if (i) {
            ck_assert(dg_hash_equal(&settled[i].parent, &settled[i - 1].hash));
            ck_assert_uint_gt(settled[i].slot, settled[i - 1].slot);
        }
    }
}

START_TEST(what_is_settled_is_one_chain)
{
    enum { AT = 30, SLOTS = 60 };
    world w;
    open(&w, (world_options){ .seed = 3, .how = DG_HOW_SET_CODE, .enact = AT });
    for (uint32_t slot = 0; slot <= SLOTS; slot++) {
        world_run(&w, slot);
        /* as far as all have finalized, and no further */
        ck_assert_uint_eq(settled_count, dg_block_number(dg_chain_root(w.chain)));
    }
    ck_assert_uint_gt(settled_count, SLOTS - 8);
    ck_assert_uint_lt(settled_count, SLOTS);
    ck_assert_int_eq(dg_network_settle(w.net, NULL), DG_OK);
    ck_assert_uint_eq(settled_count, dg_block_number(dg_network_best(w.net)));
    ck_assert(
        dg_hash_equal(&settled[settled_count - 1].hash, dg_block_hash(dg_network_best(w.net))));
    assert_one_chain(&w);
    /* others competed, and lost */
    ck_assert_uint_gt(world_times(&w, DG_EVENT_NET_BUILT, 0, SLOTS), settled_count + 5);
    for (uint32_t i = 0; i < settled_count; i++) {
        bool at_u = settled[i].slot - dg_network_first_slot(w.net) == AT;
        ck_assert_str_eq(settled[i].path, at_u ? "scheduler agenda, preimage" : "");
        ck_assert_uint_eq(settled[i].inherents, 2);
    }
    ck_assert_int_eq(dg_network_run(w.net, dg_network_first_slot(w.net) + SLOTS + 1, NULL),
                     DG_USAGE);
    world_close(&w);
}
END_TEST

/* Who asks in between sees the chain to its best block, and the run goes on as if nobody had. */
static dg_code on_unsettled(void *user, const dg_authored *block, dg_error *err)
{
    uint32_t *next = user;
    (void)err;
    ck_assert_uint_eq(block->number, ++*next);
    ck_assert_ptr_nonnull(block->report);
    return DG_OK;
}

START_TEST(an_end_that_is_none_changes_nothing)
{
    enum { SLOTS = 30 };
    dg_hash last = { { 0 } };
    for (int asked = 0; asked < 2; asked++) {
        world w;
        open(&w, (world_options){ .seed = 3 });
        for (uint32_t slot = 0; slot <= SLOTS; slot++) {
            uint32_t number = 0;
            world_run(&w, slot);
            number = settled_count;
            if (!asked)
                continue;
            ck_assert_int_eq(dg_network_unsettled(w.net, on_unsettled, &number, NULL), DG_OK);
            ck_assert_uint_eq(number, dg_block_number(dg_network_best(w.net)));
        }
        ck_assert_int_eq(dg_network_settle(w.net, NULL), DG_OK);
        if (asked)
            ck_assert(dg_hash_equal(&last, &settled[settled_count - 1].hash));
        last = settled[settled_count - 1].hash;
        world_close(&w);
    }
}
END_TEST

/* Without finality nothing is settled, and nothing is lost: the end brings it all. */
START_TEST(without_finality_the_end_settles_all)
{
    world w;
    open(&w, (world_options){ .seed = 6 });
    for (uint32_t i = 0; i < 40; i++)
        ck_assert_int_eq(dg_sim_pause(dg_network_sim(w.net), (dg_node_ix){ i },
                                      (dg_sim_span){ 1, 400000 * DG_MS }, NULL),
                         DG_OK);
    world_run(&w, 40);
    ck_assert_uint_eq(settled_count, 0);
    ck_assert_int_eq(dg_network_settle(w.net, NULL), DG_OK);
    ck_assert_uint_gt(settled_count, 15);
    ck_assert_uint_eq(settled_count, dg_block_number(dg_network_best(w.net)));
    assert_one_chain(&w);
    world_close(&w);
}
END_TEST

/* Who went down takes for the best what it did then. Most of a network may be down, and
 * the others build on: theirs is the chain. */
static const struct {
    dg_fault_kind kind;
    uint32_t count;
} lost[] = {
    { DG_FAULT_CRASH, 44 },
    { DG_FAULT_CRASH, 60 },
    { DG_FAULT_PAUSE, 60 },
};
START_TEST(who_is_down_holds_nothing_back)
{
    enum { FROM = 8, END = 40 };
    uint32_t down[60];
    uint64_t built;
    dg_fault f = { .kind = lost[_i].kind,
                   .who = DG_WHO_LIST,
                   .list = down,
                   .count = lost[_i].count,
                   .until = UINT64_MAX };
    world w;
    for (uint32_t i = 0; i < f.count; i++)
        down[i] = i;
    open(&w, (world_options){ .seed = 6 });
    f.from = dg_network_first_slot(w.net) + FROM;
    ck_assert_int_eq(dg_network_fault(w.net, &f, NULL), DG_OK);
    for (uint32_t slot = FROM; slot <= END; slot++) {
        world_run(&w, slot);
        built = dg_block_slot(dg_network_best(w.net)) - dg_network_first_slot(w.net);
        ck_assert_msg(slot < FROM + 8 || built + 8 >= slot, "slot %u: the favourite is of slot %u",
                      slot, (unsigned)built);
    }
    ck_assert_int_eq(dg_network_settle(w.net, NULL), DG_OK);
    ck_assert_uint_eq(settled_count, dg_block_number(dg_network_best(w.net)));
    ck_assert_uint_ge(settled[settled_count - 1].slot, dg_network_first_slot(w.net) + END - 8);
    assert_one_chain(&w);
    world_close(&w);
}
END_TEST

/* All of them: what they had is the chain. */
START_TEST(where_nobody_is_up_all_count)
{
    enum { FROM = 8 };
    dg_fault f = { .kind = DG_FAULT_CRASH, .who = DG_WHO_ALL, .until = UINT64_MAX };
    uint64_t last;
    world w;
    open(&w, (world_options){ .seed = 6 });
    f.from = dg_network_first_slot(w.net) + FROM;
    ck_assert_int_eq(dg_network_fault(w.net, &f, NULL), DG_OK);
    world_run(&w, FROM + 4);
    ck_assert_int_eq(dg_network_settle(w.net, NULL), DG_OK);
    last = settled[settled_count - 1].slot - dg_network_first_slot(w.net);
    ck_assert_uint_eq(last, FROM - 1);
    world_close(&w);
}
END_TEST

/* A code that is none stands in storage after U: nobody can build on it. */
START_TEST(a_refused_build_is_told_at_once)
{
    enum { AT = 10 };
    dg_world_stats stats;
    world w;
    open(&w, (world_options){ .seed = 4 });
    ck_assert_int_eq(dg_network_enact(w.net, dg_network_first_slot(w.net) + AT, DG_HOW_OVERRIDE,
                                      dg_text("no code"), NULL),
                     DG_OK);
    world_run(&w, AT + 8);
    dg_network_stats_get(w.net, &stats);
    ck_assert_uint_ge(refused_count, 8);
    ck_assert_uint_eq(refused_count, stats.failed_blocks);
    for (size_t i = 0, k = 0; i < w.count; i++)
        if (w.log[i].kind == DG_EVENT_NET_FAILED) {
            ck_assert_uint_eq(refused[k].slot, w.log[i].net_failed.slot);
            ck_assert_uint_gt(refused[k].slot, dg_network_first_slot(w.net) + AT);
            ck_assert_uint_eq(refused[k].number, w.log[i].block + 1);
            ck_assert_uint_eq(refused[k].author, w.log[i].node);
            ck_assert_str_eq(why[k++], w.texts[i]);
        }
    ck_assert_int_eq(dg_network_settle(w.net, NULL), DG_OK);
    assert_one_chain(&w);
    ck_assert_str_eq(settled[settled_count - 1].path, ":code written"); /* U is the last */
    world_close(&w);
}
END_TEST

/* What the listener finds wrong ends the run, and loses no memory (leak checks see it). */
static dg_code enough(void *user, const dg_authored *made, dg_error *err)
{
    (void)user;
    return made->number == 3 ? dg_fail(err, DG_LIMIT, "enough") : DG_OK;
}
START_TEST(a_listener_may_end_it)
{
    world_options o = { .seed = 5, .settled = enough };
    dg_error err = { .text = "" };
    world w;
    world_open(&w, &o);
    ck_assert_int_eq(dg_network_run(w.net, dg_network_first_slot(w.net) + 20, &err), DG_LIMIT);
    ck_assert_str_eq(err.text, "enough");
    world_close(&w);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("canonical_chain");
    TCase *tc = tcase_create("canonical_chain");
    tcase_set_timeout(tc, 0);
    tcase_add_unchecked_fixture(tc, NULL, world_engine_free);
    tcase_add_test(tc, what_is_settled_is_one_chain);
    tcase_add_test(tc, an_end_that_is_none_changes_nothing);
    tcase_add_test(tc, without_finality_the_end_settles_all);
    tcase_add_loop_test(tc, who_is_down_holds_nothing_back, 0, (int)(sizeof lost / sizeof *lost));
    tcase_add_test(tc, where_nobody_is_up_all_count);
    tcase_add_test(tc, a_refused_build_is_told_at_once);
    tcase_add_test(tc, a_listener_may_end_it);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
