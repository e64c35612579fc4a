/* To say that one thing of N broke something, the same world is run without that thing.
 * It has to be without it, and without nothing else: up to U it is the same world. */
#include "../support/model_net.h"

#include "crypto/crypto.h"

enum { AT = 26, AFTER = 5 };

static const dg_spared spares[] = {
    { 0 }, { .host_most = 5 }, { .migrated = true }, { .work = true }, { .features_off = 1 },
};

/* Block U and the one before, as every node sees them. */
typedef struct seen {
    uint32_t host[2], rotation[2];
    dg_mode mode[2];
    uint32_t enabled; /* nodes, at the end */
    dg_hash before;   /* over what was told before U */
} seen;

static void look_at(seen *s, const world *w)
{
    const dg_world *net = w->world;
    for (uint32_t id = 0; id < net->block_count; id++) {
        const dg_world_block *b = &net->blocks[id];
        bool first = b->enacted && !net->blocks[b->parent].enacted;
        if (b->gone || !b->viewed || b->slot > net->first_slot + AT + 1)
            continue;
        if (b->enacted && !first)
            continue;
        s->host[first] = b->view.host_version;
        s->rotation[first] = b->view.rotation.frequency;
        s->mode[first] = b->view.mode;
    }
}

static void hash_before(seen *s, const world *w)
{
    for (size_t i = 0; i < w->count && world_slot(w, &w->log[i]) < AT; i++) {
        dg_event e = w->log[i];
        e.detail = NULL;
        s->before =
            dg_blake2_256_two(dg_hash_bytes(&s->before), dg_bytes_of(&e.kind, sizeof e.kind));
        s->before = dg_blake2_256_two(dg_hash_bytes(&s->before), dg_hash_bytes(&w->hashes[i]));
    }
}

static seen watch(const dg_spared *spared)
{
    world_options options = { .of = "SD_V12_OK", .seed = 1, .enact = AT, .spared = *spared };
    seen s = { .enabled = 0 };
    world w;
    options.how = DG_HOW_SET_CODE;
    world_open(&w, &options);
    world_run(&w, AT + 1);
    look_at(&s, &w);
    world_run(&w, AT + AFTER);
    s.enabled = (uint32_t)world_holders(&w, AT + AFTER)->net_holders.enabled;
    hash_before(&s, &w);
    world_close(&w);
    return s;
}

START_TEST(one_thing_of_n_is_not_there)
{
    static seen plain;
    seen s = watch(&spares[_i]);
    if (!plain.host[0])
        plain = _i ? watch(&spares[0]) : s;
    ck_assert(dg_hash_equal(&plain.before, &s.before)); /* up to U it is the same world */
    ck_assert_uint_eq(s.host[0], 5);
    ck_assert_uint_eq(s.host[1], spares[_i].host_most ? 5 : 10);
    ck_assert_int_eq(s.mode[1], spares[_i].host_most ? DG_MODE_DISABLED : DG_MODE_ENABLED);
    ck_assert_int_eq(s.enabled == 0, spares[_i].host_most != 0);
    ck_assert_uint_eq(s.rotation[0], 10);
    ck_assert_uint_eq(s.rotation[1], spares[_i].migrated ? 10 : 1); /* a default, at U */
}
END_TEST

/* ---- features ---- */

START_TEST(a_feature_is_taken_for_not_set)
{
    static const uint8_t answer[] = { 5 << 2, 0x1a }; /* bits 1, 3 and 4 of five */
    dg_view view = { .by.features_off = _i ? 1 << 3 : 0 };
    ck_assert_int_eq(dg_view_take(&view, DG_ASK_FEATURES, DG_BYTES_OF(answer), NULL), DG_OK);
    ck_assert_uint_eq(view.features, _i ? 0x12 : 0x1a);
}
END_TEST

/* ---- work ---- */

/* Children of block 0 are N-1's, those of block 1 (U) are N's. */
static const struct {
    bool spared;
    uint64_t old, new, comes_to;
} blocks[] = {
    { true, 70, 500, 70 },
    { true, 70, 60, 60 },
    { false, 70, 500, 500 },
    { true, 0, 500, 500 }, /* N-1 built none: nobody knows */
};

START_TEST(a_block_of_n_takes_no_longer_than_one_of_before)
{
    dg_world_block tree[2] = { { .number = 1 }, { .number = 2, .enacted = true } };
    dg_world net = { .blocks = tree, .block_count = 2, .options.spared.work = blocks[_i].spared };
    if (blocks[_i].old)
        ck_assert_uint_eq(dg_world_work_of(&net, (dg_leaf_id){ 0 }, blocks[_i].old),
                          blocks[_i].old);
    ck_assert_uint_eq(dg_world_work_of(&net, (dg_leaf_id){ 1 }, blocks[_i].new),
                      blocks[_i].comes_to);
}
END_TEST

START_TEST(a_call_of_n_takes_no_longer_than_one_of_before)
{
    dg_world net = { .options.spared.work = _i != 0 };
    dg_world_block old = { .number = 1 }, now = { .number = 2, .enacted = true };
    old.view.cost[DG_ASK_GROUPS] = 30;
    old.view.cost[DG_ASK_CORES] = 40;
    dg_world_work_of_calls(&net, &old);
    old.view.cost[DG_ASK_GROUPS] = DG_ENDLESS; /* no measure of anything */
    dg_world_work_of_calls(&net, &old);
    now.view.cost[DG_ASK_GROUPS] = 300;
    now.view.cost[DG_ASK_CORES] = 20;
    now.view.cost[DG_ASK_CLAIM_QUEUE] = DG_ENDLESS; /* N-1 has no such question */
    dg_world_work_of_calls(&net, &now);
    ck_assert_uint_eq(now.view.cost[DG_ASK_GROUPS], _i ? 30 : 300);
    ck_assert_uint_eq(now.view.cost[DG_ASK_CORES], 20);
    ck_assert_uint_eq(now.view.cost[DG_ASK_CLAIM_QUEUE], _i ? 40 : DG_ENDLESS);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("spared");
    TCase *tc = tcase_create("spared");
    int failed;
    tcase_set_timeout(tc, 0);
    tcase_add_loop_test(tc, one_thing_of_n_is_not_there, 0, sizeof spares / sizeof spares[0]);
    tcase_add_loop_test(tc, a_feature_is_taken_for_not_set, 0, 2);
    tcase_add_loop_test(tc, a_block_of_n_takes_no_longer_than_one_of_before, 0,
                        sizeof blocks / sizeof blocks[0]);
    tcase_add_loop_test(tc, a_call_of_n_takes_no_longer_than_one_of_before, 0, 2);
    suite_add_tcase(s, tc);
    failed = suite_run(s);
    world_engine_free();
    return failed;
}
