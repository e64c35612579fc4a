/* At the block that enacts N its answers come from storage that nobody migrated, each by itself:
 * groups may name validators that the session has no keys of, and on two forks the session of one
 * index may be another one. A real node finds nobody there and goes on, and so has this one to. */
#include "../support/model_net.h"

#include <string.h>

enum { SESSION = EPOCH + 3, FLIP = SESSION + 2, LAST = FLIP + 6, KEYS = 60 };

/* As a runtime would have told it that lists so few discovery keys. */
static void tell_fewer(const dg_world *net, dg_session *s)
{
    uint8_t randomness[32] = { 7 };
    uint32_t *node = dg_calloc(KEYS, sizeof *node);
    ck_assert_ptr_nonnull(node);
    memcpy(node, s->node, KEYS * sizeof *node);
    dg_free(s->node);
    s->node = node;
    s->count = s->validators = KEYS;
    for (uint32_t i = 0; i < net->node_count; i++)
        s->member[i] = s->member[i] < KEYS ? s->member[i] : DG_NO;
    dg_grid_clear(&s->grid);
    ck_assert_int_eq(dg_grid_init(&s->grid, KEYS, randomness, NULL), DG_OK);
}

static uint32_t members_with_keys(const dg_view *v, uint32_t group)
{
    uint32_t count = 0;
    for (uint32_t i = v->group_from[group]; i < v->group_from[group + 1]; i++)
        count += v->members[i] < KEYS;
    return count;
}

/* In both ways, before the flip and after it. */
START_TEST(a_group_may_name_validators_without_keys)
{
    world_options o = { .of = "mended",
                        .seed = 3,
                        .how = DG_HOW_OVERRIDE,
                        .enact = FLIP,
                        .distribution = (dg_distribution_mode)_i };
    const dg_world_block *b;
    uint32_t less = 0;
    world w;
    world_open(&w, &o);
    for (uint32_t slot = 0; slot <= LAST; slot++) {
        world_run(&w, slot);
        for (dg_session *s = w.world->sessions; s; s = s->next)
            if (s->count > KEYS)
                tell_fewer(w.world, s);
    }
    b = &w.world->blocks[dg_world_favourite(w.world)];
    ck_assert_uint_eq(b->view.validator_count, 100);
    ck_assert_uint_gt(b->view.group_count, 0);
    ck_assert_int_eq(b->view.mode, DG_MODE_ENABLED);
    for (uint32_t g = 0; g < b->view.group_count; g++) {
        uint32_t able = dg_statements_able(w.world, (dg_leaf_id){ dg_world_favourite(w.world) },
                                           (dg_group_ix){ g });
        ck_assert_uint_eq(able, members_with_keys(&b->view, g));
        less += able < b->view.group_from[g + 1] - b->view.group_from[g];
    }
    ck_assert_uint_gt(less, 0);
    ck_assert_uint_gt(world_sum(&w, DG_EVENT_NET_PARAS, "backed", 0, LAST), 0);
    world_close(&w);
}
END_TEST

/* Half of the nodes came by the other fork to the session of this index. */
START_TEST(forks_may_disagree_on_who_stands_in_the_grid)
{
    world_options o = { .of = "mended",
                        .seed = 3,
                        .how = DG_HOW_OVERRIDE,
                        .enact = FLIP,
                        .distribution = (dg_distribution_mode)_i };
    dg_session other;
    uint8_t randomness[32] = { 9 };
    world w;
    world_open(&w, &o);
    world_run(&w, FLIP + 2);
    other = *w.world->blocks[dg_world_favourite(w.world)].session;
    memset(&other.grid, 0, sizeof other.grid);
    other.node = dg_calloc(other.count, sizeof *other.node);
    other.member = dg_calloc(w.world->node_count, sizeof *other.member);
    ck_assert(other.node && other.member);
    other.count = KEYS;
    ck_assert_int_eq(dg_grid_init(&other.grid, KEYS, randomness, NULL), DG_OK);
    for (uint32_t i = 0; i < w.world->node_count; i++)
        other.member[i] = DG_NO;
    for (uint32_t k = 0; k < KEYS; k++) {
        other.node[k] = KEYS - 1 - k;
        other.member[other.node[k]] = k;
    }
    for (uint32_t i = 0; i < w.world->node_count; i += 2)
        for (uint32_t k = 0; k < w.world->nodes[i].sd.entry_count; k++)
            if (w.world->nodes[i].sd.entries[k].grid
                && w.world->nodes[i].sd.entries[k].session == other.index)
                w.world->nodes[i].sd.entries[k].grid = &other;
    world_run(&w, LAST);
    ck_assert_uint_gt(world_sum(&w, DG_EVENT_NET_PARAS, "backed", FLIP + 3, LAST), 0);
    world_close(&w);
    dg_grid_clear(&other.grid);
    dg_free(other.node);
    dg_free(other.member);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("contradicting_answers");
    TCase *tc = tcase_create("contradicting_answers");
    int failed;
    tcase_set_timeout(tc, 0);
    tcase_add_loop_test(tc, a_group_may_name_validators_without_keys, 0, 2);
    tcase_add_loop_test(tc, forks_may_disagree_on_who_stands_in_the_grid, 0, 2);
    suite_add_tcase(s, tc);
    failed = suite_run(s);
    world_engine_free();
    return failed;
}
